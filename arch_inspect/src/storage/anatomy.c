/*-------------------------------------------------------------------------
 *
 * anatomy.c
 *	  Counts everything in a table in one pass.
 *
 * Each process of a parallel scan counts the blocks that it is handed and
 * returns one row at the end; the SQL function table_anatomy() adds them up.
 * What most tuples are, a committed insert that nobody touched since, is seen
 * from two hint bits; only the others are looked into.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/visibilitymapdefs.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "decode/decode_heap.h"
#include "judge/tuple_status.h"
#include "rows/rows.h"
#include "source/map_pages.h"
#include "storage/row_copy.h"
#include "words/value.h"

#include "compat.h"

/*
 * Padding is measured on about so many pages, spread evenly, and where that
 * is not all of them on about so many tuples of each.
 */
#define PADDING_PAGES	256
#define PADDING_TUPLES	8

/* What is counted; each is a column of that name. */
#define COUNTERS(count) \
	count(pages) count(new_pages) count(empty_pages) count(damaged_pages) \
	count(all_visible_pages) count(all_frozen_pages) \
	count(vm_wrong_pages) count(fsm_wrong_pages) \
	count(line_pointers) count(unused_pointers) count(redirect_pointers) \
	count(dead_pointers) \
	count(live_tuples) count(live_bytes) \
	count(inserting_tuples) count(inserting_bytes) \
	count(recently_dead_tuples) count(recently_dead_bytes) \
	count(dead_tuples) count(dead_bytes) \
	count(damaged_tuples) count(unknown_tuples) \
	count(changing_tuples) count(locked_tuples) count(heap_only_tuples) \
	count(frozen_tuples) \
	count(tuple_header_bytes) count(free_bytes) count(prunable_bytes) \
	count(packed_bytes) count(last_kept_block) count(last_item_block) \
	count(last_scanned_kept_block) count(last_scanned_block) \
	count(dead_item_pages) \
	count(padding_bytes) count(padding_tuples)

enum Counter
{
#define AS_ENUM(name) AI_N_##name,
	COUNTERS(AS_ENUM)
	AI_NCOUNTERS
};

/*
 * The pages that a rewrite fills, as raw_heap_insert() does it: a row goes
 * onto the page of the one before, or starts the next.
 */
typedef struct Packer
{
	/* bytes left free because of the fillfactor */
	uint32		saved;
	uint32		room;			/* of the page that is being filled */
	uint32		rows;			/* on it */
	int64		pages;			/* filled before it */
	int64		used;			/* bytes of those */
} Packer;

#define EMPTY_PAGE	(BLCKSZ - SizeOfPageHeaderData)

/* What of a page VACUUM and a rewrite leave. */
typedef struct PageLeft
{
	uint32		kept;			/* tuples that nobody may remove yet */
	uint32		kept_bytes;		/* of these, aligned, with line pointers */
	bool		dead_items;		/* VACUUM's first pass leaves dead pointers */
	bool		damaged;		/* there is one that can't be right */
	bool		has_dropped;	/* dropped[] is set up */
	bool		dropped[BLCKSZ / sizeof(ItemIdData)];	/* by line pointer */
} PageLeft;

typedef struct AnatomyState
{
	bool		begun;			/* there is a relation */
	bool		done;
	bool		want_vm;
	bool		want_fsm;
	bool		want_padding;
	bool		want_packed;
	AiPage	   *again;			/* of a page that is read anew, or NULL */
	bool		want_tail;
	Packer		packer;
	AiRowCopy  *copy;
	PageLeft	left;
	BlockNumber nblocks;
	BlockNumber padding_step;
	AiMap		vm;
	AiMap		fsm;
	AiTupleScan *scan;
	int			natts;
	AiAttribute *attrs;
	AiStored   *stored;
	int64		n[AI_NCOUNTERS];
} AnatomyState;

#define N(name) (state->n[AI_N_##name])

