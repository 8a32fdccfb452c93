
# WAL that says what it should not: words of another encoding; a record about
# blocks of the same number in two relations; and a segment of another cluster,
# of which the server complains in a language with long words.

use strict;
use warnings;

use Encode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $language = 'ka';
$ENV{LANGUAGE} = $language;

my $node = PostgreSQL::Test::Cluster->new('forged');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "autovacuum = off\nwal_level = logical\ncheckpoint_timeout = 1h\nbgwriter_delay = 10s\n");
$node->start;
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect;
CREATE TABLE a (i int); INSERT INTO a VALUES (1);
CREATE TABLE b (i int); INSERT INTO b VALUES (1);
CHECKPOINT;
));

# CRC-32C, as the WAL has it
sub crc
{
	my $crc = 0xFFFFFFFF;

	foreach my $byte (unpack 'C*', shift)
	{
		$crc ^= $byte;
		$crc = ($crc >> 1) ^ ($crc & 1 ? 0x82F63B78 : 0) for 1 .. 8;
	}
	return $crc ^ 0xFFFFFFFF;
}

# Put bytes over those at an LSN.
sub overwrite
{
	my ($lsn, $bytes) = @_;
	my ($name, $offset) = split /\|/, $node->safe_psql('postgres', "SELECT * FROM pg_walfile_name_offset('$lsn')");

	open my $file, '+<', $node->data_dir . "/pg_wal/$name" or die "$name: $!";
	binmode $file;
	seek $file, $offset, 0;
	print $file $bytes;
	close $file;
}

# A word in the encoding of another database is none in this one's.
my $from = $node->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
$node->safe_psql('postgres', "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
$node->safe_psql('latin', "SELECT pg_logical_emit_message(true, chr(233) || 'tude', 'm')");
$node->safe_psql('postgres', "SELECT pg_logical_emit_message(true, chr(233) || 'tude', 'm')");
my $words = $node->safe_psql('postgres', "SELECT description FROM arch_inspect.wal_records('$from', NULL) WHERE rmgr = 'LogicalMessage'");
like($words, qr/"\?tude".*\n.*"\xc3\xa9tude"/, 'what is no character here is shown as a question mark');

# A message makes the room: one that lies on one page.
my $start = $node->safe_psql('postgres', q(
SELECT pg_switch_wal() IS NULL;
SELECT pg_current_wal_insert_lsn();
SELECT count(pg_logical_emit_message(false, 'room', repeat('x', 1500))) FROM generate_series(1, 12);
SELECT pg_switch_wal() IS NULL;
)) =~ s/^f\n([^\n]*)\n.*/$1/sr;
my $find = "FROM arch_inspect.wal_records('$start', NULL) WHERE rmgr = 'LogicalMessage'";
my ($lsn, $length, $prev) = split /\|/, $node->safe_psql('postgres', "SELECT lsn, length, prev_lsn $find AND (lsn - '0/0') % 8192 BETWEEN 100 AND 6500 LIMIT 1");
cmp_ok($length, '>', 1500, 'there is room for a record');

my ($spc, $db, $a, $b) = split /\|/, $node->safe_psql('postgres',
	"SELECT 1663, oid, pg_relation_filenode('a'), pg_relation_filenode('b') FROM pg_database WHERE datname = 'postgres'");
sub forge
{
	my ($image_of) = @_;
	my ($high, $low) = split '/', $prev;
	my $blocks = '';
	my $image = 'i' x 100;

	for my $i (0, 1)
	{
		my $has = $image_of == $i;
		$blocks .= pack('CCS', $i, $has ? 0x10 : 0, 0);
		$blocks .= pack('SSC', length $image, 50, 0x03) if $has;	# the rest of the page is a hole
		$blocks .= pack('LLLL', $spc, $db, $i == 0 ? $a : $b, 0);
	}
	my $rest = $length - 24 - length($blocks) - 5 - length $image;
	my $body = $blocks . pack('CL', 254, $rest) . $image . "\0" x $rest;
	my $header = pack('LLQCCxx', $length, 0, hex($high) << 32 | hex($low), 0xB0, 0);	# XLOG, full page image

	overwrite($lsn, $header . pack('L', crc($body . $header)) . $body);
}
foreach my $image_of (0, 1)
{
	forge($image_of);
	is($node->safe_psql('postgres', "SELECT rmgr, record_type, blocks FROM arch_inspect.wal_records('$lsn', NULL) LIMIT 1"),
		'XLOG|FPI|{0}', 'a sound record of a block of each of two tables');
	is($node->safe_psql('postgres', "SELECT lsn = '$lsn', has_image FROM arch_inspect.page_history('a', 0, '$lsn') LIMIT 1"),
		$image_of == 0 ? 't|t' : 't|f', 'has_image of the one');
	is($node->safe_psql('postgres', "SELECT lsn = '$lsn', has_image FROM arch_inspect.page_history('b', 0, '$lsn') LIMIT 1"),
		$image_of == 1 ? 't|t' : 't|f', 'has_image of the other');
}

# The next segment, of a cluster with another identifier; its first page is full,
# for the server writes a page anew as long as records come onto it.
my $next = $node->safe_psql('postgres', q(
SELECT pg_switch_wal() IS NULL;
SELECT pg_logical_emit_message(true, 'room', repeat('x', 8192)) IS NULL;
SELECT pg_current_wal_flush_lsn() - pg_walfile_name_offset.file_offset FROM pg_walfile_name_offset(pg_current_wal_flush_lsn());
)) =~ s/.*\n//sr;
my ($rc, $out, $err);
overwrite($next =~ s{/.*}{}r . sprintf('/%X', hex($next =~ s{.*/}{}r) + 24), pack('Q', 9223372036854775807));
($rc, $out, $err) = $node->psql('postgres', "SELECT count(*) > 0 FROM arch_inspect.wal_records('$lsn', NULL)");
is($out, 't', 'what was read stays');
like($err, qr/9223372036854775807/, 'and the complaint names the other cluster');
ok(defined eval { decode('UTF-8', my $copy = $err, Encode::FB_CROAK) }, 'in whole characters') or diag($err);
SKIP:
{
	skip "no translation into \"$language\"", 1 if $err =~ /from different database system/;
	like($err, qr/9223372036854775807.*\d{19}/s, 'to its end');
}

$node->stop('immediate');
done_testing();
