# storage_buffers.sh - buffers and buffer_usage beside pg_buffercache

. bench/lib.sh

SETUP="SET max_parallel_workers_per_gather = 0; SET jit = off;"

psql -X -q -c 'CREATE EXTENSION pg_buffercache'
case $BENCH_SIZE in small) fill t 100 ;; *) fill t 1000 ;; esac
psql -X -q -c 'SELECT count(*) FROM t' > /dev/null

contest "shared buffers one by one" 7 \
	"arch_inspect.buffers"			"SELECT count(relfilenode), count(blkno), count(usage_count) FROM arch_inspect.buffers" \
	"pg_buffercache"				"SELECT count(relfilenode), count(relblocknumber), count(usagecount) FROM pg_buffercache"
contest "shared buffers by relation" 7 \
	"arch_inspect.buffer_usage"		"SELECT relation, fork, buffers, dirty, avg_usage_count FROM arch_inspect.buffer_usage ORDER BY buffers DESC" \
	"pg_buffercache, grouped"		"SELECT c.oid::regclass, b.*
		FROM (SELECT relfilenode, relforknumber, count(*), count(*) FILTER (WHERE isdirty), avg(usagecount)
				FROM pg_buffercache GROUP BY 1, 2) b
			LEFT JOIN pg_class c ON b.relfilenode = pg_relation_filenode(c.oid)
		ORDER BY 4 DESC"
