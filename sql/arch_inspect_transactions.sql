--
-- arch_inspect: transaction_status(), multixact_members()
--
-- Needs: current_setting('max_prepared_transactions')::int > 0
-- Needs: current_setting('track_commit_timestamp') = 'on'

-- every id has an answer
SELECT id, status, evidence FROM unnest('{0,1,2}'::xid8[]) AS id, arch_inspect.transaction_status(id);
SELECT status, evidence, pid, gid, subtransaction_of, top_xid, commit_time
  FROM arch_inspect.transaction_status('18446744073709551615'::xid8);
SELECT status FROM arch_inspect.transaction_status('3'::xid8);
SELECT status FROM arch_inspect.transaction_status(NULL::xid8);
SELECT s.status FROM pg_current_snapshot() AS p, arch_inspect.transaction_status((pg_snapshot_xmax(p)::text::bigint + 1000000)::text::xid8) AS s;
SELECT s.status FROM pg_current_snapshot() AS p, arch_inspect.transaction_status((pg_snapshot_xmax(p)::text::bigint + 1000000)::text::xid) AS s;
-- a literal is of no type: it is taken as t_xmin and t_xmax hold it where it has
-- 32 bits
SELECT status, evidence FROM arch_inspect.transaction_status('2');
SELECT status FROM arch_inspect.transaction_status('18446744073709');
SELECT status FROM arch_inspect.transaction_status(NULL);
SELECT count(DISTINCT s) AS answers FROM pg_class AS c, LATERAL (VALUES (arch_inspect.transaction_status(c.xmin)::text), (arch_inspect.transaction_status(c.xmin::text)::text)) AS v (s)
 WHERE c.oid = 'pg_class'::regclass;
PREPARE of_no_type AS SELECT status FROM arch_inspect.transaction_status($1);
EXECUTE of_no_type('2');
\set SHOW_CONTEXT never
SELECT arch_inspect.transaction_status('4.5');	-- fail
SELECT arch_inspect.transaction_status('');	-- fail
SELECT arch_inspect.transaction_status('99999999999999999999');	-- fail
\set SHOW_CONTEXT errors
-- over all 32-bit ids, with a stride
SELECT bool_and(s.status IN ('committed', 'aborted', 'in progress', 'too old', 'not yet', 'invalid', 'bootstrap', 'frozen')) AS known
  FROM generate_series(0, 4294967295, 429496729) AS i, arch_inspect.transaction_status(i::text::xid) AS s;

-- one's own, and a subtransaction of it
BEGIN;
SELECT pg_current_xact_id() AS top \gset
SELECT status, evidence, pid = pg_backend_pid() AS mine, subtransaction_of, top_xid = :'top' AS is_top, commit_time
  FROM arch_inspect.transaction_status(:'top'::xid8);
SAVEPOINT a;
CREATE TEMP TABLE sub AS SELECT 1;
SELECT xmin AS sub FROM pg_class WHERE oid = 'sub'::regclass \gset
SELECT status, evidence, pid = pg_backend_pid() AS mine, subtransaction_of = :'top' AS of_top, top_xid = :'top' AS with_top
  FROM arch_inspect.transaction_status(:'sub'::xid);
ROLLBACK TO a;
SELECT status, evidence FROM arch_inspect.transaction_status(:'sub'::xid);
COMMIT;
SELECT status, evidence, pid, commit_time <= clock_timestamp() AS timed FROM arch_inspect.transaction_status(:'top'::xid8);
-- as the server says
SELECT s.status = pg_xact_status(:'top'::xid8) AS same FROM arch_inspect.transaction_status(:'top'::xid8) AS s;
SELECT s.commit_time = pg_xact_commit_timestamp(:'top'::xid) AS same FROM arch_inspect.transaction_status(:'top'::xid8) AS s;

-- a prepared transaction has a name and no process
BEGIN;
SELECT pg_current_xact_id() AS prepared \gset
CREATE TABLE of_prepared (a int);
PREPARE TRANSACTION 'regress_transactions';
SELECT status, evidence, pid, gid FROM arch_inspect.transaction_status(:'prepared'::xid8);
ROLLBACK PREPARED 'regress_transactions';
SELECT status, evidence, pid, gid FROM arch_inspect.transaction_status(:'prepared'::xid8);

-- multixacts: every id has an answer, too
SELECT member, xid, mode, problem FROM arch_inspect.multixact_members('0');
SELECT bool_and(member IS NOT NULL OR problem IS NOT NULL) AS answered
  FROM generate_series(0, 4294967295, 429496729) AS i, arch_inspect.multixact_members(i::text::xid);
SELECT count(*) FROM arch_inspect.multixact_members(NULL);
CREATE TABLE multi (a int PRIMARY KEY);
INSERT INTO multi VALUES (1);
BEGIN;
SELECT a FROM multi FOR KEY SHARE;
SAVEPOINT s;
UPDATE multi SET a = a;
SELECT t_xmax AS multi FROM arch_inspect.heap_page_items('multi', 0) WHERE lp = 1 \gset
SELECT member, mode, updates, status, pid = pg_backend_pid() AS mine, problem FROM arch_inspect.multixact_members(:'multi');
SELECT count(*) AS differs FROM (
	(SELECT xid, CASE mode WHEN 'for key share' THEN 'keysh' WHEN 'no key update' THEN 'nokeyupd' ELSE mode END FROM arch_inspect.multixact_members(:'multi')
	 EXCEPT SELECT xid, mode FROM pg_get_multixact_members(:'multi'))) AS d;
ROLLBACK;
SELECT member, mode, updates, status, pid, problem FROM arch_inspect.multixact_members(:'multi');
DROP TABLE multi;

-- for everybody
CREATE ROLE regress_transactions;
SET ROLE regress_transactions;
SELECT status FROM arch_inspect.transaction_status(:'top'::xid8);
SELECT count(*) FROM arch_inspect.multixact_members('0');
RESET ROLE;
DROP ROLE regress_transactions;
