#!/bin/sh
#
# can_run.sh DIR TEST...
#	Print those of the tests DIR/TEST.sql (or .spec) that the server of PGHOST
#	and PGPORT can pass, and say of the others what they need.
#
# A test says so itself, by lines "Needs: CONDITION" in its comments, where
# CONDITION is SQL.  Without a server to ask all are printed: "make check"
# makes one to measure, by tools/check.conf.
#
set -eu

dir=$1
shift

ask() { psql -XAtq -d postgres -c "SELECT $1" 2>/dev/null; }

answers=
[ "$(ask true)" != t ] || answers=1
for test
do
	file=$(ls "$dir/$test".s*)
	lacks=$(sed -n 's/^\(--\|#\) Needs: //p' "$file" | while read -r condition
		do
			[ -z "$answers" ] || [ "$(ask "$condition")" = t ] || echo "$condition"
		done)
	if [ -z "$lacks" ]
	then
		echo "$test"
	else
		echo "$lacks" | sed "s|^|skipped: $file needs |" >&2
	fi
done
