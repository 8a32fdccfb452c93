--
-- math_utils: the aggregates, each over the same awkward inputs
--
CREATE TABLE inputs (name text, x float8[]);
INSERT INTO inputs VALUES
	('a empty', '{}'), ('b nulls', '{NULL,NULL}'), ('c one', '{3}'), ('d one and null', '{NULL,3,NULL}'), ('e equal', '{0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1}'),
	('f negative', '{-1,-2,-4}'), ('g mixed', '{1,-2,4,8.5}'), ('h zero', '{1,0,2}'), ('i nan', '{1,NaN,2,3}'), ('j infinity', '{1,Infinity,2,3}'),
	('k -infinity', '{-Infinity,1,2,3}'), ('l both', '{Infinity,1,-Infinity,2}'), ('m huge', '{1.7e308,1.7e308,1.7e308,1.6e308}'), ('n cancels', '{1e308,1e308,0.1,-1e308,-1e308}'),
	('o tiny', '{5e-324,5e-324,1e-323,3e-323}'), ('p spread', '{1e16,1,-1e16,1e-16}');
CREATE FUNCTION over_inputs(expression text) RETURNS TABLE (name text, result text) LANGUAGE plpgsql AS $$
BEGIN
	FOR name, result IN SELECT i.name, i.x::text FROM inputs AS i ORDER BY 1 LOOP
		BEGIN
			EXECUTE format('SELECT (%s)::text FROM unnest($1::float8[]) AS x', expression) INTO result USING result;
		EXCEPTION WHEN OTHERS THEN
			result := SQLSTATE || ' ' || SQLERRM;
		END;
		RETURN NEXT;
	END LOOP;
END
$$;
SELECT name, f.result AS fsum, a.result AS favg, p.result AS product
  FROM over_inputs('fsum(x)') AS f JOIN over_inputs('favg(x)') AS a USING (name) JOIN over_inputs('product(x)') AS p USING (name);
SELECT name, g.result AS geometric_mean, h.result AS harmonic_mean, w.result AS weighted_by_itself
  FROM over_inputs('geometric_mean(x)') AS g JOIN over_inputs('harmonic_mean(x)') AS h USING (name) JOIN over_inputs('weighted_avg(x, x)') AS w USING (name);
SELECT name, m.result AS median, d.result AS mad, h.result AS histogram
  FROM over_inputs('median(x)') AS m JOIN over_inputs('mad(x)') AS d USING (name) JOIN over_inputs('histogram(x, -2, 4, 3)') AS h USING (name);
SELECT name, s.result AS skewness_pop, t.result AS skewness_samp, k.result AS kurtosis_pop, l.result AS kurtosis_samp
  FROM over_inputs('skewness_pop(x)') AS s JOIN over_inputs('skewness_samp(x)') AS t USING (name)
  JOIN over_inputs('kurtosis_pop(x)') AS k USING (name) JOIN over_inputs('kurtosis_samp(x)') AS l USING (name);
SELECT name, p.result AS product_numeric, m.result AS median_numeric, w.result AS weighted_numeric
  FROM over_inputs('round(product(x::text::numeric), 3)') AS p JOIN over_inputs('round(median(x::text::numeric), 3)') AS m USING (name)
  JOIN over_inputs('round(weighted_avg(x::text::numeric, 2), 3)') AS w USING (name) WHERE name < 'm';
