--
-- walkthrough: the lesson, live
--

-- desk_tables names everything that the steps and claims create
CREATE FUNCTION arch_lab.desk_tables()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN ARRAY['doomed', 'visits', 'large_data', 'random_data', 'accounts',
	'logins', 'numbers', 'busy', 'counted', 'probe', 'seats', 'loans'];

COMMENT ON FUNCTION arch_lab.desk_tables() IS
'The names of the tables that the lesson creates. Never NULL. For everybody.';

-- desk_sweep is the SQL that drops them, and the lesson's function
--
-- When the lesson began, nothing had these names; what has them now and is the
-- caller's is the lesson's.
--
CREATE FUNCTION arch_lab.desk_sweep(home text)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
RETURN pg_catalog.format('SET client_min_messages = warning; DO LANGUAGE plpgsql %L', pg_catalog.format($do$
DECLARE
	what pg_catalog.text;
BEGIN
	SET LOCAL search_path = pg_catalog, pg_temp;
	FOR what IN
		SELECT format('TABLE IF EXISTS %%I.%%I CASCADE', n.nspname, c.relname)
		  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		 WHERE n.nspname = %1$L AND c.relkind IN ('r', 'p')
		   AND c.relname = ANY (%2$L::name[])
		   AND pg_get_userbyid(c.relowner) = current_user
		UNION ALL
		SELECT format('FUNCTION IF EXISTS %%I.square(integer)', n.nspname)
		  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
		 WHERE n.nspname = %1$L AND p.proname = 'square'
		   AND p.proargtypes = '23'::oidvector
		   AND pg_get_userbyid(p.proowner) = current_user
	LOOP
		EXECUTE 'DROP ' || what;
	END LOOP;
END $do$, home, arch_lab.desk_tables()));

COMMENT ON FUNCTION arch_lab.desk_sweep(text) IS
'The SQL that drops what the lesson creates in the schema: tables of desk_tables() and square(integer), where they belong to whoever runs it. NULL for NULL. For everybody.';

-- desk_drop is the SQL that drops the schema that was made with this mark
--
-- The name alone does not tell whose a schema is: it may have been taken by
-- another since.
--
CREATE FUNCTION arch_lab.desk_drop(mark text)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
RETURN pg_catalog.format('SET client_min_messages = warning; DO LANGUAGE plpgsql %L', pg_catalog.format($do$
DECLARE
	home pg_catalog.text;	-- resolved before the next line is run
BEGIN
	SET LOCAL search_path = pg_catalog, pg_temp;
	FOR home IN
		SELECT n.nspname
		  FROM pg_namespace AS n JOIN pg_description AS d ON d.objoid = n.oid
		 WHERE d.classoid = 'pg_namespace'::regclass AND d.description = %1$L
		   AND pg_get_userbyid(n.nspowner) = current_user
	LOOP
		EXECUTE format('DROP SCHEMA %%I CASCADE', home);
	END LOOP;
END $do$, mark));

COMMENT ON FUNCTION arch_lab.desk_drop(text) IS
'The SQL that drops the schema whose comment is the mark, where it belongs to whoever runs it. NULL for NULL. For everybody.';

