/*-------------------------------------------------------------------------
 *
 * rational.c
 *	  The type rational: arithmetic.
 *
 * Sums and products are formed in 128 bits after common divisors were taken
 * out, so 22003 means that the result itself does not fit.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/mu_exact.h"
#include "compat.h"
#include "rational/mu_rational.h"

PG_FUNCTION_INFO_V1(mu_rational_plus);
PG_FUNCTION_INFO_V1(mu_rational_minus);
PG_FUNCTION_INFO_V1(mu_rational_times);
PG_FUNCTION_INFO_V1(mu_rational_over);
PG_FUNCTION_INFO_V1(mu_rational_negate);
PG_FUNCTION_INFO_V1(mu_rational_abs);
PG_FUNCTION_INFO_V1(mu_rational_dist);

/*
 * mu_rational_overflow - the error of a value that is no rational
 */
void
mu_rational_overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("rational out of range")));
	pg_unreachable();
}

/*
 * mu_rational_lowest - num / den in lowest terms, den > 0; false where that
 * does not fit
 */
bool
mu_rational_lowest(int128 num, uint128 den, MuRational *result)
{
	uint128		size = num < 0 ? -(uint128) num : (uint128) num;
	uint128		g;

	if (num == 0)
	{
		result->num = 0;
		result->den = 1;
		return true;
	}
	g = mu_gcd128(size, den);
	if (g != 1)
	{
		size /= g;
		den /= g;
	}
	if (den > PG_INT64_MAX || size > (uint128) PG_INT64_MAX + (num < 0))
		return false;
	result->num = num < 0 ? (int64) -(uint64) size : (int64) size;
	result->den = (int64) den;
	return true;
}

/*
 * mu_rational_add - a + b, or a - b
 *
 * Only a common divisor of the denominators can be one of the result (Knuth,
 * 4.5.1), and where there is none, the result is in lowest terms already.
 */
MuRational
mu_rational_add(MuRational a, MuRational b, bool subtract)
{
	MuRational	result;
	int128		num;
	int128		b_num = subtract ? -(int128) b.num : (int128) b.num;
	uint64		g;

	if (a.den == 1 && b.den == 1)
	{
		num = a.num + b_num;
		if (num < PG_INT64_MIN || num > PG_INT64_MAX)
			mu_rational_overflow();
		result.num = (int64) num;
		result.den = 1;
		return result;
	}
	g = a.den == b.den ? (uint64) a.den : mu_gcd64(a.den, b.den);
	num = (int128) a.num * (b.den / (int64) g) + b_num * (a.den / (int64) g);
	if (g != 1)
	{
		uint128		size = num < 0 ? -(uint128) num : (uint128) num;
		uint64		h = mu_gcd64((uint64) (size % g), g);

		if (num == 0)
			h = g;
		num /= (int64) h;
		g /= h;
		/* what is left of the denominators: a.den / old g * b.den / h */
		if (num == 0)
		{
			result.num = 0;
			result.den = 1;
			return result;
		}
		{
			uint128		den = (uint128) (a.den / (int64) (g * h)) *
				(uint64) (b.den / (int64) h);

			if (den > PG_INT64_MAX || num < PG_INT64_MIN ||
				num > PG_INT64_MAX)
				mu_rational_overflow();
			result.num = (int64) num;
			result.den = (int64) den;
			return result;
		}
	}
	if ((uint128) a.den * (uint64) b.den > PG_INT64_MAX && num != 0)
		mu_rational_overflow();
	if (num < PG_INT64_MIN || num > PG_INT64_MAX)
		mu_rational_overflow();
	result.num = (int64) num;
	result.den = num == 0 ? 1 : a.den * b.den;
	return result;
}

/*
 * mu_rational_mul - a * b; what cancels crosswise is taken out first
 */
MuRational
mu_rational_mul(MuRational a, MuRational b)
{
	MuRational	result;
	int64		g = (int64) mu_gcd64(mu_abs64(a.num) % (uint64) b.den, b.den);
	int64		h = (int64) mu_gcd64(mu_abs64(b.num) % (uint64) a.den, a.den);

	if (pg_mul_s64_overflow(a.num / g, b.num / h, &result.num) ||
		pg_mul_s64_overflow(a.den / h, b.den / g, &result.den))
		mu_rational_overflow();
	return result;
}

/*
 * mu_rational_inverse - 1 / a
 */
