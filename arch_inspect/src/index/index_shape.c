/*-------------------------------------------------------------------------
 *
 * index_shape.c
 *	  What the catalog knows of an index, as far as its pages need it.
 *
 * The types of what is stored are those of the index's own columns, except
 * where an operator class has more to store: of BRIN and SP-GiST its support
 * function tells, which gets the type of a column and no value.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/brin_internal.h"
#include "access/brin_page.h"
#include "access/genam.h"
#include "access/spgist.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "fmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/guard.h"
#include "index/index_shape.h"

#include "compat.h"

/* Room for so many slots. */
static void
make_slots(AiIndexShape *shape, int nslots)
{
	shape->index.nslots = nslots;
	shape->desc = CreateTemplateTupleDesc(nslots);
	shape->styles = palloc0(sizeof(AiSlotStyle) * Max(nslots, 1));
	shape->labels = palloc0(sizeof(char *) * Max(nslots, 1));
	shape->columns = palloc0(sizeof(int) * Max(nslots, 1));
	shape->printers = palloc0(sizeof(AiPrinter) * Max(nslots, 1));
}

static void
set_slot(AiIndexShape *shape, int slot, int column, Oid type)
{
	TupleDescInitEntry(shape->desc, slot + 1, NULL, type, -1, 0);
	shape->columns[slot] = column;
}

/* A slot a column, and so many more. */
static void
slots_of_columns(AiIndexShape *shape, Relation rel, int more)
{
	TupleDesc	desc = RelationGetDescr(rel);

	make_slots(shape, desc->natts + more);
	for (int i = 0; i < desc->natts; i++)
	{
		TupleDescCopyEntry(shape->desc, i + 1, desc, i + 1);
		shape->columns[i] = i;
		if (rel->rd_rel->relam == HASH_AM_OID)
			shape->styles[i] = AI_SLOT_HASH_CODE;
	}
}

/* How many pages a range has, as the meta page says; 0 if it can't be told. */
static uint32
pages_per_range(Relation rel, BlockNumber nblocks)
{
	AiPage	   *page;
	AiPageHeader header;
	BrinMetaPageData meta;

	if (nblocks == 0)
		return 0;
	page = ai_page_create();
	ai_page_read(rel, MAIN_FORKNUM, BRIN_METAPAGE_BLKNO, page);
	ai_decode_page_header(page->image, AI_PAGE_BRIN, &header);
	if (header.kind != AI_PAGE_BRIN)
		return 0;
	memcpy(&meta, page->image + MAXALIGN(SizeOfPageHeaderData), sizeof(meta));
	return meta.brinMagic == BRIN_META_MAGIC ? meta.pagesPerRange : 0;
}

/* What the opclasses of a BRIN index keep of each column. */
static void
slots_of_summaries(AiIndexShape *shape, Relation rel, BlockNumber nblocks)
{
	static const char *const minmax[] = {"min", "max"};
	static const char *const inclusion[] = {"union", "unmergeable", "contains_empty"};
	BrinDesc   *brin = brin_build_desc(rel);
	int			natts = brin->bd_tupdesc->natts;
	uint8	   *stored = palloc(natts);
	Oid			heapid = IndexGetRelation(RelationGetRelid(rel), true);
	Relation	heap = NULL;
	int			slot = 0;

	make_slots(shape, brin->bd_totalstored);
	for (int i = 0; i < natts; i++)
	{
		BrinOpcInfo *info = brin->bd_info[i];
		Oid			opcinfo = index_getprocid(rel, i + 1, BRIN_PROCNUM_OPCINFO);

		stored[i] = Min(info->oi_nstored, PG_UINT8_MAX);
		for (int j = 0; j < info->oi_nstored; j++, slot++)
		{
			set_slot(shape, slot, i, info->oi_typcache[j]->type_id);
			if (opcinfo == F_BRIN_MINMAX_OPCINFO && j < lengthof(minmax))
				shape->labels[slot] = minmax[j];
			else if (opcinfo == F_BRIN_INCLUSION_OPCINFO && j < lengthof(inclusion))
				shape->labels[slot] = inclusion[j];
			else if (opcinfo == F_BRIN_BLOOM_OPCINFO)
				shape->styles[slot] = AI_SLOT_BLOOM;
			else if (opcinfo == F_BRIN_MINMAX_MULTI_OPCINFO)
				shape->styles[slot] = AI_SLOT_MINMAX_MULTI;
		}
	}
	shape->index.stored_per_column = stored;
	shape->index.pages_per_range = pages_per_range(rel, nblocks);

	/* the caller may see as much of the table as of its index */
	if (OidIsValid(heapid))
		heap = ai_open_if_allowed(heapid, RelationGetRelid(rel), AI_STRUCTURE);
	if (heap != NULL)
	{
		shape->index.heap_blocks = ai_fork_blocks(heap, MAIN_FORKNUM);
		ai_close_relation(heap);
	}
}

