/*-------------------------------------------------------------------------
 *
 * fsum.c
 *	  fsum and favg: sum and average of double precision, rounded once.
 *
 * The model of an aggregate with everything: it runs in parallel (combine,
 * serialize, deserialize) and slides over a window frame (inverse
 * transition), and because its sum is exact (exact.c) all the ways give the
 * same bits.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "base/mu_agg.h"
#include "base/mu_exact.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_fsum_accum);
PG_FUNCTION_INFO_V1(mu_fsum_remove);
PG_FUNCTION_INFO_V1(mu_fsum_combine);
PG_FUNCTION_INFO_V1(mu_fsum_serialize);
PG_FUNCTION_INFO_V1(mu_fsum_deserialize);
PG_FUNCTION_INFO_V1(mu_fsum_final);
PG_FUNCTION_INFO_V1(mu_favg_final);

typedef struct Sum
{
	MuCount		count;
	MuAcc		acc;
} Sum;

static Sum *
new_sum(MemoryContext context)
{
	Sum		   *sum = MemoryContextAllocZero(context, sizeof(Sum));

	mu_acc_init(&sum->acc, context);
	return sum;
}

/*
 * mu_fsum_accum - transition: one more value
 *
 * Makes a state on the first row even if that is NULL: in moving mode a
 * transition function must not return NULL.
 */
Datum
mu_fsum_accum(PG_FUNCTION_ARGS)
{
	Sum		   *sum = MU_STATE(Sum);

	if (unlikely(sum == NULL))
		sum = new_sum(mu_agg_context(fcinfo));
	if (likely(!PG_ARGISNULL(1)))
	{
		double		x = PG_GETARG_FLOAT8(1);

		if (likely(mu_count(&sum->count, x, 1)))
			mu_acc_add_double(&sum->acc, x, false);
	}
	PG_RETURN_POINTER(sum);
}

/*
 * mu_fsum_remove - inverse transition: a value leaves the frame
 */
Datum
mu_fsum_remove(PG_FUNCTION_ARGS)
{
	Sum		   *sum = MU_STATE(Sum);

	if (sum == NULL)
		sum = new_sum(mu_agg_context(fcinfo));
	if (!PG_ARGISNULL(1))
	{
		double		x = PG_GETARG_FLOAT8(1);

		if (mu_count(&sum->count, x, -1))
			mu_acc_add_double(&sum->acc, x, true);
	}
	PG_RETURN_POINTER(sum);
}

/*
 * mu_fsum_combine - two partial sums become one, the first
 */
Datum
mu_fsum_combine(PG_FUNCTION_ARGS)
{
	Sum		   *sum = MU_STATE(Sum);
	Sum		   *other = PG_ARGISNULL(1) ? NULL : (Sum *) PG_GETARG_POINTER(1);
	MemoryContext context = mu_agg_context(fcinfo);

	if (sum == NULL)
		sum = new_sum(context);
	if (other != NULL)
	{
		mu_count_add(&sum->count, &other->count);
		mu_acc_add_acc(&sum->acc, &other->acc);
	}
	PG_RETURN_POINTER(sum);
}

/*
 * mu_fsum_serialize - a partial sum as bytes, for another process
 */
Datum
mu_fsum_serialize(PG_FUNCTION_ARGS)
{
	Sum		   *sum = (Sum *) PG_GETARG_POINTER(0);
	StringInfoData buf;

	(void) mu_agg_context(fcinfo);
	pq_begintypsend(&buf);
	mu_count_send(&buf, &sum->count);
	mu_acc_send(&buf, &sum->acc);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_fsum_deserialize - and back
 */
Datum
mu_fsum_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	Sum		   *sum;

	mu_agg_bytes(fcinfo, &buf);
	sum = new_sum(CurrentMemoryContext);
	mu_count_recv(&buf, &sum->count);
	mu_acc_recv(&buf, &sum->acc);
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(sum);
}

/*
 * mu_fsum_final - the double next to the sum; NULL without input
 */
Datum
mu_fsum_final(PG_FUNCTION_ARGS)
{
	Sum		   *sum = MU_STATE(Sum);
	double		result;

	if (sum == NULL || sum->count.n == 0)
		PG_RETURN_NULL();
	if (!mu_count_special(&sum->count, &result))
	{
		result = mu_acc_double(&sum->acc);
		if (isinf(result))
			float_overflow_error();
	}
	PG_RETURN_FLOAT8(result);
}

/*
 * mu_favg_final - the double next to the average, which never overflows
 */
Datum
mu_favg_final(PG_FUNCTION_ARGS)
{
	Sum		   *sum = MU_STATE(Sum);
	double		result;

	if (sum == NULL || sum->count.n == 0)
		PG_RETURN_NULL();
	if (!mu_count_special(&sum->count, &result))
		result = mu_acc_average(&sum->acc, sum->count.n);
	PG_RETURN_FLOAT8(result);
}
