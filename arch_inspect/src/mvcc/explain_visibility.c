/*-------------------------------------------------------------------------
 *
 * explain_visibility.c
 *	  Why a snapshot sees one row version or not, step by step.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/itemptr.h"
#include "storage/procarray.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "base/guard.h"
#include "compat.h"
#include "decode/decode_heap.h"
#include "judge/holders.h"
#include "judge/visibility.h"
#include "result.h"
#include "source/page_source.h"

PG_FUNCTION_INFO_V1(ai_explain_visibility);

/* how many holders are named */
#define MAX_KEEPERS 5

typedef struct Report
{
	ReturnSetInfo *rsinfo;
	int			step;
} Report;

static void put(Report *report, const char *question, const char *answer,
				const char *evidence, const char *explanation,...)
			pg_attribute_printf(5, 6);

/*
 * One step.  The explanation is a format; NULL evidence is a null.
 */
static void
put(Report *report, const char *question, const char *answer,
	const char *evidence, const char *explanation,...)
{
	Datum		values[5];
	bool		nulls[5] = {false};
	StringInfoData buf;

	initStringInfo(&buf);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, explanation);
		needed = appendStringInfoVA(&buf, explanation, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&buf, needed);
	}

	values[0] = Int32GetDatum(++report->step);
	values[1] = CStringGetTextDatum(question);
	values[2] = CStringGetTextDatum(answer);
	nulls[3] = evidence == NULL;
	if (evidence)
		values[3] = CStringGetTextDatum(evidence);
	values[4] = CStringGetTextDatum(buf.data);
	tuplestore_putvalues(report->rsinfo->setResult, report->rsinfo->setDesc,
						 values, nulls);
	pfree(buf.data);
}

/*
 * Who runs a transaction, for a sentence.
 */
static const char *
whose(TransactionId xid, AiXidStatus status)
{
	TransactionId top;
	int			pid;

	if (status == AI_XID_OWN)
		return "your own transaction";
	top = ai_xid_top(xid);
	pid = TransactionIdIsValid(top) ? BackendXidGetPid(top) : 0;
	if (pid != 0)
		return psprintf("process %d", pid);
	if (RecoveryInProgress())
		return "the primary";
	/* no process has it: so it is prepared, or has ended since the look */
	return TransactionIdIsValid(top) && TransactionIdIsInProgress(top) ?
		"a prepared transaction" :
		"a process or prepared transaction that ends now";
}

/*
 * A transaction in words: its id, and its top-level one where it is known to
 * be a subtransaction.
 */
static const char *
name_xid(const char *noun, TransactionId xid)
{
	TransactionId top = ai_xid_top(xid);

	if (top == xid || !TransactionIdIsValid(top))
		return psprintf("%s %u", noun, xid);
	return psprintf("%s %u (a subtransaction of %u)", noun, xid, top);
}

static void
put_xid(Report *report, const char *question, TransactionId xid,
		AiXidStatus status, AiEvidence by)
{
	const char *answer = ai_xid_status_name(status);
	const char *evidence = ai_evidence_name(by);

	switch (status)
	{
		case AI_XID_NONE:
			put(report, question, "nobody", NULL,
				"There is no transaction id: an INSERT ... ON CONFLICT took this version back.");
			break;
		case AI_XID_FROZEN:
			put(report, question, answer, evidence,
				"Frozen: marked to be seen by every snapshot; t_xmin is %u and plays no part.", xid);
			break;
		case AI_XID_COMMITTED:
			put(report, question, answer, evidence,
				"%s committed; %s.", name_xid("Transaction", xid),
				by == AI_BY_HINT ? "a hint bit in t_infomask says so" :
				"pg_xact says so, and no hint bit was set on the tuple yet");
			break;
		case AI_XID_ABORTED:
			put(report, question, answer, evidence,
				"%s did not commit; %s.", name_xid("Transaction", xid),
				by == AI_BY_HINT ? "a hint bit in t_infomask says so" :
				by == AI_BY_CRASH ? "pg_xact knows no end of it and nobody runs it, so it was lost in a crash" :
				"pg_xact says so");
			break;
		case AI_XID_IN_PROGRESS:
		case AI_XID_OWN:
			put(report, question, answer, evidence,
				"%s is running, in %s.", name_xid("Transaction", xid),
				whose(xid, status));
			break;
		case AI_XID_TOO_OLD:
			put(report, question, answer, evidence,
				"The commit log of transaction %u was cut off, so a tuple that still asks for it is damaged.", xid);
			break;
		case AI_XID_NOT_YET:
			put(report, question, answer, evidence,
				"Transaction id %u was never assigned, so the tuple is damaged.", xid);
			break;
		default:
			put(report, question, answer, evidence,
				"The server's files don't tell how transaction %u ended.",
				xid);
			break;
	}
}

