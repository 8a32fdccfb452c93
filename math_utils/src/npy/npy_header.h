/*-------------------------------------------------------------------------
 *
 * npy_header.h
 *	  The header of a NumPy .npy file; plain C without the server's headers,
 *	  so that a fuzzer can link it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MU_NPY_HEADER_H
#define MU_NPY_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MU_NPY_PREFIX		12	/* bytes that tell how long a header is */
#define MU_NPY_MAX_HEADER	1048576
#define MU_NPY_MAX_FIELDS	1000
#define MU_NPY_NAME			256
#define MU_NPY_TYPE			32
#define MU_NPY_MAX_SIZE		1000000 /* bytes of one value */

typedef struct MuNpyField
{
	char		name[MU_NPY_NAME];	/* as in the file; "" where the array has
									 * no fields */
	char		kind;			/* one of b i u f S U, as in NumPy */
	bool		big_endian;
	uint32_t	size;			/* bytes of a value */
	uint64_t	offset;			/* of the value in an item */
} MuNpyField;

typedef struct MuNpyHeader
{
	int			version;		/* of the format: latin-1, from 3 on UTF-8 */
	uint64_t	data;			/* where the items begin in the file */
	bool		fortran;		/* first index varies fastest */
	bool		structured;		/* items have named fields */
	int			ndim;			/* 0, 1 or 2 */
	uint64_t	shape[2];		/* rows and columns; 1 where there is none */
	uint64_t	item;			/* bytes of an item */
	int			nfields;
	MuNpyField	field[MU_NPY_MAX_FIELDS];

	/*
	 * of which field, of which type, mu_npy_parse() says what is wrong; or ""
	 */
	char		bad_name[MU_NPY_NAME];
	char		bad_type[MU_NPY_TYPE];
} MuNpyHeader;

extern int64_t mu_npy_header_length(const unsigned char *bytes,
									size_t length);
extern const char *mu_npy_parse(const unsigned char *bytes, size_t length,
								MuNpyHeader *header);

#endif							/* MU_NPY_HEADER_H */
