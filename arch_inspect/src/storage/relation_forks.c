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

AI_FIELD(relation_forks_fork, CStringGetTextDatum(forkNames[rows->unit]));
AI_FIELD_OF(relation_forks_path,
			SMgrRelation smgr = RelationGetSmgr(rows->rel),
			CStringGetTextDatum(arch_smgr_path(smgr,
											   (ForkNumber) rows->unit)));

static BlockNumber
pages(AiRows *rows)
{
	return ai_fork_blocks(rows->rel, (ForkNumber) rows->unit);
}

/* An empty fork is a file too. */
AI_FIELD(relation_forks_segments,
		 Int32GetDatum(Max(1, (pages(rows) + RELSEG_SIZE - 1) /
						   RELSEG_SIZE)));
AI_FIELD(relation_forks_pages, Int64GetDatum((int64) pages(rows)));
AI_FIELD(relation_forks_bytes, Int64GetDatum((int64) pages(rows) * BLCKSZ));

static const AiColumn relation_forks_columns[] = {
	{"fork", TEXTOID, relation_forks_fork},
	{"path", TEXTOID, relation_forks_path},
	{"segments", INT4OID, relation_forks_segments},
	{"pages", INT8OID, relation_forks_pages},
	{"bytes", INT8OID, relation_forks_bytes},
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
