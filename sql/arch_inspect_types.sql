-- Values of types that the server itself does not bring along, and of those
-- that are checked in a way of their own: printed as SELECT prints them, from
-- pages in shared buffers, which prove nothing of their bytes.
CREATE SCHEMA types;
SET search_path = types, public;
SET client_min_messages = warning;
CREATE EXTENSION hstore SCHEMA types;
CREATE EXTENSION ltree SCHEMA types;
CREATE EXTENSION cube SCHEMA types;
CREATE EXTENSION seg SCHEMA types;
CREATE EXTENSION isn SCHEMA types;
CREATE EXTENSION intarray SCHEMA types;
CREATE EXTENSION citext SCHEMA types;
RESET client_min_messages;
CREATE DOMAIN label AS ltree;
CREATE TYPE parts AS (h hstore, l label, q query_int[], p jsonpath);
CREATE TYPE boxes AS RANGE (subtype = cube);

CREATE TABLE kinds (kind text, h hstore, l ltree, lq lquery, lx ltxtquery,
	c cube, s seg, n isbn, e ean13, u upc, q query_int, ci citext, r public.rational,
	jp jsonpath, dm label, ha hstore[], la label[], co parts, ca parts[], br boxes,
	d date, ti time, tz timetz, iv interval, b bit(11), vb varbit, nd pg_ndistinct);
INSERT INTO kinds (kind, h) VALUES ('h', ''), ('h', 'a=>1'),
	('h', '"a b"=>NULL, c=>"x\"y\\z", ""=>"", ae=>ue'), ('h', (SELECT hstore(array_agg('k' || i), array_agg(repeat('v', i))) FROM generate_series(1, 50) AS i));
INSERT INTO kinds (kind, l) VALUES ('l', ''), ('l', 'Top'), ('l', 'Top.Science.Astronomy'), ('l', (SELECT string_agg('l' || i, '.')::ltree FROM generate_series(1, 200) AS i));
INSERT INTO kinds (kind, lq) VALUES ('lq', 'Top'), ('lq', '*'), ('lq', 'Top.*{1,3}.foo*@|bar%.!x.y{2}.*{,2}.*{3,}');
INSERT INTO kinds (kind, lx) VALUES ('lx', 'a'), ('lx', 'a & !(b* | c@) & d%');
INSERT INTO kinds (kind, c) VALUES ('c', '()'), ('c', '(1)'), ('c', '(1,2),(3,4)'), ('c', '(1,2),(1,2)');
INSERT INTO kinds (kind, s) VALUES ('s', '1'), ('s', '5(+-)0.3'), ('s', '~1.5 .. <3'), ('s', '.. 7'), ('s', '6 ..');
INSERT INTO kinds (kind, n, e, u) VALUES ('n', '0-393-04002-X', '978-0393040029', '220356483481');
INSERT INTO kinds (kind, q) VALUES ('q', '1'), ('q', '1&(2|!3)&!(4&5)');
INSERT INTO kinds (kind, ci, r) VALUES ('ci', 'Abc', '-3/7');
INSERT INTO kinds (kind, jp) SELECT 'jp', p FROM unnest(ARRAY[
	'$', '$.a[1 to last, 5]', 'strict $.**{2 to 3}."k" + 3', '$.**', '-$.a[0].size() * 2.5',
	'$ ? (@.b like_regex "^x" flag "iq" && @.c > 1.5 || !(@.d == null)).type()',
	'$.x.datetime("HH").a', 'exists($.a ? (@ starts with "x" && (@.b == true) is unknown))',
	'($.a + $b).abs().keyvalue()[last - 1]', '$[*].*']::jsonpath[]) AS p;
INSERT INTO kinds (kind, dm, ha, la) VALUES ('dm', 'a.b', ARRAY['a=>1', NULL, '']::hstore[], '{a.b,NULL,c}');
INSERT INTO kinds (kind, co, ca) VALUES
	('co', ROW('a=>1', 'x.y', '{1&2,3}', '$.a'), ARRAY[ROW(NULL, NULL, NULL, NULL)::parts, ROW('b=>2', (repeat('abc.', 500) || 'd')::ltree, '{}', '$ ? (@ > 1)')::parts]);
INSERT INTO kinds (kind, br) VALUES ('br', boxes('(1)', '(2)')), ('br', 'empty'), ('br', boxes('(1,2),(3,4)', NULL));
INSERT INTO kinds (kind, d, ti, tz, iv, b, vb) VALUES
	('d', '4713-01-01 BC', '0:00', '0:00+15:59', '-178000000 years', b'10101010101', ''),
	('d', '5874897-12-31', '24:00', '24:00-15:59', '178000000 years', b'00000000000', b'1'),
	('d', '-infinity', '12:34:56.789', '12:00-00:00:01', '1 mon -1 day 00:00:00.000001', b'11111111111', b'11111111'),
	('d', 'infinity', NULL, NULL, NULL, NULL, repeat('1', 4001)::varbit);
CREATE STATISTICS kinds_ndistinct (ndistinct) ON kind, d FROM kinds;
SELECT count(*) > 30 AS rows FROM kinds;

