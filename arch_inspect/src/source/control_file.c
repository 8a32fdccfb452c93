/*-------------------------------------------------------------------------
 *
 * control_file.c
 *	  Reads pg_control.
 *
 * Under its lock, as pg_control_checkpoint() does: the server writes the file
 * in place, and a reader without the lock could see half of a write.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/controldata_utils.h"
#include "miscadmin.h"
#include "storage/lwlock.h"

#include "source/control_file.h"

/*
 * ai_control_file - pg_control; where its checksum is wrong NULL, or an error
 *
 * Follows pg_control_checkpoint
 * (src/backend/utils/misc/pg_controldata.c, REL_19_STABLE)
 */
ControlFileData *
ai_control_file(bool missing_ok)
{
	ControlFileData *control;
	bool		crc_ok;

	LWLockAcquire(ControlFileLock, LW_SHARED);
	control = get_controlfile(DataDir, &crc_ok);
	LWLockRelease(ControlFileLock);
	if (crc_ok)
		return control;
	if (!missing_ok)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("calculated CRC checksum of the control file does not match the value stored in it")));
	pfree(control);
	return NULL;
}

/*
 * ai_wal_redo - where recovery would begin: the last checkpoint's redo
 * pointer
 */
XLogRecPtr
ai_wal_redo(void)
{
	ControlFileData *control = ai_control_file(false);
	XLogRecPtr	redo = control->checkPointCopy.redo;

	pfree(control);
	return redo;
}
