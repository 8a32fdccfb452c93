/*-------------------------------------------------------------------------
 *
 * decode_attribute.c
 *	  Walks the attributes of a tuple.
 *
 * It goes as heap_deform_tuple() does, and believes no length.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "decode/decode_attribute.h"

/* the longest a varlena can be, header included */
#define VARLENA_LIMIT	0x3FFFFFFF

#define ALIGN_UP(off, by)	(((off) + (by) - 1) & ~((uint32) (by) - 1))

/*
 * ai_storage_name - the word that the column "storage" shows
 *
 * Of an attribute that could not be reached nothing is known: NULL.
 */
const char *
ai_storage_name(AiStorage storage)
{
	switch (storage)
	{
		case AI_STORED_FIXED:
			return "fixed";
		case AI_STORED_SHORT:
			return "short";
		case AI_STORED_PLAIN:
			return "plain";
		case AI_STORED_COMPRESSED:
			return "compressed";
		case AI_STORED_EXTERNAL:
			return "external";
		case AI_STORED_NULL:
			return "null";
		case AI_STORED_MISSING:
			return "missing";
		case AI_STORED_UNREACHED:
			break;
	}
	return NULL;
}

/*
 * ai_method_name - the compression method, or NULL where there is none
 */
const char *
ai_method_name(char method)
{
	switch (method)
	{
		case AI_METHOD_PGLZ:
			return "pglz";
		case AI_METHOD_LZ4:
			return "lz4";
	}
	return NULL;
}

/*
 * The two bits of a compression method.  Returns what is wrong with them.
 */
static const char *
decode_method(uint32 bits, char *method)
{
	if (bits > 1)
		return "compression method is not known";
	*method = bits == 0 ? AI_METHOD_PGLZ : AI_METHOD_LZ4;
	return NULL;
}

/* A pointer into a TOAST table; space is what is left of the tuple. */
static const char *
decode_external(const char *data, uint32 space, AiStored *out)
{
	varatt_external ptr;
	uint32		rest;

	if (space < VARHDRSZ_EXTERNAL)
		return "TOAST pointer is cut off by the end of the tuple";
	if (((const unsigned char *) data)[1] != VARTAG_ONDISK)
		return "TOAST pointer has an unexpected tag";
	if (space < VARHDRSZ_EXTERNAL + sizeof(ptr))
		return "TOAST pointer is cut off by the end of the tuple";
	memcpy(&ptr, data + VARHDRSZ_EXTERNAL, sizeof(ptr));

	out->length = VARHDRSZ_EXTERNAL + sizeof(ptr);
	out->valueid = ptr.va_valueid;
	out->toastrelid = ptr.va_toastrelid;
	out->ext_size = ptr.va_extinfo & VARLENA_EXTSIZE_MASK;
	if (ptr.va_rawsize < VARHDRSZ || ptr.va_rawsize > VARLENA_LIMIT)
		return "TOAST pointer's raw size is out of range";
	out->raw_size = ptr.va_rawsize - VARHDRSZ;
	if (out->ext_size > out->raw_size)
		return "TOAST pointer's stored size exceeds its raw size";
	if (!OidIsValid(ptr.va_valueid) || !OidIsValid(ptr.va_toastrelid))
		return "TOAST pointer leads to no value";
	rest = ptr.va_extinfo >> VARLENA_EXTSIZE_BITS;
	if (out->ext_size < out->raw_size)
		return decode_method(rest, &out->method);
	if (rest != 0)
		return "TOAST pointer has a compression method but no compressed value";
	return NULL;
}

/*
 * A varlena that begins at data and has at most space bytes.  *out is zeroed.
 */
static inline const char *
decode_varlena(const char *data, uint32 space, AiStored *out)
{
	uint32		header;
	uint32		info;

	out->storage = AI_STORED_PLAIN;
	if (space == 0)
		return "attribute starts at the end of the tuple";
	if (VARATT_IS_1B_E(data))
	{
		out->storage = AI_STORED_EXTERNAL;
		return decode_external(data, space, out);
	}
	if (VARATT_IS_1B(data))
	{
		out->storage = AI_STORED_SHORT;
		if (VARSIZE_1B(data) > space)
			return "short varlena ends beyond the tuple";
		out->length = VARSIZE_1B(data);
		out->raw_size = out->length - VARHDRSZ_SHORT;
		return NULL;
	}

	if (VARATT_IS_4B_C(data))
		out->storage = AI_STORED_COMPRESSED;
	if (space < VARHDRSZ)
		return "varlena header is cut off by the end of the tuple";
	memcpy(&header, data, sizeof(header));
	header = VARSIZE_4B(&header);
	if (header < VARHDRSZ)
		return "varlena is shorter than its header";
	if (header > space)
		return "varlena ends beyond the tuple";
	out->length = header;
	if (out->storage == AI_STORED_PLAIN)
	{
		out->raw_size = header - VARHDRSZ;
		return NULL;
	}

	if (header < VARHDRSZ_COMPRESSED)
		return "compressed varlena is shorter than its header";
	memcpy(&info, data + VARHDRSZ, sizeof(info));
	out->raw_size = info & VARLENA_EXTSIZE_MASK;
	if (out->raw_size > VARLENA_LIMIT - VARHDRSZ)
		return "compressed varlena's raw size is out of range";
	if (out->raw_size + VARHDRSZ <= header)
		return "compressed varlena is not smaller than its raw size";
	return decode_method(info >> VARLENA_EXTSIZE_BITS, &out->method);
}

