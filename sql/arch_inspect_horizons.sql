--
-- arch_inspect: xmin_horizons, wraparound
--
-- Needs: current_setting('wal_level') = 'logical'
-- Needs: current_setting('max_prepared_transactions')::int > 0

-- one's own session is there, and four horizons
SELECT kind, affects, harmless, reason, advice FROM arch_inspect.xmin_horizons WHERE pid = pg_backend_pid();
SELECT kind, holder, database = current_database() AS here, behind >= 0 AS counted, advice ~ '^VACUUM here removes' AS says
  FROM arch_inspect.xmin_horizons WHERE kind = 'horizon' ORDER BY holder;
SELECT count(*) AS oldest FROM arch_inspect.xmin_horizons WHERE oldest AND (harmless OR kind = 'horizon');

-- a prepared transaction and a slot hold back what they hold
SELECT pg_create_logical_replication_slot('regress_logical', 'test_decoding') IS NOT NULL AS made;
BEGIN;
CREATE TABLE held (a int);
SELECT pg_current_xact_id() AS held \gset
PREPARE TRANSACTION 'regress_horizons';
SELECT kind, holder, database = current_database() AS here, xmin = :'held' AS at_xid, since <= clock_timestamp() AS timed, affects,
	   regexp_replace(advice, 'in database .*', 'in database N') AS advice
  FROM arch_inspect.xmin_horizons WHERE holder LIKE 'regress%' ORDER BY holder;
SELECT h.holder, h.xmin <= :'held' AS held_back FROM arch_inspect.xmin_horizons AS h WHERE kind = 'horizon' AND holder <> 'temporary tables' ORDER BY holder;
ROLLBACK PREPARED 'regress_horizons';
SELECT pg_drop_replication_slot('regress_logical');
SELECT h.holder, h.xmin > :'held' AS moved_on FROM arch_inspect.xmin_horizons AS h WHERE kind = 'horizon' ORDER BY holder;

-- a snapshot kept holds back, that of the looking statement alone does not
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT 1 AS snapshot;
SELECT bool_and(h.xmin <= i.holds_back) AS held FROM arch_inspect.xmin_horizons AS h, arch_inspect.snapshot_info() AS i
 WHERE h.kind = 'horizon' AND h.holder <> 'temporary tables';
COMMIT;

-- wraparound
SELECT kind, count(*) > 0 AS some, bool_and(xid_age >= 0 AND xids_left > 0) AS xids, bool_and(mxid_age >= 0 AND mxids_left > 0) AS mxids
  FROM arch_inspect.wraparound GROUP BY kind ORDER BY kind;
SELECT count(*) AS missing FROM pg_database AS d
 WHERE NOT EXISTS (SELECT FROM arch_inspect.wraparound AS w WHERE w.kind = 'database' AND w.oid = d.oid);
CREATE TABLE frozen_early (a int, b text) WITH (autovacuum_freeze_max_age = 100000);
SELECT kind, name, xids_to_forced_vacuum <= 100000 AS early,
	   xids_left + xid_age AS limit_of_age, xids_per_second IS NULL OR forced_vacuum_at IS NOT NULL AS rated
  FROM arch_inspect.wraparound WHERE oid = 'frozen_early'::regclass AND kind = 'table';
-- as for its table, which sets it for both
SELECT kind, xids_to_forced_vacuum <= 100000 AS early
  FROM arch_inspect.wraparound WHERE oid = (SELECT reltoastrelid FROM pg_class WHERE oid = 'frozen_early'::regclass);
DROP TABLE frozen_early;

-- a temporary table is its session's affair alone
CREATE TEMP TABLE regress_temp (a int, b text);
SELECT kind, name, owner = current_user AS own, xids_to_forced_vacuum IS NULL AS never_forced, forced_vacuum_at IS NULL AS never,
	   pinned_by = format('process %s, whose temporary table it is: no autovacuum comes to it', pg_backend_pid()) AS pinned
  FROM arch_inspect.wraparound WHERE oid = 'regress_temp'::regclass;
SELECT kind, pinned_by = format('process %s, whose temporary table it is: no autovacuum comes to it', pg_backend_pid()) AS pinned
  FROM arch_inspect.wraparound WHERE oid = (SELECT reltoastrelid FROM pg_class WHERE oid = 'regress_temp'::regclass);
SELECT arch_parts.temp_schema_owner('pg_catalog'::regnamespace) AS of_none, arch_parts.temp_schema_owner(0) AS of_nothing;
DROP TABLE regress_temp;
SELECT members_used >= 0 AS used, members_left IS NULL OR members_left > 0 AS some_left, mxids_left <= COALESCE(members_left / 2, mxids_left) AS bounded
  FROM arch_inspect.wraparound WHERE kind = 'database' AND name = 'template0';

-- for everybody
CREATE ROLE regress_horizons;
SET ROLE regress_horizons;
SELECT count(*) >= 5 AS seen FROM arch_inspect.xmin_horizons;
SELECT count(*) > 0 AS seen FROM arch_inspect.wraparound;
SELECT count(*) >= 0 AS seen FROM arch_inspect.lock_waits;
RESET ROLE;
DROP ROLE regress_horizons;
