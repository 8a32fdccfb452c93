/*-------------------------------------------------------------------------
 *
 * decode_opclass.c
 *	  Fuzzes the checks of keys that operator classes keep in their own form.
 *
 * The first byte of an image chooses the form, the rest is the key's data.
 * What passes is then read as the operator class reads it, which believes
 * every number in it.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"

#include "decode/decode_opclass.h"
#include "made_value.h"

/* length of signatures, and ranges of an array */
#define SIGNATURE	8
#define RANGES		2

static AiType t_int = {23, AI_SHAPE_BYTES, {4, 4}};
static AiType t_text = {25, AI_SHAPE_TEXT, {-1, 4}};
static AiType *child_int[] = {&t_int};
static AiType t_ints = {1007, AI_SHAPE_ARRAY, {-1, 4}, 1, child_int, 23};

static const struct
{
	AiKeyRule	rule;
	bool		leaf;
}			forms[] = {
	{{AI_KEYFORM_TSVECTOR}, false},
	{{AI_KEYFORM_TRIGRAMS, SIGNATURE}, false},
	{{AI_KEYFORM_TRIGRAMS, SIGNATURE}, true},
	{{AI_KEYFORM_SIGNATURE, SIGNATURE}, false},
	{{AI_KEYFORM_LTREE, SIGNATURE}, false},
	{{AI_KEYFORM_LTREE, SIGNATURE}, true},
	{{AI_KEYFORM_LTREE_ARRAY, SIGNATURE}, false},
	{{AI_KEYFORM_INT_RANGES, RANGES}, false},
	{{AI_KEYFORM_BOUNDS, 0, &t_text, &t_text}, false},
	{{AI_KEYFORM_BOUNDS, 0, NULL, NULL}, true},
	{{AI_KEYFORM_INET}, false}
};

const unsigned fuzz_seeds = lengthof(forms);

static void
put_bytes(uint32 n)
{
	for (uint32 i = 0; i < n; i++)
		put8(fuzz_random(250));
}

/* A varlena with a plain header around an ltree of three labels. */
static void
put_ltree(void)
{
	uint32		start = used;

	used += 4;
	put16(3);
	while ((used - start) % MAXIMUM_ALIGNOF != 0)
		put8(0);
	for (int i = 0; i < 3; i++)
	{
		uint32		length = fuzz_random(12);

		put16(length);
		put_bytes(length);
		while ((used - start) % MAXIMUM_ALIGNOF != 0)
			put8(0);
	}
	patch32(start, (used - start) << 2);
}

static void
put_bound(void)
{
	uint32		length = fuzz_random(20);

	put32((length + 4) << 2);
	put_bytes(length);
}

static void
put_ranges(void)
{
	uint32		n = 2 * fuzz_random(6);
	int32		number = (int32) fuzz_random(100) - 50;

	put32(1);
	put32(0);
	put32(23);
	put32(n);
	put32(1);
	for (uint32 i = 0; i < n; i++)
	{
		number += i % 2 == 0 ? 1 + fuzz_random(9) : fuzz_random(9);
		put32(number);
	}
}

static void
put_key(unsigned n)
{
	bool		full = fuzz_random(4) == 0;

	switch (forms[n].rule.form)
	{
		case AI_KEYFORM_TSVECTOR:
			put32(full ? 6 : fuzz_random(2) ? 2 : 1);
			put_bytes(full ? 0 : SIGNATURE);
			break;
		case AI_KEYFORM_TRIGRAMS:
			put8(full ? 6 : 2);
			put_bytes(SIGNATURE);
			break;
		case AI_KEYFORM_SIGNATURE:
			put32(full ? 4 : 0);
			put_bytes(full ? 0 : SIGNATURE);
			break;
		case AI_KEYFORM_LTREE:
			put32(forms[n].leaf ? 1 : full ? 2 : fuzz_random(2) * 4);
			if (!forms[n].leaf)
				put_bytes(full ? 0 : SIGNATURE);
			put_ltree();
			if (!forms[n].leaf)
				put_ltree();
			break;
		case AI_KEYFORM_LTREE_ARRAY:
			put32(full ? 2 : 0);
			put_bytes(full ? 0 : SIGNATURE);
			break;
		case AI_KEYFORM_INT_RANGES:
			put_ranges();
			break;
		case AI_KEYFORM_BOUNDS:
			put_bound();
			if (forms[n].leaf)
				break;
			while (used % 4 != 0)
				put8(0);
			put_bound();
			break;
		default:
			put8(2 + fuzz_random(2));
			put8(24);
			put8(fuzz_random(32));
			put_bytes(16);
			break;
	}
}

size_t
fuzz_seed(unsigned n, uint8_t *data)
{
	return seed_value(n, data, put_key);
}

void
fuzz_mutate(uint8_t *data, size_t size)
{
	spoil_value(data, size);
}

