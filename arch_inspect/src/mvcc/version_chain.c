/*-------------------------------------------------------------------------
 *
 * version_chain.c
 *	  All versions of a row, from the root line pointer to the newest.
 *
 * A version points to the next one only.  Older ones are found as what points
 * here with the right transaction: first on the same page, and where the
 * version says that it came from an UPDATE and nothing on its page led to it,
 * by one pass over the table.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/itemptr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "base/guard.h"
#include "compat.h"
#include "decode/decode_heap.h"
#include "judge/visibility.h"
#include "result.h"
#include "source/page_source.h"

PG_FUNCTION_INFO_V1(ai_version_chain);

#define MAX_VERSIONS	10000
#define MAX_CROSSINGS	4000000

typedef enum LinkKind
{
	LINK_REDIRECT,
	LINK_VERSION,				/* index entries point to it */
	LINK_HEAP_ONLY,				/* none do */
	LINK_GONE,					/* a line pointer without a tuple */
} LinkKind;

typedef struct Link
{
	ItemPointerData tid;
	LinkKind	kind;
	const char *flags;			/* of the line pointer, where it is gone */
	HeapTupleHeaderData header;
	TransactionId updater;		/* who made the next one, or 0 */
	AiVerdict	verdict;
	ItemPointerData next;
	bool		has_next;
} Link;

/* An update that went to another page. */
typedef struct Crossing
{
	ItemPointerData to;
	ItemPointerData from;
	TransactionId updater;
} Crossing;

typedef struct Chain
{
	Relation	rel;
	BlockNumber nblocks;
	AiLook	   *look;
	AiPage	   *page;
	AiPageHeader header;
	BlockNumber blkno;			/* whose page it is */

	bool		crossings_read;
	bool		crossings_cut;	/* there were more than are kept */
	int			ncrossings;
	Crossing   *crossings;
} Chain;

static bool
read_chain_page(Chain *chain, BlockNumber blkno)
{
	if (blkno >= chain->nblocks)
		return false;
	if (chain->blkno == blkno)
		return true;
	ai_page_read(chain->rel, MAIN_FORKNUM, blkno, chain->page);
	ai_decode_page_header(chain->page->image,
						  ai_expected_page(chain->rel, MAIN_FORKNUM),
						  &chain->header);
	chain->blkno = blkno;
	return true;
}

/*
 * Who replaced the tuple, also where that was rolled back; 0 if it wasn't
 * replaced, or was not by somebody who can be told.
 */
static TransactionId
updater_of_link(Chain *chain, const HeapTupleHeaderData *tuple)
{
	uint16		infomask = tuple->t_infomask;
	AiMultiSummary multi;

	if (HEAP_XMAX_IS_LOCKED_ONLY(infomask))
		return InvalidTransactionId;
	if (!(infomask & HEAP_XMAX_IS_MULTI))
		return tuple->t_choice.t_heap.t_xmax;
	ai_multi_summary(chain->look->scan->xids, tuple->t_choice.t_heap.t_xmax,
					 &multi);
	return multi.nmembers < 0 ? InvalidTransactionId : multi.updater;
}

/*
 * The line pointer at a place, as a link; false if there is none.
 */
static bool
read_link(Chain *chain, ItemPointer tid, Link *link)
{
	BlockNumber blkno = ItemPointerGetBlockNumberNoCheck(tid);
	OffsetNumber offnum = ItemPointerGetOffsetNumberNoCheck(tid);
	AiHeapItem	item;

	memset(link, 0, sizeof(Link));
	link->tid = *tid;
	if (!read_chain_page(chain, blkno) || offnum < FirstOffsetNumber ||
		offnum > chain->header.nitems)
		return false;
	ai_decode_heap_item(chain->page->image, &chain->header, offnum, &item);
	if (item.item.flags == LP_REDIRECT)
	{
		link->kind = LINK_REDIRECT;
		ItemPointerSet(&link->next, blkno, item.redirect_to);
		link->has_next = true;
		return true;
	}
	if (!item.has_header || item.item.flags != LP_NORMAL)
	{
		link->kind = LINK_GONE;
		link->flags = ai_item_flags_name(item.item.flags);
		return true;
	}

	memcpy(&link->header, item.tuple, SizeofHeapTupleHeader);
	link->kind = HeapTupleHeaderIsHeapOnly(item.tuple) ? LINK_HEAP_ONLY :
		LINK_VERSION;
	ai_look_tuple(chain->look, &link->header, blkno, offnum, &link->verdict);
	link->updater = updater_of_link(chain, &link->header);
	if (TransactionIdIsValid(link->updater) &&
		!ai_same_place(&link->header.t_ctid, tid) &&
		!ai_moved_partitions(&link->header) &&
		!HeapTupleHeaderIsSpeculative(&link->header))
	{
		link->next = link->header.t_ctid;
		link->has_next = true;
	}
	return true;
}