/*
 * Whether the transaction was over for the snapshot.
 */
static void
put_snapshot(Report *report, AiLook *look, const char *question,
			 TransactionId xid, AiXidStatus status)
{
	AiEvidence	by;
	bool		unsure;
	bool		running = ai_look_in_snapshot(look, xid, &by, &unsure);
	const char *bounds;

	if (look->snapshot)
		bounds = psprintf("the snapshot has xmin %u, xmax %u and %u running",
						  look->snapshot->xmin, look->snapshot->xmax,
						  look->snapshot->xcnt +
						  (look->snapshot->takenDuringRecovery ?
						   look->snapshot->subxcnt : 0));
	else
		bounds =
			psprintf("the given snapshot has xmin " UINT64_FORMAT ", xmax " UINT64_FORMAT " and %u running",
					 look->given.xmin, look->given.xmax, look->given.nxip);

	if (running)
		put(report, question, "no", ai_evidence_name(by),
			"%s had not ended when the snapshot was taken: %s%s.",
			name_xid("Transaction", xid), bounds,
			by == AI_BY_SUBTRANS ? "; its parent is among them" : "");
	else if (unsure)
		put(report, question, "unknown", ai_evidence_name(by),
			"Whether %s had ended when the snapshot was taken can't be known: %s, but it lists no subtransactions, and whether this was one of them is not kept any more.",
			name_xid("transaction", xid), bounds);
	else if (status == AI_XID_IN_PROGRESS || status == AI_XID_OWN)
		put(report, question, "no", ai_evidence_name(AI_BY_RUNNING),
			"%s runs even now, whatever the snapshot lists.",
			name_xid("Transaction", xid));
	else
		put(report, question, "yes", ai_evidence_name(by),
			"%s had ended when the snapshot was taken%s: %s.",
			name_xid("Transaction", xid),
			look->snapshot == NULL &&
			U64FromFullTransactionId(ai_xid_widen(xid)) >= look->given.xmin ?
			", or is the one that took it, which a snapshot doesn't list" :
			"", bounds);
}

static void
put_command(Report *report, AiLook *look, const HeapTupleHeaderData *tuple,
			const char *question, bool of_insert)
{
	CommandId	cid;

	if (!ai_look_command_id(look, tuple, of_insert, &cid))
	{
		put(report, question, "unknown", ai_evidence_name(AI_BY_COMMAND),
			"t_cid %u is no combo command id of this transaction, so the tuple is damaged.", cid);
		return;
	}
	put(report, question, cid < look->snapshot->curcid ? "yes" : "no",
		ai_evidence_name(AI_BY_COMMAND),
		"Command %u of your own transaction did it%s; the snapshot was taken for command %u.",
		cid, (tuple->t_infomask & HEAP_COMBOCID) ?
		" (looked up from a combo command id)" : "",
		look->snapshot->curcid);
}

/*
 * What stands in t_xmax.
 */
