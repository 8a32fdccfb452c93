/*-------------------------------------------------------------------------
 *
 * descent.h
 *	  The way of a search through an index: the frame, and what each access
 *	  method gives it.
 *
 * A method has one function, which goes the way that the executor would go
 * and tells the frame of each page that it comes to:
 *
 *		if (!ai_descent_read(descent, blkno, "why we came here"))
 *			return;				a page that can't be gone on from
 *		... descent->page, ->header and ->what are this page's ...
 *		descent->visit.itemoffset = offnum;
 *		descent->visit.child = child;
 *		ai_descent_match(descent, &tid);
 *
 * ai_descent_read() hands over the visit before it; the last one is handed
 * over by the frame.  A page is a copy in private memory, and nothing on it is
 * believed: items through shape->method->item(), values through
 * ai_descent_datum(), which gives a Datum only where every byte was checked,
 * so that the operator class may be handed it.
 *
 * All of a walk runs as the table's owner in a security-restricted operation
 * (ai_as_owner_begin), for operator classes bring functions of anybody's.
 *-------------------------------------------------------------------------
 */
#ifndef AI_DESCENT_H
#define AI_DESCENT_H

#include "access/skey.h"
#include "lib/stringinfo.h"
#include "storage/itemptr.h"
#include "utils/relcache.h"

#include "decode/decode_index.h"
#include "index/index_shape.h"
#include "source/page_source.h"

/* What the search is told of a page. */
typedef struct AiVisit
{
	uint32		step;			/* of the pages read, from 1 */
	int			search;			/* of the searches from the root, from 1 */
	BlockNumber blkno;
	int			level;
	const char *page_kind;
	const char *why;			/* what sent the search here */
	OffsetNumber itemoffset;	/* item taken, or first one looked at; 0: none */
	BlockNumber child;			/* where that led, or InvalidBlockNumber */
	bool		searched;		/* matches may be there: not null */
	int			nmatches;
	int			room;
	ItemPointerData *matches;
	AiDetails	details;
	const char *problem;
} AiVisit;

typedef struct AiDescent AiDescent;

/* Gets each visit when nothing more is said of it. */
typedef void (*AiVisitSink) (AiDescent *descent, const AiVisit *visit,
							 void *arg);

struct AiDescent
{
	Relation	rel;
	AiIndexShape *shape;
	BlockNumber nblocks;
	AiVisitSink sink;
	void	   *arg;
	MemoryContext run;			/* lives as long as the walk */
	MemoryContext scratch;		/* current during a walk, emptied at each page */

	/*
	 * What is searched for, as index_rescan() would get it: sk_func is that
	 * of the operator, sk_subtype the operator's right type.  All conditions
	 * must hold.  texts[i] says condition i in words, as "reader >= m".
	 */
	int			nkeys;
	ScanKey		keys;
	const char **texts;
	Oid		   *operators;		/* InvalidOid of IS [NOT] NULL */
	bool		backward;
	bool		quiet;			/* nobody asks why: make no sentences */

	/* the page that was read last */
	AiPage	   *page;
	AiPageHeader header;
	AiIndexPage what;
	bool		pending;		/* visit is not handed over yet */
	AiVisit		visit;
	uint64		steps;			/* pages read */
	uint64		search_steps;	/* since the search began */
	int			search;
	StringInfoData why;			/* what visit.why points to */
	void	   *state;			/* the method's own */
};

typedef struct AiDescentMethod
{
	AiPageKind	method;
	void		(*walk) (AiDescent *descent);
} AiDescentMethod;

/* a table of them: index_descent.c */
extern void ai_btree_walk(AiDescent *descent);
extern void ai_hash_walk(AiDescent *descent);
extern void ai_brin_walk(AiDescent *descent);
extern void ai_gin_walk(AiDescent *descent);
extern void ai_gist_walk(AiDescent *descent);
extern void ai_spgist_walk(AiDescent *descent);

/* descent.c */
extern AiDescent *ai_descent_create(Relation rel, AiVisitSink sink, void *arg);
extern void ai_descent_run(AiDescent *descent,
						   void (*walk) (AiDescent *descent));
extern void ai_descent_search(AiDescent *descent);
extern bool ai_descent_read(AiDescent *descent, BlockNumber blkno,
							const char *why);
extern void ai_descent_same_page(AiDescent *descent, const char *why);
extern void ai_descent_not_a_step(AiDescent *descent, uint32 step);
extern void ai_descent_match(AiDescent *descent, const ItemPointerData *tid);
extern void ai_descent_match_item(AiDescent *descent, const AiIndexItem *item);
extern void ai_descent_flush(AiDescent *descent);
extern bool ai_descent_item(AiDescent *descent, OffsetNumber offnum,
							AiIndexItem *item);
extern const char *ai_descent_datum(AiDescent *descent, const AiIndexKey *key,
									Datum *datum);
extern char *ai_descent_item_text(AiDescent *descent, const AiIndexItem *item);

/* What an item says of one column; see ai_descent_columns(). */
typedef struct AiColumnValue
{
	bool		truncated;		/* minus infinity, in a pivot */
	bool		isnull;
	Datum		value;
} AiColumnValue;

extern const char *ai_descent_columns(AiDescent *descent,
									  const AiIndexItem *item, int n,
									  AiColumnValue *values);

/*
 * The place in a btree that a search descends to: an insertion scan key, in
 * the server's words.  The keys are of columns 1 to n, sk_func the comparator
 * (support function 1) and sk_flags as BTScanInsert has them: SK_ISNULL,
 * SK_BT_DESC, SK_BT_NULLS_FIRST.
 */
typedef struct AiBtreeKey
{
	int			n;
	ScanKeyData keys[INDEX_MAX_KEYS];
	bool		nextkey;		/* the first item beyond it, else at it */
	bool		backward;
	const ItemPointerData *tid; /* breaks ties where all columns are given */
} AiBtreeKey;

/* descent_btree.c */
extern void ai_btree_key(AiBtreeKey *key, Relation rel, int n,
						 const Datum *values, const bool *isnull,
						 const ItemPointerData *tid);
extern const char *ai_btree_compare(AiDescent *descent, const AiBtreeKey *key,
									const AiIndexItem *item, int *result);
extern bool ai_btree_descend(AiDescent *descent, const AiBtreeKey *key,
							 OffsetNumber *offnum);

/*
 * What is done with a page of a bucket, which the descent has read: false
 * ends the way.  moved: those that a split under way copied elsewhere are
 * read there, too.
 */
typedef bool (*AiHashLook) (AiDescent *descent, bool moved, void *arg);

/* descent_hash.c */
extern bool ai_hash_descend(AiDescent *descent, uint32 code, AiHashLook look,
							void *arg);

/* Where a BRIN index has the summary of a block of the table. */
typedef struct AiBrinPlace
{
	bool		summarised;
	BlockNumber blkno;			/* InvalidBlockNumber: the map has none */
	OffsetNumber offnum;
	AiIndexItem item;
} AiBrinPlace;

/* descent_brin.c */
extern const char *ai_brin_find(AiDescent *descent, BlockNumber block,
								AiBrinPlace *place);

/* As what the functions of an operator class run: run_as_owner.c */
typedef struct AiAsOwner
{
	Oid			user;
	int			security;
	int			nestlevel;
} AiAsOwner;

extern void ai_as_owner_begin(Relation rel, AiAsOwner *saved);
extern void ai_as_owner_end(const AiAsOwner *saved);

#endif							/* AI_DESCENT_H */
