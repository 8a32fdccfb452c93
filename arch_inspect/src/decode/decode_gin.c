/*-------------------------------------------------------------------------
 *
 * decode_gin.c
 *	  The pages of a GIN index.
 *
 * Block 0 is about the index, and block 1 is the root of the entry tree: a
 * B-tree of keys, without high keys, where the last key of a page bounds it.
 * An entry of a leaf has its heap addresses with it, packed, while they are
 * few, and else the root of a tree of their own, the posting tree, which knows
 * no keys but addresses.  What was inserted lately may still stand in a list
 * of pages, the pending list, a key and an address an entry.
 *
 * Before 9.4 nothing was packed: such pages live on in what pg_upgrade took
 * over, and their pd_lower says nothing.
 *
 * Where the index has more columns than one, an entry begins with the number
 * of the column.  A null key has one byte behind it that says which null.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/ginblock.h"
#include "access/itup.h"

#include "decode/decode_index.h"

/* Where the items of a posting tree's page begin, behind its right bound */
#define DATA_START \
	(MAXALIGN(SizeOfPageHeaderData) + MAXALIGN(sizeof(ItemPointerData)))

/* A packed list has numbers of 43 bits: 32 of the block, 11 of the offset */
#define OFFSET_BITS		11
#define NUMBER_BITS		43

/* Bits of GinPageOpaqueData.flags, from the lowest */
static const char *const flag_names[] = {
	"GIN_DATA", "GIN_LEAF", "GIN_DELETED", "GIN_META", "GIN_LIST",
	"GIN_LIST_FULLROW", "GIN_INCOMPLETE_SPLIT", "GIN_COMPRESSED"
};

/* What a page is, from its flags alone; AiIndexPage.sort */
enum
{
	GIN_META_PAGE,
	GIN_DELETED_PAGE,
	GIN_PENDING_PAGE,
	GIN_POSTING_LEAF,
	GIN_POSTING_INNER,
	GIN_ENTRY_LEAF,
	GIN_ENTRY_INNER,
	GIN_NKINDS
};

static const char *const kind_names[GIN_NKINDS] = {
	"meta", "deleted", "pending", "posting leaf", "posting inner",
	"entry leaf", "entry inner"
};

static int
kind_of(uint16 flags)
{
	if ((flags & GIN_META) != 0)
		return GIN_META_PAGE;
	if ((flags & GIN_DELETED) != 0)
		return GIN_DELETED_PAGE;
	if ((flags & GIN_LIST) != 0)
		return GIN_PENDING_PAGE;
	if ((flags & GIN_DATA) != 0)
		return (flags & GIN_LEAF) != 0 ? GIN_POSTING_LEAF : GIN_POSTING_INNER;
	return (flags & GIN_LEAF) != 0 ? GIN_ENTRY_LEAF : GIN_ENTRY_INNER;
}

/*
 * Do the flags of a page go together?  A deleted page may keep those of what
 * it was.
 */
static const char *
check_flags(uint16 flags, int kind)
{
	uint16		allowed = ~0;

	if (kind == GIN_META_PAGE)
		allowed = GIN_META;
	else if (kind == GIN_PENDING_PAGE)
		allowed = GIN_LIST | GIN_LIST_FULLROW;
	else if (kind == GIN_POSTING_INNER)
		allowed = GIN_DATA | GIN_INCOMPLETE_SPLIT;
	else if (kind == GIN_POSTING_LEAF)
		allowed = GIN_DATA | GIN_LEAF | GIN_INCOMPLETE_SPLIT | GIN_COMPRESSED;
	else if (kind != GIN_DELETED_PAGE)
		allowed = GIN_LEAF | GIN_INCOMPLETE_SPLIT;
	return (flags & ~allowed) == 0 ? NULL : "flags of the page contradict each other";
}

/*
 * A link that may be none.
 */
static void
check_link(const AiIndex *index, BlockNumber blkno, const char **problem,
		   const char *what)
{
	if (blkno != InvalidBlockNumber && !ai_index_has_block(index, blkno))
		ai_blame(problem, what);
}

