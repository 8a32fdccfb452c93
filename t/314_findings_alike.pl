
# What only looks like that which a rule of findings points out must not raise
# it: a sound server full of such things has no finding.  Then the siblings of
# what the rules were made for, which must.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1, extra => ['--data-checksums']);
my $archive = PostgreSQL::Test::Utils::tempdir();
my $flag = "$archive/flag";
$node->append_conf('postgresql.conf', qq(
fsync = on
shared_buffers = 64MB
max_connections = 20
max_prepared_transactions = 5
autovacuum = on
autovacuum_naptime = 1d
track_activities = on
synchronous_commit = local
checkpoint_timeout = 5min
max_wal_size = 1GB
archive_mode = on
archive_command = 'test -f "$flag"'
password_encryption = scram-sha-256
log_statement = none
default_toast_compression = pglz
jit = off
));
$node->start;

sub findings
{
	my ($where, %params) = @_;
	my $db = delete $params{db} // 'postgres';
	return $node->safe_psql($db, "SELECT rule, subject, evidence FROM arch_inspect.finding_evidence() WHERE $where ORDER BY 1, 2", %params);
}

$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE ROLE student LOGIN;
	CREATE ROLE builder LOGIN;
	GRANT CREATE ON SCHEMA public TO builder;
	GRANT pg_read_all_data TO student));
