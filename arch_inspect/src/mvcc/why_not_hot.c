/*-------------------------------------------------------------------------
 *
 * why_not_hot.c
 *	  Which updates were HOT, and what kept the others from it.
 *
 * An update is heap-only where the new version finds room on the page of the
 * old one, and no column changed that an index has, other than one that only
 * summarizes.  The page of the new version tells of the first; of the second
 * tell the columns as both versions have them stored, by the server's own
 * measure, which is bytes.  But the server compared before it compressed a
 * value or moved it out of line; then the bytes that are stored now may not
 * tell.  And a rewrite of the table moves versions, and leaves none
 * heap-only.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/amapi.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "access/tupmacs.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "nodes/nodes.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "decode/decode_heap.h"
#include "judge/tuple_status.h"
#include "rows/rows.h"
#include "words/value.h"

#include "compat.h"

/* What keeps updates from being HOT, of one index. */
typedef struct Blocker
{
	Oid			oid;
	bool		always;			/* it has the whole row, or a system column */
	bool	   *has;			/* by attribute number, from 1 */
} Blocker;

/* What the two versions tell of a column. */
typedef enum Change
{
	CHANGE_NONE,
	CHANGE_DONE,
	CHANGE_UNKNOWN
} Change;

typedef struct HotState
{
	bool		may_see_values;
	TransactionId rewritten;	/* no rewrite was after it */
	bool		never_rewritten;
	AiTupleScan *scan;
	int			natts;
	AiAttribute *attrs;
	AiStored   *from_stored;
	AiStored   *to_stored;
	int			nblockers;
	Blocker    *blockers;
	bool	   *blocks;			/* by attribute number: of any index */
	bool		always;

	/* the page of a successor that lies elsewhere */
	AiPage	   *there;
	AiPageHeader there_header;

	/* the current update */
	OffsetNumber lp;
	AiHeapItem	from;
	bool		has_to;
	AiHeapItem	to;
	TransactionId xid;
	bool		same_page;
	bool		hot;
	bool		hot_known;
	bool		compared;
	Change	   *changes;
	int			nchanged;
	int			nunknown;
	const char *cause;
	const char *why;
} HotState;

/* The columns of an index that its expressions or its predicate name. */
static void
add_expression(Relation index, AttrNumber attnum, HotState *state,
			   Blocker *blocker)
{
	bool		isnull;
	Datum		datum = SysCacheGetAttr(INDEXRELID, index->rd_indextuple,
										attnum, &isnull);
	Bitmapset  *attrs = NULL;
	int			at = -1;

	if (isnull)
		return;
	/* as it stands: nothing of it is simplified, which would evaluate it */
	pull_varattnos(stringToNode(TextDatumGetCString(datum)), 1, &attrs);
	while ((at = bms_next_member(attrs, at)) >= 0)
	{
		int			column = at + FirstLowInvalidHeapAttributeNumber;

		if (column > 0 && column <= state->natts)
			blocker->has[column] = true;
		else if (column != TableOidAttributeNumber)
			blocker->always = true;
	}
}

/*
 * The indexes that keep an update from being HOT, as they are now.
 *
 * Follows RelationGetIndexAttrBitmap
 * (src/backend/utils/cache/relcache.c, REL_19_STABLE)
 */
static void
find_blockers(AiRows *rows)
{
	HotState   *state = rows->state;
	List	   *indexes = RelationGetIndexList(rows->rel);
	ListCell   *lc;

	state->blockers = palloc0(sizeof(Blocker) * Max(1, list_length(indexes)));
	state->blocks = palloc0(sizeof(bool) * (state->natts + 1));
	foreach(lc, indexes)
	{
		Relation	index = ai_open_part(rows->rel, lfirst_oid(lc));
		Blocker    *blocker = &state->blockers[state->nblockers];

		CHECK_FOR_INTERRUPTS();
		if (index == NULL)
			continue;
		if (!arch_am_summarizes(index->rd_indam))
		{
			state->nblockers++;
			blocker->oid = RelationGetRelid(index);
			blocker->has = palloc0(sizeof(bool) * (state->natts + 1));
			for (int i = 0; i < index->rd_index->indnatts; i++)
			{
				int			column = index->rd_index->indkey.values[i];

				if (column > 0 && column <= state->natts)
					blocker->has[column] = true;
			}
			add_expression(index, Anum_pg_index_indexprs, state, blocker);
			add_expression(index, Anum_pg_index_indpred, state, blocker);
			state->always |= blocker->always;
			for (int i = 1; i <= state->natts; i++)
				state->blocks[i] |= blocker->has[i];
		}
		ai_close_relation(index);
	}
}

