/*-------------------------------------------------------------------------
 *
 * decode_brin.c
 *	  BRIN pages: meta, the map of ranges, and the summaries of ranges.
 *
 * A summary has no address of a row but the first block of its range.  Behind
 * its header lie two bits a column (all null, has nulls) where there are any,
 * then what the opclass keeps of each column that is not all null.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/brin_page.h"
#include "access/brin_tuple.h"

#include "decode/decode_index.h"

/* AiIndexPage.sort */
enum
{
	BRIN_NO_ITEMS,
	BRIN_REVMAP,
	BRIN_SUMMARIES
};

/* brin_bloom.c and brin_minmax_multi.c keep these to themselves */
#define BLOOM_HEADER	12
#define MULTI_HEADER	16

static uint32
get_word(const char *data)
{
	uint32		word;

	memcpy(&word, data, sizeof(word));
	return word;
}

static const char *const page_flags[] = {"evacuate_page"};

static void
decode_meta(const AiIndex *index, const char *page,
			const AiPageHeader *header, AiIndexPage *out)
{
	BrinMetaPageData meta;

	out->kind = "meta";
	memcpy(&meta, page + MAXALIGN(SizeOfPageHeaderData), sizeof(meta));
	ai_detail(&out->details, "magic", AI_DETAIL_NUMBER, meta.brinMagic);
	ai_detail(&out->details, "version", AI_DETAIL_NUMBER, meta.brinVersion);
	ai_detail(&out->details, "pages_per_range", AI_DETAIL_NUMBER, meta.pagesPerRange);
	ai_detail(&out->details, "last_revmap_page", AI_DETAIL_NUMBER, meta.lastRevmapPage);
	if (meta.brinMagic != BRIN_META_MAGIC)
		out->problem = "meta page does not have the magic number of a brin index";
	else if (meta.brinVersion != BRIN_CURRENT_VERSION)
		out->problem = "version of the brin index is not known";
	else if (meta.pagesPerRange == 0)
		out->problem = "ranges have no blocks";
	else if (!ai_index_has_block(index, meta.lastRevmapPage))
		out->problem = "map of ranges ends beyond the end of the index";
}

/* AiIndexMethod.page */
static void
brin_page(const AiIndex *index, const char *page, const AiPageHeader *header,
		  AiIndexPage *out)
{
	uint16		type;
	uint16		flags;

	memcpy(&type, page + BLCKSZ - sizeof(type), sizeof(type));
	memcpy(&flags, page + BLCKSZ - 2 * sizeof(type), sizeof(flags));
	ai_flag_names(&out->flags, flags, page_flags, lengthof(page_flags));
	out->sort = BRIN_NO_ITEMS;
	switch (type)
	{
		case BRIN_PAGETYPE_META:
			decode_meta(index, page, header, out);
			break;
		case BRIN_PAGETYPE_REVMAP:
			out->kind = "revmap";
			out->sort = BRIN_REVMAP;
			break;
		case BRIN_PAGETYPE_REGULAR:
			out->kind = "regular";
			out->sort = BRIN_SUMMARIES;
			out->level = 0;
			break;
		default:
			out->problem = "type of the brin page is not known";
			break;
	}
}

/* The blocks of the table that a range speaks of. */
static void
range_blocks(const AiIndex *index, uint64 first, AiIndexItem *item)
{
	ai_detail(&item->details, "first_block", AI_DETAIL_NUMBER, first);
	if (index->pages_per_range > 0)
		ai_detail(&item->details, "last_block", AI_DETAIL_NUMBER,
				  first + index->pages_per_range - 1);
}

/*
 * An entry of the map: where the summary of a range is.
 *
 * An entry without one is a range that was not summarised, if the table has
 * the blocks; what lies behind the table's end is left out.
 */
