--
-- claims: what the lesson says, and what this server shows
--
CREATE FUNCTION arch_lab.lesson_claims()
RETURNS TABLE (n int, claim text, fact text, script text, expect text[], elsewhere text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100 ROWS 23
BEGIN ATOMIC
	SELECT v.n, v.claim, v.fact, v.script, v.expect, v.elsewhere
	  FROM (VALUES
(1, 'the snippets run from top to bottom',
'they do not: the MVCC snippet leaves its transaction open, so SET TRANSACTION after it fails, and everything after that',
$s$reader: BEGIN;
reader: SELECT txid_current() > 0 AS transaction_is_open;
reader: SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
reader: SHOW transaction_isolation;
reader: ROLLBACK;$s$,
ARRAY['25001', '25P02'], NULL),

(2, 'process crashes do not affect other connections',
'an ERROR, a FATAL or a termination stays in its session; a backend that dies by a signal such as SIGKILL makes the postmaster end every session and run recovery',
$s$writer: CREATE TABLE doomed AS SELECT pg_backend_pid() AS pid;
reader: SELECT pg_terminate_backend(pid, 5000) AS ended FROM doomed;
reader: SELECT pid <> pg_backend_pid() AS the_others_go_on,
       pid NOT IN (SELECT a.pid FROM pg_stat_activity AS a) AS that_one_is_gone FROM doomed;
reader: SELECT name, setting FROM pg_settings WHERE name = 'restart_after_crash';$s$,
ARRAY['ended\s+-+\s+t', 'gone\s+[-+]+\s+t +\| t', 'restart_after_crash \| (on|off)'],
't/120_crash.pl kills a backend with SIGKILL'),

(3, 'better memory isolation between sessions is security',
'private memory is apart, but every backend maps the same shared memory as one OS user',
$s$writer: SET lab.private_note = 'mine';
reader: SELECT coalesce(current_setting('lab.private_note', true), '') = '' AS the_writers_note_is_not_here;
writer: SELECT pg_advisory_lock(hashtext('arch_lab'), pg_backend_pid());
reader: SELECT count(*) > 0 AS lock_table_of_all_is_mapped_here FROM pg_locks
 WHERE locktype = 'advisory' AND classid = (hashtext('arch_lab')::bigint & 4294967295)::oid AND pid <> pg_backend_pid();
writer: SELECT pg_advisory_unlock_all();$s$,
ARRAY['not_here\s+-+\s+t', 'mapped_here\s+-+\s+t'], 't/120_crash.pl shows what damage to it costs'),

(4, 'the postmaster manages connections',
'it listens, forks and supervises, runs no query and is not in pg_stat_activity',
$s$reader: SELECT backend_type, pid IN (SELECT pid FROM pg_stat_activity) AS in_pg_stat_activity,
       (SELECT count(*) > 4 FROM arch_inspect.background_processes AS c WHERE c.parent = p.pid) AS parent_of_the_others
  FROM arch_inspect.background_processes AS p WHERE backend_type = 'postmaster';$s$,
ARRAY['postmaster +\| f +\| t *\n'], NULL),

(5, $c$current connections are those with state = 'active'$c$,
'that hides idle sessions, and shows an unprivileged user no other user''s session at all (state is NULL)',
$s$writer: SELECT 'idle after this' AS writer;
reader: SELECT count(*) FILTER (WHERE state = 'active') < count(*) AS active_is_fewer
  FROM pg_stat_activity WHERE usename = current_user;
reader: SELECT set_config('role', CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE') AND pg_has_role('pg_signal_backend', 'MEMBER') THEN 'pg_signal_backend' ELSE 'none' END, false) IS NOT NULL AS without_rights;
reader: SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS you_may_see_all, count(*) AS processes_of_others,
       count(state) AS states_of_others FROM pg_stat_activity WHERE usename IS DISTINCT FROM current_user;$s$,
ARRAY['active_is_fewer\s+-+\s+t', 'states_of_others\s+[-+]+\s+(t +\| +[1-9]|f +\| +[1-9]\d* \| +0\s)'], NULL),

(6, 'the background-process query shows the background processes',
'without pg_read_all_stats it gives none of them: backend_type is NULL there; state is NULL for them anyway',
$s$reader: SELECT count(*) > 4 AS arch_inspect_shows_them, bool_or(backend_type = 'checkpointer') AS the_checkpointer_too
  FROM arch_inspect.background_processes;
reader: SELECT set_config('role', CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE') AND pg_has_role('pg_signal_backend', 'MEMBER') THEN 'pg_signal_backend' ELSE 'none' END, false) IS NOT NULL AS without_rights;
reader: SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS you_may_see_all, count(*) AS the_lessons_query_finds_of_others
  FROM pg_stat_activity WHERE backend_type != 'client backend' AND usename IS DISTINCT FROM current_user;
reader: SELECT count(state) AS their_states FROM arch_inspect.background_processes
 WHERE backend_type IN ('checkpointer', 'background writer', 'walwriter');$s$,
ARRAY['checkpointer_too\s+[-+]+\s+t +\| t', 'of_others\s+[-+]+\s+(f +\| +0|t +\| +[1-9])', 'their_states\s+-+\s+0\s'], NULL),

(7, 'data files hold actual table data',
'also indexes, sequences, TOAST and catalogs; each with forks, in segments of 1 GB',
$s$reader: SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'i' THEN 'index' WHEN 't' THEN 'TOAST table' END AS what,
       count(pg_relation_filepath(oid)) AS files
  FROM pg_class WHERE relkind IN ('r', 'i', 't') GROUP BY relkind ORDER BY 1;
reader: SELECT fork, pg_relation_size('pg_class', fork) > 0 AS there FROM unnest(ARRAY['main', 'fsm', 'vm']) AS fork;$s$,
ARRAY['index +\| +[1-9]', '\n +table +\| +[1-9]', 'TOAST table +\| +[1-9]', 'fsm +\| t', 'vm +\| t'], NULL),

(8, 'the visibility map tracks pages with only visible tuples, the free space map available space',
'VM: two bits a heap page, conservative (all-visible, all-frozen); FSM: 256 steps of 32 bytes, a tree, approximate',
$s$reader: CREATE TEMP TABLE visits AS SELECT i AS id FROM generate_series(1, 100) AS i;
reader: VACUUM visits;
reader: SELECT pg_relation_size('visits', 'fsm') AS fsm, pg_relation_size('visits', 'vm') AS vm;
reader: SELECT 'PD_ALL_VISIBLE' = ANY (flags) AS all_visible_after_vacuum FROM arch_inspect.page_header('visits', 0);
reader: UPDATE visits SET id = id WHERE id = 1;
reader: SELECT 'PD_ALL_VISIBLE' = ANY (flags) AS all_visible_after_an_update FROM arch_inspect.page_header('visits', 0);
reader: SELECT count(*) AS yet_all_rows_are_visible_to_all FROM visits;$s$,
ARRAY['24576 +\| +8192', 'after_vacuum\s+-+\s+t', 'after_an_update\s+-+\s+f', 'to_all\s+-+\s+100\s'], NULL),

(9, 'large values are automatically moved to TOAST tables',
'the trigger is the row''s width (about 2 kB), and compression comes first: the lesson''s 210,000 bytes become 2,434 under pglz',
$s$reader: CREATE TABLE large_data (id serial PRIMARY KEY, content text COMPRESSION pglz);
reader: INSERT INTO large_data (content) VALUES (repeat('Large content here...', 10000));
reader: SELECT octet_length(content) AS bytes, pg_column_size(content) AS stored FROM large_data;
reader: CREATE TABLE random_data (content text);
reader: INSERT INTO random_data SELECT left((SELECT string_agg(encode(sha256((i || 'x')::bytea), 'base64'), '') FROM generate_series(1, 100) AS i), 1984);
reader: SELECT pg_relation_size(reltoastrelid) AS toast_bytes_after_1984 FROM pg_class WHERE oid = 'random_data'::regclass;
reader: INSERT INTO random_data SELECT left((SELECT string_agg(encode(sha256((i || 'y')::bytea), 'base64'), '') FROM generate_series(1, 100) AS i), 2240);
reader: SELECT pg_relation_size(reltoastrelid) AS toast_bytes_after_2240 FROM pg_class WHERE oid = 'random_data'::regclass;$s$,
ARRAY['210000 \| +2434', 'after_1984\s+-+\s+0\s', 'after_2240\s+-+\s+8192\s'], NULL),

(10, 'log records must be written before data changes',
'the log must be flushed before the changed page is written to its file; in memory the page changes first',
$s$reader: CREATE TABLE probe (id int, page_is_ahead_of_the_log bool);
reader: INSERT INTO probe SELECT 1, false;
reader: DO $$
BEGIN
  FOR i IN 1 .. 200 LOOP
    UPDATE probe SET id = id + 1;
    IF (SELECT lsn FROM arch_inspect.page_header('probe', 0)) > pg_current_wal_flush_lsn() THEN
      UPDATE probe SET page_is_ahead_of_the_log = true;
      EXIT;
    END IF;
  END LOOP;
END $$;
reader: SELECT page_is_ahead_of_the_log FROM probe;$s$,
ARRAY['page_is_ahead_of_the_log\s+-+\s+t'], NULL),

(11, $c$name LIKE 'wal_%' finds the WAL settings$c$,
'_ is a wildcard, and the settings that matter most are missed',
$s$reader: SELECT count(*) AS found, bool_or(name IN ('max_wal_size', 'min_wal_size', 'full_page_writes', 'synchronous_commit', 'fsync')) AS has_any_of_the_five
  FROM pg_settings WHERE name LIKE 'wal_%';
reader: SELECT count(*) AS here FROM arch_inspect.wal_settings
 WHERE name IN ('max_wal_size', 'min_wal_size', 'full_page_writes', 'synchronous_commit', 'fsync');
reader: SELECT 'walXlevel' LIKE 'wal_%' AS underscore_is_a_wildcard;$s$,
ARRAY[' 2\d \| f', 'here\s+-+\s+5', 'wildcard\s+-+\s+t'], NULL),

(12, 'checkpoint_segments is a key parameter to tune',
'it was removed in 9.5, and the snippet silently returns 3 rows; max_wal_size and checkpoint_timeout took its place',
$s$reader: SELECT count(*) AS rows_of_the_snippet FROM pg_settings
 WHERE name IN ('wal_buffers', 'checkpoint_segments', 'checkpoint_completion_target', 'wal_sync_method');
reader: SHOW checkpoint_segments;
reader: SELECT name, setting FROM pg_settings WHERE name IN ('max_wal_size', 'checkpoint_timeout') ORDER BY name;$s$,
ARRAY['rows_of_the_snippet\s+-+\s+3', '42704: unrecognized configuration parameter', 'checkpoint_timeout \| \d', 'max_wal_size +\| \d'], NULL),

(13, 'no read locks: readers do not block writers',
'SELECT takes ACCESS SHARE, which conflicts with ACCESS EXCLUSIVE',
$s$reader: CREATE TABLE probe (id int);
reader: BEGIN; SELECT count(*) FROM probe;
reader: SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'probe'::regclass;
writer: TRUNCATE probe;
reader: COMMIT;
writer collect:$s$,
ARRAY['mode\s+-+\s+AccessShareLock', 'waiting for AccessExclusiveLock [^\n]*held by session reader', 'COMMIT\s+TRUNCATE TABLE'], NULL),

(14, 'each transaction sees a consistent database state',
'READ COMMITTED takes a snapshot for each statement; REPEATABLE READ one, at its first statement and not at BEGIN',
$s$reader: CREATE TABLE probe (v int); INSERT INTO probe VALUES (1);
reader: BEGIN; SELECT v AS read_committed_first FROM probe;
writer: UPDATE probe SET v = 2;
reader: SELECT v AS read_committed_then FROM probe; COMMIT;
reader: BEGIN ISOLATION LEVEL REPEATABLE READ;
writer: UPDATE probe SET v = 3;
reader: SELECT v AS repeatable_read_first FROM probe;
writer: UPDATE probe SET v = 4;
reader: SELECT v AS repeatable_read_then FROM probe;
reader: COMMIT;$s$,
ARRAY['read_committed_first\s+-+\s+1', 'read_committed_then\s+-+\s+2', 'repeatable_read_first\s+-+\s+3', 'repeatable_read_then\s+-+\s+3'], NULL),

(15, 'txid_current() shows the transaction ID',
'it is a deprecated name, and it assigns an id; pg_current_xact_id_if_assigned() does not',
$s$reader: BEGIN;
reader: SELECT pg_current_xact_id_if_assigned() IS NULL AS none_before;
reader: SELECT txid_current() > 0 AS looked;
reader: SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS one_after;
reader: ROLLBACK;$s$,
ARRAY['none_before\s+-+\s+t', 'one_after\s+-+\s+t'], NULL),

(16, 'SET TRANSACTION ISOLATION LEVEL sets the level',
'outside a transaction block it only warns; there are three distinct levels; a 40001 must be retried by the client',
$s$reader: SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
reader: SHOW transaction_isolation;
reader: CREATE TABLE probe (v int); INSERT INTO probe VALUES (1);
reader: BEGIN ISOLATION LEVEL READ UNCOMMITTED; SELECT v AS seen_before FROM probe;
writer: BEGIN; UPDATE probe SET v = 2;
reader: SELECT v AS no_dirty_read FROM probe; COMMIT;
reader: BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT v FROM probe;
writer: COMMIT;
reader: UPDATE probe SET v = 3;
reader: ROLLBACK;
reader: UPDATE probe SET v = v + 1;
reader: SELECT v AS after_the_retry FROM probe;$s$,
ARRAY['25P01: SET TRANSACTION can only be used in transaction blocks', 'transaction_isolation\s+-+\s+read committed',
	'no_dirty_read\s+-+\s+1', '40001: ', 'after_the_retry\s+-+\s+3\s'], NULL),

(17, 'extensions add types, operators, index methods and foreign data wrappers',
'also table access methods, languages, hooks, background workers, output plugins, casts and collations',
$s$reader: SELECT amtype, count(*) FROM pg_am GROUP BY amtype ORDER BY amtype;
reader: SELECT power, extension, objects FROM arch_inspect.extension_powers
 WHERE power IN ('casts', 'procedural languages', 'hooks') ORDER BY power, extension;
reader: SELECT backend_type AS a_background_worker_of_an_extension FROM pg_stat_activity WHERE pid = pg_backend_pid();$s$,
ARRAY['\mt +\| +[1-9]', 'casts +\| math_utils +\| +[1-9]', 'hooks +\| arch_inspect +\| +[1-9]', 'procedural languages +\| plpgsql +\| +1', 'arch_lab session'], NULL),

(18, $c$SELECT gen_salt('bf') uses what pgcrypto has to offer$c$,
'a salt alone protects nothing: crypt(password, gen_salt(type, cost)) does; the default cost is 6',
$s$reader: SELECT left(gen_salt('bf'), 7) AS default_cost, left(gen_salt('bf', 8), 7) AS a_chosen_one;
reader: SELECT h = crypt('right', h) AS right_password, h = crypt('wrong', h) AS wrong_password
  FROM crypt('right', gen_salt('bf', 5)) AS h;$s$,
ARRAY['\$2a\$06\$ +\| \$2a\$08\$', 'wrong_password\s+[-+]+\s+t +\| f'], NULL),

(19, 'CREATE EXTENSION makes the function part of the extension',
'it does not adopt a loose function; and the lesson''s one is VOLATILE, PARALLEL UNSAFE, can not be indexed, and overflows at 46341',
$s$reader: CREATE FUNCTION square(integer) RETURNS integer AS $$
BEGIN
    RETURN $1 * $1;
END;
$$ LANGUAGE plpgsql;
reader: CREATE EXTENSION math_utils;
reader: SELECT p.provolatile AS volatility, p.proparallel AS parallel,
       EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS member_of_an_extension
  FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
 WHERE p.proname = 'square' AND l.lanname = 'plpgsql' AND p.pronamespace = quote_ident(current_schema())::regnamespace;
reader: CREATE TABLE probe (x int);
reader: CREATE INDEX ON probe (square(x));
reader: SELECT square(46340);
reader: SELECT square(46341);
reader: DROP FUNCTION square(integer);$s$,
ARRAY['ERROR: +42710: ', 'v +\| u +\| f *\n', '42P17: ', 'square\s+-+\s+2147395600', '22003: '], 't/001_install.pl meets "already exists", and adopts with ALTER EXTENSION ADD'),

(20, 'WAL writer, background writer, checkpointer and autovacuum are the key background workers',
'they are auxiliary processes (autovacuum apart), not background workers; a committing backend flushes the log itself',
$s$reader: SELECT backend_type FROM arch_inspect.background_processes
 WHERE backend_type IN ('checkpointer', 'background writer', 'walwriter') ORDER BY 1;
reader: SELECT backend_type AS a_background_worker
  FROM pg_stat_activity WHERE pid = pg_backend_pid();
reader: CREATE TABLE probe (id int, flushed int);
reader: INSERT INTO probe VALUES (0, 0);
reader: DO $$
DECLARE
  written pg_lsn;
BEGIN
  FOR i IN 1 .. 20 LOOP
    UPDATE probe SET id = i;
    written := pg_current_wal_insert_lsn();
    COMMIT;
    UPDATE probe SET flushed = flushed + 1 WHERE pg_current_wal_flush_lsn() > written;
    COMMIT;
  END LOOP;
END $$;
reader: SELECT id AS commits, flushed AS flushed_when_commit_came_back FROM probe;
reader: UPDATE probe SET id = 0, flushed = 0;
reader: SET synchronous_commit = off;
reader: DO $$
DECLARE
  written pg_lsn;
BEGIN
  FOR i IN 1 .. 20 LOOP
    UPDATE probe SET id = i;
    written := pg_current_wal_insert_lsn();
    COMMIT;
    UPDATE probe SET flushed = flushed + 1 WHERE pg_current_wal_flush_lsn() > written;
    COMMIT;
  END LOOP;
END $$;
reader: SELECT id AS commits, flushed AS flushed_though_left_to_the_wal_writer FROM probe;$s$,
ARRAY['background writer *\n +checkpointer *\n +walwriter', 'a_background_worker\s+-+\s+arch_lab session',
	'came_back\s+[-+]+\s+20 \| +20\s', 'wal_writer\s+[-+]+\s+20 \| +1?\d\s'], NULL),

(21, 'autovacuum maintains table statistics and space',
'space is made reusable and rarely given back; it also keeps the maps and prevents wraparound, even when disabled',
$s$reader: CREATE TEMP TABLE mine AS SELECT i AS id, repeat('x', 100) AS filler FROM generate_series(1, 5000) AS i;
reader: VACUUM mine;
reader: SELECT set_config('lab.size', pg_relation_size('mine')::text, false) <> '0' AS noted;
reader: DELETE FROM mine WHERE id <= 4900;
reader: VACUUM mine;
reader: SELECT pg_relation_size('mine')::text = current_setting('lab.size') AS nothing_was_given_back;
reader: INSERT INTO mine SELECT i, repeat('y', 100) FROM generate_series(1, 4000) AS i;
reader: SELECT pg_relation_size('mine')::text = current_setting('lab.size') AS but_reused;
reader: SELECT fork, pages > 0 AS kept FROM arch_inspect.relation_forks('mine') WHERE fork IN ('fsm', 'vm') ORDER BY fork;
reader: CREATE TABLE probe (id int) WITH (autovacuum_enabled = off);
reader: SELECT enabled, next_rule FROM arch_inspect.autovacuum_forecast WHERE relation = 'probe'::regclass;$s$,
ARRAY['given_back\s+-+\s+t', 'but_reused\s+-+\s+t', 'fsm +\| t\s+vm +\| t', 'f +\| vacuum against wraparound'],
't/300_autovacuum.pl sees it come against wraparound to a table that has it turned off'),

(22, 'the resource query shows the catalog size and the use of shared buffers',
'pg_class is one catalog of more than sixty, and shared_buffers is a setting, not a use',
$s$reader: SELECT count(*) > 60 AS more_than_sixty, count(*) AS catalogs,
       pg_size_pretty(sum(pg_total_relation_size(oid))) AS all_catalogs,
       pg_size_pretty(pg_total_relation_size('pg_class')) AS pg_class_alone
  FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r';
reader: SELECT name, context FROM pg_settings WHERE name = 'shared_buffers';$s$,
ARRAY['\mt +\| +[6-9]\d \|', 'shared_buffers \| postmaster'], NULL),

(23, 'CREATE TABLE large_data works as it stands',
'in schema public an ordinary user is refused since 15; one needs a schema of one''s own',
$s$reader: SELECT set_config('role', CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)
       THEN 'pg_signal_backend' ELSE 'none' END, false) IS NOT NULL AS as_an_ordinary_role;
reader: BEGIN; CREATE TABLE public.probe (id int);
reader: ROLLBACK;$s$,
ARRAY['42501: permission denied for schema public'], NULL)
	  ) AS v (n, claim, fact, script, expect, elsewhere);
END;

COMMENT ON FUNCTION arch_lab.lesson_claims() IS
'The rows of the view arch_lab.lesson_claims: what claims() asserts. For everybody.';

CREATE VIEW arch_lab.lesson_claims AS
SELECT l.n, l.claim, l.fact, l.script, l.expect, l.elsewhere FROM arch_lab.lesson_claims() AS l;

COMMENT ON VIEW arch_lab.lesson_claims IS
'What claims() asserts. For everybody to read; they are the body of a function, so that nobody can write what others run.';
COMMENT ON COLUMN arch_lab.lesson_claims.n IS 'the claim''s number';
COMMENT ON COLUMN arch_lab.lesson_claims.claim IS 'what the lesson says';
COMMENT ON COLUMN arch_lab.lesson_claims.fact IS 'what is true';
COMMENT ON COLUMN arch_lab.lesson_claims.script IS 'what shows it, as play() reads it';
COMMENT ON COLUMN arch_lab.lesson_claims.expect IS 'regular expressions, all of which the results must match, the statements left out';
COMMENT ON COLUMN arch_lab.lesson_claims.elsewhere IS 'the test that proves the part which only a crash or another right can show; NULL where there is none';

REVOKE ALL ON FUNCTION arch_lab.lesson_claims() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.lesson_claims() TO PUBLIC;
REVOKE ALL ON arch_lab.lesson_claims FROM PUBLIC;
GRANT SELECT ON arch_lab.lesson_claims TO PUBLIC;

CREATE FUNCTION arch_lab.claims(
	OUT n int, OUT claim text, OUT fact text, OUT holds bool, OUT evidence text,
	OUT elsewhere text)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 23
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	path text := arch_lab.desk_open();
	c record;
	answers text;
BEGIN
	BEGIN
		FOR c IN SELECT * FROM arch_lab.lesson_claims() AS l ORDER BY l.n LOOP
			PERFORM arch_lab.desk_seat(path);
			n := c.n;
			claim := c.claim;
			fact := c.fact;
			elsewhere := c.elsewhere;
			SELECT p.transcript, p.results INTO evidence, answers FROM arch_lab.played(c.script, path) AS p;
			holds := (SELECT bool_and(answers ~ e) FROM unnest(c.expect) AS e);
			RETURN NEXT;
			PERFORM arch_lab.desk_clear(path);
		END LOOP;
		PERFORM arch_lab.desk_close();
	EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
		PERFORM arch_lab.desk_close();
		RAISE;
	END;
END
$$;

COMMENT ON FUNCTION arch_lab.claims() IS
'What the lesson says (claim), what is true (fact), whether this server shows the fact (holds), the transcript that shows it (evidence), and the test that proves what only a crash or another right can show (elsewhere; NULL where there is none). 23 rows. Works in a schema of the caller''s own and drops what it created. For everybody who may walk the lesson; errors as desk_open().';

REVOKE ALL ON FUNCTION arch_lab.claims() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.claims() TO PUBLIC;
