/*-------------------------------------------------------------------------
 *
 * npy_fdw.c
 *	  A foreign data wrapper over NumPy .npy files.
 *
 * The number of rows is in the header, and every row is at a place that its
 * number tells.  So the planner gets exact counts, conditions on the row
 * number become a range of the file that is read, and parallel workers take
 * turns at runs of rows.  Only the columns that a query names are converted.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/sysattr.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "commands/explain.h"
#include "common/pg_prng.h"
#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "port/atomics.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"

#include "compat.h"
#include "cost.h"
#include "npy/npy.h"

PG_FUNCTION_INFO_V1(mu_npy_handler);

/* What planning keeps */
typedef struct NpyPlan
{
	double		rows;
	double		pages;
	int			row_number;		/* attribute number, or 0 */
} NpyPlan;

/* Shared by the workers of a scan */
typedef struct Shared
{
	/* rows given out, from the start of the range */
	pg_atomic_uint64 next;
} Shared;

typedef struct NpyScan
{
	MuNpyRows  *rows;
	List	   *bounds;			/* ExprStates */
	List	   *strategies;		/* of each bound */
	bool		ready;			/* is the range known? */
	int64		first;			/* range of rows, from 0 */
	int64		end;
	int64		at;				/* next row */
	int64		until;			/* end of the run that is being read */
	Shared	   *shared;
} NpyScan;

/*
 * Is the clause "row number, comparison, something known before the scan"?
 * Gives the btree strategy and the something.
 */
static bool
row_bound(Expr *clause, Index relid, int row_number, int *strategy,
		  Expr **bound)
{
	OpExpr	   *op = (OpExpr *) clause;
	Node	   *left;
	Node	   *right;
	Oid			opno;
	Var		   *var;

	if (row_number == 0 || !IsA(clause, OpExpr) || list_length(op->args) != 2)
		return false;
	left = linitial(op->args);
	right = lsecond(op->args);
	opno = op->opno;
	if (!IsA(left, Var) || ((Var *) left)->varno != relid)
	{
		Node	   *swap = left;

		left = right;
		right = swap;
		opno = get_commutator(opno);
		if (!OidIsValid(opno))
			return false;
	}
	var = (Var *) left;
	if (!IsA(left, Var) || var->varno != relid ||
		var->varattno != row_number ||
		var->varlevelsup != 0 || contain_var_clause(right) ||
		contain_volatile_functions(right))
		return false;
	*strategy = get_op_opfamily_strategy(opno, INTEGER_BTREE_FAM_OID);
	if (*strategy == 0 ||
		(exprType(right) != INT8OID && exprType(right) != INT4OID &&
		 exprType(right) != INT2OID))
		return false;
	*bound = (Expr *) right;
	return true;
}

/*
 * Narrow first .. end by "row number <strategy> bound"; numbers count from 1
 */
static void
narrow(int64 *first, int64 *end, int strategy, int64 bound)
{
	/* clamped, so that the steps below can't overflow */
	bound = Min(Max(bound, -1), PG_INT64_MAX - 1);
	switch (strategy)
	{
		case BTLessStrategyNumber:
			*end = Min(*end, bound - 1);
			break;
		case BTLessEqualStrategyNumber:
			*end = Min(*end, bound);
			break;
		case BTEqualStrategyNumber:
			*first = Max(*first, bound - 1);
			*end = Min(*end, bound);
			break;
		case BTGreaterEqualStrategyNumber:
			*first = Max(*first, bound - 1);
			break;
		case BTGreaterStrategyNumber:
			*first = Max(*first, bound);
			break;
	}
	*first = Max(*first, 0);
	*end = Max(*end, *first);
}

/* The value of an integer constant of any size */
static int64
integer_value(Oid type, Datum value)
{
	return type == INT8OID ? DatumGetInt64(value) :
		type == INT4OID ? DatumGetInt32(value) : DatumGetInt16(value);
}

/*
 * GetForeignRelSize - the header tells how many rows there are; conditions on
 * the row number with a known bound are exact too
 */
