--
-- The schemas are members of the extension, made here and gone with it; all that
-- is in them is named with them.  (CREATE EXTENSION would make one that stays,
-- and take one that is there already, whoever made it: its owner could have put
-- operators and functions there for the views and bodies below to find, or could
-- change later what is called from there.)
--
DO LANGUAGE plpgsql $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['arch_inspect', 'arch_parts'] LOOP
		IF EXISTS (SELECT FROM pg_catalog.pg_namespace AS n
					WHERE n.nspname OPERATOR(pg_catalog.=) name)
		THEN
			RAISE duplicate_schema USING
				MESSAGE = format('schema "%s" exists already and can not be trusted', name),
				DETAIL = 'The extension makes a schema of its own.',
				HINT = 'Look at what it holds, and drop or rename it.';
		END IF;
	END LOOP;
END
$$;

-- arch_inspect holds what people call: instruments shows the way
CREATE SCHEMA arch_inspect;
COMMENT ON SCHEMA arch_inspect IS
'The instruments of the extension arch_inspect. To find one, ask
arch_inspect.instruments.';

-- arch_parts holds what only the views and functions of arch_inspect call,
-- where neither tab completion nor \df arch_inspect.* shows it
CREATE SCHEMA arch_parts;
COMMENT ON SCHEMA arch_parts IS
'What the views and functions of the schema arch_inspect are made of. Not meant
to be called; it changes without notice.';

--
-- The schemas are for everybody to use: a view's functions are run with the
-- rights of whoever reads the view.  Each object states who may see what.
--
GRANT USAGE ON SCHEMA arch_inspect, arch_parts TO PUBLIC;
