/*-------------------------------------------------------------------------
 *
 * transactions.c
 *	  What became of a transaction, and who is behind a multixact.
 *
 * Any id gets an answer: one that was cut off or never assigned is told so.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/commit_ts.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/procarray.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/xid8.h"

#include "compat.h"
#include "judge/xid_status.h"
#include "result.h"

PG_FUNCTION_INFO_V1(ai_transaction_status);
PG_FUNCTION_INFO_V1(ai_multixact_members);
PG_FUNCTION_INFO_V1(ai_xid8);

/*
 * The commit time of a transaction; false where none is kept.  The server
 * raises an error where it keeps none at all.
 */
static bool
commit_time(TransactionId xid, TimestampTz *time)
{
	MemoryContext caller = CurrentMemoryContext;
	uint32		holdoff = InterruptHoldoffCount;
	volatile bool found = false;
	TimestampTz ts = 0;

	if (!track_commit_timestamp)
		return false;
	PG_TRY();
	{
		found = TransactionIdGetCommitTsData(xid, &ts, NULL);
	}
	PG_CATCH();
	{
		ai_lookup_failed(caller, holdoff);
	}
	PG_END_TRY();
	*time = ts;
	return found;
}

/*
 * Whether a transaction id with its epoch is one that a 32-bit id can still
 * stand for; if not, why.
 */
static bool
within_reach(FullTransactionId fxid, AiXidStatus *why)
{
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());
	uint64		xid = U64FromFullTransactionId(fxid);

	*why = xid >= next ? AI_XID_NOT_YET : AI_XID_TOO_OLD;
	return xid < next && next - xid < UINT64CONST(0x80000000);
}

/*
 * ai_transaction_status - arch_parts.transaction_status(xid8)
 *
 * Returns status, evidence, pid, parent, top and commit time.
 */
Datum
ai_transaction_status(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"status", TEXTOID},
		{"evidence", TEXTOID},
		{"pid", INT4OID},
		{"subtransaction_of", XID8OID},
		{"top_xid", XID8OID},
		{"commit_time", TIMESTAMPTZOID}
	};
	FullTransactionId fxid = PG_GETARG_FULLTRANSACTIONID(0);
	TransactionId xid = XidFromFullTransactionId(fxid);
	AiXidCache *cache = ai_xid_cache_create();
	AiXidStatus status = AI_XID_NONE;
	AiEvidence	evidence = AI_BY_RANGE;
	TransactionId parent = InvalidTransactionId;
	TransactionId top = InvalidTransactionId;
	TimestampTz time;
	int			pid;
	TupleDesc	tupdesc = arch_result_row(fcinfo, columns, lengthof(columns));
	Datum		values[6];
	bool		nulls[6] = {true, true, true, true, true, true};
	const char *name;

	if (!TransactionIdIsNormal(xid) &&
		U64FromFullTransactionId(fxid) < FirstNormalTransactionId)
	{
		static const char *const permanent[] = {"invalid", "bootstrap",
												"frozen"};

		name = permanent[xid];
		evidence = AI_BY_NOTHING;
	}
	else
	{
		if (TransactionIdIsNormal(xid) && within_reach(fxid, &status))
			status = ai_xid_status(cache, xid, &evidence);
		else if (!TransactionIdIsNormal(xid))
			within_reach(fxid, &status);
		name = status == AI_XID_OWN ? "in progress" :
			ai_xid_status_name(status);
	}
	values[0] = CStringGetTextDatum(name);
	nulls[0] = false;
	values[1] = CStringGetTextDatum(evidence == AI_BY_NOTHING ?
									"permanent id" :
									ai_evidence_name(evidence));
	nulls[1] = false;

	if (status != AI_XID_NONE && status != AI_XID_NOT_YET &&
		status != AI_XID_TOO_OLD)
	{
		(void) ai_xid_parent(xid, &parent);
		top = ai_xid_top(xid);
	}

	if (status == AI_XID_OWN || status == AI_XID_IN_PROGRESS)
	{
		pid = status == AI_XID_OWN && !IsInParallelMode() ? MyProcPid :
			BackendXidGetPid(top);
		values[2] = Int32GetDatum(pid);
		nulls[2] = pid == 0;
	}
	if (TransactionIdIsValid(parent))
	{
		values[3] = FullTransactionIdGetDatum(ai_xid_widen(parent));
		nulls[3] = false;
	}
	if (TransactionIdIsValid(top))
	{
		values[4] = FullTransactionIdGetDatum(ai_xid_widen(top));
		nulls[4] = false;
	}
	if (status == AI_XID_COMMITTED && commit_time(xid, &time))
	{
		values[5] = TimestampTzGetDatum(time);
		nulls[5] = false;
	}

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values,
													  nulls)));
}

/*
 * ai_multixact_members - arch_inspect.multixact_members(xid)
 *
 * A row a member; one row with a problem where there are none to be read.
 */
Datum
ai_multixact_members(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"member", INT4OID},
		{"xid", XIDOID},
		{"mode", TEXTOID},
		{"updates", BOOLOID},
		{"status", TEXTOID},
		{"pid", INT4OID},
		{"problem", TEXTOID}
	};
	MultiXactId multi = PG_GETARG_TRANSACTIONID(0);
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	AiXidCache *cache = ai_xid_cache_create();
	MultiXactMember *members;
	AiXidStatus why;
	int			n;
	Datum		values[7];
	bool		nulls[7];

	n = ai_multi_members(multi, &members, &why);
	if (n < 0)
	{
		memset(nulls, true, sizeof(nulls));
		values[6] = CStringGetTextDatum(!MultiXactIdIsValid(multi) ?
										"zero is no multixact" :
										why == AI_XID_TOO_OLD ?
										"too old: its members were removed" :
										why == AI_XID_NOT_YET ?
										"not yet: it has not been assigned" :
										"its members can't be read");
		nulls[6] = false;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}

	for (int i = 0; i < n; i++)
	{
		AiEvidence	evidence;
		AiXidStatus status;
		const char *mode;
		int			pid = 0;

		CHECK_FOR_INTERRUPTS();
		memset(nulls, false, sizeof(nulls));
		status = ai_xid_status(cache, members[i].xid, &evidence);
		if (status == AI_XID_OWN)
			pid = MyProcPid;
		else if (status == AI_XID_IN_PROGRESS)
			pid = BackendXidGetPid(ai_xid_top(members[i].xid));

		values[0] = Int32GetDatum(i + 1);
		values[1] = TransactionIdGetDatum(members[i].xid);
		mode = ai_multi_status_name(members[i].status);
		nulls[2] = mode == NULL;
		if (mode)
			values[2] = CStringGetTextDatum(mode);
		values[3] = BoolGetDatum(ISUPDATE_from_mxstatus(members[i].status));
		nulls[4] = status == AI_XID_NONE;
		if (status != AI_XID_NONE)
			values[4] = CStringGetTextDatum(status == AI_XID_OWN ?
											"in progress" :
											ai_xid_status_name(status));
		values[5] = Int32GetDatum(pid);
		nulls[5] = pid == 0;
		nulls[6] = mode != NULL;
		if (mode == NULL)
			values[6] = CStringGetTextDatum("its lock mode is garbage");
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}

	return (Datum) 0;
}

/*
 * ai_xid8 - arch_parts.xid8(xid)
 */
Datum
ai_xid8(PG_FUNCTION_ARGS)
{
	PG_RETURN_FULLTRANSACTIONID(ai_xid_widen(PG_GETARG_TRANSACTIONID(0)));
}
