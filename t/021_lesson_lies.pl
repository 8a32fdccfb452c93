
# What the walkthrough and the claims assert can fail: for every pattern of
# every step and every claim a lie, that is a script or a server changed so
# that the fact is not there, and then the pattern must not be found.
#
# A lie is
#   [ patterns, from => to, ... ]   the script with every "from" replaced; the
#                                   patterns (numbers, from 1) that it denies
#   [ patterns, \'SQL', \'SQL' ]    a server changed by the first, and back by
#                                   the second
# The steps before one in its section are played first, as they are.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# which major is walked: some facts differ
my ($major) = `$ENV{PG_CONFIG} --version` =~ /(\d+)/;

my %steps = (
	'1.1' => [ [ '1 2 3 4', 'extname IN (' => 'extname NOT IN (' ] ],
	'2.1' => [ [ '1', "state = 'active'" => "state = 'idle'" ] ],
	'2.2' => [ [ '1', 'client_backends' => 'client_backends WHERE false' ] ],
	'2.3' => [
		[ '1', 'SELECT a.pid FROM pg_stat_activity AS a' => 'SELECT a.pid FROM arch_inspect.processes AS a' ],
		[ '2 3', "WHERE kind = 'postmaster'" => "WHERE kind = 'checkpointer'" ],
		[ '2 3', 'SELECT a.pid FROM pg_stat_activity AS a' => 'SELECT 0' ] ],
	'2.4' => [ [ '1 2', '(pid, 5000)' => '(2147483647, 5000)' ] ],
	'3.1' => [ [ '1', "current_setting('block_size')" => "current_setting('wal_segment_size')" ] ],
	'3.2' => [
		[ '1 2 3', 'VACUUM visits' => 'ANALYZE visits', '(1, 500)' => '(1, 5)' ],
		[ '2 3', 'VACUUM visits' => 'ANALYZE visits' ] ],
	'3.3' => [ [ '1 2', "(repeat('Large content here...', 10000))" => "(left(repeat('Large content here...', 10000), 1900))" ] ],
	'3.4' => [
		[ '1 2', '(2, 200000)' => '(2, 1500)' ],
		[ '3', '(1, 1000)' => '(1, 900)' ] ],
	'3.5' => [ [ '1 2 3', 'probe (id int)' => q[probe (id int, filler text DEFAULT repeat('x', 20))] ] ],
	'3.6' => [
		[ '1', 'SELECT state FROM' => "SELECT 'unknown' AS state FROM" ],
		[ '2', 'SELECT state_in_words' => 'SELECT state' ] ],
	'3.7' => [
		[ '1', 'n int CONSTRAINT must_be_there NOT NULL' => 'n int' ],
		[ '2', '(n / 2.0) VIRTUAL' => '(n / 2.0) STORED' ],
		[ '3', '(n * 2) STORED' => '(n * 2) VIRTUAL' ],
		[ '4', 'VALUES (21)' => 'VALUES (22)' ] ],
	'3.8' => [
		[ '1', 'SELECT count(*) FROM mine' => 'SELECT 200 AS count' ],
		[ '1', "reader: SELECT blkno" => "reader: VACUUM mine;\nreader: SELECT blkno" ] ],
	'4.1' => [
		[ '1', "LIKE 'wal_%'" => "LIKE '%wal_%'" ],
		[ '1 2', "LIKE 'wal_%'" => "LIKE 'wall_%'" ] ],
	'4.2' => [ [ '1 2 3 4 5', 'arch_inspect.wal_settings' => "pg_settings WHERE name LIKE 'wal_%'" ] ],
	'4.3' => [ [ '1', "'checkpoint_segments'" => "'max_wal_size'" ] ],
	'4.4' => [ [ '1 2 3', 'lesson_name_exists AS' => 'NOT lesson_name_exists AS' ] ],
	'4.5' => [
		[ '1', 'reader: UPDATE visits' => 'reader: BEGIN; UPDATE visits' ],
		[ '1', 'WHERE id <= 100' => 'WHERE id < 1' ],
		[ '1', \'ALTER ROLE student SET synchronous_commit = off', \'ALTER ROLE student RESET ALL' ] ],
	'4.6' => [
		[ '1', 'SELECT enabled' => 'SELECT NOT enabled' ],
		[ '2', 'incremental_backup(w.gapless_from)' => "incremental_backup('FFFFFFFF/0')" ] ],
	'4.7' => [
		[ '1', 'id = -id' => 'id = -id WHERE id < 10' ],
		[ '1', 'pid = pg_backend_pid()' => "kind = 'checkpointer'" ] ],
	'5.1' => [
		[
			'1', "writer: UPDATE accounts SET balance = balance + 50 WHERE id = 1;" =>
			  "third: BEGIN; LOCK TABLE accounts;\nwriter: UPDATE accounts SET balance = balance + 50 WHERE id = 1;\nthird: COMMIT;\nwriter collect:" ],
		[ '2', 'balance + 50' => 'balance + 0' ],
		[ '3', 'writer: BEGIN; UPDATE' => 'writer: UPDATE' ] ],
	'5.2' => [
		[ '1 3', 'BEGIN ISOLATION LEVEL REPEATABLE READ;' => 'BEGIN;' ],
		[ '2', 'lp IN (2, 4, 5)' => 'lp IN (2, 5)' ] ],
	'5.3' => [
		[ '1', 'reader: BEGIN;' => 'reader: BEGIN; SELECT txid_current();' ],
		[ '2', 'WHERE id = 1' => 'WHERE id = 99' ] ],
	'5.4' => [
		[
			'1 2', "writer: UPDATE accounts SET balance = balance - 20 WHERE id = 1;\nreader: COMMIT;\nwriter collect:" =>
			  "reader: COMMIT;\nwriter: UPDATE accounts SET balance = balance - 20 WHERE id = 2;" ] ],
	'5.5' => [
		[ '1 2', "-- Set isolation level\nSET" => 'BEGIN; SET' ],
		[ '3', 'BEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;' => 'BEGIN;' ] ],
	'5.6' => [ [ '1', 'READ COMMITTED' => 'REPEATABLE READ' ] ],
	'5.7' => [
		[ '1 2', 'REPEATABLE READ;' => 'REPEATABLE READ; SELECT 1;' ],
		[ '2', 'REPEATABLE READ' => 'READ COMMITTED' ],
		[ '3', "reader: COMMIT;\n" => '' ] ],
	'5.8' => [
		[ '1', "REPEATABLE READ;\n" => "READ COMMITTED;\n" ],
		[ '2', 'reader: BEGIN ISOLATION LEVEL REPEATABLE READ; UPDATE accounts SET balance = balance + 10 WHERE id = 2; COMMIT;' => 'reader: SELECT 1;' ] ],
	'5.9' => [
		[ '1', 'SERIALIZABLE' => 'REPEATABLE READ' ],
		[ '2', 'REPEATABLE READ' => 'SERIALIZABLE' ] ],
	'5.10' => [
		[ '1 3', "SET filler = 'y' WHERE id = 1" => 'SET n = 5 WHERE id = 1' ],
		[ '2 4', 'SET n = 1 WHERE id = 2' => "SET filler = 'z' WHERE id = 2" ] ],
	'5.11' => [
		[ '1', 'reader: UPDATE parts SET id = -id WHERE id = 7;' => 'reader: SELECT 1;' ],
		[ '2', 'SET id = -id WHERE id = 7' => 'SET id = -id' ] ],
	'6.1' => [
		[ '1', 'FROM pg_available_extensions' => "FROM pg_available_extensions WHERE name <> 'pgcrypto'" ],
		[ '2', 'CREATE EXTENSION IF NOT EXISTS pgcrypto' => 'SELECT 1' ],
		[ '3', "gen_salt('bf')" => "gen_salt('md5')" ] ],
	'6.2' => [
		[ '1', "gen_salt('bf', 8)" => "gen_salt('bf', 7)" ],
		[ '1', "crypt('open door', hash)" => "crypt('open sesame', hash)" ],
		[ '1', "crypt('open sesame', hash)" => "crypt('open door', hash)" ] ],
	'6.3' => [
		[ '1 2', 'installed_version, trusted' => 'installed_version, NOT trusted' ],
		[ '3 4 5', 'SELECT power, in_lesson,' => 'SELECT power, NOT in_lesson,' ] ],
	'6.4' => [
		[ '1', 'CREATE EXTENSION math_utils' => 'CREATE EXTENSION IF NOT EXISTS math_utils' ],
		[ '2', 'LANGUAGE plpgsql' => 'LANGUAGE plpgsql IMMUTABLE' ],
		[ '3', "d.deptype = 'e'" => "d.deptype = 'x'" ] ],
	'6.5' => [
		[ '1', 'reader: CREATE TABLE numbers' => "reader: ALTER FUNCTION square(integer) IMMUTABLE;\nreader: CREATE TABLE numbers" ],
		[ '1', 'square(46341);' => 'square(46340);' ],
		[ '2', 'square(46341::bigint)' => 'square(46340::bigint)' ] ],
	'6.6' => [
		[ '1', 'LANGUAGE sql IMMUTABLE' => 'LANGUAGE sql IMMUTABLE SECURITY DEFINER' ],
		[
			'2', "'pg_temp.square_plpgsql(x)'" => "'pg_temp.square_plpgsql(0)'",
			"'square(x)'" => "'square(x) - square(x) + square(x) - square(x) + square(x)'" ] ],
	'6.7' => [
		[ '1', 'USING brin (book) WITH (pages_per_range = 4)' => '(book)' ],
		[ '2', 'ON loans (reader);' => 'ON loans (reader) WHERE false;' ],
		[ '3', "gin (to_tsvector('simple', reader))" => "gin (to_tsvector('simple', 'one'))" ],
		[ '4', 'gist (point(book, book % 100))' => 'gist (point(book, 1)) WHERE book < 3' ],
		[ '5', 'USING hash (book)' => '(book)' ],
		[ '6', 'spgist (reader)' => 'spgist (reader) WHERE book < 3' ] ],
	'6.8' => [
		[ '1', "index_page_items('loans_btree', 3)" => "index_page_items('loans_btree', 1)" ],
		[ '2 3', "index_page_items('loans_btree', 1)" => "index_page_items('loans_btree', 3)" ] ],
	'6.9' => [
		[ '1 2', 'SELECT blkno, why FROM' => 'SELECT blkno, page_kind AS why FROM' ],
		[ '3', "loans WHERE reader = 'reader 500'" => "loans WHERE reader = 'reader 501'" ],
		[ '4', "'=', 1234" => "'>', 0" ] ],
	'7.1' => [ [ '1', "backend_type != 'client backend'" => "backend_type = 'client backend'" ] ],
	'7.2' => [ [ '1 2 3 4', "backend_type <> 'arch_lab session'" => "backend_type = 'arch_lab session'" ] ],
	'7.3' => [
		[ '1', "'synchronous_commit', mode" => "'synchronous_commit', 'off'" ],
		[ '2', "'synchronous_commit', mode" => "'synchronous_commit', 'on'" ] ],
	'7.4' => [ [ '1', "INSERT INTO busy SELECT i, repeat('y', 100) FROM generate_series(1, 5000) AS i" => 'SELECT 1' ] ],
	'7.5' => [
		[ '1 2', 'id % 2 = 0' => 'id % 200 = 0' ],
		[ '2', 'VACUUM counted' => 'ANALYZE counted' ] ],
	'7.6' => [
		[ '1', 'VACUUM mine' => 'VACUUM FULL mine' ],
		[ '1 2', 'VACUUM mine' => 'ANALYZE mine' ] ],
	'7.7' => [
		[ '1 2 3', 'FETCH 1 FROM c;' => '', "\nwriter collect:" => '' ],
		[ '2', 'ROLLBACK' => 'COMMIT', "\nwriter collect:" => '' ],
		[ '3', "FROM 'rows, ([^;]*)'" => "FROM 'rows, (\\w+ \\w+)'" ] ],
	'7.8' => [
		[ '1', 'id % 2 = 0' => 'id % 3 = 0' ],
		[ '1', 'autovacuum_vacuum_threshold = 5000' => 'autovacuum_vacuum_threshold = 2000' ] ],
	'7.9' => [
		[ '1 2', "reader: SELECT pg_advisory_lock(" => "reader: SELECT (", "\nwriter collect:" => '' ],
		[ '3', 'REPACK visits' => 'ANALYZE visits', "reader: SELECT pg_advisory_lock(" => "reader: SELECT (", "\nwriter collect:" => '' ] ],
	'8.1' => [ [ '1', "current_setting('shared_buffers')" => "current_setting('max_connections')" ] ],
	'8.2' => [
		[ '1 2 3 4', "<> 'cache_hits'" => "~ '^user'" ],
		[ '5', "= 'cache_hits'" => "= 'temporary_files'" ] ],
	'8.3' => [
		[ '1', 'clock_timestamp() - backend_start' => 'NULL::interval' ],
		[ '2', 'clock_timestamp() - backend_start' => "interval '0'" ] ],
	'8.4' => [ [ '1 2', "object = 'relation'" => "object = 'temp relation'" ] ],
	'8.5' => [
		[ '1', '(SELECT count(*) FROM arch_inspect.io_workers)' => '-1' ],
		[ '2', 'MOVE 2000 IN c' => 'MOVE ALL IN c', 'arch_inspect.io_handles' => '(SELECT a.*, NULL AS relation, 0 AS first_block, 0 AS last_block FROM pg_stat_activity AS a) AS a' ] ],
	'9.1' => [
		[ '1 2', "c.relkind = 'v'" => "c.relkind = 'm'" ],
		[ '3', "obj_description(p.oid, 'pg_proc')" => "obj_description(p.oid, 'pg_class')" ] ]);

