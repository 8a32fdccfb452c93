/*-------------------------------------------------------------------------
 *
 * rational_gist.c
 *	  GiST for rational: search by comparison, order by distance.
 *
 * A key is the range of what is below it, and on a leaf page the value
 * itself as both ends, so nothing has to be rechecked.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/gist.h"
#include "access/stratnum.h"
#include "miscadmin.h"
#include "utils/sortsupport.h"

#include "compat.h"
#include "rational/mu_rational.h"

PG_FUNCTION_INFO_V1(mu_rational_range_in);
PG_FUNCTION_INFO_V1(mu_rational_range_out);
PG_FUNCTION_INFO_V1(mu_rational_gist_consistent);
PG_FUNCTION_INFO_V1(mu_rational_gist_union);
PG_FUNCTION_INFO_V1(mu_rational_gist_compress);
PG_FUNCTION_INFO_V1(mu_rational_gist_fetch);
PG_FUNCTION_INFO_V1(mu_rational_gist_penalty);
PG_FUNCTION_INFO_V1(mu_rational_gist_picksplit);
PG_FUNCTION_INFO_V1(mu_rational_gist_same);
PG_FUNCTION_INFO_V1(mu_rational_gist_distance);
PG_FUNCTION_INFO_V1(mu_rational_gist_sortsupport);

typedef struct Range
{
	MuRational	lo;
	MuRational	hi;
} Range;

#define DatumGetRange(d) ((Range *) DatumGetPointer(d))

/*
 * mu_rational_range_in - the key type is for index pages only
 */
Datum
mu_rational_range_in(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("cannot accept a value of type %s",
					"mu_rational_range")));
	PG_RETURN_VOID();
}

/*
 * mu_rational_range_out - shown as lo..hi
 */
Datum
mu_rational_range_out(PG_FUNCTION_ARGS)
{
	Range	   *range = DatumGetRange(PG_GETARG_DATUM(0));

	PG_RETURN_CSTRING(psprintf("%lld/%lld..%lld/%lld",
							   (long long) range->lo.num,
							   (long long) range->lo.den,
							   (long long) range->hi.num,
							   (long long) range->hi.den));
}

/* Make range hold what "other" holds too */
static void
extend(Range *range, const Range *other)
{
	if (mu_rational_cmp(&other->lo, &range->lo) < 0)
		range->lo = other->lo;
	if (mu_rational_cmp(&other->hi, &range->hi) > 0)
		range->hi = other->hi;
}

/*
 * mu_rational_gist_consistent - may the query's answer be below this key?
 */
Datum
mu_rational_gist_consistent(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	MuRational *query = PG_GETARG_RATIONAL(1);
	StrategyNumber strategy = (StrategyNumber) PG_GETARG_UINT16(2);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(4);
	Range	   *key = DatumGetRange(entry->key);

	*recheck = false;
	switch (strategy)
	{
		case BTLessStrategyNumber:
			PG_RETURN_BOOL(mu_rational_cmp(&key->lo, query) < 0);
		case BTLessEqualStrategyNumber:
			PG_RETURN_BOOL(mu_rational_cmp(&key->lo, query) <= 0);
		case BTEqualStrategyNumber:
			PG_RETURN_BOOL(mu_rational_cmp(&key->lo, query) <= 0 &&
						   mu_rational_cmp(&key->hi, query) >= 0);
		case BTGreaterEqualStrategyNumber:
			PG_RETURN_BOOL(mu_rational_cmp(&key->hi, query) >= 0);
		case BTGreaterStrategyNumber:
			PG_RETURN_BOOL(mu_rational_cmp(&key->hi, query) > 0);
		default:
			elog(ERROR, "unrecognized strategy number: %d", strategy);
	}
	PG_RETURN_BOOL(false);
}

/*
 * mu_rational_gist_union - the key over several
 */
Datum
mu_rational_gist_union(PG_FUNCTION_ARGS)
{
	GistEntryVector *entries = (GistEntryVector *) PG_GETARG_POINTER(0);
	int		   *size = (int *) PG_GETARG_POINTER(1);
	Range	   *result = palloc(sizeof(Range));
	int			i;

	*result = *DatumGetRange(entries->vector[0].key);
	for (i = 1; i < entries->n; i++)
		extend(result, DatumGetRange(entries->vector[i].key));
	*size = sizeof(Range);
	PG_RETURN_POINTER(result);
}

/*
 * mu_rational_gist_compress - a value becomes a key
 */
Datum
mu_rational_gist_compress(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	GISTENTRY  *result = entry;

	if (entry->leafkey)
	{
		Range	   *key = palloc(sizeof(Range));

		key->lo = key->hi = *DatumGetRational(entry->key);
		result = palloc(sizeof(GISTENTRY));
		gistentryinit(*result, PointerGetDatum(key), entry->rel, entry->page,
					  entry->offset, false);
	}
	PG_RETURN_POINTER(result);
}

