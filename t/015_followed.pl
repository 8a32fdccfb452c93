
# Rules of the server that a major changed, as the instruments follow them on
# each.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', q(
autovacuum_naptime = 1h
max_logical_replication_workers = 8
));
$node->start;
my $major = $node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int / 10000");
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');

# A vacuum that is forced on a table with autovacuum off brings an analyze with
# it, but not from 19 on.
$node->safe_psql('postgres', q(
	CREATE TABLE off (i int) WITH (autovacuum_enabled = off, autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0,
		autovacuum_freeze_max_age = 100000);
	INSERT INTO off SELECT generate_series(1, 10);
	SELECT pg_stat_force_next_flush()));
my $due = q(SELECT array_to_string(due, ',') FROM arch_inspect.autovacuum_forecast WHERE relation = 'off'::regclass);
is($node->safe_psql('postgres', $due), '', 'autovacuum off: nothing is due');
$node->safe_psql('postgres', q(
	CREATE TABLE burnt (i int);
	DO $$ BEGIN FOR n IN 1 .. 100100 LOOP
		BEGIN INSERT INTO burnt VALUES (n); EXCEPTION WHEN division_by_zero THEN NULL; END;
	END LOOP; END $$));
is($node->safe_psql('postgres', $due), $major >= 19 ? 'vacuum against wraparound' : 'vacuum against wraparound,analyze',
	'forced: a vacuum, and an analyze up to 18');
# and so does autovacuum
$node->safe_psql('postgres', q(ALTER SYSTEM SET autovacuum_naptime = '1s'));
$node->restart;
$node->poll_query_until('postgres', "SELECT autovacuum_count > 0 FROM pg_stat_user_tables WHERE relname = 'off'") or die 'no vacuum';
$node->safe_psql('postgres', q(
	CREATE TABLE last (i int);
	INSERT INTO last SELECT generate_series(1, 1000);
	SELECT pg_stat_force_next_flush()));
$node->poll_query_until('postgres', "SELECT autoanalyze_count > 0 FROM pg_stat_user_tables WHERE relname = 'last'") or die 'no analyze';
is($node->safe_psql('postgres', "SELECT autoanalyze_count > 0 FROM pg_stat_user_tables WHERE relname = 'off'"),
	$major >= 19 ? 'f' : 't', 'as autovacuum does');

# Items of jsonpath: methods of 17, and those on strings of 19.
my @paths = ('$.a.double()');
push @paths, '$.bigint()', '$.decimal(10,2)', '$.decimal()', '$.date()', '$.time(3)', '$.timestamp_tz()', '$.string().type()' if $major >= 17;
push @paths, '$.lower()', '$.upper().initcap()', '$.replace("a", "b")', '$.split_part("-", 2).lower()', '$.ltrim()', '$.rtrim("x")', '$.btrim("xy").size()'
  if $major >= 19;
$node->safe_psql('postgres', 'CREATE TABLE paths (p jsonpath)');
$node->safe_psql('postgres', "INSERT INTO paths VALUES (\$j\$$_\$j\$)") foreach @paths;
is($node->safe_psql('postgres', q(
	SELECT count(*), count(*) FILTER (WHERE a.value = p.p::text AND a.problem IS NULL)
	  FROM paths AS p, arch_inspect.tuple_attributes('paths', p.ctid) AS a)),
	@paths . '|' . @paths, 'every item of jsonpath is read');