my %claims = (
	1 => [ [ '1 2', 'reader: BEGIN' => 'reader: SELECT 1' ] ],
	2 => [
		[ '1 2', '(pid, 5000)' => '(2147483647, 5000)' ],
		[ '3', "name = 'restart_after_crash'" => "name = 'restart_after_victory'" ] ],
	3 => [
		[ '1', 'reader: SELECT coalesce' => "reader: SET lab.private_note = 'mine';\nreader: SELECT coalesce" ],
		[ '2', "pg_advisory_lock(hashtext('arch_lab'), pg_backend_pid())" => '1' ] ],
	4 => [ [ '1', 'FROM pg_stat_activity' => 'FROM arch_inspect.processes' ] ],
	5 => [
		[ '1', "WHERE state = 'active'" => 'WHERE state IS NOT NULL' ],
		[ '2', 'usename IS DISTINCT FROM current_user' => 'usename = current_user' ] ],
	6 => [
		[ '1', "bool_or(backend_type = 'checkpointer')" => "bool_or(backend_type = 'check writer')" ],
		[ '2', 'usename IS DISTINCT FROM current_user' => 'usename = current_user' ],
		[ '3', "('checkpointer', 'background writer', 'walwriter')" => "('arch_lab session')" ] ],
	7 => [
		[ '1 2 3', 'pg_relation_filepath(oid)' => 'pg_relation_filepath(0)' ],
		[ '2', "('r', 'i', 't')" => "('i', 't')" ],
		[ '4 5', 'fork) > 0' => 'fork) < 0' ] ],
	8 => [
		[ '1 2', 'VACUUM visits' => 'ANALYZE visits' ],
		[ '3', 'id = id WHERE id = 1' => 'id = id WHERE id = 0' ],
		[ '4', 'generate_series(1, 100)' => 'generate_series(1, 99)' ] ],
	9 => [
		[ '1', "repeat('Large content here...', 10000)" => "repeat('Large content here...', 9999)" ],
		[ '2', ', 1984)' => ', 2300)' ],
		[ '3', ', 2240)' => ', 1900)' ] ],
	10 => [ [ '1', '> pg_current_wal_flush_lsn()' => '> pg_current_wal_insert_lsn()' ] ],
	11 => [
		[ '1', "name LIKE 'wal_%'" => "name LIKE '%wal_%'" ],
		[ '2', "arch_inspect.wal_settings\n WHERE" => "pg_settings WHERE name LIKE 'wal_%' AND" ],
		[ '3', "'walXlevel' LIKE 'wal_%'" => q('walXlevel' LIKE 'wal\_%') ] ],
	12 => [
		[ '1', "'checkpoint_segments'" => "'max_wal_size'" ],
		[ '2', 'SHOW checkpoint_segments' => 'SHOW max_wal_size' ],
		[ '3 4', "('max_wal_size', 'checkpoint_timeout')" => "('checkpoint_segments')" ] ],
	13 => [ [ '1 2 3', 'SELECT count(*) FROM probe' => 'SELECT 1', "\nwriter collect:" => '' ] ],
	14 => [
		[ '1', 'VALUES (1)' => 'VALUES (5)' ],
		[ '2', 'BEGIN; SELECT v' => 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT v' ],
		[ '3 4', "REPEATABLE READ;\n" => "REPEATABLE READ; SELECT 1;\n" ],
		[ '4', 'REPEATABLE READ' => 'READ COMMITTED' ] ],
	15 => [
		[ '1', 'reader: BEGIN;' => 'reader: BEGIN; SELECT txid_current();' ],
		[ '2', 'txid_current() > 0' => 'pg_current_xact_id_if_assigned() IS NULL' ] ],
	16 => [
		[ '1 2', 'reader: SET TRANSACTION' => 'reader: BEGIN; SET TRANSACTION' ],
		[ '3', 'writer: BEGIN; UPDATE' => 'writer: UPDATE' ],
		[ '4', 'LEVEL REPEATABLE READ; SELECT' => 'LEVEL READ COMMITTED; SELECT' ],
		[ '5', 'reader: UPDATE probe SET v = v + 1;' => 'reader: SELECT 1;' ] ],
	17 => [
		[ '1', 'FROM pg_am' => "FROM pg_am WHERE amtype = 'i'" ],
		[ '2 3 4', "('casts', 'procedural languages', 'hooks')" => "('operators')" ],
		[ '5', 'pid = pg_backend_pid()' => "backend_type = 'client backend'" ] ],
	18 => [
		[ '1', "gen_salt('bf', 8)" => "gen_salt('bf', 9)" ],
		[ '2', "crypt('wrong', h)" => "crypt('right', h)" ] ],
	19 => [
		[ '1', 'CREATE EXTENSION' => 'CREATE EXTENSION IF NOT EXISTS' ],
		[ '2 3', 'LANGUAGE plpgsql;' => 'LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;' ],
		[ '4', 'square(46340)' => 'square(46339)' ],
		[ '5', 'square(46341)' => 'square(46340)' ] ],
	20 => [
		[ '1', "('checkpointer', " => '(' ],
		[ '2', 'pid = pg_backend_pid()' => "backend_type = 'client backend'" ],
		[ '3', 'reader: CREATE TABLE' => "reader: SET synchronous_commit = off;\nreader: CREATE TABLE" ],
		[ '3', \'ALTER ROLE student SET synchronous_commit = off', \'ALTER ROLE student RESET ALL' ],
		[ '4', 'synchronous_commit = off' => 'synchronous_commit = on' ] ],
	21 => [
		[ '1', 'VACUUM mine' => 'VACUUM FULL mine' ],
		# from 19 on whoever reads a full page may make the map
		[ ($major >= 19 ? '2' : '2 3'), 'VACUUM mine' => 'ANALYZE mine' ],
		[ '3', "fork IN ('fsm', 'vm')" => "fork IN ('fsm')" ],
		[ '4', 'autovacuum_enabled = off' => 'autovacuum_enabled = on' ] ],
	22 => [
		[ '1', "'pg_catalog'::regnamespace" => "'information_schema'::regnamespace" ],
		[ '2', "name = 'shared_buffers'" => "name = 'work_mem'" ] ],
	23 => [
		[ '1', 'TABLE public.probe' => 'TABLE probe' ],
		[ '1', \'GRANT CREATE ON SCHEMA public TO PUBLIC', \'REVOKE CREATE ON SCHEMA public FROM PUBLIC' ] ]);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q(
max_worker_processes = 20
autovacuum_naptime = '1d'
));
# the harness has the least; a summary wants more
$node->append_conf('postgresql.conf', "wal_level = replica\nsummarize_wal = on") if $major >= 17;
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE ROLE student LOGIN;
	CREATE SCHEMA student AUTHORIZATION student;

	-- every step and claim: what is played before it, itself, what it must show
	CREATE VIEW told AS
	SELECT section_no || '.' || step AS what, coalesce(script, 'reader: ' || lesson) AS script, expect,
		   array_agg(coalesce(script, 'reader: ' || lesson))
			   OVER (PARTITION BY section_no ORDER BY step ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
	  FROM arch_lab.lesson_steps
	 WHERE coalesce(from_major, 0) <= current_setting('server_version_num')::int / 10000
	UNION ALL
	SELECT 'claim ' || n, script, expect, NULL FROM arch_lab.lesson_claims;
	GRANT SELECT ON told TO PUBLIC;
	CREATE TABLE lies (n serial, what text, denied int[], script text);
	GRANT SELECT ON lies TO PUBLIC;

	-- which of the denied patterns are found all the same; a lie that depends
	-- on the moment (the WAL writer may come by) has three tries
	CREATE FUNCTION believed(which int) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		lie record;
		path text := arch_lab.desk_open();
		found_yet text;
		answers text;
	BEGIN
		SELECT l.what, l.denied, l.script, t.expect, t.before INTO lie
		  FROM lies AS l JOIN told AS t USING (what) WHERE l.n = which;
		BEGIN
			FOR try IN 1 .. 3 LOOP
				PERFORM arch_lab.desk_clear(path);
				PERFORM arch_lab.desk_seat(path);
				PERFORM arch_lab.play(b, path) FROM unnest(lie.before) AS b;
				answers := (SELECT p.results FROM arch_lab.played(lie.script, path) AS p);
				SELECT string_agg(p || ': ' || lie.expect[p], ', ' ORDER BY p) INTO found_yet
				  FROM unnest(lie.denied) AS p WHERE (answers ~ lie.expect[p]) IS NOT FALSE;
				EXIT WHEN found_yet IS NULL;
			END LOOP;
			PERFORM arch_lab.desk_close();
		EXCEPTION WHEN OTHERS THEN
			PERFORM arch_lab.desk_close();
			RETURN 'it can not be played: ' || SQLERRM;
		END;
		RETURN found_yet || E'\n' || answers;
	END $$));

