# Pages of indexes damaged on disk: all six access methods, and none gives in.
#
# SPOIL_PAGES says how many spoiled pages of each method are looked at (default
# 100).

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;
use SpoiledFiles;

my $node = PostgreSQL::Test::Cluster->new('main');
my $wanted = $ENV{SPOIL_PAGES} || 100;

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
-- few rows a page: the summaries of a range a page are many
CREATE TABLE d.sparse (LIKE d.t) WITH (autovacuum_enabled = off, fillfactor = 10);
INSERT INTO d.sparse SELECT * FROM d.t LIMIT 6000;
CREATE INDEX bt_two ON d.t (b, a);
CREATE INDEX bt_dup ON d.t (b);
CREATE INDEX bt_covering ON d.t (a) INCLUDE (b, n, j);
CREATE INDEX bt_array ON d.t (e, r);
CREATE INDEX hash_text ON d.t USING hash (b);
CREATE INDEX gist_point ON d.t USING gist (p, r);
CREATE INDEX gist_scalar ON d.t USING gist (a, b);
CREATE INDEX gist_trgm ON d.t USING gist (b gist_trgm_ops);
CREATE INDEX gin_two ON d.t USING gin (e, j);
CREATE INDEX gin_trgm ON d.t USING gin (b gin_trgm_ops);
CREATE INDEX gin_path ON d.t USING gin (j jsonb_path_ops);
CREATE INDEX brin_minmax ON d.sparse USING brin (a, b, n) WITH (pages_per_range = 1);
CREATE INDEX brin_inclusion ON d.sparse USING brin (x, r) WITH (pages_per_range = 1);
CREATE INDEX brin_multi ON d.sparse USING brin (a int4_minmax_multi_ops, n numeric_minmax_multi_ops, b text_bloom_ops) WITH (pages_per_range = 1);
CREATE INDEX sp_quad ON d.t USING spgist (p);
CREATE INDEX sp_kd ON d.t USING spgist (p kd_point_ops);
CREATE INDEX sp_radix ON d.t USING spgist (b);
CREATE INDEX sp_range ON d.t USING spgist (r);
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
-- searches through an index; an error of theirs has its reason, and no crash
CREATE TABLE d.searches (idx regclass, search text);
INSERT INTO d.searches VALUES
	('d.bt_two', '(%L, ''key 77'')'), ('d.bt_two', '(%L, ''key 77'', 77)'), ('d.bt_two', '_where(%L, ''b'', ''>='', ''key 4''::text, ''a'', ''<'', 1000)'),
	('d.bt_two', '_backward(%L, ''b'', ''<'', ''key 2''::text)'), ('d.bt_dup', '(%L, ''later 7'')'), ('d.bt_covering', '(%L, 2500)'),
	('d.bt_covering', '_where(%L, ''a'', ''>'', 2000)'), ('d.bt_array', '(%L, ''{1,8}''::int[])'), ('d.hash_text', '(%L, ''key 5'')'),
	('d.hash_text', '(%L, ''late 7'')'), ('d.gist_point', '(%L, ''(7,-7)''::point)'), ('d.gist_point', '_where(%L, ''p'', ''<@'', ''(500,0),(0,-500)''::box)'),
	('d.gist_scalar', '(%L, 2000)'), ('d.gist_trgm', '_where(%L, ''b'', ''%%'', ''key 77''::text)'),
	('d.gin_two', '_where(%L, ''e'', ''@>'', ''{3}''::int[])'), ('d.gin_two', '_where(%L, ''j'', ''?'', ''k''::text)'),
	('d.gin_trgm', '_where(%L, ''b'', ''~~'', ''%%key 7%%''::text)'), ('d.gin_path', '_where(%L, ''j'', ''@>'', ''{"k": 3}''::jsonb)'),
	('d.brin_minmax', '(%L, 77)'), ('d.brin_minmax', '_where(%L, ''b'', ''<'', ''key 2''::text)'), ('d.brin_multi', '(%L, 100)'),
	('d.brin_multi', '_where(%L, ''b'', ''='', ''key 9''::text)'), ('d.brin_inclusion', '_where(%L, ''x'', ''&&'', ''(9,9),(1,1)''::box)'),
	('d.sp_quad', '_where(%L, ''p'', ''<@'', ''(500,0),(0,-500)''::box)'), ('d.sp_kd', '_where(%L, ''p'', ''<@'', ''(500,0),(0,-500)''::box)'),
	('d.sp_radix', '(%L, ''key 77'')'), ('d.sp_radix', '_where(%L, ''b'', ''^@'', ''key''::text)'), ('d.sp_range', '_where(%L, ''r'', ''&&'', ''[7,99]''::int4range)');
