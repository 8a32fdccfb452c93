
# Every view about processes, memory, settings, extensions and autovacuum on a
# hot standby, in a READ ONLY transaction; and that nothing is left behind on
# the primary by looking.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "autovacuum = off\nlogging_collector = off\n");
$primary->start;
$primary->safe_psql('postgres', 'CREATE EXTENSION arch_inspect; CREATE TABLE t AS SELECT 1 AS i');
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

my @views = qw(processes client_backends background_processes process_slots lwlocks
  shared_memory memory_contexts settings resources extensions extension_powers
  autovacuum_forecast findings instruments);
my @functions = ('process_tree()', "extension_objects('arch_inspect')", 'hooks()',
	'finding_rules()', "finding_evidence('0')");

foreach my $node ($primary, $standby)
{
	my $name = $node->name;
	# What the catalogs' own pages have to be tidied up is done beforehand.
	$node->safe_psql('postgres', $_)
	  foreach ($node == $primary ? ('ANALYZE', 'VACUUM FREEZE', 'VACUUM FREEZE') : ());
	my $before = $node->safe_psql('postgres', $node == $primary
		? 'CHECKPOINT; SELECT pg_current_wal_insert_lsn()' : 'SELECT 1');
	my $xid = $node->safe_psql('postgres', 'SELECT pg_snapshot_xmax(pg_current_snapshot())');
	foreach my $what (@views, @functions)
	{
		my ($rc, $out, $err) = $node->psql('postgres', qq(
			BEGIN READ ONLY;
			SELECT count(*) >= 0 FROM (SELECT * FROM arch_inspect.$what OFFSET 0) AS x;
			SELECT pg_current_xact_id_if_assigned() IS NULL;
			COMMIT));
		is("$rc $out $err", "0 t\nt ", "$what on the $name");
	}
	is($node->safe_psql('postgres', 'SELECT pg_snapshot_xmax(pg_current_snapshot())'), $xid,
		"looking takes no transaction ID on the $name");
	# Now and then the background writer notes the running transactions, and a
	# checkpoint may fall due; there may be nothing else.  The switch flushes.
	is($node->safe_psql('postgres', qq(
		SELECT pg_switch_wal() IS NULL;
		SELECT count(*) FROM arch_inspect.wal_records('$before')
		 WHERE rmgr <> 'Standby' AND record_type NOT IN ('SWITCH', 'CHECKPOINT_REDO', 'CHECKPOINT_ONLINE'))),
		"f\n0", 'looking writes no WAL')
	  if $node == $primary;
}

# A walreceiver may have been started anew, and a walsender is at work now and
# then: both are asked until they are at rest.
ok($standby->poll_query_until('postgres', q(
	SELECT string_agg(kind, ',' ORDER BY kind) FROM arch_inspect.processes
	 WHERE kind IN ('startup', 'walreceiver', 'walwriter', 'postmaster')),
	'postmaster,startup,walreceiver'), 'the standby has its own processes');
ok($primary->poll_query_until('postgres', q(
	SELECT backend_type, role IS NOT NULL, wait_in_words FROM arch_inspect.background_processes WHERE backend_type = 'walsender'),
	'walsender|t|Waiting in main loop of WAL sender process'), 'the primary shows its walsender');
is($standby->safe_psql('postgres', 'SELECT bool_or(enabled) FROM arch_inspect.autovacuum_forecast'),
	'f', 'autovacuum does not work on a standby');
is($standby->safe_psql('postgres', q(
	SELECT count(*) FROM arch_inspect.autovacuum_forecast
	 WHERE due <> '{}' OR next_rule IS NOT NULL
		OR multixact_age_limit <> current_setting('autovacuum_multixact_freeze_max_age')::int)),
	'0', 'and nothing is due there');
is($standby->safe_psql('postgres', q(
	SELECT full_page_writes ~ 'promotion', wal_compression ~ 'promotion' FROM arch_inspect.wal_status)),
	't|t', 'nor is any WAL made');

$standby->stop;
$primary->stop;
done_testing();