-- desk_shared says why a schema is not its owner's alone
CREATE FUNCTION arch_lab.desk_shared(home oid)
RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	what pg_catalog.text;
BEGIN
	SELECT format('%s may create objects', CASE a.grantee WHEN 0 THEN 'everybody' ELSE a.grantee::regrole::text END)
	  INTO what
	  FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
	 WHERE n.oid = home AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
	   AND NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.oid = a.grantee AND r.rolsuper)
	 LIMIT 1;
	IF what IS NULL THEN
		SELECT format('%s belongs to %s', o.what, o.owner::regrole) INTO what
		  FROM pg_namespace AS n,
			   LATERAL (SELECT 'function ' || p.oid::regprocedure::text, p.proowner
						  FROM pg_proc AS p WHERE p.pronamespace = n.oid
						UNION ALL
						SELECT 'operator ' || p.oid::regoperator::text, p.oprowner
						  FROM pg_operator AS p WHERE p.oprnamespace = n.oid
						UNION ALL
						SELECT 'type ' || t.oid::regtype::text, t.typowner
						  FROM pg_type AS t WHERE t.typnamespace = n.oid) AS o (what, owner)
		 WHERE n.oid = home AND o.owner <> n.nspowner
		   AND NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.oid = o.owner AND r.rolsuper)
		 LIMIT 1;
	END IF;
	IF what IS NULL THEN
		-- A trigger of theirs on a table of the lesson would run as its owner.
		SELECT format('%s may put triggers on each new table (default privileges)',
					  CASE a.grantee WHEN 0 THEN 'everybody' ELSE a.grantee::regrole::text END)
		  INTO what
		  FROM pg_namespace AS n
		  JOIN pg_default_acl AS d ON d.defaclrole = n.nspowner AND d.defaclnamespace IN (0, n.oid) AND d.defaclobjtype = 'r',
			   aclexplode(d.defaclacl) AS a
		 WHERE n.oid = home AND a.privilege_type = 'TRIGGER' AND a.grantee <> n.nspowner
		   AND EXISTS (SELECT FROM pg_roles AS r
						WHERE r.oid >= 16384 AND NOT r.rolsuper
						  AND NOT pg_has_role(r.oid, n.nspowner, 'USAGE')
						  AND (a.grantee = 0 OR pg_has_role(r.oid, a.grantee, 'USAGE'))
						  AND has_schema_privilege(r.oid, n.oid, 'USAGE'))
		 LIMIT 1;
	END IF;
	RETURN what;
END
$$;

COMMENT ON FUNCTION arch_lab.desk_shared(oid) IS
'In words, how somebody other than its owner or a superuser has put, or may put, into a schema what is executed by whoever works there; NULL where nobody can, and for NULL. For everybody.';

-- desk_private takes from others what default privileges gave them on a new schema
CREATE FUNCTION arch_lab.desk_private(home text)
RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	other text;
	how text;
BEGIN
	FOR other IN
		SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
		  FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
		 WHERE n.nspname = home AND a.grantee <> n.nspowner
	LOOP
		EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %s CASCADE', home, other);
	END LOOP;
	how := arch_lab.desk_shared(quote_ident(home)::regnamespace);
	IF how IS NOT NULL THEN
		RAISE insufficient_privilege USING
			MESSAGE = 'the lesson''s schema can not be kept for its owner alone',
			DETAIL = format('In it, %s.', how);
	END IF;
END
$$;

COMMENT ON FUNCTION arch_lab.desk_private(text) IS
'Takes from everybody but its owner all rights on a schema; 42501 where it is desk_shared() all the same. NULL for NULL. For everybody: it takes what the caller could.';

-- desk_open makes the caller a place to work and sessions that work there
CREATE FUNCTION arch_lab.desk_open()
RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	home text;
	fresh bool := has_database_privilege(current_database(), 'CREATE');
	mark text;
	clean text;
	taken text;
	places int;
	failed record;
