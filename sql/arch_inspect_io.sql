--
-- arch_inspect: io_activity, io_by_process, io_handles, wal_by_process and
-- wal_summarizer, beside the server's own views (t/351 and t/352 have I/O in
-- flight and incremental backups)
--
CREATE ROLE regress_io_student;
CREATE ROLE regress_io_reader IN ROLE pg_read_all_stats;
SELECT current_setting('server_version_num')::int / 10000 AS major \gset
SELECT :major >= 16 AS has_io, :major >= 17 AS has_summaries, :major >= 18 AS has_aio \gset
-- how many rows of a query are not the same in another one; 0 where the
-- server has no such view
CREATE FUNCTION regress_differ(from_major int, ours text, theirs text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n	bigint := 0;
BEGIN
	IF current_setting('server_version_num')::int / 10000 >= from_major THEN
		EXECUTE format('WITH a AS MATERIALIZED (%s), b AS MATERIALIZED (%s)
			SELECT (SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE b) AS x) + (SELECT count(*) FROM (TABLE b EXCEPT ALL TABLE a) AS x)', ours, theirs) INTO n;
	END IF;
	RETURN n;
END $$;

-- counters are read once in a transaction
BEGIN;
SET LOCAL stats_fetch_consistency = 'snapshot';
SELECT (count(*) > 0) = :'has_io' AS as_expected FROM arch_inspect.io_activity;
SELECT regress_differ(16,
	'SELECT kind, object, context, reads, read_time, writes, write_time, writebacks, writeback_time, extends, extend_time, hits, evictions, reuses, fsyncs, fsync_time, stats_reset FROM arch_inspect.io_activity',
	'SELECT backend_type, object, context, reads, read_time, writes, write_time, writebacks, writeback_time, extends, extend_time, hits, evictions, reuses, fsyncs, fsync_time, stats_reset FROM pg_stat_io');
SELECT regress_differ(18,
	'SELECT kind, object, context, read_bytes, write_bytes, extend_bytes FROM arch_inspect.io_activity',
	'SELECT backend_type, object, context, read_bytes, write_bytes, extend_bytes FROM pg_stat_io');
SELECT CASE WHEN :major IN (16, 17) THEN regress_differ(16,
	'SELECT kind, object, context, read_bytes, write_bytes, extend_bytes FROM arch_inspect.io_activity',
	'SELECT backend_type, object, context, reads * op_bytes, writes * op_bytes, extends * op_bytes FROM pg_stat_io') ELSE 0 END AS regress_differ;
COMMIT;
-- every kind of object and context has words, and every row that counts something
SELECT count(*) FROM arch_inspect.io_activity WHERE why IS NULL OR why LIKE '%, ' || context;
SELECT count(*) FROM arch_inspect.io_activity
 WHERE (did IS NULL) <> (COALESCE(reads, 0) + COALESCE(writes, 0) + COALESCE(extends, 0) + COALESCE(hits, 0) + COALESCE(evictions, 0) + COALESCE(reuses, 0) + COALESCE(fsyncs, 0) = 0);
-- kinds are those of processes
SELECT count(*) FROM arch_inspect.processes AS p
 WHERE p.kind IN ('client backend', 'checkpointer', 'background writer')
   AND :'has_io' AND NOT EXISTS (SELECT FROM arch_inspect.io_activity AS i WHERE i.kind = p.kind);
-- figures of an operation
SELECT count(*) FROM arch_inspect.io_activity
 WHERE bytes_a_read * reads > read_bytes OR bytes_a_write * writes > write_bytes OR hit_percent NOT BETWEEN 0 AND 100
	OR (time_a_read IS NOT NULL AND read_time = 0) OR (bytes_a_read IS NULL AND reads > 0);
SELECT arch_parts.io_did(1, 8192, 2, 16384, 3, 24576, 4, 5, 6, 7);
SELECT arch_parts.io_did(0, 0, NULL, NULL, 0, 0, 0, 0, NULL, 0) IS NULL AS nothing;

-- what this session does is counted for it, from 18 on
CREATE TABLE regress_io AS SELECT i, repeat('x', 100) AS t FROM generate_series(1, 2000) AS i;
SELECT pg_stat_force_next_flush();
SELECT count(*) > 0 AS counted FROM arch_inspect.io_by_process
 WHERE NOT :'has_aio' OR pid = pg_backend_pid() AND object = 'relation' AND extend_bytes > 0 AND did LIKE '%made files longer by%' \gset
SELECT CASE WHEN :'has_aio' THEN :'counted' ELSE (SELECT count(*) = 0 FROM arch_inspect.io_by_process) END AS as_expected;
SELECT CASE WHEN :'has_aio' THEN w.wal_records > 0 AND w.wal_bytes > w.wal_records AND w.bytes_a_record > 20 AND w.did LIKE 'made % of WAL in % records%'
			ELSE w.wal_records IS NULL AND w.did IS NULL END AS as_expected
  FROM arch_inspect.wal_by_process AS w WHERE w.pid = pg_backend_pid();
SELECT count(*) = 1 AS row_of_the_checkpointer, bool_and(wal_records IS NULL) AS not_counted FROM arch_inspect.wal_by_process WHERE kind = 'checkpointer';
BEGIN;
SET LOCAL stats_fetch_consistency = 'snapshot';
SELECT regress_differ(18,
	'SELECT object, context, reads, read_bytes, hits, extends, extend_bytes FROM arch_inspect.io_by_process WHERE pid = pg_backend_pid()',
	'SELECT object, context, reads, read_bytes, hits, extends, extend_bytes FROM pg_stat_get_backend_io(pg_backend_pid())');
SELECT regress_differ(18,
	'SELECT wal_records, wal_fpi, wal_bytes, wal_buffers_full, stats_reset FROM arch_inspect.wal_by_process WHERE pid = pg_backend_pid()',
	'SELECT wal_records, wal_fpi, wal_bytes, wal_buffers_full, stats_reset FROM pg_stat_get_backend_wal(pg_backend_pid())');
COMMIT;

-- the workers are those of processes
SELECT count(*) = (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'io worker') AS same FROM arch_inspect.io_workers;
SELECT count(*) FROM arch_inspect.io_workers WHERE activity IS NULL;

-- the summarizer: one row in any case
SELECT (enabled IS NOT NULL) = :'has_summaries' AS as_expected, in_words IS NOT NULL AS words, count(*) OVER () AS rows FROM arch_inspect.wal_summarizer;
SELECT count(*) FROM arch_inspect.incremental_backup(NULL);
SELECT regress_differ(17,
	'SELECT timeline, start_lsn, end_lsn FROM arch_parts.wal_summaries()',
	'SELECT tli, start_lsn, end_lsn FROM pg_available_wal_summaries()');

-- rights: io_handles is for those whom pg_aios is for, on every server
SET ROLE regress_io_reader;
SELECT count(*) >= 0 AS may FROM arch_inspect.io_handles;
SET ROLE regress_io_student;
SELECT count(*) FROM arch_inspect.io_handles;  -- fail
SELECT count(*) FROM arch_parts.io_handles();  -- fail
SELECT count(*) >= 0 AS may FROM arch_inspect.io_activity;
SELECT count(*) >= 0 AS may FROM arch_inspect.io_by_process;
SELECT count(*) > 0 AS may FROM arch_inspect.wal_by_process;
SELECT count(*) >= 0 AS may FROM arch_inspect.io_workers;
SELECT count(*) = 1 AS may FROM arch_inspect.wal_summarizer;
RESET ROLE;
-- looking takes place in a transaction that may not write, and what the caller
-- names of his own is not called
BEGIN READ ONLY;
SELECT count(*) >= 0 AS may FROM arch_inspect.io_handles;
SELECT count(*) >= 0 AS may FROM arch_inspect.io_activity;
SELECT count(*) > 0 AS may FROM arch_inspect.wal_by_process;
SELECT pg_current_xact_id_if_assigned() IS NULL AS no_xid;
COMMIT;
CREATE SCHEMA regress_io_trap;
CREATE FUNCTION regress_io_trap.current_setting(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'called'; END $$;
SET search_path = regress_io_trap, pg_catalog, public;
SELECT count(*) >= 0 AS may FROM arch_inspect.io_activity;
SELECT count(*) = 1 AS may FROM arch_inspect.wal_summarizer;
RESET search_path;
DROP SCHEMA regress_io_trap CASCADE;
DROP FUNCTION regress_differ(int, text, text);
DROP TABLE regress_io;
DROP ROLE regress_io_student, regress_io_reader;
