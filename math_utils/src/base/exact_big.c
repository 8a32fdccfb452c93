/*-------------------------------------------------------------------------
 *
 * exact_big.c
 *	  Big integers, and what is made of them with a single rounding.
 *
 * An accumulator (exact.c) ends as one of these; they know nothing of it.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "base/mu_exact.h"
#include "base/mu_int.h"
#include "compat.h"

/*
 * mu_big_trim - drop high zero digits, and low ones too
 */
void
mu_big_trim(MuBig *big)
{
	int			skip = 0;

	while (big->n > 0 && big->limb[big->n - 1] == 0)
		big->n--;
	while (skip < big->n && big->limb[skip] == 0)
		skip++;
	big->limb += skip;
	big->n -= skip;
	big->exp += 32 * skip;
	if (big->n == 0)
		big->neg = false;
}

/*
 * mu_compose - the double next to (-) m * 2^exp, a tie to the even one
 *
 * "sticky" says that a little more than m is meant.  The only place where an
 * exact sum is rounded.  Gives an infinity on overflow.
 */
double
mu_compose(bool neg, uint64 m, int exp, bool sticky)
{
	int			drop;
	double		result;

	if (m == 0)
		return 0.0;				/* a sticky rest alone is far below 2^-1074 */
	/* how many low bits go: down to 53, and none below 2^-1074 stays */
	drop = pg_leftmost_one_pos64(m) - 52;
	if (exp + drop < -1074)
		drop = -1074 - exp;
	if (drop > 64)
		return neg ? -0.0 : 0.0;
	if (drop > 0)
	{
		uint64		half = UINT64CONST(1) << (drop - 1);
		uint64		low = drop == 64 ? m : m & ((half << 1) - 1);
		uint64		high = drop == 64 ? 0 : m >> drop;

		if (low > half || (low == half && (sticky || (high & 1))))
			high++;
		m = high;
		exp += drop;
	}
	result = ldexp((double) m, exp);
	return neg ? -result : result;
}

/*
 * mu_big_top - the highest 64 bits, m * 2^exp; sticky tells of bits below
 */
uint64
mu_big_top(const MuBig *big, int *exp, bool *sticky)
{
	uint64		m;
	int			shift;
	int			i;

	*sticky = false;
	*exp = big->exp;
	if (big->n == 0)
		return 0;
	if (big->n == 1)
		return big->limb[0];
	m = (uint64) big->limb[big->n - 1] << 32 | big->limb[big->n - 2];
	*exp += 32 * (big->n - 2);
	shift = 63 - pg_leftmost_one_pos64(m);
	if (big->n > 2 && shift > 0)
	{
		m = m << shift | big->limb[big->n - 3] >> (32 - shift);
		*exp -= shift;
		*sticky = (uint32) (big->limb[big->n - 3] << shift) != 0;
	}
	else if (big->n > 2)
		*sticky = big->limb[big->n - 3] != 0;
	for (i = big->n - 4; i >= 0 && !*sticky; i--)
		*sticky = big->limb[i] != 0;
	return m;
}

/*
 * mu_big_mul - a * b
 */
void
mu_big_mul(MuBig *result, const MuBig *a, const MuBig *b)
{
	MuBig		product;
	int			i;
	int			j;

	product.neg = a->neg != b->neg;
	product.exp = a->exp + b->exp;
	product.n = a->n + b->n;
	product.limb = palloc0(sizeof(uint32) * (product.n + 1));
	for (i = 0; i < a->n; i++)
	{
		uint64		carry = 0;

		for (j = 0; j < b->n; j++)
		{
			carry += (uint64) a->limb[i] * b->limb[j] + product.limb[i + j];
			product.limb[i + j] = (uint32) carry;
			carry >>= 32;
		}
		product.limb[i + j] = (uint32) carry;
	}
	mu_big_trim(&product);
	*result = product;
}

/*
 * mu_big_mul_small - a * b
 */
void
mu_big_mul_small(MuBig *result, const MuBig *a, uint64 b)
{
	uint32		limb[2];
	MuBig		factor;

	limb[0] = (uint32) b;
	limb[1] = (uint32) (b >> 32);
	factor.neg = false;
	factor.exp = 0;
	factor.n = 2;
	factor.limb = limb;
	mu_big_mul(result, a, &factor);
}

/*
 * mu_big_add - a + b, or a - b
 */
