/*-------------------------------------------------------------------------
 *
 * row_layout.c
 *	  How the columns lie in a table's rows, and how they would lie best.
 *
 * The rows themselves are measured, with their nulls and short headers: all
 * of them in a table of up to SAMPLE_PAGES pages, else those on so many pages
 * spread evenly over it.  Every row is laid out anew in the proposed order,
 * as a copy of the table would have it: without dropped columns, with the
 * defaults that it lacks, and with a null bitmap where it then needs one.  So
 * what is said to be saved is what CREATE TABLE AS in that order saves.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_constraint.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/rel.h"

#include "decode/decode_heap.h"
#include "judge/tuple_status.h"
#include "rows/rows.h"
#include "storage/column_order.h"
#include "storage/row_copy.h"
#include "words/value.h"

#include "compat.h"

#define SAMPLE_PAGES	2048
#define MAX_KINDS_SIZE	(8 * 1024 * 1024)

typedef struct ColumnSums
{
	double		present;		/* rows that have bytes of it */
	double		length;
	double		padding;
	double		best_padding;	/* of the kinds of rows that are kept */
} ColumnSums;

/*
 * Rows that are alike: the key is a piece a column, then the number follows.
 */
typedef struct KindTable
{
	HTAB	   *table;
	Size		key_size;
	AiPiece    *pieces;			/* of the current row */
	char	   *last;			/* entry of the row before */
	bool		cut;			/* there were more than are kept */
} KindTable;

typedef struct LayoutState
{
	TupleDesc	desc;
	AiAttribute *attrs;
	AiStored   *stored;
	AiRowCopy  *copy;
	int			nlive;			/* columns that are not dropped */
	int		   *live;			/* their attribute indexes */
	int		   *place;			/* proposed, by attribute index; -1: none */
	ColumnSums *sums;
	KindTable	kinds;
	double		pages;
	double		rows;
	double		kept_rows;		/* of the kinds that are kept */
	double		width;			/* aligned lengths of the rows */
	double		copied_width;	/* of their copies, without any padding */
	double		best_width;
	bool		proven;			/* no order is better */
	double		all_rows;		/* in the table, reckoned from the sample */
} LayoutState;

/*
 * Should column a come before column b?  Where all have their natural size,
 * falling alignment leaves no gap at all; a size that is no multiple of the
 * alignment comes last of its kind; varlenas, which with short headers need
 * no alignment, come at the end.
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

/*
 * An order to begin with, of indexes into live: an insertion sort, stable, so
 * that columns keep their order where it can stay.
 */
static void
sort_columns(LayoutState *state, int *order)
{
	for (int i = 0; i < state->nlive; i++)
	{
		int			at = i;

		while (at > 0 && comes_before(&state->attrs[state->live[i]],
									  &state->attrs[state->live[order[at -
																	  1]]]))
		{
			order[at] = order[at - 1];
			at--;
		}
		order[at] = i;
	}
}

#define KIND_ROWS(kinds, entry) \
	((double *) ((entry) + MAXALIGN((kinds)->key_size)))

