-- index_of_row: the entries of a version, by its own key or by reading.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS arch_inspect CASCADE;
RESET client_min_messages;
CREATE SCHEMA index_of_row;
SET search_path = index_of_row, pg_catalog;
\set SHOW_CONTEXT never

CREATE TABLE t (a int, b text, n numeric, w name, c int[], p point, long text)
	WITH (autovacuum_enabled = off, fillfactor = 60);
INSERT INTO t
	SELECT i, CASE WHEN i % 7 > 0 THEN 'w' || i % 40 END, i / 10.0, 'n' || i, ARRAY[i, i % 10], point(i, i), repeat('x', 3000) || i
	  FROM generate_series(1, 1000) AS i;
CREATE INDEX i01 ON t (a);
CREATE INDEX i02 ON t (b COLLATE "C" DESC NULLS LAST, n);
CREATE INDEX i03 ON t (b) INCLUDE (n, c);
CREATE INDEX i04 ON t (w, c);
CREATE INDEX i05 ON t (long);
CREATE INDEX i06 ON t ((a + 1));
CREATE INDEX i07 ON t (a) WHERE a < 100;
CREATE UNIQUE INDEX i08 ON t (n) NULLS NOT DISTINCT;
CREATE INDEX i09 ON t USING hash (b);
CREATE INDEX i10 ON t USING hash (n);
CREATE INDEX i11 ON t USING gist (p);
CREATE INDEX i12 ON t USING gin (c);
CREATE INDEX i13 ON t USING spgist (p);
CREATE INDEX i14 ON t USING brin (a) WITH (pages_per_range = 4);

CREATE VIEW indexes AS
	SELECT c.oid::regclass AS idx, m.amname
	  FROM pg_class AS c
	  JOIN pg_am AS m ON m.oid = c.relam
	 WHERE c.relkind = 'i' AND c.relnamespace = 'index_of_row'::regnamespace;
CREATE FUNCTION entry(a int) RETURNS TABLE (idx regclass, entry boolean, kind text, dead boolean, points_at text, found_by text, problem text)
LANGUAGE sql AS $$
	SELECT e.idx, e.blkno IS NOT NULL, e.kind, e.dead, e.points_at, e.found_by, e.problem
	  FROM index_of_row.t AS t, arch_inspect.index_of_row('index_of_row.t', t.ctid) AS e WHERE t.a = $1
$$;

SELECT * FROM entry(101);
SELECT * FROM entry(7) WHERE idx = 'i07'::regclass OR idx = 'i09'::regclass;  -- no hash code of null

-- a heap-only version has none, but its chain's root has
UPDATE t SET long = long WHERE a = 102;
SELECT count(*) FILTER (WHERE points_at = 'root') AS root, count(*) FILTER (WHERE points_at = 'version') AS version
  FROM entry(102);
UPDATE t SET a = a WHERE a = 102;
SELECT count(*) FILTER (WHERE points_at = 'root') AS root, count(*) FILTER (WHERE points_at = 'version') AS version
  FROM entry(102);
-- an index that was made later than the chain began
UPDATE t SET w = 'before' WHERE a = 103;
DROP INDEX i04;
UPDATE t SET w = 'after' WHERE a = 103;
CREATE INDEX i04 ON t (w, c);
SELECT found_by, count(*), count(blkno) AS found
  FROM (SELECT t.ctid AS at FROM t WHERE a = 103) AS t, arch_inspect.version_chain('t', t.at) AS c,
	   arch_inspect.index_of_row('t', c.at) AS e
 WHERE e.idx = 'i04'::regclass AND c.kind <> 'gone' GROUP BY 1;

-- every entry of every line pointer, as index_items has it
DELETE FROM t WHERE a BETWEEN 300 AND 340;
VACUUM (INDEX_CLEANUP off) t;
BEGIN;
UPDATE t SET n = n + 1000 WHERE a BETWEEN 400 AND 420;
ROLLBACK;
UPDATE t SET b = 'moved' WHERE a BETWEEN 500 AND 505;
UPDATE t SET p = p WHERE a BETWEEN 600 AND 640;
CREATE TEMP TABLE pointers AS
	SELECT format('(%s,%s)', g.blkno, h.lp)::tid AS tid
	  FROM generate_series(0, pg_relation_size('t') / current_setting('block_size')::int - 1) AS g (blkno)
	 CROSS JOIN LATERAL arch_inspect.heap_page_items('t', g.blkno) AS h
	 WHERE h.lp % 3 = 0 OR h.lp_flags <> 'normal' OR g.blkno < 2;
CREATE TEMP TABLE theirs AS
	SELECT x.idx, i.blkno, i.itemoffset, i.kind, i.dead, u.tid
	  FROM indexes AS x
	 CROSS JOIN LATERAL arch_inspect.index_items(x.idx) AS i
	 CROSS JOIN LATERAL unnest(i.tids) AS u (tid)
	 WHERE i.kind IN ('leaf', 'posting list', 'pending');
CREATE TEMP TABLE ours AS
	SELECT e.* FROM arch_parts.index_of_rows('t', (SELECT array_agg(tid) FROM pointers)) AS e;
SELECT count(*) > 3000 AS many, count(*) FILTER (WHERE o.tid IS NULL) AS missed, count(*) FILTER (WHERE t.tid IS NULL) AS wrong
  FROM (SELECT * FROM theirs WHERE tid IN (SELECT tid FROM pointers)) AS t
  FULL JOIN (SELECT * FROM ours WHERE points_at = 'version') AS o USING (idx, blkno, itemoffset, kind, dead, tid);
SELECT count(*) > 20 AS some, count(*) FILTER (WHERE t.tid IS NULL) AS wrong
  FROM ours AS o
  LEFT JOIN theirs AS t USING (idx, blkno, itemoffset, kind, dead)
 WHERE o.points_at = 'root';
