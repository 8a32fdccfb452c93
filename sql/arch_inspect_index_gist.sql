-- GiST: every item of every page, for operator classes of the server and of
-- its extensions.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS arch_inspect CASCADE;
CREATE SCHEMA index_gist;
CREATE EXTENSION pageinspect SCHEMA index_gist;
CREATE EXTENSION btree_gist SCHEMA index_gist;
CREATE EXTENSION pg_trgm SCHEMA index_gist;
CREATE EXTENSION ltree SCHEMA index_gist;
CREATE EXTENSION hstore SCHEMA index_gist;
CREATE EXTENSION intarray SCHEMA index_gist;
SET search_path = index_gist, pg_catalog;
RESET client_min_messages;

CREATE TABLE many (i int, b box, p point, r int4range, s text, l ltree, h hstore, a int[], ts tsvector)
	WITH (autovacuum_enabled = off);
INSERT INTO many
	SELECT i, box(point(i % 100, i / 100), point(i % 100 + 1, i / 100 + 1)),
		   point(i * 7919 % 1000, i * 7907 % 1000),
		   CASE WHEN i % 3 > 0 THEN int4range(i, i + 10) END,
		   CASE WHEN i % 17 > 0 THEN 'word' || i * 31 % 5000 END,
		   ('top.n' || i % 30 || '.n' || i)::ltree, hstore('k' || i % 50, i::text),
		   ARRAY[i % 90, i % 37 + 1000], to_tsvector('simple', 'w' || i % 10 || ' v' || i % 1000)
	  FROM generate_series(1, 6000) AS i;
CREATE INDEX of_box ON many USING gist (b);
CREATE INDEX of_box_covering ON many USING gist (b, i) INCLUDE (s, l);
CREATE INDEX of_point ON many USING gist (p);
CREATE INDEX of_range ON many USING gist (r);
CREATE INDEX of_trgm ON many USING gist (s gist_trgm_ops);
CREATE INDEX of_text ON many USING gist (s);
CREATE INDEX of_ltree ON many USING gist (l);
CREATE INDEX of_hstore ON many USING gist (h);
CREATE INDEX of_intarray ON many USING gist (a gist__int_ops);
CREATE INDEX of_tsvector ON many USING gist (ts);
CREATE INDEX of_few ON many USING gist (b) WHERE i BETWEEN 5001 AND 5010;
CREATE INDEX of_none ON many USING gist (b) WHERE i < 0;
-- splits after the build, deleted pages, and entries that a scan found dead
INSERT INTO many (i, b, p, s)
	SELECT i, box(point(i, i), point(i + 1, i + 1)), point(i, 2 * i), 'late'
	  FROM generate_series(6001, 8000) AS i;
DELETE FROM many WHERE i BETWEEN 2000 AND 4500;
VACUUM (INDEX_CLEANUP on) many;
DELETE FROM many WHERE i < 40;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT count(*) FROM many WHERE b <@ box '((0,0),(101,1))';
SELECT count(*) FROM many WHERE b <@ box '((0,0),(101,1))';
RESET enable_seqscan;
RESET enable_bitmapscan;

CREATE VIEW pages AS
	SELECT c.oid::regclass AS idx, g.blkno, get_raw_page(c.oid::regclass::text, g.blkno::int) AS raw
	  FROM pg_class AS c
	 CROSS JOIN LATERAL generate_series(0, pg_relation_size(c.oid) / current_setting('block_size')::int - 1) AS g (blkno)
	 WHERE c.relkind = 'i' AND c.relnamespace = 'index_gist'::regnamespace;

-- pages as pageinspect sees them
SELECT count(*) > 500 AS many_pages,
	   count(DISTINCT s.page_kind) AS kinds,
	   count(*) FILTER (WHERE s.page_kind = 'deleted') > 0 AS some_deleted,
	   count(*) FILTER (WHERE s.page_kind = 'deleted' AND s.details ? 'delete_xid') > 0 AS with_xid,
	   count(*) FILTER (WHERE (s.details->>'nsn')::pg_lsn <> o.nsn) AS different_nsn,
	   count(*) FILTER (WHERE coalesce(s.right_block, 4294967295) <> o.rightlink) AS different_link,
	   count(*) FILTER (WHERE (SELECT array_agg(upper('f_' || f)) FROM unnest(o.flags) AS f) IS DISTINCT FROM nullif(s.flags, '{}')) AS different_flags,
	   count(s.problem) FILTER (WHERE s.problem !~ '^format of the type') AS problems
  FROM pages AS p CROSS JOIN LATERAL gist_page_opaque_info(p.raw) AS o
 CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS s;
