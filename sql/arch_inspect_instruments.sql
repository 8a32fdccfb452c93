--
-- arch_inspect: instruments, which question each answers; and that everything
-- people call can be found, and says what it is at a glance
--
CREATE ROLE regress_finder;
CREATE ROLE regress_finder_owner;
CREATE ROLE regress_finder_monitor;
GRANT pg_monitor TO regress_finder_monitor;
CREATE SCHEMA regress_finder AUTHORIZATION regress_finder_owner;
CREATE SCHEMA regress_finder_closed;

-- every public view and function has a row, and each row is one of them
CREATE TEMP VIEW public_objects AS
SELECT p.proname AS name, p.oid, 'pg_proc'::regclass AS classid FROM pg_proc AS p WHERE p.pronamespace = 'arch_inspect'::regnamespace
UNION ALL
SELECT c.relname, c.oid, 'pg_class' FROM pg_class AS c WHERE c.relnamespace = 'arch_inspect'::regnamespace;
SELECT name FROM public_objects EXCEPT SELECT instrument FROM arch_inspect.instruments;
SELECT instrument FROM arch_inspect.instruments EXCEPT SELECT name FROM public_objects;
SELECT count(*) - count(DISTINCT question) AS asked_twice, bool_and(question LIKE '%?') AS questions,
	   bool_and(strpos(call, 'arch_inspect.' || instrument) = 1) AS calls FROM arch_inspect.instruments;

-- the first sentence of each comment is short, and has a line of its own
SELECT o.oid, o.name, obj_description(o.oid, o.classid::regclass::name) FROM public_objects AS o
 WHERE obj_description(o.oid, o.classid::regclass::name) !~ '^[A-Z][^\n]{5,58}\.(\n|$)';
-- and the lines are not longer than a screen is wide
SELECT DISTINCT o.name FROM public_objects AS o, regexp_split_to_table(obj_description(o.oid, o.classid::regclass::name), '\n') AS line
 WHERE length(line) > 78;

-- nor are those of the source, where \df+ shows it: long texts are parts
SELECT DISTINCT o.name FROM public_objects AS o JOIN pg_proc AS p ON p.oid = o.oid,
	   regexp_split_to_table(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), '\n') AS line
 WHERE length(line) > 700;

-- what people do not call is out of the way
SELECT count(*) > 30 AS parts, count(*) FILTER (WHERE p.proname ~ '^_') AS with_underscore
  FROM pg_proc AS p WHERE p.pronamespace = 'arch_parts'::regnamespace;
SELECT name FROM public_objects WHERE name ~ '^_';

-- the example's table is the largest that one may look into, by name
CREATE FUNCTION pg_temp.example() RETURNS text LANGUAGE sql AS
$$SELECT substring(example FROM $r$why_dead\((.*)\)$r$) FROM arch_inspect.instruments WHERE instrument = 'why_dead'$$;
SET ROLE regress_finder;
SELECT pg_temp.example();
RESET ROLE;
SET ROLE regress_finder_owner;
CREATE TABLE regress_finder."small one" AS SELECT i AS id, repeat('x', 100) AS filler FROM generate_series(1, 300) AS i;
CREATE TABLE regress_finder.values (id int PRIMARY KEY, words text, big text);
ALTER TABLE regress_finder.values ALTER COLUMN big SET STORAGE EXTERNAL;
INSERT INTO regress_finder.values SELECT i, 'word ' || i, CASE WHEN i = 1 THEN repeat('big ', 5000) END FROM generate_series(1, 100) AS i;
UPDATE regress_finder.values SET words = 'another' WHERE id = 1;
SELECT pg_temp.example();
RESET ROLE;
CREATE TABLE regress_finder_closed.larger AS SELECT repeat('x', 1000) AS filler FROM generate_series(1, 1000);
GRANT SELECT ON regress_finder_closed.larger TO PUBLIC;
CREATE TABLE regress_finder.policed AS SELECT repeat('x', 1000) AS filler FROM generate_series(1, 1000);
ALTER TABLE regress_finder.policed ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON regress_finder.policed TO PUBLIC;
CREATE TABLE regress_finder.part (filler text, other text);
INSERT INTO regress_finder.part SELECT repeat('x', 1000) FROM generate_series(1, 1000);
GRANT SELECT (filler) ON regress_finder.part TO PUBLIC;
SET ROLE regress_finder_owner;
SELECT pg_temp.example();
RESET ROLE;

