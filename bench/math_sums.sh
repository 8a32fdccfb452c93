# math_sums.sh - fsum beside core's sums, plain and over a frame
#
# A frame that moves takes a value away with each step.  core's sum(float8)
# can't, so it adds the whole frame again.

. bench/lib.sh

case $BENCH_SIZE in small) rows=200000 frame_rows=20000 ;; *) rows=5000000 frame_rows=200000 ;; esac

psql -X -q <<SQL
CREATE TABLE numbers AS SELECT i, (sin(i) * 1000000)::float8 AS x, i AS b, (i % 1000 / 100.0)::numeric AS n FROM generate_series(1::bigint, $rows) AS i;
VACUUM (FREEZE, ANALYZE) numbers;
SQL

contest "sum of $rows double precision" 5 \
	"sum(float8), inexact"	"SELECT sum(x) FROM numbers" \
	"fsum(float8), exact"	"SELECT fsum(x) FROM numbers" \
	"sum(x::numeric)"		"SELECT sum(x::numeric) FROM numbers" \
	"favg(float8), exact"	"SELECT favg(x) FROM numbers" \
	"count(x)"				"SELECT count(x) FROM numbers"

frame="OVER (ORDER BY i ROWS 999 PRECEDING) AS s FROM (SELECT * FROM numbers LIMIT $frame_rows) AS t) AS v"
contest "sum over a frame of 1,000 rows, $frame_rows times" 3 \
	"sum(bigint)"			"SELECT count(s) FROM (SELECT sum(b) $frame" \
	"fsum(float8), exact"	"SELECT count(s) FROM (SELECT fsum(x) $frame"
contest "the same, a tenth of the rows" 3 \
	"fsum(float8), exact"	"SELECT count(s) FROM (SELECT fsum(x) OVER (ORDER BY i ROWS 999 PRECEDING) AS s FROM (SELECT * FROM numbers LIMIT $frame_rows / 10) AS t) AS v" \
	"sum(float8), inexact"	"SELECT count(s) FROM (SELECT sum(x) OVER (ORDER BY i ROWS 999 PRECEDING) AS s FROM (SELECT * FROM numbers LIMIT $frame_rows / 10) AS t) AS v"
