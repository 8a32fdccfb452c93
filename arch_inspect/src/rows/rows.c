/*-------------------------------------------------------------------------
 *
 * rows.c
 *	  The run of an instrument, and its rows one a call.
 *
 * A run holds AccessShareLock on its relation from the first row to the last,
 * as a scan of the relation would, and nothing else between two rows: no
 * buffer, no file position.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/spin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "rows/rows.h"

#include "compat.h"


/* All instruments, in the order that the library was linked in. */
#define MAX_INSTRUMENTS 128

static AiInstrument *instruments[MAX_INSTRUMENTS];
static int	ninstruments = 0;

/*
 * ai_rows_register - called by AI_INSTRUMENT before _PG_init
 */
void
ai_rows_register(AiInstrument *instrument)
{
	if (ninstruments == MAX_INSTRUMENTS)
		abort();
	if (instrument->next == NULL)
		instrument->next = ai_rows_advance;
	instruments[ninstruments++] = instrument;
}

/*
 * ai_rows_find - the instrument of this C function, or NULL
 */
const AiInstrument *
ai_rows_find(const char *symbol)
{
	for (int i = 0; i < ninstruments; i++)
	{
		if (strcmp(instruments[i]->symbol, symbol) == 0)
			return instruments[i];
	}
	return NULL;
}

/*
 * ai_rows_next - walk all instruments: NULL gives the first, the last NULL
 */
const AiInstrument *
ai_rows_next(const AiInstrument *instrument)
{
	int			i = 0;

	if (instrument != NULL)
	{
		while (instruments[i++] != instrument)
			;
	}
	return i < ninstruments ? instruments[i] : NULL;
}

/*
 * ai_rows_ncolumns - how many columns the instrument has
 */
int
ai_rows_ncolumns(const AiInstrument *instrument)
{
	int			n = 0;

	while (instrument->columns[n].name != NULL)
		n++;
	return n;
}

/*
 * ai_rows_map - which column of the instrument each of desc is
 *
 * By name and type, because an older install script may meet a newer library
 * that has more columns.
 */
int *
ai_rows_map(const AiInstrument *instrument, TupleDesc desc)
{
	int		   *map = palloc(sizeof(int) * desc->natts);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const AiColumn *column = instrument->columns;

		while (column->name != NULL &&
			   strcmp(column->name, NameStr(att->attname)) != 0)
			column++;
		if (column->name == NULL || column->type != att->atttypid)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
					 errmsg("function and library of \"%s\" do not fit together",
							instrument->scan_name),
					 errdetail("The library has no column \"%s\" of type %s.",
							   NameStr(att->attname),
							   format_type_be(att->atttypid)),
					 errhint("Try ALTER EXTENSION arch_inspect UPDATE.")));
		map[i] = column - instrument->columns;
	}
	return map;
}

/*
 * Open the relation and set the range of blocks that the arguments ask for.
 * False if there is nothing to show because an argument is null.
 */
static bool
begin_relation(AiRows *rows)
{
	const AiInstrument *instrument = rows->instrument;
	BlockNumber nblocks;
	uint64		first = 0;
	uint64		end;

	if (rows->args[0].isnull)
		return false;

	rows->forknum = MAIN_FORKNUM;
	if (instrument->fork_arg > 0)
	{
		NullableDatum *fork = &rows->args[instrument->fork_arg - 1];

		if (fork->isnull)
			return false;
		rows->forknum = ai_fork_number(TextDatumGetCString(fork->value));
	}

	rows->rel = ai_open_relation(DatumGetObjectId(rows->args[0].value),
								 instrument->tier, instrument->relation);
	nblocks = ai_fork_blocks(rows->rel, rows->forknum);
	end = nblocks;
	if (instrument->first_arg > 0)
	{
		NullableDatum *arg = &rows->args[instrument->first_arg - 1];

		if (!arg->isnull)
			first = ai_check_block(rows->rel, nblocks,
								   DatumGetInt64(arg->value));
	}
	if (instrument->last_arg > 0)
	{
		NullableDatum *arg = &rows->args[instrument->last_arg - 1];

		if (!arg->isnull)
			end = 1 + (uint64) ai_check_block(rows->rel, nblocks,
											  DatumGetInt64(arg->value));
	}
	ai_rows_range(rows, first, end);
	return true;
}

/*
 * ai_rows_arg - an argument of a run about to begin, copied for its length
 *
 * What a caller evaluated lives no longer than its own row or call.
 * Compressed and toasted values become plain ones, so that no getter does
 * that anew.
 */
void
ai_rows_arg(AiRows *rows, int i, Oid type, NullableDatum arg)
{
	MemoryContext old = MemoryContextSwitchTo(rows->context);
	int16		typlen;
	bool		typbyval;

	if (!arg.isnull)
	{
		get_typlenbyval(type, &typlen, &typbyval);
		if (typlen == -1)
			arg.value = PointerGetDatum(PG_DETOAST_DATUM_COPY(arg.value));
		else
			arg.value = datumCopy(arg.value, typbyval, typlen);
	}
	rows->args[i] = arg;
	MemoryContextSwitchTo(old);
}

