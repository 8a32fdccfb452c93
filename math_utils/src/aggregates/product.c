/*-------------------------------------------------------------------------
 *
 * product.c
 *	  product(smallint .. numeric) as numeric and product(double precision).
 *
 * The numeric one multiplies up to 18 digits in a machine word; what outgrows
 * it is multiplied pairwise, factors of like length together.  A zero, an
 * infinity and NaN are counted, not multiplied.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "base/mu_agg.h"
#include "base/mu_exact.h"
#include "base/mu_int.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_product_int2);
PG_FUNCTION_INFO_V1(mu_product_int4);
PG_FUNCTION_INFO_V1(mu_product_int8);
PG_FUNCTION_INFO_V1(mu_product_numeric);
PG_FUNCTION_INFO_V1(mu_product_combine);
PG_FUNCTION_INFO_V1(mu_product_serialize);
PG_FUNCTION_INFO_V1(mu_product_deserialize);
PG_FUNCTION_INFO_V1(mu_product_final);

#define LEVELS		48
#define MAX_SCALE	1000		/* digits after the point in a machine word */

typedef struct Product
{
	MemoryContext context;
	int64		n;
	int64		nan;
	int64		infinite;
	int64		zeros;
	/* sign of all but the finite non-zero values */
	bool		neg;
	int64		coef;			/* coef / 10^scale is multiplied already */
	int			scale;
	Numeric    *level;			/* NULL, or level i: a product of 2^i words,
								 * or NULL */
} Product;

static Product *
new_numeric_product(MemoryContext context)
{
	Product    *p = MemoryContextAllocZero(context, sizeof(Product));

	p->context = context;
	p->coef = 1;
	return p;
}

static Product *
get_numeric_product(FunctionCallInfo fcinfo)
{
	Product    *p = MU_STATE(Product);

	if (unlikely(p == NULL))
		p = new_numeric_product(mu_agg_context(fcinfo));
	return p;
}

/* Multiply by a numeric of the state's context, which is taken over */
static void
push(Product *p, Numeric num)
{
	MemoryContext old = MemoryContextSwitchTo(p->context);
	int			i;

	/* most groups never outgrow a word */
	if (p->level == NULL)
		p->level = palloc0(sizeof(Numeric) * LEVELS);
	for (i = 0; i < LEVELS - 1 && p->level[i] != NULL; i++)
	{
		Numeric		product = NUM2(numeric_mul, p->level[i], num);

		pfree(num);
		pfree(p->level[i]);
		p->level[i] = NULL;
		num = product;
	}
	p->level[i] = num;
	MemoryContextSwitchTo(old);
}

/* Multiply by coef / 10^scale, coef not zero */
static inline void
product_multiply(Product *p, int64 coef, int scale)
{
	int64		product;

	if (likely(!pg_mul_s64_overflow(p->coef, coef, &product) &&
			   p->scale + scale <= MAX_SCALE))
	{
		p->coef = product;
		p->scale += scale;
	}
	else
	{
		MemoryContext old = MemoryContextSwitchTo(p->context);
		Numeric		word = int64_div_fast_to_numeric(p->coef, p->scale);

		MemoryContextSwitchTo(old);
		push(p, word);
		p->coef = coef;
		p->scale = scale;
	}
}

static inline void
multiply_int(Product *p, int64 x)
{
	p->n++;
	if (x == 0)
		p->zeros++;
	else if (p->zeros == 0)
		product_multiply(p, x, 0);
}

/*
 * mu_product_int2 - transition of product(smallint)
 */
Datum
mu_product_int2(PG_FUNCTION_ARGS)
{
	Product    *p = get_numeric_product(fcinfo);

	if (!PG_ARGISNULL(1))
		multiply_int(p, PG_GETARG_INT16(1));
	PG_RETURN_POINTER(p);
}

/*
 * mu_product_int4 - transition of product(integer)
 */
Datum
mu_product_int4(PG_FUNCTION_ARGS)
{
	Product    *p = get_numeric_product(fcinfo);

	if (!PG_ARGISNULL(1))
		multiply_int(p, PG_GETARG_INT32(1));
	PG_RETURN_POINTER(p);
}

/*
 * mu_product_int8 - transition of product(bigint)
 */
Datum
mu_product_int8(PG_FUNCTION_ARGS)
{
	Product    *p = get_numeric_product(fcinfo);

	if (!PG_ARGISNULL(1))
		multiply_int(p, PG_GETARG_INT64(1));
	PG_RETURN_POINTER(p);
}

/*
 * mu_product_numeric - transition of product(numeric)
 */
