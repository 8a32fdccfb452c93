/*-------------------------------------------------------------------------
 *
 * descent_gin.c
 *	  The way of a search through a GIN index.
 *
 * The rows come in the order in which a bitmap scan reads, which is the only
 * kind of scan that GIN has:
 *
 *	- the meta page, where nulls or all keys are searched for, since a very
 *	  old index may lack them;
 *	- the meta page, and the pending list;
 *	- for each term the entry tree from the root, and its posting tree down
 *	  to the first leaf, or to all where the term stands for many keys;
 *	- then further leaves of the posting trees, as the terms are joined.  Of a
 *	  condition with several terms, the rarest ones give the rows, and these
 *	  rows are looked up in the others: so leaves are left out, and others
 *	  found from the root again.
 *
 * Steps are what the executor's buffer counts count, one by one and in order.
 * gin_fuzzy_search_limit, which leaves out rows by chance, is not followed.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "index/descent_gin.h"

#include "compat.h"

/* matches that one row has, at most */
#define MATCHES_A_ROW	10000

/*
 * The order of terms of a condition, by the server's reckoning of how many
 * rows each has.
 */
static int
compare_predicted(const void *a, const void *b, void *arg)
{
	const GinCondition *condition = arg;
	uint32		na = condition->terms[*(const int *) a]->predicted;
	uint32		nb = condition->terms[*(const int *) b]->predicted;

	return na < nb ? -1 : na > nb;
}

/* The numbers of terms, for a sentence. */
static void
append_terms(StringInfo text, GinTerm **terms, int n)
{
	for (int i = 0; i < Min(n, AI_GIN_NAMED); i++)
		appendStringInfo(text, "%s%d", i == 0 ? " " : ", ", terms[i]->number);
	if (n > AI_GIN_NAMED)
		appendStringInfo(text, " and %d more", n - AI_GIN_NAMED);
}

/* How the terms of a condition work together, in a row of its own. */
static void
tell_condition(GinWalk *walk, const GinCondition *condition)
{
	AiDescent  *descent = walk->descent;
	const GinScanKeyData *key = &condition->key;
	const char *text = condition->number < 0 || descent->texts == NULL ?
		"no condition" : descent->texts[condition->number];
	StringInfoData why;

	initStringInfo(&why);
	appendStringInfo(&why, "%s: ", text);
	if (key->excludeOnly || key->nadditional == 0)
	{
		if (key->excludeOnly)
			appendStringInfoString(&why, "only leaves out rows, by terms");
		else
			appendStringInfoString(&why, key->nentries == 1 ?
								   "rows come from term" :
								   "rows come from any of the terms");
		append_terms(&why, condition->terms, key->nentries);
	}
	else
	{
		appendStringInfoString(&why, "rows come from terms");
		append_terms(&why, condition->required, key->nrequired);
		appendStringInfoString(&why, ", the rarest, and are looked up in");
		append_terms(&why, condition->additional, key->nadditional);
	}
	ai_descent_same_page(descent, why.data);
	ai_detail(&descent->visit.details, "terms", AI_DETAIL_NUMBER,
			  key->nentries);
	ai_detail(&descent->visit.details, "required", AI_DETAIL_NUMBER,
			  key->nrequired);
}

