/*-------------------------------------------------------------------------
 *
 * opclass_key.h
 *	  Stored keys as the functions of GiST's and SP-GiST's operator classes
 *	  get them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_OPCLASS_KEY_H
#define AI_OPCLASS_KEY_H

#include "decode/decode_opclass.h"
#include "index/descent.h"

/*
 * What is known of the keys in one slot.  foreign: the operator class is of
 * nobody whose keys are known here, so that only a page's checksum can prove
 * that they are what its functions expect.
 */
typedef struct AiKeyReader
{
	int			slot;
	AiPrinter  *printer;
	AiKeyRule	rule;
	bool		foreign;
} AiKeyReader;

extern void ai_key_reader_init(AiKeyReader *reader, AiDescent *descent,
							   int column, int slot, Oid consistent);
extern const char *ai_key_read(AiKeyReader *reader, AiDescent *descent,
							   const AiIndexKey *key, bool leaf,
							   Datum *datum);

#endif							/* AI_OPCLASS_KEY_H */
