-- The scan layer: every way to call a set-returning function

CREATE TABLE ro (i int, x text) WITH (autovacuum_enabled = off);
INSERT INTO ro SELECT i, repeat('x', 50) FROM generate_series(1, 400) i;
VACUUM ANALYZE ro;
CREATE TABLE ro_empty (i int);

-- the plan: only the columns that are named, those of the filter first
EXPLAIN (COSTS OFF) SELECT lower, blkno FROM arch_inspect.page_headers('ro') h WHERE upper > 0 AND h.kind = 'heap';
EXPLAIN (VERBOSE, COSTS OFF) SELECT upper - lower AS free FROM arch_inspect.page_headers('ro') h WHERE blkno % 2 = 0;
EXPLAIN (COSTS OFF) SELECT count(*) FROM arch_inspect.heap_tuples('ro');
EXPLAIN (COSTS OFF) SELECT * FROM arch_inspect.page_header('ro', 0);
CREATE FUNCTION ro_plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
	RETURN QUERY SELECT key || ': ' || value FROM json_each_text(plan->0->'Plan')
	 WHERE key IN ('Node Type', 'Custom Plan Provider', 'Function Call', 'Columns Made', 'Filter', 'Rows Removed by Filter')
	 ORDER BY 1;
END
$$;
SELECT ro_plan('SELECT blkno FROM arch_inspect.page_headers(''ro'') WHERE blkno > 1');

