/*-------------------------------------------------------------------------
 *
 * session_libpq.h
 *	  The server's libpq headers, without the GSSAPI headers they ask for.
 *
 * A server built with GSSAPI declares so in pg_config.h, but what a package
 * brings for building extensions does not include Kerberos.  struct Port is
 * laid out alike without it, which libpq-be.h promises.
 *-------------------------------------------------------------------------
 */
#ifndef AL_SESSION_LIBPQ_H
#define AL_SESSION_LIBPQ_H

#undef ENABLE_GSS

#include "libpq/libpq-be.h"
#include "libpq/libpq.h"
#include "libpq/pqformat.h"

#endif							/* AL_SESSION_LIBPQ_H */
