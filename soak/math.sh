#!/bin/sh
#
# math.sh
#	The long form of the tests of math_utils: 1,000 plans, a million rational
#	operations, ten thousand calls of each function, aggregates over 10^7 rows,
#	is_prime against a sieve to 10^7.
#
set -eu
. tools/common.sh

MU_PLANS=${MU_PLANS:-1000} MU_OPERATIONS=${MU_OPERATIONS:-1000000} \
MU_CALLS=${MU_CALLS:-10000} MU_ROWS=${MU_ROWS:-10000000}
export MU_PLANS MU_OPERATIONS MU_CALLS MU_ROWS

failed=0
make installcheck PG_CONFIG="$PG_CONFIG" with_llvm=no TESTS='70[014]_math*' \
	PROVE_TESTS="$(echo t/70[014]_math*.pl)" PROVE_FLAGS=--verbose \
	EXTRA_REGRESS_OPTS="--temp-instance=$PRIVATE/instance --temp-config=$(pwd)/tools/check.conf" \
	> "$PRIVATE/log/soak_math_tests.log" 2>&1 || failed=1
grep -E '^(# seed|not ok|Result|Files|t/)' "$PRIVATE/log/soak_math_tests.log" || failed=1
[ "$failed" = 0 ] || die "math: a test failed"

psql -X -q -c 'CREATE EXTENSION IF NOT EXISTS math_utils' 2>/dev/null
wrong=$(psql -X -A -t -c "SELECT count(*) FROM (SELECT p FROM primes(1, 10000000) AS p EXCEPT SELECT n FROM generate_series(1::bigint, 10000000) AS n WHERE is_prime(n)) AS a" \
	-c "SELECT count(*) FILTER (WHERE is_prime(n)) - (SELECT count(*) FROM primes(1, 10000000)) FROM generate_series(1::bigint, 10000000) AS n" | paste -sd ' ')
[ "$wrong" = "0 0" ] || die "is_prime and the sieve differ: $wrong"
echo "math: is_prime and the sieve agree to 10^7"
