/*-------------------------------------------------------------------------
 *
 * decode_index_trees.c
 *	  Fuzzes the pages of GiST, GIN and SP-GiST.
 *
 * Each image is looked at as a page of an index that has the columns it was
 * made for, in memory of exactly a page: every item, value and heap address
 * that is found is read.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/ginblock.h"
#include "access/gist.h"
#include "access/itup.h"
#include "access/spgist_private.h"

#include "index_page.h"

#define NBLOCKS		1000

enum
{
	GIST_LEAF_PAGE, GIST_INNER_PAGE, GIST_DELETED_PAGE,
	GIN_META_IMAGE, GIN_ENTRY_LEAF_IMAGE, GIN_ENTRY_LEAF_COLUMNS,
	GIN_ENTRY_INNER_IMAGE, GIN_ENTRY_INNER_COLUMNS, GIN_PENDING_IMAGE,
	GIN_PENDING_COLUMNS, GIN_POSTING_LEAF_IMAGE, GIN_POSTING_LEAF_OLD,
	GIN_POSTING_INNER_IMAGE, GIN_DELETED_IMAGE,
	SPGIST_META_IMAGE, SPGIST_TEXT_INNER, SPGIST_TEXT_LEAF,
	SPGIST_POINT_INNER, SPGIST_POINT_LEAF, SPGIST_NULLS_LEAF,
	SPGIST_NULLS_INCLUDE, NIMAGES
};

const unsigned fuzz_seeds = NIMAGES;

static const AiIndexSlot gist_slots[] = {
	{{32, 8}, false}, {{-1, 4}, false}, {{4, 4}, true}
};
static const AiIndexSlot gin_slots[] = {
	{{-1, 4}, false}, {{4, 4}, true}, {{8, 8}, true}
};
static const AiIndexSlot text_slots[] = {
	{{-1, 4}, false}, {{4, 4}, true}, {{-1, 4}, false}, {{2, 2}, true}
};
static const AiIndexSlot point_slots[] = {
	{{16, 8}, false}, {{16, 8}, false}, {{0, 1}, false}
};
static const AiIndex gist_index = {
	AI_PAGE_GIST, NBLOCKS, 3, 2, 3, gist_slots, NULL, 0
};
static const AiIndex gin_index = {
	AI_PAGE_GIN, NBLOCKS, 1, 1, 1, gin_slots, NULL, 0
};
static const AiIndex gin_columns_index = {
	AI_PAGE_GIN, NBLOCKS, 3, 3, 3, gin_slots, NULL, 0
};
static const AiIndex text_index = {
	AI_PAGE_SPGIST, NBLOCKS, 2, 1, 4, text_slots, NULL, 0
};
static const AiIndex point_index = {
	AI_PAGE_SPGIST, NBLOCKS, 1, 1, 3, point_slots, NULL, 0
};

static const AiIndex *
index_of(unsigned n)
{
	switch (n % NIMAGES)
	{
		case GIST_LEAF_PAGE:
		case GIST_INNER_PAGE:
		case GIST_DELETED_PAGE:
			return &gist_index;
		case GIN_ENTRY_LEAF_COLUMNS:
		case GIN_ENTRY_INNER_COLUMNS:
		case GIN_PENDING_COLUMNS:
			return &gin_columns_index;
		case SPGIST_TEXT_INNER:
		case SPGIST_TEXT_LEAF:
		case SPGIST_NULLS_INCLUDE:
			return &text_index;
		case SPGIST_META_IMAGE:
		case SPGIST_POINT_INNER:
		case SPGIST_POINT_LEAF:
		case SPGIST_NULLS_LEAF:
			return &point_index;
		default:
			return &gin_index;
	}
}

/* An item as it is made, before it goes to its page. */
static union
{
	char		bytes[2048];
	double		aligned;
}			made;
static uint32 made_len;

static void
make(const void *bytes, uint32 len)
{
	memcpy(made.bytes + made_len, bytes, len);
	made_len += len;
}

static void
align(uint32 by)
{
	made_len = (made_len + by - 1) / by * by;
}

static void
make_text(void)
{
	unsigned	len = fuzz_random(20);
	unsigned char header = (len + 1) << 1 | 1;
	uint32		long_header = (len + 4) << 2;

	if (fuzz_random(3) == 0)
	{
		align(4);
		make(&long_header, sizeof(long_header));
	}
	else
		make(&header, 1);
	while (len-- > 0)
		make("x", 1);
}

static void
put_made(uint8_t *data)
{
	memcpy(put_item(data, made_len), made.bytes, made_len);
}

static void
make_posting_list(int n)
{
	made_len += put_posting_list(made.bytes + made_len, n);
}

