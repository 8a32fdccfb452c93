
# The way of a search through spoiled pages of GiST, GIN and SP-GiST indexes:
# problems are told, functions of operator classes get no key that is not sound,
# and the server stays up.
#
# SPOIL_PAGES says how many spoiled pages are searched (default 1000).

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;
use SpoiledFiles;

my $node = PostgreSQL::Test::Cluster->new('main');
my $wanted = $ENV{SPOIL_PAGES} || 1000;

init_without_checksums($node);
$node->append_conf('postgresql.conf', qq(
autovacuum = off
fsync = off
log_statement = none
statement_timeout = '300s'));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE EXTENSION btree_gist;
	CREATE EXTENSION btree_gin;
	CREATE EXTENSION pg_trgm;
	CREATE EXTENSION ltree;
	CREATE EXTENSION hstore;
	CREATE EXTENSION intarray;
	CREATE TABLE many (i int, b box, p point, r int4range, nr numrange, s text, n numeric, v varbit, l ltree, la ltree[], h hstore, a int[],
		e int8[], ts tsvector, ip inet, j jsonb);
	INSERT INTO many
		SELECT i, box(point(i % 100, i / 100), point(i % 100 + 1, i / 100 + 1)), point(i * 7919 % 1000, i),
			   CASE WHEN i % 3 > 0 THEN int4range(i, i + 10) END, numrange(i * 7919 % 1000, i * 7919 % 1000 + 5),
			   CASE WHEN i % 17 > 0 THEN 'word' || i * 31 % 500 END, i::numeric / 7, (i % 4096)::bit(12)::varbit,
			   ('top.n' || i % 30 || '.n' || i)::ltree, ARRAY[('a.b' || i % 50)::ltree], hstore('k' || i % 50, i::text), ARRAY[i % 90, i % 3, 7],
			   ARRAY[i % 90, i % 3, 7], to_tsvector('simple', 'w' || i % 2 || ' v' || i % 200),
			   ('10.' || i % 200 || '.' || i % 13 || '.' || i % 250)::inet, jsonb_build_object('k' || i % 20, i)
		  FROM generate_series(1, 3000) AS i;
	DELETE FROM many WHERE i BETWEEN 2000 AND 2100;
	CREATE TABLE search (idx text, arguments text);
	CREATE FUNCTION build(name text, definition text, VARIADIC arguments text[]) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE format('CREATE INDEX %s ON many USING %s', name, definition);
		INSERT INTO search SELECT name, a FROM unnest(arguments) AS a;
	END $$;
	SELECT build('gist_box', 'gist (b, i) INCLUDE (s)', $$'b', '&&', '(50,15),(52,16)'::box, 'i', '>', 5$$, $$'i', 'is null', null$$);
	SELECT build('gist_point', 'gist (p)', $$'p', '<@', '(500,500),(600,900)'::box$$);
	SELECT build('gist_range', 'gist (r)', $$'r', '@>', 700$$, $$'r', '<@', int4range(10, 60)$$);
	SELECT build('gist_numrange', 'gist (nr)', $$'nr', '&&', numrange(10, 60)$$);
	SELECT build('gist_text', 'gist (s)', $$'s', '>=', 'word44'::text$$, $$'s', '=', 'word44'::text$$);
	SELECT build('gist_numeric', 'gist (n)', $$'n', '<', 44.5$$);
	SELECT build('gist_bit', 'gist (v)', $$'v', '<', B'000011111111'::varbit$$);
	SELECT build('gist_trgm', 'gist (s gist_trgm_ops)', $$'s', '~~', '%ord44%'::text$$, $$'s', '%', 'word44'::text$$);
	SELECT build('gist_ltree', 'gist (l)', $$'l', '<@', 'top.n5'::ltree$$, $$'l', '~', '*.n77'::lquery$$, $$'l', '>', 'top.n6'::ltree$$);
	SELECT build('gist_ltrees', 'gist (la)', $$'la', '<@', 'a.b5'::ltree$$);
	SELECT build('gist_hstore', 'gist (h)', $$'h', '@>', 'k7=>7'::hstore$$);
	SELECT build('gist_ranges', 'gist (a gist__int_ops (numranges = 3))', $$'a', '&&', '{5,80}'::int[]$$);
	SELECT build('gist_intbig', 'gist (a gist__intbig_ops)', $$'a', '@>', '{5}'::int[]$$);
	SELECT build('gist_ts', 'gist (ts)', $$'ts', '@@', 'v5 & w1'::tsquery$$);
	SELECT build('gist_inet', 'gist (ip inet_ops)', $$'ip', '<<=', '10.7.0.0/16'::inet$$);
	SELECT build('gin_array', 'gin (e)', $$'e', '@>', '{5,7}'::int8[]$$, $$'e', '<@', '{5,7,2}'::int8[]$$);
	SELECT build('gin_columns', 'gin (e, i, s, ts)', $$'e', '&&', '{5,7}'::int8[], 's', '>=', 'word3'::text$$, $$'i', '<', 100, 'ts', '@@', 'v5:* | !w1'::tsquery$$);
	SELECT build('gin_trgm', 'gin (s gin_trgm_ops)', $$'s', '~~', '%ord44%'::text$$);
	SELECT build('gin_ts', 'gin (ts)', $$'ts', '@@', 'v1:* & w1'::tsquery$$);
	SELECT build('gin_jsonb', 'gin (j)', $$'j', '?', 'k5'::text$$);
	SELECT build('gin_int', 'gin (a gin__int_ops)', $$'a', '@@', '5 & !1'::query_int$$);
	SELECT build('sp_text', 'spgist (s) INCLUDE (i, j)', $$'s', '>=', 'word44'::text$$, $$'s', '^@', 'word4'::text$$, $$'s', 'is null', null$$);
	SELECT build('sp_quad', 'spgist (p)', $$'p', '<@', '(500,500),(600,900)'::box$$);
	SELECT build('sp_kd', 'spgist (p kd_point_ops)', $$'p', '<@', '(500,500),(600,900)'::box$$);
	SELECT build('sp_box', 'spgist (b)', $$'b', '&&', '(50,15),(52,16)'::box$$);
	SELECT build('sp_inet', 'spgist (ip)', $$'ip', '<<=', '10.7.0.0/16'::inet$$);
	SELECT build('sp_range', 'spgist (r)', $$'r', '@>', 700$$, $$'r', '-|-', int4range(1, 60)$$);
	SELECT build('sp_numrange', 'spgist (nr)', $$'nr', '&&', numrange(10, 60)$$);
	INSERT INTO many (i, b, p, r, nr, s, e, ts, a)
		SELECT i, box(point(i, i), point(i + 1, i + 1)), point(i, i), int4range(i, i + 2), numrange(i, i + 2), 'late' || i, ARRAY[i, 5], to_tsvector('simple', 'late v5'), ARRAY[i, 5]
		  FROM generate_series(5001, 5300) AS i;
	CREATE FUNCTION look(OUT "rows" bigint, OUT problems bigint, OUT errors bigint, OUT bad text) LANGUAGE plpgsql AS $$
	DECLARE
		s search;
		n bigint;
		p bigint;
		state text;
		message text;
	BEGIN
		"rows" := 0; problems := 0; errors := 0;
		FOR s IN SELECT * FROM search LOOP
			BEGIN
				EXECUTE format('SELECT count(x::text), count(problem) FROM arch_inspect.index_descent_where(%L, %s) AS x', s.idx, s.arguments) INTO n, p;
				"rows" := "rows" + n;
				problems := problems + p;
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
				errors := errors + 1;
				bad := concat_ws('; ', bad, s.idx || ' ' || s.arguments || ': ' || state || ' ' || message);
			END;
		END LOOP;
	END $$;));

