--
-- What PUBLIC needs, whatever default privileges say.
--
-- ALTER DEFAULT PRIVILEGES may have taken from PUBLIC what is for everybody: all
-- of math_utils is for everybody to use.
--
-- (Nothing is created from here on, so nothing is looked for in the schema that
-- the extension goes to: whoever owns it may have put an operator there.)
--
SET LOCAL search_path = pg_catalog, pg_temp;

DO LANGUAGE plpgsql $$
DECLARE
	command text;
BEGIN
	FOR command IN
		SELECT format('GRANT EXECUTE ON ROUTINE %s TO PUBLIC', p.oid::regprocedure)
		  FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
		  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
		 WHERE d.deptype = 'e' AND e.extname = 'math_utils' AND p.proacl IS NOT NULL
		UNION ALL
		SELECT format('GRANT USAGE ON TYPE %s TO PUBLIC', t.oid::regtype)
		  FROM pg_type AS t JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid
		  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
		 WHERE d.deptype = 'e' AND e.extname = 'math_utils' AND t.typacl IS NOT NULL
	LOOP
		EXECUTE command;
	END LOOP;
END
$$;

