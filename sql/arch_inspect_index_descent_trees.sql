--
-- The way of a search through GiST, GIN and SP-GiST
--
\set VERBOSITY terse
\a
CREATE SCHEMA descent_trees;
SET search_path = descent_trees, pg_catalog;
CREATE TABLE place (i int, at point, area box, name text, tags text[], words tsvector, span int4range);
INSERT INTO place
	SELECT i, point(i % 50, i / 50), box(point(i % 50, i / 50), point(i % 50 + 1, i / 50 + 1)),
		   CASE WHEN i % 100 > 0 THEN 'name ' || to_char(i, 'FM0000') END, ARRAY['t' || i % 7, 'u' || i % 200, 'every'],
		   to_tsvector('simple', 'all w' || i % 3 || ' v' || i % 50), CASE WHEN i % 5 > 0 THEN int4range(i, i + 10) END
	  FROM generate_series(1, 2000) AS i;
CREATE INDEX place_area ON place USING gist (area);
CREATE INDEX place_span ON place USING gist (span);
CREATE INDEX place_tags ON place USING gin (tags) WITH (fastupdate = off);
CREATE INDEX place_words ON place USING gin (words, tags);
CREATE INDEX place_name ON place USING spgist (name);
CREATE INDEX place_at ON place USING spgist (at);

-- GiST: from the root down, wherever the operator class lets the search through
SELECT page_kind, regexp_replace(why, '[0-9]+', 'N', 'g') AS why, count(*) > 0 AS some, sum(cardinality(matches)) AS matches, max(problem) AS problem
  FROM arch_inspect.index_descent_where('place_area', 'area', '&&', '(10,10),(11,11)'::box) GROUP BY 1, 2 ORDER BY 2 DESC;
SELECT array_agg(m ORDER BY m) = (SELECT array_agg(ctid ORDER BY ctid) FROM place WHERE area && '(10,10),(11,11)'::box) AS the_rows
  FROM arch_inspect.index_descent_where('place_area', 'area', '&&', '(10,10),(11,11)'::box) AS d, unnest(d.matches) AS m;
SELECT min(step) = 1 AND max(step) = count(*) AS counted, bool_and(search = 1) AS one_search
  FROM arch_inspect.index_descent_where('place_area', 'area', '&&', '(10,10),(30,30)'::box);
SELECT sum(cardinality(matches)) = (SELECT count(*) FROM place WHERE span IS NULL) AS nulls FROM arch_inspect.index_descent_where('place_span', 'span', 'is null', NULL);
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent_where('place_span', 'span', '@>', 77, 'span', '<@', int4range(70, 90));
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('place_span', int4range(71, 81));
SELECT count(*) AS rows FROM arch_inspect.index_descent_where('place_span', 'span', '@>', NULL::int);	-- fail

-- GIN: each term, and how they are joined
SELECT step, page_kind, regexp_replace(why, '[0-9]+ of block [0-9]+', 'N of block N') AS why, cardinality(matches) AS matches, details, problem
  FROM arch_inspect.index_descent_where('place_tags', 'tags', '@>', ARRAY['every', 'u17']);
SELECT step, page_kind, regexp_replace(why, '[0-9]+ of block [0-9]+', 'N of block N') AS why, cardinality(matches) AS matches
  FROM arch_inspect.index_descent_where('place_tags', 'tags', '&&', ARRAY['t1', 'nowhere']);
SELECT why, cardinality(matches) AS matches FROM arch_inspect.index_descent_where('place_tags', 'tags', '<@', ARRAY['t1']) WHERE why ~ 'meta|term 2|rows';
-- no terms: every key, or nothing
SELECT count(*) > 3 AS pages, sum(cardinality(matches)) AS matches, bool_or(why ~ 'all keys') AS all_keys FROM arch_inspect.index_descent_where('place_tags', 'tags', '@>', '{}'::text[]);
SELECT count(*) AS rows FROM arch_inspect.index_descent_where('place_tags', 'tags', '&&', '{}'::text[]);
-- a part of words, what is not to be there, and a second column
SELECT why, cardinality(matches) AS matches FROM arch_inspect.index_descent_where('place_words', 'words', '@@', 'v1:* & !w1', 'tags', '@>', ARRAY['t3']) WHERE why ~ 'root of the entry|rows|end';
SELECT sum(cardinality(matches)) = (SELECT count(*) FROM place WHERE words @@ 'v1:* & !w1' AND tags @> ARRAY['t3']) AS the_rows
  FROM arch_inspect.index_descent_where('place_words', 'words', '@@', 'v1:* & !w1', 'tags', '@>', ARRAY['t3']);
