/*-------------------------------------------------------------------------
 *
 * modular.c
 *	  powmod, invmod and gcdext, for bigint and numeric.
 *
 * A bigint never overflows on the way: products are formed in 128 bits.  A
 * numeric is reduced after every product, so it never grows past twice the
 * length of the modulus; its length is limited (see mu_numeric_integer).
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"

#include "base/mu_int.h"
#include "compat.h"
#include "result.h"

PG_FUNCTION_INFO_V1(mu_powmod_int8);
PG_FUNCTION_INFO_V1(mu_powmod_numeric);
PG_FUNCTION_INFO_V1(mu_invmod_int8);
PG_FUNCTION_INFO_V1(mu_invmod_numeric);
PG_FUNCTION_INFO_V1(mu_gcdext_int8);
PG_FUNCTION_INFO_V1(mu_gcdext_numeric);

/* The error that a modulus of this sign gets */
static void
bad_modulus(bool zero)
{
	if (zero)
		ereport(ERROR,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero"),
				 errdetail("The modulus is zero.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("modulus must be positive")));
}

static void
no_inverse(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no inverse for this modulus"),
			 errdetail("A number and the modulus must have no common divisor but 1.")));
}

/* The inverse of a modulo m, 0 <= a < m */
static uint64
inverse(uint64 a, uint64 m)
{
	uint64		r0 = m;
	uint64		r1 = a;
	int128		t0 = 0;
	int128		t1 = 1;

	while (r1 != 0)
	{
		uint64		q = r0 / r1;
		uint64		r2 = r0 - q * r1;
		int128		t2 = t0 - (int128) q * t1;

		r0 = r1;
		r1 = r2;
		t0 = t1;
		t1 = t2;
	}
	if (r0 != 1)
		no_inverse();
	return (uint64) (t0 < 0 ? t0 + m : t0 % m);
}

/* a modulo m, never negative */
static uint64
residue(int64 a, int64 m)
{
	int64		rest = a % m;

	return (uint64) (rest < 0 ? rest + m : rest);
}

/*
 * mu_powmod_int8 - powmod(b, e, m), b to the power of e modulo m
 *
 * A negative exponent is a power of the inverse.
 */
Datum
mu_powmod_int8(PG_FUNCTION_ARGS)
{
	int64		m = PG_GETARG_INT64(2);
	int64		e = PG_GETARG_INT64(1);
	uint64		left;
	uint64		base;
	uint64		result;

	if (m <= 0)
		bad_modulus(m == 0);
	base = residue(PG_GETARG_INT64(0), m);
	if (e < 0)
		base = inverse(base, m);
	result = 1 % m;
	for (left = mu_abs64(e); left != 0; left >>= 1)
	{
		if (left & 1)
			result = mu_mulmod(result, base, m);
		base = mu_mulmod(base, base, m);
	}
	PG_RETURN_INT64((int64) result);
}

/*
 * mu_invmod_int8 - invmod(a, m), the x in [0, m) with a x = 1 modulo m
 */
Datum
mu_invmod_int8(PG_FUNCTION_ARGS)
{
	int64		m = PG_GETARG_INT64(1);

	if (m <= 0)
		bad_modulus(m == 0);
	PG_RETURN_INT64((int64) inverse(residue(PG_GETARG_INT64(0), m), m));
}

/*
 * The extended Euclidean algorithm over numerics.  Gives the divisor and,
 * where asked for, the factors of a and b.  Frees as it goes: the steps of
 * two long numbers are many.
 */
