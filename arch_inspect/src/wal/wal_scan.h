/*-------------------------------------------------------------------------
 *
 * wal_scan.h
 *	  What the instruments over WAL records share: rights, names, words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_WAL_SCAN_H
#define AI_WAL_SCAN_H

#include "access/rmgr.h"
#include "utils/hsearch.h"

#include "rows/rows.h"
#include "source/wal_read.h"

/* Of small records, as most are; a bulk load with page images has fewer */
#define AI_WAL_RECORDS_PER_PAGE 80

/* What the catalog of this database says of a relation's files now */
typedef struct AiWalRelation
{
	AiLocator	locator;		/* hash key */
	/* invalid where no relation has these files */
	Oid			relid;
	bool		structure;		/* may the caller see its structure? */
	int8		values;			/* ... and its values? -1: not yet asked */
	void	   *shape;			/* see wal_new_row.c */
} AiWalRelation;

typedef struct AiWalScan
{
	AiWalReader *reader;
	MemoryContext context;		/* lives as long as the scan */
	bool		all;			/* may the caller see every record? */
	bool		payloads;		/* ... and what others put into them? */
	int64		hidden;			/* records passed over for want of rights */
	bool		decoded;		/* is rec the present record? */
	AiWalRecord rec;

	HTAB	   *relations;
	AiWalRelation *last;
	MemoryContext shapes;		/* of their rows, see wal_new_row.c */
	struct AiTypes *value_types;	/* of the values in them */
	int64		shape_columns;
	/* of shown, running transactions (not if all) */
	HTAB	   *xids;

	/* texts that come again and again */
	Datum		rmgrs[RM_MAX_ID + 1];
	Datum	   *types[RM_MAX_ID + 1];
	Datum		forks[MAX_FORKNUM + 1];
} AiWalScan;

extern void ai_wal_scan_begin(AiWalScan *scan, XLogRecPtr start,
							  XLogRecPtr end);
extern bool ai_wal_scan_next(AiWalScan *scan);
extern const AiWalRecord *ai_wal_scan_record(AiWalScan *scan);
extern const DecodedBkpBlock *ai_wal_scan_block(const AiWalScan *scan);
extern bool ai_wal_scan_locator(AiWalScan *scan, AiLocator *locator);
extern AiWalRelation *ai_wal_scan_relation(AiWalScan *scan,
										   const AiLocator *locator);
extern bool ai_wal_scan_values(AiWalRelation *relation);
extern Datum ai_wal_scan_rmgr(AiWalScan *scan, RmgrId rmid);
extern Datum ai_wal_scan_type(AiWalScan *scan, RmgrId rmid, uint8 info);
extern uint8 ai_wal_type_info(RmgrId rmid, uint8 info);

extern bool ai_wal_scan_pages(const AiKnownArg *args, int nargs, int start,
							  double *pages);

/* wal_new_row.c */
extern char *ai_wal_new_row(AiWalScan *scan);

#endif							/* AI_WAL_SCAN_H */
