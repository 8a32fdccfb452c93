/*-------------------------------------------------------------------------
 *
 * why_dead.c
 *	  Which dead row versions of a table are kept, and by whom.
 *
 * Every holder keeps what transactions from one id on replaced or deleted, so
 * that of two holders the older one keeps all that the younger one does.  A
 * version is counted once, with the youngest of its keepers; the sums from
 * there to the youngest of all are what each keeps.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"
#include "utils/xid8.h"

#include "base/guard.h"
#include "compat.h"
#include "decode/decode_heap.h"
#include "judge/holders.h"
#include "judge/tuple_status.h"
#include "result.h"
#include "source/page_source.h"

PG_FUNCTION_INFO_V1(ai_why_dead);

#define NCOLUMNS 10

typedef struct Tally
{
	int64		versions;
	int64		bytes;
} Tally;

typedef struct Keeper
{
	TransactionId from;			/* what this one or a later one deleted */
	const AiHolder *holder;
	Tally		youngest;		/* it is the youngest keeper of these */
} Keeper;

typedef struct Count
{
	AiTupleScan scan;
	int			nkeepers;
	Keeper	   *keepers;		/* from the oldest to the youngest */
	Tally		removable;
	Tally		kept;
	Tally		unknown;
} Count;

static int
compare_keepers(const void *a, const void *b)
{
	TransactionId x = ((const Keeper *) a)->from;
	TransactionId y = ((const Keeper *) b)->from;

	return x == y ? 0 : TransactionIdPrecedes(x, y) ? -1 : 1;
}

static void
tally_add(Tally *tally, int64 bytes)
{
	tally->versions++;
	tally->bytes += bytes;
}

/*
 * The holders that count for the table, oldest first.
 */
static void
find_keepers(Count *count, const AiHolders *holders, AiTables tables)
{
	count->keepers = palloc0(sizeof(Keeper) * (holders->n + 1));
	for (int i = 0; i < holders->n; i++)
	{
		const AiHolder *holder = &holders->holder[i];

		if (!ai_holder_holds(holder, tables))
			continue;
		count->keepers[count->nkeepers].holder = holder;
		count->keepers[count->nkeepers++].from = ai_holder_from(holder,
																tables);
	}
	qsort(count->keepers, count->nkeepers, sizeof(Keeper), compare_keepers);
}

/*
 * Who keeps what the transaction replaced or deleted: all up to the one that
 * is returned, or nobody.
 */
static Keeper *
youngest_keeper(Count *count, TransactionId deleter)
{
	int			low = 0;
	int			high = count->nkeepers;

	while (low < high)
	{
		int			mid = (low + high) / 2;

		if (TransactionIdPrecedes(deleter, count->keepers[mid].from))
			high = mid;
		else
			low = mid + 1;
	}
	return low > 0 ? &count->keepers[low - 1] : NULL;
}

static void
count_tuple(Count *count, const char *page, const AiPageHeader *header,
			BlockNumber blkno, OffsetNumber lp)
{
	AiHeapItem	item;
	AiTupleStatus status;
	Keeper	   *keeper;

	ai_decode_heap_item(page, header, lp, &item);
	if (item.item.flags != LP_NORMAL)
		return;
	if (!item.has_header)
	{
		tally_add(&count->unknown, item.item.len);
		return;
	}
	ai_tuple_status(&count->scan, item.tuple, blkno, lp, &status);
	switch (status.state)
	{
		case AI_TUPLE_UNKNOWN:
			tally_add(&count->unknown, item.item.len);
			break;
		case AI_TUPLE_DEAD:
		case AI_TUPLE_ABORTED:
			tally_add(&count->removable, item.item.len);
			break;
		case AI_TUPLE_UPDATED:
		case AI_TUPLE_HOT_UPDATED:
		case AI_TUPLE_MOVED:
		case AI_TUPLE_DELETED:
			if (ai_pruned_with_chain(&count->scan, page, header, blkno, &item,
									 &status))
			{
				tally_add(&count->removable, item.item.len);
				break;
			}
			tally_add(&count->kept, item.item.len);
			/* one that ended while we look is kept by nobody in the list */
			keeper = youngest_keeper(count, status.updater);
			if (keeper != NULL)
				tally_add(&keeper->youngest, item.item.len);
			break;
		default:
			break;
	}
}

