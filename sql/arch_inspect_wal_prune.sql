--
-- wal_records: what pruning did, where the record holds the page whole and so
-- not the list of what became unused
--
CREATE TABLE pruned (id int, v int) WITH (autovacuum_enabled = off);
INSERT INTO pruned SELECT i, 0 FROM generate_series(1, 10) AS i;
UPDATE pruned SET v = 1;
UPDATE pruned SET v = 2;
SELECT count(*) FROM pruned;
-- the first record on the page after a checkpoint holds it whole, the next does not
CHECKPOINT;
SELECT pg_current_wal_insert_lsn() AS with_image \gset
VACUUM (INDEX_CLEANUP off, TRUNCATE off) pruned;
INSERT INTO pruned VALUES (0);	-- its commit flushes the log
SELECT regexp_replace(action, 'block \d+', 'block N') ~
	   CASE WHEN current_setting('server_version_num')::int >= 170000 THEN ': in the page image(, marks it all-visible.*)?$'
			ELSE '^prune block N: 10 redirected, what became unused is in the page image$' END AS told, fpi_length > 0 AS image
  FROM arch_inspect.wal_records(:'with_image', NULL)
 WHERE relation = 'pruned'::regclass AND record_type ~ '^PRUNE' ORDER BY lsn LIMIT 1;
UPDATE pruned SET v = 3;
SELECT count(*) FROM pruned;
SELECT pg_current_wal_insert_lsn() AS without_image \gset
VACUUM (INDEX_CLEANUP off, TRUNCATE off) pruned;
INSERT INTO pruned VALUES (0);	-- its commit flushes the log
SELECT action ~ ': 1[01] redirected, 1[01] unused' AS told, fpi_length > 0 AS image
  FROM arch_inspect.wal_records(:'without_image', NULL)
 WHERE relation = 'pruned'::regclass AND record_type ~ '^PRUNE' ORDER BY lsn LIMIT 1;
DROP TABLE pruned;