/*
 * mu_rational_gist_fetch - and a leaf's key the value again
 */
Datum
mu_rational_gist_fetch(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	GISTENTRY  *result = palloc(sizeof(GISTENTRY));

	gistentryinit(*result, mu_rational_datum(DatumGetRange(entry->key)->lo),
				  entry->rel, entry->page, entry->offset, false);
	PG_RETURN_POINTER(result);
}

/*
 * mu_rational_gist_penalty - how much wider the key would become
 */
Datum
mu_rational_gist_penalty(PG_FUNCTION_ARGS)
{
	Range	   *key =
		DatumGetRange(((GISTENTRY *) PG_GETARG_POINTER(0))->key);
	Range	   *new =
		DatumGetRange(((GISTENTRY *) PG_GETARG_POINTER(1))->key);
	float	   *penalty = (float *) PG_GETARG_POINTER(2);
	double		growth = 0;

	if (mu_rational_cmp(&new->lo, &key->lo) < 0)
		growth += mu_rational_distance(new->lo, key->lo);
	if (mu_rational_cmp(&new->hi, &key->hi) > 0)
		growth += mu_rational_distance(new->hi, key->hi);
	*penalty = (float) growth;
	PG_RETURN_POINTER(penalty);
}

/* For a split: where a key is, and its range */
typedef struct Place
{
	OffsetNumber at;
	Range	   *key;
} Place;

static int
compare_rational_places(const void *a, const void *b)
{
	const Range *x = ((const Place *) a)->key;
	const Range *y = ((const Place *) b)->key;
	int			order = mu_rational_cmp(&x->lo, &y->lo);

	return order != 0 ? order : mu_rational_cmp(&x->hi, &y->hi);
}

/*
 * mu_rational_gist_picksplit - the lower half goes left, the upper right
 */
Datum
mu_rational_gist_picksplit(PG_FUNCTION_ARGS)
{
	GistEntryVector *entries = (GistEntryVector *) PG_GETARG_POINTER(0);
	GIST_SPLITVEC *split = (GIST_SPLITVEC *) PG_GETARG_POINTER(1);
	int			count = entries->n - 1;
	Place	   *place = palloc(sizeof(Place) * count);
	Range	   *left = palloc(sizeof(Range));
	Range	   *right = palloc(sizeof(Range));
	int			i;

	for (i = 0; i < count; i++)
	{
		place[i].at = (OffsetNumber) (FirstOffsetNumber + i);
		place[i].key =
			DatumGetRange(entries->vector[FirstOffsetNumber + i].key);
	}
	qsort(place, count, sizeof(Place), compare_rational_places);
	split->spl_left = palloc(sizeof(OffsetNumber) * count);
	split->spl_right = palloc(sizeof(OffsetNumber) * count);
	split->spl_nleft = split->spl_nright = 0;
	*left = *place[0].key;
	*right = *place[count - 1].key;
	for (i = 0; i < count; i++)
	{
		if (i < count / 2)
		{
			split->spl_left[split->spl_nleft++] = place[i].at;
			extend(left, place[i].key);
		}
		else
		{
			split->spl_right[split->spl_nright++] = place[i].at;
			extend(right, place[i].key);
		}
	}
	split->spl_ldatum = PointerGetDatum(left);
	split->spl_rdatum = PointerGetDatum(right);
	PG_RETURN_POINTER(split);
}

/*
 * mu_rational_gist_same - are two keys equal?
 */
Datum
mu_rational_gist_same(PG_FUNCTION_ARGS)
{
	bool	   *result = (bool *) PG_GETARG_POINTER(2);

	*result = memcmp(DatumGetRange(PG_GETARG_DATUM(0)),
					 DatumGetRange(PG_GETARG_DATUM(1)), sizeof(Range)) == 0;
	PG_RETURN_POINTER(result);
}

/*
 * mu_rational_gist_distance - the least distance of what is below the key
 *
 * On a leaf it is what the operator gives, to the bit.
 */
Datum
mu_rational_gist_distance(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	MuRational *query = PG_GETARG_RATIONAL(1);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(4);
	Range	   *key = DatumGetRange(entry->key);

	*recheck = false;
	if (mu_rational_cmp(query, &key->lo) < 0)
		PG_RETURN_FLOAT8(mu_rational_distance(*query, key->lo));
	if (mu_rational_cmp(query, &key->hi) > 0)
		PG_RETURN_FLOAT8(mu_rational_distance(*query, key->hi));
	PG_RETURN_FLOAT8(0.0);
}

static int
compare_keys(Datum x, Datum y, SortSupport ssup)
{
	return mu_rational_cmp(&DatumGetRange(x)->lo, &DatumGetRange(y)->lo);
}

/*
 * mu_rational_gist_sortsupport - the order in which a build packs the leaves
 */
Datum
mu_rational_gist_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = compare_keys;
	PG_RETURN_VOID();
}
