/*-------------------------------------------------------------------------
 *
 * rational_agg.c
 *	  sum, avg and product of rational.
 *
 * A sum of fractions with many denominators has a denominator that soon fits
 * nothing.  So the numerators are summed for each denominator apart, exactly
 * and in any order, and only the end brings them together: 22003 depends on
 * the result alone.  A product is kept as a rational while it fits one, and
 * beyond that as two numerics.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/mu_agg.h"
#include "compat.h"
#include "rational/mu_rational.h"

PG_FUNCTION_INFO_V1(mu_rational_sum_accum);
PG_FUNCTION_INFO_V1(mu_rational_sum_remove);
PG_FUNCTION_INFO_V1(mu_rational_sum_combine);
PG_FUNCTION_INFO_V1(mu_rational_sum_serialize);
PG_FUNCTION_INFO_V1(mu_rational_sum_deserialize);
PG_FUNCTION_INFO_V1(mu_rational_sum_final);
PG_FUNCTION_INFO_V1(mu_rational_avg_final);

/* The sum of the numerators over one denominator; den 0 is an empty place */
typedef struct Part
{
	int64		den;
	int64		unused;
	int128		sum;
} Part;

#define MAX_PARTS	(1 << 24)

typedef struct RationalSum
{
	MemoryContext context;
	int64		n;
	int128		whole;			/* the sum of the integers */
	int			count;			/* places in use */
	int			places;			/* a power of two, or 0 */
	Part	   *part;
} RationalSum;

static RationalSum *
get_sum(FunctionCallInfo fcinfo)
{
	RationalSum *sum = MU_STATE(RationalSum);

	if (unlikely(sum == NULL))
	{
		MemoryContext context = mu_agg_context(fcinfo);

		sum = MemoryContextAllocZero(context, sizeof(RationalSum));
		sum->context = context;
	}
	return sum;
}

/* The place of a denominator, its own or an empty one */
static inline Part *
find(RationalSum *sum, int64 den)
{
	uint32		at =
		(uint32) (((uint64) den * UINT64CONST(0x9E3779B97F4A7C15)) >> 32);

	for (;; at++)
	{
		Part	   *part = &sum->part[at & (sum->places - 1)];

		if (part->den == den || part->den == 0)
			return part;
	}
}

/* More places; what has cancelled out is left behind */
static void
sum_grow(RationalSum *sum)
{
	Part	   *old = sum->part;
	int			old_places = sum->places;
	int			alive = 0;
	int			i;

	for (i = 0; i < old_places; i++)
		alive += old[i].den != 0 && old[i].sum != 0;
	if (alive >= MAX_PARTS / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different denominators in a sum of rationals"),
				 errdetail("There may be at most %d.", MAX_PARTS / 2)));
	sum->places = 8;
	while (sum->places < 3 * (alive + 1) && sum->places < MAX_PARTS)
		sum->places *= 2;
	sum->part = MemoryContextAllocZero(sum->context,
									   sizeof(Part) * sum->places);
	sum->count = alive;
	for (i = 0; i < old_places; i++)
	{
		if (old[i].den != 0 && old[i].sum != 0)
			*find(sum, old[i].den) = old[i];
	}
	if (old != NULL)
		pfree(old);
}

/* sum += num / den */
static inline void
sum_add(RationalSum *sum, int128 num, int64 den)
{
	Part	   *part;

	if (den == 1)
	{
		sum->whole += num;
		return;
	}
	if (unlikely(sum->places == 0))
		sum_grow(sum);
	part = find(sum, den);
	if (part->den == 0)
	{
		if (unlikely(2 * (sum->count + 1) > sum->places))
		{
			sum_grow(sum);
			part = find(sum, den);
		}
		part->den = den;
		sum->count++;
	}
	part->sum += num;
}

/*
 * mu_rational_sum_accum - transition: one more value
 */
Datum
mu_rational_sum_accum(PG_FUNCTION_ARGS)
{
	RationalSum *sum = get_sum(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		MuRational *a = PG_GETARG_RATIONAL(1);

		sum->n++;
		sum_add(sum, a->num, a->den);
	}
	PG_RETURN_POINTER(sum);
}

/*
 * mu_rational_sum_remove - inverse transition
 */
Datum
mu_rational_sum_remove(PG_FUNCTION_ARGS)
{
	RationalSum *sum = get_sum(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		MuRational *a = PG_GETARG_RATIONAL(1);

		sum->n--;
		sum_add(sum, -(int128) a->num, a->den);
	}
	PG_RETURN_POINTER(sum);
}

/*
 * mu_rational_sum_combine - two partial sums become one, the first
 */
Datum
mu_rational_sum_combine(PG_FUNCTION_ARGS)
{
	RationalSum *sum;
	RationalSum *other = PG_ARGISNULL(1) ? NULL :
		(RationalSum *) PG_GETARG_POINTER(1);
	int			i;

	(void) mu_agg_context(fcinfo);
	sum = get_sum(fcinfo);
	if (other != NULL)
	{
		sum->n += other->n;
		sum->whole += other->whole;
		for (i = 0; i < other->places; i++)
		{
			if ((i & 0xFFFF) == 0)
				CHECK_FOR_INTERRUPTS();
			if (other->part[i].den != 0 && other->part[i].sum != 0)
				sum_add(sum, other->part[i].sum, other->part[i].den);
		}
	}
	PG_RETURN_POINTER(sum);
}

static void
send_int128(StringInfo buf, int128 x)
{
	pq_sendint64(buf, (int64) (x >> 64));
	pq_sendint64(buf, (int64) x);
}

