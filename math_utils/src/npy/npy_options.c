/*-------------------------------------------------------------------------
 *
 * npy_options.c
 *	  Options of npy_fdw, and IMPORT FOREIGN SCHEMA.
 *
 * Whoever may name a file may read it with the server's rights, so that is
 * for members of pg_read_server_files, as in file_fdw.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dirent.h>

#include "access/htup_details.h"
#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/heap.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "npy/npy.h"

PG_FUNCTION_INFO_V1(mu_npy_validator);

static const struct
{
	const char *name;
	Oid			catalog;
}			option[] =

{
	{"filename", ForeignTableRelationId},
	{"field", AttributeRelationId},
	{"row_number", AttributeRelationId},
};

/* May the current user name files to be read? */
static void
check_rights(void)
{
	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to read server files by npy_fdw"),
				 errdetail("Only members of pg_read_server_files may do so.")));
}

/*
 * mu_npy_validator - check the options of a table or column; others have none
 */
Datum
mu_npy_validator(PG_FUNCTION_ARGS)
{
	List	   *options = untransformRelOptions(PG_GETARG_DATUM(0));
	Oid			catalog = PG_GETARG_OID(1);
	bool		filename = false;
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *def = (DefElem *) lfirst(cell);
		bool		known = false;
		int			i;

		for (i = 0; i < lengthof(option); i++)
			known |= option[i].catalog == catalog &&
				strcmp(option[i].name, def->defname) == 0;
		if (!known)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
					 errmsg("invalid option \"%s\"", def->defname),
					 catalog == ForeignTableRelationId ?
					 errhint("The valid option here is \"filename\".") :
					 catalog == AttributeRelationId ?
					 errhint("Valid options here are \"field\" and \"row_number\".") :
					 errhint("There are no valid options here.")));
		if (strcmp(def->defname, "filename") == 0)
		{
			check_rights();
			if (!is_absolute_path(defGetString(def)))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("option \"%s\" must be an absolute path",
								"filename")));
			filename = true;
		}
		else if (strcmp(def->defname, "row_number") == 0)
			(void) defGetBoolean(def);
	}
	if (catalog == ForeignTableRelationId && !filename)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
				 errmsg("option \"%s\" is required for npy_fdw foreign tables", "filename")));
	PG_RETURN_VOID();
}

/*
 * mu_npy_filename - the file of a foreign table
 */
const char *
mu_npy_filename(Oid table)
{
	ListCell   *cell;

	foreach(cell, GetForeignTable(table)->options)
	{
		DefElem    *def = (DefElem *) lfirst(cell);

		if (strcmp(def->defname, "filename") == 0)
			return defGetString(def);
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("option \"%s\" is required for npy_fdw foreign tables",
					"filename")));
	return NULL;
}

/* The options of a column */
static void
column_options(Oid table, int attno, const char **field, bool *row_number)
{
	ListCell   *cell;

	*field = NULL;
	*row_number = false;
	foreach(cell, GetForeignColumnOptions(table, attno))
	{
		DefElem    *def = (DefElem *) lfirst(cell);

		if (strcmp(def->defname, "field") == 0)
			*field = defGetString(def);
		else if (strcmp(def->defname, "row_number") == 0)
			*row_number = defGetBoolean(def);
	}
}

/*
 * mu_npy_row_number - which column is the row number and a bigint; 0 if none
 */
int
mu_npy_row_number(Oid table, int natts)
{
	int			attno;

	for (attno = 1; attno <= natts; attno++)
	{
		const char *field;
		bool		row_number;

		if (get_atttype(table, attno) != INT8OID)
			continue;
		column_options(table, attno, &field, &row_number);
		if (row_number)
			return attno;
	}
	return 0;
}

/*
 * mu_npy_column - what fills a column of a foreign table
 *
 * A field of a structured array bears its name; the column of a plain array
 * is "value", or c1, c2 and so on.  The option "field" overrides the name.
 */
