/*-------------------------------------------------------------------------
 *
 * decode_index.c
 *	  What the decoders of index pages share.
 *
 * An index tuple is laid out alike by all methods that use it; what its t_tid
 * means, and which bits of it are what, each of them knows alone.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/ginblock.h"
#include "access/itup.h"

#include "decode/decode_index.h"

/* A GIN posting list packs an address into a number: the offset has 11 bits */
#define GIN_OFFSET_BITS 11

/*
 * ai_index_page_clear - nothing known yet
 */
void
ai_index_page_clear(AiIndexPage *out)
{
	memset(out, 0, offsetof(AiIndexPage, details));
	out->details.n = 0;
	out->problem = NULL;
	out->level = AI_NO_LEVEL;
	out->left = out->right = out->parent = InvalidBlockNumber;
	out->sort = 0;
	out->first = FirstOffsetNumber;
	out->start = out->end = 0;
}

/*
 * ai_index_count - count the items of a page of this method, live and dead
 */
void
ai_index_count(const AiIndexMethod *method, const AiIndex *index,
			   const char *page, const AiPageHeader *header, AiIndexPage *out)
{
	AiIndexItem item;

	out->live_items = out->dead_items = 0;
	if (header->kind != index->method || out->kind == NULL)
		return;
	item.itemoffset = 0;
	item.next = 0;
	while (method->item(index, page, header, out, &item))
	{
		if (item.dead)
			out->dead_items++;
		else
			out->live_items++;
		if (out->problem == NULL)
			out->problem = item.problem;
	}
}

/*
 * ai_index_plain_item - an item of size bytes at off, with nothing said of it
 */
void
ai_index_plain_item(AiIndexItem *item, const char *kind, uint32 off,
					uint32 size)
{
	item->kind = kind;
	item->off = off;
	item->size = size;
	item->readable = true;
	item->dead = false;
	item->child = InvalidBlockNumber;
	item->tids.form = AI_TIDS_NONE;
	item->tids.n = 0;
	item->flags.n = 0;
	item->flags.unknown = 0;
	item->details.n = 0;
	item->problem = NULL;
	item->key_off = item->key_len = item->nulls_off = 0;
	item->nkeys = 0;
	item->sort = 0;
}

/*
 * ai_index_item_start - line pointer item->itemoffset
 *
 * dead is what the line pointer says.
 */
bool
ai_index_item_start(const char *page, const AiPageHeader *header,
					AiIndexItem *item)
{
	AiItem		line;

	ai_decode_item(page, header, (OffsetNumber) item->itemoffset, &line);
	ai_index_plain_item(item, line.in_page ? NULL : "unreadable", line.off,
						line.len);
	item->readable = line.in_page;
	item->dead = line.flags == LP_DEAD;
	item->problem = line.problem;
	if (line.flags == LP_UNUSED)
		item->kind = "unused";
	else if (line.flags == LP_REDIRECT && item->problem == NULL)
		item->problem = "line pointer of an index redirects";
	else if (!item->readable && item->problem == NULL)
		item->problem = "dead line pointer of an index has no entry";
	return item->readable;
}

/*
 * ai_index_items_overlap - whether the items have more bytes than there are
 *
 * Whoever finds many things in an item would find them again and again then,
 * more than a page has room for.
 */
bool
ai_index_items_overlap(const char *page, const AiPageHeader *header)
{
	uint32		bytes = 0;

	for (OffsetNumber lp = 1; lp <= header->nitems; lp++)
	{
		AiItem		line;

		ai_decode_item(page, header, lp, &line);
		if (line.in_page)
			bytes += line.len;
	}
	return bytes > (uint32) header->special - header->upper;
}

/*
 * ai_index_tuple - the item as an index tuple
 *
 * The tuple may be shorter than its line pointer says, but not longer.  All
 * of the index's columns are taken to be there; whoever knows better lowers
 * nkeys, and key_len.
 */
bool
ai_index_tuple(const AiIndex *index, const char *page, AiIndexItem *item)
{
	const IndexTupleData *itup = (const IndexTupleData *) (page + item->off);
	uint32		size;
	uint32		hoff;

	if (!item->readable)
		return false;
	if (item->size < sizeof(IndexTupleData))
	{
		item->problem = "item is shorter than an index tuple's header";
		return false;
	}
	size = itup->t_info & INDEX_SIZE_MASK;
	hoff = (itup->t_info & INDEX_NULL_MASK) == 0 ? MAXALIGN(sizeof(IndexTupleData)) :
		MAXALIGN(sizeof(IndexTupleData) + sizeof(IndexAttributeBitMapData));
	if (size > item->size)
	{
		item->problem = "index tuple ends beyond its line pointer's length";
		return false;
	}
	if (size < item->size)
		item->problem = "index tuple is shorter than its line pointer's length";
	if (size < hoff)
	{
		item->problem = "index tuple is shorter than its header";
		return false;
	}
	item->size = size;
	item->key_off = item->off + hoff;
	item->key_len = size - hoff;
	item->nulls_off = (itup->t_info & INDEX_NULL_MASK) == 0 ? 0 :
		item->off + sizeof(IndexTupleData);
	item->nkeys = index->natts;
	return true;
}

/*
 * ai_index_value - one value that is there
 *
 * A damaged one leaves the key unreached, with the problem.
 */
