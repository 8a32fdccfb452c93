
# One fault at a time on pages of GiST, GIN and SP-GiST: it is said which, and
# what else is on the page is still shown.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;

my $node = PostgreSQL::Test::Cluster->new('main');
init_without_checksums($node);
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE many (i int, b box, a int[], s text, p point);
	INSERT INTO many SELECT i, box(point(i, i), point(i, i)), ARRAY[i % 300, 5], 'word' || i, point(i, i) FROM generate_series(1, 3000) AS i;
	CREATE INDEX of_gist ON many USING gist (b);
	CREATE INDEX of_gin ON many USING gin (a);
	CREATE INDEX of_gin_two ON many USING gin (a, (ARRAY[i]));
	CREATE INDEX of_text ON many USING spgist (s);
	CREATE INDEX of_point ON many USING spgist (p);));

my %file = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q(
	SELECT relname, pg_relation_filepath(oid) FROM pg_class WHERE relname LIKE 'of\_%'));

sub first_block
{
	my ($rel, $kind) = @_;

	return $node->safe_psql('postgres', qq(
		SELECT min(b) FROM generate_series(1, pg_relation_size('$rel') / 8192 - 1) AS b,
			arch_inspect.index_page_stats('$rel', b) AS s WHERE page_kind = '$kind' AND live_items > 0));
}

my %block = (
	gist_leaf => first_block('of_gist', 'leaf'), gin_leaf => first_block('of_gin', 'entry leaf'),
	gin_two => first_block('of_gin_two', 'entry leaf'), gin_data => first_block('of_gin', 'posting leaf'),
	text_leaf => first_block('of_text', 'leaf'), text_inner => first_block('of_text', 'inner'),
	point_inner => first_block('of_point', 'inner'));
foreach my $name (sort keys %block) { like($block{$name}, qr/^[0-9]+$/, "$name: there is one"); }
$node->stop;
$node->start;

sub page
{
	my ($rel, $blkno) = @_;
	my $bytes = slurp_file($node->data_dir . "/$file{$rel}");

	return substr($bytes, $blkno * 8192, 8192);
}

sub put
{
	my ($rel, $blkno, $page) = @_;

	open(my $f, '+<:raw', $node->data_dir . "/$file{$rel}") or die "$file{$rel}: $!";
	seek($f, $blkno * 8192, 0);
	print $f $page;
	close $f;
}

# Where the item of a line pointer begins, and its length.
sub item
{
	my ($page, $lp) = @_;
	my $id = unpack('L', substr($page, 24 + 4 * ($lp - 1), 4));

	return ($id & 0x7FFF, $id >> 17);
}

