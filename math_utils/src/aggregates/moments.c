/*-------------------------------------------------------------------------
 *
 * moments.c
 *	  skewness and kurtosis of double precision.
 *
 * The sums of x, x^2, x^3 and x^4 are exact, and the central moments are
 * made of them with long integers, so the cancellation that spoils the
 * textbook formula does no harm: a value is rounded only at the very end.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "utils/float.h"

#include "base/mu_agg.h"
#include "base/mu_exact.h"
#include "base/mu_int.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_moments_accum);
PG_FUNCTION_INFO_V1(mu_moments_remove);
PG_FUNCTION_INFO_V1(mu_moments_combine);
PG_FUNCTION_INFO_V1(mu_moments_serialize);
PG_FUNCTION_INFO_V1(mu_moments_deserialize);
PG_FUNCTION_INFO_V1(mu_skewness_pop_final);
PG_FUNCTION_INFO_V1(mu_skewness_samp_final);
PG_FUNCTION_INFO_V1(mu_kurtosis_pop_final);
PG_FUNCTION_INFO_V1(mu_kurtosis_samp_final);

#define POWERS	4

typedef struct Moments
{
	MuCount		count;
	MuAcc		power[POWERS];	/* the sums of x .. x^4 */
} Moments;

static Moments *
new_moments(MemoryContext context)
{
	Moments    *moments = MemoryContextAllocZero(context, sizeof(Moments));
	int			i;

	for (i = 0; i < POWERS; i++)
		mu_acc_init(&moments->power[i], context);
	return moments;
}

/* limb[0 .. n] *= m */
static void
times(uint32 *limb, int n, uint64 m)
{
	uint64		low = 0;
	uint64		previous = 0;
	uint64		carry = 0;
	int			i;

	for (i = 0; i < n; i++)
	{
		uint128		part;

		low = limb[i];
		part = (uint128) low * (uint32) m + (uint128) previous * (m >> 32) +
			carry;
		limb[i] = (uint32) part;
		carry = (uint64) (part >> 32);
		previous = low;
	}
}

static Datum
moments_step(FunctionCallInfo fcinfo, int by)
{
	Moments    *moments = MU_STATE(Moments);

	if (moments == NULL)
		moments = new_moments(mu_agg_context(fcinfo));
	if (!PG_ARGISNULL(1))
	{
		double		x = PG_GETARG_FLOAT8(1);

		if (mu_count(&moments->count, x, by) && x != 0)
		{
			int			exp;
			uint64		m = mu_split_double(x, &exp);
			int			zeros = pg_rightmost_one_pos64(m);
			uint32		limb[2 * POWERS + 1] = {1};
			int			i;

			m >>= zeros;
			exp += zeros;
			for (i = 0; i < POWERS; i++)
			{
				bool		neg = x < 0 && i % 2 == 0;

				times(limb, 2 * POWERS + 1, m);
				mu_acc_add_limbs(&moments->power[i], neg != (by < 0),
								 limb, 2 * (i + 1), exp * (i + 1));
			}
		}
	}
	PG_RETURN_POINTER(moments);
}

/*
 * mu_moments_accum - transition of skewness and kurtosis
 */
Datum
mu_moments_accum(PG_FUNCTION_ARGS)
{
	return moments_step(fcinfo, 1);
}

/*
 * mu_moments_remove - inverse transition
 */
Datum
mu_moments_remove(PG_FUNCTION_ARGS)
{
	return moments_step(fcinfo, -1);
}

/*
 * mu_moments_combine - two partial states become one, the first
 */
Datum
mu_moments_combine(PG_FUNCTION_ARGS)
{
	Moments    *moments = MU_STATE(Moments);
	Moments    *other = PG_ARGISNULL(1) ? NULL :
		(Moments *) PG_GETARG_POINTER(1);
	MemoryContext context = mu_agg_context(fcinfo);
	int			i;

	if (moments == NULL)
		moments = new_moments(context);
	if (other != NULL)
	{
		mu_count_add(&moments->count, &other->count);
		for (i = 0; i < POWERS; i++)
			mu_acc_add_acc(&moments->power[i], &other->power[i]);
	}
	PG_RETURN_POINTER(moments);
}

