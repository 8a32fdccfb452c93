/*-------------------------------------------------------------------------
 *
 * toast.c
 *	  What is compressed or stored in the TOAST table, and why; the chunks.
 *
 * Nobody notes down why a value was compressed or moved.  It follows from the
 * rules of heap_toast_insert_or_update(), the column's strategy and the row as
 * it is: its width with all values plain, against the threshold.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "decode_heap.h"
#include "rows.h"
#include "toast_fetch.h"
#include "value.h"

#include "compat.h"

typedef struct ToastState
{
	TupleDesc	desc;
	AiAttribute *attrs;
	AiStored   *stored;
	int			nattrs;			/* up to the last varlena column */
	uint32		target;
	OffsetNumber lp;
	int			attnum;			/* 0 before the first of a tuple */
	AiHeapItem	item;
	const char *problem;
} ToastState;

static void
begin_values(AiRows *rows)
{
	ToastState *state = rows->state;

	if (rows->rel == NULL)
		return;
	state->desc = RelationGetDescr(rows->rel);
	state->attrs = ai_attributes_of(state->desc);
	state->stored = palloc0(sizeof(AiStored) * Max(1, state->desc->natts));
	for (int i = 0; i < state->desc->natts; i++)
	{
		if (state->attrs[i].len == -1)
			state->nattrs = i + 1;
	}
	state->target = RelationGetToastTupleTarget(rows->rel, TOAST_TUPLE_TARGET);
}

/* Is one of the tuple's varlenas compressed or external, or damaged? */
static bool
start_tuple(AiRows *rows)
{
	ToastState *state = rows->state;

	ai_decode_heap_item(ai_rows_page(rows), ai_rows_header(rows), state->lp,
						&state->item);
	state->attnum = 0;
	if (!state->item.can_walk ||
		(state->item.t_infomask & HEAP_HASVARWIDTH) == 0)
		return false;
	ai_decode_attributes(state->item.tuple, state->item.item.len, state->attrs,
						 state->nattrs, state->stored);
	return true;
}

/* The next value of the tuple that is worth a row. */
static bool
next_in_tuple(ToastState *state)
{
	while (state->attnum < state->nattrs)
	{
		const AiStored *stored = &state->stored[state->attnum++];

		if (stored->storage == AI_STORED_COMPRESSED ||
			stored->storage == AI_STORED_EXTERNAL ||
			(stored->problem != NULL && stored->storage != AI_STORED_UNREACHED))
			return true;
	}
	return false;
}

static bool
next_value(AiRows *rows)
{
	ToastState *state = rows->state;

	state->problem = NULL;
	for (;;)
	{
		if (state->lp > 0)
		{
			if (next_in_tuple(state))
				return true;
			while (state->lp < ai_rows_header(rows)->nitems)
			{
				state->lp++;
				if (start_tuple(rows) && next_in_tuple(state))
					return true;
			}
		}
		state->lp = 0;
		state->attnum = state->nattrs;

		/* nothing of such a table is ever toasted */
		if (state->nattrs == 0 || !ai_rows_advance(rows))
			return false;
		if (ai_rows_header(rows)->problem != NULL)
		{
			state->problem = ai_rows_header(rows)->problem;
			return true;
		}
		if (ai_rows_header(rows)->nitems > 0)
		{
			state->lp = 1;
			if (!start_tuple(rows))
				state->attnum = state->nattrs;
		}
	}
}

static const AiStored *
current(ToastState *state)
{
	return &state->stored[state->attnum - 1];
}

static Form_pg_attribute
attribute(ToastState *state)
{
	return TupleDescAttr(state->desc, state->attnum - 1);
}

