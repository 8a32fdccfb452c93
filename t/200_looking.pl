
# Looking changes nothing: no page, hint bit, dirty flag, usage count, WAL,
# transaction id, clock hand, free space map or statistics; and a look over
# more than shared_buffers drives nothing out of it.

use strict;
use warnings;

use Digest::MD5;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('looking');
$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', q(
autovacuum = off
bgwriter_lru_maxpages = 0
checkpoint_timeout = 1h
shared_buffers = 4MB
max_parallel_workers_per_gather = 0
max_prepared_transactions = 5
));
$node->start;

# What is looked at has no hint bits: the server is restarted after it was
# made, and nobody has read it since.
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect;
CREATE EXTENSION pg_buffercache;
CREATE TABLE warm (i int PRIMARY KEY, x text);
INSERT INTO warm VALUES (1, 'x');
CREATE TABLE hot (i int, x text);
INSERT INTO hot SELECT i, repeat('x', 500) FROM generate_series(1, 1200) i;
CREATE TABLE t (i int PRIMARY KEY, x text);
INSERT INTO t SELECT i, repeat('x', 400) FROM generate_series(1, 20000) i;
VACUUM (FREEZE) t;
INSERT INTO t SELECT i, repeat('y', 400) FROM generate_series(20001, 22000) i;
UPDATE t SET x = 'z' WHERE i % 100 = 0;
BEGIN; DELETE FROM t WHERE i % 100 = 1; ROLLBACK;
BEGIN; SELECT count(*) FROM (SELECT 1 FROM t WHERE i % 100 = 2 FOR UPDATE) s; COMMIT;
CREATE INDEX t_hash ON t USING hash (i);
CREATE INDEX t_gist ON t USING gist (point(i, i));
CREATE INDEX t_gin ON t USING gin ((ARRAY[i % 100, i]));
CREATE INDEX t_brin ON t USING brin (i) WITH (pages_per_range = 4);
CREATE INDEX t_spgist ON t USING spgist (point(i, i));
CREATE INDEX t_again ON t (i);
CREATE INDEX warm_hash ON warm USING hash (i);
CREATE INDEX warm_gist ON warm USING gist (point(i, i));
CREATE INDEX warm_gin ON warm USING gin ((ARRAY[i]));
CREATE INDEX warm_brin ON warm USING brin (i);
CREATE INDEX warm_spgist ON warm USING spgist (point(i, i));
CREATE INDEX warm_again ON warm (i);
DELETE FROM t WHERE i BETWEEN 15000 AND 15100;
BEGIN; DELETE FROM t WHERE i % 1000 = 3; PREPARE TRANSACTION 'p';
));
$node->safe_psql('postgres', "VACUUM (FREEZE) $_")
  foreach split /\n/,
  $node->safe_psql('postgres',
	"SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace IN ('pg_catalog'::regnamespace)");
$node->restart;

# all functions over a table, by a scan node and by a call
sub looks
{
	my ($table) = @_;
	my $sql = 'BEGIN READ ONLY;';
	my @calls = (
		"page_headers('$table')", "page_headers('$table', fork => 'fsm')",
		"page_headers('$table', fork => 'vm')", "page_headers('${table}_pkey')",
		"page_header('$table', 0)", "heap_page_items('$table', 0)",
		"heap_tuples('$table')", "page_map('$table')", "fsm_tree('$table')",
		"tuple_attributes('$table', '(0,1)')", "heap_attributes('$table')",
		"heap_tuple_data('$table')", "row_layout('$table')", "toast_values('$table')",
		"toast_chunks('$table', '(0,1)', 'x')",
		"anatomy_parts('$table')", "table_anatomy('$table')",
		"index_page_stats('${table}_pkey', 0)", "index_page_items('${table}_pkey', 1)",
		"index_items('${table}_pkey')",
		"heap_visibility('$table')", "explain_visibility('$table', '(0,1)')",
		"version_chain('$table', '(0,1)')", "row_locks('$table')", "why_dead('$table')",
		"index_of_row('$table', '(0,1)')", "index_of_rows('$table', '{\"(0,1)\"}')", "why_not_hot('$table')",
		"relation_forks('$table')", 'buffers()', 'buffer_usage()', 'buffer_clock()',
		"index_tree('${table}_pkey')", "index_tree_pages('${table}_pkey')",
		"index_descent('${table}_pkey', 15050)", "index_descent('${table}_hash', 15050)",
		"index_descent_where('${table}_again', 'i', '>=', 14000, 'i', '<', 16000)",
		"index_descent_where('${table}_brin', 'i', '<', 3000)",
		"index_descent_backward('${table}_again', 'i', '<', 15200)");

	foreach my $idx (qw(hash gist gin brin spgist again))
	{
		push @calls, "index_page_stats('${table}_$idx', 0)", "index_page_items('${table}_$idx', 0)",
		  "index_items('${table}_$idx')", "index_tree('${table}_$idx')", "index_tree_pages('${table}_$idx')";
	}
	foreach my $call (@calls)
	{
		my $schema = $call =~ /^(anatomy_parts|buffer|index_of_rows)/ ? 'arch_parts' : 'arch_inspect';
		$sql .= "SELECT count(f::text) FROM $schema.$call f;";
		$sql .= "SELECT count(f::text) FROM (SELECT $schema.$call) f;";
	}
	$sql .= 'SELECT count(s::text) FROM arch_inspect.storage s; COMMIT;';
	return $sql;
}

