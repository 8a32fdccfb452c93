-- Indexes: pages and items of all access methods, kinds of indexes, rights
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS arch_inspect CASCADE;
CREATE SCHEMA index_kinds;
CREATE EXTENSION bloom SCHEMA index_kinds;
CREATE EXTENSION btree_gist SCHEMA index_kinds;
CREATE EXTENSION btree_gin SCHEMA index_kinds;
CREATE EXTENSION pg_trgm SCHEMA index_kinds;
SET search_path = index_kinds, pg_catalog;
RESET client_min_messages;

CREATE TABLE t (a int, b text COLLATE "C", p point, e int[], j jsonb, r int4range);
INSERT INTO t
	SELECT i, 'key ' || i, point(i, -i), ARRAY[i % 7, i], jsonb_build_object('k', i % 5), int4range(i, i + 3)
	  FROM generate_series(1, 3000) AS i;
CREATE INDEX t_btree ON t (a, b);
CREATE INDEX t_hash ON t USING hash (b);
CREATE INDEX t_gist ON t USING gist (p);
CREATE INDEX t_gist_range ON t USING gist (r);
CREATE INDEX t_gist_int ON t USING gist (a);
CREATE INDEX t_gist_trgm ON t USING gist (b gist_trgm_ops);
CREATE INDEX t_gin_array ON t USING gin (e);
CREATE INDEX t_gin_jsonb ON t USING gin (j);
CREATE INDEX t_gin_two ON t USING gin (a, e);
CREATE INDEX t_gin_trgm ON t USING gin (b gin_trgm_ops);
CREATE INDEX t_brin ON t USING brin (a) WITH (pages_per_range = 4);
CREATE INDEX t_quad ON t USING spgist (p);
CREATE INDEX t_kd ON t USING spgist (p kd_point_ops);
CREATE INDEX t_radix ON t USING spgist (b);
CREATE INDEX t_range ON t USING spgist (r);
CREATE INDEX t_bloom ON t USING bloom (a);
VACUUM t;

-- what each has, by kind of page and of item; a key whose type has no text
-- form is its bytes, and a problem says so
SELECT c.relname, i.page_kind, i.kind, count(*) > 0 AS some, count(i.key) > 0 AS keys,
	   bool_or(i.child IS NOT NULL) AS children, bool_or(i.tids IS NOT NULL) AS addresses,
	   bool_or(i.problem IS NOT NULL AND i.key ~ '\\x') AS bytes, bool_or(i.problem IS NOT NULL AND i.key !~ '\\x') AS problem
  FROM pg_class AS c CROSS JOIN LATERAL arch_inspect.index_items(c.oid) AS i
 WHERE c.relnamespace = 'index_kinds'::regnamespace AND c.relkind = 'i' AND c.relname <> 't_bloom'
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- no page has a problem; a page alone shows what the walk over all shows
SELECT am.amname, string_agg(DISTINCT s.page_kind, ', ' ORDER BY s.page_kind) FILTER (WHERE s.page_kind NOT IN ('new', 'unused')) AS page_kinds,
	   string_agg(DISTINCT s.problem, ', ') AS problems
  FROM pg_class AS c JOIN pg_am AS am ON am.oid = c.relam
 CROSS JOIN LATERAL generate_series(0, pg_relation_size(c.oid) / current_setting('block_size')::int - 1) AS g (blkno)
 CROSS JOIN LATERAL arch_inspect.index_page_stats(c.oid, g.blkno) AS s
 WHERE c.relnamespace = 'index_kinds'::regnamespace AND c.relkind = 'i'
 GROUP BY 1 ORDER BY 1;
SELECT c.relname
  FROM pg_class AS c
 WHERE c.relnamespace = 'index_kinds'::regnamespace AND c.relkind = 'i'
   AND EXISTS (
	(SELECT g.blkno, i.* FROM generate_series(0, pg_relation_size(c.oid) / current_setting('block_size')::int - 1) AS g (blkno)
	  CROSS JOIN LATERAL arch_inspect.index_page_items(c.oid, g.blkno) AS i)
	EXCEPT ALL SELECT i.* FROM arch_inspect.index_items(c.oid) AS i);

-- every row is there, in every index that holds one address a row
SELECT c.relname,
	   (SELECT count(*) FROM (SELECT ctid FROM t EXCEPT
		SELECT unnest(i.tids) FROM arch_inspect.index_items(c.oid) AS i WHERE i.level = 0 OR i.tids IS NOT NULL) AS d) AS missing,
	   (SELECT count(*) FROM (SELECT unnest(i.tids) FROM arch_inspect.index_items(c.oid) AS i WHERE i.page_kind = 'leaf' EXCEPT
		SELECT ctid FROM t) AS d) AS too_many
  FROM pg_class AS c JOIN pg_am AS am ON am.oid = c.relam
 WHERE c.relnamespace = 'index_kinds'::regnamespace AND c.relkind = 'i' AND am.amname IN ('btree', 'hash', 'gist', 'gin', 'spgist')
 ORDER BY 1;

