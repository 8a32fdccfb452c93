/*-------------------------------------------------------------------------
 *
 * value.c
 *	  Prints the values of a table's columns, checked to the last byte.
 *
 * A type's output function is reached only with bytes that decode_value.c
 * found sound for the type's shape, as value_type.c tells it.  Where the
 * shape is not known, the bytes must be proven: every page that they came
 * from was read from disk for this value, and its checksum was right.  A page
 * in shared buffers proves nothing, for it may have come there in spite of
 * its checksum, nor does a WAL record, which repeats what the page held.
 *
 * What an output function warns of becomes the reason beside the value: a
 * warning a row would be a flood, and tell neither row nor column.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "words/value.h"

#include "compat.h"

/* Larger values are printed where running out of memory is no loss. */
#define LARGE_VALUE		(64 * 1024 * 1024)

/*
 * ai_printer_init - make ready to print column attnum of a table
 *
 * The type of a dropped column is gone, but not its length and alignment.
 */
void
ai_printer_init(AiPrinter *printer, AiTypes *types, TupleDesc desc,
				int attnum)
{
	Form_pg_attribute att = TupleDescAttr(desc, attnum - 1);
	Oid			output;
	bool		varlena;

	memset(printer, 0, sizeof(*printer));
	printer->dropped = att->attisdropped;
	printer->byval = att->attbyval;
	printer->ready = true;
	if (printer->dropped)
		return;
	printer->types = types;
	printer->type = ai_type_of(types, att->atttypid, &printer->may_fail);
	getTypeOutputInfo(att->atttypid, &output, &varlena);
	fmgr_info(output, &printer->output);
}

/* The callbacks of decode_value.c, and what they work with. */
typedef struct ValueChecker
{
	AiChecker	checker;
	AiTypes    *types;
} ValueChecker;

static void *
checker_alloc(AiChecker *checker, uint32 size)
{
	return palloc_extended(size, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_ZERO);
}

static void
checker_free(AiChecker *checker, void *memory)
{
	pfree(memory);
}

static bool
checker_text_ok(AiChecker *checker, const char *text, uint32 len)
{
	return pg_verify_mbstr(GetDatabaseEncoding(), text, len, true);
}

static bool
checker_expand(AiChecker *checker, AiType *type)
{
	return ai_type_expand(((ValueChecker *) checker)->types, type);
}

static void
checker_pause(AiChecker *checker)
{
	CHECK_FOR_INTERRUPTS();
}

/*
 * ai_value_checker - what ai_check_value() needs, for callers with checks of
 * their own; unproven as ai_value_datum() has it
 */
AiChecker *
ai_value_checker(AiTypes *types, const char *unproven)
{
	ValueChecker *value_checker = palloc0(sizeof(ValueChecker));
	AiChecker  *checker = &value_checker->checker;

	checker->alloc = checker_alloc;
	checker->free = checker_free;
	checker->text_ok = checker_text_ok;
	checker->expand = checker_expand;
	checker->pause = checker_pause;
	checker->proven = unproven == NULL;
	value_checker->types = types;
	return checker;
}

/*
 * The type of an array in a column of type anyarray, as pg_statistic has
 * them: its third word is the type of the elements, and in a damaged value
 * any number.  NULL where there is no such type.
 */
static AiType *
any_array(AiTypes *types, const char *data, uint32 len)
{
	Oid			element = len < 3 * sizeof(uint32) ? InvalidOid :
		ai_get_uint32(data + 2 * sizeof(uint32));
	AiType	   *type;

	if (!SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(element)))
		return NULL;
	type = palloc0(sizeof(AiType));
	type->attr.len = -1;
	type->shape = AI_SHAPE_ARRAY;
	type->element = element;
	type->nchildren = 1;
	type->children = palloc(sizeof(AiType *));
	type->children[0] = ai_type_of(types, element, NULL);
	type->expanded = true;
	return type->children[0] == NULL ? NULL : type;
}

/* While an output function runs, and what it warned of first */
static bool listening = false;
static MemoryContext warning_context;
static char *warning;

/* The rest of the hook's chain */
static emit_log_hook_type prev_emit_log_hook = NULL;

/*
 * Keeps a warning or notice of an output function from log and client.
 */
static void
keep_warning(ErrorData *edata)
{
	if (listening && edata->elevel >= INFO && edata->elevel < ERROR)
	{
		if (warning == NULL && edata->message != NULL)
			warning = MemoryContextStrdup(warning_context, edata->message);
		edata->output_to_server = false;
		edata->output_to_client = false;
		return;
	}
	if (prev_emit_log_hook)
		prev_emit_log_hook(edata);
}

/*
 * The hook sees only what goes to the log; what goes to the client is decided
 * before.  So both levels are set for the time of a call, by hand, because it
 * can end in an error.
 */
typedef struct MessageLevels
{
	int			client;
	int			log;
} MessageLevels;

static void
start_listening(MessageLevels *saved)
{
	static bool installed = false;

	if (!installed)
	{
		prev_emit_log_hook = emit_log_hook;
		emit_log_hook = keep_warning;
		installed = true;
	}
	saved->client = client_min_messages;
	saved->log = *arch_log_min_messages();
	client_min_messages = Max(saved->client, ERROR);
	if (saved->log >= LOG)
		*arch_log_min_messages() = NOTICE;
	warning_context = CurrentMemoryContext;
	warning = NULL;
	listening = true;
}

