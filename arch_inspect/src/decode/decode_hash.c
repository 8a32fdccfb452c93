/*-------------------------------------------------------------------------
 *
 * decode_hash.c
 *	  Hash index pages: meta, buckets, their overflow pages, bitmaps.
 *
 * An item is an index tuple whose one column is the hash code of the key.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/hash.h"

#include "decode/decode_index.h"

/* AiIndexPage.sort */
enum
{
	HASH_NO_ITEMS,
	HASH_TUPLES,
	HASH_BITS
};

/* flags that say what a page is have no name here: "kind" tells */
static const char *const page_flags[] = {
	NULL, NULL, NULL, NULL, "bucket_being_populated", "bucket_being_split",
	"bucket_needs_split_cleanup", "page_has_dead_tuples"
};

/* The meta page, as far as it is not a long array. */
static void
decode_meta(const AiIndex *index, const char *page,
			const AiPageHeader *header, AiIndexPage *out)
{
	const char *at = page + MAXALIGN(SizeOfPageHeaderData);
	HashMetaPageData meta;
	uint32		overflow = 0;

	out->kind = "meta";
	StaticAssertStmt(MAXALIGN(SizeOfPageHeaderData) + sizeof(HashMetaPageData) +
					 sizeof(HashPageOpaqueData) <= BLCKSZ,
					 "the meta data end before the special space");
	memcpy(&meta, at, sizeof(meta));
	ai_detail(&out->details, "magic", AI_DETAIL_NUMBER, meta.hashm_magic);
	ai_detail(&out->details, "version", AI_DETAIL_NUMBER, meta.hashm_version);
	ai_detail(&out->details, "ntuples", AI_DETAIL_DOUBLE, 0);
	out->details.list[out->details.n - 1].d = meta.hashm_ntuples;
	ai_detail(&out->details, "ffactor", AI_DETAIL_NUMBER, meta.hashm_ffactor);
	ai_detail(&out->details, "bsize", AI_DETAIL_NUMBER, meta.hashm_bsize);
	ai_detail(&out->details, "bmsize", AI_DETAIL_NUMBER, meta.hashm_bmsize);
	ai_detail(&out->details, "bmshift", AI_DETAIL_NUMBER, meta.hashm_bmshift);
	ai_detail(&out->details, "maxbucket", AI_DETAIL_NUMBER, meta.hashm_maxbucket);
	ai_detail(&out->details, "highmask", AI_DETAIL_NUMBER, meta.hashm_highmask);
	ai_detail(&out->details, "lowmask", AI_DETAIL_NUMBER, meta.hashm_lowmask);
	ai_detail(&out->details, "ovflpoint", AI_DETAIL_NUMBER, meta.hashm_ovflpoint);
	ai_detail(&out->details, "firstfree", AI_DETAIL_NUMBER, meta.hashm_firstfree);
	ai_detail(&out->details, "nmaps", AI_DETAIL_NUMBER, meta.hashm_nmaps);
	ai_detail(&out->details, "procid", AI_DETAIL_NUMBER, meta.hashm_procid);
	if (meta.hashm_magic != HASH_MAGIC)
		out->problem = "meta page does not have the magic number of a hash index";
	else if (meta.hashm_version != HASH_VERSION)
		out->problem = "version of the hash index is not known";
	else if (meta.hashm_nmaps > HASH_MAX_BITMAPS)
		out->problem = "more bitmap pages than the meta page has room for";
	else if (meta.hashm_ovflpoint >= HASH_MAX_SPLITPOINTS)
		out->problem = "split point is out of range";
	else
	{
		overflow = meta.hashm_spares[meta.hashm_ovflpoint];
		ai_detail(&out->details, "spares", AI_DETAIL_NUMBER, overflow);
	}
}

/* A block number that InvalidBlockNumber stands for none of. */
static BlockNumber
decode_link(const AiIndex *index, BlockNumber blkno, AiIndexPage *out)
{
	if (blkno != InvalidBlockNumber && !ai_index_has_block(index, blkno))
		out->problem = "linked page is beyond the end of the index";
	return blkno;
}

