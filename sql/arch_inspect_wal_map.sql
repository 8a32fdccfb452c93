--
-- The visibility map in the WAL: which records name its blocks, and who sets
-- its bits, which differs from release to release
--
CREATE TABLE map (id int, v int) WITH (autovacuum_enabled = off);
INSERT INTO map SELECT i, 0 FROM generate_series(1, 10) AS i;
VACUUM map;
CHECKPOINT;
SELECT current_setting('server_version_num')::int AS version \gset
SELECT :version >= 190000 OR :version BETWEEN 180005 AND 189999 OR
	   :version BETWEEN 170011 AND 179999 AS named \gset

-- what clears a bit names the map's block, or only says that it clears it
SELECT pg_current_wal_insert_lsn() AS before_delete \gset
DELETE FROM map WHERE id = 1;
SELECT action ~ '^delete \(0,1\)' AS deletes, fork, blocks,
	   (action ~ ', in block 0 of the map$') = :'named' AS as_this_release
  FROM arch_inspect.wal_records(:'before_delete', NULL)
 WHERE relation = 'map'::regclass AND rmgr = 'Heap' ORDER BY lsn;
SELECT (count(*) = 1) = :'named' AS as_this_release
  FROM arch_inspect.page_history('map', 0, :'before_delete', NULL, 'vm');

-- VACUUM sets the bits again, from 19 on with the record of its first pass
SELECT pg_current_wal_insert_lsn() AS before_vacuum \gset
VACUUM (FREEZE) map;
INSERT INTO map VALUES (0, 0);	-- its commit flushes the log
SELECT count(*) > 0 AS said,
	   bool_or(record_type ~ '^PRUNE' AND action ~ 'all-visible and all-frozen, in block 0 of the map$') =
	   (:version >= 190000) AS as_this_major
  FROM arch_inspect.wal_records(:'before_vacuum', NULL)
 WHERE relation = 'map'::regclass AND action ~ 'all-visible';
SELECT count(*) > 0 AS found
  FROM arch_inspect.page_history('map', 0, :'before_vacuum', NULL, 'vm');

-- from 19 on a query that only reads sets them, of pages that are full
CREATE TABLE seen (id int) WITH (autovacuum_enabled = off);
INSERT INTO seen SELECT generate_series(1, 300);
SELECT pg_current_wal_insert_lsn() AS before_select \gset
SELECT count(*) FROM seen;
SELECT count(*) FROM seen;
INSERT INTO map VALUES (0, 0);	-- its commit flushes the log
SELECT (count(*) FILTER (WHERE all_visible) = 1) = (:version >= 190000) AS as_this_major
  FROM arch_inspect.page_map('seen') WHERE blkno = 0;
SELECT (count(*) = 1) = (:version >= 190000) AS as_this_major
  FROM arch_inspect.wal_records(:'before_select', NULL)
 WHERE relation = 'seen'::regclass AND action = 'mark block 0 all-visible, in block 0 of the map';
DROP TABLE map, seen;
