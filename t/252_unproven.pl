
# Values that nothing proves: an output function gets bytes that one of our
# decoders found sound, or that were read from disk, for this very look, with
# every page's checksum right; no others.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');

$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', q(
autovacuum = off
fsync = off
wal_level = replica
log_statement = none
statement_timeout = '300s'));
$node->start;
$node->safe_psql('postgres', q(
CREATE EXTENSION arch_inspect;
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
-- a type that nobody told the suite of; its values are hstore's
CREATE TYPE strange;
CREATE FUNCTION strange_in(cstring) RETURNS strange AS '$libdir/hstore', 'hstore_in' LANGUAGE C IMMUTABLE STRICT;
CREATE FUNCTION strange_out(strange) RETURNS cstring AS '$libdir/hstore', 'hstore_out' LANGUAGE C IMMUTABLE STRICT;
CREATE TYPE strange (INPUT = strange_in, OUTPUT = strange_out, INTERNALLENGTH = variable, STORAGE = extended);
CREATE CAST (strange AS bytea) WITHOUT FUNCTION;
CREATE CAST (hstore AS strange) WITHOUT FUNCTION;
CREATE TABLE inside (s strange, a strange[]);
INSERT INTO inside SELECT hstore('k', md5(i::text))::strange, ARRAY[hstore('a', 'b')::strange] FROM generate_series(1, 50) AS i;
CREATE TABLE outside (s strange);
ALTER TABLE outside ALTER s SET STORAGE external;
INSERT INTO outside SELECT hstore(array_agg('k' || j), array_agg(md5((i * j)::text)))::strange FROM generate_series(1, 8) AS i, generate_series(1, 80) AS j GROUP BY i;
CREATE TABLE known (h hstore);
ALTER TABLE known ALTER h SET STORAGE external;
INSERT INTO known SELECT hstore(array_agg('k' || j), array_agg(md5((i * j)::text))) FROM generate_series(1, 8) AS i, generate_series(1, 80) AS j GROUP BY i;
));

my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

# How many values of a column were printed, and the reasons for the others.
sub shown
{
	my ($table, $column) = @_;

	return $node->safe_psql('postgres', qq(
		SELECT count(value), string_agg(DISTINCT problem, ' / ') FROM arch_inspect.heap_attributes('$table') WHERE attname = '$column'));
}

sub path
{
	my ($rel) = @_;

	return $node->data_dir . '/' . $node->safe_psql('postgres', "SELECT pg_relation_filepath($rel)");
}

# Write bytes into a file, after all of it was written.
sub overwrite
{
	my ($file, $offset, $bytes) = @_;

	open(my $f, '+<:raw', $file) or die "$file: $!";
	seek($f, $offset, 0);
	print $f $bytes;
	close $f;
}

my $unknown = 'format of the type is not known, so the value was not checked';
my $shared = "$unknown: a page of it came from shared buffers, where no checksum proves it";
my $wrong = "$unknown: a page of it has a wrong checksum";
my $toast = q((SELECT reltoastrelid FROM pg_class WHERE relname = 'outside'));

# In shared buffers, where they were made
is(shown('inside', 's'), "0|$shared", 'a page in shared buffers proves nothing');
is(shown('inside', 'a'), "0|$shared", 'nor of what an array holds');
is(shown('known', 'h'), '8|', 'a type with a decoder of ours needs no proof');

# From disk, all of it
$node->restart;
is(shown('inside', 's'), '50|', 'a page with the right checksum, read for this look, does');
is(shown('inside', 'a'), '50|', 'and of what an array holds');
is(shown('outside', 's'), '8|', 'and so do those of a TOAST table and its index');
$started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

# One of the pages is in shared buffers: of the TOAST table, then of its index
$node->safe_psql('postgres', "CREATE EXTENSION pg_prewarm; SELECT pg_prewarm($toast, 'buffer', 'main', 0, 0)");
like(shown('outside', 's'), qr/^[1-7]\|\Q$shared\E$/, 'values with a chunk in shared buffers are not proven, others are');
$node->safe_psql('postgres', "SELECT pg_prewarm((SELECT indexrelid FROM pg_index WHERE indrelid = $toast))");
is(shown('outside', 's'), "0|$shared", 'nor where the index is there, which says what the chunks are');

# A damaged TOAST page, read from disk: the checksum is wrong.
my $toast_file = path($toast);
my $known_file = path(q((SELECT reltoastrelid FROM pg_class WHERE relname = 'known')));
my $inside_file = path(q('inside'));
$node->stop;
srand(7);
overwrite($toast_file, 8192 - 1500, join('', map { chr(int(rand(256))) } 1 .. 512));
overwrite($known_file, 8192 - 1500, join('', map { chr(int(rand(256))) } 1 .. 512));
# the first value of the last tuple of the page: count and first entry
my $page = slurp_file($inside_file);
my $at = index($page, pack('L', 0x80000001));
cmp_ok($at, '>', 0, 'found a value in the file');
overwrite($inside_file, $at, pack('L2', 0x8FFFFFFF, 0xBFFFFFFF));
$node->start;
$started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
like(shown('outside', 's'), qr/^[1-7]\|\Q$wrong\E$/, 'a value with a damaged chunk is not printed');
like(shown('known', 'h'), qr/^7\|hstore/, 'nor is one that our decoder finds unsound');
like(shown('inside', 's'), qr/^[0-4]?\d?\|\Q$wrong\E$/, 'a damaged page proves none of its values');

