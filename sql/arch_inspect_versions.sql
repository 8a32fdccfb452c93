--
-- arch_inspect: explain_visibility(), heap_visibility(), version_chain()
--
CREATE TABLE versions (id int PRIMARY KEY, v int, note text);
CREATE INDEX versions_v ON versions (v);
CREATE INDEX versions_hash ON versions USING hash (v);
INSERT INTO versions VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 3, 'three');
UPDATE versions SET note = 'ONE' WHERE id = 1;		-- heap-only
UPDATE versions SET v = 20 WHERE id = 2;			-- with new index entries
DELETE FROM versions WHERE id = 3;
BEGIN;
UPDATE versions SET note = 'never' WHERE id = 1;
ROLLBACK;

-- looking sets no hint bit
\set SHOW_CONTEXT never
SELECT string_agg(t_infomask::text, ',' ORDER BY lp) AS before FROM arch_inspect.heap_page_items('versions', 0) \gset
SELECT tid, visible, state, rule, evidence, problem FROM arch_inspect.heap_visibility('versions') ORDER BY tid;
SELECT question, answer, evidence FROM arch_inspect.explain_visibility('versions', '(0,3)');
SELECT count(*) FROM arch_inspect.version_chain('versions', '(0,3)');
SELECT count(*) FROM arch_inspect.row_locks('versions');
SELECT string_agg(t_infomask::text, ',' ORDER BY lp) = :'before' AS untouched FROM arch_inspect.heap_page_items('versions', 0);
SELECT count(*) AS differences FROM arch_inspect.heap_visibility('versions') AS h FULL JOIN versions AS v ON h.tid = v.ctid
 WHERE h.visible IS DISTINCT FROM (v.ctid IS NOT NULL);
SELECT tid, visible, state, rule, evidence FROM arch_inspect.heap_visibility('versions') ORDER BY tid;

-- step by step
CREATE VIEW words AS SELECT 1;
CREATE FUNCTION explained(tid, pg_snapshot DEFAULT NULL)
RETURNS TABLE (step int, question text, answer text, evidence text, explanation text) LANGUAGE sql AS $$
	SELECT step, question, answer, evidence,
		   regexp_replace(explanation, '(transaction|Transaction|multixact|of|horizon|xmin|xmax|t_xmax|holds) \d+', '\1 N', 'g')
	  FROM arch_inspect.explain_visibility('versions', $1, $2)
$$;
SELECT * FROM explained('(0,1)');
SELECT * FROM explained('(0,2)');
SELECT * FROM explained('(0,3)');
SELECT * FROM explained('(0,4)');
SELECT * FROM explained('(0,6)');
-- whatever the verdict, it is that of heap_visibility()
SELECT count(*) AS differ FROM arch_inspect.heap_visibility('versions') AS h, arch_inspect.explain_visibility('versions', h.tid) AS e
 WHERE e.question = 'verdict' AND (e.answer = 'visible') IS DISTINCT FROM h.visible;

-- one's own changes go by commands
BEGIN;
INSERT INTO versions VALUES (4, 4, 'four');
UPDATE versions SET note = 'FOUR' WHERE id = 4;
DECLARE before CURSOR FOR SELECT tid, visible, rule, evidence FROM arch_inspect.heap_visibility('versions') WHERE tid > '(0,6)' ORDER BY tid;
DELETE FROM versions WHERE id = 4;
FETCH ALL FROM before;
SELECT tid, visible, rule, evidence FROM arch_inspect.heap_visibility('versions') WHERE tid > '(0,6)' ORDER BY tid;
SELECT * FROM explained('(0,7)');
SELECT * FROM explained('(0,8)');
-- through its own snapshot as another session may be given it
SELECT * FROM explained('(0,8)', pg_current_snapshot());
SELECT tid, visible, rule, evidence FROM arch_inspect.heap_visibility('versions', pg_current_snapshot()) WHERE tid > '(0,6)' ORDER BY tid;
ROLLBACK;

-- through a snapshot from before
SELECT pg_current_snapshot() AS before \gset
UPDATE versions SET note = 'later' WHERE id = 1;
SELECT tid, visible, rule FROM arch_inspect.heap_visibility('versions', :'before') WHERE visible ORDER BY tid;
SELECT tid, visible, rule FROM arch_inspect.heap_visibility('versions', NULL) WHERE visible ORDER BY tid;
-- and one in which nothing had ended yet
SELECT count(*) FROM arch_inspect.heap_visibility('versions', '3:3:') WHERE visible;