static bool
decode_revmap(const AiIndex *index, const char *page, AiIndexItem *item)
{
	while (item->itemoffset < REVMAP_PAGE_MAXITEMS)
	{
		uint32		n = item->itemoffset++;
		uint64		first = 0;
		bool		known = index->pages_per_range > 0 && index->blkno > 0;
		ItemPointerData tid;
		BlockNumber blkno;

		if (known)
			first = ((uint64) (index->blkno - 1) * REVMAP_PAGE_MAXITEMS + n) *
				index->pages_per_range;
		ai_index_plain_item(item, NULL, MAXALIGN(SizeOfPageHeaderData) +
							n * sizeof(tid), sizeof(tid));
		memcpy(&tid, page + item->off, sizeof(tid));
		blkno = ItemPointerGetBlockNumberNoCheck(&tid);
		if (ItemPointerGetOffsetNumberNoCheck(&tid) == InvalidOffsetNumber)
		{
			if (!known || first >= index->heap_blocks)
				continue;
			item->kind = "not summarised";
			range_blocks(index, first, item);
			return true;
		}
		item->kind = "revmap entry";
		if (known)
			range_blocks(index, first, item);
		item->child = blkno;
		ai_detail(&item->details, "summary", AI_DETAIL_TID,
				  (uint64) blkno << 16 | ItemPointerGetOffsetNumberNoCheck(&tid));
		if (!ai_index_has_block(index, blkno))
			item->problem = "block it points to is beyond the end of the index";
		return true;
	}
	return false;
}

/* The summary of a range. */
static bool
decode_summary(const AiIndex *index, const char *page,
			   const AiPageHeader *header, AiIndexItem *item)
{
	uint32		bitmap;
	uint32		hoff;
	BlockNumber first;
	uint8		info;

	if (item->itemoffset >= header->nitems)
		return false;
	item->itemoffset++;
	if (!ai_index_item_start(page, header, item))
		return true;
	item->kind = "range summary";
	if (item->size < SizeOfBrinTuple)
	{
		item->problem = "item is shorter than a summary's header";
		return true;
	}
	memcpy(&first, page + item->off + offsetof(BrinTuple, bt_blkno), sizeof(first));
	memcpy(&info, page + item->off + offsetof(BrinTuple, bt_info), sizeof(info));
	range_blocks(index, first, item);
	if ((info & BRIN_PLACEHOLDER_MASK) != 0)
		item->flags.names[item->flags.n++] = "placeholder";
	if ((info & BRIN_EMPTY_RANGE_MASK) != 0)
		item->flags.names[item->flags.n++] = "empty_range";
	if ((info & BRIN_NULLS_MASK) != 0)
		item->flags.names[item->flags.n++] = "has_nulls";

	bitmap = (info & BRIN_NULLS_MASK) != 0 ? (index->natts * 2 + 7) / 8 : 0;
	hoff = info & BRIN_OFFSET_MASK;
	if (hoff < SizeOfBrinTuple + bitmap || hoff != MAXALIGN(hoff))
	{
		item->problem = "summary's data begin within its header";
		return true;
	}
	if (hoff > item->size)
	{
		item->problem = "summary is shorter than its header";
		return true;
	}
	if (index->pages_per_range > 0 && first % index->pages_per_range != 0)
		item->problem = "block number is not the first of a range";
	item->key_off = item->off + hoff;
	item->key_len = item->size - hoff;
	item->nulls_off = bitmap > 0 ? item->off + SizeOfBrinTuple : 0;
	item->nkeys = index->natts;
	return true;
}

/* AiIndexMethod.item */
static bool
brin_item(const AiIndex *index, const char *page, const AiPageHeader *header,
		  const AiIndexPage *what, AiIndexItem *item)
{
	if (what->sort == BRIN_REVMAP)
		return decode_revmap(index, page, item);
	if (what->sort == BRIN_SUMMARIES)
		return decode_summary(index, page, header, item);
	return false;
}

/* A bit of the bitmap, which here is set for a null. */
static bool
null_bit(const char *page, const AiIndexItem *item, int n)
{
	return item->nulls_off != 0 &&
		(((const uint8 *) page)[item->nulls_off + n / 8] & (1 << (n % 8))) != 0;
}

