/*-------------------------------------------------------------------------
 *
 * page_source.c
 *	  Copies of pages, taken without leaving a trace.
 *
 * A page that is in shared buffers is copied from there, under a share lock,
 * by a pin that does not raise its usage count.  A page that is not is read
 * from its file into private memory and never enters shared buffers: a look
 * over a big table evicts nothing, moves no clock hand and no statistics, and
 * a page whose checksum or header is bad is not an error but a page to show.
 *
 * While nobody has a page in shared buffers its file is the truth.  Should it
 * have come into shared buffers while it was read, it is taken from there;
 * and a copy whose checksum is wrong is read again, for it may have been in
 * the middle of a write.
 *
 * Without a lock: a page that was in no buffer before and after its file was
 * read can have come into one, been changed and written out in between.  Then
 * the copy may be half of the old page and half of the new.  With checksums
 * it is read again; without, its rows may be of two moments, as after a crash
 * in the middle of a write.  No decoder believes an offset or length of it.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "executor/instrument.h"
#include "storage/buf_internals.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "storage/lwlock.h"
#include "storage/smgr.h"
#include "utils/rel.h"

#include "decode/decode_page.h"
#include "source/page_source.h"

#include "compat.h"

/* what direct I/O asks of a buffer, on every platform */
#define IO_ALIGN	4096

/* the end of a page that has room for any access method's special space */
#define MAX_SPECIAL	64

/* what the processor fetches at once, on most of them */
#define CACHE_LINE	64

/* how often a page that keeps changing under our hands is read */
#define MAX_TRIES	4

/*
 * ai_page_create - room for a copy, in the current memory context
 */
AiPage *
ai_page_create(void)
{
	AiPage	   *page = palloc0(sizeof(AiPage));

	page->walked = InvalidBlockNumber - 1;
	page->image = (char *) TYPEALIGN(IO_ALIGN, palloc(BLCKSZ + IO_ALIGN));
	return page;
}

/*
 * Where a block of a relation is in shared buffers just now, or
 * InvalidBuffer.
 *
 * Without a pin the page may be gone from there when this returns.  So the
 * answer is a place to try: whoever pins compares the tag again.
 */
static Buffer
shared_buffer_of(Relation rel, ForkNumber forknum, BlockNumber blkno)
{
	BufferTag	tag;
	uint32		hash;
	LWLock	   *lock;
	int			buf_id;

	InitBufferTag(&tag, arch_rd_locator(rel), forknum, blkno);
	hash = BufTableHashCode(&tag);
	lock = BufMappingPartitionLock(hash);

	LWLockAcquire(lock, LW_SHARED);
	buf_id = BufTableLookup(&tag, hash);
	LWLockRelease(lock);

	return buf_id < 0 ? InvalidBuffer : buf_id + 1;
}

/*
 * Copy the header and the special space of a page, if it is one whose special
 * space is where it says and not much: a small part of the page.  What stands
 * right behind the header comes with it.
 */
static bool
copy_header(char *image, const char *page, bool with_lines)
{
	const PageHeaderData *header = (const PageHeaderData *) page;

	if (header->pd_upper == 0 || header->pd_special > BLCKSZ ||
		header->pd_special < BLCKSZ - MAX_SPECIAL)
		return false;
	if (!with_lines)
		memcpy(image, page, CACHE_LINE);
	else if (header->pd_lower <= header->pd_special)
		memcpy(image, page, Max(header->pd_lower, CACHE_LINE));
	else
		return false;
	memcpy(image + BLCKSZ - MAX_SPECIAL, page + BLCKSZ - MAX_SPECIAL,
		   MAX_SPECIAL);
	return true;
}

/*
 * The same of a block whose neighbour lies in this shared buffer.  Pages that
 * were read in a row often lie in a row, and to look there first saves the
 * lookup.
 *
 * Without a lock: buffer is below NBuffers, so its header is there.  A tag
 * that is equal by accident, half of it old, names a place to try as good as
 * any: ReadRecentBuffer() compares it again, with the buffer pinned or its
 * header locked, and what is asked of the processor is to fetch some page's
 * memory.
 */
static Buffer
shared_buffer_beside(Relation rel, ForkNumber forknum, BlockNumber blkno,
					 Buffer buffer)
{
	BufferTag	tag;

	if (buffer < NBuffers)
	{
		InitBufferTag(&tag, arch_rd_locator(rel), forknum, blkno);
		if (BufferTagsEqual(&GetBufferDescriptor(buffer)->tag, &tag))
			return buffer + 1;
	}
	return shared_buffer_of(rel, forknum, blkno);
}

/*
 * A walk will want the block after the one in this buffer soon: look for it
 * now, and ask the processor to fetch it while this one is decoded.
 */
static void
expect_next(Relation rel, ForkNumber forknum, BlockNumber blkno, AiPage *page,
			Buffer buffer)
{
	page->next_blkno = blkno + 1;
	page->next_buffer = shared_buffer_beside(rel, forknum, blkno + 1, buffer);
#ifdef __GNUC__
	if (page->next_buffer != InvalidBuffer)
	{
		const char *next = BufferGetBlock(page->next_buffer);
		int			most = !page->header_only ? BLCKSZ :
			!page->with_lines ? 1 :
			Min(((const PageHeaderData *) page->image)->pd_lower, BLCKSZ);

		/* of a header, as much as this page's has, and the special space */
		for (int i = 0; i < most; i += CACHE_LINE)
			__builtin_prefetch(next + i);
		if (page->header_only)
			__builtin_prefetch(next + BLCKSZ - 1);
	}
#endif
}

