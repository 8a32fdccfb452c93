# math_rational.sh - rational beside pg_rational and numeric
#
# The same fractions in both types; those to be summed are small enough for
# the four-byte sides of pg_rational.

. bench/lib.sh

case $BENCH_SIZE in small) rows=50000 ;; *) rows=1000000 ;; esac

psql -X -q <<SQL
CREATE TABLE fractions AS SELECT rational((i::bigint * 7919 % 100003 - 50000), 1 + (i::bigint * 31 % 12)) AS r,
	((i::bigint * 7919 % 100003 - 50000) / (1.0 + i::bigint * 31 % 12))::numeric AS n FROM generate_series(1, $rows) AS i;
CREATE TABLE little AS SELECT rational(i * 7 % 31 - 15, 1 + i % 16) AS r FROM generate_series(1, $rows) AS i;
CREATE INDEX by_n ON fractions (n);
CREATE INDEX by_r ON fractions (r);
VACUUM (FREEZE, ANALYZE) fractions;
VACUUM (FREEZE, ANALYZE) little;
SQL

contest "btree build over $rows rows" 3 \
	"numeric"		"REINDEX INDEX by_n" \
	"rational"		"REINDEX INDEX by_r"

if psql -X -q -c 'CREATE SCHEMA peer; CREATE EXTENSION pg_rational SCHEMA peer' 2>/dev/null
then
	psql -X -q <<SQL
CREATE TABLE peers AS SELECT (numerator(r)::text || '/' || denominator(r)::text)::peer.rational AS r FROM fractions;
CREATE TABLE little_peers AS SELECT (numerator(r)::text || '/' || denominator(r)::text)::peer.rational AS r FROM little;
VACUUM (FREEZE, ANALYZE) little_peers;
VACUUM (FREEZE, ANALYZE) peers;
SQL
	contest "sum of $rows fractions" 3 \
		"sum(rational)"				"SELECT sum(r) FROM little" \
		"sum of pg_rational"		"SELECT peer.sum(r) FROM little_peers" \
		"count(rational), the scan alone"	"SELECT count(r) FROM little"
	contest "sort of $rows fractions" 3 \
		"rational"					"SELECT count(*) FROM (SELECT r FROM fractions ORDER BY r OFFSET 0) AS v" \
		"pg_rational"				"SELECT count(*) FROM (SELECT r FROM peers ORDER BY r OFFSET 0) AS v" \
		"numeric"					"SELECT count(*) FROM (SELECT n FROM fractions ORDER BY n OFFSET 0) AS v"
else
	echo "pg_rational is not installed (Debian: postgresql-15-rational): left out"
fi
