
# Bad luck with the scripts behind make: each ends with a clear message and a
# status that is not 0, and leaves nothing running and nothing behind.

use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::RealBin;
use IO::Socket::INET;
use IPC::Run;
use PostgreSQL::Test::Utils;
use SharedBuild;
use Test::More;

# Whoever runs this in the background has it ignored.
$SIG{INT} = 'DEFAULT';

my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
my $tmp = tempdir('/tmp/tools.XXXXXX', CLEANUP => 1);
$ENV{TMPDIR} = $tmp;
$ENV{NO_APT} = 1;
delete $ENV{PRIVATE};

# Runs a script and checks its status, its words and that it cleaned up.
sub fails_clearly
{
	my ($what, $words, @command) = @_;

	my ($out, $err) = ('', '');
	my $ok = IPC::Run::run(\@command, '<', \'', '>', \$out, '2>', \$err);
	ok(!$ok, "$what: the status tells");
	like("$out$err", $words, "$what: the message is clear");
	is_deeply([ glob "$tmp/arch.*" ], [], "$what: nothing is left behind");
}

# A pg_config that answers as told and else like the true one.
sub fake_pg_config
{
	my ($name, %answers) = @_;

	my $cases = join '', map { "\t$_) echo '$answers{$_}' ;;\n" } sort keys %answers;
	append_to_file("$tmp/$name", "#!/bin/sh\ncase \$1 in\n$cases\t*) exec '$pg_config' \"\$@\" ;;\nesac\n");
	chmod 0755, "$tmp/$name";
	return "$tmp/$name";
}

fails_clearly('no such pg_config', qr/there is no pg_config at .*nowhere/,
	'tools/private.sh', 'check', "$tmp/nowhere");
fails_clearly('not a pg_config', qr/does not tell its version/,
	'tools/private.sh', 'check', '/bin/true');
fails_clearly('an old server', qr/PostgreSQL 15 or later is needed/,
	'tools/private.sh', 'check', fake_pg_config('old', '--version' => 'PostgreSQL 14.9'));
mkdir "$tmp/empty";
fails_clearly('missing headers', qr/postgresql-server-dev-\d+ - the server's headers.*install these/s,
	'tools/private.sh', 'shell', fake_pg_config('bare', '--includedir-server' => "$tmp/empty"));
append_to_file("$tmp/empty/postgres.h", '');
append_to_file("$tmp/empty/pg_config.h", qq(#define PG_VERSION "15.0"\n));
fails_clearly('headers of another release', qr/the server is .*, but its headers are of 15\.0/,
	'tools/private.sh', 'shell', fake_pg_config('other', '--includedir-server' => "$tmp/empty"));

# A full disk: no file may grow past a few kilobytes.
fails_clearly('a full disk', qr/the step "[^"]+" failed/,
	'sh', '-c', "ulimit -f 64; exec tools/private.sh shell '$pg_config'");
SKIP:
{
	skip 'root can write anywhere', 3 if $> == 0;
	mkdir "$tmp/locked", 0555;
	fails_clearly('an unwritable temporary directory', qr/cannot make a temporary directory/,
		'sh', '-c', "TMPDIR='$tmp/locked' exec tools/private.sh shell '$pg_config'");
}

# The socket's place.
my $start = sub {
	my ($dir) = @_;
	return ('sh', '-c', "set -eu; PRIVATE='$tmp'; PG_CONFIG='$pg_config'; . tools/common.sh; start_server '$dir'");
};
mkdir "$tmp/used";
append_to_file("$tmp/used/.s.PGSQL.5432", '');
fails_clearly('a used socket path', qr/a socket is already in use/, $start->("$tmp/used"));
fails_clearly('a path too long for a socket', qr/too long for a Unix socket/, $start->("$tmp/" . 'x' x 100));

# psql in a private server, with something else listening on 5432: from a path
# with a space in it where an older build lies about, which was made for another
# server and is no longer right, and once more from here, where all is built.
my $tree = "$tmp/a path";
mkdir $tree;
is(system('sh', '-c', "tar -cf - --exclude=.git --exclude='./tmp_*' . | tar -xf - -C '$tree'"), 0, 'copied the tree');
foreach my $ext (qw(math_utils arch_inspect arch_lab))
{
	unlink "$tree/$ext/$ext.so", "$tree/$ext/.built-for";
	append_to_file("$tree/$ext/.built-for", "PostgreSQL 9.6\n");
	append_to_file("$tree/$ext/$ext.so", "an older build\n");
	foreach my $source (glob("'$tree/$ext/src/*.c' '$tree/$ext/src/*/*.c'"))
	{
		(my $object = $source) =~ s/c$/o/;
		unlink $object;
		append_to_file($object, "an older build\n");
	}
}
my $path = $ENV{PATH};
my $shared = shared_compiler("$tmp/bin");
$ENV{PATH} = "$tmp/bin:$path" if $shared;
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 5432, Listen => 1);
note $listener ? 'something listens on 5432' : "something else listens on 5432 already: $!";
foreach my $try ($tree, '.')
{
	my ($out, $err) = ('', '');
	my $ok = IPC::Run::run([ "$try/tools/private.sh", 'shell', $pg_config ],
		'<', \"SELECT 'square is ' || square(12);\n", '>', \$out, '2>', \$err);
	ok($ok, "make shell from $try") or diag("$out$err");
	like($out, qr/square is 144/, 'it has the extensions');
	is_deeply([ glob "$tmp/arch.*" ], [], 'and is gone after it');
}
my $sources = () = glob '*/src/*.c */src/*/*.c';
SKIP:
{
	skip 'this compiler is not found by the PATH', 1 unless $shared;
	is(scalar(split /\n/, slurp_file("$tmp/bin/shared")), $sources, 'every source was built again, and once');
}
$ENV{PATH} = $path;

# Ctrl-C in the middle of the walkthrough: a terminal sends SIGINT to the whole
# process group.
my ($out, $err) = ('', '');
my $walk = IPC::Run::start([ 'tools/private.sh', 'walkthrough', $pg_config ],
	'<', \'', '>', \$out, '2>', \$err, init => sub { setpgrp(0, 0) });
my ($pid, $tries) = (undef, 0);
while (!defined $pid && $tries++ < 1800 && $walk->pumpable)
{
	my ($file) = glob "$tmp/arch.*/server/data/postmaster.pid";
	my $text = $file ? (eval { slurp_file($file) } // '') : '';
	$pid = $1 if $text =~ /^(\d+)\n.*\nready *$/s;
	$walk->pump_nb;
	select undef, undef, undef, 0.1 unless defined $pid;
}
ok(defined $pid, 'the walkthrough has a server') or diag("$out$err");
kill 'INT', -$walk->{KIDS}[0]{PID};
$walk->finish;
isnt($walk->full_result, 0, 'Ctrl-C: the status tells');
is_deeply([ glob "$tmp/arch.*" ], [], 'Ctrl-C: nothing is left behind');
ok(!(defined $pid && kill 0, $pid), 'Ctrl-C: the server is gone');

done_testing();
