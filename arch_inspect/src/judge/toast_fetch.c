/*-------------------------------------------------------------------------
 *
 * toast_fetch.c
 *	  Values from a TOAST table, chunk by chunk.
 *
 * detoast_attr() sets hint bits, counts in the statistics, and raises an
 * error on bad data.  So the TOAST index is descended here, over copies of
 * its pages, and the chunks are read from copies too.  As for the server, a
 * chunk counts unless its insertion was rolled back: whoever sees the row
 * that points to it sees the chunk.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/nbtree.h"
#include "access/relation.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/guard.h"
#include "decode/decode_heap.h"
#include "judge/toast_fetch.h"

#include "compat.h"

/* the key, chunk_id and chunk_seq, behind the header of an index tuple */
#define KEY_OFFSET		MAXALIGN(sizeof(IndexTupleData))
#define KEY_SIZE		(sizeof(Oid) + sizeof(int32))

/* no version of a method makes more of a byte than this */
#define MOST_EXPANSION	256

/* An index tuple of the TOAST index, taken apart. */
typedef struct ToastKey
{
	bool		has_key;		/* false: less than everything */
	Oid			chunk_id;
	int32		chunk_seq;
	BlockNumber child;
	int			ntids;
	const char *tids;
} ToastKey;

/*
 * ai_toast_open - the TOAST table of a table, or NULL if it has none
 *
 * Whoever may see the table's values may see these; as there may be a wait
 * for its lock, the caller asks for that right afterwards.
 */
AiToast *
ai_toast_open(Relation rel)
{
	AiToast    *toast;
	ListCell   *lc;
	List	   *indexes;

	if (!OidIsValid(rel->rd_rel->reltoastrelid))
		return NULL;
	toast = palloc0(sizeof(AiToast));
	toast->rel = ai_open_part(rel, rel->rd_rel->reltoastrelid);
	if (toast->rel == NULL)
	{
		pfree(toast);
		return NULL;
	}
	indexes = RelationGetIndexList(toast->rel);
	foreach(lc, indexes)
	{
		Relation	index = ai_open_part(rel, lfirst_oid(lc));

		if (index == NULL)
			continue;
		if (index->rd_index != NULL && index->rd_index->indisvalid &&
			toast->index == NULL)
			toast->index = index;
		else
			relation_close(index, AccessShareLock);
	}
	list_free(indexes);
	toast->nblocks = ai_fork_blocks(toast->rel, MAIN_FORKNUM);
	if (toast->index != NULL)
		toast->index_nblocks = ai_fork_blocks(toast->index, MAIN_FORKNUM);
	toast->scan = ai_tuple_scan_begin(toast->rel);
	toast->page = ai_page_create();
	toast->index_page = ai_page_create();
	return toast;
}

/*
 * ai_toast_close - the counterpart; NULL is taken too
 */
void
ai_toast_close(AiToast *toast)
{
	if (toast == NULL)
		return;
	if (toast->index != NULL)
		relation_close(toast->index, AccessShareLock);
	relation_close(toast->rel, AccessShareLock);
	pfree(toast);
}

/*
 * A page was read for a value: its bytes are proven if all of them are.
 */
static void
note_page(AiToast *toast, const AiPage *page)
{
	if (toast->unproven == NULL)
		toast->unproven = ai_page_unproven(page);
}

/*
 * Read a page of the index into toast->index_page.
 */
static const char *
read_index_page(AiToast *toast, BlockNumber blkno, AiPageHeader *header,
				BTPageOpaqueData *opaque)
{
	if (blkno >= toast->index_nblocks)
		return "TOAST index points to a block that does not exist";
	ai_page_read(toast->index, MAIN_FORKNUM, blkno, toast->index_page);
	note_page(toast, toast->index_page);
	ai_decode_page_header(toast->index_page->image, AI_PAGE_BTREE, header);
	if (header->kind != AI_PAGE_BTREE)
		return "TOAST index has a damaged page";
	memcpy(opaque, toast->index_page->image + header->special,
		   sizeof(*opaque));
	return NULL;
}

/*
 * Take index tuple number lp of a page apart.
 */
