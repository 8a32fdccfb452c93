/*-------------------------------------------------------------------------
 *
 * decode_tids.h
 *	  The heap addresses that a page of an index holds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_DECODE_TIDS_H
#define AI_DECODE_TIDS_H

#include "storage/itemptr.h"

#include "decode/decode_page.h"

/* Gets each address; killed: the entry is known to be dead. */
typedef void (*AiTidSink) (void *arg, const ItemPointerData *tid,
						   bool killed);

extern bool ai_index_has_tids(AiPageKind kind);
extern void ai_decode_tids(const char *page, const AiPageHeader *header,
						   AiPageKind kind, AiTidSink sink, void *arg);

#endif							/* AI_DECODE_TIDS_H */
