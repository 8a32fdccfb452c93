/*-------------------------------------------------------------------------
 *
 * rational_io.c
 *	  The type rational: text and binary form, and casts.
 *
 * The model of a type's input function: it trusts nothing, keeps the one
 * representation that a value has, and reports errors to the caller's error
 * context, where there is one.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "base/mu_exact.h"
#include "compat.h"
#include "rational/mu_rational.h"

PG_FUNCTION_INFO_V1(mu_rational_in);
PG_FUNCTION_INFO_V1(mu_rational_out);
PG_FUNCTION_INFO_V1(mu_rational_recv);
PG_FUNCTION_INFO_V1(mu_rational_send);
PG_FUNCTION_INFO_V1(mu_rational_make);
PG_FUNCTION_INFO_V1(mu_rational_numerator);
PG_FUNCTION_INFO_V1(mu_rational_denominator);
PG_FUNCTION_INFO_V1(mu_rational_from_int2);
PG_FUNCTION_INFO_V1(mu_rational_from_int4);
PG_FUNCTION_INFO_V1(mu_rational_from_int8);
PG_FUNCTION_INFO_V1(mu_rational_from_numeric);
PG_FUNCTION_INFO_V1(mu_rational_from_float8);
PG_FUNCTION_INFO_V1(mu_rational_to_int4);
PG_FUNCTION_INFO_V1(mu_rational_to_int8);
PG_FUNCTION_INFO_V1(mu_rational_to_numeric);
PG_FUNCTION_INFO_V1(mu_rational_to_float8);

/* Each side of what is read may have this value times ten */
#define MAX_SIDE	((((uint128) 1) << 126) / 10)

/* Read digits; *value stays in range, and *over tells where it could not */
static const char *
read_digits(const char *s, uint128 *value, bool *over)
{
	for (; *s >= '0' && *s <= '9'; s++)
	{
		if (*value > MAX_SIDE)
			*over = true;
		else
			*value = *value * 10 + (*s - '0');
	}
	return s;
}

/* Read the digits after a point; zeros at the end make nothing larger */
static const char *
read_fraction(const char *s, uint128 *num, uint128 *den, bool *over)
{
	const char *last = s;
	const char *end = s;

	for (; *end >= '0' && *end <= '9'; end++)
	{
		if (*end != '0')
			last = end + 1;
	}
	for (; s < last; s++)
	{
		if (*num > MAX_SIDE || *den > MAX_SIDE)
		{
			*over = true;
			break;
		}
		*num = *num * 10 + (*s - '0');
		*den *= 10;
	}
	return end;
}

/*
 * A rational from text: digits, digits/digits or digits.digits, with a sign
 * and spaces around it.  Errors go to escontext.
 */
static bool
parse(const char *text, MuRational *result, struct Node *escontext)
{
	const char *s = text;
	const char *digits;
	uint128		num = 0;
	uint128		den = 1;
	bool		neg = false;
	bool		over = false;
	bool		good;

	while (isspace((unsigned char) *s))
		s++;
	if (*s == '-' || *s == '+')
		neg = *s++ == '-';
	digits = s;
	s = read_digits(s, &num, &over);
	good = s > digits;
	if (*s == '/' && good)
	{
		digits = ++s;
		den = 0;
		s = read_digits(s, &den, &over);
		good = s > digits;
	}
	else if (*s == '.')
	{
		digits = ++s;
		s = read_fraction(s, &num, &den, &over);
		good = good || s > digits;
	}
	while (isspace((unsigned char) *s))
		s++;
	if (!good || *s != '\0')
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"",
						"rational", text)));
	if (den == 0)
		ereturn(escontext, false,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero"),
				 errdetail("The denominator in \"%s\" is zero.", text)));
	if (over || !mu_rational_lowest(neg ? -(int128) num : (int128) num, den,
									result))
		ereturn(escontext, false,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value \"%s\" is out of range for type %s", text,
						"rational")));
	return true;
}

/*
 * mu_rational_in - the input function
 */
Datum
mu_rational_in(PG_FUNCTION_ARGS)
{
	MuRational	result;

	if (!parse(PG_GETARG_CSTRING(0), &result, fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_RATIONAL(result);
}

/*
 * mu_rational_out - the output function: num/den, or num where den is 1
 */
Datum
mu_rational_out(PG_FUNCTION_ARGS)
{
	MuRational *a = PG_GETARG_RATIONAL(0);
	char	   *result = palloc(2 * (MAXINT8LEN + 1));
	int			len = pg_lltoa(a->num, result);

	if (a->den != 1)
	{
		result[len++] = '/';
		pg_lltoa(a->den, result + len);
	}
	PG_RETURN_CSTRING(result);
}

/*
 * mu_rational_recv - the binary input function
 *
 * What is not in lowest terms is brought there; a denominator that is not
 * positive is refused.
 */
Datum
mu_rational_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	MuRational	result;

	result.num = pq_getmsgint64(buf);
	result.den = pq_getmsgint64(buf);
	if (result.den <= 0 ||
		!mu_rational_lowest(result.num, (uint128) result.den, &result))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid denominator in external \"%s\" value",
						"rational")));
	PG_RETURN_RATIONAL(result);
}