/*
 * mu_moments_serialize - a partial state as bytes
 */
Datum
mu_moments_serialize(PG_FUNCTION_ARGS)
{
	Moments    *moments = (Moments *) PG_GETARG_POINTER(0);
	StringInfoData buf;
	int			i;

	(void) mu_agg_context(fcinfo);
	pq_begintypsend(&buf);
	mu_count_send(&buf, &moments->count);
	for (i = 0; i < POWERS; i++)
		mu_acc_send(&buf, &moments->power[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_moments_deserialize - and back
 */
Datum
mu_moments_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	Moments    *moments;
	int			i;

	mu_agg_bytes(fcinfo, &buf);
	moments = new_moments(CurrentMemoryContext);
	mu_count_recv(&buf, &moments->count);
	for (i = 0; i < POWERS; i++)
		mu_acc_recv(&buf, &moments->power[i]);
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(moments);
}

/*
 * The sums of x^1 .. x^4, and n^2 times the variance.  False where there is
 * no shape: no input, too little of it, or no variance; *result is NaN then
 * if it was NaN or an infinity that made it so.
 */
static bool
central(Moments *moments, int least, MuBig *s, MuBig *m2, bool *isnull,
		double *result)
{
	MuBig		t;
	int			i;

	*isnull = moments == NULL || moments->count.n < least;
	if (*isnull)
		return false;
	*result = NAN;
	if (moments->count.nan + moments->count.pinf + moments->count.ninf > 0)
		return false;
	for (i = 0; i < POWERS; i++)
		mu_acc_big(&moments->power[i], &s[i + 1]);
	/* n S2 - S1^2 */
	mu_big_mul_small(m2, &s[2], moments->count.n);
	mu_big_mul(&t, &s[1], &s[1]);
	mu_big_add(m2, m2, &t, true);
	*isnull = m2->n == 0;
	return !*isnull;
}

/*
 * n^3 m3 / (n^2 m2)^1.5, where n^3 m3 = n^2 S3 - 3 n S1 S2 + 2 S1^3; of a
 * sample that times sqrt(n (n - 1)) / (n - 2)
 *
 * It is the root of a quotient of integers, which decide how it is rounded
 * where a root of 64 bits can't tell.
 */
static bool
skewness(Moments *moments, bool sample, bool *isnull, double *result)
{
	MuBig		s[POWERS + 1];
	MuBig		m2;
	MuBig		m3;
	MuBig		t;
	int			a_exp;
	int			b_exp;
	int			exp;
	bool		sticky;
	uint64		n;
	uint64		m;
	long double root;

	if (!central(moments, sample ? 3 : 1, s, &m2, isnull, result))
		return false;
	n = moments->count.n;
	mu_big_mul_small(&m3, &s[3], n);
	mu_big_mul(&t, &s[1], &s[2]);
	mu_big_mul_small(&t, &t, 3);
	mu_big_add(&m3, &m3, &t, true);
	mu_big_mul_small(&m3, &m3, n);
	mu_big_mul(&t, &s[1], &s[1]);
	mu_big_mul(&t, &t, &s[1]);
	mu_big_mul_small(&t, &t, 2);
	mu_big_add(&m3, &m3, &t, false);
	*result = 0;
	if (m3.n == 0)
		return true;
	/* the square of the result is t / m2 */
	mu_big_mul(&t, &m3, &m3);
	mu_big_mul(&s[1], &m2, &m2);
	mu_big_mul(&m2, &m2, &s[1]);
	if (sample)
	{
		mu_big_mul_small(&t, &t, n);
		mu_big_mul_small(&t, &t, n - 1);
		mu_big_mul_small(&m2, &m2, n - 2);
		mu_big_mul_small(&m2, &m2, n - 2);
	}
	root = (long double) mu_big_top(&t, &a_exp, &sticky) /
		(long double) mu_big_top(&m2, &b_exp, &sticky);
	exp = a_exp - b_exp;
	if (exp % 2 != 0)
	{
		root *= 2;
		exp--;
	}
	root = frexpl(sqrtl(root), &b_exp);
	exp = exp / 2 + b_exp - 64;
	m = (uint64) ldexpl(root, 64);
#if LDBL_MANT_DIG < 64
#error "a long double of at least 64 bits is needed"
#endif
	m = mu_big_settle(m, exp, &t, &m2, 2);
	*result = mu_compose(m3.neg, m, exp, false);
	return true;
}

/*
 * n^4 (m4 - 3 m2^2) / (n^2 m2)^2, where n^4 m4 = n^3 S4 - 4 n^2 S1 S3 +
 * 6 n S1^2 S2 - 3 S1^4; of a sample that, times n + 1 and plus 6, times
 * (n - 1) / ((n - 2) (n - 3))
 */
static bool
kurtosis(Moments *moments, bool sample, bool *isnull, double *result)
{
	MuBig		s[POWERS + 1];
	MuBig		m2;
	MuBig		m4;
	MuBig		t;
	uint64		n;

	if (!central(moments, sample ? 4 : 1, s, &m2, isnull, result))
		return false;
	n = moments->count.n;
	mu_big_mul_small(&m4, &s[4], n);
	mu_big_mul(&t, &s[1], &s[3]);
	mu_big_mul_small(&t, &t, 4);
	mu_big_add(&m4, &m4, &t, true);
	mu_big_mul_small(&m4, &m4, n);
	mu_big_mul(&t, &s[1], &s[1]);
	mu_big_mul(&s[1], &t, &t);	/* S1^4 from here on */
	mu_big_mul(&t, &t, &s[2]);
	mu_big_mul_small(&t, &t, 6);
	mu_big_add(&m4, &m4, &t, false);
	mu_big_mul_small(&m4, &m4, n);
	mu_big_mul_small(&t, &s[1], 3);
	mu_big_add(&m4, &m4, &t, true);
	mu_big_mul(&m2, &m2, &m2);
	mu_big_mul_small(&t, &m2, 3);
	mu_big_add(&m4, &m4, &t, true);
	if (sample)
	{
		mu_big_mul_small(&m4, &m4, n + 1);
		mu_big_mul_small(&t, &m2, 6);
		mu_big_add(&m4, &m4, &t, false);
		mu_big_mul_small(&m4, &m4, n - 1);
		mu_big_mul_small(&m2, &m2, n - 2);
		mu_big_mul_small(&m2, &m2, n - 3);
	}
	*result = mu_big_ratio(&m4, &m2);
	return true;
}

/* The result of a final function */
static Datum
finish(FunctionCallInfo fcinfo,
	   bool (*shape) (Moments *, bool, bool *, double *), bool sample)
{
	double		result = 0;
	bool		isnull;

	(void) shape(MU_STATE(Moments), sample, &isnull, &result);
	if (isnull)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

/*
 * mu_skewness_pop_final - m3 / m2^1.5 of the values as the population
 */
Datum
mu_skewness_pop_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, skewness, false);
}

/*
 * mu_skewness_samp_final - the same, corrected for a sample of three or more
 */
Datum
mu_skewness_samp_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, skewness, true);
}

/*
 * mu_kurtosis_pop_final - m4 / m2^2 - 3, which is 0 for a normal distribution
 */
Datum
mu_kurtosis_pop_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, kurtosis, false);
}

/*
 * mu_kurtosis_samp_final - the same, corrected for a sample of four or more
 */
Datum
mu_kurtosis_samp_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, kurtosis, true);
}
