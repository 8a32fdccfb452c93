/*-------------------------------------------------------------------------
 *
 * decode_heap.h
 *	  A heap page's line pointers and tuple headers.
 *
 * Pure, as decode_page.h says.
 *-------------------------------------------------------------------------
 */
#ifndef AI_DECODE_HEAP_H
#define AI_DECODE_HEAP_H

#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "storage/itemptr.h"

#include "decode/decode_page.h"

/*
 * One line pointer of a heap page and the header of its tuple.
 *
 * has_header: tuple points to the header and the fields below it are filled.
 * can_walk: the header is sound, so that the attributes may be walked; they
 * begin at t_hoff and end before len.  Where a problem was found, what could
 * be read is still there.
 */
typedef struct AiHeapItem
{
	AiItem		item;
	OffsetNumber redirect_to;	/* of a redirect, else 0 */
	bool		has_header;
	bool		can_walk;
	uint8		t_hoff;
	uint16		t_infomask;
	uint16		t_infomask2;
	uint16		natts;
	TransactionId t_xmin;
	TransactionId t_xmax;
	/* cmin, cmax, a combo command id, or t_xvac */
	CommandId	t_cid;
	ItemPointerData t_ctid;
	const HeapTupleHeaderData *tuple;
	const char *problem;
} AiHeapItem;

/* What the plain tuples of a page add up to; see ai_count_plain_tuples(). */
typedef struct AiPlainTuples
{
	uint32		tuples;
	uint32		bytes;			/* as their line pointers say */
	uint32		aligned_bytes;	/* as they lie on the page */
	uint32		header_bytes;
	uint32		heap_only;
	uint32		frozen;
	uint32		first_length;	/* of one of them, aligned */
	uint32		other_lengths;	/* 0 if all are as long as that */
} AiPlainTuples;

extern const char *ai_item_flags_name(uint8 lp_flags);
extern const char *ai_check_redirect(const char *page,
									 const AiPageHeader *header,
									 OffsetNumber target);
extern const char *ai_check_tuple_header(const HeapTupleHeaderData *tuple,
										 uint32 len);
extern const char *ai_check_composite_header(const HeapTupleHeaderData *tuple,
											 uint32 len);
extern OffsetNumber ai_count_plain_tuples(const char *page,
										  const AiPageHeader *header,
										  OffsetNumber lp,
										  AiPlainTuples *sums);

/*
 * ai_xmin_is_frozen - nobody needs to ask any more how t_xmin ended
 */
static inline bool
ai_xmin_is_frozen(const HeapTupleHeaderData *tuple)
{
	return (tuple->t_infomask & HEAP_XMIN_FROZEN) == HEAP_XMIN_FROZEN ||
		!TransactionIdIsNormal(tuple->t_choice.t_heap.t_xmin);
}

/*
 * ai_item_tuple - the header of an item's tuple, NULL where there is none
 */
static inline const HeapTupleHeaderData *
ai_item_tuple(const char *page, const AiItem *item)
{
	if (!item->in_page || item->len < MAXALIGN(SizeofHeapTupleHeader))
		return NULL;
	return (const HeapTupleHeaderData *) (page + item->off);
}

/*
 * ai_decode_heap_item - line pointer lp, which is at most header->nitems
 *
 * Inline, because a scan calls it once a row.
 */
static inline void
ai_decode_heap_item(const char *page, const AiPageHeader *header,
					OffsetNumber lp, AiHeapItem *out)
{
	const HeapTupleHeaderData *tuple;

	ai_decode_item(page, header, lp, &out->item);
	out->redirect_to = InvalidOffsetNumber;
	out->has_header = false;
	out->can_walk = false;
	out->tuple = NULL;
	out->problem = out->item.problem;

	if (out->item.flags == LP_REDIRECT)
	{
		out->redirect_to = out->item.off;
		if (out->problem == NULL)
			out->problem = ai_check_redirect(page, header, out->redirect_to);
	}
	if (!out->item.in_page)
		return;
	tuple = ai_item_tuple(page, &out->item);
	if (tuple == NULL)
	{
		out->problem = "item is shorter than a tuple header";
		return;
	}

	out->has_header = true;
	out->tuple = tuple;
	out->t_xmin = tuple->t_choice.t_heap.t_xmin;
	out->t_xmax = tuple->t_choice.t_heap.t_xmax;
	out->t_cid = tuple->t_choice.t_heap.t_field3.t_cid;
	out->t_ctid = tuple->t_ctid;
	out->t_infomask = tuple->t_infomask;
	out->t_infomask2 = tuple->t_infomask2;
	out->t_hoff = tuple->t_hoff;
	out->natts = tuple->t_infomask2 & HEAP_NATTS_MASK;

	/* what most headers are needs no further look */
	if ((tuple->t_infomask &
		 (HEAP_HASNULL | HEAP_HASOID_OLD | HEAP_XMAX_IS_MULTI)) != 0 ||
		tuple->t_hoff != MAXALIGN(SizeofHeapTupleHeader) ||
		out->natts > MaxHeapAttributeNumber)
		out->problem = ai_check_tuple_header(tuple, out->item.len);
	out->can_walk = (out->problem == NULL);
}

#endif							/* AI_DECODE_HEAP_H */
