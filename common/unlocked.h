/*-------------------------------------------------------------------------
 *
 * unlocked.h
 *	  One read of a word that another process may be writing.
 *
 * Much of what the suite shows lies in shared memory, and others write there
 * while we look.  A lock is taken where a copy could be half of one thing and
 * half of another, or where rows have to agree.  Where none is, a comment
 * that begins "Without a lock:" argues why, and owes an answer to each of
 * these:
 *
 * - Can what is followed be gone?  A PGPROC, a buffer's header and a status
 *	 entry are there as long as the server runs; only whose they are changes.
 *	 An index that was read is compared, or bounded before it is used.
 * - Is what was tested what is shown?  A word is read once, by the macro
 * below.
 *	 One that is aligned and no longer than a pointer is read in one piece
 *	 wherever the server runs.
 * - Do the words belong together?  A pid is read before and after what is
 * told
 *	 of its process; or it is said what a change in between does at worst.
 *-------------------------------------------------------------------------
 */
#ifndef ARCH_UNLOCKED_H
#define ARCH_UNLOCKED_H

#define ARCH_READ_ONCE(word) (*(volatile __typeof__(word) *) &(word))

#endif							/* ARCH_UNLOCKED_H */
