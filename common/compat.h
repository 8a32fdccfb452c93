/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  What differs between the server's majors; the only file that tests
 *	  PG_VERSION_NUM.
 *
 * A shim bears the newest API's name and says which release changed it, so
 * that it can be deleted when that release is the oldest one supported.
 *-------------------------------------------------------------------------
 */
#ifndef ARCH_COMPAT_H
#define ARCH_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "PostgreSQL 15 or later is needed"
#endif

#include "fmgr.h"

/* PG 18 lets a module name itself and its version */
#if PG_VERSION_NUM >= 180000
#define ARCH_MODULE_MAGIC(modname) \
	PG_MODULE_MAGIC_EXT(.name = (modname), .version = EXT_VERSION)
#else
#define ARCH_MODULE_MAGIC(modname) PG_MODULE_MAGIC
#endif

/* PG 16 moved the varlena macros out of postgres.h */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
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

/* PG 18 looks for "$libdir/name" in all of dynamic_library_path */
#define ARCH_LIBDIR_IS_SEARCHED (PG_VERSION_NUM >= 180000)

/* PG 18 says in front of a function that it does not return */
#if PG_VERSION_NUM < 180000
#define pg_noreturn __attribute__((noreturn))
#endif

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

/* PG 16 renamed RelFileNode and made macros of buffer tags functions */
#if PG_VERSION_NUM < 160000
#include "utils/relfilenodemap.h"
#define RelFileLocator RelFileNode
#define RelFileNumber Oid
#define rd_locator rd_node
#define InitBufferTag(tag, rlocator, forkno, blkno) \
	INIT_BUFFERTAG(*(tag), *(rlocator), forkno, blkno)
#define BufferTagsEqual(tag1, tag2) BUFFERTAGS_EQUAL(*(tag1), *(tag2))
#define BufTagGetForkNum(tag) ((tag)->forkNum)
#define smgr_rlocator smgr_rnode
#define RelidByRelfilenumber(spcoid, relnumber) \
	RelidByRelfilenode(spcoid, relnumber)
#define rlocator rnode
#else
#include "utils/relfilenumbermap.h"
#endif

/* PG 18 returns a path by value; this one is in palloc'd memory everywhere */
#if PG_VERSION_NUM >= 180000
#define relpath_palloc(rlocator, forkno) pstrdup(relpath(rlocator, forkno).str)
#else
#define relpath_palloc(rlocator, forkno) relpath(rlocator, forkno)
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

/* PG 19 has a level of the log for each kind of process */
#if PG_VERSION_NUM >= 190000
#define arch_log_min_messages log_min_messages[MyBackendType]
#else
#define arch_log_min_messages log_min_messages
#endif

/* PG 17 added methods of jsonpath; before it, no value has them */
#if PG_VERSION_NUM < 170000
#define jpiBigint (jpiLikeRegex + 1)
#define jpiBoolean (jpiLikeRegex + 2)
#define jpiDate (jpiLikeRegex + 3)
#define jpiDecimal (jpiLikeRegex + 4)
#define jpiInteger (jpiLikeRegex + 5)
#define jpiNumber (jpiLikeRegex + 6)
#define jpiStringFunc (jpiLikeRegex + 7)
#define jpiTime (jpiLikeRegex + 8)
#define jpiTimeTz (jpiLikeRegex + 9)
#define jpiTimestamp (jpiLikeRegex + 10)
#define jpiTimestampTz (jpiLikeRegex + 11)
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
#define ai_slot_invalidated(slot) ((slot)->data.invalidated != RS_INVAL_NONE)
#else
#define ai_slot_invalidated(slot) \
	(!XLogRecPtrIsInvalid((slot)->data.invalidated_at) && \
	 XLogRecPtrIsInvalid((slot)->data.restart_lsn))
#endif

/* PG 17 copies slots to a standby */
#if PG_VERSION_NUM >= 170000
#define ai_slot_synced(slot) ((slot)->data.synced)
#else
#define ai_slot_synced(slot) false
#endif

/* PG 17 numbers processes by their PGPROC, and temporary schemas with them */
#if PG_VERSION_NUM >= 170000
#define ai_temp_namespace_proc(namespaceid) \
	(GetTempNamespaceProcNumber(namespaceid) == INVALID_PROC_NUMBER ? NULL : \
	 ProcNumberGetProc(GetTempNamespaceProcNumber(namespaceid)))
#else
#define ai_temp_namespace_proc(namespaceid) \
	(GetTempNamespaceBackendId(namespaceid) == InvalidBackendId ? NULL : \
	 BackendIdGetProc(GetTempNamespaceBackendId(namespaceid)))
#endif

/* PG 17 renamed the wait for a buffer pin */
#if PG_VERSION_NUM < 170000
#define WAIT_EVENT_BUFFER_PIN PG_WAIT_BUFFER_PIN
#endif

/* PG 16 turned the lock manager's queues into dlists */
#if PG_VERSION_NUM >= 160000
#define arch_lock_queue_foreach(type, member, var, queue) \
	for (type *var = dlist_is_empty(queue) ? NULL : \
		 dlist_head_element(type, member, queue); var != NULL; \
		 var = dlist_has_next(queue, &var->member) ? \
		 dlist_container(type, member, dlist_next_node(queue, &var->member)) : NULL)
