--
-- explain_visibility() and version_chain() name a newer version only where one
-- was put and still is: t_ctid outlives the rollback of who set it
--
CREATE FUNCTION newer(rel regclass, tid tid)
RETURNS TABLE (answer text, explanation text) LANGUAGE sql AS $$
	SELECT answer, regexp_replace(explanation, 'ransaction \d+', 'ransaction N', 'g')
	  FROM arch_inspect.explain_visibility(rel, tid) WHERE question LIKE 'where%'
$$;
CREATE TABLE z (id int) WITH (autovacuum_enabled = off);
INSERT INTO z VALUES (1);
CREATE VIEW chain AS
	SELECT version, at, kind, hot_updated, next FROM arch_inspect.version_chain('z', '(0,1)');
SELECT * FROM newer('z', '(0,1)');
BEGIN;
UPDATE z SET id = 2;
SELECT * FROM newer('z', '(0,1)');
SELECT * FROM chain;
ROLLBACK;
-- the aborted version is there
SELECT * FROM newer('z', '(0,1)');
SELECT * FROM chain;
-- it is gone, and t_xmax too; its place is another row's
VACUUM FREEZE z;
SELECT * FROM newer('z', '(0,1)');
INSERT INTO z VALUES (77);
SELECT t_ctid, t_xmax FROM arch_inspect.heap_page_items('z', 0) WHERE lp = 1;
SELECT * FROM newer('z', '(0,1)');
SELECT * FROM chain;
-- the same with t_xmax left as it was
BEGIN;
UPDATE z SET id = 3 WHERE id = 1;
ROLLBACK;
VACUUM z;
INSERT INTO z VALUES (78);
SELECT t_ctid, t_xmax <> '0' AS has_xmax FROM arch_inspect.heap_page_items('z', 0) WHERE lp = 1;
SELECT * FROM newer('z', '(0,1)');
SELECT * FROM chain;
UPDATE z SET id = 4 WHERE id = 1;
SELECT * FROM newer('z', '(0,1)');
SELECT * FROM chain;
-- what was ignored is said as it was
BEGIN;
SELECT id FROM z WHERE id = 77 FOR UPDATE;
COMMIT;
SELECT count(*) FROM z;
SELECT question, answer, regexp_replace(explanation, 't_xmax \d+', 't_xmax N') AS explanation
  FROM arch_inspect.explain_visibility('z', '(0,2)') WHERE question ~ '^who replaced|verdict';
DROP VIEW chain;
DROP TABLE z;

-- to another partition, or not
CREATE TABLE parts (a int) PARTITION BY LIST (a);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
INSERT INTO parts VALUES (1);
BEGIN;
UPDATE parts SET a = 2;
SELECT * FROM newer('parts_1', '(0,1)');
ROLLBACK;
SELECT * FROM newer('parts_1', '(0,1)');
VACUUM FREEZE parts_1;
SELECT * FROM newer('parts_1', '(0,1)');
UPDATE parts SET a = 2;
SELECT * FROM newer('parts_1', '(0,1)');
DROP TABLE parts;
DROP FUNCTION newer;
