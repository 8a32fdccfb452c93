/*-------------------------------------------------------------------------
 *
 * relation_forks.c
 *	  The files of a relation: a row for each fork that exists.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "storage/smgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "rows/rows.h"

#include "compat.h"

static void
relation_forks_begin(AiRows *rows)
{
	ai_rows_range(rows, MAIN_FORKNUM, MAX_FORKNUM + 1);
}

static bool
relation_forks_next(AiRows *rows)
{
	while (ai_rows_advance(rows))
	{
		if (smgrexists(RelationGetSmgr(rows->rel), (ForkNumber) rows->unit))
			return true;
	}
	return false;
}

static Datum
get_fork(AiRows *rows, bool *isnull)
{
	return CStringGetTextDatum(forkNames[rows->unit]);
}

static Datum
get_path(AiRows *rows, bool *isnull)
{
	return CStringGetTextDatum(relpath_palloc(RelationGetSmgr(rows->rel)->smgr_rlocator,
											  (ForkNumber) rows->unit));
}

static BlockNumber
pages(AiRows *rows)
{
	return ai_fork_blocks(rows->rel, (ForkNumber) rows->unit);
}

/* An empty fork is a file too. */
static Datum
get_segments(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(Max(1, (pages(rows) + RELSEG_SIZE - 1) / RELSEG_SIZE));
}

static Datum
get_pages(AiRows *rows, bool *isnull)
{
	return Int64GetDatum((int64) pages(rows));
}

static Datum
get_bytes(AiRows *rows, bool *isnull)
{
	return Int64GetDatum((int64) pages(rows) * BLCKSZ);
}

static const AiColumn relation_forks_columns[] = {
	{"fork", TEXTOID, get_fork},
	{"path", TEXTOID, get_path},
	{"segments", INT4OID, get_segments},
	{"pages", INT8OID, get_pages},
	{"bytes", INT8OID, get_bytes},
	{NULL}
};

/* A relation has one fork to four, mostly main, fsm and vm. */
static double
usual_forks(void)
{
	return 3;
}

/* arch_inspect.relation_forks(regclass) */
AI_INSTRUMENT(relation_forks,
			  .columns = relation_forks_columns,
			  .relation = AI_ANY_RELATION, .tier = AI_STRUCTURE,
			  .begin = relation_forks_begin, .next = relation_forks_next,
			  .units = usual_forks, .serial = true);
