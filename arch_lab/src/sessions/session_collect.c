/*-------------------------------------------------------------------------
 *
 * session_collect.c
 *	  The opener's end of the queues: sends SQL, reads what comes of it.
 *
 * An opener that is cancelled while it waits cancels the session's statement
 * too and marks the result as abandoned; the next call reads it to its end
 * and throws it away.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "sessions/session_opener.h"

/* how often to look whether the session is blocked, in milliseconds */
#define POLL_FIRST		10
#define POLL_LATER		50
#define POLL_FEW		20

/* a lock of somebody else's is waited for this long, it may be a short one */
#define OUTSIDE_PATIENCE	200

/*
 * to_server - text of the session in the database's encoding
 *
 * Messages come in the session's client_encoding.  What is no valid text
 * (COPY in a chosen encoding or in binary) is shown as bytea is.
 */
static char *
to_server(const char *text, int len, int encoding)
{
	char	   *result;

	if (len > 0 && encoding != GetDatabaseEncoding() &&
		encoding != PG_SQL_ASCII && PG_VALID_ENCODING(encoding) &&
		pg_encoding_verifymbstr(encoding, text, len) == len)
		return pg_any_to_server(pnstrdup(text, len), len, encoding);
	if (pg_verifymbstr(text, len, true))
		return pnstrdup(text, len);

	result = palloc(2 + (Size) len * 2 + 1);
	strcpy(result, "\\x");
	hex_encode(text, len, result + 2);
	result[2 + (Size) len * 2] = '\0';
	return result;
}

/*
 * get_columns - remember what the columns of the following rows are
 */
static void
get_columns(al_session *s, StringInfo buf)
{
	MemoryContext oldcontext;

	MemoryContextReset(s->columns_context);
	s->ncolumns = -1;
	oldcontext = MemoryContextSwitchTo(s->columns_context);
	s->columns = palloc0(sizeof(char *) * MaxTupleAttributeNumber);
	s->types = palloc0(sizeof(Oid) * MaxTupleAttributeNumber);
	s->ncolumns = pq_getmsgint(buf, 2);
	for (int i = 0; i < s->ncolumns; i++)
	{
		s->types[i] = pq_getmsgint(buf, 4);
		s->columns[i] = pstrdup(pq_getmsgrawstring(buf));
	}
	MemoryContextSwitchTo(oldcontext);
}

/*
 * get_row - the values of a row
 */
static void
get_row(al_session *s, StringInfo buf, al_item *item)
{
	item->kind = AL_KIND_ROW;
	item->values = palloc0(sizeof(char *) * Max(s->ncolumns, 1));
	for (int i = 0; i < s->ncolumns; i++)
	{
		int			len = (int) pq_getmsgint(buf, 4);

		if (len >= 0)
			item->values[i] = pnstrdup(pq_getmsgbytes(buf, len), len);
	}
}

/*
 * get_report - the fields of an error or notice
 */
static void
get_report(StringInfo buf, int encoding, al_item *item)
{
	for (;;)
	{
		char		code = pq_getmsgbyte(buf);
		const char *raw;
		char	   *text;

		if (code == '\0')
			break;
		raw = pq_getmsgrawstring(buf);
		text = to_server(raw, strlen(raw), encoding);
		switch (code)
		{
			case PG_DIAG_SEVERITY_NONLOCALIZED:
				item->severity = text;
				break;
			case PG_DIAG_SQLSTATE:
				item->sqlstate = text;
				break;
			case PG_DIAG_MESSAGE_PRIMARY:
				item->message = text;
				break;
			case PG_DIAG_MESSAGE_DETAIL:
				item->detail = text;
				break;
			case PG_DIAG_MESSAGE_HINT:
				item->hint = text;
				break;
			case PG_DIAG_CONTEXT:
				item->context = text;
				break;
		}
	}
}

