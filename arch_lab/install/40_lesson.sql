--
-- The lesson, step by step: what walkthrough() plays.
--
-- "lesson" is a snippet of doc/lesson.md to the letter; where "script" is NULL
-- it is run as it stands.  Every pattern of "expect" must be found in the
-- results: that is the step's assertion.  The statements are left out of what
-- is looked at, and no pattern may be one that the script itself matches.
-- "see" and "fact" say what the step shows, or what every server does: not
-- what only this one happens to do.
--
-- "from_major" is the first major that has what the step shows, NULL where all
-- have it.  In a section the steps stand in that order, so that those that are
-- walked on an older server bear numbers without a gap.
--
-- What is run as whoever walks must not lie where anybody may come to write:
-- rights on tables can be granted later, and pg_write_all_data has them all.
-- So the steps are the body of a function, and the view only shows them.
--
CREATE FUNCTION arch_lab.lesson_steps()
RETURNS TABLE (section_no int, section text, step int, title text, lesson text,
	script text, see text, fact text, expect text[], from_major int)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100 ROWS 60
BEGIN ATOMIC
	SELECT v.section_no, v.section, v.step, v.title, v.lesson, v.script, v.see, v.fact, v.expect, NULL::int
	  FROM (VALUES
(1, 'Introduction', 1, 'The server, and the extensions that show it',
NULL,
$l$reader: SELECT current_setting('server_version') AS server, current_user AS you_are,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser;
reader: SELECT extname, extversion FROM pg_extension
 WHERE extname IN ('math_utils', 'arch_inspect', 'arch_lab', 'pgcrypto') ORDER BY extname;$l$,
'Everything below runs in this server, as you, over further sessions that are real backends. "reader>" and "writer>" name the session that a line was sent to.',
NULL,
ARRAY['arch_inspect +\| \d', 'arch_lab +\| \d', 'math_utils +\| \d', 'pgcrypto +\| \d']),

(2, 'Process Model', 1, 'Current connections and their process IDs',
$l$-- Check current connections and their process IDs
SELECT 
    pid,
    usename,
    application_name,
    client_addr,
    state,
    query_start
FROM pg_stat_activity
WHERE state = 'active';$l$,
NULL,
'One row is sure to be there: a query that asks who is active is itself active. pid is a process of the operating system.',
'state = ''active'' is not "current connections": it hides the idle ones. And without pg_read_all_stats the state of another user''s session is NULL, so that the WHERE clause drops it.',
ARRAY['arch_lab session reader +\|[^|]*\| active +\|']),

(2, 'Process Model', 2, 'Every client backend, idle or not',
NULL,
$l$reader: SELECT pid, usename, application_name, state, query_start
  FROM arch_inspect.client_backends ORDER BY backend_start;$l$,
'client_backends has a row for every client connection, whatever its state; the state and query_start of other users'' sessions, which you may not see without pg_read_all_stats, are NULL. The further sessions of this walkthrough serve no client, so they are not here but among the background processes.',
NULL,
ARRAY['usename[^\n]*\n[-+ ]+\n +\d+ \|']),

(2, 'Process Model', 3, 'The postmaster and its children',
NULL,
$l$reader: SELECT kind, count(*), bool_or(pid IN (SELECT a.pid FROM pg_stat_activity AS a)) AS in_pg_stat_activity,
       bool_or(parent = (SELECT pid FROM arch_inspect.processes WHERE kind = 'postmaster')) AS child_of_the_postmaster
  FROM arch_inspect.processes GROUP BY kind ORDER BY kind;$l$,
'One server is many processes: the postmaster and its children, a backend for each client connection among them.',
'The postmaster listens, forks and supervises; it runs no query and is not in pg_stat_activity.',
ARRAY[$l$postmaster +\| +1 \| f +\|$l$, $l$checkpointer +\| +1 \| t +\| t$l$, $l$arch_lab session +\| +\d+ \| t +\| t$l$]),

(2, 'Process Model', 4, 'Isolation: a backend that is ended takes nobody with it',
NULL,
$l$writer: CREATE TABLE doomed AS SELECT pg_backend_pid() AS pid;
reader: SELECT pg_terminate_backend(pid, 5000) AS writer_is_gone FROM doomed;
reader: SELECT pid <> pg_backend_pid() AS the_reader_goes_on, pid NOT IN (SELECT a.pid FROM pg_stat_activity AS a) AS no_such_process_any_more FROM doomed;$l$,
'The writer was ended by a signal (SIGTERM, as pg_terminate_backend sends it): its process is gone, and the reader goes on.',
'That holds for an ERROR, a FATAL and a termination. A backend that dies by a crash (SIGSEGV, SIGKILL) may have left shared memory half changed: the postmaster then ends every session, restarts the auxiliary processes and runs recovery. And private memory is apart, but all backends map the same shared memory as one OS user: no boundary against C code.',
ARRAY[$l$writer_is_gone\s+-+\s+t$l$, $l$any_more\s+[-+]+\s+t +\| t$l$]),

(3, 'Storage Engine', 1, 'Page size and database size',
$l$-- Check page size and block information
SELECT 
    current_setting('block_size') as block_size,
    pg_size_pretty(pg_database_size(current_database())) as db_size;$l$,
NULL,
'Pages ("blocks") of 8 kB are the unit of storage, cache and WAL images; the size is fixed when the server is compiled.',
'Files hold more than table data: indexes, sequences, TOAST tables too, each in forks (main, fsm, vm, init), in segments of 1 GB.',
ARRAY[$l$8192 +\| \d+ [kMGT]B$l$]),

(3, 'Storage Engine', 2, 'VACUUM writes the free space map and the visibility map',
NULL,
$l$reader: CREATE TABLE visits (id int, note text);
reader: INSERT INTO visits SELECT i, 'visit ' || i FROM generate_series(1, 500) AS i;
reader: VACUUM visits;
reader: SELECT fork, segments, pages, bytes FROM arch_inspect.relation_forks('visits');
reader: SELECT blkno, tuples, free_bytes, fsm_bytes FROM arch_inspect.page_map('visits');$l$,
'Three files for one table. The FSM fork is a tree with one byte for each page of the table, so the free space it remembers (fsm_bytes) is rounded down to steps of 32 bytes, and it may be dated. The VM fork has two bits for each page.',
'The visibility map does not track "pages that contain only visible tuples": a bit that is set promises that every transaction sees all of the page (all-visible), or that all of it is frozen (all-frozen); a bit that is clear promises nothing. Until 18 only VACUUM and COPY ... FREEZE set one; from 19 on a query that reads the page may.',
ARRAY[$l$fsm +\| +1 \| +3 \| +24576$l$, $l$vm +\| +1 \| +1 \| +8192$l$, $l$2 \| +130 \| +2448 \| +2432$l$]),

(3, 'Storage Engine', 3, 'The lesson''s large value',
$l$-- Example of TOAST in action
CREATE TABLE large_data (
    id SERIAL PRIMARY KEY,
    content TEXT
);

-- Insert large content that will be TOASTed
INSERT INTO large_data (content) 
VALUES (repeat('Large content here...', 10000));$l$,
$l$reader: -- Example of TOAST in action
CREATE TABLE large_data (
    id SERIAL PRIMARY KEY,
    content TEXT
);

-- Insert large content that will be TOASTed
INSERT INTO large_data (content) 
VALUES (repeat('Large content here...', 10000));
reader: SELECT length(content) AS characters, pg_column_size(content) AS stored_bytes,
       pg_column_compression(content) AS method FROM large_data;
reader: SELECT storage, row_width, plain_width, threshold, chunks FROM arch_inspect.toast_values('large_data');$l$,
'The value was compressed first, and far: compression is tried before anything is moved. plain_width is what the row would have without it.',
'What triggers TOAST is the width of the row (about 2 kB), and compression comes first. 210,000 repetitive bytes shrink to 2,434 with pglz (a little too wide to stay, so 2 chunks go out) and to 863 with lz4: then nothing is moved at all.',
ARRAY[$l$210000 \| +(2434 \| pglz|863 \| lz4)$l$, $l$external +\| +46 \| +210032 \| +\d+ \| +2|compressed +\| +\d+ \| +210032$l$]),

(3, 'Storage Engine', 4, 'Values that do go out of line',
NULL,
$l$reader: CREATE TABLE random_data (id int, content text);
reader: INSERT INTO random_data
SELECT n, (SELECT string_agg(encode(sha256((n || ':' || i)::text::bytea), 'base64'), '')
             FROM generate_series(1, bytes / 44) AS i)
  FROM (VALUES (1, 1000), (2, 200000)) AS v (n, bytes);
reader: SELECT id, length(content) AS characters, pg_column_size(content) AS stored_bytes
  FROM random_data ORDER BY id;
reader: SELECT tid, storage, raw_size, stored_size, chunks, row_width, threshold FROM arch_inspect.toast_values('random_data');
reader: SELECT why FROM arch_inspect.toast_values('random_data');
reader: SELECT pg_relation_size('random_data') AS table_bytes, pg_relation_size(reltoastrelid) AS toast_bytes,
       pg_relation_size(reltoastrelid) > 100000 AS went_out_of_line
  FROM pg_class WHERE oid = 'random_data'::regclass;$l$,
'Text that does not compress: the 968 characters stay in their row, the 199,980 are cut into 101 chunks of just under 2 kB in the TOAST table. The table itself is one page.',
NULL,
ARRAY[$l$8192 \| +\d+ \| t$l$, $l$external \| +199980 \| +199980 \| +101$l$, $l$1 \| +968 \| +972$l$]),

(3, 'Storage Engine', 5, 'Inside a page',
NULL,
$l$reader: CREATE TABLE probe (id int);
reader: INSERT INTO probe VALUES (1);
reader: SELECT lower, upper, special, pagesize, free_bytes, kind FROM arch_inspect.page_header('probe', 0);
reader: INSERT INTO probe VALUES (2);
reader: SELECT lower, upper, special, pagesize, free_bytes, kind FROM arch_inspect.page_header('probe', 0);
reader: UPDATE probe SET id = 3 WHERE id = 1;
reader: SELECT lp, lp_off, lp_len, t_xmin, t_xmax, t_ctid, state FROM arch_inspect.heap_page_items('probe', 0);$l$,
'The header says where the line pointers end (lower: 24 bytes of header and 4 for each) and where the tuples begin (upper: they grow down from the end). A row of one integer takes 24 bytes of tuple header and 4 of data (lp_len), and 32 of the page. The UPDATE did not overwrite: the first version stays, with the updater in t_xmax and the way to its successor in t_ctid.',
NULL,
ARRAY[$l$28 \| +8160 \| +8192$l$, $l$32 \| +8128 \| +8192$l$, $l$1 \| +8160 \| +28 \| +\d+ \| +[1-9]\d* \| \(0,3\)$l$]),

(3, 'Storage Engine', 6, 'Is a page that comes from the disk the one that was written?',
NULL,
$l$reader: SELECT state FROM arch_inspect.data_checksums WHERE datname = current_database();
reader: SELECT state_in_words FROM arch_inspect.data_checksums WHERE datname = current_database();$l$,
'With checksums each page bears one in its header, so that what storage returns is believed only if it is what was written. It holds for the whole cluster.',
'initdb decides it: since 18 with checksums unless told otherwise, before that without. Later pg_checksums can change it, while the server is down.',
ARRAY[$l$state\s+-+\s+(on|off|inprogress-on|inprogress-off) *\n$l$, $l$each page gets a checksum|no page is checked|being switched o$l$]),

(4, 'Write-Ahead Logging (WAL)', 1, 'WAL settings',
$l$-- Check WAL settings
SELECT name, setting, unit, context 
FROM pg_settings 
WHERE name LIKE 'wal_%' 
ORDER BY name;$l$,
NULL,
'The settings whose names begin so: what is written to the log, how it is flushed, sent and kept.',
'In LIKE, ''_'' matches any character, and the pattern misses what matters most: max_wal_size, min_wal_size, full_page_writes, synchronous_commit, fsync, and summarize_wal on 17 and later.',
ARRAY[$l$\A(?!.*\mmax_wal_size\M).*\mwal_level +\|$l$, $l$wal_buffers +\| +\d$l$]),

(4, 'Write-Ahead Logging (WAL)', 2, 'The settings that decide about WAL',
NULL,
'reader: SELECT name, setting, unit, context FROM arch_inspect.wal_settings ORDER BY name;',
'The same question, with the settings that the pattern misses.',
NULL,
ARRAY['max_wal_size +\|', 'min_wal_size +\|', 'full_page_writes +\|', 'synchronous_commit +\|', '\mfsync +\|']),

(4, 'Write-Ahead Logging (WAL)', 3, 'Key parameters to tune',
$l$-- View current WAL configuration
SELECT 
    name,
    setting,
    unit,
    short_desc
FROM pg_settings 
WHERE name IN (
    'wal_buffers',
    'checkpoint_segments',
    'checkpoint_completion_target',
    'wal_sync_method'
);$l$,
NULL,
'Three rows for four names: a name that does not exist is not an error in a WHERE clause.',
'checkpoint_segments was removed in 9.5. Its successors are max_wal_size (how much WAL may gather) and checkpoint_timeout (how long).',
ARRAY[$l$\(3 rows\)$l$]),

(4, 'Write-Ahead Logging (WAL)', 4, 'The parameters that exist',
NULL,
'reader: SELECT lesson_name, lesson_name_exists AS exists, name, value FROM arch_inspect.wal_tuning;',
'Every name of the lesson, with what became of it; and those to look at besides, without one.',
NULL,
ARRAY['checkpoint_segments +\| f +\| max_wal_size', 'checkpoint_segments +\| f +\| checkpoint_timeout', 'wal_buffers +\| t +\| wal_buffers']),

(4, 'Write-Ahead Logging (WAL)', 5, 'Log first, then data',
NULL,
$l$reader: CREATE TABLE visits AS SELECT i AS id, 'visit ' || i AS note FROM generate_series(1, 500) AS i;
reader: SELECT set_config('lab.lsn', pg_current_wal_insert_lsn()::text, false) IS NOT NULL AS noted;
reader: UPDATE visits SET note = 'logged' WHERE id <= 100;
reader: SELECT count(*) AS changed_pages, max(lsn) <= pg_current_wal_flush_lsn() AS log_is_flushed_up_to_it
  FROM arch_inspect.page_headers('visits') WHERE lsn > current_setting('lab.lsn')::pg_lsn;$l$,
'Each changed page bears the position (lsn) of the last record about it, and when COMMIT came back the log was flushed as far as that.',
'Not "before data changes": the record must be on disk before the changed page is written to its file. And point-in-time recovery needs a base backup and the archived WAL as well; unlogged tables are emptied by crash recovery.',
ARRAY[$l$up_to_it\s+[-+]+\s+[1-9] \| t$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 1, 'One reads while the other updates',
$l$-- Demonstrate MVCC behavior
BEGIN;
SELECT txid_current(); -- Note the transaction ID

-- In another session, update the same data
-- Both sessions can read without blocking$l$,
$l$reader: CREATE TABLE accounts (id int PRIMARY KEY, owner text, balance int);
reader: INSERT INTO accounts VALUES (1, 'ann', 100), (2, 'bob', 100);
reader: -- Demonstrate MVCC behavior
BEGIN;
SELECT txid_current(); -- Note the transaction ID
writer: UPDATE accounts SET balance = balance + 50 WHERE id = 1;
reader: SELECT id, balance, ctid, xmin FROM accounts ORDER BY id;
reader: COMMIT;
writer: BEGIN; UPDATE accounts SET balance = 0 WHERE id = 2;
reader: SELECT id, balance FROM accounts ORDER BY id;
writer: ROLLBACK;$l$,
'Neither waited for the other. Row 1 has a new ctid: the update wrote a second version. What the writer has not committed the reader does not see.',
'txid_current() is the deprecated name of pg_current_xact_id(), and looking with it assigns an id to a transaction that needed none; pg_current_xact_id_if_assigned() only looks. And left as it stands, with its transaction open, the snippet makes the next ones of the lesson fail (25001, 25P02).',
ARRAY[$l$\A(?!.*waiting for).*txid_current\s+-+\s+\d$l$, $l$1 \| +150 \| \(0,3\) \| +\d+$l$, $l$2 \| +100 *\n$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 2, 'Which version I see, and why',
NULL,
$l$reader: BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT balance FROM accounts WHERE id = 2;
writer: UPDATE accounts SET balance = 55 WHERE id = 2;
reader: SELECT ctid, balance FROM accounts WHERE id = 2;
reader: SELECT lp, t_xmin, t_xmax, t_ctid, state FROM arch_inspect.heap_page_items('accounts', 0) WHERE lp IN (2, 4, 5);
reader: SELECT step, question, answer, evidence FROM arch_inspect.explain_visibility('accounts', '(0,2)');
reader: SELECT step, question, answer, evidence FROM arch_inspect.explain_visibility('accounts', (SELECT t_ctid FROM arch_inspect.heap_page_items('accounts', 0) WHERE lp = 2));
reader: COMMIT;
writer: UPDATE accounts SET balance = 100 WHERE id = 2;$l$,
'Three versions of one row lie on the page: the old one, the one that the writer took back in the step before (aborted), and the new one. The reader took its snapshot before the new one came: for it the old version is visible and the new one is not, and each question up to the verdict names its evidence.',
NULL,
ARRAY[$l$\(0,2\) \| +100$l$, $l$4 \| +\d+ \| +0 \| \(0,4\) +\| aborted$l$, $l$verdict +\| visible.*verdict +\| not visible$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 3, 'A transaction id is given to those who write',
NULL,
$l$reader: BEGIN;
reader: SELECT pg_current_xact_id_if_assigned() IS NULL AS none_for_a_reader;
reader: UPDATE accounts SET owner = 'anne' WHERE id = 1;
reader: SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS one_for_a_writer;
reader: ROLLBACK;$l$,
'Reading needs a snapshot, not an id.',
NULL,
ARRAY[$l$none_for_a_reader\s+-+\s+t$l$, $l$one_for_a_writer\s+-+\s+t$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 4, 'Writers of one row do block each other',
NULL,
$l$reader: BEGIN; UPDATE accounts SET balance = balance - 10 WHERE id = 1;
writer: UPDATE accounts SET balance = balance - 20 WHERE id = 1;
reader: COMMIT;
writer collect:
reader: SELECT balance FROM accounts WHERE id = 1;$l$,
'The second UPDATE waits for the first one''s transaction to end, then goes on with the newest version: 150 - 10 - 20.',
'"No read locks" is not quite so: SELECT takes ACCESS SHARE on the table, which conflicts with ACCESS EXCLUSIVE (DROP, TRUNCATE, most of ALTER); FOR UPDATE blocks writers; and an old snapshot keeps VACUUM from removing what it may still see.',
ARRAY['waiting for ShareLock on transaction \d+, held by session reader', $l$balance\s+-+\s+120$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 5, 'Transaction isolation levels',
$l$-- Set isolation level
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;

-- Check current isolation level
SHOW transaction_isolation;$l$,
$l$reader: -- Set isolation level
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
reader: -- Check current isolation level
SHOW transaction_isolation;
reader: BEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
reader: SHOW transaction_isolation;
reader: COMMIT;$l$,
'The first attempt only warned, and the level stayed what it was: SET TRANSACTION is for the current transaction, and there was none.',
'PostgreSQL takes four names but has three levels: READ UNCOMMITTED behaves as READ COMMITTED. A level is set at the start of a transaction, before its first query, or by BEGIN ISOLATION LEVEL ....',
ARRAY['25P01: SET TRANSACTION can only be used in transaction blocks', $l$isolation\s+-+\s+read committed$l$, $l$isolation\s+-+\s+repeatable read$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 6, 'READ COMMITTED takes a snapshot for each statement',
NULL,
$l$reader: BEGIN ISOLATION LEVEL READ COMMITTED;
reader: SELECT balance FROM accounts WHERE id = 2;
writer: UPDATE accounts SET balance = 77 WHERE id = 2;
reader: SELECT balance FROM accounts WHERE id = 2;
reader: COMMIT;$l$,
'The same query, twice in one transaction, with two answers: 100, then 77.',
'"Each transaction sees a consistent database state" holds from REPEATABLE READ on; the default level promises it for one statement.',
ARRAY[$l$balance\s+-+\s+100\s.*balance\s+-+\s+77\s$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 7, 'REPEATABLE READ takes one, at the first statement',
NULL,
$l$reader: BEGIN ISOLATION LEVEL REPEATABLE READ;
writer: UPDATE accounts SET balance = 88 WHERE id = 2;
reader: SELECT balance AS seen_first FROM accounts WHERE id = 2;
writer: UPDATE accounts SET balance = 99 WHERE id = 2;
reader: SELECT balance AS seen_again FROM accounts WHERE id = 2;
reader: COMMIT;
reader: SELECT balance AS seen_after FROM accounts WHERE id = 2;$l$,
'Not at BEGIN: the 88 that was written after BEGIN is seen. From the first query on nothing moves: 88 again, though 99 is committed.',
NULL,
ARRAY[$l$seen_first\s+-+\s+88$l$, $l$seen_again\s+-+\s+88$l$, $l$seen_after\s+-+\s+99$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 8, 'A serialization failure, and the retry',
NULL,
$l$reader: BEGIN ISOLATION LEVEL REPEATABLE READ;
reader: SELECT balance FROM accounts WHERE id = 2;
writer: UPDATE accounts SET balance = balance + 1 WHERE id = 2;
reader: UPDATE accounts SET balance = balance + 10 WHERE id = 2;
reader: ROLLBACK;
reader: BEGIN ISOLATION LEVEL REPEATABLE READ; UPDATE accounts SET balance = balance + 10 WHERE id = 2; COMMIT;
reader: SELECT balance AS both_counted FROM accounts WHERE id = 2;$l$,
'The row changed after the snapshot was taken, so the update must not happen: 40001. Run again with a new snapshot it does: 99 + 1 + 10. The server never retries; the client must.',
NULL,
ARRAY['40001: ', $l$both_counted\s+-+\s+110$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 9, 'SERIALIZABLE: write skew is prevented',
NULL,
$l$reader: BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT sum(balance) AS both FROM accounts;
writer: BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT sum(balance) AS both FROM accounts;
reader: UPDATE accounts SET balance = balance - 50 WHERE id = 1;
writer: UPDATE accounts SET balance = balance - 50 WHERE id = 2;
reader: COMMIT;
writer: COMMIT;
reader: BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT sum(balance) AS both FROM accounts;
writer: BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT sum(balance) AS both FROM accounts;
reader: UPDATE accounts SET balance = balance - 50 WHERE id = 1; COMMIT;
writer: UPDATE accounts SET balance = balance - 50 WHERE id = 2; COMMIT;
reader: SELECT sum(balance) AS both_went_through FROM accounts;$l$,
'Each changed a row that the other had read, and not the same one: no row conflict. No serial order explains both, so one of them is told to try again (40001). Under REPEATABLE READ both commit.',
NULL,
ARRAY['40001: ', $l$both_went_through\s+-+\s+80\s$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 10, 'Why an update was HOT, or was not',
NULL,
$l$reader: CREATE TABLE seats (id int, n int, filler text) WITH (fillfactor = 50, autovacuum_enabled = off);
reader: INSERT INTO seats SELECT i, 0, repeat('x', 100) FROM generate_series(1, 10) AS i;
reader: CREATE INDEX seats_n ON seats (n);
reader: UPDATE seats SET filler = 'y' WHERE id = 1;
reader: UPDATE seats SET n = 1 WHERE id = 2;
reader: SELECT from_tid, to_tid, hot, cause, changed_columns FROM arch_inspect.why_not_hot('seats');
reader: SELECT at, kind, next, index_entries FROM arch_inspect.version_chain('seats', '(0,1)');
reader: SELECT at, kind, next, index_entries FROM arch_inspect.version_chain('seats', '(0,2)');$l$,
'The first update changed nothing that an index has, so the new version needs no entry of its own: the index points at the old one, and the chain leads on. The second changed n, and the new version has an entry.',
'HOT (heap-only tuple): no index entry is made where no indexed column changes and the new version fits into the same page. From 16 on a BRIN index is no hindrance.',
ARRAY[$l$\(0,1\) +\| \(0,11\) +\| t +\| +\|$l$, $l$\(0,2\) +\| \(0,12\) +\| f +\| indexed column +\| \{n\}$l$, $l$\(0,11\) +\| [^\n]*\| \{\}$l$, $l$\(0,12\) +\| [^\n]*\| \{seats_n\}$l$]),

(5, 'MVCC (Multi-Version Concurrency Control)', 11, 'An index knows nothing of visibility',
NULL,
$l$reader: CREATE TEMP TABLE parts (id int, kind int);
reader: INSERT INTO parts SELECT i, i % 10 FROM generate_series(1, 1000) AS i;
reader: CREATE INDEX parts_kind ON parts (kind);
reader: SET enable_seqscan = off;
reader: SET enable_bitmapscan = off;
reader: VACUUM (ANALYZE) parts;
reader: EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT count(kind) FROM parts WHERE kind = 7;
reader: UPDATE parts SET id = -id WHERE id = 7;
reader: SELECT count(*) FILTER (WHERE all_visible) AS all_visible, count(*) AS pages FROM arch_inspect.page_map('parts');
reader: EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT count(kind) FROM parts WHERE kind = 7;
reader: RESET enable_seqscan;
reader: RESET enable_bitmapscan;$l$,
'After VACUUM the visibility map vouches for every page, and the index answers alone: no heap fetches. One update took a page''s bit back, and for each entry that leads there the row has to be looked at. (The table is temporary: nobody else''s snapshot can need its rows, and so VACUUM may vouch at once.)',
'An index-only scan asks the visibility map for each entry, and the table where the map does not vouch for the page.',
ARRAY[$l$Heap Fetches: 0.*Heap Fetches: [1-9]$l$, $l$all_visible \| pages *\n[-+]+\n +[3-9] \|$l$]),

(6, 'Extensions Ecosystem', 1, 'Extensions and pgcrypto',
$l$-- List available extensions
SELECT name, default_version, comment 
FROM pg_available_extensions 
ORDER BY name;

-- Install an extension
CREATE EXTENSION IF NOT EXISTS pgcrypto;

-- Use extension functionality
SELECT gen_salt('bf');$l$,
NULL,
'What this server can install; pgcrypto was there already, so IF NOT EXISTS only gave a notice.',
'gen_salt(''bf'') alone protects nothing: it makes a salt. The hash comes from crypt(password, gen_salt(''bf'', cost)); the default cost is 6. On 18 the setting pgcrypto.builtin_crypto_enabled can turn both off; a server built without OpenSSL has no pgcrypto.',
ARRAY['pgcrypto +\| \d', 'NOTICE: +42710: ', $l$\$2a\$06\$$l$]),

(6, 'Extensions Ecosystem', 2, 'A password, hashed and checked',
NULL,
$l$reader: CREATE TABLE logins (name text, hash text);
reader: INSERT INTO logins VALUES ('ann', crypt('open sesame', gen_salt('bf', 8)));
reader: SELECT name, left(hash, 7) AS kind_and_cost, hash = crypt('open sesame', hash) AS right_password,
       hash = crypt('open door', hash) AS wrong_password FROM logins;$l$,
'The salt is part of the hash, behind the kind (2a) and the cost (8), so the check needs nothing else.',
NULL,
ARRAY[$l$\$2a\$08\$ +\| t +\| f$l$]),

(6, 'Extensions Ecosystem', 3, 'A platform: which powers are in use here',
NULL,
$l$reader: SELECT name, installed_version, trusted FROM arch_inspect.extensions
 WHERE installed_version IS NOT NULL ORDER BY name;
reader: SELECT power, in_lesson, string_agg(extension, ', ' ORDER BY extension) AS used_here_by
  FROM arch_inspect.extension_powers GROUP BY power, in_lesson ORDER BY in_lesson DESC, power;$l$,
'A trusted extension can be created by whoever may create in the database; the others need a superuser. Below, each power of the platform with the extensions of this database that use it.',
'The lesson''s list (types, operators, index methods, foreign data wrappers) forgets table access methods, languages, hooks, casts and collations; and background workers and output plugins, of which no catalog tells.',
ARRAY['math_utils +\| \d[0-9.]* +\| t', 'arch_inspect +\| \d[0-9.]* +\| f', 'casts +\| f +\| math_utils', 'table access methods +\| f +\|', 'procedural languages +\| f +\| plpgsql']),

(6, 'Extensions Ecosystem', 4, 'The lesson''s own extension',
$l$-- Example: Simple math extension
CREATE OR REPLACE FUNCTION square(integer)
RETURNS integer AS $$
BEGIN
    RETURN $1 * $1;
END;
$$ LANGUAGE plpgsql;

-- Make it part of an extension
CREATE EXTENSION math_utils;$l$,
$l$reader: -- Example: Simple math extension
CREATE OR REPLACE FUNCTION square(integer)
RETURNS integer AS $$
BEGIN
    RETURN $1 * $1;
END;
$$ LANGUAGE plpgsql;
reader: CREATE EXTENSION math_utils;
reader: SELECT p.oid::regprocedure AS function, l.lanname AS language, p.provolatile AS volatility,
       (SELECT e.extname FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
         WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS member_of
  FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
 WHERE p.proname = 'square' AND p.proargtypes::text = '23' AND p.pronamespace::regnamespace::text !~ '^(pg_|arch_desk$)'
 ORDER BY 2;$l$,
'Two functions of one name: the C one belongs to math_utils, the loose one belongs to nothing.',
'CREATE EXTENSION does not make a loose function part of an extension: the extension''s script creates its objects ("already exists" where a loose one stands in the way); ALTER EXTENSION ... ADD adopts one.',
ARRAY['ERROR: +42710: ', $l$plpgsql +\| v +\| *\n$l$, $l$c +\| i +\| math_utils$l$]),

(6, 'Extensions Ecosystem', 5, 'What the C function does better',
NULL,
$l$reader: SELECT square(46341);
reader: CREATE TABLE numbers (x int);
reader: CREATE INDEX ON numbers (square(x));
reader: DROP FUNCTION square(integer);
reader: SELECT square(46341);
reader: CREATE INDEX ON numbers (square(x));
reader: SELECT square(46341::bigint) AS as_bigint, square(0.1) AS as_numeric;$l$,
'The lesson''s function is VOLATILE, so there can be no index on it; on the IMMUTABLE one of math_utils there can. Both end at 46341: the square of an integer must fit an integer. math_utils has others for bigint, numeric and more.',
NULL,
ARRAY[$l$22003: .*42P17: .*DROP FUNCTION.*22003: .*CREATE INDEX$l$, $l$2147488281 \| +0\.01$l$]),

(6, 'Extensions Ecosystem', 6, 'One function in three languages',
NULL,
$l$reader: CREATE FUNCTION pg_temp.square_sql(x integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN x * x;
reader: CREATE FUNCTION pg_temp.square_plpgsql(x integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN x * x; END';
reader: CREATE TEMP TABLE many AS SELECT i % 40000 AS x FROM generate_series(1, 100000) AS i;
reader: EXPLAIN (VERBOSE, COSTS OFF) SELECT pg_temp.square_sql(x), pg_temp.square_plpgsql(x) FROM many;
reader: DO $$
DECLARE
  start timestamptz;
  call text;
BEGIN
  CREATE TEMP TABLE race (call text, ms numeric);
  FOR round IN 1 .. 3 LOOP
    FOREACH call IN ARRAY (ARRAY['x * x', 'square(x)', 'pg_temp.square_sql(x)', 'pg_temp.square_plpgsql(x)']) LOOP
      start := clock_timestamp();
      EXECUTE format('SELECT count(%s) FROM many', call);
      INSERT INTO race VALUES (call, extract(epoch FROM clock_timestamp() - start) * 1000);
    END LOOP;
  END LOOP;
END $$;
reader: SELECT call, round(min(ms), 2) AS ms_for_100000_rows FROM race GROUP BY call ORDER BY 2;
reader: SELECT (SELECT min(ms) FROM race WHERE call ~ 'plpgsql') > (SELECT min(ms) FROM race WHERE call = 'square(x)') AS c_is_faster_than_plpgsql;$l$,
'In the plan the SQL function is gone: it was replaced by its body, x * x. The PL/pgSQL one is called for each row, which takes longer than to call the one in C; each time is that of the scan and the calls, the best of three.',
NULL,
ARRAY[$l$Output: \(x \* x\), [^\n]*square_plpgsql\(x\)$l$, $l$faster_than_plpgsql\s+-+\s+t$l$]),

(6, 'Extensions Ecosystem', 7, 'Index methods: one table, six ways to find a row',
NULL,
$l$reader: CREATE TABLE loans (book int, reader text) WITH (autovacuum_enabled = off);
reader: INSERT INTO loans SELECT i, 'reader ' || i % 1000 FROM generate_series(1, 5000) AS i;
reader: CREATE INDEX loans_btree ON loans (reader);
reader: CREATE INDEX loans_hash ON loans USING hash (book);
reader: CREATE INDEX loans_gin ON loans USING gin (to_tsvector('simple', reader));
reader: CREATE INDEX loans_gist ON loans USING gist (point(book, book % 100));
reader: CREATE INDEX loans_spgist ON loans USING spgist (reader);
reader: CREATE INDEX loans_brin ON loans USING brin (book) WITH (pages_per_range = 4);
reader: SELECT replace(i.relname, 'loans_', '') AS method, sum(t.pages) AS pages, string_agg(DISTINCT t.page_kind, ', ') AS kinds
  FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid, LATERAL arch_inspect.index_tree(i.oid) AS t
 WHERE x.indrelid = 'loans'::regclass GROUP BY 1 ORDER BY 1;$l$,
'The same rows, and as many shapes as methods: a tree of ordered keys, buckets, words with lists of rows, boxes, a tree that parts space, and one small page of summaries.',
'An index method is a set of C functions behind one interface (IndexAmRoutine): an extension may bring one, as bloom does.',
ARRAY[$l$\n brin +\| +3 \|$l$, $l$btree +\| +\d+ \| internal, leaf, meta$l$, $l$gin +\| +\d+ \| entry inner, entry leaf, meta, posting leaf$l$, $l$\n gist +\| +\d+ \| inner, leaf$l$, $l$hash +\| +\d+ \| [^\n]*bucket$l$, $l$spgist +\| +\d+ \| inner, leaf, meta$l$]),

(6, 'Extensions Ecosystem', 8, 'Inside a B-tree',
NULL,
$l$reader: SELECT level, page_kind, pages, live_items FROM arch_inspect.index_tree('loans_btree');
reader: SELECT itemoffset, kind, key, child FROM arch_inspect.index_page_items('loans_btree', 3) LIMIT 3;
reader: SELECT itemoffset, kind, key, cardinality(tids) AS rows FROM arch_inspect.index_page_items('loans_btree', 1) LIMIT 3;$l$,
'The root holds pivots, keys that part the pages below; the first stands for everything before. A leaf begins with its high key, the bound of what may stand on it; equal keys share an entry, a posting list of five rows.',
NULL,
ARRAY[$l$ 1 \| pivot +\| truncated +\| +1\n$l$, $l$ 1 \| high key +\| "reader \d+"$l$, $l$posting list \| "reader 0" +\| +5\n$l$]),

(6, 'Extensions Ecosystem', 9, 'The way of a search',
NULL,
$l$reader: SELECT blkno, why FROM arch_inspect.index_descent('loans_btree', 'reader 500');
reader: SELECT unnest(matches) AS found FROM arch_inspect.index_descent('loans_btree', 'reader 500') ORDER BY 1;
reader: SELECT ctid FROM loans WHERE reader = 'reader 500' ORDER BY 1;
reader: SELECT why FROM arch_inspect.index_descent_where('loans_brin', 'book', '=', 1234) WHERE page_kind = 'regular' LIMIT 4;$l$,
'Three pages, and a reason for each; the rows found are those of the query. BRIN has no way down: it looks at the summary of each range of pages, and says which can be left out.',
NULL,
ARRAY[$l$\n +3 \| the root *\n$l$, $l$is the last one that is before the key$l$, $l$found *\n-+\n((?: \(\d+,\d+\) *\n){5}).*ctid *\n-+\n\1$l$, $l$no row can match the condition on book.*all conditions may hold$l$]),

(7, 'Background Processes', 1, 'Background process activity',
$l$-- Monitor background process activity
SELECT 
    pid,
    backend_type,
    backend_start,
    state
FROM pg_stat_activity 
WHERE backend_type != 'client backend';$l$,
NULL,
'The sessions of this walkthrough are among them: they are background workers.',
'Without pg_read_all_stats it finds the processes of your own roles alone: backend_type of others is NULL, and NULL <> ''client backend'' is not true. With it, state is NULL for all that run no statements: what those do, their wait events tell.',
ARRAY[$l$\d+ \| arch_lab session +\|$l$]),

(7, 'Background Processes', 2, 'The processes behind the curtain',
NULL,
$l$reader: SELECT backend_type, wait_event_type, wait_event FROM arch_inspect.background_processes
 WHERE backend_type <> 'arch_lab session' ORDER BY backend_type;
reader: SELECT backend_type || ' ' || role AS who_does_what FROM arch_inspect.background_processes
 WHERE backend_type <> 'arch_lab session' ORDER BY backend_type;$l$,
'What a ps shows is for everybody, so this view shows it to everybody: the kind of each process, and what it waits for now.',
'WAL writer, background writer and checkpointer are auxiliary processes, not "background workers"; so are, where they run, archiver, startup process, walreceiver, WAL summarizer (17) and I/O workers (18). A background worker is a process that somebody asked for: an extension (the sessions of this walkthrough, left out above), a parallel query, or logical replication, whose launcher and workers are such. The autovacuum launcher and its workers, and the logger, are neither; a walsender is a backend.',
ARRAY['background writer +\|', 'checkpointer +\|', 'walwriter +\|', 'postmaster listens for connections']),

(7, 'Background Processes', 3, 'Who flushes the log',
NULL,
$l$reader: CREATE TABLE busy AS SELECT i AS id, repeat('x', 100) AS filler FROM generate_series(1, 5000) AS i;
reader: CREATE TABLE probe (synchronous_commit text, commits int, flushed int, ms numeric);
reader: INSERT INTO probe VALUES ('on', 0, 0), ('off', 0, 0);
reader: DO $$
DECLARE
  written pg_lsn;
  began timestamptz;
  mode text;
BEGIN
  FOREACH mode IN ARRAY ARRAY['on', 'off'] LOOP
    PERFORM set_config('synchronous_commit', mode, false);
    began := clock_timestamp();
    FOR i IN 1 .. 20 LOOP
      UPDATE probe AS p SET commits = i WHERE p.synchronous_commit = mode;
      written := pg_current_wal_insert_lsn();
      COMMIT;
      UPDATE probe AS p SET flushed = flushed + (pg_current_wal_flush_lsn() > written)::int,
             ms = round(extract(epoch FROM clock_timestamp() - began) * 1000) WHERE p.synchronous_commit = mode;
    END LOOP;
    COMMIT;
  END LOOP;
END $$;
reader: SELECT synchronous_commit, commits, flushed AS flushed_when_commit_came_back, ms, current_setting('wal_writer_delay') AS wal_writer_comes_every
  FROM probe ORDER BY 1 DESC;$l$,
'With synchronous_commit on, each of the 20 commits came back with its record flushed. With off it comes back before, and leaves it to the WAL writer.',
'A committing backend flushes the WAL itself and waits for it (synchronous_commit); the WAL writer works ahead of the others and for asynchronous commits. Likewise the background writer only cleans ahead: backends write dirty buffers too, and most are written by the checkpointer.',
ARRAY[$l$on +\| +20 \| +20 \|$l$, $l$off +\| +20 \| +1?\d \|$l$]),

(7, 'Background Processes', 4, 'Towards the next checkpoint',
NULL,
$l$reader: SELECT set_config('lab.distance', (pg_current_wal_insert_lsn() - redo_lsn)::text, false) IS NOT NULL AS noted,
       set_config('lab.redo', redo_lsn::text, false) = redo_lsn::text AS redo_noted FROM pg_control_checkpoint();
reader: INSERT INTO busy SELECT i, repeat('y', 100) FROM generate_series(1, 5000) AS i;
reader: SELECT pg_size_pretty(current_setting('lab.distance')::numeric) AS wal_since_checkpoint_before,
       pg_size_pretty(pg_current_wal_insert_lsn() - redo_lsn) AS now,
       CASE WHEN redo_lsn::text <> current_setting('lab.redo') THEN 'a checkpoint came in between'
            WHEN pg_current_wal_insert_lsn() - redo_lsn > current_setting('lab.distance')::numeric
            THEN 'the distance grew' ELSE 'nothing moved' END AS outcome,
       current_setting('max_wal_size') AS max_wal_size, current_setting('checkpoint_timeout') AS checkpoint_timeout
  FROM pg_control_checkpoint();$l$,
'The WAL written since the last checkpoint began, before and after an INSERT. Recovery after a crash would read it, from its beginning.',
'A checkpoint does not only come periodically: also when the WAL since the last one nears max_wal_size, by CHECKPOINT, at shutdown, before a base backup.',
ARRAY[$l$\| (the distance grew|a checkpoint came)$l$]),

(7, 'Background Processes', 5, 'What autovacuum counts',
NULL,
$l$reader: CREATE TABLE counted WITH (autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0.1)
     AS SELECT i AS id FROM generate_series(1, 5000) AS i;
reader: DELETE FROM counted WHERE id % 2 = 0;
reader: SELECT pg_stat_force_next_flush(), 'my counters are shown to all' AS note;
reader: SELECT n_dead_tup, n_dead_tup > 50 + 0.1 * 5000 AS over_the_threshold, autovacuum_count
  FROM pg_stat_user_tables WHERE relid = 'counted'::regclass;
reader: DO $$
BEGIN
  -- Where autovacuum comes by soon, wait for it; else do its work by hand.
  IF current_setting('autovacuum')::bool AND current_setting('autovacuum_naptime')::interval <= '5 s' THEN
    FOR i IN 1 .. 150 LOOP
      PERFORM pg_stat_clear_snapshot();
      EXIT WHEN (SELECT autovacuum_count > 0 FROM pg_stat_user_tables WHERE relid = 'counted'::regclass);
      PERFORM pg_sleep(0.1);
    END LOOP;
  END IF;
END $$;
reader: VACUUM counted;
reader: SELECT n_dead_tup, autovacuum_count, vacuum_count, autovacuum_count + vacuum_count > 0 AS was_vacuumed,
       current_setting('autovacuum_naptime') AS naptime FROM pg_stat_user_tables WHERE relid = 'counted'::regclass;$l$,
'The numbers that changed: dead rows past the threshold, then a vacuum. And yet the dead rows are still there: the transaction that plays this walkthrough is older than the DELETE and could still ask for them. An old snapshot keeps VACUUM from removing what it may see, and here you are that snapshot.',
NULL,
ARRAY[$l$2500 \| t +\|$l$, $l$2500 \| +\d+ \| +\d+ \| t +\|$l$]),

(7, 'Background Processes', 6, 'What a vacuum gives back',
NULL,
$l$reader: CREATE TEMP TABLE mine AS SELECT i AS id, repeat('x', 100) AS filler FROM generate_series(1, 5000) AS i;
reader: VACUUM mine;
reader: SELECT set_config('lab.size', pg_relation_size('mine')::text, false) AS bytes;
reader: DELETE FROM mine WHERE id <= 4900;
reader: VACUUM mine;
reader: SELECT live_tuples AS live_rows, dead_tuples + recently_dead_tuples AS dead_rows, table_bytes AS bytes,
       table_bytes::text = current_setting('lab.size') AS nothing_given_back FROM arch_inspect.table_anatomy('mine');
reader: INSERT INTO mine SELECT i, repeat('y', 100) FROM generate_series(1, 4000) AS i;
reader: SELECT pg_relation_size('mine')::text = current_setting('lab.size') AS the_space_was_used_again;$l$,
'A temporary table, whose rows no other session''s snapshot can need: all dead rows go, the file keeps its size, and new rows fill the space.',
'Autovacuum makes space reusable and rarely gives it back. It also keeps the visibility map, the free space map and the planner''s statistics, and prevents transaction id wraparound, which it does even when it is turned off.',
ARRAY[$l$100 \| +0 \| +\d+ \| t$l$, $l$used_again\s+-+\s+t$l$]),

(7, 'Background Processes', 7, 'A vacuum under way, and its memory',
NULL,
$l$reader: CREATE TABLE numbers (n int) WITH (autovacuum_enabled = off); INSERT INTO numbers VALUES (1); CREATE INDEX ON numbers USING hash (n);
reader: BEGIN; INSERT INTO numbers SELECT i FROM generate_series(2, 5000) AS i; ROLLBACK;
reader: BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
        DECLARE c CURSOR FOR SELECT n FROM numbers WHERE n = 1; FETCH 1 FROM c;
writer: VACUUM (INDEX_CLEANUP on) numbers;
reader: SELECT phase, dead_items, pg_size_pretty(memory_used_bytes) AS memory, pg_size_pretty(memory_limit_bytes) AS at_most
  FROM arch_inspect.vacuum_progress WHERE relation = 'numbers'::regclass;
reader: SELECT substring(memory_in_words FROM 'rows, ([^;]*)') AS where_the_pointers_are_kept
  FROM arch_inspect.vacuum_progress WHERE relation = 'numbers'::regclass;
reader: COMMIT;
writer collect:$l$,
'An open cursor stands on a page of the index, so the vacuum has to wait there and can be looked at: it has read the table and noted the pointers of dead rows, and now takes them out of the index. The rows are those of an INSERT that was rolled back, which nobody can ask for: so they go, though the transaction that plays this walkthrough is older.',
'Until 16 the pointers are six bytes each in one array, of at most 1 GB; from 17 on a radix tree (TidStore) grows as it must and knows no such limit, so that the indexes are seldom gone through twice.',
ARRAY[$l$waiting for the last pin on page$l$, $l$vacuuming indexes +\| +4\d\d\d +\|$l$, $l$six bytes each, in an array|in a radix tree \(TidStore\)$l$]),

(8, 'Performance Implications', 1, 'System resource usage',
$l$-- Check system resource usage
SELECT 
    pg_size_pretty(pg_database_size(current_database())) as database_size,
    pg_size_pretty(pg_total_relation_size('pg_class')) as catalog_size,
    current_setting('shared_buffers') as shared_buffers;$l$,
NULL,
'Three figures: what the database takes of the disk, what one of its catalogs takes, and a setting.',
'catalog_size is the size of pg_class alone, one catalog of more than sixty; shared_buffers is a setting, not a use.',
ARRAY[$l$\d+ [kMGT]B +\| \d+ [kMG]B +\| \d+[kMG]B$l$]),

(8, 'Performance Implications', 2, 'The same, made true',
NULL,
$l$reader: CREATE TABLE busy AS SELECT i AS id, repeat('x', 100) AS filler FROM generate_series(1, 1000) AS i;
reader: SELECT resource, size, left(note, 100) AS note FROM arch_inspect.resources WHERE resource <> 'cache_hits';
reader: SELECT note AS how_often_the_cache_was_hit FROM arch_inspect.resources WHERE resource = 'cache_hits';$l$,
'All catalogs together and pg_class beside them, the largest relations, what the cache holds and how often it was hit.',
NULL,
ARRAY[$l$biggest_1 +\| \d+ [kMGT]B$l$, $l$catalog_size +\| \d+ [kMG]B$l$, $l$pg_class_size +\| \d+ [kMG]B$l$, $l$shared_buffers_used +\| \d+ [kMG]B$l$, $l$[0-9.]+ % of \d+ page requests$l$]),

(8, 'Performance Implications', 3, 'What a connection costs',
NULL,
$l$newcomer: SELECT set_config('lab.first', round((extract(epoch FROM clock_timestamp() - backend_start) * 1000)::numeric, 1)::text, false)
       AS ms_from_fork_to_first_answer FROM pg_stat_activity WHERE pid = pg_backend_pid();
newcomer: SELECT set_config('lab.t0', clock_timestamp()::text, false) IS NOT NULL AS started;
newcomer: DO $$ BEGIN FOR i IN 1 .. 1000 LOOP PERFORM count(*) FROM pg_class WHERE oid = i; END LOOP; END $$;
newcomer: SELECT round(ms, 3) AS ms_a_query_in_the_kept_session, current_setting('lab.first')::numeric > ms AS the_first_answer_took_longer
  FROM (SELECT extract(epoch FROM clock_timestamp() - current_setting('lab.t0')::timestamptz) AS ms) AS thousand_queries;$l$,
'For each connection a process is forked, which must log in and fill its caches before it can answer. That is what a pool of kept connections saves.',
NULL,
ARRAY[$l$first_answer\s+-+\s+[0-9.]+$l$, $l$took_longer\s+[-+]+\s+[0-9.]+ \| t$l$]),

(9, 'Next Steps', 1, 'Where to go on',
NULL,
$l$reader: SELECT n.nspname AS extension, c.relname AS name, left(obj_description(c.oid, 'pg_class'), 70) AS what_it_shows
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('arch_inspect', 'arch_lab') AND c.relkind = 'v' ORDER BY 1, 2;
reader: SELECT count(*) AS functions, count(*) FILTER (WHERE obj_description(p.oid, 'pg_proc') IS NULL) AS without_a_description
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname IN ('arch_inspect', 'arch_lab');$l$,
$l$Every view and function of the suite carries its description: \d+ and \df+ in psql show it.$l$,
NULL,
ARRAY['client_backends +\| \w', 'sessions +\| \w', $l$description\s+[-+]+\s+\d+ \| +0\s$l$])
	  ) AS v (section_no, section, step, title, lesson, script, see, fact, expect)
	UNION ALL
	SELECT v.section_no, v.section, v.step, v.title, NULL, v.script, v.see, v.fact, v.expect, v.from_major
	  FROM (VALUES
(18, 3, 'Storage Engine', 7, 'NOT NULL with a name, and columns that are nowhere',
$l$reader: CREATE TABLE numbers (n int CONSTRAINT must_be_there NOT NULL,
       half numeric GENERATED ALWAYS AS (n / 2.0) VIRTUAL, twice int GENERATED ALWAYS AS (n * 2) STORED);
reader: INSERT INTO numbers (n) VALUES (21);
reader: SELECT attname, not_null, generated FROM arch_inspect.row_layout('numbers') ORDER BY attnum;
reader: SELECT attname, storage, length, value FROM arch_inspect.tuple_attributes('numbers', '(0,1)') ORDER BY attnum;
reader: SELECT n, round(half, 1) AS half, twice FROM numbers;$l$,
'The row holds n and twice, and of half nothing at all: a virtual column is reckoned when it is read. NOT NULL is a constraint with a name, as CHECK is.',
'Both came with 18. There a generated column is virtual unless STORED is said; until 17 all are stored.',
ARRAY[$l$n +\| not null \(constraint must_be_there\)$l$, $l$half +\| virtual +\| +\|$l$, $l$twice +\| +\w+ +\| +4 \| 42$l$, $l$21 \| +10\.5 \| +42$l$]),

(19, 3, 'Storage Engine', 8, 'A SELECT that writes into the visibility map',
$l$reader: CREATE TEMP TABLE mine AS SELECT i AS id, repeat('x', 100) AS filler FROM generate_series(1, 200) AS i;
reader: SELECT blkno, tuples, all_visible FROM arch_inspect.page_map('mine');
reader: SELECT count(*) FROM mine;
reader: SELECT blkno, tuples, all_visible FROM arch_inspect.page_map('mine');$l$,
'Nothing vacuumed this table, and a SELECT is all that happened between the two looks: it came by full pages, found that everybody sees all of their rows, and said so in the map. (The rows of a temporary table no other session''s snapshot can need.) The last page has room, so it was not looked at so closely.',
'Until 18 only VACUUM and COPY ... FREEZE set bits of the visibility map. From 19 on a query may that does not change the table, and where the table is logged so is this: even reading can write WAL.',
ARRAY[$l$0 \| +58 \| f\s.*count\s+-+\s+200\s.*0 \| +58 \| t\s$l$]),

(17, 4, 'Write-Ahead Logging (WAL)', 6, 'Which blocks the WAL changed, and what an incremental backup would need',
$l$reader: SELECT enabled, summaries, summarized_lsn, pg_size_pretty(behind_bytes) AS behind FROM arch_inspect.wal_summarizer;
reader: SELECT incremental_backup FROM arch_inspect.wal_summarizer;
reader: SELECT i.relation, i.fork, i.blocks, i.blocks_sent, left(i.why, 35) AS why
  FROM arch_inspect.wal_summarizer AS w, LATERAL arch_inspect.incremental_backup(w.gapless_from) AS i
 WHERE i.relation IS NOT NULL ORDER BY i.bytes_sent DESC, i.relation LIMIT 5;$l$,
'Where summarize_wal is on, the WAL summarizer reads the log behind all others and notes which blocks it changed. pg_basebackup --incremental then sends only these: below, the largest parts of what it would send of this database.',
'A summary is of the WAL up to the redo point of a checkpoint, so what was done just now is in none yet.',
ARRAY[$l$\mt +\| +\d+ \|.*(can be followed by an incremental|no summary is there yet)|\mf +\| +\d+ \|.*none can be made$l$,
	$l$why\s+[-+]+\s+(\S[^\n]* \| (main|fsm|vm) +\| +\d+ \| +\d+ \||\(0 rows\))$l$]),

(18, 4, 'Write-Ahead Logging (WAL)', 7, 'How much of the log is mine',
$l$reader: CREATE TABLE probe AS SELECT i AS id FROM generate_series(1, 1000) AS i;
reader: SELECT pg_stat_force_next_flush(), 'my counters are shown to all' AS note;
reader: SELECT set_config('lab.records', wal_records::text, false) IS NOT NULL AS noted FROM arch_inspect.wal_by_process WHERE pid = pg_backend_pid();
reader: UPDATE probe SET id = -id;
reader: SELECT pg_stat_force_next_flush(), 'my counters are shown to all' AS note;
reader: SELECT kind, wal_records - current_setting('lab.records')::int AS records_since, pg_size_pretty(wal_bytes) AS wal, bytes_a_record
  FROM arch_inspect.wal_by_process WHERE pid = pg_backend_pid();$l$,
'A thousand rows were changed, each with a record of its own; and one whose new version must go to another page is locked first, which is a record too.',
'Before 18 nobody counted for one process: pg_stat_wal tells how much all of them together have written.',
ARRAY[$l$arch_lab session +\| +1\d\d\d \|$l$]),

(19, 7, 'Background Processes', 8, 'Whose turn is it: the scores of autovacuum',
$l$reader: CREATE TABLE logins (id int) WITH (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0,
       autovacuum_vacuum_insert_threshold = 50000, autovacuum_analyze_threshold = 50000);
reader: INSERT INTO logins SELECT generate_series(1, 5000);
reader: DELETE FROM logins WHERE id % 2 = 0;
reader: SELECT pg_stat_force_next_flush(), 'my counters are shown to all' AS note;
reader: SELECT relation, round(score::numeric, 2) AS score, because_of, place, do_vacuum
  FROM arch_inspect.autovacuum_scores ORDER BY relation = 'logins'::regclass DESC, score DESC LIMIT 5;$l$,
'2,500 dead rows of the 5,000 that it takes: half of the way. Below it the tables with the highest scores; "place" is the order in which a worker would take those that are due.',
'Until 18 a worker takes the tables as they come in pg_class. From 19 on the one with the highest score comes first: how far it is past its threshold, or how old its transaction ids are.',
ARRAY[$l$logins +\| +0\.50 \| dead rows +\| +\| f$l$]),

(19, 7, 'Background Processes', 9, 'REPACK: a table written anew, watched',
$l$writer: CREATE TABLE visits (id int, lock bigint);
writer: INSERT INTO visits SELECT i, 'visits'::regclass::oid::bigint FROM generate_series(1, 500) AS i;
writer: BEGIN; INSERT INTO visits SELECT i, 0 FROM generate_series(1, 5000) AS i; ROLLBACK;
writer: CREATE FUNCTION pg_temp.when_free(lock bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS $f$
BEGIN
  PERFORM pg_advisory_lock_shared(lock), pg_advisory_unlock_shared(lock);
  RETURN lock;
END $f$;
writer: CREATE INDEX ON visits (pg_temp.when_free(lock));
writer: SELECT pg_relation_size('visits') AS bytes_before;
reader: SELECT pg_advisory_lock('visits'::regclass::oid::bigint);
writer: REPACK visits;
reader: SELECT command, phase, phase_in_words, heap_tuples_written AS rows_written
  FROM arch_inspect.rewrite_progress WHERE relation = 'visits'::regclass;
reader: SELECT pg_advisory_unlock_all();
writer collect:
writer: SELECT pg_relation_size('visits') AS bytes_after;
writer: DROP TABLE visits;$l$,
'The index needs a lock that the reader holds: so REPACK, which has copied the 500 rows that live, stops where it makes the index anew. What the rolled back INSERT left is not copied, and the file is short again.',
'REPACK came with 19 and does what VACUUM FULL and CLUSTER do. Like them it shuts everybody out while it works; REPACK (CONCURRENTLY) lets them read and write, and only the exchange of the files at its end needs the table alone.',
ARRAY[$l$waiting for ShareLock on advisory lock$l$, $l$REPACK +\| rebuilding index +\| makes the indexes anew +\| +500$l$, $l$bytes_before\s+-+\s+\d{6}.*bytes_after\s+-+\s+\d{5}\s$l$]),

(16, 8, 'Performance Implications', 4, 'Who reads and writes, and through what',
$l$reader: CREATE TABLE numbers AS SELECT i AS n, repeat('x', 100) AS filler FROM generate_series(1, 5000) AS i;
reader: SELECT pg_stat_force_next_flush(), 'my counters are shown to all' AS note;
reader: SELECT kind, context, pg_size_pretty(read_bytes) AS read, pg_size_pretty(write_bytes) AS written,
       pg_size_pretty(extend_bytes) AS added, hits
  FROM arch_inspect.io_activity WHERE object = 'relation' AND did IS NOT NULL ORDER BY kind, context;
reader: SELECT DISTINCT context, substring(why FROM ', (.{1,60})') AS why FROM arch_inspect.io_activity WHERE object = 'relation' ORDER BY context;$l$,
'All I/O of the server since its statistics were reset, by kind of process and by the way it goes: the table that was just made came by "bulkwrite", in a ring of a few buffers, so that it did not drive everybody else''s pages out of the cache. A session of this walkthrough is a background worker.',
'pg_stat_io came with 16; before it pg_stat_bgwriter only told what the checkpointer, the background writer and all backends together wrote.',
ARRAY[$l$background worker +\| bulkwrite +\|[^\n|]*\|[^\n|]*\| +\d+ [kMG]B$l$, $l$bulkread +\| by a large scan$l$]),

(18, 8, 'Performance Implications', 5, 'Reads that others carry out meanwhile',
$l$reader: CREATE TABLE random_data AS SELECT i AS id, repeat('x', 1000) AS filler FROM generate_series(1, 20000) AS i;
reader: SELECT current_setting('io_method') AS io_method, (SELECT count(*) FROM arch_inspect.io_workers) AS io_workers;
reader: SELECT DISTINCT activity FROM arch_inspect.io_workers;
reader: BEGIN; DECLARE c CURSOR FOR SELECT id FROM random_data; MOVE 2000 IN c;
reader: SELECT state, relation, first_block, last_block FROM arch_inspect.io_handles WHERE pid = pg_backend_pid() ORDER BY first_block;
reader: COMMIT;$l$,
'The cursor stands at row 2000, and of the blocks behind it the reads are asked for already: the I/O workers carry them out while the session goes on with the rows that it has. Each read in flight has a handle, until its session takes what was read. Handles are shown to members of pg_read_all_stats only: without that right, 42501.',
'Before 18 a backend reads a block when it needs it, and waits; all it can do is to ask the kernel to have it ready. Sequential scans, bitmap scans and VACUUM read ahead in the new way, as far as io_combine_limit and effective_io_concurrency let them.',
ARRAY[$l$io_workers\s+[-+]+\s+(worker +\| +[1-9]|(sync|io_uring) +\| +0)$l$, $l$42501: permission denied|[A-Z]_[A-Z]+ +\| random_data +\| +\d|SUBMITTED +\| random_data +\| +\d$l$])
	  ) AS v (from_major, section_no, section, step, title, script, see, fact, expect);
END;

COMMENT ON FUNCTION arch_lab.lesson_steps() IS
'The rows of the view arch_lab.lesson_steps: what walkthrough() plays. For everybody.';

CREATE VIEW arch_lab.lesson_steps AS
SELECT l.section_no, l.section, l.step, l.title, l.lesson, l.script, l.see, l.fact, l.expect, l.from_major
  FROM arch_lab.lesson_steps() AS l;

COMMENT ON VIEW arch_lab.lesson_steps IS
'The steps that walkthrough() plays, in the lesson''s order. For everybody to read; they are the body of a function, so that nobody can write what others run.';
COMMENT ON COLUMN arch_lab.lesson_steps.section_no IS 'the section''s number in the lesson, from 1';
COMMENT ON COLUMN arch_lab.lesson_steps.section IS 'the section''s heading in the lesson';
COMMENT ON COLUMN arch_lab.lesson_steps.step IS 'the step''s number in its section, from 1';
COMMENT ON COLUMN arch_lab.lesson_steps.title IS 'what the step is about';
COMMENT ON COLUMN arch_lab.lesson_steps.lesson IS 'the lesson''s snippet, to the letter; NULL for a step that the lesson lacks';
COMMENT ON COLUMN arch_lab.lesson_steps.script IS 'what is played, as play() reads it; NULL: the snippet itself';
COMMENT ON COLUMN arch_lab.lesson_steps.see IS 'what to see in the result';
COMMENT ON COLUMN arch_lab.lesson_steps.fact IS 'where the lesson is wrong or dated: what is true; NULL where it is right';
COMMENT ON COLUMN arch_lab.lesson_steps.expect IS 'regular expressions, all of which the results must match, the statements left out';
COMMENT ON COLUMN arch_lab.lesson_steps.from_major IS 'the first major that has what it shows, NULL for all; walkthrough() plays it there and on later ones';

REVOKE ALL ON FUNCTION arch_lab.lesson_steps() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.lesson_steps() TO PUBLIC;
REVOKE ALL ON arch_lab.lesson_steps FROM PUBLIC;
GRANT SELECT ON arch_lab.lesson_steps TO PUBLIC;
