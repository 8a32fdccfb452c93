
--
-- holders: who keeps VACUUM from removing dead rows; what xmin_horizons,
-- autovacuum_forecast, findings and why_dead() all go by
--

CREATE FUNCTION arch_parts.xmin_holders(
	OUT kind text, OUT name text, OUT pid integer, OUT datid oid,
	OUT xid xid8, OUT xmin xid8, OUT oldest xid8, OUT behind bigint,
	OUT tables text[], OUT synced boolean, OUT harmless boolean, OUT reason text)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 100 ROWS 20
AS 'MODULE_PATHNAME', 'ai_xmin_holders';

COMMENT ON FUNCTION arch_parts.xmin_holders() IS
'part of arch_inspect.xmin_horizons: all that may hold back the removal of dead
rows, at one moment: processes and prepared transactions with a transaction id
or a snapshot, replication slots by each of their ids, on a standby the
primary''s transactions, up to 15 vacuum_defer_cleanup_age. tables: the kinds
of tables of this database; harmless, reason: it holds nothing back, and why.
Makes visible: procarray.c (ComputeXidHorizons)';
REVOKE ALL ON FUNCTION arch_parts.xmin_holders() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.xmin_holders() TO PUBLIC;

CREATE FUNCTION arch_parts.holder_who(kind text, name text, pid integer, process text, gid text, xid xid8)
RETURNS text
LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1
RETURN CASE kind
	WHEN 'backend' THEN pg_catalog.format('%s %s', COALESCE(process, 'process'), pid)
	WHEN 'standby feedback' THEN pg_catalog.format('%s %s for a standby', COALESCE(process, 'process'), pid)
	WHEN 'prepared transaction' THEN COALESCE(pg_catalog.format('prepared transaction %L', gid), pg_catalog.format('prepared transaction of id %s', xid))
	WHEN 'replication slots' THEN 'replication slots, as last worked out'
	WHEN 'primary' THEN pg_catalog.format('transaction %s of the primary', xid)
	WHEN 'setting' THEN pg_catalog.format('setting %s', name)
	ELSE pg_catalog.format('replication slot %s', name) END;

COMMENT ON FUNCTION arch_parts.holder_who(text, text, integer, text, text, xid8) IS
'part of arch_inspect.xmin_horizons: what a holder is called. process: the kind
of process; gid: the prepared transaction''s name, or null if that is not
known any more';
REVOKE ALL ON FUNCTION arch_parts.holder_who(text, text, integer, text, text, xid8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.holder_who(text, text, integer, text, text, xid8) TO PUBLIC;

CREATE VIEW arch_parts.holders AS
SELECT h.kind, h.name, h.pid, h.datid, h.xid, h.xmin, h.oldest, h.behind, h.tables, h.synced, h.harmless, h.reason,
	   p.kind AS process, p.usename, p.state, COALESCE(p.xact_start, x.prepared) AS since,
	   x.gid, x.owner, x.database,
	   arch_parts.holder_who(h.kind, h.name, h.pid, p.kind, x.gid, h.xid) AS who
  FROM arch_parts.xmin_holders() AS h
  LEFT JOIN arch_parts.process_scan() AS p ON p.pid = h.pid AND h.kind IN ('backend', 'standby feedback')
  LEFT JOIN pg_catalog.pg_prepared_xacts AS x ON h.kind = 'prepared transaction' AND x.transaction = h.xid::pg_catalog.xid;

COMMENT ON VIEW arch_parts.holders IS
'part of arch_inspect.xmin_horizons: its holders with their names';
REVOKE ALL ON arch_parts.holders FROM PUBLIC;
GRANT SELECT ON arch_parts.holders TO PUBLIC;
