
# An extension updated from any released version has the objects a fresh one has.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# Everything that belongs to the extension, in words.
sub members
{
	my ($ext) = @_;

	return $node->safe_psql('postgres', qq(
		SELECT pg_describe_object(d.classid, d.objid, 0),
			   obj_description(d.objid, d.classid::regclass::name),
			   CASE WHEN p.prokind = 'f' THEN pg_get_functiondef(p.oid) END
		  FROM pg_depend d
		  JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
		  LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
		 WHERE d.deptype = 'e' AND e.extname = '$ext'
		 ORDER BY 1));
}

foreach my $ext (qw(math_utils arch_inspect arch_lab))
{
	$node->safe_psql('postgres', "CREATE EXTENSION $ext CASCADE");
	my $fresh = members($ext);
	isnt($fresh, '', "$ext has members");

	my $old = $node->safe_psql('postgres', qq(
		SELECT version FROM pg_available_extension_versions
		 WHERE name = '$ext' AND NOT installed ORDER BY 1));

	foreach my $version (split /\n/, $old)
	{
		$node->safe_psql('postgres', qq(
			DROP EXTENSION $ext;
			CREATE EXTENSION $ext VERSION '$version';
			ALTER EXTENSION $ext UPDATE));
		is(members($ext), $fresh, "$ext updated from $version is like new");
	}
}

$node->stop;

done_testing();
