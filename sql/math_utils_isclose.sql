--
-- math_utils: isclose(), and the planner's use of an index for it
--
SELECT isclose(1, 1 + 1e-10), isclose(1, 1 + 1e-8), isclose(1, 2, rel_tol => 0.5), isclose(0, 1e-12::float8), isclose(0, 1e-12::float8, abs_tol => 1e-9),
	   isclose('Infinity'::float8, 'Infinity'), isclose('Infinity'::float8, '-Infinity', 2), isclose('Infinity'::float8, 1e308, 2), isclose('NaN'::float8, 'NaN'), isclose(-1.7e308::float8, 1.7e308, 1);
SELECT isclose(1.0, 1.0000000001), isclose(1.0, 1.00000001), isclose(1, 2, 0.5), isclose(0, 0.000000000001), isclose(0, 0.000000000001, abs_tol => 1e-9),
	   isclose('Infinity'::numeric, 'Infinity'), isclose('Infinity'::numeric, 1), isclose('NaN'::numeric, 'NaN'), isclose(-5.0, 5.0, 2, 0), isclose(1, 1.1, 0, 'Infinity'::numeric);
SELECT isclose(1, 2, -1);	-- fail
SELECT isclose(1, 2, 'NaN');	-- fail
SELECT isclose(1::float8, 2, 0, -1);	-- fail
SELECT isclose(1.0, 2, -1);	-- fail
SELECT isclose(1.0, 2, 0, 'NaN'::numeric);	-- fail
SELECT isclose(NULL::float8, 1), isclose(1, NULL::numeric), isclose(1.0, 1, NULL);

CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END
$$;
CREATE TABLE measured AS
	SELECT (i / 1000.0)::float8 AS x, (i / 1000.0)::numeric AS n, i FROM generate_series(-20000, 20000) AS i
	UNION ALL SELECT x::float8, x::numeric, 0 FROM (VALUES ('NaN'), ('Infinity'), ('-Infinity'), ('0')) AS v(x)
	UNION ALL SELECT 3 * (1 + e), 3 * (1 + e::numeric), 0 FROM (VALUES (1e-9::float8), (-1e-9), (1.0000001e-9), (-1.0000001e-9), (9.999999e-10)) AS v(e);
CREATE INDEX measured_x ON measured (x);
CREATE INDEX measured_n ON measured (n);
CREATE INDEX measured_brin ON measured USING brin (x, n);
ANALYZE measured;
SELECT plan_of($$SELECT * FROM measured WHERE isclose(x, 3)$$) ~ 'measured_x.*Index Cond: \(\(x >= .* AND \(x <= .*isclose' AS by_index;
SELECT plan_of($$SELECT * FROM measured WHERE isclose(3.0, n)$$) ~ 'measured_n.*Index Cond: \(\(n >= .* AND \(n <= .*isclose' AS by_index;
-- no range to look up: two columns, a tolerance that lets all through, NaN
SELECT plan_of($$SELECT * FROM measured WHERE isclose(x, i)$$) ~ 'Index Cond' AS by_index;
SELECT plan_of($$SELECT * FROM measured WHERE isclose(x, 3, 1)$$) ~ 'Index Cond' AS by_index;
SELECT plan_of($$SELECT * FROM measured WHERE isclose(x, 3, 0, 'Infinity')$$) ~ 'Index Cond' AS by_index;
SELECT plan_of($$SELECT * FROM measured WHERE isclose(x, 'NaN')$$) ~ 'Index Cond' AS by_index;
SELECT plan_of($$SELECT * FROM measured WHERE isclose(n, 3, 0, '1e131071')$$) ~ 'Index Cond' AS by_index;
-- a parameter, a stable expression, and another table's column are looked up by what mu_isclose_low and _high say
SET plan_cache_mode = force_generic_plan;
PREPARE near(float8) AS SELECT i FROM measured WHERE isclose(x, $1, 1e-6);
SELECT plan_of('EXECUTE near(3)') ~ 'measured_x.*Index Cond: \(\(x >= mu_isclose_low\(\$1' AS by_index;
EXECUTE near(-7.5);
DEALLOCATE near;
RESET plan_cache_mode;
SELECT plan_of($$SELECT * FROM measured WHERE isclose(n, current_setting('server_version_num')::numeric)$$) ~ 'measured_n.*Index Cond: \(\(n >= mu_isclose_low\(\(current_setting' AS by_index;
SELECT plan_of($$SELECT * FROM generate_series(1::float8::int, 3) AS g, measured WHERE isclose(g::float8, x)$$) ~ 'Nested Loop.*measured_x.*Index Cond: \(\(x >= mu_isclose_low\(\(g' AS by_index;
SELECT g, i FROM generate_series(1, 3) AS g, measured WHERE isclose(g::float8, x) AND i <> 0 ORDER BY 1, 2;
SELECT plan_of($$SELECT * FROM measured WHERE isclose(x, random())$$) ~ 'Index Cond' AS by_index;
SELECT mu_isclose_low(3::float8, 0, 0.5) <= 2.5 AS low, mu_isclose_high(3.0, 0, 0.5) >= 3.5 AS high, mu_isclose_low('NaN'::float8, 0, 0) AS everything,
	   mu_isclose_high(1::numeric, -1, 0) AS up_to, mu_isclose_high('-Infinity'::float8, 0, 0) AS itself;