static void
npy_rel_size(PlannerInfo *root, RelOptInfo *rel, Oid table)
{
	NpyPlan    *plan = palloc0(sizeof(NpyPlan));
	MuNpyFile	file;
	List	   *others = NIL;
	ListCell   *cell;
	int64		first = 0;
	int64		end;

	mu_npy_open(&file, mu_npy_filename(table));
	mu_npy_close(&file);
	plan->row_number = mu_npy_row_number(table, rel->max_attr);
	rel->fdw_private = plan;
	rel->tuples = file.rows;
	end = file.rows;
	foreach(cell, rel->baserestrictinfo)
	{
		RestrictInfo *info = lfirst_node(RestrictInfo, cell);
		int			strategy;
		Expr	   *bound;

		if (row_bound(info->clause, rel->relid, plan->row_number, &strategy,
					  &bound) &&
			IsA(bound, Const) && !((Const *) bound)->constisnull)
			narrow(&first, &end, strategy,
				   integer_value(exprType((Node *) bound),
								 ((Const *) bound)->constvalue));
		else
			others = lappend(others, info);
	}
	plan->rows = (double) (end - first);
	plan->pages = ceil(plan->rows * file.row_bytes / BLCKSZ);
	rel->pages = (BlockNumber) Min(plan->pages, MaxBlockNumber);
	rel->rows = clamp_row_est(plan->rows *
							  clauselist_selectivity(root, others, 0,
													 JOIN_INNER, NULL));
	pfree(file.header);
}

/*
 * GetForeignPaths - one way to scan, and one shared by workers
 */
static void
npy_paths(PlannerInfo *root, RelOptInfo *rel, Oid table)
{
	NpyPlan    *plan = rel->fdw_private;
	Cost		startup = rel->baserestrictcost.startup;
	Cost		io = plan->pages * seq_page_cost;
	Cost		cpu = plan->rows *
		(cpu_tuple_cost + rel->baserestrictcost.per_tuple);
	int			workers;

	add_path(rel,
			 (Path *) arch_create_foreignscan_path(root, rel, rel->rows,
												   startup,
													  startup + io + cpu,
												   rel->lateral_relids));
	if (!rel->consider_parallel || !bms_is_empty(rel->lateral_relids))
		return;
	workers = compute_parallel_worker(rel, plan->pages, -1,
									  max_parallel_workers_per_gather);
	if (workers > 0)
	{
		double		share = arch_parallel_divisor(workers);
		ForeignPath *path = arch_create_foreignscan_path(root, rel,
														 clamp_row_est(rel->rows / share),
													   startup, startup + io +
														 cpu / share, NULL);

		path->path.parallel_aware = true;
		path->path.parallel_safe = true;
		path->path.parallel_workers = workers;
		add_partial_path(rel, (Path *) path);
	}
}

/*
 * GetForeignPlan - conditions on the row number go along as expressions; all
 * conditions are checked again by the executor
 */
static ForeignScan *
npy_plan(PlannerInfo *root, RelOptInfo *rel, Oid table, ForeignPath *path,
		 List *tlist, List *clauses, Plan *outer)
{
	NpyPlan    *plan = rel->fdw_private;
	List	   *bounds = NIL;
	List	   *strategies = NIL;
	List	   *shown = NIL;
	ListCell   *cell;

	clauses = extract_actual_clauses(clauses, false);
	foreach(cell, clauses)
	{
		int			strategy;
		Expr	   *bound;

		if (row_bound(lfirst(cell), rel->relid, plan->row_number, &strategy,
					  &bound))
		{
			bounds = lappend(bounds, bound);
			strategies = lappend_int(strategies, strategy);
			shown = lappend(shown, lfirst(cell));
		}
	}
	return make_foreignscan(tlist, clauses, rel->relid, bounds,
							list_make1(strategies),
							NIL, shown, outer);
}

/* The columns that the plan needs, as a set offset by FirstLowInvalid... */
static Bitmapset *
needed_columns(ForeignScan *plan)
{
	Bitmapset  *needed = NULL;

	pull_varattnos((Node *) plan->scan.plan.targetlist, plan->scan.scanrelid,
				   &needed);
	pull_varattnos((Node *) plan->scan.plan.qual, plan->scan.scanrelid,
				   &needed);
	pull_varattnos((Node *) plan->fdw_recheck_quals, plan->scan.scanrelid,
				   &needed);
	return needed;
}

