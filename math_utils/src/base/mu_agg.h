/*-------------------------------------------------------------------------
 *
 * mu_agg.h
 *	  What the aggregates have in common.
 *
 * A state lives in the aggregate's memory context and is handed around as
 * "internal".  Each function asks whether it is called by an aggregate:
 * another aggregate's definition could name it too.
 *-------------------------------------------------------------------------
 */
#ifndef MU_AGG_H
#define MU_AGG_H

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "compat.h"

/*
 * mu_agg_context - the context that the state lives in
 */
static inline MemoryContext
mu_agg_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("aggregate function called in non-aggregate context")));
	return context;
}

/* The state a function was called with, NULL if there is none yet */
#define MU_STATE(type) \
	(PG_ARGISNULL(0) ? NULL : (type *) PG_GETARG_POINTER(0))

/*
 * mu_agg_bytes - a reader over the serialized state that an aggregate got
 */
static inline void
mu_agg_bytes(FunctionCallInfo fcinfo, StringInfo buf)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);

	(void) mu_agg_context(fcinfo);
	initStringInfo(buf);
	appendBinaryStringInfo(buf, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

/*
 * mu_agg_send_numeric, mu_agg_recv_numeric - a numeric in a serialized state
 *
 * "state" is what the reader calls the whole, in its error message.
 */
static inline void
mu_agg_send_numeric(StringInfo buf, Numeric num)
{
	pq_sendint32(buf, VARSIZE((struct varlena *) num));
	appendBinaryStringInfo(buf, (char *) num,
						   VARSIZE((struct varlena *) num));
}

static inline Numeric
mu_agg_recv_numeric(StringInfo buf, const char *state)
{
	int			size = pq_getmsgint(buf, 4);
	char	   *num;

	if (size < VARHDRSZ + 2 || size > buf->len - buf->cursor)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid state of %s", state)));
	num = palloc(size);
	memcpy(num, pq_getmsgbytes(buf, size), size);
	SET_VARSIZE(num, size);
	return (Numeric) num;
}

#endif							/* MU_AGG_H */
