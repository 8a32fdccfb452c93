--
-- histogram (src/aggregates/histogram.c)
--
CREATE FUNCTION mu_histogram_accum(internal, double precision, double precision, double precision, integer) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_histogram_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_histogram_remove(internal, double precision, double precision, double precision, integer) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_histogram_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_histogram_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_histogram_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_histogram_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_histogram_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_histogram_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_histogram_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_histogram_final(internal) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'mu_histogram_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE histogram(x double precision, lo double precision, hi double precision, n integer) (
	SFUNC = mu_histogram_accum, STYPE = internal, SSPACE = 1000,
	FINALFUNC = mu_histogram_final,
	COMBINEFUNC = mu_histogram_combine, SERIALFUNC = mu_histogram_serialize, DESERIALFUNC = mu_histogram_deserialize,
	MSFUNC = mu_histogram_accum, MINVFUNC = mu_histogram_remove, MSTYPE = internal, MSSPACE = 1000,
	MFINALFUNC = mu_histogram_final,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION mu_histogram_accum(internal, double precision, double precision, double precision, integer) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_histogram_remove(internal, double precision, double precision, double precision, integer) IS 'inverse transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_histogram_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_histogram_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_histogram_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_histogram_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE histogram(double precision, double precision, double precision, integer) IS
'n + 2 counts: entry i counts the values for which width_bucket(x, lo, hi, n) is i - 1; 22023 for NaN, bounds that are equal, not finite or change from row to row, and n < 1; 54000 for n > 1000000; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';
