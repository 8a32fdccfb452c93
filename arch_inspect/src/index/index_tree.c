/*-------------------------------------------------------------------------
 *
 * index_tree.c
 *	  An index as a whole: its pages by level and kind, and each of them.
 *
 * One pass over the file, in the order of blocks.  A B-tree's page says its
 * level; that of an inner page of GiST and GIN, whose trees are as high
 * everywhere, is how many downlinks lie between it and a leaf, of which there
 * are few.  A page of SP-GiST holds inner tuples of several depths, so that it
 * has no level.
 *
 * Of a B-tree only headers and line pointers are copied: what else stands on
 * its pages, index_page_items shows.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/brin_revmap.h"
#include "access/brin_page.h"
#include "access/hash.h"
#include "access/nbtree.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "decode/decode_index.h"
#include "index/index_shape.h"
#include "rows/rows.h"

#include "compat.h"

/* No tree is higher; what says so is damaged, or a circle of downlinks. */
#define MAX_LEVEL	40

/* What only some methods have, added up over the pages of a row. */
static const char *const sum_names[] = {
	"heap_tuples", "redirections", "placeholders", "not_summarised"
};

#define NSUMS			lengthof(sum_names)
#define NOT_SUMMARISED	(NSUMS - 1)

/* What is counted of a page, and of all of a row. */
typedef struct Counts
{
	int64		live_items;
	int64		dead_items;
	int64		used_bytes;
	int64		free_bytes;
	int64		entry_bytes;	/* B-tree: tuples of live items, aligned */
	int64		high_keys;
	int64		high_key_bytes;
	int64		sums[NSUMS];
} Counts;

typedef struct LevelGroup
{
	const char *kind;			/* NULL: could not be told */
	int			level;
	int64		pages;
	int64		empty_pages;
	int64		backward_links;
	int64		problem_pages;
	const char *problem;		/* of the first of them */
	BlockNumber problem_block;
	Counts		counts;
	double		fresh_pages;	/* negative: no estimate */
} LevelGroup;

typedef struct TreeState
{
	AiIndexShape *shape;
	AiPage	   *below;			/* a page under the current one */
	const char *leaf;			/* what a leaf of a B-tree is called */

	/* the current page */
	AiIndexPage what;
	int			level;
	const char *problem;
	Counts		counts;

	/* the summary */
	bool		summed;
	int			ngroups;
	int			room;
	LevelGroup	   *groups;
	int			current;
} TreeState;

/* The places of these among the columns of index_tree. */
#define LIVE_COLUMN		5
#define DEAD_COLUMN		6
#define FRESH_COLUMN	12

