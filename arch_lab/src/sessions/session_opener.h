/*-------------------------------------------------------------------------
 *
 * session_opener.h
 *	  The opener's side of further sessions.
 *
 * All of this is private to the backend that opened the sessions.
 *-------------------------------------------------------------------------
 */
#ifndef AL_SESSION_OPENER_H
#define AL_SESSION_OPENER_H

#include "datatype/timestamp.h"
#include "lib/ilist.h"
#include "nodes/pg_list.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"

#include "sessions/session.h"

typedef struct al_session
{
	dlist_node	node;
	MemoryContext context;		/* of this struct and all it points to */
	char		name[NAMEDATALEN];
	Oid			login;			/* session user of the opener then */
	Oid			role;			/* current user of the opener then */
	int			pid;
	TimestampTz opened_at;
	const char *at_end;			/* NULL: none */

	dsm_segment *seg;
	al_shared  *shared;
	shm_mq_handle *commands;
	shm_mq_handle *results;
	BackgroundWorkerHandle *worker;

	uint32		sent;			/* how many commands */
	bool		busy;			/* a result is running or to be collected */
	bool		abandoned;		/* and nobody wants it */
	bool		ended;			/* the worker is gone */
	char	   *last_words;		/* what it said then, or NULL */
	const char *query;			/* the last SQL sent, or NULL */

	/* a frame of items that is being read */
	StringInfoData frame;

	/* the columns of the rows that come now */
	MemoryContext columns_context;
	int			ncolumns;		/* -1: no rows come */
	char	  **columns;
	Oid		   *types;
} al_session;

/* An item of a result; texts are in the database's encoding, or NULL. */
typedef enum al_kind
{
	AL_KIND_ROW,
	AL_KIND_COMMAND,
	AL_KIND_NOTICE,
	AL_KIND_ERROR,
	AL_KIND_WAITING,
	AL_KIND_COPY,
	AL_KIND_COLUMNS				/* announces rows; not shown by itself */
} al_kind;

typedef struct al_item
{
	al_kind		kind;
	int			ncolumns;		/* -1: not of a result with columns */
	char	  **columns;
	Oid		   *types;
	char	  **values;			/* of a row; a NULL value is NULL */
	const char *message;		/* of COPY: a line; NULL where it begins */
	const char *severity;
	const char *sqlstate;
	const char *detail;
	const char *hint;
	const char *context;
} al_item;

/* What a blocked session waits for. */
typedef struct al_wait
{
	char	   *lock;			/* "ShareLock on transaction 742" */
	char	   *holders;		/* "held by session a", "queued behind pid 7" */
	List	   *blockers;		/* the same as names only */
	bool		outside;		/* none of them is a session of this opener */
} al_wait;

/* Is given the items of a result one by one, in a short-lived context. */
typedef void (*al_sink) (al_item *item, void *arg);

/* session_list.c */
extern dlist_head al_sessions;
extern void al_session_check_context(void);
extern al_session *al_session_lookup(const char *name);
extern al_session *al_session_find(FunctionCallInfo fcinfo, int argno);
extern bool al_session_is_own(al_session *s);
extern char *al_session_text_arg(FunctionCallInfo fcinfo, int argno,
								 const char *what);
extern void al_session_interrupt(al_session *s);
extern const char *al_session_name_of(int pid);

/* session_opener.c */
extern void al_sessions_init(void);

/* session_limits.c */
extern void al_limits_init(void);
extern void al_limits_enter(const char *name);
extern void al_limits_leave(void);

/* session_collect.c */
extern void al_session_send(al_session *s, const char *sql);
extern bool al_session_collect(al_session *s, al_sink sink, void *arg);
extern void al_session_start(al_session *s, const char *sql, al_sink sink,
							 void *arg);
extern void al_session_resume(al_session *s, al_sink sink, void *arg);
extern void al_session_settle(al_session *s, al_sink sink, void *arg);
extern bool al_session_receive(al_session *s, al_item *item, char *type);

/* session_wait.c */
extern bool al_session_blocked(al_session *s, al_wait *wait);

#endif							/* AL_SESSION_OPENER_H */
