
# Every rule of findings is provoked on one server, and all are silent on
# another one that is in good order.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $major = PostgreSQL::Test::Cluster->new('version')->pg_version->major;

# The healthy server: checksums, and work that a sound application does.
my $healthy = PostgreSQL::Test::Cluster->new('healthy');
$healthy->init(extra => ['--data-checksums']);
$healthy->append_conf('postgresql.conf', qq(
fsync = on
shared_buffers = 64MB
max_connections = 20
max_prepared_transactions = 5
));
$healthy->start;
$healthy->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
	CREATE TABLE invoice (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int REFERENCES customer, amount numeric);
	CREATE INDEX ON invoice (customer_id);
	INSERT INTO customer SELECT i, 'name ' || i FROM generate_series(1, 5000) AS i;
	INSERT INTO invoice (customer_id, amount) SELECT 1 + i % 5000, i FROM generate_series(1, 20000) AS i;
	SELECT pg_stat_force_next_flush();
	VACUUM ANALYZE;
	UPDATE customer SET name = upper(name) WHERE id <= 500;
	SELECT count(*) FROM invoice WHERE customer_id = 77;
	SELECT pg_stat_force_next_flush();
	CHECKPOINT));
my $open = $healthy->background_psql('postgres');
$open->set_query_timer_restart;
$open->query_safe('BEGIN; SELECT count(*) FROM customer');
is($healthy->safe_psql('postgres', 'SELECT rule, subject, evidence FROM arch_inspect.findings'),
	'', 'a healthy server has nothing to be pointed out');
$open->query_safe('ROLLBACK');
$open->quit;
is($healthy->safe_psql('postgres', 'SET work_mem = \'1MB\'; CREATE ROLE student; SET ROLE student; SELECT count(*) FROM arch_inspect.findings'),
	'0', 'an ordinary role may ask');
$healthy->stop;

# The sick one.
my $sick = PostgreSQL::Test::Cluster->new('sick');
$sick->init(extra => $major >= 18 ? ['--no-data-checksums'] : []);
$sick->append_conf('postgresql.conf', qq(
fsync = off
full_page_writes = on
autovacuum = off
shared_buffers = 1MB
max_connections = 12
wal_level = replica
max_wal_senders = 2
max_prepared_transactions = 5
archive_mode = on
archive_command = 'false'
log_statement = none
));
$sick->start;
my %seen;

# found RULE, SUBJECT: the rule points at it, asked with no patience in a
# session with such SETTINGS.
sub found
{
	my ($rule, $subject, $settings) = @_;
	local $ENV{PGOPTIONS} = $settings // '';
	my $ok = $sick->poll_query_until('postgres', qq(
		SELECT count(*) > 0 FROM arch_inspect.finding_evidence('0')
		 WHERE rule = '$rule' AND subject ~ '$subject' AND evidence <> ''));
	ok($ok, "$rule is found");
	$seen{$rule} = 1;
}

# silent RULE: it is not there yet
sub silent
{
	my @rules = @_;
	is($sick->safe_psql('postgres', sprintf(q(
		SELECT DISTINCT rule FROM arch_inspect.finding_evidence('0') WHERE rule IN ('%s')), join("','", @rules))),
		'', "silent before: @rules");
}

$sick->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');
found('fsync_off', '^fsync$');
found('data_checksums_off', '^data_checksums$');
found('shared_buffers_small', '^shared_buffers$');
found('autovacuum_off', '^autovacuum$');

# settings
silent('synchronous_commit_off', 'md5_passwords', 'connections_against_memory',
	'full_page_writes_off', 'checkpoint_timeout_short', 'pending_restart');
found('synchronous_commit_off', '^synchronous_commit$', '-c synchronous_commit=off');
found('md5_passwords', '^password_encryption$', '-c password_encryption=md5');
found('connections_against_memory', '^max_connections$', '-c work_mem=1000GB');
$sick->safe_psql('postgres', $_)
  foreach ('ALTER SYSTEM SET full_page_writes = off',
	"ALTER SYSTEM SET checkpoint_timeout = '1min'", 'ALTER SYSTEM SET max_connections = 13');
$sick->reload;
found('full_page_writes_off', '^full_page_writes$');
found('checkpoint_timeout_short', '^checkpoint_timeout$');
found('pending_restart', '^max_connections$');
$sick->safe_psql('postgres', 'ALTER SYSTEM RESET full_page_writes');
$sick->reload;

# objects
silent('unlogged_table', 'public_schema_writable', 'outdated_extension', 'sequence_nearly_used', 'integer_column_nearly_used',
	'invalid_index', 'duplicate_index', 'foreign_key_without_index', 'autovacuum_off_for_table',
	'toast_compression', 'missing_statistics', 'stale_statistics', 'dead_rows', 'unused_index',
	'many_sequential_scans', 'wraparound_near');
