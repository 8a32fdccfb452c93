/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  The value of a setting with its unit, as SHOW writes it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "compat.h"

/* A unit, and how much of the smallest unit of its kind it is */
typedef struct Unit
{
	const char *name;
	double		size;
} Unit;

/* the biggest first */
static const Unit memory_units[] = {
	{"TB", 1099511627776.0}, {"GB", 1073741824.0}, {"MB", 1048576.0},
	{"kB", 1024.0}, {"B", 1.0}
};
static const Unit time_units[] = {
	{"d", 86400e6}, {"h", 3600e6}, {"min", 60e6}, {"s", 1e6}, {"ms", 1e3},
	{"us", 1.0}
};

static const Unit *
find_unit(const Unit *units, int n, const char *name)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	}
	return NULL;
}

/*
 * ai_setting_in_units - arch_parts.setting_in_units(text, text)
 *
 * What is no positive number has a meaning of its own and is left alone.
 */
PG_FUNCTION_INFO_V1(ai_setting_in_units);

/*
 * Follows convert_int_from_base_unit
 * (src/backend/utils/misc/guc.c, REL_19_STABLE)
 */
Datum
ai_setting_in_units(PG_FUNCTION_ARGS)
{
	char	   *value;
	char	   *unit;
	char	   *end;
	double		number;
	double		factor;
	const Unit *units;
	const Unit *found;
	int			n;
	int			i;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	value = text_to_cstring(PG_GETARG_TEXT_PP(0));
	unit = text_to_cstring(PG_GETARG_TEXT_PP(1));

	errno = 0;
	number = strtod(value, &end);
	if (errno != 0 || end == value || *end != '\0' || !(number > 0) ||
		isinf(number))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));

	/* a unit may be some blocks: "8kB" */
	factor = strtod(unit, &end);
	if (end == unit)
		factor = 1;
	units = memory_units;
	n = lengthof(memory_units);
	found = find_unit(units, n, end);
	if (found == NULL)
	{
		units = time_units;
		n = lengthof(time_units);
		found = find_unit(units, n, end);
	}
	if (found == NULL)
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s %s", value, unit)));

	number *= factor * found->size;
	for (i = 0; i < n; i++)
	{
		double		amount = number / units[i].size;

		if (amount >= 1 && amount == floor(amount))
			PG_RETURN_TEXT_P(cstring_to_text(psprintf("%.0f%s", amount,
													  units[i].name)));
	}
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%g%s", number / found->size,
											  found->name)));
}
