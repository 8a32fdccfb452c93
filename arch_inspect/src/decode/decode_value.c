/*-------------------------------------------------------------------------
 *
 * decode_value.c
 *	  Checks a value against the shape of its type.
 *
 * Here are the shapes that hold values of other types; array.h, rangetypes.h
 * and multirangetypes.h tell their formats.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/array.h"
#include "utils/rangetypes.h"

#include "decode/decode_heap.h"
#include "decode/decode_toast.h"
#include "decode/decode_value.h"

#define ALIGN_UP(off, by)	(((off) + (by) - 1) & ~((uint32) (by) - 1))

/* the most that copies made while checking one value may hold */
#define SCRATCH_LIMIT	(256 * 1024 * 1024)

static const char *check(AiChecker *checker, const AiType *type,
						 const char *data, uint32 len, int depth);

/* Are the children of a type there? */
static bool
is_whole(AiChecker *checker, const AiType *type)
{
	return type->expanded || checker->expand == NULL ||
		checker->expand(checker, (AiType *) type);
}

#define NOT_WHOLE	"type is built of too many others for its value to be checked"

/*
 * A value inside another, at offset *off of an aligned whole of len bytes.
 * Moves *off behind it.
 */
static const char *
check_part(AiChecker *checker, const AiType *type, const char *whole,
		   uint32 len, uint32 *off, bool align, int depth)
{
	AiStored	part;
	const char *problem;
	uint32		start = *off;

	if (align && !(type->attr.len == -1 && start < len && whole[start] != 0))
		start = ALIGN_UP(start, type->attr.alignby);
	if (start > len)
		return "part of the value starts beyond its end";
	if (type->attr.len > 0)
	{
		if (type->attr.len > len - start)
			return "part of the value ends beyond its end";
		*off = start + type->attr.len;
		return check(checker, type, whole + start, type->attr.len, depth);
	}
	if (type->attr.len != -1)
		return "part of the value has no known length";

	problem = ai_decode_varlena(whole + start, len - start, &part);
	if (problem != NULL)
		return problem;
	*off = start + part.length;
	if (part.storage == AI_STORED_SHORT)
		return check(checker, type, whole + start + VARHDRSZ_SHORT,
					 part.raw_size, depth);
	if (part.storage != AI_STORED_PLAIN)
		return "part of the value is itself compressed or external";
	if (start != ALIGN_UP(start, sizeof(uint32)))
		return "part of the value is not aligned";
	return check(checker, type, whole + start + VARHDRSZ, part.raw_size,
				 depth);
}

/*
 * An array.  whole and len include the varlena header, because alignment
 * inside counts from there.
 */
