/*-------------------------------------------------------------------------
 *
 * row_keys.c
 *	  Where the index entries of a row point, and what keys they have.
 *
 * An entry points at a line pointer: that of the version itself, or of the
 * root of its HOT chain.  Its key is that of one of the chain's versions: an
 * index that was made later than the chain has the newest one's.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/guard.h"
#include "decode/decode_heap.h"
#include "index/row_keys.h"

#include "compat.h"

/* A block of the table; false where there is none. */
static bool
read_heap_page(AiRowSource *source, BlockNumber blkno)
{
	if (blkno >= source->nblocks)
		return false;
	if (source->page->blkno == blkno)
		return true;
	ai_page_read(source->rel, MAIN_FORKNUM, blkno, source->page);
	ai_decode_page_header(source->page->image,
						  ai_expected_page(source->rel, MAIN_FORKNUM),
						  &source->header);
	return true;
}

/* Who replaced the tuple, as far as can be told; else 0. */
static TransactionId
updater_of(AiRowSource *source, const HeapTupleHeaderData *tuple)
{
	AiMultiSummary multi;

	if (HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask))
		return InvalidTransactionId;
	if ((tuple->t_infomask & HEAP_XMAX_IS_MULTI) == 0)
		return tuple->t_choice.t_heap.t_xmax;
	ai_multi_summary(source->scan->xids, tuple->t_choice.t_heap.t_xmax,
					 &multi);
	return multi.nmembers < 0 ? InvalidTransactionId : multi.updater;
}

/*
 * The versions of the HOT chain that begins at a line pointer of the page
 * that was read last; returns how many, at most as many as it has line
 * pointers.
 *
 * Follows heap_get_root_tuples
 * (src/backend/access/heap/pruneheap.c, REL_19_STABLE)
 */
static int
hot_chain(AiRowSource *source, OffsetNumber root, OffsetNumber *versions)
{
	BlockNumber blkno = source->page->blkno;
	OffsetNumber offnum = root;
	TransactionId updater = InvalidTransactionId;
	int			n = 0;

	while (offnum >= FirstOffsetNumber && offnum <= source->header.nitems &&
		   n < source->header.nitems)
	{
		AiHeapItem	item;

		ai_decode_heap_item(source->page->image, &source->header, offnum,
							&item);
		if (item.item.flags == LP_REDIRECT && n == 0 && offnum == root)
		{
			if (item.problem != NULL)
				break;
			offnum = item.redirect_to;
			root = InvalidOffsetNumber;
			continue;
		}
		if (item.item.flags != LP_NORMAL || !item.has_header ||
			(offnum != root && !HeapTupleHeaderIsHeapOnly(item.tuple)) ||
			(n > 0 && !TransactionIdEquals(item.t_xmin, updater)))
			break;
		versions[n++] = offnum;
		updater = updater_of(source, item.tuple);
		if ((item.t_infomask2 & HEAP_HOT_UPDATED) == 0 ||
			!TransactionIdIsValid(updater) ||
			ItemPointerGetBlockNumberNoCheck(&item.t_ctid) != blkno ||
			ItemPointerGetOffsetNumberNoCheck(&item.t_ctid) == offnum)
			break;
		offnum = ItemPointerGetOffsetNumberNoCheck(&item.t_ctid);
	}
	return n;
}

/* Is the offset among these? */
static bool
among(OffsetNumber offnum, const OffsetNumber *versions, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (versions[i] == offnum)
			return true;
	}
	return false;
}

/*
 * ai_row_place - what is known of a line pointer from its page
 *
 * Where its entries point, and whose keys they may have: the version's own
 * come first.
 */
void
ai_row_place(AiRowSource *source, const ItemPointerData *tid,
			 AiRowPlace *place)
{
	BlockNumber block = ItemPointerGetBlockNumberNoCheck(tid);
	OffsetNumber own = ItemPointerGetOffsetNumberNoCheck(tid);
	OffsetNumber versions[MaxHeapTuplesPerPage + 1];
	AiHeapItem	item;
	AiTupleStatus status;
	int			n = 0;

	memset(place, 0, sizeof(*place));
	place->tid = *tid;
	place->root = *tid;
	place->has_root = true;
	if (!read_heap_page(source, block) ||
		own < FirstOffsetNumber || own > source->header.nitems)
		return;
	ai_decode_heap_item(source->page->image, &source->header, own, &item);
	if (item.item.flags != LP_REDIRECT &&
		(item.item.flags != LP_NORMAL || !item.has_header))
		return;
	if (item.item.flags == LP_REDIRECT ||
		!HeapTupleHeaderIsHeapOnly(item.tuple))
		n = hot_chain(source, own, versions);
	else
	{
		place->has_root = false;
		for (int lp = FirstOffsetNumber; lp <= source->header.nitems; lp++)
		{
			AiHeapItem	root;

			CHECK_FOR_INTERRUPTS();
			ai_decode_heap_item(source->page->image, &source->header, lp,
								&root);
			if (root.item.flags != LP_REDIRECT &&
				(root.item.flags != LP_NORMAL || !root.has_header ||
				 HeapTupleHeaderIsHeapOnly(root.tuple)))
				continue;
			n = hot_chain(source, lp, versions);
			if (among(own, versions, n))
			{
				ItemPointerSetOffsetNumber(&place->root, lp);
				place->has_root = true;
				break;
			}
			n = 0;
		}
	}

	place->versions = palloc(sizeof(OffsetNumber) * (n + 1));
	if (item.item.flags == LP_NORMAL)
		place->versions[place->nversions++] = own;
	for (int i = 0; i < n; i++)
	{
		if (versions[i] != own)
			place->versions[place->nversions++] = versions[i];
	}

	/* one that nobody needs may have lost its entries already */
	for (int i = 0; i < place->nversions && place->has_root; i++)
	{
		ai_decode_heap_item(source->page->image, &source->header,
							place->versions[i], &item);
		ai_tuple_status(source->scan, item.tuple, source->page->blkno,
						place->versions[i], &status);
		if (status.state != AI_TUPLE_DEAD &&
			status.state != AI_TUPLE_ABORTED &&
			status.state != AI_TUPLE_INSERTING &&
			status.state != AI_TUPLE_UNKNOWN)
			place->expected = true;
	}
}

