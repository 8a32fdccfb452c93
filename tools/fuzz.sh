#!/bin/sh
#
# fuzz.sh
#	Build every fuzz target in fuzz/ with sanitizers and run it; "make fuzz"
#	calls it by private.sh, t/800_fuzz.pl with few runs.
#
# FUZZ_RUNS		mutated images per target (default: 10000000)
# FUZZ_JOBS		processes per target (default: one a processor)
# FUZZ_TARGETS	names of targets (default: all)
# CC			compiler (default: gcc)
#
# A target is fuzz/NAME.c and is linked with fuzz/driver.c and the decode files
# of arch_inspect, or with what a line " * Links: FILE ..." in it names.  Where
# the compiler has no sanitizers, the targets run without and this says so.  One
# that is built in another way has a fuzz/NAME.sh, which is run instead.
#
set -eu
. tools/common.sh

CC=${CC:-gcc}
runs=${FUZZ_RUNS:-10000000}
jobs=${FUZZ_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}
dir=${PRIVATE:-${TMPDIR:-/tmp}}/fuzz.$$
mkdir -p "$dir"

sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
echo 'int main(void) { return 0; }' > "$dir/try.c"
if ! { $CC $sanitize -o "$dir/try" "$dir/try.c" && "$dir/try"; } 2>/dev/null
then
	echo "$CC has no sanitizers here: the targets run without"
	sanitize=
fi
ASAN_OPTIONS=abort_on_error=1:handle_abort=0:detect_leaks=0
UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS

rc=0
for source in fuzz/*.c
do
	name=$(basename "$source" .c)
	[ "$name" != driver ] || continue
	case " ${FUZZ_TARGETS:-$name} " in *" $name "*) ;; *) continue ;; esac
	start=$(date +%s)
	if [ -f "fuzz/$name.sh" ]
	then
		if FUZZ_RUNS=$runs CC=$CC sh "fuzz/$name.sh" > "$dir/$name.log" 2>&1
		then
			echo "$name: $runs images in $(($(date +%s) - start)) s, nothing found"
		else
			tail -n 40 "$dir/$name.log"
			echo "$name: failed"
			rc=1
		fi
		continue
	fi
	links=$(sed -n 's/^ \* Links: //p' "$source")
	# No link names two files, and no path here holds a space.
	# shellcheck disable=SC2086
	$CC -std=gnu99 -g -O1 -fno-omit-frame-pointer -fno-strict-aliasing $sanitize \
		-Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -D_GNU_SOURCE \
		-I"$("$PG_CONFIG" --includedir-server)" -Iarch_inspect/src -Icommon -Ifuzz \
		-o "$dir/$name" "$source" fuzz/driver.c ${links:-arch_inspect/src/decode/decode_*.c} ||
		die "$source does not build"

	start=$(date +%s)
	share=$(( (runs + jobs - 1) / jobs ))
	i=0
	pids=
	while [ $i -lt "$jobs" ]
	do
		"$dir/$name" $((i * share)) $share > "$dir/$name.$i" 2>&1 &
		pids="$pids $!"
		i=$((i + 1))
	done
	bad=0
	for pid in $pids
	do
		wait "$pid" || bad=1
	done
	if [ $bad = 0 ]
	then
		echo "$name: $((share * jobs)) images in $(($(date +%s) - start)) s, nothing found"
	else
		head -n 40 "$dir/$name".[0-9]*
		echo "$name: failed"
		rc=1
	fi
done
rm -rf "$dir"
exit $rc
