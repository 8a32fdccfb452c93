/*-------------------------------------------------------------------------
 *
 * decode_tids.c
 *	  The heap addresses that a page of an index holds.
 *
 * B-tree, hash and GiST keep them in plain index tuples, a B-tree also in
 * posting lists; SP-GiST in leaf tuples of its own.  GIN has them in its
 * pending list, in the leaves of posting trees, and in the entries that have
 * few enough to need no tree, the latter two mostly compressed.  (A BRIN
 * index knows ranges of blocks, not rows.)
 *
 * Nothing on the page is believed: what does not lie within its item, or
 * within the page's data, is left out.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/ginblock.h"
#include "access/gist.h"
#include "access/hash.h"
#include "access/itup.h"
#include "access/nbtree.h"
#include "access/spgist_private.h"

#include "decode/decode_tids.h"

/*
 * A GIN posting list packs an address into a number: the offset has 11 bits
 */
#define GIN_OFFSET_BITS 11

/*
 * ai_index_has_tids - whether pages of that kind hold heap addresses
 */
bool
ai_index_has_tids(AiPageKind kind)
{
	return kind == AI_PAGE_BTREE || kind == AI_PAGE_HASH ||
		kind == AI_PAGE_GIST || kind == AI_PAGE_SPGIST || kind == AI_PAGE_GIN;
}

/*
 * An array of addresses; as many as there is room for.
 */
static void
decode_array(const char *bytes, uint32 len, uint32 n, bool killed,
			 AiTidSink sink, void *arg)
{
	ItemPointerData tid;

	n = Min(n, len / sizeof(tid));
	for (uint32 i = 0; i < n; i++)
	{
		memcpy(&tid, bytes + i * sizeof(tid), sizeof(tid));
		sink(arg, &tid, killed);
	}
}

/*
 * Compressed posting lists, one behind the other: the first address of each
 * as it is, then the differences, in bytes of seven bits (ginpostinglist.c).
 *
 * Follows ginPostingListDecodeAllSegments
 * (src/backend/access/gin/ginpostinglist.c, REL_19_STABLE)
 * Follows decode_varbyte
 * (src/backend/access/gin/ginpostinglist.c, REL_19_STABLE)
 */
static void
decode_posting_lists(const char *bytes, uint32 len, AiTidSink sink, void *arg)
{
	while (len >= offsetof(GinPostingList, bytes))
	{
		const unsigned char *at = (const unsigned char *) bytes +
			offsetof(GinPostingList, bytes);
		const unsigned char *end;
		ItemPointerData tid;
		uint16		nbytes;
		uint64		value;

		memcpy(&tid, bytes + offsetof(GinPostingList, first), sizeof(tid));
		memcpy(&nbytes, bytes + offsetof(GinPostingList, nbytes),
			   sizeof(nbytes));
		if (nbytes > len - offsetof(GinPostingList, bytes))
			return;
		sink(arg, &tid, false);

		value = (uint64) ItemPointerGetBlockNumberNoCheck(&tid) <<
			GIN_OFFSET_BITS |
			ItemPointerGetOffsetNumberNoCheck(&tid);
		end = at + nbytes;
		while (at < end)
		{
			uint64		delta = 0;
			int			shift = 0;
			bool		more = true;

			while (more && at < end && shift < 49)
			{
				delta |= (uint64) (*at & 0x7F) << shift;
				more = (*at++ & 0x80) != 0;
				shift += 7;
			}
			if (more)
				return;
			value += delta;
			ItemPointerSet(&tid, (BlockNumber) (value >> GIN_OFFSET_BITS),
						   (OffsetNumber) (value &
										   ((1 << GIN_OFFSET_BITS) - 1)));
			sink(arg, &tid, false);
		}
		nbytes = SHORTALIGN(offsetof(GinPostingList, bytes) + nbytes);
		bytes += Min(nbytes, len);
		len -= Min(nbytes, len);
	}
}

/*
 * A leaf of a GIN posting tree: behind its right bound, up to pd_lower.
 *
 * Follows GinDataLeafPageGetItems
 * (src/backend/access/gin/gindatapage.c, REL_19_STABLE)
 */
static void
decode_gin_data(const char *page, const AiPageHeader *header,
				const GinPageOpaqueData *opaque, AiTidSink sink, void *arg)
{
	uint32		start = MAXALIGN(SizeOfPageHeaderData) +
		MAXALIGN(sizeof(ItemPointerData));

	if (opaque->flags & GIN_COMPRESSED)
	{
		if (header->lower > start && header->lower <= header->special)
			decode_posting_lists(page + start, header->lower - start, sink,
								 arg);
	}
	else if (header->special > start)
		decode_array(page + start, header->special - start, opaque->maxoff,
					 false,
					 sink, arg);
}

