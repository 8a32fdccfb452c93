/*-------------------------------------------------------------------------
 *
 * session_wait.c
 *	  Is a session blocked, on what, and by whom?
 *
 * Decided as isolationtester does it, by pg_blocking_pids() and
 * pg_safe_snapshot_blocking_pids(): a statement that sleeps, computes or
 * waits for a disk is running, not blocked.
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
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "session_opener.h"

/*
 * relation_name - as a reader would write it, or "relation 16385" for one
 * that this backend can't see (yet, any more, or in another database)
 */
static char *
relation_name(Oid database, Oid relid)
{
	char	   *name = NULL;
	char	   *schema;

	if (database == MyDatabaseId || database == InvalidOid)
		name = get_rel_name(relid);
	if (name == NULL)
		return psprintf("relation %u", relid);
	schema = get_namespace_name(get_rel_namespace(relid));
	return psprintf("relation %s", quote_qualified_identifier(schema, name));
}

/*
 * lock_in_words - what a lock is on
 *
 * The server's own description, but relations by name and advisory locks by
 * the key that was asked for.
 */
static char *
lock_in_words(const LOCKTAG *tag)
{
	Oid			database = tag->locktag_field1;
	Oid			relid = tag->locktag_field2;
	StringInfoData buf;

	switch ((LockTagType) tag->locktag_type)
	{
		case LOCKTAG_RELATION:
			return relation_name(database, relid);
		case LOCKTAG_RELATION_EXTEND:
			return psprintf("extension of %s",
							relation_name(database, relid));
		case LOCKTAG_PAGE:
			return psprintf("page %u of %s", tag->locktag_field3,
							relation_name(database, relid));
		case LOCKTAG_TUPLE:
			return psprintf("tuple (%u,%u) of %s", tag->locktag_field3,
							tag->locktag_field4,
							relation_name(database, relid));
		case LOCKTAG_ADVISORY:
			/* field4 tells pg_advisory_lock(bigint) from (int, int) */
			if (tag->locktag_field4 == 1)
				return psprintf("advisory lock " INT64_FORMAT,
								(int64) (((uint64) tag->locktag_field2 << 32) |
										 tag->locktag_field3));
			return psprintf("advisory lock (%d,%d)", (int) tag->locktag_field2,
							(int) tag->locktag_field3);
		default:
			initStringInfo(&buf);
			DescribeLockTag(&buf, tag);
			return buf.data;
	}
}

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
 */
static bool
gives_way(int pid)
{
	PGPROC	   *proc = pid == 0 ? NULL : BackendPidGetProc(pid);

	return proc != NULL && (proc->statusFlags & PROC_IS_AUTOVACUUM) != 0 &&
		(proc->statusFlags & PROC_VACUUM_FOR_WRAPAROUND) == 0;
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
 * al_session_blocked - true if the session's statement is blocked; fills *wait
 */
bool
al_session_blocked(al_session *s, al_wait *wait)
{
	PGPROC	   *proc = BackendPidGetProc(s->pid);
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

	/* cheap, and nearly always the end of it; IPC: its parallel workers wait */
	wait_class = *(volatile uint32 *) &proc->wait_event_info & 0xFF000000U;
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
							  lock_in_words(&waiter->locktag));
	}

	wait->outside = true;
	for (int i = 0; i < npids; i++)
	{
		char	   *name = pid_in_words(pids[i]);
		bool		seen = false;
		ListCell   *lc;

		foreach(lc, wait->blockers)
			seen |= strcmp(lfirst(lc), name) == 0;
		if (seen)
			continue;
		wait->blockers = lappend(wait->blockers, name);
		if (pids[i] != 0 &&
			(pids[i] == MyProcPid || al_session_name_of(pids[i]) != NULL))
			wait->outside = false;
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
