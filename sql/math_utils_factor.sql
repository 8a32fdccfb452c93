--
-- math_utils: factorize(), divisors(), totient()
--
SELECT * FROM factorize(360);
SELECT * FROM factorize(1);
SELECT * FROM factorize(9223372036854775807);
SELECT * FROM factorize(9223372036854775783);
SELECT * FROM factorize(9223372036854775806);
SELECT * FROM factorize(4611686014132420609);	-- the square of 2^31 - 1
SELECT * FROM factorize(0);	-- fail
SELECT * FROM factorize(-6);	-- fail
-- semiprimes near 2^62, each in a fraction of a second
SET statement_timeout = '1s';
SELECT f.* FROM (VALUES (2147483647::bigint * 2147483629), (2147483587::bigint * 2147483579), (4294967291 * 1073741789), (1000003 * 4611686018427)) AS v(n), factorize(n) AS f;
RESET statement_timeout;
CREATE AGGREGATE product_of(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = 1);
-- the product of the factors is the number, and they are primes
SELECT count(*) AS wrong
  FROM (SELECT n FROM generate_series(1, 20000) AS n
		UNION ALL SELECT 9223372036854775807 - i FROM generate_series(0::bigint, 150) AS i
		UNION ALL SELECT 4611686018427387904 + i FROM generate_series(-75::bigint, 75) AS i) AS v(n)
 WHERE n <> (SELECT product_of((prime::numeric ^ exponent)::numeric(40,0)) FROM factorize(n))
	OR EXISTS (SELECT FROM factorize(n) WHERE NOT is_prime(prime) OR exponent < 1);
SELECT array_agg(d) FROM divisors(360) AS d;
SELECT array_agg(d) FROM divisors(1) AS d;
SELECT count(*), sum(d) FROM divisors(897612484786617600) AS d;	-- no bigint has more
SELECT divisors(0);	-- fail
SELECT count(*) AS wrong FROM generate_series(1, 300) AS n
 WHERE ARRAY(SELECT divisors(n)) <> ARRAY(SELECT d::bigint FROM generate_series(1, n) AS d WHERE n % d = 0);
SELECT totient(1), totient(36), totient(9223372036854775783), totient(9223372036854775807);
SELECT totient(-1);	-- fail
SELECT count(*) AS wrong FROM generate_series(1, 300) AS n
 WHERE totient(n) <> (SELECT count(*) FROM generate_series(1, n) AS i WHERE gcd(i, n) = 1);
SELECT totient(NULL), (SELECT count(*) FROM factorize(NULL)), (SELECT count(*) FROM divisors(NULL));
DROP AGGREGATE product_of(numeric);
