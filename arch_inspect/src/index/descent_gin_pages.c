/*-------------------------------------------------------------------------
 *
 * descent_gin_pages.c
 *	  The pages of a GIN index that a term leads to.
 *
 * The entry tree is a B-tree without high keys: the last key of a page bounds
 * it.  A search for a term descends it, and where the term stands for many
 * keys it walks on to the right.  An entry has its addresses with it, or in a
 * posting tree of its own.
 *
 * What the server reads again because it let go of it, is read again here; a
 * page that it keeps while it reads others is kept as a copy.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "index/descent_gin.h"

#include "compat.h"

/* Is the page that was read last of this kind?  Else it is its problem. */
static bool
page_is(AiDescent *descent, const char *kind)
{
	if (strcmp(descent->what.kind, kind) == 0)
		return true;
	ai_blame(&descent->visit.problem,
			 "search comes to a page of another kind");
	return false;
}

/*
 * Read a page of the entry tree.  As many pages as there are bound a descent,
 * which the caller begins.
 */
static bool
read_entries(AiDescent *descent, BlockNumber blkno, const char *why)
{
	if (!ai_descent_read(descent, blkno, why))
		return false;
	return strcmp(descent->what.kind, "entry inner") == 0 ||
		page_is(descent, "entry leaf");
}

static bool
is_leaf(const AiDescent *descent)
{
	return descent->what.level == 0;
}

/* VACUUM deletes pages of posting trees; they keep their link for a while. */
static bool
is_deleted(const AiDescent *descent)
{
	return strcmp(descent->what.kind, "deleted") == 0;
}

static bool
read_postings(AiDescent *descent, BlockNumber blkno, const char *why)
{
	if (!ai_descent_read(descent, blkno, why))
		return false;
	return is_deleted(descent) ||
		strcmp(descent->what.kind, "posting inner") == 0 ||
		page_is(descent, "posting leaf");
}

/*
 * ai_gin_entry - entry offnum of the page that was read last
 *
 * Returns what is wrong with it, or NULL.  The key is made in the current
 * context.
 */
const char *
ai_gin_entry(GinWalk *walk, OffsetNumber offnum, GinEntry *entry)
{
	AiDescent  *descent = walk->descent;
	AiIndexShape *shape = descent->shape;
	AiIndexKey *key = &shape->keys[0];
	uint32		at;

	memset(entry, 0, offsetof(GinEntry, item));
	if (!ai_descent_item(descent, offnum, &entry->item))
		return "entry is not there";
	if (entry->item.problem != NULL)
		return entry->item.problem;
	if (shape->method->keys(&shape->index, descent->page->image, &entry->item,
							key) != 1)
		return "entry has no key";
	entry->attnum = key->column;
	entry->category = GIN_CAT_NORM_KEY;
	entry->key = (Datum) 0;
	if (key->state == AI_KEY_WORD)
	{
		at = entry->item.key_off + (shape->index.natts == 1 ? 0 :
									sizeof(int16));
		entry->category = ((const signed char *) descent->page->image)[at];
		return NULL;
	}
	return ai_descent_datum(descent, key, &entry->key);
}

/* The term against entry offnum; *result as of a comparison. */
static const char *
compare_entry(GinWalk *walk, const GinTerm *term, OffsetNumber offnum,
			  int *result)
{
	MemoryContext old = MemoryContextSwitchTo(walk->calls);
	GinEntry	entry;
	const char *problem = ai_gin_entry(walk, offnum, &entry);

	if (problem == NULL)
		*result = ginCompareAttEntries(&walk->state, term->attnum, term->key,
									   term->category, entry.attnum,
									   entry.key, entry.category);
	MemoryContextSwitchTo(old);
	if (problem != NULL)
		problem = MemoryContextStrdup(walk->descent->scratch, problem);
	MemoryContextReset(walk->calls);
	return problem;
}

/*
 * Where in the page the term is, or would be; *found where it is there.
 *
 * Follows entryLocateEntry
 * (src/backend/access/gin/ginentrypage.c, REL_19_STABLE)
 * Follows entryLocateLeafEntry
 * (src/backend/access/gin/ginentrypage.c, REL_19_STABLE)
 */
