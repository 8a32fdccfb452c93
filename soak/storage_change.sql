-- storage_change.sql - all that can be done to a table under its readers

DELETE FROM t WHERE i > 500;
VACUUM t;
INSERT INTO t SELECT i, repeat('y', 300) FROM generate_series(3000, 4000) i;
VACUUM FULL t;
CLUSTER t USING t_pkey;
ALTER TABLE t ADD COLUMN y int;
ALTER TABLE t ALTER i TYPE bigint;
TRUNCATE t;
DROP TABLE t;
CALL make_t();
