
# fsum and favg against an exact reference, and every aggregate by many plans.
#
# The reference is Perl's Math::BigInt: a double is an integer times 2^-1074,
# so a sum of doubles is a sum of integers, and rounding it once is left to
# Perl's own integers.  (Perl is the one language that the tests can rely on.)
#
# MU_PLANS sets how many plans are tried; SEED repeats a run.

use strict;
use warnings;

use Math::BigInt;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $plans = $ENV{MU_PLANS} || 60;
my $seed = $ENV{SEED} || 1;
srand($seed);
diag("seed $seed, $plans plans");

my $node = PostgreSQL::Test::Cluster->new('exact');
$node->init;
$node->append_conf('postgresql.conf', qq(
max_worker_processes = 16
max_parallel_workers = 16
fsync = off
autovacuum = off
));
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION math_utils');

# The integer m and exponent e with |x| = m * 2^e, of the 8 bytes of a double
sub parts
{
	my ($bits) = @_;
	my $e = ($bits >> 52) & 0x7FF;
	my $m = $bits & ((1 << 52) - 1);
	return $e == 0 ? ($m, -1074) : ($m | (1 << 52), $e - 1075);
}

# The double next to num / (den * 2^1074), in hexadecimal
sub nearest
{
	my ($num, $den) = @_;
	my $neg = $num->is_neg;
	$num = $num->copy->babs;
	return '0000000000000000' if $num->is_zero;
	# the bits of the quotient, to know how many to keep
	my $q = $num->copy->bdiv($den)->copy;
	$q = $q->as_int;
	my $bits = $q->is_zero ? 0 : length($q->as_bin) - 2;
	my $drop = $bits > 53 ? $bits - 53 : 0;
	my $unit = $den->copy->bmul(Math::BigInt->new(2)->bpow($drop));
	my ($m, $rest) = $num->copy->bdiv($unit);
	my $twice = $rest->copy->bmul(2)->bcmp($unit);
	$m->binc if $twice > 0 || ($twice == 0 && $m->is_odd);
	if ($m->bcmp(Math::BigInt->new(2)->bpow(53)) == 0) { $m->bdiv(2); $drop++; }
	my $value = $m->numify;
	my $e = $value >= 2**52 ? $drop + 1 : 0;
	return 'overflow' if $e >= 2047;
	my $word = ($e << 52) | ($e ? $value - 2**52 : $value);
	$word |= 1 << 63 if $neg;
	return sprintf('%016x', $word);
}

# Data of several kinds, each as 64-bit patterns
my %kind = (
	any => sub { my $w; do { $w = (int(rand(2**32)) << 32) | int(rand(2**32)) } while ((($w >> 52) & 0x7FF) >= 0x7F0); return $w; },
	subnormal => sub { return (int(rand(2)) << 63) | int(rand(2**50)); },
	ordinary => sub { return unpack('Q', pack('d', (rand(2000) - 1000) * 10**(int(rand(7)) - 3))); },
	cents => sub { return unpack('Q', pack('d', int(rand(100000)) / 100)); },
);

