
# What heap_visibility() calls visible is what the session's own SELECT
# returns, and what it calls removable is what VACUUM removes.
#
# Sessions do at random whatever makes row versions: inserts, updates, deletes,
# the four row locks, savepoints, two-phase commit, cursors, errors, more
# subtransactions than a snapshot lists, under all isolation levels.  After
# each step every session's verdicts are compared with its own SELECT, and it
# is checked that looking left no trace on the pages.  Between rounds the
# server crashes.
#
# SEED repeats a run; VISIBILITY_STEPS and VISIBILITY_ROUNDS make it
# longer (soak/mvcc.sh).

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{SEED} || 1;
my $rounds = $ENV{VISIBILITY_ROUNDS} || 3;
my $steps = $ENV{VISIBILITY_STEPS} || 700;

diag("seed $seed");
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
max_prepared_transactions = 20
lock_timeout = '3ms'
jit = off
fsync = off
log_statement = none
log_min_messages = fatal
));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE EXTENSION dblink;
	CREATE EXTENSION pageinspect;
	-- about twelve rows a page; an update of v is HOT where there is room
	CREATE TABLE t (id int PRIMARY KEY, k int, v int, pad text);
	CREATE INDEX ON t (k);
	ALTER TABLE t ALTER pad SET STORAGE PLAIN;
	INSERT INTO t SELECT i, i, 0, repeat('x', 600) FROM generate_series(1, 40) AS i;
));

$node->safe_psql('postgres', <<'SQL');
-- The fingerprint of all pages, without the LSN and checksum of their headers.
CREATE FUNCTION fingerprint() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(md5(substr(get_raw_page('t', b::int), 11)), '' ORDER BY b))
	  FROM generate_series(0, pg_relation_size('t') / 8192 - 1) AS b
$$;

