# math_primes.sh - number theory beside the usual ways in SQL

. bench/lib.sh

case $BENCH_SIZE in small) limit=20000 ;; *) limit=200000 ;; esac

contest "primes up to $limit" 3 \
	"primes(1, n)"			"SELECT count(*) FROM primes(1, $limit)" \
	"is_prime(i)"			"SELECT count(*) FROM generate_series(1, $limit) AS i WHERE is_prime(i)" \
	"trial division in SQL"	"SELECT count(*) FROM generate_series(2, $limit) AS i WHERE NOT EXISTS (SELECT FROM generate_series(2, sqrt(i)::int) AS d WHERE i % d = 0)"
contest "factorize" 5 \
	"semiprime near 2^62"	"SELECT * FROM factorize(2147483647::bigint * 2147483629)" \
	"a prime near 2^63"		"SELECT * FROM factorize(9223372036854775783)"
psql -X -q <<SQL
CREATE TABLE measured AS SELECT random() * 1000 AS x FROM generate_series(1, 10 * $limit);
CREATE INDEX ON measured (x);
VACUUM (FREEZE, ANALYZE) measured;
SQL
contest "isclose on an indexed column" 5 \
	"isclose(x, 500)"		"SELECT count(*) FROM measured WHERE isclose(x, 500, 1e-6)" \
	"abs(x - 500) <= d"		"SELECT count(*) FROM measured WHERE abs(x - 500) <= 5e-4"
