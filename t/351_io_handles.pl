
# Asynchronous I/O in flight: the I/O workers are stopped (SIGSTOP), so that
# what they were asked for stays in their hands as long as it is looked at.

use strict;
use warnings;

use Cwd qw(abs_path);

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
fsync = off
));
$node->start;
$node->safe_psql('postgres', $_) foreach (
	'CREATE EXTENSION arch_inspect', 'CREATE ROLE regress_student', 'CREATE ROLE regress_reader IN ROLE pg_read_all_stats');
if ($node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int < 180000") eq 't')
{
	is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM arch_inspect.io_handles), (SELECT count(*) FROM arch_inspect.io_workers)'),
		'0|0', 'no asynchronous I/O before 18');
	$node->stop;
	done_testing();
	exit;
}
$node->append_conf('postgresql.conf', q(
io_method = worker
max_parallel_workers_per_gather = 0
));
my @stopped;
END
{
	local $?;
	kill 'CONT', @stopped;
}

my $space = abs_path($node->basedir) . '/space';
mkdir($space);
$node->safe_psql('postgres', $_) foreach (
	"CREATE TABLESPACE space LOCATION '$space'",
	'CREATE TABLE here AS SELECT i, repeat(\'x\', 500) AS t FROM generate_series(1, 5000) AS i',
	'CREATE TABLE there TABLESPACE space AS SELECT i, repeat(\'x\', 500) AS t FROM generate_series(1, 5000) AS i');
$node->restart;

my $look = 'SELECT pid, io_id, generation, state, relation, first_block, last_block FROM arch_inspect.io_handles';
my $reader = $node->background_psql('postgres');
my $looker = $node->background_psql('postgres');

# all that the looks need of the catalogs is read before the workers stop
my $words = q(SELECT h.relation, h.fork, h.operation, h.state_in_words, h.result_in_words, h.first_block >= 0 AND h.last_block >= h.first_block,
	h.length = (h.last_block - h.first_block + 1) * 8192, h.off = h.first_block * 8192
	FROM arch_inspect.io_handles AS h WHERE h.pid = %d AND h.state = 'SUBMITTED' ORDER BY h.first_block LIMIT 1);
my $same = q(SELECT count(*) FROM pg_aios AS a FULL JOIN arch_inspect.io_handles AS h
	ON (a.pid, a.io_id, a.io_generation, a.state, a.target_desc, a.length) = (h.pid, h.io_id, h.generation, h.state, h.target_desc, h.length)
	WHERE a.pid IS NULL OR h.pid IS NULL);
my $count = q(SELECT count(*) > 0 FROM arch_inspect.io_handles WHERE pid = %d AND state = 'SUBMITTED');
my $workers = q(SELECT count(*) > 0, bool_and(activity IN ('waits for another process to ask for a read', 'works on a read that another process asked for',
	'reads from a file what another process asked for')) FROM arch_inspect.io_workers);
$looker->query_safe($_) foreach (sprintf($words, 0), $same, sprintf($count, 0), $workers);
my $pid = $reader->query_safe('SELECT pg_backend_pid()');
$reader->query_safe("EXPLAIN SELECT count(*) FROM $_") foreach ('here', 'there');
is($looker->query_safe($workers), 't|t', 'the I/O workers and what they do');
is($looker->query_safe("SELECT string_agg(DISTINCT activity, ';') FROM arch_inspect.processes WHERE kind = 'io worker'"),
	'waits for another process to ask for a read', 'when nothing is to be read, they wait');

foreach my $table ('here', 'there')
{
	@stopped = split(/\n/, $looker->query_safe('SELECT pid FROM arch_inspect.io_workers'));
	kill 'STOP', @stopped;
	$reader->query_until(qr/go/, "\\echo go\nSELECT count(*) FROM $table;\n");
	my $seen = 0;
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		$seen = $looker->query_safe(sprintf($count, $pid)) eq 't';
		last if $seen;
		select(undef, undef, undef, 0.1);
	}
	ok($seen, "$table: a read is in flight");
	is( $looker->query_safe(sprintf($words, $pid)),
		"$table|main|read|in the hands of the I/O workers: queued for one, or being carried out by one|not known before it is done|t|t|t",
		"$table: which blocks of which relation, in words");
	is($looker->query_safe($same), '0', "$table: the same handles as in pg_aios");
	kill 'CONT', @stopped;
	@stopped = ();
	like($reader->query_safe('SELECT 1'), qr/1/, "$table: the read goes on");
}

my ($ret, $out, $err) = $node->psql('postgres', "SET ROLE regress_student; $look");
like($err, qr/permission denied for view io_handles/, 'not for everybody');
($ret, $out, $err) = $node->psql('postgres', 'SET ROLE regress_student; SELECT * FROM arch_parts.io_handles()');
like($err, qr/permission denied for function io_handles/, 'neither is the function');
is(($node->psql('postgres', "SET ROLE regress_reader; $look"))[0], 0, 'but for members of pg_read_all_stats');
is($node->safe_psql('postgres', 'SET ROLE regress_student; SELECT count(*) > 0 FROM arch_inspect.io_workers'), 't', 'the workers are for all');

# the I/O of a process is counted for it
ok( $node->poll_query_until('postgres', qq(SELECT sum(i.read_bytes) >= pg_relation_size('here') + pg_relation_size('there') AND bool_or(i.did LIKE 'read %')
		FROM arch_inspect.io_by_process AS i WHERE i.object = 'relation' AND i.pid = $pid)), 'what the reader read is in io_by_process');
is( $looker->query_safe('SELECT count(*) FROM arch_inspect.io_by_process WHERE kind IN (\'io worker\', \'checkpointer\', \'background writer\')'),
	'0', 'kinds that are not counted have no rows');
$_->quit foreach ($reader, $looker);

$node->stop;
done_testing();
