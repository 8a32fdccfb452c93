
# make installcheck on a server as initdb makes it: what such a server can show
# is run and passes, what it can't is named with the setting that is missing.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('default');
$node->init;

# What the test modules add for replication and speed is left out.
append_to_file($node->data_dir . '/postgresql.conf', q(
wal_level = replica
max_wal_senders = 10
max_connections = 100
max_prepared_transactions = 0
autovacuum = on
track_commit_timestamp = off
));
$node->start;
local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGUSER => undef, PGDATABASE => undef);
delete @ENV{qw(PGUSER PGDATABASE MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES)};
my $pg_config = $ENV{PG_CONFIG} // 'pg_config';

# A test that needs nothing special is never left out, one that does is.
my ($out, $err) = run_command([ 'tools/can_run.sh', 'sql', qw(arch_inspect_transactions arch_inspect_guard arch_inspect_wal_records) ]);
is($out, 'arch_inspect_guard', 'what can run is told');
like($err, qr/^skipped: sql\/arch_inspect_transactions.sql needs .*max_prepared_transactions/m, 'what cannot is named');
like($err, qr/^skipped: sql\/arch_inspect_wal_records.sql needs .*wal_level/m, 'each of them');
{
	local $ENV{PGPORT} = 1;
	($out, $err) = run_command([ 'tools/can_run.sh', 'sql', 'arch_inspect_transactions' ]);
	is($out, 'arch_inspect_transactions', 'without a server all are told');
}

# TAP tests make servers of their own.
my $made = PostgreSQL::Test::Utils::tempdir();
($out, $err) = run_command([ 'make', 'installcheck', "PG_CONFIG=$pg_config", 'with_llvm=no',
		'TESTS=arch_inspect_*', 'TAP_TESTS=', "EXTRA_REGRESS_OPTS=--outputdir=$made" ]);
is($?, 0, 'make installcheck passes on a default server')
  or diag($out, $err, map { slurp_file($_) } glob("$made/regression.diffs"));
my $ran = () = $out =~ /^(?:test \S+ +\.\.\. ok|ok \d+ +- )/mg;
my $skipped = () = $err =~ /^skipped: /mg;
my $have = () = (glob('sql/arch_inspect_*.sql'), glob('specs/arch_inspect_*.spec'));
cmp_ok($ran, '>', $have / 2, 'most of the tests run there') or diag($out);
cmp_ok($skipped, '>', 0, 'some are named');

done_testing();
