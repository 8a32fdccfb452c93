/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  What differs between the server's majors; the only file that tests
 *	  PG_VERSION_NUM, with compat_disk.h for what is on disk.
 *
 * A shim bears the newest API's name and says which release changed it, so
 * that it can be deleted when that release is the oldest one supported.  What
 * the server has no one name for is called arch_ or ARCH_.  No macro here
 * bears the name of a structure's member: that would rename it everywhere.
 *-------------------------------------------------------------------------
 */
#ifndef ARCH_COMPAT_H
#define ARCH_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "PostgreSQL 15 or later is needed"
#endif

#include "fmgr.h"

#include "compat_disk.h"

/* PG 18 lets a module name itself and its version */
#if PG_VERSION_NUM >= 180000
#define ARCH_MODULE_MAGIC(modname) \
	PG_MODULE_MAGIC_EXT(.name = (modname), .version = EXT_VERSION)
#else
#define ARCH_MODULE_MAGIC(modname) PG_MODULE_MAGIC
#endif

/*
 * PG 16 lets an input function report an error softly; before, it is thrown.
 */
#if PG_VERSION_NUM < 160000
#define ereturn(context, dummy_value, ...) \
	do { \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#else
#include "nodes/miscnodes.h"
#endif

/* PG 16 has indexes that only summarize; before, BRIN was as any other */
#if PG_VERSION_NUM < 160000
#define arch_am_summarizes(indam) false
#else
#define arch_am_summarizes(indam) ((indam)->amsummarizing)
#endif

/* PG 18 looks for "$libdir/name" in all of dynamic_library_path */
#define ARCH_LIBDIR_IS_SEARCHED (PG_VERSION_NUM >= 180000)

/*
 * PG 16 gathered the checks of each kind of object; before it, these two are
 * for functions and for relations only
 */
#if PG_VERSION_NUM < 160000
#define object_aclcheck(classid, objid, roleid, mode) \
	(AssertMacro((classid) == ProcedureRelationId), \
	 pg_proc_aclcheck(objid, roleid, mode))
#define object_ownercheck(classid, objid, roleid) \
	(AssertMacro((classid) == RelationRelationId), \
	 pg_class_ownercheck(objid, roleid))
#endif

/* PG 16 renamed RelFileNode, and made the macros of buffer tags functions */
#if PG_VERSION_NUM >= 160000
#define arch_rd_locator(rel) (&(rel)->rd_locator)
#define arch_smgr_rlocator(smgr) ((smgr)->smgr_rlocator)
#define arch_block_rlocator(block) (&(block)->rlocator)
#else
#define RelFileLocator RelFileNode
#define RelFileNumber Oid
#define InitBufferTag(tag, locator, forkno, blkno) \
	INIT_BUFFERTAG(*(tag), *(locator), forkno, blkno)
#define BufferTagsEqual(tag1, tag2) BUFFERTAGS_EQUAL(*(tag1), *(tag2))
#define BufTagGetForkNum(tag) ((tag)->forkNum)
#define arch_rd_locator(rel) (&(rel)->rd_node)
#define arch_smgr_rlocator(smgr) ((smgr)->smgr_rnode)
#define arch_block_rlocator(block) (&(block)->rnode)
#endif

/* PG 18 returns a path by value; this one is in palloc'd memory everywhere */
#if PG_VERSION_NUM >= 180000
#define arch_smgr_path(smgr, forkno) \
	pstrdup(relpath(arch_smgr_rlocator(smgr), forkno).str)
#else
#define arch_smgr_path(smgr, forkno) relpath(arch_smgr_rlocator(smgr), forkno)
#endif

/* PG 16 renamed the header, and the function with it */
#if PG_VERSION_NUM >= 160000
#include "utils/relfilenumbermap.h"
#else
#include "utils/relfilenodemap.h"
#define RelidByRelfilenumber(spcoid, relnumber) \
	RelidByRelfilenode(spcoid, relnumber)
#endif

/* PG 16 renamed the members of a buffer tag */
#if PG_VERSION_NUM >= 160000
#define ARCH_TAG_SPC(tag) ((tag)->spcOid)
#define ARCH_TAG_DB(tag) ((tag)->dbOid)
#define ARCH_TAG_REL(tag) BufTagGetRelNumber(tag)
#else
#define ARCH_TAG_SPC(tag) ((tag)->rnode.spcNode)
#define ARCH_TAG_DB(tag) ((tag)->rnode.dbNode)
#define ARCH_TAG_REL(tag) ((tag)->rnode.relNode)
#endif

/* PG 17 renamed ShmemVariableCache */
#if PG_VERSION_NUM < 170000
#define TransamVariables ShmemVariableCache
#endif

/* PG 17 lets a caller spare the slots that are not synchronized */
#if PG_VERSION_NUM < 170000
#define ReplicationSlotCleanup(synced_only) ReplicationSlotCleanup()
#endif

/* PG 16 keeps why a slot was invalidated; before, only where it was */
#if PG_VERSION_NUM >= 160000
#define arch_slot_invalidated(slot) \
	((slot)->data.invalidated != RS_INVAL_NONE)
#else
#define arch_slot_invalidated(slot) \
	(!XLogRecPtrIsInvalid((slot)->data.invalidated_at) && \
	 XLogRecPtrIsInvalid((slot)->data.restart_lsn))
#endif

/* PG 17 copies slots to a standby */
#if PG_VERSION_NUM >= 170000
#define arch_slot_synced(slot) ((slot)->data.synced)
#else
#define arch_slot_synced(slot) false
#endif

/* PG 17 numbers processes by their PGPROC, and temporary schemas with them */
#if PG_VERSION_NUM >= 170000
#define arch_temp_namespace_proc(namespaceid) \
	(GetTempNamespaceProcNumber(namespaceid) == INVALID_PROC_NUMBER ? NULL : \
	 ProcNumberGetProc(GetTempNamespaceProcNumber(namespaceid)))
#else
#define arch_temp_namespace_proc(namespaceid) \
	(GetTempNamespaceBackendId(namespaceid) == InvalidBackendId ? NULL : \
	 BackendIdGetProc(GetTempNamespaceBackendId(namespaceid)))
#endif

/* PG 19 renamed the wait for a buffer pin, as PG 17 had done */
#if PG_VERSION_NUM < 170000
#define WAIT_EVENT_BUFFER_CLEANUP PG_WAIT_BUFFER_PIN
#elif PG_VERSION_NUM < 190000
#define WAIT_EVENT_BUFFER_CLEANUP WAIT_EVENT_BUFFER_PIN
#endif

/* PG 16 turned the lock manager's queues into dlists */
#if PG_VERSION_NUM >= 160000
#define arch_lock_queue_foreach(type, member, var, queue) \
	for (type *var = dlist_is_empty(queue) ? NULL : \
		 dlist_head_element(type, member, queue); var != NULL; \
		 var = dlist_has_next(queue, &var->member) ? \
		 dlist_container(type, member, \
						 dlist_next_node(queue, &var->member)) : NULL)
#define ARCH_WAIT_QUEUE(lock) (&(lock)->waitProcs.dlist)
#else
#define arch_lock_queue_foreach(type, member, var, queue) \
	for (type *var = (type *) SHMQueueNext(queue, queue, \
										   offsetof(type, member)); \
		 var != NULL; \
		 var = (type *) SHMQueueNext(queue, &var->member, \
									 offsetof(type, member)))
#define ARCH_WAIT_QUEUE(lock) (&(lock)->waitProcs.links)
#endif

/* PG 19 renamed what links the processes of a lock's wait queue */
#if PG_VERSION_NUM >= 190000
#define arch_wait_queue_foreach(var, lock) \
	arch_lock_queue_foreach(PGPROC, waitLink, var, ARCH_WAIT_QUEUE(lock))
#else
#define arch_wait_queue_foreach(var, lock) \
	arch_lock_queue_foreach(PGPROC, links, var, ARCH_WAIT_QUEUE(lock))
#endif

/*
 * The bit of a lightweight lock's state that says "held exclusively"; those
 * below count the shared holders.  lwlock.c keeps it to itself, and PG 18
 * moved it.
 */
#if PG_VERSION_NUM >= 180000
#define ARCH_LW_EXCLUSIVE ((uint32) MAX_BACKENDS + 1)
#else
#define ARCH_LW_EXCLUSIVE ((uint32) 1 << 24)
#endif

/*
 * PG 17 gave each PGPROC a status entry of the same number.  Before, they are
 * numbered by backend ID, and auxiliary processes by their type, behind the
 * others.  The array itself is static: our own entry leads to it.
 */
#if PG_VERSION_NUM >= 170000
#define arch_status_base() (MyBEEntry - MyProcNumber)
#define arch_status_slot(proc, procno) (procno)
#define ARCH_AUX_STATUS_SLOTS 0
#else
#define arch_status_base() (MyBEEntry - (MyBackendId - 1))
#define arch_status_slot(proc, procno) \
	(*(volatile BackendId *) &(proc)->backendId - 1)
#define ARCH_AUX_STATUS_SLOTS NUM_AUXPROCTYPES
#endif

/* PG 18 shows backends that still authenticate */
#if PG_VERSION_NUM < 180000
#define STATE_STARTING ((BackendState) -1)
#endif

/* PG 17 brought pg_wait_events, with the words for each event */
#if PG_VERSION_NUM >= 170000
#define ARCH_SERVER_HAS_WAIT_EVENTS true
#else
#define ARCH_SERVER_HAS_WAIT_EVENTS false
#endif

/*
 * PG 17 summarizes the WAL for incremental backups, and keeps it until then
 */
#if PG_VERSION_NUM >= 170000
#include "postmaster/walsummarizer.h"
#else
#define summarize_wal false
#define GetWalSummarizerState(tli, summarized, pending, pid) \
	((void) (pid), *(tli) = 0, *(summarized) = *(pending) = InvalidXLogRecPtr)
#endif

/* PG 17 brought bump contexts */
#if PG_VERSION_NUM >= 170000
#define ARCH_OTHER_CONTEXT "Bump"
#else
#define ARCH_OTHER_CONTEXT "unknown"
#endif

/*
 * PG 18 caps the threshold of a vacuum, and counts only the unfrozen share of
 * a table into that for inserted rows
 */
#if PG_VERSION_NUM >= 180000
#define arch_autovacuum_max_threshold(options) \
	((options) != NULL && (options)->vacuum_max_threshold >= -1 ? \
	 (options)->vacuum_max_threshold : autovacuum_vac_max_thresh)
#define arch_unfrozen_share(class) \
	((class)->relpages > 0 && (class)->relallfrozen > 0 ? \
	 1 - ((float4) Min((class)->relallfrozen, (class)->relpages) / \
		  (class)->relpages) : 1)
#else
#define arch_autovacuum_max_threshold(options) (-1)
#define arch_unfrozen_share(class) 1
#endif

/*
 * Up to PG 18 a table whose vacuum is forced is analyzed though it is
 * disabled
 */
#define ARCH_FORCED_VACUUM_ANALYZES (PG_VERSION_NUM < 190000)

/* PG 18 split commands/explain.h */
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

/* PG 18 dropped run_once */
#if PG_VERSION_NUM < 180000
#define PortalRun(portal, count, is_top_level, dest, altdest, qc) \
	PortalRun(portal, count, is_top_level, true, dest, altdest, qc)
#endif

/*
 * PG 17 gave a foreign path its restrictions, PG 18 its disabled nodes; this
 * one has no order, no outer path and nothing private.
 */
#if PG_VERSION_NUM >= 180000
#define arch_create_foreignscan_path(root, rel, rows, startup, total, outer) \
	create_foreignscan_path(root, rel, NULL, rows, 0, startup, total, NIL, \
							outer, NULL, NIL, NIL)
#elif PG_VERSION_NUM >= 170000
#define arch_create_foreignscan_path(root, rel, rows, startup, total, outer) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, NIL, \
							outer, NULL, NIL, NIL)
