/*-------------------------------------------------------------------------
 *
 * decode_wal_index.c
 *	  What the records of btree, hash and BRIN indexes did.
 *
 * An entry of an index page is written (block,line), as ctid writes a row's
 * place; "for row" is the place in the table that the entry points to.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/brin_xlog.h"
#include "access/hash_xlog.h"
#include "access/nbtxlog.h"

#include "compat_disk.h"
#include "decode/decode_wal.h"

/*
 * Appends the TID at the start of an index tuple in a block's data; a pivot
 * or posting tuple keeps other things there and has bit 0x2000 of t_info.
 */
static void
heap_row_of(const AiWalRecord *rec, AiWords *w, int id, uint32 at)
{
	uint16		tuple[4];

	if (id < rec->nblocks &&
		ai_wal_copy(rec->blocks[id].data, rec->blocks[id].data_len, at, tuple,
					8) &&
		(tuple[3] & 0x2000) == 0)
		ai_words(w, " for row %p", (uint32) tuple[0] << 16 | tuple[1],
				 tuple[2]);
}

static void
btree_deleted(const AiWalRecord *rec, AiWords *w, const char *why,
			  uint32 at_deleted, uint32 at_updated)
{
	uint16		deleted;
	uint16		updated;

	if (!AI_WAL_MAIN(rec, at_deleted, &deleted, 2) ||
		!AI_WAL_MAIN(rec, at_updated, &updated, 2))
		return;
	ai_words(w, "%s block %u: %n removed", why, ai_wal_blkno(rec, 0), deleted,
			 "item");
	if (updated > 0)
		ai_words(w, ", %n shortened", updated, "posting list");
}

void
ai_wal_btree(const AiWalRecord *rec, AiWords *w)
{
	uint32		blkno = ai_wal_blkno(rec, 0);
	uint16		off = 0;
	uint32		level = 0;

	switch (rec->info)
	{
		case XLOG_BTREE_INSERT_LEAF:
		case XLOG_BTREE_INSERT_POST:
			if (!AI_WAL_MAIN(rec, offsetof(xl_btree_insert, offnum), &off, 2))
				return;
			ai_words(w, "insert %p", blkno, off);
			heap_row_of(rec, w, 0,
						rec->info == XLOG_BTREE_INSERT_POST ? 2 : 0);
			if (rec->info == XLOG_BTREE_INSERT_POST)
				ai_words(w, ", splits a posting list");
			break;
		case XLOG_BTREE_INSERT_UPPER:
		case XLOG_BTREE_INSERT_META:
			if (!AI_WAL_MAIN(rec, offsetof(xl_btree_insert, offnum), &off, 2))
				return;
			ai_words(w, "insert downlink %p", blkno, off);
			if (rec->info == XLOG_BTREE_INSERT_META)
				ai_words(w, ", new fast root");
			break;
		case XLOG_BTREE_SPLIT_L:
		case XLOG_BTREE_SPLIT_R:
			if (!AI_WAL_MAIN(rec, offsetof(xl_btree_split, level), &level,
							 4) ||
				!AI_WAL_MAIN(rec, offsetof(xl_btree_split, firstrightoff),
							 &off, 2))
				return;
			ai_words(w, "split block %u of level %u: from item %u on to block %u, new item on the %s",
					 blkno, level, off, ai_wal_blkno(rec, 1),
					 rec->info == XLOG_BTREE_SPLIT_L ? "left" : "right");
			break;
		case XLOG_BTREE_DEDUP:
			if (!AI_WAL_MAIN(rec, offsetof(xl_btree_dedup, nintervals), &off,
							 2))
				return;
			ai_words(w, "deduplicate block %u: %n", blkno, off,
					 "posting list");
			break;
		case XLOG_BTREE_DELETE:
			btree_deleted(rec, w, "delete dead items of",
						  offsetof(xl_btree_delete, ndeleted),
						  offsetof(xl_btree_delete, nupdated));
			break;
		case XLOG_BTREE_VACUUM:
			btree_deleted(rec, w, "vacuum",
						  offsetof(xl_btree_vacuum, ndeleted),
						  offsetof(xl_btree_vacuum, nupdated));
			break;
		case XLOG_BTREE_MARK_PAGE_HALFDEAD:
			{
				uint32		leaf;

				if (!AI_WAL_MAIN(rec,
								 offsetof(xl_btree_mark_page_halfdead,
										  leafblk), &leaf, 4))
					return;
				ai_words(w, "mark block %u half-dead", leaf);
				break;
			}
		case XLOG_BTREE_UNLINK_PAGE:
		case XLOG_BTREE_UNLINK_PAGE_META:
			if (!AI_WAL_MAIN(rec, offsetof(xl_btree_unlink_page, level),
							 &level, 4))
				return;
			ai_words(w, "unlink block %u of level %u", blkno, level);
			if (rec->info == XLOG_BTREE_UNLINK_PAGE_META)
				ai_words(w, ", new fast root");
			break;
		case XLOG_BTREE_NEWROOT:
			if (!AI_WAL_MAIN(rec, offsetof(xl_btree_newroot, level), &level,
							 4))
				return;
			ai_words(w, "new root block %u of level %u", blkno, level);
			break;
		case XLOG_BTREE_REUSE_PAGE:
			{
				uint32		block;

				if (!AI_WAL_MAIN(rec, offsetof(xl_btree_reuse_page, block),
								 &block, 4))
					return;
				ai_words(w, "reuse deleted block %u", block);
				break;
			}
		case XLOG_BTREE_META_CLEANUP:
			ai_words(w, "note the cleanup in the metapage");
			break;
	}
}

