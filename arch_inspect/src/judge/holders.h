/*-------------------------------------------------------------------------
 *
 * holders.h
 *	  Who keeps VACUUM from removing dead row versions.
 *
 * The one source of it: whatever names a holder or a horizon asks here, so
 * that all say the same.
 *
 *		AiHolders  *holders = ai_holders_read();
 *		TransactionId horizon = holders->horizon[ai_tables_of(rel)];
 *
 * A version is kept by a holder of its kind of table where the transaction
 * that replaced or deleted it is not before ai_holder_from().
 *-------------------------------------------------------------------------
 */
#ifndef AI_HOLDERS_H
#define AI_HOLDERS_H

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "utils/relcache.h"

typedef enum AiHolderKind
{
	AI_HOLDER_PROCESS,
	AI_HOLDER_FEEDBACK,			/* a walsender, for a standby without slot */
	AI_HOLDER_PREPARED,
	AI_HOLDER_SLOT,				/* by its xmin */
	AI_HOLDER_SLOT_CATALOG,		/* by its catalog_xmin */
	AI_HOLDER_SLOTS,			/* what was last worked out of all slots */
	AI_HOLDER_PRIMARY,			/* on a standby: what runs on the primary */
	AI_HOLDER_DEFER,			/* vacuum_defer_cleanup_age, up to 15 */
} AiHolderKind;

/* The kinds of tables that have horizons of their own; of this database. */
typedef enum AiTables
{
	AI_TABLES_SHARED,
	AI_TABLES_CATALOG,
	AI_TABLES_ORDINARY,
	AI_TABLES_TEMPORARY,
} AiTables;

#define AI_NTABLES (AI_TABLES_TEMPORARY + 1)

typedef struct AiHolder
{
	AiHolderKind kind;
	int			pid;			/* 0: no process */
	Oid			datid;
	TransactionId xid;
	TransactionId xmin;
	TransactionId oldest;		/* of the two */
	uint8		tables;			/* bits of AiTables */
	bool		synced;			/* a slot copied from the primary */
	const char *harmless;		/* why it holds nothing back, or NULL */
	NameData	name;			/* of a slot or setting */
} AiHolder;

typedef struct AiHolders
{
	TransactionId none;			/* the horizon if nobody held anything */
	TransactionId horizon[AI_NTABLES];
	int			n;
	AiHolder	holder[FLEXIBLE_ARRAY_MEMBER];
} AiHolders;

extern AiHolders *ai_holders_read(void);
extern TransactionId ai_cleanup_horizon(Relation rel);
extern AiTables ai_tables_of(Relation rel);
extern AiTables ai_tables_of_class(Form_pg_class form, bool user_catalog);
extern const char *ai_tables_name(AiTables tables);
extern const char *ai_holder_kind_name(AiHolderKind kind);
extern TransactionId ai_holder_from(const AiHolder *holder, AiTables tables);
extern const char *ai_holder_words(const AiHolder *holder);

static inline bool
ai_holder_holds(const AiHolder *holder, AiTables tables)
{
	return holder->harmless == NULL && (holder->tables & (1 << tables)) != 0;
}

#endif							/* AI_HOLDERS_H */
