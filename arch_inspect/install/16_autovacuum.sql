--
-- Autovacuum: how far each table is from the next visit, and why.
--
CREATE FUNCTION arch_parts.autovacuum_thresholds(
	OUT relid oid,
	OUT enabled boolean,
	OUT reltuples real,
	OUT dead_rows bigint,
	OUT vacuum_threshold real,
	OUT inserted_rows bigint,
	OUT insert_threshold real,
	OUT modified_rows bigint,
	OUT analyze_threshold real,
	OUT xid_age integer,
	OUT xid_age_limit integer,
	OUT multixact_age integer,
	OUT multixact_age_limit integer,
	OUT due_dead boolean,
	OUT due_inserted boolean,
	OUT due_analyze boolean,
	OUT due_wraparound boolean,
	OUT tables text)
RETURNS SETOF record
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 200 COST 10000
AS 'MODULE_PATHNAME', 'ai_autovacuum_thresholds';
COMMENT ON FUNCTION arch_parts.autovacuum_thresholds() IS
'For each table, materialized view and TOAST table of this database, other than
temporary ones: what autovacuum counts and the thresholds it compares with, by
the rule of relation_needs_vacanalyze() in autovacuum.c: the table''s own
options (a TOAST table without any has those of its table), the settings, from
18 on the maximum threshold and the unfrozen share. reltuples is null before
the first VACUUM or ANALYZE; insert_threshold where inserts do not count (-1);
analyze_threshold for what is never analyzed. enabled is false where only
wraparound makes autovacuum come: autovacuum or track_counts is off, or the
table''s option. It is false on a standby too, where nothing is ever due:
autovacuum works on the primary, which also has the counts. tables: the kind
of table, whose horizon its dead rows wait for (as in xmin_horizons). For
everybody.';

CREATE VIEW arch_inspect.autovacuum_forecast AS
WITH oldest AS MATERIALIZED (
	-- who holds back most, for each kind of table
	SELECT DISTINCT ON (t.name) t.name AS tables, h.who, h.behind
	  FROM arch_parts.holders AS h, unnest(h.tables) AS t (name)
	 WHERE NOT h.harmless
	 ORDER BY t.name, h.behind DESC, h.who
), workers AS MATERIALIZED (
	SELECT v.relid, pg_catalog.format('process %s: vacuum, %s', v.pid, v.phase) AS does
	  FROM pg_catalog.pg_stat_progress_vacuum AS v WHERE v.datname = pg_catalog.current_database()
	UNION ALL
	SELECT a.relid, pg_catalog.format('process %s: analyze, %s', a.pid, a.phase)
	  FROM pg_catalog.pg_stat_progress_analyze AS a WHERE a.datname = pg_catalog.current_database()
), progress AS (
	SELECT t.*,
		   CASE WHEN t.enabled THEN 100.0 * t.dead_rows / NULLIF(t.vacuum_threshold, 0) END AS dead_percent,
		   CASE WHEN t.enabled THEN 100.0 * t.inserted_rows / NULLIF(t.insert_threshold, 0) END AS insert_percent,
		   CASE WHEN t.enabled THEN 100.0 * t.modified_rows / NULLIF(t.analyze_threshold, 0) END AS analyze_percent,
		   GREATEST(100.0 * t.xid_age / t.xid_age_limit,
					100.0 * t.multixact_age / NULLIF(t.multixact_age_limit, 0)) AS wraparound_percent
	  FROM arch_parts.autovacuum_thresholds() AS t
)
SELECT p.relid::pg_catalog.regclass AS relation,
	   p.enabled, p.reltuples,
	   p.dead_rows, p.vacuum_threshold, pg_catalog.round(p.dead_percent::numeric, 1) AS vacuum_percent,
	   p.inserted_rows, p.insert_threshold, pg_catalog.round(p.insert_percent::numeric, 1) AS insert_percent,
	   p.modified_rows, p.analyze_threshold, pg_catalog.round(p.analyze_percent::numeric, 1) AS analyze_percent,
	   p.xid_age, p.xid_age_limit, p.multixact_age, p.multixact_age_limit,
	   pg_catalog.round(p.wraparound_percent::numeric, 1) AS wraparound_percent,
	   pg_catalog.array_remove(ARRAY[
			CASE WHEN p.due_wraparound THEN 'vacuum against wraparound' END,
			CASE WHEN p.due_dead THEN 'vacuum of dead rows' END,
			CASE WHEN p.due_inserted THEN 'vacuum of inserted rows' END,
			CASE WHEN p.due_analyze THEN 'analyze' END], NULL) AS due,
	   CASE CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN
			GREATEST(p.dead_percent, p.insert_percent, p.analyze_percent, p.wraparound_percent) END
	   WHEN 0 THEN NULL
	   WHEN p.wraparound_percent THEN 'vacuum against wraparound'
	   WHEN p.dead_percent THEN 'vacuum of dead rows'
	   WHEN p.insert_percent THEN 'vacuum of inserted rows'
	   WHEN p.analyze_percent THEN 'analyze' END AS next_rule,
	   CASE WHEN p.dead_rows > 0 THEN
			(SELECT pg_catalog.format('%s (%s transactions back)', o.who, o.behind) FROM oldest AS o WHERE o.tables = p.tables) END AS held_back_by,
	   (SELECT pg_catalog.string_agg(w.does, '; ') FROM workers AS w WHERE w.relid = p.relid) AS worker
  FROM progress AS p;
COMMENT ON VIEW arch_inspect.autovacuum_forecast IS
'How far each table is from autovacuum''s next visit.
For every table of this database what autovacuum looks at, in figures: rows
counted, thresholds, how far along each is. A rule is due when the count
passes its threshold (or the age its limit): a worker acts at its next visit,
autovacuum_naptime apart at most, if one is free. For everybody. Counts are
cumulative statistics, which lag a little. Columns as in
arch_parts.autovacuum_thresholds(), and:';
COMMENT ON COLUMN arch_inspect.autovacuum_forecast.enabled IS 'false: only wraparound makes autovacuum come, and on a standby nothing does';
COMMENT ON COLUMN arch_inspect.autovacuum_forecast.vacuum_percent IS 'how far the dead rows are on the way to their threshold; null where they do not count';
COMMENT ON COLUMN arch_inspect.autovacuum_forecast.wraparound_percent IS 'how far the older of relfrozenxid and relminmxid is on the way to a forced vacuum';
COMMENT ON COLUMN arch_inspect.autovacuum_forecast.due IS 'the rules that have fired already; empty when none has';
COMMENT ON COLUMN arch_inspect.autovacuum_forecast.next_rule IS 'the rule that is furthest along; null when nothing moves, and on a standby';
COMMENT ON COLUMN arch_inspect.autovacuum_forecast.held_back_by IS 'who keeps a vacuum from removing the newest dead rows: of the holders in xmin_horizons that count for such a table, the oldest. Null when nobody does, or no row is dead. How many of the dead rows it keeps, why_dead() counts';
COMMENT ON COLUMN arch_inspect.autovacuum_forecast.worker IS 'what is being done to it now, by autovacuum or by hand; null when nothing, or (another role''s) without pg_read_all_stats';

REVOKE ALL ON FUNCTION arch_parts.autovacuum_thresholds() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.autovacuum_thresholds() TO PUBLIC;
REVOKE ALL ON arch_inspect.autovacuum_forecast FROM PUBLIC;
GRANT SELECT ON arch_inspect.autovacuum_forecast TO PUBLIC;