static const char *
check_array(AiChecker *checker, const AiType *type, const char *data,
			uint32 size, int depth)
{
	const char *whole = data - VARHDRSZ;
	uint32		len = size + VARHDRSZ;
	uint32		ndim;
	uint32		dataoffset;
	uint32		off;
	uint64		nitems = 1;
	const unsigned char *bitmap = NULL;

	if (!is_whole(checker, type))
		return NOT_WHOLE;
	if (len < sizeof(ArrayType))
		return "array has no header";
	ndim = ai_get_uint32(data);
	dataoffset = ai_get_uint32(data + 4);
	if (ndim > MAXDIM)
		return "array has more dimensions than there can be";
	if (ai_get_uint32(data + 8) != type->element)
		return "array's element type is not that of its type";
	off = sizeof(ArrayType) + ndim * 2 * sizeof(int32);
	if (off > len)
		return "array's dimensions are cut off";
	if (type->shape == AI_SHAPE_VECTOR && (ndim != 1 || dataoffset != 0))
		return "vector is not an array of one dimension";
	if (ndim == 0)
		return NULL;

	for (uint32 i = 0; i < ndim; i++)
	{
		int64		dim = (int32) ai_get_uint32(data + 12 +
												i * sizeof(int32));
		int64		lower = (int32) ai_get_uint32(data + 12 +
												  (ndim + i) * sizeof(int32));

		if (dim < 0 || dim + lower > PG_INT32_MAX)
			return "array has an impossible dimension";
		nitems *= dim;
		/* an element is at least one byte, unless it is null */
		if (nitems > (uint64) len * BITS_PER_BYTE)
			return "array has more elements than bytes";
	}
	if (dataoffset != 0)
	{
		bitmap = (const unsigned char *) whole + off;
		off += (nitems + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
	}
	off = MAXALIGN(off);
	if (dataoffset != 0 && dataoffset != off)
		return "array's null bitmap does not fit its elements";
	if (off > len && nitems > 0)
		return "array's elements are cut off";

	for (uint64 i = 0; i < nitems; i++)
	{
		const char *problem;

		ai_check_pause(checker);
		if (bitmap != NULL && (bitmap[i >> 3] & (1 << (i & 7))) == 0)
			continue;
		problem = check_part(checker, type->children[0], whole, len, &off,
							 true, depth + 1);
		if (problem != NULL)
			return problem;
		/* array_out() steps over the padding before it looks */
		off = ALIGN_UP(off, type->children[0]->attr.alignby);
	}
	return NULL;
}

/* The bounds that flags announce, from *off on. */
static const char *
check_range_bounds(AiChecker *checker, const AiType *subtype, uint8 flags,
				   const char *whole, uint32 len, uint32 *off, int depth)
{
	const char *problem = NULL;

	if (RANGE_HAS_LBOUND(flags))
		problem = check_part(checker, subtype, whole, len, off, false, depth);
	if (problem == NULL && RANGE_HAS_UBOUND(flags))
		problem = check_part(checker, subtype, whole, len, off, true, depth);
	return problem;
}

static const char *
check_range(AiChecker *checker, const AiType *type, const char *data,
			uint32 size, int depth)
{
	uint32		off = sizeof(RangeType);

	if (!is_whole(checker, type))
		return NOT_WHOLE;
	if (size < sizeof(Oid) + 1)
		return "range is cut off";
	if (ai_get_uint32(data) != type->oid)
		return "range is of another type than its column";
	return check_range_bounds(checker, type->children[0], data[size - 1],
							  data - VARHDRSZ, size + VARHDRSZ - 1, &off,
							  depth + 1);
}

/* oid, count, count - 1 offsets or lengths, count flags, the bounds */
static const char *
check_multirange(AiChecker *checker, const AiType *type, const char *data,
				 uint32 size, int depth)
{
	const AiType *subtype;
	const char *base = data - VARHDRSZ;
	uint32		len = size + VARHDRSZ;
	uint32		count;
	uint32		flags;
	uint32		begin;
	uint32		offset = 0;

	if (!is_whole(checker, type))
		return NOT_WHOLE;
	subtype = type->children[0];
	if (size < 2 * sizeof(uint32))
		return "multirange is cut off";
	if (ai_get_uint32(data) != type->oid)
		return "multirange is of another type than its column";
	count = ai_get_uint32(data + 4);
	if (count == 0)
		return NULL;
	if (count > size / 5 + 1)
		return "multirange has more ranges than bytes";
	flags = 12 + (count - 1) * sizeof(uint32);
	begin = ALIGN_UP(flags + count, subtype->attr.alignby);
	if (begin > len)
		return "multirange's ranges are cut off";
	for (uint32 i = 0; i < count; i++)
	{
		uint32		off;
		const char *problem;

		ai_check_pause(checker);
		if (i > 0)
		{
			uint32		item = ai_get_uint32(base + 12 +
											 (i - 1) * sizeof(uint32));

			offset = (item & 0x80000000) ? (item & 0x7FFFFFFF) :
				offset + (item & 0x7FFFFFFF);
			if (offset > len - begin ||
				offset != ALIGN_UP(offset, subtype->attr.alignby))
				return "multirange's range starts where none can";
		}
		off = begin + offset;
		problem = check_range_bounds(checker, subtype, base[flags + i], base,
									 len, &off, depth + 1);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/*
 * Memory for a copy, NULL where the caller has none or it becomes too much.
 */
static char *
scratch(AiChecker *checker, uint32 size)
{
	char	   *memory;

	if (size > SCRATCH_LIMIT - checker->allocated)
		return NULL;
	memory = checker->alloc(checker, size);
	if (memory != NULL)
		checker->allocated += size;
	return memory;
}

/* Give back what scratch() gave, if it gave any. */
static void
release(AiChecker *checker, void *memory, uint32 size)
{
	if (memory == NULL)
		return;
	checker->free(checker, memory);
	checker->allocated -= size;
}

/* A column of a composite that is stored compressed. */
static const char *
check_compressed(AiChecker *checker, const AiType *type, const char *at,
				 const AiStored *stored, int depth)
{
	uint32		size = stored->raw_size + 2 * VARHDRSZ;
	char	   *copy = scratch(checker, size);
	const char *problem;

	if (copy == NULL)
		return "value is too large to be checked";
	/* the data begins 4 bytes behind an aligned place, as in a varlena */
	if (!ai_decompress(stored->method, at + VARHDRSZ_COMPRESSED,
					   stored->length - VARHDRSZ_COMPRESSED,
					   copy + VARHDRSZ, stored->raw_size, stored->raw_size))
		problem = "compressed data is corrupt";
	else
		problem = check(checker, type, copy + VARHDRSZ, stored->raw_size,
						depth);
	release(checker, copy, size);
	return problem;
}

/* A column of a composite, as it is stored at "at". */
static const char *
check_column(AiChecker *checker, const AiType *type, const char *at,
			 const AiStored *stored, int depth)
{
	switch (stored->storage)
	{
		case AI_STORED_FIXED:
			return check(checker, type, at, stored->length, depth);
		case AI_STORED_SHORT:
			return check(checker, type, at + VARHDRSZ_SHORT, stored->raw_size,
						 depth);
		case AI_STORED_PLAIN:
			return check(checker, type, at + VARHDRSZ, stored->raw_size,
						 depth);
		case AI_STORED_COMPRESSED:
			return check_compressed(checker, type, at, stored, depth);
		case AI_STORED_EXTERNAL:
			return "composite holds a TOAST pointer";
		case AI_STORED_NULL:
		case AI_STORED_MISSING:
		case AI_STORED_UNREACHED:
			break;
	}
	return NULL;
}

/* The columns of a composite whose header is sound. */
static const char *
check_columns(AiChecker *checker, const AiType *type,
			  const HeapTupleHeaderData *tuple, uint32 len, int depth)
{
	uint32		size = type->nchildren *
		(sizeof(AiAttribute) + sizeof(AiStored));
	AiStored   *stored;
	AiAttribute *attrs;
	const char *problem;

	if (type->nchildren == 0)
		return NULL;
	stored = (AiStored *) scratch(checker, size);
	if (stored == NULL)
		return "value is too large to be checked";
	attrs = (AiAttribute *) (stored + type->nchildren);
	for (int i = 0; i < type->nchildren; i++)
		attrs[i] = type->children[i]->attr;
	problem = ai_decode_attributes(tuple, len, attrs, type->nchildren,
								   stored);
	for (int i = 0; problem == NULL && i < type->nchildren; i++)
		problem = check_column(checker, type->children[i],
							   (const char *) tuple + stored[i].offset,
							   &stored[i], depth + 1);
	release(checker, stored, size);
	return problem;
}

static const char *
check_composite(AiChecker *checker, const AiType *type, const char *data,
				uint32 size, int depth)
{
	const HeapTupleHeaderData *tuple =
		(const HeapTupleHeaderData *) (data - VARHDRSZ);
	uint32		len = size + VARHDRSZ;
	char	   *copy = NULL;
	const char *problem;

	if (!is_whole(checker, type))
		return NOT_WHOLE;
	if (len < MAXALIGN(SizeofHeapTupleHeader))
		return "composite is shorter than a tuple header";

	/* the header may be read in place only where it is aligned */
	if ((uintptr_t) tuple != MAXALIGN((uintptr_t) tuple))
	{
		copy = scratch(checker, len);
		if (copy == NULL)
			return "value is too large to be checked";
		memcpy(copy + VARHDRSZ, data, size);
		tuple = (const HeapTupleHeaderData *) copy;
	}
	if (tuple->t_choice.t_datum.datum_typeid != type->oid)
		problem = "composite is of another type than its column";
	else
		problem = ai_check_composite_header(tuple, len);
	if (problem == NULL)
		problem = check_columns(checker, type, tuple, len, depth);
	release(checker, copy, len);
	return problem;
}

/* The data of a value, without any varlena header. */
static const char *
check(AiChecker *checker, const AiType *type, const char *data, uint32 len,
	  int depth)
{
	if (depth > AI_VALUE_DEPTH)
		return "value is nested too deep to be checked";
	ai_check_pause(checker);
	switch (type->shape)
	{
		case AI_SHAPE_UNKNOWN:
			if (checker->proven)
				return NULL;
			break;
		case AI_SHAPE_BYTES:
			return NULL;
		case AI_SHAPE_TEXT:
			return checker->text_ok(checker, data, len) ? NULL :
				"text is not valid in the database encoding";
		case AI_SHAPE_NAME:
			if (memchr(data, '\0', len) == NULL)
				return "name has no end";
			return checker->text_ok(checker, data, strlen(data)) ? NULL :
				"name is not valid in the database encoding";
		case AI_SHAPE_BOOL:
			return len == 1 && (unsigned char) *data <= 1 ? NULL :
				"boolean is neither true nor false";
		case AI_SHAPE_NUMERIC:
		case AI_SHAPE_BIT:
		case AI_SHAPE_DATE:
		case AI_SHAPE_TIME:
		case AI_SHAPE_TIMETZ:
		case AI_SHAPE_INET:
		case AI_SHAPE_PATH:
		case AI_SHAPE_POLYGON:
		case AI_SHAPE_SNAPSHOT:
		case AI_SHAPE_NDISTINCT:
		case AI_SHAPE_DEPENDENCIES:
			return ai_check_scalar(type->shape, data, len);
		case AI_SHAPE_JSONB:
			return ai_check_jsonb(checker, data, len, false, depth);
		case AI_SHAPE_JSONPATH:
			return ai_check_jsonpath(checker, data, len);
		case AI_SHAPE_TSVECTOR:
			return ai_check_tsvector(checker, data, len);
		case AI_SHAPE_TSQUERY:
			return ai_check_tsquery(checker, data, len);
		case AI_SHAPE_HSTORE:
		case AI_SHAPE_LTREE:
		case AI_SHAPE_LQUERY:
		case AI_SHAPE_LTXTQUERY:
		case AI_SHAPE_CUBE:
		case AI_SHAPE_SEG:
		case AI_SHAPE_ISN:
		case AI_SHAPE_QUERY_INT:
		case AI_SHAPE_RATIONAL:
			return ai_check_contrib(checker, type->shape, data, len);
		case AI_SHAPE_ARRAY:
		case AI_SHAPE_VECTOR:
			return check_array(checker, type, data, len, depth);
		case AI_SHAPE_RANGE:
			return check_range(checker, type, data, len, depth);
		case AI_SHAPE_MULTIRANGE:
			return check_multirange(checker, type, data, len, depth);
		case AI_SHAPE_COMPOSITE:
			return check_composite(checker, type, data, len, depth);
	}
	return ai_not_checked;
}

/*
 * ai_check_value - what is wrong with a value, or NULL if it may be printed
 *
 * data and len leave out the varlena header.  Four bytes before data may be
 * read, and lie at an address aligned as palloc aligns.
 */
const char *
ai_check_value(AiChecker *checker, const AiType *type, const char *data,
			   uint32 len)
{
	checker->allocated = 0;
	checker->steps = 0;
	return check(checker, type, data, len, 0);
}
