/*-------------------------------------------------------------------------
 *
 * column_order.c
 *	  The order of columns that wastes least of the rows that there are.
 *
 * Whatever the order, a row takes the bytes of its values; what an order adds
 * is the padding between them and at the end.  It is a matter of lengths
 * modulo 8 and of alignments alone, so rows are alike in large numbers, and
 * columns too: the search goes over how many columns of each class were
 * placed.  Of two ways to place the same columns one that is nowhere the
 * longer, in no kind of row, will do: whatever follows starts no later.  And
 * a way is given up where the rest, without any padding, would come out no
 * better than an order that is known.
 *
 * A column whose values have a length of 8, 16, ... bytes, or none, wastes
 * nothing at the start of a row, and nothing behind it starts later for that;
 * so such columns come first, and only the others are searched.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "storage/column_order.h"

/* How much is tried before the best found so far has to do. */
#define MAX_WORK	40000000.0
#define MAX_MEMORY	(16 * 1024 * 1024)
#define BUCKETS		4096		/* a power of two */

#define PIECE_LENGTH(p)		((p) & 7)
#define PIECE_ALIGN_MASK(p)	((p) >> 3 & 7)

/* A way to place some of the columns. */
typedef struct Way
{
	struct Way *next;			/* in its bucket */
	struct Way *next_level;		/* of the ways that place as many columns */
	struct Way *parent;
	int			class;			/* of the column placed last */
	bool		beaten;			/* by another that places the same */
	uint16	   *placed;			/* columns, by class */
	uint16	   *padding;		/* by kind of row */
} Way;

typedef struct Search
{
	int			nclasses;
	int		   *available;		/* columns, by class */
	int			nkinds;
	AiPiece    *pieces;			/* by kind and class */
	double	   *rows;			/* by kind */
	uint8	   *sums;			/* lengths of all columns modulo 8, by kind */
	double		best;			/* waste of the best order known */
	double		work;
	Size		memory;
	MemoryContext context;
	Way		  **buckets;
} Search;

/*
 * ai_order_waste - bytes lost to padding over all rows in an order of columns
 *
 * by_column, unless NULL, gets what of it lies before each column; the rest
 * lies at the rows' ends.
 */
double
ai_order_waste(const AiRowKind *kinds, int nkinds, const int *order,
			   int ncolumns, double *by_column)
{
	double		waste = 0;

	for (int k = 0; k < nkinds; k++)
	{
		uint32		off = 0;
		uint32		lost = 0;

		for (int i = 0; i < ncolumns; i++)
		{
			AiPiece		piece = kinds[k].pieces[order[i]];
			uint32		padding;

			if (piece == AI_NO_PIECE)
				continue;
			padding = -off & PIECE_ALIGN_MASK(piece);
			if (by_column != NULL)
				by_column[order[i]] += padding * kinds[k].rows;
			lost += padding;
			off += padding + PIECE_LENGTH(piece);
		}
		waste += (lost + (-off & 7)) * kinds[k].rows;
	}
	return waste;
}

/* What no order can do without: the end of each row's alignment. */
static double
least_waste(const AiRowKind *kinds, int nkinds, int ncolumns)
{
	double		waste = 0;

	for (int k = 0; k < nkinds; k++)
	{
		uint32		sum = 0;

		for (int i = 0; i < ncolumns; i++)
			sum += PIECE_LENGTH(kinds[k].pieces[i]);
		waste += (-sum & 7) * kinds[k].rows;
	}
	return waste;
}

/*
 * Move one column at a time to where it wastes less, until none does.
 */
