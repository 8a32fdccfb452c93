#!/bin/sh
#
# check.sh
#	Run every test on private servers; "make check" calls it by private.sh.
#
# One server takes the regress and isolation tests; every TAP test makes its
# own.  The last line counts.
#
# OLD_PG_CONFIG names the pg_config of an older major for the test of
# pg_upgrade; the extensions are built for it in a copy of the tree.
#
set -eu
. tools/common.sh

export PG_CONFIG
# The tests' clusters take their encoding from here, wherever this runs.
LANG=C.UTF-8
export LANG
unset LC_ALL LC_CTYPE LC_COLLATE LANGUAGE || true
rm -rf tmp_check results output_iso tmp_instance regression.out regression.diffs
log=$PRIVATE/log/check.log
# TESTS=pattern runs a part: regress, isolation and TAP files of that name.
tests=${TESTS:-*}
tap=$(echo $(ls t/$tests.pl 2>/dev/null || true))

case ${OLD_PG_CONFIG:+$tap} in *_process_upgrade.pl*)
	mkdir -p "$PRIVATE/old/tree" "$PRIVATE/old/log"
	step "copy the tree for the older major" sh -c \
		"tar -cf - --exclude=.git --exclude='./tmp_*' --exclude='*.o' --exclude='*.so' --exclude='.built-for' . | tar -xf - -C '$PRIVATE/old/tree'"
	(cd "$PRIVATE/old/tree" && tools/build.sh "$OLD_PG_CONFIG" "$PRIVATE/old")
	OLD_BINDIR=$("$(cat "$PRIVATE/old/pg_config")" --bindir)
	export OLD_BINDIR
esac

rc=0
{
	make installcheck PG_CONFIG="$PG_CONFIG" with_llvm=no TESTS="$tests" \
		PROVE_TESTS="${tap:-t/000_meta.pl}" PROVE_FLAGS="${PROVE_FLAGS:-}" \
		EXTRA_REGRESS_OPTS="--temp-instance=$PRIVATE/instance --temp-config=$(pwd)/tools/check.conf" \
		2>&1 || echo "check failed"
} | tee "$log"
! grep -q '^check failed$' "$log" || rc=1

for diffs in regression.diffs output_iso/regression.diffs
do
	[ ! -s $diffs ] || { cat $diffs; cp $diffs "$PRIVATE/log/$(echo $diffs | tr / _)"; }
done
if [ "$rc" != 0 ]
then
	cp -R results output_iso "$PRIVATE/log" 2>/dev/null || true
	cp -R tmp_check/log "$PRIVATE/log/tap" 2>/dev/null || true
fi

# "test x ... ok" until 15, "ok 1 - x" since 16; prove counts for itself.
passed=$(grep -cE '^(test .* \.\.\. ok|ok [0-9]+ +[-+] )' "$log" || true)
failed=$(grep -cE '^(test .* \.\.\. FAILED|not ok [0-9]+ +[-+] )' "$log" || true)
tap_count=$(sed -n 's/^Files=[0-9]*, Tests=\([0-9]*\),.*/\1/p' "$log" | tail -n 1)
tap_bad=$(sed -n 's/.*Failed: \([0-9]*\))$/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
passed=$((passed + ${tap_count:-0} - tap_bad))
failed=$((failed + tap_bad))
[ $((passed + failed)) -gt 0 ] || { echo "no test ran"; rc=1; }
[ "$rc" = 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
exit "$rc"
