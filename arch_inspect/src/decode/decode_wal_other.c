/*-------------------------------------------------------------------------
 *
 * decode_wal_other.c
 *	  What records about no page did: checkpoints, transactions, files, locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/clog.h"
#include "access/commit_ts.h"
#include "access/gistxlog.h"
#include "access/heapam_xlog.h"
#include "access/multixact.h"
#include "access/nbtxlog.h"
#include "access/xact.h"
#include "access/xlog_internal.h"
#include "catalog/pg_control.h"
#include "catalog/storage_xlog.h"
#include "commands/dbcommands_xlog.h"
#include "commands/sequence.h"
#include "commands/tablespace.h"
#include "replication/message.h"
#include "replication/origin.h"
#include "storage/standbydefs.h"
#include "utils/relmapper.h"

#include "compat_disk.h"
#include "decode/decode_wal.h"

StaticAssertDecl(sizeof(AiLocator) == 12,
				 "a relation's locator is three oids");

/* Dropped files are named up to this many; the rest is counted */
#define FILES_NAMED		4

static const char *const fork_names[] = {"main", "fsm", "vm", "init"};

void
ai_wal_xlog(const AiWalRecord *rec, AiWords *w)
{
	uint64		lsn;
	int64		when;
	uint32		n = 0;
	uint8		flag;

	switch (rec->info)
	{
		case XLOG_CHECKPOINT_SHUTDOWN:
		case XLOG_CHECKPOINT_ONLINE:
			if (!AI_WAL_MAIN(rec, offsetof(CheckPoint, redo), &lsn, 8) ||
				!AI_WAL_MAIN(rec, offsetof(CheckPoint, time), &when, 8))
				return;
			ai_words(w, rec->info == XLOG_CHECKPOINT_SHUTDOWN ?
					 "shutdown checkpoint, redo %X" :
					 "checkpoint complete, redo %X", lsn);
			/* seconds since 1970, not since 2000 */
			if (when > 0 && when < INT64CONST(1000000000000))
				ai_words(w, ", begun %t",
						 (when - INT64CONST(946684800)) * 1000000);
			if (AI_WAL_MAIN(rec, offsetof(CheckPoint, nextXid), &lsn, 8))
				ai_words(w, ", next xid %l", lsn);
			break;
#ifdef XLOG_CHECKPOINT_REDO
		case XLOG_CHECKPOINT_REDO:
			ai_words(w, "a checkpoint begins: recovery would start here");
			break;
#endif
		case XLOG_NOOP:
			ai_words(w, "nothing");
			break;
		case XLOG_NEXTOID:
			if (AI_WAL_MAIN(rec, 0, &n, 4))
				ai_words(w, "oids reserved up to %u", n);
			break;
		case XLOG_SWITCH:
			ai_words(w, "switch to the next segment file");
			break;
		case XLOG_BACKUP_END:
			if (AI_WAL_MAIN(rec, 0, &lsn, 8))
				ai_words(w, "end of the backup begun at %X", lsn);
			break;
		case XLOG_PARAMETER_CHANGE:
			ai_words(w, "settings that a standby must match");
			break;
		case XLOG_RESTORE_POINT:
			if (!AI_WAL_MAIN(rec, offsetof(xl_restore_point, rp_time), &when,
							 8) ||
				rec->main_len <= offsetof(xl_restore_point, rp_name))
				return;
			ai_words(w, "restore point ");
			ai_words_quoted(w,
							rec->main + offsetof(xl_restore_point, rp_name),
							rec->main_len - offsetof(xl_restore_point,
													 rp_name));
			ai_words(w, " at %t", when);
			break;
		case XLOG_FPW_CHANGE:
			if (rec->main_len >= 1)
				ai_words(w, "full_page_writes turned %s",
						 rec->main[0] ? "on" : "off");
			break;
		case XLOG_END_OF_RECOVERY:
			if (AI_WAL_MAIN(rec, offsetof(xl_end_of_recovery, ThisTimeLineID),
							&n, 4))
				ai_words(w, "end of recovery, timeline %u begins", n);
			break;
		case XLOG_FPI_FOR_HINT:
			ai_words(w, "whole page for a hint bit, block %u",
					 ai_wal_blkno(rec, 0));
			break;
		case XLOG_FPI:
			ai_words(w, "whole page, block %u", ai_wal_blkno(rec, 0));
			for (int i = 1; i < rec->nblocks; i++)
				n += rec->blocks[i].in_use;
			if (n > 0)
				ai_words(w, " and %n more", n, "block");
			break;
		case XLOG_OVERWRITE_CONTRECORD:
			if (AI_WAL_MAIN(rec, 0, &lsn, 8))
				ai_words(w, "the record at %X was never finished", lsn);
			break;
		case XLOG_ASSIGN_LSN:
			ai_words(w, "a new LSN, nothing else");
			break;
		case XLOG_LOGICAL_DECODING_STATUS_CHANGE:
			if (AI_WAL_MAIN(rec, 0, &flag, 1))
				ai_words(w, "logical decoding is %s from here on",
						 flag ? "possible" : "off");
			break;
	}
}