-- keys are what the rows say
SELECT bool_and(i.key = t.a || ', "' || t.b || '"') AS btree FROM arch_inspect.index_items('t_btree') AS i JOIN t ON t.ctid = i.tids[1] WHERE i.kind = 'leaf';
SELECT bool_and(i.key = '"' || t.p || '"') AS quad FROM arch_inspect.index_items('t_quad') AS i JOIN t ON t.ctid = i.tids[1] WHERE i.kind = 'leaf';
SELECT bool_and(i.key = '"' || t.r || '"') AS gist FROM arch_inspect.index_items('t_gist_range') AS i JOIN t ON t.ctid = i.tids[1] WHERE i.kind = 'leaf';

-- an access method of somebody else's
SELECT * FROM arch_inspect.index_page_stats('t_bloom', 0) \gx
SELECT blkno, itemoffset, kind, key, tids, details, problem FROM arch_inspect.index_items('t_bloom') LIMIT 1;

-- what is quoted, and what an empty or null key looks like
CREATE TABLE q (x text, y text);
INSERT INTO q VALUES ('', 'a,b'), ('say "so"', 'null'), (NULL, 'Truncated'), ('plain', E'tab\there');
CREATE INDEX q_x ON q (x, y);
SELECT key FROM arch_inspect.index_items('q_x');

-- kinds of indexes
CREATE TABLE kinds (i int, x text);
CREATE INDEX empty_index ON kinds (i);
SELECT page_kind, details->'root' AS root FROM arch_inspect.index_page_stats('empty_index', 0);
SELECT count(*) FROM arch_inspect.index_items('empty_index');
CREATE UNIQUE INDEX unique_nulls ON kinds (i) NULLS NOT DISTINCT;
INSERT INTO kinds VALUES (NULL, 'a'), (1, 'b');
SELECT itemoffset, kind, key FROM arch_inspect.index_items('unique_nulls');
CREATE UNLOGGED TABLE u (i int PRIMARY KEY);
INSERT INTO u VALUES (5);
SELECT key FROM arch_inspect.index_items('u_pkey');
CREATE TEMP TABLE mine (i int PRIMARY KEY);
INSERT INTO mine VALUES (6);
SELECT key FROM arch_inspect.index_items('mine_pkey');
CREATE TABLE parted (i int PRIMARY KEY) PARTITION BY RANGE (i);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
INSERT INTO parted VALUES (7);
SELECT key FROM arch_inspect.index_items('parted_1_pkey');
SELECT count(*) > 0 AS toast FROM arch_inspect.index_items('pg_toast.pg_toast_2618_index');

-- an expression that would run is not run
CREATE FUNCTION told(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
$$ BEGIN RAISE NOTICE 'evaluated'; RETURN $1 * 2; END $$;
CREATE INDEX told ON u (told(i));
SELECT key FROM arch_inspect.index_items('told');

-- an index that grows while it is looked at: what leads to the new blocks is
-- no problem
CREATE TABLE growing (i int PRIMARY KEY);
INSERT INTO growing SELECT generate_series(1, 2000);
BEGIN;
DECLARE look CURSOR FOR SELECT blkno, itemoffset, problem
  FROM arch_inspect.index_items('growing_pkey') WHERE problem IS NOT NULL OR (blkno = 1 AND itemoffset = 1);
FETCH look;
INSERT INTO growing SELECT generate_series(2001, 9000);
FETCH ALL FROM look;
COMMIT;

-- fail
SELECT * FROM arch_inspect.index_items('parted_pkey');
SELECT * FROM arch_inspect.index_items('t');
SELECT * FROM arch_inspect.index_page_stats('u_pkey', 99);
SELECT * FROM arch_inspect.index_page_items('u_pkey', -1);
SELECT count(*) FROM arch_inspect.index_page_items(NULL, 0);
SELECT count(*) FROM arch_inspect.index_page_stats('u_pkey', NULL);

-- who may see what
CREATE ROLE regress_index_reader;
CREATE ROLE regress_index_owner;
GRANT USAGE ON SCHEMA index_kinds TO regress_index_reader, regress_index_owner;
CREATE TABLE secret (i int PRIMARY KEY);
INSERT INTO secret VALUES (1), (2);
ALTER TABLE secret OWNER TO regress_index_owner;
SET ROLE regress_index_reader;
SELECT count(*) FROM arch_inspect.index_items('secret_pkey');	-- fail
SELECT count(*) FROM arch_inspect.index_page_stats('secret_pkey', 0);	-- fail
RESET ROLE;
GRANT SELECT ON secret TO regress_index_reader;
SET ROLE regress_index_reader;
SELECT itemoffset, kind, key, tids, problem FROM arch_inspect.index_items('secret_pkey');
SELECT page_kind FROM arch_inspect.index_page_stats('secret_pkey', 1);
SET ROLE regress_index_owner;
SELECT key FROM arch_inspect.index_items('secret_pkey');
RESET ROLE;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
SET ROLE regress_index_owner;
SELECT count(*) FROM arch_inspect.index_items('secret_pkey');	-- fail, row-level security
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA index_kinds CASCADE;
DROP ROLE regress_index_reader, regress_index_owner;
