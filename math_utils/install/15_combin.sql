--
-- binomial, permutations (src/integers/combin.c)
--
CREATE FUNCTION binomial(n bigint, k bigint) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_binomial'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION binomial(bigint, bigint) IS
'in how many ways k of n can be chosen, exact; 0 for k > n; 22023 for a negative, 22003 beyond the 131072 digits of numeric; NULL for NULL; for everybody';

CREATE FUNCTION permutations(n bigint, k bigint) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_permutations'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION permutations(bigint, bigint) IS
'in how many ways k of n can be chosen in order, exact; 0 for k > n; 22023 for a negative, 22003 beyond the 131072 digits of numeric; NULL for NULL; for everybody';

