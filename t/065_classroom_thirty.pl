
# A class at work: each student goes through exercises in a way of one's own,
# with right ways and wrong ones, resets, hints, and connections that break, all
# at the same time.  What is noted in the end is what a log kept here says.
#
# STUDENTS is how many (make classroom takes 30), ROUNDS how many turns each
# has, SEED repeats a class.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Exercises;
use LabPsql;
use List::Util qw(shuffle);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $students = $ENV{STUDENTS} // 6;
my $rounds = $ENV{ROUNDS} // 8;
my $seed = $ENV{SEED} // 20;
srand($seed);
note("SEED=$seed STUDENTS=$students ROUNDS=$rounds");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
# Nothing but what doc/arch_lab.md says for a class.
$node->append_conf('postgresql.conf', "max_connections = 100\nmax_worker_processes = 128\nfsync = off\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', "CREATE EXTENSION arch_lab CASCADE;\n"
	  . join("\n", map { "CREATE ROLE s$_ LOGIN;" } 1 .. $students)
	  . 'CREATE ROLE teacher LOGIN; GRANT SELECT ON arch_lab.class, arch_lab.class_exercises TO teacher');
is($node->safe_psql('postgres', 'SELECT count(*) FROM arch_lab.enrol(VARIADIC ARRAY[' . join(',', map { "'s$_'" } 1 .. $students) . "]::name[]) WHERE seat ~ 'is made'"),
	$students, 'everybody gets a seat');

# What VACUUM may take away depends on the others' snapshots: these exercises
# may keep one from passing for a while, and say so.
my @all = grep { !$_->{needs} } Exercises::all();
my %others = map { $_ => 1 } qw(held-back all-visible index-only hot-chain give-it-back unseen-row);

my @class = map { { name => "s$_", log => {}, tries => 0 } } 1 .. $students;
foreach my $s (@class)
{
	$s->{psql} = LabPsql->new($node, 'postgres', user => $s->{name});
}

my ($slowest, $checks, $surprises) = (0, 0, 0);
foreach my $round (1 .. $rounds)
{
	foreach my $s (@class)
	{
		my $e = $all[ int rand @all ];
		my @right = (Exercises::parts($e, 'solution'), Exercises::parts($e, 'right'));
		my @near = Exercises::parts($e, 'near');
		my $sql = '';

		$s->{e} = $e;
		$s->{expect} = '';
		# a connection that breaks, with all that it had open
		if (rand() < 0.15)
		{
			$s->{psql}->quit;
			$s->{psql} = LabPsql->new($node, 'postgres', user => $s->{name});
		}
		$sql .= "SELECT arch_lab.session_close_all();\nSELECT arch_lab.start('$e->{key}');\n";
		if (!@right)
		{
			my @choices = (Exercises::parts($e, 'task'))[0]{body} =~ /^ *([a-e])\) /mg;
			$sql .= "SELECT arch_lab.predict('$choices[ int rand @choices ]');\n";
		}
		elsif (rand() < 0.4)
		{
			my $near = $near[ int rand @near ]{body} =~ s/^says: .*\n//r;
			$sql .= mine($near);
			$sql .= "SELECT arch_lab.check();\nROLLBACK;\nSELECT arch_lab.session_close_all();\nSELECT arch_lab.hint();\nSELECT arch_lab.reset();\n";
			$s->{expect} = 'near';
			if (rand() < 0.6)
			{
				$sql .= mine($right[ int rand @right ]{body});
				$s->{expect} = 'right';
			}
		}
		else
		{
			$sql .= mine($right[ int rand @right ]{body});
			$s->{expect} = 'right';
		}
		$sql .= "SELECT clock_timestamp() AS before \\gset\nSELECT arch_lab.check();\nSELECT 'took ' || extract(epoch FROM clock_timestamp() - :'before');\nROLLBACK;\n";
		$s->{sql} = $sql;
		$s->{psql}->tell($sql);
	}
	foreach my $s (@class)
	{
		my $said = $s->{psql}->heard;
		my $e = $s->{e};
		my $log = $s->{log}{ $e->{key} } //= { tries => 0, passed => 0 };

		# a check begins with the exercise's title, and ends with its verdict
		# of which one in an open transaction is rolled back with it
		while ($said =~ /^\Q$e->{key}: $e->{title}\E\n.*?^(Passed\.|Not yet)(.*?)(?=^\Q$e->{key}\E: |\z)/msg)
		{
			my ($verdict, $rest) = ($1, $2);

			$s->{last} = $verdict;
			next if $rest =~ /^You are in a transaction/m;
			$s->{tries}++;
			$checks++;
			$log->{tries}++ unless $log->{passed};
			$log->{passed} = 1 if $verdict eq 'Passed.';
		}
		my ($took) = $said =~ /^took ([\d.]+)$/m;
		$slowest = $took if defined $took && $took > $slowest;
		if ($s->{expect} eq 'right' && $s->{last} ne 'Passed.' || $s->{expect} eq 'near' && $s->{last} eq 'Passed.')
		{
			$surprises++ unless $others{ $e->{key} };
			diag("$s->{name}, $e->{key}:\n$s->{sql}\n$said\n$s->{psql}{err}") unless $others{ $e->{key} };
		}
	}
}
is($surprises, 0, "what is right passes and what is not does not, in $checks checks of $students students");
note("the slowest check took $slowest s");

