/*-------------------------------------------------------------------------
 *
 * rows_scan.c
 *	  The executor's half of the scan layer: a custom scan over an instrument.
 *
 * The node makes the columns of the filter, evaluates it, and makes the other
 * columns only of rows that pass.  There is no tuple, only a virtual slot.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "commands/explain.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/value.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"

#include "rows/rows_scan.h"

#include "compat.h"

typedef struct RowsScan
{
	CustomScanState css;
	AiRows		rows;
	List	   *args;			/* ExprStates */
	Oid			argtypes[AI_MAX_ARGS];
	bool		strict;
	bool		done;			/* no more rows, or never any */
	int			ncolumns;		/* of the scan slot */
	int			nfilter;
	AiGetter   *getters;		/* NULL: the whole row */
	bool	   *wanted;

	/* for the whole row */
	int			nall;
	AiGetter   *all_getters;
	Datum	   *all_values;
	bool	   *all_nulls;
	TupleDesc	all_desc;
} RowsScan;

/* One CustomScanMethods per instrument, for its name in EXPLAIN. */
typedef struct NamedMethods
{
	CustomScanMethods methods;
	const AiInstrument *instrument;
	struct NamedMethods *next;
} NamedMethods;

static NamedMethods *named_methods = NULL;

static const CustomExecMethods exec_methods;

/*
 * ai_scan_methods - the plan node methods of an instrument
 */
const CustomScanMethods *
ai_scan_methods(const AiInstrument *instrument)
{
	NamedMethods *named = named_methods;

	while (named->instrument != instrument)
		named = named->next;
	return &named->methods;
}

static Node *
create_scan_state(CustomScan *scan)
{
	RowsScan   *state = palloc0(sizeof(RowsScan));

	NodeSetTag(state, T_CustomScanState);
	state->css.methods = &exec_methods;
	state->rows.instrument =
		((const NamedMethods *) scan->methods)->instrument;
	return (Node *) state;
}

/*
 * What is needed to make whole rows: the descriptor has the names that the
 * columns bear in this query.
 */
static void
begin_whole_row(RowsScan *state, List *all, List *names)
{
	const AiColumn *columns = state->rows.instrument->columns;

	state->nall = list_length(all);
	state->all_getters = palloc(sizeof(AiGetter) * state->nall);
	state->all_values = palloc(sizeof(Datum) * state->nall);
	state->all_nulls = palloc(sizeof(bool) * state->nall);
	state->all_desc = CreateTemplateTupleDesc(state->nall);
	for (int i = 0; i < state->nall; i++)
	{
		const AiColumn *column = &columns[list_nth_int(all, i)];

		state->all_getters[i] = column->get;
		state->wanted[list_nth_int(all, i)] = true;
		TupleDescInitEntry(state->all_desc, i + 1,
						   i < list_length(names) ?
						   strVal(list_nth(names, i)) :
						   column->name,
						   column->type, -1, 0);
	}
	TupleDescFinalize(state->all_desc);
	BlessTupleDesc(state->all_desc);
}

static void
begin_scan(CustomScanState *node, EState *estate, int eflags)
{
	RowsScan   *state = (RowsScan *) node;
	CustomScan *scan = (CustomScan *) node->ss.ps.plan;
	FuncExpr   *call = linitial_node(FuncExpr, scan->custom_exprs);
	const AiInstrument *instrument = state->rows.instrument;
	List	   *columns = list_nth(scan->custom_private, AI_PRIVATE_COLUMNS);
	AclResult	aclresult;
	ListCell   *lc;

	/* as ExecInitFunc() would for the function */
	aclresult = object_aclcheck(ProcedureRelationId, call->funcid,
								GetUserId(),
								ACL_EXECUTE);
	if (aclresult != ACLCHECK_OK)
		aclcheck_error(aclresult, OBJECT_FUNCTION,
					   get_func_name(call->funcid));
	InvokeFunctionExecuteHook(call->funcid);

	state->args = ExecInitExprList(call->args, &node->ss.ps);
	foreach(lc, call->args)
		state->argtypes[foreach_current_index(lc)] = exprType(lfirst(lc));
	state->strict = func_strict(call->funcid);
	state->ncolumns = list_length(columns);
	state->nfilter = intVal(list_nth(scan->custom_private,
									 AI_PRIVATE_NFILTER));
	state->getters = palloc0(sizeof(AiGetter) * Max(1, state->ncolumns));
	state->wanted = palloc0(ai_rows_ncolumns(instrument));
	state->rows.wanted = state->wanted;

	for (int i = 0; i < state->ncolumns; i++)
	{
		int			column = list_nth_int(columns, i);

		if (column == AI_WHOLE_ROW)
			begin_whole_row(state,
							list_nth(scan->custom_private, AI_PRIVATE_ALL),
							list_nth(scan->custom_private, AI_PRIVATE_NAMES));
		else
		{
			state->getters[i] = instrument->columns[column].get;
			state->wanted[column] = true;
		}
	}
}

