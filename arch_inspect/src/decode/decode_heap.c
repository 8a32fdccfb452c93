/*-------------------------------------------------------------------------
 *
 * decode_heap.c
 *	  The checks behind a heap page's line pointers and tuple headers.
 *
 * They are those of contrib/amcheck/verify_heapam.c that need nothing but the
 * page itself.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "decode/decode_heap.h"

/*
 * ai_item_flags_name - the word that the column lp_flags shows
 */
const char *
ai_item_flags_name(uint8 lp_flags)
{
	static const char *const names[] = {"unused", "normal", "redirect",
										"dead"};

	return names[lp_flags & 3];
}

/*
 * ai_check_redirect - what is wrong with a redirect to line pointer target
 *
 * A redirect leads to the heap-only tuple that now begins a chain of HOT
 * updates, never to a line pointer without a tuple.
 */
const char *
ai_check_redirect(const char *page, const AiPageHeader *header,
				  OffsetNumber target)
{
	AiItem		item;
	const HeapTupleHeaderData *tuple;

	if (target < FirstOffsetNumber || target > header->nitems)
		return "redirect to a line pointer that does not exist";
	ai_decode_item(page, header, target, &item);
	switch (item.flags)
	{
		case LP_UNUSED:
			return "redirect to an unused line pointer";
		case LP_REDIRECT:
			return "redirect to a redirecting line pointer";
		case LP_DEAD:
			return "redirect to a dead line pointer";
	}
	tuple = ai_item_tuple(page, &item);
	if (tuple != NULL && (tuple->t_infomask2 & HEAP_ONLY_TUPLE) == 0)
		return "redirect to a tuple that is not heap-only";
	return NULL;
}

/*
 * ai_check_composite_header - what is wrong with a row as a value, or NULL
 *
 * len is at least MAXALIGN(SizeofHeapTupleHeader).  Where NULL is returned,
 * the null bitmap lies in the header and the user data in the value.
 */
const char *
ai_check_composite_header(const HeapTupleHeaderData *tuple, uint32 len)
{
	uint32		natts = tuple->t_infomask2 & HEAP_NATTS_MASK;
	uint32		hoff = SizeofHeapTupleHeader;

	if (natts > MaxHeapAttributeNumber)
		return "tuple has more attributes than a table can have";
	if (tuple->t_infomask & HEAP_HASNULL)
		hoff += BITMAPLEN(natts);
	/* an oid sat before the data until PostgreSQL 11 */
	if (tuple->t_infomask & HEAP_HASOID_OLD)
		hoff += sizeof(Oid);
	hoff = MAXALIGN(hoff);
	if (tuple->t_hoff != hoff)
		return tuple->t_infomask & HEAP_HASNULL ?
			"t_hoff does not fit the null bitmap" :
			"t_hoff does not fit a header without null bitmap";
	if (tuple->t_hoff > len)
		return "t_hoff is beyond the tuple";
	return NULL;
}

/*
 * ai_check_tuple_header - the same of a row in a table, and of its xmax
 *
 * Follows check_tuple_header (contrib/amcheck/verify_heapam.c, REL_19_STABLE)
 */
const char *
ai_check_tuple_header(const HeapTupleHeaderData *tuple, uint32 len)
{
	const char *problem = ai_check_composite_header(tuple, len);

	if (problem != NULL)
		return problem;
	if ((tuple->t_infomask & HEAP_XMAX_COMMITTED) &&
		(tuple->t_infomask & HEAP_XMAX_IS_MULTI))
		return "multixact xmax is marked as committed";
	return NULL;
}

/*
 * ai_count_plain_tuples - add up the tuples from line pointer lp on that are
 * what most are: sound, and by their hint bits committed and not touched
 * since
 *
 * Returns the first line pointer that is something else, or the one after the
 * last.  What is counted here would have passed ai_decode_heap_item() too.
 *
 * A look at a whole table spends most of its time here, so the sums are kept
 * in registers, and what is the same of nearly all tuples is only added up
 * where it differs.
 */
OffsetNumber
ai_count_plain_tuples(const char *page, const AiPageHeader *header,
					  OffsetNumber lp, AiPlainTuples *sums)
{
	const uint32 plain_hoff = MAXALIGN(SizeofHeapTupleHeader);
	const ItemIdData *ids = ((const PageHeaderData *) page)->pd_linp;
	uint32		upper = header->upper;
	uint32		special = header->special;
	uint32		nitems = header->nitems;
	uint32		first = lp - 1;
	uint32		bytes = 0;
	uint32		aligned_bytes = 0;
	uint32		heap_only = 0;
	uint32		frozen = 0;
	uint32		first_length = sums->first_length;
	uint32		other_lengths = 0;
	uint32		i;

	if (first_length == 0 && first < nitems)
		first_length = MAXALIGN(ids[first].lp_len);
	for (i = first; i < nitems; i++)
	{
		uint32		off = ids[i].lp_off;
		uint32		len = ids[i].lp_len;
		const HeapTupleHeaderData *tuple;

		if (ids[i].lp_flags != LP_NORMAL ||
			(off & (MAXIMUM_ALIGNOF - 1)) != 0 ||
			off < upper || off + len > special || len < plain_hoff)
			break;

		tuple = (const HeapTupleHeaderData *) (page + off);
		if ((tuple->t_infomask & (HEAP_XMIN_COMMITTED | HEAP_XMAX_INVALID |
								  HEAP_XMAX_COMMITTED | HEAP_MOVED |
								  HEAP_HASOID_OLD)) !=
			(HEAP_XMIN_COMMITTED | HEAP_XMAX_INVALID))
			break;
		if ((tuple->t_infomask2 & HEAP_NATTS_MASK) > MaxHeapAttributeNumber)
			break;
		if (tuple->t_infomask & HEAP_HASNULL)
		{
			uint32		hoff = MAXALIGN(SizeofHeapTupleHeader +
										BITMAPLEN(tuple->t_infomask2 &
												  HEAP_NATTS_MASK));

			if (tuple->t_hoff != hoff || hoff > len)
				break;
			sums->header_bytes += hoff - plain_hoff;
		}
		else if (tuple->t_hoff != plain_hoff)
			break;

		bytes += len;
		aligned_bytes += MAXALIGN(len);
		other_lengths |= MAXALIGN(len) ^ first_length;
		heap_only += (tuple->t_infomask2 & HEAP_ONLY_TUPLE) != 0;
		frozen += ai_xmin_is_frozen(tuple);
	}

	sums->tuples += i - first;
	sums->bytes += bytes;
	sums->aligned_bytes += aligned_bytes;
	sums->header_bytes += (i - first) * plain_hoff;
	sums->heap_only += heap_only;
	sums->frozen += frozen;
	sums->other_lengths |= other_lengths;
	if (i > first)
		sums->first_length = first_length;
	return i + 1;
}
