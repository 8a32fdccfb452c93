# storage_maps.sh - page_map beside pg_visibility, pg_freespacemap and a bare
# walk over the items (heap_tuples with no column at all)

. bench/lib.sh

SETUP="SET max_parallel_workers_per_gather = 0; SET jit = off;"
case $BENCH_SIZE in small) sizes=10 ;; medium) sizes=100 ;; *) sizes="10 100 1000" ;; esac

psql -X -q -c 'CREATE EXTENSION pg_visibility' -c 'CREATE EXTENSION pg_freespacemap'
for size in $sizes
do
	psql -X -q -c 'SET client_min_messages = warning' -c 'DROP TABLE IF EXISTS t'
	fill t "$size"
	contest "the pages of $size MB" 5 \
		"a bare walk over the items"			"SELECT count(lp_len) FROM arch_inspect.heap_tuples('t')" \
		"page_map, counts and states"			"SELECT sum(tuples), sum(live), sum(dead), sum(free_bytes) FROM arch_inspect.page_map('t')" \
		"page_map, every column"				"SELECT count(m::text) FROM (SELECT * FROM arch_inspect.page_map('t') OFFSET 0) m"
	contest "the visibility map of $size MB" 21 \
		"page_map"								"SELECT count(all_visible), count(all_frozen) FROM arch_inspect.page_map('t')" \
		"pg_visibility_map"						"SELECT count(all_visible), count(all_frozen) FROM pg_visibility_map('t')"
	contest "the free space map of $size MB" 21 \
		"page_map"								"SELECT sum(fsm_bytes) FROM arch_inspect.page_map('t')" \
		"pg_freespace"							"SELECT sum(avail) FROM pg_freespace('t')"
done
