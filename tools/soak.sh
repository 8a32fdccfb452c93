#!/bin/sh
#
# soak.sh
#	Run soak/NAME.sh for every name, or those in SOAK, each on a private server
#	of its own; "make soak" calls it by private.sh.
#
# SOAK_SECONDS and SOAK_PAGES say how long, or over how much, a soak runs; SEED
# repeats one: "make check" has a fixed seed, a soak a new one each time.
#
set -eu
. tools/common.sh

bindir=$("$PG_CONFIG" --bindir)
PATH=$bindir:$PATH
export PATH
[ -n "${SOAK:-}" ] || SOAK=$(cd soak && ls ./*.sh | sed 's,^\./,,; s,\.sh$,,')

SEED=${SEED:-$(date +%s)}
export SEED
echo "seed $SEED"

failed=0
for name in $SOAK
do
	start_server "$PRIVATE/$name" "shared_buffers = 256MB" "max_wal_size = 8GB" \
		"autovacuum = off" "max_prepared_transactions = 10"
	psql -X -q -c 'CREATE EXTENSION arch_lab CASCADE' 2>/dev/null
	echo "== $name"
	rc=0
	sh -eu "soak/$name.sh" || rc=$?
	# A server that broke down says so in its log, whatever its clients saw.
	if grep -E 'PANIC|terminated by signal|XX000' "$PRIVATE/log/server.log"
	then
		rc=1
	fi
	stop_servers "$PRIVATE"
	rm -rf "${PRIVATE:?}/$name"
	mv "$PRIVATE/log/server.log" "$PRIVATE/log/soak_$name.log"
	[ "$rc" = 0 ] || { echo "soak/$name.sh failed"; failed=1; }
done
exit $failed
