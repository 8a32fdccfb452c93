
# A class of 30 takes the lesson at once on a server set as doc/arch_lab.md
# says, and no more than that; who is one too many is refused, clearly.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($class) = slurp_file('doc/arch_lab.md') =~ /^## For a class\n(.*?)^## /ms;
my ($settings) = ($class // '') =~ /^```\n(.*?)^```$/ms;
my ($students) = ($class // '') =~ /For (\d+) at the same time/;
ok($settings && $students, 'the page says what to set, and for how many');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
# Nothing but what a fresh cluster has, and what the page says.
$node->append_conf('postgresql.conf', "max_connections = 100\n$settings");
$node->start;
$node->safe_psql('postgres', "CREATE EXTENSION arch_lab CASCADE;\n" . join "\n",
	map { "CREATE ROLE student$_ LOGIN; CREATE SCHEMA AUTHORIZATION student$_;" } 1 .. $students);

sub psql_start
{
	my ($role) = @_;
	my $s = { in => '', out => '', err => '', n => 0 };

	$s->{run} = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-U', $role ],
		'<', \$s->{in}, '>', \$s->{out}, '2>', \$s->{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $s;
}

# Everybody comes to where most sessions are open, and stays there.
my @class = map { psql_start("student$_") } 1 .. $students;
for my $s (@class)
{
	$s->{in} .= q(
		SELECT arch_lab.desk_open() AS path \gset
		SELECT arch_lab.desk_seat(:'path');
		SELECT arch_lab.play('newcomer: SELECT 6 * 7 AS answer', :'path');
		\echo seated
	);
}
for my $s (@class)
{
	$s->{run}->pump until $s->{out} =~ /^seated$/m;
}
is(join('', map { $_->{err} } @class), '', "$students students are seated, without an error");
is($node->safe_psql('postgres', q(SELECT count(*), count(DISTINCT usename) FROM pg_stat_activity WHERE backend_type = 'arch_lab session')),
	4 * $students . "|$students", 'each with four sessions');
is($node->safe_psql('postgres', q(SET ROLE student1; SELECT holds FROM arch_lab.claims() WHERE n = 22)),
	't', 'and workers are left for one more');

# One who is at it already, and one who comes when all places are taken, are
# told so and lose nothing; the reserve is left.
$node->safe_psql('postgres', 'CREATE ROLE late1 LOGIN; CREATE SCHEMA AUTHORIZATION late1; CREATE ROLE late2 LOGIN; CREATE SCHEMA AUTHORIZATION late2');
my @more;
my %told;
for my $role ('student1', 'late1', 'late2')
{
	my $s = psql_start($role);

	push @more, $s;
	$s->{in} .= "\\set VERBOSITY verbose\nSELECT arch_lab.desk_open() IS NOT NULL AS seated;\n\\echo asked\n";
	$s->{run}->pump until $s->{out} =~ /^asked$/m;
	$s->{in} .= "SELECT arch_lab.session_open('s' || i) FROM generate_series(1, 3) AS i;\n\\echo opened\n";
	$s->{run}->pump until $s->{out} =~ /^opened$/m;
	$s->{run}->pump_nb;
	$told{$role} = $s->{err};
}
like($told{student1}, qr/^ERROR:  53400: role "student1" has too many sessions open/m, 'nobody has a second place');
is($told{late1}, '', 'one more than the class finds one');
like($told{late2}, qr/^ERROR:  53400: too many sessions are open in the server/m, 'the next does not');
my ($workers) = $settings =~ /max_worker_processes = (\d+)/;
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'arch_lab session')),
	$workers - 3, 'and the server keeps workers for itself');
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'and the server goes on');

for my $s (@class, @more)
{
	$s->{in} .= "\\q\n";
	$s->{run}->finish;
}
ok($node->poll_query_until('postgres',
		q(SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'arch_lab session')),
	'all sessions end with the class');

$node->stop;

done_testing();
