/*-------------------------------------------------------------------------
 *
 * decode_opclass.c
 *	  Checks keys that an operator class keeps in a form of its own.
 *
 * The formats are those of the server's tsgistidx.c and network_gist.c, and
 * of contrib's trgm.h, hstore_gist.c, _int.h, ltree.h and btree_utils_var.h,
 * whose headers are not installed.  Which column has which of them,
 * opclass_key.c decides.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"

#include "decode/decode_opclass.h"

/* the flag of a signature that has all its bits, and so needs none */
#define ALL_TRUE		0x04

/* gtsvector: else it is an array of hashes */
#define TSVECTOR_SIGN	0x02

/* ltree_gist */
#define LTREE_ONE_NODE	0x01
#define LTREE_ALL_TRUE	0x02
#define LTREE_NO_RIGHT	0x04

/* the most numbers that a key of ranges may unpack to, for us */
#define MOST_NUMBERS	(16 * 1024 * 1024)

/* GistInetKey without its header: family, two lengths of prefixes, address */
#define INET_HEADER		3
#define INET_V4			2
#define INET_V6			3

#define TOO_SHORT		"key is shorter than its header"
#define SIGNATURE_SHORT	"signature of the key is cut off"

/*
 * A number of flags in so many bytes, then the signature unless it is full.
 */
static const char *
check_signature(const char *data, uint32 len, uint32 header, uint32 size)
{
	uint32		flags;

	if (len < header)
		return TOO_SHORT;
	flags = header == 1 ? (uint8) data[0] : ai_get_uint32(data);
	if ((flags & ALL_TRUE) == 0 && len - header < size)
		return SIGNATURE_SHORT;
	return NULL;
}

/* Hashes of words, or a signature whose own length is what counts. */
static const char *
check_gtsvector(const char *data, uint32 len)
{
	uint32		flags;

	if (len < sizeof(int32))
		return TOO_SHORT;
	flags = ai_get_uint32(data);
	if ((flags & TSVECTOR_SIGN) != 0 && (flags & ALL_TRUE) == 0 &&
		len == sizeof(int32))
		return SIGNATURE_SHORT;
	return NULL;
}

/* A varlena with a plain header at *off, which is moved behind it. */
static const char *
plain_part(const char *data, uint32 len, uint32 *off, AiStored *part)
{
	const char *problem;

	if (*off > len || len - *off < VARHDRSZ)
		return "part of the key is cut off";
	problem = ai_decode_varlena(data + *off, len - *off, part);
	if (problem != NULL)
		return problem;
	if (part->storage != AI_STORED_PLAIN)
		return "part of the key has not a plain header";
	part->offset = *off + VARHDRSZ;
	*off += part->length;
	return NULL;
}

static const char *
check_ltree_part(AiChecker *checker, const char *data, uint32 len,
				 uint32 *off)
{
	AiStored	part;
	const char *problem = plain_part(data, len, off, &part);

	if (problem != NULL)
		return problem;
	return ai_check_contrib(checker, AI_SHAPE_LTREE, data + part.offset,
							part.raw_size);
}

/*
 * On a leaf one ltree, above a signature, the least and the greatest, which
 * may be the same.
 */
static const char *
check_ltree_gist(AiChecker *checker, bool leaf, uint32 size,
				 const char *data, uint32 len)
{
	uint32		off = sizeof(uint32);
	uint32		flags;
	const char *problem;

	if (len < off)
		return TOO_SHORT;
	flags = ai_get_uint32(data);
	if (((flags & LTREE_ONE_NODE) != 0) != leaf)
		return "key is not of the kind that its page holds";
	if (!leaf && (flags & LTREE_ALL_TRUE) == 0)
	{
		if (len - off < size)
			return SIGNATURE_SHORT;
		off += size;
	}
	problem = check_ltree_part(checker, data, len, &off);
	if (problem == NULL && !leaf && (flags & LTREE_NO_RIGHT) == 0)
		problem = check_ltree_part(checker, data, len, &off);
	return problem;
}

static const char *
check_ltree_array(const char *data, uint32 len, uint32 size)
{
	uint32		flags;

	if (len < sizeof(uint32))
		return TOO_SHORT;
	flags = ai_get_uint32(data);
	if ((flags & LTREE_ALL_TRUE) == 0 && len - sizeof(uint32) < size)
		return SIGNATURE_SHORT;
	return NULL;
}

/*
 * An array that was found sound.  A long one is pairs of numbers, ranges that
 * ascend; the function that unpacks them reckons its room by that.
 */
