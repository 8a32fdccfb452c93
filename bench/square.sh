# square.sh - square() in C beside the lesson's PL/pgSQL, an inlined SQL
# function and x * x
#
# "scan" reads the same rows and calls nothing: subtract it to get the cost of
# the calls alone.

. bench/lib.sh

case $BENCH_SIZE in small) rows=200000 ;; *) rows=10000000 ;; esac

psql -X -q <<SQL
CREATE TABLE numbers AS SELECT (i % 40000)::int AS x FROM generate_series(1, $rows) AS i;
VACUUM (FREEZE, ANALYZE) numbers;
-- the lesson's function, to the letter
CREATE FUNCTION lesson_square(integer) RETURNS integer AS \$\$
BEGIN
    RETURN \$1 * \$1;
END;
\$\$ LANGUAGE plpgsql;
CREATE FUNCTION sql_square(x integer) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN x * x;
SQL

contest "square of $rows integers" 5 \
	"x * x (built in)"		"SELECT count(x * x) FROM numbers" \
	"square(x), C"			"SELECT count(square(x)) FROM numbers" \
	"SQL function, inlined"	"SELECT count(sql_square(x)) FROM numbers" \
	"scan, nothing called"	"SELECT count(x) FROM numbers" \
	"PL/pgSQL, the lesson's" "SELECT count(lesson_square(x)) FROM numbers"
