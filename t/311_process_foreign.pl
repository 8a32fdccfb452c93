
# A child of the postmaster need not be a process of the server: where he is
# the first process of a container, orphans become his.  They are shown as
# foreign, with their command, and never as the server's own; and commands of
# the server's processes are no children of his as long as those wait.

use strict;
use warnings;

use Config;
use IPC::Run;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

plan skip_all => 'children are found in /proc of Linux'
  unless $^O eq 'linux' && -r "/proc/$$/stat";

my $bindir = PostgreSQL::Test::Utils::tempdir();
my $postgres = `pg_config --bindir`;
chomp $postgres;
$postgres .= '/postgres';

# A server whose postmaster takes the orphans of its descendants, as the first
# process of a container does, and who came out of a process with children: a
# sleeper, one that calls itself the logger, and a second postmaster.
my %prctl = (x86_64 => 157, aarch64 => 167);
my ($arch) = $Config{archname} =~ /^(\w+?)-/;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "wal_level = replica\nlogging_collector = on\nautovacuum = off\narchive_mode = on\narchive_command = 'false'\n");
my $second = PostgreSQL::Test::Cluster->new('second');
$second->init;

my @groups;

sub spawn
{
	my ($code) = @_;
	my $pid = fork();
	die "fork: $!" unless defined $pid;
	if ($pid == 0)
	{
		POSIX::setpgid(0, 0);
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>>', $node->logfile);
		open(STDERR, '>&', \*STDOUT);
		$code->();
		POSIX::_exit(1);
	}
	push @groups, $pid;
	return $pid;
}

# nothing that was started here is left, whatever happened
END
{
	my $rc = $?;
	kill('-KILL', $_) foreach @groups;
	$? = $rc;
}

sub wait_ready
{
	my ($which) = @_;
	foreach (1 .. 600)
	{
		return 1 if system('pg_isready', '-q', '-h', $which->host, '-p', $which->port) == 0;
		usleep(100_000);
	}
	return 0;
}

