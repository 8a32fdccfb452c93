/*-------------------------------------------------------------------------
 *
 * session_worker.c
 *	  A further session: a background worker that does what its opener says.
 *
 * The loop is that of PostgresMain() in tcop/postgres.c, with a shared memory
 * queue in place of the client.  The session ends when the opener closes it
 * or lets go of the queue, which is also what the opener's death looks like;
 * then it rolls back and runs at_end.  SIGTERM ends it at once, as it does
 * any backend.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "jit/jit.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "replication/slot.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "storage/procsignal.h"
#include "storage/shm_toc.h"
#include "storage/sinval.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/ps_status.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timeout.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "sessions/session.h"
#include "sessions/session_libpq.h"

/*
 * once asked to end, how long a statement may ignore it, and at_end may take
 */
#define GRACE_SECONDS	5
#define AT_END_SECONDS	10

/* how often an idle session looks whether it still can be driven (ms) */
#define ORPHAN_POLL		5000

bool		al_is_session = false;

static al_shared *shared;
static shm_mq_handle *commands;
static uint32 ncommands = 0;
static TimeoutId tick_timeout;
static volatile sig_atomic_t ending = false;
static volatile sig_atomic_t ticks = 0;

static void before_statement(void);

/*
 * on_tick - once a second while a statement runs
 *
 * A function may catch the cancel that the opener sends; the session must
 * still end with its opener.
 */
static void
on_tick(void)
{
	int			limit = ending ? AT_END_SECONDS : GRACE_SECONDS;

	if (pg_atomic_read_u32(&shared->closing) == 0)
		return;
	ticks++;
	if (ticks >= limit)
		kill(MyProcPid, SIGTERM);
	else if (!ending)
		kill(MyProcPid, SIGINT);
}

/*
 * on_cancel - SIGINT
 *
 * The opener asks for the end with a cancel.  Where the session has seen the
 * request before the signal came, it must not strike at_end, which only its
 * own timeouts may cancel.
 */
static void
on_cancel(SIGNAL_ARGS)
{
	if (ending && !get_timeout_indicator(STATEMENT_TIMEOUT, false) &&
		!get_timeout_indicator(LOCK_TIMEOUT, false))
		SetLatch(MyLatch);
	else
		StatementCancelHandler(ARCH_SIGNAL_ARGS);
}

/*
 * connect_session - log in, and get ready to execute
 */
static void
connect_session(void)
{
	al_login(shared);
	tick_timeout = RegisterTimeout(USER_TIMEOUT, on_tick);
	al_exec_init(before_statement);
}

/*
 * report_idle - say that the session is ready, and for what
 *
 * Returns after how many milliseconds statistics want to be reported again.
 */
static long
report_idle(void)
{
	al_status	status;
	char		code = TransactionBlockStatusCode();
	long		stats_delay = 0;
	int			timeout = IdleInTransactionSessionTimeout;

	if (code == 'E')
	{
		status = AL_IDLE_IN_FAILED;
		set_ps_display("idle in transaction (aborted)");
		pgstat_report_activity(STATE_IDLEINTRANSACTION_ABORTED, NULL);
	}
	else if (code == 'T')
	{
		status = AL_IDLE_IN_TRANSACTION;
		set_ps_display("idle in transaction");
		pgstat_report_activity(STATE_IDLEINTRANSACTION, NULL);
	}
	else
	{
		status = AL_IDLE;
		timeout = IdleSessionTimeout;
		stats_delay = pgstat_report_stat(false);
		set_ps_display("idle");
		pgstat_report_activity(STATE_IDLE, NULL);
	}
	if (timeout > 0)
		enable_timeout_after(status == AL_IDLE ? IDLE_SESSION_TIMEOUT :
							 IDLE_IN_TRANSACTION_SESSION_TIMEOUT, timeout);

	/* what is left of the result may have to wait until it is collected */
	pg_atomic_write_u32(&shared->status, status);
	al_out_item(AL_MSG_READY, &code, 1);
	(void) al_out_flush(true);

	return stats_delay;
}

