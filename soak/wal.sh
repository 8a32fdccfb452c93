# wal.sh - reading the WAL while 8 clients write it
#
# The readers must meet no error and no warning, and the writers must not be
# held up: their commit rate is printed without and with readers.  Checkpoints
# come often, so that segments are recycled under the readers.

seconds=${SOAK_SECONDS:-240}
third=$((seconds / 4 + 1))

psql -X -q -o /dev/null <<SQL
ALTER SYSTEM SET max_wal_size = '64MB';
ALTER SYSTEM SET wal_keep_size = '128MB';
SELECT pg_reload_conf();
SQL
pgbench -i -q -s 5 >/dev/null 2>&1

# write - the commit rate of 8 clients
write()
{
	pgbench -n -c 8 -j 2 -T "$third" 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

# read_on - look at the last part of the log in every way, until told to stop
read_on()
{
	while [ -e "$PRIVATE/reading" ]
	do
		psql -X -q -v ON_ERROR_STOP=1 -o /dev/null <<SQL
SET client_min_messages = warning;
SELECT pg_current_wal_flush_lsn() - 20000000 AS start_lsn \gset
SELECT count(action), count(new_row), count(relation) FROM arch_inspect.wal_records(:'start_lsn');
SELECT * FROM arch_inspect.wal_summary(:'start_lsn');
SELECT count(*) FROM arch_inspect.page_history('pgbench_branches', 0, :'start_lsn');
SELECT * FROM arch_inspect.transaction_wal((SELECT xid FROM arch_inspect.wal_records(:'start_lsn') WHERE xid IS NOT NULL LIMIT 1), :'start_lsn');
SELECT * FROM arch_inspect.wal_status;
SELECT * FROM arch_inspect.checkpoints;
SQL
		echo . >> "$PRIVATE/looks"
	done
}

for round in 1 2
do
	echo "8 writers alone:          $(write) commits a second"
	touch "$PRIVATE/reading"
	read_on 2>> "$PRIVATE/complaints" &
	echo "8 writers and a reader:   $(write) commits a second"
	rm "$PRIVATE/reading"
	wait
done
echo "the reader looked $(wc -l < "$PRIVATE/looks") times"
if [ -s "$PRIVATE/complaints" ]
then
	head -n 20 "$PRIVATE/complaints"
	exit 1
fi
