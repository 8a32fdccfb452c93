
# What tools/prerequisites.sh asks of apt: it upgrades nothing that is installed,
# unpacks PostgreSQL beside it where apt could not do without, and hears Ctrl-C
# also where sudo gives the command a terminal of its own.
#
# apt-get, sudo and dpkg-deb are played by scripts that note what they are asked.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'apt-get and dpkg are not known here' if system('command -v apt-get dpkg >/dev/null 2>&1');
plan skip_all => 'sudo is not asked when root runs this' if $> == 0;

# Whoever runs this in the background has it ignored.
$SIG{INT} = 'DEFAULT';

my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
my ($major) = `$pg_config --version` =~ / (\d+)/;
my $dir = PostgreSQL::Test::Utils::tempdir_short();
mkdir "$dir/$_" foreach qw(bin none);

sub script
{
	my ($path, $body) = @_;
	unlink $path;
	append_to_file($path, "#!/bin/sh\n$body");
	chmod 0755, $path;
	return;
}

# A pg_config without headers, until something is installed.
script("$dir/pg_config", qq(
[ "\$1" != --includedir-server ] || [ -e '$dir/installed' ] || { echo '$dir/none'; exit; }
exec '$pg_config' "\$@"
));

# sudo gives the command a session of its own, as it does with a terminal.
script("$dir/bin/sudo", qq~case "\$*" in *createcluster*) exit ;; esac\nexec setsid -w "\$@"\n~);
script("$dir/bin/apt-get", qq~
case " \$* " in
	*" -s "*) cat '$dir/plan'; exit ;;
	*" download "*) echo "download \$2" >> '$dir/log'; touch "\$2_1_all.deb"; exit ;;
	*" install "*|*" update "*) echo "\$*" >> '$dir/log' ;;
esac
[ ! -e '$dir/slow' ] || { trap 'echo interrupted >> $dir/log; exit 100' INT; touch '$dir/busy'; sleep 60 & wait; }
touch '$dir/installed'
~);
script("$dir/bin/apt-cache", "echo '  Candidate: 1'\n");
script("$dir/bin/dpkg-deb", qq(
bin=\$3/usr/lib/postgresql/$major/bin
mkdir -p "\$bin"
[ -e "\$bin/pg_config" ] || printf '#!/bin/sh\\nexec "%s" "\$\@"\\n' '$pg_config' > "\$bin/pg_config"
chmod 755 "\$bin/pg_config"
ln -sf "\$('$pg_config' --bindir)/postgres" "\$bin/postgres"
));

# prerequisites PLAN - its status, what it printed, said, and asked of apt
sub prerequisites
{
	my ($plan) = @_;
	unlink map { "$dir/$_" } qw(log installed plan busy);
	append_to_file("$dir/log", '');
	append_to_file("$dir/plan", $plan);
	my $private = PostgreSQL::Test::Utils::tempdir();
	local %ENV = (%ENV, PATH => "$dir/bin:$ENV{PATH}", PRIVATE => $private);
	delete $ENV{NO_APT};
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start([ 'tools/prerequisites.sh', 'shell', "$dir/pg_config" ], '<', \'', '>', \$out, '2>', \$err);
	if (-e "$dir/slow")
	{
		# Ctrl-C reaches who is on sudo's terminal, and nobody else.
		my $tries = 0;
		select undef, undef, undef, 0.1 until -e "$dir/busy" || $tries++ > 600;
		my @there = grep { -d "/proc/$_" && (readlink("/proc/$_/exe") // '') !~ /sleep$/ } split /\n/,
		  `ps -e -o pid= -o args= | awk '/sh -c trap|apt-get -y/ && !/awk/ {print \$1}'`;
		my @ours = grep { (slurp_file("/proc/$_/environ") // '') =~ /\Q$private\E/ } grep { -r "/proc/$_/environ" } @there;
		kill 'INT', @ours;
	}
	$run->finish;
	return ($run->full_result || 0, $out, $err, slurp_file("$dir/log"), $private);
}

my $dev = "postgresql-server-dev-$major";
my ($rc, $out, $err, $log, $private) = prerequisites("Inst libllvm (1 x)\nInst $dev (1 x)\n");
is($rc, 0, 'what is missing is installed') or diag($err);
is($out, "$dir/pg_config\n", 'and the server that is there serves');
like($log, qr/^-y install --no-install-recommends .*\b$dev\b/m, 'apt-get was asked to');
like($err, qr/^missing: $dev - the server's headers.*^installing:.* $dev/ms, 'after saying what and why');

($rc, $out, $err, $log, $private) =
  prerequisites("Inst libpq5 [1] (2 x)\nInst postgresql-$major [$major.1] ($major.2 x)\nInst $dev ($major.2 x)\n");
is($rc, 0, 'where the server would be upgraded it is left alone') or diag($err);
is($out, "$private/packages/usr/lib/postgresql/$major/bin/pg_config\n", 'and one that is unpacked beside it serves');
unlike($log, qr/install/, 'apt-get installed nothing');
like($log, qr/^download \Q$_\E$/m, "$_ was downloaded") foreach "postgresql-$major", "postgresql-client-$major", $dev;
like($err, qr/would upgrade what is installed: libpq5 postgresql-$major\nThat is left as it is/, 'it says so');
unlink glob 'tmp_packages/*_1_all.deb';
rmdir 'tmp_packages';

($rc, $out, $err, $log) = prerequisites("Inst libc6 [1] (2 x)\nInst $dev (1 x)\n");
isnt($rc, 0, 'where something else would be upgraded it stops');
unlike($log, qr/install/, 'and installs nothing');
like($err, qr/would upgrade or remove what is installed here: libc6\.\nThat is left to you/, 'it says why');

append_to_file("$dir/slow", '');
($rc, $out, $err, $log) = prerequisites("Inst $dev (1 x)\n");
is($rc >> 8, 130, 'Ctrl-C during the installation ends it, as such') or diag($err);
is(scalar(() = $log =~ /^-y install/mg), 1, 'it is not tried again');
like($log, qr/interrupted/, 'apt-get was told too');

done_testing();
