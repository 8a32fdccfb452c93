--
-- Memory: what is shared, and the contexts of one's own session.
--
CREATE VIEW arch_inspect.shared_memory AS
WITH segment AS (
	SELECT COALESCE(m.name, '(unused)') AS name, m.name IS NULL AS unused,
		   m.off, m.allocated_size AS bytes
	  FROM pg_catalog.pg_shmem_allocations AS m
)
SELECT s.name, s.bytes, pg_catalog.pg_size_pretty(s.bytes) AS size,
	   pg_catalog.round(100.0 * s.bytes / pg_catalog.sum(s.bytes) OVER (), 2) AS percent,
	   CASE
	   WHEN s.unused THEN 'set aside and not given to anybody yet'
	   WHEN s.name = '<anonymous>' THEN 'allocated without a name: hash table segments, memory of libraries'
	   WHEN s.name = 'Buffer Blocks' THEN 'shared_buffers itself: the pages'
	   WHEN s.name = 'Buffer Descriptors' THEN 'a header for each buffer: which page, pins, dirty, usage count, its lock'
	   WHEN s.name = 'Buffer IO Condition Variables' THEN 'where processes wait for a page being read or written'
	   WHEN s.name = 'Shared Buffer Lookup Table' THEN 'finds the buffer of a page'
	   WHEN s.name = 'Buffer Strategy Status' THEN 'the clock hand that looks for a buffer to reuse'
	   WHEN s.name = 'Checkpoint BufferIds' THEN 'the dirty buffers, sorted, of the checkpoint under way'
	   WHEN s.name = 'Checkpointer Data' THEN 'requests for checkpoints and for fsync'
	   WHEN s.name IN ('XLOG Ctl', 'XLOG Recovery Ctl') THEN 'WAL buffers (wal_buffers) and where insertion, write and flush stand'
	   WHEN s.name = 'Control File' THEN 'a copy of pg_control'
	   WHEN s.name IN ('LOCK hash', 'PROCLOCK hash', 'Fast Path Strong Relation Lock Data') THEN 'heavyweight locks (max_locks_per_transaction)'
	   WHEN s.name LIKE '%Predicate%' OR s.name LIKE '%SERIALIZABLE%' OR s.name LIKE 'PREDICATELOCK%' OR s.name LIKE '%SerialControl%' OR s.name LIKE 'RWConflictPool%' OR s.name LIKE 'FinishedSerializable%' OR pg_catalog.lower(s.name) LIKE 'serial%' OR s.name = 'PredXactList'
			THEN 'what SERIALIZABLE transactions read, and the conflicts between them'
	   WHEN s.name IN ('Proc Array', 'Proc Header', 'PGPROC structures', 'Fast-Path Lock Array') THEN 'a slot for each process, and which of them run a transaction'
	   WHEN s.name LIKE 'Backend%' THEN 'what pg_stat_activity shows'
	   WHEN s.name LIKE 'Shared Memory Stats%' OR s.name = 'Shared Memory Stats' THEN 'cumulative statistics'
	   WHEN s.name IN ('Xact', 'transaction', 'CLOG') THEN 'pages of pg_xact: did a transaction commit?'
	   WHEN pg_catalog.lower(s.name) LIKE 'subtrans%' THEN 'pages of pg_subtrans: the parent of a subtransaction'
	   WHEN pg_catalog.lower(s.name) LIKE 'multixact%' OR s.name = 'Shared MultiXact State' THEN 'who shares a row lock'
	   WHEN pg_catalog.lower(s.name) LIKE 'commit%ts%' OR s.name LIKE 'commit_timestamp%' OR s.name = 'CommitTs shared' THEN 'when transactions committed (track_commit_timestamp)'
	   WHEN pg_catalog.lower(s.name) LIKE 'notify%' OR s.name = 'Async Queue Control' THEN 'LISTEN and NOTIFY'
	   WHEN s.name = 'shmInvalBuffer' THEN 'messages that make other processes drop cached catalog entries'
	   WHEN s.name = 'ProcSignal' THEN 'why a process was sent a signal'
	   WHEN s.name = 'AutoVacuum Data' THEN 'what each autovacuum worker does'
	   WHEN s.name = 'Background Worker Data' THEN 'registered background workers'
	   WHEN s.name LIKE 'Wal Sender%' OR s.name LIKE 'Wal Receiver%' OR s.name LIKE 'Wal Summarizer%' THEN 'replication: where each standby stands'
	   WHEN s.name LIKE 'ReplicationSlot%' OR s.name LIKE 'ReplicationOrigin%' OR s.name LIKE 'Logical Replication%' OR s.name LIKE 'Slot Sync%' THEN 'replication slots, origins and workers'
	   WHEN s.name = 'Prepared Transaction Table' THEN 'prepared transactions (max_prepared_transactions)'
	   WHEN s.name = 'ShmemIndex' THEN 'finds all the others by name'
	   WHEN s.name LIKE 'Aio%' THEN 'asynchronous I/O (18)'
	   WHEN s.name = 'TransamVariables' THEN 'the next transaction ID and OID, and the limits against wraparound'
	   WHEN s.name IN ('Main LWLock array', 'LWLock tranches') THEN 'the lightweight locks that are not part of what they protect, and the names of their kinds'
	   WHEN s.name = 'Semaphores' THEN 'where a process sleeps until another wakes it up'
	   WHEN s.name = 'WaitLSNState' THEN 'who waits until the WAL is written, flushed or replayed up to a place (WAIT FOR)'
	   WHEN s.name = 'Logical decoding control' THEN 'whether the WAL has what logical decoding needs (effective_wal_level)'
	   WHEN s.name LIKE 'ProcStructLock%' THEN 'protects the lists of free process slots'
	   WHEN s.name = 'BTree Vacuum State' THEN 'B-tree indexes that are being vacuumed'
	   WHEN s.name = 'OldSnapshotControlData' THEN 'old_snapshot_threshold (until 16)'
	   WHEN s.name = 'XLogPrefetchStats' THEN 'statistics of prefetching in recovery'
	   WHEN s.name = 'Archiver Data' THEN 'which WAL segments to archive first'
	   WHEN s.name LIKE 'DSM%' OR s.name LIKE 'Dynamic Shared Memory%' OR s.name LIKE 'Preallocated DSM%' THEN 'dynamic shared memory, for parallel queries'
	   WHEN s.name LIKE 'WaitEventCustom%' THEN 'wait events of extensions'
	   WHEN s.name LIKE 'InjectionPoint%' THEN 'injection points, for tests of the server'
	   WHEN s.name = 'PMSignalState' THEN 'messages to the postmaster'
	   WHEN s.name = 'KnownAssignedXids' OR s.name = 'KnownAssignedXidsValid' THEN 'on a standby: transactions that run on the primary'
	   WHEN s.name = 'Sync Scan Locations List' THEN 'where big sequential scans are, so that the next can join them'
	   END AS what
  FROM segment AS s
