#!/bin/sh
#
# check_circles.sh [DIR]
#	No circle of calls between files, and none of includes; run by every build.
#
# Where a calls b and b calls a, neither can be read, tested or moved alone.
# What both need goes to a third file that they stand on, or is passed by the
# caller.  Calls are those that the object files next to the sources tell of,
# so what isn't compiled isn't looked at.  DIR is the tree, unless it is the
# working directory.
#
set -eu
cd "${1:-.}"

# FILE FILE: the first can't do without the second
calls()
{
	find "$1/src" -name '*.o' -print | LC_ALL=C sort | xargs -r nm -A -g |
		sed 's,:[ 0-9a-f]* , ,' | awk '
			$2 == "U" { wants[$1 " " $3] = 1; next }
			{ has[$3] = $1 }
			END {
				for (want in wants)
				{
					split(want, w, " ")
					if (w[2] in has && has[w[2]] != w[1])
						print w[1], has[w[2]]
				}
			}'
}

includes()
{
	grep -Ho '^#include "[a-z_0-9/]*\.h"' "$1"/src/*/*.h common/*.h 2>/dev/null |
		sed "s,:#include \", ,; s,\"\$,," |
		while read -r header target
		do
			for place in "$1/src/$target" "common/$target"
			do
				[ ! -e "$place" ] || echo "$header $place"
			done
		done || true
}

bad=$(
	for dir in */src
	do
		for what in calls includes
		do
			$what "${dir%/src}" | tsort 2>&1 >/dev/null |
				sed -n "s/^tsort: -: input contains a loop:/a circle of $what:/p; s/^tsort: \(.*\/.*\)/  \1/p"
		done
	done
)
[ -z "$bad" ] || { echo "$bad" >&2; exit 1; }
