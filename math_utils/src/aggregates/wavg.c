/*-------------------------------------------------------------------------
 *
 * wavg.c
 *	  weighted_avg(x, w) of numeric.
 *
 * Both sums are exact, and the zeros at their ends are dropped before the
 * one division, so the result depends on the values alone, not on the way
 * they came.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/mu_agg.h"
#include "base/mu_int.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_wavg_accum);
PG_FUNCTION_INFO_V1(mu_wavg_remove);
PG_FUNCTION_INFO_V1(mu_wavg_combine);
PG_FUNCTION_INFO_V1(mu_wavg_serialize);
PG_FUNCTION_INFO_V1(mu_wavg_deserialize);
PG_FUNCTION_INFO_V1(mu_wavg_final);

typedef struct Wavg
{
	MemoryContext context;
	int64		n;
	int64		nan;
	int64		pinf;
	int64		ninf;
	Numeric		sum;			/* of x * w, for finite x */
	Numeric		weights;
} Wavg;

static Wavg *
new_wavg(MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Wavg	   *avg = palloc0(sizeof(Wavg));

	avg->context = context;
	avg->sum = int64_to_numeric(0);
	avg->weights = int64_to_numeric(0);
	MemoryContextSwitchTo(old);
	return avg;
}

/* *sum += or -= num, in the state's context */
static void
add_to(Wavg *avg, Numeric *sum, Numeric num, bool take_away)
{
	MemoryContext old = MemoryContextSwitchTo(avg->context);
	Numeric		result = take_away ? NUM2(numeric_sub, *sum, num) :
		NUM2(numeric_add, *sum, num);

	pfree(*sum);
	*sum = result;
	MemoryContextSwitchTo(old);
}

static Datum
wavg_step(FunctionCallInfo fcinfo, int by)
{
	Wavg	   *avg = MU_STATE(Wavg);

	if (avg == NULL)
		avg = new_wavg(mu_agg_context(fcinfo));
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		Numeric		x = PG_GETARG_NUMERIC(1);
		Numeric		w = PG_GETARG_NUMERIC(2);

		if (numeric_is_nan(w) || numeric_is_inf(w) || mu_numeric_sign(w) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("weight must be finite and not negative")));
		avg->n += by;
		add_to(avg, &avg->weights, w, by < 0);
		if (numeric_is_nan(x) ||
			(numeric_is_inf(x) && mu_numeric_sign(w) == 0))
			avg->nan += by;
		else if (numeric_is_inf(x) && mu_numeric_sign(x) > 0)
			avg->pinf += by;
		else if (numeric_is_inf(x))
			avg->ninf += by;
		else
			add_to(avg, &avg->sum, NUM2(numeric_mul, x, w), by < 0);
	}
	PG_RETURN_POINTER(avg);
}

/*
 * mu_wavg_accum - transition: one more value with its weight
 */
Datum
mu_wavg_accum(PG_FUNCTION_ARGS)
{
	return wavg_step(fcinfo, 1);
}

/*
 * mu_wavg_remove - inverse transition
 */
Datum
mu_wavg_remove(PG_FUNCTION_ARGS)
{
	return wavg_step(fcinfo, -1);
}

/*
 * mu_wavg_combine - two partial states become one, the first
 */
Datum
mu_wavg_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = mu_agg_context(fcinfo);
	Wavg	   *avg = MU_STATE(Wavg);
	Wavg	   *other = PG_ARGISNULL(1) ? NULL :
		(Wavg *) PG_GETARG_POINTER(1);

	if (avg == NULL)
		avg = new_wavg(context);
	if (other != NULL)
	{
		avg->n += other->n;
		avg->nan += other->nan;
		avg->pinf += other->pinf;
		avg->ninf += other->ninf;
		add_to(avg, &avg->sum, other->sum, false);
		add_to(avg, &avg->weights, other->weights, false);
	}
	PG_RETURN_POINTER(avg);
}

/*
 * mu_wavg_serialize - a partial state as bytes
 */
Datum
mu_wavg_serialize(PG_FUNCTION_ARGS)
{
	Wavg	   *avg = (Wavg *) PG_GETARG_POINTER(0);
	StringInfoData buf;

	(void) mu_agg_context(fcinfo);
	pq_begintypsend(&buf);
	pq_sendint64(&buf, avg->n);
	pq_sendint64(&buf, avg->nan);
	pq_sendint64(&buf, avg->pinf);
	pq_sendint64(&buf, avg->ninf);
	mu_agg_send_numeric(&buf, avg->sum);
	mu_agg_send_numeric(&buf, avg->weights);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_wavg_deserialize - and back
 */
Datum
mu_wavg_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	Wavg	   *avg;

	mu_agg_bytes(fcinfo, &buf);
	avg = new_wavg(CurrentMemoryContext);
	avg->n = pq_getmsgint64(&buf);
	avg->nan = pq_getmsgint64(&buf);
	avg->pinf = pq_getmsgint64(&buf);
	avg->ninf = pq_getmsgint64(&buf);
	avg->sum = mu_agg_recv_numeric(&buf, "a weighted average");
	avg->weights = mu_agg_recv_numeric(&buf, "a weighted average");
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(avg);
}

/*
 * mu_wavg_final - the sum of x * w divided by the sum of w
 */
Datum
mu_wavg_final(PG_FUNCTION_ARGS)
{
	Wavg	   *avg = MU_STATE(Wavg);

	if (avg == NULL || avg->n == 0)
		PG_RETURN_NULL();
	if (mu_numeric_sign(avg->weights) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero"),
				 errdetail("The sum of the weights is zero.")));
	if (avg->nan > 0 || (avg->pinf > 0 && avg->ninf > 0))
		PG_RETURN_NUMERIC(mu_numeric_from_text("NaN"));
	if (avg->pinf > 0 || avg->ninf > 0)
		PG_RETURN_NUMERIC(mu_numeric_from_text(avg->pinf > 0 ? "Infinity" :
											   "-Infinity"));
	PG_RETURN_NUMERIC(NUM2(numeric_div,
						   NUM1(numeric_trim_scale, avg->sum),
						   NUM1(numeric_trim_scale, avg->weights)));
}
