
# The way to an instrument: each page that instruments names is there and tells
# of the instrument; each example runs in psql as it stands, on a standby too;
# and neither \df nor \dv meets what is not for people to call.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "autovacuum = off\nfsync = off");
$primary->start;
$primary->safe_psql('postgres', $_) foreach (
	'CREATE EXTENSION arch_inspect', 'CREATE ROLE finder LOGIN', 'CREATE ROLE monitor LOGIN IN ROLE pg_monitor',
	'CREATE SCHEMA finder AUTHORIZATION finder');
$primary->safe_psql('postgres', q(
	CREATE TABLE finder."My ""table""" (id int PRIMARY KEY, "Some words" text);
	INSERT INTO finder."My ""table""" SELECT i, repeat(md5(i::text), 400) FROM generate_series(1, 200) AS i;
	UPDATE finder."My ""table""" SET id = id + 1000 WHERE id % 10 = 0;
	CREATE UNLOGGED TABLE finder.unlogged AS SELECT repeat('x', 1000) FROM generate_series(1, 2000)), extra_params => [ '-U', 'finder' ]);
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

# the pages
my %page = map { /(.*)\|(.*)/ } split /\n/, $primary->safe_psql('postgres', 'SELECT instrument, page FROM arch_inspect.instruments');
cmp_ok(scalar(keys %page), '>', 50, 'instruments has rows');
foreach my $name (sort keys %page)
{
	my $text = -e $page{$name} ? slurp_file($page{$name}) : '';
	like($text, qr/\b$name\b/, "$page{$name} tells of $name");
}

# the examples, to the letter, as a reader would paste them
foreach my $node ($primary, $standby)
{
	my $where = $node->name;
	is($node->safe_psql('postgres', q(SELECT example FROM arch_inspect.instruments WHERE instrument = 'why_dead'), extra_params => [ '-U', 'finder' ]),
		$node == $primary
		? q(SELECT kind, holder, versions, bytes FROM arch_inspect.why_dead('finder.unlogged'))
		: q(SELECT kind, holder, versions, bytes FROM arch_inspect.why_dead('finder."My ""table"""')),
		"the largest table that can be read on the $where");
	foreach my $role ('finder', 'monitor', scalar getpwuid($<))
	{
		my @who = (extra_params => [ '-U', $role ]);
		my @rows = map { [ split /\|/, $_, 3 ] } split /\n/,
		  $node->safe_psql('postgres', 'SELECT instrument, may_i, example FROM arch_inspect.instruments', @who);
		my ($rc, $out, $err) = $node->psql('postgres', join("\n", 'SET client_min_messages = warning;',
				map { "\\warn == $_->[0] $_->[1]\n$_->[2];" } @rows), @who, on_error_stop => 0);
		my @said = $err =~ /^== (\w+ [tf])(?:\n|\z)((?:(?!== ).*\n?)*)/mg;
		is(scalar(@said), 2 * @rows, "all are tried as $role on the $where");
		my @wrong;
		while (my ($what, $error) = splice @said, 0, 2)
		{
			push @wrong, "$what: $error" if $what =~ / t/ ? $error ne '' : $error !~ /permission denied/;
		}
		is(join("\n", @wrong), '', scalar(@rows) . " examples as $role on the $where");
	}
}
$standby->stop;

# what \df and \dv show
my $names = $primary->safe_psql('postgres', "\\df arch_inspect.*\n\\dv arch_inspect.*");
like($names, qr/^arch_inspect\|why_dead\|/m, '\df shows what is for people');
unlike($names, qr/arch_parts/, 'and names no part');
is($primary->safe_psql('postgres', '\df *process_scan'), '', 'nor are the parts on the search path');
my $widest = (sort { $b <=> $a } map { length } split /\n/, $primary->safe_psql('postgres', "\\dv+ arch_inspect.*"))[0];
cmp_ok($widest, '<', 150, 'the comments of \dv+ are lines that a screen holds');

$primary->stop;

done_testing();
