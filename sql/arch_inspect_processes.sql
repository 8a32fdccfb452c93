--
-- arch_inspect: processes
--
CREATE ROLE regress_process_student;
CREATE ROLE regress_process_other;
SET ROLE regress_process_student;
-- an ordinary role sees who is there and what for
SELECT backend_type, count(*) AS n, bool_and(role IS NOT NULL) AS has_role,
	   bool_and(activity IS NOT NULL) AS has_activity,
	   bool_and(backend_start <= now()) AS started
  FROM arch_inspect.background_processes
 WHERE backend_type IN ('postmaster', 'checkpointer', 'background writer', 'walwriter',
						'logical replication launcher')
 GROUP BY backend_type ORDER BY backend_type COLLATE "C";
-- the postmaster is everybody's parent and nobody's child here
SELECT count(DISTINCT parent) AS parents, bool_or(parent IS NULL) AS orphan
  FROM arch_inspect.background_processes WHERE backend_type <> 'postmaster';
SELECT parent IS DISTINCT FROM (SELECT DISTINCT parent FROM arch_inspect.background_processes
								 WHERE backend_type <> 'postmaster') AS apart
  FROM arch_inspect.background_processes WHERE backend_type = 'postmaster';
-- what waits says for what
SELECT count(*) FILTER (WHERE wait_event IS NOT NULL) > 0 AS waits,
	   bool_and(wait_in_words IS NOT NULL) FILTER (WHERE wait_event IS NOT NULL) AS all_in_words
  FROM arch_inspect.background_processes;
-- every process of pg_stat_activity is here, with the same kind (the sessions of
-- tests that ended may be leaving, between one look and the other)
RESET ROLE;
SELECT count(*) AS missing_or_different
  FROM pg_stat_activity AS a
  LEFT JOIN arch_parts.process_scan() AS p USING (pid)
 WHERE (a.datid IS NULL OR a.pid = pg_backend_pid())
   AND (p.pid IS NULL OR p.kind IS DISTINCT FROM a.backend_type
		OR (a.datid, a.datname, a.usesysid, a.usename, a.application_name, a.client_addr,
			a.client_port, a.backend_start, a.leader_pid)
		   IS DISTINCT FROM
		   (p.datid, p.datname, p.usesysid, p.usename, p.application_name, p.client_addr,
			p.client_port, p.backend_start, p.leader_pid));
-- the lesson's columns, of our own backend
SELECT usename = current_user AS us, application_name, client_addr, state,
	   query_start <= clock_timestamp() AS started, activity, query
  FROM arch_inspect.client_backends WHERE pid = pg_backend_pid();
-- another role sees that the backend is there, but neither state nor statement
SET ROLE regress_process_student;
SELECT datname IS NOT NULL AS datname, backend_start IS NOT NULL AS backend_start, state,
	   query_start, xact_start, state_change, activity, client_addr, query
  FROM arch_inspect.client_backends WHERE pid = pg_backend_pid();
-- a member of pg_read_all_stats does
RESET ROLE;
GRANT pg_read_all_stats TO regress_process_other;
SET ROLE regress_process_other;
SELECT state, activity, query_start IS NOT NULL AS query_start, xact_start IS NOT NULL AS xact_start
  FROM arch_inspect.client_backends WHERE pid = pg_backend_pid();
RESET ROLE;
-- a look does not freeze what pg_stat_activity shows in a transaction, nor its own
BEGIN READ ONLY;
SELECT count(*) > 5 AS some FROM arch_parts.process_scan();
SELECT backend_xid FROM arch_parts.process_scan() WHERE pid = pg_backend_pid();
COMMIT;
DROP ROLE regress_process_student, regress_process_other;
--
-- what the operating system adds (Linux)
--
CREATE ROLE regress_process_student;
SELECT count(*) AS incomplete FROM arch_inspect.processes
 WHERE (kind NOT IN ('starting', 'client backend', 'background worker') OR pid = pg_backend_pid())
   AND os_note IS NULL
   AND (os_state IS NULL OR cpu_user < interval '0' OR cpu_system < interval '0' OR threads < 1
		OR resident_bytes <= 0 OR private_bytes <= 0 OR shared_bytes < 0
		OR proportional_bytes <= 0 OR proportional_bytes > resident_bytes * 1.1
		OR private_bytes + shared_bytes > resident_bytes * 1.1 + 1048576
		OR swapped_bytes IS NULL OR read_bytes IS NULL OR written_bytes IS NULL OR open_files < 3);
