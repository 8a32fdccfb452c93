#!/bin/sh
#
# check_symbols.sh PREFIX LIBRARY
#	Fail when LIBRARY exports a symbol outside PREFIX.
#
# The server loads libraries with RTLD_GLOBAL, and before PostgreSQL 16 every
# non-static function is exported, so two modules with an equal name clash.
#
set -eu

names=$(nm -D --defined-only --extern-only "$2" | awk '{print $3}')
[ -n "$names" ] || { echo "$2 exports nothing at all"; exit 1; }
stray=$(echo "$names" |
	grep -vE "^($1|pg_finfo_$1|_PG_init\$|Pg_magic_func\$|_init\$|_fini\$)" || true)
[ -z "$stray" ] || { echo "$2 exports names outside $1:"; echo "$stray"; exit 1; }
