
# library_loaded() asks the loader's own list: whatever path a role names, no
# file is opened.  A lease on the file tells of every process that opens it.

use strict;
use warnings;

use Fcntl qw(F_WRLCK F_UNLCK);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use constant F_SETLEASE => 1024;

my $node = PostgreSQL::Test::Cluster->new('library_list');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION arch_lab CASCADE; CREATE ROLE anybody LOGIN;');
my $libdir = ($node->config_data('--pkglibdir'))[0];
chomp $libdir;

sub loaded
{
	my ($name, $before) = @_;
	$name =~ s/'/''/g;
	return $node->safe_psql('postgres', ($before // '') . "SELECT arch_parts.library_loaded('$name');",
		extra_params => [ '-U', 'anybody' ]);
}

# what is there
foreach my $name ('$libdir/arch_inspect', 'arch_inspect', 'arch_inspect.so', '$libdir/arch_inspect.so', "$libdir/arch_inspect.so",
	"$libdir/arch_inspect", "$libdir/../lib/./arch_inspect.so" =~ s{^(.*)/lib/\.\./}{$1/}r)
{
	is(loaded($name), 't', "$name is found");
}
is(loaded('$libdir/plpgsql'), 'f', 'what was not called is not there');
is(loaded('$libdir/plpgsql', "DO 'BEGIN END';"), "t", 'what was called is');
foreach my $name ('arch_inspec', '$libdir/arch_inspect.so.so', 'rch_inspect', '$libdir', '$libdir/', '/', '.', '..', '', '/arch_inspect',
	"$libdir", "$libdir/", "$libdir/arch", 'x' x 20000, '/' x 3000, '../' x 1000)
{
	is(loaded($name), 'f', 'not found: ' . substr($name, 0, 40));
}

# a library of one's own directory, and of the path that is searched
my $dir = $node->basedir . '/lib';
mkdir $dir;
system('cp', "$libdir/plpgsql.so", "$dir/elsewhere.so") == 0 or die;
my ($rc, $out) = $node->psql('postgres', <<"SQL");
SET dynamic_library_path = '\$libdir:$dir';
SELECT arch_parts.library_loaded('elsewhere'), arch_parts.library_loaded('$dir/elsewhere');
LOAD 'elsewhere';
SELECT arch_parts.library_loaded('elsewhere'), arch_parts.library_loaded('$dir/elsewhere'), arch_parts.library_loaded('$dir/elsewhere.so');
RESET dynamic_library_path;
SELECT arch_parts.library_loaded('elsewhere'), arch_parts.library_loaded('$dir/elsewhere');
SQL
is($out, "f|f\nt|t|t\nf|t", 'the path by which a library was found decides under which names');

SKIP:
{
	my $file = "$dir/watched.so";
	my $opened = 0;

	open(my $watch, '+>', $file) or die "$file: $!";
	print $watch 'x' x 100;
	$watch->flush;
	local $SIG{IO} = sub { $opened++; fcntl($watch, F_SETLEASE, F_UNLCK); };
	skip 'no leases on this system', 3 unless fcntl($watch, F_SETLEASE, F_WRLCK);
	is(loaded($file), 'f', 'a file that is no library');
	is($opened, 0, 'was not opened');
	my $same = $file =~ s/\.so$//r;
	loaded($same);
	loaded("\$libdir/../../../../../../../../../../../../..$same");
	is($opened, 0, 'nor by another of its names');
	$node->safe_psql('postgres', "SELECT length(pg_read_binary_file('$file'))");
	is($opened, 1, 'as it would have been seen to be');
	fcntl($watch, F_SETLEASE, F_UNLCK);
}

$node->stop;
done_testing();