/*
 * next_message - the next item that lies ready
 *
 * Returns SHM_MQ_WOULD_BLOCK when there is none yet, SHM_MQ_DETACHED when
 * there never will be.  The frame is copied, so that an error while an item
 * is worked on does not lose the items after it.
 */
static shm_mq_result
next_message(al_session *s, char *type, int *encoding, StringInfo payload)
{
	char	   *header;
	uint32		len;

	while (s->frame.cursor >= s->frame.len)
	{
		Size		nbytes;
		void	   *data;
		shm_mq_result result;

		if (s->results == NULL)
			return SHM_MQ_DETACHED;
		result = shm_mq_receive(s->results, &nbytes, &data, true);
		if (result != SHM_MQ_SUCCESS)
			return result;

		/* a frame that was very large need not stay so */
		if (s->frame.maxlen > 1024 * 1024)
		{
			MemoryContext oldcontext = MemoryContextSwitchTo(s->context);

			pfree(s->frame.data);
			initStringInfo(&s->frame);
			MemoryContextSwitchTo(oldcontext);
		}
		resetStringInfo(&s->frame);
		appendBinaryStringInfo(&s->frame, data, nbytes);
	}

	header = s->frame.data + s->frame.cursor;
	memcpy(&len, header + 2, sizeof(len));
	*type = header[0];
	*encoding = (unsigned char) header[1];
	payload->data = header + AL_ITEM_HEADER;
	payload->len = len;
	payload->maxlen = len + 1;
	payload->cursor = 0;
	s->frame.cursor += AL_ITEM_HEADER + len;
	return SHM_MQ_SUCCESS;
}

/*
 * session_over - the worker is gone
 */
static void
session_over(al_session *s)
{
	s->ended = true;
	s->busy = false;
	s->abandoned = false;
}

/*
 * keep_last_words - a FATAL error is what a session ends with
 */
static void
keep_last_words(al_session *s, al_item *item)
{
	if (item->severity != NULL && strcmp(item->severity, "FATAL") == 0)
	{
		char	   *words;

		if (s->last_words != NULL)
			pfree(s->last_words);
		words = psprintf("%s: %s", item->sqlstate ? item->sqlstate : "",
						 item->message ? item->message : "");
		s->last_words = MemoryContextStrdup(s->context, words);
	}
}

/*
 * al_session_receive - the next item that lies ready
 *
 * False if there is none.  *type is AL_MSG_READY at the end of a result, and
 * 0 at the end of the session.  Items that show nothing have an empty
 * message.
 */
bool
al_session_receive(al_session *s, al_item *item, char *type)
{
	StringInfoData buf;
	int			encoding = PG_SQL_ASCII;

	memset(item, 0, sizeof(*item));
	item->ncolumns = -1;
	switch (next_message(s, type, &encoding, &buf))
	{
		case SHM_MQ_WOULD_BLOCK:
			return false;
		case SHM_MQ_DETACHED:
			*type = 0;
			session_over(s);
			return true;
		default:
			break;
	}

	switch (*type)
	{
		case AL_MSG_COLUMNS:
			get_columns(s, &buf);
			item->kind = AL_KIND_COLUMNS;
			break;
		case AL_MSG_ROW:
			get_row(s, &buf, item);
			break;
		case AL_MSG_COMMAND:
			item->kind = AL_KIND_COMMAND;
			item->message = pnstrdup(buf.data, buf.len);
			break;
		case AL_MSG_COPY_OUT:
			item->kind = AL_KIND_COPY;
			break;
		case AL_MSG_COPY_DATA:
			/* a line; the end of it is not part of the text */
			if (buf.len > 0 && buf.data[buf.len - 1] == '\n')
				buf.len--;
			item->kind = AL_KIND_COPY;
			item->message = to_server(buf.data, buf.len,
									  GetDatabaseEncoding());
			break;
		case AL_MSG_ERROR:
			item->kind = AL_KIND_ERROR;
			get_report(&buf, encoding, item);
			keep_last_words(s, item);
			break;
		case AL_MSG_NOTICE:
			item->kind = AL_KIND_NOTICE;
			get_report(&buf, encoding, item);
			break;
		case AL_MSG_READY:
			s->busy = false;
			s->abandoned = false;
			break;
	}
	if (s->ncolumns >= 0 &&
		(item->kind == AL_KIND_ROW || item->kind == AL_KIND_COMMAND ||
		 item->kind == AL_KIND_COLUMNS))
	{
		item->ncolumns = s->ncolumns;
		item->columns = s->columns;
		item->types = s->types;
	}
	return true;
}

