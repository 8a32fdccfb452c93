/*-------------------------------------------------------------------------
 *
 * map_pages.h
 *	  What the visibility map and the free space map say of a heap block.
 *
 * Both are read by copies of their pages.  The server's own functions for it
 * make a bad map page good while they read, which is not for looking.
 *-------------------------------------------------------------------------
 */
#ifndef AI_MAP_PAGES_H
#define AI_MAP_PAGES_H

#include "storage/block.h"
#include "utils/relcache.h"

#include "source/page_source.h"

/* One fork's current page; keep one per fork for a walk. */
typedef struct AiMap
{
	ForkNumber	forknum;
	bool		sized;
	BlockNumber nblocks;
	BlockNumber current;		/* InvalidBlockNumber: none yet */
	const char *problem;		/* of the current page */
	AiPage	   *page;
	MemoryContext context;		/* of the page */
} AiMap;

extern void ai_map_init(AiMap *map, ForkNumber forknum);
extern bool ai_vm_bits(AiMap *map, Relation rel, BlockNumber heapblk,
					   uint8 *bits);
extern bool ai_fsm_category(AiMap *map, Relation rel, BlockNumber heapblk,
							uint8 *category);
extern int	ai_fsm_category_bytes(uint8 category);
extern void ai_fsm_address(BlockNumber blkno, int *level, uint64 *pageno);

#endif							/* AI_MAP_PAGES_H */
