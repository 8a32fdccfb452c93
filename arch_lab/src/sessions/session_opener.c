/*-------------------------------------------------------------------------
 *
 * session_opener.c
 *	  Opens, lists, cancels and closes further sessions.
 *
 * A session belongs to the backend that opened it and to the users, session
 * user and current user, that were the backend's then.  It is no part of any
 * transaction: an error or a rollback leaves it as it is, and it ends with
 * the backend at the latest.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "storage/shm_toc.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "sessions/session_opener.h"

PG_FUNCTION_INFO_V1(al_session_open);
PG_FUNCTION_INFO_V1(al_session_close);
PG_FUNCTION_INFO_V1(al_session_close_all);
PG_FUNCTION_INFO_V1(al_session_cancel);

/* how long session_close() waits for a session that is blocked in at_end */
#define CLOSE_PATIENCE	1000

/* at_end travels in shared memory, and is to be no more than a last word */
#define AT_END_MAX		(16 * 1024)

static al_session *opening = NULL;	/* launched, and not counted yet */
static object_access_hook_type previous_access = NULL;
static bool extension_dropped = false;

/*
 * ask_to_end - the session is to roll back, run at_end and end
 *
 * One that has not started yet is not started at all.
 */
static void
ask_to_end(al_session *s)
{
	pid_t		pid;

	if (s->worker == NULL)
		return;
	if (s->shared != NULL)
		pg_atomic_write_u32(&s->shared->closing, 1);
	if (GetBackgroundWorkerPid(s->worker, &pid) == BGWH_NOT_YET_STARTED)
		TerminateBackgroundWorker(s->worker);
	else
		al_session_interrupt(s);
}

/*
 * forget - let go of all that this backend has of a session
 */
static void
forget(al_session *s)
{
	if (s->node.next != NULL)
		dlist_delete(&s->node);
	if (s->commands != NULL)
		shm_mq_detach(s->commands);
	if (s->results != NULL)
		shm_mq_detach(s->results);
	if (s->seg != NULL)
		dsm_detach(s->seg);
	MemoryContextDelete(s->context);
}

/*
 * kill_uncounted - leave no process behind that others have not counted
 *
 * It is only starting, and has run nothing of anybody's.
 */
static void
kill_uncounted(al_session *s)
{
	HOLD_INTERRUPTS();
	TerminateBackgroundWorker(s->worker);
	(void) WaitForBackgroundWorkerShutdown(s->worker);
	RESUME_INTERRUPTS();
}

/*
 * end_all - this backend ends, and all its sessions with it
 *
 * Called before the backend's locks go.
 */
static void
end_all(int code, Datum arg)
{
	dlist_iter	iter;

	if (opening != NULL)
		kill_uncounted(opening);
	dlist_foreach(iter, &al_sessions)
		ask_to_end(dlist_container(al_session, node, iter.cur));
}

/*
 * make_segment - the shared memory of a session, with queues attached here
 */
static void
make_segment(al_session *s, Oid opened_by)
{
	shm_toc_estimator e;
	shm_toc    *toc;
	Size		size;
	Size		at_end_size = s->at_end == NULL ? 1 : strlen(s->at_end) + 1;
	char	   *at_end;
	shm_mq	   *mq;

	shm_toc_initialize_estimator(&e);
	shm_toc_estimate_chunk(&e, sizeof(al_shared));
	shm_toc_estimate_chunk(&e, AL_COMMANDS_SIZE);
	shm_toc_estimate_chunk(&e, AL_RESULTS_SIZE);
	shm_toc_estimate_chunk(&e, at_end_size);
	shm_toc_estimate_keys(&e, 4);
	size = shm_toc_estimate(&e);

	s->seg = dsm_create(size, 0);
	dsm_pin_mapping(s->seg);
	toc = shm_toc_create(AL_SESSION_MAGIC, dsm_segment_address(s->seg), size);

	s->shared = shm_toc_allocate(toc, sizeof(al_shared));
	memset(s->shared, 0, sizeof(al_shared));
	s->shared->database = MyDatabaseId;
	s->shared->login = s->login;
	s->shared->role = GetCurrentRoleId();
	s->shared->opened_by = opened_by;
	strlcpy(s->shared->name, s->name, NAMEDATALEN);
	pg_atomic_init_u32(&s->shared->counted, 0);
	pg_atomic_init_u32(&s->shared->closing, 0);
	pg_atomic_init_u32(&s->shared->status, AL_RUNNING);
	pg_atomic_init_u32(&s->shared->cancelled, 0);
	shm_toc_insert(toc, AL_KEY_SHARED, s->shared);

	mq = shm_mq_create(shm_toc_allocate(toc, AL_COMMANDS_SIZE),
					   AL_COMMANDS_SIZE);
	shm_mq_set_sender(mq, MyProc);
	shm_toc_insert(toc, AL_KEY_COMMANDS, mq);
	s->commands = shm_mq_attach(mq, s->seg, NULL);

	mq = shm_mq_create(shm_toc_allocate(toc, AL_RESULTS_SIZE),
					   AL_RESULTS_SIZE);
	shm_mq_set_receiver(mq, MyProc);
	shm_toc_insert(toc, AL_KEY_RESULTS, mq);
	s->results = shm_mq_attach(mq, s->seg, NULL);

	at_end = shm_toc_allocate(toc, at_end_size);
	strlcpy(at_end, s->at_end == NULL ? "" : s->at_end, at_end_size);
	shm_toc_insert(toc, AL_KEY_AT_END, at_end);
}

