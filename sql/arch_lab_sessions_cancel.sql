--
-- arch_lab: further sessions, cancelled, out of time, closed or ended
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set setup :abs_srcdir '/sql/setup/arch_lab_sessions.sql'
\set ECHO none
\i :setup
\set ECHO all
SELECT session_open('a');
SELECT session_open('b');

-- running is not blocked
SELECT * FROM run('a', 'SELECT pg_sleep(0.3) IS NULL');
SELECT session_send('a', 'SELECT pg_sleep(0.1) IS NULL; SELECT 2');
SELECT state IN ('running', 'result to collect') FROM sessions WHERE name = 'a';
CALL await('a', 'result to collect');
SELECT * FROM result('a');
-- a result that does not fit into the queue waits there
SELECT session_send('a', 'SELECT i, repeat(''x'', 100) FROM generate_series(1, 10000) AS i');
CALL await('a', 'result to collect');
SELECT count(*) FROM session_result('a');

-- cancel, timeouts
SELECT session_send('a', 'SELECT pg_sleep(1000)');
SELECT session_cancel('a');
SELECT * FROM result('a');
SELECT session_cancel('a');
SELECT * FROM run('a', 'SET statement_timeout = ''50ms''; SELECT 1; SELECT pg_sleep(1000)');
SELECT * FROM run('a', 'SET statement_timeout = ''50ms''');
SELECT * FROM run('a', 'SELECT pg_sleep(1000)');
SELECT * FROM run('a', 'RESET statement_timeout');
SELECT * FROM run('a', 'BEGIN; LOCK TABLE t');
SELECT * FROM run('b', 'SET lock_timeout = ''100ms''');
SELECT * FROM run_on('b', 'BEGIN; LOCK TABLE t');
SELECT * FROM run('a', 'ROLLBACK');
SELECT * FROM run('b', 'ROLLBACK');
SELECT * FROM run('b', 'RESET lock_timeout');
-- a cancel on the heels of its statement finds it
CREATE FUNCTION cancel_at_once() RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	answer text;
BEGIN
	PERFORM arch_lab.session_send('a', 'SELECT pg_sleep(1000)');
	PERFORM arch_lab.session_cancel('a');
	SELECT sqlstate INTO answer FROM arch_lab.session_result('a');
	RETURN answer;
END $$;
SELECT answer, count(*) FROM (SELECT cancel_at_once() AS answer FROM generate_series(1, 300)) AS c GROUP BY 1;
SELECT * FROM run('a', 'SELECT 1');
-- cancelled while nobody reads what it says
SELECT session_send('a', $$DO 'BEGIN LOOP RAISE NOTICE ''%'', repeat(''x'', 100); END LOOP; END'$$);
CALL await('a', 'result to collect');
SELECT session_cancel('a');
SELECT kind, message, count(*) > 100 AS many FROM result('a') GROUP BY 1, 2 ORDER BY 1;
SELECT session_send('a', $$DO 'BEGIN FOR i IN 1 .. 10000 LOOP BEGIN RAISE NOTICE ''%'', repeat(''x'', 100); EXCEPTION WHEN query_canceled THEN RAISE WARNING ''caught''; END; END LOOP; END'$$);
CALL await('a', 'result to collect');
SELECT session_cancel('a');
SELECT kind, left(message, 10) AS message, count(*) >= CASE WHEN kind = 'notice' THEN 1 ELSE 0 END AS many FROM result('a') GROUP BY 1, 2 ORDER BY 1, 2;
SELECT session_send('a', 'SELECT i, repeat(''x'', 100) FROM generate_series(1, 1000000) AS i');
CALL await('a', 'result to collect');
SELECT session_cancel('a');
SELECT kind, message, count(*) < 1000000 AS cut FROM result('a') GROUP BY 1, 2 ORDER BY 1;
SELECT * FROM run('a', 'SELECT 1');
-- the opener's own timeout takes the session's statement with it
SET statement_timeout = '300ms';
SELECT * FROM run('a', 'BEGIN; SELECT pg_sleep(1000)');	-- fail
SET statement_timeout = '3min';
SELECT * FROM run('a', 'SELECT 1');	-- fail, aborted
SELECT * FROM run('a', 'ROLLBACK');
SELECT * FROM run('a', 'BEGIN; SET idle_in_transaction_session_timeout = ''10ms''');
CALL await('a', 'ended');
SELECT name, state FROM sessions;
SELECT * FROM run('a', 'SELECT 1');	-- fail, ended
SELECT session_result('a');	-- fail, ended
SELECT session_send('a', 'SELECT 1');	-- fail, ended
SELECT session_cancel('a');
SELECT session_open('a');	-- fail, exists
SELECT session_close('a');
SELECT session_open('a');

-- closed while blocked, running, with a result to collect
SELECT session_open('c');
SELECT * FROM run('a', 'BEGIN; LOCK TABLE t');
SELECT * FROM run('b', 'BEGIN; LOCK TABLE t');
SELECT session_send('c', 'SELECT pg_sleep(1000)');
SELECT session_close('b');
SELECT session_close('c');
SELECT * FROM run('a', 'ROLLBACK');
SELECT session_send('a', 'SELECT i, repeat(''x'', 100) FROM generate_series(1, 10000) AS i');
CALL await('a', 'result to collect');
SELECT session_close('a');
SELECT count(*) FROM sessions;
SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'arch_lab session';

-- ended from outside
SELECT session_open('a');
SELECT pg_terminate_backend(pid, 5000) FROM sessions;
SELECT state FROM sessions;
SELECT * FROM run('a', 'SELECT 1');	-- fail
SELECT session_close('a');
SELECT session_open('a');
SELECT session_send('a', 'SELECT pg_sleep(1000)');
SELECT pg_terminate_backend(pid, 5000) FROM sessions;
SELECT * FROM result('a');
SELECT session_close('a');

SET client_min_messages = warning;
SELECT session_close_all() >= 0 AS closed;
ALTER DATABASE :"db" RESET search_path;
DROP SCHEMA regress_sessions CASCADE;
