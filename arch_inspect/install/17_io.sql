--
-- I/O: who reads and writes, through what and why; what is in flight.
--
-- pg_stat_io came in 16 and counts bytes from 18 on, when pg_aios and the
-- counters of single processes came too.  So a function asks by the server's
-- version, and no view here names what some major lacks.
--
CREATE FUNCTION arch_parts.io_counters(
	of_pid integer,
	OUT kind text, OUT object text, OUT context text,
	OUT reads bigint, OUT read_bytes bigint, OUT read_time double precision,
	OUT writes bigint, OUT write_bytes bigint, OUT write_time double precision,
	OUT writebacks bigint, OUT writeback_time double precision,
	OUT extends bigint, OUT extend_bytes bigint, OUT extend_time double precision,
	OUT hits bigint, OUT evictions bigint, OUT reuses bigint,
	OUT fsyncs bigint, OUT fsync_time double precision,
	OUT stats_reset timestamptz)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000 ROWS 40
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	version		int := current_setting('server_version_num')::int;
	bytes		text := 'i.read_bytes::bigint, i.read_time, i.writes, i.write_bytes::bigint, i.write_time, '
		'i.writebacks, i.writeback_time, i.extends, i.extend_bytes::bigint';
BEGIN
	IF version < 160000 OR version < 180000 AND of_pid IS NOT NULL THEN
		RETURN;
	END IF;
	-- until 17 an operation is one of op_bytes bytes
	IF version < 180000 THEN
		bytes := 'i.reads * i.op_bytes, i.read_time, i.writes, i.writes * i.op_bytes, i.write_time, '
			'i.writebacks, i.writeback_time, i.extends, i.extends * i.op_bytes';
	END IF;
	RETURN QUERY EXECUTE format(
		'SELECT i.backend_type, i.object, i.context, i.reads, %s, i.extend_time, '
		'i.hits, i.evictions, i.reuses, i.fsyncs, i.fsync_time, i.stats_reset FROM %s AS i',
		bytes,
		CASE WHEN of_pid IS NULL THEN 'pg_catalog.pg_stat_get_io()'
			 ELSE 'pg_catalog.pg_stat_get_backend_io($1)' END)
	USING of_pid;
