/*-------------------------------------------------------------------------
 *
 * rounding.c
 *	  round_half_even, round_significant, clamp and linspace.
 *
 * The server's round(numeric) takes a tie away from zero.  Decimal rounding
 * works on the decimal digits, so that it is exact for a numeric of any
 * length and the same on every major.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/typcache.h"

#include "base/mu_float.h"
#include "base/mu_int.h"
#include "compat.h"
#include "result.h"

PG_FUNCTION_INFO_V1(mu_round_half_even);
PG_FUNCTION_INFO_V1(mu_round_significant_numeric);
PG_FUNCTION_INFO_V1(mu_round_significant_float8);
PG_FUNCTION_INFO_V1(mu_clamp);
PG_FUNCTION_INFO_V1(mu_linspace);

/* The most digits a numeric has on either side of its point */
#define MAX_BEFORE	131072
#define MAX_AFTER	16383

/*
 * mu_round_half_even - round_half_even(numeric, integer)
 *
 * A negative number of places rounds before the point, as core's round().
 */
Datum
mu_round_half_even(PG_FUNCTION_ARGS)
{
	Numeric		x = PG_GETARG_NUMERIC(0);
	int			place = PG_GETARG_INT32(1);
	char	   *digits;

	if (numeric_is_nan(x) || numeric_is_inf(x))
		PG_RETURN_NUMERIC(x);
	place = Min(Max(place, -MAX_BEFORE - 1), MAX_AFTER);
	digits = DatumGetCString(DirectFunctionCall1(numeric_out,
												 NumericGetDatum(x)));
	PG_RETURN_NUMERIC(mu_numeric_from_text(mu_round_decimal(digits, place,
															true)));
}

/* How many significant digits are asked for */
static int
get_digits(FunctionCallInfo fcinfo)
{
	int			n = PG_GETARG_INT32(1);

	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be positive", "digits")));
	return n;
}

/*
 * mu_round_significant_numeric - round_significant(numeric, integer)
 *
 * A tie goes away from zero, as in core's round().
 */
Datum
mu_round_significant_numeric(PG_FUNCTION_ARGS)
{
	Numeric		x = PG_GETARG_NUMERIC(0);
	int			n = get_digits(fcinfo);
	char	   *digits;
	char	   *first;
	char	   *point;
	int64		place;

	if (numeric_is_nan(x) || numeric_is_inf(x) || mu_numeric_sign(x) == 0)
		PG_RETURN_NUMERIC(x);
	digits = DatumGetCString(DirectFunctionCall1(numeric_out,
												 NumericGetDatum(x)));
	first = digits + strcspn(digits, "123456789");
	point = strchr(digits, '.');
	if (point == NULL)
		point = digits + strlen(digits);
	/* the first digit stands this many places after the point */
	place = first < point ? first - point + 1 : first - point;
	place = Min(Max(place + n - 1, -MAX_BEFORE - 1), MAX_AFTER);
	PG_RETURN_NUMERIC(mu_numeric_from_text(mu_round_decimal(digits,
															(int) place,
															false)));
}

/* No double has more significant decimal digits */
#define DOUBLE_DIGITS	767

/*
 * mu_round_significant_float8 - round_significant(double precision, integer)
 *
 * The double next to the rounded decimal.  The decimal expansion of a double
 * is finite, so a tie shows: it ends with a 5 behind the last digit to stay.
 * C rounds that to the even digit, where here, as for a numeric, it goes away
 * from zero.  Seventeen digits tell every double apart: from there on x is
 * the answer.
 */
Datum
mu_round_significant_float8(PG_FUNCTION_ARGS)
{
	double		x = PG_GETARG_FLOAT8(0);
	int			n = get_digits(fcinfo);
	char		text[DOUBLE_DIGITS + 32];
	char	   *exponent;
	double		result;

	if (isnan(x) || isinf(x) || x == 0.0 || n >= 17)
		PG_RETURN_FLOAT8(x);
	snprintf(text, sizeof(text), "%.*e", 24, x);
	exponent = strchr(text, 'e');
	if (exponent[n - 25] == '5' && strspn(exponent + n - 24, "0") == 24 - n)
		snprintf(text, sizeof(text), "%.*e", DOUBLE_DIGITS - 1, x);
	else
		snprintf(text, sizeof(text), "%.*e", n - 1, x);
	exponent = strchr(text, 'e');
	*exponent++ = '\0';
	result = strtod(psprintf("%se%s", mu_round_decimal(text, n - 1, false),
							 exponent), NULL);
	if (isinf(result))
		float_overflow_error();
	PG_RETURN_FLOAT8(result);
}

