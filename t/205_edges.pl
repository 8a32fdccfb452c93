
# Every function of arch_inspect that SQL can call, over a cross product of
# edge values, as superuser, owner, reader and nobody, in every place where SQL
# allows a call: only documented errors, no crash, no lock or pin left over.
#
# EDGE_CALLS sets how many calls are tried of each function; SEED repeats
# a run.

use strict;
use warnings;

use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $calls = $ENV{EDGE_CALLS} || 15;
my $seed = $ENV{SEED} || 1;
srand($seed);
diag("seed $seed, up to $calls calls of each function");

my $node = PostgreSQL::Test::Cluster->new('edges');
$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', q(
fsync = off
autovacuum = off
wal_level = logical
max_prepared_transactions = 5
max_worker_processes = 16
# a segment is what an earlier one left
min_dynamic_shared_memory = 8MB
track_commit_timestamp = on
));
$node->start;

# Something of every kind, with names that want quoting.
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE EXTENSION pageinspect;
	CREATE ROLE edge_owner;
	CREATE ROLE edge_reader;
	CREATE ROLE edge_nobody;
	CREATE SCHEMA edge;
	GRANT USAGE ON SCHEMA edge TO PUBLIC;
	CREATE TABLE edge.plain (i int PRIMARY KEY, x text, a int[], n numeric, d timestamptz DEFAULT now());
	INSERT INTO edge.plain SELECT i, (SELECT string_agg(md5((i * g)::text), '') FROM generate_series(1, i % 120) g), ARRAY[i, NULL], i / 7.0 FROM generate_series(1, 700) i;
	UPDATE edge.plain SET n = n + 1 WHERE i % 3 = 0;
	DELETE FROM edge.plain WHERE i % 10 = 0;
	VACUUM edge.plain;
	UPDATE edge.plain SET n = n + 1 WHERE i % 5 = 0;
	ALTER TABLE edge.plain ADD COLUMN added text DEFAULT 'later', DROP COLUMN d;
	CREATE TABLE edge."Odd ""name%s.x" ("c ""%n" int, "b.c" text);
	INSERT INTO edge."Odd ""name%s.x" VALUES (1, 'x');
	CREATE TABLE edge.empty (i int);
	CREATE TABLE edge.nocolumns ();
	INSERT INTO edge.nocolumns DEFAULT VALUES;
	CREATE UNLOGGED TABLE edge.unlogged AS SELECT 1 AS i;
	CREATE TABLE edge.rls AS SELECT 1 AS i;
	ALTER TABLE edge.rls ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
	CREATE TABLE edge.part (i int) PARTITION BY RANGE (i);
	CREATE TABLE edge.part1 PARTITION OF edge.part FOR VALUES FROM (0) TO (10);
	CREATE INDEX part_index ON edge.part (i);
	CREATE VIEW edge.view AS SELECT 1 AS i;
	CREATE MATERIALIZED VIEW edge.mat AS SELECT generate_series(1, 500) AS i;
	CREATE SEQUENCE edge.seq;
	CREATE TYPE edge.composite AS (i int);
	CREATE FOREIGN DATA WRAPPER edge_fdw;
	CREATE SERVER edge_server FOREIGN DATA WRAPPER edge_fdw;
	CREATE FOREIGN TABLE edge.ft (i int) SERVER edge_server;
	CREATE INDEX h ON edge.plain USING hash (i);
	CREATE INDEX g ON edge.plain USING gist (point(i, i));
	CREATE INDEX gin ON edge.plain USING gin (a);
	CREATE INDEX brin ON edge.plain USING brin (i);
	CREATE INDEX sp ON edge.plain USING spgist (x);
	GRANT SELECT ON ALL TABLES IN SCHEMA edge TO edge_reader;
	GRANT CREATE ON SCHEMA edge TO edge_owner;
	ALTER TABLE edge.plain OWNER TO edge_owner;
	ALTER TABLE edge."Odd ""name%s.x" OWNER TO edge_owner;
	ALTER TABLE edge.rls OWNER TO edge_owner;
	ALTER TABLE edge.part OWNER TO edge_owner;
	ALTER MATERIALIZED VIEW edge.mat OWNER TO edge_owner;
	ALTER SEQUENCE edge.seq OWNER TO edge_owner;
	BEGIN; DELETE FROM edge.plain WHERE i = 11; SAVEPOINT s; DELETE FROM edge.plain WHERE i = 12; PREPARE TRANSACTION 'edge';
));

