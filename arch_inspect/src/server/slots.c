/*-------------------------------------------------------------------------
 *
 * slots.c
 *	  The slots for processes (PGPROC) and who holds which lightweight lock.
 *
 * Without a lock: which list a PGPROC goes back to and the tranche of a lock
 * are set when the server starts.  The state of a lock, and what a process
 * waits for, is one word; each is of another moment, and their sums a sample.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/buf_internals.h"
#include "storage/bufmgr.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "result.h"
#include "unlocked.h"
#include "words/wait_words.h"

/*
 * ai_process_slot_list - arch_parts.process_slot_list()
 *
 * Which kind of process each slot is set aside for: a PGPROC knows the list
 * it goes back to.
 */
PG_FUNCTION_INFO_V1(ai_process_slot_list);

Datum
ai_process_slot_list(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"slot", INT4OID},
		{"class", TEXTOID}
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	Datum		values[lengthof(columns)];
	bool		nulls[lengthof(columns)] = {0};
	int			i;

	for (i = 0; i < ProcGlobal->allProcCount; i++)
	{
		void	   *list = GetPGProcByNumber(i)->procgloballist;
		const char *class;

		CHECK_FOR_INTERRUPTS();
		if (list == &ProcGlobal->freeProcs)
			class = "client connections";
		else if (list == &ProcGlobal->autovacFreeProcs)
			class = "autovacuum";
		else if (list == &ProcGlobal->bgworkerFreeProcs)
			class = "background workers";
		else if (list == &ProcGlobal->walsenderFreeProcs)
			class = "walsenders";
		else
			class = "auxiliary processes";
		values[0] = Int32GetDatum(i);
		values[1] = CStringGetTextDatum(class);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

/* What a tranche's locks look like at the moment */
typedef struct Tranche
{
	const char *name;
	int64		locks;
	int64		exclusive;
	int64		shared;
	int64		waiters;
} Tranche;

#define MAX_TRANCHES 512

static void
add_lock(Tranche *tranches, LWLock *lock)
{
	uint32		state = pg_atomic_read_u32(&lock->state);
	Tranche    *tranche;

	if (lock->tranche >= MAX_TRANCHES)
		return;
	tranche = &tranches[lock->tranche];
	tranche->locks++;
	if (state & ARCH_LW_EXCLUSIVE)
		tranche->exclusive++;
	tranche->shared += state & (ARCH_LW_EXCLUSIVE - 1);
}

/*
 * A row of the result; words are of the wait for such a lock.
 */
static void
put_tranche(ReturnSetInfo *rsinfo, const Tranche *tranche, bool *refreshed)
{
	const char *words = ai_wait_words("LWLock", tranche->name, refreshed);
	Datum		values[6];
	bool		nulls[6] = {0};

	values[0] = CStringGetTextDatum(tranche->name);
	values[1] = Int64GetDatum(tranche->locks);
	values[2] = Int64GetDatum(tranche->exclusive);
	values[3] = Int64GetDatum(tranche->shared);
	values[4] = Int64GetDatum(tranche->waiters);
	nulls[5] = (words == NULL);
	if (words != NULL)
		values[5] = CStringGetTextDatum(words);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * ai_lwlock_sample - arch_parts.lwlock_sample()
 *
 * The locks that can be reached: those of the main array, of the buffers and
 * of the processes.  Waiters are counted by what the processes report.  A
 * buffer's content lock has its row on every major, whatever it is made of.
 */
PG_FUNCTION_INFO_V1(ai_lwlock_sample);

Datum
ai_lwlock_sample(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"tranche", TEXTOID},
		{"locks", INT8OID},
		{"exclusive", INT8OID},
		{"shared_holders", INT8OID},
		{"waiters", INT8OID},
		{"protects", TEXTOID}
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	Tranche    *tranches = palloc0(sizeof(Tranche) * MAX_TRANCHES);
	bool		refreshed = false;
	Tranche		content = {.name = "BufferContent", .locks = NBuffers};
	int			i;

	for (i = 0; i < NUM_FIXED_LWLOCKS; i++)
		add_lock(tranches, &MainLWLockArray[i].lock);
	for (i = 0; i < NBuffers; i++)
	{
		bool		exclusive;
		uint32		shared;

		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		arch_content_lock(GetBufferDescriptor(i), &exclusive, &shared);
		content.exclusive += exclusive;
		content.shared += shared;
	}
	for (i = 0; i < ProcGlobal->allProcCount; i++)
	{
		PGPROC	   *proc = GetPGProcByNumber(i);
		uint32		wait = ARCH_READ_ONCE(proc->wait_event_info);

		add_lock(tranches, &proc->fpInfoLock);
		/* who has ended may have left its last wait behind */
		if (ARCH_READ_ONCE(proc->pid) == 0)
			continue;
		if (arch_waits_for_content(wait))
			content.waiters++;
		else if ((wait & 0xFF000000) == PG_WAIT_LWLOCK &&
				 (wait & 0xFFFF) < MAX_TRANCHES)
			tranches[wait & 0xFFFF].waiters++;
	}

	for (i = 0; i < MAX_TRANCHES; i++)
	{
		const char *name;

		if (tranches[i].locks == 0 && tranches[i].waiters == 0)
			continue;
		name = GetLWLockIdentifier(PG_WAIT_LWLOCK, i);
		/* numbers whose lock was retired have such a name */
		if (name == NULL || name[0] == '<')
			continue;
		tranches[i].name = name;
		put_tranche(rsinfo, &tranches[i], &refreshed);
	}
	put_tranche(rsinfo, &content, &refreshed);
	return (Datum) 0;
}
