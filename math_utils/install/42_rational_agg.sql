--
-- rational: aggregates (src/rational/rational_agg.c, src/rational/rational_product.c)
--
CREATE FUNCTION mu_rational_sum_accum(internal, rational) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_sum_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_sum_accum(internal, rational) IS 'transition function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_sum_remove(internal, rational) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_sum_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_sum_remove(internal, rational) IS 'inverse transition function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_sum_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_sum_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_sum_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_sum_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_rational_sum_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_sum_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_sum_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_sum_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_sum_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_sum_final(internal) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_sum_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_sum_final(internal) IS 'final function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_product_accum(internal, rational) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_product_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_product_accum(internal, rational) IS 'transition function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_product_remove(internal, rational) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_product_remove'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_product_remove(internal, rational) IS 'inverse transition function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_product_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_product_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_product_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_product_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_rational_product_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_product_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_product_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_rational_product_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_product_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_product_final(internal) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_product_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_product_final(internal) IS 'final function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_avg_final(internal) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_avg_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_avg_final(internal) IS 'final function of an aggregate; only the executor can call it';

CREATE FUNCTION mu_rational_smaller(rational, rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_smaller'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_smaller(rational, rational) IS 'the smaller of two';

CREATE FUNCTION mu_rational_larger(rational, rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_larger'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION mu_rational_larger(rational, rational) IS 'the larger of two';

CREATE AGGREGATE sum(r rational) (
	SFUNC = mu_rational_sum_accum, STYPE = internal, SSPACE = 400,
	FINALFUNC = mu_rational_sum_final,
	COMBINEFUNC = mu_rational_sum_combine, SERIALFUNC = mu_rational_sum_serialize, DESERIALFUNC = mu_rational_sum_deserialize,
	MSFUNC = mu_rational_sum_accum, MINVFUNC = mu_rational_sum_remove, MSTYPE = internal, MSSPACE = 400,
	MFINALFUNC = mu_rational_sum_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE sum(rational) IS
'exact sum, kept apart for each denominator; 54000 beyond 8388608 different denominators; 22003 where the result itself does not fit; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';

CREATE AGGREGATE avg(r rational) (
	SFUNC = mu_rational_sum_accum, STYPE = internal, SSPACE = 400,
	FINALFUNC = mu_rational_avg_final,
	COMBINEFUNC = mu_rational_sum_combine, SERIALFUNC = mu_rational_sum_serialize, DESERIALFUNC = mu_rational_sum_deserialize,
	MSFUNC = mu_rational_sum_accum, MINVFUNC = mu_rational_sum_remove, MSTYPE = internal, MSSPACE = 400,
	MFINALFUNC = mu_rational_avg_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE avg(rational) IS
'exact average, kept apart for each denominator; 54000 beyond 8388608 different denominators; 22003 where the result itself does not fit; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';

CREATE AGGREGATE product(r rational) (
	SFUNC = mu_rational_product_accum, STYPE = internal, SSPACE = 400,
	FINALFUNC = mu_rational_product_final,
	COMBINEFUNC = mu_rational_product_combine, SERIALFUNC = mu_rational_product_serialize, DESERIALFUNC = mu_rational_product_deserialize,
	MSFUNC = mu_rational_product_accum, MINVFUNC = mu_rational_product_remove, MSTYPE = internal, MSSPACE = 400,
	MFINALFUNC = mu_rational_product_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE product(rational) IS
'exact product; 22003 where the result itself does not fit; NULL values are left out, NULL without input; parallel, slides over a frame; for everybody';

CREATE AGGREGATE min(r rational) (
	SFUNC = mu_rational_smaller, STYPE = rational, COMBINEFUNC = mu_rational_smaller, SORTOP = <,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE min(rational) IS
'the smallest value; NULL values are left out, NULL without input; parallel, uses an index; for everybody';

CREATE AGGREGATE max(r rational) (
	SFUNC = mu_rational_larger, STYPE = rational, COMBINEFUNC = mu_rational_larger, SORTOP = >,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE max(rational) IS
'the largest value; NULL values are left out, NULL without input; parallel, uses an index; for everybody';

