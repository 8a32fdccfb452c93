/*-------------------------------------------------------------------------
 *
 * row_locks.c
 *	  Who locks which row how, and who waits in line for it.
 *
 * A lock on a row stands in the row itself, in t_xmax; the lock table only
 * knows those who wait for one.  Many rows in a row tend to have the same
 * t_xmax, so what was found out for one serves the next.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/itemptr.h"
#include "storage/lock.h"
#include "storage/procarray.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "compat.h"
#include "decode/decode_heap.h"
#include "judge/tuple_status.h"
#include "rows/rows.h"

/* A process that is in line for a row: it has or awaits its tuple lock. */
typedef struct InLine
{
	uint64		place;			/* block and offset */
	int			pid;
} InLine;

typedef struct LocksState
{
	AiTupleScan *scan;
	OffsetNumber lp;			/* the current line pointer */
	AiHeapItem	item;
	AiTupleStatus status;
	ItemPointerData tid;

	/* the holders behind the last t_xmax, as arrays */
	MemoryContext context;
	TransactionId xmax;
	uint16		bits;			/* of t_infomask, and key updated */
	uint64		era;
	Datum		xids;
	Datum		modes;
	Datum		pids;

	int			ninline;
	InLine	   *line;			/* by place, then in the lock table's order */
} LocksState;

static uint64
lock_place(BlockNumber blkno, OffsetNumber offnum)
{
	return (uint64) blkno << 16 | offnum;
}