END
$$;
COMMENT ON FUNCTION arch_parts.io_counters(integer) IS
'Part of io_activity and io_by_process: the counters of I/O, of all processes
by kind (null), or of one process (from 18 on).';
REVOKE ALL ON FUNCTION arch_parts.io_counters(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.io_counters(integer) TO PUBLIC;

CREATE FUNCTION arch_parts.io_why(object text, context text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
RETURN CASE
	WHEN object = 'wal' AND context = 'init' THEN 'makes new segment files of the WAL'
	WHEN object = 'wal' THEN 'writes, flushes or reads the WAL'
	ELSE CASE object
		 WHEN 'relation' THEN 'pages of tables and indexes, '
		 WHEN 'temp relation' THEN 'pages of temporary tables and their indexes, '
		 ELSE object || ', ' END
		 || CASE context
			WHEN 'normal' THEN CASE object
				WHEN 'temp relation' THEN 'through the session''s own buffers'
				ELSE 'through shared buffers at large' END
			WHEN 'bulkread' THEN 'by a large scan that keeps to a small ring of buffers'
			WHEN 'bulkwrite' THEN 'by a bulk load (COPY, CREATE TABLE AS ...) that keeps to a ring of buffers'
			WHEN 'vacuum' THEN 'by VACUUM or ANALYZE, which keep to a ring of buffers (vacuum_buffer_usage_limit)'
			WHEN 'init' THEN 'to make new files'
			ELSE context END
	END;
COMMENT ON FUNCTION arch_parts.io_why(text, text) IS
'Part of io_activity and io_by_process: object and context of pg_stat_io in
words.';
REVOKE ALL ON FUNCTION arch_parts.io_why(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.io_why(text, text) TO PUBLIC;

CREATE FUNCTION arch_parts.io_did(
	reads bigint, read_bytes bigint, writes bigint, write_bytes bigint,
	extends bigint, extend_bytes bigint, hits bigint, evictions bigint,
	reuses bigint, fsyncs bigint)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
RETURN NULLIF(pg_catalog.concat_ws('; ',
	CASE WHEN reads > 0 THEN 'read ' || pg_catalog.pg_size_pretty(read_bytes) || ' in ' || reads || CASE reads WHEN 1 THEN ' operation' ELSE ' operations' END END,
	CASE WHEN hits > 0 THEN 'found what it sought in a buffer ' || hits || CASE hits WHEN 1 THEN ' time' ELSE ' times' END END,
	CASE WHEN writes > 0 THEN 'wrote ' || pg_catalog.pg_size_pretty(write_bytes) || ' in ' || writes || CASE writes WHEN 1 THEN ' operation' ELSE ' operations' END END,
	CASE WHEN extends > 0 THEN 'made files longer by ' || pg_catalog.pg_size_pretty(extend_bytes) END,
	CASE WHEN evictions > 0 THEN 'took a buffer from another page ' || evictions || CASE evictions WHEN 1 THEN ' time' ELSE ' times' END END,
	CASE WHEN reuses > 0 THEN 'used a buffer of its ring again ' || reuses || CASE reuses WHEN 1 THEN ' time' ELSE ' times' END END,
	CASE WHEN fsyncs > 0 THEN 'flushed a file ' || fsyncs || CASE fsyncs WHEN 1 THEN ' time' ELSE ' times' END END), '');
COMMENT ON FUNCTION arch_parts.io_did(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint) IS
'Part of io_activity and io_by_process: what was counted, in words; null when
nothing was.';
REVOKE ALL ON FUNCTION arch_parts.io_did(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.io_did(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint) TO PUBLIC;

CREATE VIEW arch_inspect.io_activity AS
SELECT i.kind, i.object, i.context,
	   arch_parts.io_why(i.object, i.context) AS why,
	   arch_parts.io_did(i.reads, i.read_bytes, i.writes, i.write_bytes,
			i.extends, i.extend_bytes, i.hits, i.evictions, i.reuses, i.fsyncs) AS did,
	   i.reads, i.read_bytes, i.read_time,
	   i.read_bytes / NULLIF(i.reads, 0) AS bytes_a_read,
	   NULLIF(i.read_time, 0) / NULLIF(i.reads, 0) AS time_a_read,
	   i.writes, i.write_bytes, i.write_time,
	   i.write_bytes / NULLIF(i.writes, 0) AS bytes_a_write,
	   NULLIF(i.write_time, 0) / NULLIF(i.writes, 0) AS time_a_write,
	   i.writebacks, i.writeback_time,
	   i.extends, i.extend_bytes, i.extend_time,
	   i.extend_bytes / NULLIF(i.extends, 0) AS bytes_an_extend,
	   i.hits,
	   CASE WHEN i.hits + i.reads > 0 AND i.object <> 'wal' AND pg_catalog.current_setting('server_version_num')::integer < 180000
			THEN pg_catalog.round(100.0 * i.hits / (i.hits + i.reads), 1)
			WHEN i.hits + i.read_bytes > 0 AND i.object <> 'wal'
			THEN pg_catalog.round(100.0 * i.hits / (i.hits + i.read_bytes / pg_catalog.current_setting('block_size')::numeric), 1)
			END AS hit_percent,
	   i.evictions, i.reuses,
	   i.fsyncs, i.fsync_time,
	   NULLIF(i.fsync_time, 0) / NULLIF(i.fsyncs, 0) AS time_an_fsync,
	   i.stats_reset
  FROM arch_parts.io_counters(NULL) AS i;
COMMENT ON VIEW arch_inspect.io_activity IS
'Who does I/O, on what and why.
A row a kind of process, kind of object and context, of the whole cluster
since stats_reset. Needs 16 or later; before, no rows: checkpoints has what 15
counts. Columns are those of pg_stat_io, and what an operation was on average.
Null: this kind of process never does that. Counts lag a little: a process
reports at the end of its transaction. For everybody. Source:
src/backend/utils/activity/pgstat_io.c.';
COMMENT ON COLUMN arch_inspect.io_activity.kind IS 'backend_type of pg_stat_io, as kind in processes';
COMMENT ON COLUMN arch_inspect.io_activity.object IS 'relation, temp relation, or from 18 on wal';
COMMENT ON COLUMN arch_inspect.io_activity.context IS 'normal, bulkread, bulkwrite, vacuum, or from 18 on init';
COMMENT ON COLUMN arch_inspect.io_activity.why IS 'object and context in words';
COMMENT ON COLUMN arch_inspect.io_activity.did IS 'the counters in words; null when nothing was counted';
COMMENT ON COLUMN arch_inspect.io_activity.reads IS 'read operations; from 18 on one may read many blocks';
COMMENT ON COLUMN arch_inspect.io_activity.read_bytes IS 'bytes read; on 16 and 17 operations of one block each';
COMMENT ON COLUMN arch_inspect.io_activity.read_time IS 'milliseconds waited for them; counted only where track_io_timing (WAL: track_wal_io_timing) is on';
COMMENT ON COLUMN arch_inspect.io_activity.bytes_a_read IS 'bytes of a read on average';
COMMENT ON COLUMN arch_inspect.io_activity.time_a_read IS 'milliseconds waited for a read on average; null where no time was counted, too small where only some sessions count time';
COMMENT ON COLUMN arch_inspect.io_activity.writes IS 'write operations';
COMMENT ON COLUMN arch_inspect.io_activity.write_bytes IS 'bytes written';
COMMENT ON COLUMN arch_inspect.io_activity.write_time IS 'milliseconds waited for them, as read_time';
COMMENT ON COLUMN arch_inspect.io_activity.bytes_a_write IS 'bytes of a write on average';
COMMENT ON COLUMN arch_inspect.io_activity.time_a_write IS 'milliseconds of a write on average, as time_a_read';
COMMENT ON COLUMN arch_inspect.io_activity.writebacks IS 'blocks that the kernel was asked to send to storage';
COMMENT ON COLUMN arch_inspect.io_activity.writeback_time IS 'milliseconds of that, as read_time';
COMMENT ON COLUMN arch_inspect.io_activity.extends IS 'operations that made a file longer';
COMMENT ON COLUMN arch_inspect.io_activity.extend_bytes IS 'bytes they added';
COMMENT ON COLUMN arch_inspect.io_activity.extend_time IS 'milliseconds of that, as read_time';
COMMENT ON COLUMN arch_inspect.io_activity.bytes_an_extend IS 'bytes that one added on average';
COMMENT ON COLUMN arch_inspect.io_activity.hits IS 'times that the page was in a buffer already';
COMMENT ON COLUMN arch_inspect.io_activity.hit_percent IS 'of 100 pages sought, those in a buffer already; the others were read, from the kernel''s cache or from storage: that is not known here';
COMMENT ON COLUMN arch_inspect.io_activity.evictions IS 'times that a page had to leave its buffer for another one';
COMMENT ON COLUMN arch_inspect.io_activity.reuses IS 'times that a buffer of the ring was used again; null where there is no ring';
COMMENT ON COLUMN arch_inspect.io_activity.fsyncs IS 'fsync calls; null in the contexts of a ring, whose fsyncs are counted with normal';
COMMENT ON COLUMN arch_inspect.io_activity.fsync_time IS 'milliseconds waited for them, as read_time';
COMMENT ON COLUMN arch_inspect.io_activity.time_an_fsync IS 'milliseconds of an fsync on average, as time_a_read';
COMMENT ON COLUMN arch_inspect.io_activity.stats_reset IS 'since when the counters count';

CREATE VIEW arch_inspect.io_by_process AS
SELECT p.pid, p.kind, p.datname, p.usename, i.object, i.context,
	   arch_parts.io_why(i.object, i.context) AS why,
	   arch_parts.io_did(i.reads, i.read_bytes, i.writes, i.write_bytes,
			i.extends, i.extend_bytes, i.hits, i.evictions, i.reuses, i.fsyncs) AS did,
	   i.reads, i.read_bytes, i.read_time, i.writes, i.write_bytes, i.write_time,
	   i.writebacks, i.writeback_time, i.extends, i.extend_bytes, i.extend_time,
	   i.hits, i.evictions, i.reuses, i.fsyncs, i.fsync_time, i.stats_reset
  FROM arch_parts.process_scan() AS p,
	   LATERAL arch_parts.io_counters(p.pid) AS i
 WHERE p.pid IS NOT NULL;
COMMENT ON VIEW arch_inspect.io_by_process IS
'The I/O of each single process.
The rows of io_activity for each single process that lives now, counted since
it began (or pg_stat_reset_backend_stats). Needs 18 or later; before, no rows.
The server keeps none for the checkpointer, the background writer, the startup
process, I/O workers and the autovacuum launcher; what those did is in
io_activity. An I/O that a worker carries out is counted for the process that
asked for it. For everybody, as pg_stat_get_backend_io(). Source:
src/backend/utils/activity/pgstat_backend.c.';
COMMENT ON COLUMN arch_inspect.io_by_process.why IS 'object and context in words';
COMMENT ON COLUMN arch_inspect.io_by_process.did IS 'the counters in words; null when nothing was counted';
COMMENT ON COLUMN arch_inspect.io_by_process.read_time IS 'milliseconds, counted only where track_io_timing (WAL: track_wal_io_timing) is on';

REVOKE ALL ON arch_inspect.io_activity, arch_inspect.io_by_process FROM PUBLIC;
GRANT SELECT ON arch_inspect.io_activity, arch_inspect.io_by_process TO PUBLIC;

--
-- Asynchronous I/O in flight
--
CREATE FUNCTION arch_parts.io_handles()
RETURNS TABLE (
	pid integer,
	io_id integer,
	generation bigint,
	state text,
	state_in_words text,
	operation text,
	off bigint,
	length bigint,
	target text,
	relation regclass,
	fork text,
	first_block bigint,
	last_block bigint,
	raw_result integer,
	result text,
	result_in_words text,
	target_desc text,
	f_sync boolean,
	f_localmem boolean,
	f_buffered boolean)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('server_version_num')::int < 180000 THEN
		RETURN;
	END IF;
	-- The description names the file by its path, in all languages of messages
	-- alike; the numbers before the path are of blocks.
	RETURN QUERY EXECUTE $q$
		SELECT a.pid, a.io_id, a.io_generation, a.state,
			   CASE a.state
			   WHEN 'HANDED_OUT' THEN 'taken by its process, not yet told what to do'
			   WHEN 'DEFINED' THEN 'told what to do, not yet ready to be started'
			   WHEN 'STAGED' THEN 'ready, waits to be started together with others'
			   WHEN 'SUBMITTED' THEN
					CASE WHEN a.f_sync THEN 'being carried out by its own process'
						 ELSE CASE current_setting('io_method')
							  WHEN 'worker' THEN 'in the hands of the I/O workers: queued for one, or being carried out by one'
							  WHEN 'io_uring' THEN 'in the hands of the kernel (io_uring)'
							  ELSE 'being carried out' END END
			   WHEN 'COMPLETED_IO' THEN 'done by the system; its buffers do not know yet'
			   WHEN 'COMPLETED_SHARED' THEN 'done, and its shared buffers may be used; its process has not looked yet'
			   WHEN 'COMPLETED_LOCAL' THEN 'done, its process has looked; about to be free again'
			   END,
			   CASE a.operation WHEN 'readv' THEN 'read' WHEN 'writev' THEN 'write' ELSE a.operation END,
			   a.off, a.length, a.target,
			   CASE WHEN f.temp IS NULL AND f.database IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
					THEN pg_filenode_relation(f.tablespace, f.filenode) END,
			   CASE WHEN f.filenode IS NOT NULL THEN coalesce(f.fork, 'main') END,
			   b.first_block, coalesce(b.last_block, b.first_block),
			   a.raw_result, a.result,
			   CASE a.result
			   WHEN 'UNKNOWN' THEN 'not known before it is done'
			   WHEN 'OK' THEN 'all of it went well'
			   WHEN 'PARTIAL' THEN 'less was read than asked for: the rest is asked for again'
			   WHEN 'WARNING' THEN 'done, with a warning for its process'
			   WHEN 'ERROR' THEN 'failed: its process will report the error'
			   END,
			   a.target_desc, a.f_sync, a.f_localmem, a.f_buffered
		  FROM pg_get_aios() AS a
		  LEFT JOIN LATERAL (
				SELECT regexp_match(a.target_desc, '(?:base|global|pg_tblspc/(\d+)/[^/]+)(?:/(\d+))?/(t\d+_)?(\d+)(?:_(fsm|vm|init))?\M')
				) AS p (part) ON true
		  LEFT JOIN LATERAL (
				SELECT CASE WHEN p.part[1] IS NOT NULL THEN p.part[1]::oid
							WHEN p.part[2] IS NULL THEN 1664::oid ELSE 0::oid END,
					   coalesce(p.part[2], '0')::oid, p.part[3], p.part[4]::oid, p.part[5]
				) AS f (tablespace, database, temp, filenode, fork) ON f.filenode IS NOT NULL
		  LEFT JOIN LATERAL (
				SELECT regexp_match(a.target_desc, '^[^/0-9]*(\d+)(?:\.\.(\d+))?[^/]*(?:base|global|pg_tblspc)/')
				) AS n (part) ON true
		  LEFT JOIN LATERAL (SELECT n.part[1]::bigint, n.part[2]::bigint) AS b (first_block, last_block) ON true$q$;
END
$$;
COMMENT ON FUNCTION arch_parts.io_handles() IS
'The rows of the view arch_inspect.io_handles. Rights: pg_read_all_stats, as
for pg_aios. Source: src/backend/storage/aio/aio_funcs.c.';
REVOKE ALL ON FUNCTION arch_parts.io_handles() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.io_handles() TO pg_read_all_stats;

CREATE VIEW arch_inspect.io_handles AS
SELECT h.pid, h.io_id, h.generation, h.state, h.state_in_words, h.operation, h.off, h.length,
	   h.target, h.relation, h.fork, h.first_block, h.last_block, h.raw_result, h.result,
	   h.result_in_words, h.target_desc, h.f_sync, h.f_localmem, h.f_buffered
  FROM arch_parts.io_handles() AS h;
COMMENT ON VIEW arch_inspect.io_handles IS
'Asynchronous I/O in flight, a row a handle.
A row a handle in use, looked at without a lock (pg_aios, with the relation
and in words). An I/O lasts microseconds to milliseconds, so that most looks
find few; a query that is stopped between two rows keeps those it has begun.
Needs 18 or later; before, no rows.
Rights: pg_read_all_stats. Source: src/backend/storage/aio/README.md,
src/backend/storage/aio/aio_funcs.c.';
COMMENT ON COLUMN arch_inspect.io_handles.pid IS 'the process that asked for it';
COMMENT ON COLUMN arch_inspect.io_handles.io_id IS 'number of the handle';
COMMENT ON COLUMN arch_inspect.io_handles.generation IS 'how often the handle was used: io_id and generation name one I/O';
COMMENT ON COLUMN arch_inspect.io_handles.state IS 'PgAioHandleState without its prefix';
COMMENT ON COLUMN arch_inspect.io_handles.state_in_words IS 'what that means, by io_method';
COMMENT ON COLUMN arch_inspect.io_handles.operation IS 'read or write; null before it is told';
COMMENT ON COLUMN arch_inspect.io_handles.off IS 'where in the file, in bytes; the file is a segment of 1 GB';
COMMENT ON COLUMN arch_inspect.io_handles.length IS 'bytes asked for';
COMMENT ON COLUMN arch_inspect.io_handles.target IS 'kind of thing: smgr is a file of a relation';
COMMENT ON COLUMN arch_inspect.io_handles.relation IS 'the relation; null if it is of another database, temporary, or gone';
COMMENT ON COLUMN arch_inspect.io_handles.fork IS 'main, fsm, vm or init';
COMMENT ON COLUMN arch_inspect.io_handles.first_block IS 'first block of the fork that it is about';
COMMENT ON COLUMN arch_inspect.io_handles.last_block IS 'last one';
COMMENT ON COLUMN arch_inspect.io_handles.raw_result IS 'bytes that were done, or minus the system''s error number; null before it is done';
COMMENT ON COLUMN arch_inspect.io_handles.result IS 'UNKNOWN, OK, PARTIAL, WARNING or ERROR';
COMMENT ON COLUMN arch_inspect.io_handles.result_in_words IS 'what that means';
COMMENT ON COLUMN arch_inspect.io_handles.target_desc IS 'the server''s own description';
COMMENT ON COLUMN arch_inspect.io_handles.f_sync IS 'carried out at once by the process itself';
COMMENT ON COLUMN arch_inspect.io_handles.f_localmem IS 'into the process''s own memory, as for temporary tables';
COMMENT ON COLUMN arch_inspect.io_handles.f_buffered IS 'through the kernel''s cache';
REVOKE ALL ON arch_inspect.io_handles FROM PUBLIC;
GRANT SELECT ON arch_inspect.io_handles TO pg_read_all_stats;

CREATE VIEW arch_inspect.io_workers AS
SELECT p.pid, p.activity, p.wait_event_type, p.wait_event, p.wait_in_words, p.backend_start
  FROM arch_parts.process_scan() AS p
 WHERE p.kind = 'io worker';
COMMENT ON VIEW arch_inspect.io_workers IS
'What the workers of asynchronous I/O do.
The processes that carry out reads for others where io_method is worker: what
each does now. Needs 18 or later; before, and with another io_method, no rows.
For everybody. Source: src/backend/storage/aio/method_worker.c.';
COMMENT ON COLUMN arch_inspect.io_workers.activity IS 'in words';
COMMENT ON COLUMN arch_inspect.io_workers.wait_in_words IS 'what it waits for; null when it does not wait';
REVOKE ALL ON arch_inspect.io_workers FROM PUBLIC;
GRANT SELECT ON arch_inspect.io_workers TO PUBLIC;
