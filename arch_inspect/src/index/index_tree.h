/*-------------------------------------------------------------------------
 *
 * index_tree.h
 *	  The pages of an index as they are counted, one by one and by level.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_INDEX_TREE_H
#define AI_INDEX_TREE_H

#include "index/index_shape.h"
#include "rows/rows.h"

/* No tree is higher; what says so is damaged, or a circle of downlinks. */
#define AI_MAX_TREE_LEVEL	40

/* What only some methods have, added up over the pages of a row. */
#define AI_TREE_SUMS	4
extern const char *const ai_tree_sum_names[AI_TREE_SUMS];

/* What is counted of a page, and of all of a row. */
typedef struct AiTreeCounts
{
	int64		live_items;
	int64		dead_items;
	int64		used_bytes;
	int64		free_bytes;
	int64		entry_bytes;	/* B-tree: tuples of live items, aligned */
	int64		high_keys;
	int64		high_key_bytes;
	int64		sums[AI_TREE_SUMS];
} AiTreeCounts;

typedef struct AiTreeGroup
{
	const char *kind;			/* NULL: could not be told */
	int			level;
	int64		pages;
	int64		empty_pages;
	int64		backward_links;
	int64		problem_pages;
	const char *problem;		/* of the first of them */
	BlockNumber problem_block;
	AiTreeCounts counts;
	double		fresh_pages;	/* negative: no estimate */
} AiTreeGroup;

typedef struct AiTree
{
	AiIndexShape *shape;
	AiPage	   *below;			/* a page under the current one */
	const char *leaf;			/* what a leaf of a B-tree is called */

	/* the current page */
	AiIndexPage what;
	int			level;
	const char *problem;
	AiTreeCounts counts;

	/* the summary */
	bool		summed;
	int			ngroups;
	int			room;
	AiTreeGroup *groups;
	int			last;			/* the group of the page before */
	int			current;
} AiTree;

extern void ai_tree_look(AiRows *rows);
extern void ai_tree_estimate(Relation rel, AiTree *tree);

#endif							/* AI_INDEX_TREE_H */
