/*-------------------------------------------------------------------------
 *
 * arch_inspect.c
 *	  Module entry point of arch_inspect.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "rows/rows_scan.h"

#include "compat.h"

ARCH_MODULE_MAGIC("arch_inspect");

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	ai_rows_scan_init();
	ai_rows_plan_init();
}