my ($file, $pages) = files_of($node, q(c.relnamespace = 'public'::regnamespace AND c.relkind = 'i'));

my $problems_seen = 0;

sub look
{
	my ($name) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', 'SELECT * FROM look()');
	my ($rows, $problems, $errors, $bad) = split /\|/, $out // '', 4;

	ok($rc == 0 && ($bad // '') eq '', "$name: every search answers")
	  or diag("exit status $rc: $err\n" . ($bad // ''));
	note("$name: rows $rows, problems $problems, errors $errors") if defined $errors;
	$problems_seen += $problems // 0;
	return "$rows|$problems";
}

# From here on the files are read from disk: none of their pages is in memory.
$node->stop;
keep_sound($file);
$node->start;
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
my $sound = look('sound files');
like($sound, qr/^[1-9][0-9]{2,}\|0$/, 'sound files have no problems');

my $seed = $ENV{SEED} || 1;
diag("seed $seed");
my $looked = 0;
my $per_round = 0;
$per_round += $_ foreach values %$pages;
while ($looked < $wanted)
{
	spoil($file, $_, $seed++)
	  foreach sort keys %$file;
	look("round after $looked spoiled pages");
	$looked += $per_round;
}
cmp_ok($problems_seen, '>', 0, 'problems were told');

# An index read as one of another operator class, and of another method.
exchange($file);
look('files exchanged');

# Pages whose links were made to lead round in a circle.
foreach my $rel (sort keys %$file)
{
	my $bytes = slurp_file("$file->{$rel}.sound");
	my $n = length($bytes) / 8192;

	# every page a copy of the first but one, or of the root
	foreach my $b (1 .. $n - 1)
	{
		substr($bytes, $b * 8192, 8192) = substr($bytes, ($rel =~ /^gist/ ? 0 : 1) * 8192, 8192);
	}
	open(my $f, '>:raw', $file->{$rel}) or die "$file->{$rel}: $!";
	print $f $bytes;
	close $f;
}
look('circles');
restore($file);
is(look('sound files again'), $sound, 'and as before');

stayed_up($node, $started);

$node->stop('immediate');
done_testing();
