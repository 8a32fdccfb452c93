-- why_not_hot: which updates were HOT, and what kept the others from it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS arch_inspect CASCADE;
RESET client_min_messages;
CREATE SCHEMA why_not_hot;
SET search_path = why_not_hot, pg_catalog;

CREATE TABLE t (a int, b text, c int, d int, e int, f text, g int, pad text)
	WITH (autovacuum_enabled = off, fillfactor = 40);
CREATE INDEX t_b ON t (b);
CREATE INDEX t_c ON t USING hash (c);
CREATE INDEX t_d ON t (a) INCLUDE (d);
CREATE INDEX t_e ON t ((e + 1)) WHERE g > 0;
CREATE INDEX t_long ON t USING hash (f);
INSERT INTO t SELECT i, 'b' || i, i, i, i, repeat('f', 50) || i, i, 'x' FROM generate_series(1, 20) AS i;

CREATE FUNCTION last_update() RETURNS TABLE (hot boolean, same_page boolean, cause text, changed text[], indexes regclass[], unknown text[], why text)
LANGUAGE sql AS $$
	SELECT w.hot, w.same_page, w.cause, w.changed_columns, w.indexes, w.unknown_columns, w.why
	  FROM arch_inspect.why_not_hot('why_not_hot.t') AS w ORDER BY w.xid::text::bigint DESC, w.from_tid DESC LIMIT 1
$$;
SELECT count(*) AS none FROM arch_inspect.why_not_hot('t');
\x
UPDATE t SET pad = 'y' WHERE a = 1;
SELECT * FROM last_update();
UPDATE t SET b = b || '' WHERE a = 2;  -- a new value of the same bytes
SELECT * FROM last_update();
UPDATE t SET b = 'other' WHERE a = 3;
SELECT * FROM last_update();
UPDATE t SET c = c + 1, d = NULL WHERE a = 4;
SELECT * FROM last_update();
UPDATE t SET e = 0 WHERE a = 5;  -- in an expression
SELECT * FROM last_update();
UPDATE t SET g = -1 WHERE a = 6;  -- in a predicate
SELECT * FROM last_update();
BEGIN;
UPDATE t SET c = 0 WHERE a = 7;
ROLLBACK;
SELECT * FROM last_update();
\x

-- no room; and no room with a change
CREATE TABLE full_page (a int PRIMARY KEY, b int, pad text) WITH (autovacuum_enabled = off);
INSERT INTO full_page SELECT i, i, repeat('x', 1100) FROM generate_series(1, 7) AS i;
BEGIN;
UPDATE full_page SET b = 0 WHERE a = 1;
UPDATE full_page SET a = 8 WHERE a = 2;
COMMIT;
SELECT from_tid, to_tid, hot, same_page, cause, changed_columns, why FROM arch_inspect.why_not_hot('full_page');

-- a successor that is gone: a rolled back update, then another one's pruning
CREATE TABLE gone (a int PRIMARY KEY, pad text) WITH (autovacuum_enabled = off);
INSERT INTO gone VALUES (1, 'x'), (2, 'x');
BEGIN;
UPDATE gone SET a = 3 WHERE a = 1;
ROLLBACK;
VACUUM gone;
SELECT hot, same_page, cause, changed_columns, why FROM arch_inspect.why_not_hot('gone');

-- values that are compressed or out of line
CREATE TABLE toasted (a int, long text, pad text) WITH (autovacuum_enabled = off);
INSERT INTO toasted VALUES (1, repeat('long ', 1000)), (2, repeat('long ', 1000)), (3, 'short');
CREATE INDEX toasted_long ON toasted USING hash (long);
UPDATE toasted SET pad = 'y' WHERE a = 1;  -- passes the value on
UPDATE toasted SET long = repeat('long ', 1000) WHERE a = 2;  -- the same anew
UPDATE toasted SET long = repeat('long ', 1000) WHERE a = 3;
SELECT hot, cause, changed_columns, unknown_columns, why FROM arch_inspect.why_not_hot('toasted') ORDER BY from_tid;
CREATE TABLE external (LIKE toasted) WITH (autovacuum_enabled = off);
ALTER TABLE external ALTER long SET STORAGE EXTERNAL;
INSERT INTO external SELECT a, repeat('long ', 1000) FROM generate_series(1, 2) AS a;
CREATE INDEX external_long ON external USING hash (long);
UPDATE external SET pad = 'y' WHERE a = 1;
UPDATE external SET long = repeat('long ', 1000) WHERE a = 2;
SELECT hot, cause, changed_columns, unknown_columns FROM arch_inspect.why_not_hot('external') ORDER BY from_tid;

-- a whole row counts as changed; a column that is younger than the row does not
CREATE TABLE whole (a int, b int) WITH (autovacuum_enabled = off);
INSERT INTO whole VALUES (1, 1), (2, 2);
ALTER TABLE whole ADD COLUMN late int DEFAULT 5;
CREATE INDEX whole_late ON whole (late);
UPDATE whole SET b = 3 WHERE a = 1;
CREATE INDEX whole_row ON whole (a) WHERE (whole.*) IS NOT NULL;
UPDATE whole SET b = 4 WHERE a = 2;
SELECT hot, cause, changed_columns, indexes, why FROM arch_inspect.why_not_hot('whole') ORDER BY from_tid;

