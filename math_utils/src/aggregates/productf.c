/*-------------------------------------------------------------------------
 *
 * productf.c
 *	  product(double precision).
 *
 * The product is kept as two doubles, about 104 bits, with the exponent
 * apart, so that neither overflow nor underflow can come before the end and
 * the order of the factors does not show.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "base/mu_agg.h"
#include "base/mu_exact.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_productf_accum);
PG_FUNCTION_INFO_V1(mu_productf_combine);
PG_FUNCTION_INFO_V1(mu_productf_serialize);
PG_FUNCTION_INFO_V1(mu_productf_deserialize);
PG_FUNCTION_INFO_V1(mu_productf_final);

typedef struct ProductF
{
	MuCount		count;
	int64		zeros;
	int64		negatives;
	int64		exp;
	double		high;			/* (high + low) * 2^exp, high in [0.5, 1) */
	double		low;
} ProductF;

static ProductF *
get_float_product(FunctionCallInfo fcinfo)
{
	ProductF   *p = MU_STATE(ProductF);

	if (p == NULL)
	{
		p = MemoryContextAllocZero(mu_agg_context(fcinfo), sizeof(ProductF));
		p->high = 0.5;
		p->exp = 1;
	}
	return p;
}

/* Multiply by (high + low) * 2^exp, high in [0.5, 1) */
static void
productf_multiply(ProductF *p, double high, double low, int64 exp)
{
	double		product = p->high * high;
	double		rest = fma(p->high, high, -product) +
		(p->high * low + p->low * high);

	p->high = product + rest;
	p->low = rest - (p->high - product);
	p->exp += exp;
	if (p->high < 0.5)
	{
		p->high *= 2;
		p->low *= 2;
		p->exp--;
	}
	else if (p->high >= 1.0)
	{
		p->high /= 2;
		p->low /= 2;
		p->exp++;
	}
}

/*
 * mu_productf_accum - transition: one more factor
 */
Datum
mu_productf_accum(PG_FUNCTION_ARGS)
{
	ProductF   *p = get_float_product(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		double		x = PG_GETARG_FLOAT8(1);

		p->negatives += x < 0;
		if (mu_count(&p->count, x, 1))
		{
			int			exp;

			if (x == 0)
				p->zeros++;
			else
			{
				double		m = frexp(fabs(x), &exp);

				productf_multiply(p, m, 0.0, exp);
			}
		}
	}
	PG_RETURN_POINTER(p);
}

/*
 * mu_productf_combine - two partial products become one, the first
 */
Datum
mu_productf_combine(PG_FUNCTION_ARGS)
{
	ProductF   *p;
	ProductF   *other = PG_ARGISNULL(1) ? NULL :
		(ProductF *) PG_GETARG_POINTER(1);

	(void) mu_agg_context(fcinfo);
	p = get_float_product(fcinfo);
	if (other != NULL)
	{
		mu_count_add(&p->count, &other->count);
		p->zeros += other->zeros;
		p->negatives += other->negatives;
		productf_multiply(p, other->high, other->low, other->exp);
	}
	PG_RETURN_POINTER(p);
}

/*
 * mu_productf_serialize - a partial product as bytes
 */
Datum
mu_productf_serialize(PG_FUNCTION_ARGS)
{
	ProductF   *p = (ProductF *) PG_GETARG_POINTER(0);
	StringInfoData buf;

	(void) mu_agg_context(fcinfo);
	pq_begintypsend(&buf);
	mu_count_send(&buf, &p->count);
	pq_sendint64(&buf, p->zeros);
	pq_sendint64(&buf, p->negatives);
	pq_sendint64(&buf, p->exp);
	pq_sendfloat8(&buf, p->high);
	pq_sendfloat8(&buf, p->low);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_productf_deserialize - and back
 */
Datum
mu_productf_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	ProductF   *p;

	mu_agg_bytes(fcinfo, &buf);
	p = palloc0(sizeof(ProductF));
	mu_count_recv(&buf, &p->count);
	p->zeros = pq_getmsgint64(&buf);
	p->negatives = pq_getmsgint64(&buf);
	p->exp = pq_getmsgint64(&buf);
	p->high = pq_getmsgfloat8(&buf);
	p->low = pq_getmsgfloat8(&buf);
	if (!(p->high >= 0.5 && p->high < 1.0 && fabs(p->low) < 1e-15))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid state of a product")));
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(p);
}

/*
 * mu_productf_final - the product, rounded once; NULL without input
 */
Datum
mu_productf_final(PG_FUNCTION_ARGS)
{
	ProductF   *p = MU_STATE(ProductF);
	bool		neg;
	double		result;
	int128		m;
	int			exp;

	if (p == NULL || p->count.n == 0)
		PG_RETURN_NULL();
	neg = p->negatives % 2 != 0;
	if (p->count.nan > 0 ||
		(p->count.pinf + p->count.ninf > 0 && p->zeros > 0))
		PG_RETURN_FLOAT8(NAN);
	if (p->count.pinf + p->count.ninf > 0)
		PG_RETURN_FLOAT8(neg ? -INFINITY : INFINITY);
	if (p->zeros > 0)
		PG_RETURN_FLOAT8(0.0);
	/* as an integer of 106 bits, of which the highest 64 are told to round */
	m = ((int128) (int64) ldexp(p->high, 53) << 53) + (int64) ldexp(p->low,
																	106);
	exp = (int) Min(Max(p->exp, -10000), 10000) - 106;
	result = mu_compose(neg, (uint64) (m >> 42), exp + 42,
						(m & ((INT64CONST(1) << 42) - 1)) != 0);
	if (isinf(result))
		float_overflow_error();
	if (result == 0)
		float_underflow_error();
	PG_RETURN_FLOAT8(result);
}
