/*-------------------------------------------------------------------------
 *
 * processes.h
 *	  What the files about processes share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_PROCESSES_H
#define AI_PROCESSES_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "funcapi.h"
#include "nodes/pg_list.h"

/* wait_words.c */
extern const char *ai_wait_words(const char *type, const char *name,
								 bool *refreshed);

/* processes.c */
extern bool ai_may_see_process(int pid);

/* proc_os.c */
extern List *ai_postmaster_children(bool expect_logger);
extern bool ai_process_is_server(int pid);
extern char *ai_process_command(int pid, bool whole);
extern bool ai_process_title_is(int pid, const char *title);
extern int64 ai_memory_limit(void);
extern bool ai_process_parent(int pid, int *parent, TimestampTz *started);

/*
 * ai_wrong_version - the SQL definition does not have the columns that the
 * function fills
 */
static inline void
ai_wrong_version(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("the library of arch_inspect and its SQL definitions are of different versions"),
			 errhint("Run ALTER EXTENSION arch_inspect UPDATE.")));
}

/*
 * ai_begin_rows - start a materialized result, once the SQL definition that
 * the function was called through was seen to have the columns it fills
 *
 * A newer library meets an older script, and the other way round.
 */
static inline ReturnSetInfo *
ai_begin_rows(FunctionCallInfo fcinfo, const Oid *types, int ntypes)
{
	ReturnSetInfo *rsinfo;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	for (i = 0; i < ntypes && i < rsinfo->setDesc->natts; i++)
	{
		if (TupleDescAttr(rsinfo->setDesc, i)->atttypid != types[i])
			break;
	}
	if (i < ntypes || rsinfo->setDesc->natts != ntypes)
		ai_wrong_version();
	return rsinfo;
}

#endif							/* AI_PROCESSES_H */
