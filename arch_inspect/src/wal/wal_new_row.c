/*-------------------------------------------------------------------------
 *
 * wal_new_row.c
 *	  The values of the rows that a WAL record made.
 *
 * The record holds the row, or the image of the page that it was put on does.
 * An update that logged only what differs from the old version holds no whole
 * row.  What the relation's columns are is taken from the catalog as it is
 * now; every byte of a value is checked before its type prints it.  That a
 * record's checksum is right proves nothing of the values in it: an update
 * carries along what the page held, damaged or not.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "compat.h"
#include "decode/decode_heap.h"
#include "decode/decode_toast.h"
#include "wal/wal_scan.h"
#include "words/value.h"

/* A value is shown up to this many characters, all rows up to the second */
#define VALUE_SHOWN		200
#define ROWS_SHOWN		8000

/* No compressed value that fits into a page expands to more than this */
#define RAW_LARGEST		(16 * 1024 * 1024)

#define UNPROVEN	"it came from a WAL record, which repeats what the page held"

typedef struct RowShape
{
	TupleDesc	desc;
	AiAttribute *attrs;
	AiPrinter  *printers;		/* made ready when first needed */
	AiStored   *stored;
} RowShape;

/*
 * The columns of a table, remembered with it; NULL where it has no rows, is
 * gone, or is not for the caller any more.
 */
