/*-------------------------------------------------------------------------
 *
 * index_of_row.c
 *	  The index entries that point at a version of a row.
 *
 * An entry points at a line pointer: that of the version itself, or of the
 * root of its HOT chain.  Where the key of a B-tree or a hash index is of
 * plain columns, the version's own values lead to the page where its entry
 * must be, in a handful of pages.  Where they do not, or a page on the way is
 * damaged, or nothing is there that should be, every page of the index is
 * read.  No expression is evaluated.
 *
 * Everything is made at once, so that no function of an operator class runs,
 * and no role is anybody else's, between two rows that the caller fetches.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/brin_page.h"
#include "access/brin_revmap.h"
#include "access/hash.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "base/guard.h"
#include "decode/decode_heap.h"
#include "index/descent.h"
#include "judge/toast_fetch.h"
#include "judge/tuple_status.h"

#include "compat.h"
#include "result.h"

PG_FUNCTION_INFO_V1(ai_index_of_rows);

/* more are no chain of a row */
#define MAX_TARGETS		10000

/* so few are looked for in the bytes of a page before it is decoded */
#define FEW_WANTED		8

/* how often a hash index that splits under our hands is begun anew */
#define MAX_TRIES		5

static const ArchColumn columns[] = {
	{"tid", TIDOID},
	{"idx", REGCLASSOID},
	{"blkno", INT8OID},
	{"itemoffset", INT4OID},
	{"kind", TEXTOID},
	{"dead", BOOLOID},
	{"points_at", TEXTOID},
	{"found_by", TEXTOID},
	{"problem", TEXTOID}
};

/* A line pointer that was asked for. */
typedef struct Target
{
	ItemPointerData tid;
	ItemPointerData root;		/* where its entries point; tid but for a
								 * heap-only version */
	bool		has_root;
	bool		expected;		/* each index that takes it has an entry */

	/* line pointers of the versions whose keys its entry may have */
	int			nversions;
	OffsetNumber *versions;

	bool		found;			/* in the current index */
	bool		by_reading;		/* the current index is to be read for it */
} Target;

/* An address that entries are looked for of; sorted. */
typedef struct Wanted
{
	ItemPointerData tid;
	int			target;
	bool		is_root;
} Wanted;

typedef struct Finder
{
	Relation	rel;
	ReturnSetInfo *rsinfo;
	MemoryContext run;			/* lives as long as the call */
	MemoryContext scratch;		/* emptied before each key */

	AiPage	   *page;			/* of the table */
	AiPageHeader header;
	BlockNumber nblocks;
	AiTupleScan *scan;
	AiToast    *toast;
	bool		toast_open;
	AiTypes    *types;
	AiAttribute *attrs;
	AiStored   *stored;
	AiPrinter  *printers;

	int			ntargets;
	Target	   *targets;
	int			nwanted;
	Wanted	   *wanted;

	Relation	index;			/* the current one */
	AiDescent  *descent;

	/* what a descent is given, and whether it came to its end */
	const Target *sought;
	const Datum *values;
	const bool *isnull;
	bool		arrived;
} Finder;

/* A block of the table; false where there is none. */
static bool
read_heap_page(Finder *finder, BlockNumber blkno)
{
	if (blkno >= finder->nblocks)
		return false;
	if (finder->page->blkno == blkno)
		return true;
	ai_page_read(finder->rel, MAIN_FORKNUM, blkno, finder->page);
	ai_decode_page_header(finder->page->image,
						  ai_expected_page(finder->rel, MAIN_FORKNUM),
						  &finder->header);
	return true;
}

/* Who replaced the tuple, as far as can be told; else 0. */
static TransactionId
updater_of(Finder *finder, const HeapTupleHeaderData *tuple)
{
	AiMultiSummary multi;

	if (HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask))
		return InvalidTransactionId;
	if ((tuple->t_infomask & HEAP_XMAX_IS_MULTI) == 0)
		return tuple->t_choice.t_heap.t_xmax;
	ai_multi_summary(finder->scan->xids, tuple->t_choice.t_heap.t_xmax,
					 &multi);
	return multi.nmembers < 0 ? InvalidTransactionId : multi.updater;
}

