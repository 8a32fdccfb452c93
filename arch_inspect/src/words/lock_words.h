/*-------------------------------------------------------------------------
 *
 * lock_words.h
 *	  What a lock of the lock manager is on, in words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_LOCK_WORDS_H
#define AI_LOCK_WORDS_H

#include "storage/lock.h"

extern char *ai_lock_words(const LOCKTAG *tag);

#endif							/* AI_LOCK_WORDS_H */