static double
improve(const AiRowKind *kinds, int nkinds, int *order, int from,
		int ncolumns,
		double waste, double least)
{
	int		   *tried = palloc(sizeof(int) * ncolumns);
	double		work = 0;
	bool		better = true;

	while (better && waste > least)
	{
		better = false;
		for (int i = from; i < ncolumns && waste > least; i++)
		{
			for (int to = from; to < ncolumns; to++)
			{
				double		now;

				CHECK_FOR_INTERRUPTS();
				if (to == i)
					continue;
				work += (double) nkinds * ncolumns;
				if (work > MAX_WORK)
				{
					pfree(tried);
					return waste;
				}
				memcpy(tried, order, sizeof(int) * ncolumns);
				if (to < i)
					memmove(tried + to + 1, order + to,
							sizeof(int) * (i - to));
				else
					memmove(tried + i, order + i + 1, sizeof(int) * (to - i));
				tried[to] = order[i];
				now = ai_order_waste(kinds, nkinds, tried, ncolumns, NULL);
				if (now < waste)
				{
					memcpy(order, tried, sizeof(int) * ncolumns);
					waste = now;
					better = true;
				}
			}
		}
	}
	pfree(tried);
	return waste;
}

static uint32
order_bucket(const Search *search, const uint16 *placed)
{
	uint32		hash = 0;

	for (int c = 0; c < search->nclasses; c++)
		hash = (hash ^ placed[c]) * UINT32_C(0x9E3779B1);
	return hash >> 16 & (BUCKETS - 1);
}

/*
 * Where each kind of row stands after a way: modulo 8, without the padding.
 */
static void
sum_placed(const Search *search, const Way *way, uint8 *sums)
{
	for (int k = 0; k < search->nkinds; k++)
	{
		const AiPiece *pieces = search->pieces + (Size) k * search->nclasses;
		uint32		sum = 0;

		for (int c = 0; c < search->nclasses; c++)
			sum += way->placed[c] * PIECE_LENGTH(pieces[c]);
		sums[k] = sum & 7;
	}
}

/*
 * Add a way to those of its level unless it can't win, or another places the
 * same columns as well.  Its arrays are copied.
 */
static Way *
keep(Search *search, const Way *way)
{
	uint32		bucket = order_bucket(search, way->placed);
	Size		placed_size = sizeof(uint16) * search->nclasses;
	Size		padding_size = sizeof(uint16) * search->nkinds;
	double		waste = 0;
	Way		   *kept;

	for (int k = 0; k < search->nkinds; k++)
		waste += (way->padding[k] +
				  (-(search->sums[k] + way->padding[k]) & 7)) *
			search->rows[k];
	if (waste >= search->best)
		return NULL;

	for (Way *other = search->buckets[bucket]; other != NULL; other =
		 other->next)
	{
		bool		no_worse = true;
		bool		no_better = true;

		if (other->beaten ||
			memcmp(other->placed, way->placed, placed_size) != 0)
			continue;
		search->work += search->nkinds;
		for (int k = 0; k < search->nkinds && (no_worse || no_better); k++)
		{
			no_worse &= way->padding[k] <= other->padding[k];
			no_better &= way->padding[k] >= other->padding[k];
		}
		if (no_better)
			return NULL;
		if (no_worse)
			other->beaten = true;
	}

	search->memory += sizeof(Way) + placed_size + padding_size;
	kept = MemoryContextAlloc(search->context, sizeof(Way));
	*kept = *way;
	kept->placed = memcpy(MemoryContextAlloc(search->context, placed_size),
						  way->placed, placed_size);
	kept->padding = memcpy(MemoryContextAlloc(search->context, padding_size),
						   way->padding, padding_size);
	kept->next = search->buckets[bucket];
	search->buckets[bucket] = kept;
	return kept;
}

/*
 * All ways that matter.  Returns the best where one is better than what was
 * known, else NULL; *complete is false where it was too much to go through.
 */
