/*-------------------------------------------------------------------------
 *
 * mu_int.h
 *	  Integer and numeric helpers that several topics share.
 *
 * Products of two 64-bit integers are formed in 128 bits.  The server asks
 * its compiler for such a type too, but can do without; we can't.
 *-------------------------------------------------------------------------
 */
#ifndef MU_INT_H
#define MU_INT_H

#include "common/int.h"
#include "port/pg_bitutils.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#ifndef HAVE_INT128
#error "math_utils needs a compiler with 128-bit integers"
#endif

/* An integer given as numeric may have this many digits */
#define MU_MAX_DIGITS	32768

/* A numeric whose value is coef / 10^scale */
typedef struct MuSmall
{
	int64		coef;
	int			scale;
} MuSmall;

/* numeric.c's functions, called with and giving numerics */
#define NUM1(fn, a) \
	DatumGetNumeric(DirectFunctionCall1(fn, NumericGetDatum(a)))
#define NUM2(fn, a, b) \
	DatumGetNumeric(DirectFunctionCall2(fn, NumericGetDatum(a), \
										NumericGetDatum(b)))
#define NUM2I(fn, a, i) \
	DatumGetNumeric(DirectFunctionCall2(fn, NumericGetDatum(a), \
										Int32GetDatum(i)))
#define NUM_CMP(a, b) \
	DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), \
									  NumericGetDatum(b)))

/* digits.c */
extern bool mu_numeric_small(const struct varlena *num, MuSmall *small);
extern int	mu_numeric_sign(Numeric num);
extern int	mu_numeric_weight(Numeric num);
extern Numeric mu_numeric_integer(Numeric num, const char *name);
extern char *mu_round_decimal(const char *digits, int place, bool half_even);
extern Numeric mu_numeric_from_text(const char *digits);

/* primes.c */
extern bool mu_is_prime(uint64 n);

/* factor.c */
extern int	mu_factorize(uint64 n, uint64 *prime, int *exponent);

/*
 * mu_abs64 - |x|, which fits where x is the smallest integer too
 */
static inline uint64
mu_abs64(int64 x)
{
	return x < 0 ? -(uint64) x : (uint64) x;
}

/*
 * mu_gcd64 - greatest common divisor, 0 for (0, 0); by halving and
 * subtracting
 */
static inline uint64
mu_gcd64(uint64 a, uint64 b)
{
	int			shift;

	if (a == 0 || b == 0)
		return a | b;
	shift = pg_rightmost_one_pos64(a | b);
	a >>= pg_rightmost_one_pos64(a);
	while (b != 0)
	{
		b >>= pg_rightmost_one_pos64(b);
		if (a > b)
		{
			uint64		t = a;

			a = b;
			b = t;
		}
		b -= a;
	}
	return a << shift;
}

/*
 * mu_gcd128 - the same where the numbers may be long
 *
 * One division brings them down to 64 bits where at least one is that short.
 */
static inline uint128
mu_gcd128(uint128 a, uint128 b)
{
	while (b != 0)
	{
		uint128		rest;

		if (a <= PG_UINT64_MAX && b <= PG_UINT64_MAX)
			return mu_gcd64((uint64) a, (uint64) b);
		rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/*
 * mu_mulmod - a * b mod m
 */
static inline uint64
mu_mulmod(uint64 a, uint64 b, uint64 m)
{
	return (uint64) (((uint128) a * b) % m);
}

/*
 * Montgomery form: arithmetic modulo an odd m without divisions.
 */
typedef struct MuMont
{
	uint64		m;
	uint64		ninv;			/* -1/m mod 2^64 */
	uint64		one;			/* 2^64 mod m */
	uint64		r2;				/* 2^128 mod m */
} MuMont;

static inline void
mu_mont_init(MuMont *mt, uint64 m)
{
	uint64		inv = m;		/* right to 3 bits, doubled by each step */
	int			i;

	for (i = 0; i < 5; i++)
		inv *= 2 - m * inv;
	mt->m = m;
	mt->ninv = -inv;
	mt->one = (uint64) ((((uint128) 1) << 64) % m);
	mt->r2 = mu_mulmod(mt->one, mt->one, m);
}

/* a * b / 2^64 mod m, for a, b < m < 2^63 */
static inline uint64
mu_mont_mul(const MuMont *mt, uint64 a, uint64 b)
{
	uint128		t = (uint128) a * b;
	uint64		q = (uint64) t * mt->ninv;
	uint64		r = (uint64) ((t + (uint128) q * mt->m) >> 64);

	return r >= mt->m ? r - mt->m : r;
}

#endif							/* MU_INT_H */
