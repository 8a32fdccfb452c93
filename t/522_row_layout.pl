
# row_layout()'s order wastes least: no permutation of the columns wastes less,
# reckoned from the lengths on the page, and of some tables measured by making
# each; and what it says to save is what CREATE TABLE AS in that order saves.
#
# LAYOUT_TABLES sets how many tables at random, SEED repeats others.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use List::Util qw(shuffle);
use Test::More;

my $tables = $ENV{LAYOUT_TABLES} || 100;
my $seed = $ENV{SEED} || 20261125;

srand($seed);
diag("seed $seed, $tables tables");

my $node = PostgreSQL::Test::Cluster->new('layout');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
fsync = off
log_statement = none));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	-- bytes of the rows as they lie on the pages
	CREATE FUNCTION bytes(rel regclass) RETURNS bigint LANGUAGE sql AS $$
		SELECT coalesce(sum((lp_len + 7) / 8 * 8), 0) FROM arch_inspect.heap_tuples(rel) WHERE lp_flags = 'normal'
	$$;
	-- the copy in the proposed order, and what it and the original take
	CREATE FUNCTION copy(rel regclass, OUT said bigint, OUT saved bigint, OUT copied bigint, OUT width_off bigint, OUT proven bool, OUT headers bigint)
	LANGUAGE plpgsql AS $$
	DECLARE
		columns text;
	BEGIN
		SELECT string_agg(quote_ident(attname), ', ' ORDER BY best_place), max(saved_bytes), bool_and(order_proven)
		  INTO columns, said, proven FROM arch_inspect.row_layout(rel) WHERE best_place IS NOT NULL;
		DROP TABLE IF EXISTS best;
		EXECUTE format('CREATE TABLE best AS SELECT %s FROM %s', columns, rel);
		copied := bytes('best');
		saved := bytes(rel) - copied;
		SELECT count(*) INTO headers FROM arch_inspect.heap_tuples('best') WHERE t_hoff > 24;
		SELECT round(abs(best_row_width * row_count - copied)) INTO width_off FROM arch_inspect.row_layout(rel) LIMIT 1;
	END
	$$;
	-- the rows of a copy in the present order: lengths and alignments, by column
	CREATE FUNCTION pieces(rel regclass) RETURNS TABLE (n bigint, lengths text) LANGUAGE plpgsql AS $$
	BEGIN
		DROP TABLE IF EXISTS present;
		EXECUTE format('CREATE TABLE present AS SELECT * FROM %s', rel);
		RETURN QUERY SELECT count(*), x.r FROM (
			SELECT string_agg(CASE WHEN a.storage = 'null' THEN '0:1'
								   ELSE a.length || ':' || CASE WHEN a.storage IN ('short', 'external') THEN 1
																WHEN t.typalign = 'c' THEN 1 WHEN t.typalign = 's' THEN 2
																WHEN t.typalign = 'i' THEN 4 ELSE 8 END END, ' ' ORDER BY a.attnum) AS r
			  FROM arch_inspect.heap_attributes('present') AS a
			  JOIN pg_attribute AS p ON p.attrelid = 'present'::regclass AND p.attnum = a.attnum
			  JOIN pg_type AS t ON t.oid = p.atttypid
			 GROUP BY a.blkno, a.lp) AS x GROUP BY x.r;
	END
	$$));

sub one_of { return $_[ int(rand(@_)) ]; }
sub between { my ($from, $to) = @_; return $from + int(rand($to - $from + 1)); }

# A type and a value of it for row i.
my @types = (
	['bool', 'true'], ['"char"', q('x')], ['int2', 'i'], ['int4', 'i'], ['int8', 'i'],
	['timetz', q('10:00+00')], ['timetz', q('11:00+00')], ['macaddr', q('08:00:2b:01:02:03')], ['oid', 'i'],
	['uuid', q('11111111-1111-1111-1111-111111111111')], ['name', q('n')], ['float8', 'i'],
	['text', q('abc')], ['text', q(repeat('x', i % 9))], ['text', q(repeat('x', 130 + i % 7))], ['numeric', '10 ^ (i % 20)'],
	['int8[]', 'array_fill(i::int8, ARRAY[i % 12 + 12])'], ['inet', q('10.0.0.1')], ['varbit', q(B'1010')]);

