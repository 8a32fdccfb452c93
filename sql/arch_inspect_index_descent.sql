--
-- The pages that a search through an index visits.
--
CREATE SCHEMA regress_descent;
SET search_path = regress_descent, public;
CREATE ROLE regress_descent_owner;
CREATE ROLE regress_descent_reader;
CREATE ROLE regress_descent_all IN ROLE pg_read_all_data;
GRANT ALL ON SCHEMA regress_descent TO PUBLIC;

CREATE TABLE loan (book int, reader text, year int, fine numeric) WITH (autovacuum_enabled = off);
INSERT INTO loan SELECT i % 100, 'reader ' || i % 1000, CASE WHEN i % 10 > 0 THEN 2000 + i % 20 END, i / 10.0 FROM generate_series(1, 5000) AS i;
CREATE INDEX loan_reader ON loan (reader, year);
CREATE INDEX loan_year ON loan (year DESC, book);
CREATE INDEX loan_fine ON loan USING brin (fine, reader) WITH (pages_per_range = 8);
CREATE INDEX loan_hash ON loan USING hash (reader);

-- a key, and why each page
SELECT step, search, blkno, level, page_kind, why, itemoffset, child, cardinality(matches) AS matches, details, problem
  FROM arch_inspect.index_descent('loan_reader', 'reader 77');
SELECT step, page_kind, cardinality(matches) AS matches FROM arch_inspect.index_descent('loan_reader', 'reader 77', 2017);
SELECT (SELECT array_agg(m ORDER BY m) FROM arch_inspect.index_descent('loan_reader', 'reader 77', 2017) AS d, unnest(d.matches) AS m)
	 = (SELECT array_agg(ctid ORDER BY ctid) FROM loan WHERE reader = 'reader 77' AND year = 2017) AS same_rows;
-- no row has it
SELECT step, page_kind, cardinality(matches) AS matches FROM arch_inspect.index_descent('loan_reader', 'nobody');
-- a null is searched for as one
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('loan_year', NULL);
SELECT count(*) FROM loan WHERE year IS NULL;
-- a type that is compared with another, or becomes it
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('loan_year', 2003::bigint);
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('loan_year', VARIADIC ARRAY[2003, 3]);

-- ranges, null tests, lists, from both ends
SELECT step, page_kind, cardinality(matches) > 0 AS has_matches, why
  FROM arch_inspect.index_descent_where('loan_year', 'year', '>', 2016, 'year', '<=', 2018) WHERE step < 5;
SELECT sum(cardinality(matches)) AS matches, (SELECT count(*) FROM loan WHERE year > 2016 AND year <= 2018) AS rows
  FROM arch_inspect.index_descent_where('loan_year', 'year', '>', 2016, 'year', '<=', 2018);
SELECT sum(cardinality(matches)) AS matches, (SELECT count(*) FROM loan WHERE year IS NULL AND book = 10) AS rows
  FROM arch_inspect.index_descent_where('loan_year', 'year', 'IS  NULL', NULL, 'book', '=', 10);
SELECT sum(cardinality(matches)) AS matches, (SELECT count(*) FROM loan WHERE year IS NOT NULL) AS rows
  FROM arch_inspect.index_descent_where('loan_year', 'year', 'is not null', NULL);
SELECT sum(cardinality(matches)) AS matches, (SELECT count(*) FROM loan WHERE year IN (2001, 2018)) AS rows
  FROM arch_inspect.index_descent_where('loan_year', 'year', '= any', '{2001,2018}');
SELECT min(step) AS step, page_kind, why FROM arch_inspect.index_descent_backward('loan_year', 'year', '<', 2001) GROUP BY 2, 3 ORDER BY 1 LIMIT 3;
-- conditions that no row can meet read nothing
SELECT count(*) FROM arch_inspect.index_descent_where('loan_year', 'year', '=', 2001, 'year', '>', 2002);
-- all of it
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent_where('loan_reader', VARIADIC '{}'::text[]);

-- hash: a bucket; BRIN: a row a range
SELECT step, page_kind, cardinality(matches) AS matches, problem FROM arch_inspect.index_descent('loan_hash', 'reader 77');
SELECT step, blkno, page_kind, why, itemoffset, details, problem FROM arch_inspect.index_descent_where('loan_fine', 'fine', '<', 100);
INSERT INTO loan SELECT i, 'late', 2000, i FROM generate_series(1, 1500) AS i;
SELECT count(*) FILTER (WHERE why ~ 'not summarised') > 0 AS some_not_summarised, count(*) FILTER (WHERE (details->>'may_match')::boolean) > 0 AS some_pass
  FROM arch_inspect.index_descent('loan_fine', 1000000);

