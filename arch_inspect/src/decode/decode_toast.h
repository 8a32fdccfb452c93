/*-------------------------------------------------------------------------
 *
 * decode_toast.h
 *	  TOAST chunks and the two compression methods.
 *
 * Pure, as decode_page.h says.
 *-------------------------------------------------------------------------
 */
#ifndef AI_DECODE_TOAST_H
#define AI_DECODE_TOAST_H

#include "postgres.h"

#include "decode/decode_attribute.h"

/* A row of a TOAST table; data points into the tuple. */
typedef struct AiChunk
{
	Oid			chunk_id;
	int32		chunk_seq;
	const char *data;
	uint32		length;
} AiChunk;

extern const char *ai_decode_chunk(const HeapTupleHeaderData *tuple,
								   uint32 len, AiChunk *out);
extern bool ai_decompress(char method, const char *source, uint32 source_len,
						  char *dest, uint32 wanted, uint32 raw_size);

#endif							/* AI_DECODE_TOAST_H */
