/*-------------------------------------------------------------------------
 *
 * decode_attribute.h
 *	  The attributes of a tuple: where each lies and how it is stored.
 *
 * Pure, as decode_page.h says.  What the catalog knows of the columns comes
 * in as an array of AiAttribute.
 *-------------------------------------------------------------------------
 */
#ifndef AI_DECODE_ATTRIBUTE_H
#define AI_DECODE_ATTRIBUTE_H

#include "postgres.h"

#include "access/htup_details.h"

#include "compat_disk.h"

/* A column, as far as its bytes are concerned. */
typedef struct AiAttribute
{
	int16		len;			/* attlen: -1 is a varlena, -2 a C string */
	uint8		alignby;		/* 1, 2, 4 or 8 */
} AiAttribute;

typedef enum AiStorage
{
	AI_STORED_FIXED,			/* of fixed length, or a C string */
	AI_STORED_SHORT,			/* varlena with a one-byte header */
	AI_STORED_PLAIN,			/* varlena with a four-byte header */
	AI_STORED_COMPRESSED,		/* compressed where it is */
	AI_STORED_EXTERNAL,			/* a pointer into the TOAST table */
	AI_STORED_NULL,				/* its bit in the null bitmap is clear */
	AI_STORED_MISSING,			/* column is younger than the tuple */
	AI_STORED_UNREACHED			/* lies behind a damaged one */
} AiStorage;

#define AI_METHOD_NONE	'\0'
#define AI_METHOD_PGLZ	'p'
#define AI_METHOD_LZ4	'l'

/*
 * A stored value.  offset counts from the tuple's first byte, length is all
 * that lies there, header included, padding is what lies unused before it.
 * raw_size is the length of the value's data once it is whole and plain,
 * ext_size what of it lies in the TOAST table; neither counts a header.
 */
typedef struct AiStored
{
	uint32		offset;
	uint32		length;
	uint8		padding;
	AiStorage	storage;
	char		method;
	uint32		raw_size;
	uint32		ext_size;
	Oid			valueid;
	Oid			toastrelid;
	const char *problem;
} AiStored;

extern const char *ai_storage_name(AiStorage storage);
extern const char *ai_method_name(char method);
extern const char *ai_decode_varlena(const char *data, uint32 space,
									 AiStored *out);
extern const char *ai_decode_attribute(const char *base, uint32 off,
									   uint32 len, const AiAttribute *attr,
									   AiStored *out);
extern const char *ai_decode_attributes(const HeapTupleHeaderData *tuple,
										uint32 len, const AiAttribute *attrs,
										int natts, AiStored *out);

#endif							/* AI_DECODE_ATTRIBUTE_H */
