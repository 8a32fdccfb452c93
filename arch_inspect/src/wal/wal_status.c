/*-------------------------------------------------------------------------
 *
 * wal_status.c
 *	  Where the WAL stands, as the functions below the view wal_status.
 *
 * Everything is read from shared memory, the control file and the names in
 * pg_wal; nothing is flushed or assigned.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "access/xlog_internal.h"
#include "access/xlogrecovery.h"
#include "catalog/pg_authid.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "replication/walreceiver.h"
#include "storage/fd.h"
#include "storage/lwlock.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "result.h"
#include "source/control_file.h"
#include "source/wal_read.h"

PG_FUNCTION_INFO_V1(ai_wal_status);
PG_FUNCTION_INFO_V1(ai_wal_segments);

/* What this session saw at its last look, for the rate */
static XLogRecPtr last_lsn = InvalidXLogRecPtr;
static TimestampTz last_look = 0;

/*
 * Appends an LSN, the name of the segment file that holds the byte at it and
 * the byte's offset in the file; three nulls for an invalid LSN.
 */
static int
put_position(Datum *values, bool *nulls, int i, XLogRecPtr lsn,
			 TimeLineID tli)
{
	char		name[MAXFNAMELEN];
	XLogSegNo	segno;

	if (XLogRecPtrIsInvalid(lsn))
	{
		nulls[i] = nulls[i + 1] = nulls[i + 2] = true;
		return i + 3;
	}
	XLByteToSeg(lsn, segno, wal_segment_size);
	XLogFileName(name, tli, segno, wal_segment_size);
	values[i++] = LSNGetDatum(lsn);
	values[i++] = CStringGetTextDatum(name);
	values[i++] = Int32GetDatum((int32) XLogSegmentOffset(lsn,
														  wal_segment_size));
	return i;
}

/* Puts an LSN, or null where there is none */
static int
put_lsn(Datum *values, bool *nulls, int i, XLogRecPtr lsn)
{
	nulls[i] = XLogRecPtrIsInvalid(lsn);
	values[i] = LSNGetDatum(lsn);
	return i + 1;
}

/*
 * Up to where the WAL is summarized; invalid where it is not to be, or the
 * summarizer has not found out where to begin.
 */
static XLogRecPtr
summarized_lsn(void)
{
	TimeLineID	tli;
	XLogRecPtr	summarized = InvalidXLogRecPtr;
	XLogRecPtr	pending;
	int			pid;

	if (summarize_wal)
		GetWalSummarizerState(&tli, &summarized, &pending, &pid);
	return summarized;
}

/*
 * ai_wal_status - arch_parts.wal_positions()
 *
 * During recovery nothing is inserted, written or flushed by this server, so
 * these are null and the replayed position counts.  The next checkpoint by
 * volume starts when the segment number has grown by CheckPointSegments - 1
 * since the redo pointer, as XLogCheckpointNeeded() has it.
 *
 * Follows XLogCheckpointNeeded
 * (src/backend/access/transam/xlog.c, REL_19_STABLE)
 */
Datum
ai_wal_status(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"in_recovery", BOOLOID},
		{"timeline", INT8OID},
		{"insert_lsn", PG_LSNOID},
		{"insert_file", TEXTOID},
		{"insert_offset", INT4OID},
		{"write_lsn", PG_LSNOID},
		{"write_file", TEXTOID},
		{"write_offset", INT4OID},
		{"flush_lsn", PG_LSNOID},
		{"flush_file", TEXTOID},
		{"flush_offset", INT4OID},
		{"receive_lsn", PG_LSNOID},
		{"replay_lsn", PG_LSNOID},
		{"replay_file", TEXTOID},
		{"replay_offset", INT4OID},
		{"redo_lsn", PG_LSNOID},
		{"redo_file", TEXTOID},
		{"redo_offset", INT4OID},
		{"checkpoint_lsn", PG_LSNOID},
		{"checkpoint_time", TIMESTAMPTZOID},
		{"next_checkpoint_lsn", PG_LSNOID},
		{"bytes_since_look", INT8OID},
		{"seconds_since_look", FLOAT8OID},
		{"summarized_lsn", PG_LSNOID}
	};
	TupleDesc	tupdesc = arch_result_row(fcinfo, columns, lengthof(columns));
	Datum		values[lengthof(columns)] = {0};
	bool		nulls[lengthof(columns)] = {0};
	bool		recovery = RecoveryInProgress();
	XLogRecPtr	insert = InvalidXLogRecPtr;
	XLogRecPtr	written = InvalidXLogRecPtr;
	XLogRecPtr	flushed = InvalidXLogRecPtr;
	XLogRecPtr	received = InvalidXLogRecPtr;
	XLogRecPtr	replayed = InvalidXLogRecPtr;
	XLogRecPtr	redo;
	XLogRecPtr	now;
	TimeLineID	tli;
	ControlFileData *control = ai_control_file(false);
	XLogSegNo	segno;
	TimestampTz look;
	int			i = 0;

	if (recovery)
	{
		received = GetWalRcvFlushRecPtr(NULL, NULL);
		replayed = GetXLogReplayRecPtr(&tli);
		redo = control->checkPointCopy.redo;
		now = replayed;
	}
	else
	{
		/* in this order, so that flushed <= written <= inserted */
		flushed = GetFlushRecPtr(&tli);
		written = GetXLogWriteRecPtr();
		insert = GetXLogInsertRecPtr();
		redo = control->checkPointCopy.redo;
		now = insert;
	}

	values[i++] = BoolGetDatum(recovery);
	values[i++] = Int64GetDatum(tli);
	i = put_position(values, nulls, i, insert, tli);
	i = put_position(values, nulls, i, written, tli);
	i = put_position(values, nulls, i, flushed, tli);
	i = put_lsn(values, nulls, i, received);
	i = put_position(values, nulls, i, replayed, tli);
	i = put_position(values, nulls, i, redo,
					 control->checkPointCopy.ThisTimeLineID);
	i = put_lsn(values, nulls, i, control->checkPoint);
	values[i++] = TimestampTzGetDatum(time_t_to_timestamptz((pg_time_t) control->checkPointCopy.time));
	XLByteToSeg(redo, segno, wal_segment_size);
	i = put_lsn(values, nulls, i,
				(segno + Max(CheckPointSegments - 1, 1)) *
				(XLogRecPtr) wal_segment_size);

	look = GetCurrentTimestamp();
	nulls[i] = last_look == 0 || now < last_lsn;
	values[i++] = Int64GetDatum((int64) (now - last_lsn));
	nulls[i] = last_look == 0 || now < last_lsn;
	values[i++] = Float8GetDatum((look - last_look) / (double) USECS_PER_SEC);
	last_look = look;
	last_lsn = now;
	i = put_lsn(values, nulls, i, summarized_lsn());
	Assert(i == lengthof(columns));

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values,
													  nulls)));
}

