
# The C files are laid out as PostgreSQL's are, as far as a script can tell, and
# it can tell: every fault that it knows is found in a file made up here.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

my ($said, $err) = run_command([ 'tools/check_style.sh' ]);
is($?, 0, 'the C files keep the style') or diag($said, $err);
is($err, '', 'and nothing is complained of beside');

my %fault = (
	'a brace on the line of its statement' => "\tif (x) {\n",
	'else on the line of a brace' => "\t} else\n",
	'no blank before a parenthesis' => "\twhile(x)\n",
	'a comment of //' => "\t// x\n",
	'blanks at the end of the line' => "\tx = 1; \n",
	'indented by spaces' => "        x = 1;\n",
	'a tab behind spaces' => "  \tx = 1;\n",
	'argues nowhere' => "\tpid = GetPGProcByNumber(i)->pid;\n",
	'wider than 78 columns' => "\t/* " . 'x' x 75 . " */\n");
foreach my $what (sort keys %fault)
{
	my $dir = PostgreSQL::Test::Utils::tempdir();
	mkdir "$dir/$_" foreach qw(common fuzz tools one one/src);
	append_to_file("$dir/one/src/a.c", "/* sound */\nint\nmain(void)\n{\n\treturn 0;\n}\n");
	append_to_file("$dir/tools/style_width.txt", '');
	run_command([ 'tools/check_style.sh', $dir ]);
	is($?, 0, 'a sound file is');
	append_to_file("$dir/one/src/a.c", "\tsay(\"" . 'x' x 75 . "\");\n");
	run_command([ 'tools/check_style.sh', $dir ]);
	is($?, 0, 'and one with a long message');
	append_to_file("$dir/one/src/a.c", $fault{$what});
	($said, $err) = run_command([ 'tools/check_style.sh', $dir ]);
	isnt($?, 0, "found: $what");
	like($said, qr/\Q$what\E/, '  and told');
}

done_testing();
