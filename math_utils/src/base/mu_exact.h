/*-------------------------------------------------------------------------
 *
 * mu_exact.h
 *	  A sum of floating-point numbers without rounding (exact.c),
 *	  and the big integer that it ends as (exact_big.c).
 *
 * The sum is a number in base 2^32 whose digits are kept in 64 bits, so that
 * many additions go by before a carry: chunk[i] counts 2^(32 * (first + i) -
 * MU_ACC_BIAS).  Digits may be negative, so subtracting is adding.  Only the
 * digits that the input reached are there: a few for ordinary data.
 *-------------------------------------------------------------------------
 */
#ifndef MU_EXACT_H
#define MU_EXACT_H

#include "lib/stringinfo.h"

/* Room for fourth powers of the smallest doubles: 2^(4 * -1074) */
#define MU_ACC_BIAS		4320
#define MU_ACC_MAX		288		/* digits: up to 2^(32 * 288 - 4320) */

/* Additions that surely fit on top of a carried digit */
#define MU_ACC_PENDING	1000

typedef struct MuAcc
{
	int64	   *chunk;
	int			first;
	int			count;
	int			pending;		/* additions since the last carry */
	int			low;			/* digits below this one are zero */
	MemoryContext context;
} MuAcc;

/* An integer times 2^exp, in base 2^32, lowest digit first, no sign in it */
typedef struct MuBig
{
	bool		neg;
	int			n;				/* 0 for zero; else limb[n - 1] is not 0 */
	int			exp;
	uint32	   *limb;
} MuBig;

/* Counts that every float8 aggregate needs */
typedef struct MuCount
{
	int64		n;				/* values that are not NULL */
	int64		nan;
	int64		pinf;
	int64		ninf;
} MuCount;

extern void mu_acc_init(MuAcc *acc, MemoryContext context);
extern void mu_acc_reach(MuAcc *acc, int from, int to);
extern void mu_acc_carry(MuAcc *acc);
extern void mu_acc_add_limbs(MuAcc *acc, bool neg, const uint32 *limb, int n,
							 int exp);
extern void mu_acc_add_acc(MuAcc *acc, MuAcc *other);
extern void mu_acc_send(StringInfo buf, MuAcc *acc);
extern void mu_acc_recv(StringInfo buf, MuAcc *acc);
extern double mu_acc_double(MuAcc *acc);
extern double mu_acc_average(MuAcc *acc, int64 n);

extern void mu_acc_big(MuAcc *acc, MuBig *big);
extern void mu_big_trim(MuBig *big);
extern void mu_big_mul(MuBig *result, const MuBig *a, const MuBig *b);
extern void mu_big_mul_small(MuBig *result, const MuBig *a, uint64 b);
extern void mu_big_add(MuBig *result, const MuBig *a, const MuBig *b,
					   bool subtract);
extern uint64 mu_big_top(const MuBig *big, int *exp, bool *sticky);
extern uint64 mu_big_settle(uint64 m, int exp, const MuBig *a, const MuBig *b,
							int power);
extern double mu_big_ratio(const MuBig *a, const MuBig *b);
extern double mu_compose(bool neg, uint64 m, int exp, bool sticky);

extern bool mu_count(MuCount *count, double x, int by);
extern bool mu_count_special(const MuCount *count, double *result);
extern void mu_count_add(MuCount *count, const MuCount *other);
extern void mu_count_send(StringInfo buf, const MuCount *count);
extern void mu_count_recv(StringInfo buf, MuCount *count);

/*
 * mu_split_double - |x| as an integer below 2^53 times 2^exp, for a finite x
 */
static inline uint64
mu_split_double(double x, int *exp)
{
	uint64		bits;
	int			e;

	memcpy(&bits, &x, sizeof(bits));
	e = (bits >> 52) & 0x7FF;
	bits &= (UINT64CONST(1) << 52) - 1;
	if (e == 0)
	{
		*exp = -1074;
		return bits;
	}
	*exp = e - 1075;
	return bits | (UINT64CONST(1) << 52);
}

/*
 * mu_acc_add_mant - add (or take away) m * 2^exp, for m up to 2^53
 */
static inline void
mu_acc_add_mant(MuAcc *acc, bool neg, uint64 m, int exp)
{
	unsigned	place = exp + MU_ACC_BIAS;
	int			at = (int) (place >> 5) - acc->first;
	unsigned	shift = place & 31;
	int64		low = (int64) ((m << shift) & 0xFFFFFFFF);
	int64		high = (int64) (m >> (32 - shift));

	if (unlikely(at < 0 || at + 1 >= acc->count))
	{
		mu_acc_reach(acc, (int) (place >> 5), (int) (place >> 5) + 2);
		at = (int) (place >> 5) - acc->first;
	}
	if (unlikely(++acc->pending > MU_ACC_PENDING))
	{
		mu_acc_carry(acc);
		acc->pending = 1;
	}
	if (neg)
	{
		acc->chunk[at] -= low;
		acc->chunk[at + 1] -= high;
	}
	else
	{
		acc->chunk[at] += low;
		acc->chunk[at + 1] += high;
	}
}

/*
 * mu_acc_add_double - add (or take away) a finite double
 */
static inline void
mu_acc_add_double(MuAcc *acc, double x, bool take_away)
{
	int			exp;
	uint64		m = mu_split_double(x, &exp);

	if (m != 0)
		mu_acc_add_mant(acc, (x < 0) != take_away, m, exp);
}

#endif							/* MU_EXACT_H */