MuRational
mu_rational_inverse(MuRational a)
{
	MuRational	result;

	if (a.num == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero")));
	if (a.num == PG_INT64_MIN)
		mu_rational_overflow();
	result.num = a.num < 0 ? -a.den : a.den;
	result.den = a.num < 0 ? -a.num : a.num;
	return result;
}

/*
 * The double next to (-) num / den, for den up to 2^126
 *
 * At least 64 bits of the quotient, and whether anything is left.
 */
static double
ratio(bool neg, uint128 num, uint128 den)
{
	uint128		whole = num / den;
	uint128		rest = num % den;
	uint128		wide;
	int			exp;
	int			over;
	bool		sticky;

	if (num == 0)
		return 0.0;
	if (whole > PG_UINT64_MAX)
	{
		wide = whole;
		exp = 0;
	}
	else if (den <= PG_UINT64_MAX)
	{
		/* two digits in base 2^64, of which the first is not zero */
		wide = (rest << 64) / den;
		rest = (rest << 64) % den;
		exp = -64;
		if (whole != 0)
			wide |= whole << 64;
		else
		{
			wide = wide << 64 | (rest << 64) / den;
			rest = (rest << 64) % den;
			exp = -128;
		}
	}
	else
	{
		wide = whole;
		exp = 0;
		while (wide >> 63 == 0)
		{
			rest <<= 1;
			wide <<= 1;
			exp--;
			if (rest >= den)
			{
				rest -= den;
				wide |= 1;
			}
		}
	}
	sticky = rest != 0;
	if (wide >> 64 != 0)
	{
		over = pg_leftmost_one_pos64((uint64) (wide >> 64)) + 1;
		sticky = sticky || (wide & ((((uint128) 1) << over) - 1)) != 0;
		wide >>= over;
		exp += over;
	}
	return mu_compose(neg, (uint64) wide, exp, sticky);
}

/*
 * mu_rational_double - the double next to a
 *
 * One division is right by itself where both sides are doubles.
 */
double
mu_rational_double(MuRational a)
{
	const int64 exact = INT64CONST(1) << 53;

	if (a.num <= exact && a.num >= -exact && a.den <= exact)
		return (double) a.num / (double) a.den;
	return ratio(a.num < 0, mu_abs64(a.num), a.den);
}

/*
 * mu_rational_distance - the double next to |a - b|
 */
double
mu_rational_distance(MuRational a, MuRational b)
{
	int128		num = (int128) a.num * b.den - (int128) b.num * a.den;

	return ratio(false, num < 0 ? -(uint128) num : (uint128) num,
				 (uint128) a.den * (uint64) b.den);
}

/*
 * mu_rational_of_numerics - num / den of any length, in lowest terms
 */
MuRational
mu_rational_of_numerics(Numeric num, Numeric den)
{
	MuRational	result;
	Numeric		g = NUM2(numeric_gcd, num, den);
	Numeric		least = int64_to_numeric(PG_INT64_MIN);
	Numeric		most = int64_to_numeric(PG_INT64_MAX);

	num = NUM2(numeric_div_trunc, num, g);
	den = NUM2(numeric_div_trunc, den, g);
	if (NUM_CMP(num, least) < 0 || NUM_CMP(num, most) > 0 ||
		NUM_CMP(den, most) > 0)
		mu_rational_overflow();
	result.num = DatumGetInt64(DirectFunctionCall1(numeric_int8,
												   NumericGetDatum(num)));
	result.den = DatumGetInt64(DirectFunctionCall1(numeric_int8,
												   NumericGetDatum(den)));
	return result;
}

/*
 * mu_rational_plus - operator +
 */
Datum
mu_rational_plus(PG_FUNCTION_ARGS)
{
	PG_RETURN_RATIONAL(mu_rational_add(*PG_GETARG_RATIONAL(0),
									   *PG_GETARG_RATIONAL(1), false));
}

/*
 * mu_rational_minus - operator -
 */
Datum
mu_rational_minus(PG_FUNCTION_ARGS)
{
	PG_RETURN_RATIONAL(mu_rational_add(*PG_GETARG_RATIONAL(0),
									   *PG_GETARG_RATIONAL(1), true));
}

/*
 * mu_rational_times - operator *
 */
Datum
mu_rational_times(PG_FUNCTION_ARGS)
{
	PG_RETURN_RATIONAL(mu_rational_mul(*PG_GETARG_RATIONAL(0),
									   *PG_GETARG_RATIONAL(1)));
}

/*
 * mu_rational_over - operator /
 *
 * The inverse of the smallest numerator is no rational, but the quotient may
 * be one; its parts are brought to lowest terms in 128 bits.
 */
Datum
mu_rational_over(PG_FUNCTION_ARGS)
{
	MuRational	a = *PG_GETARG_RATIONAL(0);
	MuRational	b = *PG_GETARG_RATIONAL(1);
	MuRational	result;

	if (b.num != PG_INT64_MIN)
		PG_RETURN_RATIONAL(mu_rational_mul(a, mu_rational_inverse(b)));
	if (!mu_rational_lowest(-((int128) a.num * b.den), (uint128) a.den << 63,
							&result))
		mu_rational_overflow();
	PG_RETURN_RATIONAL(result);
}

/*
 * mu_rational_negate - unary -
 */
Datum
mu_rational_negate(PG_FUNCTION_ARGS)
{
	MuRational	a = *PG_GETARG_RATIONAL(0);

	if (a.num == PG_INT64_MIN)
		mu_rational_overflow();
	a.num = -a.num;
	PG_RETURN_RATIONAL(a);
}

/*
 * mu_rational_abs - abs(rational)
 */
Datum
mu_rational_abs(PG_FUNCTION_ARGS)
{
	MuRational	a = *PG_GETARG_RATIONAL(0);

	if (a.num == PG_INT64_MIN)
		mu_rational_overflow();
	a.num = a.num < 0 ? -a.num : a.num;
	PG_RETURN_RATIONAL(a);
}

/*
 * mu_rational_dist - operator <->, the double next to |a - b|
 *
 * A double, because a distance may be too large for a rational, and because
 * an index can then promise the same order as the operator.
 */
Datum
mu_rational_dist(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(mu_rational_distance(*PG_GETARG_RATIONAL(0),
										  *PG_GETARG_RATIONAL(1)));
}
