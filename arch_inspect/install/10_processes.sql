--
-- Processes: who is at work in this cluster.
--
CREATE FUNCTION arch_parts.process_scan(
	OUT pid integer,
	OUT parent integer,
	OUT leader_pid integer,
	OUT kind text,
	OUT role text,
	OUT activity text,
	OUT datid oid,
	OUT datname name,
	OUT usesysid oid,
	OUT usename name,
	OUT application_name text,
	OUT client_addr inet,
	OUT client_hostname text,
	OUT client_port integer,
	OUT backend_start timestamptz,
	OUT xact_start timestamptz,
	OUT query_start timestamptz,
	OUT state_change timestamptz,
	OUT wait_event_type text,
	OUT wait_event text,
	OUT wait_in_words text,
	OUT state text,
	OUT backend_xid xid,
	OUT backend_xmin xid,
	OUT query_id bigint,
	OUT query text,
	OUT slot integer,
	OUT command text)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 20 COST 1000
AS 'MODULE_PATHNAME', 'ai_process_scan';
COMMENT ON FUNCTION arch_parts.process_scan() IS
'Every process of the cluster at this moment, from the server''s shared memory
(backend_status.c, proc.h) without any lock, and the postmaster''s children
that have no entry there (Linux only): the logger, processes on their way in,
and foreign children, which are no processes of the server. The view processes
adds what the operating system knows. State, times of transaction, statement
and state, client, query_id and query are null (query: <insufficient
privilege>) for other roles'' processes unless the caller is a member of
pg_read_all_stats, as in pg_stat_activity; all else is for everybody. slot is
the number of the PGPROC. command is filled for a foreign child: its command
line for members of pg_read_all_stats, the name of its program for others.';
REVOKE ALL ON FUNCTION arch_parts.process_scan() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.process_scan() TO PUBLIC;

CREATE VIEW arch_inspect.client_backends AS
SELECT pid, usename, application_name, client_addr, state, query_start,
	   datname, activity, wait_event_type, wait_event, wait_in_words,
	   backend_start, xact_start, state_change, query
  FROM arch_parts.process_scan()
 WHERE kind = 'client backend';
COMMENT ON VIEW arch_inspect.client_backends IS
'The processes that serve a client connection.
Idle ones included. Null for another role''s backend, unless the caller is a
member of pg_read_all_stats: client_addr, state, query_start, activity,
xact_start, state_change; query then is <insufficient privilege>. client_addr
is null for a connection by Unix socket as well.';
COMMENT ON COLUMN arch_inspect.client_backends.activity IS 'the state in words; that it waits for a lock is for everybody';
COMMENT ON COLUMN arch_inspect.client_backends.wait_in_words IS 'what the process waits for: the server''s own words from PostgreSQL 17 on, the same words before; null when it does not wait';

CREATE VIEW arch_inspect.background_processes AS
SELECT pid, kind AS backend_type, backend_start, state, role, activity,
	   wait_event_type, wait_event, wait_in_words, parent, leader_pid, datname
  FROM arch_parts.process_scan()
 WHERE kind NOT IN ('client backend', 'foreign child');
COMMENT ON VIEW arch_inspect.background_processes IS
'The processes that serve no client themselves.
The postmaster, the auxiliary processes, autovacuum, the logger, background
workers, walsenders. For everybody. state is null for most of them (only
processes that run statements have one): activity and the wait tell what they
do.';
COMMENT ON COLUMN arch_inspect.background_processes.role IS 'what the process is there for';
COMMENT ON COLUMN arch_inspect.background_processes.leader_pid IS 'of a parallel worker: the backend it works for; of one that applies in parallel what a subscription sends (16 and later): the subscription''s worker';

REVOKE ALL ON arch_inspect.client_backends, arch_inspect.background_processes FROM PUBLIC;
GRANT SELECT ON arch_inspect.client_backends, arch_inspect.background_processes TO PUBLIC;

