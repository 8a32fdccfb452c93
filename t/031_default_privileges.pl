
# What others may do with the extensions' objects does not depend on the default
# privileges of whoever creates them, nor on what a schema allowed before; and
# where somebody can change what others will run, findings says so.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', qq(
max_worker_processes = 20
fsync = off
));
$node->start;
$node->safe_psql('postgres', q(
	CREATE ROLE dev LOGIN;
	CREATE ROLE monitor LOGIN IN ROLE pg_monitor;
	CREATE ROLE admin LOGIN SUPERUSER;
	CREATE DATABASE plain; CREATE DATABASE generous; CREATE DATABASE strict; CREATE DATABASE prepared; CREATE DATABASE dumped));

# rights DATABASE, whose: all that anybody but the owner may do, object by object
sub rights
{
	my ($dbname) = @_;
	return $node->safe_psql($dbname, q(
		SELECT pg_describe_object(m.classid, m.objid, 0), a.grantee::regrole, a.privilege_type, a.is_grantable
		  FROM (SELECT d.classid, d.objid FROM pg_depend AS d
				  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
				 WHERE d.deptype = 'e' AND e.extname ~ '^(arch|math)_'
				UNION SELECT 'pg_namespace'::regclass, n.oid FROM pg_namespace AS n WHERE n.nspname ~ '^arch_') AS m
		  LEFT JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
		  LEFT JOIN pg_class AS c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
		  LEFT JOIN pg_type AS t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
		  LEFT JOIN pg_namespace AS n ON m.classid = 'pg_namespace'::regclass AND n.oid = m.objid
		  CROSS JOIN LATERAL aclexplode(CASE
				WHEN p.oid IS NOT NULL THEN coalesce(p.proacl, acldefault('f', p.proowner))
				WHEN c.oid IS NOT NULL THEN coalesce(c.relacl, acldefault('r', c.relowner))
				WHEN t.oid IS NOT NULL THEN coalesce(t.typacl, acldefault('T', t.typowner))
				WHEN n.oid IS NOT NULL THEN coalesce(n.nspacl, acldefault('n', n.nspowner)) END) AS a
		 WHERE a.grantee <> coalesce(p.proowner, c.relowner, t.typowner, n.nspowner)
		 ORDER BY 1, 2, 3, 4));
}

$node->safe_psql('plain', 'CREATE EXTENSION arch_lab CASCADE');
my $plain = rights('plain');
cmp_ok(scalar(split /\n/, $plain), '>', 200, 'the objects have rights');
unlike($plain, qr/\|(INSERT|UPDATE|DELETE|TRUNCATE|TRIGGER|REFERENCES|CREATE|MAINTAIN)\|/, 'none of them to write');
unlike($plain, qr/\|(?!-\||pg_)[^|]*\|[A-Z]+\|/, 'and none for a role that is not the server\'s');

# to dev, to everybody and to the monitors all there is, also to pass it on
my @kinds = qw(TABLES SEQUENCES FUNCTIONS TYPES SCHEMAS);
foreach my $kind (@kinds)
{
	$node->safe_psql('generous', "ALTER DEFAULT PRIVILEGES GRANT ALL ON $kind TO dev, pg_monitor WITH GRANT OPTION");
	$node->safe_psql('generous', "ALTER DEFAULT PRIVILEGES GRANT ALL ON $kind TO PUBLIC");
}
$node->safe_psql('generous', 'CREATE TABLE control (); CREATE SCHEMA control');
is( $node->safe_psql('generous', q(SELECT has_table_privilege('dev', 'control', 'INSERT'), has_schema_privilege('dev', 'control', 'CREATE'))),
	't|t', 'default privileges are in force');
$node->safe_psql('generous', 'CREATE EXTENSION arch_lab CASCADE');
is(rights('generous'), $plain, 'generous default privileges give nobody more');
my ($rc, $out, $err) = $node->psql('generous', q(CREATE FUNCTION arch_lab.play(varchar) RETURNS text LANGUAGE sql RETURN 'mine'), extra_params => [ '-U', 'dev' ]);
like($err, qr/permission denied for schema arch_lab/, 'nor the right to put an overload there');

# and for the schema that a superuser's walk makes
$node->safe_psql('generous', 'ALTER DATABASE generous SET search_path = public');
my $walk = $node->safe_psql('generous', q(
	SELECT split_part(arch_lab.desk_open(), ',', 1) AS home \gset
	SELECT :'home' ~ '^arch_lab_\d+$', has_schema_privilege('dev', :'home', 'CREATE, USAGE'), has_schema_privilege('dev', 'arch_desk', 'CREATE');
	SELECT arch_lab.desk_close()));
like($walk, qr/^t\|f\|f$/m, 'the schema of a walk is the walker\'s alone');

# from everybody what is for everybody
$node->safe_psql('strict', "ALTER DEFAULT PRIVILEGES REVOKE ALL ON $_ FROM PUBLIC") foreach (qw(FUNCTIONS TYPES));
$node->safe_psql('strict', 'CREATE EXTENSION arch_lab CASCADE; GRANT USAGE ON SCHEMA public TO PUBLIC');
is(rights('strict'), $plain, 'strict default privileges take nothing from anybody');
is($node->safe_psql('strict', q(SELECT square(12), '1/2'::rational + '1/3'::rational), extra_params => [ '-U', 'dev' ]), '144|5/6', 'math_utils is for all');

