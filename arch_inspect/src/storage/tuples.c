/*-------------------------------------------------------------------------
 *
 * tuples.c
 *	  Tuples attribute by attribute: where each lies, how it is stored, what
 *	  it says.
 *
 * A value is fetched, decompressed and printed only where its column is asked
 * for, and only for who may see values.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "decode/decode_heap.h"
#include "judge/toast_fetch.h"
#include "rows/rows.h"
#include "words/value.h"

#include "compat.h"

typedef struct TuplesState
{
	TupleDesc	desc;
	int			natts;
	AiAttribute *attrs;
	AiStored   *stored;
	AiPrinter  *printers;		/* made ready when first needed */
	AiTypes    *types;
	AiToast    *toast;
	bool		toast_open;		/* it was looked for */
	bool		may_see_values;

	/* the tuple */
	OffsetNumber only;			/* of one tuple: its line pointer, else 0 */
	OffsetNumber lp;
	AiHeapItem	item;
	const char *tuple_problem;	/* of the tuple as a whole */

	/* the attribute, 0 where only tuple_problem is to say */
	int			attnum;
	bool		printed;
	char	   *value;
	const char *value_problem;
	bytea	   *raw;			/* room for the longest */
} TuplesState;

/* What a run needs; rows->rel is open. */
static void
prepare(AiRows *rows)
{
	TuplesState *state = rows->state;

	state->desc = RelationGetDescr(rows->rel);
	state->natts = state->desc->natts;
	state->attrs = ai_attributes_of(state->desc);
	state->stored = palloc0(sizeof(AiStored) * Max(1, state->natts));
	state->printers = palloc0(sizeof(AiPrinter) * Max(1, state->natts));
	state->types = ai_types_create();
	state->may_see_values = ai_has_rights(RelationGetRelid(rows->rel),
										  AI_VALUES);
}

static void
begin_all(AiRows *rows)
{
	if (rows->rel != NULL)
		prepare(rows);
}

static void
begin_one(AiRows *rows)
{
	TuplesState *state = rows->state;
	ItemPointer tid = (ItemPointer) DatumGetPointer(rows->args[1].value);
	BlockNumber blkno = ItemPointerGetBlockNumberNoCheck(tid);

	rows->rel = ai_open_relation(DatumGetObjectId(rows->args[0].value),
								 AI_STRUCTURE, AI_HEAP);
	rows->forknum = MAIN_FORKNUM;
	ai_check_block(rows->rel, ai_fork_blocks(rows->rel, MAIN_FORKNUM), blkno);
	state->only = ItemPointerGetOffsetNumberNoCheck(tid);
	if (state->only == InvalidOffsetNumber)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no line pointer 0"),
				 errdetail("Line pointers are numbered from 1.")));
	prepare(rows);
	ai_rows_range(rows, blkno, (uint64) blkno + 1);
}

static void
end(AiRows *rows)
{
	TuplesState *state = rows->state;

	ai_toast_close(state->toast);
	state->toast = NULL;
}

/* A row that says nothing but what is wrong. */
static bool
only_problem(TuplesState *state, const char *problem)
{
	state->attnum = 0;
	state->tuple_problem = problem;
	return true;
}

/*
 * Go to the line pointer state->lp; false if there is nothing to show of it.
 */
static bool
start_attributes(AiRows *rows)
{
	TuplesState *state = rows->state;

	ai_decode_heap_item(ai_rows_page(rows), ai_rows_header(rows), state->lp,
						&state->item);
	state->tuple_problem = state->item.problem;
	if (!state->item.can_walk)
	{
		state->attnum = 0;
		return state->tuple_problem != NULL;
	}

	state->tuple_problem = NULL;
	ai_decode_attributes(state->item.tuple, state->item.item.len,
						 state->attrs,
						 state->natts, state->stored);
	if (state->item.natts > state->natts)
		return only_problem(state, "tuple has more attributes than the table has columns");
	state->attnum = 1;
	return state->natts > 0;
}

/* Go to the first attribute of the next tuple, or to a problem. */
static bool
next_of_other_tuple(AiRows *rows)
{
	TuplesState *state = rows->state;

	for (;;)
	{
		/* one tuple only, and it was shown */
		if (state->only > 0 && state->lp == state->only)
			return false;
		switch (ai_rows_walk(rows, &state->lp))
		{
			case AI_WALK_END:
				return false;
			case AI_WALK_PAGE:
				if (rows->header.problem != NULL)
					return only_problem(state, rows->header.problem);
				if (state->only > rows->header.nitems)
				{
					state->lp = state->only;
					return only_problem(state, "line pointer does not exist");
				}
				if (state->only > 0)
					state->lp = state->only - 1;
				break;
			case AI_WALK_ITEM:
				if (start_attributes(rows))
					return true;
				break;
		}
	}
}

