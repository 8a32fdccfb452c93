/*-------------------------------------------------------------------------
 *
 * driver.h
 *	  What a fuzz target gives the driver, and what it may use of it.
 *
 * A target defines LLVMFuzzerTestOneInput, which is the entry point of
 * libFuzzer too, fuzz_seed, which makes valid images, and fuzz_mutate, which
 * spoils one where it hurts.
 *-------------------------------------------------------------------------
 */
#ifndef FUZZ_DRIVER_H
#define FUZZ_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#define FUZZ_MAX	8192

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fill data with valid image number n; return its size, at most FUZZ_MAX. */
extern size_t fuzz_seed(unsigned n, uint8_t *data);

/* How many different ones there are. */
extern const unsigned fuzz_seeds;

/* Change a length, an offset or a count. */
extern void fuzz_mutate(uint8_t *data, size_t size);

/* What a decoder has against a valid image; a target may leave this out. */
extern const char *fuzz_refused(const uint8_t *data, size_t size);

/* A number below n, from the run's own sequence. */
extern unsigned fuzz_random(unsigned n);

/* A number that lengths and offsets go wrong with. */
extern uint32_t fuzz_absurd(void);

/* End the program, because what was decoded can't be. */
extern void fuzz_fail(const char *what);

/* Read every byte, so that a sanitizer sees one that is not ours. */
extern void fuzz_touch(const void *data, size_t size);

#endif							/* FUZZ_DRIVER_H */