static void
start_tuple(bool nulls, uint8 bitmap)
{
	memset(&made, 0, sizeof(made));
	made_len = MAXALIGN(sizeof(IndexTupleData));
	if (nulls)
	{
		made_len = MAXALIGN(sizeof(IndexTupleData) + sizeof(IndexAttributeBitMapData));
		made.bytes[sizeof(IndexTupleData)] = bitmap;
	}
}

static void
finish_tuple(bool nulls, BlockNumber blkno, OffsetNumber offset)
{
	IndexTupleData *itup = (IndexTupleData *) made.bytes;

	align(8);
	ItemPointerSet(&itup->t_tid, blkno, offset);
	itup->t_info = made_len | (nulls ? INDEX_NULL_MASK : 0);
}

static void
gist_image(uint8_t *data, unsigned n)
{
	PageHeaderData *p = (PageHeaderData *) data;
	GISTPageOpaque opaque = (GISTPageOpaque) (data + p->pd_special);
	bool		leaf = n != GIST_INNER_PAGE;

	opaque->gist_page_id = GIST_PAGE_ID;
	opaque->rightlink = InvalidBlockNumber;
	GistPageSetNSN((Page) data, (XLogRecPtr) fuzz_random(3));
	opaque->flags = leaf ? F_LEAF : 0;
	if (n == GIST_DELETED_PAGE)
	{
		opaque->flags |= F_DELETED;
		p->pd_lower = MAXALIGN(SizeOfPageHeaderData) + sizeof(GISTDeletedPageContents);
		data[MAXALIGN(SizeOfPageHeaderData)] = 200;
		return;
	}
	while (p->pd_upper - p->pd_lower > 500)
	{
		bool		nulls = fuzz_random(4) == 0;
		int32		number = fuzz_random(1000);

		start_tuple(nulls, 5);
		made_len += 32;
		if (!nulls)
			make_text();
		if (leaf)
		{
			align(4);
			make(&number, sizeof(number));
		}
		finish_tuple(nulls, fuzz_random(NBLOCKS), leaf ? 1 + fuzz_random(200) : 0xFFFF);
		put_made(data);
	}
}

/* The column's number and the key, or the null category */
static bool
make_gin_key(bool columns)
{
	bool		nulls = fuzz_random(4) == 0;
	int16		column = columns ? 1 + fuzz_random(3) : 1;
	int64		number = fuzz_random(1000);
	char		category = 1 + fuzz_random(3);

	start_tuple(nulls, columns ? 1 : 0);
	if (columns)
		make(&column, sizeof(column));
	if (nulls)
		make(&category, 1);
	else if (column == 1)
		make_text();
	else
	{
		align(column == 2 ? 4 : 8);
		make(&number, column == 2 ? 4 : 8);
	}
	return nulls;
}

static void
gin_entries(uint8_t *data, unsigned n)
{
	PageHeaderData *p = (PageHeaderData *) data;
	bool		columns = index_of(n) == &gin_columns_index;

	while (p->pd_upper - p->pd_lower > 700)
	{
		bool		nulls = make_gin_key(columns);
		int			ntids = fuzz_random(40);
		uint32		start;

		if (n == GIN_ENTRY_INNER_IMAGE || n == GIN_ENTRY_INNER_COLUMNS ||
			n == GIN_PENDING_IMAGE || n == GIN_PENDING_COLUMNS)
			finish_tuple(nulls, fuzz_random(NBLOCKS), 1);
		else if (fuzz_random(4) == 0)
			finish_tuple(nulls, fuzz_random(NBLOCKS), GIN_TREE_POSTING);
		else
		{
			bool		packed = fuzz_random(4) != 0;

			align(2);
			start = made_len;
			if (packed && ntids > 0)
				make_posting_list(ntids);
			for (int i = 0; i < ntids && !packed; i++)
			{
				ItemPointerData tid;

				ItemPointerSet(&tid, i, 1);
				make(&tid, sizeof(tid));
			}
			finish_tuple(nulls, start | (packed ? GIN_ITUP_COMPRESSED : 0), ntids);
		}
		put_made(data);
	}
}