/*
 * What the index says of itself.  The counts of pages and keys are those of
 * the last VACUUM.
 */
static void
decode_meta(const AiIndex *index, const char *page, AiIndexPage *out)
{
	const GinMetaPageData *meta = (const GinMetaPageData *)
		(page + MAXALIGN(SizeOfPageHeaderData));
	AiDetails  *details = &out->details;

	if (meta->head != InvalidBlockNumber)
		ai_detail(details, "pending_head", AI_DETAIL_NUMBER, meta->head);
	if (meta->tail != InvalidBlockNumber)
		ai_detail(details, "pending_tail", AI_DETAIL_NUMBER, meta->tail);
	ai_detail(details, "tail_free_size", AI_DETAIL_NUMBER, meta->tailFreeSize);
	ai_detail(details, "pending_pages", AI_DETAIL_NUMBER, meta->nPendingPages);
	if (meta->nPendingHeapTuples >= 0)
		ai_detail(details, "pending_heap_tuples", AI_DETAIL_NUMBER,
				  meta->nPendingHeapTuples);
	ai_detail(details, "total_pages", AI_DETAIL_NUMBER, meta->nTotalPages);
	ai_detail(details, "entry_pages", AI_DETAIL_NUMBER, meta->nEntryPages);
	ai_detail(details, "data_pages", AI_DETAIL_NUMBER, meta->nDataPages);
	if (meta->nEntries >= 0)
		ai_detail(details, "entries", AI_DETAIL_NUMBER, meta->nEntries);
	if (meta->ginVersion >= 0)
		ai_detail(details, "version", AI_DETAIL_NUMBER, meta->ginVersion);

	if (meta->ginVersion < 0 || meta->ginVersion > GIN_CURRENT_VERSION)
		ai_blame(&out->problem, "version of the index is not known");
	if (meta->nPendingHeapTuples < 0 || meta->nEntries < 0)
		ai_blame(&out->problem, "a count on the meta page is negative");
	if ((meta->head == InvalidBlockNumber) != (meta->tail == InvalidBlockNumber))
		ai_blame(&out->problem, "pending list has only one of its ends");
	check_link(index, meta->head, &out->problem,
			   "pending list begins beyond the index");
	check_link(index, meta->tail, &out->problem,
			   "pending list ends beyond the index");
}

/*
 * A page of a posting tree: where its items end.  An inner page, and a leaf
 * that is not packed, count them; pd_lower is believed for packed leaves only,
 * as the server does.
 */
static void
decode_data(const char *page, const AiPageHeader *header,
			const GinPageOpaqueData *opaque, AiIndexPage *out)
{
	uint32		end;

	if (out->sort == GIN_POSTING_INNER)
		end = DATA_START + (uint32) opaque->maxoff * sizeof(PostingItem);
	else if ((opaque->flags & GIN_COMPRESSED) != 0)
		end = header->lower;
	else
		end = DATA_START + (uint32) opaque->maxoff * sizeof(ItemPointerData);
	if (end < DATA_START || end > header->special)
	{
		ai_blame(&out->problem, "posting tree page's items end outside of it");
		end = DATA_START;
	}
	out->start = DATA_START;
	out->end = end;
	out->free_bytes = header->special - end;

	/* the greatest address that may stand here, where a page follows */
	if (opaque->rightlink != InvalidBlockNumber)
	{
		ItemPointerData bound;

		memcpy(&bound, page + MAXALIGN(SizeOfPageHeaderData), sizeof(bound));
		ai_detail(&out->details, "right_bound", AI_DETAIL_TID,
				  (uint64) ItemPointerGetBlockNumberNoCheck(&bound) << 16 |
				  ItemPointerGetOffsetNumberNoCheck(&bound));
	}
}