static void
put_xmax(Report *report, const HeapTupleHeaderData *tuple,
		 const AiTupleStatus *status)
{
	TransactionId xmax = tuple->t_choice.t_heap.t_xmax;
	const char *question = "who replaced or deleted it?";
	bool		lock_known = true;

	if (status->xmax == AI_XID_NONE)
	{
		put(report, question, "nobody", ai_evidence_name(AI_BY_HINT),
			"t_xmax is empty.");
		return;
	}
	if (status->xmax == AI_XID_IGNORED)
	{
		put(report, question, "nobody", ai_evidence_name(AI_BY_HINT),
			"t_xmax holds %u, but HEAP_XMAX_INVALID says to ignore it: that one %s.", xmax,
			HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask) ?
			"only locked the row and is gone" : "did not commit");
		return;
	}
	if ((tuple->t_infomask & HEAP_XMAX_IS_MULTI) &&
		!HEAP_LOCKED_UPGRADED(tuple->t_infomask))
	{
		MultiXactMember *members;
		AiXidStatus why;
		AiXidCache *cache = ai_xid_cache_create();
		int			n = ai_multi_members(xmax, &members, &why);

		/* one that was cut off had no running member left */
		lock_known = n >= 0 || why == AI_XID_TOO_OLD;
		if (n < 0)
			put(report, "who is behind the multixact?",
				ai_xid_status_name(why),
				ai_evidence_name(AI_BY_RANGE),
				"t_xmax holds the multixact %u, whose members can't be read.",
				xmax);
		for (int i = 0; i < n; i++)
		{
			AiEvidence	by;
			AiXidStatus member = ai_xid_status(cache, members[i].xid, &by);
			const char *mode = ai_multi_status_name(members[i].status);

			CHECK_FOR_INTERRUPTS();
			put(report, "who is behind the multixact?", mode ? mode :
				"unknown",
				ai_evidence_name(AI_BY_MULTIXACT),
				"t_xmax holds the multixact %u; member %d of %d is %s, which is %s.", xmax, i + 1, n,
				name_xid("transaction", members[i].xid),
				member == AI_XID_NONE ? "no transaction" :
				member == AI_XID_OWN ? "your own" :
				ai_xid_status_name(member));
		}
	}
	if (status->xmax == AI_XID_LOCKED_ONLY ||
		status->xmax == AI_XID_LOCK_RELEASED)
	{
		put(report, question, "nobody", ai_evidence_name(AI_BY_HINT),
			"t_xmax %u only locks the row (HEAP_XMAX_LOCK_ONLY); %s.", xmax,
			!lock_known ? "whether the lock is held can't be told" :
			status->xmax == AI_XID_LOCKED_ONLY ? "the lock is held" :
			"the lock is gone");
		return;
	}
	if (TransactionIdIsValid(status->updater))
		put_xid(report, question, status->updater, status->xmax,
				status->xmax_by);
}

/* What is at the place that t_ctid names. */
typedef enum Successor
{
	SUCCESSOR_GONE,				/* nothing that the updater put there */
	SUCCESSOR_THERE,
	SUCCESSOR_UNKNOWN			/* who the updater was is not known */
} Successor;

/*
 * Whether the version that a transaction put at a place is still there.  A
 * place is used again once VACUUM has freed it, so the address alone proves
 * nothing.
 */
static Successor
find_next_version(Relation rel, const ItemPointerData *tid,
				  TransactionId updater)
{
	BlockNumber blkno = ItemPointerGetBlockNumberNoCheck(tid);
	OffsetNumber offnum = ItemPointerGetOffsetNumberNoCheck(tid);
	AiPage	   *page;
	AiPageHeader header;
	AiHeapItem	item;

	if (!TransactionIdIsValid(updater))
		return SUCCESSOR_UNKNOWN;
	if (blkno >= ai_fork_blocks(rel, MAIN_FORKNUM))
		return SUCCESSOR_GONE;
	page = ai_page_create();
	ai_page_read(rel, MAIN_FORKNUM, blkno, page);
	ai_decode_page_header(page->image, ai_expected_page(rel, MAIN_FORKNUM),
						  &header);
	if (offnum < FirstOffsetNumber || offnum > header.nitems)
		return SUCCESSOR_GONE;
	ai_decode_heap_item(page->image, &header, offnum, &item);
	return item.item.flags == LP_NORMAL && item.has_header &&
		TransactionIdEquals(item.t_xmin, updater) ? SUCCESSOR_THERE :
		SUCCESSOR_GONE;
}

/*
 * Where the row went from here.  t_ctid is set by whoever updates or moves
 * the row, and stays as it is when that one rolls back.
 */
