--
-- arch_inspect: resources
--
CREATE ROLE regress_resource_student;
CREATE SCHEMA regress_resources;
CREATE TABLE regress_resources.big (i int PRIMARY KEY, t text);
ALTER TABLE regress_resources.big ALTER t SET STORAGE EXTERNAL;
INSERT INTO regress_resources.big SELECT i, repeat('x', 5000) FROM generate_series(1, 1000) AS i;
-- the files that pg_total_relation_size() counts
SELECT c.relkind, arch_parts.relation_bytes(c.oid) = pg_table_size(c.oid) AS same
  FROM pg_class AS c
 WHERE c.oid IN ('regress_resources.big_pkey'::regclass,
				 (SELECT reltoastrelid FROM pg_class WHERE oid = 'regress_resources.big'::regclass))
 ORDER BY 1;
SELECT count(*) AS different
  FROM pg_class
 WHERE relkind IN ('r', 'i', 't', 'S', 'm') AND relpersistence <> 't' AND oid < 16384
   AND arch_parts.relation_bytes(oid) IS DISTINCT FROM
	   pg_relation_size(oid, 'main') + pg_relation_size(oid, 'fsm') + pg_relation_size(oid, 'vm');
SELECT arch_parts.relation_bytes(NULL) IS NULL AS null_is_null,
	   arch_parts.relation_bytes(0) IS NULL AS nothing,
	   arch_parts.relation_bytes('pg_stat_activity'::regclass) IS NULL AS view_has_no_files;
-- an ordinary role gets every line
SET ROLE regress_resource_student;
SELECT resource, bytes IS NOT NULL AS has_bytes, note IS NOT NULL AS has_note
  FROM arch_inspect.resources WHERE resource NOT LIKE 'biggest%';
SELECT note FROM arch_inspect.resources WHERE resource = 'biggest_1';
RESET ROLE;
SELECT r.bytes = pg_total_relation_size('regress_resources.big') AS same
  FROM arch_inspect.resources AS r WHERE resource = 'biggest_1';
SELECT r.bytes = sum(pg_total_relation_size(c.oid)) AS same_catalogs
  FROM arch_inspect.resources AS r, pg_class AS c
 WHERE r.resource = 'catalog_size' AND c.oid < 16384 AND c.relkind = 'r'
 GROUP BY r.bytes;
SELECT bytes = pg_total_relation_size('pg_class') AS same_pg_class
  FROM arch_inspect.resources WHERE resource = 'pg_class_size';
SELECT bytes = pg_size_bytes(current_setting('shared_buffers')) AS same_shared_buffers
  FROM arch_inspect.resources WHERE resource = 'shared_buffers';
-- the table of somebody at work is measured without waiting for him
SELECT used BETWEEN 1 AND buffers AS used, dirty BETWEEN 0 AND used AS dirty,
	   this_database + shared_catalogs BETWEEN 1 AND used AS here
  FROM arch_parts.shared_buffers_use();
-- who may not connect is not told the size of the database
CREATE DATABASE regress_closed;
REVOKE CONNECT ON DATABASE regress_closed FROM PUBLIC;
\c regress_closed
CREATE EXTENSION arch_inspect;
SET ROLE regress_resource_student;
SELECT size, bytes FROM arch_inspect.resources WHERE resource = 'database_size';
RESET ROLE;
GRANT pg_read_all_stats TO regress_resource_student;
SET ROLE regress_resource_student;
SELECT bytes > 0 AS known FROM arch_inspect.resources WHERE resource = 'database_size';
\c contrib_regression
DROP DATABASE regress_closed;
DROP SCHEMA regress_resources CASCADE;
DROP ROLE regress_resource_student;
