-- GIN: the entry tree with its keys, posting trees, the pending list, for
-- operator classes of the server and of its extensions.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS arch_inspect CASCADE;
CREATE SCHEMA index_gin;
CREATE EXTENSION pageinspect SCHEMA index_gin;
CREATE EXTENSION btree_gin SCHEMA index_gin;
CREATE EXTENSION pg_trgm SCHEMA index_gin;
CREATE EXTENSION hstore SCHEMA index_gin;
CREATE EXTENSION intarray SCHEMA index_gin;
SET search_path = index_gin, pg_catalog;
RESET client_min_messages;

CREATE TABLE many (i int, a int[], t text[], s text, ts tsvector, j jsonb, h hstore)
	WITH (autovacuum_enabled = off);
INSERT INTO many
	SELECT i, CASE WHEN i % 53 = 0 THEN '{}' WHEN i % 59 = 0 THEN NULL
				   WHEN i % 7 = 0 THEN ARRAY[i % 100, NULL] ELSE ARRAY[i % 100, i % 37 + 1000, 5000] END,
		   ARRAY['t' || i % 3, 'u' || i], CASE WHEN i % 17 > 0 THEN 'word' || i * 31 % 5000 END,
		   to_tsvector('simple', 'w' || i % 10 || ' v' || i % 1000),
		   jsonb_build_object('k' || i % 20, i), hstore('k' || i % 50, i::text)
	  FROM generate_series(1, 20000) AS i;
CREATE INDEX of_array ON many USING gin (a);
CREATE INDEX of_columns ON many USING gin (a, i, s);
CREATE INDEX of_text ON many USING gin (t);
CREATE INDEX of_trgm ON many USING gin (s gin_trgm_ops);
CREATE INDEX of_tsvector ON many USING gin (ts) WITH (fastupdate = off);
CREATE INDEX of_jsonb ON many USING gin (j);
CREATE INDEX of_path ON many USING gin (j jsonb_path_ops);
CREATE INDEX of_hstore ON many USING gin (h);
CREATE INDEX of_int ON many USING gin (i);
CREATE INDEX of_none ON many USING gin (a) WHERE i < 0;
CREATE TABLE small (a int[]);
CREATE INDEX of_intarray ON small USING gin (a gin__int_ops);
INSERT INTO small SELECT ARRAY[i, i % 3] FROM generate_series(1, 10) AS i;
-- pages of posting trees are deleted, then keys stand in the pending list
DELETE FROM many WHERE i BETWEEN 1000 AND 18000;
VACUUM (INDEX_CLEANUP on) many;
INSERT INTO many (i, a, t, s, ts)
	SELECT i, ARRAY[i % 100, i], ARRAY['late'], 'late ' || i, to_tsvector('simple', 'late w1')
	  FROM generate_series(20001, 20500) AS i;

CREATE VIEW pages AS
	SELECT c.oid::regclass AS idx, g.blkno, get_raw_page(c.oid::regclass::text, g.blkno::int) AS raw
	  FROM pg_class AS c
	 CROSS JOIN LATERAL generate_series(0, pg_relation_size(c.oid) / current_setting('block_size')::int - 1) AS g (blkno)
	 WHERE c.relkind = 'i' AND c.relnamespace = 'index_gin'::regnamespace;
CREATE TABLE ours AS
	SELECT n.idx, i.*
	  FROM (SELECT DISTINCT idx FROM pages) AS n CROSS JOIN LATERAL arch_inspect.index_items(n.idx) AS i;

-- pages as pageinspect sees them
SELECT count(*) > 100 AS many_pages, array_agg(DISTINCT s.page_kind ORDER BY s.page_kind) AS kinds,
	   count(*) FILTER (WHERE coalesce(s.right_block, 4294967295) <> o.rightlink AND s.page_kind <> 'meta') AS different_link,
	   count(*) FILTER (WHERE s.page_kind = 'pending' AND (s.details->>'heap_tuples')::int <> o.maxoff) AS different_count,
	   count(*) FILTER (WHERE (SELECT array_agg(upper('gin_' || f)) FROM unnest(o.flags) AS f) IS DISTINCT FROM nullif(s.flags, '{}')) AS different_flags,
	   count(*) FILTER (WHERE s.page_kind = 'deleted' AND s.details ? 'delete_xid') > 0 AS with_xid,
	   count(s.problem) AS problems
  FROM pages AS p CROSS JOIN LATERAL gin_page_opaque_info(p.raw) AS o
 CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS s;
SELECT count(*) AS metas, count(*) FILTER (WHERE m.pending_head < 4294967295) > 0 AS some_pending,
	   count(*) FILTER (WHERE (m.pending_head, m.pending_tail, m.tail_free_size, m.n_pending_pages, m.n_pending_tuples,
							   m.n_total_pages, m.n_entry_pages, m.n_data_pages, m.n_entries, m.version) IS DISTINCT FROM
			(coalesce((s.details->>'pending_head')::bigint, 4294967295), coalesce((s.details->>'pending_tail')::bigint, 4294967295),
			 (s.details->>'tail_free_size')::int, (s.details->>'pending_pages')::bigint, (s.details->>'pending_heap_tuples')::bigint,
			 (s.details->>'total_pages')::bigint, (s.details->>'entry_pages')::bigint, (s.details->>'data_pages')::bigint,
			 (s.details->>'entries')::bigint, (s.details->>'version')::int)) AS different
  FROM pages AS p CROSS JOIN LATERAL gin_metapage_info(p.raw) AS m
 CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS s
 WHERE p.blkno = 0;
