/*-------------------------------------------------------------------------
 *
 * wal_scan.c
 *	  What the instruments over WAL records share: rights, names, words.
 *
 * Every record is for superusers, pg_read_server_files and pg_monitor.
 * Others see the records about relations of their database whose structure
 * they may see, and of the transactions that made such records how they
 * ended.  What an application put into a logical message, or an extension
 * into a record of its own kind, is data: the server's description, which may
 * spell it out, is for who may read the WAL's files.
 *
 * A record names files, not relations.  Which relation has them is asked of
 * the catalog once a scan; the files of other databases, and those that a
 * relation had before it was rewritten, truncated or dropped, have no name.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog_internal.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_control.h"
#include "common/relpath.h"
#include "miscadmin.h"
#include "storage/standbydefs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/pg_lsn.h"
#include "utils/syscache.h"

#include "base/guard.h"
#include "compat.h"
#include "source/control_file.h"
#include "wal/wal_scan.h"

/* Relations, and columns, remembered in a scan before memory is given back */
#define MAX_RELATIONS	10000
#define MAX_COLUMNS		100000

static HTAB *
make_hash(MemoryContext context, const char *name, Size key, Size entry)
{
	HASHCTL		ctl = {0};

	ctl.keysize = key;
	ctl.entrysize = entry;
	ctl.hcxt = context;
	return hash_create(name, 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * ai_wal_scan_begin - opens the WAL; a start of 0 is the redo pointer of the
 * last checkpoint, an end of 0 the end of the WAL
 *
 * What is allocated here and later lives in the present memory context.
 */
void
ai_wal_scan_begin(AiWalScan *scan, XLogRecPtr start, XLogRecPtr end)
{
	Oid			user = GetUserId();

	scan->context = CurrentMemoryContext;
	scan->payloads = superuser_arg(user) ||
		has_privs_of_role(user, ROLE_PG_READ_SERVER_FILES);
	scan->all = scan->payloads || has_privs_of_role(user, ROLE_PG_MONITOR);
	if (!scan->all)
		scan->xids = make_hash(scan->context, "WAL transactions",
							   sizeof(TransactionId), sizeof(TransactionId));
	if (XLogRecPtrIsInvalid(start))
		start = ai_wal_redo();
	scan->reader = ai_wal_open(start, end);
}

/*
 * ai_wal_scan_record - the present record as plain bytes
 */
const AiWalRecord *
ai_wal_scan_record(AiWalScan *scan)
{
	if (!scan->decoded)
	{
		ai_wal_decode(scan->reader->state, &scan->rec);
		scan->decoded = true;
	}
	return &scan->rec;
}

/*
 * ai_wal_scan_block - the block reference that the record is mainly about:
 * the first one in a main fork, else the first one; NULL where it has none
 */
const DecodedBkpBlock *
ai_wal_scan_block(const AiWalScan *scan)
{
	const DecodedXLogRecord *r = scan->reader->state->record;
	const DecodedBkpBlock *first = NULL;

	for (int i = 0; i <= r->max_block_id; i++)
	{
		if (!r->blocks[i].in_use)
			continue;
		if (r->blocks[i].forknum == MAIN_FORKNUM)
			return &r->blocks[i];
		if (first == NULL)
			first = &r->blocks[i];
	}
	return first;
}

/*
 * ai_wal_scan_locator - the files that the record is about; false for none
 */
bool
ai_wal_scan_locator(AiWalScan *scan, AiLocator *locator)
{
	const DecodedBkpBlock *block = ai_wal_scan_block(scan);

	if (block)
	{
		memcpy(locator, arch_block_rlocator(block), sizeof(AiLocator));
		return true;
	}
	return ai_wal_locator(ai_wal_scan_record(scan), locator);
}

/*
 * ai_wal_scan_relation - what relation has these files now
 */
AiWalRelation *
ai_wal_scan_relation(AiWalScan *scan, const AiLocator *locator)
{
	AiWalRelation *relation;
	bool		found;

	if (scan->last &&
		memcmp(&scan->last->locator, locator, sizeof(AiLocator)) == 0)
		return scan->last;
	if (scan->relations &&
		(hash_get_num_entries(scan->relations) >= MAX_RELATIONS ||
		 scan->shape_columns >= MAX_COLUMNS))
	{
		hash_destroy(scan->relations);
		scan->relations = NULL;
		scan->last = NULL;
		if (scan->shapes)
			MemoryContextDelete(scan->shapes);
		scan->shapes = NULL;
		scan->value_types = NULL;
		scan->shape_columns = 0;
	}
	if (scan->relations == NULL)
		scan->relations = make_hash(scan->context, "WAL relations",
									sizeof(AiLocator), sizeof(AiWalRelation));
	relation = hash_search(scan->relations, locator, HASH_FIND, NULL);
	if (relation == NULL)
	{
		Oid			relid = InvalidOid;
		bool		structure = false;

		/* the catalog is asked first: it may fail, and must leave no entry */
		if (locator->rel != 0 &&
			(locator->db == MyDatabaseId || locator->db == 0))
			relid = RelidByRelfilenumber(locator->spc, locator->rel);
		/* it may have been dropped this moment */
		if (OidIsValid(relid) &&
			!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
			relid = InvalidOid;
		if (OidIsValid(relid))
			structure = ai_has_rights(relid, AI_STRUCTURE);
		relation = hash_search(scan->relations, locator, HASH_ENTER, &found);
		relation->relid = relid;
		relation->structure = structure;
		relation->values = -1;
		relation->shape = NULL;
	}
	scan->last = relation;
	return relation;
}

/*
 * ai_wal_scan_values - may the caller see the values of this relation?
 */
bool
ai_wal_scan_values(AiWalRelation *relation)
{
	if (!OidIsValid(relation->relid))
		return false;
	if (relation->values < 0)
		relation->values = ai_has_rights(relation->relid, AI_VALUES);
	return relation->values;
}

/*
 * Does the record end, or name, a transaction that made a shown record?  Its
 * xids are forgotten then, so that no more are kept than run at a time.
 */
static bool
ends_shown(AiWalScan *scan, const AiWalRecord *rec)
{
	uint32		top;
	const char *subxids;
	int			n = ai_wal_xids(rec, &top, &subxids);
	bool		shown = hash_search(scan->xids, &top, HASH_FIND,
									NULL) != NULL;
	uint8		op = rec->info & XLOG_XACT_OPMASK;
	bool		ends = op == XLOG_XACT_COMMIT || op == XLOG_XACT_ABORT ||
		op == XLOG_XACT_COMMIT_PREPARED || op == XLOG_XACT_ABORT_PREPARED;

	for (int i = 0; i < n; i++)
	{
		TransactionId xid;

		memcpy(&xid, subxids + i * sizeof(xid), sizeof(xid));
		if (hash_search(scan->xids, &xid, ends ? HASH_REMOVE : HASH_FIND,
						NULL))
			shown = true;
	}
	if (shown && ends)
		hash_search(scan->xids, &top, HASH_REMOVE, NULL);
	else if (shown)
		hash_search(scan->xids, &top, HASH_ENTER, NULL);
	return shown;
}

/* Forgets transactions that a crash ended: none older than this one runs */
static void
forget_older(AiWalScan *scan, const AiWalRecord *rec)
{
	TransactionId oldest;
	HASH_SEQ_STATUS seq;
	TransactionId *xid;

	if (!AI_WAL_MAIN(rec, offsetof(xl_running_xacts, oldestRunningXid),
					 &oldest, 4))
		return;
	hash_seq_init(&seq, scan->xids);
	while ((xid = hash_seq_search(&seq)) != NULL)
		if (TransactionIdPrecedes(*xid, oldest))
			hash_search(scan->xids, xid, HASH_REMOVE, NULL);
}

/* May the caller see the present record? */
static bool
may_see(AiWalScan *scan)
{
	const DecodedXLogRecord *r = scan->reader->state->record;
	AiLocator	locator;
	TransactionId xid = r->header.xl_xid;

	if (r->header.xl_rmid == RM_XACT_ID)
		return ends_shown(scan, ai_wal_scan_record(scan));
	if (r->header.xl_rmid == RM_STANDBY_ID)
	{
		if ((r->header.xl_info & ~XLR_INFO_MASK) == XLOG_RUNNING_XACTS)
			forget_older(scan, ai_wal_scan_record(scan));
		return false;
	}
	if (!ai_wal_scan_locator(scan, &locator) ||
		!ai_wal_scan_relation(scan, &locator)->structure)
		return false;
	if (TransactionIdIsNormal(xid))
		hash_search(scan->xids, &xid, HASH_ENTER, NULL);
	return true;
}

/*
 * Says once, at the end of the range, that something was left out: no rows,
 * or few, look like no WAL.
 */
static void
say_hidden(AiWalScan *scan)
{
	int64		hidden = scan->hidden;

	scan->hidden = 0;
	if (hidden > 0)
		ereport(NOTICE,
				(errcode(ERRCODE_WARNING_PRIVILEGE_NOT_GRANTED),
				 errmsg_plural("%lld record of this range is left out, which role \"%s\" may not see",
							   "%lld records of this range are left out, which role \"%s\" may not see",
							   (unsigned long) hidden, (long long) hidden,
							   GetUserNameFromId(GetUserId(), false)),
				 errhint("All records are for members of pg_monitor or pg_read_server_files.")));
}

/*
 * ai_wal_scan_next - goes to the next record that the caller may see
 */
bool
ai_wal_scan_next(AiWalScan *scan)
{
	MemoryContext old = MemoryContextSwitchTo(scan->context);
	bool		found;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		scan->decoded = false;
		found = ai_wal_next(scan->reader);
		if (!found || scan->all || may_see(scan))
			break;
		scan->hidden++;
	}
	MemoryContextSwitchTo(old);
	if (!found)
	{
		ai_wal_warn(scan->reader);
		say_hidden(scan);
	}
	return found;
}

/*
 * ai_wal_scan_rmgr - the name of a resource manager; that of an extension
 * whose library is not loaded has only a number
 */
Datum
ai_wal_scan_rmgr(AiWalScan *scan, RmgrId rmid)
{
	if (scan->rmgrs[rmid] == 0)
	{
		MemoryContext old = MemoryContextSwitchTo(scan->context);

		scan->rmgrs[rmid] = CStringGetTextDatum(RmgrIdExists(rmid) ?
												RmgrTable[rmid].rm_name :
												psprintf("custom%03d", rmid));
		MemoryContextSwitchTo(old);
	}
	return scan->rmgrs[rmid];
}

/*
 * ai_wal_type_info - the bits of info that make up a record's type
 */
uint8
ai_wal_type_info(RmgrId rmid, uint8 info)
{
	return rmid == RM_XACT_ID ? info & XLOG_XACT_OPMASK :
		info & ~XLR_INFO_MASK;
}

/*
 * ai_wal_scan_type - the server's name of a record type
 */
Datum
ai_wal_scan_type(AiWalScan *scan, RmgrId rmid, uint8 info)
{
	int			i = ai_wal_type_info(rmid, info) >> 4;
	const char *name = NULL;
	MemoryContext old;

	if (scan->types[rmid] && scan->types[rmid][i])
		return scan->types[rmid][i];

	old = MemoryContextSwitchTo(scan->context);
	if (scan->types[rmid] == NULL)
		scan->types[rmid] = palloc0(16 * sizeof(Datum));
	if (RmgrIdExists(rmid))
		name = RmgrTable[rmid].rm_identify(info);
	scan->types[rmid][i] = CStringGetTextDatum(name ? name :
											   psprintf("UNKNOWN (%x)", info &
														~XLR_INFO_MASK));
	MemoryContextSwitchTo(old);
	return scan->types[rmid][i];
}

/*
 * ai_wal_scan_pages - pages of WAL in the range that the arguments from the
 * given one on (counted from 0) tell; false where the planner can't know it
 */
bool
ai_wal_scan_pages(const AiKnownArg *args, int nargs, int start, double *pages)
{
	XLogRecPtr	range[2] = {InvalidXLogRecPtr, InvalidXLogRecPtr};

	for (int i = 0; i < 2 && start + i < nargs; i++)
	{
		const AiKnownArg *arg = &args[start + i];

		if (!arg->known)
			return false;
		if (!arg->isnull)
			range[i] = DatumGetLSN(arg->value);
	}
	*pages = ai_wal_pages(range[0], range[1]);
	return true;
}
