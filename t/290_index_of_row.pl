
# index_of_row beside index_items after random changes, for every line pointer
# and every index; and how little a descent reads of a large index.
#
# SEED chooses the changes, ROUNDS how often (default 4).

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{SEED} || 1;
my $rounds = $ENV{ROUNDS} || 4;
srand($seed);
note("seed $seed");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\n");
$node->start;
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect;
CREATE TABLE t (a int, b text, c int[], p point, n numeric) WITH (autovacuum_enabled = off, fillfactor = 70);
INSERT INTO t SELECT i, 'w' || i % 30, ARRAY[i % 20, i], point(i, i), i / 3.0 FROM generate_series(1, 400) AS i;
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (b DESC NULLS FIRST, n);
CREATE INDEX t_h ON t USING hash (b);
CREATE INDEX t_n ON t USING hash (n);
CREATE INDEX t_p ON t (n) INCLUDE (a) WHERE a > 100;
CREATE INDEX t_e ON t ((a * 2));
CREATE INDEX t_gist ON t USING gist (p);
CREATE INDEX t_gin ON t USING gin (c);
CREATE INDEX t_sp ON t USING spgist (p);
CREATE VIEW pointers AS
	SELECT format('(%s,%s)', g.blkno, h.lp)::tid AS tid, h.lp_flags, h.flags
	  FROM generate_series(0, pg_relation_size('t') / 8192 - 1) AS g (blkno), arch_inspect.heap_page_items('t', g.blkno) AS h
	 WHERE h.lp IS NOT NULL;
));

my @changes = (
	sub { 'UPDATE t SET n = n WHERE a % 5 = ' . int(rand(5)) },
	sub { "UPDATE t SET b = 'x' || a % 7 WHERE a % 11 = " . int(rand(11)) },
	sub { 'UPDATE t SET b = NULL WHERE a % 29 = ' . int(rand(29)) },
	sub { 'UPDATE t SET a = a + 1, c = c || 5 WHERE a % 13 = ' . int(rand(13)) },
	sub { 'DELETE FROM t WHERE a % 17 = ' . int(rand(17)) },
	sub { 'INSERT INTO t SELECT i, \'new\' || i, ARRAY[i], point(i, 1), i FROM generate_series(' . join(', ', map { $_, $_ + 30 } int(rand(1000))) . ') AS i' },
	sub { 'BEGIN; UPDATE t SET n = n + 1 WHERE a % 7 = ' . int(rand(7)) . '; ROLLBACK' },
	sub { 'VACUUM (INDEX_CLEANUP ' . (rand() < 0.5 ? 'on' : 'off') . ') t' },
	sub { 'SET enable_seqscan = off; SELECT count(*) FROM t WHERE a < 300; SELECT count(*) FROM t WHERE b > \'\'' },
	sub { 'REINDEX INDEX t_b' });

