/*-------------------------------------------------------------------------
 *
 * isclose.c
 *	  isclose(a, b, rel_tol, abs_tol), and what it tells the planner.
 *
 * a and b are close when |a - b| <= max(rel_tol * max(|a|, |b|), abs_tol),
 * as in Python's math.isclose.  A planner that sees isclose(column, b) as a
 * condition asks the support function below for one that an index on the
 * column can use; the answer is "column >= mu_isclose_low(b, ...) AND column
 * <= mu_isclose_high(b, ...)", the widest range that may match, and that the
 * function still has to be called on what the index finds.  The same range
 * tells how many rows to expect.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "base/mu_float.h"
#include "base/mu_int.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_isclose_float8);
PG_FUNCTION_INFO_V1(mu_isclose_numeric);
PG_FUNCTION_INFO_V1(mu_isclose_low_float8);
PG_FUNCTION_INFO_V1(mu_isclose_high_float8);
PG_FUNCTION_INFO_V1(mu_isclose_low_numeric);
PG_FUNCTION_INFO_V1(mu_isclose_high_numeric);
PG_FUNCTION_INFO_V1(mu_isclose_support);

static void
bad_tolerance(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("tolerances must not be negative")));
}

/*
 * mu_isclose_float8 - isclose for double precision
 *
 * NaN is close to nothing, an infinity to itself alone.
 */
Datum
mu_isclose_float8(PG_FUNCTION_ARGS)
{
	double		a = PG_GETARG_FLOAT8(0);
	double		b = PG_GETARG_FLOAT8(1);
	double		rel = PG_GETARG_FLOAT8(2);
	double		abs_tol = PG_GETARG_FLOAT8(3);

	if (!mu_good_tolerance(rel) || !mu_good_tolerance(abs_tol))
		bad_tolerance();
	if (a == b)
		PG_RETURN_BOOL(true);
	if (isnan(a) || isnan(b) || isinf(a) || isinf(b))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(fabs(a - b) <= fmax(rel * fmax(fabs(a), fabs(b)),
									   abs_tol));
}

/*
 * mu_isclose_numeric - isclose for numeric, exact
 */
Datum
mu_isclose_numeric(PG_FUNCTION_ARGS)
{
	Numeric		a = PG_GETARG_NUMERIC(0);
	Numeric		b = PG_GETARG_NUMERIC(1);
	Numeric		rel = PG_GETARG_NUMERIC(2);
	Numeric		abs_tol = PG_GETARG_NUMERIC(3);
	Numeric		larger;
	Numeric		distance;

	if (numeric_is_nan(rel) || numeric_is_nan(abs_tol) ||
		mu_numeric_sign(rel) < 0 || mu_numeric_sign(abs_tol) < 0)
		bad_tolerance();
	if (numeric_is_nan(a) || numeric_is_nan(b))
		PG_RETURN_BOOL(false);
	if (NUM_CMP(a, b) == 0)
		PG_RETURN_BOOL(true);
	if (numeric_is_inf(a) || numeric_is_inf(b))
		PG_RETURN_BOOL(false);
	distance = NUM1(numeric_abs, NUM2(numeric_sub, a, b));
	if (NUM_CMP(distance, abs_tol) <= 0)
		PG_RETURN_BOOL(true);
	larger = NUM2(numeric_larger, NUM1(numeric_abs, a), NUM1(numeric_abs, b));
	PG_RETURN_BOOL(NUM_CMP(distance, NUM2(numeric_mul, rel, larger)) <= 0);
}

/*
 * The range outside of which nothing is close to b, or everything, from
 * -Infinity to NaN, where there is no use in one.
 *
 * Where the relative tolerance decides, a and b differ by at most rel times
 * the larger, and the larger is at most |b| / (1 - rel).  A little is added
 * for the roundings, here and in isclose.  The planner computes this for
 * constants, so it complains of nothing: a bad tolerance is for isclose.
 */
