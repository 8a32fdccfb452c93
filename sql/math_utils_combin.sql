--
-- math_utils: binomial(), permutations()
--
SELECT binomial(5, 2), binomial(0, 0), binomial(5, 0), binomial(5, 5), binomial(5, 6), binomial(100, 50), binomial(9223372036854775807, 2);
SELECT binomial(-1, 2);	-- fail
SELECT binomial(1, -2);	-- fail
SELECT permutations(5, 2), permutations(0, 0), permutations(5, 0), permutations(5, 5), permutations(5, 6), permutations(9223372036854775807, 2);
SELECT permutations(-1, 2);	-- fail
SELECT permutations(1, -2);	-- fail
-- the last that fit numeric, and the first that don't
SELECT length(binomial(435415, 217707)::text), length(permutations(32177, 32177)::text), length(binomial(9223372036854775807, 8423)::text);
SELECT length(permutations(32178, 32178)::text);	-- fail, overflow
SELECT binomial(436000, 218000) IS NULL;	-- fail, overflow
SELECT binomial(9223372036854775807, 4000000000) IS NULL;	-- fail, overflow
-- against the rules they follow
SELECT count(*) AS wrong FROM generate_series(1, 80) AS n, generate_series(0, 80) AS k
 WHERE binomial(n, k) <> binomial(n - 1, k) + CASE WHEN k > 0 THEN binomial(n - 1, k - 1) ELSE 0 END
	OR k <= n AND (permutations(n, k) <> factorial(n) / factorial(n - k) OR binomial(n, k) * factorial(k) <> permutations(n, k));
SELECT binomial(10000, 5000) * factorial(5000) * factorial(5000) = factorial(10000) AS same;
SELECT binomial(NULL, 1), permutations(1, NULL);
