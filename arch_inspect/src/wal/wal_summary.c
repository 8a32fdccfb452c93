/*-------------------------------------------------------------------------
 *
 * wal_summary.c
 *	  How much WAL each kind of record made for each relation.
 *
 * The whole range is read at the first row.  What is kept is one counter for
 * each kind and relation, so the memory does not grow with the range.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "rows/rows.h"
#include "wal/wal_scan.h"

typedef struct SummaryKey
{
	AiLocator	locator;		/* zeroes for a record about no relation */
	uint32		kind;			/* rmid << 8 | info */
} SummaryKey;

typedef struct SummaryEntry
{
	SummaryKey	key;
	int64		count;
	int64		bytes;
	int64		fpi_bytes;
	struct SummaryEntry *next;	/* in its bucket */
	struct SummaryEntry *older; /* of all */
} SummaryEntry;

typedef struct SummaryState
{
	AiWalScan	scan;
	SummaryEntry **buckets;
	uint32		nbuckets;		/* a power of two */
	uint32		nentries;
	SummaryEntry *all;
	SummaryEntry *entry;		/* of the last record; then the present row */
	bool		begun;
	int64		total;
} SummaryState;

static inline SummaryState *
state_of(AiRows *rows)
{
	return rows->state;
}

static inline uint32
summary_bucket(const SummaryState *state, const SummaryKey *key)
{
	return murmurhash32(key->locator.rel ^ (key->kind <<
											16) ^ key->locator.db) &
		(state->nbuckets - 1);
}

static void
grow_summary(SummaryState *state)
{
	state->nbuckets = state->nbuckets == 0 ? 256 : 2 * state->nbuckets;
	if (state->buckets)
		pfree(state->buckets);
	state->buckets = palloc_extended(state->nbuckets * sizeof(SummaryEntry *),
									 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (SummaryEntry *e = state->all; e; e = e->older)
	{
		SummaryEntry **bucket = &state->buckets[summary_bucket(state,
															   &e->key)];

		e->next = *bucket;
		*bucket = e;
	}
}

/* The counter of a key, made where there is none */
static SummaryEntry *
find_entry(SummaryState *state, const SummaryKey *key)
{
	SummaryEntry *entry;
	SummaryEntry **bucket;

	if (state->nentries >= state->nbuckets)
		grow_summary(state);
	bucket = &state->buckets[summary_bucket(state, key)];
	for (entry = *bucket; entry; entry = entry->next)
		if (memcmp(&entry->key, key, sizeof(*key)) == 0)
			return entry;
	entry = palloc0(sizeof(SummaryEntry));
	entry->key = *key;
	entry->next = *bucket;
	*bucket = entry;
	entry->older = state->all;
	state->all = entry;
	state->nentries++;
	return entry;
}

/* Adds the present record, which is the same kind as the last one mostly */
static inline void
count_record(SummaryState *state)
{
	const XLogReaderState *reader = state->scan.reader->state;
	const DecodedXLogRecord *r = reader->record;
	SummaryEntry *entry = state->entry;
	SummaryKey	key;

	key.kind = (uint32) r->header.xl_rmid << 8 |
		ai_wal_type_info(r->header.xl_rmid, r->header.xl_info);
	if (!ai_wal_scan_locator(&state->scan, &key.locator))
		memset(&key.locator, 0, sizeof(key.locator));

	if (entry == NULL || memcmp(&entry->key, &key, sizeof(key)) != 0)
		state->entry = entry = find_entry(state, &key);
	entry->count++;
	entry->bytes += r->header.xl_tot_len;
	entry->fpi_bytes += ai_wal_image_bytes(reader);
	state->total += r->header.xl_tot_len;
}

static void
summary_begin(AiRows *rows)
{
	SummaryState *state = state_of(rows);
	XLogRecPtr	start = rows->args[0].isnull ? 0 :
		DatumGetUInt64(rows->args[0].value);
	XLogRecPtr	end = rows->args[1].isnull ? 0 :
		DatumGetUInt64(rows->args[1].value);

	ai_wal_scan_begin(&state->scan, start, end);
	while (ai_wal_scan_next(&state->scan))
		count_record(state);
}

static bool
summary_next(AiRows *rows)
{
	SummaryState *state = state_of(rows);

	CHECK_FOR_INTERRUPTS();
	state->entry = state->begun ? state->entry->older : state->all;
	state->begun = true;
	return state->entry != NULL;
}

AI_FIELD(wal_summary_rmgr,
		 ai_wal_scan_rmgr(&state_of(rows)->scan,
						  state_of(rows)->entry->key.kind >> 8));

static Datum
wal_summary_record_type(AiRows *rows, bool *isnull)
{
	uint32		kind = state_of(rows)->entry->key.kind;

	return ai_wal_scan_type(&state_of(rows)->scan, kind >> 8, kind & 0xFF);
}

static Datum
wal_summary_relation(AiRows *rows, bool *isnull)
{
	SummaryState *state = state_of(rows);
	Oid			relid = InvalidOid;

	if (state->entry->key.locator.rel != 0)
		relid = ai_wal_scan_relation(&state->scan,
									 &state->entry->key.locator)->relid;
	*isnull = !OidIsValid(relid);
	return ObjectIdGetDatum(relid);
}

AI_FIELD_IF(wal_summary_filenode, state_of(rows)->entry->key.locator.rel != 0,
			ObjectIdGetDatum(state_of(rows)->entry->key.locator.rel));
AI_FIELD_IF(wal_summary_database, state_of(rows)->entry->key.locator.rel != 0,
			ObjectIdGetDatum(state_of(rows)->entry->key.locator.db));
AI_FIELD(wal_summary_count, Int64GetDatum(state_of(rows)->entry->count));
AI_FIELD(wal_summary_bytes, Int64GetDatum(state_of(rows)->entry->bytes));
AI_FIELD(wal_summary_fpi_bytes,
		 Int64GetDatum(state_of(rows)->entry->fpi_bytes));
AI_FIELD(wal_summary_share,
		 Float8GetDatum((double) state_of(rows)->entry->bytes /
						state_of(rows)->total));

static const AiColumn summary_columns[] = {
	{"rmgr", TEXTOID, wal_summary_rmgr},
	{"record_type", TEXTOID, wal_summary_record_type},
	{"relation", REGCLASSOID, wal_summary_relation},
	{"database", OIDOID, wal_summary_database},
	{"filenode", OIDOID, wal_summary_filenode},
	{"count", INT8OID, wal_summary_count},
	{"bytes", INT8OID, wal_summary_bytes},
	{"fpi_bytes", INT8OID, wal_summary_fpi_bytes},
	{"share", FLOAT8OID, wal_summary_share},
	{NULL}
};

static bool
summary_guess(const AiKnownArg *args, int nargs, double *units, double *rows)
{
	if (!ai_wal_scan_pages(args, nargs, 0, units))
		return false;
	*rows = Min(200, *units * AI_WAL_RECORDS_PER_PAGE);
	return true;
}

/*
 * ai_wal_summary - arch_inspect.wal_summary(start_lsn, end_lsn)
 */
AI_INSTRUMENT(wal_summary,
			  .columns = summary_columns,
			  .begin = summary_begin, .next = summary_next,
			  .guess = summary_guess, .unit_cpu = AI_WAL_RECORDS_PER_PAGE,
			  .state_size = sizeof(SummaryState));
