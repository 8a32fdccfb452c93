
# Every exercise keeps what it promises, to an ordinary role: what the start
# made does not pass, the solution and other right ways do, each near miss is
# told in its own words, and reset() begins anew.
#
# EXERCISES=key,key runs a part of them.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Exercises;
use LabPsql;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', slurp_file('tools/check.conf'));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE ROLE pupil LOGIN;
	CREATE SCHEMA AUTHORIZATION pupil));

my %asked = map { $_ => 1 } split /,/, $ENV{EXERCISES} // '';
my @all = Exercises::all();
is($node->safe_psql('postgres', 'SELECT string_agg(key, \' \' ORDER BY n) FROM arch_lab.exercises'),
	join(' ', map { $_->{key} } @all), 'the extension has the exercises of the files');
is($node->safe_psql('postgres', 'SELECT count(*) FROM arch_lab.exercise_list() WHERE num_nulls(key, section_no, section, title, level, minutes, makes, doc, source) > 0'),
	'0', 'each with a whole head');
is($node->safe_psql('postgres', 'SELECT string_agg(key, \' \') FROM arch_lab.exercises WHERE length(key) > 16 OR length(title) > 42'),
	'', 'the catalogue is as wide as a screen');

my ($page) = run_command([ 'tools/exercises.pl' ]);
is(slurp_file('doc/exercises.md') =~ s/\s+\z//r, $page =~ s/\s+\z//r, 'doc/exercises.md is what tools/exercises.pl makes');

my $psql = LabPsql->new($node, 'postgres', user => 'pupil');

# fresh(KEY) - the start state of an exercise
sub fresh
{
	my ($e) = @_;
	my $said = $psql->ask("SELECT arch_lab.session_close_all(); SELECT arch_lab.start('$e->{key}');");
	is($psql->{err}, '', "$e->{key}: no error at its start");
	return $said;
}

# after(SCRIPT) - what check() says after it
sub after
{
	my ($script) = @_;
	my %by = Exercises::play($node, 'postgres', 'pupil', $psql, $script);
	my $said = $psql->ask('SELECT arch_lab.check();');
	my @wide = grep { length > 78 } split /\n/, $said;
	is(scalar @wide, 0, '  no line is wider than a screen') or diag(@wide);
	foreach my $who (sort keys %by)
	{
		$by{$who}->ask('ROLLBACK;') if $who eq 'me';
		$by{$who}->quit if $who ne 'me';
	}
	return $said;
}

foreach my $e (@all)
{
	next if %asked && !$asked{ $e->{key} };
	if ($e->{needs})
	{
		my $reason = $node->safe_psql('postgres', "SELECT $e->{needs}");
		note("$e->{key}: $reason") if $reason ne '';
		next if $reason ne '';
	}
	my $key = $e->{key};
	my $question = scalar Exercises::parts($e, 'answer');

	like(fresh($e), qr/\Q$e->{title}\E/, "$key: starts");
	my $said = after('');
	like($said, qr/^Not yet/m, "$key: what the start made does not pass");
	unlike($said, qr/the server says/, '  and every condition could be asked');
	my $hints = Exercises::parts($e, 'hint');
	ok($hints >= 2 && $hints <= 4, '  it has 2 to 4 hints');
	ok(scalar(Exercises::parts($e, 'why')), '  and a reason');

	my ($right, $near) = (0, 0);
	if ($question)
	{
		# Which letter is right comes of the step: one of them is.
		my @choices = (Exercises::parts($e, 'task'))[0]{body} =~ /^ *([a-e])\) /mg;
		my @came;
		foreach my $choice (@choices)
		{
			fresh($e);
			my $what = $psql->ask("SELECT arch_lab.predict('$choice');");
			$said = $psql->ask('SELECT arch_lab.check();');
			push @came, $choice if $said =~ /^Passed\.$/m;
			like($said, qr/^(?:Passed\.|\[ \] The prediction came true\.\n +Found: you predicted $choice, and [a-e] came\.)$/m, "$key: predicts $choice") or diag($what, $said, $psql->{err});
		}
		is(scalar @came, 1, "$key: one prediction is right (@came)");
		cmp_ok(scalar @choices, '>=', 3, '  of three or more');
		next;
	}
	foreach my $part (Exercises::parts($e, 'solution'), Exercises::parts($e, 'right'))
	{
		my $name = $part->{title} // 'the solution';
		fresh($e);
		$said = after($part->{body});
		like($said, qr/^Passed\.$/m, "$key: passes: $name") or diag($said, $psql->{err});
		$right++;
	}
	foreach my $part (Exercises::parts($e, 'near'))
	{
		my ($says, $script) = $part->{body} =~ /^says: (.*?)\n(.*)$/s;
		fresh($e);
		$said = after($script);
		like($said, qr/^Not yet/m, "$key: does not pass: $part->{title}") or diag($said);
		like($said =~ s/\s+/ /gr, qr/$says/, '  and is told so') or diag($said);
		$near++;
	}
	cmp_ok($right, '>=', 3, "$key: three right ways are tried");
	cmp_ok($near, '>=', 3, "$key: and three near misses");
	like(join("\n", $psql->ask('SELECT arch_lab.reset();')), qr/^The start state of $key is there again\.$/m, "$key: reset");
	like(after(''), qr/^Not yet/m, '  begins anew');
	$psql->ask('SELECT arch_lab.session_close_all();');
}

$psql->quit;
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'nothing crashed');

done_testing();
