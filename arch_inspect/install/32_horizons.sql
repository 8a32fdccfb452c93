
--
-- horizons: who keeps VACUUM from removing dead rows, and how far off
-- wraparound is
--

CREATE FUNCTION arch_inspect._xmin_holders(
	OUT pid integer, OUT datid oid, OUT xid xid8, OUT xmin xid8, OUT oldest xid8,
	OUT behind bigint, OUT everywhere boolean, OUT harmless boolean)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 100 ROWS 20
AS 'MODULE_PATHNAME', 'ai_xmin_holders';

COMMENT ON FUNCTION arch_inspect._xmin_holders() IS
'part of arch_inspect.xmin_horizons: processes with a transaction id or a snapshot; everywhere: counts for every database (a walsender with standby feedback); harmless: a VACUUM, or logical decoding, which has its slot; the horizons leave it out';
REVOKE ALL ON FUNCTION arch_inspect._xmin_holders() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect._xmin_holders() TO PUBLIC;

CREATE FUNCTION arch_inspect._cleanup_horizons(
	OUT tables text, OUT xmin xid8, OUT behind bigint)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 100 ROWS 4
AS 'MODULE_PATHNAME', 'ai_cleanup_horizons';

COMMENT ON FUNCTION arch_inspect._cleanup_horizons() IS
'part of arch_inspect.xmin_horizons: the oldest transaction whose leavings VACUUM must keep, per kind of table';
REVOKE ALL ON FUNCTION arch_inspect._cleanup_horizons() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect._cleanup_horizons() TO PUBLIC;

CREATE FUNCTION arch_inspect._xid_age(xid xid)
RETURNS bigint
LANGUAGE C VOLATILE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'ai_xid_age';