--
-- What the operating system knows of a process.  Each function reads one file
-- of /proc, so that a query pays only for the columns it names.
--
CREATE FUNCTION arch_parts.process_os(
	pid integer,
	OUT os_state text,
	OUT cpu_user interval,
	OUT cpu_system interval,
	OUT threads integer,
	OUT resident_bytes bigint)
LANGUAGE c VOLATILE STRICT PARALLEL SAFE COST 2000
AS 'MODULE_PATHNAME', 'ai_process_os';
COMMENT ON FUNCTION arch_parts.process_os(integer) IS
'State, processor time, threads and resident memory of one process of this
cluster, from /proc/PID/stat and statm. Null when it has ended, is not of this
cluster (the postmaster or a child of his), or the system has no such /proc.
For everybody, as ps is.';

CREATE FUNCTION arch_parts.process_memory(
	pid integer,
	OUT private_bytes bigint,
	OUT shared_bytes bigint,
	OUT proportional_bytes bigint,
	OUT swapped_bytes bigint)
LANGUAGE c VOLATILE STRICT PARALLEL SAFE COST 20000
AS 'MODULE_PATHNAME', 'ai_process_memory';
COMMENT ON FUNCTION arch_parts.process_memory(integer) IS
'Memory of one process of this cluster from /proc/PID/smaps_rollup: its
anonymous memory; the shared memory that it has touched (RssShmem of
/proc/PID/status, and huge pages); its proportional share of all that it has
mapped (each page divided by those who map it, so that these add up over all
processes; huge pages are in nobody''s share); what is swapped out. The kernel
walks the page tables for it. Null as in process_os(), and for a caller who is
neither a member of the process''s role nor of pg_read_all_stats; processes of
no role (auxiliary processes, the postmaster) are for the latter only.';

CREATE FUNCTION arch_parts.process_io(
	pid integer,
	OUT read_bytes bigint,
	OUT written_bytes bigint)
LANGUAGE c VOLATILE STRICT PARALLEL SAFE COST 1500
AS 'MODULE_PATHNAME', 'ai_process_io';
COMMENT ON FUNCTION arch_parts.process_io(integer) IS
'Bytes that one process of this cluster made the kernel fetch from and send to
storage since it began, from /proc/PID/io; what came from the kernel''s cache
is not counted. Null as in process_memory().';

CREATE FUNCTION arch_parts.process_open_files(pid integer)
RETURNS integer
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 3000
AS 'MODULE_PATHNAME', 'ai_process_open_files';
COMMENT ON FUNCTION arch_parts.process_open_files(integer) IS
'The file descriptors that one process of this cluster has in use, from
/proc/PID/fd. Null as in process_memory().';

CREATE FUNCTION arch_parts.process_os_note(pid integer)
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 25000
AS 'MODULE_PATHNAME', 'ai_process_os_note';
COMMENT ON FUNCTION arch_parts.process_os_note(integer) IS
'Why what the operating system should tell of a process is null: no /proc,
denied by the system, not for the caller to see, or the process has ended.
Null when nothing is missing.';

