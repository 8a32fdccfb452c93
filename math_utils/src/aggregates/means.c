/*-------------------------------------------------------------------------
 *
 * means.c
 *	  geometric_mean, harmonic_mean and weighted_avg of double precision.
 *
 * They sum logarithms, reciprocals and products.  Each term is split into
 * two doubles (or, for a product, is exact), and the sums are exact, so a
 * mean has the same bits serial, parallel and sliding.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "base/mu_agg.h"
#include "base/mu_exact.h"
#include "base/mu_int.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_geometric_accum);
PG_FUNCTION_INFO_V1(mu_geometric_remove);
PG_FUNCTION_INFO_V1(mu_geometric_final);
PG_FUNCTION_INFO_V1(mu_harmonic_accum);
PG_FUNCTION_INFO_V1(mu_harmonic_remove);
PG_FUNCTION_INFO_V1(mu_harmonic_final);
PG_FUNCTION_INFO_V1(mu_weighted_accum);
PG_FUNCTION_INFO_V1(mu_weighted_remove);
PG_FUNCTION_INFO_V1(mu_weighted_final);
PG_FUNCTION_INFO_V1(mu_means_combine);
PG_FUNCTION_INFO_V1(mu_means_serialize);
PG_FUNCTION_INFO_V1(mu_means_deserialize);

/* One state serves the three */
typedef struct Means
{
	MuCount		count;
	int64		zeros;			/* geometric: values that are 0 */
	int64		exponents;		/* geometric: the sum of binary exponents */
	MuAcc		acc;
	MuAcc		weights;		/* weighted: the sum of the weights; harmonic:
								 * of the sizes of the reciprocals */
} Means;

static Means *
get_means(FunctionCallInfo fcinfo)
{
	Means	   *means = MU_STATE(Means);

	if (unlikely(means == NULL))
	{
		MemoryContext context = mu_agg_context(fcinfo);

		means = MemoryContextAllocZero(context, sizeof(Means));
		mu_acc_init(&means->acc, context);
		mu_acc_init(&means->weights, context);
	}
	return means;
}

/*
 * How many bits a reciprocal has, and how many of a sum of them must be left
 */
#define RECIPROCAL_BITS		192
#define CANCELLED_BITS		120

/*
 * Add 1 / x, and its size
 *
 * Where numbers of both signs cancel out the sum shows what the reciprocals
 * left out, so they are long, and cut off alike for x and -x; the sum of
 * their sizes tells in the end how much is left.
 */
static void
add_reciprocal(Means *means, double x, bool take_away)
{
	int			exp;
	uint64		m = mu_split_double(x, &exp);
	int			shift = 52 - pg_leftmost_one_pos64(m);
	uint128		rest = UINT64CONST(1) << 52;
	uint32		limb[RECIPROCAL_BITS / 32 + 1];
	int			i;

	/* 2^52 <= m: the quotient 2^(52 + RECIPROCAL_BITS) / m, digit by digit */
	m <<= shift;
	exp -= shift;
	limb[RECIPROCAL_BITS / 32] = rest / m;
	rest %= m;
	for (i = RECIPROCAL_BITS / 32 - 2; i >= 0; i -= 2)
	{
		uint64		digit = (uint64) ((rest << 64) / m);

		rest = (rest << 64) % m;
		limb[i + 1] = (uint32) (digit >> 32);
		limb[i] = (uint32) digit;
	}
	mu_acc_add_limbs(&means->acc, (x < 0) != take_away, limb, lengthof(limb),
					 -exp - 52 - RECIPROCAL_BITS);
	mu_acc_add_mant(&means->weights, take_away,
					(uint64) limb[RECIPROCAL_BITS / 32] << 32 |
					limb[RECIPROCAL_BITS / 32 - 1],
					-exp - 52 - 32);
}

static Datum
geometric_step(FunctionCallInfo fcinfo, int by)
{
	Means	   *means = get_means(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		double		x = PG_GETARG_FLOAT8(1);

		if (x < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_ARGUMENT_FOR_LOG),
					 errmsg("cannot take geometric mean of a negative number")));
		if (!mu_count(&means->count, x, by))
			;
		else if (x == 0)
			means->zeros += by;
		else
		{
			int			e;
			double		m = frexp(x, &e);
			long double l;
			double		high;

			if (m < M_SQRT1_2)
			{
				m *= 2;
				e--;
			}
			l = logl((long double) m);
			high = (double) l;
			means->exponents += by * e;
			mu_acc_add_double(&means->acc, high, by < 0);
			mu_acc_add_double(&means->acc, (double) (l - high), by < 0);
		}
	}
	PG_RETURN_POINTER(means);
}