/*
 * Whether one link is followed by the other.
 */
static bool
leads_to(const Link *from, const Link *to)
{
	if (!from->has_next || !ai_same_place(&from->next, &to->tid))
		return false;
	if (from->kind == LINK_REDIRECT)
		return true;
	return (to->kind == LINK_VERSION || to->kind == LINK_HEAP_ONLY) &&
		TransactionIdEquals(to->header.t_choice.t_heap.t_xmin, from->updater);
}

static int
compare_crossings(const void *a, const void *b)
{
	return ItemPointerCompare((ItemPointer) &((const Crossing *) a)->to,
							  (ItemPointer) &((const Crossing *) b)->to);
}

/*
 * All updates of the table that went to another page.
 */
static void
read_crossings(Chain *chain)
{
	int			size = 1024;

	chain->crossings_read = true;
	chain->crossings = palloc(sizeof(Crossing) * size);
	for (BlockNumber blkno = 0; blkno < chain->nblocks; blkno++)
	{
		CHECK_FOR_INTERRUPTS();
		read_chain_page(chain, blkno);
		for (OffsetNumber lp = FirstOffsetNumber; lp <=
			 chain->header.nitems; lp++)
		{
			AiHeapItem	item;
			TransactionId updater;

			ai_decode_heap_item(chain->page->image, &chain->header, lp,
								&item);
			if (!item.has_header || item.item.flags != LP_NORMAL ||
				HEAP_XMAX_IS_LOCKED_ONLY(item.t_infomask) ||
				!TransactionIdIsValid(item.t_xmax) ||
				ItemPointerGetBlockNumberNoCheck(&item.t_ctid) == blkno ||
				!TransactionIdIsValid(updater = updater_of_link(chain,
																item.tuple)))
				continue;
			if (chain->ncrossings == MAX_CROSSINGS)
			{
				chain->crossings_cut = true;
				break;
			}
			if (chain->ncrossings == size)
			{
				size *= 2;
				chain->crossings = repalloc_huge(chain->crossings,
												 sizeof(Crossing) * size);
			}
			chain->crossings[chain->ncrossings].to = item.t_ctid;
			ItemPointerSet(&chain->crossings[chain->ncrossings].from, blkno,
						   lp);
			chain->crossings[chain->ncrossings++].updater = updater;
		}
	}
	qsort(chain->crossings, chain->ncrossings, sizeof(Crossing),
		  compare_crossings);
}

/*
 * The link before one; false if there is none.
 */
