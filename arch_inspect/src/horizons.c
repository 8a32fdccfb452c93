/*-------------------------------------------------------------------------
 *
 * horizons.c
 *	  Who keeps VACUUM from removing dead rows, and how far off wraparound is.
 *
 * ComputeXidHorizons() of procarray.c goes over the same processes.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/multixact.h"
#include "access/transam.h"
#include "access/twophase.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/catalog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_control.h"
#include "catalog/pg_database.h"
#include "common/controldata_utils.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "compat.h"
#include "result.h"
#include "tuple_status.h"

PG_FUNCTION_INFO_V1(ai_xmin_holders);
PG_FUNCTION_INFO_V1(ai_cleanup_horizons);
PG_FUNCTION_INFO_V1(ai_xid_age);
PG_FUNCTION_INFO_V1(ai_xid_rate);

typedef struct Holder
{
	PGPROC	   *proc;
	int			pid;			/* 0: prepared */
	Oid			datid;
	TransactionId xid;
	TransactionId xmin;
	uint8		flags;
} Holder;

/*
 * How many ids a transaction id lies behind the next one.
 */
static int64
behind_next(TransactionId xid)
{
	return (int64) (int32) (ReadNextTransactionId() - xid);
}

static TransactionId
older(TransactionId a, TransactionId b)
{
	if (!TransactionIdIsNormal(a))
		return b;
	if (!TransactionIdIsNormal(b))
		return a;
	return TransactionIdPrecedes(a, b) ? a : b;
}

/*
 * Copy what a process holds; false if that is nothing.
 */
static bool
copy_holder(Holder *holder, PGPROC *proc)
{
	holder->proc = proc;
	holder->pid = *(volatile int *) &proc->pid;
	holder->datid = proc->databaseId;
	holder->xid = *(volatile TransactionId *) &proc->xid;
	holder->xmin = *(volatile TransactionId *) &proc->xmin;
	holder->flags = proc->statusFlags;
	return TransactionIdIsNormal(holder->xid) || TransactionIdIsNormal(holder->xmin);
}

/*
 * Whether the holder is one of the running processes or prepared
 * transactions.  Others leave their last state behind in their slot.
 */
static bool
still_there(const Holder *holder)
{
	if (holder->pid != 0)
		return BackendPidGetProc(holder->pid) == holder->proc;
	return TransactionIdIsNormal(holder->xid) && TransactionIdIsInProgress(holder->xid);
}

/*
 * Whether the own session keeps a snapshot beyond this statement: that of a
 * transaction that has one for all statements, or one older than the
 * statement's (a cursor's).
 */
static bool
own_snapshot_stays(void)
{
	return IsolationUsesXactSnapshot() || !ActiveSnapshotSet() ||
		(TransactionIdIsNormal(MyProc->xmin) &&
		 TransactionIdPrecedes(MyProc->xmin, GetActiveSnapshot()->xmin));
}

/*
 * ai_cleanup_horizon - the oldest transaction whose leavings in a table
 * VACUUM must keep
 *
 * As ComputeXidHorizons(), but without the snapshot of the statement that
 * asks: it counts transactions of other databases as running, which would
 * hold back the table's horizon as long as the statement looks, while VACUUM
 * leaves its own snapshot out.  (Where the server does not tell all it goes
 * by, its own answer has to do.)
 */
TransactionId
ai_cleanup_horizon(Relation rel)
{
	/* of a sequence, whose one tuple is frozen, the server must not be asked */
	TransactionId server = GetOldestNonRemovableTransactionId(
		rel->rd_rel->relkind == RELKIND_SEQUENCE ? NULL : rel);
	TransactionId horizon;
	TransactionId slot_xmin;
	TransactionId catalog_xmin;
	bool		shared = rel->rd_rel->relisshared;
	bool		catalog = shared || IsCatalogRelation(rel) ||
		RelationIsAccessibleInLogicalDecoding(rel);
	const char *defer = GetConfigOption("vacuum_defer_cleanup_age", true, false);
	uint32		nprocs = ProcGlobal->allProcCount + max_prepared_xacts;
	int			n = 0;
	Holder	   *holders;

	if (RecoveryInProgress() || RELATION_IS_LOCAL(rel) || own_snapshot_stays() ||
		(defer && strcmp(defer, "0") != 0))
		return server;

	holders = palloc(sizeof(Holder) * nprocs);
	LWLockAcquire(ProcArrayLock, LW_SHARED);
	horizon = XidFromFullTransactionId(TransamVariables->latestCompletedXid);
	TransactionIdAdvance(horizon);
	/* allProcCount leaves out those of prepared transactions */
	for (uint32 i = 0; i < nprocs; i++)
	{
		Holder	   *holder = &holders[n];

		if (!copy_holder(holder, &ProcGlobal->allProcs[i]) ||
			(holder->flags & (PROC_IN_VACUUM | PROC_IN_LOGICAL_DECODING)))
			continue;
		if (!shared && holder->datid != MyDatabaseId &&
			!(holder->flags & PROC_AFFECTS_ALL_HORIZONS))
			continue;
		/* the statement's own processes */
		if (holder->proc == MyProc ||
			(MyProc->lockGroupLeader != NULL &&
			 holder->proc->lockGroupLeader == MyProc->lockGroupLeader))
			holder->xmin = InvalidTransactionId;
		n++;
	}
	LWLockRelease(ProcArrayLock);

	for (int i = 0; i < n; i++)
	{
		TransactionId oldest = older(holders[i].xid, holders[i].xmin);

		if (TransactionIdIsNormal(oldest) && TransactionIdPrecedes(oldest, horizon) &&
			still_there(&holders[i]))
			horizon = oldest;
	}
	pfree(holders);
	ProcArrayGetReplicationSlotXmin(&slot_xmin, &catalog_xmin);
	horizon = older(horizon, slot_xmin);
	if (catalog)
		horizon = older(horizon, catalog_xmin);

	/* the server's is never too late */
	return TransactionIdPrecedes(horizon, server) ? server : horizon;
}