$sick->safe_psql('postgres', q(
	CREATE UNLOGGED TABLE scratch (i int);
	GRANT CREATE ON SCHEMA public TO PUBLIC;
	CREATE EXTENSION cube VERSION '1.4';
	CREATE SEQUENCE ids AS int;
	SELECT setval('ids', 2000000000);
	CREATE SEQUENCE far;
	CREATE TABLE narrow (id int DEFAULT nextval('far'));
	SELECT setval('far', 2000000000);
	CREATE TABLE twice (i int);
	INSERT INTO twice VALUES (1), (1);
	CREATE INDEX twice_a ON twice (i);
	CREATE INDEX twice_b ON twice (i);
	CREATE TABLE parent (id int PRIMARY KEY);
	INSERT INTO parent SELECT generate_series(1, 10);
	CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent);
	INSERT INTO child SELECT i, 1 + i % 10 FROM generate_series(1, 1000) AS i;
	ANALYZE child;
	CREATE TABLE quiet (i int) WITH (autovacuum_enabled = off);
	CREATE TABLE toasted (t text);
	INSERT INTO toasted SELECT (SELECT string_agg(md5((i * j)::text), '') FROM generate_series(1, 1000) AS j) FROM generate_series(1, 60) AS i;
	CREATE TABLE never AS SELECT i FROM generate_series(1, 50000) AS i;
	CREATE TABLE changed AS SELECT i FROM generate_series(1, 1000) AS i;
	ANALYZE changed;
	SELECT pg_stat_force_next_flush();
	INSERT INTO changed SELECT generate_series(1, 3000);
	CREATE TABLE dying AS SELECT i FROM generate_series(1, 2500) AS i;
	ANALYZE dying;
	SELECT pg_stat_force_next_flush();
	DELETE FROM dying WHERE i <= 2000;
	CREATE TABLE useless (i int);
	CREATE INDEX useless_idx ON useless (i);
	INSERT INTO useless SELECT generate_series(1, 80000);
	CREATE TABLE scanned AS SELECT i FROM generate_series(1, 10000) AS i;
	ANALYZE scanned;
	DO $$ BEGIN FOR n IN 1 .. 60 LOOP PERFORM count(*) FROM scanned; END LOOP; END $$;
	SELECT pg_stat_force_next_flush()));
$sick->psql('postgres', 'CREATE UNIQUE INDEX CONCURRENTLY broken ON twice (i)');
found('unlogged_table', '^scratch$');
found('public_schema_writable', '^public$');
silent('suite_open_to_others');
$sick->safe_psql('postgres', 'GRANT CREATE ON SCHEMA arch_inspect TO PUBLIC');
found('suite_open_to_others', '^schema arch_inspect$');
found('outdated_extension', '^cube$');
found('sequence_nearly_used', '^public.ids$');
found('integer_column_nearly_used', '^narrow.id$');
found('duplicate_index', '^twice_a$');
found('invalid_index', '^broken$');
found('foreign_key_without_index', '^child$');
found('autovacuum_off_for_table', '^quiet$');
# from 19 on lz4 is the default
silent('toast_compression') if $major >= 19;
found('toast_compression', '^default_toast_compression$', '-c default_toast_compression=pglz');
found('missing_statistics', '^never$');
found('stale_statistics', '^changed$');
found('dead_rows', '^dying$');
found('unused_index', '^useless_idx$');
found('many_sequential_scans', '^scanned$');

# load
silent('temporary_files', 'cache_hit_rate', 'checkpoints_by_volume');
$sick->safe_psql('postgres', q(
	CREATE TABLE big (i int, pad text) WITH (fillfactor = 60);
	INSERT INTO big SELECT i, repeat('x', 2000) FROM generate_series(1, 4000) AS i;
	SET work_mem = '64kB';
	DO $$ BEGIN FOR n IN 1 .. 80 LOOP PERFORM count(*) FROM big; END LOOP; END $$;
	DO $$ BEGIN FOR n IN 1 .. 12 LOOP PERFORM i FROM generate_series(1, 400000) AS i ORDER BY i; END LOOP; END $$;
	SELECT pg_stat_force_next_flush()));
found('temporary_files', '^postgres$', '-c work_mem=64kB');
found('cache_hit_rate', '^postgres$');
# by command they tell nothing about max_wal_size, by volume they may
$sick->safe_psql('postgres', 'CHECKPOINT') foreach (1 .. 12);
silent('checkpoints_by_volume');
$sick->safe_psql('postgres', $_) foreach ("ALTER SYSTEM SET max_wal_size = '32MB'",
	sprintf(q(SELECT pg_stat_reset_shared('%s')), $major >= 17 ? 'checkpointer' : 'bgwriter'), 'SELECT pg_reload_conf()', q(
	CREATE TABLE volume AS SELECT repeat('x', 2000) FROM generate_series(1, 120000);
	DROP TABLE volume;
	SELECT pg_stat_force_next_flush()));