# Another session: a temporary table, locks on rows, a multixact.
my $other = $node->background_psql('postgres');
$other->set_query_timer_restart;
$other->query_safe('CREATE TEMP TABLE other_temp AS SELECT 1 AS i; BEGIN; SELECT count(*) FROM (SELECT FROM edge.plain WHERE i < 5 FOR SHARE) s');
my $lsn = $node->safe_psql('postgres', 'SELECT pg_current_wal_lsn()');
$node->safe_psql('postgres', 'BEGIN; SELECT count(*) FROM (SELECT FROM edge.plain WHERE i < 5 FOR KEY SHARE) s; INSERT INTO edge.plain VALUES (-1, repeat($$y$$, 9000)); ROLLBACK');

my @relations = map { "$_\::regclass" } split(/\n/, $node->safe_psql('postgres', q(
	SELECT quote_literal(oid::regclass) FROM pg_class WHERE relnamespace = 'edge'::regnamespace
	UNION ALL
	SELECT quote_literal(oid::regclass) FROM pg_class WHERE relname = 'other_temp' OR oid IN
		(SELECT reltoastrelid FROM pg_class WHERE oid = 'edge.plain'::regclass UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = (SELECT reltoastrelid FROM pg_class WHERE oid = 'edge.plain'::regclass)))));
my $next_xid = $node->safe_psql('postgres', 'SELECT txid_snapshot_xmax(txid_current_snapshot())');
my $pids = $node->safe_psql('postgres', q(SELECT string_agg(pid::text, ',') FROM pg_stat_activity));

my %values = (
	'regclass' => [ ("'edge.plain'::regclass") x 10, @relations, map { "$_\::regclass" } qw('pg_class' 'pg_class_oid_index' 'pg_database' 'pg_authid' 'pg_statistic' 'pg_stat_activity' 0 1 4294967295 999999) ],
	'tid' => [ map { "'$_'::tid" } '(0,0)', ('(0,1)') x 4, '(0,2)', '(0,10)', '(0,65535)', '(1,1)', '(3,7)', '(4294967295,0)', '(4294967295,65535)', '(4294967294,1)', '(1000000,1)' ],
	'bigint' => [ map { "'$_'::bigint" } -1, 0, 0, 0, 1, 1, 2, 7, 100, 2147483647, 2147483648, 4294967294, 4294967295, 4294967296, '9223372036854775807', '-9223372036854775808', ],
	'integer' => [ map { "'$_'::integer" } -2147483648, -1, 0, 1, 2, 2147483647, split /,/, $pids ],
	'oid' => [ map { "'$_'::oid" } 0, 1, 1259, 1262, 999999, 4294967295 ],
	'text' => [ "''", (map { "'$_'" } qw(main fsm vm init toast Main x 8kB 0 1 -1 1e400 nan ms kB B s 16384)), "E'\\n%s%n'", "repeat('x', 100000)", "'\$libdir/plpgsql'", "'\$libdir/../../x'", "'plpgsql'", "'/'", "'arch_inspect'" ],
	'tid[]' => [ map { "'$_'::tid[]" } '{}', '{NULL}', ('{"(0,1)"}') x 4, '{"(0,2)","(0,1)","(0,1)"}', '{"(0,0)","(0,65535)"}', '{"(4294967295,1)"}', '{{"(0,1)"},{"(0,3)"}}' ],
	'name' => [ "''", "'x'", "'i'", "'a'", "'added'", "'ctid'", "'arch_inspect'", "'........pg.dropped.5........'", "repeat('x', 63)", "'x\"%s'" ],
	'xid' => [ map { "'$_'::xid" } 0, 1, 2, 3, 4, 100, 700, $next_xid - 1, $next_xid - 2, $next_xid, $next_xid + 1, $next_xid + 100000, 2147483647, 2147483648, 4294967295 ],
	'xid8' => [ map { "'$_'::xid8" } 0, 1, 2, 3, 700, $next_xid - 1, $next_xid - 2, $next_xid, $next_xid + 5, 4294967295, 4294967296, 4294967299, '18446744073709551615', '9223372036854775808' ],
	'pg_lsn' => [ "'$lsn'::pg_lsn", "'$lsn'::pg_lsn", "('$lsn'::pg_lsn - 10000)", "('$lsn'::pg_lsn + 1)", 'pg_current_wal_lsn()', '(pg_current_wal_insert_lsn() + 1)', map { "'$_'::pg_lsn" } '0/0', '0/1', '0/1000000', '0/1000028', '1/0', 'FFFFFFFF/FFFFFFFF' ],
	'pg_snapshot' => [ map { "'$_'::pg_snapshot" } '1:1:', '3:3:', '1:9223372036854775807:', "$next_xid:$next_xid:", ($next_xid - 2) . ":$next_xid:" . ($next_xid - 2), '1:1000:' . join(',', 1 .. 600), ($next_xid + 10) . ':' . ($next_xid + 20) . ':' . ($next_xid + 11) ],
	'interval' => [ "'0'", "'-1 day'", "'5 minutes'", "'178000000 years'", "'1 year'" ],
);

