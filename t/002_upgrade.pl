
# An extension updated from any released version has the objects a fresh one
# has.  No version may lack a way to the newest, and the comparison itself is
# tried on an old version made up here, once with a true update script and once
# with one that forgets something.

use strict;
use warnings;

use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# An installation of this test's own: other tests look for update scripts too.
my $dir = PostgreSQL::Test::Utils::tempdir_short();
my ($pg_config, $said) = run_command([ 'tools/private_tree.sh', $ENV{PG_CONFIG} // 'pg_config', "$dir/install" ]);
is($?, 0, 'copied the installation') or BAIL_OUT($said);
my $node = PostgreSQL::Test::Cluster->new('main', install_path => dirname(dirname($pg_config)));
$node->init;
$node->start;

# Everything that belongs to the extension, in words: what it is, its comment,
# its definition and who may use it.
sub members
{
	my ($ext) = @_;

	return $node->safe_psql('postgres', qq(
		SELECT pg_describe_object(d.classid, d.objid, 0),
			   obj_description(d.objid, d.classid::regclass::name),
			   CASE WHEN p.prokind IN ('f', 'p', 'w') THEN pg_get_functiondef(p.oid) END,
			   CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END,
			   p.proacl, c.relacl, c.reloptions, n.nspacl
		  FROM pg_depend d
		  JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
		  LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
		  LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
		  LEFT JOIN pg_namespace n ON d.classid = 'pg_namespace'::regclass AND d.objid = n.oid
		 WHERE d.deptype = 'e' AND e.extname = '$ext'
		 ORDER BY 1));
}

# The extension's members after an update from $version.
sub updated
{
	my ($ext, $version) = @_;

	$node->safe_psql('postgres', qq(
		DROP EXTENSION $ext CASCADE;
		CREATE EXTENSION $ext VERSION '$version' CASCADE;
		ALTER EXTENSION $ext UPDATE));
	return members($ext);
}

foreach my $ext (qw(math_utils arch_inspect arch_lab))
{
	$node->safe_psql('postgres', "CREATE EXTENSION IF NOT EXISTS $ext CASCADE");
	my $fresh = members($ext);
	isnt($fresh, '', "$ext has members");

	my $default = $node->safe_psql('postgres',
		"SELECT default_version FROM pg_available_extensions WHERE name = '$ext'");
	is($node->safe_psql('postgres', qq(
			SELECT string_agg(source, ' ') FROM pg_extension_update_paths('$ext')
			 WHERE target = '$default' AND path IS NULL)),
		'', "every version of $ext leads to $default");

	my $old = $node->safe_psql('postgres', qq(
		SELECT version FROM pg_available_extension_versions
		 WHERE name = '$ext' AND version <> '$default' ORDER BY 1));
	foreach my $version (split /\n/, $old)
	{
		is(updated($ext, $version), $fresh, "$ext updated from $version is like new");
	}
	$node->safe_psql('postgres', "CREATE EXTENSION IF NOT EXISTS $ext CASCADE");
}

# The made-up old versions
{
	my ($extensions) = map { "$_/extension" } $node->config_data('--sharedir');
	my $whole = slurp_file("$extensions/math_utils--1.0.sql");
	my ($function) = $whole =~ /^(CREATE FUNCTION square\(x smallint\).*?;\n)/ms;
	my ($comment) = $whole =~ /^(COMMENT ON FUNCTION square\(smallint\).*?';\n)/ms;
	ok($function && $comment, 'found a function to leave out');

	(my $older = $whole) =~ s/\Q$function\E//;
	$older =~ s/\Q$comment\E//;

	$node->safe_psql('postgres', 'CREATE EXTENSION IF NOT EXISTS math_utils');
	my $fresh = members('math_utils');
	append_to_file("$extensions/math_utils--0.8.sql", $older);
	append_to_file("$extensions/math_utils--0.8--1.0.sql", $function . $comment);
	append_to_file("$extensions/math_utils--0.9.sql", $older);
	append_to_file("$extensions/math_utils--0.9--1.0.sql", $function);
	is(updated('math_utils', '0.8'), $fresh, 'an update that adds what is new is like new');
	isnt(updated('math_utils', '0.9'), $fresh, 'one that forgets a comment is found out');
}

$node->stop;

done_testing();
