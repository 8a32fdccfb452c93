--
-- arch_inspect: snapshot_info(), isolation_levels
--
SELECT isolation_level, taken, xmin <= xmax AS in_order, overflowed, taken_in_recovery,
	   own_xid, nesting, next_xid >= xmax AS before_next, holds_back <= xmin AS held, behind >= 0 AS counted
  FROM arch_inspect.snapshot_info();
-- the same as pg_current_snapshot()
SELECT i.xmin = pg_snapshot_xmin(s) AS xmin, i.xmax = pg_snapshot_xmax(s) AS xmax,
	   i.running = ARRAY(SELECT pg_snapshot_xip(s)) AS running
  FROM arch_inspect.snapshot_info() AS i, pg_current_snapshot() AS s;

-- a snapshot for each statement, or one for all
CREATE TABLE counted (a int);
BEGIN;
SELECT command_id FROM arch_inspect.snapshot_info();
INSERT INTO counted VALUES (1);
INSERT INTO counted VALUES (2);
SAVEPOINT a;
SELECT isolation_level, command_id, own_xid = pg_current_xact_id() AS own, nesting FROM arch_inspect.snapshot_info();
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT isolation_level, taken FROM arch_inspect.snapshot_info();
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY;
SELECT isolation_level, taken FROM arch_inspect.snapshot_info();
SELECT isolation_level, acts_as FROM arch_inspect.isolation_levels WHERE is_current;
COMMIT;
BEGIN ISOLATION LEVEL READ UNCOMMITTED;
SELECT isolation_level, taken FROM arch_inspect.snapshot_info();
SELECT isolation_level, acts_as FROM arch_inspect.isolation_levels WHERE is_current;
COMMIT;
DROP TABLE counted;

SELECT isolation_level, is_default, available, acts_as, snapshot_taken FROM arch_inspect.isolation_levels;
SELECT isolation_level, dirty_read, non_repeatable_read, phantom_read, lost_update, read_skew, write_skew
  FROM arch_inspect.isolation_levels;
