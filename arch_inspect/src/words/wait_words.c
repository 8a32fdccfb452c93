/*-------------------------------------------------------------------------
 *
 * wait_words.c
 *	  What a wait event means, in words.
 *
 * From PostgreSQL 17 on the server itself has the words: they are fetched
 * once a session, and again when an event is asked for that was not yet
 * there (an extension's own).  Before, wait_words_data.h serves: the words
 * PostgreSQL 17 has for the same events, whose names differ in case alone.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "compat.h"
#include "words/wait_words.h"

typedef struct WaitWords
{
	const char *type;
	const char *name;
	const char *words;
} WaitWords;

/* in the order of lower(type), lower(name) */
static const WaitWords wait_words[] = {
#include "words/wait_words_data.h"
};

/* What a session has fetched from pg_get_wait_events() */
typedef struct FetchedKey
{
	char		type[NAMEDATALEN];
	char		name[NAMEDATALEN];
} FetchedKey;

typedef struct FetchedWords
{
	FetchedKey	key;
	char	   *words;
} FetchedWords;

static HTAB *fetched_words = NULL;

static void
fill_key(FetchedKey *key, const char *type, const char *name)
{
	memset(key, 0, sizeof(*key));
	strlcpy(key->type, type, NAMEDATALEN);
	strlcpy(key->name, name, NAMEDATALEN);
}

/*
 * Takes over what the server has to say.  Words once fetched stay where they
 * are, so a caller may keep pointers to them.
 */
static void
fetch_words(void)
{
	uint64		i;

	if (fetched_words == NULL)
	{
		HASHCTL		ctl = {
			.keysize = sizeof(FetchedKey),
			.entrysize = sizeof(FetchedWords),
			.hcxt = CacheMemoryContext
		};

		fetched_words = hash_create("arch_inspect wait events", 512, &ctl,
									HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}

	SPI_connect();
	if (SPI_execute("SELECT type, name, description "
					"FROM pg_catalog.pg_get_wait_events()",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read pg_get_wait_events()");
	for (i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		char	   *type = SPI_getvalue(tuple, desc, 1);
		char	   *name = SPI_getvalue(tuple, desc, 2);
		char	   *words = SPI_getvalue(tuple, desc, 3);
		FetchedKey	key;
		FetchedWords *entry;
		bool		found;

		if (type == NULL || name == NULL || words == NULL)
			continue;
		fill_key(&key, type, name);
		words = MemoryContextStrdup(CacheMemoryContext, words);
		entry = hash_search(fetched_words, &key, HASH_ENTER, &found);
		if (found)
			pfree(words);
		else
			entry->words = words;
	}
	SPI_finish();
}

static int
compare_words(const char *type, const char *name, const WaitWords *entry)
{
	int			c = pg_strcasecmp(type, entry->type);

	return c != 0 ? c : pg_strcasecmp(name, entry->name);
}

/*
 * ai_wait_words - what the wait event is for, NULL where nobody knows
 *
 * "refreshed" is the caller's for one query: an unknown event makes the
 * server be asked again, but once only.
 */
const char *
ai_wait_words(const char *type, const char *name, bool *refreshed)
{
	int			low = 0,
				high = lengthof(wait_words) - 1;

	if (type == NULL || name == NULL)
		return NULL;

	if (ARCH_SERVER_HAS_WAIT_EVENTS)
	{
		FetchedKey	key;
		FetchedWords *entry;

		fill_key(&key, type, name);
		for (;;)
		{
			if (fetched_words != NULL)
			{
				entry = hash_search(fetched_words, &key, HASH_FIND, NULL);
				if (entry != NULL)
					return entry->words;
			}
			if (*refreshed)
				break;
			*refreshed = true;
			fetch_words();
		}
	}

	while (low <= high)
	{
		int			mid = (low + high) / 2;
		int			c = compare_words(type, name, &wait_words[mid]);

		if (c == 0)
			return wait_words[mid].words;
		if (c < 0)
			high = mid - 1;
		else
			low = mid + 1;
	}
	return NULL;
}
