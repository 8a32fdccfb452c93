/*-------------------------------------------------------------------------
 *
 * npy_rows.c
 *	  A .npy file as the rows of a table: where each column comes from, what
 *	  is read ahead, and the values of one row.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "miscadmin.h"

#include "compat.h"
#include "npy/npy.h"

#define BUFFER_BYTES	262144

/* Find the stream with this base, or make one */
static int
stream_at(MuNpyRows *rows, int64 base, int64 stride)
{
	int			i;

	for (i = 0; i < rows->nstreams; i++)
	{
		if (rows->stream[i].base == base)
			return i;
	}
	memset(&rows->stream[i], 0, sizeof(MuNpyStream));
	rows->stream[i].base = base;
	rows->stream[i].stride = stride;
	rows->nstreams++;
	return i;
}

/* Is attribute att, from 0, one of those needed? A whole row needs all. */
static bool
is_needed(Bitmapset *needed, int att)
{
	return bms_is_member(att + 1 - FirstLowInvalidHeapAttributeNumber,
						 needed) ||
		bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, needed);
}

/*
 * mu_npy_rows_open - open the file of a table and say where each column comes
 * from
 *
 * "needed" are the attributes to be read, offset as pull_varattnos() does;
 * all of them where "all" is set.  In C order a row is in one piece, so one
 * buffer serves all columns; in Fortran order each column of an array is, so
 * each has its buffer.
 */
MuNpyRows *
mu_npy_rows_open(Relation rel, Bitmapset *needed, bool all)
{
	TupleDesc	desc = RelationGetDescr(rel);
	MuNpyRows  *rows = palloc0(sizeof(MuNpyRows));
	MuNpyHeader *header;
	int			att;
	int			i;

	mu_npy_open(&rows->file, mu_npy_filename(RelationGetRelid(rel)));
	header = rows->file.header;
	rows->natts = desc->natts;
	rows->column = palloc0(sizeof(MuNpySource) * (desc->natts + 1));
	rows->stream = palloc0(sizeof(MuNpyStream) * (desc->natts + 1));
	for (att = 0; att < desc->natts; att++)
	{
		MuNpySource *column = &rows->column[rows->ncolumns];
		MuNpyColumn source;

		if (TupleDescAttr(desc, att)->attisdropped ||
			(!all && !is_needed(needed, att)))
			continue;
		source = mu_npy_column(rel, att + 1, &rows->file);
		column->att = att;
		column->row_number = source.row_number;
		rows->ncolumns++;
		if (source.row_number)
			continue;
		column->field = &header->field[source.field];
		column->convert = mu_npy_conversion(column->field,
											TupleDescAttr(desc,
														  att)->atttypid);
		if (header->fortran && header->ndim == 2)
		{
			column->stream = stream_at(rows,
									   (int64) header->data +
									   source.column * rows->file.rows *
									   (int64) header->item,
									   (int64) header->item);
			column->offset = 0;
		}
		else
		{
			column->stream = stream_at(rows, (int64) header->data,
									   rows->file.row_bytes);
			column->offset = source.column * (int64) header->item +
				(int64) column->field->offset;
		}
	}
	rows->buffer_rows = Max(1, BUFFER_BYTES / rows->file.row_bytes);
	if (header->fortran && header->ndim == 2)
		rows->buffer_rows = BUFFER_BYTES / 8 / (int64) Min(header->item,
														   BUFFER_BYTES / 8);
	for (i = 0; i < rows->nstreams; i++)
		rows->stream[i].buffer =
			palloc(rows->buffer_rows * rows->stream[i].stride);
	return rows;
}

/* Where a value is, for an error about it */
typedef struct Place
{
	const MuNpyRows *rows;
	const MuNpySource *column;
	int64		row;			/* from 0 */
} Place;

static void
say_place(void *arg)
{
	const Place *place = (const Place *) arg;
	const MuNpyField *field = place->column->field;
	const MuNpyFile *file = &place->rows->file;
	const char *name = mu_npy_printable(file->name);
	long long	row = (long long) place->row + 1;

	if (field->name[0] != '\0')
		errcontext("file \"%s\", field \"%s\", row %lld", name,
				   mu_npy_printable(field->name), row);
	else
		errcontext("file \"%s\", row %lld", name, row);
}

/*
 * mu_npy_rows_get - the values of row "at", from 0; what is read ahead ends
 * before row "until"
 */
void
mu_npy_rows_get(MuNpyRows *rows, int64 at, int64 until, Datum *values,
				bool *isnull)
{
	ErrorContextCallback context;
	Place		place;
	int			i;

	for (i = 0; i < rows->nstreams; i++)
	{
		MuNpyStream *stream = &rows->stream[i];

		if (at < stream->from || at >= stream->from + stream->count)
		{
			CHECK_FOR_INTERRUPTS();
			stream->count = 0;
			mu_npy_read(&rows->file, stream->buffer,
						stream->base + at * stream->stride,
						Min(rows->buffer_rows, until - at) * stream->stride);
			stream->from = at;
			stream->count = Min(rows->buffer_rows, until - at);
		}
	}
	place.rows = rows;
	place.row = at;
	context.callback = say_place;
	context.arg = &place;
	context.previous = error_context_stack;
	error_context_stack = &context;

	if (rows->ncolumns < rows->natts)
		memset(isnull, true, rows->natts * sizeof(bool));
	for (i = 0; i < rows->ncolumns; i++)
	{
		MuNpySource *column = &rows->column[i];

		isnull[column->att] = false;
		if (column->row_number)
			values[column->att] = Int64GetDatum(at + 1);
		else
		{
			MuNpyStream *stream = &rows->stream[column->stream];

			place.column = column;
			values[column->att] =
				column->convert(column->field,
								stream->buffer +
								(at - stream->from) * stream->stride +
								column->offset,
								&isnull[column->att]);
		}
	}
	error_context_stack = context.previous;
}

/*
 * mu_npy_rows_close - close the file
 */
void
mu_npy_rows_close(MuNpyRows *rows)
{
	mu_npy_close(&rows->file);
}
