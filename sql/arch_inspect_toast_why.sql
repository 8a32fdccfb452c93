--
-- toast_values().why: what the row shows under the options of now, and where
-- it was stored under others, that it was
--
SET default_toast_compression = pglz;	-- lz4 is the default from 19 on
CREATE SCHEMA why;
SET search_path = why, public;
CREATE FUNCTION noise(bytes int) RETURNS text LANGUAGE sql
RETURN (SELECT left(string_agg(md5(i::text), ''), bytes) FROM generate_series(1, bytes / 32 + 1) AS i);
-- the second and third part of the sentence: on compression, and on the place
CREATE FUNCTION said(rel regclass)
RETURNS TABLE (tid tid, attname name, looked_at text, compression text, place text) LANGUAGE sql AS $$
	SELECT v.tid, v.attname, w[1], w[2], w[3]
	  FROM arch_inspect.toast_values(rel) AS v, string_to_array(v.why, '; ') AS w ORDER BY v.tid, v.attname
$$;
\x on

-- moved out under extended, before strategy main: a row that fits on a page
CREATE TABLE main (id int, a text) WITH (autovacuum_enabled = off);
INSERT INTO main VALUES (1, noise(3000));
ALTER TABLE main ALTER a SET STORAGE main;
SELECT * FROM said('main');
-- the same row under main; and one that does not fit
TRUNCATE main;
INSERT INTO main VALUES (1, noise(3000)), (2, noise(9000)), (3, noise(2500) || repeat('x', 2500));
SELECT * FROM said('main');
ALTER TABLE main ALTER a SET STORAGE plain;
SELECT * FROM said('main') WHERE tid <> '(1,1)';
DROP TABLE main;

-- strategy external set after compression, and extended after none
CREATE TABLE external (id int, a text, b text) WITH (autovacuum_enabled = off);
ALTER TABLE external ALTER b SET STORAGE external;
INSERT INTO external VALUES (1, repeat('compressible ', 400), NULL), (2, NULL, repeat('compressible ', 400));
SELECT * FROM said('external');
ALTER TABLE external ALTER a SET STORAGE external, ALTER b SET STORAGE extended;
SELECT * FROM said('external');
DROP TABLE external;

-- the target raised since, and lowered since
CREATE TABLE target (id int, a text, b text) WITH (autovacuum_enabled = off);
INSERT INTO target VALUES (1, noise(1500), noise(1400)), (2, repeat(noise(100), 30), noise(1600));
SELECT * FROM said('target');
ALTER TABLE target SET (toast_tuple_target = 4080);
SELECT * FROM said('target');
INSERT INTO target VALUES (3, noise(3000), repeat(noise(100), 30));
SELECT * FROM said('target') WHERE tid = '(0,3)';
ALTER TABLE target SET (toast_tuple_target = 128);
SELECT * FROM said('target');
DROP TABLE target;

-- another method since
CREATE TABLE method (id int, a text COMPRESSION pglz) WITH (autovacuum_enabled = off);
INSERT INTO method VALUES (1, repeat('compressible ', 400));
UPDATE pg_attribute SET attcompression = 'l' WHERE attrelid = 'method'::regclass AND attname = 'a';
SELECT * FROM said('method');
DROP TABLE method;

-- carried along: by the row's own next version, and to another row
CREATE TABLE carried (id int, a text, b text) WITH (autovacuum_enabled = off);
INSERT INTO carried VALUES (1, noise(1200), noise(1000));
UPDATE carried SET b = NULL;
INSERT INTO carried VALUES (2, repeat('x', 1500), repeat('y', 1500));
INSERT INTO carried SELECT 3, a, NULL FROM carried WHERE id = 2;
SELECT * FROM said('carried');
DROP TABLE carried;

-- what can't be moved: too short, and a table without a TOAST table
CREATE TABLE short (id int, a text, b text, c "char"[], d text);
ALTER TABLE short ALTER d SET STORAGE plain;
INSERT INTO short VALUES (1, repeat('x', 1000), NULL, NULL, noise(2500));
SELECT * FROM said('short');
DROP TABLE short;

\x off
SET client_min_messages = warning;
DROP SCHEMA why CASCADE;
