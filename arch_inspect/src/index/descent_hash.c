/*-------------------------------------------------------------------------
 *
 * descent_hash.c
 *	  What a scan of a hash index reads: a bucket, and what overflowed it.
 *
 * The items of a page are in the order of their hash codes.  A bucket that is
 * being filled by a split may still have its rows in the one that it is split
 * from, and so both are read.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/hash.h"
#include "access/transam.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/rel.h"

#include "index/descent.h"

#include "compat.h"

/* how often a meta page that changes under our hands is read */
#define META_TRIES	3

typedef struct HashSearch
{
	AiDescent  *descent;
	HashMetaPageData meta;
	AiHashLook	look;			/* what is done with each page of a bucket */
	void	   *arg;
	bool		skip_moved;		/* of the old bucket these are read too */
} HashSearch;

/* What a scan looks for on a page. */
typedef struct HashItems
{
	uint32		code;
	bool		ignore_killed;
} HashItems;

static bool
stop(AiDescent *descent, const char *problem)
{
	ai_blame(&descent->visit.problem, problem);
	return false;
}

static HashPageOpaque
opaque_of(AiDescent *descent)
{
	return (HashPageOpaque) (descent->page->image + descent->header.special);
}

static bool
read_meta(HashSearch *search, const char *why)
{
	AiDescent  *descent = search->descent;

	if (!ai_descent_read(descent, HASH_METAPAGE, why) ||
		descent->visit.problem != NULL)
		return false;
	if (strcmp(descent->what.kind, "meta") != 0)
		return stop(descent, "block 0 is not a meta page");
	memcpy(&search->meta, descent->page->image + MAXALIGN(SizeOfPageHeaderData),
		   sizeof(search->meta));
	return true;
}

/* The first block of a bucket; false where the meta page can't tell. */
static bool
bucket_block(HashSearch *search, Bucket bucket, BlockNumber *blkno)
{
	uint32		spare = 0;

	if (bucket > 0)
	{
		uint32		n = bucket < PG_UINT32_MAX ? _hash_spareindex(bucket + 1) : 0;

		if (n < 1 || n > HASH_MAX_SPLITPOINTS)
			return stop(search->descent, "meta page names a bucket that can't be");
		spare = search->meta.hashm_spares[n - 1];
	}
	*blkno = bucket + spare + 1;
	return true;
}

/* The first page of a bucket. */
static bool
read_bucket(HashSearch *search, Bucket bucket, const char *why)
{
	AiDescent  *descent = search->descent;
	BlockNumber blkno;

	if (!bucket_block(search, bucket, &blkno))
		return false;
	descent->visit.child = blkno;
	if (!ai_descent_read(descent, blkno, why) || descent->visit.problem != NULL)
		return false;
	if (strcmp(descent->what.kind, "bucket") != 0)
		return stop(descent, "not the first page of a bucket");
	if (opaque_of(descent)->hasho_bucket != bucket)
		return stop(descent, "page of another bucket");
	return true;
}

/* The hash code that an item holds. */
static const char *
item_code(AiDescent *descent, OffsetNumber offnum, AiIndexItem *item,
		  uint32 *code)
{
	if (!ai_descent_item(descent, offnum, item))
		return "page has fewer items than it says";
	if (item->problem != NULL)
		return item->problem;
	if (item->key_off == 0 || item->key_len < sizeof(*code))
		return "item holds no hash code";
	memcpy(code, descent->page->image + item->key_off, sizeof(*code));
	return NULL;
}

/*
 * The items of this page with the code: a binary search for the first.
 *
 * Follows _hash_load_qualified_items
 * (src/backend/access/hash/hashsearch.c, REL_18_STABLE)
 */
static bool
look_at_page(AiDescent *descent, bool skip_moved, void *arg)
{
	const HashItems *sought = arg;
	int			low = FirstOffsetNumber;
	int			high = descent->header.nitems + 1;
	AiIndexItem item;
	const char *problem = NULL;
	uint32		code = 0;

	descent->visit.searched = true;
	while (high > low && problem == NULL)
	{
		int			mid = low + (high - low) / 2;

		problem = item_code(descent, (OffsetNumber) mid, &item, &code);
		if (code < sought->code)
			low = mid + 1;
		else
			high = mid;
	}
	descent->visit.itemoffset = low;
	for (; low <= descent->header.nitems && problem == NULL; low++)
	{
		problem = item_code(descent, (OffsetNumber) low, &item, &code);
		if (problem != NULL)
			break;
		if ((item.dead && sought->ignore_killed) ||
			(skip_moved && item.flags.n > 0))
			continue;
		if (code != sought->code)
			break;
		ai_descent_match_item(descent, &item);
	}
	return problem == NULL || stop(descent, problem);
}