sub literal
{
	my ($type) = @_;
	return "NULL::$type" if rand() < 0.04;
	my $list = $values{$type};
	if (!$list)
	{
		note("there are no values of type $type to try");
		return "NULL::$type";
	}
	my $value = $list->[ int(rand(@$list)) ];
	return $value =~ /::/ ? $value : "$value\::$type";
}

# block or fork not there, another kind of relation, of another session; a
# view's function in a place where it can't stand: 0A000; rights; relation or
# column that is not there; extension; WAL that is not there; a date that
# doesn't fit; a text that is no transaction id
my $allowed = qr/^(22023|42809|0A000|42501|42P01|42703|42704|55000|58P01|22008|22P02|22003)$/;

my @functions = split /\n/, $node->safe_psql('postgres', q(
	SELECT format('%I.%I', n.nspname, p.proname) || '|' || p.proretset::text || '|' || (p.provolatile = 'v')::text || '|' ||
			array_to_string(ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a(t, i) ORDER BY i), ',')
	  FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	  JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'arch_inspect'
	  JOIN pg_namespace AS n ON n.oid = p.pronamespace
	 WHERE NOT 'internal'::regtype = ANY (p.proargtypes::oid[])
	 ORDER BY 1));
cmp_ok(scalar(@functions), '>', 40, 'there are functions to call');
my @views = split /\n/, $node->safe_psql('postgres', q(
	SELECT oid::regclass FROM pg_class WHERE relnamespace IN ('arch_inspect'::regnamespace, 'arch_parts'::regnamespace) AND relkind = 'v' ORDER BY 1));

# A VOLATILE function in SQL or PL/pgSQL begins a command, which the server
# refuses (as an internal error) while a CREATE TABLE AS runs in parallel.
is($node->safe_psql('postgres', q(
	SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
	 WHERE p.pronamespace IN ('arch_inspect'::regnamespace, 'arch_parts'::regnamespace) AND l.lanname IN ('sql', 'plpgsql') AND p.provolatile = 'v' AND p.proparallel <> 'u')),
	'', 'volatile functions in SQL are PARALLEL UNSAFE');

