/*-------------------------------------------------------------------------
 *
 * session_limits.c
 *	  How many sessions there may be: of a connection, a role, the cluster.
 *
 * Worker slots belong to the whole cluster, and arch_lab is loaded where it
 * is used only, so nothing is kept in shared memory.  What is counted are the
 * sessions' processes themselves, of all databases: they can't outlive the
 * count or be left out of it.  Who opens one holds a lock while it counts and
 * until the new process can be counted by others.  No SQL runs meanwhile, and
 * no SQL function reaches that lock.
 *
 * A role is charged for what its log-ins open, whatever SET ROLE says.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "utils/guc.h"
#include "utils/syscache.h"

#include "compat.h"
#include "sessions/session_opener.h"
#include "unlocked.h"

/* field 4 of an advisory lock: 1 and 2 are those of SQL, in a database */
#define LIMITS_LOCK_KIND	3

typedef struct Counts
{
	int			sessions;		/* of the cluster */
	int			of_role;		/* those of the role */
	int			role_connections;	/* clients and sessions of the role */
	int			database_connections;	/* the same of the database */
} Counts;

static int	max_sessions = 4;
static int	max_sessions_per_role = 4;
static int	max_sessions_total = -1;
static int	reserved_workers = 3;

/*
 * al_limits_init - what arch_lab's _PG_init does for the limits
 *
 * All are a superuser's: a value that somebody else gave such a name before
 * the library was loaded is refused when these definitions meet it.
 */
void
al_limits_init(void)
{
	DefineCustomIntVariable("arch_lab.max_sessions",
							"Sets how many further sessions one connection may have open.",
							NULL,
							&max_sessions,
							4, 0, 100,
							PGC_SUSET, 0,
							NULL, NULL, NULL);
	DefineCustomIntVariable("arch_lab.max_sessions_per_role",
							"Sets how many further sessions the connections of one role may have open.",
							"Counted by the role that logged in, over all databases. Superusers are not limited by it.",
							&max_sessions_per_role,
							4, 0, INT_MAX,
							PGC_SUSET, 0,
							NULL, NULL, NULL);
	DefineCustomIntVariable("arch_lab.max_sessions_total",
							"Sets how many further sessions may be open in the whole cluster.",
							"-1 means as many as arch_lab.reserved_workers leaves.",
							&max_sessions_total,
							-1, -1, INT_MAX,
							PGC_SUSET, 0,
							NULL, NULL, NULL);
	DefineCustomIntVariable("arch_lab.reserved_workers",
							"Sets how many of max_worker_processes further sessions never take.",
							"They are left to parallel query, logical replication and other extensions.",
							&reserved_workers,
							3, 0, INT_MAX,
							PGC_SUSET, 0,
							NULL, NULL, NULL);
}

/*
 * count_connections - who is there
 *
 * Who has gone has let go of the latch, while pid and role may still stand
 * there.  A worker is ours by the type that it was registered with; the
 * postmaster knows which process it became.
 *
 * Without a lock: a PGPROC belongs to one list for good, and is always there.
 * A new owner of it clears role and database before it takes the latch, so
 * what is read of them behind the latch's owner is that process's, or
 * nobody's yet.  Sessions of ours are counted exactly, since no other opens
 * meanwhile and each is waited for until it can be counted.  Clients that log
 * in or out just now may be counted or not, as when the server counts them.
 *
 * Follows CountUserBackends
 * (src/backend/storage/ipc/procarray.c, REL_19_STABLE)
 * Follows CountDBBackends
 * (src/backend/storage/ipc/procarray.c, REL_19_STABLE)
 */
static Counts
count_connections(Oid role, Oid database)
{
	Counts		counts = {0};

	for (uint32 i = 0; i < ProcGlobal->allProcCount; i++)
	{
		PGPROC	   *proc = &ProcGlobal->allProcs[i];
		int			pid = ARCH_READ_ONCE(proc->procLatch.owner_pid);
		bool		of_role;

		if (pid == 0)
			continue;
		pg_read_barrier();
		of_role = ARCH_READ_ONCE(proc->roleId) == role;
		if (proc->procgloballist == &ProcGlobal->bgworkerFreeProcs)
		{
			const char *type = GetBackgroundWorkerTypeByPid(pid);

			if (type == NULL || strcmp(type, AL_SESSION_TYPE) != 0)
				continue;
			counts.sessions++;
			if (of_role)
				counts.of_role++;
		}
		else if (proc->procgloballist != &ProcGlobal->freeProcs)
			continue;
		if (of_role)
			counts.role_connections++;
		if (ARCH_READ_ONCE(proc->databaseId) == database)
			counts.database_connections++;
	}
	return counts;
}

