
# A compiler for tests that build the extensions once more: where make asks for
# an object of a source that this tree has too, byte for byte, and has built,
# the object is copied from here, after the source went through the
# preprocessor where it stands (so a header that is missing there is noticed).
# Anything else is compiled.  What make decides is not touched by this.

package SharedBuild;

use strict;
use warnings;

use Cwd qw(getcwd);
use Exporter 'import';
use PostgreSQL::Test::Utils;

our @EXPORT = qw(shared_compiler);

# shared_compiler DIR - make it in DIR, which then goes to the front of PATH;
# it notes in DIR/shared what it did not compile.  Returns whether there is one.
sub shared_compiler
{
	my ($dir) = @_;
	my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
	my ($cc) = run_command([ $pg_config, '--cc' ]);
	my $here = getcwd();

	# The compiler that PGXS names has to be found by the PATH.
	return 0 unless $cc =~ /^[\w.+-]+$/ && "$here$ENV{PATH}" !~ /['\s]/;
	my ($true) = grep { -x } map { "$_/$cc" } split /:/, $ENV{PATH};
	return 0 unless defined $true;

	mkdir $dir;
	append_to_file("$dir/$cc", <<"END");
#!/bin/sh
PATH='$ENV{PATH}'
source= object= last=
for arg
do
	case \$last in -o) object=\$arg ;; esac
	case \$arg in src/*.c) source=\$arg ;; esac
	last=\$arg
done
there=\$(basename "\$PWD")
built='$here'/\$there/\$object
case \$object in
	src/*.o)
		if [ "\$PWD" != '$here'/"\$there" ] && [ -s "\$built" ] && cmp -s "\$source" '$here'/"\$there/\$source" &&
			[ ! '$here'/"\$there/\$source" -nt "\$built" ]
		then
			'$true' "\$\@" -E || exit
			cp "\$built" "\$object"
			echo "\$object" >> '$dir/shared'
			exit
		fi
esac
exec '$true' "\$\@"
END
	chmod 0755, "$dir/$cc";
	return 1;
}

1;
