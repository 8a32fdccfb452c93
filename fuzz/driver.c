/*-------------------------------------------------------------------------
 *
 * driver.c
 *	  A main program that runs a fuzz target without libFuzzer.
 *
 * With libFuzzer, define FUZZ_WITHOUT_MAIN.
 *
 * usage: TARGET [FROM [RUNS]]       spoil valid images, decode them
 *        TARGET --corpus DIRECTORY  write the valid images as files
 *
 * Every run is made from its number alone: a run that fails is repeated with
 * TARGET NUMBER 1.
 *-------------------------------------------------------------------------
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver.h"

static uint64_t state;
static unsigned long run;
static volatile unsigned sink;

__attribute__((weak)) const char *
fuzz_refused(const uint8_t *data, size_t size)
{
	(void) data;
	(void) size;
	return NULL;
}

unsigned
fuzz_random(unsigned n)
{
	/* xorshift64* */
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned) ((state * UINT64_C(2685821657736338717)) >> 33) % n;
}

uint32_t
fuzz_absurd(void)
{
	static const uint32_t numbers[] = {
		0, 1, 2, 3, 4, 7, 8, 23, 24, 25, 127, 128, 255, 256, 8160, 8168, 8176,
		8191, 8192, 8193, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x0FFFFFFF,
		0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF
	};

	if (fuzz_random(2))
		return numbers[fuzz_random(sizeof(numbers) / sizeof(numbers[0]))];
	return fuzz_random(1 << 20);
}

void
fuzz_fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	abort();
}

/*
 * What an Assert() of the server's headers calls, where those are of a server
 * built with assertions.
 */
extern void ExceptionalCondition(const char *condition, const char *file,
								 int line);

void
ExceptionalCondition(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: failed assertion %s\n", file, line, condition);
	abort();
}

void
fuzz_touch(const void *data, size_t size)
{
	const unsigned char *p = data;
	unsigned	sum = 0;

	while (size-- > 0)
		sum += *p++;
	sink += sum;
}

static void
say_run(int signo)
{
	char		line[64];
	int			len = snprintf(line, sizeof(line), "failed in run %lu\n",
							   run);

	if (write(STDERR_FILENO, line, len) < 0)
		_exit(3);
	signal(signo, SIG_DFL);
	raise(signo);
}

/* What any bytes may suffer. */
static void
spoil(uint8_t *data, size_t size)
{
	static uint8_t other[FUZZ_MAX];
	uint32_t	absurd = fuzz_absurd();
	size_t		at = fuzz_random(size);
	size_t		len = fuzz_random(2) ? fuzz_random(16) : fuzz_random(size);
	size_t		from = fuzz_random(size);

	if (len > size - at)
		len = size - at;
	if (len > size - from)
		len = size - from;
	switch (fuzz_random(8))
	{
		case 0:
			data[at] ^= 1 << fuzz_random(8);
			break;
		case 1:
			data[at] = fuzz_random(256);
			break;
		case 2:
			memcpy(data + at, &absurd, size - at < 4 ? size - at : 4);
			break;
		case 3:
			memcpy(data + at, &absurd, size - at < 2 ? size - at : 2);
			break;
		case 4:
			memmove(data + at, data + from, len);
			break;
		case 5:
			memset(data + at, fuzz_random(3) ? 0 : 0xFF, len);
			break;
		case 6:
			memset(other, 0, sizeof(other));
			fuzz_seed(fuzz_random(fuzz_seeds), other);
			memcpy(data + at, other + from, len);
			break;
		case 7:
			while (len-- > 0)
				data[at + len] = fuzz_random(256);
			break;
	}
}

#ifndef FUZZ_WITHOUT_MAIN
int
main(int argc, char **argv)
{
	static uint8_t seeds[64][FUZZ_MAX];
	static uint8_t image[FUZZ_MAX];
	size_t		sizes[64];
	unsigned long from;
	unsigned long runs;

	if (fuzz_seeds > 64)
		fuzz_fail("too many seeds");
	for (unsigned i = 0; i < fuzz_seeds; i++)
	{
		state = i + 1;
		sizes[i] = fuzz_seed(i, seeds[i]);
		if (fuzz_refused(seeds[i], sizes[i]) != NULL)
		{
			fprintf(stderr, "valid image %u is refused: %s\n", i,
					fuzz_refused(seeds[i], sizes[i]));
			return 1;
		}
	}
	if (argc == 3 && strcmp(argv[1], "--corpus") == 0)
	{
		for (unsigned i = 0; i < fuzz_seeds; i++)
		{
			char		name[1024];
			FILE	   *f;

			snprintf(name, sizeof(name), "%s/seed%02u", argv[2], i);
			f = fopen(name, "w");
			if (f == NULL || fwrite(seeds[i], sizes[i], 1, f) != 1 ||
				fclose(f) != 0)
			{
				perror(name);
				return 1;
			}
		}
		return 0;
	}
	from = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 100000;
	signal(SIGABRT, say_run);

	for (run = from; run < from + runs; run++)
	{
		unsigned	seed;
		size_t		size;

		state = (run + 1) * UINT64_C(0x9E3779B97F4A7C15);
		fuzz_random(2);
		seed = fuzz_random(fuzz_seeds);
		size = sizes[seed];
		memcpy(image, seeds[seed], size);
		for (int i = fuzz_random(6); i > 0; i--)
		{
			if (fuzz_random(3))
				fuzz_mutate(image, size);
			else
				spoil(image, size);
		}
		if (fuzz_random(16) == 0)
			size = fuzz_random(size + 1);
		LLVMFuzzerTestOneInput(image, size);
	}
	return 0;
}
#endif							/* FUZZ_WITHOUT_MAIN */
