/*-------------------------------------------------------------------------
 *
 * decode_tids.c
 *	  Fuzzes the search for heap addresses on pages of indexes.
 *
 * Each image is looked at as a page of the kind it was made as, in memory of
 * exactly a page, and every address found is read.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/ginblock.h"
#include "access/gist.h"
#include "access/hash.h"
#include "access/itup.h"
#include "access/nbtree.h"
#include "access/spgist_private.h"

#include "decode/decode_tids.h"
#include "index_page.h"

/* A kind by its number; three of the images are of GIN. */
static AiPageKind
kind_of(unsigned n)
{
	static const AiPageKind kinds[] = {
		AI_PAGE_BTREE, AI_PAGE_HASH, AI_PAGE_GIST, AI_PAGE_SPGIST,
		AI_PAGE_GIN, AI_PAGE_GIN, AI_PAGE_GIN
	};

	return kinds[n % lengthof(kinds)];
}

const unsigned fuzz_seeds = 28;

static void
put_entry(uint8_t *data, AiPageKind kind, unsigned n)
{
	static union
	{
		char		bytes[1024];
		double		aligned;
	}			entry;
	IndexTupleData *itup = (IndexTupleData *) entry.bytes;
	uint16		len = 24;

	memset(&entry, 0, sizeof(entry));
	ItemPointerSet(&itup->t_tid, fuzz_random(1000), 1 + fuzz_random(200));
	if (kind == AI_PAGE_SPGIST)
		ItemPointerSet(&((SpGistLeafTupleData *) entry.bytes)->heapPtr, 1, 2);
	else if (kind == AI_PAGE_BTREE && fuzz_random(2))
	{
		int			ntids = 2 + fuzz_random(20);

		itup->t_info = INDEX_ALT_TID_MASK;
		ItemPointerSet(&itup->t_tid, 16, ntids | BT_IS_POSTING);
		len = 16 + ntids * sizeof(ItemPointerData);
	}
	else if (kind == AI_PAGE_GIN && n % 7 != 5)
	{
		int			ntids = 1 + fuzz_random(30);

		if (fuzz_random(4) == 0)
			ItemPointerSet(&itup->t_tid, 17, GIN_TREE_POSTING);
		else
		{
			ItemPointerSet(&itup->t_tid, 16 | GIN_ITUP_COMPRESSED, ntids);
			len = 16 + put_posting_list(entry.bytes + 16, ntids);
		}
	}
	memcpy(put_item(data, len), entry.bytes, len);
}

size_t
fuzz_seed(unsigned n, uint8_t *data)
{
	PageHeaderData *p = (PageHeaderData *) data;
	AiPageKind	kind = kind_of(n);
	uint16		special = kind == AI_PAGE_GIN || kind == AI_PAGE_SPGIST ? 8 :
		16;

	start_page(data, special, n);
	switch (kind)
	{
		case AI_PAGE_BTREE:
			((BTPageOpaque) (data + p->pd_special))->btpo_flags = BTP_LEAF;
			break;
		case AI_PAGE_HASH:
			((HashPageOpaque) (data + p->pd_special))->hasho_flag =
				LH_BUCKET_PAGE;
			((HashPageOpaque) (data + p->pd_special))->hasho_page_id =
				HASHO_PAGE_ID;
			break;
		case AI_PAGE_GIST:
			((GISTPageOpaque) (data + p->pd_special))->flags = F_LEAF;
			((GISTPageOpaque) (data + p->pd_special))->gist_page_id =
				GIST_PAGE_ID;
			break;
		case AI_PAGE_SPGIST:
			((SpGistPageOpaque) (data + p->pd_special))->flags = SPGIST_LEAF;
			((SpGistPageOpaque) (data + p->pd_special))->spgist_page_id =
				SPGIST_PAGE_ID;
			break;
		default:
			((GinPageOpaque) (data + p->pd_special))->flags =
				n % 7 == 4 ? GIN_LEAF : n % 7 == 5 ? GIN_LIST :
				GIN_DATA | GIN_LEAF | (n < 14 ? GIN_COMPRESSED : 0);
			break;
	}
	if (n % 7 == 6)
	{
		((GinPageOpaque) (data + p->pd_special))->maxoff = 100;
		p->pd_lower = MAXALIGN(SizeOfPageHeaderData) +
			MAXALIGN(sizeof(ItemPointerData));
		while (p->pd_lower < 7000)
			p->pd_lower += put_posting_list((char *) data + p->pd_lower,
											1 + fuzz_random(60));
	}
	else
		while (p->pd_upper - p->pd_lower > 500)
			put_entry(data, kind, n);
	return BLCKSZ;
}

void
fuzz_mutate(uint8_t *data, size_t size)
{
	spoil_index_page(data);
}

static unsigned found;

static void
touch(void *arg, const ItemPointerData *tid, bool killed)
{
	fuzz_touch(tid, sizeof(ItemPointerData));
	found++;
}

static const char *
look(const char *page)
{
	AiPageKind	kind = kind_of(page_made_as(page));
	AiPageHeader header;

	found = 0;
	ai_decode_page_header(page, kind, &header);
	ai_decode_tids(page, &header, kind, touch, NULL);
	/* no page has room for more, each address taking a byte at least */
	if (found > BLCKSZ)
		fuzz_fail("more addresses than a page can have");
	return header.problem;
}

const char *
fuzz_refused(const uint8_t *data, size_t size)
{
	const char *problem = look((const char *) data);

	return problem == NULL && found < 10 ? "few addresses" : problem;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return look_at_copy(data, size, look);
}