my $reaps = exists $prctl{$arch};
my $sleeper;
my $pid = spawn(sub {
	$reaps = $reaps && syscall($prctl{$arch}, 36, 1, 0, 0, 0) == 0;
	exec('sleep', '301') if fork() == 0;
	if (fork() == 0)
	{
		# a title as the server's own would be
		exec('perl', '-e', '$SIG{TERM} = sub { exit 0 }; $0 = "postgres: logger"; sleep 302');
	}
	exec($postgres, '-D', $second->data_dir) if fork() == 0;
	exec($postgres, '-D', $node->data_dir);
});
ok(wait_ready($node), 'the server with strange children runs');
ok(wait_ready($second), 'and the second one below it');
is($node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'") > 0, 1, 'it works');
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect; CREATE ROLE student LOGIN');

my $kinds = q(SELECT kind, count(*) FROM arch_inspect.processes
	WHERE kind IN ('foreign child', 'logger') GROUP BY kind ORDER BY kind);
is($node->safe_psql('postgres', $kinds), "foreign child|3\nlogger|1",
	'a sleeper, one that calls itself logger and another postmaster are foreign; the logger is the logger');
is($node->safe_psql('postgres', sprintf(q(
	SELECT count(*) FROM arch_inspect.processes AS p JOIN arch_inspect.processes AS m ON m.kind = 'postmaster' AND p.parent = m.pid
	 WHERE p.kind = 'foreign child' AND p.command IN ('sleep 301', 'postgres: logger', '%s') AND p.activity IS NULL AND p.role LIKE 'no process of the server%%'
	   AND p.backend_start IS NOT NULL AND p.os_state IS NOT NULL AND p.private_bytes > 0 AND p.os_note IS NULL), "$postgres -D " . $second->data_dir)),
	'3', 'each with its command and what the system knows of it');
is($node->safe_psql('postgres', q(
	SELECT count(*) FROM arch_inspect.processes WHERE kind <> 'foreign child' AND command IS NOT NULL)),
	'0', 'no process of the server has a command');
is($node->safe_psql('postgres', q(
	SELECT count(*) FROM arch_inspect.process_tree() AS line WHERE line ~ '^(├|└)─ foreign child [0-9]+: sleep 301$')),
	'1', 'the tree has it');
is($node->safe_psql('postgres', q(
	SELECT count(*) FROM arch_inspect.background_processes WHERE backend_type = 'foreign child')),
	'0', 'they are no background processes');
is($node->safe_psql('postgres', q(
	SELECT command, private_bytes, read_bytes, open_files, os_note LIKE '%pg_read_all_stats%'
	  FROM arch_inspect.processes WHERE kind = 'foreign child' AND command = 'sleep'),
	extra_params => [ '-U', 'student' ]), 'sleep||||t', 'an ordinary role sees the name of the program only');

# orphan SERVER, WHAT: commands that outlive the shell of COPY PROGRAM and of
# archive_command
sub orphans
{
	my ($psql, $what) = @_;

	# as long as the server's process waits for its command, that is a child
	# of its own, and no child of the postmaster
	is($psql->(q(
		CREATE TEMP TABLE here (kind text);
		COPY here FROM PROGRAM 'echo x';
		COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; sleep 303 </dev/null >/dev/null 2>&1 & exit 0';
		SELECT 1)), '1', "$what: COPY PROGRAM ran");
	my $seen = '';
	foreach (1 .. 300)
	{
		$seen = $psql->(q(SELECT kind FROM arch_inspect.processes WHERE command = 'sleep 303'));
		last if $seen ne '';
		usleep(100_000);
	}
	is($seen, 'foreign child', "$what: an orphan of COPY PROGRAM is foreign");
	$psql->(q(ALTER SYSTEM SET archive_command = 'sleep 304 </dev/null >/dev/null 2>&1 & exit 1'));
	$psql->(q(SELECT pg_reload_conf()));
	$psql->(q(CREATE TABLE IF NOT EXISTS something ()));
	$psql->(q(SELECT pg_switch_wal()));
	$seen = '';
	foreach (1 .. 900)
	{
		$seen = $psql->(q(SELECT DISTINCT kind FROM arch_inspect.processes WHERE command = 'sleep 304'));
		last if $seen ne '';
		usleep(100_000);
	}
	is($seen, 'foreign child', "$what: an orphan of archive_command is foreign");
	is($psql->(q(SELECT count(*) FROM arch_inspect.processes WHERE kind = 'starting' AND backend_start < clock_timestamp() - interval '20 s')),
		'0', "$what: nothing starts for ever");
	$psql->(q(ALTER SYSTEM SET archive_command = ''));
	$psql->(q(SELECT pg_reload_conf()));
}

SKIP:
{
	skip 'no way to make the postmaster take orphans on this machine', 5 unless $reaps;
	orphans(sub { return $node->safe_psql('postgres', $_[0]) }, 'as a reaper');
}

# One ends, and with success: a postmaster takes any other end of a child that
# he does not know for a crash.
kill('TERM', $node->safe_psql('postgres', q(SELECT pid FROM arch_inspect.processes WHERE command = 'postgres: logger')));
ok($node->poll_query_until('postgres', q(
	SELECT count(*) = 0 FROM arch_inspect.processes WHERE command = 'postgres: logger')),
	'what ended is no longer shown');
my @strangers = split(/\n/, $node->safe_psql('postgres', q(SELECT pid FROM arch_inspect.processes WHERE kind = 'foreign child')));
kill('INT', $pid);
waitpid($pid, 0);
kill('TERM', @strangers);

# The postmaster is process 1, in a namespace of its own.
SKIP:
{
	my @unshare = ('unshare', '--user', '--map-current-user', '--pid', '--fork', '--mount-proc');
	skip 'this user may not make a namespace of processes', 6
	  if system("@unshare true >/dev/null 2>&1") != 0;
	my $first = spawn(sub { exec(@unshare, $postgres, '-D', $node->data_dir) });
	ok(wait_ready($node), 'the server is the first process of its namespace');
	is($node->safe_psql('postgres', q(SELECT pid, parent FROM arch_inspect.processes WHERE kind = 'postmaster')),
		'1|0', 'the postmaster is process 1, and his parent is out of sight');
	orphans(sub { return $node->safe_psql('postgres', $_[0]) }, 'as process 1');
	my $children = slurp_file("/proc/$first/task/$first/children");
	kill('INT', split(' ', $children));
	waitpid($first, 0);
}
done_testing();