static const char *
check_int_ranges(const char *data, uint32 len, uint32 ranges)
{
	uint32		ndim = ai_get_uint32(data);
	uint32		off = ai_get_uint32(data + sizeof(int32));
	uint64		n = ndim == 0 ? 0 : 1;
	int64		unpacked = 0;

	for (uint32 i = 0; i < ndim; i++)
		n *= ai_get_uint32(data + (3 + i) * sizeof(int32));
	if (n < 2 * (uint64) ranges)
		return NULL;
	off = off != 0 ? off - VARHDRSZ :
		ARR_OVERHEAD_NONULLS(ndim) - VARHDRSZ;
	if (n % 2 != 0)
		return "ranges of the key are not pairs";
	if (off > len || n > (len - off) / sizeof(int32))
		return "ranges of the key are cut off";
	for (uint64 i = 0; i < n; i += 2)
	{
		const char *at = data + off + i * sizeof(int32);
		int32		low = (int32) ai_get_uint32(at);
		int32		high = (int32) ai_get_uint32(at + sizeof(int32));

		if (low > high)
			return "range of the key ends before it begins";
		if (i > 0)
		{
			int32		before = (int32) ai_get_uint32(at - sizeof(int32));

			if (low < before || (low == before && high != low))
				return "ranges of the key overlap";
		}
		unpacked += (int64) high - low + 1;
		if (unpacked > MOST_NUMBERS)
			return "ranges of the key hold too many numbers";
	}
	return NULL;
}

/*
 * The least value and the greatest, each with its own header; a leaf has one.
 */
static const char *
check_bounds(AiChecker *checker, const AiType *part, const char *data,
			 uint32 len)
{
	uint32		off = 0;

	for (int i = 0; i < 2; i++)
	{
		AiStored	bound;
		const char *problem = plain_part(data, len, &off, &bound);

		if (problem == NULL && part != NULL)
			problem = ai_check_value(checker, part, data + bound.offset,
									 bound.raw_size);
		if (problem != NULL)
			return problem;
		if (off == len)
			return NULL;
		off = INTALIGN(off);
	}
	return NULL;
}

/* Above the leaves a key of addresses of both families has the family 0. */
static const char *
check_inet_key(const char *data, uint32 len)
{
	uint8		family;
	uint32		size;

	if (len < INET_HEADER)
		return TOO_SHORT;
	family = (uint8) data[0];
	if (family == 0)
		return NULL;
	if (family != INET_V4 && family != INET_V6)
		return "family of the key's address is not known";
	size = family == INET_V4 ? 4 : 16;
	if (len - INET_HEADER < size)
		return "address of the key is cut off";
	if ((uint8) data[1] > size * BITS_PER_BYTE ||
		(uint8) data[2] > size * BITS_PER_BYTE)
		return "key has more bits than an address";
	return NULL;
}

/*
 * ai_check_opclass_key - what is wrong with a key of that form, or NULL
 *
 * data leaves out the varlena header, which stands before it; for
 * AI_KEYFORM_VALUE the caller asks ai_check_value(), for INT_RANGES that too.
 */
const char *
ai_check_opclass_key(AiChecker *checker, const AiKeyRule *rule, bool leaf,
					 const char *data, uint32 len)
{
	switch (rule->form)
	{
		case AI_KEYFORM_VALUE:
		case AI_KEYFORM_BYTES:
			return NULL;
		case AI_KEYFORM_TSVECTOR:
			return check_gtsvector(data, len);
		case AI_KEYFORM_TRIGRAMS:
			/* a leaf has the trigrams, as many as there is room for */
			if (leaf)
				return len < 1 ? TOO_SHORT : NULL;
			return check_signature(data, len, 1, rule->size);
		case AI_KEYFORM_SIGNATURE:
			return check_signature(data, len, sizeof(int32), rule->size);
		case AI_KEYFORM_LTREE:
			return check_ltree_gist(checker, leaf, rule->size, data, len);
		case AI_KEYFORM_LTREE_ARRAY:
			return check_ltree_array(data, len, rule->size);
		case AI_KEYFORM_INT_RANGES:
			return check_int_ranges(data, len, rule->size);
		case AI_KEYFORM_BOUNDS:
			return check_bounds(checker, leaf ? rule->leaf_part : rule->part,
								data, len);
		case AI_KEYFORM_INET:
			return check_inet_key(data, len);
	}
	return "form of the key is not known";
}
