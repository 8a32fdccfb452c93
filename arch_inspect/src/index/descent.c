/*-------------------------------------------------------------------------
 *
 * descent.c
 *	  What the ways of a search share, whatever the access method.
 *
 * A walk is bounded: within one search no page is read more often than there
 * are pages, so that links in a circle end with a problem.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#include "base/guard.h"
#include "index/descent.h"
#include "judge/toast_fetch.h"

#include "compat.h"

/*
 * ai_descent_create - ready for a walk through an open index
 *
 * Lives in the current memory context.  The keys are the caller's to set.
 */
AiDescent *
ai_descent_create(Relation rel, AiVisitSink sink, void *arg)
{
	AiDescent  *descent = palloc0(sizeof(AiDescent));

	descent->rel = rel;
	descent->nblocks = ai_fork_blocks(rel, MAIN_FORKNUM);
	descent->shape = ai_index_shape(rel, descent->nblocks);
	descent->sink = sink;
	descent->arg = arg;
	descent->run = CurrentMemoryContext;
	descent->scratch = AllocSetContextCreate(CurrentMemoryContext,
											 "way of a search",
											 ALLOCSET_DEFAULT_SIZES);
	descent->page = ai_page_create();
	initStringInfo(&descent->why);
	return descent;
}

/*
 * ai_descent_search - a search from the root begins
 */
void
ai_descent_search(AiDescent *descent)
{
	descent->search++;
	descent->search_steps = 0;
}

/*
 * ai_descent_flush - hand over the visit, if there is one
 */
void
ai_descent_flush(AiDescent *descent)
{
	if (!descent->pending)
		return;
	descent->pending = false;
	descent->sink(descent, &descent->visit, descent->arg);
}

/* A new visit, of the page that was read last. */
static void
start_visit(AiDescent *descent, const char *why)
{
	AiVisit    *visit = &descent->visit;

	visit->step = (uint32) descent->steps;
	visit->search = descent->search;
	resetStringInfo(&descent->why);
	appendStringInfoString(&descent->why, why);
	visit->why = descent->why.data;
	visit->itemoffset = InvalidOffsetNumber;
	visit->child = InvalidBlockNumber;
	visit->searched = false;
	visit->nmatches = 0;
	visit->details.n = 0;
	visit->problem = NULL;
	descent->pending = true;
}

/*
 * ai_descent_same_page - a further row about the page that was read last
 */
void
ai_descent_same_page(AiDescent *descent, const char *why)
{
	ai_descent_flush(descent);
	start_visit(descent, why);
}

/*
 * ai_descent_not_a_step - the page that was read last the executor has at hand
 * since an earlier step
 */
void
ai_descent_not_a_step(AiDescent *descent, uint32 step)
{
	descent->visit.step = step;
	descent->steps--;
	descent->search_steps--;
}

/*
 * ai_descent_read - read a page, and begin the row about it
 *
 * False where the way ends here: the block is not there, the page is not one
 * of the method's, or there were more pages than the index has.  All that was
 * made in the scratch context before is gone.
 */
bool
ai_descent_read(AiDescent *descent, BlockNumber blkno, const char *why)
{
	AiVisit    *visit = &descent->visit;
	AiIndexShape *shape = descent->shape;

	CHECK_FOR_INTERRUPTS();
	ai_descent_flush(descent);
	descent->steps++;
	descent->search_steps++;
	start_visit(descent, why);
	MemoryContextReset(descent->scratch);
	visit->blkno = blkno;
	visit->level = AI_NO_LEVEL;
	visit->page_kind = NULL;
	descent->nblocks = ai_fork_blocks(descent->rel, MAIN_FORKNUM);
	if (blkno >= descent->nblocks)
	{
		visit->problem = "the index has no such block";
		return false;
	}
	ai_page_read(descent->rel, MAIN_FORKNUM, blkno, descent->page);
	ai_decode_page_header(descent->page->image, shape->index.method,
						  &descent->header);
	shape->index.blkno = blkno;
	shape->index.nblocks = ai_index_end(descent->rel);
	ai_decode_index_page(&shape->index, descent->page->image,
						 &descent->header, &descent->what);
	visit->level = descent->what.level;
	visit->page_kind = descent->what.kind;
	visit->problem = descent->what.problem;
	if (descent->what.kind == NULL || descent->header.kind != shape->index.method)
	{
		if (visit->problem == NULL)
			visit->problem = descent->header.kind == AI_PAGE_NEW ?
				"the search comes to a page that was never filled" :
				"not a page of this index";
		return false;
	}
	if (descent->search_steps > (uint64) descent->nblocks + 1)
	{
		visit->problem = "links lead in a circle: more pages than the index has";
		return false;
	}
	return true;
}

