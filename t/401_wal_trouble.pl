
# The WAL on a standby, over a promotion, at the end of what is flushed, where
# segments are gone and where bytes are wrong.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "autovacuum = off\nwal_keep_size = 512MB\nwal_compression = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');

sub lsn { return $_[0]->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()'); }

sub segment
{
	my ($n, $lsn) = @_;
	return $n->data_dir . '/pg_wal/' . $n->safe_psql('postgres', "SELECT pg_walfile_name('$lsn')");
}

# A record that spans segments: one of 40 MB.
my $start = lsn($node);
$node->safe_psql('postgres', "SELECT pg_logical_emit_message(true, 'large', repeat('x', 40000000))");
my $end = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');
is( $node->safe_psql('postgres', qq(
	SELECT length > 40000000, action FROM arch_inspect.wal_records('$start', '$end') WHERE rmgr = 'LogicalMessage')),
	't|message of the transaction, prefix "large", 40000000 bytes', 'a record over several segments is read');

# Small ranges, each starting in the middle of something.
is( $node->safe_psql('postgres', qq(
	SELECT count(*) FILTER (WHERE n <> 0 AND first < from_lsn) FROM (
		SELECT '$start'::pg_lsn + i * 100003 AS from_lsn,
			   (SELECT count(*) FROM arch_inspect.wal_records('$start'::pg_lsn + i * 100003, '$end')) AS n,
			   (SELECT min(lsn) FROM arch_inspect.wal_records('$start'::pg_lsn + i * 100003, '$end')) AS first
		  FROM generate_series(0, 30) i) s)),
	'0', 'a start inside a record begins at the next one');

# What is inserted but not flushed ends the range without a word.
my ($rc, $out, $err) = $node->psql('postgres', q(
	SET synchronous_commit = off;
	CREATE TABLE unflushed (i int);
	SELECT pg_current_wal_insert_lsn() AS now \gset
	SELECT count(*) FROM arch_inspect.wal_records(:'now');
	SELECT count(*) > 0 FROM arch_inspect.wal_records(pg_current_wal_flush_lsn() - 1000);
));
is($rc, 0, 'the end of the flushed WAL is no error');
is($err, '', 'nor a warning');

# The standby shows what it has replayed.
$node->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'b', has_streaming => 1);
$standby->start;
$start = lsn($node);
$node->safe_psql('postgres', 'CREATE TABLE t (id int, word text); INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 1000) i; CHECKPOINT');
$end = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');
$node->wait_for_catchup($standby, 'replay', $end);
my $query = qq(SELECT md5(string_agg(r::text, E'\\n' ORDER BY lsn)) FROM arch_inspect.wal_records('$start', '$end') r);
is($standby->safe_psql('postgres', $query), $node->safe_psql('postgres', $query), 'a standby shows the same records');
is($standby->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.page_history('t', 0, '$start')"),
	$node->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.page_history('t', 0, '$start')"),
	'and the same history of a page');
is( $standby->safe_psql('postgres', q(
	SELECT in_recovery, insert_lsn IS NULL, replay_lsn IS NOT NULL, replay_file ~ '^[0-9A-F]{24}$',
		   bytes_since_checkpoint >= 0, kept_because IS NOT NULL FROM arch_inspect.wal_status)),
	't|t|t|t|t|t', 'wal_status on a standby');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM arch_inspect.checkpoints'), '1', 'checkpoints on a standby');

# Over the promotion the log goes on in another timeline.
$node->stop;
$standby->promote;
$standby->safe_psql('postgres', "INSERT INTO t VALUES (2000, 'on the new timeline'); CHECKPOINT");
is( $standby->safe_psql('postgres', qq(
	SELECT count(*) FILTER (WHERE action ~ 'timeline 2 begins'),
		   count(*) FILTER (WHERE new_row = 'id=2000, word=''on the new timeline'''),
		   count(*) FILTER (WHERE lsn < '$end') > 1000
	  FROM arch_inspect.wal_records('$start'))),
	'1|1|t', 'records of both timelines are read in one range');
is($standby->safe_psql('postgres', 'SELECT timeline FROM arch_inspect.wal_status'), '2', 'the new timeline');

# Segments that are gone.
$start = lsn($standby);
foreach my $i (1 .. 4)
{
	$standby->safe_psql('postgres', "INSERT INTO t VALUES ($i, 'segment'); SELECT pg_switch_wal()");
}
$standby->safe_psql('postgres', "INSERT INTO t VALUES (5, 'last')");
my $all = $standby->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.wal_records('$start') WHERE relation = 't'::regclass");
cmp_ok($all, '>=', 5, 'all rows are in the log');
my $middle = segment($standby, $start);
# the third of the five
$middle =~ s/([0-9A-F]{2})$/sprintf('%02X', hex($1) + 2)/e;
rename $middle, "$middle.away" or die "rename: $!";
($rc, $out, $err) = $standby->psql('postgres',
	"SELECT count(*) FROM arch_inspect.wal_records('$start') WHERE relation = 't'::regclass");
is($rc, 0, 'a missing segment is no error');
is($out, '2', 'what was read before it stays');
like($err, qr/WARNING:  reading of the WAL stopped: WAL segment file [0-9A-F]{24} has been removed or recycled\nDETAIL:  The last good record ends at [0-9A-F]+\/[0-9A-F]+\./,
	'the warning names the file and the last good record');
