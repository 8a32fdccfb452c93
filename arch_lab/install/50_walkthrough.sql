--
-- walkthrough: the lesson, live
--

-- desk_tables names everything that the steps and claims create
CREATE FUNCTION arch_lab.desk_tables()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN ARRAY['doomed', 'visits', 'large_data', 'random_data', 'accounts',
	'logins', 'numbers', 'busy', 'counted', 'probe'];

COMMENT ON FUNCTION arch_lab.desk_tables() IS
'The names of the tables that the lesson creates. Never NULL. For everybody.';

-- desk_sweep is the SQL that drops them, and the lesson's function
CREATE FUNCTION arch_lab.desk_sweep(home text)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
BEGIN ATOMIC
	SELECT pg_catalog.string_agg(
			pg_catalog.format('DROP TABLE IF EXISTS %I.%I CASCADE', home, t), '; ')
		|| pg_catalog.format('; DROP FUNCTION IF EXISTS %I.square(integer)', home)
	  FROM pg_catalog.unnest(arch_lab.desk_tables()) AS t;
END;

COMMENT ON FUNCTION arch_lab.desk_sweep(text) IS
'The SQL that drops what the lesson creates in the schema. NULL for NULL. For everybody.';

-- desk_open makes the caller a place to work and sessions that work there
CREATE FUNCTION arch_lab.desk_open()
RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	home text;
	fresh bool := has_database_privilege(current_database(), 'CREATE');
	path text;
	clean text;
	taken text;
	failed record;
BEGIN
	SELECT string_agg(s.name, ', ') INTO taken FROM arch_lab.sessions AS s
	 WHERE s.name IN ('caretaker', 'reader', 'writer', 'third', 'newcomer');
	IF taken IS NOT NULL THEN
		RAISE duplicate_object USING
			MESSAGE = 'sessions with names that the lesson uses are open',
			DETAIL = format('They are: %s.', taken),
			HINT = 'Close them with arch_lab.session_close(name), or arch_lab.desk_close().';
	END IF;
	IF pg_is_in_recovery() THEN
		RAISE read_only_sql_transaction USING
			MESSAGE = 'the lesson can not be walked on a standby server',
			HINT = 'Its steps create tables: walk it on the primary.';
	END IF;
	IF fresh THEN
		home := 'arch_lab_' || pg_backend_pid();
		clean := format('DROP SCHEMA IF EXISTS %I CASCADE', home);
	ELSE
		SELECT nspname INTO home FROM pg_namespace
		 WHERE nspowner = quote_ident(current_user)::regrole AND nspname !~ '^pg_'
		 ORDER BY nspname <> current_user, nspname LIMIT 1;
		IF home IS NULL THEN
			RAISE insufficient_privilege USING
				MESSAGE = format('role "%s" has no schema to work in', current_user),
				HINT = format('The database''s owner gives one: CREATE SCHEMA AUTHORIZATION %I;', current_user);
		END IF;
		SELECT string_agg(c.oid::regclass::text, ', ') INTO taken
		  FROM pg_class AS c
		 WHERE c.relnamespace = quote_ident(home)::regnamespace AND c.relname = ANY (arch_lab.desk_tables());
		IF taken IS NOT NULL OR to_regprocedure(format('%I.square(integer)', home)) IS NOT NULL THEN
			RAISE duplicate_table USING
				MESSAGE = format('schema "%s" holds objects with names that the lesson uses', home),
				DETAIL = format('They are: %s.', coalesce(taken, 'square(integer)')),
				HINT = 'Rename or drop them: the lesson drops what it created, and nothing else.';
		END IF;
		clean := arch_lab.desk_sweep(home);
	END IF;

	-- The session that cleans up when it ends, however it ends.
	PERFORM arch_lab.session_open('caretaker', clean);
	IF fresh THEN
		SELECT r.message, r.sqlstate, r.hint INTO failed
		  FROM arch_lab.session_run('caretaker',
				format('%s; CREATE SCHEMA %I', clean, home)) AS r
		 WHERE r.kind = 'error';
		IF FOUND THEN
			PERFORM arch_lab.session_close('caretaker');
			RAISE EXCEPTION USING ERRCODE = failed.sqlstate, MESSAGE = failed.message,
				HINT = coalesce(failed.hint, '');
		END IF;
	END IF;
	SELECT format('%I, ', home) || string_agg(DISTINCT extnamespace::regnamespace::text, ', ')
	  INTO path FROM pg_extension WHERE extname IN ('math_utils', 'pgcrypto');
	RETURN path;
