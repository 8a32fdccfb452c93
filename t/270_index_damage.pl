# Pages of indexes damaged on disk: all six access methods, and none gives in.
#
# SPOIL_PAGES says how many spoiled pages are looked at (default 3000).

use strict;
use warnings;

use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;

my $node = PostgreSQL::Test::Cluster->new('main');
my $wanted = $ENV{SPOIL_PAGES} || 3000;

init_without_checksums($node);
$node->append_conf('postgresql.conf', qq(
autovacuum = off
fsync = off
log_statement = none
statement_timeout = '300s'));
$node->start;
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect CASCADE;
CREATE EXTENSION btree_gist;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA d;
CREATE TABLE d.t (a int, b text COLLATE "C", p point, e int[], j jsonb, r int4range, n numeric, x box)
	WITH (autovacuum_enabled = off);
INSERT INTO d.t
	SELECT i % 3000, 'key ' || i % 500, point(i, -i), ARRAY[i % 7, i], jsonb_build_object('k', i % 5, 'long', repeat('x', i % 60)),
		   int4range(i, i + 3), i / 3.0, box(point(i, i), point(i + 1, i + 1))
	  FROM generate_series(1, 6000) AS i;
CREATE INDEX ON d.t (b, a);
CREATE INDEX ON d.t (b);
CREATE INDEX ON d.t (a) INCLUDE (b, n, j);
CREATE INDEX ON d.t (e, r);
CREATE INDEX ON d.t USING hash (b);
CREATE INDEX ON d.t USING gist (p, r);
CREATE INDEX ON d.t USING gist (a, b);
CREATE INDEX ON d.t USING gist (b gist_trgm_ops);
CREATE INDEX ON d.t USING gin (e, j);
CREATE INDEX ON d.t USING gin (b gin_trgm_ops);
CREATE INDEX ON d.t USING gin (j jsonb_path_ops);
CREATE INDEX ON d.t USING brin (a, b, n) WITH (pages_per_range = 1);
CREATE INDEX ON d.t USING brin (x, r) WITH (pages_per_range = 1);
CREATE INDEX ON d.t USING brin (a int4_minmax_multi_ops, n numeric_minmax_multi_ops, b text_bloom_ops) WITH (pages_per_range = 1);
CREATE INDEX ON d.t USING spgist (p);
CREATE INDEX ON d.t USING spgist (p kd_point_ops);
CREATE INDEX ON d.t USING spgist (b);
CREATE INDEX ON d.t USING spgist (r);
INSERT INTO d.t (a, b, e, j) SELECT i, 'late ' || i, ARRAY[i], '{"pending": 1}' FROM generate_series(1, 300) AS i;
DELETE FROM d.t WHERE a BETWEEN 100 AND 1500;
VACUUM (INDEX_CLEANUP on) d.t;
INSERT INTO d.t (a, b, e, j) SELECT i, 'later ' || i, ARRAY[i], '{"pending": 2}' FROM generate_series(1, 300) AS i;
CHECKPOINT;
CREATE FUNCTION d.look(idx regclass, OUT items bigint, OUT keys bigint, OUT problems bigint)
LANGUAGE sql SET search_path = pg_catalog AS $$
	SELECT count(*), count(i.key) + count(i.tids::text) + count(i.details::text), count(i.problem)
	  FROM arch_inspect.index_items($1) AS i
$$;
CREATE FUNCTION d.stats(idx regclass, OUT pages bigint, OUT problems bigint)
LANGUAGE sql SET search_path = pg_catalog AS $$
	SELECT count(*), count(s.problem) + 0 * count(s.details::text || s.flags::text)
	  FROM generate_series(0, pg_relation_size($1) / 8192 - 1) AS g (blkno)
	 CROSS JOIN LATERAL arch_inspect.index_page_stats($1, g.blkno) AS s
$$;
));

my (%file, %pages);
foreach my $line (split /\n/, $node->safe_psql('postgres', q(
	SELECT c.oid::regclass, pg_relation_filepath(c.oid), pg_relation_size(c.oid) / 8192
	  FROM pg_class AS c
	 WHERE c.relnamespace = 'd'::regnamespace AND c.relkind = 'i')))
{
	my ($rel, $path, $n) = split /\|/, $line;
	$file{$rel} = $node->data_dir . "/$path";
	$pages{$rel} = $n;
}
is(scalar keys %file, 18, 'indexes of all six access methods');

my $looks = join(' UNION ALL ', map { "SELECT l.*, s.* FROM d.look('$_') AS l, d.stats('$_') AS s" } sort keys %file);

# items, keys, problems of items, pages, problems of pages
sub look
{
	my ($name) = @_;
	my ($rc, $out, $err) = $node->psql('postgres',
		"SELECT sum(items), sum(keys), sum(l.problems), sum(pages), sum(l.page_problems) FROM ($looks) AS l (items, keys, problems, pages, page_problems)");

	is($rc, 0, "$name: every item is shown, or its problem") or diag($err);
	note("$name: $out");
	return split /\|/, $out;
}

my @sound = look('sound files');
is($sound[4], 0, 'no page of a sound file has a problem');
cmp_ok($sound[0], '>', 50000, 'there is much to look at');

$node->stop;
copy($file{$_}, "$file{$_}.sound") foreach keys %file;
$node->start;
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
is_deeply([ look('sound files, read from disk') ], \@sound, 'as much from disk as from memory');

my $seed = $ENV{SPOIL_SEED} || $ENV{SEED} || 1;
my ($looked, $troubled, $per_round) = (0, 0, 0);
$per_round += $_ foreach values %pages;
note("seed $seed");
while ($looked < $wanted)
{
	foreach my $rel (sort keys %file)
	{
		system_or_bail($^X, 'soak/spoil_pages.pl', "$file{$rel}.sound", $file{$rel}, $seed++);
	}
	my @found = look("after $looked spoiled pages");
	$troubled += ($found[2] // 0) + ($found[4] // 0);
	$looked += $per_round;
}
cmp_ok($troubled, '>', 100, 'and problems are said');

# Pages of other indexes, of other methods, in place of the own ones.
my @rels = sort keys %file;
foreach my $i (0 .. $#rels)
{
	my $bytes = slurp_file("$file{$rels[ ($i + 7) % @rels ]}.sound");

	open(my $f, '>:raw', $file{ $rels[$i] }) or die $!;
	print $f substr($bytes, 0, 8192 * $pages{ $rels[$i] });
	close $f;
}
look('files of other indexes');

is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server never went down');
unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal|TRAP/, 'and its log tells of nothing');

$node->stop('immediate');
done_testing();