static void
begin_anatomy(AiRows *rows)
{
	AnatomyState *state = rows->state;

	state->begun = true;
	state->want_vm = rows->wanted[AI_N_all_visible_pages] ||
		rows->wanted[AI_N_all_frozen_pages] ||
		rows->wanted[AI_N_vm_wrong_pages];
	state->want_fsm = rows->wanted[AI_N_fsm_wrong_pages];
	state->want_padding = rows->wanted[AI_N_padding_bytes] ||
		rows->wanted[AI_N_padding_tuples];
	state->want_packed = rows->wanted[AI_N_packed_bytes];
	state->want_tail = rows->wanted[AI_N_last_scanned_kept_block] ||
		rows->wanted[AI_N_last_scanned_block];
	state->packer.saved = RelationGetTargetPageFreeSpace(rows->rel,
														 HEAP_DEFAULT_FILLFACTOR);
	state->packer.room = EMPTY_PAGE;
	state->copy = ai_row_copy_begin(RelationGetDescr(rows->rel));
	state->nblocks = ai_fork_blocks(rows->rel, MAIN_FORKNUM);
	state->padding_step = 1 + state->nblocks / PADDING_PAGES;
	state->natts = RelationGetDescr(rows->rel)->natts;
	state->attrs = ai_attributes_of(RelationGetDescr(rows->rel));
	state->stored = palloc(sizeof(AiStored) * Max(1, state->natts));
	ai_map_init(&state->vm, VISIBILITYMAP_FORKNUM);
	ai_map_init(&state->fsm, FSM_FORKNUM);
	state->scan = ai_tuple_scan_begin(rows->rel);
	N(last_kept_block) = -1;
	N(last_item_block) = -1;
	N(last_scanned_kept_block) = -1;
	N(last_scanned_block) = -1;
}

/* Start the next page of a rewrite. */
static void
next_packed_page(Packer *packer)
{
	packer->pages++;
	packer->used += EMPTY_PAGE - packer->room;
	packer->room = EMPTY_PAGE;
	packer->rows = 0;
}

/*
 * Put a row of some aligned length into the pages of a rewrite.  What is
 * wider than the fillfactor allows has a page all the same.
 *
 * Follows raw_heap_insert
 * (src/backend/access/heap/rewriteheap.c, REL_19_STABLE)
 */
static inline void
pack_one(Packer *packer, uint32 length)
{
	uint32		each = length + sizeof(ItemIdData);

	if (packer->rows > 0 && (packer->room < each + packer->saved ||
							 packer->rows >= MaxHeapTuplesPerPage))
		next_packed_page(packer);
	packer->rows++;
	packer->room -= Min(packer->room, each);
}

/* The same for several rows of one length. */
static void
pack_tuples(Packer *packer, uint32 length, uint32 rows)
{
	uint32		each = length + sizeof(ItemIdData);

	while (rows > 0)
	{
		uint32		fit = packer->room < each + packer->saved ? 0 :
			(packer->room - packer->saved) / each;

		if (packer->rows == 0)
			fit = Max(fit, 1);
		fit = Min(fit, MaxHeapTuplesPerPage - packer->rows);
		fit = Min(fit, rows);
		packer->rows += fit;
		packer->room -= Min(packer->room, fit * each);
		rows -= fit;
		if (rows > 0)
			next_packed_page(packer);
	}
}

/*
 * What the packer filled, in bytes of pages.  Of the last page that share is
 * counted which it has of those before, so that what several processes filled
 * can be added up.
 */
static int64
packed_bytes(const Packer *packer)
{
	double		usual = packer->pages > 0 ?
		(double) packer->used / packer->pages :
		EMPTY_PAGE - packer->saved;

	if (packer->rows == 0)
		return 0;
	return packer->pages * BLCKSZ +
		(int64) (Min(1, (EMPTY_PAGE - packer->room) / usual) * BLCKSZ);
}

/*
 * Put the rows of a page that stay into the pages of a rewrite, in the order
 * of their line pointers.
 */