/* The leaf's columns, then prefix and label of inner tuples. */
static void
slots_of_spgist(AiIndexShape *shape, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	spgConfigIn in;
	spgConfigOut out;
	Oid			type = rel->rd_opcintype[0];

	/* a polymorphic opclass is told the column's own type */
	if (IsPolymorphicType(type))
		type = TupleDescAttr(desc, 0)->atttypid;
	memset(&out, 0, sizeof(out));
	in.attType = type;
	FunctionCall2Coll(index_getprocinfo(rel, 1, SPGIST_CONFIG_PROC),
					  rel->rd_indcollation[0], PointerGetDatum(&in),
					  PointerGetDatum(&out));
	/* what it says of polymorphic types is of the column's type too */
	if (IsPolymorphicType(out.prefixType))
		out.prefixType = type;
	if (IsPolymorphicType(out.labelType))
		out.labelType = type;
	slots_of_columns(shape, rel, 2);
	if (OidIsValid(out.leafType) && !IsPolymorphicType(out.leafType))
		set_slot(shape, 0, 0, out.leafType);
	set_slot(shape, desc->natts, 0, OidIsValid(out.prefixType) ? out.prefixType : VOIDOID);
	set_slot(shape, desc->natts + 1, 0, OidIsValid(out.labelType) ? out.labelType : VOIDOID);
}

/*
 * ai_index_end - the block that no page of the index may lead to, nor beyond
 *
 * To be asked after a page was read: the index may have grown since the run
 * began, and a page leads to no block that was made after it was read.  But
 * while an index is built CONCURRENTLY, pages are written before those that
 * they lead to; then nothing is known.
 */
BlockNumber
ai_index_end(Relation rel)
{
	return rel->rd_index->indisready ? ai_fork_blocks(rel, MAIN_FORKNUM) :
		InvalidBlockNumber;
}

/*
 * ai_index_shape - what the decoders and printers need of an open index
 *
 * Lives in the current memory context.
 */
AiIndexShape *
ai_index_shape(Relation rel, BlockNumber nblocks)
{
	AiIndexShape *shape = palloc0(sizeof(AiIndexShape));
	AiIndexSlot *slots;
	AiAttribute *attrs;

	shape->index.method = ai_expected_page(rel, MAIN_FORKNUM);
	shape->index.nblocks = nblocks;
	shape->index.natts = IndexRelationGetNumberOfAttributes(rel);
	shape->index.nkeyatts = IndexRelationGetNumberOfKeyAttributes(rel);
	shape->method = ai_index_method(shape->index.method);
	shape->method_name = get_am_name(rel->rd_rel->relam);
	if (shape->method == NULL)
		return shape;

	if (shape->index.method == AI_PAGE_BRIN)
		slots_of_summaries(shape, rel, nblocks);
	else if (shape->index.method == AI_PAGE_SPGIST)
		slots_of_spgist(shape, rel);
	else
		slots_of_columns(shape, rel, 0);

	attrs = ai_attributes_of(shape->desc);
	slots = palloc(sizeof(AiIndexSlot) * Max(shape->index.nslots, 1));
	for (int i = 0; i < shape->index.nslots; i++)
	{
		slots[i].attr = attrs[i];
		slots[i].byval = TupleDescAttr(shape->desc, i)->attbyval;
	}
	shape->index.slots = slots;
	shape->types = ai_types_create();
	shape->column_printers = palloc0(sizeof(AiPrinter) * shape->index.natts);
	shape->keys = palloc(sizeof(AiIndexKey) * AI_MAX_KEYS);
	return shape;
}
