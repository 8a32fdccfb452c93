/*-------------------------------------------------------------------------
 *
 * npy.h
 *	  What the files of npy_fdw share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MU_NPY_H
#define MU_NPY_H

#include "nodes/bitmapset.h"
#include "nodes/parsenodes.h"
#include "utils/rel.h"

#include "npy/npy_header.h"

/* An open file with its header read and its size checked */
typedef struct MuNpyFile
{
	const char *name;
	int			fd;
	int64		rows;
	int64		columns;		/* of a two-dimensional array, else 1 */
	int64		row_bytes;		/* from one row to the next, not fortran */
	MuNpyHeader *header;
	const char **field_name;	/* in the database's encoding; NULL if not
								 * text */
} MuNpyFile;

/* Why a file can't be read, as a message and its detail, or NULL */
typedef struct MuNpyProblem
{
	int			sqlstate;
	const char *message;
	const char *detail;
} MuNpyProblem;

/* How a table's column is filled: from field or array column, or by number */
typedef struct MuNpyColumn
{
	bool		row_number;
	int			field;			/* in the header */
	int64		column;			/* of the array, from 0 */
} MuNpyColumn;

/* Turns the bytes of a value into a datum of the column's type */
typedef Datum (*MuNpyConvert) (const MuNpyField *field, const char *bytes,
							   bool *isnull);

/* Part of a file that is read ahead: rows from .. from + count - 1 */
typedef struct MuNpyStream
{
	int64		base;			/* place of row 0 in the file */
	int64		stride;			/* bytes from row to row */
	int64		from;
	int64		count;
	char	   *buffer;
} MuNpyStream;

typedef struct MuNpySource
{
	int			att;			/* from 0 */
	bool		row_number;
	int			stream;
	int64		offset;			/* in a row of the stream */
	const MuNpyField *field;
	MuNpyConvert convert;
} MuNpySource;

/* A file as the rows of a table */
typedef struct MuNpyRows
{
	MuNpyFile	file;
	int			natts;			/* of the table */
	int			ncolumns;		/* that are read */
	MuNpySource *column;
	int			nstreams;
	MuNpyStream *stream;
	int64		buffer_rows;	/* rows that a stream reads ahead */
} MuNpyRows;

/* npy_file.c */
extern bool mu_npy_try_open(MuNpyFile *file, const char *name,
							MuNpyProblem *problem);
extern void mu_npy_open(MuNpyFile *file, const char *name);
extern void mu_npy_close(MuNpyFile *file);
extern void mu_npy_read(MuNpyFile *file, char *buffer, int64 offset,
						int64 length);
extern MuNpyConvert mu_npy_conversion(const MuNpyField *field, Oid type);

/* npy_names.c */
extern bool mu_npy_valid(const char *bytes);
extern const char *mu_npy_printable(const char *bytes);
extern const char *mu_npy_name(const char *bytes, int version);

/* npy_rows.c */
extern MuNpyRows *mu_npy_rows_open(Relation rel, Bitmapset *needed, bool all);
extern void mu_npy_rows_get(MuNpyRows *rows, int64 at, int64 until,
							Datum *values, bool *isnull);
extern void mu_npy_rows_close(MuNpyRows *rows);

/* npy_options.c */
extern const char *mu_npy_filename(Oid table);
extern MuNpyColumn mu_npy_column(Relation rel, int attno,
								 const MuNpyFile *file);
extern int	mu_npy_row_number(Oid table, int natts);
extern List *mu_npy_import(ImportForeignSchemaStmt *stmt, Oid server);

#endif							/* MU_NPY_H */
