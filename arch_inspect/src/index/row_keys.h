/*-------------------------------------------------------------------------
 *
 * row_keys.h
 *	  A row of a table as its indexes should have it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_ROW_KEYS_H
#define AI_ROW_KEYS_H

#include "storage/itemptr.h"
#include "utils/relcache.h"

#include "judge/toast_fetch.h"
#include "judge/tuple_status.h"
#include "source/page_source.h"
#include "words/value.h"

/* A table whose rows are looked at, one page at a time. */
typedef struct AiRowSource
{
	Relation	rel;
	MemoryContext run;			/* where it began, and what it keeps lives */
	AiPage	   *page;
	AiPageHeader header;
	BlockNumber nblocks;
	AiTupleScan *scan;
	AiToast    *toast;
	bool		toast_open;
	AiTypes    *types;
	AiAttribute *attrs;
	AiStored   *stored;
	AiPrinter  *printers;
} AiRowSource;

/* A line pointer, as its page tells of it. */
typedef struct AiRowPlace
{
	ItemPointerData tid;
	ItemPointerData root;		/* where its entries point; tid but for a
								 * heap-only version */
	bool		has_root;
	bool		expected;		/* each index that takes it has an entry */

	/* line pointers of the versions whose keys its entry may have */
	int			nversions;
	OffsetNumber *versions;
} AiRowPlace;

extern void ai_row_source_begin(AiRowSource *source, Relation rel);
extern void ai_row_source_end(AiRowSource *source);
extern void ai_row_place(AiRowSource *source, const ItemPointerData *tid,
						 AiRowPlace *place);
extern const char *ai_row_key(AiRowSource *source, Relation index,
							  const AiRowPlace *place, OffsetNumber offnum,
							  Datum *values, bool *isnull);

#endif							/* AI_ROW_KEYS_H */
