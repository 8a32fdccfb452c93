/*-------------------------------------------------------------------------
 *
 * median.c
 *	  median(double precision | numeric) and mad(double precision).
 *
 * An aggregate collects its values in an array and selects at the end.  Over
 * a window frame the values are kept in a tree, so that a step of the frame
 * costs O(log n) instead of sorting the frame again.  A double becomes an
 * integer of the same order, with NaN as the largest, as everywhere in the
 * server; -0 becomes 0.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/float.h"

#include "base/mu_agg.h"
#include "base/mu_int.h"
#include "base/mu_order.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_median_float8_accum);
PG_FUNCTION_INFO_V1(mu_median_float8_remove);
PG_FUNCTION_INFO_V1(mu_median_numeric_accum);
PG_FUNCTION_INFO_V1(mu_median_numeric_remove);
PG_FUNCTION_INFO_V1(mu_median_combine);
PG_FUNCTION_INFO_V1(mu_median_serialize);
PG_FUNCTION_INFO_V1(mu_median_deserialize);
PG_FUNCTION_INFO_V1(mu_median_float8_final);
PG_FUNCTION_INFO_V1(mu_median_numeric_final);
PG_FUNCTION_INFO_V1(mu_mad_final);

/* An aggregate takes at most 1 GB for the array, and 1 GB for numerics */
#define MAX_VALUES		((int64) (MaxAllocSize / sizeof(Datum)))
#define MAX_BYTES		((int64) MaxAllocSize)
#define ARENA_BYTES		65536

typedef struct Median
{
	MemoryContext context;
	bool		numeric;
	bool		sliding;		/* over a window: a tree, not an array */
	int64		n;
	int64		infinite;		/* float8: how many infinities */
	/* array */
	Datum	   *value;
	int64		room;
	int64		bytes;			/* of the numerics */
	char	   *arena;			/* where the next numeric goes */
	int64		arena_left;
	/* tree */
	MuTree		tree;
} Median;

/* x as an integer of the same order */
static Datum
key_of(double x)
{
	int64		bits;

	if (isnan(x))
		return Int64GetDatum(PG_INT64_MAX);
	x += 0.0;					/* -0 becomes 0 */
	memcpy(&bits, &x, sizeof(bits));
	return Int64GetDatum(bits >= 0 ? bits : bits ^ PG_INT64_MAX);
}

/* and back */
static double
value_of(Datum key)
{
	int64		bits = DatumGetInt64(key);
	double		x;

	if (bits == PG_INT64_MAX)
		return NAN;
	if (bits < 0)
		bits ^= PG_INT64_MAX;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

static int
compare_float8(Datum a, Datum b)
{
	int64		x = DatumGetInt64(a);
	int64		y = DatumGetInt64(b);

	return (x > y) - (x < y);
}

static int
compare_numeric(Datum a, Datum b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
}

static Median *
new_median(MemoryContext context, bool numeric, bool sliding)
{
	Median	   *m = MemoryContextAllocZero(context, sizeof(Median));

	m->context = context;
	m->numeric = numeric;
	m->sliding = sliding;
	if (sliding)
		mu_tree_init(&m->tree, context, numeric ? compare_numeric :
					 compare_float8,
					 numeric);
	return m;
}

/* Room for "more" further values */
static void
make_median_room(Median *m, int64 more)
{
	if (more > MAX_VALUES - m->n)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many values for a median"),
				 errdetail("An aggregate holds at most %lld.",
						   (long long) MAX_VALUES)));
	if (m->n + more <= m->room)
		return;
	m->room = Min(MAX_VALUES,
				  Max(m->n + more, m->room > 0 ? 2 * m->room : 64));
	if (m->value == NULL)
		m->value = MemoryContextAlloc(m->context, sizeof(Datum) * m->room);
	else
		m->value = repalloc(m->value, sizeof(Datum) * m->room);
}

/* Put a copy of a numeric next to the others, without an allocation each */
static Datum
keep_numeric(Median *m, struct varlena *num)
{
	int64		size = MAXALIGN(VARSIZE(num));
	char	   *place;

	if (size > MAX_BYTES - m->bytes)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many values for a median"),
				 errdetail("An aggregate holds at most %lld bytes of numerics.",
						   (long long) MAX_BYTES)));
	m->bytes += size;
	if (size > m->arena_left)
	{
		m->arena_left = Max(size, ARENA_BYTES);
		m->arena = MemoryContextAlloc(m->context, m->arena_left);
	}
	place = m->arena;
	m->arena += size;
	m->arena_left -= size;
	memcpy(place, num, VARSIZE(num));
	return PointerGetDatum(place);
}

