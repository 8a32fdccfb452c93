/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  What differs between the server's majors; the only file that tests
 *	  PG_VERSION_NUM.
 *
 * A shim bears the newest API's name and says which release changed it, so
 * that it can be deleted when that release is the oldest one supported.
 *-------------------------------------------------------------------------
 */
#ifndef ARCH_COMPAT_H
#define ARCH_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "PostgreSQL 15 or later is needed"
#endif

#include "fmgr.h"

/* PG 18 lets a module name itself and its version */
#if PG_VERSION_NUM >= 180000
#define ARCH_MODULE_MAGIC(modname) \
	PG_MODULE_MAGIC_EXT(.name = (modname), .version = EXT_VERSION)
#else
#define ARCH_MODULE_MAGIC(modname) PG_MODULE_MAGIC
#endif

/* PG 16 moved the varlena macros out of postgres.h */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#endif							/* ARCH_COMPAT_H */