/*
 * An entry of GIN with its addresses; one with a posting tree has none here.
 *
 * Follows ginReadTuple (src/backend/access/gin/ginentrypage.c, REL_19_STABLE)
 */
static void
decode_gin_entry(const IndexTupleData *itup, uint32 len, AiTidSink sink,
				 void *arg)
{
	uint32		n = GinGetNPosting(itup);
	uint32		offset = GinGetPostingOffset(itup);

	if (n == 0 || GinIsPostingTree(itup) || offset > len)
		return;
	if (GinItupIsCompressed(itup))
		decode_posting_lists((const char *) itup + offset, len - offset, sink,
							 arg);
	else
		decode_array((const char *) itup + offset, len - offset, n, false,
					 sink, arg);
}

/*
 * Whether items of the page point to rows, and from which one on.
 */
static bool
is_leaf_page(const char *special, AiPageKind kind, OffsetNumber *first)
{
	*first = FirstOffsetNumber;
	switch (kind)
	{
		case AI_PAGE_BTREE:
			{
				BTPageOpaque opaque = (BTPageOpaque) special;

				*first = P_FIRSTDATAKEY(opaque);
				return P_ISLEAF(opaque) && !P_IGNORE(opaque) &&
					!P_ISMETA(opaque);
			}
		case AI_PAGE_HASH:
			return (((HashPageOpaque) special)->hasho_flag &
					(LH_BUCKET_PAGE | LH_OVERFLOW_PAGE)) != 0;
		case AI_PAGE_GIST:
			return (((GISTPageOpaque) special)->flags &
					(F_LEAF | F_DELETED)) == F_LEAF;
		case AI_PAGE_SPGIST:
			return (((SpGistPageOpaque) special)->flags &
					(SPGIST_META | SPGIST_DELETED | SPGIST_LEAF)) ==
				SPGIST_LEAF;
		default:
			return (((GinPageOpaque) special)->flags &
					(GIN_META | GIN_DELETED)) == 0 &&
				(((GinPageOpaque) special)->flags & (GIN_LEAF | GIN_LIST)) !=
				0;
	}
}

/*
 * The addresses of one item of a leaf.
 */
static void
decode_item(const char *page, const AiItem *item, AiPageKind kind,
			bool pending,
			AiTidSink sink, void *arg)
{
	const char *bytes = page + item->off;
	const IndexTupleData *itup = (const IndexTupleData *) bytes;
	bool		killed = item->flags == LP_DEAD;

	if (kind == AI_PAGE_SPGIST)
	{
		const SpGistLeafTupleData *leaf = (const SpGistLeafTupleData *) bytes;

		if (item->len >= sizeof(SpGistLeafTupleData) &&
			leaf->tupstate == SPGIST_LIVE)
			sink(arg, &leaf->heapPtr, killed);
		return;
	}
	if (item->len < sizeof(IndexTupleData))
		return;
	if (kind == AI_PAGE_GIN && !pending)
		decode_gin_entry(itup, item->len, sink, arg);
	else if (kind == AI_PAGE_BTREE && BTreeTupleIsPivot((IndexTuple) itup))
		return;
	else if (kind == AI_PAGE_BTREE && BTreeTupleIsPosting((IndexTuple) itup))
	{
		uint32		start = BTreeTupleGetPostingOffset((IndexTuple) itup);

		if (start <= item->len)
			decode_array(bytes + start, item->len - start,
						 BTreeTupleGetNPosting((IndexTuple) itup), killed,
						 sink, arg);
	}
	else
		sink(arg, &itup->t_tid, killed);
}

/*
 * ai_decode_tids - hand the heap addresses on a page to sink
 *
 * Of a page that is not a sound one of that kind there are none.
 */
void
ai_decode_tids(const char *page, const AiPageHeader *header, AiPageKind kind,
			   AiTidSink sink, void *arg)
{
	const char *special = page + header->special;
	bool		pending = false;
	OffsetNumber first;

	if (!ai_index_has_tids(kind) || header->kind != kind ||
		header->special >= BLCKSZ || !is_leaf_page(special, kind, &first))
		return;
	if (kind == AI_PAGE_GIN)
	{
		const GinPageOpaqueData *opaque = (const GinPageOpaqueData *) special;

		if (opaque->flags & GIN_DATA)
		{
			decode_gin_data(page, header, opaque, sink, arg);
			return;
		}
		pending = (opaque->flags & GIN_LIST) != 0;
	}
	for (OffsetNumber off = first; off <= header->nitems; off++)
	{
		AiItem		item;

		ai_decode_item(page, header, off, &item);
		if (item.in_page)
			decode_item(page, &item, kind, pending, sink, arg);
	}
}
