
# Whatever others have put where a name might be looked for, none of it runs:
# not while the extensions are made, nor when a superuser calls what they hold.
#
# Four schemas (that of math_utils, that of pgcrypto, public and one of the
# caller's, all before pg_catalog in the search_path) are filled with traps:
# functions of every name and argument types that pg_catalog has, and of types
# that would match a call better, operators, types and relations.  A trap that
# is sprung says so in the log.

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
autovacuum = off
log_min_messages = warning
));
$node->start;
my $seen = -s $node->logfile;

# What the scripts call, by name.
my %called;
foreach my $file (glob('*/install/*.sql */upgrade/*.sql'))
{
	my $text = slurp_file($file);
	$called{$1} = 1 while $text =~ /\b([a-z_][a-z0-9_]*)\s*\(/g;
}
ok(keys %called > 100, 'names are called in the scripts');

# plain: a query that no trap is in the way of
sub plain
{
	my ($sql, @more) = @_;
	local $ENV{PGOPTIONS} = '-c search_path=pg_catalog';
	return $node->safe_psql('trapped', $sql, @more);
}

# sprung WHAT: the traps in the log since the last look
sub sprung
{
	my $log = slurp_file($node->logfile, $seen);
	$seen = -s $node->logfile;
	my %traps = map { $_ => 1 } $log =~ /WARNING:  TRAP (.*)/g;
	return join("\n", sort keys %traps);
}

$node->safe_psql('postgres', 'CREATE ROLE dev LOGIN; CREATE DATABASE trapped OWNER dev');
plain('CREATE SCHEMA its_math; CREATE SCHEMA its_crypto; CREATE SCHEMA mine', extra_params => [ '-U', 'dev' ]);
plain(q(
	CREATE SCHEMA lab;
	CREATE SEQUENCE lab.oids START 20000000;
	CREATE FUNCTION lab.sprung(what text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'TRAP %', what; RETURN true; END $$;
	CREATE FUNCTION lab.base(int8, int8) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
	CREATE OPERATOR lab.### (FUNCTION = lab.base, LEFTARG = int8, RIGHTARG = int8);
	CREATE TABLE lab.called (name text);
	CREATE TABLE lab.functions (name text, args oid[], ret oid);
	CREATE TABLE lab.operators (name text, l oid, r oid, ret oid);
	CREATE TABLE lab.types AS SELECT t.oid, t.typarray AS arr, i AS n
	  FROM unnest(ARRAY['text', 'int4', 'int8', 'name', 'oid', '"char"', 'numeric', 'float8', 'bool', 'timestamptz', 'interval', 'int2',
		'regclass', 'pg_lsn', 'xid', 'tid', 'varchar', 'bytea', 'jsonb', 'regtype', 'text[]', 'int4[]', 'int2[]', 'oid[]', 'name[]', 'int2vector', 'anyarray']) WITH ORDINALITY AS n (name, i)
	  JOIN pg_type AS t ON t.oid = name::regtype));
plain('INSERT INTO lab.called VALUES ' . join(', ', map { "('$_')" } sort keys %called));
plain('DELETE FROM lab.called WHERE name NOT IN (SELECT proname FROM pg_proc)');

# What the extensions make themselves cannot be there before them.
plain(q(CREATE EXTENSION math_utils SCHEMA lab; CREATE EXTENSION pgcrypto SCHEMA lab;
	CREATE TABLE lab.own AS SELECT proname, proargtypes FROM pg_proc WHERE pronamespace = 'lab'::regnamespace;
	DROP EXTENSION math_utils, pgcrypto));

plain(q(
	-- as in pg_catalog
	INSERT INTO lab.functions SELECT DISTINCT p.proname, p.proargtypes::oid[], p.prorettype FROM pg_proc AS p
	 WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind <> 'p'
	   AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[] || p.prorettype) AS a JOIN pg_type AS t ON t.oid = a WHERE t.typtype = 'p');
	-- of a definite type where pg_catalog's takes any
	INSERT INTO lab.functions SELECT DISTINCT p.proname,
		   (SELECT array_agg(CASE WHEN a.type IN ('anyarray'::regtype, 'anycompatiblearray'::regtype) THEN coalesce(nullif(t.arr, 0), t.oid)
								  WHEN y.typtype = 'p' THEN t.oid ELSE a.type END ORDER BY a.i)
			  FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, i) JOIN pg_type AS y ON y.oid = a.type), 'text'::regtype
	  FROM pg_proc AS p, lab.types AS t
	 WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind <> 'p' AND t.oid <> 'anyarray'::regtype
	   AND EXISTS (SELECT FROM unnest(p.proargtypes::oid[]) AS a JOIN pg_type AS y ON y.oid = a WHERE y.typname ~ '^any');
	-- of other types, where the scripts call the name
	INSERT INTO lab.functions SELECT c.name, ARRAY[t.oid], 'text'::regtype FROM lab.called AS c, lab.types AS t WHERE t.oid <> 'anyarray'::regtype;
	INSERT INTO lab.functions SELECT c.name, ARRAY[t.oid, u.oid], 'text'::regtype FROM lab.called AS c, lab.types AS t, lab.types AS u WHERE t.n <= 8 AND u.n <= 6;
	INSERT INTO lab.functions SELECT c.name, array_fill(t.oid, ARRAY[many]), 'text'::regtype FROM lab.called AS c, lab.types AS t, generate_series(3, 5) AS many WHERE t.n <= 4;
	INSERT INTO lab.functions SELECT DISTINCT c.name, ARRAY['text'::regtype, t.oid, u.oid], 'text'::regtype FROM lab.called AS c, lab.types AS t, lab.types AS u WHERE t.n <= 4 AND u.n <= 4 AND c.name ~ '^(format|con|str|reg|rep|lpad|set_|pg_)';
	DELETE FROM lab.functions AS f USING lab.own AS o WHERE f.name = o.proname AND array_to_string(f.args, ' ') = o.proargtypes::text;
	-- operators: as in pg_catalog, and those that scripts use of other types
	INSERT INTO lab.operators SELECT o.oprname, o.oprleft, o.oprright, o.oprresult FROM pg_operator AS o
	 WHERE o.oprnamespace = 'pg_catalog'::regnamespace
	   AND NOT EXISTS (SELECT FROM pg_type AS t WHERE t.oid IN (o.oprleft, o.oprright, o.oprresult) AND t.typtype = 'p');
	INSERT INTO lab.operators SELECT o.name, t.oid, u.oid, CASE WHEN o.name ~ '^[=<>~!@&?]+[*]?$' THEN 'bool'::regtype ELSE t.oid END
	  FROM unnest(string_to_array('= <> < <= > >= + - * / % ^ || ~ ~* !~ !~~ ~~ ~~* & | # << >> -> ->> @> <@ && ?', ' ')) AS o (name),
		   lab.types AS t, lab.types AS u WHERE 'anyarray'::regtype NOT IN (t.oid, u.oid)));

