/*-------------------------------------------------------------------------
 *
 * toast_chunks.c
 *	  The rows of the TOAST table that make up one value.
 *
 * What the index says is compared with what the pointer says there should be:
 * a chunk that is missing is a row too.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "decode/decode_heap.h"
#include "judge/toast_fetch.h"
#include "rows/rows.h"
#include "words/value.h"

#include "compat.h"

typedef struct ChunksState
{
	AiToast    *toast;
	bool		may_see_values;
	AiStored	pointer;
	AiChunkRef *refs;
	int			nrefs;
	int			next_ref;
	int64		next_seq;		/* that has not been seen */
	const char *find_problem;	/* why the index could not be read */

	/* the current row */
	int64		seq;			/* -1: only find_problem */
	const AiChunkRef *ref;		/* NULL: the chunk is missing */
	AiChunkRead chunk;
	const char *problem;
} ChunksState;

/*
 * The stored form of the column at tid.  An error where there is no such
 * value; a damaged one is a problem to show.
 */
static void
find_pointer(AiRows *rows, ItemPointer tid, const char *attname)
{
	ChunksState *state = rows->state;
	TupleDesc	desc = RelationGetDescr(rows->rel);
	AttrNumber	attnum = get_attnum(RelationGetRelid(rows->rel), attname);
	OffsetNumber lp = ItemPointerGetOffsetNumberNoCheck(tid);
	AiPage	   *page = ai_page_create();
	AiStored   *stored = palloc(sizeof(AiStored) * Max(1, desc->natts));
	AiPageHeader header;
	AiHeapItem	item;

	if (attnum <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist",
						attname, RelationGetRelationName(rows->rel))));
	ai_page_read(rows->rel, MAIN_FORKNUM,
				 ai_check_block(rows->rel,
								ai_fork_blocks(rows->rel, MAIN_FORKNUM),
								ItemPointerGetBlockNumberNoCheck(tid)),
				 page);
	ai_decode_page_header(page->image, AI_PAGE_HEAP, &header);
	state->find_problem = header.problem;
	if (header.problem != NULL)
		return;
	if (lp < FirstOffsetNumber || lp > header.nitems)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no line pointer %u on block %u of relation \"%s\"",
						lp, ItemPointerGetBlockNumberNoCheck(tid),
						RelationGetRelationName(rows->rel)),
				 errdetail("The page has %u line pointers.", header.nitems)));
	ai_decode_heap_item(page->image, &header, lp, &item);
	state->find_problem = item.problem;
	if (!item.can_walk)
		return;
	ai_decode_attributes(item.tuple, item.item.len, ai_attributes_of(desc),
						 desc->natts, stored);
	state->pointer = stored[attnum - 1];
	state->find_problem = state->pointer.problem;
}

static void
begin_chunks(AiRows *rows)
{
	ChunksState *state = rows->state;

	rows->rel = ai_open_relation(DatumGetObjectId(rows->args[0].value),
								 AI_STRUCTURE, AI_HEAP);
	rows->forknum = MAIN_FORKNUM;
	find_pointer(rows, (ItemPointer) DatumGetPointer(rows->args[1].value),
				 NameStr(*DatumGetName(rows->args[2].value)));
	if (state->find_problem != NULL ||
		state->pointer.storage != AI_STORED_EXTERNAL)
		return;

	state->toast = ai_toast_open(rows->rel);
	state->may_see_values = ai_has_rights(RelationGetRelid(rows->rel),
										  AI_VALUES);
	if (state->toast == NULL)
		state->find_problem = "table has no TOAST table";
	else if (state->pointer.toastrelid !=
			 RelationGetRelid(state->toast->rel) &&
			 state->pointer.toastrelid != state->toast->rel->rd_toastoid)
		state->find_problem = "TOAST pointer leads to another table";
	else
		state->refs = ai_toast_find(state->toast, state->pointer.valueid,
									&state->nrefs, &state->find_problem);
}

static void
end_chunks(AiRows *rows)
{
	ChunksState *state = rows->state;

	ai_toast_close(state->toast);
	state->toast = NULL;
}