static bool
next_attribute(AiRows *rows)
{
	TuplesState *state = rows->state;

	state->printed = false;
	if (state->attnum > 0 && state->attnum < state->natts)
	{
		state->attnum++;
		return true;
	}
	return next_of_other_tuple(rows);
}

/*
 * The same, but a row a tuple.
 */
static bool
next_tuple_data(AiRows *rows)
{
	TuplesState *state = rows->state;

	state->printed = false;
	return next_of_other_tuple(rows);
}

static Form_pg_attribute
current_attribute(TuplesState *state)
{
	return TupleDescAttr(state->desc, state->attnum - 1);
}

static AiStored *
current_stored(TuplesState *state)
{
	return &state->stored[state->attnum - 1];
}

/* Why nothing proves the bytes of a value, or NULL: see value.c. */
static const char *
unproven(AiRows *rows, const AiStored *stored)
{
	TuplesState *state = rows->state;
	const char *reason = ai_page_unproven(rows->page);

	if (reason == NULL && stored->storage == AI_STORED_EXTERNAL)
		reason = state->toast->unproven;
	return reason;
}

/* The value of a column that is younger than the tuple. */
static void
print_missing(TuplesState *state, AiPrinter *printer)
{
	bool		isnull;
	Datum		datum = getmissingattr(state->desc, state->attnum, &isnull);

	if (!isnull)
		state->value = ai_print_datum(printer, datum, &state->value_problem);
}

/*
 * Print the current attribute, once: state->value and state->value_problem.
 */
static void
print_attribute(AiRows *rows)
{
	TuplesState *state = rows->state;
	AiStored   *stored = current_stored(state);
	AiPrinter  *printer = &state->printers[state->attnum - 1];
	const char *at = (const char *) state->item.tuple + stored->offset;
	char	   *data;

	if (state->printed)
		return;
	state->printed = true;
	state->value = NULL;
	state->value_problem = NULL;
	if (current_attribute(state)->attisdropped || stored->problem != NULL ||
		stored->storage == AI_STORED_NULL || !state->may_see_values)
		return;

	if (!printer->ready || !state->toast_open)
	{
		MemoryContext old = MemoryContextSwitchTo(rows->context);

		if (!printer->ready)
			ai_printer_init(printer, state->types, state->desc,
							state->attnum);
		if (!state->toast_open && stored->storage == AI_STORED_EXTERNAL)
		{
			state->toast = ai_toast_open(rows->rel);
			state->toast_open = true;
			state->may_see_values = ai_has_rights(RelationGetRelid(rows->rel),
												  AI_VALUES);
		}
		MemoryContextSwitchTo(old);
		if (!state->may_see_values)
			return;
	}
	if (stored->storage == AI_STORED_MISSING)
	{
		print_missing(state, printer);
		return;
	}
	data = ai_stored_value(state->toast, at, stored, &state->value_problem);
	if (data != NULL)
		state->value = ai_print_value(printer, data, stored->raw_size,
									  unproven(rows, stored),
									  &state->value_problem);
}

AI_FIELD(tuples_blkno, Int64GetDatum((int64) rows->unit));
AI_FIELD_OF_IF(tuples_lp, TuplesState *state = rows->state, state->lp != 0,
			   Int32GetDatum(state->lp));
AI_FIELD_OF_IF(tuples_attnum, TuplesState *state = rows->state,
			   state->attnum != 0, Int32GetDatum(state->attnum));
AI_FIELD_OF_IF(tuples_attname, TuplesState *state = rows->state,
			   state->attnum != 0,
			   NameGetDatum(&current_attribute(state)->attname));
AI_FIELD_OF_IF(tuples_atttypid, TuplesState *state = rows->state,
			   state->attnum != 0 && !current_attribute(state)->attisdropped,
			   ObjectIdGetDatum(current_attribute(state)->atttypid));

/* Is the current attribute one that has bytes in the tuple? */
static bool
stored_has_bytes(TuplesState *state)
{
	return state->attnum > 0 &&
		current_stored(state)->storage != AI_STORED_NULL &&
		current_stored(state)->storage != AI_STORED_MISSING &&
		current_stored(state)->storage != AI_STORED_UNREACHED;
}

