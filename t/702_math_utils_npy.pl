
# npy_fdw: types, shapes, ranges of rows, workers, rights, and bad files.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('npy');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\nmax_worker_processes = 16\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION math_utils; CREATE SERVER files FOREIGN DATA WRAPPER npy_fdw');
our $dir = $node->basedir . '/arrays';
mkdir $dir;

# Write a file as NumPy does: header padded to 64 bytes
sub npy
{
	my ($name, $header, $data, $version) = @_;
	$version ||= 1;
	my $prefix = $version == 1 ? 10 : 12;
	my $text = $header . ' ' x (63 - ($prefix + length $header) % 64) . "\n";
	raw($name, "\x93NUMPY" . pack('CC', $version, 0) . pack($version == 1 ? 'v' : 'V', length $text) . $text . $data);
}

sub raw
{
	my ($name, $bytes) = @_;
	open(my $fh, '>:raw', "$dir/$name.npy") or die "$name: $!";
	print $fh $bytes;
	close($fh);
}

sub dict { return "{'descr': $_[0], 'fortran_order': " . ($_[2] || 'False') . ", 'shape': $_[1], }"; }

# The SQLSTATE of a statement, or what it gives
sub state_of
{
	my ($sql, $user) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n" . ($user ? "SET ROLE $user;\n" : '') . $sql);
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : $out;
}

# a table over a file, with these columns, and all its rows
my $n = 0;
sub rows
{
	my ($name, $columns) = @_;
	$n++;
	return state_of("CREATE FOREIGN TABLE t$n ($columns) SERVER files OPTIONS (filename '$dir/$name.npy'); SELECT * FROM t$n");
}

# types, in both byte orders
my @types = (
	[ '|b1', 'boolean', pack('C*', 0, 1, 2), "f\nt\nt" ],
	[ '|i1', 'smallint', pack('c*', -128, 0, 127), "-128\n0\n127" ],
	[ '|u1', 'smallint', pack('C*', 0, 200, 255), "0\n200\n255" ],
	[ '<i2', 'smallint', pack('s<*', -32768, 5), "-32768\n5" ],
	[ '>i2', 'integer', pack('s>*', -32768, 5), "-32768\n5" ],
	[ '<u2', 'integer', pack('S<*', 65535, 5), "65535\n5" ],
	[ '<i4', 'bigint', pack('l<*', -2147483648, 5), "-2147483648\n5" ],
	[ '>u4', 'bigint', pack('L>*', 4294967295, 5), "4294967295\n5" ],
	[ '<i8', 'numeric', pack('q<*', -9223372036854775808, 5), "-9223372036854775808\n5" ],
	[ '>i8', 'bigint', pack('q>*', -9223372036854775808, 5), "-9223372036854775808\n5" ],
	[ '<u8', 'numeric', pack('Q<*', 18446744073709551615, 5), "18446744073709551615\n5" ],
	[ '<u8', 'bigint', pack('Q<*', 18446744073709551615), '22003' ],
	[ '<i4', 'smallint', pack('l<*', 40000), '22003' ],
	[ '<u4', 'integer', pack('L<*', 3000000000), '22003' ],
	[ '<f2', 'real', pack('v*', 0x3C00, 0xC000, 0x0001, 0x7C00, 0x7E00, 0x7BFF), "1\n-2\n5.9604645e-08\nInfinity\nNaN\n65504" ],
	[ '<f4', 'real', pack('f<*', 0.5, -1e30), "0.5\n-1e+30" ],
	[ '>f4', 'double precision', pack('f>*', 0.5, -0.25), "0.5\n-0.25" ],
	[ '<f8', 'double precision', pack('d<*', 0.1, 5e-324), "0.1\n5e-324" ],
	[ '>f8', 'real', pack('d>*', 0.1), "0.1" ],
	[ '<f8', 'real', pack('d<*', 1e300), '22003' ],
	[ '|S4', 'bytea', "ab\0\0" . "\0\1\2\3" . "\0\0\0\0", "\\x6162\n\\x00010203\n\\x" ],
	[ '|S4', 'text', "ab\0\0" . "abcd", "ab\nabcd" ],
	[ '|S2', 'text', "\xff\xfe", '22021' ],
	[ '<U3', 'text', pack('L<*', 0x61, 0x20AC, 0, 0x1F600, 0, 0), "a\xe2\x82\xac\n\xf0\x9f\x98\x80" ],
	[ '>U1', 'text', pack('L>*', 0x62), 'b' ],
	[ '<U1', 'text', pack('L<*', 0xD800), '22021' ],
	[ '<U1', 'text', pack('L<*', 0x110000), '22021' ],
	[ '=f8', 'double precision', pack('d*', 0.1), '0.1' ],
	[ '=i2', 'integer', pack('s*', -2, 5), "-2\n5" ],
	[ '=u4', 'bigint', pack('L*', 4294967295), '4294967295' ],
	[ '<U2', 'bytea', pack('L<*', 0xE9, 0, 0, 0x61, 0xD800, 0), "\\xc3a9\n\\x0061\n\\xeda080" ],
	[ '<U1', 'bytea', pack('L<*', 0x110000), '22021' ],
	[ '<U2', 'text', pack('L<*', 0, 0x61), '22021' ],
	[ '|S2', 'text', "\0a", '22021' ],
	[ '<f8', 'integer', pack('d<*', 1), '42804' ],
	[ '<i4', 'text', pack('l<*', 1), '42804' ],
);
foreach my $type (@types)
{
	my ($descr, $sql, $data, $expected) = @$type;
	my $size = substr($descr, 2) * (substr($descr, 1, 1) eq 'U' ? 4 : 1);
	npy('type', dict("'$descr'", '(' . length($data) / $size . ',)'), $data);
	is(rows('type', "value $sql"), $expected, "$descr as $sql: " . ($expected =~ tr/\n/ /r));
}

