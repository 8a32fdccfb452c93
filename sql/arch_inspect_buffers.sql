-- Shared buffers

CREATE TABLE bu (i int) WITH (autovacuum_enabled = off);
INSERT INTO bu SELECT generate_series(1, 500);
SELECT blkno, fork, relation, dirty IS NOT NULL AS dirty, usage_count > 0 AS used, pins, 'BM_VALID' = ANY (flags) AS valid,
	   tablespace = (SELECT dattablespace FROM pg_database WHERE datname = current_database()) AS tablespace,
	   database = (SELECT oid FROM pg_database WHERE datname = current_database()) AS database,
	   relfilenode = pg_relation_filenode('bu') AS relfilenode
  FROM arch_inspect.buffers
 WHERE relation = 'bu'::regclass AND fork = 'main'
 ORDER BY blkno;
SELECT relation, fork, buffers, bytes, dirty <= buffers AS dirty, pinned, avg_usage_count > 0 AS used
  FROM arch_inspect.buffer_usage
 WHERE relation = 'bu'::regclass AND fork = 'main';

-- all of shared_buffers
SELECT count(*) = pg_size_bytes(current_setting('shared_buffers')) / current_setting('block_size')::int AS all,
	   min(bufferid) = 1 AS first, max(bufferid) = count(*) AS last
  FROM arch_inspect.buffers;
SELECT sum(bytes) = pg_size_bytes(current_setting('shared_buffers')) AS all FROM arch_inspect.buffer_usage;
SELECT hand BETWEEN 1 AND b.n AS hand, passes >= 0 AS passes, free_buffers BETWEEN 0 AND b.n AS free,
	   pinned_buffers >= 0 AS pinned, next_bufferid BETWEEN 1 AND b.n AS next, sweep >= 0 AS sweep
  FROM arch_inspect.buffer_clock, (SELECT count(*) AS n FROM arch_inspect.buffers) b;

-- the same as pg_buffercache, but for what moves meanwhile
CREATE EXTENSION pg_buffercache;
SELECT count(*) = (SELECT count(*) FROM arch_inspect.buffers) AS all,
	   count(*) FILTER (WHERE (a.relfilenode, a.tablespace, a.database, a.blkno)
						   IS DISTINCT FROM
						   (p.relfilenode, p.reltablespace, p.reldatabase, p.relblocknumber)) AS different
  FROM arch_inspect.buffers a JOIN pg_buffercache p USING (bufferid);
SELECT count(*) AS different
  FROM arch_inspect.buffer_usage a
  FULL JOIN (SELECT relfilenode, reldatabase, relforknumber, count(*) AS n
			   FROM pg_buffercache WHERE relfilenode IS NOT NULL GROUP BY 1, 2, 3) p
	ON p.relfilenode = a.relfilenode AND p.reldatabase = a.database
	   AND p.relforknumber = array_position('{main,fsm,vm,init}'::text[], a.fork) - 1
 WHERE a.buffers IS DISTINCT FROM p.n AND coalesce(a.relation, 0) <> 'bu'::regclass AND a.relfilenode >= 16384
	   AND a.database <> 0;
DROP EXTENSION pg_buffercache;

-- the wrong role
CREATE ROLE regress_bu;
SET ROLE regress_bu;
SELECT count(*) FROM arch_inspect.buffers;	-- fail
SELECT count(*) FROM arch_inspect.buffer_usage;	-- fail
SELECT count(*) FROM arch_inspect.buffer_clock;	-- fail
SELECT count(*) FROM arch_parts.buffers();	-- fail
RESET ROLE;
GRANT pg_monitor TO regress_bu;
SET ROLE regress_bu;
SELECT count(*) > 0 AS found FROM arch_inspect.buffers;
SELECT count(*) > 0 AS found FROM arch_inspect.buffer_usage;
SELECT count(*) > 0 AS found FROM arch_inspect.buffer_clock;
RESET ROLE;

DROP TABLE bu;
DROP ROLE regress_bu;
