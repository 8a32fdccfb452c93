# storage_tuples.sh - heap_tuples and page_headers beside a sequential scan and
# pageinspect
#
# The sequential scan is the measure: it reads the same pages for the same
# number of rows.

. bench/lib.sh

SETUP="SET max_parallel_workers_per_gather = 0; SET jit = off;"
case $BENCH_SIZE in small) sizes=10 ;; medium) sizes=100 ;; *) sizes="10 100 1000" ;; esac

psql -X -q -c 'CREATE EXTENSION pageinspect'
# pageinspect, page by page, as its users do it
pages="FROM generate_series(0, pg_relation_size('t') / 8192 - 1) b,
	LATERAL heap_page_items(get_raw_page('t', b)) p"
all="count(lp), count(lp_off), count(lp_flags), count(lp_len), count(t_xmin), count(t_xmax), count(t_ctid),
	count(t_infomask), count(t_infomask2), count(t_hoff)"

for size in $sizes
do
	psql -X -q -c 'SET client_min_messages = warning' -c 'DROP TABLE IF EXISTS t'
	fill t "$size"
	runs=5
	[ "$size" -lt 1000 ] || runs=3

	contest "tuple headers of $size MB" $runs \
		"sequential scan, one column"			"SELECT count(i) FROM t" \
		"heap_tuples, one column"				"SELECT count(t_xmin) FROM arch_inspect.heap_tuples('t')" \
		"heap_tuples, two columns"				"SELECT count(t_xmin), count(t_ctid) FROM arch_inspect.heap_tuples('t')" \
		"heap_tuples, a filter on a header column" "SELECT count(*) FROM arch_inspect.heap_tuples('t') WHERE t_xmax <> '0'" \
		"heap_tuples, state"					"SELECT count(state) FROM arch_inspect.heap_tuples('t')" \
		"heap_tuples, the columns of pageinspect" "SELECT $all FROM arch_inspect.heap_tuples('t')" \
		"heap_tuples, flags"					"SELECT count(flags) FROM arch_inspect.heap_tuples('t')" \
		"pageinspect, two columns"				"SELECT count(t_xmin), count(t_ctid) $pages" \
		"pageinspect, a filter"					"SELECT count(*) $pages WHERE t_xmax <> '0'" \
		"pageinspect, all columns"				"SELECT $all $pages" \
		"pageinspect, flags"					"SELECT count(f.raw_flags) $pages, LATERAL heap_tuple_infomask_flags(t_infomask, t_infomask2) f"

	contest "page headers of $size MB" $runs \
		"page_headers, three columns"			"SELECT count(lsn), count(lower), count(upper) FROM arch_inspect.page_headers('t')" \
		"pageinspect, three columns"			"SELECT count(lsn), count(lower), count(upper)
			FROM generate_series(0, pg_relation_size('t') / 8192 - 1) b, LATERAL page_header(get_raw_page('t', b))"

	SETUP="SET max_parallel_workers_per_gather = 2; SET jit = off;"
	contest "tuple headers of $size MB, two workers" $runs \
		"sequential scan, one column"			"SELECT count(i) FROM t" \
		"heap_tuples, one column"				"SELECT count(t_xmin) FROM arch_inspect.heap_tuples('t')"
	SETUP="SET max_parallel_workers_per_gather = 0; SET jit = off;"
done