# the places of a call; f is the call, c one that depends on an outer row
my @places = (
	'SELECT count(v::text) FROM (SELECT * FROM {f} AS f LIMIT 300) AS v',
	'SELECT count(v::text) FROM (SELECT * FROM {f} AS f LIMIT 300) AS v',
	'SELECT count(*) FROM (SELECT {f} LIMIT 50) AS v',
	'SELECT count(f) FROM {f} AS f WHERE f IS NOT NULL AND f::text <> $$x$$',
	'SELECT count(*) FROM (SELECT {f}, generate_series(1, 3), {f} LIMIT 50) AS v',
	'SELECT count(v::text) FROM (SELECT * FROM ROWS FROM ({f}, generate_series(1, 3)) WITH ORDINALITY LIMIT 50) AS v',
	'SELECT count(v::text) FROM generate_series(1, 3) AS g, LATERAL (SELECT * FROM {c} AS f OFFSET g - 1 LIMIT 20) AS v',
	'SELECT count(v::text) FROM generate_series(1, 3) AS g LEFT JOIN LATERAL (SELECT f.* FROM {c} AS f WHERE g <> 2) AS v ON true',
	'SELECT count(*) FROM {f} AS a FULL JOIN (SELECT * FROM {f} AS b LIMIT 20) AS b ON a::text = b::text',
	'SELECT count(*) FROM {f} AS a WHERE EXISTS (SELECT FROM {f} AS b WHERE b::text = a::text)',
	'EXPLAIN (ANALYZE, BUFFERS, VERBOSE, WAL, SETTINGS, FORMAT JSON) SELECT * FROM {f} AS f LIMIT 50',
	'EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT XML) SELECT {f} LIMIT 50',
	'EXPLAIN (VERBOSE, FORMAT YAML) SELECT * FROM {f} AS f WHERE f IS NULL ORDER BY 1',
	'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r, LATERAL (SELECT count(*) FROM {f}) AS c WHERE n < 3) SELECT count(*) FROM r',
	'SELECT count(*) FROM (SELECT f::text FROM {f} AS f UNION SELECT f::text FROM {f} AS f ORDER BY 1 LIMIT 7) AS v',
	'SELECT array_agg(v::text) FROM (SELECT f, row_number() OVER (ORDER BY f::text) FROM {f} AS f LIMIT 100) AS v',
	'DO $do$ DECLARE c CURSOR FOR SELECT f FROM {f} AS f; r record; BEGIN OPEN c; FETCH c INTO r; MOVE FORWARD 2 IN c; FETCH c INTO r; CLOSE c; END $do$',
	'DO $do$ DECLARE c SCROLL CURSOR FOR SELECT f FROM {f} AS f; r record; BEGIN OPEN c; FETCH LAST FROM c INTO r; FETCH PRIOR FROM c INTO r; FETCH FIRST FROM c INTO r; END $do$',
	'DO $do$ DECLARE r record; BEGIN FOR r IN SELECT f FROM {f} AS f LOOP BEGIN PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN EXIT; END; END LOOP; END $do$',
	'DO $do$ DECLARE r record; n int; BEGIN FOR n IN 1 .. 3 LOOP SELECT f INTO r FROM {c} AS f LIMIT 1; END LOOP; END $do$',
	'CREATE TEMP TABLE edge_into ON COMMIT DROP AS SELECT f::text FROM {f} AS f LIMIT 20',
	'CREATE MATERIALIZED VIEW edge.edge_mat AS SELECT f::text FROM {f} AS f LIMIT 20',
	'COPY (SELECT f FROM {f} AS f LIMIT 20) TO $$/dev/null$$ (FORMAT csv)',
	'UPDATE edge_scratch SET x = $$y$$ FROM {f} AS f WHERE f IS NOT NULL',
	'SELECT count(*) FROM edge_scratch, {f} AS f FOR UPDATE OF edge_scratch',
	'DECLARE edge_cursor CURSOR WITH HOLD FOR SELECT * FROM {f} AS f LIMIT 50',
	'PREPARE edge_p AS SELECT count(f::text) FROM (SELECT * FROM {f} AS f LIMIT 50) f; EXECUTE edge_p; EXECUTE edge_p',
);
my @settings = (
	'', '', '',
	'max_parallel_workers_per_gather=4;parallel_setup_cost=0;parallel_tuple_cost=0;min_parallel_table_scan_size=0;' . ($node->pg_version < 16 ? 'force_parallel_mode' : 'debug_parallel_query') . '=on',
	($node->pg_version < 16 ? 'force_parallel_mode' : 'debug_parallel_query') . '=regress',
	'work_mem=64;enable_material=off;enable_hashjoin=off;enable_memoize=off',
	'plan_cache_mode=force_generic_plan;from_collapse_limit=1',
	'jit=on;jit_above_cost=0;jit_inline_above_cost=0;jit_optimize_above_cost=0',
	'row_security=off;default_toast_compression=pglz;search_path=edge',
	'geqo_threshold=2;enable_nestloop=off;enable_mergejoin=on;enable_hashagg=off',
);
my @roles = ('none', 'none', 'edge_owner', 'edge_owner', 'edge_reader', 'edge_nobody');

$node->safe_psql('postgres', q(
	CREATE TABLE call (n serial, what text, role text, settings text, statement text);
	-- runs each call in a subtransaction that is rolled back
	CREATE PROCEDURE run() LANGUAGE plpgsql AS $$
	DECLARE
		c record;
		one text;
		s text;
		m text;
		part text;
		started timestamptz;
	BEGIN
		FOR c IN SELECT * FROM call ORDER BY n LOOP
			started := clock_timestamp();
			s := '00000';
			m := '';
			BEGIN
				FOREACH one IN ARRAY string_to_array(c.settings, ';') LOOP
					CONTINUE WHEN one = '';
					PERFORM pg_catalog.set_config(split_part(one, '=', 1), split_part(one, '=', 2), true);
				END LOOP;
				PERFORM pg_catalog.set_config('role', c.role, true);
				FOREACH part IN ARRAY CASE WHEN c.statement LIKE 'DO %' THEN ARRAY[c.statement] ELSE string_to_array(c.statement, '; ') END LOOP
					EXECUTE part;
				END LOOP;
				-- nothing of it stays, whatever it was
				RAISE SQLSTATE 'EDGE0';
			EXCEPTION WHEN OTHERS THEN
				IF SQLSTATE <> 'EDGE0' THEN
					s := SQLSTATE;
					m := SQLERRM;
				END IF;
			END;
			DEALLOCATE ALL;
			INSERT INTO outcome VALUES (c.what, c.role, c.settings, c.statement, s, m, clock_timestamp() - started);
		END LOOP;
	END
	$$;
));