static void
float8_range(FunctionCallInfo fcinfo, double *lo, double *hi)
{
	double		b = PG_GETARG_FLOAT8(0);
	double		rel = PG_GETARG_FLOAT8(1);
	double		abs_tol = PG_GETARG_FLOAT8(2);
	double		delta;

	*lo = -INFINITY;
	*hi = NAN;
	if (isnan(b) || !mu_good_tolerance(rel) || !mu_good_tolerance(abs_tol) ||
		rel > 0.5 || isinf(abs_tol))
		return;
	if (isinf(b))
	{
		*lo = *hi = b;
		return;
	}
	delta = fmax(rel * (fabs(b) / (1.0 - rel)), abs_tol) * (1.0 + 1e-12);
	*lo = nextafter(nextafter(b - delta, -INFINITY), -INFINITY);
	*hi = nextafter(nextafter(b + delta, INFINITY), INFINITY);
}

/*
 * mu_isclose_low_float8 - nothing smaller is close to b
 */
Datum
mu_isclose_low_float8(PG_FUNCTION_ARGS)
{
	double		lo;
	double		hi;

	float8_range(fcinfo, &lo, &hi);
	PG_RETURN_FLOAT8(lo);
}

/*
 * mu_isclose_high_float8 - nothing larger is close to b
 */
Datum
mu_isclose_high_float8(PG_FUNCTION_ARGS)
{
	double		lo;
	double		hi;

	float8_range(fcinfo, &lo, &hi);
	PG_RETURN_FLOAT8(hi);
}

/* One end of the same for numeric */
static Numeric
numeric_bound(FunctionCallInfo fcinfo, bool high)
{
	Numeric		b = PG_GETARG_NUMERIC(0);
	Numeric		rel = PG_GETARG_NUMERIC(1);
	Numeric		abs_tol = PG_GETARG_NUMERIC(2);
	Numeric		delta;
	Numeric		one = int64_to_numeric(1);

	if (numeric_is_nan(b) || numeric_is_nan(rel) || numeric_is_nan(abs_tol) ||
		numeric_is_inf(rel) || numeric_is_inf(abs_tol) ||
		mu_numeric_sign(rel) < 0 || mu_numeric_sign(abs_tol) < 0 ||
		NUM_CMP(rel, int64_div_fast_to_numeric(5, 1)) > 0)
		return mu_numeric_from_text(high ? "NaN" : "-Infinity");
	if (numeric_is_inf(b))
		return b;
	/* the planner must not meet an overflow */
	if (mu_numeric_weight(b) > 1000 || mu_numeric_weight(abs_tol) > 1000)
		return mu_numeric_from_text(high ? "NaN" : "-Infinity");
	delta = NUM2(numeric_div,
				 NUM2(numeric_mul, rel, NUM1(numeric_abs, b)),
				 NUM2(numeric_sub, one, rel));
	delta = NUM2(numeric_mul, NUM2(numeric_larger, delta, abs_tol),
				 NUM2(numeric_add, one, int64_div_fast_to_numeric(1, 6)));
	return high ? NUM2(numeric_add, b, delta) : NUM2(numeric_sub, b, delta);
}

/*
 * mu_isclose_low_numeric - nothing smaller is close to b
 */
Datum
mu_isclose_low_numeric(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(numeric_bound(fcinfo, false));
}

/*
 * mu_isclose_high_numeric - nothing larger is close to b
 */
Datum
mu_isclose_high_numeric(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(numeric_bound(fcinfo, true));
}

/* The call of an end of the range, as a constant if its arguments are */
static Node *
bound_call(PlannerInfo *root, Oid isclose, const char *name, Oid type,
		   List *args)
{
	Oid			types[] = {type, type, type};
	Oid			function;

	/*
	 * Next to isclose, wherever the extension was moved to.  The catalog is
	 * asked, not the parser: whoever reads a view over isclose needs no right
	 * on the schema.
	 */
	function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
							   CStringGetDatum(name),
							   PointerGetDatum(buildoidvector(types, lengthof(types))),
							   ObjectIdGetDatum(get_func_namespace(isclose)));
	if (!OidIsValid(function))
		return NULL;
	return eval_const_expressions(root, (Node *)
								  makeFuncExpr(function, type,
											   copyObject(args),
											   InvalidOid, InvalidOid,
											   COERCE_EXPLICIT_CALL));
}

