--
-- What the tests of further sessions start from, by \i: a table, and functions
-- that leave out what differs from run to run.
--
SET search_path = arch_lab, public;
CREATE SCHEMA regress_sessions;
CREATE TABLE regress_sessions.t (id int PRIMARY KEY, v text);
INSERT INTO regress_sessions.t VALUES (1, 'one'), (2, 'two');
GRANT USAGE ON SCHEMA regress_sessions TO PUBLIC;
GRANT ALL ON regress_sessions.t TO PUBLIC;

-- xids, pids and oids are no facts of a test
CREATE FUNCTION regress_sessions.plain(text) RETURNS text LANGUAGE sql AS
$$ SELECT regexp_replace(regexp_replace($1, '(transaction|pid|process|PID) [0-9]+', '\1 N', 'gi'),
						 'blocked by process N', 'blocked by process N', 'g') $$;
CREATE FUNCTION regress_sessions.run(name text, sql text,
	OUT kind text, OUT "values" text[], OUT message text, OUT sqlstate text)
RETURNS SETOF record LANGUAGE sql AS
$$ SELECT r.kind, r."values", regress_sessions.plain(r.message), nullif(r.sqlstate, '00000')
	 FROM arch_lab.session_run(name, sql) r ORDER BY n $$;
CREATE FUNCTION regress_sessions.result(name text,
	OUT kind text, OUT "values" text[], OUT message text, OUT sqlstate text)
RETURNS SETOF record LANGUAGE sql AS
$$ SELECT r.kind, r."values", regress_sessions.plain(r.message), nullif(r.sqlstate, '00000')
	 FROM arch_lab.session_result(name) r ORDER BY n $$;
-- run, and collect until it is no longer blocked
CREATE FUNCTION regress_sessions.run_on(name text, sql text,
	OUT kind text, OUT "values" text[], OUT message text, OUT sqlstate text)
RETURNS SETOF record LANGUAGE plpgsql AS
$$
DECLARE
	blocked boolean := false;
BEGIN
	FOR kind, "values", message, sqlstate IN SELECT * FROM regress_sessions.run(name, sql) LOOP
		IF kind = 'waiting' THEN blocked := true; ELSE RETURN NEXT; END IF;
	END LOOP;
	WHILE blocked LOOP
		blocked := false;
		PERFORM pg_sleep(0.01);
		FOR kind, "values", message, sqlstate IN SELECT * FROM regress_sessions.result(name) LOOP
			IF kind = 'waiting' THEN blocked := true; ELSE RETURN NEXT; END IF;
		END LOOP;
	END LOOP;
END $$;
-- until a session is in the state that is meant
CREATE PROCEDURE regress_sessions.await(who text, what text) LANGUAGE plpgsql AS
$$
BEGIN
	FOR i IN 1 .. 3000 LOOP
		IF (SELECT state FROM arch_lab.sessions WHERE name = who) = what THEN
			RETURN;
		END IF;
		PERFORM pg_sleep(0.01);
	END LOOP;
	RAISE EXCEPTION 'session % does not get %: %', who, what,
		(SELECT state FROM arch_lab.sessions WHERE name = who);
END $$;
SET search_path = regress_sessions, arch_lab, public;
SELECT current_database() AS db \gset
ALTER DATABASE :"db" SET search_path = regress_sessions, public;

-- should a session never answer
SET statement_timeout = '3min';
