--
-- arch_lab: further sessions, what a statement gives back
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set setup :abs_srcdir '/sql/setup/arch_lab_sessions.sql'
\set ECHO none
\i :setup
\set ECHO all

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

SET client_min_messages = warning;
SELECT session_close_all() >= 0 AS closed;
ALTER DATABASE :"db" RESET search_path;
DROP SCHEMA regress_sessions CASCADE;
