
# A library that is newer or older than the SQL definitions it is called
# through: each function in C that makes rows is declared again with one column
# of another type, of another name, too many or too few, and called in FROM and
# in a target list.  All of it ends in one error that says what does not fit;
# only the instruments, which choose by name, serve fewer columns.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('shapes');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION arch_lab CASCADE;
CREATE TABLE t (i int, x text);
INSERT INTO t SELECT i, 'x' FROM generate_series(1, 1000) i;
VACUUM t;

CREATE TABLE made AS
	SELECT p.oid::regprocedure::text AS function, p.probin, p.prosrc, p.proretset, p.proisstrict,
		   COALESCE(p.prosupport::oid = to_regproc('arch_parts.rows_support'), false) AS instrument,
		   format_type(p.prorettype, NULL) AS returns,
		   ARRAY(SELECT format_type(a, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY u (a, n) ORDER BY n) AS args,
		   ARRAY(SELECT quote_ident(c.name) FROM unnest(p.proargnames, p.proargmodes) WITH ORDINALITY c (name, mode, n)
				  WHERE c.mode IN ('o', 't') ORDER BY n) AS names,
		   ARRAY(SELECT format_type(c.type, NULL) FROM unnest(p.proallargtypes, p.proargmodes) WITH ORDINALITY c (type, mode, n)
				  WHERE c.mode IN ('o', 't') ORDER BY n) AS types
	  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
		   JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		   JOIN pg_extension e ON e.oid = d.refobjid AND e.extname IN ('arch_inspect', 'arch_lab', 'math_utils')
	 WHERE l.lanname = 'c' AND (p.prorettype = 'record'::regtype OR p.proretset);

CREATE TABLE seen (function text, instrument bool, change text, place text, state text, message text);

-- a value for an argument of this type
CREATE FUNCTION sample(type text) RETURNS text LANGUAGE sql
RETURN CASE type WHEN 'regclass' THEN '''t''::regclass' WHEN 'tid' THEN '''(0,1)''::tid' WHEN 'tid[]' THEN '''{"(0,1)"}''::tid[]' WHEN 'name' THEN '''x''::name'
	WHEN 'text' THEN '''main''::text' WHEN 'pg_lsn' THEN 'pg_current_wal_lsn()' WHEN 'pg_snapshot' THEN 'pg_current_snapshot()'
	WHEN 'xid' THEN '''3''::xid' WHEN 'xid8' THEN '''3''::xid8' WHEN 'integer' THEN 'pg_backend_pid()'
	ELSE '1::' || type END;

-- declare it like this, and call it everywhere
CREATE PROCEDURE try(m made, change text, outs text, returns text) LANGUAGE plpgsql AS $$
DECLARE
	args text := array_to_string(ARRAY(SELECT 'IN ' || a FROM unnest(m.args) WITH ORDINALITY u (a, n) ORDER BY n), ', ');
	vals text := array_to_string(ARRAY(SELECT sample(a) FROM unnest(m.args) WITH ORDINALITY u (a, n) ORDER BY n), ', ');
	place text;
	says text;
BEGIN
	EXECUTE format('CREATE FUNCTION public.shaped(%s) RETURNS %s LANGUAGE c %s AS %L, %L', concat_ws(', ', NULLIF(args, ''), outs), returns,
				   CASE WHEN m.proisstrict THEN 'STRICT' ELSE '' END, m.probin, m.prosrc);
	FOREACH place IN ARRAY ARRAY['SELECT count(f::text) FROM public.shaped(%s) AS f', 'SELECT count(f::text) FROM (SELECT public.shaped(%s) AS f) s',
								 'SELECT * FROM public.shaped(%s) WITH ORDINALITY'] LOOP
		BEGIN
			EXECUTE format(place, vals);
			INSERT INTO seen VALUES (m.function, m.instrument, change, place, 'none');
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS says = MESSAGE_TEXT;
			INSERT INTO seen VALUES (m.function, m.instrument, change, place, SQLSTATE, says);
		END;
	END LOOP;
	DROP FUNCTION public.shaped;
END
$$;

-- the columns as they are, but for column i: this in its place, or nothing
CREATE FUNCTION outs(m made, i int, name text, type text) RETURNS text LANGUAGE sql
RETURN (SELECT string_agg('OUT ' || CASE WHEN n = i THEN name || ' ' || type ELSE m.names[n] || ' ' || m.types[n] END, ', ' ORDER BY n)
		  FROM generate_series(1, GREATEST(i, cardinality(m.names))) n WHERE n <> i OR name IS NOT NULL);
SQL

my ($rc, $out, $err) = $node->psql('postgres', <<'SQL');
SELECT arch_lab.session_open('main');
DO $$
DECLARE
	m made;
	set text;
	i int;
BEGIN
	FOR m IN SELECT * FROM made ORDER BY function LOOP
		set := CASE WHEN m.proretset THEN 'SETOF ' ELSE '' END;
		IF m.returns = 'record' THEN
			FOR i IN 1 .. cardinality(m.names) LOOP
				CALL try(m, 'type', outs(m, i, m.names[i], CASE m.types[i] WHEN 'text' THEN 'bigint' ELSE 'text' END), set || 'record');
				CALL try(m, 'name', outs(m, i, quote_ident(trim('"' FROM m.names[i]) || '_'), m.types[i]), set || 'record');
			END LOOP;
			CALL try(m, 'more', outs(m, cardinality(m.names) + 1, 'more', 'text'), set || 'record');
			IF cardinality(m.names) > 2 THEN
				CALL try(m, 'fewer', outs(m, cardinality(m.names), NULL, NULL), set || 'record');
			END IF;
			CALL try(m, 'set', outs(m, 0, NULL, NULL), CASE WHEN m.proretset THEN '' ELSE 'SETOF ' END || 'record');
		ELSE
			CALL try(m, 'set', NULL, m.returns);
		END IF;
		IF m.returns <> 'text' THEN
			CALL try(m, 'scalar', NULL, set || 'text');
		END IF;
		CALL try(m, 'scalar', NULL, set || 'boolean');
	END LOOP;
END
$$;
SQL
is($rc, 0, 'nothing falls') or diag($err);

sub one { return $node->safe_psql('postgres', shift) }

cmp_ok(one('SELECT count(DISTINCT function) FROM seen'), '==', one('SELECT count(*) FROM made'), 'every function was called');
cmp_ok(one('SELECT count(*) FROM made'), '>', 40, 'and there are many');
is(one("SELECT function, change, place, state, count(*), min(message) FROM seen WHERE change IN ('type', 'name', 'more') AND state <> '42P13' GROUP BY 1, 2, 3, 4"),
	'', 'a wrong column is always told as one');
is(one("SELECT function, place, state, message FROM seen WHERE change = 'fewer' AND NOT instrument AND state <> '42P13'"),
	'', 'as is a missing one');
is(one("SELECT function, place, state, message FROM seen WHERE change = 'fewer' AND instrument AND state IN ('42P13', 'XX000')"),
	'', 'an instrument serves fewer');
is(one("SELECT function, place, state, message FROM seen WHERE change = 'scalar' AND state <> '42P13'"),
	'', 'a value in place of rows, or of another type, is refused');
is(one("SELECT function, place, state, message FROM seen WHERE change = 'set' AND state NOT IN ('42P13', '0A000')"),
	'', 'as is a row in place of a set, and a set in place of a row');
like(one("SELECT min(message) FROM seen WHERE change = 'scalar' AND function LIKE '%divisors%'"),
	qr/^function "shaped" and its library do not fit together$/, 'the words');

$node->stop;
done_testing();