/* The first page is copied whole: it is the meta page. */
static void
begin(AiRows *rows, bool lines)
{
	TreeState  *state = rows->state;

	if (rows->rel == NULL)
		return;
	state->shape = ai_index_shape(rows->rel, ai_fork_blocks(rows->rel, MAIN_FORKNUM));
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

/*
 * Is one of the line pointers from this to before the end marked dead?  Eight
 * are looked at at once: on most pages none is, and this is what they are read
 * for.
 */
static inline bool
any_dead(const ItemIdData *ids, int first, int end)
{
	const ItemIdData dead = {.lp_flags = LP_DEAD};
	uint32		mask;
	uint64		both;
	uint64		found = 0;
	uint64		words[4];

	/* LP_DEAD is both bits of the flags, one above the other */
	StaticAssertStmt(LP_DEAD == 3, "a dead line pointer has both bits set");
	memcpy(&mask, &dead, sizeof(mask));
	mask &= mask >> 1;
	both = (uint64) mask << 32 | mask;
	for (; first + 8 <= end; first += 8)
	{
		memcpy(words, &ids[first], sizeof(words));
		found |= words[0] & words[0] >> 1;
		found |= words[1] & words[1] >> 1;
		found |= words[2] & words[2] >> 1;
		found |= words[3] & words[3] >> 1;
	}
	if ((found & both) != 0)
		return true;
	for (; first < end; first++)
	{
		if (ids[first].lp_flags == LP_DEAD)
			return true;
	}
	return false;
}

/*
 * Count the items of a B-tree's page from its line pointers, or if these were
 * not copied without asking which are dead.  The high key is none of them.
 */
static void
count_lines(const char *page, const AiPageHeader *header, OffsetNumber first,
			bool lines, Counts *counts)
{
	const ItemIdData *ids = ((const PageHeaderData *) page)->pd_linp;
	uint32		dead = 0;
	uint32		dead_bytes = 0;
	uint32		high_key = 0;
	int			end = lines ? header->nitems : 0;

	if (!any_dead(ids, first - 1, end))
		end = 0;
	for (int i = first - 1; i < end; i++)
	{
		bool		is_dead = ids[i].lp_flags == LP_DEAD;

		dead += is_dead;
		dead_bytes += is_dead ? MAXALIGN(ids[i].lp_len) : 0;
	}
	if (lines && first > 1 && header->nitems > 0)
	{
		high_key = MAXALIGN(ids[0].lp_len);
		counts->high_keys = 1;
		counts->high_key_bytes = high_key + sizeof(ItemIdData);
	}
	counts->dead_items = dead;
	counts->live_items = header->nitems < first ? 0 : header->nitems - first + 1 - dead;
	counts->entry_bytes = Max(0, (int64) header->special - header->upper - dead_bytes - high_key) +
		counts->live_items * sizeof(ItemIdData);
}

/* Count the items of any other page. */
static void
count_items(AiRows *rows)
{
	TreeState  *state = rows->state;
	AiIndexShape *shape = state->shape;
	AiIndexItem item;

	item.itemoffset = 0;
	item.next = 0;
	while (shape->method->item(&shape->index, ai_rows_page(rows),
							   ai_rows_header(rows), &state->what, &item))
	{
		if (item.kind != NULL && strcmp(item.kind, "not summarised") == 0)
			state->counts.sums[NOT_SUMMARISED]++;
		else if (item.dead)
			state->counts.dead_items++;
		else
			state->counts.live_items++;
	}
}

/*
 * How many downlinks lie between the current page and a leaf, or AI_NO_LEVEL.
 */
static int
height_above_leaf(AiRows *rows)
{
	TreeState  *state = rows->state;
	AiIndexShape *shape = state->shape;
	const char *page = ai_rows_page(rows);
	AiPageHeader header = *ai_rows_header(rows);
	AiIndexPage what = state->what;

	for (int level = 0; level < MAX_LEVEL; level++)
	{
		AiIndexItem item;
		BlockNumber child = InvalidBlockNumber;
		BlockNumber end = ai_fork_blocks(rows->rel, MAIN_FORKNUM);

		CHECK_FOR_INTERRUPTS();
		if (what.level == 0)
			return level;
		item.itemoffset = 0;
		item.next = 0;
		while (child == InvalidBlockNumber &&
			   shape->method->item(&shape->index, page, &header, &what, &item))
		{
			if (item.child < end && ai_index_has_block(&shape->index, item.child))
				child = item.child;
		}
		if (child == InvalidBlockNumber)
			return AI_NO_LEVEL;
		ai_page_read(rows->rel, MAIN_FORKNUM, child, state->below);
		page = state->below->image;
		ai_decode_page_header(page, shape->index.method, &header);
		if (header.kind != shape->index.method)
			return AI_NO_LEVEL;
		shape->index.blkno = child;
		shape->index.nblocks = ai_index_end(rows->rel);
		ai_decode_index_page(&shape->index, page, &header, &what);
		shape->index.blkno = (BlockNumber) rows->unit;
		if (what.kind == NULL)
			return AI_NO_LEVEL;
	}
	ai_blame(&state->problem, "downlinks below the page do not end at a leaf");
	return AI_NO_LEVEL;
}

/* A page above leaves that does not say how far. */
static inline bool
has_downlinks(const TreeState *state)
{
	return state->what.level == AI_NO_LEVEL && state->what.kind != NULL &&
		((state->shape->index.method == AI_PAGE_GIST &&
		  strcmp(state->what.kind, "inner") == 0) ||
		 (state->shape->index.method == AI_PAGE_GIN &&
		  (strcmp(state->what.kind, "entry inner") == 0 ||
		   strcmp(state->what.kind, "posting inner") == 0)));
}

/*
 * What most pages are: a leaf of a B-tree with nothing to say but its links.
 * Decoded as btree_page() would, whose word for a leaf is known by now.
 */
static inline bool
plain_leaf(TreeState *state, const char *page, const AiPageHeader *header)
{
	const AiIndex *index = &state->shape->index;
	AiIndexPage *what = &state->what;
	const BTPageOpaqueData *opaque;

	if (state->leaf == NULL || header->kind != AI_PAGE_BTREE)
		return false;
	opaque = (const BTPageOpaqueData *) (page + header->special);
	if ((opaque->btpo_flags & ~(BTP_SPLIT_END | BTP_HAS_GARBAGE)) != BTP_LEAF ||
		opaque->btpo_level != 0 || header->nitems == 0 ||
		!ai_index_has_block(index, opaque->btpo_prev) ||
		!ai_index_has_block(index, opaque->btpo_next))
		return false;
	what->kind = state->leaf;
	what->level = 0;
	what->left = opaque->btpo_prev != P_NONE ? opaque->btpo_prev : InvalidBlockNumber;
	what->right = opaque->btpo_next != P_NONE ? opaque->btpo_next : InvalidBlockNumber;
	what->first = P_FIRSTDATAKEY((BTPageOpaque) opaque);
	what->free_bytes = header->free_bytes;
	what->problem = NULL;
	return true;
}

/* Count what a B-tree's page has, but for a meta page and a deleted one. */
static void
look_at_btree(AiRows *rows, const AiPageHeader *header)
{
	TreeState  *state = rows->state;

	state->counts.free_bytes = state->what.free_bytes;
	state->counts.used_bytes = header->special - SizeOfPageHeaderData -
		state->what.free_bytes;
	count_lines(ai_rows_page(rows), header, state->what.first,
				rows->page->with_lines, &state->counts);
}

/* Everything about the current block. */
static void
look_at_page(AiRows *rows)
{
	TreeState  *state = rows->state;
	AiIndexShape *shape = state->shape;
	AiIndexPage *what = &state->what;
	const AiPageHeader *header;

	memset(&state->counts, 0, sizeof(Counts));
	rows->page->header_only = shape->index.method == AI_PAGE_BTREE &&
		rows->unit != BTREE_METAPAGE;
	header = ai_rows_header(rows);
	shape->index.blkno = (BlockNumber) rows->unit;
	if (plain_leaf(state, ai_rows_page(rows), header))
	{
		state->level = 0;
		state->problem = ai_rows_page_problem(rows);
		look_at_btree(rows, header);
		return;
	}
	/* the index may have grown; a page leads to none made after it was read */
	shape->index.nblocks = ai_index_end(rows->rel);
	ai_decode_index_page(&shape->index, ai_rows_page(rows), header, what);
	if (shape->method == NULL)
	{
		/* nobody knows its pages; what lies between line pointers and items */
		what->problem = NULL;
		what->free_bytes = 0;
		state->problem = NULL;
		state->level = AI_NO_LEVEL;
		if (header->lower >= SizeOfPageHeaderData && header->lower <= header->upper &&
			header->upper <= header->special && header->special <= BLCKSZ)
		{
			what->free_bytes = header->upper - header->lower;
			state->counts.free_bytes = what->free_bytes;
			state->counts.used_bytes = header->special - SizeOfPageHeaderData -
				what->free_bytes;
		}
		return;
	}
	state->problem = what->problem;
	ai_blame(&state->problem, ai_rows_page_problem(rows));
	state->level = what->level;
	if (state->level > MAX_LEVEL)
	{
		ai_blame(&state->problem, "level is higher than that of any tree");
		state->level = AI_NO_LEVEL;
	}
	if (shape->index.method == AI_PAGE_BTREE && what->kind != NULL &&
		strcmp(what->kind, "leaf") == 0)
		state->leaf = what->kind;
	if (header->kind == shape->index.method && what->kind != NULL)
	{
		state->counts.free_bytes = what->free_bytes;
		state->counts.used_bytes = header->special - SizeOfPageHeaderData -
			what->free_bytes;
		if (shape->index.method != AI_PAGE_BTREE)
			count_items(rows);
		else if (strcmp(what->kind, "meta") != 0 && strcmp(what->kind, "deleted") != 0)
			look_at_btree(rows, header);
		for (int i = 0; i < what->details.n; i++)
		{
			for (int j = 0; j < NSUMS; j++)
			{
				if (shape->index.method != AI_PAGE_BTREE &&
					strcmp(what->details.list[i].name, sum_names[j]) == 0)
					state->counts.sums[j] += what->details.list[i].u;
			}
		}
	}
	if (has_downlinks(state))
		state->level = height_above_leaf(rows);
}

static bool
next_page(AiRows *rows)
{
	if (!ai_rows_advance(rows))
		return false;
	look_at_page(rows);
	return true;
}

/* Does the page's right neighbour lie before it in the file? */
static bool
links_backward(const TreeState *state, uint64 blkno)
{
	return state->what.right < blkno && state->what.kind != NULL &&
		strcmp(state->what.kind, "deleted") != 0;
}

/* The row that the current page belongs to; few, for levels are bounded. */
static LevelGroup *
group_of_page(AiRows *rows)
{
	TreeState  *state = rows->state;
	LevelGroup	   *group;

	for (int i = state->ngroups - 1; i >= 0; i--)
	{
		/* the words are constants of the decoder */
		if (state->groups[i].kind == state->what.kind &&
			state->groups[i].level == state->level)
			return &state->groups[i];
	}
	if (state->ngroups == state->room)
	{
		MemoryContext old = MemoryContextSwitchTo(rows->context);

		state->room = Max(16, 2 * state->room);
		state->groups = state->groups == NULL ?
			palloc(sizeof(LevelGroup) * state->room) :
			repalloc(state->groups, sizeof(LevelGroup) * state->room);
		MemoryContextSwitchTo(old);
	}
	group = &state->groups[state->ngroups++];
	memset(group, 0, sizeof(LevelGroup));
	group->kind = state->what.kind;
	group->level = state->level;
	return group;
}

static void
add_page(AiRows *rows)
{
	TreeState  *state = rows->state;
	LevelGroup	   *group = group_of_page(rows);
	Counts	   *counts = &group->counts;

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
	for (int i = 0; i < NSUMS; i++)
		counts->sums[i] += state->counts.sums[i];
}

/* What stands above, comes first; then what is on no level, meta page first. */
static int
compare_groups(const void *a, const void *b)
{
	const LevelGroup *left = a;
	const LevelGroup *right = b;
	bool		left_meta = left->kind != NULL && strcmp(left->kind, "meta") == 0;
	bool		right_meta = right->kind != NULL && strcmp(right->kind, "meta") == 0;

	if (left_meta != right_meta)
		return left_meta ? -1 : 1;
	if (left->level != right->level)
		return left->level > right->level ? -1 : 1;
	if (left->kind == NULL || right->kind == NULL)
		return (left->kind == NULL) - (right->kind == NULL);
	return strcmp(left->kind, right->kind);
}

/*
 * Pages that a sorted build fills with so many bytes of items: each but the
 * last gives the place of one item to its high key, and goes on until less is
 * free than the fill factor keeps.
 *
 * Follows _bt_buildadd (src/backend/access/nbtree/nbtsort.c, REL_19_STABLE)
 */
static double
packed_pages(double items, double bytes, double high_key, double keep_free)
{
	double		room = BLCKSZ - SizeOfPageHeaderData -
		MAXALIGN(sizeof(BTPageOpaqueData)) - keep_free;

	if (items == 0)
		return 0;
	room += bytes / items / 2 - high_key;
	return ceil(bytes / Max(room, bytes / items));
}

/* What a B-tree takes once it is built anew with the entries as they are. */
static void
estimate_btree(AiRows *rows)
{
	TreeState  *state = rows->state;
	double		below = 0;

	for (int level = 0; level <= MAX_LEVEL; level++)
	{
		for (int i = 0; i < state->ngroups; i++)
		{
			LevelGroup	   *group = &state->groups[i];
			const Counts *counts = &group->counts;
			double		items = counts->live_items;
			double		each;

			if (group->level != level || group->kind == NULL ||
				strcmp(group->kind, level == 0 ? "leaf" : "internal") != 0)
				continue;
			each = items == 0 ? 0 : counts->entry_bytes / items;
			if (level > 0)
				items = below > 1 ? below : 0;
			below = packed_pages(items, items * each,
								 counts->high_keys == 0 ? each :
								 (double) counts->high_key_bytes / counts->high_keys,
								 level == 0 ? BTGetTargetPageFreeSpace(rows->rel) :
								 BLCKSZ * (100 - BTREE_NONLEAF_FILLFACTOR) / 100);
			group->fresh_pages = below;
		}
	}
}

/*
 * The buckets that a hash index of as many entries begins with.
 *
 * Follows _hash_init_metabuffer
 * (src/backend/access/hash/hashpage.c, REL_19_STABLE)
 */
static double
fresh_buckets(AiRows *rows, double items)
{
	double		per_bucket = Max(10, HashGetTargetPageUsage(rows->rel) /
								 (MAXALIGN(sizeof(IndexTupleData)) +
								  MAXALIGN(sizeof(uint32)) + sizeof(ItemIdData)));
	double		buckets = items / per_bucket;

	if (buckets <= 2)
		return 2;
	if (buckets >= (double) 0x40000000)
		return 0x40000000;
	return _hash_get_totalbuckets(_hash_spareindex((uint32) buckets));
}

/* What a build of now would take, where a rule foretells it. */
static void
estimate(AiRows *rows)
{
	TreeState  *state = rows->state;
	AiIndex    *index = &state->shape->index;
	double		ranges = index->pages_per_range == 0 || index->heap_blocks == 0 ? -1 :
		ceil((double) index->heap_blocks / index->pages_per_range);
	double		items = 0;

	for (int i = 0; i < state->ngroups; i++)
		items += state->groups[i].counts.live_items;
	for (int i = 0; i < state->ngroups; i++)
	{
		LevelGroup	   *group = &state->groups[i];
		const char *kind = group->kind;

		group->fresh_pages = -1;
		if (kind == NULL || state->shape->method == NULL)
			continue;
		if (strcmp(kind, "meta") == 0)
			group->fresh_pages = 1;
		else if (strcmp(kind, "deleted") == 0 || strcmp(kind, "half-dead") == 0 ||
				 strcmp(kind, "pending") == 0)
			group->fresh_pages = 0;
		else if (index->method == AI_PAGE_HASH && strcmp(kind, "bucket") == 0)
		{
			/* the one item of a bitmap page is no entry */
			for (int j = 0; j < state->ngroups; j++)
			{
				if (state->groups[j].kind != NULL &&
					strcmp(state->groups[j].kind, "bitmap") == 0)
					items -= state->groups[j].counts.live_items;
			}
			group->fresh_pages = fresh_buckets(rows, items);
		}
		else if (index->method == AI_PAGE_BRIN && ranges >= 0 && strcmp(kind, "revmap") == 0)
			group->fresh_pages = ceil(ranges / REVMAP_PAGE_MAXITEMS);
		else if (index->method == AI_PAGE_BRIN && ranges >= 0 && strcmp(kind, "regular") == 0 &&
				 group->counts.live_items > 0)
		{
			double		each = (double) group->counts.used_bytes / group->counts.live_items;
			double		room = (group->counts.used_bytes + group->counts.free_bytes) /
				group->pages;

			group->fresh_pages = ceil(ranges / Max(1, floor(room / each)));
		}
	}
	if (index->method == AI_PAGE_BTREE)
		estimate_btree(rows);
}

static bool
next_group(AiRows *rows)
{
	TreeState  *state = rows->state;

	if (state->shape == NULL)
		return false;
	if (!state->summed)
	{
		while (next_page(rows))
			add_page(rows);
		qsort(state->groups, state->ngroups, sizeof(LevelGroup), compare_groups);
		estimate(rows);
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
fill_percent(const Counts *counts, bool *isnull)
{
	int64		room = counts->used_bytes + counts->free_bytes;

	*isnull = room == 0;
	return *isnull ? (Datum) 0 :
		Float8GetDatum(100.0 - (double) counts->free_bytes / (double) room * 100.0);
}

static Datum
sums_jsonb(const Counts *counts, const AiIndexShape *shape, bool *isnull)
{
	StringInfoData json;

	initStringInfo(&json);
	for (int i = 0; i < NSUMS; i++)
	{
		if (counts->sums[i] != 0)
			appendStringInfo(&json, "%s\"%s\":" INT64_FORMAT, json.len == 0 ? "{" : ",",
							 sum_names[i], counts->sums[i]);
	}
	if (shape->method == NULL)
		appendStringInfoString(&json, "{\"note\":\"items of this access method are not known\"");
	*isnull = json.len == 0;
	if (*isnull)
		return (Datum) 0;
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

static inline const LevelGroup *
group(AiRows *rows)
{
	const TreeState *state = rows->state;

	return &state->groups[state->current];
}

/* Are there items that can be counted? */
static inline bool
known(AiRows *rows)
{
	return ((TreeState *) rows->state)->shape->method != NULL;
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
AI_FIELD_IF(sum_backward, known(rows), Int64GetDatum(group(rows)->backward_links));
AI_FIELD_IF(sum_live, known(rows), Int64GetDatum(group(rows)->counts.live_items));
AI_FIELD_IF(sum_dead, known(rows), Int64GetDatum(group(rows)->counts.dead_items));
AI_FIELD(sum_bytes, Int64GetDatum(group(rows)->pages * BLCKSZ));
AI_FIELD(sum_used, Int64GetDatum(group(rows)->counts.used_bytes));
AI_FIELD(sum_free, Int64GetDatum(group(rows)->counts.free_bytes));

static Datum
sum_fill(AiRows *rows, bool *isnull)
{
	return fill_percent(&group(rows)->counts, isnull);
}

AI_FIELD_IF(sum_average,
			known(rows) && group(rows)->counts.live_items + group(rows)->counts.dead_items > 0,
			Float8GetDatum((double) (group(rows)->counts.live_items +
									 group(rows)->counts.dead_items) / group(rows)->pages));
AI_FIELD_IF(sum_fresh, group(rows)->fresh_pages >= 0,
			Int64GetDatum((int64) group(rows)->fresh_pages));

static Datum
sum_details(AiRows *rows, bool *isnull)
{
	return sums_jsonb(&group(rows)->counts, ((TreeState *) rows->state)->shape, isnull);
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
AI_FIELD_OF_IF(page_level, TreeState *state = rows->state,
			   state->level != AI_NO_LEVEL, Int32GetDatum(state->level));

static Datum
page_kind(AiRows *rows, bool *isnull)
{
	return text_or_null(((TreeState *) rows->state)->what.kind, isnull);
}

AI_FIELD_OF_IF(page_left, TreeState *state = rows->state,
			   state->what.left != InvalidBlockNumber,
			   Int64GetDatum((int64) state->what.left));
AI_FIELD_OF_IF(page_right, TreeState *state = rows->state,
			   state->what.right != InvalidBlockNumber,
			   Int64GetDatum((int64) state->what.right));
AI_FIELD_OF_IF(page_live, TreeState *state = rows->state,
			   known(rows) && state->what.kind != NULL,
			   Int64GetDatum(state->counts.live_items));
AI_FIELD_OF_IF(page_dead, TreeState *state = rows->state,
			   known(rows) && state->what.kind != NULL,
			   Int64GetDatum(state->counts.dead_items));
AI_FIELD_OF(page_used, TreeState *state = rows->state,
			Int64GetDatum(state->counts.used_bytes));
AI_FIELD_OF(page_free, TreeState *state = rows->state,
			Int64GetDatum(state->counts.free_bytes));

static Datum
page_fill(AiRows *rows, bool *isnull)
{
	return fill_percent(&((TreeState *) rows->state)->counts, isnull);
}

static Datum
page_details(AiRows *rows, bool *isnull)
{
	TreeState  *state = rows->state;

	return sums_jsonb(&state->counts, state->shape, isnull);
}

static Datum
page_problem(AiRows *rows, bool *isnull)
{
	return text_or_null(((TreeState *) rows->state)->problem, isnull);
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
			  .columns = tree_columns, .begin = begin_tree, .next = next_group,
			  .state_size = sizeof(TreeState),
			  .relation = AI_INDEX, .tier = AI_STRUCTURE,
			  .rows_per_unit = few_rows, .serial = true);

/* arch_inspect.index_tree_pages(regclass): a row a page */
AI_INSTRUMENT(index_tree_pages,
			  .columns = page_columns, .begin = begin_pages, .next = next_page,
			  .state_size = sizeof(TreeState),
			  .relation = AI_INDEX, .tier = AI_STRUCTURE, .serial = true);
