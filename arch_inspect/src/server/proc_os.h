/*-------------------------------------------------------------------------
 *
 * proc_os.h
 *	  What the operating system knows of the server's processes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_PROC_OS_H
#define AI_PROC_OS_H

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

extern List *ai_postmaster_children(bool expect_logger);
extern bool ai_process_is_server(int pid);
extern char *ai_process_command(int pid, bool whole);
extern bool ai_process_title_is(int pid, const char *title);
extern int64 ai_memory_limit(void);
extern bool ai_process_parent(int pid, int *parent, TimestampTz *started);

#endif							/* AI_PROC_OS_H */