static const char *
decode_key(const char *page, const AiPageHeader *header, OffsetNumber lp,
		   bool leaf, ToastKey *key)
{
	AiItem		item;
	IndexTupleData tuple;
	const char *at;
	uint32		size;
	uint16		posid;
	bool		pivot = !leaf;

	memset(key, 0, sizeof(*key));
	ai_decode_item(page, header, lp, &item);
	if (!item.in_page || item.len < sizeof(IndexTupleData))
		return "TOAST index has a damaged line pointer";
	at = page + item.off;
	memcpy(&tuple, at, sizeof(tuple));
	size = tuple.t_info & INDEX_SIZE_MASK;
	posid = ItemPointerGetOffsetNumberNoCheck(&tuple.t_tid);
	if (size > item.len || size < KEY_OFFSET)
		return "TOAST index has a tuple of impossible size";
	key->child = ItemPointerGetBlockNumberNoCheck(&tuple.t_tid);
	key->has_key = size >= KEY_OFFSET + KEY_SIZE;

	if (tuple.t_info & INDEX_ALT_TID_MASK)
	{
		if ((posid & BT_IS_POSTING) == 0)
		{
			/* a pivot tuple keeps as many columns as it needs */
			pivot = true;
			key->has_key = (posid & BT_OFFSET_MASK) > 0 &&
				size >= KEY_OFFSET + sizeof(Oid);
		}
		else
		{
			/* one key and the TIDs of several versions of the chunk */
			uint32		ntids = posid & BT_OFFSET_MASK;

			if (key->child > size || ntids == 0 ||
				ntids * sizeof(ItemPointerData) > size - key->child)
				return "TOAST index has a posting list that ends beyond its tuple";
			key->tids = at + key->child;
			key->ntids = ntids;
		}
	}
	else if (leaf)
	{
		key->tids = at;
		key->ntids = 1;
	}

	if (!pivot && !key->has_key)
		return "TOAST index has a tuple without a key";
	if (key->has_key)
	{
		memcpy(&key->chunk_id, at + KEY_OFFSET, sizeof(Oid));
		if (size >= KEY_OFFSET + KEY_SIZE)
			memcpy(&key->chunk_seq, at + KEY_OFFSET + sizeof(Oid),
				   sizeof(int32));
	}
	return NULL;
}

/*
 * The leaf page where valueid's first chunk would be; it is left in
 * toast->index_page.
 */
static const char *
descend_toast_index(AiToast *toast, Oid valueid, AiPageHeader *header,
		BTPageOpaqueData *opaque)
{
	BTMetaPageData meta;
	BlockNumber blkno;
	const char *problem;

	if (toast->index == NULL)
		return "TOAST table has no usable index";
	if (toast->index_nblocks == 0)
		return "TOAST index is empty";
	problem = read_index_page(toast, BTREE_METAPAGE, header, opaque);
	if (problem != NULL)
		return problem;
	memcpy(&meta, PageGetContents(toast->index_page->image), sizeof(meta));
	if (meta.btm_magic != BTREE_MAGIC)
		return "TOAST index has no metapage";
	blkno = meta.btm_root;
	if (blkno == P_NONE)
		return "TOAST index is empty";

	/* more steps than pages would be a circle */
	for (BlockNumber steps = 0; steps <= toast->index_nblocks; steps++)
	{
		ToastKey	key;
		const char *page = toast->index_page->image;
		BlockNumber child = InvalidBlockNumber;
		bool		right = false;

		CHECK_FOR_INTERRUPTS();
		problem = read_index_page(toast, blkno, header, opaque);
		if (problem != NULL)
			return problem;
		if (opaque->btpo_next != P_NONE)
		{
			/* a split or a deletion may have moved the key to the right */
			if (opaque->btpo_flags & (BTP_DELETED | BTP_HALF_DEAD))
				right = true;
			else if (header->nitems >= P_HIKEY)
			{
				problem = decode_key(page, header, P_HIKEY, false, &key);
				if (problem != NULL)
					return problem;
				right = key.has_key && key.chunk_id < valueid;
			}
		}
		if (right)
		{
			blkno = opaque->btpo_next;
			continue;
		}
		if (opaque->btpo_flags & BTP_LEAF)
			return NULL;

		/* the last child that begins before the value */
		for (OffsetNumber lp = P_FIRSTDATAKEY(opaque); lp <=
			 header->nitems; lp++)
		{
			problem = decode_key(page, header, lp, false, &key);
			if (problem != NULL)
				return problem;
			if (lp > P_FIRSTDATAKEY(opaque) && key.has_key &&
				key.chunk_id >= valueid)
				break;
			child = key.child;
		}
		if (child == InvalidBlockNumber)
			return "TOAST index has a page without children";
		blkno = child;
	}
	return "TOAST index goes round in a circle";
}

