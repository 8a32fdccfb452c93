/*-------------------------------------------------------------------------
 *
 * buffers.c
 *	  Shared buffers one by one, and where the clock hand stands.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/relpath.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "rows/rows.h"

#include "buffer_look.h"
#include "compat.h"

typedef struct Buffers
{
	BufferTag	tag;
	ArchBufferState state;
	Datum		fork_words[MAX_FORKNUM + 1];

	/* the file that "relation" was last asked for */
	Oid			spc;
	Oid			filenumber;
	Oid			relid;
} Buffers;

static void
buffers_begin(AiRows *rows)
{
	ai_rows_range(rows, 0, NBuffers);
}

static bool
buffers_next(AiRows *rows)
{
	Buffers    *buffers = rows->state;

	if (!ai_rows_advance(rows))
		return false;
	buffers->state = arch_buffer_look((int) rows->unit, &buffers->tag);
	return true;
}

/* The tag, or NULL if the buffer holds no page. */
static const BufferTag *
current_tag(AiRows *rows)
{
	Buffers    *buffers = rows->state;

	return (buffers->state & BM_TAG_VALID) == 0 ? NULL : &buffers->tag;
}

/* of the tag; of the state, while there is a page */
#define TAG_FIELD(getter, value) \
	AI_FIELD_OF_IF(getter, const BufferTag *tag = current_tag(rows), \
				   tag != NULL, value)
#define STATE_FIELD(getter, value) \
	AI_FIELD_OF_IF(getter, Buffers *buffers = rows->state, \
				   current_tag(rows) != NULL, value)

AI_FIELD(buffers_bufferid, Int32GetDatum((int32) rows->unit + 1));
TAG_FIELD(buffers_tablespace, ObjectIdGetDatum(ARCH_TAG_SPC(tag)));
TAG_FIELD(buffers_database, ObjectIdGetDatum(ARCH_TAG_DB(tag)));
TAG_FIELD(buffers_relfilenode, ObjectIdGetDatum(ARCH_TAG_REL(tag)));

/* Names are known of the own database's relations and of shared ones. */
static Datum
buffers_relation(AiRows *rows, bool *isnull)
{
	Buffers    *buffers = rows->state;
	const BufferTag *tag = current_tag(rows);

	if (tag == NULL || (ARCH_TAG_DB(tag) != MyDatabaseId &&
						ARCH_TAG_DB(tag) != InvalidOid))
	{
		*isnull = true;
		return (Datum) 0;
	}
	if (buffers->filenumber != ARCH_TAG_REL(tag) ||
		buffers->spc != ARCH_TAG_SPC(tag))
	{
		buffers->spc = ARCH_TAG_SPC(tag);
		buffers->filenumber = ARCH_TAG_REL(tag);
		buffers->relid = RelidByRelfilenumber(buffers->spc,
											  buffers->filenumber);
	}
	*isnull = !OidIsValid(buffers->relid);
	return ObjectIdGetDatum(buffers->relid);
}

static Datum
buffers_fork(AiRows *rows, bool *isnull)
{
	Buffers    *buffers = rows->state;
	const BufferTag *tag = current_tag(rows);
	ForkNumber	forknum;

	if (tag == NULL)
	{
		*isnull = true;
		return (Datum) 0;
	}
	forknum = BufTagGetForkNum(tag);
	if (forknum < 0 || forknum > MAX_FORKNUM)
	{
		*isnull = true;
		return (Datum) 0;
	}
	return ai_rows_word(rows, &buffers->fork_words[forknum],
						forkNames[forknum]);
}

TAG_FIELD(buffers_blkno, Int64GetDatum((int64) tag->blockNum));
STATE_FIELD(buffers_dirty, BoolGetDatum((buffers->state & BM_DIRTY) != 0));
STATE_FIELD(buffers_usage_count,
			Int32GetDatum(BUF_STATE_GET_USAGECOUNT(buffers->state)));
STATE_FIELD(buffers_pins,
			Int32GetDatum(BUF_STATE_GET_REFCOUNT(buffers->state)));

