/*-------------------------------------------------------------------------
 *
 * classroom.c
 *	  The words of a student: next(), check(), hint() ... and what is noted.
 *
 * What a student may see and run is seen and run as the student, by functions
 * in SQL that anybody may call: they answer with the lines to show, and with
 * what is to be noted.  Only from here is it noted, under the identity of the
 * extension's owner, in tables that nobody else can read or write.  So a note
 * says what the check found, for whoever called it, and nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlog_internal.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "result.h"

PG_FUNCTION_INFO_V1(al_classroom_next);
PG_FUNCTION_INFO_V1(al_classroom_start);
PG_FUNCTION_INFO_V1(al_classroom_check);
PG_FUNCTION_INFO_V1(al_classroom_hint);
PG_FUNCTION_INFO_V1(al_classroom_predict);
PG_FUNCTION_INFO_V1(al_classroom_reset);
PG_FUNCTION_INFO_V1(al_classroom_solution);
PG_FUNCTION_INFO_V1(al_classroom_step);

/* What a word does, as far as it decides where it may be said */
#define AL_WORD_NOTES	0x1		/* writes */
#define AL_WORD_SCRIPT	0x2		/* runs a script in further sessions */
#define AL_WORD_LOG		0x4		/* reads the log */

#define SAYS_QUERY \
	"SELECT s.say, s.note FROM arch_lab.classroom_says($1, $2) AS s"

#define NOTE_QUERY \
	"SELECT arch_lab.classroom_note($1, $2)"

/*
 * check_context - errors where a word can't do what it says
 *
 * A student is whoever the server takes the caller for, so a function of
 * another's must not stand in between.
 */
static void
check_context(const char *word, int flags)
{
	if (InSecurityRestrictedOperation() || InLocalUserIdChange())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot call %s() within security-restricted"
						" operation or security-definer function", word),
				 errdetail("What is found is noted for who calls it."),
				 errhint("Call it yourself: SELECT arch_lab.%s();", word)));
	if (!(flags & AL_WORD_NOTES))
		return;
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("cannot call %s() on a standby server", word),
				 errhint("Do the exercises on the primary.")));
	if (XactReadOnly)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("cannot call %s() in a read-only transaction", word),
				 errdetail("It notes your progress."),
				 errhint("End the transaction with COMMIT, or"
						 " SET transaction_read_only = off.")));
	if ((flags & AL_WORD_SCRIPT) &&
		(IsTransactionBlock() || IsSubTransaction()))
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("cannot call %s() inside a transaction block", word),
				 errdetail("It works in a session of its own, which would not"
						   " see what you have not committed, and would wait"
						   " for your locks."),
				 errhint("COMMIT or ROLLBACK first.")));
}

/*
 * flush_log - flushes what has been inserted: what is not can't be read
 *
 * Where the last record ended with its page, the insert position is behind
 * the header of the next one, which is not there to be flushed yet.
 */
static void
flush_log(void)
{
	XLogRecPtr	upto = GetXLogInsertRecPtr();
	uint64		in_page = upto % XLOG_BLCKSZ;
	uint64		header = SizeOfXLogShortPHD;

	if (XLogSegmentOffset(upto, wal_segment_size) == in_page)
		header = SizeOfXLogLongPHD;
	if (in_page <= header)
		upto -= in_page;
	XLogFlush(upto);
}