found('checkpoints_by_volume', '^max_wal_size$');
$sick->safe_psql('postgres', $_) foreach ('ALTER SYSTEM RESET max_wal_size', 'SELECT pg_reload_conf()');
$sick->safe_psql('postgres', q(
	SELECT pg_stat_reset_shared('wal');
	UPDATE big SET i = i;
	SELECT pg_stat_force_next_flush()));
found('full_page_images', '^pg_stat_wal$');

# replication and archiving
silent('inactive_replication_slot', 'replication_slot_keeps_wal', 'old_prepared_transaction', 'archive_command_missing');
$sick->safe_psql('postgres', q(
	SELECT pg_create_physical_replication_slot('forgotten', true);
	SELECT pg_switch_wal();
	CREATE TABLE one ();
	SELECT pg_switch_wal();
	CREATE TABLE two ();
	SELECT pg_switch_wal();
	CREATE TABLE three ()));
found('inactive_replication_slot', 'forgotten');
found('archiving_fails', '^archive_command$');
$sick->safe_psql('postgres', $_) foreach ("ALTER SYSTEM SET archive_command = ''", 'SELECT pg_reload_conf()');
found('archive_command_missing', '^archive_command$');
$sick->safe_psql('postgres', $_) foreach ('ALTER SYSTEM RESET archive_command', 'SELECT pg_reload_conf()');

# a consumer that is connected, but stopped
$sick->safe_psql('postgres', q(SELECT pg_create_physical_replication_slot('stuck', true)));
my $consumer = IPC::Run::start([ 'pg_receivewal', '-D', PostgreSQL::Test::Utils::tempdir(), '-S', 'stuck', '-d', $sick->connstr('postgres') ],
	'>', \my $consumed, '2>', \my $complaint);
$sick->poll_query_until('postgres', q(SELECT active FROM pg_replication_slots WHERE slot_name = 'stuck'));
$consumer->signal('STOP');
$sick->safe_psql('postgres', 'SELECT txid_current(); SELECT pg_switch_wal()') foreach (1 .. 6);
found('replication_slot_keeps_wal', 'stuck');
$consumer->signal('CONT');
$consumer->signal('TERM');
$consumer->finish;
$sick->safe_psql('postgres', "BEGIN; CREATE TABLE four (); PREPARE TRANSACTION 'left'");
found('old_prepared_transaction', 'left');
$sick->safe_psql('postgres', "ROLLBACK PREPARED 'left'");

# sessions
silent('idle_in_transaction', 'blocked_session', 'horizon_held_back', 'connections_nearly_used');
my $holder = $sick->background_psql('postgres');
$holder->set_query_timer_restart;
$holder->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE quiet; SELECT count(*) FROM dying');
found('idle_in_transaction', '^process');
my $blocked = $sick->background_psql('postgres', on_error_stop => 0);
$blocked->set_query_timer_restart;
$blocked->query_until(qr/now/, "\\echo now\nSELECT * FROM quiet;\n");
found('blocked_session', '^process');
$sick->safe_psql('postgres', q(
	ALTER TABLE dying SET (autovacuum_freeze_max_age = 100000);
	CREATE TABLE burnt (i int);
	DO $$ BEGIN FOR n IN 1 .. 100100 LOOP
		BEGIN INSERT INTO burnt VALUES (n); EXCEPTION WHEN division_by_zero THEN NULL; END;
	END LOOP; END $$));
found('horizon_held_back', '^client backend');
# one for the cause, and not one for each table
found('wraparound_near', '^client backend');
my @crowd = map { $sick->background_psql('postgres') } (1 .. 7);
found('connections_nearly_used', '^max_connections$');
$_->quit foreach @crowd;

# Another role's sessions are its own affair.
is($sick->safe_psql('postgres', q(
	CREATE ROLE student;
	SET ROLE student;
	SELECT count(*) FROM arch_inspect.finding_evidence('0') WHERE rule IN ('idle_in_transaction', 'blocked_session'))),
	'0', 'an ordinary role does not see what others do');
$holder->query_safe('COMMIT');
$holder->quit;
$blocked->query('SELECT 1');
$blocked->quit;

is($sick->safe_psql('postgres', 'SELECT rule FROM arch_inspect.finding_rules() ORDER BY 1'),
	join("\n", sort keys %seen), 'every rule was provoked');
is($sick->safe_psql('postgres', q(
	SELECT count(*) FROM arch_inspect.finding_evidence() AS e
	 WHERE rule NOT IN (SELECT rule FROM arch_inspect.finding_rules()))), '0', 'every finding has its rule');

$sick->stop('immediate');
done_testing();
