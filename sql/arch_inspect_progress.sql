--
-- arch_inspect: vacuum_progress, rewrite_progress, autovacuum_scores and
-- data_checksums where nothing runs (t/350 has commands that do)
--
CREATE ROLE regress_progress_student;
SELECT current_setting('server_version_num')::int / 10000 AS major \gset
SELECT count(*) FROM arch_inspect.vacuum_progress WHERE pid = pg_backend_pid();
SELECT count(*) FROM arch_inspect.rewrite_progress WHERE pid = pg_backend_pid();
SELECT (count(*) > 0) = (:major >= 19) AS as_expected FROM arch_inspect.autovacuum_scores;
SELECT count(*) FROM arch_inspect.autovacuum_scores
 WHERE score <> GREATEST(xid_score, mxid_score, vacuum_score, vacuum_insert_score, analyze_score)
	OR (because_of IS NULL) <> (score = 0) OR (place IS NOT NULL) <> (do_vacuum OR do_analyze);
-- a row a database, and one for what all share
SELECT count(*) - count(datname) AS shared,
	   count(*) = (SELECT count(*) FROM pg_stat_database) AS all_databases,
	   bool_and(state = current_setting('data_checksums')) AS state,
	   bool_and(state_in_words IS NOT NULL) AS words,
	   bool_and((checksum_failures IS NULL) = (state = 'off')) AS counted_where_on
  FROM arch_inspect.data_checksums;
SET ROLE regress_progress_student;
SELECT count(*) >= 0 AS may FROM arch_inspect.vacuum_progress;
SELECT count(*) >= 0 AS may FROM arch_inspect.rewrite_progress;
SELECT count(*) >= 0 AS may FROM arch_inspect.autovacuum_scores;
SELECT count(*) > 0 AS may FROM arch_inspect.data_checksums;
RESET ROLE;
BEGIN READ ONLY;
SELECT count(*) >= 0 AS may FROM arch_inspect.vacuum_progress;
SELECT pg_current_xact_id_if_assigned() IS NULL AS no_xid;
COMMIT;
DROP ROLE regress_progress_student;