# the lines of a script, as one types them
sub mine
{
	my ($script) = @_;
	my $sql = '';

	foreach my $step (split /^(?=me:)/m, $script)
	{
		$step =~ s/^me:\s*//;
		$step =~ s/;?\s*\z/;\n/;
		$sql .= $step if $step =~ /\w/;
	}
	return $sql;
}

foreach my $s (@class)
{
	my $want = join "\n", map { "$_|$s->{log}{$_}{tries}|" . ($s->{log}{$_}{passed} ? 't' : 'f') } sort keys %{ $s->{log} };
	is($s->{psql}->ask('SELECT exercise, tries, passed_at IS NOT NULL FROM arch_lab.progress ORDER BY exercise COLLATE "C";'), $want, "$s->{name}: progress is as the log has it");
	$s->{psql}->quit;
}
is($node->safe_psql('postgres', 'SELECT student, count(*) FROM arch_lab.tries GROUP BY 1 ORDER BY length(student), 1'),
	join("\n", map { "$_->{name}|$_->{tries}" } grep { $_->{tries} } @class), 'every try is noted');

# ---- what the teacher sees
my @teacher = (extra_params => [ '-U', 'teacher' ]);
is($node->safe_psql('postgres', 'SELECT student, passed FROM arch_lab.class ORDER BY length(student), 1', @teacher),
	join("\n", map { my $s = $_; "$s->{name}|" . grep { $_->{passed} } values %{ $s->{log} } } @class), 'the teacher sees what each has passed');
my %by;
foreach my $s (@class)
{
	foreach my $key (keys %{ $s->{log} })
	{
		$by{$key}[0]++;
		$by{$key}[1] += $s->{log}{$key}{passed};
	}
}
is($node->safe_psql('postgres', 'SELECT key, started, passed FROM arch_lab.class_exercises WHERE started > 0 ORDER BY key COLLATE "C"', @teacher),
	join("\n", map { "$_|$by{$_}[0]|$by{$_}[1]" } sort keys %by), 'and how each exercise went');
is($node->safe_psql('postgres', 'SELECT count(*) FROM arch_lab.class WHERE exercise IS NULL OR minutes < 0 OR quiet < 0', @teacher), '0', 'and where everybody is');
foreach my $view ('class', 'class_exercises')
{
	my ($rc, $out, $err) = $node->psql('postgres', "SELECT * FROM arch_lab.$view", extra_params => [ '-U', 's1' ]);
	like($err, qr/permission denied for view $view/, "a student does not read $view");
}
my ($rc, $out, $err) = $node->psql('postgres', "SELECT arch_lab.enrol('nobody_here')");
like($err, qr/role "nobody_here" does not exist\nHINT:  Make it first: CREATE ROLE nobody_here LOGIN;/, 'no seat for nobody');
is($node->safe_psql('postgres', "SELECT * FROM arch_lab.enrol('s1')"), 's1|has schema s1', 'nor a second one');
($rc, $out, $err) = $node->psql('postgres', "SELECT arch_lab.enrol('teacher')", extra_params => [ '-U', 's1' ]);
like($err, qr/permission denied/, 'nor by who may not');

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|XX000/, 'nothing crashed');
done_testing();
