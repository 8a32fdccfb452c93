--
-- median, mad (src/aggregates/median.c, src/base/order.c)
--
CREATE FUNCTION mu_median_float8_accum(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_median_float8_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_median_float8_remove(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_median_float8_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_median_float8_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_median_float8_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_median_numeric_accum(internal, numeric) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_median_numeric_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_median_numeric_remove(internal, numeric) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_median_numeric_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_median_numeric_final(internal) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_median_numeric_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_median_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_median_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_median_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_median_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_median_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_median_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_mad_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_mad_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE median(x double precision) (
	SFUNC = mu_median_float8_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = mu_median_float8_final,
	COMBINEFUNC = mu_median_combine, SERIALFUNC = mu_median_serialize, DESERIALFUNC = mu_median_deserialize,
	MSFUNC = mu_median_float8_accum, MINVFUNC = mu_median_float8_remove, MSTYPE = internal, MSSPACE = 8192,
	MFINALFUNC = mu_median_float8_final,
	PARALLEL = SAFE
);

CREATE AGGREGATE median(x numeric) (
	SFUNC = mu_median_numeric_accum, STYPE = internal, SSPACE = 16384,
	FINALFUNC = mu_median_numeric_final,
	COMBINEFUNC = mu_median_combine, SERIALFUNC = mu_median_serialize, DESERIALFUNC = mu_median_deserialize,
	MSFUNC = mu_median_numeric_accum, MINVFUNC = mu_median_numeric_remove, MSTYPE = internal, MSSPACE = 16384,
	MFINALFUNC = mu_median_numeric_final,
	PARALLEL = SAFE
);

CREATE AGGREGATE mad(x double precision) (
	SFUNC = mu_median_float8_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = mu_mad_final,
	COMBINEFUNC = mu_median_combine, SERIALFUNC = mu_median_serialize, DESERIALFUNC = mu_median_deserialize,
	MSFUNC = mu_median_float8_accum, MINVFUNC = mu_median_float8_remove, MSTYPE = internal, MSSPACE = 8192,
	MFINALFUNC = mu_mad_final,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION mu_median_float8_accum(internal, double precision) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_median_float8_remove(internal, double precision) IS 'inverse transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_median_float8_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_median_numeric_accum(internal, numeric) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_median_numeric_remove(internal, numeric) IS 'inverse transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_median_numeric_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_median_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_median_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_median_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_mad_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE median(double precision) IS
'the value in the middle, or halfway between the two; NaN counts as the largest; holds 8 bytes a value; 54000 beyond 134217727 values; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
COMMENT ON AGGREGATE median(numeric) IS
'the value in the middle, or halfway between the two, exact, without zeros at the end; NaN counts as the largest; holds 8 bytes and the number itself a value; 54000 beyond 134217727 values or 1 GB of numbers; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
COMMENT ON AGGREGATE mad(double precision) IS
'the median of the distances from the median; NaN where the median is NaN or infinite; 22003 where a distance overflows; holds 8 bytes a value; 54000 beyond 134217727 values; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
