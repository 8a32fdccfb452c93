-- index_tree: an index by level and kind of page, of all access methods.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS arch_inspect CASCADE;
CREATE SCHEMA index_tree;
CREATE EXTENSION pgstattuple SCHEMA index_tree;
CREATE EXTENSION bloom SCHEMA index_tree;
SET search_path = index_tree, pg_catalog;
RESET client_min_messages;

CREATE TABLE many (i int, s text COLLATE "C", p point, a int[], r int4range)
	WITH (autovacuum_enabled = off);
INSERT INTO many
	SELECT i, 'word ' || i * 7919 % 9001, point(i % 100, i / 100), ARRAY[i % 90, i % 1001 + 1000], int4range(i, i + 5)
	  FROM generate_series(1, 9000) AS i;
CREATE INDEX bt_int ON many (i);
CREATE INDEX bt_text ON many (s, i) WITH (fillfactor = 70);
CREATE INDEX bt_equal ON many ((i % 10));
CREATE INDEX bt_few ON many (i) WHERE i < 10;
CREATE INDEX bt_none ON many (i) WHERE i < 0;
CREATE INDEX ha_text ON many USING hash (s);
CREATE INDEX ha_equal ON many USING hash ((i % 5));
CREATE INDEX gist_point ON many USING gist (p);
CREATE INDEX gist_range ON many USING gist (r);
CREATE INDEX gin_array ON many USING gin (a) WITH (gin_pending_list_limit = 4096);
CREATE INDEX brin_int ON many USING brin (i, s) WITH (pages_per_range = 1);
CREATE INDEX spgist_point ON many USING spgist (p);
CREATE INDEX spgist_text ON many USING spgist (s);
CREATE INDEX bloom_int ON many USING bloom (i, s);
-- splits, a pending list, deleted pages, entries that a scan found dead, and
-- ranges that nobody summarised
INSERT INTO many
	SELECT i, 'late ' || i, point(i, i), ARRAY[i % 7, i], int4range(i, i + 1)
	  FROM generate_series(9001, 10000) AS i;
DELETE FROM many WHERE i BETWEEN 2000 AND 6000;
VACUUM (INDEX_CLEANUP on) many;
INSERT INTO many
	SELECT i, 'latest ' || i, point(i, i), ARRAY[i % 7, i], int4range(i, i + 1)
	  FROM generate_series(10001, 18000) AS i;
DELETE FROM many WHERE i < 40;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT count(*) FROM many WHERE i < 41;
SELECT count(*) FROM many WHERE i < 41;
RESET enable_seqscan;
RESET enable_bitmapscan;

CREATE VIEW indexes AS
	SELECT c.oid::regclass AS idx, m.amname
	  FROM pg_class AS c
	  JOIN pg_am AS m ON m.oid = c.relam
	 WHERE c.relkind = 'i' AND c.relnamespace = 'index_tree'::regnamespace;

-- what a row of each method is
SELECT DISTINCT x.amname, t.level, t.page_kind, t.problem
  FROM indexes AS x
 CROSS JOIN LATERAL arch_inspect.index_tree(x.idx) AS t
 ORDER BY 1, 2 DESC NULLS LAST, 3;

-- the order: the meta page, down from the root, then what is on no level
SELECT page_kind, level FROM arch_inspect.index_tree('bt_text');

-- its sums are those of index_page_stats
WITH pages AS (
	SELECT x.idx, s.page_kind, count(*) AS pages, sum(s.live_items) AS live, sum(s.dead_items) AS dead,
		   sum(s.free_bytes) AS free,
		   count(*) FILTER (WHERE s.right_block < g.blkno AND s.page_kind <> 'deleted') AS backward
	  FROM indexes AS x
	 CROSS JOIN LATERAL generate_series(0, pg_relation_size(x.idx) / current_setting('block_size')::int - 1) AS g (blkno)
	 CROSS JOIN LATERAL arch_inspect.index_page_stats(x.idx, g.blkno) AS s
	 WHERE x.amname <> 'bloom'
	 GROUP BY 1, 2), high_keys AS (
	SELECT x.idx, i.page_kind, count(*) AS n
	  FROM indexes AS x
	 CROSS JOIN LATERAL arch_inspect.index_items(x.idx) AS i
	 WHERE i.kind IN ('high key', 'not summarised') AND i.itemoffset IS NOT NULL
	 GROUP BY 1, 2), tree AS (
	SELECT x.idx, t.page_kind, sum(t.pages) AS pages, sum(t.live_items) AS live, sum(t.dead_items) AS dead,
		   sum(t.free_bytes) AS free, sum(t.backward_links) AS backward
	  FROM indexes AS x
	 CROSS JOIN LATERAL arch_inspect.index_tree(x.idx) AS t
	 WHERE x.amname <> 'bloom'
	 GROUP BY 1, 2)