END
$$;

COMMENT ON FUNCTION arch_lab.desk_open() IS
'Makes a place for the lesson''s tables, and a session "caretaker" that empties it when it ends: a new schema arch_lab_<pid> where the caller may create one in this database, else a schema that the caller owns. Returns the search_path that leads there. For everybody; 42501 for a role without any schema of its own, 42P07 where the schema holds objects of the same names, 42710 where sessions of the lesson''s names are open, 25006 on a standby.';

CREATE FUNCTION arch_lab.desk_close()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- The caretaker last: it drops what the others used.
	PERFORM arch_lab.session_close(s.name)
	   FROM arch_lab.sessions AS s
	  WHERE s.name IN ('reader', 'writer', 'third', 'newcomer');
	PERFORM arch_lab.session_close(s.name)
	   FROM arch_lab.sessions AS s WHERE s.name = 'caretaker';
END
$$;

COMMENT ON FUNCTION arch_lab.desk_close() IS
'Ends the sessions of the lesson and, with "caretaker", drops what they created. Does nothing where there are none. For everybody: it touches the caller''s own sessions only.';

-- desk_clear drops what a section or a claim created, so that the next one begins with nothing
CREATE FUNCTION arch_lab.desk_clear(path text)
RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	failed record;
BEGIN
	PERFORM arch_lab.session_close(s.name)
	   FROM arch_lab.sessions AS s WHERE s.name IN ('reader', 'writer', 'third', 'newcomer');
	SELECT r.message, r.sqlstate INTO failed
	  FROM arch_lab.session_run('caretaker', 'SET client_min_messages = warning; ' || arch_lab.desk_sweep((parse_ident(path, false))[1])) AS r
	 WHERE r.kind = 'error';
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = failed.sqlstate, MESSAGE = failed.message;
	END IF;
END
$$;

COMMENT ON FUNCTION arch_lab.desk_clear(text) IS
'Ends the lesson''s sessions and drops what they created, so that the next section or claim begins with nothing; path is what desk_open() returned. For everybody.';

-- desk_seat opens the sessions that a section begins with, anew
CREATE FUNCTION arch_lab.desk_seat(path text)
RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who text;
BEGIN
	FOREACH who IN ARRAY ARRAY['reader', 'writer', 'third', 'newcomer'] LOOP
		PERFORM arch_lab.session_close(s.name) FROM arch_lab.sessions AS s WHERE s.name = who;
		IF who IN ('reader', 'writer') THEN
			PERFORM arch_lab.session_open(who);
			PERFORM arch_lab.session_text(who, 'SET search_path = ' || path);
		END IF;
	END LOOP;
END
$$;

COMMENT ON FUNCTION arch_lab.desk_seat(text) IS
'Opens the sessions "reader" and "writer" anew, with the search_path that desk_open() returned. For everybody.';

CREATE FUNCTION arch_lab.walkthrough(section text DEFAULT NULL,
	OUT section_no int, OUT section_name text, OUT step int, OUT title text,
	OUT lesson text, OUT ran text, OUT result text, OUT see text, OUT fact text,
	OUT holds bool)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 40
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	path text;
	last_section int;
	s arch_lab.lesson_steps;