/* The row's width if all of it were plain, without final alignment. */
static uint32
plain_width(ToastState *state)
{
	uint64		width = state->item.t_hoff;

	for (int i = 0; i < state->desc->natts; i++)
	{
		const AiStored *stored = &state->stored[i];

		if (i >= state->nattrs)
		{
			/* these were not walked, but are of fixed length */
			if (state->item.natts > i &&
				((state->item.t_infomask & HEAP_HASNULL) == 0 ||
				 (state->item.tuple->t_bits[i >> 3] & (1 << (i & 7)))))
				width = TYPEALIGN(state->attrs[i].alignby, width) +
					Max(state->attrs[i].len, 1);
		}
		else if (stored->storage == AI_STORED_COMPRESSED ||
				 stored->storage == AI_STORED_EXTERNAL)
			width = TYPEALIGN(state->attrs[i].alignby, width) +
				VARHDRSZ + stored->raw_size;
		else if (stored->storage != AI_STORED_NULL &&
				 stored->storage != AI_STORED_MISSING)
			width = (stored->storage == AI_STORED_SHORT ? width :
					 TYPEALIGN(state->attrs[i].alignby, width)) + stored->length;
	}
	return (uint32) Min(width, PG_UINT32_MAX);
}

static const char *
strategy_name(char attstorage)
{
	switch (attstorage)
	{
		case TYPSTORAGE_PLAIN:
			return "plain";
		case TYPSTORAGE_EXTERNAL:
			return "external";
		case TYPSTORAGE_EXTENDED:
			return "extended";
		case TYPSTORAGE_MAIN:
			return "main";
	}
	return NULL;
}

static Datum
get_tid(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;
	ItemPointer tid;

	tid = palloc(sizeof(ItemPointerData));
	ItemPointerSet(tid, (BlockNumber) rows->unit, state->lp);
	return PointerGetDatum(tid);
}

static Datum
get_attname(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;

	*isnull = state->lp == 0;
	return *isnull ? (Datum) 0 : NameGetDatum(&attribute(state)->attname);
}

static Datum
get_storage(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;

	*isnull = state->lp == 0;
	return *isnull ? (Datum) 0 :
		CStringGetTextDatum(ai_storage_name(current(state)->storage));
}

static Datum
get_strategy(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;
	const char *name = state->lp == 0 ? NULL :
		strategy_name(attribute(state)->attstorage);

	*isnull = name == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(name);
}

static Datum
get_compression(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;
	const char *name = state->lp == 0 ? NULL :
		ai_method_name(current(state)->method);

	*isnull = name == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(name);
}

static bool
has_sizes(ToastState *state)
{
	return state->lp > 0 && current(state)->problem == NULL;
}

static Datum
get_raw_size(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;

	*isnull = !has_sizes(state);
	return *isnull ? (Datum) 0 : Int32GetDatum(current(state)->raw_size);
}

/* What the value takes, wherever it is, without the pointer to it. */
static uint32
stored_size(const AiStored *stored)
{
	return stored->storage == AI_STORED_EXTERNAL ? stored->ext_size :
		stored->length;
}

static Datum
get_stored_size(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;

	*isnull = !has_sizes(state);
	return *isnull ? (Datum) 0 : Int32GetDatum(stored_size(current(state)));
}

static Datum
get_chunks(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;

	*isnull = !has_sizes(state);
	if (*isnull)
		return (Datum) 0;
	return Int32GetDatum(current(state)->storage == AI_STORED_EXTERNAL ?
						 ai_toast_nchunks(current(state)->ext_size) : 0);
}

static Datum
get_chunk_id(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;

	*isnull = !has_sizes(state) ||
		current(state)->storage != AI_STORED_EXTERNAL;
	return *isnull ? (Datum) 0 : ObjectIdGetDatum(current(state)->valueid);
}

static Datum
get_row_width(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;

	*isnull = state->lp == 0;
	return *isnull ? (Datum) 0 : Int32GetDatum(state->item.item.len);
}

static Datum
get_plain_width(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;

	*isnull = !has_sizes(state);
	return *isnull ? (Datum) 0 : Int64GetDatum(plain_width(state));
}