static Numeric
euclid(Numeric a, Numeric b, Numeric *x, Numeric *y)
{
	Numeric		r0 = a;
	Numeric		r1 = b;
	Numeric		x0 = int64_to_numeric(1);
	Numeric		x1 = int64_to_numeric(0);
	Numeric		y0 = int64_to_numeric(0);
	Numeric		y1 = int64_to_numeric(1);
	MemoryContext old = CurrentMemoryContext;
	MemoryContext step[2];
	int			turn = 0;

	step[0] = AllocSetContextCreate(old, "euclid even", ALLOCSET_SMALL_SIZES);
	step[1] = AllocSetContextCreate(old, "euclid odd", ALLOCSET_SMALL_SIZES);
	while (mu_numeric_sign(r1) != 0)
	{
		Numeric		q;
		Numeric		t;

		CHECK_FOR_INTERRUPTS();
		/* what lives was made in the last two steps; copy it over to here */
		MemoryContextSwitchTo(step[turn]);
		q = NUM2(numeric_div_trunc, r0, r1);
		t = NUM2(numeric_sub, r0, NUM2(numeric_mul, q, r1));
		r0 = (Numeric) PG_DETOAST_DATUM_COPY(NumericGetDatum(r1));
		r1 = t;
		t = NUM2(numeric_sub, x0, NUM2(numeric_mul, q, x1));
		x0 = (Numeric) PG_DETOAST_DATUM_COPY(NumericGetDatum(x1));
		x1 = t;
		if (y != NULL)
		{
			t = NUM2(numeric_sub, y0, NUM2(numeric_mul, q, y1));
			y0 = (Numeric) PG_DETOAST_DATUM_COPY(NumericGetDatum(y1));
			y1 = t;
		}
		turn = 1 - turn;
		MemoryContextReset(step[turn]);
	}
	MemoryContextSwitchTo(old);
	if (mu_numeric_sign(r0) < 0)
	{
		r0 = NUM1(numeric_uminus, r0);
		x0 = NUM1(numeric_uminus, x0);
		y0 = NUM1(numeric_uminus, y0);
	}
	r0 = (Numeric) PG_DETOAST_DATUM_COPY(NumericGetDatum(r0));
	*x = (Numeric) PG_DETOAST_DATUM_COPY(NumericGetDatum(x0));
	if (y != NULL)
		*y = (Numeric) PG_DETOAST_DATUM_COPY(NumericGetDatum(y0));
	MemoryContextDelete(step[0]);
	MemoryContextDelete(step[1]);
	return r0;
}

/* a modulo m, never negative */
static Numeric
numeric_residue(Numeric a, Numeric m)
{
	Numeric		rest = NUM2(numeric_mod, a, m);

	if (mu_numeric_sign(rest) < 0)
		rest = NUM2(numeric_add, rest, m);
	return rest;
}

static Numeric
numeric_inverse(Numeric a, Numeric m)
{
	Numeric		one = int64_to_numeric(1);
	Numeric		x;

	if (NUM_CMP(euclid(numeric_residue(a, m), m, &x, NULL), one) != 0)
		no_inverse();
	return numeric_residue(x, m);
}

/* The modulus among the arguments, checked */
static Numeric
get_modulus(Numeric m)
{
	m = mu_numeric_integer(m, "m");
	if (mu_numeric_sign(m) <= 0)
		bad_modulus(mu_numeric_sign(m) == 0);
	return m;
}

/*
 * mu_powmod_numeric - powmod(b, e, m) for integers of any length
 *
 * The exponent is cut into pieces below 2^30, lowest first, by division.
 */
