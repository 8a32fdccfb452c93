#!/bin/sh
#
# sessions.sh
#	Openers that open, run, send, cancel and close at random, while somebody
#	cancels and terminates sessions and openers at random.  In the end no
#	session may be left, no shared memory, and the server must never have
#	restarted.
#
#	SOAK_SECONDS	how long (60)
#
set -eu

seconds=${SOAK_SECONDS:-60}
psql="psql -X -q -A -t"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

$psql -c "CREATE TABLE soak_t AS SELECT i AS id, 0 AS v FROM generate_series(1, 5) AS i" \
	-c "CREATE TABLE soak_end (who text)"
started=$($psql -c "SELECT pg_postmaster_start_time()")

cat > "$dir/opener.sql" <<'SQL'
DO $$
DECLARE
	who text := 's' || 1 + floor(random() * 2)::int;
	what text := ('{SELECT 1,SELECT 1/0,BEGIN,COMMIT,ROLLBACK,
		UPDATE soak_t SET v = v + 1 WHERE id = 1 + (random() * 4)::int,
		"SELECT i, repeat(''x'', 100) FROM generate_series(1, 3000) AS i",
		"SELECT pg_sleep(0.05)",VACUUM soak_t,DISCARD ALL,
		"DO ''BEGIN RAISE NOTICE ''''n''''; END''"}'::text[])[1 + floor(random() * 11)::int];
BEGIN
	CASE floor(random() * 8)::int
		WHEN 0 THEN PERFORM arch_lab.session_open(who, 'INSERT INTO soak_end VALUES (''x'')');
		WHEN 1 THEN PERFORM arch_lab.session_close(who);
		WHEN 2 THEN PERFORM arch_lab.session_send(who, what);
		WHEN 3 THEN PERFORM count(*) FROM arch_lab.session_result(who);
		WHEN 4 THEN PERFORM arch_lab.session_cancel(who);
		WHEN 5 THEN PERFORM count(*) FROM arch_lab.sessions;
		ELSE PERFORM arch_lab.session_text(who, what);
	END CASE;
EXCEPTION WHEN undefined_object OR duplicate_object OR object_in_use OR
	object_not_in_prerequisite_state OR connection_failure OR
	insufficient_resources THEN NULL;
END $$;
SQL
cat > "$dir/trouble.sql" <<'SQL'
SELECT CASE WHEN random() < 0.7 THEN pg_cancel_backend(pid) ELSE pg_terminate_backend(pid) END
  FROM pg_stat_activity
 WHERE (backend_type = 'arch_lab session' OR application_name = 'soak opener') AND random() < 0.1;
SELECT pg_sleep(0.02);
SQL

end=$(($(date +%s) + seconds))
# A terminated opener is followed by another until the time is over.
for n in 1 2 3
do
	while [ "$(date +%s)" -lt "$end" ]
	do
		PGAPPNAME="soak opener" PGOPTIONS="-c statement_timeout=2s -c client_min_messages=error" \
			pgbench -n -c 1 -T $((end - $(date +%s) + 1)) -f "$dir/opener.sql" >/dev/null 2>&1 || true
	done &
done
pgbench -n -c 1 -T "$seconds" -f "$dir/trouble.sql" >/dev/null 2>&1
wait

i=0
while [ "$($psql -c "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'arch_lab session'")" != 0 ]
do
	i=$((i + 1))
	[ $i -lt 400 ] || { echo "sessions are left"; exit 1; }
	sleep 0.1
done
[ "$($psql -c "SELECT pg_postmaster_start_time()")" = "$started" ] || { echo "the server restarted"; exit 1; }
echo "sessions that ended with their at_end: $($psql -c "SELECT count(*) FROM soak_end")"
