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
fsm_page(AiRows *rows, bool *isnull)
{
	*isnull = ai_rows_header(rows)->kind == AI_PAGE_INVALID;
	return *isnull ? NULL :
		(FSMPage) (rows->page->image + MAXALIGN(SizeOfPageHeaderData));
}

static Datum
get_blkno(AiRows *rows, bool *isnull)
{
	return Int64GetDatum((int64) rows->unit);
}

static Datum
get_level(AiRows *rows, bool *isnull)
{
	int			level;
	uint64		pageno;

	ai_fsm_address((BlockNumber) rows->unit, &level, &pageno);
	return Int32GetDatum(level);
}

static Datum
get_pageno(AiRows *rows, bool *isnull)
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
get_first_block(AiRows *rows, bool *isnull)
{
	uint64		first;
	uint64		count;

	covered(rows, &first, &count);
	return Int64GetDatum((int64) first);
}

static Datum
get_last_block(AiRows *rows, bool *isnull)
{
	uint64		first;
	uint64		count;

	covered(rows, &first, &count);
	return Int64GetDatum((int64) Min(first + count - 1, MaxBlockNumber));
}

static Datum
get_max_bytes(AiRows *rows, bool *isnull)
{
	FSMPage		fsm = fsm_page(rows, isnull);

	return Int32GetDatum(*isnull ? 0 : ai_fsm_category_bytes(fsm->fp_nodes[0]));
}

static Datum
get_slots_used(AiRows *rows, bool *isnull)
{
	FSMPage		fsm = fsm_page(rows, isnull);
	int			n = 0;

	if (*isnull)
		return (Datum) 0;
	for (int i = NonLeafNodesPerPage; i < NodesPerPage; i++)
		n += fsm->fp_nodes[i] != 0;
	return Int32GetDatum(n);
}

static Datum
get_next_slot(AiRows *rows, bool *isnull)
{
	FSMPage		fsm = fsm_page(rows, isnull);

	return Int32GetDatum(*isnull ? 0 : fsm->fp_next_slot);
}

/* Is each node the greater of its children? */
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

static Datum
get_consistent(AiRows *rows, bool *isnull)
{
	FSMPage		fsm = fsm_page(rows, isnull);

	return BoolGetDatum(!*isnull && consistent(fsm));
}

static Datum
get_problem(AiRows *rows, bool *isnull)
{
	const char *problem = ai_rows_page_problem(rows);
	bool		unreadable;
	FSMPage		fsm = fsm_page(rows, &unreadable);

	if (problem == NULL && !unreadable && !consistent(fsm))
		problem = "a node is not the greater of its children";
	if (problem == NULL && !unreadable &&
		(fsm->fp_next_slot < 0 || fsm->fp_next_slot >= SlotsPerFSMPage))
		problem = "fp_next_slot is not a slot of the page";
	*isnull = problem == NULL;
	return problem == NULL ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn fsm_tree_columns[] = {
	{"blkno", INT8OID, get_blkno},
	{"level", INT4OID, get_level},
	{"pageno", INT8OID, get_pageno},
	{"first_block", INT8OID, get_first_block},
	{"last_block", INT8OID, get_last_block},
	{"max_bytes", INT4OID, get_max_bytes},
	{"slots_used", INT4OID, get_slots_used},
	{"next_slot", INT4OID, get_next_slot},
	{"consistent", BOOLOID, get_consistent},
	{"problem", TEXTOID, get_problem},
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
