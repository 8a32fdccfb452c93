-- The same as the server's own modules over every relation of a rich database

CREATE EXTENSION pageinspect;
CREATE EXTENSION pg_visibility;
CREATE EXTENSION pg_freespacemap;

CREATE SCHEMA eq;
SET search_path = eq, public;
CREATE TABLE empty (i int);
CREATE TABLE narrow (b bool);
INSERT INTO narrow SELECT i % 2 = 0 FROM generate_series(1, 1000) i;
CREATE TABLE wide (i int, x text, y text, z bytea, n numeric, a int[], j jsonb, t timestamptz, d date, r int4range);
INSERT INTO wide SELECT i, repeat('x', i * 10), NULLIF(repeat('y', i % 7), ''), decode(repeat('ab', i), 'hex'),
	   i / 3.0, array_fill(i, ARRAY[i % 5]), jsonb_build_object('i', i), now(), current_date, int4range(i, i + 1)
  FROM generate_series(1, 300) i;
CREATE TABLE toasted (i int, plain text, extended text, external text, main text);
ALTER TABLE toasted ALTER external SET STORAGE EXTERNAL, ALTER main SET STORAGE MAIN;
INSERT INTO toasted SELECT i, repeat('p', 100), (SELECT string_agg(md5((i * j)::text), '') FROM generate_series(1, 200) j),
	   repeat('e', 5000), repeat('m', 3000) FROM generate_series(1, 30) i;
CREATE TABLE altered (a int, b text, c int);
INSERT INTO altered SELECT i, 'before', i FROM generate_series(1, 200) i;
ALTER TABLE altered DROP COLUMN b;
ALTER TABLE altered ADD COLUMN d text DEFAULT 'fast';
INSERT INTO altered SELECT i, i, NULL FROM generate_series(201, 400) i;
CREATE TABLE versions (i int PRIMARY KEY, x text) WITH (fillfactor = 50);
INSERT INTO versions SELECT i, 'x' FROM generate_series(1, 1000) i;
UPDATE versions SET x = 'hot' WHERE i % 3 = 0;
UPDATE versions SET x = 'hot again' WHERE i % 9 = 0;
DELETE FROM versions WHERE i % 10 = 0;
BEGIN;
INSERT INTO versions SELECT i, 'aborted' FROM generate_series(2001, 2100) i;
UPDATE versions SET x = 'aborted' WHERE i % 7 = 0;
ROLLBACK;
BEGIN;
SELECT count(*) FROM (SELECT 1 FROM versions WHERE i % 11 = 0 FOR KEY SHARE) s;
SAVEPOINT s;
UPDATE versions SET x = 'by a multixact' WHERE i % 11 = 0;
COMMIT;
BEGIN;
SELECT count(*) FROM (SELECT 1 FROM versions WHERE i % 13 = 0 FOR UPDATE) s;
COMMIT;
CREATE TABLE frozen AS TABLE versions;
VACUUM (FREEZE) frozen;
CREATE TABLE holes AS SELECT i, repeat('h', 100) AS x FROM generate_series(1, 2000) i;
DELETE FROM holes WHERE i % 4 <> 0;
VACUUM holes;
UPDATE holes SET x = 'shorter' WHERE i BETWEEN 100 AND 200;
CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS i;
CREATE TEMP TABLE temporary AS SELECT generate_series(1, 300) AS i;
VACUUM temporary;
CREATE MATERIALIZED VIEW mat AS SELECT * FROM versions;
CREATE SEQUENCE seq;
CREATE TABLE parted (i int) PARTITION BY LIST (i);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted DEFAULT;
INSERT INTO parted SELECT i % 3 FROM generate_series(1, 500) i;

-- line pointers and tuple headers
CREATE TEMP VIEW eq_heaps AS
SELECT oid::regclass AS rel, relkind, pg_relation_size(oid) / current_setting('block_size')::int AS pages
  FROM pg_class WHERE relkind IN ('r', 'm', 't', 'S') AND relpersistence <> 't' OR oid = 'temporary'::regclass;