static void
stop_listening(const MessageLevels *saved)
{
	listening = false;
	client_min_messages = saved->client;
	*arch_log_min_messages() = saved->log;
}

/*
 * Call an output function where an error becomes a NULL with a reason, and a
 * warning a reason beside the value.
 *
 * Only a subtransaction gives back whatever the function held when it gave
 * up; it takes no transaction id.  Parallel operations allow none before 17.
 */
static char *
print_guarded(AiPrinter *printer, Datum datum, const char **problem)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char	   *volatile result = NULL;
	MessageLevels saved;

	if (IsInParallelMode())
	{
		*problem = "values are not printed during a parallel operation";
		return NULL;
	}

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	start_listening(&saved);
	PG_TRY();
	{
		result = OutputFunctionCall(&printer->output, datum);
		stop_listening(&saved);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (warning != NULL)
			*problem = psprintf("the type's output function warns: %s",
								warning);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		stop_listening(&saved);
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
			ERRCODE_TO_CATEGORY(error->sqlerrcode) ==
			ERRCODE_OPERATOR_INTERVENTION)
			ReThrowError(error);
		*problem = psprintf("the type's output function says: %s",
							error->message);
		result = NULL;
	}
	PG_END_TRY();
	return result;
}

/*
 * Text that is not valid in the database's encoding is no text: a few output
 * functions copy bytes as they are.
 */
static char *
valid_text(char *text, const char **problem)
{
	if (text == NULL ||
		pg_verify_mbstr(GetDatabaseEncoding(), text, strlen(text), true))
		return text;
	*problem = "what the type prints is not valid in the database encoding";
	return NULL;
}

/*
 * ai_print_datum - a value that the catalog holds, such as a column's default
 */
char *
ai_print_datum(AiPrinter *printer, Datum datum, const char **problem)
{
	return valid_text(print_guarded(printer, datum, problem), problem);
}

/*
 * ai_value_datum - a stored value as a Datum, where every byte of it is sound
 *
 * False, and the reason, where it is not.  data and len are the value's own
 * bytes, without varlena header and decompressed.  unproven says why nothing
 * proves them, NULL if every page that they came from was read from disk and
 * has the right checksum.  The Datum is a copy in the current context, with a
 * plain header.
 */
bool
ai_value_datum(AiPrinter *printer, const char *data, uint32 len,
			   const char *unproven, Datum *datum, const char **problem)
{
	ValueChecker value_checker = {{
			.alloc = checker_alloc, .free = checker_free,
			.text_ok = checker_text_ok, .expand = checker_expand,
			.pause = checker_pause, .proven = unproven == NULL
	}, printer->types};
	AiChecker  *checker = &value_checker.checker;
	const AiType *type = printer->type;
	char	   *copy;

	*problem = NULL;
	if (type != NULL && type->oid == ANYARRAYOID)
		type = any_array(printer->types, data, len);
	if (type == NULL)
	{
		*problem = ai_not_checked;
		return false;
	}
	if (type->attr.len > 0 && len != type->attr.len)
	{
		*problem = "value is not of its type's length";
		return false;
	}
	if (len > MaxAllocSize - VARHDRSZ - 1)
	{
		*problem = "value is too large to be printed";
		return false;
	}

	/* a copy: aligned, with a plain header, and with an end */
	copy = palloc(VARHDRSZ + len + 1);
	SET_VARSIZE(copy, VARHDRSZ + len);
	memcpy(copy + VARHDRSZ, data, len);
	copy[VARHDRSZ + len] = '\0';
	*problem = ai_check_value(checker, type, copy + VARHDRSZ, len);
	if (*problem == ai_not_checked && unproven != NULL)
		*problem = psprintf("%s: %s", ai_not_checked, unproven);
	if (*problem != NULL)
	{
		pfree(copy);
		return false;
	}

	if (type->attr.len == -1)
		*datum = PointerGetDatum(copy);
	else if (type->attr.len == -2)
		*datum = CStringGetDatum(copy + VARHDRSZ);
	else if (!printer->byval)
	{
		/* of fixed length, which wants its own alignment */
		memmove(copy, copy + VARHDRSZ, len);
		*datum = PointerGetDatum(copy);
	}
	else
	{
		switch (len)
		{
			case 1:
				*datum = CharGetDatum(*data);
				break;
			case 2:
				*datum = Int16GetDatum((int16) ai_get_uint16(data));
				break;
			case 4:
				*datum = Int32GetDatum((int32) ai_get_uint32(data));
				break;
			default:
				memcpy(datum, data, sizeof(Datum));
				break;
		}
	}
	return true;
}

/*
 * ai_print_value - a stored value as text, or NULL and the reason
 *
 * Arguments as ai_value_datum() has them.  A reason may come with a value
 * too: what the output function warned of.
 */
char *
ai_print_value(AiPrinter *printer, const char *data, uint32 len,
			   const char *unproven, const char **problem)
{
	Datum		datum;

	if (!ai_value_datum(printer, data, len, unproven, &datum, problem))
		return NULL;
	CHECK_FOR_INTERRUPTS();
	if (printer->may_fail || len > LARGE_VALUE)
		return valid_text(print_guarded(printer, datum, problem), problem);
	return valid_text(OutputFunctionCall(&printer->output, datum), problem);
}
