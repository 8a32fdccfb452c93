
# The extension's catalogue of exercises is what the files say, and so is the
# page that is made of them.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Exercises;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = Exercises::server();
my @all = Exercises::all();
is($node->safe_psql('postgres', 'SELECT string_agg(key, \' \' ORDER BY n) FROM arch_lab.exercises'),
	join(' ', map { $_->{key} } @all), 'the extension has the exercises of the files');
is($node->safe_psql('postgres', 'SELECT count(*) FROM arch_lab.exercise_list() WHERE num_nulls(key, section_no, section, title, level, minutes, makes, doc, source) > 0'),
	'0', 'each with a whole head');
is($node->safe_psql('postgres', 'SELECT string_agg(key, \' \') FROM arch_lab.exercises WHERE length(key) > 16 OR length(title) > 42'),
	'', 'the catalogue is as wide as a screen');

my ($page) = run_command([ 'tools/exercises.pl' ]);
ok(slurp_file('doc/exercises.md') =~ s/\s+\z//r eq $page =~ s/\s+\z//r, 'doc/exercises.md is what tools/exercises.pl makes');
is(scalar(grep { $_->{section} !~ /^[1-9]$/ } @all), 0, 'each is of a section, and proven in one of these files');
$node->stop;

done_testing();
