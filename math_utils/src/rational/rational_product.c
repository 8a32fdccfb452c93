/*-------------------------------------------------------------------------
 *
 * rational_product.c
 *	  product of rational.
 *
 * A rational while it fits one, and two numerics beyond that, from which the
 * common divisor is taken whenever they have doubled.  Zeros are counted, so
 * a value that leaves a frame can be divided out.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/mu_agg.h"
#include "compat.h"
#include "rational/mu_rational.h"

PG_FUNCTION_INFO_V1(mu_rational_product_accum);
PG_FUNCTION_INFO_V1(mu_rational_product_remove);
PG_FUNCTION_INFO_V1(mu_rational_product_combine);
PG_FUNCTION_INFO_V1(mu_rational_product_serialize);
PG_FUNCTION_INFO_V1(mu_rational_product_deserialize);
PG_FUNCTION_INFO_V1(mu_rational_product_final);

typedef struct RationalProduct
{
	MemoryContext context;
	int64		n;
	int64		zeros;
	MuRational	small;			/* times num / den */
	Numeric		num;			/* NULL while small is all there is */
	Numeric		den;
	int			weight;			/* of num and den when they were reduced */
} RationalProduct;

static RationalProduct *
new_rational_product(MemoryContext context)
{
	RationalProduct *p = MemoryContextAllocZero(context,
												sizeof(RationalProduct));

	p->context = context;
	p->small.num = 1;
	p->small.den = 1;
	return p;
}

static RationalProduct *
get_rational_product(FunctionCallInfo fcinfo)
{
	RationalProduct *p = MU_STATE(RationalProduct);

	if (p == NULL)
		p = new_rational_product(mu_agg_context(fcinfo));
	return p;
}

