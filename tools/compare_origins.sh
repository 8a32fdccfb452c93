#!/bin/sh
#
# compare_origins.sh [OLD_TREE [NEW_TREE]]
#	What changed in the server's code that ours follows.
#
# A comment that holds "Follows NAME (FILE, RELEASE)" says that the code under
# it has the logic of that function, macro, type or table of the server, and
# which release's was last compared with it.  Given two source trees of the
# server, prints how each of them differs; given one, says which are not in it;
# given none, lists them.  What moved to another file is looked for there.  A
# changed comment or layout is shown, but is no change.
#
# Exit status: 0 nothing changed, 1 something did, 2 a line is not of that form
# or what it names is in no tree.  The sources are those of the working
# directory, or of ORIGINS_IN.
#
set -eu
in=${ORIGINS_IN:-.}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Each of our lines: FILE:LINE NAME PATH RELEASE, or FILE:LINE and what is wrong
find "$in" -name 'tmp_*' -prune -o \( -name '*.[ch]' -o -path '*/install/*.sql' \) -print | sort |
	while read -r file
	do
		awk -v file="${file#"$in"/}" '
			function text(line)
			{
				sub(/^[ \t]*(\/?\*+|--)[ \t]*/, "", line)
				sub(/[ \t]*(\*\/.*)?$/, "", line)
				return line
			}
			# a name may fill a line, so that the file stands on the next one
			open != "" { open = open " " text($0) }
			open == "" && text($0) ~ /^Follows [^ ]+( \(.*)?$/ && $0 ~ /^[ \t]*(\/?\*|--)/ {
				open = text($0); at = FNR
			}
			open != "" && (open ~ /\)\.?$/ || FNR > at) {
				if (open ~ /^Follows [A-Za-z_][A-Za-z_0-9]* \((src|contrib)\/[^ ,()]+\.[chy], REL_[0-9]+_STABLE\)\.?$/) {
					gsub(/[(),]|\.$/, "", open)
					sub(/^Follows /, "", open)
					print file ":" at, open
				} else
					print file ":" at, "BAD", open
				open = ""
			}' "$file"
	done >"$tmp/origins"
if grep ' BAD ' "$tmp/origins" >"$tmp/bad"
then
	sed 's/ BAD / is no origin: /' "$tmp/bad" >&2
	exit 2
fi
[ -s "$tmp/origins" ] || { echo "no origins in $in" >&2; exit 2; }

# extract FILE NAME: its definition, with the line of its type
extract()
{
	awk -v name="$2" '
		!taking && $0 ~ ("^" name "\\(") {
			taking = "function"; body = 0
			kept = (before != "" && before !~ /[;{}#\/]/) ? before "\n" : ""
		}
		!taking && $0 ~ ("^#[ \t]*define[ \t]+" name "([^A-Za-z0-9_]|$)") { taking = "macro"; kept = "" }
		!taking && $0 ~ ("^(typedef )?(struct|enum|union) " name "$") { taking = "block"; kept = "" }
		!taking && $0 ~ ("[ *]" name "\\[.*=$") { taking = "block"; kept = "" }
		# a type whose name comes last
		!taking && /^typedef (struct|enum|union)$/ { nameless = $0; next }
		nameless != "" {
			nameless = nameless "\n" $0
			if ($0 ~ /^}/) {
				if ($0 ~ ("^} *" name ";")) print nameless
				nameless = ""
			}
			next
		}
		taking {
			kept = kept $0 "\n"
			if (taking == "macro") {
				if ($0 !~ /\\$/) { printf "%s", kept; taking = "" }
			} else if ($0 ~ /^}/) { printf "%s", kept; taking = "" }
			else if (taking == "function" && $0 ~ /^{/) body = 1
			else if (taking == "function" && !body && $0 ~ /;[ \t]*$/) taking = ""
		}
		{ before = $0 }' "$1"
}

# find_origin TREE NAME PATH: where it is defined there, nothing if it is not
find_origin()
{
	if [ -f "$1/$3" ] && [ -n "$(extract "$1/$3" "$2")" ]
	then
		echo "$3"
		return
	fi
	for place in src/backend src/common src/port src/include contrib
	do
		[ -d "$1/$place" ] || continue
		grep -rlw --include='*.[chy]' "$2" "$1/$place" | sort
	done |
		while read -r file
		do
			[ -n "$(extract "$file" "$2")" ] || continue
			echo "${file#"$1"/}"
			break
		done
}

# major TREE: its version, nothing if it does not tell
major()
{
	[ ! -f "$1/configure.ac" ] || sed -n 's/^AC_INIT(\[PostgreSQL\], \[\([0-9]*\).*/\1/p' "$1/configure.ac"
}

# code FILE NAME: the definition without comments and layout
code()
{
	extract "$1" "$2" | awk '
		{ s = s $0 "\n" }
		END {
			while ((i = index(s, "/*")) > 0 && (j = index(substr(s, i + 2), "*/")) > 0)
				s = substr(s, 1, i - 1) " " substr(s, i + j + 3)
			gsub(/[ \t\n]+/, " ", s)
			print s
		}'
}

case $# in
	0)
		cat "$tmp/origins"
		exit 0
		;;
	1 | 2) ;;
	*)
		echo "usage: $0 [OLD_TREE [NEW_TREE]]" >&2
		exit 2
		;;
esac
for tree
do
	[ -d "$tree/src/backend" ] || { echo "$tree is no source tree of the server" >&2; exit 2; }
done

# of another release something may be missing, which came later or went
majors=
for tree
do
	majors="$majors $(major "$tree") "
done

status=0
cut -d' ' -f2- "$tmp/origins" | sort -u >"$tmp/names"
while read -r name path release
do
	release=${release#REL_}
	release=${release%_STABLE}
	ours=$(awk -v n="$name" -v p="$path" '$2 == n && $3 == p { print $1 }' "$tmp/origins" | tr '\n' ' ')
	old=$(find_origin "$1" "$name" "$path")
	new=$old
	[ $# -eq 1 ] || new=$(find_origin "$2" "$name" "$path")
	if [ -z "$old" ] && [ -z "$new" ]
	then
		case $majors in
			'  ' | '    ' | *" $release "*) ;;
			*) continue ;;
		esac
		echo "$name ($path) is not there; followed in $ours"
		status=2
		continue
	fi
	[ $# -eq 2 ] || continue
	if [ -z "$old" ] || [ -z "$new" ]
	then
		echo "== $name ($path) is ${new:+new}${old:+gone}; followed in $ours"
		[ $status -ne 0 ] || status=1
		continue
	fi
	extract "$1/$old" "$name" >"$tmp/old"
	extract "$2/$new" "$name" >"$tmp/new"
	cmp -s "$tmp/old" "$tmp/new" && [ "$old" = "$new" ] && continue
	what=changed
	if [ "$(code "$1/$old" "$name")" = "$(code "$2/$new" "$name")" ]
	then
		what='the same but for comments and layout'
	elif [ $status -eq 0 ]
	then
		status=1
	fi
	echo "== $name ($new) is $what; followed in $ours"
	[ "$old" = "$new" ] || echo "   it was in $old"
	diff -u "$tmp/old" "$tmp/new" | sed 1,2d || true
done <"$tmp/names"
exit $status
