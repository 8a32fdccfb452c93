
# What runs for long, stopped in the midst of it: a VACUUM that waits for a page
# which another session has pinned, and commands that write a table anew, held
# up by an index expression that waits for a lock.  So each figure is known.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
fsync = off
maintenance_work_mem = 2MB
));
$node->start;
$node->safe_psql('postgres', $_) foreach (
	'CREATE EXTENSION arch_inspect', 'CREATE ROLE regress_student', 'CREATE ROLE regress_reader IN ROLE pg_read_all_stats',
	'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION arch_inspect');
my $major = $node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int / 10000");

# 40 pages of 200 rows and more; a row of each page is deleted, three on the first
$node->safe_psql('postgres', q(
	CREATE TABLE v (i int) WITH (fillfactor = 100);
	INSERT INTO v SELECT generate_series(1, 10000);
	CREATE INDEX ON v (i);
	DELETE FROM v WHERE (ctid::text::point)[1] = 7;
	DELETE FROM v WHERE ctid IN ('(0,1)', '(0,2)')));
my $pages = $node->safe_psql('postgres', "SELECT pg_relation_size('v') / 8192");

my $cursor = $node->background_psql('postgres');
my $vacuum = $node->background_psql('postgres', on_error_stop => 0);
$cursor->query_safe("BEGIN; DECLARE c CURSOR FOR SELECT * FROM v WHERE ctid = '(20,1)'; FETCH 1 FROM c");
my $pid = $vacuum->query_safe('SELECT pg_backend_pid()');
$vacuum->query_until(qr/go/, "\\echo go\nVACUUM (FREEZE, INDEX_CLEANUP ON, PARALLEL 0) v;\n");
ok($node->poll_query_until('postgres', "SELECT wait_event ~ '^Buffer' FROM pg_stat_activity WHERE pid = $pid"), 'VACUUM waits for a pinned page');

my $row = 'SELECT relation, started_by, phase, heap_blks_total, heap_blks_scanned, scanned_percent, dead_items, index_vacuum_count FROM arch_inspect.vacuum_progress';
my $scanned = $node->safe_psql('postgres', 'SELECT heap_blks_scanned FROM arch_inspect.vacuum_progress');
ok($scanned == 20 || $scanned == 21, 'it has come to the page');
my $percent = sprintf('%.1f', 100 * $scanned / $pages);
is($node->safe_psql('postgres', $row), "v|manual|scanning heap|$pages|$scanned|$percent|22|0", 'how far it is, and what it noted');
is( $node->safe_psql('postgres', 'SELECT phase_in_words FROM arch_inspect.vacuum_progress'),
	'reads the pages that are not all-visible, prunes and freezes their rows, and notes the pointers of dead rows', 'the phase in words');
my $names = $major >= 17 ? 'max_dead_tuple_bytes, dead_tuple_bytes, num_dead_item_ids' : 'max_dead_tuples * 6, num_dead_tuples * 6, num_dead_tuples';
is( $node->safe_psql('postgres', "SELECT (v.memory_limit_bytes, v.memory_used_bytes, v.dead_items) = ($names) FROM arch_inspect.vacuum_progress v JOIN pg_stat_progress_vacuum USING (pid)"),
	't', 'the memory is what the server says');
is( $node->safe_psql('postgres', 'SELECT memory_used_bytes BETWEEN 1 AND memory_limit_bytes, memory_limit_bytes <= 2 * 1024 * 1024 FROM arch_inspect.vacuum_progress'),
	't|t', 'and within maintenance_work_mem');
like( $node->safe_psql('postgres', 'SELECT memory_in_words FROM arch_inspect.vacuum_progress'),
	$major >= 17 ? qr/ for 22 pointers of dead rows, kept in a radix tree \(TidStore\) that grows as needed; when it is full, the indexes are gone through before/
	: qr/ for 22 pointers of dead rows, six bytes each, in an array that was set aside at the start; when it is full, the indexes are gone through before/, 'the memory in words');
is( $node->safe_psql('postgres', 'SELECT mode IS NOT NULL, delay_time IS NOT NULL, indexes_total IS NOT NULL FROM arch_inspect.vacuum_progress'),
	join('|', map { $major >= $_ ? 't' : 'f' } (19, 18, 17)), 'what only later servers tell');
like($node->safe_psql('other', $row), qr/^\|manual\|scanning heap\|/, 'from another database the table has no name');
is($node->safe_psql('postgres', "SET ROLE regress_reader; $row"), "v|manual|scanning heap|$pages|$scanned|$percent|22|0", 'pg_read_all_stats sees all');
is($node->safe_psql('postgres', "SET ROLE regress_student; SELECT pid, datname, relid, phase, phase_in_words, memory_used_bytes, memory_in_words FROM arch_inspect.vacuum_progress"),
	"$pid|postgres|||||", 'another role sees that there is one');
