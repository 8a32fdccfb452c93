-- storage.sql - a table that others change while it is looked at, and who looks

CREATE TABLE errors (state text, message text);
CREATE PROCEDURE make_t() LANGUAGE plpgsql AS $$
BEGIN
	CREATE TABLE t (i int PRIMARY KEY, x text);
	INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 2000) i;
END
$$;
CALL make_t();
-- looks at t in every way until the time is over; any error but those of a
-- relation that is gone or has become shorter is kept
CREATE PROCEDURE look(seconds int) LANGUAGE plpgsql AS $$
DECLARE
	looks text[] := ARRAY[
		'SELECT count(p::text) FROM arch_inspect.page_headers(%1$s) p',
		'SELECT count(p::text) FROM (SELECT arch_inspect.page_headers(%1$s) p) s',
		'SELECT count(p::text) FROM arch_inspect.heap_tuples(%1$s) p',
		'SELECT count(p::text) FROM arch_inspect.heap_page_items(%1$s, 3) p',
		'SELECT count(p::text) FROM arch_inspect.page_map(%1$s) p',
		'SELECT count(p::text) FROM arch_inspect.fsm_tree(%1$s) p',
		'SELECT count(p::text) FROM arch_inspect.relation_forks(%1$s) p'];
	stop timestamptz := clock_timestamp() + seconds * interval '1 second';
	n int := 0;
	problems bigint;
	one text;
BEGIN
	WHILE clock_timestamp() < stop LOOP
		FOREACH one IN ARRAY looks LOOP
			BEGIN
				EXECUTE format(one, coalesce(to_regclass('t')::oid, 0)::text || '::regclass');
				SELECT count(*) INTO problems FROM arch_inspect.page_headers('t') WHERE problem IS NOT NULL;
				IF problems > 0 THEN
					INSERT INTO errors VALUES ('problem', 'pages that look bad');
				END IF;
			EXCEPTION
				WHEN undefined_table OR invalid_parameter_value THEN NULL;
				WHEN OTHERS THEN INSERT INTO errors VALUES (SQLSTATE, SQLERRM);
			END;
			COMMIT;
			n := n + 1;
		END LOOP;
	END LOOP;
	RAISE NOTICE '% looks', n;
END
$$;
