/*-------------------------------------------------------------------------
 *
 * buffer_look.h
 *	  What is in a shared buffer, and who waits for it, without pinning it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ARCH_BUFFER_LOOK_H
#define ARCH_BUFFER_LOOK_H

#include "storage/buf_internals.h"
#include "storage/bufmgr.h"

#include "compat.h"

/* how often to look again before the header is locked */
#define ARCH_LOOKS	3

/*
 * arch_buffer_look - the state and the tag of buffer number i, from 0
 *
 * Without a lock: a tag changes only while the header is locked, and then the
 * state changes too.  But the state alone proves little, for a buffer may
 * have been given to another page while this process was off its processor,
 * and its state have come back to the same bits: then the copy could begin
 * with one page's name and end with another's.  So the tag is copied twice.
 * Copies that agree are both torn only if the buffer changed hands during
 * each, at the same word, with the state back every time.  Should that ever
 * happen, a row names a page that there is not.  Each word is still one that
 * some page had, and nobody reads a page by this tag.
 *
 * Only a header that doesn't hold still is locked.
 */
static inline ArchBufferState
arch_buffer_look(int i, BufferTag *tag)
{
	BufferDesc *desc = GetBufferDescriptor(i);
	ArchBufferState state;

	for (int looks = 0; looks < ARCH_LOOKS; looks++)
	{
		BufferTag	again;

		state = arch_buffer_state(desc);
		if (state & BM_LOCKED)
			continue;
		pg_read_barrier();
		*tag = desc->tag;
		pg_read_barrier();
		again = desc->tag;
		pg_read_barrier();
		if (arch_buffer_state(desc) == state && BufferTagsEqual(tag, &again))
			return state;
	}

	state = LockBufHdr(desc);
	*tag = desc->tag;
	arch_unlock_buffer_header(desc, state);
	return state & ~BM_LOCKED;
}

/*
 * arch_buffer_awaited - does a process wait to be alone with buffer number i?
 * Then the number of its PGPROC, the tag and the state.
 *
 * The number says something only while the flag is set, so both are read with
 * the header locked.  The flag is looked at without that first, and a process
 * that sets it afterwards has begun to wait after we looked.
 */
static inline bool
arch_buffer_awaited(int i, int *procno, BufferTag *tag,
					ArchBufferState *state)
{
	BufferDesc *desc = GetBufferDescriptor(i);
	ArchBufferState both = BM_PIN_COUNT_WAITER | BM_TAG_VALID;

	if ((arch_buffer_state(desc) & BM_PIN_COUNT_WAITER) == 0)
		return false;
	*state = LockBufHdr(desc);
	*tag = desc->tag;
	*procno = desc->wait_backend_pgprocno;
	arch_unlock_buffer_header(desc, *state);
	return (*state & both) == both;
}

#endif							/* ARCH_BUFFER_LOOK_H */
