
# Readers of indexes of all access methods while their pages split, are emptied
# and are built anew: no problem is told of, and no error but that of an index
# that is gone.  SOAK=index does this for longer.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $seconds = $ENV{BUSY_SECONDS} || 5;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\nmax_parallel_workers_per_gather = 0");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', 'soak/index.sql' ],
	'indexes of all access methods');

my @others = map {
	my ($call, $out, $err) = ($_, '', '');
	{
		call => $call,
		err => \$err,
		run => IPC::Run::start(
			[ 'psql', '-XAtq', '-d', $node->connstr('postgres'),
			  '-c', 'SET search_path = soak_index, pg_catalog, public', '-c', "CALL $call($seconds)" ],
			'>', \$out, '2>', \$err) };
} ('look') x 3, 'change';
my $stop = time() + $seconds;
my $rounds = 0;
while (time() < $stop)
{
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', 'soak/index_change.sql' ],
		'>', \$out, '2>', \$err) or die "the indexes can't be changed: $err";
	$rounds++;
}
foreach my $other (@others)
{
	$other->{run}->finish;
	like(${ $other->{err} }, $other->{call} eq 'look' ? qr/NOTICE:  [1-9]\d* looks/ : qr/NOTICE:  [1-9]\d* changes/,
		"$other->{call} went on to the end");
	note(${ $other->{err} });
}
cmp_ok($rounds, '>', 0, 'indexes were vacuumed and built anew meanwhile');
is($node->safe_psql('postgres', 'SELECT DISTINCT state, message FROM soak_index.errors'), '',
	'no problem, and no error that is not documented');
unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal|TRAP/, 'the log tells of nothing');

$node->stop;
done_testing();
