/*-------------------------------------------------------------------------
 *
 * rows.h
 *	  How a set-returning function of arch_inspect returns its rows.
 *
 * An instrument is a list of columns and a function that goes to the next
 * row.  Each column is a function that makes the value of the current row;
 * the short ones are written by a macro:
 *
 *		static Datum
 *		page_headers_blkno(AiRows *rows, bool *isnull)
 *		{
 *			return Int64GetDatum(rows->unit);
 *		}
 *
 *		AI_FIELD(page_headers_lsn, LSNGetDatum(ai_rows_header(rows)->lsn));
 *
 *		static const AiColumn page_columns[] = {
 *			{"blkno", INT8OID, page_headers_blkno},
 *			{"lsn", PG_LSNOID, page_headers_lsn},
 *			{NULL}
 *		};
 *
 *		AI_INSTRUMENT(page_headers,
 *					  .columns = page_columns,
 *					  .relation = AI_ANY_RELATION, .tier = AI_STRUCTURE,
 *					  .first_arg = 2, .last_arg = 3, .fork_arg = 4);
 *
 * This makes the C function ai_page_headers, and the install script declares
 *
 *		CREATE FUNCTION arch_inspect.page_headers(rel regclass, ...)
 *		RETURNS TABLE (blkno bigint, lsn pg_lsn)
 *		LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000 COST 10
 *		SUPPORT arch_parts.rows_support
 *		AS 'MODULE_PATHNAME', 'ai_page_headers';
 *
 * RETURNS TABLE names columns out of the list, in any order; at least two.
 * (PARALLEL RESTRICTED because a worker can't read temporary tables.  For all
 * others the scan layer makes parallel plans by itself.)
 *
 * In FROM the function becomes a scan node that streams, makes only the
 * columns that the query names, and those of the WHERE clause first;
 * elsewhere the same code returns a row a call.  So a getter must work in any
 * order, and may be called for a row or not.  What it returns by reference it
 * allocates in the current memory context, which lives as long as the row, or
 * points to what lives longer: constants, rows->context, the page.
 *
 * A scan goes over units, numbers from a first to a last: blocks of a
 * relation, buffers, whatever the instrument counts by.  rows->unit is the
 * current one.
 *
 *	- With .relation set, the layer checks rights, opens the relation given by
 *	  argument 1 and walks its blocks; a NULL argument 1 has no rows.
 *	  ai_rows_page() and ai_rows_header() give the current block's page, read
 *	  at the first call.
 *	- .begin runs after that, once a run; it may allocate in rows->context and
 *	  set up rows->state (state_size zeroed bytes), and for an instrument
 *	  without a relation calls ai_rows_range(), unless .next counts otherwise.
 *	- .next is ai_rows_advance() unless given.  One with several rows a unit
 *	  returns those of the unit and then calls ai_rows_advance() for the next.
 *	- .end runs at the end of a run that was not ended by an error.
 *
 * Arguments are rows->args[] (rows->args[0] is the first), copies that live
 * as long as the run; variable-length ones are detoasted.
 *-------------------------------------------------------------------------
 */
#ifndef AI_ROWS_H
#define AI_ROWS_H

#include "access/tupdesc.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "storage/s_lock.h"
#include "utils/builtins.h"
#include "utils/palloc.h"

#include "base/guard.h"
#include "decode/decode_page.h"
#include "source/page_source.h"

typedef struct AiRows AiRows;
typedef struct AiRowsShared AiRowsShared;

typedef Datum (*AiGetter) (AiRows *rows, bool *isnull);

typedef struct AiColumn
{
	const char *name;
	Oid			type;
	AiGetter	get;
} AiColumn;

/* An argument as far as the planner knows it. */
typedef struct AiKnownArg
{
	bool		known;
	bool		isnull;
	Datum		value;
} AiKnownArg;

typedef struct AiInstrument
{
	const char *symbol;			/* of the C function */
	const char *scan_name;		/* what EXPLAIN shows */
	const AiColumn *columns;	/* ends with a NULL name */

	/* a walk over the blocks of the relation that is argument 1 */
	int			relation;		/* kinds of relation, or 0 */
	AiTier		tier;
	/* which argument is what, from 1; 0 if none */
	int			fork_arg;
	int			first_arg;		/* NULL there: from the first block */
	int			last_arg;		/* NULL there: to the last block */

	void		(*begin) (AiRows *rows);
	bool		(*next) (AiRows *rows);
	void		(*end) (AiRows *rows);
	Size		state_size;
	bool		header_only;	/* of a page, only the header is looked at */

	/* for the planner; each may be missing */
	/* how many, if not the relation's blocks */
	double		(*units) (void);
	bool		(*guess) (const AiKnownArg *args, int nargs, double *units,
						  double *rows);	/* the same, by the arguments */
	double		(*rows_per_unit) (Relation rel);	/* NULL: one */
	double		unit_cost;		/* in seq_page_cost; 0 means 1 */
	/* in cpu_tuple_cost, beside that of its rows */
	double		unit_cpu;
	bool		serial;			/* units can't be shared out to workers */
} AiInstrument;

#define AI_MAX_ARGS		8

struct AiRows
{
	const AiInstrument *instrument;
	const bool *wanted;			/* by column of the instrument */
	int			nargs;
	NullableDatum args[AI_MAX_ARGS];
	MemoryContext context;		/* lives as long as this run */
	void	   *state;

