/*-------------------------------------------------------------------------
 *
 * decode_wal_trees.c
 *	  What the records of GiST, GIN and SP-GiST indexes did.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/ginxlog.h"
#include "access/gistxlog.h"
#include "access/spgxlog.h"

#include "compat_disk.h"
#include "decode/decode_wal.h"

void
ai_wal_gist(const AiWalRecord *rec, AiWords *w)
{
	uint32		blkno = ai_wal_blkno(rec, 0);
	uint16		n = 0;
	uint16		m = 0;
	uint32		block = 0;

	switch (rec->info)
	{
		case XLOG_GIST_PAGE_UPDATE:
			if (!AI_WAL_MAIN(rec, offsetof(gistxlogPageUpdate, ntodelete), &n,
							 2) ||
				!AI_WAL_MAIN(rec, offsetof(gistxlogPageUpdate, ntoinsert), &m,
							 2))
				return;
			ai_words(w, "update block %u: %u inserted, %u removed", blkno, m,
					 n);
			break;
		case XLOG_GIST_DELETE:
			if (!AI_WAL_MAIN(rec, offsetof(gistxlogDelete, ntodelete), &n, 2))
				return;
			ai_words(w, "delete %n of block %u", n, "dead item", blkno);
			break;
		case XLOG_GIST_PAGE_REUSE:
			if (!AI_WAL_MAIN(rec, offsetof(gistxlogPageReuse, block), &block,
							 4))
				return;
			ai_words(w, "reuse deleted block %u", block);
			break;
		case XLOG_GIST_PAGE_SPLIT:
			if (!AI_WAL_MAIN(rec, offsetof(gistxlogPageSplit, npage), &n, 2))
				return;
			ai_words(w, "split into %n", n, "block");
			for (int i = 1; i < rec->nblocks; i++)
				if (rec->blocks[i].in_use)
					ai_words(w, " %u", rec->blocks[i].blkno);
			break;
		case XLOG_GIST_PAGE_DELETE:
			if (!AI_WAL_MAIN(rec,
							 offsetof(gistxlogPageDelete, downlinkOffset), &n,
							 2))
				return;
			ai_words(w, "delete block %u and its downlink %p",
					 blkno, ai_wal_blkno(rec, 1), n);
			break;
		case XLOG_GIST_ASSIGN_LSN:
			ai_words(w, "a new LSN, nothing else");
			break;
	}
}

void
ai_wal_gin(const AiWalRecord *rec, AiWords *w)
{
	uint32		blkno = ai_wal_blkno(rec, 0);
	uint16		flags = 0;
	int			n = 0;

	switch (rec->info)
	{
		case XLOG_GIN_CREATE_PTREE:
			ai_words(w, "new posting tree at block %u", blkno);
			break;
		case XLOG_GIN_INSERT:
			if (!AI_WAL_MAIN(rec, offsetof(ginxlogInsert, flags), &flags, 2))
				return;
			ai_words(w, "insert into block %u, %s of %s", blkno,
					 flags & GIN_INSERT_ISLEAF ? "leaf" : "inner page",
					 flags & GIN_INSERT_ISDATA ? "a posting tree" :
					 "the entry tree");
			break;
		case XLOG_GIN_SPLIT:
			if (!AI_WAL_MAIN(rec, offsetof(ginxlogSplit, flags), &flags, 2))
				return;
			ai_words(w, "split %s block %u of %s, right half to block %u",
					 flags & GIN_SPLIT_ROOT ? "root into" :
					 flags & GIN_INSERT_ISLEAF ? "leaf" : "inner",
					 blkno, flags & GIN_INSERT_ISDATA ? "a posting tree" :
					 "the entry tree",
					 ai_wal_blkno(rec, 1));
			break;
		case XLOG_GIN_VACUUM_PAGE:
			ai_words(w, "vacuum block %u of the entry tree", blkno);
			break;
		case XLOG_GIN_VACUUM_DATA_LEAF_PAGE:
			ai_words(w, "vacuum block %u of a posting tree", blkno);
			break;
		case XLOG_GIN_DELETE_PAGE:
			ai_words(w, "delete block %u of a posting tree", blkno);
			break;
		case XLOG_GIN_UPDATE_META_PAGE:
			if (!AI_WAL_MAIN(rec, offsetof(ginxlogUpdateMeta, ntuples), &n,
							 4))
				return;
			if (n > 0)
				ai_words(w, "append %n to the pending list", (uint32) n,
						 "item");
			else
				ai_words(w, "append pages to the pending list");
			break;
		case XLOG_GIN_INSERT_LISTPAGE:
			if (!AI_WAL_MAIN(rec, offsetof(ginxlogInsertListPage, ntuples),
							 &n, 4))
				return;
			ai_words(w, "pending list block %u, %n", blkno, (uint32) n,
					 "item");
			break;
		case XLOG_GIN_DELETE_LISTPAGE:
			if (!AI_WAL_MAIN(rec, offsetof(ginxlogDeleteListPages, ndeleted),
							 &n, 4))
				return;
			ai_words(w, "free %n of the pending list", (uint32) n, "block");
			break;
	}
}

void
ai_wal_spgist(const AiWalRecord *rec, AiWords *w)
{
	uint32		blkno = ai_wal_blkno(rec, 0);
	uint16		n = 0;
	uint16		m = 0;

	switch (rec->info)
	{
		case XLOG_SPGIST_ADD_LEAF:
			if (!AI_WAL_MAIN(rec, offsetof(spgxlogAddLeaf, offnumLeaf), &n,
							 2))
				return;
			ai_words(w, "add leaf %p", blkno, n);
			break;
		case XLOG_SPGIST_MOVE_LEAFS:
			if (!AI_WAL_MAIN(rec, offsetof(spgxlogMoveLeafs, nMoves), &n, 2))
				return;
			ai_words(w, "move %n from block %u to block %u",
					 n, "leaf tuple", blkno, ai_wal_blkno(rec, 1));
			break;
		case XLOG_SPGIST_ADD_NODE:
			if (!AI_WAL_MAIN(rec, offsetof(spgxlogAddNode, offnum), &n, 2))
				return;
			ai_words(w, "add a node to inner tuple %p", blkno, n);
			break;
		case XLOG_SPGIST_SPLIT_TUPLE:
			if (!AI_WAL_MAIN(rec, offsetof(spgxlogSplitTuple, offnumPrefix),
							 &n, 2))
				return;
			ai_words(w, "split the prefix of inner tuple %p", blkno, n);
			break;
		case XLOG_SPGIST_PICKSPLIT:
			if (!AI_WAL_MAIN(rec, offsetof(spgxlogPickSplit, nDelete), &n,
							 2) ||
				!AI_WAL_MAIN(rec, offsetof(spgxlogPickSplit, nInsert), &m, 2))
				return;
			ai_words(w, "split %n under a new inner tuple", m, "leaf tuple");
			break;
		case XLOG_SPGIST_VACUUM_LEAF:
			if (!AI_WAL_MAIN(rec, offsetof(spgxlogVacuumLeaf, nDead), &n,
							 2) ||
				!AI_WAL_MAIN(rec, offsetof(spgxlogVacuumLeaf, nPlaceholder),
							 &m, 2))
				return;
			ai_words(w, "vacuum block %u: %u dead, %u placeholders", blkno, n,
					 m);
			break;
		case XLOG_SPGIST_VACUUM_ROOT:
			if (!AI_WAL_MAIN(rec, offsetof(spgxlogVacuumRoot, nDelete), &n,
							 2))
				return;
			ai_words(w, "vacuum root block %u: %n removed", blkno, n, "item");
			break;
		case XLOG_SPGIST_VACUUM_REDIRECT:
			if (!AI_WAL_MAIN(rec,
							 offsetof(spgxlogVacuumRedirect, nToPlaceholder),
							 &n, 2))
				return;
			ai_words(w, "vacuum block %u: %n made a placeholder", blkno, n,
					 "redirect");
			break;
	}
}