MuNpyColumn
mu_npy_column(Relation rel, int attno, const MuNpyFile *file)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), attno - 1);
	const char *name;
	MuNpyColumn result;
	bool		found = false;
	int			i;

	memset(&result, 0, sizeof(result));
	column_options(RelationGetRelid(rel), attno, &name, &result.row_number);
	if (result.row_number)
	{
		if (att->atttypid != INT8OID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("the row number in column \"%s\" must be of type bigint",
							NameStr(att->attname))));
		return result;
	}
	if (name == NULL)
		name = NameStr(att->attname);
	if (file->header->structured)
	{
		for (i = 0; i < file->header->nfields && !found; i++)
		{
			found = file->field_name[i] != NULL &&
				strcmp(file->field_name[i], name) == 0;
			if (found)
				result.field = i;
		}
		if (found && file->header->ndim == 2)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("file \"%s\" has a structured array of two dimensions", file->name)));
	}
	else if (file->header->ndim < 2)
		found = strcmp(name, "value") == 0;
	else if (name[0] == 'c' && name[1] >= '1' && name[1] <= '9' &&
			 strlen(name) <= 5 &&
			 strspn(name + 1, "0123456789") == strlen(name) - 1)
	{
		result.column = atoi(name + 1) - 1;
		found = result.column < file->columns;
	}
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("file \"%s\" has nothing for column \"%s\"",
						file->name,
						NameStr(att->attname)),
				 file->header->structured ?
				 errhint("A column is named as a field of the array, or has the option \"field\".") :
				 errhint("The column of an array is named \"value\", those of a two-dimensional one \"c1\", \"c2\" and so on.")));
	if (mu_npy_conversion(&file->header->field[result.field],
						  att->atttypid) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of type %s cannot be filled from file \"%s\"",
						NameStr(att->attname), format_type_be(att->atttypid),
						file->name),
				 errdetail("The array's values are of kind \"%c\" with %u bytes.",
						   file->header->field[result.field].kind,
						   file->header->field[result.field].size)));
	return result;
}

/* The type that holds every value of a field */
static const char *
npy_column_type(const MuNpyField *field)
{
	switch (field->kind)
	{
		case 'b':
			return "boolean";
		case 'i':
			return field->size <= 2 ? "smallint" : field->size == 4 ?
				"integer" : "bigint";
		case 'u':
			return field->size == 1 ? "smallint" : field->size == 2 ?
				"integer" :
				field->size == 4 ? "bigint" : "numeric";
		case 'f':
			return field->size <= 4 ? "real" : "double precision";
		case 'S':
			return "pg_catalog.bytea";
		default:
			return "pg_catalog.text";
	}
}

/* The name "base", or with a number behind it, that no other column has */
static char *
free_name(const char *base, char **taken, int ntaken)
{
	char	   *name = pnstrdup(base,
								pg_mbcliplen(base, (int) strlen(base),
											 NAMEDATALEN - 1));
	int			number = 0;
	bool		used;

	do
	{
		int			i;

		if (number > 0)
		{
			char	   *suffix = psprintf("_%d", number);

			name = psprintf("%.*s%s",
							pg_mbcliplen(base, (int) strlen(base),
										 NAMEDATALEN - 1 -
										 (int) strlen(suffix)),
							base, suffix);
		}
		used = SystemAttributeByName(name) != NULL;
		for (i = 0; i < ntaken && !used; i++)
			used = strcmp(taken[i], name) == 0;
		number++;
	} while (used);
	return name;
}

/* CREATE FOREIGN TABLE for one file */
static char *
table_for(const MuNpyFile *file, const char *table,
		  ImportForeignSchemaStmt *stmt)
{
	StringInfoData sql;
	int64		i;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE FOREIGN TABLE %s.",
					 quote_identifier(stmt->local_schema));
	appendStringInfo(&sql, "%s (", quote_identifier(table));
	appendStringInfoString(&sql,
						   "row_number bigint OPTIONS (row_number 'true')");
	if (file->header->structured)
	{
		/* a field may be named as a column of ours or of the server's */
		char	  **taken =
			palloc(sizeof(char *) * (file->header->nfields + 1));
		int			ntaken = 0;

		taken[ntaken++] = "row_number";
		for (i = 0; i < file->header->nfields; i++)
		{
			const char *field = file->field_name[i];
			char	   *name = free_name(field, taken, ntaken);

			CHECK_FOR_INTERRUPTS();
			taken[ntaken++] = name;
			appendStringInfo(&sql, ", %s %s", quote_identifier(name),
							 npy_column_type(&file->header->field[i]));
			if (strcmp(name, field) != 0)
				appendStringInfo(&sql, " OPTIONS (field %s)",
								 quote_literal_cstr(field));
		}
	}
	else if (file->header->ndim < 2)
		appendStringInfo(&sql, ", value %s",
						 npy_column_type(&file->header->field[0]));
	else
	{
		for (i = 1; i <= file->columns; i++)
			appendStringInfo(&sql, ", c%lld %s", (long long) i,
							 npy_column_type(&file->header->field[0]));
	}
	appendStringInfo(&sql, ") SERVER %s OPTIONS (filename %s)",
					 quote_identifier(stmt->server_name),
					 quote_literal_cstr(file->name));
	return sql.data;
}

