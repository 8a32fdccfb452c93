/*-------------------------------------------------------------------------
 *
 * heap_tuples.c
 *	  Line pointers and tuple headers: of one heap page, or of all.
 *
 * A page that can't be read as a heap page is one row without a line pointer,
 * which says why; so is one whose checksum does not fit, before its items.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "decode/decode_heap.h"
#include "judge/tuple_status.h"
#include "rows/rows.h"
#include "words/heap_flags.h"

#include "compat.h"

typedef struct HeapTuples
{
	OffsetNumber lp;			/* the current one; 0 is the page itself */
	bool		decoded;
	bool		judged;
	AiItem		item;
	const HeapTupleHeaderData *tuple;	/* NULL: there is none */
	AiTupleStatus status;
	AiTupleScan *scan;
	AiHeapFlags *flags;
	Datum		lp_flags_words[4];
	Datum		state_words[AI_TUPLE_STATES];
	Datum		xid_words[AI_XID_LOCK_RELEASED + 1];
} HeapTuples;

static bool
heap_tuples_next(AiRows *rows)
{
	HeapTuples *state = rows->state;

	for (;;)
	{
		AiWalk		at = ai_rows_walk(rows, &state->lp);

		state->decoded = state->judged = false;
		if (at == AI_WALK_END)
			return false;
		if (at == AI_WALK_ITEM || ai_rows_page_problem(rows) != NULL)
			return true;
	}
}

/* The current item; NULL for the row that is about the page itself. */
static inline const AiItem *
current_item(AiRows *rows)
{
	HeapTuples *state = rows->state;

	if (state->lp == 0)
		return NULL;
	if (!state->decoded)
	{
		ai_decode_item(rows->page->image, &rows->header, state->lp,
					   &state->item);
		state->tuple = ai_item_tuple(rows->page->image, &state->item);
		state->decoded = true;
	}
	return &state->item;
}

/* Its tuple header, or NULL if there is none. */
static inline const HeapTupleHeaderData *
current_tuple(AiRows *rows)
{
	return current_item(rows) == NULL ? NULL :
		((HeapTuples *) rows->state)->tuple;
}

/* What the current tuple is, or NULL if there is none. */
static const AiTupleStatus *
current_status(AiRows *rows)
{
	HeapTuples *state = rows->state;
	const HeapTupleHeaderData *tuple = current_tuple(rows);

	if (tuple == NULL)
		return NULL;
	if (!state->judged)
	{
		if (state->scan == NULL)
		{
			MemoryContext old = MemoryContextSwitchTo(rows->context);

			state->scan = ai_tuple_scan_begin(rows->rel);
			MemoryContextSwitchTo(old);
		}
		ai_tuple_status(state->scan, tuple, (BlockNumber) rows->unit,
						state->lp, &state->status);
		state->judged = true;
	}
	return &state->status;
}

/* of the line pointer; of the tuple's header */
#define ITEM_FIELD(getter, value) \
	AI_FIELD_OF_IF(getter, const AiItem *item = current_item(rows), \
				   item != NULL, value)
#define TUPLE_FIELD(getter, value) \
	AI_FIELD_OF_IF(getter, \
				   const HeapTupleHeaderData *tuple = current_tuple(rows), \
				   tuple != NULL, value)

AI_FIELD(heap_tuples_blkno, Int64GetDatum((int64) rows->unit));
AI_FIELD_OF_IF(heap_tuples_lp, HeapTuples *state = rows->state,
			   state->lp != 0, Int32GetDatum(state->lp));
ITEM_FIELD(heap_tuples_lp_off, Int32GetDatum(item->off));

static Datum
heap_tuples_lp_flags(AiRows *rows, bool *isnull)
{
	HeapTuples *state = rows->state;
	const AiItem *item = current_item(rows);

	*isnull = item == NULL;
	if (item == NULL)
		return (Datum) 0;
	return ai_rows_word(rows, &state->lp_flags_words[item->flags & 3],
						ai_item_flags_name(item->flags));
}

ITEM_FIELD(heap_tuples_lp_len, Int32GetDatum(item->len));
AI_FIELD_OF_IF(heap_tuples_redirect_to,
			   const AiItem *item = current_item(rows),
			   item != NULL && item->flags == LP_REDIRECT,
			   Int32GetDatum(item->off));
TUPLE_FIELD(heap_tuples_t_xmin,
			TransactionIdGetDatum(tuple->t_choice.t_heap.t_xmin));
TUPLE_FIELD(heap_tuples_t_xmax,
			TransactionIdGetDatum(tuple->t_choice.t_heap.t_xmax));
TUPLE_FIELD(heap_tuples_t_cid,
			CommandIdGetDatum(tuple->t_choice.t_heap.t_field3.t_cid));
TUPLE_FIELD(heap_tuples_t_ctid, PointerGetDatum(&tuple->t_ctid));
TUPLE_FIELD(heap_tuples_t_infomask, Int32GetDatum(tuple->t_infomask));
TUPLE_FIELD(heap_tuples_t_infomask2, Int32GetDatum(tuple->t_infomask2));

