/*-------------------------------------------------------------------------
 *
 * row_copy.c
 *	  How wide a row would be if it were written anew.
 *
 * VACUUM FULL, CLUSTER and CREATE TABLE AS form each row from its values, and
 * so leave out what is there of dropped columns, and write what an older row
 * lacks: the default of a column that was added later.  Either may bring a
 * null bitmap or spare one.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"

#include "storage/row_copy.h"
#include "words/value.h"

#include "compat.h"

/*
 * ai_row_copy_begin - ready to lay out copies of a table's rows, in the
 * current memory context
 */
AiRowCopy *
ai_row_copy_begin(TupleDesc desc)
{
	AiRowCopy  *copy = palloc0(sizeof(AiRowCopy));
	AiAttribute *attrs = ai_attributes_of(desc);

	copy->natts = desc->natts;
	copy->columns = palloc0(sizeof(AiCopiedColumn) * Max(desc->natts, 1));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);
		AiCopiedColumn *column = &copy->columns[i];
		bool		isnull;
		Datum		value;

		column->alignby = attrs[i].alignby;
		column->dropped = attr->attisdropped;
		if (attr->attisdropped)
			copy->differs = true;
		if (attr->attisdropped || !attr->atthasmissing)
			continue;
		copy->differs = true;
		value = getmissingattr(desc, i + 1, &isnull);
		if (isnull)
			continue;
		column->has_missing = true;
		column->missing_alignby = attrs[i].alignby;
		if (attr->attlen > 0)
			column->missing_length = attr->attlen;
		else if (attr->attlen == -2)
			column->missing_length = strlen(DatumGetCString(value)) + 1;
		else if (VARATT_IS_SHORT(DatumGetPointer(value)) ||
				 (attr->attstorage != TYPSTORAGE_PLAIN &&
				  VARATT_CAN_MAKE_SHORT(DatumGetPointer(value))))
		{
			column->missing_length =
				VARSIZE_ANY_EXHDR(DatumGetPointer(value)) +
				VARHDRSZ_SHORT;
			column->missing_alignby = 1;
		}
		else
			column->missing_length = VARSIZE_ANY(DatumGetPointer(value));
	}
	return copy;
}

/*
 * ai_copied_length - the bytes that a copy of the row has of a column, which
 * is
 * 0 for a null, and the alignment that they need
 *
 * A stored value is copied as it is.
 */
uint32
ai_copied_length(const AiRowCopy *copy, const AiStored *stored, int column,
				 uint8 *alignby)
{
	const AiCopiedColumn *c = &copy->columns[column];

	*alignby = 1;
	if (c->dropped || stored[column].storage == AI_STORED_NULL)
		return 0;
	if (stored[column].storage == AI_STORED_MISSING)
	{
		if (!c->has_missing)
			return 0;
		*alignby = c->missing_alignby;
		return c->missing_length;
	}
	/* one-byte headers, TOAST pointers too, start anywhere */
	if (stored[column].storage != AI_STORED_SHORT &&
		stored[column].storage != AI_STORED_EXTERNAL)
		*alignby = c->alignby;
	return stored[column].length;
}

/*
 * ai_copied_width - the length of a copy of the row in the same table,
 * without
 * final alignment
 *
 * There, dropped columns stay as nulls.
 */
uint32
ai_copied_width(const AiRowCopy *copy, const AiStored *stored)
{
	uint32		off = 0;
	bool		nulls = false;

	for (int i = 0; i < copy->natts; i++)
	{
		uint8		by;
		uint32		length = ai_copied_length(copy, stored, i, &by);

		if (length == 0)
			nulls = true;
		else
			off = TYPEALIGN(by, off) + length;
	}
	return off + MAXALIGN(SizeofHeapTupleHeader +
						  (nulls ? BITMAPLEN(copy->natts) : 0));
}
