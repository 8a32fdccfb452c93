#!/bin/sh
#
# lesson.sh
#	The lesson as a guided walk: psql as an ordinary role in a private server,
#	with words for a step at a time; "make lesson" calls it by private.sh.
#
set -eu
. tools/common.sh

start_server "$PRIVATE/server" "max_worker_processes = 20" "autovacuum_naptime = 1s"
PATH=$("$PG_CONFIG" --bindir):$PATH
PSQLRC=$(pwd)/arch_lab/arch_lab.psqlrc
export PATH PSQLRC
step "create the extensions" psql -X -v ON_ERROR_STOP=1 \
	-c 'CREATE EXTENSION arch_lab CASCADE' \
	-c 'CREATE ROLE student LOGIN' \
	-c 'CREATE SCHEMA student AUTHORIZATION student'
cat <<'TEXT'
The lesson, a step at a time, in a private server; \q ends it, nothing is kept.
:step goes on, :back goes back, :again shows the step once more, :skip goes to
the next section. Between steps the psql is yours; :next gives you an exercise.
TEXT
psql -q -U student
