/*-------------------------------------------------------------------------
 *
 * footprint.c
 *	  Runs a statement and says what it cost: footprint(sql).
 *
 * Counters are this backend's own, taken right before and right after, so
 * what others do meanwhile does not count.  The log between the two moments
 * then tells which relations the records are about, as far as the caller may
 * see them; what it does not tell is one row of its own.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type_d.h"
#include "executor/instrument.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/pg_lsn.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "result.h"

PG_FUNCTION_INFO_V1(al_footprint);

static const ArchColumn footprint_columns[] = {
	{"kind", TEXTOID},
	{"name", TEXTOID},
	{"relation", REGCLASSOID},
	{"count", INT8OID},
	{"bytes", INT8OID},
	{"detail", TEXTOID}
};

/*
 * The caller's own queries run with a fixed search_path and see rows as of
 * now.  Each returns the columns of footprint().
 */
#define LOCKS_QUERY \
	"SELECT l.locktype || coalesce(' ' || l.relation::text, '') || coalesce(' ' || l.classid::text || ' ' || l.objid::text, '')" \
	"   || coalesce(' ' || l.transactionid::text, '') || coalesce(' ' || l.virtualxid, '') || l.mode AS id," \
	" l.mode, CASE WHEN l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())" \
	"   OR l.database = 0 THEN l.relation END::regclass, l.locktype" \
	"  FROM pg_catalog.pg_locks l" \
	" WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.locktype NOT IN ('virtualxid', 'transactionid')" \
	" ORDER BY l.locktype COLLATE \"C\", l.relation, l.mode COLLATE \"C\""

#define TUPLES_QUERY \
	"SELECT t.relid::text, t.relid::regclass, t.n_tup_ins, t.n_tup_upd, t.n_tup_hot_upd, t.n_tup_del" \
	"  FROM pg_catalog.pg_stat_xact_all_tables t" \
	" WHERE t.n_tup_ins + t.n_tup_upd + t.n_tup_del > 0 ORDER BY t.relid"

#define RECORDS_QUERY \
	"SELECT r.rmgr || ' ' || r.record_type, r.relation, pg_catalog.count(*), pg_catalog.sum(r.length)::bigint," \
	"       CASE WHEN pg_catalog.count(*) = 1 THEN pg_catalog.min(r.action) END, r.xid IS NULL" \
	"  FROM arch_inspect.wal_records($1, $2) r" \
	" WHERE r.xid = ANY ($3) OR r.xid IS NULL" \
	" GROUP BY 1, 2, 6 ORDER BY pg_catalog.min(r.lsn)"

#define PAGES_QUERY \
	"SELECT r.relation, pg_catalog.count(DISTINCT b)" \
	"  FROM arch_inspect.wal_records($1, $2) r, pg_catalog.unnest(r.blocks) b" \
	" WHERE r.xid = ANY ($3) AND r.fork = 'main' GROUP BY 1 ORDER BY pg_catalog.min(r.lsn)"

/* What a query returned, copied out of SPI */
typedef struct Saved
{
	uint64		n;
	SPITupleTable *table;
} Saved;

static Saved
run_own(const char *query, int nargs, Oid *types, Datum *values)
{
	Saved		saved;
	int			nest = NewGUCNestLevel();
	int			rc;

	(void) set_config_option("search_path", "pg_catalog, pg_temp",
							 PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);

	/*
	 * wal_records() says what it leaves out; so do the rows, of the
	 * statement's
	 */
	(void) set_config_option("client_min_messages", "warning", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	rc = SPI_execute_with_args(query, nargs, types, values, NULL, false, 0);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "a query of footprint failed: %s",
			 SPI_result_code_string(rc));
	AtEOXact_GUC(true, nest);
	saved.n = SPI_processed;
	saved.table = SPI_tuptable;
	return saved;
}

static Datum
cell(const Saved *saved, uint64 row, int column, bool *isnull)
{
	return SPI_getbinval(saved->table->vals[row], saved->table->tupdesc,
						 column, isnull);
}