/*
 * The optional parts of a commit or abort record, in the order they follow
 * each other; what is not there has count 0.
 */
typedef struct XactParts
{
	int64		when;
	uint32		nsubxacts;
	const char *subxacts;
	uint32		nrels;
	const char *rels;
	uint32		twophase_xid;
	const char *gid;
	uint32		gid_len;
} XactParts;

/* Takes count elements of a given size; false where the record ends before */
static bool
take_array(const AiWalRecord *rec, uint32 *at, uint32 header, uint32 size,
		   uint32 *count, const char **elements)
{
	if (!AI_WAL_MAIN(rec, *at, count, 4) ||
		header > rec->main_len - *at ||
		*count > (rec->main_len - *at - header) / size)
	{
		*count = 0;
		return false;
	}
	*elements = rec->main + *at + header;
	*at += header + *count * size;
	return true;
}

/*
 * Follows ParseCommitRecord
 * (src/backend/access/rmgrdesc/xactdesc.c, REL_19_STABLE)
 * Follows ParseAbortRecord
 * (src/backend/access/rmgrdesc/xactdesc.c, REL_19_STABLE)
 */
static bool
xact_parts(const AiWalRecord *rec, XactParts *p)
{
	uint8		op = rec->info & XLOG_XACT_OPMASK;
	bool		commit = op == XLOG_XACT_COMMIT ||
		op == XLOG_XACT_COMMIT_PREPARED;
	uint32		at = MinSizeOfXactCommit;
	uint32		xinfo = 0;
	uint32		n;
	const char *skipped;

	memset(p, 0, sizeof(*p));
	if (!AI_WAL_MAIN(rec, 0, &p->when, 8))
		return false;
	if ((rec->info & XLOG_XACT_HAS_INFO) == 0)
		return true;
	if (!AI_WAL_MAIN(rec, at, &xinfo, 4))
		return true;
	at += 4;
	if (xinfo & XACT_XINFO_HAS_DBINFO)
		at += sizeof(xl_xact_dbinfo);
	if (at > rec->main_len)
		return true;
	if ((xinfo & XACT_XINFO_HAS_SUBXACTS) &&
		!take_array(rec, &at, MinSizeOfXactSubxacts, 4, &p->nsubxacts,
					&p->subxacts))
		return true;
	/* the bit was renamed in 16, its value was not */
	if ((xinfo & (1U << 2)) &&
		!take_array(rec, &at, 4, sizeof(AiLocator), &p->nrels, &p->rels))
		return true;
	if ((xinfo & XACT_XINFO_HAS_DROPPED_STATS) &&
		!take_array(rec, &at, MinSizeOfXactStatsItems,
					sizeof(xl_xact_stats_item), &n, &skipped))
		return true;
	if (commit && (xinfo & XACT_XINFO_HAS_INVALS) &&
		!take_array(rec, &at, MinSizeOfXactInvals,
					sizeof(SharedInvalidationMessage), &n, &skipped))
		return true;
	if (xinfo & XACT_XINFO_HAS_TWOPHASE)
	{
		if (!AI_WAL_MAIN(rec, at, &p->twophase_xid, 4))
			return true;
		at += 4;
		if ((xinfo & XACT_XINFO_HAS_GID) && at < rec->main_len)
		{
			p->gid = rec->main + at;
			p->gid_len = rec->main_len - at;
		}
	}
	return true;
}

