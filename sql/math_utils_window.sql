--
-- math_utils: ewma(), interpolate(), and the aggregates over frames
--
CREATE TABLE series (i int PRIMARY KEY, x float8);
INSERT INTO series SELECT i, CASE WHEN i % 3 = 1 THEN i * i END FROM generate_series(1, 11) AS i;
SELECT i, x, ewma(x, 0.5) OVER w, interpolate(x) OVER w FROM series WINDOW w AS (ORDER BY i) ORDER BY i;
SELECT i, x, ewma(x, 0.5) OVER w, interpolate(x) OVER w FROM series WINDOW w AS (PARTITION BY i % 2 ORDER BY i DESC) ORDER BY i;
SELECT ewma(x, 0) OVER () FROM series;	-- fail
SELECT ewma(x, 1.5) OVER () FROM series;	-- fail
SELECT ewma(x, 'NaN') OVER () FROM series;	-- fail
SELECT ewma(x, 0.5) FROM series;	-- fail, no window
SELECT interpolate(x) FROM series;	-- fail, no window
SELECT array_agg(e), array_agg(n) FROM (SELECT ewma(x, 1) OVER w AS e, ewma(x, NULL) OVER w AS n FROM series WINDOW w AS (ORDER BY i)) AS v;
SELECT array_agg(e), array_agg(p) FROM (SELECT ewma(x, 0.5) OVER w AS e, interpolate(x) OVER w AS p
	FROM (VALUES (1, -1.7e308::float8), (2, 1.7e308), (3, NULL), (4, -1.7e308), (5, NULL), (6, 'Infinity'), (7, NULL), (8, 'Infinity'), (9, NULL), (10, '-Infinity'), (11, NULL), (12, 'NaN'), (13, NULL), (14, 1)) AS v(i, x) WINDOW w AS (ORDER BY i)) AS v;
SELECT count(*), count(p), min(p), max(p) FROM (SELECT interpolate(NULL) OVER () AS p FROM generate_series(1, 1000)) AS v;
-- a gap of a million rows is looked through once
SET statement_timeout = '20s';
SELECT count(*) AS wrong FROM (SELECT i, interpolate(CASE WHEN i IN (0, 262144) THEN i END) OVER (ORDER BY i) AS p FROM generate_series(0, 262144) AS i) AS v WHERE p <> i;
RESET statement_timeout;

-- a frame that slides gives what its rows give alone, to the last bit
CREATE TABLE points AS SELECT i, CASE i % 17 WHEN 3 THEN NULL WHEN 5 THEN 0.1 ELSE (i * 7919 % 1009 - 500) * 10 ^ (i * 31 % 13 - 6) END::float8 AS x FROM generate_series(1, 400) AS i;
UPDATE points SET x = CASE i WHEN 50 THEN 'NaN' WHEN 100 THEN 'Infinity' WHEN 103 THEN '-Infinity' WHEN 150 THEN 1e300 WHEN 155 THEN -1e300 WHEN 160 THEN 5e-324 END WHERE i IN (50, 100, 103, 150, 155, 160);
CREATE FUNCTION slides(expression text) RETURNS TABLE (frame text, wrong bigint) LANGUAGE plpgsql AS $$
BEGIN
	FOR frame IN VALUES ('7 PRECEDING AND CURRENT ROW'), ('CURRENT ROW AND 3 FOLLOWING'), ('40 PRECEDING AND 20 PRECEDING'), ('1 FOLLOWING AND 4 FOLLOWING'), ('UNBOUNDED PRECEDING AND CURRENT ROW') LOOP
		EXECUTE format('SELECT count(*) FROM (SELECT i, (%1$s OVER w)::text AS slid,
			(SELECT (%1$s)::text FROM unnest(f) AS x) AS alone FROM (SELECT i, x, array_agg(x) OVER w AS f FROM points WINDOW w AS (ORDER BY i ROWS BETWEEN %2$s)) AS p
			WINDOW w AS (ORDER BY i ROWS BETWEEN %2$s)) AS v WHERE slid IS DISTINCT FROM alone', expression, frame) INTO wrong;
		RETURN NEXT;
	END LOOP;
END
$$;
SELECT a AS aggregate, sum(wrong) AS wrong, count(*) AS frames
  FROM unnest(ARRAY['fsum(x)', 'favg(x)', 'product(clamp(abs(x), 0.5, 1.5))', 'geometric_mean(abs(x))', 'harmonic_mean(nullif(x, 0))', 'weighted_avg(x, 2)', 'median(x)', 'mad(x)',
	'skewness_pop(x)', 'skewness_samp(x)', 'kurtosis_pop(x)', 'kurtosis_samp(x)', 'histogram(nullif(x, ''NaN''), -500, 500, 7)',
	'median(x::numeric)', 'weighted_avg(x::numeric, 1.50)', 'product(1 + nullif(x, ''NaN'')::numeric % 1000 / 1000000000)']) AS a, slides(a) GROUP BY a ORDER BY a;
DROP TABLE series, points;
DROP FUNCTION slides(text);