/*
 * launch - get a background worker
 */
static void
launch(al_session *s)
{
	BackgroundWorker worker;

	memset(&worker, 0, sizeof(worker));
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS |
		BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_ConsistentState;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_notify_pid = MyProcPid;
	worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(s->seg));
	snprintf(worker.bgw_library_name, sizeof(worker.bgw_library_name),
			 "arch_lab");
	snprintf(worker.bgw_function_name, BGW_MAXLEN, "al_session_main");
	snprintf(worker.bgw_type, BGW_MAXLEN, AL_SESSION_TYPE);
	snprintf(worker.bgw_name, BGW_MAXLEN, AL_SESSION_TYPE " of PID %d",
			 MyProcPid);

	if (!RegisterDynamicBackgroundWorker(&worker, &s->worker))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("no background worker is free for session \"%s\"",
						s->name),
				 errdetail("A session takes one of max_worker_processes (%d).",
						   max_worker_processes),
				 errhint("Close sessions that are not needed, or increase max_worker_processes.")));
	shm_mq_set_handle(s->commands, s->worker);
	shm_mq_set_handle(s->results, s->worker);
}

/*
 * await_counted - wait until others can count the session's process
 *
 * The process must have said so, and the postmaster must know it: it forks
 * first and notes the pid after that.  True too where it is gone already.
 */
static void
await_counted(al_session *s)
{
	for (;;)
	{
		pid_t		pid;
		BgwHandleStatus status = GetBackgroundWorkerPid(s->worker, &pid);

		if (status == BGWH_STOPPED ||
			(status == BGWH_STARTED &&
			 pg_atomic_read_u32(&s->shared->counted) != 0))
			return;
		if (status == BGWH_POSTMASTER_DIED)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
					 errmsg("cannot open a session without the postmaster")));
		CHECK_FOR_INTERRUPTS();

		/* the signal of either may have come for something else */
		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 100, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
}

/*
 * admit - get a process for the session, within the limits
 *
 * However this ends, the lock is not let go before the process is counted or
 * gone: by an error and by the end of this backend too (see end_all).
 */
static void
admit(al_session *s, Oid opened_by)
{
	al_limits_enter(s->name);
	dlist_push_tail(&al_sessions, &s->node);
	make_segment(s, opened_by);
	PG_TRY();
	{
		launch(s);
		opening = s;
		await_counted(s);
		opening = NULL;
	}
	PG_CATCH();
	{
		if (s->worker != NULL)
			kill_uncounted(s);
		opening = NULL;
		PG_RE_THROW();
	}
	PG_END_TRY();
	al_limits_leave();
}

/*
 * await_ready - wait until the session has logged in
 *
 * What kept it from doing so is thrown here with its own SQLSTATE.
 */