# A summary file ends with a checkpoint.
if ($major >= 17)
{
	$node->safe_psql('postgres', 'CHECKPOINT');
	$node->poll_query_until('postgres', 'SELECT summaries > 0 FROM arch_inspect.wal_summarizer') or die 'no summary';
}

# Is there lz4?
my $lz4 = $node->safe_psql('postgres', q(SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression')) eq 't';

# No pattern finds its words in the script itself, or in nothing.
is($node->safe_psql('postgres', q(
		SELECT what, e FROM told, unnest(expect) AS e WHERE script ~ e OR '' ~ e OR '?' ~ e)),
	'', 'no pattern is met by its own script, nor by nothing');
is($node->safe_psql('postgres', q(
		SELECT what FROM told WHERE cardinality(expect) <> (SELECT count(DISTINCT e) FROM unnest(expect) AS e))),
	'', 'no pattern stands twice');

# As it stands, all of it holds.
my @student = (extra_params => [ '-U', 'student' ]);
is($node->safe_psql('postgres', 'SELECT section_no, step, result FROM arch_lab.walkthrough() WHERE holds IS NOT TRUE', @student),
	'', 'each step shows what it says');
is($node->safe_psql('postgres', 'SELECT n, evidence FROM arch_lab.claims() WHERE holds IS NOT TRUE', @student),
	'', 'each claim holds');

# So it does for those who see more.
for my $who ('watcher', 'postgres')
{
	$node->safe_psql('postgres', 'CREATE ROLE watcher LOGIN IN ROLE pg_monitor; CREATE SCHEMA watcher AUTHORIZATION watcher') if $who eq 'watcher';
	my @as = (extra_params => [ '-U', $who ]);
	$node->safe_psql('postgres', "ALTER ROLE $who SET default_toast_compression = lz4") if $lz4;
	is($node->safe_psql('postgres', 'SELECT section_no, step, result FROM arch_lab.walkthrough() WHERE holds IS NOT TRUE', @as),
		'', "each step shows what it says to $who");
	is($node->safe_psql('postgres', 'SELECT n, evidence FROM arch_lab.claims() WHERE holds IS NOT TRUE', @as),
		'', "each claim holds for $who");
}

# One lie after the other.
my %lies = (%steps, map { ("claim $_" => $claims{$_}) } keys %claims);
my %scripts = split /\0/, $node->safe_psql('postgres', 'SELECT what, script FROM told',
	extra_params => [ '--field-separator-zero', '--record-separator-zero' ]);
my %count = split /[|\n]/, $node->safe_psql('postgres', 'SELECT what, cardinality(expect) FROM told');
my %denied;

sub quoted { my ($s) = @_; $s =~ s/'/''/g; return "'$s'" }

my %later = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', "SELECT section_no || '.' || step FROM arch_lab.lesson_steps WHERE from_major > $major");
for my $what (sort keys %lies)
{
	next if $later{$what};
	for my $lie (@{ $lies{$what} })
	{
		my ($numbers, @change) = @$lie;
		my @patterns = split / /, $numbers;
		my $script = $scripts{$what} // '';
		my $name = "$what, $numbers: ";
		my ($do, $undo);

		$denied{"$what $_"} = 1 for @patterns;
		if (ref $change[0])
		{
			($do, $undo) = map { $$_ } @change;
			$name .= $do;
		}
		else
		{
			my $missing = '';
			while (my ($from, $to) = splice @change, 0, 2)
			{
				$missing .= "what it changes is not in the script: $from" if $script !~ s/\Q$from\E/$to/g;
				$name .= $to eq '' ? "without $from" : $to;
			}
			$name =~ s/\n.*//s;
			if ($missing) { fail($name); diag($missing); next }
		}
		$node->safe_psql('postgres', $do) if $do;
		my $n = $node->safe_psql('postgres', sprintf q(INSERT INTO lies (what, denied, script) VALUES (%s, '{%s}', %s) RETURNING n),
			quoted($what), join(',', @patterns), quoted($script));
		is($node->safe_psql('postgres', "SELECT believed($n)", @student), '', $name);
		$node->safe_psql('postgres', $undo) if $undo;
	}
}
my @believed = grep { !$denied{$_} } map { my $w = $_; map { "$w $_" } 1 .. $count{$w} } sort keys %count;
is(join(', ', @believed), '', 'there is a lie for every pattern of every step and claim');

$node->stop;

done_testing();
