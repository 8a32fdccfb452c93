
# What table_anatomy() promises of space is what VACUUM and VACUUM FULL then
# give back.
#
# Tables at random: rows of every width, fillfactors, indexes or none, dropped
# columns, columns added with a default, values in the TOAST table; rows deleted
# at random, at the end, at the beginning; updated, rolled back, vacuumed before
# or not.  SPACE_TABLES sets how many, SEED repeats others.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tables = $ENV{SPACE_TABLES} || 100;
my $seed = $ENV{SEED} || 20261125;

srand($seed);
diag("seed $seed, $tables tables");

my $node = PostgreSQL::Test::Cluster->new('space');
$node->init;
$node->append_conf('postgresql.conf', q(
autovacuum = off
fsync = off
log_statement = none
max_parallel_workers_per_gather = 0));
$node->start;
$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE TABLE said (t text, made text, pages bigint, vacuum_pages bigint, full_pages bigint,
		after_vacuum bigint, said_then bigint, after_full bigint, said_again bigint);
	CREATE FUNCTION letters(n int, seed int) RETURNS text LANGUAGE sql RETURN repeat(chr(65 + seed % 26), n);
	CREATE FUNCTION noise(n int, seed int) RETURNS text LANGUAGE sql
	RETURN (SELECT left(string_agg(md5(i::text || seed), ''), n) FROM generate_series(1, n / 32 + 1) AS i)));

sub one_of { return $_[ int(rand(@_)) ]; }
sub between { my ($from, $to) = @_; return $from + int(rand($to - $from + 1)); }

# Statements that make a table, and a word or two on it.
sub make
{
	my ($t) = @_;
	my @made;
	my @sql;
	my $ff = one_of(100, 100, 100, 90, 70, 50, 30, 10);
	my $width = one_of(0, 8, 30, 100, 100, 400, 700, 1470, 1980, 2700, 3900, 6000);
	my $spread = one_of(0, 0, 1, 5);
	my $rows = $width > 1000 ? between(50, 800) : between(100, 6000);
	my $truncate = one_of('', '', '', '', ', vacuum_truncate = off');
	my $indexes = one_of('', '', ", vacuum_index_cleanup = on", ", vacuum_index_cleanup = off");
	my $more = $spread == 0 ? 0 : int($width / $spread);
	my $pad;

	$more = 7500 - $width if $more > 7500 - $width;
	$pad = $more == 0 ? $width : "($width + (i * 7919) % " . (1 + $more) . ')';

	push @made, "$rows rows of $width/$spread, fillfactor $ff$truncate$indexes";
	push @sql, "CREATE TABLE $t (gone int, id int, b bool, i8 bigint, pad text, n int) WITH (fillfactor = $ff, autovacuum_enabled = off$truncate$indexes)";
	my $toasted = $width > 1900 && rand() < 0.3;

	push @sql, "ALTER TABLE $t ALTER pad SET STORAGE " . ($toasted ? 'extended' : 'plain');
	push @sql, "INSERT INTO $t SELECT i, i, true, i, CASE WHEN $pad = 0 THEN NULL ELSE " . ($toasted ? 'noise' : 'letters') . "(($pad)::int, i) END, nullif(i % 3, 0) FROM generate_series(1, $rows) AS i";
	if (rand() < 0.5)
	{
		push @made, 'index';
		push @sql, "CREATE INDEX ON $t (id)";
	}
	if (rand() < 0.2)
	{
		push @made, 'column dropped';
		push @sql, "ALTER TABLE $t DROP " . one_of('gone', 'i8', 'pad', 'n');
	}
	if (rand() < 0.2)
	{
		# not so wide that a row comes over TOAST's threshold by it, which is not reckoned
		push @made, 'columns added';
		push @sql, "ALTER TABLE $t ADD d text DEFAULT '" . ('d' x between(1, $width < 1000 ? 60 : 12)) . "', ADD e bigint DEFAULT 1, ADD f int";
	}
	if (rand() < 0.2)
	{
		push @made, 'wide rows behind';
		push @sql, "INSERT INTO $t (id) SELECT -i FROM generate_series(1, $rows * 3) AS i";
	}
	push @sql, one_of('', '', "VACUUM $t", "VACUUM (FREEZE) $t", "SELECT count(*) FROM $t");
	for (1 .. between(0, 3))
	{
		my $what = one_of(
			"DELETE FROM $t WHERE id % " . between(2, 12) . ' = 0',
			"DELETE FROM $t WHERE id % " . between(2, 5) . ' <> 0',
			"DELETE FROM $t WHERE id > $rows * " . one_of(0.05, 0.5, 0.9, 0.95, 0.98, 0.999),
			"DELETE FROM $t WHERE id < $rows * " . rand(),
			"DELETE FROM $t WHERE id BETWEEN $rows * " . rand() . " AND $rows * " . rand(),
			"UPDATE $t SET id = id WHERE id % " . between(1, 9) . ' = 0',
			"UPDATE $t SET id = id + 1 WHERE id > $rows * " . rand(),
			"BEGIN; INSERT INTO $t (id) SELECT i FROM generate_series(1, $rows) AS i; ROLLBACK",
			"BEGIN; DELETE FROM $t WHERE id % 2 = 0; ROLLBACK",
			"VACUUM (INDEX_CLEANUP off, TRUNCATE off) $t",
			"VACUUM (TRUNCATE off) $t",
			"DELETE FROM $t");
		push @made, $what;
		push @sql, $what;
	}
	return (join('; ', @made), grep { $_ ne '' } @sql);
}

