/*-------------------------------------------------------------------------
 *
 * heap_flags.h
 *	  The infomask bits of a tuple by name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_HEAP_FLAGS_H
#define AI_HEAP_FLAGS_H

#include "utils/palloc.h"

typedef struct AiHeapFlags AiHeapFlags;

extern AiHeapFlags *ai_heap_flags_create(MemoryContext context);
extern Datum ai_heap_flags(AiHeapFlags *cache, uint16 infomask,
						   uint16 infomask2);

#endif							/* AI_HEAP_FLAGS_H */
