/*-------------------------------------------------------------------------
 *
 * mu_order.h
 *	  Values in order: a tree that tells the k-th, and selection from an
 *	  array (order.c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef MU_ORDER_H
#define MU_ORDER_H

typedef int (*MuCompare) (Datum a, Datum b);

typedef struct MuNode
{
	Datum		key;
	int64		copies;			/* how often the key is there */
	int64		size;			/* values in this subtree */
	int			left;			/* a node number, -1 for none */
	int			right;
	uint32		priority;		/* not above the parent's */
} MuNode;

typedef struct MuTree
{
	MemoryContext context;
	MuCompare	compare;
	bool		by_reference;	/* keys are varlena, copied and freed */
	int			root;
	int			free;			/* list of unused nodes, linked by left */
	int			used;
	int			room;
	uint64		random;
	MuNode	   *node;
} MuTree;

extern void mu_tree_init(MuTree *tree, MemoryContext context,
						 MuCompare compare,
						 bool by_reference);
extern void mu_tree_insert(MuTree *tree, Datum key);
extern void mu_tree_remove(MuTree *tree, Datum key);
extern Datum mu_tree_select(const MuTree *tree, int64 k);
extern int64 mu_tree_below(const MuTree *tree, Datum key);
extern Datum mu_select(Datum *value, int64 n, int64 k, MuCompare compare);

#endif							/* MU_ORDER_H */
