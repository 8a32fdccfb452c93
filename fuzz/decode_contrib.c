/*-------------------------------------------------------------------------
 *
 * decode_contrib.c
 *	  Fuzzes the checks of jsonpath and of the types of extensions.
 *
 * The first byte of an image chooses the type, the rest is the value's data,
 * which is checked in memory of exactly its length.  What passes is walked as
 * the type's output function walks it, and may lead nowhere else.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/jsonpath.h"

#include "decode/decode_value.h"
#include "made_value.h"

static const AiType types[] = {
	{4072, AI_SHAPE_JSONPATH, {-1, 4}},
	{16500, AI_SHAPE_HSTORE, {-1, 4}},
	{16501, AI_SHAPE_LTREE, {-1, 4}},
	{16502, AI_SHAPE_LQUERY, {-1, 4}},
	{16503, AI_SHAPE_LTXTQUERY, {-1, 4}},
	{16504, AI_SHAPE_CUBE, {-1, 8}},
	{16505, AI_SHAPE_SEG, {12, 4}},
	{16506, AI_SHAPE_ISN, {8, 8}},
	{16507, AI_SHAPE_QUERY_INT, {-1, 4}},
	{16508, AI_SHAPE_RATIONAL, {16, 8}}
};

#define NTYPES		lengthof(types)

const unsigned fuzz_seeds = 4 * NTYPES;

/* A node's type and the place of the next one; returns where it begins. */
static uint32
put_node(int type)
{
	uint32		node = used;

	put8(type);
	align(4);
	put32(0);
	return node;
}

static void
put_path_string(const char *text)
{
	put32(strlen(text));
	put(text, strlen(text) + 1);
}

static uint32 put_path(int depth);

/* An operand of a node: its distance goes to "where". */
static void
put_operand(uint32 node, uint32 where, int depth)
{
	uint32		child = put_path(depth + 1);

	patch32(where, child - node);
}

/* A path: a beginning, then some accessors. */
static uint32
put_path(int depth)
{
	static const int binary[] = {jpiAnd, jpiOr, jpiEqual, jpiAdd, jpiMod,
								 jpiStartsWith};
	uint32		first = used;
	uint32		node;
	int			n = fuzz_random(3);

	if (depth < 4 && fuzz_random(2))
	{
		node = put_node(binary[fuzz_random(lengthof(binary))]);
		put32(0);
		put32(0);
		put_operand(node, node + 8 + (node % 4 ? 4 - node % 4 : 0), depth);
		put_operand(node, node + 12 + (node % 4 ? 4 - node % 4 : 0), depth);
	}
	else
		node = put_node(fuzz_random(2) ? jpiRoot : jpiCurrent);
	while (n-- > 0)
	{
		uint32		next;
		uint32		header = node + 1 + (3 - node % 4);

		next = used;
		patch32(header, next - node);
		switch (fuzz_random(4))
		{
			case 0:
				node = put_node(jpiKey);
				put_path_string("a key");
				break;
			case 1:
				node = put_node(jpiAnyArray);
				break;
			case 2:
				node = put_node(jpiIndexArray);
				put32(1);
				next = used;
				put32(0);
				put32(0);
				put_operand(node, next, depth);
				break;
			default:
				node = put_node(jpiAny);
				put32(0);
				put32(3);
		}
	}
	return first;
}

static void
put_item16(int type, int operator)
{
	put16(type);
	put16(1);
	put32(operator);
}

static void
put_value(unsigned n)
{
	static const char *const words[] = {"a", "words", "of", "some"};

	switch (types[n % NTYPES].shape)
	{
		case AI_SHAPE_JSONPATH:
			put32(JSONPATH_VERSION | JSONPATH_LAX);
			put_path(0);
			break;
		case AI_SHAPE_HSTORE:
			put32(0x80000002);
			put32(0x80000001);
			put32(4);
			put32(6);
			put32(6 | 0x40000000);
			put("keyval", 6);
			break;
		case AI_SHAPE_LTREE:
			put16(4);
			for (int i = 0; i < 4; i++)
			{
				align(8);
				put16(strlen(words[i]));
				put(words[i], strlen(words[i]));
			}
			align(8);
			break;
		case AI_SHAPE_LQUERY:
			put16(2);
			put16(0);
			put16(0);
			align(16);
			/*
			 * a level of two variants, each of eight bytes and a word of one
			 */
			put16(16 + 32);
			put16(0);
			put16(2);
			put16(0);
			put16(0);
			align(16);
			for (int i = 0; i < 2; i++)
			{
				put32(0);
				put16(1);
				put8(1);
				put8('x');
				align(16);
			}
			/* a star */
			put16(16);
			put16(0);
			put16(0);
			put16(1);
			put16(3);
			align(16);
			break;
		case AI_SHAPE_LTXTQUERY:
			put32(4);
			put_item16(3, '&');
			put32(0);
			put_item16(2, 0);
			put8(0);
			put8(1);
			put16(0);
			put_item16(3, '!');
			put32(0);
			put_item16(2, 0);
			put8(0);
			put8(2);
			put16(2);
			put("a\0bc", 5);
			break;
		case AI_SHAPE_CUBE:
			put32(n % 2 ? 3 : 0x80000003);
			used += (n % 2 ? 6 : 3) * 8;
			break;
		case AI_SHAPE_SEG:
			put32(0x3f800000);
			put32(0x40000000);
			put("\1\2~-", 4);
			break;
		case AI_SHAPE_ISN:
			put64(UINT64CONST(9780393040029) << 1);
			break;
		case AI_SHAPE_QUERY_INT:
			put32(4);
			put_item16(2, 5);
			put_item16(3, '!');
			put_item16(2, 6);
			put_item16(3, '|');
			break;
		case AI_SHAPE_RATIONAL:
			put64(5);
			put64(7);
			break;
		default:
			fuzz_fail("a shape without an image");
	}
}