foreach my $round (1 .. $rounds)
{
	my @done = map { $changes[ int(rand(@changes)) ]->() } 1 .. 6;

	$node->safe_psql('postgres', join(";\n", @done));
	my $told = join('; ', @done);
	$node->safe_psql('postgres', q(
DROP TABLE IF EXISTS p, theirs, ours;
CREATE TABLE p AS TABLE pointers;
CREATE TABLE theirs AS
	SELECT x.indexrelid::regclass AS idx, i.blkno, i.itemoffset, i.kind, i.dead, u.tid
	  FROM pg_index AS x, arch_inspect.index_items(x.indexrelid) AS i, unnest(i.tids) AS u (tid)
	 WHERE x.indrelid = 't'::regclass AND i.kind IN ('leaf', 'posting list', 'pending');
CREATE TABLE ours AS SELECT * FROM arch_parts.index_of_rows('t', (SELECT array_agg(tid) FROM p));
ANALYZE p, theirs, ours;
));
	is($node->safe_psql('postgres', q(
SELECT count(*) > 1000, count(*) FILTER (WHERE o.tid IS NULL), count(*) FILTER (WHERE t.tid IS NULL)
  FROM (SELECT * FROM theirs WHERE tid IN (SELECT tid FROM p)) AS t
  FULL JOIN (SELECT * FROM ours WHERE points_at = 'version') AS o USING (idx, blkno, itemoffset, kind, dead, tid))),
		't|0|0', "round $round: every entry of every line pointer, and no other") or diag($told);
	is($node->safe_psql('postgres', q(
SELECT count(*)
  FROM (SELECT tid FROM p ORDER BY hashtid(tid) LIMIT 25) AS s,
	   LATERAL (SELECT string_agg(format('%s %s %s %s %s', e.idx, e.blkno, e.itemoffset, e.points_at, e.found_by), ',' ORDER BY e.idx, e.blkno, e.itemoffset)
				  FROM arch_inspect.index_of_row('t', s.tid) AS e) AS one (said),
	   LATERAL (SELECT string_agg(format('%s %s %s %s %s', e.idx, e.blkno, e.itemoffset, e.points_at, e.found_by), ',' ORDER BY e.idx, e.blkno, e.itemoffset)
				  FROM ours AS e WHERE e.tid = s.tid) AS many (said)
 WHERE one.said IS DISTINCT FROM many.said)),
		'0', 'one line pointer has the same as among many') or diag($told);
	is($node->safe_psql('postgres', q(
SELECT count(*) FILTER (WHERE e.found_by = 'reading')
  FROM p JOIN ours AS e USING (tid)
 WHERE p.lp_flags NOT IN ('dead', 'unused') AND e.idx::text IN ('t_a', 't_b', 't_h', 't_n', 't_p'))),
		'0', 'found by descent where that can be') or diag($told);
	is($node->safe_psql('postgres', q(
SELECT count(*)
  FROM p JOIN ours AS e USING (tid)
  JOIN arch_inspect.heap_visibility('t') AS v USING (tid)
 WHERE 'HEAP_ONLY_TUPLE' = ANY (p.flags) AND v.state = 'live' AND e.idx::text = 't_a' AND e.points_at IS DISTINCT FROM 'root')),
		'0', 'a heap-only version has the entries of its root') or diag($told);
}

# A descent by the row's own key reads a handful of pages of a large index.
$node->safe_psql('postgres', q(
CREATE TABLE large (i int, wide text) WITH (autovacuum_enabled = off);
ALTER TABLE large ALTER wide SET STORAGE PLAIN;
INSERT INTO large SELECT i, repeat(md5(i::text), 60) FROM generate_series(1, 50000) AS i;
CREATE INDEX large_wide ON large (wide);
CREATE INDEX large_hash ON large USING hash (wide);
UPDATE large SET i = -1 WHERE ctid = '(3000,2)';
CREATE FUNCTION pages_read(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || query INTO plan;
	RETURN (plan->0->'Plan'->>'Shared Hit Blocks')::bigint + (plan->0->'Plan'->>'Shared Read Blocks')::bigint;
END $$;
SELECT count(*) FROM arch_inspect.version_chain('large', '(1,1)');
));
is($node->safe_psql('postgres', q(SELECT pg_relation_size('large_wide') > 95 * 1024 * 1024)), 't', 'an index of 100 MB');
foreach my $query (
	q(SELECT * FROM arch_inspect.index_of_row('large', '(5000,1)')),
	q(SELECT * FROM arch_inspect.version_chain('large', '(5000,1)')))
{
	my $pages = $node->safe_psql('postgres', "SELECT pages_read(\$q\$$query\$q\$), pages_read(\$q\$$query\$q\$)");
	my (undef, $warm) = split /\|/, $pages;

	note("$query: $pages");
	cmp_ok($warm, '>', 5, 'pages are counted');
	cmp_ok($warm, '<', 60, 'and they are few') or diag($query);
}

# A long look can be cancelled.
my ($rc, $out, $err) = $node->psql('postgres', q(
CREATE INDEX large_expression ON large ((wide || 'x'));
SET statement_timeout = 100;
SELECT count(*) FROM generate_series(1, 100000) AS i, LATERAL arch_inspect.index_of_row('large', format('(%s,1)', i % 100)::tid)));
like($err, qr/statement timeout/, 'reading can be cancelled');

$node->stop;
done_testing();
