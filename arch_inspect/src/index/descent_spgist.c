/*-------------------------------------------------------------------------
 *
 * descent_spgist.c
 *	  The way of a search through an SP-GiST index.
 *
 * There are two trees, one of the rows whose key is null.  The search goes
 * from one inner tuple to the next: the operator class gets its prefix and
 * the labels of its nodes, and says which nodes are to be followed.  A node
 * leads to another inner tuple or to a chain of leaf tuples, each of which
 * the operator class is asked for.  A tuple that was moved has left a
 * redirection.
 *
 * A row here is such a step.  Several tuples of one page may come one after
 * the other; the executor keeps the page then, and so its step has the same
 * number as the one before: the numbers count what a bitmap scan reads, in
 * the order that the server's own queue makes.  (A plain scan lets go of the
 * page whenever it returns rows, and reads it again.  The first scan of a
 * session reads the meta page too, once.)  An ORDER BY of a distance is left
 * out.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/spgist.h"
#include "access/spgist_private.h"
#include "catalog/pg_type.h"
#include "lib/pairingheap.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/rel.h"

#include "index/opclass_key.h"

#include "compat.h"

/* A tuple that is to be looked at. */
typedef struct Waiting
{
	pairingheap_node node;
	ItemPointerData tid;
	bool		isnull;
	int			level;
	Datum		value;			/* reconstructed at the parent, or 0 */
	void	   *traversal;
	ItemPointerData from;		/* the inner tuple; invalid for a root */
	int			number;			/* of its node, from 1 */
} Waiting;

/* The chosen nodes of an inner tuple, and what it says of them. */
typedef struct SpgistWalk
{
	AiDescent  *descent;
	int			nkeys;
	ScanKey		keys;			/* those that the operator class sees */
	FmgrInfo	inner;
	FmgrInfo	leaf;
	Oid			collation;
	AiKeyReader leaf_reader;
	AiKeyReader prefix_reader;
	AiKeyReader label_reader;
	bool		has_prefix;		/* the operator class knows prefixes */
	bool		has_label;
	bool		leaf_byval;
	int16		leaf_len;
	pairingheap *queue;
	HTAB	   *seen;			/* addresses of tuples: no circle goes on */
	MemoryContext calls;		/* emptied after each tuple */
	MemoryContext values;		/* what the operator class hands down */
	BlockNumber held;			/* the page that the executor has still */
} SpgistWalk;

/* The nulls' tree comes after the other. */
static int
compare_waiting(const pairingheap_node *a, const pairingheap_node *b,
				void *arg)
{
	bool		null_a = ((const Waiting *) a)->isnull;
	bool		null_b = ((const Waiting *) b)->isnull;

	return null_a == null_b ? 0 : null_a ? -1 : 1;
}

static void
add_root(SpgistWalk *walk, bool isnull)
{
	Waiting    *waiting = MemoryContextAllocZero(walk->descent->run,
												 sizeof(Waiting));

	ItemPointerSet(&waiting->tid,
				   isnull ? SPGIST_NULL_BLKNO : SPGIST_ROOT_BLKNO,
				   FirstOffsetNumber);
	waiting->isnull = isnull;
	ItemPointerSetInvalid(&waiting->from);
	pairingheap_add(walk->queue, &waiting->node);
}

/*
 * Which of the trees are searched: conditions on nulls decide that, the
 * operator class gets the others.
 *
 * Follows spgPrepareScanKeys
 * (src/backend/access/spgist/spgscan.c, REL_19_STABLE)
 */
