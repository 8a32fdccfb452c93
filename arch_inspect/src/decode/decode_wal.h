/*-------------------------------------------------------------------------
 *
 * decode_wal.h
 *	  A WAL record as plain bytes, and what it did in words.
 *
 * Pure functions over memory: no ereport, no palloc, no catalog.  Every
 * length is checked, so that a record may hold anything; what a record is too
 * short to tell is left out of the words.
 *-------------------------------------------------------------------------
 */
#ifndef AI_DECODE_WAL_H
#define AI_DECODE_WAL_H

#include "access/xlogrecord.h"

/* Where a relation's files are: tablespace, database, relfilenumber */
typedef struct AiLocator
{
	uint32		spc;
	uint32		db;
	uint32		rel;
} AiLocator;

/* One block that a record refers to */
typedef struct AiWalBlock
{
	bool		in_use;
	bool		has_image;
	uint8		forknum;
	AiLocator	locator;
	uint32		blkno;
	const char *data;			/* the record's data about this block */
	uint32		data_len;
	uint32		image_len;		/* bytes of the page image in the record */
} AiWalBlock;

/* A record; info is without the bits of XLR_INFO_MASK */
typedef struct AiWalRecord
{
	uint8		rmid;
	uint8		info;
	uint32		xid;
	const char *main;
	uint32		main_len;
	int			nblocks;		/* highest block reference + 1 */
	AiWalBlock	blocks[XLR_MAX_BLOCK_ID + 1];
} AiWalRecord;

/* Bytes that the words of an action fit into, with the terminating zero */
#define AI_WORDS_SIZE	8192

/* A bounded string under construction; what does not fit is cut off */
typedef struct AiWords
{
	char	   *buf;
	uint32		len;
	uint32		size;
} AiWords;

/*
 * Appends formatted words.  %u uint32, %d int, %l uint64, %s string, %X
 * XLogRecPtr, %t TimestampTz (in UTC), %p block and offset number as a TID,
 * %f path of an AiLocator by pointer, %n a count and a noun, with a plural s.
 */
extern void ai_words(AiWords *w, const char *fmt,...);

/* Appends bytes as far as they are printable ASCII, quoted */
extern void ai_words_quoted(AiWords *w, const char *s, uint32 len);

/*
 * ai_wal_action - what the record did, into buf of AI_WORDS_SIZE; an empty
 * string for a record of an unknown kind.  Returns the length.
 */
extern int	ai_wal_action(const AiWalRecord *rec, char *buf);

/*
 * ai_wal_locator - the relation that a record without a block reference is
 * about; false where there is none
 */
extern bool ai_wal_locator(const AiWalRecord *rec, AiLocator *locator);

/*
 * ai_wal_tuple - the next row version that a heap record holds in full
 *
 * Gives the TID, the header's bits and the bytes after the fixed part of a
 * heap tuple's header (bitmap, padding, attributes); position starts at 0 and
 * is moved on.  False where there is no further one.
 */
typedef struct AiWalTuple
{
	uint32		blkno;
	uint16		offnum;
	uint16		infomask;
	uint16		infomask2;
	uint8		hoff;
	const char *data;
	uint32		len;
} AiWalTuple;

extern bool ai_wal_tuple(const AiWalRecord *rec, uint32 *position,
						 AiWalTuple *tuple);

/*
 * ai_wal_tuple_line - line pointer of the row version whose data only the
 * page image holds; 0 where the record makes none
 */
extern uint16 ai_wal_tuple_line(const AiWalRecord *rec, int n);

/*
 * ai_wal_xids - the transactions that a commit, abort or assignment record
 * ends or names beside its own: their number, and where they lie (unaligned)
 */
extern int	ai_wal_xids(const AiWalRecord *rec, uint32 *top,
						const char **subxids);

/* The parts of ai_wal_action, by resource manager */
extern void ai_wal_heap(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_heap2(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_btree(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_hash(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_gist(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_gin(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_spgist(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_brin(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_xlog(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_xact(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_storage(const AiWalRecord *rec, AiWords *w);
extern void ai_wal_other(const AiWalRecord *rec, AiWords *w);

/* Copies n bytes at off out of len bytes at p; false where they end before */
static inline bool
ai_wal_copy(const char *p, uint32 len, uint32 off, void *out, uint32 n)
{
	if (p == NULL || off > len || n > len - off)
		return false;
	memcpy(out, p + off, n);
	return true;
}

/* Does the record hold n bytes of main data at the given offset? */
#define AI_WAL_MAIN(rec, off, out, n) \
	ai_wal_copy((rec)->main, (rec)->main_len, (off), (out), (n))

/* The block number of a reference; InvalidBlockNumber where there is none */
static inline uint32
ai_wal_blkno(const AiWalRecord *rec, int id)
{
	if (id >= rec->nblocks || !rec->blocks[id].in_use)
		return 0xFFFFFFFF;
	return rec->blocks[id].blkno;
}

#endif							/* AI_DECODE_WAL_H */
