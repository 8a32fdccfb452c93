
# What a look over much may take: it ends soon after a cancel, holds little
# memory and needs no temporary file.

use strict;
use warnings;

use List::Util qw(min max);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('bounds');
$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', q(
autovacuum = off
checkpoint_timeout = 1h
shared_buffers = 4MB
work_mem = 1MB
max_parallel_workers_per_gather = 0
log_temp_files = 0
jit = off
));
$node->start;

# Of many pages rather than many rows, and more than shared_buffers: so a look
# takes long enough to be cut short, whatever it does with a page.  row_layout
# looks at some pages of a table only, so these have many rows.
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect;
CREATE TABLE long (i int, x text, big text);
ALTER TABLE long ALTER x SET STORAGE plain, ALTER big SET STORAGE external;
CREATE TABLE warm (LIKE long INCLUDING STORAGE);
CREATE TABLE wide (LIKE long INCLUDING STORAGE);
INSERT INTO long SELECT i, repeat('x', 1900), CASE WHEN i % 100 = 0 THEN repeat('y', 3000) END
  FROM generate_series(1, 40000) AS i;
INSERT INTO warm VALUES (0, 'x', repeat('y', 3000));
CREATE TABLE many AS SELECT i, i AS j, i AS k FROM generate_series(1, 400000) AS i;
INSERT INTO wide VALUES (0, 'x', repeat('z', 20 * 1024 * 1024));
CREATE FUNCTION private_kb() RETURNS int VOLATILE LANGUAGE sql AS
  $$ SELECT (regexp_match(pg_read_file('/proc/self/status'), 'RssAnon:\s+(\d+)'))[1]::int $$;
CHECKPOINT;
));
my %looks = map { s/\(.*//r => "arch_inspect.$_" } (
	"page_headers('long')", "heap_tuples('long')", "page_map('long')",
	"heap_attributes('long', 0, 1999)", "heap_tuple_data('long', 0, 1999)", "row_layout('many')",
	"toast_values('long')", "toast_chunks('wide', '(0,1)', 'big')",
	"table_anatomy('long')", "heap_visibility('long')", "row_locks('long')",
	"tuple_attributes('wide', '(0,1)')");

# One session for each: whole, and cut short by a timeout of a fifth of that
# time.  Others may have the processor at the wrong moment, so the fastest of
# several counts.  A look that did not ask whether it should end would come back
# when it is through.
sub timings
{
	my ($statements) = @_;
	my ($out, $err) = ('', '');

	$node->psql('postgres', "\\timing on\n$statements", stdout => \$out, stderr => \$err,
		on_error_stop => 0);
	return ($err, $out =~ /^Time: ([\d.]+) ms/mg);
}

foreach my $name (sort keys %looks)
{
	# No row leaves the scan, for whoever gets one asks whether to go on.
	my $query = "SELECT FROM $looks{$name} l WHERE l::text = '';\n";
	my ($none, @whole) = timings($query x 4);
	my $whole = min(@whole);
	my $timeout = max(1, int($whole / 5));
	my ($err, @cut) = timings("SET statement_timeout = $timeout;\n" . $query x 10);

	# what ended before its time was cancelled for one that was not in time
	my $late = (min(grep { $_ >= $timeout } @cut) // 1e9) - $timeout;
	note sprintf('%s: %.1f ms, cut after %d ms: %.1f ms late', $name, $whole, $timeout, $late);
	like($err, qr/canceling statement due to statement timeout/, "$name was cut short");
	cmp_ok($late, '<', 100, "$name obeys a cancel within 100 ms");
	cmp_ok($late, '<', max($whole / 4, 2), "$name does not go on to its end first");
}

# A session that is warm, and looks at a look's memory in the middle of it.
SKIP:
{
	skip 'this system does not tell the memory of a process', 1
	  unless -r '/proc/self/status' && slurp_file('/proc/self/status') =~ /RssAnon/;
	my $log = -s $node->logfile;

	# (a value that is printed is in memory as a whole, as in any query)
	foreach my $name (grep { !/tuple_attributes/ } sort keys %looks)
	{
		my $warm = $looks{$name} =~ s/'(long|many|wide)'/'warm'/r =~ s/1999/0/r;
		my $more = $node->safe_psql('postgres', qq(
			SELECT count(l::text) FROM $warm l \\g /dev/null
			SELECT private_kb() AS before \\gset
			SELECT greatest(max(private_kb()) FILTER (WHERE random() < 0.002), private_kb()) - :before
			  FROM $looks{$name} l WHERE length(l::text) > 0));
		note "$name: $more kB";
		cmp_ok($more, '<', 2048, "$name keeps its private memory under 2 MB");
	}
	unlike(slurp_file($node->logfile, $log), qr/temporary file/, 'no temporary file');

	# the same as a function scan of the server's
	$node->safe_psql('postgres', "SELECT count(l::text) FROM ROWS FROM (arch_inspect.heap_tuples('many')) WITH ORDINALITY l");
	like(slurp_file($node->logfile, $log), qr/temporary file/, 'one is seen by this test');
}

$node->stop;

done_testing();
