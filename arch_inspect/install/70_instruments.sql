--
-- instruments: which of them answers a question
--

-- example_table is what the examples look at
--
-- The largest table that the caller may look into and name, as it stands when
-- asked; a catalog that everybody may look into where there is none.
--
CREATE FUNCTION arch_parts.example_table()
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT COALESCE(
		(SELECT pg_catalog.format('%I.%I', t.nspname, t.relname)
		   FROM (SELECT n.nspname, c.relname, c.oid, arch_parts.relation_bytes(c.oid) AS bytes
				   FROM pg_catalog.pg_class AS c
				   JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
				   JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
				  WHERE c.relkind IN ('r', 'm') AND c.oid >= 16384 AND m.amname = 'heap'
					AND (c.relpersistence = 'p' OR c.relpersistence = 'u' AND NOT pg_catalog.pg_is_in_recovery())
					AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
					AND (pg_catalog.pg_has_role('pg_stat_scan_tables', 'USAGE')
						 OR pg_catalog.has_table_privilege(c.oid, 'SELECT') AND NOT pg_catalog.row_security_active(c.oid))
				) AS t
		  WHERE t.bytes > 0
		  ORDER BY t.bytes DESC, t.oid LIMIT 1),
		'pg_catalog.pg_class');
END;

COMMENT ON FUNCTION arch_parts.example_table() IS
'Part of arch_inspect.instruments: the table of the examples.
The largest that the caller may look into and name, or pg_class.';
REVOKE ALL ON FUNCTION arch_parts.example_table() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.example_table() TO PUBLIC;

-- has_words says whether a text has the words of a question
CREATE FUNCTION arch_parts.has_words(texts text, words text)
RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
BEGIN ATOMIC
	WITH said AS MATERIALIZED (
		SELECT ' ' || pg_catalog.regexp_replace(pg_catalog.lower(texts), '[^[:alnum:]_]+', ' ', 'g') AS text
	)
	SELECT pg_catalog.bool_and(pg_catalog.strpos(s.text, ' ' || w) > 0)
	  FROM said AS s, pg_catalog.regexp_split_to_table(pg_catalog.lower(words), '[^[:alnum:]_]+') AS w
	 WHERE w <> '';
END;

