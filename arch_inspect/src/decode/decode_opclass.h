/*-------------------------------------------------------------------------
 *
 * decode_opclass.h
 *	  Keys that an operator class keeps in a form of its own.
 *
 * What GiST keeps of a value is often not of the type that the index column
 * says, but a signature, a pair of bounds, or the like, and the operator
 * class's functions believe every length in it.  Pure, as decode_page.h says.
 *-------------------------------------------------------------------------
 */
#ifndef AI_DECODE_OPCLASS_H
#define AI_DECODE_OPCLASS_H

#include "decode/decode_value.h"

typedef enum AiKeyForm
{
	AI_KEYFORM_VALUE,			/* a value of the column's type */
	AI_KEYFORM_BYTES,			/* any bytes */
	AI_KEYFORM_TSVECTOR,		/* gtsvector */
	AI_KEYFORM_TRIGRAMS,		/* pg_trgm's gtrgm */
	AI_KEYFORM_SIGNATURE,		/* hstore's ghstore, intarray's intbig_gkey */
	AI_KEYFORM_LTREE,			/* ltree_gist of ltree */
	AI_KEYFORM_LTREE_ARRAY,		/* ltree_gist of ltree[] */
	AI_KEYFORM_INT_RANGES,		/* intarray's int4[], in ranges if long */
	AI_KEYFORM_BOUNDS,			/* btree_gist's gbtreekey_var */
	AI_KEYFORM_INET				/* GistInetKey, which calls itself an inet */
} AiKeyForm;

/*
 * How a column's keys are built.  size is the length of signatures, or of
 * INT_RANGES the number of ranges; part is the type of an inner bound,
 * leaf_part that of a leaf's, each NULL where any bytes will do.
 */
typedef struct AiKeyRule
{
	AiKeyForm	form;
	uint32		size;
	const AiType *part;
	const AiType *leaf_part;
} AiKeyRule;

extern const char *ai_check_opclass_key(AiChecker *checker,
										const AiKeyRule *rule, bool leaf,
										const char *data, uint32 len);

#endif							/* AI_DECODE_OPCLASS_H */
