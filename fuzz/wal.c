/*-------------------------------------------------------------------------
 *
 * wal.c
 *	  Fuzzes the decoders of WAL records.
 *
 * An image is a record in a form of our own: resource manager, info, number
 * of blocks; for each block its flags and the length of its data; then the
 * data of the blocks and, to the end, the main data.  Each part is given to
 * the decoders in memory of exactly its length.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam_xlog.h"
#include "access/rmgr.h"
#include "access/xact.h"

#include "decode/decode_wal.h"
#include "driver.h"

#define BLOCKS	4
#define HEADER	(3 + 3 * BLOCKS)

/* Every resource manager, and one that nobody knows */
const unsigned fuzz_seeds = RM_LOGICALMSG_ID + 2;

static void
put(uint8_t *data, size_t *at, const void *bytes, size_t n)
{
	memcpy(data + *at, bytes, n);
	*at += n;
}

static void
put_uint16(uint8_t *data, size_t *at, uint16 n)
{
	put(data, at, &n, sizeof(n));
}

static void
put_uint32(uint8_t *data, size_t *at, uint32 n)
{
	put(data, at, &n, sizeof(n));
}

size_t
fuzz_seed(unsigned n, uint8_t *data)
{
	uint8		rmid = n;
	size_t		at = HEADER;
	size_t		begin;

	memset(data, 0, HEADER);
	data[0] = rmid;
	data[1] = n % 16 << 4;
	data[2] = 2;
	/*
	 * block 0: three rows of a multi-insert, which is also lists of numbers
	 */
	begin = at;
	for (int i = 0; i < 3; i++)
	{
		put_uint16(data, &at, 9 + 2 * i);
		put_uint16(data, &at, 2);
		put_uint16(data, &at, 0x0902);
		data[at++] = 24;
		for (int j = 0; j < 9 + 2 * i; j++)
			data[at++] = j;
		if (at % 2 != begin % 2)
			data[at++] = 0;
	}
	data[3] = 3;
	data[4] = (at - begin) & 0xFF;
	data[5] = (at - begin) >> 8;
	/* block 1: no data, an image */
	data[6] = 5;

	if (rmid == RM_XACT_ID)
	{
		put_uint32(data, &at, 1000000);
		put_uint32(data, &at, 180000);
		put_uint32(data, &at,
				   XACT_XINFO_HAS_DBINFO | XACT_XINFO_HAS_SUBXACTS |
				   (1U << 2) | XACT_XINFO_HAS_DROPPED_STATS |
				   XACT_XINFO_HAS_INVALS | XACT_XINFO_HAS_TWOPHASE |
				   XACT_XINFO_HAS_GID);
		put_uint32(data, &at, 5);
		put_uint32(data, &at, 1663);
		put_uint32(data, &at, 3);
		for (int i = 0; i < 3; i++)
			put_uint32(data, &at, 800 + i);
		put_uint32(data, &at, 5);
		for (int i = 0; i < 15; i++)
			put_uint32(data, &at, 1663 + i);
		put_uint32(data, &at, 1);
		for (int i = 0; i < sizeof(xl_xact_stats_item) / 4; i++)
			put_uint32(data, &at, i);
		put_uint32(data, &at, 1);
		for (int i = 0; i < sizeof(SharedInvalidationMessage) / 4; i++)
			put_uint32(data, &at, i);
		put_uint32(data, &at, 799);
		put(data, &at, "a gid", 6);
	}
	else
	{
		/* small numbers, wherever a field may lie; the last ones text */
		for (int i = 0; i < 60; i++)
			put_uint16(data, &at, i % 3 == 0 ? 3 : i % 7);
		put(data, &at, "some text", 10);
	}
	return at;
}

void
fuzz_mutate(uint8_t *data, size_t size)
{
	uint32		absurd = fuzz_absurd();
	size_t		at = fuzz_random(size);
	size_t		n = 1 << fuzz_random(3);

	switch (fuzz_random(6))
	{
		case 0:
			data[0] = fuzz_random(RM_LOGICALMSG_ID + 3);
			break;
		case 1:
			data[1] = fuzz_random(16) << 4;
			break;
		case 2:
			data[2 + fuzz_random(HEADER - 2)] = absurd;
			break;
		default:
			if (at + n > size)
				n = size - at;
			memcpy(data + at, &absurd, n);
	}
}

/* A part of the image in memory of its own; NULL for none */
static char *
part(const uint8_t *data, size_t len)
{
	char	   *copy = malloc(len > 0 ? len : 1);

	memcpy(copy, data, len);
	return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AiWalRecord rec;
	char	   *parts[BLOCKS + 1] = {NULL};
	size_t		at = HEADER;
	char		words[AI_WORDS_SIZE];
	char	   *exact;
	AiWalTuple	tuple;
	uint32		position = 0;
	uint32		top;
	const char *xids;
	AiLocator	locator;
	int			n;
	int			tuples = 0;

	if (size < HEADER)
		return 0;
	memset(&rec, 0, sizeof(rec));
	rec.rmid = data[0];
	rec.info = data[1] & 0xF0;
	rec.xid = 700;
	rec.nblocks = data[2] % (BLOCKS + 1);
	for (int i = 0; i < rec.nblocks; i++)
	{
		const uint8_t *head = data + 3 + 3 * i;
		size_t		len = head[1] | head[2] << 8;
		AiWalBlock *block = &rec.blocks[i];

		block->in_use = head[0] & 1;
		block->has_image = (head[0] & 4) != 0;
		block->blkno = 7 + i;
		if (!block->in_use || (head[0] & 2) == 0)
			continue;
		if (len > size - at)
			len = size - at;
		block->data = parts[i] = part(data + at, len);
		block->data_len = len;
		at += len;
	}
	rec.main = parts[BLOCKS] = part(data + at, size - at);
	rec.main_len = size - at;

	exact = malloc(AI_WORDS_SIZE);
	n = ai_wal_action(&rec, exact);
	if (n < 0 || n >= AI_WORDS_SIZE || strlen(exact) != n)
		fuzz_fail("words of another length");
	memcpy(words, exact, n + 1);
	free(exact);
	for (int i = 0; i < n; i++)
		if (words[i] < ' ' || words[i] > '~')
			fuzz_fail("words that can't be printed");

	while (ai_wal_tuple(&rec, &position, &tuple))
	{
		if (tuple.offnum == 0)
			fuzz_fail("row without a line pointer");
		fuzz_touch(tuple.data, tuple.len);
		if (++tuples > 70000)
			fuzz_fail("rows without end");
	}
	(void) ai_wal_tuple_line(&rec, 0);
	(void) ai_wal_tuple_line(&rec, 65535);
	if (rec.rmid == RM_XACT_ID)
	{
		n = ai_wal_xids(&rec, &top, &xids);
		fuzz_touch(xids, n * sizeof(TransactionId));
	}
	if (ai_wal_locator(&rec, &locator))
		fuzz_touch(&locator, sizeof(locator));

	for (int i = 0; i <= BLOCKS; i++)
		free(parts[i]);
	return 0;
}
