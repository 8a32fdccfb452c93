/*-------------------------------------------------------------------------
 *
 * session_exec.c
 *	  Executes a string of SQL the way tcop/postgres.c executes a simple
 *	  Query message.
 *
 * Several statements in one string are one implicit transaction block; BEGIN
 * and COMMIT reach over calls; VACUUM and the like are at top level.  Nothing
 * here catches errors: they end in the loop of session_worker.c.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/analyze.h"
#include "pgstat.h"
#include "storage/proc.h"
#include "tcop/cmdtag.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/ps_status.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"

#include "compat.h"
#include "sessions/session.h"
#include "sessions/session_libpq.h"

static bool xact_started = false;
static void (*before) (void) = NULL;
static ProcessUtility_hook_type previous_utility = NULL;
static ExecutorStart_hook_type previous_start = NULL;

/*
 * start_command - as start_xact_command() in postgres.c
 *
 * It does not look after the client's socket: there is none.
 *
 * Follows start_xact_command (src/backend/tcop/postgres.c, REL_19_STABLE)
 */
static void
start_command(void)
{
	if (!xact_started)
	{
		StartTransactionCommand();
		xact_started = true;
	}
	if (StatementTimeout > 0 && !get_timeout_active(STATEMENT_TIMEOUT))
		enable_timeout_after(STATEMENT_TIMEOUT, StatementTimeout);
}

/*
 * finish_command - as finish_xact_command() in postgres.c
 *
 * Follows finish_xact_command (src/backend/tcop/postgres.c, REL_19_STABLE)
 */
static void
finish_command(void)
{
	if (get_timeout_active(STATEMENT_TIMEOUT))
		disable_timeout(STATEMENT_TIMEOUT, false);
	if (xact_started)
	{
		CommitTransactionCommand();
		xact_started = false;
	}
}

/*
 * al_exec_reset_after_error - the transaction command was aborted
 */
void
al_exec_reset_after_error(void)
{
	xact_started = false;
}

/*
 * ends_transaction - may this statement run in a failed transaction?
 *
 * Follows IsTransactionExitStmt (src/backend/tcop/postgres.c, REL_19_STABLE)
 */
static bool
ends_transaction(Node *stmt)
{
	if (IsA(stmt, TransactionStmt))
	{
		TransactionStmtKind kind = ((TransactionStmt *) stmt)->kind;

		return kind == TRANS_STMT_COMMIT || kind == TRANS_STMT_PREPARE ||
			kind == TRANS_STMT_ROLLBACK || kind == TRANS_STMT_ROLLBACK_TO;
	}
	return false;
}

/*
 * is_logged - does log_statement ask for one of these?
 *
 * Follows check_log_statement (src/backend/tcop/postgres.c, REL_19_STABLE)
 */
static bool
is_logged(List *parsetrees)
{
	ListCell   *lc;

	if (log_statement == LOGSTMT_NONE)
		return false;
	if (log_statement == LOGSTMT_ALL)
		return true;
	foreach(lc, parsetrees)
	{
		if (GetCommandLogLevel((Node *) lfirst(lc)) <= log_statement)
			return true;
	}
	return false;
}

/*
 * exec_one - run one statement of a string; its completion goes to *qc
 *
 * Follows exec_simple_query (src/backend/tcop/postgres.c, REL_19_STABLE)
 */
static void
exec_one(RawStmt *parsetree, const char *sql, CommandTag tag,
		 MemoryContext plan_context, QueryCompletion *qc)
{
	MemoryContext oldcontext;
	bool		snapshot_set = false;
	List	   *queries;
	List	   *plans;
	Portal		portal;
	DestReceiver *receiver;

	if (analyze_requires_snapshot(parsetree))
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		snapshot_set = true;
	}

	/* the trees must outlive a COMMIT, so not in the transaction's context */
	oldcontext = MemoryContextSwitchTo(plan_context);
	queries = pg_analyze_and_rewrite_fixedparams(parsetree, sql, NULL, 0,
												 NULL);
	plans = pg_plan_queries(queries, sql, CURSOR_OPT_PARALLEL_OK, NULL);
	if (snapshot_set)
		PopActiveSnapshot();
	CHECK_FOR_INTERRUPTS();

	portal = CreatePortal("", true, true);
	portal->visible = false;
	PortalDefineQuery(portal, NULL, sql, tag, plans, NULL);
	PortalStart(portal, NULL, 0, InvalidSnapshot);
	receiver = al_dest_create();

	MemoryContextSwitchTo(oldcontext);
	(void) PortalRun(portal, FETCH_ALL, true, receiver, receiver, qc);

	receiver->rDestroy(receiver);
	PortalDrop(portal, false);
}

/*
 * al_exec_simple - execute a string of SQL and send what comes of it
 *
 * Called in MessageContext, which the caller resets.
 *
 * Follows exec_simple_query (src/backend/tcop/postgres.c, REL_19_STABLE)
 */
