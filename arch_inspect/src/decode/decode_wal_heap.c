/*-------------------------------------------------------------------------
 *
 * decode_wal_heap.c
 *	  What the records of the heap did, and the row versions they hold.
 *
 * The structs are heapam_xlog.h's.  Prune records changed in 17 (one format
 * for pruning, vacuum and freezing); both are read here, told apart by the
 * names of their codes.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam_xlog.h"
#include "access/htup_details.h"
#include "access/rmgr.h"
#include "access/visibilitymapdefs.h"

#include "compat_disk.h"
#include "decode/decode_wal.h"

/* Where xl_heap_update keeps the old and the new offset number */
#define UPDATE_OLD	offsetof(xl_heap_update, old_offnum)
#define UPDATE_NEW	offsetof(xl_heap_update, new_offnum)

/* The strength of a row lock, from the bits a lock record sets */
static const char *
lock_name(uint8 infobits)
{
	if (infobits & XLHL_XMAX_IS_MULTI)
		return "by several transactions";
	switch (infobits & (XLHL_XMAX_EXCL_LOCK | XLHL_XMAX_KEYSHR_LOCK))
	{
		case XLHL_XMAX_EXCL_LOCK | XLHL_XMAX_KEYSHR_LOCK:
			return "for share";
		case XLHL_XMAX_KEYSHR_LOCK:
			return "for key share";
		case XLHL_XMAX_EXCL_LOCK:
			return infobits & XLHL_KEYS_UPDATED ?
				"for update" : "for no key update";
	}
	return "for the updater";
}

/* The block a row of this update was on before, which is mostly the same */
static uint32
update_old_block(const AiWalRecord *rec)
{
	uint32		blkno = ai_wal_blkno(rec, 1);

	return blkno == InvalidBlockNumber ? ai_wal_blkno(rec, 0) : blkno;
}

void
ai_wal_heap(const AiWalRecord *rec, AiWords *w)
{
	uint8		op = rec->info & XLOG_HEAP_OPMASK;
	uint32		blkno = ai_wal_blkno(rec, 0);
	uint16		off = 0;
	uint16		new_off = 0;
	uint8		flags = 0;
	uint8		bits = 0;

	switch (op)
	{
		case XLOG_HEAP_INSERT:
			if (!AI_WAL_MAIN(rec, offsetof(xl_heap_insert, offnum), &off,
							 2) ||
				!AI_WAL_MAIN(rec, offsetof(xl_heap_insert, flags), &flags, 1))
				return;
			ai_words(w, flags & XLH_INSERT_IS_SPECULATIVE ?
					 "speculative insert %p" : "insert %p", blkno, off);
			if (flags & XLH_INSERT_ALL_VISIBLE_CLEARED)
				ai_words(w, ", clears all-visible");
			break;
		case XLOG_HEAP_DELETE:
			if (!AI_WAL_MAIN(rec, offsetof(xl_heap_delete, offnum), &off,
							 2) ||
				!AI_WAL_MAIN(rec, offsetof(xl_heap_delete, flags), &flags, 1))
				return;
			ai_words(w, flags & XLH_DELETE_IS_SUPER ?
					 "take back speculative insert %p" : "delete %p", blkno,
					 off);
			if (flags & XLH_DELETE_IS_PARTITION_MOVE)
				ai_words(w, ", moved to another partition");
			if (flags & XLH_DELETE_ALL_VISIBLE_CLEARED)
				ai_words(w, ", clears all-visible");
			break;
		case XLOG_HEAP_UPDATE:
		case XLOG_HEAP_HOT_UPDATE:
			if (!AI_WAL_MAIN(rec, UPDATE_OLD, &off, 2) ||
				!AI_WAL_MAIN(rec, UPDATE_NEW, &new_off, 2) ||
				!AI_WAL_MAIN(rec, offsetof(xl_heap_update, flags), &flags, 1))
				return;
			ai_words(w, op == XLOG_HEAP_UPDATE ?
					 "update %p -> %p" : "hot update %p -> %p",
					 update_old_block(rec), off, blkno, new_off);
			if (flags & (XLH_UPDATE_OLD_ALL_VISIBLE_CLEARED |
						 XLH_UPDATE_NEW_ALL_VISIBLE_CLEARED))
				ai_words(w, ", clears all-visible");
			break;
		case XLOG_HEAP_TRUNCATE:
			{
				uint32		n;

				if (!AI_WAL_MAIN(rec, offsetof(xl_heap_truncate, nrelids), &n,
								 4) ||
					!AI_WAL_MAIN(rec, offsetof(xl_heap_truncate, flags),
								 &flags, 1))
					return;
				ai_words(w, "truncate %n", n, "table");
				if (flags & XLH_TRUNCATE_CASCADE)
					ai_words(w, ", cascade");
				if (flags & XLH_TRUNCATE_RESTART_SEQS)
					ai_words(w, ", restart identity");
				return;
			}
		case XLOG_HEAP_CONFIRM:
			if (!AI_WAL_MAIN(rec, offsetof(xl_heap_confirm, offnum), &off, 2))
				return;
			ai_words(w, "confirm speculative insert %p", blkno, off);
			break;
		case XLOG_HEAP_LOCK:
			if (!AI_WAL_MAIN(rec, offsetof(xl_heap_lock, offnum), &off, 2) ||
				!AI_WAL_MAIN(rec, offsetof(xl_heap_lock, infobits_set), &bits,
							 1) ||
				!AI_WAL_MAIN(rec, offsetof(xl_heap_lock, flags), &flags, 1))
				return;
			ai_words(w, "lock %p %s", blkno, off, lock_name(bits));
			if (flags & XLH_LOCK_ALL_FROZEN_CLEARED)
				ai_words(w, ", clears all-frozen");
			break;
		case XLOG_HEAP_INPLACE:
			if (!AI_WAL_MAIN(rec, offsetof(xl_heap_inplace, offnum), &off, 2))
				return;
			ai_words(w, "overwrite %p in place", blkno, off);
			break;
	}
	if (rec->info & XLOG_HEAP_INIT_PAGE)
		ai_words(w, ", first on its page");
}

