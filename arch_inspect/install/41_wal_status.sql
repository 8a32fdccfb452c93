--
-- wal_status (src/wal/wal_status.c)
--
CREATE FUNCTION arch_parts.wal_positions(
	OUT in_recovery boolean, OUT timeline bigint,
	OUT insert_lsn pg_lsn, OUT insert_file text, OUT insert_offset integer,
	OUT write_lsn pg_lsn, OUT write_file text, OUT write_offset integer,
	OUT flush_lsn pg_lsn, OUT flush_file text, OUT flush_offset integer,
	OUT receive_lsn pg_lsn,
	OUT replay_lsn pg_lsn, OUT replay_file text, OUT replay_offset integer,
	OUT redo_lsn pg_lsn, OUT redo_file text, OUT redo_offset integer,
	OUT checkpoint_lsn pg_lsn, OUT checkpoint_time timestamptz,
	OUT next_checkpoint_lsn pg_lsn,
	OUT bytes_since_look bigint, OUT seconds_since_look double precision,
	OUT summarized_lsn pg_lsn)
RETURNS record
AS 'MODULE_PATHNAME', 'ai_wal_status'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 100;

COMMENT ON FUNCTION arch_parts.wal_positions() IS
'the positions of the WAL behind the view wal_status, which explains them;
volatile: it remembers the look, for the rate; for everybody;
src/backend/access/transam/xlog.c';

REVOKE ALL ON FUNCTION arch_parts.wal_positions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.wal_positions() TO PUBLIC;

CREATE FUNCTION arch_parts.wal_segments(
	OUT segments_kept bigint, OUT segments_ahead bigint,
	OUT oldest_segment text, OUT oldest_lsn pg_lsn,
	OUT archive_ready bigint, OUT archive_ready_lsn pg_lsn)
RETURNS record
AS 'MODULE_PATHNAME', 'ai_wal_segments'
LANGUAGE C VOLATILE STRICT PARALLEL SAFE COST 10000;

COMMENT ON FUNCTION arch_parts.wal_segments() IS
'the segment files in pg_wal by their names: how many are kept, how many lie
ahead (recycled, waiting to be written), the oldest, and what waits for the
archiver; NULL for a role outside pg_monitor;
src/backend/access/transam/xlog.c';

REVOKE ALL ON FUNCTION arch_parts.wal_segments() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.wal_segments() TO PUBLIC;

CREATE VIEW arch_inspect.wal_status AS
WITH p AS MATERIALIZED (SELECT * FROM arch_parts.wal_positions()),
	 s AS MATERIALIZED (SELECT * FROM arch_parts.wal_segments()),
	 slot AS (SELECT count(*) AS slots, min(r.restart_lsn) AS lsn,
					 (array_agg(r.slot_name ORDER BY r.restart_lsn))[1] AS name,
					 array_agg(r.restart_lsn) AS lsns
				FROM pg_catalog.pg_replication_slots r),
	 keep AS (SELECT p.*, s.*, slot.slots, slot.lsn AS slots_lsn, slot.name AS slot_name,
					 (SELECT count(*) FROM unnest(slot.lsns) AS x (lsn) WHERE x.lsn < p.redo_lsn) AS slots_holding,
					 pg_size_bytes(current_setting('wal_segment_size')) AS segment_size,
					 pg_size_bytes(current_setting('wal_keep_size')) AS wal_keep_size,
					 coalesce(p.insert_lsn, p.replay_lsn) AS now_lsn
				FROM p, s, slot)
