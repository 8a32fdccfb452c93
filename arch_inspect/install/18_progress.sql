--
-- Progress: what VACUUM and its kin are doing, autovacuum's order, checksums.
--
-- The server's views of progress change their columns with the majors; a
-- function asks by the server's version.
--
CREATE FUNCTION arch_parts.vacuum_progress(
	OUT pid integer, OUT datid oid, OUT datname name, OUT relid oid, OUT phase text,
	OUT heap_blks_total bigint, OUT heap_blks_scanned bigint, OUT heap_blks_vacuumed bigint,
	OUT index_vacuum_count bigint, OUT indexes_total bigint, OUT indexes_processed bigint,
	OUT memory_limit_bytes bigint, OUT memory_used_bytes bigint, OUT dead_items bigint,
	OUT delay_time double precision, OUT mode text, OUT started_by text)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000 ROWS 3
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	version		int := current_setting('server_version_num')::int;
BEGIN
	-- until 16 an array of TIDs, six bytes each
	RETURN QUERY EXECUTE
		'SELECT v.pid, v.datid, v.datname, v.relid, v.phase, v.heap_blks_total, '
		'v.heap_blks_scanned, v.heap_blks_vacuumed, v.index_vacuum_count, '
		|| CASE WHEN version >= 170000
				THEN 'v.indexes_total, v.indexes_processed, v.max_dead_tuple_bytes, v.dead_tuple_bytes, v.num_dead_item_ids, '
				ELSE 'NULL::bigint, NULL::bigint, v.max_dead_tuples * 6, v.num_dead_tuples * 6, v.num_dead_tuples, ' END
		|| CASE WHEN version >= 180000 THEN 'v.delay_time, ' ELSE 'NULL::double precision, ' END
		|| CASE WHEN version >= 190000 THEN 'v.mode, v.started_by' ELSE 'NULL::text, NULL::text' END
		|| ' FROM pg_catalog.pg_stat_progress_vacuum AS v';
END
$$;
COMMENT ON FUNCTION arch_parts.vacuum_progress() IS
'Part of vacuum_progress: pg_stat_progress_vacuum, whose columns differ by
major.';
REVOKE ALL ON FUNCTION arch_parts.vacuum_progress() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.vacuum_progress() TO PUBLIC;

CREATE VIEW arch_inspect.vacuum_progress AS
SELECT v.pid, v.datname,
	   CASE WHEN v.datname = pg_catalog.current_database() THEN v.relid::pg_catalog.regclass END AS relation,
	   v.relid,
	   COALESCE(v.started_by, CASE WHEN p.kind = 'autovacuum worker' THEN 'autovacuum'
								   WHEN p.kind IS NOT NULL THEN 'manual' END) AS started_by,
	   v.mode, v.phase,
	   CASE v.phase
	   WHEN 'initializing' THEN 'about to read the table'
	   WHEN 'scanning heap' THEN 'reads the pages that are not all-visible, prunes and freezes their rows, and notes the pointers of dead rows'
	   WHEN 'vacuuming indexes' THEN 'goes through every index and removes the entries that point to the dead rows noted'
	   WHEN 'vacuuming heap' THEN 'goes back to the table and makes the noted pointers free for new rows'
	   WHEN 'cleaning up indexes' THEN 'the table is read: each index is cleaned up and its statistics are renewed'
	   WHEN 'truncating heap' THEN 'gives empty pages at the end of the table back to the system; needs an exclusive lock for it'
	   WHEN 'performing final cleanup' THEN 'renews the free space map and the statistics of the table'
	   END AS phase_in_words,
	   v.heap_blks_total, v.heap_blks_scanned, v.heap_blks_vacuumed,
	   pg_catalog.round(100.0 * v.heap_blks_scanned / NULLIF(v.heap_blks_total, 0), 1) AS scanned_percent,
	   v.index_vacuum_count, v.indexes_total, v.indexes_processed,
	   v.memory_limit_bytes, v.memory_used_bytes,
	   pg_catalog.round(100.0 * v.memory_used_bytes / NULLIF(v.memory_limit_bytes, 0), 1) AS memory_percent,
	   v.dead_items,
	   CASE WHEN v.memory_limit_bytes > 0 THEN
			pg_catalog.format('%s of at most %s for %s pointers of dead rows, %s; when it is full, %s',
				pg_catalog.pg_size_pretty(v.memory_used_bytes), pg_catalog.pg_size_pretty(v.memory_limit_bytes),
				v.dead_items,
				CASE WHEN pg_catalog.current_setting('server_version_num')::integer >= 170000
					 THEN 'kept in a radix tree (TidStore) that grows as needed'
					 ELSE 'six bytes each, in an array that was set aside at the start' END,
				CASE WHEN v.index_vacuum_count > 0
					 THEN pg_catalog.format('the indexes are gone through once more (until now %s times)', v.index_vacuum_count)
					 ELSE 'the indexes are gone through before the table is read further' END)
			END AS memory_in_words,
	   v.delay_time
  FROM arch_parts.vacuum_progress() AS v
  LEFT JOIN arch_parts.process_scan() AS p ON p.pid = v.pid;
