-- Indexes of every kind, as pageinspect sees them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS arch_inspect CASCADE;
CREATE SCHEMA index_equality;
CREATE EXTENSION pageinspect SCHEMA index_equality;
SET search_path = index_equality, pg_catalog;
RESET client_min_messages;

CREATE TABLE many (a int, b text COLLATE "C", c numeric, d box, e int[], f boolean);
INSERT INTO many
	SELECT nullif(i % 2500, 7), 'key ' || i % 300, i / 3.0, box(point(i, i), point(i + 1, i + 1)),
		   ARRAY[i, i + 1], nullif(i % 3, 0) = 1
	  FROM generate_series(1, 10000) AS i;
CREATE INDEX bt_unique ON many (c, a);
CREATE INDEX bt_dup ON many (b);
CREATE INDEX bt_two ON many (b, a DESC NULLS LAST);
CREATE INDEX bt_covering ON many (a) INCLUDE (b, c);
CREATE INDEX bt_partial ON many (a) WHERE f;
CREATE INDEX bt_expression ON many ((a + 1), lower(b));
CREATE INDEX bt_array ON many (e);
CREATE INDEX bt_nulls ON many (f);
CREATE INDEX hash_text ON many USING hash (b);
CREATE INDEX hash_int ON many USING hash (a);
CREATE INDEX brin_minmax ON many USING brin (a, b, c) WITH (pages_per_range = 8);
CREATE INDEX brin_inclusion ON many USING brin (d) WITH (pages_per_range = 16);
CREATE INDEX brin_multi ON many USING brin (a int4_minmax_multi_ops, c numeric_minmax_multi_ops) WITH (pages_per_range = 8);
CREATE INDEX brin_bloom ON many USING brin (a int4_bloom_ops, b text_bloom_ops) WITH (pages_per_range = 8);
-- ranges with nulls only, and such as are not summarised
INSERT INTO many (b) SELECT 'late' FROM generate_series(1, 3000);
SELECT brin_summarize_new_values('brin_minmax') > 0 AS summarised;
INSERT INTO many (b) SELECT 'later' FROM generate_series(1, 3000);
-- deleted pages, half empty ones, and entries that a scan found dead
DELETE FROM many WHERE c BETWEEN 1000 AND 2500;
VACUUM (INDEX_CLEANUP on) many;
DELETE FROM many WHERE c < 50;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT count(*) FROM many WHERE c < 60;
SELECT count(*) FROM many WHERE c < 60;
RESET enable_seqscan;
RESET enable_bitmapscan;

CREATE TABLE pages AS
	SELECT c.relname, c.oid::regclass AS idx, am.amname, g.blkno
	  FROM pg_class AS c
	  JOIN pg_am AS am ON am.oid = c.relam
	 CROSS JOIN LATERAL generate_series(0, pg_relation_size(c.oid) / current_setting('block_size')::int - 1) AS g (blkno)
	 WHERE c.relkind = 'i'
	   AND c.relnamespace IN ('index_equality'::regnamespace, 'pg_catalog'::regnamespace)
	   AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
						WHERE d.objid = c.oid AND d.deptype = 'e');

-- every item of the btrees made here
CREATE TABLE theirs AS
	SELECT p.idx, p.blkno, i.itemoffset::int, i.itemlen::int AS size, coalesce(i.dead, false) AS dead,
		   coalesce(i.tids, ARRAY[i.htid]) AS tids
	  FROM pages AS p CROSS JOIN LATERAL bt_page_stats(p.idx::text, p.blkno) AS s
	 CROSS JOIN LATERAL bt_page_items(p.idx::text, p.blkno) AS i
	 WHERE p.amname = 'btree' AND p.blkno > 0 AND s.type <> 'd' AND p.relname LIKE 'bt%';
CREATE TABLE ours AS
	SELECT b.idx, i.blkno, i.itemoffset, i.size, i.dead, coalesce(i.tids, ARRAY[NULL::tid]) AS tids
	  FROM (SELECT DISTINCT idx FROM pages WHERE amname = 'btree' AND relname LIKE 'bt%') AS b
	 CROSS JOIN LATERAL arch_inspect.index_items(b.idx) AS i;
