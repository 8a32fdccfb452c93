
# What incremental_backup() says an incremental backup would send is what
# pg_basebackup --incremental then sends, file by file.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q(
autovacuum = off
fsync = off
));
$node->start;
$node->safe_psql('postgres', $_) foreach ('CREATE EXTENSION arch_inspect', 'CREATE ROLE regress_student');
my ($ret, $out, $err);
if ($node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int < 170000") eq 't')
{
	is($node->safe_psql('postgres', 'SELECT * FROM arch_inspect.wal_summarizer'), '||||||0||||there is none before PostgreSQL 17|', 'no summarizer before 17');
	($ret, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT * FROM arch_inspect.incremental_backup('0/1')");
	like($err, qr/0A000: there are no incremental backups before PostgreSQL 17/, 'nor incremental backups');
	$node->stop;
	done_testing();
	exit;
}

is( $node->safe_psql('postgres', 'SELECT enabled, pid, summarized_lsn, summaries, in_words, incremental_backup FROM arch_inspect.wal_summarizer'),
	'f|||0|off: set summarize_wal to make incremental backups possible|none can be made', 'the summarizer is off');
($ret, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT * FROM arch_inspect.incremental_backup('0/1')");
like($err, qr/55000: the WAL from 0\/0*1 on is not summarized\nDETAIL:  There are no summary files.\nHINT:  Set summarize_wal./, 'and says so');
$node->append_conf('postgresql.conf', 'summarize_wal = on');
$node->reload;
$node->safe_psql('postgres', $_) foreach (
	'CREATE TABLE few_pages AS SELECT i, i AS j FROM generate_series(1, 20000) AS i',
	'CREATE TABLE most_pages AS SELECT i, i AS j FROM generate_series(1, 2000) AS i',
	'CREATE TABLE no_page AS SELECT i, i AS j FROM generate_series(1, 2000) AS i',
	'CREATE TABLE cut AS SELECT i, i AS j FROM generate_series(1, 20000) AS i',
	'VACUUM (FREEZE) few_pages, most_pages, no_page, cut', 'CHECKPOINT');
ok($node->poll_query_until('postgres', 'SELECT pid IS NOT NULL AND summaries > 0 FROM arch_inspect.wal_summarizer'), 'it runs');

my $full = $node->backup_dir . '/full';
$node->command_ok(['pg_basebackup', '-D', $full, '-h', $node->host, '-p', $node->port, '--no-sync', '--checkpoint=fast'], 'a full backup');
my ($start) = slurp_file("$full/backup_label") =~ /^START WAL LOCATION: ([0-9A-F\/]+)/m;
$node->safe_psql('postgres', $_) foreach (
	"UPDATE few_pages SET j = 0 WHERE ctid IN ('(0,1)', '(1,1)', '(50,1)')",
	'UPDATE most_pages SET j = 0', 'DELETE FROM cut WHERE i > 1000', 'VACUUM cut',
	"UPDATE cut SET j = 0 WHERE i = 1", 'CREATE TABLE fresh AS SELECT i FROM generate_series(1, 2000) AS i');
my $incremental = $node->backup_dir . '/incremental';
$node->command_ok(['pg_basebackup', '-D', $incremental, '-h', $node->host, '-p', $node->port, '--no-sync', '--checkpoint=fast',
	"--incremental=$full/backup_manifest"], 'an incremental backup');
my ($end) = slurp_file("$incremental/backup_label") =~ /^START WAL LOCATION: ([0-9A-F\/]+)/m;
ok($node->poll_query_until('postgres', "SELECT summarized_lsn >= '$end' FROM arch_inspect.wal_summarizer"), 'it comes up to there');
is( $node->safe_psql('postgres', "SELECT gapless_from <= '$start', newest_lsn = summarized_lsn, incremental_backup = 'a backup that began at ' || gapless_from || ' or later can be followed by an incremental one' FROM arch_inspect.wal_summarizer"),
	't|t|t', 'nothing is missing since');

# Each file: sent whole, or as so many blocks; the header of an incremental file
# has a number of 4 bytes for magic, for the number of blocks and for the length
# the file is cut to, a number a block, and ends at a multiple of a page.
my $data = $node->data_dir;
my $checked = 0;
my %how;
foreach (split(/\n/, $node->safe_psql('postgres', "SELECT relation, fork, blocks, blocks_sent, why, pg_relation_filepath(relation) || CASE fork WHEN 'main' THEN '' ELSE '_' || fork END
	FROM arch_inspect.incremental_backup('$start') WHERE relation IS NOT NULL AND database <> 0")))
{
	my ($relation, $fork, $blocks, $sent, $why, $path) = split(/\|/);
	my ($dir, $file) = $path =~ m{(.*)/([^/]*)$};
	my $whole = -e "$incremental/$path";
	my $got;

	if ($whole)
	{
		$got = (-s "$incremental/$path") / 8192;
	}
	else
	{
		open(my $in, '<:raw', "$incremental/$dir/INCREMENTAL.$file") or die "$relation $fork: $!";
		read($in, my $header, 12);
		$got = (unpack('LLL', $header))[1];
		close($in);
	}
	$how{"$relation $fork"} = ($whole ? 'whole' : $got) . ": $why";
	$checked++ if $got == $sent && $whole == ($why =~ /whole/ ? 1 : 0);
	is("$got, " . ($whole ? 'whole' : 'blocks'), "$sent, " . ($why =~ /whole/ ? 'whole' : 'blocks'), "$relation, $fork: $blocks blocks");
}
cmp_ok($checked, '>=', 4, 'some were compared');
like($how{'few_pages main'}, qr/^[45]: only the blocks that changed are sent$/, 'three pages, and the one that the new versions went to');
is($how{'most_pages main'}, 'whole: more than nine tenths of it changed: sent whole', 'a table of which all changed');
is($how{'fresh main'}, 'whole: the file is new since then, or was emptied: sent whole', 'a new table');
ok(!exists $how{'no_page main'}, 'a table that did not change has no row');
like($how{'cut main'}, qr/: (only the blocks that changed are sent|more than nine tenths of it changed: sent whole)$/, 'a table that was cut');

is($node->safe_psql('postgres', "SET ROLE regress_student; SELECT count(*) > 0 FROM arch_inspect.incremental_backup('$start')"), 't', 'for everybody');
($ret, $out, $err) = $node->psql('postgres', q(SELECT * FROM arch_inspect.incremental_backup('FFFF/0')));
like($err, qr/is not summarized\nDETAIL:  There are summary files .*\nHINT:  The next summary file is written after a checkpoint./, 'what is to come is not summarized');
($ret, $out, $err) = $node->psql('postgres', q(SELECT * FROM arch_inspect.incremental_backup('0/1')));
like($err, qr/HINT:  Make a full backup, and incremental ones after that./, 'nor is what was before');
is($node->safe_psql('postgres', 'SELECT count(*) FROM arch_inspect.incremental_backup(NULL)'), '0', 'null has no rows');

$node->stop;
done_testing();
