/*-------------------------------------------------------------------------
 *
 * visibility.h
 *	  Whether a snapshot sees a heap tuple, and which rule decided.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_VISIBILITY_H
#define AI_VISIBILITY_H

#include "utils/snapshot.h"

#include "judge/tuple_status.h"

/* What decided; ai_rule_name() has the words. */
typedef enum AiRule
{
	AI_RULE_UNKNOWN = 0,
	AI_RULE_FORGOTTEN,			/* of a given snapshot, see unsure */
	AI_RULE_INSERT_ABORTED,
	AI_RULE_INSERT_NOT_YET,
	AI_RULE_INSERT_RUNNING,
	AI_RULE_INSERT_COMMAND,
	AI_RULE_NOT_DELETED,
	AI_RULE_LOCKED,
	AI_RULE_DELETE_ABORTED,
	AI_RULE_DELETE_NOT_YET,
	AI_RULE_DELETE_RUNNING,
	AI_RULE_DELETE_COMMAND,
	AI_RULE_DELETED,
	AI_RULE_DELETED_OWN,
} AiRule;

/* A snapshot in the form of pg_snapshot, as SQL passes it around. */
typedef struct AiGivenSnapshot
{
	uint64		xmin;
	uint64		xmax;
	uint32		nxip;
	const uint64 *xip;			/* ascending */
} AiGivenSnapshot;

/* What looks: a snapshot, and whatever was found out for it. */
typedef struct AiLook
{
	AiTupleScan *scan;
	Snapshot	snapshot;		/* the statement's own; or NULL, and then: */
	AiGivenSnapshot given;
	uint64		next;			/* the next transaction id at the start */
	uint32		ncombo;			/* combo command ids of this transaction */
	struct AiSeen *seen;
} AiLook;

typedef struct AiVerdict
{
	bool		known;			/* else the server may raise an error, or the
								 * rule is AI_RULE_FORGOTTEN */
	bool		visible;
	AiRule		rule;
	AiEvidence	by;
	bool		unsure;			/* a given snapshot lists no subtransactions,
								 * and of whom this was one is not kept */
	TransactionId xid;			/* whose doing decided, or 0 */
	AiTupleStatus status;
} AiVerdict;

extern int	ai_snapshot_subxcnt(Snapshot snapshot);
extern AiLook *ai_look_begin(Relation rel, Snapshot snapshot,
							 struct varlena *given);
extern bool ai_look_in_snapshot(AiLook *look, TransactionId xid,
								AiEvidence *by, bool *unsure);
extern bool ai_look_command_id(AiLook *look, const HeapTupleHeaderData *tuple,
							   bool of_insert, CommandId *cid);
extern void ai_look_tuple(AiLook *look, const HeapTupleHeaderData *tuple,
						  BlockNumber blkno, OffsetNumber offnum,
						  AiVerdict *verdict);
extern const char *ai_rule_name(AiRule rule);

#endif							/* AI_VISIBILITY_H */
