--
-- Settings: what each is, who may change it, and when that takes effect.
--
CREATE FUNCTION arch_inspect.setting_in_units(value text, unit text)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'ai_setting_in_units';
COMMENT ON FUNCTION arch_inspect.setting_in_units(text, text) IS
'A setting''s bare value with the unit that pg_settings gives for it, as SHOW writes it: (''16384'', ''8kB'') is 128MB, (''300'', ''s'') is 5min. What is no positive number, or has no unit (null), is left alone.';

CREATE VIEW arch_inspect.settings AS
SELECT s.name,
	   arch_inspect.setting_in_units(s.setting, s.unit) AS value,
	   arch_inspect.setting_in_units(s.boot_val, s.unit) AS boot_value,
	   s.source <> 'default' AND s.setting IS DISTINCT FROM s.boot_val AS changed,
	   CASE s.source
	   WHEN 'default' THEN 'built in'
	   WHEN 'environment variable' THEN 'an environment variable at the start of the server'
	   WHEN 'configuration file' THEN 'a configuration file'
	   WHEN 'command line' THEN 'the command line of the server'
	   WHEN 'global' THEN 'ALTER ROLE ALL or a default of the system'
	   WHEN 'database' THEN 'ALTER DATABASE ... SET'
	   WHEN 'user' THEN 'ALTER ROLE ... SET'
	   WHEN 'database user' THEN 'ALTER ROLE ... IN DATABASE ... SET'
	   WHEN 'client' THEN 'the client, at connecting'
	   WHEN 'override' THEN 'the server itself'
	   WHEN 'session' THEN 'SET in this session'
	   ELSE s.source END AS comes_from,
	   s.sourcefile AS file, s.sourceline AS line,
	   CASE s.context
	   WHEN 'internal' THEN 'nobody: fixed when the server was built or the cluster was made'
	   WHEN 'postmaster' THEN 'who may edit the configuration (ALTER SYSTEM, the file)'
	   WHEN 'sighup' THEN 'who may edit the configuration (ALTER SYSTEM, the file)'
	   WHEN 'superuser-backend' THEN 'a superuser or a role with GRANT SET, when connecting'
	   WHEN 'backend' THEN 'everybody, when connecting'
	   WHEN 'superuser' THEN 'a superuser or a role with GRANT SET, at any time'
	   ELSE 'everybody, at any time' END AS who_may_change,
	   CASE s.context
	   WHEN 'internal' THEN 'never'
	   WHEN 'postmaster' THEN 'at a restart of the server'
	   WHEN 'sighup' THEN 'at a reload (pg_reload_conf()), for all processes'
	   WHEN 'superuser-backend' THEN 'in new connections'
	   WHEN 'backend' THEN 'in new connections'
	   ELSE 'at once in this session by SET; at a reload where it is not set nearer' END AS takes_effect,
	   s.pending_restart, s.category, s.short_desc AS what, s.extra_desc AS more,
	   s.vartype AS type, s.enumvals AS allowed,
	   arch_inspect.setting_in_units(s.min_val, s.unit) AS minimum,
	   arch_inspect.setting_in_units(s.max_val, s.unit) AS maximum,
	   arch_inspect.setting_in_units(s.reset_val, s.unit) AS reset_value,
	   s.unit, s.context
  FROM pg_catalog.pg_settings AS s;
COMMENT ON VIEW arch_inspect.settings IS
'Every setting as pg_settings has it (guc_tables.c), with values in units that a person reads, and in words: where the value comes from, who may change it, when a change takes effect. As there, some settings appear only for members of pg_read_all_settings, and file and line are theirs alone (null for others, or where the value does not come from a file). For everybody.';
COMMENT ON COLUMN arch_inspect.settings.boot_value IS 'the value without any configuration';
COMMENT ON COLUMN arch_inspect.settings.reset_value IS 'what RESET goes back to in this session';
COMMENT ON COLUMN arch_inspect.settings.pending_restart IS 'the file has a new value that waits for a restart';

REVOKE ALL ON FUNCTION arch_inspect.setting_in_units(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.setting_in_units(text, text) TO PUBLIC;
REVOKE ALL ON arch_inspect.settings FROM PUBLIC;
GRANT SELECT ON arch_inspect.settings TO PUBLIC;
