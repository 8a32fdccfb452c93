/*-------------------------------------------------------------------------
 *
 * rows_plan.c
 *	  The planner's half of the scan layer.
 *
 * Every instrument's function names arch_parts.rows_support as its support
 * function.  The planner calls it to learn how many rows there will be, which
 * also makes it load this library; then the hook set by the library replaces
 * the function scan by a scan of ours.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/plancat.h"
#include "optimizer/restrictinfo.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "rows/rows_scan.h"

#include "compat.h"
#include "cost.h"

/* what a call is thought to do */
typedef struct Estimate
{
	double		units;
	double		rows;
	bool		shareable;		/* workers may do it */
} Estimate;

static set_rel_pathlist_hook_type prev_set_rel_pathlist_hook = NULL;

/* arch_inspect.enable_scan: are function scans on instruments replaced? */
static bool enable_scan = true;

static Plan *plan_scan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path,
					   List *tlist, List *clauses, List *custom_plans);

static const CustomPathMethods path_methods = {
	.CustomName = "arch_inspect",
	.PlanCustomPath = plan_scan
};

/*
 * The instrument behind a function, or NULL for a function of somebody else.
 */
static const AiInstrument *
instrument_of(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	const AiInstrument *result = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	if (((Form_pg_proc) GETSTRUCT(tuple))->prolang == ClanguageId &&
		((Form_pg_proc) GETSTRUCT(tuple))->proretset)
	{
		bool		isnull;
		Datum		probin;
		char	   *file;
		char	   *slash;

		probin = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_probin,
								 &isnull);
		file = isnull ? pstrdup("") : TextDatumGetCString(probin);
		slash = strrchr(file, '/');
		if (strcmp(slash == NULL ? file : slash + 1, "arch_inspect") == 0)
		{
			Datum		prosrc = SysCacheGetAttr(PROCOID, tuple,
												 Anum_pg_proc_prosrc,
						 &isnull);

			result = ai_rows_find(TextDatumGetCString(prosrc));
		}
	}
	ReleaseSysCache(tuple);
	return result;
}

/* An argument's value, if the planner knows it. */
static bool
known_argument(PlannerInfo *root, List *args, int number, Datum *value)
{
	Node	   *arg;

	if (number <= 0 || number > list_length(args))
		return false;
	arg = estimate_expression_value(root, list_nth(args, number - 1));
	if (!IsA(arg, Const) || ((Const *) arg)->constisnull)
		return false;
	*value = ((Const *) arg)->constvalue;
	return true;
}

/*
 * What the call will do by the instrument's own guess.
 */
static bool
guess(PlannerInfo *root, const AiInstrument *instrument, List *args,
	  Estimate *result)
{
	AiKnownArg	known[AI_MAX_ARGS];
	int			n = 0;
	ListCell   *lc;

	if (list_length(args) > AI_MAX_ARGS)
		return false;
	foreach(lc, args)
	{
		Node	   *arg = estimate_expression_value(root, lfirst(lc));

		known[n].known = IsA(arg, Const);
		known[n].isnull = known[n].known && ((Const *) arg)->constisnull;
		known[n].value = known[n].known ? ((Const *) arg)->constvalue :
			(Datum) 0;
		n++;
	}
	result->shareable = false;
	return instrument->guess(known, n, &result->units, &result->rows);
}

/*
 * What the call will do, or false if that can't be known now.
 *
 * Whoever has no rights to the relation gets no estimate, so that planning
 * does not wait for a lock on it; the error comes when the scan starts.
 */
