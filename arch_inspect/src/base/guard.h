/*-------------------------------------------------------------------------
 *
 * guard.h
 *	  Who may look at what: rights, kinds of relations, forks and blocks.
 *
 * Every entry point that reads a relation's files passes through here, in
 * this order: rights, open with AccessShareLock, rights again, kind, block,
 * read.
 *-------------------------------------------------------------------------
 */
#ifndef AI_GUARD_H
#define AI_GUARD_H

#include "common/relpath.h"
#include "storage/block.h"
#include "utils/relcache.h"

#include "decode/decode_page.h"

/*
 * What is shown of a relation.
 *
 * Structure is what a page says without its columns: headers, line pointers,
 * transaction ids, maps, sizes.  Values are columns, also those of versions
 * that no SELECT returns.
 */
typedef enum AiTier
{
	AI_STRUCTURE,
	AI_VALUES
} AiTier;

/* The kinds of relations that a function reads. */
#define AI_HEAP			0x01	/* tables, materialized views, TOAST tables */
#define AI_INDEX		0x02
#define AI_SEQUENCE		0x04
#define AI_ANY_RELATION (AI_HEAP | AI_INDEX | AI_SEQUENCE)

extern bool ai_has_rights(Oid relid, AiTier tier);
extern void ai_check_rights(Oid relid, AiTier tier);
extern void ai_check_kind(Relation rel, int kinds);
extern Relation ai_open_relation(Oid relid, AiTier tier, int kinds);
extern Relation ai_open_if_allowed(Oid relid, Oid decider, AiTier tier);
extern Relation ai_open_part(Relation rel, Oid partid);
extern void ai_close_relation(Relation rel);
extern Oid	ai_toast_owner(Oid toastid);
extern ForkNumber ai_fork_number(const char *name);
extern BlockNumber ai_fork_blocks(Relation rel, ForkNumber forknum);
extern BlockNumber ai_check_block(Relation rel, BlockNumber nblocks,
								  int64 blkno);
extern AiPageKind ai_expected_page(Relation rel, ForkNumber forknum);

#endif							/* AI_GUARD_H */
