
# wal_records and wal_summary show what pg_walinspect shows, over a workload
# that makes records of every kind; decoded heap actions are what happened.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', qq(
wal_level = logical
max_prepared_transactions = 10
track_commit_timestamp = on
autovacuum = off
wal_compression = pglz
max_wal_size = 4GB
wal_keep_size = 1GB
));
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');
plan skip_all => 'pg_walinspect is not installed'
  if $node->safe_psql('postgres',
	"SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_walinspect'") eq '0';
$node->safe_psql('postgres', 'CREATE EXTENSION pg_walinspect');

my $start = $node->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
$node->safe_psql('postgres', q(
	CREATE TABLE rich (id int, name text, doc text[], at point, period int4range, j jsonb);
	INSERT INTO rich SELECT i, md5(i::text), ARRAY['w' || i % 50, 'w' || i % 7], point(i % 100, i / 100),
		int4range(i, i + 10), jsonb_build_object('a', i % 10) FROM generate_series(1, 4000) i;
	CREATE INDEX ON rich USING btree (id);
	CREATE INDEX ON rich USING btree ((id % 5));
	CREATE INDEX ON rich USING hash (id);
	CREATE INDEX ON rich USING gist (at);
	CREATE INDEX ON rich USING gist (period);
	CREATE INDEX ON rich USING spgist (at);
	CREATE INDEX ON rich USING spgist (name);
	CREATE INDEX ON rich USING gin (doc);
	CREATE INDEX ON rich USING gin (j) WITH (fastupdate = off);
	CREATE INDEX brin ON rich USING brin (id) WITH (pages_per_range = 2);
	INSERT INTO rich SELECT i, md5(i::text), ARRAY['w' || i % 50, 'w' || i % 7], point(i % 100, i / 100),
		int4range(i, i + 10), jsonb_build_object('a', i % 10) FROM generate_series(4001, 9000) i;
	UPDATE rich SET name = name || 'x' WHERE id % 3 = 0;
	DELETE FROM rich WHERE id % 4 = 0;
));
$node->safe_psql('postgres', q(
	VACUUM rich;
	SELECT brin_summarize_new_values('brin'), brin_desummarize_range('brin', 0);
	DELETE FROM rich WHERE id < 6000;
	VACUUM (FREEZE) rich;
	INSERT INTO rich SELECT i, md5(i::text), ARRAY['w' || i % 50], point(i % 100, i / 100),
		int4range(i, i + 10), jsonb_build_object('a', i % 10) FROM generate_series(1, 3000) i;
	CHECKPOINT;
	UPDATE rich SET id = -id WHERE id % 10 = 1;
	VACUUM rich;
	CREATE TABLE wide (id int PRIMARY KEY, body text);
	INSERT INTO wide SELECT i, (SELECT string_agg(md5((i * j)::text), '') FROM generate_series(1, 300) j)
	  FROM generate_series(1, 40) i;
	UPDATE wide SET body = body || 'x' WHERE id % 2 = 0;
	CREATE SEQUENCE counter;
	SELECT count(nextval('counter')) FROM generate_series(1, 100);
	SELECT pg_logical_emit_message(true, 'prefix', 'inside'), pg_logical_emit_message(false, 'prefix', 'outside');
	SELECT pg_create_restore_point('a point');
	CREATE DATABASE other STRATEGY wal_log;
	CREATE DATABASE third STRATEGY file_copy;
	DROP DATABASE third;
	TRUNCATE wide;
	VACUUM FULL rich;
	CREATE UNLOGGED TABLE unlogged (i int);
	CREATE MATERIALIZED VIEW mat AS SELECT count(*) FROM rich;
	REFRESH MATERIALIZED VIEW mat;
	ALTER TABLE rich ADD COLUMN more int DEFAULT 7;
	SELECT pg_switch_wal();
	CREATE TABLE gone (i int); INSERT INTO gone VALUES (1); DROP TABLE gone;
	SELECT pg_replication_origin_create('origin'); SELECT pg_replication_origin_advance('origin', '0/1234567');
	SELECT pg_replication_origin_drop('origin');
));
$node->safe_psql('postgres', q(
	CREATE TABLE locked (i int PRIMARY KEY); INSERT INTO locked VALUES (1), (2);
	BEGIN; SELECT * FROM locked FOR KEY SHARE; SAVEPOINT s; SELECT * FROM locked WHERE i = 1 FOR UPDATE; COMMIT;
	INSERT INTO locked VALUES (3) ON CONFLICT DO NOTHING;
	BEGIN; INSERT INTO locked VALUES (4); PREPARE TRANSACTION 'a gid';
	COMMIT PREPARED 'a gid';
	BEGIN; INSERT INTO locked VALUES (5); PREPARE TRANSACTION 'other gid';
	ROLLBACK PREPARED 'other gid';
	BEGIN; INSERT INTO locked VALUES (6); ROLLBACK;
	CHECKPOINT;
));
my $end = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');

