# lib.sh - shell functions that the files in bench/ share (to be sourced)
#
# Machines are noisy, so contestants run in turn, in one session, and what
# counts are medians and the ratio between them.

# contest NAME RUNS LABEL SQL [LABEL SQL ...]
#
# Runs every SQL once to warm up and then RUNS times in turn; prints the median,
# the fastest and the slowest of each in milliseconds, and the ratios of each
# median and of each fastest to the first one's: where others use the processors
# too, the fastest tell more of what takes a millisecond or less.  SETUP may hold SQL to run first in the session.
contest()
{
	contest_name=$1
	contest_runs=$2
	shift 2
	contest_labels=
	contest_script=$PRIVATE/contest.sql
	contest_one=$PRIVATE/contest_one.sql
	: > "$contest_one"
	contest_n=0
	while [ $# -gt 1 ]
	do
		contest_labels="$contest_labels$1
"
		contest_n=$((contest_n + 1))
		printf '\\echo @%s\n%s\n;\n' "$contest_n" "$2" >> "$contest_one"
		shift 2
	done
	{
		printf '\\set ON_ERROR_STOP 1\n\\o /dev/null\n'
		printf '%s\n' "${SETUP:-}"
		cat "$contest_one"
		printf '\\timing on\n'
		i=0
		while [ $i -lt "$contest_runs" ]
		do
			cat "$contest_one"
			i=$((i + 1))
		done
	} > "$contest_script"
	printf '%s\n' "$contest_name"
	psql -X -q -f "$contest_script" > "$PRIVATE/contest.out" 2> "$PRIVATE/contest.err" ||
		{ cat "$PRIVATE/contest.err" >&2; return 1; }
	printf '%s' "$contest_labels" | awk -v results="$PRIVATE/contest.out" '
		{ label[NR] = $0 }
		END {
			while ((getline line < results) > 0) {
				if (line ~ /^@/) { who = substr(line, 2) + 0; t = 0 }
				else if (line ~ /^Time: /) {
					split(line, part, " ")
					n[who]++
					ms[who, n[who]] = part[2]
				}
			}
			for (w = 1; w <= NR; w++) {
				for (i = 1; i <= n[w]; i++) a[i] = ms[w, i]
				for (i = 2; i <= n[w]; i++) {
					v = a[i]
					for (j = i - 1; j > 0 && a[j] > v; j--) a[j + 1] = a[j]
					a[j + 1] = v
				}
				m = (n[w] % 2) ? a[(n[w] + 1) / 2] : (a[n[w] / 2] + a[n[w] / 2 + 1]) / 2
				if (w == 1) { base = m; fastest = a[1] }
				printf "  %-44s %10.2f ms  (%.2f to %.2f)  x %.2f, fastest x %.2f\n", label[w], m, a[1], a[n[w]], m / base, a[1] / fastest
			}
		}'
	printf '\n'
}

# fill TABLE MEGABYTES - a table of that size on disk, 78 bytes a row, vacuumed
fill()
{
	psql -X -q <<SQL
CREATE TABLE $1 (i int, x text) WITH (autovacuum_enabled = off);
INSERT INTO $1 SELECT i, lpad(i::text, 40, 'x') FROM generate_series(1, $2 * 13400) AS i;
VACUUM (FREEZE, ANALYZE) $1;
SQL
}
