/*-------------------------------------------------------------------------
 *
 * index_tree_fresh.c
 *	  How many pages an index would have that is built now: an estimate.
 *
 * Where the server's build follows a rule that foretells it, from what the
 * pages of now were found to hold.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/brin_page.h"
#include "access/brin_revmap.h"
#include "access/hash.h"
#include "access/nbtree.h"
#include "utils/rel.h"

#include "decode/decode_index.h"
#include "index/index_tree.h"

#include "compat.h"

/*
 * Pages that a sorted build fills with so many bytes of items: each but the
 * last gives the place of one item to its high key, and goes on until less is
 * free than the fill factor keeps.
 *
 * Follows _bt_buildadd (src/backend/access/nbtree/nbtsort.c, REL_19_STABLE)
 */
static double
packed_pages(double items, double bytes, double high_key, double keep_free)
{
	double		room = BLCKSZ - SizeOfPageHeaderData -
		MAXALIGN(sizeof(BTPageOpaqueData)) - keep_free;

	if (items == 0)
		return 0;
	room += bytes / items / 2 - high_key;
	return ceil(bytes / Max(room, bytes / items));
}

/* What a B-tree takes once it is built anew with the entries as they are. */
static void
estimate_btree(Relation rel, AiTree *state)
{
	double		below = 0;

	for (int level = 0; level <= AI_MAX_TREE_LEVEL; level++)
	{
		for (int i = 0; i < state->ngroups; i++)
		{
			AiTreeGroup *group = &state->groups[i];
			const AiTreeCounts *counts = &group->counts;
			double		items = counts->live_items;
			double		each;
			double		high_key;

			if (group->level != level || group->kind == NULL ||
				strcmp(group->kind, level == 0 ? "leaf" : "internal") != 0)
				continue;
			each = items == 0 ? 0 : counts->entry_bytes / items;
			high_key = counts->high_keys == 0 ? each :
				(double) counts->high_key_bytes / counts->high_keys;
			if (level > 0)
				items = below > 1 ? below : 0;
			below = packed_pages(items, items * each,
								 high_key,
								 level == 0 ? BTGetTargetPageFreeSpace(rel) :
								 BLCKSZ *
								 (100 - BTREE_NONLEAF_FILLFACTOR) / 100);
			group->fresh_pages = below;
		}
	}
}

/*
 * The buckets that a hash index of as many entries begins with.
 *
 * Follows _hash_init_metabuffer
 * (src/backend/access/hash/hashpage.c, REL_19_STABLE)
 */
static double
fresh_buckets(Relation rel, double items)
{
	double		per_bucket = Max(10, HashGetTargetPageUsage(rel) /
								 (MAXALIGN(sizeof(IndexTupleData)) +
								  MAXALIGN(sizeof(uint32)) +
								  sizeof(ItemIdData)));
	double		buckets = items / per_bucket;

	if (buckets <= 2)
		return 2;
	if (buckets >= (double) 0x40000000)
		return 0x40000000;
	return _hash_get_totalbuckets(_hash_spareindex((uint32) buckets));
}

/*
 * ai_tree_estimate - what a build of now would take, where a rule tells
 */
void
ai_tree_estimate(Relation rel, AiTree *state)
{
	AiIndex    *index = &state->shape->index;
	bool		brin = index->method == AI_PAGE_BRIN &&
		index->pages_per_range > 0 && index->heap_blocks > 0;
	double		ranges = !brin ? 0 :
		ceil((double) index->heap_blocks / index->pages_per_range);
	double		items = 0;

	for (int i = 0; i < state->ngroups; i++)
		items += state->groups[i].counts.live_items;
	for (int i = 0; i < state->ngroups; i++)
	{
		AiTreeGroup *group = &state->groups[i];
		const char *kind = group->kind;

		group->fresh_pages = -1;
		if (kind == NULL || state->shape->method == NULL)
			continue;
		if (strcmp(kind, "meta") == 0)
			group->fresh_pages = 1;
		else if (strcmp(kind, "deleted") == 0 ||
				 strcmp(kind, "half-dead") == 0 ||
				 strcmp(kind, "pending") == 0)
			group->fresh_pages = 0;
		else if (index->method == AI_PAGE_HASH && strcmp(kind, "bucket") == 0)
		{
			/* the one item of a bitmap page is no entry */
			for (int j = 0; j < state->ngroups; j++)
			{
				if (state->groups[j].kind != NULL &&
					strcmp(state->groups[j].kind, "bitmap") == 0)
					items -= state->groups[j].counts.live_items;
			}
			group->fresh_pages = fresh_buckets(rel, items);
		}
		else if (brin && strcmp(kind, "revmap") == 0)
			group->fresh_pages = ceil(ranges / REVMAP_PAGE_MAXITEMS);
		else if (brin && strcmp(kind, "regular") == 0 &&
				 group->counts.live_items > 0)
		{
			const AiTreeCounts *counts = &group->counts;
			double		each = (double) counts->used_bytes /
				counts->live_items;
			double		room = (counts->used_bytes + counts->free_bytes) /
				group->pages;

			group->fresh_pages = ceil(ranges / Max(1, floor(room / each)));
		}
	}
	if (index->method == AI_PAGE_BTREE)
		estimate_btree(rel, state);
}

