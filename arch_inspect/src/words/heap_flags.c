/*-------------------------------------------------------------------------
 *
 * heap_flags.c
 *	  The infomask bits of a tuple by name, as a text[].
 *
 * A table has few distinct sets of flags, so each is made once.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "words/heap_flags.h"

#include "compat.h"

/*
 * A place for each set; a set that finds its place taken drives out the
 * other.
 */
#define NPLACES 256

typedef struct Place
{
	bool		used;
	uint32		key;
	Datum		flags;
} Place;

struct AiHeapFlags
{
	MemoryContext context;
	Place		places[NPLACES];
};

static const struct
{
	uint16		bit;
	const char *name;
}			infomask_names[] = {
	{HEAP_HASNULL, "HEAP_HASNULL"},
	{HEAP_HASVARWIDTH, "HEAP_HASVARWIDTH"},
	{HEAP_HASEXTERNAL, "HEAP_HASEXTERNAL"},
	{HEAP_HASOID_OLD, "HEAP_HASOID_OLD"},
	{HEAP_XMAX_KEYSHR_LOCK, "HEAP_XMAX_KEYSHR_LOCK"},
	{HEAP_COMBOCID, "HEAP_COMBOCID"},
	{HEAP_XMAX_EXCL_LOCK, "HEAP_XMAX_EXCL_LOCK"},
	{HEAP_XMAX_LOCK_ONLY, "HEAP_XMAX_LOCK_ONLY"},
	{HEAP_XMIN_COMMITTED, "HEAP_XMIN_COMMITTED"},
	{HEAP_XMIN_INVALID, "HEAP_XMIN_INVALID"},
	{HEAP_XMAX_COMMITTED, "HEAP_XMAX_COMMITTED"},
	{HEAP_XMAX_INVALID, "HEAP_XMAX_INVALID"},
	{HEAP_XMAX_IS_MULTI, "HEAP_XMAX_IS_MULTI"},
	{HEAP_UPDATED, "HEAP_UPDATED"},
	{HEAP_MOVED_OFF, "HEAP_MOVED_OFF"},
	{HEAP_MOVED_IN, "HEAP_MOVED_IN"}
},			infomask2_names[] =

{
	{HEAP_KEYS_UPDATED, "HEAP_KEYS_UPDATED"},
	{HEAP_HOT_UPDATED, "HEAP_HOT_UPDATED"},
	{HEAP_ONLY_TUPLE, "HEAP_ONLY_TUPLE"}
},			combined_names[] =

{
	{HEAP_XMAX_SHR_LOCK, "HEAP_XMAX_SHR_LOCK"},
	{HEAP_XMIN_FROZEN, "HEAP_XMIN_FROZEN"},
	{HEAP_MOVED, "HEAP_MOVED"}
};

/*
 * ai_heap_flags_create - a cache in this memory context
 */
AiHeapFlags *
ai_heap_flags_create(MemoryContext context)
{
	AiHeapFlags *cache = MemoryContextAllocZero(context, sizeof(AiHeapFlags));

	cache->context = context;
	return cache;
}

static Datum
make_flags(uint16 infomask, uint16 infomask2)
{
	Datum		names[lengthof(infomask_names) + lengthof(infomask2_names) +
					  lengthof(combined_names)];
	int			n = 0;

	for (int i = 0; i < lengthof(infomask_names); i++)
	{
		if (infomask & infomask_names[i].bit)
			names[n++] = CStringGetTextDatum(infomask_names[i].name);
	}
	for (int i = 0; i < lengthof(infomask2_names); i++)
	{
		if (infomask2 & infomask2_names[i].bit)
			names[n++] = CStringGetTextDatum(infomask2_names[i].name);
	}
	for (int i = 0; i < lengthof(combined_names); i++)
	{
		if ((infomask & combined_names[i].bit) == combined_names[i].bit)
			names[n++] = CStringGetTextDatum(combined_names[i].name);
	}
	return PointerGetDatum(construct_array(names, n, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

/*
 * ai_heap_flags - the names of the bits that are set
 *
 * First each bit of t_infomask and t_infomask2, then the names that the
 * server has for two bits together.  The array lives until the cache needs
 * its place, which is not before the next call.
 */
Datum
ai_heap_flags(AiHeapFlags *cache, uint16 infomask, uint16 infomask2)
{
	uint32		key = ((uint32) (infomask2 & ~HEAP_NATTS_MASK) << 16) |
		infomask;
	Place	   *place = &cache->places[murmurhash32(key) % NPLACES];

	if (!place->used || place->key != key)
	{
		MemoryContext old = MemoryContextSwitchTo(cache->context);
		Datum		names = make_flags(infomask, infomask2);

		MemoryContextSwitchTo(old);
		if (place->used)
			pfree(DatumGetPointer(place->flags));
		place->used = true;
		place->key = key;
		place->flags = names;
	}
	return place->flags;
}