void
ai_wal_xact(const AiWalRecord *rec, AiWords *w)
{
	uint8		op = rec->info & XLOG_XACT_OPMASK;
	XactParts	p;
	uint32		n = 0;
	uint32		xid = 0;
	int64		when;

	switch (op)
	{
		case XLOG_XACT_COMMIT:
		case XLOG_XACT_ABORT:
		case XLOG_XACT_COMMIT_PREPARED:
		case XLOG_XACT_ABORT_PREPARED:
			if (!xact_parts(rec, &p))
				return;
			ai_words(w, op == XLOG_XACT_COMMIT ? "commit" :
					 op == XLOG_XACT_ABORT ? "abort" :
					 op == XLOG_XACT_COMMIT_PREPARED ? "commit prepared" :
					 "rollback prepared");
			if (p.gid)
			{
				ai_words(w, " ");
				ai_words_quoted(w, p.gid, p.gid_len);
			}
			if (p.twophase_xid != 0)
				ai_words(w, " of transaction %u", p.twophase_xid);
			ai_words(w, " at %t", p.when);
			if (p.nsubxacts > 0)
				ai_words(w, ", %n", p.nsubxacts, "subtransaction");
			if (p.nrels > 0)
			{
				ai_words(w, ", %n removed:", p.nrels, "file");
				for (uint32 i = 0; i < p.nrels && i < FILES_NAMED; i++)
				{
					AiLocator	l;

					memcpy(&l, p.rels + i * sizeof(l), sizeof(l));
					ai_words(w, " %f", &l);
				}
				if (p.nrels > FILES_NAMED)
					ai_words(w, " ...");
			}
			break;
		case XLOG_XACT_PREPARE:
			{
				uint16		len = 0;

				if (!AI_WAL_MAIN(rec, offsetof(xl_xact_prepare, prepared_at),
								 &when, 8))
					return;
				ai_words(w, "prepare");
				if (AI_WAL_MAIN(rec, offsetof(xl_xact_prepare, gidlen), &len,
								2) &&
					rec->main_len >= MAXALIGN(sizeof(xl_xact_prepare)) &&
					len <= rec->main_len - MAXALIGN(sizeof(xl_xact_prepare)))
				{
					ai_words(w, " ");
					ai_words_quoted(w,
									rec->main +
									MAXALIGN(sizeof(xl_xact_prepare)), len);
				}
				ai_words(w, " at %t", when);
				break;
			}
		case XLOG_XACT_ASSIGNMENT:
			if (!AI_WAL_MAIN(rec, offsetof(xl_xact_assignment, xtop), &xid,
							 4) ||
				!AI_WAL_MAIN(rec, offsetof(xl_xact_assignment, nsubxacts), &n,
							 4))
				return;
			ai_words(w, "%n of transaction %u", n, "subtransaction", xid);
			break;
		case XLOG_XACT_INVALIDATIONS:
			if (!AI_WAL_MAIN(rec, 0, &n, 4))
				return;
			ai_words(w, "%n of caches, for logical decoding", n,
					 "invalidation");
			break;
	}
}

int
ai_wal_xids(const AiWalRecord *rec, uint32 *top, const char **subxids)
{
	XactParts	p;
	uint32		n = 0;
	uint32		at = MinSizeOfXactAssignment - 4;

	*top = rec->xid;
	*subxids = NULL;
	switch (rec->info & XLOG_XACT_OPMASK)
	{
		case XLOG_XACT_COMMIT:
		case XLOG_XACT_ABORT:
		case XLOG_XACT_COMMIT_PREPARED:
		case XLOG_XACT_ABORT_PREPARED:
			if (!xact_parts(rec, &p))
				return 0;
			if (p.twophase_xid != 0)
				*top = p.twophase_xid;
			*subxids = p.subxacts;
			return p.nsubxacts;
		case XLOG_XACT_ASSIGNMENT:
			if (!AI_WAL_MAIN(rec, offsetof(xl_xact_assignment, xtop), top, 4))
				return 0;
			if (!take_array(rec, &at, 4, 4, &n, subxids))
				return 0;
			return n;
	}
	return 0;
}