/*
 * The versions of the HOT chain that begins at a line pointer of the page
 * that was read last; returns how many, at most as many as it has line
 * pointers.
 *
 * Follows heap_get_root_tuples
 * (src/backend/access/heap/pruneheap.c, REL_19_STABLE)
 */
static int
hot_chain(Finder *finder, OffsetNumber root, OffsetNumber *versions)
{
	BlockNumber blkno = finder->page->blkno;
	OffsetNumber offnum = root;
	TransactionId updater = InvalidTransactionId;
	int			n = 0;

	while (offnum >= FirstOffsetNumber && offnum <= finder->header.nitems &&
		   n < finder->header.nitems)
	{
		AiHeapItem	item;

		ai_decode_heap_item(finder->page->image, &finder->header, offnum,
							&item);
		if (item.item.flags == LP_REDIRECT && n == 0 && offnum == root)
		{
			if (item.problem != NULL)
				break;
			offnum = item.redirect_to;
			root = InvalidOffsetNumber;
			continue;
		}
		if (item.item.flags != LP_NORMAL || !item.has_header ||
			(offnum != root && !HeapTupleHeaderIsHeapOnly(item.tuple)) ||
			(n > 0 && !TransactionIdEquals(item.t_xmin, updater)))
			break;
		versions[n++] = offnum;
		updater = updater_of(finder, item.tuple);
		if ((item.t_infomask2 & HEAP_HOT_UPDATED) == 0 ||
			!TransactionIdIsValid(updater) ||
			ItemPointerGetBlockNumberNoCheck(&item.t_ctid) != blkno ||
			ItemPointerGetOffsetNumberNoCheck(&item.t_ctid) == offnum)
			break;
		offnum = ItemPointerGetOffsetNumberNoCheck(&item.t_ctid);
	}
	return n;
}

/* Is the offset among these? */
static bool
among(OffsetNumber offnum, const OffsetNumber *versions, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (versions[i] == offnum)
			return true;
	}
	return false;
}

/*
 * What is known of a line pointer from its page: where its entries point, and
 * whose keys they may have.  The version's own come first.
 */
static void
look_at_target(Finder *finder, Target *target)
{
	BlockNumber block = ItemPointerGetBlockNumberNoCheck(&target->tid);
	OffsetNumber own = ItemPointerGetOffsetNumberNoCheck(&target->tid);
	OffsetNumber versions[MaxHeapTuplesPerPage + 1];
	AiHeapItem	item;
	AiTupleStatus status;
	int			n = 0;

	target->root = target->tid;
	target->has_root = true;
	if (!read_heap_page(finder, block) ||
		own < FirstOffsetNumber || own > finder->header.nitems)
		return;
	ai_decode_heap_item(finder->page->image, &finder->header, own, &item);
	if (item.item.flags != LP_REDIRECT &&
		(item.item.flags != LP_NORMAL || !item.has_header))
		return;
	if (item.item.flags == LP_REDIRECT ||
		!HeapTupleHeaderIsHeapOnly(item.tuple))
		n = hot_chain(finder, own, versions);
	else
	{
		target->has_root = false;
		for (int lp = FirstOffsetNumber; lp <= finder->header.nitems; lp++)
		{
			AiHeapItem	root;

			CHECK_FOR_INTERRUPTS();
			ai_decode_heap_item(finder->page->image, &finder->header, lp,
								&root);
			if (root.item.flags != LP_REDIRECT &&
				(root.item.flags != LP_NORMAL || !root.has_header ||
				 HeapTupleHeaderIsHeapOnly(root.tuple)))
				continue;
			n = hot_chain(finder, lp, versions);
			if (among(own, versions, n))
			{
				ItemPointerSetOffsetNumber(&target->root, lp);
				target->has_root = true;
				break;
			}
			n = 0;
		}
	}

	target->versions = palloc(sizeof(OffsetNumber) * (n + 1));
	if (item.item.flags == LP_NORMAL)
		target->versions[target->nversions++] = own;
	for (int i = 0; i < n; i++)
	{
		if (versions[i] != own)
			target->versions[target->nversions++] = versions[i];
	}

	/* one that nobody needs may have lost its entries already */
	for (int i = 0; i < target->nversions && target->has_root; i++)
	{
		ai_decode_heap_item(finder->page->image, &finder->header,
							target->versions[i], &item);
		ai_tuple_status(finder->scan, item.tuple, finder->page->blkno,
						target->versions[i], &status);
		if (status.state != AI_TUPLE_DEAD &&
			status.state != AI_TUPLE_ABORTED &&
			status.state != AI_TUPLE_INSERTING &&
			status.state != AI_TUPLE_UNKNOWN)
			target->expected = true;
	}
}