-- An aggregate over the one row of each function tells the planner that it
-- is one row; so it drops the join where no column of it is asked for.  For
-- the same end the functions in the list of columns are STABLE: a volatile one
-- would be called for each row of the view, asked for or not.
CREATE VIEW arch_inspect.processes AS
SELECT p.pid, p.parent, p.kind, p.role, p.activity, p.state_change AS since,
	   p.wait_event_type, p.wait_event, p.wait_in_words,
	   p.datname, p.usename, p.application_name, p.client_addr, p.client_port,
	   p.backend_start, p.xact_start, p.query_start, p.state,
	   p.backend_xid, p.backend_xmin, p.leader_pid, p.query_id, p.query,
	   p.command, os.os_state, os.cpu_user, os.cpu_system, os.threads, os.resident_bytes,
	   memory.private_bytes, memory.shared_bytes, memory.proportional_bytes,
	   memory.swapped_bytes, io.read_bytes, io.written_bytes,
	   arch_parts.process_open_files(p.pid) AS open_files,
	   arch_parts.process_os_note(p.pid) AS os_note
  FROM arch_parts.process_scan() AS p
  LEFT JOIN LATERAL (
		SELECT pg_catalog.max(f.os_state) AS os_state,
			   pg_catalog.max(f.cpu_user) AS cpu_user,
			   pg_catalog.max(f.cpu_system) AS cpu_system,
			   pg_catalog.max(f.threads) AS threads,
			   pg_catalog.max(f.resident_bytes) AS resident_bytes
		  FROM arch_parts.process_os(p.pid) AS f) AS os ON true
  LEFT JOIN LATERAL (
		SELECT pg_catalog.max(f.private_bytes) AS private_bytes,
			   pg_catalog.max(f.shared_bytes) AS shared_bytes,
			   pg_catalog.max(f.proportional_bytes) AS proportional_bytes,
			   pg_catalog.max(f.swapped_bytes) AS swapped_bytes
		  FROM arch_parts.process_memory(p.pid) AS f) AS memory ON true
  LEFT JOIN LATERAL (
		SELECT pg_catalog.max(f.read_bytes) AS read_bytes,
			   pg_catalog.max(f.written_bytes) AS written_bytes
		  FROM arch_parts.process_io(p.pid) AS f) AS io ON true;
COMMENT ON VIEW arch_inspect.processes IS
'Every process of the cluster: what it does and uses.
Every process of the cluster: the postmaster, its auxiliary processes, the
logger, workers, walsenders and client backends; what each is there for, what
it does, waits for and uses. A child of the postmaster that is no process of
the server (kind: foreign child) is shown as such, with its command. For
everybody; what pg_stat_activity masks from an ordinary role (state,
statement, times, client) is masked alike, and so are private_bytes,
shared_bytes, proportional_bytes, swapped_bytes, read_bytes, written_bytes and
open_files, which the kernel keeps from other users: they are for members of
the process''s role and of pg_read_all_stats. os_state, cpu_user, cpu_system,
threads and resident_bytes are for everybody, as ps is. The columns from
os_state on come from /proc of Linux and cost one file each, read only when
named; where they are null, os_note says why (the process may have ended a
moment before). Shows the present moment, also within a transaction. Makes
visible: postmaster.c, proc.c, backend_status.c, wait_event.c.';
COMMENT ON COLUMN arch_inspect.processes.since IS 'since when it is in this state; null for processes without one';
COMMENT ON COLUMN arch_inspect.processes.resident_bytes IS 'memory it has mapped and touched, shared memory included';
COMMENT ON COLUMN arch_inspect.processes.command IS 'of a foreign child: its command line for members of pg_read_all_stats, the name of its program for others';
COMMENT ON COLUMN arch_inspect.processes.private_bytes IS 'its anonymous memory: heap, stack, changed data of libraries; no shared memory. What it has in common with the postmaster since the fork, until either writes to it, is counted for both: so these do not add up';
COMMENT ON COLUMN arch_inspect.processes.shared_bytes IS 'the shared memory of the server (buffers, locks, dynamic segments) that it has touched since it began; counted again for each process that touched it';
COMMENT ON COLUMN arch_inspect.processes.proportional_bytes IS 'its share of all memory it has mapped, each page divided by those who map it: these add up to what the processes of the cluster use together (huge pages, which the kernel counts for no process, come on top)';
COMMENT ON COLUMN arch_inspect.processes.os_note IS 'why a column from os_state on is null; null when nothing is missing';

