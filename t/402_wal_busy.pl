
# The WAL is read while others write it: no error, no warning, all there.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "wal_keep_size = 512MB\nmax_wal_size = 64MB\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');
$node->safe_psql('postgres', 'CREATE TABLE busy (id int PRIMARY KEY, n int, filler text);
	INSERT INTO busy SELECT i, 0 FROM generate_series(1, 1000) i');
my $start = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');

my $script = PostgreSQL::Test::Utils::tempdir . '/write.sql';
append_to_file($script, q(\set id random(1, 1000)
UPDATE busy SET n = n + 1, filler = repeat('x', :id % 100) WHERE id = :id;
));
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
my ($said, $complaint) = ('', '');
my $writers = IPC::Run::start(
	[ 'pgbench', '-n', '-c', '8', '-j', '2', '-T', '3', '-f', $script, 'postgres' ],
	'>', \$said, '2>', \$complaint);

my ($looks, $bad, $before) = (0, '', 0);
while ($writers->pumpable)
{
	my ($rc, $out, $err) = $node->psql('postgres', qq(
		SELECT count(*), count(action) = count(*), coalesce(bool_and(chained), true) FROM (
			SELECT *, prev_lsn = coalesce(lag(lsn) OVER (ORDER BY lsn), prev_lsn) AS chained
			  FROM arch_inspect.wal_records('$start') OFFSET 0) r;
		SELECT sum(count) >= $before FROM arch_inspect.wal_summary('$start');
		SELECT count(*) FROM arch_inspect.page_history('busy', 0, '$start');
		SELECT segments_kept > 0 FROM arch_inspect.wal_status));
	my ($n, $words, $chained) = split /[|\n]/, $out;

	$looks++;
	$bad .= "$err $out\n" if $rc != 0 || $err ne '' || $words ne 't' || $chained ne 't' || $n < $before;
	$before = $n;
	$writers->pump_nb;
}
$writers->finish;
is($bad, '', 'nothing went wrong');
cmp_ok($looks, '>=', 1, "in $looks looks");
my ($commits) = $said =~ /number of transactions actually processed: (\d+)/;
is( $node->safe_psql('postgres', qq(
	SELECT count(DISTINCT xid::text) >= $commits FROM arch_inspect.wal_records('$start') WHERE relation = 'busy'::regclass)),
	't', 'every transaction is in the log');
is( $node->safe_psql('postgres', qq(
	CREATE TEMP TABLE log AS SELECT xid::text, record_type, action, relation = 'busy'::regclass AS busy
	  FROM arch_inspect.wal_records('$start');
	ANALYZE log;
	SET work_mem = '256MB';
	SELECT (SELECT sum(n) FROM busy) = count(*) FROM log
	 WHERE busy AND action ~ '^(hot )?update' AND xid IN (SELECT xid FROM log WHERE record_type = 'COMMIT'))),
	't', 'and every update');

# A long look is cancelled at once.
my ($rc, $out, $err) = $node->psql('postgres', qq(
	SET statement_timeout = 20;
	SELECT count(a.action), count(b.action), count(c.action) FROM arch_inspect.wal_records('$start') a,
		arch_inspect.wal_records('$start') b, arch_inspect.wal_records('$start') c));
like($err, qr/canceling statement due to statement timeout/, 'a look can be cancelled');

$node->stop;

done_testing();
