--
-- arch_inspect: autovacuum_forecast (autovacuum is off on this server)
--
-- Needs: current_setting('autovacuum') = 'off'
CREATE ROLE regress_autovacuum_student;
CREATE SCHEMA regress_autovacuum;
CREATE TABLE regress_autovacuum.plain (i int, t text);
CREATE TABLE regress_autovacuum.own (i int, t text)
  WITH (autovacuum_vacuum_threshold = 7, autovacuum_vacuum_scale_factor = 0.5,
		autovacuum_vacuum_insert_threshold = 11, autovacuum_vacuum_insert_scale_factor = 0,
		autovacuum_analyze_threshold = 13, autovacuum_analyze_scale_factor = 0.25,
		autovacuum_freeze_max_age = 1000000, autovacuum_multixact_freeze_max_age = 2000000);
CREATE TABLE regress_autovacuum.toast_own (t text)
  WITH (autovacuum_vacuum_threshold = 7, toast.autovacuum_vacuum_threshold = 99,
		toast.autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_insert_threshold = -1);
CREATE MATERIALIZED VIEW regress_autovacuum.mat AS SELECT 1 AS i;
CREATE VIEW regress_autovacuum.view AS SELECT 1 AS i;
CREATE TABLE regress_autovacuum.parts (i int) PARTITION BY RANGE (i);
CREATE TEMP TABLE regress_temp (i int);
CREATE FUNCTION regress_autovacuum.of_interest(c pg_class) RETURNS text LANGUAGE sql RETURN
	CASE WHEN c.relkind = 't' THEN 'TOAST of ' || (SELECT m.relname FROM pg_class AS m WHERE m.reltoastrelid = c.oid)
		 ELSE c.relname END;
INSERT INTO regress_autovacuum.own SELECT i, 'x' FROM generate_series(1, 200) AS i;
ANALYZE regress_autovacuum.own;
GRANT USAGE ON SCHEMA regress_autovacuum TO regress_autovacuum_student;
SET ROLE regress_autovacuum_student;
SELECT c.relkind, regress_autovacuum.of_interest(c) AS relation, f.enabled, f.reltuples,
	   f.vacuum_threshold AS vacuum, f.insert_threshold AS insert, f.analyze_threshold AS analyze,
	   f.xid_age_limit, f.multixact_age_limit, f.due
  FROM arch_inspect.autovacuum_forecast AS f JOIN pg_class AS c ON c.oid = f.relation
 WHERE c.relnamespace = 'regress_autovacuum'::regnamespace
	OR c.oid IN (SELECT m.reltoastrelid FROM pg_class AS m WHERE m.relnamespace = 'regress_autovacuum'::regnamespace)
 ORDER BY regress_autovacuum.of_interest(c) COLLATE "C";
-- what is never analyzed; temporary tables, views and partitioned tables are not visited
SELECT count(*) FILTER (WHERE analyze_threshold IS NULL) AS never_analyzed
  FROM arch_inspect.autovacuum_forecast WHERE relation = 'pg_statistic'::regclass;
SELECT count(*) FROM arch_inspect.autovacuum_forecast
 WHERE relation::text ~ 'regress_temp|regress_autovacuum.(view|parts)$';
SELECT count(*) AS missing FROM pg_class
 WHERE relkind IN ('r', 'm', 't') AND relpersistence <> 't'
   AND oid NOT IN (SELECT relid FROM arch_parts.autovacuum_thresholds());
SELECT bool_and(wraparound_percent BETWEEN 0 AND 100) AS safe, bool_and(due = '{}') AS nothing_due,
	   bool_and(xid_age = age(relfrozenxid)) AS same_age, bool_and(multixact_age = mxid_age(relminmxid)) AS same_mxid_age
  FROM arch_inspect.autovacuum_forecast JOIN pg_class AS c ON c.oid = relation;
RESET ROLE;
DROP SCHEMA regress_autovacuum CASCADE;
DROP ROLE regress_autovacuum_student;
