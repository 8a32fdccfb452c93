
# Values and TOAST: looking at them changes nothing, goes on while the table
# is changed in every way, works on a standby, and can be cancelled.

use strict;
use warnings;

use Digest::MD5;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
# No standby yet: the background writer notes the running transactions for one
# now and then, and that is WAL.
$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', q(
autovacuum = off
bgwriter_lru_maxpages = 0
checkpoint_timeout = 1h
shared_buffers = 8MB
max_parallel_workers_per_gather = 0
));
$node->start;
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect;
CREATE EXTENSION pg_buffercache;
CREATE TYPE pair AS (a int, b text);
CREATE FUNCTION make(name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE %1$I (i int PRIMARY KEY, x text, p pair, n numeric, j jsonb);
		INSERT INTO %1$I SELECT i, (SELECT string_agg(md5((i * g)::text), %2$L) FROM generate_series(1, i %% 150) AS g), ROW(i, repeat(%2$L, 300))::pair, i / 7.0, jsonb_build_object(%3$L, i)
		  FROM generate_series(1, 600) AS i;
		UPDATE %1$I SET n = 0 WHERE i %% 5 = 0;
		DELETE FROM %1$I WHERE i %% 7 = 0', $1, 'x', 'k');
END $$;
SELECT make('t'), make('warm');
));
$node->safe_psql('postgres', "VACUUM (FREEZE) $_")
  foreach split /\n/,
  $node->safe_psql('postgres',
	"SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace");
$node->restart;

sub looks
{
	my ($table) = @_;

	return join '', 'BEGIN READ ONLY;', (map { "SELECT count(f::text) FROM $_ f;" } "arch_parts.anatomy_parts('$table')", map { "arch_inspect.$_" }
		"heap_attributes('$table')", "heap_tuple_data('$table')",
		"row_layout('$table')", "toast_values('$table')",
		"table_anatomy('$table')"),
	  "SELECT count(a::text) FROM generate_series(1, 5) g, arch_inspect.tuple_attributes('$table', format('(0,%s)', g)::tid) a;",
	  "SELECT count(c::text) FROM arch_inspect.toast_values('$table') v, arch_inspect.toast_chunks('$table', v.tid, v.attname) c;",
	  'COMMIT;';
}

sub state
{
	return $node->safe_psql('postgres', q(
		SELECT 'wal', pg_current_wal_insert_lsn()::text;
		SELECT 'xid', pg_snapshot_xmax(pg_current_snapshot())::text;
		SELECT 'table', relid = 't'::regclass, seq_scan, seq_tup_read, idx_scan, idx_tup_fetch, heap_blks_read, heap_blks_hit, idx_blks_read, idx_blks_hit
		  FROM pg_stat_all_tables JOIN pg_statio_all_tables USING (relid)
		 WHERE relid = 't'::regclass OR relid = (SELECT reltoastrelid FROM pg_class WHERE oid = 't'::regclass) ORDER BY relid;
		SELECT 'index', idx_scan, idx_tup_read, idx_blks_read, idx_blks_hit
		  FROM pg_stat_all_indexes JOIN pg_statio_all_indexes USING (indexrelid)
		 WHERE indexrelid IN (SELECT indexrelid FROM pg_index WHERE indrelid = (SELECT reltoastrelid FROM pg_class WHERE oid = 't'::regclass));
		SELECT 'buffers', count(*), sum(usagecount), count(*) FILTER (WHERE isdirty)
		  FROM pg_buffercache WHERE relfilenode IN (SELECT pg_relation_filenode(c) FROM unnest(ARRAY['t'::regclass, (SELECT reltoastrelid FROM pg_class WHERE oid = 't'::regclass)]) c);
		SELECT 'clock', hand::text, passes, free_buffers FROM arch_inspect.buffer_clock;
	));
}

sub files
{
	my $dir = $node->data_dir;

	return join "\n", map {
		open my $fh, '<:raw', "$dir/$_" or die "$_: $!";
		"$_ " . Digest::MD5->new->addfile($fh)->hexdigest;
	} split /\n/, $node->safe_psql('postgres', q(
		SELECT path FROM (SELECT 't'::regclass UNION ALL SELECT reltoastrelid FROM pg_class WHERE oid = 't'::regclass
			UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = (SELECT reltoastrelid FROM pg_class WHERE oid = 't'::regclass)) c (r), LATERAL arch_inspect.relation_forks(r)));
}

my $flush = 'SELECT pg_stat_force_next_flush();';
$node->safe_psql('postgres', looks('warm') . $flush . 'SELECT 1');
state();
$node->safe_psql('postgres', "$flush CHECKPOINT");
state();
my $files = files();
my $before = state();
$node->safe_psql('postgres', looks('t') . $flush . 'SELECT 1');
is(state(), $before, 'looking at values and TOAST left the server as it was');
$node->safe_psql('postgres', 'CHECKPOINT');
is(files(), $files, 'and the files');
$node->safe_psql('postgres', "SELECT count(x || 'x') FROM t; $flush SELECT 1");
isnt(state(), $before, 'a sequential scan that reads the values is seen by this test');

