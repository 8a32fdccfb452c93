--
-- arch_lab: further sessions
--
-- Needs: current_setting('max_prepared_transactions')::int > 0
SET search_path = arch_lab, public;
CREATE SCHEMA regress_sessions;
CREATE TABLE regress_sessions.t (id int PRIMARY KEY, v text);
INSERT INTO regress_sessions.t VALUES (1, 'one'), (2, 'two');
GRANT USAGE ON SCHEMA regress_sessions TO PUBLIC;
GRANT ALL ON regress_sessions.t TO PUBLIC;

-- xids, pids and oids are no facts of a test
CREATE FUNCTION regress_sessions.plain(text) RETURNS text LANGUAGE sql AS
$$ SELECT regexp_replace(regexp_replace($1, '(transaction|pid|process|PID) [0-9]+', '\1 N', 'gi'),
						 'blocked by process N', 'blocked by process N', 'g') $$;
CREATE FUNCTION regress_sessions.run(name text, sql text,
	OUT kind text, OUT "values" text[], OUT message text, OUT sqlstate text)
RETURNS SETOF record LANGUAGE sql AS
$$ SELECT r.kind, r."values", regress_sessions.plain(r.message), nullif(r.sqlstate, '00000')
	 FROM arch_lab.session_run(name, sql) r ORDER BY n $$;
CREATE FUNCTION regress_sessions.result(name text,
	OUT kind text, OUT "values" text[], OUT message text, OUT sqlstate text)
RETURNS SETOF record LANGUAGE sql AS
$$ SELECT r.kind, r."values", regress_sessions.plain(r.message), nullif(r.sqlstate, '00000')
	 FROM arch_lab.session_result(name) r ORDER BY n $$;
-- run, and collect until it is no longer blocked
CREATE FUNCTION regress_sessions.run_on(name text, sql text,
	OUT kind text, OUT "values" text[], OUT message text, OUT sqlstate text)
RETURNS SETOF record LANGUAGE plpgsql AS
$$
DECLARE
	blocked boolean := false;
BEGIN
	FOR kind, "values", message, sqlstate IN SELECT * FROM regress_sessions.run(name, sql) LOOP
		IF kind = 'waiting' THEN blocked := true; ELSE RETURN NEXT; END IF;
	END LOOP;
	WHILE blocked LOOP
		blocked := false;
		PERFORM pg_sleep(0.01);
		FOR kind, "values", message, sqlstate IN SELECT * FROM regress_sessions.result(name) LOOP
			IF kind = 'waiting' THEN blocked := true; ELSE RETURN NEXT; END IF;
		END LOOP;
	END LOOP;
END $$;
-- until a session is in the state that is meant
CREATE PROCEDURE regress_sessions.await(who text, what text) LANGUAGE plpgsql AS
$$
BEGIN
	FOR i IN 1 .. 3000 LOOP
		IF (SELECT state FROM arch_lab.sessions WHERE name = who) = what THEN
			RETURN;
		END IF;
		PERFORM pg_sleep(0.01);
	END LOOP;
	RAISE EXCEPTION 'session % does not get %: %', who, what,
		(SELECT state FROM arch_lab.sessions WHERE name = who);
END $$;
SET search_path = regress_sessions, arch_lab, public;
SELECT current_database() AS db \gset
ALTER DATABASE :"db" SET search_path = regress_sessions, public;

-- should a session never answer
SET statement_timeout = '3min';
-- one real backend more: same user, same database, a process of its own
SELECT session_open('a');
SELECT name, state, waiting_for, blocked_by, opened_at <= now() + '1 min' AS opened FROM sessions;
SELECT * FROM session_run('a', 'SELECT 1 AS x, NULL AS y, ''z'' AS z');
SELECT "values" = ARRAY[current_user::text, session_user::text, current_database()::text] AS same
  FROM session_run('a', 'SELECT current_user, session_user, current_database()') WHERE kind = 'row';
SELECT ("values")[1]::int = (SELECT pid FROM sessions) AS the_one,
	   ("values")[1]::int <> pg_backend_pid() AS another
  FROM session_run('a', 'SELECT pg_backend_pid()') WHERE kind = 'row';
SELECT backend_type, application_name, state, query FROM pg_stat_activity
 WHERE pid = (SELECT pid FROM sessions);

-- rows, tags, notices and errors
SELECT * FROM run('a', 'CREATE TEMP TABLE x (i int); INSERT INTO x SELECT generate_series(1, 3); UPDATE x SET i = i WHERE i > 1 RETURNING i; TABLE x');
SELECT * FROM run('a', 'SELECT FROM x');
SELECT columns, message FROM session_run('a', 'SELECT i FROM x WHERE i > 5');
SELECT * FROM run('a', '');
SELECT * FROM run('a', ' ; ');
SELECT kind, message, sqlstate, detail, hint, severity FROM session_run('a',
	$$DO 'BEGIN RAISE NOTICE ''n'' USING DETAIL = ''d'', HINT = ''h''; RAISE WARNING ''w''; END'$$);