static RowShape *
row_shape(AiWalScan *scan, AiWalRelation *relation)
{
	RowShape   *shape;
	Relation	rel;
	MemoryContext old;

	if (relation->shape)
		return relation->shape;
	rel = ai_open_if_allowed(relation->relid, relation->relid, AI_VALUES);
	if (rel == NULL)
		return NULL;
	if (rel->rd_rel->relkind != RELKIND_RELATION &&
		rel->rd_rel->relkind != RELKIND_MATVIEW &&
		rel->rd_rel->relkind != RELKIND_TOASTVALUE)
	{
		relation_close(rel, AccessShareLock);
		return NULL;
	}
	if (scan->shapes == NULL)
		scan->shapes = AllocSetContextCreate(scan->context, "WAL row shapes",
											 ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(scan->shapes);
	if (scan->value_types == NULL)
		scan->value_types = ai_types_create();
	shape = palloc0(sizeof(RowShape));
	shape->desc = CreateTupleDescCopy(RelationGetDescr(rel));
	shape->attrs = ai_attributes_of(shape->desc);
	shape->printers = palloc0(sizeof(AiPrinter) * Max(1, shape->desc->natts));
	shape->stored = palloc0(sizeof(AiStored) * Max(1, shape->desc->natts));
	MemoryContextSwitchTo(old);
	relation_close(rel, AccessShareLock);
	relation->shape = shape;
	scan->shape_columns += shape->desc->natts;
	return shape;
}

/* Appends a value, in quotes unless it is plainly one word */
static void
append_value(StringInfo out, const char *value)
{
	size_t		len = strlen(value);
	bool		plain = len > 0 && len <= VALUE_SHOWN &&
		strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:+-") == len;

	if (plain)
		appendStringInfoString(out, value);
	else
	{
		int			shown = len > VALUE_SHOWN ?
			pg_mbcliplen(value, len, VALUE_SHOWN) : len;
		char	   *quoted = quote_literal_cstr(pnstrdup(value, shown));

		appendStringInfoString(out, quoted);
		if (shown < len)
			appendStringInfo(out, "... (%zu bytes)", len);
	}
}

static void
append_attribute(StringInfo out, AiWalScan *scan, RowShape *shape, int i,
				 const char *tuple)
{
	const AiStored *stored = &shape->stored[i];
	AiPrinter  *printer = &shape->printers[i];
	const char *data = tuple + stored->offset;
	uint32		len = stored->length;
	const char *problem = stored->problem;
	char	   *value = NULL;

	if (problem == NULL && stored->storage == AI_STORED_NULL)
	{
		appendStringInfoString(out, "NULL");
		return;
	}
	if (problem == NULL && stored->storage == AI_STORED_EXTERNAL)
	{
		appendStringInfo(out, "<%u bytes in the TOAST table>",
						 stored->raw_size);
		return;
	}
	if (problem == NULL && !printer->ready)
	{
		MemoryContext old = MemoryContextSwitchTo(scan->shapes);

		ai_printer_init(printer, scan->value_types, shape->desc, i + 1);
		MemoryContextSwitchTo(old);
	}
	if (problem == NULL && stored->storage == AI_STORED_COMPRESSED)
	{
		char	   *raw = palloc(Min(stored->raw_size, RAW_LARGEST) + 1);

		if (stored->raw_size > RAW_LARGEST || len < 8 ||
			!ai_decompress(stored->method, data + 8, len - 8, raw,
						   stored->raw_size, stored->raw_size))
			problem = "compressed data is damaged";
		data = raw;
		len = stored->raw_size;
	}
	else if (stored->storage == AI_STORED_SHORT)
	{
		data += 1;
		len -= 1;
	}
	else if (stored->storage == AI_STORED_PLAIN)
	{
		data += 4;
		len -= 4;
	}
	if (problem == NULL)
		value = ai_print_value(printer, data, len, UNPROVEN, &problem);
	if (value)
		append_value(out, value);
	else
		appendStringInfo(out, "<%s>", problem);
}

/* Appends one row, given as a heap tuple of len bytes */
static void
append_row(StringInfo out, AiWalScan *scan, RowShape *shape,
		   const HeapTupleHeaderData *tuple, uint32 len)
{
	bool		first = true;

	if (out->len > 0)
		appendStringInfoString(out, "; ");
	if (ai_check_tuple_header(tuple, len) != NULL)
	{
		appendStringInfo(out, "<%s>", ai_check_tuple_header(tuple, len));
		return;
	}
	(void) ai_decode_attributes(tuple, len, shape->attrs, shape->desc->natts,
								shape->stored);
	for (int i = 0; i < shape->desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(shape->desc, i);

		if (att->attisdropped ||
			shape->stored[i].storage == AI_STORED_MISSING)
			continue;
		appendStringInfo(out, "%s%s=", first ? "" : ", ",
						 quote_identifier(NameStr(att->attname)));
		append_attribute(out, scan, shape, i, (const char *) tuple);
		first = false;
	}
}

/* A row whose bytes stand in the record, behind a header made up again */
static void
append_logged(StringInfo out, AiWalScan *scan, RowShape *shape,
			  const AiWalTuple *t)
{
	HeapTupleHeader tuple = palloc0(MAXALIGN(SizeofHeapTupleHeader + t->len));

	tuple->t_infomask = t->infomask;
	tuple->t_infomask2 = t->infomask2;
	tuple->t_hoff = t->hoff;
	memcpy((char *) tuple + SizeofHeapTupleHeader, t->data, t->len);
	append_row(out, scan, shape, tuple, SizeofHeapTupleHeader + t->len);
	pfree(tuple);
}

/*
 * ai_wal_new_row - the rows that the present record made, as text, or NULL
 *
 * Allocated in the current memory context.
 */
char *
ai_wal_new_row(AiWalScan *scan)
{
	const DecodedXLogRecord *r = scan->reader->state->record;
	const AiWalRecord *rec;
	AiWalRelation *relation;
	AiLocator	locator;
	RowShape   *shape;
	AiWalTuple	tuple;
	uint32		position = 0;
	StringInfoData out;
	uint16		lp;

	if (r->header.xl_rmid != RM_HEAP_ID && r->header.xl_rmid != RM_HEAP2_ID)
		return NULL;
	rec = ai_wal_scan_record(scan);
	if (ai_wal_tuple_line(rec, 0) == 0 || !rec->blocks[0].in_use ||
		!ai_wal_scan_locator(scan, &locator))
		return NULL;
	relation = ai_wal_scan_relation(scan, &locator);
	if (!ai_wal_scan_values(relation) ||
		(shape = row_shape(scan, relation)) == NULL)
		return NULL;

	initStringInfo(&out);
	while (out.len < ROWS_SHOWN && ai_wal_tuple(rec, &position, &tuple))
		append_logged(&out, scan, shape, &tuple);
	if (out.len == 0 && rec->blocks[0].has_image)
	{
		PGAlignedBlock page;
		AiPageHeader header;

		if (!RestoreBlockImage(scan->reader->state, 0, page.data))
			return NULL;
		ai_decode_page_header(page.data, AI_PAGE_HEAP, &header);
		for (int n = 0; out.len < ROWS_SHOWN &&
			 (lp = ai_wal_tuple_line(rec, n)) != 0; n++)
		{
			AiHeapItem	item;

			if (lp > header.nitems)
				break;
			ai_decode_heap_item(page.data, &header, lp, &item);
			if (item.can_walk)
				append_row(&out, scan, shape, item.tuple, item.item.len);
		}
	}
	if (out.len >= ROWS_SHOWN)
		appendStringInfoString(&out, "; ...");
	return out.len > 0 ? out.data : NULL;
}