is( $node->safe_psql('postgres', qq(
	SELECT count(*) > 10000,
		   count(*) FILTER (WHERE a.lsn IS NULL OR i.start_lsn IS NULL
			OR (a.end_lsn, a.prev_lsn, coalesce(a.xid, '0'), a.rmgr, a.record_type, a.length, a.main_data_length, a.fpi_length)
			IS DISTINCT FROM
			   (i.end_lsn, i.prev_lsn, i.xid, i.resource_manager, i.record_type, i.record_length::bigint,
				i.main_data_length::bigint, i.fpi_length::bigint)
			OR a.description <> i.description)
	  FROM arch_inspect.wal_records('$start', '$end') a
	  FULL JOIN pg_get_wal_records_info('$start', '$end') i ON a.lsn = i.start_lsn)),
	't|0', 'wal_records equals pg_get_wal_records_info, record by record');

# "resource_manager/record_type", counts and sizes
is( $node->safe_psql('postgres', qq(
	SELECT count(*) > 60,
		   count(*) FILTER (WHERE (a.count, a.bytes - a.fpi_bytes, a.fpi_bytes) IS DISTINCT FROM
								  (i.count, i.record_size, i.fpi_size))
	  FROM (SELECT rmgr || '/' || record_type AS kind, sum(count)::bigint AS count, sum(bytes)::bigint AS bytes,
				   sum(fpi_bytes)::bigint AS fpi_bytes
			  FROM arch_inspect.wal_summary('$start', '$end') GROUP BY 1) a
	  FULL JOIN (SELECT "resource_manager/record_type" AS kind, count, record_size::bigint, fpi_size::bigint
				   FROM pg_get_wal_stats('$start', '$end', true) WHERE count > 0) i USING (kind))),
	't|0', 'wal_summary equals pg_get_wal_stats, kind by kind');
is( $node->safe_psql('postgres', qq(
	SELECT count(*) FILTER (WHERE (a.count, a.record, a.fpi) IS DISTINCT FROM (i.count, i.record_size, i.fpi_size))
	  FROM (SELECT rmgr, sum(count)::bigint AS count, sum(bytes - fpi_bytes)::bigint AS record, sum(fpi_bytes)::bigint AS fpi
			  FROM arch_inspect.wal_summary('$start', '$end') GROUP BY 1) a
	  FULL JOIN (SELECT "resource_manager/record_type" AS rmgr, count, record_size::bigint, fpi_size::bigint
				   FROM pg_get_wal_stats('$start', '$end') WHERE count > 0) i USING (rmgr))),
	'0', 'and by resource manager');

is( $node->safe_psql('postgres', qq(
	SELECT string_agg(DISTINCT rmgr || ' ' || record_type, ', ')
	  FROM arch_inspect.wal_records('$start', '$end') WHERE action IS NULL)),
	'', 'every record has words');
my $kinds = $node->safe_psql('postgres', qq(
	SELECT count(DISTINCT rmgr) FROM arch_inspect.wal_records('$start', '$end')));
