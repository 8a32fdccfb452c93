/*-------------------------------------------------------------------------
 *
 * digits.c
 *	  Looks into a numeric, and rounds decimal text.
 *
 * numeric.c keeps its format private, but the format is on every disk: it
 * has not changed since 9.1 and can't without breaking pg_upgrade.  A value
 * of up to 18 digits is read here as an integer and a scale; whatever is
 * longer goes through numeric.c's own functions.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/mu_int.h"
#include "compat.h"

#define NBASE			10000
#define DEC_DIGITS		4

/* the two header bits tell the kind; see NumericChoice in numeric.c */
#define KIND_MASK		0xC000
#define KIND_NEG		0x4000
#define KIND_SHORT		0x8000
#define KIND_SPECIAL	0xC000

/* What stands before the digits of a numeric */
typedef struct Head
{
	bool		special;		/* NaN or an infinity */
	bool		neg;
	int			dscale;
	int			weight;
	int			ndigits;
	const char *digits;			/* may be unaligned */
} Head;

/*
 * Follows NumericShort (src/backend/utils/adt/numeric.c, REL_19_STABLE)
 * Follows NumericLong (src/backend/utils/adt/numeric.c, REL_19_STABLE)
 */
static void
read_head(const struct varlena *num, Head *head)
{
	const char *data = VARDATA_ANY(num);
	int			len = VARSIZE_ANY_EXHDR(num);
	uint16		header;

	memcpy(&header, data, sizeof(header));
	head->special = (header & KIND_MASK) == KIND_SPECIAL;
	if (header & KIND_SHORT)
	{
		head->neg = (header & 0x2000) != 0;
		head->dscale = (header & 0x1F80) >> 7;
		head->weight = (header & 0x0040) ? (int) (header & 0x003F) - 64
			: (int) (header & 0x003F);
		head->digits = data + 2;
		head->ndigits = (len - 2) / 2;
	}
	else
	{
		int16		weight;

		memcpy(&weight, data + 2, sizeof(weight));
		head->neg = (header & KIND_MASK) == KIND_NEG;
		head->dscale = header & 0x3FFF;
		head->weight = weight;
		head->digits = data + 4;
		head->ndigits = (len - 4) / 2;
	}
}

static const int64 power_of_ten[] = {
	INT64CONST(1), INT64CONST(10), INT64CONST(100), INT64CONST(1000),
	INT64CONST(10000), INT64CONST(100000), INT64CONST(1000000),
	INT64CONST(10000000), INT64CONST(100000000), INT64CONST(1000000000),
	INT64CONST(10000000000), INT64CONST(100000000000),
	INT64CONST(1000000000000), INT64CONST(10000000000000),
	INT64CONST(100000000000000), INT64CONST(1000000000000000),
	INT64CONST(10000000000000000), INT64CONST(100000000000000000),
	INT64CONST(1000000000000000000)
};

/*
 * mu_numeric_small - num as coef / 10^scale, where that fits
 *
 * scale is the number of digits that num shows after its point.  False for
 * NaN, the infinities, and whatever needs more than four groups of digits.
 */
bool
mu_numeric_small(const struct varlena *num, MuSmall *small)
{
	Head		head;
	int64		coef = 0;
	int			groups;			/* groups of four digits after the point */
	int			i;

	read_head(num, &head);
	if (head.special)
		return false;
	if (head.ndigits == 0)
	{
		small->coef = 0;
		small->scale = head.dscale;
		return true;
	}
	groups = Max(head.ndigits - 1 - head.weight, 0);
	if (head.weight > 3 || groups > 4 || Max(head.weight + 1, 0) + groups > 4)
		return false;
	for (i = 0; i <= head.weight + groups; i++)
	{
		int16		digit = 0;

		if (i < head.ndigits)
			memcpy(&digit, head.digits + 2 * i, sizeof(digit));
		coef = coef * NBASE + digit;
	}
	if (head.dscale < groups * DEC_DIGITS)
	{
		/* a shown scale inside the last group: its other digits are zero */
		int64		unit = power_of_ten[groups * DEC_DIGITS - head.dscale];

		if (coef % unit != 0)
			return false;
		coef /= unit;
	}
	else if (head.dscale > groups * DEC_DIGITS)
	{
		int			more = head.dscale - groups * DEC_DIGITS;

		if (more > 18 || pg_mul_s64_overflow(coef, power_of_ten[more], &coef))
			return false;
	}
	small->coef = head.neg ? -coef : coef;
	small->scale = head.dscale;
	return true;
}

