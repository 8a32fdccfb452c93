/*-------------------------------------------------------------------------
 *
 * opclass_key.c
 *	  Stored keys as the functions of GiST's and SP-GiST's operator classes
 *	  get them.
 *
 * Such a function takes what it is given for sound, and it is written in C.
 * Which form the keys have that it expects follows from the function itself:
 * from its source name and library, and the extension that owns it, for a
 * name alone says nothing.  The server's own functions take values of the
 * types that their operator classes name, but for a few.
 *
 * Of any other function it is not known what it expects, beside a value of
 * the type; then the page's bytes must be proven, as value.c has it.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "index/descent_keys.h"
#include "index/opclass_key.h"
#include "judge/toast_fetch.h"

#include "compat.h"

/* The server's functions that want another form than their column's type */
static const struct
{
	const char *source;
	AiKeyForm	form;
}			builtin[] = {
	{"gtsvector_consistent", AI_KEYFORM_TSVECTOR},
	{"gtsvector_consistent_oldsig", AI_KEYFORM_TSVECTOR},
	{"inet_gist_consistent", AI_KEYFORM_INET},
	/* prefixes and leaves may begin or end within a character */
	{"spg_text_inner_consistent", AI_KEYFORM_BYTES}
};

/*
 * Those of extensions.  A source of NULL stands for all others of the
 * extension; size is the default of the option that tells it.
 */
static const struct
{
	const char *extension;
	const char *library;
	const char *source;
	AiKeyForm	form;
	uint32		size;
	Oid			part;
	Oid			leaf_part;
}			contrib[] = {
	{"btree_gist", "$libdir/btree_gist", "gbt_text_consistent",
	 AI_KEYFORM_BOUNDS, 0, TEXTOID, TEXTOID},
	{"btree_gist", "$libdir/btree_gist", "gbt_bpchar_consistent",
	 AI_KEYFORM_BOUNDS, 0, TEXTOID, TEXTOID},
	{"btree_gist", "$libdir/btree_gist", "gbt_bytea_consistent",
	 AI_KEYFORM_BOUNDS, 0, InvalidOid, InvalidOid},
	{"btree_gist", "$libdir/btree_gist", "gbt_numeric_consistent",
	 AI_KEYFORM_BOUNDS, 0, NUMERICOID, NUMERICOID},
	/* above the leaves the number of bits is left out */
	{"btree_gist", "$libdir/btree_gist", "gbt_bit_consistent",
	 AI_KEYFORM_BOUNDS, 0, InvalidOid, VARBITOID},
	{"btree_gist", "$libdir/btree_gist", NULL, AI_KEYFORM_BYTES, 0,
	 InvalidOid, InvalidOid},
	{"pg_trgm", "$libdir/pg_trgm", "gtrgm_consistent", AI_KEYFORM_TRIGRAMS,
	 12, InvalidOid, InvalidOid},
	{"hstore", "$libdir/hstore", "ghstore_consistent", AI_KEYFORM_SIGNATURE,
	 16, InvalidOid, InvalidOid},
	{"intarray", "$libdir/_int", "g_intbig_consistent", AI_KEYFORM_SIGNATURE,
	 252, InvalidOid, InvalidOid},
	{"intarray", "$libdir/_int", "g_int_consistent", AI_KEYFORM_INT_RANGES,
	 100, InvalidOid, InvalidOid},
	{"ltree", "$libdir/ltree", "ltree_consistent", AI_KEYFORM_LTREE, 8,
	 InvalidOid, InvalidOid},
	{"ltree", "$libdir/ltree", "_ltree_consistent", AI_KEYFORM_LTREE_ARRAY,
	 28, InvalidOid, InvalidOid},
	{"cube", "$libdir/cube", "g_cube_consistent", AI_KEYFORM_VALUE, 0,
	 InvalidOid, InvalidOid},
	{"seg", "$libdir/seg", "gseg_consistent", AI_KEYFORM_VALUE, 0, InvalidOid,
	 InvalidOid}
};

/* What the options of all of them begin with */
typedef struct OneOption
{
	int32		vl_len_;
	int			size;
} OneOption;

static char *
proc_text(HeapTuple tuple, AttrNumber attnum)
{
	bool		isnull;
	Datum		datum = SysCacheGetAttr(PROCOID, tuple, attnum, &isnull);

	return isnull ? pstrdup("") : TextDatumGetCString(datum);
}

/* The option of a column's operator class, or what holds without it. */
static uint32
size_of_column(Relation rel, int column, uint32 otherwise)
{
	bytea	  **options = RelationGetIndexAttOptions(rel, false);

	if (options == NULL || options[column] == NULL ||
		VARSIZE(options[column]) < sizeof(OneOption))
		return otherwise;
	return (uint32) ((OneOption *) options[column])->size;
}