static const char *
locate(GinWalk *walk, const GinTerm *term, OffsetNumber *offnum, bool *found)
{
	AiDescent  *descent = walk->descent;
	OffsetNumber low = FirstOffsetNumber;
	OffsetNumber last = descent->header.nitems;
	OffsetNumber high = last + 1;
	bool		unbounded = !is_leaf(descent) &&
		descent->what.right == InvalidBlockNumber;

	*found = false;
	while (high > low)
	{
		OffsetNumber mid = low + (high - low) / 2;
		int			result = -1;

		if (!(unbounded && mid == last))
		{
			const char *problem = compare_entry(walk, term, mid, &result);

			if (problem != NULL)
				return problem;
		}
		if (result == 0)
		{
			*offnum = mid;
			*found = true;
			return NULL;
		}
		if (result > 0)
			low = mid + 1;
		else
			high = mid;
	}
	*offnum = high;
	return NULL;
}

/*
 * Down the entry tree to the leaf where the term is, or would be.  False
 * where the way ends before.
 *
 * Follows ginFindLeafPage (src/backend/access/gin/ginbtree.c, REL_19_STABLE)
 */
static bool
descend_entries(GinWalk *walk, const GinTerm *term)
{
	AiDescent  *descent = walk->descent;
	AiVisit    *visit = &descent->visit;
	BlockNumber blkno = GIN_ROOT_BLKNO;

	descent->search_steps = 0;
	if (!read_entries(descent, blkno,
					  psprintf("term %d, %s: root of the entry tree",
							   term->number, term->text)))
		return false;
	for (;;)
	{
		OffsetNumber offnum;
		bool		found;
		GinEntry	entry;
		const char *problem;

		/* a page that was split since its parent was read */
		while (blkno != GIN_ROOT_BLKNO &&
			   descent->what.right != InvalidBlockNumber)
		{
			int			result = 0;

			problem = compare_entry(walk, term, descent->header.nitems,
									&result);
			if (problem != NULL)
			{
				ai_blame(&visit->problem, problem);
				return false;
			}
			if (result <= 0)
				break;
			blkno = descent->what.right;
			if (!read_entries(descent, blkno,
							  psprintf("term %d: beyond block %u, to the right",
									   term->number, visit->blkno)))
				return false;
		}
		if (is_leaf(descent))
			return true;

		problem = locate(walk, term, &offnum, &found);
		if (problem == NULL && offnum > descent->header.nitems)
			problem = "no downlink of the page bounds the term";
		if (problem == NULL)
		{
			entry.item.problem = NULL;
			if (!ai_descent_item(descent, offnum, &entry.item))
				problem = "downlink is not there";
			else
				problem = entry.item.problem;
		}
		if (problem != NULL)
		{
			ai_blame(&visit->problem, problem);
			return false;
		}
		visit->itemoffset = offnum;
		visit->child = blkno = entry.item.child;
		if (!read_entries(descent, blkno,
						  psprintf("term %d: within downlink %u of block %u",
								   term->number, offnum, visit->blkno)))
			return false;
	}
}

/* The addresses of an item go into the list of a term. */
static void
take_addresses(GinWalk *walk, GinTerm *term, const AiIndexItem *item)
{
	AiTidWalk	tids;
	ItemPointerData tid;
	uint32		n = Min(item->tids.n, item->tids.len);
	int			room = term->nlist + n;

	if (item->tids.form == AI_TIDS_NONE || n == 0)
		return;
	term->list = term->list == NULL ?
		MemoryContextAlloc(walk->descent->run,
						   sizeof(ItemPointerData) * room) :
		repalloc(term->list, sizeof(ItemPointerData) * room);
	ai_tid_walk_start(&tids, &item->tids);
	while (term->nlist < room &&
		   ai_tid_walk_next(&tids, walk->descent->page->image, &tid))
		term->list[term->nlist++] = tid;
}

static void
forget_list(GinTerm *term)
{
	if (term->list != NULL)
		pfree(term->list);
	term->list = NULL;
	term->nlist = 0;
	term->offset = 0;
}

/* All addresses of a posting tree's leaf. */
static void
take_leaf(GinWalk *walk, GinTerm *term)
{
	AiDescent  *descent = walk->descent;
	AiIndexShape *shape = descent->shape;
	AiIndexItem item;

	forget_list(term);
	item.itemoffset = 0;
	item.next = 0;
	while (shape->method->item(&shape->index, descent->page->image,
							   &descent->header, &descent->what, &item))
	{
		take_addresses(walk, term, &item);
		if (item.problem != NULL)
		{
			ai_blame(&descent->visit.problem, item.problem);
			break;
		}
	}
	term->leaf = descent->visit.blkno;
	term->right = descent->what.right;
	ai_detail(&descent->visit.details, "addresses", AI_DETAIL_NUMBER,
			  term->nlist);
}

