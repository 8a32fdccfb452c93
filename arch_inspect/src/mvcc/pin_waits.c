/*-------------------------------------------------------------------------
 *
 * pin_waits.c
 *	  Who waits until nobody else has a page pinned, as VACUUM (FREEZE) does,
 *	  and on a standby the startup process.
 *
 * A buffer tells who waits for it and how many have it pinned, not who: each
 * process counts its own pins in its own memory.  But who pins a page in a
 * statement or an open cursor has a lock on the relation and a snapshot.
 * These are the candidates, no more.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/procarray.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/wait_event.h"

#include "buffer_look.h"
#include "compat.h"
#include "mvcc/pin_waits.h"
#include "unlocked.h"

/*
 * The relation of the page, if it can be told from here, and its words.
 */
static Oid
name_page(AiPinWait *wait, const BufferTag *tag)
{
	Oid			datid = ARCH_TAG_DB(tag);
	Oid			relid = InvalidOid;
	const char *of;
	ForkNumber	fork = BufTagGetForkNum(tag);

	if (datid == MyDatabaseId || !OidIsValid(datid))
		relid = RelidByRelfilenumber(ARCH_TAG_SPC(tag), ARCH_TAG_REL(tag));
	if (OidIsValid(relid) && get_rel_name(relid))
		of = DatumGetCString(DirectFunctionCall1(regclassout,
												 ObjectIdGetDatum(relid)));
	else
		of = psprintf("file %u of database %u", ARCH_TAG_REL(tag), datid);
	if (fork > MAIN_FORKNUM && fork <= MAX_FORKNUM)
		wait->page = psprintf("block %u of %s, fork %s", tag->blockNum, of,
							  forkNames[fork]);
	else
		wait->page = psprintf("block %u of %s", tag->blockNum, of);
	return relid;
}

/*
 * Who has a lock on the relation and a snapshot.
 *
 * Without a lock: the leader's PGPROC is there whoever has it now, and its
 * pid is only compared.  The copied locks are a moment old, and so is the
 * answer whether their holder has a snapshot: that is why they are
 * candidates.
 */
static void
find_candidates(AiPinWait *wait, Oid relid, bool shared,
				const LockData *locks)
{
	PGPROC	   *leader = ARCH_READ_ONCE(wait->proc->lockGroupLeader);
	int			leader_pid = leader != NULL ? ARCH_READ_ONCE(leader->pid) : 0;

	wait->ncandidates = 0;
	wait->candidates = palloc(sizeof(int) * (locks->nelements + 1));
	for (int i = 0; i < locks->nelements; i++)
	{
		LockInstanceData *lock = &locks->locks[i];
		PGPROC	   *proc;
		bool		seen = false;

		CHECK_FOR_INTERRUPTS();
		if (lock->locktag.locktag_type != LOCKTAG_RELATION ||
			lock->locktag.locktag_field1 != (shared ? InvalidOid :
											 MyDatabaseId) ||
			lock->locktag.locktag_field2 != relid ||
			lock->holdMask == 0 || lock->pid == 0 || lock->pid == wait->pid ||
			lock->leaderPid == leader_pid)
			continue;
		proc = BackendPidGetProc(lock->pid);
		if (proc == NULL || !TransactionIdIsValid(ARCH_READ_ONCE(proc->xmin)))
			continue;
		for (int j = 0; j < wait->ncandidates && !seen; j++)
			seen = wait->candidates[j] == lock->pid;
		if (!seen)
			wait->candidates[wait->ncandidates++] = lock->pid;
	}
}

/*
 * ai_pin_waits - the processes that wait for a pin at this moment, each with
 * its page
 *
 * The buffers are gone over only if there are some, and none is pinned.
 *
 * Without a lock: a process may have begun or stopped to wait between the
 * look at it and that at its buffer.  One that has stopped is found in no
 * buffer's header, or has the page pinned alone; the caller compares its pid
 * once more.
 */
List *
ai_pin_waits(void)
{
	List	   *waits = NIL;
	ListCell   *lc;
	LockData   *locks = NULL;

	for (uint32 i = 0; i < ProcGlobal->allProcCount; i++)
	{
		PGPROC	   *proc = &ProcGlobal->allProcs[i];
		int			pid = ARCH_READ_ONCE(proc->pid);
		AiPinWait  *wait;

		if (pid == 0 ||
			ARCH_READ_ONCE(proc->wait_event_info) !=
			WAIT_EVENT_BUFFER_CLEANUP)
			continue;
		wait = palloc0(sizeof(AiPinWait));
		wait->proc = proc;
		wait->procno = (int) i;
		wait->pid = pid;
		wait->pins = wait->ncandidates = -1;
		waits = lappend(waits, wait);
	}
	if (waits == NIL)
		return NIL;

	for (int i = 0; i < NBuffers; i++)
	{
		BufferTag	tag;
		ArchBufferState state;
		int			procno;
		Oid			relid;

		if (i % 8192 == 0)
			CHECK_FOR_INTERRUPTS();
		if (!arch_buffer_awaited(i, &procno, &tag, &state))
			continue;
		foreach(lc, waits)
		{
			AiPinWait  *wait = lfirst(lc);

			if (wait->procno != procno)
				continue;
			/* one of the pins is its own */
			wait->pins = (int) BUF_STATE_GET_REFCOUNT(state) - 1;
			relid = name_page(wait, &tag);
			if (!OidIsValid(relid))
				continue;
			if (locks == NULL)
				locks = GetLockStatusData();
			find_candidates(wait, relid, !OidIsValid(ARCH_TAG_DB(&tag)),
							locks);
		}
	}
	return waits;
}
