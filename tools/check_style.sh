#!/bin/sh
#
# check_style.sh [--widths] [DIR]
#	What a small script can hold of PostgreSQL's style in C; run by every check.
#
# Tabs of 4 to indent and none behind the code's end, braces on lines of their
# own, no // comments, no line wider than 78 columns, but for one that only a
# string makes so: a message stands on one line, to be found.  A file that has
# other wide lines has so many as tools/style_width.txt says, and no more.  DIR
# is the tree, unless it is the working directory.  --widths only prints what
# tools/style_width.txt should hold now: for whoever made lines fewer.  A file
# may be laid out anew by pgindent, which comes with the server's source.
#
# A file that reads words which others write, without a lock that keeps them,
# argues why it may: its comment begins "Without a lock:".
#
set -eu
widths=
[ "${1:-}" != --widths ] || { widths=1; shift; }
cd "${1:-.}"

if [ -z "$widths" ]
then
	unargued=$(find common */src -name '*.[ch]' | LC_ALL=C sort | xargs grep -lE \
		'ARCH_READ_ONCE|ProcGlobal|GetPGProcByNumber|BackendPidGetProc|GetBufferDescriptor|xactCompletionCount' |
		xargs -r grep -L 'Without a lock:' |
		sed 's/$/: reads what others write, and argues nowhere "Without a lock:"/')
	[ -z "$unargued" ] || { echo "$unargued"; exit 1; }
fi

find common fuzz */src \( -name '*.c' -o -name '*.h' \) | LC_ALL=C sort -u |
	xargs awk -v widths="$widths" -v known=tools/style_width.txt '
		function say(what) { if (!widths) print FILENAME ":" FNR ": " what; bad = 1 }
		function width(s,	n, i, c) {
			n = 0
			for (i = 1; i <= length(s); i++)
				n = substr(s, i, 1) == "\t" ? n - n % 4 + 4 : n + 1
			return n
		}
		BEGIN {
			while ((getline line < known) > 0)
				if (split(line, w, " ") == 2 && w[1] ~ /^[0-9]+$/)
					most[w[2]] = w[1]
		}
		/[ \t]$/ { say("blanks at the end of the line") }
		/^\t* +[^ *\t]/ && !/^\t* ? ? ?[^ ]/ { say("indented by spaces") }
		/^ +\t/ { say("a tab behind spaces") }
		/^[ \t]*(if|for|while|switch|else|do)([ \t(].*)?[) \t]\{[ \t]*$/ { say("a brace on the line of its statement") }
		/^[ \t]*\}[ \t]*else/ { say("else on the line of a brace") }
		/^[ \t]*(if|for|while|switch)\(/ { say("no blank before a parenthesis") }
		/^[ \t]*\/\// { say("a comment of //") }
		function without_strings(s) { gsub(/"([^"\\]|\\.)*"/, "\"\"", s); return s }
		width($0) > 78 && width(without_strings($0)) > 78 { wide[FILENAME]++; last[FILENAME] = FNR }
		END {
			if (widths)
			{
				for (file in wide)
					print wide[file], file
				exit 0
			}
			for (file in wide)
				if (wide[file] > most[file] + 0)
				{
					printf "%s: %d lines are wider than 78 columns (%d were known), the last is %d\n", file, wide[file], most[file], last[file]
					bad = 1
				}
			exit bad
		}'
