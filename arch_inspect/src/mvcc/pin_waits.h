/*-------------------------------------------------------------------------
 *
 * pin_waits.h
 *	  Who waits until nobody else has a page pinned.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_PIN_WAITS_H
#define AI_PIN_WAITS_H

#include "nodes/pg_list.h"
#include "storage/proc.h"

typedef struct AiPinWait
{
	PGPROC	   *proc;
	int			procno;
	int			pid;
	const char *page;			/* in words; NULL: which one isn't known */
	int			pins;			/* of others; then -1 */
	int			ncandidates;	/* -1: can't be told */
	/* processes one or some of which may have it */
	int		   *candidates;
} AiPinWait;

extern List *ai_pin_waits(void);

#endif							/* AI_PIN_WAITS_H */
