/*-------------------------------------------------------------------------
 *
 * lock_words.c
 *	  What a lock of the lock manager is on, in words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "words/lock_words.h"

/*
 * A relation's name, or its oid where the database is another one.
 */
static const char *
relation_name(Oid datid, Oid relid)
{
	if ((datid == MyDatabaseId || !OidIsValid(datid)) && get_rel_name(relid))
		return DatumGetCString(DirectFunctionCall1(regclassout, ObjectIdGetDatum(relid)));
	return psprintf("%u of database %u", relid, datid);
}

/*
 * ai_lock_words - a lock of the lock manager in words, palloc'd or constant
 */
char *
ai_lock_words(const LOCKTAG *tag)
{
	Oid			datid = tag->locktag_field1;
	Oid			relid = tag->locktag_field2;

	switch ((LockTagType) tag->locktag_type)
	{
		case LOCKTAG_RELATION:
			return psprintf("relation %s", relation_name(datid, relid));
		case LOCKTAG_RELATION_EXTEND:
			return psprintf("the right to extend %s", relation_name(datid, relid));
		case LOCKTAG_PAGE:
			return psprintf("page %u of %s", tag->locktag_field3,
							relation_name(datid, relid));
		case LOCKTAG_TUPLE:
			return psprintf("row (%u,%u) of %s", tag->locktag_field3,
							tag->locktag_field4, relation_name(datid, relid));
		case LOCKTAG_TRANSACTION:
			return psprintf("transaction %u", tag->locktag_field1);
		case LOCKTAG_VIRTUALTRANSACTION:
			return psprintf("virtual transaction %u/%u", tag->locktag_field1,
							tag->locktag_field2);
		case LOCKTAG_SPECULATIVE_TOKEN:
			return psprintf("speculative insertion %u of transaction %u",
							tag->locktag_field2, tag->locktag_field1);
		case LOCKTAG_DATABASE_FROZEN_IDS:
			return psprintf("the frozen ids of database %u", datid);
		case LOCKTAG_OBJECT:
			if (datid == InvalidOid && tag->locktag_field2 == DatabaseRelationId)
				return psprintf("database %u", tag->locktag_field3);
			return psprintf("object %u of %s", tag->locktag_field3,
							relation_name(InvalidOid, tag->locktag_field2));
		case LOCKTAG_ADVISORY:
			/* 1: one 64-bit key, 2: two of 32 bits */
			if (tag->locktag_field4 == 1)
				return psprintf("advisory lock " INT64_FORMAT,
								(int64) ((uint64) tag->locktag_field2 << 32 |
										 tag->locktag_field3));
			return psprintf("advisory lock (%d, %d)",
							(int) tag->locktag_field2, (int) tag->locktag_field3);
		default:
			return psprintf("lock of type %u", tag->locktag_type);
	}
}