# What SELECT prints is what is shown, and so it is on a standby.
my $compare = q(
	SELECT count(*) > 400, count(*) FILTER (WHERE t.x IS DISTINCT FROM a.value)
	  FROM t LEFT JOIN (SELECT format('(%s,%s)', blkno, lp)::tid AS tid, value FROM arch_inspect.heap_attributes('t') WHERE attname = 'x') a ON a.tid = t.ctid);
is($node->safe_psql('postgres', $compare), 't|0', 'values are those that SELECT prints');
$node->append_conf('postgresql.conf', "wal_level = replica\nmax_wal_senders = 4\n");
$node->restart;
$node->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'b', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $compare), 't|0', 'on a standby too');
is($standby->safe_psql('postgres', 'SELECT live_tuples FROM arch_inspect.table_anatomy($$t$$)'),
	$node->safe_psql('postgres', 'SELECT live_tuples FROM arch_inspect.table_anatomy($$t$$)'), 'an anatomy on a standby');
$standby->safe_psql('postgres', looks('t'));
pass('every function answers on a standby');
$standby->stop('fast');

# Readers beside every way to change a table.
$node->safe_psql('postgres', q(
CREATE TABLE errors (state text, message text);
CREATE PROCEDURE look(seconds int) LANGUAGE plpgsql AS $$
DECLARE
	looks text[] := ARRAY[
		'SELECT count(p::text) FROM arch_inspect.heap_attributes(%1$s) p',
		'SELECT count(p::text) FROM arch_inspect.heap_tuple_data(%1$s) p',
		'SELECT count(p::text) FROM arch_inspect.tuple_attributes(%1$s, $q$(0,1)$q$) p',
		'SELECT count(p::text) FROM arch_inspect.row_layout(%1$s) p',
		'SELECT count(p::text) FROM arch_inspect.table_anatomy(%1$s) p',
		'SELECT count(c::text) FROM arch_inspect.toast_values(%1$s) v, arch_inspect.toast_chunks(%1$s, v.tid, v.attname) c'];
	stop timestamptz := clock_timestamp() + seconds * interval '1 second';
	n int := 0;
	one text;
BEGIN
	WHILE clock_timestamp() < stop LOOP
		FOREACH one IN ARRAY looks LOOP
			BEGIN
				EXECUTE format(one, coalesce(to_regclass('t')::oid, 0)::text || '::regclass');
			EXCEPTION
				WHEN undefined_table OR undefined_column OR invalid_parameter_value THEN NULL;
				WHEN OTHERS THEN INSERT INTO errors VALUES (SQLSTATE, SQLERRM);
			END;
			COMMIT;
			n := n + 1;
		END LOOP;
	END LOOP;
	RAISE NOTICE '% looks', n;
END
$$));
my $seconds = $ENV{TROUBLE_SECONDS} || 5;
my @readers = map {
	my ($out, $err) = ('', '');
	{
		err => \$err,
		run => IPC::Run::start(
			[ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', "CALL look($seconds)" ],
			'>', \$out, '2>', \$err) };
} 1 .. 2;
my $stop = time() + $seconds;
my $rounds = 0;
while (time() < $stop)
{
	$node->safe_psql('postgres', q(
		DELETE FROM t WHERE i > 300; VACUUM t;
		INSERT INTO t SELECT i, repeat(md5(i::text), 200) FROM generate_series(3000, 3100) i;
		VACUUM FULL t;
		CLUSTER t USING t_pkey;
		ALTER TABLE t ADD COLUMN y int DEFAULT 5;
		ALTER TABLE t ALTER i TYPE bigint;
		ALTER TABLE t DROP COLUMN x;
		TRUNCATE t;
		DROP TABLE t;
		SELECT make('t');));
	$rounds++;
}
foreach my $reader (@readers)
{
	$reader->{run}->finish;
	like(${ $reader->{err} }, qr/NOTICE:  [1-9]\d* looks/, 'a reader went on to the end');
}
ok($rounds > 0, 'the table was changed meanwhile');
is($node->safe_psql('postgres', 'SELECT DISTINCT state, message FROM errors'), '', 'no error that is not documented');

# A cancel ends each of them.
$node->safe_psql('postgres', q(
CREATE TABLE long AS SELECT i, repeat('x', 100) AS x FROM generate_series(1, 200000) AS i));
foreach my $query (
	q(SELECT count(*) FROM generate_series(1, 10000) g, LATERAL (SELECT count(value) FROM arch_inspect.heap_attributes('long') OFFSET g - g) a),
	q(SELECT count(*) FROM generate_series(1, 10000) g, LATERAL (SELECT live_tuples FROM arch_inspect.table_anatomy('long') OFFSET g - g) a),
	q(SELECT count(*) FROM generate_series(1, 10000) g, LATERAL (SELECT max(row_count) FROM arch_inspect.row_layout('long') OFFSET g - g) a),
	q(SELECT count(*) FROM generate_series(1, 10000) g, LATERAL (SELECT count(why) FROM arch_inspect.toast_values('long') OFFSET g - g) a))
{
	my ($rc, $out, $err) = $node->psql('postgres', "SET statement_timeout = '200ms'; $query");
	my ($name) = $query =~ /arch_inspect\.(\w+)/;
	like($err, qr/canceling statement due to statement timeout/, "$name can be cancelled");
}

$node->stop;
done_testing();
