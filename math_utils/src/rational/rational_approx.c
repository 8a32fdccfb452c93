/*-------------------------------------------------------------------------
 *
 * rational_approx.c
 *	  mediant, between_simplest and limit_denominator.
 *
 * All three walk the Stern-Brocot tree, in which every fraction has its
 * place, the simple ones on top.  Runs of steps in one direction are taken
 * at once by continued fractions, of which a bigint has less than 100 terms.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/mu_int.h"
#include "compat.h"
#include "rational/mu_rational.h"

PG_FUNCTION_INFO_V1(mu_rational_mediant);
PG_FUNCTION_INFO_V1(mu_rational_between_simplest);
PG_FUNCTION_INFO_V1(mu_rational_limit_denominator);

/* num/den as a rational, where it fits; in lowest terms already */
static MuRational
checked(int128 num, int128 den)
{
	MuRational	result;

	if (num < PG_INT64_MIN || num > PG_INT64_MAX || den > PG_INT64_MAX)
		mu_rational_overflow();
	result.num = (int64) num;
	result.den = (int64) den;
	return result;
}

/*
 * mu_rational_mediant - mediant(a, b): the sums of both sides
 */
Datum
mu_rational_mediant(PG_FUNCTION_ARGS)
{
	MuRational *a = PG_GETARG_RATIONAL(0);
	MuRational *b = PG_GETARG_RATIONAL(1);
	int128		num = (int128) a->num + b->num;
	int128		den = (int128) a->den + b->den;
	int128		g = (int128) mu_gcd128((uint128) (num < 0 ? -num : num),
									   (uint128) den);

	PG_RETURN_RATIONAL(checked(num / g, den / g));
}

/* a / b rounded down, b > 0 */
static int128
floor_div(int128 a, int128 b)
{
	return a / b - (a % b < 0);
}

/*
 * The simplest fraction strictly between a/b and c/d, with 1/0 as infinity.
 *
 * Where an integer lies between, it is the answer (the one nearest to zero
 * is 0 itself, see the caller); else both have the same whole part, and the
 * question is the same for the reciprocals of what is left.  Convergents are
 * kept in p and q instead of recursing.
 */
static MuRational
simplest(int128 a, int128 b, int128 c, int128 d)
{
	int128		p0 = 0;
	int128		p1 = 1;
	int128		q0 = 1;
	int128		q1 = 0;

	for (;;)
	{
		int128		whole = floor_div(a, b);
		int128		t;
		bool		found = d == 0 || (whole + 1) * d < c;

		if (found)
			whole++;
		/* what this term makes of the fraction must still fit */
		if (p1 != 0 && whole > (int128) PG_INT64_MAX * 2 / p1)
			mu_rational_overflow();
		if (q1 != 0 && whole > (int128) PG_INT64_MAX * 2 / q1)
			mu_rational_overflow();
		t = p0 + whole * p1;
		p0 = p1;
		p1 = t;
		t = q0 + whole * q1;
		q0 = q1;
		q1 = t;
		if (found)
			return checked(p1, q1);
		/* the reciprocals change places */
		a -= whole * b;
		c -= whole * d;
		t = a;
		a = d;
		d = t;
		t = b;
		b = c;
		c = t;
	}
}

/*
 * mu_rational_between_simplest - the fraction of the smallest denominator
 * (then numerator) strictly between lo and hi
 */
Datum
mu_rational_between_simplest(PG_FUNCTION_ARGS)
{
	MuRational *lo = PG_GETARG_RATIONAL(0);
	MuRational *hi = PG_GETARG_RATIONAL(1);
	MuRational	result;

	if (mu_rational_cmp(lo, hi) >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lower bound must be below upper bound")));
	if (lo->num < 0 && hi->num > 0)
	{
		result.num = 0;
		result.den = 1;
	}
	else if (hi->num <= 0)
	{
		/* below zero: the mirror image */
		result = simplest(-(int128) hi->num, hi->den, -(int128) lo->num,
						  lo->den);
		result.num = -result.num;
	}
	else
		result = simplest(lo->num, lo->den, hi->num, hi->den);
	PG_RETURN_RATIONAL(result);
}

/*
 * mu_rational_limit_denominator - the nearest fraction whose denominator is
 * at most max; of two equally near the one of the smaller denominator
 */
Datum
mu_rational_limit_denominator(PG_FUNCTION_ARGS)
{
	MuRational	a = *PG_GETARG_RATIONAL(0);
	int64		max = PG_GETARG_INT64(1);
	int128		p0 = 0;
	int128		q0 = 1;
	int128		p1 = 1;
	int128		q1 = 0;
	int128		n = a.num;
	int128		d = a.den;
	int128		k;
	int128		far_num;
	int128		near_num;

	if (max < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("largest denominator must be positive")));
	if (a.den <= max)
		PG_RETURN_RATIONAL(a);
	for (;;)
	{
		int128		whole = floor_div(n, d);
		int128		q2 = q0 + whole * q1;
		int128		t;

		if (q2 > max)
			break;
		t = p0 + whole * p1;
		p0 = p1;
		p1 = t;
		q0 = q1;
		q1 = q2;
		t = n - whole * d;
		n = d;
		d = t;
	}

	/*
	 * Two candidates: the last convergent p1/q1, and the last fraction on the
	 * way to the next one.  Their distances from a are |p q_a - p_a q| / (q
	 * q_a); they lie on either side, so the numerators are small.
	 */
	k = (max - q0) / q1;
	far_num = (p0 + k * p1) * a.den - a.num * (q0 + k * q1);
	near_num = p1 * a.den - a.num * q1;
	if (far_num < 0)
		far_num = -far_num;
	if (near_num < 0)
		near_num = -near_num;
	/* near_num / q1 <= far_num / (q0 + k q1)? Both sides stay below 2^127 */
	if (near_num * (q0 + k * q1) <= far_num * q1)
		PG_RETURN_RATIONAL(checked(p1, q1));
	PG_RETURN_RATIONAL(checked(p0 + k * p1, q0 + k * q1));
}
