
# What a crash does, and what a termination does not: a backend killed by
# SIGKILL ends every session, and recovery runs; a terminated one disturbs
# nobody.  (Unlogged tables are emptied by that recovery.)

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE TABLE kept (id int);
	CREATE UNLOGGED TABLE emptied (id int);
	INSERT INTO kept SELECT generate_series(1, 10);
	INSERT INTO emptied SELECT generate_series(1, 10);
	CHECKPOINT));

# A psql that stays connected; ask() returns the answer to one query.
sub connect_psql
{
	my %psql = (in => '', out => '', err => '');
	$psql{run} = IPC::Run::start(
		[ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres') ],
		'<', \$psql{in}, '>', \$psql{out}, '2>', \$psql{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return \%psql;
}

sub ask
{
	my ($psql, $sql) = @_;

	$psql->{out} = '';
	$psql->{in} .= "$sql;\n\\echo =\n";
	# A psql whose server is gone ends, and pump() dies on a dead child.
	eval { $psql->{run}->pump until $psql->{out} =~ /=\n/; };
	return $psql->{out} =~ s/=\n//r =~ s/\n\z//r;
}

my ($one, $two) = (connect_psql(), connect_psql());
my $pid_one = ask($one, 'SELECT pg_backend_pid()');
my $pid_two = ask($two, 'SELECT pg_backend_pid()');
like($pid_one, qr/^\d+$/, 'two sessions are connected');

# A further session of the lab lives in the first one.
ask($one, q(SELECT arch_lab.session_open('inner')));
my $inner = ask($one, q(SELECT pid FROM arch_lab.sessions));
like($inner, qr/^\d+$/, 'the first has a session of its own');

# Termination: in order, and nobody else notices.
my $offset = -s $node->logfile;
is($node->safe_psql('postgres', "SELECT pg_terminate_backend($pid_one, 10000)"), 't', 'the first is terminated');
is(ask($two, 'SELECT pg_backend_pid()'), $pid_two, 'the second goes on in the same process');
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $inner"),
	'the session of the first ended with it');
unlike(slurp_file($node->logfile, $offset), qr/terminating any other active server processes/,
	'no crash was seen');
is($node->safe_psql('postgres', 'SELECT count(*) FROM emptied'), '10', 'the unlogged table is as it was');

# The crash.
my $three = connect_psql();
my $pid_three = ask($three, 'SELECT pg_backend_pid()');
my $checkpointer = $node->safe_psql('postgres',
	"SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
$offset = -s $node->logfile;
is(kill('KILL', $pid_three), 1, 'a backend is killed');
ask($two, 'SELECT pg_sleep(30)');
like($two->{err}, qr/server closed the connection unexpectedly|crash of another server process|connection to server was lost/,
	'the second session is ended, though it did nothing');
ok($node->poll_query_until('postgres', 'SELECT 1', '1'), 'the server comes back by itself');
my $log = slurp_file($node->logfile, $offset);
like($log, qr/was terminated by signal 9/, 'the postmaster saw the crash');
like($log, qr/terminating any other active server processes/, 'it ended every session');
like($log, qr/automatic recovery in progress/, 'and ran recovery');
is((split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0], $postmaster, 'the postmaster is the same');
isnt($node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"),
	$checkpointer, 'the auxiliary processes are new');
is($node->safe_psql('postgres', 'SELECT count(*) FROM kept'), '10', 'the logged table is whole');
is($node->safe_psql('postgres', 'SELECT count(*) FROM emptied'), '0', 'the unlogged one is empty');

$_->{run}->kill_kill foreach ($one, $two, $three);
$node->stop;

done_testing();