static Oid
owner_of(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * note - hands what is to be noted to classroom_note(), as the owner
 */
static void
note(FunctionCallInfo fcinfo, Datum what)
{
	Oid			types[] = {NAMEOID, JSONBOID};
	Datum		values[2];
	Name		student = palloc0(sizeof(NameData));
	Oid			user;
	int			context;
	int			rc;

	GetUserIdAndSecContext(&user, &context);
	namestrcpy(student, GetUserNameFromId(user, false));
	values[0] = NameGetDatum(student);
	values[1] = what;

	/* an error restores the identity with the end of the transaction */
	SetUserIdAndSecContext(owner_of(fcinfo->flinfo->fn_oid),
						   context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
	rc = SPI_execute_with_args(NOTE_QUERY, 2, types, values, NULL, false, 0);
	SetUserIdAndSecContext(user, context);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "a note could not be made: %s",
			 SPI_result_code_string(rc));
}

/*
 * answer - the lines of an answer, and its note
 */
static void
answer(FunctionCallInfo fcinfo, const char *name, Datum argument,
	   bool noargument, ReturnSetInfo *rsinfo)
{
	Oid			types[] = {TEXTOID, TEXTOID};
	Datum		values[2];
	int			nest;
	int			rc;
	bool		nothing;
	HeapTuple	row;
	TupleDesc	desc;
	Datum		say;
	Datum		what;
	Datum	   *lines;
	bool	   *nulls;
	int			n;

	SPI_connect();
	nest = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	(void) set_config_option("client_min_messages", "warning",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	values[0] = CStringGetTextDatum(name);
	values[1] = argument;
	rc = SPI_execute_with_args(SAYS_QUERY, 2, types, values,
							   noargument ? " n" : NULL, false, 0);
	if (rc != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "%s() came to nothing: %s", name,
			 SPI_result_code_string(rc));
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	say = SPI_getbinval(row, desc, 1, &nothing);
	if (nothing)
		elog(ERROR, "%s() said nothing", name);
	deconstruct_array(DatumGetArrayTypeP(say), TEXTOID, -1, false,
					  TYPALIGN_INT, &lines, &nulls, &n);
	what = SPI_getbinval(row, desc, 2, &nothing);
	if (!nothing)
		note(fcinfo, what);
	for (int i = 0; i < n; i++)
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc,
							 &lines[i], &nulls[i]);
	AtEOXact_GUC(true, nest);
	SPI_finish();
}

/*
 * word - what all words have in common: a set of lines, and a note
 */
static Datum
word(FunctionCallInfo fcinfo, const char *name, Datum argument,
	 bool noargument, int flags)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext begun;

	arch_result_scalar(fcinfo, TEXTOID);
	check_context(name, flags);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);

	if (flags & AL_WORD_LOG)
		flush_log();

	begun = CurrentMemoryContext;
	PG_TRY();
	{
		answer(fcinfo, name, argument, noargument, rsinfo);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		/* where in our own functions it was says nothing to a student */
		MemoryContextSwitchTo(begun);
		error = CopyErrorData();
		FlushErrorState();
		error->context = NULL;
		ReThrowError(error);
	}
	PG_END_TRY();
	return (Datum) 0;
}

/*
 * al_classroom_next - arch_lab.next()
 */
Datum
al_classroom_next(PG_FUNCTION_ARGS)
{
	return word(fcinfo, "next", (Datum) 0, true,
				AL_WORD_NOTES | AL_WORD_SCRIPT);
}

/*
 * al_classroom_start - arch_lab.start(text)
 */
Datum
al_classroom_start(PG_FUNCTION_ARGS)
{
	return word(fcinfo, "start", PG_GETARG_DATUM(0), PG_ARGISNULL(0),
				AL_WORD_NOTES | AL_WORD_SCRIPT);
}

/*
 * al_classroom_check - arch_lab.check()
 */
Datum
al_classroom_check(PG_FUNCTION_ARGS)
{
	return word(fcinfo, "check", (Datum) 0, true,
				AL_WORD_NOTES | AL_WORD_LOG);
}

/*
 * al_classroom_hint - arch_lab.hint()
 */
Datum
al_classroom_hint(PG_FUNCTION_ARGS)
{
	return word(fcinfo, "hint", (Datum) 0, true, AL_WORD_NOTES);
}

/*
 * al_classroom_predict - arch_lab.predict(text)
 */
Datum
al_classroom_predict(PG_FUNCTION_ARGS)
{
	return word(fcinfo, "predict", PG_GETARG_DATUM(0), PG_ARGISNULL(0),
				AL_WORD_NOTES | AL_WORD_SCRIPT);
}

/*
 * al_classroom_reset - arch_lab.reset()
 */
Datum
al_classroom_reset(PG_FUNCTION_ARGS)
{
	return word(fcinfo, "reset", (Datum) 0, true,
				AL_WORD_NOTES | AL_WORD_SCRIPT);
}

/*
 * al_classroom_solution - arch_lab.solution(boolean)
 */
Datum
al_classroom_solution(PG_FUNCTION_ARGS)
{
	bool		show = !PG_ARGISNULL(0) && PG_GETARG_BOOL(0);

	return word(fcinfo, "solution",
				CStringGetTextDatum(show ? "true" : "false"), false,
				AL_WORD_NOTES);
}

/*
 * al_classroom_step - arch_lab.step(text)
 */
Datum
al_classroom_step(PG_FUNCTION_ARGS)
{
	return word(fcinfo, "step", PG_GETARG_DATUM(0), PG_ARGISNULL(0),
				AL_WORD_NOTES | AL_WORD_SCRIPT);
}
