
# index_tree, index_of_row, version_chain and why_not_hot on damaged pages: a
# circle of downlinks ends, a damaged way is no proof of absence, and no
# spoiled page of index or table brings the server down.
#
# SPOIL_PAGES says how many spoiled pages are looked at (default 600).

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;
use SpoiledFiles;

my $node = PostgreSQL::Test::Cluster->new('main');
my $wanted = $ENV{SPOIL_PAGES} || 600;

init_without_checksums($node);
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\nlog_statement = none\nstatement_timeout = '300s'\n");
$node->start;
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect CASCADE;
CREATE SCHEMA d;
CREATE TABLE d.t (a int, b text COLLATE "C", p point, e int[], n numeric, pad text)
	WITH (autovacuum_enabled = off, fillfactor = 80);
INSERT INTO d.t
	SELECT i, 'key ' || i % 500, point(i, -i), ARRAY[i % 7, i], i / 3.0, repeat('x', i % 90) FROM generate_series(1, 3000) AS i;
CREATE INDEX bt ON d.t (a);
CREATE INDEX wide ON d.t (b, n) INCLUDE (a);
CREATE INDEX part ON d.t (n) WHERE a < 1000;
CREATE INDEX expr ON d.t ((a + 1));
CREATE INDEX ha ON d.t USING hash (b);
CREATE INDEX gi ON d.t USING gist (p);
CREATE INDEX gin ON d.t USING gin (e);
CREATE INDEX br ON d.t USING brin (a) WITH (pages_per_range = 2);
CREATE INDEX sp ON d.t USING spgist (p);
UPDATE d.t SET pad = 'y' WHERE a % 10 = 0;
UPDATE d.t SET b = 'moved' WHERE a % 33 = 0;
DELETE FROM d.t WHERE a BETWEEN 100 AND 300;
VACUUM (INDEX_CLEANUP on) d.t;
UPDATE d.t SET n = 0 WHERE a % 41 = 0;
CHECKPOINT;
CREATE FUNCTION d.look(OUT tree bigint, OUT pages bigint, OUT entries bigint, OUT chains bigint, OUT updates bigint, OUT problems bigint)
LANGUAGE sql SET search_path = pg_catalog AS $$
	SELECT (SELECT count(t::text) FROM pg_index AS i, arch_inspect.index_tree(i.indexrelid) AS t WHERE i.indrelid = 'd.t'::regclass),
		   (SELECT count(t::text) FROM pg_index AS i, arch_inspect.index_tree_pages(i.indexrelid) AS t WHERE i.indrelid = 'd.t'::regclass),
		   (SELECT count(e::text) FROM generate_series(0, pg_relation_size('d.t') / 8192 - 1, 9) AS g (blkno),
					LATERAL (SELECT array_agg(format('(%s,%s)', g.blkno, lp)::tid) AS tids FROM generate_series(0, 60, 7) AS lp) AS p,
					arch_parts.index_of_rows('d.t', p.tids) AS e),
		   (SELECT count(c::text) FROM generate_series(0, pg_relation_size('d.t') / 8192 - 1, 20) AS g (blkno),
					arch_inspect.version_chain('d.t', format('(%s,8)', g.blkno)::tid) AS c),
		   (SELECT count(w::text) FROM arch_inspect.why_not_hot('d.t') AS w),
		   (SELECT coalesce(sum(t.problem_pages), 0) FROM pg_index AS i, arch_inspect.index_tree(i.indexrelid) AS t
			 WHERE i.indrelid = 'd.t'::regclass)::bigint
$$;
));

my ($file, $pages) = files_of($node, q(c.relnamespace = 'd'::regnamespace AND c.relkind IN ('i', 'r')));

sub look
{
	my ($name) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', 'SELECT * FROM d.look()');

	is($rc, 0, "$name: an answer") or diag($err);
	note("$name: $out");
	return split /\|/, $out;
}

my @sound = look('sound files');
is($sound[5], 0, 'no page of a sound file has a problem');
cmp_ok($sound[2], '>', 300, 'there is much to look at');
my $tid = $node->safe_psql('postgres', 'SELECT ctid FROM d.t WHERE a = 2500');

# read 4 bytes, little end first, or write them
sub word
{
	my ($bytes, $at, $value) = @_;
	substr($$bytes, $at, 4) = pack('V', $value) if defined $value;
	return unpack('V', substr($$bytes, $at, 4));
}

sub line_pointers
{
	my ($bytes, $page) = @_;
	my $lower = unpack('v', substr($$bytes, $page * 8192 + 12, 2));
	return map { my $lp = word($bytes, $page * 8192 + 24 + 4 * $_); [ $lp & 0x7FFF, $lp >> 17 ] } 0 .. ($lower - 24) / 4 - 1;
}

my $root = $node->safe_psql('postgres', q(SELECT details->>'root' FROM arch_inspect.index_page_stats('d.bt', 0)));
$node->stop;
keep_sound($file);

# GiST's root is block 0: all its downlinks lead to itself
my $bytes = slurp_file("$file->{'d.gi'}.sound");
foreach my $lp (line_pointers(\$bytes, 0))
{
	substr($bytes, $lp->[0], 4) = "\0" x 4;
}
open(my $f, '>:raw', $file->{'d.gi'}) or die $!;
print $f $bytes;
close $f;
# a B-tree whose root leads all searches to its last leaf
$bytes = slurp_file("$file->{'d.bt'}.sound");
my @lps = line_pointers(\$bytes, $root);
foreach my $lp (@lps[ 1 .. $#lps ])
{
	word(\$bytes, $root * 8192 + $lp->[0] + 8, 0x80000000);
}
open($f, '>:raw', $file->{'d.bt'}) or die $!;
print $f $bytes;
close $f;
$node->start;
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
is($node->safe_psql('postgres', q(SELECT level, page_kind, problem FROM arch_inspect.index_tree('d.gi') WHERE page_kind = 'inner')),
	'|inner|block 0: downlinks below the page do not end at a leaf', 'a circle of downlinks ends with a problem');
is($node->safe_psql('postgres', "SELECT kind, found_by FROM arch_inspect.index_of_row('d.t', '$tid') WHERE idx = 'd.bt'::regclass"),
	'leaf|reading', 'where the way is damaged, the entry is found by reading');
is($node->safe_psql('postgres', "SELECT kind, found_by FROM arch_inspect.index_of_row('d.t', '$tid') WHERE idx = 'd.wide'::regclass"),
	'leaf|descent', 'and by descent in the index that is sound');

my $seed = $ENV{SPOIL_SEED} || $ENV{SEED} || 1;
my ($looked, $troubled, $per_round) = (0, 0, 0);
$per_round += $_ foreach values %$pages;
note("seed $seed");
while ($looked < $wanted)
{
	foreach my $rel (sort keys %$file)
	{
		next if $rel eq 'd.t' && $looked % 2 == 0 && $looked > 0;
		spoil($file, $rel, $seed++);
	}
	my @found = look("after $looked spoiled pages");
	$troubled += $found[5] // 0;
	$looked += $per_round;
}
cmp_ok($troubled, '>', 20, 'and problems are said');

stayed_up($node, $started);

$node->stop('immediate');
done_testing();
