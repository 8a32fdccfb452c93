/*-------------------------------------------------------------------------
 *
 * processes.c
 *	  Every process of the cluster, as the server's shared memory has it.
 *
 * The shared status array is read where it lies, entry by entry under its
 * own change-count protocol, and joined with PGPROC for the wait.  So a look
 * is of this moment also inside a transaction, where pg_stat_activity keeps
 * what it saw first, and it leaves that snapshot alone.  No lock is taken.
 *
 * What has no entry there is found among the postmaster's children: the
 * logger, processes on their way in, and what is no process of the server.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "common/ip.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "postmaster/syslogger.h"
#include "replication/logicallauncher.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "result.h"
#include "server/proc_os.h"
#include "source/proc_status.h"
#include "unlocked.h"
#include "words/wait_words.h"

/* A status entry, copied together with the strings it points to */
typedef struct Status
{
	PgBackendStatus entry;
	char		appname[NAMEDATALEN];
	char		hostname[NAMEDATALEN];
	char	   *activity;		/* pgstat_track_activity_query_size bytes */
} Status;

/* The columns of process_scan() */
enum
{
	COL_PID,
	COL_PARENT,
	COL_LEADER,
	COL_KIND,
	COL_ROLE,
	COL_ACTIVITY,
	COL_DATID,
	COL_DATNAME,
	COL_USESYSID,
	COL_USENAME,
	COL_APPNAME,
	COL_CLIENT_ADDR,
	COL_CLIENT_HOSTNAME,
	COL_CLIENT_PORT,
	COL_BACKEND_START,
	COL_XACT_START,
	COL_QUERY_START,
	COL_STATE_CHANGE,
	COL_WAIT_TYPE,
	COL_WAIT,
	COL_WAIT_WORDS,
	COL_STATE,
	COL_XID,
	COL_XMIN,
	COL_QUERY_ID,
	COL_QUERY,
	COL_SLOT,
	COL_COMMAND,
	NCOLS
};

static const ArchColumn process_columns[NCOLS] = {
	{"pid", INT4OID},
	{"parent", INT4OID},
	{"leader_pid", INT4OID},
	{"kind", TEXTOID},
	{"role", TEXTOID},
	{"activity", TEXTOID},
	{"datid", OIDOID},
	{"datname", NAMEOID},
	{"usesysid", OIDOID},
	{"usename", NAMEOID},
	{"application_name", TEXTOID},
	{"client_addr", INETOID},
	{"client_hostname", TEXTOID},
	{"client_port", INT4OID},
	{"backend_start", TIMESTAMPTZOID},
	{"xact_start", TIMESTAMPTZOID},
	{"query_start", TIMESTAMPTZOID},
	{"state_change", TIMESTAMPTZOID},
	{"wait_event_type", TEXTOID},
	{"wait_event", TEXTOID},
	{"wait_in_words", TEXTOID},
	{"state", TEXTOID},
	{"backend_xid", XIDOID},
	{"backend_xmin", XIDOID},
	{"query_id", INT8OID},
	{"query", TEXTOID},
	{"slot", INT4OID},
	{"command", TEXTOID}
};

/* What a process is there for; kinds are backend types and worker types */
static const struct
{
	const char *kind;
	const char *role;
}			roles[] = {
	{"postmaster", "listens for connections, forks every other process and watches over them; runs no query itself"},
	{"client backend", "serves one client connection: parses, plans and executes its statements"},
	{"checkpointer", "writes all changed pages to their files at each checkpoint, so that recovery need not start earlier"},
	{"background writer", "writes some changed pages ahead, so that backends find clean buffers to reuse"},
	{"walwriter", "writes and flushes WAL in the background, above all for asynchronous commits; a commit flushes its WAL itself"},
	{"autovacuum launcher",
	 "decides which database is due and asks for autovacuum workers there"},
	{"autovacuum worker", "vacuums and analyzes the tables of one database that passed their thresholds"},
	{"logical replication launcher",
	 "starts and restarts the workers of the subscriptions"},
	{"logical replication worker",
	 "applies the changes of a subscription, or copies a table for it"},
	{"logical replication apply worker",
	 "applies the changes that a subscription receives"},
	{"logical replication parallel worker", "applies one large streamed transaction of a subscription beside its apply worker"},
	{"logical replication tablesync worker",
	 "copies one table of a subscription when it starts"},
	{"logical replication sequencesync worker",
	 "copies the values of the sequences of a subscription"},
	{"parallel worker",
	 "executes its share of the plan of the backend that leads it"},
	{"walsender", "sends WAL, as it is or decoded, to a standby, a backup or a subscriber"},
	{"walreceiver", "receives WAL from the primary and writes it to disk"},
	{"startup", "replays WAL: recovers after a crash, or follows the primary on a standby"},
	{"archiver",
	 "hands each finished WAL segment to archive_command or archive_library"},
	{"logger",
	 "collects what all other processes write to stderr into the log files"},
	{"walsummarizer",
	 "notes which blocks the WAL changed, for incremental backups"},
	{"io worker", "reads blocks from files on behalf of other processes"},
	{"datachecksums launcher", "switches the checksums of pages on or off, by a worker in one database after the other"},
	{"datachecksums worker",
	 "rewrites every page of one database, so that each gets a checksum"},
	{"REPACK decoding worker", "reads from the WAL what others change in a table while REPACK CONCURRENTLY copies it"},
	{"slotsync worker",
	 "copies the primary's failover slots to this standby"},
	{"dead-end client backend",
	 "tells a client that it cannot be served, and ends"},
	{"standalone backend",
	 "runs statements without a postmaster (single-user mode)"},
	{"starting", "was just forked: reads the client's startup packet or authenticates it, or is a worker that attaches to shared memory"},
	{"foreign child", "no process of the server: an orphan that the system gave to the postmaster, as it does to the first process of a container, a child of the process that became the postmaster, or a command that he runs"}
};

