
# Dynamic shared memory that was used before: with min_dynamic_shared_memory a
# segment is a piece of what an earlier query has left its own bytes in.  The
# tests of parallel plans and of further sessions run on such memory, and what
# has no range to share out must not find one there.

use strict;
use warnings;

use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('recycled');
$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', slurp_file('tools/check.conf'));
$node->append_conf('postgresql.conf', "min_dynamic_shared_memory = 8MB\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_lab CASCADE');
$node->safe_psql('postgres', q(
CREATE ROLE student LOGIN;
CREATE TABLE bytes AS SELECT i, repeat(chr(127), 100) AS x FROM generate_series(1, 100000) i;
CREATE TABLE junk AS SELECT i, repeat('x', 500) AS x FROM generate_series(1, 8000) i;
ANALYZE bytes, junk;
GRANT SELECT ON junk TO student;
));

my $parallel = q(
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET seq_page_cost = 0.01;
);

# A hash table in shared memory, larger than what is kept ready.
sub leave_bytes
{
	my $plan = $node->safe_psql('postgres', $parallel . q(
		SET work_mem = '64MB';
		SET enable_mergejoin = off;
		SET enable_nestloop = off;
		EXPLAIN SELECT count(*) FROM bytes a JOIN bytes b USING (i) WHERE a.x = b.x;
		SELECT count(*) FROM bytes a JOIN bytes b USING (i) WHERE a.x = b.x;));

	like($plan, qr/Parallel Hash .*\n(?:.*\n)*100000$/, 'a query leaves its bytes in the memory');
}

# An argument that leaves nothing to show, as an ordinary role
foreach my $call (
	"page_headers('junk', NULL, NULL, NULL)",
	"page_headers('junk', NULL, NULL, CASE WHEN current_setting('work_mem') = '' THEN 'main' END)")
{
	foreach my $leader ('on', 'off')
	{
		leave_bytes();
		my ($rc, $out, $err) = $node->psql('postgres', $parallel . qq(
			SET parallel_leader_participation = $leader;
			EXPLAIN SELECT count(*), count(lsn) FROM arch_inspect.$call;
			SELECT count(*), count(lsn) FROM arch_inspect.$call;
			SELECT count(*), count(DISTINCT blkno) FROM arch_inspect.page_headers('junk');
		), extra_params => [ '-U', 'student' ]);

		is($rc, 0, "$call, leader $leader: no crash") or diag($err);
		like($out, qr/Parallel Custom Scan/, '  in a parallel plan');
		like($out, qr/^0\|0\n(\d+)\|\1$/m, '  no rows of it, and all of the next');
	}
}

# The processes need not agree: a function of one's own that is called safe but
# is not, by which only some of them have a fork to read.
leave_bytes();
$node->safe_psql('postgres', q(
CREATE FUNCTION only_there() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN (SELECT leader_pid FROM pg_stat_activity WHERE pid = pg_backend_pid()) IS NULL THEN NULL ELSE 'main' END;
CREATE FUNCTION only_here() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN (SELECT leader_pid FROM pg_stat_activity WHERE pid = pg_backend_pid()) IS NULL THEN 'main' END;
ALTER FUNCTION only_there() SET work_mem = '1MB';
ALTER FUNCTION only_here() SET work_mem = '1MB';
));
foreach my $f ('only_there()', 'only_here()')
{
	my ($rc, $out, $err) = $node->psql('postgres', $parallel . qq(
		EXPLAIN SELECT count(lsn) FROM arch_inspect.page_headers('junk', NULL, NULL, $f) WHERE pg_sleep(0.001)::text = '';
		SELECT count(lsn) > 0 FROM arch_inspect.page_headers('junk', NULL, NULL, $f) WHERE pg_sleep(0.001)::text = '';
	), extra_params => [ '-U', 'student' ]);

	is($rc, 0, "$f: no crash") or diag($err);
	like($out, qr/Parallel Custom Scan(?:.*\n)*t$/, '  in a parallel plan');
}

# An .npy file read by several processes
my $npy = $node->basedir . '/big.npy';
my $header = sprintf("%-117s\n", "{'descr': '<i8', 'fortran_order': False, 'shape': (200000,), }");
open my $fh, '>', $npy or die;
binmode $fh;
print $fh "\x93NUMPY\x01\x00" . pack('v', length $header) . $header . pack('q<*', 1 .. 200000);
close $fh;
leave_bytes();
$node->safe_psql('postgres', qq(
CREATE SERVER files FOREIGN DATA WRAPPER npy_fdw;
CREATE FOREIGN TABLE numbers (value bigint) SERVER files OPTIONS (filename '$npy');
));
like($node->safe_psql('postgres', $parallel . q(
	EXPLAIN SELECT count(*), sum(value), count(DISTINCT value) FROM numbers;
	SELECT count(*), sum(value), count(DISTINCT value) FROM numbers;)),
	qr/Parallel Foreign Scan(?:.*\n)*200000\|20000100000\|200000$/, 'workers share a file');

# What the regress tests say of plans with workers, and of sessions
my $pg_regress = dirname($node->config_data('--pgxs')) . '/../test/regress/pg_regress';
foreach my $test ('arch_inspect_rows', 'arch_inspect_anatomy', map { s,.*/|\.sql$,,gr } glob('sql/arch_lab_sessions_*.sql'))
{
	leave_bytes();
	my $dir = $PostgreSQL::Test::Utils::tmp_check . "/recycled_$test";
	mkdir $dir;
	ok(run_log([ $pg_regress, '--bindir=' . $node->config_data('--bindir'),
		'--inputdir=.', "--outputdir=$dir", '--host=' . $node->host, '--port=' . $node->port,
		'--dbname=recycled', '--encoding=UTF8', '--no-locale',
		map({ "--load-extension=$_" } 'pgcrypto', 'math_utils', 'arch_inspect', 'arch_lab'), $test ]),
		"$test on memory that was used before")
		or diag(-s "$dir/regression.diffs" ? slurp_file("$dir/regression.diffs") : 'no diffs');
}

unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC/, 'no process fell');
$node->stop;
done_testing();
