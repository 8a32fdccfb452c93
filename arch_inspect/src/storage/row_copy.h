/*-------------------------------------------------------------------------
 *
 * row_copy.h
 *	  How wide a row would be if it were written anew.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_ROW_COPY_H
#define AI_ROW_COPY_H

#include "access/tupdesc.h"

#include "decode/decode_attribute.h"

/* What a copy of a row has of a column. */
typedef struct AiCopiedColumn
{
	uint8		alignby;
	bool		dropped;
	bool		has_missing;	/* rows that lack it are given a value: */
	uint8		missing_alignby;
	uint32		missing_length;
} AiCopiedColumn;

typedef struct AiRowCopy
{
	int			natts;
	bool		differs;		/* from the row as it is, perhaps */
	AiCopiedColumn *columns;
} AiRowCopy;

extern AiRowCopy *ai_row_copy_begin(TupleDesc desc);
extern uint32 ai_copied_length(const AiRowCopy *copy, const AiStored *stored,
							   int column, uint8 *alignby);
extern uint32 ai_copied_width(const AiRowCopy *copy, const AiStored *stored);

#endif							/* AI_ROW_COPY_H */
