/*-------------------------------------------------------------------------
 *
 * index_tree_look.c
 *	  What one page of an index counts for.
 *
 * A B-tree's page says its level.  That of an inner page of GiST and GIN,
 * whose trees are as high everywhere, is how many downlinks lie between it
 * and a leaf; there are few such pages.  A page of SP-GiST holds inner tuples
 * of several depths, so that it has no level.
 *
 * Of a B-tree only headers and line pointers are copied: what else stands on
 * its pages, index_page_items shows.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/nbtree.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "decode/decode_index.h"
#include "index/index_tree.h"

#include "compat.h"

const char *const ai_tree_sum_names[AI_TREE_SUMS] = {
	"heap_tuples", "redirections", "placeholders", "not_summarised"
};

#define NOT_SUMMARISED	(AI_TREE_SUMS - 1)

/*
 * Is one of the line pointers from this to before the end marked dead?  Eight
 * are looked at at once: on most pages none is, and this is what they are
 * read for.
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
			bool lines, AiTreeCounts *counts)
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
	counts->live_items = header->nitems < first ? 0 :
		header->nitems - first + 1 - dead;
	counts->entry_bytes = (int64) header->special - header->upper;
	counts->entry_bytes -= Min(counts->entry_bytes,
							   (int64) dead_bytes + high_key);
	counts->entry_bytes += counts->live_items * sizeof(ItemIdData);
}

/* Count the items of any other page. */
static void
count_items(AiRows *rows)
{
	AiTree	   *state = rows->state;
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
	AiTree	   *state = rows->state;
	AiIndexShape *shape = state->shape;
	const char *page = ai_rows_page(rows);
	AiPageHeader header = *ai_rows_header(rows);
	AiIndexPage what = state->what;

	for (int level = 0; level < AI_MAX_TREE_LEVEL; level++)
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
			   shape->method->item(&shape->index, page, &header, &what,
								   &item))
		{
			if (item.child < end &&
				ai_index_has_block(&shape->index, item.child))
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
	ai_blame(&state->problem,
			 "downlinks below the page do not end at a leaf");
	return AI_NO_LEVEL;
}

/* A page above leaves that does not say how far. */
static inline bool
has_downlinks(const AiTree *state)
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
plain_leaf(AiTree *state, const char *page, const AiPageHeader *header)
{
	const AiIndex *index = &state->shape->index;
	AiIndexPage *what = &state->what;
	const BTPageOpaqueData *opaque;

	if (state->leaf == NULL || header->kind != AI_PAGE_BTREE)
		return false;
	opaque = (const BTPageOpaqueData *) (page + header->special);
	if ((opaque->btpo_flags &
		 ~(BTP_SPLIT_END | BTP_HAS_GARBAGE)) != BTP_LEAF ||
		opaque->btpo_level != 0 || header->nitems == 0 ||
		!ai_index_has_block(index, opaque->btpo_prev) ||
		!ai_index_has_block(index, opaque->btpo_next))
		return false;
	what->kind = state->leaf;
	what->level = 0;
	what->left = opaque->btpo_prev != P_NONE ? opaque->btpo_prev :
		InvalidBlockNumber;
	what->right = opaque->btpo_next != P_NONE ? opaque->btpo_next :
		InvalidBlockNumber;
	what->first = P_FIRSTDATAKEY((BTPageOpaque) opaque);
	what->free_bytes = header->free_bytes;
	what->problem = NULL;
	return true;
}

/* Count what a B-tree's page has, but for a meta page and a deleted one. */
static void
look_at_btree(AiRows *rows, const AiPageHeader *header)
{
	AiTree	   *state = rows->state;

	state->counts.free_bytes = state->what.free_bytes;
	state->counts.used_bytes = header->special - SizeOfPageHeaderData -
		state->what.free_bytes;
	count_lines(ai_rows_page(rows), header, state->what.first,
				rows->page->with_lines, &state->counts);
}

/*
 * ai_tree_look - everything about the current block
 */
void
ai_tree_look(AiRows *rows)
{
	AiTree	   *state = rows->state;
	AiIndexShape *shape = state->shape;
	AiIndexPage *what = &state->what;
	const AiPageHeader *header;

	memset(&state->counts, 0, sizeof(AiTreeCounts));
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
	/* it may have grown; a page leads to none that was made after its read */
	shape->index.nblocks = ai_index_end(rows->rel);
	ai_decode_index_page(&shape->index, ai_rows_page(rows), header, what);
	if (shape->method == NULL)
	{
		/* nobody knows its pages but for what lies free on them */
		what->problem = NULL;
		what->free_bytes = 0;
		state->problem = NULL;
		state->level = AI_NO_LEVEL;
		if (header->lower >= SizeOfPageHeaderData &&
			header->lower <= header->upper &&
			header->upper <= header->special && header->special <= BLCKSZ)
		{
			what->free_bytes = header->upper - header->lower;
			state->counts.free_bytes = what->free_bytes;
			state->counts.used_bytes = header->special -
				SizeOfPageHeaderData - what->free_bytes;
		}
		return;
	}
	state->problem = what->problem;
	ai_blame(&state->problem, ai_rows_page_problem(rows));
	state->level = what->level;
	if (state->level > AI_MAX_TREE_LEVEL)
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
		else if (strcmp(what->kind, "meta") != 0 &&
				 strcmp(what->kind, "deleted") != 0)
			look_at_btree(rows, header);
		for (int i = 0; i < what->details.n; i++)
		{
			for (int j = 0; j < AI_TREE_SUMS; j++)
			{
				if (shape->index.method != AI_PAGE_BTREE &&
					strcmp(what->details.list[i].name,
						   ai_tree_sum_names[j]) == 0)
					state->counts.sums[j] += what->details.list[i].u;
			}
		}
	}
	if (has_downlinks(state))
		state->level = height_above_leaf(rows);
}