static int
compare_wanted(const void *a, const void *b)
{
	const Wanted *left = a;
	const Wanted *right = b;
	int			result = memcmp(&left->tid, &right->tid,
								sizeof(ItemPointerData));

	return result != 0 ? result : left->target - right->target;
}

/* All addresses that an entry of one of the targets may have. */
static void
make_wanted(Finder *finder)
{
	finder->wanted = palloc(sizeof(Wanted) * Max(2 * finder->ntargets, 1));
	for (int i = 0; i < finder->ntargets; i++)
	{
		Target	   *target = &finder->targets[i];

		finder->wanted[finder->nwanted++] = (Wanted) {target->tid, i, false};
		if (target->has_root && !ai_same_place(&target->root, &target->tid))
			finder->wanted[finder->nwanted++] =
				(Wanted) {target->root, i, true};
	}
	qsort(finder->wanted, finder->nwanted, sizeof(Wanted), compare_wanted);
}

static void
put_row(Finder *finder, Target *target, BlockNumber blkno, uint32 itemoffset,
		const char *kind, const bool *dead, const char *points_at,
		const char *found_by, const char *problem)
{
	Datum		values[lengthof(columns)];
	bool		isnull[lengthof(columns)] = {false};

	values[0] = PointerGetDatum(&target->tid);
	values[1] = ObjectIdGetDatum(RelationGetRelid(finder->index));
	values[2] = Int64GetDatum((int64) blkno);
	isnull[2] = blkno == InvalidBlockNumber;
	values[3] = Int32GetDatum((int32) itemoffset);
	isnull[3] = itemoffset == 0;
	isnull[4] = kind == NULL;
	values[4] = isnull[4] ? (Datum) 0 : CStringGetTextDatum(kind);
	isnull[5] = dead == NULL;
	values[5] = isnull[5] ? (Datum) 0 : BoolGetDatum(*dead);
	isnull[6] = points_at == NULL;
	values[6] = isnull[6] ? (Datum) 0 : CStringGetTextDatum(points_at);
	isnull[7] = found_by == NULL;
	values[7] = isnull[7] ? (Datum) 0 : CStringGetTextDatum(found_by);
	isnull[8] = problem == NULL;
	values[8] = isnull[8] ? (Datum) 0 : CStringGetTextDatum(problem);
	tuplestore_putvalues(finder->rsinfo->setResult, finder->rsinfo->setDesc,
						 values, isnull);
}

/* Do the bytes of the page anywhere look like one of the few addresses? */
static bool
may_have_wanted(Finder *finder, const char *page)
{
	const uint16 *words = (const uint16 *) page;

	for (int i = 0; i < finder->nwanted; i++)
	{
		uint16		want[3];

		memcpy(want, &finder->wanted[i].tid, sizeof(want));
		for (int at = 0; at < BLCKSZ / sizeof(uint16) - 2; at++)
		{
			if (words[at + 1] == want[1] && words[at + 2] == want[2] &&
				words[at] == want[0])
				return true;
		}
	}
	return false;
}