static Datum
median_step(FunctionCallInfo fcinfo, bool numeric, bool take_away)
{
	Median	   *m = MU_STATE(Median);

	if (m == NULL)
	{
		MemoryContext context = mu_agg_context(fcinfo);

		m = new_median(context, numeric,
					   AggCheckCallContext(fcinfo,
										   NULL) == AGG_CONTEXT_WINDOW);
	}
	if (!PG_ARGISNULL(1))
	{
		Datum		key;
		int			by = take_away ? -1 : 1;

		if (numeric)
			key = NumericGetDatum(PG_GETARG_NUMERIC(1));
		else
		{
			key = key_of(PG_GETARG_FLOAT8(1));
			if (isinf(PG_GETARG_FLOAT8(1)))
				m->infinite += by;
		}
		if (!m->sliding)
		{
			make_median_room(m, 1);
			m->value[m->n] = numeric ?
				keep_numeric(m, (struct varlena *) DatumGetPointer(key)) :
				key;
		}
		else if (take_away)
			mu_tree_remove(&m->tree, key);
		else
			mu_tree_insert(&m->tree, key);
		m->n += by;
	}
	PG_RETURN_POINTER(m);
}

/*
 * mu_median_float8_accum - transition of median and mad
 */
Datum
mu_median_float8_accum(PG_FUNCTION_ARGS)
{
	return median_step(fcinfo, false, false);
}

/*
 * mu_median_float8_remove - inverse transition
 */
Datum
mu_median_float8_remove(PG_FUNCTION_ARGS)
{
	return median_step(fcinfo, false, true);
}

/*
 * mu_median_numeric_accum - transition of median(numeric)
 */
Datum
mu_median_numeric_accum(PG_FUNCTION_ARGS)
{
	return median_step(fcinfo, true, false);
}

/*
 * mu_median_numeric_remove - inverse transition
 */
Datum
mu_median_numeric_remove(PG_FUNCTION_ARGS)
{
	return median_step(fcinfo, true, true);
}

/*
 * mu_median_combine - two arrays become one, the first
 */
Datum
mu_median_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = mu_agg_context(fcinfo);
	Median	   *m = MU_STATE(Median);
	Median	   *other = PG_ARGISNULL(1) ? NULL :
		(Median *) PG_GETARG_POINTER(1);
	int64		i;

	if (other == NULL)
	{
		if (m == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(m);
	}
	if (m == NULL)
		m = new_median(context, other->numeric, false);
	make_median_room(m, other->n);
	for (i = 0; i < other->n; i++)
	{
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		m->value[m->n++] = m->numeric ?
			keep_numeric(m, (struct varlena *) DatumGetPointer(other->value[i])) :
			other->value[i];
	}
	m->infinite += other->infinite;
	PG_RETURN_POINTER(m);
}

/*
 * mu_median_serialize - an array as bytes
 */
Datum
mu_median_serialize(PG_FUNCTION_ARGS)
{
	Median	   *m = (Median *) PG_GETARG_POINTER(0);
	StringInfoData buf;
	int64		i;

	(void) mu_agg_context(fcinfo);
	pq_begintypsend(&buf);
	pq_sendbyte(&buf, m->numeric);
	pq_sendint64(&buf, m->infinite);
	pq_sendint64(&buf, m->n);
	for (i = 0; i < m->n; i++)
	{
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (m->numeric)
		{
			struct varlena *num =
				(struct varlena *) DatumGetPointer(m->value[i]);

			pq_sendint32(&buf, VARSIZE(num));
			appendBinaryStringInfo(&buf, (char *) num, VARSIZE(num));
		}
		else
			appendBinaryStringInfo(&buf, (char *) &m->value[i],
								   sizeof(Datum));
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_median_deserialize - and back
 */
Datum
mu_median_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	Median	   *m;
	int64		n;
	int64		i;

	mu_agg_bytes(fcinfo, &buf);
	m = new_median(CurrentMemoryContext, pq_getmsgbyte(&buf) != 0, false);
	m->infinite = pq_getmsgint64(&buf);
	n = pq_getmsgint64(&buf);
	if (n < 0 || n > (buf.len - buf.cursor) / 4)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid state of a median")));
	make_median_room(m, n);
	for (i = 0; i < n; i++)
	{
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (m->numeric)
		{
			int			size = pq_getmsgint(&buf, 4);
			char	   *num;

			if (size < VARHDRSZ + 2 || size > buf.len - buf.cursor)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						 errmsg("invalid state of a median")));
			num = palloc(size);
			memcpy(num, pq_getmsgbytes(&buf, size), size);
			SET_VARSIZE(num, size);
			m->value[m->n++] = PointerGetDatum(num);
		}
		else
			memcpy(&m->value[m->n++], pq_getmsgbytes(&buf, sizeof(Datum)),
				   sizeof(Datum));
	}
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(m);
}

