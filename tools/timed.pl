#!/usr/bin/perl
#
# timed.pl FILE
#	Run a TAP file as prove would, and append a line "cpu wall FILE" to the file
#	that TIMES names: seconds of all processes that it started, the servers
#	among them, and of the clock.
#
# A server leaves the process that started it, so that its time is nobody's;
# here such orphans come to this process (where the system is Linux, and of a
# kind known here; elsewhere their time is missing).

use strict;
use warnings;

use File::Basename qw(dirname);
use POSIX qw(WNOHANG uname);
use Time::HiRes qw(time sleep);

my %prctl = (x86_64 => 157, aarch64 => 167, riscv64 => 167, ppc64le => 171, i686 => 172);
my ($system, $machine) = (uname())[ 0, 4 ];
my $PR_SET_CHILD_SUBREAPER = 36;

syscall($prctl{$machine}, $PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
  if $system eq 'Linux' && exists $prctl{$machine};

my $begun = time;
my $file = shift @ARGV;
my $pid = fork // die "fork: $!";
if ($pid == 0)
{
	my $modules = dirname($ENV{PG_REGRESS} // './regress/pg_regress') . '/../perl';
	exec $^X, '-I', $modules, '-I', '.', $file, @ARGV;
	die "$file: $!";
}
# An orphan is reaped at once: a test may ask whether its server is gone.
my $status;
while ((my $gone = waitpid(-1, 0)) > 0)
{
	next if $gone != $pid;
	$status = $?;
	last;
}
my $wall = time - $begun;

# What goes on after the test's end is not waited for.
my $until = time + 2;
while (time < $until)
{
	my $gone = waitpid(-1, WNOHANG);
	last if $gone < 0;
	sleep 0.02 if $gone == 0;
}
my (undef, undef, $user, $sys) = times;
if (defined $ENV{TIMES} && open(my $times, '>>', $ENV{TIMES}))
{
	printf $times "%.1f %.1f %s\n", $user + $sys, $wall, $file;
	close $times;
}
if ($status & 127)
{
	$SIG{ $_ } = 'DEFAULT' foreach qw(INT TERM HUP);
	kill $status & 127, $$;
}
exit($status >> 8);
