/*-------------------------------------------------------------------------
 *
 * heap_visibility.c
 *	  For every tuple of a table: is it visible, is it removable, and why.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/itemptr.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "decode/decode_heap.h"
#include "judge/visibility.h"
#include "rows/rows.h"

typedef struct VisibilityState
{
	AiLook	   *look;
	OffsetNumber lp;			/* the current line pointer */
	const char *page_problem;
	bool		judged;
	AiHeapItem	item;
	AiVerdict	verdict;
	ItemPointerData tid;
} VisibilityState;

static void
begin_visibility(AiRows *rows)
{
	VisibilityState *state = rows->state;
	struct varlena *given = NULL;

	if (rows->rel == NULL)
		return;
	if (rows->nargs > 1 && !rows->args[1].isnull)
		given = (struct varlena *) DatumGetPointer(rows->args[1].value);
	state->look = ai_look_begin(rows->rel, GetActiveSnapshot(), given);
}

/*
 * The next tuple; a page that can't be read as a heap page has one row that
 * says so.
 */
static bool
next_judged(AiRows *rows)
{
	VisibilityState *state = rows->state;

	for (;;)
	{
		switch (ai_rows_walk(rows, &state->lp))
		{
			case AI_WALK_END:
				return false;
			case AI_WALK_PAGE:
				state->page_problem = rows->header.nitems == 0 ?
					rows->header.problem : NULL;
				if (state->page_problem)
					return true;
				break;
			case AI_WALK_ITEM:
				ai_decode_heap_item(ai_rows_page(rows), &rows->header,
									state->lp, &state->item);
				state->judged = false;
				if (state->item.item.flags == LP_NORMAL)
					return true;
				break;
		}
	}
}

/*
 * The verdict on the current tuple; NULL where there is nothing to judge.
 */
static AiVerdict *
judge(AiRows *rows)
{
	VisibilityState *state = rows->state;

	if (state->page_problem || !state->item.has_header)
		return NULL;
	if (!state->judged)
	{
		ai_look_tuple(state->look, state->item.tuple,
					  (BlockNumber) rows->unit,
					  state->lp, &state->verdict);
		state->judged = true;
	}
	return &state->verdict;
}

static Datum
heap_visibility_tid(AiRows *rows, bool *isnull)
{
	VisibilityState *state = rows->state;

	ItemPointerSet(&state->tid, (BlockNumber) rows->unit, state->lp);
	return PointerGetDatum(&state->tid);
}

AI_FIELD_OF_IF(heap_visibility_visible, AiVerdict *verdict = judge(rows),
			   verdict != NULL && verdict->known,
			   BoolGetDatum(verdict->visible));

static Datum
heap_visibility_removable(AiRows *rows, bool *isnull)
{
	VisibilityState *state = rows->state;
	AiVerdict  *verdict = judge(rows);

	*isnull = verdict == NULL || verdict->status.state == AI_TUPLE_UNKNOWN;
	if (*isnull)
		return (Datum) 0;
	return BoolGetDatum(verdict->status.removable ||
						ai_pruned_with_chain(state->look->scan,
											 ai_rows_page(rows),
											 &rows->header,
											 (BlockNumber) rows->unit,
											 &state->item, &verdict->status));
}

static Datum
heap_visibility_state(AiRows *rows, bool *isnull)
{
	AiVerdict  *verdict = judge(rows);

	return ai_text_or_null(verdict ?
						   ai_tuple_state_name(verdict->status.state) : NULL,
						isnull);
}

static Datum
heap_visibility_rule(AiRows *rows, bool *isnull)
{
	AiVerdict  *verdict = judge(rows);

	return ai_text_or_null(verdict ? ai_rule_name(verdict->rule) : NULL,
						   isnull);
}

static Datum
heap_visibility_evidence(AiRows *rows, bool *isnull)
{
	AiVerdict  *verdict = judge(rows);

	if (verdict && verdict->unsure)
		return ai_text_or_null("snapshot, which lists no subtransactions",
							   isnull);
	return ai_text_or_null(verdict ? ai_evidence_name(verdict->by) : NULL,
						   isnull);
}

AI_FIELD_OF_IF(heap_visibility_decided_by, AiVerdict *verdict = judge(rows),
			   verdict != NULL && TransactionIdIsValid(verdict->xid),
			   TransactionIdGetDatum(verdict->xid));

static Datum
heap_visibility_problem(AiRows *rows, bool *isnull)
{
	VisibilityState *state = rows->state;
	AiVerdict  *verdict = judge(rows);

	return ai_text_or_null(state->page_problem ? state->page_problem :
						state->item.problem ? state->item.problem :
						verdict ? verdict->status.problem : NULL, isnull);
}

static const AiColumn heap_visibility_columns[] = {
	{"tid", TIDOID, heap_visibility_tid},
	{"visible", BOOLOID, heap_visibility_visible},
	{"removable", BOOLOID, heap_visibility_removable},
	{"state", TEXTOID, heap_visibility_state},
	{"rule", TEXTOID, heap_visibility_rule},
	{"evidence", TEXTOID, heap_visibility_evidence},
	{"decided_by", XIDOID, heap_visibility_decided_by},
	{"problem", TEXTOID, heap_visibility_problem},
	{NULL}
};

/*
 * ai_heap_visibility - arch_inspect.heap_visibility(regclass, pg_snapshot)
 */
AI_INSTRUMENT(heap_visibility,
			  .columns = heap_visibility_columns,
			  .relation = AI_HEAP, .tier = AI_STRUCTURE,
			  .begin = begin_visibility, .next = next_judged,
			  .state_size = sizeof(VisibilityState),
			  .rows_per_unit = ai_rows_per_heap_page);
