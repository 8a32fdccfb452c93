--
-- The words of a student
--
-- All of this runs as the student, who may call any of it: it looks, and says.
-- What it finds is noted by classroom.c alone.
--

-- classroom_lines lays a text out in lines of at most 78 columns
CREATE FUNCTION arch_lab.classroom_lines(first text, rest text, words text)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
RETURN (SELECT coalesce(pg_catalog.array_agg(CASE WHEN l.n = 1 THEN first ELSE rest END || l.t ORDER BY l.n), '{}')
		  FROM (SELECT w.m, pg_catalog.row_number() OVER (ORDER BY t.n, w.n) AS n
				  FROM pg_catalog.regexp_split_to_table(words, E'\n') WITH ORDINALITY AS t (t, n),
					   LATERAL (SELECT t.t, 1::bigint
								 WHERE t.t ~ '^( |$)' OR pg_catalog.length(t.t) <= 78 - pg_catalog.length(rest)
								UNION ALL
								SELECT pg_catalog.rtrim(r.m[1]), r.n
								  FROM pg_catalog.regexp_matches(t.t,
										'(.{1,' || 78 - pg_catalog.length(rest) || '})(?:\s+|$)', 'g') WITH ORDINALITY AS r (m, n)
								 WHERE t.t !~ '^( |$)' AND pg_catalog.length(t.t) > 78 - pg_catalog.length(rest)) AS w (m, n)
			   ) AS l (t, n));

COMMENT ON FUNCTION arch_lab.classroom_lines(text, text, text) IS
'A text in lines of at most 78 columns.
first is put before the first of them, rest before the others; lines that
begin with a blank stay as they are. Empty for NULL. For everybody.';

-- classroom_home is the schema in which the student's exercises are
CREATE FUNCTION arch_lab.classroom_home()
RETURNS name
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	home name;
	taken text;
BEGIN
	SELECT n.nspname, 'In schema "' || n.nspname || '" of yours, ' || arch_lab.desk_shared(n.oid) || '.'
	  INTO home, taken
	  FROM pg_namespace AS n
	 WHERE n.nspowner = quote_ident(current_user)::regrole AND n.nspname !~ '^pg_|^arch_|^information_schema$'
	 ORDER BY arch_lab.desk_shared(n.oid) IS NOT NULL, n.nspname <> current_user, n.nspname LIMIT 1;
	IF home IS NULL THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('role "%s" has no schema to work in', current_user),
			HINT = format('The database''s owner gives one: CREATE SCHEMA AUTHORIZATION %I;', current_user);
	ELSIF taken IS NOT NULL THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('role "%s" has no schema of its own alone to work in', current_user),
			DETAIL = taken,
			HINT = 'What others put there could be called in your name: take it away, and the right to do so.';
	END IF;
	RETURN home;
END
$$;

COMMENT ON FUNCTION arch_lab.classroom_home() IS
'The schema that the caller''s exercises are in.
One that the role owns and nobody else can put functions into, first the one
of its own name. For everybody; 42501 for a role without such a schema.';