/*
 * Which terms of a condition give rows, and which are only asked for.
 *
 * Follows startScanKey (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
static void
start_condition(GinWalk *walk, GinCondition *condition)
{
	AiDescent  *descent = walk->descent;
	GinScanKeyData *key = &condition->key;
	int			n = key->nentries;
	int		   *order;
	int			i;

	ItemPointerSetMin(&key->curItem);
	key->curItemMatches = key->recheckCurItem = key->isFinished = false;
	order = MemoryContextAlloc(descent->run, sizeof(int) * Max(n, 1));
	condition->required = MemoryContextAlloc(descent->run,
											 sizeof(GinTerm *) * Max(n, 1));
	condition->additional = MemoryContextAlloc(descent->run,
											   sizeof(GinTerm *) * Max(n, 1));
	for (i = 0; i < n; i++)
		order[i] = i;
	if (key->excludeOnly)
		key->nrequired = 0;
	else if (n > 1)
	{
		MemoryContext old = MemoryContextSwitchTo(walk->calls);

		qsort_arg(order, n, sizeof(int), compare_predicted, condition);
		for (i = 1; i < n; i++)
			key->entryRes[order[i]] = GIN_MAYBE;
		for (i = 0; i < n - 1; i++)
		{
			key->entryRes[order[i]] = GIN_FALSE;
			if (key->triConsistentFn(key) == GIN_FALSE)
				break;
			CHECK_FOR_INTERRUPTS();
		}
		key->nrequired = i + 1;
		MemoryContextSwitchTo(old);
		MemoryContextReset(walk->calls);
	}
	else
		key->nrequired = n;
	key->nadditional = n - key->nrequired;
	for (i = 0; i < n; i++)
	{
		GinTerm    *term = condition->terms[order[i]];

		if (i < key->nrequired)
			condition->required[i] = term;
		else
			condition->additional[i - key->nrequired] = term;
	}
	tell_condition(walk, condition);
}

/* The next address of a term that stands for many keys. */
static void
next_of_bitmap(GinTerm *term, ItemPointerData past)
{
	ArchBitmapPage *bits = &term->bits;
	BlockNumber past_block = GinItemPointerGetBlockNumber(&past);
	OffsetNumber past_offset = GinItemPointerGetOffsetNumber(&past);

	for (;;)
	{
		while (bits->blkno == InvalidBlockNumber ||
			   (!bits->lossy && term->offset >= bits->n) ||
			   bits->blkno < past_block ||
			   (ItemPointerIsLossyPage(&past) && bits->blkno == past_block))
		{
			CHECK_FOR_INTERRUPTS();
			if (!arch_bitmap_next(term->iterator, bits))
			{
				ItemPointerSetInvalid(&term->current);
				term->finished = true;
				return;
			}
			term->offset = 0;
		}
		if (bits->lossy)
		{
			ItemPointerSetLossyPage(&term->current, bits->blkno);
			return;
		}
		if (bits->blkno == past_block)
		{
			if (bits->offsets[bits->n - 1] <= past_offset)
			{
				term->offset = bits->n;
				continue;
			}
			while (bits->offsets[term->offset] <= past_offset)
				term->offset++;
		}
		ItemPointerSet(&term->current, bits->blkno,
					   bits->offsets[term->offset]);
		term->offset++;
		return;
	}
}

/*
 * The next address of a term that is greater than past.
 *
 * Follows entryGetItem (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
static void
next_of_term(GinWalk *walk, GinTerm *term, ItemPointerData past)
{
	if (term->bitmap != NULL)
	{
		next_of_bitmap(term, past);
		return;
	}
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		while (term->offset >= term->nlist)
		{
			if (!term->more)
				term->finished = true;
			else
				ai_gin_load_more(walk, term, past);
			if (term->finished)
			{
				ItemPointerSetInvalid(&term->current);
				return;
			}
		}
		term->current = term->list[term->offset++];
		if (ginCompareItemPointers(&term->current, &past) > 0)
			return;
	}
}

/* The least address beyond past that the required terms have. */
static bool
least_required(GinWalk *walk, GinCondition *condition, ItemPointerData past,
			   ItemPointerData *least)
{
	bool		any = false;

	ItemPointerSetMax(least);
	for (int i = 0; i < condition->key.nrequired; i++)
	{
		GinTerm    *term = condition->required[i];

		if (term->finished)
			continue;
		if (ginCompareItemPointers(&term->current, &past) <= 0)
		{
			next_of_term(walk, term, past);
			if (term->finished)
				continue;
		}
		any = true;
		if (ginCompareItemPointers(&term->current, least) < 0)
			*least = term->current;
	}
	return any;
}