SELECT count(*) > 20000 AS many_items, count(*) FILTER (WHERE dead) > 0 AS some_dead,
	   count(*) FILTER (WHERE cardinality(tids) > 2) > 0 AS some_posting_lists
  FROM theirs;
(TABLE theirs EXCEPT ALL TABLE ours) UNION ALL (TABLE ours EXCEPT ALL TABLE theirs) LIMIT 5;

-- what a pivot points to
SELECT count(*) > 0 AS some, count(*) FILTER (WHERE (i.ctid::text::point)[0]::bigint IS DISTINCT FROM o.child) AS different
  FROM pages AS p CROSS JOIN LATERAL arch_inspect.index_page_items(p.idx, p.blkno) AS o
 CROSS JOIN LATERAL bt_page_items(p.idx::text, p.blkno) AS i
 WHERE p.relname LIKE 'bt%' AND p.blkno > 0 AND o.kind = 'pivot' AND i.itemoffset = o.itemoffset;

-- every page of every btree, the catalogs' too
SELECT count(*) > 200 AS many_pages,
	   count(DISTINCT o.page_kind) AS kinds,
	   count(*) FILTER (WHERE o.problem IS NOT NULL) AS problems,
	   count(*) FILTER (WHERE (s.live_items, s.dead_items, s.page_size, s.btpo_prev, s.btpo_next) IS DISTINCT FROM
							  (o.live_items, o.dead_items, o.page_size, coalesce(o.left_block, 0), coalesce(o.right_block, 0))) AS different,
	   count(*) FILTER (WHERE s.free_size <> greatest(o.free_bytes - 4, 0)) AS different_free,
	   count(*) FILTER (WHERE s.type <> CASE WHEN o.page_kind = 'leaf' THEN 'l'
			WHEN o.page_kind = 'internal' AND 'root' = ANY (o.flags) THEN 'r' WHEN o.page_kind = 'internal' THEN 'i'
			WHEN o.page_kind = 'deleted' THEN 'd' WHEN o.page_kind = 'half-dead' THEN 'e' END) AS different_kind
  FROM pages AS p CROSS JOIN LATERAL bt_page_stats(p.idx::text, p.blkno) AS s
 CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS o
 WHERE p.amname = 'btree' AND p.blkno > 0;
SELECT count(*) > 100 AS many_indexes,
	   count(*) FILTER (WHERE (m.root, m.level, m.fastroot, m.fastlevel, m.allequalimage, m.last_cleanup_num_delpages, m.version, m.magic) IS DISTINCT FROM
		((o.details->>'root')::bigint, (o.details->>'root_level')::bigint, (o.details->>'fastroot')::bigint,
		 (o.details->>'fastroot_level')::bigint, (o.details->>'allequalimage')::boolean,
		 (o.details->>'last_cleanup_num_delpages')::bigint, (o.details->>'version')::int, (o.details->>'magic')::int)) AS different
  FROM pages AS p CROSS JOIN LATERAL bt_metap(p.idx::text) AS m
 CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, 0) AS o
 WHERE p.amname = 'btree' AND p.blkno = 0;

-- hash
CREATE TABLE hash_pages AS
	SELECT p.*, get_raw_page(p.idx::text, p.blkno::int) AS raw,
		   hash_page_type(get_raw_page(p.idx::text, p.blkno::int)) AS type
	  FROM pages AS p WHERE p.amname = 'hash';
SELECT count(*) > 0 AS some,
	   count(*) FILTER (WHERE replace(o.page_kind, 'new', 'unused') IS DISTINCT FROM
			CASE p.type WHEN 'metapage' THEN 'meta' ELSE p.type END) AS different
  FROM hash_pages AS p CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS o;