# The same pages in shared buffers, in spite of their checksums
$node->safe_psql('postgres', "SET ignore_checksum_failure = on; SELECT pg_prewarm('inside'), pg_prewarm($toast), pg_prewarm('known')");
is(shown('inside', 's'), "0|$shared", 'damage that another session let into shared buffers is not printed');
is(shown('outside', 's'), "0|$shared", 'that of a TOAST table neither');
my ($rc, $out, $err) = $node->psql('postgres', q(SET ignore_checksum_failure = on; SELECT count(value) FROM arch_inspect.heap_attributes('inside') WHERE attname = 's'));
is($out, '0', 'nor to who let it in');

# A WAL record repeats what the page held: an ltree whose count is 0x7FFF.
$node->safe_psql('postgres', q(
CREATE TABLE logged (id int, l ltree, s strange, n int);
CREATE CAST (bytea AS ltree) WITHOUT FUNCTION;
INSERT INTO logged VALUES (1, 'a.b', 'a=>b', 1), (2, '\\xff7f0000000000000161000000000000'::bytea::ltree, 'a=>b', 1);
));
my $before = $node->safe_psql('postgres', 'VACUUM logged; CHECKPOINT; SELECT pg_current_wal_insert_lsn()');
$node->safe_psql('postgres', 'UPDATE logged SET n = 7 WHERE id = 1');
$node->safe_psql('postgres', 'VACUUM logged; CHECKPOINT');
$node->safe_psql('postgres', 'UPDATE logged SET n = 8 WHERE id = 2');
my $rows = $node->safe_psql('postgres', "SELECT string_agg(new_row, E'\\n') FROM arch_inspect.wal_records('$before') WHERE relation = 'logged'::regclass");
like($rows, qr/id=1, l=a\.b, s='?<format of the type is not known[^>]*WAL record[^>]*>'?, n=7/, 'new_row shows what is checked, and why the rest is not shown');
like($rows, qr/id=2, l=<ltree has more labels than bytes>, s=<[^>]*>, n=8/, 'an unsound value is a reason there too');
like(shown('logged', 'l'), qr/^\d\|ltree has more labels than bytes$/, 'as it is in the table');

# A jsonpath whose parts are referred to twice each: 2 to the 40th to print.
$node->safe_psql('postgres', q(
CREATE CAST (bytea AS jsonpath) WITHOUT FUNCTION;
CREATE TABLE paths (p jsonpath);
));
my $bomb = pack('L', 0x80000001) . join('', map { pack('CCCCLLL', 4, 0, 0, 0, 0, 16, 16) } 1 .. 40) . pack('CCCCL', 0, 0, 0, 0, 0);
my $ring = pack('L', 0x80000001) . pack('CCCCLL', 6, 0, 0, 0, 0, 0xFFFFFFF0);
$node->safe_psql('postgres', sprintf(q(INSERT INTO paths VALUES ('\\x%s'::bytea::jsonpath), ('\\x%s'::bytea::jsonpath), ('$.a')), unpack('H*', $bomb), unpack('H*', $ring)));
is($node->safe_psql('postgres', q(SET statement_timeout = '5s'; SELECT coalesce(value, problem) FROM arch_inspect.heap_attributes('paths'))),
	"jsonpath has items that are referred to twice\njsonpath item lies outside the value\n\$.\"a\"", 'a jsonpath that would not end is refused');

# Warnings of an output function go nowhere but to the row.
$node->safe_psql('postgres', q(
CREATE CAST (bytea AS xml) WITHOUT FUNCTION;
CREATE TABLE documents AS SELECT convert_to('<?xml version="' || i || '><a/>', 'UTF8')::xml AS x FROM generate_series(1, 5) AS i));
foreach my $levels ('', 'SET client_min_messages = debug5;', 'SET log_min_messages = debug1;', 'SET log_min_messages = fatal;', 'SET log_min_messages = log;')
{
	my $offset = -s $node->logfile;

	($rc, $out, $err) = $node->psql('postgres', "$levels SELECT count(value), count(problem), min(problem) FROM arch_inspect.heap_attributes('documents'); SHOW client_min_messages; SHOW log_min_messages");
	like($out, qr/^5\|5\|the type's output function warns: could not parse XML declaration/, "warnings are problems ($levels)");
	unlike($err, qr/XML declaration/, 'and reach no client');
	unlike(slurp_file($node->logfile, $offset), qr/XML declaration/, 'and no log');
	like($out, $levels =~ /(\S+)_min_messages = (\w+)/ ? qr/^$2$/m : qr/^notice$/m, 'the levels are what they were');
}

# So it is after an error, in the same session
($rc, $out, $err) = $node->psql('postgres', q(
CREATE TYPE fading AS ENUM ('a', 'b');
CREATE TABLE fades AS SELECT 'b'::fading AS f;
DELETE FROM pg_enum WHERE enumlabel = 'b';
SELECT value IS NULL AND problem ~ 'invalid internal value' FROM arch_inspect.heap_attributes('fades');
SHOW client_min_messages;
DO $$ BEGIN RAISE WARNING 'still heard'; END $$;
));
is($out, "t\nnotice", 'an error leaves the levels as they were');
like($err, qr/still heard/, 'and other warnings are heard');

is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server never went down');
$node->stop;
done_testing();