# A worker that applies a transaction in parallel has a leader, from 16 on.
SKIP:
{
	skip 'no parallel apply', 1 if $major < 16;
	$node->safe_psql('postgres', q(ALTER SYSTEM SET debug_logical_replication_streaming = 'immediate'));
	$node->reload;
	$node->safe_psql('postgres', $_) foreach ('CREATE TABLE sent (i int)', 'CREATE PUBLICATION p FOR TABLE sent',
		"SELECT pg_create_logical_replication_slot('s', 'pgoutput')", 'CREATE DATABASE sub');
	my $there = $node->connstr('postgres') =~ s/'/''/gr;
	$node->safe_psql('sub', $_) foreach ('CREATE TABLE sent (i int)',
		"CREATE SUBSCRIPTION s CONNECTION '$there' PUBLICATION p WITH (create_slot = false, slot_name = s, streaming = parallel, copy_data = false)");
	# a lock that it waits for, so that it stays as long as it is looked at
	my $locker = $node->background_psql('sub');
	$locker->query_safe('BEGIN; LOCK TABLE sent');
	$node->safe_psql('postgres', 'INSERT INTO sent SELECT generate_series(1, 100)');
	$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type LIKE '%parallel%worker' AND leader_pid IS NOT NULL")
	  or die 'no parallel apply worker';
	is($node->safe_psql('postgres', q(
		SELECT count(*) > 0, count(*) FILTER (WHERE p.leader_pid IS DISTINCT FROM a.leader_pid)
		  FROM arch_inspect.processes AS p JOIN pg_stat_activity AS a USING (pid)
		 WHERE a.backend_type LIKE '%parallel%worker')),
		't|0', 'who leads a parallel apply worker');
	$locker->query_safe('COMMIT');
	$locker->quit;
	$node->safe_psql('sub', $_) foreach ('ALTER SUBSCRIPTION s DISABLE', 'ALTER SUBSCRIPTION s SET (slot_name = NONE)', 'DROP SUBSCRIPTION s');
}

# REPACK CONCURRENTLY has a slot of its own, behind max_replication_slots.
SKIP:
{
	skip 'no REPACK', 3 if $major < 19;
	$node->safe_psql('postgres', 'CREATE TABLE packed (i int PRIMARY KEY); INSERT INTO packed SELECT generate_series(1, 100)');
	my $writer = $node->background_psql('postgres');
	$writer->query_safe('BEGIN; SELECT pg_current_xact_id()');
	my $repack = $node->background_psql('postgres');
	$repack->query_until(qr/begun/, "\\echo begun\nREPACK (CONCURRENTLY) packed;\n");
	$node->poll_query_until('postgres', q(SELECT count(*) > 0 FROM pg_replication_slots WHERE slot_name LIKE '%repack%' AND catalog_xmin IS NOT NULL))
	  or die 'no slot';
	is($node->safe_psql('postgres', q(SELECT count(*) FROM arch_inspect.xmin_horizons
		WHERE kind LIKE 'replication slot _%' AND holder LIKE '%repack%')), '1', 'the slot of a REPACK is named');
	# it holds all rows, until its snapshot is made
	is($node->safe_psql('postgres', q(SELECT count(DISTINCT holder), count(DISTINCT kind) FROM arch_inspect.xmin_horizons
		WHERE kind LIKE 'replication slot%' AND holder LIKE '%repack%')), '1|2', 'for the rows of catalogs and for all');
	is($node->safe_psql('postgres', q(SELECT count(*) FROM arch_inspect.xmin_horizons WHERE kind = 'replication slots')), '0',
		'and not counted among those that have no name');
	$writer->query_safe('COMMIT');
	$writer->quit;
	$repack->query_safe('SELECT 1');
	$repack->quit;
}

# Where old_snapshot_threshold (up to 16) is set, VACUUM cuts no table.
$node->append_conf('postgresql.conf', 'old_snapshot_threshold = 60') if $major < 17;
$node->restart;
$node->safe_psql('postgres', q(
	CREATE TABLE emptied (i int, pad text) WITH (autovacuum_enabled = off);
	INSERT INTO emptied SELECT i, repeat('x', 500) FROM generate_series(1, 1000) AS i;
	DELETE FROM emptied));
my $forecast = $node->safe_psql('postgres', q(SELECT vacuum_returns > 0 FROM arch_inspect.table_anatomy('emptied')));
$node->safe_psql('postgres', 'VACUUM emptied');
is($forecast, $node->safe_psql('postgres', "SELECT pg_relation_size('emptied') = 0"), 'what VACUUM cuts is known');
is($forecast, $major < 17 ? 'f' : 't', 'which old_snapshot_threshold forbids');

$node->stop;
done_testing();