# schemas made before
foreach my $case (
	[ 'that is empty', 'REVOKE ALL ON SCHEMA %s FROM PUBLIC' ],
	[ 'that others may create in', 'GRANT CREATE ON SCHEMA %s TO dev' ],
	[ 'that everybody may create in', 'GRANT CREATE ON SCHEMA %s TO PUBLIC' ],
	[ 'of another role', 'ALTER SCHEMA %s OWNER TO dev' ],
	[ 'that holds something', 'CREATE FUNCTION %s.f() RETURNS int LANGUAGE sql RETURN 1' ])
{
	my ($what, $sql) = @$case;
	foreach my $schema (qw(arch_inspect arch_parts arch_lab))
	{
		my $ext = $schema eq 'arch_lab' ? 'arch_lab' : 'arch_inspect';
		$node->safe_psql('prepared', 'DROP SCHEMA IF EXISTS arch_inspect, arch_parts, arch_lab CASCADE');
		$node->safe_psql('prepared', "CREATE SCHEMA $schema; " . sprintf($sql, $schema));
		($rc, $out, $err) = $node->psql('prepared', "CREATE EXTENSION $ext CASCADE");
		like($err, qr/schema "$schema" exists already and can not be trusted/, "$ext does not go into a schema $schema $what");
	}
}
$node->safe_psql('prepared', q(
	DROP SCHEMA IF EXISTS arch_inspect, arch_parts, arch_lab CASCADE;
	CREATE EXTENSION arch_lab CASCADE));
is(rights('prepared'), $plain, 'it makes its own, with its own rights');

# a restored dump has them too, in one transaction as well as in many
my ($dump) = run_command([ 'pg_dump', '-Fp', '-d', $node->connstr('generous'), '--exclude-schema=control', '--exclude-table=control' ]);
$dump =~ s/^\\(un)?restrict .*\n//gm;
$node->safe_psql('dumped', "BEGIN;\n$dump\nCOMMIT;");
is(rights('dumped'), $plain, 'and when it was dumped and restored');

# The rule of findings: silent on all of these, and on what looks alike.
$node->safe_psql('plain', q(
	CREATE TABLE lesson_steps (i int); GRANT ALL ON lesson_steps TO dev;
	CREATE SCHEMA arch_labels; GRANT CREATE ON SCHEMA arch_labels TO dev;
	CREATE FUNCTION play(text) RETURNS int LANGUAGE sql RETURN 1; ALTER FUNCTION play(text) OWNER TO dev;
	CREATE SCHEMA dev AUTHORIZATION dev;
	GRANT SELECT, REFERENCES ON arch_lab.lesson_steps TO dev;
	GRANT CREATE ON SCHEMA arch_lab TO admin));
sub open_to_others
{
	my ($dbname) = @_;
	return $node->safe_psql($dbname, q(
		SELECT subject, evidence FROM arch_inspect.findings WHERE rule = 'suite_open_to_others' ORDER BY subject COLLATE "C"));
}
is(open_to_others($_), '', "nothing is open to others: $_") foreach (qw(plain generous strict prepared dumped));
$node->safe_psql('plain', q(
	GRANT INSERT, TRIGGER ON arch_lab.lesson_steps TO dev;
	GRANT UPDATE (n) ON arch_lab.lesson_claims TO PUBLIC;
	GRANT CREATE ON SCHEMA arch_desk, arch_parts TO dev;
	CREATE FUNCTION arch_inspect.planted() RETURNS int LANGUAGE sql RETURN 1; ALTER FUNCTION arch_inspect.planted() OWNER TO dev;
	ALTER FUNCTION square(int) OWNER TO dev;
	ALTER SCHEMA arch_lab OWNER TO dev));
is(open_to_others('plain'), join("\n",
		'function arch_inspect.planted()|belongs to dev, who is no superuser',
		'function square(integer)|belongs to dev, who is no superuser',
		'schema arch_desk|dev may CREATE',
		'schema arch_lab|belongs to dev, who is no superuser',
		'schema arch_parts|dev may CREATE',
		'view arch_lab.lesson_claims|everybody may UPDATE',
		'view arch_lab.lesson_steps|dev may INSERT, TRIGGER'),
	'each thing that others can change is named');

# What is played is not what such a right lets anybody write, nor is it what
# those may write who may write every table.
$node->safe_psql('plain', q(ALTER SCHEMA arch_lab OWNER TO CURRENT_USER; GRANT ALL ON arch_lab.lesson_steps, arch_lab.lesson_claims TO dev; GRANT pg_write_all_data TO dev));
foreach my $view (qw(lesson_steps lesson_claims))
{
	($rc, $out, $err) = $node->psql('plain', "UPDATE arch_lab.$view SET script = 'reader: SELECT 1'", extra_params => [ '-U', 'dev' ]);
	like($err, qr/cannot update view "$view"/, "$view can not be written");
}
$node->safe_psql('plain', q(
	CREATE FUNCTION dev.instead() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE TRIGGER mine INSTEAD OF UPDATE ON arch_lab.lesson_steps FOR EACH ROW EXECUTE FUNCTION dev.instead();
	UPDATE arch_lab.lesson_steps SET script = 'reader: SELECT 1'), extra_params => [ '-U', 'dev' ]);
is($node->safe_psql('plain', q(SELECT bool_and(holds), bool_or(ran = 'reader: SELECT 1') FROM arch_lab.walkthrough('Introduction'))), 't|f', 'and the lesson is what it was');

$node->stop;

done_testing();
