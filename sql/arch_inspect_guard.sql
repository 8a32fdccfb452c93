-- Who may see the structure of what

CREATE ROLE regress_gu_owner;
CREATE ROLE regress_gu_reader;
CREATE ROLE regress_gu_column;
CREATE ROLE regress_gu_nobody;
CREATE ROLE regress_gu_all;
CREATE ROLE regress_gu_stat;
CREATE ROLE regress_gu_bypass BYPASSRLS;
GRANT pg_read_all_data TO regress_gu_all;
GRANT pg_stat_scan_tables TO regress_gu_stat;

CREATE SCHEMA gu;
GRANT USAGE ON SCHEMA gu TO PUBLIC;
CREATE TABLE gu.plain (i int PRIMARY KEY, x text);
ALTER TABLE gu.plain ALTER x SET STORAGE EXTERNAL;
INSERT INTO gu.plain VALUES (1, repeat('x', 5000));
CREATE TABLE gu.rls (LIKE gu.plain INCLUDING ALL);
INSERT INTO gu.rls TABLE gu.plain;
ALTER TABLE gu.rls ENABLE ROW LEVEL SECURITY;
CREATE TABLE gu.forced (LIKE gu.plain INCLUDING ALL);
INSERT INTO gu.forced TABLE gu.plain;
ALTER TABLE gu.forced ENABLE ROW LEVEL SECURITY;
ALTER TABLE gu.forced FORCE ROW LEVEL SECURITY;
CREATE TABLE gu.parent (i int PRIMARY KEY, x text);
CREATE TABLE gu.child (PRIMARY KEY (i)) INHERITS (gu.parent);
INSERT INTO gu.child VALUES (1, 'x');
CREATE MATERIALIZED VIEW gu.mat AS SELECT 1 AS i;
CREATE SEQUENCE gu.seq;
ALTER TABLE gu.plain OWNER TO regress_gu_owner;
ALTER TABLE gu.rls OWNER TO regress_gu_owner;
ALTER TABLE gu.forced OWNER TO regress_gu_owner;
ALTER TABLE gu.parent OWNER TO regress_gu_owner;
ALTER TABLE gu.child OWNER TO regress_gu_owner;
ALTER MATERIALIZED VIEW gu.mat OWNER TO regress_gu_owner;
ALTER SEQUENCE gu.seq OWNER TO regress_gu_owner;
GRANT SELECT ON gu.plain, gu.rls, gu.forced, gu.parent, gu.mat, gu.seq TO regress_gu_reader, regress_gu_bypass;
GRANT SELECT (i) ON gu.plain, gu.rls, gu.forced, gu.parent, gu.child TO regress_gu_column;

CREATE FUNCTION gu.look(r regclass) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kind FROM arch_inspect.page_headers(r);
	RETURN 'yes';
EXCEPTION WHEN insufficient_privilege THEN
	RETURN 'no';
END
$$;
-- the same by a call without the scan node
CREATE FUNCTION gu.call(r regclass) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM arch_inspect.page_headers(r);
	RETURN 'yes';
EXCEPTION WHEN insufficient_privilege THEN
	RETURN 'no';
END
$$;
CREATE FUNCTION gu.matrix(who name) RETURNS TABLE (role name, plain text, rls text, forced text, parent text, child text,
												   mat text, seq text, catalog text, authid text, call text)
LANGUAGE plpgsql AS $$
DECLARE
	-- a table's index and TOAST table must answer as the table
	same CONSTANT text := 'SELECT CASE WHEN count(DISTINCT answer) = 1 THEN min(answer) ELSE ''differs'' END
		FROM (SELECT gu.look(c.oid) AS answer FROM pg_class c
			   WHERE c.oid = $1
				  OR c.oid = (SELECT reltoastrelid FROM pg_class WHERE oid = $1)
				  OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN ($1, (SELECT reltoastrelid FROM pg_class WHERE oid = $1)))) s';
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', who);
	role := who;
	EXECUTE same INTO plain USING 'gu.plain'::regclass;
	EXECUTE same INTO rls USING 'gu.rls'::regclass;
	EXECUTE same INTO forced USING 'gu.forced'::regclass;
	EXECUTE same INTO parent USING 'gu.parent'::regclass;
	EXECUTE same INTO child USING 'gu.child'::regclass;
	EXECUTE same INTO mat USING 'gu.mat'::regclass;
	EXECUTE same INTO seq USING 'gu.seq'::regclass;
	EXECUTE same INTO catalog USING 'pg_proc'::regclass;
	EXECUTE same INTO authid USING 'pg_authid'::regclass;
	call := gu.call('gu.plain') || ' ' || gu.call('gu.rls');
	RESET ROLE;
	RETURN NEXT;
END
$$;
SELECT m.* FROM unnest('{regress_gu_owner,regress_gu_reader,regress_gu_column,regress_gu_nobody,regress_gu_all,regress_gu_stat,regress_gu_bypass}'::name[]) r,
	   LATERAL gu.matrix(r) m;
SELECT plain, rls, forced, authid FROM gu.matrix(current_user);

-- the words
SET ROLE regress_gu_nobody;
SELECT * FROM arch_inspect.page_header('gu.plain', 0);	-- fail
SELECT * FROM arch_inspect.heap_page_items('gu.plain', 0);	-- fail
SELECT * FROM arch_inspect.heap_tuples('gu.plain');	-- fail
SELECT * FROM arch_inspect.page_map('gu.plain');	-- fail
SELECT * FROM arch_inspect.fsm_tree('gu.plain_pkey');	-- fail
SELECT * FROM arch_inspect.relation_forks('gu.plain');	-- fail
-- nobody learns by an error whether a block exists
SELECT * FROM arch_inspect.page_header('gu.plain', 99);	-- fail, by right
RESET ROLE;

-- SECURITY DEFINER lends its owner's rights, a view does not
CREATE FUNCTION gu.definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT count(*) FROM arch_inspect.page_headers('gu.plain'));
ALTER FUNCTION gu.definer() OWNER TO regress_gu_owner;
CREATE VIEW gu.view AS SELECT count(*) FROM arch_inspect.page_headers('gu.plain');
CREATE VIEW gu.invoker WITH (security_invoker) AS SELECT count(*) FROM arch_inspect.page_headers('gu.plain');
GRANT SELECT ON gu.view, gu.invoker TO PUBLIC;
SET ROLE regress_gu_nobody;
SELECT gu.definer();
SELECT * FROM gu.view;	-- fail
SELECT * FROM gu.invoker;	-- fail
SET ROLE regress_gu_reader;
SELECT * FROM gu.view;
SELECT * FROM gu.invoker;
-- row_security = off makes the server refuse rather than filter; so do we
SET row_security = off;
SELECT count(*) FROM arch_inspect.page_headers('gu.rls');	-- fail
RESET row_security;
RESET ROLE;

-- TOAST follows its table also when VACUUM FULL gave it another one
VACUUM FULL gu.plain;
SELECT plain FROM gu.matrix('regress_gu_reader');
SELECT plain FROM gu.matrix('regress_gu_nobody');

SET client_min_messages = warning;
DROP SCHEMA gu CASCADE;
DROP ROLE regress_gu_owner, regress_gu_reader, regress_gu_column, regress_gu_nobody, regress_gu_all, regress_gu_stat, regress_gu_bypass;
