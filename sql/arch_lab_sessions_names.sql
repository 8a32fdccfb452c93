--
-- arch_lab: further sessions, names, arguments, and how many
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set setup :abs_srcdir '/sql/setup/arch_lab_sessions.sql'
\set ECHO none
\i :setup
\set ECHO all
SELECT session_open('a');
SELECT session_open('b');
SELECT session_open('c');

-- how many
SELECT session_open('d');
SELECT session_open('e');	-- fail, four are open
SET arch_lab.max_sessions = 5;
SELECT session_open('e');
RESET arch_lab.max_sessions;
SELECT name, state FROM sessions ORDER BY name;
SELECT session_close(name) FROM (SELECT name FROM sessions WHERE name > 'b' OFFSET 0) s;
SELECT name, state FROM sessions ORDER BY name;

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

SET client_min_messages = warning;
SELECT session_close_all() >= 0 AS closed;
ALTER DATABASE :"db" RESET search_path;
DROP SCHEMA regress_sessions CASCADE;
