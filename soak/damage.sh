# damage.sh - t/250_damage.pl over SOAK_PAGES spoiled pages (default 100000), and
# t/254_damage_warm.pl: TOAST pages, pages let into shared buffers with
# ignore_checksum_failure, and SOAK_ROUNDS (default 100) times spoiled values

SPOIL_PAGES=${SOAK_PAGES:-100000} \
	WARM_ROUNDS=${SOAK_ROUNDS:-100} VALUE_ROUNDS=${SOAK_ROUNDS:-100} \
	make installcheck PG_CONFIG="$PG_CONFIG" with_llvm=no TESTS=none \
	PROVE_TESTS="t/250_damage.pl t/254_damage_warm.pl" \
	EXTRA_REGRESS_OPTS="--temp-instance=$PRIVATE/soak_instance --temp-config=$(pwd)/tools/check.conf" \
	> "$PRIVATE/log/damage.log" 2>&1 || { tail -n 40 "$PRIVATE/log/damage.log"; exit 1; }
grep '^Files=' "$PRIVATE/log/damage.log"