# shapes, orders, versions
npy('matrix', dict("'<i4'", '(3, 2)'), pack('l<*', 1 .. 6));
npy('fortran', dict("'<i4'", '(3, 2)', 'True'), pack('l<*', 1, 3, 5, 2, 4, 6));
npy('scalar', dict("'<i4'", '()'), pack('l<', 42));
npy('empty', dict("'<i4'", '(0,)'), '');
npy('narrow', dict("'<i4'", '(5, 0)'), '');
npy('second', dict("'<i4'", '(2,)'), pack('l<*', 7, 8), 2);
npy('third', "{\"shape\": (2L,), \"fortran_order\": False, \"descr\": '<i4'}", pack('l<*', 7, 8), 3);
is(rows('matrix', 'c2 int, c1 int'), "2|1\n4|3\n6|5", 'a matrix in C order');
is(rows('fortran', 'c2 int, c1 int, row_no bigint OPTIONS (row_number \'true\')'), "2|1|1\n4|3|2\n6|5|3", 'a matrix in Fortran order');
is(rows('matrix', q(a int OPTIONS (field 'c2'))), "2\n4\n6", 'a column by the option field');
is(rows('scalar', 'value int'), '42', 'no dimension: one row');
is(rows('empty', 'value int'), '', 'no rows');
is(rows('narrow', 'n bigint OPTIONS (row_number \'true\')'), '', 'no columns, no rows');
is(rows('second', 'value int'), "7\n8", 'format version 2');
is(rows('third', 'value int'), "7\n8", 'format version 3, other order and quotes');
is(rows('matrix', 'c3 int'), '42703', 'a column that is not there');
is(rows('matrix', 'value int'), '42703', 'a matrix has no column "value"');
is(rows('matrix', 'c99999999999 int'), '42703', 'nor one so far out');
is(rows('matrix', q(n int OPTIONS (row_number 'true'))), '42804', 'a row number is a bigint');

npy('fields', dict("[('id', '<i8'), ('x', '<f8'), ('row_number', '|i1')]", '(3,)'), join('', map { pack('q<d<c', $_, $_ / 2, -$_) } 1 .. 3));
is(rows('fields', 'x float8, id bigint'), "0.5|1\n1|2\n1.5|3", 'fields by their names');

