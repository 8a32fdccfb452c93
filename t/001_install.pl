
# "make install" brings exactly the files that META.json promises, and the
# extensions install, alone and together, with clear words where they can't.

use strict;
use warnings;

use File::Find;
use File::Temp qw(tempdir);
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# The clean room: everything that make install writes goes below DESTDIR.
my $room = tempdir(CLEANUP => 1);
my ($pg_config) = $ENV{PG_CONFIG} // 'pg_config';
chomp(my $sharedir = `$pg_config --sharedir`);
chomp(my $pkglibdir = `$pg_config --pkglibdir`);
command_ok([ 'make', 'install', "DESTDIR=$room", "PG_CONFIG=$pg_config", 'with_llvm=no' ],
	'make install DESTDIR=...');

my @installed;
find(sub { push @installed, substr($File::Find::name, length $room) if -f }, $room);

my $meta = decode_json(slurp_file('META.json'));
my @promised;
foreach my $ext (sort keys %{ $meta->{provides} })
{
	my ($version) = $meta->{provides}{$ext}{version} =~ /^(\d+\.\d+)/;
	push @promised, "$pkglibdir/$ext.so", "$sharedir/extension/$ext--$version.sql",
	  map { "$sharedir/extension/" . s,.*/,,r }
	  $meta->{provides}{$ext}{file}, glob("$ext/upgrade/*.sql"), glob("$ext/*.psqlrc");
	ok(-f $meta->{provides}{$ext}{docfile}, "$ext has its document");
}
is_deeply([ sort @installed ], [ sort @promised ], 'the files are those that META.json promises');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# arch_lab without what it needs.
my ($rc, $out, $err) = $node->psql('postgres', 'CREATE EXTENSION arch_lab');
isnt($rc, 0, 'arch_lab alone is refused');
like($err, qr/required extension "arch_inspect" is not installed/, 'it says what is missing');
like($err, qr/HINT:.*CREATE EXTENSION .* CASCADE/, 'and what to do');

$node->safe_psql('postgres', 'CREATE EXTENSION arch_lab CASCADE');
is( $node->safe_psql('postgres', q(
		SELECT string_agg(extname || ' ' || extversion, ', ' ORDER BY extname)
		  FROM pg_extension WHERE extname ~ '^(arch|math)_')),
	'arch_inspect 1.0, arch_lab 1.0, math_utils 1.0', 'CASCADE brings the others');

# Every member says what it is.
is( $node->safe_psql('postgres', q(
		SELECT string_agg(pg_describe_object(d.classid, d.objid, 0), ', ')
		  FROM pg_depend AS d JOIN pg_extension AS e
			ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
		 WHERE d.deptype = 'e' AND e.extname ~ '^(arch|math)_'
		   AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_operator'::regclass)
		   AND (d.classid <> 'pg_class'::regclass
				OR (SELECT relkind FROM pg_class WHERE oid = d.objid) IN ('r', 'v'))
		   AND obj_description(d.objid, d.classid::regclass::name) IS NULL)),
	'', 'every function, view, table and operator has a comment');

# The scripts are not for psql.
foreach my $ext (qw(math_utils arch_inspect arch_lab))
{
	my ($share) = ($node->config_data('--sharedir'))[0];
	my ($stdout, $stderr) = run_command([ 'psql', '-X', '-d', $node->connstr('postgres'),
		'-f', "$share/extension/$ext--1.0.sql" ]);
	like("$stdout$stderr", qr/Use "CREATE EXTENSION $ext" to load this file/, "$ext: the script says what to do");
}

# A newcomer may create the trusted one in a database of their own, no more.
$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN; CREATE DATABASE own OWNER owner');
is( $node->psql('own', 'CREATE EXTENSION math_utils', extra_params => [ '-U', 'owner' ]),
	0, 'math_utils is trusted: a database owner creates it');
($rc, $out, $err) = $node->psql('own', 'CREATE EXTENSION arch_inspect', extra_params => [ '-U', 'owner' ]);
like($err, qr/permission denied to create extension "arch_inspect"/, 'arch_inspect is not trusted');

# A schema that somebody prepared is not taken: the operator here would be what
# the views call, as whoever reads them.
$node->safe_psql('own', $_, extra_params => [ '-U', 'owner' ]) foreach (q(
	CREATE SCHEMA arch_inspect;
	CREATE FUNCTION arch_inspect.mine(text, integer) RETURNS text LANGUAGE sql RETURN 'as ' || current_user;
	CREATE OPERATOR arch_inspect.|| (FUNCTION = arch_inspect.mine, LEFTARG = text, RIGHTARG = integer);
	CREATE SCHEMA arch_lab));
foreach my $ext (qw(arch_inspect arch_lab))
{
	($rc, $out, $err) = $node->psql('own', "CREATE EXTENSION $ext CASCADE", on_error_stop => 0);
	like($err, qr/schema "arch_inspect" exists already and can not be trusted/, "$ext does not move into another role's schema");
	$node->safe_psql('own', 'ALTER SCHEMA arch_inspect OWNER TO CURRENT_USER') if $ext eq 'arch_inspect';
}
$node->safe_psql('own', 'DROP SCHEMA arch_inspect CASCADE; CREATE EXTENSION arch_inspect');
($rc, $out, $err) = $node->psql('own', 'CREATE EXTENSION arch_lab CASCADE');
like($err, qr/schema "arch_lab" exists already and can not be trusted/, 'nor into an empty one');

# Relocatable, as the control file says.
$node->safe_psql('own', 'CREATE SCHEMA elsewhere; ALTER EXTENSION math_utils SET SCHEMA elsewhere');
is($node->safe_psql('own', 'SELECT elsewhere.square(12)'), '144', 'math_utils moves to another schema');

# The lesson's function and the extension's: one stands in the other's way, and
# only ALTER EXTENSION ADD makes a loose one a member.
$node->safe_psql('postgres', 'CREATE DATABASE loose');
$node->safe_psql('loose', q(
	CREATE FUNCTION square(integer) RETURNS integer AS 'BEGIN RETURN $1 * $1; END;' LANGUAGE plpgsql));
($rc, $out, $err) = $node->psql('loose', 'CREATE EXTENSION math_utils');
like($err, qr/function "square" already exists with same argument types/, 'a loose square() is not adopted');
$node->safe_psql('loose', q(
	CREATE SCHEMA other; CREATE EXTENSION math_utils SCHEMA other;
	ALTER EXTENSION math_utils ADD FUNCTION public.square(integer)));
($rc, $out, $err) = $node->psql('loose', 'DROP FUNCTION public.square(integer)');
like($err, qr/extension math_utils requires it/, 'ALTER EXTENSION ADD adopts it');

$node->stop;

done_testing();