my $script = '';
for my $i (1 .. $tables)
{
	my $t = "t$i";
	my ($made, @sql) = make($t);

	$script .= "$_;\n" foreach @sql;
	$made =~ s/'/''/g;
	$script .= "INSERT INTO said SELECT '$t', '$made', pages, vacuum_returns / 8192, full_returns / 8192 FROM arch_inspect.table_anatomy('$t');\n";
	$script .= "VACUUM $t;\n";
	$script .= "UPDATE said SET after_vacuum = a.pages, said_then = (a.vacuum_returns + a.full_returns) / 8192 FROM arch_inspect.table_anatomy('$t') AS a WHERE t = '$t';\n";
	$script .= "VACUUM FULL $t;\n";
	$script .= "UPDATE said SET after_full = a.pages, said_again = (a.vacuum_returns + a.full_returns) / 8192 FROM arch_inspect.table_anatomy('$t') AS a WHERE t = '$t';\n";
	$script .= "DROP TABLE $t;\n";
}
$node->safe_psql('postgres', $script);

sub misses
{
	my ($name, $off) = @_;
	my $out = $node->safe_psql('postgres',
		"SELECT t, pages, vacuum_pages, full_pages, after_vacuum, after_full, made FROM said WHERE $off ORDER BY t");

	is($out, '', $name);
}

is($node->safe_psql('postgres', 'SELECT count(*) FROM said WHERE after_full IS NOT NULL'), $tables, "$tables tables");
# what it takes to be worth something
ok($node->safe_psql('postgres', 'SELECT count(*) FROM said WHERE pages > after_vacuum') > $tables / 8, 'VACUUM cuts some');
ok($node->safe_psql('postgres', 'SELECT count(*) FROM said WHERE after_vacuum > after_full') > $tables / 4, 'VACUUM FULL cuts some');
misses('VACUUM cuts off what was said', 'vacuum_pages <> pages - after_vacuum');
misses('VACUUM FULL gives back what was said, within 5 % and a page',
	'abs(vacuum_pages + full_pages - (pages - after_full)) > greatest(1, 0.05 * pages)');
misses('and so it is said after VACUUM',
	'abs(said_then - (after_vacuum - after_full)) > greatest(1, 0.05 * after_vacuum)');
misses('and after VACUUM FULL nothing is left to give back', 'abs(said_again) > greatest(1, 0.02 * after_full)');
ok($node->safe_psql('postgres', 'SELECT count(*) FROM said WHERE full_pages < 0') > 0, 'a rewrite that takes more is said to');
note($node->safe_psql('postgres', q(
	SELECT 'worst: ' || round(max(100.0 * abs(vacuum_pages + full_pages - (pages - after_full)) / pages), 2) || ' % of the table, '
		   || count(*) FILTER (WHERE vacuum_pages + full_pages = pages - after_full) || ' of ' || count(*) || ' to the page'
	  FROM said WHERE pages > 20)));

$node->stop;
done_testing();
