/*-------------------------------------------------------------------------
 *
 * lock_waits.c
 *	  Who waits for whom: in the lock manager, for a safe snapshot, and for a
 *	  page that others have pinned.
 *
 * All awaited locks are copied at one moment, with their holders and their
 * wait queues in order; who blocks whom is worked out on the copy, by the
 * rules of pg_blocking_pids(): a holder of a conflicting lock blocks (hard),
 * and so does one ahead in the queue that waits for a conflicting lock
 * (soft).
 *
 * A SERIALIZABLE READ ONLY DEFERRABLE transaction waits for no lock, but
 * until the serializable transactions that could spoil its snapshot have
 * ended.  Such a wait is put in the form of a lock that all of these hold.
 * Who waits for a pin waits for nobody that is known for sure; see
 * pin_waits.c.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/twophase.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/lwlock.h"
#include "storage/predicate_internals.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "lock_words.h"
#include "mvcc/pin_waits.h"
#include "result.h"
#include "unlocked.h"

PG_FUNCTION_INFO_V1(ai_lock_waits);

/* A process that holds or awaits a lock; of a parallel group the leader. */
typedef struct Party
{
	int			pid;			/* of the process itself; 0: prepared */
	int			group;			/* of its leader, or itself */
	TransactionId xid;
	LOCKMASK	held;			/* of a holder */
	LOCKMODE	awaited;		/* of a waiter */
	uint64		since;			/* of a waiter */
	bool		has_row;		/* it holds the lock of a row too */
	LOCKTAG		row;
} Party;

typedef struct AwaitedLock
{
	LOCKTAG		tag;
	bool		snapshot;		/* no lock: a safe snapshot is waited for */
	AiPinWait  *pin;			/* no lock: a page that others have pinned */
	int			nholders;
	int			nwaiters;
	Party	   *parties;		/* the holders, then the waiters in order */
} AwaitedLock;

typedef struct Waiter
{
	AwaitedLock *lock;
	Party	   *party;
	int			position;		/* in the queue, from 1 */
	int			nhard;
	int			nsoft;
	int		   *blockers;		/* groups: hard ones, then soft ones */
	TransactionId *xids;		/* of the hard ones */
	/* the blockers that wait themselves, or NULLs */
	struct Waiter **on;
	bool		left;			/* scratch of find_cycles() */
	bool		wanted;
	bool		in_cycle;		/* of hard and soft edges */
	bool		in_hard_cycle;
	int			pinned_below;	/* who waits for it and may have its page */
} Waiter;

/*
 * The lock of a row that a process holds while it waits for the transaction
 * that has the row; all partitions are locked.
 */
static bool
held_row(PGPROC *proc, LOCKTAG *row)
{
	for (int i = 0; i < NUM_LOCK_PARTITIONS; i++)
	{
		arch_lock_queue_foreach(PROCLOCK, procLink, pl, &proc->myProcLocks[i])
		{
			if (pl->tag.myLock->tag.locktag_type == LOCKTAG_TUPLE &&
				pl->holdMask != 0)
			{
				*row = pl->tag.myLock->tag;
				return true;
			}
		}
	}
	return false;
}

/*
 * A process as one side of a wait.
 *
 * While all partitions are locked nobody joins or leaves a lock group that
 * holds or awaits a lock.  Without a lock, as for those that wait for a
 * snapshot or a pin: the leader's PGPROC is there whoever has it now, so the
 * pointer, read once, may be followed; at worst group and xid are those of
 * who has come there since, and the wait is told of a group that is gone.
 * The xid is a word that its process sets under another lock, and is only
 * shown.
 */
static void
copy_party(Party *party, PGPROC *proc)
{
	PGPROC	   *leader = ARCH_READ_ONCE(proc->lockGroupLeader);

	if (leader == NULL)
		leader = proc;
	memset(party, 0, sizeof(Party));
	party->pid = ARCH_READ_ONCE(proc->pid);
	party->group = leader == proc ? party->pid : ARCH_READ_ONCE(leader->pid);
	party->xid = ARCH_READ_ONCE(leader->xid);
}

/*
 * Copy one awaited lock; all partitions are locked.
 *
 * Follows GetBlockerStatusData
 * (src/backend/storage/lmgr/lock.c, REL_19_STABLE)
 */
