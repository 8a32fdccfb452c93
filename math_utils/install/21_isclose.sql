--
-- isclose (src/floats/isclose.c)
--
CREATE FUNCTION isclose(a double precision, b double precision,
	rel_tol double precision DEFAULT 1e-9, abs_tol double precision DEFAULT 0) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_isclose_float8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
SUPPORT mu_isclose_support;

CREATE FUNCTION isclose(a numeric, b numeric,
	rel_tol numeric DEFAULT 1e-9, abs_tol numeric DEFAULT 0) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_isclose_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
SUPPORT mu_isclose_support;

CREATE FUNCTION mu_isclose_low(b double precision, rel_tol double precision, abs_tol double precision) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_isclose_low_float8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_isclose_high(b double precision, rel_tol double precision, abs_tol double precision) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_isclose_high_float8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_isclose_low(b numeric, rel_tol numeric, abs_tol numeric) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_isclose_low_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

CREATE FUNCTION mu_isclose_high(b numeric, rel_tol numeric, abs_tol numeric) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_isclose_high_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION mu_isclose_low(double precision, double precision, double precision) IS
'nothing smaller is close to b; -Infinity where that is no use: rel_tol above 0.5, b NaN, abs_tol infinite; what an index looks up for isclose; NULL for NULL; for everybody';
COMMENT ON FUNCTION mu_isclose_high(double precision, double precision, double precision) IS
'nothing larger is close to b; NaN, the largest value, where mu_isclose_low is of no use; NULL for NULL; for everybody';
COMMENT ON FUNCTION mu_isclose_low(numeric, numeric, numeric) IS
'nothing smaller is close to b; -Infinity where that is no use: rel_tol above 0.5, b NaN or of more than 4000 digits, abs_tol infinite; what an index looks up for isclose; NULL for NULL; for everybody';
COMMENT ON FUNCTION mu_isclose_high(numeric, numeric, numeric) IS
'nothing larger is close to b; NaN, the largest value, where mu_isclose_low is of no use; NULL for NULL; for everybody';
COMMENT ON FUNCTION isclose(double precision, double precision, double precision, double precision) IS
'is |a - b| <= max(rel_tol * max(|a|, |b|), abs_tol)? NaN is close to nothing, an infinity to itself; 22023 for a negative tolerance or NaN; an index on a or b is used; NULL for NULL; for everybody';
COMMENT ON FUNCTION isclose(numeric, numeric, numeric, numeric) IS
'is |a - b| <= max(rel_tol * max(|a|, |b|), abs_tol)? Exact; NaN is close to nothing, an infinity to itself; 22023 for a negative tolerance or NaN; an index on a or b is used; NULL for NULL; for everybody';
