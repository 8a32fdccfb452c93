/*-------------------------------------------------------------------------
 *
 * descent_gist.c
 *	  The way of a search through a GiST index.
 *
 * From the root on, the search asks the operator class of each key on a page
 * whether what it stands for may satisfy the conditions; every page whose
 * downlink passes is visited, in the order in which the server's own queue
 * gives them back.  A page that was split after its parent was read is known
 * by its NSN, and its right sibling is visited too.
 *
 * This is the way of a bitmap scan, and of a plain index scan that is run to
 * its end: both read each of these pages once, and no other (there is no
 * meta page).  A plain scan that is cut short reads the first of them.  An
 * ORDER BY of a distance changes the order, and is left out.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/gist.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "lib/pairingheap.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "index/opclass_key.h"

#include "compat.h"

#define ROOT_BLOCK	0

/* A page that is to be visited. */
typedef struct Waiting
{
	pairingheap_node node;
	BlockNumber blkno;
	uint64		parent_lsn;		/* 0 for the root */
	BlockNumber from;
	OffsetNumber via;			/* the downlink there; 0: the right link */
} Waiting;

typedef struct GistWalk
{
	AiDescent  *descent;
	AiKeyReader *readers;		/* by condition */
	FmgrInfo   *consistent;		/* by condition, as its caches are */
	FmgrInfo   *decompress;		/* fn_oid is invalid where there is none */
	Oid		   *collations;		/* of decompress */
	pairingheap *queue;
	uint8	   *sent;			/* a bit a block: the search was sent there */
	BlockNumber room;			/* bits of it */
	MemoryContext calls;		/* emptied after each item */
	bool		see_dead;
} GistWalk;

/* All pages are alike: what the queue makes of that is their order. */
static int
compare_waiting(const pairingheap_node *a, const pairingheap_node *b,
				void *arg)
{
	return 0;
}