$cursor->query_safe('COMMIT');
$vacuum->query_safe('SELECT 1');
is($node->safe_psql('postgres', 'SELECT count(*) FROM arch_inspect.vacuum_progress'), '0', 'once it is done, there is none');
$vacuum->quit;

# Commands that write a table anew
$node->safe_psql('postgres', q(
	CREATE TABLE r (i int);
	INSERT INTO r SELECT generate_series(1, 1000);
	CREATE INDEX r_i ON r (i);
	CREATE FUNCTION held_up(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
	'BEGIN PERFORM pg_catalog.pg_advisory_lock_shared(42), pg_catalog.pg_advisory_unlock_shared(42); RETURN $1; END';
	CREATE INDEX r_held ON r (held_up(i))));
# without index scans the rows are sorted; 19 names the index all the same
my @commands = (['VACUUM FULL r', 'VACUUM FULL', ''], ['CLUSTER r USING r_i', 'CLUSTER', 'r_i']);
push @commands, ['REPACK r', 'REPACK', ''], ['REPACK r USING INDEX r_i', 'REPACK', 'r_i'] if $major >= 19;
foreach (@commands)
{
	my ($command, $name, $index) = @$_;
	my $rewrite = $node->background_psql('postgres', on_error_stop => 0);

	$cursor->query_safe('SELECT pg_advisory_lock(42)');
	$pid = $rewrite->query_safe('SET enable_indexscan = off; SELECT pg_backend_pid()');
	$rewrite->query_until(qr/go/, "\\echo go\n$command;\n");
	ok($node->poll_query_until('postgres', "SELECT wait_event = 'advisory' FROM pg_stat_activity WHERE pid = $pid"), "$command is held up");
	is( $node->safe_psql('postgres', q(SELECT relid IS NOT NULL, command, phase, phase_in_words, coalesce(by_index::text, 'none'),
			heap_tuples_scanned, heap_tuples_written, coalesce(heap_tuples_deleted, -1) FROM arch_inspect.rewrite_progress)),
		"t|$name|rebuilding index|makes the indexes anew|" . ($major >= 19 && $index ? $index : 'none') . '|1000|1000|' . ($major >= 19 ? 0 : -1), "$command: how far it is");
	is($node->safe_psql('postgres', "SET ROLE regress_student; SELECT pid, datname, relation, command, phase, heap_tuples_scanned FROM arch_inspect.rewrite_progress"),
		"$pid|postgres||||", "$command: another role sees that there is one");
	$cursor->query_safe('SELECT pg_advisory_unlock(42)');
	$rewrite->query_safe('SELECT 1');
	$rewrite->quit;
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM arch_inspect.rewrite_progress'), '0', 'once it is done, there is none');
$cursor->quit;

# autovacuum's own scores say the same as the forecast, which reckons them
$node->safe_psql('postgres', $_) foreach (
	'ALTER SYSTEM SET autovacuum = on', "ALTER SYSTEM SET autovacuum_naptime = '1d'", 'SELECT pg_reload_conf()',
	'CREATE TABLE few (i int)', 'CREATE TABLE many (i int)',
	'INSERT INTO few SELECT generate_series(1, 200)', 'INSERT INTO many SELECT generate_series(1, 20000)',
	'DELETE FROM many');
$node->poll_query_until('postgres', "SELECT dead_rows = 20000 FROM arch_inspect.autovacuum_forecast WHERE relation = 'many'::regclass");
if ($major >= 19)
{
	is( $node->safe_psql('postgres', q(SELECT count(*) > 0, count(*) FILTER (WHERE s.do_vacuum <> (f.due && ARRAY['vacuum against wraparound', 'vacuum of dead rows', 'vacuum of inserted rows'])),
			count(*) FILTER (WHERE s.do_analyze <> ('analyze' = ANY (f.due)))
			FROM arch_inspect.autovacuum_scores s JOIN arch_inspect.autovacuum_forecast f USING (relation))),
		't|0|0', 'what is due is due for both');
	is( $node->safe_psql('postgres', q(SELECT rank() OVER (ORDER BY place), because_of, do_vacuum, do_analyze FROM arch_inspect.autovacuum_scores WHERE relation IN ('few'::regclass, 'many'::regclass) ORDER BY place)),
		"1|changed rows|t|t\n2|changed rows|f|t", 'the order, and what makes it');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_autovacuum_scores AS o FULL JOIN arch_inspect.autovacuum_scores AS s ON s.relation = o.relid WHERE (s.score = o.score) IS NOT TRUE'),
		'0', 'the scores are the server\'s');
}
else
{
	is($node->safe_psql('postgres', 'SELECT count(*) FROM arch_inspect.autovacuum_scores'), '0', 'there are no scores before 19');
}

$node->stop;
done_testing();