SELECT count(*) > 40 AS many,
	   count(*) FILTER (WHERE p.pages IS DISTINCT FROM t.pages) AS other_pages,
	   count(*) FILTER (WHERE p.live - coalesce(h.n, 0) IS DISTINCT FROM t.live) AS other_items,
	   count(*) FILTER (WHERE p.dead IS DISTINCT FROM t.dead) AS other_dead,
	   count(*) FILTER (WHERE p.free IS DISTINCT FROM t.free) AS other_free,
	   count(*) FILTER (WHERE p.backward IS DISTINCT FROM t.backward) AS other_links,
	   sum(t.dead) > 0 AS some_dead, sum(t.backward) > 0 AS some_backward
  FROM pages AS p
  FULL JOIN tree AS t USING (idx, page_kind)
  LEFT JOIN high_keys AS h USING (idx, page_kind);

-- and those of index_tree_pages
WITH pages AS (
	SELECT x.idx, p.level, p.page_kind, count(*) AS pages, sum(p.live_items) AS live, sum(p.dead_items) AS dead,
		   sum(p.used_bytes) AS used, sum(p.free_bytes) AS free, count(p.problem) AS problems
	  FROM indexes AS x
	 CROSS JOIN LATERAL arch_inspect.index_tree_pages(x.idx) AS p
	 GROUP BY 1, 2, 3)
SELECT count(*) > 40 AS many,
	   count(*) FILTER (WHERE (p.pages, p.used, p.free, p.problems)
							  IS DISTINCT FROM (t.pages, t.used_bytes, t.free_bytes, t.problem_pages)) AS others,
	   count(*) FILTER (WHERE (p.live, p.dead) IS DISTINCT FROM (t.live_items, t.dead_items)) AS other_items
  FROM pages AS p
  FULL JOIN (SELECT x.idx, t.* FROM indexes AS x CROSS JOIN LATERAL arch_inspect.index_tree(x.idx) AS t) AS t
	ON p.idx = t.idx AND p.level IS NOT DISTINCT FROM t.level AND p.page_kind IS NOT DISTINCT FROM t.page_kind;

-- without the columns that need line pointers, the others are the same
SELECT count(*) > 10 AS many, count(*) FILTER (WHERE few.said <> every.said) AS others
  FROM indexes AS x
 CROSS JOIN LATERAL (
	SELECT format('%s %s %s %s', sum(t.pages), sum(t.free_bytes), sum(t.empty_pages), sum(t.items_per_page)) AS said
	  FROM arch_inspect.index_tree(x.idx) AS t) AS few
 CROSS JOIN LATERAL (
	SELECT format('%s %s %s %s', sum(t.pages), sum(t.free_bytes), sum(t.empty_pages), sum(t.items_per_page)) AS said,
		   sum(t.dead_items)
	  FROM arch_inspect.index_tree(x.idx) AS t) AS every;

-- levels: what an inner page points to is one level below it
SELECT x.amname, count(*) > 0 AS some, count(*) FILTER (WHERE c.level <> i.level - 1) AS others
  FROM (SELECT x.amname, x.idx, p.level, p.blkno, p.page_kind
		  FROM indexes AS x
		 CROSS JOIN LATERAL arch_inspect.index_tree_pages(x.idx) AS p
		 WHERE p.level > 0) AS i
  JOIN indexes AS x ON x.idx = i.idx
 CROSS JOIN LATERAL arch_inspect.index_page_items(i.idx, i.blkno) AS item
  JOIN LATERAL arch_inspect.index_tree_pages(i.idx) AS c ON c.blkno = item.child
 WHERE i.idx::text IN ('bt_equal', 'bt_text', 'gist_point', 'gin_array')
 GROUP BY 1 ORDER BY 1;

