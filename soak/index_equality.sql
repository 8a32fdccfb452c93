-- index_equality.sql - every item of every B-tree and hash index of a database
-- as pageinspect sees it, the leaves against the table, and amcheck
--
-- Prints nothing but what is different.

SET client_min_messages = warning;
CREATE SCHEMA rich;
CREATE EXTENSION pageinspect SCHEMA rich;
CREATE EXTENSION amcheck SCHEMA rich;
CREATE EXTENSION hstore SCHEMA rich;
CREATE EXTENSION ltree SCHEMA rich;
SET search_path = rich, pg_catalog;
CREATE TYPE mood AS ENUM ('a', 'b', 'c');
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TYPE pair AS (x int, y text);
CREATE TABLE k (i int, b text, v varchar(20), n numeric, d date, ts timestamptz, m mood, p positive, pr pair,
	u uuid, ip inet, bits bit(9), h hstore, l ltree, arr int[], r int4range, mr int4multirange, nm name, o oid,
	c "char", f float8, mon money, j jsonb, tsv tsvector);
INSERT INTO k
	SELECT nullif(i % 700, 3), 'Key ' || i % 90, 'v' || i, i / 7.0, date '2000-1-1' + i % 1000, now() + i * interval '1 s',
		   (ARRAY['a', 'b', 'c']::mood[])[1 + i % 3], 1 + i, ROW(i % 9, 'z' || i)::pair, gen_random_uuid(),
		   ('10.0.' || i % 200 || '.' || i % 250)::inet, (i % 512)::bit(9), hstore('k' || i % 9, i::text),
		   ('a.b' || i % 40)::ltree, ARRAY[i % 5, i], int4range(i, i + 5),
		   int4multirange(int4range(i, i + 2), int4range(i + 9, i + 12)), ('n' || i % 50)::name, i::oid,
		   chr(65 + i % 26)::"char", i / 3.0, (i % 1000)::money, jsonb_build_object('a', i % 20), to_tsvector('simple', 'w' || i % 9)
	  FROM generate_series(1, 3000) AS i;
SELECT format('CREATE INDEX ON k (%1$I); CREATE INDEX ON k (%1$I DESC NULLS LAST, i)', attname) FROM pg_attribute
 WHERE attrelid = 'k'::regclass AND attnum > 0 \gexec
-- a type may have no hash
DO $$
DECLARE
	column_name name;
BEGIN
	FOR column_name IN SELECT attname FROM pg_attribute WHERE attrelid = 'rich.k'::regclass AND attnum > 0 LOOP
		BEGIN
			EXECUTE format('CREATE INDEX ON rich.k USING hash (%I)', column_name);
		EXCEPTION WHEN undefined_object THEN NULL;
		END;
	END LOOP;
END $$;
CREATE UNIQUE INDEX ON k (p);
CREATE UNIQUE INDEX ON k (u) NULLS NOT DISTINCT;
CREATE INDEX ON k (b COLLATE "C");
CREATE INDEX ON k (lower(b), (i + 1)) INCLUDE (v, n);
CREATE INDEX ON k (i) WHERE m = 'a';
CREATE INDEX ON k (b) WITH (deduplicate_items = off);
CREATE TABLE parts (i int PRIMARY KEY, t text) PARTITION BY HASH (i);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT i, 't' || i FROM generate_series(1, 2000) AS i;
CREATE INDEX ON parts (t);
CREATE UNLOGGED TABLE unlogged (i int PRIMARY KEY);
INSERT INTO unlogged SELECT generate_series(1, 900);
CREATE TEMP TABLE temporary (i int PRIMARY KEY);
INSERT INTO temporary SELECT generate_series(1, 900);

