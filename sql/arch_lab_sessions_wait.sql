--
-- arch_lab: further sessions, what they wait for
--
-- Needs: current_setting('max_prepared_transactions')::int > 0
\getenv abs_srcdir PG_ABS_SRCDIR
\set setup :abs_srcdir '/sql/setup/arch_lab_sessions.sql'
\set ECHO none
\i :setup
\set ECHO all
SELECT session_open('a');

-- a session is no part of the opener's transaction
BEGIN;
SELECT session_open('b');
SELECT * FROM run('b', 'CREATE TEMP TABLE z AS SELECT 1');
ROLLBACK;
SELECT * FROM run('b', 'TABLE z');

-- blocked: by this session, by another one, in a queue
BEGIN;
SELECT id FROM t WHERE id = 1 FOR UPDATE;
SELECT * FROM run('a', 'BEGIN; UPDATE t SET v = ''a'' WHERE id = 1');
SELECT name, state, plain(waiting_for) AS waiting_for, blocked_by FROM sessions;
SELECT * FROM result('a');	-- still
COMMIT;
SELECT * FROM result('a');
SELECT * FROM run('b', 'UPDATE t SET v = ''b'' WHERE id = 1');
SELECT name, state, plain(waiting_for) AS waiting_for, blocked_by FROM sessions;
SELECT session_run('b', 'SELECT 1');	-- fail, busy
SELECT session_send('b', 'SELECT 1');	-- fail, busy
SELECT session_text('b', 'SELECT 1');	-- fail, busy
SELECT * FROM run('a', 'COMMIT');
CALL await('b', 'result to collect');
SELECT * FROM result('b');
SELECT session_result('b');	-- fail, nothing there
SELECT session_result_text('b');	-- fail, nothing there
SELECT v FROM t WHERE id = 1;
SELECT session_open('c');
SELECT * FROM run('a', 'BEGIN; LOCK TABLE t IN ACCESS SHARE MODE');
SELECT * FROM run('b', 'TRUNCATE t');
SELECT * FROM run('c', 'SELECT count(*) FROM t');
SELECT session_cancel('b');
SELECT * FROM result('b');
SELECT * FROM result('c');
SELECT session_cancel('b');
SELECT * FROM run('a', 'ROLLBACK');
SELECT pg_advisory_lock(7000000000), pg_advisory_lock(1, -2);
SELECT * FROM run('a', 'SELECT pg_advisory_lock(7000000000)');
SELECT * FROM run('b', 'SELECT pg_advisory_lock(1, -2)');
SELECT pg_advisory_unlock_all();
SELECT * FROM result('a');
SELECT * FROM result('b');
SELECT * FROM run('a', 'BEGIN; UPDATE t SET v = v WHERE id = 1; PREPARE TRANSACTION ''regress_sessions''');
SELECT * FROM run('b', 'UPDATE t SET v = v WHERE id = 1');
SELECT blocked_by FROM sessions WHERE name = 'b';
SELECT * FROM run('a', 'ROLLBACK PREPARED ''regress_sessions''');
CALL await('b', 'result to collect');
SELECT * FROM result('b');
-- rows before the block are not lost
SELECT id FROM t ORDER BY id;
SELECT * FROM run('a', 'BEGIN; SELECT id FROM t WHERE id = 2 FOR UPDATE');
SELECT * FROM run('b', 'SELECT 1; SELECT id FROM t ORDER BY id FOR UPDATE');
SELECT session_text('a', 'COMMIT');
SELECT session_result_text('b');

-- deadlock, serialization failure
SELECT * FROM run('a', 'SET deadlock_timeout = ''100s''; BEGIN; UPDATE t SET v = ''a'' WHERE id = 1') WHERE kind <> 'command';
SELECT * FROM run('b', 'SET deadlock_timeout = ''10ms''; BEGIN; UPDATE t SET v = ''b'' WHERE id = 2') WHERE kind <> 'command';
SELECT * FROM run('a', 'UPDATE t SET v = ''a'' WHERE id = 2');
SELECT * FROM run_on('b', 'UPDATE t SET v = ''b'' WHERE id = 1');
SELECT * FROM run('b', 'ROLLBACK');
SELECT * FROM result('a');
SELECT * FROM run('a', 'ROLLBACK');
SELECT * FROM run('a', 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT v FROM t WHERE id = 1') WHERE kind <> 'command';
SELECT * FROM run('b', 'UPDATE t SET v = ''new'' WHERE id = 1');
SELECT * FROM run('a', 'SELECT v FROM t WHERE id = 1');
SELECT * FROM run('a', 'UPDATE t SET v = ''mine'' WHERE id = 1');
SELECT * FROM run('a', 'ROLLBACK');
SELECT * FROM run('a', 'BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM t; INSERT INTO t VALUES (10)') WHERE kind <> 'command';
SELECT * FROM run('b', 'BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM t; INSERT INTO t VALUES (11)') WHERE kind <> 'command';
SELECT * FROM run('c', 'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE; SELECT count(*) FROM t');
SELECT * FROM run('a', 'COMMIT');
SELECT * FROM run('b', 'COMMIT');
SELECT kind, "values" FROM result('c') WHERE kind <> 'command';
SELECT * FROM run('c', 'COMMIT');
DELETE FROM t WHERE id > 2;

SELECT session_close_all() AS closed;

-- blocked by a page's pin: a cursor's of another session, or of this one
SELECT session_open('a');
SELECT session_open('b');
CREATE TABLE pinned AS SELECT i FROM generate_series(1, 3) AS i;
SELECT * FROM run('a', 'BEGIN; DECLARE c CURSOR FOR SELECT i FROM pinned; FETCH 1 FROM c') WHERE kind = 'row';
SELECT * FROM run('b', 'VACUUM (FREEZE) pinned');
SELECT name, state, waiting_for, blocked_by FROM sessions;
SELECT * FROM result('b');
SELECT * FROM run('a', 'COMMIT');
SELECT * FROM result('b');
INSERT INTO pinned VALUES (4);
BEGIN;
DECLARE c CURSOR FOR SELECT i FROM pinned;
FETCH 1 FROM c;
SELECT * FROM run('b', 'VACUUM (FREEZE) pinned');
COMMIT;
SELECT * FROM result('b');
SELECT session_close_all();

SET client_min_messages = warning;
SELECT session_close_all() >= 0 AS closed;
ALTER DATABASE :"db" RESET search_path;
DROP SCHEMA regress_sessions CASCADE;