/*
 * ai_descent_match - a heap address that the search finds on this page
 */
void
ai_descent_match(AiDescent *descent, const ItemPointerData *tid)
{
	AiVisit    *visit = &descent->visit;

	if (visit->nmatches >= visit->room)
	{
		visit->room = Max(64, visit->room * 2);
		visit->matches = visit->matches == NULL ?
			MemoryContextAlloc(descent->run, visit->room * sizeof(ItemPointerData)) :
			repalloc(visit->matches, visit->room * sizeof(ItemPointerData));
	}
	visit->searched = true;
	visit->matches[visit->nmatches++] = *tid;
}

/*
 * ai_descent_match_item - all heap addresses of an item
 */
void
ai_descent_match_item(AiDescent *descent, const AiIndexItem *item)
{
	AiTidWalk	walk;
	ItemPointerData tid;
	uint32		room = Min(item->tids.n, item->tids.len);

	descent->visit.searched = true;
	if (item->tids.form == AI_TIDS_NONE)
		return;
	ai_tid_walk_start(&walk, &item->tids);
	while (room-- > 0 && ai_tid_walk_next(&walk, descent->page->image, &tid))
		ai_descent_match(descent, &tid);
}

/*
 * ai_descent_item - line pointer offnum of the page, decoded
 *
 * For methods whose items are line pointers.  False where there is none.
 */
bool
ai_descent_item(AiDescent *descent, OffsetNumber offnum, AiIndexItem *item)
{
	AiIndexShape *shape = descent->shape;

	if (offnum < FirstOffsetNumber || offnum > descent->header.nitems)
		return false;
	item->itemoffset = offnum - 1;
	item->next = 0;
	return shape->method->item(&shape->index, descent->page->image,
							   &descent->header, &descent->what, item);
}

/*
 * ai_descent_datum - a value that an item holds, if every byte of it is sound
 *
 * Returns what stands in the way, or NULL.
 */
const char *
ai_descent_datum(AiDescent *descent, const AiIndexKey *key, Datum *datum)
{
	AiIndexShape *shape = descent->shape;
	const char *problem = NULL;
	AiPrinter  *printer;
	char	   *data;

	if (key->state != AI_KEY_VALUE || key->slot < 0)
		return key->stored.problem != NULL ? key->stored.problem :
			"value is not there";
	data = ai_stored_value(NULL, descent->page->image + key->stored.offset,
						   &key->stored, &problem);
	if (data == NULL)
		return problem;
	printer = ai_index_ready_printer(shape, &shape->printers[key->slot],
									 shape->desc, key->slot, descent->run);
	if (!ai_value_datum(printer, data, key->stored.raw_size,
						ai_page_unproven(descent->page), datum, &problem))
		return problem;
	return NULL;
}

/*
 * ai_descent_columns - the first n columns of an item that is an index tuple
 *
 * Returns what is wrong with one of them, or NULL.
 */
const char *
ai_descent_columns(AiDescent *descent, const AiIndexItem *item, int n,
				   AiColumnValue *values)
{
	AiIndexShape *shape = descent->shape;
	AiIndexKey *keys = shape->keys;
	int			found = shape->method->keys(&shape->index, descent->page->image,
											item, keys);

	for (int i = 0; i < n; i++)
	{
		const char *problem;

		values[i].truncated = values[i].isnull = false;
		values[i].value = (Datum) 0;
		if (i >= found)
			return "item has fewer columns than the search needs";
		if (keys[i].state == AI_KEY_TRUNCATED)
			values[i].truncated = true;
		else if (keys[i].state == AI_KEY_NULL)
			values[i].isnull = true;
		else if ((problem = ai_descent_datum(descent, &keys[i], &values[i].value)) != NULL)
			return problem;
	}
	return NULL;
}

/*
 * ai_descent_item_text - the key of an item, for a sentence
 */
char *
ai_descent_item_text(AiDescent *descent, const AiIndexItem *item)
{
	const char *problem;
	char	   *text = ai_index_print_key(descent->shape, descent->rel,
										  descent->page, item, descent->run,
										  &problem);

	return psprintf("(%s)", text == NULL ? "" : text);
}

/*
 * ai_descent_run - go the way of a method; what an operator class, or the
 * server on its behalf, gives as an error becomes the problem of the page
 *
 * Rows that were made stay.  Only a subtransaction gives back what was held
 * when the error came; it takes no transaction id.
 */
void
ai_descent_run(AiDescent *descent, void (*walk) (AiDescent *descent))
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(descent->scratch);
	PG_TRY();
	{
		walk(descent);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(descent->run);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (!descent->pending ||
			error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
			ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
			ReThrowError(error);
		descent->visit.problem = MemoryContextStrdup(descent->run, error->message);
	}
	PG_END_TRY();
}
