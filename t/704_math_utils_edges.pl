
# Every function of math_utils that SQL can call, over a cross product of edge
# values: only the errors that the reference allows; cancel within a second;
# memory that the documentation states.
#
# MU_CALLS sets how many calls are tried of each function; the seed is printed.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $calls = $ENV{MU_CALLS} || 150;
my $seed = $ENV{MU_SEED} || time;
srand($seed);
note("seed $seed, up to $calls calls of each function");

my $node = PostgreSQL::Test::Cluster->new('edges');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\nmax_worker_processes = 16\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION math_utils');

my %values = (
	'smallint' => [ -32768, -1, 0, 1, 181, 182, 32767 ],
	'integer' => [ -2147483648, -2147483647, -46341, -1, 0, 1, 2, 3, 17, 46341, 65536, 1000000, 2147483647 ],
	'bigint' => [ '-9223372036854775808', '-9223372036854775807', '-4294967296', -1, 0, 1, 2, 3, 4, 30, 97, 3037000499, 3037000500, 4294967295, 4294967297, '4611686014132420609', '9223372036854775783', '9223372036854775806', '9223372036854775807' ],
	'numeric' => [ 'NaN', 'Infinity', '-Infinity', 0, '0.000', 1, -1, '0.5', '-2.5', '1.50', '9223372036854775808', '-99999999999999999999.99999', '1e-1000', '1e-16383', '1e1000', '123456789e1000', '9e131071', '-1e131071', '12345678901234567890123456789' ],
	'real' => [ 'NaN', 'Infinity', '-Infinity', 0, '-0', 1, -1, '1e-45', '3.4e38', '-3.4e38', '0.1' ],
	'double precision' => [ 'NaN', 'Infinity', '-Infinity', 0, '-0', 1, -1, '0.1', '0.5', '5e-324', '-5e-324', '2.2250738585072014e-308', '1.7976931348623157e308', '-1.7976931348623157e308', '9007199254740993', '1e-200', '1e200' ],
	'rational' => [ 0, 1, -1, '1/2', '-1/3', '9223372036854775807', '-9223372036854775808', '1/9223372036854775807', '-1/9223372036854775807', '9223372036854775807/9223372036854775806', '-9223372036854775808/3', '4611686018427387904/3' ],
	'cstring' => [ "''", "'1/2'", "'x'", "'1/0'" ],
	'anycompatible' => [ '1', '2', '3', 'NULL' ],
	'text[]' => [ 'ARRAY[]::text[]', "ARRAY['filename=/x']", "ARRAY['x=y']" ],
	'oid' => [ '0', "'pg_foreign_table'::regclass" ],
	'boolean' => [ 'true', 'false' ],
	'bytea' => [ "''", "'\\x00'" ],
);

# a literal of the type
sub literal
{
	my ($type) = @_;
	return "NULL::$type" if $type ne 'anycompatible' && rand() < 0.03;
	my $list = $values{$type} or return undef;
	my $value = $list->[ int(rand(@$list)) ];
	return $value =~ /^ARRAY/ ? $value : $type =~ /^(anycompatible|oid|boolean)$/ ? $value : $type =~ /^(cstring|bytea)$/ ? "$value\::$type" : "'$value'::$type";
}

# overflow, division by zero, roots, logarithms, text, binary, parameters,
# limits, frames; HV*: options of npy_fdw
my $allowed = qr/^(22003|22012|2201F|2201E|22P02|22P03|22023|54000|22013|HV00D|HV002)$/;

my @functions = split /\n/, $node->safe_psql('postgres', q(
	SELECT p.proname || '|' || p.prokind::text || '|' || array_to_string(ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a(t, i) ORDER BY i), ',')
	  FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	  JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'math_utils'
	 WHERE NOT 'internal'::regtype = ANY (p.proargtypes::oid[]) AND p.prorettype NOT IN ('internal'::regtype, 'fdw_handler'::regtype)
	 ORDER BY 1));
cmp_ok(scalar(@functions), '>', 100, 'there are functions to call');

$node->safe_psql('postgres', q(
	CREATE TABLE call (what text, statement text);
	CREATE TABLE outcome (what text, statement text, state text, message text, seconds float8);
	CREATE PROCEDURE run() LANGUAGE plpgsql AS $$
	DECLARE
		c record;
		started timestamptz;
		s text;
		m text;
	BEGIN
		FOR c IN SELECT * FROM call LOOP
			started := clock_timestamp();
			s := '00000';
			m := '';
			BEGIN
				EXECUTE c.statement;
			EXCEPTION WHEN OTHERS THEN
				s := SQLSTATE;
				m := SQLERRM;
			END;
			INSERT INTO outcome VALUES (c.what, c.statement, s, m, extract(epoch FROM clock_timestamp() - started));
		END LOOP;
	END
	$$));
