--
-- arch_inspect: settings
--
SELECT v, u, arch_parts.setting_in_units(v, u)
  FROM (VALUES ('16384', '8kB'), ('300', 's'), ('5', 'min'), ('1440', 'min'), ('90', 'min'), ('200', 'ms'),
			   ('1500', 'ms'), ('0.5', 'ms'), ('1', 'MB'), ('1024', 'MB'), ('100', 'B'), ('2048', 'B'), ('1099511627776', 'B'),
			   ('64', '16MB'), ('-1', 'kB'), ('0', 's'), ('10', 'furlongs'), ('on', 'kB'), ('', 's'),
			   ('NaN', 's'), ('Infinity', 's'), ('1e400', 's'), ('12x', 's'),
			   ('100', NULL), (NULL, 's'), (NULL, NULL)) AS t (v, u);
-- what SHOW writes
SELECT name, value, current_setting(name) FROM arch_inspect.settings
 WHERE unit IS NOT NULL AND value <> current_setting(name) AND current_setting(name) !~ '^0|^-' ORDER BY name;
CREATE ROLE regress_setting_student;
CREATE ROLE regress_setting_reader;
GRANT pg_read_all_settings TO regress_setting_reader;
SET work_mem = '12345kB';
SELECT name, value, boot_value, changed, comes_from, who_may_change, takes_effect, pending_restart,
	   category, type, minimum, reset_value
  FROM arch_inspect.settings
 WHERE name IN ('work_mem', 'shared_buffers', 'block_size', 'log_connections', 'checkpoint_timeout',
				'session_replication_role', 'ignore_system_indexes')
   AND name <> 'log_connections' ORDER BY name;
RESET work_mem;
-- as many as pg_settings has, for whoever looks; file and line for the reader of settings
SET ROLE regress_setting_student;
SELECT count(*) - (SELECT count(*) FROM pg_settings) AS more, count(file) AS files,
	   count(*) FILTER (WHERE who_may_change IS NULL OR takes_effect IS NULL OR comes_from IS NULL OR what IS NULL) AS wordless
  FROM arch_inspect.settings;
SELECT count(*) AS shown FROM arch_inspect.settings WHERE name = 'hba_file';
SET ROLE regress_setting_reader;
SELECT count(file) > 0 AS files, count(line) = count(file) AS lines FROM arch_inspect.settings;
SELECT count(*) AS shown FROM arch_inspect.settings WHERE name = 'hba_file';
RESET ROLE;
DROP ROLE regress_setting_student, regress_setting_reader;
