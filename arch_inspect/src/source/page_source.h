/*-------------------------------------------------------------------------
 *
 * page_source.h
 *	  Copies of pages, taken without leaving a trace.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_PAGE_SOURCE_H
#define AI_PAGE_SOURCE_H

#include "common/relpath.h"
#include "storage/block.h"
#include "storage/buf.h"
#include "utils/relcache.h"

/*
 * A copy of one page.  checksum_ok is set for a page that came from disk on a
 * server with checksums, else checksum_known is false: in shared buffers a
 * page's checksum is renewed only when it is written.
 */
typedef struct AiPage
{
	bool		header_only;	/* set it before: only what the header's
								 * decoder looks at must be there */
	bool		with_lines;		/* then the line pointers are there too */
	char	   *image;			/* BLCKSZ bytes, aligned for direct I/O */
	BlockNumber blkno;
	ForkNumber	forknum;
	bool		in_buffers;
	bool		checksum_known;
	bool		checksum_ok;

	/* for a walk in order, known to page_source.c only */
	/* the last block that was in shared buffers */
	BlockNumber walked;
	BlockNumber next_blkno;
	/* where next_blkno may be, or InvalidBuffer */
	Buffer		next_buffer;
} AiPage;

extern AiPage *ai_page_create(void);
extern void ai_page_read(Relation rel, ForkNumber forknum, BlockNumber blkno,
						 AiPage *page);
extern const char *ai_page_unproven(const AiPage *page);
extern bool ai_block_in_buffers(Relation rel, ForkNumber forknum,
								BlockNumber blkno);

#endif							/* AI_PAGE_SOURCE_H */
