--
-- sessions (src/session_*.c)
--
-- Further sessions, driven from one psql.  Each is a real backend of the same
-- user in the same database: a dynamic background worker.  Everybody may use
-- them, since a session does only what its role may do anyway; how many is
-- limited by settings of a superuser (src/sessions/session_limits.c).
--
CREATE FUNCTION arch_lab.session_open(name text, at_end text DEFAULT NULL)
RETURNS void
AS 'MODULE_PATHNAME', 'al_session_open'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

CREATE FUNCTION arch_lab.session_run(
	name text, sql text,
	OUT n integer, OUT kind text, OUT columns text[], OUT "values" text[],
	OUT message text, OUT sqlstate text, OUT detail text, OUT hint text,
	OUT severity text, OUT context text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'al_session_run'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000 ROWS 10;

CREATE FUNCTION arch_lab.session_send(name text, sql text)
RETURNS void
AS 'MODULE_PATHNAME', 'al_session_send_sql'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

CREATE FUNCTION arch_lab.session_result(
	name text,
	OUT n integer, OUT kind text, OUT columns text[], OUT "values" text[],
	OUT message text, OUT sqlstate text, OUT detail text, OUT hint text,
	OUT severity text, OUT context text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'al_session_result'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000 ROWS 10;

CREATE FUNCTION arch_lab.session_text(name text, sql text)
RETURNS text
AS 'MODULE_PATHNAME', 'al_session_text'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

CREATE FUNCTION arch_lab.session_result_text(name text)
RETURNS text
AS 'MODULE_PATHNAME', 'al_session_result_text'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

CREATE FUNCTION arch_lab.session_cancel(name text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'al_session_cancel'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

CREATE FUNCTION arch_lab.session_close(name text)
RETURNS void
AS 'MODULE_PATHNAME', 'al_session_close'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

CREATE FUNCTION arch_lab.session_close_all()
RETURNS integer
AS 'MODULE_PATHNAME', 'al_session_close_all'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

CREATE FUNCTION arch_lab.session_list(
	OUT name text, OUT pid integer, OUT login text, OUT role text, OUT state text,
	OUT waiting_for text, OUT blocked_by text[],
	OUT opened_at timestamp with time zone, OUT query text, OUT at_end text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'al_session_list'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000 ROWS 4;

CREATE VIEW arch_lab.sessions AS
SELECT s.name, s.pid, s.login, s.role, s.state, s.waiting_for, s.blocked_by,
	   s.opened_at, s.query, s.at_end
  FROM arch_lab.session_list() AS s;

REVOKE ALL ON FUNCTION arch_lab.session_open(text, text),
	arch_lab.session_run(text, text), arch_lab.session_send(text, text),
	arch_lab.session_result(text), arch_lab.session_text(text, text),
	arch_lab.session_result_text(text), arch_lab.session_cancel(text),
	arch_lab.session_close(text), arch_lab.session_close_all(), arch_lab.session_list() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.session_open(text, text),
	arch_lab.session_run(text, text), arch_lab.session_send(text, text),
	arch_lab.session_result(text), arch_lab.session_text(text, text),
	arch_lab.session_result_text(text), arch_lab.session_cancel(text),
	arch_lab.session_close(text), arch_lab.session_close_all(), arch_lab.session_list() TO PUBLIC;
REVOKE ALL ON arch_lab.sessions FROM PUBLIC;
GRANT SELECT ON arch_lab.sessions TO PUBLIC;

COMMENT ON FUNCTION arch_lab.session_open(text, text) IS
'Opens a further session in this database under a name (1 to 63 bytes): a background worker that logs in as the session user, does SET ROLE as it is here, and runs what it is told, until this connection ends or session_close().
at_end is SQL (at most 16 kB) that it runs as its last act, after a rollback and DISCARD ALL and for at most 10 seconds, while the role still may log in; NULL: none.
For everybody. Errors: 22004 and 42602 bad name, 42710 name taken, 54000 at_end too long, 53400 a limit of arch_lab (max_sessions, max_sessions_per_role, max_sessions_total, reserved_workers), 53300 the CONNECTION LIMIT of role or database, 53000 no worker free (max_worker_processes), 42501 in a security-restricted operation or a SECURITY DEFINER function; what else keeps the role from logging in, with the server''s SQLSTATE.
Shows: src/backend/postmaster/bgworker.c, src/backend/tcop/postgres.c.';
COMMENT ON FUNCTION arch_lab.session_run(text, text) IS
'Runs SQL (one or more statements, as one simple Query message) in a session and returns what comes of it, a row an item in order of n, in kind:
row (columns, values as text; a null value is a NULL element), command (message is the command tag; columns where it had a result), notice and error (message, sqlstate, detail, hint, severity, context), copy (message is a line of COPY TO STDOUT, bytes that are no text as \x…), waiting (message says for what lock and who holds it, or for which page''s pin and who perhaps does; the last row; collect the rest with session_result()). Columns that do not belong to the kind are NULL.
Blocked is decided as isolationtester does, and waits for a buffer pin count; a statement that sleeps or computes is waited for. To be called in FROM. For the role that opened the session.
Errors: 42704 no such session, 55006 a result is not collected yet, 08006 the session has ended, 42501 another role''s, 22004 NULL.
Shows: src/backend/tcop/postgres.c (exec_simple_query), src/test/isolation/isolationtester.c.';
COMMENT ON FUNCTION arch_lab.session_send(text, text) IS
'Sends SQL to a session without waiting; session_result() collects what comes of it. A result of more than about 64 kB makes the session wait until it is collected.
For the role that opened the session. Errors as session_run().
Shows: src/backend/storage/ipc/shm_mq.c.';
COMMENT ON FUNCTION arch_lab.session_result(text) IS
'Waits for the statement that a session runs and returns what comes of it, in the rows of session_run(); again a row waiting where it is still blocked.
For the role that opened the session. Errors as session_run(), and 55000 where there is nothing to collect.
Shows: src/backend/storage/ipc/shm_mq.c.';
COMMENT ON FUNCTION arch_lab.session_text(text, text) IS
'session_run(), laid out as psql shows a result: tables, command tags, notices, errors with their SQLSTATE, and a last line "waiting for …" where the statement is blocked.
For the role that opened the session. Errors as session_run().
Shows: src/backend/tcop/postgres.c (exec_simple_query).';
COMMENT ON FUNCTION arch_lab.session_result_text(text) IS
'session_result(), laid out as session_text() does.
For the role that opened the session. Errors as session_result().
Shows: src/backend/storage/ipc/shm_mq.c.';
COMMENT ON FUNCTION arch_lab.session_cancel(text) IS
'Cancels what a session runs or is blocked in, as pg_cancel_backend() does; true if there was something to cancel. Its error 57014 is collected by session_result().
For the role that opened the session. Errors: 42704 no such session, 42501 another role''s, 22004 NULL.
Shows: src/backend/tcop/postgres.c (StatementCancelHandler).';
COMMENT ON FUNCTION arch_lab.session_close(text) IS
'Ends a session, whatever it does: its statement is cancelled, its transaction rolled back, its at_end run; an error of at_end is a warning here. Returns when the session is gone, or with a warning when its at_end is blocked.
For the role that opened the session. Errors: 42704 no such session, 42501 another role''s, 22004 NULL.
Shows: src/backend/storage/ipc/ipc.c (proc_exit).';
COMMENT ON FUNCTION arch_lab.session_close_all() IS
'Ends all sessions of this connection that the current user opened, as session_close() does, and returns how many they were. For everybody.
Shows: src/backend/storage/ipc/ipc.c (proc_exit).';
COMMENT ON FUNCTION arch_lab.session_list() IS
'The rows of arch_lab.sessions. For everybody; only sessions of this connection are there.
Shows: src/backend/storage/lmgr/lock.c (GetBlockerStatusData).';
COMMENT ON VIEW arch_lab.sessions IS
'The further sessions that this connection has open. For everybody.
Shows: src/backend/storage/lmgr/lock.c (GetBlockerStatusData).';
COMMENT ON COLUMN arch_lab.sessions.name IS 'name given to session_open()';
COMMENT ON COLUMN arch_lab.sessions.pid IS 'process id of the session''s background worker, as in pg_stat_activity';
COMMENT ON COLUMN arch_lab.sessions.login IS 'the role it logged in as, the session user of its opener; NULL if that was dropped since';
COMMENT ON COLUMN arch_lab.sessions.role IS 'the role it began as, the current user of its opener; NULL if that was dropped since';
COMMENT ON COLUMN arch_lab.sessions.state IS
'idle, idle in transaction, idle in transaction (aborted), running, waiting (blocked by a lock or a buffer pin), result to collect, ended';
COMMENT ON COLUMN arch_lab.sessions.waiting_for IS
'the lock a waiting session waits for, and who holds it or is before it in the queue; or the page that it wants to itself, and who has its relation locked and so may have the page pinned; NULL if it is not blocked';
COMMENT ON COLUMN arch_lab.sessions.blocked_by IS
'who blocks it: "session <name>" of this connection, "this session" for the connection itself, "pid <n>" for another, "a prepared transaction"; NULL if it is not blocked';
COMMENT ON COLUMN arch_lab.sessions.opened_at IS 'when session_open() was called';
COMMENT ON COLUMN arch_lab.sessions.query IS
'the SQL sent last; NULL if none was, or for another role';
COMMENT ON COLUMN arch_lab.sessions.at_end IS
'the SQL it runs at its end; NULL if none, or for another role';
