/*-------------------------------------------------------------------------
 *
 * page_header.c
 *	  Page headers: of one page, or of all pages of a fork.
 *
 * The smallest instrument: a list of columns over the blocks of a relation.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"

#include "rows/rows.h"

#include "compat.h"

AI_FIELD(page_header_blkno, Int64GetDatum((int64) rows->unit));
AI_FIELD(page_header_lsn, LSNGetDatum(ai_rows_header(rows)->lsn));
AI_FIELD(page_header_checksum, Int32GetDatum(ai_rows_header(rows)->checksum));

static Datum
page_header_checksum_ok(AiRows *rows, bool *isnull)
{
	ai_rows_page(rows);
	*isnull = !rows->page->checksum_known;
	return BoolGetDatum(rows->page->checksum_ok);
}

static Datum
page_header_flags(AiRows *rows, bool *isnull)
{
	static const struct
	{
		uint16		bit;
		const char *name;
	}			names[] = {
		{PD_HAS_FREE_LINES, "PD_HAS_FREE_LINES"},
		{PD_PAGE_FULL, "PD_PAGE_FULL"},
		{PD_ALL_VISIBLE, "PD_ALL_VISIBLE"}
	};
	uint16		flags = ai_rows_header(rows)->flags;
	Datum		elems[lengthof(names)];
	int			n = 0;

	for (int i = 0; i < lengthof(names); i++)
	{
		if (flags & names[i].bit)
			elems[n++] = CStringGetTextDatum(names[i].name);
	}
	return PointerGetDatum(construct_array(elems, n, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

AI_FIELD(page_header_lower, Int32GetDatum(ai_rows_header(rows)->lower));
AI_FIELD(page_header_upper, Int32GetDatum(ai_rows_header(rows)->upper));
AI_FIELD(page_header_special, Int32GetDatum(ai_rows_header(rows)->special));
AI_FIELD(page_header_pagesize, Int32GetDatum(ai_rows_header(rows)->pagesize));
AI_FIELD(page_header_version, Int32GetDatum(ai_rows_header(rows)->version));
AI_FIELD(page_header_prune_xid,
		 TransactionIdGetDatum(ai_rows_header(rows)->prune_xid));

static Datum
page_header_free_bytes(AiRows *rows, bool *isnull)
{
	const AiPageHeader *header = ai_rows_header(rows);

	*isnull = header->kind == AI_PAGE_INVALID;
	if (header->kind == AI_PAGE_NEW)
		return Int32GetDatum(BLCKSZ);
	return Int32GetDatum(header->free_bytes);
}

AI_FIELD(page_header_kind,
		 CStringGetTextDatum(ai_page_kind_name(ai_rows_header(rows)->kind)));

static Datum
page_header_in_buffers(AiRows *rows, bool *isnull)
{
	ai_rows_page(rows);
	return BoolGetDatum(rows->page->in_buffers);
}

AI_FIELD_OF_IF(page_header_problem,
			   const char *problem = ai_rows_page_problem(rows),
			   problem != NULL, CStringGetTextDatum(problem));

static const AiColumn page_header_columns[] = {
	{"blkno", INT8OID, page_header_blkno},
	{"lsn", PG_LSNOID, page_header_lsn},
	{"checksum", INT4OID, page_header_checksum},
	{"checksum_ok", BOOLOID, page_header_checksum_ok},
	{"flags", TEXTARRAYOID, page_header_flags},
	{"lower", INT4OID, page_header_lower},
	{"upper", INT4OID, page_header_upper},
	{"special", INT4OID, page_header_special},
	{"pagesize", INT4OID, page_header_pagesize},
	{"version", INT4OID, page_header_version},
	{"prune_xid", XIDOID, page_header_prune_xid},
	{"free_bytes", INT4OID, page_header_free_bytes},
	{"kind", TEXTOID, page_header_kind},
	{"in_buffers", BOOLOID, page_header_in_buffers},
	{"problem", TEXTOID, page_header_problem},
	{NULL}
};

/* arch_inspect.page_header(regclass, bigint, text): one page */
AI_INSTRUMENT(page_header,
			  .columns = page_header_columns,
			  .relation = AI_ANY_RELATION, .tier = AI_STRUCTURE,
			  .header_only = true,
			  .first_arg = 2, .last_arg = 2, .fork_arg = 3);

/* arch_inspect.page_headers(regclass, bigint, bigint, text): many */
AI_INSTRUMENT(page_headers,
			  .columns = page_header_columns,
			  .relation = AI_ANY_RELATION, .tier = AI_STRUCTURE,
			  .header_only = true,
			  .first_arg = 2, .last_arg = 3, .fork_arg = 4);
