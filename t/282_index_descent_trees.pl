
# What index_descent says of a search through GiST, GIN and SP-GiST, beside what
# the executor does: as many buffers as steps, and as many rows as matches.
#
# The plans are bitmap scans, run twice, since the first may fill caches of the
# session.  COUNT says how many random keys of each index are searched for
# (default 2), ROWS how many rows
# there are (default 4000), SEED which keys.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $count = $ENV{COUNT} || 2;
my $rows = $ENV{ROWS} || 4000;
my $seed = ($ENV{SEED} || 1) % 1000000;
my $node = PostgreSQL::Test::Cluster->new('main');

$node->init;
$node->append_conf('postgresql.conf', qq(
autovacuum = off
fsync = off
max_parallel_workers_per_gather = 0
enable_seqscan = off
enable_indexscan = off
enable_indexonlyscan = off));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE EXTENSION btree_gist;
	CREATE EXTENSION btree_gin;
	CREATE EXTENSION pg_trgm;
	CREATE EXTENSION ltree;
	CREATE EXTENSION hstore;
	CREATE EXTENSION intarray;
	CREATE EXTENSION seg;
	CREATE TABLE many (i int, i8 bigint, n numeric, d timestamp, u uuid, bits varbit, raw bytea, b box, p point, c circle, g polygon,
		r int4range, nr numrange, mr int4multirange, s text, l ltree, la ltree[], h hstore, a int[], a8 bigint[], ts tsvector, q tsquery, ip inet, j jsonb, sg seg);
	SELECT setseed(0.5);
	CREATE FUNCTION fill(first int, last int) RETURNS void LANGUAGE sql AS $$
	INSERT INTO many
		SELECT i, i * 1000003::bigint, (i * 7919 % 10007)::numeric / 7, timestamp '2020-01-01' + i * interval '1 hour', md5(i::text)::uuid,
			   (i * 7919 % 4096)::bit(12)::varbit, decode(md5((i % 3000)::text), 'hex'), box(point(x, y), point(x + 1, y + 1)), point(x, y),
			   circle(point(x, y), 1), polygon(box(point(x, y), point(x + 2, y + 1))),
			   CASE WHEN i % 11 = 0 THEN 'empty' WHEN i % 7 > 0 THEN int4range(i % 3000, i % 3000 + i % 13 + 1) END,
			   numrange((i * 31 % 5000)::numeric / 3, (i * 31 % 5000)::numeric / 3 + 2),
			   int4multirange(int4range(i % 2000, i % 2000 + 2), int4range(i % 2000 + 5, i % 2000 + 9)),
			   CASE WHEN i % 17 > 0 THEN 'w' || left(md5((i % 2500)::text), 4 + i % 9) || ' ö' || i % 40 END,
			   ('top.n' || i % 30 || '.m' || i % 7 || '.x' || i % 1000)::ltree,
			   ARRAY[('a.b' || i % 50)::ltree, ('c.d' || i % 20)::ltree], hstore('k' || i % 50, (i % 300)::text) || hstore('common', NULL),
			   CASE WHEN i % 19 = 0 THEN '{}' WHEN i % 23 = 0 THEN NULL ELSE ARRAY[i % 90, i % 1000, 7, 5000 + i % 3] END,
			   CASE WHEN i % 19 = 0 THEN '{}' WHEN i % 23 = 0 THEN NULL ELSE ARRAY[i % 90, i % 1000, 7, 5000 + i % 3] END,
			   to_tsvector('simple', 'all w' || i % 2 || ' v' || i % 200 || ' u' || i % 2000), to_tsquery('simple', 'w' || i % 9 || ' & v' || i % 100),
			   ('10.' || i % 200 || '.' || i % 13 || '.' || i % 250 || '/' || 24 + i % 9)::inet,
			   jsonb_build_object('k' || i % 20, i % 500, 'tags', jsonb_build_array('t' || i % 60, 't' || i % 7)), (i % 500 || ' .. ' || i % 500 + 3)::seg
		  FROM (SELECT i, random() * 200 AS x, random() * 100 AS y FROM generate_series(first, last) AS i) AS n $$;

	-- what arch_inspect says, and what the executor does
	CREATE FUNCTION look(idx text, cond text, arguments text, OUT said text, OUT done text) LANGUAGE plpgsql AS $$
	DECLARE
		plan jsonb;
		node jsonb;
	BEGIN
		EXECUTE format('SELECT concat_ws('' '', coalesce(max(step), 0), coalesce(sum(cardinality(matches)), 0), string_agg(DISTINCT problem, '';'')) '
			'FROM arch_inspect.index_descent_where(%L, %s)', idx, arguments) INTO said;
		FOR i IN 1 .. 2 LOOP
			EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) SELECT 1 FROM many WHERE ' || cond INTO plan;
		END LOOP;
		node := jsonb_path_query_first(plan, '$.** ? (@."Node Type" == "Bitmap Index Scan")');
		done := concat_ws(' ', (node->>'Shared Hit Blocks')::int + (node->>'Shared Read Blocks')::int, (node->>'Actual Rows')::numeric::bigint);
		IF node->>'Index Name' IS DISTINCT FROM idx THEN
			done := 'another plan: ' || plan::text;
		END IF;
	END $$;
	CREATE FUNCTION compare(idx text, n int, col text, op text, type text, value text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		v text;
		l record;
		matched bigint := 0;
		bad text;
	BEGIN
		FOR i IN 1 .. n LOOP
			EXECUTE format('SELECT (%s)::text', value) INTO v;
			l := look(idx, format('%I %s %L::%s', col, op, v, type), format('%L, %L, %L::%s', col, op, v, type));
			IF l.said <> l.done THEN
				bad := format('%s %s %s: said %s, done %s', col, op, v, l.said, l.done);
			END IF;
			matched := matched + coalesce(substring(l.done, '^[0-9]+ ([0-9]+)')::bigint, 0);
		END LOOP;
		RETURN coalesce(bad, CASE WHEN matched > 0 OR n < 20 THEN 'equal' ELSE 'nothing ever matched' END);
	END $$;
));

