
# What index_descent says of a search through a btree, a hash and a BRIN index,
# beside what the executor does: as many blocks of the index, as many searches
# (which EXPLAIN counts from PostgreSQL 18 on), the same rows or ranges.
#
# Bitmap scans read nothing but the index in their node; backward scans are
# index-only scans of a table that is all-visible, less the one page of its
# map.  The executor has the meta page in its cache.  COUNT says how many random
# searches of each kind there are (default 10), SEED which.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $count = $ENV{COUNT} || 10;
my $seed = ($ENV{SEED} || 1) % 1000000;
my $node = PostgreSQL::Test::Cluster->new('main');

$node->init;
$node->append_conf('postgresql.conf', qq(
autovacuum = off
fsync = off
jit = off
max_parallel_workers_per_gather = 0
enable_seqscan = off
enable_indexscan = off));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE bt (a int, b text, c numeric, d int, n int, big bigint);
	SELECT setseed(0.3);
	INSERT INTO bt SELECT floor(random() * 400), 'k' || floor(random() * 3000), round((random() * 100)::numeric, 2), i,
			CASE WHEN random() < 0.8 THEN floor(random() * 50) END, i % 700 FROM generate_series(1, 30000) AS i;
	CREATE TABLE ht AS SELECT CASE WHEN i % 3 = 0 THEN i % 50 ELSE i END AS a, 'v' || floor(random() * 5000) AS b FROM generate_series(1, 20000) AS i;
	CREATE TABLE br (a int, b text, c numeric, d inet, e box);
	INSERT INTO br SELECT i + floor(random() * 500), 'v' || floor(random() * 5000), CASE WHEN i % 4000 > 2000 THEN round(random()::numeric * 1000, 1) END,
			('10.0.' || i / 200 % 256 || '.' || i % 200)::inet, box(point(i, i), point(i + 5, i + 5)) FROM generate_series(1, 20000) AS i;

	-- blocks of the index, searches, heap blocks that a bitmap is lossy about
	CREATE FUNCTION executor(query text, OUT index text, OUT blocks bigint, OUT searches bigint, OUT lossy bigint, OUT filtered boolean, OUT direction text)
	LANGUAGE plpgsql AS $$
	DECLARE
		plan jsonb;
		n jsonb;
	BEGIN
		EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) ' || query INTO plan;
		n := plan->0->'Plan';
		filtered := plan::text ~ '"Filter"';
		lossy := (n->>'Lossy Heap Blocks')::bigint;
		WHILE n->>'Index Name' IS NULL AND n->'Plans' IS NOT NULL LOOP
			n := n->'Plans'->0;
		END LOOP;
		index := n->>'Index Name';
		direction := coalesce(n->>'Scan Direction', 'Forward');
		blocks := (n->>'Shared Hit Blocks')::bigint + (n->>'Shared Read Blocks')::bigint;
		searches := (n->>'Index Searches')::bigint;
		IF n->>'Node Type' = 'Index Only Scan' THEN
			IF (n->>'Heap Fetches')::bigint > 0 THEN
				RAISE 'the heap was fetched from';
			END IF;
			blocks := blocks - ((n->>'Actual Rows')::float8 > 0)::int;
		END IF;
	END $$;
	-- what is wrong with one search; nothing where the plan is another
	CREATE FUNCTION differs(tab text, idx text, cols text, cond text, call text, tail text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		e record;
		o record;
		rows bigint;
	BEGIN
		SELECT * INTO e FROM executor(format('SELECT %s FROM %s WHERE %s %s', cols, tab, cond, tail));
		IF e.filtered OR e.index IS DISTINCT FROM idx OR (e.direction = 'Backward') <> (call LIKE '_backward%') THEN
			RETURN NULL;
		END IF;
		-- the first time it may have read catalogs
		SELECT * INTO e FROM executor(format('SELECT %s FROM %s WHERE %s %s', cols, tab, cond, tail));
		EXECUTE format('SELECT count(DISTINCT step) FILTER (WHERE page_kind <> ''meta'') AS blocks, coalesce(max(search), 0) AS searches, string_agg(problem, '', '') AS problem, '
			'coalesce(sum(cardinality(matches)), 0) AS matches, '
			'coalesce(sum((details->>''last_block'')::int - (details->>''first_block'')::int + 1) FILTER (WHERE (details->>''may_match'')::boolean), 0) AS lossy '
			'FROM arch_inspect.index_descent%s AS d', call) INTO o;
		EXECUTE format('SELECT count(*) FROM %s WHERE %s', tab, cond) INTO rows;
		IF e.blocks <> o.blocks OR e.searches <> o.searches OR o.problem IS NOT NULL
			OR tab = 'br' AND e.lossy <> o.lossy OR tab <> 'br' AND o.matches <> rows THEN
			RETURN format('%s: the executor %s, index_descent %s', cond, e, o);
		END IF;
		RETURN 'equal';
	END $$;
));
# random conditions over columns of bt, of all operators
$node->safe_psql('postgres', q(
	CREATE FUNCTION conditions(cols text[], types text[], lists boolean, OUT cond text, OUT args text) LANGUAGE plpgsql AS $$
	DECLARE
		conds text[] := '{}';
		calls text[] := '{}';
		op text;
		v text;
	BEGIN
		WHILE conds = '{}' LOOP
			FOR i IN 1 .. cardinality(cols) LOOP
				CONTINUE WHEN random() < CASE WHEN i = 1 THEN 0.1 ELSE 0.3 END;
				FOR j IN 1 .. CASE WHEN random() < 0.2 THEN 2 ELSE 1 END LOOP
					op := ('{=,=,=,=,<,<=,>,>=,any,any,is null,is not null}'::text[])[1 + floor(random() * 12)];
					op := CASE WHEN op = 'any' AND NOT lists THEN '=' ELSE op END;
					EXECUTE format('SELECT %I FROM bt WHERE d = 1 + floor(random() * 29000)::int', cols[i]) INTO v;
					IF op = 'any' THEN
						EXECUTE format('SELECT array_agg(%I)::text FROM bt WHERE %1$I IS NOT NULL AND d BETWEEN %s AND %2$s + %s', cols[i],
									   floor(random() * 29000), floor(random() * 10)) INTO v;
					END IF;
					IF v IS NULL OR op LIKE 'is%' THEN
						op := CASE WHEN op LIKE 'is%' THEN op ELSE 'is null' END;
						conds := conds || format('%I %s', cols[i], op);
						calls := calls || format('%L, %L, NULL', cols[i], op);
					ELSIF op = 'any' THEN
						conds := conds || format('%I = ANY (%L::%s[])', cols[i], v, types[i]);
						calls := calls || format('%L, ''= any'', %L::%s[]', cols[i], v, types[i]);
					ELSE
						conds := conds || format('%I %s %L::%s', cols[i], op, v, types[i]);
						calls := calls || format('%L, %L, %L::%s', cols[i], op, v, types[i]);
					END IF;
				END LOOP;
			END LOOP;
		END LOOP;
		cond := array_to_string(conds, ' AND ');
		args := array_to_string(calls, ', ');
	END $$));

