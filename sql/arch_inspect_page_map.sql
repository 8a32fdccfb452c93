-- What is on each page of a table, and what the maps say of it

CREATE TABLE pm (i int, x text) WITH (autovacuum_enabled = off);
SELECT * FROM arch_inspect.page_map('pm');
SELECT * FROM arch_inspect.fsm_tree('pm');
INSERT INTO pm SELECT i, repeat('x', 20) FROM generate_series(1, 700) i;
VACUUM (FREEZE) pm;
DELETE FROM pm WHERE i BETWEEN 10 AND 20;
BEGIN;
INSERT INTO pm VALUES (1000, 'x');
DELETE FROM pm WHERE i = 300;
SELECT blkno, kind, lsn > '0/0' AS lsn, line_pointers, lp_unused, lp_redirect, lp_dead, tuples,
	   live, in_progress, recently_dead + dead AS gone, unknown, tuple_bytes, free_bytes, fsm_bytes,
	   all_visible, all_frozen, pd_all_visible, in_buffers, problem
  FROM arch_inspect.page_map('pm');
ROLLBACK;
VACUUM pm;
SELECT blkno, line_pointers, lp_unused, tuples, live, free_bytes, fsm_bytes, all_visible, all_frozen
  FROM arch_inspect.page_map('pm');

-- columns of the maps alone
SELECT blkno, all_visible, fsm_bytes FROM arch_inspect.page_map('pm', 1);
EXPLAIN (COSTS OFF) SELECT blkno FROM arch_inspect.page_map('pm') WHERE all_visible;

-- a table that is new in this transaction, a temporary one
BEGIN;
CREATE TABLE pm_new AS SELECT 1 AS i;
SELECT blkno, tuples, live, in_progress, all_visible, fsm_bytes FROM arch_inspect.page_map('pm_new');
ROLLBACK;
CREATE TEMP TABLE pm_temp AS SELECT generate_series(1, 300) AS i;
VACUUM pm_temp;
SELECT blkno, tuples, live, all_visible, in_buffers FROM arch_inspect.page_map('pm_temp');

-- nulls, bounds, the wrong kind of object
SELECT count(*) FROM arch_inspect.page_map(NULL);
SELECT count(*) FROM arch_inspect.page_map('pm', 6);	-- fail, too far
CREATE INDEX pm_i ON pm (i);
SELECT count(*) FROM arch_inspect.page_map('pm_i');	-- fail, an index

-- the free space map as a tree
SELECT blkno, level, pageno, first_block, last_block, max_bytes, slots_used, consistent, problem
  FROM arch_inspect.fsm_tree('pm');
SELECT count(*) FROM arch_inspect.fsm_tree('pm_i');
SELECT count(*) FROM arch_inspect.fsm_tree(NULL);
CREATE SEQUENCE pm_seq;
SELECT count(*) FROM arch_inspect.fsm_tree('pm_seq');	-- fail, a sequence

-- files
SELECT fork, path LIKE 'base/%' AS path, segments, pages, bytes FROM arch_inspect.relation_forks('pm');
SELECT fork, path = pg_relation_filepath('pm') || CASE fork WHEN 'main' THEN '' ELSE '_' || fork END AS path,
	   bytes = pg_relation_size('pm', fork) AS bytes
  FROM arch_inspect.relation_forks('pm');
CREATE UNLOGGED TABLE pm_unlogged (i int);
SELECT fork, segments, pages FROM arch_inspect.relation_forks('pm_unlogged');
SELECT fork FROM arch_inspect.relation_forks(NULL);
CREATE VIEW pm_view AS SELECT 1 AS i;
SELECT fork FROM arch_inspect.relation_forks('pm_view');	-- fail, a view
SELECT block_size, db_size = pg_size_pretty(db_bytes) AS db_size, db_bytes > 1000000 AS db_bytes,
	   database = current_database() AS database, tablespace, directory LIKE 'base/%' AS directory,
	   segment_bytes, data_checksums IS NOT NULL AS data_checksums,
	   tables > 50 AS tables, indexes > 100 AS indexes, toast_tables > 20 AS toast_tables
  FROM arch_inspect.storage;

DROP VIEW pm_view;
DROP TABLE pm, pm_unlogged;
DROP SEQUENCE pm_seq;

-- a query that only reads sets bits of the visibility map from 19 on, and not
-- before
CREATE TEMP TABLE regress_read AS SELECT i, repeat('x', 100) AS t FROM generate_series(1, 200) AS i;
SELECT count(*) FILTER (WHERE all_visible OR pd_all_visible) AS all_visible FROM arch_inspect.page_map('regress_read');
SELECT count(*) FROM regress_read;
SELECT (count(*) FILTER (WHERE all_visible AND pd_all_visible) > 0) = (current_setting('server_version_num')::int >= 190000) AS as_expected
  FROM arch_inspect.page_map('regress_read');
DROP TABLE regress_read;
