/*-------------------------------------------------------------------------
 *
 * decode_gist.c
 *	  The pages of a GiST index.
 *
 * A page does not say how far above the leaves it stands, nor has the index a
 * page of its own about itself: block 0 is the root.  Pages of a level are
 * linked to the right; a search follows such a link only if the page was split
 * after the search had read its parent, which it knows by the page's node
 * sequence number (NSN), an LSN.
 *
 * A build that sorts first, fills page after page; each links to the page of
 * its level that was written before it, and its NSN stays 0.  A build that
 * inserts leaves 1 on what it split.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/gist.h"
#include "access/itup.h"

#include "decode/decode_index.h"

/* gist_private.h has it, beside much that only runs in a server */
#define GIST_TUPLE_IS_INVALID	0xFFFE

/* Bits of GISTPageOpaqueData.flags, from the lowest */
static const char *const flag_names[] = {
	"F_LEAF", "F_DELETED", "F_TUPLES_DELETED", "F_FOLLOW_RIGHT",
	"F_HAS_GARBAGE"
};

/*
 * When the page was last the left half of a finished split.
 */
static const char *
last_split(uint64 nsn)
{
	if (nsn == 0)
		return "none on record";
	return nsn == GistBuildLSN ? "while the index was built" : "at nsn";
}

/*
 * A deleted page has no items; the transaction id after which nobody can have
 * a link to it stands where they were.  Servers before 12 left none.
 */
static void
decode_deleted(const char *page, const AiPageHeader *header, AiIndexPage *out)
{
	uint32		start = MAXALIGN(SizeOfPageHeaderData);
	uint64		xid;

	out->kind = "deleted";
	if (header->lower < start + sizeof(xid))
		return;
	memcpy(&xid, page + start, sizeof(xid));
	ai_detail(&out->details, "delete_xid", AI_DETAIL_XID, xid);
}

static void
decode_gist_page(const AiIndex *index, const char *page,
				 const AiPageHeader *header, AiIndexPage *out)
{
	const GISTPageOpaqueData *opaque =
		(const GISTPageOpaqueData *) (page + header->special);
	uint64		nsn = GistPageGetNSN((Page) page);

	ai_flag_names(&out->flags, opaque->flags, flag_names, lengthof(flag_names));
	if (out->flags.unknown != 0)
		out->problem = "page has flags that GiST does not know";
	out->right = opaque->rightlink;
	if (out->problem == NULL && out->right != InvalidBlockNumber &&
		!ai_index_has_block(index, out->right))
		out->problem = "link to the right leads beyond the index";
	ai_detail(&out->details, "nsn", AI_DETAIL_LSN, nsn);
	ai_detail_word(&out->details, "last_split", last_split(nsn));

	if ((opaque->flags & F_DELETED) != 0)
	{
		decode_deleted(page, header, out);
		return;
	}
	if ((opaque->flags & F_LEAF) != 0)
	{
		out->kind = "leaf";
		out->level = 0;
	}
	else
		out->kind = "inner";
	ai_index_count(&ai_index_gist, index, page, header, out);
}

/*
 * An entry of a leaf has the heap's address, one above a block of the index.
 */
static bool
decode_gist_item(const AiIndex *index, const char *page,
				 const AiPageHeader *header, const AiIndexPage *what,
				 AiIndexItem *item)
{
	const GISTPageOpaqueData *opaque =
		(const GISTPageOpaqueData *) (page + header->special);
	const IndexTupleData *itup;

	if ((opaque->flags & F_DELETED) != 0 || item->itemoffset >= header->nitems)
		return false;
	item->itemoffset++;
	if (!ai_index_item_start(page, header, item))
		return true;
	item->kind = (opaque->flags & F_LEAF) != 0 ? "leaf" : "downlink";
	if (!ai_index_tuple(index, page, item))
		return true;

	itup = (const IndexTupleData *) (page + item->off);
	if ((opaque->flags & F_LEAF) != 0)
	{
		item->tids.form = AI_TIDS_ARRAY;
		item->tids.n = 1;
		item->tids.off = item->off;
		item->tids.len = sizeof(ItemPointerData);
		return true;
	}

	/* what INCLUDE added is in the leaves alone */
	item->nkeys = Min(item->nkeys, index->nkeyatts);
	item->child = ItemPointerGetBlockNumberNoCheck(&itup->t_tid);
	if (ItemPointerGetOffsetNumberNoCheck(&itup->t_tid) == GIST_TUPLE_IS_INVALID)
		item->problem = "tuple is marked invalid: a crash before 9.1 cut its split short";
	else if (item->problem == NULL && !ai_index_has_block(index, item->child))
		item->problem = "downlink leads beyond the index";
	return true;
}

const AiIndexMethod ai_index_gist = {
	decode_gist_page, decode_gist_item, ai_index_tuple_keys
};