static uint32
posting_items(const AiDescent *descent)
{
	return (descent->what.end - descent->what.start) / sizeof(PostingItem);
}

static void
posting_item(const AiDescent *descent, uint32 i, PostingItem *item)
{
	memcpy(item, descent->page->image + descent->what.start +
		   i * sizeof(PostingItem), sizeof(PostingItem));
}

/* Which item above the leaves has the address below it, from 0. */
static uint32
locate_posting(const AiDescent *descent, const ItemPointerData *tid)
{
	uint32		low = 0;
	uint32		high = posting_items(descent) - 1;

	/* the last one bounds nothing */
	while (high > low)
	{
		uint32		mid = low + (high - low) / 2;
		PostingItem item;

		posting_item(descent, mid, &item);
		if (ginCompareItemPointers((ItemPointer) tid, &item.key) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return high;
}

static ItemPointerData
right_bound(const AiDescent *descent)
{
	ItemPointerData bound;

	memcpy(&bound, descent->page->image + MAXALIGN(SizeOfPageHeaderData),
		   sizeof(bound));
	return bound;
}

/*
 * Down a posting tree: to its first leaf where tid is NULL, else to where
 * that address is or would be.  *predicted is what the server reckons from
 * the number of downlinks.
 */
static bool
descend_postings(GinWalk *walk, const GinTerm *term, BlockNumber root,
				 ItemPointer tid, uint32 *predicted)
{
	AiDescent  *descent = walk->descent;
	AiVisit    *visit = &descent->visit;
	BlockNumber blkno = root;
	char	   *why;

	descent->search_steps = 0;
	if (predicted != NULL)
		*predicted = 1;
	if (tid == NULL)
		why = psprintf("term %d: root of a posting tree", term->number);
	else
		why = psprintf("term %d: posting tree again, for (%u,%u) and beyond",
					   term->number, ItemPointerGetBlockNumberNoCheck(tid),
					   ItemPointerGetOffsetNumberNoCheck(tid));
	for (;;)
	{
		PostingItem item;
		uint32		i = 0;

		if (!read_postings(descent, blkno, why))
			return false;
		while (blkno != root && descent->what.right != InvalidBlockNumber)
		{
			if (!is_deleted(descent))
			{
				ItemPointerData bound = right_bound(descent);

				if (tid == NULL || ginCompareItemPointers(tid, &bound) <= 0)
					break;
			}
			blkno = descent->what.right;
			why = psprintf("term %d: beyond block %u, to the right",
						   term->number, visit->blkno);
			if (!read_postings(descent, blkno, why))
				return false;
		}
		if (is_deleted(descent))
		{
			ai_blame(&visit->problem, "search ends at a deleted page");
			return false;
		}
		if (is_leaf(descent))
			return true;
		if (posting_items(descent) == 0)
		{
			ai_blame(&visit->problem, "page has no downlinks");
			return false;
		}
		if (tid != NULL)
			i = locate_posting(descent, tid);
		else if (predicted != NULL)
			*predicted *= posting_items(descent);
		posting_item(descent, i, &item);
		visit->itemoffset = i + 1;
		visit->child = blkno = PostingItemGetBlockNumber(&item);
		why = psprintf("term %d: downlink %u of block %u", term->number,
					   i + 1, visit->blkno);
	}
}

/* Addresses of a list go into the bitmap of a term. */
static void
add_to_bitmap(GinWalk *walk, GinTerm *term)
{
	for (int i = 0; i < term->nlist; i++)
	{
		ItemPointer tid = &term->list[i];
		OffsetNumber offnum = ItemPointerGetOffsetNumberNoCheck(tid);

		CHECK_FOR_INTERRUPTS();
		if (offnum < FirstOffsetNumber || offnum > MaxHeapTuplesPerPage)
			ai_blame(&walk->descent->visit.problem,
					 "address that no row can have");
		else
			tbm_add_tuples(term->bitmap, tid, 1, false);
	}
	term->predicted += term->nlist;
	forget_list(term);
}

/*
 * All pages of a posting tree, into the bitmap.
 *
 * Follows scanPostingTree (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
static void
collect_tree(GinWalk *walk, GinTerm *term, BlockNumber root)
{
	AiDescent  *descent = walk->descent;

	if (!descend_postings(walk, term, root, NULL, NULL))
		return;
	for (;;)
	{
		take_leaf(walk, term);
		add_to_bitmap(walk, term);
		if (descent->what.right == InvalidBlockNumber)
			return;
		if (!ai_descent_read(descent, descent->what.right,
							 psprintf("term %d: all of it, so to the right",
									  term->number)))
			return;
		/* a deleted page has lost its items, but not its link */
		while (is_deleted(descent) &&
			   descent->what.right != InvalidBlockNumber)
		{
			if (!ai_descent_read(descent, descent->what.right,
								 psprintf("term %d: past a deleted page",
										  term->number)))
				return;
		}
		if (!page_is(descent, "posting leaf"))
			return;
	}
}

