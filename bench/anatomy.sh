# anatomy.sh - table_anatomy beside pgstattuple and count(*)
#
# "visible" is all-visible but for some pages, "fresh" has no all-visible page
# and its hint bits are set.  Both are in shared buffers until the end.

. bench/lib.sh

case $BENCH_SIZE in small) sizes=100000 ;; *) sizes="130000 1300000 13000000" ;; esac

psql -X -q -c 'CREATE EXTENSION pgstattuple' -c 'CREATE EXTENSION pg_prewarm'
for rows in $sizes
do
	psql -X -q -o /dev/null <<SQL
SET client_min_messages = warning;
DROP TABLE IF EXISTS visible, fresh;
CREATE TABLE visible AS SELECT i AS id, i::bigint AS n, 'row ' || i AS t FROM generate_series(1, $rows) AS i;
CREATE TABLE fresh AS TABLE visible;
VACUUM (ANALYZE) visible;
UPDATE visible SET n = n + 1 WHERE id % 10000 = 0;
SELECT v.tuple_count = f.tuple_count AS same FROM pgstattuple('visible') AS v, pgstattuple('fresh') AS f;
SELECT pg_prewarm('visible') = pg_prewarm('fresh') AS same;
SQL
	size=$(psql -X -A -t -c "SELECT pg_size_pretty(pg_relation_size('visible'))")
	contest "most pages all-visible, $size" 11 \
		"pgstattuple"			"SELECT * FROM pgstattuple('visible')" \
		"table_anatomy"			"SELECT * FROM arch_inspect.table_anatomy('visible')" \
		"table_anatomy, tuples alone"	"SELECT live_tuples, dead_tuples FROM arch_inspect.table_anatomy('visible')" \
		"count(*)"				"SELECT count(*) FROM visible"
	contest "no page all-visible, $size" 11 \
		"pgstattuple"			"SELECT * FROM pgstattuple('fresh')" \
		"table_anatomy"			"SELECT * FROM arch_inspect.table_anatomy('fresh')" \
		"count(*)"				"SELECT count(*) FROM fresh"
done

# Workers are processes that start when they are asked for, and each maps the
# shared buffers that it looks at anew; so they are asked for the large table.
parallel()
{
	contest "$1" 7 \
		"table_anatomy"			"SET max_parallel_workers_per_gather = 0\; SELECT * FROM arch_inspect.table_anatomy('visible')" \
		"table_anatomy, two workers"	"SET max_parallel_workers_per_gather = 2\; SELECT * FROM arch_inspect.table_anatomy('visible')"
}
SETUP='SET parallel_setup_cost = 0;'
parallel "from shared buffers, $size"
pg_ctl -D "$PGHOST/data" -w -s -l "$PRIVATE/log/server.log" restart
parallel "not in shared buffers, $size"
