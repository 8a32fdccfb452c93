/*-------------------------------------------------------------------------
 *
 * descent_keys.c
 *	  What a caller of index_descent searches for, as scan keys.
 *
 * An operator is one of the column's operator family, by its name and the
 * type of the value, as the planner would have chosen it; none is looked up by
 * a search path.  A literal of no type is read by the type that the operator
 * wants.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/amapi.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "index/descent_keys.h"

#include "compat.h"

/* An operator of a column's family. */
typedef struct Operator
{
	Oid			opno;
	StrategyNumber strategy;
	Oid			right;			/* what it takes, as the family has it */
	Oid			type;			/* the same of this column, not polymorphic */
	int			score;
} Operator;

/*
 * ai_descent_words - the arguments from "first" on
 */
int
ai_descent_words(FunctionCallInfo fcinfo, int first, AiWord **words)
{
	Datum	   *values;
	Oid		   *types;
	bool	   *nulls;
	int			n = extract_variadic_args(fcinfo, first, false, &values, &types, &nulls);

	if (n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the array of arguments must not be null")));
	*words = palloc0(sizeof(AiWord) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		(*words)[i].type = types[i];
		(*words)[i].isnull = nulls[i];
		(*words)[i].value = values[i];
	}
	return n;
}

/*
 * ai_indexed_type - the type of what a column (from 0) indexes, which is not
 * always what the index stores
 *
 * Of an expression it is read, nothing is evaluated.
 *
 * Follows GetIndexInputType
 * (src/backend/access/spgist/spgutils.c, REL_19_STABLE)
 */
Oid
ai_indexed_type(Relation rel, int column)
{
	AttrNumber	attnum = rel->rd_index->indkey.values[column];
	int			at = 0;
	ListCell   *lc;

	if (attnum != 0)
		return getBaseType(get_atttype(rel->rd_index->indrelid, attnum));
	foreach(lc, RelationGetIndexExpressions(rel))
	{
		while (at < column && rel->rd_index->indkey.values[at] != 0)
			at++;
		if (at == column)
			return getBaseType(exprType((Node *) lfirst(lc)));
		at++;
	}
	return getBaseType(TupleDescAttr(RelationGetDescr(rel), column)->atttypid);
}

/* The type that a column has for those who search. */
static Oid
column_type(Relation rel, int column)
{
	Oid			type = rel->rd_opcintype[column];

	return IsPolymorphicType(type) ? ai_indexed_type(rel, column) : type;
}

/* What a polymorphic operator of such a column wants on its right. */
static Oid
polymorphic_type(Oid want, Oid own)
{
	Oid			range = type_is_multirange(own) ? get_multirange_range(own) : own;
	Oid			part = type_is_range(range) ? get_range_subtype(range) :
		get_element_type(own);

	switch (want)
	{
		case ANYELEMENTOID:
		case ANYNONARRAYOID:
			return OidIsValid(part) ? part : own;
		case ANYRANGEOID:
			return range;
		case ANYMULTIRANGEOID:
			return range == own ? get_range_multirange(own) : own;
		default:
			return own;
	}
}

/* How well a value of this type serves where that one is wanted; 0: not. */
static int
type_score(Oid have, Oid want)
{
	Oid			func;
	CoercionPathType path;

	if (have == want)
		return 4;
	if (IsBinaryCoercible(have, want))
		return 3;
	path = find_coercion_pathway(want, have, COERCION_IMPLICIT, &func);
	return path == COERCION_PATH_FUNC || path == COERCION_PATH_RELABELTYPE ? 1 : 0;
}

/*
 * The operator of this name that takes such a value.
 */
static bool
find_operator(Relation rel, int column, const char *name, Oid type, Operator *best)
{
	Oid			family = rel->rd_opfamily[column];
	Oid			left = rel->rd_opcintype[column];
	Oid			own = column_type(rel, column);
	CatCList   *list = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(family));

	best->score = 0;
	if (type != UNKNOWNOID)
		type = getBaseType(type);
	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_amop form = (Form_pg_amop) GETSTRUCT(&list->members[i]->tuple);
		char	   *opname = get_opname(form->amopopr);
		Oid			want = form->amoprighttype;
		int			score;

		if (form->amoppurpose != AMOP_SEARCH || form->amoplefttype != left ||
			opname == NULL || strcmp(opname, name) != 0)
			continue;
		if (IsPolymorphicType(want))
			want = polymorphic_type(want, own);
		if (type == UNKNOWNOID)
			score = form->amoprighttype == left ? 4 : 2;
		else
			score = type_score(type, want);
		if (score > best->score)
		{
			best->score = score;
			best->opno = form->amopopr;
			best->strategy = form->amopstrategy;
			best->right = form->amoprighttype;
			best->type = want;
		}
	}
	ReleaseSysCacheList(list);
	return best->score > 0;
}

