--
-- The classroom: what is noted of each student (src/classroom/classroom.c)
--
-- Nobody but the extension's owner reads or writes these tables.  The words of
-- a student note into them what they found; views show each student's own.
-- Students are noted by name, as roles go into a dump.
--
CREATE TABLE arch_lab.attempts (
	student name NOT NULL,
	exercise text NOT NULL,
	is_open boolean NOT NULL,
	first_started_at timestamp with time zone NOT NULL,
	started_at timestamp with time zone NOT NULL,
	starts integer NOT NULL,
	tries integer NOT NULL,
	hints integer NOT NULL,
	last_try_at timestamp with time zone,
	stuck_on text,
	prediction text,
	answer text,
	shown_at timestamp with time zone,
	passed_at timestamp with time zone,
	mark jsonb NOT NULL,
	PRIMARY KEY (student, exercise)
);

CREATE TABLE arch_lab.tries (
	student name NOT NULL,
	exercise text NOT NULL,
	tried_at timestamp with time zone NOT NULL,
	passed boolean NOT NULL,
	met text[] NOT NULL,
	unmet text[] NOT NULL
);

CREATE INDEX tries_student ON arch_lab.tries (student, exercise, tried_at);

COMMENT ON TABLE arch_lab.attempts IS
'How far each student came with each exercise; for the extension''s owner alone.';
COMMENT ON COLUMN arch_lab.attempts.student IS 'name of the role';
COMMENT ON COLUMN arch_lab.attempts.exercise IS 'key of the exercise';
COMMENT ON COLUMN arch_lab.attempts.is_open IS 'is it the one that the student works on';
COMMENT ON COLUMN arch_lab.attempts.first_started_at IS 'when it was started for the first time';
COMMENT ON COLUMN arch_lab.attempts.started_at IS 'when its start state was made last';
COMMENT ON COLUMN arch_lab.attempts.starts IS 'how many times its start state was made';
COMMENT ON COLUMN arch_lab.attempts.tries IS 'how many times it was checked until it was passed, and since its first start';
COMMENT ON COLUMN arch_lab.attempts.hints IS 'how many of its hints were shown';
COMMENT ON COLUMN arch_lab.attempts.last_try_at IS 'when it was checked last; NULL if never';
COMMENT ON COLUMN arch_lab.attempts.stuck_on IS 'the first condition that the last check did not find met; NULL if none';
COMMENT ON COLUMN arch_lab.attempts.prediction IS 'the prediction since the last start; NULL if none';
COMMENT ON COLUMN arch_lab.attempts.answer IS 'what came of it; NULL if nothing was predicted';
COMMENT ON COLUMN arch_lab.attempts.shown_at IS 'when the solution was shown before it was passed; NULL if it was not';
COMMENT ON COLUMN arch_lab.attempts.passed_at IS 'when it was passed for the first time; NULL if it is not';
COMMENT ON COLUMN arch_lab.attempts.mark IS 'what the start noted: LSN, xid and time, schema, objects with their oids and files, processes';
COMMENT ON TABLE arch_lab.tries IS
'Every check of every student; for the extension''s owner alone.';
COMMENT ON COLUMN arch_lab.tries.student IS 'name of the role';
COMMENT ON COLUMN arch_lab.tries.exercise IS 'key of the exercise';
COMMENT ON COLUMN arch_lab.tries.tried_at IS 'when it was checked';
COMMENT ON COLUMN arch_lab.tries.passed IS 'were all conditions met, and no wrong way taken';
COMMENT ON COLUMN arch_lab.tries.met IS 'names of the conditions that were met';
COMMENT ON COLUMN arch_lab.tries.unmet IS 'names of those that were not, and of wrong ways taken';

REVOKE ALL ON arch_lab.attempts, arch_lab.tries FROM PUBLIC;

-- A dump has their rows: all of them are of students.
SELECT pg_extension_config_dump('arch_lab.attempts', '');
SELECT pg_extension_config_dump('arch_lab.tries', '');

