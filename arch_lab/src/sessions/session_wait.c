/*-------------------------------------------------------------------------
 *
 * session_wait.c
 *	  Is a session blocked, on what, and by whom?
 *
 * Decided as isolationtester does it, by pg_blocking_pids() and
 * pg_safe_snapshot_blocking_pids(): a statement that sleeps, computes or
 * waits for a disk is running, not blocked.  Beyond that, one that waits to
 * be alone with a page is blocked by whoever has the page pinned.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/wait_event.h"

#include "buffer_look.h"
#include "compat.h"
#include "lock_words.h"
#include "sessions/session_opener.h"
#include "unlocked.h"

/*
 * holds - has this process (or its lock group) what is waited for?
 *
 * Else it only stands before the waiter in the queue.
 */
static bool
holds(LockData *locks, const LockInstanceData *waiter, int pid)
{
	LockMethod	method = GetLockTagsMethodTable(&waiter->locktag);
	LOCKMASK	conflicts = method->conflictTab[waiter->waitLockMode];

	for (int i = 0; i < locks->nelements; i++)
	{
		LockInstanceData *lock = &locks->locks[i];

		if ((lock->pid == pid || lock->leaderPid == pid) &&
			(lock->holdMask & conflicts) != 0 &&
			memcmp(&lock->locktag, &waiter->locktag, sizeof(LOCKTAG)) == 0)
			return true;
	}
	return false;
}

/*
 * pid_in_words - who a process is, from where the opener stands
 */
static char *
pid_in_words(int pid)
{
	const char *name;

	if (pid == 0)
		return pstrdup("a prepared transaction");
	if (pid == MyProcPid)
		return pstrdup("this session");
	name = al_session_name_of(pid);
	if (name != NULL)
		return psprintf("session %s", name);
	return psprintf("pid %d", pid);
}

/*
 * gives_way - an autovacuum worker that the lock manager will cancel
 *
 * Without a lock: the flags are one byte, read once.  The process may end
 * just now; then there is nobody who would have to give way.
 */
static bool
gives_way(int pid)
{
	PGPROC	   *proc = pid == 0 ? NULL : BackendPidGetProc(pid);

	uint8		flags = proc != NULL ? ARCH_READ_ONCE(proc->statusFlags) : 0;

	return (flags & PROC_IS_AUTOVACUUM) != 0 &&
		(flags & PROC_VACUUM_FOR_WRAPAROUND) == 0;
}

/*
 * blocking_pids - the result of one of the server's two functions
 */
static int
blocking_pids(PGFunction function, int pid, int **pids)
{
	ArrayType  *array =
		DatumGetArrayTypeP(DirectFunctionCall1(function, Int32GetDatum(pid)));

	*pids = (int *) ARR_DATA_PTR(array);
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

/*
 * add_names - "held by a, b"
 */
static void
add_names(StringInfo buf, const char *verb, List *names)
{
	const char *separator = "";
	ListCell   *lc;

	if (names == NIL)
		return;
	appendStringInfo(buf, "%s%s ", buf->len > 0 ? ", " : "", verb);
	foreach(lc, names)
	{
		appendStringInfo(buf, "%s%s", separator, (char *) lfirst(lc));
		separator = ", ";
	}
}

/*
 * add_blocker - one more who is in the way; false if it is there already
 */
static bool
add_blocker(al_wait *wait, int pid, char *name)
{
	ListCell   *lc;

	foreach(lc, wait->blockers)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return false;
	}
	wait->blockers = lappend(wait->blockers, name);
	if (pid != 0 && (pid == MyProcPid || al_session_name_of(pid) != NULL))
		wait->outside = false;
	return true;
}

/*
 * find_pinned - the page that a process wants to be alone with
 *
 * The page says who waits, and no page says who has it pinned: a pin is
 * known to its holder only.  The number of a PGPROC is only compared.
 */
static bool
find_pinned(PGPROC *proc, BufferTag *tag)
{
	int			procno = proc - ProcGlobal->allProcs;

	for (int i = 0; i < NBuffers; i++)
	{
		ArchBufferState state;
		int			waiter;

		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (arch_buffer_awaited(i, &waiter, tag, &state) && waiter == procno)
			return true;
	}
	return false;
}

/*
 * blocked_by_pin - the same as al_session_blocked(), for a page's pin
 *
 * Who has a page pinned has its relation locked, for as long as a statement
 * or cursor lasts; so those with a lock are the ones who may be meant.
 */
