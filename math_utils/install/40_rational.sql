--
-- rational: the type, its casts and operators (src/rational/rational_io.c, src/rational/rational.c)
--
CREATE TYPE rational;

CREATE FUNCTION mu_rational_in(cstring) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_rational_out(rational) RETURNS cstring
AS 'MODULE_PATHNAME', 'mu_rational_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_rational_recv(internal) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE FUNCTION mu_rational_send(rational) RETURNS bytea
AS 'MODULE_PATHNAME', 'mu_rational_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE TYPE rational (
	INPUT = mu_rational_in, OUTPUT = mu_rational_out,
	RECEIVE = mu_rational_recv, SEND = mu_rational_send,
	INTERNALLENGTH = 16, ALIGNMENT = double, CATEGORY = 'N'
);

COMMENT ON TYPE rational IS
'fraction of two bigints, always in lowest terms with a positive denominator; exact, 16 bytes; for everybody';

COMMENT ON FUNCTION mu_rational_in(cstring) IS 'input: 1/2, 0.25 or 3, with a sign and spaces around it; 22P02 for anything else, 22003 where it does not fit, 22012 for a denominator of 0';
COMMENT ON FUNCTION mu_rational_out(rational) IS 'output: 1/2, or 3 where the denominator is 1';
COMMENT ON FUNCTION mu_rational_recv(internal) IS 'binary input: numerator and denominator as bigint, brought to lowest terms; 22P03 for a denominator below 1';
COMMENT ON FUNCTION mu_rational_send(rational) IS 'binary output: numerator and denominator as bigint';

CREATE FUNCTION rational(num bigint, den bigint) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_make'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION rational(bigint, bigint) IS
'num / den in lowest terms; 22012 for den = 0, 22003 where it does not fit; NULL for NULL; for everybody';

CREATE FUNCTION numerator(r rational) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_rational_numerator'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION numerator(rational) IS
'the numerator in lowest terms, with the sign; NULL for NULL; for everybody';

CREATE FUNCTION denominator(r rational) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_rational_denominator'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION denominator(rational) IS
'the denominator in lowest terms, at least 1; NULL for NULL; for everybody';

