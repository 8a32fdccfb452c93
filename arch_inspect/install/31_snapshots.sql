
--
-- snapshots: what the current statement looks through, and when the isolation
-- level takes it
--

CREATE FUNCTION arch_inspect.snapshot_info(
	OUT isolation_level text, OUT taken text, OUT xmin xid8, OUT xmax xid8,
	OUT running xid8[], OUT running_subtransactions xid8[],
	OUT overflowed boolean, OUT taken_in_recovery boolean,
	OUT command_id bigint, OUT own_xid xid8, OUT nesting integer,
	OUT next_xid xid8, OUT holds_back xid8, OUT behind bigint)
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10
AS 'MODULE_PATHNAME', 'ai_snapshot_info';

COMMENT ON FUNCTION arch_inspect.snapshot_info() IS
'The snapshot of the statement that calls it.
Isolation_level, taken: the level and when it takes a snapshot. xmin: all
older transactions had ended. xmax: from it on nothing is seen. running,
running_subtransactions: those between that had not ended, without one''s own;
on a standby all of them stand in running_subtransactions. overflowed: a
transaction had more than 64 subtransactions, so that parents are looked up in
pg_subtrans and, but for a standby, no subtransaction is listed. command_id:
changes of one''s own transaction by earlier commands are seen. own_xid: NULL
until the transaction writes. nesting: 1, and 1 more for each open savepoint.
holds_back: the oldest transaction id whose leavings this session keeps VACUUM
from removing; behind: how many ids that is before next_xid. For everybody.
Makes visible: snapmgr.c, procarray.c (GetSnapshotData)';
REVOKE ALL ON FUNCTION arch_inspect.snapshot_info() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.snapshot_info() TO PUBLIC;

CREATE VIEW arch_inspect.isolation_levels AS
SELECT l.isolation_level,
	   l.isolation_level = pg_catalog.current_setting('transaction_isolation') AS is_current,
	   l.isolation_level = pg_catalog.current_setting('default_transaction_isolation') AS is_default,
	   NOT (l.isolation_level = 'serializable' AND pg_catalog.pg_is_in_recovery()) AS available,
	   l.acts_as, l.snapshot_taken, l.dirty_read, l.non_repeatable_read,
	   l.phantom_read, l.lost_update, l.read_skew, l.write_skew,
	   l.on_conflict, l.explanation
  FROM (VALUES
	('read uncommitted', 'read committed', 'at the start of each statement',
	 false, true, true, true, true, true,
	 'waits for the other transaction, then goes on with the newest version of the row',
	 'accepted and shown, but it is READ COMMITTED: a version of a transaction that did not commit is never seen'),
	('read committed', 'read committed', 'at the start of each statement',
	 false, true, true, true, true, true,
	 'waits for the other transaction, then goes on with the newest version of the row',
	 'two statements of one transaction may see different data; an UPDATE that computes in SQL (SET x = x + 1) loses nothing, one that writes back a value read before may'),
	('repeatable read', 'repeatable read', 'at the first statement, not at BEGIN',
	 false, false, false, false, false, true,
	 'ERROR 40001 when the row was changed since the snapshot: run the transaction again',
	 'all statements see one state; two transactions that read what the other writes can still contradict each other'),
	('serializable', 'serializable', 'at the first statement, not at BEGIN',
	 false, false, false, false, false, false,
	 'ERROR 40001 also when no order of the transactions one after the other explains what they read: run the transaction again',
	 'as repeatable read, and reads are tracked (SIReadLock in pg_locks); not available on a standby')
  ) AS l (isolation_level, acts_as, snapshot_taken, dirty_read, non_repeatable_read,
		  phantom_read, lost_update, read_skew, write_skew, on_conflict, explanation);

COMMENT ON VIEW arch_inspect.isolation_levels IS
'The isolation levels, and the anomalies of each.
One row each: which one the current transaction has and which is the default,
whether it is available (not SERIALIZABLE on a standby), when the snapshot is
taken, which anomalies it permits (true) or prevents (false), and what happens
on a conflict of writes. For everybody. Makes visible: snapmgr.c, xact.c,
predicate.c';
COMMENT ON COLUMN arch_inspect.isolation_levels.isolation_level IS 'the name of the level';
COMMENT ON COLUMN arch_inspect.isolation_levels.is_current IS 'the current transaction has it';
COMMENT ON COLUMN arch_inspect.isolation_levels.is_default IS 'new transactions of this session get it';
COMMENT ON COLUMN arch_inspect.isolation_levels.available IS 'it can be asked for on this server now';
COMMENT ON COLUMN arch_inspect.isolation_levels.acts_as IS 'the level that the server really uses';
COMMENT ON COLUMN arch_inspect.isolation_levels.snapshot_taken IS 'when a snapshot is taken';
COMMENT ON COLUMN arch_inspect.isolation_levels.dirty_read IS 'permits reading what was not committed';
COMMENT ON COLUMN arch_inspect.isolation_levels.non_repeatable_read IS 'permits that a row read twice differs';
COMMENT ON COLUMN arch_inspect.isolation_levels.phantom_read IS 'permits that a query run twice finds other rows';
COMMENT ON COLUMN arch_inspect.isolation_levels.lost_update IS 'permits that a write based on an earlier read overwrites another one';
COMMENT ON COLUMN arch_inspect.isolation_levels.read_skew IS 'permits that two statements see two states that never held together';
COMMENT ON COLUMN arch_inspect.isolation_levels.write_skew IS 'permits that two transactions each keep a rule that both together break';
COMMENT ON COLUMN arch_inspect.isolation_levels.on_conflict IS 'what happens when a row to be written was changed by another transaction';
COMMENT ON COLUMN arch_inspect.isolation_levels.explanation IS 'the same in a sentence';

GRANT SELECT ON arch_inspect.isolation_levels TO PUBLIC;
