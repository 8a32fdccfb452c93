
# The short form of soak/processes.sh: readers over every view while sessions
# come and go see no error, miss no process that stays, and keep nothing.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', qq(
max_connections = 100
max_worker_processes = 10
wal_level = logical
logging_collector = on
fsync = off
));
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');

# The logger has no slot and no entry in shared memory; it is there all the same.
is($node->safe_psql('postgres', q(
	SELECT count(*) FROM arch_inspect.processes
	 WHERE kind = 'logger' AND os_state IS NOT NULL AND backend_start <= clock_timestamp()
	   AND backend_start > now() - interval '1 hour')), '1', 'the logger is shown');
is($node->safe_psql('postgres', q(
	SELECT parent = (SELECT pid FROM arch_inspect.processes WHERE kind = 'postmaster')
	  FROM arch_inspect.processes WHERE kind = 'logger')), 't', 'as a child of the postmaster');

local %ENV = (%ENV, $node->_get_env(),
	PGDATABASE => 'postgres', PRIVATE => PostgreSQL::Test::Utils::tempdir(),
	SOAK_SECONDS => 5, SOAK_CHURN => 30, SOAK_READERS => 3, SOAK_ROUNDS => 5);
my ($out, $err) = run_command([ 'sh', '-eu', 'soak/processes.sh' ]);
my $rc = $?;
like($out, qr/files held: /, 'readers keep no files and no memory') or diag("$out\n$err");
is($rc, 0, 'the readers saw no error') or diag("$out\n$err");

$node->stop;
done_testing();
