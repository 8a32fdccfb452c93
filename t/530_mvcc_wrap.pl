
# Over the end of the 32-bit transaction ids: verdicts, epochs and horizons.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
# nor by force: its snapshots would come between a verdict and a VACUUM
autovacuum_freeze_max_age = 2000000000
max_prepared_transactions = 5
fsync = off
));
my $bindir = $node->config_data('--bindir');

# Go to a far transaction id, after everything before it was frozen.
sub go_to
{
	my ($xid) = @_;
	my $segment = sprintf('%s/pg_xact/%04X', $node->data_dir, int($xid / 1048576));

	$node->start;
	$node->safe_psql('postgres', 'UPDATE pg_database SET datallowconn = true');
	foreach my $db (qw(template0 template1 postgres))
	{
		$node->safe_psql($db, 'VACUUM (FREEZE)');
	}
	$node->stop;
	if (!-e $segment)
	{
		open(my $file, '>:raw', $segment) or die "$segment: $!";
		print $file "\0" x 262144;
		close($file) or die;
	}
	system_or_bail("$bindir/pg_resetwal", '-x', $xid, $node->data_dir);
	return;
}

go_to(2000000000);
go_to(4000000000);
go_to(4294967240);
$node->start;

$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE t (id int, v int);
	INSERT INTO t SELECT i, 0 FROM generate_series(1, 10) AS i;
	CREATE TABLE noted (what text, xid xid8);
	INSERT INTO noted VALUES ('before', pg_current_xact_id());
	BEGIN; UPDATE t SET v = 1 WHERE id = 1; SAVEPOINT a; DELETE FROM t WHERE id = 2; PREPARE TRANSACTION 'p';
));
my $before = $node->safe_psql('postgres', 'SELECT pg_current_snapshot()');

# each a transaction
$node->safe_psql('postgres', join('', map { "UPDATE t SET v = v + 1 WHERE id = 3 + $_ % 7;\n" } 1 .. 120));
$node->safe_psql('postgres', q(
	INSERT INTO noted VALUES ('after', pg_current_xact_id());
	BEGIN; UPDATE t SET v = 9 WHERE id = 10; ROLLBACK;
));

is($node->safe_psql('postgres', "SELECT xid > '4294967296'::xid8 FROM noted WHERE what = 'after'"), 't', 'the epoch has turned');
my $differences = q(
	SELECT count(*) FROM arch_inspect.heap_visibility('t') AS h FULL JOIN t ON h.tid = t.ctid
	 WHERE h.visible IS DISTINCT FROM (t.ctid IS NOT NULL));
is($node->safe_psql('postgres', $differences), '0', 'verdicts are those of SELECT');
is($node->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.heap_visibility('t') WHERE problem IS NOT NULL"), '0',
	'nothing looks damaged');
is( $node->safe_psql('postgres', "SELECT what, status FROM noted, arch_inspect.transaction_status(noted.xid) ORDER BY 1"),
	"after|committed\nbefore|committed", 'both ends are known by their full ids');
is( $node->safe_psql('postgres', 'SELECT what, status FROM noted, arch_inspect.transaction_status(noted.xid::xid) ORDER BY 1'),
	"after|committed\nbefore|committed", 'and by their short ones');
is( $node->safe_psql('postgres', q(
		SELECT s.status FROM noted, arch_inspect.transaction_status((noted.xid::text::bigint - 4294967296)::text::xid8) AS s WHERE what = 'after')),
	'too old', 'the same number of the epoch before is another id');
is( $node->safe_psql('postgres', q(
		SELECT s.status, s.gid, s.top_xid < '4294967296'::xid8 FROM pg_prepared_xacts AS p, arch_inspect.transaction_status(p.transaction) AS s)),
	'in progress|p|t', 'what was prepared before still runs');
is( $node->safe_psql('postgres', q(
		SELECT xmin < '4294967296'::xid8, behind BETWEEN 100 AND 300, oldest FROM arch_inspect.xmin_horizons WHERE kind = 'prepared transaction')),
	't|t|t', 'and holds back cleanup from before');
is( $node->safe_psql('postgres', q(
		SELECT bool_and(behind BETWEEN 100 AND 300) FROM arch_inspect.xmin_horizons WHERE kind = 'horizon' AND holder <> 'temporary tables')),
	't', 'which the horizons say');
is($node->safe_psql('postgres', "SELECT bool_and(xid_age BETWEEN 0 AND 1000000000) FROM arch_inspect.wraparound"), 't', 'ages are counted over the end');
is( $node->safe_psql('postgres', "SELECT count(*) FILTER (WHERE visible) FROM arch_inspect.heap_visibility('t', '$before')"),
	'10', 'a snapshot from before sees ten rows');
is( $node->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.heap_visibility('t') WHERE removable AND state = 'dead'"),
	'0', 'nothing is removable while it runs');

$node->safe_psql('postgres', "COMMIT PREPARED 'p'");
is($node->safe_psql('postgres', $differences), '0', 'committed, verdicts are those of SELECT');
my $kept = $node->safe_psql('postgres', "SELECT string_agg(tid::text, ' ' ORDER BY tid) FROM arch_inspect.heap_visibility('t') WHERE NOT removable");
$node->safe_psql('postgres', 'VACUUM (FREEZE, DISABLE_PAGE_SKIPPING) t');
is($node->safe_psql('postgres', "SELECT string_agg(tid::text, ' ' ORDER BY tid) FROM arch_inspect.heap_visibility('t')"),
	$kept, 'and VACUUM removes what is removable');

$node->stop;

done_testing();
