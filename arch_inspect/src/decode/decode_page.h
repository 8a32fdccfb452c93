/*-------------------------------------------------------------------------
 *
 * decode_page.h
 *	  What a page says of itself: its header and its line pointers.
 *
 * The decode files are pure functions over bytes: they allocate nothing,
 * raise nothing, and know neither catalog nor buffer, so that a fuzz driver
 * links them alone.  They work on a copy of a page that nobody else changes,
 * aligned as palloc aligns.  Nothing on the page is believed before it was
 * checked; what is wrong with it is said in "problem", a constant string, or
 * NULL where nothing is.
 *-------------------------------------------------------------------------
 */
#ifndef AI_DECODE_PAGE_H
#define AI_DECODE_PAGE_H

#include "postgres.h"

#include "storage/block.h"
#include "storage/bufpage.h"
#include "storage/off.h"

#include "compat_disk.h"

typedef enum AiPageKind
{
	AI_PAGE_INVALID,
	AI_PAGE_NEW,
	AI_PAGE_HEAP,
	AI_PAGE_BTREE,
	AI_PAGE_HASH,
	AI_PAGE_GIST,
	AI_PAGE_GIN,
	AI_PAGE_BRIN,
	AI_PAGE_SPGIST,
	AI_PAGE_SEQUENCE,
	AI_PAGE_FSM,
	AI_PAGE_VM
} AiPageKind;

#define AI_PAGE_NKINDS	(AI_PAGE_VM + 1)

/*
 * lower, upper and special are as they stand on the page.  nitems is 0 unless
 * the whole line pointer array lies on the page, and free_bytes is 0 unless
 * lower and upper are in order.  So whoever loops over nitems is safe on any
 * page, and sees none of a page that can't be trusted.
 */
typedef struct AiPageHeader
{
	uint64		lsn;
	uint16		checksum;
	uint16		flags;
	uint16		lower;
	uint16		upper;
	uint16		special;
	uint16		pagesize;
	uint8		version;
	TransactionId prune_xid;
	AiPageKind	kind;
	uint16		free_bytes;
	OffsetNumber nitems;
	const char *problem;
} AiPageHeader;

/* A line pointer.  in_page: off and len name bytes that may be read. */
typedef struct AiItem
{
	uint16		off;
	uint16		len;
	uint8		flags;			/* LP_UNUSED ... LP_DEAD */
	bool		in_page;
	const char *problem;
} AiItem;

extern const char *ai_page_kind_name(AiPageKind kind);
extern void ai_decode_page_header(const char *page, AiPageKind expected,
								  AiPageHeader *header);
extern uint16 ai_page_checksum(char *page, BlockNumber blkno);
extern bool ai_page_is_zero(const char *page);

/*
 * ai_decode_item - line pointer number lp of a page
 *
 * lp is at most header->nitems.  A line pointer with storage is in_page only
 * if its bytes lie between pd_upper and pd_special and start aligned, so that
 * a header can be read there.
 */
static inline void
ai_decode_item(const char *page, const AiPageHeader *header, OffsetNumber lp,
			   AiItem *item)
{
	const ItemIdData *id = &((const PageHeaderData *) page)->pd_linp[lp - 1];

	item->off = id->lp_off;
	item->len = id->lp_len;
	item->flags = id->lp_flags;
	item->in_page = false;
	item->problem = NULL;

	if (item->flags == LP_NORMAL ||
		(item->flags == LP_DEAD && item->len != 0))
	{
		if (item->len == 0)
			item->problem = "line pointer in use has no length";
		else if (item->off != MAXALIGN(item->off))
			item->problem = "item does not start at an aligned offset";
		else if (item->off + item->len > header->special)
			item->problem = "item ends beyond the page's items";
		else if (item->off < header->upper)
			item->problem = "item starts before pd_upper";
		else
			item->in_page = true;
	}
	else if (item->len != 0)
		item->problem = item->flags == LP_UNUSED ?
			"unused line pointer has a length" :
			"redirecting line pointer has a length";
}

#endif							/* AI_DECODE_PAGE_H */