static void
put_tally(ReturnSetInfo *rsinfo, const char *kind, const AiHolder *holder,
		  TransactionId from, const Tally *all, const Tally *alone)
{
	Datum		values[NCOLUMNS] = {0};
	bool		nulls[NCOLUMNS];

	memset(nulls, true, sizeof(nulls));
	values[0] = CStringGetTextDatum(kind);
	nulls[0] = false;
	if (holder != NULL)
	{
		nulls[1] = NameStr(holder->name)[0] == '\0';
		values[1] = CStringGetTextDatum(NameStr(holder->name));
		nulls[2] = holder->pid == 0;
		values[2] = Int32GetDatum(holder->pid);
		nulls[3] = !OidIsValid(holder->datid);
		values[3] = ObjectIdGetDatum(holder->datid);
		nulls[4] = !TransactionIdIsNormal(holder->xid);
		if (!nulls[4])
			values[4] = FullTransactionIdGetDatum(ai_xid_widen(holder->xid));
	}
	nulls[5] = !TransactionIdIsNormal(from);
	if (!nulls[5])
		values[5] = FullTransactionIdGetDatum(ai_xid_widen(from));
	values[6] = Int64GetDatum(all->versions);
	values[7] = Int64GetDatum(all->bytes);
	nulls[6] = nulls[7] = false;
	nulls[8] = nulls[9] = alone == NULL;
	if (alone != NULL)
	{
		values[8] = Int64GetDatum(alone->versions);
		values[9] = Int64GetDatum(alone->bytes);
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * ai_why_dead - arch_parts.why_dead(regclass)
 *
 * One read of the holders serves the whole walk: what ends meanwhile is still
 * named, and what dies meanwhile is kept by no one that is.
 */
Datum
ai_why_dead(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[NCOLUMNS] = {
		{"kind", TEXTOID},
		{"name", TEXTOID},
		{"pid", INT4OID},
		{"datid", OIDOID},
		{"xid", XID8OID},
		{"xmin", XID8OID},
		{"versions", INT8OID},
		{"bytes", INT8OID},
		{"alone_versions", INT8OID},
		{"alone_bytes", INT8OID}
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns, NCOLUMNS);
	Relation	rel = ai_open_relation(PG_GETARG_OID(0), AI_STRUCTURE,
									   AI_HEAP);
	AiTables	tables = ai_tables_of(rel);
	AiHolders  *holders = ai_holders_read();
	BlockNumber nblocks = ai_fork_blocks(rel, MAIN_FORKNUM);
	AiPageKind	kind = ai_expected_page(rel, MAIN_FORKNUM);
	AiPage	   *page = ai_page_create();
	Count		count = {0};
	Tally		sum = {0};
	MemoryContext per_page = AllocSetContextCreate(CurrentMemoryContext,
												   "why_dead page",
												   ALLOCSET_DEFAULT_SIZES);

	find_keepers(&count, holders, tables);
	count.scan.horizon = holders->horizon[tables];
	count.scan.xids = ai_xid_cache_create();
	for (BlockNumber blkno = 0; blkno < nblocks; blkno++)
	{
		AiPageHeader header;
		MemoryContext old;

		CHECK_FOR_INTERRUPTS();
		ai_page_read(rel, MAIN_FORKNUM, blkno, page);
		ai_decode_page_header(page->image, kind, &header);
		old = MemoryContextSwitchTo(per_page);
		for (OffsetNumber lp = FirstOffsetNumber; lp <= header.nitems; lp++)
			count_tuple(&count, page->image, &header, blkno, lp);
		MemoryContextSwitchTo(old);
		MemoryContextReset(per_page);
	}
	ai_close_relation(rel);

	put_tally(rsinfo, "removable", NULL, InvalidTransactionId,
			  &count.removable, NULL);
	put_tally(rsinfo, "kept", NULL, count.scan.horizon, &count.kept, NULL);
	if (count.unknown.versions > 0)
		put_tally(rsinfo, "unknown", NULL, InvalidTransactionId,
				  &count.unknown, NULL);
	for (int i = count.nkeepers; --i >= 0;)
	{
		Keeper	   *keeper = &count.keepers[i];
		Tally		none = {0};

		CHECK_FOR_INTERRUPTS();
		sum.versions += keeper->youngest.versions;
		sum.bytes += keeper->youngest.bytes;
		/* only the oldest one keeps what no other does */
		if (sum.versions > 0)
			put_tally(rsinfo, ai_holder_kind_name(keeper->holder->kind),
					  keeper->holder,
					  keeper->from, &sum, i == 0 ? &keeper->youngest : &none);
	}

	return (Datum) 0;
}
