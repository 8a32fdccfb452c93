/*-------------------------------------------------------------------------
 *
 * horizons.c
 *	  How far off wraparound is: of transaction ids, of multixact ids, and of
 *	  the room for their members.
 *
 * The server's own figures on members are static in multixact.c.  What they
 * were at the last checkpoint is in pg_control and in the file of offsets,
 * which that checkpoint has written.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <unistd.h>

#include "access/htup_details.h"
#include "access/multixact.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_control.h"
#include "miscadmin.h"
#include "postmaster/autovacuum.h"
#include "storage/fd.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/sinvaladt.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "result.h"
#include "unlocked.h"
#include "source/control_file.h"

PG_FUNCTION_INFO_V1(ai_xid_age);
PG_FUNCTION_INFO_V1(ai_xid_rate);
PG_FUNCTION_INFO_V1(ai_multixact_space);
PG_FUNCTION_INFO_V1(ai_temp_schema_owner);

/*
 * The members file's layout and limits, as multixact.c has them
 *
 * Follows MULTIXACT_MEMBERS_PER_PAGE
 * (src/include/access/multixact_internal.h, REL_19_STABLE)
 */
#define MEMBERS_PER_PAGE (BLCKSZ / 20 * 4)
#define SLRU_SEGMENT_PAGES 32
#define MEMBERS_PER_SEGMENT (MEMBERS_PER_PAGE * SLRU_SEGMENT_PAGES)
#define OFFSETS_PER_PAGE (BLCKSZ / sizeof(MultiXactOffset))

/*
 * ai_xid_age - arch_parts.xid_age(xid)
 *
 * Unlike age() by the very next transaction id, also in a transaction that
 * has one of its own.  A permanent id has no age.
 */
Datum
ai_xid_age(PG_FUNCTION_ARGS)
{
	TransactionId xid = PG_GETARG_TRANSACTIONID(0);

	if (!TransactionIdIsNormal(xid))
		PG_RETURN_NULL();
	PG_RETURN_INT64((int64) (int32) (ReadNextTransactionId() - xid));
}

/*
 * ai_xid_rate - arch_parts.xid_rate()
 *
 * How many ids were used since the last checkpoint, by pg_control.  NULL
 * where that file can't be trusted.
 */
Datum
ai_xid_rate(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"since", TIMESTAMPTZOID},
		{"xids", INT8OID},
		{"multixacts", INT8OID}
	};
	TupleDesc	tupdesc = arch_result_row(fcinfo, columns, lengthof(columns));
	MultiXactId next_multi = ReadNextMultiXactId();
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());
	ControlFileData *control = ai_control_file(true);
	Datum		values[lengthof(columns)];
	bool		nulls[lengthof(columns)] = {false};

	if (control == NULL)
		PG_RETURN_NULL();

	values[0] = TimestampTzGetDatum(time_t_to_timestamptz(control->checkPointCopy.time));
	values[1] = Int64GetDatum((int64) (next - U64FromFullTransactionId(control->checkPointCopy.nextXid)));
	values[2] =
		Int64GetDatum((int64) (uint32) (next_multi -
										control->checkPointCopy.nextMulti));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values,
													  nulls)));
}

/*
 * Where the members of a multixact begin, as pg_multixact/offsets has it.
 *
 * Follows find_multixact_start
 * (src/backend/access/transam/multixact.c, REL_19_STABLE)
 */
static bool
read_offset(MultiXactId multi, MultiXactOffset *offset)
{
	uint32		page = multi / OFFSETS_PER_PAGE;
	char	   *path = psprintf("pg_multixact/offsets/%04X",
								page / SLRU_SEGMENT_PAGES);
	off_t		place = (off_t) (page % SLRU_SEGMENT_PAGES) * BLCKSZ +
		(off_t) (multi % OFFSETS_PER_PAGE) * sizeof(MultiXactOffset);
	int			fd = OpenTransientFile(path, O_RDONLY | PG_BINARY);
	bool		found;

	if (fd < 0)
		return false;
	found = pg_pread(fd, offset, sizeof(*offset), place) == sizeof(*offset);
	CloseTransientFile(fd);
	/* 0 is no offset: the entry was never written */
	return found && *offset != 0;
}

/*
 * ai_multixact_space - arch_parts.multixact_space()
 *
 * The members at the last checkpoint: from where those of the oldest
 * multixact begin to where the next ones would.  NULLs where that can't be
 * told; none are left to count where offsets have 64 bits (PG 19).
 *
 * Follows SetOffsetVacuumLimit
 * (src/backend/access/transam/multixact.c, REL_18_STABLE)
 */
Datum
ai_multixact_space(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"multixacts", INT8OID},
		{"members_used", INT8OID},
		{"members_left", INT8OID},
		{"freeze_max_age", INT8OID}
	};
	TupleDesc	tupdesc = arch_result_row(fcinfo, columns, lengthof(columns));
	ControlFileData *control = ai_control_file(true);
	MultiXactId oldest;
	MultiXactId next;
	MultiXactOffset first = 0;
	MultiXactOffset end;
	bool		known = control != NULL;
	Datum		values[lengthof(columns)] = {0};
	bool		nulls[lengthof(columns)] = {false};

	ReadMultiXactIdRange(&oldest, &next);
	if (known)
	{
		MultiXactId written = control->checkPointCopy.nextMulti;

		end = control->checkPointCopy.nextMultiOffset;
		/* what was made since may not be on disk yet */
		if (!MultiXactIdPrecedes(oldest, written))
			first = end;
		else
			known = read_offset(oldest, &first);
	}

	values[0] = Int64GetDatum((int64) (next - oldest));
	nulls[1] = nulls[2] = !known;
	if (known)
	{
		values[1] = Int64GetDatum((int64) (MultiXactOffset) (end - first));
		if (sizeof(MultiXactOffset) > 4)
			nulls[2] = true;
		else
		{
			/* the server keeps a segment free before the oldest one's */
			MultiXactOffset stop = first - first % MEMBERS_PER_SEGMENT -
				MEMBERS_PER_SEGMENT;

			values[2] = Int64GetDatum((int64) (MultiXactOffset) (stop - end));
		}
	}
	/* recovery does not know how full pg_multixact is; that would give 0 */
	values[3] = Int64GetDatum(RecoveryInProgress() ?
							  autovacuum_multixact_freeze_max_age :
							  MultiXactMemberFreezeThreshold());
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values,
													  nulls)));
}

/*
 * ai_temp_schema_owner - arch_parts.temp_schema_owner(oid)
 *
 * The process whose temporary tables lie in the schema; NULL if there is
 * none any more, as after a crash: those autovacuum drops.
 *
 * Without a lock: the PGPROC is there, but may go from one process to
 * another.  So its pid is read before and after the server was asked whether
 * the schema is in use: if it is the same, that process uses it.
 */
Datum
ai_temp_schema_owner(PG_FUNCTION_ARGS)
{
	Oid			namespaceid = PG_GETARG_OID(0);
	PGPROC	   *proc = arch_temp_namespace_proc(namespaceid);
	int			pid;

	if (proc == NULL)
		PG_RETURN_NULL();
	pid = ARCH_READ_ONCE(proc->pid);
	pg_read_barrier();
	if (checkTempNamespaceStatus(namespaceid) != TEMP_NAMESPACE_IN_USE)
		PG_RETURN_NULL();
	pg_read_barrier();
	if (pid == 0 || ARCH_READ_ONCE(proc->pid) != pid)
		PG_RETURN_NULL();
	PG_RETURN_INT32(pid);
}