-- those of one line pointer are the same
SELECT count(*) AS others
  FROM (SELECT tid FROM pointers ORDER BY tid LIMIT 30) AS p
 CROSS JOIN LATERAL (SELECT array_agg(e::text ORDER BY e::text) AS a FROM arch_inspect.index_of_row('t', p.tid) AS e) AS one
 CROSS JOIN LATERAL (SELECT array_agg(e::text ORDER BY e::text) AS a
					   FROM (SELECT o.idx, o.blkno, o.itemoffset, o.kind, o.dead, o.points_at, o.found_by, o.problem FROM ours AS o WHERE o.tid = p.tid) AS e) AS many
 WHERE one.a IS DISTINCT FROM many.a;
-- what was read: only line pointers without a version, where there is a plain key
SELECT o.idx, count(*) FILTER (WHERE h.lp_flags = 'normal') AS versions
  FROM ours AS o
 CROSS JOIN LATERAL arch_inspect.heap_page_items('t', ((o.tid::text::point)[0])::bigint) AS h
 WHERE h.lp = (o.tid::text::point)[1] AND o.found_by = 'reading'
   AND o.idx::text IN ('i01', 'i02', 'i03', 'i05', 'i07', 'i08', 'i09', 'i10')
 GROUP BY 1 ORDER BY 1;

-- of each kind of relation
CREATE TEMP TABLE passing AS SELECT i FROM generate_series(1, 1000) AS i;
CREATE INDEX ON passing (i);
CREATE UNLOGGED TABLE careless AS SELECT i FROM generate_series(1, 1000) AS i;
CREATE INDEX ON careless USING hash (i);
CREATE TABLE parts (i int PRIMARY KEY) PARTITION BY RANGE (i);
CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10);
INSERT INTO parts VALUES (1);
CREATE TABLE twice AS SELECT 1 AS i FROM generate_series(1, 2);
\set VERBOSITY sqlstate
CREATE UNIQUE INDEX CONCURRENTLY twice_i ON twice (i);  -- fail, and leaves an invalid index
\set VERBOSITY default
SELECT idx, kind, found_by FROM arch_inspect.index_of_row('passing', '(0,3)');
SELECT idx, kind, found_by FROM arch_inspect.index_of_row('careless', '(0,3)');
SELECT idx, kind, found_by FROM arch_inspect.index_of_row('part', '(0,1)');
SELECT idx, kind, found_by FROM arch_inspect.index_of_row('twice', '(0,1)');
SELECT idx, kind, found_by
  FROM (SELECT ctid FROM pg_class WHERE oid = 'pg_proc'::regclass) AS c, arch_inspect.index_of_row('pg_class', c.ctid);
SELECT count(*) AS toast, min(found_by)
  FROM (SELECT reltoastrelid FROM pg_class WHERE oid = 'pg_rewrite'::regclass) AS c, arch_inspect.index_of_row(c.reltoastrelid, '(0,1)');
ALTER TABLE careless ADD COLUMN late int DEFAULT 7;
CREATE INDEX ON careless (late);
SELECT idx, kind, found_by FROM arch_inspect.index_of_row('careless', '(0,3)');
SELECT * FROM arch_inspect.index_of_row(NULL, '(0,1)');
SELECT * FROM arch_inspect.index_of_row('t', NULL);
SELECT count(blkno) FROM arch_inspect.index_of_row('t', '(0,250)') WHERE points_at <> 'range';
\set VERBOSITY terse
SELECT * FROM arch_inspect.index_of_row('t', '(4000,1)');  -- fail
\set VERBOSITY default
SELECT * FROM arch_inspect.index_of_row('parts', '(0,1)');  -- fail
SELECT * FROM arch_inspect.index_of_row('i01', '(0,1)');  -- fail
BEGIN READ ONLY;
SELECT count(*) FROM arch_inspect.index_of_row('t', '(0,1)');
COMMIT;

-- an operator class's functions run as the owner; who looks needs no values
CREATE ROLE regress_index_of_row;
CREATE ROLE regress_index_owner;
GRANT USAGE ON SCHEMA index_of_row TO regress_index_of_row, regress_index_owner;
GRANT CREATE ON SCHEMA index_of_row TO regress_index_owner;
CREATE FUNCTION cmp(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF current_setting('regress.fails', true) = 'on' THEN
		RAISE 'no' USING ERRCODE = 'data_exception';
	END IF;
	RAISE NOTICE 'compared by %', current_user;
	RETURN btint4cmp($1, $2);
END $$;
SET client_min_messages = warning;
CREATE OPERATOR CLASS told FOR TYPE int USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 index_of_row.cmp(int, int);
CREATE TABLE owned (i int);
INSERT INTO owned VALUES (1), (2);
CREATE INDEX ON owned (i told);
ALTER TABLE owned OWNER TO regress_index_owner;
RESET client_min_messages;
SET ROLE regress_index_of_row;
SELECT * FROM arch_inspect.index_of_row('owned', '(0,1)');  -- fail
RESET ROLE;
GRANT SELECT ON owned TO regress_index_of_row;
SET ROLE regress_index_of_row;
SELECT idx, itemoffset, found_by FROM arch_inspect.index_of_row('owned', '(0,2)');
SET regress.fails = on;
SELECT idx, itemoffset, found_by FROM arch_inspect.index_of_row('owned', '(0,2)');
RESET regress.fails;
RESET ROLE;
ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
SET ROLE regress_index_of_row;
SELECT * FROM arch_inspect.index_of_row('owned', '(0,1)');  -- fail, policies
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA index_of_row CASCADE;
DROP ROLE regress_index_of_row, regress_index_owner;
