/*-------------------------------------------------------------------------
 *
 * decode_page.c
 *	  Fuzzes page headers, line pointers and checksums.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "decode/decode_page.h"
#include "driver.h"

const unsigned fuzz_seeds = AI_PAGE_NKINDS;

/*
 * A page of each kind, with the special space that its access method makes.
 */
size_t
fuzz_seed(unsigned n, uint8_t *data)
{
	static const struct
	{
		uint16		special;
		uint16		mark;
	}			kinds[AI_PAGE_NKINDS] = {
		[AI_PAGE_BTREE] = {16, 0},
		[AI_PAGE_HASH] = {16, 0xFF80},
		[AI_PAGE_GIST] = {16, 0xFF81},
		[AI_PAGE_GIN] = {8, 0x0002},
		[AI_PAGE_BRIN] = {8, 0xF093},
		[AI_PAGE_SPGIST] = {8, 0xFF82},
		[AI_PAGE_SEQUENCE] = {8, 0}
	};
	PageHeaderData *p = (PageHeaderData *) data;
	uint32		magic = 0x1717;

	memset(data, 0, BLCKSZ);
	if (n == AI_PAGE_NEW)
		return BLCKSZ;
	p->pd_pagesize_version = BLCKSZ | PG_PAGE_LAYOUT_VERSION;
	p->pd_special = BLCKSZ - kinds[n].special;
	p->pd_upper = p->pd_special;
	p->pd_lower = SizeOfPageHeaderData;
	memcpy(data + BLCKSZ - 2, &kinds[n].mark, 2);
	if (n == AI_PAGE_SEQUENCE)
		memcpy(data + p->pd_special, &magic, sizeof(magic));
	if (n == AI_PAGE_FSM || n == AI_PAGE_VM)
		return BLCKSZ;
	for (int i = 0; i < 20 + n * 10; i++)
	{
		p->pd_upper -= 32;
		p->pd_linp[i].lp_off = p->pd_upper;
		p->pd_linp[i].lp_len = 25 + i % 8;
		p->pd_linp[i].lp_flags = LP_NORMAL;
		p->pd_lower += sizeof(ItemIdData);
	}
	return BLCKSZ;
}

void
fuzz_mutate(uint8_t *data, size_t size)
{
	PageHeaderData *p = (PageHeaderData *) data;
	uint16		value = fuzz_absurd();
	ItemIdData *id = &p->pd_linp[fuzz_random(140)];

	switch (fuzz_random(8))
	{
		case 0:
			p->pd_lower = value;
			break;
		case 1:
			p->pd_upper = value;
			break;
		case 2:
			p->pd_special = value;
			break;
		case 3:
			p->pd_flags = value;
			break;
		case 4:
			p->pd_pagesize_version = value;
			break;
		case 5:
			id->lp_off = value;
			break;
		case 6:
			id->lp_len = value;
			break;
		case 7:
			id->lp_flags = value;
			break;
	}
}

const char *
fuzz_refused(const uint8_t *data, size_t size)
{
	AiPageHeader header;
	int			taken = 0;

	for (int kind = AI_PAGE_HEAP; kind < AI_PAGE_NKINDS; kind++)
	{
		ai_decode_page_header((const char *) data, kind, &header);
		if (header.problem == NULL)
			taken++;
	}
	return taken > 0 ? NULL : "no kind of page fits";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *page = NULL;

	if (size > BLCKSZ)
		return 0;
	if (page == NULL)
		page = malloc(BLCKSZ);
	memcpy(page, data, size);
	memset(page + size, 0, BLCKSZ - size);

	for (int kind = 0; kind < AI_PAGE_NKINDS; kind++)
	{
		AiPageHeader header;
		AiItem		item;

		ai_decode_page_header(page, kind, &header);
		if (ai_page_kind_name(header.kind) == NULL)
			fuzz_fail("kind without a name");
		if (header.kind == AI_PAGE_INVALID &&
			(header.problem == NULL || header.nitems != 0 ||
			 header.free_bytes != 0))
			fuzz_fail("invalid page that may be used");
		if (header.free_bytes > BLCKSZ - SizeOfPageHeaderData)
			fuzz_fail("more free bytes than bytes");
		for (OffsetNumber lp = 1; lp <= header.nitems; lp++)
		{
			ai_decode_item(page, &header, lp, &item);
			if (!item.in_page)
				continue;
			if (item.problem != NULL || item.off % 8 != 0 || item.len == 0)
				fuzz_fail("item that may not be read");
			fuzz_touch(page + item.off, item.len);
		}
	}
	if (ai_page_checksum(page, 7) != ai_page_checksum(page, 7))
		fuzz_fail("the page was changed");
	if (memcmp(page, data, size) != 0)
		fuzz_fail("the page was changed");
	return 0;
}
