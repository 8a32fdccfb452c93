/*-------------------------------------------------------------------------
 *
 * primes.c
 *	  is_prime, next_prime, prev_prime and the streamed primes(lo, hi).
 *
 * The Miller-Rabin test with the first twelve primes as bases is a proof for
 * every number below 3.3e24, so for every bigint.
 *
 * primes() sieves one segment at a time and returns a row per call: its
 * memory does not depend on the range.  It knows the primes up to 2^16; a
 * survivor above 2^32 is tested.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"

#include "base/mu_int.h"
#include "compat.h"
#include "result.h"

PG_FUNCTION_INFO_V1(mu_is_prime_int8);
PG_FUNCTION_INFO_V1(mu_next_prime);
PG_FUNCTION_INFO_V1(mu_prev_prime);
PG_FUNCTION_INFO_V1(mu_primes);

#define LARGEST_PRIME	INT64CONST(9223372036854775783)

#define SEGMENT		65536		/* odd numbers a segment */
#define BASE_LIMIT	65536		/* sieve by the primes below this */
#define BASE_PRIMES	6542

static const uint8 witnesses[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};

/* Where primes() stands between two rows */
typedef struct Stream
{
	uint64		hi;
	uint64		start;			/* first number of the segment, odd */
	uint32		at;				/* next entry to look at */
	uint32		size;			/* entries in the segment */
	bool		two;			/* 2 is still to be given */
	int			nbase;
	uint32		base[BASE_PRIMES];	/* the odd primes below BASE_LIMIT */
	uint8		composite[SEGMENT]; /* entry i is for start + 2 i */
} Stream;

/* Does the odd n pass as a prime for this base? */
static bool
passes(const MuMont *mt, uint64 base, uint64 odd_part, int twos)
{
	uint64		minus_one = mt->m - mt->one;
	uint64		x = mt->one;
	uint64		b = mu_mont_mul(mt, base % mt->m, mt->r2);
	uint64		e;
	int			i;

	for (e = odd_part; e != 0; e >>= 1)
	{
		if (e & 1)
			x = mu_mont_mul(mt, x, b);
		b = mu_mont_mul(mt, b, b);
	}
	if (x == mt->one || x == minus_one)
		return true;
	for (i = 1; i < twos; i++)
	{
		x = mu_mont_mul(mt, x, x);
		if (x == minus_one)
			return true;
	}
	return false;
}

/*
 * mu_is_prime - is n, below 2^63, a prime?
 *
 * Below 2^32 the bases 2, 7 and 61 are a proof already.
 */
bool
mu_is_prime(uint64 n)
{
	MuMont		mt;
	uint64		odd_part;
	int			twos;
	int			i;

	if (n < 2)
		return false;
	for (i = 0; i < lengthof(witnesses); i++)
	{
		if (n % witnesses[i] == 0)
			return n == witnesses[i];
	}
	if (n < 37 * 37)
		return true;
	twos = pg_rightmost_one_pos64(n - 1);
	odd_part = (n - 1) >> twos;
	mu_mont_init(&mt, n);
	if (n <= PG_UINT32_MAX)
		return passes(&mt, 2, odd_part, twos) &&
			passes(&mt, 7, odd_part, twos) &&
			(n == 61 || passes(&mt, 61, odd_part, twos));
	for (i = 0; i < lengthof(witnesses); i++)
	{
		if (!passes(&mt, witnesses[i], odd_part, twos))
			return false;
	}
	return true;
}

/*
 * mu_is_prime_int8 - is_prime(bigint)
 */
Datum
mu_is_prime_int8(PG_FUNCTION_ARGS)
{
	int64		n = PG_GETARG_INT64(0);

	PG_RETURN_BOOL(n > 1 && mu_is_prime((uint64) n));
}

/*
 * mu_next_prime - the smallest prime above n
 */
Datum
mu_next_prime(PG_FUNCTION_ARGS)
{
	int64		n = PG_GETARG_INT64(0);

	if (n >= LARGEST_PRIME)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("bigint out of range"),
				 errdetail("The largest prime of type bigint is %lld.",
						   (long long) LARGEST_PRIME)));
	if (n < 2)
		PG_RETURN_INT64(2);
	for (n += 1 + (n & 1); !mu_is_prime((uint64) n); n += 2)
		CHECK_FOR_INTERRUPTS();
	PG_RETURN_INT64(n);
}

