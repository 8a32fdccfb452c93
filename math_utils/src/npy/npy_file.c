/*-------------------------------------------------------------------------
 *
 * npy_file.c
 *	  Opens a .npy file and turns its values into datums.
 *
 * The file is read, not mapped: a file that is cut short under a map would
 * kill the server, under read() it is an error.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "storage/fd.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "base/mu_int.h"
#include "compat.h"
#include "npy/npy.h"

static bool
failed(MuNpyProblem *problem, int sqlstate, const char *message,
	   const char *detail)
{
	problem->sqlstate = sqlstate;
	problem->message = message;
	problem->detail = detail;
	return false;
}

/* After a call that set errno: "could not ... file "name": reason" */
static bool
failed_access(MuNpyProblem *problem, const char *what, const char *name)
{
	int			error = errno;
	int			sqlstate = error == EPERM || error == EACCES ||
		error == EROFS ?
		ERRCODE_INSUFFICIENT_PRIVILEGE :
		error == ENOENT ? ERRCODE_UNDEFINED_FILE :
		error == ENOTDIR || error == EISDIR ? ERRCODE_WRONG_OBJECT_TYPE :
		error == EMFILE || error == ENFILE ? ERRCODE_INSUFFICIENT_RESOURCES :
		ERRCODE_IO_ERROR;

	return failed(problem, sqlstate,
				  psprintf("could not %s file \"%s\": %s", what,
						   mu_npy_printable(name), strerror(error)), NULL);
}

/*
 * A header that is not understood, with the field that is to blame, if one is
 */
static bool
bad_header(MuNpyProblem *problem, const char *name, const MuNpyHeader *header,
		   const char *why)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfoString(&detail, "In its header, ");
	if (header != NULL && header->bad_name[0] != '\0')
		appendStringInfo(&detail, "at field \"%s\"%s, ",
						 mu_npy_printable(header->bad_name),
						 header->bad_type[0] == '\0' ? "" :
						 psprintf(" of type \"%s\"",
								  mu_npy_printable(header->bad_type)));
	else if (header != NULL && header->bad_type[0] != '\0')
		appendStringInfo(&detail, "at type \"%s\", ",
						 mu_npy_printable(header->bad_type));
	appendStringInfo(&detail, "%s.", why);
	return failed(problem, ERRCODE_INVALID_BINARY_REPRESENTATION,
				  psprintf("file \"%s\" cannot be read as a .npy file",
						   mu_npy_printable(name)),
				  detail.data);
}

static bool
too_short(MuNpyProblem *problem, const char *name)
{
	return failed(problem, ERRCODE_INVALID_BINARY_REPRESENTATION,
				  psprintf("file \"%s\" is shorter than its header says",
						   mu_npy_printable(name)),
				  NULL);
}

static void
report(const MuNpyProblem *problem)
{
	ereport(ERROR,
			(errcode(problem->sqlstate),
			 errmsg_internal("%s", problem->message),
			 problem->detail ? errdetail_internal("%s", problem->detail) :
			 0));
}

