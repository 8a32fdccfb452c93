# math_product.sh - product beside the same aggregate written in PL/pgSQL and
# in SQL over core's functions, and pgmp's
#
# Products that stay short, where the calls are what is compared, and one that
# grows.

. bench/lib.sh

case $BENCH_SIZE in small) rows=50000 ;; *) rows=1000000 ;; esac

psql -X -q <<SQL
CREATE TABLE numbers AS SELECT i / 10 AS g, (1 + i % 97 / 100.0)::numeric(6, 2) AS n, (1 + i % 9)::int AS k FROM generate_series(1, $rows) AS i;
VACUUM (FREEZE, ANALYZE) numbers;
CREATE FUNCTION step(state numeric, x numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS 'BEGIN RETURN state * x; END';
CREATE AGGREGATE plpgsql_product(numeric) (SFUNC = step, STYPE = numeric, INITCOND = 1, PARALLEL = SAFE);
CREATE AGGREGATE core_product(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = 1, PARALLEL = SAFE);
-- many factors of 1 and 2 in one group: no group to build
CREATE TABLE small AS SELECT CASE WHEN i % 1000 = 0 THEN 2 WHEN i % 1000 = 1 THEN 0.5 ELSE 1 END::numeric AS n FROM generate_series(1, $rows) AS i;
VACUUM (FREEZE, ANALYZE) small;
SQL

contest "product of $rows numerics, all in one" 3 \
	"product(numeric)"			"SELECT product(n) FROM small" \
	"aggregate in PL/pgSQL"		"SELECT plpgsql_product(n) FROM small" \
	"aggregate of numeric_mul"	"SELECT core_product(n) FROM small" \
	"count(n)"					"SELECT count(n) FROM small"
contest "product of $rows numerics in groups of ten" 3 \
	"product(numeric)"			"SELECT count(p) FROM (SELECT product(n) AS p FROM numbers GROUP BY g) AS v" \
	"aggregate in PL/pgSQL"		"SELECT count(p) FROM (SELECT plpgsql_product(n) AS p FROM numbers GROUP BY g) AS v" \
	"aggregate of numeric_mul"	"SELECT count(p) FROM (SELECT core_product(n) AS p FROM numbers GROUP BY g) AS v"
contest "product of 1 to 5,000, which grows to 16,326 digits" 3 \
	"product(numeric)"			"SELECT product(i::numeric) FROM generate_series(1, 5000) AS i" \
	"aggregate in PL/pgSQL"		"SELECT plpgsql_product(i) FROM generate_series(1, 5000) AS i" \
	"aggregate of numeric_mul"	"SELECT core_product(i) FROM generate_series(1, 5000) AS i"
contest "product of 1 to 20,000, which grows to 77,338 digits" 3 \
	"product(numeric)"			"SELECT product(i::numeric) FROM generate_series(1, 20000) AS i" \
	"aggregate in PL/pgSQL"		"SELECT plpgsql_product(i) FROM generate_series(1, 20000) AS i"
contest "5,000 growth factors such as 1.037" 3 \
	"product(numeric)"			"SELECT product(1 + i % 97 / 1000.0) FROM generate_series(1, 5000) AS i" \
	"aggregate in PL/pgSQL"		"SELECT plpgsql_product(1 + i % 97 / 1000.0) FROM generate_series(1, 5000) AS i"
if psql -X -q -c 'CREATE SCHEMA gmp; CREATE EXTENSION pgmp SCHEMA gmp' 2>/dev/null
then
	contest "product of 1 to 5,000, beside GMP" 3 \
		"product(integer)"		"SELECT product(i) FROM generate_series(1, 5000) AS i" \
		"prod(mpz) of pgmp"		"SELECT gmp.prod(i::gmp.mpz) FROM generate_series(1, 5000) AS i"
else
	echo "pgmp is not installed (Debian: postgresql-15-pgmp): left out"
fi