#else
#define arch_create_foreignscan_path(root, rel, rows, startup, total, outer) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, NIL, \
							outer, NULL, NIL)
#endif

/*
 * Makes a background worker count as a connection of its role and database.
 * PG 18 turned the mark around, PG 19 replaced it by the kind of the process,
 * which more depends on: there a worker is counted by nobody but us.
 */
#if PG_VERSION_NUM >= 190000
#define arch_count_as_connection(proc) ((void) (proc))
#elif PG_VERSION_NUM >= 180000
#define arch_count_as_connection(proc) ((proc)->isRegularBackend = true)
#else
#define arch_count_as_connection(proc) ((proc)->isBackgroundWorker = false)
#endif

/* PG 16 gathered the checks of each kind of object */
#if PG_VERSION_NUM >= 160000
#define arch_database_aclcheck(dbid, roleid, mode) \
	object_aclcheck(DatabaseRelationId, dbid, roleid, mode)
#else
#define arch_database_aclcheck(dbid, roleid, mode) \
	pg_database_aclcheck(dbid, roleid, mode)
#endif

/* PG 18 brought generated columns that are reckoned when they are read */
#if PG_VERSION_NUM >= 180000
#define arch_attribute_is_virtual(att) \
	((att)->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
#else
#define arch_attribute_is_virtual(att) ((void) (att), false)
#endif

/* PG 18 keeps NOT NULL as a constraint: its tuple, or NULL */
#if PG_VERSION_NUM >= 180000
#define arch_not_null_constraint(relid, attnum) \
	findNotNullConstraintAttnum(relid, attnum)
#else
#define arch_not_null_constraint(relid, attnum) \
	((void) (relid), (void) (attnum), (HeapTuple) NULL)
#endif

/* PG 17 brought event triggers on login */
#if PG_VERSION_NUM >= 170000
#include "commands/event_trigger.h"
#else
#define EventTriggerOnLogin() ((void) 0)
#endif

/* PG 19 wants to know when a descriptor that was made by hand is complete */
#if PG_VERSION_NUM < 190000
#define TupleDescFinalize(tupdesc) ((void) (tupdesc))
#endif

/* PG 19 tells a signal handler who sent the signal */
#if PG_VERSION_NUM >= 190000
#define ARCH_SIGNAL_ARGS postgres_signal_arg, pg_siginfo
#else
#define ARCH_SIGNAL_ARGS postgres_signal_arg
#endif

/* PG 19 replaced get_relation_info_hook and gave the planner more hooks */
#define ARCH_PLANNER_HOOKS_19 (PG_VERSION_NUM >= 190000)

/*
 * PG 17 lets a backward search go left of a pivot that is cut off at its key
 */
#define ARCH_BTREE_BACKWARD_KEYS (PG_VERSION_NUM >= 170000)

/*
 * PG 17 goes through lists of values on the leaves; before, there is a search
 * for each.  PG 18 skips through columns without a condition.  PG 19 keeps
 * all of that behind _bt_readpage().
 */
#define ARCH_BTREE_ARRAYS_OUTSIDE (PG_VERSION_NUM < 170000)
#define ARCH_BTREE_SKIP (PG_VERSION_NUM >= 180000)
#define ARCH_BTREE_READPAGE (PG_VERSION_NUM >= 190000)

#endif							/* ARCH_COMPAT_H */

/*
 * What follows needs a header of the server's that not everybody includes: it
 * is there for a file that has included that header before this one.
 */

#if defined(BUFMGR_INTERNALS_H) && !defined(ARCH_COMPAT_BUFFER)
#define ARCH_COMPAT_BUFFER

#include "utils/wait_event.h"

/* PG 19 widened a buffer's state, and put its content lock into it */
#if PG_VERSION_NUM >= 190000
typedef uint64 ArchBufferState;

static inline ArchBufferState
arch_buffer_state(BufferDesc *desc)
{
	return pg_atomic_read_u64(&desc->state);
}

static inline void
arch_unlock_buffer_header(BufferDesc *desc, ArchBufferState state)
{
	UnlockBufHdr(desc);
}
#else
typedef uint32 ArchBufferState;

static inline ArchBufferState
arch_buffer_state(BufferDesc *desc)
{
	return pg_atomic_read_u32(&desc->state);
}

static inline void
arch_unlock_buffer_header(BufferDesc *desc, ArchBufferState state)
{
	UnlockBufHdr(desc, state);
}
#endif

/*
 * PG 19 has no list of free buffers: one is free that holds no page
 *
 * Without a lock: where there is a list, its links are words under a lock of
 * their own, and whether this one leads on is all that is asked.
 */
static inline bool
arch_buffer_is_free(const BufferDesc *desc, ArchBufferState state)
{
#if PG_VERSION_NUM >= 190000
	return (state & BM_TAG_VALID) == 0;
#else
	return *(volatile const int *) &desc->freeNext != FREENEXT_NOT_IN_LIST;
#endif
}

/*
 * How a buffer's content is locked at the moment.  PG 19 knows a third way to
 * hold it, that is alone but for those who share it; it counts as shared.
 *
 * Without a lock: one word is read, and both answers come from it.
 */
static inline void
arch_content_lock(BufferDesc *desc, bool *exclusive, uint32 *shared)
{
#if PG_VERSION_NUM >= 190000
	uint64		state = pg_atomic_read_u64(&desc->state);

	*exclusive = (state & BM_LOCK_VAL_EXCLUSIVE) != 0;
	*shared = (uint32) ((state / BM_LOCK_VAL_SHARED) & MAX_BACKENDS) +
		((state & BM_LOCK_VAL_SHARE_EXCLUSIVE) != 0);
#else
	uint32		state =
		pg_atomic_read_u32(&BufferDescriptorGetContentLock(desc)->state);

	*exclusive = (state & ARCH_LW_EXCLUSIVE) != 0;
	*shared = state & (ARCH_LW_EXCLUSIVE - 1);
#endif
}

/* Does a process with this wait event wait for a buffer's content lock? */
static inline bool
arch_waits_for_content(uint32 wait_event_info)
{
#if PG_VERSION_NUM >= 190000
	return wait_event_info == WAIT_EVENT_BUFFER_EXCLUSIVE ||
		wait_event_info == WAIT_EVENT_BUFFER_SHARE_EXCLUSIVE ||
		wait_event_info == WAIT_EVENT_BUFFER_SHARED;
#else
	return wait_event_info == (PG_WAIT_LWLOCK | LWTRANCHE_BUFFER_CONTENT);
#endif
}

/*
 * ReadRecentBuffer() without a trace in the buffer's usage count
 *
 * PG 19 pins there in the common way, which raises the count.  It is taken
 * back at once, while the pin keeps the clock hand from lowering it; where
 * the count is not higher than it was before, there was nothing to raise: it
 * stood at its limit, or we had the buffer pinned already.
 */
static inline bool
arch_read_recent_buffer(const RelFileLocator *rlocator, ForkNumber forknum,
					  BlockNumber blkno, Buffer buffer)
{
#if PG_VERSION_NUM >= 190000
	BufferDesc *desc = GetBufferDescriptor(buffer - 1);
	uint64		state = pg_atomic_read_u64(&desc->state);
	uint32		before = BUF_STATE_GET_USAGECOUNT(state);

	if (!ReadRecentBuffer(*rlocator, forknum, blkno, buffer))
		return false;
	state = pg_atomic_read_u64(&desc->state);
	while (BUF_STATE_GET_USAGECOUNT(state) > before)
	{
		if ((state & BM_LOCKED) != 0)
			state = WaitBufHdrUnlocked(desc);
		else if (pg_atomic_compare_exchange_u64(&desc->state, &state,
												state - BUF_USAGECOUNT_ONE))
			break;
	}
	return true;
#else
	return ReadRecentBuffer(*rlocator, forknum, blkno, buffer);
#endif
}
#endif							/* ARCH_COMPAT_BUFFER */

#if defined(_PROC_H_) && !defined(ARCH_COMPAT_PROC)
#define ARCH_COMPAT_PROC

/* PG 19 keeps which conflicts with recovery are pending, not only whether */
static inline bool
arch_recovery_conflict_pending(PGPROC *proc)
{
#if PG_VERSION_NUM >= 190000
	return pg_atomic_read_u32(&proc->pendingRecoveryConflicts) != 0;
#else
	return proc->recoveryConflictPending;
#endif
}
#endif							/* ARCH_COMPAT_PROC */

#if defined(_PROC_H_) && defined(SLOT_H) && !defined(ARCH_COMPAT_SLOT)
#define ARCH_COMPAT_SLOT

/* PG 19 knows who uses a slot by the number of its PGPROC */
static inline int
arch_slot_pid(const ReplicationSlot *slot)
{
#if PG_VERSION_NUM >= 190000
	return slot->active_proc == INVALID_PROC_NUMBER ? 0 :
		GetPGProcByNumber(slot->active_proc)->pid;
#else
	return slot->active_pid;
#endif
}

/* PG 19 sets slots aside for REPACK, behind the others */
#if PG_VERSION_NUM >= 190000
#define ARCH_REPLICATION_SLOTS \
	(max_replication_slots + max_repack_replication_slots)
#else
#define ARCH_REPLICATION_SLOTS max_replication_slots
#endif
#endif							/* ARCH_COMPAT_SLOT */

#if defined(LOGICALLAUNCHER_H) && !defined(ARCH_COMPAT_LAUNCHER)
#define ARCH_COMPAT_LAUNCHER

/*
 * PG 16 has workers that help a subscription's one to apply, which leads them
 */
#if PG_VERSION_NUM < 160000
#define GetLeaderApplyWorkerPid(pid) InvalidPid
#endif
#endif							/* ARCH_COMPAT_LAUNCHER */

#if defined(XLOGREADER_H) && !defined(ARCH_COMPAT_XLOGREADER)
#define ARCH_COMPAT_XLOGREADER

/* PG 19 also says why there is no record; our own callback knows better */
static inline XLogRecPtr
arch_find_next_record(XLogReaderState *state, XLogRecPtr start)
{
#if PG_VERSION_NUM >= 190000
	char	   *errormsg;

	return XLogFindNextRecord(state, start, &errormsg);
#else
	return XLogFindNextRecord(state, start);
#endif
}
#endif							/* ARCH_COMPAT_XLOGREADER */

#if defined(GUC_H) && defined(MISCADMIN_H) && !defined(ARCH_COMPAT_GUC)
#define ARCH_COMPAT_GUC

/* PG 19 has a level for each kind of process */
static inline int *
arch_log_min_messages(void)
{
#if PG_VERSION_NUM >= 190000
	return &log_min_messages[MyBackendType];
#else
	return &log_min_messages;
#endif
}
#endif							/* ARCH_COMPAT_GUC */

#if defined(NBTREE_H) && !defined(ARCH_COMPAT_NBTREE)
#define ARCH_COMPAT_NBTREE

#if !ARCH_BTREE_ARRAYS_OUTSIDE && !ARCH_BTREE_READPAGE
/* PG 18 keeps the direction elsewhere, and asks which page is the first */
static inline void
arch_btree_set_page(BTReadPageState *pstate, ScanDirection dir,
					bool firstpage)
{
#if ARCH_BTREE_SKIP
	pstate->firstpage = firstpage;
#else
	pstate->dir = dir;
#endif
}

/* PG 18 has no use for whether an item of the page matched */
static inline void
arch_btree_matched(BTReadPageState *pstate)
{
#if !ARCH_BTREE_SKIP
	pstate->firstmatch = true;
#endif
}

/* PG 18 does not look at the high key of a page that its arrays are beyond */
static inline bool
arch_btree_is_behind(BTScanOpaque so)
{
	return ARCH_BTREE_SKIP && so->scanBehind;
}
#endif
#endif							/* ARCH_COMPAT_NBTREE */

#if defined(TIDBITMAP_H) && !defined(ARCH_COMPAT_TIDBITMAP)
#define ARCH_COMPAT_TIDBITMAP

#include "access/htup_details.h"

/*
 * A page of a bitmap.  PG 18 has a name of its own for the iterator of one
 * process, and gives the offsets apart from the page.
 */
typedef struct ArchBitmapPage
{
	BlockNumber blkno;
	bool		lossy;
	int			n;
	OffsetNumber offsets[MaxHeapTuplesPerPage];
} ArchBitmapPage;

#if PG_VERSION_NUM >= 180000
typedef TBMPrivateIterator ArchBitmapIterator;
#define arch_bitmap_begin(tbm) tbm_begin_private_iterate(tbm)

static inline bool
arch_bitmap_next(ArchBitmapIterator *iterator, ArchBitmapPage *page)
{
	TBMIterateResult result;

	if (!tbm_private_iterate(iterator, &result))
		return false;
	page->blkno = result.blockno;
	page->lossy = result.lossy;
	page->n = result.lossy ? 0 :
		tbm_extract_page_tuple(&result, page->offsets,
							   lengthof(page->offsets));
	return true;
}
#else
typedef TBMIterator ArchBitmapIterator;
#define arch_bitmap_begin(tbm) tbm_begin_iterate(tbm)

static inline bool
arch_bitmap_next(ArchBitmapIterator *iterator, ArchBitmapPage *page)
{
	TBMIterateResult *result = tbm_iterate(iterator);

	if (result == NULL)
		return false;
	page->blkno = result->blockno;
	page->lossy = result->ntuples < 0;
	page->n = Max(result->ntuples, 0);
	memcpy(page->offsets, result->offsets, page->n * sizeof(OffsetNumber));
	return true;
}
#endif
#endif							/* ARCH_COMPAT_TIDBITMAP */
