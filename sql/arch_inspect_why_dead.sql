--
-- arch_inspect: why_dead
--
-- Needs: current_setting('max_prepared_transactions')::int > 1

CREATE TABLE wd (id int PRIMARY KEY, v int);
INSERT INTO wd SELECT i, 0 FROM generate_series(1, 20) AS i;

-- nothing is dead, then what nobody needs
SELECT kind, holder, versions, bytes, alone_versions FROM arch_inspect.why_dead('wd');
BEGIN; UPDATE wd SET v = 1 WHERE id <= 3; ROLLBACK;
DELETE FROM wd WHERE id > 18;
SELECT kind, holder, versions, bytes, alone_versions FROM arch_inspect.why_dead('wd');

-- two prepared transactions: the older one keeps more, and some alone
BEGIN; SELECT pg_current_xact_id() AS one \gset
PREPARE TRANSACTION 'regress_one';
DELETE FROM wd WHERE id > 15;
BEGIN; SELECT pg_current_xact_id() AS two \gset
PREPARE TRANSACTION 'regress_two';
UPDATE wd SET v = 2 WHERE id <= 2;
SELECT kind, holder, pid, database = current_database() AS here, since <= clock_timestamp() AS timed,
	   CASE xmin WHEN :'one' THEN 'one' WHEN :'two' THEN 'two' END AS from,
	   versions, bytes, alone_versions, alone_bytes
  FROM arch_inspect.why_dead('wd');
-- a temporary table's rows nobody else keeps
CREATE TEMP TABLE regress_temp AS SELECT 1 AS a;
DELETE FROM regress_temp;
SELECT kind, holder, versions FROM arch_inspect.why_dead('regress_temp');
DROP TABLE regress_temp;
SELECT explanation ~ ('; it is kept by the prepared transaction of id ' || :'one' || ', the prepared transaction of id ' || :'two' || '\.$') AS both
  FROM arch_inspect.explain_visibility('wd', '(0,1)') WHERE question = 'may VACUUM remove it?';
ROLLBACK PREPARED 'regress_one';
SELECT kind, holder, versions, alone_versions FROM arch_inspect.why_dead('wd');
-- what is being deleted is not dead yet
BEGIN;
DELETE FROM wd WHERE id = 5;
SELECT kind, holder, versions FROM arch_inspect.why_dead('wd');
ROLLBACK;
ROLLBACK PREPARED 'regress_two';
SELECT kind, holder, versions FROM arch_inspect.why_dead('wd');
VACUUM wd;
SELECT kind, holder, versions, bytes FROM arch_inspect.why_dead('wd');

-- what it refuses
SELECT * FROM arch_inspect.why_dead(NULL);
SELECT * FROM arch_inspect.why_dead('wd_pkey');  -- fail, not a table
CREATE VIEW wdv AS SELECT 1 AS a;
SELECT * FROM arch_inspect.why_dead('wdv');  -- fail, a view
SELECT * FROM arch_inspect.why_dead(0);  -- fail, none there
CREATE ROLE regress_why_dead;
SET ROLE regress_why_dead;
SELECT * FROM arch_inspect.why_dead('wd');  -- fail, no right
RESET ROLE;
GRANT SELECT ON wd TO regress_why_dead;
SET ROLE regress_why_dead;
SELECT count(*) FROM arch_inspect.why_dead('wd');
RESET ROLE;
ALTER TABLE wd ENABLE ROW LEVEL SECURITY;
SET ROLE regress_why_dead;
SELECT * FROM arch_inspect.why_dead('wd');  -- fail, row-level security
RESET ROLE;
DROP TABLE wd;
DROP VIEW wdv;
DROP ROLE regress_why_dead;