/* A bucket's first page, and the chain of those that overflowed it. */
static bool
look_at_chain(HashSearch *search, Bucket bucket)
{
	AiDescent  *descent = search->descent;

	for (;;)
	{
		BlockNumber next = descent->what.right;

		if (!search->look(descent, search->skip_moved, search->arg))
			return false;
		if (next == InvalidBlockNumber)
			return true;
		descent->visit.child = next;
		if (!ai_descent_read(descent, next,
							 psprintf("bucket %u goes on there from block %u",
									  bucket, descent->visit.blkno)) ||
			descent->visit.problem != NULL)
			return false;
		if (strcmp(descent->what.kind, "overflow") != 0)
			return stop(descent, "not an overflow page");
		if (opaque_of(descent)->hasho_bucket != bucket)
			return stop(descent, "page of another bucket");
	}
}

/*
 * The bucket is being filled by a split: what was not moved yet is where it
 * was.  The executor pins the old bucket's page before it looks at the new
 * one's chain, and does not read it again.
 *
 * Follows _hash_first (src/backend/access/hash/hashsearch.c, REL_18_STABLE)
 */
static bool
look_at_split(HashSearch *search, Bucket bucket)
{
	AiDescent  *descent = search->descent;
	Bucket		old = bucket & (((uint32) 1 << pg_leftmost_one_pos32(bucket)) - 1);
	uint32		new_step = descent->visit.step;
	uint32		old_step;

	if (!read_meta(search, "which bucket is it that is being split?") ||
		!read_bucket(search, old,
					 psprintf("bucket %u is being filled out of bucket %u, which is kept at hand",
							  bucket, old)))
		return false;
	old_step = descent->visit.step;
	if (!read_bucket(search, bucket, "what was moved already"))
		return false;
	ai_descent_not_a_step(descent, new_step);
	search->skip_moved = true;
	if (!look_at_chain(search, bucket))
		return false;
	search->skip_moved = false;
	if (!read_bucket(search, old, "what was not moved yet"))
		return false;
	ai_descent_not_a_step(descent, old_step);
	return look_at_chain(search, old);
}

/*
 * ai_hash_descend - look at every page where items with this code may be
 *
 * False where the way did not come to its end: the visit's problem says why.
 *
 * Follows _hash_getbucketbuf_from_hashkey
 * (src/backend/access/hash/hashpage.c, REL_18_STABLE)
 */
bool
ai_hash_descend(AiDescent *descent, uint32 code, AiHashLook look, void *arg)
{
	HashSearch	search = {.descent = descent, .look = look, .arg = arg};
	const char *why = "the meta page tells how many buckets there are; a session keeps what it says";

	ai_descent_search(descent);
	for (int tries = 0; tries < META_TRIES; tries++)
	{
		Bucket		bucket;

		if (!read_meta(&search, why))
			return false;
		bucket = _hash_hashkey2bucket(code, search.meta.hashm_maxbucket,
									  search.meta.hashm_highmask,
									  search.meta.hashm_lowmask);
		if (!read_bucket(&search, bucket,
						 psprintf("hash code %u of the key belongs to bucket %u of %u",
								  code, bucket,
								  search.meta.hashm_maxbucket + 1)))
			return false;
		if (opaque_of(descent)->hasho_prevblkno <= search.meta.hashm_maxbucket)
			return H_BUCKET_BEING_POPULATED(opaque_of(descent)) && bucket > 0 ?
				look_at_split(&search, bucket) :
				look_at_chain(&search, bucket);
		why = "the bucket was split since the meta page was read: read it again";
	}
	return stop(descent,
				"the bucket says that it was split, and the meta page does not");
}

/*
 * ai_hash_walk - the pages that an index scan with this key reads
 */
void
ai_hash_walk(AiDescent *descent)
{
	HashItems	sought;
	ScanKey		key = descent->keys;

	if (descent->nkeys < 1)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("hash index \"%s\" can't be searched without a key",
						RelationGetRelationName(descent->rel))));
	sought.code = !OidIsValid(key->sk_subtype) ||
		key->sk_subtype == descent->rel->rd_opcintype[0] ?
		_hash_datum2hashkey(descent->rel, key->sk_argument) :
		_hash_datum2hashkey_type(descent->rel, key->sk_argument, key->sk_subtype);
	/* a standby's scans don't believe what the primary found to be dead */
	sought.ignore_killed = !TransactionStartedDuringRecovery();
	ai_hash_descend(descent, sought.code, look_at_page, &sought);
}
