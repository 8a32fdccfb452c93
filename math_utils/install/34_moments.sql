--
-- skewness and kurtosis (src/aggregates/moments.c)
--
CREATE FUNCTION mu_moments_accum(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_moments_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_moments_remove(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_moments_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_moments_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_moments_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_moments_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_moments_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_moments_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_moments_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_skewness_pop_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_skewness_pop_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE skewness_pop(x double precision) (
	SFUNC = mu_moments_accum, STYPE = internal, SSPACE = 700,
	FINALFUNC = mu_skewness_pop_final,
	COMBINEFUNC = mu_moments_combine, SERIALFUNC = mu_moments_serialize, DESERIALFUNC = mu_moments_deserialize,
	MSFUNC = mu_moments_accum, MINVFUNC = mu_moments_remove, MSTYPE = internal, MSSPACE = 700,
	MFINALFUNC = mu_skewness_pop_final,
	PARALLEL = SAFE
);

CREATE FUNCTION mu_skewness_samp_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_skewness_samp_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE skewness_samp(x double precision) (
	SFUNC = mu_moments_accum, STYPE = internal, SSPACE = 700,
	FINALFUNC = mu_skewness_samp_final,
	COMBINEFUNC = mu_moments_combine, SERIALFUNC = mu_moments_serialize, DESERIALFUNC = mu_moments_deserialize,
	MSFUNC = mu_moments_accum, MINVFUNC = mu_moments_remove, MSTYPE = internal, MSSPACE = 700,
	MFINALFUNC = mu_skewness_samp_final,
	PARALLEL = SAFE
);

CREATE FUNCTION mu_kurtosis_pop_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_kurtosis_pop_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE kurtosis_pop(x double precision) (
	SFUNC = mu_moments_accum, STYPE = internal, SSPACE = 700,
	FINALFUNC = mu_kurtosis_pop_final,
	COMBINEFUNC = mu_moments_combine, SERIALFUNC = mu_moments_serialize, DESERIALFUNC = mu_moments_deserialize,
	MSFUNC = mu_moments_accum, MINVFUNC = mu_moments_remove, MSTYPE = internal, MSSPACE = 700,
	MFINALFUNC = mu_kurtosis_pop_final,
	PARALLEL = SAFE
);

CREATE FUNCTION mu_kurtosis_samp_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_kurtosis_samp_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE kurtosis_samp(x double precision) (
	SFUNC = mu_moments_accum, STYPE = internal, SSPACE = 700,
	FINALFUNC = mu_kurtosis_samp_final,
	COMBINEFUNC = mu_moments_combine, SERIALFUNC = mu_moments_serialize, DESERIALFUNC = mu_moments_deserialize,
	MSFUNC = mu_moments_accum, MINVFUNC = mu_moments_remove, MSTYPE = internal, MSSPACE = 700,
	MFINALFUNC = mu_kurtosis_samp_final,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION mu_moments_accum(internal, double precision) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_moments_remove(internal, double precision) IS 'inverse transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_moments_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_moments_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_moments_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_skewness_pop_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE skewness_pop(double precision) IS
'third central moment by the cube of the standard deviation; NULL where all are equal; the double next to the true value; NaN for NaN or an infinity; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
COMMENT ON FUNCTION mu_skewness_samp_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE skewness_samp(double precision) IS
'skewness corrected for a sample; NULL for fewer than three values or where all are equal; the double next to the true value; NaN for NaN or an infinity; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
COMMENT ON FUNCTION mu_kurtosis_pop_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE kurtosis_pop(double precision) IS
'excess kurtosis: fourth central moment by the square of the variance, minus 3; NULL where all are equal; the double next to the true value; NaN for NaN or an infinity; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
COMMENT ON FUNCTION mu_kurtosis_samp_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE kurtosis_samp(double precision) IS
'excess kurtosis corrected for a sample; NULL for fewer than four values or where all are equal; the double next to the true value; NaN for NaN or an infinity; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
