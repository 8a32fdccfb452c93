/*-------------------------------------------------------------------------
 *
 * toast_fetch.h
 *	  Values from a TOAST table, chunk by chunk.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_TOAST_FETCH_H
#define AI_TOAST_FETCH_H

#include "access/heaptoast.h"
#include "storage/itemptr.h"
#include "utils/relcache.h"

#include "decode/decode_toast.h"
#include "judge/tuple_status.h"
#include "source/page_source.h"

/* An open TOAST table with its index. */
typedef struct AiToast
{
	Relation	rel;
	Relation	index;
	BlockNumber nblocks;
	BlockNumber index_nblocks;
	AiTupleScan *scan;
	AiPage	   *page;
	AiPage	   *index_page;
	/* why nothing proves the last value, or NULL */
	const char *unproven;
} AiToast;

/* What the index says of one chunk. */
typedef struct AiChunkRef
{
	int32		seq;
	ItemPointerData tid;
} AiChunkRef;

/* A chunk as it lies there; chunk.data is gone with the next one. */
typedef struct AiChunkRead
{
	AiChunk		chunk;
	AiTupleStatus status;
	const char *problem;
} AiChunkRead;

extern AiToast *ai_toast_open(Relation rel);
extern void ai_toast_close(AiToast *toast);
extern AiChunkRef *ai_toast_find(AiToast *toast, Oid valueid, int *count,
								 const char **problem);
extern void ai_toast_read(AiToast *toast, Oid valueid, const AiChunkRef *ref,
						  AiChunkRead *out);
extern char *ai_toast_fetch(AiToast *toast, const AiStored *pointer,
							const char **problem);
extern char *ai_stored_value(AiToast *toast, const char *at,
							 const AiStored *stored, const char **problem);

/* how many chunks a value of so many stored bytes has, and the last one's */
static inline uint32
ai_toast_nchunks(uint32 size)
{
	return (size + TOAST_MAX_CHUNK_SIZE - 1) / TOAST_MAX_CHUNK_SIZE;
}

static inline uint32
ai_toast_chunk_length(uint32 size, int32 seq)
{
	uint32		last = ai_toast_nchunks(size) - 1;

	return (uint32) seq < last ? TOAST_MAX_CHUNK_SIZE :
		size - last * TOAST_MAX_CHUNK_SIZE;
}

#endif							/* AI_TOAST_FETCH_H */
