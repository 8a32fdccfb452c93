--
-- math_utils: powmod(), invmod(), gcdext()
--
\set SHOW_CONTEXT never
SELECT powmod(3, 100, 7), powmod(-3, 3, 7), powmod(2, 0, 1), powmod(0, 0, 5), powmod(2, -1, 7), pg_typeof(powmod(2, 3, 7));
SELECT powmod(2::bigint, 9223372036854775807, 9223372036854775783), powmod((-9223372036854775808), (-9223372036854775808), 9223372036854775783);
SELECT powmod(3, 12345678901234567890, 1000000007), powmod(7, -12345678901234567890, 1000000007);
SELECT powmod(2, 3, 0);	-- fail
SELECT powmod(2, 3, -7);	-- fail
SELECT powmod(2, -1, 4);	-- fail, no inverse
SELECT powmod(2.0, 3, 0);	-- fail
SELECT powmod(2.0, 3, -7);	-- fail
SELECT powmod(2.0, -1, 4);	-- fail, no inverse
SELECT powmod(2.5, 3, 7);	-- fail, a fraction
SELECT powmod(2, 'NaN'::numeric, 7);	-- fail
SELECT powmod(2, 3, 'Infinity'::numeric);	-- fail
SELECT powmod(2, 3, '1e32768'::numeric);	-- fail, too long
SELECT powmod(2, '1e32767'::numeric, 1000003), powmod(2.00, 3.0, 7.000);
SELECT invmod(3, 11), invmod(-3, 11), invmod(0, 1), invmod(3::numeric, 11), invmod(3::bigint, 9223372036854775807);
SELECT invmod(6, 9);	-- fail, no inverse
SELECT invmod(0, 9);	-- fail, no inverse
SELECT gcdext(240, 46), gcdext(0, 0), gcdext(-240, 46), gcdext(0, -5), gcdext(240::numeric, -46), gcdext(0::numeric, 0);
SELECT gcdext((-9223372036854775808), 9223372036854775807), gcdext((-9223372036854775808), 6);
SELECT gcdext((-9223372036854775808), 0);	-- fail, out of range
SELECT gcdext(1.5, 2);	-- fail, a fraction
SELECT powmod(NULL, 1, 2), invmod(NULL::numeric, 2), gcdext(1, NULL::bigint) IS NULL;
-- bigint and numeric agree, and with their definitions
SELECT count(*) AS wrong
  FROM generate_series(-40, 40) AS b, generate_series(0, 12) AS e, generate_series(1, 17) AS m
 WHERE powmod(b, e, m) <> floor_mod(b::numeric ^ e, m) OR powmod(b, e, m) <> powmod(b::numeric, e, m);
SELECT count(*) AS wrong
  FROM generate_series(-60, 60) AS a, generate_series(-60, 60) AS b,
	   LATERAL gcdext(a, b) AS i, LATERAL gcdext(a::numeric, b) AS n
 WHERE i.g <> gcd(a, b) OR i.g <> a * i.x + b * i.y OR i <> (n.g::bigint, n.x::bigint, n.y::bigint);
SELECT count(*) AS wrong FROM generate_series(1, 80) AS m, generate_series(-80, 80) AS a
 WHERE gcd(a, m) = 1 AND (floor_mod(a * invmod(a, m), m) <> 1 % m OR invmod(a, m) <> invmod(a::numeric, m));