bool
ai_index_value(const char *page, uint32 *at, uint32 end,
			   const AiAttribute *attr, AiIndexKey *key)
{
	memset(&key->stored, 0, sizeof(AiStored));
	key->stored.problem = ai_decode_attribute(page, *at, end, attr, &key->stored);
	if (key->stored.problem == NULL && key->stored.storage == AI_STORED_EXTERNAL)
		key->stored.problem = "value of an index lies in a TOAST table";
	if (key->stored.problem != NULL)
	{
		key->state = AI_KEY_UNREACHED;
		return false;
	}
	key->state = AI_KEY_VALUE;
	*at = key->stored.offset + key->stored.length;
	return true;
}

/*
 * ai_index_tuple_keys - the columns of an index tuple
 */
int
ai_index_tuple_keys(const AiIndex *index, const char *page,
					const AiIndexItem *item, AiIndexKey *keys)
{
	uint32		at = item->key_off;
	uint32		end = item->key_off + item->key_len;
	int			natts = Min(index->natts, AI_MAX_KEYS);
	bool		reached = item->key_off != 0;

	for (int i = 0; i < natts; i++)
	{
		AiIndexKey *key = &keys[i];

		key->column = i + 1;
		key->slot = i;
		key->label = NULL;
		key->word = NULL;
		if (!reached || i >= index->nslots)
		{
			key->state = AI_KEY_UNREACHED;
			key->stored.problem = NULL;
		}
		else if (i >= item->nkeys)
			key->state = AI_KEY_TRUNCATED;
		else if (item->nulls_off != 0 &&
				 (((const uint8 *) page)[item->nulls_off + i / 8] & (1 << (i % 8))) == 0)
			key->state = AI_KEY_NULL;
		else
			reached = ai_index_value(page, &at, end, &index->slots[i].attr, key);
	}
	return natts;
}

/*
 * ai_flag_names - the names of the bits that are set; bit 0 is names[0]
 */
void
ai_flag_names(AiFlags *flags, uint32 bits, const char *const *names, int n)
{
	flags->n = 0;
	for (int i = 0; i < n; i++)
	{
		if ((bits & (1U << i)) != 0 && names[i] != NULL && flags->n < AI_MAX_FLAGS)
		{
			flags->names[flags->n++] = names[i];
			bits &= ~(1U << i);
		}
	}
	flags->unknown = bits;
}

/*
 * ai_tid_walk_start - before the first address of an item
 */
void
ai_tid_walk_start(AiTidWalk *walk, const AiTids *tids)
{
	walk->tids = *tids;
	walk->at = tids->off;
	walk->left = tids->form == AI_TIDS_NONE ? 0 :
		tids->form == AI_TIDS_PACKED ? tids->n :
		Min(tids->n, tids->len / sizeof(ItemPointerData));
	walk->segment_end = 0;
	walk->value = 0;
}

/*
 * Compressed posting lists, one behind the other: the first address of each as
 * it is, then the differences, in bytes of seven bits (ginpostinglist.c).
 *
 * Follows ginPostingListDecodeAllSegments
 * (src/backend/access/gin/ginpostinglist.c, REL_19_STABLE)
 * Follows decode_varbyte
 * (src/backend/access/gin/ginpostinglist.c, REL_19_STABLE)
 */
static bool
next_packed(AiTidWalk *walk, const char *page, ItemPointerData *tid)
{
	uint32		end = walk->tids.off + walk->tids.len;
	uint64		delta = 0;
	int			shift = 0;
	bool		more = true;

	if (walk->at < walk->segment_end)
	{
		while (more && walk->at < walk->segment_end && shift < 49)
		{
			uint8		byte = ((const uint8 *) page)[walk->at++];

			delta |= (uint64) (byte & 0x7F) << shift;
			more = (byte & 0x80) != 0;
			shift += 7;
		}
		if (more)
		{
			/* cut off: what follows can't be told */
			walk->at = walk->segment_end = end;
			return false;
		}
		walk->value += delta;
		ItemPointerSet(tid, (BlockNumber) (walk->value >> GIN_OFFSET_BITS),
					   (OffsetNumber) (walk->value & ((1 << GIN_OFFSET_BITS) - 1)));
		return true;
	}

	walk->at = walk->segment_end == 0 ? walk->at : SHORTALIGN(walk->at);
	if (walk->at < end && end - walk->at >= offsetof(GinPostingList, bytes))
	{
		uint16		nbytes;

		memcpy(tid, page + walk->at + offsetof(GinPostingList, first), sizeof(*tid));
		memcpy(&nbytes, page + walk->at + offsetof(GinPostingList, nbytes), sizeof(nbytes));
		if (nbytes > end - walk->at - offsetof(GinPostingList, bytes))
			return false;
		walk->at += offsetof(GinPostingList, bytes);
		walk->segment_end = walk->at + nbytes;
		walk->value = (uint64) ItemPointerGetBlockNumberNoCheck(tid) << GIN_OFFSET_BITS |
			ItemPointerGetOffsetNumberNoCheck(tid);
		return true;
	}
	return false;
}

/*
 * ai_tid_walk_next - the next address, or false
 */
bool
ai_tid_walk_next(AiTidWalk *walk, const char *page, ItemPointerData *tid)
{
	if (walk->left == 0)
		return false;
	walk->left--;
	if (walk->tids.form == AI_TIDS_PACKED)
		return next_packed(walk, page, tid);
	memcpy(tid, page + walk->at, sizeof(*tid));
	walk->at += sizeof(*tid);
	return true;
}
