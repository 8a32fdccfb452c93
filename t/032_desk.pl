
# The lesson runs as whoever walks it, so nothing that others can put somewhere
# is called in it: not what the database's owner has in public, where math_utils
# and pgcrypto lie, nor what somebody else put into the walker's own schema.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', qq(
max_worker_processes = 24
fsync = off
log_min_messages = warning
));
$node->start;
my $seen = -s $node->logfile;
$node->safe_psql('postgres', q(
	CREATE ROLE teacher LOGIN; CREATE ROLE pupil LOGIN; CREATE ROLE other LOGIN; CREATE ROLE reads_all LOGIN IN ROLE pg_read_all_data;
	CREATE DATABASE school OWNER teacher));
sub by
{
	my ($role, $sql) = @_;
	return $node->safe_psql('school', $sql, extra_params => [ '-U', $role ]);
}

# The extensions lie in public, which is the teacher's.
$node->safe_psql('school', 'CREATE EXTENSION arch_lab CASCADE');
is( $node->safe_psql('school', q(SELECT string_agg(extnamespace::regnamespace::text, ' ') FROM pg_extension WHERE extname IN ('math_utils', 'pgcrypto'))),
	'public public', 'math_utils and pgcrypto are in public');

# Functions and operators that match the lesson's calls better than those of
# pg_catalog and of the two extensions.
by('teacher', q(
	DO $$
	DECLARE
		f text;
		o text;
	BEGIN
		FOREACH f IN ARRAY ARRAY[
			'pg_relation_size(text)', 'pg_relation_size(text, text)', 'pg_total_relation_size(text)', 'crypt(varchar, text)', 'crypt(text, varchar)',
			'gen_salt(varchar)', 'gen_salt(name, int)', 'gen_salt(varchar, int)', 'square(oid)', 'square(varchar)', 'sha256(text)', 'round(float8, int)',
			'length(varchar)', 'repeat(varchar, int)', 'left(text, bigint)', 'count(int)', 'sum(regclass)', 'array_length(int[])',
			'pg_size_pretty(int)', 'octet_length(varchar)', 'pg_column_size(text)', 'pg_column_compression(text)', 'min(int)', 'max(int)', 'hashtext(varchar)'] LOOP
			EXECUTE format('CREATE FUNCTION public.%s RETURNS text LANGUAGE plpgsql AS %L', f, format('BEGIN RAISE WARNING %L; RETURN NULL; END', 'TRAP ' || f));
		END LOOP;
		FOREACH f IN ARRAY ARRAY['int8, numeric', 'numeric, int4', 'text, int4', 'text, pg_lsn', 'interval, int4', 'name, text', 'oid, int4', 'text, name', 'oid, regclass'] LOOP
			EXECUTE format('CREATE FUNCTION public.op(%s) RETURNS bool LANGUAGE plpgsql AS %L', f, format('BEGIN RAISE WARNING %L; RETURN NULL; END', 'TRAP operator ' || f));
			FOREACH o IN ARRAY ARRAY['=', '<>', '>', '<', '+', '-', '*', '/', '||'] LOOP
				EXECUTE format('CREATE OPERATOR public.%s (FUNCTION = public.op, LEFTARG = %s, RIGHTARG = %s)', o, split_part(f, ', ', 1), split_part(f, ', ', 2));
			END LOOP;
		END LOOP;
	END $$));

sub sprung
{
	my $log = slurp_file($node->logfile, $seen);
	$seen = -s $node->logfile;
	my %traps = map { $_ => 1 } $log =~ /WARNING:  TRAP (.*)/g;
	return join("\n", sort keys %traps);
}
is(sprung(), '', 'nothing is called yet');
$node->safe_psql('school', q(SELECT pg_relation_size('pg_class'); SELECT 1::numeric * 2));
is(sprung(), "operator numeric, int4\npg_relation_size(text)", 'an ordinary session would call them');

# by a superuser, by the owner of the schema, and by one who has only their own
$node->safe_psql('school', 'CREATE SCHEMA AUTHORIZATION pupil');
foreach my $who ('', 'pupil')
{
	my @as = $who ? (extra_params => [ '-U', $who ]) : ();
	my $name = $who || 'a superuser';
	is($node->safe_psql('school', 'SELECT section_no, step, result FROM arch_lab.walkthrough() WHERE holds IS NOT TRUE', @as), '', "$name walks the lesson");
	is(sprung(), '', 'and calls nothing of the teacher\'s');
	is($node->safe_psql('school', 'SELECT n, evidence FROM arch_lab.claims() WHERE holds IS NOT TRUE', @as), '', "$name checks the claims");
	is(sprung(), '', 'and calls nothing of the teacher\'s');
}

# The questions from here on are not for traps either.
$ENV{PGOPTIONS} = '-c search_path=pg_catalog';

# What the path leads through: nobody but the caller or a superuser may create there.
my $path = q(
	SELECT n.nspname, r.rolname
	  FROM unnest(parse_ident(replace((SELECT arch_lab.desk_open()), ', ', '.'))) AS s (name)
	  JOIN pg_namespace AS n ON n.nspname = s.name
	  JOIN pg_roles AS r ON has_schema_privilege(r.oid, n.oid, 'CREATE') AND NOT r.rolsuper AND r.rolname <> current_user
);
is($node->safe_psql('school', "$path; SELECT arch_lab.desk_close()", extra_params => [ '-U', 'pupil' ]), '', 'in a schema of one\'s own nobody else may create');
is($node->safe_psql('school', q(SELECT bool_and(d.deptype = 'n' AND x.refobjid IS NOT NULL), count(*) > 5 FROM pg_proc AS p
		JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass
		LEFT JOIN pg_depend AS x ON x.classid = 'pg_proc'::regclass AND x.objid = d.refobjid AND x.deptype = 'e'
		WHERE p.pronamespace = 'arch_desk'::regnamespace)), 't|t', 'what lies in arch_desk is bound to members of the extensions');