/* An address of an item: is it one of those? */
static void
match_tid(Finder *finder, const ItemPointerData *tid, BlockNumber blkno,
		  const AiIndexItem *item, int only, const char *found_by)
{
	int			low = 0;
	int			high = finder->nwanted;

	while (low < high)
	{
		int			mid = (low + high) / 2;

		if (memcmp(&finder->wanted[mid].tid, tid, sizeof(*tid)) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < finder->nwanted; low++)
	{
		const Wanted *wanted = &finder->wanted[low];
		Target	   *target = &finder->targets[wanted->target];

		if (!ai_same_place(&wanted->tid, tid))
			break;
		if (only >= 0 ? wanted->target != only : !target->by_reading)
			continue;
		target->found = true;
		put_row(finder, target, blkno, item->itemoffset, item->kind,
				&item->dead, wanted->is_root ? "root" : "version", found_by,
				item->problem);
	}
}

/*
 * Every item of the page that was read last that points at one of the targets
 * that the index is read for, or at this one.
 */
static void
scan_page(Finder *finder, int only, const char *found_by)
{
	AiDescent  *descent = finder->descent;
	AiIndexShape *shape = descent->shape;
	const char *page = descent->page->image;
	AiIndexItem item;

	if (descent->what.kind == NULL ||
		descent->header.kind != shape->index.method)
		return;
	/* above the leaves of a btree an address breaks a tie */
	if (shape->index.method == AI_PAGE_BTREE &&
		strcmp(descent->what.kind, "leaf") != 0)
		return;
	if (shape->index.method != AI_PAGE_GIN && finder->nwanted <= FEW_WANTED &&
		!may_have_wanted(finder, page))
		return;
	item.itemoffset = 0;
	item.next = 0;
	while (shape->method->item(&shape->index, page, &descent->header,
							   &descent->what, &item))
	{
		AiTidWalk	walk;
		ItemPointerData tid;
		uint32		room = Min(item.tids.n, item.tids.len);

		if (item.tids.form == AI_TIDS_NONE ||
			(item.kind != NULL && strcmp(item.kind, "high key") == 0))
			continue;
		ai_tid_walk_start(&walk, &item.tids);
		while (room-- > 0 && ai_tid_walk_next(&walk, page, &tid))
			match_tid(finder, &tid, descent->visit.blkno, &item, only,
					  found_by);
	}
}

/* AiVisitSink: nobody asks for the way. */
static void
no_visit(AiDescent *descent, const AiVisit *visit, void *arg)
{
}

/* Read the whole index for those targets that need it. */
static void
read_index(Finder *finder)
{
	AiDescent  *descent = finder->descent;
	BlockNumber nblocks = ai_fork_blocks(finder->index, MAIN_FORKNUM);

	for (BlockNumber blkno = 0; blkno < nblocks; blkno++)
	{
		/* one search for each page: there is no way that could be a circle */
		ai_descent_search(descent);
		if (ai_descent_read(descent, blkno, "") ||
			descent->page->blkno == blkno)
			scan_page(finder, -1, "reading");
	}
}

/* What tells of the values of a column, made ready for as long as we run. */
static void
ready_printer(Finder *finder, AiPrinter *printer, AttrNumber attnum)
{
	MemoryContext old = MemoryContextSwitchTo(finder->run);

	if (!printer->ready)
		ai_printer_init(printer, finder->types,
						RelationGetDescr(finder->rel), attnum);
	MemoryContextSwitchTo(old);
}

/*
 * The key columns of a version, as the index stores them; returns what stands
 * in the way of one.
 */
static const char *
own_key(Finder *finder, const Target *target, OffsetNumber offnum,
		Datum *values, bool *isnull)
{
	TupleDesc	desc = RelationGetDescr(finder->rel);
	int			nkeys = IndexRelationGetNumberOfKeyAttributes(finder->index);
	BlockNumber block = ItemPointerGetBlockNumberNoCheck(&target->tid);
	const char *problem;
	AiHeapItem	item;

	if (!read_heap_page(finder, block) ||
		offnum > finder->header.nitems)
		return "line pointer is gone";
	ai_decode_heap_item(finder->page->image, &finder->header, offnum, &item);
	if (!item.can_walk || item.item.flags != LP_NORMAL)
		return "version can't be read";
	problem = ai_decode_attributes(item.tuple, item.item.len, finder->attrs,
								   desc->natts, finder->stored);
	if (problem != NULL)
		return problem;
	for (int i = 0; i < nkeys; i++)
	{
		AttrNumber	attnum = finder->index->rd_index->indkey.values[i];
		AiPrinter  *printer = &finder->printers[attnum - 1];
		const AiStored *stored = &finder->stored[attnum - 1];
		const char *unproven = ai_page_unproven(finder->page);
		char	   *data;

		values[i] = (Datum) 0;
		isnull[i] = false;
		if (stored->problem != NULL)
			return stored->problem;
		if (stored->storage == AI_STORED_NULL)
		{
			isnull[i] = true;
			continue;
		}
		if (stored->storage == AI_STORED_MISSING)
		{
			values[i] = getmissingattr(desc, attnum, &isnull[i]);
			continue;
		}
		if (stored->storage == AI_STORED_UNREACHED)
			return "value can't be reached";
		if (stored->storage == AI_STORED_EXTERNAL && !finder->toast_open)
		{
			MemoryContext old = MemoryContextSwitchTo(finder->run);

			finder->toast = ai_toast_open(finder->rel);
			finder->toast_open = true;
			MemoryContextSwitchTo(old);
		}
		data = ai_stored_value(finder->toast,
							   (const char *) item.tuple + stored->offset,
							   stored, &problem);
		if (data == NULL)
			return problem;
		if (unproven == NULL && stored->storage == AI_STORED_EXTERNAL)
			unproven = finder->toast->unproven;
		ready_printer(finder, printer, attnum);
		if (!ai_value_datum(printer, data, stored->raw_size, unproven,
							&values[i], &problem))
			return problem;
	}
	return NULL;
}

/*
 * Go to the leaf of a B-tree where the entry must be.  A tree without a root
 * has none.
 */
static void
descend_btree(AiDescent *descent)
{
	Finder	   *finder = descent->arg;
	AiBtreeKey	key;
	OffsetNumber offnum;

	ai_btree_key(&key, finder->index,
				 IndexRelationGetNumberOfKeyAttributes(finder->index),
				 finder->values, finder->isnull, &finder->sought->root);
	if (ai_btree_descend(descent, &key, &offnum))
		scan_page(finder, finder->sought - finder->targets, "descent");
	else if (descent->visit.problem != NULL)
		return;
	finder->arrived = true;
}

/* A B-tree in which the address of a row is a part of the key? */
static bool
has_tid_order(Finder *finder)
{
	BTMetaPageData meta;

	ai_descent_search(finder->descent);
	if (!ai_descent_read(finder->descent, BTREE_METAPAGE, "") ||
		finder->descent->visit.problem != NULL ||
		strcmp(finder->descent->what.kind, "meta") != 0)
		return false;
	memcpy(&meta, (finder->descent->page->image +
				   MAXALIGN(SizeOfPageHeaderData)),
		   offsetof(BTMetaPageData, btm_allequalimage));
	return meta.btm_version > BTREE_NOVAC_VERSION;
}

/*
 * The first page of the bucket that the value belongs to, by the meta page,
 * which becomes *meta; InvalidBlockNumber where that can't be told.
 */
static BlockNumber
first_of_bucket(AiDescent *descent, Datum value, HashMetaPageData *meta,
				uint32 *bucket)
{
	Relation	index = descent->rel;
	FmgrInfo   *proc;
	uint32		hash;

	if (!ai_descent_read(descent, HASH_METAPAGE, "") ||
		descent->visit.problem != NULL ||
		strcmp(descent->what.kind, "meta") != 0)
		return InvalidBlockNumber;
	memcpy(meta, descent->page->image + MAXALIGN(SizeOfPageHeaderData),
		   sizeof(*meta));
	if (meta->hashm_maxbucket >= 0x7FFFFFFF ||
		meta->hashm_highmask < meta->hashm_lowmask)
		return InvalidBlockNumber;
	proc = index_getprocinfo(index, 1, HASHSTANDARD_PROC);
	hash = DatumGetUInt32(FunctionCall1Coll(proc, index->rd_indcollation[0],
											value));
	*bucket = _hash_hashkey2bucket(hash, meta->hashm_maxbucket,
								   meta->hashm_highmask,
								   meta->hashm_lowmask);
	if (*bucket > meta->hashm_maxbucket ||
		_hash_spareindex(*bucket + 1) > HASH_MAX_SPLITPOINTS)
		return InvalidBlockNumber;
	return BUCKET_TO_BLKNO(meta, *bucket);
}

/*
 * Go to the bucket of a hash index where the entry must be, and along it.
 * One that is just being made of another one is not enough.
 *
 * Follows _hash_getbucketbuf_from_hashkey
 * (src/backend/access/hash/hashpage.c, REL_19_STABLE)
 */
static void
descend_hash(AiDescent *descent)
{
	Finder	   *finder = descent->arg;

	for (int tries = 0; tries < MAX_TRIES && !finder->arrived; tries++)
	{
		HashMetaPageData meta;
		uint32		bucket;
		BlockNumber blkno;
		bool		first = true;

		ai_descent_search(descent);
		blkno = first_of_bucket(descent, finder->values[0], &meta, &bucket);
		if (blkno == InvalidBlockNumber)
			return;
		while (blkno != InvalidBlockNumber)
		{
			const HashPageOpaqueData *opaque;

			if (!ai_descent_read(descent, blkno, "") ||
				descent->visit.problem != NULL)
				return;
			opaque = (const HashPageOpaqueData *)
				(descent->page->image + descent->header.special);
			if (strcmp(descent->what.kind,
					   first ? "bucket" : "overflow") != 0 ||
				opaque->hasho_bucket != bucket)
				return;
			if (first &&
				(opaque->hasho_flag & LH_BUCKET_BEING_POPULATED) != 0)
				return;
			/* split since the meta page was read: anew */
			if (first && opaque->hasho_prevblkno > meta.hashm_maxbucket)
				break;
			first = false;
			scan_page(finder, finder->sought - finder->targets, "descent");
			blkno = opaque->hasho_nextblkno;
		}
		finder->arrived = !first;
	}
}

/* May the entries of the index be looked for by the row's own key? */
static bool
has_plain_key(Finder *finder)
{
	Relation	index = finder->index;

	if (index->rd_rel->relam != BTREE_AM_OID &&
		index->rd_rel->relam != HASH_AM_OID)
		return false;
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(index); i++)
	{
		if (index->rd_index->indkey.values[i] <= 0)
			return false;
	}
	return true;
}

