#!/bin/sh
#
# bench.sh
#	Run bench/TOPIC.sh for every topic, or those named in BENCH, each on a
#	private server of its own; "make bench" calls it by private.sh.
#
# BENCH_SIZE (small, full) chooses the size of the data.
#
set -eu
. tools/common.sh

bindir=$("$PG_CONFIG" --bindir)
PATH=$bindir:$PATH
BENCH_SIZE=${BENCH_SIZE:-full}
export PATH BENCH_SIZE
[ -n "${BENCH:-}" ] || BENCH=$(cd bench && ls ./*.sh | sed 's,^\./,,; s,\.sh$,,' | grep -v '^lib$')

echo "$("$bindir/postgres" --version), $(getconf _NPROCESSORS_ONLN) processors; medians, spread, ratios to the first of each group"
echo
for topic in $BENCH
do
	start_server "$PRIVATE/$topic" \
		"shared_buffers = ${BENCH_SHARED_BUFFERS:-2GB}" "max_wal_size = 8GB" \
		"checkpoint_timeout = 1h" "autovacuum = off" "jit = off" \
		"max_parallel_workers_per_gather = 0" "work_mem = 64MB" "max_connections = 200"
	psql -X -q -c 'CREATE EXTENSION arch_lab CASCADE' 2>/dev/null
	echo "== $topic"
	rc=0
	sh -eu "bench/$topic.sh" || rc=$?
	stop_servers "$PRIVATE"
	rm -rf "${PRIVATE:?}/$topic"
	[ "$rc" = 0 ] || die "bench/$topic.sh failed with exit status $rc"
done
