/*-------------------------------------------------------------------------
 *
 * decode_value.c
 *	  Fuzzes the checks of values, and the decompressors.
 *
 * The first byte of an image chooses the type, the rest is the value's data.
 * A value is checked in memory of exactly its length.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tsearch/ts_type.h"
#include "utils/jsonb.h"
#include "utils/rangetypes.h"

#include "decode/decode_toast.h"
#include "decode/decode_value.h"
#include "made_value.h"

#define OID_RANGE		3904
#define OID_MULTIRANGE	4451
#define OID_COMPOSITE	16500
#define OID_TEXTRANGE	16600
#define OID_TEXTMULTI	16601

static AiType t_int = {23, AI_SHAPE_BYTES, {4, 4}};
static AiType t_bool = {16, AI_SHAPE_BOOL, {1, 1}};
static AiType t_name = {19, AI_SHAPE_NAME, {64, 1}};
static AiType t_text = {25, AI_SHAPE_TEXT, {-1, 4}};
static AiType t_numeric = {1700, AI_SHAPE_NUMERIC, {-1, 4}};
static AiType t_bit = {1560, AI_SHAPE_BIT, {-1, 4}};
static AiType t_date = {1082, AI_SHAPE_DATE, {4, 4}};
static AiType t_time = {1083, AI_SHAPE_TIME, {8, 8}};
static AiType t_timetz = {1266, AI_SHAPE_TIMETZ, {12, 8}};
static AiType t_ndistinct = {3361, AI_SHAPE_NDISTINCT, {-1, 4}};
static AiType t_dependencies = {3402, AI_SHAPE_DEPENDENCIES, {-1, 4}};
static AiType t_inet = {869, AI_SHAPE_INET, {-1, 4}};
static AiType t_path = {602, AI_SHAPE_PATH, {-1, 8}};
static AiType t_polygon = {604, AI_SHAPE_POLYGON, {-1, 8}};
static AiType t_snapshot = {5038, AI_SHAPE_SNAPSHOT, {-1, 8}};
static AiType t_jsonb = {3802, AI_SHAPE_JSONB, {-1, 4}};
static AiType t_tsvector = {3614, AI_SHAPE_TSVECTOR, {-1, 4}};
static AiType t_tsquery = {3615, AI_SHAPE_TSQUERY, {-1, 4}};
static AiType *child_int[] = {&t_int};
static AiType *child_text[] = {&t_text};
static AiType t_ints = {1007, AI_SHAPE_ARRAY, {-1, 4}, 1, child_int, 23};
static AiType t_texts = {1009, AI_SHAPE_ARRAY, {-1, 4}, 1, child_text, 25};
static AiType t_vector = {22, AI_SHAPE_VECTOR, {-1, 4}, 1, child_int, 23};
static AiType t_range = {OID_RANGE, AI_SHAPE_RANGE, {-1, 4}, 1, child_int,
						 23};
static AiType t_textrange = {OID_TEXTRANGE, AI_SHAPE_RANGE, {-1, 4}, 1,
							 child_text};
static AiType t_multi = {OID_MULTIRANGE, AI_SHAPE_MULTIRANGE, {-1, 4}, 1,
						 child_int, 23};
static AiType t_textmulti = {OID_TEXTMULTI, AI_SHAPE_MULTIRANGE, {-1, 4}, 1,
							 child_text};
static AiType *fields[] = {&t_int, &t_text, &t_bool, &t_texts, &t_jsonb,
						   &t_text};
static AiType t_composite = {OID_COMPOSITE, AI_SHAPE_COMPOSITE, {-1, 8}, 6,
							 fields};
static AiType *child_composite[] = {&t_composite};
static AiType t_composites = {16501, AI_SHAPE_ARRAY, {-1, 8}, 1,
							  child_composite,
	OID_COMPOSITE};

static const AiType *const types[] = {
	&t_int, &t_bool, &t_name, &t_text, &t_numeric, &t_bit, &t_inet, &t_path,
	&t_polygon, &t_snapshot, &t_jsonb, &t_tsvector, &t_tsquery, &t_ints,
	&t_texts, &t_vector, &t_range, &t_textrange, &t_multi, &t_textmulti,
	&t_composite, &t_composites, &t_date, &t_time, &t_timetz, &t_ndistinct,
	&t_dependencies
};

#define NTYPES		lengthof(types)
/* behind the types come the two compression methods */
const unsigned fuzz_seeds = NTYPES + 2;

static void
put_numeric_data(void)
{
	put16(0x8000 | (2 << 7) | 1);
	put16(1234);
	put16(5678);
	put16(9999);
}

/* A 4-byte varlena with the payload that make() puts. */
static void
put_plain(void (*make) (void), uint32 alignby)
{
	uint32		start;
	uint32		header;

	align(alignby);
	start = used;
	used += 4;
	make();
	SET_VARSIZE_4B(&header, used - start);
	memcpy(at + start, &header, 4);
}