COMMENT ON FUNCTION arch_inspect._xid_age(xid) IS
'how many transaction ids an id lies behind the next one; NULL of a permanent id';
REVOKE ALL ON FUNCTION arch_inspect._xid_age(xid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect._xid_age(xid) TO PUBLIC;

CREATE FUNCTION arch_inspect._xid_rate(
	OUT since timestamptz, OUT xids bigint, OUT multixacts bigint)
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 100
AS 'MODULE_PATHNAME', 'ai_xid_rate';

COMMENT ON FUNCTION arch_inspect._xid_rate() IS
'part of arch_inspect.wraparound: the time of the last checkpoint and the ids used since';
REVOKE ALL ON FUNCTION arch_inspect._xid_rate() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect._xid_rate() TO PUBLIC;

CREATE VIEW arch_inspect.xmin_horizons AS
WITH holders AS (
	SELECT CASE WHEN h.everywhere THEN 'standby feedback' ELSE 'backend' END AS kind,
		   COALESCE(a.backend_type, 'process') ||
		   COALESCE(' of ' || a.usename, '') AS holder,
		   h.pid, h.datid, h.xid, h.oldest AS xmin, h.behind,
		   a.xact_start AS since, h.harmless,
		   CASE WHEN h.everywhere THEN 'all databases' ELSE 'its database' END AS affects,
		   CASE WHEN h.harmless THEN
				'nothing to do: the horizons leave this one out'
				WHEN h.everywhere THEN
				'a query on the standby needs these rows: end it there, or give up hot_standby_feedback'
				WHEN h.pid = pg_catalog.pg_backend_pid() THEN
				'this is your own session'
				WHEN a.state IS NULL THEN
				'end the transaction of this process; more is for pg_read_all_stats to see'
				WHEN a.state LIKE 'idle in transaction%' THEN
				'it does nothing in an open transaction: commit it, or SELECT pg_terminate_backend(' || h.pid || '); idle_in_transaction_session_timeout prevents this'
				ELSE
				'wait for its statement to end, or SELECT pg_cancel_backend(' || h.pid || ')'
		   END AS advice
	  FROM arch_inspect._xmin_holders() AS h
	  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = h.pid
	UNION ALL
	SELECT 'prepared transaction', p.gid, NULL, d.oid,
		   arch_inspect._xid8(p.transaction), arch_inspect._xid8(p.transaction),
		   arch_inspect._xid_age(p.transaction), p.prepared, false, 'its database',
		   'COMMIT PREPARED or ROLLBACK PREPARED ' || pg_catalog.quote_literal(p.gid) || ' in database ' || p.database
	  FROM pg_catalog.pg_prepared_xacts AS p
	  LEFT JOIN pg_catalog.pg_database AS d ON d.datname = p.database
	UNION ALL
	SELECT 'replication slot', s.slot_name, s.active_pid, NULL, NULL,
		   arch_inspect._xid8(s.xmin), arch_inspect._xid_age(s.xmin), NULL, false,
		   'all databases',
		   CASE WHEN s.active THEN
				'a query on the standby needs these rows: end it there, or give up hot_standby_feedback'
				ELSE
				'nobody reads this slot: bring its standby back, or SELECT pg_drop_replication_slot(' || pg_catalog.quote_literal(s.slot_name) || ')'
		   END
	  FROM pg_catalog.pg_replication_slots AS s
	 WHERE s.xmin IS NOT NULL
	UNION ALL
	SELECT 'replication slot catalog_xmin', s.slot_name, s.active_pid, NULL, NULL,
		   arch_inspect._xid8(s.catalog_xmin), arch_inspect._xid_age(s.catalog_xmin), NULL, false,
		   'catalog tables of all databases',
		   CASE WHEN s.active THEN
				'logical decoding still needs the old catalog rows: let its reader catch up'
				ELSE
				'nobody reads this slot: bring its reader back, or SELECT pg_drop_replication_slot(' || pg_catalog.quote_literal(s.slot_name) || ')'
		   END
	  FROM pg_catalog.pg_replication_slots AS s
	 WHERE s.catalog_xmin IS NOT NULL
)
SELECT h.kind, h.holder, h.pid, d.datname AS database, h.xid, h.xmin, h.behind,
	   h.since, h.affects, h.harmless,
	   NOT h.harmless AND h.behind = pg_catalog.max(h.behind) FILTER (WHERE NOT h.harmless) OVER () AS oldest,
	   h.advice
  FROM holders AS h
  LEFT JOIN pg_catalog.pg_database AS d ON d.oid = h.datid
UNION ALL
SELECT 'horizon', c.tables, NULL, pg_catalog.current_database(), NULL, c.xmin, c.behind,
	   NULL, c.tables, false, false,
	   CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN
			'VACUUM here removes what transactions before ' || c.xmin::text || ' deleted or replaced'
			WHEN pg_catalog.current_setting('hot_standby_feedback')::boolean THEN
			'the primary hears that transactions from ' || c.xmin::text || ' on may be needed here (hot_standby_feedback)'
			ELSE
			'the primary does not hear that transactions from ' || c.xmin::text || ' on may be needed here: what its VACUUM removes can end a query (hot_standby_feedback is off)'
	   END
  FROM arch_inspect._cleanup_horizons() AS c;

COMMENT ON VIEW arch_inspect.xmin_horizons IS
'everything that holds back the removal of dead rows, and the horizons that result for a VACUUM of the current database (on a standby: for what its own queries need): without the snapshot of the statement that asks, unless its transaction keeps it. For everybody; what a process does is for pg_read_all_stats. Makes visible: procarray.c (ComputeXidHorizons)';
COMMENT ON COLUMN arch_inspect.xmin_horizons.kind IS '''backend'', ''standby feedback'', ''prepared transaction'', ''replication slot'', ''replication slot catalog_xmin'', or ''horizon'' for a result';
COMMENT ON COLUMN arch_inspect.xmin_horizons.holder IS 'the kind of process and its role, the prepared transaction, the slot, or the kind of table that the horizon is for';
COMMENT ON COLUMN arch_inspect.xmin_horizons.pid IS 'the process, where there is one';
COMMENT ON COLUMN arch_inspect.xmin_horizons.database IS 'the database it is connected to; NULL of a slot';
COMMENT ON COLUMN arch_inspect.xmin_horizons.xid IS 'its own transaction id; NULL when it has none';
COMMENT ON COLUMN arch_inspect.xmin_horizons.xmin IS 'what this transaction id or a later one deleted is kept';
COMMENT ON COLUMN arch_inspect.xmin_horizons.behind IS 'how many transaction ids that is before the next one';
COMMENT ON COLUMN arch_inspect.xmin_horizons.since IS 'when the transaction began or was prepared; NULL where it isn''t known';
COMMENT ON COLUMN arch_inspect.xmin_horizons.affects IS 'the tables it keeps dead rows in';
COMMENT ON COLUMN arch_inspect.xmin_horizons.harmless IS 'the horizons leave it out: VACUUM itself, or logical decoding, which has its slot';
COMMENT ON COLUMN arch_inspect.xmin_horizons.oldest IS 'none holds back more than this one';
COMMENT ON COLUMN arch_inspect.xmin_horizons.advice IS 'what to do';

GRANT SELECT ON arch_inspect.xmin_horizons TO PUBLIC;

CREATE VIEW arch_inspect.wraparound AS
WITH rate AS (
	SELECT r.since,
		   CASE WHEN t.seconds >= 1 AND r.xids > 0 THEN r.xids / t.seconds END AS xids,
		   CASE WHEN t.seconds >= 1 AND r.multixacts > 0 THEN r.multixacts / t.seconds END AS mxids,
		   CASE WHEN t.seconds >= 1 AND (r.xids > 0 OR r.multixacts > 0) THEN 0 END AS none
	  FROM arch_inspect._xid_rate() AS r,
		   LATERAL (SELECT EXTRACT(epoch FROM pg_catalog.clock_timestamp() - r.since)::double precision AS seconds) AS t
), aged AS (
	SELECT 'database' AS kind, d.datname::text AS name, d.oid,
		   COALESCE(arch_inspect._xid_age(d.datfrozenxid), 0) AS xid_age,
		   pg_catalog.mxid_age(d.datminmxid)::bigint AS mxid_age,
		   pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age,
		   pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::bigint AS multixact_freeze_max_age
	  FROM pg_catalog.pg_database AS d
	UNION ALL
	SELECT CASE c.relkind WHEN 't' THEN 'toast table' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
		   c.oid::regclass::text, c.oid,
		   COALESCE(arch_inspect._xid_age(c.relfrozenxid), 0),
		   pg_catalog.mxid_age(c.relminmxid),
		   -- a TOAST table without options has those of its table
		   LEAST(pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint,
				 (SELECT o.option_value::bigint FROM pg_catalog.pg_options_to_table(COALESCE(c.reloptions, m.reloptions)) AS o
				   WHERE o.option_name = 'autovacuum_freeze_max_age')),
		   LEAST(pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::bigint,
				 (SELECT o.option_value::bigint FROM pg_catalog.pg_options_to_table(COALESCE(c.reloptions, m.reloptions)) AS o
				   WHERE o.option_name = 'autovacuum_multixact_freeze_max_age'))
	  FROM pg_catalog.pg_class AS c
	  LEFT JOIN pg_catalog.pg_class AS m ON c.relkind = 't' AND m.reltoastrelid = c.oid
	 WHERE c.relkind IN ('r', 'm', 't') AND c.relfrozenxid <> '0'::xid
)
SELECT a.kind, a.name, a.oid,
	   a.xid_age, 2147483647 - 3000000 - a.xid_age AS xids_left,
	   a.freeze_max_age - a.xid_age AS xids_to_forced_vacuum,
	   a.mxid_age, 2147483647 - 3000000 - a.mxid_age AS mxids_left,
	   a.multixact_freeze_max_age - a.mxid_age AS mxids_to_forced_vacuum,
	   r.xids AS xids_per_second, r.mxids AS mxids_per_second, r.since AS rate_since,
	   pg_catalog.now() + (LEAST((a.freeze_max_age - a.xid_age) / r.xids,
								 (a.multixact_freeze_max_age - a.mxid_age) / r.mxids,
								 1e10) + r.none) * interval '1 second' AS forced_vacuum_at,
	   pg_catalog.now() + (LEAST((2147483647 - 3000000 - a.xid_age) / r.xids,
								 (2147483647 - 3000000 - a.mxid_age) / r.mxids,
								 1e10) + r.none) * interval '1 second' AS stops_at
  FROM aged AS a CROSS JOIN rate AS r;

COMMENT ON VIEW arch_inspect.wraparound IS
'how many transaction ids and multixact ids are left, for every database and for every table of the current one. At today''s rate: that of the time since the last checkpoint. On a standby these are the primary''s, where the vacuum would come. For everybody. Makes visible: varsup.c (SetTransactionIdLimit), multixact.c, autovacuum.c';
COMMENT ON COLUMN arch_inspect.wraparound.kind IS '''database'', ''table'', ''materialized view'' or ''toast table''';
COMMENT ON COLUMN arch_inspect.wraparound.name IS 'its name';
COMMENT ON COLUMN arch_inspect.wraparound.oid IS 'its oid in pg_database or pg_class';
COMMENT ON COLUMN arch_inspect.wraparound.xid_age IS 'transaction ids between the oldest one that is not frozen there and the next one';
COMMENT ON COLUMN arch_inspect.wraparound.xids_left IS 'transaction ids until the server refuses to assign more (3 million before wraparound)';
COMMENT ON COLUMN arch_inspect.wraparound.xids_to_forced_vacuum IS 'transaction ids until autovacuum comes even if it is off; negative: overdue';
COMMENT ON COLUMN arch_inspect.wraparound.mxid_age IS 'as xid_age, of multixact ids';
COMMENT ON COLUMN arch_inspect.wraparound.mxids_left IS 'as xids_left, of multixact ids';
COMMENT ON COLUMN arch_inspect.wraparound.mxids_to_forced_vacuum IS 'as xids_to_forced_vacuum, of multixact ids';
COMMENT ON COLUMN arch_inspect.wraparound.xids_per_second IS 'transaction ids used a second since rate_since; NULL: none, or that is less than a second ago';
COMMENT ON COLUMN arch_inspect.wraparound.mxids_per_second IS 'as xids_per_second, of multixact ids';
COMMENT ON COLUMN arch_inspect.wraparound.rate_since IS 'the last checkpoint, on a standby the last restartpoint''s';
COMMENT ON COLUMN arch_inspect.wraparound.forced_vacuum_at IS 'when autovacuum will be forced at this rate; NULL: without a rate';
COMMENT ON COLUMN arch_inspect.wraparound.stops_at IS 'when the server would refuse to assign ids at this rate if VACUUM never came, at most 10^10 seconds from now';

GRANT SELECT ON arch_inspect.wraparound TO PUBLIC;
