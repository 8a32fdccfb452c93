-- Tables of every type and form of storage, to be damaged; and a function that
-- runs every instrument over one of them.
CREATE SCHEMA damage;
CREATE TYPE damage.pair AS (a integer, b text, c numeric[]);
CREATE TYPE damage.nest AS (p damage.pair, q damage.pair[], r int4range);
CREATE TYPE damage.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE damage.textrange AS RANGE (subtype = text);
CREATE DOMAIN damage.texts AS text[];

CREATE TABLE damage.kinds (
	id integer, bo bool, i2 int2, n numeric, t text, bc char(8), ba bytea,
	nm name, ts timestamptz, d date, tz timetz, iv interval, ip inet,
	m macaddr, u uuid, bi bit(11), pt point, pa path, po polygon,
	j json, jb jsonb, ia int[], ta text[], na numeric[], r4 int4range,
	nr numrange, xr damage.textrange, mr int4multirange, nmr nummultirange,
	tv tsvector, tq tsquery, co damage.pair, ca damage.pair[], ne damage.nest,
	te damage.texts, md damage.mood, mda damage.mood[], mo money,
	sn pg_snapshot, jp jsonpath, ov oidvector, x xml, rc regclass)
	WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
INSERT INTO damage.kinds
SELECT i, true, 2, 12345.00012 * i, repeat('hello ', i % 50), 'bc', '\xdeadbeef', 'a name',
	'2026-01-01 12:00+02', '2026-01-02', '10:11+02', '1 year 2 days',
	'2001:db8::/32', '08:00:2b:01:02:03', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
	b'10101010101', '(1,2)', '[(1,2),(3,4)]', '((1,2),(3,4),(5,6))', '{"a": 1}',
	'{"a": [1, 2.5, {"b": null, "c": "long enough"}], "c": "x", "d": true, "e": {}}',
	'{{1,2},{3,NULL}}', '[2:4]={a,NULL,"b,c"}', '{1.5,NaN}', '[1,5)', '(,2.5]', '["a","zz")',
	'{[1,3),[5,8)}', '{[1.5,2.5],[3,4),(7,)}', 'a:1 fat:2A,3B cat', 'fat & (cat | !rat:*A) <-> dog',
	ROW(1, 'x', '{1,2}')::damage.pair, ARRAY[ROW(1, 'x', '{1}')::damage.pair, NULL],
	ROW(ROW(1, repeat('compressible ', i), NULL)::damage.pair, ARRAY[ROW(3, 'y', NULL)::damage.pair], '[1,2)')::damage.nest,
	'{p,q}', 'ok', '{sad,happy}', 12.34, '10:20:10,14,15', '$.a[*] ? (@ > 3)', '1 2 3', '<a>b</a>', 'pg_class'
  FROM generate_series(1, 300) AS i;
UPDATE damage.kinds SET i2 = 3 WHERE id % 9 = 0;
DELETE FROM damage.kinds WHERE id % 11 = 0;

CREATE TABLE damage.stored (id int PRIMARY KEY, a text, b text, c text, d jsonb, e int[])
	WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
ALTER TABLE damage.stored ALTER b SET STORAGE external, ALTER c SET STORAGE main;
INSERT INTO damage.stored
SELECT i, repeat(md5(i::text), 200), (SELECT string_agg(md5((i * j)::text), '') FROM generate_series(1, 30 * (i % 10)) AS j),
	repeat('main ', 30 * i % 700), (SELECT jsonb_agg(md5((i * j)::text)) FROM generate_series(1, 20 * (i % 7)) AS j),
	(SELECT array_agg(j) FROM generate_series(1, 50 * i % 3000) AS j)
  FROM generate_series(1, 150) AS i;
-- Types of extensions, and one that nobody told the suite of: all in the row,
-- or half of them in the TOAST table.
CREATE EXTENSION hstore SCHEMA damage;
CREATE EXTENSION ltree SCHEMA damage;
CREATE EXTENSION cube SCHEMA damage;
CREATE EXTENSION seg SCHEMA damage;
CREATE EXTENSION isn SCHEMA damage;
CREATE EXTENSION intarray SCHEMA damage;
SET client_min_messages = warning;
CREATE TYPE damage.strange;
CREATE FUNCTION damage.strange_in(cstring) RETURNS damage.strange AS '$libdir/hstore', 'hstore_in' LANGUAGE C IMMUTABLE STRICT;
CREATE FUNCTION damage.strange_out(damage.strange) RETURNS cstring AS '$libdir/hstore', 'hstore_out' LANGUAGE C IMMUTABLE STRICT;
CREATE TYPE damage.strange (INPUT = damage.strange_in, OUTPUT = damage.strange_out, INTERNALLENGTH = variable, STORAGE = extended);
RESET client_min_messages;
CREATE TABLE damage.others (id int PRIMARY KEY, h damage.hstore, l damage.ltree, lq damage.lquery, lx damage.ltxtquery,
	c damage.cube, s damage.seg, e damage.isbn, q damage.query_int, ha damage.hstore[], jp jsonpath, st damage.strange, x xml)
	WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
