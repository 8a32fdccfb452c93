--
-- arch_inspect: wal_records, wal_summary, page_history, transaction_wal
--
-- Needs: current_setting('wal_level') = 'logical'
CREATE ROLE regress_wal_owner;
CREATE ROLE regress_wal_reader;
CREATE ROLE regress_wal_monitor;
GRANT pg_monitor TO regress_wal_monitor;
CREATE SCHEMA regress_wal AUTHORIZATION regress_wal_owner;
SET search_path = regress_wal;
-- one segment, which the second checkpoint keeps
CHECKPOINT;
SELECT pg_switch_wal() \gset
SELECT pg_current_wal_insert_lsn() AS start_lsn \gset
SET ROLE regress_wal_owner;
CREATE TABLE rows (id int PRIMARY KEY, name text, price numeric);
CREATE TABLE policed (id int);
ALTER TABLE policed ENABLE ROW LEVEL SECURITY;
INSERT INTO policed VALUES (1);
INSERT INTO rows VALUES (1, 'one', 1.5), (2, 'it''s two', NULL);
BEGIN;
SELECT pg_current_xact_id()::xid AS xid \gset
UPDATE rows SET name = 'uno' WHERE id = 1;
SAVEPOINT s;
UPDATE rows SET id = 3 WHERE id = 2;
RELEASE SAVEPOINT s;
COMMIT;
DELETE FROM rows WHERE id = 3;
SELECT id FROM rows WHERE id = 1 FOR SHARE;
COPY rows FROM stdin;
10	ten	10
11	eleven	11
12	twelve	12
\.
BEGIN;
INSERT INTO rows VALUES (99, 'taken back', 0);
ROLLBACK;
RESET ROLE;
CREATE TABLE hidden (secret text);
INSERT INTO hidden VALUES ('password');
-- hint bits are set now, so that with checksums they log no page later
SELECT count(*) FROM rows;
CHECKPOINT;
UPDATE rows SET price = 2 WHERE id = 10;
SELECT pg_current_wal_insert_lsn() AS end_lsn \gset

SELECT rmgr, record_type, fork, blocks, action, new_row
  FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn')
 WHERE relation = 'rows'::regclass AND rmgr LIKE 'Heap%'
 ORDER BY lsn;
SELECT record_type, action
  FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn')
 WHERE relation = 'rows_pkey'::regclass AND rmgr = 'Btree'
 ORDER BY lsn;