AI_FIELD_OF_IF(tuples_offset, TuplesState *state = rows->state,
			   stored_has_bytes(state),
			   Int32GetDatum(current_stored(state)->offset));

static Datum
tuples_length(AiRows *rows, bool *isnull)
{
	TuplesState *state = rows->state;

	/* a damaged one may have no length that could be told */
	*isnull = !stored_has_bytes(state) || current_stored(state)->length == 0;
	return *isnull ? (Datum) 0 : Int32GetDatum(current_stored(state)->length);
}

AI_FIELD_OF_IF(tuples_padding, TuplesState *state = rows->state,
			   stored_has_bytes(state),
			   Int32GetDatum(current_stored(state)->padding));

static Datum
tuples_storage(AiRows *rows, bool *isnull)
{
	TuplesState *state = rows->state;
	const char *name = NULL;

	if (state->attnum > 0)
		name = current_attribute(state)->attisdropped ? "dropped" :
			arch_attribute_is_virtual(current_attribute(state)) ? "virtual" :
			ai_storage_name(current_stored(state)->storage);
	*isnull = name == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(name);
}

static Datum
tuples_compression(AiRows *rows, bool *isnull)
{
	TuplesState *state = rows->state;
	const char *name = NULL;

	if (stored_has_bytes(state))
		name = ai_method_name(current_stored(state)->method);
	*isnull = name == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(name);
}

AI_FIELD_OF_IF(tuples_raw_size, TuplesState *state = rows->state,
			   stored_has_bytes(state) &&
			   current_stored(state)->problem == NULL,
			   Int32GetDatum(current_stored(state)->raw_size));

/* In memory of the run, for that of a row costs more than what is copied. */
static Datum
tuples_raw(AiRows *rows, bool *isnull)
{
	TuplesState *state = rows->state;
	AiStored   *stored;

	*isnull = !stored_has_bytes(state) || !state->may_see_values ||
		current_stored(state)->length == 0;
	if (*isnull)
		return (Datum) 0;
	stored = current_stored(state);
	if (state->raw == NULL)
		state->raw = ai_rows_alloc(rows, VARHDRSZ + BLCKSZ);
	SET_VARSIZE(state->raw, VARHDRSZ + stored->length);
	memcpy(VARDATA(state->raw),
		   (const char *) state->item.tuple + stored->offset,
		   stored->length);
	return PointerGetDatum(state->raw);
}

static Datum
tuples_value(AiRows *rows, bool *isnull)
{
	TuplesState *state = rows->state;

	if (state->attnum > 0)
		print_attribute(rows);
	*isnull = state->attnum == 0 || state->value == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(state->value);
}

/* the place of "value" among the columns */
#define VALUE_COLUMN	12

