
# Runs every file of pgtap/ inside one cluster; each file is one subtest.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('pgtap');
$node->init;
$node->start;

if ($node->safe_psql('postgres',
		"SELECT count(*) FROM pg_available_extensions WHERE name = 'pgtap'") eq '0')
{
	$node->stop;
	plan skip_all => 'pgTAP is not installed for this server';
}

$node->safe_psql('postgres',
	'CREATE EXTENSION pgtap; CREATE EXTENSION arch_lab CASCADE;');

foreach my $file (sort glob("pgtap/*.sql"))
{
	subtest $file => sub {
		my ($rc, $out, $err) = $node->psql('postgres', slurp_file($file),
			extra_params => [ '-X', '-A', '-t', '-q' ]);
		is($rc, 0, 'script ran') or diag($err);
		foreach my $line (split /\n/, $out)
		{
			if    ($line =~ /^1\.\.\d+/)             { next; }
			elsif ($line =~ /^(not )?ok \d+(?: - )?(.*)/) { ok(!$1, $2); }
			else                                     { diag($line); }
		}
	};
}

$node->stop;

done_testing();