BEGIN
	SELECT string_agg(s.name, ', ') INTO taken FROM arch_lab.sessions AS s
	 WHERE s.name IN ('caretaker', 'reader', 'writer', 'third', 'newcomer');
	IF taken IS NOT NULL THEN
		RAISE duplicate_object USING
			MESSAGE = 'sessions with names that the lesson uses are open',
			DETAIL = format('They are: %s.', taken),
			HINT = 'Close them with arch_lab.session_close_all().';
	END IF;
	SELECT current_setting('arch_lab.max_sessions')::int - count(*) INTO places FROM arch_lab.sessions AS s;
	IF places < 4 THEN
		RAISE configuration_limit_exceeded USING
			MESSAGE = 'the lesson needs four further sessions',
			DETAIL = format('This connection has %s open, and arch_lab.max_sessions allows %s.',
							(SELECT count(*) FROM arch_lab.sessions), current_setting('arch_lab.max_sessions')),
			HINT = CASE WHEN current_setting('arch_lab.max_sessions')::int < 4
						THEN 'A superuser may increase arch_lab.max_sessions.'
						ELSE 'Close them with arch_lab.session_close_all().' END;
	END IF;
	IF pg_is_in_recovery() THEN
		RAISE read_only_sql_transaction USING
			MESSAGE = 'the lesson can not be walked on a standby server',
			HINT = 'Its steps create tables: walk it on the primary.';
	END IF;
	IF fresh THEN
		-- A schema of this name may be there: another's, or one that a crash left.
		SELECT n.name INTO home
		  FROM (SELECT 'arch_lab_' || pg_backend_pid() || CASE i WHEN 0 THEN '' ELSE '_' || i END, i
				  FROM generate_series(0, 1000) AS i) AS n (name, i)
		 WHERE NOT EXISTS (SELECT FROM pg_namespace AS s WHERE s.nspname = n.name)
		 ORDER BY n.i LIMIT 1;
		mark := 'where a lesson is at work; arch_lab.desk_open() made it, and it goes when that ends ('
			|| gen_random_uuid() || ')';
		clean := arch_lab.desk_drop(mark);
	ELSE
		SELECT n.nspname INTO home FROM pg_namespace AS n
		 WHERE n.nspowner = quote_ident(current_user)::regrole AND n.nspname !~ '^pg_'
		   AND arch_lab.desk_shared(n.oid) IS NULL
		 ORDER BY n.nspname <> current_user, n.nspname LIMIT 1;
		IF home IS NULL THEN
			SELECT format('In schema "%s" of yours, %s.', n.nspname, arch_lab.desk_shared(n.oid)) INTO taken
			  FROM pg_namespace AS n
			 WHERE n.nspowner = quote_ident(current_user)::regrole AND n.nspname !~ '^pg_'
			 ORDER BY n.nspname <> current_user, n.nspname LIMIT 1;
			IF taken IS NOT NULL THEN
				RAISE insufficient_privilege USING
					MESSAGE = format('role "%s" has no schema of its own alone to work in', current_user),
					DETAIL = taken,
					HINT = 'What others put there could be called in your name: take it away, and the right to do so.';
			END IF;
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
		SELECT r.message, r.sqlstate, r.detail, r.hint INTO failed
		  FROM arch_lab.session_run('caretaker',
				format('CREATE SCHEMA %I; COMMENT ON SCHEMA %I IS %L; SELECT arch_lab.desk_private(%L::pg_catalog.text)', home, home, mark, home)) AS r
		 WHERE r.kind = 'error';
		IF FOUND THEN
			PERFORM arch_lab.session_close('caretaker');
			RAISE EXCEPTION USING ERRCODE = failed.sqlstate, MESSAGE = failed.message,
				DETAIL = coalesce(failed.detail, ''), HINT = coalesce(failed.hint, '');
		END IF;
	END IF;
	PERFORM arch_lab.session_text('caretaker', format('SET search_path = %I', home));
	RETURN format('%I, arch_desk', home);
END
$$;

COMMENT ON FUNCTION arch_lab.desk_open() IS
'Makes a place for the lesson''s tables, and a session "caretaker" that empties it when it ends: a new schema arch_lab_<pid> (or, where that name is taken, one like it) where the caller may create one in this database, else a schema that the caller owns and nobody else can put functions into. Returns the search_path that leads there, and to arch_desk: to no schema in which anybody but the caller or a superuser may create. For everybody; 42501 for a role without any such schema, 42P07 where the schema holds objects of the same names, 42710 where sessions of the lesson''s names are open, 53400 where the connection has no room for four sessions, 25006 on a standby.';

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
	home text := (parse_ident(path, false))[1];
	failed record;
