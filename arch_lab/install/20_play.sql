--
-- play: a script over several sessions, and its transcript
--
-- A script is read line by line.  "name: SQL" begins a step in the session of
-- that name, and the lines after it, up to the next such line, belong to it.
-- "name collect:" waits for what a blocked step of that session came to.
--
-- played keeps what was run and what came of it apart: an assertion about a
-- result must not find its words in the statement.
--
CREATE FUNCTION arch_lab.played(script text, path text DEFAULT NULL,
	OUT transcript text, OUT results text)
RETURNS record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	steps text[] := regexp_split_to_array(script, '\n(?=[a-z][a-z0-9_]*( collect)?:)');
	several bool := cardinality(steps) > 1;
	part text[];
	step text;
	who text;
	command text;
	answer text;
BEGIN
	IF script IS NULL THEN
		RETURN;
	END IF;
	transcript := '';
	results := '';
	FOREACH step IN ARRAY steps LOOP
		part := regexp_match(step, '^\s*([a-z][a-z0-9_]*)( collect)?:[ \t]*(.*)$');
		IF part IS NULL THEN
			RAISE invalid_parameter_value USING
				MESSAGE = 'a step of the script does not begin with a session''s name',
				DETAIL = format('The step is: %s', left(step, 200)),
				HINT = 'Write "name: SQL", or "name collect:" for a step that was blocked.';
		END IF;
		who := part[1];
		command := btrim(part[3], E' \t\n');
		IF part[2] IS NOT NULL THEN
			answer := arch_lab.session_result_text(who);
			command := '-- now that it can go on';
		ELSE
			IF NOT EXISTS (SELECT FROM arch_lab.sessions AS s WHERE s.name = who) THEN
				PERFORM arch_lab.session_open(who);
				IF path IS NOT NULL THEN
					PERFORM arch_lab.session_text(who, 'SET search_path = ' || path);
				END IF;
			END IF;
			answer := arch_lab.session_text(who, command);
		END IF;
		IF several THEN
			transcript := transcript || who || '> '
				|| regexp_replace(command, '\n', E'\n' || repeat(' ', length(who) + 2), 'g') || E'\n';
		END IF;
		answer := rtrim(answer, E' \n') || E'\n';
		transcript := transcript || answer;
		results := results || answer;
	END LOOP;
END
$$;

COMMENT ON FUNCTION arch_lab.played(text, text) IS
'What play() does, which returns the transcript; results are what the statements came to, without the statements. Both NULL for a NULL script. For everybody; errors as play().';

CREATE FUNCTION arch_lab.play(script text, path text DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 10000
RETURN (SELECT p.transcript FROM arch_lab.played(script, path) AS p);

COMMENT ON FUNCTION arch_lab.play(text, text) IS
'Runs a script over further sessions of the caller (a line "name: SQL" begins a step in the session of that name, opened when it is first named, with the search_path given or, where path is NULL, the one of a new session; "name collect:" waits for a step that was blocked) and returns the transcript. The sessions stay open. Never NULL but for NULL. For everybody: it acts as the caller. Errors of the SQL are part of the transcript; 22023 for a script that is not of this form.';

REVOKE ALL ON FUNCTION arch_lab.played(text, text), arch_lab.play(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.played(text, text), arch_lab.play(text, text) TO PUBLIC;

