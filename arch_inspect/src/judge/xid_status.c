/*-------------------------------------------------------------------------
 *
 * xid_status.c
 *	  What is known of a transaction id or a multixact id, never an error.
 *
 * The server's own lookups raise errors on ids that were cut off or never
 * assigned, since a sound page has none; here such an id gets a status.  The
 * order is the server's: first whether it runs, then how it ended, because a
 * transaction enters pg_xact before it leaves the list of running ones
 * (heapam_visibility.c says why).
 *
 * Answers are kept in a small table for the length of a scan.  An end is for
 * ever; "in progress" holds as long as no transaction of the server ended.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/subtrans.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "storage/condition_variable.h"
#include "storage/lwlock.h"
#include "storage/procarray.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "judge/xid_status.h"
#include "unlocked.h"

#define XID_SLOTS	2048		/* powers of two */
#define MULTI_SLOTS 512

typedef struct XidSlot
{
	TransactionId xid;
	uint8		status;
	uint8		evidence;
	bool		final;
	uint64		era;			/* before the look */
} XidSlot;

typedef struct MultiSlot
{
	MultiXactId multi;
	bool		final;
	uint64		era;
	AiMultiSummary summary;
} MultiSlot;

struct AiXidCache
{
	TransactionId next;			/* ids before it were assigned */
	XidSlot		xids[XID_SLOTS];
	MultiSlot	multis[MULTI_SLOTS];
};

#define SLOT_OF(id, slots) \
	(((id) * UINT32_C(0x9E3779B1)) >> 8 & ((slots) - 1))

/*
 * ai_xact_era - the same for as long as no transaction of the server ends
 *
 * Without a lock: the server counts ends after it has written them to
 * pg_xact, with ProcArrayLock held exclusively.  The count is read before the
 * look at a transaction, which takes that lock or finds the end written: one
 * that ends after the look is counted after this read, and the next look
 * begins anew.  Where 8 bytes are read in two pieces, half of an old count
 * and half of a new one may be put together once in 2^32 ends; that is no
 * later count, so the answer that is kept for it is not found again.
 */
uint64
ai_xact_era(void)
{
	uint64		era = ARCH_READ_ONCE(TransamVariables->xactCompletionCount);

	pg_read_barrier();
	return era;
}

/*
 * ai_xid_cache_create - answers for one scan, in the current memory context
 */
AiXidCache *
ai_xid_cache_create(void)
{
	AiXidCache *cache = palloc0(sizeof(AiXidCache));

	cache->next = ReadNextTransactionId();
	return cache;
}

/*
 * ai_lookup_failed - in PG_CATCH: make good an error that a look into the
 * server's files raised, or pass on one that is not about them
 *
 * What a look may hold then are lightweight locks, which are let go as a
 * transaction's end would do it; so callers hold none of their own.
 */
void
ai_lookup_failed(MemoryContext caller, uint32 holdoff)
{
	int			code;

	MemoryContextSwitchTo(caller);
	code = geterrcode();
	if (ERRCODE_TO_CATEGORY(code) ==
		ERRCODE_TO_CATEGORY(ERRCODE_QUERY_CANCELED) ||
		code == ERRCODE_OUT_OF_MEMORY)
		PG_RE_THROW();
	FlushErrorState();
	LWLockReleaseAll();
	ConditionVariableCancelSleep();
	InterruptHoldoffCount = holdoff;
}

/*
 * How a transaction that runs no more ended, by the commit log.
 *
 * The lock keeps the log from being cut off between the comparison and the
 * look, as in pg_xact_status().
 *
 * Follows TransactionIdInRecentPast
 * (src/backend/utils/adt/xid8funcs.c, REL_19_STABLE)
 */
static AiXidStatus
ended_how(TransactionId xid, AiEvidence *evidence)
{
	MemoryContext caller = CurrentMemoryContext;
	uint32		holdoff = InterruptHoldoffCount;
	volatile bool committed = false;
	volatile bool aborted = false;
	volatile bool failed = false;
	bool		cut_off;

	LWLockAcquire(XactTruncationLock, LW_SHARED);
	cut_off = TransactionIdPrecedes(xid, TransamVariables->oldestClogXid);
	if (!cut_off)
	{
		PG_TRY();
		{
			committed = TransactionIdDidCommit(xid);
			aborted = !committed && TransactionIdDidAbort(xid);
		}
		PG_CATCH();
		{
			ai_lookup_failed(caller, holdoff);
			failed = true;
		}
		PG_END_TRY();
	}
	if (!failed)
		LWLockRelease(XactTruncationLock);

	*evidence = cut_off ? AI_BY_RANGE :
		committed || aborted || failed ? AI_BY_CLOG : AI_BY_CRASH;
	return cut_off ? AI_XID_TOO_OLD : failed ? AI_XID_UNREADABLE :
		committed ? AI_XID_COMMITTED : AI_XID_ABORTED;
}

/*
 * ai_xid_status - the status of a transaction id as of now
 */