/*
 * AiIndexMethod.keys: the values of the summary, column by column; a word
 * where all are null, and one behind the values where some are.
 */
static int
brin_keys(const AiIndex *index, const char *page, const AiIndexItem *item,
		  AiIndexKey *keys)
{
	uint32		at = item->key_off;
	uint32		end = item->key_off + item->key_len;
	bool		reached = item->key_off != 0;
	int			slot = 0;
	int			n = 0;

	if (!reached || index->stored_per_column == NULL)
		return 0;
	for (int column = 0; column < index->natts; column++)
	{
		int			stored = index->stored_per_column[column];
		bool		all_null = null_bit(page, item, column);

		for (int i = 0; i < stored && !all_null; i++)
		{
			AiIndexKey *key = &keys[n];

			if (n >= AI_MAX_KEYS || slot + i >= index->nslots)
				return n;
			key->column = column + 1;
			key->slot = slot + i;
			key->label = NULL;
			key->word = NULL;
			if (reached)
				reached = ai_index_value(page, &at, end,
										 &index->slots[slot + i].attr, key);
			else
			{
				key->state = AI_KEY_UNREACHED;
				key->stored.problem = NULL;
			}
			n++;
		}
		slot += stored;
		if (all_null || null_bit(page, item, index->natts + column))
		{
			if (n >= AI_MAX_KEYS)
				return n;
			keys[n].column = column + 1;
			keys[n].slot = -1;
			keys[n].label = NULL;
			keys[n].state = AI_KEY_WORD;
			keys[n].word = all_null ? "all null" : "has nulls";
			n++;
		}
	}
	return n;
}

/*
 * ai_brin_bloom - a summary of the bloom opclasses, without its varlena header
 *
 * Returns what is wrong with it.
 */
const char *
ai_brin_bloom(const char *data, uint32 len, AiBrinBloom *out)
{
	memset(out, 0, sizeof(*out));
	if (len < BLOOM_HEADER)
		return "bloom summary is shorter than its header";
	out->nhashes = (uint8) data[2];
	out->nbits = get_word(data + 4);
	out->nbits_set = get_word(data + 8);
	if (out->nbits / 8 != len - BLOOM_HEADER || out->nbits % 8 != 0)
		return "bloom summary has not the bits that it says";
	if (out->nbits_set > out->nbits)
		return "bloom summary has more bits set than it has";
	return NULL;
}

/*
 * ai_brin_multi - a summary of the minmax-multi opclasses, likewise
 *
 * Its values lie packed behind the header: two of each range, then the single
 * ones.  ai_brin_multi_next() goes through them.
 */
const char *
ai_brin_multi(const char *data, uint32 len, AiBrinMulti *out)
{
	memset(out, 0, sizeof(*out));
	if (len < MULTI_HEADER)
		return "minmax-multi summary is shorter than its header";
	out->typid = get_word(data);
	out->nranges = get_word(data + 4);
	out->nvalues = get_word(data + 8);
	out->at = MULTI_HEADER;
	if (out->nranges > len || out->nvalues > len ||
		2 * out->nranges + out->nvalues > len - MULTI_HEADER)
		return "minmax-multi summary has not the values that it says";
	return NULL;
}

/*
 * ai_brin_multi_next - the next value, packed; returns what is wrong with it
 */
const char *
ai_brin_multi_next(const char *data, uint32 len, int16 attlen,
				   AiBrinMulti *multi, AiStored *stored)
{
	const AiAttribute packed = {attlen, 1};
	const char *problem = ai_decode_attribute(data, multi->at, len, &packed, stored);

	if (problem == NULL && (stored->storage == AI_STORED_EXTERNAL || stored->length == 0))
		problem = "value of a summary lies elsewhere";
	if (problem == NULL)
		multi->at = stored->offset + stored->length;
	return problem;
}

const AiIndexMethod ai_index_brin = {
	.page = brin_page,
	.item = brin_item,
	.keys = brin_keys
};