/* Appends "n noun" to a list of such */
static void
add_count(AiWords *w, bool *first, uint32 n, const char *what)
{
	if (n == 0)
		return;
	ai_words(w, *first ? ": %u %s" : ", %u %s", n, what);
	*first = false;
}

#ifdef XLOG_HEAP2_PRUNE_ON_ACCESS
/* Appends which bits of the visibility map the same record sets */
static void
add_marks(AiWords *w, uint16 flags)
{
	if (flags & XLHP_VM_ALL_VISIBLE)
		ai_words(w, ", marks it all-visible%s",
				 flags & XLHP_VM_ALL_FROZEN ? " and all-frozen" : "");
}

/*
 * Pruning, vacuum and freezing since 17: the lists are in the block's data,
 * unless the page was logged whole.
 *
 * Follows heap_xlog_deserialize_prune_and_freeze
 * (src/backend/access/rmgrdesc/heapdesc.c, REL_19_STABLE)
 */
static void
prune(const AiWalRecord *rec, AiWords *w, uint8 op)
{
	uint32		blkno = ai_wal_blkno(rec, 0);
	const char *data = rec->nblocks > 0 ? rec->blocks[0].data : NULL;
	uint32		len = rec->nblocks > 0 ? rec->blocks[0].data_len : 0;
	uint16		changes = XLHP_HAS_FREEZE_PLANS | XLHP_HAS_REDIRECTIONS |
		XLHP_HAS_DEAD_ITEMS | XLHP_HAS_NOW_UNUSED_ITEMS;
	xl_heap_prune head;
	uint16		flags;
	uint16		n = 0;
	uint32		at = 0;
	uint32		frozen = 0;
	uint32		redirected = 0;
	uint32		dead = 0;
	uint32		unused = 0;
	bool		first = true;

	if (!AI_WAL_MAIN(rec, 0, &head, SizeOfHeapPrune))
		return;
	flags = head.flags;
	if ((flags & changes) == 0 && (flags & XLHP_VM_ALL_VISIBLE) != 0)
	{
		ai_words(w, "mark block %u all-visible", blkno);
		if (flags & XLHP_VM_ALL_FROZEN)
			ai_words(w, " and all-frozen");
		return;
	}
	ai_words(w, op == XLOG_HEAP2_PRUNE_ON_ACCESS ? "prune block %u" :
			 op == XLOG_HEAP2_PRUNE_VACUUM_SCAN ?
			 "vacuum, first pass, block %u" :
			 "vacuum, second pass, block %u", blkno);
	if (data == NULL || len == 0)
	{
		ai_words(w, rec->nblocks > 0 && rec->blocks[0].has_image ?
				 ": in the page image" : "");
		add_marks(w, flags);
		return;
	}
	if (flags & XLHP_HAS_FREEZE_PLANS)
	{
		uint16		plans;

		if (!ai_wal_copy(data, len, at, &plans, 2))
			return;
		at += offsetof(xlhp_freeze_plans, plans);
		for (int i = 0; i < plans; i++)
		{
			if (!ai_wal_copy(data, len,
							 at + offsetof(xlhp_freeze_plan, ntuples), &n, 2))
				return;
			frozen += n;
			at += sizeof(xlhp_freeze_plan);
		}
	}
	if (flags & XLHP_HAS_REDIRECTIONS)
	{
		if (!ai_wal_copy(data, len, at, &n, 2))
			return;
		redirected = n;
		at += offsetof(xlhp_prune_items, data) + 4 * (uint32) n;
	}
	if (flags & XLHP_HAS_DEAD_ITEMS)
	{
		if (!ai_wal_copy(data, len, at, &n, 2))
			return;
		dead = n;
		at += offsetof(xlhp_prune_items, data) + 2 * (uint32) n;
	}
	if (flags & XLHP_HAS_NOW_UNUSED_ITEMS)
	{
		if (!ai_wal_copy(data, len, at, &n, 2))
			return;
		unused = n;
	}
	add_count(w, &first, dead, "dead");
	add_count(w, &first, redirected, "redirected");
	add_count(w, &first, unused, "unused");
	add_count(w, &first, frozen, "frozen");
	add_marks(w, flags);
}
#else
/*
 * Pruning, vacuum and freezing until 16: three kinds of record.  How many
 * pointers became unused is told only by the length of the list, which is not
 * there where the page was logged whole.
 *
 * Follows heap_xlog_deserialize_prune_and_freeze
 * (src/backend/access/rmgrdesc/heapdesc.c, REL_19_STABLE)
 */
