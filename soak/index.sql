-- index.sql - a table with indexes of all access methods that others change,
-- rebuild and drop while they are looked at, and who looks and who changes
--
-- A problem that a look tells of is a false one: nothing here is damaged.

CREATE SCHEMA soak_index;
SET search_path = soak_index, pg_catalog;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA public;
RESET client_min_messages;

CREATE TABLE errors (state text, message text);
CREATE TABLE t (
	i int,
	b text COLLATE "C",
	p point,
	x box,
	r int4range,
	e int[],
	j jsonb,
	v tsvector) WITH (autovacuum_enabled = off);

CREATE FUNCTION rows_of(seed int, n int) RETURNS SETOF t LANGUAGE sql AS $$
	SELECT k, 'key ' || k % 997 || repeat('x', k % 50), point(k % 311, k / 7),
		   box(point(k % 311, k / 7), point(k % 311 + 1, k / 7 + 2)), int4range(k, k + k % 9 + 1),
		   ARRAY[k % 13, k, k % 400], jsonb_build_object('k', k % 7, 'long', repeat('y', k % 80)),
		   to_tsvector('simple', 'w' || k % 5 || ' v' || k)
	  FROM (SELECT (i * 7919 + $1 * 104729) % 1000003 AS k FROM generate_series(1, $2) AS i) AS s
$$;
INSERT INTO t SELECT * FROM rows_of(1, 1500);

-- what each is, and searches for a number and its row through it
CREATE TABLE kinds (name text PRIMARY KEY, definition text, searches text[]);
INSERT INTO kinds VALUES
	('of_btree', 'btree (i)', '{"(%s, %s)", "_where(%s, ''i'', ''>='', %s, ''i'', ''<'', 500000)", "_backward(%s, ''i'', ''<='', %s)"}'),
	('of_btree_text', 'btree (b, i)', '{"(%s, ''key 77''::text, %s)", "_where(%s, ''b'', ''>'', ''key 5''::text, ''i'', ''>'', %s)"}'),
	('of_posting', 'btree ((i % 20))', '{"(%s, mod(%s, 20))"}'),
	('of_hash', 'hash (b)', '{"(%s, (''key '' || mod(%s, 997))::text)"}'),
	('of_gist', 'gist (x, i)', '{"_where(%s, ''x'', ''&&'', box(point(7, 7), point(100, %s)))"}'),
	('of_gist_range', 'gist (r)', '{"_where(%s, ''r'', ''&&'', int4range(%s, 1000001))"}'),
	('of_gin', 'gin (e)', '{"_where(%s, ''e'', ''@>'', ARRAY[mod(%s, 13)])"}'),
	('of_gin_two', 'gin (i, e, j)', '{"_where(%s, ''e'', ''&&'', ARRAY[mod(%s, 400), 3], ''j'', ''?'', ''k''::text)"}'),
	('of_gin_words', 'gin (v)', '{"_where(%s, ''v'', ''@@'', (''w1 & v'' || %s)::tsquery)"}'),
	('of_gin_direct', 'gin (j) WITH (fastupdate = off)', '{"_where(%s, ''j'', ''@>'', jsonb_build_object(''k'', mod(%s, 7)))"}'),
	('of_brin', 'brin (i, b) WITH (pages_per_range = 1)', '{"(%s, %s)"}'),
	('of_brin_other', 'brin (i int4_minmax_multi_ops, b text_bloom_ops, x) WITH (pages_per_range = 2)', '{"(%s, %s)"}'),
	('of_quad', 'spgist (p)', '{"_where(%s, ''p'', ''<@'', box(point(7, 7), point(100, %s)))"}'),
	('of_radix', 'spgist (b) INCLUDE (i)', '{"(%s, (''key '' || mod(%s, 997))::text)", "_where(%s, ''b'', ''^@'', (''key '' || mod(%s, 10))::text)"}'),
	('of_range', 'spgist (r)', '{"_where(%s, ''r'', ''&&'', int4range(%s, 1000001))"}');
SELECT format('CREATE INDEX %I ON t USING %s', name, definition) FROM kinds \gexec

CREATE FUNCTION one_of_them() RETURNS text LANGUAGE sql VOLATILE AS
	'SELECT name FROM kinds ORDER BY random() LIMIT 1';

