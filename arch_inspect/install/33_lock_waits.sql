
--
-- lock_waits: who waits for whom
--

CREATE FUNCTION arch_parts.lock_waits(
	OUT path integer[], OUT pid integer, OUT xid xid, OUT locktype text,
	OUT lock text, OUT mode text, OUT queue_position integer,
	OUT waiting_since timestamptz, OUT blocked_by integer[],
	OUT blocker_xids xid[], OUT queued_behind integer[], OUT for_row text,
	OUT deadlock text, OUT other_pins integer, OUT may_block integer[])
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 1000 ROWS 10
AS 'MODULE_PATHNAME', 'ai_lock_waits';

COMMENT ON FUNCTION arch_parts.lock_waits() IS
'part of arch_inspect.lock_waits: waiting processes and the roots they wait
for, all at one moment';
REVOKE ALL ON FUNCTION arch_parts.lock_waits() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.lock_waits() TO PUBLIC;

CREATE VIEW arch_inspect.lock_waits AS
SELECT w.path, pg_catalog.cardinality(w.path) - 1 AS depth,
	   w.path[1] AS root, w.pid,
	   CASE WHEN w.pid = 0 THEN p.gid END AS gid,
	   w.xid,
	   w.locktype, w.lock, w.mode, w.for_row, w.queue_position,
	   w.blocked_by, w.queued_behind, w.may_block AS may_be_blocked_by, w.other_pins,
	   b.who AS blockers, c.who AS may_block, s.waiting_since,
	   pg_catalog.clock_timestamp() - s.waiting_since AS waiting,
	   w.deadlock,
	   pg_catalog.repeat('  ', pg_catalog.cardinality(w.path) - 1) ||
	   CASE WHEN w.pid = 0 THEN COALESCE('prepared transaction ' || COALESCE(p.gid, w.xid::text), 'a prepared transaction')
			ELSE 'process ' || w.pid END ||
	   CASE WHEN w.locktype IS NULL AND w.xid IS NULL THEN ' waits for nobody'
			WHEN w.locktype IS NULL THEN ' (transaction ' || w.xid || ') waits for nobody'
			WHEN w.locktype = 'safe snapshot' THEN ' waits for a safe snapshot, until nothing serializable runs in ' || b.who
			WHEN w.locktype = 'buffer pin' THEN ' waits until nobody else has ' || w.lock || ' pinned' ||
				COALESCE(', as ' || CASE w.other_pins WHEN 1 THEN '1 other process has' ELSE w.other_pins || ' others have' END, '') ||
				CASE WHEN pg_catalog.cardinality(w.may_block) = 0 THEN '; nobody who has a lock on it has a snapshot now'
					 ELSE COALESCE('; that may be ' || c.who, '; who cannot be told from here') END
			WHEN w.for_row IS NOT NULL THEN ' waits for ' || w.for_row || ', held by ' || w.lock || ' of ' || b.who
			WHEN w.locktype = 'tuple' THEN ' waits in line for ' || w.lock || COALESCE(' behind ' || b.who, '')
			WHEN w.locktype = 'transactionid' THEN ' waits for the end of ' || w.lock || ' of ' || b.who
			ELSE ' waits for ' || w.lock || ' (' || w.mode || ')' || COALESCE(', held by ' || b.who, '')
	   END ||
	   CASE WHEN pg_catalog.cardinality(w.queued_behind) > 0 THEN
				', in the queue behind process ' || pg_catalog.array_to_string(w.queued_behind, ', ')
			ELSE '' END ||
	   COALESCE(': ' || w.deadlock, '') AS in_words,
	   a.usename, a.state, a.query
  FROM arch_parts.lock_waits() AS w
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = w.pid
  LEFT JOIN LATERAL (
	SELECT pg_catalog.string_agg(CASE WHEN u.pid <> 0 THEN 'process ' || u.pid
									  WHEN x.gid IS NULL AND u.xid = '0' THEN 'a prepared transaction'
									  ELSE 'prepared transaction ' || COALESCE(x.gid, u.xid::text) END,
								 ', ' ORDER BY u.place) AS who
	  FROM ROWS FROM (unnest(w.blocked_by), unnest(w.blocker_xids))
		   WITH ORDINALITY AS u (pid, xid, place)
	  LEFT JOIN pg_catalog.pg_prepared_xacts AS x ON u.pid = 0 AND x.transaction = u.xid
	 ) AS b ON true
  LEFT JOIN LATERAL (
	SELECT pg_catalog.string_agg('process ' || u.pid, ', ' ORDER BY u.place) AS who
	  FROM unnest(w.may_block) WITH ORDINALITY AS u (pid, place)
	 ) AS c ON true
 CROSS JOIN LATERAL (
	SELECT COALESCE(w.waiting_since, CASE WHEN w.locktype = 'safe snapshot' THEN a.query_start END) AS waiting_since
	 ) AS s
  LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON w.pid = 0 AND p.transaction = w.xid
 ORDER BY w.path;

