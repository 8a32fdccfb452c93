--
-- tuple_attributes, heap_attributes: where a value lies, how it is stored,
-- what it says
--
SET default_toast_compression = pglz;	-- lz4 is the default from 19 on
CREATE SCHEMA tuples;
SET search_path = tuples, arch_inspect, public;
CREATE EXTENSION pageinspect SCHEMA public;
SET TimeZone = 'UTC';
SET lc_monetary = 'C';

CREATE TYPE pair AS (a integer, b text, c numeric[]);
CREATE TYPE nest AS (p pair, q pair[], r int4range);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN texts AS text[];
CREATE TYPE textrange AS RANGE (subtype = text);

-- one column of every kind
CREATE TABLE kinds (
	id integer, bo bool, i2 int2, i8 int8, f4 float4, f8 float8, n numeric,
	t text, vc varchar(20), bc char(8), ba bytea, nm name, ch "char",
	ts timestamptz, tl timestamp, d date, tm time, tz timetz, iv interval,
	ip inet, ci cidr, m macaddr, m8 macaddr8, u uuid, bi bit(11), vb varbit,
	pt point, ln line, ls lseg, bx box, pa path, po polygon, cr circle,
	j json, jb jsonb, ia int[], ta text[], na numeric[], fa float8[],
	r4 int4range, nr numrange, tr tstzrange, xr textrange,
	mr int4multirange, nmr nummultirange, tv tsvector, tq tsquery,
	co pair, ca pair[], ne nest, po_ positive, te texts, md mood, mda mood[],
	mo money, ls_ pg_lsn, sn pg_snapshot, ov oidvector, iv2 int2vector, td tid,
	rc regclass, rt regtype, xi xid, x8 xid8, dropped text);
INSERT INTO kinds (id) VALUES (1);
INSERT INTO kinds VALUES (2, true, 2, -3, 1.5, 'NaN', 12345678901234567890.00012,
	'hello', 'vc', 'bc', '\xdeadbeef', 'a name', 'c',
	'2026-01-01 12:00+02', 'infinity', '2026-01-02 BC', '10:11:12.5', '10:11+02', '1 year 2 days 3 us',
	'10.0.0.1/24', '2001:db8::/32', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
	'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', b'10101010101', b'111',
	'(1,2)', '{1,2,3}', '[(1,2),(3,4)]', '(1,2),(3,4)', '[(1,2),(3,4)]', '((1,2),(3,4),(5,6))', '<(1,2),3>',
	'{"a": 1}', '{"a": [1, 2.5, {"b": null, "c": "long enough to be one"}], "c": "x", "d": true, "e": {}, "f": []}',
	'{{1,2},{3,NULL}}', '[2:4]={a,NULL,"b,c"}', '{1.5,NaN,-Infinity}', '{1,2.5}',
	'[1,5)', '(,2.5]', 'empty', '["a","zz")', '{[1,3),[5,8)}', '{[1.5,2.5],[3,4),(7,)}',
	$$a:1 fat:2A,3B 'big cat'$$, 'fat & (cat | !rat:*A) <-> dog',
	ROW(1, 'x', '{1,2}'), ARRAY[ROW(1, 'x', '{1}')::pair, NULL, ROW(2, repeat('long ', 100), NULL)::pair],
	ROW(ROW(1, repeat('compressible ', 300), NULL)::pair, ARRAY[ROW(3, 'y', NULL)::pair], '[1,2)'),
	5, '{p,q}', 'ok', '{sad,happy}', 12.34, '1/2A000000', '10:20:10,14,15', '1 2 3', '1 2', '(1,2)',
	'pg_class', 'integer', '17', '18', 'gone');
INSERT INTO kinds SELECT * FROM kinds WHERE id = 2;
UPDATE kinds SET id = 3 WHERE ctid = '(0,3)';
ALTER TABLE kinds ADD added int DEFAULT 42, ADD added_text text DEFAULT 'default', ADD added_null text,
	ADD added_comp pair DEFAULT ROW(7, 'seven', NULL);
