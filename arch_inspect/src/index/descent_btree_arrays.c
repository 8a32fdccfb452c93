/*-------------------------------------------------------------------------
 *
 * descent_btree_arrays.c
 *	  Scans of a btree with arrays: lists of values, and skipped columns.
 *
 * Before PostgreSQL 17 a list is a search for each of its values.  Since then
 * the server goes through the lists while it reads a leaf, and decides there
 * whether the next values are near or a new way down is shorter; 18 makes such
 * lists of columns without a condition (skip scan).  Those decisions are left
 * to the server's own code, which gets the copy of a page when every byte of
 * it that it will look at was found sound.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/buf_internals.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "index/descent_btree.h"

#include "compat.h"

/*
 * ai_btree_arrays_begin - before the first search; false: nothing can match
 */
bool
ai_btree_arrays_begin(AiBtreeScan *scan)
{
	if (!ARCH_BTREE_ARRAYS_OUTSIDE || scan->so->numArrayKeys == 0)
		return true;
	if (scan->so->numArrayKeys < 0)
		return false;
	_bt_start_array_keys(scan->scan, scan->dir);
	return true;
}

/*
 * ai_btree_arrays_ready - before each search, its conditions are known
 */
void
ai_btree_arrays_ready(AiBtreeScan *scan)
{
#if !ARCH_BTREE_ARRAYS_OUTSIDE
	BTScanOpaque so = scan->so;

	if (so->numArrayKeys > 0 && !so->needPrimScan)
		_bt_start_array_keys(scan->scan, scan->dir);
#endif
}

/*
 * ai_btree_arrays_next - is a further search needed?
 *
 * Follows _bt_start_prim_scan
 * (src/backend/access/nbtree/nbtree.c, REL_19_STABLE)
 */
bool
ai_btree_arrays_next(AiBtreeScan *scan)
{
	if (scan->so->numArrayKeys <= 0)
		return false;
#if ARCH_BTREE_ARRAYS_OUTSIDE
	return _bt_advance_array_keys(scan->scan, scan->dir);
#elif ARCH_BTREE_READPAGE
	scan->so->scanBehind = scan->so->oppositeDirCheck = false;
	return scan->so->needPrimScan;
#else
	return _bt_start_prim_scan(scan->scan, scan->dir);
#endif
}

/*
 * ai_btree_arrays_leaf_wanted - does the server's code read the leaves?
 */
bool
ai_btree_arrays_leaf_wanted(AiBtreeScan *scan)
{
	return !ARCH_BTREE_ARRAYS_OUTSIDE && scan->so->numArrayKeys > 0;
}

#if !ARCH_BTREE_ARRAYS_OUTSIDE
/* Is all sound of the page that the server's code may look at? */
static bool
page_is_sound(AiBtreeScan *scan)
{
	AiDescent  *descent = scan->descent;
	AiColumnValue values[INDEX_MAX_KEYS];
	AiIndexItem item;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "values of a page",
												  ALLOCSET_DEFAULT_SIZES);
	const char *problem = NULL;
	OffsetNumber offnum;

	if (descent->what.right != InvalidBlockNumber && descent->header.nitems < P_HIKEY)
		problem = "page has no high key";
	for (offnum = FirstOffsetNumber; problem == NULL && offnum <= descent->header.nitems; offnum++)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		CHECK_FOR_INTERRUPTS();
		if (!ai_descent_item(descent, offnum, &item))
			problem = "page has fewer items than it says";
		else if (item.problem != NULL || item.key_off == 0)
			problem = item.problem != NULL ? item.problem : "item holds no key";
		else
			problem = ai_descent_columns(descent, &item, scan->ncolumns, values);
		MemoryContextSwitchTo(old);
		if (problem != NULL)
			problem = psprintf("item %u: %s", offnum, problem);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	if (problem != NULL)
		return ai_btree_stop(descent, problem);
	return true;
}

