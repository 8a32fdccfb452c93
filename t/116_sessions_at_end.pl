# at_end is a session's last word: it ends in time, and with its role's right
# to be there.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LabPsql;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "max_worker_processes = 20\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE ROLE ann LOGIN;
	CREATE ROLE team;
	GRANT team TO ann;
	CREATE TABLE said (what text);
	GRANT ALL ON said TO PUBLIC));

my $there = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'arch_lab session'";

# Opens a session with this at_end, terminates its opener, runs SQL before.
sub orphan
{
	my ($at_end, %more) = @_;
	my $s = LabPsql->new($node, 'postgres', user => 'ann');

	$s->ask($more{first}) if $more{first};
	is($s->complaint("SELECT arch_lab.session_open('a', \$e\$$at_end\$e\$);"), '', 'opened');
	$node->safe_psql('postgres', $more{bar}) if $more{bar};
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($s->{pid}, 10000)");
	$s->quit;
	return;
}

# Seconds until no session is there.
sub gone
{
	my $start = time;

	$node->poll_query_until('postgres', "SELECT ($there) = 0") or return 'never';
	return time - $start;
}

sub said
{
	return $node->safe_psql('postgres', "WITH d AS (DELETE FROM said RETURNING what) SELECT string_agg(what, ',') FROM d");
}

orphan(q(INSERT INTO said VALUES ('bye')));
cmp_ok(gone(), '<', 5, 'a short one is over soon');
is(said(), 'bye', 'and was said');

# barred before the end: nothing is said
my @bars = (
	[ 'ALTER ROLE ann NOLOGIN', 'ALTER ROLE ann LOGIN' ],
	[ "ALTER ROLE ann VALID UNTIL '2001-01-01'", "ALTER ROLE ann VALID UNTIL 'infinity'" ],
	[ 'REVOKE CONNECT ON DATABASE postgres FROM PUBLIC', 'GRANT CONNECT ON DATABASE postgres TO PUBLIC' ],
);
foreach my $bar (@bars)
{
	orphan(q(INSERT INTO said VALUES ('bye'); SELECT pg_sleep(60)), bar => $bar->[0]);
	cmp_ok(gone(), '<', 3, "$bar->[0]: over at once");
	is(said(), '', 'nothing was said');
	$node->safe_psql('template1', $bar->[1]);
}
like(slurp_file($node->logfile), qr/FATAL:  role "ann" is not permitted to log in/, 'the log says why');
orphan(q(INSERT INTO said VALUES ('bye')), first => 'SET ROLE team;', bar => 'REVOKE team FROM ann');
cmp_ok(gone(), '<', 3, 'no member any more: over at once');
is(said(), '', 'nothing was said');
$node->safe_psql('postgres', 'GRANT team TO ann');

# barred meanwhile: its next statement is not run, a function's neither
my $loop = q(DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(0.05); INSERT INTO said VALUES ('again'); EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END; END LOOP; END $$);
orphan($loop);
ok($node->poll_query_until('postgres', "SELECT ($there AND state = 'active') = 1"), 'it is at its end');
sleep(0.5);
$node->safe_psql('postgres', 'ALTER ROLE ann NOLOGIN');
cmp_ok(gone(), '<', 2, 'barred at its end: over at once');
is(said(), '', 'and nothing of it stays');
$node->safe_psql('postgres', 'ALTER ROLE ann LOGIN');

# terminated meanwhile, in a statement that would last
orphan('SELECT pg_sleep(60)');
ok($node->poll_query_until('postgres', "SELECT ($there AND state = 'active' AND query LIKE '%pg_sleep%') = 1"), 'it is at its end');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'arch_lab session'");
cmp_ok(gone(), '<', 2, 'terminated at its end: over at once');
is(said(), '', 'and nothing of it stays');

# left alone: ten seconds at most, whatever it does
my $start = time;
orphan("SET statement_timeout = 0; $loop");
gone();
my $took = time - $start;
cmp_ok($took, '<', 15, 'one that would never end has ten seconds');
cmp_ok($took, '>', 5, 'but has them');
is(said(), '', 'and nothing of it stays');

# with its opener there: the opener is told
my $s = LabPsql->new($node, 'postgres', user => 'ann');
$s->ask("SELECT arch_lab.session_open('a', 'INSERT INTO said VALUES (1)');");
$node->safe_psql('postgres', 'ALTER ROLE ann NOLOGIN');
like($s->complaint("SELECT arch_lab.session_close('a');"), qr/WARNING:  01000: at_end of session "a" failed: role "ann" is not permitted to log in/, 'session_close() warns');
is($s->ask('SELECT count(*) FROM arch_lab.sessions;'), '0', 'and the session is gone');
is(said(), '', 'unsaid');
$s->quit;

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'nothing crashed');
done_testing();