static void
pack_page(AnatomyState *state, const char *page, const AiPageHeader *header,
		  const AiPlainTuples *plain)
{
	const ItemIdData *ids = ((const PageHeaderData *) page)->pd_linp;
	Packer	   *packer = &state->packer;
	uint32		bytes = state->left.kept_bytes;
	uint32		left = state->left.kept;

	if (left == 0)
		return;
	if (!state->copy->differs && plain->tuples == left &&
		plain->other_lengths == 0)
	{
		pack_tuples(packer, plain->first_length, plain->tuples);
		return;
	}

	for (int lp = 1; lp <= header->nitems; lp++)
	{
		uint32		length = MAXALIGN(ids[lp - 1].lp_len);

		if (ids[lp - 1].lp_flags != LP_NORMAL ||
			(state->left.has_dropped && state->left.dropped[lp - 1]))
			continue;
		if (state->copy->differs)
		{
			AiHeapItem	item;

			ai_decode_heap_item(page, header, lp, &item);
			if (item.can_walk &&
				ai_decode_attributes(item.tuple, item.item.len, state->attrs,
									 state->natts, state->stored) == NULL)
				length = MAXALIGN(ai_copied_width(state->copy,
												  state->stored));
		}
		else if (packer->rows > 0 && bytes + packer->saved <= packer->room &&
				 packer->rows + left <= MaxHeapTuplesPerPage)
		{
			/* this one and all behind it fit on the page */
			packer->rows += left;
			packer->room -= bytes;
			return;
		}
		bytes -= Min(bytes, length + sizeof(ItemIdData));
		left -= Min(left, 1);
		pack_one(packer, length);
	}
}

/*
 * What the tuples of a sound page, or some of them, lose to alignment.  A
 * tuple whose attributes can't be walked tells nothing.
 */
static void
measure_padding(AnatomyState *state, const char *page,
				const AiPageHeader *header)
{
	int			step = state->padding_step == 1 ? 1 :
		1 + header->nitems / PADDING_TUPLES;

	for (int lp = 1; lp <= header->nitems; lp += step)
	{
		AiHeapItem	item;

		ai_decode_heap_item(page, header, lp, &item);
		if (item.item.flags != LP_NORMAL || !item.can_walk ||
			ai_decode_attributes(item.tuple, item.item.len, state->attrs,
								 state->natts, state->stored) != NULL)
			continue;
		N(padding_tuples)++;
		for (int i = 0; i < state->natts; i++)
			N(padding_bytes) += state->stored[i].padding;
		N(padding_bytes) += MAXALIGN(item.item.len) - item.item.len;
	}
}

/* The tuple of a line pointer is gone after the next VACUUM. */
static void
drop_item(PageLeft *left, OffsetNumber lp)
{
	if (!left->has_dropped)
		memset(left->dropped, 0, sizeof(left->dropped));
	left->has_dropped = true;
	left->dropped[lp - 1] = true;
}

/*
 * A tuple that two hint bits don't tell.  Returns whether everybody who looks
 * now sees it.
 */
