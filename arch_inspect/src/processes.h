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

#endif							/* AI_PROCESSES_H */
