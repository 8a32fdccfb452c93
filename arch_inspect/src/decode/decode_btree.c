/*-------------------------------------------------------------------------
 *
 * decode_btree.c
 *	  B-tree pages: meta, internal, leaf, half-dead and deleted ones.
 *
 * What t_tid of an index tuple means depends on where it lies.  On a leaf it
 * is a row's address, or says where a posting list is and how long.  In a
 * pivot (high key, or any item of an internal page) it is the block below, and
 * the number of columns that suffix truncation left; then a row's address may
 * stand at the tuple's end, as the last column of the key.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/nbtree.h"

#include "decode/decode_index.h"

/* AiIndexPage.sort */
enum
{
	BT_NO_ITEMS,
	BT_LEAF_PAGE,
	BT_INTERNAL_PAGE,
	BT_HALF_DEAD_LEAF
};

/* flags that say what a page is have no name here: "kind" tells */
static const char *const page_flags[] = {
	NULL, "root", NULL, NULL, NULL, "split_end", "has_garbage",
	"incomplete_split", "has_fullxid"
};

#define KIND_BITS	(BTP_LEAF | BTP_DELETED | BTP_META | BTP_HALF_DEAD)

/* The meta page; all of its fields end before the special space. */
static void
decode_meta(const AiIndex *index, const char *page,
			const AiPageHeader *header, AiIndexPage *out)
{
	BTMetaPageData meta;
	AiDetails  *details = &out->details;

	out->kind = "meta";
	if (header->special < MAXALIGN(SizeOfPageHeaderData) + sizeof(meta))
	{
		out->problem = "special space is not that of a btree page";
		return;
	}
	/* byte by byte: a bool that is neither true nor false must not be read */
	memcpy(&meta, page + MAXALIGN(SizeOfPageHeaderData),
		   offsetof(BTMetaPageData, btm_allequalimage));
	ai_detail(details, "magic", AI_DETAIL_NUMBER, meta.btm_magic);
	ai_detail(details, "version", AI_DETAIL_NUMBER, meta.btm_version);
	ai_detail(details, "root", AI_DETAIL_NUMBER, meta.btm_root);
	ai_detail(details, "root_level", AI_DETAIL_NUMBER, meta.btm_level);
	ai_detail(details, "fastroot", AI_DETAIL_NUMBER, meta.btm_fastroot);
	ai_detail(details, "fastroot_level", AI_DETAIL_NUMBER, meta.btm_fastlevel);
	if (meta.btm_magic != BTREE_MAGIC)
		out->problem = "meta page does not have the magic number of a btree";
	else if (meta.btm_version < BTREE_MIN_VERSION ||
			 meta.btm_version > BTREE_VERSION)
		out->problem = "version of the btree is not known";
	else if (!ai_index_has_block(index, meta.btm_root) ||
			 !ai_index_has_block(index, meta.btm_fastroot))
		out->problem = "root is beyond the end of the index";
	else if (meta.btm_fastlevel > meta.btm_level)
		out->problem = "fast root is above the root";

	if (meta.btm_version < BTREE_NOVAC_VERSION)
		return;
	ai_detail(details, "last_cleanup_num_delpages", AI_DETAIL_NUMBER,
			  meta.btm_last_cleanup_num_delpages);
	ai_detail(details, "last_cleanup_num_tuples", AI_DETAIL_DOUBLE, 0);
	details->list[details->n - 1].d = meta.btm_last_cleanup_num_heap_tuples;
	ai_detail(details, "allequalimage", AI_DETAIL_BOOL,
			  page[MAXALIGN(SizeOfPageHeaderData) +
				   offsetof(BTMetaPageData, btm_allequalimage)] != 0);
}