/*
 * Why no table can be made for a file, or NULL; opens it and closes it again
 */
static const char *
why_not(MuNpyFile *file, const char *path, const char *name)
{
	MuNpyProblem problem;
	int			i;

	if (!mu_npy_valid(name))
		return "its name is not valid in the database's encoding";
	if (strlen(name) >= NAMEDATALEN)
		return "its name is too long";
	if (!mu_npy_try_open(file, path, &problem))
		return problem.detail == NULL ? problem.message :
			psprintf("%s (%s)", problem.message, problem.detail);
	mu_npy_close(file);
	if (file->header->structured && file->header->ndim == 2)
		return "it has a structured array of two dimensions";
	if ((file->header->structured ? file->header->nfields :
		 file->columns) >= MaxHeapAttributeNumber)
		return "it has too many columns";
	for (i = 0; file->header->structured && i < file->header->nfields; i++)
	{
		if (file->field_name[i] == NULL)
			return psprintf("the name of its field \"%s\" has no form in the database's encoding",
							mu_npy_printable(file->header->field[i].name));
	}
	return NULL;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/*
 * The directory to import: the remote schema, or the option "directory",
 * because a name that is longer than 63 bytes arrives cut off.
 */
static const char *
import_directory(ImportForeignSchemaStmt *stmt)
{
	const char *path = stmt->remote_schema;
	ListCell   *cell;

	foreach(cell, stmt->options)
	{
		DefElem    *def = (DefElem *) lfirst(cell);

		if (strcmp(def->defname, "directory") != 0)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
					 errmsg("invalid option \"%s\"", def->defname),
					 errhint("The valid option here is \"directory\".")));
		path = defGetString(def);
	}
	if (!is_absolute_path(path))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("directory \"%s\" is not an absolute path", path),
				 errdetail("The remote schema is the directory, unless the option \"directory\" names it.")));
	return path;
}

/*
 * mu_npy_import - a foreign table for each .npy file of a directory
 *
 * What no table can be made for is left out with a notice that says why.
 */
List *
mu_npy_import(ImportForeignSchemaStmt *stmt, Oid server)
{
	List	   *names = NIL;
	List	   *commands = NIL;
	ListCell   *cell;
	const char *path;
	DIR		   *dir;
	struct dirent *entry;

	check_rights();
	path = import_directory(stmt);
	dir = AllocateDir(path);
	while ((entry = ReadDir(dir, path)) != NULL)
	{
		size_t		length = strlen(entry->d_name);

		CHECK_FOR_INTERRUPTS();
		if (length > 4 && strcmp(entry->d_name + length - 4, ".npy") == 0)
			names = lappend(names, pnstrdup(entry->d_name, length - 4));
	}
	FreeDir(dir);
	list_sort(names, compare_names);

	foreach(cell, names)
	{
		char	   *name = lfirst(cell);
		char	   *file_path = psprintf("%s/%s.npy", path, name);
		MuNpyFile	file;
		const char *why;

		CHECK_FOR_INTERRUPTS();
		if (!IsImportableForeignTable(name, stmt))
			continue;
		why = why_not(&file, file_path, name);
		if (why != NULL)
			ereport(NOTICE,
					(errmsg("file \"%s\" is left out: %s",
							mu_npy_printable(file_path), why)));
		else
			commands = lappend(commands, table_for(&file, name, stmt));
	}
	return commands;
}
