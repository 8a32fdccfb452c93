
# The fuzz targets over the decoders, in short; "make fuzz" runs them long.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

$ENV{PRIVATE} = PostgreSQL::Test::Utils::tempdir;
$ENV{PG_CONFIG} ||= 'pg_config';
$ENV{FUZZ_RUNS} ||= 50000;

my $said = '';
my $done = IPC::Run::run([ 'tools/fuzz.sh' ], '>', \$said, '2>&1');

note $said;
diag $said if !$done || $said =~ /without/;
ok($done, 'every fuzz target ran to its end');
foreach my $source (grep { !/driver\.c$/ } glob 'fuzz/*.c')
{
	my ($name) = $source =~ m{([^/]+)\.c$};
	like($said, qr/^$name: \d+ images in \d+ s, nothing found$/m, "$name found nothing");
}

done_testing();
