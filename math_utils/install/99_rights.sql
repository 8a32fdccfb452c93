--
-- The rights, whatever default privileges say.
--
-- ALTER DEFAULT PRIVILEGES holds for each object that was made above: it may
-- have given others more, or taken from PUBLIC what is for everybody.  All of
-- math_utils is for everybody to use, and nothing of it for anybody to change.
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
		SELECT format('REVOKE %s %s ON %s FROM %s CASCADE',
					  CASE WHEN x.stated THEN 'GRANT OPTION FOR' END, x.privilege_type, x.what,
					  CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END)
		  FROM (SELECT m.what, a.grantee, a.privilege_type, a.is_grantable,
					   a.privilege_type IN ('EXECUTE', 'SELECT', 'USAGE')
						AND (a.grantee = 0) AS stated
				  FROM (SELECT CASE o.classid WHEN 'pg_proc'::regclass THEN 'ROUTINE ' || o.objid::regprocedure::text
								   WHEN 'pg_class'::regclass THEN 'TABLE ' || o.objid::regclass::text
								   WHEN 'pg_type'::regclass THEN 'TYPE ' || o.objid::regtype::text END,
							   coalesce(p.proname, c.relname, t.typname),
							   coalesce(p.proowner, c.relowner, t.typowner),
							   coalesce(p.proacl, c.relacl, t.typacl)
						  FROM (SELECT d.classid, d.objid FROM pg_depend AS d
								  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
								 WHERE d.deptype = 'e' AND e.extname = 'math_utils') AS o (classid, objid)
						  LEFT JOIN pg_proc AS p ON o.classid = 'pg_proc'::regclass AND p.oid = o.objid
						  LEFT JOIN pg_class AS c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid
						  LEFT JOIN pg_type AS t ON o.classid = 'pg_type'::regclass AND t.oid = o.objid
					   ) AS m (what, name, owner, acl),
					   aclexplode(m.acl) AS a
				 WHERE m.what IS NOT NULL AND a.grantee <> m.owner) AS x
		 WHERE NOT x.stated OR x.is_grantable
		UNION ALL
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
