--
-- powmod, invmod, gcdext (src/integers/modular.c)
--
CREATE FUNCTION powmod(b bigint, e bigint, m bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_powmod_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
SUPPORT mu_powmod_support;

COMMENT ON FUNCTION powmod(bigint, bigint, bigint) IS
'b to the power of e modulo m, in [0, m); a negative e is a power of the inverse; 22012 for m = 0, 22023 for a negative m or where there is no inverse; NULL for NULL; for everybody';

CREATE FUNCTION invmod(a bigint, m bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_invmod_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION invmod(bigint, bigint) IS
'the x in [0, m) with a * x = 1 modulo m; 22012 for m = 0, 22023 for a negative m or where there is no inverse; NULL for NULL; for everybody';

CREATE FUNCTION gcdext(a bigint, b bigint, OUT g bigint, OUT x bigint, OUT y bigint)
AS 'MODULE_PATHNAME', 'mu_gcdext_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION gcdext(bigint, bigint) IS
'g, the greatest common divisor of a and b, never negative, and x, y with g = a * x + b * y; 22003 where g is 2^63; NULL for NULL; for everybody';

CREATE FUNCTION powmod(b numeric, e numeric, m numeric) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_powmod_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION powmod(numeric, numeric, numeric) IS
'b to the power of e modulo m, in [0, m); a negative e is a power of the inverse; 22012 for m = 0, 22023 for a negative m or where there is no inverse; 22023 for a fraction, NaN or infinity, 54000 beyond 32768 digits; NULL for NULL; for everybody';

CREATE FUNCTION invmod(a numeric, m numeric) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_invmod_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION invmod(numeric, numeric) IS
'the x in [0, m) with a * x = 1 modulo m; 22012 for m = 0, 22023 for a negative m or where there is no inverse; 22023 for a fraction, NaN or infinity, 54000 beyond 32768 digits; NULL for NULL; for everybody';

CREATE FUNCTION gcdext(a numeric, b numeric, OUT g numeric, OUT x numeric, OUT y numeric)
AS 'MODULE_PATHNAME', 'mu_gcdext_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION gcdext(numeric, numeric) IS
'g, the greatest common divisor of a and b, never negative, and x, y with g = a * x + b * y; 22023 for a fraction, NaN or infinity, 54000 beyond 32768 digits; NULL for NULL; for everybody';


-- an integer fits bigint and numeric alike: without these the call would be
-- ambiguous; the planner puts the body in the place of the call
CREATE FUNCTION powmod(b integer, e integer, m integer) RETURNS integer
LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 10
RETURN powmod(b::bigint, e::bigint, m::bigint)::integer;

CREATE FUNCTION invmod(a integer, m integer) RETURNS integer
LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 10
RETURN invmod(a::bigint, m::bigint)::integer;

CREATE FUNCTION gcdext(a integer, b integer, OUT g bigint, OUT x bigint, OUT y bigint)
LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 10
RETURN gcdext(a::bigint, b::bigint);

COMMENT ON FUNCTION powmod(integer, integer, integer) IS
'b to the power of e modulo m, in [0, m); a negative e is a power of the inverse; 22012 for m = 0, 22023 for a negative m or where there is no inverse; NULL for NULL; for everybody';
COMMENT ON FUNCTION invmod(integer, integer) IS
'the x in [0, m) with a * x = 1 modulo m; 22012 for m = 0, 22023 for a negative m or where there is no inverse; NULL for NULL; for everybody';
COMMENT ON FUNCTION gcdext(integer, integer) IS
'g, the greatest common divisor of a and b, never negative, and x, y with g = a * x + b * y; NULL for NULL; for everybody';