$node->safe_psql('postgres', "SELECT fill(1, $rows)");

my $run = 0;

# one index, and conditions of one column each
sub equal
{
	my ($definition, @conditions) = @_;
	my $sql = '';

	$run++;
	foreach my $condition (@conditions)
	{
		my ($col, $op, $type, $value) = @$condition;
		$sql .= "SELECT compare('an_index', $count, '$col', '$op', '$type', \$v\$$value\$v\$);\n";
	}
	my $seconds = ($seed + $run) % 1000 / 1000;
	is($node->safe_psql('postgres', qq(
		CREATE INDEX an_index ON many USING $definition;
		SELECT setseed($seconds);
		$sql
		DROP INDEX an_index;)), "\n" . join("\n", map { 'equal' } @conditions), $definition);
	return;
}

my $int = '(1 + floor(random() * 3900))::int';
my $box = 'box(circle(point(random() * 200, random() * 100), random() * 5))';
my $dot = '(SELECT box(circle(center(b), random() / 5)) FROM many OFFSET floor(random() * 3000) LIMIT 1)';
my $address = '(SELECT set_masklen(ip, 32) FROM many OFFSET floor(random() * 3000) LIMIT 1)';
my $polygon = 'polygon(8, circle(point(random() * 200, random() * 100), random() * 5))';
my $range = '(SELECT int4range(x, x + 5) FROM (SELECT floor(random() * 3000)::int AS x) AS n)';
my $ranges = "(SELECT CASE WHEN x < 5 THEN 'empty' ELSE int4range(x, x + 3) END FROM (SELECT floor(random() * 50)::int AS x) AS n)";
my $text = "(SELECT s FROM many WHERE s IS NOT NULL OFFSET floor(random() * 3000) LIMIT 1)";
my $hash = 'md5(floor(random() * 2500)::int::text)';

