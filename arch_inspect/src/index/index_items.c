/*-------------------------------------------------------------------------
 *
 * index_items.c
 *	  The pages of an index, and their items with keys and addresses.
 *
 * All access methods share one shape of row; what only one of them has is in
 * the column "details".  Keys are values of the table, and are made only for
 * who may see those, where the column is asked for.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "storage/itemptr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "decode/decode_index.h"
#include "index/index_details.h"
#include "index/index_shape.h"
#include "rows/rows.h"

#include "compat.h"

typedef struct IndexItems
{
	AiIndexShape *shape;
	bool		may_see_values;

	AiIndexPage what;			/* the current page */
	bool		on_page;
	bool		counted;

	AiIndexItem item;
	bool		has_item;		/* else the row is about the page */
	bool		printed;
	char	   *key;
	const char *key_problem;
} IndexItems;

static void
begin(AiRows *rows)
{
	IndexItems *state = rows->state;

	if (rows->rel == NULL)
		return;
	state->shape = ai_index_shape(rows->rel, ai_fork_blocks(rows->rel, MAIN_FORKNUM));
	state->may_see_values = ai_has_rights(RelationGetRelid(rows->rel), AI_VALUES);
}

/* Decode the current block, all but its items. */
static void
start_page(AiRows *rows)
{
	IndexItems *state = rows->state;
	AiIndexShape *shape = state->shape;
	const char *page = ai_rows_page(rows);

	shape->index.blkno = (BlockNumber) rows->unit;
	shape->index.nblocks = ai_index_end(rows->rel);
	ai_decode_index_page(&shape->index, page, ai_rows_header(rows),
						 &state->what);
	if (shape->method == NULL)
		state->what.problem = NULL;
	else if (state->what.problem == NULL)
		state->what.problem = ai_rows_page_problem(rows);
	state->item.itemoffset = 0;
	state->item.next = 0;
	state->counted = false;
	state->has_item = false;
	state->printed = false;
}

static bool
next_page(AiRows *rows)
{
	if (!ai_rows_advance(rows))
		return false;
	start_page(rows);
	return true;
}

/*
 * The next item; a page that has a problem, or items that nobody knows, is a
 * row of its own before them.
 */
static bool
next_item(AiRows *rows)
{
	IndexItems *state = rows->state;
	AiIndexShape *shape = state->shape;

	for (;;)
	{
		if (state->on_page)
		{
			state->printed = false;
			if (shape->method != NULL &&
				ai_rows_header(rows)->kind == shape->index.method &&
				state->what.kind != NULL &&
				shape->method->item(&shape->index, ai_rows_page(rows),
									ai_rows_header(rows), &state->what, &state->item))
			{
				state->has_item = true;
				return true;
			}
			state->on_page = false;
		}
		if (!next_page(rows))
			return false;
		state->on_page = true;
		if (state->what.problem != NULL || shape->method == NULL)
			return true;
	}
}

static Datum
get_blkno(AiRows *rows, bool *isnull)
{
	return Int64GetDatum((int64) rows->unit);
}

static Datum
get_text(const char *word, bool *isnull)
{
	*isnull = word == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(word);
}

static Datum
get_block(BlockNumber blkno, bool *isnull)
{
	*isnull = blkno == InvalidBlockNumber;
	return Int64GetDatum((int64) blkno);
}

static Datum
get_level(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;

	*isnull = state->what.level == AI_NO_LEVEL;
	return Int32GetDatum(state->what.level);
}

static Datum
get_page_kind(AiRows *rows, bool *isnull)
{
	return get_text(((IndexItems *) rows->state)->what.kind, isnull);
}

