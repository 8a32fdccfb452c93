
# make dist makes the archive that PGXN takes: one folder, META.json in it, what
# that names, no build product; and what is in it builds, installs and works.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Path qw(make_path);
use FindBin;
use lib $FindBin::RealBin;
use IO::Uncompress::Unzip qw($UnzipError);
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SharedBuild;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir_short();
my ($zip, $err) = run_command([ 'tools/dist.pl', $dir ]);
is($?, 0, 'make dist') or BAIL_OUT($err);
my $meta = decode_json(slurp_file('META.json'));
my $top = "$meta->{name}-$meta->{version}";
is($zip, "$dir/$top.zip", 'the name is what PGXN expects');

# Unpacked by another program than made it.
my (%is, $status);
my $in = IO::Uncompress::Unzip->new($zip) or BAIL_OUT("$zip: $UnzipError");
for ($status = 1; $status > 0; $status = $in->nextStream)
{
	my $name = $in->getHeaderInfo->{Name};
	my $text = do { local $/; <$in> } // '';
	$is{$name} = 1;
	make_path(dirname("$dir/$name"));
	append_to_file("$dir/$name", $text);
	chmod 0755, "$dir/$name" if $text =~ /\A#!/;
}
is($status, 0, 'the archive can be read to its end');
is(join("\n", grep { my $file = s/^\Q$top\E\///r; slurp_file("$dir/$_") ne slurp_file($file) } sort keys %is), '', 'it has the files as they are here');
is(join("\n", grep { !/^\Q$top\E\// } keys %is), '', 'everything is in one folder');
ok($is{"$top/META.json"}, 'META.json is in it');
foreach my $provided (values %{ $meta->{provides} })
{
	ok($is{"$top/$provided->{$_}"}, "$provided->{$_} is in it") foreach qw(file docfile);
}
is(join("\n", grep { /\.(o|so|bc|zip)$|built-for|\/tmp_|\/\.git\/|(?<!upgrade)\/[a-z_]+--[^\/]*\.sql$/ } keys %is), '', 'no build product is in it');

# Into a private copy of this server, as PGXN's client does it: make, make install.
my ($copy) = run_command([ "$dir/$top/tools/private_tree.sh", $ENV{PG_CONFIG} // 'pg_config', "$dir/install" ]);
local $ENV{PATH} = "$dir/bin:$ENV{PATH}" if shared_compiler("$dir/bin");
delete local @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES)};
foreach my $goal ('all', 'install')
{
	my ($out, $said) = run_command([ 'make', '-s', '-j', '2', '-C', "$dir/$top", $goal, "PG_CONFIG=$copy", 'with_llvm=no' ]);
	is($?, 0, "make $goal of what is in it") or diag($out, $said);
}
my $node = PostgreSQL::Test::Cluster->new('dist', install_path => dirname(dirname($copy)));
$node->init;
$node->start;
is($node->safe_psql('postgres', 'CREATE EXTENSION arch_lab CASCADE; SELECT square(12)'), '144', 'and it works');
$node->stop;

done_testing();