my @list;
my %seen;
sub add
{
	my ($what, $f, $c) = @_;
	my $place;
	# a view is called in FROM only
	do { $place = $places[ int(rand(@places)) ] } until $f =~ /\(/ || $place !~ /ROWS FROM|SELECT \{f\}/;
	my $statement = $place =~ s/\{f\}/$f/gr =~ s/\{c\}/$c/gr;
	my $settings = $settings[ int(rand(@settings)) ];
	my $role = $roles[ int(rand(@roles)) ];
	return if $seen{"$role $settings $statement"}++;
	push @list, join("\t", map { s/\\/\\\\/gr =~ s/\n/\\n/gr =~ s/\t/\\t/gr } $what, $role, $settings, $statement);
}
foreach my $function (@functions)
{
	my ($name, $set, $volatile, $args) = split /\|/, $function, -1;
	my @types = split /,/, $args;
	for (1 .. (@types ? $calls : 1 + $calls / 4))
	{
		my @args = map { literal($_) } @types;
		my $f = "$name(" . join(', ', @args) . ')';
		# the same, but known only when it runs
		my @late = map { "(SELECT $_ WHERE now() IS NOT NULL)" } @args;
		my $c = "$name(" . join(', ', @late) . ')';
		add($f =~ s/\(.*//r, rand() < 0.3 ? $c : $f, $c);
	}
}
foreach my $view (@views)
{
	add($view, $view, $view) for 1 .. 1 + $calls / 6;
}

my $file = $node->basedir . '/calls';
append_to_file($file, join('', map { "$_\n" } @list));
$node->safe_psql('postgres', "COPY call (what, role, settings, statement) FROM '$file'");
my $scratch = q(
	CREATE TEMP TABLE outcome (what text, role text, settings text, statement text, state text, message text, took interval);
	CREATE TEMP TABLE edge_scratch AS SELECT 1 AS i, 'x' AS x;
	GRANT ALL ON edge_scratch TO PUBLIC;);
my $report = q(
	SELECT pg_stat_clear_snapshot();
	SELECT 'calls', count(*) FROM outcome;
	SELECT 'outcome', state, count(*) FROM outcome GROUP BY 2 ORDER BY 2;
	SELECT 'slow', what, took, statement FROM outcome ORDER BY took DESC LIMIT 3;
	SELECT DISTINCT ON (what, state, left(message, 60)) 'strange', state, what, role, settings, message, statement FROM outcome WHERE state <> '00000' ORDER BY what, state, left(message, 60););

# As it is, and in a transaction that may not write.
foreach my $mode ('READ WRITE', 'READ ONLY')
{
	my ($rc, $out, $err) = $node->psql('postgres', "$scratch BEGIN $mode; SET LOCAL client_min_messages = error; CALL run(); $report COMMIT;");
	is($rc, 0, "the session lives to the end, $mode") or diag($err);
	my @rows = split /\n/, $out // '';
	note(join "\n", grep { /^(calls|outcome|slow)\|/ } @rows);
	my ($done) = map { /^calls\|(\d+)/ } @rows;
	is($done, scalar(@list), "all calls were made, $mode");
	my $ok = $mode eq 'READ ONLY' ? qr/$allowed|^25006$/ : $allowed;
	is(join("\n", grep { /^strange\|/ && (split /\|/)[1] !~ $ok } @rows), '', "only the documented errors, $mode");
	unlike($err, qr/leak|WARNING/, "no warning of something left over, $mode");
}

# A file that nobody writes to must not hold up whoever asks for it.
my $fifo = $node->basedir . '/fifo.so';
POSIX::mkfifo($fifo, 0600) or die "$fifo: $!";
my ($answer, $late);
$node->psql('postgres', "SELECT arch_parts.library_loaded('$fifo') OR arch_parts.library_loaded(left('$fifo', -3))",
	stdout => \$answer, timeout => 60, timed_out => \$late);
open(my $release, '+<', $fifo) if $late;
is($answer, 'f', 'asking for a FIFO is answered');

is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server lives');
my $log = slurp_file($node->logfile);
unlike($log, qr/TRAP|PANIC|terminated by signal|leak/, 'and nothing went wrong beside');
$other->query_safe('ROLLBACK');
$other->quit;
$node->stop;

done_testing();