CREATE FUNCTION d.search(rel regclass, OUT hits bigint, OUT refused bigint, OUT internal text) LANGUAGE plpgsql AS $$
DECLARE
	one text;
	n bigint;
	state text;
	message text;
BEGIN
	hits := 0; refused := 0;
	FOR one IN SELECT search FROM d.searches WHERE idx = rel LOOP
		BEGIN
			EXECUTE format('SELECT count(s::text) FROM arch_inspect.index_descent' || one || ' AS s', rel) INTO n;
			hits := hits + n;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
			refused := refused + 1;
			IF state NOT IN ('0A000', '42883', '42804') THEN
				internal := concat_ws('; ', internal, state || ' ' || message || ' ' || one);
			END IF;
		END;
	END LOOP;
	SELECT hits + count(t::text) INTO hits FROM arch_inspect.index_tree(rel) AS t;
END $$;
CREATE FUNCTION d.stats(idx regclass, OUT pages bigint, OUT problems bigint)
LANGUAGE sql SET search_path = pg_catalog AS $$
	SELECT count(*), count(s.problem) + 0 * count(s.details::text || s.flags::text)
	  FROM generate_series(0, pg_relation_size($1) / 8192 - 1) AS g (blkno)
	 CROSS JOIN LATERAL arch_inspect.index_page_stats($1, g.blkno) AS s
$$;
));

my ($file, $pages, $method) = files_of($node, q(c.relnamespace = 'd'::regnamespace AND c.relkind = 'i'));
is(scalar keys %$file, 18, 'indexes of all six access methods');

# items, keys, problems of items, pages, problems of pages, what searches found
# and how many were refused
sub look
{
	my ($name, @rels) = @_;
	my $looks = join(' UNION ALL ', map { "SELECT l.*, s.*, f.* FROM d.look('$_') AS l, d.stats('$_') AS s, d.search('$_') AS f" } @rels);
	my ($rc, $out, $err) = $node->psql('postgres',
		"SELECT sum(items), sum(keys), sum(l.problems), sum(pages), sum(l.page_problems), sum(found), sum(refused), string_agg(internal, '; ') FROM ($looks) AS l (items, keys, problems, pages, page_problems, found, refused, internal)");
	my @seen = split /\|/, $out // '', 8;

	ok($rc == 0 && ($seen[7] // '') eq '', "$name: every item is shown, or its problem") or diag($err . ($seen[7] // ''));
	note("$name: $out");
	return @seen;
}

my @rels = sort keys %$file;
my @sound = look('sound files', @rels);
is($sound[4], 0, 'no page of a sound file has a problem');
cmp_ok($sound[0], '>', 50000, 'there is much to look at');

$node->stop;
keep_sound($file);
$node->start;
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
is_deeply([ look('sound files, read from disk', @rels) ], \@sound, 'as much from disk as from memory');

my $seed = $ENV{SPOIL_SEED} || $ENV{SEED} || 1;
my $troubled = 0;
my %looked = map { $_ => 0 } values %$method;
note("seed $seed");
while (my @now = grep { $looked{ $method->{$_} } < $wanted } @rels)
{
	foreach my $rel (@now)
	{
		spoil($file, $rel, $seed++);
	}
	my @found = look("up to seed $seed", @now);
	$troubled += ($found[2] || 0) + ($found[4] || 0);
	$looked{ $method->{$_} } += $pages->{$_} foreach @now;
}
diag("spoiled pages: " . join(', ', map { "$looked{$_} of $_" } sort keys %looked)) if $wanted > 1000;
cmp_ok($troubled, '>', 100, 'and problems are said');

# Pages of other indexes, of other methods, in place of the own ones.
foreach my $i (0 .. $#rels)
{
	my $bytes = slurp_file("$file->{$rels[ ($i + 7) % @rels ]}.sound");

	open(my $f, '>:raw', $file->{ $rels[$i] }) or die $!;
	print $f substr($bytes, 0, 8192 * $pages->{ $rels[$i] });
	close $f;
}
look('files of other indexes', @rels);

stayed_up($node, $started);

$node->stop('immediate');
done_testing();
