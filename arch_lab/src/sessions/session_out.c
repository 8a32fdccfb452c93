/*-------------------------------------------------------------------------
 *
 * session_out.c
 *	  The session's way out: what the server sends to a client goes to a
 *	  shared memory queue.
 *
 * libpq/pqmq.c does this for parallel workers, but gives the queue up when an
 * interrupt strikes while it is full.  A session must survive a cancel there,
 * so a frame on its way lies in a buffer of its own: an error may jump out
 * between two attempts to send, and whoever comes next completes the frame.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "sessions/session.h"
#include "sessions/session_libpq.h"

/* frames are about this large; a larger item has a frame to itself */
#define FRAME_SIZE	8192

static shm_mq_handle *out_queue = NULL; /* NULL: nobody reads any more */
static al_shared *out_shared;
static StringInfoData out_frame;	/* being sent */
static StringInfoData out_next; /* filled meanwhile */
static bool out_in_flight = false;
static bool out_in_interrupt = false;	/* below, while it waits to send */

static void out_comm_reset(void);
static int	out_flush_method(void);
static bool out_is_send_pending(void);
static int	out_putmessage(char msgtype, const char *s, size_t len);
static void out_putmessage_noblock(char msgtype, const char *s, size_t len);

static const PQcommMethods out_methods = {
	.comm_reset = out_comm_reset,
	.flush = out_flush_method,
	.flush_if_writable = out_flush_method,
	.is_send_pending = out_is_send_pending,
	.putmessage = out_putmessage,
	.putmessage_noblock = out_putmessage_noblock
};

/*
 * al_out_init - from here on, the opener is this process's client
 */
void
al_out_init(shm_mq_handle *queue, al_shared *shared)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(TopMemoryContext);

	out_queue = queue;
	out_shared = shared;
	initStringInfo(&out_frame);
	initStringInfo(&out_next);
	MemoryContextSwitchTo(oldcontext);

	PqCommMethods = &out_methods;
	FrontendProtocol = PG_PROTOCOL_LATEST;
	whereToSendOutput = DestRemote;
}

/*
 * out_gone - the opener has let go of the queue
 *
 * What runs is of no use to anybody, so it is cancelled.
 */
static void
out_gone(void)
{
	out_queue = NULL;
	out_in_flight = false;
	resetStringInfo(&out_next);
	if (pg_atomic_exchange_u32(&out_shared->closing, 1) == 0)
	{
		QueryCancelPending = true;
		InterruptPending = true;
	}
}

/*
 * handle_interrupts - what they have to say is sent by who is sending already
 */
static void
handle_interrupts(void)
{
	out_in_interrupt = true;
	PG_TRY();
	{
		CHECK_FOR_INTERRUPTS();
	}
	PG_FINALLY();
	{
		out_in_interrupt = false;
	}
	PG_END_TRY();
}

/*
 * al_out_flush - send what is there; true when all of it is sent
 *
 * With wait, returns only then, or with an error when an interrupt comes.
 * Called again from an interrupt's handling, or where interrupts are held, it
 * never waits.
 */
bool
al_out_flush(bool wait)
{
	uint32		status = pg_atomic_read_u32(&out_shared->status);
	bool		done = false;

	if (out_in_interrupt || InterruptHoldoffCount > 0 || CritSectionCount > 0)
		wait = false;

	while (out_queue != NULL)
	{
		shm_mq_result result;

		if (!out_in_flight)
		{
			StringInfoData sent = out_frame;

			if (out_next.len == 0)
			{
				done = true;
				break;
			}
			out_frame = out_next;
			out_next = sent;
			resetStringInfo(&out_next);
			out_in_flight = true;
		}

		result = shm_mq_send(out_queue, out_frame.len, out_frame.data,
							 true, true);
		if (result == SHM_MQ_SUCCESS)
		{
			out_in_flight = false;
			continue;
		}
		if (result == SHM_MQ_DETACHED)
		{
			out_gone();
			break;
		}
		if (!wait)
			break;

		pg_atomic_write_u32(&out_shared->status, AL_SENDING);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, 0,
						 WAIT_EVENT_CLIENT_WRITE);
		ResetLatch(MyLatch);
		handle_interrupts();
		pg_atomic_write_u32(&out_shared->status, status);
	}

	return done || out_queue == NULL;
}

/*
 * al_out_item - add an item to what is to be sent
 */
void
al_out_item(char type, const char *data, Size len)
{
	char		header[AL_ITEM_HEADER];
	uint32		len32 = (uint32) len;

	if (out_queue == NULL)
		return;
	if (out_next.len > 0 && out_next.len + len > FRAME_SIZE)
		(void) al_out_flush(true);
	if (len > MaxAllocSize - out_next.len - AL_ITEM_HEADER - 1)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a message of %zu bytes is too long for a session",
						len)));

	header[0] = type;
	header[1] = (char) pg_get_client_encoding();
	memcpy(header + 2, &len32, sizeof(len32));
	appendBinaryStringInfo(&out_next, header, AL_ITEM_HEADER);
	if (len > 0)
		appendBinaryStringInfo(&out_next, data, len);
}

static void
out_comm_reset(void)
{
	/* a frame on its way is completed by the next flush */
}

/*
 * out_flush_method - the server flushes after each error or notice
 *
 * The text is worth sending at once, but not worth waiting for.
 */
static int
out_flush_method(void)
{
	(void) al_out_flush(false);
	return 0;
}

static bool
out_is_send_pending(void)
{
	return out_in_flight || out_next.len > 0;
}

/*
 * Follows mq_putmessage (src/backend/libpq/pqmq.c, REL_19_STABLE)
 */
static int
out_putmessage(char msgtype, const char *s, size_t len)
{
	al_out_item(msgtype, s, len);
	return 0;
}

static void
out_putmessage_noblock(char msgtype, const char *s, size_t len)
{
	al_out_item(msgtype, s, len);
}
