/*-------------------------------------------------------------------------
 *
 * index_descent.c
 *	  The pages that a search through an index visits, and why each.
 *
 * The rows are made at once: no function of an operator class runs, and no
 * role is anybody else's, between two rows that the caller fetches.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "base/guard.h"
#include "index/descent.h"
#include "index/descent_keys.h"
#include "index/index_details.h"

#include "compat.h"
#include "result.h"

PG_FUNCTION_INFO_V1(ai_index_descent);
PG_FUNCTION_INFO_V1(ai_index_descent_where);
PG_FUNCTION_INFO_V1(ai_index_descent_backward);

static const AiDescentMethod methods[] = {
	{AI_PAGE_BTREE, ai_btree_walk},
	{AI_PAGE_HASH, ai_hash_walk},
	{AI_PAGE_BRIN, ai_brin_walk},
	{AI_PAGE_GIST, ai_gist_walk},
	{AI_PAGE_GIN, ai_gin_walk},
	{AI_PAGE_SPGIST, ai_spgist_walk}
};

static const ArchColumn columns[] = {
	{"step", INT4OID},
	{"search", INT4OID},
	{"blkno", INT8OID},
	{"level", INT4OID},
	{"page_kind", TEXTOID},
	{"why", TEXTOID},
	{"itemoffset", INT4OID},
	{"child", INT8OID},
	{"matches", TIDARRAYOID},
	{"details", JSONBOID},
	{"problem", TEXTOID}
};

static Datum
text_or_null(const char *word, bool *isnull)
{
	*isnull = word == NULL;
	return word == NULL ? (Datum) 0 : CStringGetTextDatum(word);
}

static Datum
tid_array(const ItemPointerData *tids, int n)
{
	Datum	   *elems = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		elems[i] = PointerGetDatum(&tids[i]);
	return PointerGetDatum(construct_array(elems, n, TIDOID,
										   sizeof(ItemPointerData), false,
										   TYPALIGN_SHORT));
}

/* AiVisitSink: a visit becomes a row. */
static void
put_row(AiDescent *descent, const AiVisit *visit, void *arg)
{
	ReturnSetInfo *rsinfo = arg;
	Datum		values[lengthof(columns)];
	bool		isnull[lengthof(columns)] = {false};

	values[0] = Int32GetDatum((int32) visit->step);
	values[1] = Int32GetDatum(visit->search);
	values[2] = Int64GetDatum((int64) visit->blkno);
	values[3] = Int32GetDatum(visit->level);
	isnull[3] = visit->level == AI_NO_LEVEL;
	values[4] = text_or_null(visit->page_kind, &isnull[4]);
	values[5] = text_or_null(visit->why, &isnull[5]);
	values[6] = Int32GetDatum(visit->itemoffset);
	isnull[6] = visit->itemoffset == InvalidOffsetNumber;
	values[7] = Int64GetDatum((int64) visit->child);
	isnull[7] = visit->child == InvalidBlockNumber;
	isnull[8] = !visit->searched;
	values[8] = isnull[8] ? (Datum) 0 : tid_array(visit->matches, visit->nmatches);
	values[9] = ai_details_jsonb(&visit->details, NULL, &isnull[9]);
	values[10] = text_or_null(visit->problem, &isnull[10]);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, isnull);
}

/* The walk of the index's access method; an error where there is none. */
static const AiDescentMethod *
method_of(Relation rel)
{
	AiPageKind	kind = ai_expected_page(rel, MAIN_FORKNUM);

	for (int i = 0; i < lengthof(methods); i++)
	{
		if (methods[i].method == kind)
			return &methods[i];
	}
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot follow a search through index \"%s\"",
					RelationGetRelationName(rel)),
			 errdetail("How its access method \"%s\" searches is not known.",
					   get_am_name(rel->rd_rel->relam))));
	return NULL;
}

/* What the two functions share; argument 0 is the index. */
static Datum
descend(FunctionCallInfo fcinfo, bool with_operators, bool backward)
{
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns, lengthof(columns));
	MemoryContext old;
	MemoryContext run;
	Relation	rel;
	AiDescent  *descent;
	const AiDescentMethod *method;
	AiAsOwner	saved;
	AiWord	   *words;
	int			nwords;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	nwords = ai_descent_words(fcinfo, 1, &words);
	rel = ai_open_relation(PG_GETARG_OID(0), AI_VALUES, AI_INDEX);
	method = method_of(rel);
	if (backward && method->method != AI_PAGE_BTREE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("how index \"%s\" is searched backward is not known",
						RelationGetRelationName(rel)),
				 errdetail("Its access method is \"%s\".",
						   get_am_name(rel->rd_rel->relam))));
	if (!rel->rd_index->indisvalid)
		ereport(NOTICE,
				(errmsg("index \"%s\" is not valid: no query uses it",
						RelationGetRelationName(rel))));

	run = AllocSetContextCreate(CurrentMemoryContext, "index_descent",
								ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(run);
	ai_as_owner_begin(rel, &saved);
	descent = ai_descent_create(rel, put_row, rsinfo);
	descent->backward = backward;
	if (with_operators)
		ai_descent_conditions(descent, words, nwords);
	else
		ai_descent_equal(descent, words, nwords);
	if (descent->nblocks > 0)
		ai_descent_run(descent, method->walk);
	ai_descent_flush(descent);
	ai_as_owner_end(&saved);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(run);
	ai_close_relation(rel);
	return (Datum) 0;
}

/*
 * ai_index_descent - arch_inspect.index_descent(regclass, VARIADIC "any")
 *
 * The values are those of the first columns; a null is searched for as one.
 */
Datum
ai_index_descent(PG_FUNCTION_ARGS)
{
	return descend(fcinfo, false, false);
}

/*
 * ai_index_descent_where -
 *		arch_inspect.index_descent_where(regclass, VARIADIC "any")
 *
 * The arguments are conditions, of three each: column, operator, value.
 */
Datum
ai_index_descent_where(PG_FUNCTION_ARGS)
{
	return descend(fcinfo, true, false);
}

/*
 * ai_index_descent_backward -
 *		arch_inspect.index_descent_backward(regclass, VARIADIC "any")
 *
 * The same from the other end, as a scan for ORDER BY ... DESC goes.
 */
Datum
ai_index_descent_backward(PG_FUNCTION_ARGS)
{
	return descend(fcinfo, true, true);
}
