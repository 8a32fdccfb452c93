/*-------------------------------------------------------------------------
 *
 * xid_status.h
 *	  What is known of a transaction id or a multixact id, never an error.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_XID_STATUS_H
#define AI_XID_STATUS_H

#include "access/multixact.h"
#include "access/transam.h"

/*
 * The first ten are what a transaction id can be; the last three what else
 * the xmax of a tuple can say.
 */
typedef enum AiXidStatus
{
	AI_XID_NONE = 0,			/* no transaction id there */
	AI_XID_FROZEN,				/* older than every snapshot, by decree */
	AI_XID_COMMITTED,
	AI_XID_ABORTED,				/* rolled back, or lost in a crash */
	AI_XID_IN_PROGRESS,
	AI_XID_OWN,					/* of this very transaction, and not rolled
								 * back */
	AI_XID_TOO_OLD,				/* its place in the commit log was cut off */
	AI_XID_NOT_YET,				/* has not been assigned yet */
	AI_XID_UNREADABLE,			/* the server's files don't tell */
	AI_XID_IGNORED,				/* xmax that a hint bit says to ignore */
	AI_XID_LOCKED_ONLY,			/* xmax that only locks, by a running one */
	AI_XID_LOCK_RELEASED,		/* xmax that only locked, all gone */
} AiXidStatus;

/* Where the answer came from. */
typedef enum AiEvidence
{
	AI_BY_NOTHING = 0,
	AI_BY_HINT,					/* a bit of t_infomask */
	AI_BY_FROZEN,				/* both xmin bits, or a permanent xid */
	AI_BY_CLOG,					/* pg_xact */
	AI_BY_RUNNING,				/* the list of running transactions */
	AI_BY_OWN,					/* the own transaction's state */
	AI_BY_CRASH,				/* not running, and no end in pg_xact */
	AI_BY_RANGE,				/* the range of ids that exist */
	AI_BY_MULTIXACT,			/* the members of a multixact */
	AI_BY_SNAPSHOT,				/* the snapshot's bounds and list */
	AI_BY_SUBTRANS,				/* the snapshot's list, by pg_subtrans */
	AI_BY_COMMAND,				/* a command id */
} AiEvidence;

/* What a multixact amounts to. */
typedef struct AiMultiSummary
{
	int			nmembers;		/* -1: its members can't be read */
	AiXidStatus why;			/* then: too old, not yet or unreadable */
	TransactionId updater;		/* the one that updated or deleted, or 0 */
	bool		running;		/* some member runs still */
	bool		locked;			/* of these, one that only locks */
} AiMultiSummary;

typedef struct AiXidCache AiXidCache;

extern uint64 ai_xact_era(void);
extern AiXidCache *ai_xid_cache_create(void);
extern AiXidStatus ai_xid_status(AiXidCache *cache, TransactionId xid,
								 AiEvidence *evidence);
extern void ai_multi_summary(AiXidCache *cache, MultiXactId multi,
							 AiMultiSummary *summary);
extern int	ai_multi_members(MultiXactId multi, MultiXactMember **members,
							 AiXidStatus *why);
extern bool ai_xid_parent(TransactionId xid, TransactionId *parent);
extern TransactionId ai_xid_top(TransactionId xid);
extern FullTransactionId ai_xid_widen(TransactionId xid);
extern void ai_lookup_failed(MemoryContext caller, uint32 holdoff);
extern const char *ai_xid_status_name(AiXidStatus status);
extern const char *ai_evidence_name(AiEvidence evidence);
extern const char *ai_multi_status_name(MultiXactStatus status);

#endif							/* AI_XID_STATUS_H */