COMMENT ON VIEW arch_inspect.vacuum_progress IS
'What each running VACUUM does, and how far it is.
What each running VACUUM does, how far it is and with how much memory; one
interface over pg_stat_progress_vacuum of all majors. A VACUUM FULL is in
rewrite_progress. For everybody, but another role''s VACUUM shows pid and
database only, unless the caller is a member of pg_read_all_stats. Source:
src/backend/access/heap/vacuumlazy.c.';
COMMENT ON COLUMN arch_inspect.vacuum_progress.relation IS 'the table; null in another database, see relid';
COMMENT ON COLUMN arch_inspect.vacuum_progress.started_by IS 'manual, autovacuum, or (only 19 and later tell) autovacuum_wraparound';
COMMENT ON COLUMN arch_inspect.vacuum_progress.mode IS 'normal, aggressive or failsafe; null before 19';
COMMENT ON COLUMN arch_inspect.vacuum_progress.phase IS 'the server''s name of the phase';
COMMENT ON COLUMN arch_inspect.vacuum_progress.phase_in_words IS 'what is done in it';
COMMENT ON COLUMN arch_inspect.vacuum_progress.heap_blks_total IS 'pages of the table at the start';
COMMENT ON COLUMN arch_inspect.vacuum_progress.heap_blks_scanned IS 'pages passed, those skipped by the visibility map too';
COMMENT ON COLUMN arch_inspect.vacuum_progress.heap_blks_vacuumed IS 'pages whose dead pointers were made free';
COMMENT ON COLUMN arch_inspect.vacuum_progress.scanned_percent IS 'heap_blks_scanned of heap_blks_total';
COMMENT ON COLUMN arch_inspect.vacuum_progress.index_vacuum_count IS 'times that all indexes were gone through; more than one tells that the memory was too small';
COMMENT ON COLUMN arch_inspect.vacuum_progress.indexes_total IS 'indexes to go through in this round; null before 17';
COMMENT ON COLUMN arch_inspect.vacuum_progress.indexes_processed IS 'those done in this round; null before 17';
COMMENT ON COLUMN arch_inspect.vacuum_progress.memory_limit_bytes IS 'memory for the pointers of dead rows (maintenance_work_mem, autovacuum_work_mem; until 16 less for a small table)';
COMMENT ON COLUMN arch_inspect.vacuum_progress.memory_used_bytes IS 'what they take now; until 16 that part of the array which is filled';
COMMENT ON COLUMN arch_inspect.vacuum_progress.memory_percent IS 'memory_used_bytes of memory_limit_bytes';
COMMENT ON COLUMN arch_inspect.vacuum_progress.dead_items IS 'pointers of dead rows noted since the indexes were last gone through';
COMMENT ON COLUMN arch_inspect.vacuum_progress.memory_in_words IS 'the same in words';
COMMENT ON COLUMN arch_inspect.vacuum_progress.delay_time IS 'milliseconds spent asleep by vacuum_cost_delay; counted where track_cost_delay_timing is on; null before 18';