-- pgstatindex; up to 17 it takes the place of a line pointer for not free
SELECT x.idx,
	   s.leaf_pages = coalesce(t.leaves, 0) AS leaves, s.internal_pages = t.internal AS internal,
	   s.deleted_pages = t.deleted AS deleted, s.empty_pages = t.half_dead AS half_dead,
	   s.index_size = t.bytes AS bytes, s.tree_level = t.height AS height,
	   CASE WHEN t.leaves IS NULL THEN s.avg_leaf_density = 'NaN'
			ELSE round(s.avg_leaf_density::numeric, 2) =
				 round((100 - 100.0 * CASE WHEN current_setting('server_version_num')::int < 180000 THEN p.less ELSE p.free END
						/ (t.used + t.free))::numeric, 2) END AS density,
	   CASE WHEN t.leaves IS NULL THEN s.leaf_fragmentation = 'NaN'
			ELSE round(s.leaf_fragmentation::numeric, 2) = round(100.0 * t.backward / t.leaves, 2) END AS fragmentation
  FROM indexes AS x
 CROSS JOIN LATERAL pgstatindex(x.idx) AS s
 CROSS JOIN LATERAL (
	SELECT sum(t.pages) FILTER (WHERE t.page_kind = 'leaf') AS leaves,
		   coalesce(sum(t.pages) FILTER (WHERE t.page_kind = 'internal'), 0) AS internal,
		   coalesce(sum(t.pages) FILTER (WHERE t.page_kind = 'deleted'), 0) AS deleted,
		   coalesce(sum(t.pages) FILTER (WHERE t.page_kind = 'half-dead'), 0) AS half_dead,
		   sum(t.bytes) AS bytes, coalesce(max(t.level), 0) AS height,
		   sum(t.used_bytes) FILTER (WHERE t.page_kind = 'leaf') AS used,
		   sum(t.free_bytes) FILTER (WHERE t.page_kind = 'leaf') AS free,
		   sum(t.backward_links) FILTER (WHERE t.page_kind = 'leaf') AS backward
	  FROM arch_inspect.index_tree(x.idx) AS t) AS t
 CROSS JOIN LATERAL (
	SELECT sum(greatest(p.free_bytes - 4, 0)) AS less, sum(p.free_bytes) AS free
	  FROM arch_inspect.index_tree_pages(x.idx) AS p WHERE p.page_kind = 'leaf') AS p
 WHERE x.amname = 'btree' ORDER BY x.idx::text COLLATE "C";

-- pgstathashindex, whose unused pages are those of zeroes too
SELECT x.idx, s.bucket_pages = t.buckets AS buckets, s.overflow_pages = t.overflow AS overflow,
	   s.bitmap_pages = t.bitmap AS bitmap, s.unused_pages = t.unused AS unused,
	   s.live_items = t.live AS live, s.dead_items = t.dead AS dead
  FROM indexes AS x
 CROSS JOIN LATERAL pgstathashindex(x.idx) AS s
 CROSS JOIN LATERAL (
	SELECT coalesce(sum(t.pages) FILTER (WHERE t.page_kind = 'bucket'), 0) AS buckets,
		   coalesce(sum(t.pages) FILTER (WHERE t.page_kind = 'overflow'), 0) AS overflow,
		   coalesce(sum(t.pages) FILTER (WHERE t.page_kind = 'bitmap'), 0) AS bitmap,
		   coalesce(sum(t.pages) FILTER (WHERE t.page_kind IN ('unused', 'new')), 0) AS unused,
		   sum(t.live_items) FILTER (WHERE t.page_kind IN ('bucket', 'overflow')) AS live,
		   sum(t.dead_items) FILTER (WHERE t.page_kind IN ('bucket', 'overflow')) AS dead
	  FROM arch_inspect.index_tree(x.idx) AS t) AS t
 WHERE x.amname = 'hash' ORDER BY x.idx::text COLLATE "C";

-- pgstatginindex: its tuples are rows; an item is a key of a row
SELECT s.pending_pages > 0 AS some, s.pending_pages = t.pages AS pages,
	   s.pending_tuples = (t.details->>'heap_tuples')::int AS tuples, t.live_items > s.pending_tuples AS more_keys
  FROM pgstatginindex('gin_array') AS s
  JOIN arch_inspect.index_tree('gin_array') AS t ON t.page_kind = 'pending';

-- ranges of brin
SELECT t.page_kind, t.live_items = pg_relation_size('many') / current_setting('block_size')::int
							- coalesce((t.details->>'not_summarised')::int, 0) AS all_ranges,
	   (t.details->>'not_summarised')::int > 0 AS not_summarised
  FROM arch_inspect.index_tree('brin_int') AS t WHERE t.page_kind = 'revmap';

-- the estimate, and what REINDEX then makes of it, which merges more equal
-- keys of bt_equal than were; a hash index begins with as many buckets as it
-- guesses, and has no more than estimated
ANALYZE many;
CREATE TABLE foretold AS
	SELECT x.idx::text, t.level, t.page_kind, t.pages, t.fresh_pages_estimate AS estimate
	  FROM indexes AS x
	 CROSS JOIN LATERAL arch_inspect.index_tree(x.idx) AS t
	 WHERE x.amname IN ('btree', 'hash', 'brin');
