/*-------------------------------------------------------------------------
 *
 * exact.c
 *	  Sums of floating-point numbers without rounding, and what is made of
 *	  them at the end with a single one.
 *
 * Because nothing is rounded on the way, the order of the additions does not
 * matter: serial, parallel and sliding aggregates agree to the last bit.
 * (The idea is Kulisch's long accumulator; the carry-free digits are those
 * of Neal's small superaccumulator.)
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "utils/memutils.h"

#include "base/mu_exact.h"
#include "base/mu_int.h"
#include "compat.h"

/*
 * mu_acc_init - an empty sum whose digits live in "context"
 */
void
mu_acc_init(MuAcc *acc, MemoryContext context)
{
	memset(acc, 0, sizeof(MuAcc));
	acc->context = context;
}

/*
 * mu_acc_reach - make the digits from .. to - 1 exist, and one above them
 */
void
mu_acc_reach(MuAcc *acc, int from, int to)
{
	int64	   *chunk;
	int			end = acc->first + acc->count;

	if (acc->count > 0)
	{
		/* some room on the side it grows to, so that it grows seldom */
		from = from < acc->first ? from - 1 : acc->first;
		to = to >= end ? to + 1 : end - 1;
	}
	from = Max(from, 0);
	to = Min(to + 1, MU_ACC_MAX);
	chunk = MemoryContextAllocZero(acc->context, sizeof(int64) * (to - from));
	if (acc->count > 0)
	{
		memcpy(chunk + (acc->first - from), acc->chunk, sizeof(int64) * acc->count);
		pfree(acc->chunk);
	}
	acc->chunk = chunk;
	acc->first = from;
	acc->count = to - from;
}

/*
 * mu_acc_carry - bring every digit but the highest into 0 .. 2^32 - 1
 *
 * The highest keeps the sign; where it grows, a digit is put above it.
 */
void
mu_acc_carry(MuAcc *acc)
{
	int			i;

	for (i = 0; i < acc->count - 1; i++)
	{
		int64		carry = acc->chunk[i] >> 32;

		acc->chunk[i] -= carry * (INT64CONST(1) << 32);
		acc->chunk[i + 1] += carry;
	}
	acc->pending = 0;
	if (acc->count > 0 &&
		(acc->chunk[acc->count - 1] > PG_INT32_MAX ||
		 acc->chunk[acc->count - 1] < PG_INT32_MIN) &&
		acc->first + acc->count < MU_ACC_MAX)
	{
		mu_acc_reach(acc, acc->first, acc->first + acc->count);
		mu_acc_carry(acc);
	}
}

/*
 * mu_acc_add_limbs - add (or take away) a long integer times 2^exp
 */
void
mu_acc_add_limbs(MuAcc *acc, bool neg, const uint32 *limb, int n, int exp)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		if (limb[i] != 0)
			mu_acc_add_mant(acc, neg, limb[i], exp + 32 * i);
	}
}

/*
 * mu_acc_add_acc - add another sum, which is carried on the way
 */
void
mu_acc_add_acc(MuAcc *acc, MuAcc *other)
{
	int			i;

	if (other->count == 0)
		return;
	mu_acc_carry(other);
	mu_acc_carry(acc);
	if (acc->count == 0 || other->first < acc->first ||
		other->first + other->count > acc->first + acc->count)
		mu_acc_reach(acc, other->first, other->first + other->count);
	for (i = 0; i < other->count; i++)
		acc->chunk[other->first + i - acc->first] += other->chunk[i];
	mu_acc_carry(acc);
}

/*
 * mu_acc_send - the sum as bytes, for a parallel worker's state
 */
void
mu_acc_send(StringInfo buf, MuAcc *acc)
{
	int			i;

	mu_acc_carry(acc);
	pq_sendint32(buf, acc->first);
	pq_sendint32(buf, acc->count);
	for (i = 0; i < acc->count; i++)
		pq_sendint64(buf, acc->chunk[i]);
}

/*
 * mu_acc_recv - the sum from bytes; acc was initialised
 */
void
mu_acc_recv(StringInfo buf, MuAcc *acc)
{
	int			i;

	acc->first = pq_getmsgint(buf, 4);
	acc->count = pq_getmsgint(buf, 4);
	if (acc->first < 0 || acc->first > MU_ACC_MAX ||
		acc->count < 0 || acc->count > MU_ACC_MAX - acc->first)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid state of an exact sum")));
	if (acc->count > 0)
		acc->chunk = MemoryContextAlloc(acc->context, sizeof(int64) * acc->count);
	for (i = 0; i < acc->count; i++)
	{
		acc->chunk[i] = pq_getmsgint64(buf);
		if (acc->chunk[i] > (INT64CONST(1) << 40) || acc->chunk[i] < -(INT64CONST(1) << 40))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid state of an exact sum")));
	}
}