CREATE FUNCTION arch_inspect.process_tree()
RETURNS SETOF text
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 20 COST 2000
BEGIN ATOMIC
	WITH scan AS MATERIALIZED (
		SELECT p.*,
			   CASE WHEN p.kind = 'postmaster' THEN NULL
					WHEN l.pid IS NOT NULL THEN l.pid
					ELSE p.parent END AS above,
			   CASE p.kind WHEN 'client backend' THEN 3 WHEN 'starting' THEN 4
						   WHEN 'walsender' THEN 2 WHEN 'foreign child' THEN 5 ELSE 1 END AS rank
		  FROM arch_parts.process_scan() AS p
		  LEFT JOIN arch_parts.process_scan() AS l ON l.pid = p.leader_pid
	), placed AS MATERIALIZED (
		SELECT s.*,
			   pg_catalog.row_number() OVER (PARTITION BY s.above ORDER BY s.rank, s.kind, s.backend_start, s.pid) AS place,
			   pg_catalog.count(*) OVER (PARTITION BY s.above) AS siblings,
			   (SELECT pg_catalog.count(*) FROM scan AS c WHERE c.above = s.pid AND s.kind <> 'postmaster') AS children
		  FROM scan AS s
	)
	SELECT CASE
		   WHEN p.kind = 'postmaster' THEN ''
		   WHEN p.above = p.parent THEN
				CASE WHEN p.place = p.siblings THEN '└─ ' ELSE '├─ ' END
		   ELSE (CASE WHEN l.place = l.siblings THEN '   ' ELSE '│  ' END)
				|| (CASE WHEN p.place = p.siblings THEN '└─ ' ELSE '├─ ' END)
		   END
		   || p.kind || ' ' || p.pid
		   || COALESCE(' ' || p.usename, '') || COALESCE('@' || p.datname, '')
		   || COALESCE(': ' || p.activity, ': ' || p.command, '')
		   || COALESCE(' [' || p.wait_event_type || '/' || p.wait_event || ']', '')
	  FROM placed AS p
	  LEFT JOIN placed AS l ON l.pid = p.above AND l.kind <> 'postmaster'
	 ORDER BY p.kind <> 'postmaster', COALESCE(l.place, p.place), l.pid IS NOT NULL, p.place;
END;
COMMENT ON FUNCTION arch_inspect.process_tree() IS
'The processes as a tree, a line each.
Kind, pid, user@database, what it does, [what it waits for]. Parallel workers
stand below the backend they work for, though the postmaster is the parent of
all. For everybody; masked as in processes.';

CREATE FUNCTION arch_parts.process_slot_list(OUT slot integer, OUT class text)
RETURNS SETOF record
LANGUAGE c STABLE STRICT PARALLEL SAFE ROWS 150 COST 100
AS 'MODULE_PATHNAME', 'ai_process_slot_list';
COMMENT ON FUNCTION arch_parts.process_slot_list() IS
'Every slot for a process (PGPROC, proc.c) and the kind of process it is set
aside for. For everybody.';

CREATE VIEW arch_inspect.process_slots AS
SELECT c.class,
	   pg_catalog.count(*) AS slots,
	   pg_catalog.count(p.slot) AS used,
	   pg_catalog.count(*) - pg_catalog.count(p.slot) AS free,
	   s.setting,
	   pg_catalog.current_setting(s.setting) AS setting_value,
	   CASE c.class
	   WHEN 'client connections' THEN
			pg_catalog.format('of these %s are kept for superusers (superuser_reserved_connections) and %s for pg_use_reserved_connections (reserved_connections, from 16 on)',
				pg_catalog.current_setting('superuser_reserved_connections'),
				COALESCE(pg_catalog.current_setting('reserved_connections', true), '0'))
	   WHEN 'autovacuum' THEN
			'the workers, the launcher, and from 17 on the slot sync worker'
	   WHEN 'background workers' THEN
			'parallel workers, logical replication and what extensions register'
	   WHEN 'walsenders' THEN 'standbys, base backups and subscribers; they take no connection slot'
	   ELSE 'one each of checkpointer, background writer, walwriter, archiver, startup, walreceiver (they share); WAL summarizer from 17, I/O workers from 18'
	   END AS note
  FROM arch_parts.process_slot_list() AS c
  LEFT JOIN (SELECT x.slot FROM arch_parts.process_scan() AS x WHERE x.slot IS NOT NULL) AS p
		 ON p.slot = c.slot
  LEFT JOIN LATERAL (
		SELECT CASE c.class
			   WHEN 'client connections' THEN 'max_connections'
			   WHEN 'autovacuum' THEN
					CASE WHEN pg_catalog.current_setting('autovacuum_worker_slots', true) IS NULL
						 THEN 'autovacuum_max_workers' ELSE 'autovacuum_worker_slots' END
			   WHEN 'background workers' THEN 'max_worker_processes'
			   WHEN 'walsenders' THEN 'max_wal_senders' END) AS s (setting) ON true
 GROUP BY c.class, s.setting
 ORDER BY c.class;
