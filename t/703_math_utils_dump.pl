
# Tables, indexes, views and foreign tables that use math_utils survive
# pg_dump and restore; DROP EXTENSION names what depends on it.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\n");
$node->start;

my $dir = $node->basedir;
open(my $fh, '>:raw', "$dir/x.npy") or die $!;
print $fh "\x93NUMPY\1\0", pack('v', 54), "{'descr': '<i4', 'fortran_order': False, 'shape':(3,)}", pack('l<*', 5, 6, 7);
close($fh);

# not in public, to see that nothing depends on where the extension is
$node->safe_psql('postgres', qq(
	CREATE SCHEMA tools;
	CREATE EXTENSION math_utils SCHEMA tools;
	SET search_path = public, tools;
	CREATE TABLE fractions (i int PRIMARY KEY, r rational DEFAULT '1/2' CHECK (r > '-1000'), x float8, n bigint GENERATED ALWAYS AS (tools.square(i)) STORED);
	INSERT INTO fractions SELECT i, rational(i, i + 3), i / 7.0 FROM generate_series(1, 500) AS i;
	CREATE INDEX by_btree ON fractions (r);
	CREATE INDEX by_hash ON fractions USING hash (r);
	CREATE INDEX by_gist ON fractions USING gist (r);
	CREATE INDEX by_brin ON fractions USING brin (r);
	CREATE INDEX by_multi ON fractions USING brin (r rational_minmax_multi_ops);
	CREATE INDEX by_bloom ON fractions USING brin (r rational_bloom_ops);
	CREATE INDEX by_expression ON fractions (is_prime(i), round_half_even(x::numeric, 2));
	CREATE VIEW summary AS SELECT fsum(x), median(x), max(r), min(r) FROM fractions WHERE isclose(x, 3.0, 0.9);
	CREATE MATERIALIZED VIEW factors AS SELECT i, f.* FROM fractions, factorize(i) AS f;
	CREATE SERVER files FOREIGN DATA WRAPPER npy_fdw;
	CREATE FOREIGN TABLE numbers (row_no bigint OPTIONS (row_number 'true'), v int OPTIONS (field 'value')) SERVER files OPTIONS (filename '$dir/x.npy');
	CREATE FUNCTION twice(x rational) RETURNS rational LANGUAGE sql IMMUTABLE RETURN x + x;
	CREATE TABLE parts (r rational) PARTITION BY RANGE (r);
	CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('1/3');
	INSERT INTO parts VALUES ('1/4')));

# what the objects are and say
sub state
{
	my ($db) = @_;
	return $node->safe_psql($db, q(
		SET search_path = public, tools;
		SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'fractions'::regclass ORDER BY 1;
		SELECT pg_get_viewdef('summary'), pg_get_viewdef('factors'), pg_get_functiondef('twice'::regproc);
		SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'fractions'::regclass ORDER BY 1;
		SELECT sum(hashtext(f::text)::bigint) FROM fractions AS f;
		SELECT * FROM summary; SELECT count(*), sum(prime) FROM factors; SELECT * FROM numbers; SELECT twice('1/3'); SELECT * FROM parts;
		SET enable_seqscan = off;
		SELECT r FROM fractions ORDER BY r <-> '1/3' LIMIT 2;
		SELECT count(*) FROM fractions WHERE r < '1/2'));
}
my $before = state('postgres');
isnt($before, '', 'there is something to dump');

foreach my $format ('plain', 'custom')
{
	my $file = "$dir/dump.$format";
	$node->command_ok([ 'pg_dump', '--format', $format, '--file', $file, '--dbname', $node->connstr('postgres') ], "pg_dump, $format");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$format TEMPLATE template0");
	if ($format eq 'plain')
	{
		$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $file, $node->connstr("restored_$format") ], "restore, $format");
	}
	else
	{
		$node->command_ok([ 'pg_restore', '--exit-on-error', '--dbname', $node->connstr("restored_$format"), $file ], "restore, $format");
	}
	is(state("restored_$format"), $before, "$format: everything is as it was");
}

# it moves
$node->safe_psql('restored_plain', 'CREATE SCHEMA elsewhere; ALTER EXTENSION math_utils SET SCHEMA elsewhere');
is($node->safe_psql('restored_plain', "SET search_path = public, elsewhere; SELECT powmod(3, 4, 5), isqrt(17), twice('1/3'), (SELECT count(*) FROM fractions WHERE r < '1/2'), gcdext(4, 6)"),
	'1|4|2/3|2|(2,-1,1)', 'the extension can be moved to another schema');

# dependencies
my ($rc, $out, $err) = $node->psql('postgres', 'DROP EXTENSION math_utils');
isnt($rc, 0, 'DROP EXTENSION is refused while something depends on it');
like($err, qr/column r of table fractions depends on type tools\.rational/, 'it names a column');
like($err, qr/view summary depends on/, 'a view');
like($err, qr/index by_expression depends on function|by_expression depends on/, 'an index');
like($err, qr/server files depends on foreign-data wrapper npy_fdw/, 'a server');
like($err, qr/function twice\(tools\.rational\) depends on/, 'a function');
$node->safe_psql('postgres', 'DROP EXTENSION math_utils CASCADE');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relname IN ('summary', 'factors', 'numbers', 'by_btree')"), '0', 'CASCADE takes them along');
is($node->safe_psql('postgres', 'SELECT count(*) FROM fractions'), '500', 'and leaves the table');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_proc WHERE probin ~ 'math_utils'"), '0', 'no function stays behind');

# trusted: an ordinary role that may create in a database installs it
$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN; CREATE DATABASE own OWNER owner');
is($node->safe_psql('own', "CREATE SCHEMA mine; CREATE EXTENSION math_utils SCHEMA mine; SELECT mine.square(4)", extra_params => [ '-U', 'owner' ]), '16', 'the owner of a database creates it');
($rc, $out, $err) = $node->psql('own', "SELECT * FROM mine.mu_npy_validator(ARRAY['filename=/etc/passwd'], 'pg_foreign_table'::regclass)", extra_params => [ '-U', 'owner' ]);
like($err, qr/permission denied to read server files/, 'and gets no right to read files by it');

$node->stop;

done_testing();