static bool
count_other(AiRows *rows, const AiHeapItem *item, OffsetNumber lp)
{
	AnatomyState *state = rows->state;
	PageLeft   *left = &state->left;
	uint32		len = item->item.len;
	AiTupleStatus status;

	ai_tuple_status(state->scan, item->tuple, (BlockNumber) rows->unit, lp,
					&status);
	switch (status.state)
	{
		case AI_TUPLE_UPDATING:
		case AI_TUPLE_DELETING:
			N(changing_tuples)++;
			N(live_tuples)++;
			N(live_bytes) += len;
			break;
		case AI_TUPLE_LOCKED:
			N(locked_tuples)++;
			pg_fallthrough;
		case AI_TUPLE_LIVE:
			N(live_tuples)++;
			N(live_bytes) += len;
			left->kept++;
			left->kept_bytes += MAXALIGN(len) + sizeof(ItemIdData);
			return true;
		case AI_TUPLE_INSERTING:
			N(inserting_tuples)++;
			N(inserting_bytes) += len;
			break;
		case AI_TUPLE_UPDATED:
		case AI_TUPLE_HOT_UPDATED:
		case AI_TUPLE_MOVED:
		case AI_TUPLE_DELETED:
			N(recently_dead_tuples)++;
			N(recently_dead_bytes) += len;
			break;
		case AI_TUPLE_DEAD:
		case AI_TUPLE_ABORTED:
			N(dead_tuples)++;
			N(dead_bytes) += len;
			N(prunable_bytes) += MAXALIGN(len);
			drop_item(left, lp);
			/* a heap-only version leaves no line pointer behind */
			if (!HeapTupleHeaderIsHeapOnly(item->tuple))
				left->dead_items = true;
			return false;
		case AI_TUPLE_UNKNOWN:
			N(unknown_tuples)++;
			break;
	}
	left->kept++;
	left->kept_bytes += MAXALIGN(len) + sizeof(ItemIdData);
	return false;
}

/*
 * Count the items of a sound page.  *all_visible and *all_frozen become false
 * where a tuple says otherwise.
 */
static void
count_row_versions(AiRows *rows, const char *page, const AiPageHeader *header,
			bool *all_visible, bool *all_frozen)
{
	AnatomyState *state = rows->state;
	AiPlainTuples plain = {0};
	uint32		header_bytes = 0;
	uint32		heap_only = 0;
	uint32		frozen = 0;
	uint32		tuples = 0;
	OffsetNumber lp = 1;

	state->left.kept = 0;
	state->left.kept_bytes = 0;
	state->left.dead_items = false;
	state->left.damaged = false;
	state->left.has_dropped = false;
	while ((lp = ai_count_plain_tuples(page, header, lp,
									   &plain)) <= header->nitems)
	{
		AiHeapItem	item;

		ai_decode_heap_item(page, header, lp++, &item);
		if (item.item.flags != LP_NORMAL)
		{
			if (item.item.flags == LP_UNUSED)
				N(unused_pointers)++;
			else if (item.item.flags == LP_REDIRECT)
				N(redirect_pointers)++;
			else
			{
				N(dead_pointers)++;
				*all_visible = false;
				state->left.dead_items = true;
			}
			if (item.problem != NULL)
				N(damaged_tuples)++;
			continue;
		}
		if (!item.can_walk)
		{
			/* neither VACUUM nor a rewrite gets past it */
			N(damaged_tuples)++;
			drop_item(&state->left, lp - 1);
			state->left.damaged = true;
			continue;
		}

		header_bytes += item.t_hoff;
		heap_only += (item.t_infomask2 & HEAP_ONLY_TUPLE) != 0;
		frozen += ai_xmin_is_frozen(item.tuple);
		tuples++;
		if (!count_other(rows, &item, lp - 1))
			*all_visible = false;
	}
	*all_frozen = *all_visible &&
		plain.frozen + frozen == plain.tuples + tuples;
	N(line_pointers) += header->nitems;
	N(live_tuples) += plain.tuples;
	N(live_bytes) += plain.bytes;
	state->left.kept += plain.tuples;
	state->left.kept_bytes += plain.aligned_bytes +
		plain.tuples * sizeof(ItemIdData);
	N(tuple_header_bytes) += plain.header_bytes + header_bytes;
	N(heap_only_tuples) += plain.heap_only + heap_only;
	N(frozen_tuples) += plain.frozen + frozen;
	if (state->want_packed)
		pack_page(state, page, header, &plain);
}

/*
 * What PageGetHeapFreeSpace() says: room for one more tuple and its pointer.
 *
 * Follows PageGetHeapFreeSpace
 * (src/backend/storage/page/bufpage.c, REL_19_STABLE)
 */
