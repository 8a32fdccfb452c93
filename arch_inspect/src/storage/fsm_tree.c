/*-------------------------------------------------------------------------
 *
 * fsm_tree.c
 *	  The pages of a free space map as the tree that they are.
 *
 * Each page is itself a binary tree of categories (steps of a 256th of a
 * page's size) in which a node should bear the greater of its children.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "storage/fsm_internals.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "rows/rows.h"
#include "source/map_pages.h"

#include "compat.h"

static void
fsm_tree_begin(AiRows *rows)
{
	rows->forknum = FSM_FORKNUM;
	ai_rows_range(rows, 0, ai_fork_blocks(rows->rel, FSM_FORKNUM));
}

/* The tree on the current page, or NULL if the page can't be believed. */
static FSMPage
fsm_page(AiRows *rows)
{
	return ai_rows_header(rows)->kind == AI_PAGE_INVALID ? NULL :
		(FSMPage) (rows->page->image + MAXALIGN(SizeOfPageHeaderData));
}

AI_FIELD(fsm_tree_blkno, Int64GetDatum((int64) rows->unit));

static Datum
fsm_tree_level(AiRows *rows, bool *isnull)
{
	int			level;
	uint64		pageno;

	ai_fsm_address((BlockNumber) rows->unit, &level, &pageno);
	return Int32GetDatum(level);
}

static Datum
fsm_tree_pageno(AiRows *rows, bool *isnull)
{
	int			level;
	uint64		pageno;

	ai_fsm_address((BlockNumber) rows->unit, &level, &pageno);
	return Int64GetDatum((int64) pageno);
}

/* Blocks of the relation below the current page. */
static void
covered(AiRows *rows, uint64 *first, uint64 *count)
{
	int			level;
	uint64		pageno;

	ai_fsm_address((BlockNumber) rows->unit, &level, &pageno);
	*count = SlotsPerFSMPage;
	while (level-- > 0)
		*count *= SlotsPerFSMPage;
	*first = pageno * *count;
}

static Datum
fsm_tree_first_block(AiRows *rows, bool *isnull)
{
	uint64		first;
	uint64		count;

	covered(rows, &first, &count);
	return Int64GetDatum((int64) first);
}

static Datum
fsm_tree_last_block(AiRows *rows, bool *isnull)
{
	uint64		first;
	uint64		count;

	covered(rows, &first, &count);
	return Int64GetDatum((int64) Min(first + count - 1, MaxBlockNumber));
}

AI_FIELD_OF_IF(fsm_tree_max_bytes, FSMPage fsm = fsm_page(rows), fsm != NULL,
			   Int32GetDatum(ai_fsm_category_bytes(fsm->fp_nodes[0])));

static Datum
fsm_tree_slots_used(AiRows *rows, bool *isnull)
{
	FSMPage		fsm = fsm_page(rows);
	int			n = 0;

	*isnull = fsm == NULL;
	if (*isnull)
		return (Datum) 0;
	for (int i = NonLeafNodesPerPage; i < NodesPerPage; i++)
		n += fsm->fp_nodes[i] != 0;
	return Int32GetDatum(n);
}

AI_FIELD_OF_IF(fsm_tree_next_slot, FSMPage fsm = fsm_page(rows), fsm != NULL,
			   Int32GetDatum(fsm->fp_next_slot));

/*
 * Is each node the greater of its children?
 *
 * Follows fsm_rebuild_page
 * (src/backend/storage/freespace/fsmpage.c, REL_19_STABLE)
 */
static bool
consistent(FSMPage fsm)
{
	for (int i = 0; i < NonLeafNodesPerPage; i++)
	{
		int			left = 2 * i + 1;
		uint8		greater = 0;

		if (left < NodesPerPage)
			greater = fsm->fp_nodes[left];
		if (left + 1 < NodesPerPage)
			greater = Max(greater, fsm->fp_nodes[left + 1]);
		if (fsm->fp_nodes[i] != greater)
			return false;
	}
	return true;
}

AI_FIELD_OF_IF(fsm_tree_consistent, FSMPage fsm = fsm_page(rows), fsm != NULL,
			   BoolGetDatum(consistent(fsm)));

static Datum
fsm_tree_problem(AiRows *rows, bool *isnull)
{
	const char *problem = ai_rows_page_problem(rows);
	FSMPage		fsm = fsm_page(rows);

	if (problem == NULL && fsm != NULL && !consistent(fsm))
		problem = "a node is not the greater of its children";
	if (problem == NULL && fsm != NULL &&
		(fsm->fp_next_slot < 0 || fsm->fp_next_slot >= SlotsPerFSMPage))
		problem = "fp_next_slot is not a slot of the page";
	*isnull = problem == NULL;
	return problem == NULL ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn fsm_tree_columns[] = {
	{"blkno", INT8OID, fsm_tree_blkno},
	{"level", INT4OID, fsm_tree_level},
	{"pageno", INT8OID, fsm_tree_pageno},
	{"first_block", INT8OID, fsm_tree_first_block},
	{"last_block", INT8OID, fsm_tree_last_block},
	{"max_bytes", INT4OID, fsm_tree_max_bytes},
	{"slots_used", INT4OID, fsm_tree_slots_used},
	{"next_slot", INT4OID, fsm_tree_next_slot},
	{"consistent", BOOLOID, fsm_tree_consistent},
	{"problem", TEXTOID, fsm_tree_problem},
	{NULL}
};

/* One of each level, for a relation of up to some 32 megabytes. */
static double
usual_pages(void)
{
	return 3;
}

/* arch_inspect.fsm_tree(regclass) */
AI_INSTRUMENT(fsm_tree,
			  .columns = fsm_tree_columns,
			  .relation = AI_HEAP | AI_INDEX, .tier = AI_STRUCTURE,
			  .begin = fsm_tree_begin,
			  .units = usual_pages);
