/*-------------------------------------------------------------------------
 *
 * descent_btree_scan.c
 *	  What a scan of a btree reads: the ways down, and the leaves from there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/nbtree.h"
#include "utils/rel.h"

#include "index/descent.h"

#include "compat.h"

/*
 * ai_btree_walk - the pages that an index scan with these keys reads
 */
void
ai_btree_walk(AiDescent *descent)
{
	AiBtreeKey	key;
	OffsetNumber offnum;
	Datum		values[INDEX_MAX_KEYS];
	bool		isnull[INDEX_MAX_KEYS];

	for (int i = 0; i < descent->nkeys; i++)
	{
		values[i] = descent->keys[i].sk_argument;
		isnull[i] = (descent->keys[i].sk_flags & SK_ISNULL) != 0;
	}
	ai_btree_key(&key, descent->rel, descent->nkeys, values, isnull, NULL);
	if (!ai_btree_descend(descent, &key, &offnum))
		return;
	for (;;)
	{
		AiIndexItem item;
		int			result = 0;

		descent->visit.searched = true;
		for (; result == 0 && ai_descent_item(descent, offnum, &item); offnum++)
		{
			const char *problem = ai_btree_compare(descent, &key, &item, &result);

			if (problem != NULL)
			{
				ai_blame(&descent->visit.problem, problem);
				return;
			}
			if (result == 0)
				ai_descent_match_item(descent, &item);
		}
		if (result != 0 || descent->what.right == InvalidBlockNumber)
			return;
		if (!ai_descent_read(descent, descent->what.right, "matches may go on"))
			return;
		offnum = descent->what.first;
	}
}
