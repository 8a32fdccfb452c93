/*-------------------------------------------------------------------------
 *
 * index_details.h
 *	  What only one access method has, as jsonb.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_INDEX_DETAILS_H
#define AI_INDEX_DETAILS_H

#include "decode/decode_index.h"

extern Datum ai_details_jsonb(const AiDetails *details, const char *note,
							  bool *isnull);

#endif							/* AI_INDEX_DETAILS_H */
