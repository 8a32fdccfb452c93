--
-- WAL by process (from 18 on), the WAL summarizer and incremental backups
-- (from 17 on)
--
CREATE FUNCTION arch_parts.process_wal(
	of_pid integer,
	OUT wal_records bigint, OUT wal_fpi bigint, OUT wal_bytes bigint,
	OUT wal_fpi_bytes bigint, OUT wal_buffers_full bigint, OUT stats_reset timestamptz)
RETURNS record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	version		int := current_setting('server_version_num')::int;
BEGIN
	IF version >= 180000 THEN
		EXECUTE 'SELECT w.wal_records, w.wal_fpi, w.wal_bytes::bigint, '
			|| CASE WHEN version >= 190000 THEN 'w.wal_fpi_bytes::bigint' ELSE 'NULL::bigint' END
			|| ', w.wal_buffers_full, w.stats_reset FROM pg_catalog.pg_stat_get_backend_wal($1) AS w'
		INTO wal_records, wal_fpi, wal_bytes, wal_fpi_bytes, wal_buffers_full, stats_reset
		USING of_pid;
	END IF;
END
$$;
COMMENT ON FUNCTION arch_parts.process_wal(integer) IS
'Part of wal_by_process: what one process wrote to the WAL.';
REVOKE ALL ON FUNCTION arch_parts.process_wal(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.process_wal(integer) TO PUBLIC;

CREATE VIEW arch_inspect.wal_by_process AS
SELECT p.pid, p.kind, p.datname, p.usename,
	   w.wal_records, w.wal_fpi, w.wal_bytes, w.wal_fpi_bytes,
	   w.wal_bytes / NULLIF(w.wal_records, 0) AS bytes_a_record,
	   w.wal_buffers_full, w.stats_reset,
	   CASE WHEN w.wal_records > 0 THEN
			pg_catalog.format('made %s of WAL in %s %s with %s%s',
				pg_catalog.pg_size_pretty(w.wal_bytes), w.wal_records,
				CASE w.wal_records WHEN 1 THEN 'record' ELSE 'records' END,
				CASE w.wal_fpi WHEN 0 THEN 'no page image' WHEN 1 THEN 'one page image' ELSE w.wal_fpi || ' page images' END,
				CASE WHEN w.wal_buffers_full > 0 THEN pg_catalog.format('; %s times it had to write full WAL buffers itself first', w.wal_buffers_full) ELSE '' END)
			WHEN w.wal_records = 0 THEN 'made no WAL' END AS did
  FROM arch_parts.process_scan() AS p
  LEFT JOIN LATERAL arch_parts.process_wal(p.pid) AS w ON true
 WHERE p.pid IS NOT NULL;
COMMENT ON VIEW arch_inspect.wal_by_process IS
'How much WAL each process made.
Since it began (or pg_stat_reset_backend_stats). The figures are null before
18, and for processes that the server keeps none for: the checkpointer, the
background writer, the startup process, I/O workers. For everybody, as
pg_stat_get_backend_wal(). Source:
src/backend/utils/activity/pgstat_backend.c.';
COMMENT ON COLUMN arch_inspect.wal_by_process.wal_records IS 'records made';
COMMENT ON COLUMN arch_inspect.wal_by_process.wal_fpi IS 'page images among them';
COMMENT ON COLUMN arch_inspect.wal_by_process.wal_bytes IS 'bytes of all records';
COMMENT ON COLUMN arch_inspect.wal_by_process.wal_fpi_bytes IS 'bytes of the page images; null before 19';
COMMENT ON COLUMN arch_inspect.wal_by_process.bytes_a_record IS 'bytes of a record on average';
COMMENT ON COLUMN arch_inspect.wal_by_process.wal_buffers_full IS 'times that it had to write WAL itself because the WAL buffers were full';
COMMENT ON COLUMN arch_inspect.wal_by_process.stats_reset IS 'when its counters were reset; null when never';
COMMENT ON COLUMN arch_inspect.wal_by_process.did IS 'the figures in words';

CREATE FUNCTION arch_parts.summarizer_state(
	OUT enabled boolean, OUT pid integer, OUT timeline bigint,
	OUT summarized_lsn pg_lsn, OUT pending_lsn pg_lsn)
RETURNS record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('server_version_num')::int >= 170000 THEN
		EXECUTE 'SELECT current_setting(''summarize_wal'')::boolean, s.summarizer_pid, '
			'nullif(s.summarized_tli, 0), nullif(s.summarized_lsn, ''0/0''), nullif(s.pending_lsn, ''0/0'') '
			'FROM pg_catalog.pg_get_wal_summarizer_state() AS s'
		INTO enabled, pid, timeline, summarized_lsn, pending_lsn;
	END IF;
END
$$;
COMMENT ON FUNCTION arch_parts.summarizer_state() IS
'Part of wal_summarizer: pg_get_wal_summarizer_state(), which came in 17.';

CREATE FUNCTION arch_parts.wal_summaries(
	OUT timeline bigint, OUT start_lsn pg_lsn, OUT end_lsn pg_lsn)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000 ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- what a newer timeline has a summary of is not of the server's past
	IF current_setting('server_version_num')::int >= 170000 THEN
		RETURN QUERY EXECUTE
			'WITH a AS MATERIALIZED (SELECT * FROM pg_catalog.pg_available_wal_summaries()), '
			'b AS MATERIALIZED (SELECT a.tli, min(a.start_lsn) AS begins FROM a GROUP BY a.tli) '
			'SELECT a.tli, a.start_lsn, a.end_lsn FROM a '
			'WHERE NOT EXISTS (SELECT FROM b WHERE b.tli > a.tli AND b.begins < a.end_lsn) '
			'ORDER BY a.start_lsn, a.end_lsn';
	END IF;
END
$$;
COMMENT ON FUNCTION arch_parts.wal_summaries() IS
'Part of wal_summarizer and incremental_backup(): the summary files of the
server''s own past, of pg_available_wal_summaries().';
REVOKE ALL ON FUNCTION arch_parts.summarizer_state(), arch_parts.wal_summaries() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.summarizer_state(), arch_parts.wal_summaries() TO PUBLIC;

CREATE VIEW arch_inspect.wal_summarizer AS
SELECT s.enabled, s.pid, s.timeline, s.summarized_lsn, s.pending_lsn,
	   p.here - s.summarized_lsn AS behind_bytes,
	   f.summaries, f.oldest_lsn, f.newest_lsn, f.gapless_from,
	   CASE WHEN s.enabled IS NULL THEN 'there is none before PostgreSQL 17'
			WHEN NOT s.enabled THEN 'off: set summarize_wal to make incremental backups possible'
			WHEN s.pid IS NULL THEN 'on, but no summarizer runs at this moment'
			ELSE pg_catalog.format('has noted which blocks changed up to %s, %s behind the end of the WAL; a summary file ends at the redo point of a checkpoint, and what came after that is not in one yet',
				s.summarized_lsn, pg_catalog.pg_size_pretty(p.here - s.summarized_lsn)) END AS in_words,
	   CASE WHEN s.enabled IS NULL THEN NULL
			WHEN f.gapless_from IS NOT NULL AND s.enabled THEN
			pg_catalog.format('a backup that began at %s or later can be followed by an incremental one', f.gapless_from)
			WHEN s.enabled THEN 'no summary is there yet'
			ELSE 'none can be made' END AS incremental_backup
  FROM arch_parts.summarizer_state() AS s,
	   LATERAL (SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
							ELSE pg_catalog.pg_current_wal_insert_lsn() END) AS p (here),
	   LATERAL (
		SELECT pg_catalog.count(*) AS summaries,
			   pg_catalog.min(w.start_lsn) AS oldest_lsn, pg_catalog.max(w.end_lsn) AS newest_lsn,
			   pg_catalog.max(w.start_lsn) FILTER (WHERE w.begins_anew) AS gapless_from
		  FROM (SELECT v.start_lsn, v.end_lsn,
					   v.start_lsn > COALESCE(pg_catalog.max(v.end_lsn) OVER (
							ORDER BY v.start_lsn, v.end_lsn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), '0/0'::pg_lsn) AS begins_anew
				  FROM arch_parts.wal_summaries() AS v) AS w) AS f;
COMMENT ON VIEW arch_inspect.wal_summarizer IS
'How far the WAL summarizer is, for what backups.
One row: how far the WAL summarizer is and which summary files there are, for
incremental backups (pg_basebackup --incremental). All null before 17, but
in_words. For everybody, as the server''s own functions. Source:
src/backend/postmaster/walsummarizer.c.';
COMMENT ON COLUMN arch_inspect.wal_summarizer.enabled IS 'the setting summarize_wal; null before 17';
COMMENT ON COLUMN arch_inspect.wal_summarizer.pid IS 'its process';
COMMENT ON COLUMN arch_inspect.wal_summarizer.timeline IS 'the timeline it summarizes';
COMMENT ON COLUMN arch_inspect.wal_summarizer.summarized_lsn IS 'up to where summary files are written';
COMMENT ON COLUMN arch_inspect.wal_summarizer.pending_lsn IS 'up to where the WAL is read for the next one';
COMMENT ON COLUMN arch_inspect.wal_summarizer.behind_bytes IS 'WAL made (replayed) since summarized_lsn';
COMMENT ON COLUMN arch_inspect.wal_summarizer.summaries IS 'summary files of the server''s own past; 0 before 17';
COMMENT ON COLUMN arch_inspect.wal_summarizer.oldest_lsn IS 'where the first begins';
COMMENT ON COLUMN arch_inspect.wal_summarizer.newest_lsn IS 'where the last ends';
COMMENT ON COLUMN arch_inspect.wal_summarizer.gapless_from IS 'from where on nothing is missing up to newest_lsn';
COMMENT ON COLUMN arch_inspect.wal_summarizer.in_words IS 'how far it is, in words';
COMMENT ON COLUMN arch_inspect.wal_summarizer.incremental_backup IS 'after which backups an incremental one is possible; null before 17';

CREATE FUNCTION arch_inspect.incremental_backup(
	since pg_lsn,
	OUT relation regclass, OUT database oid, OUT relfilenode oid, OUT fork text,
	OUT changed_blocks bigint, OUT limit_block bigint, OUT blocks bigint,
	OUT blocks_sent bigint, OUT bytes_sent bigint, OUT why text)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	from_lsn	pg_lsn;
	to_lsn		pg_lsn;
	block_size	int := current_setting('block_size')::int;
BEGIN
	IF current_setting('server_version_num')::int < 170000 THEN
		RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
			MESSAGE = 'there are no incremental backups before PostgreSQL 17';
	END IF;
	SELECT w.gapless_from, w.newest_lsn INTO from_lsn, to_lsn FROM arch_inspect.wal_summarizer AS w;
	IF from_lsn IS NULL OR since < from_lsn OR since > to_lsn THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('the WAL from %s on is not summarized', since),
			DETAIL = CASE WHEN from_lsn IS NULL THEN 'There are no summary files.'
				ELSE format('There are summary files of the WAL from %s to %s.', from_lsn, to_lsn) END,
			HINT = CASE WHEN NOT current_setting('summarize_wal')::boolean THEN 'Set summarize_wal.'
				WHEN since > to_lsn THEN 'The next summary file is written after a checkpoint.'
				ELSE 'Make a full backup, and incremental ones after that.' END;
	END IF;
	RETURN QUERY EXECUTE $q$
		WITH changed AS MATERIALIZED (
			SELECT c.reltablespace, c.reldatabase, c.relfilenode, c.relforknumber,
				   c.relblocknumber, c.is_limit_block
			  FROM arch_parts.wal_summaries() AS s,
				   LATERAL pg_wal_summary_contents(s.timeline, s.start_lsn, s.end_lsn) AS c
			 WHERE s.end_lsn > $1
		), forks AS MATERIALIZED (
			SELECT c.reltablespace, c.reldatabase, c.relfilenode, c.relforknumber,
				   min(c.relblocknumber) FILTER (WHERE c.is_limit_block) AS limit_block,
				   count(DISTINCT c.relblocknumber) FILTER (WHERE NOT c.is_limit_block) AS changed_blocks
			  FROM changed AS c
			 GROUP BY c.reltablespace, c.reldatabase, c.relfilenode, c.relforknumber
		), named AS MATERIALIZED (
			SELECT f.*, CASE f.relforknumber WHEN 0 THEN 'main' WHEN 1 THEN 'fsm' WHEN 2 THEN 'vm' ELSE 'init' END AS fork,
				   CASE WHEN f.reldatabase IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
						THEN pg_filenode_relation(f.reltablespace, f.relfilenode)::regclass END AS relation
			  FROM forks AS f
		), sized AS (
			SELECT n.*, pg_relation_size(n.relation, n.fork) / $2 AS blocks FROM named AS n
		), sent AS (
			-- what lies beyond the end of the file now is not there to be sent
			SELECT s.relation, s.reldatabase, s.reltablespace, s.relfilenode, s.relforknumber, s.fork,
				   s.changed_blocks, s.limit_block, s.blocks,
				   CASE WHEN s.limit_block = 0 OR s.fork = 'fsm' THEN s.blocks
						WHEN s.blocks IS NOT NULL THEN count(DISTINCT c.relblocknumber) END AS needed
			  FROM sized AS s
			  LEFT JOIN changed AS c ON (c.reltablespace, c.reldatabase, c.relfilenode, c.relforknumber)
					= (s.reltablespace, s.reldatabase, s.relfilenode, s.relforknumber)
					AND NOT c.is_limit_block AND c.relblocknumber < s.blocks
			 GROUP BY s.relation, s.reldatabase, s.reltablespace, s.relfilenode, s.relforknumber, s.fork,
					s.changed_blocks, s.limit_block, s.blocks
		)
		SELECT s.relation, s.reldatabase, s.relfilenode, s.fork, s.changed_blocks, s.limit_block,
			   s.blocks,
			   CASE WHEN s.needed * 10 > s.blocks * 9 THEN s.blocks ELSE s.needed END,
			   CASE WHEN s.needed * 10 > s.blocks * 9 THEN s.blocks ELSE s.needed END * $2,
			   CASE WHEN s.relation IS NULL THEN
						CASE WHEN s.reldatabase IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
							 THEN 'no relation has this file any more, or it is not committed yet' ELSE 'of another database' END
					WHEN s.fork = 'fsm' THEN 'the free space map is not in the WAL in full, so that its file is always sent whole'
					WHEN s.limit_block = 0 THEN 'the file is new since then, or was emptied: sent whole'
					WHEN s.needed * 10 > s.blocks * 9 THEN 'more than nine tenths of it changed: sent whole'
					ELSE 'only the blocks that changed are sent' END
		  FROM sent AS s
		 ORDER BY 9 DESC NULLS LAST, s.relation::text, s.reldatabase, s.relfilenode, s.relforknumber$q$
	USING since, block_size;
END
$$;
COMMENT ON FUNCTION arch_inspect.incremental_backup(pg_lsn) IS
'What an incremental backup would send.
What an incremental backup would send of each file, if the backup before it
began at since: a row a relation and fork that changed, as far as the WAL is
summarized (a backup begins with a checkpoint and waits for the summarizer, so
it sees the rest too). Files that did not change are sent as an empty stub.
Error 55000 when the summaries do not reach back to since, 0A000 before 17,
58P01 when a summary file is removed at this moment. For everybody, as
pg_wal_summary_contents(); names, of this database. changed_blocks: blocks in
the summaries; limit_block: the shortest the file has been since then, in
blocks, because it was made or cut; null if it was not; blocks: of the fork
now; blocks_sent, bytes_sent: what would be sent of it (exact for files of one
segment; the server decides segment by segment). Source:
src/backend/backup/basebackup_incremental.c.';

REVOKE ALL ON FUNCTION arch_inspect.incremental_backup(pg_lsn) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.incremental_backup(pg_lsn) TO PUBLIC;
REVOKE ALL ON arch_inspect.wal_by_process, arch_inspect.wal_summarizer FROM PUBLIC;
GRANT SELECT ON arch_inspect.wal_by_process, arch_inspect.wal_summarizer TO PUBLIC;