static void
put_newer(Report *report, Relation rel, const HeapTupleHeaderData *tuple,
		  const AiTupleStatus *status, ItemPointer tid)
{
	static const char *const question = "where is the newer version?";
	BlockNumber blkno = ItemPointerGetBlockNumberNoCheck(&tuple->t_ctid);
	OffsetNumber offnum = ItemPointerGetOffsetNumberNoCheck(&tuple->t_ctid);
	bool		moved = ai_moved_partitions(tuple);
	TransactionId updater = status->updater;
	const char *place;
	Successor	successor;

	if (!moved && HeapTupleHeaderIsSpeculative(tuple))
	{
		put(report, question, "none", "t_ctid",
			"An INSERT ... ON CONFLICT holds this place and has not confirmed it.");
		return;
	}
	if (ai_same_place(&tuple->t_ctid, tid))
		return;

	if (status->xmax == AI_XID_IGNORED &&
		!(tuple->t_infomask & HEAP_XMAX_IS_MULTI))
		updater = tuple->t_choice.t_heap.t_xmax;
	place = psprintf("(%u,%u)", blkno, offnum);
	successor = moved ? SUCCESSOR_UNKNOWN :
		find_next_version(rel, &tuple->t_ctid, updater);

	switch (status->xmax)
	{
		case AI_XID_NONE:
			if (moved)
				put(report, question, "none", "t_ctid",
					"t_ctid still says that the row was moved to another partition, but t_xmax names nobody who did that; a move that did not commit leaves this behind.");
			else
				put(report, question, "none", "t_ctid",
					"t_ctid still points to %s, but t_xmax names nobody who put a newer version there; an update that did not commit leaves this behind.", place);
			break;
		case AI_XID_IGNORED:
		case AI_XID_ABORTED:
			if (moved)
				put(report, question, "none", "t_ctid",
					"The row was to be moved to another partition, but that did not commit.");
			else if (successor == SUCCESSOR_THERE)
				put(report, question, "none", "t_ctid",
					"It was to be replaced by the version at %s, but that did not commit.", place);
			else
				put(report, question, "none", "t_ctid",
					"t_ctid still points to %s, where an update that did not commit put a version%s.",
					place, successor == SUCCESSOR_GONE ?
					"; that one is gone" : "");
			break;
		case AI_XID_OWN:
		case AI_XID_IN_PROGRESS:
		case AI_XID_COMMITTED:
		case AI_XID_FROZEN:
			if (moved)
				put(report, question, "another partition", "t_ctid",
					"The row %s moved to another partition; a moved row leaves no address.",
					status->xmax == AI_XID_OWN ||
					status->xmax == AI_XID_IN_PROGRESS ?
					"is being" : "was");
			else if (successor == SUCCESSOR_THERE)
				put(report, question, place, "t_ctid",
					"It %s replaced by the version at %s%s.",
					status->xmax == AI_XID_OWN ||
					status->xmax == AI_XID_IN_PROGRESS ?
					"is being" : "was", place,
					(tuple->t_infomask2 & HEAP_HOT_UPDATED) ?
					" on the same page, to which no index entry points (HOT)" : "");
			else
				put(report, question, "gone", "t_ctid",
					"Transaction %u replaced it by a version at %s, and that one is gone.",
					updater, place);
			break;
		default:
			put(report, question, "unknown", "t_ctid",
				"t_ctid points to %s, but whether a newer version was put there can't be told.",
				moved ? "another partition" : place);
			break;
	}
}

/*
 * Who keeps what the transaction replaced or deleted, for a sentence; NULL if
 * nobody does any more.
 */
static const char *
keepers(Relation rel, TransactionId deleter)
{
	AiHolders  *holders = ai_holders_read();
	AiTables	tables = ai_tables_of(rel);
	StringInfoData buf;
	int			n = 0;

	initStringInfo(&buf);
	for (int i = 0; i < holders->n; i++)
	{
		AiHolder   *holder = &holders->holder[i];

		if (!ai_holder_holds(holder, tables) ||
			TransactionIdPrecedes(deleter, ai_holder_from(holder, tables)))
			continue;
		if (++n <= MAX_KEEPERS)
			appendStringInfo(&buf, "%s%s", n > 1 ? ", " : "",
							 ai_holder_words(holder));
	}
	if (n > MAX_KEEPERS)
		appendStringInfo(&buf, " and %d more", n - MAX_KEEPERS);
	return n > 0 ? buf.data : NULL;
}

