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

#include "decode_attribute.h"
#include "decode_value.h"

/* What is needed to print one column. */
typedef struct AiPrinter
{
	AiType	   *type;
	FmgrInfo	output;
	bool		byval;
	bool		dropped;
	bool		may_fail;		/* its output function can raise an error */
} AiPrinter;

extern AiType *ai_type_of(Oid typid);
extern void ai_printer_init(AiPrinter *printer, TupleDesc desc, int attnum);
extern AiAttribute *ai_attributes_of(TupleDesc desc);
extern char *ai_print_value(AiPrinter *printer, const char *data, uint32 len,
							bool trusted, const char **problem);
extern char *ai_print_datum(AiPrinter *printer, Datum datum,
							const char **problem);

#endif							/* AI_VALUE_H */
