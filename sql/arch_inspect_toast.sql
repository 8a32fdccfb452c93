--
-- toast_values and toast_chunks: what is compressed or moved out, and why
--
SET default_toast_compression = pglz;	-- lz4 is the default from 19 on
CREATE SCHEMA toast;
SET search_path = toast, arch_inspect, public;

CREATE TABLE docs (id int, ext text, wide text, main text, few int);
ALTER TABLE docs ALTER wide SET STORAGE external, ALTER main SET STORAGE main;
CREATE FUNCTION noise(bytes int) RETURNS text LANGUAGE sql
RETURN (SELECT left(string_agg(md5(i::text), ''), bytes) FROM generate_series(1, bytes / 32 + 1) AS i);
INSERT INTO docs VALUES
	(1, 'small', 'small', 'small', 1),
	(2, repeat('compressible ', 500), NULL, NULL, 2),
	(3, noise(5000), NULL, NULL, 3),
	(4, NULL, repeat('not compressed ', 400), NULL, 4),
	(5, NULL, NULL, repeat('main stays in ', 300), 5),
	(6, repeat('compressed and still too wide ' || noise(500), 30) || noise(6000), NULL, NULL, 6),
	(7, noise(1990), NULL, NULL, 7),
	(8, NULL, NULL, noise(12000), 8),
	(9, repeat('a', 1500), repeat('b', 1500), repeat('c', 1500), 9);
-- a compressed value that travels to a row of its own stays as it is
INSERT INTO docs (id, ext) SELECT 10, ext FROM docs WHERE id = 2;
DELETE FROM docs WHERE id = 4;

SELECT d.id, v.attname, v.storage, v.strategy, v.compression, v.raw_size, v.stored_size, v.chunks, v.row_width, v.plain_width, v.threshold, v.problem
  FROM toast_values('docs') AS v LEFT JOIN docs AS d ON d.ctid = v.tid ORDER BY v.tid, v.attname;
SELECT tid, attname, why FROM toast_values('docs') ORDER BY tid, attname;

-- sizes are the server's, chunks are the TOAST table's
SELECT count(*) AS "values",
	   count(*) FILTER (WHERE v.stored_size <> pg_column_size(CASE v.attname WHEN 'ext' THEN d.ext WHEN 'wide' THEN d.wide ELSE d.main END)) AS sizes_differ,
	   count(*) FILTER (WHERE v.raw_size <> octet_length(CASE v.attname WHEN 'ext' THEN d.ext WHEN 'wide' THEN d.wide ELSE d.main END)) AS lengths_differ,
	   count(*) FILTER (WHERE v.compression IS DISTINCT FROM pg_column_compression(CASE v.attname WHEN 'ext' THEN d.ext WHEN 'wide' THEN d.wide ELSE d.main END)) AS methods_differ
  FROM toast_values('docs') AS v JOIN docs AS d ON d.ctid = v.tid;
SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE oid = 'docs'::regclass \gset
SELECT count(*) AS chunks, count(*) FILTER (WHERE c.data IS DISTINCT FROM t.chunk_data OR c.length <> length(t.chunk_data) OR c.problem IS NOT NULL) AS differ
  FROM toast_values('docs') AS v, toast_chunks('docs', v.tid, v.attname) AS c, :toast AS t
 WHERE t.chunk_id = c.chunk_id AND t.chunk_seq = c.chunk_seq AND t.ctid = c.chunk_tid;
SELECT sum(chunks) AS announced, (SELECT count(*) FROM toast_values('docs') AS v, toast_chunks('docs', v.tid, v.attname)) AS found
  FROM toast_values('docs');
SELECT chunk_seq, length, state, length(data) AS data, problem FROM toast_chunks('docs', '(0,3)', 'ext');

-- a TOAST index of several levels
CREATE TABLE many (id int, t text);
ALTER TABLE many ALTER t SET STORAGE external;
INSERT INTO many SELECT i, repeat(chr(65 + i % 26), 2100) FROM generate_series(1, 3000) AS i;
SELECT count(*) AS "values", count(*) FILTER (WHERE c.n <> v.chunks OR c.problems > 0) AS differ
  FROM toast_values('many') AS v, LATERAL (SELECT count(*) AS n, count(problem) AS problems FROM toast_chunks('many', v.tid, v.attname)) AS c;
SELECT count(*) AS "values", count(*) FILTER (WHERE a.value IS DISTINCT FROM m.t) AS differ
  FROM many AS m, tuple_attributes('many', m.ctid) AS a WHERE a.attname = 't';

-- an old version's chunks while they are there, and when they are gone
CREATE TABLE old (id int, t text) WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
INSERT INTO old VALUES (1, noise(4000));
UPDATE old SET t = noise(4100);
SELECT lp, storage, raw_size, length(value), problem FROM heap_attributes('old') WHERE attname = 't';
SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE oid = 'old'::regclass \gset
VACUUM :toast;
SELECT lp, storage, raw_size, length(value), problem FROM heap_attributes('old') WHERE attname = 't';
SELECT chunk_seq, chunk_tid IS NULL AS gone, problem FROM toast_chunks('old', '(0,1)', 't');

-- nothing to show
SELECT count(*) FROM toast_chunks('docs', '(0,1)', 'ext');
SELECT count(*) FROM toast_chunks('docs', '(0,2)', 'ext');
SELECT count(*) FROM toast_chunks('docs', NULL, 'ext');
SELECT count(*) FROM toast_values(NULL);
CREATE TABLE fixed AS SELECT 1 AS a;
SELECT count(*) FROM toast_values('fixed');
SELECT * FROM toast_chunks('docs', '(0,99)', 'ext');	-- fail, no such line pointer
SELECT * FROM toast_chunks('docs', '(99,1)', 'ext');	-- fail, no such block
SELECT * FROM toast_chunks('docs', '(0,1)', 'none');	-- fail, no such column
SELECT * FROM toast_chunks('docs', '(0,1)', 'ctid');	-- fail, not a column of the rows
SELECT * FROM toast_values('pg_class_oid_index');		-- fail, not a table
EXPLAIN (COSTS OFF) SELECT tid, why FROM toast_values('docs') WHERE raw_size > 100;

-- rights: the chunks' data follow the table's values
CREATE ROLE regress_toast;
GRANT USAGE ON SCHEMA toast TO regress_toast;
SET ROLE regress_toast;
SELECT count(*) FROM toast_values('docs');				-- fail, no rights
SELECT count(*) FROM toast_chunks('docs', '(0,3)', 'ext');	-- fail, no rights
RESET ROLE;
GRANT SELECT ON docs TO regress_toast;
SET ROLE regress_toast;
SELECT count(*) FROM toast_values('docs');
SELECT chunk_seq, length, data FROM toast_chunks('docs', '(0,3)', 'ext');
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA toast CASCADE;
DROP ROLE regress_toast;