/*
 * ai_rows_ready - what every run starts from: no argument, an empty context
 */
void
ai_rows_ready(AiRows *rows, MemoryContext parent)
{
	if (rows->context == NULL)
		rows->context = AllocSetContextCreate(parent, "arch_inspect rows",
											  ALLOCSET_DEFAULT_SIZES);
	else
		MemoryContextReset(rows->context);

	/* one that the SQL definition lacks is null */
	for (int i = 0; i < AI_MAX_ARGS; i++)
	{
		rows->args[i].value = (Datum) 0;
		rows->args[i].isnull = true;
	}
}

/*
 * ai_rows_begin - start a run over the rows, after ai_rows_ready() and an
 * ai_rows_arg() for each of the arguments
 */
void
ai_rows_begin(AiRows *rows)
{
	const AiInstrument *instrument = rows->instrument;
	MemoryContext old = MemoryContextSwitchTo(rows->context);

	rows->unit = rows->next_unit = rows->end_unit = rows->last_unit = 0;
	rows->rel = NULL;
	rows->page = NULL;
	rows->page_read = rows->header_decoded = false;
	rows->ranged = false;
	rows->state = instrument->state_size == 0 ? NULL :
		palloc0(instrument->state_size);
	rows->active = true;

	if ((instrument->relation == 0 || begin_relation(rows)) &&
		instrument->begin != NULL)
		instrument->begin(rows);

	MemoryContextSwitchTo(old);
}

/*
 * ai_rows_end - end a run: close what is open, free what it allocated
 */
void
ai_rows_end(AiRows *rows)
{
	if (!rows->active)
		return;
	rows->active = false;
	if (rows->instrument->end != NULL &&
		(rows->instrument->relation == 0 || rows->rel != NULL))
		rows->instrument->end(rows);
	if (rows->rel != NULL)
		ai_close_relation(rows->rel);
	rows->rel = NULL;
	MemoryContextReset(rows->context);
}

/*
 * ai_rows_range - the units of this run, from first to before end
 *
 * In a parallel scan the first process to begin says so for all, so that
 * none walks blocks that came later.
 */
void
ai_rows_range(AiRows *rows, uint64 first, uint64 end)
{
	AiRowsShared *shared = rows->shared;

	if (end < first)
		end = first;
	rows->ranged = true;
	if (shared == NULL)
	{
		rows->next_unit = first;
		rows->end_unit = rows->last_unit = end;
		return;
	}

	/*
	 * about 64 turns for each process; neither tiny nor more than a megabyte
	 */
	SpinLockAcquire(&shared->lock);
	if (!shared->begun)
	{
		shared->begun = true;
		shared->next_unit = first;
		shared->last_unit = end;
		shared->chunk = Max(1, Min(128, (end - first) / 256));
	}
	SpinLockRelease(&shared->lock);
}

/*
 * ai_rows_share - shared memory for one run by several processes
 *
 * Whatever stood there before is overwritten: no process may have a range to
 * set, and those that look then must find an empty one.
 */
void
ai_rows_share(AiRowsShared *shared)
{
	memset(shared, 0, sizeof(AiRowsShared));
	SpinLockInit(&shared->lock);
}

/*
 * The next units of a parallel scan for this process, or false.
 *
 * None for one that has set up nothing to read them with, whatever others
 * made of the arguments.
 */
static bool
take_units(AiRows *rows)
{
	AiRowsShared *shared = rows->shared;

	if (shared == NULL || !rows->ranged)
		return false;

	SpinLockAcquire(&shared->lock);
	rows->next_unit = shared->next_unit;
	rows->last_unit = shared->last_unit;
	rows->end_unit = Min(shared->next_unit + shared->chunk,
						 shared->last_unit);
	shared->next_unit = rows->end_unit;
	SpinLockRelease(&shared->lock);

	return rows->next_unit < rows->end_unit;
}

/*
 * ai_rows_advance - go to the next unit, or false at the end
 */
bool
ai_rows_advance(AiRows *rows)
{
	CHECK_FOR_INTERRUPTS();

	if (rows->next_unit >= rows->end_unit && !take_units(rows))
		return false;
	rows->unit = rows->next_unit++;
	rows->page_read = rows->header_decoded = false;
	return true;
}

/*
 * ai_rows_read_page - what ai_rows_page() does at its first call for a block
 */
void
ai_rows_read_page(AiRows *rows)
{
	if (rows->page == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(rows->context);

		rows->page = ai_page_create();
		rows->page->header_only = rows->instrument->header_only;
		MemoryContextSwitchTo(old);
	}
	ai_page_read(rows->rel, rows->forknum, (BlockNumber) rows->unit,
				 rows->page);
	rows->page_read = true;
}