/*
 * Look for a target's entry by the keys of its version, and then by those of
 * the others in its HOT chain: an index that was made later than the chain
 * has the key of the newest.
 *
 * What is not found is looked for by reading, unless the index need not have
 * it: it is partial, or not yet whole, or a null has no hash code, or nobody
 * needs the version.
 */
static void
find_by_key(Finder *finder, int n)
{
	Target	   *target = &finder->targets[n];
	Form_pg_index form = finder->index->rd_index;
	bool		partial = !heap_attisnull(finder->index->rd_indextuple,
										  Anum_pg_index_indpred, NULL);
	bool		hash = finder->index->rd_rel->relam == HASH_AM_OID;
	bool		all_null = hash;
	MemoryContext old;

	target->by_reading = target->nversions == 0;
	for (int i = 0; i < target->nversions && !target->found &&
		 !target->by_reading; i++)
	{
		Datum		values[INDEX_MAX_KEYS];
		bool		isnull[INDEX_MAX_KEYS];
		const char *problem;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(finder->scratch);
		old = MemoryContextSwitchTo(finder->scratch);
		problem = own_key(finder, target, target->versions[i], values,
						  isnull);
		MemoryContextSwitchTo(old);
		if (problem != NULL)
			target->by_reading = true;
		else
		{
			finder->sought = target;
			finder->values = values;
			finder->isnull = isnull;
			finder->arrived = hash && isnull[0];
			if (!finder->arrived)
				ai_descent_run(finder->descent,
							   hash ? descend_hash : descend_btree);
			target->by_reading = !finder->arrived;
			if (!isnull[0])
				all_null = false;
		}
	}
	if (target->found)
		target->by_reading = false;
	else if (target->expected && form->indisready && form->indisvalid &&
			 !partial && !all_null)
		target->by_reading = true;
}