/*
 * Since when the table was not rewritten.  A rewrite gives it another file
 * and its row of pg_class another version; the file of a mapped catalog is
 * known elsewhere, and nothing tells.
 */
static void
find_rewrite(AiRows *rows)
{
	HotState   *state = rows->state;
	Oid			relid = RelationGetRelid(rows->rel);
	HeapTuple	tuple;

	state->never_rewritten = rows->rel->rd_rel->relfilenode == relid;
	state->rewritten = MaxTransactionId;
	if (!OidIsValid(rows->rel->rd_rel->relfilenode))
		return;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		return;
	state->rewritten = HeapTupleHeaderGetRawXmin(tuple->t_data);
	ReleaseSysCache(tuple);
}

/* May a rewrite have put the versions of this updater where they are? */
static bool
may_be_rewritten(const HotState *state)
{
	return !state->never_rewritten &&
		(state->rewritten == MaxTransactionId ||
		 !TransactionIdFollows(state->xid, state->rewritten));
}

static void
begin(AiRows *rows)
{
	HotState   *state = rows->state;

	if (rows->rel == NULL)
		return;
	state->natts = RelationGetDescr(rows->rel)->natts;
	state->attrs = ai_attributes_of(RelationGetDescr(rows->rel));
	state->from_stored = palloc(sizeof(AiStored) * Max(1, state->natts));
	state->to_stored = palloc(sizeof(AiStored) * Max(1, state->natts));
	state->changes = palloc0(sizeof(Change) * (state->natts + 1));
	state->scan = ai_tuple_scan_begin(rows->rel);
	state->there = ai_page_create();
	state->there->blkno = InvalidBlockNumber;
	state->may_see_values = ai_has_rights(RelationGetRelid(rows->rel),
										  AI_VALUES);
	find_blockers(rows);
	find_rewrite(rows);
}

/* Who replaced the tuple, also where that was rolled back; else 0. */
static TransactionId
updater_of(HotState *state, const HeapTupleHeaderData *tuple)
{
	AiMultiSummary multi;

	if (HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask))
		return InvalidTransactionId;
	if ((tuple->t_infomask & HEAP_XMAX_IS_MULTI) == 0)
		return tuple->t_choice.t_heap.t_xmax;
	ai_multi_summary(state->scan->xids, tuple->t_choice.t_heap.t_xmax,
					 &multi);
	return multi.nmembers < 0 ? InvalidTransactionId : multi.updater;
}

/* The version that replaced the current one, if it is still there. */
static void
find_successor(AiRows *rows)
{
	HotState   *state = rows->state;
	const ItemPointerData *next = &state->from.t_ctid;
	BlockNumber blkno = ItemPointerGetBlockNumberNoCheck(next);
	OffsetNumber offnum = ItemPointerGetOffsetNumberNoCheck(next);
	const char *page = ai_rows_page(rows);
	const AiPageHeader *header = ai_rows_header(rows);

	state->has_to = false;
	state->same_page = blkno == (BlockNumber) rows->unit;
	if (!state->same_page)
	{
		if (blkno >= ai_fork_blocks(rows->rel, MAIN_FORKNUM))
			return;
		if (state->there->blkno != blkno)
		{
			ai_page_read(rows->rel, MAIN_FORKNUM, blkno, state->there);
			ai_decode_page_header(state->there->image, AI_PAGE_HEAP,
								  &state->there_header);
		}
		page = state->there->image;
		header = &state->there_header;
	}
	if (offnum < FirstOffsetNumber || offnum > header->nitems)
		return;
	ai_decode_heap_item(page, header, offnum, &state->to);
	state->has_to = state->to.item.flags == LP_NORMAL &&
		state->to.has_header &&
		TransactionIdEquals(state->to.t_xmin, state->xid);
}

/* Is a value kept in a form that it was not in when it was compared? */
static inline bool
is_toasted(const AiStored *stored)
{
	return stored->storage == AI_STORED_COMPRESSED ||
		stored->storage == AI_STORED_EXTERNAL;
}