/*
 * BeginForeignScan - open the file, ready to read the columns that are needed
 */
static void
npy_begin(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	NpyScan    *scan;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	scan = palloc0(sizeof(NpyScan));
	node->fdw_state = scan;
	scan->rows = mu_npy_rows_open(node->ss.ss_currentRelation,
								  needed_columns(plan), false);
	scan->bounds = ExecInitExprList(plan->fdw_exprs, (PlanState *) node);
	scan->strategies = linitial(plan->fdw_private);
}

/* Work out which rows to read; a bound that is NULL lets none pass */
static void
set_range(ForeignScanState *node, NpyScan *scan)
{
	ExprContext *econtext = node->ss.ps.ps_ExprContext;
	ListCell   *bound;
	ListCell   *strategy;

	scan->first = 0;
	scan->end = scan->rows->file.rows;
	forboth(bound, scan->bounds, strategy, scan->strategies)
	{
		ExprState  *state = lfirst(bound);
		bool		isnull;
		Datum		value = ExecEvalExprSwitchContext(state, econtext,
													  &isnull);

		if (isnull)
			scan->end = scan->first;
		else
			narrow(&scan->first, &scan->end, lfirst_int(strategy),
				   integer_value(exprType((Node *) state->expr), value));
	}
	scan->at = scan->first;
	scan->until = scan->shared != NULL ? scan->first : scan->end;
	scan->ready = true;
}

/* Get the next run of rows from the shared counter; false at the end */
static bool
next_run(NpyScan *scan)
{
	uint64		taken;

	if (scan->shared == NULL)
		return false;
	taken = pg_atomic_fetch_add_u64(&scan->shared->next,
									scan->rows->buffer_rows);
	if (taken >= (uint64) (scan->end - scan->first))
		return false;
	scan->at = scan->first + (int64) taken;
	scan->until = Min(scan->at + scan->rows->buffer_rows, scan->end);
	return true;
}

/*
 * IterateForeignScan - the next row, or an empty slot
 */
static TupleTableSlot *
npy_iterate(ForeignScanState *node)
{
	NpyScan    *scan = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (!scan->ready)
		set_range(node, scan);
	if (scan->at >= scan->until && !next_run(scan))
		return slot;
	mu_npy_rows_get(scan->rows, scan->at, scan->until, slot->tts_values,
					slot->tts_isnull);
	scan->at++;
	return ExecStoreVirtualTuple(slot);
}

/*
 * ReScanForeignScan - from the start; bounds may have changed
 */
static void
npy_rescan(ForeignScanState *node)
{
	((NpyScan *) node->fdw_state)->ready = false;
}

static void
npy_end(ForeignScanState *node)
{
	if (node->fdw_state != NULL)
		mu_npy_rows_close(((NpyScan *) node->fdw_state)->rows);
}

/*
 * ExplainForeignScan - the file, and what is known of the rows to read
 */
static void
npy_explain(ForeignScanState *node, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;

	ExplainPropertyText("Npy File", mu_npy_filename(RelationGetRelid(node->ss.ss_currentRelation)), es);
	if (plan->fdw_recheck_quals != NIL)
	{
		List	   *context = set_deparse_context_plan(es->deparse_cxt,
													   (Plan *) plan, NIL);

		ExplainPropertyText("Row Range",
							deparse_expression((Node *) make_ands_explicit(plan->fdw_recheck_quals),
											   context, es->verbose ||
											   list_length(es->rtable) > 1,
											   false),
							es);
	}
}

/*
 * IsForeignScanParallelSafe - any process can read the file
 */
static bool
npy_parallel_safe(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte)
{
	return true;
}

static Size
npy_estimate_dsm(ForeignScanState *node, ParallelContext *pcxt)
{
	return sizeof(Shared);
}