static Datum
get_threshold(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(TOAST_TUPLE_THRESHOLD);
}

/*
 * In words: which rule led here.
 */
static Datum
get_why(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;
	const AiStored *stored;
	char		attstorage;
	uint32		width;
	uint32		gain;
	StringInfoData s;

	*isnull = !has_sizes(state);
	if (*isnull)
		return (Datum) 0;
	stored = current(state);
	attstorage = attribute(state)->attstorage;
	width = plain_width(state);
	gain = stored->raw_size == 0 ? 0 :
		(uint32) (((uint64) stored_size(stored) * 100 + stored->raw_size / 2) /
				  stored->raw_size);
	initStringInfo(&s);

	if (width > TOAST_TUPLE_THRESHOLD)
		appendStringInfo(&s, "plain, the row would have %u bytes, over the threshold of %d",
						 width, (int) TOAST_TUPLE_THRESHOLD);
	else
		appendStringInfo(&s, "came like this from another row: plain, this one would have %u bytes, under the threshold of %d",
						 width, (int) TOAST_TUPLE_THRESHOLD);
	if (stored->method != AI_METHOD_NONE)
		appendStringInfo(&s, "; %s made it %u%% of its size",
						 ai_method_name(stored->method), gain);
	else if (attstorage == TYPSTORAGE_EXTERNAL)
		appendStringInfoString(&s, "; strategy external forbids compression");
	else
		appendStringInfoString(&s, "; compression gained nothing");

	if (stored->storage == AI_STORED_COMPRESSED)
		appendStringInfo(&s, "; that was enough, so it stayed in the row of %u bytes",
						 state->item.item.len);
	else if (attstorage == TYPSTORAGE_MAIN)
		appendStringInfoString(&s, "; strategy main lets it go only as the last resort, the row would not have fitted on a page");
	else if (stored->method != AI_METHOD_NONE && stored->ext_size > state->target)
		appendStringInfo(&s, "; alone still over the target of %u bytes, so it was moved out",
						 state->target);
	else
		appendStringInfo(&s, "; the widest left while the row was over the target of %u bytes, so it was moved out",
						 state->target);
	return PointerGetDatum(cstring_to_text_with_len(s.data, s.len));
}

static Datum
get_problem(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;
	const char *problem = state->problem;

	if (problem == NULL && state->lp > 0)
	{
		problem = current(state)->problem;
		if (problem == NULL && current(state)->storage == AI_STORED_EXTERNAL &&
			current(state)->toastrelid != rows->rel->rd_rel->reltoastrelid)
			problem = "TOAST pointer leads to another table";
	}
	*isnull = problem == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn value_columns[] = {
	{"tid", TIDOID, get_tid},
	{"attname", NAMEOID, get_attname},
	{"storage", TEXTOID, get_storage},
	{"strategy", TEXTOID, get_strategy},
	{"compression", TEXTOID, get_compression},
	{"raw_size", INT4OID, get_raw_size},
	{"stored_size", INT4OID, get_stored_size},
	{"chunks", INT4OID, get_chunks},
	{"chunk_id", OIDOID, get_chunk_id},
	{"row_width", INT4OID, get_row_width},
	{"plain_width", INT8OID, get_plain_width},
	{"threshold", INT4OID, get_threshold},
	{"why", TEXTOID, get_why},
	{"problem", TEXTOID, get_problem},
	{NULL}
};

/* A guess: of rows with varlena columns, a tenth is wide enough. */
static double
values_per_page(Relation rel)
{
	return OidIsValid(rel->rd_rel->reltoastrelid) ? 10 : 0.1;
}

/* arch_inspect.toast_values(regclass) */
AI_INSTRUMENT(toast_values,
			  .columns = value_columns, .begin = begin_values,
			  .next = next_value, .state_size = sizeof(ToastState),
			  .relation = AI_HEAP, .tier = AI_STRUCTURE,
			  .rows_per_unit = values_per_page);
