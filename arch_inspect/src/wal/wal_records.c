/*-------------------------------------------------------------------------
 *
 * wal_records.c
 *	  The WAL as rows: wal_records(), page_history(), transaction_wal().
 *
 * The three are one instrument with different conditions, tested on the
 * decoded record before anything is made of it.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog_internal.h"
#include "catalog/pg_type_d.h"
#include "common/relpath.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/bufpage.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"
#include "utils/rel.h"

#include "base/guard.h"
#include "compat.h"
#include "rows/rows.h"
#include "source/control_file.h"
#include "source/page_source.h"
#include "wal/wal_scan.h"

typedef struct RecordsState
{
	AiWalScan	scan;

	/* page_history: the block, and the LSN on the page as it is now */
	AiLocator	locator;
	ForkNumber	forknum;
	BlockNumber blkno;
	XLogRecPtr	page_lsn;

	/* transaction_wal: the transaction and its subtransactions */
	TransactionId xid;
	HTAB	   *xids;
} RecordsState;

static inline AiWalScan *
scan_of(AiRows *rows)
{
	return &((RecordsState *) rows->state)->scan;
}

static inline const DecodedXLogRecord *
record_of(AiRows *rows)
{
	return scan_of(rows)->reader->state->record;
}

AI_FIELD(wal_records_lsn,
		 LSNGetDatum(scan_of(rows)->reader->state->ReadRecPtr));
AI_FIELD(wal_records_end_lsn,
		 LSNGetDatum(scan_of(rows)->reader->state->EndRecPtr));
AI_FIELD(wal_records_prev_lsn, LSNGetDatum(record_of(rows)->header.xl_prev));
AI_FIELD_IF(wal_records_xid,
			TransactionIdIsValid(record_of(rows)->header.xl_xid),
			TransactionIdGetDatum(record_of(rows)->header.xl_xid));
AI_FIELD(wal_records_rmgr,
		 ai_wal_scan_rmgr(scan_of(rows), record_of(rows)->header.xl_rmid));
AI_FIELD(wal_records_record_type,
		 ai_wal_scan_type(scan_of(rows), record_of(rows)->header.xl_rmid,
						  record_of(rows)->header.xl_info));
AI_FIELD(wal_records_length,
		 Int64GetDatum(record_of(rows)->header.xl_tot_len));
AI_FIELD(wal_records_main_data_length,
		 Int64GetDatum(record_of(rows)->main_data_len));
AI_FIELD(wal_records_fpi_length,
		 Int64GetDatum(ai_wal_image_bytes(scan_of(rows)->reader->state)));

static Datum
wal_records_relation(AiRows *rows, bool *isnull)
{
	AiLocator	locator;
	Oid			relid = InvalidOid;

	if (ai_wal_scan_locator(scan_of(rows), &locator))
		relid = ai_wal_scan_relation(scan_of(rows), &locator)->relid;
	*isnull = !OidIsValid(relid);
	return ObjectIdGetDatum(relid);
}

static Datum
wal_records_filenode(AiRows *rows, bool *isnull)
{
	AiLocator	locator = {0};

	*isnull = !ai_wal_scan_locator(scan_of(rows), &locator);
	return ObjectIdGetDatum(locator.rel);
}

static Datum
wal_records_database(AiRows *rows, bool *isnull)
{
	AiLocator	locator = {0};

	*isnull = !ai_wal_scan_locator(scan_of(rows), &locator);
	return ObjectIdGetDatum(locator.db);
}

static Datum
wal_records_tablespace(AiRows *rows, bool *isnull)
{
	AiLocator	locator = {0};

	*isnull = !ai_wal_scan_locator(scan_of(rows), &locator);
	return ObjectIdGetDatum(locator.spc);
}

static Datum
wal_records_fork(AiRows *rows, bool *isnull)
{
	AiWalScan  *scan = scan_of(rows);
	const DecodedBkpBlock *block = ai_wal_scan_block(scan);
	MemoryContext old;

	if (block == NULL || block->forknum > MAX_FORKNUM)
	{
		*isnull = true;
		return (Datum) 0;
	}
	if (scan->forks[block->forknum] == 0)
	{
		old = MemoryContextSwitchTo(scan->context);
		scan->forks[block->forknum] =
			CStringGetTextDatum(forkNames[block->forknum]);
		MemoryContextSwitchTo(old);
	}
	return scan->forks[block->forknum];
}

