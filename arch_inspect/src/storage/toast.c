/*-------------------------------------------------------------------------
 *
 * toast.c
 *	  What is compressed or stored in the TOAST table, and why; the chunks.
 *
 * Nobody notes down why a value was compressed or moved, and the options that
 * ruled then may have been others.  So what is said is what the row shows
 * against the rules of heap_toast_insert_or_update() and the options of now,
 * and where the two don't agree, that they don't.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/toast_compression.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "decode/decode_heap.h"
#include "judge/toast_fetch.h"
#include "rows/rows.h"
#include "words/value.h"

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
	state->target = RelationGetToastTupleTarget(rows->rel,
												TOAST_TUPLE_TARGET);
}

/* Is one of the tuple's varlenas compressed or external, or damaged? */
static bool
start_values(AiRows *rows)
{
	ToastState *state = rows->state;

	ai_decode_heap_item(ai_rows_page(rows), ai_rows_header(rows), state->lp,
						&state->item);
	state->attnum = 0;
	if (!state->item.can_walk ||
		(state->item.t_infomask & HEAP_HASVARWIDTH) == 0)
		return false;
	ai_decode_attributes(state->item.tuple, state->item.item.len,
						 state->attrs,
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
			(stored->problem != NULL &&
			 stored->storage != AI_STORED_UNREACHED))
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
		if (state->lp > 0 && next_in_tuple(state))
			return true;

		/* nothing of such a table is ever toasted */
		if (state->nattrs == 0)
			return false;
		switch (ai_rows_walk(rows, &state->lp))
		{
			case AI_WALK_END:
				return false;
			case AI_WALK_PAGE:
				if (rows->header.problem != NULL)
				{
					state->problem = rows->header.problem;
					return true;
				}
				break;
			case AI_WALK_ITEM:
				if (!start_values(rows))
					state->attnum = state->nattrs;
				break;
		}
	}
}

static const AiStored *
current(ToastState *state)
{
	return &state->stored[state->attnum - 1];
}

static Form_pg_attribute
toast_attribute(ToastState *state)
{
	return TupleDescAttr(state->desc, state->attnum - 1);
}

/*
 * The row's width, without final alignment, if all of it were plain (only is
 * -1), or if the value of column number only were in the row, still
 * compressed where it is.
 */
static uint32
width_with(ToastState *state, int only)
{
	uint64		width = state->item.t_hoff;

	for (int i = 0; i < state->desc->natts; i++)
	{
		const AiStored *stored = &state->stored[i];
		uint32		by = state->attrs[i].alignby;
		bool		packed = stored->storage == AI_STORED_SHORT ||
			stored->storage == AI_STORED_EXTERNAL;
		uint64		length = stored->length;

		if (i >= state->nattrs)
		{
			/* these were not walked, but are of fixed length */
			if (state->item.natts <= i ||
				((state->item.t_infomask & HEAP_HASNULL) != 0 &&
				 (state->item.tuple->t_bits[i >> 3] & (1 << (i & 7))) == 0))
				continue;
			packed = false;
			length = Max(state->attrs[i].len, 1);
		}
		else if (stored->storage == AI_STORED_NULL ||
				 stored->storage == AI_STORED_MISSING)
			continue;
		else if (only < 0 ? stored->storage == AI_STORED_COMPRESSED ||
				 stored->storage == AI_STORED_EXTERNAL :
				 only == i && stored->storage == AI_STORED_EXTERNAL)
		{
			length = only < 0 ? stored->raw_size : stored->ext_size;
			/* a short one gets a short header, as heap_form_tuple() has it */
			packed = length + VARHDRSZ_SHORT <= VARATT_SHORT_MAX &&
				TupleDescAttr(state->desc,
							  i)->attstorage != TYPSTORAGE_PLAIN &&
				(only < 0 || stored->method == AI_METHOD_NONE);
			length += packed ? VARHDRSZ_SHORT : VARHDRSZ;
		}
		width = (packed ? width : TYPEALIGN(by, width)) + length;
	}
	return (uint32) Min(width, PG_UINT32_MAX);
}