static void
copy_lock(AwaitedLock *copy, LOCK *lock)
{
	int			size = 0;

	copy->tag = lock->tag;
	copy->snapshot = false;
	copy->pin = NULL;
	arch_lock_queue_foreach(PROCLOCK, lockLink, pl, &lock->procLocks)
		size++;
	/* a waiter has an entry among the holders too, maybe an empty one */
	copy->parties = palloc_array(Party, 2 * size);
	copy->nholders = 0;
	copy->nwaiters = 0;

	arch_lock_queue_foreach(PROCLOCK, lockLink, pl, &lock->procLocks)
	{
		Party	   *party = &copy->parties[copy->nholders];

		if (pl->holdMask == 0)
			continue;
		copy_party(party, pl->tag.myProc);
		party->held = pl->holdMask;
		copy->nholders++;
	}
	arch_wait_queue_foreach(proc, lock)
	{
		Party	   *party = &copy->parties[copy->nholders + copy->nwaiters];

		if (copy->nwaiters >= size)
			break;
		copy_party(party, proc);
		party->awaited = proc->waitLockMode;
		party->since = pg_atomic_read_u64(&proc->waitStart);
		party->has_row = held_row(proc, &party->row);
		copy->nwaiters++;
	}
}

/*
 * All awaited locks at this moment.
 *
 * waitLock, waitStatus, the queues and the holders' lists change only with
 * their lock's partition locked exclusively, and all are locked here: what is
 * followed is there, and all that is copied is of one moment.
 */
static List *
copy_awaited_locks(void)
{
	List	   *locks = NIL;

	for (int i = 0; i < NUM_LOCK_PARTITIONS; i++)
		LWLockAcquire(LockHashPartitionLockByIndex(i), LW_SHARED);

	for (uint32 i = 0; i < ProcGlobal->allProcCount; i++)
	{
		PGPROC	   *proc = &ProcGlobal->allProcs[i];
		bool		first = false;

		if (proc->waitLock == NULL ||
			proc->waitStatus != PROC_WAIT_STATUS_WAITING)
			continue;
		/* each lock once: with the first in its queue */
		arch_wait_queue_foreach(head, proc->waitLock)
		{
			first = (head == proc);
			break;
		}
		if (first)
		{
			AwaitedLock *copy = palloc(sizeof(AwaitedLock));

			copy_lock(copy, proc->waitLock);
			locks = lappend(locks, copy);
		}
	}

	for (int i = NUM_LOCK_PARTITIONS; --i >= 0;)
		LWLockRelease(LockHashPartitionLockByIndex(i));
	return locks;
}

/*
 * Those that wait for a safe snapshot, a moment after the locks were copied.
 *
 * Without a lock: the wait event only says whom to ask about.  The answer is
 * the server's, by pid and under its lock, and empty for who waits no more.
 * A pid in it may have ended before it is looked up; it is left as a number.
 */
static List *
add_snapshot_waits(List *locks)
{
	int			max = MaxBackends + max_prepared_xacts;
	int		   *pids = palloc_array(int, max);

	for (uint32 i = 0; i < ProcGlobal->allProcCount; i++)
	{
		PGPROC	   *proc = &ProcGlobal->allProcs[i];
		AwaitedLock *copy;
		Party		waiter;
		int			n;

		if (ARCH_READ_ONCE(proc->wait_event_info) != WAIT_EVENT_SAFE_SNAPSHOT)
			continue;
		copy_party(&waiter, proc);
		if (waiter.pid == 0)
			continue;
		n = GetSafeSnapshotBlockingPids(waiter.pid, pids, max);
		if (n == 0)
			continue;			/* it waits no more */

		copy = palloc0(sizeof(AwaitedLock));
		copy->snapshot = true;
		copy->tag.locktag_lockmethodid = DEFAULT_LOCKMETHOD;
		copy->parties = palloc0(sizeof(Party) * (n + 1));
		copy->nholders = n;
		copy->nwaiters = 1;
		for (int j = 0; j < n; j++)
		{
			PGPROC	   *holder = pids[j] > 0 ? BackendPidGetProc(pids[j]) :
				NULL;

			/* of a prepared transaction only that it is one can be told */
			if (holder)
				copy_party(&copy->parties[j], holder);
			else
				copy->parties[j].pid = copy->parties[j].group = Max(pids[j],
																	0);
			copy->parties[j].held = LOCKBIT_ON(AccessExclusiveLock);
		}
		copy->parties[n] = waiter;
		copy->parties[n].awaited = AccessShareLock;
		locks = lappend(locks, copy);
	}
	return locks;
}