/*
 * ai_toast_find - where the chunks of a value are, in order of chunk_seq
 *
 * Several versions of a chunk may be listed.  Where the index is damaged,
 * what was found before is returned along with the problem.
 */
AiChunkRef *
ai_toast_find(AiToast *toast, Oid valueid, int *count, const char **problem)
{
	AiPageHeader header;
	BTPageOpaqueData opaque;
	int			room = 64;
	AiChunkRef *refs = palloc(sizeof(AiChunkRef) * room);
	BlockNumber steps = 0;

	*count = 0;
	*problem = descend_toast_index(toast, valueid, &header, &opaque);
	while (*problem == NULL)
	{
		for (OffsetNumber lp = P_FIRSTDATAKEY(&opaque); lp <=
			 header.nitems; lp++)
		{
			ToastKey	key;

			*problem = decode_key(toast->index_page->image, &header, lp, true,
								  &key);
			if (*problem != NULL || key.chunk_id > valueid)
				return refs;
			if (key.chunk_id < valueid)
				continue;
			for (int i = 0; i < key.ntids; i++)
			{
				if (*count == room)
				{
					if (room > MaxAllocSize / sizeof(AiChunkRef) / 2)
					{
						*problem = "TOAST index has more chunks than a value can have";
						return refs;
					}
					room *= 2;
					refs = repalloc(refs, sizeof(AiChunkRef) * room);
				}
				refs[*count].seq = key.chunk_seq;
				memcpy(&refs[*count].tid,
					   key.tids + i * sizeof(ItemPointerData),
					   sizeof(ItemPointerData));
				(*count)++;
			}
		}
		CHECK_FOR_INTERRUPTS();
		if (opaque.btpo_next == P_NONE)
			break;
		if (++steps > toast->index_nblocks)
			*problem = "TOAST index goes round in a circle";
		else
			*problem = read_index_page(toast, opaque.btpo_next, &header,
									   &opaque);
	}
	return refs;
}

/*
 * ai_toast_read - the chunk that the index points to
 *
 * out->problem tells where there is none, or another one.
 */
void
ai_toast_read(AiToast *toast, Oid valueid, const AiChunkRef *ref,
			  AiChunkRead *out)
{
	AiPage	   *page = toast->page;
	BlockNumber blkno = ItemPointerGetBlockNumberNoCheck(&ref->tid);
	OffsetNumber lp = ItemPointerGetOffsetNumberNoCheck(&ref->tid);
	AiPageHeader header;
	AiHeapItem	item;

	memset(out, 0, sizeof(*out));
	if (blkno >= toast->nblocks)
	{
		out->problem = "TOAST index points beyond the TOAST table";
		return;
	}
	ai_page_read(toast->rel, MAIN_FORKNUM, blkno, page);
	note_page(toast, page);
	ai_decode_page_header(page->image, AI_PAGE_HEAP, &header);
	if (header.kind != AI_PAGE_HEAP)
	{
		out->problem = "TOAST chunk's page is damaged";
		return;
	}
	if (lp < FirstOffsetNumber || lp > header.nitems)
	{
		out->problem =
			"TOAST index points to a line pointer that does not exist";
		return;
	}
	ai_decode_heap_item(page->image, &header, lp, &item);
	if (item.problem != NULL)
		out->problem = item.problem;
	else if (!item.can_walk)
		out->problem = "TOAST index points to a line pointer without a tuple";
	if (out->problem != NULL)
		return;

	ai_tuple_status(toast->scan, item.tuple, blkno, lp, &out->status);
	out->problem = ai_decode_chunk(item.tuple, item.item.len, &out->chunk);
	if (out->problem == NULL &&
		(out->chunk.chunk_id != valueid || out->chunk.chunk_seq != ref->seq))
		out->problem = "TOAST index points to a chunk of another value";
}

