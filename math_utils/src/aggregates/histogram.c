/*-------------------------------------------------------------------------
 *
 * histogram.c
 *	  histogram(x, lo, hi, n): how many values fall into each of n equal
 *	  buckets, with one more at either end.
 *
 * Entry i of the result counts the values for which core's width_bucket is
 * i - 1.  Core is asked, because its releases round differently next to an
 * edge.  Only where the distance of the bounds overflows, which makes
 * nonsense of the older releases' answers, the bucket is found here, in the
 * newer way.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"

#include "base/mu_agg.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_histogram_accum);
PG_FUNCTION_INFO_V1(mu_histogram_remove);
PG_FUNCTION_INFO_V1(mu_histogram_combine);
PG_FUNCTION_INFO_V1(mu_histogram_serialize);
PG_FUNCTION_INFO_V1(mu_histogram_deserialize);
PG_FUNCTION_INFO_V1(mu_histogram_final);

#define MAX_BUCKETS	1000000

typedef struct Histogram
{
	int64		values;			/* counted in all; 0 before the first */
	double		lo;
	double		hi;
	int			n;				/* 0 before the first value */
	int64	   *count;			/* n + 2 of them */
} Histogram;

/* Take over the bounds of the first value, insist on them for the others */
static void
set_bounds(Histogram *h, MemoryContext context, double lo, double hi, int n)
{
	if (h->n != 0)
	{
		if (h->lo != lo || h->hi != hi || h->n != n)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("bounds and number of buckets must not change from row to row")));
		return;
	}
	if (isnan(lo) || isinf(lo) || isnan(hi) || isinf(hi) || lo == hi)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bounds must be finite and differ")));
	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of buckets must be positive")));
	if (n > MAX_BUCKETS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many buckets"),
				 errdetail("There may be at most %d.", MAX_BUCKETS)));
	h->count = MemoryContextAllocZero(context, sizeof(int64) * (n + 2));
	h->lo = lo;
	h->hi = hi;
	h->n = n;
}

/* Where x belongs, 0 .. n + 1; bounds may stand the wrong way round */
static int
bucket(const Histogram *h, double x)
{
	int			at;

	if (h->lo < h->hi ? x < h->lo : x > h->lo)
		return 0;
	if (h->lo < h->hi ? x >= h->hi : x <= h->hi)
		return h->n + 1;
	if (!isinf(h->hi - h->lo))
		return DatumGetInt32(DirectFunctionCall4(width_bucket_float8,
												 Float8GetDatum(x),
												 Float8GetDatum(h->lo),
												 Float8GetDatum(h->hi),
												 Int32GetDatum(h->n)));
	/* the share may be rounded up to 1 */
	at = (int) (h->n * ((x / 2 - h->lo / 2) / (h->hi / 2 - h->lo / 2)));
	return Min(at, h->n - 1) + 1;
}

static Datum
histogram_step(FunctionCallInfo fcinfo, int by)
{
	MemoryContext context = mu_agg_context(fcinfo);
	Histogram  *h = MU_STATE(Histogram);

	if (h == NULL)
		h = MemoryContextAllocZero(context, sizeof(Histogram));
	if (!PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("bounds and number of buckets must not be NULL")));
		if (isnan(PG_GETARG_FLOAT8(1)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("NaN belongs to no bucket")));
		set_bounds(h, context, PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3),
				   PG_GETARG_INT32(4));
		h->count[bucket(h, PG_GETARG_FLOAT8(1))] += by;
		h->values += by;
	}
	PG_RETURN_POINTER(h);
}

/*
 * mu_histogram_accum - transition: one more value
 */
Datum
mu_histogram_accum(PG_FUNCTION_ARGS)
{
	return histogram_step(fcinfo, 1);
}

/*
 * mu_histogram_remove - inverse transition
 */
Datum
mu_histogram_remove(PG_FUNCTION_ARGS)
{
	return histogram_step(fcinfo, -1);
}

/*
 * mu_histogram_combine - two partial counts become one, the first
 */
Datum
mu_histogram_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = mu_agg_context(fcinfo);
	Histogram  *h = MU_STATE(Histogram);
	Histogram  *other = PG_ARGISNULL(1) ? NULL :
		(Histogram *) PG_GETARG_POINTER(1);
	int			i;

	if (h == NULL)
		h = MemoryContextAllocZero(context, sizeof(Histogram));
	if (other != NULL && other->n != 0)
	{
		set_bounds(h, context, other->lo, other->hi, other->n);
		for (i = 0; i < h->n + 2; i++)
			h->count[i] += other->count[i];
		h->values += other->values;
	}
	PG_RETURN_POINTER(h);
}

/*
 * mu_histogram_serialize - partial counts as bytes
 */
Datum
mu_histogram_serialize(PG_FUNCTION_ARGS)
{
	Histogram  *h = (Histogram *) PG_GETARG_POINTER(0);
	StringInfoData buf;
	int			i;

	(void) mu_agg_context(fcinfo);
	pq_begintypsend(&buf);
	pq_sendint64(&buf, h->values);
	pq_sendfloat8(&buf, h->lo);
	pq_sendfloat8(&buf, h->hi);
	pq_sendint32(&buf, h->n);
	for (i = 0; h->n != 0 && i < h->n + 2; i++)
		pq_sendint64(&buf, h->count[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_histogram_deserialize - and back
 */
Datum
mu_histogram_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	Histogram  *h;
	double		lo;
	double		hi;
	int			n;
	int			i;

	mu_agg_bytes(fcinfo, &buf);
	h = palloc0(sizeof(Histogram));
	h->values = pq_getmsgint64(&buf);
	lo = pq_getmsgfloat8(&buf);
	hi = pq_getmsgfloat8(&buf);
	n = pq_getmsgint(&buf, 4);
	if (n != 0)
		set_bounds(h, CurrentMemoryContext, lo, hi, n);
	for (i = 0; n != 0 && i < n + 2; i++)
		h->count[i] = pq_getmsgint64(&buf);
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(h);
}

/*
 * mu_histogram_final - the counts, first and last those outside the bounds
 */
Datum
mu_histogram_final(PG_FUNCTION_ARGS)
{
	Histogram  *h = MU_STATE(Histogram);
	Datum	   *entry;
	int			i;

	if (h == NULL || h->values == 0)
		PG_RETURN_NULL();
	entry = palloc(sizeof(Datum) * (h->n + 2));
	for (i = 0; i < h->n + 2; i++)
		entry[i] = Int64GetDatum(h->count[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(entry, h->n + 2, INT8OID,
										  sizeof(int64), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}
