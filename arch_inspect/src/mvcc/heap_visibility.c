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
	OffsetNumber nitems;
	const char *page_problem;
	bool		judged;
	AiHeapItem	item;
	AiVerdict	verdict;
	ItemPointerData tid;
} VisibilityState;

static void
begin(AiRows *rows)
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
next_tuple(AiRows *rows)
{
	VisibilityState *state = rows->state;

	for (;;)
	{
		const AiPageHeader *header;

		while (state->lp < state->nitems)
		{
			const char *page = ai_rows_page(rows);

			state->lp++;
			if (((const PageHeaderData *) page)->pd_linp[state->lp - 1].lp_flags != LP_NORMAL)
				continue;
			ai_decode_heap_item(page, &rows->header, state->lp, &state->item);
			state->judged = false;
			return true;
		}

		if (!ai_rows_advance(rows))
			return false;
		header = ai_rows_header(rows);
		state->lp = 0;
		state->nitems = header->nitems;
		state->page_problem = NULL;
		if (header->problem && header->nitems == 0)
		{
			state->page_problem = header->problem;
			return true;
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
		ai_look_tuple(state->look, state->item.tuple, (BlockNumber) rows->unit,
					  state->lp, &state->verdict);
		state->judged = true;
	}
	return &state->verdict;
}

static Datum
get_tid(AiRows *rows, bool *isnull)
{
	VisibilityState *state = rows->state;

	ItemPointerSet(&state->tid, (BlockNumber) rows->unit, state->lp);
	return PointerGetDatum(&state->tid);
}

static Datum
get_visible(AiRows *rows, bool *isnull)
{
	AiVerdict  *verdict = judge(rows);

	*isnull = verdict == NULL || !verdict->known;
	return BoolGetDatum(verdict != NULL && verdict->visible);
}

static Datum
get_removable(AiRows *rows, bool *isnull)
{
	VisibilityState *state = rows->state;
	AiVerdict  *verdict = judge(rows);

	*isnull = verdict == NULL || verdict->status.state == AI_TUPLE_UNKNOWN;
	if (*isnull)
		return (Datum) 0;
	return BoolGetDatum(verdict->status.removable ||
						ai_pruned_with_chain(state->look->scan, ai_rows_page(rows),
											 &rows->header, (BlockNumber) rows->unit,
											 &state->item, &verdict->status));
}

static inline Datum
text_or_null(const char *string, bool *isnull)
{
	*isnull = string == NULL;
	return string ? CStringGetTextDatum(string) : (Datum) 0;
}

static Datum
get_state(AiRows *rows, bool *isnull)
{
	AiVerdict  *verdict = judge(rows);

	return text_or_null(verdict ? ai_tuple_state_name(verdict->status.state) : NULL,
						isnull);
}

static Datum
get_rule(AiRows *rows, bool *isnull)
{
	AiVerdict  *verdict = judge(rows);

	return text_or_null(verdict ? ai_rule_name(verdict->rule) : NULL, isnull);
}

static Datum
get_evidence(AiRows *rows, bool *isnull)
{
	AiVerdict  *verdict = judge(rows);

	if (verdict && verdict->unsure)
		return text_or_null("snapshot, which lists no subtransactions", isnull);
	return text_or_null(verdict ? ai_evidence_name(verdict->by) : NULL, isnull);
}

static Datum
get_decided_by(AiRows *rows, bool *isnull)
{
	AiVerdict  *verdict = judge(rows);

	*isnull = verdict == NULL || !TransactionIdIsValid(verdict->xid);
	return *isnull ? (Datum) 0 : TransactionIdGetDatum(verdict->xid);
}

static Datum
get_problem(AiRows *rows, bool *isnull)
{
	VisibilityState *state = rows->state;
	AiVerdict  *verdict = judge(rows);

	return text_or_null(state->page_problem ? state->page_problem :
						state->item.problem ? state->item.problem :
						verdict ? verdict->status.problem : NULL, isnull);
}

static const AiColumn columns[] = {
	{"tid", TIDOID, get_tid},
	{"visible", BOOLOID, get_visible},
	{"removable", BOOLOID, get_removable},
	{"state", TEXTOID, get_state},
	{"rule", TEXTOID, get_rule},
	{"evidence", TEXTOID, get_evidence},
	{"decided_by", XIDOID, get_decided_by},
	{"problem", TEXTOID, get_problem},
	{NULL}
};

static double
rows_per_block(Relation rel)
{
	double		tuples = rel->rd_rel->reltuples;
	double		pages = rel->rd_rel->relpages;

	return tuples > 0 && pages > 0 ? tuples / pages : 60;
}

/*
 * ai_heap_visibility - arch_inspect.heap_visibility(regclass, pg_snapshot)
 */
AI_INSTRUMENT(heap_visibility,
			  .columns = columns,
			  .relation = AI_HEAP, .tier = AI_STRUCTURE,
			  .begin = begin, .next = next_tuple,
			  .state_size = sizeof(VisibilityState),
			  .rows_per_unit = rows_per_block);