static int64
number(const Saved *saved, uint64 row, int column)
{
	bool		isnull;
	Datum		value = cell(saved, row, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* The row with the same first column (a text), or -1 */
static int64
find_row(const Saved *saved, const char *id)
{
	for (uint64 i = 0; i < saved->n; i++)
	{
		char	   *other = SPI_getvalue(saved->table->vals[i],
										 saved->table->tupdesc, 1);

		if (other && strcmp(other, id) == 0)
			return i;
	}
	return -1;
}

/*
 * Adds a row of the result; relation 0, a negative count or bytes and a NULL
 * detail stand for null.
 */
static void
put_footprint(ReturnSetInfo *rsinfo, const char *kind, const char *name,
			  Oid relation,
			  int64 count, int64 bytes, const char *detail)
{
	Datum		values[lengthof(footprint_columns)];
	bool		nulls[lengthof(footprint_columns)] = {0};

	values[0] = CStringGetTextDatum(kind);
	values[1] = CStringGetTextDatum(name);
	nulls[2] = !OidIsValid(relation);
	values[2] = ObjectIdGetDatum(relation);
	nulls[3] = count < 0;
	values[3] = Int64GetDatum(count);
	nulls[4] = bytes < 0;
	values[4] = Int64GetDatum(bytes);
	nulls[5] = detail == NULL;
	values[5] = detail ? CStringGetTextDatum(detail) : (Datum) 0;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* The transactions whose records are of this statement, as xid[] */
static Datum
own_xids(void)
{
	TransactionId *children;
	int			n = xactGetCommittedChildren(&children);
	TransactionId xid = GetCurrentTransactionIdIfAny();
	Datum	   *xids = palloc((n + 1) * sizeof(Datum));
	int			count = 0;

	if (TransactionIdIsValid(xid))
		xids[count++] = TransactionIdGetDatum(xid);
	for (int i = 0; i < n; i++)
		xids[count++] = TransactionIdGetDatum(children[i]);
	return PointerGetDatum(construct_array(xids, count, XIDOID,
										   sizeof(TransactionId), true,
										   TYPALIGN_INT));
}

/*
 * Records by kind and relation.  Those without an xid (pruning, hint bits)
 * may be anybody's; they are taken for ours where there are just as many as
 * ours are still wanting.
 */
static void
put_records(ReturnSetInfo *rsinfo, const WalUsage *wal, Datum *args)
{
	Oid			types[3] = {PG_LSNOID, PG_LSNOID, XIDARRAYOID};
	Saved		records = run_own(RECORDS_QUERY, 3, types, args);
	Saved		pages = run_own(PAGES_QUERY, 3, types, args);
	int64		left = wal->wal_records;
	int64		left_bytes = wal->wal_bytes;
	int64		without = 0;
	bool		isnull;

	for (uint64 i = 0; i < records.n; i++)
	{
		if (DatumGetBool(cell(&records, i, 6, &isnull)))
			without += number(&records, i, 3);
		else
			left -= number(&records, i, 3);
	}
	for (uint64 i = 0; i < records.n; i++)
	{
		bool		anybody = DatumGetBool(cell(&records, i, 6, &isnull));
		Oid			relation = DatumGetObjectId(cell(&records, i, 2,
													 &isnull));

		if (isnull)
			relation = InvalidOid;
		if (anybody && without != left)
			continue;
		left_bytes -= number(&records, i, 4);
		put_footprint(rsinfo, "wal record",
					  SPI_getvalue(records.table->vals[i],
								   records.table->tupdesc, 1),
					  relation, number(&records, i, 3),
					  number(&records, i, 4),
					  SPI_getvalue(records.table->vals[i],
								   records.table->tupdesc, 5));
	}
	if (left > 0 && without != left)
		put_footprint(rsinfo, "wal record", "others of this statement",
					  InvalidOid, left,
					  Max(left_bytes, 0),
					  "without a transaction id, of a subtransaction taken back, or not for this role to see");
	for (uint64 i = 0; i < pages.n; i++)
	{
		Oid			relation = DatumGetObjectId(cell(&pages, i, 1, &isnull));

		put_footprint(rsinfo, "pages", "changed", isnull ? InvalidOid :
					  relation,
					  number(&pages, i, 2), -1, NULL);
	}
}

static void
put_tuples(ReturnSetInfo *rsinfo, const Saved *before, const Saved *after)
{
	static const char *const names[] = {"inserted", "updated", "hot updated",
										"deleted"};

	for (uint64 i = 0; i < after->n; i++)
	{
		bool		isnull;
		char	   *id = SPI_getvalue(after->table->vals[i],
									  after->table->tupdesc, 1);
		int64		was = find_row(before, id);

		for (int c = 0; c < lengthof(names); c++)
		{
			int64		n = number(after, i, c + 3) -
				(was >= 0 ? number(before, was, c + 3) : 0);

			if (n > 0)
				put_footprint(rsinfo, "tuples", names[c],
							  DatumGetObjectId(cell(after, i, 2, &isnull)), n,
							  -1, NULL);
		}
	}
}

static void
put_locks(ReturnSetInfo *rsinfo, const Saved *before, const Saved *after)
{
	for (uint64 i = 0; i < after->n; i++)
	{
		HeapTuple	tuple = after->table->vals[i];
		TupleDesc	desc = after->table->tupdesc;
		bool		isnull;
		Oid			relation = DatumGetObjectId(cell(after, i, 3, &isnull));

		if (find_row(before, SPI_getvalue(tuple, desc, 1)) >= 0)
			continue;
		put_footprint(rsinfo, "lock", SPI_getvalue(tuple, desc, 2),
					  isnull ? InvalidOid : relation, 1, -1,
					  SPI_getvalue(tuple, desc, 4));
	}
}

static void
put_buffers(ReturnSetInfo *rsinfo, const BufferUsage *b)
{
	put_footprint(rsinfo, "buffers", "hit", InvalidOid, b->shared_blks_hit,
				  -1, NULL);
	put_footprint(rsinfo, "buffers", "read", InvalidOid, b->shared_blks_read,
				  -1, NULL);
	put_footprint(rsinfo, "buffers", "dirtied", InvalidOid,
				  b->shared_blks_dirtied, -1, NULL);
	put_footprint(rsinfo, "buffers", "written", InvalidOid,
				  b->shared_blks_written, -1, NULL);
	if (b->local_blks_hit + b->local_blks_read + b->local_blks_dirtied > 0)
		put_footprint(rsinfo, "buffers", "local dirtied", InvalidOid,
					  b->local_blks_dirtied, -1,
					  "of temporary tables, which log nothing");
	if (b->temp_blks_written > 0)
		put_footprint(rsinfo, "buffers", "temporary files", InvalidOid,
					  b->temp_blks_written, -1, NULL);
}

/* Runs the statement; what it returns is not kept */
static uint64
run_statement(const char *sql)
{
	SPIExecuteOptions options = {0};
	int			rc;

	options.dest = None_Receiver;
	rc = SPI_execute_extended(sql, &options);
	if (rc == SPI_ERROR_TRANSACTION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a transaction cannot be begun or ended inside footprint")));
	if (rc == SPI_ERROR_COPY)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("COPY from or to the client does not work inside footprint")));
	if (rc < 0)
		elog(ERROR, "the statement failed: %s", SPI_result_code_string(rc));
	return SPI_processed;
}

/*
 * al_footprint - arch_lab.footprint(sql)
 *
 * The queries for locks and tuples run once for nothing, because they take
 * locks and look at catalogs, too.
 */
Datum
al_footprint(PG_FUNCTION_ARGS)
{
	char	   *sql = text_to_cstring(PG_GETARG_TEXT_PP(0));
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, footprint_columns,
											 lengthof(footprint_columns));
	BufferUsage buffers_before;
	BufferUsage buffers;
	WalUsage	wal_before;
	WalUsage	wal;
	instr_time	begun;
	instr_time	took;
	TransactionId xid;
	XLogRecPtr	start = InvalidXLogRecPtr;
	Saved		locks_before;
	Saved		locks_after;
	Saved		tuples_before;
	Saved		tuples_after;
	uint64		processed;

	SPI_connect();
	(void) run_own(LOCKS_QUERY, 0, NULL, NULL);
	tuples_before = run_own(TUPLES_QUERY, 0, NULL, NULL);
	locks_before = run_own(LOCKS_QUERY, 0, NULL, NULL);

	if (!RecoveryInProgress())
		start = GetXLogInsertRecPtr();
	xid = GetCurrentTransactionIdIfAny();
	buffers_before = pgBufferUsage;
	wal_before = pgWalUsage;
	INSTR_TIME_SET_CURRENT(begun);

	processed = run_statement(sql);

	INSTR_TIME_SET_CURRENT(took);
	INSTR_TIME_SUBTRACT(took, begun);
	memset(&wal, 0, sizeof(wal));
	memset(&buffers, 0, sizeof(buffers));
	WalUsageAccumDiff(&wal, &pgWalUsage, &wal_before);
	BufferUsageAccumDiff(&buffers, &pgBufferUsage, &buffers_before);
	locks_after = run_own(LOCKS_QUERY, 0, NULL, NULL);
	tuples_after = run_own(TUPLES_QUERY, 0, NULL, NULL);

	put_footprint(rsinfo, "time", "milliseconds", InvalidOid, -1, -1,
				  psprintf("%.3f", INSTR_TIME_GET_MILLISEC(took)));
	put_footprint(rsinfo, "rows", "processed", InvalidOid, processed, -1,
				  NULL);
	put_footprint(rsinfo, "transaction", "xid assigned", InvalidOid,
				  TransactionIdIsValid(GetCurrentTransactionIdIfAny()) &&
				  !TransactionIdIsValid(xid), -1,
				  TransactionIdIsValid(xid) ? "it had one before" : NULL);
	put_footprint(rsinfo, "wal", "records", InvalidOid, wal.wal_records,
				  wal.wal_bytes, NULL);
	put_footprint(rsinfo, "wal", "page images", InvalidOid, wal.wal_fpi, -1,
				  NULL);
	if (wal.wal_records > 0 && !XLogRecPtrIsInvalid(XactLastRecEnd))
	{
		Datum		args[3];

		/* only what is flushed can be read */
		XLogFlush(XactLastRecEnd);
		args[0] = LSNGetDatum(start);
		args[1] = LSNGetDatum(XactLastRecEnd);
		args[2] = own_xids();
		put_records(rsinfo, &wal, args);
	}
	put_tuples(rsinfo, &tuples_before, &tuples_after);
	put_buffers(rsinfo, &buffers);
	put_locks(rsinfo, &locks_before, &locks_after);
	SPI_finish();
	return (Datum) 0;
}
