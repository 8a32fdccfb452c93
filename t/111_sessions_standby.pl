
# Further sessions on a hot standby: they read, they don't hold recovery up,
# and they live through a promotion.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', 'autovacuum = off');
$primary->start;
$primary->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE TABLE t AS SELECT i FROM generate_series(1, 100) AS i));
$primary->backup('backup');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->append_conf('postgresql.conf', 'max_standby_streaming_delay = 50ms');
$standby->start;
$primary->wait_for_catchup($standby);

# A psql on the standby that stays; talk(SQL) returns what it prints.
my ($in, $out, $err, $n) = ('', '', '', 0);
my $psql = IPC::Run::start(
	[ 'psql', '-XAtq', '-d', $standby->connstr('postgres') ],
	'<', \$in, '>', \$out, '2>', \$err,
	IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));

sub talk
{
	my ($sql) = @_;
	my $mark = 'mark' . ++$n;

	$out = '';
	$in .= "$sql\n\\echo $mark\n";
	$psql->pump until $out =~ /^\Q$mark\E$/m;
	(my $result = $out) =~ s/\n?\Q$mark\E\n//;
	return $result;
}

sub run_in
{
	my ($name, $sql) = @_;

	return talk("SELECT kind, \"values\", message, sqlstate FROM arch_lab.session_run('$name', '$sql');");
}

# Rows of t get dead, and the standby learns that they are no longer there.
sub vacuum_away
{
	$primary->safe_psql('postgres', 'DELETE FROM t WHERE i = (SELECT min(i) FROM t)');
	$primary->safe_psql('postgres', 'VACUUM t');
	$primary->wait_for_catchup($standby);
	return;
}

talk("SELECT arch_lab.session_open(n) FROM unnest('{idle,busy,free}'::text[]) AS n;");
is(run_in('idle', 'SELECT pg_is_in_recovery(), count(*) FROM t'),
	"row|{t,100}||\ncommand||SELECT 1|", 'a session reads on a standby');
is(run_in('idle', 'CREATE TABLE no (i int)'),
	'error||cannot execute CREATE TABLE in a read-only transaction|25006', 'and does not write');

# with a snapshot that recovery has to be rid of
run_in($_, 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t') for qw(idle busy);
talk("SELECT arch_lab.session_send('busy', 'SELECT pg_sleep(1000)');");
vacuum_away();
pass('recovery goes on');
is(talk("SELECT kind, sqlstate FROM arch_lab.session_result('busy');"),
	'error|40001', 'a running statement is cancelled');
$err = '';
talk("SELECT * FROM arch_lab.session_run('idle', 'SELECT 1');");
like($err, qr/session "idle" has ended\s+DETAIL:  It said 40001: terminating connection due to conflict with recovery/,
	'a session idle in a transaction is ended');
like(run_in('busy', 'SELECT 1'), qr/25P02/, 'the transaction is aborted');
is(run_in('busy', 'ROLLBACK'), 'command||ROLLBACK|', 'and can be left');
is(run_in('free', 'SELECT count(*) FROM t'), "row|{99}||\ncommand||SELECT 1|", 'others go on');

$standby->promote;
$standby->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()');
is(run_in('free', 'CREATE TABLE yes AS SELECT 1'), 'command||SELECT 1|', 'after a promotion a session writes');

$in .= "\\q\n";
$psql->finish;
$standby->stop;
$primary->stop;

done_testing();