COMMENT ON VIEW arch_inspect.lock_waits IS
'Who waits for whom: the tree of blocked processes.
All at one moment: every waiter, and above it what it waits for, down from a
root that waits for nobody. A SERIALIZABLE READ ONLY DEFERRABLE transaction
waits for a safe snapshot, that is, for the end of serializable transactions,
under the first of these. Who waits for a page that others have pinned (VACUUM
(FREEZE), and on a standby the startup process, behind an open cursor or a
running statement) stands at the top: who has it is not known for sure. For
everybody; usename, state and query follow pg_stat_activity. Makes visible:
lock.c, deadlock.c, heapam.c (heap_lock_tuple), predicate.c (GetSafeSnapshot),
bufmgr.c (LockBufferForCleanup)';
COMMENT ON COLUMN arch_inspect.lock_waits.path IS 'processes from the root to this one; a waiter stands under its first blocker, or under the one before it in the queue; 0 is a prepared transaction';
COMMENT ON COLUMN arch_inspect.lock_waits.depth IS '0 of a root';
COMMENT ON COLUMN arch_inspect.lock_waits.root IS 'the process at the top: to end its transaction lets the others go on';
COMMENT ON COLUMN arch_inspect.lock_waits.pid IS 'the process; 0 of a prepared transaction';
COMMENT ON COLUMN arch_inspect.lock_waits.gid IS 'the name of the prepared transaction';
COMMENT ON COLUMN arch_inspect.lock_waits.xid IS 'its transaction id; NULL when it has none';
COMMENT ON COLUMN arch_inspect.lock_waits.locktype IS 'the kind of lock it waits for, as in pg_locks, ''safe snapshot'' or ''buffer pin''; NULL of a root';
COMMENT ON COLUMN arch_inspect.lock_waits.lock IS 'the lock it waits for, in words; of a buffer pin the page';
COMMENT ON COLUMN arch_inspect.lock_waits.mode IS 'the lock mode it waits for; NULL where that is no lock';
COMMENT ON COLUMN arch_inspect.lock_waits.for_row IS 'the row it is after when it waits for the transaction that has it';
COMMENT ON COLUMN arch_inspect.lock_waits.queue_position IS 'its place in the queue of that lock, from 1; NULL where that is no lock';
COMMENT ON COLUMN arch_inspect.lock_waits.blocked_by IS 'processes that hold a conflicting lock, or whose serializable transactions a safe snapshot has to wait for; 0 is a prepared transaction';
COMMENT ON COLUMN arch_inspect.lock_waits.queued_behind IS 'processes that hold nothing but wait for a conflicting lock ahead of it in the queue (soft blocks)';
COMMENT ON COLUMN arch_inspect.lock_waits.may_be_blocked_by IS 'of a buffer pin the processes that may have the page pinned: those with a lock on its relation and a snapshot, as an open cursor and a running statement have. One of them or several, or none (for a moment the checkpointer pins pages too). NULL where the page is of another database, and of other waits';
COMMENT ON COLUMN arch_inspect.lock_waits.other_pins IS 'of a buffer pin how many others have the page pinned';
COMMENT ON COLUMN arch_inspect.lock_waits.blockers IS 'blocked_by in words: processes, and prepared transactions by name; NULL for nobody';
COMMENT ON COLUMN arch_inspect.lock_waits.may_block IS 'may_be_blocked_by in words; NULL for nobody';
COMMENT ON COLUMN arch_inspect.lock_waits.waiting_since IS 'when the wait began; NULL in its first moment, and of a buffer pin. For a safe snapshot when the statement began, for who may see that';
COMMENT ON COLUMN arch_inspect.lock_waits.waiting IS 'how long it has waited';
COMMENT ON COLUMN arch_inspect.lock_waits.deadlock IS 'set where it waits for itself in the end: deadlock_timeout after the wait began one of the circle gets an error; a circle that goes by queue places may be undone by reordering the queue, and one that goes by a safe snapshot or a pin the server does not see';
COMMENT ON COLUMN arch_inspect.lock_waits.in_words IS 'all that in a sentence, indented as the tree';
COMMENT ON COLUMN arch_inspect.lock_waits.usename IS 'the role, as in pg_stat_activity';
COMMENT ON COLUMN arch_inspect.lock_waits.state IS 'its state, as in pg_stat_activity';
COMMENT ON COLUMN arch_inspect.lock_waits.query IS 'its statement, as in pg_stat_activity';

GRANT SELECT ON arch_inspect.lock_waits TO PUBLIC;
