
# Looks and sessions that end before they are done: by an error, a timeout at
# any moment, or the end of the backend.  Nothing stays: no lock, pin, open
# file, memory, worker or shared memory.
#
# ENDS_CALLS sets how many calls end early; SEED repeats a run.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $calls = $ENV{ENDS_CALLS} || 100;
my $seed = $ENV{SEED} || 1;
srand($seed);
diag("seed $seed, $calls calls of each kind");

my $node = PostgreSQL::Test::Cluster->new('ends');
$node->init;
$node->append_conf('postgresql.conf', q(
fsync = off
autovacuum = off
max_worker_processes = 20
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
shared_buffers = 16MB
# as files in its own directory, which can be counted
dynamic_shared_memory_type = mmap
));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE TABLE big (i int PRIMARY KEY, x text, y text);
	ALTER TABLE big ALTER y SET STORAGE external;
	INSERT INTO big SELECT i, repeat('x', i % 300), CASE WHEN i % 50 = 0 THEN repeat('y', 5000) END FROM generate_series(1, 60000) AS i;
	UPDATE big SET x = 'z' WHERE i % 7 = 0;
	CREATE FUNCTION held() RETURNS text LANGUAGE sql AS $$
		SELECT format('%s locks, %s pins, %s workers', (SELECT count(*) FROM pg_locks WHERE relation IN (SELECT 'big'::regclass UNION ALL SELECT 'big_pkey'::regclass UNION ALL SELECT reltoastrelid FROM pg_class WHERE oid = 'big'::regclass)),
			(SELECT count(*) FROM arch_inspect.buffers WHERE pins > 0 AND relation >= 16384),
			(SELECT count(*) FROM pg_stat_activity WHERE backend_type IN ('arch_lab session', 'parallel worker')))
	$$;
));
$node->safe_psql('postgres', 'VACUUM ANALYZE big');
my $segments = sub { my @files = glob($node->data_dir . '/pg_dynshmem/*'); return scalar(@files) };

# What one session holds after very many calls that fail: as after a few.
my @failing = (
	q(PERFORM arch_inspect.page_header('big', 99999999)), q(PERFORM 1 FROM arch_inspect.page_headers('big', 0, 99999999)),
	q(PERFORM 1 FROM arch_inspect.tuple_attributes('big', '(0,0)')), q(PERFORM 1 FROM arch_inspect.toast_chunks('big', '(0,1)', 'none')),
	q(PERFORM 1 FROM arch_inspect.toast_chunks('big', '(0,9999)', 'y')), q(PERFORM 1 FROM arch_inspect.heap_tuples('big_pkey')),
	q(PERFORM 1 FROM arch_inspect.explain_visibility('big', '(4000000,1)')), q(PERFORM arch_inspect.version_chain('big', '(4000000,1)')),
	q(PERFORM 1 FROM arch_inspect.wal_records('FFFFFFFF/0')), q(PERFORM 1 FROM arch_inspect.page_history('big', -1)),
	q(PERFORM 1 / (lp - 3) FROM arch_inspect.heap_page_items('big', 0)), q(PERFORM 1 / (1 - length(value)) FROM arch_inspect.tuple_attributes('big', '(0,1)')),
	q(PERFORM 1 / (2 - attnum) FROM arch_inspect.heap_attributes('big', 0, 1) WHERE value IS NOT NULL),
	q(PERFORM 1 / (1 - length(value)) FROM (SELECT (arch_inspect.tuple_attributes('big', '(0,1)')).*) AS s),
	q(PERFORM 1 / (count - count) FROM arch_inspect.wal_summary((SELECT redo_lsn FROM arch_parts.wal_positions()))),
	q(PERFORM 1 / (3 - version_chain.version * 3) FROM arch_inspect.version_chain('big', '(0,1)')),
	q(PERFORM arch_parts.extension_oid('none')), q(PERFORM arch_lab.session_cancel('none')),
	q(PERFORM arch_lab.session_open('')), q(PERFORM arch_lab.footprint('SELECT 1/0')), q(PERFORM arch_lab.session_run('here', 'SELECT 1/0')),
	q(PERFORM arch_lab.session_result('here')), q(PERFORM arch_lab.session_open('here')));
my $attempts = join "\n", map { "BEGIN $_; EXCEPTION WHEN OTHERS THEN NULL; END;" } @failing;
my $weight = q(SELECT sum(total_bytes) FROM arch_parts.memory_context_list());
my $rounds = int($calls * 3);
my $grown = $node->safe_psql('postgres', qq(
	SET max_parallel_workers_per_gather = 0;
	SELECT arch_lab.session_open('here');
	DO \$\$ BEGIN FOR i IN 1 .. 30 LOOP $attempts END LOOP; END \$\$;
	SELECT total, arch_parts.process_open_files(pg_backend_pid()) AS files FROM ($weight) AS w (total) \\gset
	DO \$\$ BEGIN FOR i IN 1 .. $rounds LOOP $attempts END LOOP; END \$\$;
	SELECT total - :total < 300000 AND arch_parts.process_open_files(pg_backend_pid()) <= :files + 20,
		total - :total, arch_parts.process_open_files(pg_backend_pid()) - :files FROM ($weight) AS w (total);
	SELECT arch_lab.session_close('here');));