/* A chunk that the index leads to. */
static bool
show_chunk(ChunksState *state)
{
	uint32		nchunks = ai_toast_nchunks(state->pointer.ext_size);

	state->ref = &state->refs[state->next_ref++];
	state->seq = state->ref->seq;
	if (state->seq >= state->next_seq)
		state->next_seq = state->seq + 1;
	ai_toast_read(state->toast, state->pointer.valueid, state->ref,
				  &state->chunk);
	state->problem = state->chunk.problem;
	if (state->problem != NULL)
		return true;
	if (state->seq < 0 || state->seq >= nchunks)
		state->problem = "value should not have this chunk";
	else if (state->chunk.chunk.length !=
			 ai_toast_chunk_length(state->pointer.ext_size, state->seq))
		state->problem = "chunk is not of the length it should have";
	else
		state->problem = state->chunk.status.problem;
	return true;
}

static bool
next_chunk_row(AiRows *rows)
{
	ChunksState *state = rows->state;
	uint32		nchunks = 0;

	CHECK_FOR_INTERRUPTS();
	state->ref = NULL;
	state->problem = NULL;
	if (state->toast != NULL && state->find_problem == NULL)
		nchunks = ai_toast_nchunks(state->pointer.ext_size);

	/* a gap in front of the next one, then that */
	if (state->next_ref < state->nrefs)
	{
		if (state->refs[state->next_ref].seq <= state->next_seq ||
			state->next_seq >= nchunks)
			return show_chunk(state);
	}
	if (state->next_seq < nchunks)
	{
		state->seq = state->next_seq++;
		state->problem = "chunk is missing";
		return true;
	}
	if (state->find_problem != NULL)
	{
		state->seq = -1;
		state->problem = state->find_problem;
		state->find_problem = NULL;
		state->nrefs = 0;
		state->pointer.ext_size = 0;
		return true;
	}
	return false;
}

AI_FIELD_OF_IF(toast_chunks_chunk_id, ChunksState *state = rows->state,
			   state->pointer.valueid != InvalidOid,
			   ObjectIdGetDatum(state->pointer.valueid));
AI_FIELD_OF_IF(toast_chunks_chunk_seq, ChunksState *state = rows->state,
			   state->seq >= 0 || state->ref != NULL,
			   Int32GetDatum((int32) state->seq));

static Datum
toast_chunks_chunk_tid(AiRows *rows, bool *isnull)
{
	ChunksState *state = rows->state;
	ItemPointer tid;

	*isnull = state->ref == NULL;
	if (*isnull)
		return (Datum) 0;
	tid = palloc(sizeof(ItemPointerData));
	*tid = state->ref->tid;
	return PointerGetDatum(tid);
}

static bool
has_chunk(ChunksState *state)
{
	return state->ref != NULL && state->chunk.chunk.data != NULL;
}

AI_FIELD_OF_IF(toast_chunks_length, ChunksState *state = rows->state,
			   has_chunk(state), Int32GetDatum(state->chunk.chunk.length));
AI_FIELD_OF_IF(toast_chunks_state, ChunksState *state = rows->state,
			   has_chunk(state),
			   CStringGetTextDatum(ai_tuple_state_name(state->chunk.status.state)));

static Datum
toast_chunks_data(AiRows *rows, bool *isnull)
{
	ChunksState *state = rows->state;
	bytea	   *result;

	*isnull = !has_chunk(state) || !state->may_see_values;
	if (*isnull)
		return (Datum) 0;
	result = palloc(VARHDRSZ + state->chunk.chunk.length);
	SET_VARSIZE(result, VARHDRSZ + state->chunk.chunk.length);
	memcpy(VARDATA(result), state->chunk.chunk.data,
		   state->chunk.chunk.length);
	return PointerGetDatum(result);
}

AI_FIELD_OF_IF(toast_chunks_problem, ChunksState *state = rows->state,
			   state->problem != NULL, CStringGetTextDatum(state->problem));

static const AiColumn toast_chunks_columns[] = {
	{"chunk_id", OIDOID, toast_chunks_chunk_id},
	{"chunk_seq", INT4OID, toast_chunks_chunk_seq},
	{"chunk_tid", TIDOID, toast_chunks_chunk_tid},
	{"length", INT4OID, toast_chunks_length},
	{"state", TEXTOID, toast_chunks_state},
	{"data", BYTEAOID, toast_chunks_data},
	{"problem", TEXTOID, toast_chunks_problem},
	{NULL}
};

/* arch_inspect.toast_chunks(regclass, tid, name) */
AI_INSTRUMENT(toast_chunks,
			  .columns = toast_chunks_columns, .begin = begin_chunks,
			  .next = next_chunk_row,
			  .end = end_chunks, .state_size = sizeof(ChunksState));
