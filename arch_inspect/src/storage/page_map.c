/*-------------------------------------------------------------------------
 *
 * page_map.c
 *	  A row for each block of a table: what is on it, what the maps say of it.
 *
 * A column costs what it must: those of the maps don't read the block, counts
 * of line pointers don't look at tuples.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/visibilitymapdefs.h"
#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"
#include "utils/rel.h"

#include "decode/decode_heap.h"
#include "judge/tuple_status.h"
#include "rows/rows.h"
#include "source/map_pages.h"

#include "compat.h"

typedef struct PageMap
{
	AiMap		vm;
	AiMap		fsm;
	AiTupleScan *scan;
	Datum		kind_words[AI_PAGE_NKINDS];

	uint64		items_of;		/* unit + 1 that the counts below are of */
	int			lp[4];			/* by LP_* */
	int			bytes;
	const char *item_problem;	/* the first one */

	uint64		states_of;
	int			states[AI_TUPLE_STATES];
} PageMap;

static void
page_map_begin(AiRows *rows)
{
	PageMap    *map = rows->state;

	ai_map_init(&map->vm, VISIBILITYMAP_FORKNUM);
	ai_map_init(&map->fsm, FSM_FORKNUM);
}

/* Count the current page's line pointers. */
static const PageMap *
items(AiRows *rows)
{
	PageMap    *map = rows->state;
	const AiPageHeader *header;

	if (map->items_of == rows->unit + 1)
		return map;
	header = ai_rows_header(rows);
	memset(map->lp, 0, sizeof(map->lp));
	map->bytes = 0;
	map->item_problem = NULL;
	for (OffsetNumber lp = 1; lp <= header->nitems; lp++)
	{
		AiItem		item;

		ai_decode_item(rows->page->image, header, lp, &item);
		map->lp[item.flags & 3]++;
		if (item.in_page)
			map->bytes += item.len;
		if (item.problem != NULL && map->item_problem == NULL)
			map->item_problem = item.problem;
	}
	map->items_of = rows->unit + 1;
	return map;
}

/* Count its tuples by what they are. */
static const PageMap *
states(AiRows *rows)
{
	PageMap    *map = rows->state;
	const AiPageHeader *header;

	if (map->states_of == rows->unit + 1)
		return map;
	header = ai_rows_header(rows);
	if (map->scan == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(rows->context);

		map->scan = ai_tuple_scan_begin(rows->rel);
		MemoryContextSwitchTo(old);
	}
	memset(map->states, 0, sizeof(map->states));
	for (OffsetNumber lp = 1; lp <= header->nitems; lp++)
	{
		AiItem		item;
		const HeapTupleHeaderData *tuple;
		AiTupleStatus status;

		ai_decode_item(rows->page->image, header, lp, &item);
		tuple = ai_item_tuple(rows->page->image, &item);
		if (tuple == NULL)
		{
			if (item.flags == LP_DEAD)
				map->states[AI_TUPLE_DEAD]++;
			continue;
		}

		/* nearly all, and the evaluator would say the same of them */
		if ((tuple->t_infomask & (HEAP_XMIN_COMMITTED | HEAP_XMAX_INVALID |
								  HEAP_MOVED)) ==
			(HEAP_XMIN_COMMITTED | HEAP_XMAX_INVALID))
		{
			map->states[AI_TUPLE_LIVE]++;
			continue;
		}
		ai_tuple_status(map->scan, tuple, (BlockNumber) rows->unit, lp,
						&status);
		map->states[status.state]++;
	}
	map->states_of = rows->unit + 1;
	return map;
}

static bool
vm_bits(AiRows *rows, uint8 *bits)
{
	return ai_vm_bits(&((PageMap *) rows->state)->vm, rows->rel,
					  (BlockNumber) rows->unit, bits);
}

static bool
fsm_category(AiRows *rows, uint8 *category)
{
	return ai_fsm_category(&((PageMap *) rows->state)->fsm, rows->rel,
						   (BlockNumber) rows->unit, category);
}

AI_FIELD(page_map_blkno, Int64GetDatum((int64) rows->unit));

static Datum
page_map_kind(AiRows *rows, bool *isnull)
{
	PageMap    *map = rows->state;
	AiPageKind	kind = ai_rows_header(rows)->kind;

	return ai_rows_word(rows, &map->kind_words[kind],
						ai_page_kind_name(kind));
}

AI_FIELD(page_map_lsn, LSNGetDatum(ai_rows_header(rows)->lsn));
AI_FIELD(page_map_line_pointers, Int32GetDatum(ai_rows_header(rows)->nitems));
AI_FIELD(page_map_lp_unused, Int32GetDatum(items(rows)->lp[LP_UNUSED]));
AI_FIELD(page_map_lp_redirect, Int32GetDatum(items(rows)->lp[LP_REDIRECT]));
AI_FIELD(page_map_lp_dead, Int32GetDatum(items(rows)->lp[LP_DEAD]));
AI_FIELD(page_map_tuples, Int32GetDatum(items(rows)->lp[LP_NORMAL]));
AI_FIELD(page_map_tuple_bytes, Int32GetDatum(items(rows)->bytes));
AI_FIELD_OF(page_map_live, const PageMap *map = states(rows),
			Int32GetDatum(map->states[AI_TUPLE_LIVE] +
						  map->states[AI_TUPLE_LOCKED]));
