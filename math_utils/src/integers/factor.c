/*-------------------------------------------------------------------------
 *
 * factor.c
 *	  factorize, divisors and totient of a positive bigint.
 *
 * Small factors by division, the rest by Pollard's rho in Brent's form: the
 * time grows with the fourth root of the number, 2^15.75 steps at the most.
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

PG_FUNCTION_INFO_V1(mu_factorize_int8);
PG_FUNCTION_INFO_V1(mu_divisors);
PG_FUNCTION_INFO_V1(mu_totient);

/* The product of the first 16 primes is above 2^63 */
#define MAX_PRIMES	15

/*
 * A divisor of the composite n, neither 1 nor n; n is odd.
 *
 * Differences are multiplied up and their greatest common divisor with n is
 * taken once in 128 steps; where that comes out as n, the last steps are
 * gone again one by one.
 */
static uint64
rho(uint64 n)
{
	MuMont		mt;
	uint64		c;

	mu_mont_init(&mt, n);
	for (c = 1;; c++)
	{
		uint64		y = mt.one;
		uint64		x = y;
		uint64		saved = y;
		uint64		product = mt.one;
		uint64		g = 1;
		uint64		reach;
		uint64		k;
		uint64		i;

#define STEP(v) \
	do { \
		(v) = mu_mont_mul(&mt, (v), (v)) + c; \
		if ((v) >= n) \
			(v) -= n; \
	} while (0)

		for (reach = 1; g == 1; reach *= 2)
		{
			x = y;
			for (i = 0; i < reach; i++)
				STEP(y);
			for (k = 0; k < reach && g == 1; k += 128)
			{
				uint64		batch = Min(128, reach - k);

				CHECK_FOR_INTERRUPTS();
				saved = y;
				for (i = 0; i < batch; i++)
				{
					STEP(y);
					product = mu_mont_mul(&mt, product, x > y ? x - y :
										  y - x);
				}
				g = mu_gcd64(product, n);
			}
		}
		if (g == n)
		{
			g = 1;
			y = saved;
			while (g == 1)
			{
				STEP(y);
				g = mu_gcd64(x > y ? x - y : y - x, n);
			}
		}
		if (g != n)
			return g;
	}
}

/* Put the prime factors of n into list, with repetitions */
static int
split(uint64 n, uint64 *list, int count)
{
	uint64		d;

	if (n == 1)
		return count;
	if (mu_is_prime(n))
	{
		list[count++] = n;
		return count;
	}
	d = rho(n);
	count = split(d, list, count);
	return split(n / d, list, count);
}

/*
 * mu_factorize - the primes of n in order, with their exponents
 *
 * Returns how many there are, none for 1; the arrays need MAX_PRIMES places.
 */
int
mu_factorize(uint64 n, uint64 *prime, int *exponent)
{
	uint64		list[64];
	int			count = 0;
	int			found = 0;
	uint64		p;
	int			i;
	int			j;

	for (p = 2; p < 256 && p * p <= n; p += 1 + (p & 1))
	{
		while (n % p == 0)
		{
			list[count++] = p;
			n /= p;
		}
	}
	count = split(n, list, count);
	for (i = 1; i < count; i++)
	{
		uint64		v = list[i];

		for (j = i; j > 0 && list[j - 1] > v; j--)
			list[j] = list[j - 1];
		list[j] = v;
	}
	for (i = 0; i < count; i++)
	{
		if (found > 0 && prime[found - 1] == list[i])
			exponent[found - 1]++;
		else
		{
			prime[found] = list[i];
			exponent[found++] = 1;
		}
	}
	return found;
}

/* The argument, which must be positive */
static uint64
get_positive(FunctionCallInfo fcinfo)
{
	int64		n = PG_GETARG_INT64(0);

	if (n <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be positive", "n")));
	return (uint64) n;
}

typedef struct Factors
{
	int			count;
	int			at;
	uint64		prime[MAX_PRIMES];
	int			exponent[MAX_PRIMES];
} Factors;

/*
 * mu_factorize_int8 - factorize(bigint): a row for each prime, in order
 */
Datum
mu_factorize_int8(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"prime", INT8OID},
		{"exponent", INT4OID}
	};
	FuncCallContext *funcctx;
	Factors    *factors;

	if (SRF_IS_FIRSTCALL())
	{
		uint64		n = get_positive(fcinfo);
		MemoryContext old;

		funcctx = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(funcctx->multi_call_memory_ctx);
		funcctx->tuple_desc = arch_result_desc(fcinfo, columns,
											   lengthof(columns));
		factors = palloc0(sizeof(Factors));
		factors->count = mu_factorize(n, factors->prime, factors->exponent);
		funcctx->user_fctx = factors;
		MemoryContextSwitchTo(old);
	}

	funcctx = SRF_PERCALL_SETUP();
	factors = funcctx->user_fctx;
	if (factors->at < factors->count)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = Int64GetDatum((int64) factors->prime[factors->at]);
		values[1] = Int32GetDatum(factors->exponent[factors->at]);
		factors->at++;
		SRF_RETURN_NEXT(funcctx,
						HeapTupleGetDatum(heap_form_tuple(funcctx->tuple_desc,
														  values, nulls)));
	}
	SRF_RETURN_DONE(funcctx);
}

static int
compare_int64(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/*
 * mu_divisors - divisors(bigint), in order
 *
 * No bigint has more than 103,680, so the list is made at once.
 */
Datum
mu_divisors(PG_FUNCTION_ARGS)
{
	FuncCallContext *funcctx;
	int64	   *list;

	if (SRF_IS_FIRSTCALL())
	{
		uint64		n = get_positive(fcinfo);
		Factors		factors;
		int			count = 1;
		int			i;
		int			j;

		arch_result_scalar(fcinfo, INT8OID);
		funcctx = SRF_FIRSTCALL_INIT();
		factors.count = mu_factorize(n, factors.prime, factors.exponent);
		for (i = 0; i < factors.count; i++)
			count *= factors.exponent[i] + 1;
		list = MemoryContextAlloc(funcctx->multi_call_memory_ctx,
								  sizeof(int64) * count);
		list[0] = 1;
		count = 1;
		for (i = 0; i < factors.count; i++)
		{
			int			more = count * factors.exponent[i];

			for (j = 0; j < more; j++)
				list[count + j] = list[j] * (int64) factors.prime[i];
			count += more;
		}
		qsort(list, count, sizeof(int64), compare_int64);
		funcctx->user_fctx = list;
		funcctx->max_calls = count;
	}

	funcctx = SRF_PERCALL_SETUP();
	list = funcctx->user_fctx;
	if (funcctx->call_cntr < funcctx->max_calls)
	{
		int64		divisor = list[funcctx->call_cntr];

		SRF_RETURN_NEXT(funcctx, Int64GetDatum(divisor));
	}
	SRF_RETURN_DONE(funcctx);
}

/*
 * mu_totient - how many of 1 .. n have no common divisor with n but 1
 */
Datum
mu_totient(PG_FUNCTION_ARGS)
{
	uint64		n = get_positive(fcinfo);
	Factors		factors;
	int			i;

	factors.count = mu_factorize(n, factors.prime, factors.exponent);
	for (i = 0; i < factors.count; i++)
		n -= n / factors.prime[i];
	PG_RETURN_INT64((int64) n);
}