static inline bool
is_there(const AiStored *stored)
{
	return stored->storage != AI_STORED_NULL &&
		stored->storage != AI_STORED_MISSING &&
		stored->storage != AI_STORED_UNREACHED;
}

/* A column that is younger than the old version. */
static Change
compare_missing(AiRows *rows, int column)
{
	HotState   *state = rows->state;
	TupleDesc	desc = RelationGetDescr(rows->rel);
	Form_pg_attribute att = TupleDescAttr(desc, column - 1);
	const AiStored *to = &state->to_stored[column - 1];
	const char *at = (const char *) state->to.tuple + to->offset;
	bool		isnull;
	Datum		missing = getmissingattr(desc, column, &isnull);

	if (to->storage == AI_STORED_MISSING)
		return CHANGE_NONE;
	if (isnull || to->storage == AI_STORED_NULL)
		return isnull == (to->storage == AI_STORED_NULL) ?
			CHANGE_NONE : CHANGE_DONE;
	if (is_toasted(to))
		return CHANGE_UNKNOWN;
	if (att->attbyval)
		return datumIsEqual(missing, fetch_att(at, true, att->attlen), true,
							att->attlen) ? CHANGE_NONE : CHANGE_DONE;
	return to->length == datumGetSize(missing, false, att->attlen) &&
		memcmp(at, DatumGetPointer(missing), to->length) == 0 ?
		CHANGE_NONE : CHANGE_DONE;
}

/*
 * Did the column change for who compared it then?
 *
 * The server compares the stored old value with the new one before that is
 * toasted.  So a new one that is stored plainly is what was compared; one
 * that is compressed or out of line was either so given, as it was in the old
 * version, or plain.
 *
 * Follows HeapDetermineColumnsInfo
 * (src/backend/access/heap/heapam.c, REL_19_STABLE)
 * Follows heap_attr_equals
 * (src/backend/access/heap/heapam.c, REL_19_STABLE)
 */
static Change
compare_column(AiRows *rows, int column)
{
	HotState   *state = rows->state;
	const AiStored *from = &state->from_stored[column - 1];
	const AiStored *to = &state->to_stored[column - 1];
	bool		same;

	if (from->problem != NULL || to->problem != NULL ||
		from->storage == AI_STORED_UNREACHED ||
		to->storage == AI_STORED_UNREACHED)
		return CHANGE_UNKNOWN;
	if (from->storage == AI_STORED_MISSING)
		return compare_missing(rows, column);
	if (!is_there(from) || !is_there(to))
		return to->storage == AI_STORED_MISSING ? CHANGE_UNKNOWN :
			is_there(from) == is_there(to) ? CHANGE_NONE : CHANGE_DONE;
	same = from->length == to->length &&
		memcmp((const char *) state->from.tuple + from->offset,
			   (const char *) state->to.tuple + to->offset,
			   from->length) == 0;
	if (!is_toasted(to))
		return same ? CHANGE_NONE : CHANGE_DONE;
	if (same)
		return to->storage == AI_STORED_EXTERNAL ?
			CHANGE_NONE : CHANGE_UNKNOWN;
	/* the old one, given on, could have become this one */
	if (!is_toasted(from) ||
		(from->storage == AI_STORED_COMPRESSED &&
		 to->storage == AI_STORED_EXTERNAL))
		return CHANGE_UNKNOWN;
	return CHANGE_DONE;
}

/* Compare all columns that indexes have; false where a version is damaged. */
static bool
compare_versions(AiRows *rows)
{
	HotState   *state = rows->state;

	state->nchanged = state->nunknown = 0;
	state->compared = state->may_see_values && state->has_to &&
		state->from.can_walk && state->to.can_walk;
	if (!state->compared)
		return false;
	(void) ai_decode_attributes(state->from.tuple, state->from.item.len,
								state->attrs, state->natts,
								state->from_stored);
	(void) ai_decode_attributes(state->to.tuple, state->to.item.len,
								state->attrs, state->natts, state->to_stored);
	for (int i = 1; i <= state->natts; i++)
	{
		state->changes[i] = !state->blocks[i] ? CHANGE_NONE :
			compare_column(rows, i);
		state->nchanged += state->changes[i] == CHANGE_DONE;
		state->nunknown += state->changes[i] == CHANGE_UNKNOWN;
	}
	return true;
}

