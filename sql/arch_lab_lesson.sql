--
-- arch_lab: walkthrough(), claims(), play()
--
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE ROLE regress_student LOGIN;
CREATE ROLE regress_stranger LOGIN;
CREATE SCHEMA regress_student AUTHORIZATION regress_student;

-- an ordinary role walks the whole lesson
SET SESSION AUTHORIZATION regress_student;
CREATE TEMP TABLE walked AS SELECT * FROM arch_lab.walkthrough();
SELECT w.section_no, w.step, w.title, w.holds, w.lesson IS NOT NULL AS lesson, w.fact IS NOT NULL AS fact
  FROM walked AS w JOIN arch_lab.lesson_steps AS l USING (section_no, step) WHERE l.from_major IS NULL ORDER BY 1, 2;
-- what only later majors have is walked there, and is not on older ones
SELECT section_no, step, title, from_major FROM arch_lab.lesson_steps WHERE from_major IS NOT NULL ORDER BY 1, 2;
SELECT l.section_no, l.step, l.from_major, w.holds, w.result FROM arch_lab.lesson_steps AS l LEFT JOIN walked AS w USING (section_no, step)
 WHERE (w.holds IS TRUE) <> (coalesce(l.from_major, 0) <= current_setting('server_version_num')::int / 10000);
SELECT count(*) FROM walked WHERE (section_no, step) NOT IN (SELECT section_no, step FROM arch_lab.lesson_steps);
-- and they stand behind those that all have
SELECT section_no, step FROM (SELECT *, lag(from_major) OVER (PARTITION BY section_no ORDER BY step) AS before FROM arch_lab.lesson_steps) AS l
 WHERE before > coalesce(from_major, 0);
DROP TABLE walked;
-- and each section by itself, by number or by the beginning of its name
SELECT count(*), bool_and(holds) FROM arch_lab.walkthrough('6');
SELECT section_no, count(*) > 0 AS steps, bool_and(holds) AS holds FROM arch_lab.walkthrough('storage') GROUP BY 1;
-- a step by its numbers, or by what it says; what it builds on is run before it
SELECT section_no, step, title, holds FROM arch_lab.walkthrough('5.7');
SELECT section_no, step, title, holds FROM arch_lab.walkthrough('toast');
SELECT section_no, step FROM arch_lab.steps_of('SERIALIZATION failure');
SELECT section_no, step, title, holds FROM arch_lab.walkthrough('inside page');
SELECT section_no, step FROM arch_lab.steps_of('writeskew') UNION ALL SELECT section_no, step FROM arch_lab.steps_of('erialization');
SELECT count(*) = (SELECT count(*) FROM arch_lab.lesson_steps WHERE coalesce(from_major, 0) <= current_setting('server_version_num')::int / 10000) AS all FROM arch_lab.steps_of(NULL);
SELECT count(*) FROM arch_lab.steps_of('%') UNION ALL SELECT count(*) FROM arch_lab.steps_of(repeat('x', 100000));
SELECT count(*) FILTER (WHERE t ~ E'\nMVCC \\(Multi') AS headings, count(*) > 1 AS steps FROM arch_lab.walkthrough_text('takes') AS t;
SELECT * FROM arch_lab.walkthrough('Cooking');	-- fail, no such section, step or word
SELECT * FROM arch_lab.walkthrough('5.99');	-- fail
-- fail everywhere, for it is nowhere: but who asks for what a later major has is told
BEGIN;
CREATE TEMP TABLE later_steps AS SELECT * FROM arch_lab.lesson_steps;
RESET SESSION AUTHORIZATION;
UPDATE later_steps SET from_major = 99 WHERE section_no = 7 AND step = 7;
CREATE OR REPLACE FUNCTION arch_lab.lesson_steps()
RETURNS TABLE (section_no int, section text, step int, title text, lesson text,
	script text, see text, fact text, expect text[], from_major int)
LANGUAGE sql BEGIN ATOMIC SELECT * FROM later_steps; END;
SELECT count(*) FROM arch_lab.steps_of('7.7') UNION ALL SELECT count(*) FROM arch_lab.steps_of('vacuum way memory');
SELECT * FROM arch_lab.walkthrough('7.7');	-- fail
ROLLBACK;
SET SESSION AUTHORIZATION regress_student;
SELECT count(*) = (SELECT count(*) FROM arch_lab.steps_of('Write-Ahead')) AS pages, count(*) FILTER (WHERE t ~ 'FAILED') AS failed
  FROM arch_lab.walkthrough_text('Write-Ahead') AS t;
-- what it shows where the lesson lacks the result
SELECT n, holds, elsewhere IS NOT NULL AS elsewhere FROM arch_lab.claims();

