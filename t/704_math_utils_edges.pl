
# Every function of math_utils that SQL can call, over a cross product of edge
# values: only the errors that the reference allows; cancel within a second;
# memory that the documentation states.
#
# MU_CALLS sets how many calls are tried of each function; SEED repeats a run.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $calls = $ENV{MU_CALLS} || 150;
my $seed = $ENV{SEED} || 1;
srand($seed);
diag("seed $seed, up to $calls calls of each function");

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

# What takes long, to be cancelled.
my %long = (
	'powmod' => 'SELECT powmod(10::numeric ^ 32767 - 3, 10::numeric ^ 32767, 10::numeric ^ 32767 + 7)',
	'invmod' => 'SELECT count(invmod(10::numeric ^ 32766 + 1 + 0 * i, 10::numeric ^ 32767 + 7)) FROM generate_series(1, 1000000) AS i',
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
# A cancel comes after half a second, and is to be obeyed within another one;
# best of three, for a machine that has other things to do.
foreach my $name (sort keys %long)
{
	my ($state, $seconds);
	for (1 .. 3)
	{
		($state, $seconds) = split /\|/, $node->safe_psql('postgres', qq(
			SET statement_timeout = '500ms';
			DO \$\$
			DECLARE
				started timestamptz := clock_timestamp();
				state text := 'not cancelled';
			BEGIN
				BEGIN
					EXECUTE \$q\$$long{$name}\$q\$;
				EXCEPTION WHEN query_canceled THEN
					state := 'cancelled';
				END;
				PERFORM set_config('test.outcome', state || '|' || extract(epoch FROM clock_timestamp() - started), false);
			END
			\$\$;
			SELECT current_setting('test.outcome');));
		last if $seconds < 1.5;
	}
	is($state, 'cancelled', "$name takes longer than the timeout");
	cmp_ok($seconds, '<', 1.5, "$name is cancelled within a second");
}

# Keys made to measure for a tree whose random numbers started at a known
# place: the tree would be a list, and the recursion as deep as that is long.
my $random = (0x9E3779B9 << 32) | 0x7F4A7C15;
my @priority;
for my $i (0 .. 19999)
{
	$random ^= $random << 13;
	$random ^= $random >> 7;
	$random ^= $random << 17;
	push @priority, $random >> 32;
}
my @key;
my $next = 0;
$key[$_] = $next++ foreach sort { $priority[$b] <=> $priority[$a] } 0 .. $#priority;
is($node->safe_psql('postgres', "SET max_stack_depth = '100kB';
	SELECT max(m) FROM (SELECT median(x) OVER (ORDER BY i) AS m FROM unnest('{" . join(',', @key) . "}'::float8[]) WITH ORDINALITY AS v(x, i)) AS w") > 0,
	1, 'a tree stays flat whatever the keys are');

# What the aggregates hold: nothing that grows with the number of rows, but
# for median and mad, which hold each value, and for sums of rationals, which
# hold each denominator.  In bytes a row, over what a short run takes.
my $rows = $ENV{MU_ROWS} || 10000000;
my $megabyte = 1024 * 1024;
my @held = (
	[ 'fsum(sin(i))', 0 ], [ 'favg(sin(i))', 0 ], [ 'geometric_mean(1 + i)', 0 ],
	[ 'harmonic_mean(1 + i)', 0 ], [ 'weighted_avg(sin(i), i)', 0 ], [ 'weighted_avg(i::numeric, i)', 0 ],
	[ 'skewness_pop(sin(i))', 0 ], [ 'kurtosis_samp(sin(i))', 0 ], [ 'histogram(sin(i), -1, 1, 100)', 0 ],
	[ 'product(1 + sin(i) / 1000000)', 0 ], [ 'product((i % 2 * 2 - 1)::numeric)', 0 ], [ 'sum(rational(i % 2 * 2 - 1, 1 + i / 2 % 1000))', 0 ],
	[ 'product(rational(1 + i % 2, 2 - i % 2))', 0 ], [ 'median(sin(i))', 16 ], [ 'mad(sin(i))', 24 ], [ 'median(i::numeric)', 32 ],
);
SKIP:
{
	skip 'no /proc to see memory in', scalar(@held) if !-r '/proc/self/status';
	foreach my $case (@held)
	{
		my ($aggregate, $bytes) = @$case;
		my ($result, $before, $after) = split /\n/, $node->safe_psql('postgres', qq(
			SET max_parallel_workers_per_gather = 0;
			SET jit = off;
			CREATE FUNCTION pg_temp.peak() RETURNS bigint LANGUAGE sql AS
				\$\$ SELECT substring(pg_read_file('/proc/' || pg_backend_pid() || '/status') FROM 'VmHWM:\\s+(\\d+)')::bigint * 1024 \$\$;
			SELECT pg_temp.peak() AS warm, $aggregate IS NOT NULL AS short FROM (SELECT generate_series(1, 10000) AS i) AS v \\gset
			SELECT pg_temp.peak() AS before \\gset
			SELECT $aggregate IS NOT NULL FROM (SELECT generate_series(1, $rows) AS i) AS v;
			SELECT :before;
			SELECT pg_temp.peak();));
		my $limit = $bytes * $rows + 2 * $megabyte;
		ok($result eq 't' && $after - $before <= $limit,
			sprintf('%s over %d rows: %d kB more, at most %d', $aggregate, $rows, ($after - $before) / 1024, $limit / 1024));
	}
}
is(state_of("SELECT sum(rational(1, i)) FROM (SELECT generate_series(1, 10000000) AS i) AS v"), '54000', 'too many denominators are refused');
is(state_of("SELECT histogram(1, 0, 10, 1000001)"), '54000', 'too many buckets are refused');
is(state_of("SELECT isqrt(('1' || repeat('0', 65536))::numeric)"), '54000', 'too many digits of isqrt are refused');
is(state_of("SELECT powmod(2, 3, ('1' || repeat('0', 32768))::numeric)"), '54000', 'too many digits of powmod are refused');

# How an expression ends
sub state_of
{
	my ($sql) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$sql");
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : 'no error';
}

is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server lives');

$node->stop;

done_testing();