static bool
estimate_rows(PlannerInfo *root, const AiInstrument *instrument, List *args,
		 Estimate *result)
{
	Datum		value;
	Relation	rel;
	double		first = 0;
	double		end;
	ForkNumber	forknum = MAIN_FORKNUM;

	if (instrument->guess != NULL)
		return guess(root, instrument, args, result);
	if (instrument->relation == 0 && instrument->units == NULL)
		return false;
	if (instrument->units != NULL)
	{
		result->units = instrument->units();
		result->rows = result->units *
			(instrument->rows_per_unit ? instrument->rows_per_unit(NULL) : 1);
		result->shareable = !instrument->serial && instrument->relation == 0;
		return true;
	}

	if (!known_argument(root, args, 1, &value) ||
		!SearchSysCacheExists1(RELOID, value) ||
		!ai_has_rights(DatumGetObjectId(value), instrument->tier))
		return false;
	rel = ai_open_if_allowed(DatumGetObjectId(value), DatumGetObjectId(value),
							 instrument->tier);
	if (rel == NULL)
		return false;
	if (!RELKIND_HAS_STORAGE(rel->rd_rel->relkind) ||
		RELATION_IS_OTHER_TEMP(rel))
	{
		ai_close_relation(rel);
		return false;
	}

	if (known_argument(root, args, instrument->fork_arg, &value))
	{
		char	   *name = TextDatumGetCString(value);

		for (ForkNumber i = MAIN_FORKNUM; i <= MAX_FORKNUM; i++)
		{
			if (strcmp(name, forkNames[i]) == 0)
				forknum = i;
		}
	}
	end = ai_fork_blocks(rel, forknum);
	if (known_argument(root, args, instrument->last_arg, &value))
		end = Max(0, Min(end, (double) DatumGetInt64(value) + 1));
	if (known_argument(root, args, instrument->first_arg, &value))
		first = Max(0, (double) DatumGetInt64(value));

	result->units = Max(0, end - first);
	result->rows = result->units *
		(instrument->rows_per_unit ? instrument->rows_per_unit(rel) : 1);

	/* a worker can't see its leader's temporary tables */
	result->shareable = !instrument->serial &&
		IsA(linitial(args), Const) && !RelationUsesLocalBuffers(rel);
	ai_close_relation(rel);
	return true;
}

/*
 * ai_rows_support - planner support function of every instrument
 */
PG_FUNCTION_INFO_V1(ai_rows_support);
Datum
ai_rows_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Estimate	est;

	if (request != NULL && IsA(request, SupportRequestRows))
	{
		SupportRequestRows *req = (SupportRequestRows *) request;
		const AiInstrument *instrument = instrument_of(req->funcid);

		if (instrument != NULL && req->node != NULL &&
			IsA(req->node, FuncExpr) &&
			estimate_rows(req->root, instrument,
						  ((FuncExpr *) req->node)->args, &est))
		{
			req->rows = clamp_row_est(est.rows);
			PG_RETURN_POINTER(req);
		}
	}
	else if (request != NULL && IsA(request, SupportRequestCost))
	{
		SupportRequestCost *req = (SupportRequestCost *) request;
		const AiInstrument *instrument = instrument_of(req->funcid);

		if (instrument != NULL && req->node != NULL &&
			IsA(req->node, FuncExpr) &&
			estimate_rows(req->root, instrument,
						  ((FuncExpr *) req->node)->args, &est))
		{
			req->startup = 0;
			req->per_tuple = est.units * seq_page_cost +
				est.rows * 2 * cpu_tuple_cost;
			PG_RETURN_POINTER(req);
		}
	}
	PG_RETURN_POINTER(NULL);
}

/*
 * Make the path; divisor is by how much workers shorten it, or 1.
 */
