/*-------------------------------------------------------------------------
 *
 * snapshots.c
 *	  The snapshot that the current statement looks through.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "storage/proc.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

#include "compat.h"
#include "judge/visibility.h"
#include "judge/xid_status.h"
#include "result.h"

PG_FUNCTION_INFO_V1(ai_snapshot_info);

static int
compare_xid8(const void *a, const void *b)
{
	uint64		x = U64FromFullTransactionId(DatumGetFullTransactionId(*(const Datum *) a));
	uint64		y = U64FromFullTransactionId(DatumGetFullTransactionId(*(const Datum *) b));

	return (x > y) - (x < y);
}

/*
 * Transaction ids as an array of xid8, in order; those from upto on are left
 * out, since the snapshot's upper bound already covers them.
 */
static Datum
xid_array(const TransactionId *xids, int n, TransactionId upto)
{
	Datum	   *elems = palloc(sizeof(Datum) * Max(n, 1));
	int			kept = 0;

	for (int i = 0; i < n; i++)
		if (TransactionIdPrecedes(xids[i], upto))
			elems[kept++] = FullTransactionIdGetDatum(ai_xid_widen(xids[i]));
	qsort(elems, kept, sizeof(Datum), compare_xid8);
	return PointerGetDatum(construct_array(elems, kept, XID8OID, 8,
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * ai_snapshot_info - arch_inspect.snapshot_info()
 *
 * On a standby all running ids stand in subxip, since recovery can't tell
 * subtransactions from others.  Elsewhere an overflowed snapshot lists none.
 */
Datum
ai_snapshot_info(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"isolation_level", TEXTOID},
		{"taken", TEXTOID},
		{"xmin", XID8OID},
		{"xmax", XID8OID},
		{"running", XID8ARRAYOID},
		{"running_subtransactions", XID8ARRAYOID},
		{"overflowed", BOOLOID},
		{"taken_in_recovery", BOOLOID},
		{"command_id", INT8OID},
		{"own_xid", XID8OID},
		{"nesting", INT4OID},
		{"next_xid", XID8OID},
		{"holds_back", XID8OID},
		{"behind", INT8OID}
	};
	Snapshot	snapshot;
	TupleDesc	tupdesc = arch_result_row(fcinfo, columns, lengthof(columns));
	TransactionId own = GetTopTransactionIdIfAny();
	TransactionId held = MyProc->xmin;
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());
	Datum		values[14];
	bool		nulls[14] = {false};
	int			i = 0;

	snapshot = GetActiveSnapshot();
	values[i++] = CStringGetTextDatum(XactIsoLevel == XACT_READ_UNCOMMITTED ?
									  "read uncommitted" :
									  XactIsoLevel == XACT_READ_COMMITTED ?
									  "read committed" :
									  XactIsoLevel == XACT_REPEATABLE_READ ?
									  "repeatable read" :
									  "serializable");
	values[i++] = CStringGetTextDatum(IsolationUsesXactSnapshot() ?
									  "at the first statement of the transaction" :
									  "at the start of the statement");
	values[i++] = FullTransactionIdGetDatum(ai_xid_widen(snapshot->xmin));
	values[i++] = FullTransactionIdGetDatum(ai_xid_widen(snapshot->xmax));
	values[i++] = xid_array(snapshot->xip, snapshot->xcnt, snapshot->xmax);
	values[i++] = xid_array(snapshot->subxip, ai_snapshot_subxcnt(snapshot),
							snapshot->xmax);
	values[i++] = BoolGetDatum(snapshot->suboverflowed);
	values[i++] = BoolGetDatum(snapshot->takenDuringRecovery);
	values[i++] = Int64GetDatum((int64) snapshot->curcid);
	nulls[i] = !TransactionIdIsValid(own);
	values[i++] = FullTransactionIdGetDatum(GetTopFullTransactionIdIfAny());
	values[i++] = Int32GetDatum(GetCurrentTransactionNestLevel());
	values[i++] = FullTransactionIdGetDatum(FullTransactionIdFromU64(next));
	nulls[i] = nulls[i + 1] = !TransactionIdIsNormal(held);
	if (TransactionIdIsNormal(held))
	{
		values[i] = FullTransactionIdGetDatum(ai_xid_widen(held));
		values[i + 1] = Int64GetDatum((int64) (next - U64FromFullTransactionId(ai_xid_widen(held))));
	}

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values,
													  nulls)));
}