COMMENT ON VIEW arch_inspect.process_slots IS
'The slots for processes by class, used and free.
The slots for processes by class: how many there are, used and free, and the
setting that makes them (null: fixed in the source). A full class refuses the
next process: connections fail with 53300. For everybody.';

CREATE FUNCTION arch_parts.lwlock_sample(
	OUT tranche text,
	OUT locks bigint,
	OUT exclusive bigint,
	OUT shared_holders bigint,
	OUT waiters bigint,
	OUT protects text)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 70 COST 10000
AS 'MODULE_PATHNAME', 'ai_lwlock_sample';
COMMENT ON FUNCTION arch_parts.lwlock_sample() IS
'The lightweight locks that can be reached (those of the main array, of buffers
and of processes), summed up by tranche, each looked at once without holding
anything up (lwlock.c). For everybody.';

CREATE VIEW arch_inspect.lwlocks AS
SELECT tranche, locks, exclusive, shared_holders, waiters, protects,
	   pg_catalog.clock_timestamp() AS sampled_at
  FROM arch_parts.lwlock_sample()
 ORDER BY waiters DESC, exclusive DESC, shared_holders DESC, tranche;
COMMENT ON VIEW arch_inspect.lwlocks IS
'Who holds lightweight locks now: a sample.
By tranche. They are held for microseconds, so that most looks find none; look
often and count. The locks of WAL insertion and of dynamic shared memory are
out of reach, but their waiters are counted. For everybody.';
COMMENT ON COLUMN arch_inspect.lwlocks.locks IS 'how many locks of this tranche were looked at';
COMMENT ON COLUMN arch_inspect.lwlocks.exclusive IS 'locks that were held exclusively at that moment';
COMMENT ON COLUMN arch_inspect.lwlocks.shared_holders IS 'shared holders of all of them together';
COMMENT ON COLUMN arch_inspect.lwlocks.waiters IS 'processes that wait for one of them';
COMMENT ON COLUMN arch_inspect.lwlocks.protects IS 'what it means to wait for it; null where the server has no words';

REVOKE ALL ON FUNCTION arch_parts.process_os(integer), arch_parts.process_memory(integer),
	arch_parts.process_io(integer), arch_parts.process_open_files(integer),
	arch_parts.process_os_note(integer), arch_inspect.process_tree(),
	arch_parts.process_slot_list(), arch_parts.lwlock_sample() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.process_os(integer), arch_parts.process_memory(integer),
	arch_parts.process_io(integer), arch_parts.process_open_files(integer),
	arch_parts.process_os_note(integer), arch_inspect.process_tree(),
	arch_parts.process_slot_list(), arch_parts.lwlock_sample() TO PUBLIC;
REVOKE ALL ON arch_inspect.processes, arch_inspect.process_slots, arch_inspect.lwlocks FROM PUBLIC;
GRANT SELECT ON arch_inspect.processes, arch_inspect.process_slots, arch_inspect.lwlocks TO PUBLIC;
