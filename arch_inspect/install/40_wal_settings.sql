--
-- wal_settings, wal_tuning: the settings that decide how WAL is made and kept
--
CREATE VIEW arch_inspect.wal_settings AS
SELECT s.name,
	   s.setting,
	   s.unit,
	   current_setting(s.name) AS value,
	   s.context,
	   w.takes_effect,
	   s.name LIKE 'wal_%' AS in_lesson,
	   s.category,
	   s.short_desc,
	   s.pending_restart
  FROM pg_catalog.pg_settings s
 CROSS JOIN LATERAL arch_parts.setting_words(s.name, s.context) w
 WHERE s.name ^@ 'wal_'
	OR s.category ^@ 'Write-Ahead Log'
	OR s.name IN ('data_checksums', 'idle_replication_slot_timeout',
				  'max_replication_slots', 'max_slot_wal_keep_size',
				  'max_wal_senders', 'track_wal_io_timing')
 ORDER BY s.name;

COMMENT ON VIEW arch_inspect.wal_settings IS
'Every setting that decides how WAL is made and kept.
Written, kept, archived or replayed; made true from the query "name LIKE
''wal_%''", where _ is a wildcard and max_wal_size, min_wal_size,
full_page_writes, synchronous_commit, fsync and others are missed; for
everybody (a setting that pg_settings hides from the role would be left out);
the rows are those that the running major has (summarize_wal from 17,
idle_replication_slot_timeout from 18); src/backend/utils/misc/guc_tables.c';
COMMENT ON COLUMN arch_inspect.wal_settings.name IS 'name of the setting';
COMMENT ON COLUMN arch_inspect.wal_settings.setting IS 'value in this session, in the unit beside it';
COMMENT ON COLUMN arch_inspect.wal_settings.unit IS 'unit of setting; NULL where it has none';
COMMENT ON COLUMN arch_inspect.wal_settings.value IS 'value in this session as SHOW prints it, in a readable unit';
COMMENT ON COLUMN arch_inspect.wal_settings.context IS 'who may change it: internal, postmaster, sighup, superuser-backend, backend, superuser, user';
COMMENT ON COLUMN arch_inspect.wal_settings.takes_effect IS 'when a change takes effect, in the words of the view settings';
COMMENT ON COLUMN arch_inspect.wal_settings.in_lesson IS 'whether name LIKE ''wal_%'' finds it';
COMMENT ON COLUMN arch_inspect.wal_settings.category IS 'chapter of the server''s documentation';
COMMENT ON COLUMN arch_inspect.wal_settings.short_desc IS 'the server''s own description';
COMMENT ON COLUMN arch_inspect.wal_settings.pending_restart IS 'whether the configuration file holds another value that waits for a restart';

REVOKE ALL ON arch_inspect.wal_settings FROM PUBLIC;
GRANT SELECT ON arch_inspect.wal_settings TO PUBLIC;

CREATE VIEW arch_inspect.wal_tuning AS
SELECT t.lesson_name,
	   CASE WHEN t.lesson_name IS NULL THEN NULL
	   ELSE EXISTS (SELECT FROM pg_catalog.pg_settings g WHERE g.name = t.lesson_name)
	   END AS lesson_name_exists,
	   s.name,
	   s.setting,
	   s.unit,
	   current_setting(s.name) AS value,
	   s.context,
	   s.short_desc,
	   t.why
  FROM (VALUES
	(1, 'wal_buffers', 'wal_buffers',
	 'WAL waits here, in shared memory, until it is written; -1 takes 1/32 of shared_buffers, at most one segment'),
	(2, 'checkpoint_segments', 'max_wal_size',
	 'checkpoint_segments was removed in 9.5; max_wal_size is the volume of WAL that requests the next checkpoint (roughly 3 times checkpoint_segments of 16 MB), a soft limit'),
	(3, 'checkpoint_segments', 'min_wal_size',
	 'checkpoint_segments was removed in 9.5; below min_wal_size old segment files are recycled and not removed'),
	(4, 'checkpoint_segments', 'checkpoint_timeout',
	 'the other half of the rule that checkpoint_segments was: a checkpoint starts when this time has passed, or the volume of max_wal_size is near, whichever comes first'),
	(5, 'checkpoint_completion_target', 'checkpoint_completion_target',
	 'the share of the time between checkpoints over which one spreads its writes'),
	(6, 'wal_sync_method', 'wal_sync_method',
	 'how WAL is forced to disk; without effect when fsync is off'),
	(7, NULL, 'synchronous_commit',
	 'whether a commit waits for its WAL to reach the disk, or a standby; off may lose the last commits at a crash, never consistency'),
	(8, NULL, 'full_page_writes',
	 'the first change of a page after a checkpoint logs the whole page, against torn pages: rarer checkpoints, less WAL'),
	(9, NULL, 'wal_compression',
	 'compresses those page images: less WAL for more CPU'),
	(10, NULL, 'wal_level',
	 'how much is logged: minimal for crash recovery, replica for archiving and standbys, logical for decoding'),
	(11, NULL, 'wal_writer_delay',
	 'how often the WAL writer flushes what sessions have not flushed themselves; bounds what synchronous_commit = off may lose'),
	(12, NULL, 'commit_delay',
	 'a flush waits so long for other commits to join it, where at least commit_siblings transactions are open'),
	(13, NULL, 'fsync',
	 'off leaves it to luck whether a crash of the machine destroys the cluster: not a tuning knob'))
	AS t (ord, lesson_name, name, why)
  JOIN pg_catalog.pg_settings s ON s.name = t.name
 ORDER BY t.ord;

COMMENT ON VIEW arch_inspect.wal_tuning IS
'The settings to tune WAL by, and why.
Each name of the lesson''s query with what it is today (checkpoint_segments,
gone since 9.5, with its successors), then what the query leaves out; for
everybody; src/backend/utils/misc/guc_tables.c,
src/backend/access/transam/xlog.c';
COMMENT ON COLUMN arch_inspect.wal_tuning.lesson_name IS 'name in the lesson''s query; NULL for a setting that the query leaves out';
COMMENT ON COLUMN arch_inspect.wal_tuning.lesson_name_exists IS 'whether this server has a setting of that name; NULL where lesson_name is';
COMMENT ON COLUMN arch_inspect.wal_tuning.name IS 'the setting that does it today: the same name, or the successor';
COMMENT ON COLUMN arch_inspect.wal_tuning.setting IS 'value in this session, in the unit beside it';
COMMENT ON COLUMN arch_inspect.wal_tuning.unit IS 'unit of setting; NULL where it has none';
COMMENT ON COLUMN arch_inspect.wal_tuning.value IS 'value in this session as SHOW prints it, in a readable unit';
COMMENT ON COLUMN arch_inspect.wal_tuning.context IS 'who may change it, as pg_settings says';
COMMENT ON COLUMN arch_inspect.wal_tuning.short_desc IS 'the server''s own description';
COMMENT ON COLUMN arch_inspect.wal_tuning.why IS 'what it does, and for a name that is gone what became of it';

REVOKE ALL ON arch_inspect.wal_tuning FROM PUBLIC;
GRANT SELECT ON arch_inspect.wal_tuning TO PUBLIC;
