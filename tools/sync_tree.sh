#!/bin/sh
#
# sync_tree.sh DIR
#	Make DIR a copy of this tree, without what is built from it.
#
# Only a file whose bytes differ is written, with the time of now, and what was
# built in DIR stays: so make there builds what is out of date, wherever the
# files came from and however old they are.  (No name here has a space in it.)
#
set -euf

dir=$1
cd "$(dirname "$0")/.."

built='*.o *.so *.bc .built-for .built-for.new .git tmp_* log results output_iso regression.out regression.diffs'
mkdir -p "$dir"
# shellcheck disable=SC2046
{ LC_ALL=C diff -rq $(printf ' -x %s' $built) . "$dir" || [ $? -eq 1 ]; } |
	awk -v dir="$dir" '
		/^Files / { print "put", substr($2, 3); next }
		/^Only in / {
			sub(/:$/, "", $3)
			what = index($3, dir) == 1 ? "drop" : "put"
			path = substr($3, what == "drop" ? length(dir) + 2 : 3)
			print what, (path == "" ? "" : path "/") $4
			next
		}
		{ print "say", $0 }' |
	while read -r what path
	do
		# The scripts of the extensions are made, but for those of old releases.
		case $path in
			*/upgrade/*) ;;
			*/*--*.sql) continue ;;
		esac
		case $what in
			put) tar -cf - $(printf ' --exclude=%s' $built) --anchored \
				--no-wildcards-match-slash --exclude='./*/*--*.sql' "./$path" | tar -xmf - -C "$dir" ;;
			drop) rm -rf "${dir:?}/$path" ;;
			*) echo "$path"; exit 1 ;;
		esac
	done
