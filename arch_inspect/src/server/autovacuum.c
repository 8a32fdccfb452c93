/*-------------------------------------------------------------------------
 *
 * autovacuum.c
 *	  When autovacuum will act on a table, by the server's own rule.
 *
 * The rule itself (relation_needs_vacanalyze() in the server's autovacuum.c)
 * is out of reach; this one follows it line by line, in the same arithmetic
 * of single precision, so that both say the same at the very threshold.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/multixact.h"
#include "access/reloptions.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/autovacuum.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "judge/holders.h"
#include "result.h"

/* The options of a table, under the OID of its TOAST table */
typedef struct ToastOptions
{
	Oid			toastrelid;
	AutoVacOpts options;
} ToastOptions;

/* The columns of autovacuum_thresholds() */
enum
{
	COL_RELID,
	COL_ENABLED,
	COL_RELTUPLES,
	COL_DEAD,
	COL_VACUUM_THRESHOLD,
	COL_INSERTED,
	COL_INSERT_THRESHOLD,
	COL_MODIFIED,
	COL_ANALYZE_THRESHOLD,
	COL_XID_AGE,
	COL_XID_LIMIT,
	COL_MXID_AGE,
	COL_MXID_LIMIT,
	COL_DUE_DEAD,
	COL_DUE_INSERTED,
	COL_DUE_ANALYZE,
	COL_DUE_WRAPAROUND,
	COL_TABLES,
	NCOLS
};

static const ArchColumn threshold_columns[NCOLS] = {
	{"relid", OIDOID},
	{"enabled", BOOLOID},
	{"reltuples", FLOAT4OID},
	{"dead_rows", INT8OID},
	{"vacuum_threshold", FLOAT4OID},
	{"inserted_rows", INT8OID},
	{"insert_threshold", FLOAT4OID},
	{"modified_rows", INT8OID},
	{"analyze_threshold", FLOAT4OID},
	{"xid_age", INT4OID},
	{"xid_age_limit", INT4OID},
	{"multixact_age", INT4OID},
	{"multixact_age_limit", INT4OID},
	{"due_dead", BOOLOID},
	{"due_inserted", BOOLOID},
	{"due_analyze", BOOLOID},
	{"due_wraparound", BOOLOID},
	{"tables", TEXTOID}
};

/*
 * The table's own options; false when it has none.
 *
 * Follows extract_autovac_opts
 * (src/backend/postmaster/autovacuum.c, REL_19_STABLE)
 */
static bool
own_options(HeapTuple tuple, TupleDesc desc, AutoVacOpts *options,
			bool *user_catalog)
{
	bytea	   *all = extractRelOptions(tuple, desc, NULL);

	*user_catalog = false;
	if (all == NULL)
		return false;
	*options = ((StdRdOptions *) all)->autovacuum;
	*user_catalog = ((StdRdOptions *) all)->user_catalog_table;
	pfree(all);
	return true;
}

static int64
counter(PGFunction function, Oid relid)
{
	return DatumGetInt64(DirectFunctionCall1(function,
											 ObjectIdGetDatum(relid)));
}

/*
 * One table.  The names of variables are those of the server's rule.
 *
 * Follows relation_needs_vacanalyze
 * (src/backend/postmaster/autovacuum.c, REL_19_STABLE)
 */
