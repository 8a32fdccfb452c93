/*-------------------------------------------------------------------------
 *
 * index_pointers.c
 *	  Which entries of a table's indexes point to given line pointers.
 *
 * Found by reading all of the index, since its keys are not to be computed
 * here: that would run the user's code.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "base/guard.h"
#include "compat.h"
#include "decode/decode_tids.h"
#include "source/index_pointers.h"
#include "source/page_source.h"

/*
 * Count an entry that points to one of the wanted line pointers.
 */
static void
count_pointer(void *arg, const ItemPointerData *to, bool killed)
{
	AiPointers *pointers = arg;

	for (int i = 0; i < pointers->ntids; i++)
	{
		if (memcmp(&pointers->tids[i], to, sizeof(ItemPointerData)) != 0)
			continue;
		pointers->entries[i]++;
		if (killed)
			pointers->killed[i]++;
	}
}

/*
 * ai_find_pointers - count the entries of one index of rel that point to the
 * pointers->ntids line pointers in pointers->tids
 *
 * False if the index is of a kind without heap addresses, or is gone.
 */
bool
ai_find_pointers(Relation rel, Oid indexid, AiPointers *pointers)
{
	Relation	index = ai_open_part(rel, indexid);
	AiPage	   *page;
	AiPageHeader header;
	BlockNumber nblocks;
	AiPageKind	kind;

	memset(pointers->entries, 0, sizeof(int) * pointers->ntids);
	memset(pointers->killed, 0, sizeof(int) * pointers->ntids);
	if (index == NULL)
		return false;
	kind = ai_expected_page(index, MAIN_FORKNUM);
	if (index->rd_rel->relkind != RELKIND_INDEX || !ai_index_has_tids(kind))
	{
		relation_close(index, AccessShareLock);
		return false;
	}

	page = ai_page_create();
	nblocks = ai_fork_blocks(index, MAIN_FORKNUM);
	for (BlockNumber blkno = 0; blkno < nblocks; blkno++)
	{
		CHECK_FOR_INTERRUPTS();
		ai_page_read(index, MAIN_FORKNUM, blkno, page);
		ai_decode_page_header(page->image, kind, &header);
		ai_decode_tids(page->image, &header, kind, count_pointer, pointers);
	}
	relation_close(index, AccessShareLock);
	return true;
}
