/*-------------------------------------------------------------------------
 *
 * session_text.c
 *	  Lays a session's result out as psql would show it.
 *
 * Tables as psql's aligned format with border 1 (fe_utils/print.c): numbers
 * to the right, lines of a value marked with +.  Errors and warnings bear
 * their SQLSTATE, as with VERBOSITY verbose.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "sessions/session_opener.h"

PG_FUNCTION_INFO_V1(al_session_text);
PG_FUNCTION_INFO_V1(al_session_result_text);

/* a value's lines as they are shown, and how wide they are */
typedef struct Cell
{
	int			nlines;
	char	  **lines;
	int		   *widths;
} Cell;

typedef struct TextSink
{
	StringInfoData out;
	MemoryContext context;		/* of the table that is being collected */
	int			ncolumns;		/* -1: no table */
	bool	   *right;
	Cell	   *header;
	List	   *rows;			/* of Cell[ncolumns] */
	bool		copied;			/* COPY has just put out lines */
} TextSink;

/*
 * make_cell - split a value into lines, and make it printable as psql does
 */
static void
make_cell(Cell *cell, const char *text)
{
	StringInfoData line;
	int			width = 0;
	int			room = 1;

	for (const char *p = text; *p; p++)
		room += *p == '\n';
	cell->lines = palloc(sizeof(char *) * room);
	cell->widths = palloc(sizeof(int) * room);
	cell->nlines = 0;

	initStringInfo(&line);
	for (;;)
	{
		int			len = *text ? pg_mblen(text) : 0;
		int			dsplen = *text ? pg_dsplen(text) : 0;

		if (*text == '\0' || *text == '\n')
		{
			cell->lines[cell->nlines] = line.data;
			cell->widths[cell->nlines++] = width;
			if (*text == '\0')
				break;
			initStringInfo(&line);
			width = 0;
		}
		else if (*text == '\t')
		{
			do
			{
				appendStringInfoChar(&line, ' ');
				width++;
			} while (width % 8 != 0);
		}
		else if (*text == '\r')
		{
			appendStringInfoString(&line, "\\r");
			width += 2;
		}
		else if (dsplen < 0)
		{
			/* a control character of one byte, or a wide one of UTF-8 */
			if (len == 1)
			{
				appendStringInfo(&line, "\\x%02X", (unsigned char) *text);
				width += 4;
			}
			else
			{
				appendStringInfo(&line, "\\u%04X",
								 GetDatabaseEncoding() == PG_UTF8 ?
								 utf8_to_unicode((const unsigned char *) text) : 0);
				width += 6;
			}
		}
		else
		{
			appendBinaryStringInfo(&line, text, len);
			width += dsplen;
		}
		text += len;
	}
}

/*
 * is_right - does psql align this type to the right?
 */
static bool
is_right(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case OIDOID:
		case XIDOID:
		case XID8OID:
		case CIDOID:
		case MONEYOID:
			return true;
		default:
			return false;
	}
}

static int
height(Cell *cells, int n)
{
	int			result = 1;

	for (int i = 0; i < n; i++)
		result = Max(result, cells[i].nlines);
	return result;
}

static void
widen(int *widths, Cell *cells, int n)
{
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < cells[i].nlines; j++)
			widths[i] = Max(widths[i], cells[i].widths[j]);
	}
}

/*
 * print_header - the columns' names, centered, over a rule
 */
