--
-- math_utils: the type rational
--
SELECT r::rational FROM unnest(ARRAY['1/2', ' 0.25 ', '3', '-6/4', '.5', '5.', '+7/7', '-0', '0/5', '-9223372036854775808', '9223372036854775807/9223372036854775806', '1/9223372036854775807',
	'18446744073709551614/2', '0.000000000000000001', '1.00000000000000000000000000000000000000000000000000', E'\t1/3\n', '00000000000000000000000000000000000000000000000000001/2']) AS r;
-- malformed input, and what it gets
CREATE FUNCTION refused(input text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN 'accepted as ' || input::rational;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT refused(r) FROM unnest(ARRAY['', ' ', '/', '.', '-', '+-1', '--1', '1/', '/2', '1/-2', '1/+2', '1 /2', '1/ 2', '1 2', '1/2/3', '0.5/2', '1/0.5', '1.2.3', '1e3', '0x10', 'NaN', 'Infinity', 'abc', '1/2x', '1_000', '½',
	'1/0', '0/0', '9223372036854775808', '-9223372036854775809', '1/9223372036854775808', '0.0000000000000000001', '99999999999999999999999999999999999999999999', '1/99999999999999999999999999999999999999999999',
	'0.12345678901234567890123456789012345678901234567890']) AS r;
SELECT rational(6, -4), rational(0, -5), rational((-9223372036854775808), (-9223372036854775808)), numerator('-6/4'), denominator('-6/4'::rational), denominator(0::rational);
SELECT rational(1, 0);	-- fail
SELECT rational(1, (-9223372036854775808));	-- fail, out of range
-- arithmetic
SELECT '1/2'::rational + '1/3', '1/2'::rational - '1/2', '2/3'::rational * '3/2', '1/2'::rational / '-3', -('1/2'::rational), abs('-1/2'::rational), 1 + '1/2'::rational, '1/2'::rational * 4::bigint;
SELECT '9223372036854775807'::rational + 1;	-- fail
SELECT '1/9223372036854775807'::rational + '1/2';	-- fail
SELECT '1/4294967296'::rational * '1/4294967296';	-- fail
SELECT '1/2'::rational / 0;	-- fail
SELECT -('-9223372036854775808'::rational);	-- fail
SELECT abs('-9223372036854775808'::rational);	-- fail
SELECT '-9223372036854775808'::rational / '-9223372036854775808', '0'::rational / '-9223372036854775808', '-9223372036854775808'::rational * '-1/2', '-9223372036854775808'::rational + '9223372036854775807',
	   '-9223372036854775808/3'::rational / '-9223372036854775808', '1/9223372036854775807'::rational - '1/9223372036854775807', '9223372036854775807/2'::rational - '9223372036854775805/2';
SELECT '1'::rational / '-9223372036854775808';	-- fail, the denominator would be 2^63
SELECT '1/3'::rational <-> '1/2', '9223372036854775807'::rational <-> '-9223372036854775808', '1/9223372036854775807'::rational <-> '1/9223372036854775806';
SELECT '-2147483648'::rational > 0, -('-2147483648'::rational) > 0;
-- casts
SELECT ('1/3'::rational)::float8, ('1/3'::rational)::numeric, ('5/2'::rational)::int, ('-5/2'::rational)::int, ('7/3'::rational)::bigint, ('-9223372036854775808'::rational)::bigint;
SELECT 0.1::float8::rational, 0.125::rational, 3::smallint::rational, 9223372036854775807::rational, '5e-19'::float8::rational IS NULL;	-- fail, below 1/2^62
SELECT ('2147483648'::rational)::int;	-- fail
SELECT 'NaN'::float8::rational;	-- fail
SELECT '-Infinity'::numeric::rational;	-- fail
SELECT 1e19::numeric::rational;	-- fail
SELECT 1e300::float8::rational;	-- fail
SELECT (-9223372036854775808)::float8::rational, '4.336808689942018e-19'::float8::rational IS NOT NULL;
SELECT castsource::regtype, casttarget::regtype, castcontext FROM pg_cast WHERE 'rational'::regtype IN (castsource, casttarget) ORDER BY 1, 2;
-- the double next to the fraction
SELECT count(*) AS wrong FROM generate_series(1, 3000) AS i, LATERAL (SELECT (i * 7919::numeric * 104729 * 1299709 * 15485863 % 9223372036854775807)::bigint AS n, (i * 611953::numeric * 982451653 * 32452843 % 9223372036854775807)::bigint AS d) AS v
 WHERE rational(n, d)::float8 <> (n::numeric(60, 40) / d)::float8;
-- neighbours in the Stern-Brocot tree
SELECT mediant('1/2', '1/3'), mediant('1/3', '-1/3'), between_simplest('1/3', '1/2'), between_simplest('3.14', '3.15'), between_simplest('-1', '1'), between_simplest('-1/2', '-1/3'), between_simplest('0', '1/1000'), between_simplest('2', '3'), between_simplest('-9223372036854775808', '-9223372036854775806'),
	   between_simplest('-9223372036854775808', '9223372036854775807'), between_simplest('1/9223372036854775807', '1/9223372036854775805');
SELECT mediant('9223372036854775807', '1'), mediant('9223372036854775807', '9223372036854775806');	-- fail
SELECT between_simplest('1/2', '1/2');	-- fail
SELECT between_simplest('9223372036854775805/9223372036854775806', '9223372036854775806/9223372036854775807');	-- fail, does not fit
SELECT limit_denominator(3.141592653589793::float8::rational, 1000), limit_denominator('-22/7', 3), limit_denominator('1/3', 3), limit_denominator('7/2', 1), limit_denominator('9223372036854775807/9223372036854775806', 9223372036854775805), limit_denominator('-9223372036854775807/2', 1);
SELECT limit_denominator('1/2', 0);	-- fail
-- against a search
SELECT count(*) AS wrong FROM generate_series(1, 300) AS i, LATERAL (SELECT rational(i * 37 % 211, 1 + i % 97) AS lo) AS l, LATERAL (SELECT lo + rational(1, 1 + i % 41) AS hi) AS h
 WHERE between_simplest(lo, hi) <> (SELECT rational(n, d) FROM generate_series(1, 60) AS d, LATERAL generate_series(floor(lo::numeric * d)::bigint, ceil(hi::numeric * d)::bigint) AS n WHERE rational(n, d) > lo AND rational(n, d) < hi ORDER BY d, abs(n) LIMIT 1);
SELECT count(*) AS wrong FROM generate_series(1, 200) AS i, (VALUES (1), (7), (30)) AS m(max), LATERAL (SELECT rational(i * 37 % 211 - 100, 1 + i % 97) AS r) AS v
 WHERE limit_denominator(r, max) <-> r <> (SELECT min(rational(n, d) <-> r) FROM generate_series(1, max) AS d, LATERAL generate_series(floor(r::numeric * d)::bigint, ceil(r::numeric * d)::bigint) AS n)
	OR denominator(limit_denominator(r, max)) > max;
-- aggregates: only the result has to fit
SELECT sum(r), avg(r), product(r), min(r), max(r) FROM (SELECT rational(i, i + 1) FROM generate_series(1, 10) AS i) AS v(r);
SELECT sum(r), avg(r), product(r), min(r), max(r), count(r) FROM (VALUES (NULL::rational)) AS v(r);
SELECT sum(r), avg(r) FROM (VALUES ('9223372036854775807'::rational), ('9223372036854775807'), ('-9223372036854775807'), (NULL)) AS v(r);
SELECT sum(r) FROM (SELECT rational(s, d) FROM generate_series(1000000000, 1000000100) AS d, (VALUES (1), (-1)) AS s(s) UNION ALL SELECT '1/2') AS v(r);
SELECT sum(r) FROM (VALUES ('9223372036854775807'::rational), ('1')) AS v(r);	-- fail
SELECT sum(rational(1, i)) FROM generate_series(1, 100) AS i;	-- fail
SELECT sum(rational(1, i * (i + 1))) FROM generate_series(1::bigint, 2000) AS i;	-- telescopes to 2000/2001
SELECT product(r) FROM (SELECT rational(i, i + 1) FROM generate_series(1, 5000) AS i) AS v(r);
SELECT product(r) FROM (SELECT rational(i, 1) FROM generate_series(1, 100) AS i UNION ALL SELECT rational(1, i) FROM generate_series(1, 100) AS i) AS v(r);
SELECT product(r) FROM (VALUES ('-9223372036854775808'::rational), ('-9223372036854775808'), ('1/4611686018427387904'), ('1/4611686018427387904'), ('1/4')) AS v(r);
SELECT product('3037000500'::rational) FROM generate_series(1, 2);	-- fail
CREATE TABLE fractions (i int, r rational);
INSERT INTO fractions SELECT i, CASE WHEN i % 50 = 0 THEN NULL WHEN i % 77 = 0 THEN 0 WHEN i % 33 = 0 THEN '-9223372036854775808' ELSE rational((i * 7919) % 103 - 50, 1 + (i * 31) % 12) END FROM generate_series(1, 1500) AS i;
SELECT count(*) AS wrong FROM (SELECT i, sum(r) OVER w AS s, avg(r) OVER w AS a, product(r) OVER w3 AS p, array_agg(r) OVER w AS f, array_agg(r) OVER w3 AS f3
	FROM fractions WHERE i % 33 <> 0 WINDOW w AS (ORDER BY i ROWS 7 PRECEDING), w3 AS (ORDER BY i ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING)) AS v
 WHERE s IS DISTINCT FROM (SELECT sum(x) FROM unnest(f) AS x) OR a IS DISTINCT FROM (SELECT avg(x) FROM unnest(f) AS x) OR p IS DISTINCT FROM (SELECT product(x) FROM unnest(f3) AS x);
-- a smallest numerator that enters a frame and leaves it
SELECT count(*) AS wrong FROM (SELECT i, product(r) OVER w AS p, array_agg(r) OVER w AS f FROM (SELECT i, CASE WHEN i % 5 = 0 THEN '-9223372036854775808' WHEN i % 5 = 1 THEN '-1/4611686018427387904'::rational ELSE rational(i % 2, 1) END AS r FROM generate_series(1, 60) AS i) AS s
	WINDOW w AS (ORDER BY i ROWS 1 PRECEDING)) AS v WHERE p IS DISTINCT FROM (SELECT product(x) FROM unnest(f) AS x);
-- RANGE frames
SELECT count(*) AS wrong FROM (SELECT r, count(*) OVER (ORDER BY r RANGE BETWEEN '1/3' PRECEDING AND '5/7' FOLLOWING) AS n FROM fractions WHERE r > -1000) AS v
 WHERE n <> (SELECT count(*) FROM fractions AS f WHERE f.r > -1000 AND f.r >= v.r - '1/3' AND f.r <= v.r + '5/7');
SELECT count(*) OVER (ORDER BY r RANGE '-1' PRECEDING) FROM fractions;	-- fail
SELECT count(*) FROM (SELECT sum(1) OVER (ORDER BY r RANGE '9223372036854775807' PRECEDING) FROM fractions) AS v;
DROP TABLE fractions;
DROP FUNCTION refused(text);