static uint32
heap_free_space(const char *page, const AiPageHeader *header)
{
	if (header->free_bytes < sizeof(ItemIdData))
		return 0;
	if (header->nitems >= MaxHeapTuplesPerPage)
	{
		bool		unused = false;

		for (OffsetNumber lp = 1; lp <= header->nitems && !unused; lp++)
			unused =
				((const PageHeaderData *) page)->pd_linp[lp - 1].lp_flags ==
				LP_UNUSED;
		if (!unused)
			return 0;
	}
	return header->free_bytes - sizeof(ItemIdData);
}

/*
 * What the page is by now.  Nothing of it is counted: that was done on the
 * copy of before.
 */
static void
judge_again(AiRows *rows, bool *all_visible, bool *all_frozen)
{
	AnatomyState *state = rows->state;
	int64		counted[AI_NCOUNTERS];
	bool		want_packed = state->want_packed;
	AiPageHeader header;

	if (state->again == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(rows->context);

		state->again = ai_page_create();
		MemoryContextSwitchTo(old);
	}
	ai_page_read(rows->rel, MAIN_FORKNUM, (BlockNumber) rows->unit,
				 state->again);
	ai_decode_page_header(state->again->image, AI_PAGE_HEAP, &header);
	*all_visible = *all_frozen = false;
	if (header.kind != AI_PAGE_HEAP || (header.flags & PD_ALL_VISIBLE) == 0)
		return;

	*all_visible = true;
	memcpy(counted, state->n, sizeof(counted));
	state->want_packed = false;
	count_row_versions(rows, state->again->image, &header, all_visible,
					   all_frozen);
	state->want_packed = want_packed;
	memcpy(state->n, counted, sizeof(counted));
}

/*
 * Does the visibility map say of the block what it should not?  Whoever
 * changes the page clears the bits first, and VACUUM sets both; so the map,
 * the page and the map again are asked anew, and it counts where they don't
 * agree then either.
 */
static void
check_vm(AiRows *rows, bool all_visible, bool all_frozen)
{
	AnatomyState *state = rows->state;
	uint8		bits;

	if (!ai_vm_bits(&state->vm, rows->rel, (BlockNumber) rows->unit, &bits))
		return;
	if (((bits & VISIBILITYMAP_ALL_VISIBLE) && !all_visible) ||
		((bits & VISIBILITYMAP_ALL_FROZEN) && !all_frozen))
	{
		state->vm.current = InvalidBlockNumber;
		if (!ai_vm_bits(&state->vm, rows->rel, (BlockNumber) rows->unit,
						&bits))
			return;
		if (bits != 0)
		{
			uint8		before = bits;

			judge_again(rows, &all_visible, &all_frozen);
			state->vm.current = InvalidBlockNumber;
			if (!ai_vm_bits(&state->vm, rows->rel, (BlockNumber) rows->unit,
							&bits))
				return;
			bits &= before;
		}
		if (((bits & VISIBILITYMAP_ALL_VISIBLE) && !all_visible) ||
			((bits & VISIBILITYMAP_ALL_FROZEN) && !all_frozen))
			N(vm_wrong_pages)++;
	}
	if (bits & VISIBILITYMAP_ALL_VISIBLE)
		N(all_visible_pages)++;
	if (bits & VISIBILITYMAP_ALL_FROZEN)
		N(all_frozen_pages)++;
}

/* Is the free space map off by more than a category? */
static void
check_fsm(AiRows *rows, uint32 free_bytes)
{
	AnatomyState *state = rows->state;
	int			step = BLCKSZ / 256;
	int			right = Min(free_bytes / step, 254);
	uint8		category;

	if (!ai_fsm_category(&state->fsm, rows->rel, (BlockNumber) rows->unit,
						 &category))
		category = 0;
	if (abs((int) category - right) > 1)
		N(fsm_wrong_pages)++;
}

/*
 * Is the block one that VACUUM reads whatever stands around it, and has it
 * tuples?  It passes over what the visibility map calls all-visible, but for
 * the last block.
 */
