-- SP-GiST: inner tuples with prefix and nodes, chains of leaf tuples, nulls,
-- and what moved and removed tuples leave behind.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS arch_inspect CASCADE;
CREATE SCHEMA index_spgist;
CREATE EXTENSION pageinspect SCHEMA index_spgist;
SET search_path = index_spgist, pg_catalog;
RESET client_min_messages;

CREATE TABLE many (i int, s text COLLATE "C", p point, b box, ip inet, r int4range)
	WITH (autovacuum_enabled = off);
INSERT INTO many
	SELECT i, CASE WHEN i % 17 > 0 THEN 'word' || i * 31 % 5000 END, point(i * 7919 % 1000, i * 7907 % 1000),
		   box(point(i % 100, i / 100), point(i % 100 + 1, i / 100 + 1)),
		   ('10.' || i % 200 || '.' || i % 13 || '.' || i % 250)::inet,
		   CASE WHEN i % 3 > 0 THEN int4range(i, i + 10) END
	  FROM generate_series(1, 10000) AS i;
CREATE INDEX of_text ON many USING spgist (s);
CREATE INDEX of_covering ON many USING spgist (s) INCLUDE (i, ip);
CREATE INDEX of_quad ON many USING spgist (p);
CREATE INDEX of_kd ON many USING spgist (p kd_point_ops);
CREATE INDEX of_box ON many USING spgist (b);
CREATE INDEX of_inet ON many USING spgist (ip);
CREATE INDEX of_range ON many USING spgist (r);
CREATE INDEX of_few ON many USING spgist (s) WHERE i BETWEEN 9001 AND 9010;
CREATE INDEX of_none ON many USING spgist (s) WHERE i < 0;
CREATE TABLE alike AS SELECT i, 'all the same'::text AS s FROM generate_series(1, 3000) AS i;
CREATE INDEX of_alike ON alike USING spgist (s);
INSERT INTO many SELECT i, 'late' || i, point(i, i), box(point(i, i), point(i, i)), '::1', int4range(i, i + 1)
  FROM generate_series(10001, 12000) AS i;
DELETE FROM many WHERE i BETWEEN 2000 AND 4500;
VACUUM (INDEX_CLEANUP on) many;
INSERT INTO many SELECT i, 'later' || i, point(i, i), box(point(i, i), point(i, i)), '::2', int4range(i, i + 1)
  FROM generate_series(12001, 14000) AS i;

CREATE VIEW pages AS
	SELECT c.oid::regclass AS idx, g.blkno, get_raw_page(c.oid::regclass::text, g.blkno::int) AS raw
	  FROM pg_class AS c
	 CROSS JOIN LATERAL generate_series(0, pg_relation_size(c.oid) / current_setting('block_size')::int - 1) AS g (blkno)
	 WHERE c.relkind = 'i' AND c.relnamespace = 'index_spgist'::regnamespace;
CREATE TABLE ours AS
	SELECT n.idx, i.*
	  FROM (SELECT DISTINCT idx FROM pages) AS n CROSS JOIN LATERAL arch_inspect.index_items(n.idx) AS i;

SELECT s.page_kind, s.flags, count(*) > 0 AS some, count(s.problem) AS problems
  FROM pages AS p CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS s
 WHERE s.page_kind <> 'new' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT kind, page_kind, count(*) > 0 AS some, count(key) > 0 AS with_keys, count(tids) = count(*) AS all_with_tids, count(child) > 0 AS lead_on,
	   count(problem) FILTER (WHERE problem !~ '^format of the type') AS problems
  FROM ours WHERE kind NOT IN ('redirect', 'dead') GROUP BY 1, 2 ORDER BY 1, 2;
-- the server's own line pointers: each is an item, with its length
SELECT count(*) > 10000 AS many, count(*) FILTER (WHERE o.itemoffset IS NULL) AS missing
  FROM pages AS p
 CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS s
 CROSS JOIN LATERAL page_header(p.raw) AS h
 CROSS JOIN LATERAL generate_series(1, (h.lower - 24) / 4) AS lp
  LEFT JOIN ours AS o ON o.idx = p.idx AND o.blkno = p.blkno AND o.itemoffset = lp AND o.kind <> 'node'
 WHERE s.page_kind IN ('inner', 'leaf');