/*
 * is_shown - does this item make a row of a result?
 */
static bool
is_shown(char type)
{
	return type == AL_MSG_COLUMNS || type == AL_MSG_ROW ||
		type == AL_MSG_COMMAND || type == AL_MSG_COPY_OUT ||
		type == AL_MSG_COPY_DATA ||
		type == AL_MSG_ERROR || type == AL_MSG_NOTICE;
}

/*
 * pass_on - give an item to the sink
 */
static void
pass_on(al_session *s, char type, al_item *item, al_sink sink, void *arg)
{
	if (sink != NULL && is_shown(type))
		sink(item, arg);
	if (type == AL_MSG_COMMAND || type == AL_MSG_ERROR)
		s->ncolumns = -1;
}

/*
 * report_blocked - give the sink a row that says what is waited for
 */
static void
report_blocked(al_wait *wait, al_sink sink, void *arg)
{
	al_item		item;

	memset(&item, 0, sizeof(item));
	item.kind = AL_KIND_WAITING;
	item.ncolumns = -1;
	item.message = psprintf("waiting for %s, %s", wait->lock, wait->holders);
	sink(&item, arg);
}

/*
 * take_items - give the sink what lies ready; true at the end of the result
 *
 * *got tells whether there was anything.  Each item is made in item_context,
 * which is emptied after it.
 */
static bool
take_items(al_session *s, al_sink sink, void *arg, MemoryContext item_context,
		   bool *got)
{
	al_item		item;
	char		type;

	*got = false;
	while (al_session_receive(s, &item, &type))
	{
		*got = true;
		if (type == AL_MSG_READY)
			return true;
		if (type == 0)
		{
			if (s->last_words == NULL && sink != NULL)
			{
				item.kind = AL_KIND_ERROR;
				item.severity = "FATAL";
				item.sqlstate = "08006";
				item.message =
					"the session ended before it had sent its result";
				sink(&item, arg);
			}
			return true;
		}
		pass_on(s, type, &item, sink, arg);
		MemoryContextSwitchTo(item_context);
		MemoryContextReset(item_context);
		CHECK_FOR_INTERRUPTS();
	}
	return false;
}

/*
 * is_stuck - is the session blocked, and not just for a moment?
 *
 * It counts at once when the opener or a session of its own is in the way.
 */
static bool
is_stuck(al_session *s, al_wait *wait, TimestampTz *blocked_since)
{
	TimestampTz now;

	if (!al_session_blocked(s, wait))
	{
		*blocked_since = 0;
		return false;
	}
	now = GetCurrentTimestamp();
	if (*blocked_since == 0)
		*blocked_since = now;
	return !wait->outside ||
		TimestampDifferenceExceeds(*blocked_since, now, OUTSIDE_PATIENCE);
}

/*
 * al_session_collect - read the result to its end; false if it is blocked
 *
 * Without a sink the result is thrown away, and a block is waited out.
 */