static Datum
heap_tuples_flags(AiRows *rows, bool *isnull)
{
	HeapTuples *state = rows->state;
	const HeapTupleHeaderData *tuple = current_tuple(rows);

	*isnull = tuple == NULL;
	if (*isnull)
		return (Datum) 0;
	if (state->flags == NULL)
		state->flags = ai_heap_flags_create(rows->context);
	return ai_heap_flags(state->flags, tuple->t_infomask, tuple->t_infomask2);
}

TUPLE_FIELD(heap_tuples_t_hoff, Int32GetDatum(tuple->t_hoff));
TUPLE_FIELD(heap_tuples_natts,
			Int32GetDatum(tuple->t_infomask2 & HEAP_NATTS_MASK));

/* The word for a transaction's status; a t_xmax of 0 has none. */
static Datum
xid_word(AiRows *rows, AiXidStatus status, bool *isnull)
{
	HeapTuples *state = rows->state;
	const char *name = ai_xid_status_name(status);

	*isnull = name == NULL;
	return name == NULL ? (Datum) 0 :
		ai_rows_word(rows, &state->xid_words[status], name);
}

static Datum
heap_tuples_xmin_status(AiRows *rows, bool *isnull)
{
	const AiTupleStatus *status = current_status(rows);

	return xid_word(rows, status == NULL ? AI_XID_NONE : status->xmin,
					isnull);
}

static Datum
heap_tuples_xmax_status(AiRows *rows, bool *isnull)
{
	const AiTupleStatus *status = current_status(rows);

	return xid_word(rows, status == NULL ? AI_XID_NONE : status->xmax,
					isnull);
}

/* A dead line pointer is what is left of a dead version. */
static Datum
heap_tuples_state(AiRows *rows, bool *isnull)
{
	HeapTuples *state = rows->state;
	const AiTupleStatus *status = current_status(rows);
	AiTupleState word;

	if (status != NULL)
		word = status->state;
	else if (current_item(rows) != NULL && state->item.flags == LP_DEAD)
		word = AI_TUPLE_DEAD;
	else
	{
		*isnull = true;
		return (Datum) 0;
	}
	return ai_rows_word(rows, &state->state_words[word],
						ai_tuple_state_name(word));
}

/* What the header says of itself first, then what its transactions say. */
static Datum
heap_tuples_problem(AiRows *rows, bool *isnull)
{
	HeapTuples *state = rows->state;
	const char *problem;

	if (state->lp == 0)
		problem = ai_rows_page_problem(rows);
	else
	{
		AiHeapItem	item;

		ai_decode_heap_item(rows->page->image, &rows->header, state->lp,
							&item);
		problem = item.problem;
		if (problem == NULL && item.has_header)
			problem = current_status(rows)->problem;
	}
	*isnull = problem == NULL;
	return problem == NULL ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn heap_tuples_columns[] = {
	{"blkno", INT8OID, heap_tuples_blkno},
	{"lp", INT4OID, heap_tuples_lp},
	{"lp_off", INT4OID, heap_tuples_lp_off},
	{"lp_flags", TEXTOID, heap_tuples_lp_flags},
	{"lp_len", INT4OID, heap_tuples_lp_len},
	{"redirect_to", INT4OID, heap_tuples_redirect_to},
	{"t_xmin", XIDOID, heap_tuples_t_xmin},
	{"t_xmax", XIDOID, heap_tuples_t_xmax},
	{"t_cid", CIDOID, heap_tuples_t_cid},
	{"t_ctid", TIDOID, heap_tuples_t_ctid},
	{"t_infomask", INT4OID, heap_tuples_t_infomask},
	{"t_infomask2", INT4OID, heap_tuples_t_infomask2},
	{"flags", TEXTARRAYOID, heap_tuples_flags},
	{"t_hoff", INT4OID, heap_tuples_t_hoff},
	{"natts", INT4OID, heap_tuples_natts},
	{"xmin_status", TEXTOID, heap_tuples_xmin_status},
	{"xmax_status", TEXTOID, heap_tuples_xmax_status},
	{"state", TEXTOID, heap_tuples_state},
	{"problem", TEXTOID, heap_tuples_problem},
	{NULL}
};

/* arch_inspect.heap_page_items(regclass, bigint): one page */
AI_INSTRUMENT(heap_page_items,
			  .columns = heap_tuples_columns,
			  .relation = AI_HEAP | AI_SEQUENCE, .tier = AI_STRUCTURE,
			  .first_arg = 2, .last_arg = 2,
			  .next = heap_tuples_next, .state_size = sizeof(HeapTuples),
			  .rows_per_unit = ai_rows_per_heap_page);

/* arch_inspect.heap_tuples(regclass, bigint, bigint): many */
AI_INSTRUMENT(heap_tuples,
			  .columns = heap_tuples_columns,
			  .relation = AI_HEAP | AI_SEQUENCE, .tier = AI_STRUCTURE,
			  .first_arg = 2, .last_arg = 3,
			  .next = heap_tuples_next, .state_size = sizeof(HeapTuples),
			  .rows_per_unit = ai_rows_per_heap_page);