CREATE FUNCTION arch_parts.rewrite_progress(
	OUT pid integer, OUT datid oid, OUT datname name, OUT relid oid, OUT command text, OUT phase text,
	OUT index_relid oid, OUT heap_blks_total bigint, OUT heap_blks_scanned bigint,
	OUT heap_tuples_scanned bigint, OUT heap_tuples_written bigint,
	OUT heap_tuples_inserted bigint, OUT heap_tuples_updated bigint, OUT heap_tuples_deleted bigint,
	OUT index_rebuild_count bigint)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000 ROWS 3
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- 19 gathered CLUSTER, VACUUM FULL and REPACK
	RETURN QUERY EXECUTE
		CASE WHEN current_setting('server_version_num')::int >= 190000 THEN
			'SELECT r.pid, r.datid, r.datname, r.relid, r.command, r.phase, r.repack_index_relid, '
			'r.heap_blks_total, r.heap_blks_scanned, r.heap_tuples_scanned, '
			'r.heap_tuples_inserted + r.heap_tuples_updated, '
			'r.heap_tuples_inserted, r.heap_tuples_updated, r.heap_tuples_deleted, '
			'r.index_rebuild_count FROM pg_catalog.pg_stat_progress_repack AS r'
		ELSE
			'SELECT c.pid, c.datid, c.datname, c.relid, c.command, c.phase, c.cluster_index_relid, '
			'c.heap_blks_total, c.heap_blks_scanned, c.heap_tuples_scanned, c.heap_tuples_written, '
			'NULL::bigint, NULL::bigint, NULL::bigint, '
			'c.index_rebuild_count FROM pg_catalog.pg_stat_progress_cluster AS c'
		END;
END
$$;
COMMENT ON FUNCTION arch_parts.rewrite_progress() IS
'Part of rewrite_progress: pg_stat_progress_cluster, or from 19 on
pg_stat_progress_repack.';
REVOKE ALL ON FUNCTION arch_parts.rewrite_progress() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.rewrite_progress() TO PUBLIC;

CREATE VIEW arch_inspect.rewrite_progress AS
SELECT r.pid, r.datname,
	   CASE WHEN r.datname = pg_catalog.current_database() THEN r.relid::pg_catalog.regclass END AS relation,
	   r.relid, r.command, r.phase,
	   CASE r.phase
	   WHEN 'initializing' THEN 'about to read the table'
	   WHEN 'seq scanning heap' THEN 'reads the table from first page to last'
	   WHEN 'index scanning heap' THEN 'reads the table in the order of the index'
	   WHEN 'sorting tuples' THEN 'sorts the rows that it has read'
	   WHEN 'writing new heap' THEN 'writes the sorted rows to new files'
	   WHEN 'catch-up' THEN 'applies what others changed in the table meanwhile'
	   WHEN 'swapping relation files' THEN 'puts the new files in the place of the old ones'
	   WHEN 'rebuilding index' THEN 'makes the indexes anew'
	   WHEN 'performing final cleanup' THEN 'removes the old files'
	   END AS phase_in_words,
	   CASE WHEN r.datname = pg_catalog.current_database() THEN NULLIF(r.index_relid, 0)::pg_catalog.regclass END AS by_index,
	   r.heap_blks_total, r.heap_blks_scanned,
	   pg_catalog.round(100.0 * r.heap_blks_scanned / NULLIF(r.heap_blks_total, 0), 1) AS scanned_percent,
	   r.heap_tuples_scanned, r.heap_tuples_written,
	   r.heap_tuples_inserted, r.heap_tuples_updated, r.heap_tuples_deleted,
	   r.index_rebuild_count
  FROM arch_parts.rewrite_progress() AS r;
