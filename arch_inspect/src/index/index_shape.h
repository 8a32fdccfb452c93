/*-------------------------------------------------------------------------
 *
 * index_shape.h
 *	  What the catalog knows of an index, and its keys as text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_INDEX_SHAPE_H
#define AI_INDEX_SHAPE_H

#include "lib/stringinfo.h"
#include "utils/relcache.h"

#include "decode/decode_index.h"
#include "source/page_source.h"
#include "words/value.h"

/* How a slot's value is shown. */
typedef enum AiSlotStyle
{
	AI_SLOT_PRINTED,			/* by the type's output function */
	AI_SLOT_HASH_CODE,
	AI_SLOT_BLOOM,
	AI_SLOT_MINMAX_MULTI
} AiSlotStyle;

typedef struct AiIndexShape
{
	AiIndex		index;
	const AiIndexMethod *method;	/* NULL: nobody knows its items */
	const char *method_name;
	TupleDesc	desc;			/* a column a slot */
	AiSlotStyle *styles;
	const char **labels;		/* of a slot, or NULL */
	int		   *columns;		/* of a slot, from 0 */
	AiTypes    *types;
	AiPrinter  *printers;		/* by slot, made ready when first needed */
	AiPrinter  *column_printers;	/* by column, for values inside a summary */
	AiIndexKey *keys;
} AiIndexShape;

extern BlockNumber ai_index_end(Relation rel);
extern AiIndexShape *ai_index_shape(Relation rel, BlockNumber nblocks);
extern AiPrinter *ai_index_ready_printer(AiIndexShape *shape,
										 AiPrinter *printer, TupleDesc desc,
										 int column, MemoryContext run);
extern void ai_index_append_value(StringInfo text, const char *value);
extern char *ai_index_print_key(AiIndexShape *shape, Relation rel,
								const AiPage *page, const AiIndexItem *item,
								MemoryContext run, const char **problem);

#endif							/* AI_INDEX_SHAPE_H */
