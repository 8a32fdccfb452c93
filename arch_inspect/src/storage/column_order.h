/*-------------------------------------------------------------------------
 *
 * column_order.h
 *	  The order of columns that wastes least of the rows that there are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_COLUMN_ORDER_H
#define AI_COLUMN_ORDER_H

#include "postgres.h"

/*
 * What alignment knows of a value in a row: nothing where there is none, else
 * its length modulo 8 and the alignment that it needs.
 */
typedef uint8 AiPiece;

#define AI_NO_PIECE		((AiPiece) 0)

static inline AiPiece
ai_piece(uint32 length, uint8 alignby)
{
	return 0x80 | (alignby - 1) << 3 | (length & 7);
}

/* Rows that are alike, column by column. */
typedef struct AiRowKind
{
	const AiPiece *pieces;
	double		rows;
} AiRowKind;

extern double ai_order_waste(const AiRowKind *kinds, int nkinds,
							 const int *order, int ncolumns,
							 double *by_column);
extern bool ai_best_order(const AiRowKind *kinds, int nkinds, int *order,
						  int ncolumns);

#endif							/* AI_COLUMN_ORDER_H */
