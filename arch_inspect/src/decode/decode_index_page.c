/*-------------------------------------------------------------------------
 *
 * decode_index_page.c
 *	  Decodes a page of an index by its access method.
 *
 * This file knows the methods' decoders, and they know decode_index.c.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "decode/decode_index.h"

/*
 * ai_index_method - the decoder of an access method's pages, NULL if none
 */
const AiIndexMethod *
ai_index_method(AiPageKind method)
{
	switch (method)
	{
		case AI_PAGE_BTREE:
			return &ai_index_btree;
		case AI_PAGE_HASH:
			return &ai_index_hash;
		case AI_PAGE_BRIN:
			return &ai_index_brin;
		case AI_PAGE_GIST:
			return &ai_index_gist;
		case AI_PAGE_GIN:
			return &ai_index_gin;
		case AI_PAGE_SPGIST:
			return &ai_index_spgist;
		default:
			return NULL;
	}
}

/*
 * ai_decode_index_page - what a page of an index is
 *
 * A page that is new, or spoiled, or of a method that nobody knows, has no
 * items; kind is NULL where it can't be told.
 */
void
ai_decode_index_page(const AiIndex *index, const char *page,
					 const AiPageHeader *header, AiIndexPage *out)
{
	const AiIndexMethod *method = ai_index_method(index->method);

	ai_index_page_clear(out);
	out->free_bytes = header->free_bytes;
	out->problem = header->problem;
	if (header->kind == AI_PAGE_NEW)
		out->kind = "new";
	else if (header->kind == index->method && method != NULL)
		method->page(index, page, header, out);
}

/*
 * ai_index_count_items - count the items of a page, live and dead
 */
void
ai_index_count_items(const AiIndex *index, const char *page,
					 const AiPageHeader *header, AiIndexPage *out)
{
	const AiIndexMethod *method = ai_index_method(index->method);

	out->live_items = out->dead_items = 0;
	if (method != NULL)
		ai_index_count(method, index, page, header, out);
}
