
# What is looked up of types is bounded in number, not in depth alone: a look at
# one small row neither takes the memory of the machine nor goes deaf.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');

$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
fsync = off
max_locks_per_transaction = 1000
log_statement = none));
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect; CREATE EXTENSION ltree');

# Run a query in a session of its own: what it answers, and by how many MB the
# process grew at most.
sub grown
{
	my ($query) = @_;
	my $peak = q((regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+)'))[1]::int / 1024);
	my ($rc, $out, $err) = $node->psql('postgres', qq(
		SET statement_timeout = '20s';
		SELECT count(value) FROM arch_inspect.heap_attributes('plain');
		CREATE TEMP TABLE before AS SELECT $peak AS mb;
		$query;
		SELECT 'grown ' || $peak - mb FROM before));

	is($rc, 0, "answered: $query") or diag($err);
	my ($mb) = $out =~ /grown (\d+)/;
	$out =~ s/\n?grown \d+//;
	$out =~ s/^\d+\n//;
	return ($mb, $out);
}

$node->safe_psql('postgres', 'CREATE TABLE plain AS SELECT 1 AS a, ROW(1)::text AS b');

# Each type names the one before twice: 2 to the 18th of them, spelled out.
# (CREATE TYPE goes through all of them, so there are no more here.)
# More than two ways to name it: by a domain, an array, a range, a multirange.
$node->safe_psql('postgres', join(";\n", 'CREATE TYPE c0 AS (a int)',
	(map { my $n = $_ - 1; "CREATE TYPE c$_ AS (x c$n, y c$n)" } 1 .. 18),
	'CREATE TABLE t (c c18)', 'INSERT INTO t VALUES (ROW(NULL, NULL)), (NULL)',
	'CREATE TYPE d0 AS (a int)',
	(map { my $n = $_ - 1; "CREATE DOMAIN m$_ AS d$n; CREATE TYPE d$_ AS (x m$_, y m$_, z d${n}[]); CREATE TYPE r$_ AS RANGE (subtype = d$_, multirange_type_name = mr$_)" } 1 .. 8),
	'CREATE TABLE u (d d8, r r8, m mr8, a d8[])',
	q(INSERT INTO u VALUES (ROW(NULL, NULL, '{}'), r8(ROW(NULL, NULL, NULL)::d8, NULL), mr8(r8(ROW(NULL, NULL, NULL)::d8, NULL)), ARRAY[ROW(NULL, NULL, '{}')]::d8[]))));
foreach my $table ('t', 'u')
{
	my ($mb, $out) = grown("SELECT count(value) FROM arch_inspect.heap_attributes('$table')");
	cmp_ok($mb, '<', 20, "a row of $table takes $mb MB to be looked at");
	is($out, $table eq 't' ? 1 : 4, 'and is printed');
	($mb, $out) = grown("SELECT count(value) FROM arch_inspect.tuple_attributes('$table', '(0,1)')");
	cmp_ok($mb, '<', 20, "tuple_attributes: $mb MB");
	($mb, $out) = grown("SELECT count(\"values\") FROM arch_inspect.heap_tuple_data('$table')");
	cmp_ok($mb, '<', 20, "heap_tuple_data: $mb MB");
}

# So do the rows of the log.
my $lsn = $node->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
$node->safe_psql('postgres', 'INSERT INTO t SELECT ROW(NULL, NULL)::c18 FROM generate_series(1, 20)');
my ($mb, $out) = grown("SELECT count(new_row) FROM arch_inspect.wal_records('$lsn') WHERE relation = 't'::regclass");
cmp_ok($mb, '<', 20, "new_row: $mb MB");
is($out, '20', 'and all are shown');

# A value that goes all the way down: the deepest composite is reached once.
$node->safe_psql('postgres', 'CREATE TABLE deep (c c18)');
$node->safe_psql('postgres', 'INSERT INTO deep VALUES (' . ('ROW(' x 18) . 'ROW(7)::c0' . join('', map { ", NULL)::c$_" } 1 .. 18) . ')');
is($node->safe_psql('postgres', q(SELECT value = (SELECT c::text FROM deep) FROM arch_inspect.heap_attributes('deep'))), 't', 'eighteen levels of a value');

# Many columns, each a composite of many: no more is looked up than rows need,
# and where they need too much, that is said.
$node->safe_psql('postgres', q(
DO $$
BEGIN
	FOR i IN 1 .. 40 LOOP
		EXECUTE format('CREATE TYPE wide%s AS (%s)', i, (SELECT string_agg(format('c%s int', j), ', ') FROM generate_series(1, 1500) AS j));
	END LOOP;
	EXECUTE (SELECT 'CREATE TABLE wide (' || string_agg(format('c%s wide%s', i, i), ', ') || ')' FROM generate_series(1, 40) AS i);
END $$;
INSERT INTO wide DEFAULT VALUES;
));
($mb, $out) = grown("SELECT count(*), count(problem) FROM arch_inspect.heap_attributes('wide')");
is($out, '40|0', 'nothing of nulls');
cmp_ok($mb, '<', 20, "40 columns of 1500 each, null: $mb MB");
$node->safe_psql('postgres', 'UPDATE wide SET ' . join(', ', map { "c$_.c1 = $_" } 1 .. 40));
($mb, $out) = grown("SELECT count(value), string_agg(DISTINCT problem, '/') FROM arch_inspect.heap_attributes('wide') WHERE storage <> 'null'");
is($out, '33|type is built of too many others for its value to be checked', 'a limit, and a word');
cmp_ok($mb, '<', 60, "40 columns of 1500 each: $mb MB");

# Deep domains: each over the one before.
$node->safe_psql('postgres', join(";\n", 'CREATE DOMAIN o0 AS int', (map { "CREATE DOMAIN o$_ AS o" . ($_ - 1) } 1 .. 300),
	'CREATE TABLE o (o o300, p o300[])', "INSERT INTO o VALUES (5, '{6}')"));
is($node->safe_psql('postgres', q(SELECT string_agg(value, ' ') FROM arch_inspect.heap_attributes('o'))), '5 {6}', 'a domain three hundred deep');

# A cancel is heard while a value is checked: 100 MB of array in one value.
$node->safe_psql('postgres', q(
CREATE TABLE big (a ltree[]);
ALTER TABLE big ALTER a SET STORAGE external;
INSERT INTO big SELECT array_agg('a.b.c'::ltree) FROM generate_series(1, 3000000)));
my ($rc, $o, $err) = $node->psql('postgres', q(SET statement_timeout = '150ms'; SELECT length(value) FROM arch_inspect.heap_attributes('big')));
like($err, qr/canceling statement due to statement timeout/, 'a check of one big value can be cancelled');

$node->stop;
done_testing();
