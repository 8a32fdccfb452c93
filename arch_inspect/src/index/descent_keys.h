/*-------------------------------------------------------------------------
 *
 * descent_keys.h
 *	  What a caller of index_descent searches for, as scan keys.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_DESCENT_KEYS_H
#define AI_DESCENT_KEYS_H

#include "fmgr.h"

#include "index/descent.h"

/* An argument as it came; an unknown literal is of type unknown. */
typedef struct AiWord
{
	Oid			type;
	bool		isnull;
	Datum		value;
} AiWord;

extern Oid	ai_indexed_type(Relation rel, int column);
extern int	ai_descent_words(FunctionCallInfo fcinfo, int first,
							 AiWord **words);
extern void ai_descent_equal(AiDescent *descent, const AiWord *words, int n);
extern void ai_descent_conditions(AiDescent *descent, const AiWord *words,
								  int n);

#endif							/* AI_DESCENT_KEYS_H */