/* AiIndexMethod.page */
static void
hash_page(const AiIndex *index, const char *page, const AiPageHeader *header,
		  AiIndexPage *out)
{
	const HashPageOpaqueData *opaque = (const HashPageOpaqueData *) (page + header->special);
	uint16		flags = opaque->hasho_flag;

	ai_flag_names(&out->flags, flags & ~LH_PAGE_TYPE, page_flags,
				  lengthof(page_flags));
	out->sort = HASH_NO_ITEMS;
	switch (flags & LH_PAGE_TYPE)
	{
		case LH_META_PAGE:
			decode_meta(index, page, header, out);
			return;
		case LH_UNUSED_PAGE:
			out->kind = "unused";
			return;
		case LH_BITMAP_PAGE:
			out->kind = "bitmap";
			out->sort = HASH_BITS;
			out->start = MAXALIGN(SizeOfPageHeaderData);
			out->end = Min(header->lower, header->special);
			if (out->end < out->start)
			{
				out->end = out->start;
				out->problem = "bitmap page has no bitmap";
			}
			out->end -= (out->end - out->start) % sizeof(uint32);
			return;
		case LH_BUCKET_PAGE:
			out->kind = "bucket";
			out->level = 0;
			out->right = decode_link(index, opaque->hasho_nextblkno, out);
			ai_detail(&out->details, "bucket", AI_DETAIL_NUMBER, opaque->hasho_bucket);
			/* of a bucket's first page this field says something else */
			ai_detail(&out->details, "maxbucket_at_split", AI_DETAIL_NUMBER,
					  opaque->hasho_prevblkno);
			break;
		case LH_OVERFLOW_PAGE:
			out->kind = "overflow";
			out->level = 0;
			out->left = decode_link(index, opaque->hasho_prevblkno, out);
			out->right = decode_link(index, opaque->hasho_nextblkno, out);
			ai_detail(&out->details, "bucket", AI_DETAIL_NUMBER, opaque->hasho_bucket);
			break;
		default:
			out->problem = "flags of a hash page say two kinds at once";
			return;
	}
	out->sort = HASH_TUPLES;
}

/* The one item of a bitmap page: its bits, each an overflow page in use. */
static bool
decode_bitmap(const char *page, const AiIndexPage *what, AiIndexItem *item)
{
	uint32		set = 0;

	if (item->itemoffset > 0)
		return false;
	item->itemoffset = 1;
	ai_index_plain_item(item, "bitmap", what->start, what->end - what->start);
	for (uint32 i = 0; i < item->size; i++)
	{
		for (uint8 byte = ((const uint8 *) page)[item->off + i]; byte != 0; byte &= byte - 1)
			set++;
	}
	ai_detail(&item->details, "bits", AI_DETAIL_NUMBER, item->size * 8);
	ai_detail(&item->details, "bits_set", AI_DETAIL_NUMBER, set);
	return true;
}

/* AiIndexMethod.item */
static bool
hash_item(const AiIndex *index, const char *page, const AiPageHeader *header,
		  const AiIndexPage *what, AiIndexItem *item)
{
	const IndexTupleData *itup;

	if (what->sort == HASH_BITS)
		return decode_bitmap(page, what, item);
	if (what->sort != HASH_TUPLES || item->itemoffset >= header->nitems)
		return false;
	item->itemoffset++;
	if (!ai_index_item_start(page, header, item))
		return true;
	item->kind = "leaf";
	if (!ai_index_tuple(index, page, item))
		return true;
	itup = (const IndexTupleData *) (page + item->off);
	item->tids.form = AI_TIDS_ARRAY;
	item->tids.n = 1;
	item->tids.off = item->off + offsetof(IndexTupleData, t_tid);
	item->tids.len = sizeof(ItemPointerData);
	if ((itup->t_info & INDEX_MOVED_BY_SPLIT_MASK) != 0)
		item->flags.names[item->flags.n++] = "moved_by_split";
	if ((itup->t_info & INDEX_NULL_MASK) != 0)
		item->problem = "hash index holds a null";
	return true;
}

const AiIndexMethod ai_index_hash = {
	.page = hash_page,
	.item = hash_item,
	.keys = ai_index_tuple_keys
};
