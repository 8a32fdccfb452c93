/*-------------------------------------------------------------------------
 *
 * proc_status.c
 *	  The status entry of a process, as pg_stat_activity reads it.
 *
 * Without a lock: an entry is shared memory that its process writes.  A
 * reader takes what it copied between two equal, even values of the change
 * count, and asks whether the entry is still that process's.  The server's
 * own copy of all entries would do, but is made once a transaction.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/backend_status.h"

#include "compat.h"
#include "source/proc_status.h"
#include "unlocked.h"

/*
 * ai_status_of_proc - the status entry that should be the process's, or NULL
 *
 * Without a lock: the entry's number, where it is read from the PGPROC, is
 * bounded, and the entry is there for as long as the server runs.  Whose it
 * is may change at once, so whoever copies it compares the pid in the copy.
 *
 * Before PG 17 a startup process that serves a hot standby has a backend ID
 * too, but its entry is that of an auxiliary process.
 */
const PgBackendStatus *
ai_status_of_proc(PGPROC *proc, int procno, int pid)
{
	const PgBackendStatus *base = arch_status_base();
	int			slot = arch_status_slot(proc, procno);
	int			i;

	if (slot >= 0 && slot < MaxBackends + NUM_AUXILIARY_PROCS &&
		ARCH_READ_ONCE(base[slot].st_procpid) == pid)
		return base + slot;
	for (i = 0; i < ARCH_AUX_STATUS_SLOTS; i++)
	{
		if (ARCH_READ_ONCE(base[MaxBackends + i].st_procpid) == pid)
			return base + MaxBackends + i;
	}
	return NULL;
}

/*
 * ai_may_see_process - does pg_stat_activity's rule show the caller what is
 * the affair of the process's role?
 *
 * A process of no role (an auxiliary process, the postmaster, one that still
 * authenticates, one that is not the server's) is for members of
 * pg_read_all_stats.
 */
bool
ai_may_see_process(int pid)
{
	Oid			role = InvalidOid;
	int			i;

	if (has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS))
		return true;
	for (i = 0; i < ProcGlobal->allProcCount; i++)
	{
		PGPROC	   *proc = GetPGProcByNumber(i);
		volatile const PgBackendStatus *entry;

		if (ARCH_READ_ONCE(proc->pid) != pid)
			continue;
		entry = ai_status_of_proc(proc, i, pid);
		while (entry != NULL)
		{
			int			before,
						after;

			CHECK_FOR_INTERRUPTS();
			pgstat_begin_read_activity(entry, before);
			role = entry->st_procpid == pid ? entry->st_userid : InvalidOid;
			pgstat_end_read_activity(entry, after);
			if (pgstat_read_activity_complete(before, after))
				break;
		}
		break;
	}
	return OidIsValid(role) && has_privs_of_role(GetUserId(), role);
}