static void
put_word(void)
{
	put("some words", fuzz_random(11));
}

static void
put_jsonb_container(int depth)
{
	uint32		count = 3 + fuzz_random(3);
	bool		object = fuzz_random(2);
	uint32		entries = object ? 2 * count : count;
	uint32		header = used;
	uint32		base;

	put32(count | (object ? JB_FOBJECT : JB_FARRAY));
	used += entries * 4;
	base = used;
	for (uint32 i = 0; i < entries; i++)
	{
		uint32		start = used;
		uint32		entry;

		if ((object && i < count) || fuzz_random(3) == 0)
		{
			put_word();
			entry = JENTRY_ISSTRING;
		}
		else if (fuzz_random(2) && depth < 3 && used < FUZZ_MAX / 4)
		{
			align(4);
			put_jsonb_container(depth + 1);
			entry = JENTRY_ISCONTAINER;
		}
		else if (fuzz_random(2))
		{
			put_plain(put_numeric_data, 4);
			entry = JENTRY_ISNUMERIC;
		}
		else
			entry = JENTRY_ISBOOL_TRUE;
		entry |= i % 4 == 3 ? JENTRY_HAS_OFF | (used - base) : used - start;
		memcpy(at + header + 4 + i * 4, &entry, 4);
	}
}

static void
put_jsonb(void)
{
	put_jsonb_container(0);
}

static void
put_array(Oid elemtype, void (*element) (void), uint32 alignby)
{
	uint32		count = used > FUZZ_MAX / 8 ? 1 : 3 + fuzz_random(2);
	bool		nulls = fuzz_random(2);
	uint32		start = used - 4;

	put32(1);
	put32(nulls ? 32 : 0);
	put32(elemtype);
	put32(count);
	put32(1);
	if (nulls)
	{
		at[used] = 0xFE;
		used = start + 32;
	}
	for (uint32 i = nulls ? 1 : 0; i < count; i++)
	{
		if (alignby == 1)
		{
			align(4);
			element();
		}
		else
			put_plain(element, alignby);
	}
}

static void
put_int(void)
{
	put32(fuzz_random(1000));
}

static void
put_texts(void)
{
	/* what is inside must be aligned as the whole is */
	put_array(25, put_word, 4);
}

static void
put_composite(void)
{
	HeapTupleHeaderData h;
	uint32		start = used - 4;
	uint8_t		bits = 0x3F;

	memset(&h, 0, sizeof(h));
	h.t_choice.t_datum.datum_typeid = OID_COMPOSITE;
	h.t_infomask = HEAP_HASNULL;
	h.t_infomask2 = 6;
	h.t_hoff = 24;
	put((char *) &h + 4, SizeofHeapTupleHeader - 4);
	put(&bits, 1);
	used = start + 24;
	put32(17);
	SET_VARSIZE_1B(at + used, 6);
	used += 1;
	put("short", 5);
	at[used++] = 1;
	put_plain(put_texts, 4);
	put_plain(put_jsonb, 4);
	/* ten times "abc", compressed by pglz */
	align(4);
	SET_VARSIZE_4B_C(at + used, 8 + 7);
	used += 4;
	put32(30);
	put("\x08" "abc" "\x0f\x03\x09", 7);
}

static void
put_snapshot(void)
{
	put32(2);
	used += 16 + 2 * 8;
}