/*
 * mu_geometric_accum - transition of geometric_mean(double precision)
 */
Datum
mu_geometric_accum(PG_FUNCTION_ARGS)
{
	return geometric_step(fcinfo, 1);
}

/*
 * mu_geometric_remove - inverse transition
 */
Datum
mu_geometric_remove(PG_FUNCTION_ARGS)
{
	return geometric_step(fcinfo, -1);
}

/*
 * mu_geometric_final - the n-th root of the product; can't overflow
 */
Datum
mu_geometric_final(PG_FUNCTION_ARGS)
{
	Means	   *means = MU_STATE(Means);
	double		result;
	int64		whole;
	int64		rest;

	if (means == NULL || means->count.n == 0)
		PG_RETURN_NULL();
	if (mu_count_special(&means->count, &result))
		PG_RETURN_FLOAT8(means->zeros > 0 ? NAN : result);
	if (means->zeros > 0)
		PG_RETURN_FLOAT8(0.0);
	whole = means->exponents / means->count.n;
	rest = means->exponents % means->count.n;
	result =
		(double) (expl((long double) mu_acc_average(&means->acc,
													means->count.n)) *
				  exp2l((long double) rest / (long double) means->count.n));
	PG_RETURN_FLOAT8(ldexp(result, (int) whole));
}

static Datum
harmonic_step(FunctionCallInfo fcinfo, int by)
{
	Means	   *means = get_means(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		double		x = PG_GETARG_FLOAT8(1);

		if (x == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DIVISION_BY_ZERO),
					 errmsg("division by zero"),
					 errdetail("There is no harmonic mean of zero.")));
		if (mu_count(&means->count, x, by))
			add_reciprocal(means, x, by < 0);
	}
	PG_RETURN_POINTER(means);
}

/*
 * mu_harmonic_accum - transition of harmonic_mean(double precision)
 */
Datum
mu_harmonic_accum(PG_FUNCTION_ARGS)
{
	return harmonic_step(fcinfo, 1);
}

/*
 * mu_harmonic_remove - inverse transition
 */
Datum
mu_harmonic_remove(PG_FUNCTION_ARGS)
{
	return harmonic_step(fcinfo, -1);
}

/* About |x|; a long double holds every sum of doubles, and its reciprocals */
static long double
size_of(const MuBig *x)
{
	int			exp;
	bool		sticky;
	uint64		top = mu_big_top(x, &exp, &sticky);

	return ldexpl((long double) top, exp);
}

/*
 * mu_harmonic_final - n divided by the sum of the reciprocals
 *
 * The reciprocal of an infinity is 0, so only where there is nothing else
 * does it decide.
 */
Datum
mu_harmonic_final(PG_FUNCTION_ARGS)
{
	Means	   *means = MU_STATE(Means);
	MuBig		sum;
	MuBig		sizes;
	MuBig		n;
	uint32		limb[2];
	double		result;

	if (means == NULL || means->count.n == 0)
		PG_RETURN_NULL();
	if (means->count.nan > 0)
		PG_RETURN_FLOAT8(NAN);
	if (means->count.pinf + means->count.ninf == means->count.n)
	{
		(void) mu_count_special(&means->count, &result);
		PG_RETURN_FLOAT8(result);
	}
	mu_acc_big(&means->acc, &sum);
	mu_acc_big(&means->weights, &sizes);
	if (size_of(&sum) <= ldexpl(size_of(&sizes), -CANCELLED_BITS))
		ereport(ERROR,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero"),
				 errdetail("The sum of the reciprocals is zero, or too near to it to be told apart.")));
	limb[0] = (uint32) means->count.n;
	limb[1] = (uint32) (means->count.n >> 32);
	n.neg = false;
	n.exp = 0;
	n.n = limb[1] != 0 ? 2 : 1;
	n.limb = limb;
	result = mu_big_ratio(&n, &sum);
	if (isinf(result))
		float_overflow_error();
	PG_RETURN_FLOAT8(result);
}

