--
-- geometric_mean, harmonic_mean, weighted_avg (src/aggregates/means.c, src/aggregates/wavg.c)
--
CREATE FUNCTION mu_geometric_accum(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_geometric_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_geometric_remove(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_geometric_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_geometric_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_geometric_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_harmonic_accum(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_harmonic_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_harmonic_remove(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_harmonic_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_harmonic_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_harmonic_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_weighted_accum(internal, double precision, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_weighted_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_weighted_remove(internal, double precision, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_weighted_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_weighted_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_weighted_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_means_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_means_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_means_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_means_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_means_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_means_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE AGGREGATE geometric_mean(x double precision) (
	SFUNC = mu_geometric_accum, STYPE = internal, SSPACE = 400,
	FINALFUNC = mu_geometric_final,
	COMBINEFUNC = mu_means_combine, SERIALFUNC = mu_means_serialize, DESERIALFUNC = mu_means_deserialize,
	MSFUNC = mu_geometric_accum, MINVFUNC = mu_geometric_remove, MSTYPE = internal, MSSPACE = 400,
	MFINALFUNC = mu_geometric_final,
	PARALLEL = SAFE
);

CREATE AGGREGATE harmonic_mean(x double precision) (
	SFUNC = mu_harmonic_accum, STYPE = internal, SSPACE = 400,
	FINALFUNC = mu_harmonic_final,
	COMBINEFUNC = mu_means_combine, SERIALFUNC = mu_means_serialize, DESERIALFUNC = mu_means_deserialize,
	MSFUNC = mu_harmonic_accum, MINVFUNC = mu_harmonic_remove, MSTYPE = internal, MSSPACE = 400,
	MFINALFUNC = mu_harmonic_final,
	PARALLEL = SAFE
);

CREATE AGGREGATE weighted_avg(x double precision, w double precision) (
	SFUNC = mu_weighted_accum, STYPE = internal, SSPACE = 400,
	FINALFUNC = mu_weighted_final,
	COMBINEFUNC = mu_means_combine, SERIALFUNC = mu_means_serialize, DESERIALFUNC = mu_means_deserialize,
	MSFUNC = mu_weighted_accum, MINVFUNC = mu_weighted_remove, MSTYPE = internal, MSSPACE = 400,
	MFINALFUNC = mu_weighted_final,
	PARALLEL = SAFE
);

CREATE FUNCTION mu_wavg_accum(internal, numeric, numeric) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_wavg_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_wavg_remove(internal, numeric, numeric) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_wavg_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_wavg_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_wavg_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_wavg_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_wavg_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_wavg_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_wavg_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_wavg_final(internal) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_wavg_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE weighted_avg(x numeric, w numeric) (
	SFUNC = mu_wavg_accum, STYPE = internal, SSPACE = 200,
	FINALFUNC = mu_wavg_final,
	COMBINEFUNC = mu_wavg_combine, SERIALFUNC = mu_wavg_serialize, DESERIALFUNC = mu_wavg_deserialize,
	MSFUNC = mu_wavg_accum, MINVFUNC = mu_wavg_remove, MSTYPE = internal, MSSPACE = 200,
	MFINALFUNC = mu_wavg_final,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION mu_geometric_accum(internal, double precision) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_geometric_remove(internal, double precision) IS 'inverse transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_geometric_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_harmonic_accum(internal, double precision) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_harmonic_remove(internal, double precision) IS 'inverse transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_harmonic_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_weighted_accum(internal, double precision, double precision) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_weighted_remove(internal, double precision, double precision) IS 'inverse transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_weighted_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_means_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_means_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_means_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE geometric_mean(double precision) IS
'the n-th root of the product of n values, without overflow; 0 where a value is 0, NaN for NaN; 2201E for a negative; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
COMMENT ON AGGREGATE harmonic_mean(double precision) IS
'n divided by the sum of the reciprocals; NaN for NaN; 22012 for a value of 0 and for reciprocals that add up to 0, or to less than 2^-120 of their sizes; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
COMMENT ON AGGREGATE weighted_avg(double precision, double precision) IS
'sum of x * w divided by sum of w; 22023 for a weight that is negative or not finite, 22012 where all weights are 0; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
COMMENT ON FUNCTION mu_wavg_accum(internal, numeric, numeric) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_wavg_remove(internal, numeric, numeric) IS 'inverse transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_wavg_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_wavg_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_wavg_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_wavg_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE weighted_avg(numeric, numeric) IS
'sum of x * w divided by sum of w, both exact; 22023 for a weight that is negative or not finite, 22012 where all weights are 0; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
