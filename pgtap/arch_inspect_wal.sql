-- made before, because wal_level = minimal logs nothing for a new table
CREATE TABLE wal_property (id int, word text);
BEGIN;
SELECT plan(7);

SELECT pg_current_wal_flush_lsn() AS start_lsn \gset
INSERT INTO wal_property SELECT i, md5(i::text) FROM generate_series(1, 500) i;
-- so that it is flushed, and can be read
CHECKPOINT;

CREATE TEMP TABLE log AS SELECT * FROM arch_inspect.wal_records(:'start_lsn');
SELECT cmp_ok((SELECT count(*) FROM log WHERE relation = 'wal_property'::regclass), '>=', 500::bigint, 'the inserts are in the log');
SELECT is((SELECT count(*) FROM log a WHERE NOT EXISTS (SELECT FROM log b WHERE b.prev_lsn = a.lsn)), 1::bigint,
		  'every record but the last has a next one');
-- a range cut in two at any record is the whole range
SELECT is((SELECT count(*) FROM (SELECT lsn FROM log WHERE length % 7 = 0 ORDER BY lsn LIMIT 40) cut
			WHERE (SELECT count(*) FROM arch_inspect.wal_records(:'start_lsn', cut.lsn))
				+ (SELECT count(*) FROM arch_inspect.wal_records(cut.lsn, (SELECT max(end_lsn) FROM log)))
				<> (SELECT count(*) FROM log)), 0::bigint, 'two parts make the whole');
-- a record belongs to a range only if it ends in it
SELECT is((SELECT count(*) FROM (SELECT lsn, end_lsn FROM log ORDER BY lsn LIMIT 50) r
			WHERE (SELECT count(*) FROM arch_inspect.wal_records(r.lsn, r.end_lsn)) <> 1
			   OR (SELECT count(*) FROM arch_inspect.wal_records(r.lsn, r.end_lsn - 1)) <> 0), 0::bigint,
		  'each record is a range of its own');
SELECT is((SELECT sum(count) FROM arch_inspect.wal_summary(:'start_lsn', (SELECT max(end_lsn) FROM log))),
		  (SELECT count(*)::numeric FROM log), 'the summary counts them all');
SELECT is((SELECT count(*) FROM log WHERE relation = 'wal_property'::regclass AND rmgr = 'Heap'
			AND new_row !~ '^id=[0-9]+, word=([0-9a-f]{32}|''[0-9a-f]{32}'')$'), 0::bigint, 'rows are printed whole');
SELECT is((SELECT count(*) FROM log l, LATERAL unnest(l.blocks) b
			WHERE l.relation = 'wal_property'::regclass AND b NOT IN
				(SELECT generate_series(0, pg_relation_size('wal_property') / 8192 - 1))), 0::bigint, 'blocks lie in the table');

SELECT * FROM finish();
ROLLBACK;
DROP TABLE wal_property;
