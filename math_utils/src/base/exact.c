/*-------------------------------------------------------------------------
 *
 * exact.c
 *	  Sums of floating-point numbers without rounding, and their counts.
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
		memcpy(chunk + (acc->first - from), acc->chunk,
			   sizeof(int64) * acc->count);
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
		acc->chunk = MemoryContextAlloc(acc->context,
										sizeof(int64) * acc->count);
	for (i = 0; i < acc->count; i++)
	{
		acc->chunk[i] = pq_getmsgint64(buf);
		if (acc->chunk[i] > (INT64CONST(1) << 40) ||
			acc->chunk[i] < -(INT64CONST(1) << 40))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid state of an exact sum")));
	}
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
	mu_big_trim(big);
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
	big.limb -= 4;				/* mu_big_trim() only ever moved it up */
	memset(big.limb, 0, sizeof(uint32) * 4);
	big.n += 4;
	big.exp -= 32 * 4;
	for (i = big.n - 1; i >= 0; i--)
	{
		uint128		part = (uint128) rest << 32 | big.limb[i];

		big.limb[i] = (uint32) (part / (uint64) n);
		rest = (uint64) (part % (uint64) n);
	}
	mu_big_trim(&big);
	m = mu_big_top(&big, &exp, &sticky);
	return mu_compose(big.neg, m, exp, sticky || rest != 0);
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