/*
 * is_orphan - the function that opened this session is gone, and with it all
 * that could drive it: the extension was dropped
 *
 * In a failed transaction nothing can be looked up.
 */
static bool
is_orphan(void)
{
	bool		orphan;

	if (IsAbortedTransactionBlockState())
		return false;
	StartTransactionCommand();
	orphan = !SearchSysCacheExists1(PROCOID,
									ObjectIdGetDatum(shared->opened_by));
	CommitTransactionCommand();
	return orphan;
}

/*
 * next_command - the SQL to run next, or NULL when the session is to end
 *
 * A cancel that comes while nothing runs is for nothing, as in any backend.
 *
 * Follows PostgresMain (src/backend/tcop/postgres.c, REL_19_STABLE)
 */
static const char *
next_command(long stats_delay)
{
	const char *sql = NULL;

	for (;;)
	{
		shm_mq_result result;
		Size		len;
		void	   *data;
		bool		timed_out;

		if (pg_atomic_read_u32(&shared->closing) != 0)
			break;
		result = shm_mq_receive(commands, &len, &data, true);
		if (result == SHM_MQ_DETACHED)
			break;
		if (result == SHM_MQ_SUCCESS)
		{
			sql = MemoryContextStrdup(MessageContext, data);
			ncommands++;
			break;
		}

		timed_out = (WaitLatch(MyLatch,
							   WL_LATCH_SET | WL_TIMEOUT |
							   WL_EXIT_ON_PM_DEATH,
							   stats_delay > 0 ?
							   Min(stats_delay, ORPHAN_POLL) :
							   ORPHAN_POLL,
							   WAIT_EVENT_CLIENT_READ) & WL_TIMEOUT) != 0;
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (timed_out && is_orphan())
			break;
		if (timed_out && stats_delay > 0)
			stats_delay = pgstat_report_stat(true);

		/* a standby's recovery can't wait for a session that does nothing */
		if (arch_recovery_conflict_pending(MyProc) &&
			TransactionBlockStatusCode() == 'T')
			ereport(FATAL,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("terminating connection due to conflict with recovery")));

		if (catchupInterruptPending)
			ProcessCatchupInterrupt();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
		MemoryContextSwitchTo(MessageContext);
	}

	if (get_timeout_active(IDLE_IN_TRANSACTION_SESSION_TIMEOUT))
		disable_timeout(IDLE_IN_TRANSACTION_SESSION_TIMEOUT, false);
	if (get_timeout_active(IDLE_SESSION_TIMEOUT))
		disable_timeout(IDLE_SESSION_TIMEOUT, false);
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
	return sql;
}

/*
 * run - execute SQL with the clock ticking
 */
static void
run(const char *sql)
{
	SetCurrentStatementStartTimestamp();
	ticks = 0;
	enable_timeout_every(tick_timeout,
						 TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
													 1000),
						 1000);
	al_exec_simple(sql);
	disable_timeout(tick_timeout, false);
}

/*
 * before_statement - called before any statement, nested ones too
 *
 * at_end may outlive its opener's connection, so nobody could end it by
 * barring the role and terminating what that has open.
 */
static void
before_statement(void)
{
	if (ending && IsTransactionState())
		al_login_recheck(shared);
}

/*
 * run_at_end - leave nothing of the session but what at_end does
 *
 * It has AT_END_SECONDS in all, and then is terminated; a statement that is
 * cancelled a second before can say so.
 */
static void
run_at_end(const char *at_end)
{
	const int	timeout = (AT_END_SECONDS - 1) * 1000;
	char		code = 0;

	al_out_item(AL_MSG_ENDING, &code, 1);
	AbortOutOfAnyTransaction();
	al_exec_reset_after_error();
	if (at_end[0] == '\0')
		return;

	StartTransactionCommand();
	al_login_recheck(shared);
	CommitTransactionCommand();

	MemoryContextSwitchTo(MessageContext);
	run("DISCARD ALL");
	StartTransactionCommand();
	al_login_set_role(shared);
	CommitTransactionCommand();
	if (StatementTimeout == 0 || StatementTimeout > timeout)
		SetConfigOption("statement_timeout", psprintf("%d", timeout),
						PGC_USERSET, PGC_S_SESSION);
	MemoryContextSwitchTo(MessageContext);
	run(at_end);
}