my $run = 0;

# so many searches of one kind; each is a row of (cond, call) that sql makes
sub equal
{
	my ($what, $tab, $index, $sql, $cols, $tail) = @_;
	my $seconds = ($seed + $run++) % 1000 / 1000;
	my $name = 'an_index';

	$node->safe_psql('postgres', "CREATE INDEX $name ON $tab $index");
	$node->safe_psql('postgres', "VACUUM ANALYZE $tab");
	my $result = $node->safe_psql('postgres', qq(
		SET enable_indexonlyscan = @{[ $tail ? 'on' : 'off' ]};
		SET enable_bitmapscan = @{[ $tail ? 'off' : 'on' ]};
		SET enable_sort = off;
		SELECT FROM setseed($seconds);
		CREATE TEMP TABLE results AS
			SELECT differs('$tab', '$name', '@{[ $cols || '*' ]}', c.cond, c.call, '@{[ $tail || '' ]}') AS result
			  FROM generate_series(1, $count) AS i, LATERAL ($sql) AS c;
		SELECT count(*) FILTER (WHERE result = 'equal') > 0 FROM results;
		SELECT result FROM results WHERE result <> 'equal' LIMIT 3));
	is($result, 't', $what);
	$node->safe_psql('postgres', "DROP INDEX $name");
	return;
}

# conditions of any kind on the columns; i makes each of them new
sub any_of
{
	my ($function, $cols, $types) = @_;

	return "SELECT x.cond, format('$function(%L, %s)', 'an_index', x.args) AS call FROM conditions('{$cols}', '{$types}', '$function' <> '_backward') AS x WHERE i > 0";
}

equal('btree: three columns', 'bt', '(a, b, c)', any_of('_where', 'a,b,c', 'int,text,numeric'));
equal('btree: nulls first, descending', 'bt', '(n DESC NULLS FIRST, d)', any_of('_where', 'n,d', 'int,int'));
equal('btree: nulls last, a second column descending', 'bt', '(n, b DESC)', any_of('_where', 'n,b', 'int,text'));
equal('btree: a type compared with another', 'bt', '(big, a)', any_of('_where', 'big,a', 'int,bigint'));
equal('btree: many alike, without deduplication', 'bt', '(n) WITH (deduplicate_items = off)', any_of('_where', 'n', 'int'));
equal('btree: included columns', 'bt', '(b) INCLUDE (a, c)', any_of('_where', 'b', 'text'));
equal('btree: sparse pages', 'bt', '(c, a, n) WITH (fillfactor = 10)', any_of('_where', 'c,a,n', 'numeric,int,int'));
equal('btree: keys', 'bt', '(a, b)', q(SELECT format('a = %s AND b = %L', a, b) AS cond, format('(%L, %s, %L)', 'an_index', a, b) AS call FROM bt WHERE d = i * 37 % 30000));
my $last = "SELECT DISTINCT ON (blkno) key FROM arch_inspect.index_items('an_index') WHERE kind = 'leaf' ORDER BY blkno, itemoffset DESC OFFSET i LIMIT 1";
equal('btree: the last key of a page', 'bt', '(d)', "SELECT 'd = ' || key AS cond, format('(%L, %s)', 'an_index', key) AS call FROM ($last) AS k");
equal('btree: up to the last key of a page', 'bt', '(d)',
	"SELECT format('d > %s::int - 5 AND d <= %1\$s', key) AS cond, format('_where(%L, ''d'', ''>'', %s - 5, ''d'', ''<='', %2\$s)', 'an_index', key) AS call FROM ($last) AS k");
