/*-------------------------------------------------------------------------
 *
 * decode_checker.c
 *	  What the checks of all shapes of values share.
 *
 * decode_value.c chooses the check of a shape, and calls decode_scalar.c,
 * decode_document.c and decode_contrib.c; these call nobody but this file and
 * one another downwards.
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "decode/decode_value.h"

/*
 * ai_not_checked - the answer for a value of unknown shape, told from others
 * by its address
 */
const char	ai_not_checked[] =
	"format of the type is not known, so the value was not checked";

/* how often a long check lets its caller do something else */
#define STEPS_A_PAUSE	4096

/*
 * ai_check_pause - one more step of what may be long
 */
void
ai_check_pause(AiChecker *checker)
{
	if (++checker->steps % STEPS_A_PAUSE == 0 && checker->pause != NULL)
		checker->pause(checker);
}
