--
-- cube, isqrt, floor_div, floor_mod (src/integers/intarith.c)
--
CREATE FUNCTION cube(x smallint) RETURNS smallint
AS 'MODULE_PATHNAME', 'mu_cube_int2'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION cube(smallint) IS
'x * x * x; 22003 where the result does not fit smallint (from 32 on); NULL for NULL; for everybody';

CREATE FUNCTION cube(x integer) RETURNS integer
AS 'MODULE_PATHNAME', 'mu_cube_int4'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION cube(integer) IS
'x * x * x; 22003 where the result does not fit integer (from 1291 on); NULL for NULL; for everybody';

CREATE FUNCTION cube(x bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_cube_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION cube(bigint) IS
'x * x * x; 22003 where the result does not fit bigint (from 2097152 on); NULL for NULL; for everybody';

CREATE FUNCTION cube(x real) RETURNS real
AS 'MODULE_PATHNAME', 'mu_cube_float4'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION cube(real) IS
'x * x * x; 22003 on overflow and underflow, as core''s multiplication; NULL for NULL; for everybody';

CREATE FUNCTION cube(x double precision) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_cube_float8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION cube(double precision) IS
'x * x * x; 22003 on overflow and underflow, as core''s multiplication; NULL for NULL; for everybody';

CREATE FUNCTION cube(x numeric) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_cube_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION cube(numeric) IS
'x * x * x; exact (at most 16383 digits after the point); 22003 on overflow; NULL for NULL; for everybody';

CREATE FUNCTION isqrt(x bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_isqrt_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION isqrt(bigint) IS
'the largest integer whose square is at most x; 2201F for a negative; NULL for NULL; for everybody';

CREATE FUNCTION isqrt(x numeric) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_isqrt_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION isqrt(numeric) IS
'the largest integer whose square is at most x; NaN and Infinity stay; 2201F for a negative, 54000 beyond 65536 digits; NULL for NULL; for everybody';

CREATE FUNCTION floor_div(a integer, b integer) RETURNS integer
AS 'MODULE_PATHNAME', 'mu_floor_div_int4'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION floor_div(integer, integer) IS
'a / b rounded down; 22003 for the smallest integer by -1; 22012 for b = 0; NULL for NULL; for everybody';

CREATE FUNCTION floor_div(a bigint, b bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_floor_div_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION floor_div(bigint, bigint) IS
'a / b rounded down; 22003 for the smallest bigint by -1; 22012 for b = 0; NULL for NULL; for everybody';

CREATE FUNCTION floor_div(a numeric, b numeric) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_floor_div_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION floor_div(numeric, numeric) IS
'a / b rounded down, exact; 22012 for b = 0; NULL for NULL; for everybody';

CREATE FUNCTION floor_mod(a integer, b integer) RETURNS integer
AS 'MODULE_PATHNAME', 'mu_floor_mod_int4'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION floor_mod(integer, integer) IS
'a - b * floor_div(a, b): the remainder that has the sign of b; 22012 for b = 0; NULL for NULL; for everybody';

CREATE FUNCTION floor_mod(a bigint, b bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_floor_mod_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION floor_mod(bigint, bigint) IS
'a - b * floor_div(a, b): the remainder that has the sign of b; 22012 for b = 0; NULL for NULL; for everybody';

CREATE FUNCTION floor_mod(a numeric, b numeric) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_floor_mod_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION floor_mod(numeric, numeric) IS
'a - b * floor_div(a, b): the remainder that has the sign of b, exact; 22012 for b = 0; NULL for NULL; for everybody';


-- an integer fits bigint and numeric alike: without these the call would be
-- ambiguous; the planner puts the body in the place of the call
CREATE FUNCTION isqrt(x integer) RETURNS integer
LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN isqrt(x::bigint)::integer;

COMMENT ON FUNCTION isqrt(integer) IS
'the largest integer whose square is at most x; 2201F for a negative; NULL for NULL; for everybody';
