# Further sessions are limited by role and in all, whatever a role tries, and
# leave worker slots to the server.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LabPsql;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', qq(
max_worker_processes = 12
max_parallel_workers = 12
max_logical_replication_workers = 0
autovacuum = off
));
$node->start;
$node->safe_psql('postgres', q(
	CREATE DATABASE other;
	CREATE ROLE crowd;
	CREATE ROLE ann LOGIN IN ROLE crowd;
	CREATE ROLE bob LOGIN IN ROLE crowd;
	CREATE ROLE cid LOGIN;
	CREATE TABLE rows AS SELECT i FROM generate_series(1, 100000) AS i;
	ANALYZE rows));
$node->safe_psql($_, 'CREATE EXTENSION arch_lab CASCADE') for ('postgres', 'other');

my $sessions = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'arch_lab session'";

sub none_left
{
	my ($what) = @_;

	ok($node->poll_query_until('postgres', "SELECT ($sessions) = 0"), "$what: no session is left");
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE usename IN ('ann', 'bob', 'cid')");
	return;
}

# A role's sessions are counted over its connections, databases and SET ROLE.
my $a1 = LabPsql->new($node, 'postgres', user => 'ann');
my $a2 = LabPsql->new($node, 'postgres', user => 'ann');
my $a3 = LabPsql->new($node, 'other', user => 'ann');
is($a1->complaint("SELECT arch_lab.session_open('a'), arch_lab.session_open('b');"), '', 'two in one connection');
is($a2->complaint("SELECT arch_lab.session_open('a');"), '', 'one in another');
is($a3->complaint("SELECT arch_lab.session_open('a');"), '', 'one in another database');
my $refused = qr/ERROR:  53400: role "ann" has too many sessions open for one more, "x"\nDETAIL:  Its connections have 4, and arch_lab.max_sessions_per_role allows 4\./;
like($_->complaint("SELECT arch_lab.session_open('x');"), $refused, 'and no more') for ($a1, $a2, $a3);
like($a2->complaint("SET ROLE crowd; SELECT arch_lab.session_open('x');"), $refused, 'nor as another role');
$a2->ask('RESET ROLE;');
is($a1->complaint("SELECT arch_lab.session_close('b'); SET ROLE crowd; SELECT arch_lab.session_open('c');"), '', 'one closed, one opened under SET ROLE');
like($a2->complaint("SELECT arch_lab.session_open('x');"), $refused, 'which counts for who logged in');
is($node->safe_psql('postgres', "$sessions AND usename = 'ann'"), '4', 'four are there');

# Settings are a superuser's: with the library loaded, and before it is.
like($a2->complaint("SET arch_lab.$_ = 100;"), qr/42501: permission denied to set parameter "arch_lab.$_"/, "$_ can't be set")
  for ('max_sessions', 'max_sessions_per_role', 'max_sessions_total', 'reserved_workers');
like($a2->complaint("ALTER ROLE ann SET arch_lab.max_sessions_per_role = 100;"), qr/42501/, 'nor for the role');
my $fresh = LabPsql->new($node, 'postgres', user => 'ann');
like($fresh->complaint("ALTER ROLE ann SET arch_lab.max_sessions_per_role = 100;"), qr/42501/, 'nor before the library is loaded');
$fresh->ask('SET arch_lab.max_sessions_per_role = 100; SET arch_lab.reserved_workers = 0;');
like($fresh->complaint("SELECT arch_lab.session_open('x');"),
	qr/WARNING:  42501: permission denied to set parameter "arch_lab.max_sessions_per_role"(?s:.*)$refused/, 'a setting from before is not taken over');
is($fresh->ask('SHOW arch_lab.max_sessions_per_role; SHOW arch_lab.reserved_workers;'), "4\n3", 'nor shown');
$fresh->quit;
$fresh = LabPsql->new($node, 'postgres', user => 'ann', options => '-c arch_lab.max_sessions_per_role=100');
like($fresh->complaint("SELECT arch_lab.session_open('x');"), $refused, 'nor is one from the connection');
$fresh->quit;

# Others are not shut out, and the server keeps its slots: 12 - 3 = 9.
my $b = LabPsql->new($node, 'other', user => 'bob');
is($b->complaint("SELECT arch_lab.session_open('s' || i) FROM generate_series(1, 4) AS i;"), '', 'another role has its own four');
my $c = LabPsql->new($node, 'postgres', user => 'cid');
is($c->complaint("SELECT arch_lab.session_open('a');"), '', 'a third role the ninth in all');
my $full = qr/ERROR:  53400: too many sessions are open in the server for one more, "x"\nDETAIL:  There are 9; of max_worker_processes \(12\), arch_lab.reserved_workers keeps 3 from sessions\./;
like($c->complaint("SELECT arch_lab.session_open('x');"), $full, 'and no tenth');
my $root = LabPsql->new($node, 'postgres');
like($root->complaint("SELECT arch_lab.session_open('x');"), $full, 'nor for a superuser');
like($root->ask(q(SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 3;
	ALTER TABLE rows SET (parallel_workers = 3);
	EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT count(*) FROM rows;)), qr/Workers Launched: 3/, 'a parallel query has its three workers');
