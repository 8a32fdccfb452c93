--
-- The exercises: the files of arch_lab/exercises/, as they are
--
-- They are run as whoever does them, so they are the body of a function and no
-- rows of a table, for the reason that the lesson's steps are.
--
CREATE FUNCTION arch_lab.exercise_files()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
RETURN ARRAY[
-- exercises
]::pg_catalog.text[];

COMMENT ON FUNCTION arch_lab.exercise_files() IS
'The exercises'' files, in the order of the lesson; never NULL. For everybody.';

-- exercise_parts takes one apart: its head, and what follows each "== " line
CREATE FUNCTION arch_lab.exercise_parts(file text)
RETURNS TABLE (n int, part text, title text, body text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 20
BEGIN ATOMIC
	SELECT p.n::integer, h.m[1], h.m[2],
		   pg_catalog.btrim(CASE WHEN p.n = 1 THEN p.t ELSE pg_catalog.regexp_replace(p.t, '^[^\n]*\n?', '') END, E'\n')
	  FROM pg_catalog.regexp_split_to_table(file, '(?:^|\n)== ') WITH ORDINALITY AS p (t, n),
		   LATERAL (SELECT CASE WHEN p.n = 1 THEN ARRAY['head', NULL]
							ELSE pg_catalog.regexp_match(p.t, '^([a-z]+)(?:: ([^\n]*))?') END) AS h (m)
	 ORDER BY p.n;
END;

COMMENT ON FUNCTION arch_lab.exercise_parts(text) IS
'The parts of an exercise''s file: its head, then what stands behind each
line "== part: title", in order. NULL for NULL. For everybody.';

CREATE FUNCTION arch_lab.exercise_list()
RETURNS TABLE (n int, key text, section_no int, section text, title text,
	level int, minutes int, needs text, makes text[], yours text[], keeps text[], doc text,
	source text, file text)
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 30
BEGIN ATOMIC
	SELECT f.n::integer, h.v ->> 'key', (h.v ->> 'section')::integer,
		   (SELECT l.section FROM arch_lab.lesson_steps() AS l
			 WHERE l.section_no = (h.v ->> 'section')::integer LIMIT 1),
		   h.v ->> 'title', (h.v ->> 'level')::integer, (h.v ->> 'minutes')::integer,
		   nullif(h.v ->> 'needs', ''),
		   pg_catalog.string_to_array(h.v ->> 'makes', ' '),
		   coalesce(pg_catalog.string_to_array(nullif(h.v ->> 'yours', ''), ' '), '{}'),
		   coalesce(pg_catalog.string_to_array(nullif(h.v ->> 'keeps', ''), ' '), '{}'),
		   h.v ->> 'doc', h.v ->> 'source', f.file
	  FROM pg_catalog.unnest(arch_lab.exercise_files()) WITH ORDINALITY AS f (file, n),
		   LATERAL (SELECT pg_catalog.jsonb_object_agg(m.m[1], m.m[2])
					  FROM pg_catalog.regexp_matches(pg_catalog.split_part(f.file, E'\n== ', 1),
							'^([a-z]+): *([^\n]*)$', 'gn') AS m (m)) AS h (v)
	 ORDER BY f.n;
END;

COMMENT ON FUNCTION arch_lab.exercise_list() IS
'The exercises, with their heads as columns.
n: place in the order; key; section_no, section: of the lesson; title; level
(1 to 3); minutes it takes; needs: a condition in SQL that the server must
meet, NULL for none (a text that says what is missing, or NULL); makes: names of
the tables of its start; yours: of those that the student is asked to make;
keeps: sessions that its start leaves open; doc, source: to read on; file: all
of it. For everybody.';

REVOKE ALL ON FUNCTION arch_lab.exercise_files(), arch_lab.exercise_parts(text),
	arch_lab.exercise_list() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.exercise_files(), arch_lab.exercise_parts(text),
	arch_lab.exercise_list() TO PUBLIC;

CREATE VIEW arch_lab.exercises AS
SELECT e.n, e.key, e.title,
	   CASE WHEN p.passed_at IS NOT NULL AND p.shown_at IS NOT NULL THEN 'shown'
			WHEN p.passed_at IS NOT NULL THEN 'passed'
			WHEN p.is_open THEN 'open'
			WHEN p.exercise IS NOT NULL THEN 'begun'
			ELSE '' END AS progress
  FROM arch_lab.exercise_list() AS e
  LEFT JOIN arch_lab.progress AS p ON p.exercise = e.key
 ORDER BY e.n;

COMMENT ON VIEW arch_lab.exercises IS
'The catalogue of exercises, with your progress. For everybody.
It is as wide as a screen; exercise_list() has what else there is to know.';
COMMENT ON COLUMN arch_lab.exercises.n IS 'place in the order of the lesson';
COMMENT ON COLUMN arch_lab.exercises.key IS 'what start() takes';
COMMENT ON COLUMN arch_lab.exercises.title IS 'what it is about';
COMMENT ON COLUMN arch_lab.exercises.progress IS 'passed; shown: passed after its solution was looked at; open: the one at work; begun; empty if not started';

REVOKE ALL ON arch_lab.exercises FROM PUBLIC;
GRANT SELECT ON arch_lab.exercises TO PUBLIC;
