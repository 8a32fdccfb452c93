
# The memory of processes: private is anonymous memory, shared is the shared
# memory that the process touched, and the proportional shares add up to what
# all of them use together.  And who may see it: members of the role of the
# process and of pg_read_all_stats, as with the statement in pg_stat_activity.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'memory is told by /proc of Linux'
  unless $^O eq 'linux' && -r "/proc/$$/smaps_rollup";

my $MB = 1048576;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
shared_buffers = 128MB
huge_pages = off
autovacuum = off
fsync = off
max_parallel_workers_per_gather = 0
jit = off
));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE big (i int, pad text) WITH (autovacuum_enabled = off);
	ALTER TABLE big ALTER pad SET STORAGE PLAIN;
	INSERT INTO big SELECT i, repeat('x', 3900) FROM generate_series(1, 20000) AS i;
	CHECKPOINT;
	CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE boss LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE watcher LOGIN;
	GRANT ann TO boss; GRANT pg_read_all_stats TO reader; GRANT pg_monitor TO watcher));
# A fresh server has touched none of its shared buffers.  The readers fetch a
# row of each page: a scan of so big a table would go round in a few buffers.
$node->restart;
my $fill = q(SELECT count(pad) FROM (SELECT (SELECT pad FROM big WHERE ctid = t.c) AS pad FROM (SELECT format('(%s,1)', b)::tid AS c FROM generate_series(0, pg_relation_size('big') / 8192 - 1) AS b) AS t OFFSET 0) AS x);
my $table = $node->safe_psql('postgres', q(SELECT pg_relation_size('big')));
cmp_ok($table, '>', 70 * $MB, 'the table is big');

# the row of a process as seen by a session that looks only
my $look = $node->background_psql('postgres');
sub memory
{
	my ($pid) = @_;
	return split(/\|/, $look->query_safe(
		"SELECT private_bytes, shared_bytes, proportional_bytes, resident_bytes FROM arch_inspect.processes WHERE pid = $pid"));
}
sub total
{
	return $look->query_safe('SELECT sum(proportional_bytes) FROM arch_inspect.processes');
}
my @readers = map { $node->background_psql('postgres') } (1 .. 4);
my @pids = map { $_->query_safe('SELECT pg_backend_pid()') } @readers;
my @first = map { [ memory($_) ] } @pids;
my $empty = total();
$readers[0]->query_safe($fill);
my $one = total();
cmp_ok($one - $empty, '>', $table * 0.9, 'the first reader fills the shared buffers: the sum grows by the table');
cmp_ok($one - $empty, '<', $table * 1.1 + 12 * $MB, 'and by no more');
$_->query_safe($fill) foreach @readers[1 .. 3];
my $four = total();
cmp_ok(abs($four - $one), '<', 16 * $MB, 'three more readers of the same pages add nothing to the sum');
foreach my $i (0 .. 3)
{
	my ($private, $shared, $proportional, $resident) = memory($pids[$i]);
	cmp_ok($private - $first[$i][0], '<', 6 * $MB, "reader $i: private memory does not grow by reading");
	cmp_ok($shared - $first[$i][1], '>', $table * 0.9, "reader $i: shared memory grows by what it touched");
	cmp_ok($shared - $first[$i][1], '<', $table * 1.1 + 12 * $MB, "reader $i: and by no more");
	cmp_ok($private + $shared, '<=', $resident + $MB, "reader $i: both are part of the resident memory");
}

# memory of its own: a sorted set of 60 MB kept by a cursor
$readers[0]->query_safe(q(SET work_mem = '400MB'; BEGIN;
	DECLARE c CURSOR FOR SELECT repeat('y', 1000) || i FROM generate_series(1, 60000) AS i ORDER BY 1 DESC; FETCH 1 FROM c));
my ($private, $shared) = memory($pids[0]);
cmp_ok($private - $first[0][0], '>', 60 * $MB, 'memory of its own is private');
cmp_ok($shared - $first[0][1], '<', $table * 1.1 + 12 * $MB, 'and not shared');
my $grown = total() - $four;
cmp_ok(abs($grown - ($private - $first[0][0])), '<', 16 * $MB, 'the sum grows by as much');

