/*-------------------------------------------------------------------------
 *
 * rows_scan.h
 *	  What the planner's and the executor's half of the scan layer share.
 *
 * A CustomScan of ours has in custom_exprs the function call itself, so that
 * its arguments are prepared and the plan depends on the function; in
 * custom_scan_tlist the columns it makes, those of the filter first; and in
 * custom_private the list below.
 *-------------------------------------------------------------------------
 */
#ifndef AI_ROWS_SCAN_H
#define AI_ROWS_SCAN_H

#include "nodes/extensible.h"

#include "rows/rows.h"

/* members of custom_private */
enum
{
	AI_PRIVATE_COLUMNS,			/* instrument's column of each tlist entry */
	AI_PRIVATE_NFILTER,			/* how many of those the filter needs */
	AI_PRIVATE_ALL,				/* instrument's column of each of the function */
	AI_PRIVATE_NAMES			/* and their names in this query */
};

/* a tlist entry that is the whole row, among AI_PRIVATE_COLUMNS */
#define AI_WHOLE_ROW	(-1)

extern const CustomScanMethods *
ai_scan_methods(const AiInstrument *instrument);
extern void ai_rows_scan_init(void);
extern void ai_rows_plan_init(void);

#endif							/* AI_ROWS_SCAN_H */