void
mu_big_add(MuBig *result, const MuBig *a, const MuBig *b, bool subtract)
{
	MuBig		sum;
	int			exp;
	int			end;
	int			i;
	bool		b_neg = b->neg != subtract;
	int64		carry = 0;

	if (b->n == 0 || a->n == 0)
	{
		*result = b->n == 0 ? *a : *b;
		if (b->n != 0)
			result->neg = b_neg;
		return;
	}
	/* exponents differ by whole digits, because all come from one base */
	exp = Min(a->exp, b->exp);
	end = Max(a->exp + 32 * a->n, b->exp + 32 * b->n);
	Assert((a->exp - b->exp) % 32 == 0);
	sum.exp = exp;
	sum.n = (end - exp) / 32 + 1;
	sum.limb = palloc(sizeof(uint32) * sum.n);
	sum.neg = a->neg;
	for (i = 0; i < sum.n; i++)
	{
		int			ai = i - (a->exp - exp) / 32;
		int			bi = i - (b->exp - exp) / 32;

		carry += ai >= 0 && ai < a->n ? a->limb[ai] : 0;
		if (bi >= 0 && bi < b->n)
			carry += a->neg == b_neg ? (int64) b->limb[bi] :
				-(int64) b->limb[bi];
		sum.limb[i] = (uint32) carry;
		carry >>= 32;
	}
	if (carry < 0)
	{
		/* b was the larger: the negative of the digits */
		carry = 1;
		for (i = 0; i < sum.n; i++)
		{
			carry += (uint32) ~sum.limb[i];
			sum.limb[i] = (uint32) carry;
			carry >>= 32;
		}
		sum.neg = !sum.neg;
	}
	mu_big_trim(&sum);
	*result = sum;
}

/* |a| against |b|: negative, zero or positive */
static int
compare_big(const MuBig *a, const MuBig *b)
{
	MuBig		difference;
	MuBig		x = *a;
	MuBig		y = *b;
	int			odd = (x.exp - y.exp) & 31;

	/* only whole digits can be shifted */
	if (odd != 0)
	{
		mu_big_mul_small(&x, &x, UINT64CONST(1) << odd);
		x.exp -= odd;
	}
	x.neg = y.neg = false;
	mu_big_add(&difference, &x, &y, true);
	return difference.n == 0 ? 0 : difference.neg ? -1 : 1;
}

/*
 * mu_big_settle - m, so that rounding m * 2^exp is rounding the power-th root
 * of |a / b|, which m * 2^exp is to within eight
 *
 * Eleven of the 64 bits of m are rounded away.  Unless they are next to one
 * half they decide; there the half itself is compared with the true value.
 */
uint64
mu_big_settle(uint64 m, int exp, const MuBig *a, const MuBig *b, int power)
{
	uint64		half = (m & ~UINT64CONST(0x7FF)) | 0x400;
	uint32		limb[2];
	MuBig		middle;
	MuBig		product = *b;

	if (m > half + 8 || m + 8 < half)
		return m;
	half >>= 10;
	limb[0] = (uint32) half;
	limb[1] = (uint32) (half >> 32);
	middle.neg = false;
	middle.exp = exp + 10;
	middle.n = 2;
	middle.limb = limb;
	while (power-- > 0)
		mu_big_mul(&product, &product, &middle);
	return (half << 10) + compare_big(a, &product);
}

/*
 * mu_big_ratio - the double next to a / b; b is not zero
 */
double
mu_big_ratio(const MuBig *a, const MuBig *b)
{
	int			a_exp;
	int			b_exp;
	bool		sticky;
	uint64		a_top = mu_big_top(a, &a_exp, &sticky);
	uint64		b_top = mu_big_top(b, &b_exp, &sticky);
	uint128		q;
	uint64		m;
	int			shift = 0;

	if (a_top == 0)
		return 0.0;
	/* both to 64 bits, so that the quotient has 64 or 65 */
	shift = 63 - pg_leftmost_one_pos64(a_top);
	a_top <<= shift;
	a_exp -= shift;
	shift = 63 - pg_leftmost_one_pos64(b_top);
	b_top <<= shift;
	b_exp -= shift;
	q = ((uint128) a_top << 64) / b_top;
	a_exp -= 64;
	if (q >> 64)
	{
		q >>= 1;
		a_exp++;
	}
	m = mu_big_settle((uint64) q, a_exp - b_exp, a, b, 1);
	return mu_compose(a->neg != b->neg, m, a_exp - b_exp, false);
}
