/*-------------------------------------------------------------------------
 *
 * decode_wal_words.c
 *	  Puts words together for the decoders of WAL records.
 *
 * A formatter of our own, because the server's knows neither TIDs nor LSNs,
 * and because a wal_records() of millions of rows spends its time here.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <stdarg.h>

#include "catalog/pg_tablespace_d.h"

#include "compat_disk.h"
#include "decode/decode_wal.h"

static void
put_char(AiWords *w, char c)
{
	if (w->len + 1 < w->size)
		w->buf[w->len++] = c;
}

static void
put_string(AiWords *w, const char *s)
{
	while (*s)
		put_char(w, *s++);
}

static void
put_number(AiWords *w, uint64 n, int base, int width)
{
	char		digits[24];
	int			i = 0;

	do
	{
		digits[i++] = "0123456789ABCDEF"[n % base];
		n /= base;
	} while (n > 0 && i < (int) sizeof(digits));
	while (i < width && i < (int) sizeof(digits))
		digits[i++] = '0';
	while (i > 0)
		put_char(w, digits[--i]);
}

/*
 * Appends a time in UTC, computed from the microseconds since 2000; the words
 * "no time" for a value out of the calendar.
 */
static void
put_time(AiWords *w, int64 usecs)
{
	int64		day = usecs / INT64CONST(86400000000);
	int64		rest = usecs % INT64CONST(86400000000);
	int64		era;
	int64		doe;
	int64		yoe;
	int64		doy;
	int64		mp;
	int64		year;

	if (rest < 0)
	{
		rest += INT64CONST(86400000000);
		day--;
	}
	/* days since 0000-03-01, in a year that starts in March */
	day += 730425;
	if (day < 0 || day > 110000000)
	{
		put_string(w, "no time");
		return;
	}
	era = day / 146097;
	doe = day % 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	year = yoe + era * 400 + (mp >= 10 ? 1 : 0);
	put_number(w, year, 10, 4);
	put_char(w, '-');
	put_number(w, mp < 10 ? mp + 3 : mp - 9, 10, 2);
	put_char(w, '-');
	put_number(w, doy - (153 * mp + 2) / 5 + 1, 10, 2);
	put_char(w, ' ');
	put_number(w, rest / INT64CONST(3600000000), 10, 2);
	put_char(w, ':');
	put_number(w, rest / 60000000 % 60, 10, 2);
	put_char(w, ':');
	put_number(w, rest / 1000000 % 60, 10, 2);
	put_char(w, '.');
	put_number(w, rest % 1000000, 10, 6);
	put_string(w, " UTC");
}

static void
put_path(AiWords *w, const AiLocator *l)
{
	if (l->spc == GLOBALTABLESPACE_OID)
		put_string(w, "global/");
	else
	{
		if (l->spc == DEFAULTTABLESPACE_OID)
			put_string(w, "base/");
		else
		{
			put_string(w, "pg_tblspc/");
			put_number(w, l->spc, 10, 0);
			put_char(w, '/');
		}
		put_number(w, l->db, 10, 0);
		put_char(w, '/');
	}
	put_number(w, l->rel, 10, 0);
}

void
ai_words(AiWords *w, const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	for (; *fmt; fmt++)
	{
		if (*fmt != '%')
		{
			put_char(w, *fmt);
			continue;
		}
		switch (*++fmt)
		{
			case 'u':
				put_number(w, va_arg(args, uint32), 10, 0);
				break;
			case 'l':
				put_number(w, va_arg(args, uint64), 10, 0);
				break;
			case 'd':
				{
					int			n = va_arg(args, int);

					if (n < 0)
						put_char(w, '-');
					put_number(w, n < 0 ? -(int64) n : n, 10, 0);
					break;
				}
			case 's':
				put_string(w, va_arg(args, const char *));
				break;
			case 'X':
				{
					uint64		lsn = va_arg(args, uint64);

					put_number(w, lsn >> 32, 16, 0);
					put_char(w, '/');
					put_number(w, (uint32) lsn, 16, 0);
					break;
				}
			case 't':
				put_time(w, va_arg(args, int64));
				break;
			case 'p':
				put_char(w, '(');
				put_number(w, va_arg(args, uint32), 10, 0);
				put_char(w, ',');
				put_number(w, va_arg(args, uint32), 10, 0);
				put_char(w, ')');
				break;
			case 'f':
				put_path(w, va_arg(args, const AiLocator *));
				break;
			case 'n':
				{
					uint64		n = va_arg(args, uint32);

					put_number(w, n, 10, 0);
					put_char(w, ' ');
					put_string(w, va_arg(args, const char *));
					if (n != 1)
						put_char(w, 's');
					break;
				}
			default:
				put_char(w, *fmt);
		}
	}
	va_end(args);
	w->buf[w->len] = '\0';
}

void
ai_words_quoted(AiWords *w, const char *s, uint32 len)
{
	put_char(w, '"');
	for (uint32 i = 0; i < len && s[i] != '\0'; i++)
		put_char(w, s[i] >= ' ' && s[i] < 127 ? s[i] : '?');
	put_char(w, '"');
	w->buf[w->len] = '\0';
}
