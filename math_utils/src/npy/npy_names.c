/*-------------------------------------------------------------------------
 *
 * npy_names.c
 *	  Names that come from outside, of files and of fields, as text.
 *
 * A file's name is bytes; a field's is latin-1, or UTF-8 from format version
 * 3 on.  None becomes a name in the catalog, or goes into a message, that is
 * no valid text in the database's encoding: pg_dump would write what cannot
 * be restored.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "npy/npy.h"

/*
 * mu_npy_valid - are these bytes text of the database's encoding?
 */
bool
mu_npy_valid(const char *bytes)
{
	return pg_verify_mbstr(GetDatabaseEncoding(), bytes, (int) strlen(bytes),
						   true);
}

/*
 * mu_npy_printable - the bytes for a message: as they are, or where they are
 * no
 * text with \x and two digits for each that is not ASCII
 */
const char *
mu_npy_printable(const char *bytes)
{
	StringInfoData buf;

	if (mu_npy_valid(bytes))
		return pstrdup(bytes);
	initStringInfo(&buf);
	for (; *bytes != '\0'; bytes++)
	{
		if (IS_HIGHBIT_SET(*bytes))
			appendStringInfo(&buf, "\\x%02x", (unsigned char) *bytes);
		else
			appendStringInfoChar(&buf, *bytes);
	}
	return buf.data;
}

/*
 * The bytes in another encoding, or NULL where one of them has no form there
 */
static char *
convert(const char *bytes, int from, int to)
{
	int			length = (int) strlen(bytes);
	int			room = length * MAX_CONVERSION_GROWTH + 1;
	char	   *result;
	Oid			proc;

	if (from == to)
		return pstrdup(bytes);
	proc = FindDefaultConversionProc(from, to);
	if (!OidIsValid(proc))
		return NULL;
	result = palloc(room);
	if (pg_do_encoding_conversion_buf(proc, from, to,
									  (unsigned char *) unconstify(char *,
																   bytes),
									  length, (unsigned char *) result, room,
									  true) != length)
		return NULL;
	return result;
}

/*
 * mu_npy_name - a name of the header in the database's encoding; NULL where
 * it
 * is no valid text, or the encoding lacks one of its characters
 *
 * Every encoding has a way from UTF-8, few have one from latin-1.
 */
const char *
mu_npy_name(const char *bytes, int version)
{
	int			from = version >= 3 ? PG_UTF8 : PG_LATIN1;
	int			to = GetDatabaseEncoding();
	char	   *utf8;

	if (!pg_verify_mbstr(from, bytes, (int) strlen(bytes), true))
		return NULL;
	if (from == to || to == PG_SQL_ASCII)
		return pstrdup(bytes);
	utf8 = convert(bytes, from, PG_UTF8);
	return utf8 == NULL ? NULL : convert(utf8, PG_UTF8, to);
}