BEGIN
	IF NOT EXISTS (SELECT FROM arch_lab.session_run('caretaker', 'SELECT pg_catalog.current_schema()') AS r
					WHERE r.kind = 'row' AND r."values"[1] = home) THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('schema "%s" is not where the lesson is at work', home),
			HINT = 'Give the path that arch_lab.desk_open() returned.';
	END IF;
	PERFORM arch_lab.session_close(s.name)
	   FROM arch_lab.sessions AS s WHERE s.name IN ('reader', 'writer', 'third', 'newcomer');
	SELECT r.message, r.sqlstate INTO failed
	  FROM arch_lab.session_run('caretaker', arch_lab.desk_sweep(home)) AS r
	 WHERE r.kind = 'error';
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = failed.sqlstate, MESSAGE = failed.message;
	END IF;
END
$$;

COMMENT ON FUNCTION arch_lab.desk_clear(text) IS
'Ends the lesson''s sessions and drops what they created, so that the next section or claim begins with nothing; path is what desk_open() returned. For everybody. Errors: 42704 where no desk is open, 22023 for another path.';

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

-- steps_of names the steps that an answer to "which?" means
--
-- A number or the beginning of a section's name is that section, two numbers
-- are a step.  Anything else is words to look for, each at the beginning of a
-- word: in titles, and where no title has them all, in all that a step says.
--
CREATE FUNCTION arch_lab.steps_of(asked text)
RETURNS TABLE (section_no int, step int)
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 ROWS 10
BEGIN ATOMIC
	WITH steps AS MATERIALIZED (
		SELECT l.section_no, l.step,
			   asked IS NULL OR l.section_no::text = asked
			   OR pg_catalog.starts_with(pg_catalog.lower(l.section), pg_catalog.lower(asked)) AS in_section,
			   l.section_no || '.' || l.step = asked AS is_step,
			   arch_parts.has_words(l.title, asked) AS in_title,
			   arch_parts.has_words(pg_catalog.concat_ws(' ', l.section, l.title, l.lesson, l.script, l.see, l.fact), asked) AS in_text
		  FROM arch_lab.lesson_steps() AS l
		 WHERE COALESCE(l.from_major, 0) <= pg_catalog.current_setting('server_version_num')::int / 10000
	), place AS MATERIALIZED (
		SELECT CASE WHEN pg_catalog.bool_or(s.in_section) THEN 1 WHEN pg_catalog.bool_or(s.is_step) OR asked ~ '^[0-9]+[.][0-9]+$' THEN 2
					WHEN pg_catalog.bool_or(s.in_title) THEN 3 ELSE 4 END AS n
		  FROM steps AS s
	)
	SELECT s.section_no, s.step
	  FROM steps AS s, place AS p
	 WHERE CASE p.n WHEN 1 THEN s.in_section WHEN 2 THEN s.is_step WHEN 3 THEN s.in_title ELSE s.in_text END
	 ORDER BY s.section_no, s.step;
END;

COMMENT ON FUNCTION arch_lab.steps_of(text) IS
'The steps of the lesson that a word or a number means.
A section by its number or the beginning of its name, a step by both numbers
(''5.7''), else the steps that have all the words in the title, or where no title
has them, in what they run and say; all for NULL. Steps that show what only a
later major has are left out. No row where nothing has them.
For everybody.';

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
	s record;
	answers text;