is($node->safe_psql('school', q(SELECT count(*) FROM pg_proc AS p, pg_proc AS m, pg_depend AS d
		WHERE p.pronamespace = 'arch_desk'::regnamespace AND d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = m.oid
		  AND (p.proname, p.proargtypes, p.prorettype, p.provolatile, p.proparallel, p.proisstrict) IS DISTINCT FROM (m.proname, m.proargtypes, m.prorettype, m.provolatile, m.proparallel, m.proisstrict))),
	'0', 'and is like it');

# refused WHAT, SQL, UNDO, LIKE: the pupil's schema is not taken after SQL
sub refused
{
	my ($what, $sql, $undo, $like) = @_;
	$node->safe_psql('school', $sql);
	my ($rc, $out, $err) = $node->psql('school', "SELECT count(*) FROM arch_lab.walkthrough('1')", extra_params => [ '-U', 'pupil' ]);
	like($err, qr/role "pupil" has no schema of its own alone to work in\nDETAIL:  In schema "pupil" of yours, $like/, "refused: $what");
	$node->safe_psql('school', $undo);
	is($node->safe_psql('school', "SELECT bool_and(holds) FROM arch_lab.walkthrough('1')", extra_params => [ '-U', 'pupil' ]), 't', 'and taken when that is undone');
}
refused('others may create', 'GRANT CREATE ON SCHEMA pupil TO other', 'REVOKE CREATE ON SCHEMA pupil FROM other', 'other may create objects');
refused('everybody may', 'GRANT CREATE ON SCHEMA pupil TO PUBLIC', 'REVOKE CREATE ON SCHEMA pupil FROM PUBLIC', 'everybody may create objects');
refused('a function of another\'s lies there', 'CREATE FUNCTION pupil.pg_relation_size(text) RETURNS int LANGUAGE sql RETURN 1; ALTER FUNCTION pupil.pg_relation_size(text) OWNER TO other',
	'DROP FUNCTION pupil.pg_relation_size(text)', 'function pupil.pg_relation_size\(text\) belongs to other');
refused('an operator', 'CREATE OPERATOR pupil.= (FUNCTION = pg_catalog.int4eq, LEFTARG = int4, RIGHTARG = int4); ALTER OPERATOR pupil.= (int4, int4) OWNER TO other',
	'DROP OPERATOR pupil.= (int4, int4)', 'operator pupil.=\(integer,integer\) belongs to other');
refused('a type', 'CREATE DOMAIN pupil.int AS int4; ALTER DOMAIN pupil.int OWNER TO other', 'DROP DOMAIN pupil.int', 'type pupil."?int"? belongs to other');
refused('triggers by default', 'GRANT USAGE ON SCHEMA pupil TO other; ALTER DEFAULT PRIVILEGES FOR ROLE pupil GRANT TRIGGER ON TABLES TO other',
	'ALTER DEFAULT PRIVILEGES FOR ROLE pupil REVOKE TRIGGER ON TABLES FROM other', 'other may put triggers');
refused('triggers by those who reach every schema', 'ALTER DEFAULT PRIVILEGES FOR ROLE pupil GRANT TRIGGER ON TABLES TO reads_all',
	'ALTER DEFAULT PRIVILEGES FOR ROLE pupil REVOKE TRIGGER ON TABLES FROM reads_all', 'reads_all may put triggers');

# What looks alike and is nobody else's: a superuser's, the caller's, and a
# right that does not reach.
$node->safe_psql('school', q(
	CREATE FUNCTION pupil.helper() RETURNS int LANGUAGE sql RETURN 1;
	CREATE FUNCTION pupil.mine() RETURNS int LANGUAGE sql RETURN 1; ALTER FUNCTION pupil.mine() OWNER TO pupil;
	GRANT USAGE ON SCHEMA pupil TO teacher;
	REVOKE USAGE ON SCHEMA pupil FROM other;
	ALTER DEFAULT PRIVILEGES FOR ROLE pupil GRANT TRIGGER ON TABLES TO other;
	ALTER DEFAULT PRIVILEGES FOR ROLE pupil GRANT SELECT ON TABLES TO PUBLIC));
is($node->safe_psql('school', "SELECT bool_and(holds) FROM arch_lab.walkthrough('2')", extra_params => [ '-U', 'pupil' ]), 't', 'what is nobody else\'s is no hindrance');

# Another schema of theirs is taken where the first is not their own alone.
$node->safe_psql('school', 'GRANT CREATE ON SCHEMA pupil TO other; CREATE SCHEMA quiet AUTHORIZATION pupil');
is($node->safe_psql('school', q(SELECT split_part(arch_lab.desk_open(), ',', 1); SELECT arch_lab.desk_close()), extra_params => [ '-U', 'pupil' ]) =~ s/\n//r, 'quiet', 'the schema that is theirs alone');

# A superuser whose new tables are for those who reach every schema.
$node->safe_psql('school', 'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO reads_all');
my ($rc, $out, $err) = $node->psql('school', "SELECT count(*) FROM arch_lab.walkthrough('1')");
like($err, qr/the lesson's schema can not be kept for its owner alone\nDETAIL:  In it, reads_all may put triggers/, 'a new schema that is not the walker\'s alone is not worked in');
is($node->safe_psql('school', q(SELECT count(*) FROM pg_namespace WHERE nspname ~ '^arch_lab_')), '0', 'nor left behind');

$node->stop;

done_testing();
