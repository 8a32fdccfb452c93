/*-------------------------------------------------------------------------
 *
 * decode_index.c
 *	  Fuzzes the decoders of index pages.
 *
 * An image is decoded as a page of the kind it was made as, in memory of
 * exactly a page: what it is, each item, each value and each address.  Every
 * byte that a decoder names is read.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/brin_page.h"
#include "access/brin_tuple.h"
#include "access/hash.h"
#include "access/nbtree.h"
#include "catalog/pg_type_d.h"

#include "index_page.h"

const unsigned fuzz_seeds = 40;

/* an int4, a text and a numeric that is stored by its length of 12 */
static const AiIndexSlot slots[] = {
	{{4, 4}, true}, {{-1, 4}, false}, {{12, 1}, false}
};

static const AiIndex btree = {
	.method = AI_PAGE_BTREE, .nblocks = 1000, .natts = 3, .nkeyatts = 2,
	.nslots = 3, .slots = slots
};

static const AiIndexSlot hash_slots[] = {{{4, 4}, true}};

static const AiIndex hash = {
	.method = AI_PAGE_HASH, .nblocks = 1000, .natts = 1, .nkeyatts = 1,
	.nslots = 1, .slots = hash_slots
};

/* minmax of an int4 and of a text, bloom, inclusion of a box */
static const AiIndexSlot brin_slots[] = {
	{{4, 4}, true}, {{4, 4}, true}, {{-1, 4}, false}, {{-1, 4}, false},
	{{-1, 4}, false}, {{32, 8}, false}, {{1, 1}, true}, {{1, 1}, true}
};

static const uint8 brin_stored[] = {2, 2, 1, 3};

static const AiIndex brin = {
	.method = AI_PAGE_BRIN, .nblocks = 1000, .natts = 4, .nkeyatts = 4,
	.nslots = 8, .slots = brin_slots, .stored_per_column = brin_stored,
	.pages_per_range = 16, .heap_blocks = 2000, .blkno = 1
};

/* The index that image n is of. */
static const AiIndex *
index_of(unsigned n)
{
	switch (n / 8)
	{
		case 2:
			return &hash;
		case 3:
		case 4:
			return &brin;
		default:
			return &btree;
	}
}

/* Write natts columns at bytes; returns the end. */
static uint32
put_columns(char *bytes, uint32 at, int natts)
{
	if (natts > 0)
		at += sizeof(int32);
	if (natts > 1)
	{
		uint32		len = 1 + fuzz_random(20);

		SET_VARSIZE_SHORT(bytes + at, len);
		memset(bytes + at + 1, 'x', len - 1);
		at += len;
	}
	if (natts > 2)
		at += 12;
	return at;
}

/* One index tuple, of a page that is a leaf or not. */
static void
put_btree_tuple(uint8_t *data, bool pivot)
{
	static union
	{
		char		bytes[1024];
		double		aligned;
	}			entry;
	IndexTupleData *itup = (IndexTupleData *) entry.bytes;
	uint32		len = 8;

	memset(&entry, 0, sizeof(entry));
	ItemPointerSet(&itup->t_tid, 1 + fuzz_random(900), 1 + fuzz_random(200));
	if (pivot)
	{
		uint16		natts = fuzz_random(3);
		bool		tid = fuzz_random(4) == 0;

		len = MAXALIGN(put_columns(entry.bytes, len, natts));
		if (tid)
			len += MAXALIGN(sizeof(ItemPointerData));
		itup->t_info = INDEX_ALT_TID_MASK;
		ItemPointerSetOffsetNumber(&itup->t_tid, natts | (tid ? BT_PIVOT_HEAP_TID_ATTR : 0));
	}
	else if (fuzz_random(3) == 0)
	{
		int			n = 2 + fuzz_random(20);

		len = MAXALIGN(put_columns(entry.bytes, len, 3));
		itup->t_info = INDEX_ALT_TID_MASK;
		ItemPointerSet(&itup->t_tid, len, n | BT_IS_POSTING);
		len += n * sizeof(ItemPointerData);
	}
	else if (fuzz_random(3) == 0)
	{
		/* the second column is null */
		itup->t_info = INDEX_NULL_MASK;
		entry.bytes[sizeof(IndexTupleData)] = 5;
		len = 16 + 4 + 12;
	}
	else
		len = put_columns(entry.bytes, len, 3);
	len = MAXALIGN(len);
	itup->t_info |= len;
	memcpy(put_item(data, len), entry.bytes, len);
}

static void
seed_btree(unsigned n, uint8_t *data)
{
	PageHeaderData *p = (PageHeaderData *) data;
	BTPageOpaque opaque = (BTPageOpaque) (data + p->pd_special);

	opaque->btpo_prev = n % 2;
	opaque->btpo_next = n % 3;
	switch (n % 8)
	{
		case 0:
			{
				BTMetaPageData *meta = (BTMetaPageData *) (data + MAXALIGN(SizeOfPageHeaderData));

				opaque->btpo_flags = BTP_META;
				meta->btm_magic = BTREE_MAGIC;
				meta->btm_version = BTREE_VERSION;
				meta->btm_root = 3;
				meta->btm_fastroot = 3;
				p->pd_lower = (char *) (meta + 1) - (char *) data;
				return;
			}
		case 1:
			opaque->btpo_flags = BTP_LEAF | BTP_DELETED | BTP_HAS_FULLXID;
			p->pd_lower = MAXALIGN(SizeOfPageHeaderData) + sizeof(uint64);
			return;
		case 2:
			{
				IndexTupleData *itup;

				opaque->btpo_flags = BTP_LEAF | BTP_HALF_DEAD;
				itup = (IndexTupleData *) put_item(data, sizeof(IndexTupleData));
				itup->t_info = sizeof(IndexTupleData);
				if (opaque->btpo_next != P_NONE)
				{
					itup = (IndexTupleData *) put_item(data, sizeof(IndexTupleData));
					itup->t_info = sizeof(IndexTupleData);
				}
				return;
			}
		case 3:
		case 4:
			opaque->btpo_level = 1;
			break;
		default:
			opaque->btpo_flags = BTP_LEAF;
			break;
	}
	if (opaque->btpo_next != P_NONE)
		put_btree_tuple(data, true);
	while (p->pd_upper - p->pd_lower > 500)
		put_btree_tuple(data, opaque->btpo_level > 0);
}

