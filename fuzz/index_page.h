/*-------------------------------------------------------------------------
 *
 * index_page.h
 *	  What the targets over index pages share: how a page is made and spoiled,
 *	  and a look at all that a decoder finds in it.
 *
 * An image keeps what it was made as in pd_prune_xid, where no decoder looks
 * but that of deleted pages of GIN.
 *-------------------------------------------------------------------------
 */
#ifndef FUZZ_INDEX_PAGE_H
#define FUZZ_INDEX_PAGE_H

#include "postgres.h"

#include "access/ginblock.h"

#include "decode/decode_index.h"
#include "driver.h"

/* An empty page with so large a special space. */
static inline void
start_page(uint8_t *data, uint16 special, unsigned made_as)
{
	PageHeaderData *p = (PageHeaderData *) data;

	memset(data, 0, BLCKSZ);
	p->pd_pagesize_version = BLCKSZ | PG_PAGE_LAYOUT_VERSION;
	p->pd_special = p->pd_upper = BLCKSZ - special;
	p->pd_lower = SizeOfPageHeaderData;
	p->pd_prune_xid = made_as;
}

/* What an image was made as. */
static inline unsigned
page_made_as(const char *page)
{
	return ((const PageHeaderData *) page)->pd_prune_xid;
}

/* Room for an item of that length, with a line pointer. */
static inline char *
put_item(uint8_t *data, uint16 len)
{
	PageHeaderData *p = (PageHeaderData *) data;
	ItemIdData *id = (ItemIdData *) (data + p->pd_lower);

	p->pd_lower += sizeof(ItemIdData);
	p->pd_upper -= MAXALIGN(len);
	id->lp_off = p->pd_upper;
	id->lp_len = len;
	id->lp_flags = LP_NORMAL;
	return (char *) data + p->pd_upper;
}

/* A compressed posting list of n addresses; returns its size. */
static inline uint16
put_posting_list(char *bytes, int n)
{
	GinPostingList list;
	unsigned char *at = (unsigned char *) bytes +
		offsetof(GinPostingList, bytes);

	memset(&list, 0, sizeof(list));
	ItemPointerSet(&list.first, 1 + fuzz_random(1000), 1);
	for (int i = 1; i < n; i++)
	{
		unsigned	delta = 1 + fuzz_random(100000);

		for (; delta > 0x7F; delta >>= 7)
			at[list.nbytes++] = 0x80 | (delta & 0x7F);
		at[list.nbytes++] = delta;
	}
	memcpy(bytes, &list, offsetof(GinPostingList, bytes));
	return SHORTALIGN(offsetof(GinPostingList, bytes) + list.nbytes);
}

/* Change what a reader of index pages must not believe. */
static inline void
spoil_index_page(uint8_t *data)
{
	PageHeaderData *p = (PageHeaderData *) data;
	uint32		value = fuzz_absurd();
	ItemIdData *id = &p->pd_linp[fuzz_random(100)];
	uint8_t    *item = data + (id->lp_off & 0x1FF8) % (BLCKSZ - 256);

	switch (fuzz_random(10))
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
			item[fuzz_random(200)] = value;
			break;
		case 5:
			memcpy(data + (p->pd_special & 0x1FFF) % (BLCKSZ - 16) +
				   2 * fuzz_random(8), &value, sizeof(uint16));
			break;
		case 6:
			p->pd_lower = value;
			break;
		case 7:
			/* two that overlap */
			id->lp_off = p->pd_linp[fuzz_random(100)].lp_off;
			break;
		case 8:
			memcpy(data + SizeOfPageHeaderData + 4 * fuzz_random(300), &value,
				   sizeof(value));
			break;
		default:
			data[SizeOfPageHeaderData + fuzz_random(8000)] = value;
			break;
	}
}

/* Look at an image in memory of exactly a page, which must stay as it is. */
static inline int
look_at_copy(const uint8_t *data, size_t size,
			 const char *(*look) (const char *page))
{
	char	   *page;

	if (size > BLCKSZ)
		return 0;
	page = malloc(BLCKSZ);
	memcpy(page, data, size);
	memset(page + size, 0, BLCKSZ - size);
	look(page);
	if (memcmp(page, data, size) != 0)
		fuzz_fail("the page was changed");
	free(page);
	return 0;
}

static inline void
touch_details(const AiDetails *details)
{
	if (details->n > AI_MAX_DETAILS)
		fuzz_fail("more details than there is room for");
	for (int i = 0; i < details->n; i++)
	{
		fuzz_touch(details->list[i].name, strlen(details->list[i].name));
		if (details->list[i].type == AI_DETAIL_WORD)
			fuzz_touch(details->list[i].word, strlen(details->list[i].word));
	}
}