static char *
column_name(Relation rel, int column)
{
	return NameStr(TupleDescAttr(RelationGetDescr(rel), column)->attname);
}

/* The names of the operators that a column can be searched by. */
static char *
operator_names(Relation rel, int column)
{
	Oid			family = rel->rd_opfamily[column];
	CatCList   *list = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(family));
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_amop form = (Form_pg_amop) GETSTRUCT(&list->members[i]->tuple);
		char	   *opname = get_opname(form->amopopr);

		if (form->amoppurpose == AMOP_SEARCH && opname != NULL &&
			form->amoplefttype == rel->rd_opcintype[column])
			appendStringInfo(&names, "%s%s %s", names.len > 0 ? ", " : "", opname,
							 format_type_be(form->amoprighttype));
	}
	ReleaseSysCacheList(list);
	return names.data;
}

/* The error of a column that has no such operator. */
static void
no_operator(Relation rel, int column, const char *name, Oid type)
{
	char	   *index = RelationGetRelationName(rel);
	char	   *column_is = column_name(rel, column);

	if (type == UNKNOWNOID)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("column \"%s\" of index \"%s\" can't be searched by operator %s",
						column_is, index, name),
				 errdetail("Its operator class has: %s.",
						   operator_names(rel, column))));
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of index \"%s\" can't be searched by operator %s with a value of type %s",
					column_is, index, name, format_type_be(type)),
			 errdetail("Its operator class has: %s.",
					   operator_names(rel, column))));
}

/* A value as the operator wants it. */
static Datum
coerce(const AiWord *word, Oid want)
{
	Oid			func;

	if (word->type == UNKNOWNOID)
	{
		Oid			input;
		Oid			ioparam;

		getTypeInputInfo(want, &input, &ioparam);
		return OidInputFunctionCall(input, DatumGetCString(word->value), ioparam, -1);
	}
	if (getBaseType(word->type) != want &&
		!IsBinaryCoercible(getBaseType(word->type), want) &&
		find_coercion_pathway(want, getBaseType(word->type),
							  COERCION_IMPLICIT, &func) == COERCION_PATH_FUNC)
		return OidFunctionCall3(func, word->value, Int32GetDatum(-1), BoolGetDatum(false));
	/* whole, in memory of the walk's */
	if (get_typlen(word->type) == -1)
		return PointerGetDatum(PG_DETOAST_DATUM_COPY(word->value));
	return word->value;
}

/* A value as text, for a sentence; what can't be printed is named. */
static char *
value_text(Datum value, Oid type)
{
	StringInfoData text;
	Oid			output;
	bool		varlena;

	initStringInfo(&text);
	getTypeOutputInfo(type, &output, &varlena);
	ai_index_append_value(&text, OidOutputFunctionCall(output, value));
	return text.data;
}

/* Room for so many conditions. */
static void
make_room(AiDescent *descent, int n)
{
	descent->keys = palloc0(sizeof(ScanKeyData) * Max(n, 1));
	descent->texts = palloc0(sizeof(char *) * Max(n, 1));
	descent->operators = palloc0(sizeof(Oid) * Max(n, 1));
}

/* One more condition: IS NULL, or IS NOT NULL. */
static void
add_null_test(AiDescent *descent, int column, bool isnull)
{
	Relation	rel = descent->rel;
	int			n = descent->nkeys++;

	if (!rel->rd_indam->amsearchnulls)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("index \"%s\" can't be searched for nulls",
						RelationGetRelationName(rel))));
	ScanKeyEntryInitialize(&descent->keys[n],
						   SK_ISNULL | (isnull ? SK_SEARCHNULL : SK_SEARCHNOTNULL),
						   column + 1, InvalidStrategy, InvalidOid,
						   InvalidOid, InvalidOid, (Datum) 0);
	descent->texts[n] = psprintf("%s is %snull", column_name(rel, column),
								 isnull ? "" : "not ");
}

/* One more condition: column, operator, value; "any": one of an array. */
static void
add_condition(AiDescent *descent, int column, const char *name, bool any,
			  const AiWord *word)
{
	Relation	rel = descent->rel;
	int			n = descent->nkeys++;
	Oid			type = word->type;
	Operator	op;
	Oid			want;
	Datum		value;

	if (any && !rel->rd_indam->amsearcharray)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("index \"%s\" can't be searched for any of an array",
						RelationGetRelationName(rel))));
	if (any && type != UNKNOWNOID)
	{
		type = get_element_type(getBaseType(type));
		if (!OidIsValid(type))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("\"%s any\" needs an array", name)));
	}
	if (!find_operator(rel, column, name, type, &op))
		no_operator(rel, column, name, type);
	want = any ? get_array_type(op.type) : op.type;
	if (!OidIsValid(want))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("there are no arrays of type %s", format_type_be(op.type))));
	if (any && word->type != UNKNOWNOID && type_score(getBaseType(word->type), want) < 3)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("\"%s any\" needs a value of type %s, not %s", name,
						format_type_be(want), format_type_be(word->type))));
	value = coerce(word, want);
	ScanKeyEntryInitialize(&descent->keys[n], any ? SK_SEARCHARRAY : 0,
						   column + 1, op.strategy, op.right,
						   rel->rd_indcollation[column], get_opcode(op.opno), value);
	descent->operators[n] = op.opno;
	descent->texts[n] = psprintf("%s %s%s %s", column_name(rel, column), name,
								 any ? " any" : "", value_text(value, want));
}

