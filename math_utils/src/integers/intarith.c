/*-------------------------------------------------------------------------
 *
 * intarith.c
 *	  cube, isqrt, floor_div and floor_mod.
 *
 * The server's / and % on integers round toward zero, so that mod(-7, 3) is
 * -1; floor_div and floor_mod round down, and -7 mod 3 is 2.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "base/mu_int.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_cube_int2);
PG_FUNCTION_INFO_V1(mu_cube_int4);
PG_FUNCTION_INFO_V1(mu_cube_int8);
PG_FUNCTION_INFO_V1(mu_cube_float4);
PG_FUNCTION_INFO_V1(mu_cube_float8);
PG_FUNCTION_INFO_V1(mu_cube_numeric);
PG_FUNCTION_INFO_V1(mu_isqrt_int8);
PG_FUNCTION_INFO_V1(mu_isqrt_numeric);
PG_FUNCTION_INFO_V1(mu_floor_div_int4);
PG_FUNCTION_INFO_V1(mu_floor_div_int8);
PG_FUNCTION_INFO_V1(mu_floor_div_numeric);
PG_FUNCTION_INFO_V1(mu_floor_mod_int4);
PG_FUNCTION_INFO_V1(mu_floor_mod_int8);
PG_FUNCTION_INFO_V1(mu_floor_mod_numeric);

static void
out_of_range(const char *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s out of range", type)));
}

static void
division_by_zero(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DIVISION_BY_ZERO),
			 errmsg("division by zero")));
}

/*
 * mu_cube_int2 - cube(smallint); 32 is the first that overflows
 */
Datum
mu_cube_int2(PG_FUNCTION_ARGS)
{
	int64		x = PG_GETARG_INT16(0);
	int64		result = x * x * x;

	if (unlikely(result < PG_INT16_MIN || result > PG_INT16_MAX))
		out_of_range("smallint");
	PG_RETURN_INT16((int16) result);
}

/*
 * mu_cube_int4 - cube(integer); 1291 is the first that overflows
 */
Datum
mu_cube_int4(PG_FUNCTION_ARGS)
{
	int32		x = PG_GETARG_INT32(0);
	int32		result;

	if (unlikely(pg_mul_s32_overflow(x, x, &result) ||
				 pg_mul_s32_overflow(result, x, &result)))
		out_of_range("integer");
	PG_RETURN_INT32(result);
}

/*
 * mu_cube_int8 - cube(bigint); 2097152 is the first that overflows
 */
Datum
mu_cube_int8(PG_FUNCTION_ARGS)
{
	int64		x = PG_GETARG_INT64(0);
	int64		result;

	if (unlikely(pg_mul_s64_overflow(x, x, &result) ||
				 pg_mul_s64_overflow(result, x, &result)))
		out_of_range("bigint");
	PG_RETURN_INT64(result);
}

/*
 * mu_cube_float4 - cube(real), with the server's overflow and underflow
 */
Datum
mu_cube_float4(PG_FUNCTION_ARGS)
{
	float4		x = PG_GETARG_FLOAT4(0);

	PG_RETURN_FLOAT4(float4_mul(float4_mul(x, x), x));
}

/*
 * mu_cube_float8 - cube(double precision)
 */
Datum
mu_cube_float8(PG_FUNCTION_ARGS)
{
	float8		x = PG_GETARG_FLOAT8(0);

	PG_RETURN_FLOAT8(float8_mul(float8_mul(x, x), x));
}

/*
 * mu_cube_numeric - cube(numeric)
 */
Datum
mu_cube_numeric(PG_FUNCTION_ARGS)
{
	Numeric		x = PG_GETARG_NUMERIC(0);

	PG_RETURN_NUMERIC(NUM2(numeric_mul, NUM2(numeric_mul, x, x), x));
}

/*
 * mu_isqrt_int8 - isqrt(bigint), the square root rounded down
 *
 * sqrt() of the nearest double is at most one off.
 */
Datum
mu_isqrt_int8(PG_FUNCTION_ARGS)
{
	int64		x = PG_GETARG_INT64(0);
	uint64		root;

	if (x < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_ARGUMENT_FOR_POWER_FUNCTION),
				 errmsg("cannot take square root of a negative number")));
	root = (uint64) sqrt((double) x);
	while (root * root > (uint64) x)
		root--;
	while ((root + 1) * (root + 1) <= (uint64) x)
		root++;
	PG_RETURN_INT64((int64) root);
}

/*
 * mu_isqrt_numeric - isqrt(numeric), the square root rounded down
 *
 * numeric_sqrt rounds to nearest, so it may be one too large.
 */