/*
 * ai_toast_fetch - what the TOAST table holds of a value, still compressed
 *
 * Returns ext_size bytes, or NULL and the reason.  toast->unproven tells
 * whether every page that was read for them is proven, those of the index
 * too: they say which chunks are the value's.
 *
 * Follows heap_fetch_toast_slice
 * (src/backend/access/heap/heaptoast.c, REL_19_STABLE)
 */
char *
ai_toast_fetch(AiToast *toast, const AiStored *pointer, const char **problem)
{
	uint32		nchunks = ai_toast_nchunks(pointer->ext_size);
	AiChunkRef *refs;
	int			count;
	int			next = 0;
	char	   *result;
	uint32		used = 0;

	if (toast == NULL)
	{
		*problem = "table has no TOAST table";
		return NULL;
	}
	if (pointer->toastrelid != RelationGetRelid(toast->rel) &&
		pointer->toastrelid != toast->rel->rd_toastoid)
	{
		*problem = "TOAST pointer leads to another table";
		return NULL;
	}
	toast->unproven = NULL;
	refs = ai_toast_find(toast, pointer->valueid, &count, problem);
	if (*problem != NULL)
		return NULL;
	if (count < nchunks)
	{
		*problem = count == 0 ? "TOAST value does not exist" :
			"TOAST value lacks chunks";
		return NULL;
	}

	result = palloc(Max(pointer->ext_size, 1));
	for (int32 seq = 0; seq < nchunks; seq++)
	{
		bool		found = false;

		while (next < count && refs[next].seq < seq)
			next++;
		for (; next < count && refs[next].seq == seq && !found; next++)
		{
			AiChunkRead chunk;

			CHECK_FOR_INTERRUPTS();
			ai_toast_read(toast, pointer->valueid, &refs[next], &chunk);
			if (chunk.problem != NULL ||
				chunk.status.state == AI_TUPLE_ABORTED)
			{
				*problem = chunk.problem;
				continue;
			}
			if (chunk.chunk.length != ai_toast_chunk_length(pointer->ext_size,
															seq))
			{
				*problem = "TOAST chunk is not of the length it should have";
				continue;
			}
			memcpy(result + used, chunk.chunk.data, chunk.chunk.length);
			used += chunk.chunk.length;
			found = true;
		}
		if (!found)
		{
			if (*problem == NULL)
				*problem = "TOAST value lacks chunks";
			return NULL;
		}
	}
	if (next < count && refs[next].seq >= (int32) nchunks)
	{
		*problem = "TOAST value has more chunks than it should";
		return NULL;
	}
	*problem = NULL;
	return result;
}

/*
 * ai_stored_value - the bytes of a value, whole and plain, without a header
 *
 * stored tells how the value lies at "at"; there are stored->raw_size bytes
 * of it.  Returns NULL and the reason where it can't be had.
 */
char *
ai_stored_value(AiToast *toast, const char *at, const AiStored *stored,
				const char **problem)
{
	const char *source;
	uint32		source_len;
	char	   *result;

	*problem = NULL;
	switch (stored->storage)
	{
		case AI_STORED_FIXED:
			return (char *) at;
		case AI_STORED_SHORT:
			return (char *) at + VARHDRSZ_SHORT;
		case AI_STORED_PLAIN:
			return (char *) at + VARHDRSZ;
		case AI_STORED_COMPRESSED:
			source = at + VARHDRSZ_COMPRESSED;
			source_len = stored->length - VARHDRSZ_COMPRESSED;
			break;
		case AI_STORED_EXTERNAL:
			source = ai_toast_fetch(toast, stored, problem);
			if (source == NULL || stored->method == AI_METHOD_NONE)
				return (char *) source;
			/* a stored compressed value begins with its raw size */
			if (stored->ext_size < sizeof(uint32))
			{
				*problem = "compressed data is corrupt";
				return NULL;
			}
			source += sizeof(uint32);
			source_len = stored->ext_size - sizeof(uint32);
			break;
		default:
			return NULL;
	}

	if (stored->raw_size / MOST_EXPANSION > source_len)
	{
		*problem = "raw size is more than so few bytes can hold";
		return NULL;
	}
	result = palloc(Max(stored->raw_size, 1));
	if (!ai_decompress(stored->method, source, source_len, result,
					   stored->raw_size, stored->raw_size))
	{
		*problem = "compressed data is corrupt";
		return NULL;
	}
	return result;
}