/*
 * mu_rational_send - the binary output function: two bigints
 */
Datum
mu_rational_send(PG_FUNCTION_ARGS)
{
	MuRational *a = PG_GETARG_RATIONAL(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, a->num);
	pq_sendint64(&buf, a->den);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_rational_make - rational(bigint, bigint)
 */
Datum
mu_rational_make(PG_FUNCTION_ARGS)
{
	int128		num = PG_GETARG_INT64(0);
	int64		den = PG_GETARG_INT64(1);
	MuRational	result;

	if (den == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero")));
	if (!mu_rational_lowest(den < 0 ? -num : num, mu_abs64(den), &result))
		mu_rational_overflow();
	PG_RETURN_RATIONAL(result);
}

/*
 * mu_rational_numerator - numerator(rational)
 */
Datum
mu_rational_numerator(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_RATIONAL(0)->num);
}

/*
 * mu_rational_denominator - denominator(rational), always positive
 */
Datum
mu_rational_denominator(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_RATIONAL(0)->den);
}

/* An integer as a rational */
static Datum
from_integer(int64 x)
{
	MuRational	result;

	result.num = x;
	result.den = 1;
	PG_RETURN_RATIONAL(result);
}

/*
 * mu_rational_from_int2 - cast from smallint
 */
Datum
mu_rational_from_int2(PG_FUNCTION_ARGS)
{
	return from_integer(PG_GETARG_INT16(0));
}

/*
 * mu_rational_from_int4 - cast from integer
 */
Datum
mu_rational_from_int4(PG_FUNCTION_ARGS)
{
	return from_integer(PG_GETARG_INT32(0));
}

/*
 * mu_rational_from_int8 - cast from bigint
 */
Datum
mu_rational_from_int8(PG_FUNCTION_ARGS)
{
	return from_integer(PG_GETARG_INT64(0));
}

/*
 * mu_rational_from_numeric - cast from numeric, exact or an error
 *
 * numeric_out writes no exponents, so what it writes can be read.
 */
Datum
mu_rational_from_numeric(PG_FUNCTION_ARGS)
{
	Numeric		num = PG_GETARG_NUMERIC(0);
	MuRational	result;

	if (numeric_is_nan(num) || numeric_is_inf(num))
		mu_rational_overflow();
	(void) parse(DatumGetCString(DirectFunctionCall1(numeric_out,
													 NumericGetDatum(num))),
				 &result, NULL);
	PG_RETURN_RATIONAL(result);
}

/*
 * mu_rational_from_float8 - cast from double precision, exact or an error
 */
Datum
mu_rational_from_float8(PG_FUNCTION_ARGS)
{
	double		x = PG_GETARG_FLOAT8(0);
	MuRational	result;
	uint64		m;
	int			exp;
	int			zeros;

	if (isnan(x) || isinf(x))
		mu_rational_overflow();
	m = mu_split_double(x, &exp);
	if (m == 0)
		return from_integer(0);
	zeros = pg_rightmost_one_pos64(m);
	m >>= zeros;
	exp += zeros;
	if (exp > 63 || exp < -62 ||
		!mu_rational_lowest((x < 0 ? -1 : 1) * ((int128) m << Max(exp, 0)),
							((uint128) 1) << Max(-exp, 0), &result))
		mu_rational_overflow();
	PG_RETURN_RATIONAL(result);
}

/* Rounded to an integer, half away from zero, as the server's casts do */
static int128
rounded(const MuRational *a)
{
	int128		whole = a->num / a->den;
	int128		rest = a->num % a->den;

	if (2 * (rest < 0 ? -rest : rest) >= a->den)
		whole += a->num < 0 ? -1 : 1;
	return whole;
}

/*
 * mu_rational_to_int4 - cast to integer
 */
Datum
mu_rational_to_int4(PG_FUNCTION_ARGS)
{
	int128		result = rounded(PG_GETARG_RATIONAL(0));

	if (result < PG_INT32_MIN || result > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("integer out of range")));
	PG_RETURN_INT32((int32) result);
}

/*
 * mu_rational_to_int8 - cast to bigint, which always fits: a numerator does
 */
Datum
mu_rational_to_int8(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) rounded(PG_GETARG_RATIONAL(0)));
}

/*
 * mu_rational_to_numeric - cast to numeric, rounded as its division is
 */
Datum
mu_rational_to_numeric(PG_FUNCTION_ARGS)
{
	MuRational *a = PG_GETARG_RATIONAL(0);

	if (a->den == 1)
		PG_RETURN_NUMERIC(int64_to_numeric(a->num));
	PG_RETURN_NUMERIC(NUM2(numeric_div, int64_to_numeric(a->num),
						   int64_to_numeric(a->den)));
}

/*
 * mu_rational_to_float8 - cast to double precision: the double next to it
 */
Datum
mu_rational_to_float8(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(mu_rational_double(*PG_GETARG_RATIONAL(0)));
}
