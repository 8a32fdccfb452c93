/*-------------------------------------------------------------------------
 *
 * map_pages.c
 *	  What the visibility map and the free space map say of a heap block.
 *
 * The layouts are those of visibilitymap.c and freespace.c, which keep them
 * to themselves.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/visibilitymapdefs.h"
#include "storage/fsm_internals.h"

#include "base/guard.h"
#include "decode/decode_page.h"
#include "source/map_pages.h"

#define VM_MAP_BYTES		(BLCKSZ - MAXALIGN(SizeOfPageHeaderData))
#define VM_BLOCKS_PER_BYTE	(BITS_PER_BYTE / BITS_PER_HEAPBLOCK)
#define VM_BLOCKS_PER_PAGE	(VM_MAP_BYTES * VM_BLOCKS_PER_BYTE)

#define FSM_LEVELS			((SlotsPerFSMPage >= 1626) ? 3 : 4)
#define FSM_STEP			(BLCKSZ / 256)

/*
 * ai_map_init - at the start of a walk; the map's page will be in the current
 * memory context
 */
void
ai_map_init(AiMap *map, ForkNumber forknum)
{
	map->forknum = forknum;
	map->sized = false;
	map->current = InvalidBlockNumber;
	map->problem = NULL;
	map->page = NULL;
	map->context = CurrentMemoryContext;
}

/*
 * Read block blkno of the fork into map->page: false if the fork is too short
 * or the page is new, or if it can't be believed; then map->problem says why.
 */
static bool
read_map_page(AiMap *map, Relation rel, BlockNumber blkno)
{
	AiPageHeader header;

	if (!map->sized)
	{
		map->nblocks = ai_fork_blocks(rel, map->forknum);
		map->sized = true;
	}
	if (blkno >= map->nblocks)
	{
		map->problem = NULL;
		return false;
	}
	if (map->page == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(map->context);

		map->page = ai_page_create();
		MemoryContextSwitchTo(old);
	}
	if (map->current != blkno)
	{
		ai_page_read(rel, map->forknum, blkno, map->page);
		map->current = blkno;
		ai_decode_page_header(map->page->image,
							  ai_expected_page(rel, map->forknum), &header);
		if (header.kind == AI_PAGE_INVALID)
			map->problem = map->forknum == FSM_FORKNUM ?
				"page of the free space map is invalid" :
				"page of the visibility map is invalid";
		else if (map->page->checksum_known && !map->page->checksum_ok)
			map->problem = map->forknum == FSM_FORKNUM ?
				"checksum of the free space map's page does not fit" :
				"checksum of the visibility map's page does not fit";
		else
			map->problem = NULL;
	}
	return map->problem == NULL;
}

/* The same, but nearly always the page is there. */
static inline bool
map_page(AiMap *map, Relation rel, BlockNumber blkno)
{
	if (likely(map->current == blkno && map->problem == NULL))
		return true;
	return read_map_page(map, rel, blkno);
}

/*
 * ai_vm_bits - the visibility map's bits of a heap block
 *
 * False if the map's page can't be believed.  A block that the map does not
 * reach has no bits set.
 *
 * Follows visibilitymap_get_status
 * (src/backend/access/heap/visibilitymap.c, REL_19_STABLE)
 */
bool
ai_vm_bits(AiMap *map, Relation rel, BlockNumber heapblk, uint8 *bits)
{
	uint32		index = heapblk % VM_BLOCKS_PER_PAGE;
	uint8		byte;

	*bits = 0;
	if (!map_page(map, rel, heapblk / VM_BLOCKS_PER_PAGE))
		return map->problem == NULL;
	byte = map->page->image[MAXALIGN(SizeOfPageHeaderData) +
							index / VM_BLOCKS_PER_BYTE];
	*bits = (byte >> (index % VM_BLOCKS_PER_BYTE * BITS_PER_HEAPBLOCK)) &
		VISIBILITYMAP_VALID_BITS;
	return true;
}

/*
 * The block of the fork that holds this page of the lowest level.
 *
 * Follows fsm_logical_to_physical
 * (src/backend/storage/freespace/freespace.c, REL_19_STABLE)
 */
static BlockNumber
fsm_leaf_block(BlockNumber pageno)
{
	BlockNumber blocks = 0;

	for (int level = 0; level < FSM_LEVELS; level++)
	{
		blocks += pageno + 1;
		pageno /= SlotsPerFSMPage;
	}
	return blocks - 1;
}

/*
 * ai_fsm_category - the free space map's figure for a heap block
 *
 * False if the map's page can't be believed.
 */
bool
ai_fsm_category(AiMap *map, Relation rel, BlockNumber heapblk,
				uint8 *category)
{
	FSMPage		fsm;

	*category = 0;
	if (!map_page(map, rel, fsm_leaf_block(heapblk / SlotsPerFSMPage)))
		return map->problem == NULL;
	fsm = (FSMPage) (map->page->image + MAXALIGN(SizeOfPageHeaderData));
	*category = fsm->fp_nodes[NonLeafNodesPerPage +
							  heapblk % SlotsPerFSMPage];
	return true;
}

/*
 * ai_fsm_category_bytes - how many free bytes a category promises
 *
 * Follows fsm_space_cat_to_avail
 * (src/backend/storage/freespace/freespace.c, REL_19_STABLE)
 */
int
ai_fsm_category_bytes(uint8 category)
{
	return category == 255 ? MaxHeapTupleSize : category * FSM_STEP;
}

/*
 * ai_fsm_address - which page of the tree a block of the fork is
 *
 * The pages lie in the order in which a walk from the root meets them.
 *
 * Follows fsm_logical_to_physical
 * (src/backend/storage/freespace/freespace.c, REL_19_STABLE)
 */
void
ai_fsm_address(BlockNumber blkno, int *level, uint64 *pageno)
{
	uint64		below[FSM_LEVELS];	/* pages of a subtree with this root */
	uint64		rest = blkno;

	below[0] = 1;
	for (int i = 1; i < FSM_LEVELS; i++)
		below[i] = 1 + SlotsPerFSMPage * below[i - 1];

	*level = FSM_LEVELS - 1;
	*pageno = 0;
	while (rest > 0)
	{
		rest--;
		(*level)--;
		*pageno = *pageno * SlotsPerFSMPage + rest / below[*level];
		rest %= below[*level];
	}
}
