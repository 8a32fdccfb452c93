--
-- CREATE EXTENSION takes a schema of this name that is there already, whoever
-- made it.  Its owner could have put operators and functions there for the
-- views and bodies below to find, or could change later what is called from
-- there; so it must be a superuser's and empty, and nobody else may be on the
-- way to create in it.  (What default privileges gave just now on the schema
-- that CREATE EXTENSION itself made, in the same breath as the extension's row,
-- nobody can have used: 99_rights.sql takes it away.)
--
DO LANGUAGE plpgsql $$
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_namespace AS n
				 JOIN pg_catalog.pg_authid AS r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
				 JOIN pg_catalog.pg_extension AS e ON e.extname OPERATOR(pg_catalog.=) n.nspname
				WHERE n.nspname OPERATOR(pg_catalog.=) 'arch_inspect'
				  AND (NOT r.rolsuper
					   OR n.xmin OPERATOR(pg_catalog.<>) e.xmin
						  AND EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) AS a
									   WHERE a.privilege_type OPERATOR(pg_catalog.=) 'CREATE'
										 AND a.grantee OPERATOR(pg_catalog.<>) n.nspowner)
					   OR EXISTS (SELECT FROM pg_catalog.pg_depend AS d
								   WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
									 AND d.refobjid OPERATOR(pg_catalog.=) n.oid
									 AND d.classid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_extension'::pg_catalog.regclass)))
	THEN
		RAISE duplicate_schema USING
			MESSAGE = 'schema "arch_inspect" exists already and can not be trusted',
			DETAIL = 'It belongs to a role that is no superuser, or holds objects, or others may create some in it.',
			HINT = 'Look at what it holds and who has rights on it, and drop or rename it.';
	END IF;
END
$$;

--
-- The schema is for everybody to use; each object states who may see what.
--
GRANT USAGE ON SCHEMA arch_inspect TO PUBLIC;

