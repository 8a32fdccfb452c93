/*-------------------------------------------------------------------------
 *
 * decode_contrib.c
 *	  Checks values of the types that the server's contrib extensions make,
 *	  and math_utils.
 *
 * Their headers are not installed, so the formats are told here: those of
 * contrib's hstore.h, ltree.h, cubedata.h, segdata.h, isn.h and _int.h.
 * Which type has which of them, value_type.c decides.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "decode/decode_value.h"

/* hstore: a word with the count and this flag, then two words a pair */
#define HSTORE_NEW		0x80000000
#define HSTORE_COUNT	0x0FFFFFFF
#define HSTORE_FIRST	0x80000000
#define HSTORE_POSITION	0x3FFFFFFF

/* items of a query type */
#define ITEM_VALUE		2
#define ITEM_OPERATOR	3

/* the most dimensions that a cube has */
#define CUBE_DIMENSIONS	100

/* thirteen digits, above the bit that marks a wrong check digit */
#define ISN_LARGEST		UINT64CONST(9999999999999)

static const char *
check_hstore(AiChecker *checker, const char *data, uint32 len)
{
	uint32		header;
	uint32		count;
	uint32		space;
	uint32		start = 0;
	const char *strings;

	if (len < sizeof(uint32))
		return "hstore is cut off";
	header = ai_get_uint32(data);
	count = header & HSTORE_COUNT;
	if ((header & HSTORE_NEW) == 0)
		return "hstore is of a format that is no longer written";
	if ((header & ~(HSTORE_NEW | HSTORE_COUNT)) != 0)
		return "hstore has flags that are not known";
	if (count > (len - sizeof(uint32)) / (2 * sizeof(uint32)))
		return "hstore has more pairs than bytes";
	strings = data + (1 + 2 * count) * sizeof(uint32);
	space = len - (1 + 2 * count) * sizeof(uint32);
	for (uint32 i = 0; i < 2 * count; i++)
	{
		uint32		entry = ai_get_uint32(data + (1 + i) * sizeof(uint32));
		uint32		end = entry & HSTORE_POSITION;

		ai_check_pause(checker);
		if (((entry & HSTORE_FIRST) != 0) != (i == 0))
			return "hstore's first entry is not where it should be";
		if (end < start || end > space)
			return "hstore entry ends beyond the value";
		if (!checker->text_ok(checker, strings + start, end - start))
			return "hstore entry is not valid in the encoding";
		start = end;
	}
	return NULL;
}

/* Offsets in ltree and lquery count from the varlena header. */
#define UINT16_AT(data, off)	ai_get_uint16((data) - VARHDRSZ + (off))

/* the number of labels; from 8 on, each label's length and bytes, aligned */
static const char *
check_ltree(AiChecker *checker, const char *data, uint32 size)
{
	uint32		len = size + VARHDRSZ;
	uint32		off = MAXALIGN(VARHDRSZ + sizeof(uint16));
	uint32		count;

	if (size < sizeof(uint16))
		return "ltree is cut off";
	count = UINT16_AT(data, VARHDRSZ);
	for (uint32 i = 0; i < count; i++)
	{
		uint32		length;

		if (off > len || len - off < sizeof(uint16))
			return "ltree has more labels than bytes";
		length = UINT16_AT(data, off);
		if (length > len - off - sizeof(uint16))
			return "ltree label ends beyond the value";
		if (!checker->text_ok(checker,
							  data - VARHDRSZ + off + sizeof(uint16), length))
			return "ltree label is not valid in the encoding";
		off += MAXALIGN(sizeof(uint16) + length);
	}
	return NULL;
}

/* The variants of a label, of which one must match, inside its level. */
static const char *
check_variants(AiChecker *checker, const char *data, uint32 off, uint32 end,
			   uint32 count)
{
	/* a checksum, the length, flags, then the bytes */
	const uint32 name = sizeof(int32) + sizeof(uint16) + 1;

	for (uint32 i = 0; i < count; i++)
	{
		uint32		length;

		if (off > end || end - off < name)
			return "lquery level has more variants than bytes";
		length = UINT16_AT(data, off + sizeof(int32));
		if (length > end - off - name)
			return "lquery variant ends beyond its level";
		if (!checker->text_ok(checker, data - VARHDRSZ + off + name, length))
			return "lquery variant is not valid in the encoding";
		off += MAXALIGN(length) + MAXALIGN(name);
	}
	return NULL;
}

/* the number of levels and two words; from 16 on, the levels, aligned */
static const char *
check_lquery(AiChecker *checker, const char *data, uint32 size)
{
	/* total length, flags, variants, least and most, each of two bytes */
	const uint32 header = MAXALIGN(5 * sizeof(uint16));
	uint32		len = size + VARHDRSZ;
	uint32		off = MAXALIGN(VARHDRSZ + 3 * sizeof(uint16));
	uint32		count;

	if (size < 3 * sizeof(uint16))
		return "lquery is cut off";
	count = UINT16_AT(data, VARHDRSZ);
	for (uint32 i = 0; i < count; i++)
	{
		uint32		total;
		const char *problem;

		if (off > len || len - off < header)
			return "lquery has more levels than bytes";
		total = UINT16_AT(data, off);
		if (total < header || total > len - off)
			return "lquery level ends beyond the value";
		problem = check_variants(checker, data, off + header, off + total,
								 UINT16_AT(data, off + 2 * sizeof(uint16)));
		if (problem != NULL)
			return problem;
		off += MAXALIGN(total);
	}
	return NULL;
}

/*
 * One more item of a query's tree; *due counts the operands still to come.
 * Every operator but "!" has two.
 */
