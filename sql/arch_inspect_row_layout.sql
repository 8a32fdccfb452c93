--
-- row_layout: what alignment costs and which order of columns costs least
--
CREATE SCHEMA layout;
SET search_path = layout, arch_inspect, public;

CREATE TABLE wasteful AS
SELECT i % 2 = 0 AS b1, i::bigint AS i8, i % 3 = 0 AS b2, i AS i4, 1::int2 AS i2,
	   i::float8 AS f8, 'word ' || i AS t, NULLIF(i % 5, 0)::int AS n
  FROM generate_series(1, 5000) AS i;
SELECT * FROM row_layout('wasteful');

-- what is promised is what a table in that order has
SELECT format('CREATE TABLE thrifty AS SELECT %s FROM wasteful', string_agg(attname, ', ' ORDER BY best_place)) FROM row_layout('wasteful') \gexec
SELECT max(w.best_row_width) = max(t.row_width) AS as_promised,
	   max(w.saved_bytes) AS promised,
	   max(w.row_width * w.row_count) - max(t.row_width * t.row_count) AS saved
  FROM row_layout('wasteful') AS w, row_layout('thrifty') AS t;
SELECT attname, padding FROM row_layout('thrifty');
-- and that has nothing left to save
SELECT max(saved_bytes) AS more, bool_and(best_place = attnum) AS as_it_is FROM row_layout('thrifty');

-- lengths are those on the page
SELECT l.attname, l.length = a.length AS length, l.padding = a.padding AS padding
  FROM row_layout('wasteful') AS l,
	   LATERAL (SELECT round(avg(length), 2) AS length, round(sum(coalesce(padding, 0))::numeric / 5000, 2) AS padding
				  FROM heap_attributes('wasteful') WHERE attnum = l.attnum) AS a;

-- sizes that are no multiple of their alignment, nulls, dropped columns
CREATE TABLE odd (a timetz, b "char", c timetz, d int2, e text, f macaddr, g name);
ALTER TABLE odd DROP d;
INSERT INTO odd VALUES ('10:00+00', 'x', '11:00+00', 'text', '08:00:2b:01:02:03', 'n');
SELECT attnum, atttypid, attlen, alignment, length, null_fraction, padding, best_place, best_padding, row_width, best_row_width, row_count, saved_bytes
  FROM row_layout('odd');
-- what natural sizes leave in the middle, and falling alignment would not fill
CREATE TABLE gaps (a timetz, b timetz, c int4, d int4);
INSERT INTO gaps SELECT '10:00+00', '11:00+00', 1, 2 FROM generate_series(1, 100);
SELECT attname, padding, best_place, best_padding, row_width, best_row_width, saved_bytes, order_proven FROM row_layout('gaps');
-- rows that are older than a column lack what a copy has
CREATE TABLE older AS SELECT i::int4 AS a, i::int8 AS b FROM generate_series(1, 100) AS i;
ALTER TABLE older ADD c int8 DEFAULT 1, ADD d bool DEFAULT true, ADD e int;
SELECT attname, length, null_fraction, best_place, row_width, best_row_width, saved_bytes FROM row_layout('older');
CREATE TABLE copy AS SELECT c, b, a, d, e FROM older;
SELECT o.saved_bytes AS said, sum((lp_len + 7) / 8 * 8) FILTER (WHERE rel = 'older') - sum((lp_len + 7) / 8 * 8) FILTER (WHERE rel = 'copy') AS saved
  FROM (SELECT 'older' AS rel, lp_len FROM heap_tuples('older') UNION ALL SELECT 'copy', lp_len FROM heap_tuples('copy')) AS t,
	   (SELECT max(saved_bytes) AS saved_bytes FROM row_layout('older')) AS o GROUP BY 1;
-- the null bitmap of a dropped column's nulls goes with it
CREATE TABLE nulls (a int, b int, c int, d int, e int, f int, g int, h int, i int, gone int);
INSERT INTO nulls SELECT 1, 2, 3, 4, 5, 6, 7, 8, 9, NULL FROM generate_series(1, 100);
SELECT row_width, best_row_width, saved_bytes FROM row_layout('nulls') LIMIT 1;
ALTER TABLE nulls DROP gone;
SELECT row_width, best_row_width, saved_bytes FROM row_layout('nulls') LIMIT 1;
DROP TABLE copy;
CREATE TABLE copy AS SELECT * FROM nulls;
SELECT DISTINCT t_hoff, (lp_len + 7) / 8 * 8 AS width FROM heap_tuples('copy');
-- more columns and kinds of rows than can be searched: a better order all the same
CREATE VIEW many_columns AS
	SELECT i, (ARRAY['timetz', 'macaddr', 'text'])[i % 3 + 1] AS type,
		   (ARRAY['''10:00+00''::timetz', '''08:00:2b:01:02:03''::macaddr', format('repeat(''x'', r %% %s)', i % 11 + 1)])[i % 3 + 1] AS value
	  FROM generate_series(1, 150) AS i;
SELECT format('CREATE TABLE many (%s)', string_agg(format('c%s %s', i, type), ', ' ORDER BY i)) FROM many_columns \gexec
SELECT format('INSERT INTO many SELECT %s FROM generate_series(1, 200) AS r', string_agg(format('CASE WHEN r * 7919 %% (%s + 3) > 1 THEN %s END', i, value), ', ' ORDER BY i)) FROM many_columns \gexec
SELECT order_proven, saved_bytes > 0 AS saves, count(DISTINCT best_place) AS places FROM row_layout('many') GROUP BY 1, 2;
SELECT format('CREATE TABLE most (%s)', string_agg('c' || i || CASE i % 3 WHEN 0 THEN ' timetz' ELSE ' int2' END, ', ' ORDER BY i)) FROM generate_series(1, 1600) AS i \gexec
INSERT INTO most (c1, c3, c1500) VALUES (1, '10:00+00', '10:00+00'), (NULL, '10:00+00', NULL);
SELECT order_proven, row_count, saved_bytes, count(*) AS columns FROM row_layout('most') GROUP BY 1, 2, 3;

-- only rows that somebody sees count
CREATE TABLE dead (a int, b bigint);
INSERT INTO dead SELECT i, i FROM generate_series(1, 100) AS i;
DELETE FROM dead WHERE a > 30;
SELECT max(row_count) AS rows, max(row_width) AS width FROM row_layout('dead');

CREATE TABLE empty (a int, b bigint);
SELECT attname, length, padding, best_place, row_width, row_count, saved_bytes FROM row_layout('empty');
CREATE TABLE nothing ();
SELECT count(*) FROM row_layout('nothing');
SELECT count(*) FROM row_layout(NULL);
SELECT count(*) FROM row_layout('pg_class_oid_index');	-- fail, not a table
CREATE ROLE regress_layout;
GRANT USAGE ON SCHEMA layout TO regress_layout;
SET ROLE regress_layout;
SELECT count(*) FROM row_layout('wasteful');			-- fail, no rights
RESET ROLE;
GRANT SELECT ON wasteful TO regress_layout;
SET ROLE regress_layout;
SELECT count(*) FROM row_layout('wasteful');
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA layout CASCADE;
DROP ROLE regress_layout;