/* What tells of the values of a column, made ready for as long as we run. */
static void
ready_printer(AiRowSource *source, AiPrinter *printer, AttrNumber attnum)
{
	MemoryContext old = MemoryContextSwitchTo(source->run);

	if (!printer->ready)
		ai_printer_init(printer, source->types,
						RelationGetDescr(source->rel), attnum);
	MemoryContextSwitchTo(old);
}

/*
 * ai_row_key - the key columns of a version, as an index stores them
 *
 * The index has plain columns only.  Returns what stands in the way of one.
 */
const char *
ai_row_key(AiRowSource *source, Relation index, const AiRowPlace *place,
		   OffsetNumber offnum, Datum *values, bool *isnull)
{
	TupleDesc	desc = RelationGetDescr(source->rel);
	int			nkeys = IndexRelationGetNumberOfKeyAttributes(index);
	BlockNumber block = ItemPointerGetBlockNumberNoCheck(&place->tid);
	const char *problem;
	AiHeapItem	item;

	if (!read_heap_page(source, block) ||
		offnum > source->header.nitems)
		return "line pointer is gone";
	ai_decode_heap_item(source->page->image, &source->header, offnum, &item);
	if (!item.can_walk || item.item.flags != LP_NORMAL)
		return "version can't be read";
	problem = ai_decode_attributes(item.tuple, item.item.len, source->attrs,
								   desc->natts, source->stored);
	if (problem != NULL)
		return problem;
	for (int i = 0; i < nkeys; i++)
	{
		AttrNumber	attnum = index->rd_index->indkey.values[i];
		AiPrinter  *printer = &source->printers[attnum - 1];
		const AiStored *stored = &source->stored[attnum - 1];
		const char *unproven = ai_page_unproven(source->page);
		char	   *data;

		values[i] = (Datum) 0;
		isnull[i] = false;
		if (stored->problem != NULL)
			return stored->problem;
		if (stored->storage == AI_STORED_NULL)
		{
			isnull[i] = true;
			continue;
		}
		if (stored->storage == AI_STORED_MISSING)
		{
			values[i] = getmissingattr(desc, attnum, &isnull[i]);
			continue;
		}
		if (stored->storage == AI_STORED_UNREACHED)
			return "value can't be reached";
		if (stored->storage == AI_STORED_EXTERNAL && !source->toast_open)
		{
			MemoryContext old = MemoryContextSwitchTo(source->run);

			source->toast = ai_toast_open(source->rel);
			source->toast_open = true;
			MemoryContextSwitchTo(old);
		}
		data = ai_stored_value(source->toast,
							   (const char *) item.tuple + stored->offset,
							   stored, &problem);
		if (data == NULL)
			return problem;
		if (unproven == NULL && stored->storage == AI_STORED_EXTERNAL)
			unproven = source->toast->unproven;
		ready_printer(source, printer, attnum);
		if (!ai_value_datum(printer, data, stored->raw_size, unproven,
							&values[i], &problem))
			return problem;
	}
	return NULL;
}

/*
 * ai_row_source_begin - be ready to look at rows of a table
 *
 * What is kept lives in the current memory context.
 */
void
ai_row_source_begin(AiRowSource *source, Relation rel)
{
	int			natts = Max(1, RelationGetDescr(rel)->natts);

	memset(source, 0, sizeof(*source));
	source->rel = rel;
	source->run = CurrentMemoryContext;
	source->nblocks = ai_fork_blocks(rel, MAIN_FORKNUM);
	source->page = ai_page_create();
	source->page->blkno = InvalidBlockNumber;
	source->scan = ai_tuple_scan_begin(rel);
	source->types = ai_types_create();
	source->attrs = ai_attributes_of(RelationGetDescr(rel));
	source->stored = palloc(sizeof(AiStored) * natts);
	source->printers = palloc0(sizeof(AiPrinter) * natts);
}

void
ai_row_source_end(AiRowSource *source)
{
	if (source->toast != NULL)
		ai_toast_close(source->toast);
}
