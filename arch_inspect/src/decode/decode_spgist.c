/*-------------------------------------------------------------------------
 *
 * decode_spgist.c
 *	  The pages of an SP-GiST index.
 *
 * Block 0 is about the index: which pages had room when one was last sought.
 * Block 1 is the root, block 2 that of a tree of the rows whose key is null.
 * Pages hold either inner tuples, of any depth, or leaf tuples.
 *
 * An inner tuple has a prefix, if its operator class wants one, and nodes,
 * each with a label, if that wants them, and a link to an inner tuple, or to
 * the first of a chain of leaf tuples on one page.  Here a node is an item too,
 * behind the tuple that it belongs to and with its line pointer's number.
 *
 * Prefixes and labels of a type that is passed by value are stored as a whole
 * Datum, but leaf tuples as other tuples are.
 *
 * A tuple that was moved leaves a redirection, for searches on their way; one
 * that was removed a placeholder, since line pointers keep their numbers; the
 * head of a chain that has no other tuple left is dead.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/itup.h"
#include "access/spgist_private.h"

#include "decode/decode_index.h"

#define MAX_ITEMS	(BLCKSZ / sizeof(ItemIdData))

/* Bits of SpGistPageOpaqueData.flags, from the lowest */
static const char *const flag_names[] = {
	"SPGIST_META", "SPGIST_DELETED", "SPGIST_LEAF", "SPGIST_NULLS"
};

/* What the places of the meta page's cache are for, by SpGistGetBuffer() */
static const char *const cache_names[SPGIST_CACHED_PAGES] = {
	"inner, block number 0 modulo 3", "inner, block number 1 modulo 3",
	"inner, block number 2 modulo 3", "leaf",
	"inner of nulls, block number 0 modulo 3",
	"inner of nulls, block number 1 modulo 3",
	"inner of nulls, block number 2 modulo 3", "leaf of nulls"
};

/* What an item is; AiIndexItem.sort */
enum
{
	SPGIST_OTHER_ITEM,
	SPGIST_INNER_ITEM,
	SPGIST_NODE_ITEM,
	SPGIST_LEAF_ITEM,
	SPGIST_NULL_LEAF_ITEM
};

/* item->next tells which node comes next, and where it begins in its tuple */
#define NEXT_NODE(number, offset)	((uint32) (number) << 16 | (offset))
#define NEXT_NUMBER(next)			((next) >> 16)
#define NEXT_OFFSET(next)			((next) & 0xFFFF)

static uint64
tid_number(const ItemPointerData *tid)
{
	return (uint64) ItemPointerGetBlockNumberNoCheck(tid) << 16 |
		ItemPointerGetOffsetNumberNoCheck(tid);
}

/*
 * A live leaf tuple at that line pointer, or NULL.
 */
static const SpGistLeafTupleData *
live_leaf(const char *page, const AiPageHeader *header, OffsetNumber lp)
{
	const SpGistLeafTupleData *leaf;
	AiItem		line;

	ai_decode_item(page, header, lp, &line);
	if (!line.in_page || line.len < sizeof(SpGistLeafTupleData))
		return NULL;
	leaf = (const SpGistLeafTupleData *) (page + line.off);
	return leaf->tupstate == SPGIST_LIVE ? leaf : NULL;
}

/*
 * Do the chains of a leaf page hold together?  Each live tuple has at most one
 * that leads to it, and none leads round in a circle.  The number of chains,
 * a root's single tuples too, becomes *nchains.
 */
