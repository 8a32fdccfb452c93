# The exercises' files, taken apart, and scripts of theirs played by psql: each
# session of a script is a connection of its own, as a student has windows.

package Exercises;

use strict;
use warnings;

use LabPsql;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my ($node, $psql);

# all() - the files in order, as { key, file, name => value of the head, parts }
sub all
{
	my @all;

	foreach my $file (sort glob 'arch_lab/exercises/*.txt')
	{
		my ($head, @parts) = split /^== /m, slurp_file($file);
		my %e = (file => $file, parts => []);

		$e{$1} = $2 while $head =~ /^([a-z]+): *(.*)$/mg;
		foreach my $part (@parts)
		{
			my ($kind, $title, $body) = $part =~ /^([a-z]+)(?:: ([^\n]*))?\n(.*)$/s;
			push @{ $e{parts} }, { kind => $kind, title => $title, body => $body =~ s/\n+\z/\n/r };
		}
		push @all, \%e;
	}
	return @all;
}

sub parts
{
	my ($e, $kind) = @_;

	return grep { $_->{kind} eq $kind } @{ $e->{parts} };
}

# play(CLASS, ROLE, FIRST, SCRIPT) - runs "name: SQL" lines, "me" in the psql
# FIRST, each other name in one of its own; returns these, by name.
sub play
{
	my ($node, $db, $role, $first, $script) = @_;
	my %by = (me => $first);

	foreach my $step (split /^(?=[a-z][a-z0-9_]*(?: collect)?:)/m, $script)
	{
		my ($who, $collect, $sql) = $step =~ /^([a-z][a-z0-9_]*)( collect)?:\s*(.*)$/s or next;

		$by{$who} //= LabPsql->new($node, $db, user => $role);
		my $s = $by{$who};
		if ($collect)
		{
			$s->heard;
			next;
		}
		$s->tell($sql =~ /;\s*$/ ? $sql : "$sql;");
		# Either it comes back, or it waits for a lock.
		for (my $i = 0;; $i++)
		{
			$s->{run}->pump_nb;
			last if $s->{out} =~ /^\Q$s->{mark}\E$/m;
			last if $i % 20 == 19 && $node->safe_psql($db,
				"SELECT count(*) FROM pg_stat_activity WHERE pid = $s->{pid} AND wait_event_type = 'Lock'") eq '1';
			die "$who does not come back: $sql" if $i > 6000;
			usleep(5000);
		}
	}
	return %by;
}

# fresh(KEY) - the start state of an exercise
sub fresh
{
	my ($e) = @_;
	my $said = $psql->ask("SELECT arch_lab.session_close_all(); SELECT arch_lab.start('$e->{key}');");
	is($psql->{err}, '', "$e->{key}: no error at its start");
	is(scalar(grep { length > 78 } split /\n/, $said), 0, '  nor a line that is wider than a screen') or diag($said);
	return $said;
}

# after(SCRIPT) - what check() says after it
sub after
{
	my ($script) = @_;
	my %by = play($node, 'postgres', 'pupil', $psql, $script);
	my $said = $psql->ask('SELECT arch_lab.check();');
	unlike($said, qr/the server says/i, '  every question could be asked');
	my @wide = grep { length > 78 } split /\n/, $said;
	is(scalar @wide, 0, '  no line is wider than a screen') or diag(@wide);
	foreach my $who (sort keys %by)
	{
		$by{$who}->ask('ROLLBACK;') if $who eq 'me';
		$by{$who}->quit if $who ne 'me';
	}
	return $said;
}

# prove(SECTIONS) - the proof of the exercises of these sections
sub prove
{
	my (@sections) = @_;
	my %asked = map { $_ => 1 } split /,/, $ENV{EXERCISES} // '';

	$node = server();
	my $major = int($node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int / 10000"));
	foreach my $e (all())
	{
		next if %asked && !$asked{ $e->{key} } || !grep { $_ == $e->{section} } @sections;
		if ($e->{needs})
		{
			my $reason = $node->safe_psql('postgres', "SELECT $e->{needs}");
			note("$e->{key}: $reason") if $reason ne '';
			next if $reason ne '';
		}
		my $key = $e->{key};
		my $question = scalar parts($e, 'answer');
		$psql = LabPsql->new($node, 'postgres', user => 'pupil');

		like(fresh($e), qr/\Q$e->{title}\E/, "$key: starts");
		my $said = after('');
		like($said, qr/^Not yet/m, "$key: what the start made does not pass");
		my $hints = parts($e, 'hint');
		ok($hints >= 2 && $hints <= 4, '  it has 2 to 4 hints');
		ok(scalar(parts($e, 'why')), '  and a reason');

		my ($right, $near) = (0, 0);
		if ($question)
		{
			# Which letter is right comes of the step: one of them is.
			my @choices = (parts($e, 'task'))[0]{body} =~ /^ *([a-e])\) /mg;
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
			$psql->quit;
			next;
		}
		foreach my $part (parts($e, 'solution'), parts($e, 'right'))
		{
			my $name = $part->{title} // 'the solution';
			fresh($e);
			$said = after($part->{body});
			like($said, qr/^Passed\.$/m, "$key: passes: $name") or diag($said, $psql->{err});
			$right++;
		}
		foreach my $part (parts($e, 'near'))
		{
			my ($until, $says, $script) = $part->{body} =~ /^(?:until: (\d+)\n)?says: (.*?)\n(.*)$/s;
			$near++;
			if (defined $until && $major > $until)
			{
				note("$key: no miss from $major on: $part->{title}");
				next;
			}
			fresh($e);
			$said = after($script);
			like($said, qr/^Not yet/m, "$key: does not pass: $part->{title}") or diag($said);
			like($said =~ s/\s+/ /gr, qr/$says/, '  and is told so') or diag($said);
		}
		cmp_ok($right, '>=', 3, "$key: three right ways are tried");
		cmp_ok($near, '>=', 3, "$key: and three near misses");
		like(join("\n", $psql->ask('SELECT arch_lab.reset();')), qr/^The start state of $key is there again\.$/m, "$key: reset");
		like(after(''), qr/^Not yet/m, '  begins anew');
		$psql->ask('SELECT arch_lab.session_close_all();');
		$psql->quit;
	}

	$node->stop;
	unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'nothing crashed');
	done_testing();
	return;
}

# server() - a server with the extension, and the role pupil
sub server
{
	my $new = PostgreSQL::Test::Cluster->new('main');

	$new->init;
	$new->append_conf('postgresql.conf', slurp_file('tools/check.conf'));
	$new->start;
	$new->safe_psql('postgres', q(
		CREATE EXTENSION arch_lab CASCADE;
		CREATE ROLE pupil LOGIN;
		CREATE SCHEMA AUTHORIZATION pupil));
	return $new;
}

1;
