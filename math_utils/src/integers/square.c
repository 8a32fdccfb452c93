/*-------------------------------------------------------------------------
 *
 * square.c
 *	  square(x) for every numeric type: x times x, or a clear error.
 *
 * The result has the type of the argument.  Where it does not fit, the error
 * is the one that x * x gives, so that a caller can swap one for the other.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(mu_square_int2);
PG_FUNCTION_INFO_V1(mu_square_int4);
PG_FUNCTION_INFO_V1(mu_square_int8);
PG_FUNCTION_INFO_V1(mu_square_float4);
PG_FUNCTION_INFO_V1(mu_square_float8);
PG_FUNCTION_INFO_V1(mu_square_numeric);

/*
 * mu_square_int2 - square(smallint); 182 is the first that overflows
 */
Datum
mu_square_int2(PG_FUNCTION_ARGS)
{
	int16		x = PG_GETARG_INT16(0);
	int16		result;

	if (unlikely(pg_mul_s16_overflow(x, x, &result)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("smallint out of range")));

	PG_RETURN_INT16(result);
}

/*
 * mu_square_int4 - square(integer); 46341 is the first that overflows
 */
Datum
mu_square_int4(PG_FUNCTION_ARGS)
{
	int32		x = PG_GETARG_INT32(0);
	int32		result;

	if (unlikely(pg_mul_s32_overflow(x, x, &result)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("integer out of range")));

	PG_RETURN_INT32(result);
}

/*
 * mu_square_int8 - square(bigint); 3037000500 is the first that overflows
 */
Datum
mu_square_int8(PG_FUNCTION_ARGS)
{
	int64		x = PG_GETARG_INT64(0);
	int64		result;

	if (unlikely(pg_mul_s64_overflow(x, x, &result)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("bigint out of range")));

	PG_RETURN_INT64(result);
}

/*
 * mu_square_float4 - square(real)
 *
 * float4_mul has the server's own overflow and underflow checks.
 */
Datum
mu_square_float4(PG_FUNCTION_ARGS)
{
	float4		x = PG_GETARG_FLOAT4(0);

	PG_RETURN_FLOAT4(float4_mul(x, x));
}

/*
 * mu_square_float8 - square(double precision)
 */
Datum
mu_square_float8(PG_FUNCTION_ARGS)
{
	float8		x = PG_GETARG_FLOAT8(0);

	PG_RETURN_FLOAT8(float8_mul(x, x));
}

/*
 * mu_square_numeric - square(numeric)
 *
 * numeric_mul itself: exact while the digits fit, as x * x is.
 */
Datum
mu_square_numeric(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall2(numeric_mul,
							   PG_GETARG_DATUM(0), PG_GETARG_DATUM(0));
}
