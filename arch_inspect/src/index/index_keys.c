/*-------------------------------------------------------------------------
 *
 * index_keys.c
 *	  The values that an item of an index holds, as text.
 *
 * Columns are separated by a comma, values of one column by a blank; a value
 * that has either, or could be taken for a word of ours, stands in double
 * quotes, doubled within.  One that can't be printed is its bytes in hex.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "index/index_shape.h"
#include "judge/toast_fetch.h"

#include "compat.h"

/*
 * ai_index_append_value - a value, quoted where it must be
 */
void
ai_index_append_value(StringInfo text, const char *value)
{
	static const char *const words[] = {"null", "truncated", "unreadable"};
	static const bool quoted[256] = {
		[','] = true, ['"'] = true, ['='] = true, [' '] = true, ['('] = true,
		[')'] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true
	};
	bool		quote = value[0] == '\0';

	for (const char *c = value; *c != '\0' && !quote; c++)
		quote = quoted[(unsigned char) *c];
	for (int i = 0; i < lengthof(words) && !quote; i++)
		quote = (value[0] | 0x20) == words[i][0] &&
			pg_strcasecmp(value, words[i]) == 0;
	if (!quote)
	{
		appendStringInfoString(text, value);
		return;
	}
	appendStringInfoChar(text, '"');
	for (const char *c = value; *c != '\0'; c++)
	{
		if (*c == '"')
			appendStringInfoChar(text, '"');
		appendStringInfoChar(text, *c);
	}
	appendStringInfoChar(text, '"');
}

/* What can't be printed: its bytes as they lie on the page. */
static void
append_bytes(StringInfo text, const char *bytes, uint32 len)
{
	appendStringInfoString(text, "\\x");
	for (uint32 i = 0; i < len; i++)
		appendStringInfo(text, "%02x", (uint8) bytes[i]);
}

/*
 * ai_index_ready_printer - the printer of a column of desc, made ready where
 * it was not
 */
AiPrinter *
ai_index_ready_printer(AiIndexShape *shape, AiPrinter *printer,
					   TupleDesc desc, int column, MemoryContext run)
{
	if (!printer->ready)
	{
		MemoryContext old = MemoryContextSwitchTo(run);

		ai_printer_init(printer, shape->types, desc, column + 1);
		MemoryContextSwitchTo(old);
	}
	return printer;
}

/* A minmax-multi summary: its ranges, then its single values. */
static const char *
print_multi(AiIndexShape *shape, Relation rel, int column, StringInfo text,
			const char *data, uint32 len, const char *unproven,
			MemoryContext run)
{
	TupleDesc	desc = RelationGetDescr(rel);
	AiPrinter  *printer;
	AiBrinMulti multi;
	const char *problem = ai_brin_multi(data, len, &multi);

	if (problem != NULL)
		return problem;
	if (multi.typid != TupleDescAttr(desc, column)->atttypid)
		return "minmax-multi summary is of another type";
	printer = ai_index_ready_printer(shape, &shape->column_printers[column], desc, column, run);
	appendStringInfoString(text, "minmax-multi");
	for (uint32 i = 0; i < 2 * multi.nranges + multi.nvalues; i++)
	{
		bool		in_range = i < 2 * multi.nranges;
		AiStored	stored;
		char	   *value = NULL;
		char	   *bytes;

		CHECK_FOR_INTERRUPTS();
		problem = ai_brin_multi_next(data, len, TupleDescAttr(desc, column)->attlen,
									 &multi, &stored);
		if (problem != NULL)
			return problem;
		bytes = ai_stored_value(NULL, data + stored.offset, &stored, &problem);
		if (bytes != NULL)
			value = ai_print_value(printer, bytes, stored.raw_size, unproven, &problem);
		appendStringInfoString(text, in_range && i % 2 == 1 ? " .. " : " ");
		if (value == NULL)
			return problem;
		if (in_range && i % 2 == 0)
			appendStringInfoChar(text, '(');
		ai_index_append_value(text, value);
		if (in_range && i % 2 == 1)
			appendStringInfoChar(text, ')');
	}
	return NULL;
}

/* A value of any slot; returns what stands in the way of it. */
static const char *
print_one(AiIndexShape *shape, Relation rel, const AiPage *page,
		  const AiIndexKey *key, StringInfo text, MemoryContext run)
{
	AiPrinter  *printer;
	const char *problem = NULL;
	const char *unproven = ai_page_unproven(page);
	AiBrinBloom bloom;
	char	   *data;
	char	   *value;

	data = ai_stored_value(NULL, page->image + key->stored.offset, &key->stored,
						   &problem);
	if (data == NULL)
		return problem;
	switch (shape->styles[key->slot])
	{
		case AI_SLOT_HASH_CODE:
			appendStringInfo(text, "hash=%u", ai_get_uint32(data));
			return NULL;
		case AI_SLOT_BLOOM:
			problem = ai_brin_bloom(data, key->stored.raw_size, &bloom);
			if (problem == NULL)
				appendStringInfo(text, "bloom of %u bits, %u set, %u hashes",
								 bloom.nbits, bloom.nbits_set, bloom.nhashes);
			return problem;
		case AI_SLOT_MINMAX_MULTI:
			return print_multi(shape, rel, shape->columns[key->slot], text, data,
							   key->stored.raw_size, unproven, run);
		case AI_SLOT_PRINTED:
			break;
	}
	printer = ai_index_ready_printer(shape, &shape->printers[key->slot], shape->desc,
							key->slot, run);
	value = ai_print_value(printer, data, key->stored.raw_size, unproven, &problem);
	if (value != NULL)
		ai_index_append_value(text, value);
	return problem;
}

/*
 * ai_index_print_key - the values of an item as text, NULL where it has none
 *
 * *problem is set to the first reason that a value is not shown.  What a run
 * keeps is made in its context; the caller may see values.
 */
char *
ai_index_print_key(AiIndexShape *shape, Relation rel, const AiPage *page,
				   const AiIndexItem *item, MemoryContext run,
				   const char **problem)
{
	AiIndexKey *keys = shape->keys;
	int			n = shape->method->keys(&shape->index, page->image, item, keys);
	StringInfoData text;

	*problem = NULL;
	if (n == 0 || (item->key_off == 0 && item->sort == 0 && item->nkeys == 0))
		return NULL;
	initStringInfo(&text);
	for (int i = 0; i < n; i++)
	{
		const char *label = keys[i].label;
		const char *reason = NULL;

		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoString(&text, keys[i].column == keys[i - 1].column &&
								   keys[i].column != 0 ? " " : ", ");
		if (label == NULL && keys[i].slot >= 0)
			label = shape->labels[keys[i].slot];
		if (label != NULL)
			appendStringInfo(&text, "%s=", label);
		switch (keys[i].state)
		{
			case AI_KEY_VALUE:
				{
					int			before = text.len;

					reason = print_one(shape, rel, page, &keys[i], &text, run);
					if (reason != NULL && text.len == before)
						append_bytes(&text, page->image + keys[i].stored.offset,
									 keys[i].stored.length);
				}
				break;
			case AI_KEY_NULL:
				appendStringInfoString(&text, "null");
				break;
			case AI_KEY_TRUNCATED:
				appendStringInfoString(&text, "truncated");
				break;
			case AI_KEY_WORD:
				appendStringInfoString(&text, keys[i].word);
				break;
			case AI_KEY_UNREACHED:
				reason = keys[i].stored.problem;
				appendStringInfoString(&text, "unreadable");
				break;
		}
		if (*problem == NULL)
			*problem = reason;
	}
	return text.data;
}
