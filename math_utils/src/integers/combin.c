/*-------------------------------------------------------------------------
 *
 * combin.c
 *	  binomial and permutations, exact, as numeric.
 *
 * binomial(n, k) is k consecutive numbers with the factors of k! taken out
 * of them: how often a prime stays follows from the carries of k + (n - k)
 * in its base (Kummer), so nothing is ever divided but by a prime.  What is
 * left is multiplied by halves, which keeps the factors of like length.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "base/mu_int.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_binomial);
PG_FUNCTION_INFO_V1(mu_permutations);

/* numeric has 131,072 digits before the point: 2^k, k! have more from here */
#define MAX_BINOMIAL_K		435412
#define MAX_PERMUTATION_K	32178

static void
numeric_overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value overflows numeric format")));
}

/* The product of term[from .. to - 1]; frees what it made on the way */
static Numeric
multiply_digits(const int64 *term, int from, int to)
{
	Numeric		left;
	Numeric		right;
	Numeric		result;
	int			middle = from + (to - from) / 2;

	CHECK_FOR_INTERRUPTS();
	if (to == from)
		return int64_to_numeric(1);
	if (to - from == 1)
		return int64_to_numeric(term[from]);
	left = multiply_digits(term, from, middle);
	right = multiply_digits(term, middle, to);
	result = NUM2(numeric_mul, left, right);
	pfree(left);
	pfree(right);
	return result;
}

/* Multiply neighbours together while they fit; returns how many are left */
static int
pack_digits(int64 *term, int count)
{
	int			packed = 0;
	int			i;

	for (i = 1; i < count; i++)
	{
		int64		product;

		if (pg_mul_s64_overflow(term[packed], term[i], &product))
			term[++packed] = term[i];
		else
			term[packed] = product;
	}
	return packed + 1;
}

/* n and k, neither of them negative */
static void
get_n_k(FunctionCallInfo fcinfo, int64 *n, int64 *k)
{
	*n = PG_GETARG_INT64(0);
	*k = PG_GETARG_INT64(1);
	if (*n < 0 || *k < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must not be negative", *n < 0 ? "n" :
						"k")));
}

/* How often the prime p divides binomial(n, k) */
static int
carries(int64 n, int64 k, int64 p)
{
	int64		other = n - k;
	int			carry = 0;
	int			count = 0;

	while (k != 0 || other != 0)
	{
		carry = k % p + other % p + carry >= p;
		count += carry;
		k /= p;
		other /= p;
	}
	return count;
}

/*
 * mu_binomial - binomial(n, k), how many sets of k out of n; 0 for k > n
 */
Datum
mu_binomial(PG_FUNCTION_ARGS)
{
	int64		n;
	int64		k;
	int64	   *term;
	uint8	   *composite;
	int			count;
	int64		i;
	int64		p;

	get_n_k(fcinfo, &n, &k);
	if (k > n)
		PG_RETURN_NUMERIC(int64_to_numeric(0));
	k = Min(k, n - k);
	if (k == 0)
		PG_RETURN_NUMERIC(int64_to_numeric(1));
	/* (n/k)^k is a lower bound; the room below it is for rounding */
	if (k > MAX_BINOMIAL_K || k * log10((double) n / k) > 131073.0)
		numeric_overflow();

	/* a place for each number, and one for what each prime puts back */
	term = palloc(sizeof(int64) * 2 * (k + 1));
	for (i = 0; i < k; i++)
		term[i] = n - k + 1 + i;
	count = (int) k;
	composite = palloc0(k + 1);
	for (p = 2; p <= k; p++)
	{
		int			stay;
		int64		back = 1;

		if (composite[p])
			continue;
		CHECK_FOR_INTERRUPTS();
		for (i = 2 * p; i <= k; i += p)
			composite[i] = 1;
		for (i = (p - (n - k + 1) % p) % p; i < k; i += p)
		{
			do
				term[i] /= p;
			while (term[i] % p == 0);
		}
		for (stay = carries(n, k, p); stay > 0; stay--)
			back *= p;			/* at most n: see Kummer */
		term[count++] = back;
	}
	pfree(composite);
	PG_RETURN_NUMERIC(multiply_digits(term, 0, pack_digits(term, count)));
}

/*
 * mu_permutations - permutations(n, k) = n (n-1) ... (n-k+1); 0 for k > n
 */
Datum
mu_permutations(PG_FUNCTION_ARGS)
{
	int64		n;
	int64		k;
	int64	   *term;
	int64		i;

	get_n_k(fcinfo, &n, &k);
	if (k > n)
		PG_RETURN_NUMERIC(int64_to_numeric(0));
	if (k == 0)
		PG_RETURN_NUMERIC(int64_to_numeric(1));
	if (k > MAX_PERMUTATION_K ||
		(k > 1 && k * log10((double) (n - k + 1)) > 131073.0))
		numeric_overflow();
	term = palloc(sizeof(int64) * k);
	for (i = 0; i < k; i++)
		term[i] = n - i;
	PG_RETURN_NUMERIC(multiply_digits(term, 0, pack_digits(term, (int) k)));
}