static const char *
column_name(AiRows *rows, int column)
{
	TupleDesc	desc = RelationGetDescr(rows->rel);

	return NameStr(TupleDescAttr(desc, column - 1)->attname);
}

/* Names of the columns of which this is known. */
static char *
column_names(AiRows *rows, Change change)
{
	HotState   *state = rows->state;
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 1; i <= state->natts; i++)
	{
		if (state->changes[i] == change && state->blocks[i])
			appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ", ",
							 column_name(rows, i));
	}
	return names.data;
}

/* What is known of the columns, as a clause; too: beside another cause. */
static const char *
columns_clause(AiRows *rows, bool too)
{
	HotState   *state = rows->state;

	if (!state->has_to)
		return "it is gone, so that columns can't be compared";
	if (!state->may_see_values)
		return too ?
			"whether a column of an index changed, too, is for those who may see values" :
			"which one is for those who may see values";
	if (!state->compared)
		return "a version is damaged, so that columns can't be compared";
	if (state->nchanged > 0)
		return psprintf("a column changed%s that an index has now: %s",
						too ? ", too," : "",
						column_names(rows, CHANGE_DONE));
	if (state->always)
		return "an index has the whole row or a system column, which counts as changed always";
	if (state->nunknown > 0)
		return psprintf("of what indexes have now, the form that it is stored in doesn't tell whether it changed: %s",
						column_names(rows, CHANGE_UNKNOWN));
	return too ? "no column changed that an index has now" :
		"nothing that an index has now did: the index is gone, or a value was stored anew with the same bytes";
}

/*
 * What kept the update from being HOT, and how that is known.
 *
 * On the page of the old version there was room, so it was a column of an
 * index that was there then.  On another page, there was none.
 */
static void
explain(AiRows *rows)
{
	HotState   *state = rows->state;
	bool		changed;

	state->cause = state->why = NULL;
	compare_versions(rows);
	state->hot_known = true;
	if (state->hot)
		return;
	if (may_be_rewritten(state))
	{
		state->hot_known = false;
		state->cause = "unknown";
		state->why = "the table may have been rewritten since, which moves versions and leaves none heap-only";
		return;
	}
	changed = state->compared && (state->nchanged > 0 || state->always);
	if (!state->same_page)
	{
		state->cause = changed ? "indexed column and no room" : "no room";
		state->why = psprintf("the new version went to another page, so there was no room for it on this one; %s",
							  columns_clause(rows, true));
	}
	else
	{
		state->cause = "indexed column";
		state->why = changed ? columns_clause(rows, false) :
			psprintf("the new version stayed on the page, so something that an index had then counted as changed; %s",
					 columns_clause(rows, false));
	}
}

/* The next version that was replaced. */
static bool
next_update(AiRows *rows)
{
	HotState   *state = rows->state;

	for (;;)
	{
		AiWalk		at = ai_rows_walk(rows, &state->lp);
		ItemPointerData self;

		if (at == AI_WALK_END)
			return false;
		if (at == AI_WALK_PAGE)
		{
			if (ai_rows_page_problem(rows) != NULL)
				return true;
			continue;
		}
		ai_decode_heap_item(ai_rows_page(rows), ai_rows_header(rows),
							state->lp, &state->from);
		if (state->from.item.flags != LP_NORMAL || !state->from.has_header)
			continue;
		ItemPointerSet(&self, (BlockNumber) rows->unit, state->lp);
		if (ai_same_place(&self, &state->from.t_ctid) ||
			ai_moved_partitions(state->from.tuple) ||
			HeapTupleHeaderIsSpeculative(state->from.tuple))
			continue;
		state->xid = updater_of(state, state->from.tuple);
		if (!TransactionIdIsValid(state->xid))
			continue;
		find_successor(rows);
		state->hot = (state->from.t_infomask2 & HEAP_HOT_UPDATED) != 0 &&
			state->same_page;
		explain(rows);
		return true;
	}
}

/* Is the current row about an update, and not about a damaged page? */
static inline bool
is_update(AiRows *rows)
{
	return ((HotState *) rows->state)->lp != 0;
}

static Datum
get_from(AiRows *rows, bool *isnull)
{
	HotState   *state = rows->state;
	ItemPointer tid;

	*isnull = !is_update(rows);
	if (*isnull)
		return (Datum) 0;
	tid = palloc(sizeof(ItemPointerData));
	ItemPointerSet(tid, (BlockNumber) rows->unit, state->lp);
	return PointerGetDatum(tid);
}