/* Was the search sent to that block before?  From now on it was. */
static bool
sent_before(GistWalk *walk, BlockNumber blkno)
{
	uint8		bit = 1 << (blkno % BITS_PER_BYTE);
	bool		before;

	if (blkno >= walk->room)
	{
		BlockNumber room = Max(walk->descent->nblocks, blkno + 1);
		Size		size = (Size) room / BITS_PER_BYTE + 1;
		uint8	   *sent;

		sent = MemoryContextAllocExtended(walk->descent->run, size,
										  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		if (walk->sent != NULL)
		{
			memcpy(sent, walk->sent, (Size) walk->room / BITS_PER_BYTE + 1);
			pfree(walk->sent);
		}
		walk->sent = sent;
		walk->room = room;
	}
	before = (walk->sent[blkno / BITS_PER_BYTE] & bit) != 0;
	walk->sent[blkno / BITS_PER_BYTE] |= bit;
	return before;
}

/*
 * A page to be visited.  In a tree one downlink leads to each; that there is
 * another is a problem of the page that has it.
 */
static void
add_page(GistWalk *walk, BlockNumber blkno, uint64 parent_lsn,
		 BlockNumber from, OffsetNumber via)
{
	Waiting    *waiting;

	if (sent_before(walk, blkno))
	{
		if (via != InvalidOffsetNumber)
			ai_blame(&walk->descent->visit.problem,
					 "leads to a page that the search was sent to before");
		return;
	}
	waiting = MemoryContextAlloc(walk->descent->run, sizeof(Waiting));
	waiting->blkno = blkno;
	waiting->parent_lsn = parent_lsn;
	waiting->from = from;
	waiting->via = via;
	pairingheap_add(walk->queue, &waiting->node);
}

/* Conditions that are of this opclass's making, ready to be asked. */
static bool
start(GistWalk *walk, AiDescent *descent)
{
	Relation	rel = descent->rel;

	memset(walk, 0, sizeof(*walk));
	walk->descent = descent;
	walk->readers = palloc0(sizeof(AiKeyReader) * Max(descent->nkeys, 1));
	walk->consistent = palloc0(sizeof(FmgrInfo) * Max(descent->nkeys, 1));
	walk->decompress = palloc0(sizeof(FmgrInfo) * Max(descent->nkeys, 1));
	walk->collations = palloc0(sizeof(Oid) * Max(descent->nkeys, 1));
	for (int i = 0; i < descent->nkeys; i++)
	{
		ScanKey		key = &descent->keys[i];
		int			column = key->sk_attno - 1;
		Oid			collation = rel->rd_indcollation[column];

		if ((key->sk_flags & SK_ISNULL) != 0)
		{
			/* operators are taken to be strict */
			if ((key->sk_flags & (SK_SEARCHNULL | SK_SEARCHNOTNULL)) == 0)
				return false;
			continue;
		}
		fmgr_info_copy(&walk->consistent[i],
					   index_getprocinfo(rel, key->sk_attno,
										 GIST_CONSISTENT_PROC),
					   descent->run);
		if (OidIsValid(index_getprocid(rel, key->sk_attno,
									   GIST_DECOMPRESS_PROC)))
			fmgr_info_copy(&walk->decompress[i],
						   index_getprocinfo(rel, key->sk_attno,
											 GIST_DECOMPRESS_PROC),
						   descent->run);
		walk->collations[i] = OidIsValid(collation) ? collation :
			DEFAULT_COLLATION_OID;
		ai_key_reader_init(&walk->readers[i], descent, column, column,
						   walk->consistent[i].fn_oid);
	}
	return true;
}

/*
 * Does a key satisfy condition i, or may what it stands for do so?
 */
static bool
ask(GistWalk *walk, int i, const AiIndexItem *item, Datum datum,
	bool *recheck)
{
	AiDescent  *descent = walk->descent;
	ScanKey		key = &descent->keys[i];
	GISTENTRY	entry;

	gistentryinit(entry, datum, descent->rel, (Page) descent->page->image,
				  item->itemoffset, false);
	if (OidIsValid(walk->decompress[i].fn_oid))
	{
		GISTENTRY  *plain = (GISTENTRY *)
			DatumGetPointer(FunctionCall1Coll(&walk->decompress[i],
											  walk->collations[i],
											  PointerGetDatum(&entry)));

		if (plain != &entry)
			entry = *plain;
	}
	/* what a function does not set is taken for true */
	*recheck = true;
	return DatumGetBool(FunctionCall5Coll(&walk->consistent[i],
										  key->sk_collation,
										  PointerGetDatum(&entry),
										  key->sk_argument,
										  UInt16GetDatum(key->sk_strategy),
										  ObjectIdGetDatum(key->sk_subtype),
										  PointerGetDatum(recheck)));
}

/*
 * Does an item pass all conditions?  Returns what is wrong with it, or NULL.
 *
 * Follows gistindex_keytest
 * (src/backend/access/gist/gistget.c, REL_19_STABLE)
 */
static const char *
test_item(GistWalk *walk, const AiIndexItem *item, bool leaf, bool *match,
		  bool *recheck)
{
	AiDescent  *descent = walk->descent;
	AiIndexShape *shape = descent->shape;
	AiIndexKey *keys = shape->keys;
	int			n;

	*match = *recheck = false;
	n = shape->method->keys(&shape->index, descent->page->image, item, keys);
	for (int i = 0; i < descent->nkeys; i++)
	{
		ScanKey		scankey = &descent->keys[i];
		const AiIndexKey *key = &keys[scankey->sk_attno - 1];
		bool		isnull;
		bool		again;
		Datum		datum;
		const char *problem;

		if (scankey->sk_attno > n || (key->state != AI_KEY_VALUE &&
									  key->state != AI_KEY_NULL))
			return scankey->sk_attno <= n && key->stored.problem != NULL ?
				key->stored.problem : "key of an item can't be read";
		isnull = key->state == AI_KEY_NULL;
		if ((scankey->sk_flags & SK_ISNULL) != 0)
		{
			/* a union of a null and a value is the value */
			if ((scankey->sk_flags & SK_SEARCHNULL) != 0)
			{
				if (leaf && !isnull)
					return NULL;
			}
			else if (isnull)
				return NULL;
			continue;
		}
		if (isnull)
			return NULL;
		problem = ai_key_read(&walk->readers[i], descent, key, leaf, &datum);
		if (problem != NULL)
			return problem;
		if (!ask(walk, i, item, datum, &again))
			return NULL;
		*recheck |= again;
	}
	*match = true;
	return NULL;
}

/*
 * The items of a page: those that pass are found, or to be visited.
 */
static void
scan_items(GistWalk *walk)
{
	AiDescent  *descent = walk->descent;
	AiIndexShape *shape = descent->shape;
	AiVisit    *visit = &descent->visit;
	bool		leaf = descent->what.level == 0;
	uint32		passed = 0;
	uint32		rechecked = 0;
	AiIndexItem item;

	item.itemoffset = 0;
	item.next = 0;
	while (shape->method->item(&shape->index, descent->page->image,
							   &descent->header, &descent->what, &item))
	{
		MemoryContext old;
		const char *problem;
		bool		match = false;
		bool		recheck = false;

		CHECK_FOR_INTERRUPTS();
		if (item.dead && !walk->see_dead)
			continue;
		if (!item.readable || item.key_off == 0)
		{
			ai_blame(&visit->problem, item.problem != NULL ? item.problem :
					 "line pointer of the page has no item");
			continue;
		}
		old = MemoryContextSwitchTo(walk->calls);
		problem = test_item(walk, &item, leaf, &match, &recheck);
		MemoryContextSwitchTo(old);
		if (problem != NULL && visit->problem == NULL)
			visit->problem = pstrdup(problem);
		MemoryContextReset(walk->calls);
		if (problem != NULL || !match)
			continue;

		passed++;
		rechecked += recheck;
		if (visit->itemoffset == InvalidOffsetNumber)
			visit->itemoffset = item.itemoffset;
		if (leaf)
		{
			ai_descent_match_item(descent, &item);
			continue;
		}
		if (visit->child == InvalidBlockNumber)
			visit->child = item.child;
		if (item.problem != NULL)
			ai_blame(&visit->problem, item.problem);
		else
			add_page(walk, item.child, descent->header.lsn, visit->blkno,
					 item.itemoffset);
	}
	visit->searched = leaf;
	ai_detail(&visit->details, "items", AI_DETAIL_NUMBER,
			  descent->header.nitems);
	ai_detail(&visit->details, "passed", AI_DETAIL_NUMBER, passed);
	if (leaf)
		ai_detail(&visit->details, "to_recheck", AI_DETAIL_NUMBER, rechecked);
}

/*
 * Follows gistScanPage (src/backend/access/gist/gistget.c, REL_19_STABLE)
 */
static void
visit_page(GistWalk *walk, const Waiting *waiting)
{
	AiDescent  *descent = walk->descent;
	char	   *why;
	uint64		nsn;

	if (waiting->from == InvalidBlockNumber)
		why = pstrdup("root, where every search begins");
	else if (waiting->via == InvalidOffsetNumber)
		why = psprintf("right link of block %u, which was split since",
					   waiting->from);
	else
		why = psprintf("downlink %u of block %u: its key passes",
					   waiting->via, waiting->from);
	if (!ai_descent_read(descent, waiting->blkno, why))
		return;

	nsn = GistPageGetNSN((Page) descent->page->image);
	if (waiting->parent_lsn != 0 &&
		(GistFollowRight((Page) descent->page->image) ||
		 waiting->parent_lsn < nsn) &&
		ai_index_has_block(&descent->shape->index, descent->what.right))
	{
		ai_detail_word(&descent->visit.details, "split",
					   "after the parent was read, or not finished");
		add_page(walk, descent->what.right, waiting->parent_lsn,
				 waiting->blkno, InvalidOffsetNumber);
	}
	if (!GistPageIsDeleted((Page) descent->page->image))
		scan_items(walk);
}

/*
 * ai_gist_walk - from the root down all ways that the operator class allows
 */
void
ai_gist_walk(AiDescent *descent)
{
	MemoryContext old = MemoryContextSwitchTo(descent->run);
	GistWalk	walk;
	bool		possible = start(&walk, descent);

	walk.calls = AllocSetContextCreate(descent->run,
									   "calls of an operator class",
									   ALLOCSET_DEFAULT_SIZES);
	walk.queue = pairingheap_allocate(compare_waiting, NULL);
	walk.see_dead = TransactionStartedDuringRecovery();
	ai_descent_search(descent);
	if (possible)
		add_page(&walk, ROOT_BLOCK, 0, InvalidBlockNumber,
				 InvalidOffsetNumber);
	MemoryContextSwitchTo(old);

	while (!pairingheap_is_empty(walk.queue))
	{
		Waiting    *waiting = (Waiting *)
			pairingheap_remove_first(walk.queue);

		visit_page(&walk, waiting);
		pfree(waiting);
	}
}