-- the chain of records, and sizes
SELECT count(*) > 0 AS found,
	   bool_and(prev_lsn = before OR before IS NULL) AS chained,
	   bool_and(end_lsn > lsn AND length >= main_data_length + fpi_length) AS sizes,
	   bool_and(action IS NOT NULL) AS all_in_words,
	   bool_and(filenode IS NULL OR fork IS NOT NULL OR blocks IS NULL) AS placed
  FROM (SELECT *, lag(lsn) OVER (ORDER BY lsn) AS before
		  FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn')) r;
-- the first change after the checkpoint logged the page
SELECT record_type, fpi_length > 0 AS image, fpi_length < length AS within
  FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn')
 WHERE relation = 'rows'::regclass
 ORDER BY lsn DESC LIMIT 1;
-- as the summary has it
SELECT s.rmgr, s.record_type, s.relation, s.count = r.count AND s.bytes = r.bytes AND s.fpi_bytes = r.fpi_bytes AS same
  FROM arch_inspect.wal_summary(:'start_lsn', :'end_lsn') s
  FULL JOIN (SELECT rmgr, record_type, relation, filenode, count(*), sum(length) AS bytes, sum(fpi_length) AS fpi_bytes
			   FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn') GROUP BY 1, 2, 3, 4) r
	ON (s.rmgr, s.record_type) = (r.rmgr, r.record_type)
   AND s.relation IS NOT DISTINCT FROM r.relation AND s.filenode IS NOT DISTINCT FROM r.filenode
 WHERE (s.relation IN ('rows'::regclass, 'rows_pkey'::regclass) AND s.rmgr <> 'XLOG')
	OR s.count IS DISTINCT FROM r.count OR s.bytes <> r.bytes OR s.fpi_bytes <> r.fpi_bytes
 ORDER BY 1 COLLATE "C", 2 COLLATE "C", 3::text COLLATE "C";
SELECT abs(sum(share) - 1) < 1e-9 AS shares FROM arch_inspect.wal_summary(:'start_lsn', :'end_lsn');
-- a transaction with its subtransaction and its end
SELECT record_type, relation, action ~ '^commit at .* UTC, 1 subtransaction' AS commit, record_xid::text = :'xid' AS top
  FROM arch_inspect.transaction_wal(:'xid', :'start_lsn', :'end_lsn')
 ORDER BY lsn;
-- how the page came to be
SELECT record_type, has_image, is_page_lsn, blocks, action
  FROM arch_inspect.page_history('rows', 0, :'start_lsn')
 ORDER BY lsn;
SELECT action, is_page_lsn
  FROM arch_inspect.page_history('rows_pkey', 0, :'start_lsn') ORDER BY lsn;
SELECT count(*) FROM arch_inspect.page_history('rows', 4711, :'start_lsn');

-- streamed
EXPLAIN (COSTS OFF) SELECT lsn FROM arch_inspect.wal_records('A0000000/A0000000') LIMIT 1;
SELECT count(*) FROM (SELECT FROM arch_inspect.wal_records(:'start_lsn') LIMIT 3) r;
-- the same without the scan node
SELECT count(*) = (SELECT count(*) FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn')) AS same
  FROM (SELECT (r).lsn FROM (SELECT arch_inspect.wal_records(:'start_lsn', :'end_lsn') AS r) s) t;

-- bounds
SELECT count(*) > 0 AS from_redo FROM arch_inspect.wal_records(NULL);
SELECT count(*) > 0 AS to_the_end FROM arch_inspect.wal_records(:'start_lsn', 'FFFFFFFF/0');
SELECT count(*) FROM arch_inspect.wal_records(:'start_lsn', :'start_lsn');
SELECT count(*) FROM arch_inspect.wal_summary(:'start_lsn', :'start_lsn');
SELECT count(*) FROM arch_inspect.transaction_wal(NULL, :'start_lsn');
SELECT count(*) FROM arch_inspect.page_history(NULL, 0);
\set VERBOSITY sqlstate
SELECT count(*) FROM arch_inspect.wal_records('FFFFFFFF/0');	-- fail, in the future
SELECT count(*) FROM arch_inspect.wal_records(:'end_lsn', :'start_lsn');	-- fail, end before start
SELECT count(*) FROM arch_inspect.page_history('rows', -1);	-- fail, no such block
SELECT count(*) FROM arch_inspect.page_history('rows', 0, NULL, NULL, 'side');	-- fail, no such fork
SELECT count(*) FROM arch_inspect.page_history('pg_user', 0);	-- fail, a view
\set VERBOSITY default
SELECT count(*) >= 0 AS fsm FROM arch_inspect.page_history('rows', 0, :'start_lsn', NULL, 'vm');

-- who sees what: records by name, and values
PREPARE seen AS
	SELECT count(*) FILTER (WHERE relation = 'rows'::regclass) > 0 AS rows,
		   count(*) FILTER (WHERE relation = 'policed'::regclass) > 0 AS policed,
		   count(*) FILTER (WHERE filenode = pg_relation_filenode('hidden')) > 0 AS hidden,
		   count(*) FILTER (WHERE rmgr = 'XLOG' AND relation IS NULL) > 0 AS others,
		   count(*) FILTER (WHERE record_type = 'COMMIT') > 0 AS commits,
		   count(*) FILTER (WHERE relation = 'rows'::regclass AND new_row IS NOT NULL) > 0 AS values,
		   count(*) FILTER (WHERE new_row ~ 'password') > 0 AS secret
	  FROM arch_inspect.wal_records($1, $2);
EXECUTE seen(:'start_lsn', :'end_lsn');
GRANT USAGE ON SCHEMA regress_wal TO regress_wal_reader, regress_wal_monitor;
SET client_min_messages = warning;	-- not a notice of how many are left out
SET ROLE regress_wal_owner;
EXECUTE seen(:'start_lsn', :'end_lsn');
SET ROLE regress_wal_monitor;
EXECUTE seen(:'start_lsn', :'end_lsn');
SET ROLE regress_wal_reader;
SELECT count(*) AS user_tables FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn')
 WHERE relation::oid >= 16384;
SELECT count(*) FROM arch_inspect.page_history('hidden', 0);	-- fail, no right
RESET ROLE;
GRANT SELECT ON rows, policed TO regress_wal_reader;
SET ROLE regress_wal_reader;
EXECUTE seen(:'start_lsn', :'end_lsn');
-- a transaction that made nothing that it may see has not ended, for this role
SELECT bool_and(EXISTS (SELECT FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn') o
						 WHERE o.xid = r.xid AND o.relation IS NOT NULL)) AS ends_of_shown_only
  FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn') r
 WHERE r.record_type IN ('COMMIT', 'ABORT');
SELECT count(*) > 0 AS summary, count(*) FILTER (WHERE filenode = pg_relation_filenode('hidden')) AS hidden
  FROM arch_inspect.wal_summary(:'start_lsn', :'end_lsn');
RESET ROLE;
RESET client_min_messages;

-- files that are gone have no name
SELECT pg_relation_filenode('hidden') AS node \gset
DROP TABLE hidden;
SELECT count(*) > 0 AS found, count(relation) AS named
  FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn') WHERE filenode = :'node';
-- a read-only transaction may look, and looking takes no xid
BEGIN READ ONLY;
SELECT count(*) > 0 AS found FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn');
SELECT pg_current_xact_id_if_assigned() IS NULL AS no_xid;
COMMIT;

-- the planner goes by the length of the range, where it knows it
CREATE FUNCTION estimated(call text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) SELECT * FROM arch_inspect.' || call INTO plan;
	RETURN plan #>> '{0,Plan,Plan Rows}';
END $$;
SELECT estimated(format('wal_records(%L, %L)', :'start_lsn', :'end_lsn')) / count(*) BETWEEN 0.1 AND 10 AS records
  FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn');
SELECT estimated(format('wal_records(%L, %L)', :'start_lsn', :'start_lsn')) AS no_range,
	   estimated(format('wal_records(%L)', :'start_lsn')) >= estimated(format('wal_records(%L, %L)', :'start_lsn', :'end_lsn')) AS to_the_end,
	   estimated(format('wal_records(%L, %L)', :'start_lsn', 'FFFFFFFF/0')) >= estimated(format('wal_records(%L, %L)', :'start_lsn', :'end_lsn')) AS into_the_future,
	   estimated('wal_records(NULL)') > 0 AS since_the_checkpoint,
	   estimated('wal_records(pg_current_wal_insert_lsn() - 1000)') AS not_known,
	   estimated(format('wal_summary(%L, %L)', :'start_lsn', :'end_lsn')) AS summary,
	   estimated(format('page_history(%L, 0, %L, %L)', 'pg_class', :'start_lsn', :'end_lsn')) AS history,
	   estimated(format('transaction_wal(%L, %L, %L)', '3', :'start_lsn', :'end_lsn')) AS transaction;
-- what a logical message holds is data: pg_monitor may see that it is there
SELECT pg_current_wal_insert_lsn() AS start_lsn \gset
SELECT count(*) AS emitted FROM pg_logical_emit_message(true, 'regress_wal', 'payload');
PREPARE message AS
	SELECT action, length(description) > 0 AS description
	  FROM arch_inspect.wal_records($1) WHERE rmgr = 'LogicalMessage' AND action ~ 'regress_wal';
EXECUTE message(:'start_lsn');
SET ROLE regress_wal_monitor;
EXECUTE message(:'start_lsn');
RESET ROLE;
DEALLOCATE message;

DEALLOCATE seen;
DROP SCHEMA regress_wal CASCADE;
DROP ROLE regress_wal_owner, regress_wal_reader, regress_wal_monitor;
