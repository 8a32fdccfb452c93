
# A view over functions of math_utils serves a reader who has no right on the
# schema that they are in: whatever they look up, the catalog is asked for it.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', q(
	CREATE SCHEMA hidden;
	CREATE EXTENSION math_utils SCHEMA hidden;
	CREATE ROLE reader;
	CREATE TABLE measured AS SELECT i, i / 7.0 AS n, (i / 7.0)::float8 AS x, hidden.rational(i, 7) AS r FROM generate_series(1, 5000) AS i;
	CREATE INDEX ON measured (x);
	CREATE INDEX ON measured (n);
	CREATE INDEX ON measured USING gist (r);
	ANALYZE measured));

my %view = (
	near_float8 => 'SELECT i FROM measured WHERE hidden.isclose(x, 3, 0.001)',
	near_numeric => 'SELECT i FROM measured WHERE hidden.isclose(n, 3, 0.001)',
	near_any => 'SELECT m.i FROM (VALUES (3::float8), (4)) AS v (b) JOIN measured AS m ON hidden.isclose(m.x, v.b, 0.001)',
	nearest => q(SELECT r::text FROM measured ORDER BY r OPERATOR(hidden.<->) '1/3' LIMIT 3),
	aggregates => 'SELECT hidden.fsum(x) AS a, hidden.median(x) AS b, hidden.median(n) AS c, hidden.kurtosis_samp(x) AS d, hidden.max(r)::text AS e, hidden.sum(r)::text AS f FROM measured',
	windows => 'SELECT hidden.median(x) OVER w, hidden.sum(r) OVER w AS s FROM measured WINDOW w AS (ORDER BY i ROWS 3 PRECEDING)',
	clamped => 'SELECT DISTINCT hidden.clamp(i, 1, 2) FROM measured',
	sets => 'SELECT p, f.*, l FROM hidden.primes(1, 30) AS p, hidden.factorize(p) AS f, hidden.linspace(0, 1, 2) AS l',
	modular => 'SELECT hidden.powmod(i, 3, 7), hidden.square(i) FROM measured');
foreach my $name (sort keys %view)
{
	my $want = $node->safe_psql('postgres', "CREATE VIEW $name AS $view{$name}; GRANT SELECT ON $name TO reader; SELECT * FROM $name ORDER BY 1 LIMIT 20");
	my ($rc, $got, $err) = $node->psql('postgres', "SET ROLE reader; SELECT * FROM $name ORDER BY 1 LIMIT 20");
	is($err, '', "$name: nothing is refused");
	is($got, $want, "$name: the reader sees what the owner sees");
}
foreach my $name (qw(near_float8 near_numeric near_any))
{
	like($node->safe_psql('postgres', "SET ROLE reader; SET enable_seqscan = off; EXPLAIN SELECT * FROM $name"),
		qr/Index Cond: \(\((\w+\.)?[xn] >= /, "$name: by the index");
}
is(($node->psql('postgres', 'SET ROLE reader; SELECT hidden.isclose(1, 1)'))[0], 3, 'the schema itself is closed');

$node->stop;
done_testing();