static void
put_removable(Report *report, Relation rel, AiLook *look,
			  const AiTupleStatus *status)
{
	const char *who;

	switch (status->state)
	{
		case AI_TUPLE_ABORTED:
			put(report, "may VACUUM remove it?", "yes", NULL,
				"What was never committed nobody needs.");
			break;
		case AI_TUPLE_DEAD:
			put(report, "may VACUUM remove it?", "yes", "cleanup horizon",
				"Transaction %u, which replaced or deleted it, lies before the horizon %u: no snapshot needs it.",
				status->updater, look->scan->horizon);
			break;
		case AI_TUPLE_UPDATED:
		case AI_TUPLE_HOT_UPDATED:
		case AI_TUPLE_MOVED:
		case AI_TUPLE_DELETED:
			who = keepers(rel, status->updater);
			put(report, "may VACUUM remove it?", "no", "cleanup horizon",
				"Transaction %u, which replaced or deleted it, is not before the horizon %u%s%s.",
				status->updater, look->scan->horizon,
				who ? "; it is kept by " :
				", as it was when this was asked; nobody keeps it any more",
				who ? who : "");
			break;
		case AI_TUPLE_UNKNOWN:
			put(report, "may VACUUM remove it?", "unknown", NULL,
				"VACUUM may stop here with an error: %s.",
				status->problem ? status->problem : "damaged");
			break;
		default:
			put(report, "may VACUUM remove it?", "no", NULL,
				"It is the row, or may become it.");
			break;
	}
}

/*
 * The verdict in one sentence for a person.
 */
static const char *
sentence(const AiVerdict *verdict)
{
	TransactionId xid = verdict->xid;

	switch (verdict->rule)
	{
		case AI_RULE_UNKNOWN:
			return psprintf("Whether it is seen can't be told, and a query that meets it may end in an error: %s.",
							verdict->status.problem ?
							verdict->status.problem :
							"its transactions can't be looked up");
		case AI_RULE_FORGOTTEN:
			return psprintf("Whether it is seen can't be known: transaction %u may have been part of one that the snapshot lists as running, and that is not kept any more.", xid);
		case AI_RULE_INSERT_ABORTED:
			return "Nobody ever sees this version, because the insert was rolled back.";
		case AI_RULE_INSERT_NOT_YET:
			return "It is not seen, because it claims to come from a transaction that does not exist yet.";
		case AI_RULE_INSERT_RUNNING:
			return psprintf("It is not seen, because transaction %u, which inserted it, was not over when the snapshot was taken.", xid);
		case AI_RULE_INSERT_COMMAND:
			return "It is not seen, because a command doesn't see what it inserts itself.";
		case AI_RULE_NOT_DELETED:
			return "It is seen: it was inserted before the snapshot, and nobody replaced or deleted it.";
		case AI_RULE_LOCKED:
			return "It is seen: it was inserted before the snapshot, and a lock on a row hides nothing.";
		case AI_RULE_DELETE_ABORTED:
			return "It is seen: it was inserted before the snapshot, and who wanted to replace or delete it did not commit.";
		case AI_RULE_DELETE_NOT_YET:
			return "It is seen: who deleted it, it claims, is a transaction that does not exist yet.";
		case AI_RULE_DELETE_RUNNING:
			return psprintf("It is seen, because transaction %u, which replaced or deleted it, was not over when the snapshot was taken.", xid);
		case AI_RULE_DELETE_COMMAND:
			return "It is seen, because your own transaction replaces or deletes it only in this or a later command.";
		case AI_RULE_DELETED:
			return psprintf("It is not seen, because transaction %u, which replaced or deleted it, had committed when the snapshot was taken.", xid);
		case AI_RULE_DELETED_OWN:
			return "It is not seen, because an earlier command of your own transaction replaced or deleted it.";
	}
	return "";
}

/*
 * All steps for a tuple with a header.
 */