-- the segments of posting trees' leaves
WITH theirs AS (
	SELECT p.idx, p.blkno, i.tids, (i.nbytes + 1) / 2 * 2 + 8 AS size
	  FROM pages AS p CROSS JOIN LATERAL gin_page_opaque_info(p.raw) AS o
	 CROSS JOIN LATERAL gin_leafpage_items(p.raw) AS i
	 WHERE o.flags = '{data,leaf,compressed}'),
mine AS (
	SELECT idx, blkno, tids, size FROM ours WHERE page_kind = 'posting leaf' AND itemoffset IS NOT NULL)
SELECT (SELECT count(*) > 50 FROM theirs) AS many,
	   (SELECT count(*) FROM (TABLE theirs EXCEPT ALL TABLE mine) AS d) AS missing,
	   (SELECT count(*) FROM (TABLE mine EXCEPT ALL TABLE theirs) AS d) AS too_many;

SELECT page_kind, kind, count(*) > 0 AS some, count(key) > 0 AS with_keys, count(tids) > 0 AS with_tids, count(child) > 0 AS lead_on, count(problem) AS problems
  FROM ours GROUP BY 1, 2 ORDER BY 1, 2;

-- every key with its rows, by posting list, posting tree and pending list, is
-- what the table has
CREATE TABLE found AS
WITH RECURSIVE tree AS (
	SELECT idx, key, child FROM ours WHERE kind = 'posting tree'
	UNION ALL
	SELECT t.idx, t.key, o.child
	  FROM tree AS t JOIN ours AS o ON o.idx = t.idx AND o.blkno = t.child AND o.page_kind = 'posting inner')
SELECT idx, key, unnest(tids) AS tid FROM ours WHERE kind IN ('posting list', 'pending') AND key IS NOT NULL
UNION ALL
SELECT t.idx, t.key, unnest(o.tids)
  FROM tree AS t JOIN ours AS o ON o.idx = t.idx AND o.blkno = t.child AND o.page_kind = 'posting leaf';
CREATE VIEW expected AS
	SELECT 'of_array'::regclass AS idx, coalesce(k::text, 'null key') AS key, m.ctid AS tid
	  FROM many AS m CROSS JOIN LATERAL (SELECT DISTINCT unnest(a)) AS u (k)
	UNION ALL
	SELECT 'of_array', CASE WHEN a IS NULL THEN 'null item' ELSE 'item without keys' END, ctid FROM many WHERE a IS NULL OR a = '{}'
	UNION ALL
	SELECT 'of_text', k, m.ctid FROM many AS m CROSS JOIN LATERAL (SELECT DISTINCT unnest(t)) AS u (k)
	UNION ALL
	SELECT 'of_int', i::text, ctid FROM many
	UNION ALL
	SELECT 'of_tsvector', l, m.ctid FROM many AS m CROSS JOIN LATERAL unnest(tsvector_to_array(ts)) AS u (l)
	UNION ALL
	SELECT 'of_intarray', k::text, m.ctid FROM small AS m CROSS JOIN LATERAL (SELECT DISTINCT unnest(a)) AS u (k);
SELECT e.idx, count(*) > 5 AS some, count(*) FILTER (WHERE f.tid IS NULL) AS missing
  FROM expected AS e LEFT JOIN found AS f USING (idx, key, tid) GROUP BY 1 ORDER BY e.idx::text COLLATE "C";
SELECT f.idx, count(*) FILTER (WHERE e.tid IS NULL) AS too_many
  FROM found AS f LEFT JOIN expected AS e USING (idx, key, tid)
 WHERE f.idx IN (SELECT idx FROM expected) AND (e.tid IS NOT NULL OR f.key <> 'null item' OR f.idx <> 'of_text'::regclass)
   AND (f.idx <> 'of_tsvector'::regclass OR f.key NOT LIKE '%item%')
 GROUP BY 1 ORDER BY f.idx::text COLLATE "C";
-- all the heap's rows are in every index
SELECT f.idx, count(DISTINCT f.tid) AS rows
  FROM found AS f WHERE f.idx <> 'of_intarray'::regclass GROUP BY 1 ORDER BY f.idx::text COLLATE "C";
SELECT count(*) AS rows FROM many;
-- an index of several columns says which one a key is of
SELECT i.details->'column' AS col, count(*) > 10 AS many FROM ours AS i
 WHERE idx = 'of_columns'::regclass AND kind = 'posting list' AND key IS NOT NULL GROUP BY 1 ORDER BY 1;

SET client_min_messages = warning;
DROP SCHEMA index_gin CASCADE;
