/*-------------------------------------------------------------------------
 *
 * index_tree.c
 *	  An index as a whole: its pages by level and kind, and each of them.
 *
 * One pass over the file, in the order of blocks.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "index/index_tree.h"

#include "compat.h"

/* The places of these among the columns of index_tree. */
#define LIVE_COLUMN		5
#define DEAD_COLUMN		6
#define FRESH_COLUMN	12

/* The first page is copied whole: it is the meta page. */
static void
begin(AiRows *rows, bool lines)
{
	AiTree	   *state = rows->state;

	if (rows->rel == NULL)
		return;
	state->shape = ai_index_shape(rows->rel,
								  ai_fork_blocks(rows->rel, MAIN_FORKNUM));
	state->below = ai_page_create();
	state->current = -1;
	rows->page = ai_page_create();
	rows->page->with_lines = lines;
}

static void
begin_tree(AiRows *rows)
{
	begin(rows, rows->wanted[LIVE_COLUMN] || rows->wanted[DEAD_COLUMN] ||
		  rows->wanted[FRESH_COLUMN]);
}

static void
begin_pages(AiRows *rows)
{
	begin(rows, true);
}

static bool
next_page(AiRows *rows)
{
	if (!ai_rows_advance(rows))
		return false;
	ai_tree_look(rows);
	return true;
}

/* Does the page's right neighbour lie before it in the file? */
static bool
links_backward(const AiTree *state, uint64 blkno)
{
	return state->what.right < blkno && state->what.kind != NULL &&
		strcmp(state->what.kind, "deleted") != 0;
}

/* Does the current page belong to this row? */
static inline bool
is_group(const AiTreeGroup *group, const AiTree *state)
{
	const char *kind = state->what.kind;

	if (group->level != state->level)
		return false;
	return group->kind == kind || (group->kind != NULL && kind != NULL &&
								   strcmp(group->kind, kind) == 0);
}

/* The row that the current page belongs to; few, for levels are bounded. */
static AiTreeGroup *
group_of_page(AiRows *rows)
{
	AiTree	   *state = rows->state;
	AiTreeGroup *group;

	if (state->last < state->ngroups &&
		is_group(&state->groups[state->last], state))
		return &state->groups[state->last];
	for (int i = 0; i < state->ngroups; i++)
	{
		if (is_group(&state->groups[i], state))
		{
			state->last = i;
			return &state->groups[i];
		}
	}
	if (state->ngroups == state->room)
	{
		MemoryContext old = MemoryContextSwitchTo(rows->context);

		state->room = Max(16, 2 * state->room);
		state->groups = state->groups == NULL ?
			palloc(sizeof(AiTreeGroup) * state->room) :
			repalloc(state->groups, sizeof(AiTreeGroup) * state->room);
		MemoryContextSwitchTo(old);
	}
	group = &state->groups[state->ngroups++];
	memset(group, 0, sizeof(AiTreeGroup));
	group->kind = state->what.kind;
	group->level = state->level;
	return group;
}

static void
add_page(AiRows *rows)
{
	AiTree	   *state = rows->state;
	AiTreeGroup *group = group_of_page(rows);
	AiTreeCounts *counts = &group->counts;

	group->pages++;
	if (state->counts.live_items + state->counts.dead_items == 0)
		group->empty_pages++;
	if (links_backward(state, rows->unit))
		group->backward_links++;
	if (state->problem != NULL && group->problem_pages++ == 0)
	{
		group->problem = state->problem;
		group->problem_block = (BlockNumber) rows->unit;
	}
	counts->live_items += state->counts.live_items;
	counts->dead_items += state->counts.dead_items;
	counts->used_bytes += state->counts.used_bytes;
	counts->free_bytes += state->counts.free_bytes;
	counts->entry_bytes += state->counts.entry_bytes;
	counts->high_keys += state->counts.high_keys;
	counts->high_key_bytes += state->counts.high_key_bytes;
	for (int i = 0; i < AI_TREE_SUMS; i++)
		counts->sums[i] += state->counts.sums[i];
}

static bool
is_meta(const AiTreeGroup *group)
{
	return group->kind != NULL && strcmp(group->kind, "meta") == 0;
}

