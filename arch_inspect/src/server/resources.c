/*-------------------------------------------------------------------------
 *
 * resources.c
 *	  What relations take on disk and what shared_buffers holds.
 *
 * Nothing here takes a lock, so that it does not wait for an ALTER TABLE and
 * nobody waits for it.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>

#include "catalog/pg_type.h"
#include "common/relpath.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/buf_internals.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "buffer_look.h"
#include "compat.h"
#include "result.h"

/*
 * ai_relation_bytes - arch_parts.relation_bytes(oid)
 *
 * Sums up the files of all forks.  Null when there is no such relation or it
 * has no files.  pg_relation_size() would wait for an AccessExclusiveLock.
 */
PG_FUNCTION_INFO_V1(ai_relation_bytes);

Datum
ai_relation_bytes(PG_FUNCTION_ARGS)
{
	Datum		path;
	char	   *base;
	int64		total = 0;
	bool		found = false;
	int			fork;

	LOCAL_FCINFO(call, 1);

	InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
	call->args[0].value = PG_GETARG_DATUM(0);
	call->args[0].isnull = false;
	path = pg_relation_filepath(call);
	if (call->isnull)
		PG_RETURN_NULL();
	base = TextDatumGetCString(path);

	for (fork = 0; fork <= MAX_FORKNUM; fork++)
	{
		int			segment;

		for (segment = 0;; segment++)
		{
			char		file[MAXPGPATH];
			struct stat st;
			int			len;

			CHECK_FOR_INTERRUPTS();
			len = snprintf(file, sizeof(file), "%s%s%s", base,
						   fork == MAIN_FORKNUM ? "" : "_",
						   fork == MAIN_FORKNUM ? "" : forkNames[fork]);
			if (segment > 0 && len < sizeof(file))
				len += snprintf(file + len, sizeof(file) - len, ".%d",
								segment);
			if (len >= sizeof(file) || stat(file, &st) != 0)
				break;
			found = true;
			total += st.st_size;
		}
	}
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_INT64(total);
}

/*
 * ai_shared_buffers_use - arch_parts.shared_buffers_use()
 *
 * Each buffer's state and tag are of one moment, the sums of one smeared over
 * the scan.
 */
PG_FUNCTION_INFO_V1(ai_shared_buffers_use);

Datum
ai_shared_buffers_use(PG_FUNCTION_ARGS)
{
	static const ArchColumn columns[] = {
		{"buffers", INT8OID},
		{"used", INT8OID},
		{"dirty", INT8OID},
		{"pinned", INT8OID},
		{"this_database", INT8OID},
		{"shared_catalogs", INT8OID}
	};
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, columns,
											 lengthof(columns));
	Datum		values[lengthof(columns)];
	bool		nulls[lengthof(columns)] = {0};
	int64		used = 0;
	int64		dirty = 0;
	int64		pinned = 0;
	int64		here = 0;
	int64		shared = 0;
	int			i;

	for (i = 0; i < NBuffers; i++)
	{
		BufferTag	tag;
		ArchBufferState state = arch_buffer_look(i, &tag);

		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		if (!(state & BM_VALID))
			continue;
		used++;
		if (state & BM_DIRTY)
			dirty++;
		if (BUF_STATE_GET_REFCOUNT(state) > 0)
			pinned++;
		if (ARCH_TAG_DB(&tag) == MyDatabaseId)
			here++;
		else if (ARCH_TAG_DB(&tag) == InvalidOid)
			shared++;
	}
	values[0] = Int64GetDatum(NBuffers);
	values[1] = Int64GetDatum(used);
	values[2] = Int64GetDatum(dirty);
	values[3] = Int64GetDatum(pinned);
	values[4] = Int64GetDatum(here);
	values[5] = Int64GetDatum(shared);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}