/*
 * While a posting tree is read, the server has the entry page still.  So has
 * this: all that the frame knows of it.
 */
static void
collect_tree_aside(GinWalk *walk, GinTerm *term, BlockNumber root,
				   AiPage **spare)
{
	AiDescent  *descent = walk->descent;
	AiPage	   *page = descent->page;
	AiPageHeader header = descent->header;
	AiIndexPage what = descent->what;
	BlockNumber blkno = descent->shape->index.blkno;

	if (*spare == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(descent->run);

		*spare = ai_page_create();
		MemoryContextSwitchTo(old);
	}
	descent->page = *spare;
	collect_tree(walk, term, root);
	descent->page = page;
	descent->header = header;
	descent->what = what;
	descent->shape->index.blkno = blkno;
}

/* What is to be done with an entry of those from the first one on. */
typedef enum Fit
{
	FIT_END,
	FIT_SKIP,
	FIT_TAKE
} Fit;

static Fit
fit_of(GinWalk *walk, const GinTerm *term, const GinEntry *entry)
{
	FmgrInfo   *function = &walk->state.comparePartialFn[term->attnum - 1];
	Oid			collation = walk->state.supportCollation[term->attnum - 1];
	int32		cmp;

	if (entry->attnum != term->attnum)
		return FIT_END;
	if (!term->partial)
		return term->mode == GIN_SEARCH_MODE_ALL &&
			entry->category == GIN_CAT_NULL_ITEM ? FIT_END : FIT_TAKE;
	if (entry->category != GIN_CAT_NORM_KEY)
		return FIT_END;
	cmp = DatumGetInt32(FunctionCall4Coll(function, collation,
										  term->key, entry->key,
										  UInt16GetDatum(term->strategy),
										  PointerGetDatum(term->extra)));
	return cmp > 0 ? FIT_END : cmp < 0 ? FIT_SKIP : FIT_TAKE;
}

/*
 * The addresses of all entries that a term stands for, from offnum on and to
 * the right, into the bitmap.
 *
 * Follows collectMatchBitmap (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
static void
collect(GinWalk *walk, GinTerm *term, OffsetNumber offnum)
{
	AiDescent  *descent = walk->descent;
	AiPage	   *spare = NULL;
	uint64		pages = 0;
	uint64		taken = 0;
	MemoryContext old = MemoryContextSwitchTo(descent->run);

	term->bitmap = tbm_create(work_mem * (Size) 1024, NULL);
	MemoryContextSwitchTo(old);
	if (term->partial && term->category != GIN_CAT_NORM_KEY)
		return;
	for (;; offnum++)
	{
		GinEntry	entry;
		const char *problem;
		Fit			fit = FIT_SKIP;

		CHECK_FOR_INTERRUPTS();
		while (offnum > descent->header.nitems)
		{
			if (descent->what.right == InvalidBlockNumber ||
				++pages > descent->nblocks)
				return;
			descent->search_steps = 0;
			if (!read_entries(descent, descent->what.right,
							  psprintf("term %d: more keys may match",
									   term->number)) ||
				!page_is(descent, "entry leaf"))
				return;
			offnum = FirstOffsetNumber;
			taken = 0;
		}
		old = MemoryContextSwitchTo(walk->calls);
		problem = ai_gin_entry(walk, offnum, &entry);
		if (problem == NULL)
			fit = fit_of(walk, term, &entry);
		MemoryContextSwitchTo(old);
		if (problem != NULL && descent->visit.problem == NULL)
			descent->visit.problem = MemoryContextStrdup(descent->scratch,
														 problem);
		MemoryContextReset(walk->calls);
		if (fit == FIT_END)
			return;
		if (fit == FIT_SKIP)
			continue;
		if (taken++ == 0)
			descent->visit.itemoffset = offnum;
		if (entry.item.child != InvalidBlockNumber)
			collect_tree_aside(walk, term, entry.item.child, &spare);
		else
		{
			take_addresses(walk, term, &entry.item);
			add_to_bitmap(walk, term);
		}
	}
}

/* The entry that a term is, alone. */
static void
start_equal(GinWalk *walk, GinTerm *term, OffsetNumber offnum)
{
	AiDescent  *descent = walk->descent;
	AiVisit    *visit = &descent->visit;
	AiIndexItem item;

	if (!ai_descent_item(descent, offnum, &item) || item.problem != NULL)
	{
		ai_blame(&visit->problem, "entry can't be read");
		return;
	}
	if (item.child == InvalidBlockNumber)
	{
		take_addresses(walk, term, &item);
		term->predicted = term->nlist;
		term->finished = term->nlist == 0;
		ai_detail(&visit->details, "addresses", AI_DETAIL_NUMBER,
				  term->nlist);
		return;
	}
	visit->child = item.child;
	term->root = item.child;
	if (!descend_postings(walk, term, term->root, NULL, &term->predicted))
		return;
	take_leaf(walk, term);
	term->predicted *= term->nlist;
	term->more = true;
	term->finished = false;
}