SELECT k.in_recovery, k.timeline,
	   k.insert_lsn, k.insert_file, k.insert_offset,
	   k.write_lsn, k.write_file, k.write_offset,
	   k.flush_lsn, k.flush_file, k.flush_offset,
	   k.receive_lsn, k.replay_lsn, k.replay_file, k.replay_offset,
	   k.redo_lsn, k.redo_file, k.redo_offset,
	   k.checkpoint_lsn, k.checkpoint_time,
	   k.now_lsn - k.redo_lsn AS bytes_since_checkpoint,
	   k.next_checkpoint_lsn,
	   greatest(k.next_checkpoint_lsn - k.now_lsn, 0) AS bytes_until_checkpoint,
	   k.bytes_since_look / nullif(k.seconds_since_look, 0) AS bytes_per_second,
	   k.segment_size, k.segments_kept, k.segments_ahead,
	   k.oldest_segment, k.oldest_lsn,
	   k.slots, k.slots_lsn, k.wal_keep_size,
	   k.archive_ready, k.archive_ready_lsn, k.summarized_lsn,
	   'needed from ' || k.redo_lsn || ' for crash recovery'
	   || CASE WHEN k.slots_lsn < k.redo_lsn
		  THEN '; held from ' || k.slots_lsn || ' by the replication slot ' || k.slot_name
			   || CASE k.slots_holding WHEN 1 THEN '' WHEN 2 THEN ' (another holds less)'
				  ELSE format(' (%s more hold less)', k.slots_holding - 1) END
		  ELSE '' END
	   || CASE WHEN k.wal_keep_size > 0
		  THEN '; the last ' || current_setting('wal_keep_size') || ' by wal_keep_size' ELSE '' END
	   || CASE WHEN k.archive_ready_lsn < k.redo_lsn
		  THEN '; held from ' || k.archive_ready_lsn || ' until it is archived'
			   || CASE WHEN current_setting('archive_command') = '' AND current_setting('archive_library') = ''
				  THEN ', for which neither archive_command nor archive_library is set' ELSE '' END
		  ELSE '' END
	   || CASE WHEN k.summarized_lsn < k.redo_lsn
		  THEN '; held from ' || k.summarized_lsn || ' until it is summarized (summarize_wal)' ELSE '' END
	   || CASE WHEN k.oldest_lsn + k.segment_size::numeric <= least(k.redo_lsn, k.slots_lsn, k.archive_ready_lsn, k.summarized_lsn)
				AND k.now_lsn - k.oldest_lsn > k.wal_keep_size + k.segment_size
		  THEN '; what is older waits for the next checkpoint to remove or recycle it' ELSE '' END
	   || CASE WHEN k.segments_kept IS NULL AND current_setting('archive_mode') <> 'off'
		  THEN '; whether any waits for the archiver is for pg_monitor to see' ELSE '' END
	   AS kept_because,
	   CASE WHEN k.in_recovery
	   THEN current_setting('full_page_writes') || ': for the time after a promotion, no WAL is made in recovery'
	   WHEN current_setting('full_page_writes')::boolean
	   THEN 'on: the first change of a page after ' || k.redo_lsn || ' logs the whole page'
	   ELSE 'off: a page torn by a crash cannot be repaired from the WAL'
	   END AS full_page_writes,
	   CASE WHEN k.in_recovery
	   THEN current_setting('wal_compression') || ': for the time after a promotion, no WAL is made in recovery'
	   WHEN current_setting('wal_compression') = 'off'
	   THEN 'off: page images are logged without their hole, not compressed'
	   ELSE current_setting('wal_compression') || ': the session that logs a page image compresses it'
	   END AS wal_compression
  FROM keep k;

