/*-------------------------------------------------------------------------
 *
 * arch_inspect.c
 *	  Module entry point of arch_inspect.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"

ARCH_MODULE_MAGIC("arch_inspect");