static const char *
check_chains(const char *page, const AiPageHeader *header, uint32 *nchains)
{
	bool		led_to[MAX_ITEMS + 1] = {0};
	uint32		live = 0;
	uint32		walked = 0;

	*nchains = 0;
	for (OffsetNumber lp = 1; lp <= header->nitems; lp++)
	{
		const SpGistLeafTupleData *leaf = live_leaf(page, header, lp);
		OffsetNumber next;

		if (leaf == NULL)
			continue;
		live++;
		next = SGLT_GET_NEXTOFFSET(leaf);
		if (next == InvalidOffsetNumber)
			continue;
		if (next > header->nitems)
			return "chain of leaf tuples leads beyond the line pointers";
		if (live_leaf(page, header, next) == NULL)
			return "chain of leaf tuples leads to one that is not live";
		if (led_to[next])
			return "two chains of leaf tuples meet";
		led_to[next] = true;
	}
	for (OffsetNumber lp = 1; lp <= header->nitems; lp++)
	{
		const SpGistLeafTupleData *leaf = live_leaf(page, header, lp);

		if (leaf == NULL || led_to[lp])
			continue;
		(*nchains)++;
		while (walked++ < live && SGLT_GET_NEXTOFFSET(leaf) != InvalidOffsetNumber)
			leaf = live_leaf(page, header, SGLT_GET_NEXTOFFSET(leaf));
	}
	return walked == live ? NULL : "chain of leaf tuples is a circle";
}

/*
 * The counts that the page keeps of its redirections and placeholders.
 */
static void
check_counts(const char *page, const AiPageHeader *header,
			 const SpGistPageOpaqueData *opaque, AiIndexPage *out)
{
	uint32		redirects = 0;
	uint32		placeholders = 0;

	for (OffsetNumber lp = 1; lp <= header->nitems; lp++)
	{
		AiItem		line;
		const SpGistDeadTupleData *tuple;

		ai_decode_item(page, header, lp, &line);
		if (!line.in_page || line.len < sizeof(SpGistDeadTupleData))
			continue;
		tuple = (const SpGistDeadTupleData *) (page + line.off);
		if (tuple->tupstate == SPGIST_REDIRECT)
			redirects++;
		else if (tuple->tupstate == SPGIST_PLACEHOLDER)
			placeholders++;
	}
	ai_detail(&out->details, "redirections", AI_DETAIL_NUMBER, opaque->nRedirection);
	ai_detail(&out->details, "placeholders", AI_DETAIL_NUMBER, opaque->nPlaceholder);
	if (redirects != opaque->nRedirection || placeholders != opaque->nPlaceholder)
		ai_blame(&out->problem, "page has not as many redirections or placeholders as it says");
}

static void
decode_spgist_page(const AiIndex *index, const char *page,
				   const AiPageHeader *header, AiIndexPage *out)
{
	const SpGistPageOpaqueData *opaque =
		(const SpGistPageOpaqueData *) (page + header->special);

	ai_flag_names(&out->flags, opaque->flags, flag_names, lengthof(flag_names));
	if (out->flags.unknown != 0)
		ai_blame(&out->problem, "page has flags that SP-GiST does not know");

	if ((opaque->flags & SPGIST_META) != 0)
	{
		const SpGistMetaPageData *meta = (const SpGistMetaPageData *)
			(page + MAXALIGN(SizeOfPageHeaderData));

		out->kind = "meta";
		if (meta->magicNumber != SPGIST_MAGIC_NUMBER)
			ai_blame(&out->problem, "meta page does not have SP-GiST's magic number");
		if (opaque->flags != SPGIST_META)
			ai_blame(&out->problem, "flags of the page contradict each other");
	}
	else if ((opaque->flags & SPGIST_DELETED) != 0)
	{
		/* no server that runs today makes one */
		out->kind = "deleted";
		return;
	}
	else
	{
		out->sort = ai_index_items_overlap(page, header);
		if (out->sort)
			ai_blame(&out->problem, "items of the page overlap");
		check_counts(page, header, opaque, out);
		if ((opaque->flags & SPGIST_LEAF) != 0)
		{
			uint32		nchains;

			out->kind = "leaf";
			ai_blame(&out->problem, check_chains(page, header, &nchains));
			ai_detail(&out->details, "chains", AI_DETAIL_NUMBER, nchains);
		}
		else
			out->kind = "inner";
	}
	ai_index_count(&ai_index_spgist, index, page, header, out);
}

/*
 * A place of the meta page's cache.
 */
