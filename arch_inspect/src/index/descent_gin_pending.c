/*-------------------------------------------------------------------------
 *
 * descent_gin_pending.c
 *	  The pending list of a GIN index, as a search reads it.
 *
 * The list has the entries of rows that came lately, row after row, and no
 * order that would help: a search reads all of it, before the tree, so that
 * nothing escapes it that moves from the one to the other meanwhile.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "index/descent_gin.h"

#include "compat.h"

/*
 * What is wrong with the list.  The server holds a page until it has the next;
 * here the list may have been moved into the tree meanwhile, and its pages are
 * used for something else at once.  Then nothing is wrong.
 */
static void
blame_list(GinWalk *walk, const char *what)
{
	AiDescent  *descent = walk->descent;
	AiVisit    *visit = &descent->visit;
	AiPage	   *page = ai_page_create();
	AiPageHeader header;

	ai_page_read(descent->rel, MAIN_FORKNUM, GIN_METAPAGE_BLKNO, page);
	ai_decode_page_header(page->image, AI_PAGE_GIN, &header);
	if (header.lsn == walk->list_lsn)
	{
		ai_blame(&visit->problem, what);
		return;
	}
	visit->problem = NULL;
	ai_detail_word(&visit->details, "pending_list", "changed meanwhile");
}

/* Read a page of the list. */
static bool
read_list(GinWalk *walk, BlockNumber blkno, const char *why)
{
	AiDescent  *descent = walk->descent;

	if (ai_descent_read(descent, blkno, why) &&
		strcmp(descent->what.kind, "pending") == 0)
		return true;
	blame_list(walk, "page is not of the pending list");
	return false;
}

static bool
has_full_rows(const AiDescent *descent)
{
	const GinPageOpaqueData *opaque = (const GinPageOpaqueData *)
		(descent->page->image + descent->header.special);

	return (opaque->flags & GIN_LIST_FULLROW) != 0;
}

/* The address of the row that an entry is of; false if it can't be read. */
static bool
row_of(AiDescent *descent, OffsetNumber offnum, ItemPointerData *tid)
{
	AiIndexItem item;

	if (!ai_descent_item(descent, offnum, &item) || !item.readable ||
		item.size < sizeof(IndexTupleData))
	{
		ai_blame(&descent->visit.problem,
				 "entry of the pending list can't be read");
		return false;
	}
	memcpy(tid, descent->page->image + item.off, sizeof(*tid));
	return true;
}

/*
 * Is an entry what a term looks for?  *over is set where a range of keys ends
 * with it.
 */
static bool
entry_fits(GinWalk *walk, const GinTerm *term, const GinEntry *entry,
		   bool *over)
{
	FmgrInfo   *function = &walk->state.comparePartialFn[term->attnum - 1];
	Oid			collation = walk->state.supportCollation[term->attnum - 1];
	int32		cmp;

	if (entry->attnum != term->attnum)
		return false;
	if (term->category == GIN_CAT_EMPTY_QUERY)
		return term->mode != GIN_SEARCH_MODE_ALL ||
			entry->category != GIN_CAT_NULL_ITEM;
	cmp = ginCompareEntries(&walk->state, term->attnum, term->key,
							term->category, entry->key, entry->category);
	if (!term->partial)
		return cmp == 0;
	if (term->category != GIN_CAT_NORM_KEY ||
		entry->category != GIN_CAT_NORM_KEY || cmp > 0)
		return false;
	cmp = DatumGetInt32(FunctionCall4Coll(function, collation,
										  term->key, entry->key,
										  UInt16GetDatum(term->strategy),
										  PointerGetDatum(term->extra)));
	*over = cmp > 0;
	return cmp == 0;
}

/*
 * Mark the terms that the entries from first to last of the page fit.  over
 * has a flag a term, by number.
 */
static void
mark_terms(GinWalk *walk, OffsetNumber first, OffsetNumber last, bool *over)
{
	AiDescent  *descent = walk->descent;

	for (OffsetNumber offnum = first; offnum <= last; offnum++)
	{
		MemoryContext old = MemoryContextSwitchTo(walk->calls);
		GinEntry	entry;
		const char *problem = ai_gin_entry(walk, offnum, &entry);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; problem == NULL && i < walk->nconditions; i++)
		{
			GinCondition *condition = &walk->conditions[i];

			for (uint32 j = 0; j < condition->key.nentries; j++)
			{
				GinTerm    *term = condition->terms[j];

				if (condition->key.entryRes[j] == GIN_FALSE &&
					!over[term->number] &&
					entry_fits(walk, term, &entry, &over[term->number]))
					condition->key.entryRes[j] = GIN_TRUE;
			}
		}
		MemoryContextSwitchTo(old);
		if (problem != NULL && descent->visit.problem == NULL)
			descent->visit.problem = MemoryContextStrdup(descent->scratch,
														 problem);
		MemoryContextReset(walk->calls);
	}
}

