--
-- is_prime, next_prime, prev_prime, primes (src/integers/primes.c)
--
CREATE FUNCTION is_prime(n bigint) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_is_prime_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION is_prime(bigint) IS
'is n a prime? A proof for every bigint, not a guess; false below 2; NULL for NULL; for everybody';

CREATE FUNCTION next_prime(n bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_next_prime'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION next_prime(bigint) IS
'the smallest prime above n; 22003 from 9223372036854775783 on, the largest prime of its type; NULL for NULL; for everybody';

CREATE FUNCTION prev_prime(n bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_prev_prime'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION prev_prime(bigint) IS
'the largest prime below n; 22023 up to 2, which is the smallest; NULL for NULL; for everybody';

CREATE FUNCTION primes(lo bigint, hi bigint) RETURNS SETOF bigint
AS 'MODULE_PATHNAME', 'mu_primes'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 1000
SUPPORT mu_primes_support;

COMMENT ON FUNCTION primes(bigint, bigint) IS
'the primes from lo to hi, both included, in order; none where lo > hi. In a select list they are streamed, in 100 kB whatever the range; NULL for NULL; for everybody';

