--
-- What default privileges gave, taken back.
--
-- ALTER DEFAULT PRIVILEGES holds for each object that was made above: it gives
-- others rights to write where only the extension may, to create in its schema,
-- to see what is for monitors alone.  So every member is gone through: beside
-- the owner, PUBLIC keeps the right to use it where its file left that,
-- and the roles named below what is theirs.
--
-- This ends the install script of each extension of the suite; ext.mk puts its
-- name in.
--
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
						AND (a.grantee = 0
							 OR (m.name, a.grantee::regrole::text) IN (
								('buffers', 'pg_monitor'),
								('buffer_usage', 'pg_monitor'),
								('buffer_clock', 'pg_monitor'),
								('io_handles', 'pg_read_all_stats'),
								('shared_memory', 'pg_read_all_stats'))) AS stated
				  FROM (SELECT CASE o.classid WHEN 'pg_proc'::regclass THEN 'ROUTINE ' || o.objid::regprocedure::text
								   WHEN 'pg_class'::regclass THEN 'TABLE ' || o.objid::regclass::text
								   WHEN 'pg_type'::regclass THEN 'TYPE ' || o.objid::regtype::text
								   WHEN 'pg_namespace'::regclass THEN 'SCHEMA ' || o.objid::regnamespace::text END,
							   coalesce(p.proname, c.relname, t.typname, n.nspname),
							   coalesce(p.proowner, c.relowner, t.typowner, n.nspowner),
							   coalesce(p.proacl, c.relacl, t.typacl, n.nspacl)
						  FROM (SELECT d.classid, d.objid FROM pg_depend AS d
								  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
								 WHERE d.deptype = 'e' AND e.extname = '@EXTENSION@') AS o (classid, objid)
						  LEFT JOIN pg_proc AS p ON o.classid = 'pg_proc'::regclass AND p.oid = o.objid
						  LEFT JOIN pg_class AS c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid
						  LEFT JOIN pg_type AS t ON o.classid = 'pg_type'::regclass AND t.oid = o.objid
						  LEFT JOIN pg_namespace AS n ON o.classid = 'pg_namespace'::regclass AND n.oid = o.objid
					   ) AS m (what, name, owner, acl),
					   aclexplode(m.acl) AS a
				 WHERE m.what IS NOT NULL AND a.grantee <> m.owner) AS x
		 WHERE NOT x.stated OR x.is_grantable
	LOOP
		EXECUTE command;
	END LOOP;
END
$$;