BEGIN
	IF section IS NOT NULL AND NOT EXISTS (SELECT FROM arch_lab.lesson_steps AS l
			WHERE l.section ILIKE walkthrough.section || '%' OR l.section_no::text = walkthrough.section) THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('the lesson has no section "%s"', section),
			HINT = (SELECT 'Its sections are: ' || string_agg(DISTINCT l.section_no || ' ' || l.section, ', ') || '.'
					  FROM arch_lab.lesson_steps AS l);
	END IF;

	path := arch_lab.desk_open();
	BEGIN
		FOR s IN SELECT * FROM arch_lab.lesson_steps AS l
				  WHERE walkthrough.section IS NULL
					 OR l.section ILIKE walkthrough.section || '%'
					 OR l.section_no::text = walkthrough.section
				  ORDER BY l.section_no, l.step
		LOOP
			IF s.section_no IS DISTINCT FROM last_section THEN
				PERFORM arch_lab.desk_clear(path);
				PERFORM arch_lab.desk_seat(path);
				last_section := s.section_no;
			END IF;
			section_no := s.section_no;
			section_name := s.section;
			step := s.step;
			title := s.title;
			lesson := s.lesson;
			ran := coalesce(s.script, 'reader: ' || s.lesson);
			result := arch_lab.play(ran);
			see := s.see;
			fact := s.fact;
			holds := (SELECT bool_and(result ~ e) FROM unnest(s.expect) AS e);
			RETURN NEXT;
		END LOOP;
		PERFORM arch_lab.desk_close();
	EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
		PERFORM arch_lab.desk_close();
		RAISE;
	END;
END
$$;

COMMENT ON FUNCTION arch_lab.walkthrough(text) IS
'Plays the lesson on this server, step by step and as the caller, and returns a row a step: the lesson''s snippet (NULL where the step adds to it), what was run, the live result as text, what to see in it, what is true where the lesson is wrong or dated (else NULL), and whether the step showed what it says (holds). section: the beginning of a section''s name or its number, NULL for all. Works in a schema of the caller''s own and drops what it created, also after an error or a cancel. For everybody who may create a schema or owns one (see desk_open); needs three or four free worker processes. 22023 for a section that is not there.';

-- folded lays a paragraph out in lines of at most 76 characters
CREATE FUNCTION arch_lab.folded(label text, paragraph text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
RETURN pg_catalog.rtrim(pg_catalog.regexp_replace(label || paragraph, '(.{1,76})(\s+|$)', E'  \\1\n', 'g'), E'\n');

COMMENT ON FUNCTION arch_lab.folded(text, text) IS
'The label and the paragraph in lines of at most 76 characters, indented by two. NULL where one of them is NULL. For everybody.';

CREATE FUNCTION arch_lab.walkthrough_text(section text DEFAULT NULL)
RETURNS SETOF text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 40
BEGIN ATOMIC
	SELECT pg_catalog.concat_ws(E'\n',
			CASE WHEN w.step = 1 THEN pg_catalog.format(E'\n%s\n%s\n', w.section_name,
				pg_catalog.repeat('=', pg_catalog.length(w.section_name))) END,
			pg_catalog.format(E'-- %s.%s  %s\n', w.section_no, w.step, w.title),
			CASE WHEN w.lesson IS NOT NULL
				 THEN E'  The lesson:\n' || pg_catalog.regexp_replace(w.lesson, '^', '    ', 'gn') || E'\n' END,
			CASE WHEN w.ran !~ '\n[a-z]+( collect)?:' AND w.lesson IS NULL
				 THEN pg_catalog.regexp_replace(pg_catalog.regexp_replace(w.ran, '^reader: ', ''), '^', '    ', 'gn') || E'\n' END,
			pg_catalog.regexp_replace(pg_catalog.rtrim(w.result, E'\n'), '^', '    ', 'gn') || E'\n',
			arch_lab.folded('See: ', w.see),
			arch_lab.folded('But: ', w.fact),
			CASE WHEN w.holds THEN '' ELSE E'  FAILED: the result is not what this step says.\n' END)
	  FROM arch_lab.walkthrough(section) AS w;
END;

COMMENT ON FUNCTION arch_lab.walkthrough_text(text) IS
'walkthrough() as a page to read: a text a step, in order. A step that did not show what it says is marked FAILED. For everybody, as walkthrough().';