AiXidStatus
ai_xid_status(AiXidCache *cache, TransactionId xid, AiEvidence *evidence)
{
	XidSlot    *slot = &cache->xids[SLOT_OF(xid, XID_SLOTS)];
	uint64		era = ai_xact_era();
	AiXidStatus status;

	if (likely(slot->xid == xid && (slot->final || slot->era == era) &&
			   xid != InvalidTransactionId))
	{
		*evidence = slot->evidence;
		return slot->status;
	}

	if (!TransactionIdIsNormal(xid))
	{
		*evidence = TransactionIdIsValid(xid) ? AI_BY_FROZEN : AI_BY_NOTHING;
		return TransactionIdIsValid(xid) ? AI_XID_FROZEN : AI_XID_NONE;
	}

	if (TransactionIdFollowsOrEquals(xid, cache->next))
	{
		cache->next = ReadNextTransactionId();
		if (TransactionIdFollowsOrEquals(xid, cache->next))
		{
			*evidence = AI_BY_RANGE;
			return AI_XID_NOT_YET;
		}
	}

	slot->xid = InvalidTransactionId;	/* in case of an error below */
	if (TransactionIdIsCurrentTransactionId(xid))
	{
		status = AI_XID_OWN;
		*evidence = AI_BY_OWN;
	}
	else if (TransactionIdIsInProgress(xid))
	{
		status = AI_XID_IN_PROGRESS;
		*evidence = AI_BY_RUNNING;
	}
	else
		status = ended_how(xid, evidence);

	slot->status = status;
	slot->evidence = *evidence;
	slot->final = (status != AI_XID_OWN && status != AI_XID_IN_PROGRESS);
	slot->era = era;
	slot->xid = xid;
	return status;
}

/*
 * ai_multi_members - the members of a multixact, palloc'd
 *
 * Returns how many, or -1 with the reason.  The id is compared with the range
 * that exists first, but a garbled id within it can still lead to members
 * that were never written, which the server reports as an error: such a one
 * is caught here.  The caller holds no lightweight lock.
 */
int
ai_multi_members(MultiXactId multi, MultiXactMember **members,
				 AiXidStatus *why)
{
	MultiXactId oldest;
	MultiXactId next;
	MemoryContext caller = CurrentMemoryContext;
	uint32		holdoff = InterruptHoldoffCount;
	volatile int n = -1;

	*members = NULL;
	*why = AI_XID_UNREADABLE;
	if (!MultiXactIdIsValid(multi))
		return -1;

	ReadMultiXactIdRange(&oldest, &next);
	if (MultiXactIdPrecedes(multi, oldest))
		*why = AI_XID_TOO_OLD;
	else if (!MultiXactIdPrecedes(multi, next))
		*why = AI_XID_NOT_YET;
	else
	{
		PG_TRY();
		{
			n = GetMultiXactIdMembers(multi, members, false, false);
		}
		PG_CATCH();
		{
			ai_lookup_failed(caller, holdoff);
			*members = NULL;
			n = -1;
		}
		PG_END_TRY();
		if (n == 0)
			n = -1;
	}
	return n;
}

/*
 * ai_multi_summary - the updater of a multixact, and whether a member runs
 */
void
ai_multi_summary(AiXidCache *cache, MultiXactId multi,
				 AiMultiSummary *summary)
{
	MultiSlot  *slot = &cache->multis[SLOT_OF(multi, MULTI_SLOTS)];
	uint64		era = ai_xact_era();
	MultiXactMember *members;
	AiEvidence	evidence;

	if (likely(slot->multi == multi && (slot->final || slot->era == era) &&
			   multi != InvalidMultiXactId))
	{
		*summary = slot->summary;
		return;
	}

	memset(summary, 0, sizeof(AiMultiSummary));
	summary->nmembers = ai_multi_members(multi, &members, &summary->why);
	for (int i = 0; i < summary->nmembers; i++)
	{
		AiXidStatus status = ai_xid_status(cache, members[i].xid, &evidence);

		if (status == AI_XID_IN_PROGRESS || status == AI_XID_OWN)
		{
			summary->running = true;
			if (!ISUPDATE_from_mxstatus(members[i].status))
				summary->locked = true;
		}
		if (ISUPDATE_from_mxstatus(members[i].status))
			summary->updater = members[i].xid;
	}
	if (members)
		pfree(members);

	if (summary->nmembers < 0)
		return;
	slot->summary = *summary;
	slot->final = !summary->running;
	slot->era = era;
	slot->multi = multi;
}

/*
 * Whether pg_subtrans must still have this transaction.
 *
 * It is kept from the oldest one on that any snapshot in the cluster may take
 * for running, which is more than the own snapshot's bound, TransactionXmin.
 */
static bool
parent_kept(TransactionId xid)
{
	return TransactionIdIsNormal(xid) &&
		TransactionIdFollowsOrEquals(xid, GetOldestTransactionIdConsideredRunning()) &&
		TransactionIdPrecedes(xid, ReadNextTransactionId());
}

/*
 * ai_xid_parent - the transaction that a subtransaction belongs to directly
 *
 * False where that can't be known: of a transaction so old that pg_subtrans
 * need not have it any more, and where its files don't tell.  True with
 * InvalidTransactionId where no parent is on record.  SubTransGetParent()
 * asserts the own snapshot's bound, so that is moved for the moment of the
 * call.
 */
