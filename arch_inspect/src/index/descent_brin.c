/*-------------------------------------------------------------------------
 *
 * descent_brin.c
 *	  What a scan of a BRIN index reads, and which ranges it lets through.
 *
 * Every range of the table is asked for: the map says where its summary is,
 * and the operator class' consistent function whether rows that match may be
 * there.  A range without a summary always passes.  A row a range; those of
 * one step speak of one page, which the executor reads once for all of them.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/brin_internal.h"
#include "access/brin_page.h"
#include "access/brin_revmap.h"
#include "access/brin_tuple.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "index/descent.h"
#include "judge/toast_fetch.h"

#include "compat.h"

/* how often a summary that is moved under our hands is looked for */
#define MAP_TRIES	3

/* A page that the executor has pinned, with what was found there. */
typedef struct BrinPage
{
	AiPage	   *page;
	AiPageHeader header;
	AiIndexPage what;
	AiVisit		visit;
	BlockNumber blkno;			/* InvalidBlockNumber: none is pinned */
} BrinPage;

/* The conditions on one column. */
typedef struct BrinColumn
{
	int			nkeys;
	ScanKey    *keys;
	int			nnulls;
	ScanKey    *nulls;
	FmgrInfo	consistent;
} BrinColumn;

typedef struct BrinSearch
{
	AiDescent  *descent;
	BrinDesc   *desc;
	BrinColumn *columns;
	BrinPage	map;
	BrinPage	regular;
	MemoryContext range;		/* emptied at each range */
	uint32		pages_per_range;
	BlockNumber last_map;
} BrinSearch;

/* Does the range pass, and in words, why? */
typedef struct BrinVerdict
{
	bool		passes;
	const char *because;
	const char *problem;
} BrinVerdict;

/* The frame speaks of this page from now on. */
static void
take_up(BrinSearch *search, BrinPage *page)
{
	AiDescent  *descent = search->descent;

	descent->page = page->page;
	descent->header = page->header;
	descent->what = page->what;
	search->descent->shape->index.blkno = page->blkno;
}

/* Read a page unless it is pinned; false where it is not of that kind. */
static bool
pin_page(BrinSearch *search, BrinPage *page, BlockNumber blkno,
		 const char *kind, const char *why)
{
	AiDescent  *descent = search->descent;

	if (page->blkno == blkno)
	{
		take_up(search, page);
		return true;
	}
	/* ranges bound the walk: their summaries may lie to and fro */
	descent->search_steps = 0;
	descent->page = page->page;
	page->blkno = InvalidBlockNumber;
	if (!ai_descent_read(descent, blkno, why))
		return false;
	page->blkno = blkno;
	page->header = descent->header;
	page->what = descent->what;
	page->visit = descent->visit;
	if (descent->visit.problem == NULL && strcmp(descent->what.kind, kind) != 0)
		descent->visit.problem = psprintf("not a %s page", kind);
	return descent->visit.problem == NULL;
}

/* A row about a range, on a page that is pinned. */
static void
range_row(BrinSearch *search, const BrinPage *page, BlockNumber first,
		  const char *why)
{
	AiDescent  *descent = search->descent;
	AiVisit    *visit = &descent->visit;

	ai_descent_same_page(descent, why);
	visit->step = page->visit.step;
	visit->blkno = page->visit.blkno;
	visit->level = page->visit.level;
	visit->page_kind = page->visit.page_kind;
	ai_detail(&visit->details, "first_block", AI_DETAIL_NUMBER, first);
	ai_detail(&visit->details, "last_block", AI_DETAIL_NUMBER,
			  Min((uint64) first + search->pages_per_range,
				  descent->shape->index.heap_blocks) - 1);
}

/*
 * A summary of minmax-multi: the count that its reader makes room by, and
 * every value, must be sound.
 */