Datum
mu_isqrt_numeric(PG_FUNCTION_ARGS)
{
	Numeric		x = PG_GETARG_NUMERIC(0);
	Numeric		root;
	Numeric		one;

	root = NUM1(numeric_sqrt, x);	/* refuses a negative */
	if (numeric_is_nan(x) || numeric_is_inf(x))
		PG_RETURN_NUMERIC(root);
	if (mu_numeric_weight(x) > 2 * MU_MAX_DIGITS / 4)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("argument \"%s\" is too long", "x"),
				 errdetail("It may have at most %d digits.",
						   2 * MU_MAX_DIGITS)));
	one = int64_to_numeric(1);
	root = NUM2I(numeric_trunc, root, 0);
	if (NUM_CMP(NUM2(numeric_mul, root, root), x) > 0)
		root = NUM2(numeric_sub, root, one);
	PG_RETURN_NUMERIC(root);
}

/*
 * mu_floor_div_int4 - floor_div(integer, integer)
 */
Datum
mu_floor_div_int4(PG_FUNCTION_ARGS)
{
	int64		a = PG_GETARG_INT32(0);
	int64		b = PG_GETARG_INT32(1);
	int64		result;

	if (unlikely(b == 0))
		division_by_zero();
	result = a / b - (a % b != 0 && (a < 0) != (b < 0));
	if (unlikely(result > PG_INT32_MAX))
		out_of_range("integer");
	PG_RETURN_INT32((int32) result);
}

/*
 * mu_floor_div_int8 - floor_div(bigint, bigint)
 *
 * The smallest bigint by -1 is the one quotient that does not fit; the
 * processor would trap on it.
 */
Datum
mu_floor_div_int8(PG_FUNCTION_ARGS)
{
	int64		a = PG_GETARG_INT64(0);
	int64		b = PG_GETARG_INT64(1);

	if (unlikely(b == 0))
		division_by_zero();
	if (unlikely(a == PG_INT64_MIN && b == -1))
		out_of_range("bigint");
	PG_RETURN_INT64(a / b - (a % b != 0 && (a < 0) != (b < 0)));
}

/*
 * mu_floor_mod_int4 - floor_mod(integer, integer); has the sign of b
 */
Datum
mu_floor_mod_int4(PG_FUNCTION_ARGS)
{
	int64		a = PG_GETARG_INT32(0);
	int64		b = PG_GETARG_INT32(1);
	int64		rest;

	if (unlikely(b == 0))
		division_by_zero();
	rest = a % b;
	PG_RETURN_INT32((int32) (rest != 0 && (rest < 0) != (b < 0) ? rest + b :
							 rest));
}

/*
 * mu_floor_mod_int8 - floor_mod(bigint, bigint)
 */
Datum
mu_floor_mod_int8(PG_FUNCTION_ARGS)
{
	int64		a = PG_GETARG_INT64(0);
	int64		b = PG_GETARG_INT64(1);
	int64		rest;

	if (unlikely(b == 0))
		division_by_zero();
	if (b == -1)
		PG_RETURN_INT64(0);
	rest = a % b;
	PG_RETURN_INT64(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
}

/*
 * Is the remainder of a by b on the wrong side of zero, so that the quotient
 * rounded toward zero is not the one rounded down?
 */
static bool
rounds_up(Numeric rest, Numeric b)
{
	if (numeric_is_nan(rest))
		return false;
	return mu_numeric_sign(rest) * mu_numeric_sign(b) < 0;
}

/*
 * mu_floor_div_numeric - floor_div(numeric, numeric), an integer
 *
 * By the remainder, because it is exact; a quotient may be rounded.
 */
Datum
mu_floor_div_numeric(PG_FUNCTION_ARGS)
{
	Numeric		a = PG_GETARG_NUMERIC(0);
	Numeric		b = PG_GETARG_NUMERIC(1);
	Numeric		result = NUM2(numeric_div_trunc, a, b);

	if (!numeric_is_nan(result) && !numeric_is_inf(result) &&
		rounds_up(NUM2(numeric_mod, a, b), b))
		result = NUM2(numeric_sub, result, int64_to_numeric(1));
	PG_RETURN_NUMERIC(result);
}

/*
 * mu_floor_mod_numeric - floor_mod(numeric, numeric)
 */
Datum
mu_floor_mod_numeric(PG_FUNCTION_ARGS)
{
	Numeric		a = PG_GETARG_NUMERIC(0);
	Numeric		b = PG_GETARG_NUMERIC(1);
	Numeric		result = NUM2(numeric_mod, a, b);

	if (rounds_up(result, b))
		result = NUM2(numeric_add, result, b);
	PG_RETURN_NUMERIC(result);
}
