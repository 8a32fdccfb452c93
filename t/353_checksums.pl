
# Data checksums: what is said of them where they are on, where they are off,
# and, by a server that can do it, while they are switched as it runs.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;

my $on = 'on|each page gets a checksum when it is written, and is checked when it is read into a buffer|0';
my $off = 'off|no page is checked: what the storage returns is believed|';
my $look = 'SELECT DISTINCT state, state_in_words, checksum_failures FROM arch_inspect.data_checksums WHERE datname = current_database()';
my $pages = q(SELECT count(*) > 0, bool_and(checksum_ok) FROM arch_inspect.page_headers('t') WHERE checksum <> 0);

my $with = PostgreSQL::Test::Cluster->new('with');
$with->init(extra => ['--data-checksums']);
$with->start;
$with->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');
is($with->safe_psql('postgres', $look), $on, 'on');
$with->stop;

my $node = PostgreSQL::Test::Cluster->new('without');
init_without_checksums($node);
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect; CREATE TABLE t AS SELECT generate_series(1, 1000) AS i');
is($node->safe_psql('postgres', $look), $off, 'off');

if ($node->safe_psql('postgres', "SELECT count(*) FROM pg_proc WHERE proname = 'pg_enable_data_checksums'") eq '0')
{
	my ($rc, undef, $err) = $node->psql('postgres', 'SELECT pg_enable_data_checksums()');
	isnt($rc, 0, 'this server does not switch them while it runs');
	like($err, qr/function pg_enable_data_checksums\(\) does not exist/, 'there is no function for it');
	is($node->safe_psql('postgres', "SELECT vartype FROM pg_settings WHERE name = 'data_checksums'"), 'bool', 'and no state between on and off');
	is($node->safe_psql('postgres', "SELECT count(*) FROM arch_inspect.processes WHERE kind ~ '^datachecksums'"), '0', 'nor a process');
}
else
{
	# It waits for the temporary tables that were there before it.
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('CREATE TEMP TABLE mine (i int)');
	$node->safe_psql('postgres', 'SELECT pg_enable_data_checksums()');
	$node->poll_query_until('postgres', q(SELECT count(DISTINCT kind) = 2 FROM arch_inspect.processes WHERE kind ~ '^datachecksums'
		AND current_setting('data_checksums') = 'inprogress-on')) or die 'not in progress';
	is($node->safe_psql('postgres', $look),
		'inprogress-on|being switched on: each page gets a checksum when it is written, none is checked before all have one|0', 'in progress');
	is($node->safe_psql('postgres', q(SELECT DISTINCT kind, role FROM arch_inspect.processes WHERE kind ~ '^datachecksums' ORDER BY 1)),
		"datachecksums launcher|switches the checksums of pages on or off, by a worker in one database after the other\n"
		. 'datachecksums worker|rewrites every page of one database, so that each gets a checksum', 'who is at work');
	$holder->quit;
	ok($node->poll_query_until('postgres', "SELECT current_setting('data_checksums') = 'on'"), 'it comes to its end');
	is($node->safe_psql('postgres', $look), $on, 'and they are on');
	$node->safe_psql('postgres', 'CHECKPOINT');
	$node->restart;
	is($node->safe_psql('postgres', $pages), 't|t', 'the pages bear them');
	$node->safe_psql('postgres', 'SELECT pg_disable_data_checksums()');
	ok($node->poll_query_until('postgres', "SELECT current_setting('data_checksums') = 'off'"), 'they are switched off again');
	is($node->safe_psql('postgres', $look), $off, 'and are off');
}

$node->stop;
done_testing();