/* The address before this one: what is asked for is what comes after it. */
static void
move_before(ItemPointerData *past, ItemPointer item)
{
	BlockNumber blkno = GinItemPointerGetBlockNumber(item);

	if (!ItemPointerIsLossyPage(item))
		ItemPointerSet(past, blkno,
					   OffsetNumberPrev(GinItemPointerGetOffsetNumber(item)));
	else if (GinItemPointerGetBlockNumber(past) < blkno)
		ItemPointerSet(past, blkno, InvalidOffsetNumber);
}

/* Ask the operator class about the row at curItem; "calls" is current. */
static void
ask_condition(GinWalk *walk, GinCondition *condition)
{
	GinScanKeyData *key = &condition->key;
	ItemPointerData least = key->curItem;
	ItemPointerData lossy;
	bool		any_lossy = false;

	ItemPointerSetLossyPage(&lossy, GinItemPointerGetBlockNumber(&least));
	for (uint32 i = 0; i < key->nentries; i++)
	{
		GinTerm    *term = condition->terms[i];

		key->entryRes[i] = GIN_FALSE;
		if (!term->finished &&
			ginCompareItemPointers(&term->current, &lossy) == 0)
		{
			key->entryRes[i] = i < key->nuserentries ? GIN_MAYBE : GIN_TRUE;
			any_lossy = true;
		}
	}
	if (any_lossy && key->triConsistentFn(key) != GIN_FALSE)
	{
		key->curItem = lossy;
		key->curItemMatches = key->recheckCurItem = true;
		return;
	}
	for (uint32 i = 0; i < key->nentries; i++)
	{
		GinTerm    *term = condition->terms[i];

		if (term->finished)
			key->entryRes[i] = GIN_FALSE;
		else if (ginCompareItemPointers(&term->current, &lossy) == 0)
			key->entryRes[i] = GIN_MAYBE;
		else if (ginCompareItemPointers(&term->current, &least) == 0)
			key->entryRes[i] = GIN_TRUE;
		else
			key->entryRes[i] = GIN_FALSE;
	}
	switch (key->triConsistentFn(key))
	{
		case GIN_TRUE:
			key->curItemMatches = true;
			break;
		case GIN_FALSE:
			key->curItemMatches = false;
			break;
		default:
			key->curItemMatches = key->recheckCurItem = true;
			break;
	}
}

/*
 * The next address beyond past that a condition has an opinion of.
 *
 * Follows keyGetItem (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
static void
next_of_condition(GinWalk *walk, GinCondition *condition,
				  ItemPointerData past)
{
	GinScanKeyData *key = &condition->key;
	ItemPointerData least;
	MemoryContext old;

	if (ginCompareItemPointers(&key->curItem, &past) > 0)
		return;
	if (!least_required(walk, condition, past, &least) && !key->excludeOnly)
	{
		key->isFinished = true;
		return;
	}
	if (!key->excludeOnly)
		move_before(&past, &least);
	else
		ItemPointerSet(&least, GinItemPointerGetBlockNumber(&past),
					   GinItemPointerGetOffsetNumber(&past) + 1);
	for (int i = 0; i < key->nadditional; i++)
	{
		GinTerm    *term = condition->additional[i];

		if (term->finished)
			continue;
		if (ginCompareItemPointers(&term->current, &past) <= 0)
		{
			next_of_term(walk, term, past);
			if (term->finished)
				continue;
		}
		/* with a lossy page, there may be an address on it */
		if (ginCompareItemPointers(&term->current, &least) < 0)
			least = term->current;
	}
	key->curItem = least;
	walk->tested++;
	old = MemoryContextSwitchTo(walk->calls);
	ask_condition(walk, condition);
	MemoryContextSwitchTo(old);
	MemoryContextReset(walk->calls);
}