# structs as a C compiler lays them out: space between fields, and behind them
npy('aligned', dict("[('k', '|u1'), ('', '|V3'), ('v', '<i4'), ('', '|V8')]", '(2,)'), join('', map { pack('Cx3l<x8', @$_) } [ 1, 10 ], [ 2, -20 ]));
is(rows('aligned', 'k int, v int'), "1|10\n2|-20", 'padding is left out');
npy('titled', dict("[(('A title', 'k'), '<i4'), ('it\\'s', '<i4')]", '(1,)'), pack('l<*', 4, 5));
is(rows('titled', q("it's" int, k int)), '5|4', 'a title, and a quote in a name');
npy('native', dict("'i4'", '(2,)'), pack('l*', 7, -8));
is(rows('native', 'value int'), "7\n-8", 'no byte order is that of the machine');

# names are latin-1, from version 3 on UTF-8
npy('latin1', dict("[('caf\xe9', '<i4')]", '(1,)'), pack('l<', 6));
npy('latin1_2', dict("[('caf\xe9', '<i4')]", '(1,)'), pack('l<', 6), 2);
npy('utf8', dict("[('caf\xc3\xa9', '<i4')]", '(1,)'), pack('l<', 6), 3);
is(rows($_, "\"caf\xc3\xa9\" int"), '6', "$_: a field by its name") foreach qw(latin1 latin1_2 utf8);
npy('noutf8', dict("[('caf\xe9', '<i4'), ('x', '<i4')]", '(1,)'), pack('l<*', 6, 7), 3);
is(rows('noutf8', 'x int'), '7', 'a name that is no text hides no other field');

# an error says where it was: the file, the field, the row
sub error_of
{
	my ($name, $columns) = @_;
	$n++;
	my (undef, undef, $err) = $node->psql('postgres', "CREATE FOREIGN TABLE t$n ($columns) SERVER files OPTIONS (filename '$dir/$name.npy'); SELECT * FROM t$n");
	return $err;
}
npy('where', dict("[('i', '<i4'), ('u', '<U2')]", '(3,)'), join('', map { pack('l<L<2', @$_) } [ 1, 0x61, 0 ], [ 70000, 0x62, 0 ], [ 3, 0, 0x63 ]));
like(error_of('where', 'i int, u text'), qr/invalid Unicode code point 0000.*HINT:  A column of type bytea.*CONTEXT:  file "\Q$dir\E\/where.npy", field "u", row 3/s, 'a zero in a text');
like(error_of('where', 'i smallint'), qr/smallint out of range.*file "\Q$dir\E\/where.npy", field "i", row 2/s, 'a number that does not fit');
npy('plain', dict("'<i4'", '(2,)'), pack('l<*', 1, 70000));
like(error_of('plain', 'value smallint'), qr/CONTEXT:  file "\Q$dir\E\/plain.npy", row 2/, 'without fields');
my %unsupported = ("'<M8[s]'" => 'at type "<M8[s]"', "[('a', '<i4'), ('when', '<m8[D]')]" => 'at field "when" of type "<m8[D]"', "[('z', '<c16')]" => 'at field "z" of type "<c16"',
	"[('arr', '<f8', (2,))]" => 'at field "arr" of type "<f8", a field is an array', "[('deep', [('x', '<i4')])]" => 'at field "deep", a field is structured itself',
	"[('caf\xe9', '|O')]" => 'at field "caf\\xe9" of type "|O"', "[('a', '<V8')]" => 'at field "a" of type "<V8"');
foreach my $descr (sort keys %unsupported)
{
	npy('unsupported', dict($descr, '(1,)'), 'x' x 64);
	like(error_of('unsupported', 'a int'), qr/file "\Q$dir\E\/unsupported.npy" cannot be read.*DETAIL:  In its header, \Q$unsupported{$descr}\E/s, "it is said of $descr what is not supported");
}
unlink map { "$dir/$_.npy" } qw(aligned titled native latin1 latin1_2 utf8 noutf8 where plain unsupported);

# bad files, none of which crashes or is believed
my %bad = (
	'no magic' => 'hello', 'nothing' => '', 'a start' => "\x93NUM", 'no header' => "\x93NUMPY\1\0", 'version 9' => "\x93NUMPY\x09\0\x02\0{}",
	'header too long' => "\x93NUMPY\2\0\xff\xff\xff\xff{}", 'header cut' => "\x93NUMPY\1\0\xff\0{}");