/* The meta page first, then from above down; what is on no level is last. */
static int
compare_groups(const void *a, const void *b)
{
	const AiTreeGroup *left = a;
	const AiTreeGroup *right = b;
	bool		left_meta = is_meta(left);
	bool		right_meta = is_meta(right);

	if (left_meta != right_meta)
		return left_meta ? -1 : 1;
	if (left->level != right->level)
		return left->level > right->level ? -1 : 1;
	if (left->kind == NULL || right->kind == NULL)
		return (left->kind == NULL) - (right->kind == NULL);
	return strcmp(left->kind, right->kind);
}

static bool
next_group(AiRows *rows)
{
	AiTree	   *state = rows->state;

	if (state->shape == NULL)
		return false;
	if (!state->summed)
	{
		while (next_page(rows))
			add_page(rows);
		qsort(state->groups, state->ngroups, sizeof(AiTreeGroup),
			  compare_groups);
		ai_tree_estimate(rows->rel, state);
		state->summed = true;
	}
	return ++state->current < state->ngroups;
}

static Datum
text_or_null(const char *text, bool *isnull)
{
	*isnull = text == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(text);
}

static Datum
fill_percent(const AiTreeCounts *counts, bool *isnull)
{
	int64		room = counts->used_bytes + counts->free_bytes;

	*isnull = room == 0;
	return *isnull ? (Datum) 0 :
		Float8GetDatum(100.0 -
					   (double) counts->free_bytes / (double) room * 100.0);
}