sub make
{
	my ($t, $ncolumns) = @_;
	my @columns = map { one_of(@types) } 1 .. $ncolumns;
	my $added = rand() < 0.3 ? 1 : 0;
	my $dropped = rand() < 0.2 ? between(0, $ncolumns - 1) : -1;
	my $nulls = one_of(0, 0, 3, 5);
	my @sql;

	pop @columns if $added;
	push @sql, "CREATE TABLE $t (" . join(', ', map { "c$_ $columns[$_][0]" } 0 .. $#columns) . ') WITH (autovacuum_enabled = off)';
	push @sql, "INSERT INTO $t SELECT " . join(', ', map {
			my $value = "($columns[$_][1])::$columns[$_][0]";
			$nulls && rand() < 0.5 ? "CASE WHEN (i + $_) % $nulls = 0 THEN NULL ELSE $value END" : $value;
		} 0 .. $#columns) . ' FROM generate_series(1, 30) AS i';
	push @sql, "ALTER TABLE $t DROP c$dropped" if $dropped >= 0 && $dropped < $#columns;
	push @sql, "ALTER TABLE $t ADD added " . one_of("text DEFAULT 'abc'", "int8 DEFAULT 1", "int4", "timetz DEFAULT '10:00+00'", "bool DEFAULT true") if $added;
	push @sql, "INSERT INTO $t SELECT * FROM $t LIMIT 5" if rand() < 0.5;
	return @sql;
}

# Makes the table, and the copies; returns what was said and the kinds of rows.
sub look
{
	my ($t, $ncolumns) = @_;
	my @made = make($t, $ncolumns);
	my ($said, @rows) = split /\n/, $node->safe_psql('postgres', join(";\n", @made,
		"SELECT said, saved, copied, width_off, proven, headers FROM copy('$t')",
		"SELECT * FROM pieces('$t')"));
	my @kinds = map { my ($n, $row) = split /\|/; [ $n, [ map { [ split /:/ ] } split / /, $row ] ] } @rows;

	return (join('; ', @made), \@kinds, split /\|/, $said);
}

# The rows' bytes in an order, as the server lays them out: at most 8 columns,
# so that a null bitmap fits into the header.
sub width
{
	my ($kinds, $order) = @_;
	my $all = 0;

	foreach my $kind (@$kinds)
	{
		my ($rows, $pieces) = @$kind;
		my $off = 24;

		foreach my $c (@$order)
		{
			my ($length, $by) = @{ $pieces->[$c] };

			next if $length == 0;
			$off += ($by - $off % $by) % $by + $length;
		}
		$all += $rows * (int(($off + 7) / 8) * 8);
	}
	return $all;
}

# Calls a function with each permutation of its list.
sub permute
{
	my ($call, $left, @done) = @_;

	return $call->(\@done) if !@$left;
	for my $i (0 .. $#$left)
	{
		my @rest = @$left;
		my ($c) = splice(@rest, $i, 1);

		permute($call, \@rest, @done, $c);
	}
}

my %wrong = (best => [], saved => [], width => [], proven => [], measured => []);

for my $i (1 .. $tables)
{
	my ($made, $kinds, $said, $saved, $copied, $width_off, $proven) = look("t$i", between(2, 6));
	my $n = @{ $kinds->[0][1] };
	my $least = 1e9;

	permute(sub { my $w = width($kinds, $_[0]); $least = $w if $w < $least; }, [ 0 .. $n - 1 ]);
	push @{ $wrong{best} }, "$made: $copied, but $least" if $copied != $least;
	push @{ $wrong{saved} }, "$made: said $said, saved $saved" if $said != $saved;
	push @{ $wrong{width} }, "$made: off by $width_off" if $width_off > 1;
	push @{ $wrong{proven} }, $made if $proven ne 't';

	# each order for real
	if ($i % 15 == 0 && $n <= 4)
	{
		my @names = split /\n/, $node->safe_psql('postgres', "SELECT attname FROM pg_attribute WHERE attrelid = 'present'::regclass AND attnum > 0 ORDER BY attnum");
		my $sql = '';

		permute(sub { $sql .= 'CREATE TABLE o AS SELECT ' . join(', ', map { $names[$_] } @{ $_[0] }) . " FROM t$i;\nSELECT bytes('o');\nDROP TABLE o;\n"; }, [ 0 .. $n - 1 ]);
		my ($smallest) = sort { $a <=> $b } split /\n/, $node->safe_psql('postgres', $sql);
		push @{ $wrong{measured} }, "$made: $copied, but $smallest" if $copied != $smallest;
	}
}
is(join("\n", @{ $wrong{best} }), '', 'no permutation wastes less');
is(join("\n", @{ $wrong{measured} }), '', 'nor does one that is made');
is(join("\n", @{ $wrong{saved} }), '', 'saved_bytes is what a copy saves');
is(join("\n", @{ $wrong{width} }), '', "best_row_width is its rows' width");
is(join("\n", @{ $wrong{proven} }), '', 'and the order is proven');

# Tables with more columns than can be permuted: none of many orders is better.
my @better;
my $unproven = 0;

for my $i (1 .. 20)
{
	my ($made, $kinds, $said, $saved, $copied, $width_off, $proven, $headers) = look("w$i", 16);
	my @order = (0 .. $#{ $kinds->[0][1] });

	$unproven++ if $proven ne 't';
	push @better, "$made: said $said, saved $saved" if $said != $saved;
	# a null bitmap of two bytes makes the header longer by eight
	for (1 .. 300)
	{
		@order = shuffle(@order);
		my $w = 8 * $headers + width($kinds, \@order);

		if ($w < $copied)
		{
			push @better, "$made: $copied, but $w";
			last;
		}
	}
}
is(join("\n", @better), '', 'of 16 columns, too, no order of many is better');
note("$unproven of 20 are not proven");

$node->stop;
done_testing();
