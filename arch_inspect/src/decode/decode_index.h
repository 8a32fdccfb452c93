/*-------------------------------------------------------------------------
 *
 * decode_index.h
 *	  A page of an index and its items, of all six access methods alike.
 *
 * Each method has three functions (AiIndexMethod): one tells what the page is,
 * one goes to the next item, one finds the values that an item holds.  An
 * item is decoded in full only where its values are asked for.
 *
 * Pure, as decode_page.h says.  What the catalog knows of the index comes in
 * as an AiIndex.  Offsets count from the page's first byte; an offset and a
 * length in a struct that is filled here name bytes that may be read.  What is
 * wrong with a page or an item is its "problem", and then whatever could still
 * be read safely is there.
 *-------------------------------------------------------------------------
 */
#ifndef AI_DECODE_INDEX_H
#define AI_DECODE_INDEX_H

#include "postgres.h"

#include "access/itup.h"
#include "storage/itemptr.h"

#include "decode/decode_attribute.h"
#include "decode/decode_page.h"

/*
 * A type of values as an index stores them.  byval counts for SP-GiST, which
 * keeps prefixes and labels of such a type as a whole Datum.
 */
typedef struct AiIndexSlot
{
	AiAttribute attr;
	bool		byval;
} AiIndexSlot;

/*
 * What is known of an index.  The slots, by method:
 *	btree, hash, GiST: a slot a column, as index tuples store it
 *	GIN: a slot a column, its key type
 *	BRIN: the values of column 1's summary, then those of column 2, ...;
 *		stored_per_column says how many each has
 *	SP-GiST: a slot a column of leaf tuples, then prefix, then label
 */
typedef struct AiIndex
{
	AiPageKind	method;
	BlockNumber nblocks;		/* of the index; links beyond it are wrong */
	int			natts;			/* columns, INCLUDE's too */
	int			nkeyatts;
	int			nslots;
	const AiIndexSlot *slots;
	const uint8 *stored_per_column; /* BRIN, else NULL */
	uint32		pages_per_range;	/* BRIN, else 0; 0 where not known */
	BlockNumber heap_blocks;	/* BRIN: of the table */
	BlockNumber blkno;			/* of the page that is decoded */
} AiIndex;

/* Something that only one method has: a member of "details". */
typedef enum AiDetailType
{
	AI_DETAIL_NUMBER,			/* u */
	AI_DETAIL_BOOL,				/* u is 0 or 1 */
	AI_DETAIL_WORD,				/* word, a constant */
	AI_DETAIL_LSN,				/* u */
	AI_DETAIL_XID,				/* u, a full one where the page has it */
	AI_DETAIL_DOUBLE,			/* d */
	AI_DETAIL_TID				/* u is block << 16 | offset */
} AiDetailType;

typedef struct AiDetail
{
	const char *name;
	AiDetailType type;
	uint64		u;
	double		d;
	const char *word;
} AiDetail;

#define AI_MAX_DETAILS	24

typedef struct AiDetails
{
	int			n;
	AiDetail	list[AI_MAX_DETAILS];
} AiDetails;

#define AI_MAX_FLAGS	8

/* Names of bits that are set; unknown is what has no name. */
typedef struct AiFlags
{
	int			n;
	const char *names[AI_MAX_FLAGS];
	uint32		unknown;
} AiFlags;

#define AI_NO_LEVEL		(-1)

/*
 * A page.  kind is one of the words that doc/index.md lists for the method,
 * NULL for a page that can't be told (problem says why).  left, right, parent
 * are InvalidBlockNumber where there is none, or where the method has no such
 * link.  nitems counts what ai_index_method's item function will return; dead
 * are those whose line pointer, or own state, says so.
 */