# The kernel's own figures, mapping by mapping: what is anonymous, what is
# shared memory, and the sum of all shares.
my $want = 0;
foreach my $pid (split(/\n/, $look->query_safe('SELECT pid FROM arch_inspect.processes')))
{
	open(my $fh, '<', "/proc/$pid/smaps") or next;
	while (<$fh>)
	{
		$want += $1 * 1024 if /^Pss: +(\d+) kB/;
	}
	close($fh);
}
my $have = total();
cmp_ok(abs($have - $want), '<', 16 * $MB, 'the sum is that of all mappings of all processes');
my ($anonymous, $shmem, $is_shared) = (0, 0, 0);
open(my $fh, '<', "/proc/$pids[0]/smaps") or die $!;
while (<$fh>)
{
	$is_shared = $1 eq 's' if /^[0-9a-f]+-[0-9a-f]+ ...([ps]) /;
	$anonymous += $1 * 1024 if /^Anonymous: +(\d+) kB/;
	$shmem += $1 * 1024 if $is_shared && /^Rss: +(\d+) kB/;
}
close($fh);
($private, $shared) = memory($pids[0]);
cmp_ok(abs($private - $anonymous), '<', $MB, 'private is the anonymous memory of all mappings');
cmp_ok(abs($shared - $shmem), '<', $MB, 'shared is what is there of the shared mappings');
$readers[0]->query_safe('COMMIT');
$_->quit foreach @readers;
$look->quit;

# who sees what: sessions that log in, not SET ROLE
sub session
{
	my ($role) = @_;
	return $node->background_psql('postgres', extra_params => [ '-U', $role ]);
}
my %session = map { $_ => session($_) } qw(ann bob boss reader watcher);
my %pid = map { $_ => $session{$_}->query_safe('SELECT pg_backend_pid()') } keys %session;
my $guarded = 'private_bytes, shared_bytes, proportional_bytes, swapped_bytes, read_bytes, written_bytes, open_files';
sub sees
{
	my ($who, $where) = @_;
	return $session{$who}->query_safe(
		"SELECT DISTINCT num_nonnulls($guarded), os_note IS NULL, num_nonnulls(os_state, cpu_user, cpu_system, threads, resident_bytes) FROM arch_inspect.processes WHERE $where");
}
foreach my $case (['ann', 'ann', 1], ['ann', 'bob', 0], ['bob', 'ann', 0], ['ann', 'boss', 0], ['boss', 'ann', 1],
	['boss', 'bob', 0], ['reader', 'ann', 1], ['watcher', 'bob', 1])
{
	my ($who, $whose, $may) = @$case;
	is(sees($who, "pid = $pid{$whose}"), $may ? '7|t|5' : '0|f|5',
		"$who " . ($may ? 'sees' : 'does not see') . " the memory, I/O and files of $whose, and what ps shows");
	my $direct = $session{$who}->query_safe("SELECT num_nonnulls(arch_parts.process_io($pid{$whose}), arch_parts.process_memory($pid{$whose}), arch_parts.process_open_files($pid{$whose}))");
	is($direct, $may ? '3' : '0', "the same for $who, calling the functions behind");
	# as the server itself decides
	is($session{$who}->query_safe("SELECT query <> '<insufficient privilege>' FROM pg_stat_activity WHERE pid = $pid{$whose}"),
		$may ? 't' : 'f', "as pg_stat_activity has it for $who and $whose");
}
foreach my $kind ('postmaster', 'checkpointer', 'background writer', 'walwriter')
{
	is(sees('ann', "kind = '$kind'"), '0|f|5', "an ordinary role does not see those of the $kind");
	is(sees('reader', "kind = '$kind'"), '7|t|5', "a reader of all statistics does");
}
# a role that is left, or taken on, counts as it does for pg_stat_activity
$node->safe_psql('postgres', 'REVOKE ann FROM boss');
is(sees('boss', "pid = $pid{ann}"), '0|f|5', 'after a REVOKE it is over');
like($session{ann}->query_safe("SELECT os_note FROM arch_inspect.processes WHERE pid = $pid{bob}"),
	qr/for members of its role and of pg_read_all_stats/, 'and the note says for whom it is');
$_->quit foreach values %session;

$node->stop;
done_testing();
