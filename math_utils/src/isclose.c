/*-------------------------------------------------------------------------
 *
 * isclose.c
 *	  isclose(a, b, rel_tol, abs_tol), and what it tells the planner.
 *
 * a and b are close when |a - b| <= max(rel_tol * max(|a|, |b|), abs_tol),
 * as in Python's math.isclose.  A planner that sees isclose(column, 5.0) as
 * a condition asks the support function below for one that an index on the
 * column can use; the answer is "column >= l AND column <= u" for the widest
 * range that may match, and that the function still has to be called on what
 * the index finds.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "compat.h"
#include "mu_float.h"
#include "mu_int.h"

PG_FUNCTION_INFO_V1(mu_isclose_float8);
PG_FUNCTION_INFO_V1(mu_isclose_numeric);
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
	PG_RETURN_BOOL(fabs(a - b) <= fmax(rel * fmax(fabs(a), fabs(b)), abs_tol));
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
 * The range outside of which nothing is close to b.  False where there is no
 * use in one.
 *
 * Where the relative tolerance decides, a and b differ by at most rel times
 * the larger, and the larger is at most |b| / (1 - rel).  A little is added
 * for the roundings, here and in isclose.
 */
static bool
float8_range(double b, double rel, double abs_tol, double *lo, double *hi)
{
	double		delta;

	if (isnan(b) || !mu_good_tolerance(rel) || !mu_good_tolerance(abs_tol) ||
		rel > 0.5 || isinf(abs_tol))
		return false;
	if (isinf(b))
	{
		*lo = *hi = b;
		return true;
	}
	delta = fmax(rel * (fabs(b) / (1.0 - rel)), abs_tol) * (1.0 + 1e-12);
	*lo = nextafter(nextafter(b - delta, -INFINITY), -INFINITY);
	*hi = nextafter(nextafter(b + delta, INFINITY), INFINITY);
	return true;
}

/* The same for numeric */
static bool
numeric_range(Numeric b, Numeric rel, Numeric abs_tol, Numeric *lo, Numeric *hi)
{
	Numeric		delta;
	Numeric		half = int64_div_fast_to_numeric(5, 1);
	Numeric		one = int64_to_numeric(1);

	if (numeric_is_nan(b) || numeric_is_nan(rel) || numeric_is_nan(abs_tol) ||
		numeric_is_inf(rel) || numeric_is_inf(abs_tol) ||
		mu_numeric_sign(rel) < 0 || mu_numeric_sign(abs_tol) < 0 ||
		NUM_CMP(rel, half) > 0)
		return false;
	if (numeric_is_inf(b))
	{
		*lo = *hi = b;
		return true;
	}
	/* the planner must not meet an overflow */
	if (mu_numeric_weight(b) > 1000 || mu_numeric_weight(abs_tol) > 1000)
		return false;
	delta = NUM2(numeric_div,
				 NUM2(numeric_mul, rel, NUM1(numeric_abs, b)),
				 NUM2(numeric_sub, one, rel));
	delta = NUM2(numeric_mul, NUM2(numeric_larger, delta, abs_tol),
				 NUM2(numeric_add, one, int64_div_fast_to_numeric(1, 6)));
	*lo = NUM2(numeric_sub, b, delta);
	*hi = NUM2(numeric_add, b, delta);
	return true;
}

/* The value of a constant argument; false where it is none */
static bool
const_arg(List *args, int n, Datum *value)
{
	Node	   *arg = (Node *) list_nth(args, n);

	if (!IsA(arg, Const) || ((Const *) arg)->constisnull)
		return false;
	*value = ((Const *) arg)->constvalue;
	return true;
}

/* column >= lo AND column <= hi, for an index that knows these operators */
static List *
index_condition(SupportRequestIndexCondition *req, FuncExpr *call)
{
	Node	   *column = (Node *) list_nth(call->args, req->indexarg);
	Oid			type = exprType(column);
	TypeCacheEntry *cache;
	Oid			ge;
	Oid			le;
	Datum		b;
	Datum		rel;
	Datum		abs_tol;
	Const	   *lo;
	Const	   *hi;

	if (list_length(call->args) != 4 || req->indexarg > 1 ||
		!const_arg(call->args, 1 - req->indexarg, &b) ||
		!const_arg(call->args, 2, &rel) || !const_arg(call->args, 3, &abs_tol))
		return NIL;
	cache = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
	ge = get_opfamily_member(cache->btree_opf, type, type, BTGreaterEqualStrategyNumber);
	le = get_opfamily_member(cache->btree_opf, type, type, BTLessEqualStrategyNumber);
	if (!OidIsValid(ge) || !op_in_opfamily(ge, req->opfamily) ||
		!OidIsValid(le) || !op_in_opfamily(le, req->opfamily))
		return NIL;

	if (type == FLOAT8OID)
	{
		double		from;
		double		to;

		if (!float8_range(DatumGetFloat8(b), DatumGetFloat8(rel),
						  DatumGetFloat8(abs_tol), &from, &to))
			return NIL;
		lo = makeConst(FLOAT8OID, -1, InvalidOid, sizeof(float8),
					   Float8GetDatum(from), false, FLOAT8PASSBYVAL);
		hi = makeConst(FLOAT8OID, -1, InvalidOid, sizeof(float8),
					   Float8GetDatum(to), false, FLOAT8PASSBYVAL);
	}
	else if (type == NUMERICOID)
	{
		Numeric		from;
		Numeric		to;

		if (!numeric_range(DatumGetNumeric(b), DatumGetNumeric(rel),
						   DatumGetNumeric(abs_tol), &from, &to))
			return NIL;
		lo = makeConst(NUMERICOID, -1, InvalidOid, -1,
					   NumericGetDatum(from), false, false);
		hi = makeConst(NUMERICOID, -1, InvalidOid, -1,
					   NumericGetDatum(to), false, false);
	}
	else
		return NIL;

	req->lossy = true;
	return list_make2(make_opclause(ge, BOOLOID, false, (Expr *) column,
									(Expr *) lo, InvalidOid, req->indexcollation),
					  make_opclause(le, BOOLOID, false, (Expr *) column,
									(Expr *) hi, InvalidOid, req->indexcollation));
}

/*
 * mu_isclose_support - planner support of isclose: an index condition
 *
 * NULL is "no answer"; so it is for every request there will ever be that
 * this function does not know.
 */
Datum
mu_isclose_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	List	   *answer = NIL;

	if (IsA(request, SupportRequestIndexCondition))
	{
		SupportRequestIndexCondition *req = (SupportRequestIndexCondition *) request;

		if (req->node != NULL && IsA(req->node, FuncExpr))
			answer = index_condition(req, (FuncExpr *) req->node);
	}
	PG_RETURN_POINTER(answer);
}
