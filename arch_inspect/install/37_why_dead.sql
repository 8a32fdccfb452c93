
--
-- why_dead: the dead row versions of a table, by who keeps them
--

CREATE FUNCTION arch_parts.why_dead(rel regclass,
	OUT kind text, OUT name text, OUT pid integer, OUT datid oid, OUT xid xid8, OUT xmin xid8,
	OUT versions bigint, OUT bytes bigint, OUT alone_versions bigint, OUT alone_bytes bigint)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 100000 ROWS 5
AS 'MODULE_PATHNAME', 'ai_why_dead';

COMMENT ON FUNCTION arch_parts.why_dead(regclass) IS
'part of arch_inspect.why_dead(): the same without the names of processes and
prepared transactions';
REVOKE ALL ON FUNCTION arch_parts.why_dead(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.why_dead(regclass) TO PUBLIC;

CREATE FUNCTION arch_inspect.why_dead(rel regclass)
RETURNS TABLE (kind text, holder text, pid integer, database name, since timestamptz, xmin xid8,
	versions bigint, bytes bigint, alone_versions bigint, alone_bytes bigint)
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 5
BEGIN ATOMIC
	SELECT w.kind,
		   CASE WHEN w.kind NOT IN ('removable', 'kept', 'unknown') THEN
				arch_parts.holder_who(w.kind, w.name, w.pid, p.kind, x.gid, w.xid) END,
		   w.pid, d.datname, COALESCE(p.xact_start, x.prepared), w.xmin,
		   w.versions, w.bytes, w.alone_versions, w.alone_bytes
	  FROM arch_parts.why_dead(why_dead.rel) AS w
	  LEFT JOIN arch_parts.process_scan() AS p ON p.pid = w.pid AND w.kind IN ('backend', 'standby feedback')
	  LEFT JOIN pg_catalog.pg_prepared_xacts AS x ON w.kind = 'prepared transaction' AND x.transaction = w.xid::pg_catalog.xid
	  LEFT JOIN pg_catalog.pg_database AS d ON d.oid = w.datid
	 ORDER BY CASE w.kind WHEN 'removable' THEN 1 WHEN 'kept' THEN 2 WHEN 'unknown' THEN 3 ELSE 4 END,
		   w.xmin, w.kind, w.pid;
END;

COMMENT ON FUNCTION arch_inspect.why_dead(regclass) IS
'Who keeps the dead rows of a table, and how many.
A row ''removable'' (VACUUM may remove them now), a row ''kept'' (it may not;
xmin is the horizon that it goes by), a row ''unknown'' if there are versions
that can''t be judged, and a row for each holder that keeps some: kind,
holder, pid, database, since as in xmin_horizons; it keeps what transactions
from xmin on replaced or deleted. versions and bytes (of tuples, as their line
pointers say) are all that it keeps, alone_versions and alone_bytes those that
nobody else keeps too: what VACUUM could remove once it were gone. Two holders
as old as each other keep nothing alone. Reads the whole table, and sets no
hint bit. A version that is being replaced or deleted is not dead yet, and a
dead line pointer is none any more. Up to 16, old_snapshot_threshold lets
VACUUM remove more. NULL: no rows. Needs SELECT on the whole table and no
row-level security, or pg_stat_scan_tables; since of other roles'' processes
is for pg_read_all_stats. Errors: not a table. Makes visible:
heapam_visibility.c (HeapTupleSatisfiesVacuum), procarray.c
(ComputeXidHorizons)';
REVOKE ALL ON FUNCTION arch_inspect.why_dead(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.why_dead(regclass) TO PUBLIC;