foreach my $name (sort keys %kind)
{
	my @bits = map { $kind{$name}->() } 1 .. 700;
	# pairs that cancel, 1e308 among them
	push @bits, map { $_ ^ (1 << 63) } @bits[0 .. 349];
	push @bits, unpack('Q', pack('d', 1e308)), unpack('Q', pack('d', -1e308));
	my $sum = Math::BigInt->new(0);
	foreach my $w (@bits)
	{
		my ($m, $e) = parts($w);
		my $term = Math::BigInt->new($m)->bmul(Math::BigInt->new(2)->bpow($e + 1074));
		$w >> 63 ? $sum->bsub($term) : $sum->badd($term);
	}
	my $want = nearest($sum, Math::BigInt->new(1)) . ' ' . nearest($sum, Math::BigInt->new(scalar @bits));

	my $values = join(',', map { sprintf("(%d, '%s'::float8)", $_, unpack_text($bits[$_])) } 0 .. $#bits);
	$node->safe_psql('postgres', "CREATE TABLE data_$name (i int, x float8) WITH (fillfactor = 10);
		INSERT INTO data_$name VALUES $values; ANALYZE data_$name");
	my %answers;
	my $parallel = 0;
	my $of_kind = int($plans / keys %kind) || 1;
	my $script = '';
	for my $plan (1 .. $of_kind)
	{
		my $workers = int(rand(9));
		my $salt = int(rand(2**30));
		my $from = ("data_$name", "(SELECT x FROM data_$name ORDER BY hashint4extended(i, $salt)) AS s",
			"(SELECT x FROM data_$name ORDER BY x) AS s", "(SELECT x FROM data_$name WHERE i % 2 = 0 UNION ALL SELECT x FROM data_$name WHERE i % 2 = 1) AS s")[int(rand(4))];
		$script .= "SET max_parallel_workers_per_gather = $workers;
			SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
			SET parallel_leader_participation = " . ('on', 'off')[int(rand(2))] . ";
			SELECT encode(float8send(fsum(x)), 'hex'), encode(float8send(favg(x)), 'hex') FROM $from;\n";
	}
	my $out = $node->safe_psql('postgres', $script);
	$out =~ tr/|/ /;
	$answers{$_}++ foreach split /\n/, $out;
	is_deeply([ keys %answers ], [$want], "$name: the exact sum and average in all of $of_kind plans");
	like($node->safe_psql('postgres', "SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
		EXPLAIN SELECT fsum(x) FROM data_$name"), qr/Gather/, "$name: workers take part");

	# random frames, against the aggregate of the frame's rows alone
	my $wrong = 0;
	for (1 .. 1 + int($of_kind / 5))
	{
		my $before = int(rand(30));
		my $after = int(rand(30)) - 10;
		($before, $after) = ($before, -$before) if $before + $after < 0;
		my $end = $after < 0 ? -$after . ' PRECEDING' : "$after FOLLOWING";
		$wrong += $node->safe_psql('postgres', "
			SELECT count(*) FROM (SELECT i, fsum(x) OVER w AS s, favg(x) OVER w AS a FROM data_$name WHERE abs(x) < 1e306
					WINDOW w AS (ORDER BY i ROWS BETWEEN $before PRECEDING AND $end)) AS v,
				LATERAL (SELECT fsum(x) AS s, favg(x) AS a FROM (SELECT x, row_number() OVER (ORDER BY i) AS n, i FROM data_$name WHERE abs(x) < 1e306) AS d
					WHERE n BETWEEN (SELECT count(*) FROM data_$name AS c WHERE c.i <= v.i AND abs(x) < 1e306) - $before
						AND (SELECT count(*) FROM data_$name AS c WHERE c.i <= v.i AND abs(x) < 1e306) + $after) AS alone
			 WHERE i % 23 = 0 AND (float8send(v.s) IS DISTINCT FROM float8send(alone.s) OR float8send(v.a) IS DISTINCT FROM float8send(alone.a))");
	}
	is($wrong, 0, "$name: the same bits over random frames");
}

# A double's shortest decimal form, by way of Perl's 17 digits
sub unpack_text
{
	return sprintf('%.17g', unpack('d', pack('Q', $_[0])));
}

# Every aggregate: serial and parallel are the same text
$node->safe_psql('postgres', q(
	CREATE TABLE many (i int, x float8, n numeric, w float8, r rational) WITH (fillfactor = 20);
	INSERT INTO many SELECT i, CASE WHEN i % 11 = 3 THEN NULL ELSE exp(sin(i) * 5) END, (sin(i) * 1000 + 1500)::numeric(12, 4), i % 7, rational(i % 13 - 6, 1 + i % 11)
	  FROM generate_series(1, 20000) AS i;
	ANALYZE many;
	CREATE VIEW all_of_them AS SELECT concat_ws(' ', fsum(x), favg(x), product((1 + x / 100000)::float8), geometric_mean(x), harmonic_mean(x),
		weighted_avg(x, w), weighted_avg(n, w::numeric), median(x), median(n), mad(x), skewness_pop(x), skewness_samp(x), kurtosis_pop(x), kurtosis_samp(x),
		histogram(x, 0, 100, 20), product((1 + i % 3)::smallint) FILTER (WHERE i < 1000), product(1 + i % 5) FILTER (WHERE i < 1000), product(i::bigint) FILTER (WHERE i < 3000),
		product(n) FILTER (WHERE i < 800),
		sum(r), avg(r), product(rational(2 + i % 2, 3 - i % 2)), min(r), max(r)) AS result FROM many));
my $serial = $node->safe_psql('postgres', 'SET max_parallel_workers_per_gather = 0; SELECT * FROM all_of_them');
foreach my $workers (1, 2, 4, 8)
{
	my $set = "SET max_parallel_workers_per_gather = $workers; SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;";
	like($node->safe_psql('postgres', "$set EXPLAIN SELECT * FROM all_of_them"), qr/Partial Aggregate/, "$workers workers: a partial aggregate");
	is($node->safe_psql('postgres', "$set SELECT * FROM all_of_them"), $serial, "$workers workers: every aggregate is the same");
}

# The awkward inputs too: partial states of several partitions are combined;
# those of workers go through their bytes as well.
my %awkward = (
	empty => [], nulls => [ 'NULL', 'NULL' ], one => [3], equal => [ (0.1) x 6 ], negative => [ -1, -2, -4 ], mixed => [ 1, -2, 4, 8.5, -3 ],
	zero => [ 0, 1, 2, 3 ], late_zero => [ 1, 2, 3, 0 ], nan => [ 1, 'NaN', 2, 3 ], late_nan => [ 1, 2, 3, 'NaN' ], infinity => [ 1, 2, 3, 'Infinity' ],
	minus_infinity => [ '-Infinity', 1, 2, 3 ], both => [ 'Infinity', 1, '-Infinity', 2 ], zero_and_infinity => [ 0, 1, 2, 'Infinity' ],
	huge => [ (1.7e308) x 4 ], cancels => [ 1e308, 1e308, 0.1, -1e308, -1e308 ], tiny => [ 5e-324, 1e-323, 3e-323 ], far_apart => [ 1.7e308, -1.7e308, 1, 0 ],
);
my $n = 0;
$node->safe_psql('postgres', q(
	CREATE TABLE awkward (name text, part int, x float8) PARTITION BY LIST (part);
	CREATE TABLE awkward0 PARTITION OF awkward FOR VALUES IN (0);
	CREATE TABLE awkward1 PARTITION OF awkward FOR VALUES IN (1);
	CREATE TABLE awkward2 PARTITION OF awkward FOR VALUES IN (2);)
	. join '', map { my $name = $_; map { sprintf "INSERT INTO awkward VALUES ('%s', %d, %s);", $name, $n++ % 3, $_ eq 'NULL' ? $_ : "'$_'" } @{ $awkward{$name} } } sort keys %awkward);
# Others, and a condition that hides them from the planner: it expects enough
# rows to add them up for each partition.
$node->safe_psql('postgres', "INSERT INTO awkward SELECT 'other', i % 3, 0 FROM generate_series(1, 6000) AS i; ANALYZE awkward");
my $awkward = '';
foreach my $name (sort keys %awkward)
{
	foreach my $aggregate ('fsum(x)', 'favg(x)', 'product(x)', 'product(x::numeric)', 'product(sign(x)::int)', 'geometric_mean(x)', 'harmonic_mean(x)',
		'weighted_avg(x, abs(x))', 'weighted_avg(1, x)', 'weighted_avg(x::numeric, 2)', 'median(x)', 'median(x::numeric)', 'mad(x)',
		'skewness_pop(x)', 'skewness_samp(x)', 'kurtosis_pop(x)', 'kurtosis_samp(x)', 'histogram(x, -2, 4, 3)',
		'sum(rational(1, (1 + abs(x))::int))', 'avg(round(x)::int::rational)', 'product(x::rational)', 'min(x::rational)', 'max(x::rational)')
	{
		$awkward .= "\\echo $name $aggregate\nSELECT $aggregate FROM awkward WHERE name || '' = '$name';\n";
	}
}

# What psql prints for all of them under these settings, errors by SQLSTATE
sub outcomes
{
	my ($set) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "$set\n\\set VERBOSITY sqlstate\n$awkward", on_error_stop => 0);
	return "$out\n$err";
}
my $serial_outcomes = outcomes('SET max_parallel_workers_per_gather = 0;');
like($serial_outcomes, qr/ERROR:  22003/, 'some overflow');
my %settings = (
	'partitions combined' => 'SET max_parallel_workers_per_gather = 0; SET enable_partitionwise_aggregate = on;',
	'through workers' => 'SET max_parallel_workers_per_gather = 2; SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET parallel_leader_participation = off;',
);
foreach my $how (sort keys %settings)
{
	like($node->safe_psql('postgres', "$settings{$how} EXPLAIN SELECT fsum(x) FROM awkward WHERE name || '' = 'one'"), qr/Partial Aggregate/, "$how: by a partial aggregate");
	is(outcomes($settings{$how}), $serial_outcomes, "$how: the awkward inputs are the same");
}

$node->stop;

done_testing();