/*
 * ai_gin_start_term - find a term, and its first addresses
 *
 * Follows startScanEntry (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
void
ai_gin_start_term(GinWalk *walk, GinTerm *term)
{
	AiDescent  *descent = walk->descent;
	OffsetNumber offnum = InvalidOffsetNumber;
	bool		found = false;
	const char *problem;

	term->finished = true;
	if (!descend_entries(walk, term))
		return;
	problem = locate(walk, term, &offnum, &found);
	if (problem != NULL)
	{
		ai_blame(&descent->visit.problem, problem);
		return;
	}
	descent->visit.itemoffset = found ? offnum : InvalidOffsetNumber;
	ai_detail(&descent->visit.details, "term", AI_DETAIL_NUMBER,
			  term->number);
	ai_detail(&descent->visit.details, "found", AI_DETAIL_BOOL, found);
	if (term->partial || term->category == GIN_CAT_EMPTY_QUERY)
	{
		collect(walk, term, offnum);
		if (!tbm_is_empty(term->bitmap))
		{
			MemoryContext old = MemoryContextSwitchTo(descent->run);

			term->iterator = arch_bitmap_begin(term->bitmap);
			term->bits.blkno = InvalidBlockNumber;
			term->finished = false;
			MemoryContextSwitchTo(old);
		}
	}
	else if (found)
		start_equal(walk, term, offnum);
}

/*
 * ai_gin_load_more - the leaf of a posting tree that has addresses beyond
 * past
 *
 * The next one, if the search wants the next address, else down from the
 * root.
 *
 * Follows entryLoadMoreItems (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
void
ai_gin_load_more(GinWalk *walk, GinTerm *term, ItemPointerData past)
{
	AiDescent  *descent = walk->descent;
	bool		step_right = ginCompareItemPointers(&term->current,
													&past) == 0;
	uint64		pages = 0;

	if (!term->more)
	{
		term->finished = true;
		return;
	}
	if (!step_right)
	{
		ItemPointerData tid;

		if (ItemPointerIsLossyPage(&past))
			ItemPointerSet(&tid, GinItemPointerGetBlockNumber(&past) + 1,
						   FirstOffsetNumber);
		else
			ItemPointerSet(&tid, GinItemPointerGetBlockNumber(&past),
						   GinItemPointerGetOffsetNumber(&past) + 1);
		if (!descend_postings(walk, term, term->root, &tid, NULL))
		{
			term->finished = true;
			return;
		}
		term->leaf = descent->visit.blkno;
		term->right = descent->what.right;
	}
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		forget_list(term);
		if (step_right)
		{
			if (term->right == InvalidBlockNumber ||
				++pages > descent->nblocks)
			{
				term->more = false;
				term->finished = true;
				return;
			}
			descent->search_steps = 0;
			if (!ai_descent_read(descent, term->right,
								 psprintf("term %d: block %u is used up",
										  term->number, term->leaf)))
			{
				term->finished = true;
				return;
			}
			term->leaf = descent->visit.blkno;
			term->right = descent->what.right;
		}
		step_right = true;
		if (is_deleted(descent))
			continue;
		if (!page_is(descent, "posting leaf"))
		{
			term->finished = true;
			return;
		}
		if (term->right != InvalidBlockNumber)
		{
			ItemPointerData bound = right_bound(descent);

			if (ginCompareItemPointers(&past, &bound) >= 0)
				continue;
		}
		take_leaf(walk, term);
		for (int i = 0; i < term->nlist; i++)
		{
			if (ginCompareItemPointers(&past, &term->list[i]) < 0)
			{
				term->offset = i;
				term->more = term->right != InvalidBlockNumber;
				return;
			}
		}
	}
}
