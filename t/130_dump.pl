
# A database with the extensions survives dump and restore, with tables that
# depend on them, and the restored one works.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'max_worker_processes = 20');
$node->start;

$node->safe_psql('postgres', q(
	CREATE DATABASE origin;
	CREATE ROLE student LOGIN));
$node->safe_psql('origin', q(
	CREATE EXTENSION arch_lab CASCADE;
	CREATE SCHEMA student AUTHORIZATION student;
	CREATE TABLE areas (side int, area int GENERATED ALWAYS AS (square(side)) STORED);
	INSERT INTO areas SELECT generate_series(1, 10);
	CREATE INDEX ON areas (square(side));
	CREATE VIEW wal AS SELECT name, setting FROM arch_inspect.wal_settings;
	GRANT SELECT ON wal TO student));

my $dump = $node->backup_dir . '/origin.dump';
mkdir $node->backup_dir;
command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('origin') ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'pg_restore');

# Two dumps of the same say the same (but for the line that a minor release
# puts a random key into).
sub plain_dump
{
	my ($dbname) = @_;
	my ($text) = run_command([ 'pg_dump', $node->connstr($dbname) ]);
	return $text =~ s/^\\(un)?restrict .*\n//gmr;
}
is(plain_dump('restored'), plain_dump('origin'), 'the restored database dumps as the first');
is($node->safe_psql('restored', 'SELECT sum(area) FROM areas'), '385', 'the data are there');
is($node->safe_psql('restored', 'SELECT count(*) > 5 FROM wal', extra_params => [ '-U', 'student' ]),
	't', 'the view over arch_inspect works');
is($node->safe_psql('restored', q(SELECT bool_and(holds) FROM arch_lab.walkthrough('Process')), extra_params => [ '-U', 'student' ]),
	't', 'the lesson walks in the restored database');

# What depends on an extension is named, and only CASCADE takes it along.
my ($rc, $out, $err) = $node->psql('restored', 'DROP EXTENSION arch_inspect');
like($err, qr/extension arch_lab depends on extension arch_inspect/, 'arch_lab needs arch_inspect');
like($err, qr/view wal depends on/, 'the view is named');
$node->safe_psql('restored', 'DROP EXTENSION arch_inspect CASCADE');
is( $node->safe_psql('restored', q(
		SELECT (SELECT count(*) FROM pg_namespace WHERE nspname ~ '^arch_')
			 + (SELECT count(*) FROM pg_proc WHERE pronamespace::regnamespace::text ~ '^arch_')
			 + (SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text ~ '^arch_'))),
	'0', 'and nothing of it stays');

$node->stop;

done_testing();
