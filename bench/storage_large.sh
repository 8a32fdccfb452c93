# storage_large.sh - a table of many times shared_buffers: time, what is driven
# out of shared buffers, private memory, temporary files

. bench/lib.sh

SETUP="SET max_parallel_workers_per_gather = 0; SET jit = off;"

case $BENCH_SIZE in small) buffers=16MB mb=100 hot=3 ;; *) buffers=128MB mb=1000 hot=8 ;; esac
psql -X -q -c 'CREATE EXTENSION pageinspect' -c 'CREATE EXTENSION pg_buffercache' \
	-c "ALTER SYSTEM SET shared_buffers = '$buffers'"
fill t "$mb"
fill hot $hot
pg_ctl -D "$PGHOST/data" -w -s -l "$PRIVATE/log/server.log" restart

contest "$mb MB with shared_buffers = $buffers" 3 \
	"sequential scan, one column"	"SELECT count(i) FROM t" \
	"heap_tuples, one column"		"SELECT count(t_xmin) FROM arch_inspect.heap_tuples('t')" \
	"page_map, counts and states"	"SELECT sum(tuples), sum(live), sum(dead), sum(free_bytes) FROM arch_inspect.page_map('t')" \
	"pageinspect, two columns"		"SELECT count(t_xmin), count(t_ctid) FROM generate_series(0, pg_relation_size('t') / 8192 - 1) b,
		LATERAL heap_page_items(get_raw_page('t', b))"

# what each leaves of a hot table
left()
{
	psql -X -q -A -t <<SQL
SELECT sum(n) FROM (SELECT count(i) AS n FROM hot UNION ALL SELECT count(i) FROM hot UNION ALL SELECT count(i) FROM hot) s \g /dev/null
SELECT count(*) AS before FROM pg_buffercache WHERE relfilenode = pg_relation_filenode('hot') \gset
$2 \g /dev/null
SELECT format('  %-44s %s of %s hot buffers left', '$1', count(*), :before)
  FROM pg_buffercache WHERE relfilenode = pg_relation_filenode('hot');
SQL
}
echo "what is left of a hot table"
left "heap_tuples" "SELECT count(t_xmin) FROM arch_inspect.heap_tuples('t')"
left "page_map" "SELECT count(*) FROM arch_inspect.page_map('t') p WHERE p IS NULL"
left "sequential scan" "SELECT count(i) FROM t"
left "get_raw_page" "SELECT count(get_raw_page('t', b)) FROM generate_series(0, pg_relation_size('t') / 8192 - 1) b"
echo

# private memory that a look adds to a session that is warm
echo "private memory and temporary files of a look over $mb MB"
for look in heap_tuples page_headers page_map
do
	psql -X -q -A -t <<SQL
SELECT count(*) FROM arch_inspect.$look('hot') l WHERE l IS NULL \g /dev/null
SELECT (regexp_match(pg_read_file('/proc/self/status'), 'RssAnon:\s+(\d+)'))[1] AS before \gset
SELECT sum(temp_bytes) AS temp FROM pg_stat_database \gset
SELECT count(*) FROM arch_inspect.$look('t') l WHERE l IS NULL \g /dev/null
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT format('  %-44s %s kB more, %s bytes of temporary files', '$look, all columns',
	   (regexp_match(pg_read_file('/proc/self/status'), 'RssAnon:\s+(\d+)'))[1]::int - :before,
	   (SELECT sum(temp_bytes) FROM pg_stat_database) - :temp);
SQL
done
