--
-- table_anatomy: everything in a table in one pass
--
CREATE SCHEMA anatomy;
SET search_path = anatomy, arch_inspect, public;
CREATE EXTENSION pgstattuple SCHEMA public;
CREATE EXTENSION pg_visibility SCHEMA public;
CREATE EXTENSION pg_freespacemap SCHEMA public;

CREATE TABLE busy (id int, b bool, t text) WITH (autovacuum_enabled = off, fillfactor = 80);
INSERT INTO busy SELECT i, true, 'row ' || i FROM generate_series(1, 20000) AS i;
VACUUM busy;
DELETE FROM busy WHERE id BETWEEN 5000 AND 6999;
UPDATE busy SET t = 'hot ' || id WHERE id % 100 = 1;
BEGIN;
INSERT INTO busy SELECT -i, false, 'rolled back' FROM generate_series(1, 500) AS i;
DELETE FROM busy WHERE id BETWEEN 9000 AND 9100;
ROLLBACK;
SELECT pages > 100 AS pages, table_bytes = pg_relation_size('busy') AS bytes, new_pages, empty_pages, damaged_pages,
	   vm_wrong_pages, line_pointers >= 20500 AS pointers,
	   live_tuples, inserting_tuples, recently_dead_tuples, dead_tuples, damaged_tuples, unknown_tuples,
	   changing_tuples, locked_tuples, heap_only_tuples > 0 AS hot, frozen_tuples, tuple_header_bytes / 24 = live_tuples + dead_tuples AS headers,
	   pruning_returns > 0 AS pruning, vacuum_returns, full_returns > 0 AS full, indexes
  FROM table_anatomy('busy');

-- what the server's modules say together
CREATE FUNCTION beside(rel regclass, OUT same boolean, OUT differences text)
LANGUAGE sql AS $$
	SELECT string_agg(k, ', ') IS NULL, string_agg(k || ': ' || a || ' <> ' || coalesce(b, 'null'), ', ')
	  FROM table_anatomy(rel) AS t, pgstattuple(rel) AS p, pg_visibility_map_summary(rel) AS v,
		   LATERAL (VALUES
				('table_bytes', t.table_bytes::text, p.table_len::text),
				('live_tuples', t.live_tuples::text, p.tuple_count::text),
				('live_bytes', t.live_bytes::text, p.tuple_len::text),
				('dead_tuples', (t.dead_tuples + t.recently_dead_tuples)::text, p.dead_tuple_count::text),
				('dead_bytes', (t.dead_bytes + t.recently_dead_bytes)::text, p.dead_tuple_len::text),
				-- since 18 pgstattuple counts the place of the next line pointer too
				('free_bytes', (p.free_space - t.free_bytes BETWEEN 0 AND 4 * t.pages)::text, 'true'),
				('all_visible', t.all_visible_pages::text, v.all_visible::text),
				('all_frozen', t.all_frozen_pages::text, v.all_frozen::text),
				('vm_wrong', t.vm_wrong_pages::text, '0'),
				('total', t.total_bytes::text, pg_total_relation_size(rel)::text),
				('parts', (t.table_bytes + t.fsm_bytes + t.vm_bytes + t.toast_bytes + t.index_bytes)::text, t.total_bytes::text)
		   ) AS x (k, a, b)
	 WHERE a IS DISTINCT FROM b
