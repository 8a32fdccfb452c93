/*-------------------------------------------------------------------------
 *
 * descent_gin_terms.c
 *	  What a search through a GIN index looks up: the terms of its conditions.
 *
 * The operator class takes a value apart into terms, as many as it likes, and
 * says how they are searched: a term may stand for a range of keys (a partial
 * match), and a condition may be such that rows without any of its terms
 * satisfy it; then all keys of the column are read.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "index/descent_gin.h"
#include "words/value.h"

#include "compat.h"

/* terms beyond this one are not compared with those before, as the server */
#define COMPARED_TERMS	100

/* bytes of a term that a row shows, at most */
#define SHOWN			60

/* A term for the rows, printed by its type, without control characters. */
static char *
term_text(GinWalk *walk, const GinTerm *term)
{
	AiDescent  *descent = walk->descent;
	AiIndexShape *shape = descent->shape;
	int			slot = term->attnum - 1;
	const char *problem = NULL;
	StringInfoData text;
	char	   *value;
	int			len;

	switch (term->category)
	{
		case GIN_CAT_NORM_KEY:
			break;
		case GIN_CAT_NULL_KEY:
			return pstrdup("null key");
		case GIN_CAT_EMPTY_ITEM:
			return pstrdup("items without keys");
		case GIN_CAT_NULL_ITEM:
			return pstrdup("null items");
		default:
			return pstrdup(term->mode == GIN_SEARCH_MODE_ALL ?
						   "all keys" : "all keys and nulls");
	}
	value = ai_print_datum(ai_index_ready_printer(shape,
												  &shape->printers[slot],
												  shape->desc, slot,
												  descent->run),
						   term->key, &problem);
	if (value == NULL)
		return pstrdup("a key");
	len = pg_mbcliplen(value, strlen(value), SHOWN);
	initStringInfo(&text);
	appendStringInfoChar(&text, '"');
	for (int i = 0; i < len; i++)
	{
		if ((uint8) value[i] < ' ')
			appendStringInfo(&text, "\\x%02x", (uint8) value[i]);
		else
			appendStringInfoChar(&text, value[i]);
	}
	appendStringInfoString(&text, value[len] != '\0' ? " ...\"" : "\"");
	if (term->partial)
		appendStringInfoString(&text, " and what it is a part of");
	return text.data;
}

/*
 * A term, or one that is the same already.
 *
 * Follows ginFillScanEntry (src/backend/access/gin/ginscan.c, REL_19_STABLE)
 */
static GinTerm *
add_term(GinWalk *walk, OffsetNumber attnum, StrategyNumber strategy,
		 int32 mode, Datum key, GinNullCategory category, bool partial,
		 Pointer extra)
{
	GinTerm    *term;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; extra == NULL && walk->nterms < COMPARED_TERMS &&
		 i < walk->nterms; i++)
	{
		term = walk->terms[i];
		if (term->extra == NULL && term->partial == partial &&
			term->strategy == strategy && term->mode == mode &&
			term->attnum == attnum &&
			ginCompareEntries(&walk->state, attnum, term->key, term->category,
							  key, category) == 0)
			return term;
	}
	term = palloc0(sizeof(GinTerm));
	term->key = key;
	term->category = category;
	term->partial = partial;
	term->extra = extra;
	term->strategy = strategy;
	term->mode = mode;
	term->attnum = attnum;
	ItemPointerSetMin(&term->current);
	if (walk->nterms >= walk->room)
	{
		walk->room = Max(32, walk->room * 2);
		walk->terms = walk->terms == NULL ?
			palloc(sizeof(GinTerm *) * walk->room) :
			repalloc(walk->terms, sizeof(GinTerm *) * walk->room);
	}
	walk->terms[walk->nterms++] = term;
	term->number = walk->nterms;
	term->text = term_text(walk, term);
	return term;
}

/* A term that the consistent functions do not know of. */
static void
add_hidden_term(GinWalk *walk, GinCondition *condition,
				GinNullCategory category)
{
	GinScanKeyData *key = &condition->key;

	condition->terms[key->nentries++] =
		add_term(walk, key->attnum, InvalidStrategy, key->searchMode,
				 (Datum) 0, category, false, NULL);
}

/*
 * Follows ginFillScanKey (src/backend/access/gin/ginscan.c, REL_19_STABLE)
 */
