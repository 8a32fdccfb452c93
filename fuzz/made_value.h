/*-------------------------------------------------------------------------
 *
 * made_value.h
 *	  What the targets over values share: how one is made and spoiled.
 *
 * The first byte of an image chooses what it is, the rest is the value's
 * data.
 *-------------------------------------------------------------------------
 */
#ifndef FUZZ_MADE_VALUE_H
#define FUZZ_MADE_VALUE_H

#include "postgres.h"

#include "driver.h"

/* A value being made; positions count from its varlena header. */
static uint8_t *at;
static uint32 used;

static inline void
put(const void *bytes, uint32 len)
{
	memcpy(at + used, bytes, len);
	used += len;
}

static inline void
put8(uint8 value)
{
	put(&value, sizeof(value));
}

static inline void
put16(uint16 value)
{
	put(&value, sizeof(value));
}

static inline void
put32(uint32 value)
{
	put(&value, sizeof(value));
}

static inline void
put64(uint64 value)
{
	put(&value, sizeof(value));
}

static inline void
align(uint32 by)
{
	while (used % by != 0)
		at[used++] = 0;
}

static inline void
patch32(uint32 where, uint32 value)
{
	memcpy(at + where, &value, sizeof(value));
}

/* Image n: what put_value() puts, in memory that is aligned. */
static inline size_t
seed_value(unsigned n, uint8_t *data, void (*put_value) (unsigned n))
{
	static union
	{
		uint8_t		bytes[FUZZ_MAX];
		double		aligned;
	}			value;

	memset(&value, 0, sizeof(value));
	at = value.bytes;
	used = 4;
	put_value(n);
	data[0] = n;
	memcpy(data + 1, value.bytes + 4, used - 4);
	return used - 3;
}

/* Numbers inside a value sit at multiples of two or four. */
static inline void
spoil_value(uint8_t *data, size_t size)
{
	uint32		value = fuzz_random(2) ? fuzz_random(64) : fuzz_absurd();
	size_t		where;

	if (size < 6)
		return;
	where = 1 + fuzz_random(size - 5);
	switch (fuzz_random(4))
	{
		case 0:
			where = 1 + (where - 1) / 4 * 4;
			memcpy(data + where, &value, 4);
			break;
		case 1:
			where = 1 + (where - 1) / 2 * 2;
			memcpy(data + where, &value, 2);
			break;
		case 2:
			data[where] += fuzz_random(2) ? 1 : -1;
			break;
		case 3:
			/* near the head, where the counts are */
			data[1 + fuzz_random(size < 40 ? size - 1 : 39)] = value;
			break;
	}
}

/*
 * The value of an image behind room for a varlena header, in memory of
 * exactly its length; to be freed.
 */
static inline char *
copy_of_value(const uint8_t *data, size_t size)
{
	uint32		len = size - 1;
	char	   *copy = malloc(len + 4);

	memset(copy, 0, 4);
	memcpy(copy + 4, data + 1, len);
	return copy;
}

/* For a target whose try_image() says what is wrong with an image. */
static inline int
try_value(const uint8_t *data, size_t size,
		  const char *(*try_image) (const uint8_t *data, size_t size))
{
	if (size > 0 && size <= FUZZ_MAX)
		try_image(data, size);
	return 0;
}

#endif							/* FUZZ_MADE_VALUE_H */