-- the leaves have the rows that the heap has
SELECT o.idx, count(*) > 0 AS some,
	   count(*) FILTER (WHERE h.tid IS NULL) AS not_in_heap,
	   (SELECT count(*) FROM many) - count(*) AS missing
  FROM ours AS o
  LEFT JOIN (SELECT format('(%s,%s)', g.b, i.lp)::tid AS tid
			   FROM generate_series(0, pg_relation_size('many') / current_setting('block_size')::int - 1) AS g (b)
			  CROSS JOIN LATERAL heap_page_items(get_raw_page('many', g.b::int)) AS i
			  WHERE i.lp_flags = 1) AS h ON h.tid = o.tids[1]
 WHERE o.kind = 'leaf' AND o.idx NOT IN ('of_few'::regclass, 'of_alike'::regclass)
 GROUP BY 1 ORDER BY o.idx::text COLLATE "C";
-- whole values where the operator class keeps them whole
SELECT o.idx, count(*) FILTER (WHERE o.key IS DISTINCT FROM
		CASE o.idx WHEN 'of_quad'::regclass THEN '"' || m.p || '"' WHEN 'of_kd'::regclass THEN '"' || m.p || '"'
			WHEN 'of_box'::regclass THEN '"' || m.b || '"' WHEN 'of_inet'::regclass THEN host(m.ip)
			ELSE coalesce('"' || m.r || '"', 'null') END) AS different
  FROM ours AS o JOIN many AS m ON m.ctid = o.tids[1]
 WHERE o.kind = 'leaf' AND o.idx IN ('of_quad'::regclass, 'of_kd'::regclass, 'of_box'::regclass, 'of_inet'::regclass, 'of_range'::regclass)
 GROUP BY 1 ORDER BY o.idx::text COLLATE "C";
-- included columns, beside keys that are null too
SELECT m.s IS NULL AS key_is_null, count(*) > 300 AS many, count(*) FILTER (WHERE o.key NOT LIKE '%, ' || m.i || ', ' || host(m.ip)) AS different,
	   count(*) FILTER (WHERE o.key LIKE 'null, %') = count(*) FILTER (WHERE m.s IS NULL) AS nulls
  FROM ours AS o JOIN many AS m ON m.ctid = o.tids[1]
 WHERE o.kind = 'leaf' AND o.idx = 'of_covering'::regclass GROUP BY 1 ORDER BY 1;
SELECT count(*) FILTER (WHERE key = 'null') = (SELECT count(*) FROM many WHERE s IS NULL) AS nulls
  FROM ours WHERE kind = 'leaf' AND idx = 'of_text'::regclass;
-- of texts: the prefixes and labels down to a leaf, and what it keeps itself
-- (a negative label adds no character), are the row's value
CREATE TABLE down AS
WITH RECURSIVE walk AS (
	SELECT 1::bigint AS blkno, 1::bigint AS lp, ''::text AS path, 0 AS depth
	UNION ALL
	SELECT n.child, (n.details->>'child_offset')::bigint,
		   w.path || coalesce(trim('"' FROM substr(t.key, 8)), '') ||
		   CASE WHEN split_part(n.key, '=', 2)::int > 0 THEN chr(split_part(n.key, '=', 2)::int) ELSE '' END,
		   w.depth + 1
	  FROM walk AS w
	  JOIN ours AS t ON t.idx = 'of_text'::regclass AND t.blkno = w.blkno AND t.itemoffset = w.lp AND t.kind = 'inner'
	  JOIN ours AS n ON n.idx = t.idx AND n.blkno = t.blkno AND n.itemoffset = t.itemoffset AND n.kind = 'node'
	 WHERE n.child IS NOT NULL AND w.depth < 20)
SELECT * FROM walk;
CREATE INDEX ON ours (idx, blkno, itemoffset);
CREATE TABLE leaves AS
WITH RECURSIVE chain AS (
	SELECT d.path, o.* FROM down AS d JOIN ours AS o ON o.idx = 'of_text'::regclass AND o.blkno = d.blkno AND o.itemoffset = d.lp AND o.kind = 'leaf'
	UNION ALL
	SELECT c.path, o.* FROM chain AS c JOIN ours AS o ON o.idx = c.idx AND o.blkno = c.blkno AND o.itemoffset = (c.details->>'next_offset')::int)
SELECT * FROM chain;
SELECT count(*) = (SELECT count(*) FROM many WHERE s IS NOT NULL) AS every_row,
	   count(*) FILTER (WHERE l.path || trim('"' FROM l.key) <> m.s) AS different
  FROM leaves AS l JOIN many AS m ON m.ctid = l.tids[1];
-- values that cannot be told apart
SELECT count(*) > 0 AS all_the_same FROM ours
 WHERE idx = 'of_alike'::regclass AND kind = 'inner' AND (details->>'all_the_same')::boolean;
-- what the meta page remembers, place by place
SELECT itemoffset, details->'for' AS for, count(*) AS indexes
  FROM ours WHERE kind = 'last used page' GROUP BY 1, 2 ORDER BY 1;

SET client_min_messages = warning;
DROP SCHEMA index_spgist CASCADE;