static Way *
search_all(Search *search, int ncolumns, bool *complete)
{
	Way		   *level = palloc0(sizeof(Way));
	Way			child = {0};
	uint8	   *sums = palloc(search->nkinds);

	level->placed = palloc0(sizeof(uint16) * search->nclasses);
	level->padding = palloc0(sizeof(uint16) * search->nkinds);
	child.placed = palloc(sizeof(uint16) * search->nclasses);
	child.padding = palloc(sizeof(uint16) * search->nkinds);
	*complete = false;

	for (int depth = 0; depth < ncolumns; depth++)
	{
		Way		   *next_level = NULL;

		memset(search->buckets, 0, sizeof(Way *) * BUCKETS);
		for (Way *way = level; way != NULL; way = way->next_level)
		{
			if (way->beaten)
				continue;
			sum_placed(search, way, sums);
			for (int c = 0; c < search->nclasses; c++)
			{
				Way		   *kept;

				CHECK_FOR_INTERRUPTS();
				if (way->placed[c] == search->available[c])
					continue;
				search->work += 3 * search->nkinds + search->nclasses;
				if (search->work > MAX_WORK || search->memory > MAX_MEMORY)
					return NULL;

				child.parent = way;
				child.class = c;
				child.beaten = false;
				memcpy(child.placed, way->placed,
					   sizeof(uint16) * search->nclasses);
				child.placed[c]++;
				for (int k = 0; k < search->nkinds; k++)
				{
					AiPiece		piece =
						search->pieces[(Size) k * search->nclasses + c];

					child.padding[k] = way->padding[k] +
						(-(sums[k] + way->padding[k]) &
						 PIECE_ALIGN_MASK(piece));
				}
				kept = keep(search, &child);
				if (kept != NULL)
				{
					kept->next_level = next_level;
					next_level = kept;
				}
			}
		}
		level = next_level;
	}

	*complete = true;
	if (level == NULL)
		return NULL;
	for (Way *way = level, *best = NULL;; way = way->next_level)
	{
		double		waste = 0;

		if (way == NULL)
			return best;
		if (way->beaten)
			continue;
		for (int k = 0; k < search->nkinds; k++)
			waste += (way->padding[k] +
					  (-(search->sums[k] + way->padding[k]) & 7)) *
				search->rows[k];
		if (waste < search->best)
		{
			search->best = waste;
			best = way;
		}
	}
}

/* Does the column have the same piece as another in all kinds of rows? */
static bool
same_class(const AiRowKind *kinds, int nkinds, int a, int b)
{
	for (int k = 0; k < nkinds; k++)
		if (kinds[k].pieces[a] != kinds[k].pieces[b])
			return false;
	return true;
}

/* Does the column waste nothing at the start of a row? */
static bool
goes_first(const AiRowKind *kinds, int nkinds, int column)
{
	for (int k = 0; k < nkinds; k++)
		if (PIECE_LENGTH(kinds[k].pieces[column]) != 0)
			return false;
	return true;
}

/*
 * The order with those columns first that waste nothing there; returns how
 * many they are.
 */
static int
put_first(const AiRowKind *kinds, int nkinds, const int *order, int ncolumns,
		  int *found)
{
	int			nfirst = 0;
	int			at;

	for (int i = 0; i < ncolumns; i++)
		if (goes_first(kinds, nkinds, order[i]))
			found[nfirst++] = order[i];
	at = nfirst;
	for (int i = 0; i < ncolumns; i++)
		if (!goes_first(kinds, nkinds, order[i]))
			found[at++] = order[i];
	return nfirst;
}

/*
 * The kinds of rows as far as the searched columns are concerned: those that
 * differ in others only are one.
 */
static void
merge_kinds(Search *search, const AiRowKind *kinds, int nkinds,
			const int *members)
{
	int			buckets[BUCKETS];
	int		   *next = palloc(sizeof(int) * nkinds);
	AiPiece    *pieces = palloc(search->nclasses);

	memset(buckets, -1, sizeof(buckets));
	search->pieces = palloc_extended((Size) nkinds * search->nclasses,
									 MCXT_ALLOC_HUGE);
	search->rows = palloc(sizeof(double) * nkinds);
	search->sums = palloc0(nkinds);
	for (int k = 0; k < nkinds; k++)
	{
		uint32		hash = 0;
		int			at;

		CHECK_FOR_INTERRUPTS();
		for (int c = 0; c < search->nclasses; c++)
		{
			pieces[c] = kinds[k].pieces[members[c]];
			hash = (hash ^ pieces[c]) * UINT32_C(0x9E3779B1);
		}
		hash = hash >> 16 & (BUCKETS - 1);
		for (at = buckets[hash]; at >= 0; at = next[at])
			if (memcmp(search->pieces + (Size) at * search->nclasses, pieces,
					   search->nclasses) == 0)
				break;
		if (at < 0)
		{
			at = search->nkinds++;
			next[at] = buckets[hash];
			buckets[hash] = at;
			memcpy(search->pieces + (Size) at * search->nclasses, pieces,
				   search->nclasses);
			search->rows[at] = 0;
			for (int c = 0; c < search->nclasses; c++)
				search->sums[at] = (search->sums[at] +
									search->available[c] *
									PIECE_LENGTH(pieces[c])) & 7;
		}
		search->rows[at] += kinds[k].rows;
	}
}