	uint64		unit;			/* the current one */
	uint64		next_unit;
	uint64		end_unit;		/* of those handed to this process */
	uint64		last_unit;		/* end of all, one after the last */
	AiRowsShared *shared;		/* of a parallel scan */
	bool		ranged;			/* this process knows the range of the run */

	Relation	rel;
	ForkNumber	forknum;
	AiPage	   *page;			/* see ai_rows_page() */
	AiPageHeader header;		/* see ai_rows_header() */
	bool		page_read;
	bool		header_decoded;

	bool		active;			/* begun and not ended */
};

/* What the processes of a parallel scan share. */
struct AiRowsShared
{
	slock_t		lock;
	bool		begun;			/* the range is set */
	uint64		next_unit;
	uint64		last_unit;
	uint32		chunk;
};

#define AI_INSTRUMENT(fname, ...) \
	static AiInstrument fname##_instrument = { \
		.symbol = "ai_" #fname, .scan_name = "arch_inspect." #fname, \
		__VA_ARGS__ \
	}; \
	static void __attribute__((constructor)) \
	fname##_register(void) \
	{ \
		ai_rows_register(&fname##_instrument); \
	} \
	PG_FUNCTION_INFO_V1(ai_##fname); \
	Datum \
	ai_##fname(PG_FUNCTION_ARGS) \
	{ \
		return ai_rows_function(fcinfo, &fname##_instrument); \
	} \
	extern int	ai_no_such_variable

/*
 * Getters of one expression, over "rows".
 *
 * _OF has a variable for it, declared with its initial value; _IF has no
 * value where "known" is false, and does not look at it then.
 */
#define AI_FIELD_OF_IF(getter, variable, known, value) \
	static Datum \
	getter(AiRows *rows, bool *isnull) \
	{ \
		variable; \
		\
		if (!(known)) \
		{ \
			*isnull = true; \
			return (Datum) 0; \
		} \
		return value; \
	} \
	extern int	ai_no_such_variable

#define AI_FIELD_OF(getter, variable, value) \
	AI_FIELD_OF_IF(getter, variable, true, value)
#define AI_FIELD_IF(getter, known, value) \
	AI_FIELD_OF_IF(getter, (void) rows, known, value)
#define AI_FIELD(getter, value) \
	AI_FIELD_OF_IF(getter, (void) rows, true, value)

/* a text, or NULL */
static inline Datum
ai_text_or_null(const char *text, bool *isnull)
{
	*isnull = text == NULL;
	return text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

/* for instruments */
extern void ai_rows_range(AiRows *rows, uint64 first, uint64 end);
extern bool ai_rows_advance(AiRows *rows);
extern void ai_rows_read_page(AiRows *rows);
extern void ai_rows_decode_header(AiRows *rows);
extern const char *ai_rows_page_problem(AiRows *rows);
extern Datum ai_rows_word(AiRows *rows, Datum *cache, const char *word);
extern void *ai_rows_alloc(AiRows *rows, Size size);
extern double ai_rows_per_heap_page(Relation rel);

/* for the layer itself and AI_INSTRUMENT */
extern void ai_rows_register(AiInstrument *instrument);
extern Datum ai_rows_function(FunctionCallInfo fcinfo,
							  const AiInstrument *instrument);
extern const AiInstrument *ai_rows_find(const char *symbol);
extern const AiInstrument *ai_rows_next(const AiInstrument *instrument);
extern int *ai_rows_map(const AiInstrument *instrument, TupleDesc desc);
extern int	ai_rows_ncolumns(const AiInstrument *instrument);
extern void ai_rows_ready(AiRows *rows, MemoryContext parent);
extern void ai_rows_arg(AiRows *rows, int i, Oid type, NullableDatum arg);
extern void ai_rows_share(AiRowsShared *shared);
extern void ai_rows_begin(AiRows *rows);
extern void ai_rows_end(AiRows *rows);

/*
 * ai_rows_page - the page of the current block
 */
static inline const char *
ai_rows_page(AiRows *rows)
{
	if (!rows->page_read)
		ai_rows_read_page(rows);
	return rows->page->image;
}

/*
 * ai_rows_header - its header, decoded
 */
static inline const AiPageHeader *
ai_rows_header(AiRows *rows)
{
	if (!rows->header_decoded)
		ai_rows_decode_header(rows);
	return &rows->header;
}

/* Where a walk over the line pointers of all pages has come to. */
typedef enum AiWalk
{
	AI_WALK_END,
	AI_WALK_PAGE,				/* at a page that is new; *lp is 0 */
	AI_WALK_ITEM				/* at its line pointer *lp */
} AiWalk;

/*
 * ai_rows_walk - go on from *lp, which is 0 before the first call
 */
static inline AiWalk
ai_rows_walk(AiRows *rows, OffsetNumber *lp)
{
	if (rows->header_decoded && *lp < rows->header.nitems)
	{
		(*lp)++;
		return AI_WALK_ITEM;
	}
	*lp = 0;
	if (!ai_rows_advance(rows))
		return AI_WALK_END;
	ai_rows_decode_header(rows);
	return AI_WALK_PAGE;
}

/*
 * ai_rows_next_row - go to the next row, or false at the end
 */
static inline bool
ai_rows_next_row(AiRows *rows)
{
	return rows->instrument->next(rows);
}

#endif							/* AI_ROWS_H */
