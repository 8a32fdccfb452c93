# math_median.sh - median beside percentile_cont, tdigest, and a frame that is
# sorted again for every row

. bench/lib.sh

case $BENCH_SIZE in small) rows=100000 frame_rows=3000 ;; *) rows=2000000 frame_rows=20000 ;; esac

psql -X -q <<SQL
CREATE TABLE numbers AS SELECT i, (sin(i) * 1000000)::float8 AS x, (sin(i) * 1000)::numeric(10, 3) AS n FROM generate_series(1, $rows) AS i;
VACUUM (FREEZE, ANALYZE) numbers;
-- the frame's rows, sorted for each row of the result
CREATE FUNCTION middle(frame float8[]) RETURNS float8 LANGUAGE sql IMMUTABLE AS
	'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM unnest(frame) AS x';
SQL

contest "median of $rows double precision" 5 \
	"percentile_cont(0.5)"	"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM numbers" \
	"median(float8)"		"SELECT median(x) FROM numbers" \
	"median(numeric)"		"SELECT median(n) FROM numbers"

contest "median over a frame of 1,000 rows, $frame_rows times" 3 \
	"median(float8)"		"SELECT count(m) FROM (SELECT median(x) OVER (ORDER BY i ROWS 999 PRECEDING) AS m FROM (SELECT * FROM numbers LIMIT $frame_rows) AS t) AS v" \
	"median(numeric)"		"SELECT count(m) FROM (SELECT median(n) OVER (ORDER BY i ROWS 999 PRECEDING) AS m FROM (SELECT * FROM numbers LIMIT $frame_rows) AS t) AS v" \
	"percentile_cont of the frame" "SELECT count(m) FROM (SELECT middle(array_agg(x) OVER (ORDER BY i ROWS 999 PRECEDING)) AS m FROM (SELECT * FROM numbers LIMIT $frame_rows) AS t) AS v"

if psql -X -q -c 'CREATE EXTENSION tdigest' 2>/dev/null
then
	contest "median of $rows, beside an approximation" 3 \
		"median(float8), exact"				"SELECT median(x) FROM numbers" \
		"tdigest_percentile, approximate"	"SELECT tdigest_percentile(x, 100, 0.5) FROM numbers"
else
	echo "tdigest is not installed (Debian: postgresql-15-tdigest): left out"
fi