AI_FIELD_OF(page_map_in_progress, const PageMap *map = states(rows),
			Int32GetDatum(map->states[AI_TUPLE_INSERTING] +
						  map->states[AI_TUPLE_UPDATING] +
						  map->states[AI_TUPLE_DELETING]));
AI_FIELD_OF(page_map_recently_dead, const PageMap *map = states(rows),
			Int32GetDatum(map->states[AI_TUPLE_UPDATED] +
						  map->states[AI_TUPLE_HOT_UPDATED] +
						  map->states[AI_TUPLE_MOVED] +
						  map->states[AI_TUPLE_DELETED]));
AI_FIELD_OF(page_map_dead, const PageMap *map = states(rows),
			Int32GetDatum(map->states[AI_TUPLE_DEAD] +
						  map->states[AI_TUPLE_ABORTED]));
AI_FIELD(page_map_unknown,
		 Int32GetDatum(states(rows)->states[AI_TUPLE_UNKNOWN]));
AI_FIELD_OF_IF(page_map_free_bytes,
			   const AiPageHeader *header = ai_rows_header(rows),
			   header->kind != AI_PAGE_INVALID,
			   Int32GetDatum(header->kind == AI_PAGE_NEW ?
							 BLCKSZ - SizeOfPageHeaderData :
							 header->free_bytes));

static Datum
page_map_fsm_bytes(AiRows *rows, bool *isnull)
{
	uint8		category;

	*isnull = !fsm_category(rows, &category);
	return Int32GetDatum(ai_fsm_category_bytes(category));
}

static Datum
page_map_all_visible(AiRows *rows, bool *isnull)
{
	uint8		bits;

	*isnull = !vm_bits(rows, &bits);
	return BoolGetDatum((bits & VISIBILITYMAP_ALL_VISIBLE) != 0);
}

static Datum
page_map_all_frozen(AiRows *rows, bool *isnull)
{
	uint8		bits;

	*isnull = !vm_bits(rows, &bits);
	return BoolGetDatum((bits & VISIBILITYMAP_ALL_FROZEN) != 0);
}

AI_FIELD_OF_IF(page_map_pd_all_visible,
			   const AiPageHeader *header = ai_rows_header(rows),
			   header->kind != AI_PAGE_INVALID,
			   BoolGetDatum((header->flags & PD_ALL_VISIBLE) != 0));

static Datum
page_map_in_buffers(AiRows *rows, bool *isnull)
{
	if (rows->page_read)
		return BoolGetDatum(rows->page->in_buffers);
	return BoolGetDatum(ai_block_in_buffers(rows->rel, MAIN_FORKNUM,
											(BlockNumber) rows->unit));
}

/* The page's own problem first, then its items', then its maps'. */
static Datum
page_map_problem(AiRows *rows, bool *isnull)
{
	PageMap    *map = rows->state;
	const char *problem = ai_rows_page_problem(rows);
	uint8		ignored;

	if (problem == NULL)
		problem = items(rows)->item_problem;
	if (problem == NULL && !vm_bits(rows, &ignored))
		problem = map->vm.problem;
	if (problem == NULL && !fsm_category(rows, &ignored))
		problem = map->fsm.problem;
	*isnull = problem == NULL;
	return problem == NULL ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn page_map_columns[] = {
	{"blkno", INT8OID, page_map_blkno},
	{"kind", TEXTOID, page_map_kind},
	{"lsn", PG_LSNOID, page_map_lsn},
	{"line_pointers", INT4OID, page_map_line_pointers},
	{"lp_unused", INT4OID, page_map_lp_unused},
	{"lp_redirect", INT4OID, page_map_lp_redirect},
	{"lp_dead", INT4OID, page_map_lp_dead},
	{"tuples", INT4OID, page_map_tuples},
	{"live", INT4OID, page_map_live},
	{"in_progress", INT4OID, page_map_in_progress},
	{"recently_dead", INT4OID, page_map_recently_dead},
	{"dead", INT4OID, page_map_dead},
	{"unknown", INT4OID, page_map_unknown},
	{"tuple_bytes", INT4OID, page_map_tuple_bytes},
	{"free_bytes", INT4OID, page_map_free_bytes},
	{"fsm_bytes", INT4OID, page_map_fsm_bytes},
	{"all_visible", BOOLOID, page_map_all_visible},
	{"all_frozen", BOOLOID, page_map_all_frozen},
	{"pd_all_visible", BOOLOID, page_map_pd_all_visible},
	{"in_buffers", BOOLOID, page_map_in_buffers},
	{"problem", TEXTOID, page_map_problem},
	{NULL}
};

/* arch_inspect.page_map(regclass, bigint, bigint) */
AI_INSTRUMENT(page_map,
			  .columns = page_map_columns,
			  .relation = AI_HEAP, .tier = AI_STRUCTURE,
			  .first_arg = 2, .last_arg = 3,
			  .begin = page_map_begin, .state_size = sizeof(PageMap));