static void
prune(const AiWalRecord *rec, AiWords *w, uint8 op)
{
	uint32		blkno = ai_wal_blkno(rec, 0);
	uint32		items = rec->nblocks > 0 ? rec->blocks[0].data_len / 2 : 0;
	uint16		redirected = 0;
	uint16		dead = 0;
	uint16		n = 0;
	bool		first = true;

	switch (op)
	{
		case XLOG_HEAP2_PRUNE:
			if (!AI_WAL_MAIN(rec, offsetof(xl_heap_prune, nredirected),
							 &redirected, 2) ||
				!AI_WAL_MAIN(rec, offsetof(xl_heap_prune, ndead), &dead, 2))
				return;
			ai_words(w, "prune block %u", blkno);
			add_count(w, &first, dead, "dead");
			add_count(w, &first, redirected, "redirected");
			if (items > 2 * redirected + dead)
				add_count(w, &first, items - 2 * redirected - dead, "unused");
			else if (items == 0 && rec->nblocks > 0 &&
					 rec->blocks[0].has_image)
				ai_words(w, "%s what became unused is in the page image",
						 first ? ":" : ",");
			break;
		case XLOG_HEAP2_VACUUM:
			if (!AI_WAL_MAIN(rec, offsetof(xl_heap_vacuum, nunused), &n, 2))
				return;
			ai_words(w, "vacuum, second pass, block %u", blkno);
			add_count(w, &first, n, "unused");
			break;
		case XLOG_HEAP2_FREEZE_PAGE:
			/* the count stands where 16 puts the number of freeze plans */
			if (!AI_WAL_MAIN(rec, 4, &n, 2))
				return;
			ai_words(w, "freeze block %u", blkno);
			add_count(w, &first, n,
					  SizeOfHeapFreezePage == 6 ? "frozen" : "freeze plans");
			break;
	}
}
#define XLOG_HEAP2_PRUNE_ON_ACCESS		XLOG_HEAP2_PRUNE
#define XLOG_HEAP2_PRUNE_VACUUM_SCAN	XLOG_HEAP2_VACUUM
#define XLOG_HEAP2_PRUNE_VACUUM_CLEANUP	XLOG_HEAP2_FREEZE_PAGE
#endif

