/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  Who may look at what: rights, kinds of relations, forks and blocks.
 *
 * All rights are those of the effective user at the moment of the look, so a
 * function in a view asks the rights of whoever reads the view, as functions
 * in views do, and a SECURITY DEFINER function lends its owner's.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_am.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "storage/smgr.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "base/guard.h"

#include "compat.h"

/* Is toastid the TOAST table of relid? */
static bool
has_toast(Oid relid, Oid toastid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool		result = false;

	if (HeapTupleIsValid(tuple))
	{
		result = ((Form_pg_class) GETSTRUCT(tuple))->reltoastrelid == toastid;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * ai_toast_owner - the table that a TOAST table belongs to, or InvalidOid
 *
 * No catalog points that way.  The name carries the table's oid; where it
 * does not fit, the dependency tells.  (Some catalogs have none recorded.)
 */
Oid
ai_toast_owner(Oid toastid)
{
	Relation	depend;
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	Oid			result = InvalidOid;
	char	   *name = get_rel_name(toastid);
	unsigned int oid;

	if (name == NULL)
		return InvalidOid;
	if (sscanf(name, "pg_toast_%u", &oid) == 1 && has_toast(oid, toastid))
		return oid;

	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyInit(&key[0], Anum_pg_depend_classid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&key[1], Anum_pg_depend_objid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(toastid));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2,
							  key);
	while (!OidIsValid(result) &&
		   HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		if (form->refclassid == RelationRelationId &&
			form->deptype == DEPENDENCY_INTERNAL &&
			has_toast(form->refobjid, toastid))
			result = form->refobjid;
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return result;
}

/*
 * The relation whose rights decide: the table of an index or of a TOAST
 * table, also of a TOAST table's index; else the relation itself.
 */
static Oid
deciding_relation(Oid relid)
{
	char		relkind = get_rel_relkind(relid);
	Oid			owner;

	if (relkind == RELKIND_INDEX || relkind == RELKIND_PARTITIONED_INDEX)
	{
		owner = IndexGetRelation(relid, true);
		if (OidIsValid(owner))
		{
			relid = owner;
			relkind = get_rel_relkind(relid);
		}
	}
	if (relkind == RELKIND_TOASTVALUE)
	{
		owner = ai_toast_owner(relid);
		if (OidIsValid(owner))
			relid = owner;
	}
	return relid;
}

/*
 * ai_has_rights - may the effective user see this tier of the relation?
 *
 * Row-level security that is active for the user closes both tiers, because a
 * page does not know policies.
 */
bool
ai_has_rights(Oid relid, AiTier tier)
{
	Oid			user = GetUserId();
	Oid			decider;
	bool		allowed;

	if (superuser_arg(user))
		return true;
	if (tier == AI_STRUCTURE &&
		has_privs_of_role(user, ROLE_PG_STAT_SCAN_TABLES))
		return true;

	decider = deciding_relation(relid);
	if (tier == AI_STRUCTURE)
		allowed = pg_class_aclcheck(decider, user, ACL_SELECT) == ACLCHECK_OK;
	else
		allowed = object_ownercheck(RelationRelationId, decider, user) ||
			has_privs_of_role(user, ROLE_PG_READ_ALL_DATA);
	return allowed &&
		check_enable_rls(decider, InvalidOid, true) != RLS_ENABLED;
}

static void
no_such_relation(Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("relation with OID %u does not exist", relid)));
}

/*
 * ai_check_rights - an error unless ai_has_rights
 */
void
ai_check_rights(Oid relid, AiTier tier)
{
	char	   *name = get_rel_name(relid);

	if (name == NULL)
		no_such_relation(relid);
	if (ai_has_rights(relid, tier))
		return;

	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for relation \"%s\"", name),
			 tier == AI_STRUCTURE ?
			 errdetail("Seeing the structure of a relation needs SELECT on the whole of it and no active row-level security, or membership in pg_stat_scan_tables.") :
			 errdetail("Seeing the values in every version of a row needs ownership of the table or membership in pg_read_all_data, and no active row-level security.")));
}

/*
 * ai_check_kind - an error unless the relation is of one of these kinds
 */
void
ai_check_kind(Relation rel, int kinds)
{
	char		relkind = rel->rd_rel->relkind;
	int			kind = 0;

	if (relkind == RELKIND_RELATION || relkind == RELKIND_MATVIEW ||
		relkind == RELKIND_TOASTVALUE)
		kind = AI_HEAP;
	else if (relkind == RELKIND_INDEX)
		kind = AI_INDEX;
	else if (relkind == RELKIND_SEQUENCE)
		kind = AI_SEQUENCE;

	if ((kind & kinds) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("cannot look into relation \"%s\"",
						RelationGetRelationName(rel)),
				 errdetail_relkind_not_supported(relkind)));

	if (kind == AI_HEAP && rel->rd_rel->relam != HEAP_TABLE_AM_OID)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot look into relation \"%s\"",
						RelationGetRelationName(rel)),
				 errdetail("Its access method is \"%s\"; only \"heap\" is supported.",
						   get_am_name(rel->rd_rel->relam))));

	if (RELATION_IS_OTHER_TEMP(rel))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot access temporary tables of other sessions")));
}

