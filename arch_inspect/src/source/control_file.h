/*-------------------------------------------------------------------------
 *
 * control_file.h
 *	  pg_control, and what is in it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_CONTROL_FILE_H
#define AI_CONTROL_FILE_H

#include "catalog/pg_control.h"

extern ControlFileData *ai_control_file(bool missing_ok);
extern XLogRecPtr ai_wal_redo(void);

#endif							/* AI_CONTROL_FILE_H */
