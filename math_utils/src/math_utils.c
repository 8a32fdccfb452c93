/*-------------------------------------------------------------------------
 *
 * math_utils.c
 *	  Module entry point of math_utils.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"

ARCH_MODULE_MAGIC("math_utils");
