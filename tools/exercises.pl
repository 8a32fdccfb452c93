#!/usr/bin/perl
#
# exercises.pl
#	Writes doc/exercises.md, the list of exercises, from their files and from
#	the sections of the lesson, to standard output.
#
use strict;
use warnings;

sub slurp
{
	my ($file) = @_;

	open my $in, '<', $file or die "$file: $!\n";
	local $/;
	return scalar <$in>;
}

my $lesson = slurp('arch_lab/install/40_lesson.sql');
my %section;
$section{$1} //= $2 while $lesson =~ /^\((\d+), '([^']+)', \d+, '/mg;

my ($last, $n, $minutes) = (0, 0, 0);
my $list = '';
foreach my $file (sort glob 'arch_lab/exercises/*.txt')
{
	my ($head, @parts) = split /^== /m, slurp($file);
	my %e;

	$e{$1} = $2 while $head =~ /^([a-z]+): *(.*)$/mg;
	my ($task) = map { /^task\n(.*)/s } @parts;
	my $kind = grep({ /^answer\n/ } @parts) ? 'a prediction' : 'a state to bring about';

	$n++;
	$minutes += $e{minutes};
	$list .= "\n## $section{ $e{section} }\n" if $e{section} != $last;
	$last = $e{section};
	$list .= "\n### $n. `$e{key}`: $e{title}\n\n";
	$list .= ('easy', 'middling', 'hard')[ $e{level} - 1 ] . ", about $e{minutes} minutes; $kind\n\n";
	$list .= "```text\n" . $task =~ s/\s+\z//r . "\n```\n";
}
print <<"TEXT";
# The exercises

This page is made by `tools/exercises.pl` from `arch_lab/exercises/`. [classroom.md](classroom.md) says how they are done.
$n exercises, about $minutes minutes in all.
$list
TEXT
