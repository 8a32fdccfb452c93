#!/bin/sh
#
# check.sh
#	Run every test on private servers; "make check" calls it by private.sh.
#
# One server takes the regress and isolation tests; every TAP test makes its
# own.  These run beside the others, two files at a time (CHECK_JOBS says how
# many); a file that can't stand company says "Runs alone" in its comments.
# The last lines tell what took how long, and count.
#
# TESTS=pattern runs a part: regress, isolation and TAP files of that name; it
# may be several patterns, with or without folder and suffix.  FAST leaves out
# the TAP files that tools/times.txt calls dearer than so many seconds of CPU,
# and those whose time it does not know.
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
rm -rf tmp_check tmp_check_beside log results output_iso tmp_instance regression.out regression.diffs
log=$PRIVATE/log/check.log
begun=$(date +%s)

# what a file took, by tools/timed.pl
TIMES=$PRIVATE/log/times
export TIMES

since() { echo $(($(date +%s) - $1)); }

# The names asked for, and of them the files of one kind.  A pattern must not
# meet the files that lie here before it meets those it is for.
set -f
asked=
for t in ${TESTS:-*}
do
	t=${t##*/}
	asked="$asked ${t%.*}"
done
tests=${asked# }
set +f
some_of()
(
	set -f
	for t in $tests
	do
		set +f
		ls "$1"/$t."$2" 2>/dev/null || true
	done | sort -u
)
slow=$(sort -k2,2rn tools/times.txt | awk '$1 ~ /^[0-9.]+$/ {print $3}')
tap=$(some_of t pl)
left_out=
if [ -n "${FAST:-}" ]
then
	known=$(awk -v most="$FAST" '$1 + 0 <= most {print $3}' tools/times.txt)
	left_out=$(echo "$tap" | grep -vxF "${known:-nothing}" || true)
	tap=$(echo "$tap" | grep -xF "${known:-nothing}" || true)
fi
# The slowest first, so that none is left to run at the end with nobody beside it.
tap=$({ echo "$tap" | grep -vxF "$slow" || true; echo "$slow" | grep -xF "$tap" || true; })
[ -z "$tap" ] || alone=$(grep -l '^# Runs alone' $tap || true)
[ -z "${alone:-}" ] || tap=$(echo "$tap" | grep -vxF "$alone" || true)

case "${OLD_PG_CONFIG:+$tap}" in *_process_upgrade.pl*)
	mkdir -p "$PRIVATE/old/tree" "$PRIVATE/old/log"
	step "copy the tree for the older major" sh -c \
		"tar -cf - --exclude=.git --exclude='./tmp_*' --exclude='*.o' --exclude='*.so' --exclude='.built-for' . | tar -xf - -C '$PRIVATE/old/tree'"
	(cd "$PRIVATE/old/tree" && tools/build.sh "$OLD_PG_CONFIG" "$PRIVATE/old")
	OLD_BINDIR=$("$(cat "$PRIVATE/old/pg_config")" --bindir)
	export OLD_BINDIR
esac

# part NAME WORD ARG... - make installcheck with these words and print what it
# says, also to NAME.log; NAME.over tells how it ended and how long it took.
part()
{
	part_log=$PRIVATE/log/check_$1
	part_begun=$(date +%s)
	echo "1 0" >"$part_log.over"
	shift
	{
		part_rc=0
		make installcheck PG_CONFIG="$PG_CONFIG" with_llvm=no TESTS="$tests" \
			EXTRA_REGRESS_OPTS="--temp-instance=$PRIVATE/instance --temp-config=$(pwd)/tools/check.conf" \
			"$@" 2>&1 || part_rc=$?
		echo "$part_rc $(since "$part_begun")" >"$part_log.over"
	} | tee "$part_log.log"
}

# One after the other, beside the TAP tests.
servers()
{
	[ -z "$(some_of sql sql)" ] || part regress ISOLATION= TAP_TESTS=
	[ -z "$(some_of specs spec)" ] || part isolation REGRESS= TAP_TESTS=
}

if [ -n "$tap" ]
then
	servers >"$PRIVATE/log/servers.log" 2>&1 &
	beside=$!
	trap 'kill $beside 2>/dev/null || true' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	# These stay in the foreground: what a shell puts into the background hears
	# no Ctrl-C, and some of them try one.
	part tap REGRESS= ISOLATION= PROVE_TESTS="$(echo $tap)" \
		PROVE_FLAGS="--exec tools/timed.pl -j ${CHECK_JOBS:-2} ${PROVE_FLAGS:-}"
	wait "$beside" || true
	cat "$PRIVATE/log/servers.log"
else
	servers
fi
if [ -n "${alone:-}" ]
then
	[ ! -d tmp_check ] || mv tmp_check tmp_check_beside
	part tap_alone REGRESS= ISOLATION= PROVE_TESTS="$(echo $alone)" \
		PROVE_FLAGS="--exec tools/timed.pl ${PROVE_FLAGS:-}"
fi

rc=0
for over in "$PRIVATE"/log/check_*.over
do
	[ -e "$over" ] || continue
	read -r part_rc part_seconds <"$over"
	[ "$part_rc" = 0 ] || rc=1
done
for diffs in regression.diffs output_iso/regression.diffs
do
	[ ! -s $diffs ] || { cat $diffs; cp $diffs "$PRIVATE/log/$(echo $diffs | tr / _)"; }
done
if [ "$rc" != 0 ]
then
	cp -R results output_iso "$PRIVATE/log" 2>/dev/null || true
	for dir in tmp_check tmp_check_beside
	do
		cp -R $dir/log "$PRIVATE/log/tap_$dir" 2>/dev/null || true
	done
fi
cat "$PRIVATE"/log/check_*.log >"$log" 2>/dev/null || true

# What took how long: seconds and a name a line.
for over in "$PRIVATE"/log/check_*.over
do
	[ -e "$over" ] || continue
	read -r part_rc part_seconds <"$over"
	name=${over##*/check_}
	echo "$part_seconds ${name%.over}"
done >"$PRIVATE/log/parts"
echo "${BUILD_SECONDS:-0} build" >>"$PRIVATE/log/parts"
[ ! -s "$TIMES" ] || sort -k1,1rn -k3 -o "$TIMES" "$TIMES"
echo "seconds: $(echo $(cat "$PRIVATE/log/parts")), all $(($(since "$begun") + ${BUILD_SECONDS:-0}))"
[ ! -s "$TIMES" ] || awk '
	{ cpu += $1; wall += $2; if (NR <= 10) most = most sprintf(" %s %d/%d", $3, $1, $2) }
	END { printf "TAP files: %d seconds of CPU, %d of the clock one by one; most:%s\n", cpu, wall, most }' "$TIMES"
[ -z "$left_out" ] || echo "left out, for their time: $(echo $left_out)"

# "test x ... ok" until 15, "ok 1 - x" since 16; prove counts for itself.
passed=$(grep -cE '^(test .* \.\.\. ok|ok [0-9]+ +[-+] )' "$log" || true)
failed=$(grep -cE '^(test .* \.\.\. FAILED|not ok [0-9]+ +[-+] )' "$log" || true)
tap_count=$(sed -n 's/^Files=[0-9]*, Tests=\([0-9]*\),.*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
tap_bad=$(sed -n 's/.*Failed: \([0-9]*\))$/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
passed=$((passed + tap_count - tap_bad))
failed=$((failed + tap_bad))
[ $((passed + failed)) -gt 0 ] || { echo "no test ran"; rc=1; }
[ "$rc" = 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
exit "$rc"