void
ai_wal_storage(const AiWalRecord *rec, AiWords *w)
{
	uint32		n = 0;
	uint32		m = 0;
	AiLocator	l;

	switch (rec->rmid)
	{
		case RM_SMGR_ID:
			if (rec->info == XLOG_SMGR_CREATE)
			{
				if (!AI_WAL_MAIN(rec, 0, &l, sizeof(l)) ||
					!AI_WAL_MAIN(rec, offsetof(xl_smgr_create, forkNum), &n,
								 4))
					return;
				ai_words(w, "create file %f, %s fork", &l,
						 n < 4 ? fork_names[n] : "unknown");
			}
			else if (rec->info == XLOG_SMGR_TRUNCATE)
			{
				if (!AI_WAL_MAIN(rec, 4, &l, sizeof(l)) ||
					!AI_WAL_MAIN(rec, 0, &n, 4) ||
					!AI_WAL_MAIN(rec, offsetof(xl_smgr_truncate, flags), &m,
								 4))
					return;
				ai_words(w, "truncate file %f to %n", &l, n, "block");
				if (m != SMGR_TRUNCATE_ALL)
					ai_words(w, ", some forks only");
			}
			break;
		case RM_DBASE_ID:
			if (!AI_WAL_MAIN(rec, 0, &n, 4))
				return;
			if (rec->info == XLOG_DBASE_CREATE_FILE_COPY)
			{
				if (AI_WAL_MAIN(rec,
								offsetof(xl_dbase_create_file_copy_rec,
										 src_db_id), &m, 4))
					ai_words(w,
							 "create database %u by copying the files of %u",
							 n, m);
			}
			else if (rec->info == XLOG_DBASE_CREATE_WAL_LOG)
				ai_words(w, "create database %u, block by block", n);
			else if (rec->info == XLOG_DBASE_DROP)
				ai_words(w, "drop database %u", n);
			break;
		case RM_TBLSPC_ID:
			if (!AI_WAL_MAIN(rec, 0, &n, 4))
				return;
			if (rec->info == XLOG_TBLSPC_DROP)
				ai_words(w, "drop tablespace %u", n);
			else if (rec->info == XLOG_TBLSPC_CREATE &&
					 rec->main_len > offsetof(xl_tblspc_create_rec, ts_path))
			{
				ai_words(w, "create tablespace %u at ", n);
				ai_words_quoted(w,
								rec->main + offsetof(xl_tblspc_create_rec,
													 ts_path),
								rec->main_len - offsetof(xl_tblspc_create_rec,
														 ts_path));
			}
			break;
		case RM_RELMAP_ID:
			if (rec->info == XLOG_RELMAP_UPDATE && AI_WAL_MAIN(rec, 0, &n, 4))
				ai_words(w, n == 0 ? "new files of shared catalogs" :
						 "new files of the catalogs of database %u", n);
			break;
	}
}

