--
-- planner support (src/base/support.c, src/floats/isclose.c); the functions name them
--
CREATE FUNCTION mu_primes_support(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_primes_support'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION mu_primes_support(internal) IS
'planner support of primes: how many rows; takes internal, so SQL can''t call it';

CREATE FUNCTION mu_linspace_support(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_linspace_support'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION mu_linspace_support(internal) IS
'planner support of linspace: how many rows; takes internal, so SQL can''t call it';

CREATE FUNCTION mu_factorize_support(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_factorize_support'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION mu_factorize_support(internal) IS
'planner support of factorize: what it costs; takes internal, so SQL can''t call it';

CREATE FUNCTION mu_powmod_support(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_powmod_support'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION mu_powmod_support(internal) IS
'planner support of powmod: for modulus 1 the result is 0; takes internal, so SQL can''t call it';

CREATE FUNCTION mu_isclose_support(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_isclose_support'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION mu_isclose_support(internal) IS
'planner support of isclose: a range that an index on the column can look up, and how many rows are in it; takes internal, so SQL can''t call it';