static void
seed_hash(unsigned n, uint8_t *data)
{
	static const uint16 flags[] = {
		LH_META_PAGE, LH_UNUSED_PAGE, LH_BITMAP_PAGE, LH_OVERFLOW_PAGE
	};
	PageHeaderData *p = (PageHeaderData *) data;
	HashPageOpaque opaque = (HashPageOpaque) (data + p->pd_special);

	opaque->hasho_flag = n % 8 < lengthof(flags) ? flags[n % 8] : LH_BUCKET_PAGE;
	opaque->hasho_prevblkno = n % 2 ? 5 : InvalidBlockNumber;
	opaque->hasho_nextblkno = n % 3 ? 6 : InvalidBlockNumber;
	opaque->hasho_page_id = HASHO_PAGE_ID;
	if (opaque->hasho_flag == LH_META_PAGE)
	{
		HashMetaPage meta = (HashMetaPage) (data + MAXALIGN(SizeOfPageHeaderData));

		meta->hashm_magic = HASH_MAGIC;
		meta->hashm_version = HASH_VERSION;
		p->pd_lower = (char *) (meta + 1) - (char *) data;
		p->pd_upper = Max(p->pd_upper, p->pd_lower);
	}
	else if (opaque->hasho_flag == LH_BITMAP_PAGE)
		p->pd_lower = MAXALIGN(SizeOfPageHeaderData) + BLCKSZ / 2;
	else if (opaque->hasho_flag != LH_UNUSED_PAGE)
	{
		while (p->pd_upper - p->pd_lower > 500)
		{
			IndexTupleData *itup = (IndexTupleData *) put_item(data, 16);

			ItemPointerSet(&itup->t_tid, fuzz_random(1000), 1 + fuzz_random(200));
			itup->t_info = 16 | (fuzz_random(4) ? 0 : INDEX_MOVED_BY_SPLIT_MASK);
			((uint32 *) itup)[2] = fuzz_absurd();
		}
	}
}

static void
put_summary(uint8_t *data)
{
	static union
	{
		char		bytes[1024];
		double		aligned;
	}			entry;
	bool		nulls = fuzz_random(2);
	uint32		at = MAXALIGN(SizeOfBrinTuple + (nulls ? 1 : 0));
	BlockNumber first = 16 * fuzz_random(100);

	memset(&entry, 0, sizeof(entry));
	memcpy(entry.bytes, &first, sizeof(first));
	entry.bytes[4] = at | (nulls ? BRIN_NULLS_MASK : 0);
	/* the second column has nulls only, the third has some */
	entry.bytes[5] = nulls ? 2 | 64 : 0;
	at += 2 * sizeof(int32);
	for (int i = nulls ? 2 : 0; i < 3; i++)
	{
		uint32		len = 1 + fuzz_random(30);

		SET_VARSIZE_SHORT(entry.bytes + at, len);
		if (len > 16)
		{
			/* the third column may be a list of ranges and values */
			uint32		words[4] = {INT4OID, fuzz_random(2), fuzz_random(4), 16};

			memcpy(entry.bytes + at + 1, words, sizeof(words));
		}
		at += len;
	}
	at = MAXALIGN(at) + 32 + 2;
	memcpy(put_item(data, at), entry.bytes, at);
}

static void
seed_brin(unsigned n, uint8_t *data)
{
	static const uint16 types[] = {
		BRIN_PAGETYPE_META, BRIN_PAGETYPE_REVMAP, BRIN_PAGETYPE_REGULAR,
		BRIN_PAGETYPE_REGULAR
	};
	PageHeaderData *p = (PageHeaderData *) data;
	uint16		type = types[n % lengthof(types)];
	char	   *contents = (char *) data + MAXALIGN(SizeOfPageHeaderData);

	p->pd_special = p->pd_upper = BLCKSZ - MAXALIGN(sizeof(BrinSpecialSpace));
	memcpy(data + BLCKSZ - sizeof(type), &type, sizeof(type));
	if (type == BRIN_PAGETYPE_META)
	{
		BrinMetaPageData meta = {BRIN_META_MAGIC, BRIN_CURRENT_VERSION, 16, 1};

		memcpy(contents, &meta, sizeof(meta));
		p->pd_lower = MAXALIGN(SizeOfPageHeaderData) + sizeof(meta);
	}
	else if (type == BRIN_PAGETYPE_REVMAP)
	{
		for (int i = 0; i < 100; i++)
			ItemPointerSet(&((RevmapContents *) contents)->rm_tids[i],
						   2 + fuzz_random(100), 1 + fuzz_random(50));
		p->pd_lower = p->pd_upper;
	}
	else
	{
		while (p->pd_upper - p->pd_lower > 500)
			put_summary(data);
	}
}

size_t
fuzz_seed(unsigned n, uint8_t *data)
{
	start_page(data, 16, n);
	if (index_of(n) == &hash)
		seed_hash(n, data);
	else if (index_of(n) == &brin)
		seed_brin(n, data);
	else
		seed_btree(n, data);
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
	return look((const char *) data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return look_at_copy(data, size, look);
}