-- what came lately waits in the pending list
INSERT INTO place (i, tags, words) VALUES (3000, ARRAY['late', 'every'], 'late all');
SELECT page_kind, why, cardinality(matches) AS matches FROM arch_inspect.index_descent_where('place_words', 'words', '@@', 'late') WHERE page_kind IN ('meta', 'pending');

-- SP-GiST: the nodes that the operator class chose
SELECT step = lag(step, 1, 0) OVER (ORDER BY step) + 1 AS next_page, page_kind, regexp_replace(why, '[0-9]+', 'N', 'g') AS why,
	   cardinality(matches) AS matches, details->'level' AS level, problem
  FROM arch_inspect.index_descent('place_name', 'name 0117');
SELECT array_agg(m ORDER BY m) = (SELECT array_agg(ctid ORDER BY ctid) FROM place WHERE at <@ '(10,10),(14,14)'::box) AS the_rows
  FROM arch_inspect.index_descent_where('place_at', 'at', '<@', '(10,10),(14,14)'::box) AS d, unnest(d.matches) AS m;
SELECT max(why) AS why, sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('place_name', NULL::text);
SELECT bool_or(why ~ 'of nulls') AS nulls, bool_or(why ~ 'of values') AS "values", sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent_where('place_name', 'name', 'is not null', NULL);
SELECT count(*) AS rows FROM arch_inspect.index_descent_where('place_name', 'name', 'is null', NULL, 'name', '=', 'x');

-- tuples that were moved, and nulls of an index without any
CREATE TABLE moved (name text);
CREATE INDEX moved_name ON moved USING spgist (name);
SELECT count(*) AS rows, sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('moved_name', 'x');
INSERT INTO moved SELECT 'name ' || i FROM generate_series(1, 3000) AS i;
SELECT sum(cardinality(matches)) AS matches, max(problem) AS problem FROM arch_inspect.index_descent_where('moved_name', 'name', '^@', 'name 29');

-- no such operator, no such value
SELECT * FROM arch_inspect.index_descent_where('place_area', 'area', '=', 1);	-- fail
SELECT * FROM arch_inspect.index_descent('place_tags', 'every', 1);	-- fail
SELECT * FROM arch_inspect.index_descent_where('place_tags', 'tags', 'is null', NULL);	-- fail

-- keys are values of the table
CREATE ROLE regress_descent_trees;
GRANT USAGE ON SCHEMA descent_trees TO regress_descent_trees;
GRANT SELECT ON place TO regress_descent_trees;
SET ROLE regress_descent_trees;
SELECT * FROM arch_inspect.index_descent('place_name', 'name 0117');	-- fail
RESET ROLE;
GRANT pg_read_all_data TO regress_descent_trees;
SET ROLE regress_descent_trees;
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('place_name', 'name 0117');
RESET ROLE;

-- what an operator class says by an error is the problem of the page
CREATE FUNCTION refuse(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF current_setting('descent.refuse', true) = 'on' THEN RAISE EXCEPTION 'not today, %', current_user; END IF; RETURN btint4cmp($1, $2); END $$;
CREATE OPERATOR CLASS refusing FOR TYPE anyarray USING gin AS OPERATOR 1 pg_catalog.&& (anyarray, anyarray), FUNCTION 1 (anyarray, anyarray) refuse(int, int),
	FUNCTION 2 ginarrayextract(anyarray, internal, internal), FUNCTION 3 ginqueryarrayextract(anyarray, internal, smallint, internal, internal, internal, internal),
	FUNCTION 4 ginarrayconsistent(internal, smallint, anyarray, integer, internal, internal, internal, internal), STORAGE anyelement;
CREATE TABLE refused (a int[]);
INSERT INTO refused SELECT ARRAY[i, i + 1] FROM generate_series(1, 1000) AS i;
CREATE INDEX refused_a ON refused USING gin (a refusing);
ALTER TABLE refused OWNER TO regress_descent_trees;
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent_where('refused_a', 'a', '&&', '{5}'::int[]);
SET descent.refuse = on;
SELECT step, why, problem FROM arch_inspect.index_descent_where('refused_a', 'a', '&&', '{5}'::int[]);

RESET search_path;
SET client_min_messages = warning;
\a
DROP SCHEMA descent_trees CASCADE;
DROP ROLE regress_descent_trees;