note('GiST');
equal('gist (b)', (map { [ 'b', $_, 'box', $box ] } '&&', '<@', '<<'), [ 'b', '@>', 'box', $dot ]);
equal('gist (p)', [ 'p', '<@', 'box', $box ], [ 'p', '<<', 'point', 'point(random() * 20, 0)' ]);
equal('gist (c)', [ 'c', '&&', 'circle', 'circle(point(random() * 200, random() * 100), random() * 5)' ]);
equal('gist (g)', [ 'g', '&&', 'polygon', $polygon ]);
equal('gist (r)', [ 'r', '&&', 'int4range', $range ], [ 'r', '@>', 'int', 'floor(random() * 3000)::int' ], [ 'r', '=', 'int4range', $ranges ], [ 'r', '<@', 'int4range', $range ]);
equal('gist (mr)', [ 'mr', '@>', 'int', 'floor(random() * 2000)::int' ]);
equal('gist (ip inet_ops)', [ 'ip', '<<=', 'inet', "'10.' || floor(random() * 200) || '.0.0/16'" ], [ 'ip', '>>=', 'inet', $address ]);
equal('gist (ts)', [ 'ts', '@@', 'tsquery', "'v' || floor(random() * 200) || ' & w1'" ]);
equal('gist (q)', [ 'q', '@>', 'tsquery', "'w' || floor(random() * 9)" ]);
equal('gist (i, n, s)', [ 'i', '=', 'int', $int ], [ 'i', '<', 'int', 'floor(random() * 100)::int' ], [ 'n', '>', 'numeric', '1300 + random() * 20' ], [ 's', '=', 'text', $text ]);
equal('gist (i8)', [ 'i8', '<=', 'bigint', '(1000003 + floor(random() * 100000000))::bigint' ]);
equal('gist (d)', [ 'd', '>=', 'timestamp', "timestamp '2020-06-10' + random() * interval '3 days'" ]);
equal('gist (u)', [ 'u', '=', 'uuid', "md5((1 + floor(random() * 3900)::int)::text)::uuid" ]);
equal('gist (bits)', [ 'bits', '=', 'varbit', "(floor(random() * 4096)::int)::bit(12)" ], [ 'bits', '<', 'varbit', "(floor(random() * 100)::int)::bit(12)" ]);
equal('gist (raw)', [ 'raw', '=', 'bytea', "decode(md5(floor(random() * 3000)::int::text), 'hex')" ]);
equal('gist (s gist_trgm_ops)', [ 's', '~~', 'text', "'%' || left($hash, 5) || '%'" ], [ 's', '%', 'text', "'w' || left($hash, 8) || ' ö3'" ]);
equal('gist (s gist_trgm_ops (siglen = 32))', [ 's', '~', 'text', "left($hash, 4) || '.*ö1'" ]);
equal('gist (l)', [ 'l', '<@', 'ltree', "'top.n' || floor(random() * 30)" ], [ 'l', '~', 'lquery', "'*.x' || floor(random() * 1000)" ], [ 'l', '=', 'ltree', '(SELECT l FROM many OFFSET floor(random() * 3000) LIMIT 1)' ]);
equal('gist (la)', [ 'la', '<@', 'ltree', "'a.b' || floor(random() * 50)" ]);
equal('gist (h)', [ 'h', '@>', 'hstore', "(SELECT h - 'common'::text FROM many OFFSET floor(random() * 3000) LIMIT 1)" ], [ 'h', '?', 'text', "'k' || floor(random() * 60)" ]);
equal('gist (sg)', [ 'sg', '&&', 'seg', "(floor(random() * 500)::text)::seg" ]);
equal('gist (a gist__intbig_ops)', [ 'a', '@>', 'int[]', 'ARRAY[floor(random() * 1000)::int]' ], [ 'a', '@@', 'query_int', "floor(random() * 90) || ' & 7'" ]);
equal('gist (a gist__int_ops (numranges = 5))', [ 'a', '@>', 'int[]', 'ARRAY[floor(random() * 1000)::int]' ], [ 'a', '&&', 'int[]', 'ARRAY[floor(random() * 1000)::int, 5001]' ]);

note('SP-GiST');
equal('spgist (p)', [ 'p', '<@', 'box', $box ], [ 'p', '<<', 'point', 'point(random() * 20, 0)' ], [ 'p', '~=', 'point', '(SELECT p FROM many OFFSET floor(random() * 3000) LIMIT 1)' ]);
equal('spgist (p kd_point_ops)', [ 'p', '<@', 'box', $box ], [ 'p', '|>>', 'point', 'point(0, 90 + random() * 9)' ]);
equal('spgist (b)', (map { [ 'b', $_, 'box', $box ] } '&&', '<@', '<<'), [ 'b', '@>', 'box', $dot ]);
equal('spgist (g)', [ 'g', '&&', 'polygon', $polygon ]);
equal('spgist (r)', [ 'r', '&&', 'int4range', $range ],
	[ 'r', '@>', 'int', 'floor(random() * 3000)::int' ], [ 'r', '-|-', 'int4range', $range ]);
