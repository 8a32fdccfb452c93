/*-------------------------------------------------------------------------
 *
 * order.c
 *	  The k-th of a set of values: of an array that is complete, and of a
 *	  tree into which values come and from which they go.
 *
 * The tree is a treap: in order by key, a heap by random priorities, so it
 * is balanced whatever comes.  Each node knows how many values are below it.
 * The random numbers start where no user can know, or keys made to measure
 * could make the tree a list and the recursion as deep as it is long.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "base/mu_order.h"
#include "compat.h"

/* "node" and its links may move when a node is added: use numbers */
#define NODE(t)	(tree->node[t])
#define SIZE(t)	((t) < 0 ? 0 : NODE(t).size)

/*
 * mu_tree_init - an empty tree whose nodes (and keys) live in "context"
 */
void
mu_tree_init(MuTree *tree, MemoryContext context, MuCompare compare,
			 bool by_reference)
{
	tree->context = context;
	tree->compare = compare;
	tree->by_reference = by_reference;
	tree->root = -1;
	tree->free = -1;
	tree->used = 0;
	tree->room = 16;
	tree->random = pg_prng_uint64(&pg_global_prng_state) | 1;
	tree->node = MemoryContextAlloc(context, sizeof(MuNode) * tree->room);
}

static int
new_node(MuTree *tree, Datum key)
{
	int			t = tree->free;

	if (t >= 0)
		tree->free = NODE(t).left;
	else
	{
		if (tree->used == tree->room)
		{
			int			most = MaxAllocSize / sizeof(MuNode);

			if (tree->room == most)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("window frame has too many different values"),
						 errdetail("There may be at most %d.", most)));
			tree->room = tree->room > most / 2 ? most : tree->room * 2;
			tree->node = repalloc(tree->node, sizeof(MuNode) * tree->room);
		}
		t = tree->used++;
	}
	if (tree->by_reference)
	{
		MemoryContext old = MemoryContextSwitchTo(tree->context);

		key = datumCopy(key, false, -1);
		MemoryContextSwitchTo(old);
	}
	tree->random ^= tree->random << 13;
	tree->random ^= tree->random >> 7;
	tree->random ^= tree->random << 17;
	NODE(t).key = key;
	NODE(t).copies = 1;
	NODE(t).size = 1;
	NODE(t).left = -1;
	NODE(t).right = -1;
	NODE(t).priority = (uint32) (tree->random >> 32);
	return t;
}

static void
set_size(MuTree *tree, int t)
{
	NODE(t).size = NODE(t).copies + SIZE(NODE(t).left) + SIZE(NODE(t).right);
}

/* Insert below t; returns what stands in the place of t then */
static int
insert_below(MuTree *tree, int t, Datum key)
{
	int			order;
	int			child;

	check_stack_depth();
	if (t < 0)
		return new_node(tree, key);
	order = tree->compare(key, NODE(t).key);
	if (order == 0)
		NODE(t).copies++;
	else if (order < 0)
	{
		child = insert_below(tree, NODE(t).left, key);
		NODE(t).left = child;
		if (NODE(child).priority > NODE(t).priority)
		{
			NODE(t).left = NODE(child).right;
			NODE(child).right = t;
			set_size(tree, t);
			t = child;
		}
	}
	else
	{
		child = insert_below(tree, NODE(t).right, key);
		NODE(t).right = child;
		if (NODE(child).priority > NODE(t).priority)
		{
			NODE(t).right = NODE(child).left;
			NODE(child).left = t;
			set_size(tree, t);
			t = child;
		}
	}
	set_size(tree, t);
	return t;
}

/*
 * mu_tree_insert - one more value
 */
void
mu_tree_insert(MuTree *tree, Datum key)
{
	tree->root = insert_below(tree, tree->root, key);
}

/* Two trees, all of "left" before all of "right", become one */
static int
merge(MuTree *tree, int left, int right)
{
	check_stack_depth();
	if (left < 0)
		return right;
	if (right < 0)
		return left;
	if (NODE(left).priority > NODE(right).priority)
	{
		NODE(left).right = merge(tree, NODE(left).right, right);
		set_size(tree, left);
		return left;
	}
	NODE(right).left = merge(tree, left, NODE(right).left);
	set_size(tree, right);
	return right;
}

static int
remove_below(MuTree *tree, int t, Datum key)
{
	int			order;

	check_stack_depth();
	if (t < 0)
		return t;
	order = tree->compare(key, NODE(t).key);
	if (order < 0)
		NODE(t).left = remove_below(tree, NODE(t).left, key);
	else if (order > 0)
		NODE(t).right = remove_below(tree, NODE(t).right, key);
	else if (--NODE(t).copies == 0)
	{
		int			joined = merge(tree, NODE(t).left, NODE(t).right);

		if (tree->by_reference)
			pfree(DatumGetPointer(NODE(t).key));
		NODE(t).left = tree->free;
		tree->free = t;
		return joined;
	}
	set_size(tree, t);
	return t;
}

/*
 * mu_tree_remove - a value that was inserted goes
 */
void
mu_tree_remove(MuTree *tree, Datum key)
{
	tree->root = remove_below(tree, tree->root, key);
}

/*
 * mu_tree_select - the k-th value, from 0; k must be below their number
 */
Datum
mu_tree_select(const MuTree *tree, int64 k)
{
	int			t = tree->root;

	for (;;)
	{
		int64		before = SIZE(NODE(t).left);

		if (k < before)
			t = NODE(t).left;
		else if (k < before + NODE(t).copies)
			return NODE(t).key;
		else
		{
			k -= before + NODE(t).copies;
			t = NODE(t).right;
		}
	}
}

/*
 * mu_tree_below - how many values are less than key
 */
int64
mu_tree_below(const MuTree *tree, Datum key)
{
	int64		below = 0;
	int			t = tree->root;

	while (t >= 0)
	{
		if (tree->compare(NODE(t).key, key) < 0)
		{
			below += SIZE(NODE(t).left) + NODE(t).copies;
			t = NODE(t).right;
		}
		else
			t = NODE(t).left;
	}
	return below;
}

/*
 * mu_select - the k-th of n values, from 0; rearranges them
 *
 * Quickselect with three parts, so that equal values cost nothing.
 */
Datum
mu_select(Datum *value, int64 n, int64 k, MuCompare compare)
{
	int64		from = 0;
	int64		to = n - 1;
	uint64		random = pg_prng_uint64(&pg_global_prng_state) | 1;

	while (from < to)
	{
		int64		less = from;
		int64		more = to;
		int64		i = from;
		Datum		pivot;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		pivot = value[from + (int64) (random % (uint64) (to - from + 1))];
		while (i <= more)
		{
			int			order = compare(value[i], pivot);
			Datum		swap = value[i];

			if ((i & 0xFFF) == 0)
				CHECK_FOR_INTERRUPTS();
			if (order < 0)
			{
				value[i++] = value[less];
				value[less++] = swap;
			}
			else if (order > 0)
			{
				value[i] = value[more];
				value[more--] = swap;
			}
			else
				i++;
		}
		CHECK_FOR_INTERRUPTS();
		if (k < less)
			to = less - 1;
		else if (k > more)
			from = more + 1;
		else
			return pivot;
	}
	return value[k];
}
