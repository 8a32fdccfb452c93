
# Spoiled pages of GiST, GIN and SP-GiST indexes: the functions answer, or
# refuse with a reason, and the server stays up.
#
# SPOIL_PAGES says how many spoiled pages are looked at (default 2000).

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;
use SpoiledFiles;

my $node = PostgreSQL::Test::Cluster->new('main');
my $wanted = $ENV{SPOIL_PAGES} || 2000;

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
	CREATE TABLE many (i int, b box, p point, r int4range, s text, l ltree, h hstore, a int[], ts tsvector, ip inet, j jsonb);
	INSERT INTO many
		SELECT i, box(point(i % 100, i / 100), point(i % 100 + 1, i / 100 + 1)), point(i * 7919 % 1000, i),
			   CASE WHEN i % 3 > 0 THEN int4range(i, i + 10) END, CASE WHEN i % 17 > 0 THEN 'word' || i * 31 % 500 END,
			   ('top.n' || i % 30 || '.n' || i)::ltree, hstore('k' || i % 50, i::text), ARRAY[i % 90, i % 3, 7],
			   to_tsvector('simple', 'w' || i % 2 || ' v' || i % 200), ('10.' || i % 200 || '.' || i % 13 || '.' || i % 250)::inet,
			   jsonb_build_object('k' || i % 20, i)
		  FROM generate_series(1, 3000) AS i;
	CREATE INDEX gist_box ON many USING gist (b, i) INCLUDE (s, j);
	CREATE INDEX gist_point ON many USING gist (p);
	CREATE INDEX gist_range ON many USING gist (r);
	CREATE INDEX gist_trgm ON many USING gist (s gist_trgm_ops);
	CREATE INDEX gist_text ON many USING gist (s);
	CREATE INDEX gist_ltree ON many USING gist (l);
	CREATE INDEX gist_hstore ON many USING gist (h);
	CREATE INDEX gist_array ON many USING gist (a gist__int_ops);
	CREATE INDEX gist_ts ON many USING gist (ts);
	CREATE INDEX gin_array ON many USING gin (a);
	CREATE INDEX gin_columns ON many USING gin (a, i, s, ts);
	CREATE INDEX gin_trgm ON many USING gin (s gin_trgm_ops);
	CREATE INDEX gin_ts ON many USING gin (ts);
	CREATE INDEX gin_jsonb ON many USING gin (j);
	CREATE INDEX gin_hstore ON many USING gin (h);
	CREATE INDEX gin_intarray ON many USING gin (a gin__int_ops);
	CREATE INDEX sp_text ON many USING spgist (s) INCLUDE (i, j);
	CREATE INDEX sp_quad ON many USING spgist (p);
	CREATE INDEX sp_kd ON many USING spgist (p kd_point_ops);
	CREATE INDEX sp_box ON many USING spgist (b);
	CREATE INDEX sp_inet ON many USING spgist (ip);
	CREATE INDEX sp_range ON many USING spgist (r);
	DELETE FROM many WHERE i BETWEEN 500 AND 1500;
	VACUUM (INDEX_CLEANUP on) many;
	INSERT INTO many (i, b, p, s, a, ts)
		SELECT i, box(point(i, i), point(i + 1, i + 1)), point(i, i), 'late' || i, ARRAY[i], to_tsvector('simple', 'late')
		  FROM generate_series(5001, 5300) AS i;
	CREATE FUNCTION look(rel regclass, OUT "rows" bigint, OUT errors bigint, OUT internal text) LANGUAGE plpgsql AS $$
	DECLARE
		query text;
		n bigint;
		state text;
		message text;
		last_block bigint := pg_relation_size(rel) / current_setting('block_size')::bigint - 1;
	BEGIN
		"rows" := 0; errors := 0;
		FOREACH query IN ARRAY ARRAY[
			format('SELECT count(x::text) FROM arch_inspect.index_items(%L) AS x', rel),
			format('SELECT count(x::text) FROM generate_series(0, %s) AS b, arch_inspect.index_page_items(%L, b) AS x', last_block, rel),
			format('SELECT count(x::text) FROM generate_series(0, %s) AS b, arch_inspect.index_page_stats(%L, b) AS x', last_block, rel)]
		LOOP
			BEGIN
				EXECUTE query INTO n;
				"rows" := "rows" + n;
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
				errors := errors + 1;
				IF state LIKE 'XX%' OR state LIKE '58%' OR state = '53200' THEN
					internal := concat_ws('; ', internal, state || ' ' || message);
				END IF;
			END;
		END LOOP;
	END $$;));

my ($file, $pages) = files_of($node, q(c.relnamespace = 'public'::regnamespace AND c.relkind = 'i'));
my $looks = join(' UNION ALL ', map { "SELECT '$_' AS rel, * FROM look('$_')" } sort keys %$file);

sub look
{
	my ($name) = @_;
	my ($rc, $out, $err) = $node->psql('postgres',
		"SELECT sum(rows), sum(errors), string_agg(rel || ': ' || internal, E'\\n') FROM ($looks) AS l");
	my ($rows, $errors, $internal) = split /\|/, $out // '', 3;

	ok($rc == 0 && ($internal // '') eq '', "$name: answered, or refused with a reason")
	  or diag("exit status $rc: $err\n" . ($internal // ''));
	note("$name: rows $rows, errors $errors") if defined $errors;
	return $rows;
}

# From here on the files are read from disk: none of their pages is in memory.
$node->stop;
keep_sound($file);
$node->start;
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
my $sound = look('sound files');
cmp_ok($sound, '>', 50000, 'sound files have many items');

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

# An index read as one of another operator class, and of another method.
exchange($file);
look('files exchanged');
restore($file);
is(look('sound files again'), $sound, 'and as many items as before');

stayed_up($node, $started);

$node->stop('immediate');
done_testing();