static void
note_scanned(AiRows *rows, bool kept)
{
	AnatomyState *state = rows->state;
	uint8		bits;

	if (rows->unit + 1 >= state->nblocks)
		return;
	if (ai_vm_bits(&state->vm, rows->rel, (BlockNumber) rows->unit, &bits) &&
		(bits & VISIBILITYMAP_ALL_VISIBLE))
		return;
	N(last_scanned_block) = Max(N(last_scanned_block), (int64) rows->unit);
	if (kept)
		N(last_scanned_kept_block) = Max(N(last_scanned_kept_block),
										 (int64) rows->unit);
}

static void
count_page(AiRows *rows)
{
	AnatomyState *state = rows->state;
	const AiPageHeader *header = ai_rows_header(rows);
	const char *page = ai_rows_page(rows);
	bool		all_visible = true;
	bool		all_frozen = true;
	bool		kept = false;
	uint32		free_bytes = 0;

	N(pages)++;
	if (header->kind == AI_PAGE_HEAP)
	{
		int64		unused = N(unused_pointers);

		count_row_versions(rows, page, header, &all_visible, &all_frozen);
		if (state->want_padding && rows->unit % state->padding_step == 0)
			measure_padding(state, page, header);
		if (N(unused_pointers) - unused == header->nitems)
			N(empty_pages)++;
		kept = state->left.kept > 0 || state->left.damaged;
		if (state->left.dead_items)
		{
			N(dead_item_pages)++;
			N(last_item_block) = Max(N(last_item_block), (int64) rows->unit);
		}
		if ((header->flags & PD_ALL_VISIBLE) == 0)
			all_visible = all_frozen = false;
		free_bytes = heap_free_space(page, header);
		N(free_bytes) += free_bytes;
	}
	else if (header->kind == AI_PAGE_NEW)
	{
		N(new_pages)++;
		all_visible = all_frozen = false;
		free_bytes = BLCKSZ - SizeOfPageHeaderData;
	}
	else
	{
		N(damaged_pages)++;
		kept = true;
	}
	if (kept)
	{
		N(last_kept_block) = Max(N(last_kept_block), (int64) rows->unit);
		N(last_item_block) = Max(N(last_item_block), (int64) rows->unit);
	}
	if (state->want_tail)
		note_scanned(rows, kept);
	if (state->want_vm)
		check_vm(rows, all_visible, all_frozen);
	if (state->want_fsm)
		check_fsm(rows, free_bytes);
}

static bool
next_anatomy(AiRows *rows)
{
	AnatomyState *state = rows->state;

	if (state->done || !state->begun)
		return false;
	while (ai_rows_advance(rows))
		count_page(rows);
	N(packed_bytes) = packed_bytes(&state->packer);
	state->done = true;
	return true;
}

#define AS_GETTER(name) \
static Datum \
get_##name(AiRows *rows, bool *isnull) \
{ \
	return Int64GetDatum(((AnatomyState *) rows->state)->n[AI_N_##name]); \
}
COUNTERS(AS_GETTER)

#define AS_COLUMN(name) {#name, INT8OID, get_##name},
static const AiColumn anatomy_columns[] = {
	COUNTERS(AS_COLUMN)
	{NULL}
};

/*
 * One row, whatever the number of pages.  A page takes so little that
 * starting workers pays from some 100 MB on only; unit_cpu says so to the
 * planner.
 */
static double
parts_per_page(Relation rel)
{
	BlockNumber nblocks = ai_fork_blocks(rel, MAIN_FORKNUM);

	return nblocks == 0 ? 1 : 1.0 / nblocks;
}

/* arch_parts.anatomy_parts(regclass) */
AI_INSTRUMENT(anatomy_parts,
			  .columns = anatomy_columns, .begin = begin_anatomy,
			  .next = next_anatomy,
			  .state_size = sizeof(AnatomyState),
			  .relation = AI_HEAP, .tier = AI_STRUCTURE,
			  .rows_per_unit = parts_per_page, .unit_cpu = 10);
