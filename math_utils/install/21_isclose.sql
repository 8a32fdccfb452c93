--
-- isclose (src/isclose.c)
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

COMMENT ON FUNCTION isclose(double precision, double precision, double precision, double precision) IS
'is |a - b| <= max(rel_tol * max(|a|, |b|), abs_tol)? NaN is close to nothing, an infinity to itself; 22023 for a negative tolerance or NaN; an index on a or b is used; NULL for NULL; for everybody';
COMMENT ON FUNCTION isclose(numeric, numeric, numeric, numeric) IS
'is |a - b| <= max(rel_tol * max(|a|, |b|), abs_tol)? Exact; NaN is close to nothing, an infinity to itself; 22023 for a negative tolerance or NaN; an index on a or b is used; NULL for NULL; for everybody';