# into SCHEMA: the traps, by the catalogs' own rows, since a statement for each
# would take minutes.
sub into
{
	my ($schema) = @_;

	plain(qq(
	DO \$\$
	DECLARE
		columns text;
		values text;
		r record;
	BEGIN
		SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
			   string_agg(CASE attname
					WHEN 'oid' THEN 'nextval(''lab.oids'')::oid'
					WHEN 'proname' THEN 'f.name'
					WHEN 'pronamespace' THEN '''$schema''::regnamespace'
					WHEN 'proargtypes' THEN 'array_to_string(f.args, '' '')::oidvector'
					WHEN 'pronargs' THEN 'cardinality(f.args)'
					WHEN 'prorettype' THEN 'f.ret'
					WHEN 'prosrc' THEN 'format(''BEGIN RAISE WARNING %L; RETURN NULL; END'', format(''TRAP $schema.%s(%s)'', f.name, f.args::regtype[]))'
					ELSE 'b.' || quote_ident(attname) END, ', ' ORDER BY attnum)
		  INTO columns, values FROM pg_attribute WHERE attrelid = 'pg_proc'::regclass AND attnum > 0;
		EXECUTE format('INSERT INTO pg_proc (%s) SELECT %s FROM (SELECT DISTINCT ON (name, array_to_string(args, '' '')) name, coalesce(args, ''{}'') AS args, ret FROM lab.functions
						 ORDER BY name, array_to_string(args, '' ''), ret) AS f, pg_proc AS b WHERE b.oid = ''lab.base''::regproc', columns, values);
		EXECUTE format('CREATE FUNCTION lab.%I(int8, int8) RETURNS int8 LANGUAGE plpgsql AS %L', 'op_$schema', 'BEGIN RAISE WARNING ''TRAP operator of $schema''; RETURN NULL; END');
		SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
			   string_agg(CASE attname
					WHEN 'oid' THEN 'nextval(''lab.oids'')::oid'
					WHEN 'oprname' THEN 'o.name'
					WHEN 'oprnamespace' THEN '''$schema''::regnamespace'
					WHEN 'oprkind' THEN 'CASE o.l WHEN 0 THEN ''l'' ELSE ''b'' END::"char"'
					WHEN 'oprleft' THEN 'o.l' WHEN 'oprright' THEN 'o.r' WHEN 'oprresult' THEN 'o.ret'
					WHEN 'oprcode' THEN '''lab.op_$schema''::regproc'
					ELSE 'b.' || quote_ident(attname) END, ', ' ORDER BY attnum)
		  INTO columns, values FROM pg_attribute WHERE attrelid = 'pg_operator'::regclass AND attnum > 0;
		EXECUTE format('INSERT INTO pg_operator (%s) SELECT %s FROM (SELECT DISTINCT ON (name, l, r) name, l, r, ret FROM lab.operators
						 ORDER BY name, l, r, ret) AS o, pg_operator AS b WHERE b.oid = ''lab.###(int8,int8)''::regoperator', columns, values);
		FOR r IN SELECT typname FROM pg_type JOIN lab.types USING (oid) WHERE typtype = 'b' AND typname !~ '^_' LOOP
			EXECUTE format('CREATE DOMAIN $schema.%I AS pg_catalog.%I CHECK (lab.sprung(%L))', r.typname, r.typname, 'type $schema.' || r.typname);
		END LOOP;
		FOR r IN SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')
			AND NOT EXISTS (SELECT FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid WHERE a.attrelid = pg_class.oid AND a.attnum > 0 AND t.typtype = 'p')
			AND relname <> 'pg_statistic_ext_data' LOOP
			EXECUTE format('CREATE VIEW $schema.%I AS SELECT * FROM pg_catalog.%I WHERE lab.sprung(%L)', r.relname, r.relname, 'relation $schema.' || r.relname);
		END LOOP;
	END \$\$));
}
into($_) foreach qw(its_math its_crypto public mine);
cmp_ok(plain('SELECT count(*) FROM pg_proc WHERE oid >= 20000000'), '>', 50_000, 'functions are planted');
cmp_ok(plain('SELECT count(*) FROM pg_operator WHERE oid >= 20000000'), '>', 50_000, 'and operators');
is(sprung(), '', 'none is sprung yet');

# From here on everybody in this database meets the traps first.
plain('ALTER DATABASE trapped SET search_path = mine, its_math, its_crypto, public, pg_catalog');
$node->safe_psql('trapped', $_)
  foreach ('SELECT cardinality(ARRAY[1])', 'SELECT 1 + 1::numeric', "SELECT 'x'::text", 'SELECT 1 FROM pg_class');
my @hit = split /\n/, sprung();
is(scalar(grep { /^mine.cardinality\(/ } @hit), 1, 'a trap tells of a function');
is(scalar(grep { /^operator of mine$/ } @hit), 1, 'of an operator');
is(scalar(grep { /^type mine.text$/ } @hit), 1, 'of a type');
is(scalar(grep { /^relation mine.pg_class$/ } @hit), 1, 'and of a relation');

# Made by a superuser, and math_utils by whoever may.
foreach ([ 'postgres', 'CREATE EXTENSION pgcrypto SCHEMA its_crypto' ],
	[ 'dev', 'CREATE EXTENSION math_utils SCHEMA its_math' ],
	[ 'postgres', 'CREATE EXTENSION arch_inspect' ],
	[ 'postgres', 'CREATE EXTENSION arch_lab' ])
{
	my ($role, $sql) = @$_;
	my ($rc, $out, $err) = $node->psql('trapped', $sql, extra_params => [ '-U', $role ]);
	is($err, '', "$sql by $role");
	is(sprung(), '', 'no trap is sprung');
}
is( plain(q(
		SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid) || ' uses ' || pg_describe_object(d.refclassid, d.refobjid, 0), '; ')
		  FROM pg_depend AS d
		 WHERE d.refobjid >= 20000000 OR d.deptype = 'n' AND EXISTS (
				SELECT FROM pg_type AS t JOIN pg_depend AS l ON l.objid = t.oid AND l.refobjid = t.typnamespace
				 WHERE t.oid = d.refobjid AND d.refclassid = 'pg_type'::regclass AND t.typtype = 'd' AND t.typnamespace::regnamespace::text IN ('mine', 'its_math', 'its_crypto', 'public')))),
	'', 'and nothing that was made would call one');

# Every way from an older version to the newest.
foreach my $ext (qw(arch_lab arch_inspect math_utils))
{
	my $paths = plain(qq(SELECT source FROM pg_extension_update_paths('$ext')
		 WHERE path IS NOT NULL AND target = (SELECT default_version FROM pg_available_extensions WHERE name = '$ext')));
	foreach my $version (split /\n/, $paths)
	{
		my $schema = $ext eq 'math_utils' ? 'SCHEMA its_math' : '';
		plain("DROP EXTENSION $ext CASCADE");
		$node->safe_psql('trapped', "CREATE EXTENSION $ext $schema VERSION '$version'; ALTER EXTENSION $ext UPDATE");
		$node->safe_psql('trapped', 'CREATE EXTENSION IF NOT EXISTS math_utils SCHEMA its_math; CREATE EXTENSION IF NOT EXISTS arch_inspect; CREATE EXTENSION IF NOT EXISTS arch_lab');
		is(sprung(), '', "$ext updates from $version without one");
	}
}

# Every view and function, by a superuser.
plain(q(CREATE TABLE lab.t (id int PRIMARY KEY, v text);
	INSERT INTO lab.t SELECT i, repeat('x', i) FROM generate_series(1, 100) AS i; UPDATE lab.t SET v = v WHERE id = 7));
my %value = (
	regclass => q('lab.t'::pg_catalog.regclass),
	tid => q('(0,1)'::pg_catalog.tid),
	text => q('main'::pg_catalog.text),
	name => q('arch_lab'::pg_catalog.name),
	bigint => '0::pg_catalog.int8',
	integer => '1::pg_catalog.int4',
	smallint => '1::pg_catalog.int2',
	numeric => '2.5::pg_catalog.numeric',
	real => '2.5::pg_catalog.float4',
	'double precision' => '2.5::pg_catalog.float8',
	boolean => 'true',
	oid => "'lab'::pg_catalog.regnamespace::pg_catalog.oid",
	xid => q('3'::pg_catalog.xid),
	xid8 => q('3'::pg_catalog.xid8),
	bytea => q('\\x00'::pg_catalog.bytea),
	interval => q('1 minute'::pg_catalog.interval),
	pg_lsn => q('0/1000028'::pg_catalog.pg_lsn),
	cstring => q('1/2'::pg_catalog.cstring),
	'its_math.rational' => q('1/2'::its_math.rational),
	pg_snapshot => q('3:3:'::pg_catalog.pg_snapshot),
	anyelement => '2.5::pg_catalog.float8',
	anycompatible => '2.5::pg_catalog.float8',
	anyarray => q('{1}'::pg_catalog.int4[]),
	'text[]' => q('{a}'::pg_catalog.text[]),
	jsonb => q('{}'::pg_catalog.jsonb));
my @calls = split /\n/, plain(q(
	SELECT CASE p.prokind WHEN 'f' THEN 'SELECT * FROM ' ELSE 'SELECT ' END, p.oid::regproc, p.prokind,
		   (SELECT string_agg(format_type(a, NULL), ',' ORDER BY i) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS t (a, i))
	  FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
	  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
	 WHERE d.deptype = 'e' AND e.extname ~ '^(arch|math)_' AND p.proname !~ '^(walkthrough|claims|session_)'
	   AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[] || p.prorettype)
	   AND NOT EXISTS (SELECT FROM pg_type AS t WHERE t.oid = p.prorettype AND t.typname ~ '_handler$')
	 ORDER BY e.extname, p.proname, p.oid));
my $script = '';
foreach (@calls)
{
	my ($how, $name, $kind, $types) = split /\|/;
	my @args = map { $value{$_} // "NULL::$_" } split /,/, $types // '';
	$script .= "$how$name(" . join(', ', @args) . ')' . ($kind eq 'w' ? ' OVER ()' : '') . ";\n";
}
$script .= "SELECT * FROM $_;\n" foreach split /\n/, plain(q(
	SELECT c.oid::regclass FROM pg_class AS c JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
	  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
	 WHERE d.deptype = 'e' AND e.extname ~ '^(arch|math)_' AND c.relkind IN ('r', 'v')));
$script .= "$_;\n" foreach (
	"SELECT arch_lab.session_open('one'::pg_catalog.text, 'SELECT 1'::pg_catalog.text)",
	"SELECT * FROM arch_lab.session_run('one'::pg_catalog.text, 'SELECT 2'::pg_catalog.text)",
	"SELECT arch_lab.session_send('one'::pg_catalog.text, 'SELECT 3'::pg_catalog.text)",
	"SELECT * FROM arch_lab.session_result('one'::pg_catalog.text)",
	"SELECT arch_lab.session_text('one'::pg_catalog.text, 'SELECT 4'::pg_catalog.text)",
	'SELECT * FROM arch_lab.sessions',
	"SELECT arch_lab.session_cancel('one'::pg_catalog.text)",
	"SELECT arch_lab.session_close('one'::pg_catalog.text)",
	"SELECT arch_lab.play('one: SELECT 5'::pg_catalog.text)",
	"SELECT arch_lab.session_close('one'::pg_catalog.text)",
	"SELECT * FROM arch_lab.footprint('INSERT INTO lab.t VALUES (1000)'::pg_catalog.text)");
my $calls = () = $script =~ /;$/mg;
my ($rc, $out, $err) = $node->psql('trapped', $script, on_error_stop => 0);
my @errors = $err =~ /ERROR:  (.*)/g;
note("$calls calls, of them with an error:\n", map { "  $_\n" } @errors);
cmp_ok($calls, '>', 200, 'views and functions are called');
cmp_ok(scalar @errors, '<', $calls / 4, 'and most answer');
is(sprung(), '', 'and no trap is sprung');

# The lesson, each statement of it.
is($node->safe_psql('trapped', 'SELECT section_no, step, result FROM arch_lab.walkthrough() WHERE holds IS NOT TRUE'), '', 'a superuser walks the lesson');
is(sprung(), '', 'and meets no trap');
is($node->safe_psql('trapped', 'SELECT n, evidence FROM arch_lab.claims() WHERE holds IS NOT TRUE'), '', 'and checks the claims');
is(sprung(), '', 'and meets none');

$node->stop;

done_testing();