static void
begin_kinds(KindTable *kinds, int ncolumns, MemoryContext context)
{
	HASHCTL		ctl;

	memset(&ctl, 0, sizeof(ctl));
	kinds->key_size = ncolumns;
	kinds->pieces = palloc0(ncolumns);
	ctl.keysize = ncolumns;
	ctl.entrysize = MAXALIGN(ncolumns) + sizeof(double);
	ctl.hcxt = context;
	kinds->table = hash_create("kinds of rows", 256, &ctl,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * Count the row whose pieces are set; false where there are too many kinds.
 */
static bool
count_kind(KindTable *kinds)
{
	bool		found;
	Size		entry = MAXALIGN(kinds->key_size) + 64;

	if (kinds->last == NULL ||
		memcmp(kinds->last, kinds->pieces, kinds->key_size) != 0)
	{
		if (kinds->cut ||
			hash_get_num_entries(kinds->table) * entry > MAX_KINDS_SIZE)
		{
			char	   *known = hash_search(kinds->table, kinds->pieces,
											HASH_FIND, NULL);

			kinds->cut = true;
			if (known == NULL)
				return false;
			kinds->last = known;
		}
		else
		{
			kinds->last = hash_search(kinds->table, kinds->pieces, HASH_ENTER,
									  &found);
			if (!found)
				*KIND_ROWS(kinds, kinds->last) = 0;
		}
	}
	*KIND_ROWS(kinds, kinds->last) += 1;
	return true;
}

static AiRowKind *
list_kinds(KindTable *kinds, int *n)
{
	HASH_SEQ_STATUS scan;
	AiRowKind  *list = palloc(sizeof(AiRowKind) *
							  Max(1, hash_get_num_entries(kinds->table)));
	char	   *entry;

	*n = 0;
	hash_seq_init(&scan, kinds->table);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		list[*n].pieces = (AiPiece *) entry;
		list[(*n)++].rows = *KIND_ROWS(kinds, entry);
	}
	return list;
}

/*
 * The best order.  The present one stays where none is better; a copy in that
 * takes the rows over as they are, unless there is something to leave out or
 * to fill in.
 */
static void
propose(LayoutState *state)
{
	int		   *order = palloc(sizeof(int) * Max(1, state->nlive));
	int		   *present = palloc(sizeof(int) * Max(1, state->nlive));
	double	   *padding = palloc0(sizeof(double) * Max(1, state->nlive));
	int			nkinds = 0;
	AiRowKind  *kinds = NULL;
	double		waste;
	bool		stay;

	for (int i = 0; i < state->nlive; i++)
		present[i] = i;
	if (state->nlive > 0)
		kinds = list_kinds(&state->kinds, &nkinds);
	sort_columns(state, order);
	state->proven = ai_best_order(kinds, nkinds, order, state->nlive) &&
		!state->kinds.cut;
	waste = ai_order_waste(kinds, nkinds, order, state->nlive, padding);
	state->best_width = state->copied_width +
		(state->kept_rows > 0 ? waste / state->kept_rows * state->rows : 0);

	if (state->copy->differs)
		stay = ai_order_waste(kinds, nkinds, present, state->nlive,
							  NULL) <= waste;
	else
		stay = state->width <= state->best_width;
	if (stay)
	{
		memset(padding, 0, sizeof(double) * state->nlive);
		(void) ai_order_waste(kinds, nkinds, present, state->nlive, padding);
		order = present;
		if (!state->copy->differs)
			state->best_width = state->width;
	}
	for (int i = 0; i < state->nlive; i++)
	{
		state->place[state->live[order[i]]] = i;
		state->sums[state->live[i]].best_padding = padding[i];
	}
}

static bool
attribute_has_bytes(const AiStored *stored)
{
	return stored->storage != AI_STORED_NULL &&
		stored->storage != AI_STORED_MISSING;
}

/* A sound row: measure it as it is, and what a copy of it has. */
static void
measure(LayoutState *state, const AiHeapItem *item)
{
	uint32		length = 0;
	bool		nulls = false;

	for (int i = 0; i < state->desc->natts; i++)
	{
		if (!attribute_has_bytes(&state->stored[i]))
			continue;
		state->sums[i].present++;
		state->sums[i].length += state->stored[i].length;
		state->sums[i].padding += state->stored[i].padding;
	}
	for (int i = 0; i < state->nlive; i++)
	{
		uint8		by;
		uint32		n = ai_copied_length(state->copy, state->stored,
										 state->live[i], &by);

		length += n;
		nulls |= n == 0;
		state->kinds.pieces[i] = n == 0 ? AI_NO_PIECE : ai_piece(n, by);
	}
	state->rows++;
	state->width += MAXALIGN(item->item.len);
	state->copied_width += length +
		MAXALIGN(SizeofHeapTupleHeader + (nulls ? BITMAPLEN(state->nlive) :
										  0));
	if (state->nlive == 0 || count_kind(&state->kinds))
		state->kept_rows++;
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
		if (status.state != AI_TUPLE_LIVE &&
			status.state != AI_TUPLE_LOCKED &&
			status.state != AI_TUPLE_UPDATING &&
			status.state != AI_TUPLE_DELETING)
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
	state->copy = ai_row_copy_begin(state->desc);
	state->live = palloc0(sizeof(int) * natts);
	state->place = palloc0(sizeof(int) * natts);
	state->sums = palloc0(sizeof(ColumnSums) * natts);
	for (int i = 0; i < state->desc->natts; i++)
	{
		state->place[i] = -1;
		if (!TupleDescAttr(state->desc, i)->attisdropped)
			state->live[state->nlive++] = i;
	}
	if (state->nlive > 0)
		begin_kinds(&state->kinds, state->nlive, rows->context);

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
	propose(state);
	ai_rows_range(rows, 0, state->desc->natts);
}

static Form_pg_attribute
layout_attribute(AiRows *rows)
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

AI_FIELD(row_layout_attnum, Int32GetDatum((int32) rows->unit + 1));
AI_FIELD(row_layout_attname, NameGetDatum(&layout_attribute(rows)->attname));
AI_FIELD_IF(row_layout_atttypid, !layout_attribute(rows)->attisdropped,
			ObjectIdGetDatum(layout_attribute(rows)->atttypid));
AI_FIELD_IF(row_layout_attlen, layout_attribute(rows)->attlen >= 0,
			Int32GetDatum(layout_attribute(rows)->attlen));
AI_FIELD_OF(row_layout_alignment, LayoutState *state = rows->state,
			Int32GetDatum(state->attrs[rows->unit].alignby));

static Datum
row_layout_length(AiRows *rows, bool *isnull)
{
	return average(sums(rows)->length, sums(rows)->present, isnull);
}

AI_FIELD_OF_IF(row_layout_null_fraction, LayoutState *state = rows->state,
			   state->rows != 0,
			   Float8GetDatum(rint((1 - sums(rows)->present /
									state->rows) * 10000) / 10000));

static Datum
row_layout_padding(AiRows *rows, bool *isnull)
{
	return average(sums(rows)->padding, ((LayoutState *) rows->state)->rows,
				   isnull);
}

static Datum
row_layout_best_place(AiRows *rows, bool *isnull)
{
	int			place = ((LayoutState *) rows->state)->place[rows->unit];

	*isnull = place < 0;
	return Int32GetDatum(place + 1);
}

static Datum
row_layout_best_padding(AiRows *rows, bool *isnull)
{
	if (layout_attribute(rows)->attisdropped)
	{
		*isnull = true;
		return (Datum) 0;
	}
	return average(sums(rows)->best_padding,
				   ((LayoutState *) rows->state)->kept_rows, isnull);
}

static Datum
row_layout_row_width(AiRows *rows, bool *isnull)
{
	LayoutState *state = rows->state;

	return average(state->width, state->rows, isnull);
}

static Datum
row_layout_best_row_width(AiRows *rows, bool *isnull)
{
	LayoutState *state = rows->state;

	return average(state->best_width, state->rows, isnull);
}

AI_FIELD_OF(row_layout_row_count, LayoutState *state = rows->state,
			Int64GetDatum((int64) state->all_rows));

static Datum
row_layout_saved_bytes(AiRows *rows, bool *isnull)
{
	LayoutState *state = rows->state;

	if (state->rows == 0)
		return Int64GetDatum(0);
	return Int64GetDatum((int64) rint((state->width - state->best_width) /
									  state->rows * state->all_rows));
}

AI_FIELD_OF_IF(row_layout_order_proven, LayoutState *state = rows->state,
			   state->rows != 0, BoolGetDatum(state->proven));

/* What keeps nulls out of a column; NULL where nothing does. */
static Datum
row_layout_not_null(AiRows *rows, bool *isnull)
{
	Form_pg_attribute att = layout_attribute(rows);
	HeapTuple	tuple;
	Form_pg_constraint con;

	*isnull = att->attisdropped || !att->attnotnull;
	if (*isnull)
		return (Datum) 0;
	tuple = arch_not_null_constraint(att->attrelid, att->attnum);
	if (!HeapTupleIsValid(tuple))
		return CStringGetTextDatum("not null");
	con = (Form_pg_constraint) GETSTRUCT(tuple);
	return CStringGetTextDatum(psprintf("%s (constraint %s)",
										con->convalidated ? "not null" :
										"not null for new rows, the old ones were not checked",
										quote_identifier(NameStr(con->conname))));
}

/* How the column is generated: stored or virtual; NULL where it is not. */
static Datum
row_layout_generated(AiRows *rows, bool *isnull)
{
	Form_pg_attribute att = layout_attribute(rows);

	*isnull = att->attisdropped || att->attgenerated == '\0';
	if (*isnull)
		return (Datum) 0;
	return CStringGetTextDatum(arch_attribute_is_virtual(att) ? "virtual" :
							   "stored");
}

static const AiColumn row_layout_columns[] = {
	{"attnum", INT4OID, row_layout_attnum},
	{"attname", NAMEOID, row_layout_attname},
	{"atttypid", REGTYPEOID, row_layout_atttypid},
	{"attlen", INT4OID, row_layout_attlen},
	{"alignment", INT4OID, row_layout_alignment},
	{"length", FLOAT8OID, row_layout_length},
	{"null_fraction", FLOAT8OID, row_layout_null_fraction},
	{"padding", FLOAT8OID, row_layout_padding},
	{"best_place", INT4OID, row_layout_best_place},
	{"best_padding", FLOAT8OID, row_layout_best_padding},
	{"row_width", FLOAT8OID, row_layout_row_width},
	{"best_row_width", FLOAT8OID, row_layout_best_row_width},
	{"row_count", INT8OID, row_layout_row_count},
	{"saved_bytes", INT8OID, row_layout_saved_bytes},
	{"order_proven", BOOLOID, row_layout_order_proven},
	{"not_null", TEXTOID, row_layout_not_null},
	{"generated", TEXTOID, row_layout_generated},
	{NULL}
};

/* arch_inspect.row_layout(regclass) */
AI_INSTRUMENT(row_layout,
			  .columns = row_layout_columns, .begin = begin_layout,
			  .state_size = sizeof(LayoutState));
