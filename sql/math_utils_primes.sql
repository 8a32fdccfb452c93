--
-- math_utils: is_prime(), next_prime(), prev_prime(), primes()
--
SELECT n, is_prime(n) FROM (VALUES (-7), (0), (1), (2), (3), (4), (1369), (1373)) AS v(n);
-- how many primes there are below powers of ten, by two ways
SELECT count(*) FROM primes(1, 1000000);
SELECT count(*) FROM generate_series(1, 1000000) AS n WHERE is_prime(n);
SELECT count(*) AS wrong FROM (SELECT p FROM primes(0, 200000) AS p EXCEPT SELECT n FROM generate_series(0, 200000) AS n WHERE is_prime(n)) AS d;
-- strong pseudoprimes: to base 2; to the first 2, 3, 4, 5, 6, 8, 9 primes (A014233); Carmichael numbers
SELECT n, is_prime(n) FROM (VALUES (2047::bigint), (3277), (4033), (4681), (8321), (1373653), (25326001), (3215031751),
	(2152302898747), (3474749660383), (341550071728321), (3825123056546413051),
	(561), (1105), (1729), (41041), (825265), (321197185), (9746347772161), (1436697831295441)) AS v(n);
-- around powers of two: the distance to the primes on both sides is known
SELECT e, (2::numeric ^ e)::bigint - prev_prime((2::numeric ^ e)::bigint) AS below,
	   next_prime((2::numeric ^ e)::bigint) - (2::numeric ^ e)::bigint AS above
  FROM generate_series(2, 62) AS e;
SELECT prev_prime(9223372036854775807), is_prime(9223372036854775783), is_prime(9223372036854775807), next_prime(9223372036854775782);
SELECT next_prime(9223372036854775783);	-- fail, out of range
SELECT prev_prime(2);	-- fail
SELECT prev_prime(3), next_prime(-5), next_prime(2), next_prime((-9223372036854775808));
-- three ways to the same primes, at the bounds of a word
SELECT lo, count(*), count(*) FILTER (WHERE NOT is_prime(p)) AS wrong, min(p) = next_prime(lo - 1) AS first, max(p) = prev_prime(lo + 3001) AS last
  FROM (VALUES (2147480000::bigint), (2147483647 - 100), (4294967295 - 2000), (9223372036854770000)) AS v(lo), primes(lo, lo + 3000) AS p
 GROUP BY lo ORDER BY lo;
SELECT array_agg(p) FROM primes(9223372036854775000, 9223372036854775807) AS p;
SELECT array_agg(p) FROM primes(-10, 30) AS p;
SELECT array_agg(p) FROM (VALUES (10, 1), (24, 28), (2, 2), (1, 1), (3, 3), (4, 5)) AS v(lo, hi), primes(lo, hi) AS p;
-- streamed: the first of all the primes of type bigint
SELECT primes(1, 9223372036854775807) LIMIT 5;
SELECT is_prime(NULL), next_prime(NULL), prev_prime(NULL), (SELECT count(*) FROM primes(NULL, 5));
