/*-------------------------------------------------------------------------
 *
 * session_rows.c
 *	  The SQL functions that drive sessions, and their rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "result.h"
#include "sessions/session_opener.h"

PG_FUNCTION_INFO_V1(al_session_run);
PG_FUNCTION_INFO_V1(al_session_send_sql);
PG_FUNCTION_INFO_V1(al_session_result);
PG_FUNCTION_INFO_V1(al_session_list);

static const ArchColumn result_columns[] = {
	{"n", INT4OID},
	{"kind", TEXTOID},
	{"columns", TEXTARRAYOID},
	{"values", TEXTARRAYOID},
	{"message", TEXTOID},
	{"sqlstate", TEXTOID},
	{"detail", TEXTOID},
	{"hint", TEXTOID},
	{"severity", TEXTOID},
	{"context", TEXTOID}
};

static const ArchColumn list_columns[] = {
	{"name", TEXTOID},
	{"pid", INT4OID},
	{"login", TEXTOID},
	{"role", TEXTOID},
	{"state", TEXTOID},
	{"waiting_for", TEXTOID},
	{"blocked_by", TEXTARRAYOID},
	{"opened_at", TIMESTAMPTZOID},
	{"query", TEXTOID},
	{"at_end", TEXTOID}
};

typedef struct RowSink
{
	ReturnSetInfo *rsinfo;
	int			n;
} RowSink;

static const char *const kind_names[] = {
	[AL_KIND_ROW] = "row",
	[AL_KIND_COMMAND] = "command",
	[AL_KIND_NOTICE] = "notice",
	[AL_KIND_ERROR] = "error",
	[AL_KIND_WAITING] = "waiting",
	[AL_KIND_COPY] = "copy",
};

/*
 * text_array - an array of texts; a NULL pointer is a null element
 */
static Datum
text_array(char **texts, int n)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(n, 1));
	bool	   *nulls = palloc0(sizeof(bool) * Max(n, 1));
	int			dims[1] = {n};
	int			lbs[1] = {1};

	if (n == 0)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	for (int i = 0; i < n; i++)
	{
		nulls[i] = texts[i] == NULL;
		values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(texts[i]);
	}
	return PointerGetDatum(construct_md_array(values, nulls, 1, dims, lbs,
											  TEXTOID, -1, false,
											  TYPALIGN_INT));
}

static void
set_text(Datum *values, bool *nulls, int i, const char *text)
{
	nulls[i] = text == NULL;
	values[i] = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

/*
 * add_row - an al_sink: one item is one row
 */
static void
add_row(al_item *item, void *arg)
{
	RowSink    *sink = arg;
	Datum		values[lengthof(result_columns)] = {0};
	bool		nulls[lengthof(result_columns)] = {0};

	if (item->kind == AL_KIND_COLUMNS ||
		(item->kind == AL_KIND_COPY && item->message == NULL))
		return;
	values[0] = Int32GetDatum(++sink->n);
	set_text(values, nulls, 1, kind_names[item->kind]);
	nulls[2] = item->ncolumns < 0;
	if (!nulls[2])
		values[2] = text_array(item->columns, item->ncolumns);
	nulls[3] = item->kind != AL_KIND_ROW;
	if (!nulls[3])
		values[3] = text_array(item->values, item->ncolumns);
	set_text(values, nulls, 4, item->message);
	set_text(values, nulls, 5, item->sqlstate);
	set_text(values, nulls, 6, item->detail);
	set_text(values, nulls, 7, item->hint);
	set_text(values, nulls, 8, item->severity);
	set_text(values, nulls, 9, item->context);
	tuplestore_putvalues(sink->rsinfo->setResult, sink->rsinfo->setDesc,
						 values, nulls);
}

/*
 * al_session_run - arch_lab.session_run(name, sql)
 */
Datum
al_session_run(PG_FUNCTION_ARGS)
{
	al_session *s = al_session_find(fcinfo, 0);
	char	   *sql = al_session_text_arg(fcinfo, 1, "SQL text");
	RowSink		sink = {arch_result_rows(fcinfo, result_columns,
										 lengthof(result_columns)), 0};

	al_session_start(s, sql, add_row, &sink);
	return (Datum) 0;
}

/*
 * al_session_send_sql - arch_lab.session_send(name, sql)
 */
Datum
al_session_send_sql(PG_FUNCTION_ARGS)
{
	al_session *s = al_session_find(fcinfo, 0);
	char	   *sql = al_session_text_arg(fcinfo, 1, "SQL text");

	al_session_start(s, sql, NULL, NULL);
	PG_RETURN_VOID();
}

/*
 * al_session_result - arch_lab.session_result(name)
 */
Datum
al_session_result(PG_FUNCTION_ARGS)
{
	al_session *s = al_session_find(fcinfo, 0);
	RowSink		sink = {arch_result_rows(fcinfo, result_columns,
										 lengthof(result_columns)), 0};

	al_session_resume(s, add_row, &sink);
	return (Datum) 0;
}

/*
 * state_in_words - what a session does; *blocked tells of what is filled in
 */
static const char *
state_in_words(al_session *s, al_wait *wait, bool *blocked)
{
	pid_t		pid;
	al_status	status;

	*blocked = false;
	if (s->ended || GetBackgroundWorkerPid(s->worker, &pid) == BGWH_STOPPED)
		return s->busy ? "result to collect" : "ended";

	status = pg_atomic_read_u32(&s->shared->status);
	if (status == AL_RUNNING)
	{
		*blocked = al_session_blocked(s, wait);
		return *blocked ? "waiting" : "running";
	}
	if (s->busy && !s->abandoned)
		return "result to collect";
	if (status == AL_SENDING)
		return "running";
	if (status == AL_IDLE_IN_TRANSACTION)
		return "idle in transaction";
	if (status == AL_IDLE_IN_FAILED)
		return "idle in transaction (aborted)";
	return "idle";
}

/*
 * al_session_list - the rows of the view arch_lab.sessions
 *
 * Only this backend's sessions, whoever they belong to; the SQL text of a
 * role that the caller is not is left out.
 */
Datum
al_session_list(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, list_columns,
											 lengthof(list_columns));
	dlist_iter	iter;

	dlist_foreach(iter, &al_sessions)
	{
		al_session *s = dlist_container(al_session, node, iter.cur);
		Datum		values[lengthof(list_columns)] = {0};
		bool		nulls[lengthof(list_columns)] = {0};
		bool		own = al_session_is_own(s);
		bool		blocked;
		al_wait		wait;

		set_text(values, nulls, 0, s->name);
		values[1] = Int32GetDatum(s->pid);
		set_text(values, nulls, 2, GetUserNameFromId(s->login, true));
		set_text(values, nulls, 3, GetUserNameFromId(s->role, true));
		set_text(values, nulls, 4, state_in_words(s, &wait, &blocked));
		nulls[5] = nulls[6] = !blocked;
		if (blocked)
		{
			char	  **names =
				palloc(sizeof(char *) * list_length(wait.blockers));
			int			n = 0;
			ListCell   *lc;

			foreach(lc, wait.blockers)
				names[n++] = lfirst(lc);
			set_text(values, nulls, 5,
					 psprintf("%s, %s", wait.lock, wait.holders));
			values[6] = text_array(names, n);
		}
		values[7] = TimestampTzGetDatum(s->opened_at);
		set_text(values, nulls, 8, own ? s->query : NULL);
		set_text(values, nulls, 9, own ? s->at_end : NULL);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}