static const char *
check_query_item(const char *item, bool *value, uint32 *due)
{
	int16		type = (int16) ai_get_uint16(item);
	int32		operator = (int32) ai_get_uint32(item + sizeof(int32));

	*value = type == ITEM_VALUE;
	if (*due == 0)
		return "query has items beyond its tree";
	if (*value)
		(*due)--;
	else if (type != ITEM_OPERATOR)
		return "query item is neither operand nor operator";
	else if (operator == '&' || operator == '|')
		(*due)++;
	else if (operator != '!')
		return "query operator is not known";
	return NULL;
}

/* the number of items, the items from the root on, the operands' texts */
static const char *
check_ltxtquery(AiChecker *checker, const char *data, uint32 len)
{
	/* type, left, value, flags, and of the text the length and the place */
	const uint32 each = 12;
	uint32		count;
	uint32		due = 1;
	uint32		space;
	const char *texts;

	if (len < sizeof(int32))
		return "ltxtquery is cut off";
	count = ai_get_uint32(data);
	if (count > (len - sizeof(int32)) / each)
		return "ltxtquery has more items than bytes";
	if (count == 0 || count > AI_QUERY_ITEMS)
		return "ltxtquery has no items, or too many to be checked";
	texts = data + sizeof(int32) + count * each;
	space = len - sizeof(int32) - count * each;
	for (uint32 i = 0; i < count; i++)
	{
		const char *item = data + sizeof(int32) + i * each;
		const char *problem;
		bool		value;
		uint32		length;
		uint32		place;

		problem = check_query_item(item, &value, &due);
		if (problem != NULL)
			return problem;
		if (!value)
			continue;
		length = (uint8) item[9];
		place = ai_get_uint16(item + 10);
		if (place + length >= space || texts[place + length] != '\0')
			return "ltxtquery operand ends beyond the value";
		if (!checker->text_ok(checker, texts + place, length))
			return "ltxtquery operand is not valid in the encoding";
	}
	return due == 0 ? NULL : "ltxtquery's tree is not whole";
}

/* the number of items, and the items, the root last */
static const char *
check_query_int(const char *data, uint32 len)
{
	/* type, left, value */
	const uint32 each = 8;
	uint32		count;
	uint32		due = 1;

	if (len < sizeof(int32))
		return "query_int is cut off";
	count = ai_get_uint32(data);
	if (count > (len - sizeof(int32)) / each)
		return "query_int has more items than bytes";
	if (count == 0 || count > AI_QUERY_ITEMS)
		return "query_int has no items, or too many to be checked";
	for (uint32 i = count; i > 0; i--)
	{
		bool		value;
		const char *problem;

		problem = check_query_item(data + sizeof(int32) + (i - 1) * each,
								   &value, &due);
		if (problem != NULL)
			return problem;
	}
	return due == 0 ? NULL : "query_int's tree is not whole";
}

/* dimensions, and a flag for a point, of which one corner is stored */
static const char *
check_cube(const char *data, uint32 len)
{
	uint32		header;
	uint32		dimensions;
	uint32		corners;

	if (len < sizeof(uint32))
		return "cube is cut off";
	header = ai_get_uint32(data);
	dimensions = header & 0x7FFFFFFF;
	corners = (header & 0x80000000) ? 1 : 2;
	if (dimensions > CUBE_DIMENSIONS)
		return "cube has more dimensions than there can be";
	if (len - sizeof(uint32) < corners * dimensions * sizeof(float8))
		return "cube's coordinates are cut off";
	return NULL;
}

/* two float4, two counts of digits, two signs before the bounds */
static const char *
check_seg(const char *data, uint32 len)
{
	if (len != 2 * sizeof(float4) + 4)
		return "seg is not of its type's length";
	for (uint32 i = len - 2; i < len; i++)
	{
		if (data[i] != '\0' && strchr("<>~-", data[i]) == NULL)
			return "seg's bound has a sign that is not known";
	}
	return NULL;
}

static const char *
check_isn(const char *data, uint32 len)
{
	uint64		value;

	if (len != sizeof(value))
		return "number is not of its type's length";
	memcpy(&value, data, sizeof(value));
	return (value >> 1) > ISN_LARGEST ?
		"number has more than thirteen digits" : NULL;
}

/* numerator and denominator */
static const char *
check_rational(const char *data, uint32 len)
{
	int64		denominator;

	if (len != 2 * sizeof(int64))
		return "rational is not of its type's length";
	memcpy(&denominator, data + sizeof(int64), sizeof(denominator));
	return denominator > 0 ? NULL : "rational's denominator is not positive";
}

/*
 * ai_check_contrib - what is wrong with a value of an extension's type
 *
 * As in ai_check_value(), data leaves out the varlena header.
 */
const char *
ai_check_contrib(AiChecker *checker, AiShape shape, const char *data,
				 uint32 len)
{
	switch (shape)
	{
		case AI_SHAPE_HSTORE:
			return check_hstore(checker, data, len);
		case AI_SHAPE_LTREE:
			return check_ltree(checker, data, len);
		case AI_SHAPE_LQUERY:
			return check_lquery(checker, data, len);
		case AI_SHAPE_LTXTQUERY:
			return check_ltxtquery(checker, data, len);
		case AI_SHAPE_CUBE:
			return check_cube(data, len);
		case AI_SHAPE_SEG:
			return check_seg(data, len);
		case AI_SHAPE_ISN:
			return check_isn(data, len);
		case AI_SHAPE_QUERY_INT:
			return check_query_int(data, len);
		case AI_SHAPE_RATIONAL:
			return check_rational(data, len);
		default:
			break;
	}
	return ai_not_checked;
}