/* The one or two values in the middle, equal where there is one */
static void
middle(Median *m, Datum *low, Datum *high)
{
	int64		k = (m->n - 1) / 2;

	if (m->sliding)
	{
		*low = mu_tree_select(&m->tree, k);
		*high = m->n % 2 != 0 ? *low : mu_tree_select(&m->tree, k + 1);
	}
	else
	{
		MuCompare	compare = m->numeric ? compare_numeric : compare_float8;

		*low = mu_select(m->value, m->n, k, compare);
		*high = m->n % 2 != 0 ? *low :
			mu_select(m->value, m->n, k + 1, compare);
	}
}

/* The double next to the middle between a and b */
static double
between(double a, double b)
{
	double		sum = a + b;

	if (a == b)
		return a;
	if (isinf(sum) && !isinf(a) && !isinf(b))
		return a / 2 + b / 2;
	return sum / 2;
}

/*
 * mu_median_float8_final - the value in the middle, or between the two
 */
Datum
mu_median_float8_final(PG_FUNCTION_ARGS)
{
	Median	   *m = MU_STATE(Median);
	Datum		low;
	Datum		high;

	if (m == NULL || m->n == 0)
		PG_RETURN_NULL();
	middle(m, &low, &high);
	PG_RETURN_FLOAT8(between(value_of(low), value_of(high)));
}

/*
 * mu_median_numeric_final - the same for numeric, exact
 *
 * Of equal values either may be the one in the middle, so the zeros at the
 * end, in which they can differ, are dropped.
 */
Datum
mu_median_numeric_final(PG_FUNCTION_ARGS)
{
	Median	   *m = MU_STATE(Median);
	Datum		low;
	Datum		high;
	Numeric		result;

	if (m == NULL || m->n == 0)
		PG_RETURN_NULL();
	middle(m, &low, &high);
	if (compare_numeric(low, high) == 0)
		result = DatumGetNumeric(low);
	else
	{
		Numeric		half = int64_div_fast_to_numeric(5, 1);

		/* halves first: their sum can't overflow */
		result = NUM2(numeric_add,
					  NUM2(numeric_mul, DatumGetNumeric(low), half),
					  NUM2(numeric_mul, DatumGetNumeric(high), half));
	}
	PG_RETURN_NUMERIC(NUM1(numeric_trim_scale, result));
}

/*
 * The k-th smallest distance from "center" of the values in a tree
 *
 * The values below the center, downwards, and the others, upwards, are two
 * sequences of growing distances; a binary search finds how many of the k + 1
 * smallest are of the first.
 */
static double
distance_at(const MuTree *tree, int64 n, int64 below, double center, int64 k)
{
	int64		from = Max(0, k + 1 - (n - below));
	int64		to = Min(k + 1, below);
	double		left = -INFINITY;
	double		right = -INFINITY;

#define LEFT(i)		(center - value_of(mu_tree_select(tree, below - 1 - (i))))
#define RIGHT(i)	(value_of(mu_tree_select(tree, below + (i))) - center)

	while (from < to)
	{
		int64		i = from + (to - from) / 2;

		if (compare_float8(key_of(LEFT(i)), key_of(RIGHT(k - i))) < 0)
			from = i + 1;
		else
			to = i;
	}
	if (from > 0)
		left = LEFT(from - 1);
	if (k + 1 - from > 0)
		right = RIGHT(k - from);
	return compare_float8(key_of(left), key_of(right)) > 0 ? left : right;
}

/*
 * mu_mad_final - the median of the distances from the median
 */
Datum
mu_mad_final(PG_FUNCTION_ARGS)
{
	Median	   *m = MU_STATE(Median);
	Datum		low;
	Datum		high;
	double		center;
	double		result;
	int64		k;

	if (m == NULL || m->n == 0)
		PG_RETURN_NULL();
	middle(m, &low, &high);
	center = between(value_of(low), value_of(high));
	if (isnan(center) || isinf(center))
		PG_RETURN_FLOAT8(NAN);
	k = (m->n - 1) / 2;
	if (m->sliding)
	{
		int64		below = mu_tree_below(&m->tree, key_of(center));

		result = distance_at(&m->tree, m->n, below, center, k);
		if (m->n % 2 == 0)
			result = between(result,
							 distance_at(&m->tree, m->n, below, center,
										 k + 1));
	}
	else
	{
		Datum	   *distance = palloc(sizeof(Datum) * m->n);
		int64		i;

		for (i = 0; i < m->n; i++)
		{
			if ((i & 0xFFFF) == 0)
				CHECK_FOR_INTERRUPTS();
			distance[i] = key_of(fabs(value_of(m->value[i]) - center));
		}
		result = value_of(mu_select(distance, m->n, k, compare_float8));
		if (m->n % 2 == 0)
			result = between(result,
							 value_of(mu_select(distance, m->n, k + 1,
												compare_float8)));
		pfree(distance);
	}
	if (isinf(result) && m->infinite == 0)
		float_overflow_error();
	PG_RETURN_FLOAT8(result);
}
