/*-------------------------------------------------------------------------
 *
 * value_type.c
 *	  What the catalog says of a type that the check of its values must know.
 *
 * The shape of a type's values follows from its output function: a type whose
 * output function is the server's textout is text, whatever its name.  The
 * types of an extension are known by the library and the function, and only
 * if that extension owns both: a name alone says nothing.  Every other type
 * is of unknown shape.
 *
 * Types are looked up when a value of theirs is met, and each once: a
 * composite of composites names as many as the catalog has room for, and a
 * row of nulls needs none of them.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "words/value.h"

#include "compat.h"

/* Types and columns of composites that are remembered at a time */
#define TYPES_KNOWN		50000

/* What is known of a type; the key may be a domain over it. */
typedef struct AiTypeEntry
{
	Oid			typid;
	AiType		type;
	bool		may_fail;
} AiTypeEntry;

struct AiTypes
{
	MemoryContext context;
	HTAB	   *types;
	uint32		count;
};

/*
 * The output functions of the server, with the length that their types have:
 * a type made with one of them and another length is of unknown shape.
 */
static const struct
{
	const char *output;
	AiShape		shape;
	int16		typlen;
	bool		may_fail;
}			builtin[] = {
	{"boolout", AI_SHAPE_BOOL, 1, false},
	{"charout", AI_SHAPE_BYTES, 1, false},
	{"nameout", AI_SHAPE_NAME, NAMEDATALEN, false},
	{"byteaout", AI_SHAPE_BYTES, -1, false},
	{"int2out", AI_SHAPE_BYTES, 2, false},
	{"int4out", AI_SHAPE_BYTES, 4, false},
	{"int8out", AI_SHAPE_BYTES, 8, false},
	{"oidout", AI_SHAPE_BYTES, 4, false},
	{"float4out", AI_SHAPE_BYTES, 4, false},
	{"float8out", AI_SHAPE_BYTES, 8, false},
	{"xidout", AI_SHAPE_BYTES, 4, false},
	{"xid8out", AI_SHAPE_BYTES, 8, false},
	{"cidout", AI_SHAPE_BYTES, 4, false},
	{"tidout", AI_SHAPE_BYTES, 6, false},
	{"uuid_out", AI_SHAPE_BYTES, 16, false},
	{"pg_lsn_out", AI_SHAPE_BYTES, 8, false},
	{"textout", AI_SHAPE_TEXT, -1, false},
	{"bpcharout", AI_SHAPE_TEXT, -1, false},
	{"varcharout", AI_SHAPE_TEXT, -1, false},
	{"json_out", AI_SHAPE_TEXT, -1, false},
	{"xml_out", AI_SHAPE_TEXT, -1, true},
	{"pg_node_tree_out", AI_SHAPE_TEXT, -1, false},
	{"cstring_out", AI_SHAPE_TEXT, -2, false},
	{"numeric_out", AI_SHAPE_NUMERIC, -1, false},
	{"cash_out", AI_SHAPE_BYTES, 8, true},
	{"bit_out", AI_SHAPE_BIT, -1, true},
	{"varbit_out", AI_SHAPE_BIT, -1, true},
	{"date_out", AI_SHAPE_DATE, 4, true},
	{"time_out", AI_SHAPE_TIME, 8, true},
	{"timetz_out", AI_SHAPE_TIMETZ, 12, true},
	/* these say themselves that a value is out of range */
	{"timestamp_out", AI_SHAPE_BYTES, 8, true},
	{"timestamptz_out", AI_SHAPE_BYTES, 8, true},
	{"interval_out", AI_SHAPE_BYTES, 16, true},
	{"point_out", AI_SHAPE_BYTES, 16, true},
	{"lseg_out", AI_SHAPE_BYTES, 32, true},
	{"box_out", AI_SHAPE_BYTES, 32, true},
	{"line_out", AI_SHAPE_BYTES, 24, true},
	{"circle_out", AI_SHAPE_BYTES, 24, true},
	{"macaddr_out", AI_SHAPE_BYTES, 6, true},
	{"macaddr8_out", AI_SHAPE_BYTES, 8, true},
	{"inet_out", AI_SHAPE_INET, -1, true},
	{"cidr_out", AI_SHAPE_INET, -1, true},
	{"path_out", AI_SHAPE_PATH, -1, true},
	{"poly_out", AI_SHAPE_POLYGON, -1, true},
	{"pg_snapshot_out", AI_SHAPE_SNAPSHOT, -1, true},
	{"jsonb_out", AI_SHAPE_JSONB, -1, true},
	{"jsonpath_out", AI_SHAPE_JSONPATH, -1, true},
	{"tsvectorout", AI_SHAPE_TSVECTOR, -1, true},
	{"tsqueryout", AI_SHAPE_TSQUERY, -1, true},
	{"pg_ndistinct_out", AI_SHAPE_NDISTINCT, -1, true},
	{"pg_dependencies_out", AI_SHAPE_DEPENDENCIES, -1, true},
	{"pg_mcv_list_out", AI_SHAPE_BYTES, -1, true},
	/* these look the number up in the catalog */
	{"enum_out", AI_SHAPE_BYTES, 4, true},
	{"regprocout", AI_SHAPE_BYTES, 4, true},
	{"regprocedureout", AI_SHAPE_BYTES, 4, true},
	{"regoperout", AI_SHAPE_BYTES, 4, true},
	{"regoperatorout", AI_SHAPE_BYTES, 4, true},
	{"regclassout", AI_SHAPE_BYTES, 4, true},
	{"regcollationout", AI_SHAPE_BYTES, 4, true},
	{"regtypeout", AI_SHAPE_BYTES, 4, true},
	{"regconfigout", AI_SHAPE_BYTES, 4, true},
	{"regdictionaryout", AI_SHAPE_BYTES, 4, true},
	{"regroleout", AI_SHAPE_BYTES, 4, true},
	{"regnamespaceout", AI_SHAPE_BYTES, 4, true},
	{"aclitemout", AI_SHAPE_BYTES, sizeof(AclItem), true},
	{"int2vectorout", AI_SHAPE_VECTOR, -1, true},
	{"oidvectorout", AI_SHAPE_VECTOR, -1, true},
	{"array_out", AI_SHAPE_ARRAY, -1, true},
	{"range_out", AI_SHAPE_RANGE, -1, true},
	{"multirange_out", AI_SHAPE_MULTIRANGE, -1, true},
	{"record_out", AI_SHAPE_COMPOSITE, -1, true}
};