-- what ps shows is for everybody; what the kernel keeps from other users is not
SET ROLE regress_process_student;
SELECT count(*) AS incomplete FROM arch_inspect.processes
 WHERE (kind NOT IN ('starting', 'client backend', 'background worker') OR pid = pg_backend_pid())
   AND (os_state IS NULL OR cpu_user IS NULL OR cpu_system IS NULL OR threads IS NULL OR resident_bytes IS NULL)
   AND os_note !~ 'ended';
SELECT count(private_bytes) AS private, count(shared_bytes) AS shared, count(proportional_bytes) AS proportional,
	   count(swapped_bytes) AS swapped, count(read_bytes) AS read, count(written_bytes) AS written, count(open_files) AS files
  FROM arch_inspect.processes;
SELECT kind, os_state, threads, os_note FROM arch_inspect.processes WHERE pid = pg_backend_pid();
-- a file of /proc is read only for the columns asked for
CREATE FUNCTION pg_temp.functions_scanned(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE) ' || query LOOP
		line := substring(line FROM '(?:Function Call|Output): .*(process_(?:scan|os|memory|io|open_files|os_note))\(');
		IF line IS NOT NULL THEN RETURN NEXT line; END IF;
	END LOOP;
END $$;
SELECT * FROM pg_temp.functions_scanned('SELECT pid, kind, activity FROM arch_inspect.processes');
SELECT * FROM pg_temp.functions_scanned('SELECT pid, cpu_user FROM arch_inspect.processes');
SELECT * FROM pg_temp.functions_scanned('SELECT pid, open_files FROM arch_inspect.processes');
SELECT * FROM pg_temp.functions_scanned('SELECT sum(proportional_bytes) FROM arch_inspect.processes');
-- processes of others are nobody's business
RESET ROLE;
SELECT arch_parts.process_os(1), arch_parts.process_memory(1), arch_parts.process_io(1),
	   arch_parts.process_open_files(1) AS files, arch_parts.process_os_note(1) AS note;
SELECT arch_parts.process_os(-1) IS NULL, arch_parts.process_memory(0) IS NULL,
	   arch_parts.process_io(2147483647) IS NULL, arch_parts.process_open_files(NULL) IS NULL,
	   arch_parts.process_os_note(NULL) IS NULL;
SET ROLE regress_process_student;
-- the tree: the postmaster on top, a line a process
SELECT count(*) FILTER (WHERE line LIKE 'postmaster %') AS postmaster,
	   count(*) FILTER (WHERE line LIKE '_─ checkpointer %: %') AS checkpointer,
	   count(*) FILTER (WHERE line LIKE '└─ %') AS last,
	   count(*) > 5 AS more
  FROM arch_inspect.process_tree() AS line;
-- slots: the sizes that the settings give
SELECT class, slots > 0 AS has, slots = used + free AS adds_up, setting IS NOT NULL AS setting,
	   CASE WHEN class = 'autovacuum' THEN slots > setting_value::int
			ELSE slots = setting_value::int END AS as_set
  FROM arch_inspect.process_slots ORDER BY class;
SELECT used > 0 AS ours FROM arch_inspect.process_slots WHERE class = 'client connections';
-- lightweight locks, a sample
SELECT tranche, locks, exclusive BETWEEN 0 AND locks AS exclusive, shared_holders >= 0 AS shared,
	   waiters >= 0 AS waiters, protects IS NOT NULL AS words, sampled_at IS NOT NULL AS sampled
  FROM arch_inspect.lwlocks
 WHERE tranche IN ('ProcArray', 'XidGen', 'WALWrite', 'BufferMapping', 'LockManager') ORDER BY tranche;
SELECT locks = (SELECT buffers FROM arch_parts.shared_buffers_use()) AS one_a_buffer
  FROM arch_inspect.lwlocks WHERE tranche = 'BufferContent';
DROP FUNCTION pg_temp.functions_scanned(text);
RESET ROLE;
DROP ROLE regress_process_student;
