/*-------------------------------------------------------------------------
 *
 * buffer_usage.c
 *	  Shared buffers by relation and fork, counted in one pass.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "common/relpath.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "rows/rows.h"

#include "buffer_look.h"
#include "compat.h"

typedef struct Usage
{
	/* of a page's buffers; the last is of none's */
	bool		used;
	Oid			spc;
	Oid			db;
	Oid			filenumber;
	int			forknum;
	int			buffers;
	int			dirty;
	int			pinned;
	int64		usage;
} Usage;

typedef struct BufferUsage
{
	Usage	   *table;			/* open addressing, never full */
	uint32		size;			/* a power of two */
	uint32		n;
	Usage		unused;			/* buffers without a page */
	Usage	   *current;
} BufferUsage;

static uint32
usage_place(const Usage *key)
{
	return murmurhash32(key->filenumber * 4 + key->forknum) ^
		murmurhash32(key->db) ^ key->spc;
}

static bool
same(const Usage *a, const Usage *b)
{
	return a->filenumber == b->filenumber && a->forknum == b->forknum &&
		a->db == b->db && a->spc == b->spc;
}

static Usage *
lookup_usage(BufferUsage *state, const Usage *key)
{
	uint32		i = usage_place(key) & (state->size - 1);

	while (state->table[i].used && !same(&state->table[i], key))
		i = (i + 1) & (state->size - 1);
	return &state->table[i];
}

/* Make the table twice as big. */
static void
grow_usage(AiRows *rows, BufferUsage *state)
{
	Usage	   *old = state->table;
	uint32		old_size = state->size;

	state->size *= 2;
	state->table = ai_rows_alloc(rows, mul_size(state->size, sizeof(Usage)));
	for (uint32 i = 0; i < old_size; i++)
	{
		if (old[i].used)
			*lookup_usage(state, &old[i]) = old[i];
	}
	pfree(old);
}

/*
 * Neighbours often belong to one relation, so the last place is tried first.
 */
static void
buffer_usage_begin(AiRows *rows)
{
	BufferUsage *state = rows->state;
	Usage	   *last = NULL;

	state->size = 256;
	state->table = ai_rows_alloc(rows, state->size * sizeof(Usage));
	for (int i = 0; i < NBuffers; i++)
	{
		BufferTag	tag;
		ArchBufferState buf_state = arch_buffer_look(i, &tag);
		Usage		key;
		Usage	   *place;

		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if ((buf_state & BM_TAG_VALID) == 0)
			place = &state->unused;
		else
		{
			key.spc = ARCH_TAG_SPC(&tag);
			key.db = ARCH_TAG_DB(&tag);
			key.filenumber = ARCH_TAG_REL(&tag);
			key.forknum = BufTagGetForkNum(&tag);
			place = last != NULL && same(last, &key) ? last :
				lookup_usage(state, &key);
			if (!place->used)
			{
				if (state->n >= state->size / 2)
				{
					grow_usage(rows, state);
					place = lookup_usage(state, &key);
				}
				state->n++;
				memset(place, 0, sizeof(Usage));
				place->used = true;
				place->spc = key.spc;
				place->db = key.db;
				place->filenumber = key.filenumber;
				place->forknum = key.forknum;
			}
			last = place;
		}
		place->buffers++;
		place->dirty += (buf_state & BM_DIRTY) != 0;
		place->pinned += BUF_STATE_GET_REFCOUNT(buf_state) != 0;
		place->usage += BUF_STATE_GET_USAGECOUNT(buf_state);
	}
	ai_rows_range(rows, 0, state->size + 1);
}

/* The unused buffers come last. */
static bool
buffer_usage_next(AiRows *rows)
{
	BufferUsage *state = rows->state;

	while (ai_rows_advance(rows))
	{
		state->current = rows->unit < state->size ?
			&state->table[rows->unit] : &state->unused;
		if (state->current->buffers > 0)
			return true;
	}
	return false;
}

static const Usage *
current_usage(AiRows *rows)
{
	return ((BufferUsage *) rows->state)->current;
}

AI_FIELD_IF(buffer_usage_tablespace, current_usage(rows)->used,
			ObjectIdGetDatum(current_usage(rows)->spc));
AI_FIELD_IF(buffer_usage_database, current_usage(rows)->used,
			ObjectIdGetDatum(current_usage(rows)->db));
AI_FIELD_IF(buffer_usage_relfilenode, current_usage(rows)->used,
			ObjectIdGetDatum(current_usage(rows)->filenumber));

static Datum
buffer_usage_relation(AiRows *rows, bool *isnull)
{
	const Usage *usage = current_usage(rows);
	Oid			relid = InvalidOid;

	if (usage->used && (usage->db == MyDatabaseId || usage->db == InvalidOid))
		relid = RelidByRelfilenumber(usage->spc, usage->filenumber);
	*isnull = !OidIsValid(relid);
	return ObjectIdGetDatum(relid);
}

AI_FIELD_OF_IF(buffer_usage_fork, const Usage *usage = current_usage(rows),
			   usage->used && usage->forknum >= 0 &&
			   usage->forknum <= MAX_FORKNUM,
			   CStringGetTextDatum(forkNames[usage->forknum]));
AI_FIELD(buffer_usage_buffers, Int32GetDatum(current_usage(rows)->buffers));
AI_FIELD(buffer_usage_bytes,
		 Int64GetDatum((int64) current_usage(rows)->buffers * BLCKSZ));
AI_FIELD(buffer_usage_dirty, Int32GetDatum(current_usage(rows)->dirty));
AI_FIELD(buffer_usage_pinned, Int32GetDatum(current_usage(rows)->pinned));
AI_FIELD_OF_IF(buffer_usage_avg_usage_count,
			   const Usage *usage = current_usage(rows), usage->used,
			   Float8GetDatum((double) usage->usage /
							  Max(1, usage->buffers)));

static const AiColumn buffer_usage_columns[] = {
	{"relation", REGCLASSOID, buffer_usage_relation},
	{"fork", TEXTOID, buffer_usage_fork},
	{"buffers", INT4OID, buffer_usage_buffers},
	{"bytes", INT8OID, buffer_usage_bytes},
	{"dirty", INT4OID, buffer_usage_dirty},
	{"pinned", INT4OID, buffer_usage_pinned},
	{"avg_usage_count", FLOAT8OID, buffer_usage_avg_usage_count},
	{"tablespace", OIDOID, buffer_usage_tablespace},
	{"database", OIDOID, buffer_usage_database},
	{"relfilenode", OIDOID, buffer_usage_relfilenode},
	{NULL}
};

static double
some_relations(void)
{
	return 100;
}

/* arch_parts.buffer_usage() */
AI_INSTRUMENT(buffer_usage,
			  .columns = buffer_usage_columns,
			  .begin = buffer_usage_begin, .next = buffer_usage_next,
			  .state_size = sizeof(BufferUsage),
			  .units = some_relations, .serial = true);
