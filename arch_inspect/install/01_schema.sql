--
-- The schema is a member of the extension, made here and gone with it; all that
-- is in it is named with it.  (CREATE EXTENSION would make one that stays, and
-- take one that is there already, whoever made it: its owner could have put
-- operators and functions there for the views and bodies below to find, or could
-- change later what is called from there.)
--
DO LANGUAGE plpgsql $$
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_namespace AS n
				WHERE n.nspname OPERATOR(pg_catalog.=) 'arch_inspect')
	THEN
		RAISE duplicate_schema USING
			MESSAGE = 'schema "arch_inspect" exists already and can not be trusted',
			DETAIL = 'The extension makes a schema of its own.',
			HINT = 'Look at what it holds, and drop or rename it.';
	END IF;
END
$$;

CREATE SCHEMA arch_inspect;

--
-- The schema is for everybody to use; each object states who may see what.
--
GRANT USAGE ON SCHEMA arch_inspect TO PUBLIC;

