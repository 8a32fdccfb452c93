--
-- arch_lab: footprint
--
CREATE ROLE regress_footprint;
CREATE SCHEMA regress_footprint AUTHORIZATION regress_footprint;
SET search_path = regress_footprint;
SET ROLE regress_footprint;
CREATE TABLE feet (id int PRIMARY KEY, word text);
INSERT INTO feet SELECT i, 'a' FROM generate_series(1, 20) i;
SELECT count(*) FROM feet;
RESET ROLE;
CHECKPOINT;
SET ROLE regress_footprint;

-- the lesson: the first change of a page after a checkpoint logs the page
SELECT kind, name, relation, count, bytes > 400 AS large, detail
  FROM arch_lab.footprint('UPDATE feet SET word = ''b'' WHERE id = 5')
 WHERE kind NOT IN ('time', 'buffers');
SELECT kind, name, relation, count, bytes > 400 AS large, detail
  FROM arch_lab.footprint('UPDATE feet SET word = ''c'' WHERE id = 5')
 WHERE kind NOT IN ('time', 'buffers');
-- a query logs nothing and gets no xid
SELECT kind, name, relation, count
  FROM arch_lab.footprint('SELECT * FROM feet WHERE word = ''a''')
 WHERE kind IN ('rows', 'transaction', 'wal', 'wal record', 'tuples', 'lock');
SELECT sum(count) > 0 AS hits FROM arch_lab.footprint('SELECT * FROM feet') WHERE kind = 'buffers' AND name = 'hit';
SELECT detail::numeric > 0 AS took FROM arch_lab.footprint('SELECT 1') WHERE kind = 'time';
-- only this statement counts, though the transaction did more
BEGIN;
INSERT INTO feet VALUES (100, 'x');
SELECT kind, name, relation, count, detail
  FROM arch_lab.footprint('INSERT INTO feet VALUES (101, ''y''), (102, ''z'')')
 WHERE kind IN ('transaction', 'wal', 'wal record', 'tuples', 'pages');
ROLLBACK;
-- the counters and the log agree
SELECT max(count) FILTER (WHERE kind = 'wal' AND name = 'records') = sum(count) FILTER (WHERE kind = 'wal record') AS records,
	   max(bytes) FILTER (WHERE kind = 'wal') = sum(bytes) FILTER (WHERE kind = 'wal record') AS bytes
  FROM arch_lab.footprint('INSERT INTO feet SELECT i, ''n'' FROM generate_series(200, 2000) i');
-- a subtransaction that is taken back is paid for, too
SELECT kind, name, relation, count > 0 AS counted
  FROM arch_lab.footprint($$DO $do$
BEGIN
	INSERT INTO feet VALUES (5000, 'kept');
	BEGIN
		INSERT INTO feet VALUES (5001, 'not kept');
		RAISE EXCEPTION 'back';
	EXCEPTION WHEN raise_exception THEN NULL;
	END;
END $do$ $$)
 WHERE kind = 'wal record' AND (relation = 'feet'::regclass OR relation IS NULL) AND name !~ 'FPI';
-- temporary tables log nothing of their rows
CREATE TEMP TABLE scratch (i int);
SELECT kind, name, relation::text ~ 'scratch' AS scratch, count
  FROM arch_lab.footprint('INSERT INTO scratch VALUES (1)')
 WHERE kind IN ('wal', 'wal record', 'tuples') OR name = 'local dirtied';
-- locks that were there before are not taken again
BEGIN;
LOCK feet IN SHARE ROW EXCLUSIVE MODE;
SELECT name, relation, count, detail FROM arch_lab.footprint('LOCK feet IN SHARE ROW EXCLUSIVE MODE') WHERE kind = 'lock';
SELECT name, relation, count, detail FROM arch_lab.footprint('LOCK feet IN ACCESS EXCLUSIVE MODE') WHERE kind = 'lock';
COMMIT;

SELECT count(*) FROM arch_lab.footprint(NULL);
SELECT count(*) FROM arch_lab.footprint('COMMIT');	-- fail, no transaction control
SELECT count(*) FROM arch_lab.footprint('COPY feet TO STDOUT');	-- fail, no client
SELECT count(*) FROM arch_lab.footprint('SELECT 1 / 0');	-- fail, the statement's own error
SELECT count(*) FROM arch_lab.footprint('no statement');	-- fail, not SQL
RESET ROLE;
CREATE TABLE hidden (i int);
SET ROLE regress_footprint;
SELECT count(*) FROM arch_lab.footprint('TABLE hidden');	-- fail, no right
BEGIN READ ONLY;
SELECT kind, count FROM arch_lab.footprint('SELECT 1') WHERE kind IN ('wal', 'transaction');
SELECT count(*) FROM arch_lab.footprint('INSERT INTO feet VALUES (0)');	-- fail, read only
ROLLBACK;
RESET ROLE;
DROP TABLE scratch;
SET client_min_messages = warning;
DROP SCHEMA regress_footprint CASCADE;
DROP ROLE regress_footprint;
