
# What the tools stop at their end are their own servers: a server that was
# killed leaves a file that names a process, and the number may be another's.

use strict;
use warnings;

use Cwd qw(abs_path);
use POSIX qw(:sys_wait_h);

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'no /proc' if !-e '/proc/self/cwd';

my $dir = abs_path(PostgreSQL::Test::Utils::tempdir());
mkdir $_ foreach ("$dir/one", "$dir/one/data", "$dir/two", "$dir/two/data");

# a process with this working directory, named in the file of that one
sub beside
{
	my ($cwd, $data) = @_;
	my $pid = fork // die "fork: $!";

	if ($pid == 0)
	{
		chdir $cwd or die "$cwd: $!";
		# a shell's job in the background is started with it ignored
		$SIG{QUIT} = 'DEFAULT';
		exec 'sleep', '600';
	}
	append_to_file("$data/postmaster.pid", "$pid\n$data\n");
	return $pid;
}

my $own = beside("$dir/one/data", "$dir/one/data");
my $other = beside($dir, "$dir/two/data");
# until both have gone where they belong
foreach (1 .. 100)
{
	last if readlink("/proc/$own/cwd") eq "$dir/one/data" && readlink("/proc/$other/cwd") eq $dir;
	select(undef, undef, undef, 0.1);
}
my $stop = IPC::Run::start([ 'sh', '-c', ". tools/common.sh; stop_servers '$dir' '$dir/no_tree'" ]);
my $gone = 0;
foreach (1 .. 100)
{
	$gone = waitpid($own, WNOHANG) and last;
	select(undef, undef, undef, 0.1);
}
is($gone, $own, 'what runs in the data directory is stopped');
$stop->finish;
select(undef, undef, undef, 0.2);
is(waitpid($other, WNOHANG), 0, 'what only has the number of a server that is gone is not');
kill 'KILL', $other;
waitpid($other, 0);

done_testing();
