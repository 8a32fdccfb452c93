/*-------------------------------------------------------------------------
 *
 * descent_btree.h
 *	  A scan of a btree, between the files that follow it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_DESCENT_BTREE_H
#define AI_DESCENT_BTREE_H

#include "access/genam.h"
#include "access/nbtree.h"
#include "access/relscan.h"

#include "index/descent.h"

/*
 * The server's own description of the scan, which never reads a page: what it
 * makes of the conditions, and where its arrays stand.
 */
typedef struct AiBtreeScan
{
	AiDescent  *descent;
	IndexScanDesc scan;
	BTScanOpaque so;
	ScanDirection dir;
	MemoryContext search;		/* emptied at each search */
	int			ncolumns;		/* those that conditions speak of */
	bool		more;			/* the next page may have matches */
} AiBtreeScan;

extern bool ai_btree_start(AiBtreeScan *scan, AiBtreeKey *key);
extern bool ai_btree_leaf(AiBtreeScan *scan, OffsetNumber offnum,
						  bool firstpage);
extern bool ai_btree_arrays_begin(AiBtreeScan *scan);
extern void ai_btree_arrays_ready(AiBtreeScan *scan);
extern bool ai_btree_arrays_next(AiBtreeScan *scan);
extern bool ai_btree_arrays_leaf_wanted(AiBtreeScan *scan);
extern bool ai_btree_arrays_leaf(AiBtreeScan *scan, OffsetNumber offnum,
								 bool firstpage);
extern bool ai_btree_stop(AiDescent *descent, const char *problem);
extern bool ai_btree_tree_page(AiDescent *descent, BlockNumber blkno,
							   uint32 level, const char *why);
extern bool ai_btree_ignored(AiDescent *descent);
extern bool ai_btree_endpoint(AiDescent *descent, bool rightmost,
							  OffsetNumber *offnum);

#endif							/* AI_DESCENT_BTREE_H */