is($root->complaint("SET arch_lab.reserved_workers = 2; SELECT arch_lab.session_open('x');"), '', 'a superuser may lower the reserve');
$_->quit for ($a1, $a2, $a3, $b, $c, $root);
none_left('all quit');

# A superuser is limited by the cluster's limits, not by the role's.
$root = LabPsql->new($node, 'postgres');
is($root->complaint("SET arch_lab.max_sessions = 100; SELECT arch_lab.session_open('s' || i) FROM generate_series(1, 5) AS i;"), '', 'five of a superuser');
like($root->complaint("SET arch_lab.max_sessions_total = 5; SELECT arch_lab.session_open('x');"),
	qr/53400: .*\nDETAIL:  There are 5, and arch_lab.max_sessions_total allows 5\./, 'the limit of the cluster');
is($root->ask('SELECT arch_lab.session_close_all();'), '5', 'all closed');

# At the same moment: of eight connections, four get theirs.
my @many = map { LabPsql->new($node, $_ % 2 ? 'postgres' : 'other', user => 'ann') } (1 .. 8);
$_->ask('SELECT count(*) FROM arch_lab.sessions;') for (@many);
my @got;
for my $round (1 .. 15)
{
	$_->tell("SELECT arch_lab.session_open('s');") for (@many);
	$_->heard for (@many);
	push @got, scalar(grep { $_->{err} eq '' } @many);
	my $others = grep { $_->{err} ne '' && $_->{err} !~ /53400: role "ann" has too many/ } @many;
	is($others, 0, "round $round: the others hear why") if $others;
	$_->tell('SELECT arch_lab.session_close_all();') for (@many);
	$_->heard for (@many);
}
is(join(' ', @got), join(' ', (4) x 15), 'of eight at once, four got a session, each time');

# With cancels and terminations in between: never more than four are seen.
# at_end keeps alive what might have escaped the count.
$root->tell(q(
	DO $$
	DECLARE
		most int := 0;
		seen int;
		until timestamptz := clock_timestamp() + '12 s';
	BEGIN
		WHILE clock_timestamp() < until LOOP
			PERFORM pg_stat_clear_snapshot();
			SELECT count(*) INTO seen FROM pg_stat_activity
			 WHERE backend_type = 'arch_lab session' AND usename = 'ann';
			most := greatest(most, seen);
			PERFORM pg_sleep(0.002);
		END LOOP;
		PERFORM set_config('my.most', most::text, false);
	END $$;
	SELECT current_setting('my.most');));
my $until = time + 10;
my $tries = 0;
srand(113);
while (time < $until)
{
	foreach my $s (@many)
	{
		my $ms = 1 + int(rand(rand() < 0.5 ? 12 : 80));

		$s->tell("SET statement_timeout = $ms; SELECT arch_lab.session_open('s', 'SELECT pg_sleep(1)'); SET statement_timeout = 0;");
		$tries++;
	}
	my $victim = $many[ int(rand(@many)) ];
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($victim->{pid})");
	foreach my $s (@many)
	{
		if ($s == $victim)
		{
			$s->quit;
			$s = LabPsql->new($node, 'postgres', user => 'ann');
		}
		else
		{
			$s->heard;
			$s->ask('SELECT arch_lab.session_close_all();') if rand() < 0.3;
		}
	}
}
my $most = $root->heard;
cmp_ok($most, '<=', 4, "in $tries tries with cancels and terminations, at most $most at a time");
cmp_ok($most, '>=', 2, 'and sessions there were');
$_->quit for (@many, $root);
none_left('after all');

# CONNECTION LIMIT of role and database counts sessions.
$node->safe_psql('postgres', 'ALTER ROLE ann CONNECTION LIMIT 3');
$a1 = LabPsql->new($node, 'postgres', user => 'ann');
is($a1->complaint("SELECT arch_lab.session_open('a'), arch_lab.session_open('b');"), '', 'one connection and two sessions');
like($a1->complaint("SELECT arch_lab.session_open('x');"), qr/ERROR:  53300: too many connections for role "ann"/, 'are three');
SKIP:
{
	skip 'the server does not count workers', 1 if $node->safe_psql('postgres', 'SHOW server_version_num') >= 190000;
	my ($rc, $out, $err) = $node->psql('postgres', 'SELECT 1', extra_params => [ '-U', 'ann' ]);
	like($err, qr/too many connections for role "ann"/, 'for a client too');
}
$node->safe_psql('postgres', 'ALTER ROLE ann CONNECTION LIMIT -1; ALTER DATABASE postgres CONNECTION LIMIT 3');
like($a1->complaint("SELECT arch_lab.session_open('x');"), qr/ERROR:  53300: too many connections for this database/, 'and for the database');
is($a1->complaint("SELECT arch_lab.session_close('b'); SELECT arch_lab.session_open('c');"), '', 'one closed, one opened');
$a1->quit;

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'nothing crashed');
done_testing();