static void
explain_tuple(Report *report, Relation rel, AiLook *look,
			  const HeapTupleHeaderData *tuple, ItemPointer tid)
{
	AiVerdict	verdict;
	AiTupleStatus *status = &verdict.status;
	TransactionId xmin = tuple->t_choice.t_heap.t_xmin;
	bool		counts;

	ai_look_tuple(look, tuple, ItemPointerGetBlockNumberNoCheck(tid),
				  ItemPointerGetOffsetNumberNoCheck(tid), &verdict);

	put_xid(report, "who inserted it?", xmin, status->xmin, status->xmin_by);
	if (status->xmin == AI_XID_OWN && look->snapshot)
		put_command(report, look, tuple,
					"was it inserted before this command?", true);
	else if (status->xmin == AI_XID_COMMITTED ||
			 status->xmin == AI_XID_IN_PROGRESS ||
			 status->xmin == AI_XID_OWN)
		put_snapshot(report, look, "was the inserter over at the snapshot?",
					 xmin, status->xmin);

	counts = verdict.rule != AI_RULE_INSERT_ABORTED &&
		verdict.rule != AI_RULE_INSERT_NOT_YET &&
		verdict.rule != AI_RULE_INSERT_RUNNING &&
		verdict.rule != AI_RULE_INSERT_COMMAND &&
		status->xmin != AI_XID_TOO_OLD && status->xmin != AI_XID_UNREADABLE;
	if (counts)
	{
		put_xmax(report, tuple, status);
		if (status->xmax == AI_XID_OWN && look->snapshot)
			put_command(report, look, tuple,
						"was it replaced or deleted before this command?",
						false);
		else if (TransactionIdIsValid(status->updater) &&
				 (status->xmax == AI_XID_COMMITTED ||
				  status->xmax == AI_XID_IN_PROGRESS ||
				  status->xmax == AI_XID_OWN))
			put_snapshot(report, look,
						 "was the deleter over at the snapshot?",
						 status->updater, status->xmax);
	}

	put(report, "verdict", !verdict.known ? "unknown" :
		verdict.visible ? "visible" : "not visible",
		ai_evidence_name(verdict.by), "%s", sentence(&verdict));
	if (!HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask) ||
		HeapTupleHeaderIsSpeculative(tuple))
		put_newer(report, rel, tuple, status, tid);
	put_removable(report, rel, look, status);
	if (look->snapshot == NULL)
		put(report, "what can't a given snapshot tell?",
			"subtransactions, command ids", "pg_snapshot",
			"It lists top-level transactions only, so a subtransaction is judged by its parent while pg_subtrans knows it; and it has no command ids, so your own transaction is judged as another session would see it.");
}

/*
 * ai_explain_visibility - arch_inspect.explain_visibility(regclass, tid,
 * pg_snapshot)
 *
 * A line pointer without a tuple has a verdict too, so that every tid of an
 * existing block gets one.
 */
Datum
ai_explain_visibility(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"step", INT4OID},
		{"question", TEXTOID},
		{"answer", TEXTOID},
		{"evidence", TEXTOID},
		{"explanation", TEXTOID}
	};
	ItemPointer tid;
	struct varlena *given = NULL;
	Report		report = {arch_result_rows(fcinfo, columns,
										   lengthof(columns)), 0};
	Relation	rel;
	AiPage	   *page;
	AiPageHeader header;
	AiHeapItem	item;
	OffsetNumber offnum;
	BlockNumber blkno;

	if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
		given = PG_DETOAST_DATUM(PG_GETARG_DATUM(2));
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	tid = (ItemPointer) PG_GETARG_POINTER(1);
	blkno = ItemPointerGetBlockNumberNoCheck(tid);
	offnum = ItemPointerGetOffsetNumberNoCheck(tid);

	rel = ai_open_relation(PG_GETARG_OID(0), AI_STRUCTURE, AI_HEAP);
	ai_check_block(rel, ai_fork_blocks(rel, MAIN_FORKNUM), blkno);
	page = ai_page_create();
	ai_page_read(rel, MAIN_FORKNUM, blkno, page);
	ai_decode_page_header(page->image, ai_expected_page(rel, MAIN_FORKNUM),
						  &header);

	if (offnum < FirstOffsetNumber || offnum > header.nitems)
	{
		if (header.problem)
			put(&report, "verdict", "unknown", "page header",
				"The page can't be read as one of a table: %s.",
				header.problem);
		else
			put(&report, "verdict", "not visible", "line pointer",
				"The page has %u line pointers, and none of number %u.",
				header.nitems, offnum);
	}
	else
	{
		ai_decode_heap_item(page->image, &header, offnum, &item);
		if (item.item.flags == LP_UNUSED)
			put(&report, "verdict", "not visible", "line pointer",
				"The line pointer is unused: nothing is there.");
		else if (item.item.flags == LP_REDIRECT)
			put(&report, "verdict", "not visible", "line pointer",
				"The line pointer redirects to (%u,%u): the version that was here is gone, and index entries that point here mean that one.",
				blkno, item.redirect_to);
		else if (item.item.flags == LP_DEAD)
			put(&report, "verdict", "not visible", "line pointer",
				"The line pointer is dead: the version is gone, and VACUUM has yet to remove the index entries that point here.");
		else if (!item.has_header)
			put(&report, "verdict", "unknown", "line pointer",
				"There is no tuple to read: %s.", item.problem);
		else
			explain_tuple(&report, rel,
						  ai_look_begin(rel, GetActiveSnapshot(), given),
						  item.tuple, tid);
	}

	ai_close_relation(rel);
	return (Datum) 0;
}
