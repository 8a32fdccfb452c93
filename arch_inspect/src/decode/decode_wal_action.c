/*-------------------------------------------------------------------------
 *
 * decode_wal_action.c
 *	  What a WAL record did, by the decoder of its resource manager.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/rmgr.h"
#include "common/relpath.h"

#include "compat_disk.h"
#include "decode/decode_wal.h"

/*
 * Appends which blocks of the visibility map a record names beside those of
 * the heap, as 19 and the minor releases since 17.11 and 18.5 do where a bit
 * changes.  One that is about the map in the first place names the heap's.
 */
static void
name_map_blocks(const AiWalRecord *rec, AiWords *w)
{
	int			found = 0;

	if (w->len == 0 || rec->nblocks == 0 ||
		!rec->blocks[0].in_use || rec->blocks[0].forknum != MAIN_FORKNUM)
		return;
	for (int i = 1; i < rec->nblocks; i++)
	{
		if (rec->blocks[i].in_use &&
			rec->blocks[i].forknum == VISIBILITYMAP_FORKNUM)
			ai_words(w, found++ == 0 ? ", in block %u of the map" : " and %u",
					 rec->blocks[i].blkno);
	}
}

int
ai_wal_action(const AiWalRecord *rec, char *buf)
{
	AiWords		w = {buf, 0, AI_WORDS_SIZE};

	buf[0] = '\0';
	switch (rec->rmid)
	{
		case RM_XLOG_ID:
			ai_wal_xlog(rec, &w);
			break;
		case RM_XACT_ID:
			ai_wal_xact(rec, &w);
			break;
		case RM_SMGR_ID:
		case RM_DBASE_ID:
		case RM_TBLSPC_ID:
		case RM_RELMAP_ID:
			ai_wal_storage(rec, &w);
			break;
		case RM_HEAP_ID:
			ai_wal_heap(rec, &w);
			name_map_blocks(rec, &w);
			break;
		case RM_HEAP2_ID:
			ai_wal_heap2(rec, &w);
			name_map_blocks(rec, &w);
			break;
		case RM_BTREE_ID:
			ai_wal_btree(rec, &w);
			break;
		case RM_HASH_ID:
			ai_wal_hash(rec, &w);
			break;
		case RM_GIN_ID:
			ai_wal_gin(rec, &w);
			break;
		case RM_GIST_ID:
			ai_wal_gist(rec, &w);
			break;
		case RM_SPGIST_ID:
			ai_wal_spgist(rec, &w);
			break;
		case RM_BRIN_ID:
			ai_wal_brin(rec, &w);
			break;
		default:
			ai_wal_other(rec, &w);
	}
	return w.len;
}