COMMENT ON VIEW arch_inspect.wal_status IS
'Where the WAL stands, in one row.
For everybody, but what lies in pg_wal (segments, archive) is NULL outside
pg_monitor, as with pg_ls_waldir(); works on a standby, where the replayed
position counts; src/backend/access/transam/xlog.c';
COMMENT ON COLUMN arch_inspect.wal_status.in_recovery IS 'whether this server replays WAL and makes none';
COMMENT ON COLUMN arch_inspect.wal_status.timeline IS 'timeline being written, or replayed';
COMMENT ON COLUMN arch_inspect.wal_status.insert_lsn IS 'end of what is inserted in the WAL buffers; NULL in recovery';
COMMENT ON COLUMN arch_inspect.wal_status.insert_file IS 'name of the segment file in which the byte at insert_lsn lies';
COMMENT ON COLUMN arch_inspect.wal_status.insert_offset IS 'its offset there, in bytes';
COMMENT ON COLUMN arch_inspect.wal_status.write_lsn IS 'end of what is written to the operating system; NULL in recovery';
COMMENT ON COLUMN arch_inspect.wal_status.write_file IS 'name of the segment file in which the byte at write_lsn lies';
COMMENT ON COLUMN arch_inspect.wal_status.write_offset IS 'its offset there, in bytes';
COMMENT ON COLUMN arch_inspect.wal_status.flush_lsn IS 'end of what is safe on disk, and may be read; NULL in recovery';
COMMENT ON COLUMN arch_inspect.wal_status.flush_file IS 'name of the segment file in which the byte at flush_lsn lies';
COMMENT ON COLUMN arch_inspect.wal_status.flush_offset IS 'its offset there, in bytes';
COMMENT ON COLUMN arch_inspect.wal_status.receive_lsn IS 'end of what the WAL receiver has flushed; NULL outside recovery, or without a receiver';
COMMENT ON COLUMN arch_inspect.wal_status.replay_lsn IS 'end of what is replayed; NULL outside recovery';
COMMENT ON COLUMN arch_inspect.wal_status.replay_file IS 'name of the segment file in which the byte at replay_lsn lies';
COMMENT ON COLUMN arch_inspect.wal_status.replay_offset IS 'its offset there, in bytes';
COMMENT ON COLUMN arch_inspect.wal_status.redo_lsn IS 'where recovery would start: the redo pointer of the last checkpoint in the control file';
COMMENT ON COLUMN arch_inspect.wal_status.redo_file IS 'name of the segment file in which the byte at redo_lsn lies';
COMMENT ON COLUMN arch_inspect.wal_status.redo_offset IS 'its offset there, in bytes';
COMMENT ON COLUMN arch_inspect.wal_status.checkpoint_lsn IS 'the checkpoint''s own record, written at its end';
COMMENT ON COLUMN arch_inspect.wal_status.checkpoint_time IS 'when that checkpoint began';
COMMENT ON COLUMN arch_inspect.wal_status.bytes_since_checkpoint IS 'WAL made (replayed) since redo_lsn: what a crash now would have to replay';
COMMENT ON COLUMN arch_inspect.wal_status.next_checkpoint_lsn IS 'where the volume of WAL requests a checkpoint, by max_wal_size and checkpoint_completion_target; time may do so earlier';
COMMENT ON COLUMN arch_inspect.wal_status.bytes_until_checkpoint IS 'distance to it; 0 where it is passed';
COMMENT ON COLUMN arch_inspect.wal_status.bytes_per_second IS 'WAL made (replayed) a second since this session last looked; NULL at the first look';
COMMENT ON COLUMN arch_inspect.wal_status.segment_size IS 'bytes of a segment file';
COMMENT ON COLUMN arch_inspect.wal_status.segments_kept IS 'segment files up to the present one, of all timelines; NULL outside pg_monitor';
COMMENT ON COLUMN arch_inspect.wal_status.segments_ahead IS 'segment files recycled, or made ahead, that wait to be written; NULL outside pg_monitor';
COMMENT ON COLUMN arch_inspect.wal_status.oldest_segment IS 'name of the oldest segment file; NULL outside pg_monitor';
COMMENT ON COLUMN arch_inspect.wal_status.oldest_lsn IS 'its first byte; NULL outside pg_monitor';
COMMENT ON COLUMN arch_inspect.wal_status.slots IS 'replication slots of the cluster';
COMMENT ON COLUMN arch_inspect.wal_status.slots_lsn IS 'the oldest WAL that a slot holds; NULL where none holds any';
COMMENT ON COLUMN arch_inspect.wal_status.wal_keep_size IS 'bytes kept for standbys without a slot';
COMMENT ON COLUMN arch_inspect.wal_status.archive_ready IS 'files that wait for the archiver; NULL outside pg_monitor';
COMMENT ON COLUMN arch_inspect.wal_status.archive_ready_lsn IS 'first byte of the oldest of them; NULL where there is none, or outside pg_monitor';
COMMENT ON COLUMN arch_inspect.wal_status.summarized_lsn IS 'up to where the WAL summarizer has come, for incremental backups; NULL where summarize_wal is off, and before 17';
COMMENT ON COLUMN arch_inspect.wal_status.kept_because IS 'who needs the old segments, in words; of replication slots the one that holds most is named';
COMMENT ON COLUMN arch_inspect.wal_status.full_page_writes IS 'what the setting does now, in words';
COMMENT ON COLUMN arch_inspect.wal_status.wal_compression IS 'what the setting does now in this session, in words';

REVOKE ALL ON arch_inspect.wal_status FROM PUBLIC;
GRANT SELECT ON arch_inspect.wal_status TO PUBLIC;