/*
 * ai_xmin_holders - arch_inspect._xmin_holders()
 *
 * A row a process that has a transaction id or a snapshot.  What is read
 * under the lock is copied first.
 */
Datum
ai_xmin_holders(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"pid", INT4OID},
		{"datid", OIDOID},
		{"xid", XID8OID},
		{"xmin", XID8OID},
		{"oldest", XID8OID},
		{"behind", INT8OID},
		{"everywhere", BOOLOID},
		{"harmless", BOOLOID}
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns, lengthof(columns));
	Holder	   *holders = palloc(sizeof(Holder) * ProcGlobal->allProcCount);
	int			n = 0;

	LWLockAcquire(ProcArrayLock, LW_SHARED);
	for (uint32 i = 0; i < ProcGlobal->allProcCount; i++)
	{
		if (copy_holder(&holders[n], &ProcGlobal->allProcs[i]) && holders[n].pid != 0)
			n++;
	}
	LWLockRelease(ProcArrayLock);

	for (int i = 0; i < n; i++)
	{
		Holder	   *holder = &holders[i];
		TransactionId oldest = older(holder->xid, holder->xmin);
		Datum		values[8];
		bool		nulls[8] = {false};

		CHECK_FOR_INTERRUPTS();
		if (!still_there(holder))
			continue;

		values[0] = Int32GetDatum(holder->pid);
		nulls[1] = !OidIsValid(holder->datid);
		values[1] = ObjectIdGetDatum(holder->datid);
		nulls[2] = !TransactionIdIsNormal(holder->xid);
		if (!nulls[2])
			values[2] = FullTransactionIdGetDatum(ai_xid_widen(holder->xid));
		nulls[3] = !TransactionIdIsNormal(holder->xmin);
		if (!nulls[3])
			values[3] = FullTransactionIdGetDatum(ai_xid_widen(holder->xmin));
		values[4] = FullTransactionIdGetDatum(ai_xid_widen(oldest));
		values[5] = Int64GetDatum(behind_next(oldest));
		values[6] = BoolGetDatum((holder->flags & PROC_AFFECTS_ALL_HORIZONS) != 0);
		/* what VACUUM holds is left out of the horizons; decoding has its slot */
		values[7] = BoolGetDatum((holder->flags & (PROC_IN_VACUUM |
												   PROC_IN_LOGICAL_DECODING)) != 0);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}

	return (Datum) 0;
}

/*
 * ai_cleanup_horizons - arch_inspect._cleanup_horizons()
 *
 * The server goes by the kind of the relation alone, so a made-up one of each
 * kind asks it.
 */
Datum
ai_cleanup_horizons(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"tables", TEXTOID},
		{"xmin", XID8OID},
		{"behind", INT8OID}
	};
	static const struct
	{
		const char *name;
		bool		shared;
		Oid			oid;
		char		persistence;
	}			kinds[] = {
		{"shared tables", true, DatabaseRelationId, RELPERSISTENCE_PERMANENT},
		{"catalog tables", false, RelationRelationId, RELPERSISTENCE_PERMANENT},
		{"ordinary tables", false, FirstNormalObjectId, RELPERSISTENCE_PERMANENT},
		{"temporary tables", false, FirstNormalObjectId, RELPERSISTENCE_TEMP},
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns, lengthof(columns));

	for (int i = 0; i < lengthof(kinds); i++)
	{
		RelationData rel;
		FormData_pg_class form;
		TransactionId horizon;
		Datum		values[3];
		bool		nulls[3] = {false};

		memset(&rel, 0, sizeof(rel));
		memset(&form, 0, sizeof(form));
		form.relisshared = kinds[i].shared;
		form.relkind = RELKIND_RELATION;
		form.relpersistence = kinds[i].persistence;
		rel.rd_rel = &form;
		rel.rd_id = kinds[i].oid;
		rel.rd_islocaltemp = kinds[i].persistence == RELPERSISTENCE_TEMP;

		horizon = ai_cleanup_horizon(&rel);
		values[0] = CStringGetTextDatum(kinds[i].name);
		values[1] = FullTransactionIdGetDatum(ai_xid_widen(horizon));
		values[2] = Int64GetDatum(behind_next(horizon));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}

	return (Datum) 0;
}

/*
 * ai_xid_age - arch_inspect._xid_age(xid)
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
	PG_RETURN_INT64(behind_next(xid));
}

/*
 * ai_xid_rate - arch_inspect._xid_rate()
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
	ControlFileData *control;
	bool		crc_ok;
	MultiXactId next_multi = ReadNextMultiXactId();
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());
	Datum		values[3];
	bool		nulls[3] = {false};

	LWLockAcquire(ControlFileLock, LW_SHARED);
	control = get_controlfile(DataDir, &crc_ok);
	LWLockRelease(ControlFileLock);
	if (!crc_ok)
		PG_RETURN_NULL();

	values[0] = TimestampTzGetDatum(time_t_to_timestamptz(control->checkPointCopy.time));
	values[1] = Int64GetDatum((int64) (next - U64FromFullTransactionId(control->checkPointCopy.nextXid)));
	values[2] = Int64GetDatum((int64) (uint32) (next_multi - control->checkPointCopy.nextMulti));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls)));
}
