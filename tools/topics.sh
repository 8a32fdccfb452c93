#!/bin/sh
#
# topics.sh [--missing] [DIR]
#	For each topic the files that one word finds: C, SQL, test, page, bench.
#
# A topic is a C file that SQL calls, and its word is the file's name, singular
# or plural.  The SQL is EXTENSION/install/NN_WORD.sql, the test
# sql/EXTENSION_WORD*, specs/EXTENSION_WORD* or t/NNN_WORD*, the page of doc/ is
# WORD.md or the one that speaks most of the word, the bench one that is called
# so or speaks of it.  A part of a wider topic is found by that one's word: the
# one that tools/topics.txt gives it, or its folder's.  --missing only lists the
# topics that lack one of the first four even so: there have to be none.  DIR is
# the tree, unless it is the one that this script is of.
#
set -eu
missing=
[ "${1:-}" != --missing ] || { missing=1; shift; }
cd "${1:-$(dirname "$0")/..}"

# first FILE...: the first that is there
first()
{
	for file
	do
		[ ! -e "$file" ] || { echo "$file"; return; }
	done
}

# speaks WORDS FILE...: the file that names one of the words most
speaks()
{
	said=$1
	shift
	grep -owE "$said" "$@" /dev/null | cut -d : -f 1 | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }'
}

# find_one WORD: sets what of sql, test, page and bench is found by this word
find_one()
{
	stem=${1%s}
	[ -n "$sql" ] || sql=$(first "$ext"/install/[0-9][0-9]_"$1".sql "$ext"/install/[0-9][0-9]_"$stem".sql)
	[ -n "$test" ] || test=$(first sql/"${ext}_$stem"*.sql specs/"${ext}_$stem"*.spec \
		t/[0-9][0-9][0-9]_"$stem"*.pl t/[0-9][0-9][0-9]_"${ext}_$stem"*.pl)
	[ -n "$page" ] || page=$(first doc/"$1".md doc/"$stem".md)
	[ -n "$page" ] || page=$(speaks "$1|$stem" doc/*.md)
	[ -n "$bench" ] || bench=$(first bench/*"$stem"*.sh)
	[ -n "$bench" ] || bench=$(speaks "$1|$stem" bench/*.sh)
}

grep -lE '^(PG_FUNCTION_INFO_V1|AI_INSTRUMENT)\(' */src/*/*.c | grep -v /src/base/ |
	while read -r c
	do
		ext=${c%%/*}
		word=$(basename "$c" .c)
		folder=$(basename "$(dirname "$c")")
		said=$(awk -v w="$word" '$1 == w { print $2 }' tools/topics.txt)
		sql='' test='' page='' bench=''
		find_one "$word"
		own=
		[ -z "$sql" ] || [ -z "$test" ] || [ -z "$page" ] || own=1
		[ -z "$said" ] || find_one "$said"
		find_one "$folder"
		echo "$word $c ${sql:--} ${test:--} ${page:--} ${bench:--} ${own:--}"
	done | awk -v missing="$missing" '
		function fit(word, width) { return sprintf("%-" width "s", word) }
		missing {
			if ($3 == "-" || $4 == "-" || $5 == "-")
				print $1, "has", $2, $3, $4, $5
			next
		}
		{
			print fit($1, 19) fit($2, 46) fit($3, 45) fit($4, 38) fit($5, 22) $6
			n++
			full += $3 != "-" && $4 != "-" && $5 != "-"
			own += $7 != "-"
			benches += $6 != "-"
		}
		END {
			if (!missing)
				printf "%d topics: of %d one word finds C, SQL, test and page, of %d their own word; %d have a bench\n", n, full, own, benches
		}'
