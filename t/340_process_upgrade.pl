
# A database with arch_inspect goes from one major to the next by pg_upgrade,
# and the views work there.
#
# Needs the programs of both majors, with the extensions installed in both:
# OLD_BINDIR and NEW_BINDIR name them.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($old_bin, $new_bin) = @ENV{qw(OLD_BINDIR NEW_BINDIR)};
plan skip_all => 'OLD_BINDIR and NEW_BINDIR do not name two majors'
  unless $old_bin && $new_bin;
foreach my $bin ($old_bin, $new_bin)
{
	plan skip_all => "there is no pg_upgrade in $bin" unless -x "$bin/pg_upgrade";
	chomp(my $share = `$bin/pg_config --sharedir`);
	plan skip_all => "arch_inspect is not installed for $bin"
	  unless -e "$share/extension/arch_inspect.control";
}

my $dir = PostgreSQL::Test::Utils::tempdir_short();
my ($old, $new) = ("$dir/old", "$dir/new");
my @env = ("PGHOST=$dir", 'PGPORT=54320', 'PGUSER=postgres', 'PGDATABASE=postgres');

# psql BINDIR, SQL: what it prints
sub psql
{
	my ($bin, $sql) = @_;
	my ($out, $err) = run_command([ 'env', @env, "$bin/psql", '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', $sql ]);
	BAIL_OUT("$sql: $err") if $?;
	return $out;
}

# cluster BINDIR, DIR: made as the new major makes it, so that both agree
foreach my $cluster ([ $old_bin, $old ], [ $new_bin, $new ])
{
	my ($bin, $data) = @$cluster;
	my $version = `$bin/postgres --version` =~ /(\d+)/ ? $1 : 0;
	system_or_bail("$bin/initdb", '-D', $data, '-U', 'postgres', '-A', 'trust', '-N',
		'-E', 'UTF8', '--locale=C', $version >= 18 ? '--no-data-checksums' : ());
	append_to_file("$data/postgresql.conf", "listen_addresses = ''\nunix_socket_directories = '$dir'\nport = 54320\nfsync = off\n");
}

system_or_bail("$old_bin/pg_ctl", '-D', $old, '-w', '-l', "$dir/old.log", 'start');
psql($old_bin, 'CREATE EXTENSION arch_inspect');
psql($old_bin, 'CREATE VIEW mine AS SELECT pid, kind FROM arch_inspect.processes');
system_or_bail("$old_bin/pg_ctl", '-D', $old, '-w', 'stop');

chdir $dir;
command_ok([ "$new_bin/pg_upgrade", '-b', $old_bin, '-B', $new_bin, '-d', $old, '-D', $new,
		'-U', 'postgres', '-s', $dir, '-N' ], 'pg_upgrade');

system_or_bail("$new_bin/pg_ctl", '-D', $new, '-w', '-l', "$dir/new.log", 'start');
my $views = psql($new_bin, q(
	SELECT c.oid::regclass FROM pg_class AS c
	 WHERE c.relnamespace = 'arch_inspect'::regnamespace AND c.relkind = 'v' ORDER BY 1));
foreach my $view (split(/\n/, $views), 'mine')
{
	like(psql($new_bin, "SELECT count(*) FROM (SELECT * FROM $view OFFSET 0) AS x"),
		qr/^\d+$/, "$view works after the upgrade");
}
like(psql($new_bin, "SELECT count(*) FROM mine WHERE kind = 'io worker'"), qr/^\d+$/, 'and shows the new server');
system_or_bail("$new_bin/pg_ctl", '-D', $new, '-w', 'stop');

done_testing();