-- an index that is gone, and one that came later
CREATE TABLE since (a int, b int) WITH (autovacuum_enabled = off);
INSERT INTO since VALUES (1, 1), (2, 2);
CREATE INDEX since_b ON since (b);
UPDATE since SET b = 3 WHERE a = 1;
DROP INDEX since_b;
SELECT hot, cause, changed_columns, indexes, why FROM arch_inspect.why_not_hot('since');
UPDATE since SET a = 5 WHERE a = 2;
CREATE INDEX since_a ON since (a);
SELECT hot, cause, changed_columns, indexes FROM arch_inspect.why_not_hot('since') ORDER BY from_tid;

-- a rewrite takes from versions what they were
CREATE TABLE moved (a int PRIMARY KEY, b int) WITH (autovacuum_enabled = off);
INSERT INTO moved VALUES (1, 1);
CREATE TABLE holder (i int);
BEGIN ISOLATION LEVEL REPEATABLE READ;
DECLARE hold CURSOR FOR SELECT 1;
UPDATE moved SET b = 2;
CLUSTER moved USING moved_pkey;
SELECT count(*), count(hot) AS hot, min(cause) AS cause, min(why) AS why FROM arch_inspect.why_not_hot('moved');
COMMIT;
UPDATE moved SET a = 2;
SELECT count(*) AS after FROM arch_inspect.why_not_hot('moved') WHERE cause = 'indexed column';

-- many at once, and what version_chain says of them
CREATE TABLE counted (a int PRIMARY KEY, b int, c text, d int) WITH (autovacuum_enabled = off, fillfactor = 50);
CREATE INDEX ON counted (b);
CREATE INDEX ON counted (c text_pattern_ops);
INSERT INTO counted SELECT i, i, 'c' || i, i FROM generate_series(1, 400) AS i;
BEGIN;
UPDATE counted SET d = 0 WHERE a % 3 = 0;
UPDATE counted SET b = -b WHERE a % 3 = 1;
UPDATE counted SET c = 'c' || a WHERE a % 3 = 2;
SELECT cause, changed_columns, count(*) FILTER (WHERE hot) AS hot, count(*) FILTER (WHERE NOT hot) AS not_hot
  FROM arch_inspect.why_not_hot('counted') GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) FILTER (WHERE w.hot <> h.hot_updated) AS others
  FROM arch_inspect.why_not_hot('counted') AS w,
	   LATERAL (SELECT c.hot_updated FROM arch_inspect.version_chain('counted', w.from_tid) AS c WHERE c.at = w.from_tid) AS h
 WHERE w.from_tid < '(0,100)';
COMMIT;
SELECT count(*) > 0 AS first_block, max(from_tid) < '(1,0)' AS no_other FROM arch_inspect.why_not_hot('counted', 0, 0);

-- of each kind of relation
CREATE TEMP TABLE passing (i int PRIMARY KEY);
INSERT INTO passing VALUES (1);
UPDATE passing SET i = 2;
SELECT hot, cause FROM arch_inspect.why_not_hot('passing');
CREATE TABLE parts (i int PRIMARY KEY) PARTITION BY RANGE (i);
CREATE TABLE part_0 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (10) TO (20);
INSERT INTO parts VALUES (1);
UPDATE parts SET i = 11;
SELECT count(*) AS moves FROM arch_inspect.why_not_hot('part_0');
SELECT * FROM arch_inspect.why_not_hot(NULL);
SELECT count(*) >= 0 AS catalog FROM arch_inspect.why_not_hot('pg_class');
SELECT * FROM arch_inspect.why_not_hot('parts');  -- fail
SELECT * FROM arch_inspect.why_not_hot('t_b');  -- fail
SELECT * FROM arch_inspect.why_not_hot('t', 1000);  -- fail

-- rights: structure; of the columns, values
CREATE ROLE regress_why_not_hot;
GRANT USAGE ON SCHEMA why_not_hot TO regress_why_not_hot;
SET ROLE regress_why_not_hot;
SELECT * FROM arch_inspect.why_not_hot('full_page');  -- fail
RESET ROLE;
GRANT SELECT ON full_page, t TO regress_why_not_hot;
SET ROLE regress_why_not_hot;
SELECT from_tid, hot, cause, changed_columns, indexes, unknown_columns, why FROM arch_inspect.why_not_hot('full_page');
SELECT DISTINCT hot, cause, changed_columns, why FROM arch_inspect.why_not_hot('t') ORDER BY 1;
RESET ROLE;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
SET ROLE regress_why_not_hot;
SELECT * FROM arch_inspect.why_not_hot('t');  -- fail, policies
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA why_not_hot CASCADE;
DROP ROLE regress_why_not_hot;