static bool
cache_item(const AiIndex *index, const char *page, AiIndexItem *item)
{
	uint32		i = item->itemoffset;
	SpGistLastUsedPage last;

	if (i >= SPGIST_CACHED_PAGES)
		return false;
	memset(item, 0, offsetof(AiIndexItem, details));
	item->itemoffset = i + 1;
	item->kind = "last used page";
	item->off = MAXALIGN(SizeOfPageHeaderData) +
		offsetof(SpGistMetaPageData, lastUsedPages) + i * sizeof(last);
	item->size = sizeof(last);
	item->readable = true;
	item->details.n = 0;
	item->problem = NULL;
	item->key_off = item->key_len = item->nulls_off = 0;
	item->nkeys = 0;
	item->sort = SPGIST_OTHER_ITEM;

	memcpy(&last, page + item->off, sizeof(last));
	item->child = last.blkno;
	ai_detail_word(&item->details, "for", cache_names[i]);
	if (last.blkno == InvalidBlockNumber)
		return true;
	if (last.freeSpace >= 0 && last.freeSpace <= BLCKSZ)
		ai_detail(&item->details, "free_space", AI_DETAIL_NUMBER, last.freeSpace);
	else
		item->problem = "free space of a last used page can't be";
	if (!ai_index_has_block(index, last.blkno))
		ai_blame(&item->problem, "last used page lies beyond the index");
	return true;
}

/*
 * A tuple that is not live, of an inner page or a leaf.
 */
static void
decode_dead(const AiIndex *index, const char *page, AiIndexItem *item)
{
	const SpGistDeadTupleData *tuple =
		(const SpGistDeadTupleData *) (page + item->off);

	item->sort = SPGIST_OTHER_ITEM;
	item->dead = true;
	item->kind = tuple->tupstate == SPGIST_REDIRECT ? "redirect" :
		tuple->tupstate == SPGIST_DEAD ? "dead" : "placeholder";
	if (item->size < sizeof(SpGistDeadTupleData))
	{
		item->problem = "dead tuple is shorter than its header";
		return;
	}
	if (tuple->size != item->size)
		item->problem = "size of the tuple is not its line pointer's length";
	if (tuple->tupstate != SPGIST_REDIRECT)
		return;
	item->child = ItemPointerGetBlockNumberNoCheck(&tuple->pointer);
	ai_detail(&item->details, "redirect_to", AI_DETAIL_TID, tid_number(&tuple->pointer));
	if (TransactionIdIsValid(tuple->xid))
		ai_detail(&item->details, "xid", AI_DETAIL_XID, tuple->xid);
	if (!ai_index_has_block(index, item->child))
		ai_blame(&item->problem, "redirection leads beyond the index");
}

/*
 * A leaf tuple: a heap address, the leaf's part of the key, INCLUDE's columns.
 */
static void
decode_leaf(const AiIndex *index, const char *page, const AiPageHeader *header,
			bool nulls, AiIndexItem *item)
{
	const SpGistLeafTupleData *leaf =
		(const SpGistLeafTupleData *) (page + item->off);
	uint32		hoff;
	OffsetNumber next;

	item->kind = "leaf";
	if (item->size < sizeof(SpGistLeafTupleData))
	{
		item->problem = "leaf tuple is shorter than its header";
		return;
	}
	item->tids.form = AI_TIDS_ARRAY;
	item->tids.n = 1;
	item->tids.off = item->off + offsetof(SpGistLeafTupleData, heapPtr);
	item->tids.len = sizeof(ItemPointerData);
	next = SGLT_GET_NEXTOFFSET(leaf);
	if (next != InvalidOffsetNumber)
		ai_detail(&item->details, "next_offset", AI_DETAIL_NUMBER, next);
	if (next > header->nitems)
		item->problem = "chain of leaf tuples leads beyond the line pointers";

	hoff = SGLTHDRSZ(SGLT_GET_HASNULLMASK(leaf));
	if (leaf->size != item->size)
		ai_blame(&item->problem, "size of the tuple is not its line pointer's length");
	if (item->size < hoff)
	{
		ai_blame(&item->problem, "leaf tuple is shorter than its header");
		return;
	}
	item->sort = nulls ? SPGIST_NULL_LEAF_ITEM : SPGIST_LEAF_ITEM;
	item->key_off = item->off + hoff;
	item->key_len = item->size - hoff;
	item->nulls_off = SGLT_GET_HASNULLMASK(leaf) ?
		item->off + sizeof(SpGistLeafTupleData) : 0;
	item->nkeys = index->natts;
}