/*
 * Copy a page from shared buffers, if it is there and valid.
 */
static bool
copy_shared(Relation rel, ForkNumber forknum, BlockNumber blkno, AiPage *page)
{
	bool		expected = page->next_buffer != InvalidBuffer &&
		page->next_blkno == blkno;
	Buffer		buffer = expected ? page->next_buffer :
		shared_buffer_of(rel, forknum, blkno);

	page->next_buffer = InvalidBuffer;
	if (buffer == InvalidBuffer)
		return false;
	if (!arch_read_recent_buffer(arch_rd_locator(rel), forknum, blkno,
								 buffer))
	{
		buffer = expected ? shared_buffer_of(rel, forknum, blkno) :
			InvalidBuffer;
		if (buffer == InvalidBuffer ||
			!arch_read_recent_buffer(arch_rd_locator(rel), forknum, blkno,
									 buffer))
			return false;
	}

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	if (!page->header_only ||
		!copy_header(page->image, BufferGetPage(buffer), page->with_lines))
		memcpy(page->image, BufferGetPage(buffer), BLCKSZ);
	UnlockReleaseBuffer(buffer);
	if (page->walked + 1 == blkno)
		expect_next(rel, forknum, blkno, page, buffer);
	page->walked = blkno;
	return true;
}

/*
 * The local buffer of a block of one of the session's own temporary tables,
 * or InvalidBuffer.
 *
 * PrefetchBuffer() tells it; for a block that is not there it asks the
 * operating system to read ahead, which is about to be asked for anyhow.
 */
static Buffer
local_buffer_of(Relation rel, ForkNumber forknum, BlockNumber blkno)
{
	Buffer		buffer = PrefetchBuffer(rel, forknum, blkno).recent_buffer;
	BufferDesc *desc;

	if (buffer == InvalidBuffer)
		return InvalidBuffer;
	desc = GetLocalBufferDescriptor(-buffer - 1);
	return (arch_buffer_state(desc) & BM_VALID) != 0 ?
		buffer : InvalidBuffer;
}

/*
 * Copy a page from the session's local buffers, if it is there.  Nobody else
 * can change it, so no pin is needed.
 */
static bool
copy_local(Relation rel, ForkNumber forknum, BlockNumber blkno, char *image)
{
	Buffer		buffer = local_buffer_of(rel, forknum, blkno);

	if (buffer == InvalidBuffer)
		return false;
	memcpy(image, LocalBufferBlockPointers[-buffer - 1], BLCKSZ);
	return true;
}

/*
 * ai_block_in_buffers - is the block in shared (or the own local) buffers?
 */
bool
ai_block_in_buffers(Relation rel, ForkNumber forknum, BlockNumber blkno)
{
	if (RelationUsesLocalBuffers(rel))
		return local_buffer_of(rel, forknum, blkno) != InvalidBuffer;
	return shared_buffer_of(rel, forknum, blkno) != InvalidBuffer;
}

/*
 * ai_page_read - copy a block, which the caller knows to exist
 *
 * The caller holds AccessShareLock on the relation, so that nobody truncates
 * it, and has made sure that it is not another session's temporary table.
 */
void
ai_page_read(Relation rel, ForkNumber forknum, BlockNumber blkno,
			 AiPage *page)
{
	bool		local = RelationUsesLocalBuffers(rel);

	page->forknum = forknum;
	page->blkno = blkno;
	page->checksum_known = false;
	page->checksum_ok = false;

	for (int tries = 1;; tries++)
	{
		page->in_buffers = local ?
			copy_local(rel, forknum, blkno, page->image) :
			copy_shared(rel, forknum, blkno, page);
		if (page->in_buffers)
			return;

		smgrread(RelationGetSmgr(rel), forknum, blkno, page->image);
		if (local)
			pgBufferUsage.local_blks_read++;
		else
			pgBufferUsage.shared_blks_read++;

		page->checksum_known = DataChecksumsEnabled() &&
			!PageIsNew(page->image);
		page->checksum_ok = page->checksum_known &&
			ai_page_checksum(page->image, blkno) ==
			((PageHeader) page->image)->pd_checksum;

		if (tries == MAX_TRIES || local)
			return;
		if (page->checksum_known && !page->checksum_ok)
			continue;
		if (shared_buffer_of(rel, forknum, blkno) == InvalidBuffer)
			return;
	}
}

/*
 * ai_page_unproven - why nothing proves the bytes of a copy, or NULL
 *
 * A checksum does, of a page that was read from disk for this copy.  A page
 * in shared buffers may have been damaged there, or have come there with
 * ignore_checksum_failure on.
 */
const char *
ai_page_unproven(const AiPage *page)
{
	if (!DataChecksumsEnabled())
		return "the server has no data checksums to prove its bytes";
	if (page->in_buffers)
		return "a page of it came from shared buffers, where no checksum proves it";
	if (!page->checksum_known || !page->checksum_ok)
		return "a page of it has a wrong checksum";
	return NULL;
}
