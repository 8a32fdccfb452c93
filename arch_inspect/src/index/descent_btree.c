/*-------------------------------------------------------------------------
 *
 * descent_btree.c
 *	  From the root of a btree to the leaf where a key is, or would be.
 *
 * As the server does it, over copies of pages: the fast root, a binary search
 * on each page, moves to the right where a split was not seen from above.
 * What suffix truncation took from a pivot counts as less than any value.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/rel.h"

#include "index/descent_btree.h"

#include "compat.h"

/* What the meta page says, read once a walk: AiDescent.state. */
typedef struct BtreeState
{
	BlockNumber root;
	uint32		root_level;
	uint32		true_level;		/* of the root above the fast one */
	bool		heapkeyspace;	/* version 4: row addresses break ties */
} BtreeState;

/*
 * ai_btree_key - the place of a whole row's key, or of its first n columns
 *
 * values[i] is of the type that column i of the index stores.
 *
 * Follows _bt_mkscankey (src/backend/access/nbtree/nbtutils.c, REL_18_STABLE)
 */
void
ai_btree_key(AiBtreeKey *key, Relation rel, int n, const Datum *values,
			 const bool *isnull, const ItemPointerData *tid)
{
	memset(key, 0, offsetof(AiBtreeKey, keys));
	key->n = n;
	key->nextkey = key->backward = false;
	key->tid = tid;
	for (int i = 0; i < n; i++)
		ScanKeyEntryInitializeWithInfo(&key->keys[i],
									   (isnull[i] ? SK_ISNULL : 0) |
									   (rel->rd_indoption[i] << SK_BT_INDOPTION_SHIFT),
									   i + 1, InvalidStrategy, InvalidOid,
									   rel->rd_indcollation[i],
									   index_getprocinfo(rel, i + 1, BTORDER_PROC),
									   isnull[i] ? (Datum) 0 : values[i]);
}

/*
 * ai_btree_compare - is the key less than the item, greater, or neither?
 *
 * The item is not the first one of an internal page, which stands for minus
 * infinity whatever it holds.  *result is below 0 where the key is less.
 * Returns what is wrong with the item, or NULL.
 *
 * Follows _bt_compare (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
const char *
ai_btree_compare(AiDescent *descent, const AiBtreeKey *key,
				 const AiIndexItem *item, int *result)
{
	BtreeState *state = descent->state;
	AiColumnValue values[INDEX_MAX_KEYS];
	int			n = Min(key->n, item->nkeys);
	const char *problem;
	ItemPointerData first;
	ItemPointerData last;

	*result = 0;
	if (item->problem != NULL || item->key_off == 0)
		return item->problem != NULL ? item->problem : "item holds no key";
	problem = ai_descent_columns(descent, item, n, values);
	if (problem != NULL)
		return problem;
	for (int i = 0; i < n && *result == 0; i++)
	{
		const ScanKeyData *sk = &key->keys[i];
		bool		nulls_first = (sk->sk_flags & SK_BT_NULLS_FIRST) != 0;

		if ((sk->sk_flags & SK_ISNULL) != 0)
			*result = values[i].isnull ? 0 : nulls_first ? -1 : 1;
		else if (values[i].isnull)
			*result = nulls_first ? 1 : -1;
		else
		{
			*result = DatumGetInt32(FunctionCall2Coll(unconstify(FmgrInfo *, &sk->sk_func),
													  sk->sk_collation,
													  values[i].value,
													  sk->sk_argument));
			if ((sk->sk_flags & SK_BT_DESC) == 0)
				INVERT_COMPARE_RESULT(*result);
		}
	}
	if (*result != 0)
		return NULL;
	if (key->n > item->nkeys)
	{
		*result = 1;
		return NULL;
	}

	if (key->tid == NULL)
	{
		/* a pivot with no more than these columns: what was cut off is less */
		if (state->heapkeyspace && !(key->backward && ARCH_BTREE_BACKWARD_KEYS) &&
			key->n == item->nkeys && item->tids.form == AI_TIDS_NONE)
			*result = 1;
		return NULL;
	}
	if (item->tids.form == AI_TIDS_NONE || item->tids.len < sizeof(first))
	{
		*result = 1;
		return NULL;
	}
	memcpy(&first, descent->page->image + item->tids.off, sizeof(first));
	memcpy(&last, descent->page->image + item->tids.off +
		   (item->tids.len / sizeof(last) - 1) * sizeof(last), sizeof(last));
	*result = ItemPointerCompare(unconstify(ItemPointerData *, key->tid), &first);
	if (*result > 0)
		*result = ItemPointerCompare(unconstify(ItemPointerData *, key->tid), &last) > 0;
	return NULL;
}

