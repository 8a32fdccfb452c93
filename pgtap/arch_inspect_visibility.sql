-- Over every table of the database, catalogs and TOAST tables too: what
-- heap_visibility() calls visible is what a SELECT returns, every verdict has
-- a rule, and only what is invisible is removable.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL search_path = public, pg_catalog;

CREATE TEMP TABLE busy (id int PRIMARY KEY, v int, t text);
INSERT INTO busy SELECT i, 0, repeat('x', i) FROM generate_series(1, 500) AS i;
UPDATE busy SET v = 1 WHERE id % 2 = 0;
SAVEPOINT a;
UPDATE busy SET v = 2 WHERE id % 3 = 0;
ROLLBACK TO a;
DELETE FROM busy WHERE id % 5 = 0;

CREATE FUNCTION pg_temp.mismatches(rel regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE format($q$
		SELECT count(*) FROM arch_inspect.heap_visibility(%L) AS h
		  FULL JOIN (SELECT ctid AS tid FROM %s) AS s USING (tid)
		 WHERE h.visible IS DISTINCT FROM (s.tid IS NOT NULL)
			OR h.rule IS NULL OR h.state IS NULL OR h.problem IS NOT NULL
			OR (h.visible AND h.removable)$q$, rel, rel) INTO n;
	RETURN n;
END $$;

SELECT plan(count(*)::int) FROM pg_class WHERE relkind IN ('r', 'm', 't') AND relam = 2
   AND (relnamespace = 'pg_catalog'::regnamespace OR relnamespace = 'pg_toast'::regnamespace OR oid = 'busy'::regclass);
SELECT is(pg_temp.mismatches(oid), 0::bigint, oid::regclass::text)
  FROM pg_class WHERE relkind IN ('r', 'm', 't') AND relam = 2
   AND (relnamespace = 'pg_catalog'::regnamespace OR relnamespace = 'pg_toast'::regnamespace OR oid = 'busy'::regclass)
 ORDER BY oid::regclass::text;

SELECT * FROM finish();
ROLLBACK;