-- products of integers
SELECT product(i::smallint), product(i), product(i::bigint), product(i::numeric), pg_typeof(product(i)) FROM generate_series(1, 25) AS i;
SELECT product(i) FROM (VALUES (-2147483648), (-1), (2147483647)) AS v(i);
SELECT product(i) FROM (VALUES ((-9223372036854775808)), (9223372036854775807), (-9223372036854775808)) AS v(i);
SELECT product(x) FROM (VALUES (1.50), (2.00), (-3), (0.125)) AS v(x);
SELECT product(x) = 1000::numeric ^ 1000 FROM generate_series(1, 1000) AS i, LATERAL (SELECT 1000 + 0 * i::numeric AS x) AS v;
SELECT product(i) = factorial(5000) FROM generate_series(1, 5000) AS i;
SELECT product('1e70000'::numeric) FROM generate_series(1, 2);	-- fail, overflow
SELECT product(x) FROM (VALUES ('1e70000'::numeric), ('Infinity'), ('-3')) AS v(x);
SELECT product(x) FROM (VALUES (NULL::numeric), ('0'), ('1e70000'), ('1e70000')) AS v(x);
SELECT length(product(1.001)::text) FROM generate_series(1, 6000);	-- no more than 16383 digits after the point
-- only the product itself can overflow
SELECT product(x) FROM (VALUES (1e200::float8), (1e200), (1e-300), (-2.5)) AS v(x);
SELECT product(x) FROM (VALUES (1e-200::float8), (1e-200), (1e300)) AS v(x);
SELECT product(1e-200::float8) FROM generate_series(1, 2);	-- fail, underflow
SELECT product(x) FROM (VALUES ('5e-324'::float8), (0.5), (3)) AS v(x);
-- weights
SELECT weighted_avg(x, w), weighted_avg(x::numeric, w::numeric) FROM (VALUES (1::float8, 1::float8), (2, 3), (NULL, 5), (7, NULL)) AS v(x, w);
SELECT weighted_avg(x, 0::float8) FROM generate_series(1, 3) AS x;	-- fail
SELECT weighted_avg(x::numeric, 0) FROM generate_series(1, 3) AS x;	-- fail
SELECT weighted_avg(x, -1::float8) FROM generate_series(1, 3) AS x;	-- fail
SELECT weighted_avg(x, 'Infinity'::float8) FROM generate_series(1, 3) AS x;	-- fail
SELECT weighted_avg(x::numeric, 'NaN') FROM generate_series(1, 3) AS x;	-- fail
SELECT weighted_avg(x, w) FROM (VALUES ('Infinity'::float8, 0::float8), (1, 1)) AS v(x, w);
SELECT weighted_avg(x, 1e-300::float8), weighted_avg(x, 1e308::float8) FROM (VALUES (1.7e308::float8), (1.7e308), (5e-324)) AS v(x);
SELECT weighted_avg(1.10, 3.000);
-- medians of numeric
SELECT median(x) FROM (VALUES (1.50), (1.5), (2.000)) AS v(x);
SELECT median(x), scale(median(x)) FROM (VALUES (1.50), (2.000)) AS v(x);
SELECT median(x) = '9e131071'::numeric FROM (VALUES ('9e131071'::numeric), ('9e131071')) AS v(x);
SELECT median(x), median(x::numeric) FROM generate_series(1, 100001) AS x;
-- histograms
SELECT histogram(x, 0, 10, 5), histogram(x, 10, 0, 5), histogram(x, 0, 10, 1) FROM generate_series(-1, 11) AS x;
SELECT histogram(x, 0, 1, x) FROM generate_series(1, 2) AS x;	-- fail
SELECT histogram(x, 1, 1, 3) FROM generate_series(1, 2) AS x;	-- fail
SELECT histogram(x, 0, 'Infinity', 3) FROM generate_series(1, 2) AS x;	-- fail
SELECT histogram(x, 0, 1, 0) FROM generate_series(1, 2) AS x;	-- fail
SELECT histogram(x, 0, 1, 1000001) FROM generate_series(1, 2) AS x;	-- fail
SELECT histogram(x, 0, NULL, 3) FROM generate_series(1, 2) AS x;	-- fail
SELECT array_length(histogram(x, 0, 1, 1000000), 1) FROM generate_series(1, 2) AS x;
SELECT histogram(x, -1.7e308, 1.7e308, 4) FROM (VALUES (-1e308::float8), (-0.0), (1e308), ('Infinity'), ('-Infinity')) AS v(x);
SELECT count(*) AS wrong FROM generate_series(0, 11) AS b
 WHERE (SELECT (histogram(sin(i), -0.9, 0.9, 10))[b + 1] FROM generate_series(1, 5000) AS i)
	   <> (SELECT count(*) FROM generate_series(1, 5000) AS i WHERE width_bucket(sin(i), -0.9, 0.9, 10) = b);
-- moments against their definition, in numeric
SELECT abs(skewness_pop(x) - (avg((x::numeric - m) ^ 3) / avg((x::numeric - m) ^ 2) ^ 1.5)::float8) < 1e-14 AS skewness,
	   abs(kurtosis_pop(x) - (avg((x::numeric - m) ^ 4) / avg((x::numeric - m) ^ 2) ^ 2 - 3)::float8) < 1e-13 AS kurtosis
  FROM generate_series(1, 300) AS i, LATERAL (SELECT (i * i % 97)::float8 AS x) AS v,
	   LATERAL (SELECT avg((i * i % 97)::numeric) AS m FROM generate_series(1, 300) AS i) AS c GROUP BY m;
-- a shift by 2^50 loses nothing, where the textbook formula loses all
SELECT skewness_pop(x) = skewness_pop(x + 1125899906842624) AS skewness, kurtosis_samp(x) = kurtosis_samp(x + 1125899906842624) AS kurtosis,
	   geometric_mean(3::float8) AS three
  FROM linspace(1, 100, 199) AS x;
-- the state functions are for aggregates only
-- (the server's message is not the same in all its releases)
CREATE FUNCTION refused(call text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT ' || call;
	RETURN false;
EXCEPTION WHEN feature_not_supported OR cannot_coerce THEN
	RETURN true;
END
$$;
SELECT call, refused(call)
  FROM unnest(ARRAY['mu_fsum_accum(NULL::internal, 1)', 'mu_median_float8_accum(NULL::internal, 1)', 'mu_product_combine(NULL::internal, NULL::internal)',
	'mu_fsum_final(NULL::internal)', 'mu_fsum_deserialize(''\x00'', NULL::internal)', 'mu_fsum_serialize(NULL::internal)']) AS call;
DROP FUNCTION refused(text);
-- every other function that takes or returns internal belongs to an index, to a type's input or is a support function
SELECT p.proname FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass
  JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'math_utils'
 WHERE 'internal'::regtype = ANY (p.proargtypes::oid[] || p.prorettype) AND p.prokind = 'f'
   AND p.proname !~ '_support$' AND p.proname !~ '^mu_rational_(gist|sort|recv)'
   AND NOT EXISTS (SELECT FROM pg_aggregate AS a WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn));
DROP TABLE inputs;
DROP FUNCTION over_inputs(text);