foreach my $name (sort keys %bad)
{
	raw('bad', $bad{$name});
	is(rows('bad', 'value int'), '22P03', "bad file: $name");
}
foreach my $header ('{}', '[]', "{'descr': '<f8'", dict("'<f8'", '(-1,)'), dict("'<f8'", '(1,2,3)'), dict("'<f8'", '(99999999999999999999,)'), dict("'<f8'", '(9223372036854775807,)'),
	dict("'|O'", '(1,)'), dict("'f'", '(1,)'), dict("'=f'", '(1,)'), dict("'<V8'", '(1,)'), dict("[('a', '<V8')]", '(1,)'), dict("[('', '<f8')]", '(1,)'), dict("[('', '|V8')]", '(1,)'), dict("'<f3'", '(1,)'), dict("'<c16'", '(1,)'), dict("[('a', '<f8', (2,))]", '(1,)'), dict("[('a', '<f8'), ('a', '<f8')]", '(1,)'), dict('[]', '(1,)'),
	dict("'<f8'", '(1,)', 'Maybe'), dict("'<f8'", '(1,)') . ' x', "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", dict("'|S0'", '(5,)'), dict("'|S99999999'", '(1,)'), dict("'<\\'8'", '(1,)'))
{
	npy('bad', $header, pack('d<*', 1 .. 10));
	is(rows('bad', 'value float8'), '22P03', "bad header: $header");
}
npy('short', dict("'<f8'", '(11,)'), pack('d<*', 1 .. 10));
is(rows('short', 'value float8'), '22P03', 'a file shorter than its header says');
unlink "$dir/short.npy", "$dir/bad.npy", "$dir/type.npy";
is(rows('missing', 'value float8'), '58P01', 'a file that is not there');
is(state_of("CREATE FOREIGN TABLE d (value int) SERVER files OPTIONS (filename '$dir'); SELECT * FROM d"), '42809', 'a directory');
SKIP:
{
	skip 'no mkfifo', 1 if system("mkfifo $dir/pipe") != 0;
	is(state_of("SET statement_timeout = '5s'; CREATE FOREIGN TABLE p (value int) SERVER files OPTIONS (filename '$dir/pipe'); SELECT * FROM p"), '42809', 'a pipe is not waited for');
	unlink "$dir/pipe";
}

# options
is(state_of('CREATE FOREIGN TABLE x (a int) SERVER files'), 'HV002', 'the filename is needed');
is(state_of("CREATE FOREIGN TABLE x (a int) SERVER files OPTIONS (filename 'relative.npy')"), '22023', 'and absolute');
is(state_of("CREATE FOREIGN TABLE x (a int) SERVER files OPTIONS (filename '/x', program 'rm')"), 'HV00D', 'an unknown table option');
is(state_of("CREATE FOREIGN TABLE x (a int OPTIONS (filename '/x')) SERVER files OPTIONS (filename '/x')"), 'HV00D', 'an unknown column option');
is(state_of("CREATE SERVER other FOREIGN DATA WRAPPER npy_fdw OPTIONS (host 'x')"), 'HV00D', 'a server has no options');

