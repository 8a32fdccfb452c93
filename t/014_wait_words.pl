# The table of wait events is searched by halves: every row must be one, and
# stand where the search looks for it.
use strict;
use warnings;
use Test::More;

my $file = 'arch_inspect/src/words/wait_words_data.h';
open my $fh, '<', $file or die "$file: $!";
my $rest = do { local $/; <$fh> };
close $fh;

my @rows;
$rest =~ s{\A.*?\*/}{}s;
push @rows, [ lc $1, lc $2, $3 ] while $rest =~ s/\A\s*\{"(\w+)",\s+"(\w+)",\s+"((?:[^"\\]|\\.)+)"\},\n//;
my @stray = $rest =~ /\S.*/g;

is("@stray", '', 'each line is an event with its words');
cmp_ok(scalar(@rows), '>', 200, 'and there are many');

my @unsorted;
for (1 .. $#rows)
{
	my $order = $rows[ $_ - 1 ][0] cmp $rows[$_][0] || $rows[ $_ - 1 ][1] cmp $rows[$_][1];
	push @unsorted, "$rows[$_][0] $rows[$_][1]" unless $order < 0;
}
is("@unsorted", '', 'in the order of lower(type), lower(name), each once');
is(join(' ', map { $_->[1] } grep { $_->[2] =~ /\.$|^[^A-Z]/ } @rows),
	'', 'the words begin large and have no full stop');

done_testing();