static void
gin_image(uint8_t *data, unsigned n)
{
	PageHeaderData *p = (PageHeaderData *) data;
	GinPageOpaque opaque = (GinPageOpaque) (data + p->pd_special);
	uint32		start = MAXALIGN(SizeOfPageHeaderData) + MAXALIGN(sizeof(ItemPointerData));
	GinMetaPageData meta = {0};

	opaque->rightlink = fuzz_random(2) ? InvalidBlockNumber : fuzz_random(NBLOCKS);
	switch (n)
	{
		case GIN_META_IMAGE:
			opaque->flags = GIN_META;
			meta.head = 3;
			meta.tail = 5;
			meta.nPendingPages = 3;
			meta.nPendingHeapTuples = 100;
			meta.ginVersion = GIN_CURRENT_VERSION;
			memcpy(data + MAXALIGN(SizeOfPageHeaderData), &meta, sizeof(meta));
			p->pd_lower = MAXALIGN(SizeOfPageHeaderData) + sizeof(meta);
			break;
		case GIN_DELETED_IMAGE:
			opaque->flags = GIN_DELETED | GIN_DATA | GIN_LEAF | GIN_COMPRESSED;
			break;
		case GIN_POSTING_LEAF_IMAGE:
			opaque->flags = GIN_DATA | GIN_LEAF | GIN_COMPRESSED;
			for (p->pd_lower = start; p->pd_lower < 7000; p->pd_lower += made_len)
			{
				made_len = 0;
				make_posting_list(1 + fuzz_random(60));
				memcpy(data + p->pd_lower, made.bytes, made_len);
			}
			break;
		case GIN_POSTING_LEAF_OLD:
			opaque->flags = GIN_DATA | GIN_LEAF;
			opaque->maxoff = 100;
			for (int i = 0; i < 100; i++)
				ItemPointerSet((ItemPointer) (data + start + i * 6), i, 1);
			break;
		case GIN_POSTING_INNER_IMAGE:
			opaque->flags = GIN_DATA;
			opaque->maxoff = 100;
			for (int i = 0; i < 100; i++)
			{
				PostingItem *posting = (PostingItem *) (data + start) + i;

				PostingItemSetBlockNumber(posting, i);
				ItemPointerSet(&posting->key, i, 1);
			}
			p->pd_lower = start + 100 * sizeof(PostingItem);
			break;
		case GIN_PENDING_IMAGE:
		case GIN_PENDING_COLUMNS:
			opaque->flags = GIN_LIST | GIN_LIST_FULLROW;
			opaque->maxoff = 10;
			gin_entries(data, n);
			break;
		case GIN_ENTRY_INNER_IMAGE:
		case GIN_ENTRY_INNER_COLUMNS:
			gin_entries(data, n);
			break;
		default:
			opaque->flags = GIN_LEAF;
			gin_entries(data, n);
			break;
	}
}

static void
spgist_inner(uint8_t *data, bool text)
{
	SpGistInnerTupleData *inner = (SpGistInnerTupleData *) made.bytes;
	int			nnodes = text ? 1 + fuzz_random(20) : 4;

	memset(&made, 0, sizeof(made));
	made_len = SGITHDRSZ;
	if (!text)
		made_len += 16;
	else if (fuzz_random(2))
		make_text();
	align(8);
	inner->prefixSize = made_len - SGITHDRSZ;
	inner->nNodes = nnodes;
	for (int i = 0; i < nnodes; i++)
	{
		IndexTupleData *node = (IndexTupleData *) (made.bytes + made_len);
		Datum		label = (Datum) (int64) i - 2;

		if (fuzz_random(4))
			ItemPointerSet(&node->t_tid, fuzz_random(NBLOCKS), 1 + fuzz_random(100));
		node->t_info = text ? 16 : 8 | INDEX_NULL_MASK;
		made_len += 8;
		if (text)
			make(&label, sizeof(label));
	}
	inner->size = made_len;
	put_made(data);
}

static void
spgist_dead(uint8_t *data, SpGistPageOpaque opaque)
{
	SpGistDeadTupleData *tuple = (SpGistDeadTupleData *) made.bytes;

	memset(&made, 0, sizeof(made));
	made_len = tuple->size = SGDTSIZE;
	tuple->tupstate = SPGIST_REDIRECT + fuzz_random(3);
	if (tuple->tupstate == SPGIST_REDIRECT)
	{
		opaque->nRedirection++;
		ItemPointerSet(&tuple->pointer, 7, 7);
		tuple->xid = 1000;
	}
	else if (tuple->tupstate == SPGIST_PLACEHOLDER)
		opaque->nPlaceholder++;
	put_made(data);
}

/* Each tuple leads to the one before it, or to none */
static void
spgist_leaf(uint8_t *data, unsigned n, OffsetNumber next)
{
	SpGistLeafTupleData *leaf = (SpGistLeafTupleData *) made.bytes;
	int32		number = 77;
	bool		nulls = n == SPGIST_NULLS_INCLUDE ||
		(n == SPGIST_TEXT_LEAF && fuzz_random(3) == 0);

	memset(&made, 0, sizeof(made));
	made_len = SGLTHDRSZ(nulls);
	if (n == SPGIST_POINT_LEAF)
		made_len += 16;
	else if (n == SPGIST_TEXT_LEAF)
		make_text();
	if (n == SPGIST_NULLS_INCLUDE || (n == SPGIST_TEXT_LEAF && !nulls))
	{
		align(4);
		make(&number, sizeof(number));
	}
	if (nulls)
		made.bytes[sizeof(SpGistLeafTupleData)] = n == SPGIST_NULLS_INCLUDE ? 2 : 1;
	SGLT_SET_HASNULLMASK(leaf, nulls);
	SGLT_SET_NEXTOFFSET(leaf, next);
	ItemPointerSet(&leaf->heapPtr, fuzz_random(1000), 1 + fuzz_random(200));
	align(8);
	leaf->size = made_len;
	put_made(data);
}

