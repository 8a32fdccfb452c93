
# Code that follows the server's own says so in one form of words, and
# tools/compare_origins.sh tells what of that changed between two source trees.
# PG_SOURCE may name a source tree of the server: then each name is looked up.

use strict;
use warnings;

use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use Test::More;

# Status and output of the script, over the sources in a folder.
sub compare
{
	my ($in, @trees) = @_;
	local $ENV{ORIGINS_IN} = $in;
	my ($out, $err) = run_command([ 'tools/compare_origins.sh', @trees ]);
	return ($? >> 8, $out, $err);
}

my ($status, $out, $err) = compare('.');
is($status, 0, 'every line parses') or diag($err);
my @origins = split /\n/, $out;
cmp_ok(scalar @origins, '>', 80, 'and there are many');
is(scalar(grep { !/^\S+:\d+ \w+ (?:src|contrib)\/\S+\.[chy] REL_\d+_STABLE$/ } @origins), 0, 'listed with file, name and release');
foreach my $must (qw(ComputeXidHorizons HeapTupleSatisfiesMVCC relation_needs_vacanalyze heap_deform_tuple pglz_decompress raw_heap_insert
	  should_attempt_truncation decode_varbyte exec_simple_query))
{
	ok((grep { / \Q$must\E / } @origins), "$must is followed");
}

# Whoever writes the words has them found: none stands where the form is missed.
my $words = 0;
foreach my $file (grep { !m,/tmp_, } split /\n/, (run_command([ 'find', '.', '-name', '*.[ch]', '-o', '-path', '*/install/*.sql' ]))[0])
{
	$words += () = slurp_file($file) =~ /\bFollows\b/g;
}
is($words, scalar @origins, 'the word is used for nothing else');

SKIP:
{
	skip 'PG_SOURCE names no source tree', 1 unless $ENV{PG_SOURCE};
	($status, $out, $err) = compare('.', $ENV{PG_SOURCE});
	is("$status:$out", '0:', 'all is to be found in PG_SOURCE') or diag($err);
}

# Two little trees.
my $dir = PostgreSQL::Test::Utils::tempdir();
sub file
{
	my ($path, $text) = @_;
	make_path("$dir/$path" =~ s,/[^/]+$,,r);
	unlink "$dir/$path";
	append_to_file("$dir/$path", $text);
	return;
}
file("old/src/backend/a.c", <<'C');
extern int	moved(int a);

/* what same() does is told here */
int
same(int a)
{
	return other(a);
}

static int
changed(int a,
		int b)
{
	return a + b;
}

int
moved(int a)
{
	return a;
}

int
spoken(int a)
{
	/* two */
	return a * 2;
}

int
gone(void)
{
	return 1;
}

typedef struct
{
	int			one;
} Nameless;

#define WIDE(a) \
	((a) + \
	 1)

static const int table[] =
{
	1,
	2
};
C
my $new = slurp_file("$dir/old/src/backend/a.c");
$new =~ s/return a \+ b;/return a - b;/;
$new =~ s/int\nmoved.*?\n}\n\n//s;
$new =~ s,/\* two \*/,/* twice */,;
$new =~ s/int\ngone.*?\n}\n\n//s;
$new =~ s/int\t\t\tone;/int64\t\tone;/;
$new =~ s/ 1\)/ 2)/;
$new =~ s/\t2\n/\t3\n/;
file('new/src/backend/a.c', $new);
file('new/src/backend/b.c', "int\nmoved(int a)\n{\n\treturn a;\n}\n");
file('ours/our.c', "/*\n" . join('', map { " * Follows $_ (src/backend/a.c, REL_18_STABLE)\n" } qw(same changed spoken gone Nameless WIDE table)) . " */\n"
	  . "/*\n *\tours\n *\n * Follows moved\n * (src/backend/a.c, REL_18_STABLE)\n */\n");

($status, $out, $err) = compare("$dir/ours", "$dir/old");
is("$status:$out$err", '0:', 'all is found in the old tree');
($status, $out, $err) = compare("$dir/ours", "$dir/old", "$dir/old");
is("$status:$out$err", '0:', 'a tree does not differ from itself');
($status, $out, $err) = compare("$dir/ours", "$dir/old", "$dir/new");
is($status, 1, 'a change is told by the exit status');
unlike($out, qr/^== same /m, 'what is the same is not shown');
like($out, qr/^== changed \(src\/backend\/a\.c\) is changed; followed in our\.c:3 $/m, 'what changed is named, and who follows it');
like($out, qr/^-\treturn a \+ b;\n\+\treturn a - b;$/m, 'with its difference');
like($out, qr/^== moved \(src\/backend\/b\.c\) is the same but for comments and layout; .*\n   it was in src\/backend\/a\.c$/m, 'what moved is found');
like($out, qr/^== spoken .* is the same but for comments and layout/m, 'a comment is no change');
like($out, qr/^== gone .* is gone; followed in our\.c:5 $/m, 'what went is named');
like($out, qr/^== Nameless .* is changed/m, 'a type whose name comes last');
like($out, qr/^== WIDE .* is changed/m, 'a macro of several lines');
like($out, qr/^== table .* is changed/m, 'a table');

# A change of words alone changes nothing.
file('ours/our.c', "/*\n * Follows spoken (src/backend/a.c, REL_18_STABLE)\n */\n");
is((compare("$dir/ours", "$dir/old", "$dir/new"))[0], 0, 'nor does it change the exit status');

# What is nowhere, and what is no origin.
file('ours/our.c', "/*\n * Follows nobody (src/backend/a.c, REL_18_STABLE)\n */\n");
($status, $out, $err) = compare("$dir/ours", "$dir/old", "$dir/new");
like("$status:$out", qr/^2:nobody .* is not there; followed in our\.c:2 $/, 'a name that is nowhere');
file('old/configure.ac', "AC_INIT([PostgreSQL], [17.4], [x])\n");
file('new/configure.ac', "AC_INIT([PostgreSQL], [19beta1], [x])\n");
is((compare("$dir/ours", "$dir/old", "$dir/new"))[0], 0, 'but not where the trees are of other releases');
foreach my $bad ('Follows changed', 'Follows changed (src/backend/a.c)', 'Follows changed (a.c, REL_18_STABLE)', 'Follows changed (src/backend/a.c, 18)')
{
	file('ours/our.c', "/*\n * $bad\n */\n");
	($status, $out, $err) = compare("$dir/ours");
	like("$status:$err", qr/^2:our\.c:2 is no origin: \Q$bad\E/, "\"$bad\" is no origin");
}
($status, $out, $err) = compare("$dir/ours", "$dir/nowhere");
is($status, 2, 'no tree');

done_testing();