size_t
fuzz_seed(unsigned n, uint8_t *data)
{
	return seed_value(n, data, put_value);
}

void
fuzz_mutate(uint8_t *data, size_t size)
{
	spoil_value(data, size);
}

/*
 * What the output functions do, in short: how many nodes of a jsonpath they
 * meet, and what they read of the others by the lengths in them.
 */
static uint32
walk_path(const char *data, uint32 len, uint32 pos, uint32 met)
{
	uint32		field = INTALIGN(pos + 1);
	uint32		next = ai_get_uint32(data + field);

	fuzz_touch(data + pos, field + 4 - pos);
	if (++met > len)
		fuzz_fail("a jsonpath without end");
	switch ((uint8) data[pos])
	{
		case jpiAnd:
		case jpiOr:
		case jpiEqual:
		case jpiAdd:
		case jpiMod:
		case jpiStartsWith:
			met = walk_path(data, len, pos + ai_get_uint32(data + field + 4),
							met);
			met = walk_path(data, len, pos + ai_get_uint32(data + field + 8),
							met);
			break;
		case jpiKey:
		case jpiString:
		case jpiVariable:
			fuzz_touch(data + field + 8, strlen(data + field + 8) + 1);
			break;
		default:
			break;
	}
	return (int32) next > 0 ? walk_path(data, len, pos + next, met) : met;
}

static void
walk(AiShape shape, const char *data, uint32 len)
{
	uint32		n;

	switch (shape)
	{
		case AI_SHAPE_JSONPATH:
			walk_path(data + 4, len - 4, 0, 0);
			break;
		case AI_SHAPE_HSTORE:
			n = 2 * (ai_get_uint32(data) & 0x0FFFFFFF);
			for (uint32 i = 0; i < n; i++)
			{
				uint32		from = i == 0 ? 0 :
					ai_get_uint32(data + 4 * i) & 0x3FFFFFFF;
				uint32		to = ai_get_uint32(data + 4 + 4 * i) & 0x3FFFFFFF;

				if (to < from)
					fuzz_fail("an hstore entry of negative length");
				fuzz_touch(data + 4 + 4 * n + from, to - from);
			}
			break;
		case AI_SHAPE_LTREE:
			n = ai_get_uint16(data);
			for (uint32 i = 0, off = 4; i < n; i++)
			{
				fuzz_touch(data + off, 2 + ai_get_uint16(data + off));
				off += MAXALIGN(2 + ai_get_uint16(data + off));
			}
			break;
		case AI_SHAPE_CUBE:
			n = ai_get_uint32(data);
			fuzz_touch(data + 4, (n & 0x7FFFFFFF) * ((n >> 31) ? 8 : 16));
			break;
		case AI_SHAPE_LTXTQUERY:
			n = ai_get_uint32(data);
			for (uint32 i = 0; i < n; i++)
			{
				const char *item = data + 4 + 12 * i;
				const char *text = data + 4 + 12 * n +
					ai_get_uint16(item + 10);

				if (ai_get_uint16(item) == 2 &&
					strlen(text) > (uint8) item[9])
					fuzz_fail("an operand longer than it says");
			}
			break;
		default:
			break;
	}
}

static bool
text_ok(AiChecker *checker, const char *text, uint32 len)
{
	fuzz_touch(text, len);
	return memchr(text, 0xFF, len) == NULL && memchr(text, 0, len) == NULL;
}

static const char *
try_image(const uint8_t *data, size_t size)
{
	AiChecker	checker = {.text_ok = text_ok};
	const AiType *type = &types[data[0] % NTYPES];
	uint32		len = size - 1;
	const char *problem;
	char	   *copy;

	if (type->attr.len > 0 && len != type->attr.len)
		return "not of the type's length";
	copy = copy_of_value(data, size);
	problem = ai_check_value(&checker, type, copy + 4, len);
	if (problem == NULL)
		walk(type->shape, copy + 4, len);
	free(copy);
	return problem;
}

const char *
fuzz_refused(const uint8_t *data, size_t size)
{
	return try_image(data, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return try_value(data, size, try_image);
}