-- every value, and none refused
CREATE VIEW shown AS
SELECT t.ctid, t.kind, a.attname, a.value, a.problem, to_jsonb(t) ->> a.attname::text AS plain
  FROM kinds AS t
  JOIN arch_inspect.heap_attributes('kinds') AS a ON t.ctid = format('(%s,%s)', a.blkno, a.lp)::tid;
SELECT attname, count(value) AS "values", count(problem) AS refused
  FROM shown WHERE attname <> 'kind' GROUP BY attname HAVING count(value) > 0 OR count(problem) > 0 ORDER BY 1;
-- jsonb writes some of these in a way of its own
SET datestyle = iso;
SELECT attname, value, plain FROM shown
 WHERE value IS DISTINCT FROM plain AND attname NOT IN ('h', 'ha', 'la', 'co', 'ca');
SELECT attname, value FROM shown WHERE kind IN ('h', 'dm', 'co') AND length(value) < 80 AND attname IN ('h', 'dm', 'ha', 'la', 'co', 'ca');
SELECT count(*) FROM shown AS s JOIN kinds AS t ON s.ctid = t.ctid
 WHERE s.value IS DISTINCT FROM CASE s.attname WHEN 'h' THEN t.h::text WHEN 'ha' THEN t.ha::text WHEN 'la' THEN t.la::text WHEN 'co' THEN t.co::text WHEN 'ca' THEN t.ca::text ELSE s.value END;

-- extended statistics
ANALYZE kinds (kind, d);
SELECT a.attname, a.value ~ '": [0-9]+' AS printed, a.problem
  FROM pg_statistic_ext_data AS d JOIN arch_inspect.heap_attributes('pg_statistic_ext_data') AS a ON d.ctid = format('(%s,%s)', a.blkno, a.lp)::tid
 WHERE a.attname = 'stxdndistinct' AND d.stxoid = (SELECT oid FROM pg_statistic_ext WHERE stxname = 'kinds_ndistinct');

-- A type that calls itself hstore is no hstore, nor is one made with hstore's
-- own functions outside of its extension.
CREATE SCHEMA mine;
SET client_min_messages = warning;
CREATE TYPE mine.hstore AS (a int, b text);
CREATE TYPE mine.twin;
CREATE FUNCTION mine.twin_in(cstring) RETURNS mine.twin AS '$libdir/hstore', 'hstore_in' LANGUAGE C IMMUTABLE STRICT;
CREATE FUNCTION mine.twin_out(mine.twin) RETURNS cstring AS '$libdir/hstore', 'hstore_out' LANGUAGE C IMMUTABLE STRICT;
CREATE TYPE mine.twin (INPUT = mine.twin_in, OUTPUT = mine.twin_out, INTERNALLENGTH = variable, STORAGE = extended);
CREATE TABLE twins (h mine.hstore, t mine.twin, a mine.twin[], n int);
INSERT INTO twins VALUES (ROW(1, 'x'), 'a=>1', ARRAY['b=>2'::mine.twin], 5);
SELECT attname, raw IS NOT NULL AS raw, value, split_part(problem, ':', 1) AS problem FROM arch_inspect.heap_attributes('twins');

-- a type of fixed length that nobody told us of
CREATE TYPE mine.digits;
CREATE FUNCTION mine.digits_in(cstring) RETURNS mine.digits AS '$libdir/isn', 'ean13_in' LANGUAGE C IMMUTABLE STRICT;
CREATE FUNCTION mine.digits_out(mine.digits) RETURNS cstring AS '$libdir/isn', 'ean13_out' LANGUAGE C IMMUTABLE STRICT;
CREATE TYPE mine.digits (INPUT = mine.digits_in, OUTPUT = mine.digits_out, LIKE = int8);
CREATE TABLE fixed (d mine.digits, m mine.digits[]);
INSERT INTO fixed VALUES ('978-0393040029', '{}');
SELECT attname, raw IS NOT NULL AS raw, value, split_part(problem, ':', 1) AS problem FROM arch_inspect.heap_attributes('fixed');

-- an output function of the server's for a type of another length
CREATE TYPE mine.short;
CREATE FUNCTION mine.short_in(cstring) RETURNS mine.short AS 'int4in' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION mine.short_out(mine.short) RETURNS cstring AS 'textout' LANGUAGE internal IMMUTABLE STRICT;
CREATE TYPE mine.short (INPUT = mine.short_in, OUTPUT = mine.short_out, LIKE = int4);
CREATE TABLE short (s mine.short);
INSERT INTO short VALUES ('7');
SELECT attname, raw, value, split_part(problem, ':', 1) AS problem FROM arch_inspect.heap_attributes('short');

RESET client_min_messages;

-- what an output function warns of stands beside the value, each time
CREATE TABLE documents (id int, x xml);
INSERT INTO documents VALUES (1, '<a/>');
-- bytes that xml would not take come in by a cast that looks at nothing
CREATE CAST (bytea AS xml) WITHOUT FUNCTION;
INSERT INTO documents SELECT i, convert_to('<?xml version="' || i || '><a/>', 'UTF8')::xml FROM generate_series(2, 3) AS i;
DROP CAST (bytea AS xml);
SELECT lp, value, problem FROM arch_inspect.heap_attributes('documents') WHERE attname = 'x';
SHOW client_min_messages;
SHOW log_min_messages;

\set VERBOSITY terse
SET client_min_messages = error;
RESET search_path;
DROP SCHEMA types, mine CASCADE;
