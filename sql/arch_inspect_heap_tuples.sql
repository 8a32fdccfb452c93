-- Line pointers and tuple headers: of one page, of all pages

CREATE TABLE ht (i int, x text) WITH (autovacuum_enabled = off);
SELECT count(*) FROM arch_inspect.heap_tuples('ht');
SELECT * FROM arch_inspect.heap_page_items('ht', 0);	-- fail, empty

-- each state that one session can make
INSERT INTO ht SELECT i, 'x' FROM generate_series(1, 8) i;
CREATE INDEX ht_i ON ht (i);
BEGIN;
SAVEPOINT s;
INSERT INTO ht VALUES (9, 'rolled back');
ROLLBACK TO s;
COMMIT;
BEGIN;
DELETE FROM ht WHERE i = 1;
ROLLBACK;
BEGIN;
SELECT i FROM ht WHERE i = 2 FOR UPDATE;
COMMIT;
DELETE FROM ht WHERE i = 3;
UPDATE ht SET x = 'hot' WHERE i = 4;
UPDATE ht SET i = 50 WHERE i = 5;
BEGIN;
SELECT i FROM ht WHERE i = 6 FOR KEY SHARE;
SAVEPOINT s;
UPDATE ht SET x = 'by a multixact' WHERE i = 6;
COMMIT;
BEGIN;
SELECT i FROM ht WHERE i = 7 FOR SHARE;
INSERT INTO ht VALUES (10, 'now');
DELETE FROM ht WHERE i = 8;
-- (what hint bits there are depends on the plans above)
SELECT lp, lp_flags, lp_len, redirect_to, t_xmin <> '0' AS xmin, t_xmax <> '0' AS xmax,
	   t_ctid, t_hoff, natts, xmin_status, replace(xmax_status, 'ignored', 'aborted') AS xmax_status, state, problem
  FROM arch_inspect.heap_page_items('ht', 0);
SELECT lp, array(SELECT f FROM unnest(flags) f WHERE f !~ '^HEAP_(XMIN|XMAX)_(COMMITTED|INVALID)$') AS flags
  FROM arch_inspect.heap_page_items('ht', 0);
COMMIT;

-- what is left after VACUUM
VACUUM (FREEZE) ht;
SELECT lp, lp_flags, lp_off > 0 AS off, lp_len, redirect_to, t_ctid, flags, xmin_status, xmax_status, state
  FROM arch_inspect.heap_page_items('ht', 0);

-- a dead line pointer
CREATE TABLE ht_dead (i int PRIMARY KEY) WITH (autovacuum_enabled = off);
INSERT INTO ht_dead SELECT generate_series(1, 3);
DELETE FROM ht_dead WHERE i = 2;
VACUUM (INDEX_CLEANUP off) ht_dead;
SELECT lp, lp_off, lp_flags, lp_len, t_xmin, t_ctid, flags, state FROM arch_inspect.heap_page_items('ht_dead', 0) WHERE lp = 2;

-- a sequence, a TOAST table, a materialized view
CREATE SEQUENCE ht_seq;
SELECT lp, lp_flags, natts, xmin_status, state, problem FROM arch_inspect.heap_page_items('ht_seq', 0);
CREATE TABLE ht_wide (x text);
ALTER TABLE ht_wide ALTER x SET STORAGE EXTERNAL;
INSERT INTO ht_wide VALUES (repeat('x', 5000));
SELECT lp, lp_len, natts, state FROM pg_class c, LATERAL arch_inspect.heap_tuples(c.reltoastrelid) WHERE c.oid = 'ht_wide'::regclass;
CREATE MATERIALIZED VIEW ht_matview AS SELECT 1 AS i;
SELECT lp, natts, state FROM arch_inspect.heap_tuples('ht_matview');

-- ranges and nulls
INSERT INTO ht SELECT i, 'x' FROM generate_series(100, 600) i;
SELECT min(blkno), max(blkno) FROM arch_inspect.heap_tuples('ht', 1, 2);
SELECT min(blkno), max(blkno) FROM arch_inspect.heap_tuples('ht', 2);
SELECT min(blkno), max(blkno) FROM arch_inspect.heap_tuples('ht', last_block => 0);
SELECT count(*) FROM arch_inspect.heap_tuples('ht', 2, 1);
SELECT count(*) FROM arch_inspect.heap_tuples(NULL);
SELECT count(*) FROM arch_inspect.heap_page_items('ht', NULL);
SELECT count(*) FROM arch_inspect.heap_tuples('ht', 0, 99);	-- fail, too far
SELECT count(*) FROM arch_inspect.heap_tuples('ht', -1);	-- fail, negative

-- the wrong kind of object
SELECT count(*) FROM arch_inspect.heap_tuples('ht_i');	-- fail, an index
SELECT count(*) FROM arch_inspect.heap_page_items('ht_i', 0);	-- fail, an index
CREATE ACCESS METHOD regress_heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE ht_other (i int) USING regress_heap2;
SELECT count(*) FROM arch_inspect.heap_tuples('ht_other');	-- fail, access method

DROP TABLE ht, ht_dead, ht_wide, ht_other;
DROP SEQUENCE ht_seq;
DROP MATERIALIZED VIEW ht_matview;
DROP ACCESS METHOD regress_heap2;
