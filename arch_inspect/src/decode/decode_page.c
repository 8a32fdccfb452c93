/*-------------------------------------------------------------------------
 *
 * decode_page.c
 *	  Decodes a page header and computes a page's checksum.
 *
 * A page does not say what kind it is.  The caller knows from the catalog and
 * the fork what it should be; the special space shows whether it is.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/brin_page.h"
#include "access/gist.h"
#include "access/hash.h"
#include "access/htup_details.h"
#include "access/nbtree.h"

#include "decode/decode_page.h"

/*
 * The server's own checksum code, under a name of ours: a program that links
 * these files alone has no server to ask.
 */
extern uint16 ai_checksum_page(char *page, BlockNumber blkno);
#define pg_checksum_page ai_checksum_page
#include "storage/checksum_impl.h"
#undef pg_checksum_page

/* commands/sequence.c and access/spgist_private.h keep these to themselves */
#define SEQUENCE_MAGIC		0x1717
#define SPGIST_PAGE_ID		0xFF82

/* sizes of the special space; GIN's has no identifying word */
#define BTREE_SPECIAL		MAXALIGN(sizeof(BTPageOpaqueData))
#define HASH_SPECIAL		MAXALIGN(sizeof(HashPageOpaqueData))
#define GIST_SPECIAL		MAXALIGN(sizeof(GISTPageOpaqueData))
#define BRIN_SPECIAL		MAXALIGN(sizeof(BrinSpecialSpace))
#define GIN_SPECIAL			8
#define SPGIST_SPECIAL		8
#define SEQUENCE_SPECIAL	MAXALIGN(sizeof(uint32))

/*
 * ai_page_kind_name - the word that page_header's column "kind" shows
 */
const char *
ai_page_kind_name(AiPageKind kind)
{
	static const char *const names[AI_PAGE_NKINDS] = {
		"invalid", "new", "heap", "btree", "hash", "gist", "gin", "brin",
		"spgist", "sequence", "fsm", "vm"
	};

	return (unsigned) kind < AI_PAGE_NKINDS ? names[kind] :
		names[AI_PAGE_INVALID];
}

/*
 * ai_page_is_zero - is every byte of the page zero?
 */
bool
ai_page_is_zero(const char *page)
{
	const uint64 *words = (const uint64 *) page;

	for (int i = 0; i < BLCKSZ / sizeof(uint64); i++)
	{
		if (words[i] != 0)
			return false;
	}
	return true;
}

/*
 * ai_page_checksum - the checksum that the page as it is should carry
 *
 * The checksum field is zero while it computes, so the page must be a copy.
 * A page that says it is new carries none; 0, which is never a checksum, is
 * returned for it.
 */
uint16
ai_page_checksum(char *page, BlockNumber blkno)
{
	return PageIsNew((Page) page) ? 0 : ai_checksum_page(page, blkno);
}

/*
 * The last two bytes of the page, where most access methods put their mark.
 */
static uint16
last_word(const char *page)
{
	uint16		word;

	memcpy(&word, page + BLCKSZ - sizeof(word), sizeof(word));
	return word;
}

/*
 * Does the special space fit the kind?  Returns what does not.
 */
static const char *
check_special(const char *page, AiPageKind kind, uint16 special)
{
	uint16		size = BLCKSZ - special;
	uint16		mark = last_word(page);
	uint32		magic;

	switch (kind)
	{
		case AI_PAGE_HEAP:
		case AI_PAGE_FSM:
		case AI_PAGE_VM:
			return size == 0 ? NULL : "page has a special space";
		case AI_PAGE_BTREE:
			return size == BTREE_SPECIAL && mark <= MAX_BT_CYCLE_ID ? NULL :
				"special space is not that of a btree page";
		case AI_PAGE_HASH:
			return size == HASH_SPECIAL && mark == HASHO_PAGE_ID ? NULL :
				"special space is not that of a hash page";
		case AI_PAGE_GIST:
			return size == GIST_SPECIAL && mark == GIST_PAGE_ID ? NULL :
				"special space is not that of a gist page";
		case AI_PAGE_GIN:
			return size == GIN_SPECIAL ? NULL :
				"special space is not that of a gin page";
		case AI_PAGE_BRIN:
			return size == BRIN_SPECIAL && (mark == BRIN_PAGETYPE_META ||
											mark == BRIN_PAGETYPE_REVMAP ||
											mark == BRIN_PAGETYPE_REGULAR) ?
				NULL : "special space is not that of a brin page";
		case AI_PAGE_SPGIST:
			return size == SPGIST_SPECIAL && mark == SPGIST_PAGE_ID ? NULL :
				"special space is not that of an spgist page";
		case AI_PAGE_SEQUENCE:
			if (size != SEQUENCE_SPECIAL)
				return "special space is not that of a sequence page";
			memcpy(&magic, page + special, sizeof(magic));
			return magic == SEQUENCE_MAGIC ? NULL :
				"special space is not that of a sequence page";
		default:
			return "kind of page is not known";
	}
}

