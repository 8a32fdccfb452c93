# mvcc.sh - heap_visibility() beside a sequential scan, row_locks() beside
# pgrowlocks, xmin_horizons and lock_waits with as many sessions as a server takes by default
#
# The table has no hint bits set when heap_visibility() reads it: it sets none
# itself, and is timed before anything else looks.  (A sequential scan that
# returns ctid sets them, so its first run is the dear one.)

. bench/lib.sh
conn="dbname=postgres host=$PGHOST"

case $BENCH_SIZE in small) rows=1000000 locked=100000 ;; *) rows=13700000 locked=1000000 ;; esac

psql -X -q <<SQL
CREATE EXTENSION IF NOT EXISTS pgrowlocks;
CREATE EXTENSION IF NOT EXISTS dblink;
-- 81 bytes a row or so: 1 GB with 13.7 million
CREATE TABLE seen AS SELECT i AS a, repeat('x', 45) AS pad FROM generate_series(1, $rows) AS i;
CHECKPOINT;
SQL

PGOPTIONS='-c max_parallel_workers_per_gather=0' contest "the ctid of $rows visible rows, no hint bits" 3 \
	"heap_visibility, tid where visible" "SELECT count(tid) FROM arch_inspect.heap_visibility('seen') WHERE visible" \
	"heap_visibility, visible and removable" "SELECT count(*) FILTER (WHERE visible), count(*) FILTER (WHERE removable) FROM arch_inspect.heap_visibility('seen')" \
	"heap_visibility, all columns" "SELECT count(tid), count(visible), count(removable), count(state), count(rule), count(evidence) FROM arch_inspect.heap_visibility('seen')"
SETUP='SET max_parallel_workers_per_gather = 0;' contest "the ctid of $rows visible rows, hint bits set" 3 \
	"sequential scan, ctid"		"SELECT count(ctid) FROM seen" \
	"heap_visibility, tid where visible" "SELECT count(tid) FROM arch_inspect.heap_visibility('seen') WHERE visible"
contest "the same in parallel" 3 \
	"sequential scan, ctid"		"SELECT count(ctid) FROM seen" \
	"heap_visibility, tid where visible" "SELECT count(tid) FROM arch_inspect.heap_visibility('seen') WHERE visible"

psql -X -q <<SQL
DROP TABLE seen;
CREATE TABLE locked AS SELECT i AS a FROM generate_series(1, $locked) AS i;
VACUUM locked;
SQL
SETUP="SELECT dblink_connect('holder', '$conn');
SELECT dblink_exec('holder', 'BEGIN');
SELECT dblink_exec('holder', 'DO \$d\$ BEGIN PERFORM FROM locked FOR UPDATE; END \$d\$');" \
	contest "who locks $locked rows" 5 \
	"row_locks"			"SELECT count(*) FROM arch_inspect.row_locks('locked') WHERE modes IS NOT NULL AND pids IS NOT NULL" \
	"pgrowlocks"		"SELECT count(*) FROM pgrowlocks('locked') WHERE modes IS NOT NULL AND pids IS NOT NULL"

sessions=$(seq 1 100 | sed "s|.*|SELECT dblink_connect('s&', '$conn');|")
waits=$(seq 2 100 | sed "s/.*/SELECT dblink_send_query('s&', 'UPDATE one SET a = a');/")
psql -X -q -c 'CREATE TABLE one (a int)' -c 'INSERT INTO one VALUES (1)'
SETUP="$sessions
SELECT dblink_exec('s1', 'BEGIN');
SELECT dblink_exec('s1', 'UPDATE one SET a = a');
$waits
SELECT pg_sleep(1);" contest "100 sessions, 99 of them waiting for one row" 9 \
	"xmin_horizons"		"SELECT count(*) FROM arch_inspect.xmin_horizons" \
	"lock_waits"		"SELECT count(*) FROM arch_inspect.lock_waits WHERE in_words IS NOT NULL" \
	"pg_blocking_pids of every session" "SELECT count(pg_blocking_pids(pid)) FROM pg_stat_activity"
psql -X -q -c 'DROP TABLE one, locked'