static Datum
wal_records_blocks(AiRows *rows, bool *isnull)
{
	const DecodedXLogRecord *r = record_of(rows);
	const DecodedBkpBlock *main = ai_wal_scan_block(scan_of(rows));
	Datum		numbers[XLR_MAX_BLOCK_ID + 1];
	int			n = 0;

	if (main == NULL)
	{
		*isnull = true;
		return (Datum) 0;
	}
	for (int i = 0; i <= r->max_block_id; i++)
		if (r->blocks[i].in_use && r->blocks[i].forknum == main->forknum &&
			memcmp(arch_block_rlocator(&r->blocks[i]),
				   arch_block_rlocator(main),
				   sizeof(AiLocator)) == 0)
			numbers[n++] = Int64GetDatum((int64) r->blocks[i].blkno);
	return PointerGetDatum(construct_array(numbers, n, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Datum
wal_records_action(AiRows *rows, bool *isnull)
{
	char		words[AI_WORDS_SIZE];
	int			len = ai_wal_action(ai_wal_scan_record(scan_of(rows)), words);

	*isnull = len == 0;
	return *isnull ? (Datum) 0 :
		PointerGetDatum(cstring_to_text_with_len(words, len));
}

AI_FIELD_OF_IF(wal_records_new_row, char *row = ai_wal_new_row(scan_of(rows)),
			   row != NULL, CStringGetTextDatum(row));

/*
 * The server's own description, as pg_walinspect and pg_waldump show it; it
 * is another text on every major.
 */
static Datum
wal_records_description(AiRows *rows, bool *isnull)
{
	StringInfoData buf;
	RmgrId		rmid = record_of(rows)->header.xl_rmid;

	if (!RmgrIdExists(rmid) ||
		((rmid == RM_LOGICALMSG_ID || RmgrIdIsCustom(rmid)) &&
		 !scan_of(rows)->payloads))
	{
		*isnull = true;
		return (Datum) 0;
	}
	initStringInfo(&buf);
	RmgrTable[rmid].rm_desc(&buf, scan_of(rows)->reader->state);
	/* what it spells out may come from a database of another encoding */
	if (!pg_verifymbstr(buf.data, buf.len, true))
	{
		for (int i = 0; i < buf.len; i++)
			if (IS_HIGHBIT_SET(buf.data[i]))
				buf.data[i] = '?';
	}
	return PointerGetDatum(cstring_to_text_with_len(buf.data, buf.len));
}

AI_FIELD_OF_IF(wal_records_is_page_lsn, RecordsState *state = rows->state,
			   !XLogRecPtrIsInvalid(state->page_lsn),
			   BoolGetDatum(state->scan.reader->state->EndRecPtr ==
							state->page_lsn));

/* Is this the block that page_history asks for? */
static inline bool
is_asked_block(const RecordsState *state, const DecodedBkpBlock *block)
{
	return block->in_use && block->blkno == state->blkno &&
		block->forknum == state->forknum &&
		memcmp(arch_block_rlocator(block), &state->locator,
			   sizeof(AiLocator)) == 0;
}

/* Does the record carry an image of the block that page_history asks for? */
static Datum
wal_records_has_image(AiRows *rows, bool *isnull)
{
	RecordsState *state = rows->state;
	const DecodedXLogRecord *r = record_of(rows);

	for (int i = 0; i <= r->max_block_id; i++)
		if (is_asked_block(state, &r->blocks[i]))
			return BoolGetDatum(r->blocks[i].has_image);
	return BoolGetDatum(false);
}

static const AiColumn record_columns[] = {
	{"lsn", PG_LSNOID, wal_records_lsn},
	{"end_lsn", PG_LSNOID, wal_records_end_lsn},
	{"prev_lsn", PG_LSNOID, wal_records_prev_lsn},
	{"xid", XIDOID, wal_records_xid},
	{"record_xid", XIDOID, wal_records_xid},
	{"rmgr", TEXTOID, wal_records_rmgr},
	{"record_type", TEXTOID, wal_records_record_type},
	{"length", INT8OID, wal_records_length},
	{"main_data_length", INT8OID, wal_records_main_data_length},
	{"fpi_length", INT8OID, wal_records_fpi_length},
	{"relation", REGCLASSOID, wal_records_relation},
	{"tablespace", OIDOID, wal_records_tablespace},
	{"database", OIDOID, wal_records_database},
	{"filenode", OIDOID, wal_records_filenode},
	{"fork", TEXTOID, wal_records_fork},
	{"blocks", INT8ARRAYOID, wal_records_blocks},
	{"action", TEXTOID, wal_records_action},
	{"new_row", TEXTOID, wal_records_new_row},
	{"description", TEXTOID, wal_records_description},
	{"has_image", BOOLOID, wal_records_has_image},
	{"is_page_lsn", BOOLOID, wal_records_is_page_lsn},
	{NULL}
};

/* An LSN argument; 0 where it is null or was left out */
static XLogRecPtr
lsn_arg(AiRows *rows, int i)
{
	return i < rows->nargs && !rows->args[i].isnull ?
		DatumGetLSN(rows->args[i].value) : InvalidXLogRecPtr;
}

static void
records_begin(AiRows *rows)
{
	ai_wal_scan_begin(scan_of(rows), lsn_arg(rows, 0), lsn_arg(rows, 1));
}

static bool
records_next(AiRows *rows)
{
	return ai_wal_scan_next(scan_of(rows));
}

/* Frees what palloc does not know of: nothing, but the reader's own memory */
static void
records_end(AiRows *rows)
{
	if (scan_of(rows)->reader)
		ai_wal_close(scan_of(rows)->reader);
}

static bool
records_guess(const AiKnownArg *args, int nargs, double *units, double *rows)
{
	if (!ai_wal_scan_pages(args, nargs, 0, units))
		return false;
	*rows = *units * AI_WAL_RECORDS_PER_PAGE;
	return true;
}

/*
 * ai_wal_records - arch_inspect.wal_records(start_lsn, end_lsn)
 */
AI_INSTRUMENT(wal_records,
			  .columns = record_columns,
			  .begin = records_begin, .next = records_next,
			  .end = records_end,
			  .guess = records_guess,
			  .state_size = sizeof(RecordsState));

/*
 * Finds the files and the page's LSN, then looks at the WAL.  A block that is
 * no longer there still has its history.
 */
static void
history_begin(AiRows *rows)
{
	RecordsState *state = rows->state;
	Relation	rel;
	int64		blkno;

	if (rows->args[0].isnull || rows->args[1].isnull || rows->args[4].isnull)
		return;
	blkno = DatumGetInt64(rows->args[1].value);
	state->forknum = ai_fork_number(TextDatumGetCString(rows->args[4].value));
	rel = ai_open_relation(DatumGetObjectId(rows->args[0].value),
						   AI_STRUCTURE,
						   AI_ANY_RELATION);
	if (blkno < 0 || blkno > MaxBlockNumber)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid block number %lld", (long long) blkno)));
	state->blkno = (BlockNumber) blkno;
	memcpy(&state->locator, arch_rd_locator(rel), sizeof(AiLocator));
	if (state->blkno < ai_fork_blocks(rel, state->forknum))
	{
		AiPage	   *page = ai_page_create();

		ai_page_read(rel, state->forknum, state->blkno, page);
		state->page_lsn = PageGetLSN((Page) page->image);
	}
	ai_close_relation(rel);
	ai_wal_scan_begin(&state->scan, lsn_arg(rows, 2), lsn_arg(rows, 3));
	/* the right to see the structure was checked above, for all records */
	state->scan.all = true;
}

static bool
history_next(AiRows *rows)
{
	RecordsState *state = rows->state;

	if (state->scan.reader == NULL)
		return false;
	while (ai_wal_scan_next(&state->scan))
	{
		const DecodedXLogRecord *r = record_of(rows);

		for (int i = 0; i <= r->max_block_id; i++)
			if (is_asked_block(state, &r->blocks[i]))
				return true;
	}
	return false;
}

/*
 * The dear part is to decode all records of the range; few of them are about
 * the page.
 */
static bool
history_guess(const AiKnownArg *args, int nargs, double *units, double *rows)
{
	if (!ai_wal_scan_pages(args, nargs, 2, units))
		return false;
	*rows = Min(100, *units * AI_WAL_RECORDS_PER_PAGE);
	return true;
}

/*
 * ai_page_history - arch_inspect.page_history(rel, blkno, start, end, fork)
 */
AI_INSTRUMENT(page_history,
			  .columns = record_columns,
			  .begin = history_begin, .next = history_next,
			  .end = records_end,
			  .guess = history_guess, .unit_cpu = AI_WAL_RECORDS_PER_PAGE,
			  .state_size = sizeof(RecordsState));

/*
 * Learns the subtransactions, which only the record that ends the transaction
 * names for certain, by reading the range once before the rows are returned.
 */
static void
transaction_begin(AiRows *rows)
{
	RecordsState *state = rows->state;
	HASHCTL		ctl = {0};
	XLogRecPtr	start = lsn_arg(rows, 1);
	XLogRecPtr	end = lsn_arg(rows, 2);
	AiWalReader *reader;
	AiWalRecord rec;

	if (rows->args[0].isnull)
		return;
	state->xid = DatumGetTransactionId(rows->args[0].value);
	ctl.keysize = ctl.entrysize = sizeof(TransactionId);
	ctl.hcxt = CurrentMemoryContext;
	state->xids = hash_create("transactions", 64, &ctl,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	hash_search(state->xids, &state->xid, HASH_ENTER, NULL);

	if (XLogRecPtrIsInvalid(start))
		start = ai_wal_redo();
	reader = ai_wal_open(start, end);
	while (ai_wal_next(reader))
	{
		const DecodedXLogRecord *r = reader->state->record;
		TransactionId top;
		const char *subxids;
		int			n;
		bool		ended;

		CHECK_FOR_INTERRUPTS();
		if (r->header.xl_rmid != RM_XACT_ID)
			continue;
		ai_wal_decode(reader->state, &rec);
		n = ai_wal_xids(&rec, &top, &subxids);
		if (top != state->xid)
			continue;
		for (int i = 0; i < n; i++)
		{
			TransactionId xid;

			memcpy(&xid, subxids + i * sizeof(xid), sizeof(xid));
			hash_search(state->xids, &xid, HASH_ENTER, NULL);
		}
		ended = (rec.info & XLOG_XACT_OPMASK) != XLOG_XACT_ASSIGNMENT &&
			(rec.info & XLOG_XACT_OPMASK) != XLOG_XACT_INVALIDATIONS &&
			(rec.info & XLOG_XACT_OPMASK) != XLOG_XACT_PREPARE;
		if (ended)
			break;
	}
	/* the two readings are of the same range */
	end = reader->stop;
	ai_wal_close(reader);
	ai_wal_scan_begin(&state->scan, start, end);
}

static bool
transaction_next(AiRows *rows)
{
	RecordsState *state = rows->state;

	if (state->scan.reader == NULL)
		return false;
	while (ai_wal_scan_next(&state->scan))
	{
		const DecodedXLogRecord *r = record_of(rows);
		TransactionId xid = r->header.xl_xid;

		if (TransactionIdIsValid(xid) &&
			hash_search(state->xids, &xid, HASH_FIND, NULL))
			return true;
		if (r->header.xl_rmid == RM_XACT_ID)
		{
			TransactionId top;
			const char *subxids;

			/*
			 * COMMIT PREPARED is logged by another session, without the xid
			 */
			(void) ai_wal_xids(ai_wal_scan_record(&state->scan), &top,
							   &subxids);
			if (top == state->xid)
				return true;
		}
	}
	return false;
}

/* As a page's history, but the range is read twice. */
static bool
transaction_guess(const AiKnownArg *args, int nargs, double *units,
				  double *rows)
{
	if (!ai_wal_scan_pages(args, nargs, 1, units))
		return false;
	*rows = Min(1000, *units * AI_WAL_RECORDS_PER_PAGE);
	*units *= 2;
	return true;
}

/*
 * ai_transaction_wal - arch_inspect.transaction_wal(xid, start, end)
 */
AI_INSTRUMENT(transaction_wal,
			  .columns = record_columns,
			  .begin = transaction_begin, .next = transaction_next,
			  .end = records_end,
			  .guess = transaction_guess, .unit_cpu = AI_WAL_RECORDS_PER_PAGE,
			  .state_size = sizeof(RecordsState));