static void
await_ready(al_session *s)
{
	pid_t		pid;

	if (WaitForBackgroundWorkerStartup(s->worker, &pid) == BGWH_STARTED)
		s->pid = pid;

	s->busy = true;
	for (;;)
	{
		al_item		item;
		char		type;

		CHECK_FOR_INTERRUPTS();
		if (!al_session_receive(s, &item, &type))
		{
			(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, 0,
							 PG_WAIT_EXTENSION);
			ResetLatch(MyLatch);
			continue;
		}
		if (type == AL_MSG_READY)
			break;
		if (type == AL_MSG_ERROR && item.sqlstate != NULL &&
			strlen(item.sqlstate) == 5)
		{
			/* it is free for the next one when the caller hears of it */
			(void) WaitForBackgroundWorkerShutdown(s->worker);
			ereport(ERROR,
					(errcode(MAKE_SQLSTATE(item.sqlstate[0], item.sqlstate[1],
										   item.sqlstate[2], item.sqlstate[3],
										   item.sqlstate[4])),
					 errmsg("could not open session \"%s\": %s", s->name,
							item.message ? item.message : ""),
					 item.detail ? errdetail("%s", item.detail) : 0,
					 item.hint ? errhint("%s", item.hint) : 0));
		}
		if (type == 0)
			ereport(ERROR,
					(errcode(ERRCODE_CONNECTION_FAILURE),
					 errmsg("could not open session \"%s\"", s->name),
					 errdetail("Its background worker ended before it was ready."),
					 errhint("More details may be available in the server log.")));
	}
}

/*
 * al_session_open - arch_lab.session_open(name, at_end)
 */
Datum
al_session_open(PG_FUNCTION_ARGS)
{
	static bool exit_callback = false;
	char	   *name = al_session_text_arg(fcinfo, 0, "session name");
	char	   *at_end = NULL;
	MemoryContext context;
	MemoryContext oldcontext;
	al_session *s;

	if (!PG_ARGISNULL(1))
		at_end = text_to_cstring(PG_GETARG_TEXT_PP(1));
	al_session_check_context();
	if (al_is_session)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a further session cannot open sessions itself"),
				 errhint("Open all of them from the connection that opened this one.")));
	if (name[0] == '\0' || strlen(name) >= NAMEDATALEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("invalid session name \"%s\"", name),
				 errdetail("A name has from 1 to %d bytes.",
						   NAMEDATALEN - 1)));
	if (al_session_lookup(name) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("session \"%s\" already exists", name),
				 errhint("Close it with arch_lab.session_close(), or choose another name.")));
	if (at_end != NULL && strlen(at_end) > AT_END_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("at_end of session \"%s\" is too long", name),
				 errdetail("It has %zu bytes, and may have %d.",
						   strlen(at_end), AT_END_MAX)));
	if (!exit_callback)
	{
		before_shmem_exit(end_all, (Datum) 0);
		exit_callback = true;
	}

	context = AllocSetContextCreate(TopMemoryContext, "arch_lab session",
									ALLOCSET_SMALL_SIZES);
	oldcontext = MemoryContextSwitchTo(context);
	s = palloc0(sizeof(al_session));
	s->context = context;
	strlcpy(s->name, name, NAMEDATALEN);
	s->login = GetSessionUserId();
	s->role = GetUserId();
	s->opened_at = GetCurrentTimestamp();
	if (at_end != NULL && at_end[0] != '\0')
		s->at_end = pstrdup(at_end);
	initStringInfo(&s->frame);
	s->columns_context = AllocSetContextCreate(context,
											   "arch_lab session columns",
											   ALLOCSET_SMALL_SIZES);
	s->ncolumns = -1;

	PG_TRY();
	{
		admit(s, fcinfo->flinfo->fn_oid);
		MemoryContextSwitchTo(oldcontext);
		await_ready(s);
	}
	PG_CATCH();
	{
		if (s->worker != NULL)
			TerminateBackgroundWorker(s->worker);
		forget(s);
		PG_RE_THROW();
	}
	PG_END_TRY();

	PG_RETURN_VOID();
}

/*
 * await_end - read and drop what comes until the session is gone
 *
 * Errors of at_end become warnings.  Where at_end is blocked, by the caller's
 * own transaction perhaps, it is left to itself: true then.
 */
