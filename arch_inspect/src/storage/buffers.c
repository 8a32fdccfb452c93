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
#include "source/buffer_look.h"

#include "compat.h"

typedef struct Buffers
{
	BufferTag	tag;
	AiBufferState state;
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
	buffers->state = ai_buffer_look((int) rows->unit, &buffers->tag);
	return true;
}

/* The tag, or NULL if the buffer holds no page. */
static const BufferTag *
current_tag(AiRows *rows, bool *isnull)
{
	Buffers    *buffers = rows->state;

	*isnull = (buffers->state & BM_TAG_VALID) == 0;
	return *isnull ? NULL : &buffers->tag;
}

static Datum
get_bufferid(AiRows *rows, bool *isnull)
{
	return Int32GetDatum((int32) rows->unit + 1);
}

static Datum
get_tablespace(AiRows *rows, bool *isnull)
{
	const BufferTag *tag = current_tag(rows, isnull);

	return ObjectIdGetDatum(*isnull ? InvalidOid : ARCH_TAG_SPC(tag));
}

static Datum
get_database(AiRows *rows, bool *isnull)
{
	const BufferTag *tag = current_tag(rows, isnull);

	return ObjectIdGetDatum(*isnull ? InvalidOid : ARCH_TAG_DB(tag));
}

static Datum
get_relfilenode(AiRows *rows, bool *isnull)
{
	const BufferTag *tag = current_tag(rows, isnull);

	return ObjectIdGetDatum(*isnull ? InvalidOid : ARCH_TAG_REL(tag));
}

/* Names are known of the own database's relations and of shared ones. */
static Datum
get_relation(AiRows *rows, bool *isnull)
{
	Buffers    *buffers = rows->state;
	const BufferTag *tag = current_tag(rows, isnull);

	if (*isnull || (ARCH_TAG_DB(tag) != MyDatabaseId &&
					ARCH_TAG_DB(tag) != InvalidOid))
	{
		*isnull = true;
		return (Datum) 0;
	}
	if (buffers->filenumber != ARCH_TAG_REL(tag) || buffers->spc != ARCH_TAG_SPC(tag))
	{
		buffers->spc = ARCH_TAG_SPC(tag);
		buffers->filenumber = ARCH_TAG_REL(tag);
		buffers->relid = RelidByRelfilenumber(buffers->spc, buffers->filenumber);
	}
	*isnull = !OidIsValid(buffers->relid);
	return ObjectIdGetDatum(buffers->relid);
}

static Datum
get_fork(AiRows *rows, bool *isnull)
{
	Buffers    *buffers = rows->state;
	const BufferTag *tag = current_tag(rows, isnull);
	ForkNumber	forknum;

	if (*isnull)
		return (Datum) 0;
	forknum = BufTagGetForkNum(tag);
	if (forknum < 0 || forknum > MAX_FORKNUM)
	{
		*isnull = true;
		return (Datum) 0;
	}
	return ai_rows_word(rows, &buffers->fork_words[forknum], forkNames[forknum]);
}

static Datum
get_blkno(AiRows *rows, bool *isnull)
{
	const BufferTag *tag = current_tag(rows, isnull);

	return Int64GetDatum(*isnull ? 0 : (int64) tag->blockNum);
}

static Datum
get_dirty(AiRows *rows, bool *isnull)
{
	current_tag(rows, isnull);
	return BoolGetDatum((((Buffers *) rows->state)->state & BM_DIRTY) != 0);
}

static Datum
get_usage_count(AiRows *rows, bool *isnull)
{
	current_tag(rows, isnull);
	return Int32GetDatum(BUF_STATE_GET_USAGECOUNT(((Buffers *) rows->state)->state));
}

static Datum
get_pins(AiRows *rows, bool *isnull)
{
	current_tag(rows, isnull);
	return Int32GetDatum(BUF_STATE_GET_REFCOUNT(((Buffers *) rows->state)->state));
}

static Datum
get_flags(AiRows *rows, bool *isnull)
{
	static const struct
	{
		AiBufferState bit;
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
	AiBufferState state = ((Buffers *) rows->state)->state;
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
	{"bufferid", INT4OID, get_bufferid},
	{"tablespace", OIDOID, get_tablespace},
	{"database", OIDOID, get_database},
	{"relfilenode", OIDOID, get_relfilenode},
	{"relation", REGCLASSOID, get_relation},
	{"fork", TEXTOID, get_fork},
	{"blkno", INT8OID, get_blkno},
	{"dirty", BOOLOID, get_dirty},
	{"usage_count", INT4OID, get_usage_count},
	{"pins", INT4OID, get_pins},
	{"flags", TEXTARRAYOID, get_flags},
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
		AiBufferState state = ai_buffer_state(desc);
		uint32		usage = BUF_STATE_GET_USAGECOUNT(state);

		if ((d & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (ai_buffer_is_free(desc, state))
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

static Datum
get_hand(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(((Clock *) rows->state)->hand + 1);
}

static Datum
get_passes(AiRows *rows, bool *isnull)
{
	return Int64GetDatum((int64) ((Clock *) rows->state)->passes);
}

static Datum
get_free_buffers(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(((Clock *) rows->state)->free);
}

static Datum
get_pinned_buffers(AiRows *rows, bool *isnull)
{
	return Int32GetDatum(((Clock *) rows->state)->pinned);
}

static Datum
get_next_bufferid(AiRows *rows, bool *isnull)
{
	Clock	   *clock = rows->state;

	*isnull = clock->next < 0;
	return Int32GetDatum(clock->next + 1);
}

static Datum
get_sweep(AiRows *rows, bool *isnull)
{
	Clock	   *clock = rows->state;

	*isnull = clock->next < 0;
	return Int32GetDatum(clock->sweep);
}

static const AiColumn buffer_clock_columns[] = {
	{"hand", INT4OID, get_hand},
	{"passes", INT8OID, get_passes},
	{"free_buffers", INT4OID, get_free_buffers},
	{"pinned_buffers", INT4OID, get_pinned_buffers},
	{"next_bufferid", INT4OID, get_next_bufferid},
	{"sweep", INT4OID, get_sweep},
	{NULL}
};

static double
one_row(void)
{
	return 1;
}

/* arch_parts.buffer_clock() */
AI_INSTRUMENT(buffer_clock,
			  .columns = buffer_clock_columns,
			  .begin = buffer_clock_begin, .state_size = sizeof(Clock),
			  .units = one_row, .serial = true);