/*
 * Those that wait for a pin, each as a lock without a holder.
 */
static List *
add_pin_waits(List *locks)
{
	ListCell   *lc;

	foreach(lc, ai_pin_waits())
	{
		AiPinWait  *wait = lfirst(lc);
		AwaitedLock *copy = palloc0(sizeof(AwaitedLock));

		copy->pin = wait;
		copy->tag.locktag_lockmethodid = DEFAULT_LOCKMETHOD;
		copy->parties = palloc0(sizeof(Party));
		copy->nwaiters = 1;
		copy_party(copy->parties, wait->proc);
		copy->parties->awaited = AccessShareLock;
		if (copy->parties->pid == wait->pid)
			locks = lappend(locks, copy);
	}
	return locks;
}

static bool
listed(const int *pids, int n, int pid)
{
	for (int i = 0; i < n; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/*
 * Fill in who blocks one waiter of a lock.  Prepared transactions all have
 * pid 0, and each counts.
 */
static void
find_lock_blockers(Waiter *waiter)
{
	AwaitedLock *lock = waiter->lock;
	LOCKMASK	conflicts;

	conflicts = GetLockTagsMethodTable(&lock->tag)->conflictTab[waiter->party->awaited];
	waiter->blockers = palloc_array(int, lock->nholders + lock->nwaiters);
	waiter->xids = palloc_array(TransactionId, lock->nholders + 1);

	for (int i = 0; i < lock->nholders; i++)
	{
		Party	   *holder = &lock->parties[i];

		if ((holder->held & conflicts) == 0 ||
			(holder->group == waiter->party->group && holder->pid != 0) ||
			(holder->pid != 0 &&
			 listed(waiter->blockers, waiter->nhard, holder->group)))
			continue;
		waiter->xids[waiter->nhard] = holder->xid;
		waiter->blockers[waiter->nhard++] = holder->group;
	}
	for (int i = 0; i < waiter->position - 1; i++)
	{
		Party	   *ahead = &lock->parties[lock->nholders + i];

		if ((LOCKBIT_ON(ahead->awaited) & conflicts) == 0 ||
			ahead->group == waiter->party->group ||
			listed(waiter->blockers, waiter->nhard + waiter->nsoft,
				   ahead->group))
			continue;
		waiter->blockers[waiter->nhard + waiter->nsoft++] = ahead->group;
	}
}

static int
compare_waiters(const void *a, const void *b)
{
	const Waiter *x = (const Waiter *) a;
	const Waiter *y = (const Waiter *) b;

	return (x->party->group > y->party->group) -
		(x->party->group < y->party->group);
}

static Waiter *
find_waiter(Waiter *waiters, int n, int group)
{
	int			low = 0;
	int			high = n;

	while (low < high)
	{
		int			mid = (low + high) / 2;

		if (waiters[mid].party->group < group)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && waiters[low].party->group == group && group != 0 ?
		&waiters[low] : NULL;
}

/*
 * Mark those that wait for themselves in the end: peel off who waits for
 * nobody that is left, and who nobody that is left waits for, until neither
 * can be.
 */
static void
find_cycles(Waiter *waiters, int n, bool soft)
{
	bool		progress = true;

	for (int i = 0; i < n; i++)
		waiters[i].left = true;
	while (progress)
	{
		CHECK_FOR_INTERRUPTS();
		progress = false;
		for (int i = 0; i < n; i++)
			waiters[i].wanted = false;
		for (int i = 0; i < n; i++)
		{
			Waiter	   *waiter = &waiters[i];
			int			count = waiter->nhard + (soft ? waiter->nsoft : 0);
			bool		stuck = false;

			for (int j = 0; waiter->left && j < count; j++)
				if (waiter->on[j] && waiter->on[j]->left)
					stuck = waiter->on[j]->wanted = true;
			if (waiter->left && !stuck)
			{
				waiter->left = false;
				progress = true;
			}
		}
		for (int i = 0; i < n; i++)
			if (waiters[i].left && !waiters[i].wanted)
			{
				waiters[i].left = false;
				progress = true;
			}
	}
	for (int i = 0; i < n; i++)
	{
		if (soft)
			waiters[i].in_cycle = waiters[i].left;
		else
			waiters[i].in_hard_cycle = waiters[i].left;
	}
}

/*
 * Which of those that may have a page pinned waits, in the end, for the one
 * that waits for the page; 0 if none does.  No deadlock check of the server
 * looks at pins.
 */
static int
find_pinned_below(Waiter *waiters, int n, Waiter *waiter)
{
	AiPinWait  *pin = waiter->lock->pin;

	for (int i = 0; pin != NULL && i < pin->ncandidates; i++)
	{
		Waiter	   *up = find_waiter(waiters, n, pin->candidates[i]);

		for (int steps = 0; up != NULL && steps <= n; steps++)
		{
			int			which = up->nhard > 0 ? 0 : up->nsoft - 1;

			CHECK_FOR_INTERRUPTS();
			if (up == waiter)
				return pin->candidates[i];
			up = which < 0 ? NULL : up->on[which];
		}
	}
	return 0;
}

static Datum
int_array(const int *elems, int n)
{
	Datum	   *datums = palloc_array(Datum, Max(n, 1));

	for (int i = 0; i < n; i++)
		datums[i] = Int32GetDatum(elems[i]);
	return PointerGetDatum(construct_array(datums, n, INT4OID, 4, true,
										   TYPALIGN_INT));
}

/*
 * The processes from the root down to a waiter.  Each is shown under its
 * first hard blocker, or else under the one before it in the queue; in a
 * cycle the way ends where it would repeat.
 */
static Datum
path_to(Waiter *waiter, int n, int *root, TransactionId *root_xid)
{
	int		   *path = palloc_array(int, n + 2);
	int			length = 0;

	path[length++] = waiter->party->pid;
	*root = waiter->party->pid;
	*root_xid = waiter->party->xid;
	while (waiter != NULL && length <= n)
	{
		int			which = waiter->nhard > 0 ? 0 : waiter->nsoft - 1;
		Waiter	   *up;

		if (which < 0)
			break;
		if (waiter->blockers[which] != 0 &&
			listed(path, length, waiter->blockers[which]))
			break;
		up = waiter->on[which];
		*root = waiter->blockers[which];
		*root_xid = waiter->nhard > 0 ? waiter->xids[0] :
			InvalidTransactionId;
		path[length++] = *root;
		waiter = up;
	}
	for (int i = 0; i < length / 2; i++)
	{
		int			swap = path[i];

		path[i] = path[length - 1 - i];
		path[length - 1 - i] = swap;
	}
	return int_array(path, length);
}

#define NCOLUMNS 15

/*
 * A row for the process at the root of a tree, which waits for nobody; once.
 */
static void
put_root(ReturnSetInfo *rsinfo, int pid, TransactionId xid)
{
	Datum		values[NCOLUMNS];
	bool		nulls[NCOLUMNS];

	memset(nulls, true, sizeof(nulls));
	values[0] = int_array(&pid, 1);
	values[1] = Int32GetDatum(pid);
	values[2] = TransactionIdGetDatum(xid);
	nulls[0] = nulls[1] = false;
	nulls[2] = !TransactionIdIsValid(xid);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * A row for a waiter.
 */
static void
put_waiter(ReturnSetInfo *rsinfo, Waiter *waiter, Datum path)
{
	LOCKTAG    *tag = &waiter->lock->tag;
	AiPinWait  *pin = waiter->lock->pin;
	Datum		values[NCOLUMNS];
	bool		nulls[NCOLUMNS] = {false};
	Datum	   *xids = palloc_array(Datum, waiter->nhard + 1);

	for (int i = 0; i < waiter->nhard; i++)
		xids[i] = TransactionIdGetDatum(waiter->xids[i]);

	values[0] = path;
	values[1] = Int32GetDatum(waiter->party->pid);
	values[2] = TransactionIdGetDatum(waiter->party->xid);
	nulls[2] = !TransactionIdIsValid(waiter->party->xid);
	values[3] = CStringGetTextDatum(pin ? "buffer pin" :
									waiter->lock->snapshot ? "safe snapshot" :
									tag->locktag_type <= LOCKTAG_LAST_TYPE ?
									LockTagTypeNames[tag->locktag_type] :
									"unknown");
	values[4] = CStringGetTextDatum(pin ? (pin->page ? pin->page : "a page") :
									waiter->lock->snapshot ?
									"a safe snapshot" :
									arch_lock_words(tag, false));
	values[5] = CStringGetTextDatum(GetLockmodeName(tag->locktag_lockmethodid,
													waiter->party->awaited));
	nulls[5] = nulls[6] = waiter->lock->snapshot || pin;
	values[6] = Int32GetDatum(waiter->position);
	values[7] = TimestampTzGetDatum((TimestampTz) waiter->party->since);
	nulls[7] = waiter->party->since == 0;
	values[8] = int_array(waiter->blockers, waiter->nhard);
	values[9] = PointerGetDatum(construct_array(xids, waiter->nhard, XIDOID,
												4,
												true, TYPALIGN_INT));
	values[10] = int_array(waiter->blockers + waiter->nhard, waiter->nsoft);
	nulls[11] = !waiter->party->has_row ||
		waiter->lock->snapshot || pin ||
		tag->locktag_type != LOCKTAG_TRANSACTION;
	if (!nulls[11])
		values[11] = CStringGetTextDatum(arch_lock_words(&waiter->party->row,
														 false));
	nulls[12] = !waiter->in_cycle && waiter->pinned_below == 0;
	if (waiter->pinned_below != 0)
		values[12] = CStringGetTextDatum(psprintf("deadlock that the server does not see, if process %d has the page pinned",
												  waiter->pinned_below));
	else if (waiter->in_cycle)
		values[12] = CStringGetTextDatum(waiter->in_hard_cycle ?
										 "deadlock" :
										 "deadlock, unless the queue is reordered");
	nulls[13] = !pin || pin->pins < 0;
	nulls[14] = !pin || pin->ncandidates < 0;
	if (!nulls[13])
		values[13] = Int32GetDatum(pin->pins);
	if (!nulls[14])
		values[14] = int_array(pin->candidates, pin->ncandidates);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * ai_lock_waits - arch_parts.lock_waits()
 *
 * A row a waiting process, and one for each that others wait for and that
 * waits for nobody itself.
 */
Datum
ai_lock_waits(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"path", INT4ARRAYOID},
		{"pid", INT4OID},
		{"xid", XIDOID},
		{"locktype", TEXTOID},
		{"lock", TEXTOID},
		{"mode", TEXTOID},
		{"queue_position", INT4OID},
		{"waiting_since", TIMESTAMPTZOID},
		{"blocked_by", INT4ARRAYOID},
		{"blocker_xids", XIDARRAYOID},
		{"queued_behind", INT4ARRAYOID},
		{"for_row", TEXTOID},
		{"deadlock", TEXTOID},
		{"other_pins", INT4OID},
		{"may_block", INT4ARRAYOID}
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	List	   *locks;
	ListCell   *lc;
	Waiter	   *waiters;
	int			n = 0;
	int			nroots = 0;
	int		   *roots;
	TransactionId *root_xids;

	locks = add_pin_waits(add_snapshot_waits(copy_awaited_locks()));
	foreach(lc, locks)
		n += ((AwaitedLock *) lfirst(lc))->nwaiters;
	waiters = palloc0(sizeof(Waiter) * (n + 1));
	roots = palloc_array(int, n + 1);
	root_xids = palloc_array(TransactionId, n + 1);

	n = 0;
	foreach(lc, locks)
	{
		AwaitedLock *lock = lfirst(lc);

		for (int i = 0; i < lock->nwaiters; i++, n++)
		{
			waiters[n].lock = lock;
			waiters[n].party = &lock->parties[lock->nholders + i];
			waiters[n].position = i + 1;
			find_lock_blockers(&waiters[n]);
		}
	}

	qsort(waiters, n, sizeof(Waiter), compare_waiters);
	for (int i = 0; i < n; i++)
	{
		int			count = waiters[i].nhard + waiters[i].nsoft;

		waiters[i].on = palloc_array(Waiter *, count + 1);
		for (int j = 0; j < count; j++)
			waiters[i].on[j] = find_waiter(waiters, n,
										   waiters[i].blockers[j]);
	}
	find_cycles(waiters, n, false);
	find_cycles(waiters, n, true);
	for (int i = 0; i < n; i++)
		waiters[i].pinned_below = find_pinned_below(waiters, n, &waiters[i]);

	for (int i = 0; i < n; i++)
	{
		int			root;
		TransactionId root_xid;
		Datum		path = path_to(&waiters[i], n, &root, &root_xid);
		bool		seen = false;

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < nroots && !seen; j++)
			seen = roots[j] == root &&
				(root != 0 || root_xids[j] == root_xid);
		if (!seen && find_waiter(waiters, n, root) == NULL)
		{
			roots[nroots] = root;
			root_xids[nroots++] = root_xid;
			put_root(rsinfo, root, root_xid);
		}
		put_waiter(rsinfo, &waiters[i], path);
	}

	return (Datum) 0;
}
