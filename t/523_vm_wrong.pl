
# vm_wrong_pages counts what is wrong, and nothing that only changes while
# table_anatomy() looks.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;

my $node = PostgreSQL::Test::Cluster->new('vm_wrong');
init_without_checksums($node);
$node->append_conf('postgresql.conf', q(
autovacuum = off
fsync = off
log_statement = none));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE busy (id int PRIMARY KEY, v int) WITH (fillfactor = 50);
	INSERT INTO busy SELECT i, 0 FROM generate_series(1, 300) AS i;
	CREATE TABLE wrong (id int);
	INSERT INTO wrong SELECT i FROM generate_series(1, 1000) AS i;
	VACUUM busy;
	VACUUM wrong;
	DELETE FROM wrong WHERE id % 300 = 0));

# Writers and VACUUM beside the look.
my @files = map { $node->basedir . "/$_.sql" } qw(write vacuum);
append_to_file($files[0], "\\set id random(1, 300)\nUPDATE busy SET v = v + 1 WHERE id = :id;\n");
append_to_file($files[1], "VACUUM busy;\n");
my @beside;
foreach my $file (@files)
{
	push @beside, IPC::Run::start(
		[ 'pgbench', '-n', '-T', '600', '-c', '1', '-f', $file, '-h', $node->host, '-p', $node->port, 'postgres' ],
		'>', \my $out, '2>', \my $err);
}
# Not in one statement: its snapshot would keep the versions that VACUUM removes.
my ($looks, $alarms) = (0, 0);
foreach (1 .. 50)
{
	my ($n, $wrong) = split /\|/, $node->safe_psql('postgres', q(
		SELECT count(*), count(*) FILTER (WHERE a.vm_wrong_pages > 0)
		  FROM generate_series(1, 40) AS i, LATERAL (SELECT vm_wrong_pages FROM arch_inspect.table_anatomy('busy') OFFSET i - i) AS a));
	$looks += $n;
	$alarms += $wrong;
}
# not INT, which a shell's job in the background ignores
$_->signal('TERM') foreach @beside;
$_->finish foreach @beside;
is("$looks|$alarms", '2000|0', 'no false alarm beside writers and VACUUM');

# What is wrong: the file says that all is visible and frozen.
my $path = $node->safe_psql('postgres', q(SELECT pg_relation_filepath('wrong') || '_vm'));
is($node->safe_psql('postgres', q(SELECT vm_wrong_pages FROM arch_inspect.table_anatomy('wrong'))), 0, 'sound so far');
$node->stop;
open(my $vm, '+<:raw', $node->data_dir . "/$path") or die $!;
seek($vm, 24, 0);
print $vm "\xFF\xFF";
close $vm;
$node->start;
is($node->safe_psql('postgres', q(SELECT vm_wrong_pages FROM arch_inspect.table_anatomy('wrong'))), 5,
	'pages with deleted rows, and others that are not frozen');

$node->stop;
done_testing();