REINDEX TABLE many;
SELECT f.idx, f.level, f.page_kind, f.pages > coalesce(t.pages, 0) AS shrank,
	   CASE WHEN abs(f.estimate - coalesce(t.pages, 0)) <= 1 + 0.03 * coalesce(t.pages, 0) THEN 'near'
			WHEN f.estimate IS NULL THEN 'no estimate'
			WHEN f.idx LIKE 'ha%' AND t.pages BETWEEN f.estimate / 2 AND f.estimate THEN 'near'
			WHEN f.idx = 'bt_equal' AND f.estimate > t.pages THEN 'more'
			ELSE format('%s, not %s', t.pages, f.estimate) END AS estimate
  FROM foretold AS f
  LEFT JOIN LATERAL arch_inspect.index_tree(f.idx::regclass) AS t
	ON t.page_kind = f.page_kind AND t.level IS NOT DISTINCT FROM f.level
 WHERE f.page_kind NOT IN ('new', 'overflow', 'bitmap', 'unused')
 ORDER BY f.idx COLLATE "C", f.level DESC NULLS FIRST, f.page_kind;

-- of each kind of relation
CREATE TEMP TABLE passing AS SELECT i FROM generate_series(1, 1000) AS i;
CREATE INDEX ON passing (i);
CREATE UNLOGGED TABLE careless AS SELECT i FROM generate_series(1, 1000) AS i;
CREATE INDEX ON careless USING hash (i);
CREATE TABLE parts (i int) PARTITION BY RANGE (i);
CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE INDEX parts_i ON parts (i);
CREATE TABLE twice AS SELECT 1 AS i FROM generate_series(1, 2);
\set VERBOSITY sqlstate
CREATE UNIQUE INDEX CONCURRENTLY twice_i ON twice (i);  -- fail, and leaves an invalid index
\set VERBOSITY default
SELECT sum(pages) > 2 AS temporary FROM arch_inspect.index_tree('passing_i_idx');
SELECT sum(pages) > 2 AS unlogged FROM arch_inspect.index_tree('careless_i_idx');
SELECT sum(pages) AS partition FROM arch_inspect.index_tree('part_i_idx');
SELECT count(*) AS invalid_and_empty FROM arch_inspect.index_tree('twice_i');
SELECT sum(pages) > 2 AS catalog FROM arch_inspect.index_tree('pg_proc_oid_index');
SELECT sum(pages) > 2 AS toast
  FROM pg_class AS c, pg_index AS i, arch_inspect.index_tree(i.indexrelid)
 WHERE c.oid = 'pg_proc'::regclass AND i.indrelid = c.reltoastrelid;
SELECT page_kind, pages > 2 AS pages, live_items, details FROM arch_inspect.index_tree('bloom_int');
SELECT * FROM arch_inspect.index_tree(NULL);
SELECT * FROM arch_inspect.index_tree('parts_i');  -- fail, partitioned
SELECT * FROM arch_inspect.index_tree('many');  -- fail, no index
SELECT * FROM arch_inspect.index_tree_pages('parts_i');  -- fail, partitioned
BEGIN READ ONLY;
SELECT count(*) > 2 AS read_only FROM arch_inspect.index_tree('bt_int');
COMMIT;

-- a row a call does the same
SELECT count(*) AS others
  FROM indexes AS x
 WHERE (SELECT array_agg(t::text) FROM arch_inspect.index_tree(x.idx) AS t) IS DISTINCT FROM
	   (SELECT array_agg(t::text) FROM (SELECT arch_inspect.index_tree(x.idx) AS t OFFSET 0) AS t);

-- rights: structure
CREATE ROLE regress_index_tree;
GRANT USAGE ON SCHEMA index_tree TO regress_index_tree;
SET ROLE regress_index_tree;
SELECT * FROM arch_inspect.index_tree('bt_int');  -- fail
SELECT * FROM arch_inspect.index_tree_pages('bt_int');  -- fail
RESET ROLE;
GRANT SELECT ON many TO regress_index_tree;
SET ROLE regress_index_tree;
SELECT count(*) > 2 AS may FROM arch_inspect.index_tree('bt_int');
RESET ROLE;
ALTER TABLE many ENABLE ROW LEVEL SECURITY;
SET ROLE regress_index_tree;
SELECT * FROM arch_inspect.index_tree('bt_int');  -- fail, policies
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA index_tree CASCADE;
DROP ROLE regress_index_tree;
