/*-------------------------------------------------------------------------
 *
 * decode_document.c
 *	  Checks jsonb, tsvector and tsquery values.
 *
 * utils/jsonb.h and tsearch/ts_type.h tell the formats.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tsearch/ts_type.h"
#include "utils/jsonb.h"

#include "decode_value.h"

/*
 * ai_check_jsonb - what is wrong with a JsonbContainer, or NULL
 *
 * Numbers and containers are aligned within the data that follows the
 * entries, and their padding counts as theirs.
 */
const char *
ai_check_jsonb(AiChecker *checker, const char *data, uint32 len, int depth)
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
	if ((header & JB_FSCALAR) && ((header & JB_FOBJECT) || count != 1))
		return "jsonb scalar is not one value";
	if (entries > (len - sizeof(uint32)) / sizeof(JEntry))
		return "jsonb container has more entries than bytes";

	base = data + sizeof(uint32) + entries * sizeof(JEntry);
	space = len - sizeof(uint32) - entries * sizeof(JEntry);
	for (uint32 i = 0; i < entries; i++)
	{
		JEntry		entry = ai_get_uint32(data + sizeof(uint32) + i * sizeof(JEntry));
		uint32		start = end;
		uint32		aligned = INTALIGN(start);
		const char *problem = NULL;

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
											 end - aligned, depth + 1);
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

		memcpy(&entry, data + sizeof(int32) + i * sizeof(entry), sizeof(entry));
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
	if (size > AI_VALUE_DEPTH * 16)
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
			if (distance + oplen >= space || operands[distance + oplen] != '\0')
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
		}
		else
			return "tsquery item is neither operand nor operator";
	}
	if (size > 0 && due != 0)
		return "tsquery's tree is not whole";
	return NULL;
}