$$;
SELECT * FROM beside('busy');
VACUUM busy;
SELECT * FROM beside('busy');
SELECT live_tuples, dead_tuples, dead_pointers, redirect_pointers > 0 AS redirects, vm_wrong_pages, fsm_wrong_pages, pruning_returns FROM table_anatomy('busy');
VACUUM FREEZE busy;
SELECT all_frozen_pages = pages AS frozen, frozen_tuples = live_tuples AS tuples FROM table_anatomy('busy');
CREATE INDEX ON busy (id);
DELETE FROM busy WHERE id > 15000;
VACUUM (INDEX_CLEANUP off, TRUNCATE off) busy;
SELECT dead_pointers, dead_tuples, live_tuples, vacuum_returns > 0 AS tail FROM table_anatomy('busy');
VACUUM (TRUNCATE off) busy;
SELECT empty_pages > 0 AS empty, dead_pointers, vacuum_returns = empty_pages * 8192 AS all_at_the_end FROM table_anatomy('busy');
VACUUM busy;
SELECT empty_pages, vacuum_returns FROM table_anatomy('busy');
SELECT full_returns AS promised, pages AS before FROM table_anatomy('busy') \gset
VACUUM FULL busy;
SELECT abs((:before - pages) * 8192 - :promised) <= 0.25 * :promised AS about_as_promised FROM table_anatomy('busy');
SELECT * FROM beside('busy');

-- every table of the database
SELECT count(*) > 30 AS tables, count(*) FILTER (WHERE NOT b.same) AS differ, string_agg(c.relname || ' ' || b.differences, '; ') AS which
  FROM pg_class AS c, beside(c.oid) AS b
 WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence <> 't' AND c.relam = 2 AND c.relnamespace <> 'pg_toast'::regnamespace
   AND c.relname !~ '^pg_(class|proc|depend|shdepend|attribute|type|statistic|description|rewrite)';

-- maps that lie
CREATE TABLE lying AS SELECT i FROM generate_series(1, 1000) AS i;
VACUUM lying;
SELECT vm_wrong_pages, fsm_wrong_pages FROM table_anatomy('lying');
DELETE FROM lying WHERE i > 200 AND i < 400;
SELECT vm_wrong_pages, fsm_wrong_pages FROM table_anatomy('lying');

-- padding, measured on each row
CREATE TABLE padded AS SELECT true AS b, i::bigint AS i8 FROM generate_series(1, 100) AS i;
SELECT padding_bytes FROM table_anatomy('padded');
SELECT sum(a.padding) AS between FROM heap_attributes('padded') AS a;

-- several processes count as one does
CREATE TABLE large AS SELECT i, repeat('x', 100) AS t FROM generate_series(1, 100000) AS i;
SET max_parallel_workers_per_gather = 0;
SELECT md5(t::text) AS alone FROM table_anatomy('large') AS t \gset
SELECT pages > 256 AS sampled, padding_bytes FROM table_anatomy('large');
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
EXPLAIN (COSTS OFF) SELECT live_tuples FROM table_anatomy('large');
SELECT md5(t::text) = :'alone' AS same FROM table_anatomy('large') AS t;
SELECT sum(pages) = (SELECT pages FROM table_anatomy('large')) AS all_pages FROM arch_parts.anatomy_parts('large');
RESET parallel_setup_cost;
RESET max_parallel_workers_per_gather;

CREATE TABLE empty (a int, t text);
SELECT * FROM table_anatomy('empty');
SELECT count(*) FROM table_anatomy(NULL);
SELECT count(*) FROM arch_parts.anatomy_parts(NULL);
SELECT (table_anatomy('empty')).pages;
CREATE TEMP TABLE temporary AS SELECT 1 AS a;
SELECT pages, live_tuples FROM table_anatomy('temporary');
SELECT * FROM table_anatomy('pg_class_oid_index');		-- fail, not a table
CREATE VIEW v AS SELECT 1 AS a;
SELECT * FROM table_anatomy('v');						-- fail, not a table
CREATE ROLE regress_anatomy;
GRANT USAGE ON SCHEMA anatomy TO regress_anatomy;
SET ROLE regress_anatomy;
SELECT * FROM table_anatomy('empty');					-- fail, no rights
RESET ROLE;
GRANT pg_stat_scan_tables TO regress_anatomy;
SET ROLE regress_anatomy;
SELECT live_tuples FROM table_anatomy('padded');
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA anatomy CASCADE;
DROP EXTENSION pgstattuple, pg_visibility, pg_freespacemap;
DROP ROLE regress_anatomy;