static const char *
check_multi(BrinSearch *search, int column, const char *data, uint32 len)
{
	AiDescent  *descent = search->descent;
	AiIndexShape *shape = descent->shape;
	TupleDesc	desc = RelationGetDescr(descent->rel);
	Form_pg_attribute att = TupleDescAttr(desc, column);
	AiPrinter  *printer;
	AiBrinMulti multi;
	uint32		room;
	const char *problem = ai_brin_multi(data, len, &multi);

	if (problem != NULL)
		return problem;
	memcpy(&room, data + 3 * sizeof(uint32), sizeof(room));
	if (multi.typid != att->atttypid)
		return "minmax-multi summary is of another type";
	if (room > PG_INT16_MAX || room < 2 * multi.nranges + multi.nvalues)
		return "minmax-multi summary has more values than it has room for";
	printer = ai_index_ready_printer(shape, &shape->column_printers[column],
									 desc, column, descent->run);
	for (uint32 i = 0; i < 2 * multi.nranges + multi.nvalues; i++)
	{
		AiStored	stored;
		Datum		datum;
		char	   *bytes;

		CHECK_FOR_INTERRUPTS();
		problem = ai_brin_multi_next(data, len, att->attlen, &multi, &stored);
		if (problem != NULL)
			return problem;
		bytes = ai_stored_value(NULL, data + stored.offset, &stored, &problem);
		if (bytes == NULL ||
			!ai_value_datum(printer, bytes, stored.raw_size,
							ai_page_unproven(descent->page), &datum, &problem))
			return problem;
	}
	return NULL;
}

/* A value of a summary, if every byte of it is sound. */
static const char *
summary_value(BrinSearch *search, const AiIndexKey *key, Datum *datum)
{
	AiDescent  *descent = search->descent;
	AiIndexShape *shape = descent->shape;
	AiSlotStyle style = shape->styles[key->slot];
	const char *problem = NULL;
	AiBrinBloom bloom;
	char	   *data;
	char	   *copy;
	uint32		len = key->stored.raw_size;

	if (style != AI_SLOT_BLOOM && style != AI_SLOT_MINMAX_MULTI)
		return ai_descent_datum(descent, key, datum);
	data = ai_stored_value(NULL, descent->page->image + key->stored.offset,
						   &key->stored, &problem);
	if (data == NULL)
		return problem;
	if (style == AI_SLOT_BLOOM)
	{
		problem = ai_brin_bloom(data, len, &bloom);
		if (problem == NULL && bloom.nbits == 0)
			problem = "bloom summary has no bits";
	}
	else
		problem = check_multi(search, shape->columns[key->slot], data, len);
	if (problem != NULL)
		return problem;
	copy = palloc(VARHDRSZ + len);
	SET_VARSIZE(copy, VARHDRSZ + len);
	memcpy(copy + VARHDRSZ, data, len);
	*datum = PointerGetDatum(copy);
	return NULL;
}

/* What a summary says of one column, for the operator class. */
static const char *
column_summary(BrinSearch *search, const AiIndexKey *keys, int n, int column,
			   BrinValues *values)
{
	int			stored = 0;

	memset(values, 0, sizeof(*values));
	values->bv_attno = column + 1;
	values->bv_context = search->range;
	values->bv_values = palloc0(sizeof(Datum) *
								Max(search->desc->bd_info[column]->oi_nstored, 1));
	for (int i = 0; i < n; i++)
	{
		const char *problem;

		if (keys[i].column != column + 1)
			continue;
		if (keys[i].state == AI_KEY_WORD)
		{
			values->bv_allnulls = strcmp(keys[i].word, "all null") == 0;
			values->bv_hasnulls = !values->bv_allnulls;
			continue;
		}
		if (keys[i].state != AI_KEY_VALUE || keys[i].slot < 0)
			return keys[i].stored.problem != NULL ? keys[i].stored.problem :
				"summary is cut off";
		if (stored >= search->desc->bd_info[column]->oi_nstored)
			return "summary has more values than the operator class keeps";
		problem = summary_value(search, &keys[i], &values->bv_values[stored]);
		if (problem != NULL)
			return problem;
		stored++;
	}
	if (!values->bv_allnulls && stored < search->desc->bd_info[column]->oi_nstored)
		return "summary is cut off";
	return NULL;
}

