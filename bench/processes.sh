# processes.sh - the views about processes beside what the server has
#
# With BENCH_BACKENDS (100) idle sessions.  The bars: all of processes within
# twice pg_stat_activity plus one read of the same files of /proc in C;
# settings and extensions within 1.5 times the catalogs they read.
#
# "the same files, in C" reads stat, statm, io, smaps_rollup and fd of the
# same pids with the functions themselves, one pid after another, no view.

. bench/lib.sh

case $BENCH_SIZE in small) backends=20 runs=5 ;; *) backends=${BENCH_BACKENDS:-95} runs=15 ;; esac

# sessions that have something in memory and then stay idle
fifo=$PRIVATE/hold
mkfifo "$fifo"
n=0
while [ $n -lt "$backends" ]
do
	{ echo "SELECT count(*) FROM pg_class;"; cat "$fifo"; } | psql -X -q -A -t >/dev/null 2>&1 &
	n=$((n + 1))
done
exec 3<>"$fifo"
until [ "$(psql -X -A -t -c "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle'")" -ge "$backends" ]
do
	sleep 0.2
done

contest "processes, $backends idle sessions" "$runs" \
	"pg_stat_activity"				"SELECT * FROM pg_stat_activity" \
	"processes, no file of /proc"	"SELECT pid, parent, kind, role, activity, since, wait_event_type, wait_event, wait_in_words, datname, usename, application_name, client_addr, client_port, backend_start, xact_start, query_start, state, backend_xid, backend_xmin, leader_pid, query_id, query FROM arch_inspect.processes" \
	"client_backends"				"SELECT * FROM arch_inspect.client_backends" \
	"processes, CPU time only"		"SELECT pid, kind, cpu_user, cpu_system FROM arch_inspect.processes" \
	"pg_stat_activity and the same files, in C" "SELECT a.*, arch_parts.process_os(pid), arch_parts.process_io(pid), arch_parts.process_memory(pid), arch_parts.process_open_files(pid) FROM pg_stat_activity AS a" \
	"processes, all of it"			"SELECT * FROM arch_inspect.processes"

contest "settings" "$runs" \
	"pg_settings"					"SELECT * FROM pg_settings" \
	"settings"						"SELECT * FROM arch_inspect.settings"

contest "extensions" "$runs" \
	"the catalogs it reads"			"SELECT * FROM pg_available_extensions AS a LEFT JOIN pg_available_extension_versions AS v USING (name) CROSS JOIN (SELECT count(*) FROM (SELECT * FROM pg_settings OFFSET 0) AS s) AS n" \
	"extensions"					"SELECT * FROM arch_inspect.extensions"

contest "shared memory and locks" "$runs" \
	"pg_shmem_allocations"			"SELECT * FROM pg_shmem_allocations" \
	"shared_memory"					"SELECT * FROM arch_inspect.shared_memory" \
	"pg_backend_memory_contexts"	"SELECT * FROM pg_backend_memory_contexts" \
	"memory_contexts"				"SELECT * FROM arch_inspect.memory_contexts" \
	"lwlocks"						"SELECT * FROM arch_inspect.lwlocks"

exec 3>&-
for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done