static void
print_header(TextSink *t, int *widths)
{
	for (int y = 0; y < height(t->header, t->ncolumns); y++)
	{
		for (int i = 0; i < t->ncolumns; i++)
		{
			Cell	   *cell = &t->header[i];
			int			space = widths[i];

			if (y < cell->nlines)
				space -= cell->widths[y];
			appendStringInfoSpaces(&t->out, 1 + space / 2);
			if (y < cell->nlines)
				appendStringInfoString(&t->out, cell->lines[y]);
			appendStringInfoSpaces(&t->out, (space + 1) / 2);
			appendStringInfoChar(&t->out, y + 1 < cell->nlines ? '+' : ' ');
			if (i < t->ncolumns - 1)
				appendStringInfoChar(&t->out, '|');
		}
		appendStringInfoChar(&t->out, '\n');
	}

	appendStringInfoChar(&t->out, '-');
	for (int i = 0; i < t->ncolumns; i++)
	{
		if (i > 0)
			appendStringInfoString(&t->out, "-+-");
		for (int j = 0; j < widths[i]; j++)
			appendStringInfoChar(&t->out, '-');
	}
	appendStringInfoString(&t->out, "-\n");
}

/*
 * print_row - one row, of as many lines as its highest value
 */
static void
print_row(TextSink *t, Cell *cells, int *widths)
{
	for (int y = 0; y < height(cells, t->ncolumns); y++)
	{
		for (int i = 0; i < t->ncolumns; i++)
		{
			Cell	   *cell = &cells[i];
			bool		inner = i < t->ncolumns - 1;
			bool		more = y + 1 < cell->nlines;
			int			space = widths[i];

			if (y < cell->nlines)
				space -= cell->widths[y];
			appendStringInfoChar(&t->out, ' ');
			if (t->right[i] && y < cell->nlines)
				appendStringInfoSpaces(&t->out, space);
			if (y < cell->nlines)
				appendStringInfoString(&t->out, cell->lines[y]);
			if ((!t->right[i] || y >= cell->nlines) && (inner || more))
				appendStringInfoSpaces(&t->out, space);
			if (more)
				appendStringInfoChar(&t->out, '+');
			else if (inner)
				appendStringInfoChar(&t->out, ' ');
			if (inner)
				appendStringInfoChar(&t->out, '|');
		}
		appendStringInfoChar(&t->out, '\n');
	}
}

/*
 * print_table - what was collected of a table; complete, it has a footer
 */
static void
print_table(TextSink *t, bool complete)
{
	int		   *widths;
	ListCell   *lc;

	if (t->ncolumns < 0)
		return;
	if (complete || t->rows != NIL)
	{
		widths = palloc0(sizeof(int) * Max(t->ncolumns, 1));
		widen(widths, t->header, t->ncolumns);
		foreach(lc, t->rows)
			widen(widths, lfirst(lc), t->ncolumns);

		if (t->ncolumns == 0)
			appendStringInfoString(&t->out, "--\n");
		else
		{
			print_header(t, widths);
			foreach(lc, t->rows)
			{
				CHECK_FOR_INTERRUPTS();
				print_row(t, lfirst(lc), widths);
			}
		}
	}
	if (complete)
		appendStringInfo(&t->out, list_length(t->rows) == 1 ?
						 "(%d row)\n\n" : "(%d rows)\n\n",
						 list_length(t->rows));
	MemoryContextReset(t->context);
	t->ncolumns = -1;
	t->rows = NIL;
}

/*
 * start_table - remember the columns of an item's table, if it is a new one
 */
static void
start_table(TextSink *t, al_item *item)
{
	MemoryContext oldcontext;

	if (t->ncolumns >= 0 || item->ncolumns < 0)
		return;
	oldcontext = MemoryContextSwitchTo(t->context);
	t->ncolumns = item->ncolumns;
	t->right = palloc(sizeof(bool) * Max(t->ncolumns, 1));
	t->header = palloc0(sizeof(Cell) * Max(t->ncolumns, 1));
	for (int i = 0; i < t->ncolumns; i++)
	{
		t->right[i] = is_right(item->types[i]);
		make_cell(&t->header[i], item->columns[i]);
	}
	MemoryContextSwitchTo(oldcontext);
}

/*
 * print_report - an error or notice
 */
