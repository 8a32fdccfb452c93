--
-- checkpoints: one interface over pg_stat_bgwriter (until 16),
-- pg_stat_checkpointer (from 17) and pg_stat_io (from 16)
--
-- The counters are read as JSON by the names each major gives them, so that no
-- object here depends on a column that another major lacks.
--
CREATE FUNCTION arch_parts.checkpoint_counters(
	OUT timed bigint, OUT requested bigint, OUT performed bigint,
	OUT restartpoints_timed bigint, OUT restartpoints_requested bigint,
	OUT restartpoints_performed bigint,
	OUT write_time double precision, OUT sync_time double precision,
	OUT buffers_checkpointer bigint, OUT buffers_bgwriter bigint,
	OUT buffers_backends bigint, OUT slru_written bigint,
	OUT maxwritten_clean bigint, OUT buffers_alloc bigint,
	OUT stats_reset timestamptz)
RETURNS record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bgwriter	jsonb;
	checkpointer jsonb;
BEGIN
	EXECUTE 'SELECT to_jsonb(b) FROM pg_catalog.pg_stat_bgwriter b' INTO bgwriter;
	checkpointer := bgwriter;
	IF to_regclass('pg_catalog.pg_stat_checkpointer') IS NOT NULL THEN
		EXECUTE 'SELECT to_jsonb(c) FROM pg_catalog.pg_stat_checkpointer c' INTO checkpointer;
	END IF;
	timed := coalesce(checkpointer->>'num_timed', checkpointer->>'checkpoints_timed');
	requested := coalesce(checkpointer->>'num_requested', checkpointer->>'checkpoints_req');
	performed := checkpointer->>'num_done';
	restartpoints_timed := checkpointer->>'restartpoints_timed';
	restartpoints_requested := checkpointer->>'restartpoints_req';
	restartpoints_performed := checkpointer->>'restartpoints_done';
	write_time := coalesce(checkpointer->>'write_time', checkpointer->>'checkpoint_write_time');
	sync_time := coalesce(checkpointer->>'sync_time', checkpointer->>'checkpoint_sync_time');
	buffers_checkpointer := coalesce(checkpointer->>'buffers_written', checkpointer->>'buffers_checkpoint');
	slru_written := checkpointer->>'slru_written';
	stats_reset := checkpointer->>'stats_reset';
	buffers_bgwriter := bgwriter->>'buffers_clean';
	maxwritten_clean := bgwriter->>'maxwritten_clean';
	buffers_alloc := bgwriter->>'buffers_alloc';
	buffers_backends := bgwriter->>'buffers_backend';
	IF buffers_backends IS NULL THEN
		EXECUTE $q$SELECT sum(i.writes) FROM pg_catalog.pg_stat_io i
			WHERE i.object = 'relation'
			  AND i.backend_type NOT IN ('checkpointer', 'background writer')$q$
		INTO buffers_backends;
	END IF;
END
$$;

COMMENT ON FUNCTION arch_parts.checkpoint_counters() IS
'the cumulative counters behind the view checkpoints, which explains them; for
everybody; src/backend/utils/activity/pgstat_checkpointer.c';

REVOKE ALL ON FUNCTION arch_parts.checkpoint_counters() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.checkpoint_counters() TO PUBLIC;

CREATE VIEW arch_inspect.checkpoints AS
SELECT c.timed, c.requested, c.performed,
	   c.restartpoints_timed, c.restartpoints_requested, c.restartpoints_performed,
	   c.write_time, c.sync_time,
	   c.buffers_checkpointer, c.buffers_bgwriter, c.buffers_backends,
	   c.slru_written, c.maxwritten_clean, c.buffers_alloc, c.stats_reset,
	   p.checkpoint_lsn AS last_lsn,
	   p.redo_lsn AS last_redo_lsn,
	   p.redo_file AS last_redo_file,
	   p.checkpoint_time AS last_time,
	   p.checkpoint_time + current_setting('checkpoint_timeout')::interval AS next_time,
	   p.next_checkpoint_lsn AS next_lsn
  FROM arch_parts.checkpoint_counters() c,
	   arch_parts.wal_positions() p;

