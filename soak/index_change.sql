-- index_change.sql - what takes the place of an index under its readers

SET search_path = soak_index, pg_catalog, public;
SET lock_timeout = '30s';
VACUUM (INDEX_CLEANUP on, TRUNCATE off) t;
SELECT one_of_them() AS one, one_of_them() AS two, one_of_them() AS three \gset
REINDEX INDEX :one;
REINDEX INDEX CONCURRENTLY :two;
SELECT brin_summarize_new_values('of_brin'), gin_clean_pending_list('of_gin') \g /dev/null
BEGIN;
DROP INDEX :three;
SELECT format('CREATE INDEX %I ON t USING %s', name, definition) FROM kinds WHERE name = :'three' \gexec
COMMIT;