bool
ai_xid_parent(TransactionId xid, TransactionId *parent)
{
	MemoryContext caller = CurrentMemoryContext;
	uint32		holdoff = InterruptHoldoffCount;
	TransactionId bound = TransactionXmin;
	volatile TransactionId found = InvalidTransactionId;
	volatile bool known = false;

	*parent = InvalidTransactionId;
	if (!parent_kept(xid))
		return false;

	PG_TRY();
	{
		if (TransactionIdPrecedes(xid, bound))
			TransactionXmin = xid;
		found = SubTransGetParent(xid);
		TransactionXmin = bound;
		known = true;
	}
	PG_CATCH();
	{
		TransactionXmin = bound;
		ai_lookup_failed(caller, holdoff);
	}
	PG_END_TRY();
	/* a parent is always the older one; anything else is garbage */
	if (TransactionIdIsValid(found) && !TransactionIdPrecedes(found, xid))
		return false;
	*parent = found;
	return known;
}

/*
 * ai_xid_top - the top-level transaction of a transaction id, or
 * InvalidTransactionId where that can't be known
 *
 * A parent on record was written since the server started, and after its own
 * parent, so where the walk up comes to one that has none, that is the top.
 * It may as well come to one that is not kept any more: then nobody knows.
 *
 * That a transaction has no parent on record itself proves less.  What was
 * assigned before a restart has none left, so it must be running.  On a
 * standby, which hears of parents late, it proves nothing.
 */
TransactionId
ai_xid_top(TransactionId xid)
{
	TransactionId top = xid;
	TransactionId parent;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (!ai_xid_parent(top, &parent))
			return InvalidTransactionId;
		if (!TransactionIdIsValid(parent))
			break;
		top = parent;
	}
	if (top == xid &&
		(RecoveryInProgress() || !TransactionIdIsInProgress(xid)))
		return InvalidTransactionId;
	return top;
}

/*
 * ai_xid_widen - a transaction id with its epoch
 *
 * Ids that exist lie within 2^31 before the next one; one from ahead of it
 * gets the epoch in which it will come.
 */
FullTransactionId
ai_xid_widen(TransactionId xid)
{
	FullTransactionId next = ReadNextFullTransactionId();
	int32		distance = (int32) (xid - XidFromFullTransactionId(next));
	uint64		full = U64FromFullTransactionId(next);

	if (!TransactionIdIsNormal(xid))
		return FullTransactionIdFromEpochAndXid(0, xid);
	if (distance < 0 && full < (uint64) -(int64) distance)
		return FullTransactionIdFromEpochAndXid(0, xid);
	return FullTransactionIdFromU64(full + distance);
}

/*
 * ai_xid_status_name - the word shown for a status; NULL for none
 */
const char *
ai_xid_status_name(AiXidStatus status)
{
	switch (status)
	{
		case AI_XID_NONE:
			return NULL;
		case AI_XID_FROZEN:
			return "frozen";
		case AI_XID_COMMITTED:
			return "committed";
		case AI_XID_ABORTED:
			return "aborted";
		case AI_XID_IN_PROGRESS:
			return "in progress";
		case AI_XID_OWN:
			return "own";
		case AI_XID_TOO_OLD:
			return "too old";
		case AI_XID_NOT_YET:
			return "not yet";
		case AI_XID_UNREADABLE:
			return "unreadable";
		case AI_XID_IGNORED:
			return "ignored";
		case AI_XID_LOCKED_ONLY:
			return "locked only";
		case AI_XID_LOCK_RELEASED:
			return "lock released";
	}
	return NULL;
}

/*
 * ai_evidence_name - the words shown for where an answer came from
 */
const char *
ai_evidence_name(AiEvidence evidence)
{
	switch (evidence)
	{
		case AI_BY_NOTHING:
			return NULL;
		case AI_BY_HINT:
			return "hint bit";
		case AI_BY_FROZEN:
			return "frozen";
		case AI_BY_CLOG:
			return "commit log";
		case AI_BY_RUNNING:
			return "running transactions";
		case AI_BY_OWN:
			return "own transaction";
		case AI_BY_CRASH:
			return "commit log: never ended";
		case AI_BY_RANGE:
			return "range of known ids";
		case AI_BY_MULTIXACT:
			return "multixact members";
		case AI_BY_SNAPSHOT:
			return "snapshot";
		case AI_BY_SUBTRANS:
			return "snapshot, by subtransaction parent";
		case AI_BY_COMMAND:
			return "command id";
	}
	return NULL;
}

/*
 * ai_multi_status_name - what a member of a multixact does with the row
 */
const char *
ai_multi_status_name(MultiXactStatus status)
{
	switch (status)
	{
		case MultiXactStatusForKeyShare:
			return "for key share";
		case MultiXactStatusForShare:
			return "for share";
		case MultiXactStatusForNoKeyUpdate:
			return "for no key update";
		case MultiXactStatusForUpdate:
			return "for update";
		case MultiXactStatusNoKeyUpdate:
			return "no key update";
		case MultiXactStatusUpdate:
			return "update";
	}
	return NULL;
}