/*
 * recover - what PostgresMain() does with an error
 *
 * Follows PostgresMain (src/backend/tcop/postgres.c, REL_19_STABLE)
 */
static void
recover(void)
{
	int			encoding;

	error_context_stack = NULL;
	HOLD_INTERRUPTS();
	disable_all_timeouts(false);
	QueryCancelPending = false;
	pq_comm_reset();
	pg_atomic_write_u32(&shared->status, AL_RUNNING);

	/* an error must get through, whatever client_encoding can't express */
	encoding = pg_get_client_encoding();
	(void) SetClientEncoding(GetDatabaseEncoding());
	EmitErrorReport();
	(void) SetClientEncoding(encoding);

	debug_query_string = NULL;
	AbortCurrentTransaction();
	PortalErrorCleanup();
	if (MyReplicationSlot != NULL)
		ReplicationSlotRelease();
	ReplicationSlotCleanup(false);
	jit_reset_after_error();
	MemoryContextSwitchTo(TopMemoryContext);
	FlushErrorState();
	al_exec_reset_after_error();
	RESUME_INTERRUPTS();
}

/*
 * serve - run what the opener sends until there is nobody to serve
 */
static void
serve(const char *at_end)
{
	sigjmp_buf	local_sigjmp_buf;

	if (sigsetjmp(local_sigjmp_buf, 1) != 0)
		recover();
	PG_exception_stack = &local_sigjmp_buf;

	while (!ending)
	{
		const char *sql;

		MemoryContextSwitchTo(MessageContext);
		MemoryContextReset(MessageContext);
		InvalidateCatalogSnapshotConditionally();

		HOLD_CANCEL_INTERRUPTS();
		sql = next_command(report_idle());
		QueryCancelPending = false;
		if (sql != NULL &&
			pg_atomic_read_u32(&shared->cancelled) == ncommands)
		{
			QueryCancelPending = true;
			InterruptPending = true;
		}
		RESUME_CANCEL_INTERRUPTS();

		if (sql == NULL || pg_atomic_read_u32(&shared->closing) != 0)
		{
			/* an error in at_end comes by here, and finds it over */
			ending = true;
			pg_atomic_write_u32(&shared->closing, 1);
			run_at_end(at_end);
		}
		else
			run(sql);
	}
	PG_exception_stack = NULL;
}

/*
 * al_session_main - the worker's entry point
 *
 * Attached to the queues first, so that a failure to connect is told to the
 * opener.  Exit status 0 is an orderly end, 1 (of FATAL) is none, and neither
 * looks like a crash to the postmaster.
 */
void
al_session_main(Datum main_arg)
{
	dsm_segment *seg;
	shm_toc    *toc;
	shm_mq	   *queue;
	const char *at_end;

	al_is_session = true;
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGINT, on_cancel);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();

	seg = dsm_attach(DatumGetUInt32(main_arg));
	if (seg == NULL)
		proc_exit(0);			/* the opener is gone already */
	toc = shm_toc_attach(AL_SESSION_MAGIC, dsm_segment_address(seg));
	if (toc == NULL)
		ereport(FATAL,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("invalid magic number in dynamic shared memory segment")));

	shared = shm_toc_lookup(toc, AL_KEY_SHARED, false);
	al_login_count(shared);
	at_end = shm_toc_lookup(toc, AL_KEY_AT_END, false);
	MemoryContextSwitchTo(TopMemoryContext);
	queue = shm_toc_lookup(toc, AL_KEY_COMMANDS, false);
	shm_mq_set_receiver(queue, MyProc);
	commands = shm_mq_attach(queue, seg, NULL);
	queue = shm_toc_lookup(toc, AL_KEY_RESULTS, false);
	shm_mq_set_sender(queue, MyProc);
	al_out_init(shm_mq_attach(queue, seg, NULL), shared);

	connect_session();
	serve(at_end);

	(void) al_out_flush(false);
	proc_exit(0);
}