static bool
blocked_by_pin(al_session *s, PGPROC *proc, al_wait *wait)
{
	BufferTag	tag;
	LockData   *locks;
	Oid			relid;
	StringInfoData buf;

	if (!find_pinned(proc, &tag))
		return false;

	relid = ARCH_TAG_DB(&tag) == MyDatabaseId ||
		ARCH_TAG_DB(&tag) == InvalidOid ?
		RelidByRelfilenumber(ARCH_TAG_SPC(&tag), ARCH_TAG_REL(&tag)) :
		InvalidOid;
	wait->lock = psprintf("the last pin on page %u of %s", tag.blockNum,
						  OidIsValid(relid) ?
						  psprintf("relation %s",
								   arch_lock_relation(ARCH_TAG_DB(&tag),
													  relid, true)) :
						  psprintf("relation with filenode %u",
								   ARCH_TAG_REL(&tag)));
	wait->outside = true;

	locks = GetLockStatusData();
	for (int i = 0; i < locks->nelements && OidIsValid(relid); i++)
	{
		LockInstanceData *lock = &locks->locks[i];

		if (lock->locktag.locktag_type == LOCKTAG_RELATION &&
			lock->locktag.locktag_field1 == ARCH_TAG_DB(&tag) &&
			lock->locktag.locktag_field2 == relid &&
			lock->holdMask != 0 && lock->pid != 0 &&
			lock->pid != s->pid && lock->leaderPid != s->pid)
			(void) add_blocker(wait, lock->pid, pid_in_words(lock->pid));
	}

	initStringInfo(&buf);
	add_names(&buf, "held perhaps by", wait->blockers);
	if (buf.len == 0)
		appendStringInfoString(&buf, "whose holder is not known");
	wait->holders = buf.data;
	return true;
}

/*
 * al_session_blocked - true if the session's statement is blocked; fills
 * *wait
 *
 * Without a lock: the wait event is one word that only says whether to ask
 * further; who is in the way is the server's answer, by pid and under its
 * lock.
 *
 * Follows pg_isolation_test_session_is_blocked
 * (src/backend/utils/adt/waitfuncs.c, REL_19_STABLE)
 */
bool
al_session_blocked(al_session *s, al_wait *wait)
{
	PGPROC	   *proc = BackendPidGetProc(s->pid);
	uint32		event;
	uint32		wait_class;
	int		   *pids;
	int			npids;
	bool		moving = true;
	LockData   *locks = NULL;
	LockInstanceData *waiter = NULL;
	List	   *held = NIL;
	List	   *queued = NIL;
	StringInfoData buf;

	memset(wait, 0, sizeof(*wait));
	if (proc == NULL)
		return false;

	/*
	 * cheap, and nearly always the end of it; IPC: its parallel workers wait
	 */
	event = ARCH_READ_ONCE(proc->wait_event_info);
	if (event == WAIT_EVENT_BUFFER_CLEANUP)
		return blocked_by_pin(s, proc, wait);
	wait_class = event & 0xFF000000U;
	if (wait_class != PG_WAIT_LOCK && wait_class != PG_WAIT_IPC)
		return false;

	npids = blocking_pids(pg_blocking_pids, s->pid, &pids);
	if (npids == 0)
	{
		npids = blocking_pids(pg_safe_snapshot_blocking_pids, s->pid, &pids);
		if (npids == 0)
			return false;
		wait->lock = pstrdup("a safe snapshot");
	}
	else
	{
		locks = GetLockStatusData();
		for (int i = 0; i < locks->nelements && waiter == NULL; i++)
		{
			if (locks->locks[i].waitLockMode != NoLock &&
				(locks->locks[i].pid == s->pid ||
				 locks->locks[i].leaderPid == s->pid))
				waiter = &locks->locks[i];
		}
		if (waiter == NULL)
			return false;		/* it has just got it */
		wait->lock = psprintf("%s on %s",
							  GetLockmodeName(waiter->locktag.locktag_lockmethodid,
											  waiter->waitLockMode),
							  arch_lock_words(&waiter->locktag, true));
	}

	wait->outside = true;
	for (int i = 0; i < npids; i++)
	{
		char	   *name = pid_in_words(pids[i]);

		if (!add_blocker(wait, pids[i], name))
			continue;
		if (!gives_way(pids[i]))
			moving = false;
		if (waiter == NULL || locks == NULL || pids[i] == 0 ||
			holds(locks, waiter, pids[i]))
			held = lappend(held, name);
		else
			queued = lappend(queued, name);
	}
	if (moving)
		return false;

	initStringInfo(&buf);
	add_names(&buf, "held by", held);
	add_names(&buf, "queued behind", queued);
	if (waiter == NULL)
	{
		resetStringInfo(&buf);
		add_names(&buf, "which depends on", held);
	}
	wait->holders = buf.data;
	return true;
}