--
-- classroom_note notes what a word of a student came to
--
-- Only classroom.c calls it, as the owner; it trusts what it gets.
--
CREATE FUNCTION arch_lab.classroom_note(student name, note jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this text := note ->> 'exercise';
	now timestamptz := clock_timestamp();
BEGIN
	CASE note ->> 'what'
	WHEN 'start' THEN
		UPDATE arch_lab.attempts AS a SET is_open = false
		 WHERE a.student = classroom_note.student AND a.is_open AND a.exercise <> this;
		INSERT INTO arch_lab.attempts AS a
			   (student, exercise, is_open, first_started_at, started_at, starts, tries, hints, mark)
		VALUES (classroom_note.student, this, true, now, now, 1, 0, 0, note -> 'mark')
		ON CONFLICT ON CONSTRAINT attempts_pkey DO UPDATE
		   SET is_open = true, started_at = now, starts = a.starts + 1,
			   mark = excluded.mark, prediction = NULL, answer = NULL, stuck_on = NULL;
	WHEN 'check' THEN
		INSERT INTO arch_lab.tries (student, exercise, tried_at, passed, met, unmet)
		SELECT classroom_note.student, this, now, (note ->> 'passed')::boolean,
			   ARRAY(SELECT jsonb_array_elements_text(note -> 'met')),
			   ARRAY(SELECT jsonb_array_elements_text(note -> 'unmet'));
		UPDATE arch_lab.attempts AS a
		   SET tries = a.tries + CASE WHEN a.passed_at IS NULL THEN 1 ELSE 0 END,
			   mark = CASE WHEN note ? 'yours' THEN a.mark || jsonb_build_object('yours', note -> 'yours', 'temporary', note -> 'temporary')
					ELSE a.mark END,
			   last_try_at = now, stuck_on = note -> 'unmet' ->> 0,
			   passed_at = coalesce(a.passed_at, CASE WHEN (note ->> 'passed')::boolean THEN now END)
		 WHERE a.student = classroom_note.student AND a.exercise = this;
	WHEN 'hint' THEN
		UPDATE arch_lab.attempts AS a SET hints = greatest(a.hints, (note ->> 'hints')::integer)
		 WHERE a.student = classroom_note.student AND a.exercise = this;
	WHEN 'predict' THEN
		UPDATE arch_lab.attempts AS a
		   SET prediction = note ->> 'prediction', answer = note ->> 'answer'
		 WHERE a.student = classroom_note.student AND a.exercise = this;
	WHEN 'walk' THEN
		INSERT INTO arch_lab.walks (student, section_no, step, walked_at)
		VALUES (classroom_note.student, (note ->> 'section_no')::integer, (note ->> 'step')::integer, now)
		ON CONFLICT ON CONSTRAINT walks_pkey DO UPDATE
		   SET section_no = excluded.section_no, step = excluded.step, walked_at = excluded.walked_at;
	WHEN 'shown' THEN
		UPDATE arch_lab.attempts AS a SET shown_at = coalesce(a.shown_at, now)
		 WHERE a.student = classroom_note.student AND a.exercise = this AND a.passed_at IS NULL;
	END CASE;
END
$$;

COMMENT ON FUNCTION arch_lab.classroom_note(name, jsonb) IS
'Notes what a word of a student came to.
note: what (start, check, hint, predict, shown, walk) and what belongs to it. For
the extension''s owner alone: the words of a student call it under that
identity. NULL for NULL.';

REVOKE ALL ON FUNCTION arch_lab.classroom_note(name, jsonb) FROM PUBLIC;

--
-- What each sees of it.  current_user is whoever asks: the view is read with
-- the owner's rights, but its functions run as the reader.
--
CREATE VIEW arch_lab.progress WITH (security_barrier) AS
SELECT a.exercise, a.is_open, a.first_started_at, a.started_at, a.starts, a.tries,
	   a.hints, a.last_try_at, a.stuck_on, a.prediction, a.answer, a.shown_at,
	   a.passed_at, a.mark
  FROM arch_lab.attempts AS a
 WHERE a.student = current_user;

COMMENT ON VIEW arch_lab.progress IS
'How far you came: a row an exercise that you have started.
For everybody: each sees the rows of the own role.';
DO LANGUAGE plpgsql $$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT a.attname, col_description(a.attrelid, a.attnum) AS words FROM pg_attribute AS a
			  WHERE a.attrelid = 'arch_lab.attempts'::regclass AND a.attnum > 0 AND a.attname <> 'student'
	LOOP
		EXECUTE format('COMMENT ON COLUMN arch_lab.progress.%I IS %L', c.attname, c.words);
	END LOOP;
END
$$;

REVOKE ALL ON arch_lab.progress FROM PUBLIC;
GRANT SELECT ON arch_lab.progress TO PUBLIC;
