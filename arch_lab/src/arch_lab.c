/*-------------------------------------------------------------------------
 *
 * arch_lab.c
 *	  Module entry point of arch_lab.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"

ARCH_MODULE_MAGIC("arch_lab");