/*
 * mu_numeric_sign - -1, 0 or 1; not to be asked of NaN
 */
int
mu_numeric_sign(Numeric num)
{
	Head		head;

	if (numeric_is_inf(num))
		return DatumGetInt32(DirectFunctionCall1(numeric_int4,
												 DirectFunctionCall1(numeric_sign, NumericGetDatum(num))));
	read_head((struct varlena *) num, &head);
	return head.ndigits == 0 ? 0 : head.neg ? -1 : 1;
}

/*
 * mu_numeric_weight - how many groups of four digits stand before the point
 */
int
mu_numeric_weight(Numeric num)
{
	Head		head;

	read_head((struct varlena *) num, &head);
	return head.special || head.ndigits == 0 ? 0 : Max(head.weight + 1, 0);
}

/*
 * mu_numeric_integer - num without a fraction, or an error that names it
 *
 * The digits are limited because the time of what is done with them grows
 * with their square.
 */
Numeric
mu_numeric_integer(Numeric num, const char *name)
{
	Head		head;

	read_head((struct varlena *) num, &head);
	if (head.special || head.ndigits - 1 > head.weight)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be an integer", name)));
	if (head.weight >= MU_MAX_DIGITS / DEC_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("argument \"%s\" is too long", name),
				 errdetail("It may have at most %d digits.", MU_MAX_DIGITS)));
	if (head.dscale == 0)
		return num;
	return NUM2I(numeric_trunc, num, 0);
}

/*
 * mu_numeric_from_text - the numeric that a string of digits stands for
 */
Numeric
mu_numeric_from_text(const char *digits)
{
	return DatumGetNumeric(DirectFunctionCall3(numeric_in,
											   CStringGetDatum(digits),
											   ObjectIdGetDatum(InvalidOid),
											   Int32GetDatum(-1)));
}

/*
 * mu_round_decimal - digits, rounded to "place" digits after the point
 *
 * Takes what numeric_out gives for a finite value.  A negative place rounds
 * before the point.  A tie goes to the even digit, or away from zero.  The
 * result shows exactly "place" digits after its point.
 */
char *
mu_round_decimal(const char *digits, int place, bool half_even)
{
	bool		neg = *digits == '-';
	const char *src = digits + neg;
	const char *point = strchr(src, '.');
	int			nint = point ? (int) (point - src) : (int) strlen(src);
	int			nfrac = point ? (int) strlen(point + 1) : 0;
	int			keep = nint + place;	/* digits that stay */
	int			total = nint + nfrac;
	char	   *all = palloc(total + 2);
	char	   *result;
	char	   *out;
	int			i;

	/* all[0] takes a carry; all[1..total] are the digits without a point */
	all[0] = '0';
	memcpy(all + 1, src, nint);
	if (nfrac > 0)
		memcpy(all + 1 + nint, point + 1, nfrac);
	all[total + 1] = '\0';

	if (keep < 0)
		memset(all, '0', total + 1);
	else if (keep < total)
	{
		int			next = all[keep + 1];
		bool		up = next > '5';

		if (next == '5')
		{
			up = !half_even || (all[keep] - '0') % 2 == 1;
			for (i = keep + 2; !up && i <= total; i++)
				up = all[i] != '0';
		}
		for (i = keep + 1; i <= total; i++)
			all[i] = '0';
		for (i = keep; up && i >= 0; i--)
		{
			up = all[i] == '9';
			all[i] = up ? '0' : all[i] + 1;
		}
	}

	result = out = palloc(nint + Max(place, 0) + 4);
	if (neg)
		*out++ = '-';
	memcpy(out, all, nint + 1);
	out += nint + 1;
	if (place > 0)
	{
		*out++ = '.';
		for (i = 0; i < place; i++)
			*out++ = i < nfrac ? all[1 + nint + i] : '0';
	}
	*out = '\0';
	pfree(all);
	return result;
}