/* Those of extensions; each may fail. */
static const struct
{
	const char *extension;
	const char *library;
	const char *output;
	AiShape		shape;
	int16		typlen;
}			contrib[] = {
	{"hstore", "$libdir/hstore", "hstore_out", AI_SHAPE_HSTORE, -1},
	{"ltree", "$libdir/ltree", "ltree_out", AI_SHAPE_LTREE, -1},
	{"ltree", "$libdir/ltree", "lquery_out", AI_SHAPE_LQUERY, -1},
	{"ltree", "$libdir/ltree", "ltxtq_out", AI_SHAPE_LTXTQUERY, -1},
	{"cube", "$libdir/cube", "cube_out", AI_SHAPE_CUBE, -1},
	{"seg", "$libdir/seg", "seg_out", AI_SHAPE_SEG, 12},
	{"isn", "$libdir/isn", "ean13_out", AI_SHAPE_ISN, 8},
	{"isn", "$libdir/isn", "isn_out", AI_SHAPE_ISN, 8},
	{"intarray", "$libdir/_int", "bqarr_out", AI_SHAPE_QUERY_INT, -1},
	{"math_utils", "$libdir/math_utils", "mu_rational_out", AI_SHAPE_RATIONAL,
	 16}
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

/* Is this object owned by the extension of that name? */
static bool
owned_by(Oid classid, Oid objid, const char *extension)
{
	Oid			owner = getExtensionOfObject(classid, objid);
	char	   *name = OidIsValid(owner) ? get_extension_name(owner) : NULL;

	return name != NULL && strcmp(name, extension) == 0;
}

static char *
get_proc_text(HeapTuple tuple, AttrNumber attnum)
{
	bool		isnull;
	Datum		datum = SysCacheGetAttr(PROCOID, tuple, attnum, &isnull);

	return isnull ? pstrdup("") : TextDatumGetCString(datum);
}

/*
 * The shape that a type's output function prints.
 */
static AiShape
type_shape(Oid typid, Oid output, int16 typlen, bool *may_fail)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(output));
	AiShape		shape = AI_SHAPE_UNKNOWN;
	Oid			language;
	char	   *source;
	char	   *library;

	*may_fail = true;
	if (!HeapTupleIsValid(tuple))
		return AI_SHAPE_UNKNOWN;
	language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
	source = get_proc_text(tuple, Anum_pg_proc_prosrc);
	library = get_proc_text(tuple, Anum_pg_proc_probin);
	ReleaseSysCache(tuple);

	for (int i = 0; language == INTERNALlanguageId &&
		 i < lengthof(builtin); i++)
	{
		if (builtin[i].typlen == typlen &&
			strcmp(source, builtin[i].output) == 0)
		{
			shape = builtin[i].shape;
			*may_fail = builtin[i].may_fail;
		}
	}
	for (int i = 0; language == ClanguageId && i < lengthof(contrib); i++)
	{
		if (contrib[i].typlen == typlen &&
			strcmp(source, contrib[i].output) == 0 &&
			strcmp(library, contrib[i].library) == 0 &&
			owned_by(TypeRelationId, typid, contrib[i].extension) &&
			owned_by(ProcedureRelationId, output, contrib[i].extension))
			shape = contrib[i].shape;
	}
	pfree(source);
	pfree(library);
	return shape;
}