/*
 * ai_best_order - the order of columns that wastes least
 *
 * order holds one to begin with, by which those of equal merit go, and then
 * the best.  Returns whether no order is better; else there were too many,
 * and it is the best found.
 */
bool
ai_best_order(const AiRowKind *kinds, int nkinds, int *order, int ncolumns)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "column order",
												  ALLOCSET_DEFAULT_SIZES);
	double		least = least_waste(kinds, nkinds, ncolumns);
	double		waste;
	double		searched;		/* columns by columns by kinds */
	int		   *found;
	int			nfirst;
	bool		complete = true;

	MemoryContextSwitchTo(context);
	found = palloc(sizeof(int) * Max(ncolumns, 1));
	nfirst = put_first(kinds, nkinds, order, ncolumns, found);
	waste = ai_order_waste(kinds, nkinds, found, ncolumns, NULL);
	if (waste > least)
	{
		/* the present order may be the better one to begin with */
		int		   *present = palloc(sizeof(int) * ncolumns);
		int		   *other = palloc(sizeof(int) * ncolumns);
		double		now;

		for (int i = 0; i < ncolumns; i++)
			present[i] = i;
		(void) put_first(kinds, nkinds, present, ncolumns, other);
		now = ai_order_waste(kinds, nkinds, other, ncolumns, NULL);
		if (now < waste)
		{
			found = other;
			waste = now;
		}
	}
	searched = (double) (ncolumns - nfirst) * (ncolumns - nfirst) * nkinds;
	if (waste > least)
		waste = improve(kinds, nkinds, found, nfirst, ncolumns, waste, least);

	/* finding the classes alone is too much where all differ */
	if (waste > least && searched > MAX_WORK)
		complete = false;
	else if (waste > least)
	{
		Search		search = {0};
		int			n = ncolumns - nfirst;
		int		   *class_of = palloc(sizeof(int) * n);
		int		   *members = palloc(sizeof(int) * n);
		Way		   *way;

		search.available = palloc0(sizeof(int) * n);
		for (int i = 0; i < n; i++)
		{
			int			c = 0;

			CHECK_FOR_INTERRUPTS();
			while (c < search.nclasses &&
				   !same_class(kinds, nkinds, members[c], found[nfirst + i]))
				c++;
			if (c == search.nclasses)
				members[search.nclasses++] = found[nfirst + i];
			class_of[i] = c;
			search.available[c]++;
		}
		merge_kinds(&search, kinds, nkinds, members);
		search.best = waste;
		search.context = context;
		search.buckets = palloc(sizeof(Way *) * BUCKETS);
		way = search_all(&search, n, &complete);
		if (way != NULL)
		{
			int		   *before = memcpy(palloc(sizeof(int) * n),
										found + nfirst,
										sizeof(int) * n);

			/*
			 * from the last column back; of a class, in the order of before
			 */
			for (int at = n - 1; at >= 0; at--, way = way->parent)
			{
				int			i = n - 1;

				while (class_of[i] != way->class)
					i--;
				class_of[i] = -1;
				found[nfirst + at] = before[i];
			}
		}
	}

	memcpy(order, found, sizeof(int) * ncolumns);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return complete;
}
