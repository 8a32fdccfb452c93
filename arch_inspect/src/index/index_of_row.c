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

#include "access/hash.h"
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
#include "index/descent.h"
#include "index/row_keys.h"

#include "compat.h"
#include "result.h"

PG_FUNCTION_INFO_V1(ai_index_of_rows);

/* more are no chain of a row */
#define MAX_TARGETS		10000

/* so few are looked for in the bytes of a page before it is decoded */
#define FEW_WANTED		8

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
	AiRowPlace	place;
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
	AiRowSource rows;			/* of the table */
	ReturnSetInfo *rsinfo;
	MemoryContext scratch;		/* emptied before each key */

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
		const AiRowPlace *place = &finder->targets[i].place;

		finder->wanted[finder->nwanted++] = (Wanted) {place->tid, i, false};
		if (place->has_root && !ai_same_place(&place->root, &place->tid))
			finder->wanted[finder->nwanted++] =
				(Wanted) {place->root, i, true};
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

	values[0] = PointerGetDatum(&target->place.tid);
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
				 finder->values, finder->isnull, &finder->sought->place.root);
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

/* AiHashLook: what points at the row that is sought. */
static bool
look_at_bucket(AiDescent *descent, bool moved, void *arg)
{
	Finder	   *finder = arg;

	scan_page(finder, finder->sought - finder->targets, "descent");
	return true;
}

/* Go to the bucket of a hash index where the entry must be, and along it. */
static void
descend_hash(AiDescent *descent)
{
	Finder	   *finder = descent->arg;
	uint32		code = _hash_datum2hashkey(descent->rel, finder->values[0]);

	finder->arrived = ai_hash_descend(descent, code, look_at_bucket, finder);
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

	target->by_reading = target->place.nversions == 0;
	for (int i = 0; i < target->place.nversions && !target->found &&
		 !target->by_reading; i++)
	{
		Datum		values[INDEX_MAX_KEYS];
		bool		isnull[INDEX_MAX_KEYS];
		const char *problem;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(finder->scratch);
		old = MemoryContextSwitchTo(finder->scratch);
		problem = ai_row_key(&finder->rows, finder->index, &target->place,
							 target->place.versions[i], values, isnull);
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
	else if (target->place.expected && form->indisready && form->indisvalid &&
			 !partial && !all_null)
		target->by_reading = true;
}

/* The summary that speaks of the block of each target. */
static void
find_ranges(Finder *finder)
{
	AiDescent  *descent = finder->descent;

	for (int i = 0; i < finder->ntargets; i++)
	{
		Target	   *target = &finder->targets[i];
		ItemPointer tid = &target->place.tid;
		AiBrinPlace place;
		const char *problem;

		if (descent->shape->index.pages_per_range == 0)
		{
			/* while it is built CONCURRENTLY it may have no page yet */
			if (descent->rel->rd_index->indisready)
				put_row(finder, target, InvalidBlockNumber, 0, NULL, NULL,
						NULL, NULL, "meta page of the index can't be read");
			continue;
		}
		problem = ai_brin_find(descent, ItemPointerGetBlockNumberNoCheck(tid),
							   &place);
		if (place.summarised)
			put_row(finder, target, place.blkno, place.offnum,
					place.item.kind, &place.item.dead, "range", "descent",
					place.item.problem);
		else
			put_row(finder, target, place.blkno, place.offnum,
					problem == NULL ? "not summarised" : NULL, NULL, NULL,
					"descent", problem);
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
	Relation	rel;
	List	   *indexes;
	ListCell   *lc;
	Datum	   *tids;
	bool	   *nulls;
	int			ntids;

	rel = ai_open_relation(PG_GETARG_OID(0), AI_STRUCTURE, AI_HEAP);
	finder.rsinfo = rsinfo;
	finder.scratch = AllocSetContextCreate(CurrentMemoryContext,
										   "key of a row",
										   ALLOCSET_DEFAULT_SIZES);
	ai_row_source_begin(&finder.rows, rel);
	deconstruct_array(array, TIDOID, sizeof(ItemPointerData), false,
					  TYPALIGN_SHORT, &tids, &nulls, &ntids);
	finder.targets = palloc0(sizeof(Target) *
							 Max(Min(ntids, MAX_TARGETS), 1));
	for (int i = 0; i < ntids && finder.ntargets < MAX_TARGETS; i++)
	{
		ItemPointer tid = (ItemPointer) DatumGetPointer(tids[i]);

		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		ai_check_block(rel, finder.rows.nblocks,
					   ItemPointerGetBlockNumberNoCheck(tid));
		ai_row_place(&finder.rows, tid,
					 &finder.targets[finder.ntargets++].place);
	}
	make_wanted(&finder);

	indexes = RelationGetIndexList(rel);
	foreach(lc, indexes)
	{
		finder.index = ai_open_part(rel, lfirst_oid(lc));
		if (finder.index == NULL)
			continue;
		look_into_index(&finder);
		MemoryContextDelete(finder.descent->scratch);
		ai_close_relation(finder.index);
	}
	ai_row_source_end(&finder.rows);
	ai_close_relation(rel);
	return (Datum) 0;
}