static bool
same_row(ItemPointer a, ItemPointer b)
{
	if (ItemPointerIsLossyPage(a) || ItemPointerIsLossyPage(b))
		return GinItemPointerGetBlockNumber(a) ==
			GinItemPointerGetBlockNumber(b);
	return ginCompareItemPointers(a, b) == 0;
}

/*
 * The next row beyond past that satisfies all conditions; false if none does.
 *
 * Follows scanGetItem (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
static bool
next_row(GinWalk *walk, ItemPointerData past, ItemPointerData *row,
		 bool *recheck)
{
	bool		match;

	do
	{
		CHECK_FOR_INTERRUPTS();
		ItemPointerSetMin(row);
		match = true;
		for (int i = 0; i < walk->nconditions && match; i++)
		{
			GinCondition *condition = &walk->conditions[i];
			GinScanKeyData *key = &condition->key;

			if (ItemPointerIsLossyPage(row) && key->excludeOnly)
				continue;
			next_of_condition(walk, condition, past);
			if (key->isFinished)
				return false;
			if (!key->curItemMatches)
			{
				past = key->curItem;
				match = false;
				break;
			}
			move_before(&past, &key->curItem);
			if (i == 0)
				*row = key->curItem;
			else
				match = same_row(&key->curItem, row);
		}
	} while (!match);

	*recheck = false;
	for (int i = 0; i < walk->nconditions; i++)
		*recheck |= walk->conditions[i].key.recheckCurItem;
	return true;
}

/* The rows that all terms together find. */
static void
join_terms(GinWalk *walk)
{
	AiDescent  *descent = walk->descent;
	ItemPointerData row;
	bool		recheck;

	ItemPointerSetMin(&row);
	while (next_row(walk, row, &row, &recheck))
	{
		walk->found++;
		walk->to_recheck += recheck;
		if (descent->visit.nmatches >= MATCHES_A_ROW)
			ai_descent_same_page(descent,
								 "more rows that satisfy all conditions");
		if (!ItemPointerIsLossyPage(&row))
			ai_descent_match(descent, &row);
		else
			walk->lossy++;
	}
	descent->visit.searched = true;
}

static void
tell_totals(GinWalk *walk)
{
	AiDetails  *details = &walk->descent->visit.details;

	ai_descent_same_page(walk->descent, "end of the search");
	ai_detail(details, "rows_tested", AI_DETAIL_NUMBER, walk->tested);
	ai_detail(details, "rows_found", AI_DETAIL_NUMBER, walk->found);
	ai_detail(details, "to_recheck", AI_DETAIL_NUMBER, walk->to_recheck);
	if (walk->lossy > 0)
		ai_detail(details, "whole_pages", AI_DETAIL_NUMBER, walk->lossy);
}

/*
 * ai_gin_walk - the pages that the terms of the conditions lead to
 *
 * Follows gingetbitmap (src/backend/access/gin/ginget.c, REL_19_STABLE)
 */
void
ai_gin_walk(AiDescent *descent)
{
	GinWalk    *walk = MemoryContextAllocZero(descent->run, sizeof(GinWalk));
	MemoryContext old = MemoryContextSwitchTo(descent->run);

	walk->descent = descent;
	initGinState(&walk->state, descent->rel);
	walk->calls = AllocSetContextCreate(descent->run,
										"calls of an operator class",
										ALLOCSET_DEFAULT_SIZES);
	ai_gin_make_terms(walk);
	MemoryContextSwitchTo(old);
	if (walk->never)
		return;

	ai_descent_search(descent);
	if (walk->needs_version)
		(void) ai_descent_read(descent, GIN_METAPAGE_BLKNO,
							   "meta page: has the index entries for nulls?");
	ai_gin_pending(walk);
	for (int i = 0; i < walk->nterms; i++)
		ai_gin_start_term(walk, walk->terms[i]);
	for (int i = 0; i < walk->nconditions; i++)
		start_condition(walk, &walk->conditions[i]);
	join_terms(walk);
	tell_totals(walk);
}
