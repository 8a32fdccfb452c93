--
-- fsum, favg (src/aggregates/fsum.c, src/base/exact.c)
--
CREATE FUNCTION mu_fsum_accum(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_fsum_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_fsum_remove(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_fsum_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_fsum_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_fsum_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_fsum_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_fsum_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_fsum_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_fsum_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_fsum_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_fsum_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_favg_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_favg_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE fsum(x double precision) (
	SFUNC = mu_fsum_accum, STYPE = internal, SSPACE = 200,
	FINALFUNC = mu_fsum_final,
	COMBINEFUNC = mu_fsum_combine, SERIALFUNC = mu_fsum_serialize, DESERIALFUNC = mu_fsum_deserialize,
	MSFUNC = mu_fsum_accum, MINVFUNC = mu_fsum_remove, MSTYPE = internal, MSSPACE = 200,
	MFINALFUNC = mu_fsum_final,
	PARALLEL = SAFE
);

CREATE AGGREGATE favg(x double precision) (
	SFUNC = mu_fsum_accum, STYPE = internal, SSPACE = 200,
	FINALFUNC = mu_favg_final,
	COMBINEFUNC = mu_fsum_combine, SERIALFUNC = mu_fsum_serialize, DESERIALFUNC = mu_fsum_deserialize,
	MSFUNC = mu_fsum_accum, MINVFUNC = mu_fsum_remove, MSTYPE = internal, MSSPACE = 200,
	MFINALFUNC = mu_favg_final,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION mu_fsum_accum(internal, double precision) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_fsum_remove(internal, double precision) IS 'inverse transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_fsum_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_fsum_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_fsum_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_fsum_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_favg_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE fsum(double precision) IS
'the double next to the exact sum: the same bits in any order; NaN for NaN or both infinities; 22003 where the sum itself overflows; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
COMMENT ON AGGREGATE favg(double precision) IS
'the double next to the exact average: the same bits in any order, no overflow; NaN for NaN or both infinities; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