/* What the state of a backend means */
static const struct
{
	BackendState state;
	const char *name;
	const char *words;
}			states[] = {
	{STATE_STARTING, "starting", "authenticates its client"},
	{STATE_IDLE, "idle", "waits for the client's next statement"},
	{STATE_RUNNING, "active", "runs a statement"},
	{STATE_IDLEINTRANSACTION, "idle in transaction",
	 "holds a transaction open and waits for the client"},
	{STATE_FASTPATH, "fastpath function call",
	 "runs a function the client called by the fast path"},
	{STATE_IDLEINTRANSACTION_ABORTED, "idle in transaction (aborted)",
	 "holds a failed transaction open until the client sends ROLLBACK"},
	{STATE_DISABLED, "disabled",
	 "does not tell: track_activities is off in this session"}
};

static const char *
role_in_words(const char *kind)
{
	int			i;

	for (i = 0; i < lengthof(roles); i++)
	{
		if (strcmp(kind, roles[i].kind) == 0)
			return roles[i].role;
	}
	return "a background worker that an extension registered";
}

/*
 * Copies the status entry; false when it is not of that process (any more).
 *
 * Follows pgstat_read_current_status
 * (src/backend/utils/activity/backend_status.c, REL_19_STABLE)
 */
static bool
read_status(const PgBackendStatus *shared, int pid, Status *status)
{
	volatile const PgBackendStatus *entry = shared;

	for (;;)
	{
		int			before,
					after;

		CHECK_FOR_INTERRUPTS();
		pgstat_begin_read_activity(entry, before);
		status->entry.st_procpid = entry->st_procpid;
		if (status->entry.st_procpid == pid)
		{
			memcpy(&status->entry, shared, sizeof(PgBackendStatus));
			/*
			 * the strings always end with a zero byte, as the server sees to
			 */
			strlcpy(status->appname, shared->st_appname, NAMEDATALEN);
			strlcpy(status->hostname, shared->st_clienthostname, NAMEDATALEN);
			strlcpy(status->activity, shared->st_activity_raw,
					pgstat_track_activity_query_size);
		}
		pgstat_end_read_activity(entry, after);
		if (pgstat_read_activity_complete(before, after))
			break;
	}
	return status->entry.st_procpid == pid &&
		status->entry.st_backendType != B_INVALID;
}

static void
put_text(Datum *values, bool *nulls, int col, const char *text)
{
	nulls[col] = (text == NULL);
	if (text != NULL)
		values[col] = CStringGetTextDatum(text);
}

static void
put_name(Datum *values, bool *nulls, int col, const char *name)
{
	nulls[col] = (name == NULL);
	if (name != NULL)
		values[col] = DirectFunctionCall1(namein, CStringGetDatum(name));
}

static void
put_int(Datum *values, bool *nulls, int col, int32 value)
{
	nulls[col] = false;
	values[col] = Int32GetDatum(value);
}

static void
put_process_time(Datum *values, bool *nulls, int col, TimestampTz value)
{
	nulls[col] = (value == 0);
	values[col] = TimestampTzGetDatum(value);
}