# rights
$node->safe_psql('postgres', 'CREATE ROLE plain; CREATE ROLE reader; GRANT pg_read_server_files TO reader; GRANT USAGE ON FOREIGN SERVER files TO plain, reader;
	CREATE SCHEMA open; GRANT ALL ON SCHEMA open TO plain, reader');
is(state_of("CREATE FOREIGN TABLE open.x (value int) SERVER files OPTIONS (filename '$dir/scalar.npy')", 'plain'), '42501', 'only pg_read_server_files may name a file');
is(state_of("CREATE FOREIGN TABLE open.x (value int) SERVER files OPTIONS (filename '$dir/scalar.npy'); SELECT * FROM open.x", 'reader'), '42', 'its member may');
is(state_of("SELECT * FROM open.x", 'plain'), '42501', 'a table without a grant');
$node->safe_psql('postgres', 'GRANT SELECT ON open.x TO plain; ALTER FOREIGN TABLE open.x OWNER TO plain');
is(state_of("SELECT * FROM open.x", 'plain'), '42', 'with one, anybody reads it');
is(state_of("ALTER FOREIGN TABLE open.x OPTIONS (SET filename '/etc/passwd')", 'plain'), '42501', 'its owner alone cannot point it elsewhere');
is(state_of(qq(IMPORT FOREIGN SCHEMA x FROM SERVER files INTO open OPTIONS (directory '$dir')), 'plain'), '42501', 'nor look into a directory');
is(state_of('CREATE SERVER mine FOREIGN DATA WRAPPER npy_fdw', 'plain'), '42501', 'the wrapper is not for everybody');

# import
npy('big', dict("'<f8'", '(200000,)'), pack('d<*', map { $_ / 8 } 1 .. 200000));
npy('Odd "name', dict("'<U2'", '(1,)'), pack('L<*', 0x41, 0));
$node->safe_psql('postgres', qq(CREATE SCHEMA imported; IMPORT FOREIGN SCHEMA x EXCEPT (narrow) FROM SERVER files INTO imported OPTIONS (directory '$dir')));
is($node->safe_psql('postgres', q(SELECT string_agg(c.relname || '(' || (SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0) || ')', ' ' ORDER BY relname COLLATE "C")
	FROM pg_class AS c WHERE relnamespace = 'imported'::regnamespace)),
	'Odd "name(row_number bigint,value text) big(row_number bigint,value double precision) empty(row_number bigint,value integer) ' .
	'fields(row_number bigint,id bigint,x double precision,row_number_1 smallint) fortran(row_number bigint,c1 integer,c2 integer) matrix(row_number bigint,c1 integer,c2 integer) ' .
	'scalar(row_number bigint,value integer) second(row_number bigint,value integer) third(row_number bigint,value integer)', 'a table for each file');
is($node->safe_psql('postgres', 'SELECT * FROM imported.fields'), "1|1|0.5|-1\n2|2|1|-2\n3|3|1.5|-3", 'and it reads');
is(state_of(qq(IMPORT FOREIGN SCHEMA x FROM SERVER files INTO open OPTIONS (path '$dir'))), 'HV00D', 'an unknown option of the import');
# Whatever lies in a directory, the rest of it is imported, what is left out is
# told, and what came into the catalog can be dumped and restored.
my $mixed = PostgreSQL::Test::Utils::tempdir();
{
	local $dir = $mixed;
	npy('good', dict("'<i4'", '(1,)'), pack('l<', 1));
	npy('when', dict("'<M8[s]'", '(1,)'), 'x' x 8);
	npy('cube', dict("'<f8'", '(1, 1, 1)'), 'x' x 8);
	npy('short', dict("'<f8'", '(9,)'), 'x' x 8);
	npy('wide', dict("'<i1'", '(1, 2000)'), 'x' x 2000);
	npy('pairs', dict("[('a', '<i4')]", '(1, 1)'), 'x' x 4);
	npy('x' x 64, dict("'<i4'", '(1,)'), pack('l<', 1));
	npy("caf\xe9", dict("'<i4'", '(1,)'), pack('l<', 1));
	npy("caf\xc3\xa9", dict("'<i4'", '(1,)'), pack('l<', 2));
	npy('latin1', dict("[('caf\xe9', '<i4')]", '(1,)'), pack('l<', 3));
	npy('noutf8', dict("[('caf\xe9', '<i4')]", '(1,)'), pack('l<', 3), 3);
	npy('system', dict("[('ctid', '<i4'), ('xmin', '<i4'), ('ctid_1', '<i4')]", '(1,)'), pack('l<*', 4, 5, 6));
	npy('long', dict("[('" . 'y' x 70 . "', '<i4'), ('" . 'y' x 70 . "z', '<i4')]", '(1,)'), pack('l<*', 7, 8));
	npy('rows', dict("[('row_number', '<i4'), ('row_number_1', '<i4')]", '(1,)'), pack('l<*', 9, 10));
	raw('garbage', 'no header at all');
	raw('nothing', '');
	raw('closed', '');
	chmod 0, "$mixed/closed.npy";
	mkdir "$mixed/folder.npy";
	symlink "$mixed/nowhere", "$mixed/dangling.npy";
}
my ($rc, undef, $notices) = $node->psql('postgres', qq(CREATE SCHEMA mixed; IMPORT FOREIGN SCHEMA x FROM SERVER files INTO mixed OPTIONS (directory '$mixed')));
is($rc, 0, 'a directory with bad files is imported') or diag($notices);
my %why = ("caf\\xe9" => 'its name is not valid', 'x' x 64 => 'its name is too long', noutf8 => 'the name of its field "caf\\xe9" has no form', when => 'cannot be read', cube => 'cannot be read',
	short => 'is shorter', wide => 'has too many columns', pairs => 'two dimensions', garbage => 'cannot be read', nothing => 'cannot be read', folder => 'is not a plain file', dangling => 'could not open file');
$why{closed} = $> == 0 ? 'cannot be read' : 'could not open file';
foreach my $name (sort keys %why)
{
	like($notices, qr/NOTICE:  file "\Q$mixed\/$name.npy\E" is left out: .*\Q$why{$name}\E/, "$name is left out, and why");
}
my $all_of_them = q(SELECT string_agg(c.relname || ': ' || (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 1), '; ' ORDER BY relname COLLATE "C")
	FROM pg_class AS c WHERE relnamespace = 'mixed'::regnamespace);
my $imported = "caf\xc3\xa9: value; good: value; latin1: caf\xc3\xa9; long: " . 'y' x 63 . ',' . 'y' x 61 . "_1; rows: row_number_1,row_number_1_1; system: ctid_1,xmin_1,ctid_1_1";
is($node->safe_psql('postgres', $all_of_them), $imported, 'the others are tables');
my $read = q(SELECT * FROM mixed.latin1, mixed.system, mixed.long, mixed."rows");
is($node->safe_psql('postgres', $read), '1|3|1|4|5|6|1|7|8|1|9|10', 'whose fields are found');
my ($dump) = run_command([ 'pg_dump', '-d', $node->connstr('postgres'), '-n', 'mixed' ]);
is($?, 0, 'they can be dumped');
append_to_file("$mixed/dump.sql", $dump);
$node->safe_psql('postgres', "CREATE DATABASE restored");
$node->safe_psql('restored', 'CREATE EXTENSION math_utils; CREATE SERVER files FOREIGN DATA WRAPPER npy_fdw');
$node->command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', "$mixed/dump.sql" ], 'and restored');
is($node->safe_psql('restored', "$all_of_them; $read"), "$imported\n1|3|1|4|5|6|1|7|8|1|9|10", 'as they were');

# In a database of another encoding a name may have no form.
$node->safe_psql('postgres', "CREATE DATABASE latin2 ENCODING 'LATIN2' LOCALE 'C' TEMPLATE template0");
$node->safe_psql('latin2', 'CREATE EXTENSION math_utils; CREATE SERVER files FOREIGN DATA WRAPPER npy_fdw');
(undef, undef, $notices) = $node->psql('latin2', qq(SET client_encoding = latin2; CREATE SCHEMA mixed; IMPORT FOREIGN SCHEMA x LIMIT TO (latin1, good) FROM SERVER files INTO mixed OPTIONS (directory '$mixed')));
is($node->safe_psql('latin2', q(SET client_encoding = utf8; SELECT attname FROM pg_attribute WHERE attrelid = 'mixed.latin1'::regclass AND attnum = 2)), "caf\xc3\xa9", 'e acute is in latin-2');
{
	local $dir = $mixed;
	npy('latin1', dict("[('\xd8', '<i4')]", '(1,)'), pack('l<', 3));
}
(undef, undef, $notices) = $node->psql('latin2', qq(CREATE SCHEMA other; IMPORT FOREIGN SCHEMA x LIMIT TO (latin1, good) FROM SERVER files INTO other OPTIONS (directory '$mixed')));
like($notices, qr/latin1.npy" is left out: the name of its field/, 'o with a stroke is not');

my $short = PostgreSQL::Test::Utils::tempdir_short();
is(state_of(qq(IMPORT FOREIGN SCHEMA "$short" FROM SERVER files INTO open)), '', 'the remote schema is a directory');
is(state_of('IMPORT FOREIGN SCHEMA "relative" FROM SERVER files INTO open'), '22023', 'the directory is absolute');

# exact counts; ranges of rows
like($node->safe_psql('postgres', 'EXPLAIN SELECT * FROM imported.big'), qr/rows=200000 /, 'the planner knows the number of rows');
like($node->safe_psql('postgres', 'EXPLAIN SELECT * FROM imported.big WHERE row_number > 199990'), qr/rows=10 .*Row Range: \(row_number > 199990\)/s, 'and of a range');
my @ranges = ('< 5', '<= 5', '= 5', '>= 199999', '> 199999', '= 0', '< -5', '> 9223372036854775806', '>= (-9223372036854775808)', '= NULL', 'BETWEEN 7 AND 9', 'IN (1, 3)', '<> 1', '< 4.5', '= 5::smallint', '< (SELECT 3)', '> 10 AND 12 >= row_number');
foreach my $range (@ranges)
{
	is($node->safe_psql('postgres', "SELECT count(*), sum(value) FROM imported.big WHERE row_number $range"),
		$node->safe_psql('postgres', "SELECT count(*), sum(value) FROM imported.big WHERE row_number + 0 $range"), "row_number $range");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM generate_series(1, 200) AS i, LATERAL (SELECT value FROM imported.big WHERE row_number = i * 1000 OFFSET 0) AS v WHERE value = i * 125'), '200', 'rescans with a new bound');
is($node->safe_psql('postgres', 'SET plan_cache_mode = force_generic_plan; PREPARE p(bigint) AS SELECT value FROM imported.big WHERE row_number = $1; EXECUTE p(8); EXECUTE p(16)'), "1\n2", 'a parameter');
is($node->safe_psql('postgres', 'SELECT tableoid::regclass, big FROM imported.big WHERE row_number = 4'), 'imported.big|(4,0.5)', 'whole rows');
is($node->safe_psql('postgres', 'SELECT count(*) FROM imported.big AS a JOIN imported.big AS b USING (row_number) WHERE a.value = b.value'), '200000', 'a join');

# workers
my $parallel = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 4;';
like($node->safe_psql('postgres', "$parallel EXPLAIN SELECT count(*), sum(row_number) FROM imported.big"), qr/Parallel Foreign Scan/, 'workers share a scan');
is($node->safe_psql('postgres', "$parallel SELECT count(*), sum(row_number), sum(value), count(DISTINCT value) FROM imported.big WHERE row_number > 3"),
	$node->safe_psql('postgres', 'SET max_parallel_workers_per_gather = 0; SELECT count(*), sum(row_number), sum(value), count(DISTINCT value) FROM imported.big WHERE row_number > 3'), 'and read each row once');

# a file that becomes shorter while it is read
is(state_of("BEGIN; DECLARE c CURSOR FOR SELECT * FROM imported.big; FETCH 1 FROM c;\n\\! truncate -s 1000 $dir/big.npy\nMOVE ALL FROM c"), '22P03', 'a file that shrinks is an error, not a crash');
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server lives');

# ANALYZE takes a sample, and reads no more than that
npy('sampled', dict("[('n', '<i4'), ('s', '|S4')]", '(50000,)'), join('', map { pack('l<A4', $_ % 100, $_ < 25000 ? 'low' : 'high') } 0 .. 49999));
npy('none', dict("'<f8'", '(0,)'), '');
$node->safe_psql('postgres', "CREATE FOREIGN TABLE sampled (i bigint OPTIONS (row_number 'true'), n int, s text) SERVER files OPTIONS (filename '$dir/sampled.npy');
	CREATE FOREIGN TABLE none (value float8) SERVER files OPTIONS (filename '$dir/none.npy');
	SET default_statistics_target = 50; ANALYZE sampled; ANALYZE none");
is($node->safe_psql('postgres', "SELECT attname, n_distinct, correlation > 0.99, null_frac FROM pg_stats WHERE tablename = 'sampled' ORDER BY 1"),
	"i|-1|t|0\nn|100|f|0\ns|2|f|0", 'what ANALYZE finds in a file');
is($node->safe_psql('postgres', "SELECT relname, reltuples FROM pg_class WHERE relname IN ('sampled', 'none') ORDER BY 1"), "none|0\nsampled|50000", 'rows as ANALYZE counts them');
like($node->safe_psql('postgres', 'EXPLAIN SELECT * FROM sampled WHERE n = 7'), qr/rows=(4|5|6)\d\d /, 'the planner uses it');
is(state_of("ALTER FOREIGN TABLE none ALTER value TYPE text; ANALYZE none"), '42804', 'ANALYZE of a column that does not fit');

$node->stop;

done_testing();
