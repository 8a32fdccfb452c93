# index.sh - eight readers of indexes of all access methods, whose pages split,
# are emptied by VACUUM, and are built anew: no problem is told of, and no error
# but that of an index that is gone; then every item of a database's B-trees and
# hash indexes beside pageinspect; then the pages of each method, spoiled
#
# SOAK_SECONDS: how long the readers look (600). SOAK_PAGES: how many spoiled
# pages of each method (100000). SOAK_KEYS: how many random keys of each kind
# are searched for beside the executor (400).

seconds=${SOAK_SECONDS:-600}

psql -X -q -v ON_ERROR_STOP=1 -f soak/index.sql
readers=
for i in 1 2 3 4 5 6 7 8
do
	PGOPTIONS='-c search_path=soak_index,pg_catalog,public' psql -X -q -c "CALL look($seconds)" &
	readers="$readers $!"
done
for i in 1 2
do
	PGOPTIONS='-c search_path=soak_index,pg_catalog,public' psql -X -q -c "CALL change($seconds)" &
	readers="$readers $!"
done
rounds=0
first=${readers# }
first=${first%% *}
while kill -0 "$first" 2>/dev/null
do
	psql -X -q -v ON_ERROR_STOP=1 -f soak/index_change.sql
	rounds=$((rounds + 1))
done
for pid in $readers
do
	wait "$pid"
done
echo "  indexes were vacuumed and built anew $rounds times"
[ "$rounds" -gt 0 ]
errors=$(psql -X -A -t -c 'SELECT state, message, count(*) FROM soak_index.errors GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 20')
[ -z "$errors" ] || { echo "$errors"; exit 1; }

different=$(psql -X -q -A -t -v ON_ERROR_STOP=1 -f soak/index_equality.sql)
[ -z "$different" ] || { echo "$different"; exit 1; }

SPOIL_PAGES=${SOAK_PAGES:-100000} COUNT=${SOAK_KEYS:-400} ROWS=12000 \
	make installcheck PG_CONFIG="$PG_CONFIG" with_llvm=no TESTS=none \
	PROVE_TESTS="t/270_index_damage.pl t/275_index_trees_spoiled.pl t/280_index_descent.pl t/282_index_descent_trees.pl t/283_index_descent_damage.pl" \
	EXTRA_REGRESS_OPTS="--temp-instance=$PRIVATE/soak_instance --temp-config=$(pwd)/tools/check.conf" \
	> "$PRIVATE/log/index.log" 2>&1 || { tail -n 40 "$PRIVATE/log/index.log"; exit 1; }
grep -E '^Files=|^# spoiled pages' "$PRIVATE/log/index.log"
