/*-------------------------------------------------------------------------
 *
 * findings.c
 *	  Figures for the findings that no catalog has.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unistd.h>

#include "miscadmin.h"

#include "compat.h"
#include "server/proc_os.h"

/*
 * ai_system_memory - arch_parts.system_memory()
 *
 * What the machine has, or what its control group lets this server use if
 * that is less.
 */
PG_FUNCTION_INFO_V1(ai_system_memory);

Datum
ai_system_memory(PG_FUNCTION_ARGS)
{
	long		pages = sysconf(_SC_PHYS_PAGES);
	long		page_size = sysconf(_SC_PAGESIZE);
	int64		bytes;
	int64		limit;

	if (pages <= 0 || page_size <= 0)
		PG_RETURN_NULL();
	bytes = (int64) pages * page_size;
	limit = ai_memory_limit();
	if (limit > 0 && limit < bytes)
		bytes = limit;
	PG_RETURN_INT64(bytes);
}
