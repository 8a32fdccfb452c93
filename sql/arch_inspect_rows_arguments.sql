-- Arguments that are kept for the whole run: long values that come from a row
-- beside the function, in a scan node and in a call, run after run

CREATE TABLE ra (i int);
INSERT INTO ra VALUES (1);
INSERT INTO ra VALUES (2);
INSERT INTO ra VALUES (3);

-- for each row a snapshot that lists its transaction as running, among some
-- that are not born yet; and one with so many that it is stored compressed
CREATE FUNCTION ra_snapshot(xid bigint, next bigint, n int) RETURNS pg_snapshot LANGUAGE sql
RETURN (xid || ':' || next + 10000 || ':' || xid || (SELECT string_agg(',' || next + g, '' ORDER BY g) FROM generate_series(1, n) g))::pg_snapshot;
CREATE TABLE ra_snapshots AS
	SELECT i, ra_snapshot(xmin::text::bigint, max, 100) AS brief, ra_snapshot(xmin::text::bigint, max, 5000) AS snapshot
	  FROM ra, (SELECT max(xmin::text::bigint) FROM ra) m;
SELECT i, pg_column_size(snapshot) > 2000 AS long, pg_column_compression(snapshot) IS NOT NULL AS compressed FROM ra_snapshots ORDER BY i;

-- a scan node: the same snapshot answers for all rows of its run
EXPLAIN (COSTS OFF) SELECT s.i, v.tid, v.visible FROM ra_snapshots s, LATERAL arch_inspect.heap_visibility('ra', s.snapshot) v;
SELECT s.i, array_agg(v.tid ORDER BY v.tid) FILTER (WHERE NOT v.visible) AS unseen
  FROM ra_snapshots s, LATERAL arch_inspect.heap_visibility('ra', s.snapshot) v GROUP BY s.i ORDER BY s.i;
-- of a value made on the way
SELECT s.i, array_agg(v.tid ORDER BY v.tid) FILTER (WHERE NOT v.visible) AS unseen
  FROM ra_snapshots s, LATERAL arch_inspect.heap_visibility('ra', s.snapshot::text::pg_snapshot) v GROUP BY s.i ORDER BY s.i;
-- the filter's own work goes on in the memory that is emptied after each row
SELECT s.i, array_agg(v.tid ORDER BY v.tid) FILTER (WHERE NOT v.visible) AS unseen
  FROM ra_snapshots s, LATERAL arch_inspect.heap_visibility('ra', s.brief::text::pg_snapshot) v
 WHERE length(repeat(v.tid::text, 300) || repeat(v.tid::text, 300)) + length(repeat(v.tid::text, 190)) + length(repeat(v.tid::text, 90)) = 4400 GROUP BY s.i ORDER BY s.i;
-- a call in a target list, and the server's own function scan
SELECT i, array_agg((v).tid ORDER BY (v).tid) FILTER (WHERE NOT (v).visible) AS unseen
  FROM (SELECT i, arch_inspect.heap_visibility('ra', snapshot::text::pg_snapshot) AS v FROM ra_snapshots) s GROUP BY i ORDER BY i;
SELECT s.i, array_agg(v.tid ORDER BY v.tid) FILTER (WHERE NOT v.visible) AS unseen
  FROM ra_snapshots s, LATERAL arch_inspect.heap_visibility('ra', s.snapshot::text::pg_snapshot) WITH ORDINALITY v GROUP BY s.i ORDER BY s.i;
-- from the beginning again with the same value
SET enable_material = off;
SELECT s.i, count(*) AS runs, sum(v.n) AS unseen
  FROM ra_snapshots s, generate_series(1, 3) g,
	   LATERAL (SELECT count(*) AS n FROM arch_inspect.heap_visibility('ra', s.snapshot::text::pg_snapshot) h WHERE NOT h.visible AND (h.tid::text::point)[1] = s.i AND g > 0) v
 GROUP BY s.i ORDER BY s.i;
RESET enable_material;
-- a cursor that stands still in between
BEGIN;
DECLARE c CURSOR FOR SELECT s.i, v.tid, v.visible IS FALSE AS unseen FROM (SELECT * FROM ra_snapshots ORDER BY i) s, LATERAL arch_inspect.heap_visibility('ra', s.snapshot::text::pg_snapshot) v;
FETCH 2 FROM c;
SELECT length(repeat('x', 1000000));
FETCH 4 FROM c;
COMMIT;

-- tid, name and text from a row beside the function
SELECT f.fork, f.b, h.blkno, h.kind
  FROM (VALUES ('main', 0), ('main', NULL), (NULL, 0)) f (fork, b), LATERAL arch_inspect.page_headers('ra', f.b, f.b, f.fork || '') h ORDER BY 1, 2;
SELECT r.i, a.attname, a.value FROM ra r, LATERAL arch_inspect.tuple_attributes('ra', r.ctid) a ORDER BY r.i;
SELECT r.i, c.* FROM ra r, LATERAL arch_inspect.toast_chunks('ra', r.ctid, ('i' || '')::name) c;	-- none, it is not toasted
SELECT s.i, count(*) > 0 AS chunks FROM ra_snapshots s, LATERAL arch_inspect.toast_chunks('ra_snapshots', s.ctid, ('snap' || 'shot')::name) c GROUP BY s.i ORDER BY s.i;

DROP TABLE ra, ra_snapshots;
DROP FUNCTION ra_snapshot;
