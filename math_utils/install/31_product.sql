--
-- product (src/aggregates/product.c, src/aggregates/productf.c)
--
CREATE FUNCTION mu_product_int2(internal, smallint) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_product_int2'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_product_int4(internal, integer) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_product_int4'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_product_int8(internal, bigint) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_product_int8'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_product_numeric(internal, numeric) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_product_numeric'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_product_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_product_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_product_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_product_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_product_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_product_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_product_final(internal) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_product_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE product(x smallint) (
	SFUNC = mu_product_int2, STYPE = internal, SSPACE = 500,
	FINALFUNC = mu_product_final,
	COMBINEFUNC = mu_product_combine, SERIALFUNC = mu_product_serialize, DESERIALFUNC = mu_product_deserialize,
	PARALLEL = SAFE
);

CREATE AGGREGATE product(x integer) (
	SFUNC = mu_product_int4, STYPE = internal, SSPACE = 500,
	FINALFUNC = mu_product_final,
	COMBINEFUNC = mu_product_combine, SERIALFUNC = mu_product_serialize, DESERIALFUNC = mu_product_deserialize,
	PARALLEL = SAFE
);

CREATE AGGREGATE product(x bigint) (
	SFUNC = mu_product_int8, STYPE = internal, SSPACE = 500,
	FINALFUNC = mu_product_final,
	COMBINEFUNC = mu_product_combine, SERIALFUNC = mu_product_serialize, DESERIALFUNC = mu_product_deserialize,
	PARALLEL = SAFE
);

CREATE AGGREGATE product(x numeric) (
	SFUNC = mu_product_numeric, STYPE = internal, SSPACE = 500,
	FINALFUNC = mu_product_final,
	COMBINEFUNC = mu_product_combine, SERIALFUNC = mu_product_serialize, DESERIALFUNC = mu_product_deserialize,
	PARALLEL = SAFE
);

CREATE FUNCTION mu_productf_accum(internal, double precision) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_productf_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_productf_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_productf_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE FUNCTION mu_productf_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_productf_serialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_productf_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'mu_productf_deserialize'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_productf_final(internal) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_productf_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;

CREATE AGGREGATE product(x double precision) (
	SFUNC = mu_productf_accum, STYPE = internal, SSPACE = 100,
	FINALFUNC = mu_productf_final,
	COMBINEFUNC = mu_productf_combine, SERIALFUNC = mu_productf_serialize, DESERIALFUNC = mu_productf_deserialize,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION mu_product_int2(internal, smallint) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_product_int4(internal, integer) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_product_int8(internal, bigint) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_product_numeric(internal, numeric) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_product_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_product_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_product_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_product_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE product(smallint) IS
'the exact product (at most 16383 digits after the point); 0 once a value is 0, NaN where an infinity meets it; 22003 beyond the 131072 digits of numeric; NULL values are left out, NULL without input; parallel; for everybody';
COMMENT ON AGGREGATE product(integer) IS
'the exact product (at most 16383 digits after the point); 0 once a value is 0, NaN where an infinity meets it; 22003 beyond the 131072 digits of numeric; NULL values are left out, NULL without input; parallel; for everybody';
COMMENT ON AGGREGATE product(bigint) IS
'the exact product (at most 16383 digits after the point); 0 once a value is 0, NaN where an infinity meets it; 22003 beyond the 131072 digits of numeric; NULL values are left out, NULL without input; parallel; for everybody';
COMMENT ON AGGREGATE product(numeric) IS
'the exact product (at most 16383 digits after the point); 0 once a value is 0, NaN where an infinity meets it; 22003 beyond the 131072 digits of numeric; NULL values are left out, NULL without input; parallel; for everybody';
COMMENT ON FUNCTION mu_productf_accum(internal, double precision) IS 'transition function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_productf_combine(internal, internal) IS 'combine function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_productf_serialize(internal) IS 'serialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_productf_deserialize(bytea, internal) IS 'deserialize function of an aggregate; only the executor can call it';
COMMENT ON FUNCTION mu_productf_final(internal) IS 'final function of an aggregate; only the executor can call it';
COMMENT ON AGGREGATE product(double precision) IS
'the product, rounded once; 0 once a value is 0, NaN where an infinity meets it; 22003 where the product itself over- or underflows; NULL values are left out, NULL without input; parallel; for everybody';
