
# Readers while others drop, truncate, rewrite and alter what they read: only
# the errors that the documentation names.  Then: cancel, and a standby.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "autovacuum = off\nmax_parallel_workers_per_gather = 0\n");
$node->start;
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect;
CREATE TABLE keep (i int PRIMARY KEY, x text);
INSERT INTO keep SELECT i, repeat('x', 100) FROM generate_series(1, 5000) i;
));
$node->safe_psql('postgres', slurp_file('soak/storage.sql'));

my @readers = map {
	my ($out, $err) = ('', '');
	{
		err => \$err,
		run => IPC::Run::start(
			[ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'CALL look(5)' ],
			'>', \$out, '2>', \$err) };
} 1 .. 2;
my $stop = time() + 5;
my $rounds = 0;
while (time() < $stop)
{
	$node->safe_psql('postgres', slurp_file('soak/storage_change.sql'));
	$rounds++;
}
foreach my $reader (@readers)
{
	$reader->{run}->finish;
	like(${ $reader->{err} }, qr/NOTICE:  [1-9]\d* looks/, 'a reader went on to the end');
}
ok($rounds > 0, 'the table was changed meanwhile');
is($node->safe_psql('postgres', 'SELECT DISTINCT state, message FROM errors'), '', 'no error that is not documented');

# a cancel ends the scan, also one whose filter lets nothing through
$node->safe_psql('postgres', q(
CREATE TABLE long (x int);
INSERT INTO long SELECT generate_series(1, 1000000)));
foreach my $sql (
	q(SELECT count(*) FROM generate_series(1, 1000) g, LATERAL (SELECT 1 FROM arch_inspect.heap_tuples('long') WHERE state = 'x' OFFSET g - g) h),
	q(SELECT count(*) FROM generate_series(1, 1000) g, LATERAL (SELECT arch_inspect.page_map('long') OFFSET g - g) m))
{
	my $start = time();
	my ($rc, $out, $err) = $node->psql('postgres', "SET statement_timeout = 200; $sql");
	like($err, qr/canceling statement due to statement timeout/, 'a long look can be cancelled');
	ok(time() - $start < 3, 'and soon');
}

# a hot standby
$node->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'b', has_streaming => 1);
$standby->start;
$node->safe_psql('postgres', "DELETE FROM keep WHERE i % 2 = 0; VACUUM keep");
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
foreach my $call ("page_headers('keep')", "heap_tuples('keep')", "heap_page_items('keep', 1)",
	"page_map('keep')", "fsm_tree('keep')", "relation_forks('keep')")
{
	my $sql = $call =~ /page_map/ ?
	  "SELECT md5(string_agg(ROW(blkno, line_pointers, live, dead, free_bytes, all_visible)::text, ',' ORDER BY blkno)) FROM arch_inspect.$call"
	  : $call =~ /heap/ ?
	  "SELECT md5(string_agg(ROW(lp, lp_off, t_xmin, t_ctid, xmin_status, state, problem)::text, ',')) FROM arch_inspect.$call"
	  : $call =~ /headers/ ?
	  "SELECT md5(string_agg(ROW(blkno, lower, upper, kind, problem)::text, ',')) FROM arch_inspect.$call"
	  : $call =~ /fsm/ ? "SELECT count(*) > 0 FROM arch_inspect.$call"
	  : "SELECT string_agg(f::text, ',') FROM arch_inspect.$call f";
	is($standby->safe_psql('postgres', $sql), $node->safe_psql('postgres', $sql), "$call on a standby");
}
is($standby->safe_psql('postgres', 'SELECT count(*) FROM arch_inspect.buffer_clock'), 1, 'buffer_clock on a standby');
is($standby->safe_psql('postgres', 'SELECT sum(bytes) = pg_size_bytes(current_setting($$shared_buffers$$)) FROM arch_inspect.buffer_usage'),
	't', 'buffer_usage on a standby');

$standby->stop;
$node->stop;

done_testing();