SELECT count(*) > 20 AS some,
	   count(*) FILTER (WHERE (s.live_items, s.dead_items, s.page_size, s.hasho_nextblkno, s.hasho_bucket) IS DISTINCT FROM
		(o.live_items, o.dead_items, o.page_size, coalesce(o.right_block, 4294967295), (o.details->>'bucket')::bigint)) AS different,
	   count(*) FILTER (WHERE s.free_size <> greatest(o.free_bytes - 4, 0)) AS different_free
  FROM hash_pages AS p CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS o
 CROSS JOIN LATERAL hash_page_stats(p.raw) AS s
 WHERE p.type IN ('bucket', 'overflow');
WITH theirs AS (
	SELECT p.idx, p.blkno, i.itemoffset::int, ARRAY[i.ctid] AS tids, 'hash=' || i.data AS key
	  FROM hash_pages AS p CROSS JOIN LATERAL hash_page_items(p.raw) AS i
	 WHERE p.type IN ('bucket', 'overflow')),
ours AS (
	SELECT b.idx, i.blkno, i.itemoffset, i.tids, i.key
	  FROM (SELECT DISTINCT idx FROM hash_pages) AS b CROSS JOIN LATERAL arch_inspect.index_items(b.idx) AS i
	 WHERE i.kind = 'leaf')
SELECT (SELECT count(*) > 10000 FROM theirs) AS many,
	   (SELECT count(*) FROM (TABLE theirs EXCEPT ALL TABLE ours) AS d) AS missing,
	   (SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE theirs) AS d) AS too_many;
SELECT count(*) AS metas,
	   count(*) FILTER (WHERE (m.magic, m.version, m.ntuples, m.ffactor, m.bsize, m.bmsize, m.bmshift, m.maxbucket, m.highmask, m.lowmask, m.ovflpoint, m.firstfree, m.nmaps) IS DISTINCT FROM
		((o.details->>'magic')::bigint, (o.details->>'version')::bigint, (o.details->>'ntuples')::float8, (o.details->>'ffactor')::int,
		 (o.details->>'bsize')::int, (o.details->>'bmsize')::int, (o.details->>'bmshift')::int, (o.details->>'maxbucket')::bigint,
		 (o.details->>'highmask')::bigint, (o.details->>'lowmask')::bigint, (o.details->>'ovflpoint')::bigint,
		 (o.details->>'firstfree')::bigint, (o.details->>'nmaps')::bigint)) AS different
  FROM hash_pages AS p CROSS JOIN LATERAL hash_metapage_info(p.raw) AS m
 CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS o
 WHERE p.blkno = 0;

-- brin
CREATE TABLE brin_pages AS
	SELECT p.*, get_raw_page(p.idx::text, p.blkno::int) AS raw,
		   brin_page_type(get_raw_page(p.idx::text, p.blkno::int)) AS type
	  FROM pages AS p WHERE p.amname = 'brin';
SELECT count(*) > 0 AS some, count(DISTINCT p.type) AS types,
	   count(*) FILTER (WHERE o.page_kind IS DISTINCT FROM p.type) AS different, count(o.problem) AS problems
  FROM brin_pages AS p CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS o;
WITH theirs AS (
	SELECT p.idx, p.blkno, r.pages FROM brin_pages AS p CROSS JOIN LATERAL brin_revmap_data(p.raw) AS r (pages)
	 WHERE p.type = 'revmap' AND r.pages <> '(4294967295,0)'::tid AND r.pages <> '(0,0)'::tid),
ours AS (
	SELECT p.idx, p.blkno, (i.details->>'summary')::tid
	  FROM brin_pages AS p CROSS JOIN LATERAL arch_inspect.index_page_items(p.idx, p.blkno) AS i
	 WHERE i.kind = 'revmap entry')
SELECT (SELECT count(*) > 30 FROM theirs) AS many,
	   (SELECT count(*) FROM (TABLE theirs EXCEPT ALL TABLE ours) AS d) AS missing,
	   (SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE theirs) AS d) AS too_many;