/* The null tests of a column, where the operator class leaves them to us. */
static bool
nulls_pass(const BrinColumn *column, const BrinValues *values)
{
	for (int i = 0; i < column->nnulls; i++)
	{
		if ((column->nulls[i]->sk_flags & SK_SEARCHNULL) != 0 ?
			!values->bv_allnulls && !values->bv_hasnulls : values->bv_allnulls)
			return false;
	}
	return true;
}

/* Ask the operator class. */
static bool
is_consistent(BrinSearch *search, BrinColumn *column, BrinValues *values)
{
	if (column->consistent.fn_nargs >= 4)
		return DatumGetBool(FunctionCall4Coll(&column->consistent,
											  column->keys[0]->sk_collation,
											  PointerGetDatum(search->desc),
											  PointerGetDatum(values),
											  PointerGetDatum(column->keys),
											  Int32GetDatum(column->nkeys)));
	for (int i = 0; i < column->nkeys; i++)
	{
		if (!DatumGetBool(FunctionCall3Coll(&column->consistent,
											column->keys[i]->sk_collation,
											PointerGetDatum(search->desc),
											PointerGetDatum(values),
											PointerGetDatum(column->keys[i]))))
			return false;
	}
	return true;
}

/*
 * May rows that match be in the range of this summary?
 *
 * Follows bringetbitmap (src/backend/access/brin/brin.c, REL_18_STABLE)
 */
static void
judge_range(BrinSearch *search, const AiIndexItem *item, BrinVerdict *verdict)
{
	AiDescent  *descent = search->descent;
	AiIndexShape *shape = descent->shape;
	int			natts = search->desc->bd_tupdesc->natts;
	int			n;

	verdict->passes = true;
	verdict->because = "all conditions may hold";
	for (int i = 0; i < item->flags.n; i++)
	{
		if (strcmp(item->flags.names[i], "placeholder") == 0)
		{
			verdict->because = "it is being summarised, so rows may be there";
			return;
		}
	}
	n = shape->method->keys(&shape->index, descent->page->image, item, shape->keys);
	for (int i = 0; i < natts; i++)
	{
		BrinColumn *column = &search->columns[i];
		BrinValues	values;
		bool		holds = true;

		if (column->nkeys == 0 && column->nnulls == 0)
			continue;
		for (int j = 0; j < item->flags.n && holds; j++)
			holds = strcmp(item->flags.names[j], "empty_range") != 0;
		if (holds)
		{
			verdict->problem = column_summary(search, shape->keys, n, i, &values);
			if (verdict->problem != NULL)
				return;
			if (search->desc->bd_info[i]->oi_regular_nulls)
				holds = nulls_pass(column, &values);
			if (holds && column->nkeys > 0)
				holds = !values.bv_allnulls && is_consistent(search, column, &values);
		}
		if (!holds)
		{
			verdict->passes = false;
			verdict->because = psprintf("no row can match the condition on %s",
										NameStr(TupleDescAttr(RelationGetDescr(descent->rel), i)->attname));
			return;
		}
	}
}

/* A range without a summary passes. */
static void
not_summarised(BrinSearch *search, const BrinPage *page, BlockNumber first,
			   const char *why)
{
	range_row(search, page, first, why);
	ai_detail(&search->descent->visit.details, "may_match", AI_DETAIL_BOOL, 1);
}

/* Where the map tells of a range: the block of the index, and its entry. */
static BlockNumber
map_block(uint32 range)
{
	return 1 + range / REVMAP_PAGE_MAXITEMS;
}

static ItemPointerData
map_entry(const AiPage *page, uint32 range)
{
	ItemPointerData tid;

	memcpy(&tid, page->image + MAXALIGN(SizeOfPageHeaderData) +
		   range % REVMAP_PAGE_MAXITEMS * sizeof(tid), sizeof(tid));
	return tid;
}

/*
 * Whether the map leads elsewhere by now: the summary was moved since its
 * entry was read, and what is in its old place is of no account.
 */
