/*-------------------------------------------------------------------------
 *
 * buffer_look.h
 *	  What is in a shared buffer, without pinning it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_BUFFER_LOOK_H
#define AI_BUFFER_LOOK_H

#include "storage/buf_internals.h"
#include "storage/bufmgr.h"

#include "compat.h"

/* how often to look again before the header is locked */
#define AI_LOOKS	3

/*
 * ai_buffer_look - the state and the tag of buffer number i, from 0
 *
 * A tag changes only while the header is locked, and then the state changes
 * too; so if the state is the same before and after, the tag was copied whole.
 * Only a header that doesn't hold still is locked.
 */
static inline ArchBufferState
ai_buffer_look(int i, BufferTag *tag)
{
	BufferDesc *desc = GetBufferDescriptor(i);
	ArchBufferState state;

	for (int looks = 0; looks < AI_LOOKS; looks++)
	{
		state = arch_buffer_state(desc);
		if (state & BM_LOCKED)
			continue;
		pg_read_barrier();
		*tag = desc->tag;
		pg_read_barrier();
		if (arch_buffer_state(desc) == state)
			return state;
	}

	state = LockBufHdr(desc);
	*tag = desc->tag;
	arch_unlock_buffer_header(desc, state);
	return state & ~BM_LOCKED;
}

#endif							/* AI_BUFFER_LOOK_H */
