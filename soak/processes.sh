# processes.sh - readers over every view about processes while sessions come
# and go
#
# SOAK_CHURN sessions connect, stay a moment and leave, over and over, for
# SOAK_SECONDS; SOAK_READERS sessions loop over soak/processes.sql.  No reader
# may see an error, miss a process that stays, or keep files or memory.

seconds=${SOAK_SECONDS:-180}
churn=${SOAK_CHURN:-200}
readers=${SOAK_READERS:-8}
work=$PRIVATE/processes_work
mkdir -p "$work"

if [ -d "$PGHOST/data" ]
then
	# who leaves may still be there when the next one comes
	psql -X -q -c "ALTER SYSTEM SET max_connections = $((2 * churn + readers + 20))" \
		-c "ALTER SYSTEM SET logging_collector = on" \
		-c "ALTER SYSTEM SET track_activity_query_size = 4096"
	pg_ctl -D "$PGHOST/data" -w -l "$PRIVATE/log/server.log" restart >/dev/null
fi

# The launcher of logical replication is the last to come.
i=0
until [ "$(psql -X -A -t -c "SELECT count(*) FROM arch_inspect.processes WHERE kind = 'logical replication launcher'")" = 1 ]
do
	i=$((i + 1))
	[ $i -lt 60 ] || { echo "there is no launcher of logical replication"; exit 1; }
	sleep 1
done

cat > "$work/churn.sql" <<SQL
\\set stay random(0, 300)
\\sleep :stay ms
SELECT count(*) FROM pg_class;
SQL

# What a reader holds after some rounds: files, and bytes in its contexts.
# (Private memory would not do: a shared page that nobody else has mapped at
# the moment counts as private.)
one_reader()
{
	i=0
	while [ $i -lt "$1" ]; do cat soak/processes.sql; i=$((i + 1)); done
	echo "SELECT open_files, (SELECT max(subtree_bytes) FROM arch_inspect.memory_contexts) FROM arch_inspect.processes WHERE pid = pg_backend_pid();"
}

pgbench -n -C -c "$churn" -j 4 -T "$seconds" -f "$work/churn.sql" > "$work/churn.out" 2>&1 &
churn_pid=$!
pgbench -n -c "$readers" -j 2 -T "$seconds" -f soak/processes.sql > "$work/readers.out" 2>&1 &
readers_pid=$!

rounds=${SOAK_ROUNDS:-40}
{
	one_reader "$rounds"
	one_reader "$rounds"
	one_reader "$rounds"
} | psql -X -q -A -t -v ON_ERROR_STOP=1 > "$work/one.out" 2> "$work/one.err" ||
	{ cat "$work/one.err"; exit 1; }

rc=0
wait $readers_pid || rc=1
wait $churn_pid || rc=1
grep -E '^(number of transactions|number of failed|tps|latency average)' "$work/readers.out" || true
grep -E '^number of transactions' "$work/churn.out" || true
if [ $rc != 0 ] || grep -qE 'ERROR|aborted' "$work/readers.out" "$work/churn.out"
then
	tail -n 5 "$work/readers.out" "$work/churn.out"
	exit 1
fi

# The lines with files|bytes: the second round may still warm caches up, the
# third may hold no more files, and no more than 256 kB beside.
grep -E '^[0-9]+\|[0-9]+$' "$work/one.out" | awk -F'|' '
	{ files[NR] = $1; bytes[NR] = $2 }
	END {
		printf "files held: %d, %d, %d; memory contexts: %d, %d, %d kB\n",
			files[1], files[2], files[3], bytes[1] / 1024, bytes[2] / 1024, bytes[3] / 1024
		exit !(NR == 3 && files[3] <= files[2] && bytes[3] <= bytes[2] + 262144)
	}' || { echo "a reader keeps files or memory"; exit 1; }