ALTER TABLE kinds DROP dropped;
INSERT INTO kinds (id, added, t) VALUES (4, 43, repeat('x', 200));

SELECT attnum, attname, atttypid, "offset", length, padding, storage, compression, raw_size, left(value, 50) AS value, problem
  FROM tuple_attributes('kinds', (SELECT ctid FROM kinds WHERE id = 2)) WHERE attnum < 48;
-- behind a composite, whose bytes differ between releases
SELECT attnum, attname, atttypid, storage, compression, raw_size, left(value, 50) AS value, problem
  FROM tuple_attributes('kinds', (SELECT ctid FROM kinds WHERE id = 2)) WHERE attnum >= 48;

-- values are what SELECT prints, raw is what tuple_data_split finds
CREATE FUNCTION differences(rel regclass, OUT compared bigint, OUT differ bigint)
LANGUAGE plpgsql AS $$
DECLARE
	col record;
	n bigint;
	m bigint;
BEGIN
	compared := 0; differ := 0;
	FOR col IN SELECT attnum, attname FROM pg_attribute
				WHERE attrelid = rel AND attnum > 0 AND NOT attisdropped
	LOOP
		EXECUTE format('SELECT count(*), count(*) FILTER (WHERE a.value IS DISTINCT FROM s.value OR a.problem IS NOT NULL)
						  FROM (SELECT ctid, CASE WHEN %1$I IS NOT DISTINCT FROM NULL THEN NULL ELSE format(''%%s'', %1$I) END AS value FROM %2$s) AS s
						  LEFT JOIN (SELECT format(''(%%s,%%s)'', blkno, lp)::tid AS tid, value, problem
									   FROM heap_attributes(%3$L) WHERE attnum = %4$s) AS a
							ON a.tid = s.ctid', col.attname, rel, rel, col.attnum)
		   INTO n, m;
		compared := compared + n; differ := differ + m;
		IF m > 0 THEN
			RAISE WARNING '%.%: % of % differ', rel, col.attname, m, n;
		END IF;
	END LOOP;
END $$;
SELECT compared > 200 AS compared, differ FROM differences('kinds');

CREATE TABLE stored (id int, a text, b text, c text, d jsonb, e int[]);
ALTER TABLE stored ALTER b SET STORAGE external, ALTER c SET STORAGE main, ALTER d SET STORAGE extended;
INSERT INTO stored VALUES
	(1, repeat('abc', 10000), repeat('xyz', 5000), repeat('main ', 500), '{"a": "b"}', '{1,2,3}'),
	(2, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 3000) AS i), 'short', NULL,
		(SELECT jsonb_agg(md5(i::text)) FROM generate_series(1, 500) AS i), (SELECT array_agg(i) FROM generate_series(1, 20000) AS i)),
	(3, NULL, NULL, NULL, NULL, NULL);
DELETE FROM stored WHERE id = 3;
SELECT lp, attname, "offset", length, padding, storage, compression, raw_size, length(value), problem
  FROM heap_attributes('stored') ORDER BY lp, attnum;
SELECT compared, differ FROM differences('stored');