cmp_ok($kinds, '>=', 16, "of $kinds resource managers");
is( $node->safe_psql('postgres', qq(
	SELECT count(*) > 0, bool_and(action ~ '"a gid"') FROM arch_inspect.wal_records('$start', '$end')
	 WHERE record_type IN ('PREPARE', 'COMMIT_PREPARED') AND description !~ 'other gid')),
	't|t', 'a prepared transaction is named');
is( $node->safe_psql('postgres', qq(
	SELECT count(*) FROM arch_inspect.wal_records('$start', '$end')
	 WHERE record_type = 'COMMIT' AND action ~ 'removed: base/')) > 0,
	1, 'and so are the files that a commit removes');

# With the block references of 16 and later, block by block.
if ($node->safe_psql('postgres', "SELECT count(*) FROM pg_proc WHERE proname = 'pg_get_wal_block_info'") ne '0')
{
	is( $node->safe_psql('postgres', qq(
		SELECT count(*) > 1000, count(*) FILTER (WHERE blocks IS DISTINCT FROM theirs) FROM (
			SELECT lsn, filenode, blocks FROM arch_inspect.wal_records('$start', '$end') WHERE fork = 'main') a
		FULL JOIN (SELECT start_lsn AS lsn, relfilenode AS filenode, array_agg(relblocknumber ORDER BY block_id) AS theirs
			FROM pg_get_wal_block_info('$start', '$end', false) WHERE relforknumber = 0 GROUP BY 1, 2) i USING (lsn, filenode))),
		't|0', 'blocks equal pg_get_wal_block_info');
}

# The history of a table, written down by a trigger, beside its WAL.
$node->safe_psql('postgres', q(
	CREATE TABLE story (id int PRIMARY KEY, word text, filler text) WITH (fillfactor = 60);
	CREATE UNLOGGED TABLE history (seq serial, xid xid, what text, was tid, became tid, row text);
	CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF TG_OP = 'INSERT' THEN
			INSERT INTO history (xid, what, became, row) VALUES (pg_current_xact_id()::xid, 'insert', NEW.ctid, NEW.id || '/' || NEW.word);
		ELSIF TG_OP = 'UPDATE' THEN
			INSERT INTO history (xid, what, was, became, row) VALUES (pg_current_xact_id()::xid, 'update', OLD.ctid, NEW.ctid, NEW.id || '/' || NEW.word);
		ELSE
			INSERT INTO history (xid, what, was) VALUES (pg_current_xact_id()::xid, 'delete', OLD.ctid);
		END IF;
		RETURN NULL;
	END $$;
	CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON story FOR EACH ROW EXECUTE FUNCTION note();
));
$start = $node->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
srand(20);
my $id = 0;
my $script = '';
foreach my $round (1 .. 300)
{
	my $r = int(rand(10));
	my $some = 'id % ' . (2 + int(rand(5))) . ' = 0';
	my $sql;

	if ($r < 3)
	{
		my $n = 1 + int(rand(20));
		$sql = "INSERT INTO story SELECT i, 'w' || i, repeat('f', " . int(rand(200)) . ") FROM generate_series($id + 1, $id + $n) i";
		$id += $n;
	}
	elsif ($r < 6) { $sql = "UPDATE story SET word = 'u$round' WHERE $some AND id > $id - 40"; }
	elsif ($r < 7) { $id++; $sql = "UPDATE story SET id = $id WHERE id = (SELECT min(id) FROM story)"; }
	elsif ($r < 8) { $sql = "DELETE FROM story WHERE $some AND id < $id - 20"; }
	elsif ($r < 9) { $sql = "BEGIN; UPDATE story SET word = 'no' WHERE $some; ROLLBACK"; }
	else { $sql = rand() < 0.5 ? 'VACUUM story' : 'CHECKPOINT'; }
	$script .= "$sql;\n";
	if ($round % 50 == 0)
	{
		$script .= "COPY story FROM stdin;\n" . join('', map { ++$id . "\tcopied\tx\n" } 1 .. 30) . "\\.\n";
	}
}
$node->safe_psql('postgres', $script);
$end = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');

