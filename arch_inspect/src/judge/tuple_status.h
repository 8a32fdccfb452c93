/*-------------------------------------------------------------------------
 *
 * tuple_status.h
 *	  What a heap tuple is at this moment, from a copy of its header.
 *
 * Of one scan:
 *
 *		AiTupleScan *scan = ai_tuple_scan_begin(rel);
 *
 *		ai_tuple_status(scan, tuple, blkno, offnum, &status);
 *
 * The scan is one palloc'd chunk in the memory context current at begin.
 *-------------------------------------------------------------------------
 */
#ifndef AI_TUPLE_STATUS_H
#define AI_TUPLE_STATUS_H

#include "access/htup_details.h"
#include "storage/block.h"
#include "storage/itemptr.h"
#include "storage/off.h"
#include "utils/relcache.h"

#include "decode/decode_heap.h"
#include "judge/xid_status.h"

typedef enum AiTupleState
{
	AI_TUPLE_UNKNOWN = 0,		/* a transaction id of it can't be told */
	AI_TUPLE_LIVE,				/* the row, for a snapshot taken now */
	AI_TUPLE_LOCKED,			/* live, and a running transaction locks it */
	AI_TUPLE_INSERTING,			/* inserted by a running transaction */
	AI_TUPLE_UPDATING,			/* replaced by a running transaction */
	AI_TUPLE_DELETING,			/* deleted by a running transaction */
	AI_TUPLE_UPDATED,			/* replaced; some snapshot may need it */
	AI_TUPLE_HOT_UPDATED,		/* the same, by a heap-only version */
	AI_TUPLE_MOVED,				/* moved to another partition; as updated */
	AI_TUPLE_DELETED,			/* deleted; some snapshot may need it */
	AI_TUPLE_DEAD,				/* replaced or deleted, and nobody needs it */
	AI_TUPLE_ABORTED,			/* the insert was rolled back */
} AiTupleState;

#define AI_TUPLE_STATES (AI_TUPLE_ABORTED + 1)

typedef struct AiTupleStatus
{
	AiTupleState state;
	AiXidStatus xmin;
	AiXidStatus xmax;
	AiEvidence	xmin_by;
	AiEvidence	xmax_by;
	bool		xmax_by_multi;	/* xmax_by is of a multixact's updater */
	bool		locked;			/* a running transaction that doesn't replace
								 * or delete it holds a lock on it */
	bool		removable;		/* VACUUM may remove it now */
	TransactionId updater;		/* who replaced or deleted it, or 0 */
	const char *problem;		/* what is wrong with the header, or NULL */
} AiTupleStatus;

typedef struct AiTupleScan
{
	/* who ended before it is gone for everybody */
	TransactionId horizon;
	AiXidCache *xids;
} AiTupleScan;

extern AiTupleScan *ai_tuple_scan_begin(Relation rel);
extern void ai_tuple_status(AiTupleScan *scan,
							const HeapTupleHeaderData *tuple,
							BlockNumber blkno, OffsetNumber offnum,
							AiTupleStatus *status);
extern bool ai_pruned_with_chain(AiTupleScan *scan, const char *page,
								 const AiPageHeader *header,
								 BlockNumber blkno,
								 const AiHeapItem *item,
								 const AiTupleStatus *status);
extern const char *ai_tuple_state_name(AiTupleState state);

/*
 * ai_same_place, ai_moved_partitions - the server's ItemPointerEquals() and
 * HeapTupleHeaderIndicatesMovedPartitions() assert that the address is a
 * valid one, which that of a damaged tuple need not be.
 */
static inline bool
ai_same_place(const ItemPointerData *a, const ItemPointerData *b)
{
	return memcmp(a, b, sizeof(ItemPointerData)) == 0;
}

static inline bool
ai_moved_partitions(const HeapTupleHeaderData *tuple)
{
	return ItemPointerGetBlockNumberNoCheck(&tuple->t_ctid) ==
		MovedPartitionsBlockNumber &&
		ItemPointerGetOffsetNumberNoCheck(&tuple->t_ctid) ==
		MovedPartitionsOffsetNumber;
}

#endif							/* AI_TUPLE_STATUS_H */
