/*-------------------------------------------------------------------------
 *
 * value.c
 *	  Prints the values of a table's columns, checked to the last byte.
 *
 * A type's output function is reached only with bytes that decode_value.c
 * found sound for the type's shape.  The shape follows from the function
 * itself: a type whose output function is the server's textout is text,
 * whatever its name.  A varlena type of unknown shape is printed only if the
 * page's checksum vouches for the bytes.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "value.h"

#include "compat.h"

/* Larger values are printed where running out of memory is no loss. */
#define LARGE_VALUE		(64 * 1024 * 1024)

/* Types are not nested deeper than this. */
#define TYPE_DEPTH		32

static const struct
{
	const char *output;
	AiShape		shape;
	bool		may_fail;
}			shapes[] = {
	{"boolout", AI_SHAPE_BOOL, false},
	{"nameout", AI_SHAPE_NAME, false},
	{"byteaout", AI_SHAPE_BYTES, false},
	{"int2out", AI_SHAPE_BYTES, false},
	{"int4out", AI_SHAPE_BYTES, false},
	{"int8out", AI_SHAPE_BYTES, false},
	{"oidout", AI_SHAPE_BYTES, false},
	{"float4out", AI_SHAPE_BYTES, false},
	{"float8out", AI_SHAPE_BYTES, false},
	{"xidout", AI_SHAPE_BYTES, false},
	{"cidout", AI_SHAPE_BYTES, false},
	{"tidout", AI_SHAPE_BYTES, false},
	{"uuid_out", AI_SHAPE_BYTES, false},
	{"textout", AI_SHAPE_TEXT, false},
	{"bpcharout", AI_SHAPE_TEXT, false},
	{"varcharout", AI_SHAPE_TEXT, false},
	{"json_out", AI_SHAPE_TEXT, false},
	{"xml_out", AI_SHAPE_TEXT, true},
	{"pg_node_tree_out", AI_SHAPE_TEXT, false},
	{"cstring_out", AI_SHAPE_TEXT, false},
	{"numeric_out", AI_SHAPE_NUMERIC, false},
	{"bit_out", AI_SHAPE_BIT, true},
	{"varbit_out", AI_SHAPE_BIT, true},
	{"inet_out", AI_SHAPE_INET, true},
	{"cidr_out", AI_SHAPE_INET, true},
	{"path_out", AI_SHAPE_PATH, true},
	{"poly_out", AI_SHAPE_POLYGON, true},
	{"pg_snapshot_out", AI_SHAPE_SNAPSHOT, true},
	{"jsonb_out", AI_SHAPE_JSONB, true},
	{"tsvectorout", AI_SHAPE_TSVECTOR, true},
	{"tsqueryout", AI_SHAPE_TSQUERY, true},
	{"int2vectorout", AI_SHAPE_VECTOR, true},
	{"oidvectorout", AI_SHAPE_VECTOR, true},
	{"array_out", AI_SHAPE_ARRAY, true},
	{"range_out", AI_SHAPE_RANGE, true},
	{"multirange_out", AI_SHAPE_MULTIRANGE, true},
	{"record_out", AI_SHAPE_COMPOSITE, true}
};

static uint8
align_bytes(char typalign)
{
	switch (typalign)
	{
		case TYPALIGN_CHAR:
			return 1;
		case TYPALIGN_SHORT:
			return ALIGNOF_SHORT;
		case TYPALIGN_INT:
			return ALIGNOF_INT;
		default:
			return ALIGNOF_DOUBLE;
	}
}

/*
 * The shape that a type's output function prints: what is known of it is
 * known of the server's own functions only.
 */
static AiShape
shape_of(Oid output, int16 typlen, bool *may_fail)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(output));
	AiShape		shape = typlen > 0 ? AI_SHAPE_BYTES : AI_SHAPE_UNKNOWN;

	*may_fail = true;
	if (!HeapTupleIsValid(tuple))
		return AI_SHAPE_UNKNOWN;
	if (((Form_pg_proc) GETSTRUCT(tuple))->prolang == INTERNALlanguageId)
	{
		bool		isnull;
		Datum		prosrc = SysCacheGetAttr(PROCOID, tuple,
											 Anum_pg_proc_prosrc, &isnull);
		char	   *name = isnull ? pstrdup("") : TextDatumGetCString(prosrc);

		for (int i = 0; i < lengthof(shapes); i++)
		{
			if (strcmp(name, shapes[i].output) == 0)
			{
				shape = shapes[i].shape;
				*may_fail = shapes[i].may_fail;
				break;
			}
		}
		pfree(name);
	}
	ReleaseSysCache(tuple);
	return shape;
}