/*
 * mu_clamp - clamp(x, lo, hi) for every type that has an order
 *
 * The order is that of the type's btree operator class, so a float NaN is
 * the largest value.
 */
Datum
mu_clamp(PG_FUNCTION_ARGS)
{
	TypeCacheEntry *type = (TypeCacheEntry *) fcinfo->flinfo->fn_extra;
	Oid			collation = PG_GET_COLLATION();

#define LESS(a, b) \
	(DatumGetInt32(FunctionCall2Coll(&type->cmp_proc_finfo, collation, \
									 (a), (b))) < 0)

	if (type == NULL)
	{
		Oid			typid = get_fn_expr_argtype(fcinfo->flinfo, 0);

		if (OidIsValid(typid))
			type = lookup_type_cache(typid, TYPECACHE_CMP_PROC_FINFO);
		if (type == NULL || !OidIsValid(type->cmp_proc_finfo.fn_oid))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("could not identify a comparison function for type %s",
							OidIsValid(typid) ? format_type_be(typid) :
							"unknown")));
		fcinfo->flinfo->fn_extra = type;
	}
	if (LESS(PG_GETARG_DATUM(2), PG_GETARG_DATUM(1)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lower bound must not be above upper bound")));
	if (LESS(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	if (LESS(PG_GETARG_DATUM(2), PG_GETARG_DATUM(0)))
		PG_RETURN_DATUM(PG_GETARG_DATUM(2));
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*
 * mu_lerp - a + (b - a) * i / m for finite a and b, 0 <= i <= m < 2^53
 *
 * Every step keeps what its rounding leaves out and adds it at the end, so
 * the result is the double next to the true value, but for a few in 2^40.
 */
double
mu_lerp(double a, double b, int64 i, int64 m)
{
	double		d;
	double		d_rest;
	double		t;
	double		t_rest;
	double		p;
	double		p_rest;
	double		sum;
	double		sum_rest;

	if (i == 0 || a == b)
		return a;
	if (i == m)
		return b;
	/* keep clear of overflow; the bits this drops are far below the result */
	if (fabs(a) > DBL_MAX / 16 || fabs(b) > DBL_MAX / 16)
		return 16.0 * mu_lerp(a / 16.0, b / 16.0, i, m);
	d = mu_two_sum(b, -a, &d_rest);
	t = (double) i / (double) m;
	t_rest = fma(-t, (double) m, (double) i) / (double) m;
	p = d * t;
	p_rest = fma(d, t, -p) + d * t_rest + d_rest * t;
	sum = mu_two_sum(a, p, &sum_rest);
	return sum + (sum_rest + p_rest);
}

typedef struct Span
{
	double		a;
	double		b;
} Span;

/*
 * mu_linspace - linspace(a, b, n): n values from a to b, both included
 */
Datum
mu_linspace(PG_FUNCTION_ARGS)
{
	FuncCallContext *funcctx;
	Span	   *span;

	if (SRF_IS_FIRSTCALL())
	{
		double		a = PG_GETARG_FLOAT8(0);
		double		b = PG_GETARG_FLOAT8(1);
		int			n = PG_GETARG_INT32(2);

		if (isnan(a) || isinf(a) || isnan(b) || isinf(b))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("start and end must be finite")));
		if (n < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("argument \"%s\" must not be negative", "n")));
		arch_result_scalar(fcinfo, FLOAT8OID);
		funcctx = SRF_FIRSTCALL_INIT();
		span = MemoryContextAlloc(funcctx->multi_call_memory_ctx,
								  sizeof(Span));
		span->a = a;
		span->b = b;
		funcctx->user_fctx = span;
		funcctx->max_calls = n;
	}

	funcctx = SRF_PERCALL_SETUP();
	span = funcctx->user_fctx;
	if (funcctx->call_cntr < funcctx->max_calls)
	{
		double		x = mu_lerp(span->a, span->b, funcctx->call_cntr,
								funcctx->max_calls - 1);

		CHECK_FOR_INTERRUPTS();
		SRF_RETURN_NEXT(funcctx, Float8GetDatum(x));
	}
	SRF_RETURN_DONE(funcctx);
}
