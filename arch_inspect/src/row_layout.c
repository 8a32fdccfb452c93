/*-------------------------------------------------------------------------
 *
 * row_layout.c
 *	  How the columns lie in a table's rows, and how they would lie best.
 *
 * The rows themselves are measured, with their nulls and short headers: all of
 * them in a table of up to SAMPLE_PAGES pages, else those on so many pages
 * spread evenly over it.  Every row is laid out anew in the proposed order, so
 * that what is said to be saved is what CREATE TABLE AS in that order saves.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "decode_heap.h"
#include "rows.h"
#include "tuple_status.h"
#include "value.h"

#include "compat.h"

#define SAMPLE_PAGES	2048

typedef struct ColumnSums
{
	double		present;		/* rows that have bytes of it */
	double		length;
	double		padding;
	double		best_padding;
} ColumnSums;

typedef struct LayoutState
{
	TupleDesc	desc;
	AiAttribute *attrs;
	AiStored   *stored;
	int		   *order;			/* proposed: attribute index by place */
	int		   *place;			/* place by attribute index; -1: none */
	ColumnSums *sums;
	double		pages;
	double		rows;
	double		width;			/* aligned lengths of the rows */
	double		best_width;
	double		all_rows;		/* in the table, reckoned from the sample */
} LayoutState;

/*
 * Should column a come before column b?  Where all have their natural size,
 * falling alignment leaves no gap at all; a size that is no multiple of the
 * alignment comes last of its kind; varlenas, which with short headers need no
 * alignment, come at the end.
 */
static bool
comes_before(const AiAttribute *a, const AiAttribute *b)
{
	bool		a_fixed = a->len > 0;
	bool		b_fixed = b->len > 0;
	bool		a_odd = a_fixed && a->len % a->alignby != 0;
	bool		b_odd = b_fixed && b->len % b->alignby != 0;

	if (a_fixed != b_fixed)
		return a_fixed;
	if (a->alignby != b->alignby)
		return a->alignby > b->alignby;
	return b_odd && !a_odd;
}

/* Insertion sort: stable, so that columns keep their order where it can stay. */
static void
propose(LayoutState *state)
{
	int			n = 0;

	for (int i = 0; i < state->desc->natts; i++)
	{
		int			at = n;

		state->place[i] = -1;
		if (TupleDescAttr(state->desc, i)->attisdropped)
			continue;
		while (at > 0 && comes_before(&state->attrs[i],
									  &state->attrs[state->order[at - 1]]))
		{
			state->order[at] = state->order[at - 1];
			at--;
		}
		state->order[at] = i;
		n++;
	}
	for (int i = 0; i < n; i++)
		state->place[state->order[i]] = i;
}

/* Keep the columns as they are: nothing else was better. */
static void
propose_nothing(LayoutState *state)
{
	int			n = 0;

	for (int i = 0; i < state->desc->natts; i++)
	{
		state->sums[i].best_padding = state->sums[i].padding;
		if (!TupleDescAttr(state->desc, i)->attisdropped)
			state->place[i] = n++;
	}
	state->best_width = state->width;
}

static bool
has_bytes(const AiStored *stored)
{
	return stored->storage != AI_STORED_NULL &&
		stored->storage != AI_STORED_MISSING;
}

/* A sound row: measure it as it is and as it would be. */
static void
measure(LayoutState *state, const AiHeapItem *item)
{
	uint32		off = item->t_hoff;
	int			n = 0;

	for (int i = 0; i < state->desc->natts; i++)
	{
		if (state->place[i] >= 0)
			n++;
		if (!has_bytes(&state->stored[i]))
			continue;
		state->sums[i].present++;
		state->sums[i].length += state->stored[i].length;
		state->sums[i].padding += state->stored[i].padding;
	}
	for (int place = 0; place < n; place++)
	{
		int			i = state->order[place];
		const AiStored *stored = &state->stored[i];
		uint32		by = state->attrs[i].alignby;
		uint32		padding;

		if (!has_bytes(stored))
			continue;
		/* one-byte headers, TOAST pointers too, start anywhere */
		if (stored->storage == AI_STORED_SHORT ||
			stored->storage == AI_STORED_EXTERNAL)
			by = 1;
		padding = (by - off % by) % by;
		state->sums[i].best_padding += padding;
		off += padding + stored->length;
	}
	state->rows++;
	state->width += MAXALIGN(item->item.len);
	state->best_width += MAXALIGN(off);
}

/* Measure the rows that live on a page. */
static void
measure_page(AiRows *rows, AiTupleScan *scan, AiPage *page, BlockNumber blkno)
{
	LayoutState *state = rows->state;
	AiPageHeader header;
	AiHeapItem	item;
	AiTupleStatus status;

	ai_page_read(rows->rel, MAIN_FORKNUM, blkno, page);
	ai_decode_page_header(page->image, AI_PAGE_HEAP, &header);
	state->pages++;
	for (OffsetNumber lp = 1; lp <= header.nitems; lp++)
	{
		ai_decode_heap_item(page->image, &header, lp, &item);
		if (!item.can_walk)
			continue;
		ai_tuple_status(scan, item.tuple, blkno, lp, &status);
		if (status.state != AI_TUPLE_LIVE && status.state != AI_TUPLE_LOCKED &&
			status.state != AI_TUPLE_UPDATING && status.state != AI_TUPLE_DELETING)
			continue;
		if (ai_decode_attributes(item.tuple, item.item.len, state->attrs,
								 state->desc->natts, state->stored) == NULL)
			measure(state, &item);
	}
}

