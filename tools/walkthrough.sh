#!/bin/sh
#
# walkthrough.sh
#	The lesson, live: creates the extensions in a private server and walks it as
#	an ordinary role; "make walkthrough" calls it by private.sh.
#
# SECTION=name walks one section.  The exit status is 0 only if every step and
# every claim held.
#
set -eu
. tools/common.sh

# Autovacuum naps for a second, so that it is seen at work; and what the server
# has is switched on: the WAL summarizer, and checksums while all run.
PATH=$("$PG_CONFIG" --bindir):$PATH
export PATH
major=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
summarize=
[ "$major" -lt 17 ] || summarize="summarize_wal = on"
INITDB_OPTIONS= switch=
grep -q pg_enable_data_checksums "$("$PG_CONFIG" --sharedir)/postgres.bki" && switch=yes
[ -z "$switch" ] || INITDB_OPTIONS=--no-data-checksums
start_server "$PRIVATE/server" "max_worker_processes = 20" "autovacuum_naptime = 1s" "$summarize"
step "create the extensions" psql -X -v ON_ERROR_STOP=1 \
	-c 'CREATE EXTENSION arch_lab CASCADE' \
	-c 'CREATE ROLE student LOGIN' \
	-c 'CREATE SCHEMA student AUTHORIZATION student'
# a summary of the WAL ends with a checkpoint
[ "$major" -lt 17 ] || step "checkpoint" psql -X -c CHECKPOINT
# a page every 20 milliseconds, so that it is seen on its way
[ -z "$switch" ] || step "switch checksums on" psql -X -c 'SELECT pg_enable_data_checksums(20, 1)'

walk="psql -X -q -A -t -v ON_ERROR_STOP=1 -U student"
out=$PRIVATE/log/walkthrough.txt
: > "$out"
echo "The lesson \"PostgreSQL Architecture & Ecosystem\", walked in a private server by the"
echo "ordinary role \"student\"."
if [ -n "${SECTION:-}" ]
then
	sections=$SECTION
else
	sections=$($walk -c 'SELECT section_no FROM arch_lab.lesson_steps GROUP BY 1 ORDER BY 1')
fi
# One section at a time, so that the first can be read while the next runs.
IFS='
'
for section in $sections
do
	unset IFS
	rc=0
	$walk -v section="$section" >"$PRIVATE/log/section.txt" 2>&1 <<'SQL' || rc=$?
SELECT arch_lab.walkthrough_text(:'section');
SQL
	cat "$PRIVATE/log/section.txt"
	cat "$PRIVATE/log/section.txt" >> "$out"
	[ "$rc" = 0 ] || die "section $section did not come to its end"
done

if [ -z "${SECTION:-}" ]
then
	printf '\nThe claims of the lesson\n========================\n\n'
	rc=0
	$walk >"$PRIVATE/log/claims.txt" 2>&1 <<'SQL' || rc=$?
SELECT format(E'%s %s.\n%s\n%s%s\n', lpad(n::text, 2),
			  CASE WHEN holds THEN 'shown here' ELSE 'FAILED' END,
			  arch_lab.folded('The lesson: ', claim),
			  arch_lab.folded('The fact:   ', fact),
			  E'\n' || arch_lab.folded('Proven elsewhere: ', elsewhere))
  FROM arch_lab.claims();
SQL
	cat "$PRIVATE/log/claims.txt"
	[ "$rc" = 0 ] || die "the claims did not come to their end"
	claims=$(grep -c '^ *[0-9]* shown here\.$' "$PRIVATE/log/claims.txt" || true)
	bad=$(grep -c '^ *[0-9]* FAILED\.$' "$PRIVATE/log/claims.txt" || true)
else
	claims=0 bad=0
fi
# What only a member of pg_read_all_stats is shown of it.
if [ "$major" -ge 18 ] && [ -z "${SECTION:-}" ]
then
	printf '\nOnce more, by the role "watcher", a member of pg_monitor\n'
	printf '====================================================\n\n'
	step "create the watcher" psql -X -v ON_ERROR_STOP=1 \
		-c 'CREATE ROLE watcher LOGIN IN ROLE pg_monitor' \
		-c 'CREATE SCHEMA watcher AUTHORIZATION watcher'
	rc=0
	psql -X -q -A -t -v ON_ERROR_STOP=1 -U watcher \
		-c "SELECT arch_lab.walkthrough_text('Reads that others carry out')" \
		>"$PRIVATE/log/watcher.txt" 2>&1 || rc=$?
	cat "$PRIVATE/log/watcher.txt"
	[ "$rc" = 0 ] || die "the steps of the watcher did not come to their end"
	cat "$PRIVATE/log/watcher.txt" >>"$out"
fi
steps=$(grep -cE '^-- [0-9]+\.[0-9]+  ' "$out" || true)
failed=$(grep -c '^  FAILED: ' "$out" || true)
left=$(psql -X -A -t -c "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE nspname LIKE 'arch\_lab\__%' OR nspname IN ('student', 'watcher')")
echo "$((steps - failed)) of $steps steps and $claims of $((claims + bad)) claims held; $left objects left behind."
[ "$steps" -gt 0 ] || die "no step was walked"
[ "$failed" = 0 ] && [ "$bad" = 0 ] && [ "$left" = 0 ]