/*
 * Evaluate the arguments and start a run.  Here, not when the plan is made or
 * the node is set up, the guard asks for rights.
 */
static pg_noinline void
begin_run(RowsScan *state)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;
	MemoryContext parent = state->css.ss.ps.state->es_query_cxt;
	MemoryContext old;
	int			i = 0;
	ListCell   *lc;

	ai_rows_ready(&state->rows, parent);
	ResetExprContext(econtext);
	old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
	foreach(lc, state->args)
	{
		NullableDatum arg;

		arg.value = ExecEvalExpr((ExprState *) lfirst(lc), econtext,
								 &arg.isnull);
		if (arg.isnull && state->strict)
			state->done = true;
		ai_rows_arg(&state->rows, i, state->argtypes[i], arg);
		i++;
	}
	state->rows.nargs = i;
	MemoryContextSwitchTo(old);
	if (!state->done)
		ai_rows_begin(&state->rows);
}

static pg_noinline Datum
whole_row(RowsScan *state)
{
	for (int i = 0; i < state->nall; i++)
	{
		state->all_nulls[i] = false;
		state->all_values[i] = state->all_getters[i] (&state->rows,
													  &state->all_nulls[i]);
	}
	return HeapTupleGetDatum(heap_form_tuple(state->all_desc,
											 state->all_values,
											 state->all_nulls));
}

/* Make columns from to before end of the current row. */
static inline void
fill(RowsScan *state, TupleTableSlot *slot, int from, int end)
{
	for (int i = from; i < end; i++)
	{
		slot->tts_isnull[i] = false;
		if (state->getters[i] != NULL)
			slot->tts_values[i] = state->getters[i] (&state->rows,
													 &slot->tts_isnull[i]);
		else
			slot->tts_values[i] = whole_row(state);
	}
}

static TupleTableSlot *
exec_scan(CustomScanState *node)
{
	RowsScan   *state = (RowsScan *) node;
	ExprContext *econtext = node->ss.ps.ps_ExprContext;
	ExprState  *qual = node->ss.ps.qual;
	ProjectionInfo *projection = node->ss.ps.ps_ProjInfo;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	MemoryContext old;

	if (!state->rows.active && !state->done)
		begin_run(state);

	/*
	 * a virtual slot owns nothing unless somebody above had it materialized
	 */
	if (unlikely(TTS_SHOULDFREE(slot)))
		ExecClearTuple(slot);
	old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
	while (!state->done)
	{
		ResetExprContext(econtext);
		if (!ai_rows_next_row(&state->rows))
		{
			state->done = true;
			ai_rows_end(&state->rows);
			break;
		}

		if (qual != NULL)
		{
			fill(state, slot, 0, state->nfilter);
			slot->tts_flags &= ~TTS_FLAG_EMPTY;
			slot->tts_nvalid = state->ncolumns;
			econtext->ecxt_scantuple = slot;
			if (!ExecQual(qual, econtext))
			{
				InstrCountFiltered1(node, 1);
				continue;
			}
			fill(state, slot, state->nfilter, state->ncolumns);
		}
		else
		{
			fill(state, slot, 0, state->ncolumns);
			slot->tts_flags &= ~TTS_FLAG_EMPTY;
			slot->tts_nvalid = state->ncolumns;
			econtext->ecxt_scantuple = slot;
		}
		MemoryContextSwitchTo(old);
		return projection != NULL ? ExecProject(projection) : slot;
	}
	MemoryContextSwitchTo(old);
	return projection != NULL ?
		ExecClearTuple(projection->pi_state.resultslot) :
		ExecClearTuple(slot);
}

