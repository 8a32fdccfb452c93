--
-- square (src/integers/square.c)
--
CREATE FUNCTION square(x smallint) RETURNS smallint
AS 'MODULE_PATHNAME', 'mu_square_int2'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION square(x integer) RETURNS integer
AS 'MODULE_PATHNAME', 'mu_square_int4'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION square(x bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_square_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION square(x real) RETURNS real
AS 'MODULE_PATHNAME', 'mu_square_float4'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION square(x double precision) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_square_float8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION square(x numeric) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_square_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION square(smallint) IS
'x * x; 22003 where the result does not fit smallint (from 182 on); NULL for NULL; for everybody';
COMMENT ON FUNCTION square(integer) IS
'x * x; 22003 where the result does not fit integer (from 46341 on); NULL for NULL; for everybody';
COMMENT ON FUNCTION square(bigint) IS
'x * x; 22003 where the result does not fit bigint (from 3037000500 on); NULL for NULL; for everybody';
COMMENT ON FUNCTION square(real) IS
'x * x; 22003 on overflow and underflow, as core''s multiplication; NULL for NULL; for everybody';
COMMENT ON FUNCTION square(double precision) IS
'x * x; 22003 on overflow and underflow, as core''s multiplication; NULL for NULL; for everybody';
COMMENT ON FUNCTION square(numeric) IS
'x * x, exact (at most 16383 digits after the point); 22003 on overflow; NULL for NULL; for everybody';