/*
 * ai_descent_equal - the first columns are equal to these values; a null is
 * searched for as IS NULL
 */
void
ai_descent_equal(AiDescent *descent, const AiWord *words, int n)
{
	Relation	rel = descent->rel;
	int			columns = IndexRelationGetNumberOfKeyAttributes(rel);

	if (n > columns)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d values are too many for index \"%s\"", n,
						RelationGetRelationName(rel)),
				 errdetail_plural("It has %d key column.", "It has %d key columns.",
								  columns, columns)));
	make_room(descent, n);
	for (int i = 0; i < n; i++)
	{
		if (words[i].isnull)
			add_null_test(descent, i, true);
		else
			add_condition(descent, i, "=", false, &words[i]);
	}
}

/* A word that must be text. */
static char *
word_text(const AiWord *word, const char *what)
{
	if (word->isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", what)));
	if (word->type == UNKNOWNOID)
		return DatumGetCString(word->value);
	if (word->type == TEXTOID || word->type == VARCHAROID)
		return TextDatumGetCString(word->value);
	if (word->type == NAMEOID)
		return pstrdup(NameStr(*DatumGetName(word->value)));
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("%s must be text, not of type %s", what, format_type_be(word->type)),
			 errhint("Write each condition as column, operator, value.")));
	return NULL;
}

/* A key column of the index, by name, from 0. */
static int
find_column(Relation rel, const char *name)
{
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(rel); i++)
	{
		if (strcmp(column_name(rel, i), name) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("index \"%s\" has no key column \"%s\"",
					RelationGetRelationName(rel), name)));
	return -1;
}

/* "is null", "=  any" and the like, in small letters with one blank each. */
static char *
plain_operator(const char *name)
{
	char	   *plain = palloc(strlen(name) + 1);
	char	   *to = plain;

	for (; *name != '\0'; name++)
	{
		if (!isspace((unsigned char) *name))
			*to++ = pg_ascii_tolower((unsigned char) *name);
		else if (to > plain && to[-1] != ' ')
			*to++ = ' ';
	}
	while (to > plain && to[-1] == ' ')
		to--;
	*to = '\0';
	return plain;
}

/*
 * ai_descent_conditions - columns, operators and values, by threes
 */
void
ai_descent_conditions(AiDescent *descent, const AiWord *words, int n)
{
	Relation	rel = descent->rel;
	int			nkeyatts = IndexRelationGetNumberOfKeyAttributes(rel);
	int			total = n / 3;
	int		   *of = palloc(sizeof(int) * Max(total, 1));

	if (n % 3 != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("conditions need three arguments each"),
				 errhint("Write each condition as column, operator, value; the value of a null test is null.")));
	for (int i = 0; i < total; i++)
		of[i] = find_column(rel, word_text(&words[3 * i], "the column of a condition"));
	make_room(descent, total);
	/* in the order of columns, as the planner has them */
	for (int column = 0; column < nkeyatts; column++)
	{
		for (int i = 0; i < total; i++)
		{
			const AiWord *value = &words[3 * i + 2];
			char	   *op;
			size_t		len;

			CHECK_FOR_INTERRUPTS();
			if (of[i] != column)
				continue;
			op = plain_operator(word_text(&words[3 * i + 1], "the operator of a condition"));
			len = strlen(op);
			if (strcmp(op, "is null") == 0 || strcmp(op, "is not null") == 0)
			{
				if (!value->isnull)
					ereport(ERROR,
							(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							 errmsg("\"%s\" takes no value", op),
							 errhint("Write null in its place.")));
				add_null_test(descent, column, strcmp(op, "is null") == 0);
				continue;
			}
			if (value->isnull)
				ereport(ERROR,
						(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						 errmsg("nothing is %s null", op),
						 errhint("Search for nulls with \"is null\" and \"is not null\".")));
			if (len > 4 && strcmp(op + len - 4, " any") == 0)
				add_condition(descent, column, pnstrdup(op, len - 4), true, value);
			else
				add_condition(descent, column, op, false, value);
		}
	}
}