-- locks hide nothing
BEGIN;
SELECT id FROM versions WHERE id = 2 FOR UPDATE;
SELECT question, answer, evidence FROM explained('(0,5)');
SAVEPOINT s;
SELECT id FROM versions WHERE id = 2 FOR SHARE;
DELETE FROM versions WHERE id = 2;
SELECT question, answer, evidence FROM explained('(0,5)');
ROLLBACK TO s;
SELECT tid, visible, removable, state FROM arch_inspect.heap_visibility('versions') WHERE tid = '(0,5)';
COMMIT;

-- the chain of a row, wherever one enters
SELECT version, at, kind, entered, visible, hot_updated, next, index_entries, "values" FROM arch_inspect.version_chain('versions', '(0,1)');
SELECT version, at, kind, entered, index_entries FROM arch_inspect.version_chain('versions', '(0,4)');
SELECT version, at, kind, entered, visible, hot_updated, next, ARRAY(SELECT split_part(e, ' ', 1) FROM unnest(index_entries) AS e) AS indexes, "values"
  FROM arch_inspect.version_chain('versions', '(0,5)');
SELECT version, at, kind, state, index_entries FROM arch_inspect.version_chain('versions', '(0,3)');
VACUUM (FREEZE, INDEX_CLEANUP on) versions;
SELECT version, at, kind, entered, state, visible, next, index_entries, fate, "values"
  FROM versions, arch_inspect.version_chain('versions', versions.ctid) WHERE id = 1;
SELECT answer, evidence FROM versions, arch_inspect.explain_visibility('versions', versions.ctid) WHERE id = 1 AND question = 'who inserted it?';
SELECT step, question, answer, evidence, explanation FROM arch_inspect.explain_visibility('versions', '(0,1)');
SELECT step, question, answer, evidence, explanation FROM arch_inspect.explain_visibility('versions', '(0,3)');
SELECT version, at, kind, entered, state, next, index_entries, fate FROM arch_inspect.version_chain('versions', '(0,1)');

-- a row that went to another page
CREATE TABLE wide (id int PRIMARY KEY, pad text);
ALTER TABLE wide ALTER pad SET STORAGE PLAIN;
INSERT INTO wide SELECT i, repeat('x', 2000) FROM generate_series(1, 8) AS i;
BEGIN;
UPDATE wide SET pad = pad || 'y' WHERE id = 1;
UPDATE wide SET pad = pad || 'z' WHERE id = 1;
SELECT version, at, kind, entered, next, index_entries, right("values", 3) AS ends
  FROM wide, arch_inspect.version_chain('wide', wide.ctid) WHERE id = 1;
SELECT version, at, entered FROM arch_inspect.version_chain('wide', '(0,1)');
COMMIT;
DROP TABLE wide;

-- entries of every kind of index: for GIN in posting trees (all), compressed
-- lists (some), single ones (own) and the pending list (the last rows)
CREATE TABLE pointed (id int, at point, words text[]) WITH (autovacuum_enabled = off);
INSERT INTO pointed SELECT i, point(i % 63, i), ARRAY['all', 'some' || i % 50, 'own' || i] FROM generate_series(1, 4000) AS i;
CREATE INDEX p_btree ON pointed (id);
CREATE INDEX p_dups ON pointed ((id % 3));
CREATE INDEX p_hash ON pointed USING hash (id);
CREATE INDEX p_gist ON pointed USING gist (at);
CREATE INDEX p_spgist ON pointed USING spgist (at);
CREATE INDEX p_gin ON pointed USING gin (words);
CREATE INDEX p_brin ON pointed USING brin (id);
INSERT INTO pointed SELECT i, point(i % 63, i), ARRAY['all', 'some' || i % 50, 'own' || i] FROM generate_series(4001, 4020) AS i;
INSERT INTO pointed VALUES (NULL, NULL, NULL), (0, point(1, 1), '{}');
CREATE VIEW entries AS
	SELECT coalesce(p.words[1], 'none') AS words, count(*) > 1 AS many, c.index_entries
	  FROM pointed AS p, LATERAL arch_inspect.version_chain('pointed', p.ctid) AS c
	 WHERE coalesce(id, 0) % 211 = 0 OR id BETWEEN 2000 AND 2004 OR id > 4010 GROUP BY 1, 3 ORDER BY 1, 3;