-- each example runs as it stands where it is said to, for every kind of role,
-- and is refused where it is said to be
SET client_min_messages = warning;	-- not what is left out of the WAL
CREATE TEMP TABLE tried (role text, instrument text, may_i bool, outcome text);
GRANT INSERT ON tried TO PUBLIC;
CREATE PROCEDURE pg_temp.try() LANGUAGE plpgsql AS $$
DECLARE
	i record;
	outcome text;
BEGIN
	FOR i IN SELECT * FROM arch_inspect.instruments LOOP
		BEGIN
			EXECUTE 'SELECT count(x::text) FROM (' || i.example || ') AS x';
			outcome := 'runs';
		EXCEPTION WHEN OTHERS THEN
			outcome := sqlstate || ' ' || sqlerrm;
		END;
		INSERT INTO tried VALUES (current_user, i.instrument, i.may_i, outcome);
	END LOOP;
END $$;
SET ROLE regress_finder;
CALL pg_temp.try();
SET ROLE regress_finder_owner;
CALL pg_temp.try();
SET ROLE regress_finder_monitor;
CALL pg_temp.try();
RESET ROLE;
CALL pg_temp.try();
SELECT CASE WHEN role ~ '^regress' THEN role ELSE 'superuser' END AS role, instrument, may_i, outcome FROM tried
 WHERE CASE WHEN may_i THEN outcome <> 'runs' ELSE outcome !~ '^42501' END ORDER BY 1, 2;
SELECT CASE WHEN role ~ '^regress' THEN role ELSE 'superuser' END AS role, count(*) FILTER (WHERE may_i) = count(*) AS all,
	   string_agg(instrument, ', ' ORDER BY instrument) FILTER (WHERE NOT may_i) AS not_for_me FROM tried GROUP BY 1 ORDER BY 1;

-- what is left out for want of rights is said
SET ROLE regress_finder;
SELECT instrument, needs, hidden FROM arch_inspect.instruments
 WHERE instrument IN ('processes', 'wal_records', 'tuple_attributes', 'buffers', 'storage') ORDER BY 1;
SET ROLE regress_finder_owner;
SELECT hidden IS NULL AS sees_values FROM arch_inspect.instruments WHERE instrument = 'tuple_attributes';
SET ROLE regress_finder_monitor;
SELECT instrument, hidden FROM arch_inspect.instruments WHERE hidden IS NOT NULL AND instrument !~ 'tupl|chunks|attributes|history|chain|not_hot';
RESET ROLE;
SELECT count(hidden) FROM arch_inspect.instruments;
RESET client_min_messages;
-- a notice, once for each range that is read to its end; its number differs
SELECT pg_current_wal_insert_lsn() AS start_lsn \gset
CREATE TABLE regress_finder.made (i int);
INSERT INTO regress_finder.made VALUES (1);
SELECT pg_current_wal_insert_lsn() AS end_lsn \gset
SET ROLE regress_finder;
\set VERBOSITY sqlstate
SELECT count(relation) FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn') AS r WHERE r.relation::oid >= 16384;
SELECT count(*) FROM arch_inspect.wal_summary(:'start_lsn', :'end_lsn') AS s WHERE s.relation::oid >= 16384;
SELECT count(*) FROM arch_inspect.transaction_wal('3', :'start_lsn', :'end_lsn');
-- not where the query ends before
SELECT count(*) <= 1 AS one FROM (SELECT FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn') LIMIT 0) AS r;
RESET ROLE;
-- nor for who sees all
SELECT count(*) > 0 AS all FROM arch_inspect.wal_records(:'start_lsn', :'end_lsn');
\set VERBOSITY default

-- by words: of the question, the topic, the name, else of the comment
SELECT instrument FROM arch_inspect.instruments('dead row');
SELECT instrument FROM arch_inspect.instruments('DEAD  removed?');
SELECT instrument FROM arch_inspect.instruments('toast');
SELECT instrument FROM arch_inspect.instruments('multixact_members');
SELECT instrument FROM arch_inspect.instruments('bloat');
SELECT instrument FROM arch_inspect.instruments('pgstattuple');
SELECT count(*) FROM arch_inspect.instruments('loat');
SELECT count(*) FROM arch_inspect.instruments('');
SELECT count(*) FROM arch_inspect.instruments('%');
SELECT count(*) FROM arch_inspect.instruments(NULL);
SELECT count(*) FROM arch_inspect.instruments(repeat('x', 100000));
SELECT question, call, may_i, page FROM arch_inspect.instruments('locked rows');

\set VERBOSITY terse
DROP SCHEMA regress_finder, regress_finder_closed CASCADE;
DROP ROLE regress_finder, regress_finder_owner, regress_finder_monitor;