CREATE TABLE generated (a int, s int GENERATED ALWAYS AS (a * 2) STORED, z int GENERATED ALWAYS AS IDENTITY);
INSERT INTO generated VALUES (21);
SELECT attname, storage, value FROM tuple_attributes('generated', '(0,1)');
CREATE MATERIALIZED VIEW mat AS SELECT i, md5(i::text) AS h FROM generate_series(1, 2000) AS i;
CREATE TABLE part (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
INSERT INTO part VALUES (1, 'one');
CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS a;
CREATE TEMP TABLE temporary AS SELECT 'temp'::text AS t;
CREATE TABLE dropped_last (a int, b text);
INSERT INTO dropped_last VALUES (1, 'one');
ALTER TABLE dropped_last DROP b;
ALTER TABLE dropped_last ADD c float8;
SELECT attnum, attname LIKE '%dropped%' AS gone, atttypid, storage, length, value FROM heap_attributes('dropped_last');

-- every table of the database but those of statistics, which hold more types
-- than can be compared
SELECT count(*) > 50 AS tables, sum(d.compared) > 50000 AS compared, sum(d.differ) AS differ
  FROM pg_class AS c, differences(c.oid) AS d
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence IN ('p', 'u', 't')
   AND pg_relation_size(c.oid) > 0 AND c.relname NOT LIKE 'pg_statistic%';

CREATE FUNCTION raw_differences(rel regclass, OUT tuples bigint, OUT differ bigint)
LANGUAGE sql AS $$
	SELECT count(*), count(*) FILTER (WHERE p.t_attrs IS DISTINCT FROM a.raw)
	  FROM generate_series(0, pg_relation_size(rel) / current_setting('block_size')::int - 1) AS blkno,
		   heap_page_item_attrs(get_raw_page(rel::text, blkno::int), rel) AS p
	  LEFT JOIN (SELECT blkno AS b, lp AS l, array_agg(raw ORDER BY attnum) AS raw
				   FROM heap_attributes(rel) GROUP BY 1, 2) AS a
		ON l = p.lp
	 WHERE a.b IS NULL OR a.b = blkno
$$;
SELECT c.relname, d.tuples > 0 AS tuples, d.differ
  FROM (VALUES ('kinds'), ('stored'), ('mat'), ('dropped_last'), ('pg_catalog.pg_class'), ('pg_catalog.pg_attribute')) AS c (relname),
	   raw_differences(c.relname::regclass) AS d;

-- a row each
SELECT blkno, lp, "values"[1:7] AS "values", cardinality(attrs) AS attributes, problem FROM heap_tuple_data('kinds');
SELECT count(*) > 3000 AS tuples,
	   count(*) FILTER (WHERE d.attrs IS DISTINCT FROM a.raws) AS raws_differ,
	   count(*) FILTER (WHERE d."values" IS DISTINCT FROM a."values") AS values_differ
  FROM heap_tuple_data('pg_catalog.pg_proc') AS d
  LEFT JOIN (SELECT blkno, lp, array_agg(raw ORDER BY attnum) AS raws, array_agg(value ORDER BY attnum) AS "values"
			   FROM heap_attributes('pg_catalog.pg_proc') GROUP BY blkno, lp) AS a USING (blkno, lp);

-- the plan: a scan that makes what is asked for
EXPLAIN (COSTS OFF) SELECT storage FROM heap_attributes('kinds') WHERE attnum = 8;
-- where no scan can stand
SELECT (tuple_attributes('kinds', '(0,1)')).attname LIMIT 2;
SELECT x.ordinality, x.attname FROM tuple_attributes('kinds', '(0,1)') WITH ORDINALITY AS x LIMIT 2;
SELECT k.id, count(a.attnum), count(a.value) FROM kinds AS k, LATERAL tuple_attributes('kinds', k.ctid) AS a GROUP BY k.id ORDER BY k.id;

-- bounds and what is not there
SELECT count(*) FROM tuple_attributes('kinds', NULL);
SELECT count(*) FROM tuple_attributes(NULL, '(0,1)');
SELECT attnum, problem FROM tuple_attributes('kinds', '(0,60000)');
SELECT * FROM tuple_attributes('kinds', '(0,0)');		-- fail, no such line pointer
SELECT * FROM tuple_attributes('kinds', '(9,1)');		-- fail, no such block
SELECT * FROM tuple_attributes(0, '(0,1)');				-- fail, no such relation
SELECT * FROM heap_attributes('kinds', 1);				-- fail, no such block
SELECT * FROM heap_attributes('kinds', -1);				-- fail, no such block
SELECT * FROM tuple_attributes('pg_class_oid_index', '(0,1)');	-- fail, not a table
SELECT * FROM tuple_attributes('part', '(0,1)');		-- fail, no storage
CREATE VIEW v AS SELECT 1 AS a;
SELECT * FROM tuple_attributes('v', '(0,1)');			-- fail, not a table
CREATE TABLE empty ();
SELECT * FROM tuple_attributes('empty', '(0,1)');		-- fail, no pages
SELECT count(*) FROM heap_attributes('empty');
INSERT INTO empty DEFAULT VALUES;
SELECT count(*) FROM heap_attributes('empty');
SELECT attrs, "values", problem FROM heap_tuple_data('empty');

-- a line pointer without a tuple has no attributes
CREATE TABLE hot (a int, b int) WITH (autovacuum_enabled = off);
INSERT INTO hot VALUES (1, 1);
UPDATE hot SET b = 2;
VACUUM hot;
SELECT count(*) FROM tuple_attributes('hot', '(0,1)');
SELECT attname, value FROM tuple_attributes('hot', '(0,2)');

-- statistics hold arrays of any type
ANALYZE kinds;
SELECT count(*) > 20 AS arrays, count(value) = count(*) AS printed, count(problem) AS problems
  FROM heap_attributes('pg_catalog.pg_statistic') WHERE attname ~ 'stavalues' AND storage NOT IN ('null', 'missing');

-- an output function that gives up is a NULL with a reason
CREATE TYPE fading AS ENUM ('a', 'b');
CREATE TABLE fades (f fading);
INSERT INTO fades VALUES ('b');
DELETE FROM pg_enum WHERE enumtypid = 'fading'::regtype AND enumlabel = 'b';
SELECT attname, value, regexp_replace(problem, '\d+', 'N') AS problem FROM tuple_attributes('fades', '(0,1)');
BEGIN TRANSACTION READ ONLY;
SELECT attname, value, problem IS NOT NULL AS refused FROM tuple_attributes('fades', '(0,1)');
SELECT pg_current_xact_id_if_assigned() IS NULL AS no_xid;
COMMIT;
DROP TABLE fades;
DROP TYPE fading;

-- rights
CREATE ROLE regress_tuples_none;
CREATE ROLE regress_tuples_select;
CREATE ROLE regress_tuples_column;
CREATE ROLE regress_tuples_owner;
CREATE ROLE regress_tuples_reader;
CREATE ROLE regress_tuples_scanner;
GRANT pg_read_all_data TO regress_tuples_reader;
GRANT pg_stat_scan_tables TO regress_tuples_scanner;
GRANT USAGE, CREATE ON SCHEMA tuples TO PUBLIC;
CREATE TABLE secret (who text, what text);
INSERT INTO secret VALUES ('me', repeat('x', 20));
INSERT INTO secret VALUES ('gone', 'deleted');
DELETE FROM secret WHERE who = 'gone';
ALTER TABLE secret OWNER TO regress_tuples_owner;
GRANT SELECT ON secret TO regress_tuples_select;
GRANT SELECT (who) ON secret TO regress_tuples_column;
CREATE FUNCTION try(role name, OUT attributes bigint, OUT "values" bigint, OUT raws bigint, OUT error text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SET ROLE %I', role);
	SELECT count(*), count(a.value), count(a.raw) INTO attributes, "values", raws FROM heap_attributes('secret') AS a;
	RESET ROLE;
EXCEPTION WHEN insufficient_privilege THEN
	error := SQLERRM;
	RESET ROLE;
END $$;
SELECT r.role, t.* FROM (VALUES ('regress_tuples_none'), ('regress_tuples_select'), ('regress_tuples_column'), ('regress_tuples_owner'), ('regress_tuples_reader'), ('regress_tuples_scanner')) AS r (role), try(r.role) AS t;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
SELECT r.role, t.* FROM (VALUES ('regress_tuples_select'), ('regress_tuples_owner'), ('regress_tuples_reader'), ('regress_tuples_scanner')) AS r (role), try(r.role) AS t;
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
SELECT r.role, t.* FROM (VALUES ('regress_tuples_owner')) AS r (role), try(r.role) AS t;

SET client_min_messages = warning;
DROP SCHEMA tuples CASCADE;
DROP EXTENSION pageinspect;
DROP ROLE regress_tuples_none, regress_tuples_select, regress_tuples_column, regress_tuples_owner, regress_tuples_reader, regress_tuples_scanner;