static void
add_condition(GinWalk *walk, int number, OffsetNumber attnum,
			  StrategyNumber strategy, int32 mode, Datum query, uint32 n,
			  Datum *values, GinNullCategory *categories, bool *partial,
			  Pointer *extra)
{
	GinCondition *condition = &walk->conditions[walk->nconditions++];
	GinScanKeyData *key = &condition->key;

	memset(condition, 0, sizeof(*condition));
	condition->number = number;
	condition->terms = palloc(sizeof(GinTerm *) * (n + 1));
	key->nentries = key->nuserentries = n;
	key->entryRes = palloc0(sizeof(GinTernaryValue) * (n + 1));
	key->query = query;
	key->queryValues = values;
	key->queryCategories = categories;
	key->extra_data = extra;
	key->strategy = strategy;
	key->searchMode = mode;
	key->attnum = attnum;
	key->excludeOnly = mode == GIN_SEARCH_MODE_ALL;
	ItemPointerSetMin(&key->curItem);
	ginInitConsistentFunction(&walk->state, key);
	for (uint32 i = 0; i < n; i++)
		condition->terms[i] =
			add_term(walk, attnum, strategy, mode, values[i], categories[i],
					 walk->state.canPartialMatch[attnum - 1] && partial ?
					 partial[i] : false,
					 extra ? extra[i] : NULL);
	if (mode == GIN_SEARCH_MODE_INCLUDE_EMPTY)
		add_hidden_term(walk, condition, GIN_CAT_EMPTY_ITEM);
	else if (mode == GIN_SEARCH_MODE_EVERYTHING)
		add_hidden_term(walk, condition, GIN_CAT_EMPTY_QUERY);
}

/* The terms of key i; false where nothing can satisfy it. */
static bool
take_apart(GinWalk *walk, int i, bool *normal)
{
	ScanKey		scankey = &walk->descent->keys[i];
	int			column = scankey->sk_attno - 1;
	int32		n = 0;
	int32		mode = GIN_SEARCH_MODE_DEFAULT;
	bool	   *partial = NULL;
	bool	   *nulls = NULL;
	Pointer    *extra = NULL;
	Datum		result;
	Datum	   *values;
	GinNullCategory *categories;

	if ((scankey->sk_flags & SK_ISNULL) != 0)
		return false;
	result = FunctionCall7Coll(&walk->state.extractQueryFn[column],
							   walk->state.supportCollation[column],
							   scankey->sk_argument,
							   PointerGetDatum(&n),
							   UInt16GetDatum(scankey->sk_strategy),
							   PointerGetDatum(&partial),
							   PointerGetDatum(&extra),
							   PointerGetDatum(&nulls),
							   PointerGetDatum(&mode));
	values = (Datum *) DatumGetPointer(result);
	if (mode < GIN_SEARCH_MODE_DEFAULT || mode > GIN_SEARCH_MODE_ALL)
		mode = GIN_SEARCH_MODE_ALL;
	if (mode != GIN_SEARCH_MODE_DEFAULT)
		walk->needs_version = true;
	if (values == NULL || n <= 0)
	{
		if (mode == GIN_SEARCH_MODE_DEFAULT)
			return false;
		n = 0;
	}
	categories = palloc0(sizeof(GinNullCategory) * Max(n, 1));
	for (int j = 0; nulls != NULL && j < n; j++)
	{
		if (!nulls[j])
			continue;
		categories[j] = GIN_CAT_NULL_KEY;
		walk->needs_version = true;
	}
	add_condition(walk, i, scankey->sk_attno, scankey->sk_strategy, mode,
				  scankey->sk_argument, n, values, categories, partial,
				  extra);
	if (mode != GIN_SEARCH_MODE_ALL)
		normal[column] = true;
	return true;
}

/*
 * ai_gin_make_terms - the conditions, with their terms, in the order in which
 * the server keeps them
 *
 * Those that only exclude rows come last.  Made in the current context, which
 * must outlive the walk.
 *
 * Follows ginNewScanKey (src/backend/access/gin/ginscan.c, REL_19_STABLE)
 */
void
ai_gin_make_terms(GinWalk *walk)
{
	AiDescent  *descent = walk->descent;
	bool		normal[INDEX_MAX_KEYS] = {false};
	GinCondition *sorted;
	int			n = 0;

	walk->conditions = palloc0(sizeof(GinCondition) * Max(descent->nkeys, 1));
	for (int i = 0; i < descent->nkeys; i++)
	{
		if (!take_apart(walk, i, normal))
		{
			walk->never = true;
			return;
		}
	}
	for (int i = 0; i < walk->nconditions; i++)
	{
		GinScanKeyData *key = &walk->conditions[i].key;

		if (key->searchMode != GIN_SEARCH_MODE_ALL || normal[key->attnum - 1])
			continue;
		/* no condition of the column finds rows by a term: this finds all */
		key->excludeOnly = false;
		add_hidden_term(walk, &walk->conditions[i], GIN_CAT_EMPTY_QUERY);
		normal[key->attnum - 1] = true;
	}
	sorted = palloc(sizeof(GinCondition) * Max(walk->nconditions, 1));
	for (int last = 0; last < 2; last++)
	{
		for (int i = 0; i < walk->nconditions; i++)
		{
			if (walk->conditions[i].key.excludeOnly == (last == 1))
				sorted[n++] = walk->conditions[i];
		}
	}
	walk->conditions = n > 0 ? sorted : walk->conditions;
	if (walk->nconditions == 0)
	{
		walk->needs_version = true;
		add_condition(walk, -1, FirstOffsetNumber, InvalidStrategy,
					  GIN_SEARCH_MODE_EVERYTHING, (Datum) 0, 0, NULL, NULL,
					  NULL, NULL);
	}
}