/* The rule of a function; false where nobody knows it. */
static bool
rule_of(AiKeyReader *reader, AiDescent *descent, int column, Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	AiTypes    *types = descent->shape->types;
	AiKeyRule  *rule = &reader->rule;
	Oid			owner;
	char	   *extension;
	char	   *source;
	char	   *library;
	Oid			language;

	if (!HeapTupleIsValid(tuple))
		return false;
	language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
	source = proc_text(tuple, Anum_pg_proc_prosrc);
	library = proc_text(tuple, Anum_pg_proc_probin);
	ReleaseSysCache(tuple);

	if (language == INTERNALlanguageId && function < FirstNormalObjectId)
	{
		for (int i = 0; i < lengthof(builtin); i++)
		{
			if (strcmp(source, builtin[i].source) == 0)
				rule->form = builtin[i].form;
		}
		return true;
	}
	owner = getExtensionOfObject(ProcedureRelationId, function);
	extension = OidIsValid(owner) ? get_extension_name(owner) : NULL;
	if (language != ClanguageId || extension == NULL)
		return false;
	for (int i = 0; i < lengthof(contrib); i++)
	{
		if (strcmp(extension, contrib[i].extension) != 0 ||
			strcmp(library, contrib[i].library) != 0 ||
			(contrib[i].source != NULL &&
			 strcmp(source, contrib[i].source) != 0))
			continue;
		rule->form = contrib[i].form;
		rule->size = size_of_column(descent->rel, column, contrib[i].size);
		if (OidIsValid(contrib[i].part))
			rule->part = ai_type_of(types, contrib[i].part, NULL);
		if (OidIsValid(contrib[i].leaf_part))
			rule->leaf_part = ai_type_of(types, contrib[i].leaf_part, NULL);
		/* all else that btree_gist has is of fixed length */
		return contrib[i].source != NULL || reader->printer->type == NULL ||
			reader->printer->type->attr.len > 0;
	}
	return false;
}

/*
 * ai_key_reader_init - ready to read the keys in a slot of a column (from 0)
 *
 * consistent is the function of the operator class that will get them.
 */
void
ai_key_reader_init(AiKeyReader *reader, AiDescent *descent, int column,
				   int slot, Oid consistent)
{
	AiIndexShape *shape = descent->shape;
	Oid			typid = TupleDescAttr(shape->desc, slot)->atttypid;

	memset(reader, 0, sizeof(*reader));
	reader->slot = slot;
	reader->printer = ai_index_ready_printer(shape, &shape->printers[slot],
											 shape->desc, slot, descent->run);
	reader->rule.form = AI_KEYFORM_VALUE;
	reader->foreign = !rule_of(reader, descent, column, consistent);

	/* the ranges that bound multiranges are declared as "anyrange" */
	if (typid == ANYRANGEOID)
	{
		Oid			range = ai_indexed_type(descent->rel, column);

		if (OidIsValid(range) && type_is_multirange(range))
			range = get_multirange_range(range);
		reader->printer = palloc(sizeof(AiPrinter));
		*reader->printer = shape->printers[slot];
		reader->printer->type = OidIsValid(range) ?
			ai_type_of(shape->types, range, NULL) : NULL;
	}
}

/*
 * A key of a form of its own.  The functions get it with a plain header, as
 * they would after detoasting it; but GistInetKey has a short one always.
 */
static const char *
read_form(AiKeyReader *reader, AiDescent *descent, const AiStored *stored,
		  bool leaf, const char *data, Datum *datum)
{
	const AiType *type = reader->printer->type;
	const char *unproven = ai_page_unproven(descent->page);
	uint32		len = stored->raw_size;
	const char *problem;
	AiChecker  *checker;
	char	   *copy;

	if (type == NULL)
		return ai_not_checked;
	if (type->attr.len > 0 && len != type->attr.len)
		return "value is not of its type's length";
	if (len > MaxAllocSize - VARHDRSZ - 1)
		return "key is too large";
	copy = palloc(VARHDRSZ + len + 1);
	SET_VARSIZE(copy, VARHDRSZ + len);
	memcpy(copy + VARHDRSZ, data, len);
	copy[VARHDRSZ + len] = '\0';
	checker = ai_value_checker(descent->shape->types, unproven);
	problem = ai_check_opclass_key(checker, &reader->rule, leaf,
								   copy + VARHDRSZ, len);
	if (problem != NULL)
		return problem;

	if (reader->rule.form == AI_KEYFORM_INET)
	{
		if (stored->storage != AI_STORED_SHORT)
			return "key of an address has not a short header";
		memcpy(copy, descent->page->image + stored->offset, stored->length);
	}
	else if (type->attr.len > 0)
		memmove(copy, copy + VARHDRSZ, len);
	*datum = PointerGetDatum(copy);
	return NULL;
}

/*
 * ai_key_read - a stored key as a Datum, if every byte of it is sound
 *
 * Returns what stands in the way, or NULL.  The Datum is made in the current
 * context.
 */
const char *
ai_key_read(AiKeyReader *reader, AiDescent *descent, const AiIndexKey *key,
			bool leaf, Datum *datum)
{
	const char *unproven = ai_page_unproven(descent->page);
	const char *problem = NULL;
	char	   *data;

	if (key->state != AI_KEY_VALUE)
		return key->stored.problem != NULL ? key->stored.problem :
			"value is not there";
	if (reader->foreign && unproven != NULL)
		return psprintf("keys of this operator class are not known: %s",
						unproven);
	data = ai_stored_value(NULL, descent->page->image + key->stored.offset,
						   &key->stored, &problem);
	if (data == NULL)
		return problem;
	if (reader->rule.form != AI_KEYFORM_VALUE &&
		reader->rule.form != AI_KEYFORM_INT_RANGES)
		return read_form(reader, descent, &key->stored, leaf, data, datum);

	if (!ai_value_datum(reader->printer, data, key->stored.raw_size, unproven,
						datum, &problem))
		return problem;
	if (reader->rule.form == AI_KEYFORM_INT_RANGES)
		problem = ai_check_opclass_key(NULL, &reader->rule, leaf,
									   VARDATA(DatumGetPointer(*datum)),
									   key->stored.raw_size);
	return problem;
}