static void
print_report(TextSink *t, al_item *item)
{
	appendStringInfo(&t->out, "%s:  ", item->severity ? item->severity :
					 "ERROR");
	if (item->sqlstate != NULL && strcmp(item->sqlstate, "00000") != 0)
		appendStringInfo(&t->out, "%s: ", item->sqlstate);
	appendStringInfo(&t->out, "%s\n", item->message ? item->message : "");
	if (item->detail != NULL)
		appendStringInfo(&t->out, "DETAIL:  %s\n", item->detail);
	if (item->hint != NULL)
		appendStringInfo(&t->out, "HINT:  %s\n", item->hint);
	if (item->context != NULL && item->kind == AL_KIND_ERROR)
		appendStringInfo(&t->out, "CONTEXT:  %s\n", item->context);
}

/*
 * add_text - an al_sink: lay an item out
 */
static void
add_text(al_item *item, void *arg)
{
	TextSink   *t = arg;
	MemoryContext oldcontext;
	Cell	   *cells;

	start_table(t, item);
	switch (item->kind)
	{
		case AL_KIND_COLUMNS:
			break;
		case AL_KIND_ROW:
			oldcontext = MemoryContextSwitchTo(t->context);
			cells = palloc0(sizeof(Cell) * Max(t->ncolumns, 1));
			for (int i = 0; i < t->ncolumns; i++)
				make_cell(&cells[i], item->values[i] ? item->values[i] : "");
			t->rows = lappend(t->rows, cells);
			MemoryContextSwitchTo(oldcontext);
			break;
		case AL_KIND_COMMAND:

			/* psql shows the tag of what changes rows or returns none */
			if ((t->ncolumns < 0 && !t->copied) ||
				strncmp(item->message, "INSERT", 6) == 0 ||
				strncmp(item->message, "UPDATE", 6) == 0 ||
				strncmp(item->message, "DELETE", 6) == 0 ||
				strncmp(item->message, "MERGE", 5) == 0)
			{
				print_table(t, true);
				appendStringInfo(&t->out, "%s\n", item->message);
			}
			else
				print_table(t, true);
			t->copied = false;
			break;
		case AL_KIND_NOTICE:
			print_report(t, item);
			break;
		case AL_KIND_ERROR:
			print_table(t, false);
			print_report(t, item);
			break;
		case AL_KIND_WAITING:
			print_table(t, false);
			appendStringInfo(&t->out, "%s\n", item->message);
			break;
		case AL_KIND_COPY:
			if (item->message != NULL)
				appendStringInfo(&t->out, "%s\n", item->message);
			t->copied = true;
			break;
	}
}

/*
 * start_text, finish_text - the text is without the newlines at its end
 */
static void
start_text(TextSink *t)
{
	initStringInfo(&t->out);
	t->context = AllocSetContextCreate(CurrentMemoryContext,
									   "arch_lab session text",
									   ALLOCSET_DEFAULT_SIZES);
	t->ncolumns = -1;
	t->rows = NIL;
	t->copied = false;
}

static text *
finish_text(TextSink *t)
{
	while (t->out.len > 0 && t->out.data[t->out.len - 1] == '\n')
		t->out.len--;
	return cstring_to_text_with_len(t->out.data, t->out.len);
}

/*
 * al_session_text - arch_lab.session_text(name, sql)
 */
Datum
al_session_text(PG_FUNCTION_ARGS)
{
	al_session *s = al_session_find(fcinfo, 0);
	char	   *sql = al_session_text_arg(fcinfo, 1, "SQL text");
	TextSink	sink;

	start_text(&sink);
	al_session_start(s, sql, add_text, &sink);
	PG_RETURN_TEXT_P(finish_text(&sink));
}

/*
 * al_session_result_text - arch_lab.session_result_text(name)
 */
Datum
al_session_result_text(PG_FUNCTION_ARGS)
{
	al_session *s = al_session_find(fcinfo, 0);
	TextSink	sink;

	start_text(&sink);
	al_session_resume(s, add_text, &sink);
	PG_RETURN_TEXT_P(finish_text(&sink));
}