/* The transaction that a deleted page waits for. */
static void
decode_deleted(const char *page, const AiPageHeader *header, uint16 flags,
			   AiIndexPage *out)
{
	uint64		safexid;

	out->kind = "deleted";
	if ((flags & BTP_HAS_FULLXID) == 0)
		return;
	if (header->lower < MAXALIGN(SizeOfPageHeaderData) + sizeof(safexid))
	{
		out->problem = "deleted page has no room for its transaction id";
		return;
	}
	memcpy(&safexid, page + MAXALIGN(SizeOfPageHeaderData), sizeof(safexid));
	ai_detail(&out->details, "safexid", AI_DETAIL_XID, safexid);
}

/* AiIndexMethod.page */
static void
btree_page(const AiIndex *index, const char *page, const AiPageHeader *header,
		   AiIndexPage *out)
{
	const BTPageOpaqueData *opaque = (const BTPageOpaqueData *) (page + header->special);
	uint16		flags = opaque->btpo_flags;
	bool		leaf = (flags & BTP_LEAF) != 0;

	ai_flag_names(&out->flags, flags & ~KIND_BITS, page_flags,
				  lengthof(page_flags));
	out->sort = BT_NO_ITEMS;
	if ((flags & BTP_META) != 0)
	{
		decode_meta(index, page, header, out);
		return;
	}

	if (opaque->btpo_prev != P_NONE)
		out->left = opaque->btpo_prev;
	if (opaque->btpo_next != P_NONE)
		out->right = opaque->btpo_next;
	if ((flags & BTP_DELETED) == 0 || (flags & BTP_HAS_FULLXID) != 0)
	{
		out->level = (int) Min(opaque->btpo_level, (uint32) PG_INT32_MAX);
		if (leaf != (opaque->btpo_level == 0))
			out->problem = leaf ? "leaf page is not of level 0" :
				"internal page is of level 0";
	}
	ai_detail(&out->details, "cycleid", AI_DETAIL_NUMBER, opaque->btpo_cycleid);
	if ((opaque->btpo_prev != P_NONE && !ai_index_has_block(index, opaque->btpo_prev)) ||
		(opaque->btpo_next != P_NONE && !ai_index_has_block(index, opaque->btpo_next)))
		out->problem = "sibling is beyond the end of the index";

	if ((flags & BTP_DELETED) != 0)
	{
		decode_deleted(page, header, flags, out);
		return;
	}
	out->first = P_FIRSTDATAKEY((BTPageOpaque) opaque);
	if ((flags & BTP_HALF_DEAD) != 0)
	{
		out->kind = "half-dead";
		out->sort = leaf ? BT_HALF_DEAD_LEAF : BT_INTERNAL_PAGE;
	}
	else
	{
		out->sort = leaf ? BT_LEAF_PAGE : BT_INTERNAL_PAGE;
		out->kind = leaf ? "leaf" : "internal";
	}
	if (out->problem == NULL && out->first > 1 && header->nitems == 0)
		out->problem = "page that is not the rightmost has no high key";
}

/* A row's address; in a pivot it is the last column of the key. */
static void
one_tid(AiIndexItem *item, uint32 off)
{
	item->tids.form = AI_TIDS_ARRAY;
	item->tids.n = 1;
	item->tids.off = off;
	item->tids.len = sizeof(ItemPointerData);
}

/*
 * A pivot: how many columns it has, and whether a row's address follows.
 *
 * Without INDEX_ALT_TID_MASK it is of a btree before version 4, or the
 * leftmost item of an internal page of one, and has all key columns.
 */
static void
decode_pivot(const AiIndex *index, const IndexTupleData *itup, bool leftmost,
			 AiIndexItem *item)
{
	uint16		bits = ItemPointerGetOffsetNumberNoCheck(&itup->t_tid);
	uint16		natts = bits & BT_OFFSET_MASK;

	item->nkeys = index->nkeyatts;
	if ((itup->t_info & INDEX_ALT_TID_MASK) == 0)
	{
		if (leftmost)
			item->nkeys = 0;
		return;
	}
	if ((bits & BT_IS_POSTING) != 0)
	{
		item->problem = "pivot is marked as a posting list";
		item->key_off = 0;
		return;
	}
	if (natts > index->nkeyatts)
	{
		item->problem = "pivot has more columns than the index has key columns";
		item->key_off = 0;
		return;
	}
	item->nkeys = natts;
	ai_detail(&item->details, "columns", AI_DETAIL_NUMBER, natts);
	if ((bits & BT_PIVOT_HEAP_TID_ATTR) == 0)
		return;
	if (item->key_len < sizeof(ItemPointerData))
	{
		item->problem = "pivot has no room for its heap address";
		item->key_off = 0;
		return;
	}
	item->key_len -= sizeof(ItemPointerData);
	one_tid(item, item->key_off + item->key_len);
}