COMMENT ON VIEW arch_inspect.rewrite_progress IS
'What each CLUSTER, VACUUM FULL or REPACK does.
Each running command that writes a table anew: CLUSTER, VACUUM FULL, and from
19 on REPACK; what it does and how far it is. For everybody, but another
role''s command shows pid and database only, unless the caller is a member of
pg_read_all_stats. Source: src/include/commands/progress.h.';
COMMENT ON COLUMN arch_inspect.rewrite_progress.relation IS 'the table; null in another database, see relid';
COMMENT ON COLUMN arch_inspect.rewrite_progress.command IS 'CLUSTER, VACUUM FULL, or from 19 on REPACK';
COMMENT ON COLUMN arch_inspect.rewrite_progress.phase IS 'the server''s name of the phase';
COMMENT ON COLUMN arch_inspect.rewrite_progress.phase_in_words IS 'what is done in it';
COMMENT ON COLUMN arch_inspect.rewrite_progress.by_index IS 'the index whose order the rows get; until 18 null where they are sorted for it, and not read by it';
COMMENT ON COLUMN arch_inspect.rewrite_progress.heap_blks_total IS 'pages of the table, where it is not read by an index';
COMMENT ON COLUMN arch_inspect.rewrite_progress.scanned_percent IS 'heap_blks_scanned of heap_blks_total';
COMMENT ON COLUMN arch_inspect.rewrite_progress.heap_tuples_scanned IS 'rows read';
COMMENT ON COLUMN arch_inspect.rewrite_progress.heap_tuples_written IS 'rows written to the new files';
COMMENT ON COLUMN arch_inspect.rewrite_progress.heap_tuples_inserted IS 'of these, copied, or inserted meanwhile by others; null before 19';
COMMENT ON COLUMN arch_inspect.rewrite_progress.heap_tuples_updated IS 'rows that others updated meanwhile (REPACK CONCURRENTLY); null before 19';
COMMENT ON COLUMN arch_inspect.rewrite_progress.heap_tuples_deleted IS 'rows that others deleted meanwhile (REPACK CONCURRENTLY); null before 19';
COMMENT ON COLUMN arch_inspect.rewrite_progress.index_rebuild_count IS 'indexes made anew until now';

--
-- autovacuum's own order, from 19 on
--
CREATE FUNCTION arch_parts.autovacuum_scores(
	OUT relid oid, OUT score double precision, OUT xid_score double precision,
	OUT mxid_score double precision, OUT vacuum_score double precision,
	OUT vacuum_insert_score double precision, OUT analyze_score double precision,
	OUT do_vacuum boolean, OUT do_analyze boolean, OUT for_wraparound boolean)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000 ROWS 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('server_version_num')::int >= 190000 THEN
		RETURN QUERY EXECUTE
			'SELECT s.oid, s.score, s.xid_score, s.mxid_score, s.vacuum_score, '
			's.vacuum_insert_score, s.analyze_score, s.do_vacuum, s.do_analyze, s.for_wraparound '
			'FROM pg_catalog.pg_stat_get_autovacuum_scores() AS s';
	END IF;
END
$$;
COMMENT ON FUNCTION arch_parts.autovacuum_scores() IS
'Part of autovacuum_scores: pg_stat_get_autovacuum_scores(), which came in 19.';
REVOKE ALL ON FUNCTION arch_parts.autovacuum_scores() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.autovacuum_scores() TO PUBLIC;

