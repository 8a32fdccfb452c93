/*-------------------------------------------------------------------------
 *
 * session_dest.c
 *	  Sends a query's rows as text in the database's encoding.
 *
 * access/common/printtup.c would convert to client_encoding, which in a
 * session is whatever its user sets; the opener wants the server's encoding.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/tuptable.h"
#include "libpq/pqformat.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"
#include "sessions/session.h"

typedef struct RowReceiver
{
	DestReceiver pub;
	MemoryContext context;		/* of the receiver itself */
	MemoryContext row_context;	/* reset after each row */
	int			ncolumns;
	FmgrInfo   *output;
} RowReceiver;

/*
 * row_startup - announces the columns
 */
static void
row_startup(DestReceiver *self, int operation, TupleDesc typeinfo)
{
	RowReceiver *receiver = (RowReceiver *) self;
	MemoryContext oldcontext = MemoryContextSwitchTo(receiver->context);
	StringInfoData buf;

	receiver->ncolumns = typeinfo->natts;
	receiver->output = palloc0(Max(typeinfo->natts, 1) * sizeof(FmgrInfo));
	if (receiver->row_context == NULL)
		receiver->row_context =
			AllocSetContextCreate(receiver->context, "arch_lab session row",
								  ALLOCSET_DEFAULT_SIZES);

	initStringInfo(&buf);
	pq_sendint16(&buf, typeinfo->natts);
	for (int i = 0; i < typeinfo->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(typeinfo, i);
		const char *name = NameStr(att->attname);
		Oid			function;
		bool		isvarlena;

		getTypeOutputInfo(att->atttypid, &function, &isvarlena);
		fmgr_info(function, &receiver->output[i]);
		pq_sendint32(&buf, getBaseType(att->atttypid));
		appendBinaryStringInfo(&buf, name, strlen(name) + 1);
	}
	al_out_item(AL_MSG_COLUMNS, buf.data, buf.len);
	pfree(buf.data);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * row_receive - sends a row
 *
 * Follows printtup (src/backend/access/common/printtup.c, REL_19_STABLE)
 */
static bool
row_receive(TupleTableSlot *slot, DestReceiver *self)
{
	RowReceiver *receiver = (RowReceiver *) self;
	MemoryContext oldcontext;
	StringInfoData buf;

	slot_getallattrs(slot);
	oldcontext = MemoryContextSwitchTo(receiver->row_context);

	initStringInfo(&buf);
	for (int i = 0; i < receiver->ncolumns; i++)
	{
		if (slot->tts_isnull[i])
			pq_sendint32(&buf, -1);
		else
		{
			char	   *text = OutputFunctionCall(&receiver->output[i],
												  slot->tts_values[i]);
			int			len = strlen(text);

			pq_sendint32(&buf, len);
			appendBinaryStringInfo(&buf, text, len);
		}
	}
	al_out_item(AL_MSG_ROW, buf.data, buf.len);

	MemoryContextSwitchTo(oldcontext);
	MemoryContextReset(receiver->row_context);
	return true;
}

static void
row_shutdown(DestReceiver *self)
{
	RowReceiver *receiver = (RowReceiver *) self;

	if (receiver->row_context != NULL)
		MemoryContextDelete(receiver->row_context);
	receiver->row_context = NULL;
}

static void
row_destroy(DestReceiver *self)
{
	row_shutdown(self);
	pfree(self);
}

/*
 * al_dest_create - a receiver that sends rows to the opener
 */
DestReceiver *
al_dest_create(void)
{
	RowReceiver *receiver = palloc0(sizeof(RowReceiver));

	receiver->pub.receiveSlot = row_receive;
	receiver->pub.rStartup = row_startup;
	receiver->pub.rShutdown = row_shutdown;
	receiver->pub.rDestroy = row_destroy;
	receiver->pub.mydest = DestRemote;
	receiver->context = CurrentMemoryContext;
	return &receiver->pub;
}
