--
-- arch_inspect: wal_status, checkpoints
--
SELECT in_recovery, timeline > 0 AS timeline,
	   insert_lsn >= write_lsn AND write_lsn >= flush_lsn AND flush_lsn >= redo_lsn AS ordered,
	   replay_lsn IS NULL AND receive_lsn IS NULL AS no_replay,
	   checkpoint_lsn >= redo_lsn AS checkpoint,
	   checkpoint_time <= now() + interval '1 minute' AS checkpoint_time,
	   bytes_since_checkpoint = insert_lsn - redo_lsn AS since,
	   next_checkpoint_lsn > redo_lsn AND bytes_until_checkpoint >= 0 AS next,
	   bytes_per_second
  FROM arch_inspect.wal_status;
SELECT bytes_per_second >= 0 AS second_look FROM arch_inspect.wal_status;
-- file and offset as the server computes them
SELECT (w.file_name, w.file_offset) = (s.redo_file, s.redo_offset) AS redo,
	   (x.file_name, x.file_offset) = (s.flush_file, s.flush_offset) AS flush
  FROM (SELECT * FROM arch_inspect.wal_status OFFSET 0) s,
	   LATERAL pg_walfile_name_offset(s.redo_lsn) w,
	   LATERAL pg_walfile_name_offset(s.flush_lsn) x;
SELECT s.redo_lsn = c.redo_lsn AND s.checkpoint_lsn = c.checkpoint_lsn
	   AND s.checkpoint_time = c.checkpoint_time AS like_control_file
  FROM arch_inspect.wal_status s, pg_control_checkpoint() c;
SELECT segments_kept > 0 AS kept, segments_ahead >= 0 AS ahead,
	   segments_kept + segments_ahead = (SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$') AS all_files,
	   oldest_segment = (SELECT min(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$') AS oldest,
	   oldest_lsn <= redo_lsn AS oldest_lsn, archive_ready, archive_ready_lsn
  FROM arch_inspect.wal_status;
-- a slot holds WAL back, and is named
SELECT slot_name FROM pg_create_physical_replication_slot('regress_wal_slot', true);
CREATE TABLE wal_filler AS SELECT generate_series(1, 1000) AS i;
CHECKPOINT;
DROP TABLE wal_filler;
SELECT slots, slots_lsn < redo_lsn AS holds, kept_because ~ 'replication slot' AS said,
	   full_page_writes ~ '^on: ' AS fpw, wal_compression
  FROM arch_inspect.wal_status;
SELECT pg_drop_replication_slot('regress_wal_slot');

CREATE ROLE regress_wal_reader;
SET ROLE regress_wal_reader;
SELECT insert_lsn IS NOT NULL AS insert, segments_kept, oldest_segment, archive_ready
  FROM arch_inspect.wal_status;
RESET ROLE;
DROP ROLE regress_wal_reader;

-- the counters as the server's own views have them
SELECT timed >= 0 AS timed, write_time >= 0 AND sync_time >= 0 AS times,
	   buffers_bgwriter = (SELECT buffers_clean FROM pg_stat_bgwriter) AS bgwriter,
	   buffers_backends IS NOT NULL AS backends, buffers_alloc > 0 AS alloc,
	   last_lsn >= last_redo_lsn AS lsn, last_time < next_time AS time, next_lsn > last_redo_lsn AS next,
	   (performed IS NOT NULL) = (current_setting('server_version_num')::int >= 180000) AS performed_18,
	   (restartpoints_timed IS NOT NULL) = (current_setting('server_version_num')::int >= 170000) AS restartpoints_17
  FROM arch_inspect.checkpoints;
-- CHECKPOINT moves the redo pointer
SELECT last_redo_lsn AS redo_before FROM arch_inspect.checkpoints \gset
CREATE TABLE wal_filler AS SELECT generate_series(1, 1000) AS i;
CHECKPOINT;
SELECT last_redo_lsn > :'redo_before' AS moved FROM arch_inspect.checkpoints;
DROP TABLE wal_filler;
