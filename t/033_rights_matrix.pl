
# Who may look at what: every function that takes a relation, every kind of
# relation, every kind of role.  What each may see is reckoned here from the
# rule in words (guard.c has it in C) and the server's own has_..._privilege().

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\n");
$node->start;

$node->safe_psql('postgres', q(
	CREATE EXTENSION arch_inspect;
	CREATE FOREIGN DATA WRAPPER none;
	CREATE SERVER files FOREIGN DATA WRAPPER none;

	CREATE ROLE m_super SUPERUSER;
	CREATE ROLE m_owner;
	CREATE ROLE m_member IN ROLE m_owner;
	CREATE ROLE m_noinherit NOINHERIT IN ROLE m_owner;
	CREATE ROLE m_reader;
	CREATE ROLE m_column;
	CREATE ROLE m_writer;
	CREATE ROLE m_bypass BYPASSRLS;
	CREATE ROLE m_read_all IN ROLE pg_read_all_data;
	CREATE ROLE m_monitor IN ROLE pg_monitor;
	CREATE ROLE m_stats IN ROLE pg_read_all_stats;
	CREATE ROLE m_scan IN ROLE pg_stat_scan_tables;
	CREATE ROLE m_nobody;

	CREATE SCHEMA m;
	CREATE TABLE m.plain (id int PRIMARY KEY, v text);
	ALTER TABLE m.plain ALTER v SET STORAGE EXTERNAL;
	CREATE TABLE m.policies (LIKE m.plain INCLUDING ALL);
	CREATE POLICY p ON m.policies USING (id < 0);
	ALTER TABLE m.policies ENABLE ROW LEVEL SECURITY;
	CREATE TABLE m.forced (LIKE m.plain INCLUDING ALL);
	CREATE POLICY p ON m.forced USING (id < 0);
	ALTER TABLE m.forced ENABLE ROW LEVEL SECURITY;
	ALTER TABLE m.forced FORCE ROW LEVEL SECURITY;
	CREATE UNLOGGED TABLE m.unlogged (LIKE m.plain INCLUDING ALL);
	CREATE TABLE m.parent (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
	ALTER TABLE m.parent ALTER v SET STORAGE EXTERNAL;
	CREATE TABLE m.part PARTITION OF m.parent DEFAULT;
	CREATE MATERIALIZED VIEW m.matview AS SELECT i AS id, repeat(sha256(i::text::bytea)::text, 50) AS v FROM generate_series(1, 5) AS i;
	CREATE VIEW m.view AS SELECT * FROM m.plain;
	CREATE FOREIGN TABLE m.foreign (id int, v text) SERVER files;
	CREATE SEQUENCE m.sequence;
	CREATE TYPE m.composite AS (id int, v text);
	CREATE INDEX hashed ON m.plain USING hash (v);
	CREATE INDEX policies_v ON m.policies (left(v, 5));
	INSERT INTO m.plain SELECT i, repeat(sha256(i::text::bytea)::text, 50) FROM generate_series(1, 5) AS i;
	INSERT INTO m.policies SELECT * FROM m.plain;
	INSERT INTO m.forced SELECT * FROM m.plain;
	INSERT INTO m.unlogged SELECT * FROM m.plain;
	INSERT INTO m.part SELECT * FROM m.plain;

	CREATE TABLE public.kind (kind text, rel oid, decider oid);
	INSERT INTO kind SELECT r, ('m.' || quote_ident(r))::regclass, ('m.' || quote_ident(r))::regclass
	  FROM unnest(ARRAY['plain', 'policies', 'forced', 'unlogged', 'parent', 'part', 'matview', 'view', 'foreign', 'sequence', 'composite']) AS r;
	INSERT INTO kind VALUES
		('index', 'm.plain_pkey'::regclass, 'm.plain'::regclass), ('hash index', 'm.hashed'::regclass, 'm.plain'::regclass),
		('index under policies', 'm.policies_v'::regclass, 'm.policies'::regclass),
		('partitioned index', 'm.parent_pkey'::regclass, 'm.parent'::regclass),
		('catalog', 'pg_class'::regclass, 'pg_class'::regclass), ('shared catalog', 'pg_database'::regclass, 'pg_database'::regclass),
		('secret catalog', 'pg_authid'::regclass, 'pg_authid'::regclass);
	INSERT INTO kind SELECT 'toast of ' || relname, reltoastrelid, oid FROM pg_class WHERE oid IN ('m.plain'::regclass, 'm.policies'::regclass);
	INSERT INTO kind SELECT 'toast index of ' || relname, i.indexrelid, c.oid FROM pg_class AS c JOIN pg_index AS i ON i.indrelid = c.reltoastrelid
	 WHERE c.oid IN ('m.plain'::regclass, 'm.policies'::regclass);

	DO $$
	DECLARE r record;
	BEGIN
		FOR r IN SELECT c.oid::regclass AS rel, c.relkind FROM pg_class AS c WHERE relnamespace = 'm'::regnamespace AND relkind NOT IN ('i', 'I', 'c') LOOP
			EXECUTE format('ALTER TABLE %s OWNER TO m_owner', r.rel);
			EXECUTE format('GRANT SELECT ON %s TO m_reader, m_bypass', r.rel);
			EXECUTE format('GRANT UPDATE ON %s TO m_writer', r.rel);
			IF r.relkind <> 'S' THEN EXECUTE format('GRANT SELECT (id) ON %s TO m_column', r.rel); END IF;
		END LOOP;
	END $$;

	-- what comes of a call: its SQLSTATE
	CREATE FUNCTION public.outcome(sql text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		answer text;
	BEGIN
		EXECUTE sql INTO answer;
		RETURN CASE WHEN answer = '0' THEN 'nothing' ELSE 'answer' END;
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE;
	END $$;
	CREATE TABLE public.role AS SELECT rolname AS role FROM pg_roles WHERE rolname ~ '^m_';

	-- the functions, with a call for each; and the columns that are values
	CREATE TABLE public.call AS
	SELECT concat(CASE n.nspname WHEN 'arch_parts' THEN 'part ' END, p.proname) AS name,
		   format('SELECT count(*) FROM %I.%I(%%s::oid::regclass%s)', n.nspname, p.proname,
			(SELECT string_agg(CASE t.typname WHEN 'tid' THEN ', ''(0,1)''' WHEN '_tid' THEN ', ''{"(0,1)"}''' WHEN 'name' THEN ', ''v''' WHEN 'text' THEN ', ''main''' ELSE ', 0' END, '' ORDER BY i)
			   FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, i) JOIN pg_type AS t ON t.oid = a.type
			  WHERE i BETWEEN 2 AND p.pronargs - p.pronargdefaults)) AS sql
	  FROM pg_proc AS p
	  JOIN pg_namespace AS n ON n.oid = p.pronamespace
	 WHERE n.nspname IN ('arch_inspect', 'arch_parts') AND p.proargtypes::oid[] && ARRAY['regclass'::regtype::oid]
	   AND p.proname <> 'vacuum_cuts'		-- reckons with what it is given, and pg_class
	   AND p.proname !~ '^index_descent';	-- wants a key, and the right to see one
	CREATE TABLE public.value_call (name, sql) AS VALUES
		('tuple_attributes', 'SELECT count(raw) + count(value) FROM arch_inspect.tuple_attributes(%s::oid::regclass, ''(0,1)'')'),
		('heap_attributes', 'SELECT count(raw) + count(value) FROM arch_inspect.heap_attributes(%s::oid::regclass, 0, 0)'),
		('heap_tuple_data', 'SELECT count(attrs) + count("values") FROM arch_inspect.heap_tuple_data(%s::oid::regclass, 0, 0)'),
		('toast_chunks', 'SELECT count(data) FROM arch_inspect.toast_chunks(%s::oid::regclass, ''(0,1)'', ''v'')');

	CREATE TABLE public.matrix (role text, kind text, name text, outcome text, may_see_structure bool, may_see_values bool, shown text);
	GRANT INSERT ON matrix TO PUBLIC;
	GRANT SELECT ON kind, call, value_call, role TO PUBLIC;
	GRANT USAGE ON SCHEMA m TO PUBLIC));

# each as the role itself: what comes, and what should
foreach my $role (split /\n/, $node->safe_psql('postgres', 'SELECT role FROM role ORDER BY 1'))
{
	$node->safe_psql('postgres', qq(
		SET ROLE $role;
		INSERT INTO matrix
		SELECT current_user, k.kind, c.name, outcome(format(c.sql, k.rel)),
			   s.super OR pg_has_role('pg_stat_scan_tables', 'USAGE') OR has_table_privilege(k.decider, 'SELECT') AND NOT row_security_active(k.decider),
			   s.super OR (pg_has_role(d.relowner, 'USAGE') OR pg_has_role('pg_read_all_data', 'USAGE')) AND NOT row_security_active(k.decider),
			   CASE WHEN v.sql IS NOT NULL THEN outcome(format(v.sql, k.rel)) END
		  FROM kind AS k JOIN pg_class AS d ON d.oid = k.decider
		 CROSS JOIN (SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user) AS s
		 CROSS JOIN call AS c LEFT JOIN value_call AS v ON v.name = c.name));
}

cmp_ok($node->safe_psql('postgres', 'SELECT count(DISTINCT name) FROM matrix'), '>=', 21, 'functions');
cmp_ok($node->safe_psql('postgres', 'SELECT count(DISTINCT kind) FROM matrix'), '>=', 19, 'kinds of relations');
is($node->safe_psql('postgres', 'SELECT count(DISTINCT role) FROM matrix'), '13', 'roles');

is( $node->safe_psql('postgres', q(
		SELECT name, kind, string_agg(role || ' ' || outcome, ', ' ORDER BY role) FROM matrix
		 WHERE (outcome = '42501') = may_see_structure GROUP BY 1, 2 ORDER BY 1, 2)),
	'', 'who may not look at a relation gets 42501, who may gets something else');
is( $node->safe_psql('postgres', q(
		SELECT name, kind, string_agg(DISTINCT outcome, ' ') FROM matrix
		 WHERE outcome NOT IN ('answer', 'nothing', '42501', '42809', '0A000', '22023', '42703') GROUP BY 1, 2 ORDER BY 1, 2)),
	'', 'and that is an answer, or what is documented of a relation that it cannot be');
is( $node->safe_psql('postgres', q(
		SELECT name, string_agg(DISTINCT outcome, ' ') FROM matrix
		 WHERE kind = 'plain' AND name !~ '^index_(?!of_row)' AND may_see_structure AND outcome NOT IN ('answer', 'nothing') GROUP BY 1)),
	'', 'of a table everything answers that is not about indexes');
is( $node->safe_psql('postgres', q(
		SELECT name, string_agg(DISTINCT outcome, ' ') FROM matrix
		 WHERE kind = 'toast index of plain' AND name ~ '^index_(?!of_row)' AND may_see_structure AND outcome NOT IN ('answer', 'nothing') GROUP BY 1)),
	'', 'and of an index what is');
is( $node->safe_psql('postgres', q(
		SELECT name, kind, string_agg(role || ' ' || shown, ', ' ORDER BY role) FROM matrix
		 WHERE shown = 'answer' AND NOT may_see_values OR shown <> 'answer' AND may_see_values AND may_see_structure AND kind IN ('plain', 'forced', 'unlogged', 'part')
		 GROUP BY 1, 2 ORDER BY 1, 2)),
	'', 'values are shown to those who may see them, and to nobody else');
is( $node->safe_psql('postgres', q(
		SELECT bool_or(shown = 'answer'), bool_or(shown = 'nothing'), bool_or(outcome = '42501'), bool_or(outcome = '42809') FROM matrix)),
	't|t|t|t', 'each of these came');

# By name, the rule as a table, so that a fault in both reckonings is seen.
is( $node->safe_psql('postgres', q(
		SELECT kind, string_agg(substr(role, 3), ' ' ORDER BY role) FROM matrix
		 WHERE name = 'page_header' AND outcome <> '42501' AND kind IN ('plain', 'policies', 'forced', 'toast of plain', 'toast index of policies', 'index under policies', 'sequence', 'secret catalog')
		 GROUP BY 1 ORDER BY 1)), join("\n",
		'forced|bypass monitor scan super',
		'index under policies|bypass member monitor owner scan super',
		'plain|bypass member monitor owner read_all reader scan super',
		'policies|bypass member monitor owner scan super',
		'secret catalog|monitor read_all scan super',
		'sequence|bypass member monitor owner read_all reader scan super',
		'toast index of policies|bypass member monitor owner scan super',
		'toast of plain|bypass member monitor owner read_all reader scan super'),
	'who sees structure');
is( $node->safe_psql('postgres', q(
		SELECT kind, string_agg(substr(role, 3), ' ' ORDER BY role) FROM matrix
		 WHERE name = 'heap_attributes' AND shown = 'answer' AND kind IN ('plain', 'policies', 'forced', 'toast of policies', 'secret catalog')
		 GROUP BY 1 ORDER BY 1)), join("\n",
		'forced|super',
		'plain|member owner read_all super',
		'policies|member owner super',
		'secret catalog|read_all super',
		'toast of policies|member owner super'),
	'who sees values');

$node->stop;

done_testing();
