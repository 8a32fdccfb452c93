
--
-- horizons: who keeps VACUUM from removing dead rows, and how far off
-- wraparound is
--

CREATE FUNCTION arch_parts.cleanup_horizons(
	OUT tables text, OUT xmin xid8, OUT behind bigint)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 100 ROWS 4
AS 'MODULE_PATHNAME', 'ai_cleanup_horizons';

COMMENT ON FUNCTION arch_parts.cleanup_horizons() IS
'part of arch_inspect.xmin_horizons: the oldest transaction whose leavings
VACUUM must keep, per kind of table';
REVOKE ALL ON FUNCTION arch_parts.cleanup_horizons() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.cleanup_horizons() TO PUBLIC;

CREATE FUNCTION arch_parts.xid_age(xid xid)
RETURNS bigint
LANGUAGE C VOLATILE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'ai_xid_age';

COMMENT ON FUNCTION arch_parts.xid_age(xid) IS
'how many transaction ids an id lies behind the next one; NULL of a permanent
id';
REVOKE ALL ON FUNCTION arch_parts.xid_age(xid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.xid_age(xid) TO PUBLIC;

CREATE FUNCTION arch_parts.xid_rate(
	OUT since timestamptz, OUT xids bigint, OUT multixacts bigint)
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 100
AS 'MODULE_PATHNAME', 'ai_xid_rate';

COMMENT ON FUNCTION arch_parts.xid_rate() IS
'part of arch_inspect.wraparound: the time of the last checkpoint and the ids
used since';
REVOKE ALL ON FUNCTION arch_parts.xid_rate() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.xid_rate() TO PUBLIC;

CREATE VIEW arch_inspect.xmin_horizons AS
WITH holders AS MATERIALIZED (
	SELECT h.kind,
		   CASE WHEN h.kind IN ('backend', 'standby feedback') THEN
				COALESCE(h.process, 'process') || COALESCE(' of ' || h.usename, '')
				ELSE COALESCE(h.name, h.gid, h.who) END AS holder,
		   h.pid, h.datid, h.xid, h.oldest AS xmin, h.behind, h.since, h.tables,
		   CASE WHEN pg_catalog.pg_is_in_recovery() OR h.kind IN ('standby feedback', 'replication slot', 'replication slots') THEN 'all databases'
				WHEN h.kind = 'replication slot catalog_xmin' THEN 'catalog tables of all databases'
				WHEN h.kind = 'setting' THEN pg_catalog.array_to_string(h.tables, ', ')
				ELSE 'its database and shared tables' END AS affects,
		   h.harmless, h.reason,
		   CASE WHEN h.reason = 'the slot was invalidated' THEN
				'it keeps nothing any more and its reader must start anew: SELECT pg_drop_replication_slot(' || pg_catalog.quote_literal(h.name) || ')'
				WHEN h.pid = pg_catalog.pg_backend_pid() AND h.kind = 'backend' THEN
				'this is your own session'
				WHEN h.reason LIKE 'a VACUUM%' OR h.reason LIKE 'logical decoding%' THEN
				'nothing to do: the horizons leave this one out'
				WHEN h.kind = 'standby feedback' THEN
				'a query on the standby needs these rows: end it there, or give up hot_standby_feedback'
				WHEN h.kind = 'prepared transaction' THEN
				'COMMIT PREPARED or ROLLBACK PREPARED' || COALESCE(' ' || pg_catalog.quote_literal(h.gid) || ' in database ' || h.database, '')
				WHEN h.kind = 'replication slots' THEN
				'nothing to do: a slot has just moved on or was dropped, and its reader or the next change of a slot makes this known'
				WHEN h.kind = 'primary' THEN
				'it ends on the primary'
				WHEN h.kind = 'setting' THEN
				'the setting keeps that many transactions more than need be: set it to 0, and hot_standby_feedback on the standby'
				WHEN h.kind = 'replication slot' AND h.pid IS NOT NULL THEN
				'a query on the standby needs these rows: end it there, or give up hot_standby_feedback'
				WHEN h.kind = 'replication slot' THEN
				'nobody reads this slot: bring its standby back, or SELECT pg_drop_replication_slot(' || pg_catalog.quote_literal(h.name) || ')'
				WHEN h.kind = 'replication slot catalog_xmin' AND h.synced AND pg_catalog.pg_is_in_recovery() THEN
				'it is kept in step with the slot of this name on the primary: let that one''s reader catch up'
				WHEN h.kind = 'replication slot catalog_xmin' AND h.pid IS NOT NULL THEN
				'logical decoding still needs the old catalog rows: let its reader catch up'
				WHEN h.kind = 'replication slot catalog_xmin' THEN
				'nobody reads this slot: bring its reader back, or SELECT pg_drop_replication_slot(' || pg_catalog.quote_literal(h.name) || ')'
				WHEN h.state IS NULL THEN
				'end the transaction of this process; more is for pg_read_all_stats to see'
				WHEN h.state LIKE 'idle in transaction%' THEN
				'it does nothing in an open transaction: commit it, or SELECT pg_terminate_backend(' || h.pid || '); idle_in_transaction_session_timeout prevents this'
				ELSE
				'wait for its statement to end, or SELECT pg_cancel_backend(' || h.pid || ')'
		   END AS advice
	  FROM arch_parts.holders AS h
)
SELECT h.kind, h.holder, h.pid, d.datname AS database, h.xid, h.xmin, h.behind,
	   h.since, h.affects, h.tables, h.harmless, h.reason,
	   NOT h.harmless AND h.behind = pg_catalog.max(h.behind) FILTER (WHERE NOT h.harmless) OVER () AS oldest,
	   h.advice
  FROM holders AS h
  LEFT JOIN pg_catalog.pg_database AS d ON d.oid = h.datid
UNION ALL
SELECT 'horizon', c.tables, NULL, pg_catalog.current_database(), NULL, c.xmin, c.behind,
	   NULL, c.tables, ARRAY[c.tables], false, NULL, false,
	   CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN
			'VACUUM here removes what transactions before ' || c.xmin::text || ' deleted or replaced'
			WHEN pg_catalog.current_setting('hot_standby_feedback')::boolean THEN
			'the primary hears that transactions from ' || c.xmin::text || ' on may be needed here (hot_standby_feedback)'
			ELSE
			'the primary does not hear that transactions from ' || c.xmin::text || ' on may be needed here: what its VACUUM removes can end a query (hot_standby_feedback is off)'
	   END
  FROM arch_parts.cleanup_horizons() AS c;

COMMENT ON VIEW arch_inspect.xmin_horizons IS
'Who holds back the removal of dead rows, and how far.
Everything that holds back the removal of dead rows, or seems to, and the
horizons that result for a VACUUM of the current database (on a standby: for
what its own queries need): without the snapshot of the statement that asks,
unless its transaction keeps it. For everybody; what a process does is for
pg_read_all_stats. Makes visible: procarray.c (ComputeXidHorizons)';
COMMENT ON COLUMN arch_inspect.xmin_horizons.kind IS '''backend'', ''standby feedback'', ''prepared transaction'', ''replication slot'', ''replication slot catalog_xmin'', ''replication slots'' (what was last worked out of all of them, where that is older than any is now), ''primary'' (on a standby: what runs there), ''setting'' (up to 15: vacuum_defer_cleanup_age), or ''horizon'' for a result';
COMMENT ON COLUMN arch_inspect.xmin_horizons.holder IS 'the kind of process and its role, the prepared transaction, the slot, or the kind of table that the horizon is for';
COMMENT ON COLUMN arch_inspect.xmin_horizons.pid IS 'the process, where there is one';
COMMENT ON COLUMN arch_inspect.xmin_horizons.database IS 'the database it is connected to, of a logical slot the one it decodes; NULL of others';
COMMENT ON COLUMN arch_inspect.xmin_horizons.xid IS 'its own transaction id; NULL when it has none';
COMMENT ON COLUMN arch_inspect.xmin_horizons.xmin IS 'what this transaction id or a later one deleted is kept';
COMMENT ON COLUMN arch_inspect.xmin_horizons.behind IS 'how many transaction ids that is before the next one';
COMMENT ON COLUMN arch_inspect.xmin_horizons.since IS 'when the transaction began or was prepared; NULL where it isn''t known';
COMMENT ON COLUMN arch_inspect.xmin_horizons.affects IS 'the tables it keeps dead rows in';
COMMENT ON COLUMN arch_inspect.xmin_horizons.tables IS 'the kinds of tables of this database, and the shared ones, among them; of temporary tables only those of this session are meant';
COMMENT ON COLUMN arch_inspect.xmin_horizons.harmless IS 'it holds nothing back at this moment';
COMMENT ON COLUMN arch_inspect.xmin_horizons.reason IS 'why it is harmless: a VACUUM, logical decoding (which has its slot), an invalidated slot, the snapshot of the statement that asks, or that no transaction has ended since it began';
COMMENT ON COLUMN arch_inspect.xmin_horizons.oldest IS 'none holds back more than this one';
COMMENT ON COLUMN arch_inspect.xmin_horizons.advice IS 'what to do';

GRANT SELECT ON arch_inspect.xmin_horizons TO PUBLIC;

CREATE FUNCTION arch_parts.multixact_space(
	OUT multixacts bigint, OUT members_used bigint, OUT members_left bigint, OUT freeze_max_age bigint)
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 1000
AS 'MODULE_PATHNAME', 'ai_multixact_space';

COMMENT ON FUNCTION arch_parts.multixact_space() IS
'part of arch_inspect.wraparound: multixacts that exist now, their members at
the last checkpoint (null where that can''t be told), how many more there may
be (null from 19 on: without end), and the age at which the server forces a
vacuum now, which falls once half of the members are used';
REVOKE ALL ON FUNCTION arch_parts.multixact_space() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.multixact_space() TO PUBLIC;

CREATE FUNCTION arch_parts.temp_schema_owner(namespace oid)
RETURNS integer
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10
AS 'MODULE_PATHNAME', 'ai_temp_schema_owner';

COMMENT ON FUNCTION arch_parts.temp_schema_owner(oid) IS
'part of arch_inspect.wraparound: the process whose temporary tables lie in the
schema; null if there is none any more';
REVOKE ALL ON FUNCTION arch_parts.temp_schema_owner(oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.temp_schema_owner(oid) TO PUBLIC;

CREATE VIEW arch_inspect.wraparound AS
WITH rate AS MATERIALIZED (
	SELECT r.since,
		   CASE WHEN t.seconds >= 1 AND r.xids > 0 THEN r.xids / t.seconds END AS xids,
		   CASE WHEN t.seconds >= 1 AND r.multixacts > 0 THEN r.multixacts / t.seconds END AS mxids,
		   CASE WHEN t.seconds >= 1 AND (r.xids > 0 OR r.multixacts > 0) THEN 0 END AS none
	  FROM arch_parts.xid_rate() AS r,
		   LATERAL (SELECT EXTRACT(epoch FROM pg_catalog.clock_timestamp() - r.since)::double precision AS seconds) AS t
), space AS MATERIALIZED (
	SELECT s.members_used, s.members_left, s.freeze_max_age FROM arch_parts.multixact_space() AS s
), holders AS MATERIALIZED (
	SELECT h.who, h.behind, h.tables, h.datid,
		   h.kind IN ('standby feedback', 'replication slot', 'replication slots', 'setting') AS everywhere
	  FROM arch_parts.holders AS h WHERE NOT h.harmless
), relations AS MATERIALIZED (
	SELECT CASE c.relpersistence WHEN 't' THEN 'temporary ' ELSE '' END ||
		   CASE c.relkind WHEN 't' THEN 'toast table' WHEN 'm' THEN 'materialized view' ELSE 'table' END AS kind,
		   c.oid::regclass::text AS name, c.oid, c.relowner AS owner,
		   c.relpersistence = 't' AS temporary,
		   CASE WHEN c.relpersistence = 't' THEN arch_parts.temp_schema_owner(COALESCE(m.relnamespace, c.relnamespace)) END AS temp_pid,
		   COALESCE(arch_parts.xid_age(c.relfrozenxid), 0) AS xid_age,
		   pg_catalog.mxid_age(c.relminmxid)::bigint AS mxid_age,
		   t.xid_age_limit::bigint AS freeze_max_age, t.multixact_age_limit::bigint AS multixact_freeze_max_age, t.tables
	  FROM pg_catalog.pg_class AS c
	  LEFT JOIN pg_catalog.pg_class AS m ON c.relkind = 't' AND m.reltoastrelid = c.oid
	  LEFT JOIN arch_parts.autovacuum_thresholds() AS t ON t.relid = c.oid
	 WHERE c.relkind IN ('r', 'm', 't') AND c.relfrozenxid <> '0'::xid
), pinned AS MATERIALIZED (
	SELECT r.*,
		   CASE WHEN r.temp_pid IS NOT NULL THEN pg_catalog.format('process %s, whose temporary table it is: no autovacuum comes to it', r.temp_pid)
				WHEN r.temporary THEN 'nobody: its session is gone, and autovacuum drops it when it comes'
				ELSE (SELECT h.who FROM holders AS h
					   WHERE r.tables = ANY (h.tables) AND h.behind >= LEAST(r.xid_age, r.freeze_max_age)
					   ORDER BY h.behind DESC LIMIT 1) END AS pinned_by
	  FROM relations AS r
), aged AS (
	SELECT 'database' AS kind, d.datname::text AS name, d.oid, d.datdba AS owner, false AS temporary,
		   COALESCE(arch_parts.xid_age(d.datfrozenxid), 0) AS xid_age,
		   pg_catalog.mxid_age(d.datminmxid)::bigint AS mxid_age,
		   pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age,
		   s.freeze_max_age AS multixact_freeze_max_age,
		   CASE WHEN d.datname = pg_catalog.current_database() THEN
				(SELECT pg_catalog.format('%s %s of %s', p.kind, p.name, pg_catalog.pg_get_userbyid(p.owner)) || COALESCE(': ' || p.pinned_by, '')
				   FROM pinned AS p ORDER BY p.xid_age DESC, p.pinned_by, p.oid LIMIT 1)
				ELSE
				(SELECT h.who FROM holders AS h
				  WHERE (h.everywhere OR h.datid = d.oid)
					AND h.behind >= LEAST(COALESCE(arch_parts.xid_age(d.datfrozenxid), 0), pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint)
				  ORDER BY h.behind DESC LIMIT 1) END AS pinned_by
	  FROM pg_catalog.pg_database AS d, space AS s
	UNION ALL
	SELECT p.kind, p.name, p.oid, p.owner, p.temporary, p.xid_age, p.mxid_age, p.freeze_max_age, p.multixact_freeze_max_age, p.pinned_by
	  FROM pinned AS p
)
SELECT a.kind, a.name, a.oid, pg_catalog.pg_get_userbyid(a.owner) AS owner,
	   a.xid_age, 2147483647 - 3000000 - a.xid_age AS xids_left,
	   a.freeze_max_age - a.xid_age AS xids_to_forced_vacuum,
	   a.mxid_age, m.mxids_left,
	   a.multixact_freeze_max_age - a.mxid_age AS mxids_to_forced_vacuum,
	   s.members_used, s.members_left,
	   a.pinned_by,
	   r.xids AS xids_per_second, r.mxids AS mxids_per_second, r.since AS rate_since,
	   CASE WHEN NOT a.temporary THEN
	   pg_catalog.now() + (LEAST((a.freeze_max_age - a.xid_age) / r.xids,
								 (a.multixact_freeze_max_age - a.mxid_age) / r.mxids,
								 1e10) + r.none) * interval '1 second' END AS forced_vacuum_at,
	   pg_catalog.now() + (LEAST((2147483647 - 3000000 - a.xid_age) / r.xids,
								 m.mxids_left / r.mxids,
								 1e10) + r.none) * interval '1 second' AS stops_at
  FROM aged AS a CROSS JOIN rate AS r CROSS JOIN space AS s
 CROSS JOIN LATERAL (SELECT LEAST(2147483647 - 3000000 - a.mxid_age, s.members_left / 2) AS mxids_left) AS m;

COMMENT ON VIEW arch_inspect.wraparound IS
'How many transaction and multixact ids are left.
Members of multixacts too; for every database and for every table of the
current one, and what pins the oldest id there. At today''s rate: that of the
time since the last checkpoint. On a standby these are the primary''s, where
the vacuum would come. For everybody. Makes visible: varsup.c
(SetTransactionIdLimit), multixact.c (SetOffsetVacuumLimit,
MultiXactMemberFreezeThreshold), autovacuum.c';
COMMENT ON COLUMN arch_inspect.wraparound.kind IS '''database'', ''table'', ''materialized view'' or ''toast table'', with ''temporary'' before it';
COMMENT ON COLUMN arch_inspect.wraparound.name IS 'its name';
COMMENT ON COLUMN arch_inspect.wraparound.oid IS 'its oid in pg_database or pg_class';
COMMENT ON COLUMN arch_inspect.wraparound.owner IS 'the role that owns it';
COMMENT ON COLUMN arch_inspect.wraparound.xid_age IS 'transaction ids between the oldest one that is not frozen there and the next one';
COMMENT ON COLUMN arch_inspect.wraparound.xids_left IS 'transaction ids until the server refuses to assign more (3 million before wraparound)';
COMMENT ON COLUMN arch_inspect.wraparound.xids_to_forced_vacuum IS 'transaction ids until autovacuum comes even if it is off; negative: overdue; NULL of a temporary table, to which it never comes';
COMMENT ON COLUMN arch_inspect.wraparound.mxid_age IS 'as xid_age, of multixact ids';
COMMENT ON COLUMN arch_inspect.wraparound.mxids_left IS 'multixact ids until the server refuses to assign more: as xids_left, or half of members_left if that is less, for each has at least two members';
COMMENT ON COLUMN arch_inspect.wraparound.mxids_to_forced_vacuum IS 'as xids_to_forced_vacuum, of multixact ids: by the age that the server goes by now, which it lowers once half of the members are used';
COMMENT ON COLUMN arch_inspect.wraparound.members_used IS 'members of multixacts in the cluster, at the last checkpoint; NULL where that can''t be told';
COMMENT ON COLUMN arch_inspect.wraparound.members_left IS 'members until the server refuses to make more multixacts, at the last checkpoint; NULL where that can''t be told, and from 19 on, where there is no such end';
COMMENT ON COLUMN arch_inspect.wraparound.pinned_by IS 'what keeps a VACUUM from bringing the oldest transaction id forward (or from bringing it within the limit): a holder of xmin_horizons, or the session whose temporary table it is. Of the current database the table with the oldest id, and what pins that; of other databases a holder alone, for their tables are not seen from here. NULL: nothing of the kind';
COMMENT ON COLUMN arch_inspect.wraparound.xids_per_second IS 'transaction ids used a second since rate_since; NULL: none, or that is less than a second ago';
COMMENT ON COLUMN arch_inspect.wraparound.mxids_per_second IS 'as xids_per_second, of multixact ids';
COMMENT ON COLUMN arch_inspect.wraparound.rate_since IS 'the last checkpoint, on a standby the last restartpoint''s';
COMMENT ON COLUMN arch_inspect.wraparound.forced_vacuum_at IS 'when autovacuum will be forced at this rate; NULL: without a rate, and of a temporary table';
COMMENT ON COLUMN arch_inspect.wraparound.stops_at IS 'when the server would refuse to assign ids at this rate if VACUUM never came, at most 10^10 seconds from now';

GRANT SELECT ON arch_inspect.wraparound TO PUBLIC;
