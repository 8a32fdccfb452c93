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

static Datum
get_blkno(AiRows *rows, bool *isnull)
{
	return Int64GetDatum((int64) rows->unit);
}

static Datum
get_lsn(AiRows *rows, bool *isnull)
{
	return LSNGetDatum(ai_rows_header(rows)->lsn);
}

static Datum
get_checksum(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(ai_rows_header(rows)->checksum);
}

static Datum
get_checksum_ok(AiRows *rows, bool *isnull)
{
	ai_rows_page(rows);
	*isnull = !rows->page->checksum_known;
	return BoolGetDatum(rows->page->checksum_ok);
}

static Datum
get_flags(AiRows *rows, bool *isnull)
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

static Datum
get_lower(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(ai_rows_header(rows)->lower);
}

static Datum
get_upper(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(ai_rows_header(rows)->upper);
}

static Datum
get_special(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(ai_rows_header(rows)->special);
}

static Datum
get_pagesize(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(ai_rows_header(rows)->pagesize);
}

static Datum
get_version(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(ai_rows_header(rows)->version);
}

static Datum
get_prune_xid(AiRows *rows, bool *isnull)
{
	return TransactionIdGetDatum(ai_rows_header(rows)->prune_xid);
}

static Datum
get_free_bytes(AiRows *rows, bool *isnull)
{
	const AiPageHeader *header = ai_rows_header(rows);

	*isnull = header->kind == AI_PAGE_INVALID;
	if (header->kind == AI_PAGE_NEW)
		return Int32GetDatum(BLCKSZ);
	return Int32GetDatum(header->free_bytes);
}

static Datum
get_kind(AiRows *rows, bool *isnull)
{
	return CStringGetTextDatum(ai_page_kind_name(ai_rows_header(rows)->kind));
}

static Datum
get_in_buffers(AiRows *rows, bool *isnull)
{
	ai_rows_page(rows);
	return BoolGetDatum(rows->page->in_buffers);
}

static Datum
get_problem(AiRows *rows, bool *isnull)
{
	const char *problem = ai_rows_page_problem(rows);

	*isnull = problem == NULL;
	return problem == NULL ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn page_header_columns[] = {
	{"blkno", INT8OID, get_blkno},
	{"lsn", PG_LSNOID, get_lsn},
	{"checksum", INT4OID, get_checksum},
	{"checksum_ok", BOOLOID, get_checksum_ok},
	{"flags", TEXTARRAYOID, get_flags},
	{"lower", INT4OID, get_lower},
	{"upper", INT4OID, get_upper},
	{"special", INT4OID, get_special},
	{"pagesize", INT4OID, get_pagesize},
	{"version", INT4OID, get_version},
	{"prune_xid", XIDOID, get_prune_xid},
	{"free_bytes", INT4OID, get_free_bytes},
	{"kind", TEXTOID, get_kind},
	{"in_buffers", BOOLOID, get_in_buffers},
	{"problem", TEXTOID, get_problem},
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
