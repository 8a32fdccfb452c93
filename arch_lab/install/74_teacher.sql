--
-- The teacher's side
--
-- The two views are read with the owner's rights, and by nobody until the
-- superuser grants it: a class is seen by its teacher alone.
--
CREATE VIEW arch_lab.class AS
SELECT a.student,
	   count(a.passed_at) AS passed,
	   max(a.exercise) FILTER (WHERE a.is_open) AS exercise,
	   CASE WHEN bool_or(a.is_open AND a.passed_at IS NOT NULL) THEN 'passed'
			WHEN bool_or(a.is_open) THEN 'at work' END AS state,
	   max((extract(epoch FROM clock_timestamp() - a.started_at) / 60)::integer) FILTER (WHERE a.is_open) AS minutes,
	   max(a.tries) FILTER (WHERE a.is_open) AS tries,
	   max(a.hints) FILTER (WHERE a.is_open) AS hints,
	   max((extract(epoch FROM clock_timestamp() - greatest(a.last_try_at, a.started_at)) / 60)::integer)
			FILTER (WHERE a.is_open) AS quiet,
	   max(a.stuck_on) FILTER (WHERE a.is_open AND a.passed_at IS NULL) AS stuck_on
  FROM arch_lab.attempts AS a
 GROUP BY a.student
 ORDER BY a.student;

COMMENT ON VIEW arch_lab.class IS
'A row a student: how many exercises are passed, and what is at work.
For the superuser, and whom the superuser grants SELECT. Good with \watch.';
COMMENT ON COLUMN arch_lab.class.student IS 'name of the role';
COMMENT ON COLUMN arch_lab.class.passed IS 'how many exercises the student has passed';
COMMENT ON COLUMN arch_lab.class.exercise IS 'key of the one that is open; NULL if none';
COMMENT ON COLUMN arch_lab.class.state IS 'of the open one: at work, or passed; NULL if none is open';
COMMENT ON COLUMN arch_lab.class.minutes IS 'since its start state was made last; NULL if none is open';
COMMENT ON COLUMN arch_lab.class.tries IS 'how many times it was checked until it was passed; NULL if none is open';
COMMENT ON COLUMN arch_lab.class.hints IS 'how many of its hints were shown; NULL if none is open';
COMMENT ON COLUMN arch_lab.class.quiet IS 'minutes since the last check or start; NULL if none is open';
COMMENT ON COLUMN arch_lab.class.stuck_on IS 'the first condition that the last check did not find met, or the wrong way; NULL if none';

CREATE VIEW arch_lab.class_exercises AS
SELECT e.n, e.key,
	   count(a.student) AS started,
	   count(a.passed_at) AS passed,
	   count(a.shown_at) AS shown,
	   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM a.passed_at - a.first_started_at)) / 60)::numeric, 1) AS minutes,
	   round(avg(a.tries), 1) AS tries,
	   round(avg(a.hints), 1) AS hints,
	   (SELECT t.what FROM (SELECT u.unmet[1] AS what FROM arch_lab.tries AS u
							 WHERE u.exercise = e.key AND NOT u.passed) AS t
		 GROUP BY t.what ORDER BY count(*) DESC, t.what LIMIT 1) AS mostly_unmet
  FROM arch_lab.exercise_list() AS e
  LEFT JOIN arch_lab.attempts AS a ON a.exercise = e.key
 GROUP BY e.n, e.key
 ORDER BY e.n;

COMMENT ON VIEW arch_lab.class_exercises IS
'A row an exercise: how the class fared with it.
For the superuser, and whom the superuser grants SELECT.';
COMMENT ON COLUMN arch_lab.class_exercises.n IS 'place in the order of the lesson';
COMMENT ON COLUMN arch_lab.class_exercises.key IS 'key of the exercise';
COMMENT ON COLUMN arch_lab.class_exercises.started IS 'how many students have started it';
COMMENT ON COLUMN arch_lab.class_exercises.passed IS 'how many have passed it';
COMMENT ON COLUMN arch_lab.class_exercises.shown IS 'how many looked at the solution before they had passed';
COMMENT ON COLUMN arch_lab.class_exercises.minutes IS 'median from the first start to the pass; NULL if nobody has passed';
COMMENT ON COLUMN arch_lab.class_exercises.tries IS 'checks that a student needed, on average; NULL if nobody has started';
COMMENT ON COLUMN arch_lab.class_exercises.hints IS 'hints that a student was shown, on average; NULL if nobody has started';
COMMENT ON COLUMN arch_lab.class_exercises.mostly_unmet IS 'what checks that failed found unmet first, most often; NULL if none failed';

REVOKE ALL ON arch_lab.class, arch_lab.class_exercises FROM PUBLIC;

--
-- enrol makes seats: a schema for each role, and nothing more
--
CREATE FUNCTION arch_lab.enrol(VARIADIC roles name[], OUT role name, OUT seat text)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000 ROWS 30
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who oid;
BEGIN
	FOREACH role IN ARRAY roles LOOP
		SELECT r.oid INTO who FROM pg_roles AS r WHERE r.rolname = role;
		IF NOT FOUND THEN
			RAISE undefined_object USING
				MESSAGE = format('role "%s" does not exist', role),
				HINT = format('Make it first: CREATE ROLE %I LOGIN;', role);
		END IF;
		SELECT format('has schema %I', n.nspname) INTO seat FROM pg_namespace AS n
		 WHERE n.nspowner = who AND n.nspname !~ '^pg_|^arch_|^information_schema$'
		   AND arch_lab.desk_shared(n.oid) IS NULL
		 ORDER BY n.nspname <> role, n.nspname LIMIT 1;
		IF seat IS NULL THEN
			EXECUTE format('CREATE SCHEMA AUTHORIZATION %I', role);
			seat := format('schema %I is made', role);
		END IF;
		IF NOT has_database_privilege(who, current_database(), 'CONNECT') THEN
			EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
			seat := seat || ', and the right to connect';
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;

COMMENT ON FUNCTION arch_lab.enrol(name[]) IS
'Makes a seat in this database for each of the roles.
A schema of the role''s own where it has none that is its alone, and the right
to connect where it has not; nothing else. A row a role, with what was done. No
row for NULL. It runs as the caller, with the caller''s rights: 42501 for who may
not make such a schema, 42704 for a role that does not exist.';

REVOKE ALL ON FUNCTION arch_lab.enrol(name[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arch_lab.enrol(name[]) TO PUBLIC;