SELECT * FROM entries;
DELETE FROM pointed WHERE id % 2 = 1;
VACUUM (INDEX_CLEANUP on) pointed;
SELECT * FROM entries;
-- a new key, a new version, its entries
UPDATE pointed SET words = words || '{more}' WHERE id = 2002;
SELECT version, kind, index_entries FROM pointed AS p, arch_inspect.version_chain('pointed', p.ctid) WHERE id = 2002;
DROP TABLE pointed CASCADE;

-- moved to another partition
CREATE TABLE parts (a int, b int) PARTITION BY LIST (a);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
INSERT INTO parts VALUES (1, 1);
UPDATE parts SET a = 2;
SELECT question, answer FROM arch_inspect.explain_visibility('parts_1', '(0,1)') WHERE question LIKE 'where%';
SELECT visible, state IN ('moved', 'dead') AS moved FROM arch_inspect.heap_visibility('parts_1');
SELECT count(*) FROM arch_inspect.heap_visibility('parts');	-- fail, has no storage
DROP TABLE parts;

-- arguments
SELECT count(*) FROM arch_inspect.heap_visibility(NULL);
SELECT count(*) FROM arch_inspect.explain_visibility(NULL, '(0,1)');
SELECT count(*) FROM arch_inspect.explain_visibility('versions', NULL);
SELECT count(*) FROM arch_inspect.version_chain('versions', NULL);
SELECT * FROM arch_inspect.explain_visibility('versions', '(0,0)');
SELECT * FROM arch_inspect.explain_visibility('versions', '(0,65535)');
SELECT * FROM arch_inspect.explain_visibility('versions', '(99,1)');	-- fail, out of range
SELECT * FROM arch_inspect.version_chain('versions', '(99,1)');	-- fail, out of range
SELECT count(*) FROM arch_inspect.version_chain('versions', '(0,60000)');
SELECT * FROM arch_inspect.explain_visibility('versions_v', '(0,1)');	-- fail, an index
SELECT * FROM arch_inspect.heap_visibility('versions_v');	-- fail, an index
SELECT * FROM arch_inspect.row_locks('versions_v');	-- fail, an index
SELECT * FROM arch_inspect.version_chain('words', '(0,1)');	-- fail, a view
SELECT count(*) FROM arch_inspect.row_locks('versions');
SELECT count(*) > 0 AS catalog FROM arch_inspect.heap_visibility('pg_class') WHERE visible;

-- rights: the whole table, and no policy on its rows
CREATE ROLE regress_versions;
SET ROLE regress_versions;
SELECT count(*) FROM arch_inspect.heap_visibility('versions');	-- fail
SELECT count(*) FROM arch_inspect.row_locks('versions');	-- fail
SELECT count(*) FROM arch_inspect.explain_visibility('versions', '(0,2)');	-- fail
SELECT count(*) FROM arch_inspect.version_chain('versions', '(0,2)');	-- fail
RESET ROLE;
GRANT SELECT ON versions TO regress_versions;
SET ROLE regress_versions;
SELECT count(*) > 0 AS seen FROM arch_inspect.heap_visibility('versions');
SELECT count(*) FROM arch_inspect.row_locks('versions');
SELECT count("values") AS "values", count(*) > 0 AS seen FROM arch_inspect.version_chain('versions', '(0,2)');
RESET ROLE;
ALTER TABLE versions ENABLE ROW LEVEL SECURITY;
SET ROLE regress_versions;
SELECT count(*) FROM versions;
SELECT count(*) FROM arch_inspect.heap_visibility('versions');	-- fail
SELECT count(*) FROM arch_inspect.row_locks('versions');	-- fail
SELECT count(*) FROM arch_inspect.explain_visibility('versions', '(0,2)');	-- fail
SELECT count(*) FROM arch_inspect.version_chain('versions', '(0,2)');	-- fail
RESET ROLE;
DROP FUNCTION explained;
DROP VIEW words;
DROP TABLE versions;
DROP ROLE regress_versions;
