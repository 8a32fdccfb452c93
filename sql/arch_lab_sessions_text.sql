--
-- arch_lab: further sessions, laid out as psql does it, and encodings
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set setup :abs_srcdir '/sql/setup/arch_lab_sessions.sql'
\set ECHO none
\i :setup
\set ECHO all
SELECT session_open('a');

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

SET client_min_messages = warning;
SELECT session_close_all() >= 0 AS closed;
ALTER DATABASE :"db" RESET search_path;
DROP SCHEMA regress_sessions CASCADE;