SELECT kind, message, sqlstate, detail, hint, severity, context FROM session_run('a',
	$$DO 'BEGIN RAISE ''e'' USING DETAIL = ''d'', HINT = ''h'', ERRCODE = ''22012''; END'$$);
SELECT * FROM run('a', 'SELECT 1; SELEC 2');
SELECT * FROM run('a', 'SELECT 1; SELECT 1/0; SELECT 3');
SELECT * FROM run('a', 'SHOW transaction_isolation; EXPLAIN (COSTS OFF) SELECT 1');
SELECT * FROM run('a', 'VALUES (ARRAY[1,NULL]), (NULL), (''{}'')');
SELECT * FROM run('a', $$SELECT E'tab\there', E'line\nbreak', '"q",{}\'$$);
SELECT * FROM run('a', 'PREPARE p AS SELECT $1::int * 2; EXECUTE p(21)');
SELECT * FROM run('a', 'EXECUTE p(4); DEALLOCATE p');

-- several statements of one string are one transaction
SELECT * FROM run('a', 'CREATE TEMP TABLE y (i int)');
SELECT * FROM run('a', 'INSERT INTO y VALUES (1); SELECT 1/0');
SELECT * FROM run('a', 'INSERT INTO y VALUES (2); COMMIT; INSERT INTO y VALUES (3); SELECT 1/0');
SELECT * FROM run('a', 'TABLE y');
SELECT * FROM run('a', 'CHECKPOINT; VACUUM y');	-- fail, not in a transaction

-- a transaction over several calls
SELECT * FROM run('a', 'BEGIN');
SELECT state FROM sessions;
SELECT * FROM run('a', 'INSERT INTO y VALUES (4); DECLARE c CURSOR FOR SELECT i FROM y ORDER BY i');
SELECT * FROM run('a', 'FETCH 1 FROM c');
SELECT * FROM run('a', 'FETCH ALL FROM c; SAVEPOINT s');
SELECT * FROM run('a', 'nonsense');
SELECT state FROM sessions;
SELECT * FROM run('a', 'SELECT 1');	-- fail, aborted
SELECT * FROM run('a', 'ROLLBACK TO s; SELECT count(*) FROM y');
SELECT * FROM run('a', 'COMMIT AND CHAIN');
SELECT * FROM run('a', 'COMMIT');
SELECT state FROM sessions;
SELECT * FROM run('a', 'COMMIT');	-- a warning
SELECT * FROM run('a', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');	-- a warning

-- statements that must stand alone
SELECT * FROM run('a', 'VACUUM regress_sessions.t');
SELECT * FROM run('a', 'CHECKPOINT');
SELECT * FROM run('a', 'ALTER SYSTEM RESET work_mem');
SELECT * FROM run('a', $$CREATE PROCEDURE pg_temp.p() LANGUAGE plpgsql AS 'BEGIN COMMIT; INSERT INTO y VALUES (9); ROLLBACK; END'$$);
SELECT * FROM run('a', 'CALL pg_temp.p()');

-- COPY
SELECT * FROM run('a', 'COPY y TO STDOUT');
SELECT * FROM run('a', 'COPY (SELECT 1, NULL, ''x y'') TO STDOUT (FORMAT csv, HEADER)');
SELECT kind, message, sqlstate, detail, hint FROM session_run('a', 'COPY y FROM STDIN');	-- fail
SELECT message FROM session_run('a', 'COPY (SELECT 1) TO STDOUT (FORMAT binary)') WHERE kind = 'copy' LIMIT 1;

-- what a backend without a socket must not trip over
SELECT * FROM run('a', 'LISTEN x');	-- fail
SELECT * FROM run('a', 'NOTIFY x');
SELECT * FROM run('a', 'SELECT inet_client_addr(), inet_client_port(), inet_server_addr(), inet_server_port()');
SELECT * FROM run('a', $$SET client_connection_check_interval = '10ms'; SELECT pg_sleep(0.05) IS NOT NULL; RESET client_connection_check_interval$$);
SELECT * FROM run('a', 'SELECT client_addr, client_hostname FROM pg_stat_activity WHERE pid = pg_backend_pid()');
SELECT * FROM run('a', 'SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl');
SELECT * FROM run('a', 'SET SESSION AUTHORIZATION DEFAULT; DISCARD ALL');
SELECT * FROM run('a', $$SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0$$);
SELECT * FROM run('a', $$SELECT count(*) > 100 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid$$);

SELECT * FROM run('a', 'SELECT arch_lab.session_open(''nested'')');	-- fail
-- every message there is
SELECT kind, severity FROM session_run('a', 'SET client_min_messages = debug5')
 WHERE kind <> 'command' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) > 20 AS many, count(*) FILTER (WHERE kind = 'row') AS rows, count(*) FILTER (WHERE kind = 'error') AS errors
  FROM session_run('a', 'BEGIN; SELECT i FROM generate_series(1, 1000) i; SAVEPOINT x; COMMIT; SELECT 1/0');
SELECT * FROM run('a', 'SET client_min_messages = notice') WHERE kind <> 'notice';
SELECT * FROM run('a', 'SELECT 1');

-- large results, and NULL in them
SELECT count(*), count(*) FILTER (WHERE kind = 'row'), max(n), sum(length(("values")[2])),
	   count(*) FILTER (WHERE ("values")[3] IS NULL)
  FROM session_run('a', 'SELECT i, repeat(''x'', i % 50), nullif(i % 3, 0) FROM generate_series(1, 100000) AS i');
SELECT length(("values")[1]) FROM session_run('a', 'SELECT repeat(''x'', 20000000)') WHERE kind = 'row';
SELECT kind, ("values")[1]::int FROM session_run('a', 'SELECT length(''' || repeat('y', 1000000) || ''')');
SELECT array_length("values", 1), array_length(columns, 1) FROM session_run('a',
	(SELECT 'SELECT ' || string_agg(i::text, ',') FROM generate_series(1, 1600) i)) WHERE kind = 'row';

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

-- laid out as psql does it
SELECT session_text('a', $$SELECT 1 AS n, E'two\nlines' AS "wide title", true; SELECT 'no rows' AS x WHERE false;
	INSERT INTO t VALUES (3, 'x') RETURNING id; DELETE FROM t WHERE id = 3; SELECT; SELECT 1/0$$);
SELECT session_text('a', $$DO 'BEGIN RAISE NOTICE ''n'' USING HINT = ''h''; END'$$);
SELECT session_text('a', 'COPY (VALUES (1), (2)) TO STDOUT');
SELECT session_text('a', '');
BEGIN;
LOCK TABLE t IN SHARE MODE;
SELECT session_text('a', 'SELECT 1 AS before; DELETE FROM t WHERE id = 99');
ROLLBACK;
SELECT session_result_text('a');

-- encoding: the result is in the database's, whatever the session sets
SELECT getdatabaseencoding() = 'UTF8' AS utf8 \gset
\if :utf8
SELECT * FROM run('a', 'SET client_encoding = LATIN1');
SELECT * FROM run('a', U&'SELECT ''\00e9\20ac'' AS "\00e8"');
SELECT columns, message FROM session_run('a', U&'SELECT 1 AS "\00e8" WHERE false');
SELECT * FROM run('a', U&'DO ''BEGIN RAISE NOTICE \0027\0027\00e9\0027\0027; END''');
SELECT * FROM run('a', U&'SELECT "\20ac\00e9"');
SELECT * FROM run('a', U&'COPY (SELECT ''\00e9\20ac'') TO STDOUT');
SELECT * FROM run('a', U&'COPY (SELECT ''\00e9'') TO STDOUT (ENCODING ''LATIN1'')');
SELECT * FROM run('a', 'SHOW client_encoding; RESET client_encoding');
\endif

-- how many
SELECT session_open('d');
SELECT session_open('e');	-- fail, four are open
SET arch_lab.max_sessions = 5;
SELECT session_open('e');
RESET arch_lab.max_sessions;
SELECT name, state FROM sessions ORDER BY name;
SELECT session_close(name) FROM (SELECT name FROM sessions WHERE name > 'b' OFFSET 0) s;
SELECT name, state FROM sessions ORDER BY name;

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

-- at_end: as the session's own role, after a rollback
CREATE ROLE regress_lab_user LOGIN;
GRANT regress_lab_user TO CURRENT_USER;
CREATE TABLE ends (who text, role text);
GRANT INSERT ON ends TO PUBLIC;
SELECT session_open('a', $$INSERT INTO regress_sessions.ends VALUES ('a', current_user)$$);
SELECT at_end IS NOT NULL AS at_end FROM sessions;
SELECT * FROM run('a', $$SET ROLE regress_lab_user; BEGIN; INSERT INTO regress_sessions.ends VALUES ('undone', 'x')$$);
SELECT session_close('a');
SELECT who, role = current_user FROM ends;
SELECT session_open('a', $$INSERT INTO regress_sessions.ends VALUES ('blocked', ''); SELECT 1/0$$);
SELECT session_close('a');	-- a warning
SELECT session_open('a', $$INSERT INTO regress_sessions.ends VALUES ('later', '')$$);
BEGIN;
LOCK TABLE ends;
SELECT session_close('a');	-- a warning, and no endless wait
COMMIT;
DO $$
BEGIN
	FOR i IN 1 .. 1000 LOOP
		EXIT WHEN EXISTS (SELECT FROM ends WHERE who = 'later');
		PERFORM pg_sleep(0.01);
	END LOOP;
END $$;
SELECT who FROM ends;

-- whose it is
SET ROLE regress_lab_user;
SELECT session_open('u');
SELECT * FROM run('u', 'SELECT current_user');
SELECT "values"[1] = session_user AS logged_in_as_here FROM run('u', 'SELECT session_user') WHERE kind = 'row';
RESET ROLE;
\set VERBOSITY terse
SELECT * FROM session_run('u', 'SELECT 1');	-- fail, another role's
SELECT session_send('u', 'SELECT 1');	-- fail
SELECT session_result('u');	-- fail
SELECT session_text('u', 'SELECT 1');	-- fail
SELECT session_result_text('u');	-- fail
SELECT session_cancel('u');	-- fail
SELECT session_close('u');	-- fail
\set VERBOSITY default
SELECT name, role, login = session_user AS logged_in_as_here, state, query, at_end FROM sessions;
SET ROLE regress_lab_user;
SELECT name, query FROM sessions;
SET arch_lab.max_sessions = 100;	-- fail
SELECT session_close('u');
RESET ROLE;
ALTER ROLE regress_lab_user NOLOGIN;
SET ROLE regress_lab_user;
SELECT session_open('u');	-- it is not this role that logs in
SELECT * FROM run('u', 'SELECT current_user');
SELECT session_close('u');
SET SESSION AUTHORIZATION regress_lab_user;
SELECT session_open('u');	-- fail, now it would be
SELECT count(*) FROM sessions;
RESET SESSION AUTHORIZATION;
-- nor whoever logs in as another, though the current user is the same
SET ROLE regress_lab_user;
SELECT session_open('u');
SET SESSION AUTHORIZATION regress_lab_user;
SELECT current_user;
\set VERBOSITY terse
SELECT session_text('u', 'RESET ROLE; SELECT 1');	-- fail
\set VERBOSITY default
SELECT session_close_all();
RESET SESSION AUTHORIZATION;
SET ROLE regress_lab_user;
SELECT session_close_all();
RESET ROLE;
-- not where rights are held back
CREATE FUNCTION sneak() RETURNS int LANGUAGE sql AS $$ SELECT arch_lab.session_open('s')::text::int $$;
CREATE MATERIALIZED VIEW sneaky AS SELECT sneak();	-- fail
-- nor where a function acts as its owner
ALTER FUNCTION sneak() SECURITY DEFINER;
SELECT sneak();	-- fail
ALTER FUNCTION sneak() OWNER TO regress_lab_user;
SELECT sneak();	-- fail
SELECT session_open('s');
CREATE FUNCTION sneak2() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT arch_lab.session_text('s', 'SELECT 1') $$;
CREATE FUNCTION sneak3() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT arch_lab.session_close_all() $$;
SELECT sneak2();	-- fail
SELECT sneak3();	-- fail
SELECT session_close_all();
SELECT session_close_all();

-- at_end is a last word, not a book
SELECT session_open('s', repeat('x', 16385));	-- fail
SELECT session_open('s', rpad('SELECT 1', 16384));
SELECT session_close('s');

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

-- names and arguments
SELECT session_open(NULL);
SELECT session_open('');
SELECT session_open(repeat('n', 64));
SELECT session_open(repeat('n', 63));
SELECT session_close(repeat('n', 63));
SELECT session_open('A "b''');
SELECT session_open('A "b''');
SELECT * FROM run('A "b''', NULL);
SELECT session_send('A "b''', NULL);
SELECT session_text(NULL, 'SELECT 1');
SELECT session_close('A "b''');
SELECT session_run('nobody', 'SELECT 1');
SELECT session_send('nobody', 'SELECT 1');
SELECT session_result('nobody');
SELECT session_text('nobody', 'SELECT 1');
SELECT session_result_text('nobody');
SELECT session_cancel('nobody');
SELECT session_close('nobody');
SELECT session_close(NULL);
SET arch_lab.nonsense = 1;	-- fail, the prefix is reserved

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
ALTER DATABASE :"db" RESET search_path;
DROP SCHEMA regress_sessions CASCADE;
DROP ROLE regress_lab_user;
