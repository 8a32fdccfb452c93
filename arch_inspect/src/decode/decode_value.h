/*-------------------------------------------------------------------------
 *
 * decode_value.h
 *	  Are the bytes of a value such that its type can print them?
 *
 * A type's output function believes what it is given: counts, offsets and
 * lengths inside the value.  Before one is called, every such number is
 * followed here once, with the end of the value in sight.  Pure, as
 * decode_page.h says; memory and the check of an encoding come from the
 * caller.
 *-------------------------------------------------------------------------
 */
#ifndef AI_DECODE_VALUE_H
#define AI_DECODE_VALUE_H

#include "postgres.h"

#include "decode/decode_attribute.h"

typedef enum AiShape
{
	AI_SHAPE_UNKNOWN,			/* nobody told us how it is built */
	AI_SHAPE_BYTES,				/* any bytes will do */
	AI_SHAPE_TEXT,
	AI_SHAPE_NAME,
	AI_SHAPE_BOOL,
	AI_SHAPE_NUMERIC,
	AI_SHAPE_BIT,
	AI_SHAPE_DATE,
	AI_SHAPE_TIME,
	AI_SHAPE_TIMETZ,
	AI_SHAPE_INET,
	AI_SHAPE_PATH,
	AI_SHAPE_POLYGON,
	AI_SHAPE_SNAPSHOT,
	AI_SHAPE_JSONB,
	AI_SHAPE_JSONPATH,
	AI_SHAPE_TSVECTOR,
	AI_SHAPE_TSQUERY,
	AI_SHAPE_NDISTINCT,
	AI_SHAPE_DEPENDENCIES,
	AI_SHAPE_HSTORE,			/* from here on types of extensions */
	AI_SHAPE_LTREE,
	AI_SHAPE_LQUERY,
	AI_SHAPE_LTXTQUERY,
	AI_SHAPE_CUBE,
	AI_SHAPE_SEG,
	AI_SHAPE_ISN,
	AI_SHAPE_QUERY_INT,
	AI_SHAPE_RATIONAL,
	AI_SHAPE_ARRAY,				/* child 0 is the element; from here on types
								 * that have children */
	AI_SHAPE_VECTOR,			/* int2vector, oidvector: so is it here */
	AI_SHAPE_RANGE,				/* child 0 is the subtype */
	AI_SHAPE_MULTIRANGE,		/* child 0 is the subtype */
	AI_SHAPE_COMPOSITE			/* the children are the columns */
} AiShape;

/*
 * A type.  oid is that of the type, which the value repeats where it is a
 * range or a composite; element what an array repeats of its elements, which
 * may be a domain over the child.
 */
typedef struct AiType
{
	Oid			oid;
	AiShape		shape;
	AiAttribute attr;
	int			nchildren;
	struct AiType **children;
	Oid			element;
	bool		expanded;		/* the children are filled in */
} AiType;

/*
 * What the check of a value asks of its caller.  alloc may return NULL: then
 * the value counts as not checked.  expand, which may be NULL where every
 * type is whole, fills in the children of a type that is met for the first
 * time, or returns false where there would be too many.  pause, which may be
 * NULL, is called now and then in what may take long.
 */
typedef struct AiChecker
{
	void	   *(*alloc) (struct AiChecker *checker, uint32 size);
	void		(*free) (struct AiChecker *checker, void *memory);
	bool		(*text_ok) (struct AiChecker *checker, const char *text,
							uint32 len);
	bool		(*expand) (struct AiChecker *checker, AiType *type);
	void		(*pause) (struct AiChecker *checker);
	bool		proven;			/* a value of unknown shape is sound too */
	uint32		allocated;
	uint32		steps;
} AiChecker;

/* No value is nested deeper than this; each level costs stack. */
#define AI_VALUE_DEPTH	256

extern const char ai_not_checked[];

extern const char *ai_check_value(AiChecker *checker, const AiType *type,
								  const char *data, uint32 len);

/* the end of what a query type's tree may hold: printing one recurses */
#define AI_QUERY_ITEMS	(16 * AI_VALUE_DEPTH)

/* for decode_scalar.c, decode_document.c and decode_contrib.c */
extern void ai_check_pause(AiChecker *checker);

/* theirs, for decode_value.c */
extern const char *ai_check_numeric(const char *data, uint32 len);
extern const char *ai_check_scalar(AiShape shape, const char *data,
								   uint32 len);
extern const char *ai_check_jsonb(AiChecker *checker, const char *data,
								  uint32 len, bool inner, int depth);
extern const char *ai_check_jsonpath(AiChecker *checker, const char *data,
									 uint32 len);
extern const char *ai_check_contrib(AiChecker *checker, AiShape shape,
									const char *data, uint32 len);
extern const char *ai_check_tsvector(AiChecker *checker, const char *data,
									 uint32 len);
extern const char *ai_check_tsquery(AiChecker *checker, const char *data,
									uint32 len);

/* Unaligned reads: nothing inside a value is where its header says. */
static inline uint32
ai_get_uint32(const char *data)
{
	uint32		value;

	memcpy(&value, data, sizeof(value));
	return value;
}

static inline uint16
ai_get_uint16(const char *data)
{
	uint16		value;

	memcpy(&value, data, sizeof(value));
	return value;
}

#endif							/* AI_DECODE_VALUE_H */