# Change the page, and see what is said of it; then put it back.
sub fault
{
	my ($name, $rel, $blkno, $change, $problem, $more) = @_;
	my $sound = page($rel, $blkno);
	my $spoiled = $sound;
	my $query = "SELECT count(*), count(*) FILTER (WHERE problem IS NULL), count(*) FILTER (WHERE problem ~ '$problem'), string_agg(DISTINCT problem, '; ') FROM arch_inspect.index_page_items('$rel', $blkno)";
	my ($before) = split /\|/, $node->safe_psql('postgres', $query);

	$change->(\$spoiled);
	put($rel, $blkno, $spoiled);
	my ($all, $good, $found, $said) = split /\|/, $node->safe_psql('postgres', $query);
	my $page_says = $node->safe_psql('postgres', "SELECT problem FROM arch_inspect.index_page_stats('$rel', $blkno)");
	ok($found > 0, "$name: said") or diag("said: $said");
	isnt($page_says, '', "$name: of the page too");
	is($node->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.index_page_items('$rel', $blkno) WHERE kind IS NULL AND itemoffset IS NOT NULL"),
		0, "$name: every item is of a kind");
	cmp_ok($good, '>=', $before - ($more // 3), "$name: what else is there, is shown");
	put($rel, $blkno, $sound);
}

sub at
{
	my ($page, $offset, $bytes) = @_;

	substr($$page, $offset, length $bytes) = $bytes;
}

fault('GiST, line pointer', 'of_gist', $block{gist_leaf}, sub { at($_[0], 24 + 4 * 2, pack('L', 0x7FF8 | 1 << 15 | 100 << 17)); }, 'page|item');
fault('SP-GiST, line pointer', 'of_text', $block{text_leaf}, sub { at($_[0], 24 + 4 * 2, pack('L', 0x7FF8 | 1 << 15 | 100 << 17)); }, 'page|item');
fault('GIN, line pointer', 'of_gin', $block{gin_leaf}, sub { at($_[0], 24 + 4 * 2, pack('L', 0x7FF8 | 1 << 15 | 100 << 17)); }, 'page|item');
fault('GiST, downlink', 'of_gist', 0, sub { my ($o) = item(${ $_[0] }, 1); at($_[0], $o, pack('SS', 0, 0x7FFF)); },
	'downlink leads beyond the index');
fault('GiST, invalid tuple', 'of_gist', 0, sub { my ($o) = item(${ $_[0] }, 1); at($_[0], $o + 4, pack('S', 0xFFFE)); },
	'marked invalid');
fault('GiST, size', 'of_gist', $block{gist_leaf}, sub { my ($o) = item(${ $_[0] }, 3); at($_[0], $o + 6, pack('S', 0x1FFF)); },
	'ends beyond its line pointer');
fault('GIN, posting list begins', 'of_gin', $block{gin_leaf}, sub { my ($o) = item(${ $_[0] }, 2); at($_[0], $o, pack('SS', 0x8000, 0x1FF0)); },
	'begins outside of its tuple');
fault('GIN, number of addresses', 'of_gin', $block{gin_leaf}, sub { my ($o) = item(${ $_[0] }, 2); at($_[0], $o + 4, pack('S', 500)); },
	'not as many addresses');
fault('GIN, column', 'of_gin_two', $block{gin_two}, sub { my ($o) = item(${ $_[0] }, 2); at($_[0], $o + 8, pack('S', 3)); },
	'column that the index does not have');
fault('GIN, packed list', 'of_gin', $block{gin_data}, sub { at($_[0], 32 + 8, "\xFF" x 8); },
	'ends within a number');
fault('GIN, packed list stands still', 'of_gin', $block{gin_data}, sub { at($_[0], 32 + 8, "\0"); },
	'does not ascend');
fault('GIN, list beyond the page', 'of_gin', $block{gin_data}, sub { at($_[0], 32 + 6, pack('S', 0xFFF0)); },
	'ends beyond its page', 1000);
fault('SP-GiST, number of nodes', 'of_text', $block{text_inner}, sub { my ($o) = item(${ $_[0] }, 1); at($_[0], $o, pack('S', 0x1FFF << 3)); },
	"nodes end beyond|size can''t be");
fault('SP-GiST, prefix', 'of_point', $block{point_inner}, sub { my ($o) = item(${ $_[0] }, 1); at($_[0], $o + 2, pack('S', 0x7FF8)); },
	'prefix ends beyond its tuple', 10);
fault('SP-GiST, chain', 'of_text', $block{text_leaf}, sub { my ($o) = item(${ $_[0] }, 1); at($_[0], $o + 4, pack('S', 0x3FFF)); },
	'beyond the line pointers');

# A chain that bites its tail, and two that meet, are said of the page.
sub page_fault
{
	my ($name, $rel, $blkno, $change, $problem, $unready) = @_;
	my $sound = page($rel, $blkno);
	my $spoiled = $sound;

	$change->(\$spoiled);
	put($rel, $blkno, $spoiled);
	# an index that is being built CONCURRENTLY leads to blocks yet to come
	is($node->safe_psql('postgres', qq(
		BEGIN;
		UPDATE pg_index SET indisready = false WHERE indexrelid = '$rel'::regclass;
		SELECT count(problem) FROM arch_inspect.index_page_stats('$rel', $blkno);
		ROLLBACK)), 0, "$name: not so while it is built") if $unready;
	like($node->safe_psql('postgres', "SELECT problem FROM arch_inspect.index_page_stats('$rel', $blkno)"), qr/$problem/, $name);
	is($node->safe_psql('postgres', "SELECT count(*) > 10 FROM arch_inspect.index_items('$rel')"), 't', "$name: the index is shown");
	put($rel, $blkno, $sound);
}

page_fault('SP-GiST, chain is a circle', 'of_text', $block{text_leaf}, sub {
	foreach my $lp (1 .. 2) { my ($o) = item(${ $_[0] }, $lp); at($_[0], $o + 4, pack('S', 3 - $lp)); }
}, 'circle|meet');
page_fault('SP-GiST, chains meet', 'of_text', $block{text_leaf}, sub {
	foreach my $lp (1 .. 2) { my ($o) = item(${ $_[0] }, $lp); at($_[0], $o + 4, pack('S', 3)); }
}, 'meet');
page_fault('SP-GiST, count of placeholders', 'of_text', $block{text_leaf}, sub { at($_[0], 8192 - 4, pack('S', 99)); },
	'not as many redirections or placeholders');
page_fault('items overlap', 'of_text', $block{text_leaf}, sub {
	my $id = substr(${ $_[0] }, 24, 4);
	at($_[0], 24 + 4 * $_, $id) foreach 1 .. 20;
}, 'overlap|meet|circle');
page_fault('GIN, flags', 'of_gin', $block{gin_leaf}, sub { at($_[0], 8192 - 2, pack('S', 0x12)); }, 'contradict');
page_fault('GIN, meta page', 'of_gin', 0, sub { at($_[0], 24, pack('LL', 3, 0xFFFFFFFF)); }, 'only one of its ends');
page_fault('SP-GiST, meta page', 'of_text', 0, sub { at($_[0], 24, pack('L', 1)); }, 'magic number');
page_fault('GiST, link', 'of_gist', $block{gist_leaf}, sub { at($_[0], 8192 - 8, pack('L', 99999)); }, 'right leads beyond', 1);

unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal|TRAP/, 'the log tells of nothing');
$node->stop('immediate');
done_testing();
