/*-------------------------------------------------------------------------
 *
 * tuple_status.c
 *	  What a heap tuple is at this moment, from a copy of its header.
 *
 * The answers are those of HeapTupleSatisfiesVacuum() and of the horizon that
 * VACUUM goes by, but from a copy and without setting hint bits, and an id
 * that the server would raise an error for becomes a status.  The tuple's
 * header (SizeofHeapTupleHeader bytes) must be readable; nothing behind it is
 * read, and nothing in it is trusted.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/itemptr.h"
#include "utils/rel.h"

#include "compat.h"
#include "judge/holders.h"
#include "judge/tuple_status.h"

/*
 * ai_tuple_scan_begin - ready to look at tuples of a relation
 *
 * The horizon only moves on, so taken once it errs to "somebody may need it".
 */
AiTupleScan *
ai_tuple_scan_begin(Relation rel)
{
	AiTupleScan *scan = palloc0(sizeof(AiTupleScan));

	scan->horizon = ai_cleanup_horizon(rel);
	scan->xids = ai_xid_cache_create();
	return scan;
}

/*
 * What the old VACUUM FULL's moving, before 9.0, says of a tuple: true where
 * it says that this copy doesn't count.
 *
 * Follows HeapTupleCleanMoved
 * (src/backend/access/heap/heapam_visibility.c, REL_19_STABLE)
 */
static bool
moved_away(AiTupleScan *scan, const HeapTupleHeaderData *tuple,
		   AiTupleStatus *status)
{
	AiEvidence	evidence;
	AiXidStatus xvac;

	xvac = ai_xid_status(scan->xids,
						 tuple->t_choice.t_heap.t_field3.t_xvac, &evidence);
	if (xvac != AI_XID_COMMITTED && xvac != AI_XID_ABORTED &&
		xvac != AI_XID_FROZEN)
		status->problem =
			"xvac of a moved tuple is not that of an ended transaction";
	if (tuple->t_infomask & HEAP_MOVED_OFF)
		return xvac == AI_XID_COMMITTED || xvac == AI_XID_FROZEN;
	return xvac == AI_XID_ABORTED;
}

/*
 * Status of xmin: hint bits first, then the transaction.
 *
 * Follows HeapTupleSatisfiesVacuumHorizon
 * (src/backend/access/heap/heapam_visibility.c, REL_19_STABLE)
 */
static void
examine_xmin(AiTupleScan *scan, const HeapTupleHeaderData *tuple,
			 AiTupleStatus *status)
{
	uint16		infomask = tuple->t_infomask;

	if ((infomask & HEAP_XMIN_FROZEN) == HEAP_XMIN_FROZEN)
	{
		status->xmin = AI_XID_FROZEN;
		status->xmin_by = AI_BY_FROZEN;
	}
	else if (infomask & HEAP_XMIN_COMMITTED)
	{
		status->xmin = AI_XID_COMMITTED;
		status->xmin_by = AI_BY_HINT;
		if (!TransactionIdIsNormal(tuple->t_choice.t_heap.t_xmin))
		{
			status->xmin = AI_XID_FROZEN;
			status->xmin_by = AI_BY_FROZEN;
		}
	}
	else if (infomask & HEAP_XMIN_INVALID)
	{
		status->xmin = AI_XID_ABORTED;
		status->xmin_by = AI_BY_HINT;
	}
	else if (unlikely(infomask & HEAP_MOVED) &&
			 moved_away(scan, tuple, status))
	{
		status->xmin = AI_XID_ABORTED;
		status->xmin_by = AI_BY_CLOG;
	}
	else
		status->xmin = ai_xid_status(scan->xids,
									 tuple->t_choice.t_heap.t_xmin,
									 &status->xmin_by);
}

/*
 * Status of xmax, and the transaction that replaced or deleted the tuple if
 * it does not merely lock it.
 *
 * Follows HeapTupleSatisfiesVacuumHorizon
 * (src/backend/access/heap/heapam_visibility.c, REL_19_STABLE)
 */
