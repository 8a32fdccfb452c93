/*-------------------------------------------------------------------------
 *
 * decode_heap.c
 *	  Fuzzes tuple headers, the walk of attributes, and TOAST chunks.
 *
 * Every tuple is decoded in memory of exactly its length, so that one byte
 * read beyond it is seen.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "decode/decode_heap.h"
#include "decode/decode_toast.h"
#include "driver.h"

const unsigned fuzz_seeds = 24;

/* int4, text, bool, float8, text, int2, timestamptz, bytea, cstring, uuid */
static const AiAttribute columns[] = {
	{4, 4}, {-1, 4}, {1, 1}, {8, 8}, {-1, 4}, {2, 2}, {8, 8}, {-1, 8},
		{-2, 1},
	{16, 1}
};

#define NCOLUMNS	lengthof(columns)

static uint16
align_to(uint16 off, uint8 by)
{
	return (off + by - 1) & ~(by - 1);
}

/* Append a varlena of one of its four forms; return the new end. */
static uint16
put_varlena(char *tuple, uint16 off, uint8 alignby, int form,
			uint16 *infomask)
{
	uint16		len = fuzz_random(100);
	varatt_external ptr;

	switch (form)
	{
		case 0:
			SET_VARSIZE_1B(tuple + off, len + 1);
			memset(tuple + off + 1, 'x', len);
			return off + len + 1;
		case 1:
			off = align_to(off, alignby);
			SET_VARSIZE_4B(tuple + off, len + 4);
			memset(tuple + off + 4, 'y', len);
			return off + len + 4;
		case 2:
			off = align_to(off, alignby);
			SET_VARSIZE_4B_C(tuple + off, len + 8);
			*(uint32 *) (tuple + off + 4) = 5000 | (fuzz_random(2) << 30);
			memset(tuple + off + 8, 'z', len);
			return off + len + 8;
		default:
			SET_VARTAG_1B_E(tuple + off, VARTAG_ONDISK);
			ptr.va_rawsize = 100000;
			ptr.va_extinfo = fuzz_random(2) ? 99996 : 5000;
			ptr.va_valueid = 16400;
			ptr.va_toastrelid = 16390;
			memcpy(tuple + off + 2, &ptr, sizeof(ptr));
			*infomask |= HEAP_HASEXTERNAL;
			return off + 2 + sizeof(ptr);
	}
}

/* A valid tuple of the columns above; returns its length. */
static uint16
put_tuple(char *tuple, unsigned n)
{
	HeapTupleHeaderData *h = (HeapTupleHeaderData *) tuple;
	int			natts = n % 5 == 0 ? fuzz_random(NCOLUMNS + 1) : NCOLUMNS;
	bool		nulls = n % 3 == 0;
	uint16		off;

	memset(tuple, 0, 24);
	h->t_choice.t_heap.t_xmin = 700 + n;
	h->t_infomask = HEAP_XMAX_INVALID | (nulls ? HEAP_HASNULL : 0) |
		(fuzz_random(8) ? HEAP_XMIN_COMMITTED : 0);
	h->t_infomask2 = natts;
	h->t_hoff = MAXALIGN(SizeofHeapTupleHeader + (nulls ? BITMAPLEN(natts) :
												  0));
	memset(h->t_bits, 0, h->t_hoff - SizeofHeapTupleHeader);
	off = h->t_hoff;
	for (int i = 0; i < natts; i++)
	{
		if (nulls && fuzz_random(3) == 0)
			continue;
		if (nulls)
			h->t_bits[i >> 3] |= 1 << (i & 7);
		if (columns[i].len == -1)
			off = put_varlena(tuple, off, columns[i].alignby,
							  n < 4 ? n : fuzz_random(4), &h->t_infomask);
		else if (columns[i].len == -2)
		{
			memcpy(tuple + off, "string", 7);
			off += 7;
		}
		else
		{
			off = align_to(off, columns[i].alignby);
			memset(tuple + off, i, columns[i].len);
			off += columns[i].len;
		}
	}
	return off;
}