equal('btree: backward', 'bt', '(a, b, c)', any_of('_backward', 'a,b,c', 'int,text,numeric'), 'a, b, c', 'ORDER BY a DESC, b DESC, c DESC');
equal('btree: backward, nulls first', 'bt', '(n NULLS FIRST, d)', any_of('_backward', 'n,d', 'int,int'), 'n, d', 'ORDER BY n DESC NULLS LAST, d DESC');

# a tree that pages were taken out of
$node->safe_psql('postgres', 'CREATE TABLE kept AS SELECT * FROM bt');
$node->safe_psql('postgres', 'CREATE INDEX gaps ON bt (d)');
$node->safe_psql('postgres', 'DELETE FROM bt WHERE d BETWEEN 4000 AND 9000 OR d > 12000 AND d % 400 > 0');
$node->safe_psql('postgres', 'VACUUM ANALYZE bt');
for my $d (3990, 4500, 9001, 12000, 29950)
{
	is($node->safe_psql('postgres', "SET enable_indexonlyscan = off; SELECT differs('bt', 'gaps', '*', 'd >= $d AND d < $d + 700', '_where(''gaps'', ''d'', ''>='', $d, ''d'', ''<'', $d + 700)')"), 'equal', "btree: deleted pages, from $d");
}
$node->safe_psql('postgres', 'DROP INDEX gaps; TRUNCATE bt; INSERT INTO bt SELECT * FROM kept');

equal('hash: numbers', 'ht', 'USING hash (a)', q(SELECT format('a = %s', v) AS cond, format('(%L, %s)', 'an_index', v) AS call FROM (SELECT floor(random() * CASE WHEN i % 4 = 0 THEN 60 ELSE 21000 END) AS v) AS n));
equal('hash: text', 'ht', 'USING hash (b)', q(SELECT format('b = %L', v) AS cond, format('(%L, %L)', 'an_index', v) AS call FROM (SELECT 'v' || floor(random() * 5100 + i * 0) AS v) AS n));

my $two = q(SELECT format('a %s %s AND c %s %s', op, v, op2, w) AS cond, format('_where(%L, ''a'', %L, %s, ''c'', %L, %s::numeric)', 'an_index', op, v, op2, w) AS call
	FROM (SELECT ('{<,<=,=,>=,>}'::text[])[1 + i % 5] AS op, floor(random() * 22000) AS v, ('{<,<=,=,>=,>}'::text[])[1 + floor(random() * 5)::int] AS op2, floor(random() * 1000) AS w) AS n);
equal('BRIN: minmax', 'br', 'USING brin (a, c, b) WITH (pages_per_range = 4)', $two);
equal('BRIN: minmax-multi', 'br', 'USING brin (a int4_minmax_multi_ops, c numeric_minmax_multi_ops) WITH (pages_per_range = 3)', $two);
equal('BRIN: bloom', 'br', 'USING brin (b text_bloom_ops, a int4_bloom_ops) WITH (pages_per_range = 2)',
	q(SELECT format('a = %s AND b = %L', v, w) AS cond, format('(%L, %L, %s)', 'an_index', w, v) AS call FROM (SELECT floor(random() * 21000) AS v, 'v' || floor(random() * 5000 + i * 0) AS w) AS n));
equal('BRIN: inclusion', 'br', 'USING brin (d inet_inclusion_ops, e box_inclusion_ops) WITH (pages_per_range = 1)',
	q(SELECT format('e && %L', v) AS cond, format('_where(%L, ''e'', ''&&'', %L::box)', 'an_index', v) AS call FROM (SELECT box(point(x, x), point(x + 50, x + 50)) AS v FROM (SELECT floor(random() * 20000 + i * 0) AS x) AS p) AS n));
$node->safe_psql('postgres', 'INSERT INTO br SELECT * FROM br LIMIT 900');
equal('BRIN: inclusion of addresses', 'br', 'USING brin (d inet_inclusion_ops) WITH (pages_per_range = 5)',
	q(SELECT format('d << %L', v) AS cond, format('_where(%L, ''d'', ''<<'', %L)', 'an_index', v) AS call FROM (SELECT '10.0.' || floor(random() * 120 + i * 0) || '.0/24' AS v) AS n));

done_testing();