typedef struct AiIndexPage
{
	const char *kind;
	int			level;			/* 0 is a leaf; AI_NO_LEVEL where not known */
	BlockNumber left;
	BlockNumber right;
	BlockNumber parent;
	uint32		live_items;
	uint32		dead_items;
	uint32		free_bytes;
	AiFlags		flags;
	AiDetails	details;
	const char *problem;

	/* the decoder's own, for its item function */
	int			sort;
	OffsetNumber first;			/* of the items that hold data */
	uint32		start;
	uint32		end;
} AiIndexPage;

/* How the heap addresses of an item lie. */
typedef enum AiTidsForm
{
	AI_TIDS_NONE,
	AI_TIDS_ARRAY,				/* n of them, one behind the other */
	AI_TIDS_PACKED				/* GIN's compressed posting lists */
} AiTidsForm;

typedef struct AiTids
{
	AiTidsForm	form;
	uint32		n;				/* how many the item says */
	uint32		off;
	uint32		len;			/* of all bytes that belong to them */
} AiTids;

/*
 * An item.  kind is a word from doc/index.md.  off and size name all its
 * bytes in the page (size is what the item says of itself, in the page's
 * bounds); child is the block it points to, or InvalidBlockNumber.
 *
 * next is the decoder's own.
 */
typedef struct AiIndexItem
{
	uint32		itemoffset;		/* line pointer, or number in order from 1 */
	const char *kind;
	uint32		off;
	uint32		size;
	bool		readable;		/* off and size may be used */
	bool		dead;
	BlockNumber child;
	AiTids		tids;
	AiFlags		flags;
	AiDetails	details;
	const char *problem;

	/* for the keys function */
	uint32		key_off;		/* where the values begin */
	uint32		key_len;
	uint32		nulls_off;		/* the null bitmap, 0 if there is none */
	int			nkeys;			/* columns that are there */
	int			sort;			/* the decoder's own */
	uint32		next;
} AiIndexItem;

typedef enum AiKeyState
{
	AI_KEY_VALUE,				/* stored tells where, from the page's start */
	AI_KEY_NULL,
	AI_KEY_TRUNCATED,			/* suffix truncation took the column */
	AI_KEY_WORD,				/* no value but a word: a null category ... */
	AI_KEY_UNREACHED			/* behind a damaged one, or itself damaged */
} AiKeyState;

/* A value that an item holds. */
typedef struct AiIndexKey
{
	int			column;			/* from 1; 0 where it is of none */
	int			slot;			/* of AiIndex.slots; -1 where it has none */
	const char *label;			/* "min", "prefix" ...; NULL: it is the column */
	AiKeyState	state;
	const char *word;
	AiStored	stored;			/* its problem is the key's */
} AiIndexKey;

/* As many as an item can hold: BRIN has the most, up to 255 a column. */
#define AI_MAX_KEYS		1024

typedef struct AiIndexMethod
{
	/* header->kind is the method's: the special space is there */
	void		(*page) (const AiIndex *index, const char *page,
						 const AiPageHeader *header, AiIndexPage *out);

	/*
	 * The item after the one in *item, or false.  Before the first,
	 * item->itemoffset and item->next are 0; the rest may be anything.
	 */
	bool		(*item) (const AiIndex *index, const char *page,
						 const AiPageHeader *header,
						 const AiIndexPage *what, AiIndexItem *item);

	/* the values of an item; returns how many, at most AI_MAX_KEYS */
	int			(*keys) (const AiIndex *index, const char *page,
						 const AiIndexItem *item, AiIndexKey *keys);
} AiIndexMethod;

extern const AiIndexMethod ai_index_btree;
extern const AiIndexMethod ai_index_hash;
extern const AiIndexMethod ai_index_brin;
extern const AiIndexMethod ai_index_gist;
extern const AiIndexMethod ai_index_gin;
extern const AiIndexMethod ai_index_spgist;

extern const AiIndexMethod *ai_index_method(AiPageKind method);

/* A page of any method, also one that is new, or spoiled. */
extern void ai_decode_index_page(const AiIndex *index, const char *page,
								 const AiPageHeader *header,
								 AiIndexPage *out);

/* For the decoders: decode_index.c */

