/*-------------------------------------------------------------------------
 *
 * descent_btree_leaf.c
 *	  What a scan finds on a leaf of a btree, and whether it goes on.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/rel.h"

#include "index/descent_btree.h"

#include "compat.h"

/* Do all conditions hold for an item, and may they hold for one beyond it? */
typedef struct Verdict
{
	bool		holds;
	bool		more;
} Verdict;

/* Whether this condition, which does not hold, ends the scan. */
static bool
ends(const ScanKeyData *key, ScanDirection dir)
{
	return (key->sk_flags &
			(ScanDirectionIsForward(dir) ? SK_BT_REQFWD : SK_BT_REQBKWD)) != 0;
}

/* A null where the condition wants a value: the end, if nulls lie there. */
static bool
null_ends(const ScanKeyData *key, ScanDirection dir)
{
	bool		nulls_first = (key->sk_flags & SK_BT_NULLS_FIRST) != 0;

	return (key->sk_flags & (SK_BT_REQFWD | SK_BT_REQBKWD)) != 0 &&
		nulls_first == ScanDirectionIsBackward(dir);
}

/*
 * The conditions for an item, whose truncated columns may have any value.
 *
 * Follows _bt_checkkeys
 * (src/backend/access/nbtree/nbtutils.c, REL_15_STABLE)
 */
static const char *
check_item(AiBtreeScan *scan, const AiIndexItem *item, Verdict *verdict)
{
	BTScanOpaque so = scan->so;
	AiColumnValue values[INDEX_MAX_KEYS];
	const char *problem;

	verdict->holds = false;
	verdict->more = true;
	if (item->problem != NULL || item->key_off == 0)
		return item->problem != NULL ? item->problem : "item holds no key";
	problem = ai_descent_columns(scan->descent, item, scan->ncolumns, values);
	if (problem != NULL)
		return problem;
	for (int i = 0; i < so->numberOfKeys; i++)
	{
		ScanKey		key = &so->keyData[i];
		const AiColumnValue *value = &values[key->sk_attno - 1];
		bool		holds;

		if (value->truncated)
			continue;
		if ((key->sk_flags & SK_ISNULL) != 0)
			holds = value->isnull == ((key->sk_flags & SK_SEARCHNULL) != 0);
		else if (value->isnull)
		{
			verdict->more = !null_ends(key, scan->dir);
			return NULL;
		}
		else
			holds = DatumGetBool(FunctionCall2Coll(&key->sk_func, key->sk_collation,
												   value->value, key->sk_argument));
		if (!holds)
		{
			verdict->more = !ends(key, scan->dir);
			return NULL;
		}
	}
	verdict->holds = true;
	return NULL;
}

static bool
item_problem(AiDescent *descent, OffsetNumber offnum, const char *problem)
{
	return ai_btree_stop(descent, psprintf("item %u: %s", offnum, problem));
}

/* Forward over the page, then the high key: may what is beyond it match? */
static bool
read_forward(AiBtreeScan *scan, OffsetNumber offnum)
{
	AiDescent  *descent = scan->descent;
	OffsetNumber maxoff = descent->header.nitems;
	const char *problem;
	AiIndexItem item;
	Verdict		verdict = {.more = true};

	for (offnum = Max(offnum, descent->what.first); offnum <= maxoff && verdict.more; offnum++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!ai_descent_item(descent, offnum, &item))
			return ai_btree_stop(descent, "page has fewer items than it says");
		if (item.dead && scan->scan->ignore_killed_tuples)
			continue;
		problem = check_item(scan, &item, &verdict);
		if (problem != NULL)
			return item_problem(descent, offnum, problem);
		if (verdict.holds)
			ai_descent_match_item(descent, &item);
	}
	if (verdict.more && descent->what.right != InvalidBlockNumber)
	{
		if (!ai_descent_item(descent, P_HIKEY, &item))
			return ai_btree_stop(descent, "page has no high key");
		problem = check_item(scan, &item, &verdict);
		if (problem != NULL)
			return item_problem(descent, P_HIKEY, problem);
	}
	scan->more = verdict.more;
	return true;
}

/*
 * Backward; the first item is looked at though it is known to be dead, for it
 * may end the scan.
 */
static bool
read_backward(AiBtreeScan *scan, OffsetNumber offnum)
{
	AiDescent  *descent = scan->descent;
	OffsetNumber minoff = descent->what.first;
	AiIndexItem item;
	Verdict		verdict = {.more = true};

	for (offnum = Min(offnum, descent->header.nitems); offnum >= minoff && verdict.more; offnum--)
	{
		const char *problem;

		CHECK_FOR_INTERRUPTS();
		if (!ai_descent_item(descent, offnum, &item))
			return ai_btree_stop(descent, "page has fewer items than it says");
		if (item.dead && scan->scan->ignore_killed_tuples && offnum > minoff)
			continue;
		problem = check_item(scan, &item, &verdict);
		if (problem != NULL)
			return item_problem(descent, offnum, problem);
		if (verdict.holds && !(item.dead && scan->scan->ignore_killed_tuples))
			ai_descent_match_item(descent, &item);
	}
	scan->more = verdict.more;
	return true;
}

/*
 * ai_btree_leaf - look at a leaf from an item on; false where a problem ends
 * the walk
 */
bool
ai_btree_leaf(AiBtreeScan *scan, OffsetNumber offnum, bool firstpage)
{
	scan->descent->visit.searched = true;
	scan->descent->visit.itemoffset = offnum;
	if (ai_btree_arrays_leaf_wanted(scan))
		return ai_btree_arrays_leaf(scan, offnum, firstpage);
	return ScanDirectionIsForward(scan->dir) ?
		read_forward(scan, offnum) : read_backward(scan, offnum);
}