SELECT count(DISTINCT h.rel) > 50 AS relations, count(*) > 10000 AS rows,
	   count(*) FILTER (WHERE a.lp IS NULL OR p.lp IS NULL) AS missing,
	   count(*) FILTER (WHERE (a.lp_off, array_position('{unused,normal,redirect,dead}'::text[], a.lp_flags) - 1, a.lp_len)
						   IS DISTINCT FROM (p.lp_off, p.lp_flags::int, p.lp_len::int)) AS pointers,
	   count(*) FILTER (WHERE (a.t_xmin, a.t_xmax, a.t_cid::text, a.t_ctid, a.t_infomask2, a.t_infomask, a.t_hoff)
						   IS DISTINCT FROM (p.t_xmin, p.t_xmax, p.t_field3::text, p.t_ctid, p.t_infomask2, p.t_infomask, p.t_hoff::int)) AS headers,
	   count(*) FILTER (WHERE a.flags IS DISTINCT FROM f.raw_flags || f.combined_flags) AS flags,
	   count(*) FILTER (WHERE a.problem IS NOT NULL) AS problems
  FROM eq_heaps h, LATERAL generate_series(0, h.pages - 1) b,
	   LATERAL (SELECT a, p FROM arch_inspect.heap_page_items(h.rel, b) a
				  FULL JOIN public.heap_page_items(public.get_raw_page(h.rel::text, b)) p ON p.lp = a.lp) s,
	   LATERAL (SELECT (s.a).*) a, LATERAL (SELECT (s.p).*) p
	   LEFT JOIN LATERAL public.heap_tuple_infomask_flags(p.t_infomask, p.t_infomask2) f ON p.t_infomask IS NOT NULL;
SELECT count(*) > 50 AS relations,
	   count(*) FILTER (WHERE a.n <> p.n) AS counts
  FROM eq_heaps h,
	   LATERAL (SELECT count(*) AS n FROM arch_inspect.heap_tuples(h.rel)) a,
	   LATERAL (SELECT count(*) AS n FROM generate_series(0, h.pages - 1) b, public.heap_page_items(public.get_raw_page(h.rel::text, b))) p
 WHERE h.relkind <> 'S';

-- what SELECT returns is what is live
SELECT (SELECT count(*) FROM versions) = count(*) FILTER (WHERE state IN ('live', 'locked')) AS versions FROM arch_inspect.heap_tuples('versions');
SELECT (SELECT count(*) FROM holes) = sum(live) AS holes FROM arch_inspect.page_map('holes');
SELECT array_agg(ctid ORDER BY ctid) = (SELECT array_agg(format('(%s,%s)', blkno, lp)::tid ORDER BY blkno, lp)
										  FROM arch_inspect.heap_tuples('versions') WHERE state = 'live') AS places FROM versions;

-- the maps
SELECT count(DISTINCT h.rel) > 50 AS relations, count(*) > 100 AS pages,
	   count(*) FILTER (WHERE m.all_visible) > 10 AS some_visible, count(*) FILTER (WHERE m.fsm_bytes > 0) > 10 AS some_free,
	   count(*) FILTER (WHERE (m.all_visible, m.all_frozen, m.pd_all_visible) IS DISTINCT FROM (v.all_visible, v.all_frozen, v.pd_all_visible)) AS visibility,
	   count(*) FILTER (WHERE m.fsm_bytes IS DISTINCT FROM public.pg_freespace(h.rel, m.blkno)) AS free_space
  FROM eq_heaps h, LATERAL arch_inspect.page_map(h.rel) m,
	   LATERAL public.pg_visibility(h.rel, m.blkno) v
 WHERE h.relkind <> 'S';

-- the free space map's tree: its leaves are what pg_freespace tells
SELECT count(*) AS levels, bool_and(consistent) AS consistent,
	   bool_and(max_bytes = (SELECT max(avail) FROM public.pg_freespace('holes'))) AS root,
	   sum(slots_used) FILTER (WHERE level = 0) = (SELECT count(*) FROM public.pg_freespace('holes') WHERE avail > 0) AS slots
  FROM arch_inspect.fsm_tree('holes');

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA eq CASCADE;
DROP EXTENSION pageinspect, pg_visibility, pg_freespacemap;