static uint32
plain_width(ToastState *state)
{
	return width_with(state, -1);
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
toast_value_tid(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;
	ItemPointer tid;

	tid = palloc(sizeof(ItemPointerData));
	ItemPointerSet(tid, (BlockNumber) rows->unit, state->lp);
	return PointerGetDatum(tid);
}

AI_FIELD_OF_IF(toast_value_attname, ToastState *state = rows->state,
			   state->lp != 0,
			   NameGetDatum(&toast_attribute(state)->attname));
AI_FIELD_OF_IF(toast_value_storage, ToastState *state = rows->state,
			   state->lp != 0,
			   CStringGetTextDatum(ai_storage_name(current(state)->storage)));

static Datum
toast_value_strategy(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;
	const char *name = state->lp == 0 ? NULL :
		strategy_name(toast_attribute(state)->attstorage);

	*isnull = name == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(name);
}

static Datum
toast_value_compression(AiRows *rows, bool *isnull)
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

AI_FIELD_OF_IF(toast_value_raw_size, ToastState *state = rows->state,
			   has_sizes(state), Int32GetDatum(current(state)->raw_size));

/* What the value takes, wherever it is, without the pointer to it. */
static uint32
stored_size(const AiStored *stored)
{
	return stored->storage == AI_STORED_EXTERNAL ? stored->ext_size :
		stored->length;
}

AI_FIELD_OF_IF(toast_value_stored_size, ToastState *state = rows->state,
			   has_sizes(state), Int32GetDatum(stored_size(current(state))));

static Datum
toast_value_chunks(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;

	*isnull = !has_sizes(state);
	if (*isnull)
		return (Datum) 0;
	return Int32GetDatum(current(state)->storage == AI_STORED_EXTERNAL ?
						 ai_toast_nchunks(current(state)->ext_size) : 0);
}

AI_FIELD_OF_IF(toast_value_chunk_id, ToastState *state = rows->state,
			   has_sizes(state) &&
			   current(state)->storage == AI_STORED_EXTERNAL,
			   ObjectIdGetDatum(current(state)->valueid));
AI_FIELD_OF_IF(toast_value_row_width, ToastState *state = rows->state,
			   state->lp != 0, Int32GetDatum(state->item.item.len));
AI_FIELD_OF_IF(toast_value_plain_width, ToastState *state = rows->state,
			   has_sizes(state), Int64GetDatum(plain_width(state)));
AI_FIELD(toast_value_threshold, Int32GetDatum(TOAST_TUPLE_THRESHOLD));

/* Is there another value of the row in the TOAST table? */
static bool
has_other_external(ToastState *state)
{
	for (int i = 0; i < state->nattrs; i++)
		if (i != state->attnum - 1 &&
			state->stored[i].storage == AI_STORED_EXTERNAL)
			return true;
	return false;
}

/*
 * The part on the row's width: whether it alone made the server look for
 * something to compress or move.
 */
static void
why_looked_at(ToastState *state, StringInfo s)
{
	uint32		width = plain_width(state);

	appendStringInfo(s, "plain, this row version would have %u bytes, ",
					 width);
	if (width > TOAST_TUPLE_THRESHOLD)
		appendStringInfo(s, "over the threshold of %d",
						 (int) TOAST_TUPLE_THRESHOLD);
	else
	{
		appendStringInfo(s, "not over the threshold of %d: so the value came as it is from an earlier version of the row, or from another row",
						 (int) TOAST_TUPLE_THRESHOLD);
		/* a value that is out of line makes the server look at any row */
		if (width > state->target && has_other_external(state))
			appendStringInfoString(s, ", or another value that is out of line had the row looked at");
	}
}

/* The part on compression. */
static void
why_compressed(ToastState *state, StringInfo s)
{
	const AiStored *stored = current(state);
	Form_pg_attribute attr = toast_attribute(state);
	const char *strategy = strategy_name(attr->attstorage);

	if (stored->method == AI_METHOD_NONE)
	{
		if (attr->attstorage == TYPSTORAGE_EXTERNAL)
			appendStringInfoString(s, "; not compressed, as strategy external has it");
		else if (attr->attstorage == TYPSTORAGE_PLAIN)
			appendStringInfoString(s, "; not compressed");
		else
			appendStringInfoString(s, "; not compressed: it gained too little, or the strategy forbade it then");
		return;
	}
	appendStringInfo(s, "; %s made it %u%% of its size",
					 ai_method_name(stored->method),
					 stored->raw_size == 0 ? 0 :
					 (uint32) (((uint64) stored_size(stored) * 100 +
								stored->raw_size / 2) /
							   stored->raw_size));
	if (attr->attstorage == TYPSTORAGE_EXTERNAL ||
		attr->attstorage == TYPSTORAGE_PLAIN)
		appendStringInfo(s, ", which strategy %s, the column's now, does not do: it was compressed before that was set, or elsewhere",
						 strategy);
	else if (CompressionMethodIsValid(attr->attcompression) &&
			 attr->attcompression != stored->method)
		appendStringInfo(s, ", where the column's method now is %s: it was compressed before that was set, or elsewhere",
						 ai_method_name(attr->attcompression));
}

/* The part on a compressed value that is in the row. */
static void
why_in_row(AiRows *rows, StringInfo s)
{
	ToastState *state = rows->state;
	const AiStored *stored = current(state);
	uint32		width = state->item.item.len;

	if (width <= state->target)
		appendStringInfo(s, "; the row of %u bytes is not over the target of %u, so it could stay",
						 width, state->target);
	else if (toast_attribute(state)->attstorage == TYPSTORAGE_MAIN)
		appendStringInfo(s, "; the row of %u bytes is over the target of %u, but strategy main keeps it in the row as long as that fits on a page",
						 width, state->target);
	else if (toast_attribute(state)->attstorage == TYPSTORAGE_PLAIN)
		appendStringInfoString(s, "; strategy plain moves nothing out");
	else if (!OidIsValid(rows->rel->rd_rel->reltoastrelid))
		appendStringInfoString(s, "; the table has no TOAST table to move it to");
	else if (stored->length <= MAXALIGN(TOAST_POINTER_SIZE))
		appendStringInfo(s, "; the row of %u bytes is over the target of %u, but a value of %u bytes is too short to be moved",
						 width, state->target, stored->length);
	else if (width <= TOAST_TUPLE_THRESHOLD)
		appendStringInfo(s, "; the row of %u bytes is over the target of %u, but the server looks only at rows over the threshold",
						 width, state->target);
	else
		appendStringInfo(s, "; the row of %u bytes is over the target of %u, at which it would be moved out now: it was stored under other options",
						 width, state->target);
}

/* The part on a value that is in the TOAST table. */
static void
why_moved(ToastState *state, StringInfo s)
{
	const AiStored *stored = current(state);
	uint32		width = width_with(state, state->attnum - 1);
	uint32		page = TOAST_TUPLE_TARGET_MAIN;

	switch (toast_attribute(state)->attstorage)
	{
		case TYPSTORAGE_PLAIN:
			appendStringInfoString(s, "; strategy plain, the column's now, moves nothing out: it was moved before that was set");
			break;
		case TYPSTORAGE_MAIN:
			if (width > page)
				appendStringInfo(s, "; with it the row would have %u bytes and not fit on a page, where strategy main, too, moves it out",
								 width);
			else
				appendStringInfo(s, "; with it the row would have %u bytes and fit on a page, where strategy main, the column's now, keeps it in: it was moved out before that was set, or comes from a wider version of the row",
								 width);
			break;
		default:
			if (stored->ext_size + VARHDRSZ > state->target)
				appendStringInfo(s, "; alone it is over the target of %u bytes, at which values are moved out",
								 state->target);
			else if (width > state->target)
				appendStringInfo(s, "; with it the row would have %u bytes, over the target of %u, at which the widest values are moved out",
								 width, state->target);
			else
				appendStringInfo(s, "; with it the row would have %u bytes, not over the target of %u that holds now: it was moved out under another, or while wider values stood beside it",
								 width, state->target);
			break;
	}
}

/*
 * In words: what the row shows, and which rules lead there.
 *
 * Follows heap_toast_insert_or_update
 * (src/backend/access/heap/heaptoast.c, REL_19_STABLE)
 */
static Datum
toast_value_why(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;
	StringInfoData s;

	*isnull = !has_sizes(state);
	if (*isnull)
		return (Datum) 0;
	initStringInfo(&s);
	why_looked_at(state, &s);
	why_compressed(state, &s);
	if (current(state)->storage == AI_STORED_COMPRESSED)
		why_in_row(rows, &s);
	else
		why_moved(state, &s);
	return PointerGetDatum(cstring_to_text_with_len(s.data, s.len));
}

static Datum
toast_value_problem(AiRows *rows, bool *isnull)
{
	ToastState *state = rows->state;
	const char *problem = state->problem;

	if (problem == NULL && state->lp > 0)
	{
		problem = current(state)->problem;
		if (problem == NULL &&
			current(state)->storage == AI_STORED_EXTERNAL &&
			current(state)->toastrelid != rows->rel->rd_rel->reltoastrelid)
			problem = "TOAST pointer leads to another table";
	}
	*isnull = problem == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn value_columns[] = {
	{"tid", TIDOID, toast_value_tid},
	{"attname", NAMEOID, toast_value_attname},
	{"storage", TEXTOID, toast_value_storage},
	{"strategy", TEXTOID, toast_value_strategy},
	{"compression", TEXTOID, toast_value_compression},
	{"raw_size", INT4OID, toast_value_raw_size},
	{"stored_size", INT4OID, toast_value_stored_size},
	{"chunks", INT4OID, toast_value_chunks},
	{"chunk_id", OIDOID, toast_value_chunk_id},
	{"row_width", INT4OID, toast_value_row_width},
	{"plain_width", INT8OID, toast_value_plain_width},
	{"threshold", INT4OID, toast_value_threshold},
	{"why", TEXTOID, toast_value_why},
	{"problem", TEXTOID, toast_value_problem},
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