/*
 * ai_types_create - room for what is learned of types, in the current context
 */
AiTypes *
ai_types_create(void)
{
	AiTypes    *types = palloc0(sizeof(AiTypes));
	HASHCTL		ctl = {0};

	types->context = CurrentMemoryContext;
	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(AiTypeEntry);
	ctl.hcxt = types->context;
	types->types = hash_create("types of values", 32, &ctl,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return types;
}

/* Ask the catalog about a type. */
static void
learn(Oid typid, AiTypeEntry *entry)
{
	Oid			base = InvalidOid;
	HeapTuple	tuple;

	memset(entry, 0, sizeof(*entry));
	entry->may_fail = true;

	/* in a value, an oid can be anything */
	if (SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(typid)))
		base = getBaseType(typid);
	entry->type.oid = base;
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(base));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_type form = (Form_pg_type) GETSTRUCT(tuple);

		entry->type.attr.len = form->typlen;
		entry->type.attr.alignby = align_bytes(form->typalign);
		entry->type.element = form->typelem;
		if (form->typisdefined)
			entry->type.shape = type_shape(base, form->typoutput,
										   form->typlen,
										   &entry->may_fail);
		ReleaseSysCache(tuple);
	}
	entry->type.expanded = entry->type.shape < AI_SHAPE_ARRAY;
}

/*
 * ai_type_of - what is known of a type, without its children; NULL where too
 * many types are known already
 *
 * *may_fail, which may be NULL, tells whether its output function can raise
 * an error.
 */
AiType *
ai_type_of(AiTypes *types, Oid typid, bool *may_fail)
{
	AiTypeEntry *entry = hash_search(types->types, &typid, HASH_FIND, NULL);

	if (entry == NULL)
	{
		AiTypeEntry learned;

		if (types->count >= TYPES_KNOWN)
			return NULL;
		CHECK_FOR_INTERRUPTS();

		/* the catalog is asked first: it may fail, and must leave no entry */
		learn(typid, &learned);
		entry = hash_search(types->types, &typid, HASH_ENTER, NULL);
		entry->type = learned.type;
		entry->may_fail = learned.may_fail;
		types->count++;
	}
	if (may_fail != NULL)
		*may_fail = entry->may_fail;
	return &entry->type;
}

/* The columns of a composite type; false where there would be too many. */
static bool
expand_composite(AiTypes *types, AiType *type)
{
	TupleDesc	desc = lookup_rowtype_tupdesc_noerror(type->oid, -1, true);
	AiType	  **children;
	bool		ok = true;

	if (desc == NULL)
	{
		type->shape = AI_SHAPE_UNKNOWN;
		return true;
	}
	if (types->count + desc->natts > TYPES_KNOWN)
	{
		ReleaseTupleDesc(desc);
		return false;
	}
	types->count += desc->natts;
	children = MemoryContextAllocZero(types->context,
									  sizeof(AiType *) * Max(desc->natts, 1));
	for (int i = 0; ok && i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
		{
			children[i] = MemoryContextAllocZero(types->context,
												 sizeof(AiType));
			children[i]->shape = AI_SHAPE_BYTES;
			children[i]->attr.len = att->attlen;
			children[i]->attr.alignby = align_bytes(att->attalign);
			children[i]->expanded = true;
		}
		else
			children[i] = ai_type_of(types, att->atttypid, NULL);
		ok = children[i] != NULL;
	}
	type->nchildren = desc->natts;
	type->children = children;
	ReleaseTupleDesc(desc);
	return ok;
}

/*
 * ai_type_expand - fill in the children; false where there would be too many
 *
 * A type whose children can't be told becomes one of unknown shape.
 */
bool
ai_type_expand(AiTypes *types, AiType *type)
{
	Oid			child = InvalidOid;

	if (type->expanded)
		return true;
	if (type->shape == AI_SHAPE_COMPOSITE)
	{
		type->expanded = expand_composite(types, type);
		return type->expanded;
	}
	if (type->shape == AI_SHAPE_ARRAY || type->shape == AI_SHAPE_VECTOR)
		child = type->element;
	else if (type->shape == AI_SHAPE_RANGE)
		child = get_range_subtype(type->oid);
	else if (type->shape == AI_SHAPE_MULTIRANGE)
	{
		child = get_multirange_range(type->oid);
		if (OidIsValid(child))
			child = get_range_subtype(child);
	}

	if (OidIsValid(child))
	{
		AiType	   *known = ai_type_of(types, child, NULL);

		if (known == NULL)
			return false;
		type->children = MemoryContextAlloc(types->context, sizeof(AiType *));
		type->children[0] = known;
		type->nchildren = 1;
	}
	else
		type->shape = AI_SHAPE_UNKNOWN;
	type->expanded = true;
	return true;
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