/*
 * Do the marked terms of a row satisfy all conditions?
 *
 * Follows collectMatchesForHeapRow
 * (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
static bool
row_matches(GinWalk *walk, bool *recheck)
{
	MemoryContext old;
	bool		match = true;

	*recheck = false;
	for (int i = 0; i < walk->nconditions; i++)
	{
		GinScanKeyData *key = &walk->conditions[i].key;
		bool		any = key->excludeOnly;

		for (uint32 j = 0; j < key->nentries; j++)
			any |= key->entryRes[j] != GIN_FALSE;
		if (!any)
			return false;
	}
	old = MemoryContextSwitchTo(walk->calls);
	for (int i = 0; match && i < walk->nconditions; i++)
	{
		GinScanKeyData *key = &walk->conditions[i].key;

		match = key->boolConsistentFn(key);
		*recheck |= key->recheckCurItem;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(walk->calls);
	return match;
}

/* To the next page of the list; false at its end. */
static bool
next_page(GinWalk *walk)
{
	BlockNumber right = walk->descent->what.right;

	return right != InvalidBlockNumber &&
		read_list(walk, right,
				  "next page of the pending list");
}

/*
 * One row of the list, from *offnum on, which is moved behind it.  A row with
 * many entries has pages of its own, and goes on until one that says that it
 * holds whole rows.  False where the list can't be followed.
 */
static bool
one_row(GinWalk *walk, OffsetNumber *offnum, bool *over)
{
	AiDescent  *descent = walk->descent;
	ItemPointerData tid;
	bool		recheck;

	if (!row_of(descent, *offnum, &tid))
	{
		(*offnum)++;
		return true;
	}
	for (int i = 0; i < walk->nconditions; i++)
		memset(walk->conditions[i].key.entryRes, GIN_FALSE,
			   walk->conditions[i].key.nentries * sizeof(GinTernaryValue));
	for (;;)
	{
		bool		full = has_full_rows(descent);
		OffsetNumber last = *offnum;
		ItemPointerData other;

		/* the server too forgets at each page that a range was over */
		memset(over, 0, walk->nterms + 1);
		if (!full)
			last = descent->header.nitems;
		while (full && last < descent->header.nitems &&
			   row_of(descent, last + 1, &other) &&
			   ItemPointerEquals(&tid, &other))
			last++;
		mark_terms(walk, *offnum, last, over);
		*offnum = last + 1;
		if (full)
			break;
		*offnum = FirstOffsetNumber;
		do
		{
			if (!next_page(walk))
			{
				blame_list(walk, "pending list ends within a row");
				return false;
			}
		} while (descent->header.nitems == 0);
		if (!row_of(descent, *offnum, &other) ||
			!ItemPointerEquals(&tid, &other))
		{
			blame_list(walk, "pending list does not go on with the same row");
			return false;
		}
	}
	walk->tested++;
	if (row_matches(walk, &recheck))
	{
		walk->found++;
		walk->to_recheck += recheck;
		ai_descent_match(descent, &tid);
	}
	return true;
}

/*
 * ai_gin_pending - the meta page, and all of the pending list
 *
 * Follows scanPendingInsert (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
void
ai_gin_pending(GinWalk *walk)
{
	AiDescent  *descent = walk->descent;
	OffsetNumber offnum = FirstOffsetNumber;
	BlockNumber head;
	bool	   *over;

	descent->search_steps = 0;
	if (!ai_descent_read(descent, GIN_METAPAGE_BLKNO,
						 "meta page: where the pending list begins"))
		return;
	if (strcmp(descent->what.kind, "meta") != 0)
	{
		ai_blame(&descent->visit.problem, "page is not the meta page");
		return;
	}
	head = ((const GinMetaPageData *)
			(descent->page->image + MAXALIGN(SizeOfPageHeaderData)))->head;
	if (head == InvalidBlockNumber)
		return;
	descent->visit.child = head;
	walk->list_lsn = descent->header.lsn;
	if (!read_list(walk, head, "first page of the pending list"))
		return;
	over = MemoryContextAllocZero(descent->run, walk->nterms + 1);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		descent->visit.searched = true;
		if (offnum > descent->header.nitems)
		{
			if (!next_page(walk))
				break;
			offnum = FirstOffsetNumber;
		}
		else if (!one_row(walk, &offnum, over))
			break;
	}
}