void
ai_wal_other(const AiWalRecord *rec, AiWords *w)
{
	uint32		n = 0;
	uint32		m = 0;
	uint32		x = 0;
	uint64		lsn;

	switch (rec->rmid)
	{
		case RM_CLOG_ID:
			ai_words(w, rec->info == CLOG_ZEROPAGE ?
					 "new page of transaction statuses" :
					 rec->info == CLOG_TRUNCATE ?
					 "old transaction statuses removed" : "");
			break;
		case RM_COMMIT_TS_ID:
			ai_words(w, rec->info == COMMIT_TS_ZEROPAGE ?
					 "new page of commit timestamps" :
					 rec->info == COMMIT_TS_TRUNCATE ?
					 "old commit timestamps removed" : "");
			break;
		case RM_MULTIXACT_ID:
			if (rec->info == XLOG_MULTIXACT_CREATE_ID)
			{
				if (AI_WAL_MAIN(rec, offsetof(xl_multixact_create, mid), &n,
								4) &&
					AI_WAL_MAIN(rec, offsetof(xl_multixact_create, nmembers),
								&m, 4))
					ai_words(w, "multixact %u of %n", n, m, "member");
			}
			else
				ai_words(w, rec->info == XLOG_MULTIXACT_TRUNCATE_ID ?
						 "old multixacts removed" :
						 rec->info == XLOG_MULTIXACT_ZERO_OFF_PAGE ?
						 "new page of multixact offsets" :
						 "new page of multixact members");
			break;
		case RM_STANDBY_ID:
			if (rec->info == XLOG_STANDBY_LOCK && AI_WAL_MAIN(rec, 0, &n, 4))
				ai_words(w, "%n held, for standbys", n,
						 "access exclusive lock");
			else if (rec->info == XLOG_RUNNING_XACTS &&
					 AI_WAL_MAIN(rec, offsetof(xl_running_xacts, xcnt), &n,
								 4) &&
					 AI_WAL_MAIN(rec, offsetof(xl_running_xacts, nextXid), &m,
								 4) &&
					 AI_WAL_MAIN(rec,
								 offsetof(xl_running_xacts, oldestRunningXid),
								 &x, 4))
				ai_words(w, "%n running, oldest %u, next %u", n,
						 "transaction", x, m);
			else if (rec->info == XLOG_INVALIDATIONS &&
					 AI_WAL_MAIN(rec, offsetof(xl_invalidations, nmsgs), &n,
								 4))
				ai_words(w, "%n of caches", n, "invalidation");
			break;
		case RM_SEQ_ID:
			/* the values are in the row that the record holds */
			ai_words(w, "sequence: values logged ahead");
			break;
		case RM_REPLORIGIN_ID:
			if (rec->info == XLOG_REPLORIGIN_SET &&
				AI_WAL_MAIN(rec, offsetof(xl_replorigin_set, remote_lsn),
							&lsn, 8))
				ai_words(w, "replication origin advanced to %X", lsn);
			else if (rec->info == XLOG_REPLORIGIN_DROP)
				ai_words(w, "replication origin dropped");
			break;
		case RM_GENERIC_ID:
			ai_words(w,
					 "pages of an extension's access method, as differences");
			break;
		case RM_LOGICALMSG_ID:
			{
				Size		prefix = 0;
				Size		size = 0;
				uint8		transactional = 0;

				if (!AI_WAL_MAIN(rec,
								 offsetof(xl_logical_message, transactional),
								 &transactional, 1) ||
					!AI_WAL_MAIN(rec,
								 offsetof(xl_logical_message, prefix_size),
								 &prefix, sizeof(Size)) ||
					!AI_WAL_MAIN(rec,
								 offsetof(xl_logical_message, message_size),
								 &size, sizeof(Size)))
					return;
				ai_words(w,
						 transactional ?
						 "message of the transaction, prefix " :
						 "message, prefix ");
				if (rec->main_len >= SizeOfLogicalMessage &&
					prefix <= rec->main_len - SizeOfLogicalMessage)
					ai_words_quoted(w, rec->main + SizeOfLogicalMessage,
									prefix);
				ai_words(w, ", %l bytes", (uint64) size);
				break;
			}
	}
}

bool
ai_wal_locator(const AiWalRecord *rec, AiLocator *l)
{
	switch (rec->rmid)
	{
		case RM_SMGR_ID:
			return AI_WAL_MAIN(rec, rec->info == XLOG_SMGR_TRUNCATE ? 4 : 0,
							   l, sizeof(*l));
		case RM_HEAP2_ID:
			return (rec->info & XLOG_HEAP_OPMASK) == XLOG_HEAP2_NEW_CID &&
				AI_WAL_MAIN(rec, offsetof(xl_heap_new_cid, combocid) + 4, l,
							sizeof(*l));
		case RM_BTREE_ID:
			return rec->info == XLOG_BTREE_REUSE_PAGE &&
				AI_WAL_MAIN(rec, 0, l, sizeof(*l));
		case RM_GIST_ID:
			return rec->info == XLOG_GIST_PAGE_REUSE &&
				AI_WAL_MAIN(rec, 0, l, sizeof(*l));
	}
	return false;
}
