/*-------------------------------------------------------------------------
 *
 * rational_index.c
 *	  Order and hash of rationals: comparison operators and the support
 *	  functions of btree, hash and BRIN.
 *
 * A sort first compares a key that fits a machine word: the bits of the
 * nearest double, which never stand in the wrong order, and only where they
 * are equal the fractions themselves.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/sortsupport.h"

#include "compat.h"
#include "rational/mu_rational.h"

PG_FUNCTION_INFO_V1(mu_rational_eq);
PG_FUNCTION_INFO_V1(mu_rational_ne);
PG_FUNCTION_INFO_V1(mu_rational_lt);
PG_FUNCTION_INFO_V1(mu_rational_le);
PG_FUNCTION_INFO_V1(mu_rational_gt);
PG_FUNCTION_INFO_V1(mu_rational_ge);
PG_FUNCTION_INFO_V1(mu_rational_compare);
PG_FUNCTION_INFO_V1(mu_rational_smaller);
PG_FUNCTION_INFO_V1(mu_rational_larger);
PG_FUNCTION_INFO_V1(mu_rational_hash);
PG_FUNCTION_INFO_V1(mu_rational_hash_extended);
PG_FUNCTION_INFO_V1(mu_rational_sortsupport);
PG_FUNCTION_INFO_V1(mu_rational_in_range);

#define CMP_ARGS() \
	mu_rational_cmp(PG_GETARG_RATIONAL(0), PG_GETARG_RATIONAL(1))

/*
 * mu_rational_eq - operator =; lowest terms make equal values equal bytes
 */
Datum
mu_rational_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(PG_GETARG_RATIONAL(0), PG_GETARG_RATIONAL(1),
						  sizeof(MuRational)) == 0);
}

/*
 * mu_rational_ne - operator <>
 */
Datum
mu_rational_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(PG_GETARG_RATIONAL(0), PG_GETARG_RATIONAL(1),
						  sizeof(MuRational)) != 0);
}

/*
 * mu_rational_lt - operator <
 */
Datum
mu_rational_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(CMP_ARGS() < 0);
}

/*
 * mu_rational_le - operator <=
 */
Datum
mu_rational_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(CMP_ARGS() <= 0);
}

/*
 * mu_rational_gt - operator >
 */
Datum
mu_rational_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(CMP_ARGS() > 0);
}

/*
 * mu_rational_ge - operator >=
 */
Datum
mu_rational_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(CMP_ARGS() >= 0);
}

/*
 * mu_rational_compare - btree's support function 1
 */
Datum
mu_rational_compare(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(CMP_ARGS());
}

/*
 * mu_rational_smaller - transition of min
 */
Datum
mu_rational_smaller(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(CMP_ARGS() <= 0 ? 0 : 1));
}

/*
 * mu_rational_larger - transition of max
 */
Datum
mu_rational_larger(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(CMP_ARGS() >= 0 ? 0 : 1));
}

/*
 * mu_rational_hash - hash's support function 1, and BRIN bloom's 11
 */
Datum
mu_rational_hash(PG_FUNCTION_ARGS)
{
	return hash_any((unsigned char *) PG_GETARG_RATIONAL(0),
					sizeof(MuRational));
}

/*
 * mu_rational_hash_extended - hash's support function 2, with a seed
 */
Datum
mu_rational_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((unsigned char *) PG_GETARG_RATIONAL(0),
							 sizeof(MuRational), PG_GETARG_INT64(1));
}

static int
compare_full(Datum x, Datum y, SortSupport ssup)
{
	return mu_rational_cmp(DatumGetRational(x), DatumGetRational(y));
}

#if SIZEOF_DATUM == 8
/* The nearest double as an integer of the same order */
static Datum
abbreviate(Datum original, SortSupport ssup)
{
	double		x = mu_rational_double(*DatumGetRational(original));
	int64		bits;

	memcpy(&bits, &x, sizeof(bits));
	return Int64GetDatum(bits >= 0 ? bits : bits ^ PG_INT64_MAX);
}

/* Short keys are never given up: they are equal for near values alone */
static bool
give_up(int memtupcount, SortSupport ssup)
{
	return false;
}
#endif

/*
 * mu_rational_sortsupport - btree's support function 2
 */
Datum
mu_rational_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = compare_full;
#if SIZEOF_DATUM == 8
	if (ssup->abbreviate)
	{
		ssup->comparator = ssup_datum_signed_cmp;
		ssup->abbrev_converter = abbreviate;
		ssup->abbrev_abort = give_up;
		ssup->abbrev_full_comparator = compare_full;
	}
#endif
	PG_RETURN_VOID();
}

/*
 * Compare n1/d1 with n2/d2 where a cross product would not fit: by their
 * continued fractions.
 */
static int
compare_ratios(uint128 n1, uint128 d1, uint128 n2, uint128 d2)
{
	int			sign = 1;

	for (;;)
	{
		uint128		q1 = n1 / d1;
		uint128		q2 = n2 / d2;
		uint128		r1 = n1 % d1;
		uint128		r2 = n2 % d2;

		if (q1 != q2)
			return q1 < q2 ? -sign : sign;
		if (r1 == 0 || r2 == 0)
			return sign * ((r1 != 0) - (r2 != 0));
		n1 = d1;
		d1 = r1;
		n2 = d2;
		d2 = r2;
		sign = -sign;
	}
}

/*
 * mu_rational_in_range - btree's support function 3: RANGE frames
 *
 * Is val <= base +- offset (or >=)?  Asked as val - base against the offset,
 * so that no sum has to fit.
 */
Datum
mu_rational_in_range(PG_FUNCTION_ARGS)
{
	MuRational *val = PG_GETARG_RATIONAL(0);
	MuRational *base = PG_GETARG_RATIONAL(1);
	MuRational *offset = PG_GETARG_RATIONAL(2);
	bool		sub = PG_GETARG_BOOL(3);
	bool		less = PG_GETARG_BOOL(4);
	int128		num;
	uint128		size;
	int			order;

	if (offset->num < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PRECEDING_OR_FOLLOWING_SIZE),
				 errmsg("invalid preceding or following size in window function")));
	num = (int128) val->num * base->den - (int128) base->num * val->den;
	size = num < 0 ? -(uint128) num : (uint128) num;
	if ((num < 0) != sub && num != 0)
		order = sub ? 1 : -1;	/* on the other side of base than the bound */
	else
	{
		order = compare_ratios(size, (uint128) val->den * (uint64) base->den,
							   (uint64) offset->num, offset->den);
		if (sub)
			order = -order;
	}
	PG_RETURN_BOOL(less ? order <= 0 : order >= 0);
}