static void
examine_xmax(AiTupleScan *scan, const HeapTupleHeaderData *tuple,
			 AiTupleStatus *status)
{
	uint16		infomask = tuple->t_infomask;
	TransactionId xmax = tuple->t_choice.t_heap.t_xmax;
	AiMultiSummary multi;

	if (infomask & HEAP_XMAX_INVALID)
	{
		if (TransactionIdIsValid(xmax))
		{
			status->xmax = AI_XID_IGNORED;
			status->xmax_by = AI_BY_HINT;
		}
		return;
	}

	if (!(infomask & HEAP_XMAX_IS_MULTI))
	{
		AiEvidence	evidence;

		if (HEAP_XMAX_IS_LOCKED_ONLY(infomask))
		{
			AiXidStatus locker = ai_xid_status(scan->xids, xmax, &evidence);

			status->xmax_by = evidence;
			status->locked = locker == AI_XID_IN_PROGRESS ||
				locker == AI_XID_OWN;
			status->xmax = status->locked ? AI_XID_LOCKED_ONLY :
				AI_XID_LOCK_RELEASED;
			return;
		}
		status->updater = xmax;
		if (infomask & HEAP_XMAX_COMMITTED)
		{
			status->xmax = AI_XID_COMMITTED;
			status->xmax_by = AI_BY_HINT;
		}
		else
			status->xmax = ai_xid_status(scan->xids, xmax, &status->xmax_by);
		return;
	}

	status->xmax_by = AI_BY_MULTIXACT;
	if (HEAP_LOCKED_UPGRADED(infomask))
	{
		/* of before 9.3: its lockers are gone, its members not to be read */
		status->xmax = AI_XID_LOCK_RELEASED;
		return;
	}

	ai_multi_summary(scan->xids, xmax, &multi);
	if (HEAP_XMAX_IS_LOCKED_ONLY(infomask))
	{
		status->locked = multi.locked;
		status->xmax = multi.locked ? AI_XID_LOCKED_ONLY :
			AI_XID_LOCK_RELEASED;
		return;
	}
	status->locked = multi.locked;
	if (multi.nmembers < 0)
	{
		status->xmax = multi.why;
		status->problem =
			"the members of the multixact in t_xmax can't be read";
		return;
	}
	status->updater = multi.updater;
	if (!TransactionIdIsValid(multi.updater))
	{
		status->xmax = AI_XID_UNREADABLE;
		status->problem = "the multixact in t_xmax has no updating member";
		return;
	}
	status->xmax_by_multi = true;
	status->xmax = ai_xid_status(scan->xids, multi.updater, &status->xmax_by);
}

/*
 * ai_tuple_status - all that is known of a tuple from its header
 *
 * Its own place tells a deleted tuple (which points to itself) from one with
 * a newer version elsewhere.
 *
 * Follows HeapTupleSatisfiesVacuumHorizon
 * (src/backend/access/heap/heapam_visibility.c, REL_19_STABLE)
 */
