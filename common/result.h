/*-------------------------------------------------------------------------
 *
 * result.h
 *	  Does the SQL definition that a C function was called through return what
 *	  the function makes?
 *
 * A newer library meets an older install script, and the other way round; a
 * value read as one of another type is a crash.  So each function that makes
 * rows lists its columns, and starts by comparing them with the definition's,
 * one by one: their number, names and types.
 *
 *		static const ArchColumn columns[] = {
 *			{"tranche", TEXTOID},
 *			{"locks", INT8OID}
 *		};
 *		ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
 *												 lengthof(columns));
 *
 * (The instruments of arch_inspect that choose their columns by name have a
 * comparison of their own, in rows.c.)
 *-------------------------------------------------------------------------
 */
#ifndef ARCH_RESULT_H
#define ARCH_RESULT_H

#include "access/tupdesc.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

typedef struct ArchColumn
{
	const char *name;
	Oid			type;
} ArchColumn;

/*
 * arch_result_wrong - the error of a definition that does not fit
 */
static inline void
arch_result_wrong(FunctionCallInfo fcinfo, const char *detail)
{
	char	   *name = get_func_name(fcinfo->flinfo->fn_oid);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
			 errmsg("function \"%s\" and its library do not fit together",
					name != NULL ? name : "?"),
			 errdetail("%s", detail),
			 errhint("Try ALTER EXTENSION %s UPDATE.", EXT_NAME)));
}

/*
 * arch_result_check - an error unless desc has these columns
 */
static inline void
arch_result_check(FunctionCallInfo fcinfo, TupleDesc desc,
				  const ArchColumn *columns, int n)
{
	for (int i = 0; i < n && i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->atttypid != columns[i].type ||
			strcmp(NameStr(att->attname), columns[i].name) != 0)
			arch_result_wrong(fcinfo,
							  psprintf("Column %d is \"%s\" of type %s; the library makes \"%s\" of type %s.",
									   i + 1, NameStr(att->attname),
									   format_type_be(att->atttypid),
									   columns[i].name,
									   format_type_be(columns[i].type)));
	}
	if (desc->natts != n)
		arch_result_wrong(fcinfo,
						  psprintf("The function has %d columns; the library makes %d.",
								   desc->natts, n));
}

/*
 * arch_result_desc - the checked and blessed descriptor of the rows of a
 * function that returns one a call
 */
static inline TupleDesc
arch_result_desc(FunctionCallInfo fcinfo, const ArchColumn *columns, int n)
{
	TupleDesc	desc;

	if (!fcinfo->flinfo->fn_retset)
		arch_result_wrong(fcinfo,
						  "It returns one row; the library makes a set.");
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		arch_result_wrong(fcinfo, "It does not return rows.");
	arch_result_check(fcinfo, desc, columns, n);
	return BlessTupleDesc(desc);
}

/*
 * arch_result_row - the same for a function that returns one row in all, made
 * once for its calls in a query
 */
static inline TupleDesc
arch_result_row(FunctionCallInfo fcinfo, const ArchColumn *columns, int n)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;

	if (flinfo->fn_extra == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(flinfo->fn_mcxt);
		TupleDesc	desc;

		if (flinfo->fn_retset)
			arch_result_wrong(fcinfo,
							  "It returns a set; the library makes one row.");
		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			arch_result_wrong(fcinfo, "It does not return a row.");
		arch_result_check(fcinfo, desc, columns, n);
		flinfo->fn_extra = BlessTupleDesc(desc);
		MemoryContextSwitchTo(old);
	}
	return (TupleDesc) flinfo->fn_extra;
}

/*
 * arch_result_rows - begin a materialized result of these columns
 */
static inline ReturnSetInfo *
arch_result_rows(FunctionCallInfo fcinfo, const ArchColumn *columns, int n)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	if (!fcinfo->flinfo->fn_retset)
		arch_result_wrong(fcinfo,
						  "It returns one row; the library makes a set.");
	if (get_call_result_type(fcinfo, NULL, NULL) != TYPEFUNC_COMPOSITE)
		arch_result_wrong(fcinfo, "It does not return rows.");
	InitMaterializedSRF(fcinfo, 0);
	arch_result_check(fcinfo, rsinfo->setDesc, columns, n);
	return rsinfo;
}

/*
 * arch_result_scalar - an error unless the function returns a set of this
 * type
 */
static inline void
arch_result_scalar(FunctionCallInfo fcinfo, Oid type)
{
	Oid			result = get_func_rettype(fcinfo->flinfo->fn_oid);

	if (!fcinfo->flinfo->fn_retset)
		arch_result_wrong(fcinfo,
						  "It returns one value; the library makes a set.");
	if (result != type)
		arch_result_wrong(fcinfo,
						  psprintf("It returns %s; the library makes %s.",
								   format_type_be(result),
								   format_type_be(type)));
}

#endif							/* ARCH_RESULT_H */