bool
al_session_collect(al_session *s, al_sink sink, void *arg)
{
	MemoryContext item_context;
	MemoryContext oldcontext;
	TimestampTz blocked_since = 0;
	al_wait		wait;
	int			polls = 0;
	bool		stuck = false;
	bool		done;

	item_context = AllocSetContextCreate(CurrentMemoryContext,
										 "arch_lab session item",
										 ALLOCSET_DEFAULT_SIZES);
	oldcontext = MemoryContextSwitchTo(item_context);
	for (;;)
	{
		bool		got;

		CHECK_FOR_INTERRUPTS();
		done = take_items(s, sink, arg, item_context, &got);
		if (done)
			break;

		/* what it sent before it got stuck has been taken now */
		if (got)
			polls = 0;
		else if (stuck)
		{
			report_blocked(&wait, sink, arg);
			break;
		}

		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 polls++ < POLL_FEW ? POLL_FIRST : POLL_LATER,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		MemoryContextReset(item_context);
		stuck = sink != NULL && is_stuck(s, &wait, &blocked_since);
	}
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(item_context);
	return done;
}

/*
 * al_session_send - hand SQL to a session that waits for it
 *
 * The session reads at once, so a cancel can wait until all of it is sent;
 * half of it would garble what is sent next.
 */
void
al_session_send(al_session *s, const char *sql)
{
	Size		len = strlen(sql) + 1;
	shm_mq_result result;
	char	   *query = MemoryContextStrdup(s->context, sql);

	if (s->query != NULL)
		pfree(unconstify(char *, s->query));
	s->query = query;
	s->sent++;
	s->ncolumns = -1;
	pg_atomic_write_u32(&s->shared->status, AL_RUNNING);

	HOLD_CANCEL_INTERRUPTS();
	for (;;)
	{
		result = shm_mq_send(s->commands, len, sql, true, true);
		if (result != SHM_MQ_WOULD_BLOCK)
			break;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, 0,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	RESUME_CANCEL_INTERRUPTS();

	/* a session that has just died says so to whoever collects */
	s->busy = true;
}

/*
 * al_session_settle - bring a session to rest: no abandoned result, and what
 * it said of its own accord given to the sink (which may be NULL)
 *
 * An error if the session has ended.
 */
void
al_session_settle(al_session *s, al_sink sink, void *arg)
{
	if (s->abandoned)
	{
		al_session_interrupt(s);
		(void) al_session_collect(s, NULL, NULL);
	}
	while (!s->busy && !s->ended)
	{
		al_item		item;
		char		type;

		if (!al_session_receive(s, &item, &type))
			break;
		if (type != 0)
			pass_on(s, type, &item, sink, arg);
	}
	if (s->ended)
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE),
				 errmsg("session \"%s\" has ended", s->name),
				 s->last_words != NULL ?
				 errdetail("It said %s.", s->last_words) : 0,
				 errhint("Close it with arch_lab.session_close(); then the name is free again.")));
}

/*
 * collect_or_abandon - al_session_collect(), left in order by an error
 */
static void
collect_or_abandon(al_session *s, al_sink sink, void *arg)
{
	PG_TRY();
	{
		(void) al_session_collect(s, sink, arg);
	}
	PG_CATCH();
	{
		if (s->busy)
		{
			s->abandoned = true;
			al_session_interrupt(s);
		}
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * al_session_start - send SQL; with a sink, collect what comes of it
 */
void
al_session_start(al_session *s, const char *sql, al_sink sink, void *arg)
{
	al_session_settle(s, sink, arg);
	if (s->busy)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("session \"%s\" has a result that is not collected yet",
						s->name),
				 errdetail("Its last statement is running, blocked or done."),
				 errhint("Collect it with arch_lab.session_result(), or stop it with arch_lab.session_cancel() first.")));
	al_session_send(s, sql);
	if (sink != NULL)
		collect_or_abandon(s, sink, arg);
}

/*
 * al_session_resume - collect what comes of SQL that was sent before
 */
void
al_session_resume(al_session *s, al_sink sink, void *arg)
{
	if (s->abandoned || !s->busy)
	{
		al_session_settle(s, sink, arg);
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("session \"%s\" has no result to collect", s->name),
				 errhint("Send it a statement with arch_lab.session_send() or arch_lab.session_run().")));
	}
	collect_or_abandon(s, sink, arg);
}
