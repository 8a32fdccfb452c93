--
-- Findings: what an experienced person would point out on this server.
--
CREATE FUNCTION arch_parts.system_memory()
RETURNS bigint
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'ai_system_memory';
COMMENT ON FUNCTION arch_parts.system_memory() IS
'The memory of the machine in bytes, or the limit of the control group (Linux)
if that is less; null where the system does not tell. For everybody.';

-- a table of texts is as wide as its longest row where \df+ shows the source,
-- so it stands out of the reader's sight
CREATE FUNCTION arch_parts.finding_rules()
RETURNS TABLE (rule text, weight text, mechanism text, try text, manual text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 40 COST 10
BEGIN ATOMIC
	SELECT v.rule, v.weight, v.mechanism, v.try, 'https://www.postgresql.org/docs/current/' || v.page
	  FROM (VALUES
		('checkpoints_by_volume', 'cost',
		 'A checkpoint comes by time (checkpoint_timeout), by the WAL made since the last one, which nears max_wal_size, or by command (CHECKPOINT, a base backup and others). After each, the first change of every page writes the whole page to the WAL, so that frequent checkpoints make more WAL, which makes more checkpoints.',
		 'With log_checkpoints the log tells which came by volume (wal): raise max_wal_size until most come by time.',
		 'wal-configuration.html'),
		('checkpoint_timeout_short', 'cost',
		 'The first change of a page after a checkpoint writes the whole page to the WAL. The shorter the time between checkpoints, the more often each page is written twice.',
		 'Set it to 5 to 30 minutes; recovery after a crash then replays up to that much WAL.',
		 'runtime-config-wal.html'),
		('full_page_images', 'cost',
		 'Against torn pages, the first change of a page after each checkpoint puts the whole page into the WAL. Random changes over many pages make most records such images. New pages that an index build or a rewritten table logs whole count as well.',
		 'Space checkpoints further apart (max_wal_size, checkpoint_timeout), or compress the images (wal_compression).',
		 'wal-configuration.html'),
		('full_page_writes_off', 'risk',
		 'A crash of the machine can leave a page half written, and WAL records that only tell the change cannot repair it. Full page images do.',
		 'Turn it on, unless the file system guarantees that a page is written as a whole.',
		 'wal-reliability.html'),
		('fsync_off', 'risk',
		 'The server then does not wait until data reached the disk. A crash of the machine leaves files that no recovery can mend.',
		 'Turn it on; where a lost second of commits is bearable, synchronous_commit = off is the safe way to be fast.',
		 'runtime-config-wal.html'),
		('synchronous_commit_off', 'risk',
		 'A commit is reported before its WAL is flushed. A crash loses the last commits, up to three times wal_writer_delay, but leaves the database consistent.',
		 'Keep it where that is intended; set it per transaction rather than for all.',
		 'wal-async-commit.html'),
		('data_checksums_off', 'risk',
		 'Without a checksum on each page a fault of the disk goes unnoticed until something breaks, and is copied into backups meanwhile.',
		 'Turn them on with pg_checksums while the server is stopped.',
		 'checksums.html'),
		('shared_buffers_small', 'cost',
		 'Every page goes through shared_buffers, and what does not fit is asked of the operating system again and again. About a quarter of the memory is a common start, because the system caches files as well.',
		 'Set shared_buffers to about 25 % of the memory and compare the hit rate.',
		 'runtime-config-resource.html'),
		('cache_hit_rate', 'cost',
		 'A page that is not in shared_buffers costs a system call, and a read from disk where the system does not have it cached either. The working set does not fit, big scans pass through, or the server has not been up for long.',
		 'Look which relations are read most (pg_statio_user_tables), whether an index would spare the scans, and whether shared_buffers may grow.',
		 'monitoring-stats.html'),
		('temporary_files', 'cost',
		 'A sort, a hash or a kept set of rows that needs more than work_mem goes on in files. That is right for a few big ones and slow for many small ones.',
		 'Find the statements with log_temp_files; raise work_mem for their role or transaction rather than for all.',
		 'runtime-config-resource.html'),
		('connections_against_memory', 'risk',
		 'work_mem is the allowance of each sort and hash of each process, not of the server. When all use it at once and memory ends, the system may kill a process, and then the postmaster ends all sessions.',
		 'Lower max_connections and put a connection pooler in front, or lower work_mem and raise it only where needed.',
		 'runtime-config-resource.html'),
		('connections_nearly_used', 'risk',
		 'When all slots are taken, further connections fail with 53300. The last ones are kept for superusers.',
		 'Use a connection pooler; end what is idle (idle_session_timeout). Raising max_connections costs memory and a restart.',
		 'runtime-config-connection.html'),
		('idle_in_transaction', 'risk',
		 'An open transaction keeps its locks, and its snapshot or transaction ID keeps vacuum from removing rows that died since. The session itself does nothing.',
		 'Find out why the application does not end it; idle_in_transaction_session_timeout ends such sessions.',
		 'runtime-config-client.html'),
		('blocked_session', 'cost',
		 'It waits until whoever holds a conflicting lock ends its transaction. Who comes after queues behind both, even where only the waiting lock conflicts. Some wait for no lock: for a page that others have pinned, as an open cursor does, or for a standby''s confirmation.',
		 'Look at the holder in processes, and at lock_waits for the whole queue; use lock_timeout for changes of the schema.',
		 'explicit-locking.html'),
		('horizon_held_back', 'risk',
		 'Vacuum may remove a dead row only when no snapshot can still see it. One old snapshot or transaction ID keeps all rows that died since, in every table of its database and the shared ones; that of a standby in every table there is.',
		 'End the session, drop the slot, or finish the prepared transaction that is named.',
		 'routine-vacuuming.html'),
		('old_prepared_transaction', 'risk',
		 'It holds its locks and its transaction ID until somebody commits it or rolls it back, also over a restart. No session shows it.',
		 'COMMIT PREPARED or ROLLBACK PREPARED, by hand or by the transaction manager that made it.',
		 'sql-prepare-transaction.html'),
		('inactive_replication_slot', 'risk',
		 'A slot keeps all WAL that its consumer has not confirmed. When the consumer never comes back, the disk fills and the server stops.',
		 'pg_drop_replication_slot(), or bound it with max_slot_wal_keep_size.',
		 'warm-standby.html'),
		('replication_slot_keeps_wal', 'risk',
		 'A slot keeps all WAL that its consumer has not confirmed; a logical one keeps it from where the oldest transaction began that is not yet sent whole. A consumer that is connected but stuck, slow, or never confirms keeps more and more, until the disk fills.',
		 'Look at the consumer (pg_stat_replication: sent_lsn, flush_lsn, reply_time); bound it with max_slot_wal_keep_size.',
		 'logicaldecoding-explanation.html'),
		('archiving_fails', 'risk',
		 'A segment that could not be archived is kept and tried again for ever. Backups cannot be restored past it, and the disk fills.',
		 'Read what the archiver says in the server log; an archive_command can be run by hand.',
		 'continuous-archiving.html'),
		('archive_command_missing', 'risk',
		 'With archive_mode on each finished segment is kept until it is archived. Where neither archive_command nor archive_library is set nothing ever is, and the disk fills.',
		 'Set one of them, or turn archive_mode off at the next restart. Setting archive_command to /bin/true gives the segments up and breaks the archive.',
		 'continuous-archiving.html'),
		('wraparound_near', 'risk',
		 'Transaction IDs are compared over a circle of four billion, so that old rows must be frozen in time. Past the limit autovacuum comes whatever its settings; at an age of two billion the server assigns no more IDs. Nothing is frozen that a holder of xmin_horizons keeps, and no autovacuum comes to a session''s temporary tables. Multixacts and their members run out in the same way.',
		 'End what is named as the cause; wraparound shows what pins each table. Then let vacuum run: VACUUM (FREEZE) in a quiet hour.',
		 'routine-vacuuming.html'),
		('autovacuum_off', 'risk',
		 'Nothing then removes dead rows, keeps statistics fresh, or marks pages all-visible, until wraparound forces a vacuum. Without track_counts autovacuum sees no changes.',
		 'Turn it on; where it disturbs, tune it per table instead.',
		 'routine-vacuuming.html'),
		('autovacuum_off_for_table', 'cost',
		 'Its dead rows stay and its statistics age until somebody vacuums and analyzes by hand. What was meant for one load is often left behind.',
		 'ALTER TABLE ... RESET (autovacuum_enabled), or see to VACUUM and ANALYZE.',
		 'sql-createtable.html'),
		('dead_rows', 'cost',
		 'Dead rows fill pages that every scan reads. Autovacuum is off, has not come yet, cannot keep up, or may not remove them because of an old snapshot.',
		 'See autovacuum_forecast for what holds it back; more or faster workers (autovacuum_vacuum_cost_limit).',
		 'routine-vacuuming.html'),
		('missing_statistics', 'cost',
		 'Without statistics the planner guesses how many rows a condition finds, and may choose a plan a thousand times too slow.',
		 'ANALYZE it; temporary and freshly loaded tables are not reached by autovacuum in time.',
		 'planner-stats.html'),
		('stale_statistics', 'cost',
		 'The planner works with the distribution of values as it was. New ranges, as of the newest dates, look empty to it.',
		 'ANALYZE it, and find why autovacuum does not: autovacuum_forecast.',
		 'routine-vacuuming.html'),
		('unused_index', 'cost',
		 'Each insert, and each update that is not HOT, also writes every index. An index that no scan uses costs that, the space and the vacuum.',
		 'Drop it, once sure that neither a standby nor a monthly report uses it (statistics may have been reset).',
		 'monitoring-stats.html'),
		('invalid_index', 'cost',
		 'A CREATE INDEX, REINDEX or DROP INDEX with CONCURRENTLY that failed or was cancelled leaves an index that no query uses, but changes may still keep up.',
		 'DROP INDEX and build it again, or REINDEX INDEX CONCURRENTLY.',
		 'sql-createindex.html'),
		('duplicate_index', 'cost',
		 'Indexes of the same columns, operators and condition answer the same queries. Each costs its own writes and space.',
		 'Keep the one that a constraint needs and drop the others.',
		 'indexes.html'),
		('foreign_key_without_index', 'cost',
		 'A delete or a key update in the referenced table must find the referencing rows. Without an index that finds single rows (a btree; of one column, a hash index) it reads the whole table each time, or much of it, under the locks it holds.',
		 'CREATE INDEX CONCURRENTLY on the referencing columns, a btree.',
		 'ddl-constraints.html'),
		('many_sequential_scans', 'cost',
		 'A scan of the whole table for each query grows with the table. It may be right for reports, and is not for looking up a few rows.',
		 'See with EXPLAIN what condition the queries have, and index that.',
		 'indexes-intro.html'),
		('toast_compression', 'hint',
		 'Large values are compressed before they go out of line. lz4 packs about as tightly as pglz and is several times faster both ways.',
		 'SET default_toast_compression = lz4 (or ALTER TABLE ... SET COMPRESSION); values already stored stay as they are.',
		 'storage-toast.html'),
		('sequence_nearly_used', 'risk',
		 'A sequence that reaches its end makes every insert fail. Those of integer columns end at 2147483647.',
		 'ALTER TABLE ... ALTER COLUMN ... TYPE bigint and ALTER SEQUENCE ... AS bigint, in time: it rewrites the table.',
		 'datatype-numeric.html'),
		('integer_column_nearly_used', 'risk',
		 'The sequence goes further than the type of the column that it feeds. At the end of the type every insert fails with 22003, while the sequence has numbers left.',
		 'ALTER TABLE ... ALTER COLUMN ... TYPE bigint, in time: it rewrites the table.',
		 'datatype-numeric.html'),
		('unlogged_table', 'risk',
		 'Changes of an unlogged table are not in the WAL. Recovery after a crash empties it, and standbys have none of it.',
		 'Keep only what may be lost there; ALTER TABLE ... SET LOGGED.',
		 'sql-createtable.html'),
		('public_schema_writable', 'risk',
		 'Whoever may create objects there can put one of the name that another role''s query means, and have it run with that role''s rights. Databases from before 15 still grant it.',
		 'REVOKE CREATE ON SCHEMA public FROM PUBLIC.',
		 'ddl-schemas.html'),
		('md5_passwords', 'risk',
		 'An md5 hash can be used to log in as it is, and is guessed fast. Support for it is being phased out from 18 on.',
		 'Set scram-sha-256, let the users set their passwords again, and ask for scram-sha-256 in pg_hba.conf.',
		 'auth-password.html'),
		('outdated_extension', 'hint',
		 'The files on disk lead to another version, but the objects in this database are those of the script it was made with. A new package or pg_upgrade does not change them.',
		 'ALTER EXTENSION ... UPDATE; extensions shows the path.',
		 'sql-alterextension.html'),
		('pending_restart', 'hint',
		 'Some settings size shared memory or choose what is started, and are read only at the start of the server. A reload notes the new value and keeps the old.',
		 'Restart the server when it suits, or take the change back before the next one surprises somebody.',
		 'config-setting.html'),
		('suite_open_to_others', 'risk',
		 'Whoever calls a function or reads a view of math_utils, arch_inspect or arch_lab runs what its owner put there, and a name is looked for in the whole of its schema. So none of it may be for others to change: they would act as each caller, a superuser too.',
		 'REVOKE what is named, give it to a superuser (ALTER ... OWNER TO), or drop what does not belong there; then see what it holds.',
		 'extend-extensions.html')
	  ) AS v (rule, weight, mechanism, try, page);
END;
COMMENT ON FUNCTION arch_parts.finding_rules() IS
'Part of arch_inspect.finding_rules(): the table of the rules. For everybody.';

CREATE FUNCTION arch_inspect.finding_rules()
RETURNS TABLE (rule text, weight text, mechanism text, try text, manual text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 40 COST 10
BEGIN ATOMIC
	SELECT r.rule, r.weight, r.mechanism, r.try, r.manual FROM arch_parts.finding_rules() AS r;
END;
COMMENT ON FUNCTION arch_inspect.finding_rules() IS
'The rules of findings, and what each is about.
The rules of findings(): their weight (risk: data or service may be lost;
cost: work that could be spared; hint), the mechanism behind each, what to
try, and the page of the PostgreSQL manual. For everybody.';

CREATE FUNCTION arch_inspect.finding_evidence(patience interval DEFAULT '5 minutes')
RETURNS TABLE (rule text, subject text, evidence text)
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE ROWS 20 COST 100000
BEGIN ATOMIC
	SELECT 'checkpoints_by_volume', x.subject, x.evidence FROM (
	  SELECT 'max_wal_size', pg_catalog.format('%s of %s checkpoints were requested, by the volume of WAL or by command: the counters do not tell which; the WAL made since %s (%s) reaches the volume that asks for one (%s, by max_wal_size) %s times',
	  	   c.requested, c.requested + c.timed, COALESCE(w.stats_reset::timestamptz(0)::text, 'the beginning'), pg_catalog.pg_size_pretty(w.wal_bytes), pg_catalog.pg_size_pretty(v.bytes), pg_catalog.floor(w.wal_bytes / v.bytes))
	    FROM arch_parts.checkpoint_counters() AS c, pg_catalog.pg_stat_wal AS w,
	  	   (SELECT pg_catalog.trunc(pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size'))
	  				/ (1 + pg_catalog.current_setting('checkpoint_completion_target')::numeric)) AS bytes) AS v
	   WHERE c.requested >= 10 AND c.requested > c.timed AND pg_catalog.floor(w.wal_bytes / v.bytes) >= c.requested * 0.5
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'checkpoint_timeout_short', x.subject, x.evidence FROM (
	  SELECT 'checkpoint_timeout', pg_catalog.format('checkpoint_timeout is %s', pg_catalog.current_setting('checkpoint_timeout'))
	    FROM pg_catalog.pg_settings AS s WHERE s.name = 'checkpoint_timeout' AND s.setting::integer < 300
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'full_page_images', x.subject, x.evidence FROM (
	  SELECT 'pg_stat_wal', pg_catalog.format('%s full page images in %s WAL records, of pages changed for the first time after a checkpoint or logged whole when new: up to %s of %s of WAL', w.wal_fpi, w.wal_records,
	  	   pg_catalog.pg_size_pretty(LEAST(w.wal_fpi::numeric * pg_catalog.current_setting('block_size')::integer, w.wal_bytes)), pg_catalog.pg_size_pretty(w.wal_bytes))
	    FROM pg_catalog.pg_stat_wal AS w WHERE w.wal_fpi >= 1000 AND w.wal_fpi > w.wal_records * 0.25
	     AND pg_catalog.current_setting('full_page_writes') = 'on'
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'full_page_writes_off', x.subject, x.evidence FROM (
	  SELECT 'full_page_writes', 'full_page_writes is off' WHERE pg_catalog.current_setting('full_page_writes') = 'off'
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'fsync_off', x.subject, x.evidence FROM (
	  SELECT 'fsync', 'fsync is off' WHERE pg_catalog.current_setting('fsync') = 'off'
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'synchronous_commit_off', x.subject, x.evidence FROM (
	  SELECT 'synchronous_commit', pg_catalog.format('synchronous_commit is off, by: %s', s.source)
	    FROM pg_catalog.pg_settings AS s WHERE s.name = 'synchronous_commit' AND s.setting = 'off'
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'data_checksums_off', x.subject, x.evidence FROM (
	  SELECT 'data_checksums', 'data_checksums is off' WHERE pg_catalog.current_setting('data_checksums') = 'off'
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'shared_buffers_small', x.subject, x.evidence FROM (
	  SELECT 'shared_buffers', pg_catalog.format('shared_buffers is %s of %s memory, and this database alone is %s', pg_catalog.current_setting('shared_buffers'),
	  	   pg_catalog.pg_size_pretty(m.bytes), pg_catalog.pg_size_pretty(d.bytes))
	    FROM (SELECT arch_parts.system_memory() AS bytes) AS m,
	  	   (SELECT CASE WHEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CONNECT')
	  					THEN pg_catalog.pg_database_size(pg_catalog.current_database()) END AS bytes) AS d,
	  	   (SELECT pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_buffers')) AS bytes) AS b
	   WHERE b.bytes < m.bytes / 10 AND d.bytes > b.bytes * 2
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'cache_hit_rate', x.subject, x.evidence FROM (
	  SELECT pg_catalog.current_database()::text, pg_catalog.format('%s %% of %s page requests found the page in shared_buffers (%s)',
	  	   pg_catalog.round(100.0 * s.hit / s.fetched, 1), s.fetched, pg_catalog.current_setting('shared_buffers'))
	    FROM (SELECT pg_catalog.pg_stat_get_db_blocks_hit(d.oid) AS hit, pg_catalog.pg_stat_get_db_blocks_fetched(d.oid) AS fetched
	  		  FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()) AS s
	   WHERE s.fetched >= 100000 AND s.hit < s.fetched * 0.9
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'temporary_files', x.subject, x.evidence FROM (
	  SELECT pg_catalog.current_database()::text, pg_catalog.format('%s temporary files of %s in all were written; work_mem is %s', t.files, pg_catalog.pg_size_pretty(t.bytes), pg_catalog.current_setting('work_mem'))
	    FROM (SELECT pg_catalog.pg_stat_get_db_temp_files(d.oid) AS files, pg_catalog.pg_stat_get_db_temp_bytes(d.oid) AS bytes
	  		  FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()) AS t
	   WHERE t.files >= 10 AND t.bytes > 10 * pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem'))
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'connections_against_memory', x.subject, x.evidence FROM (
	  SELECT 'max_connections', pg_catalog.format('%s connections with work_mem %s each may take %s, beside shared_buffers %s, of %s', c.n, pg_catalog.current_setting('work_mem'),
	  	   pg_catalog.pg_size_pretty(c.n * c.work), pg_catalog.current_setting('shared_buffers'), pg_catalog.pg_size_pretty(m.bytes))
	    FROM (SELECT pg_catalog.current_setting('max_connections')::bigint AS n, pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')) AS work,
	  			   pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_buffers')) AS buffers) AS c,
	  	   (SELECT arch_parts.system_memory() AS bytes) AS m
	   WHERE c.n * c.work + c.buffers > m.bytes * 0.8
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'connections_nearly_used', x.subject, x.evidence FROM (
	  SELECT 'max_connections', pg_catalog.format('%s of %s connections are used', s.used, s.slots)
	    FROM (SELECT (SELECT pg_catalog.count(*) FROM arch_parts.process_scan() AS p WHERE p.kind = 'client backend') AS used,
	  			   pg_catalog.current_setting('max_connections')::bigint AS slots) AS s WHERE s.used > s.slots * 0.8
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'idle_in_transaction', x.subject, x.evidence FROM (
	  SELECT pg_catalog.format('process %s', p.pid), pg_catalog.format('%s since %s, transaction open since %s', p.state, p.state_change::timestamptz(0), p.xact_start::timestamptz(0))
	    FROM arch_parts.process_scan() AS p
	   WHERE p.kind = 'client backend' AND p.state LIKE 'idle in transaction%'
	     AND p.state_change < pg_catalog.clock_timestamp() - finding_evidence.patience
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'blocked_session', x.subject, x.evidence FROM (
	  SELECT pg_catalog.format('process %s', w.pid),
	  	   CASE WHEN w.locktype = 'buffer pin' THEN
	  			pg_catalog.format('waits until nobody else has %s pinned, its statement began %s%s', w.lock, p.query_start::timestamptz(0),
	  			COALESCE('; that may be ' || w.may_block, '; who has cannot be told'))
	  		ELSE
	  			pg_catalog.format('waits for %s (%s), its statement began %s%s%s', w.lock, w.locktype, p.query_start::timestamptz(0),
	  			COALESCE(', blocked by ' || w.blockers, ''),
	  			CASE WHEN pg_catalog.cardinality(w.queued_behind) > 0 THEN
	  				', in the queue behind process ' || pg_catalog.array_to_string(w.queued_behind, ', ') ELSE '' END) END
	    FROM arch_inspect.lock_waits AS w JOIN arch_parts.process_scan() AS p ON p.pid = w.pid
	   WHERE w.locktype IS NOT NULL AND p.query_start < pg_catalog.clock_timestamp() - finding_evidence.patience
	  UNION ALL
	  SELECT pg_catalog.format('process %s', p.pid), pg_catalog.format('%s (%s), its statement began %s',
	  	   pg_catalog.lower(pg_catalog.left(p.wait_in_words, 1)) || pg_catalog.substr(p.wait_in_words, 2), p.wait_event, p.query_start::timestamptz(0))
	    FROM arch_parts.process_scan() AS p
	   WHERE p.kind = 'client backend' AND p.state = 'active' AND p.wait_event_type = 'IPC'
	     AND pg_catalog.lower(p.wait_event) IN ('syncrep', 'replicationslotdrop', 'replicationorigindrop', 'procsignalbarrier', 'recoverypause',
	  		'checkpointstart', 'checkpointdone', 'backupwaitwalarchive', 'logicalsyncdata', 'logicalsyncstatechange')
	     AND p.query_start < pg_catalog.clock_timestamp() - finding_evidence.patience
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'horizon_held_back', x.subject, x.evidence FROM (
	  SELECT h.who, pg_catalog.format('keeps the dead rows of the last %s transactions, in: %s', h.behind,
	  	   CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'all databases' ELSE pg_catalog.array_to_string(h.tables, ', ') END)
	    FROM arch_parts.holders AS h
	   WHERE NOT h.harmless AND h.behind > 100000 AND (h.kind <> 'backend' OR h.pid <> pg_catalog.pg_backend_pid())
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'old_prepared_transaction', x.subject, x.evidence FROM (
	  SELECT pg_catalog.format('prepared transaction %L', x.gid), pg_catalog.format('prepared %s in database %s', x.prepared::timestamptz(0), x.database)
	    FROM pg_catalog.pg_prepared_xacts AS x WHERE x.prepared < pg_catalog.clock_timestamp() - finding_evidence.patience
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'inactive_replication_slot', x.subject, x.evidence FROM (
	  SELECT pg_catalog.format('replication slot %s', s.slot_name), pg_catalog.format('nobody uses it, and it keeps %s of WAL', pg_catalog.pg_size_pretty(k.bytes))
	    FROM pg_catalog.pg_replication_slots AS s
	   CROSS JOIN LATERAL (SELECT pg_catalog.pg_wal_lsn_diff(
	  		CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END, s.restart_lsn) AS bytes) AS k
	   WHERE NOT s.active AND k.bytes > 2 * pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size'))
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'replication_slot_keeps_wal', x.subject, x.evidence FROM (
	  SELECT pg_catalog.format('replication slot %s', s.slot_name), pg_catalog.format('process %s uses it, and it keeps %s of WAL; its consumer has confirmed what lies before %s, %s back',
	  	   s.active_pid, pg_catalog.pg_size_pretty(k.bytes), COALESCE(s.confirmed_flush_lsn, s.restart_lsn), pg_catalog.pg_size_pretty(k.behind))
	    FROM pg_catalog.pg_replication_slots AS s
	   CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END AS lsn) AS n
	   CROSS JOIN LATERAL (SELECT pg_catalog.pg_wal_lsn_diff(n.lsn, s.restart_lsn) AS bytes,
	  		pg_catalog.pg_wal_lsn_diff(n.lsn, COALESCE(s.confirmed_flush_lsn, s.restart_lsn)) AS behind,
	  		4 * pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')) AS few) AS k
	   WHERE s.active AND k.bytes > k.few
	     AND (k.behind > k.few OR k.bytes > pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size')))
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'archive_command_missing', x.subject, x.evidence FROM (
	  SELECT 'archive_command', pg_catalog.format('archive_mode is %s, and neither archive_command nor archive_library is set%s',
	  	   pg_catalog.current_setting('archive_mode'), COALESCE('; ' || w.archive_ready || ' files wait', ''))
	    FROM arch_parts.wal_segments() AS w
	   WHERE pg_catalog.current_setting('archive_mode') = CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'always' ELSE 'on' END
	       OR pg_catalog.current_setting('archive_mode') = 'always'
	) AS x (subject, evidence)
	WHERE pg_catalog.current_setting('archive_command') = '' AND pg_catalog.current_setting('archive_library') = ''
	UNION ALL
	SELECT 'archiving_fails', x.subject, x.evidence FROM (
	  SELECT CASE WHEN pg_catalog.current_setting('archive_library') <> '' THEN 'archive_library' ELSE 'archive_command' END, pg_catalog.format('%s failures, the last at %s with %s', a.failed_count, a.last_failed_time::timestamptz(0), a.last_failed_wal)
	    FROM pg_catalog.pg_stat_archiver AS a
	   WHERE a.failed_count > 0 AND (a.last_archived_time IS NULL OR a.last_failed_time > a.last_archived_time)
	     AND pg_catalog.current_setting('archive_mode') <> 'off'
	     AND (pg_catalog.current_setting('archive_command') <> '' OR pg_catalog.current_setting('archive_library') <> '')
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'wraparound_near', x.subject, x.evidence FROM (
	  -- one for each cause, however many tables it is about
	  WITH holders AS MATERIALIZED (
	  	SELECT h.who, h.behind, h.tables, h.datid, h.kind IN ('standby feedback', 'replication slot', 'replication slots', 'setting') AS everywhere
	  	  FROM arch_parts.holders AS h WHERE NOT h.harmless
	  ), due AS (
	  	SELECT w.kind, w.name, w.owner, w.xid_age, w.mxid_age,
	  		   w.kind LIKE 'temporary %' AS temporary, w.pinned_by,
	  		   CASE WHEN w.kind LIKE 'temporary %' THEN COALESCE(pg_catalog.substring(w.pinned_by, '^process [0-9]+'), 'tables left by a crash')
	  				ELSE (SELECT h.who FROM holders AS h
	  					   WHERE CASE WHEN w.kind = 'database' THEN h.everywhere OR h.datid = w.oid ELSE t.tables = ANY (h.tables) END
	  						 AND w.xids_to_forced_vacuum < 0 AND h.behind > w.xid_age + w.xids_to_forced_vacuum
	  					   ORDER BY h.behind DESC LIMIT 1) END AS cause
	  	  FROM arch_inspect.wraparound AS w
	  	  LEFT JOIN arch_parts.autovacuum_thresholds() AS t ON t.relid = w.oid AND w.kind <> 'database'
	  	 WHERE NOT pg_catalog.pg_is_in_recovery()
	  	   AND CASE WHEN w.kind = 'database' THEN w.name <> pg_catalog.current_database() AND (w.xids_to_forced_vacuum < 0 OR w.mxids_to_forced_vacuum < 0)
	  				WHEN t.relid IS NOT NULL THEN t.due_wraparound
	  				ELSE w.xid_age > pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint
	  					OR w.mxid_age > (SELECT s.freeze_max_age FROM arch_parts.multixact_space() AS s) END
	  ), causes AS (
	  	SELECT d.cause, d.cause IS NULL AND d.kind = 'database' AS databases, pg_catalog.bool_or(d.temporary) AS temporary, pg_catalog.count(*) AS n,
	  		   (pg_catalog.array_agg(pg_catalog.format('%s %s of %s', d.kind, d.name, d.owner) ORDER BY d.xid_age DESC, d.mxid_age DESC, d.name))[1] AS oldest,
	  		   (pg_catalog.array_agg(d.name ORDER BY d.xid_age DESC, d.mxid_age DESC, d.name))[1] AS name,
	  		   pg_catalog.max(d.xid_age) AS xid_age, pg_catalog.max(d.mxid_age) AS mxid_age
	  	  FROM due AS d GROUP BY 1, 2
	  )
	  SELECT COALESCE(c.cause, c.name), pg_catalog.format('%s past the age at which a vacuum is forced: %s%s, up to %s transactions and %s multixacts old; %s',
	  	   CASE WHEN c.n > 1 THEN c.n || ' are' ELSE 'one is' END, c.oldest, CASE WHEN c.n > 1 THEN ' and others' ELSE '' END, c.xid_age, c.mxid_age,
	  	   CASE WHEN c.temporary AND c.cause LIKE 'process %' THEN 'autovacuum does not come to a session''s temporary tables, and only that session can vacuum or drop them, or end'
	  			WHEN c.temporary THEN 'autovacuum drops them when it comes'
	  			WHEN c.cause IS NOT NULL THEN 'no vacuum can freeze what is kept'
	  			WHEN c.databases THEN 'autovacuum is to come there; what else its tables wait for shows only from inside'
	  			ELSE 'autovacuum is to come' END)
	    FROM causes AS c
	  UNION ALL
	  SELECT 'multixact members', pg_catalog.format('%s are in use and %s are left; autovacuum is forced at an age of %s multixacts now, and without it no row could be locked by two transactions in the end', s.members_used, s.members_left, s.freeze_max_age)
	    FROM arch_parts.multixact_space() AS s
	   WHERE s.members_left < 2147483648 AND s.members_used > s.members_left
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'autovacuum_off', x.subject, x.evidence FROM (
	  SELECT s.name, pg_catalog.format('%s is off', s.name)
	    FROM pg_catalog.pg_settings AS s WHERE s.name IN ('autovacuum', 'track_counts') AND s.setting = 'off'
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'autovacuum_off_for_table', x.subject, x.evidence FROM (
	  SELECT c.oid::pg_catalog.regclass::text, pg_catalog.format('autovacuum_enabled is off; %s rows, %s dead',
	  	   CASE WHEN c.reltuples < 0 THEN 'an unknown number of' ELSE c.reltuples::bigint::text END, pg_catalog.pg_stat_get_dead_tuples(c.oid))
	    FROM pg_catalog.pg_class AS c
	   WHERE c.relkind IN ('r', 'm', 't') AND c.reloptions IS NOT NULL
	     AND EXISTS (SELECT FROM pg_catalog.pg_options_to_table(c.reloptions) AS o
	  				WHERE o.option_name = 'autovacuum_enabled' AND NOT o.option_value::boolean)
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'dead_rows', x.subject, x.evidence FROM (
	  SELECT t.relid::pg_catalog.regclass::text, pg_catalog.format('%s dead rows beside %s live ones; autovacuum''s threshold is %s', t.dead_rows,
	  	   CASE WHEN t.reltuples >= 0 THEN t.reltuples::bigint::text ELSE 'an unknown number of' END, t.vacuum_threshold)
	    FROM arch_parts.autovacuum_thresholds() AS t
	   WHERE t.dead_rows >= 1000 AND t.dead_rows > 2 * t.vacuum_threshold
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'missing_statistics', x.subject, x.evidence FROM (
	  SELECT c.oid::pg_catalog.regclass::text, pg_catalog.format('%s, and no statistics of any of its columns', pg_catalog.pg_size_pretty(b.bytes))
	    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
	   CROSS JOIN LATERAL (SELECT arch_parts.relation_bytes(c.oid) AS bytes) AS b
	   WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.oid >= 16384 AND c.reltuples <> 0 AND b.bytes >= 1048576
	     -- pg_stats shows them to whom the table does
	     AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND NOT pg_catalog.row_security_active(c.oid)
	     AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
	  				WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND COALESCE(a.attstattarget, -1) <> 0)
	     AND NOT EXISTS (SELECT FROM pg_catalog.pg_stats AS s WHERE s.schemaname = n.nspname AND s.tablename = c.relname)
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'stale_statistics', x.subject, x.evidence FROM (
	  SELECT t.relid::pg_catalog.regclass::text, pg_catalog.format('%s changed rows have been counted since the ANALYZE of %s, in a table of %s; autovacuum''s threshold is %s', t.modified_rows,
	  	   a.analyzed::timestamptz(0), CASE WHEN t.reltuples >= 0 THEN t.reltuples::bigint::text ELSE 'an unknown number' END, t.analyze_threshold)
	    FROM arch_parts.autovacuum_thresholds() AS t
	   CROSS JOIN LATERAL (SELECT GREATEST(pg_catalog.pg_stat_get_last_analyze_time(t.relid), pg_catalog.pg_stat_get_last_autoanalyze_time(t.relid)) AS analyzed) AS a
	   WHERE t.relid >= 16384 AND a.analyzed IS NOT NULL AND t.modified_rows >= 1000 AND t.modified_rows > 2 * t.analyze_threshold
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'unused_index', x.subject, x.evidence FROM (
	  SELECT c.oid::pg_catalog.regclass::text, pg_catalog.format('no scan of it is counted; %s, whose pages were asked for %s times, by changes, by VACUUM or to build it', pg_catalog.pg_size_pretty(b.bytes), w.fetched)
	    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
	   CROSS JOIN LATERAL (SELECT arch_parts.relation_bytes(c.oid) AS bytes) AS b
	   CROSS JOIN LATERAL (SELECT pg_catalog.pg_stat_get_tuples_inserted(i.indrelid) + pg_catalog.pg_stat_get_tuples_updated(i.indrelid) AS changes,
	  		pg_catalog.pg_stat_get_blocks_fetched(c.oid) AS fetched) AS w
	   WHERE c.oid >= 16384 AND c.relkind = 'i' AND i.indisvalid AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisreplident
	     AND c.relnamespace <> 'pg_toast'::pg_catalog.regnamespace
	     AND pg_catalog.pg_stat_get_numscans(c.oid) = 0 AND b.bytes >= 1048576 AND w.changes > 0 AND w.fetched >= 1000
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'invalid_index', x.subject, x.evidence FROM (
	  SELECT c.oid::pg_catalog.regclass::text, pg_catalog.format('not valid on %s; %s', i.indrelid::pg_catalog.regclass, CASE WHEN i.indisready THEN 'still written by every change' ELSE 'not written' END)
	    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
	   WHERE NOT i.indisvalid AND c.relkind = 'i'
	     -- not while somebody builds or drops it: what a foreign command works on is hidden, what it locks is not
	     AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS l
	  					WHERE l.locktype = 'relation' AND l.granted
	  					  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
	  					  AND (l.relation = c.oid AND l.mode IN ('ShareUpdateExclusiveLock', 'AccessExclusiveLock')
	  						   OR l.relation = i.indrelid
	  						   AND l.pid IN (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index AS p)))
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'duplicate_index', x.subject, x.evidence FROM (
	  SELECT pg_catalog.min(i.indexrelid)::pg_catalog.regclass::text, pg_catalog.format('%s indexes on %s do the same: %s', pg_catalog.count(*), i.indrelid::pg_catalog.regclass,
	  	   pg_catalog.string_agg(i.indexrelid::pg_catalog.regclass::text, ', ' ORDER BY i.indexrelid))
	    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
	   WHERE i.indexrelid >= 16384 AND i.indisvalid AND c.relkind IN ('i', 'I')
	   -- expressions as text: their trees also hold where in the statement they stood
	   GROUP BY i.indrelid, c.relam, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text,
	  		  pg_catalog.pg_get_expr(i.indexprs, i.indrelid), pg_catalog.pg_get_expr(i.indpred, i.indrelid)
	  -- two that are parts of partitioned ones are told of there; two exclusion constraints may differ in their operators
	  HAVING pg_catalog.count(*) > 1 AND NOT pg_catalog.bool_and(c.relispartition) AND NOT pg_catalog.bool_and(i.indisexclusion)
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'foreign_key_without_index', x.subject, x.evidence FROM (
	  SELECT f.root::text, pg_catalog.format('foreign key %s to %s has no btree index on its columns%s; %s rows%s', f.conname, f.confrelid::pg_catalog.regclass,
	  	   COALESCE(' (only ' || f.others || ')', ''), f.reltuples, CASE WHEN f.parts > 1 THEN pg_catalog.format(', in %s partitions', f.parts) ELSE '' END)
	    FROM (SELECT r.root, pg_catalog.min(k.conname) AS conname, k.confrelid, pg_catalog.sum(c.reltuples::bigint) AS reltuples, pg_catalog.count(*) AS parts,
	  			   pg_catalog.min(o.others) AS others
	  		  FROM pg_catalog.pg_constraint AS k JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
	  		 CROSS JOIN LATERAL (SELECT COALESCE(pg_catalog.pg_partition_root(k.conrelid), k.conrelid::pg_catalog.regclass) AS root) AS r
	  		 CROSS JOIN LATERAL (SELECT pg_catalog.string_agg(pg_catalog.format('%I', a.attname), ' ' ORDER BY x.n) AS names,
	  								  pg_catalog.string_agg(pg_catalog.format('(%I IS NOT NULL)', a.attname), ' AND ' ORDER BY x.n) AS filled,
	  								  pg_catalog.array_agg(pg_catalog.format('(%I IS NOT NULL)', a.attname)) AS each
	  							 FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS x (attnum, n)
	  							 JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = x.attnum) AS col
	  		 -- an index on the columns, whole or of all rows where they are filled: a foreign key asks for no others
	  		 CROSS JOIN LATERAL (SELECT COALESCE(pg_catalog.bool_or(m.amname = 'btree' OR m.amname = 'hash' AND pg_catalog.cardinality(k.conkey) = 1), false) AS found,
	  								  pg_catalog.string_agg(pg_catalog.format('%s %s', m.amname, i.indexrelid::pg_catalog.regclass), ', ' ORDER BY i.indexrelid) AS others
	  							 FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid JOIN pg_catalog.pg_am AS m ON m.oid = ic.relam
	  							WHERE i.indrelid = k.conrelid AND i.indisvalid
	  							  AND (i.indpred IS NULL OR pg_catalog.pg_get_expr(i.indpred, i.indrelid) = ANY (col.each)
	  								   OR pg_catalog.pg_get_expr(i.indpred, i.indrelid) = '(' || col.filled || ')')
	  							  AND (i.indkey::pg_catalog.int2[])[0:pg_catalog.cardinality(k.conkey) - 1] @> k.conkey) AS o
	  		 WHERE k.contype = 'f' AND c.relkind = 'r' AND c.reltuples >= 1000 AND NOT o.found
	  		   -- a reference to a partitioned table has a constraint for each partition as well
	  		   AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS above WHERE above.oid = k.conparentid AND above.conrelid = k.conrelid)
	  		 GROUP BY r.root, k.confrelid, col.names) AS f
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'many_sequential_scans', x.subject, x.evidence FROM (
	  SELECT c.oid::pg_catalog.regclass::text, pg_catalog.format('%s sequential scans read %s rows each on average; %s index scans', s.scans, s.read / s.scans, s.indexed)
	    FROM pg_catalog.pg_class AS c
	   CROSS JOIN LATERAL (SELECT pg_catalog.pg_stat_get_numscans(c.oid) AS scans, pg_catalog.pg_stat_get_tuples_returned(c.oid) AS read,
	  		COALESCE((SELECT pg_catalog.sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)) FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid), 0) AS indexed) AS s
	   WHERE c.relkind = 'r' AND c.oid >= 16384 AND c.reltuples >= 10000 AND s.scans >= 50 AND s.read / s.scans >= 10000 AND s.indexed < s.scans
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'toast_compression', x.subject, x.evidence FROM (
	  SELECT 'default_toast_compression', pg_catalog.format('pglz, where this server has lz4; %s lie in the TOAST tables of columns that it decides for', pg_catalog.pg_size_pretty(t.bytes))
	    FROM pg_catalog.pg_settings AS s,
	  	   (SELECT pg_catalog.sum(arch_parts.relation_bytes(c.reltoastrelid)) AS bytes FROM pg_catalog.pg_class AS c
	  		 WHERE c.reltoastrelid <> 0 AND c.oid >= 16384
	  		   AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
	  					   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attstorage IN ('x', 'm') AND a.attcompression = '')) AS t
	   WHERE s.name = 'default_toast_compression' AND s.setting = 'pglz' AND 'lz4' = ANY (s.enumvals) AND t.bytes >= 1048576
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'sequence_nearly_used', x.subject, x.evidence FROM (
	  SELECT pg_catalog.format('%I.%I', s.schemaname, s.sequencename), pg_catalog.format('%s, on its way from %s to %s', s.last_value, s.start_value, u.bound)
	    FROM pg_catalog.pg_sequences AS s
	   CROSS JOIN LATERAL (SELECT CASE WHEN s.increment_by > 0 THEN s.max_value ELSE s.min_value END AS bound) AS u
	   WHERE NOT s.cycle AND (s.last_value::numeric - s.start_value) / NULLIF(u.bound::numeric - s.start_value, 0) > 0.8
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'integer_column_nearly_used', x.subject, x.evidence FROM (
	  SELECT pg_catalog.min(pg_catalog.format('%s.%I', f.relid::pg_catalog.regclass, f.attname)),
	  	   pg_catalog.format('its sequence %I.%I is at %s; %s ends at %s%s', s.schemaname, s.sequencename, s.last_value, f.typname, f.bound,
	  	   CASE WHEN pg_catalog.count(*) > 1 THEN pg_catalog.format(', and so for %s further', pg_catalog.count(*) - 1) ELSE '' END)
	    FROM pg_catalog.pg_sequences AS s
	    JOIN (SELECT DISTINCT n.nspname, q.relname, a.attrelid AS relid, a.attname, pg_catalog.format_type(b.oid, NULL) AS typname,
	  				CASE WHEN b.oid = 'int2'::pg_catalog.regtype THEN CASE WHEN v.seqincrement > 0 THEN 32767 ELSE -32768 END
	  					 ELSE CASE WHEN v.seqincrement > 0 THEN 2147483647 ELSE -2147483648 END END AS bound
	  		  FROM pg_catalog.pg_class AS q JOIN pg_catalog.pg_namespace AS n ON n.oid = q.relnamespace
	  		  JOIN pg_catalog.pg_sequence AS v ON v.seqrelid = q.oid
	  		 -- columns that the sequence is the identity of, or whose default asks for its next value
	  		 CROSS JOIN LATERAL (SELECT d.refobjid AS relid, d.refobjsubid AS attnum FROM pg_catalog.pg_depend AS d
	  							  WHERE d.classid = 'pg_class'::pg_catalog.regclass AND d.objid = q.oid AND d.deptype = 'i'
	  								AND d.refclassid = 'pg_class'::pg_catalog.regclass AND d.refobjsubid > 0
	  							 UNION
	  							 SELECT e.adrelid, e.adnum FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_attrdef AS e ON e.oid = d.objid
	  							  WHERE d.classid = 'pg_attrdef'::pg_catalog.regclass AND d.refclassid = 'pg_class'::pg_catalog.regclass AND d.refobjid = q.oid) AS fed
	  		  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = fed.relid AND a.attnum = fed.attnum AND NOT a.attisdropped
	  		  JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND NOT c.relispartition
	  		  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
	  		  JOIN pg_catalog.pg_type AS b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
	  		 WHERE q.relkind = 'S' AND b.oid IN ('int2'::pg_catalog.regtype, 'int4'::pg_catalog.regtype)) AS f
	      ON f.nspname = s.schemaname AND f.relname = s.sequencename
	   WHERE s.last_value::numeric / f.bound > 0.8
	     -- where the sequence ends first, that is the other rule's
	     AND CASE WHEN s.increment_by > 0 THEN s.max_value > f.bound ELSE s.min_value < f.bound END
	   GROUP BY s.schemaname, s.sequencename, s.last_value, f.typname, f.bound
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'unlogged_table', x.subject, x.evidence FROM (
	  SELECT c.oid::pg_catalog.regclass::text, pg_catalog.format('unlogged, %s', pg_catalog.pg_size_pretty(arch_parts.relation_bytes(c.oid)))
	    FROM pg_catalog.pg_class AS c WHERE c.relkind = 'r' AND c.relpersistence = 'u'
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'public_schema_writable', x.subject, x.evidence FROM (
	  SELECT 'public', 'PUBLIC may CREATE in the schema public'
	   WHERE EXISTS (SELECT FROM pg_catalog.pg_namespace AS n, pg_catalog.aclexplode(n.nspacl) AS a
	  				WHERE n.nspname = 'public' AND a.grantee = 0 AND a.privilege_type = 'CREATE')
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'md5_passwords', x.subject, x.evidence FROM (
	  SELECT 'password_encryption', 'new passwords are stored as md5' WHERE pg_catalog.current_setting('password_encryption') = 'md5'
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'outdated_extension', x.subject, x.evidence FROM (
	  SELECT e.extname::text, pg_catalog.format('version %s is installed, and the files lead from it to %s', e.extversion, a.default_version)
	    FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_available_extensions AS a ON a.name = e.extname
	   WHERE a.default_version <> e.extversion
	     AND EXISTS (SELECT FROM pg_catalog.pg_extension_update_paths(e.extname) AS u
	  				WHERE u.source = e.extversion AND u.target = a.default_version AND u.path IS NOT NULL)
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'pending_restart', x.subject, x.evidence FROM (
	  SELECT s.name, pg_catalog.format('a new value in the configuration waits for a restart; now %s', s.setting)
	    FROM pg_catalog.pg_settings AS s WHERE s.pending_restart
	) AS x (subject, evidence)
	UNION ALL
	SELECT 'suite_open_to_others', x.subject, x.evidence FROM (
	  SELECT pg_catalog.pg_describe_object(o.classid, o.objid, 0), pg_catalog.string_agg(o.how, ', ' ORDER BY o.how)
	    FROM (
	  	-- what belongs to somebody who is no superuser: members, the schemas, and strangers in these
	  	SELECT m.classid, m.objid, pg_catalog.format('belongs to %s, who is no superuser', r.rolname)
	  	  FROM (SELECT d.classid, d.objid FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
	  			 WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
	  			   AND e.extname IN ('math_utils', 'arch_inspect', 'arch_lab')
	  			UNION SELECT d.classid, d.objid FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_namespace AS n ON n.oid = d.refobjid
	  			 WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND n.nspname IN ('arch_inspect', 'arch_parts', 'arch_lab', 'arch_desk')
	  			UNION SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid FROM pg_catalog.pg_namespace AS n
	  			 WHERE n.nspname IN ('arch_inspect', 'arch_parts', 'arch_lab', 'arch_desk')) AS m
	  	  JOIN pg_catalog.pg_shdepend AS s ON s.classid = m.classid AND s.objid = m.objid AND s.objsubid = 0 AND s.deptype = 'o'
	  	   AND s.dbid = (SELECT b.oid FROM pg_catalog.pg_database AS b WHERE b.datname = pg_catalog.current_database())
	  	  JOIN pg_catalog.pg_roles AS r ON r.oid = s.refobjid AND NOT r.rolsuper
	  	 WHERE m.classid <> 'pg_catalog.pg_extension'::pg_catalog.regclass
	  	UNION ALL
	  	-- what others were given the right to write to, or to create in
	  	SELECT m.classid, m.objid, pg_catalog.format('%s may %s', COALESCE(r.rolname::text, 'everybody'),
	  			pg_catalog.string_agg(DISTINCT a.privilege_type, ', ' ORDER BY a.privilege_type))
	  	  FROM (SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS classid, c.oid AS objid, c.relowner AS owner, c.relacl AS acl FROM pg_catalog.pg_class AS c
	  			UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, c.relowner, t.attacl
	  			  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS t ON t.attrelid = c.oid WHERE t.attacl IS NOT NULL
	  			UNION ALL SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, n.nspowner, n.nspacl FROM pg_catalog.pg_namespace AS n
	  			 WHERE n.nspname IN ('arch_inspect', 'arch_parts', 'arch_lab', 'arch_desk')) AS m
	  	 CROSS JOIN LATERAL pg_catalog.aclexplode(m.acl) AS a
	  	  LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
	  	 WHERE a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'CREATE')
	  	   AND a.grantee <> m.owner AND NOT COALESCE(r.rolsuper, false)
	  	   AND (m.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
	  			OR EXISTS (SELECT FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
	  						WHERE d.classid = m.classid AND d.objid = m.objid AND d.deptype = 'e'
	  						  AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
	  						  AND e.extname IN ('math_utils', 'arch_inspect', 'arch_lab')))
	  	 GROUP BY m.classid, m.objid, a.grantee, r.rolname) AS o (classid, objid, how)
	   GROUP BY o.classid, o.objid
	) AS x (subject, evidence);
END;
COMMENT ON FUNCTION arch_inspect.finding_evidence(interval) IS
'What the rules of findings point out, with figures.
Each thing that a rule of finding_rules() points out on this server and in
this database, with the figures that make it do so. patience: how long a
session may be idle in a transaction or wait for a lock, or a prepared
transaction may lie about, before it is pointed out. A rule that needs to see
what the caller may not (other roles'' sessions without pg_read_all_stats,
their sequences) is silent about it. For everybody.';

CREATE VIEW arch_inspect.findings AS
SELECT e.rule, r.weight, e.subject, e.evidence, r.mechanism, r.try, r.manual
  FROM arch_inspect.finding_evidence() AS e
  JOIN arch_inspect.finding_rules() AS r ON r.rule = e.rule
 ORDER BY CASE r.weight WHEN 'risk' THEN 1 WHEN 'cost' THEN 2 ELSE 3 END, e.rule, e.subject;
COMMENT ON VIEW arch_inspect.findings IS
'What to look at on this server, with the evidence.
What to look at on this server, with the evidence in figures, the mechanism
behind it, what to try, and the page of the manual. Empty on a server in good
order. See finding_rules() for all rules and finding_evidence() for who sees
what. For everybody.';
COMMENT ON COLUMN arch_inspect.findings.weight IS 'risk: data or service may be lost; cost: work that could be spared; hint';
COMMENT ON COLUMN arch_inspect.findings.subject IS 'the setting, relation, process or other thing it is about';

REVOKE ALL ON FUNCTION arch_parts.system_memory(), arch_parts.finding_rules(),
	arch_inspect.finding_rules(), arch_inspect.finding_evidence(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.system_memory(), arch_parts.finding_rules(),
	arch_inspect.finding_rules(), arch_inspect.finding_evidence(interval) TO PUBLIC;
REVOKE ALL ON arch_inspect.findings FROM PUBLIC;
GRANT SELECT ON arch_inspect.findings TO PUBLIC;