/*
 * check_own - the limits of arch_lab
 */
static void
check_own(const char *name, Oid role, bool is_superuser, const Counts *counts)
{
	int			nsessions = 0;
	int			total = max_worker_processes - reserved_workers;
	dlist_iter	iter;

	dlist_foreach(iter, &al_sessions)
		nsessions++;
	if (nsessions >= max_sessions)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("too many sessions are open for one more, \"%s\"",
						name),
				 errdetail("This connection has %d, and arch_lab.max_sessions allows %d.",
						   nsessions, max_sessions),
				 errhint("Close one with arch_lab.session_close() or all with arch_lab.session_close_all(), or have a superuser increase arch_lab.max_sessions.")));
	if (!is_superuser && counts->of_role >= max_sessions_per_role)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("role \"%s\" has too many sessions open for one more, \"%s\"",
						GetUserNameFromId(role, false), name),
				 errdetail("Its connections have %d, and arch_lab.max_sessions_per_role allows %d.",
						   counts->of_role, max_sessions_per_role),
				 errhint("Close some, in other connections perhaps, or have a superuser increase arch_lab.max_sessions_per_role.")));
	if (counts->sessions >= total)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("too many sessions are open in the server for one more, \"%s\"", name),
				 errdetail("There are %d; of max_worker_processes (%d), arch_lab.reserved_workers keeps %d from sessions.",
						   counts->sessions, max_worker_processes,
						   reserved_workers),
				 errhint("Try again when others have closed theirs, or have a superuser increase max_worker_processes.")));
	if (max_sessions_total >= 0 && counts->sessions >= max_sessions_total)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("too many sessions are open in the server for one more, \"%s\"", name),
				 errdetail("There are %d, and arch_lab.max_sessions_total allows %d.",
						   counts->sessions, max_sessions_total),
				 errhint("Try again when others have closed theirs, or have a superuser increase arch_lab.max_sessions_total.")));
}

/*
 * check_connections - the connection limits of role and database
 *
 * The server asks them of a client that logs in, and of that alone.  As
 * there, superusers are not limited.
 *
 * Follows InitializeSessionUserId
 * (src/backend/utils/init/miscinit.c, REL_19_STABLE)
 * Follows CheckMyDatabase (src/backend/utils/init/postinit.c, REL_19_STABLE)
 */
static void
check_connections(Oid role, const Counts *counts)
{
	HeapTuple	tuple;
	int			role_limit = -1;
	int			database_limit = -1;

	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	if (HeapTupleIsValid(tuple))
	{
		role_limit = ((Form_pg_authid) GETSTRUCT(tuple))->rolconnlimit;
		ReleaseSysCache(tuple);
	}
	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	if (HeapTupleIsValid(tuple))
	{
		database_limit = ((Form_pg_database) GETSTRUCT(tuple))->datconnlimit;
		ReleaseSysCache(tuple);
	}
	if (role_limit >= 0 && counts->role_connections >= role_limit)
		ereport(ERROR,
				(errcode(ERRCODE_TOO_MANY_CONNECTIONS),
				 errmsg("too many connections for role \"%s\"",
						GetUserNameFromId(role, false)),
				 errdetail("A session counts as one; its CONNECTION LIMIT is %d.",
						   role_limit)));
	if (database_limit >= 0 && counts->database_connections >= database_limit)
		ereport(ERROR,
				(errcode(ERRCODE_TOO_MANY_CONNECTIONS),
				 errmsg("too many connections for this database"),
				 errdetail("A session counts as one; its CONNECTION LIMIT is %d.",
						   database_limit)));
}

static void
limits_lock(LOCKTAG *tag)
{
	SET_LOCKTAG_ADVISORY(*tag, InvalidOid, AL_SESSION_MAGIC, 0,
						 LIMITS_LOCK_KIND);
}

/*
 * al_limits_enter - may the caller open one session more?
 *
 * Returns with the lock held if so: it is to be kept until the session's
 * process says that it can be counted, or is gone.  An error lets go of it
 * like of any lock of its (sub)transaction.
 */
void
al_limits_enter(const char *name)
{
	Oid			role = GetSessionUserId();
	bool		is_superuser = superuser_arg(role);
	LOCKTAG		tag;
	Counts		counts;

	limits_lock(&tag);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
	counts = count_connections(role, MyDatabaseId);
	check_own(name, role, is_superuser, &counts);
	if (!is_superuser)
		check_connections(role, &counts);
}

/*
 * al_limits_leave - the next one may count
 */
void
al_limits_leave(void)
{
	LOCKTAG		tag;

	limits_lock(&tag);
	(void) LockRelease(&tag, ExclusiveLock, false);
}
