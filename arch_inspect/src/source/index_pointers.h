/*-------------------------------------------------------------------------
 *
 * index_pointers.h
 *	  Which entries of a table's indexes point to given line pointers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_INDEX_POINTERS_H
#define AI_INDEX_POINTERS_H

#include "storage/itemptr.h"

typedef struct AiPointers
{
	int			ntids;
	const ItemPointerData *tids;
	int		   *entries;		/* of the index, by line pointer */
	int		   *killed;			/* of these, known to be dead */
} AiPointers;

extern bool ai_find_pointers(Relation rel, Oid indexid,
							 AiPointers *pointers);

#endif							/* AI_INDEX_POINTERS_H */