/*
 * ai_wal_segments - arch_parts.wal_segments()
 *
 * Null for a role that may not list pg_wal, as with pg_ls_waldir().  A file
 * above the flushed position waits to be written: it is ahead, not kept.
 */
Datum
ai_wal_segments(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"segments_kept", INT8OID},
		{"segments_ahead", INT8OID},
		{"oldest_segment", TEXTOID},
		{"oldest_lsn", PG_LSNOID},
		{"archive_ready", INT8OID},
		{"archive_ready_lsn", PG_LSNOID}
	};
	TupleDesc	tupdesc = arch_result_row(fcinfo, columns, lengthof(columns));
	Datum		values[lengthof(columns)] = {0};
	bool		nulls[lengthof(columns)] = {0};
	XLogRecPtr	now = RecoveryInProgress() ?
		Max(GetXLogReplayRecPtr(NULL), GetWalRcvFlushRecPtr(NULL, NULL)) :
		GetFlushRecPtr(NULL);
	XLogSegNo	current;
	XLogSegNo	oldest = 0;
	XLogSegNo	ready = 0;
	char		oldest_name[MAXFNAMELEN] = "";
	int64		kept = 0;
	int64		ahead = 0;
	int64		waiting = 0;
	DIR		   *dir;
	struct dirent *de;

	if (!has_privs_of_role(GetUserId(), ROLE_PG_MONITOR))
		PG_RETURN_NULL();

	XLByteToSeg(now, current, wal_segment_size);
	dir = AllocateDir(XLOGDIR);
	while ((de = ReadDir(dir, XLOGDIR)) != NULL)
	{
		TimeLineID	tli;
		XLogSegNo	segno;

		CHECK_FOR_INTERRUPTS();
		if (!IsXLogFileName(de->d_name))
			continue;
		XLogFromFileName(de->d_name, &tli, &segno, wal_segment_size);
		if (segno > current)
		{
			ahead++;
			continue;
		}
		kept++;
		if (oldest_name[0] == '\0' || segno < oldest)
		{
			oldest = segno;
			strlcpy(oldest_name, de->d_name, sizeof(oldest_name));
		}
	}
	FreeDir(dir);

	dir = AllocateDir(XLOGDIR "/archive_status");
	while ((de = ReadDir(dir, XLOGDIR "/archive_status")) != NULL)
	{
		size_t		len = strlen(de->d_name);
		char		name[MAXFNAMELEN];
		TimeLineID	tli;
		XLogSegNo	segno;

		CHECK_FOR_INTERRUPTS();
		if (len <= 6 || len - 6 >= sizeof(name) ||
			strcmp(de->d_name + len - 6, ".ready") != 0)
			continue;
		waiting++;
		strlcpy(name, de->d_name, len - 6 + 1);
		if (!IsXLogFileName(name))
			continue;
		XLogFromFileName(name, &tli, &segno, wal_segment_size);
		if (ready == 0 || segno < ready)
			ready = segno;
	}
	FreeDir(dir);

	values[0] = Int64GetDatum(kept);
	values[1] = Int64GetDatum(ahead);
	nulls[2] = oldest_name[0] == '\0';
	if (!nulls[2])
		values[2] = CStringGetTextDatum(oldest_name);
	nulls[3] = nulls[2];
	values[3] = LSNGetDatum(oldest * (XLogRecPtr) wal_segment_size);
	values[4] = Int64GetDatum(waiting);
	nulls[5] = ready == 0;
	values[5] = LSNGetDatum(ready * (XLogRecPtr) wal_segment_size);

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values,
													  nulls)));
}