UNION ALL
SELECT '(total)', pg_catalog.sum(s.bytes)::bigint, pg_catalog.pg_size_pretty(pg_catalog.sum(s.bytes)::bigint), 100,
	   pg_catalog.format('huge_pages = %s%s; %s pages of that kind would be needed',
		   pg_catalog.current_setting('huge_pages'),
		   COALESCE(' (in fact: ' || pg_catalog.current_setting('huge_pages_status', true) || ')', ''),
		   CASE WHEN pg_catalog.current_setting('shared_memory_size_in_huge_pages') = '-1' THEN 'an unknown number of'
				ELSE pg_catalog.current_setting('shared_memory_size_in_huge_pages') END)
  FROM segment AS s;
COMMENT ON VIEW arch_inspect.shared_memory IS
'The shared memory segment, piece by piece, in words.
The main shared memory segment piece by piece, as pg_shmem_allocations has it
(ipci.c), in words; (unused) is what is left, (total) the whole with the state
of huge pages (huge_pages_status from 17 on). what is null for pieces of other
libraries. For members of pg_read_all_stats, as that view is; others get an
error (42501).';
REVOKE ALL ON arch_inspect.shared_memory FROM PUBLIC;
GRANT SELECT ON arch_inspect.shared_memory TO pg_read_all_stats;

CREATE FUNCTION arch_parts.memory_context_list(
	OUT id integer,
	OUT parent integer,
	OUT level integer,
	OUT name text,
	OUT ident text,
	OUT type text,
	OUT total_bytes bigint,
	OUT used_bytes bigint,
	OUT free_bytes bigint,
	OUT blocks bigint,
	OUT free_chunks bigint,
	OUT subtree_bytes bigint)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 200 COST 1000
AS 'MODULE_PATHNAME', 'ai_memory_context_list';
COMMENT ON FUNCTION arch_parts.memory_context_list() IS
'The memory contexts of this session (mcxt.c). id counts them depth first and
is of this call only. ident is for members of pg_read_all_stats, null for
others or where a context has none. For everybody.';

CREATE VIEW arch_inspect.memory_contexts AS
SELECT pg_catalog.repeat('  ', c.level - 1) || c.name AS tree, c.ident, c.type, c.level,
	   c.total_bytes, c.used_bytes, c.free_bytes, c.blocks, c.free_chunks, c.subtree_bytes,
	   pg_catalog.round(100.0 * c.subtree_bytes / pg_catalog.max(c.subtree_bytes) OVER (), 1) AS percent,
	   c.name, c.id, c.parent
  FROM arch_parts.memory_context_list() AS c
 ORDER BY c.id;
COMMENT ON VIEW arch_inspect.memory_contexts IS
'The memory of this session as a tree of contexts.
The memory of this session as a tree of contexts: each row''s own bytes, and
what it weighs with all below it (subtree_bytes, percent of the whole). One
interface on all majors, where pg_backend_memory_contexts changed its columns
in 18. Another session''s contexts are only logged
(pg_log_backend_memory_contexts()). ident is for members of pg_read_all_stats.
For everybody.';

REVOKE ALL ON FUNCTION arch_parts.memory_context_list() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.memory_context_list() TO PUBLIC;
REVOKE ALL ON arch_inspect.memory_contexts FROM PUBLIC;
GRANT SELECT ON arch_inspect.memory_contexts TO PUBLIC;