-- the planner knows how many rows are near
SELECT plan_of('SELECT * FROM measured WHERE isclose(x, 3, 0.5)') ~ 'rows=[3-9][0-9]{3} ' AS thousands, plan_of('SELECT * FROM measured WHERE isclose(3, n)') ~ 'rows=[0-9] ' AS few,
	   plan_of($$SELECT * FROM measured WHERE isclose(x, '-Infinity')$$) ~ 'rows=[0-9] ' AS itself, plan_of('SELECT * FROM measured WHERE isclose(x, i)') ~ 'rows=2[0-9]{2} ' AS unknown;
-- the index gives what the sequential scan gives
CREATE FUNCTION found(how text, kind text, b text, rel text, tol text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	PERFORM set_config('enable_seqscan', (how <> 'seq')::text, true), set_config('enable_indexscan', (how = 'index')::text, true),
			set_config('enable_bitmapscan', (how = 'bitmap')::text, true), set_config('enable_seqscan', (how = 'seq')::text, true);
	EXECUTE format('SELECT count(*) FROM measured WHERE isclose(%s, %L::%s, %L, %L)', CASE kind WHEN 'numeric' THEN 'n' ELSE 'x' END, b, kind, rel, tol) INTO n;
	RETURN n;
END
$$;
SELECT kind, b, rel, tol, found('seq', kind, b, rel, tol), found('index', kind, b, rel, tol) = found('seq', kind, b, rel, tol) AS index_same,
	   found('bitmap', kind, b, rel, tol) = found('seq', kind, b, rel, tol) AS bitmap_same
  FROM unnest(ARRAY['float8', 'numeric']) AS kind, unnest(ARRAY['3', '-7.5', '0', 'Infinity', '1e300']) AS b,
	   (VALUES ('1e-9', '0'), ('0', '0'), ('0.01', '0'), ('0.5', '0'), ('0.01', '0.5'), ('0', '1e-3')) AS v(rel, tol);
DROP INDEX measured_x, measured_n;
SET enable_seqscan = off;
SELECT plan_of($$SELECT * FROM measured WHERE isclose(x, 3)$$) ~ 'measured_brin.*Index Cond: \(\(x >= ' AS by_brin;
SELECT count(*) FROM measured WHERE isclose(x, 3, 0.01);
RESET enable_seqscan;
DROP TABLE measured;

-- rows, cost, and a call that need not be made
SELECT plan_of('SELECT * FROM primes(1, 1000000)') ~ 'rows=78[0-9]{3} ' AS rows, plan_of('SELECT * FROM primes(10, 1)') ~ 'rows=1 ' AS none,
	   plan_of('SELECT * FROM primes(-9223372036854775808, 9223372036854775807)') ~ 'rows=2[0-9]{17} ' AS many;
SELECT plan_of('SELECT * FROM linspace(0, 1, 77)') ~ 'rows=77 ' AS rows, plan_of('SELECT * FROM linspace(0, 1, -77)') ~ 'rows=1 ' AS none;
SELECT substring(plan_of('SELECT factorize(4611686014132420609)') FROM 'cost=[0-9.]+\.\.([0-9.]+)')::float8 >
	   100 * substring(plan_of('SELECT factorize(6)') FROM 'cost=[0-9.]+\.\.([0-9.]+)')::float8 AS dearer;
SELECT plan_of('VERBOSE SELECT powmod(i, 7, 1) FROM generate_series(1::bigint, 9) AS i') ~ 'powmod' AS called,
	   plan_of('VERBOSE SELECT powmod(i, 7, 2) FROM generate_series(1::bigint, 9) AS i') ~ 'powmod' AS called_for_2,
	   plan_of('VERBOSE SELECT powmod((random() * i)::bigint, 7, 1) FROM generate_series(1::bigint, 9) AS i') ~ 'powmod' AS called_for_volatile;
SELECT powmod(i, e, 1) FROM (VALUES (5::bigint, 3::bigint), (NULL, 3), (5, NULL), (0, -1)) AS v(i, e);
SELECT powmod(i, 7::bigint, 1) FROM (VALUES (5::bigint), (NULL)) AS v(i);
DROP FUNCTION plan_of(text), found(text, text, text, text, text);