/* Images 20 to 23 are pages of a TOAST table. */
static uint16
put_chunk(char *tuple, unsigned n)
{
	HeapTupleHeaderData *h = (HeapTupleHeaderData *) tuple;
	uint16		len = n == 20 ? 1996 : fuzz_random(600);

	memset(tuple, 0, 24);
	h->t_infomask = HEAP_XMAX_INVALID | HEAP_HASVARWIDTH;
	h->t_infomask2 = 3;
	h->t_hoff = 24;
	*(uint32 *) (tuple + 24) = 16400;
	*(uint32 *) (tuple + 28) = n;
	SET_VARSIZE_4B(tuple + 32, len + 4);
	memset(tuple + 36, 'c', len);
	return 36 + len;
}

size_t
fuzz_seed(unsigned n, uint8_t *data)
{
	static union
	{
		char		bytes[4096];
		double		aligned;
	}			tuple;
	PageHeaderData *p = (PageHeaderData *) data;

	memset(data, 0, BLCKSZ);
	p->pd_pagesize_version = BLCKSZ | PG_PAGE_LAYOUT_VERSION;
	p->pd_special = p->pd_upper = BLCKSZ;
	p->pd_lower = SizeOfPageHeaderData;
	for (int i = 0;; i++)
	{
		uint16		len;

		memset(&tuple, 0, sizeof(tuple));
		len = n >= 20 ? put_chunk(tuple.bytes, n) : put_tuple(tuple.bytes, n);
		if (p->pd_upper - p->pd_lower < MAXALIGN(len) + sizeof(ItemIdData))
			break;
		p->pd_lower += sizeof(ItemIdData);
		if (i % 7 == 5)
		{
			/* redirected to the heap-only tuple before it, or dead */
			p->pd_linp[i].lp_flags = i % 2 ? LP_REDIRECT : LP_DEAD;
			p->pd_linp[i].lp_off = i % 2 ? i : 0;
			continue;
		}
		if (i % 7 == 4)
			((HeapTupleHeaderData *) tuple.bytes)->t_infomask2 |= HEAP_ONLY_TUPLE;
		p->pd_upper -= MAXALIGN(len);
		memcpy(data + p->pd_upper, tuple.bytes, len);
		p->pd_linp[i].lp_off = p->pd_upper;
		p->pd_linp[i].lp_len = len;
		p->pd_linp[i].lp_flags = LP_NORMAL;
	}
	return BLCKSZ;
}

/* Most of what can hurt is in a tuple, so that is where to strike. */
void
fuzz_mutate(uint8_t *data, size_t size)
{
	PageHeaderData *p = (PageHeaderData *) data;
	uint32		value = fuzz_absurd();
	ItemIdData *id = &p->pd_linp[fuzz_random(60)];
	uint8_t    *tuple = data + (id->lp_off & 0x1FF8) % (BLCKSZ - 256);
	HeapTupleHeaderData *h = (HeapTupleHeaderData *) tuple;

	switch (fuzz_random(12))
	{
		case 0:
			id->lp_off = value;
			break;
		case 1:
			id->lp_len = value;
			break;
		case 2:
			id->lp_flags = value;
			break;
		case 3:
			h->t_hoff = value;
			break;
		case 4:
			h->t_infomask = value;
			break;
		case 5:
			h->t_infomask2 = value;
			break;
		case 6:
			h->t_bits[fuzz_random(2)] = value;
			break;
		case 7:
		case 8:
		case 9:
			/* a length word where one may be */
			memcpy(tuple + 24 + 4 * fuzz_random(50), &value, sizeof(value));
			break;
		case 10:
			tuple[24 + fuzz_random(200)] = fuzz_random(2) ? 1 : value;
			break;
		case 11:
			h->t_infomask ^= 1 << fuzz_random(3);
			break;
	}
}