CREATE VIEW arch_inspect.autovacuum_scores AS
SELECT s.relid::pg_catalog.regclass AS relation,
	   CASE WHEN s.do_vacuum OR s.do_analyze THEN
			pg_catalog.rank() OVER (PARTITION BY s.do_vacuum OR s.do_analyze ORDER BY s.score DESC) END AS place,
	   s.score,
	   CASE WHEN s.score > 0 THEN
			CASE s.score
			WHEN s.xid_score THEN 'age of relfrozenxid'
			WHEN s.mxid_score THEN 'age of relminmxid'
			WHEN s.vacuum_score THEN 'dead rows'
			WHEN s.vacuum_insert_score THEN 'inserted rows'
			WHEN s.analyze_score THEN 'changed rows' END END AS because_of,
	   s.xid_score, s.mxid_score, s.vacuum_score, s.vacuum_insert_score, s.analyze_score,
	   s.do_vacuum, s.do_analyze, s.for_wraparound
  FROM arch_parts.autovacuum_scores() AS s;
COMMENT ON VIEW arch_inspect.autovacuum_scores IS
'In which order autovacuum takes the tables.
In which order autovacuum would take the tables of this database, by the
server''s own scores; autovacuum_forecast has the figures behind. Needs 19 or
later; before, no rows: until 18 a worker takes the tables in the order of
pg_class. A score is a count divided by its threshold (an age by its limit),
times the setting autovacuum_..._score_weight of that rule; the largest
counts. For everybody. Source: src/backend/postmaster/autovacuum.c.';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.place IS 'place in the order among the tables that are due; null for those that are not';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.score IS 'the largest of the five that follow';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.because_of IS 'which of the five it is; null when the score is 0';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.xid_score IS 'of the age of relfrozenxid';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.mxid_score IS 'of the age of relminmxid';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.vacuum_score IS 'of the dead rows';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.vacuum_insert_score IS 'of the inserted rows';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.analyze_score IS 'of the changed rows';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.do_vacuum IS 'whether it would be vacuumed';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.do_analyze IS 'whether it would be analyzed';
COMMENT ON COLUMN arch_inspect.autovacuum_scores.for_wraparound IS 'whether an age makes it due, which holds where autovacuum is off too';

--
-- Data checksums
--
CREATE VIEW arch_inspect.data_checksums AS
SELECT d.datname,
	   pg_catalog.current_setting('data_checksums') AS state,
	   CASE pg_catalog.current_setting('data_checksums')
	   WHEN 'on' THEN 'each page gets a checksum when it is written, and is checked when it is read into a buffer'
	   WHEN 'off' THEN 'no page is checked: what the storage returns is believed'
	   WHEN 'inprogress-on' THEN 'being switched on: each page gets a checksum when it is written, none is checked before all have one'
	   WHEN 'inprogress-off' THEN 'being switched off: pages still get checksums, none is checked any more'
	   END AS state_in_words,
	   d.checksum_failures, d.checksum_last_failure
  FROM pg_catalog.pg_stat_database AS d;
COMMENT ON VIEW arch_inspect.data_checksums IS
'Whether pages are checked, and how many failed.
A row a database, and one without name for what all databases share. While
they are switched on or off on a running server, as some releases can, the
state says so. For everybody. Source: src/backend/storage/page/README.';
COMMENT ON COLUMN arch_inspect.data_checksums.datname IS 'the database; null for tables that all share';
COMMENT ON COLUMN arch_inspect.data_checksums.state IS 'the setting data_checksums';
COMMENT ON COLUMN arch_inspect.data_checksums.state_in_words IS 'what the server does in this state';
COMMENT ON COLUMN arch_inspect.data_checksums.checksum_failures IS 'pages found wrong since the statistics were reset; null where checksums are off';
COMMENT ON COLUMN arch_inspect.data_checksums.checksum_last_failure IS 'when that last happened';

REVOKE ALL ON arch_inspect.vacuum_progress, arch_inspect.rewrite_progress,
	arch_inspect.autovacuum_scores, arch_inspect.data_checksums FROM PUBLIC;
GRANT SELECT ON arch_inspect.vacuum_progress, arch_inspect.rewrite_progress,
	arch_inspect.autovacuum_scores, arch_inspect.data_checksums TO PUBLIC;
