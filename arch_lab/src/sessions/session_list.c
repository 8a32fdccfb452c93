/*-------------------------------------------------------------------------
 *
 * session_list.c
 *	  The sessions of this connection: which there are, who may drive them.
 *
 * Opening, collecting and waiting stand on this, and not on each other.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <signal.h>

#include "access/parallel.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "sessions/session_opener.h"

dlist_head	al_sessions = DLIST_STATIC_INIT(al_sessions);

/*
 * al_session_interrupt - cancel what the session runs, if it runs something
 *
 * A signal that comes before the session has read the command would be lost
 * without the number.
 */
void
al_session_interrupt(al_session *s)
{
	pid_t		pid;

	if (s->shared != NULL)
		pg_atomic_write_u32(&s->shared->cancelled, s->sent);
	if (s->worker != NULL &&
		GetBackgroundWorkerPid(s->worker, &pid) == BGWH_STARTED)
		kill(pid, SIGINT);
}

/*
 * al_session_name_of - the name of the session with this pid, or NULL
 */
const char *
al_session_name_of(int pid)
{
	dlist_iter	iter;

	dlist_foreach(iter, &al_sessions)
	{
		al_session *s = dlist_container(al_session, node, iter.cur);

		if (s->pid == pid && !s->ended)
			return s->name;
	}
	return NULL;
}

/*
 * al_session_text_arg - a text argument that must not be null
 */
char *
al_session_text_arg(FunctionCallInfo fcinfo, int argno, const char *what)
{
	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", what)));
	return text_to_cstring(PG_GETARG_TEXT_PP(argno));
}

/*
 * al_session_check_context - sessions act with the full rights of their users
 *
 * So not where the server runs somebody else's code with rights held back
 * (index expressions, materialized views, maintenance commands), nor where a
 * function acts as its owner: what logs in is the session user, whom the
 * server keeps out of reach there as well.
 */
void
al_session_check_context(void)
{
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot use sessions within security-restricted operation")));
	if (InLocalUserIdChange())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot use sessions within security-definer function"),
				 errdetail("A session logs in as the session user, not as the owner of a function.")));
	if (IsParallelWorker())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot use sessions in a parallel worker")));
}

/*
 * al_session_is_own - may the caller drive this session?
 */
bool
al_session_is_own(al_session *s)
{
	return s->role == GetUserId() && s->login == GetSessionUserId();
}

/*
 * al_session_lookup - the session of that name, or NULL
 */
al_session *
al_session_lookup(const char *name)
{
	dlist_iter	iter;

	dlist_foreach(iter, &al_sessions)
	{
		al_session *s = dlist_container(al_session, node, iter.cur);

		if (strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

/*
 * al_session_find - the session that an argument names, if the caller may
 * drive it
 */
al_session *
al_session_find(FunctionCallInfo fcinfo, int argno)
{
	char	   *name = al_session_text_arg(fcinfo, argno, "session name");
	al_session *s = al_session_lookup(name);

	al_session_check_context();
	if (s == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("session \"%s\" does not exist", name),
				 errhint("Open it with arch_lab.session_open(); arch_lab.sessions shows those of this connection.")));
	if (!al_session_is_own(s))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for session \"%s\"", name),
				 errdetail("It was opened by role \"%s\", logged in as \"%s\".",
						   GetUserNameFromId(s->role, true) ?
						   GetUserNameFromId(s->role, true) : "?",
						   GetUserNameFromId(s->login, true) ?
						   GetUserNameFromId(s->login, true) : "?")));
	return s;
}