void
ai_tuple_status(AiTupleScan *scan, const HeapTupleHeaderData *tuple,
				BlockNumber blkno, OffsetNumber offnum, AiTupleStatus *status)
{
	bool		here;
	bool		moved;

	memset(status, 0, sizeof(AiTupleStatus));
	examine_xmin(scan, tuple, status);
	examine_xmax(scan, tuple, status);

	/*
	 * a speculative insert keeps its token there, one cancelled has no xmin
	 */
	here = ItemPointerGetBlockNumberNoCheck(&tuple->t_ctid) == blkno &&
		ItemPointerGetOffsetNumberNoCheck(&tuple->t_ctid) == offnum;
	moved = ai_moved_partitions(tuple);

	switch (status->xmin)
	{
		case AI_XID_NONE:
		case AI_XID_ABORTED:
			status->state = AI_TUPLE_ABORTED;
			status->removable = true;
			return;
		case AI_XID_TOO_OLD:
		case AI_XID_NOT_YET:
		case AI_XID_UNREADABLE:
			status->problem = status->xmin == AI_XID_TOO_OLD ?
				"t_xmin is older than the commit log" :
				status->xmin == AI_XID_NOT_YET ?
				"t_xmin has not been assigned yet" :
				"the commit log of t_xmin can't be read";
			status->state = AI_TUPLE_UNKNOWN;
			return;
		default:
			break;
	}

	switch (status->xmax)
	{
		case AI_XID_NONE:
		case AI_XID_IGNORED:
		case AI_XID_ABORTED:
		case AI_XID_LOCK_RELEASED:
		case AI_XID_LOCKED_ONLY:
			/*
			 * lockers may share a multixact with an updater that rolled back
			 */
			status->state = status->locked ? AI_TUPLE_LOCKED : AI_TUPLE_LIVE;
			break;
		case AI_XID_OWN:
		case AI_XID_IN_PROGRESS:
			status->state = here || moved ? AI_TUPLE_DELETING :
				AI_TUPLE_UPDATING;
			return;
		case AI_XID_COMMITTED:
		case AI_XID_FROZEN:
			if (TransactionIdPrecedes(status->updater, scan->horizon))
			{
				status->state = AI_TUPLE_DEAD;
				status->removable = true;
			}
			else if (moved)
				status->state = AI_TUPLE_MOVED;
			else if (here)
				status->state = AI_TUPLE_DELETED;
			else
				status->state = (tuple->t_infomask2 & HEAP_HOT_UPDATED) ?
					AI_TUPLE_HOT_UPDATED : AI_TUPLE_UPDATED;
			break;
		default:
			if (status->problem == NULL)
				status->problem = status->xmax == AI_XID_TOO_OLD ?
					"t_xmax is older than the commit log" :
					status->xmax == AI_XID_NOT_YET ?
					"t_xmax has not been assigned yet" :
					"the commit log of t_xmax can't be read";
			status->state = AI_TUPLE_UNKNOWN;
			return;
	}

	if (status->xmin == AI_XID_OWN || status->xmin == AI_XID_IN_PROGRESS)
	{
		status->state = AI_TUPLE_INSERTING;
		status->removable = false;
	}
}

/*
 * ai_pruned_with_chain - whether a replaced version is removed because a
 * later
 * one of its HOT chain is: pruning takes a chain up to the last version that
 * nobody needs
 *
 * Follows heap_prune_chain
 * (src/backend/access/heap/pruneheap.c, REL_19_STABLE)
 */
bool
ai_pruned_with_chain(AiTupleScan *scan, const char *page,
					 const AiPageHeader *header, BlockNumber blkno,
					 const AiHeapItem *item, const AiTupleStatus *status)
{
	AiHeapItem	next = *item;
	AiTupleStatus state = *status;

	for (int hops = 0; hops < header->nitems; hops++)
	{
		TransactionId updater = state.updater;
		OffsetNumber to = ItemPointerGetOffsetNumberNoCheck(&next.t_ctid);

		if (state.state != AI_TUPLE_HOT_UPDATED ||
			ItemPointerGetBlockNumberNoCheck(&next.t_ctid) != blkno ||
			to < FirstOffsetNumber || to > header->nitems)
			return false;
		ai_decode_heap_item(page, header, to, &next);
		if (!next.has_header || next.item.flags != LP_NORMAL ||
			!TransactionIdEquals(HeapTupleHeaderGetXmin(next.tuple),
								 updater) ||
			!HeapTupleHeaderIsHeapOnly(next.tuple))
			return false;
		ai_tuple_status(scan, next.tuple, blkno, to, &state);
		if (state.state == AI_TUPLE_DEAD)
			return true;
	}
	return false;
}

/*
 * ai_tuple_state_name - the word shown for what a tuple is
 */
const char *
ai_tuple_state_name(AiTupleState state)
{
	static const char *const names[] = {
		[AI_TUPLE_UNKNOWN] = "unknown",
		[AI_TUPLE_LIVE] = "live",
		[AI_TUPLE_LOCKED] = "locked",
		[AI_TUPLE_INSERTING] = "inserting",
		[AI_TUPLE_UPDATING] = "updating",
		[AI_TUPLE_DELETING] = "deleting",
		[AI_TUPLE_UPDATED] = "updated",
		[AI_TUPLE_HOT_UPDATED] = "hot-updated",
		[AI_TUPLE_MOVED] = "moved",
		[AI_TUPLE_DELETED] = "deleted",
		[AI_TUPLE_DEAD] = "dead",
		[AI_TUPLE_ABORTED] = "aborted",
	};

	Assert(state >= 0 && state < AI_TUPLE_STATES);
	return names[state];
}