/*
 * Address and port of the client as pg_stat_activity gives them: a socket in
 * the file system has port -1 and no address.
 *
 * Follows pg_stat_get_activity
 * (src/backend/utils/adt/pgstatfuncs.c, REL_19_STABLE)
 */
static void
put_client(Datum *values, bool *nulls, const Status *status)
{
	SockAddr	zero = {0};
	SockAddr	addr = status->entry.st_clientaddr;
	char		host[NI_MAXHOST];
	char		port[NI_MAXSERV];

	if (memcmp(&addr, &zero, sizeof(zero)) == 0)
		return;
	if (addr.addr.ss_family == AF_UNIX)
	{
		put_int(values, nulls, COL_CLIENT_PORT, -1);
		return;
	}
	if (addr.addr.ss_family != AF_INET && addr.addr.ss_family != AF_INET6)
		return;
	if (pg_getnameinfo_all(&addr.addr, addr.salen, host, sizeof(host),
						   port, sizeof(port),
						   NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	clean_ipv6_addr(addr.addr.ss_family, host);
	values[COL_CLIENT_ADDR] = DirectFunctionCall1(inet_in,
												  CStringGetDatum(host));
	nulls[COL_CLIENT_ADDR] = false;
	put_int(values, nulls, COL_CLIENT_PORT, atoi(port));
	if (status->hostname[0] != '\0')
		put_text(values, nulls, COL_CLIENT_HOSTNAME, status->hostname);
}

/*
 * The wait of a process and, from that, what a process without a client does.
 * True where it waits for a lock, which is what any process does then.
 */
static bool
put_wait(Datum *values, bool *nulls, uint32 wait, bool *refreshed)
{
	const char *type = pgstat_get_wait_event_type(wait);
	const char *name = pgstat_get_wait_event(wait);
	const char *words = ai_wait_words(type, name, refreshed);

	put_text(values, nulls, COL_WAIT_TYPE, type);
	put_text(values, nulls, COL_WAIT, name);
	put_text(values, nulls, COL_WAIT_WORDS, words);
	if (type == NULL)
		put_text(values, nulls, COL_ACTIVITY, "works");
	else if (strcmp(type, "Activity") == 0)
		put_text(values, nulls, COL_ACTIVITY,
				 "sleeps until there is something to do");
	else if (strcmp(type, "Timeout") == 0)
		put_text(values, nulls, COL_ACTIVITY, "pauses");
	else if (strcmp(type, "Lock") == 0)
	{
		put_text(values, nulls, COL_ACTIVITY,
				 "waits for a lock: see lock_waits");
		return true;
	}
	else
		put_text(values, nulls, COL_ACTIVITY, psprintf("waits (%s)", type));
	return false;
}

/*
 * What an I/O worker does: it has no state of its own, its wait tells.
 */
static const char *
io_worker_activity(uint32 wait)
{
	const char *type = pgstat_get_wait_event_type(wait);

	if (type == NULL)
		return "works on a read that another process asked for";
	if (strcmp(type, "Activity") == 0)
		return "waits for another process to ask for a read";
	if (strcmp(type, "IO") == 0)
		return "reads from a file what another process asked for";
	return psprintf("waits (%s)", type);
}

/*
 * Whom a worker works for: a parallel query's, or one that applies what a
 * subscription sends; 0 of any other process.
 *
 * Without a lock on the leader's PGPROC: these are never freed, so
 * the pointer leads to one in any case; the lock group may end meanwhile, and
 * another process may have got either PGPROC.  So the pointer is read again
 * behind the leader's pid: where both reads agree and the process is still
 * the one of the entry, it was led by a process of that PGPROC.  At worst
 * that had just ended: the row tells of a leader that is gone, as
 * pg_stat_activity's may.
 *
 * Follows pg_stat_get_activity
 * (src/backend/utils/adt/pgstatfuncs.c, REL_19_STABLE)
 */
static int
leader_of(PGPROC *proc, const PgBackendStatus *entry)
{
	PGPROC	   *leader = ARCH_READ_ONCE(proc->lockGroupLeader);
	int			pid = leader == NULL ? 0 : ARCH_READ_ONCE(leader->pid);

	if (leader == NULL && entry->st_backendType == B_BG_WORKER)
	{
		pid = GetLeaderApplyWorkerPid(entry->st_procpid);
		return pid == InvalidPid ? 0 : pid;
	}
	if (pid == entry->st_procpid ||
		ARCH_READ_ONCE(proc->lockGroupLeader) != leader ||
		ARCH_READ_ONCE(proc->pid) != entry->st_procpid)
		return 0;
	return pid;
}

/*
 * A process that has a status entry.  State, statement, times and client are
 * for those whom pg_stat_activity would show them.
 *
 * Without a lock: what it waits for, its xid and its xmin are words that are
 * read once each, a moment after the entry was copied, and believed if the
 * PGPROC is still that process's afterwards.  The row is of a moment ago, and
 * its parts are not of quite the same one, as in pg_stat_activity.
 */
static void
put_backend(Datum *values, bool *nulls, const Status *status, PGPROC *proc,
			bool see_all, bool *refreshed)
{
	const PgBackendStatus *entry = &status->entry;
	const char *kind = NULL;
	int			leader = leader_of(proc, entry);
	TransactionId xid = ARCH_READ_ONCE(proc->xid);
	TransactionId xmin = ARCH_READ_ONCE(proc->xmin);
	uint32		wait = ARCH_READ_ONCE(proc->wait_event_info);
	bool		blocked;
	int			i;

	/* if another process has the PGPROC by now, these may be that one's */
	pg_read_barrier();
	if (ARCH_READ_ONCE(proc->pid) != entry->st_procpid)
	{
		xid = xmin = InvalidTransactionId;
		wait = 0;
	}
	if (entry->st_backendType == B_BG_WORKER)
		kind = GetBackgroundWorkerTypeByPid(entry->st_procpid);
	if (kind == NULL)
		kind = GetBackendTypeDesc(entry->st_backendType);

	put_int(values, nulls, COL_PID, entry->st_procpid);
	put_text(values, nulls, COL_KIND, kind);
	put_text(values, nulls, COL_ROLE, role_in_words(kind));
	if (leader != 0)
		put_int(values, nulls, COL_LEADER, leader);
	if (OidIsValid(entry->st_databaseid))
	{
		values[COL_DATID] = ObjectIdGetDatum(entry->st_databaseid);
		nulls[COL_DATID] = false;
		put_name(values, nulls, COL_DATNAME,
				 get_database_name(entry->st_databaseid));
	}
	if (OidIsValid(entry->st_userid))
	{
		values[COL_USESYSID] = ObjectIdGetDatum(entry->st_userid);
		nulls[COL_USESYSID] = false;
		put_name(values, nulls, COL_USENAME,
				 GetUserNameFromId(entry->st_userid, true));
	}
	put_text(values, nulls, COL_APPNAME, status->appname);
	put_process_time(values, nulls, COL_BACKEND_START,
					 entry->st_proc_start_timestamp);
	blocked = put_wait(values, nulls, wait, refreshed);
	if (strcmp(kind, "io worker") == 0)
		put_text(values, nulls, COL_ACTIVITY, io_worker_activity(wait));
	if (TransactionIdIsValid(xid))
	{
		values[COL_XID] = TransactionIdGetDatum(xid);
		nulls[COL_XID] = false;
	}
	if (TransactionIdIsValid(xmin))
	{
		values[COL_XMIN] = TransactionIdGetDatum(xmin);
		nulls[COL_XMIN] = false;
	}

	if (!see_all && !has_privs_of_role(GetUserId(), entry->st_userid))
	{
		if (entry->st_backendType == B_BACKEND && !blocked)
			put_text(values, nulls, COL_ACTIVITY, NULL);
		put_text(values, nulls, COL_QUERY, "<insufficient privilege>");
		return;
	}

	for (i = 0; i < lengthof(states); i++)
	{
		if (entry->st_state == states[i].state)
		{
			put_text(values, nulls, COL_STATE, states[i].name);
			if (entry->st_backendType == B_BACKEND && !blocked)
				put_text(values, nulls, COL_ACTIVITY, states[i].words);
			break;
		}
	}
	put_process_time(values, nulls, COL_XACT_START,
					 entry->st_xact_start_timestamp);
	put_process_time(values, nulls, COL_QUERY_START,
					 entry->st_activity_start_timestamp);
	put_process_time(values, nulls, COL_STATE_CHANGE,
					 entry->st_state_start_timestamp);
	put_client(values, nulls, status);
	if (entry->st_query_id != 0)
	{
		values[COL_QUERY_ID] = Int64GetDatum((int64) entry->st_query_id);
		nulls[COL_QUERY_ID] = false;
	}
	put_text(values, nulls, COL_QUERY,
			 pgstat_clip_activity(status->activity));
}

static void
put_process(ReturnSetInfo *rsinfo, Datum *values, bool *nulls)
{
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * The PGPROC of a process that has no status entry yet; -1 when it has none
 * of both.
 *
 * Without a lock: a pid is one word, and no two PGPROCs have the same one
 * that is not 0.  The process, a child of the postmaster's a moment ago, may
 * end at once: then its row tells of who was just there.
 */
static int
slot_of_pid(int pid)
{
	int			i;

	for (i = 0; i < ProcGlobal->allProcCount; i++)
	{
		if (ARCH_READ_ONCE(GetPGProcByNumber(i)->pid) == pid)
			return i;
	}
	return -1;
}

/*
 * ai_process_scan - arch_parts.process_scan()
 *
 * A row a process.  A process that ends while we look is left out.
 */
PG_FUNCTION_INFO_V1(ai_process_scan);

Datum
ai_process_scan(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, process_columns, NCOLS);
	bool		see_all = has_privs_of_role(GetUserId(),
											ROLE_PG_READ_ALL_STATS);
	bool		refreshed = false;
	Status		status;
	Datum		values[NCOLS] = {0};
	bool		nulls[NCOLS];
	List	   *children;
	ListCell   *lc;
	MemoryContext row_context;
	MemoryContext old_context;
	int			i;

	status.activity = palloc(pgstat_track_activity_query_size);
	children = ai_postmaster_children(Logging_collector);
	row_context = AllocSetContextCreate(CurrentMemoryContext, "process row",
										ALLOCSET_DEFAULT_SIZES);
	old_context = MemoryContextSwitchTo(row_context);

	if (IsUnderPostmaster)
	{
		int			parent;
		TimestampTz started;

		memset(nulls, true, sizeof(nulls));
		put_int(values, nulls, COL_PID, PostmasterPid);
		if (ai_process_parent(PostmasterPid, &parent, &started))
			put_int(values, nulls, COL_PARENT, parent);
		put_text(values, nulls, COL_KIND, "postmaster");
		put_text(values, nulls, COL_ROLE, role_in_words("postmaster"));
		put_text(values, nulls, COL_ACTIVITY,
				 "waits for connections and for the end of its children");
		put_process_time(values, nulls, COL_BACKEND_START, PgStartTime);
		put_process(rsinfo, values, nulls);
	}

	for (i = 0; i < ProcGlobal->allProcCount; i++)
	{
		PGPROC	   *proc = GetPGProcByNumber(i);
		int			pid = ARCH_READ_ONCE(proc->pid);
		const PgBackendStatus *entry;

		CHECK_FOR_INTERRUPTS();
		if (pid == 0)
			continue;
		entry = ai_status_of_proc(proc, i, pid);
		if (entry == NULL || !read_status(entry, pid, &status))
			continue;

		MemoryContextReset(row_context);
		memset(nulls, true, sizeof(nulls));
		if (IsUnderPostmaster)
			put_int(values, nulls, COL_PARENT, PostmasterPid);
		put_int(values, nulls, COL_SLOT, i);
		put_backend(values, nulls, &status, proc, see_all, &refreshed);
		put_process(rsinfo, values, nulls);
		children = list_delete_int(children, pid);
	}

	foreach(lc, children)
	{
		int			pid = lfirst_int(lc);
		int			parent;
		TimestampTz started;
		const char *kind;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(row_context);
		if (!ai_process_parent(pid, &parent, &started) ||
			parent != PostmasterPid)
			continue;
		memset(nulls, true, sizeof(nulls));
		if (!ai_process_is_server(pid))
			kind = "foreign child";
		else if (ai_process_title_is(pid, GetBackendTypeDesc(B_LOGGER)))
			kind = "logger";
		else
			kind = "starting";
		put_int(values, nulls, COL_PID, pid);
		put_int(values, nulls, COL_PARENT, parent);
		put_text(values, nulls, COL_KIND, kind);
		put_text(values, nulls, COL_ROLE, role_in_words(kind));
		put_process_time(values, nulls, COL_BACKEND_START, started);
		if (strcmp(kind, "starting") == 0)
		{
			int			slot = slot_of_pid(pid);
			uint32		wait = 0;

			if (slot >= 0)
			{
				put_int(values, nulls, COL_SLOT, slot);
				wait =
					ARCH_READ_ONCE(GetPGProcByNumber(slot)->wait_event_info);
			}
			put_wait(values, nulls, wait, &refreshed);
		}
		else if (strcmp(kind, "logger") == 0)
			put_text(values, nulls, COL_ACTIVITY,
					 "waits for lines to write to the log");
		else
			put_text(values, nulls, COL_COMMAND,
					 ai_process_command(pid, see_all));
		put_process(rsinfo, values, nulls);
	}

	MemoryContextSwitchTo(old_context);
	MemoryContextDelete(row_context);
	return (Datum) 0;
}