static int128
recv_int128(StringInfo buf)
{
	int64		high = pq_getmsgint64(buf);

	return (int128) (((uint128) (uint64) high << 64) |
					 (uint64) pq_getmsgint64(buf));
}

/*
 * mu_rational_sum_serialize - a partial sum as bytes
 */
Datum
mu_rational_sum_serialize(PG_FUNCTION_ARGS)
{
	RationalSum *sum = (RationalSum *) PG_GETARG_POINTER(0);
	StringInfoData buf;
	int			i;

	(void) mu_agg_context(fcinfo);
	pq_begintypsend(&buf);
	pq_sendint64(&buf, sum->n);
	send_int128(&buf, sum->whole);
	for (i = 0; i < sum->places; i++)
	{
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (sum->part[i].den == 0 || sum->part[i].sum == 0)
			continue;
		pq_sendint64(&buf, sum->part[i].den);
		send_int128(&buf, sum->part[i].sum);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_rational_sum_deserialize - and back
 */
Datum
mu_rational_sum_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	RationalSum *sum;

	mu_agg_bytes(fcinfo, &buf);
	sum = palloc0(sizeof(RationalSum));
	sum->context = CurrentMemoryContext;
	sum->n = pq_getmsgint64(&buf);
	sum->whole = recv_int128(&buf);
	while (buf.cursor < buf.len)
	{
		int64		den = pq_getmsgint64(&buf);

		if (den < 2)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid state of a sum of rationals")));
		sum_add(sum, recv_int128(&buf), den);
	}
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(sum);
}

/* A 128-bit integer as numeric */
static Numeric
numeric_of_int128(int128 x)
{
	const int64 billion = INT64CONST(1000000000);
	Numeric		unit = int64_to_numeric(billion * billion);
	int128		high = x / ((int128) billion * billion);
	int64		low = (int64) (x % ((int128) billion * billion));
	int64		middle = (int64) (high % ((int128) billion * billion));
	int64		top = (int64) (high / ((int128) billion * billion));
	Numeric		result = NUM2(numeric_add,
							  NUM2(numeric_mul, int64_to_numeric(top), unit),
							  int64_to_numeric(middle));

	return NUM2(numeric_add, NUM2(numeric_mul, result, unit),
				int64_to_numeric(low));
}

/*
 * The sum of part[from .. to - 1] as two numerics, by halves
 */
static void
parts_total(const Part *part, int from, int to, Numeric *num, Numeric *den)
{
	Numeric		n1;
	Numeric		d1;
	Numeric		n2;
	Numeric		d2;
	Numeric		g;

	CHECK_FOR_INTERRUPTS();
	if (to - from == 1)
	{
		*num = numeric_of_int128(part[from].sum);
		*den = int64_to_numeric(part[from].den);
		return;
	}
	parts_total(part, from, from + (to - from) / 2, &n1, &d1);
	parts_total(part, from + (to - from) / 2, to, &n2, &d2);
	g = NUM2(numeric_gcd, d1, d2);
	d1 = NUM2(numeric_div_trunc, d1, g);
	*num = NUM2(numeric_add,
				NUM2(numeric_mul, n1, NUM2(numeric_div_trunc, d2, g)),
				NUM2(numeric_mul, n2, d1));
	*den = NUM2(numeric_mul, d1, d2);
}

/* The sum, divided by "by" */
static MuRational
result_of(RationalSum *sum, int64 by)
{
	Part	   *part = palloc(sizeof(Part) * (sum->count + 1));
	int			count = 0;
	int128		num = sum->whole;
	int128		den = 1;
	MuRational	result;
	Numeric		big_num;
	Numeric		big_den;
	int			i;

	for (i = 0; i < sum->places; i++)
	{
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (sum->part[i].den != 0 && sum->part[i].sum != 0)
			part[count++] = sum->part[i];
	}
	/* as long as it fits 128 bits */
	for (i = 0; i < count; i++)
	{
		int64		g = (int64) mu_gcd64((uint64) (den % part[i].den),
										 part[i].den);
		int128		left;
		int128		right;

		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (__builtin_mul_overflow(num, (int128) (part[i].den / g), &left) ||
			__builtin_mul_overflow(part[i].sum, den / g, &right) ||
			__builtin_add_overflow(left, right, &num) ||
			__builtin_mul_overflow(den, (int128) (part[i].den / g), &den))
			break;
	}
	if (i == count && !__builtin_mul_overflow(den, (int128) by, &den))
	{
		if (!mu_rational_lowest(num, (uint128) den, &result))
			mu_rational_overflow();
		return result;
	}
	part[count].den = 1;
	part[count].sum = sum->whole;
	parts_total(part, 0, count + 1, &big_num, &big_den);
	return mu_rational_of_numerics(big_num,
								   NUM2(numeric_mul, big_den,
										int64_to_numeric(by)));
}

/*
 * mu_rational_sum_final - the sum in lowest terms; NULL without input
 */
Datum
mu_rational_sum_final(PG_FUNCTION_ARGS)
{
	RationalSum *sum = MU_STATE(RationalSum);

	if (sum == NULL || sum->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_RATIONAL(result_of(sum, 1));
}

/*
 * mu_rational_avg_final - the sum divided by the number of values
 */
Datum
mu_rational_avg_final(PG_FUNCTION_ARGS)
{
	RationalSum *sum = MU_STATE(RationalSum);

	if (sum == NULL || sum->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_RATIONAL(result_of(sum, sum->n));
}