/* Appends where the rows of a multi-insert went, as runs of line pointers */
static void
list_lines(const AiWalRecord *rec, AiWords *w, uint32 blkno, int n)
{
	int			runs = 0;
	int			i = 0;

	while (i < n)
	{
		uint16		first = ai_wal_tuple_line(rec, i);
		uint16		last = first;

		if (first == 0)
			return;
		while (++i < n && ai_wal_tuple_line(rec, i) == last + 1)
			last++;
		ai_words(w, runs++ > 0 ? ", %p" : " %p", blkno, first);
		if (last > first)
			ai_words(w, " .. %p", blkno, last);
	}
}

void
ai_wal_heap2(const AiWalRecord *rec, AiWords *w)
{
	uint8		op = rec->info & XLOG_HEAP_OPMASK;
	uint32		blkno = ai_wal_blkno(rec, 0);
	uint16		off = 0;
	uint16		n = 0;
	uint8		flags = 0;
	uint8		bits = 0;

	switch (op)
	{
		case XLOG_HEAP2_REWRITE:
			ai_words(w, "mapping of rewritten rows, for logical decoding");
			break;
		case XLOG_HEAP2_PRUNE_ON_ACCESS:
		case XLOG_HEAP2_PRUNE_VACUUM_SCAN:
		case XLOG_HEAP2_PRUNE_VACUUM_CLEANUP:
			prune(rec, w, op);
			break;
		case XLOG_HEAP2_VISIBLE:
			/* reference 0 is the map's page, reference 1 the heap's */
			if (!AI_WAL_MAIN(rec, ARCH_HEAP_VISIBLE_FLAGS, &flags, 1))
				return;
			ai_words(w, "mark block %u all-visible", ai_wal_blkno(rec, 1));
			if (flags & VISIBILITYMAP_ALL_FROZEN)
				ai_words(w, " and all-frozen");
			break;
		case XLOG_HEAP2_MULTI_INSERT:
			if (!AI_WAL_MAIN(rec, offsetof(xl_heap_multi_insert, ntuples), &n,
							 2) ||
				!AI_WAL_MAIN(rec, offsetof(xl_heap_multi_insert, flags),
							 &flags, 1))
				return;
			ai_words(w, "insert %n", n, "row");
			list_lines(rec, w, blkno, n);
			if (flags & XLH_INSERT_ALL_VISIBLE_CLEARED)
				ai_words(w, ", clears all-visible");
			if (flags & XLH_INSERT_ALL_FROZEN_SET)
				ai_words(w, ", all-frozen");
			if (rec->info & XLOG_HEAP_INIT_PAGE)
				ai_words(w, ", first on its page");
			break;
		case XLOG_HEAP2_LOCK_UPDATED:
			if (!AI_WAL_MAIN(rec, offsetof(xl_heap_lock_updated, offnum),
							 &off, 2) ||
				!AI_WAL_MAIN(rec,
							 offsetof(xl_heap_lock_updated, infobits_set),
							 &bits, 1))
				return;
			ai_words(w, "lock newer version %p %s", blkno, off,
					 lock_name(bits));
			break;
		case XLOG_HEAP2_NEW_CID:
			{
				uint16		tid[3];
				uint32		cmin = 0;
				uint32		cmax = 0;

				if (!AI_WAL_MAIN(rec, offsetof(xl_heap_new_cid, target_tid),
								 tid, 6) ||
					!AI_WAL_MAIN(rec, offsetof(xl_heap_new_cid, cmin), &cmin,
								 4) ||
					!AI_WAL_MAIN(rec, offsetof(xl_heap_new_cid, cmax), &cmax,
								 4))
					return;
				ai_words(w, "command ids of %p, for logical decoding:",
						 (uint32) tid[0] << 16 | tid[1], tid[2]);
				if (cmin != InvalidCommandId)
					ai_words(w, " cmin %u", cmin);
				if (cmax != InvalidCommandId)
					ai_words(w, " cmax %u", cmax);
				break;
			}
	}
}