-- nothing stays behind
SELECT count(*) FROM arch_lab.sessions;
SELECT count(*) FROM pg_class WHERE relnamespace = 'regress_student'::regnamespace;

-- a failed assertion is seen as one
RESET SESSION AUTHORIZATION;
-- every step and claim has what it needs, and a number of its own
SELECT count(*) FILTER (WHERE lesson IS NULL AND script IS NULL) AS nothing_to_play,
       count(*) FILTER (WHERE cardinality(expect) > 0) - count(*) AS nothing_to_expect,
       count(DISTINCT (section_no, step)) - count(*) AS numbers_twice,
       count(*) FILTER (WHERE NOT (section_no, section, step, title, see) IS NOT NULL) AS holes
  FROM arch_lab.lesson_steps;
SELECT count(*) FILTER (WHERE cardinality(expect) > 0) - count(*) AS nothing_to_expect,
       count(DISTINCT n) - count(*) AS numbers_twice,
       count(*) FILTER (WHERE NOT (n, claim, fact, script) IS NOT NULL) AS holes
  FROM arch_lab.lesson_claims;
BEGIN;
CREATE TEMP TABLE altered_steps AS SELECT * FROM arch_lab.lesson_steps;
UPDATE altered_steps SET expect = ARRAY['no such result'] WHERE section_no = 1;
CREATE OR REPLACE FUNCTION arch_lab.lesson_steps()
RETURNS TABLE (section_no int, section text, step int, title text, lesson text,
	script text, see text, fact text, expect text[], from_major int)
LANGUAGE sql BEGIN ATOMIC SELECT * FROM altered_steps; END;
SELECT step, holds FROM arch_lab.walkthrough('Introduction');
SELECT t ~ 'FAILED' AS marked FROM arch_lab.walkthrough_text('Introduction') AS t;
CREATE TEMP TABLE altered_claims AS SELECT * FROM arch_lab.lesson_claims;
UPDATE altered_claims SET expect = ARRAY['no such result'] WHERE n = 22;
CREATE OR REPLACE FUNCTION arch_lab.lesson_claims()
RETURNS TABLE (n int, claim text, fact text, script text, expect text[], elsewhere text)
LANGUAGE sql BEGIN ATOMIC SELECT * FROM altered_claims; END;
SELECT n, holds FROM arch_lab.claims() WHERE NOT holds;
ROLLBACK;
-- the caller who may create schemas works in a new one, which is gone as well
SELECT count(*) FROM pg_namespace WHERE nspname ~ '^arch_lab_';

-- a name that is taken is an error before anything begins
SET SESSION AUTHORIZATION regress_student;
CREATE TABLE regress_student.visits (precious text);
INSERT INTO regress_student.visits VALUES ('do not drop');
SELECT count(*) FROM arch_lab.walkthrough('1');	-- fail, visits is there
SELECT * FROM regress_student.visits;
DROP TABLE regress_student.visits;
-- an open session of the lesson's names as well
SELECT arch_lab.session_open('reader');
SELECT count(*) FROM arch_lab.walkthrough('1');	-- fail, reader is open
SELECT arch_lab.session_close('reader');
-- after a failure in the middle nothing stays
SET statement_timeout = '300ms';
SELECT count(*) FROM arch_lab.walkthrough();	-- fail, cancelled
RESET statement_timeout;
SELECT count(*) FROM arch_lab.sessions;
SELECT count(*) FROM pg_class WHERE relnamespace = 'regress_student'::regnamespace;

-- without a schema of one's own
SET SESSION AUTHORIZATION regress_stranger;
SELECT count(*) FROM arch_lab.walkthrough('1');	-- fail, no schema
UPDATE arch_lab.lesson_steps SET see = 'mine';	-- fail, a view of a function
DELETE FROM arch_lab.lesson_claims;	-- fail, likewise

-- play
SET SESSION AUTHORIZATION regress_student;
SELECT arch_lab.play(NULL) IS NULL AS null_for_null;
SELECT arch_lab.play('SELECT 1');	-- fail, no session named
\pset format unaligned
\pset tuples_only on
SELECT arch_lab.play($$one: SELECT 1 AS x;
two: SELECT 2 AS y,
            3 AS z;
one: SELECT 1/0;
two: CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2);
one: BEGIN; LOCK TABLE t;
two: TABLE t;
one: COMMIT;
two collect:
one: DROP TABLE t;$$);
\pset format aligned
\pset tuples_only off
SELECT arch_lab.session_close(name) FROM arch_lab.sessions;
RESET SESSION AUTHORIZATION;

SELECT arch_lab.folded('See: ', repeat('word ', 30));

DROP SCHEMA regress_student;
DROP ROLE regress_student;
DROP ROLE regress_stranger;
