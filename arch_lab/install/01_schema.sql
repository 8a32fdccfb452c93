--
-- CREATE EXTENSION takes a schema of this name that is there already, whoever
-- made it.  Its owner could have put operators and functions there for the
-- views and bodies below to find, or could change later what is called from
-- there; so it must be a superuser's and empty.
--
DO LANGUAGE plpgsql $$
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_namespace AS n
				 JOIN pg_catalog.pg_authid AS r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
				WHERE n.nspname OPERATOR(pg_catalog.=) 'arch_lab'
				  AND (NOT r.rolsuper
					   OR EXISTS (SELECT FROM pg_catalog.pg_depend AS d
								   WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
									 AND d.refobjid OPERATOR(pg_catalog.=) n.oid
									 AND d.classid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_extension'::pg_catalog.regclass)))
	THEN
		RAISE duplicate_schema USING
			MESSAGE = 'schema "arch_lab" exists already and can not be trusted',
			DETAIL = 'It belongs to a role that is no superuser, or holds objects.',
			HINT = 'Look at what it holds, and drop or rename it.';
	END IF;
END
$$;

--
-- The schema is for everybody to use; each object states who may see what.
--
GRANT USAGE ON SCHEMA arch_lab TO PUBLIC;