BEGIN
	IF NOT EXISTS (SELECT FROM arch_lab.steps_of(walkthrough.section)) THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('nothing in the lesson is called "%s"', section),
			DETAIL = coalesce(
				(SELECT format('Step %s.%s shows it, on PostgreSQL %s and later.', l.section_no, l.step, l.from_major)
				   FROM arch_lab.lesson_steps() AS l
				  WHERE l.from_major > current_setting('server_version_num')::int / 10000
				    AND (l.section_no || '.' || l.step = walkthrough.section OR arch_parts.has_words(l.title, walkthrough.section))
				  ORDER BY l.section_no, l.step LIMIT 1),
				'No section has this number or beginning, no step this number, and none has all these words.'),
			HINT = (SELECT 'Its sections are: ' || string_agg(DISTINCT l.section_no || ' ' || l.section, ', ')
						   || '. The view arch_lab.lesson_steps has the titles of the steps.'
					  FROM arch_lab.lesson_steps() AS l);
	END IF;

	path := arch_lab.desk_open();
	BEGIN
		-- a step builds on those before it in its section: these are run too
		FOR s IN SELECT l.*, w.step IS NOT NULL AS asked
				   FROM arch_lab.lesson_steps() AS l
				   LEFT JOIN arch_lab.steps_of(walkthrough.section) AS w ON w.section_no = l.section_no AND w.step = l.step
				  WHERE coalesce(l.from_major, 0) <= current_setting('server_version_num')::int / 10000
					AND l.step <= (SELECT max(o.step) FROM arch_lab.steps_of(walkthrough.section) AS o
									WHERE o.section_no = l.section_no)
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
			SELECT p.transcript, p.results INTO result, answers FROM arch_lab.played(ran, path) AS p;
			see := s.see;
			fact := s.fact;
			holds := (SELECT bool_and(answers ~ e) FROM unnest(s.expect) AS e);
			IF s.asked THEN
				RETURN NEXT;
			END IF;
		END LOOP;
		PERFORM arch_lab.desk_close();
	EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
		PERFORM arch_lab.desk_close();
		RAISE;
	END;
END
$$;

COMMENT ON FUNCTION arch_lab.walkthrough(text) IS
'Plays the lesson, or a part of it, on this server.
Step by step and as the caller, it returns a row a step: the lesson''s snippet (NULL where the step adds to it), what was run, the live result as text, what to see in it, what is true where the lesson is wrong or dated (else NULL), and whether the step showed what it says (holds). section: the beginning of a section''s name or its number, a step (''5.7''), or words that a step has; NULL for all. What only a later major has is left out (lesson_steps.from_major). What a step builds on is run before it and not shown. Works in a schema of the caller''s own and drops what it created, also after an error or a cancel. For everybody who may create a schema or owns one (see desk_open); needs three or four free worker processes. 22023 for what is not there.';

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
			CASE WHEN w.section_no IS DISTINCT FROM pg_catalog.lag(w.section_no) OVER (ORDER BY w.section_no, w.step)
				 THEN pg_catalog.format(E'\n%s\n%s\n', w.section_name,
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
	  FROM arch_lab.walkthrough(section) AS w
	 ORDER BY w.section_no, w.step;
END;

COMMENT ON FUNCTION arch_lab.walkthrough_text(text) IS
'walkthrough() as a page to read: a text a step, in order. A step that did not show what it says is marked FAILED. For everybody, as walkthrough().';

REVOKE ALL ON FUNCTION arch_lab.steps_of(text), arch_lab.desk_tables(),
	arch_lab.desk_sweep(text),
	arch_lab.desk_drop(text),
	arch_lab.desk_shared(oid),
	arch_lab.desk_private(text),
	arch_lab.desk_open(),
	arch_lab.desk_close(),
	arch_lab.desk_clear(text),
	arch_lab.desk_seat(text),
	arch_lab.walkthrough(text),
	arch_lab.folded(text, text),
	arch_lab.walkthrough_text(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.steps_of(text), arch_lab.desk_tables(),
	arch_lab.desk_sweep(text),
	arch_lab.desk_drop(text),
	arch_lab.desk_shared(oid),
	arch_lab.desk_private(text),
	arch_lab.desk_open(),
	arch_lab.desk_close(),
	arch_lab.desk_clear(text),
	arch_lab.desk_seat(text),
	arch_lab.walkthrough(text),
	arch_lab.folded(text, text),
	arch_lab.walkthrough_text(text) TO PUBLIC;