static void
try_tuple(const HeapTupleHeaderData *tuple, uint32 len)
{
	AiStored	stored[NCOLUMNS];
	AiChunk		chunk;

	ai_decode_attributes(tuple, len, columns, NCOLUMNS, stored);
	for (int i = 0; i < NCOLUMNS; i++)
	{
		if (stored[i].problem != NULL)
			continue;
		if (ai_storage_name(stored[i].storage) == NULL)
			fuzz_fail("storage without a name");
		if (stored[i].storage == AI_STORED_NULL ||
			stored[i].storage == AI_STORED_MISSING)
			continue;
		if (stored[i].offset < tuple->t_hoff || stored[i].padding > 7)
			fuzz_fail("attribute that is not in the user data");
		fuzz_touch((const char *) tuple + stored[i].offset, stored[i].length);
		if (stored[i].storage == AI_STORED_COMPRESSED)
		{
			char	   *dest = malloc(stored[i].raw_size % 20000 + 1);
			uint32		wanted = Min(stored[i].raw_size, 20000);

			if (stored[i].raw_size >= 20000)
				dest = realloc(dest, 20000);
			if (ai_decompress(stored[i].method,
							  (const char *) tuple + stored[i].offset + 8,
							  stored[i].length - 8, dest, wanted,
							  stored[i].raw_size))
				fuzz_touch(dest, wanted);
			free(dest);
		}
	}
	if (ai_decode_chunk(tuple, len, &chunk) == NULL)
		fuzz_touch(chunk.data, chunk.length);
}

const char *
fuzz_refused(const uint8_t *data, size_t size)
{
	const char *page = (const char *) data;
	AiPageHeader header;
	AiHeapItem	item;
	AiStored	stored[NCOLUMNS];
	AiChunk		chunk;

	ai_decode_page_header(page, AI_PAGE_HEAP, &header);
	if (header.problem != NULL)
		return header.problem;
	for (OffsetNumber lp = 1; lp <= header.nitems; lp++)
	{
		const char *problem;

		ai_decode_heap_item(page, &header, lp, &item);
		if (item.problem != NULL)
			return item.problem;
		if (!item.can_walk)
			continue;
		/* a tuple of a TOAST table has three attributes */
		if (item.natts == 3 && item.item.len > 36 && header.nitems < 40 &&
			ai_decode_chunk(item.tuple, item.item.len, &chunk) == NULL)
			continue;
		problem = ai_decode_attributes(item.tuple, item.item.len, columns,
									   NCOLUMNS, stored);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/* The short way over the plain tuples must tell what the long one does. */
static void
try_plain(const char *page, const AiPageHeader *header)
{
	AiPlainTuples sums;
	OffsetNumber lp = 1;

	while (lp <= header->nitems)
	{
		OffsetNumber end;
		AiHeapItem	item;

		memset(&sums, 0, sizeof(sums));
		end = ai_count_plain_tuples(page, header, lp, &sums);
		if (end < lp || end > header->nitems + 1 || sums.tuples != end - lp)
			fuzz_fail("plain tuples that are not there");
		for (; lp < end; lp++)
		{
			ai_decode_heap_item(page, header, lp, &item);
			if (item.item.flags != LP_NORMAL || !item.can_walk)
				fuzz_fail("plain tuple that is not sound");
			sums.bytes -= item.item.len;
			sums.aligned_bytes -= MAXALIGN(item.item.len);
			sums.header_bytes -= item.t_hoff;
			sums.heap_only -= (item.t_infomask2 & HEAP_ONLY_TUPLE) != 0;
			sums.frozen -= ai_xmin_is_frozen(item.tuple);
		}
		if (sums.bytes != 0 || sums.aligned_bytes != 0 ||
			sums.header_bytes != 0 || sums.heap_only != 0 || sums.frozen != 0)
			fuzz_fail("sums of plain tuples that are not theirs");
		lp = end + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *page = NULL;
	AiPageHeader header;
	AiHeapItem	item;

	if (size > BLCKSZ)
		return 0;
	if (page == NULL)
		page = malloc(BLCKSZ);
	memcpy(page, data, size);
	memset(page + size, 0, BLCKSZ - size);

	ai_decode_page_header(page, AI_PAGE_HEAP, &header);
	try_plain(page, &header);
	for (OffsetNumber lp = 1; lp <= header.nitems; lp++)
	{
		char	   *copy;

		ai_decode_heap_item(page, &header, lp, &item);
		if (ai_item_flags_name(item.item.flags) == NULL)
			fuzz_fail("line pointer without a name");
		if (item.can_walk && (!item.has_header || item.problem != NULL))
			fuzz_fail("tuple that may not be walked");
		if (!item.can_walk)
			continue;
		copy = malloc(item.item.len);
		memcpy(copy, item.tuple, item.item.len);
		try_tuple((const HeapTupleHeaderData *) copy, item.item.len);
		free(copy);
	}
	return 0;
}
