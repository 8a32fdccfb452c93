--
-- The lesson as a guided walk: a step at a time, where each left off
--
CREATE TABLE arch_lab.walks (
	student name PRIMARY KEY,
	section_no integer NOT NULL,
	step integer NOT NULL,
	walked_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE arch_lab.walks IS
'Which step of the lesson each has seen last; for the extension''s owner alone.';
COMMENT ON COLUMN arch_lab.walks.student IS 'name of the role';
COMMENT ON COLUMN arch_lab.walks.section_no IS 'section of the step';
COMMENT ON COLUMN arch_lab.walks.step IS 'its number there';
COMMENT ON COLUMN arch_lab.walks.walked_at IS 'when it was shown';

REVOKE ALL ON arch_lab.walks FROM PUBLIC;
SELECT pg_extension_config_dump('arch_lab.walks', '');

CREATE VIEW arch_lab.walk WITH (security_barrier) AS
SELECT w.section_no, w.step, w.walked_at FROM arch_lab.walks AS w WHERE w.student = current_user;

COMMENT ON VIEW arch_lab.walk IS
'The step of the lesson that step() has shown you last; no row before.
For everybody: each sees the row of the own role.';
COMMENT ON COLUMN arch_lab.walk.section_no IS 'section of the step';
COMMENT ON COLUMN arch_lab.walk.step IS 'its number there';
COMMENT ON COLUMN arch_lab.walk.walked_at IS 'when it was shown';

REVOKE ALL ON arch_lab.walk FROM PUBLIC;
GRANT SELECT ON arch_lab.walk TO PUBLIC;

CREATE FUNCTION arch_lab.step_says(which text, OUT say text[], OUT note jsonb)
RETURNS record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	at record;
	go record;
	w record;
	line text;
BEGIN
	SELECT x.section_no, x.step INTO at FROM arch_lab.walk AS x;
	which := coalesce(lower(btrim(which)), 'next');
	IF which IN ('next', 'again', 'back', 'skip') AND at.section_no IS NULL THEN
		SELECT l.section_no, l.step INTO go FROM arch_lab.lesson_steps() AS l ORDER BY 1, 2 LIMIT 1;
	ELSIF which = 'next' THEN
		SELECT l.section_no, l.step INTO go FROM arch_lab.lesson_steps() AS l
		 WHERE (l.section_no, l.step) > (at.section_no, at.step) ORDER BY 1, 2 LIMIT 1;
	ELSIF which = 'again' THEN
		SELECT l.section_no, l.step INTO go FROM arch_lab.lesson_steps() AS l
		 WHERE (l.section_no, l.step) >= (at.section_no, at.step) ORDER BY 1, 2 LIMIT 1;
	ELSIF which = 'back' THEN
		SELECT l.section_no, l.step INTO go FROM arch_lab.lesson_steps() AS l
		 WHERE (l.section_no, l.step) < (at.section_no, at.step) ORDER BY 1 DESC, 2 DESC LIMIT 1;
	ELSIF which = 'skip' THEN
		SELECT l.section_no, l.step INTO go FROM arch_lab.lesson_steps() AS l
		 WHERE l.section_no > at.section_no ORDER BY 1, 2 LIMIT 1;
	ELSE
		SELECT s.section_no, s.step INTO go FROM arch_lab.steps_of(which) AS s ORDER BY 1, 2 LIMIT 1;
		IF go.section_no IS NULL THEN
			RAISE invalid_parameter_value USING
				MESSAGE = format('nothing in the lesson is called "%s"', which),
				HINT = 'Say next, back, again, skip (to the next section), a section, a step (''5.7''), or words of one.';
		END IF;
	END IF;
	IF go.section_no IS NULL THEN
		say := ARRAY[CASE which WHEN 'back' THEN 'This is where the lesson begins.'
			ELSE 'The lesson ends here. SELECT arch_lab.step(''1''); begins it anew.' END];
		RETURN;
	END IF;

	SELECT x.* INTO w FROM arch_lab.walkthrough(go.section_no || '.' || go.step) AS x;
	say := ARRAY[format('%s.%s  %s', go.section_no, go.step, w.section_name)]
		|| arch_lab.classroom_lines('', '', w.title) || ''::text;
	IF w.lesson IS NOT NULL THEN
		say := say || 'The lesson:'::text;
		FOREACH line IN ARRAY regexp_split_to_array(w.lesson, E'\n') LOOP
			say := say || arch_lab.step_cut(line, '    ');
		END LOOP;
		say := say || ''::text;
	ELSIF w.ran !~ '\n[a-z]+( collect)?:' THEN
		FOREACH line IN ARRAY regexp_split_to_array(regexp_replace(w.ran, '^reader: ', ''), E'\n') LOOP
			say := say || arch_lab.step_cut(line, '    ');
		END LOOP;
		say := say || ''::text;
	END IF;
	FOREACH line IN ARRAY regexp_split_to_array(rtrim(w.result, E'\n'), E'\n') LOOP
		say := say || arch_lab.step_cut(line, '');
	END LOOP;
	say := say || ''::text || arch_lab.classroom_lines('See: ', '     ', w.see);
	IF w.fact IS NOT NULL THEN
		say := say || arch_lab.classroom_lines('But: ', '     ', w.fact);
	END IF;
	IF w.holds IS NOT TRUE THEN
		say := say || 'FAILED: the result is not what this step says.'::text;
	END IF;
	say := say || ''::text || 'On: SELECT arch_lab.step();  or step(''back''), ''again'', ''skip'', ''5.7''.'::text;
	note := jsonb_build_object('what', 'walk', 'section_no', go.section_no, 'step', go.step);
END
$$;

COMMENT ON FUNCTION arch_lab.step_says(text) IS
'What step() answers, and what is to be noted of it. For everybody; it notes
nothing itself.';

-- step_cut puts what does not fit into a line into the next
CREATE FUNCTION arch_lab.step_cut(line text, indent text)
RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
RETURN CASE WHEN pg_catalog.length(line) <= 78 - pg_catalog.length(indent) THEN ARRAY[indent || line]
	ELSE ARRAY(SELECT CASE WHEN c.n = 1 THEN indent ELSE indent || '  ' END || c.m[1]
				 FROM pg_catalog.regexp_matches(line, '.{1,' || 76 - pg_catalog.length(indent) || '}', 'g') WITH ORDINALITY AS c (m, n)
				ORDER BY c.n) END;

COMMENT ON FUNCTION arch_lab.step_cut(text, text) IS
'A line in pieces of at most 78 columns. NULL for NULL. For everybody.';

CREATE FUNCTION arch_lab.step(which text DEFAULT 'next')
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'al_classroom_step'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 40;

COMMENT ON FUNCTION arch_lab.step(text) IS
'The next step of the lesson, played on this server, in lines to read.
which: next (where you left off), back, again, skip (to the next section), or as
walkthrough() takes it a section, a step (''5.7'') or words: the first that has
them. For everybody who may walk the lesson; errors as walkthrough(), 25001 in a
transaction block, 25006 in a read-only transaction.';

REVOKE ALL ON FUNCTION arch_lab.step_says(text), arch_lab.step_cut(text, text), arch_lab.step(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.step_says(text), arch_lab.step_cut(text, text), arch_lab.step(text) TO PUBLIC;
