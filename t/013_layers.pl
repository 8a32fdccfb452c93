
# tools/check_layers.sh, which every build runs, finds an arrow that leads up,
# one between subjects, a folder of its own, and a server's means in a decoder.

use strict;
use warnings;

use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use Test::More;

my ($out, $err) = run_command(['tools/check_layers.sh']);
is($?, 0, 'the tree keeps its rule') or diag($err);

my $tree = PostgreSQL::Test::Utils::tempdir();
make_path(map { "$tree/$_" } qw(arch_inspect/src/decode arch_inspect/src/base arch_inspect/src/mvcc arch_inspect/src/storage
	  math_utils/src/base math_utils/src/rational arch_lab/src/sessions));
sub file { my ($path, $text) = @_; unlink "$tree/$path"; append_to_file("$tree/$path", $text); return; }
file("arch_inspect/src/decode/decode_page.h", qq(#include "storage/bufpage.h"\n));
file("arch_inspect/src/base/guard.h", qq(#include "decode/decode_page.h"\n));
file("arch_inspect/src/mvcc/horizons.h", '');
file("arch_inspect/src/storage/anatomy.c", qq(#include "base/guard.h"\n));
file("math_utils/src/base/mu_int.h", '');
file("math_utils/src/rational/rational.c", qq(#include "base/mu_int.h"\n));
file("arch_lab/src/sessions/session.c", '');
($out, $err) = run_command([ 'tools/check_layers.sh', $tree ]);
is($err, '', 'arrows that lead down are fine');

# planted, what is said of it
foreach my $case (
	[ 'arch_inspect/src/decode/decode_page.c', '#include "base/guard.h"', 'decode/decode_page.c may not include base/guard.h' ],
	[ 'arch_inspect/src/storage/anatomy.c', '#include "mvcc/horizons.h"', 'storage/anatomy.c may not include mvcc/horizons.h' ],
	[ 'arch_inspect/src/decode/decode_page.c', '#include "utils/lsyscache.h"', 'no place among the decoders' ],
	[ 'arch_inspect/src/decode/decode_page.c', "\tereport(ERROR, (errmsg(\"x\")));", 'no place among the decoders' ],
	[ 'arch_inspect/src/decode/decode_page.c', '#include "compat.h"', 'no place among the decoders' ],
	[ 'arch_inspect/src/storage/anatomy.c', '#if PG_VERSION_NUM < 160000', 'which is for common/compat.h' ],
	[ 'math_utils/src/base/mu_int.c', '#include "rational/rational.h"', 'base/mu_int.c may not include rational/rational.h' ],
	[ 'arch_lab/src/attic/old.c', '', 'arch_lab/src/attic stands on no floor' ])
{
	my ($path, $text, $said) = @$case;
	make_path("$tree/" . $path =~ s,/[^/]+$,,r);
	file('math_utils/src/rational/rational.h', '');
	file($path, "$text\n");
	($out, $err) = run_command([ 'tools/check_layers.sh', $tree ]);
	isnt($?, 0, "$path is found");
	like($err, qr/\Q$said\E/, 'and named');
	file($path, '');
}

# A circle of calls needs object files, so a compiler; one of includes does not.
file("math_utils/src/base/mu_a.h", qq(#include "base/mu_b.h"\n));
file("math_utils/src/base/mu_b.h", '');
($out, $err) = run_command([ 'tools/check_circles.sh', $tree ]);
is($err, '', 'an include one way is no circle');
file("math_utils/src/base/mu_b.h", qq(#include "base/mu_a.h"\n));
($out, $err) = run_command([ 'tools/check_circles.sh', $tree ]);
isnt($?, 0, 'a circle of includes is found');
like($err, qr/circle of includes.*mu_[ab]\.h/s, 'and named');
file("math_utils/src/base/mu_b.h", '');

my $sound = 'int mu_one(void); int mu_two(void); int mu_two(void) { return 2; }';
file('math_utils/src/base/one.c', 'int mu_two(void); int mu_one(void); int mu_one(void) { return mu_two(); }');
foreach my $case ([ $sound, 0 ], [ $sound =~ s/return 2/return mu_one()/r, 1 ])
{
	file('math_utils/src/base/two.c', $case->[0]);
	foreach my $name (qw(one two))
	{
		system_or_bail('cc', '-c', '-o', "$tree/math_utils/src/base/$name.o", "$tree/math_utils/src/base/$name.c");
	}
	($out, $err) = run_command([ 'tools/check_circles.sh', $tree ]);
	is($? != 0 ? 1 : 0, $case->[1], $case->[1] ? 'a circle of calls is found' : 'a call one way is no circle');
	like($err, $case->[1] ? qr/circle of calls.*(one|two)\.o/s : qr/^$/, 'and named');
}
($out, $err) = run_command(['tools/check_circles.sh']);
is($?, 0, 'no file of the tree goes in a circle with another') or diag($err);

done_testing();