static void
decode_gin_page(const AiIndex *index, const char *page,
				const AiPageHeader *header, AiIndexPage *out)
{
	const GinPageOpaqueData *opaque =
		(const GinPageOpaqueData *) (page + header->special);

	ai_flag_names(&out->flags, opaque->flags, flag_names, lengthof(flag_names));
	out->sort = kind_of(opaque->flags);
	out->kind = kind_names[out->sort];
	if (out->flags.unknown != 0)
		ai_blame(&out->problem, "page has flags that GIN does not know");
	else
		ai_blame(&out->problem, check_flags(opaque->flags, out->sort));

	if (out->sort == GIN_META_PAGE)
	{
		decode_meta(index, page, out);
		return;
	}
	out->right = opaque->rightlink;
	check_link(index, out->right, &out->problem,
			   "link to the right leads beyond the index");

	switch (out->sort)
	{
		case GIN_DELETED_PAGE:
			/* of a page of the pending list it is not known, nor needed */
			if (TransactionIdIsValid(header->prune_xid))
				ai_detail(&out->details, "delete_xid", AI_DETAIL_XID,
						  header->prune_xid);
			return;
		case GIN_PENDING_PAGE:
			ai_detail(&out->details, "heap_tuples", AI_DETAIL_NUMBER, opaque->maxoff);
			break;
		case GIN_POSTING_LEAF:
			out->level = 0;
			decode_data(page, header, opaque, out);
			break;
		case GIN_POSTING_INNER:
			decode_data(page, header, opaque, out);
			break;
		case GIN_ENTRY_LEAF:
			out->level = 0;
			if (ai_index_items_overlap(page, header))
			{
				out->end = 1;
				ai_blame(&out->problem, "items of the page overlap");
			}
			break;
		default:
			break;
	}
	ai_index_count(&ai_index_gin, index, page, header, out);
}

/*
 * How many addresses a packed list has that begins at off and must end by end;
 * its size becomes *size.  Returns what is wrong with it: *n are then those
 * before the fault.
 */
static const char *
check_packed(const char *page, uint32 off, uint32 end, uint32 *size, uint32 *n)
{
	ItemPointerData tid;
	uint16		nbytes;
	uint64		number;
	uint32		at = off + offsetof(GinPostingList, bytes);

	*n = 0;
	*size = end - off;
	if (end - off < offsetof(GinPostingList, bytes))
		return "posting list is shorter than its header";
	memcpy(&tid, page + off + offsetof(GinPostingList, first), sizeof(tid));
	memcpy(&nbytes, page + off + offsetof(GinPostingList, nbytes), sizeof(nbytes));
	if (SHORTALIGN((uint32) nbytes) > end - at)
		return "posting list ends beyond its page or tuple";
	*size = offsetof(GinPostingList, bytes) + SHORTALIGN((uint32) nbytes);
	if (!OffsetNumberIsValid(ItemPointerGetOffsetNumberNoCheck(&tid)))
		return "posting list has an address without an offset";
	*n = 1;

	number = (uint64) ItemPointerGetBlockNumberNoCheck(&tid) << OFFSET_BITS |
		ItemPointerGetOffsetNumberNoCheck(&tid);
	end = at + nbytes;
	while (at < end)
	{
		uint64		delta = 0;
		int			shift = 0;
		uint8		byte;

		do
		{
			if (at == end || shift > NUMBER_BITS)
				return "posting list ends within a number";
			byte = ((const uint8 *) page)[at++];
			delta |= (uint64) (byte & 0x7F) << shift;
			shift += 7;
		} while ((byte & 0x80) != 0);

		number += delta;
		if (delta == 0)
			return "posting list does not ascend";
		if (number >> NUMBER_BITS != 0)
			return "posting list leads beyond the last block a table can have";
		(*n)++;
	}
	return NULL;
}

/*
 * The next segment of a packed leaf of a posting tree; of one that is not
 * packed, all its addresses are one item.
 */
static bool
posting_leaf_item(const char *page, const GinPageOpaqueData *opaque,
				  const AiIndexPage *what, AiIndexItem *item)
{
	uint32		off = item->itemoffset == 0 ? what->start : item->next;
	uint32		size = what->end - off;

	if (off >= what->end)
		return false;
	item->itemoffset++;
	ai_index_plain_item(item, "posting list", off, size);
	if ((opaque->flags & GIN_COMPRESSED) != 0)
	{
		item->problem = check_packed(page, off, what->end, &item->size,
									 &item->tids.n);
		item->tids.form = AI_TIDS_PACKED;
	}
	else
	{
		item->tids.form = AI_TIDS_ARRAY;
		item->tids.n = size / sizeof(ItemPointerData);
	}
	item->tids.off = off;
	item->tids.len = item->size;
	item->next = off + item->size;
	return true;
}