Datum
mu_powmod_numeric(PG_FUNCTION_ARGS)
{
	Numeric		base = mu_numeric_integer(PG_GETARG_NUMERIC(0), "b");
	Numeric		e = mu_numeric_integer(PG_GETARG_NUMERIC(1), "e");
	Numeric		m = get_modulus(PG_GETARG_NUMERIC(2));
	Numeric		piece = int64_to_numeric(1 << 30);
	Numeric		result;

	base = numeric_residue(base, m);
	if (mu_numeric_sign(e) < 0)
	{
		base = numeric_inverse(base, m);
	}
	e = NUM1(numeric_abs, e);	/* a copy, to be freed */
	result = NUM2(numeric_mod, int64_to_numeric(1), m);
	while (mu_numeric_sign(e) != 0)
	{
		uint32		bits;
		int			i;
		Numeric		high = NUM2(numeric_div_trunc, e, piece);
		Numeric		low = NUM2(numeric_sub, e,
							   NUM2(numeric_mul, high, piece));
		bool		last = mu_numeric_sign(high) == 0;

		bits = DatumGetInt32(DirectFunctionCall1(numeric_int4,
												 NumericGetDatum(low)));
		pfree(e);
		pfree(low);
		e = high;
		for (i = 0; last ? bits != 0 : i < 30; i++, bits >>= 1)
		{
			Numeric		product;
			Numeric		square;

			CHECK_FOR_INTERRUPTS();
			if (bits & 1)
			{
				product = NUM2(numeric_mul, result, base);
				pfree(result);
				result = NUM2(numeric_mod, product, m);
				pfree(product);
			}
			if (last && bits == 1)
				break;
			square = NUM2(numeric_mul, base, base);
			pfree(base);
			base = NUM2(numeric_mod, square, m);
			pfree(square);
		}
	}
	PG_RETURN_NUMERIC(result);
}

/*
 * mu_invmod_numeric - invmod(a, m)
 */
Datum
mu_invmod_numeric(PG_FUNCTION_ARGS)
{
	Numeric		a = mu_numeric_integer(PG_GETARG_NUMERIC(0), "a");

	PG_RETURN_NUMERIC(numeric_inverse(a, get_modulus(PG_GETARG_NUMERIC(1))));
}

/* The row (g, x, y) of a gcdext, from three datums of one type */
static Datum
gcdext_row(FunctionCallInfo fcinfo, Oid type, Datum g, Datum x, Datum y)
{
	const ArchColumn columns[] = {{"g", type}, {"x", type}, {"y", type}};
	Datum		values[] = {g, x, y};
	bool		nulls[] = {false, false, false};

	return HeapTupleGetDatum(heap_form_tuple(arch_result_row(fcinfo, columns,
															 lengthof(columns)),
											 values, nulls));
}

/*
 * mu_gcdext_int8 - gcdext(a, b): g = a x + b y, g the greatest common divisor
 *
 * Only 2^63, as of the smallest bigint and 0, does not fit.
 */
Datum
mu_gcdext_int8(PG_FUNCTION_ARGS)
{
	int128		r0 = PG_GETARG_INT64(0);
	int128		r1 = PG_GETARG_INT64(1);
	int128		x0 = 1;
	int128		x1 = 0;
	int128		y0 = 0;
	int128		y1 = 1;

	while (r1 != 0)
	{
		int128		q = r0 / r1;
		int128		t;

		t = r0 - q * r1;
		r0 = r1;
		r1 = t;
		t = x0 - q * x1;
		x0 = x1;
		x1 = t;
		t = y0 - q * y1;
		y0 = y1;
		y1 = t;
	}
	if (r0 < 0)
	{
		r0 = -r0;
		x0 = -x0;
		y0 = -y0;
	}
	if (r0 > PG_INT64_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("bigint out of range")));
	return gcdext_row(fcinfo, INT8OID, Int64GetDatum((int64) r0),
					  Int64GetDatum((int64) x0), Int64GetDatum((int64) y0));
}

/*
 * mu_gcdext_numeric - gcdext(a, b) for integers of any length
 */
Datum
mu_gcdext_numeric(PG_FUNCTION_ARGS)
{
	Numeric		a = mu_numeric_integer(PG_GETARG_NUMERIC(0), "a");
	Numeric		b = mu_numeric_integer(PG_GETARG_NUMERIC(1), "b");
	Numeric		x;
	Numeric		y;
	Numeric		g = euclid(a, b, &x, &y);

	return gcdext_row(fcinfo, NUMERICOID, NumericGetDatum(g),
					  NumericGetDatum(x), NumericGetDatum(y));
}