static bool
text_ok(AiChecker *checker, const char *text, uint32 len)
{
	fuzz_touch(text, len);
	return memchr(text, 0xFF, len) == NULL;
}

static uint32
size_at(const char *at)
{
	return ai_get_uint32(at) >> 2;
}

/* As ltree_compare() walks. */
static uint32
read_ltree(const char *tree)
{
	uint32		off = MAXALIGN(VARHDRSZ + sizeof(uint16));

	for (uint32 i = ai_get_uint16(tree + VARHDRSZ); i > 0; i--)
	{
		uint32		length = ai_get_uint16(tree + off);

		fuzz_touch(tree + off + sizeof(uint16), length);
		off += MAXALIGN(sizeof(uint16) + length);
	}
	return size_at(tree);
}

/*
 * As g_int_decompress() unpacks: room by one reckoning, numbers by another.
 */
static void
unpack(const char *data)
{
	uint32		ndim = ai_get_uint32(data);
	uint32		off = ai_get_uint32(data + 4);
	int64		n = ndim == 0 ? 0 : 1;
	int64		room = 0;
	int64		k = 0;
	int32	   *a;
	int32	   *numbers;

	for (uint32 i = 0; i < ndim; i++)
		n *= ai_get_uint32(data + (3 + i) * 4);
	if (n < 2 * RANGES)
		return;
	off = off != 0 ? off : ARR_OVERHEAD_NONULLS(ndim);
	a = (int32 *) (data - VARHDRSZ + off);
	for (int64 i = 0; i < n; i += 2)
	{
		if (i == 0 || a[i] != a[i - 1])
			room += (int64) a[i + 1] - a[i] + 1;
	}
	if (room < 0 || room > 100000)
		return;
	numbers = malloc(Max(room, 1) * sizeof(int32));
	for (int64 i = 0; i < n; i += 2)
	{
		for (int64 j = a[i]; j <= a[i + 1]; j++)
		{
			if (i == 0 || numbers[k - 1] != j)
				numbers[k++] = (int32) j;
		}
	}
	if (k > room)
		fuzz_fail("more numbers than there is room for");
	free(numbers);
}

/* Read a key that passed. */
static void
read_key(unsigned n, const char *data, uint32 len)
{
	const char *signature = data + sizeof(uint32);
	const char *tree = signature;

	switch (forms[n].rule.form)
	{
		case AI_KEYFORM_TSVECTOR:
			if ((data[0] & 2) != 0 && (data[0] & 4) == 0)
				fuzz_touch(signature + 77 % ((len - 4) * 8) / 8, 1);
			break;
		case AI_KEYFORM_TRIGRAMS:
			if (!forms[n].leaf && (data[0] & 4) == 0)
				fuzz_touch(data + 1, SIGNATURE);
			else if (forms[n].leaf)
				fuzz_touch(data + 1, (len - 1) / 3 * 3);
			break;
		case AI_KEYFORM_SIGNATURE:
			if ((data[0] & 4) == 0)
				fuzz_touch(signature, SIGNATURE);
			break;
		case AI_KEYFORM_LTREE:
			if (!forms[n].leaf && (data[0] & 2) == 0)
			{
				fuzz_touch(signature, SIGNATURE);
				tree += SIGNATURE;
			}
			tree += read_ltree(tree);
			if (!forms[n].leaf && (data[0] & 4) == 0)
				read_ltree(tree);
			break;
		case AI_KEYFORM_LTREE_ARRAY:
			if ((data[0] & 2) == 0)
				fuzz_touch(signature, SIGNATURE);
			break;
		case AI_KEYFORM_INT_RANGES:
			unpack(data);
			break;
		case AI_KEYFORM_BOUNDS:
			fuzz_touch(data + VARHDRSZ, size_at(data) - VARHDRSZ);
			if (len > size_at(data))
			{
				tree = data + INTALIGN(size_at(data));
				fuzz_touch(tree + VARHDRSZ, size_at(tree) - VARHDRSZ);
			}
			break;
		default:
			if (data[0] != 0)
				fuzz_touch(data + 3, data[0] == 2 ? 4 : 16);
			break;
	}
}

/* Check the key in an image; returns what is wrong with it. */
static const char *
try_image(const uint8_t *data, size_t size)
{
	AiChecker	checker = {.text_ok = text_ok};
	unsigned	n = data[0] % lengthof(forms);
	uint32		len = size - 1;
	const char *problem = NULL;
	char	   *copy = copy_of_value(data, size);

	if (forms[n].rule.form == AI_KEYFORM_INT_RANGES)
		problem = ai_check_value(&checker, &t_ints, copy + 4, len);
	if (problem == NULL)
		problem = ai_check_opclass_key(&checker, &forms[n].rule,
									   forms[n].leaf, copy + 4, len);
	if (problem == NULL)
		read_key(n, copy + 4, len);
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