/*
 * The checks that the server itself makes of a page, and a few more.
 *
 * Follows PageIsVerified (src/backend/storage/page/bufpage.c, REL_19_STABLE)
 */
static const char *
check_header(const char *page, const AiPageHeader *h, AiPageKind expected)
{
	if (h->pagesize != BLCKSZ)
		return "page size is not the server's";
	if (h->version != PG_PAGE_LAYOUT_VERSION)
		return "page layout version is not the server's";
	if ((h->flags & ~PD_VALID_FLAG_BITS) != 0)
		return "pd_flags has unknown bits";
	if (h->lower < SizeOfPageHeaderData)
		return "pd_lower is inside the page header";
	if (h->lower > h->upper)
		return "pd_lower is beyond pd_upper";
	if (h->upper > h->special)
		return "pd_upper is beyond pd_special";
	if (h->special > BLCKSZ)
		return "pd_special is beyond the page";
	if (h->special != MAXALIGN(h->special))
		return "pd_special is not aligned";
	return check_special(page, expected, h->special);
}

/*
 * ai_decode_page_header - the header of a page that should be of this kind
 *
 * kind becomes AI_PAGE_NEW for a page of zeroes and AI_PAGE_INVALID, with the
 * reason, for one whose header or special space can't be right.
 */
void
ai_decode_page_header(const char *page, AiPageKind expected,
					  AiPageHeader *header)
{
	const PageHeaderData *p = (const PageHeaderData *) page;

	header->lsn = PageGetLSN((Page) page);
	header->checksum = p->pd_checksum;
	header->flags = p->pd_flags;
	header->lower = p->pd_lower;
	header->upper = p->pd_upper;
	header->special = p->pd_special;
	header->pagesize = p->pd_pagesize_version & 0xFF00;
	header->version = p->pd_pagesize_version & 0x00FF;
	header->prune_xid = p->pd_prune_xid;
	header->kind = AI_PAGE_INVALID;
	header->free_bytes = 0;
	header->nitems = 0;

	if (header->upper == 0 && ai_page_is_zero(page))
	{
		header->kind = AI_PAGE_NEW;
		header->problem = NULL;
		return;
	}

	header->problem = check_header(page, header, expected);
	if (header->problem != NULL)
		return;

	header->kind = expected;
	header->free_bytes = header->upper - header->lower;

	/*
	 * no line pointers on a map; whether an index page has any, its own
	 * decoder knows
	 */
	if (expected == AI_PAGE_FSM || expected == AI_PAGE_VM)
		return;
	header->nitems = (header->lower - SizeOfPageHeaderData) /
		sizeof(ItemIdData);
	if (expected == AI_PAGE_HEAP || expected == AI_PAGE_SEQUENCE)
	{
		if ((header->lower - SizeOfPageHeaderData) % sizeof(ItemIdData) != 0)
			header->problem = "pd_lower is not the end of a line pointer";
		else if (header->nitems > MaxHeapTuplesPerPage)
			header->problem = "more line pointers than a heap page can have";
		if (header->problem != NULL)
		{
			header->kind = AI_PAGE_INVALID;
			header->free_bytes = 0;
			header->nitems = 0;
		}
	}
}