/*
 * An item above the leaves of a posting tree: a page, and the greatest address
 * that may be found below it.  That of the last page of a level bounds nothing.
 */
static bool
posting_inner_item(const AiIndex *index, const char *page,
				   const AiIndexPage *what, AiIndexItem *item)
{
	uint32		off = what->start + item->itemoffset * sizeof(PostingItem);
	PostingItem posting;

	if (off >= what->end)
		return false;
	item->itemoffset++;
	ai_index_plain_item(item, "downlink", off, sizeof(PostingItem));
	memcpy(&posting, page + off, sizeof(posting));
	item->child = PostingItemGetBlockNumber(&posting);
	if (off + sizeof(PostingItem) >= what->end && what->right == InvalidBlockNumber)
		ai_detail(&item->details, "unbounded", AI_DETAIL_BOOL, 1);
	else
		ai_detail(&item->details, "bound", AI_DETAIL_TID,
				  (uint64) ItemPointerGetBlockNumberNoCheck(&posting.key) << 16 |
				  ItemPointerGetOffsetNumberNoCheck(&posting.key));
	if (!ai_index_has_block(index, item->child))
		item->problem = "downlink leads beyond the index";
	return true;
}

/*
 * What an entry of a leaf has beside its key.  The key ends where the
 * addresses begin.
 */
static void
decode_postings(const AiIndex *index, const char *page, AiIndexItem *item)
{
	const IndexTupleData *itup = (const IndexTupleData *) (page + item->off);
	uint32		offset = GinGetPostingOffset(itup);
	uint32		n = GinGetNPosting(itup);
	uint32		end = item->off + item->size;
	uint32		size;
	uint32		found;

	if (GinIsPostingTree(itup))
	{
		item->kind = "posting tree";
		item->child = GinGetPostingTree(itup);
		if (!ai_index_has_block(index, item->child))
			ai_blame(&item->problem, "posting tree lies beyond the index");
		return;
	}
	if (offset < item->key_off - item->off || offset > item->size)
	{
		ai_blame(&item->problem, "posting list begins outside of its tuple");
		return;
	}
	item->key_len = item->off + offset - item->key_off;
	item->tids.off = item->off + offset;
	item->tids.len = end - item->tids.off;
	item->tids.n = n;
	if (n == 0)
		return;

	if (GinItupIsCompressed(itup))
	{
		item->tids.form = AI_TIDS_PACKED;
		ai_blame(&item->problem, check_packed(page, item->tids.off, end, &size, &found));
		item->tids.len = size;
		if (found != n)
			ai_blame(&item->problem, "posting list has not as many addresses as its tuple says");
		item->tids.n = found;
	}
	else
	{
		item->tids.form = AI_TIDS_ARRAY;
		if (n > item->tids.len / sizeof(ItemPointerData))
		{
			ai_blame(&item->problem, "posting list ends beyond its page or tuple");
			item->tids.n = item->tids.len / sizeof(ItemPointerData);
		}
		item->tids.len = item->tids.n * sizeof(ItemPointerData);
	}
}

/*
 * An entry of the entry tree, or of the pending list.
 */