static void
end_scan(CustomScanState *node)
{
	ai_rows_end(&((RowsScan *) node)->rows);
}

static void
rescan(CustomScanState *node)
{
	RowsScan   *state = (RowsScan *) node;

	ai_rows_end(&state->rows);
	state->done = false;
	if (node->ss.ss_ScanTupleSlot != NULL)
		ExecClearTuple(node->ss.ss_ScanTupleSlot);
}

static Size
estimate_dsm(CustomScanState *node, ParallelContext *pcxt)
{
	return sizeof(AiRowsShared);
}

static void
initialize_worker(CustomScanState *node, shm_toc *toc, void *coordinate)
{
	((RowsScan *) node)->rows.shared = coordinate;
}

static void
reinitialize_dsm(CustomScanState *node, ParallelContext *pcxt,
				 void *coordinate)
{
	ai_rows_share(coordinate);
	((RowsScan *) node)->rows.shared = coordinate;
}

static void
initialize_dsm(CustomScanState *node, ParallelContext *pcxt, void *coordinate)
{
	reinitialize_dsm(node, pcxt, coordinate);
}

/* The shared memory goes away before the node does. */
static void
shutdown_scan(CustomScanState *node)
{
	RowsScan   *state = (RowsScan *) node;

	if (state->rows.shared == NULL)
		return;
	ai_rows_end(&state->rows);
	state->done = true;
	state->rows.shared = NULL;
}

static void
explain_scan(CustomScanState *node, List *ancestors, ExplainState *es)
{
	RowsScan   *state = (RowsScan *) node;
	CustomScan *scan = (CustomScan *) node->ss.ps.plan;
	List	   *columns = list_nth(scan->custom_private, AI_PRIVATE_COLUMNS);
	List	   *context;
	List	   *names = NIL;
	ListCell   *lc;

	context = set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan,
									   ancestors);
	ExplainPropertyText("Function Call",
						deparse_expression(linitial(scan->custom_exprs),
										   context,
										   list_length(es->rtable) > 1,
										   false),
						es);
	foreach(lc, columns)
	{
		int			column = lfirst_int(lc);

		names = lappend(names, unconstify(char *, column == AI_WHOLE_ROW ?
										  "all" :
										  state->rows.instrument->columns[column].name));
	}
	if (names != NIL)
		ExplainPropertyList("Columns Made", names, es);
}

static const CustomExecMethods exec_methods = {
	.CustomName = "arch_inspect",
	.BeginCustomScan = begin_scan,
	.ExecCustomScan = exec_scan,
	.EndCustomScan = end_scan,
	.ReScanCustomScan = rescan,
	.EstimateDSMCustomScan = estimate_dsm,
	.InitializeDSMCustomScan = initialize_dsm,
	.ReInitializeDSMCustomScan = reinitialize_dsm,
	.InitializeWorkerCustomScan = initialize_worker,
	.ShutdownCustomScan = shutdown_scan,
	.ExplainCustomScan = explain_scan
};

/*
 * ai_rows_scan_init - register a plan node per instrument
 */
void
ai_rows_scan_init(void)
{
	const AiInstrument *instrument = NULL;

	while ((instrument = ai_rows_next(instrument)) != NULL)
	{
		NamedMethods *named = MemoryContextAllocZero(TopMemoryContext,
													 sizeof(NamedMethods));

		named->methods.CustomName = instrument->scan_name;
		named->methods.CreateCustomScanState = create_scan_state;
		named->instrument = instrument;
		named->next = named_methods;
		named_methods = named;
		RegisterCustomScanMethods(&named->methods);
	}
}
