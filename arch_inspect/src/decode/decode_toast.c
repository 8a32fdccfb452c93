/*-------------------------------------------------------------------------
 *
 * decode_toast.c
 *	  Decodes the rows of a TOAST table and decompresses values.
 *
 * The decompressors are ours, because the server's raise an error on bad
 * input or need a library, and because they stop as soon as enough of the
 * value is there.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "decode/decode_toast.h"

/* no run of an LZ4 block is longer than the longest value */
#define LONGEST_RUN		0x3FFFFFFF

/* chunk_id oid, chunk_seq int4, chunk_data bytea */
static const AiAttribute chunk_attributes[] = {{4, 4}, {4, 4}, {-1, 4}};

/*
 * ai_decode_chunk - a tuple of a TOAST table
 *
 * The header has passed ai_check_tuple_header().  Returns what is wrong.
 */
const char *
ai_decode_chunk(const HeapTupleHeaderData *tuple, uint32 len, AiChunk *out)
{
	AiStored	stored[lengthof(chunk_attributes)];
	const char *base = (const char *) tuple;
	const char *problem;

	problem = ai_decode_attributes(tuple, len, chunk_attributes,
								   lengthof(chunk_attributes), stored);
	if (problem != NULL)
		return problem;
	for (int i = 0; i < lengthof(chunk_attributes); i++)
	{
		if (stored[i].storage == AI_STORED_NULL ||
			stored[i].storage == AI_STORED_MISSING)
			return "TOAST chunk has a null column";
	}
	memcpy(&out->chunk_id, base + stored[0].offset, sizeof(Oid));
	memcpy(&out->chunk_seq, base + stored[1].offset, sizeof(int32));
	if (stored[2].storage == AI_STORED_PLAIN)
		out->data = base + stored[2].offset + VARHDRSZ;
	else if (stored[2].storage == AI_STORED_SHORT)
		out->data = base + stored[2].offset + VARHDRSZ_SHORT;
	else
		return "TOAST chunk is itself compressed or external";
	out->length = stored[2].raw_size;
	return NULL;
}

/*
 * Copy a match of len bytes that lies offset bytes back.  It may overlap what
 * it writes, so that a short pattern repeats.
 */
static inline void
copy_match(char *at, uint32 offset, uint32 len)
{
	while (len-- > 0)
	{
		*at = *(at - offset);
		at++;
	}
}

/*
 * common/pg_lzcompress.c tells the format.
 *
 * Follows pglz_decompress (src/common/pg_lzcompress.c, REL_19_STABLE)
 */
static bool
pglz(const unsigned char *in, const unsigned char *in_end,
	 char *dest, char *dest_end, bool whole)
{
	char	   *out = dest;

	while (in < in_end && out < dest_end)
	{
		unsigned	control = *in++;

		for (int i = 0; i < 8 && in < in_end && out < dest_end; i++,
			 control >>= 1)
		{
			uint32		len;
			uint32		offset;

			if ((control & 1) == 0)
			{
				*out++ = *in++;
				continue;
			}
			if (in_end - in < 2)
				return false;
			len = (in[0] & 0x0F) + 3;
			offset = ((in[0] & 0xF0) << 4) | in[1];
			in += 2;
			if (len == 18)
			{
				if (in == in_end)
					return false;
				len += *in++;
			}
			if (offset == 0 || offset > out - dest)
				return false;
			if (len > dest_end - out)
			{
				if (whole)
					return false;
				len = dest_end - out;
			}
			copy_match(out, offset, len);
			out += len;
		}
	}
	return out == dest_end && (!whole || in == in_end);
}

/* The rest of an LZ4 length whose first four bits were all set. */
static bool
lz4_length(const unsigned char **in, const unsigned char *in_end, uint32 *len)
{
	unsigned char byte;

	do
	{
		if (*in == in_end || *len > LONGEST_RUN)
			return false;
		byte = *(*in)++;
		*len += byte;
	} while (byte == 255);
	return true;
}

/* The LZ4 block format: a token, literals, an offset back, a match length. */
static bool
lz4(const unsigned char *in, const unsigned char *in_end,
	char *dest, char *dest_end, bool whole)
{
	char	   *out = dest;

	while (in < in_end)
	{
		unsigned	token = *in++;
		uint32		len = token >> 4;
		uint32		offset;

		if (len == 15 && !lz4_length(&in, in_end, &len))
			return false;
		if (len > in_end - in)
			return false;
		if (len > dest_end - out)
		{
			if (whole)
				return false;
			len = dest_end - out;
		}
		memcpy(out, in, len);
		out += len;
		in += len;

		/* the last sequence has no match */
		if (in == in_end || (!whole && out == dest_end))
			break;

		if (in_end - in < 2)
			return false;
		offset = in[0] | (in[1] << 8);
		in += 2;
		len = token & 0x0F;
		if (len == 15 && !lz4_length(&in, in_end, &len))
			return false;
		len += 4;
		if (offset == 0 || offset > out - dest)
			return false;
		if (len > dest_end - out)
		{
			if (whole)
				return false;
			len = dest_end - out;
		}
		copy_match(out, offset, len);
		out += len;
		if (!whole && out == dest_end)
			break;
	}
	return out == dest_end && (!whole || in == in_end);
}

/*
 * ai_decompress - the first wanted bytes of a value of raw_size bytes
 *
 * dest has room for wanted bytes, wanted is at most raw_size.  Returns
 * whether all of them came; where the whole value is wanted, the source must
 * also end with it.
 */
bool
ai_decompress(char method, const char *source, uint32 source_len,
			  char *dest, uint32 wanted, uint32 raw_size)
{
	const unsigned char *in = (const unsigned char *) source;
	bool		whole = (wanted == raw_size);

	switch (method)
	{
		case AI_METHOD_PGLZ:
			return pglz(in, in + source_len, dest, dest + wanted, whole);
		case AI_METHOD_LZ4:
			return lz4(in, in + source_len, dest, dest + wanted, whole);
	}
	return false;
}
