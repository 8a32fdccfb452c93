/*-------------------------------------------------------------------------
 *
 * wal_read.h
 *	  Reads the records of a range of WAL, up to where it is safe to read.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_WAL_READ_H
#define AI_WAL_READ_H

#include "access/xlogreader.h"

#include "decode/decode_wal.h"

typedef struct AiWalReader
{
	XLogReaderState *state;
	MemoryContext context;		/* that the reader allocates in */
	XLogRecPtr	stop;			/* no record that ends behind this */
	XLogRecPtr	limit;			/* end of the readable WAL at the start */
	XLogRecPtr	good;			/* end of the last good record */
	bool		at_end;			/* the end of the WAL was reached */
	char	   *problem;		/* why reading stopped before; or NULL */

	/* the timelines of this server's history, newest first */
	TimeLineID	timeline;
	struct AiTimeline *history;
	int			nhistory;

	/* a piece of a segment file */
	char	   *piece;
	XLogRecPtr	piece_start;
	uint32		piece_len;
	uint32		piece_next;		/* how much to read at a time */
} AiWalReader;

extern AiWalReader *ai_wal_open(XLogRecPtr start, XLogRecPtr end);
extern bool ai_wal_next(AiWalReader *reader);
extern void ai_wal_warn(AiWalReader *reader);
extern void ai_wal_close(AiWalReader *reader);
extern XLogRecPtr ai_wal_limit(TimeLineID *timeline);
extern double ai_wal_pages(XLogRecPtr start, XLogRecPtr end);
extern void ai_wal_decode(const XLogReaderState *state, AiWalRecord *rec);

/* The bytes of page images in the present record */
static inline uint32
ai_wal_image_bytes(const XLogReaderState *state)
{
	const DecodedXLogRecord *r = state->record;
	uint32		bytes = 0;

	for (int i = 0; i <= r->max_block_id; i++)
		if (r->blocks[i].in_use && r->blocks[i].has_image)
			bytes += r->blocks[i].bimg_len;
	return bytes;
}

#endif							/* AI_WAL_READ_H */