-- of minmax, what is printed too
CREATE FUNCTION quoted(text) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN CASE WHEN $1 ~ ' ' THEN '"' || $1 || '"' ELSE $1 END;
WITH theirs AS (
	SELECT p.idx, p.blkno, i.itemoffset::int, i.blknum::bigint, i.placeholder,
		   string_agg(CASE WHEN i.allnulls THEN 'all null' ELSE
			'min=' || quoted(m[1]) || ' max=' || quoted(m[2]) ||
			CASE WHEN i.hasnulls THEN ' has nulls' ELSE '' END END, ', ' ORDER BY i.attnum) AS key
	  FROM brin_pages AS p CROSS JOIN LATERAL brin_page_items(p.raw, p.idx) AS i
	  LEFT JOIN LATERAL regexp_match(i.value, '^\{(.*) \.\. (.*)\}$') AS m ON true
	 WHERE p.type = 'regular' AND p.relname = 'brin_minmax'
	 GROUP BY 1, 2, 3, 4, 5),
ours AS (
	SELECT p.idx, p.blkno, i.itemoffset, (i.details->>'first_block')::bigint, 'placeholder' = ANY (i.flags), i.key
	  FROM brin_pages AS p CROSS JOIN LATERAL arch_inspect.index_page_items(p.idx, p.blkno) AS i
	 WHERE i.kind = 'range summary' AND p.relname = 'brin_minmax')
SELECT (SELECT count(*) > 10 FROM theirs) AS some, (SELECT bool_or(key ~ 'all null') FROM theirs) AS some_null,
	   (SELECT count(*) FROM (TABLE theirs EXCEPT ALL TABLE ours) AS d) AS missing,
	   (SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE theirs) AS d) AS too_many;
SELECT count(*) > 0 AS not_summarised FROM arch_inspect.index_items('brin_minmax') WHERE kind = 'not summarised';
SELECT count(*) AS metas,
	   count(*) FILTER (WHERE (m.pagesperrange, m.lastrevmappage) IS DISTINCT FROM
		((o.details->>'pages_per_range')::int, (o.details->>'last_revmap_page')::bigint)) AS different
  FROM brin_pages AS p CROSS JOIN LATERAL brin_metapage_info(p.raw) AS m
 CROSS JOIN LATERAL arch_inspect.index_page_stats(p.idx, p.blkno) AS o
 WHERE p.blkno = 0;

-- the leaves of an index that holds every row lead to every row
VACUUM (INDEX_CLEANUP on) many;
SELECT b.idx,
	   (SELECT count(*) FROM (SELECT ctid FROM many EXCEPT ALL
		SELECT unnest(i.tids) FROM arch_inspect.index_items(b.idx) AS i WHERE i.kind IN ('leaf', 'posting list')) AS d) AS missing,
	   (SELECT count(*) FROM (SELECT unnest(i.tids) FROM arch_inspect.index_items(b.idx) AS i WHERE i.kind IN ('leaf', 'posting list')
		EXCEPT ALL SELECT ctid FROM many) AS d) AS too_many
  FROM (VALUES ('bt_unique'::regclass), ('bt_dup'), ('bt_two'), ('bt_covering'), ('bt_expression'), ('bt_array'), ('bt_nulls'), ('hash_text')) AS b (idx);

-- and their keys are what the rows say
SELECT count(*) > 5000 AS many,
	   count(*) FILTER (WHERE i.key IS DISTINCT FROM coalesce(m.a::text, 'null') || ', "' || m.b || '", ' || m.c) AS different
  FROM arch_inspect.index_items('bt_covering') AS i JOIN many AS m ON m.ctid = i.tids[1]
 WHERE i.kind = 'leaf' AND m.c IS NOT NULL;
SELECT count(*) > 5000 AS many,
	   count(*) FILTER (WHERE i.key IS DISTINCT FROM coalesce((m.a + 1)::text, 'null') || ', "' || lower(m.b) || '"') AS different
  FROM arch_inspect.index_items('bt_expression') AS i CROSS JOIN LATERAL unnest(i.tids) AS u (tid)
  JOIN many AS m ON m.ctid = u.tid
 WHERE i.kind IN ('leaf', 'posting list') AND m.b LIKE 'key %';

SET client_min_messages = warning;
DROP SCHEMA index_equality CASCADE;