AI_FIELD_OF_IF(get_to, HotState *state = rows->state, is_update(rows),
			   PointerGetDatum(&state->from.t_ctid));
AI_FIELD_OF_IF(get_xid, HotState *state = rows->state, is_update(rows),
			   TransactionIdGetDatum(state->xid));
AI_FIELD_OF_IF(get_hot, HotState *state = rows->state,
			   is_update(rows) && state->hot_known,
			   BoolGetDatum(state->hot));
AI_FIELD_OF_IF(get_same_page, HotState *state = rows->state,
			   is_update(rows), BoolGetDatum(state->same_page));

static Datum
get_text(AiRows *rows, const char *text, bool *isnull)
{
	*isnull = !is_update(rows) || text == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(text);
}

static Datum
get_cause(AiRows *rows, bool *isnull)
{
	return get_text(rows, ((HotState *) rows->state)->cause, isnull);
}

static Datum
get_why(AiRows *rows, bool *isnull)
{
	return get_text(rows, ((HotState *) rows->state)->why, isnull);
}

/* Columns that indexes have, of which this is known. */
static Datum
columns_array(AiRows *rows, Change change, bool *isnull)
{
	HotState   *state = rows->state;
	Datum	   *names;
	int			n = 0;

	*isnull = !is_update(rows) || !state->compared || state->hot;
	if (*isnull)
		return (Datum) 0;
	names = palloc(sizeof(Datum) * Max(1, state->natts));
	for (int i = 1; i <= state->natts; i++)
	{
		if (state->changes[i] == change)
			names[n++] = CStringGetTextDatum(column_name(rows, i));
	}
	return PointerGetDatum(construct_array(names, n, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

static Datum
get_changed(AiRows *rows, bool *isnull)
{
	return columns_array(rows, CHANGE_DONE, isnull);
}

static Datum
get_unknown(AiRows *rows, bool *isnull)
{
	return columns_array(rows, CHANGE_UNKNOWN, isnull);
}

/* The indexes that have a changed column. */
static Datum
get_indexes(AiRows *rows, bool *isnull)
{
	HotState   *state = rows->state;
	Datum	   *oids;
	int			n = 0;

	*isnull = !is_update(rows) || !state->compared || state->hot;
	if (*isnull)
		return (Datum) 0;
	oids = palloc(sizeof(Datum) * Max(1, state->nblockers));
	for (int i = 0; i < state->nblockers; i++)
	{
		bool		changed = state->blockers[i].always;

		for (int j = 1; j <= state->natts && !changed; j++)
			changed = state->blockers[i].has[j] &&
				state->changes[j] == CHANGE_DONE;
		if (changed)
			oids[n++] = ObjectIdGetDatum(state->blockers[i].oid);
	}
	return PointerGetDatum(construct_array(oids, n, REGCLASSOID, sizeof(Oid),
										   true, TYPALIGN_INT));
}

static Datum
get_problem(AiRows *rows, bool *isnull)
{
	HotState   *state = rows->state;
	const char *problem = !is_update(rows) ? ai_rows_page_problem(rows) :
		state->from.problem != NULL ? state->from.problem :
		state->has_to ? state->to.problem : NULL;

	*isnull = problem == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(problem);
}

static const AiColumn columns[] = {
	{"from_tid", TIDOID, get_from},
	{"to_tid", TIDOID, get_to},
	{"xid", XIDOID, get_xid},
	{"hot", BOOLOID, get_hot},
	{"same_page", BOOLOID, get_same_page},
	{"cause", TEXTOID, get_cause},
	{"changed_columns", TEXTARRAYOID, get_changed},
	{"indexes", REGCLASSARRAYOID, get_indexes},
	{"unknown_columns", TEXTARRAYOID, get_unknown},
	{"why", TEXTOID, get_why},
	{"problem", TEXTOID, get_problem},
	{NULL}
};

/* arch_inspect.why_not_hot(regclass, bigint, bigint): a row an update */
AI_INSTRUMENT(why_not_hot,
			  .columns = columns, .begin = begin, .next = next_update,
			  .state_size = sizeof(HotState),
			  .relation = AI_HEAP, .tier = AI_STRUCTURE,
			  .first_arg = 2, .last_arg = 3,
			  .rows_per_unit = ai_rows_per_heap_page, .serial = true);