/*
 * An inner tuple without its nodes: returns whether those can be had.
 */
static bool
decode_inner(const char *page, AiIndexItem *item)
{
	const SpGistInnerTupleData *inner =
		(const SpGistInnerTupleData *) (page + item->off);

	item->kind = "inner";
	if (item->size < SGITHDRSZ)
	{
		item->problem = "inner tuple is shorter than its header";
		return false;
	}
	ai_detail(&item->details, "nodes", AI_DETAIL_NUMBER, inner->nNodes);
	ai_detail(&item->details, "all_the_same", AI_DETAIL_BOOL, inner->allTheSame);
	if (inner->size != item->size)
		item->problem = "size of the tuple is not its line pointer's length";
	if (SGITHDRSZ + inner->prefixSize > item->size)
	{
		item->problem = "prefix ends beyond its tuple";
		return false;
	}
	if (inner->prefixSize != MAXALIGN(inner->prefixSize))
	{
		item->problem = "prefix's size is not aligned";
		return false;
	}
	if (inner->nNodes == 0)
		ai_blame(&item->problem, "inner tuple has no nodes");
	item->sort = SPGIST_INNER_ITEM;
	if (inner->prefixSize != 0)
	{
		item->key_off = item->off + SGITHDRSZ;
		item->key_len = inner->prefixSize;
		item->nkeys = 1;
	}
	return inner->nNodes != 0;
}

/*
 * Node number NEXT_NUMBER(item->next), from 1 on, of the inner tuple in *item.
 * Nothing can be said of those behind a damaged one.
 */
static void
decode_node(const AiIndex *index, const char *page, AiIndexItem *item,
			uint32 number, uint32 offset)
{
	const SpGistInnerTupleData *inner =
		(const SpGistInnerTupleData *) (page + item->off);
	uint32		end = item->off + item->size;
	uint32		off = item->off + offset;
	uint32		nnodes = inner->nNodes;
	const SpGistNodeTupleData *node = (const SpGistNodeTupleData *) (page + off);
	uint32		size;

	item->kind = "node";
	item->sort = SPGIST_NODE_ITEM;
	item->problem = NULL;
	item->details.n = 0;
	item->key_off = item->key_len = 0;
	item->nkeys = 0;
	item->next = 0;
	ai_detail(&item->details, "node", AI_DETAIL_NUMBER, number);
	item->off = off;
	item->size = end - off;
	if (end - off < SGNTHDRSZ)
	{
		item->readable = false;
		item->problem = "nodes end beyond their inner tuple";
		return;
	}
	size = IndexTupleSize(node);
	if (size < SGNTHDRSZ || size > end - off || size != MAXALIGN(size))
	{
		item->problem = "node's size can't be";
		return;
	}
	item->size = size;
	if (number < nnodes)
		item->next = NEXT_NODE(number + 1, offset + size);

	if ((node->t_info & INDEX_NULL_MASK) == 0)
	{
		item->key_off = off + SGNTHDRSZ;
		item->key_len = size - SGNTHDRSZ;
		item->nkeys = 1;
	}
	if (ItemPointerGetOffsetNumberNoCheck(&node->t_tid) == InvalidOffsetNumber)
		return;
	item->child = ItemPointerGetBlockNumberNoCheck(&node->t_tid);
	ai_detail(&item->details, "child_offset", AI_DETAIL_NUMBER,
			  ItemPointerGetOffsetNumberNoCheck(&node->t_tid));
	if (!ai_index_has_block(index, item->child))
		item->problem = "node leads beyond the index";
}

