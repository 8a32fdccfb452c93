/*-------------------------------------------------------------------------
 *
 * npy.c
 *	  Feeds bytes to the .npy header parser of math_utils.
 *
 * What it accepts must hold: offsets inside the item, items inside 2^63.
 * The parser is compiled in as it is, without the server.
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "../math_utils/src/npy/npy_header.c"

int			LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
	static MuNpyHeader header;
	unsigned char *copy = malloc(length + 1);
	int			i;

	/* a block of its own, so that reading past the end is seen */
	copy = realloc(copy, length > 0 ? length : 1);
	memcpy(copy, bytes, length);
	if (mu_npy_parse(copy, length, &header) == NULL)
	{
		uint64_t	end = 0;

		if (header.data > length || header.nfields < 1 ||
			header.ndim < 0 || header.ndim > 2)
			abort();
		for (i = 0; i < header.nfields; i++)
		{
			if (header.field[i].offset < end ||
				memchr(header.field[i].name, '\0', MU_NPY_NAME) == NULL)
				abort();
			end = header.field[i].offset + header.field[i].size;
		}
		if (end > header.item)
			abort();
		if ((unsigned __int128) header.item * header.shape[0] *
			header.shape[1] +
			header.data > (unsigned __int128) INT64_MAX)
			abort();
	}
	free(copy);
	return 0;
}

#ifdef MU_FUZZ_MAIN
/*
 * Without libFuzzer: change, cut and splice a few headers, "runs" times.
 */
#include <stdio.h>

static const char *const sample[] = {
	"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
	"{'descr': '>i4', 'fortran_order': True, 'shape': (30, 40), }",
	"{'descr': [('a', '<i8'), ('name', '|S10'), ('u', '<U3')], 'fortran_order': False, 'shape': (7,), }",
	"{\"shape\": (), \"descr\": '|b1', \"fortran_order\": False}",
	"{'descr': '<u2', 'fortran_order': False, 'shape': (9223372036854775807L, 2), }",
	"descr shape fortran_order '<f2' [('', '|V8', (2,))] \\ \" L",
};

int
main(int argc, char **argv)
{
	long		runs = argc > 1 ? atol(argv[1]) : 1000000;
	uint64_t	random = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	long		run;

#define RANDOM(n) \
	(random ^= random << 13, random ^= random >> 7, random ^= random << 17, \
	 (size_t) ((random >> 16) % (n)))

	random = random * UINT64_C(0x9E3779B97F4A7C15) | 1;
	for (run = 0; run < runs; run++)
	{
		unsigned char bytes[400];
		const char *text = sample[RANDOM(6)];
		size_t		body = strlen(text);
		size_t		length;
		size_t		prefix = RANDOM(4) == 0 ? 12 : 10;
		int			changes = (int) RANDOM(6);

		memcpy(bytes, "\x93NUMPY\1\0\0\0\0\0", 12);
		if (prefix == 12)
			bytes[6] = (unsigned char) (2 + RANDOM(2));
		memcpy(bytes + prefix, text, body);
		length = prefix + body;
		while (changes-- > 0)
		{
			size_t		where = prefix + RANDOM(length - prefix);

			switch (RANDOM(5))
			{
				case 0:
					bytes[where] = (unsigned char) RANDOM(256);
					break;
				case 1:
					bytes[where] = (unsigned char) "{}[]()'\",: 0123456789LTF<>|bifuSU"[RANDOM(33)];
					break;
				case 2:
					memmove(bytes + where, bytes + where + 1,
							length - where - 1);
					if (length > prefix + 1)
						length--;
					break;
				case 3:
					{
						const char *other = sample[RANDOM(6)];
						size_t		from = RANDOM(strlen(other));
						size_t		n = RANDOM(strlen(other) - from) + 1;

						if (where + n < sizeof(bytes))
						{
							memcpy(bytes + where, other + from, n);
							if (where + n > length)
								length = where + n;
						}
						break;
					}
				default:
					length = prefix + 1 + RANDOM(length - prefix);
			}
		}
		bytes[8] = (unsigned char) (length - prefix);
		bytes[9] = (unsigned char) ((length - prefix) >> 8);
		if (RANDOM(20) == 0)
			bytes[6 + RANDOM(6)] = (unsigned char) RANDOM(256);
		(void) LLVMFuzzerTestOneInput(bytes, RANDOM(30) == 0 ?
									  RANDOM(length + 1) : length);
	}
	printf("%ld inputs, no report\n", runs);
	return 0;
}
#endif