/*
 * ai_decode_varlena - a varlena that begins at data and has at most space
 * bytes
 *
 * Fills all of *out, with an offset of 0; returns what is wrong, NULL if
 * nothing.  Where something is, length may still be 0.
 */
const char *
ai_decode_varlena(const char *data, uint32 space, AiStored *out)
{
	memset(out, 0, sizeof(*out));
	return decode_varlena(data, space, out);
}

/*
 * An attribute that is there, from its unaligned start on.  *out is zeroed.
 */
static inline const char *
decode_one(const char *base, uint32 off, uint32 len, const AiAttribute *attr,
		   AiStored *out)
{
	uint32		start = ALIGN_UP(off, attr->alignby);

	if (attr->len == -1 && off < len && base[off] != 0)
	{
		/*
		 * a byte that is not zero is no padding, so a short header is there
		 */
		if (start != off && !VARATT_IS_1B(base + off))
		{
			out->offset = off;
			return "varlena with a four-byte header is not aligned";
		}
		start = off;
	}
	out->offset = start;
	out->padding = start - off;
	if (start > len)
		return "attribute starts beyond the tuple";

	if (attr->len > 0)
	{
		if (attr->len > len - start)
			return "attribute ends beyond the tuple";
		out->length = attr->len;
		out->raw_size = attr->len;
		return NULL;
	}
	if (attr->len == -1)
		return decode_varlena(base + start, len - start, out);
	if (attr->len == -2)
	{
		const char *nul = memchr(base + start, '\0', len - start);

		if (nul == NULL)
			return "C string has no end";
		out->length = nul - (base + start) + 1;
		out->raw_size = out->length - 1;
		return NULL;
	}
	return "attribute has no known length";
}

/*
 * ai_decode_attribute - one that is there, of a tuple that is no heap tuple
 *
 * It lies between off, from where its alignment is counted on, and len, both
 * offsets from base; fills all of *out, and returns what is wrong.
 */
const char *
ai_decode_attribute(const char *base, uint32 off, uint32 len,
					const AiAttribute *attr, AiStored *out)
{
	memset(out, 0, sizeof(*out));
	out->problem = decode_one(base, off, len, attr, out);
	return out->problem;
}

/*
 * ai_decode_attributes - fill out[0 .. natts - 1] from a tuple of len bytes
 *
 * The header has passed ai_check_tuple_header().  A table with fewer columns
 * than the tuple has attributes is a problem of the tuple as a whole, and so
 * is the end of the user data when the walk goes wrong: returns the first
 * problem, NULL if there is none.
 *
 * Follows heap_deform_tuple
 * (src/backend/access/common/heaptuple.c, REL_19_STABLE)
 */
const char *
ai_decode_attributes(const HeapTupleHeaderData *tuple, uint32 len,
					 const AiAttribute *attrs, int natts, AiStored *out)
{
	const char *base = (const char *) tuple;
	const char *first = NULL;
	bool		lost = false;
	bool		hasnull = (tuple->t_infomask & HEAP_HASNULL) != 0;
	int			stored = tuple->t_infomask2 & HEAP_NATTS_MASK;
	uint32		off = tuple->t_hoff;
	int			i;

	if (stored > natts)
		first = "tuple has more attributes than the table has columns";

	StaticAssertStmt(AI_STORED_FIXED == 0, "zeroed is fixed");
	memset(out, 0, sizeof(*out) * natts);
	for (i = 0; i < Min(stored, natts); i++)
	{
		AiStored   *a = &out[i];

		if (hasnull && (tuple->t_bits[i >> 3] & (1 << (i & 7))) == 0)
		{
			a->storage = AI_STORED_NULL;
			continue;
		}
		if (unlikely(lost))
		{
			a->storage = AI_STORED_UNREACHED;
			a->problem = "lies behind a damaged attribute";
			continue;
		}
		a->problem = decode_one(base, off, len, &attrs[i], a);
		if (a->storage == AI_STORED_EXTERNAL && a->problem == NULL &&
			(tuple->t_infomask & HEAP_HASEXTERNAL) == 0)
			a->problem = "TOAST pointer in a tuple without HEAP_HASEXTERNAL";
		if (unlikely(a->problem != NULL) && first == NULL)
			first = a->problem;

		/* a length that could be had leads on, even past a damaged value */
		lost = a->length == 0;
		off = a->offset + a->length;
	}
	for (; i < natts; i++)
		out[i].storage = AI_STORED_MISSING;
	return first;
}