-- One statement of a session; false if it failed.
CREATE FUNCTION run(session text, command text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN dblink_exec(session, command, false) <> 'ERROR';
END $$;

-- The one value that a query of a session returns; NULL if it failed.
CREATE FUNCTION ask(session text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	SELECT a INTO answer FROM dblink(session, query, false) AS x (a text);
	RETURN answer;
END $$;

CREATE PROCEDURE drive(seed double precision, steps int, nsessions int, INOUT failures text, INOUT done int)
LANGUAGE plpgsql AS $$
DECLARE
	saw CONSTANT text := $q$SELECT coalesce(string_agg(tid::text, ' ' ORDER BY tid), '') FROM arch_inspect.heap_visibility('t') WHERE visible$q$;
	selected CONSTANT text := $q$SELECT coalesce(string_agg(ctid::text, ' ' ORDER BY ctid), '') FROM t$q$;
	locks CONSTANT text[] := '{UPDATE,NO KEY UPDATE,SHARE,KEY SHARE}';
	levels CONSTANT text[] := '{READ COMMITTED,REPEATABLE READ,SERIALIZABLE}';
	open boolean[] := array_fill(false, ARRAY[nsessions]);
	failed boolean[] := array_fill(false, ARRAY[nsessions]);
	depth int[] := array_fill(0, ARRAY[nsessions]);
	cursors boolean[] := array_fill(false, ARRAY[nsessions]);
	seen text[];
	s int;
	me text;
	op text;
	command text;
	ok boolean;
	a text;
	b text;
	c text;
	gid text;
	before text;
	id int;
	history text[] := '{}';
BEGIN
	PERFORM setseed(seed);
	FOR s IN 1 .. nsessions LOOP
		PERFORM dblink_connect('s' || s, 'dbname=postgres');
		PERFORM dblink_exec('s' || s, 'SET client_min_messages = error');
		-- also through indexes, which may kill their entries
		PERFORM dblink_exec('s' || s, 'SET enable_seqscan = ' || CASE WHEN s % 2 = 0 THEN 'on' ELSE 'off' END);
	END LOOP;
	PERFORM dblink_connect('vacuum', 'dbname=postgres');
	COMMIT;

	FOR step IN 1 .. steps LOOP
		s := 1 + floor(random() * nsessions);
		me := 's' || s;
		id := 1 + floor(random() * 60);
		command := NULL;
		op := NULL;

		IF random() < 0.06 THEN
			op := CASE floor(random() * 4)::int
					WHEN 0 THEN 'finish prepared' WHEN 1 THEN 'terminate'
					WHEN 2 THEN 'vacuum freeze' ELSE 'vacuum' END;
		ELSIF failed[s] THEN
			IF depth[s] > 0 AND random() < 0.7 THEN
				command := 'ROLLBACK TO SAVEPOINT p' || depth[s];
				failed[s] := false;
			ELSE
				op := 'rollback';
			END IF;
		ELSIF NOT open[s] AND random() < 0.6 THEN
			command := 'BEGIN ISOLATION LEVEL ' || levels[1 + floor(random() * 3)];
			open[s] := true;
		ELSE
			op := (ARRAY['insert', 'insert', 'update', 'update', 'update', 'update', 'key update', 'self',
						 'delete', 'delete', 'lock', 'lock', 'lock', 'upsert', 'burst',
						 'savepoint', 'savepoint', 'rollback to', 'release', 'commit', 'commit',
						 'rollback', 'prepare', 'cursor', 'cursor', 'cursor', 'fetch'])[1 + floor(random() * 27)];
		END IF;

		CASE op
			WHEN 'insert' THEN
				command := format('INSERT INTO t SELECT i, i, 0, repeat(''x'', 600) FROM generate_series(%s, %s) AS i WHERE NOT EXISTS (SELECT FROM t WHERE t.id = i)', id, id + 2);
			WHEN 'upsert' THEN
				command := format('INSERT INTO t VALUES (%s, 0, 0, repeat(''x'', 600)) ON CONFLICT (id) DO %s', id,
								  CASE WHEN random() < 0.5 THEN 'NOTHING' ELSE 'UPDATE SET v = t.v + 1' END);
			WHEN 'update' THEN
				command := format('UPDATE t SET %s WHERE id BETWEEN %s AND %s',
								  CASE WHEN random() < 0.7 THEN 'v = v + 1' ELSE 'k = k + 1' END, id, id + floor(random() * 4));
			WHEN 'key update' THEN
				command := format('UPDATE t SET id = id + 100 WHERE id = %s', id);
			WHEN 'self' THEN		-- combo command ids
				command := format('DO $d$ BEGIN UPDATE t SET v = v + 1 WHERE id = %1$s; UPDATE t SET v = v + 1 WHERE id = %1$s; IF random() < 0.3 THEN DELETE FROM t WHERE id = %1$s; END IF; END $d$', id);
			WHEN 'delete' THEN
				command := format('DELETE FROM t WHERE id IN (SELECT id FROM t WHERE id >= %s ORDER BY id LIMIT 2)', id);
			WHEN 'lock' THEN
				command := format('DO $d$ BEGIN PERFORM FROM t WHERE id BETWEEN %s AND %s FOR %s; END $d$', id, id + 5,
								  locks[1 + floor(random() * 4)]);
			WHEN 'burst' THEN		-- more subtransactions than a snapshot lists
				command := format('DO $d$ BEGIN FOR i IN 1 .. %s LOOP BEGIN UPDATE t SET v = v + 1 WHERE id = %s + i %% 3; IF i %% 5 = 0 THEN RAISE ''undo''; END IF; EXCEPTION WHEN raise_exception THEN NULL; END; END LOOP; END $d$',
								  CASE WHEN random() < 0.5 THEN 70 ELSE 3 END, id);
			WHEN 'savepoint' THEN
				IF open[s] THEN
					depth[s] := depth[s] + 1;
					command := 'SAVEPOINT p' || depth[s];
				END IF;
			WHEN 'rollback to' THEN
				IF depth[s] > 0 THEN
					depth[s] := 1 + floor(random() * depth[s]);
					command := 'ROLLBACK TO SAVEPOINT p' || depth[s];
				END IF;
			WHEN 'release' THEN
				IF depth[s] > 0 THEN
					command := 'RELEASE SAVEPOINT p' || depth[s];
					depth[s] := depth[s] - 1;
				END IF;
			WHEN 'commit', 'rollback' THEN
				IF open[s] THEN
					command := op;
				END IF;
			WHEN 'prepare' THEN
				IF open[s] THEN
					command := format('PREPARE TRANSACTION ''g%s.%s''', seed, step);
				END IF;
			WHEN 'cursor' THEN
				IF open[s] AND NOT cursors[s] THEN
					cursors[s] := run(me, 'DECLARE looks CURSOR FOR ' || saw) AND run(me, 'DECLARE selects CURSOR FOR ' || selected);
					failed[s] := NOT cursors[s];
				END IF;
			WHEN 'fetch' THEN
				-- a cursor sees what it saw when it was opened
				IF cursors[s] THEN
					SELECT x.a INTO a FROM dblink_fetch(me, 'looks', 1, false) AS x (a text);
					SELECT x.a INTO b FROM dblink_fetch(me, 'selects', 1, false) AS x (a text);
					failed[s] := b IS NULL;	-- a serialization failure
					IF a <> b THEN
						failures := failures || format(E'step %s, cursor of %s: verdicts %s, SELECT %s\n', step, me, a, b);
					END IF;
					PERFORM run(me, 'CLOSE ALL') WHERE NOT failed[s];
					cursors[s] := false;
				END IF;
			WHEN 'finish prepared' THEN
				SELECT p.gid INTO gid FROM pg_prepared_xacts AS p ORDER BY random() LIMIT 1;
				IF FOUND THEN
					PERFORM dblink_exec('vacuum', CASE WHEN random() < 0.5 THEN 'COMMIT' ELSE 'ROLLBACK' END || ' PREPARED ' || quote_literal(gid));
				END IF;
			WHEN 'terminate' THEN
				IF failed[s] THEN
					PERFORM run(me, 'ROLLBACK');
				END IF;
				PERFORM pg_terminate_backend(ask(me, 'SELECT pg_backend_pid()')::int, 60000);
				PERFORM dblink_disconnect(me);
				PERFORM dblink_connect(me, 'dbname=postgres');
				PERFORM dblink_exec(me, 'SET client_min_messages = error');
				open[s] := false;
				failed[s] := false;
				cursors[s] := false;
				depth[s] := 0;
			WHEN 'vacuum', 'vacuum freeze' THEN
				-- what is called removable is what VACUUM removes
				SELECT x.a, x.b, x.c INTO a, b, c FROM dblink('vacuum',
					$q$SELECT string_agg(tid::text, ' ' ORDER BY tid) FILTER (WHERE NOT removable),
							  string_agg(tid::text, ' ' ORDER BY tid) FILTER (WHERE removable),
							  string_agg(concat_ws(' ', tid, state, rule, problem), '; ' ORDER BY tid)
						 FROM arch_inspect.heap_visibility('t')$q$) AS x (a text, b text, c text);
				PERFORM dblink_exec('vacuum', 'VACUUM (DISABLE_PAGE_SKIPPING, TRUNCATE off, INDEX_CLEANUP on' ||
									CASE op WHEN 'vacuum freeze' THEN ', FREEZE' ELSE '' END || ') t');
				b := ask('vacuum', $q$SELECT string_agg(tid::text, ' ' ORDER BY tid) FROM arch_inspect.heap_visibility('t')$q$);
				IF a IS DISTINCT FROM b THEN
					failures := failures || format(E'step %s, %s: to be kept %s, kept %s (%s)\n', step, op, a, b, c);
				END IF;
				done := done + 1;
			ELSE
				NULL;
		END CASE;

		IF op IN ('rollback') AND command IS NULL AND open[s] THEN
			command := 'ROLLBACK';
		END IF;
		IF command IS NOT NULL THEN
			ok := run(me, command);
			IF command IN ('commit', 'rollback', 'ROLLBACK') OR command LIKE 'PREPARE%' THEN
				open[s] := false;
				failed[s] := false;
				cursors[s] := false;
				depth[s] := 0;
			ELSIF open[s] THEN
				failed[s] := NOT ok;
			END IF;
			IF command LIKE 'ROLLBACK TO%' OR NOT ok THEN
				-- cursors opened since are gone; forget them all
				IF cursors[s] AND NOT failed[s] THEN
					PERFORM run(me, 'CLOSE ALL');
				END IF;
				cursors[s] := false;
			END IF;
		END IF;
		history := history[greatest(1, cardinality(history) - 8):] || format('%s %s', me, coalesce(command, op));

		-- all sessions look first, while hint bits are as the step left them
		COMMIT;
		before := fingerprint();
		seen := '{}';
		FOR i IN 1 .. nsessions LOOP
			seen := seen || CASE WHEN NOT failed[i] THEN coalesce(ask('s' || i, saw), 'error') END;
		END LOOP;
		IF fingerprint() <> before THEN
			failures := failures || format(E'step %s: looking changed a page\n', step);
		END IF;
		FOR i IN 1 .. nsessions LOOP
			CONTINUE WHEN failed[i];
			-- through the snapshot as another session may be given it
			SELECT x.a INTO a FROM dblink('s' || i, 'SELECT pg_current_snapshot() WHERE pg_current_xact_id_if_assigned() IS NULL', false) AS x (a text);
			IF a IS NOT NULL THEN
				SELECT coalesce(string_agg(v.tid::text, ' ' ORDER BY v.tid), '') INTO b
				  FROM arch_inspect.heap_visibility('t', a::pg_snapshot) AS v WHERE v.visible;
				IF b <> seen[i] THEN
					failures := failures || format(E'step %s, snapshot of s%s (%s): through pg_snapshot %s, through its own %s, after %s\n', step, i, a, b, seen[i], history);
				END IF;
				done := done + 1;
			END IF;
			b := ask('s' || i, selected);
			IF b IS NULL THEN	-- a serialization failure
				failed[i] := open[i];
			ELSIF seen[i] <> b THEN
				failures := failures || format(E'step %s, session s%s: verdicts %s, SELECT %s, after %s\n', step, i, seen[i], b, history);
			END IF;
			done := done + 1;
		END LOOP;
		COMMIT;
		EXIT WHEN length(failures) > 5000;
	END LOOP;

	FOR s IN 1 .. nsessions LOOP
		IF random() < 0.5 THEN
			PERFORM run('s' || s, 'COMMIT');
		END IF;
	END LOOP;
	-- the others' transactions stay open for the crash
END $$;
SQL

my $compared = 0;
foreach my $round (1 .. $rounds)
{
	my $round_seed = ($seed % 100000) / 100000 + $round / 1000000;
	my $out = $node->safe_psql('postgres', "SET client_min_messages = error; CALL drive($round_seed, $steps, 6, '', 0)");
	my ($failures, $done) = $out =~ /\A(.*)\|(\d+)\z/s;

	$compared += $done;
	is($failures, '', "round $round: verdicts are the server's own, seed $seed");

	# what runs is lost, what is prepared stays
	$node->stop('immediate');
	$node->start;
	is( $node->safe_psql('postgres', q(
			SELECT count(*) FROM (
				(SELECT tid FROM arch_inspect.heap_visibility('t') WHERE visible
				 EXCEPT ALL SELECT ctid FROM t)
				UNION ALL
				(SELECT ctid FROM t
				 EXCEPT ALL SELECT tid FROM arch_inspect.heap_visibility('t') WHERE visible)) AS d)),
		'0', "round $round: and after a crash");
}
ok($compared > $rounds * $steps, 'many verdicts were compared');
note("seed $seed, $compared comparisons");

$node->stop;

done_testing();
