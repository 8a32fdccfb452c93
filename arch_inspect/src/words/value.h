/*-------------------------------------------------------------------------
 *
 * value.h
 *	  Prints the values of a table's columns, checked to the last byte.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_VALUE_H
#define AI_VALUE_H

#include "access/tupdesc.h"
#include "fmgr.h"

#include "decode/decode_attribute.h"
#include "decode/decode_value.h"

/* What is known of types, for as long as the caller's context lives. */
typedef struct AiTypes AiTypes;

/* What is needed to print one column. */
typedef struct AiPrinter
{
	bool		ready;
	AiTypes    *types;
	AiType	   *type;			/* NULL where too many types are known */
	FmgrInfo	output;
	bool		byval;
	bool		dropped;
	bool		may_fail;		/* its output function can raise an error */
} AiPrinter;

/* value_type.c */
extern AiTypes *ai_types_create(void);
extern AiType *ai_type_of(AiTypes *types, Oid typid, bool *may_fail);
extern bool ai_type_expand(AiTypes *types, AiType *type);
extern AiAttribute *ai_attributes_of(TupleDesc desc);

/* value.c */
extern void ai_printer_init(AiPrinter *printer, AiTypes *types,
							TupleDesc desc, int attnum);
extern AiChecker *ai_value_checker(AiTypes *types, const char *unproven);
extern bool ai_value_datum(AiPrinter *printer, const char *data, uint32 len,
						   const char *unproven, Datum *datum,
						   const char **problem);
extern char *ai_print_value(AiPrinter *printer, const char *data, uint32 len,
							const char *unproven, const char **problem);
extern char *ai_print_datum(AiPrinter *printer, Datum datum,
							const char **problem);

#endif							/* AI_VALUE_H */