# None is forgotten.  page_history reads WAL alone, vacuum_cuts the catalogs; the
# parts of version_chain and why_dead have the names of these.
my $tried = join ',', looks('t') =~ /arch_(?:inspect|parts)\.(\w+)/g;
is($node->safe_psql('postgres', qq(
	SELECT proname FROM pg_proc
	 WHERE pronamespace IN ('arch_inspect'::regnamespace, 'arch_parts'::regnamespace) AND
		   (proargtypes[0] = 'regclass'::regtype OR proname LIKE 'buffer%') AND
		   proname <> ALL ('{$tried,page_history,vacuum_cuts}'))),
	'', 'every function that looks into a relation or a buffer is tried');

# The state of the server, in words.  A buffer is allocated from the free list
# or by moving the clock hand: the two are exact at once, where the server's
# own counter waits for the background writer.
sub state
{
	return $node->safe_psql('postgres', q(
		SELECT 'wal', pg_current_wal_insert_lsn()::text;
		SELECT 'xid', pg_snapshot_xmax(pg_current_snapshot())::text;
		SELECT 'clock', hand::text, passes, free_buffers FROM arch_inspect.buffer_clock;
		SELECT 'free space map', blkno, next_slot, max_bytes, slots_used FROM arch_inspect.fsm_tree('t');
		SELECT 'table', seq_scan, idx_scan, heap_blks_read, heap_blks_hit, idx_blks_read, idx_blks_hit
		  FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid)
		 WHERE pg_stat_user_tables.relname = 't';
		SELECT 'buffers', count(*), sum(usagecount), count(*) FILTER (WHERE isdirty)
		  FROM pg_buffercache WHERE relfilenode IN (SELECT pg_relation_filenode(c) FROM unnest('{t,t_pkey,t_again,t_hash,t_gist,t_gin,t_brin,t_spgist,hot}'::regclass[]) c);
		-- entries that a scan found dead are marked on their pages
		SELECT 'killed', i, d.n FROM unnest('{t_pkey,t_again,t_hash,t_gist}'::regclass[]) AS i,
			LATERAL (SELECT sum(dead_items) AS n FROM arch_inspect.index_tree(i)) AS d;
	));
}

# the bytes of a relation's files
sub files
{
	my $dir = $node->data_dir;

	return join "\n", map {
		my $file = "$dir/$_";
		open my $fh, '<:raw', $file or die "$file: $!";
		"$_ " . Digest::MD5->new->addfile($fh)->hexdigest;
	} split /\n/, $node->safe_psql('postgres',
		"SELECT path FROM unnest('{t,t_pkey,t_again,t_hash,t_gist,t_gin,t_brin,t_spgist}'::regclass[]) c, LATERAL arch_inspect.relation_forks(c)");
}

# Catalogs and the hot table are read before, so that only looking can be the
# cause of a difference.
my $flush = 'SELECT pg_stat_force_next_flush();';
$node->safe_psql('postgres', 'SELECT count(*) FROM hot; ' x 3);
$node->safe_psql('postgres', looks('warm') . $flush . 'SELECT 1');
state();
$node->safe_psql('postgres', "$flush CHECKPOINT");
state();

my $files_before = files();
my $before = state();
$node->safe_psql('postgres', looks('t') . $flush . 'SELECT 1');
is(state(), $before, 'looking left the server as it was');
$node->safe_psql('postgres', 'CHECKPOINT');
is(files(), $files_before, 'looking left the files as they were');

# Again with the table's pages dirty in shared buffers and without hint bits.
$node->safe_psql('postgres', "UPDATE t SET x = 'in buffers' WHERE i BETWEEN 10 AND 99; $flush SELECT 1");
state();
$before = state();
$node->safe_psql('postgres', looks('t') . $flush . 'SELECT 1');
is(state(), $before, 'looking at dirty pages left the server as it was');

# With a bad cache as witness: reading by the server's means is seen.
$node->safe_psql('postgres', "SELECT count(*) FROM t; $flush SELECT 1");
isnt(state(), $before, 'a sequential scan is seen by this test');
like($before, qr/^killed\|t_pkey\|0\nkilled\|t_again\|0\nkilled\|t_hash\|0\nkilled\|t_gist\|0$/m, 'no entry was marked as dead');
$node->safe_psql('postgres', 'SET enable_seqscan = off; SET enable_bitmapscan = off; SELECT count(x) FROM t WHERE i BETWEEN 15000 AND 15100');
like(state(), qr/^killed\|t_(pkey|again)\|[1-9]/m, 'an index scan marks them');

# the states were told right, without a hint bit
is($node->safe_psql('postgres', q(
	SELECT replace(state, 'hot-', ''), count(*) FROM arch_inspect.heap_tuples('t')
	 WHERE state <> 'dead' GROUP BY 1 ORDER BY 1)),
	"deleting|21\nlive|21878\nupdated|90", 'states of a table without hint bits');

# More than shared_buffers: the hot table stays.
my $hot = q(SELECT buffers FROM arch_inspect.buffer_usage WHERE relation = 'hot'::regclass AND fork = 'main');
$node->safe_psql('postgres', 'SELECT count(*) FROM hot; ' x 3);
my $n = $node->safe_psql('postgres', $hot);
ok($n > 50, 'the hot table is in shared buffers');
$node->safe_psql('postgres', "SELECT count(t_xmin) FROM arch_inspect.heap_tuples('t')");
is($node->safe_psql('postgres', $hot), $n, 'a look over more than shared_buffers evicts nothing');

$node->stop;

done_testing();