static Datum
sums_jsonb(const AiTreeCounts *counts, const AiIndexShape *shape,
		   bool *isnull)
{
	StringInfoData json;

	initStringInfo(&json);
	for (int i = 0; i < AI_TREE_SUMS; i++)
	{
		if (counts->sums[i] != 0)
			appendStringInfo(&json, "%s\"%s\":" INT64_FORMAT,
							 json.len == 0 ? "{" : ",",
							 ai_tree_sum_names[i], counts->sums[i]);
	}
	if (shape->method == NULL)
		appendStringInfoString(&json, "{\"note\":\"items of "
							   "this access method are not known\"");
	*isnull = json.len == 0;
	if (*isnull)
		return (Datum) 0;
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

static inline const AiTreeGroup *
group(AiRows *rows)
{
	const AiTree *state = rows->state;

	return &state->groups[state->current];
}

/* Are there items that can be counted? */
static inline bool
known(AiRows *rows)
{
	return ((AiTree *) rows->state)->shape->method != NULL;
}

AI_FIELD_IF(sum_level, group(rows)->level != AI_NO_LEVEL,
			Int32GetDatum(group(rows)->level));

static Datum
sum_kind(AiRows *rows, bool *isnull)
{
	return text_or_null(group(rows)->kind, isnull);
}

AI_FIELD(sum_pages, Int64GetDatum(group(rows)->pages));
AI_FIELD_IF(sum_empty, known(rows), Int64GetDatum(group(rows)->empty_pages));
AI_FIELD_IF(sum_backward, known(rows),
			Int64GetDatum(group(rows)->backward_links));
AI_FIELD_IF(sum_live, known(rows),
			Int64GetDatum(group(rows)->counts.live_items));
AI_FIELD_IF(sum_dead, known(rows),
			Int64GetDatum(group(rows)->counts.dead_items));
AI_FIELD(sum_bytes, Int64GetDatum(group(rows)->pages * BLCKSZ));
AI_FIELD(sum_used, Int64GetDatum(group(rows)->counts.used_bytes));
AI_FIELD(sum_free, Int64GetDatum(group(rows)->counts.free_bytes));

static Datum
sum_fill(AiRows *rows, bool *isnull)
{
	return fill_percent(&group(rows)->counts, isnull);
}

static inline int64
items_of(const AiTreeGroup *group)
{
	return group->counts.live_items + group->counts.dead_items;
}

AI_FIELD_IF(sum_average,
			known(rows) && items_of(group(rows)) > 0,
			Float8GetDatum((double) items_of(group(rows)) /
						   group(rows)->pages));
AI_FIELD_IF(sum_fresh, group(rows)->fresh_pages >= 0,
			Int64GetDatum((int64) group(rows)->fresh_pages));

static Datum
sum_details(AiRows *rows, bool *isnull)
{
	return sums_jsonb(&group(rows)->counts,
					  ((AiTree *) rows->state)->shape, isnull);
}

AI_FIELD(sum_problem_pages, Int64GetDatum(group(rows)->problem_pages));

static Datum
sum_problem(AiRows *rows, bool *isnull)
{
	return text_or_null(group(rows)->problem == NULL ? NULL :
						psprintf("block %u: %s", group(rows)->problem_block,
								 group(rows)->problem), isnull);
}

static const AiColumn tree_columns[] = {
	{"level", INT4OID, sum_level},
	{"page_kind", TEXTOID, sum_kind},
	{"pages", INT8OID, sum_pages},
	{"empty_pages", INT8OID, sum_empty},
	{"backward_links", INT8OID, sum_backward},
	[LIVE_COLUMN] = {"live_items", INT8OID, sum_live},
	[DEAD_COLUMN] = {"dead_items", INT8OID, sum_dead},
	{"items_per_page", FLOAT8OID, sum_average},
	{"bytes", INT8OID, sum_bytes},
	{"used_bytes", INT8OID, sum_used},
	{"free_bytes", INT8OID, sum_free},
	{"fill_percent", FLOAT8OID, sum_fill},
	[FRESH_COLUMN] = {"fresh_pages_estimate", INT8OID, sum_fresh},
	{"details", JSONBOID, sum_details},
	{"problem_pages", INT8OID, sum_problem_pages},
	{"problem", TEXTOID, sum_problem},
	{NULL}
};

/* columns of index_tree_pages */

AI_FIELD(page_blkno, Int64GetDatum((int64) rows->unit));
AI_FIELD_OF_IF(page_level, AiTree *state = rows->state,
			   state->level != AI_NO_LEVEL, Int32GetDatum(state->level));

static Datum
page_kind(AiRows *rows, bool *isnull)
{
	return text_or_null(((AiTree *) rows->state)->what.kind, isnull);
}

AI_FIELD_OF_IF(page_left, AiTree *state = rows->state,
			   state->what.left != InvalidBlockNumber,
			   Int64GetDatum((int64) state->what.left));
AI_FIELD_OF_IF(page_right, AiTree *state = rows->state,
			   state->what.right != InvalidBlockNumber,
			   Int64GetDatum((int64) state->what.right));
AI_FIELD_OF_IF(page_live, AiTree *state = rows->state,
			   known(rows) && state->what.kind != NULL,
			   Int64GetDatum(state->counts.live_items));
AI_FIELD_OF_IF(page_dead, AiTree *state = rows->state,
			   known(rows) && state->what.kind != NULL,
			   Int64GetDatum(state->counts.dead_items));
AI_FIELD_OF(page_used, AiTree *state = rows->state,
			Int64GetDatum(state->counts.used_bytes));
AI_FIELD_OF(page_free, AiTree *state = rows->state,
			Int64GetDatum(state->counts.free_bytes));

static Datum
page_fill(AiRows *rows, bool *isnull)
{
	return fill_percent(&((AiTree *) rows->state)->counts, isnull);
}

static Datum
page_details(AiRows *rows, bool *isnull)
{
	AiTree	   *state = rows->state;

	return sums_jsonb(&state->counts, state->shape, isnull);
}

static Datum
page_problem(AiRows *rows, bool *isnull)
{
	return text_or_null(((AiTree *) rows->state)->problem, isnull);
}

static const AiColumn page_columns[] = {
	{"blkno", INT8OID, page_blkno},
	{"level", INT4OID, page_level},
	{"page_kind", TEXTOID, page_kind},
	{"left_block", INT8OID, page_left},
	{"right_block", INT8OID, page_right},
	{"live_items", INT8OID, page_live},
	{"dead_items", INT8OID, page_dead},
	{"used_bytes", INT8OID, page_used},
	{"free_bytes", INT8OID, page_free},
	{"fill_percent", FLOAT8OID, page_fill},
	{"details", JSONBOID, page_details},
	{"problem", TEXTOID, page_problem},
	{NULL}
};

/* All pages make a handful of rows. */
static double
few_rows(Relation rel)
{
	return 0.0;
}

/* arch_inspect.index_tree(regclass): a row a level and kind of page */
AI_INSTRUMENT(index_tree,
			  .columns = tree_columns, .begin = begin_tree,
			  .next = next_group,
			  .state_size = sizeof(AiTree),
			  .relation = AI_INDEX, .tier = AI_STRUCTURE,
			  .rows_per_unit = few_rows, .serial = true);

/* arch_inspect.index_tree_pages(regclass): a row a page */
AI_INSTRUMENT(index_tree_pages,
			  .columns = page_columns, .begin = begin_pages,
			  .next = next_page,
			  .state_size = sizeof(AiTree),
			  .relation = AI_INDEX, .tier = AI_STRUCTURE, .serial = true);