static inline void
touch_flags(const AiFlags *flags)
{
	if (flags->n > AI_MAX_FLAGS)
		fuzz_fail("more flags than there is room for");
	for (int i = 0; i < flags->n; i++)
		fuzz_touch(flags->names[i], strlen(flags->names[i]));
}

/* A value of any bytes, as the summaries that have a form of their own. */
static inline void
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
			   ai_brin_multi_next(data, len, lengths[i], &multi,
								  &stored) == NULL)
			fuzz_touch(data + stored.offset, stored.length);
	}
}

/* How much a page has. */
typedef struct Seen
{
	unsigned	items;
	unsigned	values;
	unsigned	tids;
} Seen;

static inline void
touch_value(const AiIndex *index, const char *page, const AiIndexKey *key)
{
	if (key->slot >= index->nslots || key->column > index->natts)
		fuzz_fail("a value of no slot or column");
	if (key->state == AI_KEY_WORD)
		fuzz_touch(key->word, strlen(key->word));
	if (key->state != AI_KEY_VALUE)
		return;
	if (key->slot < 0)
		fuzz_fail("a value of no type");
	if (key->stored.problem != NULL || key->stored.length == 0)
		fuzz_fail("a value that may not be read");
	if (key->stored.offset + key->stored.length > BLCKSZ)
		fuzz_fail("a value beyond the page");
	fuzz_touch(page + key->stored.offset, key->stored.length);
	if (index->method == AI_PAGE_BRIN &&
		key->stored.storage == AI_STORED_SHORT)
		touch_summaries(page + key->stored.offset + VARHDRSZ_SHORT,
						key->stored.raw_size);
}

/* Read all that an item names; returns what is wrong with it. */
static inline const char *
touch_item(const AiIndex *index, const AiIndexMethod *method,
		   const char *page, const AiIndexItem *item, Seen *seen)
{
	static AiIndexKey keys[AI_MAX_KEYS];
	const char *problem = item->problem;
	ItemPointerData tid;
	AiTidWalk	walk;
	uint32		tids = 0;
	int			n = method->keys(index, page, item, keys);

	if (item->kind == NULL)
		fuzz_fail("an item without a kind");
	if (item->readable)
	{
		if (item->off + item->size > BLCKSZ)
			fuzz_fail("an item beyond the page");
		fuzz_touch(page + item->off, item->size);
	}
	touch_details(&item->details);
	touch_flags(&item->flags);

	if (n < 0 || n > AI_MAX_KEYS)
		fuzz_fail("more values than an item can have");
	for (int i = 0; i < n; i++)
	{
		touch_value(index, page, &keys[i]);
		if (keys[i].state == AI_KEY_UNREACHED && problem == NULL)
			problem = keys[i].stored.problem;
		if (keys[i].state == AI_KEY_VALUE)
			seen->values++;
	}

	ai_tid_walk_start(&walk, &item->tids);
	while (ai_tid_walk_next(&walk, page, &tid))
	{
		fuzz_touch(&tid, sizeof(tid));
		tids++;
	}
	if (item->tids.form == AI_TIDS_PACKED && tids != item->tids.n)
		fuzz_fail("not as many addresses as the item has");
	if (item->tids.form == AI_TIDS_ARRAY &&
		tids != Min(item->tids.n, item->tids.len / sizeof(tid)))
		fuzz_fail("not all addresses that the item has");
	seen->tids += tids;
	return problem;
}

/* All of a page; returns the first thing that is wrong with it. */
static inline const char *
touch_index_page(const AiIndex *index, const char *page, Seen *seen)
{
	const AiIndexMethod *method = ai_index_method(index->method);
	AiPageHeader header;
	AiIndexPage what;
	AiIndexItem item;
	const char *problem;

	memset(seen, 0, sizeof(*seen));
	ai_decode_page_header(page, index->method, &header);
	ai_decode_index_page(index, page, &header, &what);
	problem = what.problem;
	touch_details(&what.details);
	touch_flags(&what.flags);
	if (header.kind != index->method)
		return problem;
	if (what.kind == NULL && what.problem == NULL)
		fuzz_fail("a page of no kind without a reason");
	if (what.free_bytes > BLCKSZ)
		fuzz_fail("more free bytes than bytes");
	ai_index_count_items(index, page, &header, &what);
	item.itemoffset = item.next = 0;
	while (method->item(index, page, &header, &what, &item))
	{
		const char *found = touch_item(index, method, page, &item, seen);

		if (problem == NULL)
			problem = found;
		if (++seen->items > 2 * BLCKSZ)
			fuzz_fail("more items than a page has room for");
	}
	if (what.kind != NULL && seen->items != what.live_items + what.dead_items)
		fuzz_fail("the count of items is not their number");
	if (seen->tids > 2 * BLCKSZ)
		fuzz_fail("more addresses than a page has room for");
	return problem;
}

#endif							/* FUZZ_INDEX_PAGE_H */