static void
begin_layout(AiRows *rows)
{
	LayoutState *state = rows->state;
	BlockNumber nblocks;
	BlockNumber npages;
	AiTupleScan *scan;
	AiPage	   *page = ai_page_create();
	int			natts;

	rows->rel = ai_open_relation(DatumGetObjectId(rows->args[0].value),
								 AI_STRUCTURE, AI_HEAP);
	state->desc = RelationGetDescr(rows->rel);
	natts = Max(1, state->desc->natts);
	state->attrs = ai_attributes_of(state->desc);
	state->stored = palloc0(sizeof(AiStored) * natts);
	state->order = palloc0(sizeof(int) * natts);
	state->place = palloc0(sizeof(int) * natts);
	state->sums = palloc0(sizeof(ColumnSums) * natts);
	propose(state);

	nblocks = ai_fork_blocks(rows->rel, MAIN_FORKNUM);
	npages = Min(nblocks, SAMPLE_PAGES);
	scan = ai_tuple_scan_begin(rows->rel);
	for (BlockNumber i = 0; i < npages; i++)
	{
		CHECK_FOR_INTERRUPTS();
		measure_page(rows, scan, page,
					 (BlockNumber) ((uint64) i * nblocks / npages));
	}
	if (state->pages > 0)
		state->all_rows = rint(state->rows * nblocks / state->pages);
	if (state->best_width >= state->width)
		propose_nothing(state);
	ai_rows_range(rows, 0, state->desc->natts);
}

static Form_pg_attribute
attribute(AiRows *rows)
{
	return TupleDescAttr(((LayoutState *) rows->state)->desc, rows->unit);
}

static ColumnSums *
sums(AiRows *rows)
{
	return &((LayoutState *) rows->state)->sums[rows->unit];
}

/* A sum by the number of rows; NULL without any. */
static Datum
average(double sum, double rows, bool *isnull)
{
	*isnull = rows == 0;
	return *isnull ? (Datum) 0 : Float8GetDatum(rint(sum / rows * 100) / 100);
}

static Datum
get_attnum(AiRows *rows, bool *isnull)
{
	return Int32GetDatum((int32) rows->unit + 1);
}

static Datum
get_attname(AiRows *rows, bool *isnull)
{
	return NameGetDatum(&attribute(rows)->attname);
}

static Datum
get_atttypid(AiRows *rows, bool *isnull)
{
	*isnull = attribute(rows)->attisdropped;
	return ObjectIdGetDatum(attribute(rows)->atttypid);
}

static Datum
get_attlen(AiRows *rows, bool *isnull)
{
	*isnull = attribute(rows)->attlen < 0;
	return Int32GetDatum(attribute(rows)->attlen);
}

static Datum
get_alignment(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(((LayoutState *) rows->state)->attrs[rows->unit].alignby);
}

static Datum
get_length(AiRows *rows, bool *isnull)
{
	return average(sums(rows)->length, sums(rows)->present, isnull);
}

static Datum
get_null_fraction(AiRows *rows, bool *isnull)
{
	LayoutState *state = rows->state;

	*isnull = state->rows == 0;
	return *isnull ? (Datum) 0 :
		Float8GetDatum(rint((1 - sums(rows)->present / state->rows) * 10000) / 10000);
}

static Datum
get_padding(AiRows *rows, bool *isnull)
{
	return average(sums(rows)->padding, ((LayoutState *) rows->state)->rows, isnull);
}

static Datum
get_best_place(AiRows *rows, bool *isnull)
{
	int			place = ((LayoutState *) rows->state)->place[rows->unit];

	*isnull = place < 0;
	return Int32GetDatum(place + 1);
}

static Datum
get_best_padding(AiRows *rows, bool *isnull)
{
	if (attribute(rows)->attisdropped)
	{
		*isnull = true;
		return (Datum) 0;
	}
	return average(sums(rows)->best_padding, ((LayoutState *) rows->state)->rows,
				   isnull);
}

static Datum
get_row_width(AiRows *rows, bool *isnull)
{
	LayoutState *state = rows->state;

	return average(state->width, state->rows, isnull);
}

static Datum
get_best_row_width(AiRows *rows, bool *isnull)
{
	LayoutState *state = rows->state;

	return average(state->best_width, state->rows, isnull);
}

static Datum
get_row_count(AiRows *rows, bool *isnull)
{
	return Int64GetDatum((int64) ((LayoutState *) rows->state)->all_rows);
}

static Datum
get_saved_bytes(AiRows *rows, bool *isnull)
{
	LayoutState *state = rows->state;

	if (state->rows == 0)
		return Int64GetDatum(0);
	return Int64GetDatum((int64) rint((state->width - state->best_width) /
									  state->rows * state->all_rows));
}

static const AiColumn columns[] = {
	{"attnum", INT4OID, get_attnum},
	{"attname", NAMEOID, get_attname},
	{"atttypid", REGTYPEOID, get_atttypid},
	{"attlen", INT4OID, get_attlen},
	{"alignment", INT4OID, get_alignment},
	{"length", FLOAT8OID, get_length},
	{"null_fraction", FLOAT8OID, get_null_fraction},
	{"padding", FLOAT8OID, get_padding},
	{"best_place", INT4OID, get_best_place},
	{"best_padding", FLOAT8OID, get_best_padding},
	{"row_width", FLOAT8OID, get_row_width},
	{"best_row_width", FLOAT8OID, get_best_row_width},
	{"row_count", INT8OID, get_row_count},
	{"saved_bytes", INT8OID, get_saved_bytes},
	{NULL}
};

/* arch_inspect.row_layout(regclass) */
AI_INSTRUMENT(row_layout,
			  .columns = columns, .begin = begin_layout,
			  .state_size = sizeof(LayoutState));
