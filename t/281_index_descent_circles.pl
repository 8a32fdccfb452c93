
# Links of an index that lead in a circle, to nowhere or to a page of another
# kind: a search through it ends, and says with what problem.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;

my $node = PostgreSQL::Test::Cluster->new('main');
init_without_checksums($node);
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\nstatement_timeout = '60s'");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE t (a int, b text);
	INSERT INTO t SELECT i, 'v' || i % 3 FROM generate_series(1, 20000) AS i;
	CREATE INDEX bt ON t (a);
	CREATE INDEX ht ON t USING hash (b);
	CREATE INDEX br ON t USING brin (a) WITH (pages_per_range = 8);
	CHECKPOINT));
my %file = map { $_ => $node->data_dir . '/' . $node->safe_psql('postgres', "SELECT pg_relation_filepath('$_')") } qw(bt ht br);
my %sound;

# the number of the first block of a kind, and of the page after it
my ($leaf, $next) = split /\|/, $node->safe_psql('postgres', q(
	SELECT b, s.right_block FROM generate_series(1, 50) AS b, arch_inspect.index_page_stats('bt', b) AS s WHERE s.page_kind = 'leaf' AND s.right_block IS NOT NULL ORDER BY b LIMIT 1));
my ($root) = split /\|/, $node->safe_psql('postgres', "SELECT details->>'root' FROM arch_inspect.index_page_stats('bt', 0)");
my $bucket = $node->safe_psql('postgres', q(
	SELECT blkno FROM arch_inspect.index_descent('ht', 'v1') WHERE page_kind = 'bucket'));
my $overflow = $node->safe_psql('postgres', q(
	SELECT blkno FROM arch_inspect.index_descent('ht', 'v1') WHERE page_kind = 'overflow' ORDER BY step OFFSET 1 LIMIT 1));
# where on the root the first downlink is
my $first = $node->safe_psql('postgres', "SELECT min(itemoffset) FROM arch_inspect.index_page_items('bt', $root) WHERE kind = 'pivot'");

foreach (keys %file)
{
	$sound{$_} = slurp_file($file{$_});
}

# Put bytes into a file whose server is down, and see how a search ends.
sub ends
{
	my ($name, $index, $change, $search, $problem) = @_;
	my $bytes = $sound{$index};

	$change->(\$bytes);
	isnt($bytes, $sound{$index}, "$name: something is changed");
	$node->stop;
	open(my $f, '>:raw', $file{$index}) or die $!;
	print $f $bytes;
	close $f;
	$node->start;
	like($node->safe_psql('postgres', "SELECT string_agg(problem, ', ') FROM arch_inspect.index_descent$search"), $problem, $name);
	return;
}

sub word
{
	my ($bytes, $block, $offset, $value) = @_;
	substr($$bytes, $block * 8192 + $offset, 4) = pack('L', $value);
	return;
}

# the offset of an item on a page
sub item
{
	my ($bytes, $block, $lp) = @_;
	return unpack('L', substr($$bytes, $block * 8192 + 24 + 4 * ($lp - 1), 4)) & 0x7fff;
}

my $all = "_where('bt', 'a', '>', 0)";
ends('a leaf that follows itself', 'bt', sub { word($_[0], $leaf, 8192 - 12, $leaf) }, $all, qr/circle/);
ends('leaves in a circle', 'bt', sub { word($_[0], $next, 8192 - 12, $leaf) }, $all, qr/circle/);
ends('leaves in a circle, backward', 'bt', sub { word($_[0], $leaf, 8192 - 16, $next) }, "_backward('bt', 'a', '<', 100000)", qr/circle|left is not found/);
ends('the root is its own child', 'bt', sub {
		my $at = item($_[0], $root, $first);
		substr(${ $_[0] }, $root * 8192 + $at, 4) = pack('SS', $root >> 16, $root & 0xffff);
	}, $all, qr/should be of level 0/);
ends('a downlink beyond the end', 'bt', sub {
		my $at = item($_[0], $root, $first);
		substr(${ $_[0] }, $root * 8192 + $at, 4) = pack('SS', 9, 9);
	}, $all, qr/beyond the end/);
ends('the meta page names a root beyond the end', 'bt', sub { word($_[0], 0, 24 + 16, 777777) }, $all, qr/beyond the end/);
ends('the meta page names itself', 'bt', sub { word($_[0], 0, 24 + 16, 0) }, $all, qr/leads to the meta page|level/);
ends('a root of another level', 'bt', sub { word($_[0], $root, 8192 - 8, 7) }, $all, qr/should be of level 1/);
ends('a bucket that goes on in a circle', 'ht', sub { word($_[0], $overflow, 8192 - 12, $overflow) }, "('ht', 'v1')", qr/circle/);
ends('a bucket that goes on at a bucket', 'ht', sub { word($_[0], $bucket, 8192 - 12, $bucket) }, "('ht', 'v1')", qr/not an overflow page/);
ends('masks that lead beyond', 'ht', sub { word($_[0], 0, 24 + 24, 0xfffffff0); word($_[0], 0, 24 + 28, 0xffffffff); word($_[0], 0, 24 + 32, 0xffffffff) },
	"('ht', 'v1')", qr/can't be|no such block/);
ends('a map that leads to another range', 'br', sub {
		my ($one, $other) = map { substr(${ $_[0] }, 8192 + 24 + 6 * $_, 6) } 1, 2;
		substr(${ $_[0] }, 8192 + 24 + 6, 12) = $other . $one;
	}, "('br', 100)", qr/another range/);
ends('ranges without blocks', 'br', sub { word($_[0], 0, 24 + 8, 0) }, "('br', 100)", qr/no blocks/);

$node->stop('immediate');
done_testing();