static bool
find_previous(Chain *chain, const Link *link, Link *previous)
{
	BlockNumber blkno = ItemPointerGetBlockNumberNoCheck(&link->tid);
	ItemPointerData tid;
	int			low = 0;
	int			high;

	if (link->kind == LINK_REDIRECT || link->kind == LINK_GONE)
		return false;
	read_chain_page(chain, blkno);
	for (OffsetNumber lp = FirstOffsetNumber; lp <=
		 chain->header.nitems; lp++)
	{
		ItemPointerSet(&tid, blkno, lp);
		if (read_link(chain, &tid, previous) && leads_to(previous, link))
			return true;
	}
	if (!(link->header.t_infomask & HEAP_UPDATED) ||
		link->kind == LINK_HEAP_ONLY)
		return false;

	if (!chain->crossings_read)
		read_crossings(chain);
	high = chain->ncrossings;
	while (low < high)
	{
		int			mid = (low + high) / 2;

		if (ItemPointerCompare(&chain->crossings[mid].to,
							   (ItemPointer) &link->tid) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < chain->ncrossings &&
		 ai_same_place(&chain->crossings[low].to, &link->tid); low++)
	{
		if (TransactionIdEquals(chain->crossings[low].updater,
								link->header.t_choice.t_heap.t_xmin) &&
			read_link(chain, &chain->crossings[low].from, previous) &&
			leads_to(previous, link))
			return true;
	}
	return false;
}

/*
 * Whether the version can go now, or what forbids it.
 */
static char *
fate_of(Chain *chain, const Link *link)
{
	const AiTupleStatus *status = &link->verdict.status;

	if (link->kind == LINK_REDIRECT)
		return pstrdup("stays until no version after it is needed");
	if (link->kind == LINK_GONE)
		return psprintf("the version is gone, its line pointer is %s",
						link->flags);
	switch (status->state)
	{
		case AI_TUPLE_DEAD:
		case AI_TUPLE_ABORTED:
			return pstrdup("pruning or VACUUM may remove it now");
		case AI_TUPLE_LIVE:
		case AI_TUPLE_LOCKED:
			return pstrdup("it is the row");
		case AI_TUPLE_INSERTING:
			return pstrdup("its transaction runs");
		case AI_TUPLE_UPDATING:
		case AI_TUPLE_DELETING:
			return psprintf("transaction %u, which replaces or deletes it, runs",
							status->updater);
		case AI_TUPLE_UNKNOWN:
			return psprintf("damaged: %s", status->problem ? status->problem :
							"unknown");
		default:
			return psprintf("a snapshot from before transaction %u ended may need it: the horizon is %u (see arch_inspect.xmin_horizons)",
							status->updater, chain->look->scan->horizon);
	}
}

/*
 * Was the version replaced by a heap-only one?  The bit for it stays where
 * who wanted to do so rolled back.
 */
static bool
is_hot_updated(const Link *link)
{
	AiXidStatus xmax = link->verdict.status.xmax;

	return (link->header.t_infomask2 & HEAP_HOT_UPDATED) &&
		(xmax == AI_XID_COMMITTED || xmax == AI_XID_FROZEN ||
		 xmax == AI_XID_IN_PROGRESS || xmax == AI_XID_OWN);
}

static void
put_link(ReturnSetInfo *rsinfo, Chain *chain, const Link *link, int n,
		 bool last, bool entered)
{
	static const char *const kinds[] = {"redirect", "version",
										"heap-only version", "gone"};
	bool		tuple = link->kind == LINK_VERSION ||
		link->kind == LINK_HEAP_ONLY;
	Datum		values[11];
	bool		nulls[11] = {false};

	values[0] = Int32GetDatum(n);
	values[1] = PointerGetDatum(&link->tid);
	values[2] = CStringGetTextDatum(kinds[link->kind]);
	values[3] = BoolGetDatum(entered);
	nulls[4] = nulls[5] = nulls[6] = nulls[7] = nulls[8] = !tuple;
	if (tuple)
	{
		values[4] = CStringGetTextDatum(ai_tuple_state_name(link->verdict.status.state));
		values[5] = BoolGetDatum(link->verdict.visible);
		nulls[5] = !link->verdict.known;
		values[6] =
			TransactionIdGetDatum(link->header.t_choice.t_heap.t_xmin);
		values[7] =
			TransactionIdGetDatum(link->header.t_choice.t_heap.t_xmax);
		values[8] = BoolGetDatum(is_hot_updated(link));
	}
	/* what the last one points to is gone, or another row's by now */
	values[9] = PointerGetDatum(&link->next);
	nulls[9] = last || !link->has_next;
	values[10] = CStringGetTextDatum(fate_of(chain, link));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * ai_version_chain - arch_parts.version_chain(regclass, tid)
 */
Datum
ai_version_chain(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"version", INT4OID},
		{"at", TIDOID},
		{"kind", TEXTOID},
		{"entered", BOOLOID},
		{"state", TEXTOID},
		{"visible", BOOLOID},
		{"t_xmin", XIDOID},
		{"t_xmax", XIDOID},
		{"hot_updated", BOOLOID},
		{"next", TIDOID},
		{"fate", TEXTOID}
	};
	ItemPointerData entered = *(ItemPointer) PG_GETARG_POINTER(1);
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	Chain		chain;
	Link		link;
	Link		other;
	Link	   *links;
	int			n = 0;

	memset(&chain, 0, sizeof(chain));
	chain.rel = ai_open_relation(PG_GETARG_OID(0), AI_STRUCTURE, AI_HEAP);
	chain.nblocks = ai_fork_blocks(chain.rel, MAIN_FORKNUM);
	ai_check_block(chain.rel, chain.nblocks,
				   ItemPointerGetBlockNumberNoCheck(&entered));
	chain.look = ai_look_begin(chain.rel, GetActiveSnapshot(), NULL);
	chain.page = ai_page_create();
	chain.blkno = InvalidBlockNumber;
	if (!read_link(&chain, &entered, &link))
	{
		ai_close_relation(chain.rel);
		return (Datum) 0;
	}

	/* back to the oldest; the number keeps a garbled circle from going on */
	for (int i = 0; i < MAX_VERSIONS &&
		 find_previous(&chain, &link, &other); i++)
	{
		CHECK_FOR_INTERRUPTS();
		link = other;
	}

	/* and forward to the newest */
	links = palloc_array(Link, 64);
	links[n++] = link;
	while (n < MAX_VERSIONS && links[n - 1].has_next)
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_link(&chain, &links[n - 1].next, &link) ||
			!leads_to(&links[n - 1], &link))
			break;
		if (n >= 64 && (n & (n - 1)) == 0)
			links = repalloc_array(links, Link, n * 2);
		links[n++] = link;
	}

	for (int i = 0; i < n; i++)
		put_link(rsinfo, &chain, &links[i], i + 1,
				 i == n - 1 && n < MAX_VERSIONS,
				 ai_same_place(&links[i].tid, &entered));
	ai_close_relation(chain.rel);
	return (Datum) 0;
}