uint16
ai_wal_tuple_line(const AiWalRecord *rec, int n)
{
	uint8		op = rec->info & XLOG_HEAP_OPMASK;
	uint16		off = 0;
	uint16		count;

	if (rec->rmid == RM_HEAP_ID && n == 0)
	{
		if (op == XLOG_HEAP_INSERT)
			(void) AI_WAL_MAIN(rec, offsetof(xl_heap_insert, offnum), &off,
							   2);
		else if (op == XLOG_HEAP_UPDATE || op == XLOG_HEAP_HOT_UPDATE)
			(void) AI_WAL_MAIN(rec, UPDATE_NEW, &off, 2);
	}
	else if (rec->rmid == RM_HEAP2_ID && op == XLOG_HEAP2_MULTI_INSERT)
	{
		if (!AI_WAL_MAIN(rec, offsetof(xl_heap_multi_insert, ntuples), &count,
						 2) ||
			n < 0 || n >= count)
			return 0;
		/* a page's first rows have the line pointers 1 .. n */
		if (rec->info & XLOG_HEAP_INIT_PAGE)
			return n + 1;
		(void) AI_WAL_MAIN(rec,
						   offsetof(xl_heap_multi_insert, offsets) + 2 * n,
						   &off, 2);
	}
	return off;
}

bool
ai_wal_tuple(const AiWalRecord *rec, uint32 *position, AiWalTuple *t)
{
	uint8		op = rec->info & XLOG_HEAP_OPMASK;
	const char *data;
	uint32		len;
	uint32		at = 0;
	uint8		flags;

	if (rec->nblocks == 0 || !rec->blocks[0].in_use ||
		rec->blocks[0].data == NULL)
		return false;
	data = rec->blocks[0].data;
	len = rec->blocks[0].data_len;
	t->blkno = rec->blocks[0].blkno;

	if (rec->rmid == RM_HEAP2_ID && op == XLOG_HEAP2_MULTI_INSERT)
	{
		/* position counts tuples in its upper half, bytes in the lower */
		uint32		n = *position >> 16;
		uint16		datalen;

		/* each struct is aligned, seen from the start of the data */
		at = SHORTALIGN(*position & 0xFFFF);
		t->offnum = ai_wal_tuple_line(rec, n);
		if (t->offnum == 0 ||
			!ai_wal_copy(data, len,
						 at + offsetof(xl_multi_insert_tuple, datalen),
						 &datalen, 2) ||
			!ai_wal_copy(data, len,
						 at + offsetof(xl_multi_insert_tuple, t_infomask2),
						 &t->infomask2, 2) ||
			!ai_wal_copy(data, len,
						 at + offsetof(xl_multi_insert_tuple, t_infomask),
						 &t->infomask, 2) ||
			!ai_wal_copy(data, len,
						 at + offsetof(xl_multi_insert_tuple, t_hoff),
						 &t->hoff, 1))
			return false;
		at += SizeOfMultiInsertTuple;
		if (datalen > len - at)
			return false;
		t->data = data + at;
		t->len = datalen;
		at += datalen;
		if (at > 0xFFFF)
			return false;
		*position = (n + 1) << 16 | at;
		return true;
	}

	if (rec->rmid != RM_HEAP_ID || *position != 0)
		return false;
	if (op == XLOG_HEAP_UPDATE || op == XLOG_HEAP_HOT_UPDATE)
	{
		/* what is equal at both ends was not logged: then it's not in full */
		if (!AI_WAL_MAIN(rec, offsetof(xl_heap_update, flags), &flags, 1) ||
			(flags &
			 (XLH_UPDATE_PREFIX_FROM_OLD | XLH_UPDATE_SUFFIX_FROM_OLD)))
			return false;
	}
	else if (op != XLOG_HEAP_INSERT)
		return false;
	t->offnum = ai_wal_tuple_line(rec, 0);
	if (t->offnum == 0 ||
		!ai_wal_copy(data, len, offsetof(xl_heap_header, t_infomask2),
					 &t->infomask2, 2) ||
		!ai_wal_copy(data, len, offsetof(xl_heap_header, t_infomask),
					 &t->infomask, 2) ||
		!ai_wal_copy(data, len, offsetof(xl_heap_header, t_hoff), &t->hoff,
					 1))
		return false;
	t->data = data + SizeOfHeapHeader;
	t->len = len - SizeOfHeapHeader;
	*position = 1;
	return true;
}
