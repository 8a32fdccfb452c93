/*-------------------------------------------------------------------------
 *
 * wait_words.h
 *	  What a wait event means, in words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AI_WAIT_WORDS_H
#define AI_WAIT_WORDS_H

extern const char *ai_wait_words(const char *type, const char *name,
								 bool *refreshed);

#endif							/* AI_WAIT_WORDS_H */
