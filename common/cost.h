/*-------------------------------------------------------------------------
 *
 * cost.h
 *	  What more than one extension tells the planner.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ARCH_COST_H
#define ARCH_COST_H

#include "optimizer/optimizer.h"

/*
 * arch_parallel_divisor - by how much workers shorten a path
 *
 * The leader helps, the less so the more workers it has to read from.
 *
 * Follows get_parallel_divisor
 * (src/backend/optimizer/path/costsize.c, REL_19_STABLE)
 */
static inline double
arch_parallel_divisor(int workers)
{
	double		leader = 1.0 - 0.3 * workers;

	return workers +
		(parallel_leader_participation && leader > 0 ? leader : 0);
}

#endif							/* ARCH_COST_H */
