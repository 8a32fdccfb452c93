--
-- arch_inspect: wal_settings, wal_tuning
--
CREATE ROLE regress_wal_reader;
SET ROLE regress_wal_reader;

-- all that the lesson's query finds is there, and said to be
SELECT count(*) > 0 AS found,
	   count(*) = count(w.name) FILTER (WHERE w.in_lesson) AS all_there,
	   bool_and(w.setting = s.setting AND w.unit IS NOT DISTINCT FROM s.unit
				AND w.context = s.context) AS same
  FROM pg_settings s LEFT JOIN arch_inspect.wal_settings w USING (name)
 WHERE name LIKE 'wal_%';
-- and what it misses
SELECT name, in_lesson, takes_effect
  FROM arch_inspect.wal_settings
 WHERE name IN ('max_wal_size', 'min_wal_size', 'full_page_writes',
				'synchronous_commit', 'checkpoint_timeout', 'wal_segment_size')
 ORDER BY name;
SELECT count(*) AS fsync FROM arch_inspect.wal_settings WHERE name = 'fsync';
SELECT count(*) FILTER (WHERE name = 'summarize_wal') = (current_setting('server_version_num')::int >= 170000)::int AS newer
  FROM arch_inspect.wal_settings;
-- every column says something
SELECT count(*) FILTER (WHERE takes_effect IS NULL OR short_desc IS NULL OR category IS NULL
						OR value IS NULL) AS holes
  FROM arch_inspect.wal_settings;

SELECT lesson_name, lesson_name_exists, name, unit, context
  FROM arch_inspect.wal_tuning;
SELECT why FROM arch_inspect.wal_tuning WHERE lesson_name = 'checkpoint_segments';
-- a change of this session shows
SET synchronous_commit = off;
SELECT value FROM arch_inspect.wal_tuning WHERE name = 'synchronous_commit';
RESET synchronous_commit;

RESET ROLE;
DROP ROLE regress_wal_reader;
