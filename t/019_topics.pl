
# One word finds a topic's C file, SQL, test and page (tools/topics.sh), and what
# lacks one of them is told.

use strict;
use warnings;

use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use Test::More;

my ($out, $err) = run_command(['tools/topics.sh']);
is($err, '', 'the topics are told');
diag($1) if $out =~ /^(\d+ topics: .*)/m;
cmp_ok(scalar(split /\n/, $out), '>', 60, 'and all of them');

($out, $err) = run_command([ 'tools/topics.sh', '--missing' ]);
is($out, '', 'none lacks its SQL, its test or its page') or diag($out);

my $tree = PostgreSQL::Test::Utils::tempdir();
make_path(map { "$tree/$_" } qw(one/src/storage one/install sql specs t doc bench tools));
append_to_file("$tree/tools/topics.txt", '');
append_to_file("$tree/one/src/storage/crumbs.c", "PG_FUNCTION_INFO_V1(crumbs);\n");
append_to_file("$tree/one/install/10_crumbs.sql", '');
append_to_file("$tree/sql/one_crumbs.sql", '');
append_to_file("$tree/bench/other.sh", '');
append_to_file("$tree/doc/other.md", "of loaves\n");
($out, $err) = run_command([ 'tools/topics.sh', '--missing', $tree ]);
is($out, 'crumbs has one/src/storage/crumbs.c one/install/10_crumbs.sql sql/one_crumbs.sql -', 'a topic without a page is told');
append_to_file("$tree/doc/other.md", "and of crumbs\n");
($out, $err) = run_command([ 'tools/topics.sh', '--missing', $tree ]);
is($out, '', 'and no more when a page speaks of it');
unlink "$tree/sql/one_crumbs.sql";
($out, $err) = run_command([ 'tools/topics.sh', '--missing', $tree ]);
like($out, qr/^crumbs has/, 'one without a test is');

done_testing();
