/*-------------------------------------------------------------------------
 *
 * index_pointers.c
 *	  Which entries of a table's indexes point to given line pointers.
 *
 * Found by reading all of the index, since its keys are not to be computed
 * here: that would run the user's code.  B-tree, hash and GiST keep heap
 * addresses in plain index tuples; other kinds are not looked into.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/gist.h"
#include "access/hash.h"
#include "access/itup.h"
#include "access/nbtree.h"
#include "access/relation.h"
#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "compat.h"
#include "decode_page.h"
#include "guard.h"
#include "index_pointers.h"
#include "source.h"

/*
 * Count an entry that points to one of the wanted line pointers.
 */
static void
count_pointer(AiPointers *pointers, const ItemPointerData *to, bool killed)
{
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
 * Whether the page holds entries that point to rows, and from which item on.
 */
static bool
is_leaf(const char *page, const AiPageHeader *header, Oid am, OffsetNumber *first)
{
	const char *special = page + header->special;
	Size		space = BLCKSZ - header->special;

	*first = FirstOffsetNumber;
	if (am == BTREE_AM_OID)
	{
		BTPageOpaque opaque = (BTPageOpaque) special;

		if (space < sizeof(BTPageOpaqueData) || !P_ISLEAF(opaque) ||
			P_IGNORE(opaque) || P_ISMETA(opaque))
			return false;
		*first = P_FIRSTDATAKEY(opaque);
		return true;
	}
	if (am == HASH_AM_OID)
		return space >= sizeof(HashPageOpaqueData) &&
			(((HashPageOpaque) special)->hasho_flag & (LH_BUCKET_PAGE | LH_OVERFLOW_PAGE)) != 0;
	return space >= sizeof(GISTPageOpaqueData) &&
		(((GISTPageOpaque) special)->flags & F_LEAF) != 0 &&
		(((GISTPageOpaque) special)->flags & F_DELETED) == 0;
}

/*
 * The entries of one page.  A B-tree's posting list has many addresses.
 */
static void
look_at_page(AiPointers *pointers, const char *page, const AiPageHeader *header,
			 Oid am)
{
	OffsetNumber first;

	if (header->special > BLCKSZ || !is_leaf(page, header, am, &first))
		return;
	for (OffsetNumber off = first; off <= header->nitems; off++)
	{
		AiItem		item;
		IndexTuple	itup;
		bool		killed;

		ai_decode_item(page, header, off, &item);
		if (!item.in_page || item.len < sizeof(IndexTupleData))
			continue;
		itup = (IndexTuple) (page + item.off);
		killed = item.flags == LP_DEAD;
		if (am == BTREE_AM_OID && BTreeTupleIsPivot(itup))
			continue;
		if (am == BTREE_AM_OID && BTreeTupleIsPosting(itup))
		{
			uint32		start = BTreeTupleGetPostingOffset(itup);
			uint32		n = BTreeTupleGetNPosting(itup);

			if (start > item.len || n > (item.len - start) / sizeof(ItemPointerData))
				continue;
			for (uint32 i = 0; i < n; i++)
			{
				ItemPointerData tid;

				memcpy(&tid, (const char *) itup + start + i * sizeof(tid), sizeof(tid));
				count_pointer(pointers, &tid, killed);
			}
		}
		else
			count_pointer(pointers, &itup->t_tid, killed);
	}
}

/*
 * ai_find_pointers - count the entries of one index that point to the
 * pointers->ntids line pointers in pointers->tids
 *
 * False if the index is of a kind that is not looked into, or is gone.
 */
bool
ai_find_pointers(Oid indexid, AiPointers *pointers)
{
	Relation	index = try_relation_open(indexid, AccessShareLock);
	AiPage	   *page;
	AiPageHeader header;
	BlockNumber nblocks;
	Oid			am;

	memset(pointers->entries, 0, sizeof(int) * pointers->ntids);
	memset(pointers->killed, 0, sizeof(int) * pointers->ntids);
	if (index == NULL)
		return false;
	am = index->rd_rel->relam;
	if (index->rd_rel->relkind != RELKIND_INDEX ||
		(am != BTREE_AM_OID && am != HASH_AM_OID && am != GIST_AM_OID))
	{
		relation_close(index, AccessShareLock);
		return false;
	}

	page = ai_page_create();
	nblocks = ai_fork_blocks(index, MAIN_FORKNUM);
	for (BlockNumber blkno = am == GIST_AM_OID ? 0 : 1; blkno < nblocks; blkno++)
	{
		CHECK_FOR_INTERRUPTS();
		ai_page_read(index, MAIN_FORKNUM, blkno, page);
		ai_decode_page_header(page->image, ai_expected_page(index, MAIN_FORKNUM),
							  &header);
		look_at_page(pointers, page->image, &header, am);
	}
	relation_close(index, AccessShareLock);
	return true;
}
