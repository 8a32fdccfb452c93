/*-------------------------------------------------------------------------
 *
 * compat_disk.h
 *	  What differs between the server's majors of what is on disk, and of the
 *	  language: all of compat.h that a decoder may have.
 *
 * It drags no header of a running server in, so what includes it can be
 * linked without one.
 *-------------------------------------------------------------------------
 */
#ifndef ARCH_COMPAT_DISK_H
#define ARCH_COMPAT_DISK_H

/* PG 16 moved the varlena macros out of postgres.h */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* PG 18 says in front of a function that it does not return */
#if PG_VERSION_NUM < 180000
#define pg_noreturn __attribute__((noreturn))
#endif

/* PG 19 says in words for the compiler that a case falls through */
#if PG_VERSION_NUM < 190000
#ifdef __GNUC__
#define pg_fallthrough __attribute__((fallthrough))
#else
#define pg_fallthrough ((void) 0)
#endif
#endif

/* PG 17 added methods of jsonpath; before it, no value has them */
#if PG_VERSION_NUM < 170000
#define jpiBigint (jpiLikeRegex + 1)
#define jpiBoolean (jpiLikeRegex + 2)
#define jpiDate (jpiLikeRegex + 3)
#define jpiDecimal (jpiLikeRegex + 4)
#define jpiInteger (jpiLikeRegex + 5)
#define jpiNumber (jpiLikeRegex + 6)
#define jpiStringFunc (jpiLikeRegex + 7)
#define jpiTime (jpiLikeRegex + 8)
#define jpiTimeTz (jpiLikeRegex + 9)
#define jpiTimestamp (jpiLikeRegex + 10)
#define jpiTimestampTz (jpiLikeRegex + 11)
#endif

/* PG 19 added those that work on strings */
#if PG_VERSION_NUM < 190000
#define jpiStrReplace (jpiLikeRegex + 12)
#define jpiStrLower (jpiLikeRegex + 13)
#define jpiStrUpper (jpiLikeRegex + 14)
#define jpiStrLtrim (jpiLikeRegex + 15)
#define jpiStrRtrim (jpiLikeRegex + 16)
#define jpiStrBtrim (jpiLikeRegex + 17)
#define jpiStrInitcap (jpiLikeRegex + 18)
#define jpiStrSplitPart (jpiLikeRegex + 19)
#endif

/*
 * PG 19 lets the records of pruning and vacuum set bits of the visibility
 * map; before, a record of its own did, whose flags came after its horizon
 */
#if PG_VERSION_NUM >= 190000
#define XLOG_HEAP2_VISIBLE 0x40
#elif PG_VERSION_NUM >= 170000
#define XLHP_VM_ALL_VISIBLE 0
#define XLHP_VM_ALL_FROZEN 0
#endif
#define ARCH_HEAP_VISIBLE_FLAGS sizeof(TransactionId)

/* PG 19 has one record for a new LSN, and not one of GiST's */
#if PG_VERSION_NUM >= 190000
#define XLOG_GIST_ASSIGN_LSN 0x70
#else
#define XLOG_ASSIGN_LSN 0xC0
#endif

/* PG 19 switches logical decoding on and off with the slots that need it */
#if PG_VERSION_NUM < 190000
#define XLOG_LOGICAL_DECODING_STATUS_CHANGE 0xF0
#endif

#endif							/* ARCH_COMPAT_DISK_H */