static CustomPath *
make_path(PlannerInfo *root, RelOptInfo *rel, const AiInstrument *instrument,
		  const Estimate *est, int workers, double divisor)
{
	CustomPath *path = makeNode(CustomPath);
	double		unit_cost = instrument->unit_cost > 0 ?
		instrument->unit_cost : 1;
	Cost		startup = rel->baserestrictcost.startup +
		rel->reltarget->cost.startup;
	Cost		per_row = cpu_tuple_cost + rel->baserestrictcost.per_tuple;
	Cost		cpu;

	path->path.pathtype = T_CustomScan;
	path->path.parent = rel;
	path->path.pathtarget = rel->reltarget;
	path->path.param_info = get_baserel_parampathinfo(root, rel,
													  rel->lateral_relids);
	path->path.parallel_aware = workers > 0;
	path->path.parallel_safe = rel->consider_parallel;
	path->path.parallel_workers = workers;
	path->path.rows = path->path.param_info != NULL ?
		path->path.param_info->ppi_rows : rel->rows;

	cpu = est->rows * per_row + est->units * instrument->unit_cpu *
		cpu_tuple_cost +
		path->path.rows * rel->reltarget->cost.per_tuple;
	path->path.rows = clamp_row_est(path->path.rows / divisor);
	path->path.startup_cost = startup;
	path->path.total_cost = startup + est->units * unit_cost * seq_page_cost +
		cpu / divisor;
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->methods = &path_methods;
	return path;
}

/*
 * ai_rows_per_heap_page - how many line pointers a page of the table has, as
 * the statistics know it or else as the columns' widths suggest
 */
double
ai_rows_per_heap_page(Relation rel)
{
	if (rel->rd_rel->relpages > 0 && rel->rd_rel->reltuples > 0)
		return rel->rd_rel->reltuples / rel->rd_rel->relpages;
	return (BLCKSZ - SizeOfPageHeaderData) /
		(double) (sizeof(ItemIdData) + MAXALIGN(SizeofHeapTupleHeader) +
				  MAXALIGN(get_rel_data_width(rel, NULL)));
}

/*
 * Give a function scan on one of ours a path of ours instead.
 *
 * Left to the server: what a scan of one function can't express, and queries
 * that lock or change rows, which may have to look at one row again.
 */
static void
rows_pathlist(PlannerInfo *root, RelOptInfo *rel, Index rti,
			  RangeTblEntry *rte)
{
	RangeTblFunction *function;
	FuncExpr   *call;
	const AiInstrument *instrument;
	Estimate	est;
	int			workers;

	if (prev_set_rel_pathlist_hook)
		prev_set_rel_pathlist_hook(root, rel, rti, rte);

	if (!enable_scan || rte->rtekind != RTE_FUNCTION || rte->funcordinality ||
		list_length(rte->functions) != 1 || root->rowMarks != NIL ||
		IS_DUMMY_REL(rel))
		return;
	function = linitial_node(RangeTblFunction, rte->functions);
	if (!IsA(function->funcexpr, FuncExpr) || function->funccolnames != NIL)
		return;
	call = (FuncExpr *) function->funcexpr;
	instrument = instrument_of(call->funcid);
	if (instrument == NULL || list_length(call->args) > AI_MAX_ARGS)
		return;

	if (!estimate_rows(root, instrument, call->args, &est))
	{
		est.units = est.rows = rel->tuples;
		est.shareable = false;
	}

	/*
	 * The function is PARALLEL RESTRICTED for the sake of temporary tables
	 * only, so the rest of what set_rel_consider_parallel() asks is asked
	 * here.  Not for a member of an appendrel, whose parent has decided by
	 * now.
	 */
	if (est.shareable && root->glob->parallelModeOK &&
		rel->reloptkind == RELOPT_BASEREL &&
		is_parallel_safe(root, (Node *) call->args) &&
		is_parallel_safe(root, (Node *) rel->baserestrictinfo) &&
		is_parallel_safe(root, (Node *) rel->reltarget->exprs))
		rel->consider_parallel = true;

	rel->pathlist = NIL;
	rel->partial_pathlist = NIL;
	add_path(rel, (Path *) make_path(root, rel, instrument, &est, 0, 1));

	if (!rel->consider_parallel || !est.shareable ||
		rel->lateral_relids != NULL)
		return;
	workers = compute_parallel_worker(rel, est.units, -1,
									  max_parallel_workers_per_gather);
	if (workers > 0)
		add_partial_path(rel, (Path *) make_path(root, rel, instrument, &est,
												 workers, arch_parallel_divisor(workers)));
}