static bool
decode_spgist_item(const AiIndex *index, const char *page,
				   const AiPageHeader *header, const AiIndexPage *what,
				   AiIndexItem *item)
{
	const SpGistPageOpaqueData *opaque =
		(const SpGistPageOpaqueData *) (page + header->special);
	uint32		next = item->next;

	if ((opaque->flags & SPGIST_META) != 0)
		return cache_item(index, page, item);
	if ((opaque->flags & SPGIST_DELETED) != 0)
		return false;
	if (next == 0)
	{
		if (item->itemoffset >= header->nitems)
			return false;
		item->itemoffset++;
	}
	item->next = 0;
	if (!ai_index_item_start(page, header, item))
		return true;

	/* all tuples have their state in the same place */
	if (item->size < sizeof(uint32))
	{
		item->kind = "unreadable";
		item->problem = "item is shorter than a tuple's header";
	}
	else if (((const SpGistDeadTupleData *) (page + item->off))->tupstate != SPGIST_LIVE)
		decode_dead(index, page, item);
	else if ((opaque->flags & SPGIST_LEAF) != 0)
		decode_leaf(index, page, header, (opaque->flags & SPGIST_NULLS) != 0, item);
	else if (decode_inner(page, item) && !what->sort)
	{
		/* a page has no room for as many nodes as tuples that overlap say */
		if (next == 0)
			item->next = NEXT_NODE(1, SGITHDRSZ +
								   ((const SpGistInnerTupleData *) (page + item->off))->prefixSize);
		else
			decode_node(index, page, item, NEXT_NUMBER(next), NEXT_OFFSET(next));
	}
	return true;
}

/*
 * A prefix or a label: what is passed by value fills a Datum, in the byte order
 * of the machine.
 */
static void
inner_value(const AiIndex *index, const char *page, const AiIndexItem *item,
			int slot, const char *label, AiIndexKey *key)
{
	const AiIndexSlot *type;
	uint32		at = item->key_off;

	memset(key, 0, sizeof(*key));
	key->label = label;
	key->slot = slot;
	key->state = AI_KEY_UNREACHED;
	if (slot >= index->nslots)
	{
		key->slot = -1;
		key->stored.problem = "operator class knows no such value";
		return;
	}
	type = &index->slots[slot];
	if (type->byval)
	{
		if (item->key_len < sizeof(Datum) || type->attr.len < 1 ||
			type->attr.len > sizeof(Datum))
		{
			key->stored.problem = "value ends beyond its place";
			return;
		}
#ifdef WORDS_BIGENDIAN
		at += sizeof(Datum) - type->attr.len;
#endif
		key->state = AI_KEY_VALUE;
		key->stored.offset = at;
		key->stored.length = key->stored.raw_size = type->attr.len;
		key->stored.storage = AI_STORED_FIXED;
		return;
	}
	ai_index_value(page, &at, item->key_off + item->key_len, &type->attr, key);
}

/*
 * The values of a tuple: a prefix, a label, or the columns of a leaf.  Among
 * the nulls a leaf tuple of an index without INCLUDE has no bitmap that would
 * say so.
 */
static int
decode_spgist_keys(const AiIndex *index, const char *page,
				   const AiIndexItem *item, AiIndexKey *keys)
{
	int			n;

	switch (item->sort)
	{
		case SPGIST_INNER_ITEM:
		case SPGIST_NODE_ITEM:
			if (item->nkeys == 0)
				return 0;
			if (item->sort == SPGIST_INNER_ITEM)
				inner_value(index, page, item, index->natts, "prefix", keys);
			else
				inner_value(index, page, item, index->natts + 1, "label", keys);
			return 1;
		case SPGIST_NULL_LEAF_ITEM:
			if (item->nulls_off == 0 && index->natts == 1)
			{
				memset(keys, 0, sizeof(*keys));
				keys->column = 1;
				keys->slot = 0;
				keys->state = AI_KEY_NULL;
				return 1;
			}
			n = ai_index_tuple_keys(index, page, item, keys);
			if (n > 0 && keys[0].state != AI_KEY_NULL)
			{
				keys[0].state = AI_KEY_UNREACHED;
				keys[0].stored.problem = "key among the nulls is not null";
			}
			return n;
		case SPGIST_LEAF_ITEM:
			return ai_index_tuple_keys(index, page, item, keys);
		default:
			return 0;
	}
}

const AiIndexMethod ai_index_spgist = {
	decode_spgist_page, decode_spgist_item, decode_spgist_keys
};