/*
 * ai_rows_decode_header - what ai_rows_header() does at its first call
 */
void
ai_rows_decode_header(AiRows *rows)
{
	ai_decode_page_header(ai_rows_page(rows),
						  ai_expected_page(rows->rel, rows->forknum),
						  &rows->header);
	rows->header_decoded = true;
}

/*
 * ai_rows_page_problem - what is wrong with the current page, or NULL
 */
const char *
ai_rows_page_problem(AiRows *rows)
{
	const char *problem = ai_rows_header(rows)->problem;

	if (problem == NULL && rows->page->checksum_known &&
		!rows->page->checksum_ok)
		problem = "checksum does not fit the page";
	return problem;
}

/*
 * ai_rows_alloc - zeroed memory that lives as long as this run
 */
void *
ai_rows_alloc(AiRows *rows, Size size)
{
	return MemoryContextAllocZero(rows->context, size);
}

/*
 * ai_rows_word - a constant string as text, made once a run
 *
 * cache is 0 at first, and belongs to this word alone.
 */
Datum
ai_rows_word(AiRows *rows, Datum *cache, const char *word)
{
	if (*cache == 0)
	{
		MemoryContext old = MemoryContextSwitchTo(rows->context);

		*cache = CStringGetTextDatum(word);
		MemoryContextSwitchTo(old);
	}
	return *cache;
}

/*
 * One call's worth of state for a function that returns a row a call.
 */
typedef struct RowsCall
{
	AiRows		rows;
	ExprContext *econtext;
	int		   *map;
	Datum	   *values;
	bool	   *nulls;
} RowsCall;

/* The query ends early: what is open is closed. */
static void
call_shutdown(Datum arg)
{
	ai_rows_end(&((RowsCall *) DatumGetPointer(arg))->rows);
}

static RowsCall *
call_begin(FunctionCallInfo fcinfo, const AiInstrument *instrument,
		   FuncCallContext *funcctx)
{
	MemoryContext old = MemoryContextSwitchTo(funcctx->multi_call_memory_ctx);
	RowsCall   *call = palloc0(sizeof(RowsCall));
	TupleDesc	desc;

	if (!fcinfo->flinfo->fn_retset ||
		get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function and library of \"%s\" do not fit together",
						instrument->scan_name),
				 errdetail("The function does not return a set of rows."),
				 errhint("Try ALTER EXTENSION arch_inspect UPDATE.")));
	if (PG_NARGS() > AI_MAX_ARGS)
		elog(ERROR, "too many arguments");

	call->map = ai_rows_map(instrument, desc);
	call->values = palloc(sizeof(Datum) * desc->natts);
	call->nulls = palloc(sizeof(bool) * desc->natts);
	funcctx->tuple_desc = BlessTupleDesc(desc);

	call->rows.instrument = instrument;
	call->rows.wanted = memset(palloc(ai_rows_ncolumns(instrument)), true,
							   ai_rows_ncolumns(instrument));
	ai_rows_ready(&call->rows, funcctx->multi_call_memory_ctx);
	call->rows.nargs = PG_NARGS();
	for (int i = 0; i < PG_NARGS(); i++)
		ai_rows_arg(&call->rows, i, get_fn_expr_argtype(fcinfo->flinfo, i),
					fcinfo->args[i]);

	call->econtext = ((ReturnSetInfo *) fcinfo->resultinfo)->econtext;
	RegisterExprContextCallback(call->econtext, call_shutdown,
								PointerGetDatum(call));
	ai_rows_begin(&call->rows);
	MemoryContextSwitchTo(old);
	return call;
}

/*
 * ai_rows_function - what every instrument's C function does
 *
 * It serves the places where no scan node can stand: a target list, ROWS
 * FROM, WITH ORDINALITY.
 */
Datum
ai_rows_function(FunctionCallInfo fcinfo, const AiInstrument *instrument)
{
	FuncCallContext *funcctx;
	RowsCall   *call;
	TupleDesc	desc;

	if (SRF_IS_FIRSTCALL())
	{
		funcctx = SRF_FIRSTCALL_INIT();
		funcctx->user_fctx = call_begin(fcinfo, instrument, funcctx);
	}
	funcctx = SRF_PERCALL_SETUP();
	call = funcctx->user_fctx;
	desc = funcctx->tuple_desc;

	if (!ai_rows_next_row(&call->rows))
	{
		UnregisterExprContextCallback(call->econtext, call_shutdown,
									  PointerGetDatum(call));
		ai_rows_end(&call->rows);
		SRF_RETURN_DONE(funcctx);
	}

	for (int i = 0; i < desc->natts; i++)
	{
		call->nulls[i] = false;
		call->values[i] = instrument->columns[call->map[i]].get(&call->rows,
																&call->nulls[i]);
	}
	SRF_RETURN_NEXT(funcctx,
					HeapTupleGetDatum(heap_form_tuple(desc, call->values,
													  call->nulls)));
}