void
ai_wal_hash(const AiWalRecord *rec, AiWords *w)
{
	uint32		blkno = ai_wal_blkno(rec, 0);
	uint16		n = 0;
	uint32		bucket = 0;
	uint32		at;

	switch (rec->info)
	{
		case XLOG_HASH_INIT_META_PAGE:
			ai_words(w, "set up the metapage");
			break;
		case XLOG_HASH_INIT_BITMAP_PAGE:
			ai_words(w, "set up bitmap block %u", blkno);
			break;
		case XLOG_HASH_INSERT:
			if (!AI_WAL_MAIN(rec, offsetof(xl_hash_insert, offnum), &n, 2))
				return;
			ai_words(w, "insert %p", blkno, n);
			heap_row_of(rec, w, 0, 0);
			break;
		case XLOG_HASH_ADD_OVFL_PAGE:
			ai_words(w, "add overflow block %u after block %u", blkno,
					 ai_wal_blkno(rec, 1));
			break;
		case XLOG_HASH_SPLIT_ALLOCATE_PAGE:
			if (!AI_WAL_MAIN(rec,
							 offsetof(xl_hash_split_allocate_page,
									  new_bucket), &bucket, 4))
				return;
			ai_words(w, "split: new bucket %u in block %u", bucket,
					 ai_wal_blkno(rec, 1));
			break;
		case XLOG_HASH_SPLIT_PAGE:
			ai_words(w, "split: fill block %u", blkno);
			break;
		case XLOG_HASH_SPLIT_COMPLETE:
			ai_words(w, "split complete");
			break;
		case XLOG_HASH_MOVE_PAGE_CONTENTS:
			if (!AI_WAL_MAIN(rec, offsetof(xl_hash_move_page_contents, ntups),
							 &n, 2))
				return;
			ai_words(w, "move %n to block %u", n, "item",
					 ai_wal_blkno(rec, 1));
			break;
		case XLOG_HASH_SQUEEZE_PAGE:
			if (!AI_WAL_MAIN(rec, offsetof(xl_hash_squeeze_page, ntups), &n,
							 2))
				return;
			ai_words(w, "squeeze: move %n to block %u, free block %u",
					 n, "item", ai_wal_blkno(rec, 1), ai_wal_blkno(rec, 2));
			break;
		case XLOG_HASH_DELETE:
			ai_words(w, "delete items of block %u", ai_wal_blkno(rec, 1));
			break;
		case XLOG_HASH_SPLIT_CLEANUP:
			ai_words(w, "bucket cleaned after its split, block %u", blkno);
			break;
		case XLOG_HASH_UPDATE_META_PAGE:
			ai_words(w, "number of entries in the metapage");
			break;
		case XLOG_HASH_VACUUM_ONE_PAGE:
			at = offsetof(xl_hash_vacuum_one_page, ntuples);
			if (!AI_WAL_MAIN(rec, at, &n, 2))
				return;
			ai_words(w, "delete %n of block %u", n, "dead item", blkno);
			break;
	}
}

void
ai_wal_brin(const AiWalRecord *rec, AiWords *w)
{
	uint16		off = 0;
	uint32		heap = 0;

	switch (rec->info & XLOG_BRIN_OPMASK)
	{
		case XLOG_BRIN_CREATE_INDEX:
			if (!AI_WAL_MAIN(rec, offsetof(xl_brin_createidx, pagesPerRange),
							 &heap, 4))
				return;
			ai_words(w, "set up the index, %n a range", heap, "block");
			break;
		case XLOG_BRIN_INSERT:
			if (!AI_WAL_MAIN(rec, offsetof(xl_brin_insert, offnum), &off,
							 2) ||
				!AI_WAL_MAIN(rec, offsetof(xl_brin_insert, heapBlk), &heap,
							 4))
				return;
			ai_words(w, "summary %p of the range at block %u",
					 ai_wal_blkno(rec, 0), off, heap);
			break;
		case XLOG_BRIN_UPDATE:
			if (!AI_WAL_MAIN(rec, offsetof(xl_brin_update, insert) +
							 offsetof(xl_brin_insert, offnum), &off, 2) ||
				!AI_WAL_MAIN(rec, offsetof(xl_brin_update, insert) +
							 offsetof(xl_brin_insert, heapBlk), &heap, 4))
				return;
			ai_words(w, "summary of the range at block %u moves to %p",
					 heap, ai_wal_blkno(rec, 0), off);
			break;
		case XLOG_BRIN_SAMEPAGE_UPDATE:
			if (!AI_WAL_MAIN(rec, offsetof(xl_brin_samepage_update, offnum),
							 &off, 2))
				return;
			ai_words(w, "update summary %p", ai_wal_blkno(rec, 0), off);
			break;
		case XLOG_BRIN_REVMAP_EXTEND:
			ai_words(w, "extend the range map to block %u",
					 ai_wal_blkno(rec, 1));
			break;
		case XLOG_BRIN_DESUMMARIZE:
			if (!AI_WAL_MAIN(rec, offsetof(xl_brin_desummarize, heapBlk),
							 &heap, 4))
				return;
			ai_words(w, "forget the summary of the range at block %u", heap);
			break;
	}
	if (rec->info & XLOG_BRIN_INIT_PAGE)
		ai_words(w, ", first on its page");
}