Datum
mu_product_numeric(PG_FUNCTION_ARGS)
{
	Product    *p = get_numeric_product(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		struct varlena *packed = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
		MuSmall		small;

		if (likely(mu_numeric_small(packed, &small)))
		{
			p->n++;
			if (small.coef == 0)
				p->zeros++;
			else if (p->zeros == 0)
				product_multiply(p, small.coef, small.scale);
		}
		else
		{
			Numeric		num = PG_GETARG_NUMERIC(1);

			p->n++;
			if (numeric_is_nan(num))
				p->nan++;
			else if (numeric_is_inf(num))
			{
				p->infinite++;
				p->neg ^= mu_numeric_sign(num) < 0;
			}
			else if (mu_numeric_sign(num) == 0)
				p->zeros++;
			else if (p->zeros == 0)
			{
				MemoryContext old = MemoryContextSwitchTo(p->context);

				num = (Numeric) PG_DETOAST_DATUM_COPY(NumericGetDatum(num));
				MemoryContextSwitchTo(old);
				push(p, num);
			}
		}
	}
	PG_RETURN_POINTER(p);
}

/* The product of what is finite and not zero, in the current context */
static Numeric
product_total(Product *p)
{
	Numeric		result = int64_div_fast_to_numeric(p->coef, p->scale);
	int			i;

	for (i = 0; p->level != NULL && i < LEVELS; i++)
	{
		if (p->level[i] != NULL)
			result = NUM2(numeric_mul, p->level[i], result);
	}
	return result;
}

/*
 * mu_product_combine - two partial products become one, the first
 */
Datum
mu_product_combine(PG_FUNCTION_ARGS)
{
	Product    *p;
	Product    *other = PG_ARGISNULL(1) ? NULL :
		(Product *) PG_GETARG_POINTER(1);

	(void) mu_agg_context(fcinfo);
	p = get_numeric_product(fcinfo);
	if (other != NULL && other->n > 0)
	{
		p->n += other->n;
		p->nan += other->nan;
		p->infinite += other->infinite;
		p->zeros += other->zeros;
		p->neg ^= other->neg;
		if (p->zeros == 0)
		{
			MemoryContext old = MemoryContextSwitchTo(p->context);
			Numeric		factor = product_total(other);

			MemoryContextSwitchTo(old);
			push(p, factor);
		}
	}
	PG_RETURN_POINTER(p);
}

/*
 * mu_product_serialize - a partial product as bytes
 */
Datum
mu_product_serialize(PG_FUNCTION_ARGS)
{
	Product    *p = (Product *) PG_GETARG_POINTER(0);
	StringInfoData buf;
	struct varlena *num;

	(void) mu_agg_context(fcinfo);
	num = (struct varlena *) (p->zeros > 0 ? int64_to_numeric(1) :
							  product_total(p));
	pq_begintypsend(&buf);
	pq_sendint64(&buf, p->n);
	pq_sendint64(&buf, p->nan);
	pq_sendint64(&buf, p->infinite);
	pq_sendint64(&buf, p->zeros);
	pq_sendbyte(&buf, p->neg);
	pq_sendint32(&buf, VARSIZE(num));
	appendBinaryStringInfo(&buf, (char *) num, VARSIZE(num));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * mu_product_deserialize - and back
 */
Datum
mu_product_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	Product    *p;
	int			size;
	char	   *num;

	mu_agg_bytes(fcinfo, &buf);
	p = new_numeric_product(CurrentMemoryContext);
	p->n = pq_getmsgint64(&buf);
	p->nan = pq_getmsgint64(&buf);
	p->infinite = pq_getmsgint64(&buf);
	p->zeros = pq_getmsgint64(&buf);
	p->neg = pq_getmsgbyte(&buf) != 0;
	size = pq_getmsgint(&buf, 4);
	if (size < VARHDRSZ + 2 || size > buf.len - buf.cursor)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid state of a product")));
	num = palloc(size);
	memcpy(num, pq_getmsgbytes(&buf, size), size);
	SET_VARSIZE(num, size);
	push(p, (Numeric) num);
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(p);
}

/*
 * mu_product_final - the product; NULL without input
 */
Datum
mu_product_final(PG_FUNCTION_ARGS)
{
	Product    *p = MU_STATE(Product);
	Numeric		result;

	if (p == NULL || p->n == 0)
		PG_RETURN_NULL();
	if (p->nan > 0 || (p->infinite > 0 && p->zeros > 0))
		PG_RETURN_NUMERIC(mu_numeric_from_text("NaN"));
	if (p->zeros > 0)
		PG_RETURN_NUMERIC(int64_to_numeric(0));
	result = product_total(p);
	if (p->infinite > 0)
		PG_RETURN_NUMERIC(mu_numeric_from_text((mu_numeric_sign(result) <
												0) != p->neg ?
											   "-Infinity" : "Infinity"));
	PG_RETURN_NUMERIC(result);
}
