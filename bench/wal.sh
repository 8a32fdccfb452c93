# wal.sh - reading the WAL beside pg_walinspect and pg_waldump
#
# The log is about 500 MB: a bulk load, an index, an update of a third of the
# rows, and pgbench.  pg_get_wal_stats is bare decoding: it counts and keeps
# nothing.

. bench/lib.sh

case $BENCH_SIZE in small) rows=30000 transactions=300 ;; *) rows=2500000 transactions=15000 ;; esac

psql -X -q -c 'CREATE EXTENSION pg_walinspect'
start=$(psql -XAtc 'SELECT pg_current_wal_insert_lsn()')
psql -X -q <<SQL
CREATE TABLE big AS SELECT i, 'some text ' || i AS x FROM generate_series(1, $rows) i;
CREATE INDEX ON big (i);
UPDATE big SET x = 'other' WHERE i % 3 = 0;
SQL
pgbench -i -q -s 3 >/dev/null 2>&1
pgbench -n -t "$transactions" >/dev/null 2>&1
end=$(psql -XAtc 'SELECT pg_current_wal_flush_lsn()')
psql -XAtc "SELECT pg_size_pretty('$end'::pg_lsn - '$start'), (SELECT sum(count) FROM arch_inspect.wal_summary('$start', '$end')) || ' records'"
echo

ours="arch_inspect.wal_records('$start', '$end')"
theirs="pg_get_wal_records_info('$start', '$end')"

contest "summary by record type" 5 \
	"pg_get_wal_stats (bare decoding)" "SELECT * FROM pg_get_wal_stats('$start', '$end', true)" \
	"wal_summary, by relation too" "SELECT * FROM arch_inspect.wal_summary('$start', '$end')" \
	"wal_records, counted" "SELECT count(*) FROM $ours"
contest "two columns of every record" 3 \
	"wal_records" "SELECT count(xid), sum(length) FROM $ours" \
	"pg_get_wal_records_info" "SELECT count(xid), sum(record_length) FROM $theirs"
contest "an aggregate by type" 3 \
	"wal_records" "SELECT record_type, count(*), sum(length), sum(fpi_length) FROM $ours GROUP BY 1" \
	"pg_get_wal_records_info" "SELECT record_type, count(*), sum(record_length), sum(fpi_length) FROM $theirs GROUP BY 1"
contest "an aggregate by relation" 3 \
	"wal_records" "SELECT relation, count(*), sum(length) FROM $ours GROUP BY 1" \
	"pg_get_wal_records_info, block_ref parsed" "SELECT substring(block_ref FROM 'rel ([0-9/]+)'), count(*), sum(record_length) FROM $theirs GROUP BY 1"
contest "the same columns, with the description" 3 \
	"wal_records" "SELECT max(lsn), max(end_lsn), max(prev_lsn), count(xid), count(rmgr), count(record_type), sum(length), sum(main_data_length), sum(fpi_length), count(description), count(blocks) FROM $ours" \
	"pg_get_wal_records_info" "SELECT max(start_lsn), max(end_lsn), max(prev_lsn), count(xid), count(resource_manager), count(record_type), sum(record_length), sum(main_data_length), sum(fpi_length), count(description), count(block_ref) FROM $theirs"
contest "all of wal_records' own columns" 1 \
	"with relation, action and new_row" "SELECT count(lsn), count(relation), count(action), count(new_row) FROM $ours"
contest "the first row" 5 \
	"wal_records LIMIT 1" "SELECT * FROM $ours LIMIT 1" \
	"pg_get_wal_records_info LIMIT 1" "SELECT * FROM $theirs LIMIT 1"

# The other way people read a log: the program, which prints every record.
walpath=$(psql -XAtc "SELECT current_setting('data_directory') || '/pg_wal'")
for what in "--stats=record" ""
do
	begun=$(date +%s%N)
	# shellcheck disable=SC2086
	pg_waldump $what -p "$walpath" -s "$start" -e "$end" >/dev/null
	echo "pg_waldump $what: $(( ($(date +%s%N) - begun) / 1000000 )) ms"
done

# Memory and temporary files, whatever the range
psql -X -q <<SQL
SET log_temp_files = 0;
EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) SELECT count(description) FROM $ours;
EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) SELECT count(description) FROM $theirs;
SQL

# Readers beside writers: the commit rate without and with somebody who reads
# the log from the last checkpoint on, over and over.
seconds=10
[ "$BENCH_SIZE" != small ] || seconds=2
for readers in 0 1 0 1
do
	if [ "$readers" = 1 ]
	then
		touch "$PRIVATE/reading"
		while [ -e "$PRIVATE/reading" ]
		do
			psql -X -q -o /dev/null -c "SELECT count(action) FROM arch_inspect.wal_records(pg_current_wal_flush_lsn() - 20000000)"
		done &
	fi
	tps=$(pgbench -n -c 8 -j 2 -T $seconds 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
	rm -f "$PRIVATE/reading"
	wait
	echo "8 writers, $readers readers: $tps commits a second"
done
