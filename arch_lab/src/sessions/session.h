/*-------------------------------------------------------------------------
 *
 * session.h
 *	  What the two ends of a further session share.
 *
 * The opener (a client's backend) and the session (a background worker) have
 * one dynamic shared memory segment that nobody else maps: a header, a queue
 * for SQL one way, a queue for results the other, and the text of at_end.
 *
 * A message on the way to the opener is a frame of one or more items, each
 * with a header of AL_ITEM_HEADER bytes: type, encoding of its text, length.
 * Types are those of the frontend/backend protocol where it has one.
 *-------------------------------------------------------------------------
 */
#ifndef AL_SESSION_H
#define AL_SESSION_H

#include "lib/stringinfo.h"
#include "port/atomics.h"
#include "storage/shm_mq.h"
#include "tcop/dest.h"

#define AL_SESSION_MAGIC	0x6172636c
#define AL_SESSION_TYPE		"arch_lab session"	/* bgw_type: how they are
												 * found */

/* keys of the segment's table of contents */
#define AL_KEY_SHARED		0
#define AL_KEY_COMMANDS		1
#define AL_KEY_RESULTS		2
#define AL_KEY_AT_END		3

#define AL_COMMANDS_SIZE	(16 * 1024)
#define AL_RESULTS_SIZE		(64 * 1024)

#define AL_ITEM_HEADER		(2 + sizeof(uint32))

/* item types; the letters are the protocol's, but for AL_MSG_ENDING */
#define AL_MSG_COLUMNS		'T'
#define AL_MSG_ROW			'D'
#define AL_MSG_COMMAND		'C'
#define AL_MSG_EMPTY		'I'
#define AL_MSG_ERROR		'E'
#define AL_MSG_NOTICE		'N'
#define AL_MSG_COPY_OUT		'H'
#define AL_MSG_COPY_DATA	'd'
#define AL_MSG_READY		'Z'
#define AL_MSG_ENDING		'k'

/* al_shared.status: what the session does, for the opener to look at */
typedef enum al_status
{
	AL_RUNNING,					/* a statement, or the log-in */
	AL_SENDING,					/* its queue is full: the result waits */
	AL_IDLE,
	AL_IDLE_IN_TRANSACTION,
	AL_IDLE_IN_FAILED
} al_status;

/*
 * What both ends of a session share.  The opener fills in the first part
 * before it registers the worker, and nobody changes it then.  The rest is
 * written by one end and read by the other without a lock: each is an atomic
 * word that only goes one way or is only looked at, and what it announces is
 * behind a barrier, or comes through the queue.
 */
typedef struct al_shared
{
	Oid			database;
	Oid			login;			/* session user */
	Oid			role;			/* of SET ROLE; invalid: none */
	/* the SQL function; gone with the extension */
	Oid			opened_by;
	char		name[NAMEDATALEN];
	pg_atomic_uint32 counted;	/* the process is there for all to count */
	pg_atomic_uint32 closing;	/* the opener wants the session to end */
	pg_atomic_uint32 status;	/* al_status */
	pg_atomic_uint32 cancelled; /* number of the command to cancel, from 1 */
} al_shared;

/* session_worker.c */
extern bool al_is_session;		/* this process is a session, not an opener */
extern PGDLLEXPORT void al_session_main(Datum main_arg);

/* session_login.c */
extern void al_login_count(al_shared *shared);
extern void al_login(al_shared *shared);
extern void al_login_set_role(al_shared *shared);
extern void al_login_recheck(al_shared *shared);

/* session_out.c */
extern void al_out_init(shm_mq_handle *queue, al_shared *shared);
extern bool al_out_flush(bool wait);
extern void al_out_item(char type, const char *data, Size len);

/* session_exec.c */
extern void al_exec_init(void (*before_statement) (void));
extern void al_exec_simple(const char *sql);
extern void al_exec_reset_after_error(void);

/* session_dest.c */
extern DestReceiver *al_dest_create(void);

#endif							/* AL_SESSION_H */