/* The summary that speaks of the block of each target. */
static void
find_ranges(Finder *finder)
{
	AiDescent  *descent = finder->descent;
	AiIndex    *index = &descent->shape->index;

	for (int i = 0; i < finder->ntargets; i++)
	{
		Target	   *target = &finder->targets[i];
		BlockNumber block = ItemPointerGetBlockNumberNoCheck(&target->tid);
		const char *problem = NULL;
		ItemPointerData at;
		OffsetNumber offnum;
		AiIndexItem item;
		uint32		range;

		/* while it is built CONCURRENTLY it may have no page yet */
		if (index->pages_per_range == 0 &&
			!descent->rel->rd_index->indisready)
			continue;
		if (index->pages_per_range == 0)
		{
			put_row(finder, target, InvalidBlockNumber, 0, NULL, NULL, NULL,
					NULL, "meta page of the index can't be read");
			continue;
		}
		range = block / index->pages_per_range;
		ai_descent_search(descent);
		if (!ai_descent_read(descent, 1 + range / REVMAP_PAGE_MAXITEMS, ""))
		{
			bool		beyond = descent->visit.blkno >= descent->nblocks;

			/* where the map ends before, no range there was summarised */
			put_row(finder, target, InvalidBlockNumber, 0,
					beyond ? "not summarised" : NULL, NULL, NULL, "descent",
					beyond ? NULL : descent->visit.problem);
			continue;
		}
		if (strcmp(descent->what.kind, "revmap") != 0)
		{
			put_row(finder, target, InvalidBlockNumber, 0, "not summarised",
					NULL, NULL, "descent", NULL);
			continue;
		}
		memcpy(&at, descent->page->image + MAXALIGN(SizeOfPageHeaderData) +
			   range % REVMAP_PAGE_MAXITEMS * sizeof(at), sizeof(at));
		if (ItemPointerGetOffsetNumberNoCheck(&at) == InvalidOffsetNumber)
		{
			put_row(finder, target, InvalidBlockNumber, 0, "not summarised",
					NULL, NULL, "descent", NULL);
			continue;
		}
		block = ItemPointerGetBlockNumberNoCheck(&at);
		offnum = ItemPointerGetOffsetNumberNoCheck(&at);
		if (!ai_descent_read(descent, block, ""))
			problem = descent->visit.problem;
		else if (strcmp(descent->what.kind, "regular") != 0 ||
				 !ai_descent_item(descent, offnum, &item))
			problem = "the map leads to no summary";
		if (problem != NULL)
			put_row(finder, target, block, offnum, NULL, NULL, NULL,
					"descent", problem);
		else
			put_row(finder, target, block, item.itemoffset, item.kind,
					&item.dead, "range", "descent", item.problem);
	}
}