static bool
map_changed(Relation rel, uint32 range, const ItemPointerData *then)
{
	AiPage	   *page = ai_page_create();
	ItemPointerData now;

	ai_page_read(rel, MAIN_FORKNUM, map_block(range), page);
	now = map_entry(page, range);
	return memcmp(&now, then, sizeof(now)) != 0;
}

/* Of which block on a summary speaks, as it says itself. */
static uint64
first_block_of(const AiIndexItem *item)
{
	for (int i = 0; i < item->details.n; i++)
	{
		if (strcmp(item->details.list[i].name, "first_block") == 0)
			return item->details.list[i].u;
	}
	return PG_UINT64_MAX;
}

/*
 * One range: the map, the summary, the verdict.  False ends the walk.
 *
 * Follows brinGetTupleForHeapBlock
 * (src/backend/access/brin/brin_revmap.c, REL_18_STABLE)
 */
static bool
look_at_range(BrinSearch *search, BlockNumber first)
{
	AiDescent  *descent = search->descent;
	uint32		range = first / search->pages_per_range;
	BrinVerdict verdict = {0};
	ItemPointerData tid;
	BlockNumber blkno;
	OffsetNumber offnum;
	AiIndexItem item;
	uint64		from;
	char	   *why;

	if (map_block(range) > search->last_map)
	{
		not_summarised(search, &search->map, first,
					   "the map of ranges does not reach there: the range is not summarised and passes");
		return true;
	}
	if (!pin_page(search, &search->map, map_block(range), "revmap",
				  psprintf("the map of ranges: where are the summaries from block %u of the table on?", first)))
		return false;
	tid = map_entry(descent->page, range);
	if (ItemPointerGetOffsetNumberNoCheck(&tid) == InvalidOffsetNumber)
	{
		not_summarised(search, &search->map, first,
					   "the range is not summarised and passes");
		return true;
	}
	blkno = ItemPointerGetBlockNumberNoCheck(&tid);
	offnum = ItemPointerGetOffsetNumberNoCheck(&tid);
	descent->visit.child = descent->pending ? blkno : InvalidBlockNumber;
	if (!pin_page(search, &search->regular, blkno, "regular",
				  psprintf("summaries of ranges from block %u of the table on", first)))
		return false;
	if (!ai_descent_item(descent, offnum, &item))
	{
		not_summarised(search, &search->regular, first,
					   "the map leads to no summary: the range passes");
		return true;
	}
	from = first_block_of(&item);
	if (item.problem == NULL && from != first &&
		map_changed(descent->rel, range, &tid))
	{
		not_summarised(search, &search->regular, first,
					   "its summary was moved meanwhile: the range passes");
		return true;
	}
	if (item.problem != NULL || from != first)
		verdict.problem = item.problem != NULL ? item.problem :
			"the map leads to the summary of another range";
	else
		judge_range(search, &item, &verdict);
	why = verdict.problem != NULL ? "its summary can't be judged" :
		psprintf("%s: %s", ai_descent_item_text(descent, &item), verdict.because);
	range_row(search, &search->regular, first, why);
	descent->visit.itemoffset = offnum;
	descent->visit.problem = verdict.problem;
	if (verdict.problem == NULL)
		ai_detail(&descent->visit.details, "may_match", AI_DETAIL_BOOL, verdict.passes);
	ai_descent_flush(descent);
	return from == first;
}

/*
 * ai_brin_find - the summary that speaks of a block of the table
 *
 * Returns what stands in the way of it, if there is one at all.
 */