my @history = split /\n/, $node->safe_psql('postgres',
	"SELECT xid || '|' || what || '|' || coalesce(was::text, '') || '|' || coalesce(became::text, '') FROM history ORDER BY seq");
my %committed = map { $_ => 1 } split /\n/, $node->safe_psql('postgres',
	"SELECT xid FROM arch_inspect.wal_records('$start', '$end') WHERE record_type = 'COMMIT' AND xid IS NOT NULL");
my @actions;
my %live;
my %rows;
my $unknown = 0;
foreach my $line (split /\n/, $node->safe_psql('postgres', qq(
	SELECT coalesce(xid::text, ''), rmgr, action, new_row FROM arch_inspect.wal_records('$start', '$end')
	 WHERE relation = 'story'::regclass AND rmgr LIKE 'Heap%' ORDER BY lsn)))
{
	my ($xid, $rmgr, $action, $row) = split /\|/, $line;

	if ($action =~ /^insert (\d+) rows? /)
	{
		my $n = $1;

		while ($action =~ /\((\d+),(\d+)\)(?: \.\. \(\d+,(\d+)\))?/g)
		{
			my ($block, $first, $last) = ($1, $2, $3 // $2);
			$n -= $last - $first + 1;
			push @actions, [ $xid, 'insert', '', "($block,$_)", undef ] foreach ($first .. $last);
		}
		if ($n != 0) { $unknown++; diag("not understood: $action"); }
	}
	elsif ($action =~ /^insert (\(\d+,\d+\))/) { push @actions, [ $xid, 'insert', '', $1, $row ]; }
	elsif ($action =~ /^(?:hot )?update (\(\d+,\d+\)) -> (\(\d+,\d+\))/) { push @actions, [ $xid, 'update', $1, $2, $row ]; }
	elsif ($action =~ /^delete (\(\d+,\d+\))/) { push @actions, [ $xid, 'delete', $1, '', undef ]; }
	elsif ($action !~ /^(?:prune|vacuum|freeze|mark block|lock|command ids)/) { $unknown++; diag("not understood: $action"); }
}
is($unknown, 0, 'every action on the table is understood');
my @done = grep { $committed{ $_->[0] } } @actions;
cmp_ok(scalar(@done), '>', 1000, 'there is much to compare');
cmp_ok(scalar(@actions), '>', scalar(@done), 'something was taken back, too');
is_deeply([ map { join '|', @$_[ 0 .. 3 ] } @done ], \@history, 'the actions in the WAL are the history of the table');
foreach my $a (@done)
{
	delete $live{ $a->[2] } if $a->[2];
	$live{ $a->[3] } = 1 if $a->[3];
}
is(join(' ', sort keys %live),
	$node->safe_psql('postgres', q(SELECT string_agg(ctid::text, ' ' ORDER BY ctid::text COLLATE "C") FROM story)),
	'replayed, they end at the rows of the table');
# "1,2" orders differently in the two, so compare the values over the rows themselves
is( $node->safe_psql('postgres', qq(
	SELECT count(*) > 300, count(*) FILTER (WHERE position(format('id=%s, word=%s, ', split_part(h.row, '/', 1), split_part(h.row, '/', 2)) IN r.new_row) <> 1)
	  FROM history h JOIN arch_inspect.wal_records('$start', '$end') r
	    ON r.xid = h.xid AND r.relation = 'story'::regclass AND r.rmgr = 'Heap' AND r.new_row IS NOT NULL
	   AND substring(r.action from '\\([0-9]+,[0-9]+\\)(?:, |\$)') LIKE h.became::text || '%')),
	't|0', 'new rows have the values that were written');

# Every page of a table and its index ends where its history ends.
is( $node->safe_psql('postgres', qq(
	SELECT bool_and(last_is_page) FROM (
		SELECT b, (SELECT is_page_lsn FROM arch_inspect.page_history('story_pkey', b, '$start') ORDER BY lsn DESC LIMIT 1) AS last_is_page
		  FROM generate_series(1, pg_relation_size('story_pkey') / 8192 - 1) b) p)),
	't', 'the last record of a page is the one on the page');

$node->stop;

done_testing();