/* The entries of one index. */
static void
look_into_index(Finder *finder)
{
	bool		plain = has_plain_key(finder);
	bool		reads = false;
	AiAsOwner	owner;

	finder->descent = ai_descent_create(finder->index, no_visit, finder);
	finder->descent->quiet = true;
	for (int i = 0; i < finder->ntargets; i++)
	{
		finder->targets[i].found = false;
		finder->targets[i].by_reading = !plain;
	}
	if (finder->descent->shape->method == NULL)
	{
		const char *problem =
			psprintf("items of access method \"%s\" are not known",
					 finder->descent->shape->method_name);

		for (int i = 0; i < finder->ntargets; i++)
			put_row(finder, &finder->targets[i], InvalidBlockNumber, 0, NULL,
					NULL, NULL, NULL, problem);
		return;
	}
	if (finder->descent->shape->index.method == AI_PAGE_BRIN)
	{
		find_ranges(finder);
		return;
	}

	if (plain && finder->index->rd_rel->relam == BTREE_AM_OID)
		plain = has_tid_order(finder);
	ai_as_owner_begin(finder->index, &owner);
	for (int i = 0; i < finder->ntargets && plain; i++)
		find_by_key(finder, i);
	ai_as_owner_end(&owner);
	for (int i = 0; i < finder->ntargets; i++)
	{
		if (!plain)
			finder->targets[i].by_reading = true;
		reads |= finder->targets[i].by_reading;
	}
	if (reads)
		read_index(finder);
	for (int i = 0; i < finder->ntargets; i++)
	{
		Target	   *target = &finder->targets[i];

		if (!target->found)
			put_row(finder, target, InvalidBlockNumber, 0, NULL, NULL, NULL,
					target->by_reading ? "reading" : "descent", NULL);
	}
}

