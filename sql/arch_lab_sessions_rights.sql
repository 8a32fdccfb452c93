--
-- arch_lab: further sessions, whose they are, and what they say at their end
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set setup :abs_srcdir '/sql/setup/arch_lab_sessions.sql'
\set ECHO none
\i :setup
\set ECHO all

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

SET client_min_messages = warning;
SELECT session_close_all() >= 0 AS closed;
ALTER DATABASE :"db" RESET search_path;
DROP SCHEMA regress_sessions CASCADE;
DROP ROLE regress_lab_user;
