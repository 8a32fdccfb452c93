--
-- math_utils: rational in indexes, sorts and hashes
--
CREATE TABLE fractions (i int, r rational);
INSERT INTO fractions SELECT i, rational((i * 7919) % 1009 - 500, 1 + (i * 31) % 997) FROM generate_series(1, 6000) AS i;
-- neighbours that are one double apart and less
INSERT INTO fractions SELECT 20000 + i, rational(9223372036854775807 - i, 9223372036854775000 - i) FROM generate_series(1, 500) AS i;
INSERT INTO fractions VALUES (0, NULL), (0, '-9223372036854775808'), (0, '9223372036854775807'), (0, '1/9223372036854775807'), (0, '-1/9223372036854775807'), (0, 0);
ANALYZE fractions;
CREATE TABLE probes AS SELECT DISTINCT r FROM fractions WHERE i % 211 = 0 OR i = 0 UNION SELECT rational(i, 7) FROM generate_series(-10, 10) AS i;
DELETE FROM probes WHERE r IS NULL;
SELECT count(*) AS opclasses, bool_and(amvalidate(oid)) AS valid FROM pg_opclass WHERE opcintype = 'rational'::regtype;
-- how many rows each operator finds for each probe, by a plan of the given kind
CREATE FUNCTION finds(kind text, operator text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text := '';
	n bigint;
	probe rational;
	line text;
	used bool := false;
BEGIN
	PERFORM set_config('enable_seqscan', (kind = 'seq')::text, true), set_config('enable_indexscan', (kind = 'index')::text, true),
			set_config('enable_indexonlyscan', (kind = 'index')::text, true), set_config('enable_bitmapscan', (kind = 'bitmap')::text, true);
	FOR line IN EXECUTE format('EXPLAIN SELECT count(*) FROM fractions WHERE r %s %L', operator, '1/3') LOOP
		used := used OR line ~ 'Index Cond';
	END LOOP;
	IF used <> (kind <> 'seq') THEN
		RETURN 'no ' || kind || ' scan';
	END IF;
	FOR probe IN SELECT r FROM probes ORDER BY r LOOP
		EXECUTE format('SELECT count(*) FROM fractions WHERE r %s %L', operator, probe) INTO n;
		result := result || ' ' || n;
	END LOOP;
	RETURN md5(result);
END
$$;
CREATE TABLE expected_finds AS SELECT o, finds('seq', o) AS f FROM unnest(ARRAY['<', '<=', '=', '>=', '>']) AS o;
CREATE INDEX fractions_index ON fractions USING btree (r);
SELECT o, finds('index', o) = f AS btree, finds('bitmap', o) = f AS btree_bitmap FROM expected_finds;
DROP INDEX fractions_index;
CREATE INDEX fractions_index ON fractions USING hash (r);
SELECT o, finds('index', o) = f AS hash FROM expected_finds WHERE o = '=';
DROP INDEX fractions_index;
CREATE INDEX fractions_index ON fractions USING gist (r);
SELECT o, finds('index', o) = f AS gist, finds('bitmap', o) = f AS gist_bitmap FROM expected_finds;
-- nearest first, and the distances are those of the operator
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT r FROM fractions ORDER BY r <-> '1/3' LIMIT 3;
SELECT count(*) AS wrong FROM (SELECT r FROM probes ORDER BY mu_rational_hash(r) LIMIT 25) AS probes, LATERAL (SELECT array_agg(d) AS by_index FROM (SELECT r <-> probes.r AS d FROM fractions ORDER BY r <-> probes.r LIMIT 20) AS v) AS a,
	   LATERAL (SELECT array_agg(d) AS by_sort FROM (SELECT (r <-> probes.r) + 0 AS d FROM fractions ORDER BY 1 LIMIT 20) AS v) AS b WHERE by_index IS DISTINCT FROM by_sort;
RESET enable_seqscan;
DROP INDEX fractions_index;
-- the same by insertion, page split by page split
CREATE INDEX fractions_index ON fractions USING gist (r) WHERE i >= 0;
DROP INDEX fractions_index;
CREATE TABLE grown (LIKE fractions);
CREATE INDEX ON grown USING gist (r);
INSERT INTO grown SELECT * FROM fractions ORDER BY hashint4(i);
SET enable_seqscan = off;
SELECT count(*) AS wrong FROM probes WHERE (SELECT count(*) FROM grown WHERE r >= probes.r) <> (SELECT count(*) FROM fractions WHERE r >= probes.r)
	OR (SELECT count(*) FROM grown WHERE r = probes.r) <> (SELECT count(*) FROM fractions WHERE r = probes.r);
RESET enable_seqscan;
DROP TABLE grown;
CREATE INDEX fractions_index ON fractions USING brin (r) WITH (pages_per_range = 2);
SELECT o, finds('bitmap', o) = f AS brin_minmax FROM expected_finds;
DROP INDEX fractions_index;
CREATE INDEX fractions_index ON fractions USING brin (r rational_minmax_multi_ops(values_per_range = 16)) WITH (pages_per_range = 2);
SELECT o, finds('bitmap', o) = f AS brin_minmax_multi FROM expected_finds;
DROP INDEX fractions_index;
CREATE INDEX fractions_index ON fractions USING brin (r rational_bloom_ops) WITH (pages_per_range = 2);
SELECT o, finds('bitmap', o) = f AS brin_bloom FROM expected_finds WHERE o = '=';
DROP INDEX fractions_index;
-- sorted with short keys, on disk too, the order is that of the operators
SELECT count(*) AS wrong FROM (SELECT r, lag(r) OVER (ORDER BY r) AS p FROM fractions) AS v WHERE p > r;
SET work_mem = '64kB';
SELECT count(*) AS wrong FROM (SELECT r, lag(r) OVER (ORDER BY r DESC NULLS LAST) AS p FROM fractions) AS v WHERE p < r;
RESET work_mem;
-- by hash as by sort
SET enable_hashagg = off;
CREATE TABLE sorted AS SELECT r, count(*) FROM fractions GROUP BY r;
RESET enable_hashagg;
SET enable_sort = off;
SELECT count(*) AS wrong FROM (SELECT r, count(*) FROM fractions GROUP BY r EXCEPT ALL SELECT * FROM sorted) AS v;
SET enable_hashjoin = on; SET enable_mergejoin = off; SET enable_nestloop = off;
SELECT count(*) FROM fractions AS a JOIN fractions AS b USING (r) WHERE a.i % 7 = 0;
SET enable_hashjoin = off; SET enable_mergejoin = on;
SELECT count(*) FROM fractions AS a JOIN fractions AS b USING (r) WHERE a.i % 7 = 0;
RESET ALL;
SELECT (mu_rational_hash_extended('1/3', 0) & 4294967295) = (mu_rational_hash('1/3')::bigint & 4294967295) AS seed_0, mu_rational_hash_extended('1/3', 1) <> mu_rational_hash_extended('1/3', 2) AS by_seed, mu_rational_hash('2/6') = mu_rational_hash('1/3') AS equal;
CREATE TABLE parts (r rational) PARTITION BY HASH (r);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT DISTINCT r FROM fractions WHERE i % 10 = 0;
SELECT count(r) = (SELECT count(DISTINCT r) FROM fractions WHERE i % 10 = 0) AS all_there, min(r), max(r) FROM parts;
-- commutators and negators have one result type; nothing estimates but the server
SELECT count(*) AS wrong FROM pg_operator AS o LEFT JOIN pg_operator AS c ON c.oid IN (o.oprcom, o.oprnegate)
 WHERE o.oprright = 'rational'::regtype AND (c.oprresult <> o.oprresult OR o.oprrest <> 0 AND o.oprrest::regproc::text !~ '^(eqsel|neqsel|scalar..sel)$');
SELECT 'x'::mu_rational_range;	-- fail
DROP TABLE fractions, probes, expected_finds, sorted, parts;
DROP FUNCTION finds(text, text);