-- a build that sorts leaves no NSN, one that inserts leaves 1 on what it split
CREATE TABLE fresh AS SELECT i, p, b FROM many;
CREATE INDEX fresh_sorted ON fresh USING gist (p);
CREATE INDEX fresh_inserted ON fresh USING gist (b);
SELECT g.idx, s.details->>'last_split' AS last_split, count(*) > 1 AS some, count(*) FILTER (WHERE s.right_block < g.blkno) > 1 AS back
  FROM pages AS g CROSS JOIN LATERAL arch_inspect.index_page_stats(g.idx, g.blkno) AS s
 WHERE g.idx IN ('fresh_sorted'::regclass, 'fresh_inserted'::regclass) AND s.page_kind = 'leaf' AND s.details->>'nsn' = CASE WHEN g.idx = 'fresh_sorted'::regclass THEN '0/0' ELSE '0/1' END
 GROUP BY 1, 2 ORDER BY g.idx::text COLLATE "C", 2;
DROP TABLE fresh;

-- items as pageinspect sees them, byte for byte
CREATE TABLE theirs AS
	SELECT p.idx, p.blkno, i.itemoffset::int, i.ctid AS tid, i.itemlen::int AS size, i.dead
	  FROM pages AS p CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS s
	 CROSS JOIN LATERAL gist_page_items_bytea(p.raw) AS i
	 WHERE s.page_kind <> 'deleted';
CREATE TABLE ours AS
	SELECT n.idx, i.*
	  FROM (SELECT DISTINCT idx FROM pages) AS n CROSS JOIN LATERAL arch_inspect.index_items(n.idx) AS i;
SELECT count(*) > 40000 AS many_items, count(*) FILTER (WHERE dead) > 0 AS some_dead FROM theirs;
SELECT count(*) AS different
  FROM theirs AS t
  FULL JOIN (SELECT * FROM ours WHERE itemoffset IS NOT NULL) AS o USING (idx, blkno, itemoffset)
 WHERE (t.size, t.dead) IS DISTINCT FROM (o.size, o.dead)
	OR t.tid IS DISTINCT FROM coalesce(o.tids[1], format('(%s,65535)', o.child)::tid);
SELECT kind, page_kind, count(DISTINCT idx) AS indexes, count(*) > 0 AS some, count(child) = count(*) AS all_lead_on, count(tids) = count(*) AS all_with_tids
  FROM ours WHERE itemoffset IS NOT NULL GROUP BY 1, 2 ORDER BY 1;

-- the leaves have the rows that the heap has, less those that are not in a
-- partial index
SELECT o.idx, count(*) > 0 AS some,
	   count(*) FILTER (WHERE h.tid IS NULL) AS not_in_heap,
	   (SELECT count(*) FROM many) - count(*) FILTER (WHERE m.i IS NOT NULL) AS missing
  FROM ours AS o
  LEFT JOIN (SELECT format('(%s,%s)', g.b, i.lp)::tid AS tid
			   FROM generate_series(0, pg_relation_size('many') / current_setting('block_size')::int - 1) AS g (b)
			  CROSS JOIN LATERAL heap_page_items(get_raw_page('many', g.b::int)) AS i
			  WHERE i.lp_flags IN (1, 3)) AS h ON h.tid = o.tids[1]
  LEFT JOIN many AS m ON m.ctid = o.tids[1]
 WHERE o.kind = 'leaf' AND o.idx <> 'of_few'::regclass
 GROUP BY 1 ORDER BY o.idx::text COLLATE "C";
SELECT key = '"' || m.b || '"' AS same, count(*)
  FROM ours AS o JOIN many AS m ON m.ctid = o.tids[1] WHERE o.idx = 'of_few'::regclass AND kind = 'leaf' GROUP BY 1;

-- keys are the rows' values, and what bounds them covers them
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE o.key <> '"' || m.b || '"') AS different
  FROM ours AS o JOIN many AS m ON m.ctid = o.tids[1] WHERE o.idx = 'of_box'::regclass AND o.kind = 'leaf';
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE o.key IS DISTINCT FROM coalesce('"' || m.r || '"', 'null')) AS different
  FROM ours AS o JOIN many AS m ON m.ctid = o.tids[1] WHERE o.idx = 'of_range'::regclass AND o.kind = 'leaf';
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE NOT trim(u.key, '"')::box @> trim(l.key, '"')::box) AS outside
  FROM ours AS u JOIN ours AS l ON l.idx = u.idx AND l.blkno = u.child
 WHERE u.idx = 'of_box'::regclass AND u.kind = 'downlink' AND NOT l.dead;
-- included columns are in the leaves alone
SELECT kind, count(*) FILTER (WHERE key LIKE '%truncated, truncated') > 0 AS some_truncated,
	   count(*) FILTER (WHERE key LIKE '%truncated%') = count(*) AS all_truncated
  FROM ours WHERE idx = 'of_box_covering'::regclass AND itemoffset IS NOT NULL GROUP BY 1 ORDER BY 1;
-- a key type without a text form is no error
SELECT idx, count(*) FILTER (WHERE key IS NOT NULL) = count(*) AS all_with_word
  FROM ours WHERE itemoffset IS NOT NULL GROUP BY 1 ORDER BY idx::text COLLATE "C";

SET client_min_messages = warning;
DROP SCHEMA index_gist CASCADE;