my ($row) = grep { /^[tf]\|/ } split /\n/, $grown;
like($row, qr/^t\|/, $rounds * @failing . ' failing calls leave no memory and no file') or diag($row);
is($node->safe_psql('postgres', 'SELECT held()'), '0 locks, 0 pins, 0 workers', 'nothing else either');

# Each of these takes long, so that a timeout strikes somewhere within.
my @long = (
	(map {; "SELECT count(f::text) FROM $_ AS f", "SELECT count(f::text) FROM (SELECT $_ AS f) AS s" }
		(map { "arch_parts.$_()" } qw(buffers extension_members autovacuum_thresholds process_scan)),
		map { "arch_inspect.$_" }
		"heap_attributes('big')", "heap_tuples('big')", "page_map('big')", "page_headers('big_pkey')", "toast_values('big')",
		"heap_visibility('big')", "row_locks('big')", "heap_tuple_data('big')", "table_anatomy('big')", "row_layout('big')",
		"wal_summary('0/1000000')", "wal_records('0/1000000')", "transaction_wal('3', '0/1000000')",
		'finding_evidence()', "version_chain('big', '(0,7)')"),
	'SELECT count(c.data) FROM arch_inspect.toast_values($$big$$) AS v, arch_inspect.toast_chunks($$big$$, v.tid, v.attname) AS c',
	'SELECT count(*) FROM big AS b, arch_inspect.explain_visibility($$big$$, b.ctid)',
	"SELECT arch_lab.footprint('UPDATE big SET x = 1 WHERE i < 30000')",
	"SELECT arch_lab.session_run('other', 'SELECT count(*) FROM big a, big b')", "SELECT arch_lab.session_text('other', 'SELECT repeat(x, 100) FROM big')",
	"SELECT arch_lab.session_send('other', 'SELECT pg_sleep(0.02)')", "SELECT arch_lab.session_result('other')",
	"SELECT arch_lab.session_close('other')", "SELECT arch_lab.session_open('other')", "SELECT arch_lab.session_open('other', 'SELECT 1')", 'SELECT count(*) FROM arch_lab.sessions');

sub struck
{
	my ($n) = @_;
	my $sql = '';
	foreach (1 .. $n)
	{
		my $ms = 1 + int(rand(rand() < 0.5 ? 8 : 50));
		$sql .= 'SET max_parallel_workers_per_gather = ' . (rand() < 0.3 ? 2 : 0) . "; SET statement_timeout = '${ms}ms'; " . $long[ int(rand(@long)) ] . ";\n";
	}
	return $sql;
}
my $before = $segments->();
# A session that was not waited for may still be at work: it is closed first.
my $closed = q(
	SET statement_timeout = 0;
	SELECT arch_lab.session_close(name) FROM arch_lab.sessions;
	DO $$
	BEGIN
		FOR i IN 1 .. 300 LOOP
			EXIT WHEN held() LIKE '% 0 workers';
			PERFORM pg_sleep(0.1), pg_stat_clear_snapshot();
		END LOOP;
	END
	$$;
	SELECT held();
);
my ($rc, $out, $err) = $node->psql('postgres', struck($calls * 2) . $closed, on_error_stop => 0);
is($rc, 0, 'the session lives on after every timeout') or diag($err);
cmp_ok(scalar(() = $err =~ /canceling statement due to statement timeout/g), '>', $calls / 4, 'many statements were struck');
is(join("\n", grep { /ERROR|WARNING|FATAL|PANIC/ && !/canceling statement due to statement timeout|session "other" (does not exist|already exists|has a result that is not collected|has no result)/ } split /\n/, $err),
	'', 'and the errors are those that a timeout leaves');
like($out, qr/^0 locks, 0 pins, 0 workers$/m, 'which holds nothing');

# The end of the backend, at any moment.
foreach my $turn (1 .. 3 + $calls / 50)
{
	my @victims = map {
		my $file = $node->basedir . "/victim$turn.$_";
		append_to_file($file, struck(60));
		IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') . ' application_name=victim', '-f', $file ], '<', \undef, '>', \my $o, '2>', \my $e);
	} 1 .. 2;
	$node->safe_psql('postgres', 'SELECT pg_sleep(' . rand(1.5) . "); SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'");
	$_->finish foreach @victims;
}
ok($node->poll_query_until('postgres', "SELECT held() = '0 locks, 0 pins, 0 workers'"), 'backends that were terminated leave nothing')
	or diag($node->safe_psql('postgres', 'SELECT held()'));
cmp_ok($before, '>', 0, 'shared memory segments are counted');
is($segments->() - $before, 0, 'no shared memory segment stays');
unlike(slurp_file($node->logfile), qr/TRAP|PANIC|terminated by signal|leak|WARNING/, 'the log knows of nothing worse');
$node->stop;

done_testing();
