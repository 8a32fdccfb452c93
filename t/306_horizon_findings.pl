
# Findings names who holds the horizon back by more than 100,000 transactions,
# also where that is a transaction without a snapshot, and leaves out who only
# looks like it: a VACUUM at work, and in tables of this database a session of
# another one.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
max_prepared_transactions = 5
fsync = off
));
$node->start;
$node->safe_psql('postgres', $_) foreach ('CREATE EXTENSION arch_inspect', 'CREATE DATABASE other', 'CREATE ROLE regress_student',
	'CREATE TABLE w (a int)', "CREATE TABLE big AS SELECT i, repeat('x', 400) AS pad FROM generate_series(1, 20000) AS i");

my $findings = q(SELECT subject, evidence FROM arch_inspect.finding_evidence('0') WHERE rule = 'horizon_held_back' ORDER BY subject COLLATE "C");

my ($writer, $vacuum, $elsewhere) = map { $node->background_psql($_, on_error_stop => 0) } ('postgres', 'postgres', 'other');
my ($writes, $vacuums, $far) = map { $_->query_safe('SELECT pg_backend_pid()') } ($writer, $vacuum, $elsewhere);
$writer->query_safe('BEGIN; INSERT INTO w VALUES (1)');
$elsewhere->query_safe('BEGIN; SELECT pg_current_xact_id()');
$vacuum->query_safe('SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1; SET vacuum_cost_page_hit = 10; SET vacuum_cost_page_miss = 10');
$vacuum->query_until(qr/go/, "\\echo go\nVACUUM (DISABLE_PAGE_SKIPPING, TRUNCATE off) big;\n");
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_progress_vacuum WHERE pid = $vacuums AND heap_blks_scanned > 0") or die;
is($node->safe_psql('postgres', $findings), '', 'nothing is held back by much');
$node->safe_psql('postgres', "DO \$\$ BEGIN FOR i IN 1 .. 100100 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END \$\$");
# taken now, a snapshot goes back to the oldest transaction that runs
my $young = $node->background_psql('postgres');
my $reads = $young->query_safe('SELECT pg_backend_pid()');
$young->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');

is($node->safe_psql('postgres', "SELECT backend_xmin IS NULL FROM pg_stat_activity WHERE pid = $writes"), 't', 'the writer has no snapshot');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $vacuums AND backend_xmin IS NOT NULL"), '1', 'the VACUUM has an old one');
my $found = $node->safe_psql('postgres', $findings);
my %evidence = map { split /\|/, $_, 2 } split /\n/, $found;
like($evidence{"client backend $writes"} // '', qr/^keeps the dead rows of the last 1001\d\d transactions, in: shared tables, catalog tables, ordinary tables$/,
	'a writer without a snapshot is named');
like($evidence{"client backend $far"} // '', qr/^keeps the dead rows of the last 1001\d\d transactions, in: shared tables$/,
	'a session of another database, for shared tables alone');
like($evidence{"client backend $reads"} // '', qr/in: shared tables, catalog tables, ordinary tables$/, 'whose snapshot lists the writer');
is(scalar(keys %evidence), 3, 'and nobody else') or note($found);
is($node->safe_psql('postgres', "SET ROLE regress_student; $findings"), $found, 'to everybody');
is( $node->safe_psql('postgres', "SELECT harmless, reason FROM arch_inspect.xmin_horizons WHERE pid = $vacuums"),
	't|a VACUUM keeps no rows for itself', 'the VACUUM is harmless');

$node->safe_psql('postgres', "SELECT pg_terminate_backend($vacuums, 10000)");
$_->query_safe('COMMIT') foreach ($writer, $elsewhere);
is($node->safe_psql('postgres', $findings) =~ s/\|.*//sr, "client backend $reads", 'who lists it holds on when it is over');
$young->query_safe('COMMIT');
$_->quit foreach ($writer, $elsewhere, $young);
$vacuum->{run}->finish;
ok($node->poll_query_until('postgres', "SELECT NOT EXISTS ($findings)"), 'over, nothing is held back');

$node->stop;
done_testing();
