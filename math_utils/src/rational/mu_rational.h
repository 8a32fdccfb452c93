/*-------------------------------------------------------------------------
 *
 * mu_rational.h
 *	  The type rational: a fraction of two bigints in lowest terms.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MU_RATIONAL_H
#define MU_RATIONAL_H

#include "base/mu_int.h"
#include "compat.h"

/*
 * den > 0, and num and den have no common divisor; 0 is 0/1.  Every function
 * that makes one keeps to this, so equal values are equal bytes.
 */
typedef struct MuRational
{
	int64		num;
	int64		den;
} MuRational;

#define DatumGetRational(d)		((MuRational *) DatumGetPointer(d))
#define PG_GETARG_RATIONAL(n)	DatumGetRational(PG_GETARG_DATUM(n))
#define PG_RETURN_RATIONAL(r)	return mu_rational_datum(r)

pg_noreturn extern void mu_rational_overflow(void);
extern bool mu_rational_lowest(int128 num, uint128 den, MuRational *result);
extern MuRational mu_rational_add(MuRational a, MuRational b, bool subtract);
extern MuRational mu_rational_mul(MuRational a, MuRational b);
extern MuRational mu_rational_inverse(MuRational a);
extern double mu_rational_double(MuRational a);
extern double mu_rational_distance(MuRational a, MuRational b);
extern MuRational mu_rational_of_numerics(Numeric num, Numeric den);

static inline Datum
mu_rational_datum(MuRational value)
{
	MuRational *result = palloc(sizeof(MuRational));

	*result = value;
	return PointerGetDatum(result);
}

/*
 * mu_rational_cmp - a < b: -1, a = b: 0, a > b: 1; the products fit 128 bits
 */
static inline int
mu_rational_cmp(const MuRational *a, const MuRational *b)
{
	int128		left;
	int128		right;

	if (a->den == b->den)
		return (a->num > b->num) - (a->num < b->num);
	left = (int128) a->num * b->den;
	right = (int128) b->num * a->den;
	return (left > right) - (left < right);
}

#endif							/* MU_RATIONAL_H */