static Datum
weighted_step(FunctionCallInfo fcinfo, int by)
{
	Means	   *means = get_means(fcinfo);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		double		x = PG_GETARG_FLOAT8(1);
		double		w = PG_GETARG_FLOAT8(2);
		bool		finite;

		if (!(w >= 0) || isinf(w))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("weight must be finite and not negative")));
		/* an infinity without weight is no number */
		finite = mu_count(&means->count, w == 0 && isinf(x) ? NAN : x, by);
		mu_acc_add_double(&means->weights, w, by < 0);
		if (finite)
		{
			int			xe;
			int			we;
			uint128		product = (uint128) mu_split_double(x, &xe) *
				mu_split_double(w, &we);
			uint32		limb[4];

			limb[0] = (uint32) product;
			limb[1] = (uint32) (product >> 32);
			limb[2] = (uint32) (product >> 64);
			limb[3] = (uint32) (product >> 96);
			mu_acc_add_limbs(&means->acc, (x < 0) != (by < 0), limb, 4,
							 xe + we);
		}
	}
	PG_RETURN_POINTER(means);
}

/*
 * mu_weighted_accum - transition of weighted_avg(x, w), double precision
 */
Datum
mu_weighted_accum(PG_FUNCTION_ARGS)
{
	return weighted_step(fcinfo, 1);
}

/*
 * mu_weighted_remove - inverse transition
 */
Datum
mu_weighted_remove(PG_FUNCTION_ARGS)
{
	return weighted_step(fcinfo, -1);
}

/*
 * mu_weighted_final - the sum of x * w divided by the sum of w
 */
Datum
mu_weighted_final(PG_FUNCTION_ARGS)
{
	Means	   *means = MU_STATE(Means);
	MuBig		sum;
	MuBig		weights;
	double		result;

	if (means == NULL || means->count.n == 0)
		PG_RETURN_NULL();
	mu_acc_big(&means->weights, &weights);
	if (weights.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero"),
				 errdetail("The sum of the weights is zero.")));
	if (!mu_count_special(&means->count, &result))
	{
		mu_acc_big(&means->acc, &sum);
		result = mu_big_ratio(&sum, &weights);
	}
	PG_RETURN_FLOAT8(result);
}

/*
 * mu_means_combine - two partial states become one, the first
 */
Datum
mu_means_combine(PG_FUNCTION_ARGS)
{
	Means	   *means;
	Means	   *other = PG_ARGISNULL(1) ? NULL :
		(Means *) PG_GETARG_POINTER(1);

	(void) mu_agg_context(fcinfo);
	means = get_means(fcinfo);
	if (other != NULL)
	{
		mu_count_add(&means->count, &other->count);
		means->zeros += other->zeros;
		means->exponents += other->exponents;
		mu_acc_add_acc(&means->acc, &other->acc);
		mu_acc_add_acc(&means->weights, &other->weights);
	}
	PG_RETURN_POINTER(means);
}

/*
 * mu_means_serialize - a partial state as bytes
 */
Datum
mu_means_serialize(PG_FUNCTION_ARGS)
{
	Means	   *means = (Means *) PG_GETARG_POINTER(0);
	StringInfoData buf;

	(void) mu_agg_context(fcinfo);
	pq_begintypsend(&buf);
	mu_count_send(&buf, &means->count);
	pq_sendint64(&buf, means->zeros);
	pq_sendint64(&buf, means->exponents);
	mu_acc_send(&buf, &means->acc);
	mu_acc_send(&buf, &means->weights);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_means_deserialize - and back
 */
Datum
mu_means_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	Means	   *means;

	mu_agg_bytes(fcinfo, &buf);
	means = palloc0(sizeof(Means));
	mu_acc_init(&means->acc, CurrentMemoryContext);
	mu_acc_init(&means->weights, CurrentMemoryContext);
	mu_count_recv(&buf, &means->count);
	means->zeros = pq_getmsgint64(&buf);
	means->exponents = pq_getmsgint64(&buf);
	mu_acc_recv(&buf, &means->acc);
	mu_acc_recv(&buf, &means->weights);
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(means);
}