static void
put_table(ReturnSetInfo *rsinfo, Form_pg_class class, AutoVacOpts *relopts,
		  bool user_catalog, bool active, TransactionId next_xid,
		  MultiXactId next_multi,
		  int effective_multixact_freeze_max_age)
{
	Datum		values[NCOLS] = {0};
	bool		nulls[NCOLS] = {0};
	float4		reltuples = Max(class->reltuples, 0);
	float4		pcnt_unfrozen = arch_unfrozen_share(class);
	int64		vactuples = counter(pg_stat_get_dead_tuples, class->oid);
	int64		instuples = counter(pg_stat_get_ins_since_vacuum, class->oid);
	int64		anltuples = counter(pg_stat_get_mod_since_analyze,
									class->oid);
	float4		vac_scale_factor = autovacuum_vac_scale;
	int			vac_base_thresh = autovacuum_vac_thresh;
	int			vac_max_thresh = arch_autovacuum_max_threshold(relopts);
	float4		vac_ins_scale_factor = autovacuum_vac_ins_scale;
	int			vac_ins_base_thresh = autovacuum_vac_ins_thresh;
	float4		anl_scale_factor = autovacuum_anl_scale;
	int			anl_base_thresh = autovacuum_anl_thresh;
	int			freeze_max_age = autovacuum_freeze_max_age;
	int			multixact_freeze_max_age = effective_multixact_freeze_max_age;
	bool		enabled = relopts == NULL || relopts->enabled;
	bool		analyzable = class->relkind != RELKIND_TOASTVALUE &&
		class->oid != StatisticRelationId;
	float4		vacthresh;
	float4		vacinsthresh;
	float4		anlthresh;
	int32		xid_age = 0;
	int32		mxid_age = 0;
	bool		force_vacuum;
	bool		counted;

	if (relopts != NULL)
	{
		if (relopts->vacuum_scale_factor >= 0)
			vac_scale_factor = relopts->vacuum_scale_factor;
		if (relopts->vacuum_threshold >= 0)
			vac_base_thresh = relopts->vacuum_threshold;
		if (relopts->vacuum_ins_scale_factor >= 0)
			vac_ins_scale_factor = relopts->vacuum_ins_scale_factor;
		/* -1 turns inserts off, -2 is not set */
		if (relopts->vacuum_ins_threshold >= -1)
			vac_ins_base_thresh = relopts->vacuum_ins_threshold;
		if (relopts->analyze_scale_factor >= 0)
			anl_scale_factor = relopts->analyze_scale_factor;
		if (relopts->analyze_threshold >= 0)
			anl_base_thresh = relopts->analyze_threshold;
		if (relopts->freeze_max_age >= 0)
			freeze_max_age = Min(relopts->freeze_max_age, freeze_max_age);
		if (relopts->multixact_freeze_max_age >= 0)
			multixact_freeze_max_age = Min(relopts->multixact_freeze_max_age,
										   multixact_freeze_max_age);
	}

	vacthresh = (float4) vac_base_thresh + vac_scale_factor * reltuples;
	if (vac_max_thresh >= 0 && vacthresh > (float4) vac_max_thresh)
		vacthresh = (float4) vac_max_thresh;
	vacinsthresh = (float4) vac_ins_base_thresh +
		vac_ins_scale_factor * reltuples * pcnt_unfrozen;
	anlthresh = (float4) anl_base_thresh + anl_scale_factor * reltuples;

	if (TransactionIdIsNormal(class->relfrozenxid))
		xid_age = (int32) (next_xid - class->relfrozenxid);
	if (MultiXactIdIsValid(class->relminmxid))
		mxid_age = (int32) (next_multi - class->relminmxid);
	force_vacuum = xid_age > freeze_max_age ||
		mxid_age > multixact_freeze_max_age;
	counted = active && enabled;

	values[COL_RELID] = ObjectIdGetDatum(class->oid);
	values[COL_ENABLED] = BoolGetDatum(counted);
	values[COL_RELTUPLES] = Float4GetDatum(class->reltuples);
	nulls[COL_RELTUPLES] = class->reltuples < 0;
	values[COL_DEAD] = Int64GetDatum(vactuples);
	values[COL_VACUUM_THRESHOLD] = Float4GetDatum(vacthresh);
	values[COL_INSERTED] = Int64GetDatum(instuples);
	values[COL_INSERT_THRESHOLD] = Float4GetDatum(vacinsthresh);
	nulls[COL_INSERT_THRESHOLD] = vac_ins_base_thresh < 0;
	values[COL_MODIFIED] = Int64GetDatum(anltuples);
	values[COL_ANALYZE_THRESHOLD] = Float4GetDatum(anlthresh);
	nulls[COL_ANALYZE_THRESHOLD] = !analyzable;
	values[COL_XID_AGE] = Int32GetDatum(xid_age);
	values[COL_XID_LIMIT] = Int32GetDatum(freeze_max_age);
	values[COL_MXID_AGE] = Int32GetDatum(mxid_age);
	values[COL_MXID_LIMIT] = Int32GetDatum(multixact_freeze_max_age);
	values[COL_DUE_DEAD] = BoolGetDatum(counted && vactuples > vacthresh);
	values[COL_DUE_INSERTED] = BoolGetDatum(counted &&
											vac_ins_base_thresh >= 0 &&
											instuples > vacinsthresh);
	values[COL_DUE_ANALYZE] = BoolGetDatum(analyzable && active &&
										   (enabled ||
											(force_vacuum &&
											 ARCH_FORCED_VACUUM_ANALYZES)) &&
										   anltuples > anlthresh);
	values[COL_DUE_WRAPAROUND] = BoolGetDatum(force_vacuum &&
											  !RecoveryInProgress());
	values[COL_TABLES] =
		CStringGetTextDatum(ai_tables_name(ai_tables_of_class(class,
															  user_catalog)));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * ai_autovacuum_thresholds - arch_parts.autovacuum_thresholds()
 *
 * Two passes over pg_class, as the server makes: a TOAST table without
 * options of its own has those of its table.
 */
PG_FUNCTION_INFO_V1(ai_autovacuum_thresholds);

/*
 * Follows do_autovacuum (src/backend/postmaster/autovacuum.c, REL_19_STABLE)
 */
Datum
ai_autovacuum_thresholds(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = arch_result_rows(fcinfo, threshold_columns,
											 NCOLS);
	bool		active = AutoVacuumingActive() && !RecoveryInProgress();
	TransactionId next_xid = ReadNextTransactionId();
	MultiXactId next_multi = ReadNextMultiXactId();

	/* recovery does not know how full pg_multixact is; that would give 0 */
	int			multi_limit = RecoveryInProgress() ?
		autovacuum_multixact_freeze_max_age :
		MultiXactMemberFreezeThreshold();
	HASHCTL		ctl = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(ToastOptions),
		.hcxt = CurrentMemoryContext
	};
	HTAB	   *toast;
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;
	int			pass;

	toast = hash_create("TOAST options", 64, &ctl,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	rel = table_open(RelationRelationId, AccessShareLock);
	for (pass = 1; pass <= 2; pass++)
	{
		scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			Form_pg_class class = (Form_pg_class) GETSTRUCT(tuple);
			AutoVacOpts options;
			bool		has_options;
			bool		user_catalog;

			CHECK_FOR_INTERRUPTS();
			if (class->relpersistence == RELPERSISTENCE_TEMP)
				continue;
			if (pass == 1 ? (class->relkind != RELKIND_RELATION &&
							 class->relkind != RELKIND_MATVIEW)
				: class->relkind != RELKIND_TOASTVALUE)
				continue;
			has_options = own_options(tuple, RelationGetDescr(rel), &options,
									  &user_catalog);
			if (pass == 1 && has_options && OidIsValid(class->reltoastrelid))
			{
				ToastOptions *entry = hash_search(toast,
												  &class->reltoastrelid,
												  HASH_ENTER, NULL);

				entry->options = options;
			}
			if (pass == 2 && !has_options)
			{
				ToastOptions *entry = hash_search(toast, &class->oid,
												  HASH_FIND, NULL);

				if (entry != NULL)
				{
					options = entry->options;
					has_options = true;
				}
			}
			put_table(rsinfo, class, has_options ? &options : NULL,
					  user_catalog, active, next_xid, next_multi,
					  multi_limit);
		}
		systable_endscan(scan);
	}
	table_close(rel, AccessShareLock);
	return (Datum) 0;
}
