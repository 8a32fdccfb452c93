/*-------------------------------------------------------------------------
 *
 * lock_words.h
 *	  What a lock of the lock manager is on, in words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ARCH_LOCK_WORDS_H
#define ARCH_LOCK_WORDS_H

#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

/*
 * A relation's name, or its oid where there is none that could be seen from
 * this database (yet, or any more).
 *
 * Qualified for whoever may have another search_path than this session; else
 * as a regclass is shown.
 */
static inline const char *
arch_lock_relation(Oid datid, Oid relid, bool qualified)
{
	char	   *name = NULL;

	if (datid == MyDatabaseId || !OidIsValid(datid))
		name = get_rel_name(relid);
	if (name == NULL)
		return psprintf("%u of database %u", relid, datid);
	if (qualified)
		return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
										  name);
	return DatumGetCString(DirectFunctionCall1(regclassout,
											   ObjectIdGetDatum(relid)));
}

/*
 * arch_lock_words - a lock of the lock manager in words, palloc'd
 */
static inline char *
arch_lock_words(const LOCKTAG *tag, bool qualified)
{
	Oid			datid = tag->locktag_field1;
	Oid			relid = tag->locktag_field2;

	switch ((LockTagType) tag->locktag_type)
	{
		case LOCKTAG_RELATION:
			return psprintf("relation %s",
							arch_lock_relation(datid, relid, qualified));
		case LOCKTAG_RELATION_EXTEND:
			return psprintf("the right to extend %s",
							arch_lock_relation(datid, relid, qualified));
		case LOCKTAG_PAGE:
			return psprintf("page %u of %s", tag->locktag_field3,
							arch_lock_relation(datid, relid, qualified));
		case LOCKTAG_TUPLE:
			return psprintf("row (%u,%u) of %s", tag->locktag_field3,
							tag->locktag_field4,
							arch_lock_relation(datid, relid, qualified));
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
			if (datid == InvalidOid &&
				tag->locktag_field2 == DatabaseRelationId)
				return psprintf("database %u", tag->locktag_field3);
			return psprintf("object %u of %s", tag->locktag_field3,
							arch_lock_relation(InvalidOid,
											   tag->locktag_field2,
											   qualified));
		case LOCKTAG_ADVISORY:
			/* 1: one 64-bit key, 2: two of 32 bits */
			if (tag->locktag_field4 == 1)
				return psprintf("advisory lock " INT64_FORMAT,
								(int64) ((uint64) tag->locktag_field2 << 32 |
										 tag->locktag_field3));
			return psprintf("advisory lock (%d,%d)",
							(int) tag->locktag_field2,
							(int) tag->locktag_field3);
		default:
			return psprintf("lock of type %u", tag->locktag_type);
	}
}

#endif							/* ARCH_LOCK_WORDS_H */