my ($seg) = $middle =~ /([0-9A-F]{24})$/;
my $inside = sprintf('%X/%X', hex(substr($seg, 8, 8)), hex(substr($seg, 16, 8)) * 16 * 1024 * 1024 + 100);
($rc, $out, $err) = $standby->psql('postgres', "SELECT count(*) FROM arch_inspect.wal_records('$inside')");
isnt($rc, 0, 'a start in a missing segment is an error');
like($err, qr/cannot read the WAL from .*\nDETAIL:  WAL segment file $seg has been removed or recycled\./, 'that names the file');
rename "$middle.away", $middle or die "rename: $!";
is($standby->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.wal_records('$start') WHERE relation = 't'::regclass"),
	$all, 'it is back');

# A segment shorter than it should be, a torn page, a byte that changed.
sub spoil
{
	my ($file, $offset, $bytes) = @_;
	my $old;

	open my $fh, '+<', $file or die "open: $!";
	binmode $fh;
	sysseek $fh, $offset, 0;
	sysread $fh, $old, length($bytes);
	sysseek $fh, $offset, 0;
	syswrite $fh, $bytes;
	close $fh;
	return $old;
}

my $row = $standby->safe_psql('postgres',
	"SELECT lsn FROM arch_inspect.wal_records('$start') WHERE new_row ~ 'id=3'");
my ($low) = $row =~ m{/([0-9A-F]+)$};
my $offset = hex($low) % (16 * 1024 * 1024);
my $file = segment($standby, $row);
my $old = spoil($file, $offset + 30, 'wrong');
($rc, $out, $err) = $standby->psql('postgres',
	"SELECT count(*), max(new_row) FROM arch_inspect.wal_records('$start') WHERE relation = 't'::regclass");
is($rc, 0, 'a wrong byte is no error');
is($out, "2|id=2, word=segment", 'what was read before stays');
like($err, qr/WARNING:  reading of the WAL stopped: incorrect resource manager data checksum in record at/, 'the CRC is wrong');
like($err, qr/DETAIL:  The last good record ends at /, 'and the last good record is told');
($rc, $out, $err) = $standby->psql('postgres', "SELECT sum(count) FROM arch_inspect.wal_summary('$start')");
like($err, qr/reading of the WAL stopped/, 'wal_summary says so, too');
spoil($file, $offset + 30, $old);

$old = spoil($file, int($offset / 8192) * 8192, "\0" x 24);
($rc, $out, $err) = $standby->psql('postgres', "SELECT count(*) FROM arch_inspect.wal_records('$start') WHERE relation = 't'::regclass");
is($rc, 0, 'a torn page is no error');
like($err, qr/WARNING:  reading of the WAL stopped: invalid magic number 0000/, 'and is told');
spoil($file, int($offset / 8192) * 8192, $old);
is($standby->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.wal_records('$start') WHERE relation = 't'::regclass"),
	$all, 'mended');

# After a crash, the log goes on where the last good record ended.
$start = lsn($standby);
$standby->safe_psql('postgres', 'INSERT INTO t SELECT i FROM generate_series(1, 1000) i');
$standby->stop('immediate');
$standby->start;
($rc, $out, $err) = $standby->psql('postgres', "SELECT count(*) FROM arch_inspect.wal_records('$start') WHERE relation = 't'::regclass AND record_type LIKE 'INSERT%'");
is("$out$err", '1000', 'a crash leaves a log that can be read');
is($standby->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.wal_records(NULL) WHERE record_type LIKE 'CHECKPOINT%'") > 0, 1,
	'NULL starts at the last checkpoint');

# An archive command that fails keeps files, and wal_status says so.
$standby->append_conf('postgresql.conf', "archive_mode = on\narchive_command = 'false'\n");
$standby->restart;
$standby->safe_psql('postgres', 'SELECT pg_switch_wal(); CREATE TABLE filler (i int); SELECT pg_switch_wal(); CHECKPOINT');
is($standby->safe_psql('postgres', q(
	SELECT archive_ready > 0, kept_because ~ 'until it is archived' FROM arch_inspect.wal_status)),
	't|t', 'files wait for the archiver');

# From 17 on so does a WAL summarizer that is behind; this one is made to wait.
is($standby->safe_psql('postgres', 'SELECT summarized_lsn IS NULL FROM arch_inspect.wal_status'), 't', 'nothing is summarized');
if ($standby->safe_psql('postgres', "SELECT current_setting('server_version_num')::int >= 170000") eq 't')
{
	$standby->append_conf('postgresql.conf', "summarize_wal = on\n");
	$standby->restart;
	$standby->safe_psql('postgres', 'CREATE TABLE summarized (i int); CHECKPOINT');
	# at rest it holds no lock that others need
	my $at_rest = q(SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'walsummarizer');
	$standby->poll_query_until('postgres', "SELECT ($at_rest) = 'WalSummarizerWal' AND summarized_lsn IS NOT NULL FROM arch_inspect.wal_status")
	  or die 'no WAL is summarized';
	my $pid;
	foreach my $try (1 .. 100)
	{
		$pid = $standby->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walsummarizer'");
		kill 'STOP', $pid;
		last if $standby->safe_psql('postgres', $at_rest) eq 'WalSummarizerWal';
		kill 'CONT', $pid;
	}
	$standby->safe_psql('postgres', 'CREATE TABLE not_summarized (i int); SELECT pg_switch_wal(); CHECKPOINT');
	is($standby->safe_psql('postgres', q(
		SELECT summarized_lsn < redo_lsn, kept_because ~ 'until it is summarized' FROM arch_inspect.wal_status)),
		't|t', 'files wait for the summarizer');
	kill 'CONT', $pid;
	ok($standby->poll_query_until('postgres', 'SELECT summarized_lsn >= redo_lsn FROM arch_inspect.wal_status'), 'it goes on');
}

$standby->stop;

done_testing();