static Datum
flags_array(const AiFlags *flags)
{
	Datum		elems[AI_MAX_FLAGS + 1];
	int			n = 0;

	for (int i = 0; i < flags->n; i++)
		elems[n++] = CStringGetTextDatum(flags->names[i]);
	if (flags->unknown != 0)
		elems[n++] = CStringGetTextDatum(psprintf("0x%04X", flags->unknown));
	return PointerGetDatum(construct_array(elems, n, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

/*
 * ai_details_jsonb - what only one method has; its names and words are
 * constants of ours
 */
Datum
ai_details_jsonb(const AiDetails *details, const char *note, bool *isnull)
{
	StringInfoData json;
	const char *comma = "";

	*isnull = details->n == 0 && note == NULL;
	if (*isnull)
		return (Datum) 0;
	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (int i = 0; i < details->n; i++)
	{
		const AiDetail *detail = &details->list[i];

		appendStringInfo(&json, "%s\"%s\":", comma, detail->name);
		comma = ",";
		switch (detail->type)
		{
			case AI_DETAIL_NUMBER:
			case AI_DETAIL_XID:
				appendStringInfo(&json, UINT64_FORMAT, detail->u);
				break;
			case AI_DETAIL_BOOL:
				appendStringInfoString(&json, detail->u != 0 ? "true" : "false");
				break;
			case AI_DETAIL_WORD:
				appendStringInfo(&json, "\"%s\"", detail->word);
				break;
			case AI_DETAIL_LSN:
				appendStringInfo(&json, "\"%X/%X\"", (uint32) (detail->u >> 32),
								 (uint32) detail->u);
				break;
			case AI_DETAIL_DOUBLE:
				/* a damaged page has any; JSON has finite ones only */
				if (isfinite(detail->d))
					appendStringInfo(&json, "%.17g", detail->d);
				else
					appendStringInfoString(&json, "null");
				break;
			case AI_DETAIL_TID:
				appendStringInfo(&json, "\"(%u,%u)\"", (uint32) (detail->u >> 16),
								 (uint32) (detail->u & 0xFFFF));
				break;
		}
	}
	if (note != NULL)
	{
		appendStringInfo(&json, "%s\"note\":", comma);
		escape_json(&json, note);
	}
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

/* That the items of this access method are not known, or NULL. */
static const char *
method_note(AiRows *rows)
{
	AiIndexShape *shape = ((IndexItems *) rows->state)->shape;

	return shape->method != NULL ? NULL :
		psprintf("items of access method \"%s\" are not known", shape->method_name);
}

/* columns of index_page_stats */

static Datum
get_left(AiRows *rows, bool *isnull)
{
	return get_block(((IndexItems *) rows->state)->what.left, isnull);
}

static Datum
get_right(AiRows *rows, bool *isnull)
{
	return get_block(((IndexItems *) rows->state)->what.right, isnull);
}

static Datum
get_parent(AiRows *rows, bool *isnull)
{
	return get_block(((IndexItems *) rows->state)->what.parent, isnull);
}

/* Count the items once a page; false where there are none that we know. */
static bool
count_items(AiRows *rows)
{
	IndexItems *state = rows->state;
	AiIndexShape *shape = state->shape;

	if (shape->method == NULL || state->what.kind == NULL)
		return false;
	if (!state->counted)
		ai_index_count_items(&shape->index, ai_rows_page(rows),
							 ai_rows_header(rows), &state->what);
	state->counted = true;
	return true;
}

static Datum
get_live_items(AiRows *rows, bool *isnull)
{
	*isnull = !count_items(rows);
	return Int32GetDatum(((IndexItems *) rows->state)->what.live_items);
}

static Datum
get_dead_items(AiRows *rows, bool *isnull)
{
	*isnull = !count_items(rows);
	return Int32GetDatum(((IndexItems *) rows->state)->what.dead_items);
}

static Datum
get_page_size(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(ai_rows_header(rows)->pagesize);
}

static Datum
get_free_bytes(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;
	const AiPageHeader *header = ai_rows_header(rows);

	if (state->shape->method != NULL)
	{
		*isnull = header->kind == AI_PAGE_INVALID;
		return Int32GetDatum(state->what.free_bytes);
	}
	*isnull = header->lower < SizeOfPageHeaderData || header->lower > header->upper ||
		header->upper > BLCKSZ;
	return Int32GetDatum(header->upper - header->lower);
}

static Datum
get_page_flags(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;

	*isnull = state->what.kind == NULL;
	return *isnull ? (Datum) 0 : flags_array(&state->what.flags);
}

static Datum
get_page_details(AiRows *rows, bool *isnull)
{
	return ai_details_jsonb(&((IndexItems *) rows->state)->what.details,
						 method_note(rows), isnull);
}

static Datum
get_page_problem(AiRows *rows, bool *isnull)
{
	count_items(rows);
	return get_text(((IndexItems *) rows->state)->what.problem, isnull);
}

static const AiColumn stats_columns[] = {
	{"blkno", INT8OID, get_blkno},
	{"level", INT4OID, get_level},
	{"page_kind", TEXTOID, get_page_kind},
	{"left_block", INT8OID, get_left},
	{"right_block", INT8OID, get_right},
	{"parent_block", INT8OID, get_parent},
	{"live_items", INT4OID, get_live_items},
	{"dead_items", INT4OID, get_dead_items},
	{"page_size", INT4OID, get_page_size},
	{"free_bytes", INT4OID, get_free_bytes},
	{"flags", TEXTARRAYOID, get_page_flags},
	{"details", JSONBOID, get_page_details},
	{"problem", TEXTOID, get_page_problem},
	{NULL}
};

/* columns of index_page_items and index_items */

static Datum
get_itemoffset(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;

	*isnull = !state->has_item;
	return Int32GetDatum(state->item.itemoffset);
}

static Datum
get_kind(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;

	return get_text(state->has_item ? state->item.kind : NULL, isnull);
}

/* Print the key, once a row. */
static void
print_key(AiRows *rows)
{
	IndexItems *state = rows->state;

	if (state->printed)
		return;
	state->printed = true;
	state->key = NULL;
	state->key_problem = NULL;
	if (state->has_item && state->may_see_values)
		state->key = ai_index_print_key(state->shape, rows->rel, rows->page,
										&state->item, rows->context,
										&state->key_problem);
}

static Datum
get_key(AiRows *rows, bool *isnull)
{
	print_key(rows);
	return get_text(((IndexItems *) rows->state)->key, isnull);
}

static Datum
get_tids(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;
	const char *page = ai_rows_page(rows);
	AiTidWalk	walk;
	ItemPointerData tid;
	Datum	   *elems;
	ItemPointerData *tids;
	int			n = 0;
	int			room;

	*isnull = !state->has_item || state->item.tids.form == AI_TIDS_NONE;
	if (*isnull)
		return (Datum) 0;
	/* each takes a byte of the page at least */
	room = Min(state->item.tids.n, state->item.tids.len) + 1;
	elems = palloc(sizeof(Datum) * room);
	tids = palloc(sizeof(ItemPointerData) * room);
	ai_tid_walk_start(&walk, &state->item.tids);
	while (n < room && ai_tid_walk_next(&walk, page, &tid))
	{
		tids[n] = tid;
		elems[n] = PointerGetDatum(&tids[n]);
		n++;
	}
	return PointerGetDatum(construct_array(elems, n, TIDOID,
										   sizeof(ItemPointerData), false,
										   TYPALIGN_SHORT));
}

static Datum
get_child(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;

	return get_block(state->has_item ? state->item.child : InvalidBlockNumber, isnull);
}

static Datum
get_dead(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;

	*isnull = !state->has_item;
	return BoolGetDatum(state->item.dead);
}

static Datum
get_flags(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;

	*isnull = !state->has_item;
	return *isnull ? (Datum) 0 : flags_array(&state->item.flags);
}

static Datum
get_size(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;

	*isnull = !state->has_item;
	return Int32GetDatum(state->item.size);
}

static Datum
get_details(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;
	static const AiDetails none = {0};

	return ai_details_jsonb(state->has_item ? &state->item.details : &none,
						 method_note(rows), isnull);
}

/* the place of "key" among the columns */
#define KEY_COLUMN	5

static Datum
get_problem(AiRows *rows, bool *isnull)
{
	IndexItems *state = rows->state;
	const char *problem = state->has_item ? state->item.problem : state->what.problem;

	if (problem == NULL && rows->wanted[KEY_COLUMN])
	{
		print_key(rows);
		problem = state->key_problem;
	}
	return get_text(problem, isnull);
}

static const AiColumn item_columns[] = {
	{"blkno", INT8OID, get_blkno},
	{"level", INT4OID, get_level},
	{"page_kind", TEXTOID, get_page_kind},
	{"itemoffset", INT4OID, get_itemoffset},
	{"kind", TEXTOID, get_kind},
	[KEY_COLUMN] = {"key", TEXTOID, get_key},
	{"tids", TIDARRAYOID, get_tids},
	{"child", INT8OID, get_child},
	{"dead", BOOLOID, get_dead},
	{"flags", TEXTARRAYOID, get_flags},
	{"size", INT4OID, get_size},
	{"details", JSONBOID, get_details},
	{"problem", TEXTOID, get_problem},
	{NULL}
};

static double
items_per_page(Relation rel)
{
	return rel->rd_rel->reltuples > 0 && rel->rd_rel->relpages > 0 ?
		rel->rd_rel->reltuples / rel->rd_rel->relpages : 100;
}

/* arch_inspect.index_page_stats(regclass, bigint): one page */
AI_INSTRUMENT(index_page_stats,
			  .columns = stats_columns, .begin = begin, .next = next_page,
			  .state_size = sizeof(IndexItems),
			  .relation = AI_INDEX, .tier = AI_STRUCTURE,
			  .first_arg = 2, .last_arg = 2, .serial = true);

/* arch_inspect.index_page_items(regclass, bigint): the items of one page */
AI_INSTRUMENT(index_page_items,
			  .columns = item_columns, .begin = begin, .next = next_item,
			  .state_size = sizeof(IndexItems),
			  .relation = AI_INDEX, .tier = AI_STRUCTURE,
			  .first_arg = 2, .last_arg = 2,
			  .rows_per_unit = items_per_page, .serial = true);

/* arch_inspect.index_items(regclass): those of all pages */
AI_INSTRUMENT(index_items,
			  .columns = item_columns, .begin = begin, .next = next_item,
			  .state_size = sizeof(IndexItems),
			  .relation = AI_INDEX, .tier = AI_STRUCTURE,
			  .rows_per_unit = items_per_page, .serial = true);