/*
 * A posting list: the addresses of all rows with the same key, in order.
 */
static void
decode_posting(const char *page, AiIndexItem *item)
{
	const IndexTupleData *itup = (const IndexTupleData *) (page + item->off);
	uint32		start = ItemPointerGetBlockNumberNoCheck(&itup->t_tid);
	uint32		n = ItemPointerGetOffsetNumberNoCheck(&itup->t_tid) & BT_OFFSET_MASK;
	uint32		hoff = item->key_off - item->off;

	item->kind = "posting list";
	if (start < hoff || start > item->size || start != MAXALIGN(start))
	{
		item->problem = "posting list does not start within its tuple";
		item->key_off = 0;
		return;
	}
	item->key_len = start - hoff;
	item->tids.form = AI_TIDS_ARRAY;
	item->tids.n = n;
	item->tids.off = item->off + start;
	item->tids.len = Min(n * sizeof(ItemPointerData), item->size - start);
	if (n * sizeof(ItemPointerData) > item->size - start)
		item->problem = "posting list ends beyond its tuple";
	else if (n < 2)
		item->problem = "posting list has fewer than two addresses";
}

/* AiIndexMethod.item */
static bool
btree_item(const AiIndex *index, const char *page, const AiPageHeader *header,
		   const AiIndexPage *what, AiIndexItem *item)
{
	const IndexTupleData *itup;
	bool		high_key;
	uint16		bits;

	if (what->sort == BT_NO_ITEMS || item->itemoffset >= header->nitems)
		return false;
	item->itemoffset++;
	high_key = item->itemoffset < what->first;

	if (!ai_index_item_start(page, header, item))
		return true;
	item->kind = high_key ? "high key" :
		what->sort == BT_INTERNAL_PAGE ? "pivot" : "leaf";
	if (!ai_index_tuple(index, page, item))
		return true;
	itup = (const IndexTupleData *) (page + item->off);
	bits = ItemPointerGetOffsetNumberNoCheck(&itup->t_tid);

	if (what->sort == BT_HALF_DEAD_LEAF)
	{
		/* its one item has no key; it leads to the next page to be deleted */
		item->nkeys = 0;
		item->key_off = 0;
		item->child = ItemPointerGetBlockNumberNoCheck(&itup->t_tid);
		if (item->child != InvalidBlockNumber &&
			!ai_index_has_block(index, item->child) && item->problem == NULL)
			item->problem = "block it points to is beyond the end of the index";
		return true;
	}
	if (high_key || what->sort == BT_INTERNAL_PAGE)
	{
		decode_pivot(index, itup,
					 !high_key && item->itemoffset == what->first, item);
		if (!high_key)
		{
			item->child = ItemPointerGetBlockNumberNoCheck(&itup->t_tid);
			if (!ai_index_has_block(index, item->child) && item->problem == NULL)
				item->problem = "block it points to is beyond the end of the index";
		}
	}
	else if ((itup->t_info & INDEX_ALT_TID_MASK) == 0)
		one_tid(item, item->off + offsetof(IndexTupleData, t_tid));
	else if ((bits & BT_IS_POSTING) != 0)
		decode_posting(page, item);
	else
	{
		item->problem = "leaf holds a pivot";
		item->key_off = 0;
	}
	return true;
}

const AiIndexMethod ai_index_btree = {
	.page = btree_page,
	.item = btree_item,
	.keys = ai_index_tuple_keys
};