static AiType *type_of(Oid typid, int depth, bool *may_fail);

/* The columns of a composite type, or an unknown shape. */
static void
fill_composite(AiType *type, Oid typid, int depth)
{
	TupleDesc	desc = lookup_rowtype_tupdesc_noerror(typid, -1, true);
	bool		may_fail;

	if (desc == NULL)
	{
		type->shape = AI_SHAPE_UNKNOWN;
		return;
	}
	type->nchildren = desc->natts;
	type->children = palloc0(sizeof(AiType *) * Max(desc->natts, 1));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
		{
			type->children[i] = palloc0(sizeof(AiType));
			type->children[i]->shape = AI_SHAPE_BYTES;
			type->children[i]->attr.len = att->attlen;
			type->children[i]->attr.alignby = align_bytes(att->attalign);
		}
		else
			type->children[i] = type_of(att->atttypid, depth + 1, &may_fail);
	}
	ReleaseTupleDesc(desc);
}

/* The one child that arrays and ranges have. */
static void
fill_child(AiType *type, Oid child, int depth)
{
	bool		may_fail;

	if (!OidIsValid(child))
	{
		type->shape = AI_SHAPE_UNKNOWN;
		return;
	}
	type->nchildren = 1;
	type->children = palloc(sizeof(AiType *));
	type->children[0] = type_of(child, depth + 1, &may_fail);
}

static AiType *
type_of(Oid typid, int depth, bool *may_fail)
{
	AiType	   *type = palloc0(sizeof(AiType));
	Oid			base = InvalidOid;
	HeapTuple	tuple;
	Form_pg_type form;
	Oid			element;

	/* in a value, an oid can be anything */
	if (SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(typid)))
		base = getBaseType(typid);
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(base));

	type->oid = base;
	type->shape = AI_SHAPE_UNKNOWN;
	*may_fail = true;
	if (!HeapTupleIsValid(tuple))
		return type;
	form = (Form_pg_type) GETSTRUCT(tuple);
	type->attr.len = form->typlen;
	type->attr.alignby = align_bytes(form->typalign);
	element = form->typelem;
	if (base == ANYARRAYOID && depth == 0)
		type->shape = AI_SHAPE_ARRAY;	/* the value tells of what */
	else if (form->typisdefined && depth < TYPE_DEPTH)
		type->shape = shape_of(form->typoutput, form->typlen, may_fail);
	ReleaseSysCache(tuple);

	/* an array repeats its element's type, a domain over it too */
	switch (type->shape)
	{
		case AI_SHAPE_ARRAY:
		case AI_SHAPE_VECTOR:
			if (base == ANYARRAYOID)
				break;
			fill_child(type, element, depth);
			if (OidIsValid(element))
				type->children[0]->oid = element;
			break;
		case AI_SHAPE_RANGE:
			fill_child(type, get_range_subtype(base), depth);
			break;
		case AI_SHAPE_MULTIRANGE:
			{
				Oid			range = get_multirange_range(base);

				fill_child(type, OidIsValid(range) ?
						   get_range_subtype(range) : InvalidOid, depth);
			}
			break;
		case AI_SHAPE_COMPOSITE:
			fill_composite(type, base, depth);
			break;
		default:
			break;
	}
	return type;
}

/*
 * ai_type_of - what decode_value.c has to know of a type
 */
AiType *
ai_type_of(Oid typid)
{
	bool		may_fail;

	return type_of(typid, 0, &may_fail);
}

/*
 * ai_printer_init - make ready to print column attnum of a table
 *
 * The type of a dropped column is gone, but not its length and alignment.
 */
void
ai_printer_init(AiPrinter *printer, TupleDesc desc, int attnum)
{
	Form_pg_attribute att = TupleDescAttr(desc, attnum - 1);
	Oid			output;
	bool		varlena;

	memset(printer, 0, sizeof(*printer));
	printer->dropped = att->attisdropped;
	printer->byval = att->attbyval;
	if (printer->dropped)
		return;
	printer->type = type_of(att->atttypid, 0, &printer->may_fail);
	getTypeOutputInfo(att->atttypid, &output, &varlena);
	fmgr_info(output, &printer->output);
}

/*
 * ai_attributes_of - the lengths and alignments that walk a table's tuples
 */
