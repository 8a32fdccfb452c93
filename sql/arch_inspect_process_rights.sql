--
-- arch_inspect: who may see what of processes, memory, settings, resources,
-- extensions, autovacuum and findings
--
CREATE ROLE regress_rights_public;
CREATE ROLE regress_rights_monitor;
CREATE ROLE regress_rights_stats;
CREATE ROLE regress_rights_settings;
GRANT pg_monitor TO regress_rights_monitor;
GRANT pg_read_all_stats TO regress_rights_stats;
GRANT pg_read_all_settings TO regress_rights_settings;
CREATE FUNCTION pg_temp.as_role(r name, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	IF r <> 'superuser' THEN EXECUTE format('SET LOCAL ROLE %I', r); END IF;
	BEGIN
		EXECUTE query INTO result;
	EXCEPTION WHEN insufficient_privilege THEN result := 'denied';
	END;
	RESET ROLE;
	RETURN result;
END $$;
CREATE TEMP TABLE regress_looks (place numeric, what text, query text);
INSERT INTO regress_looks VALUES
	(1, 'processes: kinds', 'SELECT count(DISTINCT kind) >= 6 FROM arch_inspect.processes'),
	(2, 'processes: parents', 'SELECT count(*) = 0 FROM arch_inspect.processes WHERE parent IS NULL AND kind <> ''postmaster'''),
	(3, 'processes: waits in words', 'SELECT count(wait_in_words) > 0 FROM arch_inspect.processes'),
	(4, 'processes: processor time', 'SELECT count(cpu_user) > 5 FROM arch_inspect.processes'),
	(4.1, 'processes: resident memory', 'SELECT count(resident_bytes) > 5 FROM arch_inspect.processes'),
	(4.2, 'processes: memory of another''s', 'SELECT count(private_bytes) > 5 AND count(shared_bytes) > 5 AND count(proportional_bytes) > 5 AND count(swapped_bytes) > 5 FROM arch_inspect.processes'),
	(4.3, 'processes: I/O of another''s', 'SELECT count(read_bytes) > 5 AND count(written_bytes) > 5 FROM arch_inspect.processes'),
	(4.4, 'processes: files of another''s', 'SELECT count(open_files) > 5 FROM arch_inspect.processes'),
	(5, 'processes: state of another''s backend', 'SELECT state IS NOT NULL FROM arch_inspect.processes WHERE pid = pg_backend_pid()'),
	(6, 'processes: statement of another''s backend', 'SELECT query <> ''<insufficient privilege>'' FROM arch_inspect.processes WHERE pid = pg_backend_pid()'),
	(7, 'processes: times of another''s backend', 'SELECT query_start IS NOT NULL FROM arch_inspect.processes WHERE pid = pg_backend_pid()'),
	(8, 'processes: client of another''s backend', 'SELECT client_port IS NOT NULL FROM arch_inspect.processes WHERE pid = pg_backend_pid()'),
	(9, 'client_backends', 'SELECT count(*) > 0 FROM arch_inspect.client_backends'),
	(10, 'background_processes', 'SELECT count(*) > 0 FROM arch_inspect.background_processes'),
	(11, 'process_tree()', 'SELECT count(*) > 0 FROM arch_inspect.process_tree()'),
	(12, 'process_slots', 'SELECT count(*) > 0 FROM arch_inspect.process_slots'),
	(13, 'lwlocks', 'SELECT count(*) > 0 FROM arch_inspect.lwlocks'),
	(14, 'shared_memory', 'SELECT count(*) > 0 FROM arch_inspect.shared_memory'),
	(15, 'memory_contexts', 'SELECT count(*) > 0 FROM arch_inspect.memory_contexts'),
	(16, 'memory_contexts: ident', 'SELECT count(ident) > 0 FROM arch_inspect.memory_contexts'),
	(17, 'settings', 'SELECT count(*) > 0 FROM arch_inspect.settings'),
	(18, 'settings: data_directory', 'SELECT count(*) > 0 FROM arch_inspect.settings WHERE name = ''data_directory'''),
	(19, 'settings: file', 'SELECT count(file) > 0 FROM arch_inspect.settings'),
	(20, 'resources', 'SELECT count(bytes) > 5 FROM arch_inspect.resources'),
	(21, 'extensions', 'SELECT count(*) > 0 FROM arch_inspect.extensions'),
	(22, 'extensions: preloaded', 'SELECT count(preloaded) > 0 FROM arch_inspect.extensions'),
	(23, 'extension_objects()', 'SELECT count(*) > 0 FROM arch_inspect.extension_objects(''arch_inspect'')'),
	(24, 'extension_powers', 'SELECT count(*) > 0 FROM arch_inspect.extension_powers'),
	(25, 'hooks()', 'SELECT count(*) > 0 FROM arch_inspect.hooks()'),
	(26, 'autovacuum_forecast', 'SELECT count(*) > 0 FROM arch_inspect.autovacuum_forecast'),
	(27, 'findings', 'SELECT count(*) > 0 FROM arch_inspect.findings');
SELECT l.what,
	   pg_temp.as_role('regress_rights_public', l.query) AS public,
	   pg_temp.as_role('regress_rights_settings', l.query) AS read_all_settings,
	   pg_temp.as_role('regress_rights_stats', l.query) AS read_all_stats,
	   pg_temp.as_role('regress_rights_monitor', l.query) AS monitor,
	   pg_temp.as_role('superuser', l.query) AS superuser
  FROM regress_looks AS l ORDER BY l.place;
-- a library that meets a definition of other columns says so
CREATE FUNCTION pg_temp.slots(OUT slot int, OUT class text, OUT more int) RETURNS SETOF record
LANGUAGE c AS '$libdir/arch_inspect', 'ai_process_slot_list';
SELECT * FROM pg_temp.slots();	-- fail
CREATE FUNCTION pg_temp.os(pid int, OUT os_state int, OUT cpu interval)
LANGUAGE c AS '$libdir/arch_inspect', 'ai_process_os';
SELECT pg_temp.os(pg_backend_pid());	-- fail
CREATE FUNCTION pg_temp.scan(OUT pid text) RETURNS SETOF text
LANGUAGE c AS '$libdir/arch_inspect', 'ai_process_scan';
SELECT pg_temp.scan();	-- fail
DROP ROLE regress_rights_public, regress_rights_monitor, regress_rights_stats, regress_rights_settings;