/*
 * ai_btree_ignored - is the page half-dead or deleted, and to be passed over?
 */
bool
ai_btree_ignored(AiDescent *descent)
{
	BTPageOpaque opaque = (BTPageOpaque)
		(descent->page->image + descent->header.special);

	return P_IGNORE(opaque);
}

/*
 * ai_btree_stop - the way ends: with a problem of the page, or with this one
 */
bool
ai_btree_stop(AiDescent *descent, const char *problem)
{
	ai_blame(&descent->visit.problem, problem);
	return false;
}

/*
 * The meta page: where is the root?  It is read once; later searches of the
 * same scan have it in the relation's cache.
 *
 * Follows _bt_getroot (src/backend/access/nbtree/nbtpage.c, REL_18_STABLE)
 */
static bool
read_meta(AiDescent *descent)
{
	BtreeState *state = descent->state;
	BTMetaPageData meta;

	if (state != NULL)
		return state->root != P_NONE;
	state = MemoryContextAllocZero(descent->run, sizeof(BtreeState));
	descent->state = state;
	state->root = P_NONE;
	if (!ai_descent_read(descent, BTREE_METAPAGE,
						 "the meta page tells where the root is; a session keeps what it says"))
		return false;
	if (descent->visit.problem != NULL)
		return false;
	if (strcmp(descent->what.kind, "meta") != 0)
		return ai_btree_stop(descent, "block 0 is not a meta page");
	memcpy(&meta, descent->page->image + MAXALIGN(SizeOfPageHeaderData),
		   offsetof(BTMetaPageData, btm_allequalimage));
	state->heapkeyspace = meta.btm_version > BTREE_NOVAC_VERSION;
	if (meta.btm_root == P_NONE)
		return false;
	state->root = meta.btm_fastroot;
	state->root_level = meta.btm_fastlevel;
	state->true_level = meta.btm_level;
	descent->visit.child = state->root;
	return true;
}

/*
 * ai_btree_tree_page - read a page of the tree, which must be of a level
 */
bool
ai_btree_tree_page(AiDescent *descent, BlockNumber blkno, uint32 level,
				   const char *why)
{
	if (!ai_descent_read(descent, blkno, why) || descent->visit.problem != NULL)
		return false;
	if (strcmp(descent->what.kind, "meta") == 0)
		return ai_btree_stop(descent, "a link leads to the meta page");
	if (descent->what.level != (int) level)
		return ai_btree_stop(descent, psprintf("the page should be of level %u", level));
	return true;
}

/*
 * Go right while what the page holds ends before the key.
 *
 * Follows _bt_moveright (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
static bool
move_right(AiDescent *descent, const AiBtreeKey *key, uint32 level)
{
	while (descent->what.right != InvalidBlockNumber)
	{
		BlockNumber blkno = descent->visit.blkno;
		const char *why = "";
		int			result = 0;
		AiIndexItem item;
		const char *problem;

		if (ai_btree_ignored(descent))
			why = psprintf("block %u is %s: what it held is to the right",
						   blkno, descent->what.kind);
		else
		{
			if (!ai_descent_item(descent, P_HIKEY, &item))
				return ai_btree_stop(descent, "page has no high key");
			problem = ai_btree_compare(descent, key, &item, &result);
			if (problem != NULL)
				return ai_btree_stop(descent, problem);
			if (result < (key->nextkey ? 0 : 1))
				return true;
			if (!descent->quiet)
				why = psprintf("the key is beyond block %u, which ends at its high key %s",
							   blkno, ai_descent_item_text(descent, &item));
		}
		descent->visit.child = descent->what.right;
		if (!ai_btree_tree_page(descent, descent->what.right, level, why))
			return false;
	}
	if (ai_btree_ignored(descent))
		return ai_btree_stop(descent, "the way to the right ends at a page without keys");
	return true;
}

/*
 * The first item not before the key (nextkey: after it); it may be one beyond
 * the last.  On an internal page the item before that one.
 *
 * Follows _bt_binsrch (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
static bool
search_page(AiDescent *descent, const AiBtreeKey *key, OffsetNumber *offnum)
{
	bool		leaf = descent->what.level == 0;
	int			low = descent->what.first;
	int			high = descent->header.nitems + 1;
	int			before = key->nextkey ? 0 : 1;

	/* the first item of an internal page is before everything */
	if (!leaf)
	{
		if (high <= low)
			return ai_btree_stop(descent, "internal page leads nowhere");
		low++;
	}
	while (high > low)
	{
		int			mid = low + (high - low) / 2;
		int			result;
		AiIndexItem item;
		const char *problem;

		CHECK_FOR_INTERRUPTS();
		if (!ai_descent_item(descent, (OffsetNumber) mid, &item))
			return ai_btree_stop(descent, "page has fewer items than it says");
		problem = ai_btree_compare(descent, key, &item, &result);
		if (problem != NULL)
			return ai_btree_stop(descent, psprintf("item %d: %s", mid, problem));
		if (result >= before)
			low = mid + 1;
		else
			high = mid;
	}
	*offnum = leaf ? low : low - 1;
	return true;
}

