# The exercises' files, taken apart, and scripts of theirs played by psql: each
# session of a script is a connection of its own, as a student has windows.

package Exercises;

use strict;
use warnings;

use LabPsql;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(usleep);

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

1;
