/*-------------------------------------------------------------------------
 *
 * descent_gin.h
 *	  The way of a search through a GIN index: what its files share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_DESCENT_GIN_H
#define AI_DESCENT_GIN_H

#include "access/gin_private.h"
#include "access/htup_details.h"
#include "nodes/tidbitmap.h"

#include "index/descent.h"

#include "compat.h"

/* terms that a row names, at most */
#define AI_GIN_NAMED	10

/*
 * A term: what is looked up in the entry tree, and the heap addresses that
 * come of it, one after the other.  (GinScanEntryData, in the server.)
 */
typedef struct GinTerm
{
	int			number;			/* from 1, as the rows call it */
	char	   *text;
	Datum		key;
	GinNullCategory category;
	bool		partial;
	Pointer		extra;
	StrategyNumber strategy;
	int32		mode;
	OffsetNumber attnum;

	/* addresses of many keys, put together */
	TIDBitmap  *bitmap;
	ArchBitmapIterator *iterator;
	ArchBitmapPage bits;			/* the current page of it */

	/* a posting list, or a leaf of a posting tree */
	ItemPointerData *list;
	int			nlist;
	int			offset;
	BlockNumber root;			/* of the posting tree */
	bool		more;			/* the tree has pages that were not used up */
	BlockNumber leaf;			/* the page in the list */
	BlockNumber right;			/* of that page */

	ItemPointerData current;
	bool		finished;
	uint32		predicted;
} GinTerm;

/* A condition, with the terms that its value was taken apart into. */
typedef struct GinCondition
{
	GinScanKeyData key;			/* as the consistent functions get it */
	int			number;			/* among the descent's keys, from 0; -1 */
	GinTerm   **terms;
	GinTerm   **required;
	GinTerm   **additional;
} GinCondition;

typedef struct GinWalk
{
	AiDescent  *descent;
	GinState	state;
	GinCondition *conditions;
	int			nconditions;
	GinTerm   **terms;
	int			nterms;
	int			room;
	bool		never;			/* the conditions can't be satisfied */
	bool		needs_version;	/* nulls, or all, are searched for */
	uint64		list_lsn;		/* of the meta page, with the pending list */
	MemoryContext calls;		/* emptied after each call */
	uint64		tested;
	uint64		found;
	uint64		to_recheck;
	uint64		lossy;
} GinWalk;

/* What an entry says. */
typedef struct GinEntry
{
	AiIndexItem item;
	OffsetNumber attnum;
	Datum		key;
	GinNullCategory category;
} GinEntry;

/* descent_gin_terms.c */
extern void ai_gin_make_terms(GinWalk *walk);

/* descent_gin_pages.c */
extern const char *ai_gin_entry(GinWalk *walk, OffsetNumber offnum,
								GinEntry *entry);
extern void ai_gin_start_term(GinWalk *walk, GinTerm *term);
extern void ai_gin_load_more(GinWalk *walk, GinTerm *term,
							 ItemPointerData past);

/* descent_gin_pending.c */
extern void ai_gin_pending(GinWalk *walk);

#endif							/* AI_DESCENT_GIN_H */