/* Exactly "length" bytes from "offset" */
static bool
try_read(MuNpyFile *file, char *buffer, int64 offset, int64 length,
		 MuNpyProblem *problem)
{
	while (length > 0)
	{
		ssize_t		got = pread(file->fd, buffer, (size_t) length,
								(off_t) offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return failed_access(problem, "read", file->name);
		if (got == 0)
			return too_short(problem, file->name);
		buffer += got;
		offset += got;
		length -= got;
	}
	return true;
}

/*
 * mu_npy_read - exactly "length" bytes from "offset", or an error
 */
void
mu_npy_read(MuNpyFile *file, char *buffer, int64 offset, int64 length)
{
	MuNpyProblem problem;

	if (!try_read(file, buffer, offset, length, &problem))
		report(&problem);
}

/* The header of an open file of this size, and what follows from it */
static bool
read_header(MuNpyFile *file, int64 size, MuNpyProblem *problem)
{
	const char *name = file->name;
	unsigned char prefix[MU_NPY_PREFIX];
	unsigned char *bytes;
	int64		length;
	const char *why;
	int			i;

	memset(prefix, 0, sizeof(prefix));
	if (!try_read(file, (char *) prefix, 0, Min(size, MU_NPY_PREFIX),
				  problem))
		return false;
	length = mu_npy_header_length(prefix, (size_t) Min(size, MU_NPY_PREFIX));
	if (length < 0)
		return bad_header(problem, name, NULL, "the beginning is not that of a .npy file, or too long");
	if (length > size)
		return bad_header(problem, name, NULL, "the end is missing");
	bytes = palloc(length);
	if (!try_read(file, (char *) bytes, 0, length, problem))
		return false;
	file->header = palloc(sizeof(MuNpyHeader));
	why = mu_npy_parse(bytes, (size_t) length, file->header);
	if (why != NULL)
		return bad_header(problem, name, file->header, why);
	pfree(bytes);
	file->field_name = palloc(sizeof(char *) * file->header->nfields);
	for (i = 0; i < file->header->nfields; i++)
		file->field_name[i] = mu_npy_name(file->header->field[i].name,
										  file->header->version);
	file->rows = (int64) file->header->shape[0];
	file->columns = (int64) file->header->shape[1];
	if (file->columns == 0)
		file->rows = 0;
	if (file->columns > MaxHeapAttributeNumber && file->header->ndim == 2)
		return failed(problem, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
					  psprintf("array in file \"%s\" has too many columns",
							   mu_npy_printable(name)),
					  psprintf("A table has at most %d.",
							   MaxHeapAttributeNumber));
	file->row_bytes = (int64) file->header->item * Max(file->columns, 1);
	if (file->row_bytes > MaxAllocSize / 2)
		return failed(problem, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
					  psprintf("rows of file \"%s\" are too long",
							   mu_npy_printable(name)), NULL);
	if ((int64) file->header->data + file->rows * file->row_bytes > size)
		return too_short(problem, name);
	return true;
}

/*
 * mu_npy_try_open - open a file, read its header, check its size
 *
 * Where that fails the file is closed and problem says why.  Only a plain
 * file is opened: a pipe would wait for somebody to write.
 */
bool
mu_npy_try_open(MuNpyFile *file, const char *name, MuNpyProblem *problem)
{
	struct stat st;
	bool		ok = false;

	memset(file, 0, sizeof(*file));
	file->name = name;
	file->fd = -1;
	if (stat(name, &st) != 0 || S_ISREG(st.st_mode))
	{
		file->fd = OpenTransientFile(name, O_RDONLY | O_NONBLOCK | PG_BINARY);
		if (file->fd < 0)
			return failed_access(problem, "open", name);
		if (fstat(file->fd, &st) != 0)
			ok = failed_access(problem, "stat", name);
		else if (S_ISREG(st.st_mode))
			ok = read_header(file, (int64) st.st_size, problem);
	}
	if (!S_ISREG(st.st_mode))
		ok = failed(problem, ERRCODE_WRONG_OBJECT_TYPE,
					psprintf("\"%s\" is not a plain file",
							 mu_npy_printable(name)), NULL);
	if (!ok)
		mu_npy_close(file);
	return ok;
}

/*
 * mu_npy_open - the same, or an error
 */
void
mu_npy_open(MuNpyFile *file, const char *name)
{
	MuNpyProblem problem;

	if (!mu_npy_try_open(file, name, &problem))
		report(&problem);
}

/*
 * mu_npy_close - close it again; the end of the transaction would, too
 */
void
mu_npy_close(MuNpyFile *file)
{
	if (file->fd >= 0)
		CloseTransientFile(file->fd);
	file->fd = -1;
}

/* The bytes of a number as one of the machine's own order */
static inline uint64
get_bits(const MuNpyField *field, const char *bytes)
{
	uint16		b2;
	uint32		b4;
	uint64		b8;

	/* the machine's order as the file's: the header says which that is */
	switch (field->size)
	{
		case 1:
			return (unsigned char) *bytes;
		case 2:
			memcpy(&b2, bytes, 2);
#ifdef WORDS_BIGENDIAN
			return field->big_endian ? b2 : pg_bswap16(b2);
#else
			return field->big_endian ? pg_bswap16(b2) : b2;
#endif
		case 4:
			memcpy(&b4, bytes, 4);
#ifdef WORDS_BIGENDIAN
			return field->big_endian ? b4 : pg_bswap32(b4);
#else
			return field->big_endian ? pg_bswap32(b4) : b4;
#endif
		default:
			memcpy(&b8, bytes, 8);
#ifdef WORDS_BIGENDIAN
			return field->big_endian ? b8 : pg_bswap64(b8);
#else
			return field->big_endian ? pg_bswap64(b8) : b8;
#endif
	}
}

/* A signed integer of any size */
static inline int64
get_signed(const MuNpyField *field, const char *bytes)
{
	uint64		bits = get_bits(field, bytes);

	switch (field->size)
	{
		case 1:
			return (int8) bits;
		case 2:
			return (int16) bits;
		case 4:
			return (int32) bits;
		default:
			return (int64) bits;
	}
}

/* An integer, signed or not, that must fit from least to most */
static inline int64
get_integer(const MuNpyField *field, const char *bytes, int64 least,
			int64 most,
			const char *type)
{
	int64		value;

	if (field->kind == 'u')
	{
		uint64		bits = get_bits(field, bytes);

		value = bits > (uint64) most ? -1 : (int64) bits;
		if (value >= 0)
			return value;
	}
	else
	{
		value = get_signed(field, bytes);
		if (value >= least && value <= most)
			return value;
	}
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s out of range", type)));
	return 0;
}

/* A floating-point number of any size; a half is a float of few bits */
static inline double
get_float(const MuNpyField *field, const char *bytes)
{
	uint64		bits = get_bits(field, bytes);

	if (field->size == 8)
	{
		double		x;

		memcpy(&x, &bits, 8);
		return x;
	}
	if (field->size == 4)
	{
		uint32		b4 = (uint32) bits;
		float		x;

		memcpy(&x, &b4, 4);
		return x;
	}
	else
	{
		int			exp = (bits >> 10) & 31;
		int			mant = bits & 1023;
		double		x;

		if (exp == 31)
			x = mant == 0 ? INFINITY : NAN;
		else if (exp == 0)
			x = ldexp(mant, -24);
		else
			x = ldexp(1024 + mant, exp - 25);
		return bits & 0x8000 ? -x : x;
	}
}

static Datum
to_bool(const MuNpyField *field, const char *bytes, bool *isnull)
{
	return BoolGetDatum(*bytes != 0);
}

static Datum
to_int2(const MuNpyField *field, const char *bytes, bool *isnull)
{
	return Int16GetDatum((int16) get_integer(field, bytes, PG_INT16_MIN,
											 PG_INT16_MAX, "smallint"));
}

static Datum
to_int4(const MuNpyField *field, const char *bytes, bool *isnull)
{
	return Int32GetDatum((int32) get_integer(field, bytes, PG_INT32_MIN,
											 PG_INT32_MAX, "integer"));
}

static Datum
to_int8(const MuNpyField *field, const char *bytes, bool *isnull)
{
	return Int64GetDatum(get_integer(field, bytes, PG_INT64_MIN, PG_INT64_MAX,
									 "bigint"));
}

static Datum
to_numeric(const MuNpyField *field, const char *bytes, bool *isnull)
{
	if (field->kind == 'u')
	{
		uint64		bits = get_bits(field, bytes);
		Numeric		high = int64_to_numeric((int64) (bits >> 32));

		return NumericGetDatum(NUM2(numeric_add,
									NUM2(numeric_mul, high,
										 int64_to_numeric(INT64CONST(1) <<
														  32)),
									int64_to_numeric((int64) (bits &
															  0xFFFFFFFF))));
	}
	return NumericGetDatum(int64_to_numeric(get_signed(field, bytes)));
}

static Datum
to_float4(const MuNpyField *field, const char *bytes, bool *isnull)
{
	double		x = get_float(field, bytes);
	float		result = (float) x;

	if (isinf(result) && !isinf(x))
		float_overflow_error();
	return Float4GetDatum(result);
}

static Datum
to_float8(const MuNpyField *field, const char *bytes, bool *isnull)
{
	return Float8GetDatum(get_float(field, bytes));
}

/* A string of bytes; NumPy fills it up with zero bytes, which are dropped */
static Datum
to_bytea(const MuNpyField *field, const char *bytes, bool *isnull)
{
	size_t		n = field->size;
	bytea	   *result;

	while (n > 0 && bytes[n - 1] == '\0')
		n--;
	result = palloc(VARHDRSZ + n);
	SET_VARSIZE(result, VARHDRSZ + n);
	memcpy(VARDATA(result), bytes, n);
	return PointerGetDatum(result);
}

static Datum
to_text(const MuNpyField *field, const char *bytes, bool *isnull)
{
	size_t		n = field->size;

	while (n > 0 && bytes[n - 1] == '\0')
		n--;
	(void) pg_verifymbstr(bytes, (int) n, false);
	return PointerGetDatum(cstring_to_text_with_len(bytes, (int) n));
}

/* A value of four bytes a character in UTF-8, without zeros at the end */
static char *
unicode_to_bytes(const MuNpyField *field, const char *bytes, bool valid,
				 int *length)
{
	MuNpyField	one = *field;
	unsigned char *utf8 = palloc(field->size + 1);
	unsigned char *end = utf8;
	uint32		i;
	uint32		n = field->size / 4;

	one.size = 4;
	while (n > 0 && get_bits(&one, bytes + 4 * (n - 1)) == 0)
		n--;
	for (i = 0; i < n; i++)
	{
		pg_wchar	c = (pg_wchar) get_bits(&one, bytes + 4 * i);

		if (c > 0x10FFFF ||
			(valid && (c == 0 || (c >= 0xD800 && c <= 0xDFFF))))
			ereport(ERROR,
					(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
					 errmsg("invalid Unicode code point %04X", (unsigned) c),
					 valid && c <= 0x10FFFF ?
					 errhint("A column of type bytea takes it, in UTF-8.") :
					 0));
		unicode_to_utf8(c, end);
		end += pg_utf_mblen(end);
	}
	*length = (int) (end - utf8);
	return (char *) utf8;
}

/* To the server's encoding, in which a character must be valid and not 0 */
static Datum
unicode_to_text(const MuNpyField *field, const char *bytes, bool *isnull)
{
	int			length;
	char	   *utf8 = unicode_to_bytes(field, bytes, true, &length);
	char	   *converted = pg_any_to_server(utf8, length, PG_UTF8);

	return PointerGetDatum(cstring_to_text_with_len(converted,
													converted == utf8 ?
													length :
													(int) strlen(converted)));
}

/* UTF-8 as it comes, also where it is no text */
static Datum
unicode_to_bytea(const MuNpyField *field, const char *bytes, bool *isnull)
{
	int			length;
	char	   *utf8 = unicode_to_bytes(field, bytes, false, &length);

	return PointerGetDatum(cstring_to_text_with_len(utf8, length));
}

/*
 * mu_npy_conversion - how a field becomes a value of the type; NULL if not
 */
MuNpyConvert
mu_npy_conversion(const MuNpyField *field, Oid type)
{
	switch (field->kind)
	{
		case 'b':
			return type == BOOLOID ? to_bool : NULL;
		case 'i':
		case 'u':
			return type == INT2OID ? to_int2 : type == INT4OID ? to_int4 :
				type == INT8OID ? to_int8 : type == NUMERICOID ? to_numeric :
					NULL;
		case 'f':
			return type == FLOAT4OID ? to_float4 : type == FLOAT8OID ?
				to_float8 : NULL;
		case 'S':
			return type == BYTEAOID ? to_bytea : type == TEXTOID ? to_text :
				NULL;
		case 'U':
			return type == TEXTOID ? unicode_to_text :
				type == BYTEAOID ? unicode_to_bytea : NULL;
		default:
			return NULL;
	}
}