/*
 * The descriptor that the function's definition says it returns.
 *
 * Follows ExecInitFunctionScan
 * (src/backend/executor/nodeFunctionscan.c, REL_19_STABLE)
 */
static TupleDesc
function_desc(FuncExpr *call)
{
	TupleDesc	desc;

	if (get_expr_result_type((Node *) call, NULL,
							 &desc) != TYPEFUNC_COMPOSITE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function and library of \"%s\" do not fit together",
						get_func_name(call->funcid)),
				 errdetail("The function does not return a set of rows."),
				 errhint("Try ALTER EXTENSION arch_inspect UPDATE.")));
	return desc;
}

/*
 * Make the plan node out of the path.
 */
static Plan *
plan_scan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist,
		  List *clauses, List *custom_plans)
{
	CustomScan *scan = makeNode(CustomScan);
	RangeTblEntry *rte = planner_rt_fetch(rel->relid, root);
	FuncExpr   *call = (FuncExpr *)
		linitial_node(RangeTblFunction, rte->functions)->funcexpr;
	const AiInstrument *instrument = instrument_of(call->funcid);
	TupleDesc	desc = function_desc(call);
	int		   *map = ai_rows_map(instrument, desc);
	List	   *quals = extract_actual_clauses(clauses, false);
	List	   *vars;
	List	   *columns = NIL;
	List	   *all = NIL;
	int			nfilter;
	ListCell   *lc;

	/*
	 * The filter's columns first, each once.  The planner may hand down no
	 * tlist and put one over the path's target in its place later.
	 */
	vars = NIL;
	foreach(lc, pull_var_clause((Node *) quals, PVC_RECURSE_PLACEHOLDERS))
	{
		Var		   *var = lfirst(lc);

		if (var->varno == rel->relid)
			vars = list_append_unique(vars, var);
	}
	nfilter = list_length(vars);
	foreach(lc,
			pull_var_clause((Node *) list_make2(tlist,
												path->path.pathtarget->exprs),
							PVC_RECURSE_PLACEHOLDERS |
							PVC_RECURSE_AGGREGATES |
							PVC_RECURSE_WINDOWFUNCS))
	{
		Var		   *var = lfirst(lc);

		if (var->varno == rel->relid)
			vars = list_append_unique(vars, var);
	}

	foreach(lc, vars)
	{
		Var		   *var = lfirst(lc);

		columns = lappend_int(columns, var->varattno == InvalidAttrNumber ?
							  AI_WHOLE_ROW : map[var->varattno - 1]);
		scan->custom_scan_tlist =
			lappend(scan->custom_scan_tlist,
					makeTargetEntry((Expr *) var,
									list_length(scan->custom_scan_tlist) + 1,
									NULL, false));
	}
	for (int i = 0; i < desc->natts; i++)
		all = lappend_int(all, map[i]);

	scan->scan.plan.targetlist = tlist;
	scan->scan.plan.qual = quals;
	scan->scan.scanrelid = 0;
	scan->flags = path->flags;
	scan->custom_exprs = list_make1(call);
	scan->custom_private = list_make4(columns, makeInteger(nfilter), all,
									  rte->eref->colnames);
	scan->methods = ai_scan_methods(instrument);
	return &scan->scan.plan;
}

/*
 * ai_rows_plan_init - called once, when the library is loaded
 */
void
ai_rows_plan_init(void)
{
	DefineCustomBoolVariable("arch_inspect.enable_scan",
							 "Scans functions of arch_inspect by nodes of its own.",
							 "Where it is off they are function scans, which store all rows and columns first: for comparison, and for trouble.",
							 &enable_scan, true, PGC_USERSET, GUC_EXPLAIN,
							 NULL, NULL, NULL);
	MarkGUCPrefixReserved("arch_inspect");

	prev_set_rel_pathlist_hook = set_rel_pathlist_hook;
	set_rel_pathlist_hook = rows_pathlist;
}