void
al_exec_simple(const char *sql)
{
	MemoryContext oldcontext;
	List	   *parsetrees;
	ListCell   *lc;
	bool		implicit_block;
	bool		was_logged = false;
	char		msec[32];

	debug_query_string = sql;
	pgstat_report_activity(STATE_RUNNING, sql);
	start_command();

	oldcontext = MemoryContextSwitchTo(MessageContext);
	parsetrees = pg_parse_query(sql);
	if (is_logged(parsetrees))
	{
		ereport(LOG,
				(errmsg("statement: %s", sql),
				 errhidestmt(true)));
		was_logged = true;
	}
	MemoryContextSwitchTo(oldcontext);

	implicit_block = list_length(parsetrees) > 1;
	foreach(lc, parsetrees)
	{
		RawStmt    *parsetree = lfirst_node(RawStmt, lc);
		CommandTag	tag = CreateCommandTag(parsetree->stmt);
		bool		last = lnext(parsetrees, lc) == NULL;
		MemoryContext plan_context = MessageContext;
		QueryCompletion qc;

		pgstat_report_query_id(0, true);
		set_ps_display(GetCommandTagName(tag));

		if (IsAbortedTransactionBlockState() &&
			!ends_transaction(parsetree->stmt))
			ereport(ERROR,
					(errcode(ERRCODE_IN_FAILED_SQL_TRANSACTION),
					 errmsg("current transaction is aborted, "
							"commands ignored until end of transaction block"),
					 arch_recovery_conflict_pending(MyProc) ?
					 errdetail("Abort reason: recovery conflict") : 0));

		start_command();
		if (implicit_block)
			BeginImplicitTransactionBlock();
		CHECK_FOR_INTERRUPTS();

		if (!last)
			plan_context = AllocSetContextCreate(MessageContext,
												 "arch_lab session statement",
												 ALLOCSET_DEFAULT_SIZES);
		exec_one(parsetree, sql, tag, plan_context, &qc);

		/* errors of the transaction's end come before the command tag */
		if (last)
		{
			if (implicit_block)
				EndImplicitTransactionBlock();
			finish_command();
		}
		else if (IsA(parsetree->stmt, TransactionStmt))
			finish_command();
		else
		{
			CommandCounterIncrement();
			if (get_timeout_active(STATEMENT_TIMEOUT))
				disable_timeout(STATEMENT_TIMEOUT, false);
		}

		/* sent at once, so that it is there when the next one blocks */
		EndCommand(&qc, DestRemote, false);
		(void) al_out_flush(false);
		if (plan_context != MessageContext)
			MemoryContextDelete(plan_context);
	}
	finish_command();
	if (parsetrees == NIL)
		NullCommand(DestRemote);

	switch (check_log_duration(msec, was_logged))
	{
		case 1:
			ereport(LOG,
					(errmsg("duration: %s ms", msec), errhidestmt(true)));
			break;
		case 2:
			ereport(LOG,
					(errmsg("duration: %s ms  statement: %s", msec, sql),
					 errhidestmt(true)));
			break;
	}
	debug_query_string = NULL;
}

/*
 * session_utility - looks at COPY before the server does
 *
 * COPY FROM STDIN would read from a socket that a session does not have.
 * COPY TO STDOUT without an encoding option would write in client_encoding;
 * the opener reads the database's.
 */
static void
session_utility(PlannedStmt *pstmt, const char *sql, bool read_only_tree,
				ProcessUtilityContext context, ParamListInfo params,
				QueryEnvironment *query_env, DestReceiver *dest,
				QueryCompletion *qc)
{
	before();
	if (IsA(pstmt->utilityStmt, CopyStmt) &&
		((CopyStmt *) pstmt->utilityStmt)->filename == NULL)
	{
		CopyStmt   *copy = (CopyStmt *) pstmt->utilityStmt;
		bool		has_encoding = false;
		ListCell   *lc;

		if (copy->is_from)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("COPY FROM STDIN is not possible in a session"),
					 errdetail("A session has no client that could send the data."),
					 errhint("Use INSERT, or COPY FROM a file or program.")));

		foreach(lc, copy->options)
		{
			DefElem    *option = lfirst_node(DefElem, lc);

			if (strcmp(option->defname, "encoding") == 0 ||
				(strcmp(option->defname, "format") == 0 &&
				 option->arg != NULL &&
				 pg_strcasecmp(defGetString(option), "binary") == 0))
				has_encoding = true;
		}
		if (!has_encoding)
		{
			char	   *name = pstrdup(GetDatabaseEncodingName());

			pstmt = copyObject(pstmt);
			read_only_tree = false;
			copy = (CopyStmt *) pstmt->utilityStmt;
			copy->options = lappend(copy->options,
									makeDefElem(pstrdup("encoding"),
												(Node *) makeString(name),
												-1));
		}
	}

	if (previous_utility)
		previous_utility(pstmt, sql, read_only_tree, context, params,
						 query_env, dest, qc);
	else
		standard_ProcessUtility(pstmt, sql, read_only_tree, context, params,
								query_env, dest, qc);
}

/*
 * session_start - a query begins, of a function's too
 */
static void
session_start(QueryDesc *query, int eflags)
{
	before();
	if (previous_start)
		previous_start(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
}

/*
 * al_exec_init - called once in a session; before_statement is called before
 * any statement, nested ones too
 */
void
al_exec_init(void (*before_statement) (void))
{
	before = before_statement;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = session_utility;
	previous_start = ExecutorStart_hook;
	ExecutorStart_hook = session_start;
}
