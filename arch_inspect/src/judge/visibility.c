/*-------------------------------------------------------------------------
 *
 * visibility.c
 *	  Whether a snapshot sees a heap tuple, and which rule decided.
 *
 * The answers are those of HeapTupleSatisfiesMVCC(), from a copy of the tuple
 * and without setting hint bits.  Through a snapshot given as pg_snapshot it
 * looks as another session would: the own transaction is one like any other.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "utils/combocid.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "judge/visibility.h"

#define SEEN_SLOTS	1024

/* What the snapshot says of a transaction id between its bounds. */
typedef struct AiSeen
{
	TransactionId xid;
	bool		running;
	bool		unsure;
	uint8		by;
} AiSeen;

/*
 * pg_snapshot's own layout (xid8funcs.c keeps it to itself).
 *
 * Follows pg_snapshot (src/backend/utils/adt/xid8funcs.c, REL_19_STABLE)
 */
typedef struct PgSnapshot
{
	int32		vl_len_;
	uint32		nxip;
	uint64		xmin;
	uint64		xmax;
	uint64		xip[FLEXIBLE_ARRAY_MEMBER];
} PgSnapshot;

/*
 * ai_snapshot_subxcnt - how many subtransactions a snapshot lists
 *
 * subxcnt may count some that subxip doesn't hold: where a session had too
 * many, the server's own copy of a snapshot leaves the others' behind.
 *
 * Follows CopySnapshot (src/backend/utils/time/snapmgr.c, REL_19_STABLE)
 */
int
ai_snapshot_subxcnt(Snapshot snapshot)
{
	if (snapshot->suboverflowed && !snapshot->takenDuringRecovery)
		return 0;
	return snapshot->subxcnt;
}

/*
 * The part of a snapshot that visibility goes by, in the current memory
 * context.  The statement itself keeps the snapshot registered; but a cursor
 * is given a new copy at each FETCH.
 *
 * Follows CopySnapshot (src/backend/utils/time/snapmgr.c, REL_19_STABLE)
 */
static Snapshot
copy_snapshot(Snapshot snapshot)
{
	Snapshot	copy = palloc(sizeof(SnapshotData));

	*copy = *snapshot;
	if (snapshot->xcnt > 0)
		copy->xip = memcpy(palloc(sizeof(TransactionId) * snapshot->xcnt),
						   snapshot->xip,
						   sizeof(TransactionId) * snapshot->xcnt);
	copy->subxcnt = ai_snapshot_subxcnt(snapshot);
	copy->subxip = NULL;
	if (copy->subxcnt > 0)
		copy->subxip = memcpy(palloc(sizeof(TransactionId) * copy->subxcnt),
							  snapshot->subxip,
							  sizeof(TransactionId) * copy->subxcnt);
	return copy;
}

/*
 * ai_look_begin - ready to look at tuples of a relation
 *
 * Through the snapshot "given" where that isn't NULL (detoasted, and to be
 * kept by the caller), else through the statement's own.
 */
AiLook *
ai_look_begin(Relation rel, Snapshot snapshot, struct varlena *given)
{
	AiLook	   *look = palloc0(sizeof(AiLook));

	look->scan = ai_tuple_scan_begin(rel);
	look->next = U64FromFullTransactionId(ReadNextFullTransactionId());
	look->seen = palloc0(sizeof(AiSeen) * SEEN_SLOTS);

	if (given == NULL)
		look->snapshot = copy_snapshot(snapshot);
	else
	{
		PgSnapshot *s = (PgSnapshot *) given;

		if (VARSIZE(s) < offsetof(PgSnapshot, xip) ||
			(VARSIZE(s) - offsetof(PgSnapshot, xip)) /
			sizeof(uint64) != s->nxip)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("snapshot has an unknown form")));
		look->given.xmin = s->xmin;
		look->given.xmax = s->xmax;
		look->given.nxip = s->nxip;
		look->given.xip = s->xip;
	}
	return look;
}

