--
-- window functions (src/aggregates/window.c)
--
CREATE FUNCTION ewma(x double precision, alpha double precision) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_ewma'
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION interpolate(y double precision) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_interpolate'
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE COST 1;

COMMENT ON FUNCTION ewma(double precision, double precision) IS
'exponentially weighted moving average over the rows of the partition so far: the average so far plus alpha times the distance of x from it; a NULL x leaves it as it is, NULL before the first value; 22023 for alpha outside of (0, 1]; for everybody';
COMMENT ON FUNCTION interpolate(double precision) IS
'y, or where it is NULL the value on the straight line, by row number, between the nearest values before and after it in the partition; NULL where there is none on one side; for everybody';