/* Is it known that the range is everything? */
static bool
is_everything(Node *high, Oid type)
{
	Const	   *c = (Const *) high;

	if (!IsA(high, Const) || c->constisnull)
		return false;
	if (type == FLOAT8OID)
		return isnan(DatumGetFloat8(c->constvalue));
	return numeric_is_nan(DatumGetNumeric(c->constvalue));
}

/*
 * column >= low AND column <= high, where "column" is argument n of isclose;
 * NIL where nothing is known
 */
static List *
range_of(PlannerInfo *root, Oid isclose, List *args, int n, Oid opfamily,
		 Oid collation)
{
	Node	   *column = (Node *) list_nth(args, n);
	Oid			type = exprType(column);
	List	   *others;
	Oid			ge = get_opfamily_member(opfamily, type, type,
										 BTGreaterEqualStrategyNumber);
	Oid			le = get_opfamily_member(opfamily, type, type,
										 BTLessEqualStrategyNumber);
	Node	   *low;
	Node	   *high;

	if (list_length(args) != 4 || (type != FLOAT8OID && type != NUMERICOID) ||
		!OidIsValid(ge) || !OidIsValid(le))
		return NIL;
	others = list_make3(list_nth(args, 1 - n), list_nth(args, 2),
						list_nth(args, 3));
	low = bound_call(root, isclose, "mu_isclose_low", type, others);
	high = bound_call(root, isclose, "mu_isclose_high", type, others);
	if (low == NULL || high == NULL || is_everything(high, type))
		return NIL;
	return list_make2(make_opclause(ge, BOOLOID, false, (Expr *) column,
									(Expr *) low, InvalidOid, collation),
					  make_opclause(le, BOOLOID, false, (Expr *) column,
									(Expr *) high, InvalidOid, collation));
}

/* The btree family of a type's order */
static Oid
order_of(Oid type)
{
	return lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
}

/* What an index on an argument can look up */
static List *
index_condition(SupportRequestIndexCondition *req, FuncExpr *call)
{
	Oid			order;
	List	   *range;
	ListCell   *lc;

	if (req->indexarg > 1)
		return NIL;
	order = order_of(exprType((Node *) list_nth(call->args, req->indexarg)));
	range = range_of(req->root, call->funcid, call->args, req->indexarg,
					 order,
					 req->indexcollation);
	foreach(lc, range)
	{
		OpExpr	   *condition = lfirst_node(OpExpr, lc);

		if (!op_in_opfamily(condition->opno, req->opfamily) ||
			!is_pseudo_constant_for_index(req->root, lsecond(condition->args),
										  req->index))
			return NIL;
	}
	req->lossy = true;
	return range;
}

/* The share of rows that are in the range */
static bool
selectivity(SupportRequestSelectivity *req)
{
	List	   *args = (List *) estimate_expression_value(req->root,
														  (Node *) req->args);
	List	   *range;
	int			n = 0;

	if (list_length(args) != 4)
		return false;
	if (!contain_var_clause(linitial(args)))
		n = 1;
	range = range_of(req->root, req->funcid, args, n,
					 order_of(exprType((Node *) list_nth(args, n))),
					 InvalidOid);
	if (range == NIL)
		return false;
	if (IsA(lsecond(linitial_node(OpExpr, range)->args), Const))
		req->selectivity = clauselist_selectivity(req->root, range,
												  req->varRelid,
												  req->jointype, req->sjinfo);
	else
		/* where its ends are unknown, a narrow range, as for BETWEEN */
		req->selectivity = DEFAULT_RANGE_INEQ_SEL;
	return true;
}

/*
 * mu_isclose_support - planner support of isclose: an index condition, and
 * how many rows it lets through
 *
 * NULL is "no answer"; so it is for every request there will ever be that
 * this function does not know.
 */
Datum
mu_isclose_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Node	   *answer = NULL;

	if (IsA(request, SupportRequestIndexCondition))
	{
		SupportRequestIndexCondition *req =
			(SupportRequestIndexCondition *) request;

		if (req->node != NULL && IsA(req->node, FuncExpr))
			answer = (Node *) index_condition(req, (FuncExpr *) req->node);
	}
	else if (IsA(request, SupportRequestSelectivity) &&
			 selectivity((SupportRequestSelectivity *) request))
		answer = request;
	PG_RETURN_POINTER(answer);
}