COMMENT ON FUNCTION arch_parts.has_words(text, text) IS
'Part of arch_inspect.instruments: whether a text has all words.
Each at the beginning of a word; null where there is none to look for.';
REVOKE ALL ON FUNCTION arch_parts.has_words(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_parts.has_words(text, text) TO PUBLIC;

--
-- Each public view and function has a row; add one with each that is new.
-- {table} in an example becomes the name of the table, as a literal.  The right:
-- all (nobody needs any), structure (of the table), or
-- a role; behind it the major that has it, where not all do.  hidden: the role
-- that sees all, and what others do not see.
--
CREATE VIEW arch_inspect.instruments AS
SELECT i.question,
	   'arch_inspect.' || i.call AS call,
	   CASE n.needed WHEN 'all' THEN 'nothing'
					 WHEN 'structure' THEN 'SELECT on the whole table and no row-level security in force, or pg_stat_scan_tables'
					 ELSE n.needed END
	   || CASE WHEN n.major <> '' THEN ', and PostgreSQL ' || n.major || ' or later' ELSE '' END AS needs,
	   -- the table of the examples is one that may be looked into
	   CASE WHEN n.needed IN ('all', 'structure') THEN true
			ELSE pg_catalog.pg_has_role(n.needed::pg_catalog.name, 'USAGE') END AS may_i,
	   CASE WHEN i.hidden LIKE 'the table%' THEN
				CASE WHEN NOT pg_catalog.pg_has_role('pg_read_all_data', 'USAGE')
					  AND NOT COALESCE((SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class AS c
										 WHERE c.oid = pg_catalog.to_regclass((SELECT arch_parts.example_table()))), false)
					 THEN i.hidden END
			WHEN NOT pg_catalog.pg_has_role(pg_catalog.split_part(i.hidden, ':', 1)::pg_catalog.name, 'USAGE')
			THEN i.hidden END AS hidden,
	   pg_catalog.replace(i.example, '{table}', pg_catalog.quote_literal((SELECT arch_parts.example_table()))) AS example,
	   'doc/' || i.page || '.md' AS page, i.topic, i.instrument
  FROM (VALUES
	(10, 'findings', 'findings', 'findings', 'all',
	 'What should I look at on this server?',
	 'SELECT weight, subject, evidence, try FROM arch_inspect.findings',
	 'pg_read_all_stats: other roles'' statements, states and addresses', 'settings'),
	(20, 'findings', 'finding_rules', 'finding_rules()', 'all',
	 'What does findings look for, and what is the mechanism behind each rule?',
	 'SELECT rule, weight, mechanism FROM arch_inspect.finding_rules()',
	 NULL, 'settings'),
	(30, 'findings', 'finding_evidence', 'finding_evidence([patience])', 'all',
	 'Who has been idle in a transaction, or waiting, for longer than a minute?',
	 'SELECT rule, subject, evidence FROM arch_inspect.finding_evidence(''1 min'') WHERE rule IN (''idle_in_transaction'', ''blocked_session'')',
	 'pg_read_all_stats: other roles'' statements, states and addresses', 'settings'),
	(40, 'mvcc', 'why_dead', 'why_dead(rel)', 'structure',
	 'Why is my dead row not removed by VACUUM?',
	 'SELECT kind, holder, versions, bytes FROM arch_inspect.why_dead({table})',
	 NULL, 'mvcc'),
	(50, 'mvcc', 'xmin_horizons', 'xmin_horizons', 'all',
	 'Which session, slot or prepared transaction holds VACUUM back?',
	 'SELECT kind, holder, behind, since, advice FROM arch_inspect.xmin_horizons',
	 'pg_read_all_stats: other roles'' statements, states and addresses', 'mvcc'),
	(60, 'mvcc', 'explain_visibility', 'explain_visibility(rel, tid [, snapshot])', 'structure',
	 'Why do I see this row version, or why not?',
	 'SELECT e.question, e.answer, e.evidence FROM (SELECT v.tid FROM arch_inspect.heap_visibility({table}) AS v LIMIT 1) AS t, arch_inspect.explain_visibility({table}, t.tid) AS e',
	 NULL, 'mvcc'),
	(70, 'mvcc', 'heap_visibility', 'heap_visibility(rel [, snapshot])', 'structure',
	 'Which row versions of a table are visible, and which may VACUUM remove?',
	 'SELECT visible, removable, count(*) FROM arch_inspect.heap_visibility({table}) GROUP BY 1, 2',
	 NULL, 'mvcc'),
	(80, 'mvcc', 'version_chain', 'version_chain(rel, tid)', 'structure',
	 'Which versions has a row, was the update HOT, and which index entries point to it?',
	 'SELECT c.version, c.at, c.kind, c.state, c.index_entries, c.fate FROM (SELECT v.tid FROM arch_inspect.heap_visibility({table}) AS v LIMIT 1) AS t, arch_inspect.version_chain({table}, t.tid) AS c',
	 'the table''s owner or pg_read_all_data: the values', 'mvcc'),
	(85, 'mvcc', 'why_not_hot', 'why_not_hot(rel [, first_block [, last_block]])', 'structure',
	 'Why was an update not HOT: which column of which index changed, or was there no room on the page?',
	 'SELECT from_tid, to_tid, hot, cause, changed_columns, indexes, why FROM arch_inspect.why_not_hot({table}) LIMIT 20',
	 'the table''s owner or pg_read_all_data: the columns', 'mvcc'),
	(90, 'mvcc', 'lock_waits', 'lock_waits', 'all',
	 'Who waits for whom, for which lock, and who blocks them all?',
	 'SELECT in_words, waiting FROM arch_inspect.lock_waits',
	 'pg_read_all_stats: other roles'' statements, states and addresses', 'mvcc'),
	(100, 'mvcc', 'row_locks', 'row_locks(rel)', 'structure',
	 'Who has locked which rows of my table?',
	 'SELECT tid, modes, pids, waiting_pids FROM arch_inspect.row_locks({table}) LIMIT 10',
	 NULL, 'mvcc'),
	(110, 'mvcc', 'transaction_status', 'transaction_status(xid)', 'all',
	 'What became of this transaction: committed, rolled back, still running?',
	 'SELECT status, evidence FROM arch_inspect.transaction_status(''3'')',
	 NULL, 'mvcc'),
	(120, 'mvcc', 'multixact_members', 'multixact_members(multixact)', 'all',
	 'Which transactions share a row lock, by the multixact in xmax?',
	 'SELECT member, xid, mode, status, problem FROM arch_inspect.multixact_members(''1'')',
	 NULL, 'mvcc'),
	(130, 'mvcc', 'snapshot_info', 'snapshot_info()', 'all',
	 'What does my snapshot see, and what do I hold back myself?',
	 'SELECT isolation_level, taken, xmin, xmax, running, behind FROM arch_inspect.snapshot_info()',
	 NULL, 'mvcc'),
	(140, 'mvcc', 'isolation_levels', 'isolation_levels', 'all',
	 'Which anomalies does my isolation level permit?',
	 'SELECT isolation_level, is_current, lost_update, write_skew, on_conflict FROM arch_inspect.isolation_levels',
	 NULL, 'mvcc'),
	(150, 'mvcc', 'wraparound', 'wraparound', 'all',
	 'How far is transaction id wraparound, and what pins the oldest id?',
	 'SELECT * FROM arch_inspect.wraparound ORDER BY xid_age DESC NULLS LAST LIMIT 5',
	 NULL, 'mvcc'),
	(160, 'autovacuum', 'autovacuum_forecast', 'autovacuum_forecast', 'all',
	 'When does autovacuum come to my table, and by which rule?',
	 'SELECT relation, dead_rows, vacuum_percent, next_rule, due, held_back_by FROM arch_inspect.autovacuum_forecast WHERE relation = {table}::regclass',
	 'pg_read_all_stats: other roles'' statements, states and addresses', 'settings'),
	(170, 'anatomy', 'table_anatomy', 'table_anatomy(rel)', 'structure',
	 'How bloated is my table, and what would VACUUM or VACUUM FULL give back?',
	 'SELECT live_tuples, dead_tuples, free_percent, vacuum_returns, full_returns FROM arch_inspect.table_anatomy({table})',
	 NULL, 'anatomy'),
	(180, 'storage', 'storage', 'storage', 'all',
	 'How is this database stored: page size, files, checksums?',
	 'SELECT block_size, db_size, directory, data_checksums FROM arch_inspect.storage',
	 NULL, 'storage'),
	(190, 'storage', 'relation_forks', 'relation_forks(rel)', 'structure',
	 'In which files does my table lie?',
	 'SELECT fork, path, segments, pages, bytes FROM arch_inspect.relation_forks({table})',
	 NULL, 'storage'),
	(200, 'storage', 'page_header', 'page_header(rel, blkno [, fork])', 'structure',
	 'What does the header of a page say, and is its checksum right?',
	 'SELECT lsn, flags, lower, upper, free_bytes, problem FROM arch_inspect.page_header({table}, 0)',
	 NULL, 'storage'),
	(210, 'storage', 'page_headers', 'page_headers(rel [, first_block, last_block, fork])', 'structure',
	 'Are all page headers of my table sound?',
	 'SELECT kind, count(*), count(problem) AS problems FROM arch_inspect.page_headers({table}) GROUP BY kind',
	 NULL, 'storage'),
	(220, 'storage', 'heap_page_items', 'heap_page_items(rel, blkno)', 'structure',
	 'What is on this page: line pointers, tuple headers, xmin, xmax, flags?',
	 'SELECT lp, lp_flags, t_xmin, t_xmax, t_ctid, state FROM arch_inspect.heap_page_items({table}, 0)',
	 NULL, 'storage'),
	(230, 'storage', 'heap_tuples', 'heap_tuples(rel [, first_block, last_block])', 'structure',
	 'How many row versions of each state has my table?',
	 'SELECT state, count(*) FROM arch_inspect.heap_tuples({table}) GROUP BY state',
	 NULL, 'storage'),
	(240, 'storage', 'page_map', 'page_map(rel [, first_block, last_block])', 'structure',
	 'Which pages of my table are in shared buffers, all-visible, full of dead rows?',
	 'SELECT blkno, live, dead, free_bytes, all_visible, in_buffers FROM arch_inspect.page_map({table}) LIMIT 10',
	 NULL, 'storage'),
	(250, 'storage', 'fsm_tree', 'fsm_tree(rel)', 'structure',
	 'Where would the next row go: what does the free space map promise?',
	 'SELECT level, first_block, last_block, max_bytes FROM arch_inspect.fsm_tree({table})',
	 NULL, 'storage'),
	(260, 'storage', 'buffers', 'buffers', 'pg_monitor',
	 'What is in shared buffers, dirty, pinned, used how often?',
	 'SELECT fork, blkno, dirty, usage_count, pins FROM arch_inspect.buffers WHERE relation = {table}::regclass LIMIT 10',
	 'pg_monitor: all of it; which pages of your table are in shared buffers, page_map tells you', 'storage'),
	(270, 'storage', 'buffer_usage', 'buffer_usage', 'pg_monitor',
	 'Which tables and indexes fill the buffer cache?',
	 'SELECT relation, fork, buffers, dirty FROM arch_inspect.buffer_usage ORDER BY buffers DESC LIMIT 10',
	 NULL, 'storage'),
	(280, 'storage', 'buffer_clock', 'buffer_clock', 'pg_monitor',
	 'Which buffer is evicted next?',
	 'SELECT hand, next_bufferid, sweep, free_buffers FROM arch_inspect.buffer_clock',
	 NULL, 'storage'),
	(290, 'tuples', 'tuple_attributes', 'tuple_attributes(rel, tid)', 'structure',
	 'Which bytes of a row belong to which column?',
	 'SELECT a.attname, a."offset", a.length, a.storage, a.value FROM (SELECT v.tid FROM arch_inspect.heap_visibility({table}) AS v LIMIT 1) AS t, arch_inspect.tuple_attributes({table}, t.tid) AS a',
	 'the table''s owner or pg_read_all_data: the values', 'tuples'),
	(300, 'tuples', 'heap_attributes', 'heap_attributes(rel [, first_block, last_block])', 'structure',
	 'What do the columns of my table take on disk?',
	 'SELECT attname, count(*), avg(length) AS bytes, avg(padding) AS padding FROM arch_inspect.heap_attributes({table}, 0, 0) GROUP BY attname',
	 'the table''s owner or pg_read_all_data: the values', 'tuples'),
	(310, 'tuples', 'heap_tuple_data', 'heap_tuple_data(rel [, first_block, last_block])', 'structure',
	 'What stands in the rows of a page, dead ones too?',
	 'SELECT lp, "values", problem FROM arch_inspect.heap_tuple_data({table}, 0, 0) LIMIT 10',
	 'the table''s owner or pg_read_all_data: the values', 'tuples'),
	(320, 'tuples', 'row_layout', 'row_layout(rel)', 'structure',
	 'Which order of columns saves space?',
	 'SELECT attname, alignment, padding, best_place, saved_bytes FROM arch_inspect.row_layout({table})',
	 NULL, 'tuples'),
	(330, 'toast', 'toast_values', 'toast_values(rel)', 'structure',
	 'Which values are compressed or toasted, and why?',
	 'SELECT tid, attname, raw_size, stored_size, why FROM arch_inspect.toast_values({table}) LIMIT 10',
	 NULL, 'toast'),
	(340, 'toast', 'toast_chunks', 'toast_chunks(rel, tid, attname)', 'structure',
	 'In which chunks does a toasted value lie, and are they all there?',
	 'SELECT v.attname, c.chunk_seq, c.chunk_tid, c.length, c.problem FROM (SELECT * FROM arch_inspect.toast_values({table}) LIMIT 5) AS v, arch_inspect.toast_chunks({table}, v.tid, v.attname) AS c',
	 'the table''s owner or pg_read_all_data: the values', 'toast'),
	(342, 'indexes', 'index_page_stats', 'index_page_stats(idx, blkno)', 'structure',
	 'What is this page of an index: leaf, inner, deleted, and what does it link to?',
	 'SELECT level, page_kind, live_items, free_bytes, details FROM arch_inspect.index_page_stats(''pg_catalog.pg_class_oid_index'', 0)',
	 NULL, 'index'),
	(344, 'indexes', 'index_page_items', 'index_page_items(idx, blkno)', 'structure',
	 'Which keys and addresses are on this page of an index?',
	 'SELECT itemoffset, kind, key, tids, child FROM arch_inspect.index_page_items(''pg_catalog.pg_class_oid_index'', 1)',
	 NULL, 'index'),
	(346, 'indexes', 'index_items', 'index_items(idx)', 'structure',
	 'What does my index hold: entries, posting lists, dead entries, on which level?',
	 'SELECT level, page_kind, kind, count(*), count(*) FILTER (WHERE dead) AS dead FROM arch_inspect.index_items(''pg_catalog.pg_class_oid_index'') GROUP BY 1, 2, 3',
	 NULL, 'index'),
	(347, 'indexes', 'index_descent', 'index_descent(idx, key, ...)', 'pg_read_all_data',
	 'Which pages of an index does a search for a key read, and why?',
	 'SELECT step, blkno, level, page_kind, why, matches FROM arch_inspect.index_descent(''pg_catalog.pg_class_oid_index'', 1259)',
	 NULL, 'index'),
	(348, 'indexes', 'index_descent_where', 'index_descent_where(idx, column, operator, value, ...)', 'pg_read_all_data',
	 'Which pages of an index does a range, a null test or a list of values read?',
	 'SELECT step, search, blkno, page_kind, why FROM arch_inspect.index_descent_where(''pg_catalog.pg_class_oid_index'', ''oid'', ''<'', 100)',
	 NULL, 'index'),
	(341, 'indexes', 'index_tree', 'index_tree(idx)', 'structure',
	 'How full is my index on each level, how many pages are empty or deleted, and would a rebuild be smaller?',
	 'SELECT level, page_kind, pages, fill_percent, dead_items, fresh_pages_estimate FROM arch_inspect.index_tree(''pg_catalog.pg_class_oid_index'')',
	 NULL, 'index'),
	(343, 'indexes', 'index_of_row', 'index_of_row(rel, tid)', 'structure',
	 'Which index entries point at this version of a row, and where are they?',
	 'SELECT e.idx, e.blkno, e.itemoffset, e.kind, e.points_at, e.found_by FROM (SELECT v.tid FROM arch_inspect.heap_visibility({table}) AS v LIMIT 1) AS t, arch_inspect.index_of_row({table}, t.tid) AS e',
	 NULL, 'index'),
	(349, 'indexes', 'index_tree_pages', 'index_tree_pages(idx)', 'structure',
	 'Which pages of my index are nearly empty?',
	 'SELECT blkno, level, page_kind, live_items, fill_percent FROM arch_inspect.index_tree_pages(''pg_catalog.pg_class_oid_index'') ORDER BY fill_percent LIMIT 5',
	 NULL, 'index'),
	(345, 'indexes', 'index_descent_backward', 'index_descent_backward(idx, column, operator, value, ...)', 'pg_read_all_data',
	 'Which pages of an index does ORDER BY ... DESC LIMIT 1 or max() read?',
	 'SELECT step, search, blkno, page_kind, why FROM arch_inspect.index_descent_backward(''pg_catalog.pg_class_oid_index'', ''oid'', ''<'', 100)',
	 NULL, 'index'),
	(350, 'wal', 'wal_status', 'wal_status', 'all',
	 'Where does the WAL stand, how far is the next checkpoint, why are old segments kept?',
	 'SELECT flush_lsn, bytes_since_checkpoint, bytes_until_checkpoint, kept_because FROM arch_inspect.wal_status',
	 'pg_monitor: what lies in pg_wal', 'wal'),
	(360, 'wal', 'checkpoints', 'checkpoints', 'all',
	 'What do checkpoints cost, and when does the next one come?',
	 'SELECT timed, requested, buffers_checkpointer, last_time, next_time FROM arch_inspect.checkpoints',
	 NULL, 'wal'),
	(370, 'wal', 'wal_records', 'wal_records(start_lsn [, end_lsn])', 'all',
	 'What was written to the log, record by record?',
	 'SELECT lsn, rmgr, record_type, relation, action FROM arch_inspect.wal_records(NULL) LIMIT 10',
	 'pg_monitor: records about what you may not look into', 'wal'),
	(380, 'wal', 'wal_summary', 'wal_summary(start_lsn [, end_lsn])', 'all',
	 'Which tables and kinds of change make the most WAL?',
	 'SELECT relation, record_type, count, bytes, fpi_bytes FROM arch_inspect.wal_summary(NULL) ORDER BY bytes DESC LIMIT 10',
	 'pg_monitor: records about what you may not look into', 'wal'),
	(390, 'wal', 'page_history', 'page_history(rel, blkno [, start_lsn, end_lsn, fork])', 'structure',
	 'Which changes made this page what it is?',
	 'SELECT lsn, record_type, action, is_page_lsn FROM arch_inspect.page_history({table}, 0)',
	 'the table''s owner or pg_read_all_data: the values', 'wal'),
	(400, 'wal', 'transaction_wal', 'transaction_wal(xid [, start_lsn, end_lsn])', 'all',
	 'What did a transaction write?',
	 'SELECT lsn, relation, action FROM arch_inspect.transaction_wal((SELECT r.xid FROM arch_inspect.wal_records(NULL) AS r WHERE r.xid IS NOT NULL LIMIT 1))',
	 'pg_monitor: records about what you may not look into', 'wal'),
	(410, 'wal', 'wal_settings', 'wal_settings', 'all',
	 'Which settings decide how WAL is written and kept?',
	 'SELECT name, value, takes_effect FROM arch_inspect.wal_settings',
	 NULL, 'wal'),
	(420, 'wal', 'wal_tuning', 'wal_tuning', 'all',
	 'What became of checkpoint_segments, and what is tuned instead?',
	 'SELECT lesson_name, name, value, why FROM arch_inspect.wal_tuning',
	 NULL, 'wal'),
	(430, 'processes', 'processes', 'processes', 'all',
	 'What does each process do, wait for and use?',
	 'SELECT pid, kind, activity, wait_in_words, resident_bytes FROM arch_inspect.processes',
	 'pg_read_all_stats: other roles'' statements, states, addresses, memory and I/O', 'processes'),
	(440, 'processes', 'process_tree', 'process_tree()', 'all',
	 'Which processes are there, and who is whose child?',
	 'SELECT * FROM arch_inspect.process_tree()',
	 'pg_read_all_stats: other roles'' statements, states and addresses', 'processes'),
	(450, 'processes', 'client_backends', 'client_backends', 'all',
	 'Who is connected, and since when?',
	 'SELECT pid, usename, activity, backend_start, query FROM arch_inspect.client_backends',
	 'pg_read_all_stats: other roles'' statements, states and addresses', 'processes'),
	(460, 'processes', 'background_processes', 'background_processes', 'all',
	 'What are the background processes for, and what do they wait for?',
	 'SELECT backend_type, role, wait_in_words FROM arch_inspect.background_processes',
	 NULL, 'processes'),
	(470, 'processes', 'process_slots', 'process_slots', 'all',
	 'How many connections and workers are free, and by which setting?',
	 'SELECT * FROM arch_inspect.process_slots',
	 NULL, 'processes'),
	(480, 'processes', 'lwlocks', 'lwlocks', 'all',
	 'Who holds lightweight locks now?',
	 'SELECT * FROM arch_inspect.lwlocks',
	 NULL, 'processes'),
	(490, 'memory', 'shared_memory', 'shared_memory', 'pg_read_all_stats',
	 'What is shared memory used for?',
	 'SELECT name, size, what FROM arch_inspect.shared_memory ORDER BY bytes DESC LIMIT 10',
	 NULL, 'processes'),
	(500, 'memory', 'memory_contexts', 'memory_contexts', 'all',
	 'What takes the memory of my session?',
	 'SELECT tree, total_bytes, subtree_bytes, percent FROM arch_inspect.memory_contexts LIMIT 20',
	 'pg_read_all_stats: the idents', 'processes'),
	(510, 'I/O', 'io_activity', 'io_activity', 'all 16',
	 'Who does I/O, on what and why?',
	 'SELECT kind, why, did, read_bytes, time_a_read FROM arch_inspect.io_activity ORDER BY read_bytes DESC NULLS LAST LIMIT 10',
	 NULL, 'io'),
	(520, 'I/O', 'io_by_process', 'io_by_process', 'all 18',
	 'Which session does the most I/O?',
	 'SELECT * FROM arch_inspect.io_by_process LIMIT 10',
	 NULL, 'io'),
	(530, 'I/O', 'io_handles', 'io_handles', 'pg_read_all_stats 18',
	 'Which asynchronous I/O is in flight?',
	 'SELECT * FROM arch_inspect.io_handles',
	 NULL, 'io'),
	(540, 'I/O', 'io_workers', 'io_workers', 'all 18',
	 'What do the I/O workers do?',
	 'SELECT * FROM arch_inspect.io_workers',
	 NULL, 'io'),
	(550, 'I/O', 'data_checksums', 'data_checksums', 'all',
	 'Are pages checked against damage, and has one failed?',
	 'SELECT datname, state_in_words, checksum_failures FROM arch_inspect.data_checksums',
	 NULL, 'io'),
	(560, 'autovacuum', 'autovacuum_scores', 'autovacuum_scores', 'all 19',
	 'In which order does autovacuum take the tables?',
	 'SELECT relation, place, score, because_of FROM arch_inspect.autovacuum_scores ORDER BY place LIMIT 10',
	 NULL, 'io'),
	(570, 'autovacuum', 'vacuum_progress', 'vacuum_progress', 'all',
	 'How far is a running VACUUM, and with how much memory?',
	 'SELECT relation, phase_in_words, scanned_percent, memory_in_words FROM arch_inspect.vacuum_progress',
	 'pg_read_all_stats: other roles'' statements, states and addresses', 'io'),
	(580, 'autovacuum', 'rewrite_progress', 'rewrite_progress', 'all',
	 'How far is a running CLUSTER, VACUUM FULL or REPACK?',
	 'SELECT * FROM arch_inspect.rewrite_progress',
	 'pg_read_all_stats: other roles'' statements, states and addresses', 'io'),
	(590, 'wal', 'wal_by_process', 'wal_by_process', 'all 18',
	 'Which session makes the most WAL?',
	 'SELECT * FROM arch_inspect.wal_by_process LIMIT 10',
	 NULL, 'io'),
	(600, 'wal', 'wal_summarizer', 'wal_summarizer', 'all 17',
	 'After which backups is an incremental one possible?',
	 'SELECT in_words, incremental_backup FROM arch_inspect.wal_summarizer',
	 NULL, 'io'),
	(610, 'wal', 'incremental_backup', 'incremental_backup(since)', 'all 17',
	 'What would an incremental backup send?',
	 'SELECT b.relation, b.fork, b.blocks, b.blocks_sent, b.why FROM arch_inspect.wal_summarizer AS w, arch_inspect.incremental_backup(w.gapless_from) AS b ORDER BY b.bytes_sent DESC NULLS LAST LIMIT 10',
	 NULL, 'io'),
	(620, 'settings', 'settings', 'settings', 'all',
	 'Who may change a setting, where does its value come from, when does it take effect?',
	 'SELECT name, value, comes_from, who_may_change, takes_effect FROM arch_inspect.settings WHERE changed',
	 'pg_read_all_settings: some settings, and the files and lines', 'settings'),
	(630, 'settings', 'resources', 'resources', 'all',
	 'How big are the database and its biggest tables, and what is cached?',
	 'SELECT * FROM arch_inspect.resources',
	 NULL, 'settings'),
	(640, 'extensions', 'extensions', 'extensions', 'all',
	 'Which extensions can I install, which are, and what do they load?',
	 'SELECT name, installed_version, libraries, loaded FROM arch_inspect.extensions',
	 'pg_read_all_settings: what is preloaded', 'extensions'),
	(650, 'extensions', 'extension_objects', 'extension_objects(name)', 'all',
	 'What is an extension made of?',
	 'SELECT power, count(*) FROM arch_inspect.extension_objects(''arch_inspect'') GROUP BY power',
	 NULL, 'extensions'),
	(660, 'extensions', 'extension_powers', 'extension_powers', 'all',
	 'Which powers of the extension system are in use here, and by whom?',
	 'SELECT power, extension, objects, example FROM arch_inspect.extension_powers',
	 NULL, 'extensions'),
	(670, 'extensions', 'hooks', 'hooks()', 'all',
	 'Which library has taken which hook?',
	 'SELECT hook, held_by FROM arch_inspect.hooks()',
	 NULL, 'extensions'),
	(680, 'finding the way', 'instruments', 'instruments(words)', 'all',
	 'Which instrument answers my question?',
	 'SELECT question, call, may_i FROM arch_inspect.instruments(''dead'')',
	 NULL, 'arch_inspect')
  ) AS i (place, topic, instrument, call, needed, question, example, hidden, page)
 CROSS JOIN LATERAL (
		SELECT pg_catalog.split_part(i.needed, ' ', 1), pg_catalog.split_part(i.needed, ' ', 2)
	   ) AS n (needed, major)
 ORDER BY i.place;

COMMENT ON VIEW arch_inspect.instruments IS
'A row a question, with the call that answers it.
Which right it needs and whether the caller has it, what stays hidden, a query
that runs as it stands, and the page of the documentation. instruments(words)
searches it. For everybody.';
COMMENT ON COLUMN arch_inspect.instruments.question IS 'what one wants to know';
COMMENT ON COLUMN arch_inspect.instruments.call IS 'the view, or the function with its arguments, those in brackets optional';
COMMENT ON COLUMN arch_inspect.instruments.needs IS 'the right that it asks for';
COMMENT ON COLUMN arch_inspect.instruments.may_i IS 'whether the caller has it; of what looks into a table, for the table of the example';
COMMENT ON COLUMN arch_inspect.instruments.hidden IS 'who sees all, and what is left out or null for the caller; NULL where nothing is';
COMMENT ON COLUMN arch_inspect.instruments.example IS 'a query that runs as it stands, on the largest table that the caller may look into, or on pg_class';
COMMENT ON COLUMN arch_inspect.instruments.page IS 'the page of the documentation';
COMMENT ON COLUMN arch_inspect.instruments.topic IS 'what it is about, in a word';
COMMENT ON COLUMN arch_inspect.instruments.instrument IS 'the name of the view or function';

REVOKE ALL ON arch_inspect.instruments FROM PUBLIC;
GRANT SELECT ON arch_inspect.instruments TO PUBLIC;

CREATE FUNCTION arch_inspect.instruments(words text)
RETURNS SETOF arch_inspect.instruments
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 5
BEGIN ATOMIC
	WITH hits AS MATERIALIZED (
		SELECT i.*,
			   arch_parts.has_words(pg_catalog.concat_ws(' ', i.question, i.topic, pg_catalog.replace(i.instrument, '_', ' '), i.instrument),
									instruments.words) AS asked,
			   arch_parts.has_words(said.text, instruments.words) AS said
		  FROM arch_inspect.instruments AS i
		 CROSS JOIN LATERAL (
				SELECT pg_catalog.concat_ws(' ',
						(SELECT pg_catalog.string_agg(pg_catalog.obj_description(p.oid, 'pg_proc'), ' ') FROM pg_catalog.pg_proc AS p
						  WHERE p.pronamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'arch_inspect') AND p.proname = i.instrument),
						(SELECT pg_catalog.obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class AS c
						  WHERE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'arch_inspect') AND c.relname = i.instrument)) AS text
			   ) AS said
	)
	SELECT h.question, h.call, h.needs, h.may_i, h.hidden, h.example, h.page, h.topic, h.instrument
	  FROM hits AS h
	 WHERE CASE WHEN (SELECT pg_catalog.bool_or(o.asked) FROM hits AS o) THEN h.asked ELSE h.said END;
END;

COMMENT ON FUNCTION arch_inspect.instruments(text) IS
'The instruments whose question or name has the words.
The rows of the view instruments with all the words in the question, the topic
or the name, each at the beginning of a word; where none has them, those that
say them in their comment. For everybody.';
REVOKE ALL ON FUNCTION arch_inspect.instruments(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_inspect.instruments(text) TO PUBLIC;
