/*-------------------------------------------------------------------------
 *
 * descent_btree_start.c
 *	  Where in a btree a scan with given conditions begins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "index/descent_btree.h"

#include "compat.h"

/* The conditions that say where to begin, at most one a column. */
typedef struct StartKeys
{
	int			n;
	ScanKey		keys[INDEX_MAX_KEYS];
	ScanKeyData notnull[INDEX_MAX_KEYS];
	StrategyNumber strategy;
} StartKeys;

/*
 * No condition says where the column begins, but one says that it is not null,
 * and nulls lie where the scan would begin: pass them over.
 */
static ScanKey
not_null_key(StartKeys *start, ScanKey implies, int column, ScanDirection dir)
{
	bool		nulls_first = implies != NULL &&
		(implies->sk_flags & SK_BT_NULLS_FIRST) != 0;
	ScanKey		key = &start->notnull[start->n];

	if (implies == NULL || nulls_first != ScanDirectionIsForward(dir))
		return NULL;
	ScanKeyEntryInitialize(key,
						   SK_SEARCHNOTNULL | SK_ISNULL |
						   (implies->sk_flags & (SK_BT_DESC | SK_BT_NULLS_FIRST)),
						   column,
						   nulls_first ? BTGreaterStrategyNumber : BTLessStrategyNumber,
						   InvalidOid, InvalidOid, InvalidOid, (Datum) 0);
	return key;
}

/* Can the scan begin at this condition? */
static bool
begins(const ScanKeyData *key, ScanDirection dir)
{
	switch (key->sk_strategy)
	{
		case BTLessStrategyNumber:
		case BTLessEqualStrategyNumber:
			return ScanDirectionIsBackward(dir);
		case BTEqualStrategyNumber:
			return true;
		default:
			return ScanDirectionIsForward(dir);
	}
}

#if ARCH_BTREE_SKIP
/*
 * A column that the scan skips through, and that stands before its first
 * value: the condition that bounds it there, if one does.
 */
static ScanKey
bound_of_skip_array(AiBtreeScan *scan, ScanKey key, ScanKey *implies)
{
	BTScanOpaque so = scan->so;

	for (int i = 0; i < so->numArrayKeys; i++)
	{
		BTArrayKeyInfo *array = &so->arrayKeys[i];

		if (array->scan_key != key - so->keyData)
			continue;
		if (!array->null_elem)
			*implies = key;
		return ScanDirectionIsForward(scan->dir) ?
			array->low_compare : array->high_compare;
	}
	return NULL;
}
#endif

/*
 * The conditions where the scan begins, of those that the server left.
 *
 * Follows _bt_first (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
static void
choose_keys(AiBtreeScan *scan, StartKeys *start)
{
	BTScanOpaque so = scan->so;
	ScanKey		cur = so->keyData;
	int			column = 1;
	ScanKey		chosen = NULL;
	ScanKey		implies = NULL;

	start->n = 0;
	start->strategy = BTEqualStrategyNumber;
	if (so->numberOfKeys == 0)
		return;
	for (int i = 0;; i++, cur++)
	{
		bool		last = i >= so->numberOfKeys;

		if (last || cur->sk_attno != column)
		{
#if ARCH_BTREE_SKIP
			if (chosen != NULL &&
				(chosen->sk_flags & (SK_BT_MINVAL | SK_BT_MAXVAL)) != 0)
				chosen = bound_of_skip_array(scan, chosen, &implies);
#endif
			if (chosen == NULL)
				chosen = not_null_key(start, implies, column, scan->dir);
			if (chosen == NULL || start->n >= INDEX_MAX_KEYS)
				return;
			start->keys[start->n++] = chosen;
			if (ARCH_BTREE_SKIP || chosen->sk_strategy != BTEqualStrategyNumber)
				start->strategy = chosen->sk_strategy;
			if (chosen->sk_strategy == BTGreaterStrategyNumber ||
				chosen->sk_strategy == BTLessStrategyNumber)
				return;
#if ARCH_BTREE_SKIP
			if ((chosen->sk_flags & (SK_BT_NEXT | SK_BT_PRIOR)) != 0)
			{
				start->strategy = ScanDirectionIsForward(scan->dir) ?
					BTGreaterStrategyNumber : BTLessStrategyNumber;
				return;
			}
			if (last || (cur->sk_flags & (SK_BT_REQFWD | SK_BT_REQBKWD)) == 0)
				return;
#endif
			if (last || cur->sk_attno != column + 1)
				return;
			column = cur->sk_attno;
			chosen = implies = NULL;
		}

		if (chosen != NULL &&
			(ARCH_BTREE_SKIP || cur->sk_strategy != BTEqualStrategyNumber))
			continue;
		if (begins(cur, scan->dir))
			chosen = cur;
		else if (implies == NULL || !ARCH_BTREE_SKIP)
			implies = cur;
	}
}

/*
 * ai_btree_start - the place where the scan begins; false: at the index's end
 *
 * Follows _bt_first (src/backend/access/nbtree/nbtsearch.c, REL_18_STABLE)
 */
bool
ai_btree_start(AiBtreeScan *scan, AiBtreeKey *key)
{
	Relation	rel = scan->descent->rel;
	StartKeys	start;

	choose_keys(scan, &start);
	if (start.n == 0)
		return false;
	memset(key, 0, offsetof(AiBtreeKey, keys));
	key->n = start.n;
	key->tid = NULL;
	for (int i = 0; i < start.n; i++)
	{
		ScanKey		from = start.keys[i];
		Oid			opcintype = rel->rd_opcintype[i];

		if (from->sk_subtype == opcintype || !OidIsValid(from->sk_subtype))
			ScanKeyEntryInitializeWithInfo(&key->keys[i], from->sk_flags,
										   from->sk_attno, InvalidStrategy,
										   from->sk_subtype, from->sk_collation,
										   index_getprocinfo(rel, i + 1, BTORDER_PROC),
										   from->sk_argument);
		else
		{
			RegProcedure proc = get_opfamily_proc(rel->rd_opfamily[i], opcintype,
												  from->sk_subtype, BTORDER_PROC);

			if (!RegProcedureIsValid(proc))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
						 errmsg("operator family of column %d of index \"%s\" has no comparison with type %s",
								i + 1, RelationGetRelationName(rel),
								format_type_be(from->sk_subtype))));
			ScanKeyEntryInitialize(&key->keys[i], from->sk_flags,
								   from->sk_attno, InvalidStrategy,
								   from->sk_subtype, from->sk_collation,
								   proc, from->sk_argument);
		}
	}
	key->backward = ScanDirectionIsBackward(scan->dir);
	switch (start.strategy)
	{
		case BTLessStrategyNumber:
		case BTGreaterEqualStrategyNumber:
			key->nextkey = false;
			break;
		case BTEqualStrategyNumber:
			key->nextkey = key->backward;
			break;
		default:
			key->nextkey = true;
			break;
	}
	return true;
}
