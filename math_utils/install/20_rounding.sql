--
-- round_half_even, round_significant, clamp, linspace (src/floats/rounding.c)
--
CREATE FUNCTION round_half_even(x numeric, digits integer DEFAULT 0) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_round_half_even'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION round_half_even(numeric, integer) IS
'x rounded to that many digits after the point (before it, where negative), a tie to the even digit; NaN and infinities stay; 22003 on overflow; NULL for NULL; for everybody';

CREATE FUNCTION round_significant(x numeric, digits integer) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_round_significant_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

CREATE FUNCTION round_significant(x double precision, digits integer) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_round_significant_float8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION round_significant(numeric, integer) IS
'x rounded to that many significant digits, a tie away from zero; 0, NaN and infinities stay; 22023 for digits < 1, 22003 on overflow; NULL for NULL; for everybody';
COMMENT ON FUNCTION round_significant(double precision, integer) IS
'the double next to x rounded to that many significant decimal digits; x from 17 digits on; NaN and infinities stay; 22023 for digits < 1, 22003 on overflow; NULL for NULL; for everybody';

CREATE FUNCTION clamp(x anycompatible, lo anycompatible, hi anycompatible) RETURNS anycompatible
AS 'MODULE_PATHNAME', 'mu_clamp'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;

COMMENT ON FUNCTION clamp(anycompatible, anycompatible, anycompatible) IS
'x, or the nearer bound where x lies outside of lo .. hi, in the order of the type (a float NaN is the largest); 22023 where lo > hi; NULL for NULL; for everybody';

CREATE FUNCTION linspace(a double precision, b double precision, n integer) RETURNS SETOF double precision
AS 'MODULE_PATHNAME', 'mu_linspace'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 ROWS 1000
SUPPORT mu_linspace_support;

COMMENT ON FUNCTION linspace(double precision, double precision, integer) IS
'n values in equal steps from a to b, both included (a alone for n = 1, none for 0); 22023 for n < 0, NaN or an infinity; NULL gives no row; for everybody';