-- estimates: rows as the statistics know them, blocks as the file has them
CREATE FUNCTION ro_estimate(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
	RETURN plan->0->'Plan'->>'Plan Rows';
END
$$;
SELECT ro_estimate('SELECT * FROM arch_inspect.heap_tuples(''ro'')') AS tuples,
	   ro_estimate('SELECT * FROM arch_inspect.page_headers(''ro'')') AS pages,
	   ro_estimate('SELECT * FROM arch_inspect.page_headers(''ro'', 1, 2)') AS range,
	   ro_estimate('SELECT * FROM arch_inspect.page_headers(''ro'', fork => ''vm'')') AS vm,
	   ro_estimate('SELECT * FROM arch_inspect.page_headers(''ro_empty'')') AS empty,
	   ro_estimate('SELECT * FROM arch_inspect.page_header(''ro'', 0)') AS one,
	   ro_estimate('SELECT arch_inspect.page_headers(''ro'')') AS target_list;

-- the scan node, a call in the target list and the server's function scan
-- return the same
SELECT count(*) AS n, count(DISTINCT t) AS different FROM (
	SELECT 1, h::text AS t FROM arch_inspect.page_headers('ro') h WHERE blkno = 2
	UNION ALL
	SELECT 2, t::text FROM (SELECT arch_inspect.page_headers('ro') AS t) s WHERE (t).blkno = 2
	UNION ALL
	SELECT 3, ROW(blkno, lsn, checksum, checksum_ok, flags, lower, upper, special, pagesize, version,
				  prune_xid, free_bytes, kind, in_buffers, problem)::text
	  FROM arch_inspect.page_headers('ro') WITH ORDINALITY WHERE blkno = 2) s;
SELECT (arch_inspect.heap_page_items('ro', 0)).lp LIMIT 2;
SELECT * FROM ROWS FROM (arch_inspect.relation_forks('ro'), generate_series(1, 4)) AS r (fork, path, segments, pages, bytes, n) WHERE path IS NULL;
SELECT a.blkno, a.ordinality FROM arch_inspect.page_headers('ro') WITH ORDINALITY a LIMIT 2;

-- whole rows, other names, no column at all
SELECT row_to_json(f)::jsonb - 'path' FROM arch_inspect.relation_forks('ro') AS f (a, path, b, c);
SELECT f IS NULL AS null, (f).fork FROM arch_inspect.relation_forks('ro') f;
SELECT count(*) FROM arch_inspect.page_headers('ro');
SELECT 'x' AS x FROM arch_inspect.relation_forks('ro');

-- rescan, and arguments from the left
SELECT r.relname, h.blkno FROM pg_class r, LATERAL arch_inspect.page_headers(r.oid) h
 WHERE r.relname IN ('ro', 'ro_empty') AND h.blkno < 2 ORDER BY 1, 2;
SELECT b, (SELECT count(*) FROM arch_inspect.heap_tuples('ro', b, b)) FROM generate_series(0, 3) b;
SELECT r.relname, h.fork FROM pg_class r LEFT JOIN LATERAL arch_inspect.page_headers(r.oid) p ON true
	   LEFT JOIN LATERAL arch_inspect.relation_forks(r.oid) h ON h.fork = 'main'
 WHERE r.relname = 'ro_empty';
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT count(*) FROM generate_series(1, 3) g JOIN arch_inspect.page_headers('ro') h ON g >= h.blkno;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;

-- LIMIT stops the scan; cursors go both ways
SELECT blkno FROM arch_inspect.page_headers('ro') LIMIT 2 OFFSET 1;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT blkno FROM arch_inspect.page_headers('ro');
FETCH 2 FROM c;
FETCH BACKWARD 1 FROM c;
FETCH LAST FROM c;
FETCH ABSOLUTE 2 FROM c;
CLOSE c;
DECLARE c NO SCROLL CURSOR FOR SELECT blkno FROM arch_inspect.page_headers('ro');
FETCH 1 FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
FETCH 1 FROM c;
TRUNCATE ro;	-- fail, the cursor reads it
ROLLBACK;
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT blkno FROM arch_inspect.page_headers('ro');
COMMIT;
FETCH 2 FROM c;
CLOSE c;

-- a scan that ended has given its lock back, one that goes on holds it
BEGIN;
SELECT count(*) FROM arch_inspect.page_headers('ro');
SELECT (arch_inspect.page_headers('ro')).blkno LIMIT 1;
SELECT count(*) AS locks FROM pg_locks WHERE relation = 'ro'::regclass;
DECLARE c CURSOR FOR SELECT blkno FROM arch_inspect.page_headers('ro');
FETCH 1 FROM c;
SELECT mode FROM pg_locks WHERE relation = 'ro'::regclass;
COMMIT;

-- UNION, subqueries, CTEs, aggregates, window functions, views
SELECT blkno FROM arch_inspect.page_headers('ro', 0, 0) UNION SELECT blkno FROM arch_inspect.page_headers('ro', 1, 1) ORDER BY 1;
SELECT blkno, upper > 0 AS u FROM arch_inspect.page_headers('ro', 0, 0) UNION ALL SELECT blkno, lower > 0 FROM arch_inspect.page_headers('ro', 1, 1);
WITH w AS MATERIALIZED (SELECT blkno FROM arch_inspect.page_headers('ro')) SELECT count(*), max(blkno) FROM w;
SELECT blkno, sum(upper - lower) OVER (ORDER BY blkno) > 0 AS w FROM arch_inspect.page_headers('ro') ORDER BY blkno DESC LIMIT 1;
CREATE VIEW ro_view AS SELECT blkno, kind FROM arch_inspect.page_headers('ro');
CREATE VIEW ro_barrier WITH (security_barrier) AS SELECT blkno, kind FROM arch_inspect.page_headers('ro') WHERE blkno > 0;
CREATE VIEW ro_invoker WITH (security_invoker) AS SELECT blkno, kind FROM arch_inspect.page_headers('ro');
SELECT count(*) FROM ro_view WHERE kind = 'heap';
SELECT count(*) FROM ro_barrier WHERE kind = 'heap';
SELECT count(*) FROM ro_invoker WHERE kind = 'heap';

-- rows that are locked or changed on the way: the server's own function scan
BEGIN;
SELECT r.i FROM ro r JOIN arch_inspect.page_headers('ro') h ON h.blkno = r.i WHERE r.i = 1 FOR UPDATE OF r;
UPDATE ro SET x = h.kind FROM arch_inspect.page_headers('ro') h WHERE h.blkno = ro.i AND ro.i = 2 RETURNING ro.i, ro.x;
ROLLBACK;
CREATE TABLE ro_copy AS SELECT blkno, kind FROM arch_inspect.page_headers('ro');
INSERT INTO ro_copy SELECT blkno, kind FROM arch_inspect.page_headers('ro') ON CONFLICT DO NOTHING;
SELECT count(*) FROM ro_copy;

-- prepared plans, custom and generic
PREPARE p (regclass, bigint) AS SELECT count(*) FROM arch_inspect.page_headers($1, $2);
SET plan_cache_mode = force_custom_plan;
EXECUTE p ('ro', 1);
SET plan_cache_mode = force_generic_plan;
EXECUTE p ('ro', 2);
EXECUTE p ('ro_empty', NULL);
EXECUTE p (NULL, NULL);
EXECUTE p ('ro', 99);	-- fail
EXECUTE p ('ro', 3);
RESET plan_cache_mode;

-- in functions: SQL, PL/pgSQL with an exception in the middle
CREATE FUNCTION ro_sql(r regclass) RETURNS SETOF bigint LANGUAGE sql STABLE
BEGIN ATOMIC SELECT blkno FROM arch_inspect.page_headers(r); END;
SELECT count(*) FROM ro_sql('ro');
CREATE FUNCTION ro_loop() RETURNS int LANGUAGE plpgsql AS $$
DECLARE n int := 0; r record;
BEGIN
	FOR r IN SELECT blkno FROM arch_inspect.page_headers('ro') LOOP
		BEGIN
			n := n + 1;
			PERFORM * FROM arch_inspect.page_header('ro', 999);
		EXCEPTION WHEN invalid_parameter_value THEN
			CONTINUE;
		END;
	END LOOP;
	RETURN n;
END
$$;
SELECT ro_loop();

-- workers
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT count(*), sum(lp_len) FROM arch_inspect.heap_tuples('ro') WHERE lp_flags = 'normal';
SELECT count(*), sum(lp_len) > 0 AS len FROM arch_inspect.heap_tuples('ro') WHERE lp_flags = 'normal';
SELECT count(*), count(DISTINCT blkno) FROM arch_inspect.page_headers('ro');
SET parallel_leader_participation = off;
SELECT count(*), count(DISTINCT blkno) FROM arch_inspect.heap_tuples('ro');
RESET parallel_leader_participation;
SELECT g, (SELECT count(*) FROM arch_inspect.heap_tuples('ro') WHERE lp > g) FROM generate_series(0, 2) g;
SELECT count(*), sum(blkno) FROM (SELECT blkno FROM arch_inspect.page_headers('ro') UNION ALL SELECT blkno FROM arch_inspect.page_headers('ro')) u;
-- workers again and again
SET enable_material = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM (SELECT generate_series(1, 3) g OFFSET 0) s LEFT JOIN (SELECT lp FROM arch_inspect.heap_tuples('ro') OFFSET 0) h ON h.lp > s.g;
SELECT count(*) FROM (SELECT generate_series(1, 3) g OFFSET 0) s LEFT JOIN (SELECT lp FROM arch_inspect.heap_tuples('ro') OFFSET 0) h ON h.lp > s.g;
SELECT g, (SELECT lp FROM (SELECT lp FROM arch_inspect.heap_tuples('ro') LIMIT 3) l WHERE lp >= g LIMIT 1) IS NOT NULL AS found FROM generate_series(1, 2) g;
RESET enable_material;
RESET enable_hashjoin;
RESET enable_mergejoin;
-- not for temporary tables, nor for what is known only when it runs
CREATE TEMP TABLE ro_temp AS SELECT generate_series(1, 1000) i;
EXPLAIN (COSTS OFF) SELECT count(*) FROM arch_inspect.heap_tuples('ro_temp');
SELECT count(*) FROM arch_inspect.heap_tuples('ro_temp');
SELECT count(*) FROM pg_class c, LATERAL arch_inspect.heap_tuples(c.oid) WHERE c.relname = 'ro_temp';
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- a function that does not fit the library
CREATE FUNCTION ro_wrong(regclass, bigint, bigint, text, OUT blkno int, OUT lsn pg_lsn) RETURNS SETOF record
LANGUAGE c AS '$libdir/arch_inspect', 'ai_page_headers';
SELECT * FROM ro_wrong('ro', NULL, NULL, 'main');	-- fail
SELECT ro_wrong('ro', NULL, NULL, 'main');	-- fail
DROP FUNCTION ro_wrong;
CREATE FUNCTION ro_fewer(regclass, bigint, bigint, text, OUT kind text, OUT blkno bigint) RETURNS SETOF record
LANGUAGE c AS '$libdir/arch_inspect', 'ai_page_headers';
SELECT * FROM ro_fewer('ro', 1, 1, 'main');
SELECT ro_fewer('ro', 1, 1, 'main');
DROP FUNCTION ro_fewer;

-- a plan may not outlive the right to call the function, nor the function
CREATE ROLE regress_ro;
GRANT SELECT ON ro TO regress_ro;
SET ROLE regress_ro;
PREPARE q AS SELECT count(*) FROM arch_inspect.page_headers('ro');
EXECUTE q;
RESET ROLE;
BEGIN;
REVOKE EXECUTE ON FUNCTION arch_inspect.page_headers FROM PUBLIC;
SET LOCAL ROLE regress_ro;
EXECUTE q;	-- fail
ROLLBACK;
REVOKE SELECT ON ro FROM regress_ro;
SET ROLE regress_ro;
EXECUTE q;	-- fail
RESET ROLE;
EXECUTE q;
DROP VIEW ro_view, ro_barrier, ro_invoker;
DROP FUNCTION ro_sql;
DROP EXTENSION arch_inspect CASCADE;
EXECUTE q;	-- fail
EXECUTE p ('ro', 1);	-- fail
CREATE EXTENSION arch_inspect;
EXECUTE q;
CREATE EXTENSION IF NOT EXISTS arch_lab;
DEALLOCATE ALL;

DROP TABLE ro, ro_empty, ro_copy, ro_temp;
DROP FUNCTION ro_estimate, ro_plan, ro_loop;
DROP ROLE regress_ro;

-- the scan node can be switched off, and gives the same rows
CREATE FUNCTION regress_plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN QUERY EXECUTE ''EXPLAIN (COSTS OFF) '' || query; END';
SELECT * FROM regress_plan($$SELECT blkno FROM arch_inspect.page_headers('pg_class') WHERE blkno < 2$$);
SET arch_inspect.enable_scan = off;
SELECT * FROM regress_plan($$SELECT blkno FROM arch_inspect.page_headers('pg_class') WHERE blkno < 2$$);
SELECT blkno FROM arch_inspect.page_headers('pg_class') WHERE blkno < 2;
RESET arch_inspect.enable_scan;
SELECT blkno FROM arch_inspect.page_headers('pg_class') WHERE blkno < 2;
SET arch_inspect.no_such_setting = 1;	-- fail
DROP FUNCTION regress_plan(text);
