#!/bin/sh
#
# shell.sh
#	psql in a private server with the three extensions; "make shell" calls it
#	by private.sh.  The server is gone when psql ends.
#
set -eu
. tools/common.sh

start_server "$PRIVATE/server" "max_worker_processes = 20"
PATH=$("$PG_CONFIG" --bindir):$PATH
export PATH
step "create the extensions" psql -X -c 'CREATE EXTENSION arch_lab CASCADE' \
	-c 'CREATE ROLE student LOGIN' \
	-c 'CREATE SCHEMA student AUTHORIZATION student'
cat <<'TEXT'
This is psql in a private server; it ends with \q, and nothing is kept.
You are the superuser postgres; "\c - student" makes you an ordinary role.
As one, :next gives you an exercise, :check looks at what you did, :hint helps.
TEXT
PSQLRC=$(pwd)/arch_lab/arch_lab.psqlrc
export PSQLRC
psql