/* Multiply num / den by two numerics, both of them kept in the state */
static void
multiply_big(RationalProduct *p, Numeric num, Numeric den)
{
	MemoryContext old = MemoryContextSwitchTo(p->context);

	CHECK_FOR_INTERRUPTS();
	if (p->num == NULL)
	{
		p->num = (Numeric) PG_DETOAST_DATUM_COPY(NumericGetDatum(num));
		p->den = (Numeric) PG_DETOAST_DATUM_COPY(NumericGetDatum(den));
	}
	else
	{
		Numeric		product = NUM2(numeric_mul, p->num, num);

		pfree(p->num);
		p->num = product;
		product = NUM2(numeric_mul, p->den, den);
		pfree(p->den);
		p->den = product;
	}
	if (mu_numeric_weight(p->num) +
		mu_numeric_weight(p->den) > 2 * p->weight + 40)
	{
		Numeric		g = NUM2(numeric_gcd, p->num, p->den);
		Numeric		quotient = NUM2(numeric_div_trunc, p->num, g);

		pfree(p->num);
		p->num = quotient;
		quotient = NUM2(numeric_div_trunc, p->den, g);
		pfree(p->den);
		p->den = quotient;
		pfree(g);
		p->weight = mu_numeric_weight(p->num) + mu_numeric_weight(p->den);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Multiply by num / den in lowest terms; den may be 2^63, in absolute value
 */
static void
rational_multiply(RationalProduct *p, int128 num, int128 den)
{
	int128		g =
		(int128) mu_gcd64((uint64) ((p->small.num < 0 ?
									 -(int128) p->small.num :
									 p->small.num) % den), (uint64) den);
	int128		h =
		(int128) mu_gcd64((uint64) ((num < 0 ? -num : num) % p->small.den),
						  p->small.den);
	int128		new_num = (p->small.num / g) * (num / h);
	int128		new_den = (p->small.den / h) * (den / g);

	if (new_num >= PG_INT64_MIN && new_num <= PG_INT64_MAX &&
		new_den <= PG_INT64_MAX)
	{
		p->small.num = (int64) new_num;
		p->small.den = (int64) new_den;
		return;
	}
	multiply_big(p, int64_to_numeric(p->small.num),
				 int64_to_numeric(p->small.den));
	if (num >= PG_INT64_MIN && num <= PG_INT64_MAX && den <= PG_INT64_MAX)
	{
		p->small.num = (int64) num;
		p->small.den = (int64) den;
		return;
	}
	/* 2^63 as a product of two that fit */
	multiply_big(p, int64_to_numeric((int64) (num % 2 == 0 ? num / 2 : num)),
				 int64_to_numeric((int64) (den % 2 == 0 ? den / 2 : den)));
	p->small.num = num % 2 == 0 ? 2 : 1;
	p->small.den = den % 2 == 0 ? 2 : 1;
}

static Datum
rational_product_step(FunctionCallInfo fcinfo, bool take_away)
{
	RationalProduct *p = get_rational_product(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		MuRational *a = PG_GETARG_RATIONAL(1);

		p->n += take_away ? -1 : 1;
		if (a->num == 0)
			p->zeros += take_away ? -1 : 1;
		else if (!take_away)
			rational_multiply(p, a->num, a->den);
		else if (a->num > 0)
			rational_multiply(p, a->den, a->num);
		else
			rational_multiply(p, -(int128) a->den, -(int128) a->num);
	}
	PG_RETURN_POINTER(p);
}

/*
 * mu_rational_product_accum - transition: one more factor
 */
Datum
mu_rational_product_accum(PG_FUNCTION_ARGS)
{
	return rational_product_step(fcinfo, false);
}

/*
 * mu_rational_product_remove - inverse transition: divide by it
 */
Datum
mu_rational_product_remove(PG_FUNCTION_ARGS)
{
	return rational_product_step(fcinfo, true);
}

/*
 * mu_rational_product_combine - two partial products become one, the first
 */
Datum
mu_rational_product_combine(PG_FUNCTION_ARGS)
{
	RationalProduct *p;
	RationalProduct *other = PG_ARGISNULL(1) ? NULL :
		(RationalProduct *) PG_GETARG_POINTER(1);

	(void) mu_agg_context(fcinfo);
	p = get_rational_product(fcinfo);
	if (other != NULL)
	{
		p->n += other->n;
		p->zeros += other->zeros;
		rational_multiply(p, other->small.num, other->small.den);
		if (other->num != NULL)
			multiply_big(p, other->num, other->den);
	}
	PG_RETURN_POINTER(p);
}

static void
bad_state(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid state of a product of rationals")));
}

/*
 * mu_rational_product_serialize - a partial product as bytes
 */
Datum
mu_rational_product_serialize(PG_FUNCTION_ARGS)
{
	RationalProduct *p = (RationalProduct *) PG_GETARG_POINTER(0);
	StringInfoData buf;

	(void) mu_agg_context(fcinfo);
	pq_begintypsend(&buf);
	pq_sendint64(&buf, p->n);
	pq_sendint64(&buf, p->zeros);
	pq_sendint64(&buf, p->small.num);
	pq_sendint64(&buf, p->small.den);
	if (p->num != NULL)
	{
		mu_agg_send_numeric(&buf, p->num);
		mu_agg_send_numeric(&buf, p->den);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_rational_product_deserialize - and back
 */
Datum
mu_rational_product_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	RationalProduct *p;

	mu_agg_bytes(fcinfo, &buf);
	p = new_rational_product(CurrentMemoryContext);
	p->n = pq_getmsgint64(&buf);
	p->zeros = pq_getmsgint64(&buf);
	p->small.num = pq_getmsgint64(&buf);
	p->small.den = pq_getmsgint64(&buf);
	if (p->small.den < 1 || p->small.num == 0)
		bad_state();
	if (buf.cursor < buf.len)
	{
		p->num = mu_agg_recv_numeric(&buf, "a product of rationals");
		p->den = mu_agg_recv_numeric(&buf, "a product of rationals");
	}
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(p);
}

/*
 * mu_rational_product_final - the product in lowest terms; NULL without input
 */
Datum
mu_rational_product_final(PG_FUNCTION_ARGS)
{
	RationalProduct *p = MU_STATE(RationalProduct);
	MuRational	zero = {0, 1};

	if (p == NULL || p->n == 0)
		PG_RETURN_NULL();
	if (p->zeros > 0)
		PG_RETURN_RATIONAL(zero);
	if (p->num == NULL)
		PG_RETURN_RATIONAL(p->small);
	PG_RETURN_RATIONAL(mu_rational_of_numerics(NUM2(numeric_mul, p->num, int64_to_numeric(p->small.num)),
											   NUM2(numeric_mul, p->den, int64_to_numeric(p->small.den))));
}
