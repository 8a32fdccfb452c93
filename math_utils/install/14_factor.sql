--
-- factorize, divisors, totient (src/integers/factor.c)
--
CREATE FUNCTION factorize(n bigint, OUT prime bigint, OUT exponent integer) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mu_factorize_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5
SUPPORT mu_factorize_support;

COMMENT ON FUNCTION factorize(bigint) IS
'a row for each prime that divides n, in order, with its exponent; none for 1; 22023 for n < 1; NULL gives no row; for everybody';

CREATE FUNCTION divisors(n bigint) RETURNS SETOF bigint
AS 'MODULE_PATHNAME', 'mu_divisors'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 30;

COMMENT ON FUNCTION divisors(bigint) IS
'the divisors of n in order, 1 and n among them, at most 103680; 22023 for n < 1; NULL for NULL; for everybody';

CREATE FUNCTION totient(n bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_totient'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION totient(bigint) IS
'how many of 1 .. n have no common divisor with n but 1 (Euler); 22023 for n < 1; NULL for NULL; for everybody';

