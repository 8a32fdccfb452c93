# index_tree.sh - index_tree beside pgstatindex, and beside an index-only scan
#
# "the same numbers" are those that pgstatindex has: pages by kind, density and
# fragmentation; for the others the line pointers of all pages are read, too.

. bench/lib.sh

case $BENCH_SIZE in small) rows=500000 ;; *) rows=13700000 ;; esac

psql -X -q -c 'CREATE EXTENSION pgstattuple' -c 'CREATE EXTENSION pg_prewarm'
psql -X -q <<SQL
CREATE UNLOGGED TABLE wide (n bigint) WITH (autovacuum_enabled = off);
INSERT INTO wide SELECT i FROM generate_series(1, $rows) AS i;
CREATE INDEX wide_n ON wide (n);
VACUUM (ANALYZE) wide;
SQL
size=$(psql -X -A -t -c "SELECT pg_size_pretty(pg_relation_size('wide_n'))")

tree()
{
	contest "a btree of $size, $1" 11 \
		"pgstatindex"						"SELECT * FROM pgstatindex('wide_n')" \
		"index_tree, the same numbers"		"SELECT level, page_kind, pages, fill_percent, backward_links FROM arch_inspect.index_tree('wide_n')" \
		"index_tree, every column"			"SELECT * FROM arch_inspect.index_tree('wide_n')" \
		"index_tree_pages"					"SELECT count(fill_percent) FROM arch_inspect.index_tree_pages('wide_n')" \
		"index-only scan"					"SET enable_seqscan = off\; SET max_parallel_workers_per_gather = 0\; SELECT count(*) FROM wide WHERE n > 0"
}
psql -X -q -o /dev/null -c "SELECT pg_prewarm('wide_n')"
tree "in shared buffers"
psql -X -q -c "ALTER SYSTEM SET shared_buffers = '16MB'"
pg_ctl -D "$PGHOST/data" -w -s -l "$PRIVATE/log/server.log" restart
tree "in the system's cache"
psql -X -q -c '\timing on' -c "EXPLAIN SELECT * FROM arch_inspect.index_tree('wide_n')" | tail -1