AiAttribute *
ai_attributes_of(TupleDesc desc)
{
	AiAttribute *attrs = palloc(sizeof(AiAttribute) * Max(desc->natts, 1));

	for (int i = 0; i < desc->natts; i++)
	{
		attrs[i].len = TupleDescAttr(desc, i)->attlen;
		attrs[i].alignby = align_bytes(TupleDescAttr(desc, i)->attalign);
	}
	return attrs;
}

static void *
checker_alloc(AiChecker *checker, uint32 size)
{
	return palloc_extended(size, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_ZERO);
}

static bool
checker_text_ok(AiChecker *checker, const char *text, uint32 len)
{
	return pg_verify_mbstr(GetDatabaseEncoding(), text, len, true);
}

/*
 * The type of an array in a column of type anyarray, as pg_statistic has them:
 * its third word is the type of the elements.
 */
static const AiType *
any_array(const char *data, uint32 len)
{
	AiType	   *type = palloc0(sizeof(AiType));
	Oid			element = len < 3 * sizeof(uint32) ? InvalidOid :
		ai_get_uint32(data + 2 * sizeof(uint32));

	type->attr.len = -1;
	type->shape = AI_SHAPE_ARRAY;
	fill_child(type, element, 0);
	if (OidIsValid(element))
		type->children[0]->oid = element;
	return type;
}

/*
 * Call an output function where an error becomes a NULL with a reason.
 *
 * Only a subtransaction gives back whatever the function held when it gave
 * up; it takes no transaction id.  Parallel operations allow none before 17.
 */
static char *
print_guarded(AiPrinter *printer, Datum datum, const char **problem)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char	   *volatile result = NULL;

	if (IsInParallelMode())
	{
		*problem = "values are not printed during a parallel operation";
		return NULL;
	}

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		result = OutputFunctionCall(&printer->output, datum);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
			ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
			ReThrowError(error);
		*problem = psprintf("the type's output function says: %s", error->message);
		result = NULL;
	}
	PG_END_TRY();
	return result;
}

/*
 * ai_print_datum - a value that the catalog holds, such as a column's default
 */
char *
ai_print_datum(AiPrinter *printer, Datum datum, const char **problem)
{
	return print_guarded(printer, datum, problem);
}

/*
 * ai_print_value - a stored value as text, or NULL and the reason
 *
 * data and len are the value's own bytes, without varlena header and
 * decompressed.  trusted says that a checksum covers them.
 */
char *
ai_print_value(AiPrinter *printer, const char *data, uint32 len, bool trusted,
			   const char **problem)
{
	AiChecker	checker = {checker_alloc, checker_text_ok, 0};
	const AiType *type = printer->type;
	char	   *copy;
	Datum		datum;

	*problem = NULL;
	if (type->attr.len > 0 && len != type->attr.len)
	{
		*problem = "value is not of its type's length";
		return NULL;
	}
	if (type->shape == AI_SHAPE_ARRAY && type->nchildren == 0)
		type = any_array(data, len);
	if (len > MaxAllocSize - VARHDRSZ - 1)
	{
		*problem = "value is too large to be printed";
		return NULL;
	}

	/* a copy: aligned, with a plain header, and with an end */
	copy = palloc(VARHDRSZ + len + 1);
	SET_VARSIZE(copy, VARHDRSZ + len);
	memcpy(copy + VARHDRSZ, data, len);
	copy[VARHDRSZ + len] = '\0';
	if (type->shape != AI_SHAPE_UNKNOWN || !trusted)
		*problem = ai_check_value(&checker, type, copy + VARHDRSZ, len);
	if (*problem != NULL)
	{
		pfree(copy);
		return NULL;
	}

	if (type->attr.len == -1)
		datum = PointerGetDatum(copy);
	else if (type->attr.len == -2)
		datum = CStringGetDatum(copy + VARHDRSZ);
	else if (!printer->byval)
	{
		/* of fixed length, which wants its own alignment */
		memmove(copy, copy + VARHDRSZ, len);
		datum = PointerGetDatum(copy);
	}
	else
	{
		switch (len)
		{
			case 1:
				datum = CharGetDatum(*data);
				break;
			case 2:
				datum = Int16GetDatum((int16) ai_get_uint16(data));
				break;
			case 4:
				datum = Int32GetDatum((int32) ai_get_uint32(data));
				break;
			default:
				memcpy(&datum, data, sizeof(Datum));
				break;
		}
	}

	CHECK_FOR_INTERRUPTS();
	if (printer->may_fail || len > LARGE_VALUE)
		return print_guarded(printer, datum, problem);
	return OutputFunctionCall(&printer->output, datum);
}