/*
 * ai_index_of_rows - arch_parts.index_of_rows(regclass, tid[])
 *
 * A row for each entry, and one for each index without.
 */
Datum
ai_index_of_rows(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	Finder		finder = {0};
	List	   *indexes;
	ListCell   *lc;
	Datum	   *tids;
	bool	   *nulls;
	int			ntids;
	int			natts;

	finder.rel = ai_open_relation(PG_GETARG_OID(0), AI_STRUCTURE, AI_HEAP);
	finder.rsinfo = rsinfo;
	finder.run = CurrentMemoryContext;
	finder.scratch = AllocSetContextCreate(CurrentMemoryContext,
										   "key of a row",
										   ALLOCSET_DEFAULT_SIZES);
	finder.nblocks = ai_fork_blocks(finder.rel, MAIN_FORKNUM);
	deconstruct_array(array, TIDOID, sizeof(ItemPointerData), false,
					  TYPALIGN_SHORT, &tids, &nulls, &ntids);
	finder.targets = palloc0(sizeof(Target) *
							 Max(Min(ntids, MAX_TARGETS), 1));
	finder.page = ai_page_create();
	finder.page->blkno = InvalidBlockNumber;
	finder.scan = ai_tuple_scan_begin(finder.rel);
	finder.types = ai_types_create();
	finder.attrs = ai_attributes_of(RelationGetDescr(finder.rel));
	natts = Max(1, RelationGetDescr(finder.rel)->natts);
	finder.stored = palloc(sizeof(AiStored) * natts);
	finder.printers = palloc0(sizeof(AiPrinter) * natts);
	for (int i = 0; i < ntids && finder.ntargets < MAX_TARGETS; i++)
	{
		Target	   *target = &finder.targets[finder.ntargets];

		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		target->tid = *(ItemPointer) DatumGetPointer(tids[i]);
		ai_check_block(finder.rel, finder.nblocks,
					   ItemPointerGetBlockNumberNoCheck(&target->tid));
		finder.ntargets++;
		look_at_target(&finder, target);
	}
	make_wanted(&finder);

	indexes = RelationGetIndexList(finder.rel);
	foreach(lc, indexes)
	{
		finder.index = ai_open_part(finder.rel, lfirst_oid(lc));
		if (finder.index == NULL)
			continue;
		look_into_index(&finder);
		MemoryContextDelete(finder.descent->scratch);
		ai_close_relation(finder.index);
	}
	if (finder.toast != NULL)
		ai_toast_close(finder.toast);
	ai_close_relation(finder.rel);
	return (Datum) 0;
}