COMMENT ON VIEW arch_inspect.checkpoints IS
'What checkpoints have cost, and the last one.
In one row; the last one is that of the control file (which has not kept the
one before it since 11: its record is in the WAL, see wal_records); one
interface over the statistics views of all majors; the counters are cumulative
since stats_reset and lag a little; on a standby the last one is the
checkpoint of the primary at which it made its own last restartpoint, and
next_time and next_lsn are when it is due for another, which waits for the
record of such a checkpoint; for everybody;
src/backend/postmaster/checkpointer.c';
COMMENT ON COLUMN arch_inspect.checkpoints.timed IS 'checkpoints due because checkpoint_timeout had passed (from 17 on also those skipped because nothing had been written)';
COMMENT ON COLUMN arch_inspect.checkpoints.requested IS 'checkpoints requested by WAL volume, by CHECKPOINT, by a base backup, by CREATE DATABASE ...';
COMMENT ON COLUMN arch_inspect.checkpoints.performed IS 'checkpoints done; NULL before 18';
COMMENT ON COLUMN arch_inspect.checkpoints.restartpoints_timed IS 'restartpoints due on a standby because checkpoint_timeout had passed; NULL before 17';
COMMENT ON COLUMN arch_inspect.checkpoints.restartpoints_requested IS 'restartpoints requested on a standby; NULL before 17';
COMMENT ON COLUMN arch_inspect.checkpoints.restartpoints_performed IS 'restartpoints done on a standby; NULL before 17';
COMMENT ON COLUMN arch_inspect.checkpoints.write_time IS 'milliseconds spent writing, mostly waiting: the writes are spread on purpose';
COMMENT ON COLUMN arch_inspect.checkpoints.sync_time IS 'milliseconds spent in fsync';
COMMENT ON COLUMN arch_inspect.checkpoints.buffers_checkpointer IS 'buffers written by checkpoints and restartpoints';
COMMENT ON COLUMN arch_inspect.checkpoints.buffers_bgwriter IS 'buffers that the background writer cleaned ahead of need';
COMMENT ON COLUMN arch_inspect.checkpoints.buffers_backends IS 'buffers that other processes had to write themselves (pg_stat_bgwriter until 16; from 17 the writes of relations in pg_stat_io)';
COMMENT ON COLUMN arch_inspect.checkpoints.slru_written IS 'SLRU buffers written by checkpoints; NULL before 18';
COMMENT ON COLUMN arch_inspect.checkpoints.maxwritten_clean IS 'rounds the background writer stopped at bgwriter_lru_maxpages';
COMMENT ON COLUMN arch_inspect.checkpoints.buffers_alloc IS 'buffers allocated';
COMMENT ON COLUMN arch_inspect.checkpoints.stats_reset IS 'since when the checkpoints'' counters count';
COMMENT ON COLUMN arch_inspect.checkpoints.last_lsn IS 'record of the last checkpoint, written at its end';
COMMENT ON COLUMN arch_inspect.checkpoints.last_redo_lsn IS 'its redo pointer, taken at its start: where recovery would begin';
COMMENT ON COLUMN arch_inspect.checkpoints.last_redo_file IS 'the segment file of that byte';
COMMENT ON COLUMN arch_inspect.checkpoints.last_time IS 'when it began';
COMMENT ON COLUMN arch_inspect.checkpoints.next_time IS 'when checkpoint_timeout asks for the next one; it is skipped where nothing was written';
COMMENT ON COLUMN arch_inspect.checkpoints.next_lsn IS 'where the volume of WAL asks for the next one';

REVOKE ALL ON arch_inspect.checkpoints FROM PUBLIC;
GRANT SELECT ON arch_inspect.checkpoints TO PUBLIC;
