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

#include "decode_heap.h"

/*
 * ai_item_flags_name - the word that the column lp_flags shows
 */
const char *
ai_item_flags_name(uint8 lp_flags)
{
	static const char *const names[] = {"unused", "normal", "redirect", "dead"};

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
	if (item.in_page && item.len >= MAXALIGN(SizeofHeapTupleHeader))
	{
		const HeapTupleHeaderData *tuple =
		(const HeapTupleHeaderData *) (page + item.off);

		if ((tuple->t_infomask2 & HEAP_ONLY_TUPLE) == 0)
			return "redirect to a tuple that is not heap-only";
	}
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