extern void ai_index_page_clear(AiIndexPage *out);

/* Reset *item, but for itemoffset and next: bytes that may be read. */
extern void ai_index_plain_item(AiIndexItem *item, const char *kind,
								uint32 off, uint32 size);

/*
 * Reset *item, but for itemoffset and next, and fill it in from line pointer
 * itemoffset; false where it has no bytes that may be read.
 */
extern bool ai_index_item_start(const char *page, const AiPageHeader *header,
								AiIndexItem *item);

/*
 * An item that is a plain index tuple: its values, nothing of its t_tid.
 * False where it can't be one; then its problem is set.
 */
extern bool ai_index_tuple(const AiIndex *index, const char *page,
						   AiIndexItem *item);

/* its nkeys columns, from key_off to key_off + key_len: an AiIndexMethod.keys */
extern int	ai_index_tuple_keys(const AiIndex *index, const char *page,
								const AiIndexItem *item, AiIndexKey *keys);

/* One value at *at, which is moved behind it; false where it is damaged. */
extern bool ai_index_value(const char *page, uint32 *at, uint32 end,
						   const AiAttribute *attr, AiIndexKey *key);

/* Count live and dead items of a page that page() filled in. */
extern void ai_index_count(const AiIndexMethod *method, const AiIndex *index,
						   const char *page, const AiPageHeader *header,
						   AiIndexPage *out);
extern void ai_index_count_items(const AiIndex *index, const char *page,
								 const AiPageHeader *header,
								 AiIndexPage *out);

/* Do the items of a page have more bytes than there are? */
extern bool ai_index_items_overlap(const char *page,
								   const AiPageHeader *header);

/* A block number that must be one of the index. */
static inline bool
ai_index_has_block(const AiIndex *index, BlockNumber blkno)
{
	return blkno < index->nblocks;
}

extern void ai_flag_names(AiFlags *flags, uint32 bits,
						  const char *const *names, int n);

/* Summaries of BRIN that have a form of their own: decode_brin.c */
typedef struct AiBrinBloom
{
	uint8		nhashes;
	uint32		nbits;
	uint32		nbits_set;
} AiBrinBloom;

typedef struct AiBrinMulti
{
	Oid			typid;
	uint32		nranges;
	uint32		nvalues;
	uint32		at;				/* of the next value */
} AiBrinMulti;

extern const char *ai_brin_bloom(const char *data, uint32 len,
								 AiBrinBloom *out);
extern const char *ai_brin_multi(const char *data, uint32 len,
								 AiBrinMulti *out);
extern const char *ai_brin_multi_next(const char *data, uint32 len,
									  int16 attlen, AiBrinMulti *multi,
									  AiStored *stored);

/* A walk over the addresses of an item. */
typedef struct AiTidWalk
{
	AiTids		tids;
	uint32		at;				/* from the page's start */
	uint32		left;			/* of an array: how many */
	uint32		segment_end;	/* of a packed list: where the segment ends */
	uint64		value;
} AiTidWalk;

extern void ai_tid_walk_start(AiTidWalk *walk, const AiTids *tids);
extern bool ai_tid_walk_next(AiTidWalk *walk, const char *page,
							 ItemPointerData *tid);

/* What is found first is what is said. */
static inline void
ai_blame(const char **problem, const char *what)
{
	if (*problem == NULL)
		*problem = what;
}

static inline void
ai_detail(AiDetails *details, const char *name, AiDetailType type, uint64 u)
{
	AiDetail   *detail;

	if (details->n >= AI_MAX_DETAILS)
		return;
	detail = &details->list[details->n++];
	detail->name = name;
	detail->type = type;
	detail->u = u;
	detail->d = 0;
	detail->word = NULL;
}

static inline void
ai_detail_word(AiDetails *details, const char *name, const char *word)
{
	ai_detail(details, name, AI_DETAIL_WORD, 0);
	details->list[details->n - 1].word = word;
}

#endif							/* AI_DECODE_INDEX_H */
