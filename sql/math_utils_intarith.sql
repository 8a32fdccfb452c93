--
-- math_utils: cube(), isqrt(), floor_div(), floor_mod()
--
\set SHOW_CONTEXT never
SELECT cube(31::smallint), cube((-32)::smallint), cube(1290), cube(-1290), cube(2097151::bigint), cube((-2097152)::bigint);
SELECT cube(32::smallint);	-- fail, out of range
SELECT cube(1291);	-- fail, out of range
SELECT cube(2097152::bigint);	-- fail, out of range
SELECT cube(1.5::real), cube(-1.5::float8), cube('-Infinity'::float8), cube('NaN'::float8), cube(-1.1), cube('NaN'::numeric);
SELECT cube('1e103'::float8);	-- fail, overflow
SELECT cube('1e-16'::real);	-- fail, underflow
SELECT cube('1e50000'::numeric);	-- fail, overflow
SELECT cube(NULL::int2), cube(NULL::int4), cube(NULL::int8), cube(NULL::real), cube(NULL::float8), cube(NULL::numeric);

SELECT isqrt(0), isqrt(15), isqrt(16), isqrt(9223372036854775807), isqrt(9223372030926249001), isqrt(9223372030926249000);
SELECT isqrt(-1);	-- fail
SELECT isqrt(-1::bigint);	-- fail
SELECT isqrt(-1.0);	-- fail
SELECT isqrt(10.5), isqrt('NaN'::numeric), isqrt('Infinity'::numeric), isqrt(0.99), isqrt(0.0);
SELECT isqrt('-Infinity'::numeric);	-- fail
SELECT isqrt('1e65536'::numeric);	-- fail, too long
SELECT count(*) AS wrong FROM generate_series(1::numeric, 500) AS i, (VALUES (-1), (0), (1)) AS d(d),
	   LATERAL (SELECT i * 12345678901234567890123 AS m) AS n
 WHERE isqrt(m * m + d) <> m - (d < 0)::int;
SELECT count(*) AS wrong FROM generate_series(0, 100000) AS i
 WHERE NOT (isqrt(i) * isqrt(i) <= i AND (isqrt(i) + 1) * (isqrt(i) + 1) > i) OR isqrt(i) <> isqrt(i::numeric);

SELECT a, b, floor_div(a, b), floor_mod(a, b), floor_div(a::bigint, b), floor_mod(a::bigint, b), floor_div(a::numeric, b), floor_mod(a::numeric, b)
  FROM (VALUES (7, 3), (-7, 3), (7, -3), (-7, -3), (6, 3), (-6, 3), (0, -3), (-2147483648, 1), (2147483647, -2147483648)) AS v(a, b);
SELECT floor_div(7.5, -2), floor_mod(7.5, -2), floor_mod(-7.5, 0.7), floor_div(-7.5, 0.7);
SELECT floor_div(5, '-Infinity'::numeric), floor_mod(5, 'Infinity'::numeric), floor_mod(5, '-Infinity'::numeric), floor_div('NaN'::numeric, 2), floor_mod('Infinity'::numeric, 2);
SELECT floor_mod((-2147483648), -1), floor_mod((-9223372036854775808), -1::bigint);
SELECT floor_div((-2147483648), -1);	-- fail, out of range
SELECT floor_div((-9223372036854775808), -1::bigint);	-- fail, out of range
SELECT floor_div(1, 0);	-- fail
SELECT floor_mod(1, 0);	-- fail
SELECT floor_div(1::bigint, 0);	-- fail
SELECT floor_mod(1::bigint, 0);	-- fail
SELECT floor_div(1.0, 0);	-- fail
SELECT floor_mod(1.0, 0);	-- fail
SELECT count(*) AS wrong FROM generate_series(-60, 60) AS a, generate_series(-13, 13) AS b
 WHERE b <> 0 AND (a <> b * floor_div(a, b) + floor_mod(a, b) OR floor_div(a, b) <> floor(a::numeric / b)
	OR floor_div(a / 4.0, b / 8.0) <> floor((a / 4.0) / (b / 8.0))
	OR floor_mod(a / 4.0, b / 8.0) <> a / 4.0 - b / 8.0 * floor_div(a / 4.0, b / 8.0));
