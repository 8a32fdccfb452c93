/*-------------------------------------------------------------------------
 *
 * arch_lab.c
 *	  Module entry point of arch_lab.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "compat.h"
#include "sessions/session_opener.h"

ARCH_MODULE_MAGIC("arch_lab");

extern PGDLLEXPORT void _PG_init(void);

/*
 * _PG_init - defines the settings; every one, then nobody may use the prefix
 */
void
_PG_init(void)
{
	al_sessions_init();
	MarkGUCPrefixReserved("arch_lab");
}
