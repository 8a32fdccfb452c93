/*-------------------------------------------------------------------------
 *
 * memory.c
 *	  The memory contexts of the session that asks, as a tree.
 *
 * The server's pg_backend_memory_contexts changed its columns in 18 and is
 * closed to ordinary roles; the tree itself is the same on all majors, and
 * what it weighs is no secret to its own session.  Only what identifies a
 * context (often a statement's text) follows the server's rule.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "mb/pg_wchar.h"
#include "nodes/memnodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "result.h"

static const char *
type_of(MemoryContext context)
{
	switch (nodeTag(context))
	{
		case T_AllocSetContext:
			return "AllocSet";
		case T_SlabContext:
			return "Slab";
		case T_GenerationContext:
			return "Generation";
		default:
			return ARCH_OTHER_CONTEXT;
	}
}

#define NCOLS 12

/* What the walk passes down */
typedef struct Walk
{
	ReturnSetInfo *rsinfo;
	bool		see_ident;
	int			next_id;
} Walk;

/*
 * Puts out the context and all below it, and returns what the whole weighs.
 * A child comes behind its parent, but the parent's row needs the sum: the
 * caller orders by id.
 *
 * Follows PutMemoryContextsStatsTupleStore
 * (src/backend/utils/adt/mcxtfuncs.c, REL_19_STABLE)
 */
static int64
put_context(Walk *walk, MemoryContext context, int level, int parent)
{
	Datum		values[NCOLS] = {0};
	bool		nulls[NCOLS] = {0};
	const char *name = context->name;
	const char *ident = context->ident;
	MemoryContextCounters own;
	MemoryContext child;
	int			id = walk->next_id++;
	int64		subtree;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	memset(&own, 0, sizeof(own));
	context->methods->stats(context, NULL, NULL, &own, false);
	subtree = own.totalspace;
	for (child = context->firstchild; child != NULL; child = child->nextchild)
		subtree += put_context(walk, child, level + 1, id);

	values[0] = Int32GetDatum(id);
	nulls[1] = (parent == 0);
	values[1] = Int32GetDatum(parent);
	values[2] = Int32GetDatum(level);
	/* a hash table's own name is its ident, and fixed in the source */
	if (strcmp(name, "dynahash") == 0 && ident != NULL)
	{
		name = ident;
		ident = NULL;
	}
	values[3] = CStringGetTextDatum(name);
	nulls[4] = (ident == NULL || !walk->see_ident);
	if (!nulls[4])
	{
		int			len = strlen(ident);

		if (len > 1024)
			len = pg_mbcliplen(ident, len, 1024);
		values[4] = PointerGetDatum(cstring_to_text_with_len(ident, len));
	}
	values[5] = CStringGetTextDatum(type_of(context));
	values[6] = Int64GetDatum(own.totalspace);
	values[7] = Int64GetDatum(own.totalspace - own.freespace);
	values[8] = Int64GetDatum(own.freespace);
	values[9] = Int64GetDatum(own.nblocks);
	values[10] = Int64GetDatum(own.freechunks);
	values[11] = Int64GetDatum(subtree);
	tuplestore_putvalues(walk->rsinfo->setResult, walk->rsinfo->setDesc,
						 values, nulls);
	return subtree;
}

/*
 * ai_memory_context_list - arch_parts.memory_context_list()
 */
PG_FUNCTION_INFO_V1(ai_memory_context_list);

Datum
ai_memory_context_list(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"id", INT4OID},
		{"parent", INT4OID},
		{"level", INT4OID},
		{"name", TEXTOID},
		{"ident", TEXTOID},
		{"type", TEXTOID},
		{"total_bytes", INT8OID},
		{"used_bytes", INT8OID},
		{"free_bytes", INT8OID},
		{"blocks", INT8OID},
		{"free_chunks", INT8OID},
		{"subtree_bytes", INT8OID}
	};
	Walk		walk = {0};

	walk.rsinfo = arch_result_rows(fcinfo, columns, NCOLS);
	walk.see_ident = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
	walk.next_id = 1;
	put_context(&walk, TopMemoryContext, 1, 0);
	return (Datum) 0;
}