static int
compare_lock_places(const void *a, const void *b)
{
	const InLine *x = (const InLine *) a;
	const InLine *y = (const InLine *) b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/*
 * Everybody in line for a row of this table, from the lock table.
 */
static void
read_lock_table(LocksState *state, Relation rel)
{
	LockData   *data = GetLockStatusData();
	Oid			datid = rel->rd_rel->relisshared ? InvalidOid : MyDatabaseId;

	state->line = palloc_array(InLine, data->nelements + 1);
	for (int i = 0; i < data->nelements; i++)
	{
		LockInstanceData *lock = &data->locks[i];

		if (lock->locktag.locktag_type == LOCKTAG_TUPLE &&
			lock->locktag.locktag_field1 == datid &&
			lock->locktag.locktag_field2 == RelationGetRelid(rel))
		{
			state->line[state->ninline].place =
				lock_place(lock->locktag.locktag_field3,
						   lock->locktag.locktag_field4);
			state->line[state->ninline++].pid = lock->pid;
		}
	}
	qsort(state->line, state->ninline, sizeof(InLine), compare_lock_places);
}

static void
begin_locks(AiRows *rows)
{
	LocksState *state = rows->state;

	if (rows->rel == NULL)
		return;
	state->scan = ai_tuple_scan_begin(rows->rel);
	state->context = AllocSetContextCreate(rows->context, "row locks",
										   ALLOCSET_SMALL_SIZES);
	read_lock_table(state, rows->rel);
}

/*
 * Whether somebody who runs locks, replaces or deletes the tuple.
 *
 * Follows pgrowlocks (contrib/pgrowlocks/pgrowlocks.c, REL_19_STABLE)
 */
static bool
is_locked(LocksState *state)
{
	AiTupleStatus *status = &state->status;

	if ((state->item.t_infomask & HEAP_XMAX_INVALID) ||
		!TransactionIdIsValid(state->item.t_xmax))
		return false;
	ai_tuple_status(state->scan, state->item.tuple,
					ItemPointerGetBlockNumberNoCheck(&state->tid), state->lp,
					status);
	if (status->xmin == AI_XID_ABORTED || status->xmin == AI_XID_NONE ||
		status->xmin == AI_XID_IN_PROGRESS)
		return false;
	if (status->xmax == AI_XID_LOCKED_ONLY ||
		status->xmax == AI_XID_IN_PROGRESS ||
		status->xmax == AI_XID_OWN)
		return true;

	/* an updater that gave up may leave others in the multixact */
	if ((state->item.t_infomask & HEAP_XMAX_IS_MULTI) &&
		status->xmax == AI_XID_ABORTED)
	{
		AiMultiSummary multi;

		ai_multi_summary(state->scan->xids, state->item.t_xmax, &multi);
		return multi.running;
	}
	return false;
}

/*
 * The next locked row.
 */
static bool
next_locked(AiRows *rows)
{
	LocksState *state = rows->state;

	for (;;)
	{
		AiWalk		at = ai_rows_walk(rows, &state->lp);

		if (at == AI_WALK_END)
			return false;
		if (at == AI_WALK_PAGE)
			continue;
		ai_decode_heap_item(ai_rows_page(rows), &rows->header, state->lp,
							&state->item);
		ItemPointerSet(&state->tid, (BlockNumber) rows->unit, state->lp);
		if (state->item.item.flags == LP_NORMAL && state->item.has_header &&
			is_locked(state))
			return true;
	}
}

/*
 * What a t_xmax that is no multixact does with the row.
 */
static const char *
single_mode(uint16 infomask, uint16 infomask2)
{
	if (HEAP_XMAX_IS_LOCKED_ONLY(infomask))
	{
		if (HEAP_XMAX_IS_SHR_LOCKED(infomask))
			return "for share";
		if (HEAP_XMAX_IS_KEYSHR_LOCKED(infomask))
			return "for key share";
		return infomask2 & HEAP_KEYS_UPDATED ? "for update" :
			"for no key update";
	}
	return infomask2 & HEAP_KEYS_UPDATED ? "update" : "no key update";
}

/*
 * Add a holder to the arrays under way, if it runs.
 */
static void
add_holder(LocksState *state, TransactionId xid, const char *mode,
		   Datum *xids, Datum *modes, Datum *pids, int *n)
{
	AiEvidence	evidence;
	AiXidStatus status = ai_xid_status(state->scan->xids, xid, &evidence);

	if (status != AI_XID_OWN && status != AI_XID_IN_PROGRESS)
		return;
	xids[*n] = TransactionIdGetDatum(xid);
	modes[*n] = CStringGetTextDatum(mode ? mode : "unknown");
	pids[*n] = Int32GetDatum(status == AI_XID_OWN ? MyProcPid :
							 BackendXidGetPid(ai_xid_top(xid)));
	(*n)++;
}

/*
 * The holders behind the current row's t_xmax, in state->xids and so on.
 */
static LocksState *
find_holders(AiRows *rows)
{
	LocksState *state = rows->state;
	AiHeapItem *item = &state->item;
	uint64		era = ai_xact_era();
	uint16		bits = (item->t_infomask & HEAP_XMAX_BITS) |
		(item->t_infomask2 & HEAP_KEYS_UPDATED ? 1 : 0);
	MemoryContext old;
	MultiXactMember *members = NULL;
	AiXidStatus why;
	int			nmembers = 1;
	int			n = 0;
	Datum	   *xids;
	Datum	   *modes;
	Datum	   *pids;

	if (state->xmax == item->t_xmax && state->bits == bits &&
		state->era == era)
		return state;

	MemoryContextReset(state->context);
	old = MemoryContextSwitchTo(state->context);
	state->xmax = InvalidTransactionId;

	if (item->t_infomask & HEAP_XMAX_IS_MULTI)
		nmembers = ai_multi_members(item->t_xmax, &members, &why);
	xids = palloc_array(Datum, Max(nmembers, 1));
	modes = palloc_array(Datum, Max(nmembers, 1));
	pids = palloc_array(Datum, Max(nmembers, 1));
	if (!(item->t_infomask & HEAP_XMAX_IS_MULTI))
		add_holder(state, item->t_xmax,
				   single_mode(item->t_infomask, item->t_infomask2),
				   xids, modes, pids, &n);
	for (int i = 0; members != NULL && i < nmembers; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_holder(state, members[i].xid,
				   ai_multi_status_name(members[i].status),
				   xids, modes, pids, &n);
	}

	state->xids = PointerGetDatum(construct_array(xids, n, XIDOID, 4, true,
												  TYPALIGN_INT));
	state->modes = PointerGetDatum(construct_array(modes, n, TEXTOID, -1,
												   false, TYPALIGN_INT));
	state->pids = PointerGetDatum(construct_array(pids, n, INT4OID, 4, true,
												  TYPALIGN_INT));
	state->bits = bits;
	state->era = era;
	state->xmax = item->t_xmax;
	MemoryContextSwitchTo(old);
	return state;
}

AI_FIELD_OF(row_locks_tid, LocksState *state = rows->state,
			PointerGetDatum(&state->tid));
AI_FIELD_OF(row_locks_locker, LocksState *state = rows->state,
			TransactionIdGetDatum(state->item.t_xmax));
AI_FIELD_OF(row_locks_multi, LocksState *state = rows->state,
			BoolGetDatum((state->item.t_infomask & HEAP_XMAX_IS_MULTI) != 0));
AI_FIELD(row_locks_xids, find_holders(rows)->xids);
AI_FIELD(row_locks_modes, find_holders(rows)->modes);
AI_FIELD(row_locks_pids, find_holders(rows)->pids);
AI_FIELD_OF(row_locks_state, LocksState *state = rows->state,
			CStringGetTextDatum(ai_tuple_state_name(state->status.state)));

/*
 * The processes in line; NULL where there are none, which is the rule.
 */
static Datum
row_locks_waiting_pids(AiRows *rows, bool *isnull)
{
	LocksState *state = rows->state;
	uint64		place = lock_place((BlockNumber) rows->unit, state->lp);
	int			low = 0;
	int			high = state->ninline;
	int			n = 0;
	Datum	   *pids;

	while (low < high)
	{
		int			mid = (low + high) / 2;

		if (state->line[mid].place < place)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + n < state->ninline && state->line[low + n].place == place)
		n++;
	*isnull = n == 0;
	if (n == 0)
		return (Datum) 0;
	pids = palloc_array(Datum, n);
	for (int i = 0; i < n; i++)
		pids[i] = Int32GetDatum(state->line[low + i].pid);
	return PointerGetDatum(construct_array(pids, n, INT4OID, 4, true,
										   TYPALIGN_INT));
}

static const AiColumn row_locks_columns[] = {
	{"tid", TIDOID, row_locks_tid},
	{"locker", XIDOID, row_locks_locker},
	{"multi", BOOLOID, row_locks_multi},
	{"xids", XIDARRAYOID, row_locks_xids},
	{"modes", TEXTARRAYOID, row_locks_modes},
	{"pids", INT4ARRAYOID, row_locks_pids},
	{"state", TEXTOID, row_locks_state},
	{"waiting_pids", INT4ARRAYOID, row_locks_waiting_pids},
	{NULL}
};

/*
 * ai_row_locks - arch_inspect.row_locks(regclass)
 */
AI_INSTRUMENT(row_locks,
			  .columns = row_locks_columns,
			  .relation = AI_HEAP, .tier = AI_STRUCTURE,
			  .begin = begin_locks, .next = next_locked,
			  .state_size = sizeof(LocksState));
