/*-------------------------------------------------------------------------
 *
 * window.c
 *	  Window functions: ewma(x, alpha) and interpolate(y).
 *
 * A window function is called once for each row of a partition, in order,
 * may look at other rows of it, and keeps what it wants to remember in the
 * partition's local memory.  Both need one pass.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"
#include "windowapi.h"

#include "base/mu_float.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(mu_ewma);
PG_FUNCTION_INFO_V1(mu_interpolate);

typedef struct Ewma
{
	bool		started;
	double		average;
} Ewma;

/*
 * mu_ewma - ewma(x, alpha): average += alpha * (x - average)
 *
 * The first value that is not NULL starts it; a NULL leaves it as it is.
 */
Datum
mu_ewma(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Ewma	   *ewma;
	double		alpha;
	double		x;
	bool		isnull;
	Datum		value;

	ewma = WinGetPartitionLocalMemory(winobj, sizeof(Ewma));
	value = WinGetFuncArgCurrent(winobj, 1, &isnull);
	if (isnull)
		PG_RETURN_NULL();
	alpha = DatumGetFloat8(value);
	if (!(alpha > 0.0 && alpha <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be greater than 0 and at most 1", "alpha")));
	value = WinGetFuncArgCurrent(winobj, 0, &isnull);
	WinSetMarkPosition(winobj, WinGetCurrentPosition(winobj));
	if (!isnull)
	{
		x = DatumGetFloat8(value);
		if (!ewma->started)
			ewma->average = x;
		else
		{
			double		distance = x - ewma->average;

			/* a distance may overflow where the average doesn't */
			if (isinf(distance) && !isinf(x) && !isinf(ewma->average))
				ewma->average = alpha * x + (1.0 - alpha) * ewma->average;
			else
				ewma->average += alpha * distance;
		}
		ewma->started = true;
	}
	if (!ewma->started)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ewma->average);
}

typedef struct Gap
{
	bool		started;		/* was there a value yet? */
	bool		at_end;			/* there are only NULLs from here on */
	int64		from;			/* row and value before the gap */
	double		before;
	int64		to;				/* row and value after it, where > from */
	double		after;
} Gap;

/*
 * mu_interpolate - interpolate(y): y, or where it is NULL the value on the
 * straight line between its neighbours that are not
 *
 * A gap is looked through once, on its first row.  Outside the first and the
 * last value there is no line, and NULL stays.
 */
Datum
mu_interpolate(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Gap		   *gap;
	int64		row;
	bool		isnull;
	bool		isout;
	Datum		value;

	gap = WinGetPartitionLocalMemory(winobj, sizeof(Gap));
	row = WinGetCurrentPosition(winobj);
	value = WinGetFuncArgCurrent(winobj, 0, &isnull);
	WinSetMarkPosition(winobj, row);
	if (!isnull)
	{
		gap->started = true;
		gap->from = row;
		gap->before = DatumGetFloat8(value);
		PG_RETURN_DATUM(value);
	}
	if (!gap->started || gap->at_end)
		PG_RETURN_NULL();
	if (gap->to <= gap->from)
	{
		int			ahead;

		for (ahead = 1;; ahead++)
		{
			CHECK_FOR_INTERRUPTS();
			value = WinGetFuncArgInPartition(winobj, 0, ahead,
											 WINDOW_SEEK_CURRENT,
											 false, &isnull, &isout);
			if (isout)
			{
				gap->at_end = true;
				PG_RETURN_NULL();
			}
			if (!isnull)
				break;
		}
		gap->to = row + ahead;
		gap->after = DatumGetFloat8(value);
	}
	if (isnan(gap->before) || isinf(gap->before) ||
		isnan(gap->after) || isinf(gap->after))
	{
		/* no line: the value they share, or NaN, or the infinity of one */
		if (gap->before == gap->after)
			PG_RETURN_FLOAT8(gap->before);
		PG_RETURN_FLOAT8(gap->before + gap->after);
	}
	PG_RETURN_FLOAT8(mu_lerp(gap->before, gap->after, row - gap->from,
							 gap->to - gap->from));
}
