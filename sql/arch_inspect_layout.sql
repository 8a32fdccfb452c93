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