static Datum
tuples_problem(AiRows *rows, bool *isnull)
{
	TuplesState *state = rows->state;
	const char *problem = state->tuple_problem;

	if (problem == NULL && state->attnum > 0)
	{
		problem = current_stored(state)->problem;
		if (problem == NULL && rows->wanted[VALUE_COLUMN])
		{
			print_attribute(rows);
			problem = state->value_problem;
		}
	}
	*isnull = problem == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn attribute_columns[] = {
	{"blkno", INT8OID, tuples_blkno},
	{"lp", INT4OID, tuples_lp},
	{"attnum", INT4OID, tuples_attnum},
	{"attname", NAMEOID, tuples_attname},
	{"atttypid", REGTYPEOID, tuples_atttypid},
	{"offset", INT4OID, tuples_offset},
	{"length", INT4OID, tuples_length},
	{"padding", INT4OID, tuples_padding},
	{"storage", TEXTOID, tuples_storage},
	{"compression", TEXTOID, tuples_compression},
	{"raw_size", INT4OID, tuples_raw_size},
	{"raw", BYTEAOID, tuples_raw},
	[VALUE_COLUMN] = {"value", TEXTOID, tuples_value},
	{"problem", TEXTOID, tuples_problem},
	{NULL}
};

/*
 * All attributes of a tuple as an array of byteas: built in place, because a
 * copy of each would cost more than to find it.
 */
static Datum
tuples_attrs(AiRows *rows, bool *isnull)
{
	TuplesState *state = rows->state;
	int			natts = state->natts;
	bool		nulls = false;
	Size		overhead;
	Size		size;
	ArrayType  *array;
	char	   *at;

	*isnull = state->attnum == 0 || !state->may_see_values;
	if (*isnull)
		return (Datum) 0;
	if (natts == 0)
		return PointerGetDatum(construct_empty_array(BYTEAOID));

	overhead = ARR_OVERHEAD_WITHNULLS(1, natts);
	size = overhead;
	for (state->attnum = 1; state->attnum <= natts; state->attnum++)
	{
		if (stored_has_bytes(state) && current_stored(state)->length > 0)
			size += INTALIGN(VARHDRSZ + current_stored(state)->length);
		else
			nulls = true;
	}
	array = palloc0(size);
	array->ndim = 1;
	array->elemtype = BYTEAOID;
	ARR_DIMS(array)[0] = natts;
	ARR_LBOUND(array)[0] = 1;
	array->dataoffset = nulls ? overhead : 0;
	at = ARR_DATA_PTR(array);
	for (state->attnum = 1; state->attnum <= natts; state->attnum++)
	{
		const AiStored *stored = current_stored(state);

		if (!stored_has_bytes(state) || stored->length == 0)
			continue;
		if (nulls)
			ARR_NULLBITMAP(array)[(state->attnum - 1) >> 3] |= 1 <<
				((state->attnum - 1) & 7);
		SET_VARSIZE(at, VARHDRSZ + stored->length);
		memcpy(at + VARHDRSZ,
			   (const char *) state->item.tuple + stored->offset,
			   stored->length);
		at += INTALIGN(VARHDRSZ + stored->length);
	}
	SET_VARSIZE(array, at - (char *) array);
	state->attnum = natts;
	return PointerGetDatum(array);
}

/* All values of a tuple as text. */
static Datum
tuples_values(AiRows *rows, bool *isnull)
{
	TuplesState *state = rows->state;
	int			natts = state->natts;
	Datum	   *elems;
	bool	   *nulls;
	int			lbound = 1;

	*isnull = state->attnum == 0 || !state->may_see_values;
	if (*isnull)
		return (Datum) 0;
	elems = palloc(sizeof(Datum) * Max(1, natts));
	nulls = palloc(sizeof(bool) * Max(1, natts));
	for (state->attnum = 1; state->attnum <= natts; state->attnum++)
	{
		state->printed = false;
		print_attribute(rows);
		nulls[state->attnum - 1] = state->value == NULL;
		if (state->value != NULL)
			elems[state->attnum - 1] = CStringGetTextDatum(state->value);
	}
	state->attnum = natts;
	return PointerGetDatum(construct_md_array(elems, nulls, 1, &natts,
											  &lbound,
											  TEXTOID, -1, false,
											  TYPALIGN_INT));
}

/* The first problem of a tuple or of one of its attributes. */
static Datum
tuples_first_problem(AiRows *rows, bool *isnull)
{
	TuplesState *state = rows->state;
	const char *problem = state->tuple_problem;

	for (int i = 0; problem == NULL && state->attnum > 0 &&
		 i < state->natts; i++)
		problem = state->stored[i].problem;
	*isnull = problem == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn tuple_columns[] = {
	{"blkno", INT8OID, tuples_blkno},
	{"lp", INT4OID, tuples_lp},
	{"attrs", BYTEAARRAYOID, tuples_attrs},
	{"values", TEXTARRAYOID, tuples_values},
	{"problem", TEXTOID, tuples_first_problem},
	{NULL}
};

static double
attributes_per_page(Relation rel)
{
	return ai_rows_per_heap_page(rel) * RelationGetNumberOfAttributes(rel);
}

/* arch_inspect.tuple_attributes(regclass, tid): one tuple */
AI_INSTRUMENT(tuple_attributes,
			  .columns = attribute_columns, .begin = begin_one,
			  .next = next_attribute,
			  .end = end, .state_size = sizeof(TuplesState));

/* arch_inspect.heap_attributes(regclass, bigint, bigint): all tuples */
AI_INSTRUMENT(heap_attributes,
			  .columns = attribute_columns, .begin = begin_all,
			  .next = next_attribute,
			  .end = end, .state_size = sizeof(TuplesState),
			  .relation = AI_HEAP, .tier = AI_STRUCTURE,
			  .first_arg = 2, .last_arg = 3,
			  .rows_per_unit = attributes_per_page, .serial = true);

/* arch_inspect.heap_tuple_data(regclass, bigint, bigint): a row a tuple */
AI_INSTRUMENT(heap_tuple_data,
			  .columns = tuple_columns, .begin = begin_all,
			  .next = next_tuple_data,
			  .end = end, .state_size = sizeof(TuplesState),
			  .relation = AI_HEAP, .tier = AI_STRUCTURE,
			  .first_arg = 2, .last_arg = 3,
			  .rows_per_unit = ai_rows_per_heap_page, .serial = true);
