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

#include "decode/decode_index.h"
#include "driver.h"

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

static char *
put_item(uint8_t *data, uint16 len)
{
	PageHeaderData *p = (PageHeaderData *) data;
	ItemIdData *id = (ItemIdData *) (data + p->pd_lower);

	p->pd_lower += sizeof(ItemIdData);
	p->pd_upper -= MAXALIGN(len);
	id->lp_off = p->pd_upper;
	id->lp_len = MAXALIGN(len);
	id->lp_flags = LP_NORMAL;
	return (char *) data + p->pd_upper;
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
	PageHeaderData *p = (PageHeaderData *) data;

	memset(data, 0, BLCKSZ);
	p->pd_pagesize_version = BLCKSZ | PG_PAGE_LAYOUT_VERSION;
	p->pd_special = p->pd_upper = BLCKSZ - 16;
	p->pd_lower = SizeOfPageHeaderData;
	if (index_of(n) == &hash)
		seed_hash(n, data);
	else if (index_of(n) == &brin)
		seed_brin(n, data);
	else
		seed_btree(n, data);
	/* what it was made as stands where no decoder looks */
	p->pd_prune_xid = n;
	return BLCKSZ;
}

void
fuzz_mutate(uint8_t *data, size_t size)
{
	PageHeaderData *p = (PageHeaderData *) data;
	uint32		value = fuzz_absurd();
	ItemIdData *id = &p->pd_linp[fuzz_random(60)];
	uint8_t    *item = data + (id->lp_off & 0x1FF8) % (BLCKSZ - 64);

	switch (fuzz_random(9))
	{
		case 0:
			id->lp_off = value;
			break;
		case 1:
			id->lp_len = value;
			break;
		case 2:
		case 3:
			/* an address, a size, a count, a bitmap, a length */
			memcpy(item + 2 * fuzz_random(16), &value, sizeof(uint16));
			break;
		case 4:
			memcpy(data + (p->pd_special & 0x1FFF) % (BLCKSZ - 16) + 2 * fuzz_random(8),
				   &value, sizeof(uint16));
			break;
		case 5:
			p->pd_lower = value;
			break;
		case 6:
			memcpy(data + SizeOfPageHeaderData + 4 * fuzz_random(300), &value, sizeof(value));
			break;
		default:
			data[SizeOfPageHeaderData + fuzz_random(7000)] = value;
			break;
	}
}

static void
touch_details(const AiDetails *details)
{
	for (int i = 0; i < details->n; i++)
	{
		fuzz_touch(details->list[i].name, strlen(details->list[i].name));
		if (details->list[i].type == AI_DETAIL_WORD)
			fuzz_touch(details->list[i].word, strlen(details->list[i].word));
	}
}

static void
touch_flags(const AiFlags *flags)
{
	for (int i = 0; i < flags->n; i++)
		fuzz_touch(flags->names[i], strlen(flags->names[i]));
}

/* A value of any bytes, as the summaries that have a form of their own. */
static void
touch_summaries(const char *data, uint32 len)
{
	AiBrinBloom bloom;
	AiBrinMulti multi;
	AiStored	stored;
	static const int16 lengths[] = {4, 8, -1, -2, 16};

	ai_brin_bloom(data, len, &bloom);
	for (int i = 0; i < lengthof(lengths); i++)
	{
		uint32		n;

		if (ai_brin_multi(data, len, &multi) != NULL)
			return;
		n = 2 * multi.nranges + multi.nvalues;
		if (n > BLCKSZ)
			fuzz_fail("more values than a summary can have");
		while (n-- > 0 &&
			   ai_brin_multi_next(data, len, lengths[i], &multi, &stored) == NULL)
			fuzz_touch(data + stored.offset, stored.length);
	}
}

/* Read all that an item names; returns what is wrong with it. */
static const char *
touch_item(const AiIndex *index, const AiIndexMethod *method, const char *page,
		   const AiIndexItem *item)
{
	static AiIndexKey keys[AI_MAX_KEYS];
	const char *problem = item->problem;
	ItemPointerData tid;
	AiTidWalk	walk;
	uint32		found = 0;
	int			n = method->keys(index, page, item, keys);

	if (item->kind == NULL)
		fuzz_fail("an item without a kind");
	if (item->readable)
		fuzz_touch(page + item->off, item->size);
	touch_details(&item->details);
	touch_flags(&item->flags);
	for (int i = 0; i < n; i++)
	{
		if (keys[i].state == AI_KEY_VALUE)
		{
			fuzz_touch(page + keys[i].stored.offset, keys[i].stored.length);
			if (index == &brin && keys[i].stored.storage == AI_STORED_SHORT)
				touch_summaries(page + keys[i].stored.offset + VARHDRSZ_SHORT,
								keys[i].stored.raw_size);
		}
		if (keys[i].state == AI_KEY_UNREACHED && problem == NULL)
			problem = keys[i].stored.problem;
		if (keys[i].slot >= index->nslots)
			fuzz_fail("a value of no slot");
	}
	ai_tid_walk_start(&walk, &item->tids);
	while (ai_tid_walk_next(&walk, page, &tid))
	{
		fuzz_touch(&tid, sizeof(tid));
		if (++found > BLCKSZ)
			fuzz_fail("more addresses than a page can have");
	}
	return problem;
}

static const char *
look(const char *page)
{
	const AiIndex *index = index_of(((const PageHeaderData *) page)->pd_prune_xid);
	const AiIndexMethod *method = ai_index_method(index->method);
	AiPageHeader header;
	AiIndexPage what;
	AiIndexItem item;
	const char *problem;
	unsigned	items = 0;

	ai_decode_page_header(page, index->method, &header);
	ai_decode_index_page(index, page, &header, &what);
	problem = what.problem;
	touch_details(&what.details);
	touch_flags(&what.flags);
	if (header.kind != index->method)
		return problem;
	ai_index_count_items(index, page, &header, &what);
	item.itemoffset = item.next = 0;
	while (method->item(index, page, &header, &what, &item))
	{
		const char *found = touch_item(index, method, page, &item);

		if (problem == NULL)
			problem = found;
		if (++items > BLCKSZ)
			fuzz_fail("more items than a page can have");
	}
	if (items != what.live_items + what.dead_items)
		fuzz_fail("the count of items is not their number");
	return problem;
}

const char *
fuzz_refused(const uint8_t *data, size_t size)
{
	return look((const char *) data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *page;

	if (size > BLCKSZ)
		return 0;
	page = malloc(BLCKSZ);
	memcpy(page, data, size);
	memset(page + size, 0, BLCKSZ - size);
	look(page);
	free(page);
	return 0;
}