my $lines = '';
foreach my $function (@functions)
{
	my ($name, $kind, $args) = split /\|/, $function;
	my @types = split /,/, $args;
	# a range-type argument is for index pages only
	next if grep { !$values{$_} } @types;
	my %seen;
	for (1 .. $calls)
	{
		my @list = map { literal($_) } @types;
		my $call = "$name(" . join(', ', @list) . ')';
		# a streamed range of all bigints would never end: look at its start
		my $from = $kind eq 'w' ? "$call OVER ()" : $call;
		my $statement = "SELECT count(v) FROM (SELECT $from AS v LIMIT 50) AS s";
		$lines .= "$name($args)\t" . $statement =~ s/\\/\\\\/gr . "\n" if !$seen{$statement}++;
	}
}
my $file = $node->basedir . '/calls';
append_to_file($file, $lines);
$node->safe_psql('postgres', "COPY call FROM '$file'");
$node->safe_psql('postgres', 'CALL run()');
note($node->safe_psql('postgres', 'SELECT state, count(*) FROM outcome GROUP BY 1 ORDER BY 1'));
my $strange = join("\n", grep { (split /\|/)[0] !~ $allowed } split /\n/,
	$node->safe_psql('postgres', "SELECT state, what, min(statement), min(message) FROM outcome WHERE state <> '00000' GROUP BY 1, 2"));
is($strange, '', 'only the documented errors');
is($node->safe_psql('postgres', 'SELECT what, max(seconds) FROM outcome WHERE seconds > 5 GROUP BY 1'), '', 'and every call ended soon');

# what takes long is cancelled within a second
my %long = (
	'powmod' => 'SELECT powmod(10::numeric ^ 32767 - 3, 10::numeric ^ 32767, 10::numeric ^ 32767 + 7)',
	'invmod' => 'SELECT invmod(10::numeric ^ 32766 + 1, 10::numeric ^ 32767 + 7)',
	'gcdext' => 'SELECT gcdext(product(n), product(n + 1)) FROM (SELECT (i * 7919 + 1)::numeric AS n FROM generate_series(1, 4000) AS i) AS v',
	'primes' => 'SELECT count(*) FROM primes(1, 9223372036854775807)',
	'primes, high' => 'SELECT count(*) FROM primes(9000000000000000000, 9223372036854775807)',
	'linspace' => 'SELECT count(*) FROM linspace(0, 1, 2147483647)',
	'factorize' => 'SELECT count(*) FROM generate_series(1::bigint, 100000000) AS i, factorize(9223372036854775807 - i)',
	'binomial' => 'SELECT count(binomial(435000 - i, 217000)) FROM generate_series(1, 1000) AS i',
	'permutations' => 'SELECT count(permutations(32177, 32000 - i)) FROM generate_series(1, 1000) AS i',
	'isqrt' => "SELECT count(isqrt(('1' || repeat('7', 60000))::numeric + i)) FROM generate_series(1, 1000000) AS i",
	'median(float8)' => 'SELECT median(x) OVER (ORDER BY x ROWS BETWEEN 1000 PRECEDING AND 1000 FOLLOWING) FROM (SELECT sin(i) AS x FROM generate_series(1, 20000000) AS i) AS v',
	'product' => 'SELECT length(product(i)::text) FROM generate_series(1::bigint, 100000000) AS i WHERE i < 30000 OR i > 100000000',
	'sum(rational)' => 'SELECT sum(rational(1, i)) FROM generate_series(1, 3000000) AS i',
	'fsum' => 'SELECT fsum(i) FROM generate_series(1, 1000000000) AS i',
	'interpolate' => 'SELECT count(*) FROM (SELECT interpolate(CASE WHEN i < 3 THEN i END) OVER (ORDER BY i) FROM generate_series(1, 10000000) AS i) AS v',
);
foreach my $name (sort keys %long)
{
	my $answer = $node->safe_psql('postgres', qq(
		SELECT clock_timestamp() AS started \\gset
		SET statement_timeout = '500ms';
		DO \$\$ BEGIN EXECUTE \$q\$$long{$name}\$q\$; EXCEPTION WHEN query_canceled OR numeric_value_out_of_range THEN NULL; END \$\$;
		SET statement_timeout = 0;
		SELECT extract(epoch FROM clock_timestamp() - :'started'::timestamptz) < 3;));
	is($answer, 't', "$name is cancelled soon");
}

# what the aggregates hold does not depend on the number of rows, but for
# median and mad, which say so
my $rows = $ENV{MU_ROWS} || 1000000;
foreach my $aggregate ('fsum(x)', 'favg(x)', 'geometric_mean(abs(x))', 'skewness_pop(x)', 'histogram(x, -1, 1, 100)', 'product(1 + x / 1000000)', 'median(x)', 'median(x::numeric)', 'sum(rational((x * 100)::bigint, 7))')
{
	is($node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; SELECT $aggregate IS NOT NULL FROM (SELECT sin(i) AS x FROM generate_series(1, $rows) AS i) AS v"), 't', "$aggregate over $rows rows");
}

is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server lives');

$node->stop;

done_testing();