static bool
given_lists(const AiGivenSnapshot *given, uint64 xid)
{
	uint32		low = 0;
	uint32		high = given->nxip;

	while (low < high)
	{
		uint32		mid = low + (high - low) / 2;

		if (given->xip[mid] < xid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < given->nxip && given->xip[low] == xid;
}

/*
 * Whether an ended transaction may have been part of one that a given
 * snapshot lists: that one is the older, and committed as this one did.  Of
 * one from a standby, which lists none at all, this can't be told.
 */
static bool
may_be_part_of_listed(AiLook *look, uint64 full)
{
	const AiGivenSnapshot *given = &look->given;
	AiEvidence	by;

	if (given->nxip == 0)
		return given->xmin < given->xmax && RecoveryInProgress();
	for (uint32 i = 0; i < given->nxip && given->xip[i] < full; i++)
	{
		AiXidStatus status;

		CHECK_FOR_INTERRUPTS();
		if (look->next - given->xip[i] >= UINT64CONST(0x80000000))
			return true;
		status = ai_xid_status(look->scan->xids,
							   (TransactionId) given->xip[i], &by);
		if (status != AI_XID_ABORTED && status != AI_XID_IN_PROGRESS &&
			status != AI_XID_OWN)
			return true;
	}
	return false;
}

/*
 * Whether a given snapshot counts a transaction as running.  It lists no
 * subtransactions: pg_subtrans tells their parents, of recent ones.  That no
 * parent is on record proves on the primary that there was none, but for
 * those from before a restart, which only a prepared transaction can have
 * kept.
 */
static void
find_in_given(AiLook *look, TransactionId xid, uint64 full, AiSeen *seen)
{
	TransactionId parent = xid;
	bool		known;

	seen->by = AI_BY_SNAPSHOT;
	seen->unsure = false;
	seen->running = given_lists(&look->given, full);
	if (seen->running)
		return;
	while ((known = ai_xid_parent(parent, &parent)) &&
		   TransactionIdIsValid(parent))
	{
		if (given_lists(&look->given,
						U64FromFullTransactionId(ai_xid_widen(parent))))
		{
			seen->running = true;
			seen->by = AI_BY_SUBTRANS;
			return;
		}
	}
	/* too old for its parent to be known; a standby hears of them late */
	if (!known || RecoveryInProgress())
		seen->unsure = may_be_part_of_listed(look, full);
}

/*
 * Whether the statement's own snapshot counts a transaction as running.
 */
static void
find_in_own(AiLook *look, TransactionId xid, AiSeen *seen)
{
	Snapshot	snapshot = look->snapshot;

	seen->running = XidInMVCCSnapshot(xid, snapshot);
	seen->by = AI_BY_SNAPSHOT;
	seen->unsure = false;
	if (!seen->running || !snapshot->suboverflowed)
		return;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		if (snapshot->xip[i] == xid)
			return;
	seen->by = AI_BY_SUBTRANS;
}

/*
 * ai_look_in_snapshot - whether the snapshot counts a transaction as not over
 */
bool
ai_look_in_snapshot(AiLook *look, TransactionId xid, AiEvidence *by,
					bool *unsure)
{
	AiSeen	   *seen;
	uint64		full = 0;

	*by = AI_BY_SNAPSHOT;
	*unsure = false;
	if (!TransactionIdIsNormal(xid))
		return false;
	if (look->snapshot)
	{
		if (TransactionIdPrecedes(xid, look->snapshot->xmin))
			return false;
		if (TransactionIdFollowsOrEquals(xid, look->snapshot->xmax))
			return true;
	}
	else
	{
		full = look->next + (int32) (xid - (uint32) look->next);
		if (full < look->given.xmin)
			return false;
		if (full >= look->given.xmax)
			return true;
	}

	seen = &look->seen[(xid * UINT32_C(0x9E3779B1)) >> 8 & (SEEN_SLOTS - 1)];
	if (seen->xid != xid)
	{
		seen->xid = InvalidTransactionId;
		if (look->snapshot)
			find_in_own(look, xid, seen);
		else
			find_in_given(look, xid, full, seen);
		seen->xid = xid;
	}
	*by = seen->by;
	*unsure = seen->unsure;
	return seen->running;
}

/*
 * ai_look_command_id - the command of the own transaction that made
 * (of_insert)
 * or unmade a tuple
 *
 * Only where the own transaction did that.  False where the tuple's combo
 * command id is none that this transaction has made, so that it can't be
 * resolved (the server's routine would read beyond its array).
 *
 * Follows EstimateComboCIDStateSpace
 * (src/backend/utils/time/combocid.c, REL_19_STABLE)
 */
bool
ai_look_command_id(AiLook *look, const HeapTupleHeaderData *tuple,
				   bool of_insert, CommandId *cid)
{
	HeapTupleHeaderData asked;

	*cid = tuple->t_choice.t_heap.t_field3.t_cid;
	if (!(tuple->t_infomask & HEAP_COMBOCID))
		return true;
	if (*cid >= look->ncombo)
	{
		/* its size is that of the count and of two command ids each */
		look->ncombo = (EstimateComboCIDStateSpace() - sizeof(int)) /
			(2 * sizeof(CommandId));
		if (*cid >= look->ncombo)
			return false;
	}
	/* a tuple with nothing else, for the other bits may be damaged ones */
	memset(&asked, 0, sizeof(asked));
	asked.t_infomask = HEAP_COMBOCID;
	asked.t_choice.t_heap.t_field3.t_cid = *cid;
	HeapTupleHeaderSetXmin(&asked, GetTopTransactionIdIfAny());
	HeapTupleHeaderSetXmax(&asked, GetTopTransactionIdIfAny());
	*cid = of_insert ? HeapTupleHeaderGetCmin(&asked) :
		HeapTupleHeaderGetCmax(&asked);
	return true;
}

static inline void
decide(AiVerdict *verdict, bool visible, AiRule rule, AiEvidence by,
	   TransactionId xid)
{
	verdict->known = true;
	verdict->visible = visible;
	verdict->rule = rule;
	verdict->by = by;
	verdict->xid = xid;
}

/*
 * Whether a tuple of the own transaction was made before the current command
 * (of_insert), or unmade.
 */
static bool
by_earlier_command(AiLook *look, const HeapTupleHeaderData *tuple,
				   bool of_insert, AiVerdict *verdict, bool *earlier)
{
	CommandId	cid;

	if (!ai_look_command_id(look, tuple, of_insert, &cid))
	{
		verdict->known = false;
		verdict->visible = false;
		verdict->rule = AI_RULE_UNKNOWN;
		verdict->by = AI_BY_COMMAND;
		verdict->status.problem =
			"t_cid is no combo command id of this transaction";
		return false;
	}
	*earlier = cid < look->snapshot->curcid;
	return true;
}

/*
 * The decision on xmin; true where xmax is to be asked too.
 *
 * Follows HeapTupleSatisfiesMVCC
 * (src/backend/access/heap/heapam_visibility.c, REL_19_STABLE)
 */
static bool
inserter_counts(AiLook *look, const HeapTupleHeaderData *tuple,
				AiVerdict *verdict)
{
	TransactionId xmin = tuple->t_choice.t_heap.t_xmin;
	AiXidStatus status = verdict->status.xmin;
	AiEvidence	by;
	bool		earlier;

	switch (status)
	{
		case AI_XID_FROZEN:
			return true;
		case AI_XID_NONE:
		case AI_XID_ABORTED:
			decide(verdict, false, AI_RULE_INSERT_ABORTED,
				   verdict->status.xmin_by, xmin);
			return false;
		case AI_XID_NOT_YET:
			decide(verdict, false, AI_RULE_INSERT_NOT_YET,
				   verdict->status.xmin_by, xmin);
			return false;
		case AI_XID_OWN:
			if (look->snapshot)
			{
				if (!by_earlier_command(look, tuple, true, verdict, &earlier))
					return false;
				if (earlier)
					return true;
				decide(verdict, false, AI_RULE_INSERT_COMMAND, AI_BY_COMMAND,
					   xmin);
				return false;
			}
			pg_fallthrough;
		case AI_XID_IN_PROGRESS:
		case AI_XID_COMMITTED:
			if (ai_look_in_snapshot(look, xmin, &by, &verdict->unsure))
				decide(verdict, false, AI_RULE_INSERT_RUNNING, by, xmin);
			else if (status != AI_XID_COMMITTED)
				decide(verdict, false, AI_RULE_INSERT_RUNNING, AI_BY_RUNNING,
					   xmin);
			else
				return true;
			return false;
		default:
			verdict->known = false;
			verdict->visible = false;
			verdict->rule = AI_RULE_UNKNOWN;
			verdict->by = verdict->status.xmin_by;
			verdict->xid = xmin;
			return false;
	}
}

/*
 * ai_look_tuple - the verdict on a tuple
 *
 * The tuple's header is a copy, as for ai_tuple_status().
 *
 * Follows HeapTupleSatisfiesMVCC
 * (src/backend/access/heap/heapam_visibility.c, REL_19_STABLE)
 */
void
ai_look_tuple(AiLook *look, const HeapTupleHeaderData *tuple,
			  BlockNumber blkno, OffsetNumber offnum, AiVerdict *verdict)
{
	TransactionId updater;
	AiEvidence	by;
	bool		earlier;
	bool		inserter_unsure;
	bool		unsure = false;

	ai_tuple_status(look->scan, tuple, blkno, offnum, &verdict->status);
	verdict->unsure = false;
	if (!inserter_counts(look, tuple, verdict))
		return;
	inserter_unsure = verdict->unsure;

	updater = verdict->status.updater;
	switch (verdict->status.xmax)
	{
		case AI_XID_NONE:
			decide(verdict, true, AI_RULE_NOT_DELETED,
				   verdict->status.xmin_by,
				   tuple->t_choice.t_heap.t_xmin);
			break;
		case AI_XID_IGNORED:
			if (HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask))
			{
				decide(verdict, true, AI_RULE_LOCKED, AI_BY_HINT,
					   tuple->t_choice.t_heap.t_xmax);
				break;
			}
			pg_fallthrough;
		case AI_XID_ABORTED:
			decide(verdict, true, AI_RULE_DELETE_ABORTED,
				   verdict->status.xmax_by,
				   tuple->t_choice.t_heap.t_xmax);
			break;
		case AI_XID_LOCKED_ONLY:
		case AI_XID_LOCK_RELEASED:
			decide(verdict, true, AI_RULE_LOCKED, AI_BY_HINT,
				   tuple->t_choice.t_heap.t_xmax);
			break;
		case AI_XID_NOT_YET:
			if (!TransactionIdIsValid(updater))
				goto unknown;
			decide(verdict, true, AI_RULE_DELETE_NOT_YET,
				   verdict->status.xmax_by, updater);
			break;
		case AI_XID_OWN:
			if (look->snapshot)
			{
				if (!by_earlier_command(look, tuple, false, verdict,
										&earlier))
					break;
				if (earlier)
					decide(verdict, false, AI_RULE_DELETED_OWN, AI_BY_COMMAND,
						   updater);
				else
					decide(verdict, true, AI_RULE_DELETE_COMMAND,
						   AI_BY_COMMAND, updater);
				break;
			}
			pg_fallthrough;
		case AI_XID_IN_PROGRESS:
		case AI_XID_COMMITTED:
		case AI_XID_FROZEN:
			if (ai_look_in_snapshot(look, updater, &by, &unsure))
				decide(verdict, true, AI_RULE_DELETE_RUNNING, by, updater);
			else if (verdict->status.xmax == AI_XID_IN_PROGRESS ||
					 verdict->status.xmax == AI_XID_OWN)
				decide(verdict, true, AI_RULE_DELETE_RUNNING, AI_BY_RUNNING,
					   updater);
			else
				decide(verdict, false, AI_RULE_DELETED,
					   verdict->status.xmax_by, updater);
			break;
		default:
	unknown:
			verdict->known = false;
			verdict->visible = false;
			verdict->rule = AI_RULE_UNKNOWN;
			verdict->by = verdict->status.xmax_by;
			verdict->xid = updater;
			return;
	}

	/* who deletes a version has seen it, so an end of that is one of both */
	verdict->unsure = unsure || (inserter_unsure && verdict->visible);
	if (verdict->known && verdict->unsure)
	{
		verdict->known = false;
		verdict->visible = false;
		verdict->rule = AI_RULE_FORGOTTEN;
		verdict->by = AI_BY_SNAPSHOT;
		verdict->xid = unsure ? updater : tuple->t_choice.t_heap.t_xmin;
	}
}

/*
 * ai_rule_name - the words shown for a rule
 */
const char *
ai_rule_name(AiRule rule)
{
	static const char *const names[] = {
		[AI_RULE_UNKNOWN] = "cannot be told",
		[AI_RULE_FORGOTTEN] =
			"cannot be known: whose subtransaction it was is not kept",
		[AI_RULE_INSERT_ABORTED] = "the insert was rolled back",
		[AI_RULE_INSERT_NOT_YET] =
			"the inserting transaction id was never assigned",
		[AI_RULE_INSERT_RUNNING] =
			"the inserting transaction was not over at the snapshot",
		[AI_RULE_INSERT_COMMAND] =
			"inserted by this or a later command of the own transaction",
		[AI_RULE_NOT_DELETED] =
			"inserted before the snapshot and not deleted",
		[AI_RULE_LOCKED] = "inserted before the snapshot and only locked",
		[AI_RULE_DELETE_ABORTED] =
			"inserted before the snapshot, and the delete doesn't count",
		[AI_RULE_DELETE_NOT_YET] =
			"inserted before the snapshot, and the deleting transaction id was never assigned",
		[AI_RULE_DELETE_RUNNING] =
			"inserted before the snapshot, and the deleting transaction was not over at it",
		[AI_RULE_DELETE_COMMAND] =
			"deleted by this or a later command of the own transaction",
		[AI_RULE_DELETED] = "deleted or replaced before the snapshot",
		[AI_RULE_DELETED_OWN] =
			"deleted or replaced by an earlier command of the own transaction",
	};

	Assert(rule >= 0 && rule < lengthof(names));
	return names[rule];
}
