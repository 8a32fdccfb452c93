/*-------------------------------------------------------------------------
 *
 * decode_scalar.c
 *	  Checks values that hold no others.
 *
 * The formats are those of the server's geo_decls.h, inet.h, varbit.h,
 * datatype/timestamp.h, statistics/statistics.h and adt/numeric.c.  What is
 * refused is not only what would lead outside the value: also what the output
 * function asserts, or takes for granted because the input function saw to
 * it.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "datatype/timestamp.h"

#include "decode/decode_value.h"

/* statistics/statistics.h */
#define NDISTINCT_MAGIC		0xA352BFA4
#define DEPENDENCIES_MAGIC	0xB4549A2C
#define STATISTICS_COLUMNS	8

/*
 * ai_check_numeric - what is wrong with a numeric's data, or NULL
 *
 * Follows NumericShort (src/backend/utils/adt/numeric.c, REL_19_STABLE)
 * Follows NumericLong (src/backend/utils/adt/numeric.c, REL_19_STABLE)
 */
const char *
ai_check_numeric(const char *data, uint32 len)
{
	uint32		first;
	uint16		header;

	if (len < sizeof(uint16))
		return "numeric has no header";
	header = ai_get_uint16(data);
	if ((header & 0xC000) == 0xC000)
	{
		/* NaN, Infinity, -Infinity */
		return header == 0xC000 || header == 0xD000 || header == 0xF000 ?
			NULL : "numeric is a special value that is not known";
	}
	/* a short header holds the weight too */
	first = (header & 0x8000) ? sizeof(uint16) : 2 * sizeof(uint16);
	if (len < first || (len - first) % sizeof(int16) != 0)
		return "numeric ends in the middle of a digit";
	for (uint32 i = first; i < len; i += sizeof(int16))
	{
		if (ai_get_uint16(data + i) > 9999)
			return "numeric has a digit beyond 9999";
	}
	return NULL;
}

static const char *
check_bit(const char *data, uint32 len)
{
	uint32		bits;

	if (len < sizeof(int32))
		return "bit string has no length";
	bits = ai_get_uint32(data);
	if (bits > PG_INT32_MAX - BITS_PER_BYTE ||
		(bits + BITS_PER_BYTE - 1) / BITS_PER_BYTE != len - sizeof(int32))
		return "bit string's length does not fit its bytes";
	if (bits % BITS_PER_BYTE != 0 &&
		(data[len - 1] & (0xFF >> (bits % BITS_PER_BYTE))) != 0)
		return "bit string has bits behind its end";
	return NULL;
}

static const char *
check_date(const char *data, uint32 len)
{
	int32		date = (int32) ai_get_uint32(data);

	if (len != sizeof(date))
		return "date is not of its type's length";
	/* the two ends stand for infinity */
	return date == PG_INT32_MIN || date == PG_INT32_MAX ||
		(date >= DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE &&
		 date < DATE_END_JULIAN - POSTGRES_EPOCH_JDATE) ?
		NULL : "date is out of range";
}

/* microseconds of a day, the last of which may be its end; then the zone */
static const char *
check_time(const char *data, uint32 len, bool zone)
{
	const int32 limit = (MAX_TZDISP_HOUR + 1) * SECS_PER_HOUR;
	int64		time;
	int32		displacement = 0;

	if (len != sizeof(time) + (zone ? sizeof(displacement) : 0))
		return "time is not of its type's length";
	memcpy(&time, data, sizeof(time));
	if (zone)
		displacement = (int32) ai_get_uint32(data + sizeof(time));
	if (time < 0 || time > USECS_PER_DAY)
		return "time is out of range";
	if (displacement <= -limit || displacement >= limit)
		return "time zone is out of range";
	return NULL;
}

/*
 * Extended statistics: three words, then items of a float8, the number of
 * columns (in "size" bytes), and the columns.
 *
 * Follows statext_ndistinct_deserialize
 * (src/backend/statistics/mvdistinct.c, REL_19_STABLE)
 * Follows statext_dependencies_deserialize
 * (src/backend/statistics/dependencies.c, REL_19_STABLE)
 */
static const char *
check_statistics(const char *data, uint32 len, uint32 magic, uint32 size)
{
	uint32		off = 3 * sizeof(uint32);
	uint32		count;

	if (len < off)
		return "statistics are cut off";
	count = ai_get_uint32(data + 2 * sizeof(uint32));
	if (ai_get_uint32(data) != magic ||
		ai_get_uint32(data + sizeof(uint32)) != 1 || count == 0)
		return "statistics are of no known kind";
	for (uint32 i = 0; i < count; i++)
	{
		uint32		columns;

		if (len - off < sizeof(float8) + size)
			return "statistics have more items than bytes";
		off += sizeof(float8);
		columns = size == sizeof(uint32) ? ai_get_uint32(data + off) :
			ai_get_uint16(data + off);
		off += size;
		if (columns < 2 || columns > STATISTICS_COLUMNS)
			return "statistics have an item of an impossible number of columns";
		if (len - off < columns * sizeof(int16))
			return "statistics end in the middle of an item";
		off += columns * sizeof(int16);
	}
	return off == len ? NULL : "statistics go on behind their last item";
}

/* family, bits, address: the families are 2 for four bytes, 3 for sixteen */
static const char *
check_inet(const char *data, uint32 len)
{
	const unsigned char *p = (const unsigned char *) data;
	uint32		size;

	if (len < 2)
		return "network address has no header";
	if (p[0] != 2 && p[0] != 3)
		return "network address is of no known family";
	size = p[0] == 2 ? 4 : 16;
	if (p[1] > size * BITS_PER_BYTE)
		return "network address's mask is longer than its address";
	if (len - 2 < size)
		return "network address is cut off";
	return NULL;
}

/* count stands first, then "before" bytes, then so many points or ids */
static const char *
check_counted(const char *data, uint32 len, uint32 before, uint32 each)
{
	if (len < before || (len - before) % each != 0 ||
		ai_get_uint32(data) != (len - before) / each)
		return "count in the value does not fit its length";
	return NULL;
}

/*
 * ai_check_scalar - what is wrong with a value of one of these shapes, or
 * NULL
 *
 * As in ai_check_value(), data leaves out the varlena header.
 */
const char *
ai_check_scalar(AiShape shape, const char *data, uint32 len)
{
	switch (shape)
	{
		case AI_SHAPE_NUMERIC:
			return ai_check_numeric(data, len);
		case AI_SHAPE_BIT:
			return check_bit(data, len);
		case AI_SHAPE_DATE:
			return check_date(data, len);
		case AI_SHAPE_TIME:
			return check_time(data, len, false);
		case AI_SHAPE_TIMETZ:
			return check_time(data, len, true);
		case AI_SHAPE_INET:
			return check_inet(data, len);
		case AI_SHAPE_PATH:
			/* npts, closed, 4 bytes unused */
			return check_counted(data, len, 12, 16);
		case AI_SHAPE_POLYGON:
			/* npts, the bounding box */
			return check_counted(data, len, 36, 16);
		case AI_SHAPE_SNAPSHOT:
			/* nxip, xmin, xmax */
			return check_counted(data, len, 20, 8);
		case AI_SHAPE_NDISTINCT:
			return check_statistics(data, len, NDISTINCT_MAGIC,
									sizeof(uint32));
		case AI_SHAPE_DEPENDENCIES:
			return check_statistics(data, len, DEPENDENCIES_MAGIC,
									sizeof(uint16));
		default:
			break;
	}
	return ai_not_checked;
}
