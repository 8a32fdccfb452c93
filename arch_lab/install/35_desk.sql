--
-- What the lesson calls of the other extensions
--
-- The lesson's statements say square() and crypt() as a user does, so their
-- search_path must lead there.  It may not lead through the schemas in which
-- math_utils and pgcrypto happen to be: the owner of such a schema, or of the
-- database, could put functions there that match the other calls better.
-- Here lies nothing but these functions, each bound to the member it calls.
--
CREATE SCHEMA arch_desk;
COMMENT ON SCHEMA arch_desk IS
'The functions of math_utils and pgcrypto that the lesson calls, wherever those extensions lie: nobody but a superuser can put anything else here.';
GRANT USAGE ON SCHEMA arch_desk TO PUBLIC;

DO LANGUAGE plpgsql $$
DECLARE
	f record;
	made text;
BEGIN
	FOR f IN
		SELECT p.oid, p.proname, p.prorettype, p.proisstrict, e.extname, n.nspname,
			   (SELECT string_agg(t.type::regtype::text, ', ' ORDER BY t.i) FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, i)) AS types,
			   (SELECT string_agg('$' || i, ', ' ORDER BY i) FROM generate_series(1, p.pronargs) AS i) AS arguments,
			   CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END AS volatility,
			   CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' ELSE 'UNSAFE' END AS parallel
		  FROM pg_proc AS p
		  JOIN pg_namespace AS n ON n.oid = p.pronamespace
		  JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
		  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
		 WHERE d.deptype = 'e' AND p.prokind = 'f'
		   AND (e.extname, p.proname) IN (('math_utils', 'square'), ('pgcrypto', 'crypt'), ('pgcrypto', 'gen_salt'))
		 ORDER BY p.oid
	LOOP
		made := format('arch_desk.%I(%s)', f.proname, f.types);
		EXECUTE format('CREATE FUNCTION %s RETURNS %s LANGUAGE sql %s %s PARALLEL %s RETURN %I.%I(%s)',
			made, f.prorettype::regtype, f.volatility, CASE WHEN f.proisstrict THEN 'STRICT' END,
			f.parallel, f.nspname, f.proname, f.arguments);
		EXECUTE format('COMMENT ON FUNCTION %s IS %L', made,
			format('%s() of the extension %s, for the sessions of the lesson. NULL for NULL. For everybody.', f.proname, f.extname));
		EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', made);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', made);
	END LOOP;
END
$$;
