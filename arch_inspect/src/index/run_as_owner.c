/*-------------------------------------------------------------------------
 *
 * run_as_owner.c
 *	  Where the functions of an operator class run.
 *
 * An operator class, and the types and operators that belong to it, may be of
 * anybody's making, and who looks may be a superuser.  So its functions run as
 * the owner of the index, who runs them all the time anyhow; they can change
 * nothing of the session that lasts, and find the server's own objects under
 * the names that they have there.
 *
 * Follows bt_index_check_internal
 * (contrib/amcheck/verify_nbtree.c, REL_18_STABLE)
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/rel.h"

#include "index/descent.h"

/*
 * ai_as_owner_begin - become the owner of an open relation
 *
 * An error needs no ai_as_owner_end(): the end of the transaction, or of the
 * subtransaction, gives back user and settings.
 */
void
ai_as_owner_begin(Relation rel, AiAsOwner *saved)
{
	GetUserIdAndSecContext(&saved->user, &saved->security);
	SetUserIdAndSecContext(rel->rd_rel->relowner,
						   saved->security | SECURITY_RESTRICTED_OPERATION);
	saved->nestlevel = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
}

/*
 * ai_as_owner_end - become again who one was
 */
void
ai_as_owner_end(const AiAsOwner *saved)
{
	AtEOXact_GUC(false, saved->nestlevel);
	SetUserIdAndSecContext(saved->user, saved->security);
}