static bool
await_end(al_session *s)
{
	TimestampTz start = GetCurrentTimestamp();
	bool		at_end = false;

	for (;;)
	{
		al_item		item;
		al_wait		wait;
		char		type;

		CHECK_FOR_INTERRUPTS();
		if (al_session_receive(s, &item, &type))
		{
			if (type == 0)
				return false;
			if (type == AL_MSG_ENDING)
				at_end = true;
			else if (at_end && type == AL_MSG_ERROR)
				ereport(WARNING,
						(errcode(ERRCODE_WARNING),
						 errmsg("at_end of session \"%s\" failed: %s",
								s->name, item.message ? item.message : ""),
						 item.detail ? errdetail("%s", item.detail) : 0));
			continue;
		}
		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 50, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);

		if (at_end && al_session_blocked(s, &wait) &&
			TimestampDifferenceExceeds(start, GetCurrentTimestamp(),
									   CLOSE_PATIENCE))
		{
			ereport(WARNING,
					(errcode(ERRCODE_WARNING),
					 errmsg("session \"%s\" is still at its end", s->name),
					 errdetail("Its at_end is waiting for %s, %s.",
							   wait.lock, wait.holders)));
			return true;
		}
	}
}

/*
 * close_session - wait for the end of a session that was asked to end
 */
static void
close_session(al_session *s)
{
	PG_TRY();
	{
		if (!await_end(s))
			(void) WaitForBackgroundWorkerShutdown(s->worker);
	}
	PG_CATCH();
	{
		forget(s);
		PG_RE_THROW();
	}
	PG_END_TRY();
	forget(s);
}

/*
 * al_session_close - arch_lab.session_close(name)
 */
Datum
al_session_close(PG_FUNCTION_ARGS)
{
	al_session *s = al_session_find(fcinfo, 0);

	ask_to_end(s);
	close_session(s);
	PG_RETURN_VOID();
}

/*
 * al_session_close_all - arch_lab.session_close_all()
 *
 * All that the caller may drive, and how many they were.  They end side by
 * side, so that one in another's way does not hold up all.
 */
Datum
al_session_close_all(PG_FUNCTION_ARGS)
{
	int			n = 0;
	dlist_mutable_iter iter;

	al_session_check_context();
	dlist_foreach_modify(iter, &al_sessions)
	{
		al_session *s = dlist_container(al_session, node, iter.cur);

		if (al_session_is_own(s))
			ask_to_end(s);
	}
	dlist_foreach_modify(iter, &al_sessions)
	{
		al_session *s = dlist_container(al_session, node, iter.cur);

		if (!al_session_is_own(s))
			continue;
		close_session(s);
		n++;
	}
	PG_RETURN_INT32(n);
}

/*
 * al_session_cancel - arch_lab.session_cancel(name)
 *
 * True if the session had something to cancel.  What it answers is collected
 * as any result is.
 */
Datum
al_session_cancel(PG_FUNCTION_ARGS)
{
	al_session *s = al_session_find(fcinfo, 0);

	if (!s->busy || s->ended ||
		pg_atomic_read_u32(&s->shared->status) > AL_SENDING)
		PG_RETURN_BOOL(false);
	al_session_interrupt(s);
	PG_RETURN_BOOL(true);
}

/*
 * note_drop - the extension is being dropped, by this backend
 */
static void
note_drop(ObjectAccessType access, Oid classid, Oid objectid, int subid,
		  void *arg)
{
	if (previous_access)
		previous_access(access, classid, objectid, subid, arg);
	if (access == OAT_DROP && classid == ExtensionRelationId &&
		!dlist_is_empty(&al_sessions))
		extension_dropped = true;
}

/*
 * end_with_extension - no session outlives the functions that drive it
 *
 * The drop may have been rolled back since, or have been another extension's.
 * Sessions of other connections look for themselves (see session_worker.c).
 */
static void
end_with_extension(XactEvent event, void *arg)
{
	if (!extension_dropped)
		return;
	if (event == XACT_EVENT_PRE_COMMIT)
		extension_dropped = !OidIsValid(get_extension_oid("arch_lab", true));
	else if (event == XACT_EVENT_COMMIT)
	{
		dlist_mutable_iter iter;

		extension_dropped = false;
		dlist_foreach_modify(iter, &al_sessions)
		{
			al_session *s = dlist_container(al_session, node, iter.cur);

			ask_to_end(s);
			forget(s);
		}
	}
	else if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		extension_dropped = false;
}

/*
 * al_sessions_init - what arch_lab's _PG_init does for sessions
 */
void
al_sessions_init(void)
{
	al_limits_init();
	previous_access = object_access_hook;
	object_access_hook = note_drop;
	RegisterXactCallback(end_with_extension, NULL);
}