CREATE FUNCTION abs(r rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_abs'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION abs(rational) IS
'the absolute value; 22003 where the numerator is the smallest bigint; NULL for NULL; for everybody';

CREATE FUNCTION mediant(a rational, b rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_mediant'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;

COMMENT ON FUNCTION mediant(rational, rational) IS
'the sum of the numerators over the sum of the denominators, in lowest terms: lies between a and b; 22003 where it does not fit; NULL for NULL; for everybody';

CREATE FUNCTION between_simplest(lo rational, hi rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_between_simplest'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION between_simplest(rational, rational) IS
'the fraction of the smallest denominator, then numerator, strictly between lo and hi; 22023 where lo >= hi, 22003 where it does not fit; NULL for NULL; for everybody';

CREATE FUNCTION limit_denominator(r rational, max bigint) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_limit_denominator'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION limit_denominator(rational, bigint) IS
'the fraction nearest to r whose denominator is at most max; 22023 for max < 1; NULL for NULL; for everybody';

CREATE FUNCTION rational(smallint) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_from_int2'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE CAST (smallint AS rational) WITH FUNCTION rational(smallint) AS IMPLICIT;
COMMENT ON FUNCTION rational(smallint) IS 'cast from smallint: exact; NULL for NULL; for everybody';
COMMENT ON CAST (smallint AS rational) IS 'exact';

CREATE FUNCTION rational(integer) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_from_int4'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE CAST (integer AS rational) WITH FUNCTION rational(integer) AS IMPLICIT;
COMMENT ON FUNCTION rational(integer) IS 'cast from integer: exact; NULL for NULL; for everybody';
COMMENT ON CAST (integer AS rational) IS 'exact';

CREATE FUNCTION rational(bigint) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_from_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE CAST (bigint AS rational) WITH FUNCTION rational(bigint) AS IMPLICIT;
COMMENT ON FUNCTION rational(bigint) IS 'cast from bigint: exact; NULL for NULL; for everybody';
COMMENT ON CAST (bigint AS rational) IS 'exact';

CREATE FUNCTION rational(numeric) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_from_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE CAST (numeric AS rational) WITH FUNCTION rational(numeric) AS ASSIGNMENT;
COMMENT ON FUNCTION rational(numeric) IS 'cast from numeric: exact; 22003 where it does not fit, for NaN and infinities; NULL for NULL; for everybody';
COMMENT ON CAST (numeric AS rational) IS 'exact; 22003 where it does not fit, for NaN and infinities';

CREATE FUNCTION rational(double precision) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_from_float8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE CAST (double precision AS rational) WITH FUNCTION rational(double precision) AS ASSIGNMENT;
COMMENT ON FUNCTION rational(double precision) IS 'cast from double precision: exact; 22003 where it does not fit, for NaN and infinities; NULL for NULL; for everybody';
COMMENT ON CAST (double precision AS rational) IS 'exact; 22003 where it does not fit, for NaN and infinities';

CREATE FUNCTION mu_rational_to_int4(rational) RETURNS integer
AS 'MODULE_PATHNAME', 'mu_rational_to_int4'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE CAST (rational AS integer) WITH FUNCTION mu_rational_to_int4(rational) AS ASSIGNMENT;
COMMENT ON FUNCTION mu_rational_to_int4(rational) IS 'cast to integer: rounded, half away from zero; 22003 where it does not fit; NULL for NULL; for everybody';
COMMENT ON CAST (rational AS integer) IS 'rounded, half away from zero; 22003 where it does not fit';

CREATE FUNCTION mu_rational_to_int8(rational) RETURNS bigint
AS 'MODULE_PATHNAME', 'mu_rational_to_int8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE CAST (rational AS bigint) WITH FUNCTION mu_rational_to_int8(rational) AS ASSIGNMENT;
COMMENT ON FUNCTION mu_rational_to_int8(rational) IS 'cast to bigint: rounded, half away from zero; NULL for NULL; for everybody';
COMMENT ON CAST (rational AS bigint) IS 'rounded, half away from zero';

CREATE FUNCTION mu_rational_to_numeric(rational) RETURNS numeric
AS 'MODULE_PATHNAME', 'mu_rational_to_numeric'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE CAST (rational AS numeric) WITH FUNCTION mu_rational_to_numeric(rational) AS ASSIGNMENT;
COMMENT ON FUNCTION mu_rational_to_numeric(rational) IS 'cast to numeric: divided as numeric divides: at least 16 significant digits; NULL for NULL; for everybody';
COMMENT ON CAST (rational AS numeric) IS 'divided as numeric divides: at least 16 significant digits';

CREATE FUNCTION mu_rational_to_float8(rational) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_rational_to_float8'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE CAST (rational AS double precision) WITH FUNCTION mu_rational_to_float8(rational) AS ASSIGNMENT;
COMMENT ON FUNCTION mu_rational_to_float8(rational) IS 'cast to double precision: the double next to it; NULL for NULL; for everybody';
COMMENT ON CAST (rational AS double precision) IS 'the double next to it';

CREATE FUNCTION mu_rational_plus(rational, rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_plus'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR + (
	FUNCTION = mu_rational_plus, LEFTARG = rational, RIGHTARG = rational,
	COMMUTATOR = +
);
COMMENT ON FUNCTION mu_rational_plus(rational, rational) IS 'operator +';
COMMENT ON OPERATOR + (rational, rational) IS 'sum; 22003 where it does not fit';

CREATE FUNCTION mu_rational_minus(rational, rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_minus'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR - (
	FUNCTION = mu_rational_minus, LEFTARG = rational, RIGHTARG = rational
);
COMMENT ON FUNCTION mu_rational_minus(rational, rational) IS 'operator -';
COMMENT ON OPERATOR - (rational, rational) IS 'difference; 22003 where it does not fit';

CREATE FUNCTION mu_rational_times(rational, rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_times'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR * (
	FUNCTION = mu_rational_times, LEFTARG = rational, RIGHTARG = rational,
	COMMUTATOR = *
);
COMMENT ON FUNCTION mu_rational_times(rational, rational) IS 'operator *';
COMMENT ON OPERATOR * (rational, rational) IS 'product; 22003 where it does not fit';

CREATE FUNCTION mu_rational_over(rational, rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_over'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR / (
	FUNCTION = mu_rational_over, LEFTARG = rational, RIGHTARG = rational
);
COMMENT ON FUNCTION mu_rational_over(rational, rational) IS 'operator /';
COMMENT ON OPERATOR / (rational, rational) IS 'quotient; 22012 for division by zero, 22003 where it does not fit';

CREATE FUNCTION mu_rational_negate(rational) RETURNS rational
AS 'MODULE_PATHNAME', 'mu_rational_negate'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR - (
	FUNCTION = mu_rational_negate, RIGHTARG = rational
);
COMMENT ON FUNCTION mu_rational_negate(rational) IS 'operator -';
COMMENT ON OPERATOR - (NONE, rational) IS 'negative; 22003 where the numerator is the smallest bigint';

CREATE FUNCTION mu_rational_dist(rational, rational) RETURNS double precision
AS 'MODULE_PATHNAME', 'mu_rational_dist'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR <-> (
	FUNCTION = mu_rational_dist, LEFTARG = rational, RIGHTARG = rational,
	COMMUTATOR = <->
);
COMMENT ON FUNCTION mu_rational_dist(rational, rational) IS 'operator <->';
COMMENT ON OPERATOR <-> (rational, rational) IS 'distance: the double next to |a - b|; a GiST index orders by it';

CREATE FUNCTION mu_rational_eq(rational, rational) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_rational_eq'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR = (
	FUNCTION = mu_rational_eq, LEFTARG = rational, RIGHTARG = rational,
	COMMUTATOR = =, NEGATOR = <>,
	RESTRICT = eqsel, JOIN = eqjoinsel,
	HASHES, MERGES
);
COMMENT ON FUNCTION mu_rational_eq(rational, rational) IS 'operator =';
COMMENT ON OPERATOR = (rational, rational) IS 'equal';

CREATE FUNCTION mu_rational_ne(rational, rational) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_rational_ne'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR <> (
	FUNCTION = mu_rational_ne, LEFTARG = rational, RIGHTARG = rational,
	COMMUTATOR = <>, NEGATOR = =,
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON FUNCTION mu_rational_ne(rational, rational) IS 'operator <>';
COMMENT ON OPERATOR <> (rational, rational) IS 'not equal';

CREATE FUNCTION mu_rational_lt(rational, rational) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_rational_lt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR < (
	FUNCTION = mu_rational_lt, LEFTARG = rational, RIGHTARG = rational,
	COMMUTATOR = >, NEGATOR = >=,
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON FUNCTION mu_rational_lt(rational, rational) IS 'operator <';
COMMENT ON OPERATOR < (rational, rational) IS 'less';

CREATE FUNCTION mu_rational_le(rational, rational) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_rational_le'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR <= (
	FUNCTION = mu_rational_le, LEFTARG = rational, RIGHTARG = rational,
	COMMUTATOR = >=, NEGATOR = >,
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON FUNCTION mu_rational_le(rational, rational) IS 'operator <=';
COMMENT ON OPERATOR <= (rational, rational) IS 'less or equal';

CREATE FUNCTION mu_rational_gt(rational, rational) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_rational_gt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR > (
	FUNCTION = mu_rational_gt, LEFTARG = rational, RIGHTARG = rational,
	COMMUTATOR = <, NEGATOR = <=,
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON FUNCTION mu_rational_gt(rational, rational) IS 'operator >';
COMMENT ON OPERATOR > (rational, rational) IS 'greater';

CREATE FUNCTION mu_rational_ge(rational, rational) RETURNS boolean
AS 'MODULE_PATHNAME', 'mu_rational_ge'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE OPERATOR >= (
	FUNCTION = mu_rational_ge, LEFTARG = rational, RIGHTARG = rational,
	COMMUTATOR = <=, NEGATOR = <,
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON FUNCTION mu_rational_ge(rational, rational) IS 'operator >=';
COMMENT ON OPERATOR >= (rational, rational) IS 'greater or equal';

