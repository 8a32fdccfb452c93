/*-------------------------------------------------------------------------
 *
 * decode_document.c
 *	  Checks jsonb, jsonpath, tsvector and tsquery values.
 *
 * utils/jsonb.h, adt/jsonpath.c and tsearch/ts_type.h tell the formats.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tsearch/ts_type.h"
#include "utils/jsonb.h"
#include "utils/jsonpath.h"

#include "compat_disk.h"
#include "decode/decode_value.h"

/*
 * ai_check_jsonb - what is wrong with a JsonbContainer, or NULL
 *
 * Numbers and containers are aligned within the data that follows the
 * entries, and their padding counts as theirs.  inner tells that another
 * container holds this one: a lone scalar stands for a whole value only.
 */
const char *
ai_check_jsonb(AiChecker *checker, const char *data, uint32 len, bool inner,
			   int depth)
{
	uint32		header;
	uint32		count;
	uint32		entries;
	uint32		space;
	uint32		end = 0;
	const char *base;

	if (depth > AI_VALUE_DEPTH)
		return "jsonb is nested too deep to be checked";
	if (len < sizeof(uint32))
		return "jsonb container is cut off";
	header = ai_get_uint32(data);
	count = header & JB_CMASK;
	entries = (header & JB_FOBJECT) ? 2 * count : count;
	if (((header & JB_FOBJECT) != 0) == ((header & JB_FARRAY) != 0))
		return "jsonb container is neither object nor array";
	if ((header & JB_FSCALAR) &&
		((header & JB_FOBJECT) || count != 1 || inner))
		return "jsonb scalar is not one value";
	if (entries > (len - sizeof(uint32)) / sizeof(JEntry))
		return "jsonb container has more entries than bytes";

	base = data + sizeof(uint32) + entries * sizeof(JEntry);
	space = len - sizeof(uint32) - entries * sizeof(JEntry);
	for (uint32 i = 0; i < entries; i++)
	{
		JEntry		entry = ai_get_uint32(data + sizeof(uint32) +
										  i * sizeof(JEntry));
		uint32		start = end;
		uint32		aligned = INTALIGN(start);
		const char *problem = NULL;

		ai_check_pause(checker);
		if (JBE_HAS_OFF(entry))
			end = JBE_OFFLENFLD(entry);
		else
			end = start + JBE_OFFLENFLD(entry);
		if (end < start || end > space)
			return "jsonb entry ends beyond its container";
		if ((header & JB_FOBJECT) && i < count && !JBE_ISSTRING(entry))
			return "jsonb key is not a string";

		switch (entry & JENTRY_TYPEMASK)
		{
			case JENTRY_ISSTRING:
				if (!checker->text_ok(checker, base + start, end - start))
					problem = "jsonb string is not valid in the encoding";
				break;
			case JENTRY_ISNUMERIC:
				if (aligned > end || end - aligned < VARHDRSZ ||
					!VARATT_IS_4B_U(base + aligned))
					problem = "jsonb number is cut off";
				else
				{
					uint32		size = ai_get_uint32(base + aligned);

					size = VARSIZE_4B(&size);
					if (size < VARHDRSZ || size > end - aligned)
						problem = "jsonb number ends beyond its entry";
					else
						problem = ai_check_numeric(base + aligned + VARHDRSZ,
												   size - VARHDRSZ);
				}
				break;
			case JENTRY_ISCONTAINER:
				if (aligned > end || (header & JB_FSCALAR))
					problem = "jsonb container is cut off";
				else
					problem = ai_check_jsonb(checker, base + aligned,
											 end - aligned, true, depth + 1);
				break;
			case JENTRY_ISBOOL_FALSE:
			case JENTRY_ISBOOL_TRUE:
			case JENTRY_ISNULL:
				break;
			default:
				problem = "jsonb entry is of no known type";
		}
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/* The state of a walk over the nodes of a jsonpath. */
typedef struct PathWalk
{
	AiChecker  *checker;
	const char *data;			/* behind the header, where positions count */
	uint32		len;
	uint32		left;			/* nodes that there may still be */
} PathWalk;

static const char *check_path_chain(PathWalk *walk, uint32 pos, bool inner,
									int depth);

/* A string in a node: its length, its bytes, and a NUL that ends it. */
static const char *
check_path_string(PathWalk *walk, uint32 pos)
{
	uint32		size;

	if (pos > walk->len || walk->len - pos < sizeof(uint32))
		return "jsonpath string is cut off";
	size = ai_get_uint32(walk->data + pos);
	pos += sizeof(uint32);
	if (size >= walk->len - pos || walk->data[pos + size] != '\0')
		return "jsonpath string ends beyond the value";
	return walk->checker->text_ok(walk->checker, walk->data + pos, size) ?
		NULL : "jsonpath string is not valid in the encoding";
}

/*
 * The node that is so far behind another one.  Nodes follow whoever refers to
 * them, each referred to once, so there are no more than fit into the value:
 * printing what goes round in a circle, or meets in many ways, would not end.
 */
static const char *
check_path_operand(PathWalk *walk, uint32 from, uint32 at, bool optional,
				   int depth)
{
	uint32		distance;

	if (at > walk->len || walk->len - at < sizeof(uint32))
		return "jsonpath item is cut off";
	distance = ai_get_uint32(walk->data + at);
	if (distance == 0 && optional)
		return NULL;
	if (distance == 0 || distance > walk->len - from)
		return "jsonpath item lies outside the value";
	return check_path_chain(walk, from + distance, false, depth + 1);
}

static const char *
check_path_numeric(PathWalk *walk, uint32 pos)
{
	uint32		size;

	if (walk->len - pos < VARHDRSZ || !VARATT_IS_4B_U(walk->data + pos))
		return "jsonpath number is cut off";
	size = ai_get_uint32(walk->data + pos);
	size = VARSIZE_4B(&size);
	if (size < VARHDRSZ || size > walk->len - pos)
		return "jsonpath number ends beyond the value";
	return ai_check_numeric(walk->data + pos + VARHDRSZ, size - VARHDRSZ);
}

/* The list of subscripts of jpiIndexArray: pairs of from and to. */
static const char *
check_path_subscripts(PathWalk *walk, uint32 node, uint32 pos, int depth)
{
	uint32		count;

	if (walk->len - pos < sizeof(uint32))
		return "jsonpath subscript is cut off";
	count = ai_get_uint32(walk->data + pos);
	pos += sizeof(uint32);
	if (count > (walk->len - pos) / (2 * sizeof(int32)))
		return "jsonpath has more subscripts than bytes";
	for (uint32 i = 0; i < 2 * count; i++)
	{
		const char *problem;

		problem = check_path_operand(walk, node, pos + i * sizeof(int32),
									 i % 2 == 1, depth);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/* The part of a node behind its type and the distance of the next one. */
static const char *
check_path_content(PathWalk *walk, int type, uint32 node, uint32 pos,
				   int depth)
{
	const char *problem;

	switch (type)
	{
		case jpiNull:
		case jpiRoot:
		case jpiCurrent:
		case jpiAnyArray:
		case jpiAnyKey:
		case jpiType:
		case jpiSize:
		case jpiAbs:
		case jpiFloor:
		case jpiCeiling:
		case jpiDouble:
		case jpiKeyValue:
		case jpiLast:
		case jpiBigint:
		case jpiBoolean:
		case jpiDate:
		case jpiInteger:
		case jpiNumber:
		case jpiStringFunc:
		case jpiStrLower:
		case jpiStrUpper:
		case jpiStrInitcap:
			return NULL;
		case jpiKey:
		case jpiString:
		case jpiVariable:
			return check_path_string(walk, pos);
		case jpiNumeric:
			return check_path_numeric(walk, pos);
		case jpiBool:
			return pos < walk->len && (uint8) walk->data[pos] <= 1 ?
				NULL : "jsonpath boolean is neither true nor false";
		case jpiAnd:
		case jpiOr:
		case jpiAdd:
		case jpiSub:
		case jpiMul:
		case jpiDiv:
		case jpiMod:
		case jpiEqual:
		case jpiNotEqual:
		case jpiLess:
		case jpiGreater:
		case jpiLessOrEqual:
		case jpiGreaterOrEqual:
		case jpiStartsWith:
		case jpiDecimal:
		case jpiStrReplace:
		case jpiStrSplitPart:
			/* a method may leave its arguments out */
			problem = check_path_operand(walk, node, pos,
										 type == jpiDecimal, depth);
			if (problem == NULL)
				problem = check_path_operand(walk, node, pos + sizeof(int32),
											 type == jpiDecimal, depth);
			return problem;
		case jpiLikeRegex:
			/* flags, then the operand, then the pattern */
			problem = check_path_operand(walk, node, pos + sizeof(int32),
										 false, depth);
			return problem != NULL ? problem :
				check_path_string(walk, pos + 2 * sizeof(int32));
		case jpiNot:
		case jpiExists:
		case jpiIsUnknown:
		case jpiPlus:
		case jpiMinus:
		case jpiFilter:
			return check_path_operand(walk, node, pos, false, depth);
		case jpiDatetime:
		case jpiTime:
		case jpiTimeTz:
		case jpiTimestamp:
		case jpiTimestampTz:
		case jpiStrLtrim:
		case jpiStrRtrim:
		case jpiStrBtrim:
			return check_path_operand(walk, node, pos, true, depth);
		case jpiIndexArray:
			return check_path_subscripts(walk, node, pos, depth);
		case jpiAny:
			return walk->len - pos < 2 * sizeof(uint32) ?
				"jsonpath item is cut off" : NULL;
	}
	return "jsonpath item is of no known type";
}

/*
 * A node and those that follow it in its path.
 *
 * Follows jspInitByBuffer (src/backend/utils/adt/jsonpath.c, REL_19_STABLE)
 */
static const char *
check_path_chain(PathWalk *walk, uint32 pos, bool inner, int depth)
{
	if (depth > AI_VALUE_DEPTH)
		return "jsonpath is nested too deep to be checked";
	for (;;)
	{
		uint32		node = pos;
		const char *problem;
		uint32		next;
		int			type;

		ai_check_pause(walk->checker);
		if (walk->left-- == 0)
			return "jsonpath has items that are referred to twice";
		if (node >= walk->len)
			return "jsonpath item lies outside the value";
		type = (uint8) walk->data[node];
		pos = INTALIGN(node + 1);
		if (pos > walk->len || walk->len - pos < sizeof(int32))
			return "jsonpath item is cut off";
		next = ai_get_uint32(walk->data + pos);
		if (inner && (type == jpiRoot || type == jpiCurrent))
			return "jsonpath begins anew in the middle";
		problem = check_path_content(walk, type, node, pos + sizeof(int32),
									 depth);
		if (problem != NULL || (int32) next <= 0)
			return problem;
		if (next > walk->len - node)
			return "jsonpath item lies outside the value";
		pos = node + next;
		inner = true;
	}
}

/*
 * ai_check_jsonpath - what is wrong with a jsonpath's data, or NULL
 */
const char *
ai_check_jsonpath(AiChecker *checker, const char *data, uint32 len)
{
	PathWalk	walk = {checker, data + sizeof(uint32)};

	if (len < sizeof(uint32))
		return "jsonpath is cut off";
	if ((ai_get_uint32(data) & ~JSONPATH_LAX) != JSONPATH_VERSION)
		return "jsonpath is of another version";
	walk.len = len - sizeof(uint32);
	walk.left = walk.len / (2 * sizeof(int32)) + 1;
	return check_path_chain(&walk, 0, false, 0);
}

/*
 * ai_check_tsvector - what is wrong with a tsvector's data, or NULL
 */
const char *
ai_check_tsvector(AiChecker *checker, const char *data, uint32 len)
{
	uint32		size;
	uint32		space;
	const char *lexemes;

	if (len < sizeof(int32))
		return "tsvector is cut off";
	size = ai_get_uint32(data);
	if (size > (len - sizeof(int32)) / sizeof(WordEntry))
		return "tsvector has more lexemes than bytes";
	lexemes = data + sizeof(int32) + size * sizeof(WordEntry);
	space = len - sizeof(int32) - size * sizeof(WordEntry);
	for (uint32 i = 0; i < size; i++)
	{
		WordEntry	entry;
		uint32		end;

		ai_check_pause(checker);
		memcpy(&entry, data + sizeof(int32) + i * sizeof(entry),
			   sizeof(entry));
		end = entry.pos + entry.len;
		if (end > space)
			return "tsvector lexeme ends beyond the value";
		if (!checker->text_ok(checker, lexemes + entry.pos, entry.len))
			return "tsvector lexeme is not valid in the encoding";
		if (!entry.haspos)
			continue;
		end = SHORTALIGN(end);
		if (end + sizeof(uint16) > space ||
			end + sizeof(uint16) +
			ai_get_uint16(lexemes + end) * sizeof(WordEntryPos) > space)
			return "tsvector positions end beyond the value";
	}
	return NULL;
}

/*
 * ai_check_tsquery - what is wrong with a tsquery's data, or NULL
 *
 * The items are in prefix order: counting how many operands are still due
 * shows whether they make one tree.
 */
const char *
ai_check_tsquery(AiChecker *checker, const char *data, uint32 len)
{
	uint32		size;
	uint32		space;
	uint32		due = 1;
	const char *operands;

	if (len < sizeof(int32))
		return "tsquery is cut off";
	size = ai_get_uint32(data);
	if (size > (len - sizeof(int32)) / sizeof(QueryItem))
		return "tsquery has more items than bytes";
	if (size > AI_QUERY_ITEMS)
		return "tsquery has too many items to be checked";
	operands = data + sizeof(int32) + size * sizeof(QueryItem);
	space = len - sizeof(int32) - size * sizeof(QueryItem);
	for (uint32 i = 0; i < size; i++)
	{
		const char *at = data + sizeof(int32) + i * sizeof(QueryItem);

		if (due == 0)
			return "tsquery has items beyond its tree";
		if (*at == QI_VAL)
		{
			/* after type, weight, prefix and valcrc: length and distance */
			uint32		word = ai_get_uint32(at + 8);
			uint32		oplen = word & 0xFFF;
			uint32		distance = word >> 12;

#ifdef WORDS_BIGENDIAN
			oplen = word >> 20;
			distance = word & 0xFFFFF;
#endif
			if (((const unsigned char *) at)[2] > 1)
				return "tsquery operand's prefix flag is not a boolean";
			if (distance + oplen >= space ||
				operands[distance + oplen] != '\0')
				return "tsquery operand ends beyond the value";
			if (!checker->text_ok(checker, operands + distance, oplen))
				return "tsquery operand is not valid in the encoding";
			due--;
		}
		else if (*at == QI_OPR)
		{
			uint32		left = ai_get_uint32(at + 4);

			if (at[1] < OP_NOT || at[1] > OP_COUNT)
				return "tsquery operator is not known";
			if (at[1] != OP_NOT)
			{
				if (left == 0 || left >= size - i)
					return "tsquery operator's left operand does not exist";
				due++;
			}
			if (at[1] == OP_PHRASE && ai_get_uint16(at + 2) > MAXENTRYPOS)
				return "tsquery operator's distance is out of range";
		}
		else
			return "tsquery item is neither operand nor operator";
	}
	if (size > 0 && due != 0)
		return "tsquery's tree is not whole";
	return NULL;
}
