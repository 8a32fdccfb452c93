/*-------------------------------------------------------------------------
 *
 * session_login.c
 *	  A session logs in as its opener did.
 *
 * The user who logs in is the opener's session user, with all that the server
 * asks and sets for a client's log-in but the authentication itself; then
 * SET ROLE is what it was in the opener.  So a session has nothing that its
 * opener could not have by connecting once more.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "sessions/session.h"
#include "sessions/session_libpq.h"

/*
 * al_login_count - from here on this process counts as a session of its role
 *
 * The server sets role and database when the log-in succeeds; the opener
 * waits for them before it lets the next session be counted.  The server's
 * own limits on connections count the session too, when a client comes later.
 */
void
al_login_count(al_shared *shared)
{
	MyProc->roleId = shared->login;
	MyProc->databaseId = shared->database;
	arch_count_as_connection(MyProc);
	pg_write_barrier();
	pg_atomic_write_u32(&shared->counted, 1);
}

/*
 * make_port - a client's port without a client
 *
 * Code outside the server's core looks at MyProcPort without asking whether
 * there is one (sslinfo does).  It finds a local connection without SSL; the
 * server's log finds the names of user and database.
 */
static void
make_port(al_shared *shared)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(TopMemoryContext);
	Port	   *port = palloc0(sizeof(Port));

	port->sock = PGINVALID_SOCKET;
	port->proto = PG_PROTOCOL_LATEST;
	port->laddr.addr.ss_family = AF_UNIX;
	port->laddr.salen = sizeof(sa_family_t);
	port->raddr = port->laddr;
	port->remote_host = pstrdup("[local]");
	port->remote_port = pstrdup("");
	port->user_name = GetUserNameFromId(shared->login, false);
	port->database_name = get_database_name(shared->database);
	MyProcPort = port;
	MemoryContextSwitchTo(oldcontext);
}

/*
 * check_valid_until - the end of a role's password is the end of its log-ins
 *
 * Nobody asks for a password here, so where one would not be good any more,
 * nothing else is taken for it.
 *
 * Follows get_role_password (src/backend/libpq/crypt.c, REL_19_STABLE)
 */
static void
check_valid_until(Oid login)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(login));
	bool		isnull;
	Datum		until;

	if (!HeapTupleIsValid(tuple))
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("role with OID %u does not exist", login)));
	until = SysCacheGetAttr(AUTHOID, tuple, Anum_pg_authid_rolvaliduntil,
							&isnull);
	if (!isnull && DatumGetTimestampTz(until) < GetCurrentTimestamp())
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("role \"%s\" is not permitted to log in",
						NameStr(((Form_pg_authid) GETSTRUCT(tuple))->rolname)),
				 errdetail("Its VALID UNTIL has passed.")));
	ReleaseSysCache(tuple);
}

/*
 * al_login_set_role - SET ROLE as in the opener
 *
 * The server checks that the session user is still a member.
 */
void
al_login_set_role(al_shared *shared)
{
	const char *role = "none";

	if (OidIsValid(shared->role))
		role = GetUserNameFromId(shared->role, false);
	SetConfigOption("role", role, PGC_USERSET, PGC_S_SESSION);
}

/*
 * al_login - log in
 *
 * What goes wrong here ends the process and reaches the opener through the
 * queue.  Libraries that every client's session loads and event triggers on
 * login are what an administrator may rely on, so a session of ours has them.
 *
 * Follows InitPostgres (src/backend/utils/init/postinit.c, REL_19_STABLE)
 */
void
al_login(al_shared *shared)
{
	BackgroundWorkerInitializeConnectionByOid(shared->database, shared->login,
											  0);

	StartTransactionCommand();
	check_valid_until(shared->login);
	make_port(shared);
	process_session_preload_libraries();
	CommitTransactionCommand();

	MessageContext = AllocSetContextCreate(TopMemoryContext, "MessageContext",
										   ALLOCSET_DEFAULT_SIZES);
	SetConfigOption("application_name",
					psprintf("arch_lab session %s", shared->name),
					PGC_USERSET, PGC_S_CLIENT);
	EventTriggerOnLogin();

	StartTransactionCommand();
	al_login_set_role(shared);
	CommitTransactionCommand();
}

/*
 * al_login_recheck - the role could still log in
 *
 * To be called in a transaction.  Ends the session if not: it has no opener
 * any more whose own connection would entitle it to go on.
 */
void
al_login_recheck(al_shared *shared)
{
	HeapTuple	tuple;
	Form_pg_authid role;

	AcceptInvalidationMessages();
	check_valid_until(shared->login);
	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(shared->login));
	if (!HeapTupleIsValid(tuple))
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("role with OID %u does not exist", shared->login)));
	role = (Form_pg_authid) GETSTRUCT(tuple);
	if (!role->rolcanlogin)
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("role \"%s\" is not permitted to log in",
						NameStr(role->rolname))));
	ReleaseSysCache(tuple);
	if (arch_database_aclcheck(shared->database, shared->login,
							 ACL_CONNECT) != ACLCHECK_OK)
		ereport(FATAL,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for database \"%s\"",
						get_database_name(shared->database)),
				 errdetail("User does not have CONNECT privilege.")));
}