/* Where the scan stands, as the server notes it. */
static void
set_position(AiBtreeScan *scan, bool firstpage)
{
	AiDescent  *descent = scan->descent;
	BTScanOpaque so = scan->so;
	BTPageOpaque opaque = BTPageGetOpaque(descent->page->image);
	bool		forward = ScanDirectionIsForward(scan->dir);

	so->currPos.dir = scan->dir;
	so->currPos.currPage = descent->visit.blkno;
	so->currPos.nextPage = opaque->btpo_next;
	if (firstpage)
	{
		so->currPos.moreRight = forward || so->needPrimScan;
		so->currPos.moreLeft = !forward || so->needPrimScan;
		so->needPrimScan = false;
	}
	else if (forward)
		so->currPos.moreLeft = true;
	else
		so->currPos.moreRight = true;
}

#if ARCH_BTREE_READPAGE
/*
 * Have the server read the page out of a local buffer, where the copy of it is
 * for that time.  (Its parts are not to be called one by one.)
 */
static void
read_by_server(AiBtreeScan *scan, OffsetNumber offnum, bool firstpage)
{
	AiDescent  *descent = scan->descent;
	BTScanOpaque so = scan->so;
	bool		found;
	BufferDesc *desc = LocalBufferAlloc(RelationGetSmgr(descent->rel),
										MAIN_FORKNUM, descent->visit.blkno,
										&found);
	Buffer		buffer = BufferDescriptorGetBuffer(desc);

	if (!found)
		memcpy(BufferGetBlock(buffer), descent->page->image, BLCKSZ);
	so->currPos.buf = buffer;
	/* else the items are those of the page before */
	if (_bt_readpage(scan->scan, scan->dir, offnum, firstpage))
	{
		for (int i = so->currPos.firstItem; i <= so->currPos.lastItem; i++)
			ai_descent_match(descent, &so->currPos.items[i].heapTid);
	}
	so->currPos.buf = InvalidBuffer;
	UnpinLocalBuffer(buffer);
	if (!found)
		InvalidateLocalBuffer(desc, true);
}
#else
/*
 * The server's loop over a page, over the copy of it.
 *
 * Follows _bt_readpage (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
static void
read_by_server(AiBtreeScan *scan, OffsetNumber offnum, bool firstpage)
{
	AiDescent  *descent = scan->descent;
	Relation	rel = descent->rel;
	BTScanOpaque so = scan->so;
	Page		page = (Page) descent->page->image;
	bool		forward = ScanDirectionIsForward(scan->dir);
	int			natts = IndexRelationGetNumberOfAttributes(rel);
	OffsetNumber minoff = descent->what.first;
	OffsetNumber maxoff = descent->header.nitems;
	bool		has_high_key = descent->what.right != InvalidBlockNumber;
	BTReadPageState pstate;

	memset(&pstate, 0, sizeof(pstate));
	pstate.minoff = minoff;
	pstate.maxoff = maxoff;
	pstate.page = page;
	pstate.continuescan = true;
	arch_btree_set_page(&pstate, scan->dir, firstpage);

#if !ARCH_BTREE_SKIP
	if (!firstpage && !so->scanBehind && minoff < maxoff)
	{
		IndexTuple	itup = (IndexTuple) PageGetItem(page, PageGetItemId(page, forward ? maxoff : minoff));

		_bt_checkkeys(scan->scan, &pstate, false, itup, natts);
		pstate.prechecked = pstate.continuescan;
		pstate.continuescan = true;
	}
#endif
	if (forward && has_high_key)
		pstate.finaltup = (IndexTuple) PageGetItem(page, PageGetItemId(page, P_HIKEY));
	else if (!forward && minoff <= maxoff && descent->what.left != InvalidBlockNumber)
		pstate.finaltup = (IndexTuple) PageGetItem(page, PageGetItemId(page, minoff));
#if ARCH_BTREE_SKIP
	if (so->scanBehind && pstate.finaltup != NULL &&
		!_bt_scanbehind_checkkeys(scan->scan, scan->dir, pstate.finaltup))
	{
		if (forward)
			so->currPos.moreRight = false;
		else
			so->currPos.moreLeft = false;
		so->needPrimScan = true;
		return;
	}
	so->scanBehind = so->oppositeDirCheck = false;
	if (!firstpage && minoff < maxoff)
		_bt_set_startikey(scan->scan, &pstate);
#endif

	offnum = forward ? Max(offnum, minoff) : Min(offnum, maxoff);
	while (forward ? offnum <= maxoff : offnum >= minoff)
	{
		ItemId		id = PageGetItemId(page, offnum);
		bool		killed = scan->scan->ignore_killed_tuples && ItemIdIsDead(id);
		IndexTuple	itup = (IndexTuple) PageGetItem(page, id);
		bool		holds;

		CHECK_FOR_INTERRUPTS();
		if (killed && (forward || offnum > minoff))
		{
			offnum += forward ? 1 : -1;
			continue;
		}
		pstate.offnum = offnum;
#if ARCH_BTREE_SKIP
		if (!forward && offnum == minoff && pstate.forcenonrequired)
		{
			pstate.forcenonrequired = false;
			pstate.startikey = 0;
			_bt_start_array_keys(scan->scan, scan->dir);
		}
#endif
		holds = _bt_checkkeys(scan->scan, &pstate, true, itup, natts);
#if ARCH_BTREE_SKIP
		if (!forward && so->scanBehind)
			break;
#endif
		if (OffsetNumberIsValid(pstate.skip))
		{
			offnum = pstate.skip;
			pstate.skip = InvalidOffsetNumber;
			continue;
		}
		if (holds && !killed)
		{
			AiIndexItem item;

			arch_btree_matched(&pstate);
			if (ai_descent_item(descent, offnum, &item))
				ai_descent_match_item(descent, &item);
		}
		if (!pstate.continuescan)
			break;
		offnum += forward ? 1 : -1;
	}

	if (forward && pstate.continuescan && has_high_key && !arch_btree_is_behind(so))
	{
		IndexTuple	itup = (IndexTuple) PageGetItem(page, PageGetItemId(page, P_HIKEY));

#if ARCH_BTREE_SKIP
		if (pstate.forcenonrequired)
			_bt_start_array_keys(scan->scan, scan->dir);
		pstate.forcenonrequired = false;
		pstate.startikey = 0;
#else
		pstate.prechecked = false;
#endif
		_bt_checkkeys(scan->scan, &pstate, true, itup,
					  BTreeTupleGetNAtts(itup, rel));
	}
	if (!pstate.continuescan)
	{
		if (forward)
			so->currPos.moreRight = false;
		else
			so->currPos.moreLeft = false;
	}
}
#endif							/* ARCH_BTREE_READPAGE */
#endif							/* ARCH_BTREE_ARRAYS_OUTSIDE */

/*
 * ai_btree_arrays_leaf - look at a leaf as the server does in a scan with
 * arrays; false where a problem ends the walk
 */
bool
ai_btree_arrays_leaf(AiBtreeScan *scan, OffsetNumber offnum, bool firstpage)
{
#if ARCH_BTREE_ARRAYS_OUTSIDE
	return false;
#else
	BTScanOpaque so = scan->so;
	MemoryContext old;

	if (!page_is_sound(scan))
		return false;
	set_position(scan, firstpage);
	/* what arrays keep lives as long as the scan */
	old = MemoryContextSwitchTo(scan->descent->run);
	read_by_server(scan, offnum, firstpage);
	MemoryContextSwitchTo(old);
	scan->more = ScanDirectionIsForward(scan->dir) ?
		so->currPos.moreRight : so->currPos.moreLeft;
	return true;
#endif
}