-- what can't be asked for
SELECT arch_inspect.index_descent('loan_reader', 77);  -- fail, the type
SELECT arch_inspect.index_descent('loan_reader', 'a', 'x');  -- fail, no number
SELECT arch_inspect.index_descent('loan_reader', 'a', 1, 2);  -- fail, too many
SELECT arch_inspect.index_descent_where('loan_reader', 'reader', '~', 'a');  -- fail, not of the operator class
SELECT arch_inspect.index_descent_where('loan_reader', 'book', '=', 1);  -- fail, not in the index
SELECT arch_inspect.index_descent_where('loan_reader', 'reader', '=');  -- fail
SELECT arch_inspect.index_descent_where('loan_reader', 'reader', '=', NULL);  -- fail
SELECT arch_inspect.index_descent_where('loan_reader', 'reader', 'is null', 'x');  -- fail
SELECT arch_inspect.index_descent_where('loan_reader', 'reader', '= any', 'x'::text);  -- fail
SELECT arch_inspect.index_descent_where('loan_reader', 1, '=', 'x');  -- fail
SELECT arch_inspect.index_descent_where('loan_hash', 'reader', 'is null', NULL);  -- fail
SELECT arch_inspect.index_descent_where('loan_hash', VARIADIC '{}'::text[]);  -- fail
SELECT arch_inspect.index_descent_backward('loan_hash', 'reader', '=', 'x');  -- fail
SELECT arch_inspect.index_descent('loan', 'a');  -- fail, not an index
SELECT count(*) FROM arch_inspect.index_descent(NULL, 'a');

-- kinds of indexes
CREATE TABLE parted (a int) PARTITION BY RANGE (a);
CREATE INDEX parted_a ON parted (a);
SELECT arch_inspect.index_descent('parted_a', 1);  -- fail
CREATE TEMP TABLE own (a int PRIMARY KEY);
INSERT INTO own SELECT generate_series(1, 1000);
SELECT count(*), sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('own_pkey', 700);
CREATE UNLOGGED TABLE empty (a int, b text);
CREATE INDEX empty_a ON empty (a);
SELECT page_kind, child, problem FROM arch_inspect.index_descent('empty_a', 1);
CREATE UNIQUE INDEX partial ON loan (fine) INCLUDE (reader) WHERE fine < 50 AND reader <> 'late';
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent_where('partial', 'fine', '<', 10);
CREATE FUNCTION never(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF current_setting('regress.armed', true) = 'on' THEN RAISE 'the expression is evaluated'; END IF; RETURN $1; END $$;
CREATE INDEX expression ON loan (never(book)) WHERE never(year) > 2000;
SET regress.armed = on;
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('expression', 7);
RESET regress.armed;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'loan_hash'::regclass;
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('loan_hash', 'reader 77');
-- catalogs
SELECT sum(cardinality(matches)) AS matches FROM arch_inspect.index_descent('pg_class_relname_nsp_index', 'pg_class', 'pg_catalog'::regnamespace::oid);
-- a comparator that keeps something from call to call
CREATE TYPE pair AS (a int, b text);
CREATE TABLE pairs AS SELECT ROW(i % 300, 'x' || i)::pair AS p FROM generate_series(1, 20000) AS i;
CREATE INDEX pairs_p ON pairs (p);
SELECT step, level, cardinality(matches) AS matches, problem FROM arch_inspect.index_descent('pairs_p', ROW(7, 'x307')::pair);

-- the functions of an operator class run as the owner of the index, and can't do more than it
CREATE TABLE owned (a int);
ALTER TABLE owned OWNER TO regress_descent_owner;
CREATE FUNCTION spying_cmp(int, int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('regress.armed', true) = 'on' THEN
		SET LOCAL work_mem = '77MB';
		RAISE NOTICE 'as %, with %', current_user, current_setting('search_path');
		PERFORM set_config('regress.armed', 'off', false);
	ELSIF current_setting('regress.armed', true) = 'create' THEN
		CREATE TEMP TABLE gift (a int);
	END IF;
	RETURN btint4cmp($1, $2);
END $$;
CREATE OPERATOR CLASS spying FOR TYPE int USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 spying_cmp(int, int);
INSERT INTO owned SELECT generate_series(1, 5);
CREATE INDEX owned_a ON owned (a spying);
SET regress.armed = on;
SELECT page_kind, matches, problem FROM arch_inspect.index_descent('owned_a', 3);
SHOW work_mem;
SHOW regress.armed;
SET regress.armed = 'create';
SELECT page_kind, matches, problem FROM arch_inspect.index_descent('owned_a', 3);
RESET regress.armed;
SELECT current_user = session_user AS still_myself, current_setting('search_path') AS search_path;

-- rights: those of values
GRANT SELECT ON loan TO regress_descent_reader;
SET ROLE regress_descent_reader;
SELECT count(*) FROM arch_inspect.index_descent('loan_reader', 'a');  -- fail
SET ROLE regress_descent_all;
SELECT count(*) FROM arch_inspect.index_descent('loan_reader', 'a');
SET ROLE regress_descent_owner;
SELECT count(*) FROM arch_inspect.index_descent('owned_a', 3);
RESET ROLE;
ALTER TABLE loan ENABLE ROW LEVEL SECURITY;
SET ROLE regress_descent_all;
SELECT count(*) FROM arch_inspect.index_descent('loan_reader', 'a');  -- fail
RESET ROLE;

-- nothing is written, no transaction id taken; a cursor
BEGIN READ ONLY;
DECLARE c CURSOR FOR SELECT step, page_kind FROM arch_inspect.index_descent('loan_reader', 'reader 77');
FETCH 2 FROM c;
FETCH 2 FROM c;
SELECT pg_current_xact_id_if_assigned() IS NULL AS no_xid;
COMMIT;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA regress_descent CASCADE;
DROP ROLE regress_descent_owner, regress_descent_reader, regress_descent_all;
