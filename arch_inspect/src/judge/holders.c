/*-------------------------------------------------------------------------
 *
 * holders.c
 *	  Who keeps VACUUM from removing dead row versions, and the horizons that
 *	  result.
 *
 * As ComputeXidHorizons() of procarray.c has it, but name by name, and
 * without the snapshot of the statement that asks: it counts transactions of
 * other databases as running, which would hold back a table's horizon as long
 * as the statement looks, while a VACUUM leaves its own snapshot out.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/twophase.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/catalog.h"
#include "miscadmin.h"
#include "replication/slot.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"
#include "utils/xid8.h"

#include "compat.h"
#include "judge/holders.h"
#include "judge/xid_status.h"
#include "result.h"
#include "unlocked.h"

PG_FUNCTION_INFO_V1(ai_xmin_holders);
PG_FUNCTION_INFO_V1(ai_cleanup_horizons);

#define ALL_TABLES ((1 << AI_NTABLES) - 1)
#define ALL_BUT_TEMPORARY (ALL_TABLES & ~(1 << AI_TABLES_TEMPORARY))

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
 * How many ids a transaction id lies behind the next one.
 */
static int64
behind_next(TransactionId xid)
{
	return (int64) (int32) (ReadNextTransactionId() - xid);
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
 * Whether what was copied of a PGPROC is of a running process or a prepared
 * transaction.  Others leave their last state behind in their slot.
 *
 * Asked after ProcArrayLock was let go of, for the server takes it to answer.
 * A process that has ended since is left out: it holds nothing any more.  The
 * pid that was copied leads to this PGPROC only while its process has it.
 */
static bool
still_there(const AiHolder *holder, PGPROC *proc)
{
	if (holder->pid != 0)
		return BackendPidGetProc(holder->pid) == proc;
	return TransactionIdIsNormal(holder->xid) &&
		TransactionIdIsInProgress(holder->xid);
}

/*
 * What one process or prepared transaction holds; ProcArrayLock is held.
 * False if that is nothing.
 *
 * Without a lock: nobody else enters, ends a transaction that has an id, or
 * changes flags that count here while that lock is held, but a process may
 * set or let go of its xmin.  xid and xmin are words that are each read once,
 * so that what is compared is what is told.  Who lets go of one now held it
 * until now; who sets one now finds the same transactions running as we do,
 * and so sets none older than theirs.
 *
 * Follows ComputeXidHorizons
 * (src/backend/storage/ipc/procarray.c, REL_19_STABLE)
 */
static bool
copy_process(AiHolder *holder, PGPROC *proc, bool own_stays, bool in_recovery)
{
	uint8		flags = proc->statusFlags;
	bool		own = proc == MyProc ||
		(MyProc->lockGroupLeader != NULL &&
		 proc->lockGroupLeader == MyProc->lockGroupLeader);

	memset(holder, 0, sizeof(AiHolder));
	holder->pid = ARCH_READ_ONCE(proc->pid);
	holder->datid = proc->databaseId;
	holder->xid = ARCH_READ_ONCE(proc->xid);
	holder->xmin = ARCH_READ_ONCE(proc->xmin);
	holder->oldest = older(holder->xid, holder->xmin);
	if (!TransactionIdIsNormal(holder->oldest))
		return false;

	holder->kind = (flags & PROC_AFFECTS_ALL_HORIZONS) ? AI_HOLDER_FEEDBACK :
		holder->pid == 0 ? AI_HOLDER_PREPARED : AI_HOLDER_PROCESS;
	holder->tables = 1 << AI_TABLES_SHARED;
	if (in_recovery || holder->datid == MyDatabaseId ||
		(flags & PROC_AFFECTS_ALL_HORIZONS))
		holder->tables |= ALL_BUT_TEMPORARY;
	/* of temporary tables only the own changes count, and not the snapshot */
	if (proc == MyProc && TransactionIdIsNormal(holder->xid))
		holder->tables |= 1 << AI_TABLES_TEMPORARY;

	if (flags & PROC_IN_VACUUM)
		holder->harmless = "a VACUUM keeps no rows for itself";
	else if (flags & PROC_IN_LOGICAL_DECODING)
		holder->harmless = "logical decoding has its slot for that";
	else if (own && !own_stays)
	{
		if (TransactionIdIsNormal(holder->xid))
			holder->oldest = holder->xid;
		else
			holder->harmless = "the snapshot of the statement that asks, which goes when it ends";
	}
	return true;
}

/*
 * What the replication slots hold, as ReplicationSlotsComputeRequiredXmin()
 * goes over them: it is the effective ids that count, which for logical
 * decoding are those that have been written to disk.  A slot is taken into
 * use or dropped with the lock held exclusively; what it is at is under its
 * own.
 *
 * Follows ReplicationSlotsComputeRequiredXmin
 * (src/backend/replication/slot.c, REL_19_STABLE)
 */
static void
copy_slots(AiHolders *holders)
{
	LWLockAcquire(ReplicationSlotControlLock, LW_SHARED);
	for (int i = 0; i < ARCH_REPLICATION_SLOTS; i++)
	{
		ReplicationSlot *slot = &ReplicationSlotCtl->replication_slots[i];
		AiHolder	copy = {0};
		TransactionId xids[2];
		bool		invalidated;

		if (!slot->in_use)
			continue;
		SpinLockAcquire(&slot->mutex);
		copy.pid = arch_slot_pid(slot);
		copy.datid = slot->data.database;
		copy.name = slot->data.name;
		copy.synced = arch_slot_synced(slot);
		invalidated = arch_slot_invalidated(slot);
		xids[0] = slot->effective_xmin;
		xids[1] = slot->effective_catalog_xmin;
		SpinLockRelease(&slot->mutex);

		if (invalidated)
			copy.harmless = "the slot was invalidated";
		for (int j = 0; j < 2; j++)
		{
			if (!TransactionIdIsNormal(xids[j]))
				continue;
			copy.kind = j == 0 ? AI_HOLDER_SLOT : AI_HOLDER_SLOT_CATALOG;
			copy.xmin = copy.oldest = xids[j];
			copy.tables = j == 0 ? ALL_BUT_TEMPORARY :
				1 << AI_TABLES_SHARED | 1 << AI_TABLES_CATALOG;
			holders->holder[holders->n++] = copy;
		}
	}
	LWLockRelease(ReplicationSlotControlLock);
}

/*
 * What the horizons of this moment go by beside those that have a name: slots
 * whose last change was not worked out yet.
 */
static void
add_slots_remainder(AiHolders *holders, TransactionId horizon, bool catalog)
{
	AiHolder   *rest = &holders->holder[holders->n];

	if (!TransactionIdIsNormal(horizon))
		return;
	for (int i = 0; i < holders->n; i++)
	{
		AiHolder   *holder = &holders->holder[i];

		if (holder->harmless == NULL &&
			holder->kind == (catalog ? AI_HOLDER_SLOT_CATALOG :
							 AI_HOLDER_SLOT) &&
			TransactionIdPrecedesOrEquals(holder->oldest, horizon))
			return;
	}
	memset(rest, 0, sizeof(AiHolder));
	rest->kind = AI_HOLDER_SLOTS;
	rest->xmin = rest->oldest = horizon;
	rest->tables = catalog ? 1 << AI_TABLES_SHARED | 1 << AI_TABLES_CATALOG :
		ALL_BUT_TEMPORARY;
	holders->n++;
}

/*
 * On a standby the transactions that run on the primary count too.
 *
 * Follows ComputeXidHorizons
 * (src/backend/storage/ipc/procarray.c, REL_19_STABLE)
 */
static void
add_primary(AiHolders *holders)
{
	static SnapshotData snapshot = {SNAPSHOT_MVCC};
	AiHolder   *holder = &holders->holder[holders->n];

	GetSnapshotData(&snapshot);
	if (snapshot.subxcnt == 0 && !snapshot.suboverflowed)
		return;
	memset(holder, 0, sizeof(AiHolder));
	holder->kind = AI_HOLDER_PRIMARY;
	holder->xid = holder->oldest = snapshot.xmin;
	holder->tables = ALL_TABLES;
	holders->n++;
}

/*
 * The horizon of processes, slots left out where a setting moves it.
 */
static TransactionId
horizon_of(const AiHolders *holders, AiTables tables, bool slots)
{
	TransactionId horizon = holders->none;

	for (int i = 0; i < holders->n; i++)
	{
		const AiHolder *holder = &holders->holder[i];

		if (ai_holder_holds(holder, tables) &&
			(slots || (holder->kind != AI_HOLDER_SLOT &&
					   holder->kind != AI_HOLDER_SLOT_CATALOG &&
					   holder->kind != AI_HOLDER_SLOTS)))
			horizon = older(horizon, ai_holder_from(holder, tables));
	}
	return horizon;
}

/*
 * Up to PG 15 a setting takes each horizon of processes further back.
 */
static void
add_deferral(AiHolders *holders)
{
	const char *setting = GetConfigOption("vacuum_defer_cleanup_age", true,
										  false);
	uint32		age = setting ? (uint32) atoi(setting) : 0;
	TransactionId shared = horizon_of(holders, AI_TABLES_SHARED, false);
	TransactionId ordinary = horizon_of(holders, AI_TABLES_ORDINARY, false);

	if (age == 0)
		return;
	for (int i = 0; i < 2; i++)
	{
		AiHolder   *holder = &holders->holder[holders->n];
		uint64		from =
			U64FromFullTransactionId(ai_xid_widen(i == 0 ? shared :
												  ordinary));

		memset(holder, 0, sizeof(AiHolder));
		holder->kind = AI_HOLDER_DEFER;
		/* not before the first transaction there ever was */
		from = from > (uint64) age + FirstNormalTransactionId ?
			from - age : FirstNormalTransactionId;
		holder->xmin = (TransactionId) from;
		if (!TransactionIdIsNormal(holder->xmin))
			holder->xmin = FirstNormalTransactionId;
		holder->oldest = holder->xmin;
		holder->tables = i == 0 ? 1 << AI_TABLES_SHARED :
			1 << AI_TABLES_CATALOG | 1 << AI_TABLES_ORDINARY;
		namestrcpy(&holder->name, "vacuum_defer_cleanup_age");
		holders->n++;
	}
}

static int
compare_holders(const void *a, const void *b)
{
	const AiHolder *x = a;
	const AiHolder *y = b;

	if (x->oldest != y->oldest)
		return TransactionIdPrecedes(x->oldest, y->oldest) ? -1 : 1;
	return x->kind != y->kind ? (int) x->kind - (int) y->kind :
		(x->pid > y->pid) - (x->pid < y->pid);
}

/*
 * ai_holders_read - all that hold something back, or seem to, at this moment
 *
 * What is read under a lock is copied first.
 *
 * Follows ComputeXidHorizons
 * (src/backend/storage/ipc/procarray.c, REL_19_STABLE)
 */
AiHolders *
ai_holders_read(void)
{
	bool		own_stays = own_snapshot_stays();
	bool		in_recovery = RecoveryInProgress();

	/* allProcCount leaves out those of prepared transactions */
	uint32		nprocs = ProcGlobal->allProcCount + max_prepared_xacts;
	AiHolders  *holders;
	PGPROC	  **procs = palloc(sizeof(PGPROC *) * nprocs);
	TransactionId slot_xmin;
	TransactionId slot_catalog_xmin;
	int			n = 0;

	holders = palloc(offsetof(AiHolders, holder) +
					 sizeof(AiHolder) *
					 (nprocs + 2 * (Size) ARCH_REPLICATION_SLOTS + 5));
	LWLockAcquire(ProcArrayLock, LW_SHARED);
	holders->none =
		XidFromFullTransactionId(TransamVariables->latestCompletedXid);
	TransactionIdAdvance(holders->none);
	for (uint32 i = 0; i < nprocs; i++)
	{
		procs[n] = &ProcGlobal->allProcs[i];
		if (copy_process(&holders->holder[n], procs[n], own_stays,
						 in_recovery))
			n++;
	}
	LWLockRelease(ProcArrayLock);

	holders->n = 0;
	for (int i = 0; i < n; i++)
	{
		if (still_there(&holders->holder[i], procs[i]))
			holders->holder[holders->n++] = holders->holder[i];
	}
	pfree(procs);
	if (in_recovery)
		add_primary(holders);
	else
		add_deferral(holders);
	copy_slots(holders);
	ProcArrayGetReplicationSlotXmin(&slot_xmin, &slot_catalog_xmin);
	add_slots_remainder(holders, slot_xmin, false);
	add_slots_remainder(holders, slot_catalog_xmin, true);

	for (int i = 0; i < holders->n; i++)
	{
		AiHolder   *holder = &holders->holder[i];

		/*
		 * what was deleted is kept from its first id on: there is no such yet
		 */
		if (holder->harmless == NULL &&
			TransactionIdFollowsOrEquals(holder->oldest, holders->none))
			holder->harmless = "no transaction has ended since it began";
	}
	/* the oldest first */
	qsort(holders->holder, holders->n, sizeof(AiHolder), compare_holders);
	for (int i = 0; i < AI_NTABLES; i++)
		holders->horizon[i] = horizon_of(holders,
										 in_recovery ? AI_TABLES_SHARED : i,
										 true);
	return holders;
}

/*
 * ai_tables_of - whose horizon a relation goes by
 *
 * Follows GlobalVisHorizonKindForRel
 * (src/backend/storage/ipc/procarray.c, REL_19_STABLE)
 */
AiTables
ai_tables_of(Relation rel)
{
	if (rel->rd_rel->relisshared || RecoveryInProgress())
		return AI_TABLES_SHARED;
	if (IsCatalogRelation(rel) || RelationIsAccessibleInLogicalDecoding(rel))
		return AI_TABLES_CATALOG;
	return RELATION_IS_LOCAL(rel) ? AI_TABLES_TEMPORARY : AI_TABLES_ORDINARY;
}

/*
 * ai_tables_of_class - the same of a relation that is not open and not of the
 * own temporary ones; user_catalog is its option user_catalog_table
 *
 * Follows GlobalVisHorizonKindForRel
 * (src/backend/storage/ipc/procarray.c, REL_19_STABLE)
 */
AiTables
ai_tables_of_class(Form_pg_class form, bool user_catalog)
{
	if (form->relisshared || RecoveryInProgress())
		return AI_TABLES_SHARED;
	if (IsCatalogRelationOid(form->oid) ||
		(user_catalog && XLogLogicalInfoActive()))
		return AI_TABLES_CATALOG;
	return form->relpersistence == RELPERSISTENCE_TEMP ? AI_TABLES_TEMPORARY :
		AI_TABLES_ORDINARY;
}

/*
 * ai_holder_from - what this transaction or a later one deleted is kept
 */
TransactionId
ai_holder_from(const AiHolder *holder, AiTables tables)
{
	if (tables == AI_TABLES_TEMPORARY && TransactionIdIsNormal(holder->xid))
		return holder->xid;
	return holder->oldest;
}

const char *
ai_tables_name(AiTables tables)
{
	static const char *const names[] = {
		[AI_TABLES_SHARED] = "shared tables",
		[AI_TABLES_CATALOG] = "catalog tables",
		[AI_TABLES_ORDINARY] = "ordinary tables",
		[AI_TABLES_TEMPORARY] = "temporary tables",
	};

	return names[tables];
}

const char *
ai_holder_kind_name(AiHolderKind kind)
{
	static const char *const names[] = {
		[AI_HOLDER_PROCESS] = "backend",
		[AI_HOLDER_FEEDBACK] = "standby feedback",
		[AI_HOLDER_PREPARED] = "prepared transaction",
		[AI_HOLDER_SLOT] = "replication slot",
		[AI_HOLDER_SLOT_CATALOG] = "replication slot catalog_xmin",
		[AI_HOLDER_SLOTS] = "replication slots",
		[AI_HOLDER_PRIMARY] = "primary",
		[AI_HOLDER_DEFER] = "setting",
	};

	return names[kind];
}

/*
 * ai_holder_words - a holder, for a sentence
 */
const char *
ai_holder_words(const AiHolder *holder)
{
	switch (holder->kind)
	{
		case AI_HOLDER_PROCESS:
			return holder->pid == MyProcPid ? "your own session" :
				psprintf("process %d", holder->pid);
		case AI_HOLDER_FEEDBACK:
			return psprintf("process %d, for a standby's queries",
							holder->pid);
		case AI_HOLDER_PREPARED:
			return psprintf("the prepared transaction of id %u", holder->xid);
		case AI_HOLDER_SLOT:
		case AI_HOLDER_SLOT_CATALOG:
			return psprintf("replication slot %s", NameStr(holder->name));
		case AI_HOLDER_SLOTS:
			return "the replication slots, as last worked out";
		case AI_HOLDER_PRIMARY:
			return "a transaction of the primary";
		case AI_HOLDER_DEFER:
			return psprintf("the setting %s", NameStr(holder->name));
	}
	return "somebody";
}

/*
 * ai_xmin_holders - arch_parts.xmin_holders()
 */
Datum
ai_xmin_holders(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"kind", TEXTOID},
		{"name", TEXTOID},
		{"pid", INT4OID},
		{"datid", OIDOID},
		{"xid", XID8OID},
		{"xmin", XID8OID},
		{"oldest", XID8OID},
		{"behind", INT8OID},
		{"tables", TEXTARRAYOID},
		{"synced", BOOLOID},
		{"harmless", BOOLOID},
		{"reason", TEXTOID}
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	AiHolders  *holders = ai_holders_read();

	for (int i = 0; i < holders->n; i++)
	{
		AiHolder   *holder = &holders->holder[i];
		Datum		tables[AI_NTABLES];
		int			ntables = 0;
		Datum		values[lengthof(columns)];
		bool		nulls[lengthof(columns)] = {false};

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < AI_NTABLES; j++)
		{
			if (holder->tables & (1 << j))
				tables[ntables++] = CStringGetTextDatum(ai_tables_name(j));
		}
		values[0] = CStringGetTextDatum(ai_holder_kind_name(holder->kind));
		nulls[1] = NameStr(holder->name)[0] == '\0';
		values[1] = CStringGetTextDatum(NameStr(holder->name));
		nulls[2] = holder->pid == 0;
		values[2] = Int32GetDatum(holder->pid);
		nulls[3] = !OidIsValid(holder->datid);
		values[3] = ObjectIdGetDatum(holder->datid);
		nulls[4] = !TransactionIdIsNormal(holder->xid);
		if (!nulls[4])
			values[4] = FullTransactionIdGetDatum(ai_xid_widen(holder->xid));
		nulls[5] = !TransactionIdIsNormal(holder->xmin);
		if (!nulls[5])
			values[5] = FullTransactionIdGetDatum(ai_xid_widen(holder->xmin));
		values[6] = FullTransactionIdGetDatum(ai_xid_widen(holder->oldest));
		values[7] = Int64GetDatum(behind_next(holder->oldest));
		values[8] = PointerGetDatum(construct_array(tables, ntables, TEXTOID,
													-1,
													false, TYPALIGN_INT));
		values[9] = BoolGetDatum(holder->synced);
		values[10] = BoolGetDatum(holder->harmless != NULL);
		nulls[11] = holder->harmless == NULL;
		if (!nulls[11])
			values[11] = CStringGetTextDatum(holder->harmless);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}

	return (Datum) 0;
}

/*
 * ai_cleanup_horizons - arch_parts.cleanup_horizons()
 */
Datum
ai_cleanup_horizons(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"tables", TEXTOID},
		{"xmin", XID8OID},
		{"behind", INT8OID}
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	AiHolders  *holders = ai_holders_read();

	for (int i = 0; i < AI_NTABLES; i++)
	{
		Datum		values[lengthof(columns)];
		bool		nulls[lengthof(columns)] = {false};

		values[0] = CStringGetTextDatum(ai_tables_name(i));
		values[1] =
			FullTransactionIdGetDatum(ai_xid_widen(holders->horizon[i]));
		values[2] = Int64GetDatum(behind_next(holders->horizon[i]));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}

	return (Datum) 0;
}

/*
 * ai_cleanup_horizon - the oldest transaction whose leavings in a table
 * VACUUM must keep
 */
TransactionId
ai_cleanup_horizon(Relation rel)
{
	AiHolders  *holders = ai_holders_read();
	TransactionId horizon = holders->horizon[ai_tables_of(rel)];

	pfree(holders);
	return horizon;
}
