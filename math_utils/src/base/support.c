/*-------------------------------------------------------------------------
 *
 * support.c
 *	  What the number theory and linspace tell the planner.
 *
 * Rows of primes and linspace, the cost of factorize, and that powmod(x, e,
 * 1) is 0.  A support function gets a node that says what is asked; it fills
 * it and returns it, or returns NULL where it has no answer.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(mu_primes_support);
PG_FUNCTION_INFO_V1(mu_linspace_support);
PG_FUNCTION_INFO_V1(mu_factorize_support);
PG_FUNCTION_INFO_V1(mu_powmod_support);

/*
 * Argument n of a call, where the planner knows its value; it may be NULL.
 * Also where it only estimates it, as a stable function or a parameter.
 */
static Const *
known_arg(struct PlannerInfo *root, Node *node, int n)
{
	Node	   *arg;

	if (node == NULL || !IsA(node, FuncExpr) ||
		list_length(((FuncExpr *) node)->args) <= n)
		return NULL;
	arg = (Node *) list_nth(((FuncExpr *) node)->args, n);
	if (root != NULL && !IsA(arg, Const))
		arg = estimate_expression_value(root, arg);
	return IsA(arg, Const) ? (Const *) arg : NULL;
}

/* About how many primes there are up to n (Legendre) */
static double
primes_up_to(double n)
{
	if (n < 2)
		return 0;
	if (n < 20)
		return n / 2.5;
	return n / (log(n) - 1.08366);
}

/*
 * mu_primes_support - rows of primes(lo, hi)
 */
Datum
mu_primes_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Node	   *answer = NULL;

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *req = (SupportRequestRows *) request;
		Const	   *lo = known_arg(req->root, req->node, 0);
		Const	   *hi = known_arg(req->root, req->node, 1);

		if (lo != NULL && hi != NULL)
		{
			req->rows = 0;
			if (!lo->constisnull && !hi->constisnull)
				req->rows =
					primes_up_to((double) DatumGetInt64(hi->constvalue)) -
					primes_up_to((double) DatumGetInt64(lo->constvalue) - 1);
			req->rows = Max(rint(req->rows), 0);
			answer = (Node *) req;
		}
	}
	PG_RETURN_POINTER(answer);
}

/*
 * mu_linspace_support - rows of linspace(a, b, n)
 */
Datum
mu_linspace_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Node	   *answer = NULL;

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *req = (SupportRequestRows *) request;
		Const	   *n = known_arg(req->root, req->node, 2);

		if (n != NULL)
		{
			req->rows = n->constisnull ? 0 :
				Max(DatumGetInt32(n->constvalue), 0);
			answer = (Node *) req;
		}
	}
	PG_RETURN_POINTER(answer);
}

/*
 * mu_factorize_support - cost of factorize(n), which grows with the fourth
 * root of n; unknown, n is taken for a large one
 */
Datum
mu_factorize_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Node	   *answer = NULL;

	if (IsA(request, SupportRequestCost))
	{
		SupportRequestCost *req = (SupportRequestCost *) request;
		Const	   *n = known_arg(req->root, req->node, 0);
		double		steps = 10000;

		if (n != NULL && !n->constisnull)
			steps = sqrt(sqrt(Max((double) DatumGetInt64(n->constvalue), 1)));
		req->startup = 0;
		req->per_tuple = cpu_operator_cost * (20 + steps);
		answer = (Node *) req;
	}
	PG_RETURN_POINTER(answer);
}

/*
 * mu_powmod_support - powmod(b, e, 1) is 0, where b and e are not NULL
 *
 * The arguments are evaluated still, so nothing changes but the time; not so
 * for a volatile argument, which is left alone.
 */
Datum
mu_powmod_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	FuncExpr   *call;
	Const	   *m;
	Const	   *zero;
	List	   *tests = NIL;
	CaseExpr   *choice;
	CaseWhen   *when;
	int			i;

	if (!IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(NULL);
	call = ((SupportRequestSimplify *) request)->fcall;
	m = known_arg(NULL, (Node *) call, 2);
	if (m == NULL || m->constisnull || call->funcresulttype != INT8OID ||
		DatumGetInt64(m->constvalue) != 1 ||
		contain_volatile_functions((Node *) call->args))
		PG_RETURN_POINTER(NULL);

	zero = makeConst(INT8OID, -1, InvalidOid, sizeof(int64), Int64GetDatum(0),
					 false, FLOAT8PASSBYVAL);
	for (i = 0; i < 2; i++)
	{
		Node	   *arg = (Node *) list_nth(call->args, i);
		NullTest   *test;

		if (IsA(arg, Const) && !((Const *) arg)->constisnull)
			continue;
		test = makeNode(NullTest);
		test->arg = (Expr *) arg;
		test->nulltesttype = IS_NOT_NULL;
		test->argisrow = false;
		test->location = -1;
		tests = lappend(tests, test);
	}
	if (tests == NIL)
		PG_RETURN_POINTER(zero);
	when = makeNode(CaseWhen);
	when->expr = list_length(tests) == 1 ? linitial(tests) :
		makeBoolExpr(AND_EXPR, tests, -1);
	when->result = (Expr *) zero;
	when->location = -1;
	choice = makeNode(CaseExpr);
	choice->casetype = INT8OID;
	choice->casecollid = InvalidOid;
	choice->args = list_make1(when);
	choice->defresult = (Expr *) makeNullConst(INT8OID, -1, InvalidOid);
	choice->location = -1;
	PG_RETURN_POINTER(choice);
}
