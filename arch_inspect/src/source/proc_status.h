/*-------------------------------------------------------------------------
 *
 * proc_status.h
 *	  The status entry of a process, and who may see it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_PROC_STATUS_H
#define AI_PROC_STATUS_H

#include "storage/proc.h"
#include "utils/backend_status.h"

extern const PgBackendStatus *ai_status_of_proc(PGPROC *proc, int procno,
												int pid);
extern bool ai_may_see_process(int pid);

#endif							/* AI_PROC_STATUS_H */