static void
npy_initialize_dsm(ForeignScanState *node, ParallelContext *pcxt,
				   void *coordinate)
{
	NpyScan    *scan = node->fdw_state;

	scan->shared = coordinate;
	pg_atomic_init_u64(&scan->shared->next, 0);
	scan->ready = false;
}

static void
npy_reinitialize_dsm(ForeignScanState *node, ParallelContext *pcxt,
					 void *coordinate)
{
	pg_atomic_write_u64(&((Shared *) coordinate)->next, 0);
}

static void
npy_initialize_worker(ForeignScanState *node, shm_toc *toc, void *coordinate)
{
	NpyScan    *scan = node->fdw_state;

	scan->shared = coordinate;
	scan->ready = false;
}

/*
 * A sample of rows for ANALYZE: one of each part of the file, the parts of
 * like size and as many as rows are wanted.  Only these rows are read.
 */
static int
npy_sample(Relation rel, int elevel, HeapTuple *tuples, int wanted,
		   double *total, double *dead)
{
	MuNpyRows  *rows = mu_npy_rows_open(rel, NULL, true);
	int64		nrows = rows->file.rows;
	int			n = (int) Min(nrows, wanted);
	int			natts = RelationGetDescr(rel)->natts;
	Datum	   *values = palloc(sizeof(Datum) * natts);
	bool	   *isnull = palloc(sizeof(bool) * natts);
	MemoryContext short_lived = AllocSetContextCreate(CurrentMemoryContext,
													  "npy_fdw sample",
													  ALLOCSET_DEFAULT_SIZES);
	int			i;

	for (i = 0; i < n; i++)
	{
		int64		from = (int64) ((double) nrows * i / n);
		int64		to = Max((int64) ((double) nrows * (i + 1) / n),
							 from + 1);
		int64		at = from +
			(int64) (pg_prng_uint64(&pg_global_prng_state) % (uint64) (to -
																	   from));
		MemoryContext old = MemoryContextSwitchTo(short_lived);

		mu_npy_rows_get(rows, Min(at, nrows - 1), Min(at, nrows - 1) + 1,
						values, isnull);
		MemoryContextSwitchTo(old);
		tuples[i] = heap_form_tuple(RelationGetDescr(rel), values, isnull);
		MemoryContextReset(short_lived);
	}
	mu_npy_rows_close(rows);
	MemoryContextDelete(short_lived);
	ereport(elevel,
			(errmsg("\"%s\": file contains %lld rows; %d rows in sample",
					RelationGetRelationName(rel), (long long) nrows, n)));
	*total = (double) nrows;
	*dead = 0;
	return n;
}

/*
 * AnalyzeForeignTable - how to get a sample, and how large the file is
 */
static bool
npy_analyze(Relation rel, AcquireSampleRowsFunc *sample, BlockNumber *pages)
{
	MuNpyFile	file;

	mu_npy_open(&file, mu_npy_filename(RelationGetRelid(rel)));
	mu_npy_close(&file);
	*pages =
		(BlockNumber) Min(Max(ceil((double) file.rows * file.row_bytes /
								   BLCKSZ), 1),
						  MaxBlockNumber);
	*sample = npy_sample;
	return true;
}

/*
 * mu_npy_handler - the functions of npy_fdw
 */
Datum
mu_npy_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	routine->GetForeignRelSize = npy_rel_size;
	routine->GetForeignPaths = npy_paths;
	routine->GetForeignPlan = npy_plan;
	routine->BeginForeignScan = npy_begin;
	routine->IterateForeignScan = npy_iterate;
	routine->ReScanForeignScan = npy_rescan;
	routine->EndForeignScan = npy_end;
	routine->ExplainForeignScan = npy_explain;
	routine->AnalyzeForeignTable = npy_analyze;
	routine->ImportForeignSchema = mu_npy_import;
	routine->IsForeignScanParallelSafe = npy_parallel_safe;
	routine->EstimateDSMForeignScan = npy_estimate_dsm;
	routine->InitializeDSMForeignScan = npy_initialize_dsm;
	routine->ReInitializeDSMForeignScan = npy_reinitialize_dsm;
	routine->InitializeWorkerForeignScan = npy_initialize_worker;
	PG_RETURN_POINTER(routine);
}