equal('spgist (nr)', [ 'nr', '<@', 'numrange', '(SELECT numrange(x::numeric, x::numeric + 5) FROM (SELECT random() * 1600 AS x) AS n)' ]);
equal('spgist (s)', [ 's', '=', 'text', $text ], [ 's', '^@', 'text', "'w' || left($hash, 2)" ],
	[ 's', '<', 'text', "'w0' || floor(random() * 10)" ], [ 's', '~>=~', 'text', "'wf' || floor(random() * 10)" ]);
equal('spgist (ip)', [ 'ip', '<<=', 'inet', "'10.' || floor(random() * 200) || '.0.0/16'" ], [ 'ip', '>>=', 'inet', $address ], [ 'ip', '=', 'inet', '(SELECT ip FROM many OFFSET floor(random() * 3000) LIMIT 1)' ]);

note('GIN');
equal('gin (a8)', [ 'a8', '@>', 'bigint[]', 'ARRAY[floor(random() * 90)::int, 7]' ], [ 'a8', '@>', 'bigint[]', 'ARRAY[7, 5000 + floor(random() * 3)::int, floor(random() * 1000)::int]' ],
	[ 'a8', '&&', 'bigint[]', 'ARRAY[floor(random() * 1000)::int, 5001]' ], [ 'a8', '<@', 'bigint[]', 'ARRAY[7, floor(random() * 3)::int + 5000, floor(random() * 90)::int]' ], [ 'a8', '=', 'bigint[]', '(SELECT a8 FROM many WHERE a8 IS NOT NULL OFFSET floor(random() * 3000) LIMIT 1)' ], [ 'a8', '@>', 'bigint[]', "'{}'" ]);
equal('gin (a gin__int_ops)', [ 'a', '@>', 'int[]', 'ARRAY[floor(random() * 90)::int, 7]' ], [ 'a', '@@', 'query_int', "floor(random() * 90) || ' & !5001'" ], [ 'a', '@@', 'query_int', "'!7 | ' || floor(random() * 90)" ]);
equal('gin (ts)', [ 'ts', '@@', 'tsquery', "'v' || floor(random() * 200) || ' & w1'" ], [ 'ts', '@@', 'tsquery', "'v' || floor(random() * 20) || ':* & (w1 | !u' || floor(random() * 2000) || ')'" ], [ 'ts', '@@', 'tsquery', "'!v' || floor(random() * 200)" ]);
equal('gin (j)', [ 'j', '@>', 'jsonb', "(SELECT j - 'tags' FROM many OFFSET floor(random() * 3000) LIMIT 1)" ], [ 'j', '?', 'text', "'k' || floor(random() * 30)" ], [ 'j', '@?', 'jsonpath', "'\$.tags[*] ? (@ == \"t' || floor(random() * 60) || '\")'" ]);
equal('gin (j jsonb_path_ops)', [ 'j', '@>', 'jsonb', "jsonb_build_object('tags', jsonb_build_array('t' || floor(random() * 60)))" ]);
equal('gin (h)', [ 'h', '@>', 'hstore', "(SELECT h - 'common'::text FROM many OFFSET floor(random() * 3000) LIMIT 1)" ], [ 'h', '?&', 'text[]', "ARRAY['common', 'k' || floor(random() * 50)]" ]);
equal('gin (s gin_trgm_ops)', [ 's', '~~', 'text', "'%' || left($hash, 5) || '%'" ], [ 's', '%', 'text', "'w' || left($hash, 8)" ], [ 's', '~', 'text', "left($hash, 5) || '.*ö1'" ], [ 's', '~~', 'text', "'%' || chr(97 + floor(random() * 6)::int) || '%'" ]);
equal('gin (i, n, s, a8)', [ 'i', '=', 'int', $int ], [ 'i', '<', 'int', 'floor(random() * 200)::int' ], [ 'n', '>=', 'numeric', '1300 + random() * 40' ], [ 's', '<=', 'text', "'w' || floor(random() * 10)" ], [ 'a8', '&&', 'bigint[]', 'ARRAY[floor(random() * 1000)::int, 5001]' ]);