static bool
entry_item(const AiIndex *index, const char *page, const AiPageHeader *header,
		   const AiIndexPage *what, AiIndexItem *item)
{
	const IndexTupleData *itup;

	if (item->itemoffset >= header->nitems)
		return false;
	item->itemoffset++;
	if (!ai_index_item_start(page, header, item))
		return true;
	item->kind = what->sort == GIN_ENTRY_INNER ? "downlink" :
		what->sort == GIN_ENTRY_LEAF ? "posting list" : "pending";
	if (!ai_index_tuple(index, page, item))
		return true;

	item->nkeys = 1;
	if (index->natts > 1 && item->key_len >= sizeof(int16))
	{
		int16		column;

		memcpy(&column, page + item->key_off, sizeof(column));
		if (column >= 1 && column <= index->natts)
			ai_detail(&item->details, "column", AI_DETAIL_NUMBER, column);
		else
			ai_blame(&item->problem, "entry is of a column that the index does not have");
	}
	itup = (const IndexTupleData *) (page + item->off);
	switch (what->sort)
	{
		case GIN_ENTRY_LEAF:
			/* lists that overlap would be as many as the page has no room for */
			if (what->end == 0)
				decode_postings(index, page, item);
			break;
		case GIN_ENTRY_INNER:
			item->child = GinGetDownlink(itup);
			if (item->itemoffset == header->nitems &&
				what->right == InvalidBlockNumber)
				ai_detail(&item->details, "unbounded", AI_DETAIL_BOOL, 1);
			if (!ai_index_has_block(index, item->child))
				ai_blame(&item->problem, "downlink leads beyond the index");
			break;
		default:
			item->tids.form = AI_TIDS_ARRAY;
			item->tids.n = 1;
			item->tids.off = item->off;
			item->tids.len = sizeof(ItemPointerData);
			break;
	}
	return true;
}

static bool
decode_gin_item(const AiIndex *index, const char *page,
				const AiPageHeader *header, const AiIndexPage *what,
				AiIndexItem *item)
{
	const GinPageOpaqueData *opaque =
		(const GinPageOpaqueData *) (page + header->special);

	switch (what->sort)
	{
		case GIN_META_PAGE:
		case GIN_DELETED_PAGE:
			return false;
		case GIN_POSTING_LEAF:
			return posting_leaf_item(page, opaque, what, item);
		case GIN_POSTING_INNER:
			return posting_inner_item(index, page, what, item);
		default:
			return entry_item(index, page, header, what, item);
	}
}

/*
 * Which null a key is that has no value.
 */
static const char *
category_word(int8 category)
{
	switch (category)
	{
		case GIN_CAT_NULL_KEY:
			return "null key";
		case GIN_CAT_EMPTY_ITEM:
			return "item without keys";
		case GIN_CAT_NULL_ITEM:
			return "null item";
	}
	return NULL;
}

/*
 * The key of an entry, with the column that it is of.
 */
static int
decode_gin_keys(const AiIndex *index, const char *page,
				const AiIndexItem *item, AiIndexKey *keys)
{
	AiIndexKey *key = &keys[0];
	uint32		at = item->key_off;
	uint32		end = item->key_off + item->key_len;
	bool		one_column = index->natts == 1;
	int16		column = 1;

	if (item->nkeys == 0 || item->key_off == 0)
		return 0;
	memset(key, 0, sizeof(*key));
	key->state = AI_KEY_UNREACHED;
	key->slot = -1;
	if (!one_column)
	{
		if (end - at < sizeof(column))
		{
			key->stored.problem = "entry ends before its column's number";
			return 1;
		}
		memcpy(&column, page + at, sizeof(column));
		at += sizeof(column);
		if (column < 1 || column > index->natts)
		{
			key->stored.problem = "entry is of a column that the index does not have";
			return 1;
		}
	}
	key->column = column;
	if (column > index->nslots)
	{
		key->stored.problem = "type of the key is not known";
		return 1;
	}
	key->slot = column - 1;

	if (item->nulls_off != 0)
	{
		uint8		bits = ((const uint8 *) page)[item->nulls_off];

		if ((bits & (one_column ? 1 : 2)) != 0 || (!one_column && (bits & 1) == 0))
			key->stored.problem = "null bitmap is not that of a null key";
		else if (at >= end)
			key->stored.problem = "entry ends before its null category";
		else
		{
			key->word = category_word(((const int8 *) page)[at]);
			if (key->word == NULL)
				key->stored.problem = "null category is not known";
			else
				key->state = AI_KEY_WORD;
		}
		return 1;
	}
	ai_index_value(page, &at, end, &index->slots[key->slot].attr, key);
	return 1;
}

const AiIndexMethod ai_index_gin = {
	decode_gin_page, decode_gin_item, decode_gin_keys
};