/*
 * ai_open_if_allowed - open with AccessShareLock, where the rights to decider
 * hold once the lock is held; NULL where they don't or the relation is gone
 *
 * The decider is the relation itself, or one that has it as a part.  Whoever
 * had the lock may have taken the rights away, put a policy in force or given
 * the relation to somebody else while we waited.
 */
Relation
ai_open_if_allowed(Oid relid, Oid decider, AiTier tier)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);

	if (rel == NULL)
		return NULL;
	/* a lock that the transaction held already may not have brought news */
	AcceptInvalidationMessages();
	if (ai_has_rights(decider, tier))
		return rel;
	ai_close_relation(rel);
	return NULL;
}

/*
 * ai_open_relation - rights, AccessShareLock, rights, kind
 *
 * Rights are asked before, so that nobody waits for, or takes, a lock on what
 * they may not see; and again when the lock is held.
 */
Relation
ai_open_relation(Oid relid, AiTier tier, int kinds)
{
	Relation	rel;

	ai_check_rights(relid, tier);
	rel = ai_open_if_allowed(relid, relid, tier);
	if (rel == NULL)
	{
		ai_check_rights(relid, tier);
		no_such_relation(relid);
	}
	ai_check_kind(rel, kinds);
	return rel;
}

/*
 * ai_open_part - an index or the TOAST table of an open relation; NULL where
 * it is gone
 *
 * Its lock is one more to wait for, and so the rights are asked once more.
 */
Relation
ai_open_part(Relation rel, Oid partid)
{
	Relation	part = ai_open_if_allowed(partid, RelationGetRelid(rel),
										  AI_STRUCTURE);

	if (part == NULL)
		ai_check_rights(RelationGetRelid(rel), AI_STRUCTURE);
	return part;
}

/*
 * ai_close_relation - the counterpart, gives the lock back too
 */
void
ai_close_relation(Relation rel)
{
	relation_close(rel, AccessShareLock);
}

/*
 * ai_fork_number - the fork of this name
 */
ForkNumber
ai_fork_number(const char *name)
{
	for (ForkNumber forknum = MAIN_FORKNUM; forknum <= MAX_FORKNUM; forknum++)
	{
		if (strcmp(name, forkNames[forknum]) == 0)
			return forknum;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid fork name \"%s\"", name),
			 errhint("Valid fork names are \"main\", \"fsm\", \"vm\", and \"init\".")));
	return InvalidForkNumber;
}

/*
 * ai_fork_blocks - how long a fork is; one that does not exist has no blocks
 *
 * smgrexists() closes the file and opens it anew.  A file that is open
 * exists: the relation is locked, so nobody has put another in its place
 * since.
 */
BlockNumber
ai_fork_blocks(Relation rel, ForkNumber forknum)
{
	SMgrRelation smgr = RelationGetSmgr(rel);

	return smgr->md_num_open_segs[forknum] > 0 || smgrexists(smgr, forknum) ?
		smgrnblocks(smgr, forknum) : 0;
}

/*
 * ai_check_block - the block number, if the relation has it
 */
BlockNumber
ai_check_block(Relation rel, BlockNumber nblocks, int64 blkno)
{
	if (blkno >= 0 && blkno < (int64) nblocks)
		return (BlockNumber) blkno;

	if (nblocks == 0 && blkno >= 0 && blkno <= (int64) MaxBlockNumber)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("relation \"%s\" has no pages yet",
						RelationGetRelationName(rel)),
				 errdetail("The fork that was asked for is empty or does not exist.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("block number %lld is out of range for relation \"%s\"",
					(long long) blkno, RelationGetRelationName(rel)),
			 errdetail_plural("The relation has %u block.",
							  "The relation has %u blocks.",
							  nblocks, nblocks)));
	return InvalidBlockNumber;
}

/*
 * ai_expected_page - what kind the pages of this fork should be
 */
AiPageKind
ai_expected_page(Relation rel, ForkNumber forknum)
{
	if (forknum == FSM_FORKNUM)
		return AI_PAGE_FSM;
	if (forknum == VISIBILITYMAP_FORKNUM)
		return AI_PAGE_VM;

	switch (rel->rd_rel->relkind)
	{
		case RELKIND_SEQUENCE:
			return AI_PAGE_SEQUENCE;
		case RELKIND_INDEX:
			switch (rel->rd_rel->relam)
			{
				case BTREE_AM_OID:
					return AI_PAGE_BTREE;
				case HASH_AM_OID:
					return AI_PAGE_HASH;
				case GIST_AM_OID:
					return AI_PAGE_GIST;
				case GIN_AM_OID:
					return AI_PAGE_GIN;
				case BRIN_AM_OID:
					return AI_PAGE_BRIN;
				case SPGIST_AM_OID:
					return AI_PAGE_SPGIST;
				default:
					return AI_PAGE_INVALID;
			}
		default:
			return AI_PAGE_HEAP;
	}
}
