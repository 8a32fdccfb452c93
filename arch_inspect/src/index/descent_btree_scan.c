/*-------------------------------------------------------------------------
 *
 * descent_btree_scan.c
 *	  What a scan of a btree reads: the ways down, and the leaves from there.
 *
 * The server makes of the conditions what it would make of them for a scan
 * (_bt_preprocess_keys), with a scan descriptor that is asked for no row.  It
 * reads no page for that; the pages are read here, from copies.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "index/descent_btree.h"

#include "compat.h"

/* Moves to the right on the way back to the page on the left; as the server */
#define LEFT_TRIES	4

/* The page to the right that holds keys; false at the end. */
static bool
step_right(AiDescent *descent)
{
	do
	{
		const char *why;
		BlockNumber from = descent->visit.blkno;
		AiIndexItem item;

		if (descent->what.right == InvalidBlockNumber)
			return false;
		descent->visit.child = descent->what.right;
		if (ai_btree_ignored(descent))
			why = psprintf("block %u is %s: go on to the right", from, descent->what.kind);
		else if (descent->quiet || !ai_descent_item(descent, P_HIKEY, &item))
			why = "";
		else
			why = psprintf("what lies behind the high key %s of block %u may match",
						   ai_descent_item_text(descent, &item), from);
		if (!ai_btree_tree_page(descent, descent->what.right, 0, why))
			return false;
	} while (ai_btree_ignored(descent));
	return true;
}

/*
 * The page to the left that holds keys.  A page that was split since has the
 * one that is wanted to its right.
 *
 * Follows _bt_lock_and_validate_left
 * (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
static bool
step_left(AiDescent *descent)
{
	do
	{
		BlockNumber from = descent->visit.blkno;
		int			tries = 0;

		if (descent->what.left == InvalidBlockNumber)
			return false;
		descent->visit.child = descent->what.left;
		if (!ai_btree_tree_page(descent, descent->what.left, 0,
								psprintf("what lies before block %u may match", from)))
			return false;
		while (strcmp(descent->what.kind, "deleted") == 0 || descent->what.right != from)
		{
			if (descent->what.right == InvalidBlockNumber || ++tries > LEFT_TRIES)
				return ai_btree_stop(descent, "the page to the left is not found");
			descent->visit.child = descent->what.right;
			if (!ai_btree_tree_page(descent, descent->what.right, 0,
									psprintf("block %u is not left of block %u any more",
											 descent->visit.blkno, from)))
				return false;
		}
	} while (ai_btree_ignored(descent));
	return true;
}

/*
 * One way down and along the leaves; false where a problem ends it all.
 *
 * Follows _bt_readnextpage
 * (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
static bool
search_once(AiBtreeScan *scan)
{
	AiDescent  *descent = scan->descent;
	bool		forward = ScanDirectionIsForward(scan->dir);
	OffsetNumber offnum;
	AiBtreeKey	key;
	bool		found;
	bool		starts;
	MemoryContext old;

	/* what the comparators keep must outlive a page */
	MemoryContextReset(scan->search);
	old = MemoryContextSwitchTo(scan->search);
	starts = ai_btree_start(scan, &key);
	MemoryContextSwitchTo(old);
	if (starts)
	{
		found = ai_btree_descend(descent, &key, &offnum);
		if (found && !forward)
			offnum--;
	}
	else
		found = ai_btree_endpoint(descent, !forward, &offnum);
	if (!found)
		return descent->visit.problem == NULL;

	for (bool first = true;; first = false)
	{
		if (!ai_btree_leaf(scan, offnum, first))
			return false;
		if (!scan->more)
			return true;
		if (!(forward ? step_right(descent) : step_left(descent)))
			return descent->visit.problem == NULL;
		offnum = forward ? descent->what.first : descent->header.nitems;
	}
}

/*
 * What the server makes of the conditions for the search that comes; false
 * where nothing can match.  What it keeps lives as long as the scan.
 */
static bool
conditions_of_search(AiBtreeScan *scan)
{
	MemoryContext old = MemoryContextSwitchTo(scan->descent->run);

	_bt_preprocess_keys(scan->scan);
	if (scan->so->qual_ok)
		ai_btree_arrays_ready(scan);
	MemoryContextSwitchTo(old);
	return scan->so->qual_ok;
}

/* Is there a further search?  No more than could be needed for all leaves. */
static bool
next_search(AiBtreeScan *scan)
{
	AiDescent  *descent = scan->descent;
	MemoryContext old = MemoryContextSwitchTo(descent->run);
	bool		next = ai_btree_arrays_next(scan);

	MemoryContextSwitchTo(old);
	if (next && ai_btree_arrays_leaf_wanted(scan) &&
		descent->search > 4 * (uint64) descent->nblocks + 10)
		return ai_btree_stop(descent, "more searches than the index has leaves");
	return next;
}

/*
 * ai_btree_walk - the pages that an index scan with these keys reads
 *
 * Follows btgetbitmap (src/backend/access/nbtree/nbtree.c, REL_18_STABLE)
 */
void
ai_btree_walk(AiDescent *descent)
{
	AiBtreeScan scan = {.descent = descent};
	MemoryContext old = MemoryContextSwitchTo(descent->run);
	bool		begun;

	scan.dir = descent->backward ? BackwardScanDirection : ForwardScanDirection;
	for (int i = 0; i < descent->nkeys; i++)
		scan.ncolumns = Max(scan.ncolumns, descent->keys[i].sk_attno);
	scan.scan = btbeginscan(descent->rel, descent->nkeys, 0);
	/* what index_beginscan() sets; a snapshot that needs no predicate locks */
	scan.scan->parallel_scan = NULL;
	scan.scan->xs_temp_snap = false;
	scan.scan->xs_snapshot = SnapshotAny;
	scan.so = (BTScanOpaque) scan.scan->opaque;
	btrescan(scan.scan, descent->keys, descent->nkeys, NULL, 0);
	scan.search = AllocSetContextCreate(descent->run, "search of a btree",
										ALLOCSET_DEFAULT_SIZES);
	begun = ai_btree_arrays_begin(&scan);
	MemoryContextSwitchTo(old);

	if (begun)
	{
		do
		{
			CHECK_FOR_INTERRUPTS();
			if (conditions_of_search(&scan) && !search_once(&scan))
				break;
		} while (next_search(&scan));
	}
	ai_descent_flush(descent);
	btendscan(scan.scan);
}