/*
 * mu_prev_prime - the largest prime below n
 */
Datum
mu_prev_prime(PG_FUNCTION_ARGS)
{
	int64		n = PG_GETARG_INT64(0);

	if (n <= 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no prime below %lld", (long long) n)));
	if (n == 3)
		PG_RETURN_INT64(2);
	for (n -= 1 + (n & 1); !mu_is_prime((uint64) n); n -= 2)
		CHECK_FOR_INTERRUPTS();
	PG_RETURN_INT64(n);
}

/* Cross out the composites of the segment at stream->start */
static void
sieve(Stream *stream)
{
	uint64		last;
	int			i;

	stream->size = (uint32) Min((uint64) SEGMENT,
								(stream->hi - stream->start) / 2 + 1);
	last = stream->start + 2 * (uint64) (stream->size - 1);
	stream->at = 0;
	memset(stream->composite, 0, stream->size);
	if (stream->start == 1)
		stream->composite[0] = 1;
	for (i = 0; i < stream->nbase; i++)
	{
		uint64		p = stream->base[i];
		uint64		first = p * p;
		uint64		j;

		if (first > last)
			break;
		if (first < stream->start)
		{
			first = stream->start + (p - stream->start % p) % p;
			if (first % 2 == 0)
				first += p;
		}
		for (j = (first - stream->start) / 2; j < stream->size; j += p)
			stream->composite[j] = 1;
	}
}

/* Fill stream->base by an ordinary sieve */
static void
find_base_primes(Stream *stream)
{
	uint8	   *composite = stream->composite;
	uint32		i;
	uint32		j;

	memset(composite, 0, BASE_LIMIT);
	for (i = 3; i < BASE_LIMIT; i += 2)
	{
		if (composite[i])
			continue;
		stream->base[stream->nbase++] = i;
		if (i < 256)
			for (j = i * i; j < BASE_LIMIT; j += 2 * i)
				composite[j] = 1;
	}
}

/*
 * mu_primes - primes(lo, hi): the primes from lo to hi, both included
 */
Datum
mu_primes(PG_FUNCTION_ARGS)
{
	FuncCallContext *funcctx;
	Stream	   *stream;

	if (SRF_IS_FIRSTCALL())
	{
		int64		lo = PG_GETARG_INT64(0);
		int64		hi = PG_GETARG_INT64(1);

		arch_result_scalar(fcinfo, INT8OID);
		funcctx = SRF_FIRSTCALL_INIT();
		stream = MemoryContextAllocZero(funcctx->multi_call_memory_ctx,
										sizeof(Stream));
		funcctx->user_fctx = stream;
		if (hi >= 2 && lo <= hi)
		{
			stream->two = lo <= 2;
			stream->hi = (uint64) hi;
			stream->start = lo <= 1 ? 1 : (uint64) lo | 1;
			find_base_primes(stream);
			if (stream->start <= stream->hi)
				sieve(stream);
		}
	}

	funcctx = SRF_PERCALL_SETUP();
	stream = funcctx->user_fctx;
	if (stream->two)
	{
		stream->two = false;
		SRF_RETURN_NEXT(funcctx, Int64GetDatum(2));
	}
	while (stream->size > 0)
	{
		for (; stream->at < stream->size; stream->at++)
		{
			uint64		n;

			if (stream->composite[stream->at])
				continue;
			n = stream->start + 2 * (uint64) stream->at;
			if (n > PG_UINT32_MAX)
			{
				CHECK_FOR_INTERRUPTS();
				if (!mu_is_prime(n))
					continue;
			}
			stream->at++;
			SRF_RETURN_NEXT(funcctx, Int64GetDatum((int64) n));
		}
		CHECK_FOR_INTERRUPTS();
		if (stream->hi - stream->start < 2 * (uint64) stream->size)
			break;
		stream->start += 2 * (uint64) stream->size;
		sieve(stream);
	}
	stream->size = 0;
	SRF_RETURN_DONE(funcctx);
}
