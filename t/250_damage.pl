
# Files damaged on disk: every function reads them and none gives in.
#
# SPOIL_PAGES says how many spoiled pages are looked at (default 2000).

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use NoChecksums;
use SpoiledFiles;

my $node = PostgreSQL::Test::Cluster->new('main');
my $wanted = $ENV{SPOIL_PAGES} || 2000;

init_without_checksums($node);
$node->append_conf('postgresql.conf', qq(
autovacuum = off
fsync = off
log_line_prefix = '%m [%p] %e '
log_statement = none
statement_timeout = '300s'));
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_inspect');
$node->safe_psql('postgres', slurp_file('soak/damage.sql'));

# The relations with files, and their files.
my ($file, $pages) = files_of($node, q(
	c.relnamespace = 'damage'::regnamespace AND c.relkind IN ('r', 'i')
	 OR c.oid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = 'damage'::regnamespace)
	 OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = 'damage'::regnamespace))));
my $looks = join(' UNION ALL ', map { "SELECT '$_' AS rel, * FROM damage.look('$_')" } sort keys %$file);

# What the functions say now; and that the server is the same as ever.
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

sub look
{
	my ($name) = @_;
	my ($rc, $out, $err) = $node->psql('postgres',
		"SELECT sum(calls), sum(rows), sum(errors), string_agg(DISTINCT rel || ': ' || internal, E'\\n') FROM ($looks) AS l");
	my ($calls, $rows, $errors, $internal) = split /\|/, $out // '', 4;

	ok($rc == 0 && ($calls // 0) > 0 && ($internal // '') eq '', "$name: answered, or refused with a reason")
	  or diag("exit status $rc: $err\n" . ($internal // ''));
	note("$name: calls $calls, rows $rows, errors $errors") if defined $errors;
	return $rows;
}

my $sound = look('sound files');

# From here on the files are read from disk: none of their pages is in memory.
$node->stop;
keep_sound($file);
$node->start;
$started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
is(look('sound files, read from disk'), $sound, 'as many rows from disk as from memory');

# Pages spoiled at random, a fresh set each round.
my $seed = $ENV{SEED} || 1;
diag("seed $seed");
my $looked = 0;
my $per_round = 0;
$per_round += $_ foreach values %$pages;
while ($looked < $wanted)
{
	foreach my $rel (sort keys %$file)
	{
		spoil($file, $rel, $seed++);
	}
	look("round after $looked spoiled pages");
	$looked += $per_round;
}

# Neighbours are unharmed: one bad page, and the tuples of the others all there.
sub overwrite
{
	my ($rel, $offset, $bytes) = @_;

	open(my $f, '+<:raw', $file->{$rel}) or die "$file->{$rel}: $!";
	seek($f, $offset, 0);
	print $f $bytes;
	close $f;
}

restore($file);
my $all = $node->safe_psql('postgres', q(SELECT count(DISTINCT (blkno, lp)) FROM arch_inspect.heap_attributes('damage.narrow')));
my $second = $node->safe_psql('postgres', q(SELECT count(DISTINCT lp) FROM arch_inspect.heap_attributes('damage.narrow', 1, 1)));
overwrite('damage.narrow', 8192, "\xFF" x 8192);
is($node->safe_psql('postgres', q(
	SELECT count(DISTINCT (blkno, lp)) FILTER (WHERE lp IS NOT NULL), count(problem), min(blkno) FILTER (WHERE problem IS NOT NULL)
	  FROM arch_inspect.heap_attributes('damage.narrow'))),
	($all - $second) . '|1|1', 'a bad page is one row with a problem, its neighbours are all there');

# Zeroed and swapped pages, and a file cut in the middle of a page.
restore($file);
overwrite($_, 0, "\0" x 8192) foreach keys %$file;
look('first page zeroed');
restore($file);
foreach my $rel (grep { $pages->{$_} > 1 } keys %$file)
{
	my $bytes = slurp_file("$file->{$rel}.sound");
	overwrite($rel, 0, substr($bytes, 8192, 8192) . substr($bytes, 0, 8192));
}
look('first two pages swapped');
restore($file);
truncate($file->{$_}, 8192 * $pages->{$_} - 100) foreach keys %$file;
look('files cut in the middle of the last page');
truncate($file->{$_}, 0) foreach keys %$file;
look('files without a page');

stayed_up($node, $started);

$node->stop('immediate');
done_testing();