const char *
ai_brin_find(AiDescent *descent, BlockNumber block, AiBrinPlace *place)
{
	uint32		pages = descent->shape->index.pages_per_range;
	uint32		range = block / pages;
	const char *problem = NULL;

	for (int tries = 0; tries < MAP_TRIES; tries++)
	{
		ItemPointerData tid;

		CHECK_FOR_INTERRUPTS();
		memset(place, 0, sizeof(*place));
		place->blkno = InvalidBlockNumber;
		ai_descent_search(descent);
		/* where the map ends before, no range there was summarised */
		if (!ai_descent_read(descent, map_block(range), ""))
			return descent->visit.blkno >= descent->nblocks ? NULL :
				descent->visit.problem;
		if (strcmp(descent->what.kind, "revmap") != 0)
			return NULL;
		tid = map_entry(descent->page, range);
		if (ItemPointerGetOffsetNumberNoCheck(&tid) == InvalidOffsetNumber)
			return NULL;
		place->blkno = ItemPointerGetBlockNumberNoCheck(&tid);
		place->offnum = ItemPointerGetOffsetNumberNoCheck(&tid);
		if (!ai_descent_read(descent, place->blkno, ""))
			problem = descent->visit.problem;
		else if (strcmp(descent->what.kind, "regular") != 0 ||
				 !ai_descent_item(descent, place->offnum, &place->item))
			problem = "the map leads to no summary";
		else if (place->item.problem == NULL &&
				 first_block_of(&place->item) != (uint64) range * pages)
			problem = "the map leads to the summary of another range";
		else
		{
			place->summarised = true;
			return NULL;
		}
		if (!map_changed(descent->rel, range, &tid))
			break;
	}
	return problem;
}

/* The conditions, column by column. */
static void
sort_conditions(BrinSearch *search)
{
	AiDescent  *descent = search->descent;
	int			natts = search->desc->bd_tupdesc->natts;

	search->columns = palloc0(sizeof(BrinColumn) * natts);
	for (int i = 0; i < natts; i++)
	{
		search->columns[i].keys = palloc0(sizeof(ScanKey) * Max(descent->nkeys, 1));
		search->columns[i].nulls = palloc0(sizeof(ScanKey) * Max(descent->nkeys, 1));
	}
	for (int i = 0; i < descent->nkeys; i++)
	{
		ScanKey		key = &descent->keys[i];
		BrinColumn *column = &search->columns[key->sk_attno - 1];

		if ((key->sk_flags & SK_ISNULL) != 0)
			column->nulls[column->nnulls++] = key;
		else
			column->keys[column->nkeys++] = key;
		if (!OidIsValid(column->consistent.fn_oid))
			fmgr_info_copy(&column->consistent,
						   index_getprocinfo(descent->rel, key->sk_attno,
											 BRIN_PROCNUM_CONSISTENT),
						   descent->run);
	}
}

/*
 * ai_brin_walk - the pages that a bitmap scan with these keys reads
 */
void
ai_brin_walk(AiDescent *descent)
{
	BrinSearch	search = {.descent = descent};
	MemoryContext old = MemoryContextSwitchTo(descent->run);
	BrinMetaPageData meta;

	search.desc = brin_build_desc(descent->rel);
	sort_conditions(&search);
	search.range = AllocSetContextCreate(descent->run, "range of a table",
										 ALLOCSET_DEFAULT_SIZES);
	search.map.page = ai_page_create();
	search.regular.page = ai_page_create();
	search.map.blkno = search.regular.blkno = InvalidBlockNumber;
	MemoryContextSwitchTo(old);

	ai_descent_search(descent);
	if (!ai_descent_read(descent, BRIN_METAPAGE_BLKNO,
						 "the meta page tells how many blocks a range has; a scan reads it once") ||
		descent->visit.problem != NULL)
		return;
	if (strcmp(descent->what.kind, "meta") != 0)
	{
		descent->visit.problem = "block 0 is not a meta page";
		return;
	}
	memcpy(&meta, descent->page->image + MAXALIGN(SizeOfPageHeaderData), sizeof(meta));
	search.pages_per_range = meta.pagesPerRange;
	search.last_map = meta.lastRevmapPage;
	search.map.visit = descent->visit;

	for (uint64 first = 0; first < descent->shape->index.heap_blocks;
		 first += search.pages_per_range)
	{
		bool		more;

		CHECK_FOR_INTERRUPTS();
		old = MemoryContextSwitchTo(search.range);
		more = look_at_range(&search, (BlockNumber) first);
		if (!more)
			ai_descent_flush(descent);
		MemoryContextSwitchTo(old);
		MemoryContextReset(search.range);
		if (!more)
			break;
	}
}
