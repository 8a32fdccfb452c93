/*-------------------------------------------------------------------------
 *
 * mu_float.h
 *	  Floating-point helpers that several topics share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MU_FLOAT_H
#define MU_FLOAT_H

#include <math.h>

/* rounding.c */
extern double mu_lerp(double a, double b, int64 i, int64 m);

/* isclose.c: does the function use these tolerances? */
static inline bool
mu_good_tolerance(double tol)
{
	return tol >= 0.0;			/* false for NaN */
}

/*
 * mu_two_sum - a + b as a rounded sum and what the rounding left out
 */
static inline double
mu_two_sum(double a, double b, double *rest)
{
	double		sum = a + b;
	double		bv = sum - a;
	double		av = sum - bv;

	*rest = (a - av) + (b - bv);
	return sum;
}

#endif							/* MU_FLOAT_H */
