
# Further sessions end with their opener, whatever becomes of it, and disturb
# nobody; they leave nothing behind.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', qq(
max_worker_processes = 8
dynamic_shared_memory_type = mmap
restart_after_crash = on
autovacuum = off
session_preload_libraries = 'auto_explain'
log_statement = 'ddl'
log_line_prefix = '%m [%p] %u/%d/%r/%h/%a/%b '
));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE TABLE ends (who text);
	CREATE TABLE t (id int PRIMARY KEY, v int);
	INSERT INTO t VALUES (1, 0), (2, 0);
	CREATE EXTENSION sslinfo;
	CREATE EXTENSION dblink));

# A psql that stays; talk($s, SQL) returns what it prints.
sub psql_start
{
	my ($name) = @_;
	my $s = { in => '', out => '', err => '', n => 0 };

	$s->{run} = IPC::Run::start(
		[
			'psql', '-XAtq', '-d', $node->connstr('postgres') . " application_name=$name",
			'-v', 'VERBOSITY=terse'
		],
		'<', \$s->{in}, '>', \$s->{out}, '2>', \$s->{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	$s->{pid} = talk($s, 'SELECT pg_backend_pid();');
	return $s;
}

sub talk
{
	my ($s, $sql) = @_;
	my $mark = 'mark' . ++$s->{n};

	$s->{out} = '';
	$s->{in} .= "$sql\n\\echo $mark\n";
	$s->{run}->pump until $s->{out} =~ /^\Q$mark\E$/m;
	(my $out = $s->{out}) =~ s/\n?\Q$mark\E\n//;
	return $out;
}

# Ends a psql whose server process may be gone.
sub psql_end
{
	my ($s) = @_;

	eval { $s->{in} .= "\\q\n"; $s->{run}->finish };
	return;
}

# Until no worker of ours is there.
sub none_left
{
	my ($what) = @_;

	ok( $node->poll_query_until('postgres',
			"SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'arch_lab session'"),
		"$what: no session is left");
	return;
}

sub ends
{
	return $node->safe_psql('postgres',
		"WITH d AS (DELETE FROM ends RETURNING who) SELECT string_agg(who, ',' ORDER BY who) FROM d");
}

my $three = q(
	SELECT arch_lab.session_open('idle', 'INSERT INTO ends VALUES (''idle'')');
	SELECT arch_lab.session_open('busy', 'INSERT INTO ends VALUES (''busy'')');
	SELECT arch_lab.session_open('stuck', 'INSERT INTO ends VALUES (''stuck'')');
	SELECT message FROM arch_lab.session_run('idle', 'BEGIN; UPDATE t SET v = 1 WHERE id = 1') WHERE kind <> 'command';
	SELECT arch_lab.session_send('busy', 'SELECT pg_sleep(1000)');
	SELECT kind FROM arch_lab.session_run('stuck', 'BEGIN; UPDATE t SET v = 2 WHERE id = 1') WHERE kind <> 'command';
);
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
my $bystander = psql_start('bystander');
talk($bystander, 'CREATE TEMP TABLE mine AS SELECT 42 AS x;');

# the opener says goodbye
my $s = psql_start('opener');
like(talk($s, $three), qr/waiting/, 'one idle, one busy, one stuck');
psql_end($s);
none_left('opener quits');
is(ends(), 'busy,idle,stuck', 'opener quits: every at_end ran');
is($node->safe_psql('postgres', 'SELECT v FROM t WHERE id = 1'), '0', 'and its transaction was rolled back');

# the opener is terminated, in between and while it waits for a session
$s = psql_start('opener');
talk($s, $three);
is($node->safe_psql('postgres', "SELECT pg_terminate_backend($s->{pid}, 10000)"), 't', 'opener terminated');
none_left('opener terminated');
is(ends(), 'busy,idle,stuck', 'opener terminated: every at_end ran');
psql_end($s);

$s = psql_start('opener');
talk($s, $three);
$s->{in} .= "SELECT arch_lab.session_result('busy');\n";
$s->{run}->pump_nb;
$node->poll_query_until('postgres', "SELECT state = 'active' AND query LIKE '%session_result%' FROM pg_stat_activity WHERE pid = $s->{pid}");
$node->safe_psql('postgres', "SELECT pg_terminate_backend($s->{pid}, 10000)");
none_left('opener terminated while it waits');
is(ends(), 'busy,idle,stuck', 'opener terminated while it waits: every at_end ran');
psql_end($s);

# the opener is cancelled while it waits: the session is, too, and goes on
$s = psql_start('opener');
talk($s, "SELECT arch_lab.session_open('a');");
my $worker = talk($s, 'SELECT pid FROM arch_lab.sessions;');
$s->{in} .= "SELECT * FROM arch_lab.session_run('a', 'SELECT pg_sleep(1000)');\n";
$s->{run}->pump_nb;
$node->poll_query_until('postgres', "SELECT state = 'active' FROM pg_stat_activity WHERE pid = $worker");
$node->safe_psql('postgres', "SELECT pg_cancel_backend($s->{pid})");
is(talk($s, "SELECT kind, message FROM arch_lab.session_run('a', 'VALUES (1)');"),
	"row|\ncommand|SELECT 1", 'after a cancel the next result is the right one');
like($s->{err}, qr/canceling statement due to user request/, 'the opener was told');

# a session is terminated: its opener learns why, nobody else notices
talk($s, "SELECT arch_lab.session_send('a', 'SELECT pg_sleep(1000)');");
$node->safe_psql('postgres', "SELECT pg_terminate_backend($worker, 10000)");
is(talk($s, "SELECT kind, sqlstate, severity FROM arch_lab.session_result('a');"),
	'error|57P01|FATAL', 'a terminated session says so');
is(talk($s, 'SELECT state FROM arch_lab.sessions;'), 'ended', 'and is shown as ended');
$s->{err} = '';
talk($s, "SELECT * FROM arch_lab.session_run('a', 'SELECT 1');");
like($s->{err}, qr/session "a" has ended/, 'and can no longer be driven');
talk($s, "SELECT arch_lab.session_close('a'); SELECT arch_lab.session_open('a');");
is(talk($s, "SELECT kind FROM arch_lab.session_run('a', 'SELECT')"
		. " WHERE kind = 'row';"), 'row', 'its name is free again');
is(talk($bystander, 'SELECT x FROM mine;'), '42', 'a bystander has its temporary table still');

# a function that swallows cancels does not outlive its opener
my $swallow = q{DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(1000); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$};
talk($s, "SELECT arch_lab.session_open('b');");
talk($s, "SELECT arch_lab.session_send('a', \$q\$$swallow\$q\$);");
talk($s, "SELECT arch_lab.session_send('b', \$q\$$swallow\$q\$);");
talk($s, "SELECT arch_lab.session_close('a');");
is(talk($s, 'SELECT name FROM arch_lab.sessions;'), 'b', 'one that swallows cancels can be closed');
psql_end($s);
none_left('opener of one that swallows cancels');

# no worker free: the launcher of logical replication has one of the eight
$s = psql_start('opener');
talk($s, 'SET arch_lab.max_sessions = 100; SET arch_lab.reserved_workers = 0;');
talk($s, "SELECT arch_lab.session_open('s' || i) FROM generate_series(1, 7) AS i;");
$s->{err} = '';
talk($s, '\set VERBOSITY verbose');
talk($s, "SELECT arch_lab.session_open('x');");
like($s->{err}, qr/ERROR:  53000: no background worker is free for session "x"/, 'no worker free: 53000');
like($s->{err}, qr/HINT: .*max_worker_processes/, 'no worker free: the setting is named');
is(talk($s, 'SELECT count(*) FROM arch_lab.sessions;'), '7', 'no worker free: nothing half open');
talk($s, "SELECT arch_lab.session_close('s7'); SELECT arch_lab.session_open('x');");
is(talk($s, "SELECT kind FROM arch_lab.session_run('x', 'SELECT') WHERE kind = 'row';"), 'row', 'one closed, one opened');
psql_end($s);
none_left('eight workers');

# nothing is left of a session: shared memory, file descriptors, memory
sub traces
{
	my ($s) = @_;
	my @segments = glob($node->data_dir . '/pg_dynshmem/mmap.*');
	my @fds = glob("/proc/$s->{pid}/fd/*");

	return scalar(@segments) . ' segments, ' . scalar(@fds) . ' descriptors, '
	  . talk($s, "SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'arch_lab session%';")
	  . ' contexts';
}
$node->safe_psql('postgres', 'CREATE ROLE outsider NOLOGIN');
$s = psql_start('opener');
my $cycle = q(
	SELECT arch_lab.session_open('a');
	SELECT count(*) FROM arch_lab.session_run('a', 'SELECT repeat(''x'', 100000); SELECT 1/0');
	SELECT arch_lab.session_close('a'););
my $fail = q(SET SESSION AUTHORIZATION outsider; SELECT arch_lab.session_open('a'); RESET SESSION AUTHORIZATION;);
# the first ones load and open what stays
talk($s, $cycle . $fail), traces($s) for (1 .. 5);
my $before = traces($s);
my $size = sub {
	my ($vm) = slurp_file("/proc/$s->{pid}/status") =~ /^VmSize:\s+(\d+)/m;
	return $vm;
};
my $small = $size->();
talk($s, $cycle) for (1 .. 100);
talk($s, $fail) for (1 .. 20);
is(traces($s), $before, "100 sessions and 20 failures leave nothing: $before");
cmp_ok($size->() - $small, '<', 4096, 'nor does the process grow');
psql_end($s);

# openers side by side
$node->append_conf('postgresql.conf', 'max_worker_processes = 20');
$node->restart;
psql_end($bystander);
$started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
my @openers = map { psql_start("opener$_") } (1 .. 4);
foreach my $opener (@openers)
{
	$opener->{out} = '';
	$opener->{in} .= q(
		DO $$
		DECLARE
			total bigint := 0;
		BEGIN
			FOR i IN 1 .. 10 LOOP
				PERFORM arch_lab.session_open('s' || j) FROM generate_series(1, 4) AS j;
				PERFORM arch_lab.session_send('s' || j, 'SELECT i FROM generate_series(1, 1000) AS i') FROM generate_series(1, 4) AS j;
				SELECT total + count(*) INTO total FROM generate_series(1, 4) AS j, arch_lab.session_result('s' || j) AS r WHERE r.kind = 'row';
				PERFORM arch_lab.session_close('s' || j) FROM generate_series(1, 4) AS j;
			END LOOP;
			PERFORM set_config('my.total', total::text, false);
		END $$;
		SELECT 'total ' || current_setting('my.total');
		);
	$opener->{run}->pump_nb;
}
foreach my $opener (@openers)
{
	$opener->{run}->pump until $opener->{out} =~ /^total \d+$/m;
	like($opener->{out}, qr/^total 40000$/m, 'four openers, four sessions each, ten times');
	psql_end($opener);
}
none_left('four openers');

# what shows only a real client does, and log lines of one that is none
$s = psql_start('opener');
talk($s, "SELECT arch_lab.session_open('a');");
is(talk($s, "SELECT \"values\" FROM arch_lab.session_run('a',"
		. " 'SELECT ssl_is_used(), ssl_version(), ssl_cipher(), ssl_client_cert_present(), ssl_client_serial(), ssl_client_dn(), ssl_issuer_dn(), ssl_client_dn_field(''CN''), ssl_issuer_field(''CN'')') WHERE kind = 'row';"),
	'{f,NULL,NULL,f,NULL,NULL,NULL,NULL,NULL}', 'sslinfo finds no SSL');
is(talk($s, "SELECT kind, message FROM arch_lab.session_run('a', 'CREATE TABLE logged (i int)');"),
	'command|CREATE TABLE', 'a table');
is(talk($s, "SELECT \"values\" FROM arch_lab.session_run('a', 'SHOW auto_explain.log_min_duration') WHERE kind = 'row';"),
	'{-1}', 'a session loads what session_preload_libraries names');
my $major = $node->safe_psql('postgres', 'SHOW server_version_num') / 10000;
my $user = $node->safe_psql('postgres', 'SELECT current_user');
like(slurp_file($node->logfile),
	qr{ \Q$user\E/postgres/\[local\]/\[local\]/arch_lab session a/arch_lab session LOG:  statement: CREATE TABLE logged},
	'log_statement sees what a session runs');
like(talk($s, "SELECT kind, message FROM arch_lab.session_run('a', 'SELECT * FROM dblink(''port=1 host=/nowhere'', ''SELECT 1'') AS t(i int)');"),
	qr/error\|could not establish connection/, 'dblink fails as it does for anybody');
if ($major >= 16)
{
	is(talk($s, "SELECT \"values\" FROM arch_lab.session_run('a', 'SELECT system_user') WHERE kind = 'row';"),
		'{NULL}', 'system_user is null');
}
$node->append_conf('postgresql.conf', "log_disconnections = on\nwork_mem = '5MB'");
$node->reload;
ok($node->poll_query_until('postgres', "SELECT current_setting('work_mem') = '5MB'"), 'reloaded');
is(talk($s, "SELECT \"values\" FROM arch_lab.session_run('a', 'SHOW work_mem') WHERE kind = 'row';"),
	'{5MB}', 'a session follows a reload');
talk($s, "SELECT arch_lab.session_close('a');");

# a database with a session in it can be dropped by force only
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION arch_lab CASCADE');
talk($s, '\c other');
talk($s, "SELECT arch_lab.session_open('a');");
my ($rc, $out, $err) = $node->psql('postgres', 'DROP DATABASE other');
like($err, qr/is being accessed by other users/, 'a session is a user of its database');
is($node->psql('postgres', 'DROP DATABASE other WITH (FORCE)'), 0, 'which goes by force');
psql_end($s);
none_left('dropped database');

# the opener is killed: the server restarts, no worker outlives it
is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'no restart so far');
$s = psql_start('opener');
talk($s, $three);
kill 'KILL', $s->{pid};
ok($node->poll_query_until('postgres', 'SELECT true'), 'opener killed: the server comes back');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'arch_lab session'"),
	'0', 'opener killed: no session is left');
psql_end($s);

# the server stops at once
$s = psql_start('opener');
talk($s, $three);
$node->stop('fast');
my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC|TRAP|was terminated by signal (?!9)/, 'nothing crashed');
psql_end($s);

done_testing();