CREATE TABLE pages (idx regclass, amname name, blkno int);
CREATE TABLE theirs (idx regclass, blkno int, itemoffset int, size int, dead bool, tids tid[], key text);
CREATE TABLE ours (LIKE theirs, problem text, kind text);
INSERT INTO pages
	SELECT c.oid, am.amname, b
	  FROM pg_class AS c JOIN pg_am AS am ON am.oid = c.relam
	 CROSS JOIN LATERAL generate_series(0, pg_relation_size(c.oid) / current_setting('block_size')::int - 1) AS b
	 WHERE c.relkind = 'i' AND am.amname IN ('btree', 'hash') AND NOT pg_is_other_temp_schema(c.relnamespace);
INSERT INTO theirs
	SELECT p.idx, p.blkno, i.itemoffset, i.itemlen, coalesce(i.dead, false), coalesce(i.tids, ARRAY[i.htid])
	  FROM pages AS p CROSS JOIN LATERAL bt_page_stats(p.idx::text, p.blkno) AS s
	 CROSS JOIN LATERAL bt_page_items(p.idx::text, p.blkno) AS i
	 WHERE p.amname = 'btree' AND p.blkno > 0 AND s.type <> 'd';
INSERT INTO theirs
	SELECT p.idx, p.blkno, i.itemoffset, NULL, NULL, ARRAY[i.ctid], 'hash=' || i.data
	  FROM pages AS p CROSS JOIN LATERAL get_raw_page(p.idx::text, p.blkno) AS r (raw)
	 CROSS JOIN LATERAL hash_page_items(CASE WHEN hash_page_type(r.raw) IN ('bucket', 'overflow') THEN r.raw END) AS i
	 WHERE p.amname = 'hash' AND hash_page_type(r.raw) IN ('bucket', 'overflow');
INSERT INTO ours
	SELECT p.idx, i.blkno, i.itemoffset, CASE p.amname WHEN 'btree' THEN i.size END, CASE p.amname WHEN 'btree' THEN i.dead END,
		   coalesce(i.tids, ARRAY[NULL::tid]), CASE p.amname WHEN 'hash' THEN i.key END, i.problem, i.kind
	  FROM (SELECT DISTINCT idx, amname FROM pages) AS p CROSS JOIN LATERAL arch_inspect.index_items(p.idx) AS i
	 WHERE p.amname = 'btree' OR i.kind = 'leaf';

-- whoever reads a catalog by an index may mark an entry there as dead
UPDATE theirs SET dead = NULL FROM pg_class AS c WHERE c.oid = idx AND c.relnamespace = 'pg_catalog'::regnamespace;
UPDATE ours SET dead = NULL FROM pg_class AS c WHERE c.oid = idx AND c.relnamespace = 'pg_catalog'::regnamespace;
SELECT 'few items' FROM theirs HAVING count(*) < 100000 OR count(DISTINCT idx) < 150;
SELECT 'problem', idx, problem FROM ours WHERE problem IS NOT NULL;
SELECT 'differ', d.*
  FROM ((TABLE theirs EXCEPT ALL SELECT idx, blkno, itemoffset, size, dead, tids, key FROM ours) UNION ALL
		(SELECT idx, blkno, itemoffset, size, dead, tids, key FROM ours EXCEPT ALL TABLE theirs)) AS d LIMIT 20;
-- each row is in each whole B-tree once
SELECT 'rows', i.indexrelid::regclass
  FROM pg_index AS i
 WHERE i.indrelid = 'k'::regclass AND i.indpred IS NULL AND
	   i.indexrelid IN (SELECT idx FROM pages WHERE amname = 'btree') AND
	   ((SELECT count(*) FROM (SELECT ctid FROM k EXCEPT ALL
			SELECT unnest(o.tids) FROM ours AS o WHERE o.idx = i.indexrelid AND o.kind IN ('leaf', 'posting list')) AS d) > 0 OR
		(SELECT count(*) FROM (SELECT unnest(o.tids) FROM ours AS o WHERE o.idx = i.indexrelid AND o.kind IN ('leaf', 'posting list')
			EXCEPT ALL SELECT ctid FROM k) AS d) > 0);
SELECT bt_index_check(idx, true) FROM (SELECT DISTINCT idx FROM pages WHERE amname = 'btree') AS p \g /dev/null