note('several conditions, nulls, a pending list');

sub looks
{
	my ($definition, $before, %looks) = @_;

	$node->safe_psql('postgres', "CREATE INDEX an_index ON many USING $definition; $before");
	foreach my $cond (sort keys %looks)
	{
		is($node->safe_psql('postgres', "SELECT said = done, said, done FROM look('an_index', \$c\$$cond\$c\$, \$c\$$looks{$cond}\$c\$)") =~ /^t/ ? 'equal' :
			  $node->safe_psql('postgres', "SELECT said, done FROM look('an_index', \$c\$$cond\$c\$, \$c\$$looks{$cond}\$c\$)"), 'equal', "$definition: $cond");
	}
	$node->safe_psql('postgres', 'DROP INDEX an_index');
	return;
}

looks('gist (r, i)', '',
	'r IS NULL' => "'r', 'is null', NULL", 'r IS NULL AND i < 500' => "'r', 'is null', NULL, 'i', '<', 500",
	"r IS NOT NULL AND r << int4range(50, 60) AND i = 20" => "'r', 'is not null', NULL, 'r', '<<', int4range(50, 60), 'i', '=', 20");
looks('spgist (s) INCLUDE (i, j)', '',
	's IS NULL' => "'s', 'is null', NULL", 's IS NOT NULL' => "'s', 'is not null', NULL",
	"s >= 'wa' AND s < 'wc'" => "'s', '>=', 'wa'::text, 's', '<', 'wc'::text", "s IS NULL AND s = 'w'" => "'s', 'is null', NULL, 's', '=', 'w'::text");
looks("gin (a8, ts, s gin_trgm_ops) WITH (fastupdate = on, gin_pending_list_limit = 4096)", 'SELECT fill(20001, 20400);',
	"a8 @> '{7}' AND ts @@ 'v1:*'" => "'a8', '\@>', '{7}'::bigint[], 'ts', '\@\@', 'v1:*'::tsquery",
	"a8 <@ '{7,5000,45,315}' AND a8 && '{45}'" => "'a8', '<\@', '{7,5000,45,315}'::bigint[], 'a8', '&&', '{45}'::bigint[]",
	"ts @@ '!w1' AND a8 && '{1,2,3}' AND s LIKE '%a1%'" => "'ts', '\@\@', '!w1'::tsquery, 'a8', '&&', '{1,2,3}'::bigint[], 's', '~~', '%a1%'::text",
	"ts @@ 'u20300 | u20301'" => "'ts', '\@\@', 'u20300 | u20301'::tsquery",
	"a8 @> '{}'" => "'a8', '\@>', '{}'::bigint[]", "a8 @> '{7}' AND a8 @> '{}'" => "'a8', '\@>', '{7}'::bigint[], 'a8', '\@>', '{}'::bigint[]",
	"a8 && '{NULL}'" => "'a8', '&&', '{NULL}'::bigint[]");
$node->safe_psql('postgres', q(DELETE FROM many WHERE i % 3 = 0 AND i > 500; UPDATE many SET i = i + 1 WHERE i % 5 = 0; VACUUM many));
looks('gin (a8)', q(INSERT INTO many (i, a8) SELECT 30000 + i, ARRAY(SELECT g FROM generate_series(1, 900) AS g) FROM generate_series(1, 3) AS i;
	SET work_mem = '64kB';),
	"a8 @> '{7,899}'" => "'a8', '\@>', '{7,899}'::bigint[]");

# a bitmap that has no room for single rows
$node->safe_psql('postgres', q(DROP TABLE many; CREATE TABLE many (s text); INSERT INTO many SELECT 'a' || i % 7 FROM generate_series(1, 200000) AS i));
looks('gin (s)', q(ALTER DATABASE postgres SET work_mem = '64kB';), "s >= 'a1'" => "'s', '>=', 'a1'::text");

$node->stop;
done_testing();