-- Looks until the time is over: any problem, and any error but those of an
-- index that is gone, or has become shorter by being built anew, is kept.
CREATE PROCEDURE look(seconds float8) LANGUAGE plpgsql AS $$
DECLARE
	looks text[] := ARRAY[
		'SELECT string_agg(format(''%%s %%s: %%s'', blkno, itemoffset, problem), ''; '') FROM arch_inspect.index_items(%1$s) WHERE problem IS NOT NULL',
		'SELECT string_agg(format(''%%s %%s: %%s'', blkno, key, problem), ''; '') FROM arch_inspect.index_items(%1$s) WHERE problem IS NOT NULL AND key NOT LIKE ''%%\\x%%''',
		'SELECT string_agg(format(''%%s %%s: %%s'', b, page_kind, problem), ''; '') FROM generate_series(0, pg_relation_size(%1$s) / 8192 - 1) AS b, LATERAL arch_inspect.index_page_stats(%1$s, b) WHERE problem IS NOT NULL',
		'SELECT string_agg(problem, ''; '') FROM (SELECT (arch_inspect.index_page_items(%1$s, b)).* FROM generate_series(0, pg_relation_size(%1$s) / 8192 - 1) AS b) AS s WHERE problem IS NOT NULL AND key IS NULL',
		'SELECT string_agg(format(''%%s: %%s'', page_kind, problem), ''; '') FROM arch_inspect.index_tree(%1$s) WHERE problem IS NOT NULL',
		'SELECT string_agg(format(''%%s: %%s'', e.idx, e.problem), ''; '') FROM (SELECT ctid FROM t OFFSET %2$s %% 1000 LIMIT 2) AS s, arch_inspect.index_of_row(''t'', s.ctid) AS e WHERE e.problem IS NOT NULL AND %1$s IS NOT NULL',
		'SELECT string_agg(format(''%%s: %%s'', from_tid, problem), ''; '') FROM arch_inspect.why_not_hot(''t'') WHERE problem IS NOT NULL AND %1$s IS NOT NULL'];
	searches text[];
	stop timestamptz := clock_timestamp() + seconds * interval '1 second';
	n int := 0;
	nothing int := 0;
	problem text;
	one text;
	idx oid;
BEGIN
	WHILE clock_timestamp() < stop LOOP
		-- one that is being built CONCURRENTLY, too
		SELECT i.indexrelid, k.searches INTO idx, searches
		  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
		  LEFT JOIN kinds AS k ON k.name = c.relname
		 WHERE i.indrelid = 't'::regclass ORDER BY i.indisready, random() LIMIT 1;
		FOREACH one IN ARRAY looks || searches LOOP
			BEGIN
				EXECUTE CASE WHEN one NOT LIKE 'SELECT %' THEN
					'SELECT string_agg(DISTINCT problem, ''; '') FROM arch_inspect.index_descent' ELSE '' END ||
					format(one, idx::text || '::regclass', (random() * 1000000)::int) INTO problem;
				n := n + 1;
				IF problem IS NOT NULL THEN
					INSERT INTO errors VALUES ('problem', idx::regclass || ': ' || left(problem, 500));
				END IF;
			EXCEPTION
				WHEN undefined_table OR invalid_parameter_value THEN nothing := nothing + 1;
				WHEN OTHERS THEN INSERT INTO errors VALUES (SQLSTATE, idx::regclass || ': ' || SQLERRM);
			END;
			COMMIT;
		END LOOP;
	END LOOP;
	RAISE NOTICE '% looks, % at an index that went', n, nothing;
END
$$;

-- Inserts and deletes, so that pages split and become empty.
CREATE PROCEDURE change(seconds float8) LANGUAGE plpgsql AS $$
DECLARE
	stop timestamptz := clock_timestamp() + seconds * interval '1 second';
	n int := 0;
BEGIN
	WHILE clock_timestamp() < stop LOOP
		n := n + 1;
		INSERT INTO t SELECT * FROM rows_of((random() * 1000)::int, 100);
		COMMIT;
		IF n % 3 = 0 THEN
			UPDATE t SET i = i + 1, b = b || 'z' WHERE ctid IN (SELECT ctid FROM t LIMIT 50 FOR UPDATE SKIP LOCKED);
			COMMIT;
		END IF;
		IF n % 10 = 0 THEN
			DELETE FROM t WHERE ctid IN (SELECT ctid FROM t WHERE i BETWEEN n * 9973 % 1000000
				AND n * 9973 % 1000000 + 150000 FOR UPDATE SKIP LOCKED);
			COMMIT;
		END IF;
		IF n % 40 = 0 THEN
			DELETE FROM t WHERE ctid IN (SELECT ctid FROM t WHERE i % 3 > 0 FOR UPDATE SKIP LOCKED);
			COMMIT;
		END IF;
	END LOOP;
	RAISE NOTICE '% changes', n;
END
$$;