#define ARCH_WAIT_QUEUE(lock) (&(lock)->waitProcs.dlist)
#else
#define arch_lock_queue_foreach(type, member, var, queue) \
	for (type *var = (type *) SHMQueueNext(queue, queue, offsetof(type, member)); \
		 var != NULL; \
		 var = (type *) SHMQueueNext(queue, &var->member, offsetof(type, member)))
#define ARCH_WAIT_QUEUE(lock) (&(lock)->waitProcs.links)
#endif

/*
 * The bit of a lightweight lock's state that says "held exclusively"; those
 * below count the shared holders.  lwlock.c keeps it to itself, and PG 18
 * moved it.
 */
#if PG_VERSION_NUM >= 180000
#define AI_LW_EXCLUSIVE ((uint32) MAX_BACKENDS + 1)
#else
#define AI_LW_EXCLUSIVE ((uint32) 1 << 24)
#endif

/*
 * PG 17 gave each PGPROC a status entry of the same number.  Before, they are
 * numbered by backend ID, and auxiliary processes by their type, behind the
 * others.  The array itself is static: our own entry leads to it.
 */
#if PG_VERSION_NUM >= 170000
#define ai_status_base() (MyBEEntry - MyProcNumber)
#define ai_status_slot(proc, procno) (procno)
#define AI_AUX_STATUS_SLOTS 0
#else
#define ai_status_base() (MyBEEntry - (MyBackendId - 1))
#define ai_status_slot(proc, procno) ((proc)->backendId - 1)
#define AI_AUX_STATUS_SLOTS NUM_AUXPROCTYPES
#endif

/* PG 18 shows backends that still authenticate */
#if PG_VERSION_NUM < 180000
#define STATE_STARTING ((BackendState) -1)
#endif

/* PG 17 brought pg_wait_events, with the words for each event */
#if PG_VERSION_NUM >= 170000
#define AI_SERVER_HAS_WAIT_EVENTS true
#else
#define AI_SERVER_HAS_WAIT_EVENTS false
#endif

/* PG 17 summarizes the WAL for incremental backups, and keeps it until then */
#if PG_VERSION_NUM >= 170000
#include "postmaster/walsummarizer.h"
#else
#define summarize_wal false
#define GetWalSummarizerState(tli, summarized, pending, pid) \
	((void) (pid), *(tli) = 0, *(summarized) = *(pending) = InvalidXLogRecPtr)
#endif

/* PG 17 brought bump contexts */
#if PG_VERSION_NUM >= 170000
#define AI_OTHER_CONTEXT "Bump"
#else
#define AI_OTHER_CONTEXT "unknown"
#endif

/*
 * PG 18 caps the threshold of a vacuum, and counts only the unfrozen share of
 * a table into that for inserted rows
 */
#if PG_VERSION_NUM >= 180000
#define ai_autovacuum_max_threshold(options) \
	((options) != NULL && (options)->vacuum_max_threshold >= -1 ? \
	 (options)->vacuum_max_threshold : autovacuum_vac_max_thresh)
#define ai_unfrozen_share(class) \
	((class)->relpages > 0 && (class)->relallfrozen > 0 ? \
	 1 - ((float4) Min((class)->relallfrozen, (class)->relpages) / (class)->relpages) : 1)
#else
#define ai_autovacuum_max_threshold(options) (-1)
#define ai_unfrozen_share(class) 1
#endif

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
#define mu_create_foreignscan_path(root, rel, rows, startup, total, outer) \
	create_foreignscan_path(root, rel, NULL, rows, 0, startup, total, NIL, outer, NULL, NIL, NIL)
#elif PG_VERSION_NUM >= 170000
#define mu_create_foreignscan_path(root, rel, rows, startup, total, outer) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, NIL, outer, NULL, NIL, NIL)
#else
#define mu_create_foreignscan_path(root, rel, rows, startup, total, outer) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, NIL, outer, NULL, NIL)
#endif

/* PG 17 renamed the class of waits for a buffer pin, PG 19 once more */
#if PG_VERSION_NUM >= 190000
#define AL_WAIT_CLASS_PIN PG_WAIT_BUFFER
#elif PG_VERSION_NUM >= 170000
#define AL_WAIT_CLASS_PIN PG_WAIT_BUFFERPIN
#else
#define AL_WAIT_CLASS_PIN PG_WAIT_BUFFER_PIN
#endif

/*
 * Makes a background worker count as a connection of its role and database.
 * PG 18 turned the mark around, PG 19 replaced it by the kind of the process,
 * which more depends on: there a worker is counted by nobody but us.
 */
#if PG_VERSION_NUM >= 190000
#define al_count_as_connection(proc) ((void) (proc))
#elif PG_VERSION_NUM >= 180000
#define al_count_as_connection(proc) ((proc)->isRegularBackend = true)
#else
#define al_count_as_connection(proc) ((proc)->isBackgroundWorker = false)
#endif

/* PG 16 gathered the checks of each kind of object */
#if PG_VERSION_NUM >= 160000
#define al_database_aclcheck(dbid, roleid, mode) \
	object_aclcheck(DatabaseRelationId, dbid, roleid, mode)
#else
#define al_database_aclcheck(dbid, roleid, mode) \
	pg_database_aclcheck(dbid, roleid, mode)
#endif

/* PG 17 brought event triggers on login */
#if PG_VERSION_NUM >= 170000
#include "commands/event_trigger.h"
#else
#define EventTriggerOnLogin() ((void) 0)
#endif

#endif							/* ARCH_COMPAT_H */
