
# Results that are the double next to the true value, checked with integers of
# any length: shapes of samples, rounding of ties, harmonic means that cancel
# out; and histogram, which agrees with the server's own width_bucket.
#
# MU_PLANS sets how many are tried; SEED repeats a run.

use strict;
use warnings;

use Math::BigInt;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $plans = $ENV{MU_PLANS} || 200;
my $seed = $ENV{SEED} || 1;
srand($seed);
diag("seed $seed, $plans samples");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION math_utils');

sub big { return Math::BigInt->new($_[0]); }

# A finite double that is not 0 as an integer of 53 bits and an exponent.
sub split_double
{
	my ($x) = @_;
	my $bits = unpack 'Q>', pack 'd>', $x;
	my $exp = ($bits >> 52) & 0x7FF;
	return (($bits & ((1 << 52) - 1)) | (1 << 52), $exp - 1075);
}

# Is $x the double next to the power-th root of |p / q|, with the sign of p?
sub is_nearest
{
	my ($x, $p, $q, $power) = @_;
	return $p->is_zero if $x == 0;
	return 0 if ($x < 0) != ($p->is_neg);
	my ($m, $exp) = split_double(abs $x);
	my ($low, $high) = map { big($m)->bmul(2)->badd($_)->bpow($power)->bmul($q) } -1, 1;
	my $true = $p->copy->babs;
	my $shift = ($exp - 1) * $power;
	if ($shift < 0) { $true->blsft(-$shift); } else { $_->blsft($shift) foreach $low, $high; }
	return $low <= $true && $true <= $high;
}

my @samples;
foreach my $plan (1 .. $plans)
{
	my $n = 4 + int(rand(12));
	my $spread = 10**(1 + int(rand(6)));
	push @samples, [ map { int(rand($spread)) - int($spread / 3) } 1 .. $n ];
	$samples[-1][0] += $spread + 1;    # no sample without spread
}
my $out = $node->safe_psql('postgres', join('', map {
	"SELECT concat_ws(' ', skewness_pop(x), skewness_samp(x), kurtosis_pop(x), kurtosis_samp(x)) FROM unnest('{" . join(',', @$_) . "}'::float8[]) AS x;\n"
} @samples));
my %wrong;
foreach my $answer (split /\n/, $out)
{
	my @x = @{ shift @samples };
	my @result = split / /, $answer;
	my $n = big(scalar @x);
	my @s = map { my $power = $_; my $sum = big(0); $sum->badd(big($_)->bpow($power)) foreach @x; $sum } 0 .. 4;
	my $m2 = $n * $s[2] - $s[1]**2;
	my $m3 = $n**2 * $s[3] - 3 * $n * $s[1] * $s[2] + 2 * $s[1]**3;
	my $m4 = $n**3 * $s[4] - 4 * $n**2 * $s[1] * $s[3] + 6 * $n * $s[1]**2 * $s[2] - 3 * $s[1]**4;
	my $square = $m3**2;
	$square->bneg if $m3->is_neg;
	my %true = (
		skewness_pop => [ $square, $m2**3, 2 ],
		skewness_samp => [ $square * $n * ($n - 1), $m2**3 * ($n - 2)**2, 2 ],
		kurtosis_pop => [ $m4 - 3 * $m2**2, $m2**2, 1 ],
		kurtosis_samp => [ ($n - 1) * (($n + 1) * ($m4 - 3 * $m2**2) + 6 * $m2**2), ($n - 2) * ($n - 3) * $m2**2, 1 ]);
	foreach my $name (qw(skewness_pop skewness_samp kurtosis_pop kurtosis_samp))
	{
		my $got = shift @result;
		$wrong{$name} .= "$got of @x\n" unless is_nearest($got, @{ $true{$name} });
	}
}
is($wrong{$_} // '', '', "$_ is the double next to the true value") foreach qw(skewness_pop skewness_samp kurtosis_pop kurtosis_samp);

# Ties in decimal: odd multiples of a power of two have an end.  A numeric
# shows the same digits.
is($node->safe_psql('postgres', qq(
	SELECT setseed(@{[ ($seed % 1000) / 1000 ]});
	SELECT count(*), count(*) FILTER (WHERE round_significant(x::float8, digits) IS DISTINCT FROM round_significant(x, digits)::float8) FROM (
		SELECT round((1 + 2 * floor(random() * 10 ^ (1 + i % 6)))::numeric / (2 ^ (i % 9))::numeric * (CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END), 9) AS x, 1 + i % 8 AS digits
		  FROM generate_series(1, 40000) AS i OFFSET 0) AS s)),
	"\n40000|0", 'round_significant of a double rounds as of a numeric, ties too');
is($node->safe_psql('postgres', q(
	SELECT round_significant(2.5::float8, 1), round_significant(-2.5::float8, 1), round_significant(0.125::float8, 2), round_significant(0.375::float8, 2),
		   round_significant(9.5::float8, 1), round_significant(9.9999847412109375::float8, 16), round_significant(2.675::float8, 3),
		   round_significant(1e300::float8, 5), round_significant(-5e-324::float8, 3))),
	'3|-3|0.13|0.38|10|9.999984741210938|2.67|1e+300|-5e-324', 'and these');

# Reciprocals that cancel out, also where they are no finite binary fractions.
foreach my $sum ('3, 6, -2', '-3, -6, 2', '7, -7', '3, 3, 3, -1', '1e-300, -1e-300', '1e300, -1e300', '10, 15, -6', '0.1, -0.1, 0.3, -0.3',
	'3e-310, 6e-310, -2e-310')
{
	my ($rc, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT harmonic_mean(x) FROM unnest('{$sum}'::float8[]) AS x");
	like($err, qr/22012/, "harmonic_mean of $sum");
}
is($node->safe_psql('postgres', q(
	SELECT harmonic_mean(x) FROM unnest('{3, 6, -2.0000000001}'::float8[]) AS x)) > 1e11, 1, 'and not where much is left');
is($node->safe_psql('postgres', q(
	SELECT string_agg(coalesce(h::text, 'none'), ' ') FROM (
		SELECT harmonic_mean(x) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS h
		  FROM unnest('{1e-300, 4, 4, -12, 6, 3}'::float8[]) WITH ORDINALITY AS u (x, i)) AS s)),
	'1e-300 2e-300 4 12 24 4', 'a frame forgets what has left it');

# Next to the edges, where releases of the server differ.
is($node->safe_psql('postgres', q(
	SELECT count(*) > 150, count(*) FILTER (WHERE h[width_bucket(x, lo, hi, n) + 1] IS DISTINCT FROM 1) FROM (
		SELECT x, lo, hi, n, histogram(x, lo, hi, n) AS h FROM (
			SELECT lo, hi, n, lo + (hi - lo) * (k::float8 / n) AS x
			  FROM (VALUES (0::float8, 1::float8, 10), (0, 10, 7), (-3, 7.7, 13), (1e-10, 3e10, 100), (10, 0, 9), (0.1, 0.7, 6), (5, -5.5, 49)) AS b (lo, hi, n),
				   generate_series(0, n) AS k) AS e
		 GROUP BY x, lo, hi, n) AS s)),
	't|0', 'histogram and width_bucket agree at every edge');
is($node->safe_psql('postgres', q(SELECT histogram(x, -1.7e308, 1.7e308, 4) FROM unnest('{-1.7e308, -1, 0, 1.6e308, 1.7e308}'::float8[]) AS x)),
	'{0,1,0,2,1,1}', 'and bounds whose distance overflows are no nonsense');

$node->stop;
done_testing();