CREATE FUNCTION damage.fill(wide int) RETURNS void LANGUAGE sql SET search_path = damage, pg_catalog AS $$
	INSERT INTO others
	SELECT i, h.h, l.l::ltree, (l.l || '.*{2,4}.!x@|y%*')::lquery, (SELECT string_agg('w' || j, ' & !') FROM generate_series(1, n) AS j)::ltxtquery,
		cube(h.c), seg('~1.5 .. ' || i + 2), '0-393-04002-X', (SELECT string_agg(j::text, '|') FROM generate_series(1, n) AS j)::query_int,
		ARRAY[h.h, NULL, 'k=>v'], ('$.a' || i || (SELECT string_agg('."' || md5(j::text) || '"[1,2 to last] ? (@.b > ' || j || ' && @.c like_regex "x")', '') FROM generate_series(1, n) AS j))::jsonpath,
		h.h::text::strange, (SELECT '<?xml version="1.0"?><a>' || repeat('b', n * 30) || '</a>')::xml
	  FROM (SELECT i, 1 + i % wide AS n FROM generate_series(1, 60) AS i) AS w,
		LATERAL (SELECT hstore(array_agg('key ' || j), array_agg(md5((i * j)::text))) AS h, array_agg(j + 0.5) FILTER (WHERE j < 90) AS c FROM generate_series(1, n) AS j) AS h,
		LATERAL (SELECT string_agg(md5((i + j)::text), '.') AS l FROM generate_series(1, n) AS j) AS l
$$;
SELECT damage.fill(5);
ALTER TABLE damage.others ALTER h SET STORAGE external, ALTER l SET STORAGE external, ALTER lx SET STORAGE external,
	ALTER jp SET STORAGE external, ALTER st SET STORAGE external;
UPDATE damage.others SET id = id + 100;
SELECT damage.fill(100);

CREATE TABLE damage.narrow AS SELECT i AS a, i % 7 = 0 AS b, 'row ' || i AS c FROM generate_series(1, 3000) AS i;
CREATE INDEX ON damage.narrow (a);
CREATE INDEX ON damage.narrow USING hash (a);
CREATE INDEX ON damage.narrow USING brin (a);
CREATE INDEX ON damage.kinds USING gist (r4);
CREATE INDEX ON damage.kinds USING gin (ta);
CREATE INDEX ON damage.kinds USING spgist (t);

-- A call of every function of arch_inspect over a relation, all columns.
-- Answers that are errors must be of a documented kind: not internal.
CREATE FUNCTION damage.look(rel regclass, OUT calls bigint, OUT "rows" bigint, OUT errors bigint, OUT internal text)
LANGUAGE plpgsql AS $$
DECLARE
	f record;
	query text;
	n bigint;
	blocks bigint := pg_relation_size(rel) / current_setting('block_size')::bigint;
	some_block text := format('generate_series(0, %s) AS b (blk)', least(blocks - 1, 20));
	some_tid text := format('(SELECT format(''(%%s,%%s)'', b, i)::tid FROM generate_series(0, %s) AS b, generate_series(1, 4) AS i) AS t (tid)', least(blocks - 1, 8));
	state text;
	message text;
BEGIN
	calls := 0; "rows" := 0; errors := 0;
	FOR f IN
		SELECT p.proname, oidvectortypes(p.proargtypes) AS types,
			   (SELECT array_agg(format_type(t, NULL)) FROM unnest(p.proargtypes[0:p.pronargs - p.pronargdefaults - 1]) AS t) AS needed
		  FROM pg_proc AS p
		 WHERE p.pronamespace = 'arch_inspect'::regnamespace AND p.proargtypes[0] = 'regclass'::regtype
		 ORDER BY 1
	LOOP
		query := CASE f.needed
			WHEN '{regclass}' THEN format('SELECT count(x::text) FROM arch_inspect.%I(%L) AS x', f.proname, rel)
			WHEN '{regclass,bigint}' THEN format('SELECT count(x::text) FROM %s, arch_inspect.%I(%L, blk) AS x', some_block, f.proname, rel)
			WHEN '{regclass,tid}' THEN format('SELECT count(x::text) FROM %s, arch_inspect.%I(%L, tid) AS x', some_tid, f.proname, rel)
			WHEN '{regclass,tid,name}' THEN format('SELECT count(x::text) FROM %s, (SELECT attname FROM pg_attribute WHERE attrelid = %L::regclass AND attnum > 0) AS a, arch_inspect.%I(%L, tid, a.attname) AS x', some_tid, rel, f.proname, rel)
			END;
		CONTINUE WHEN query IS NULL;
		calls := calls + 1;
		BEGIN
			EXECUTE query INTO n;
			"rows" := "rows" + n;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
			errors := errors + 1;
			IF state LIKE 'XX%' OR state LIKE '58%' OR state = '53200' THEN
				internal := concat_ws('; ', internal, f.proname || ': ' || state || ' ' || message);
			END IF;
		END;
	END LOOP;
END $$;
CHECKPOINT;