static void
spgist_image(uint8_t *data, unsigned n)
{
	PageHeaderData *p = (PageHeaderData *) data;
	SpGistPageOpaque opaque = (SpGistPageOpaque) (data + p->pd_special);
	SpGistMetaPageData meta = {SPGIST_MAGIC_NUMBER};
	OffsetNumber last = InvalidOffsetNumber;

	opaque->spgist_page_id = SPGIST_PAGE_ID;
	if (n == SPGIST_META_IMAGE)
	{
		opaque->flags = SPGIST_META;
		for (int i = 0; i < SPGIST_CACHED_PAGES; i++)
		{
			meta.lastUsedPages.cachedPage[i].blkno = i % 2 ? InvalidBlockNumber : i;
			meta.lastUsedPages.cachedPage[i].freeSpace = 100 * i;
		}
		memcpy(data + MAXALIGN(SizeOfPageHeaderData), &meta, sizeof(meta));
		p->pd_lower = MAXALIGN(SizeOfPageHeaderData) + sizeof(meta);
		return;
	}
	if (n != SPGIST_TEXT_INNER && n != SPGIST_POINT_INNER)
		opaque->flags = SPGIST_LEAF;
	if (n == SPGIST_NULLS_LEAF || n == SPGIST_NULLS_INCLUDE)
		opaque->flags |= SPGIST_NULLS;
	for (OffsetNumber lp = 1; p->pd_upper - p->pd_lower > 700; lp++)
	{
		if (fuzz_random(5) == 0)
			spgist_dead(data, opaque);
		else if ((opaque->flags & SPGIST_LEAF) == 0)
			spgist_inner(data, n == SPGIST_TEXT_INNER);
		else
		{
			spgist_leaf(data, n, fuzz_random(3) ? last : InvalidOffsetNumber);
			last = lp;
		}
	}
}

size_t
fuzz_seed(unsigned n, uint8_t *data)
{
	AiPageKind	method = index_of(n)->method;

	start_page(data, method == AI_PAGE_GIST ? 16 : 8, n);
	if (method == AI_PAGE_GIST)
		gist_image(data, n);
	else if (method == AI_PAGE_GIN)
		gin_image(data, n);
	else
		spgist_image(data, n);
	return BLCKSZ;
}

void
fuzz_mutate(uint8_t *data, size_t size)
{
	spoil_index_page(data);
}

static const char *
look(const char *page)
{
	Seen		seen;

	return touch_index_page(index_of(page_made_as(page)), page, &seen);
}

const char *
fuzz_refused(const uint8_t *data, size_t size)
{
	const char *page = (const char *) data;
	unsigned	kind = page_made_as(page);
	Seen		seen;
	const char *problem = touch_index_page(index_of(kind), page, &seen);

	if (problem != NULL)
		return problem;
	switch (kind)
	{
		case GIST_DELETED_PAGE:
		case GIN_META_IMAGE:
		case GIN_DELETED_IMAGE:
			return seen.items == 0 ? NULL : "items where none can be";
		case SPGIST_META_IMAGE:
			return seen.items == SPGIST_CACHED_PAGES ? NULL : "not all places of the cache";
		case GIN_POSTING_LEAF_OLD:
			return seen.tids == 100 ? NULL : "not all addresses";
		case GIN_POSTING_LEAF_IMAGE:
			return seen.tids > 1000 ? NULL : "few addresses";
		case GIN_POSTING_INNER_IMAGE:
			return seen.items == 100 ? NULL : "not all items";
		case SPGIST_NULLS_LEAF:
			return seen.tids > 50 && seen.values == 0 ? NULL : "nulls with values";
		case GIST_INNER_PAGE:
		case GIN_ENTRY_INNER_IMAGE:
		case GIN_ENTRY_INNER_COLUMNS:
		case SPGIST_TEXT_INNER:
		case SPGIST_POINT_INNER:
			return seen.values >= 30 && seen.tids == 0 ? NULL : "few values";
		default:
			return seen.values > 10 && seen.tids > 50 ? NULL : "few values or addresses";
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return look_at_copy(data, size, look);
}