static Datum
buffers_flags(AiRows *rows, bool *isnull)
{
	static const struct
	{
		ArchBufferState bit;
		const char *name;
	}			names[] = {
		{BM_DIRTY, "BM_DIRTY"},
		{BM_VALID, "BM_VALID"},
		{BM_TAG_VALID, "BM_TAG_VALID"},
		{BM_IO_IN_PROGRESS, "BM_IO_IN_PROGRESS"},
		{BM_IO_ERROR, "BM_IO_ERROR"},
#ifdef BM_JUST_DIRTIED
		{BM_JUST_DIRTIED, "BM_JUST_DIRTIED"},
#endif
		{BM_PIN_COUNT_WAITER, "BM_PIN_COUNT_WAITER"},
		{BM_CHECKPOINT_NEEDED, "BM_CHECKPOINT_NEEDED"},
		{BM_PERMANENT, "BM_PERMANENT"},
#ifdef BM_LOCK_MASK
		{BM_LOCK_HAS_WAITERS, "BM_LOCK_HAS_WAITERS"},
		{BM_LOCK_WAKE_IN_PROGRESS, "BM_LOCK_WAKE_IN_PROGRESS"},
		{BM_LOCK_VAL_EXCLUSIVE, "BM_LOCK_VAL_EXCLUSIVE"},
		{BM_LOCK_VAL_SHARE_EXCLUSIVE, "BM_LOCK_VAL_SHARE_EXCLUSIVE"}
#endif
	};
	ArchBufferState state = ((Buffers *) rows->state)->state;
	Datum		elems[lengthof(names)];
	int			n = 0;

	for (int i = 0; i < lengthof(names); i++)
	{
		if (state & names[i].bit)
			elems[n++] = CStringGetTextDatum(names[i].name);
	}
	return PointerGetDatum(construct_array(elems, n, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

static const AiColumn buffers_columns[] = {
	{"bufferid", INT4OID, buffers_bufferid},
	{"tablespace", OIDOID, buffers_tablespace},
	{"database", OIDOID, buffers_database},
	{"relfilenode", OIDOID, buffers_relfilenode},
	{"relation", REGCLASSOID, buffers_relation},
	{"fork", TEXTOID, buffers_fork},
	{"blkno", INT8OID, buffers_blkno},
	{"dirty", BOOLOID, buffers_dirty},
	{"usage_count", INT4OID, buffers_usage_count},
	{"pins", INT4OID, buffers_pins},
	{"flags", TEXTARRAYOID, buffers_flags},
	{NULL}
};

static double
all_buffers(void)
{
	return NBuffers;
}

/* arch_parts.buffers() */
AI_INSTRUMENT(buffers,
			  .columns = buffers_columns,
			  .begin = buffers_begin, .next = buffers_next,
			  .state_size = sizeof(Buffers),
			  .units = all_buffers, .unit_cost = 0.01, .serial = true);

/*
 * The clock hand, and the buffer that it would take next.
 */
typedef struct Clock
{
	uint32		passes;
	int			hand;			/* from 0 */
	int			free;
	int			pinned;
	int			next;			/* -1: all are pinned */
	int			sweep;			/* how many buffers it passes before */
} Clock;

/*
 * Walk as StrategyGetBuffer() would, once: a buffer with usage count u at
 * distance d from the hand is taken after u rounds and d steps.
 *
 * Without a lock: each state is one word, and others pin, use and sweep while
 * we walk.  What comes out is where the hand would stop if all stood still.
 *
 * Follows StrategyGetBuffer
 * (src/backend/storage/buffer/freelist.c, REL_19_STABLE)
 */
static void
buffer_clock_begin(AiRows *rows)
{
	Clock	   *clock = rows->state;
	uint32		least = PG_UINT32_MAX;

	clock->hand = StrategySyncStart(&clock->passes, NULL);
	clock->next = -1;
	for (int d = 0; d < NBuffers; d++)
	{
		int			i = (clock->hand + d) % NBuffers;
		BufferDesc *desc = GetBufferDescriptor(i);
		ArchBufferState state = arch_buffer_state(desc);
		uint32		usage = BUF_STATE_GET_USAGECOUNT(state);

		if ((d & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (arch_buffer_is_free(desc, state))
			clock->free++;
		if (BUF_STATE_GET_REFCOUNT(state) != 0)
			clock->pinned++;
		else if (usage < least)
		{
			least = usage;
			clock->next = i;
		}
	}
	if (clock->next >= 0)
	{
		int			d = (clock->next - clock->hand + NBuffers) % NBuffers;

		clock->sweep = (int) Min((int64) least * NBuffers + d, PG_INT32_MAX);
	}
	ai_rows_range(rows, 0, 1);
}

AI_FIELD_OF(clock_hand, Clock *clock = rows->state,
			Int32GetDatum(clock->hand + 1));
AI_FIELD_OF(clock_passes, Clock *clock = rows->state,
			Int64GetDatum((int64) clock->passes));
AI_FIELD_OF(clock_free_buffers, Clock *clock = rows->state,
			Int32GetDatum(clock->free));
AI_FIELD_OF(clock_pinned_buffers, Clock *clock = rows->state,
			Int32GetDatum(clock->pinned));
AI_FIELD_OF_IF(clock_next_bufferid, Clock *clock = rows->state,
			   clock->next >= 0, Int32GetDatum(clock->next + 1));
AI_FIELD_OF_IF(clock_sweep, Clock *clock = rows->state, clock->next >= 0,
			   Int32GetDatum(clock->sweep));

static const AiColumn buffer_clock_columns[] = {
	{"hand", INT4OID, clock_hand},
	{"passes", INT8OID, clock_passes},
	{"free_buffers", INT4OID, clock_free_buffers},
	{"pinned_buffers", INT4OID, clock_pinned_buffers},
	{"next_bufferid", INT4OID, clock_next_bufferid},
	{"sweep", INT4OID, clock_sweep},
	{NULL}
};

static double
one_clock(void)
{
	return 1;
}

/* arch_parts.buffer_clock() */
AI_INSTRUMENT(buffer_clock,
			  .columns = buffer_clock_columns,
			  .begin = buffer_clock_begin, .state_size = sizeof(Clock),
			  .units = one_clock, .serial = true);