/* Append the data of a value of type n. */
static void
put_value(unsigned n)
{
	QueryItem	item;
	WordEntry	entry;

	if (n >= NTYPES)
	{
		/* raw size, then "abcdabcd..." and literals in either method */
		put32(71);
		if (n == NTYPES)
			put("\x10" "abcd" "\x0f\x04\x2e" "123", 11);
		else
			put("\x4f" "abcd" "\x04\x00\x1d\xf0\x04" "1234567890123456789",
				29);
		return;
	}
	switch (types[n]->shape)
	{
		case AI_SHAPE_BYTES:
			put32(5);
			break;
		case AI_SHAPE_BOOL:
			at[used++] = 1;
			break;
		case AI_SHAPE_NAME:
			put("a_name", 6);
			used += 58;
			break;
		case AI_SHAPE_NUMERIC:
			put_numeric_data();
			break;
		case AI_SHAPE_BIT:
			put32(19);
			put("\xFF\x00\xE0", 3);
			break;
		case AI_SHAPE_DATE:
			put32(9000);
			break;
		case AI_SHAPE_TIME:
		case AI_SHAPE_TIMETZ:
			put32(1000000);
			put32(3);
			if (types[n]->shape == AI_SHAPE_TIMETZ)
				put32(3600);
			break;
		case AI_SHAPE_NDISTINCT:
			put32(0xA352BFA4);
			put32(1);
			put32(2);
			for (int i = 2; i <= 3; i++)
			{
				used += 8;
				put32(i);
				put("\1\0\2\0\3", i * 2);
			}
			break;
		case AI_SHAPE_DEPENDENCIES:
			put32(0xB4549A2C);
			put32(1);
			put32(1);
			used += 8;
			put16(2);
			put("\1\0\2\0", 4);
			break;
		case AI_SHAPE_INET:
			put("\x02\x18\x0A\x01\x02\x03", 6);
			break;
		case AI_SHAPE_PATH:
			put32(2);
			used += 8 + 32;
			break;
		case AI_SHAPE_POLYGON:
			put32(3);
			used += 32 + 48;
			break;
		case AI_SHAPE_SNAPSHOT:
			put_snapshot();
			break;
		case AI_SHAPE_JSONB:
			put_jsonb();
			break;
		case AI_SHAPE_TSVECTOR:
			put32(2);
			memset(&entry, 0, sizeof(entry));
			entry.len = 3;
			put(&entry, sizeof(entry));
			entry.haspos = 1;
			entry.pos = 3;
			put(&entry, sizeof(entry));
			put("catdog\2\0\1\0\2\0", 12);
			break;
		case AI_SHAPE_TSQUERY:
			put32(3);
			memset(&item, 0, sizeof(item));
			item.qoperator.type = QI_OPR;
			item.qoperator.oper = OP_AND;
			item.qoperator.left = 2;
			put(&item, sizeof(item));
			for (int i = 0; i < 2; i++)
			{
				memset(&item, 0, sizeof(item));
				item.qoperand.type = QI_VAL;
				item.qoperand.length = 3;
				item.qoperand.distance = i * 4;
				put(&item, sizeof(item));
			}
			put("cat\0dog", 8);
			break;
		case AI_SHAPE_ARRAY:
			if (types[n] == &t_ints)
				put_array(23, put_int, 1);
			else if (types[n] == &t_texts)
				put_texts();
			else
				put_array(OID_COMPOSITE, put_composite, 8);
			break;
		case AI_SHAPE_VECTOR:
			put32(1);
			put32(0);
			put32(23);
			put32(2);
			put32(0);
			put32(7);
			put32(8);
			break;
		case AI_SHAPE_RANGE:
			put32(types[n]->oid);
			if (types[n] == &t_range)
			{
				put32(3);
				put32(9);
			}
			else
			{
				put_plain(put_word, 1);
				put_plain(put_word, 4);
			}
			at[used++] = RANGE_LB_INC;
			break;
		case AI_SHAPE_MULTIRANGE:
			put32(types[n]->oid);
			put32(2);
			put32(8);
			put("\2\2", 2);
			align(4);
			for (int i = 0; i < 4; i++)
			{
				if (types[n] == &t_multi)
					put32(i);
				else
				{
					SET_VARSIZE_1B(at + used, 4);
					used += 1;
					put("abc", 3);
					align(i % 2 ? 4 : 1);
				}
			}
			break;
		case AI_SHAPE_COMPOSITE:
			put_composite();
			break;
		case AI_SHAPE_TEXT:
			put_word();
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

static int	ncopies;

static void *
alloc(AiChecker *checker, uint32 size)
{
	if (size > 1024 * 1024)
		return NULL;
	ncopies++;
	return malloc(size);
}

static void
give_back(AiChecker *checker, void *memory)
{
	ncopies--;
	free(memory);
}

static bool
text_ok(AiChecker *checker, const char *text, uint32 len)
{
	fuzz_touch(text, len);
	return memchr(text, 0xFF, len) == NULL;
}

/* Check the value in an image; returns what is wrong with it. */
static const char *
try_image(const uint8_t *data, size_t size)
{
	AiChecker	checker = {.alloc = alloc, .free = give_back,
						   .text_ok = text_ok};
	unsigned	n = data[0] % (NTYPES + 2);
	uint32		len = size - 1;
	const char *problem;
	char	   *copy;

	if (n >= NTYPES)
	{
		char		method = n == NTYPES ? AI_METHOD_PGLZ : AI_METHOD_LZ4;
		uint32		raw_size;

		if (len < 4)
			return "no raw size";
		memcpy(&raw_size, data + 1, 4);
		raw_size %= 4096;
		copy = malloc(len - 4 + 1);
		memcpy(copy, data + 5, len - 4);
		problem = "does not decompress";
		for (uint32 wanted = raw_size;; wanted /= 2)
		{
			char	   *dest = malloc(wanted + 1);

			if (ai_decompress(method, copy, len - 4, dest, wanted, raw_size))
			{
				fuzz_touch(dest, wanted);
				if (wanted == raw_size)
					problem = NULL;
			}
			free(dest);
			if (wanted == 0)
				break;
		}
		free(copy);
		return problem;
	}

	if (types[n]->attr.len > 0 && len != types[n]->attr.len)
		return "not of the type's length";
	copy = copy_of_value(data, size);
	ncopies = 0;
	problem = ai_check_value(&checker, types[n], copy + 4, len);
	if (ncopies != 0 || checker.allocated != 0)
		fuzz_fail("memory was not given back");
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