/* Drop high zero digits, and low ones too */
static void
trim(MuBig *big)
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
 * The sum as sign and digits, in room for acc->count + 2 of them.
 */
static void
to_big(MuAcc *acc, MuBig *big, uint32 *room)
{
	int64		top;
	int			n;
	int			i;

	big->limb = room;
	big->n = 0;
	big->neg = false;
	big->exp = 0;
	if (acc->count == 0)
		return;
	mu_acc_carry(acc);
	n = acc->count - 1;
	top = acc->chunk[n];
	big->exp = 32 * acc->first - MU_ACC_BIAS;
	big->neg = top < 0;
	if (!big->neg)
	{
		for (i = 0; i < n; i++)
			room[i] = (uint32) acc->chunk[i];
	}
	else
	{
		/* the negative of the digits: invert and add one */
		int64		carry = 1;

		for (i = 0; i < n; i++)
		{
			carry += 0xFFFFFFFF - acc->chunk[i];
			room[i] = (uint32) carry;
			carry >>= 32;
		}
		top = ~top + carry;
	}
	room[n] = (uint32) top;
	room[n + 1] = (uint32) (top >> 32);
	big->n = n + 2;
	trim(big);
}

/*
 * mu_acc_big - the sum as a long integer of its own
 */
void
mu_acc_big(MuAcc *acc, MuBig *big)
{
	to_big(acc, big, palloc(sizeof(uint32) * (acc->count + 4)));
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
 * mu_acc_double - the double next to the sum
 */
double
mu_acc_double(MuAcc *acc)
{
	uint32		room[MU_ACC_MAX + 4];
	MuBig		big;
	uint64		m;
	int			exp;
	bool		sticky;

	to_big(acc, &big, room);
	m = mu_big_top(&big, &exp, &sticky);
	return mu_compose(big.neg, m, exp, sticky);
}

/*
 * mu_acc_average - the double next to the sum divided by n
 *
 * Long division; three digits below the lowest one give the quotient more
 * bits than a double has, and the rest is sticky.
 */
double
mu_acc_average(MuAcc *acc, int64 n)
{
	uint32		room[MU_ACC_MAX + 8];
	MuBig		big;
	uint64		rest = 0;
	uint64		m;
	int			exp;
	bool		sticky;
	int			i;

	to_big(acc, &big, room + 4);
	if (big.n == 0)
		return 0.0;
	big.limb -= 4;				/* trim() only ever moved it up */
	memset(big.limb, 0, sizeof(uint32) * 4);
	big.n += 4;
	big.exp -= 32 * 4;
	for (i = big.n - 1; i >= 0; i--)
	{
		uint128		part = (uint128) rest << 32 | big.limb[i];

		big.limb[i] = (uint32) (part / (uint64) n);
		rest = (uint64) (part % (uint64) n);
	}
	trim(&big);
	m = mu_big_top(&big, &exp, &sticky);
	return mu_compose(big.neg, m, exp, sticky || rest != 0);
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
	trim(&product);
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
			carry += a->neg == b_neg ? (int64) b->limb[bi] : -(int64) b->limb[bi];
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
	trim(&sum);
	*result = sum;
}

/* |a| against |b|: negative, zero or positive */
static int
compare(const MuBig *a, const MuBig *b)
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
	return (half << 10) + compare(a, &product);
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

/*
 * mu_count - count x (by = 1) or no longer (by = -1); is it finite?
 */
bool
mu_count(MuCount *count, double x, int by)
{
	count->n += by;
	if (likely(!isnan(x) && !isinf(x)))
		return true;
	if (isnan(x))
		count->nan += by;
	else if (x > 0)
		count->pinf += by;
	else
		count->ninf += by;
	return false;
}

/*
 * mu_count_special - the sum, where NaN or an infinity decides it
 */
bool
mu_count_special(const MuCount *count, double *result)
{
	if (count->nan > 0 || (count->pinf > 0 && count->ninf > 0))
		*result = NAN;
	else if (count->pinf > 0)
		*result = INFINITY;
	else if (count->ninf > 0)
		*result = -INFINITY;
	else
		return false;
	return true;
}

void
mu_count_add(MuCount *count, const MuCount *other)
{
	count->n += other->n;
	count->nan += other->nan;
	count->pinf += other->pinf;
	count->ninf += other->ninf;
}

void
mu_count_send(StringInfo buf, const MuCount *count)
{
	pq_sendint64(buf, count->n);
	pq_sendint64(buf, count->nan);
	pq_sendint64(buf, count->pinf);
	pq_sendint64(buf, count->ninf);
}

void
mu_count_recv(StringInfo buf, MuCount *count)
{
	count->n = pq_getmsgint64(buf);
	count->nan = pq_getmsgint64(buf);
	count->pinf = pq_getmsgint64(buf);
	count->ninf = pq_getmsgint64(buf);
	if (count->n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid state of an exact sum")));
}
