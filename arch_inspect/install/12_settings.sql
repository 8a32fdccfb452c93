--
-- Settings: what each is, who may change it, and when that takes effect.
--
CREATE FUNCTION arch_parts.setting_in_units(value text, unit text)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'ai_setting_in_units';
COMMENT ON FUNCTION arch_parts.setting_in_units(text, text) IS
'A setting''s bare value with the unit that pg_settings gives for it, as SHOW
writes it: (''16384'', ''8kB'') is 128MB, (''300'', ''s'') is 5min. What is no
positive number, or has no unit (null), is left alone.';

-- Not STRICT, and a set of one row: so the planner takes its body into the view.
CREATE FUNCTION arch_parts.setting_words(name text, context text)
RETURNS TABLE (who_may_change text, takes_effect text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 COST 10
BEGIN ATOMIC
	SELECT COALESCE(t.who, c.who), COALESCE(t.takes_effect, c.takes_effect)
	  FROM (SELECT
			CASE setting_words.context
			WHEN 'internal' THEN 'nobody: it tells what the server has found or computed'
			WHEN 'postmaster' THEN e.may_edit
			WHEN 'sighup' THEN e.may_edit
			WHEN 'superuser-backend' THEN 'a superuser or a role with GRANT SET, when connecting'
			WHEN 'backend' THEN 'everybody, when connecting'
			WHEN 'superuser' THEN 'a superuser or a role with GRANT SET, at any time'
			WHEN 'user' THEN 'everybody, at any time' END,
			CASE
			WHEN setting_words.context = 'internal' THEN 'by no setting of its own'
			WHEN setting_words.context = 'postmaster' THEN 'at a restart of the server'
			-- what only the beginning of a connection asks for
			WHEN setting_words.context = 'sighup'
				AND (setting_words.name LIKE 'ssl%' OR setting_words.name LIKE 'krb\_%'
					 OR setting_words.name IN ('authentication_timeout', 'pre_auth_delay', 'db_user_namespace', 'gss_accept_delegation', 'oauth_validator_libraries'))
			THEN 'at a reload (pg_reload_conf()), for connections made after it'
			WHEN setting_words.context = 'sighup' THEN 'at a reload (pg_reload_conf()), for all processes'
			WHEN setting_words.context IN ('superuser-backend', 'backend') THEN 'in new connections'
			WHEN setting_words.context IN ('superuser', 'user') THEN 'at once in this session by SET; at a reload where it is not set nearer' END
			FROM (SELECT CASE WHEN pg_catalog.current_setting('allow_alter_system', true) = 'off'
						 THEN 'who may edit the file, or starts the server (ALTER SYSTEM is not allowed here)'
						 ELSE 'who may edit the configuration (ALTER SYSTEM, the file)' END) AS e (may_edit)) AS c (who, takes_effect)
	  LEFT JOIN (VALUES
		('block_size', 'nobody: fixed when the server was built', 'never in this build'),
		('wal_block_size', 'nobody: fixed when the server was built', 'never in this build'),
		('segment_size', 'nobody: fixed when the server was built', 'never in this build'),
		('max_function_args', 'nobody: fixed when the server was built', 'never in this build'),
		('max_identifier_length', 'nobody: fixed when the server was built', 'never in this build'),
		('max_index_keys', 'nobody: fixed when the server was built', 'never in this build'),
		('debug_assertions', 'nobody: fixed when the server was built', 'never in this build'),
		('integer_datetimes', 'nobody: fixed when the server was built', 'never in this build'),
		('ssl_library', 'nobody: fixed when the server was built', 'never in this build'),
		('server_version', 'nobody: fixed when the server was built', 'never in this build'),
		('server_version_num', 'nobody: fixed when the server was built', 'never in this build'),
		('wal_segment_size', 'who makes the cluster (initdb), or runs pg_resetwal while the server is stopped', 'at the next start of the server'),
		('data_checksums', 'who makes the cluster (initdb), or runs pg_checksums while the server is stopped', 'at the next start of the server'),
		('data_directory_mode', 'who may change the mode of the data directory (chmod, initdb -g)', 'at the next start of the server'),
		('server_encoding', 'who makes the database (CREATE DATABASE ... ENCODING)', 'fixed for each database when it is made; another one may have another'),
		('lc_collate', 'who makes the database (CREATE DATABASE ... LC_COLLATE)', 'fixed for each database when it is made; another one may have another'),
		('lc_ctype', 'who makes the database (CREATE DATABASE ... LC_CTYPE)', 'fixed for each database when it is made; another one may have another'),
		('in_hot_standby', 'nobody: it tells the state of the server', 'by itself: on while a standby takes queries, off once it is promoted'),
		('shared_memory_size', 'nobody: the sum of what other settings ask for (shared_buffers above all)', 'computed anew at each start of the server'),
		('shared_memory_size_in_huge_pages', 'nobody: the sum of what other settings ask for (shared_buffers above all)', 'computed anew at each start of the server'),
		('num_os_semaphores', 'nobody: the sum of what other settings ask for (max_connections above all)', 'computed anew at each start of the server'),
		('huge_pages_status', 'nobody: it tells what the server got of what huge_pages asks for', 'found anew at each start of the server'),
		('config_file', 'who starts the server, on its command line only', 'at a restart of the server'),
		('data_directory', 'who starts the server, or may edit the file; not ALTER SYSTEM', 'at a restart of the server'),
		('allow_alter_system', 'who starts the server, or may edit the file; not ALTER SYSTEM', 'at a reload (pg_reload_conf()), for all processes'),
		('transaction_isolation', 'everybody, in a transaction before its first query; not in a file', 'at once, for this transaction; the next begins with default_transaction_isolation'),
		('transaction_deferrable', 'everybody, in a transaction before its first query; not in a file', 'at once, for this transaction; the next begins with default_transaction_deferrable'),
		('transaction_read_only', 'everybody, in a transaction: on at any time, off before its first query; not in a file', 'at once, for this transaction; the next begins with default_transaction_read_only'),
		('local_preload_libraries', 'everybody, when connecting', 'in new connections: SET loads nothing in a session that runs'),
		('session_preload_libraries', 'a superuser or a role with GRANT SET, when connecting', 'in new connections: SET loads nothing in a session that runs'),
		('temp_buffers', 'everybody, before the session first touches a temporary table', 'at once in this session by SET, before it first touches a temporary table; at a reload likewise, where it is not set nearer'),
		('tcp_keepalives_idle', NULL, 'at once in this session by SET where it is connected by TCP, else not at all; at a reload where it is not set nearer'),
		('tcp_keepalives_interval', NULL, 'at once in this session by SET where it is connected by TCP, else not at all; at a reload where it is not set nearer'),
		('tcp_keepalives_count', NULL, 'at once in this session by SET where it is connected by TCP, else not at all; at a reload where it is not set nearer'),
		('tcp_user_timeout', NULL, 'at once in this session by SET where it is connected by TCP, else not at all; at a reload where it is not set nearer')
	  ) AS t (name, who, takes_effect) ON t.name = setting_words.name;
END;
COMMENT ON FUNCTION arch_parts.setting_words(text, text) IS
'Who may change a setting of this name and context, and when that takes effect:
by the context of pg_settings, and where that alone does not tell, by a table
of names. For everybody.';

CREATE VIEW arch_inspect.settings AS
SELECT s.name,
	   arch_parts.setting_in_units(s.setting, s.unit) AS value,
	   arch_parts.setting_in_units(s.boot_val, s.unit) AS boot_value,
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
	   w.who_may_change, w.takes_effect,
	   s.pending_restart, s.category, s.short_desc AS what, s.extra_desc AS more,
	   s.vartype AS type, s.enumvals AS allowed,
	   arch_parts.setting_in_units(s.min_val, s.unit) AS minimum,
	   arch_parts.setting_in_units(s.max_val, s.unit) AS maximum,
	   arch_parts.setting_in_units(s.reset_val, s.unit) AS reset_value,
	   s.unit, s.context
  FROM pg_catalog.pg_settings AS s
 CROSS JOIN LATERAL arch_parts.setting_words(s.name, s.context) AS w;
COMMENT ON VIEW arch_inspect.settings IS
'Every setting: who may change it, and when it acts.
Every setting as pg_settings has it (guc_tables.c), with values in units that
a person reads, and in words: where the value comes from, who may change it,
when a change takes effect. As there, some settings appear only for members of
pg_read_all_settings, and file and line are theirs alone (null for others, or
where the value does not come from a file). For everybody.';
COMMENT ON COLUMN arch_inspect.settings.boot_value IS 'the value without any configuration';
COMMENT ON COLUMN arch_inspect.settings.reset_value IS 'what RESET goes back to in this session';
COMMENT ON COLUMN arch_inspect.settings.pending_restart IS 'the file has a new value that waits for a restart';

REVOKE ALL ON FUNCTION arch_parts.setting_in_units(text, text), arch_parts.setting_words(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.setting_in_units(text, text), arch_parts.setting_words(text, text) TO PUBLIC;
REVOKE ALL ON arch_inspect.settings FROM PUBLIC;
GRANT SELECT ON arch_inspect.settings TO PUBLIC;
