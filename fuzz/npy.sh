#!/bin/sh
#
# npy.sh
#	Run the .npy header parser over FUZZ_RUNS inputs under ASan and UBSan: by
#	libFuzzer where there is clang, else by the mutating main of npy.c.
#
set -eu

runs=${FUZZ_RUNS:-1000000}
seed=${SEED:-1}
dir=$(mktemp -d "${PRIVATE:-${TMPDIR:-/tmp}}/npy.XXXXXX")
trap 'rm -rf "$dir"' EXIT
echo "npy: $runs inputs, seed $seed"
sanitize="-Imath_utils/src -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"

# shellcheck disable=SC2086
${CC:-gcc} $sanitize -DMU_FUZZ_MAIN -o "$dir/main" fuzz/npy.c
"$dir/main" "$runs" "$seed"
# shellcheck disable=SC2086
if command -v clang >/dev/null 2>&1 &&
	clang $sanitize -fsanitize=fuzzer -o "$dir/fuzz" fuzz/npy.c 2>/dev/null
then
	mkdir "$dir/corpus"
	printf '\223NUMPY\001\000\073\000%s' "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }" > "$dir/corpus/plain"
	printf '\223NUMPY\001\000\116\000%s' "{'descr': [('a', '<i8'), ('b', '|S4')], 'fortran_order': True, 'shape': (3,)}" > "$dir/corpus/fields"
	(cd "$dir" && ./fuzz -runs="$runs" -seed="$((seed % 2147483647))" -max_len=300 -print_final_stats=1 corpus 2>&1 | tail -n 3)
fi