static void
prepare_keys(SpgistWalk *walk, bool *nulls, bool *others)
{
	AiDescent  *descent = walk->descent;
	bool		possible = true;

	*nulls = *others = descent->nkeys == 0;
	walk->nkeys = 0;
	walk->keys = palloc(sizeof(ScanKeyData) * Max(descent->nkeys, 1));
	for (int i = 0; i < descent->nkeys; i++)
	{
		ScanKey		key = &descent->keys[i];

		if ((key->sk_flags & SK_SEARCHNULL) != 0)
			*nulls = true;
		else if ((key->sk_flags & SK_SEARCHNOTNULL) != 0)
			*others = true;
		else if ((key->sk_flags & SK_ISNULL) != 0)
			possible = false;
		else
		{
			walk->keys[walk->nkeys++] = *key;
			*others = true;
		}
	}
	if (descent->nkeys > 0 && (!possible || (*nulls && *others)))
		*nulls = *others = false;
}

static void
start(SpgistWalk *walk, AiDescent *descent)
{
	AiIndexShape *shape = descent->shape;
	Relation	rel = descent->rel;
	int			prefix = shape->index.natts;
	int			label = prefix + 1;
	HASHCTL		ctl = {0};
	bool		nulls;
	bool		others;
	Oid			inner;

	memset(walk, 0, sizeof(*walk));
	walk->descent = descent;
	walk->collation = rel->rd_indcollation[0];
	walk->held = InvalidBlockNumber;
	fmgr_info_copy(&walk->inner,
				   index_getprocinfo(rel, 1, SPGIST_INNER_CONSISTENT_PROC),
				   descent->run);
	fmgr_info_copy(&walk->leaf,
				   index_getprocinfo(rel, 1, SPGIST_LEAF_CONSISTENT_PROC),
				   descent->run);
	inner = walk->inner.fn_oid;
	ai_key_reader_init(&walk->leaf_reader, descent, 0, 0, inner);
	walk->has_prefix = TupleDescAttr(shape->desc,
									 prefix)->atttypid != VOIDOID;
	walk->has_label = TupleDescAttr(shape->desc, label)->atttypid != VOIDOID;
	if (walk->has_prefix)
		ai_key_reader_init(&walk->prefix_reader, descent, 0, prefix, inner);
	if (walk->has_label)
		ai_key_reader_init(&walk->label_reader, descent, 0, label, inner);
	walk->label_reader.rule.form = AI_KEYFORM_VALUE;
	walk->leaf_byval = TupleDescAttr(shape->desc, 0)->attbyval;
	walk->leaf_len = TupleDescAttr(shape->desc, 0)->attlen;

	ctl.keysize = sizeof(ItemPointerData);
	ctl.entrysize = sizeof(ItemPointerData);
	ctl.hcxt = descent->run;
	walk->seen = hash_create("tuples of a search", 256, &ctl,
							 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	walk->calls = AllocSetContextCreate(descent->run,
										"calls of an operator class",
										ALLOCSET_DEFAULT_SIZES);
	walk->values = AllocSetContextCreate(descent->run,
										 "values of an operator class",
										 ALLOCSET_DEFAULT_SIZES);
	walk->queue = pairingheap_allocate(compare_waiting, NULL);
	prepare_keys(walk, &nulls, &others);
	if (nulls)
		add_root(walk, true);
	if (others)
		add_root(walk, false);
}

/*
 * Has an inner tuple what the server's own functions take for granted?
 * Returns what it lacks.  (Those of other operator classes are asked only
 * where a checksum proves the page.)
 */
static const char *
check_inner(const SpgistWalk *walk, const SpGistInnerTupleData *tuple,
			bool has_prefix, bool has_labels, Datum prefix)
{
	int			nnodes = tuple->nNodes;
	bool		ok = true;
	char		flags;

	switch (walk->inner.fn_oid)
	{
		case F_SPG_QUAD_INNER_CONSISTENT:
			ok = has_prefix && (tuple->allTheSame || nnodes == 4);
			break;
		case F_SPG_KD_INNER_CONSISTENT:
			ok = has_prefix && nnodes == 2;
			break;
		case F_SPG_TEXT_INNER_CONSISTENT:
			ok = has_labels;
			break;
		case F_SPG_BOX_QUAD_INNER_CONSISTENT:
			ok = tuple->allTheSame || (has_prefix && nnodes == 16);
			break;
		case F_INET_SPG_INNER_CONSISTENT:
			ok = nnodes < 32;
			break;
		case F_SPG_RANGE_QUAD_INNER_CONSISTENT:
			if (tuple->allTheSame)
				break;
			ok = has_prefix ? nnodes == 4 || nnodes == 5 : nnodes == 2;
			if (!ok || !has_prefix)
				break;
			flags = range_get_flags(DatumGetRangeTypeP(prefix));
			if ((flags & RANGE_EMPTY) != 0)
				return "centroid of an inner tuple is an empty range";
			break;
		default:
			break;
	}
	return ok ? NULL :
		"inner tuple has not the parts that its operator class gives it";
}

/*
 * The nodes of the inner tuple in *item: where each leads, and the labels.
 * Returns what is wrong with one, or NULL.
 */
static const char *
collect_nodes(SpgistWalk *walk, AiIndexItem item, int nnodes,
			  ItemPointerData *links, Datum *labels, int *nlabels)
{
	AiDescent  *descent = walk->descent;
	AiIndexShape *shape = descent->shape;

	*nlabels = 0;
	for (int i = 0; i < nnodes; i++)
	{
		const char *problem;

		if (item.next == 0 ||
			!shape->method->item(&shape->index, descent->page->image,
								 &descent->header, &descent->what, &item))
			return "inner tuple has not as many nodes as it says";
		if (item.problem != NULL)
			return item.problem;
		memcpy(&links[i], &((const SpGistNodeTupleData *)
							(descent->page->image + item.off))->t_tid,
			   sizeof(ItemPointerData));
		if (!walk->has_label || item.nkeys == 0)
			continue;
		if (shape->method->keys(&shape->index, descent->page->image, &item,
								shape->keys) != 1)
			return "label of a node can't be read";
		problem = ai_key_read(&walk->label_reader, descent, &shape->keys[0],
							  false, &labels[*nlabels]);
		if (problem != NULL)
			return problem;
		(*nlabels)++;
	}
	if (*nlabels != 0 && *nlabels != nnodes)
		return "some nodes of an inner tuple have a label, and others not";
	return NULL;
}

/*
 * Ask the operator class about an inner tuple, in the context "calls".
 */
static const char *
ask_inner(SpgistWalk *walk, const Waiting *waiting, const AiIndexItem *item,
		  const SpGistInnerTupleData *tuple, Datum *labels, int nlabels,
		  spgInnerConsistentOut *out)
{
	AiDescent  *descent = walk->descent;
	AiIndexShape *shape = descent->shape;
	bool		has_prefix = tuple->prefixSize > 0;
	spgInnerConsistentIn in;
	const char *problem;

	memset(&in, 0, sizeof(in));
	if (walk->leaf_reader.foreign && ai_page_unproven(descent->page) != NULL)
		return psprintf("tuples of this operator class are not known: %s",
						ai_page_unproven(descent->page));
	if (has_prefix)
	{
		if (!walk->has_prefix)
			return "inner tuple has a prefix, which its class does not know";
		if (shape->method->keys(&shape->index, descent->page->image, item,
								shape->keys) != 1)
			return "prefix of an inner tuple can't be read";
		problem = ai_key_read(&walk->prefix_reader, descent, &shape->keys[0],
							  false, &in.prefixDatum);
		if (problem != NULL)
			return problem;
	}
	problem = check_inner(walk, tuple, has_prefix, nlabels > 0,
						  in.prefixDatum);
	if (problem != NULL)
		return problem;

	in.scankeys = walk->keys;
	in.nkeys = walk->nkeys;
	in.reconstructedValue = waiting->value;
	in.traversalValue = waiting->traversal;
	in.traversalMemoryContext = walk->values;
	in.level = waiting->level;
	in.allTheSame = tuple->allTheSame;
	in.hasPrefix = has_prefix;
	in.nNodes = tuple->nNodes;
	in.nodeLabels = nlabels > 0 ? labels : NULL;
	FunctionCall2Coll(&walk->inner, walk->collation, PointerGetDatum(&in),
					  PointerGetDatum(out));
	return NULL;
}

/* A chosen node's tuple waits for its turn. */
static void
add_node(SpgistWalk *walk, const Waiting *parent,
		 const spgInnerConsistentOut *out, int i, const ItemPointerData *link)
{
	Waiting    *waiting = MemoryContextAllocZero(walk->descent->run,
												 sizeof(Waiting));

	waiting->tid = *link;
	waiting->isnull = parent->isnull;
	waiting->level = parent->level + (out->levelAdds ? out->levelAdds[i] : 0);
	if (out->reconstructedValues)
	{
		MemoryContext old = MemoryContextSwitchTo(walk->descent->run);

		waiting->value = datumCopy(out->reconstructedValues[i],
								   walk->leaf_byval, walk->leaf_len);
		MemoryContextSwitchTo(old);
	}
	if (out->traversalValues)
		waiting->traversal = out->traversalValues[i];
	waiting->from = parent->tid;
	waiting->number = out->nodeNumbers[i] + 1;
	pairingheap_add(walk->queue, &waiting->node);
}

/*
 * Follows spgInnerTest (src/backend/access/spgist/spgscan.c, REL_19_STABLE)
 */
static const char *
test_inner(SpgistWalk *walk, const Waiting *waiting, const AiIndexItem *item)
{
	AiDescent  *descent = walk->descent;
	AiVisit    *visit = &descent->visit;
	const SpGistInnerTupleData *tuple = (const SpGistInnerTupleData *)
		(descent->page->image + item->off);
	int			nnodes = tuple->nNodes;
	ItemPointerData *links = palloc(sizeof(ItemPointerData) * Max(nnodes, 1));
	Datum	   *labels = palloc(sizeof(Datum) * Max(nnodes, 1));
	int			nlabels;
	spgInnerConsistentOut out;
	uint32		followed = 0;
	const char *problem;

	problem = collect_nodes(walk, *item, nnodes, links, labels, &nlabels);
	if (problem != NULL)
		return problem;
	memset(&out, 0, sizeof(out));
	if (waiting->isnull)
	{
		out.nNodes = nnodes;
		out.nodeNumbers = palloc(sizeof(int) * Max(nnodes, 1));
		for (int i = 0; i < nnodes; i++)
			out.nodeNumbers[i] = i;
	}
	else
	{
		problem = ask_inner(walk, waiting, item, tuple, labels, nlabels,
							&out);
		if (problem != NULL)
			return problem;
	}
	if (tuple->allTheSame && out.nNodes != 0 && out.nNodes != nnodes)
		return "operator class chose some of the nodes that are all the same";
	for (int i = 0; i < out.nNodes; i++)
	{
		int			number = out.nodeNumbers[i];

		CHECK_FOR_INTERRUPTS();
		if (number < 0 || number >= nnodes)
			return "operator class chose a node that is not there";
		if (!ItemPointerIsValid(&links[number]))
			continue;
		if (visit->child == InvalidBlockNumber)
			visit->child = ItemPointerGetBlockNumberNoCheck(&links[number]);
		followed++;
		add_node(walk, waiting, &out, i, &links[number]);
	}
	ai_detail(&visit->details, "level", AI_DETAIL_NUMBER, waiting->level);
	ai_detail(&visit->details, "nodes", AI_DETAIL_NUMBER, nnodes);
	ai_detail(&visit->details, "chosen", AI_DETAIL_NUMBER, out.nNodes);
	ai_detail(&visit->details, "followed", AI_DETAIL_NUMBER, followed);
	if (tuple->allTheSame)
		ai_detail(&visit->details, "all_the_same", AI_DETAIL_BOOL, 1);
	return NULL;
}

/*
 * A text that ends or begins within a character is put together with what the
 * inner tuples have of it, and must then be one.
 */
static bool
text_is_whole(const Waiting *waiting, Datum leaf)
{
	text	   *head = (text *) DatumGetPointer(waiting->value);
	text	   *tail = (text *) DatumGetPointer(leaf);
	int			head_len = head == NULL ? 0 : VARSIZE_ANY_EXHDR(head);
	int			tail_len = VARSIZE_ANY_EXHDR(tail);
	char	   *whole = palloc(head_len + tail_len + 1);

	if (head_len > 0)
		memcpy(whole, VARDATA_ANY(head), head_len);
	memcpy(whole + head_len, VARDATA_ANY(tail), tail_len);
	return pg_verify_mbstr(GetDatabaseEncoding(), whole, head_len + tail_len,
						   true);
}

/*
 * Does a leaf tuple satisfy the conditions?
 *
 * Follows spgLeafTest (src/backend/access/spgist/spgscan.c, REL_19_STABLE)
 */
static const char *
test_leaf(SpgistWalk *walk, const Waiting *waiting, const AiIndexItem *item,
		  bool *match, bool *recheck)
{
	AiDescent  *descent = walk->descent;
	AiIndexShape *shape = descent->shape;
	spgLeafConsistentIn in;
	spgLeafConsistentOut out;
	const char *problem;

	*match = true;
	*recheck = false;
	if (waiting->isnull)
		return NULL;
	*match = false;
	memset(&in, 0, sizeof(in));
	memset(&out, 0, sizeof(out));
	if (shape->method->keys(&shape->index, descent->page->image, item,
							shape->keys) < 1)
		return "key of a leaf tuple can't be read";
	problem = ai_key_read(&walk->leaf_reader, descent, &shape->keys[0], true,
						  &in.leafDatum);
	if (problem != NULL)
		return problem;
	if (walk->leaf_reader.rule.form == AI_KEYFORM_BYTES &&
		!text_is_whole(waiting, in.leafDatum))
		return "text is not valid in the database encoding";
	in.scankeys = walk->keys;
	in.nkeys = walk->nkeys;
	in.reconstructedValue = waiting->value;
	in.traversalValue = waiting->traversal;
	in.level = waiting->level;
	*match = DatumGetBool(FunctionCall2Coll(&walk->leaf, walk->collation,
											PointerGetDatum(&in),
											PointerGetDatum(&out)));
	*recheck = out.recheck;
	return NULL;
}

/* What a tuple on a page is, as far as the search needs it. */
typedef enum TupleState
{
	TUPLE_LIVE,
	TUPLE_REDIRECT,
	TUPLE_DEAD,
	TUPLE_WRONG
} TupleState;

/*
 * Tuple offnum of the page: decoded, and what it is.  *problem is set where
 * it is none that a search should come to.
 */
static TupleState
tuple_at(SpgistWalk *walk, OffsetNumber offnum, AiIndexItem *item,
		 const char **problem)
{
	AiDescent  *descent = walk->descent;
	const SpGistDeadTupleData *tuple;

	*problem = "no tuple is at the line pointer that the search comes to";
	if (!ai_descent_item(descent, offnum, item) || !item->readable ||
		item->kind == NULL)
		return TUPLE_WRONG;
	if (item->size < sizeof(SpGistDeadTupleData))
	{
		ai_blame(&item->problem, "tuple is shorter than its header");
		*problem = item->problem;
		return TUPLE_WRONG;
	}
	*problem = item->problem;
	if (*problem != NULL)
		return TUPLE_WRONG;
	tuple = (const SpGistDeadTupleData *) (descent->page->image + item->off);
	switch (tuple->tupstate)
	{
		case SPGIST_LIVE:
			return TUPLE_LIVE;
		case SPGIST_REDIRECT:
			return TUPLE_REDIRECT;
		case SPGIST_DEAD:
			return TUPLE_DEAD;
		default:
			*problem = "search comes to a placeholder";
			return TUPLE_WRONG;
	}
}

/*
 * One tuple of a leaf page, which was decoded.
 */
static void
look_at_leaf(SpgistWalk *walk, const Waiting *waiting,
			 const AiIndexItem *item,
			 uint32 *rechecked)
{
	AiDescent  *descent = walk->descent;
	AiVisit    *visit = &descent->visit;
	MemoryContext old = MemoryContextSwitchTo(walk->calls);
	bool		match;
	bool		recheck;
	const char *problem = test_leaf(walk, waiting, item, &match, &recheck);

	MemoryContextSwitchTo(old);
	if (problem != NULL && visit->problem == NULL)
		visit->problem = pstrdup(problem);
	MemoryContextReset(walk->calls);
	if (problem != NULL || !match)
		return;
	ai_descent_match_item(descent, item);
	*rechecked += recheck;
}

/*
 * A chain of leaf tuples, or all of a root that is a leaf.  True where the
 * chain was moved: *to is where it went.
 */
static bool
scan_leaf(SpgistWalk *walk, const Waiting *waiting, bool root,
		  ItemPointerData *to)
{
	AiDescent  *descent = walk->descent;
	AiVisit    *visit = &descent->visit;
	OffsetNumber offnum = root ? FirstOffsetNumber :
		ItemPointerGetOffsetNumberNoCheck(&waiting->tid);
	uint32		looked = 0;
	uint32		rechecked = 0;

	visit->searched = true;
	while (root ? offnum <= descent->header.nitems :
		   offnum != InvalidOffsetNumber)
	{
		AiIndexItem item;
		const char *problem;
		TupleState	state = tuple_at(walk, offnum, &item, &problem);

		CHECK_FOR_INTERRUPTS();
		if (state == TUPLE_REDIRECT && !root && looked == 0)
		{
			*to = ((const SpGistDeadTupleData *)
				   (descent->page->image + item.off))->pointer;
			visit->searched = false;
			return true;
		}
		if (state == TUPLE_DEAD && !root)
			break;
		if (state != TUPLE_LIVE)
			ai_blame(&visit->problem, problem != NULL ? problem :
					 "tuple of a chain, or of a root, is not live");
		else
			look_at_leaf(walk, waiting, &item, &rechecked);
		looked++;
		if (root)
			offnum++;
		else if (state != TUPLE_LIVE)
			break;
		else
			offnum = SGLT_GET_NEXTOFFSET((const SpGistLeafTupleData *)
										 (descent->page->image + item.off));
		if (!root && looked > descent->header.nitems)
		{
			ai_blame(&visit->problem, "chain of leaf tuples is a circle");
			break;
		}
	}
	ai_detail(&visit->details, "level", AI_DETAIL_NUMBER, waiting->level);
	ai_detail(&visit->details, "leaf_tuples", AI_DETAIL_NUMBER, looked);
	ai_detail(&visit->details, "to_recheck", AI_DETAIL_NUMBER, rechecked);
	return false;
}

/*
 * Come to the page of a tuple; false where the search can't go on there.
 */
static bool
come_to(SpgistWalk *walk, const Waiting *waiting, const char *why)
{
	AiDescent  *descent = walk->descent;
	BlockNumber blkno = ItemPointerGetBlockNumberNoCheck(&waiting->tid);
	bool		found;
	bool		readable = true;

	if (blkno == walk->held)
		ai_descent_same_page(descent, why);
	else
	{
		/* pages come again and again: it is tuples that must not */
		descent->search_steps = 0;
		readable = ai_descent_read(descent, blkno, why);
		walk->held = readable ? blkno : InvalidBlockNumber;
	}
	descent->visit.itemoffset =
		ItemPointerGetOffsetNumberNoCheck(&waiting->tid);
	if (!readable)
		return false;
	(void) hash_search(walk->seen, &waiting->tid, HASH_ENTER, &found);
	if (found)
	{
		ai_blame(&descent->visit.problem,
				 "search comes to a tuple again: links lead in a circle");
		return false;
	}
	if (strcmp(descent->what.kind, "leaf") != 0 &&
		strcmp(descent->what.kind, "inner") != 0)
	{
		ai_blame(&descent->visit.problem,
				 "search comes to a page without tuples");
		return false;
	}
	return true;
}

/*
 * Look at one waiting tuple; true where it was moved, and is to be looked for
 * where it went.
 *
 * Follows spgWalk (src/backend/access/spgist/spgscan.c, REL_19_STABLE)
 */
static bool
visit_tuple(SpgistWalk *walk, Waiting *waiting, const char *why)
{
	AiDescent  *descent = walk->descent;
	AiVisit    *visit = &descent->visit;
	AiIndexItem item;
	const char *problem;
	const SpGistPageOpaqueData *opaque;
	TupleState	state;
	BlockNumber blkno;

	if (!come_to(walk, waiting, why))
		return false;
	opaque = (const SpGistPageOpaqueData *)
		(descent->page->image + descent->header.special);
	blkno = visit->blkno;
	if (((opaque->flags & SPGIST_NULLS) != 0) != waiting->isnull)
	{
		ai_blame(&visit->problem,
				 "page is of the other tree, of nulls or of values");
		return false;
	}
	if ((opaque->flags & SPGIST_LEAF) != 0)
		return scan_leaf(walk, waiting, SpGistBlockIsRoot(blkno),
						 &waiting->tid);

	state = tuple_at(walk, visit->itemoffset, &item, &problem);
	if (state == TUPLE_REDIRECT)
	{
		waiting->tid = ((const SpGistDeadTupleData *)
						(descent->page->image + item.off))->pointer;
		return true;
	}
	if (state == TUPLE_LIVE)
	{
		MemoryContext old = MemoryContextSwitchTo(walk->calls);

		problem = test_inner(walk, waiting, &item);
		MemoryContextSwitchTo(old);
	}
	else if (problem == NULL)
		problem = "inner tuple is not live";
	if (problem != NULL && visit->problem == NULL)
		visit->problem = MemoryContextStrdup(descent->scratch, problem);
	MemoryContextReset(walk->calls);
	return false;
}

/*
 * ai_spgist_walk - from the roots down all ways that the operator class
 * chooses
 */
void
ai_spgist_walk(AiDescent *descent)
{
	MemoryContext old = MemoryContextSwitchTo(descent->run);
	SpgistWalk	walk;

	start(&walk, descent);
	MemoryContextSwitchTo(old);
	ai_descent_search(descent);

	while (!pairingheap_is_empty(walk.queue))
	{
		Waiting    *waiting = (Waiting *)
			pairingheap_remove_first(walk.queue);
		char		why[128];

		if (!ItemPointerIsValid(&waiting->from))
			snprintf(why, sizeof(why), "root of the tree of %s",
					 waiting->isnull ? "nulls" : "values");
		else
			snprintf(why, sizeof(why), "node %d of inner tuple (%u,%u), %s",
					 waiting->number,
					 ItemPointerGetBlockNumberNoCheck(&waiting->from),
					 ItemPointerGetOffsetNumberNoCheck(&waiting->from),
					 waiting->isnull ? "for all among the nulls match" :
					 "which the operator class chose");
		for (;;)
		{
			ItemPointerData was = waiting->tid;

			if (!visit_tuple(&walk, waiting, why))
				break;
			snprintf(why, sizeof(why),
					 "redirection at (%u,%u): the tuple was moved",
					 ItemPointerGetBlockNumberNoCheck(&was),
					 ItemPointerGetOffsetNumberNoCheck(&was));
			descent->visit.child =
				ItemPointerGetBlockNumberNoCheck(&waiting->tid);
		}
		if (!walk.leaf_byval && DatumGetPointer(waiting->value) != NULL)
			pfree(DatumGetPointer(waiting->value));
		pfree(waiting);
	}
}