-- classroom_fill puts the student's own names into a text of an exercise
--
-- {t} is a table's name, {'t'} the same as a regclass, {home} the schema, and
-- {pid s} the process of a session that the start left open.
--
CREATE FUNCTION arch_lab.classroom_fill(body text, makes text[], mark jsonb)
RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made text;
BEGIN
	FOREACH made IN ARRAY makes LOOP
		body := replace(body, '{''' || made || '''}',
						quote_literal(format('%I.%I', mark ->> 'home', made)) || '::pg_catalog.regclass');
		body := replace(body, '{' || made || '}', format('%I.%I', mark ->> 'home', made));
	END LOOP;
	FOR made IN SELECT jsonb_object_keys(mark -> 'pids') LOOP
		body := replace(body, '{pid ' || made || '}', mark -> 'pids' ->> made);
	END LOOP;
	RETURN replace(body, '{home}', quote_ident(mark ->> 'home'));
END
$$;

COMMENT ON FUNCTION arch_lab.classroom_fill(text, text[], jsonb) IS
'A text of an exercise with the names that an attempt''s mark has.
{t} is the table t by its full name, {''t''} the same as a regclass, {home} the
schema, {pid s} the process id of session s. NULL for NULL. For everybody.';

-- classroom_run plays a script; an error of it is an error
CREATE FUNCTION arch_lab.classroom_run(script text, home name, errors_too boolean DEFAULT false)
RETURNS text
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken text;
	transcript text;
	results text;
	failed text[];
BEGIN
	SELECT string_agg(s.name, ', ') INTO taken FROM arch_lab.sessions AS s
	 WHERE s.name IN (SELECT m[1] FROM regexp_matches(script, '^([a-z][a-z0-9_]*):', 'gn') AS m);
	IF taken IS NOT NULL THEN
		RAISE duplicate_object USING
			MESSAGE = 'sessions with names that the exercise uses are open',
			DETAIL = format('They are: %s.', taken),
			HINT = 'Close them with arch_lab.session_close_all().';
	END IF;
	SELECT p.transcript, p.results INTO transcript, results
	  FROM arch_lab.played(script, format('%I, arch_desk', home)) AS p;
	failed := regexp_match(results, '^ERROR: *([0-9A-Z]{5}): ([^\n]*)', 'n');
	IF failed IS NOT NULL AND NOT errors_too THEN
		PERFORM arch_lab.session_close(s.name) FROM arch_lab.sessions AS s
		  WHERE s.name IN (SELECT m[1] FROM regexp_matches(script, '^([a-z][a-z0-9_]*):', 'gn') AS m);
		RAISE EXCEPTION USING ERRCODE = failed[1], MESSAGE = failed[2],
			DETAIL = 'This was the answer to a statement of the exercise''s own script.';
	END IF;
	RETURN transcript;
END
$$;

COMMENT ON FUNCTION arch_lab.classroom_run(text, name, boolean) IS
'Plays a script of an exercise with the schema in its search_path.
Returns the transcript; its sessions stay open. For everybody; the first error
of the SQL is an error here unless errors_too, and 42710 where sessions of its names are open.';

-- classroom_clear drops what a start made, and nothing else
CREATE FUNCTION arch_lab.classroom_clear(mark jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	drops text;
	temporary text;
	failed record;
BEGIN
	PERFORM arch_lab.session_close(s.name) FROM arch_lab.sessions AS s
	  WHERE s.pid::text = mark -> 'pids' ->> s.name;
	-- A temporary one hides what is to be made, and is only here.
	SELECT string_agg(format('pg_temp.%I', o.relname), ', ') INTO temporary
	  FROM pg_class AS o
	  JOIN jsonb_each(mark -> 'temporary') AS m (name, noted) ON o.oid = (m.noted ->> 'oid')::oid
	 WHERE o.relnamespace = pg_my_temp_schema() AND o.relkind = 'r'
	   AND m.noted ->> 'at' = (SELECT p.stamp FROM arch_lab.classroom_stamp(o.oid) AS p (stamp));
	IF temporary IS NOT NULL THEN
		EXECUTE 'DROP TABLE ' || temporary;
	END IF;
	SELECT string_agg(format('DROP %s %s', d.kind, d.names), '; ') INTO drops
	  FROM (SELECT k.kind, string_agg(o.oid::regclass::text, ', ') AS names
			  FROM pg_class AS o
			  JOIN jsonb_each((mark -> 'objects') || coalesce(mark -> 'yours', '{}')) AS m (name, noted) ON o.oid = (m.noted ->> 'oid')::oid
			  JOIN (VALUES ('r', 'TABLE'), ('p', 'TABLE'), ('v', 'VIEW'), ('m', 'MATERIALIZED VIEW'),
						   ('S', 'SEQUENCE')) AS k (relkind, kind) ON k.relkind = o.relkind
			 WHERE o.relnamespace = quote_ident(mark ->> 'home')::regnamespace
			   AND o.relowner = quote_ident(current_user)::regrole
			   AND m.noted ->> 'at' = (SELECT p.stamp FROM arch_lab.classroom_stamp(o.oid) AS p (stamp))
			 GROUP BY 1) AS d;
	IF drops IS NULL THEN
		RETURN;
	END IF;
	PERFORM arch_lab.session_open('lab');
	PERFORM arch_lab.session_text('lab', 'SET search_path = pg_catalog, pg_temp; SET lock_timeout = ''2s''; SET client_min_messages = warning');
	SELECT r.message, r.sqlstate, r.detail, r.kind INTO failed
	  FROM arch_lab.session_run('lab', drops) AS r WHERE r.kind IN ('error', 'waiting');
	WHILE failed.kind = 'waiting' LOOP
		PERFORM pg_sleep(0.1);
		SELECT r.message, r.sqlstate, r.detail, r.kind INTO failed
		  FROM arch_lab.session_result('lab') AS r WHERE r.kind IN ('error', 'waiting');
	END LOOP;
	IF failed.kind IS NOT NULL THEN
		PERFORM arch_lab.session_close('lab');
		RAISE EXCEPTION USING ERRCODE = failed.sqlstate,
			MESSAGE = 'what the exercise made can not be dropped: ' || failed.message,
			DETAIL = coalesce(failed.detail, ''),
			HINT = CASE failed.sqlstate
				WHEN '55P03' THEN 'A transaction has it locked: end it (yours may be in another window), then try again.'
				WHEN '2BP01' THEN 'Drop what you made upon it first: nothing of yours is dropped for you.'
				ELSE 'Drop it yourself, then try again.' END;
	END IF;
	PERFORM arch_lab.session_close('lab');
END
$$;

-- classroom_stamp tells an object from another that got its oid elsewhere
CREATE FUNCTION arch_lab.classroom_stamp(object oid)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
RETURN (SELECT d.oid || '/' || c.relname FROM pg_catalog.pg_class AS c, pg_catalog.pg_database AS d
		 WHERE c.oid = object AND d.datname = pg_catalog.current_database());

COMMENT ON FUNCTION arch_lab.classroom_stamp(oid) IS
'What tells a relation from one that has its oid in another database.
The database''s oid and the relation''s name; NULL for none. For everybody.';

COMMENT ON FUNCTION arch_lab.classroom_clear(jsonb) IS
'Drops what the start of an exercise made, by the mark that it noted.
Objects by their oids, where they still bear their names and belong to the
caller, temporary ones of this connection too, and ends sessions that it left
open. For everybody: it drops what the
caller could. Errors: those of DROP, 55P03 after two seconds'' wait.';

-- classroom_begin makes the start state, and the mark of it
CREATE FUNCTION arch_lab.classroom_begin(key text, before jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	home name := arch_lab.classroom_home();
	e record;
	taken text;
	reason text;
	script text;
BEGIN
	SELECT l.* INTO e FROM arch_lab.exercise_list() AS l WHERE l.key = classroom_begin.key;
	IF NOT FOUND THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('there is no exercise "%s"', key),
			HINT = 'SELECT key, title FROM arch_lab.exercises; shows those that there are.';
	END IF;
	IF e.needs IS NOT NULL THEN
		EXECUTE 'SELECT ' || e.needs INTO reason;
		IF reason IS NOT NULL THEN
			RAISE object_not_in_prerequisite_state USING
				MESSAGE = format('exercise "%s" can not be done here', key),
				DETAIL = reason,
				HINT = 'SELECT arch_lab.next(); gives you another one.';
		END IF;
	END IF;
	IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('an exercise can not be started under isolation level %s', current_setting('transaction_isolation')),
			DETAIL = 'What its script commits would not be seen here.',
			HINT = 'SET default_transaction_isolation = ''read committed'';';
	END IF;
	IF NOT pg_try_advisory_xact_lock(hashtext('arch_lab classroom'), (quote_ident(current_user)::regrole::oid::bigint - 2147483648)::int) THEN
		RAISE lock_not_available USING
			MESSAGE = 'another connection of yours is starting an exercise now',
			HINT = 'Try again when it is done.';
	END IF;

	PERFORM arch_lab.classroom_clear(before);

	SELECT string_agg(CASE c.relkind WHEN 'r' THEN 'table ' ELSE 'relation ' END || c.relname, ', ') INTO taken
	  FROM pg_class AS c
	 WHERE c.relname = ANY ((e.makes || e.yours)::name[]) AND c.relnamespace = quote_ident(home)::regnamespace;
	IF taken IS NOT NULL THEN
		RAISE duplicate_table USING
			MESSAGE = format('schema "%s" holds objects with names that the exercise uses', home),
			DETAIL = format('They are: %s; the exercise did not make them as they are now.', taken),
			HINT = 'Rename or drop them yourself: nothing of yours is dropped for you.';
	END IF;

	SELECT p.body INTO script FROM arch_lab.exercise_parts(e.file) AS p WHERE p.part = 'start';
	script := arch_lab.classroom_fill(script, e.makes, jsonb_build_object('home', home, 'pids', '{}'::jsonb));
	BEGIN
		PERFORM arch_lab.classroom_run(script, home);
	EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
		-- What it made before the error has its names, which were free.
		PERFORM arch_lab.session_close(s.name) FROM arch_lab.sessions AS s
		  WHERE s.name IN (SELECT m[1] FROM regexp_matches(script, '^([a-z][a-z0-9_]*):', 'gn') AS m)
			AND SQLSTATE <> '42710';
		PERFORM arch_lab.classroom_clear((
			SELECT jsonb_build_object('home', home, 'pids', '{}'::jsonb, 'objects', arch_lab.classroom_objects(home, e.makes))));
		RAISE;
	END;
	PERFORM arch_lab.session_close(s.name) FROM arch_lab.sessions AS s
	  WHERE s.name <> ALL (e.keeps)
		AND s.name IN (SELECT m[1] FROM regexp_matches(script, '^([a-z][a-z0-9_]*):', 'gn') AS m);
	RETURN jsonb_build_object(
		'home', home,
		'lsn', pg_current_wal_insert_lsn(),
		'xid', pg_snapshot_xmax(pg_current_snapshot())::text,
		'at', clock_timestamp(),
		'backend', pg_backend_pid(),
		'objects', arch_lab.classroom_objects(home, e.makes),
		'pids', (SELECT coalesce(jsonb_object_agg(s.name, s.pid), '{}') FROM arch_lab.sessions AS s WHERE s.name = ANY (e.keeps)));
END
$$;

COMMENT ON FUNCTION arch_lab.classroom_begin(text, jsonb) IS
'Clears what another start made, makes an exercise''s, and returns its mark.
before: the mark of the other; NULL for none. For everybody: it acts as the
caller. Errors: 22023 no such exercise, 42P07 names that are taken, 55000 where
the server does not have what it needs, 55P03 where another connection of the
same role is at it, and those of classroom_clear() and session_open().';

CREATE FUNCTION arch_lab.classroom_objects(home name, makes text[])
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
RETURN (SELECT coalesce(pg_catalog.jsonb_object_agg(m.name,
				pg_catalog.jsonb_build_object('oid', c.oid, 'file', pg_catalog.pg_relation_filenode(c.oid),
					'at', arch_lab.classroom_stamp(c.oid))), '{}')
		  FROM pg_catalog.unnest(makes) AS m (name)
		  JOIN pg_catalog.pg_class AS c ON c.relname = m.name::name
			   AND c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = home));

COMMENT ON FUNCTION arch_lab.classroom_objects(name, text[]) IS
'The objects of these names in a schema, with oid and file. For everybody.';

-- classroom_ledger is what the log has of an attempt: the way that was taken
CREATE FUNCTION arch_lab.classroom_ledger(mark jsonb, OUT ledger jsonb, OUT trouble text)
RETURNS record
LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	start pg_lsn := mark ->> 'lsn';
	relations oid[];
	far numeric := pg_current_wal_flush_lsn() - start;
BEGIN
	IF far < 0 OR far > 256 * 1024 * 1024 THEN
		trouble := CASE WHEN far < 0 THEN 'The log of this server does not reach to the start of the exercise'
						ELSE format('Since the start, %s of log were written: too much to read', pg_size_pretty(far)) END;
		RETURN;
	END IF;
	SELECT array_agg(r.oid) INTO relations
	  FROM jsonb_each((mark -> 'objects') || coalesce(mark -> 'yours', '{}')) AS o (name, noted),
		   LATERAL (SELECT (o.noted ->> 'oid')::oid
					UNION ALL SELECT i.indexrelid FROM pg_index AS i WHERE i.indrelid = (o.noted ->> 'oid')::oid
					UNION ALL SELECT c.reltoastrelid FROM pg_class AS c WHERE c.oid = (o.noted ->> 'oid')::oid) AS r (oid);
	SELECT coalesce(jsonb_agg(to_jsonb(w)), '[]') INTO ledger
	  FROM (SELECT r.lsn, r.xid::text, r.rmgr, r.record_type, r.length, r.fpi_length, r.relation::oid AS relation,
				   r.fork, r.blocks, r.action, r.new_row
			  FROM arch_inspect.wal_records(start) AS r
			 WHERE r.relation = ANY (relations) OR r.rmgr = 'Transaction'
			 LIMIT 20000) AS w;
EXCEPTION WHEN undefined_file OR invalid_parameter_value THEN
	trouble := 'The log of the way you took has been recycled';
END
$$;

COMMENT ON FUNCTION arch_lab.classroom_ledger(jsonb) IS
'What the WAL has about the objects of an attempt since its start.
ledger: its records, as far as the caller may see them, NULL where they can not
be read, and trouble says why. NULL for NULL. For everybody.';

-- classroom_question asks one question of an exercise, as the caller
CREATE FUNCTION arch_lab.classroom_question(question text, columns text, ledger jsonb, mark jsonb)
RETURNS TABLE (met boolean, what text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp SET row_security = off
AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$
		WITH way AS MATERIALIZED (
			SELECT r.*, e.record_type AS ended
			  FROM pg_catalog.jsonb_to_recordset($1) AS r (lsn pg_lsn, xid text, rmgr text, record_type text, length bigint,
					fpi_length bigint, relation oid, fork text, blocks bigint[], action text, new_row text)
			  LEFT JOIN pg_catalog.jsonb_to_recordset($1) AS e (xid text, rmgr text, record_type text)
				ON e.xid = r.xid AND e.rmgr = 'Transaction' AND e.record_type IN ('COMMIT', 'ABORT')
			 WHERE r.relation IS NOT NULL
		), mark AS (
			SELECT ($2 ->> 'lsn')::pg_lsn AS lsn, $2 ->> 'xid' AS xid, ($2 ->> 'at')::timestamptz AS at,
				   ($2 ->> 'backend')::integer AS backend, $2 -> 'objects' AS objects, $2 -> 'pids' AS pids
		)
		SELECT %s FROM (%s
		) AS c (%s)$q$,
		CASE columns WHEN 'words' THEN 'false, c.words::text' ELSE 'c.met::boolean, c.found::text' END,
		rtrim(question, E'; \n'), columns)
	USING ledger, mark;
EXCEPTION WHEN query_canceled THEN
	RAISE;
WHEN OTHERS THEN
	IF columns <> 'words' THEN
		met := false;
		what := CASE SQLSTATE WHEN '42P01' THEN 'there is no such table yet'
					 ELSE 'the server says: ' || SQLERRM END;
		RETURN NEXT;
	ELSIF SQLSTATE <> '42P01' THEN
		-- where a table is missing no way of using it can be wrong
		what := 'The server says: ' || SQLERRM;
		RETURN NEXT;
	END IF;
END
$$;

COMMENT ON FUNCTION arch_lab.classroom_question(text, text, jsonb, jsonb) IS
'What a question of an exercise is answered, as the caller.
columns: ''met, found'' or ''words''. An error is an answer, not met. For
everybody: it runs what the caller could.';

-- classroom_plan is the plan of a query, run as the caller
CREATE FUNCTION arch_lab.classroom_plan(query text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) ' || query INTO plan;
	RETURN plan::jsonb -> 0 -> 'Plan';
END
$$;

COMMENT ON FUNCTION arch_lab.classroom_plan(text) IS
'The plan of a query with what running it counted, as EXPLAIN has it.
NULL for NULL. For everybody: it runs as the caller.';

-- classroom_task is an exercise's task, as it is shown
CREATE FUNCTION arch_lab.classroom_task(e_file text, e_head text, mark jsonb, makes text[])
RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
RETURN (SELECT ARRAY[e_head, pg_catalog.repeat('-', pg_catalog.length(e_head))]
			|| arch_lab.classroom_lines('', '', arch_lab.classroom_fill(p.body, makes, mark))
		  FROM arch_lab.exercise_parts(e_file) AS p WHERE p.part = 'task');

COMMENT ON FUNCTION arch_lab.classroom_task(text, text, jsonb, text[]) IS
'The task of an exercise in lines, under its head. For everybody.';
--
-- classroom_says is what a word of a student answers, and what is to be noted
--
CREATE FUNCTION arch_lab.classroom_says(word text, argument text, OUT say text[], OUT note jsonb)
RETURNS record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;				-- the open attempt
	e record;				-- the exercise
	asked text;				-- the key of the one to start
	left_out text;
	q record;
	a record;
	way record;
	reason text;
	ok boolean := true;
	any_wrong boolean := false;
	met text[] := '{}';
	unmet text[] := '{}';
	n int;
BEGIN
	say := '{}';
	IF word = 'step' THEN
		SELECT s.say, s.note INTO say, note FROM arch_lab.step_says(argument) AS s;
		RETURN;
	END IF;
	SELECT x.* INTO p FROM arch_lab.progress AS x WHERE x.is_open;

	-- which exercise is it about
	IF word = 'start' THEN
		asked := argument;
	ELSIF word = 'reset' THEN
		asked := p.exercise;
	ELSIF word = 'next' AND (p.exercise IS NULL OR p.passed_at IS NOT NULL
		OR NOT EXISTS (SELECT FROM arch_lab.exercise_list() AS l WHERE l.key = p.exercise)) THEN
		FOR e IN SELECT l.* FROM arch_lab.exercise_list() AS l
				  WHERE NOT EXISTS (SELECT FROM arch_lab.progress AS x WHERE x.exercise = l.key AND x.passed_at IS NOT NULL)
				  ORDER BY l.n
		LOOP
			reason := NULL;
			IF e.needs IS NOT NULL THEN
				EXECUTE 'SELECT ' || e.needs INTO reason;
			END IF;
			IF reason IS NULL THEN
				asked := e.key;
				EXIT;
			END IF;
			left_out := concat_ws(', ', left_out, e.key);
		END LOOP;
		IF asked IS NULL THEN
			say := arch_lab.classroom_lines('', '', CASE WHEN left_out IS NULL
				THEN 'You have passed every exercise. SELECT arch_lab.start(''...''); begins one again.'
				ELSE format('You have passed every exercise that can be done on this server. Left out: %s; SELECT arch_lab.start(''...''); says why.', left_out) END);
			RETURN;
		END IF;
	END IF;

	IF asked IS NOT NULL THEN
		note := jsonb_build_object('what', 'start', 'exercise', asked,
								   'mark', arch_lab.classroom_begin(asked, p.mark));
		SELECT l.* INTO e FROM arch_lab.exercise_list() AS l WHERE l.key = asked;
		IF word = 'reset' THEN
			say := arch_lab.classroom_lines('', '', format('The start state of %s is there again.', asked)) || ''::text;
		END IF;
		say := say || arch_lab.classroom_task(e.file,
			format('%s/%s  %s: %s', e.n, (SELECT count(*) FROM arch_lab.exercise_list()), e.key, e.title), note -> 'mark', e.makes);
		say := say || ''::text;
		IF note -> 'mark' ->> 'home' <> current_user THEN
			say := say || arch_lab.classroom_lines('', '  ', format('Its tables are in schema %I: SET search_path = %I;',
				note -> 'mark' ->> 'home', note -> 'mark' ->> 'home'));
		END IF;
		say := say || CASE WHEN EXISTS (SELECT FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'answer')
			THEN 'Stuck: SELECT arch_lab.hint();'
			ELSE 'Then: SELECT arch_lab.check();   Stuck: SELECT arch_lab.hint();' END;
		RETURN;
	END IF;

	IF p.exercise IS NULL THEN
		say := ARRAY['No exercise is open. SELECT arch_lab.next(); gives you one.'];
		IF word = 'start' THEN
			say := ARRAY['Which one? SELECT key, title FROM arch_lab.exercises; shows them.'];
		END IF;
		RETURN;
	END IF;
	SELECT l.* INTO e FROM arch_lab.exercise_list() AS l WHERE l.key = p.exercise;
	IF NOT FOUND THEN
		say := arch_lab.classroom_lines('', '', format('The exercise "%s" that you have open is no longer there. SELECT arch_lab.next(); gives you another one.', p.exercise));
		RETURN;
	END IF;

	CASE word
	WHEN 'start' THEN
		say := ARRAY['Which one? SELECT key, title FROM arch_lab.exercises; shows them.'];

	WHEN 'next' THEN
		say := arch_lab.classroom_task(e.file,
			format('%s/%s  %s: %s', e.n, (SELECT count(*) FROM arch_lab.exercise_list()), e.key, e.title), p.mark, e.makes)
			|| ''::text || 'You have begun it. arch_lab.check() looks at it, arch_lab.reset() begins it anew.'::text;

	WHEN 'hint' THEN
		n := (SELECT count(*) FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'hint');
		FOR q IN SELECT x.body, row_number() OVER (ORDER BY x.n) AS i
				   FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'hint' ORDER BY x.n LOOP
			IF q.i <= p.hints + 1 THEN
				say := say || arch_lab.classroom_lines(format('%s/%s  ', q.i, n), '     ', arch_lab.classroom_fill(q.body, e.makes || e.yours, p.mark));
			END IF;
		END LOOP;
		IF p.hints + 1 >= n THEN
			say := say || ''::text || 'That is all there is; SELECT arch_lab.solution(); has the way.'::text;
		END IF;
		note := jsonb_build_object('what', 'hint', 'exercise', p.exercise, 'hints', least(p.hints + 1, n));

	WHEN 'solution' THEN
		IF p.passed_at IS NULL AND p.shown_at IS NULL AND argument <> 'true' THEN
			say := arch_lab.classroom_lines('', '', 'You have not passed it yet. If you look now, that is noted as shown: SELECT arch_lab.solution(true);');
			RETURN;
		END IF;
		IF p.passed_at IS NULL THEN
			note := jsonb_build_object('what', 'shown', 'exercise', p.exercise);
		END IF;
		FOR q IN SELECT x.body FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'solution' LOOP
			-- One session's lines are the student's own; several keep their names.
			IF (SELECT count(DISTINCT m[1]) FROM regexp_matches(q.body, '^([a-z][a-z0-9_]*)(?: collect)?:', 'gn') AS m) <= 1 THEN
				q.body := regexp_replace(q.body, '^[a-z][a-z0-9_]*: ?', '', 'gn');
			END IF;
			say := say || regexp_split_to_array(arch_lab.classroom_fill(q.body, e.makes || e.yours, p.mark), E'\n');
		END LOOP;
		IF say = '{}' THEN
			say := arch_lab.classroom_lines('', '', 'What is right comes of the step that predict() runs, and is written nowhere. Predict, look at what came, and begin again with reset().');
		END IF;

	WHEN 'predict' THEN
		IF NOT EXISTS (SELECT FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'answer') THEN
			say := ARRAY['This exercise asks for no prediction. SELECT arch_lab.check(); looks at it.'];
			RETURN;
		END IF;
		IF p.prediction IS NOT NULL THEN
			say := arch_lab.classroom_lines('', '', format('You predicted %s, and %s came. SELECT arch_lab.reset(); begins it anew.', p.prediction, p.answer));
			RETURN;
		END IF;
		SELECT x.body INTO reason FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'answer';
		IF argument IS NULL OR lower(btrim(argument)) !~ '^[a-e]$' THEN
			say := ARRAY['Predict with one letter: SELECT arch_lab.predict(''a'');'];
			RETURN;
		END IF;
		SELECT string_agg(o.key, ', ') INTO left_out FROM jsonb_each(p.mark -> 'objects') AS o
		 WHERE o.value ->> 'at' IS DISTINCT FROM arch_lab.classroom_stamp((o.value ->> 'oid')::oid);
		IF left_out IS NOT NULL THEN
			say := arch_lab.classroom_lines('', '', format('What the start made is not there any more (%s). SELECT arch_lab.reset(); makes it anew.', left_out));
			RETURN;
		END IF;
		argument := lower(btrim(argument));
		SELECT arch_lab.classroom_fill(x.body, e.makes || e.yours, p.mark) INTO left_out
		  FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'step';
		say := regexp_split_to_array(rtrim(arch_lab.classroom_run(left_out, (p.mark ->> 'home')::name, true), E'\n'), E'\n');
		-- What the sessions found, before they end.
		SELECT c.what AS found INTO a FROM arch_lab.classroom_question(arch_lab.classroom_fill(reason, e.makes, p.mark), 'met, found', NULL, p.mark) AS c;
		PERFORM arch_lab.session_close(s.name) FROM arch_lab.sessions AS s
		  WHERE s.name IN (SELECT m[1] FROM regexp_matches(left_out, '^([a-z][a-z0-9_]*):', 'gn') AS m);
		say := say || ''::text || CASE WHEN left(a.found, 1) = argument
			THEN format('You predicted %s, and so it is. SELECT arch_lab.check();', argument)
			ELSE format('You predicted %s, and %s came. SELECT arch_lab.check();', argument, left(a.found, 1)) END;
		note := jsonb_build_object('what', 'predict', 'exercise', p.exercise, 'prediction', argument, 'answer', left(a.found, 1));

	WHEN 'check' THEN
		say := ARRAY[format('%s: %s', e.key, e.title)];
		SELECT string_agg(o.key, ', ' ORDER BY o.key) INTO left_out FROM jsonb_each(p.mark -> 'objects') AS o
		 WHERE o.value ->> 'at' IS DISTINCT FROM arch_lab.classroom_stamp((o.value ->> 'oid')::oid);
		IF left_out IS NOT NULL THEN
			ok := false;
			unmet := ARRAY['what the start made is there'];
			say := say || arch_lab.classroom_lines('[ ] ', '    ', 'What the start made is there.')
				|| arch_lab.classroom_lines('    ', '    ', format('Found: %s is gone, or was made anew. SELECT arch_lab.reset(); makes the start state again.', left_out));
		ELSE
			-- What it asked for by name belongs to it from now on.
			p.mark := p.mark || jsonb_build_object('yours', arch_lab.classroom_objects((p.mark ->> 'home')::name, e.yours),
				'temporary', arch_lab.classroom_objects((SELECT n.nspname FROM pg_namespace AS n WHERE n.oid = pg_my_temp_schema()), e.yours));
			SELECT l.ledger, l.trouble INTO way FROM arch_lab.classroom_ledger(p.mark) AS l;
			IF EXISTS (SELECT FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'answer') THEN
				IF p.prediction IS NULL OR p.prediction <> p.answer THEN
					ok := false;
					unmet := unmet || 'the prediction came true'::text;
				ELSE
					met := met || 'the prediction came true'::text;
				END IF;
				say := say || (CASE WHEN ok THEN '[x] ' ELSE '[ ] ' END || 'The prediction came true.')
					|| ('    Found: ' || CASE WHEN p.prediction IS NULL THEN 'none yet; SELECT arch_lab.predict(''a'');'
						ELSE format('you predicted %s, and %s came.', p.prediction, p.answer) END);
			END IF;
			FOR q IN SELECT x.part, x.title, arch_lab.classroom_fill(x.body, e.makes || e.yours, p.mark) AS body
					   FROM arch_lab.exercise_parts(e.file) AS x
					  WHERE x.part IN ('condition', 'wrong') ORDER BY x.part, x.n LOOP
				IF q.part = 'condition' THEN
					a := NULL;
					SELECT c.met, c.what AS found INTO a FROM arch_lab.classroom_question(q.body, 'met, found', way.ledger, p.mark) AS c;
					IF a.met IS TRUE THEN
						met := met || q.title;
					ELSE
						ok := false;
						unmet := unmet || q.title;
					END IF;
					say := say || arch_lab.classroom_lines(CASE WHEN a.met IS TRUE THEN '[x] ' ELSE '[ ] ' END, '    ', q.title)
						|| arch_lab.classroom_lines('    ', '    ', 'Found: ' || coalesce(a.found, 'nothing'));
				ELSE
					FOR a IN SELECT c.what AS found FROM arch_lab.classroom_question(q.body, 'words', way.ledger, p.mark) AS c
							  WHERE c.what IS NOT NULL LOOP
						ok := false;
						IF NOT any_wrong THEN
							say := say || ''::text;
						END IF;
						any_wrong := true;
						unmet := unmet || q.title;
						say := say || arch_lab.classroom_lines('(!) ', '    ', a.found);
					END LOOP;
				END IF;
			END LOOP;
			IF way.trouble IS NOT NULL AND EXISTS (SELECT FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'wrong') THEN
				say := say || ''::text || arch_lab.classroom_lines('(i) ', '    ', way.trouble || ': the state alone decides.');
			END IF;
			FOR a IN SELECT s.relname, s.autovacuum_count AS times FROM pg_stat_all_tables AS s, jsonb_each(p.mark -> 'objects') AS o
					  WHERE s.relid = (o.value ->> 'oid')::oid AND s.last_autovacuum > (p.mark ->> 'at')::timestamptz LOOP
				say := say || arch_lab.classroom_lines('(i) ', '    ', format('Autovacuum has been at %s since the start.', a.relname));
			END LOOP;
		END IF;
		say := say || ''::text;
		IF ok THEN
			say := say || 'Passed.'::text || ''::text;
			FOR q IN SELECT x.body FROM arch_lab.exercise_parts(e.file) AS x WHERE x.part = 'why' LOOP
				say := say || arch_lab.classroom_lines('', '', q.body);
			END LOOP;
			say := say || arch_lab.classroom_lines('Read on: ', '         ', concat_ws(', ', e.doc, e.source))
				|| 'Next: SELECT arch_lab.next();   The way we know: arch_lab.solution();'::text;
		ELSE
			say := say || format('Not yet (try %s). SELECT arch_lab.hint(); arch_lab.reset() begins anew.', p.tries + 1);
		END IF;
		IF transaction_timestamp() <> statement_timestamp() THEN
			say := say || 'You are in a transaction: without a COMMIT this check is not noted.'::text;
		END IF;
		note := jsonb_build_object('what', 'check', 'exercise', p.exercise, 'passed', ok, 'met', met, 'unmet', unmet,
				'yours', coalesce(p.mark -> 'yours', '{}'), 'temporary', coalesce(p.mark -> 'temporary', '{}'));
	END CASE;
END
$$;

COMMENT ON FUNCTION arch_lab.classroom_says(text, text) IS
'What a word of a student answers, and what is to be noted of it.
word: next, start, check, hint, predict, reset, solution or step; argument: what
is in its parentheses. say: the lines; note: for classroom_note(), NULL for nothing.
For everybody; it notes nothing itself.';

CREATE FUNCTION arch_lab.next()
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'al_classroom_next'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20;

CREATE FUNCTION arch_lab.start(key text)
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'al_classroom_start'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20;

CREATE FUNCTION arch_lab."check"()
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'al_classroom_check'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20;

CREATE FUNCTION arch_lab.hint()
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'al_classroom_hint'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20;

CREATE FUNCTION arch_lab.predict(answer text)
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'al_classroom_predict'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20;

CREATE FUNCTION arch_lab.reset()
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'al_classroom_reset'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20;

CREATE FUNCTION arch_lab.solution(show boolean DEFAULT false)
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'al_classroom_solution'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20;

COMMENT ON FUNCTION arch_lab.next() IS
'The task of the open exercise, or of the next one, whose start state it makes.
Lines to read. For everybody with a schema of one''s own; errors: 25001 in a
transaction block, 25006 on a standby or in a read-only transaction, 42501
without a schema or in a security-definer function, 42P07 where names that the
exercise uses are taken, 53000 without a free worker process.';
COMMENT ON FUNCTION arch_lab.start(text) IS
'Starts an exercise by its key: makes its start state, and shows the task.
What the exercise before it made is dropped. For everybody with a schema of
one''s own; errors as next(), 22023 for no such exercise.';
COMMENT ON FUNCTION arch_lab."check"() IS
'Every condition of the open exercise, met or not, and what was found.
Notes it. Passed: why it is so, and what comes next. For everybody; errors:
25006 on a standby or in a read-only transaction, 42501 in a security-definer
function.';
COMMENT ON FUNCTION arch_lab.hint() IS
'The hints of the open exercise, one more with every call. For everybody;
errors as check().';
COMMENT ON FUNCTION arch_lab.predict(text) IS
'Notes a prediction, then runs the step of the open exercise to see what comes.
answer: a letter of the task. For everybody; errors as next().';
COMMENT ON FUNCTION arch_lab.reset() IS
'Makes the start state of the open exercise again. For everybody; errors as
next().';
COMMENT ON FUNCTION arch_lab.solution(boolean) IS
'The solution of the open exercise, once it is passed.
Before that it wants solution(true), and notes that it was shown. For
everybody; errors as check().';

REVOKE ALL ON FUNCTION arch_lab.classroom_lines(text, text, text), arch_lab.classroom_home(),
	arch_lab.classroom_fill(text, text[], jsonb), arch_lab.classroom_run(text, name, boolean),
	arch_lab.classroom_clear(jsonb), arch_lab.classroom_stamp(oid), arch_lab.classroom_begin(text, jsonb),
	arch_lab.classroom_objects(name, text[]), arch_lab.classroom_ledger(jsonb),
	arch_lab.classroom_question(text, text, jsonb, jsonb), arch_lab.classroom_plan(text), arch_lab.classroom_task(text, text, jsonb, text[]),
	arch_lab.classroom_says(text, text), arch_lab.next(), arch_lab.start(text), arch_lab."check"(),
	arch_lab.hint(), arch_lab.predict(text), arch_lab.reset(), arch_lab.solution(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.classroom_lines(text, text, text), arch_lab.classroom_home(),
	arch_lab.classroom_fill(text, text[], jsonb), arch_lab.classroom_run(text, name, boolean),
	arch_lab.classroom_clear(jsonb), arch_lab.classroom_stamp(oid), arch_lab.classroom_begin(text, jsonb),
	arch_lab.classroom_objects(name, text[]), arch_lab.classroom_ledger(jsonb),
	arch_lab.classroom_question(text, text, jsonb, jsonb), arch_lab.classroom_plan(text), arch_lab.classroom_task(text, text, jsonb, text[]),
	arch_lab.classroom_says(text, text), arch_lab.next(), arch_lab.start(text), arch_lab."check"(),
	arch_lab.hint(), arch_lab.predict(text), arch_lab.reset(), arch_lab.solution(boolean) TO PUBLIC;