/* Why the search goes to the child of an item. */
static const char *
why_child(AiDescent *descent, const AiBtreeKey *key, const AiIndexItem *item)
{
	if (descent->quiet)
		return "";
	if (item->itemoffset == descent->what.first)
		return psprintf("item %u, the first of block %u, stands for all keys before the others",
						item->itemoffset, descent->visit.blkno);
	return psprintf("item %u %s of block %u is the last one that is %s the key",
					item->itemoffset, ai_descent_item_text(descent, item),
					descent->visit.blkno,
					key->nextkey ? "not beyond" : "before");
}

/* Where a search begins. */
static bool
go_to_root(AiDescent *descent, BlockNumber *blkno, uint32 *level,
		   const char **why)
{
	BtreeState *state;

	ai_descent_search(descent);
	if (!read_meta(descent))
		return false;
	state = descent->state;
	*blkno = state->root;
	*level = state->root_level;
	*why = state->root_level == state->true_level ? "the root" :
		"the fast root: above it there is one page a level";
	return true;
}

/* The item whose child comes next. */
static bool
take_child(AiDescent *descent, OffsetNumber offnum, AiIndexItem *item)
{
	if (!ai_descent_item(descent, offnum, item))
		return ai_btree_stop(descent, "page has fewer items than it says");
	if (item->problem != NULL)
		return ai_btree_stop(descent, psprintf("item %u: %s", offnum, item->problem));
	if (item->child == InvalidBlockNumber)
		return ai_btree_stop(descent, psprintf("item %u leads nowhere", offnum));
	descent->visit.child = item->child;
	return true;
}

/*
 * ai_btree_descend - from the root to the leaf where the key is, or would be
 *
 * Begins a search.  *offnum is the first item of the leaf at the key (nextkey:
 * beyond it), and may be one beyond the last item.  False where the tree is
 * empty, or a problem ended the way.
 *
 * Follows _bt_search (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
bool
ai_btree_descend(AiDescent *descent, const AiBtreeKey *key,
				 OffsetNumber *offnum)
{
	BlockNumber blkno;
	uint32		level;
	const char *why;

	if (!go_to_root(descent, &blkno, &level, &why))
		return false;
	for (;;)
	{
		AiIndexItem item;

		if (!ai_btree_tree_page(descent, blkno, level, why) ||
			!move_right(descent, key, level) ||
			!search_page(descent, key, offnum))
			return false;
		descent->visit.itemoffset = *offnum;
		if (level == 0)
			return true;
		if (!take_child(descent, *offnum, &item))
			return false;
		why = why_child(descent, key, &item);
		blkno = item.child;
		level--;
	}
}

/*
 * ai_btree_endpoint - from the root to the leaf at one end of the index
 *
 * Begins a search.  *offnum is the first item, or the last one.
 *
 * Follows _bt_get_endpoint
 * (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
bool
ai_btree_endpoint(AiDescent *descent, bool rightmost, OffsetNumber *offnum)
{
	BlockNumber blkno;
	uint32		level;
	const char *why;

	if (!go_to_root(descent, &blkno, &level, &why))
		return false;
	for (;;)
	{
		AiIndexItem item;

		if (!ai_btree_tree_page(descent, blkno, level, why))
			return false;
		while (ai_btree_ignored(descent) ||
			   (rightmost && descent->what.right != InvalidBlockNumber))
		{
			if (descent->what.right == InvalidBlockNumber)
				return ai_btree_stop(descent, "the way to the right ends at a page without keys");
			descent->visit.child = descent->what.right;
			if (!ai_btree_tree_page(descent, descent->what.right, level,
									"the end of the index is further to the right"))
				return false;
		}
		*offnum = rightmost ? descent->header.nitems : descent->what.first;
		descent->visit.itemoffset = *offnum;
		if (level == 0)
			return true;
		if (!take_child(descent, *offnum, &item))
			return false;
		why = rightmost ?
			psprintf("no condition says where to begin: the last child of block %u",
					 descent->visit.blkno) :
			psprintf("no condition says where to begin: the first child of block %u",
					 descent->visit.blkno);
		blkno = item.child;
		level--;
	}
}