SKIP:
{
	# a version newer than what the files make: nothing leads from there
	skip 'no cube here', 1 if $node->safe_psql('postgres', q(SELECT count(*) FROM pg_available_extensions WHERE name = 'cube')) eq '0';
	is($node->safe_psql('postgres', q(CREATE EXTENSION cube; UPDATE pg_extension SET extversion = '99.0' WHERE extname = 'cube' RETURNING 1)), '1', 'an extension from the future');
}
my $lz4 = $node->safe_psql('postgres', q(SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression')) eq 't';

# tables and indexes
$node->safe_psql('postgres', q(
	-- autovacuum: options, but not off
	CREATE TABLE tuned (i int) WITH (autovacuum_enabled = 'on', autovacuum_vacuum_threshold = 500);
	-- many dead rows, but not for autovacuum's threshold twice
	CREATE TABLE dying AS SELECT i FROM generate_series(1, 20000) AS i;
	SELECT pg_stat_force_next_flush();
	ANALYZE dying;
	UPDATE dying SET i = i WHERE i <= 4000;
	-- no statistics: of a temporary table, because none are wanted, because there are no rows
	CREATE TEMP TABLE own AS SELECT i FROM generate_series(1, 50000) AS i;
	CREATE TABLE unwanted (i int, t text);
	ALTER TABLE unwanted ALTER i SET STATISTICS 0, ALTER t SET STATISTICS 0;
	INSERT INTO unwanted SELECT i, 'x' FROM generate_series(1, 40000) AS i;
	CREATE TABLE emptied AS SELECT i FROM generate_series(1, 40000) AS i;
	INSERT INTO emptied SELECT generate_series(1, 50);
	SELECT pg_stat_force_next_flush();
	DELETE FROM emptied WHERE ctid <> (SELECT max(ctid) FROM emptied);
	SELECT pg_stat_force_next_flush();
	VACUUM emptied;
	DELETE FROM emptied;
	SELECT pg_stat_force_next_flush();
	ANALYZE emptied;
	-- the same in different order of columns, operators, sort, condition, expression
	CREATE TABLE several (a text, b int, c int4range, d int4range,
		EXCLUDE USING gist (c WITH &&), EXCLUDE USING gist (c WITH -|-));
	CREATE INDEX several_a ON several (a);
	CREATE INDEX several_pattern ON several (a text_pattern_ops);
	CREATE INDEX several_c ON several (a COLLATE "C");
	CREATE INDEX several_desc ON several (a DESC);
	CREATE INDEX several_part ON several (a) WHERE b > 0;
	CREATE INDEX several_part2 ON several (a) WHERE b > 1;
	CREATE INDEX several_ab ON several (a, b);
	CREATE INDEX several_ba ON several (b, a);
	CREATE INDEX several_incl ON several (a) INCLUDE (b);
	CREATE INDEX several_lower ON several (lower(a));
	CREATE INDEX several_upper ON several (upper(a));
	CREATE INDEX several_hash ON several USING hash (a);
	-- foreign keys with an index that serves, of another kind, order or condition
	CREATE TABLE parent (id int PRIMARY KEY, x int, y int, UNIQUE (x, y));
	INSERT INTO parent SELECT i, i, i FROM generate_series(1, 10) AS i;
	CREATE TABLE child (id int PRIMARY KEY, by_hash int REFERENCES parent, by_part int REFERENCES parent,
		x int, y int, FOREIGN KEY (x, y) REFERENCES parent (x, y), p int, q int, FOREIGN KEY (p, q) REFERENCES parent (x, y));
	CREATE INDEX ON child USING hash (by_hash);
	CREATE INDEX ON child (by_part) WHERE by_part IS NOT NULL;
	CREATE INDEX ON child (y, x, id);
	CREATE INDEX ON child (p, q) WHERE p IS NOT NULL AND q IS NOT NULL;
	INSERT INTO child SELECT i, 1 + i % 10, 1 + i % 10, 1 + i % 10, 1 + i % 10, 1 + i % 10, 1 + i % 10 FROM generate_series(1, 2000) AS i;
	CREATE TABLE small_child (id int REFERENCES parent);
	INSERT INTO small_child SELECT 1 FROM generate_series(1, 999);
	-- read whole often, but small; or big, but for a few rows; or seldom
	CREATE TABLE tiny AS SELECT i FROM generate_series(1, 100) AS i;
	CREATE TABLE first_rows AS SELECT i FROM generate_series(1, 20000) AS i;
	CREATE TABLE seldom AS SELECT i FROM generate_series(1, 20000) AS i;
	SELECT pg_stat_force_next_flush();
	ANALYZE tiny; ANALYZE first_rows; ANALYZE seldom; ANALYZE child; ANALYZE small_child;
	DO $$ BEGIN FOR n IN 1 .. 100 LOOP PERFORM count(*) FROM tiny; PERFORM i FROM first_rows LIMIT 1; END LOOP; END $$;
	DO $$ BEGIN FOR n IN 1 .. 20 LOOP PERFORM count(*) FROM seldom; END LOOP; END $$;
	-- an index made a moment ago on a table of many changes, and one that is there for its uniqueness
	CREATE TABLE changed (i int, u int UNIQUE);
	INSERT INTO changed SELECT i, i FROM generate_series(1, 80000) AS i;
	SELECT pg_stat_force_next_flush();
	ANALYZE changed;
	CREATE INDEX changed_new ON changed (i);
	-- never analyzed, but vacuumed: there was no ANALYZE to grow old
	CREATE TABLE no_analyze (i int) WITH (autovacuum_enabled = on);
	INSERT INTO no_analyze SELECT generate_series(1, 3000);
	VACUUM no_analyze;
	SELECT pg_stat_force_next_flush();
	INSERT INTO no_analyze SELECT generate_series(1, 3000);
	-- out of line, but not for the setting to compress
	CREATE TABLE outside (t text);
	ALTER TABLE outside ALTER t SET STORAGE EXTERNAL;
	INSERT INTO outside SELECT repeat('x', 100000) FROM generate_series(1, 20);
	SELECT pg_stat_force_next_flush();
	ANALYZE outside;
	-- sequences near their end that start there, or that go round
	CREATE SEQUENCE late START 2000000000 MAXVALUE 2147483647; SELECT nextval('late');
	CREATE SEQUENCE round MAXVALUE 100 CYCLE; SELECT setval('round', 99);
	CREATE SEQUENCE down INCREMENT -1; SELECT nextval('down');
	CREATE SEQUENCE narrow_band MINVALUE 1000 MAXVALUE 1100 START 1000; SELECT nextval('narrow_band');
	-- a bigint fed beyond integer, an integer that the sequence does not feed, and one that the sequence spares
	CREATE TABLE wide (id bigint GENERATED ALWAYS AS IDENTITY, other int);
	SELECT setval(pg_get_serial_sequence('wide', 'id'), 3000000000);
	CREATE TABLE beside (id int, n int DEFAULT 7);
	CREATE SEQUENCE unrelated OWNED BY beside.id; SELECT setval('unrelated', 2000000000);
	CREATE TABLE young (id int DEFAULT nextval('down'));
	-- not for everybody, not there after the session
	CREATE TEMP TABLE gone_soon (i int);
	SELECT pg_stat_force_next_flush()));
$node->safe_psql('postgres', q(
	CREATE TABLE packed (t text COMPRESSION lz4);
	INSERT INTO packed SELECT (SELECT string_agg(md5(random()::text || i || j), '') FROM generate_series(1, 1000) AS j) FROM generate_series(1, 60) AS i;
	ANALYZE packed)) if $lz4;
# a reference to a partitioned table, with its index, and partitions with the indexes of their parent
$node->safe_psql('postgres', q(
	CREATE TABLE years (id int PRIMARY KEY) PARTITION BY RANGE (id);
	CREATE TABLE year1 PARTITION OF years FOR VALUES FROM (0) TO (10);
	CREATE TABLE year2 PARTITION OF years FOR VALUES FROM (10) TO (20);
	INSERT INTO years SELECT generate_series(1, 19);
	CREATE TABLE of_year (id int REFERENCES years);
	CREATE INDEX ON of_year (id);
	INSERT INTO of_year SELECT 1 + i % 19 FROM generate_series(1, 2000) AS i;
	SELECT pg_stat_force_next_flush();
	ANALYZE of_year));

# settings that were changed and changed back; checkpoints by command; many
# records beside a few images; one big sort
$node->safe_psql('postgres', $_) foreach ('ALTER SYSTEM SET max_connections = 33', 'SELECT pg_reload_conf()');
$node->poll_query_until('postgres', q(SELECT pending_restart FROM pg_settings WHERE name = 'max_connections'));
$node->safe_psql('postgres', $_) foreach ('ALTER SYSTEM RESET max_connections', 'SELECT pg_reload_conf()');
$node->poll_query_until('postgres', q(SELECT NOT pending_restart FROM pg_settings WHERE name = 'max_connections'));
$node->safe_psql('postgres', 'CHECKPOINT') foreach (1 .. 14);
$node->safe_psql('postgres', q(
	SELECT pg_stat_reset_shared('wal');
	INSERT INTO tiny SELECT generate_series(1, 9000);
	SELECT pg_stat_force_next_flush();
	ANALYZE tiny;
	SET work_mem = '64kB';
	SELECT i FROM generate_series(1, 300000) AS i ORDER BY i OFFSET 299999;
	SELECT pg_stat_force_next_flush()));

# archiving that failed once and works; slots without WAL, fresh, and in use
$node->safe_psql('postgres', 'SELECT pg_switch_wal()');
$node->poll_query_until('postgres', 'SELECT failed_count > 0 FROM pg_stat_archiver');
append_to_file($flag, 'x');
$node->poll_query_until('postgres', 'SELECT archived_count > 0 AND last_archived_time > last_failed_time FROM pg_stat_archiver');
$node->safe_psql('postgres', q(
	SELECT pg_create_physical_replication_slot('nothing_kept');
	SELECT pg_create_physical_replication_slot('fresh', true);
	SELECT pg_create_physical_replication_slot('in_use', true)));
my $received = PostgreSQL::Test::Utils::tempdir();
my $receiver = IPC::Run::start([ 'pg_receivewal', '-D', $received, '-S', 'in_use', '--synchronous', '-d', $node->connstr('postgres') ],
	'>', \my $rout, '2>', \my $rerr);
$node->poll_query_until('postgres', q(SELECT active FROM pg_replication_slots WHERE slot_name = 'in_use'));
foreach (1 .. 6)
{
	$node->safe_psql('postgres', 'SELECT txid_current(); SELECT pg_switch_wal()');
}
$node->poll_query_until('postgres', q(SELECT restart_lsn = pg_current_wal_lsn() FROM pg_replication_slots WHERE slot_name = 'in_use'));
$node->safe_psql('postgres', q(SELECT pg_drop_replication_slot('fresh'); CHECKPOINT; SELECT pg_create_physical_replication_slot('fresh', true)));
# no archive_command, but a library
my $library = $node->safe_psql('postgres', q(SELECT count(*) FROM pg_ls_dir(replace(current_setting('dynamic_library_path'), '$libdir', (SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR'))) AS f WHERE f = 'basic_archive.so')) eq '1';
if ($library)
{
	mkdir("$archive/lib");
	$node->safe_psql('postgres', $_) foreach ("ALTER SYSTEM SET archive_command = ''", "ALTER SYSTEM SET archive_library = 'basic_archive'",
		'SELECT pg_reload_conf()');
	$node->poll_query_until('postgres', q(SELECT current_setting('archive_command') = '' AND current_setting('archive_library') = 'basic_archive'));
}

# sessions: idle outside of a transaction, at work inside of one, a fresh
# prepared transaction; as many as just do not count as nearly all
my $idle = $node->background_psql('postgres');
$idle->query_safe('SELECT 1');
my $works = $node->background_psql('postgres', on_error_stop => 0);
$works->query_until(qr/now/, "\\echo now\nBEGIN;\nSELECT pg_sleep(600);\n");
$node->safe_psql('postgres', q(BEGIN; INSERT INTO tuned VALUES (1); PREPARE TRANSACTION 'just now'));

# an index in the making by another role, and one that is being dropped; both
# wait for a transaction that is open
$node->safe_psql('postgres', q(
	CREATE TABLE built (i int); ALTER TABLE built OWNER TO builder;
	CREATE TABLE dropped (i int); CREATE INDEX dropped_i ON dropped (i); ALTER TABLE dropped OWNER TO builder));
my $snapshot = $node->background_psql('postgres');
$snapshot->query_safe('BEGIN; INSERT INTO built VALUES (1); SELECT count(*) FROM dropped');
my $builds = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'builder' ]);
$builds->query_until(qr/now/, "\\echo now\nCREATE INDEX CONCURRENTLY built_i ON built (i);\n");
my $drops = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'builder' ]);
$drops->query_until(qr/now/, "\\echo now\nDROP INDEX CONCURRENTLY dropped_i;\n");
ok($node->poll_query_until('postgres', q(SELECT count(*) = 2 FROM pg_index WHERE NOT indisvalid)), 'two indexes are not valid at the moment');
foreach my $role ('student', $node->safe_psql('postgres', 'SELECT current_user'))
{
	is(findings('true', extra_params => [ '-U', $role ]), '', "what only looks like it raises nothing, for $role");
}
like($node->safe_psql('postgres', 'SELECT kept_because FROM arch_inspect.wal_status'), qr/^needed from /, 'and the WAL is kept for recovery');
my $max = 16 - $node->safe_psql('postgres', q(SELECT count(*) FROM arch_inspect.client_backends));
my @crowd = map { $node->background_psql('postgres') } (1 .. $max);
is($node->safe_psql('postgres', q(SELECT count(*) FROM arch_inspect.client_backends)), '16', '16 of 20 connections');
is(findings(q(rule = 'connections_nearly_used')), '', 'are not nearly all');
$_->quit foreach @crowd;

# The siblings.  A build that failed is left behind:
$node->safe_psql('postgres', q(SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%' AND pid <> pg_backend_pid()));
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM arch_inspect.finding_evidence() WHERE rule = 'invalid_index' AND subject = 'built_i')),
	'a build that was cancelled is pointed out');
$snapshot->query_safe('COMMIT');
$_->quit foreach ($snapshot, $builds, $drops, $idle);
$node->safe_psql('postgres', q(SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND pid <> pg_backend_pid()));
$works->quit;
$node->safe_psql('postgres', q(ROLLBACK PREPARED 'just now'));

# A consumer that is connected and confirms nothing any more.
$receiver->signal('STOP');
$node->safe_psql('postgres', 'SELECT txid_current(); SELECT pg_switch_wal()') foreach (1 .. 6);
is($node->safe_psql('postgres', q(SELECT rule, subject, evidence ~ '^process [0-9]+ uses it, and it keeps [0-9]+ MB of WAL; its consumer has confirmed what lies before [0-9A-F]+/[0-9A-F]+, [0-9]+ MB back$'
	FROM arch_inspect.finding_evidence() WHERE subject ~ 'in_use')), 'replication_slot_keeps_wal|replication slot in_use|t', 'a slot in use that keeps much WAL is pointed out');
$node->safe_psql('postgres', 'CHECKPOINT');
like($node->safe_psql('postgres', 'SELECT kept_because FROM arch_inspect.wal_status'), qr/by the replication slot (in_use|fresh) \(another holds less\)/, 'wal_status names the slot');
$node->safe_psql('postgres', q(SELECT pg_drop_replication_slot('fresh')));
like($node->safe_psql('postgres', 'SELECT kept_because FROM arch_inspect.wal_status'), qr/by the replication slot in_use(;|$)/, 'and no other where there is none');
$receiver->signal('CONT');
$receiver->signal('TERM');
$receiver->finish;

# Neither a command nor a library.
$node->safe_psql('postgres', $_) foreach ("ALTER SYSTEM SET archive_command = ''", "ALTER SYSTEM SET archive_library = ''", 'SELECT pg_reload_conf()');
$node->poll_query_until('postgres', q(SELECT current_setting('archive_command') = '' AND current_setting('archive_library') = ''));
$node->safe_psql('postgres', 'SELECT txid_current(); SELECT pg_switch_wal(); CHECKPOINT');
is($node->safe_psql('postgres', q(SELECT rule, evidence ~ '^archive_mode is on, and neither archive_command nor archive_library is set; [0-9]+ files wait$' FROM arch_inspect.finding_evidence() WHERE rule ~ '^archiv')),
	'archive_command_missing|t', 'archiving without a command or library is pointed out, and not called a failure');
is($node->safe_psql('postgres', q(SELECT evidence FROM arch_inspect.finding_evidence() WHERE rule = 'archive_command_missing'), extra_params => [ '-U', 'student' ]),
	'archive_mode is on, and neither archive_command nor archive_library is set', 'to everybody');
like($node->safe_psql('postgres', 'SELECT kept_because FROM arch_inspect.wal_status'), qr/until it is archived, for which neither archive_command nor archive_library is set/, 'wal_status says so');

$node->safe_psql('postgres', 'CREATE DATABASE sick');
$node->safe_psql('sick', q(
	CREATE EXTENSION arch_inspect;
	-- columns of integer types, fed by sequences that go on
	CREATE TABLE narrow (id int GENERATED ALWAYS AS IDENTITY, n smallint);
	ALTER TABLE narrow ALTER id TYPE bigint; ALTER TABLE narrow ALTER id TYPE int;
	ALTER SEQUENCE narrow_id_seq AS bigint;
	SELECT setval('narrow_id_seq', 1900000000);
	CREATE SEQUENCE shared;
	SELECT setval('shared', 30000);
	CREATE TABLE by_default (i smallint DEFAULT nextval('shared'));
	CREATE TABLE by_default2 (i smallint DEFAULT nextval('shared') + 1);
	CREATE DOMAIN number AS int;
	CREATE SEQUENCE downwards INCREMENT -1;
	SELECT setval('downwards', -2000000000);
	CREATE TABLE by_domain (i number DEFAULT nextval('downwards'));
	-- a sequence that goes down
	CREATE SEQUENCE down AS smallint INCREMENT -1;
	SELECT setval('down', -32000);
	-- the same expression, written at another place in the statement; the same condition
	CREATE TABLE twice (a text, b int, id int PRIMARY KEY);
	CREATE INDEX twice_1 ON twice (lower(a));
	CREATE INDEX twice_2 ON twice   (  lower ( a ) );
	CREATE INDEX twice_3 ON twice (b) WHERE b > 0;
	CREATE INDEX twice_4_longer ON twice (b)   WHERE (b   >   0);
	-- an index that does not find single rows, and a reference to a partitioned table
	CREATE TABLE parent (id int PRIMARY KEY) PARTITION BY RANGE (id);
	CREATE TABLE parent1 PARTITION OF parent FOR VALUES FROM (0) TO (10);
	CREATE TABLE parent2 PARTITION OF parent FOR VALUES FROM (10) TO (20);
	INSERT INTO parent SELECT generate_series(1, 19);
	CREATE TABLE child (id int REFERENCES parent);
	CREATE INDEX child_brin ON child USING brin (id);
	CREATE INDEX child_part ON child (id) WHERE id > 3;
	INSERT INTO child SELECT 1 + i % 19 FROM generate_series(1, 2000) AS i;
	CREATE TABLE plain (id int PRIMARY KEY);
	INSERT INTO plain SELECT generate_series(1, 10);
	CREATE TABLE parts (id int, p int REFERENCES plain) PARTITION BY RANGE (id);
	CREATE TABLE part1 PARTITION OF parts FOR VALUES FROM (0) TO (2000);
	CREATE TABLE part2 PARTITION OF parts FOR VALUES FROM (2000) TO (4000);
	INSERT INTO parts SELECT i, 1 + i % 10 FROM generate_series(1, 3999) AS i;
	SELECT pg_stat_force_next_flush();
	ANALYZE child; ANALYZE parts;
	-- vacuumed, but never analyzed
	CREATE TABLE counted AS SELECT i FROM generate_series(1, 50000) AS i;
	VACUUM counted;
	-- off in other words, and for its TOAST table
	CREATE TABLE off1 (t text) WITH (autovacuum_enabled = 'F', toast.autovacuum_enabled = no);
	-- a threshold of nothing
	CREATE TABLE at_once (i int) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
	INSERT INTO at_once SELECT generate_series(1, 1500);
	SELECT pg_stat_force_next_flush();
	DELETE FROM at_once;
	SELECT pg_stat_force_next_flush()));
ok($node->poll_query_until('sick', q(SELECT count(*) = 1 FROM arch_inspect.finding_evidence() WHERE rule = 'dead_rows' AND subject = 'at_once')),
	'a threshold of nothing is no division by it');
is($node->safe_psql('sick', q(SELECT rule, CASE WHEN subject LIKE 'pg_toast.%' THEN 'pg_toast' ELSE subject END, regexp_replace(evidence, '^[0-9]+ kB', 'so many kB') FROM arch_inspect.finding_evidence()
	WHERE rule IN ('integer_column_nearly_used', 'sequence_nearly_used', 'duplicate_index', 'foreign_key_without_index', 'missing_statistics', 'autovacuum_off_for_table', 'stale_statistics')
	ORDER BY 1, 2)), q(autovacuum_off_for_table|off1|autovacuum_enabled is off; an unknown number of rows, 0 dead
autovacuum_off_for_table|pg_toast|autovacuum_enabled is off; an unknown number of rows, 0 dead
duplicate_index|twice_1|2 indexes on twice do the same: twice_1, twice_2
duplicate_index|twice_3|2 indexes on twice do the same: twice_3, twice_4_longer
foreign_key_without_index|child|foreign key child_id_fkey to parent has no btree index on its columns (only brin child_brin); 2000 rows
foreign_key_without_index|parts|foreign key parts_p_fkey to plain has no btree index on its columns; 3999 rows, in 2 partitions
integer_column_nearly_used|by_default.i|its sequence public.shared is at 30000; smallint ends at 32767, and so for 1 further
integer_column_nearly_used|by_domain.i|its sequence public.downwards is at -2000000000; integer ends at -2147483648
integer_column_nearly_used|narrow.id|its sequence public.narrow_id_seq is at 1900000000; integer ends at 2147483647
missing_statistics|counted|so many kB, and no statistics of any of its columns
sequence_nearly_used|public.down|-32000, on its way from -1 to -32768), 'the siblings are pointed out, one finding a cause');
$node->safe_psql('sick', q(
	ANALYZE counted;
	-- a table that was filled anew has its statistics of former days
	CREATE TABLE reloaded AS SELECT i FROM generate_series(1, 40000) AS i;
	ANALYZE reloaded;
	TRUNCATE reloaded;
	INSERT INTO reloaded SELECT generate_series(1, 40000)));
is(findings(q(rule = 'missing_statistics'), db => 'sick'), '', 'no longer missing');
# who may not read a table, or not all its rows, does not see whether there are statistics
is($node->safe_psql('sick', q(CREATE TABLE hidden AS SELECT i FROM generate_series(1, 50000) AS i; ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; SET ROLE student;
	SELECT subject FROM arch_inspect.finding_evidence() WHERE rule = 'missing_statistics')), '', 'a rule is silent where it cannot see');
is($node->safe_psql('sick', q(SELECT subject FROM arch_inspect.finding_evidence() WHERE rule = 'missing_statistics')), 'hidden', 'and speaks where it can');

# Lying about: with archive_mode off the failures of former days are over.
$node->append_conf('postgresql.conf', "archive_mode = off\n");
$node->restart;
is(findings(q(rule ~ '^archiv')), '', 'nothing is archived, nothing fails');
$node->stop;
done_testing();
